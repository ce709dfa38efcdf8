#ifndef RF_POSTURE_PASSWD_H
#define RF_POSTURE_PASSWD_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Questions to the text of a passwd or group file that belongs to somebody else. Lines that are malformed
   (too few or too many fields, a name that is none, ids that are not plain decimal numbers of 64 bits) are as
   if not there; the first line that fits answers, as in libc. Numbers are given back whole, never cut to 32
   bits: whether one is root or out of range is for the caller to refuse. */

/* Whether `name` may be looked up at all: [A-Za-z_][A-Za-z0-9_.-]{0,31}. Nothing that looks like a number is.
 */
bool rf_passwd_is_name(struct rf_str name);

/* The ids of user `name`. */
bool rf_passwd_find_user(const char *passwd, const char *name, uint64_t *ret_uid,
                         uint64_t *ret_gid) RF_NONNULL RF_CHECK;

/* The id of group `name`. */
bool rf_passwd_find_group(const char *group, const char *name, uint64_t *ret_gid) RF_NONNULL RF_CHECK;

/* Whether a line of the file (passwd or group: the number is the third field of both) has this id. */
bool rf_passwd_has_uid(const char *passwd, uint64_t uid) RF_NONNULL;

#endif
