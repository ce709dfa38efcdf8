#ifndef RF_CMD_EXEC_H
#define RF_CMD_EXEC_H

#include "base/err.h"
#include "posture/posture.h"

/* What `exec` was asked for beside env, workdir, tty and interactive of the posture. */
struct rf_exec_words {
    const char *name;
    const char *user; /* as it was written, or NULL */
    char *const *command;
    size_t command_count;
};

/* A further process in a running ring. Returns its exit code, or 125, 126, 127 as rf_run() does. */
int rf_exec(const struct rf_posture *posture, const struct rf_exec_words *words,
            struct rf_err *err) RF_NONNULL;

#endif
