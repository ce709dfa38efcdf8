#ifndef RF_RULES_RULE_H
#define RF_RULES_RULE_H

#include "manifest/dockerfile.h"
#include "manifest/subject.h"

/* The rules: one table, one row each. A rule looks at a subject, whatever file it came from, and says what is
   not least privilege or what will stop working once it is. It knows no file format and changes nothing.

   What cannot be known is neither safe nor certain: a rule then finds nothing, or finds with rf_look_maybe()
   and says what would decide it. */

/* Of least weight first. INFO: nothing is wrong with the workload (a template, an unreadable file). */
enum rf_severity {
    RF_SEVERITY_INFO,
    RF_SEVERITY_LOW,
    RF_SEVERITY_MEDIUM,
    RF_SEVERITY_HIGH,
    RF_SEVERITY_CRITICAL
};

/* What a fix may do without being asked. */
enum rf_fix {
    RF_FIX_NONE,      /* nothing a file can say mends it */
    RF_FIX_AUTOMATIC, /* changes nothing that works */
    RF_FIX_GUARDED,   /* may change what the program can do: wants evidence or a word of the user */
    RF_FIX_MANUAL     /* steps for people */
};

/* Which inputs a rule is about, as bits: D C K L I of the specification. */
enum rf_about {
    RF_ABOUT_DOCKERFILE = 1 << 0,
    RF_ABOUT_COMPOSE = 1 << 1,
    RF_ABOUT_KUBERNETES = 1 << 2,
    RF_ABOUT_LIVE = 1 << 3, /* processes, docker run, OCI bundles */
    RF_ABOUT_IMAGE = 1 << 4
};

/* A finding. Text lies in the arena of the look. */
struct rf_finding {
    const struct rf_rule *rule;
    enum rf_severity severity;
    bool is_certain; /* false: it depends on what cannot be seen here; the sentence says on what */
    struct rf_from from;
    const struct rf_subject *subject;
    const char *text; /* one sentence, without a full stop */
};

/* One subject under all rules. */
struct rf_look {
    const struct rf_subject *subject;
    /* The stage that the subject is, or that builds its image; NULL: not known. */
    const struct rf_image_stage *stage;
    const struct rf_image *image;         /* the Dockerfile of `stage` */
    struct rf_subject *const *neighbours; /* of the same file: the services of a project */
    size_t neighbour_count;

    struct rf_arena *arena;
    struct rf_finding *findings;
    size_t count;
    size_t room;
    bool is_failed;             /* the arena is full */
    const struct rf_rule *rule; /* whose turn it is */
};

typedef void rf_rule_fn(struct rf_look *look);

struct rf_rule {
    const char *id; /* "RF-USER-001"; stable once released */
    enum rf_severity severity;
    unsigned about; /* enum rf_about bits */
    enum rf_fix fix;
    const char *title;  /* what is wrong, one sentence */
    const char *why;    /* what it lets an attacker do, or what breaks: sentences */
    const char *remedy; /* what to write instead: sentences */
    const char *bad;    /* an example that is found; lines */
    const char *good;   /* the same, mended */
    const char *refs;   /* "CIS Docker 4.1; PSS restricted runAsNonRoot (1.0); NSA 1.0", or "" */
    rf_rule_fn *look;   /* NULL: found by whoever reads the files (RF-PARSE) */
};

/* A part of the table: the rows of one family, in a file of its own. */
struct rf_family {
    const struct rf_rule *rules;
    size_t count;
};
extern const struct rf_family rf_family_user, rf_family_confinement, rf_family_files, rf_family_home,
    rf_family_files_memory, rf_family_volumes, rf_family_volumes_image, rf_family_namespaces,
    rf_family_network, rf_family_limits, rf_family_health, rf_family_secrets, rf_family_image,
    rf_family_parse;

/* The row at `index`, family after family; NULL behind the last. */
const struct rf_rule *rf_rule_at(size_t index);

/* The index of a row, for rf_rule_at(). */
size_t rf_rule_index(const struct rf_rule *rule) RF_NONNULL;

/* The rule with that id, in any case; or NULL. */
const struct rf_rule *rf_rule_find(struct rf_str id);

/* "critical"; and back, false for any other word. */
const char *rf_severity_name(enum rf_severity severity);
bool rf_severity_parse(struct rf_str text, enum rf_severity *ret) RF_NONNULL;

/* Look at one subject with every rule that is about its kind. Findings are appended; look->is_failed tells of
   memory. */
void rf_rules_look(struct rf_look *look) RF_NONNULL;

/* --- for rules --- */

/* Found, at `from`; where that is unset, at the place of the whole subject. */
void rf_look_found(struct rf_look *look, const struct rf_from *from, const char *fmt, ...)
    __attribute__((nonnull(1, 2, 3))) RF_PRINTF(3, 4);

/* The same, as something that depends on what is not known here. */
void rf_look_maybe(struct rf_look *look, const struct rf_from *from, const char *fmt, ...)
    __attribute__((nonnull(1, 2, 3))) RF_PRINTF(3, 4);

/* The same with a severity other than the row's. */
void rf_look_as(struct rf_look *look, enum rf_severity severity, bool is_certain, const struct rf_from *from,
                const char *fmt, ...) __attribute__((nonnull(1, 4, 5))) RF_PRINTF(5, 6);

static inline bool rf_look_is_docker(const struct rf_look *look)
{
    return look->subject->kind == RF_SUBJECT_CONTAINER && look->subject->platform != RF_PLATFORM_KUBERNETES;
}
static inline bool rf_look_is_kube(const struct rf_look *look)
{
    return look->subject->platform == RF_PLATFORM_KUBERNETES;
}
static inline bool rf_look_is_stage(const struct rf_look *look)
{
    return look->subject->kind == RF_SUBJECT_STAGE;
}

/* Who the workload runs as in the end: what the subject says, else what its image says. */
struct rf_look_user {
    enum { RF_USER_ROOT, RF_USER_OTHER, RF_USER_UNKNOWN } kind;
    bool has_uid;
    uint32_t uid;
    bool has_gid;
    uint32_t gid;
    struct rf_str text;  /* as written; empty when nothing says it */
    struct rf_from from; /* what decides; unset: the default */
    bool is_from_image;
    const char *why; /* of UNKNOWN: "the base image python:3.12 decides", for behind a colon */
};
void rf_look_user(struct rf_look *look, struct rf_look_user *ret) RF_NONNULL;

/* The value that the workload will see: of the subject, else of its image. NULL: none is set here. */
const struct rf_fact_text *rf_look_env(struct rf_look *look, struct rf_str name) RF_NONNULL;

/* The mount that covers an absolute path (the innermost one), or NULL. */
const struct rf_mounted *rf_look_mount_over(const struct rf_look *look, struct rf_str path) RF_NONNULL;

/* Whether `path` is `top` or lies below it. */
bool rf_look_is_below(struct rf_str path, struct rf_str top);

#endif
