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

/* Read docker's env-file into the posture: `#` lines and empty lines are skipped, NAME=VALUE is taken
   verbatim, NAME alone passes the caller's value on. */
int rf_env_read_file(const char *path, struct rf_posture *posture, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_env_read_text(const char *name, struct rf_str bytes, struct rf_posture *posture,
                     struct rf_err *err) RF_NONNULL RF_CHECK;

/* Set env from NAME=VALUE, or from NAME alone with the caller's value; unset there, nothing happens. */
int rf_env_pass(struct rf_posture *posture, struct rf_str text, const struct rf_from *from,
                struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
