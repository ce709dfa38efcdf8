#ifndef RF_UNPACK_UNPACK_H
#define RF_UNPACK_UNPACK_H

#include "unpack/archive.h"

/* `ringfence-unpack ENTRIES BYTES RATIO`, the command of the ring of an archive. It is no user interface: the
   host writes the words. The archive is the file on standard input; to standard output, a file too, goes a
   row of its regular files (base/frames.h) in the natural order of their names (unpack/name.h). 1 means that
   the archive was refused; the sentence is on standard error. */

/* Where the row goes: `put` gets each byte of it once, in no order. */
struct rf_unpack_sink {
    void *context;
    int (*put)(void *context, uint64_t at, struct rf_str bytes, struct rf_err *err);
};

/* The archive is read twice: names and sizes come first, and with them the place of each file in the row.
   Nothing is put before all of it was read and found right. Beside what rf_unpack_visit() refuses, -EBADMSG
   for an archive without a file and for two files of one name. Takes memory for names only. */
int rf_unpack(struct rf_str packed, const struct rf_unpack_limits *limits, const struct rf_unpack_sink *sink,
              struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
