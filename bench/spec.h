#ifndef RF_BENCH_SPEC_H
#define RF_BENCH_SPEC_H

#include "base/arena.h"
#include "base/err.h"

#include <stddef.h>
#include <sys/types.h>

/* A specification: one command a line, "label<TAB>words". Words are parted by blanks, there is no quoting,
   and "#" begins a comment line. A label is made of letters, digits and "._+-". Words that begin with "@" are
   ours:
       @fd:10=FILE   the command finds FILE open for reading as descriptor 10, opened anew at every start
       @mnt:FILE     the command starts in the mount name space FILE (/proc/PID/ns/mnt)
       @@            alone: a name that no other start has had, "rf<pid>n<count>" */
enum { RF_SPEC_LINES = 32, RF_SPEC_WORDS = 1024, RF_SPEC_FILES = 4, RF_SPEC_ID = 48 };

struct rf_spec_file {
    int fd;
    const char *path;
};

struct rf_spec_line {
    const char *label;
    char **argv; /* terminated */
    size_t argc;
    struct rf_spec_file files[RF_SPEC_FILES];
    size_t file_count;
    int mount_ns; /* descriptor, or -1 */
    char id[RF_SPEC_ID];
    unsigned long starts;
};

struct rf_spec {
    struct rf_arena arena;
    struct rf_spec_line *lines;
    size_t count;
};

/* Where the standard streams of a command come from. */
struct rf_spec_streams {
    int in;
    int out;
    int err;
};

int rf_spec_open(const char *path, struct rf_spec *ret, struct rf_err *err) RF_NONNULL RF_CHECK;
void rf_spec_done(struct rf_spec *spec);

/* Start a line by vfork and execve; returns its pid or a negative errno. A command that cannot be executed
   ends with 127. The caller must have one thread. */
pid_t rf_spec_start(struct rf_spec_line *line, const struct rf_spec_streams *streams) RF_NONNULL RF_CHECK;

#endif
