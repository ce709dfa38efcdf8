#ifndef RF_CMD_PROGRAM_H
#define RF_CMD_PROGRAM_H

#include "cmd/options.h"

#include <sys/types.h>

/* What every program of ours does around its verbs: find the verb, read its words, print what went wrong,
   once.

   `ringfence` holds the verbs that need nothing but libc and must start at once; the others are programs of
   their own, `ringfence-HELPER`, which the front executes with the same words. They lie beside the front, or
   in
   ../libexec/ringfence/ from there. */

/* One invocation, as every verb gets it. */
struct rf_call {
    struct rf_posture *posture; /* file and flags */
    const struct rf_options *options;
    pid_t parent; /* of this process, asked for first of all */
    char *words;  /* this process's arguments and environment, one piece of memory */
    size_t words_len;
};

/* A verb that this program holds. `act` returns the exit code and fills `err` when there is something to say.
 */
struct rf_act {
    const char *name;
    int (*act)(const struct rf_call *call, struct rf_err *err);
};

/* The whole of main(). Returns the exit code. */
int rf_program(int argc, char **argv, const struct rf_act *acts, size_t count) RF_NONNULL;

/* The path of a file that is installed beside this program or in ../libexec/ringfence/. -ENOENT says where it
   was looked for. */
enum { RF_HELPER_PATH = 4096 };
int rf_helper_path(const char *name, char ret[RF_HELPER_PATH], struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
