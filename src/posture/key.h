#ifndef RF_POSTURE_KEY_H
#define RF_POSTURE_KEY_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* Everything a posture can say has one name, used everywhere: the flag is --pids-limit, the line in
   ringfence.yaml is `pids_limit:`, the plan and its errors name the same. One table (key.c) holds the name,
   the shape, the default, the sentence and the example from which --help, the man page, shell completion, the
   documentation of ringfence.yaml and the parsers are made. The names are those of docker run where it has
   one. */
enum rf_key {
    RF_KEY_NONE, /* "ring": what every ring has, whatever the posture says */
    RF_KEY_ROOTFS,
    RF_KEY_HOST,
    RF_KEY_SCRATCH,
    RF_KEY_USER,
    RF_KEY_GROUP_ADD,
    RF_KEY_USERNS,
    RF_KEY_READ_ONLY,
    RF_KEY_TMPFS,
    RF_KEY_VOLUME,
    RF_KEY_MOUNT, /* a spelling of tmpfs and volume: docker's --mount type=... */
    RF_KEY_HOME,
    RF_KEY_PASSWD_ENTRY,
    RF_KEY_SHM_SIZE,
    RF_KEY_ENV,
    RF_KEY_ENV_FILE,
    RF_KEY_WORKDIR,
    RF_KEY_ENTRYPOINT,
    RF_KEY_COMMAND,
    RF_KEY_HOSTNAME,
    RF_KEY_NAME,
    RF_KEY_CAP_ADD,
    RF_KEY_SECURITY_OPT, /* a spelling of no_new_privileges, seccomp and landlock */
    RF_KEY_NO_NEW_PRIVILEGES,
    RF_KEY_SECCOMP,
    RF_KEY_LANDLOCK,
    RF_KEY_NETWORK,
    RF_KEY_MEMORY,
    RF_KEY_CPUS,
    RF_KEY_PIDS_LIMIT,
    RF_KEY_ULIMIT,
    RF_KEY_TIMEOUT,
    RF_KEY_STOP_TIMEOUT,
    RF_KEY_STOP_SIGNAL,
    RF_KEY_INIT,
    RF_KEY_TTY,
    RF_KEY_INTERACTIVE,
    RF_KEY_LOG_DRIVER,
    RF_KEY_ALLOW_MISSING,
    RF_KEY_DEBUG_ROOT,
    RF_KEY_NO_DISK,
    RF_KEY_JOB_CONFIG,
    RF_KEY_MAX
};

enum rf_shape {
    RF_SHAPE_BOOL, /* a flag without a value; `true` or `false` in the file, --flag=false on the command line
                    */
    RF_SHAPE_ONE,  /* one value; a later one replaces an earlier one */
    RF_SHAPE_LIST, /* repeated flag; a YAML list; later values are added */
    RF_SHAPE_MAP   /* as a list, each value NAME=VALUE; a YAML map */
};

/* One row of the table. All text is static. */
struct rf_key_info {
    enum rf_key key;
    const char *flag; /* "pids-limit"; the key in the file has '_' where this has '-' */
    char letter;      /* 'u' for -u, or 0 */
    enum rf_shape shape;
    const char *value;    /* what help prints for the value, "UID[:GID]"; NULL for a bool */
    const char *standard; /* the default as text, as the user would write it; NULL for "nothing" */
    const char *help;     /* one sentence, no full stop */
    const char *example;  /* a value that the parser accepts: tests feed every one back */
    const char *details; /* for the man page: limits, sources, what happens where it cannot be had; or NULL */
};

/* The row of `key`, never NULL. */
const struct rf_key_info *rf_key_info(enum rf_key key);

/* The flag or the key of the file that is called so, or RF_KEY_NONE. `-` and `_` are the same here. */
enum rf_key rf_key_by_name(struct rf_str name);

/* The nearest known name for a mistyped one ("did you mean"), or NULL. */
const char *rf_key_like(struct rf_str name);

#endif
