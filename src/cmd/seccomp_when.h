#ifndef RF_CMD_SECCOMP_WHEN_H
#define RF_CMD_SECCOMP_WHEN_H

#include "base/arena.h"
#include "base/err.h"
#include "cmd/seccomp_file.h"
#include "text/json.h"

#include <stdbool.h>

/* What an "includes" or "excludes" of docker's seccomp JSON says about this run; [0] is caps, [1] is arches.
 */
struct rf_seccomp_when {
    bool has_list[2];
    bool has_any[2];
    bool has_all[2];
    bool has_kernel;
    bool is_kernel;
};

/* Read {"caps": [...], "arches": [...], "minKernel": "4.8"} or null. */
int rf_seccomp_when_read(struct rf_json *json, const struct rf_seccomp_file_facts *facts,
                         struct rf_arena *arena, struct rf_seccomp_when *ret,
                         struct rf_err *err) RF_NONNULL RF_CHECK;

/* Every capability, one of the architectures, and the kernel. */
bool rf_seccomp_when_includes(const struct rf_seccomp_when *when) RF_NONNULL;

/* Any capability, any architecture, or the kernel. */
bool rf_seccomp_when_excludes(const struct rf_seccomp_when *when) RF_NONNULL;

#endif
