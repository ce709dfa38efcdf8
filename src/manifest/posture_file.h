#ifndef RF_MANIFEST_POSTURE_FILE_H
#define RF_MANIFEST_POSTURE_FILE_H

#include "posture/posture.h"

/* Read ringfence.yaml into a posture that was just made. Errors begin with "FILE:LINE:COLUMN: ". On failure
   the posture is of no use: some of the file may be in it. `path` must outlive the posture. */
int rf_posture_read_file(const char *path, struct rf_posture *posture,
                         struct rf_err *err) RF_NONNULL RF_CHECK;

/* The same for bytes at hand; `name` is what errors and the posture's sources call them. */
int rf_posture_read_text(const char *name, struct rf_str bytes, struct rf_posture *posture,
                         struct rf_err *err) RF_NONNULL RF_CHECK;

/* A kind of file that has the form of ringfence.yaml, keys of its own, and not every key of a posture. */
struct rf_file_key {
    const char *name; /* as the file spells it */
    enum rf_shape shape;
};

/* One value of such a key. The text lives as long as the file's bytes or the posture's arena. */
struct rf_file_value {
    struct rf_str name; /* in a map; empty otherwise */
    struct rf_str text;
    struct rf_from from;
};

struct rf_file_form {
    const struct rf_file_key *keys; /* one that is called like a posture's takes its place */
    size_t key_count;
    const char *(*refuse)(enum rf_key key); /* why this kind of file may not have the key; NULL: it may */
    /* Take a value of keys[index]. A failure is a sentence without the place, which the reader puts before
       it. A bool is "true" or "false". */
    int (*set)(void *context, size_t index, const struct rf_file_value *value, struct rf_err *err);
    void *context;
};

/* As rf_posture_read_text(), for a file of another form. */
int rf_posture_read_form(const char *name, struct rf_str bytes, const struct rf_file_form *form,
                         struct rf_posture *posture, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Put "FILE:LINE:COLUMN: " before the sentence that `err` holds, and '?' for what a terminal might obey in
   it. Returns its code. */
int rf_place_in_file(const struct rf_from *from, struct rf_err *err) RF_NONNULL;

/* rf_fail() with -EINVAL and the same. */
int rf_fail_in_file(const struct rf_from *from, struct rf_err *err, const char *fmt, ...) RF_NONNULL
    RF_PRINTF(3, 4);

/* Read docker's env-file into the posture: `#` lines and empty lines are skipped, NAME=VALUE is taken
   verbatim, NAME alone passes the caller's value on. */
int rf_env_read_file(const char *path, struct rf_posture *posture, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_env_read_text(const char *name, struct rf_str bytes, struct rf_posture *posture,
                     struct rf_err *err) RF_NONNULL RF_CHECK;

/* Set env from NAME=VALUE, or from NAME alone with the caller's value; unset there, nothing happens. */
int rf_env_pass(struct rf_posture *posture, struct rf_str text, const struct rf_from *from,
                struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
