#ifndef RF_POSTURE_VALUE_H
#define RF_POSTURE_VALUE_H

#include "base/err.h"
#include "base/str.h"
#include "posture/posture.h"

/* Inside the posture module: one value on its way from a user into a posture, and what every setter needs. */
struct rf_value {
    enum rf_key key;
    struct rf_str text; /* holds no NUL byte */
    const struct rf_from *from;
};

/* Writes the value into the posture, or fails and leaves the posture as it was. */
typedef int rf_setter(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err);

enum { RF_LIST_MAX = 16384, RF_VALUE_BYTES = 128 * 1024 };

/* Fail with -EINVAL and `KEY "VALUE": ` before the sentence; bytes that a terminal might obey are shown as
 * \xNN. */
int rf_refuse(const struct rf_value *value, struct rf_err *err, const char *fmt, ...) RF_NONNULL
    RF_PRINTF(3, 4);

/* The same with -ENOMEM. */
int rf_no_memory(const struct rf_value *value, struct rf_err *err) RF_NONNULL;

/* Room for one more element behind `count`, in a list whose capacity is `count` rounded up to a power of two:
   the list itself or a larger copy, or NULL. */
void *rf_list_room(struct rf_arena *arena, void *list, size_t count, size_t size_bytes) RF_CHECK;

/* Refuse a root beside another that is set already. */
int rf_posture_one_root(const struct rf_posture *posture, const struct rf_value *value,
                        struct rf_err *err) RF_NONNULL RF_CHECK;

/* Remember where the key's value came from. */
void rf_posture_note(struct rf_posture *posture, enum rf_key key, const struct rf_from *from) RF_NONNULL;

/* `path`, a part of the value, as an absolute path without `//`, `.` or a slash at the end; `..` is refused.
 */
int rf_value_path(struct rf_posture *posture, const struct rf_value *value, struct rf_str path,
                  const char **ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* One word of a closed set, or a word of other tools that we refuse for a reason. */
struct rf_word {
    const char *name;
    unsigned number;
    const char *reason; /* NULL: the word is accepted */
};

/* Find `text` among `words`. The error lists the accepted ones and names the nearest. */
int rf_value_word(const struct rf_value *value, struct rf_str text, const struct rf_word *words, size_t count,
                  unsigned *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The accepted word for `number`; never NULL for a number of the table. */
const char *rf_word_name(const struct rf_word *words, size_t count, unsigned number) RF_NONNULL;

/* "true" or "false". */
int rf_value_bool(const struct rf_value *value, struct rf_str text, bool *ret,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

bool rf_str_equal(struct rf_str a, struct rf_str b);
bool rf_text_equal(const char *a, const char *b); /* NULL equals NULL */

#endif
