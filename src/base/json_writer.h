#ifndef RF_BASE_JSON_WRITER_H
#define RF_BASE_JSON_WRITER_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* A writer of JSON (RFC 8259) into a growing text. Objects and arrays of the outer levels get a line for each
   member; what lies deeper stays on one line, so that a table of many rows has one line for each row.

   `name` is the member's name inside an object and NULL inside an array and for the outermost value. Names
   are the program's own and are not escaped. The order of calls is the program's own, too, and asserted. */
enum { RF_JSONW_DEPTH = 16, RF_JSONW_DIGITS = 20 };

struct rf_jsonw {
    struct rf_buf *out;
    uint32_t lines_above; /* levels below this one get lines of their own */
    uint32_t depth;
    bool is_array[RF_JSONW_DEPTH];
    bool has_member[RF_JSONW_DEPTH];
};

/* `lined` is the number of levels whose members have a line each; 0 gives one line in all. */
void rf_jsonw_init(struct rf_jsonw *json, struct rf_buf *out, uint32_t lined) RF_NONNULL;

void rf_jsonw_object(struct rf_jsonw *json, const char *name) __attribute__((nonnull(1)));
void rf_jsonw_array(struct rf_jsonw *json, const char *name) __attribute__((nonnull(1)));
void rf_jsonw_end(struct rf_jsonw *json) RF_NONNULL;

/* Text need not be UTF-8: each byte that belongs to no character becomes U+FFFD. NULL is null. */
void rf_jsonw_text(struct rf_jsonw *json, const char *name, const char *text) __attribute__((nonnull(1)));
void rf_jsonw_str(struct rf_jsonw *json, const char *name, struct rf_str str) __attribute__((nonnull(1)));

/* Every digit is written: readers that hold numbers as doubles lose those beyond 2^53. */
void rf_jsonw_number(struct rf_jsonw *json, const char *name, uint64_t value) __attribute__((nonnull(1)));
/* The same, where UINT64_MAX means "not known": null. */
void rf_jsonw_count(struct rf_jsonw *json, const char *name, uint64_t value) __attribute__((nonnull(1)));
/* value / 10^decimals, at most 19 of them, without zeros at the end but with one decimal at least, so that
   readers which tell integers from other numbers see the same kind each time: (1500, 3) is 1.5, (1000, 3) is
   1.0. */
void rf_jsonw_decimal(struct rf_jsonw *json, const char *name, uint64_t value, unsigned decimals)
    __attribute__((nonnull(1)));
void rf_jsonw_bool(struct rf_jsonw *json, const char *name, bool value) __attribute__((nonnull(1)));
void rf_jsonw_null(struct rf_jsonw *json, const char *name) __attribute__((nonnull(1)));

/* A value that is JSON already, as it is: it was read by a reader of JSON, or is the program's own. */
void rf_jsonw_raw(struct rf_jsonw *json, const char *name, struct rf_str value) __attribute__((nonnull(1)));

/* Everything is closed; end the line. -ENOMEM when some of the text did not fit. */
int rf_jsonw_done(struct rf_jsonw *json, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
