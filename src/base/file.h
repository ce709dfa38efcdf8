#ifndef RF_BASE_FILE_H
#define RF_BASE_FILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* The whole of a regular file of at most `limit_bytes`, in the arena and terminated. A FIFO, a device or a
   directory is refused. Links in the path are followed: it is the user's own. */
int rf_file_read(const char *path, size_t limit_bytes, struct rf_arena *arena, struct rf_str *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* The same for an open file, which stays open; `what` is what errors call it. */
int rf_file_read_fd(int fd, const char *what, size_t limit_bytes, struct rf_arena *arena, struct rf_str *ret,
                    struct rf_err *err) RF_NONNULL RF_CHECK;

/* The same for anything that can be read, to its end: a pipe, standard input. */
int rf_file_read_stream(int fd, const char *what, size_t limit_bytes, struct rf_arena *arena,
                        struct rf_str *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
