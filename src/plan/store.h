#ifndef RF_PLAN_STORE_H
#define RF_PLAN_STORE_H

#include "plan/plan.h"

#include <sys/uio.h>

/* A plan as bytes: a head of fixed size, then steps, text, argv, envp and filters, each as long as the head
   says. It is read by the same build of the same program only (`ringfence exec` in the ring of `ringfence
   run`), so numbers are the machine's own; notes are not stored. */
struct rf_store_head {
    char magic[8];
    uint32_t step_bytes; /* these three tell one build's plans from another's */
    uint32_t step_kinds;
    uint32_t keys;
    uint32_t count;
    uint32_t text_len;
    uint32_t argv_count;
    uint32_t envp_count;
    uint32_t filter_len[RF_PLAN_FILTERS];
    uint32_t stop_signal;
    uint32_t relayed;
    uint32_t flags; /* the bools of struct rf_watch, in their order, from bit 0 */
    uint64_t timeout_ms;
    uint64_t stop_timeout_ms;
};

enum { RF_STORE_PARTS = 5 + RF_PLAN_FILTERS };

/* The pieces that make up the bytes, in order: what writev(2) wants. They point into the plan and into
 * `head`. */
struct rf_store {
    struct rf_store_head head;
    struct iovec parts[RF_STORE_PARTS];
    size_t size_bytes;
};

/* Nothing is copied or allocated: `ret` is of use while `plan` is, and must not move. */
void rf_plan_store(const struct rf_plan *plan, struct rf_store *ret) RF_NONNULL;

/* Read it back into `arena`. Every number is checked: a plan that loads can be described, searched and taken
   apart without further care. -EBADMSG says what is wrong with it. */
int rf_plan_load(const void *bytes, size_t size_bytes, struct rf_arena *arena, struct rf_plan *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
