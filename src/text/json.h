#ifndef RF_TEXT_JSON_H
#define RF_TEXT_JSON_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A strict reader for JSON (RFC 8259) from outside: one value at a time, no tree, no allocation. Refused are,
   beside what the grammar refuses: bytes that are not UTF-8, a byte order mark, half surrogates, more than
   RF_JSON_DEPTH open brackets, and anything after the value. Every error names line and column. */

enum { RF_JSON_DEPTH = 64 };

enum rf_json_kind {
    RF_JSON_OBJECT,
    RF_JSON_OBJECT_END,
    RF_JSON_ARRAY,
    RF_JSON_ARRAY_END,
    RF_JSON_KEY,
    RF_JSON_STRING,
    RF_JSON_NUMBER,
    RF_JSON_TRUE,
    RF_JSON_FALSE,
    RF_JSON_NULL,
    RF_JSON_END /* of the text; every further call says so again */
};

struct rf_json_token {
    enum rf_json_kind kind;
    struct rf_str raw; /* as written; of a key or string, what is between the quotes */
    size_t offset;     /* of the first byte, counted from 0 */
    bool has_escapes;  /* raw is not yet the text */
};

struct rf_json {
    struct rf_str text;
    size_t at;
    unsigned want; /* private: what may come next */
    unsigned depth;
    uint64_t is_object; /* bit n: the n-th open bracket is an object */
};

/* `text` must stay as it is while it is read. -E2BIG beyond `limit_bytes`. */
int rf_json_init(struct rf_json *json, struct rf_str text, size_t limit_bytes,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* The next token. After an error the reader must not be used again. */
int rf_json_next(struct rf_json *json, struct rf_json_token *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* As rf_json_next(), but anything else than `kind` is refused with "`what` must be ...". */
int rf_json_want(struct rf_json *json, enum rf_json_kind kind, const char *what, struct rf_json_token *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* `token` began a value that nobody wants: read to its end. */
int rf_json_skip(struct rf_json *json, const struct rf_json_token *token,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* The next key of an object, as an index into `names` (at most 64). Returns 0 with *ret_index = count at the
   end of the object. -EINVAL for a key that is not among them, and for one that was there before: *seen (0 at
   first) remembers. */
int rf_json_field(struct rf_json *json, const char *const *names, size_t count, uint64_t *seen,
                  size_t *ret_index, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The text of a key or string: the token's own bytes, or a copy from `arena` when it has escapes. It may hold
   "\0" as \u0000 can be written. -ENOMEM when the arena is full. */
int rf_json_text(const struct rf_json_token *token, struct rf_arena *arena, struct rf_str *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* rf_json_want() and rf_json_text() for a string. */
int rf_json_want_text(struct rf_json *json, const char *what, struct rf_arena *arena,
                      struct rf_json_token *ret_token, struct rf_str *ret,
                      struct rf_err *err) RF_NONNULL RF_CHECK;

/* The opening bracket of a list, or null, which stands for an empty one: then *ret_more is false. */
int rf_json_list(struct rf_json *json, const char *what, bool *ret_more,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* The next element of a list of strings; at its end *ret_more is false and *ret is as it was. */
int rf_json_list_text(struct rf_json *json, const char *what, struct rf_arena *arena, struct rf_str *ret,
                      bool *ret_more, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The value of a number without sign, fraction and exponent; else -EINVAL, -ERANGE beyond `max`. */
int rf_json_u64(const struct rf_json_token *token, uint64_t max, uint64_t *ret) RF_NONNULL RF_CHECK;

/* rf_fail() with "line L, column C: " before the sentence. */
int rf_json_fail(const struct rf_json *json, size_t offset, struct rf_err *err, const char *fmt,
                 ...) RF_NONNULL RF_PRINTF(4, 5);

#endif
