#ifndef RF_RULES_ASK_H
#define RF_RULES_ASK_H

#include "rules/rule.h"

/* Small questions that rows of several families ask. */

/* RF_FMT() for text that the input may not have. */
#define RF_ASK_SHOW(str) (int)(str).len, (str).ptr ? (str).ptr : ""

static inline bool rf_ask_is_pod(const struct rf_look *look)
{
    return look->subject->kind == RF_SUBJECT_POD;
}

/* A container, service or process: no pod, no stage. */
static inline bool rf_ask_is_workload(const struct rf_look *look)
{
    return look->subject->kind == RF_SUBJECT_CONTAINER;
}

/* spec.os.name: windows. What only Linux has is not asked of such a pod. */
bool rf_ask_is_windows(const struct rf_look *look) RF_NONNULL;

/* Where to show what `fact` does not say: the fact, else the securityContext of Kubernetes, else unset. */
const struct rf_from *rf_ask_place(const struct rf_look *look, const struct rf_from *fact) RF_NONNULL;

/* Found because the subject does not say something. It is certain only where all of the subject was read. */
void rf_ask_lacking(struct rf_look *look, const struct rf_from *from, const char *fmt, ...) RF_NONNULL
    RF_PRINTF(3, 4);

bool rf_ask_is_same(struct rf_str a, struct rf_str b);
bool rf_ask_is_known(const struct rf_from *from) RF_NONNULL;
bool rf_ask_is_said(const struct rf_from *from) RF_NONNULL; /* known or unknowable */

/* A capability as the kernel knows it: "cap_sys_admin" -> SYS_ADMIN. It compares without case. */
bool rf_ask_is_cap(struct rf_str text, const char *name) RF_NONNULL;
bool rf_ask_has_cap(const struct rf_fact_list *list, const char *name) RF_NONNULL;

/* The value of an unknowable word of the list, or NULL: whatever is asked of the list, it may be that. */
const struct rf_fact_text *rf_ask_unknown(const struct rf_fact_list *list) RF_NONNULL;

/* Whether the workload runs as another than root: by its user, or because the engine refuses root. */
bool rf_ask_is_non_root(struct rf_look *look) RF_NONNULL;

/* Whether one of the words, with blanks between, is `text`. */
bool rf_ask_is_among(struct rf_str text, const char *words) RF_NONNULL;

/* The last part of a path; of "a/b:1" as an image: rf_ask_image_name() is "b". */
struct rf_str rf_ask_last_part(struct rf_str path);
struct rf_str rf_ask_image_name(struct rf_str image);

/* The path of the host behind a mount of docker: of a bind, or of a volume that names a device; else empty.
 */
struct rf_str rf_ask_host_path(const struct rf_mounted *mounted) RF_NONNULL;

/* Bytes for people: "512 MiB", "1000 bytes". */
const char *rf_ask_size(struct rf_look *look, int64_t bytes) RF_NONNULL;

#endif
