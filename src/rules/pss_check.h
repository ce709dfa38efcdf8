#ifndef RF_RULES_PSS_CHECK_H
#define RF_RULES_PSS_CHECK_H

#include "base/buf.h"
#include "rules/pss.h"

/* Inside the rules module: what the checks of the Pod Security Standards share. */

/* Words: names of containers in the order of the pod, or values, sorted and once each. */
struct rf_words {
    struct rf_str *items;
    size_t count;
    size_t room;
};

/* One check at work. A check that has nothing to say leaves `reason` NULL. */
struct rf_pss_case {
    const struct rf_pod *pod;
    uint32_t minor;
    struct rf_arena *arena;
    bool is_failed;         /* no memory */
    bool has_pod;           /* the pod itself is to blame */
    struct rf_words blamed; /* containers or volumes */
    struct rf_words values;
    struct rf_from from; /* of the first fault */
    const char *reason;
    struct rf_buf detail;
};

typedef void rf_pss_check(struct rf_pss_case *it);

void rf_words_add(struct rf_pss_case *it, struct rf_words *words, struct rf_str word) RF_NONNULL;
void rf_words_sort(struct rf_words *words) RF_NONNULL;

/* A fault at `from`: of the pod, or of a container. The first place is kept. */
void rf_pss_blame_pod(struct rf_pss_case *it, const struct rf_from *from) RF_NONNULL;
void rf_pss_blame(struct rf_pss_case *it, const struct rf_subject *container,
                  const struct rf_from *from) RF_NONNULL;
void rf_pss_note(struct rf_pss_case *it, const struct rf_from *from) RF_NONNULL;

/* Pieces of messages: "a", "b"; container "a"; pod and containers "a", "b"; k="v" as Go's %q has it. */
void rf_pss_put_quoted(struct rf_pss_case *it, const struct rf_words *words) RF_NONNULL;
void rf_pss_put_blamed(struct rf_pss_case *it, const char *one, const char *many) RF_NONNULL;
void rf_pss_put_setters(struct rf_pss_case *it) RF_NONNULL;
const char *rf_pss_plural(size_t count, const char *one, const char *many);
struct rf_str rf_pss_pair(struct rf_pss_case *it, const struct rf_fact_pair *pair) RF_NONNULL;

/* Whether a volume has a source of that type. */
bool rf_pss_has_type(const struct rf_volume *volume, const char *type) RF_NONNULL;

/* Whether a profile has an allowed type, and where it says its type. */
bool rf_pss_is_profile(const struct rf_confinement *profile) RF_NONNULL;
const struct rf_from *rf_pss_profile_from(const struct rf_confinement *profile) RF_NONNULL;

rf_pss_check rf_pss_apparmor;
rf_pss_check rf_pss_capabilities;
rf_pss_check rf_pss_host_namespaces;
rf_pss_check rf_pss_host_path;
rf_pss_check rf_pss_host_ports;
rf_pss_check rf_pss_host_probes;
rf_pss_check rf_pss_privileged;
rf_pss_check rf_pss_proc_mount;
rf_pss_check rf_pss_selinux;
rf_pss_check rf_pss_seccomp_annotation;
rf_pss_check rf_pss_seccomp;
rf_pss_check rf_pss_sysctls;
rf_pss_check rf_pss_host_process;

rf_pss_check rf_pss_escalation;
rf_pss_check rf_pss_drop_all;
rf_pss_check rf_pss_volumes;
rf_pss_check rf_pss_non_root;
rf_pss_check rf_pss_user;
rf_pss_check rf_pss_seccomp_set;

#endif
