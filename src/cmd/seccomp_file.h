#ifndef RF_CMD_SECCOMP_FILE_H
#define RF_CMD_SECCOMP_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "plan/seccomp.h"

#include <stdint.h>

/* A seccomp profile in the JSON of docker (defaultAction, archMap, syscalls with includes and excludes) or of
   the OCI runtime specification (the `linux.seccomp` object). docs/seccomp.md says what is taken and what is
   refused. */

enum { RF_SECCOMP_FILE_MAX = 1 << 20 };

/* What the profile is read for. */
struct rf_seccomp_file_facts {
    uint64_t caps;         /* bit n: the workload has capability n (`includes`, `excludes`) */
    uint32_t kernel_major; /* of the running kernel (`minKernel`) */
    uint32_t kernel_minor;
};

/* What the caller may want to tell. */
struct rf_seccomp_file_notes {
    uint32_t
        unknown_names; /* calls of other architectures, or newer than this program: ignored, as docker does */
    const char *first_unknown; /* one of them, from the arena; NULL when there is none */
};

/* Read `text`. All storage of *ret is from `arena`, which needs about 64 KiB beside the text. Calls of other
   architectures are refused whatever the profile says. The error names line and column. */
int rf_seccomp_file_read(struct rf_str text, const struct rf_seccomp_file_facts *facts,
                         struct rf_arena *arena, struct rf_profile *ret,
                         struct rf_seccomp_file_notes *ret_notes, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
