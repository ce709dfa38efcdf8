#ifndef RF_INSIDE_INSIDE_H
#define RF_INSIDE_INSIDE_H

#include "base/frames.h"

/* `ringfence-inside`, the command of rings whose program wants files where the host has only descriptors. It
   is no user interface: the host writes the words, and they are always right. A row of files is as
   base/frames.h has it.

     ringfence-inside collect DIR NAME... -- COMMAND...
         Run COMMAND, then write the files of these names in DIR to standard output as a row, and end with 0.
         Names of which there is no file are left out; what is no regular file is an error. DIR is made where
   it is missing. The command's own standard output goes to /dev/null, or to DIR/stdout where `stdout` is one
   of the names. When COMMAND fails nothing is written and its exit code is the answer: 128+n for a signal,
   126 and 127 as shells have them.

     ringfence-inside spread DIR -- COMMAND...
         Make the row of files on standard input files in DIR, which is made where it is missing, and
   DIR/list, which holds their paths, one a line, in order. Then become COMMAND, with /dev/null as standard
   input.

     ringfence-inside store DIR
         Put the row of files on standard input into DIR, each whole or not at all: the name leads to the new
   file once that is on the disk. A regular file of the name is replaced, anything else is refused. Modes are
   0644, less the umask. It runs inside so that the ring's user owns them.

   121 means that this program itself has failed; the sentence is on standard error. */

enum {
    RF_INSIDE_FAILED = 121, /* what neither engines nor shells nor rings use */
    RF_INSIDE_FILES = 10000,
    RF_INSIDE_NAMES = 64 /* of collect */
};

/* All files of a row together; a ring's own limits are far below. */
#define RF_INSIDE_BYTES ((uint64_t)1 << 36)

/* Each takes the words behind its name and returns the exit code, with a sentence where it is
 * RF_INSIDE_FAILED. */
int rf_inside_collect(char **words, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_inside_spread(char **words, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_inside_store(char **words, struct rf_err *err) RF_NONNULL RF_CHECK;

/* --- shared --- */

/* The words behind "--", or NULL when there are none. */
char **rf_inside_command(char **words) RF_NONNULL;

/* Open a directory; a link is none. With `is_made` it is made where it is missing. */
int rf_inside_open_dir(const char *path, bool is_made, int *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

int rf_inside_write(int fd, const char *bytes, size_t len, const char *what,
                    struct rf_err *err) RF_NONNULL RF_CHECK;

/* Exactly so many bytes; -EBADMSG when there are fewer. `what` is the file's name. */
int rf_inside_copy(int from, int to, uint64_t bytes, const char *what,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* The next header on standard input; at the end of the row nothing may follow. */
int rf_inside_next(struct rf_frames *frames, struct rf_frame *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The exit code of a command that could not be executed. */
int rf_inside_exec_code(int code);

#endif
