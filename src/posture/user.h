#ifndef RF_POSTURE_USER_H
#define RF_POSTURE_USER_H

#include "posture/value.h"

/* user: UID, UID:GID, NAME, NAME:GROUP, UID:GROUP, NAME:GID; never root in any spelling. */
int rf_set_user(struct rf_posture *posture, const struct rf_value *value,
                struct rf_err *err) RF_NONNULL RF_CHECK;

/* group_add: a number in 1..65535. */
int rf_set_group_add(struct rf_posture *posture, const struct rf_value *value,
                     struct rf_err *err) RF_NONNULL RF_CHECK;

/* passwd_entry: a passwd line with podman's $USERNAME, $UID, $GID, $NAME and $HOME, or "none". */
int rf_set_passwd_entry(struct rf_posture *posture, const struct rf_value *value,
                        struct rf_err *err) RF_NONNULL RF_CHECK;

/* "1000:1000", "nobody" */
const char *rf_user_text(const struct rf_posture *posture) RF_NONNULL;

#endif
