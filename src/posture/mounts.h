#ifndef RF_POSTURE_MOUNTS_H
#define RF_POSTURE_MOUNTS_H

#include "posture/value.h"

enum {
    RF_TMPFS_INODES = 16384,
    RF_TMPFS_MODE = 0700, /* and 1777 for the two places that programs share */
    RF_TMPFS_SHARED_MODE = 01777
};

#define RF_TMPFS_BYTES ((uint64_t)64 << 20)
#define RF_SIZE_MAX ((uint64_t)1 << 50)

/* tmpfs: PATH[:size=,mode=,uid=,gid=,nr_inodes=,exec,ro]. */
int rf_set_tmpfs(struct rf_posture *posture, const struct rf_value *value,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* volume: SRC:DST[:ro,idmap,noexec,bind]. */
int rf_set_volume(struct rf_posture *posture, const struct rf_value *value,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* mount: docker's type=bind|tmpfs,... */
int rf_set_mount(struct rf_posture *posture, const struct rf_value *value,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* A mount with the defaults of its kind. */
struct rf_mount rf_mount_make(enum rf_mount_kind kind);

/* Join `mount` to the posture: it replaces one at the same place that an earlier source gave; the same source
   may not name a place twice. */
int rf_mount_join(struct rf_posture *posture, const struct rf_value *value, struct rf_mount *mount,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* tmpfs: one option, NAME or NAME=VALUE, of the docker spelling after the colon. */
int rf_tmpfs_option(const struct rf_value *value, struct rf_str option, struct rf_mount *mount,
                    struct rf_err *err) RF_NONNULL RF_CHECK;

/* bind: `text` as source, copied; a bare name is refused where it would be a named volume for docker. */
int rf_bind_source(struct rf_posture *posture, const struct rf_value *value, struct rf_str text,
                   struct rf_mount *mount, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The mount's place, read and checked. */
int rf_mount_place(struct rf_posture *posture, const struct rf_value *value, struct rf_str text,
                   struct rf_mount *mount, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The mode a tmpfs will have. */
uint32_t rf_tmpfs_mode(const struct rf_mount *mount) RF_NONNULL;

/* Which of the three keys spells this mount: volume cannot say a source with a colon. */
enum rf_key rf_mount_key(const struct rf_mount *mount) RF_NONNULL;

/* The mount as its key would be given. */
const char *rf_mount_text(struct rf_arena *arena, const struct rf_mount *mount) RF_NONNULL;

#endif
