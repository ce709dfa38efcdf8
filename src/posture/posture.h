#ifndef RF_POSTURE_POSTURE_H
#define RF_POSTURE_POSTURE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "posture/key.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a workload may do. Plain data: it can be printed, merged, compared and stored, and knows no system
   call. Text in it lives in the arena it was made with. */

enum { RF_ID_MIN = 1, RF_ID_MAX = 65535, RF_ID_STANDARD = 10001 };

/* A field is unset (the default holds), known, or unknowable (read from a file that leaves it to something we
   cannot see, such as a templated value). */
enum rf_known { RF_UNSET, RF_KNOWN, RF_UNKNOWABLE };

/* Where a value came from. */
struct rf_from {
    enum rf_known known;
    const char *file; /* NULL: the command line or the defaults */
    uint32_t line;    /* counted from 1; 0 outside a file */
    uint32_t column;
    uint32_t start; /* byte span in the file */
    uint32_t end;
};

/* Who it runs as. Numbers lie in 1..65535 (0 is root; 65535 is the last id of the range that rootless Podman
   and Docker's userns-remap hand out). A name is looked up in the root's own passwd or group file when the
   plan is made; text that begins with a digit, sign or blank is never taken for a name (CVE-2026-46680). */
struct rf_user {
    uint32_t uid;
    uint32_t gid;
    const char *user_name;  /* or NULL when uid holds */
    const char *group_name; /* or NULL when gid holds */
    bool has_gid;           /* false: the gid equals the uid; for a name it is the one of the passwd line */
};

enum rf_mount_kind { RF_MOUNT_TMPFS, RF_MOUNT_BIND };

/* A place in the ring that is not the root. */
struct rf_mount {
    enum rf_mount_kind kind;
    const char *src; /* bind: a path on the host, absolute or relative to the caller's directory */
    const char *dst; /* absolute path inside, without `.`, `..` or doubled slashes */
    bool is_read_only;
    bool is_idmapped;  /* bind: ids on disk are those of the owner of `src`, ids inside those of the user */
    bool is_exec;      /* default false for tmpfs, true for bind */
    bool is_recursive; /* bind: with the mounts below it (docker's default is rprivate, recursive) */
    bool has_mode;     /* tmpfs: else 0700 owned by the user, 1777 for /tmp and /var/tmp */
    bool has_owner;    /* tmpfs: else the user */
    uint32_t mode;
    uint32_t uid;
    uint32_t gid;
    uint64_t size_bytes; /* tmpfs */
    uint64_t inodes;     /* tmpfs */
    struct rf_from from;
};

enum rf_home_kind { RF_HOME_TEMPORARY, RF_HOME_PATH, RF_HOME_NONE };
enum rf_network { RF_NETWORK_NONE, RF_NETWORK_LOOPBACK, RF_NETWORK_HOST };
enum rf_seccomp { RF_SECCOMP_DEFAULT, RF_SECCOMP_STRICT, RF_SECCOMP_FILE, RF_SECCOMP_UNCONFINED };
enum rf_userns { RF_USERNS_STANDARD, RF_USERNS_AUTO };
enum rf_log_driver { RF_LOG_PASSTHROUGH, RF_LOG_NONE };

/* The layers that --allow-missing can name, as bits. */
enum rf_layer { RF_LAYER_LANDLOCK = 1 << 0, RF_LAYER_CGROUP = 1 << 1 };

struct rf_ulimit {
    uint32_t resource; /* RLIMIT_* */
    uint64_t soft;     /* UINT64_MAX: unlimited */
    uint64_t hard;
};

struct rf_posture {
    struct rf_arena *arena;
    struct rf_from from[RF_KEY_MAX]; /* of a list: its last entry */

    const char *rootfs; /* directory; one of this and the next two */
    bool is_host;       /* the host's own root, read-only */
    bool is_scratch;    /* an empty root in memory */
    bool is_read_only;  /* false: writes go to a tmpfs above the root and are gone afterwards */
    struct rf_user user;
    uint32_t *group_add; /* supplementary, each 1..65535 */
    size_t group_add_count;
    enum rf_userns userns;

    struct rf_mount *mounts; /* tmpfs, volume and mount, in the order given */
    size_t mount_count;
    enum rf_home_kind home;
    const char *home_path;
    uint64_t home_size_bytes;
    const char *passwd_entry; /* NULL: made from user and home; "" : none */
    uint64_t shm_size_bytes;

    const char **env; /* "NAME=VALUE"; a later one of the same name wins */
    size_t env_count;
    const char *workdir; /* NULL: "/" */
    const char **entrypoint;
    size_t entrypoint_count;
    const char **command;
    size_t command_count;
    const char *hostname;
    const char *name;

    uint64_t cap_add; /* bit n: capability n */
    bool has_no_new_privileges;
    enum rf_seccomp seccomp;
    const char *seccomp_file;
    bool has_landlock;
    enum rf_network network;

    uint64_t memory_bytes;
    uint64_t cpus_milli; /* 0: no limit */
    uint64_t pids_limit;
    struct rf_ulimit *ulimits;
    size_t ulimit_count;
    uint64_t timeout_ms; /* 0: none */
    uint64_t stop_timeout_ms;
    uint32_t stop_signal;

    bool has_init;
    bool has_tty;
    bool is_interactive;
    enum rf_log_driver log_driver;
    uint32_t allow_missing; /* enum rf_layer bits */
    bool has_debug_root;    /* `exec -u 0` is allowed */
    bool has_no_disk;       /* no writable place may lie on a disk */
    const char *job_config; /* a path inside that must be readable when the workload starts */
};

/* The defaults; every `from` is RF_UNSET. `arena` must outlive the posture. */
void rf_posture_init(struct rf_posture *posture, struct rf_arena *arena) RF_NONNULL;

/* The one way in, for flags and files alike: give `key` the value `text`. Lists and maps gain an entry. The
   error names the key, the value and what would be right; the posture is unchanged then. RF_KEY_ENV_FILE is
   not taken here: its reader (cmd) calls this with RF_KEY_ENV for each line. */
int rf_posture_set(struct rf_posture *posture, enum rf_key key, struct rf_str text,
                   const struct rf_from *from, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The key that says what the root is: rootfs, host or scratch; RF_KEY_NONE when none does yet. */
enum rf_key rf_posture_root(const struct rf_posture *posture) RF_NONNULL;

/* Lay `over` on `base`: whatever `over` has set replaces or, for lists and maps, joins what `base` has.
   Both must use the same arena. On failure (no memory) `base` is as before. */
int rf_posture_merge(struct rf_posture *base, const struct rf_posture *over,
                     struct rf_err *err) RF_NONNULL RF_CHECK;

/* Whether `tight` allows nothing that `loose` forbids. On false *ret_key is the first key that is looser. */
bool rf_posture_is_within(const struct rf_posture *tight, const struct rf_posture *loose,
                          enum rf_key *ret_key) RF_NONNULL;

/* The value of a key as text that rf_posture_set() would accept; entry `index` of a list. NULL past the end
   or when the key has nothing to say. From the posture's arena. */
const char *rf_posture_text(const struct rf_posture *posture, enum rf_key key, size_t index) RF_NONNULL;

#endif
