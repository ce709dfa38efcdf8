#ifndef RF_BASE_ARENA_H
#define RF_BASE_ARENA_H

#include "base/err.h"
#include "base/str.h"

#include <stddef.h>

/* Memory for one document, one posture or one plan: taken piece by piece, given back all at once.
   It reserves address space up to its limit at the first allocation and lets the kernel fill in pages as
   they are touched, so nothing ever moves and an unused arena costs nothing. */
struct rf_arena {
    char *base;
    size_t used;
    size_t limit; /* bytes; a multiple of the page size is not needed */
};

/* No allocation happens here. */
void rf_arena_init(struct rf_arena *arena, size_t limit_bytes) RF_NONNULL;

/* Give everything back. Accepts a zeroed or half-made arena. */
void rf_arena_done(struct rf_arena *arena);

/* Forget everything, for the next document, but keep the first `keep_bytes` of memory: what was touched
   before is not asked of the kernel again. */
void rf_arena_reset(struct rf_arena *arena, size_t keep_bytes) RF_NONNULL;

/* Zeroed, aligned for any type; NULL when the limit is reached or the kernel has no memory. */
void *rf_arena_alloc(struct rf_arena *arena, size_t size_bytes) RF_NONNULL RF_CHECK;

/* As rf_arena_alloc(), for `count` elements; an overflowing product is a refusal, not a short block. */
void *rf_arena_array(struct rf_arena *arena, size_t count, size_t size_bytes) RF_NONNULL RF_CHECK;

/* A terminated copy of `str`, or NULL. */
char *rf_arena_text(struct rf_arena *arena, struct rf_str str) RF_NONNULL RF_CHECK;

/* Formatted text, or NULL. */
char *rf_arena_printf(struct rf_arena *arena, const char *fmt, ...) __attribute__((nonnull(1, 2))) RF_CHECK
    RF_PRINTF(2, 3);

/* For tests: the Nth allocation from now (counted from 1) fails, once; 0 turns this off. */
void rf_arena_fail_at(unsigned nth);

#endif
