#ifndef RF_BASE_STR_H
#define RF_BASE_STR_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>

/* Text that is not ours: pointer and length, no terminator, never owned. Without bytes the pointer may be
 * NULL. */
struct rf_str {
    const char *ptr;
    size_t len;
};

#define RF_STR(literal) ((struct rf_str){(literal), sizeof(literal) - 1})
/* For printf's "%.*s". */
#define RF_FMT(str) (int)(str).len, (str).ptr

struct rf_str rf_str_of(const char *text) RF_NONNULL;
bool rf_str_is(struct rf_str str, const char *text) RF_NONNULL;
bool rf_str_starts(struct rf_str str, const char *prefix) RF_NONNULL;

/* Cut at the first `sep`: *ret_head gets what is before it, and what is after it is returned.
   Without a `sep` the head is everything and the rest has a NULL pointer. */
struct rf_str rf_str_cut(struct rf_str str, char sep, struct rf_str *ret_head) RF_NONNULL;

/* Edit distance of at most `limit`, else limit + 1; for "did you mean". */
size_t rf_str_distance(struct rf_str a, const char *b, size_t limit) RF_NONNULL;

#endif
