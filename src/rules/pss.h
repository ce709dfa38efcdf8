#ifndef RF_RULES_PSS_H
#define RF_RULES_PSS_H

#include "manifest/subject.h"

/* The Pod Security Standards exactly: the verdicts and the messages of k8s.io/pod-security-admission as of
   Kubernetes 1.36.2, with what 1.37 adds. They read what a pod says, not what is in effect, and know 19
   checks; what they do not ask (read-only root, limits, probes) is for the other rules. */

enum rf_pss_level { RF_PSS_PRIVILEGED, RF_PSS_BASELINE, RF_PSS_RESTRICTED };

/* The last minor version that changed a check; later ones and `latest` are judged like it. */
enum { RF_PSS_MINOR_MAX = 37 };

/* restricted:v1.30 */
struct rf_pss_policy {
    enum rf_pss_level level;
    uint32_t minor; /* of Kubernetes 1 */
    bool is_latest;
};

/* Read LEVEL or LEVEL@VERSION (also with `:`), VERSION being v1.N or latest, which holds without one. */
int rf_pss_parse(const char *text, struct rf_pss_policy *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* "restricted:v1.30" */
const char *rf_pss_name(const struct rf_pss_policy *policy, struct rf_arena *arena) RF_NONNULL;

struct rf_pss_violation {
    const char *check;  /* upstream's id: "runAsNonRoot" */
    const char *reason; /* "runAsNonRoot != true" */
    const char *detail; /* what stands in brackets behind it */
    struct rf_from
        from; /* the first place that violates it; the pod's when something is missing everywhere */
};

struct rf_pss_verdict {
    struct rf_pss_violation *violations; /* in the order of the message; none: the pod is allowed */
    size_t count;
    /* RF_UNKNOWABLE: no violation is certain, but this flag or number, a placeholder, might be one. */
    struct rf_from unknown;
};

/* Judge a pod. -ENOMEM when the arena is full. */
int rf_pss_judge(const struct rf_pss_policy *policy, const struct rf_pod *pod, struct rf_arena *arena,
                 struct rf_pss_verdict *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* What an API server says: of a Pod that it refuses `pods "x" is forbidden: violates PodSecurity "...": ...`,
   of any other workload, as a warning, `would violate PodSecurity "...": ...`. NULL when the arena is full.
 */
const char *rf_pss_message(const struct rf_pss_policy *policy, const struct rf_pod *pod,
                           const struct rf_pss_verdict *verdict, struct rf_arena *arena) RF_NONNULL;

#endif
