#ifndef RF_BASE_FRAMES_H
#define RF_BASE_FRAMES_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Files in a row: how they go into a ring and come out of it, where nothing leads but one descriptor each
   way.

       8 bytes   "rfframe1"
       8 bytes   size of the file, little endian
      64 bytes   its name, NULs behind it
      size bytes the file

   and so on; a header without name and size ends the row, so that one which was cut off is known. A name has
   1 to 63 of A-Z a-z 0-9 . _ - and begins with another byte than a dot; the names ascend, byte by byte, so
   that none comes twice. What comes out of a ring is a stranger's: whoever reads it sets limits, and lists
   the names where he knows them. */

enum { RF_FRAME_HEADER_BYTES = 80, RF_FRAME_NAME_BYTES = 64 };

struct rf_frame_limits {
    uint64_t files;
    uint64_t bytes;           /* of all files together */
    const char *const *names; /* the only ones that may come; NULL: any */
    size_t name_count;
};

/* Where a reader or writer of a row is; no field is for the caller. */
struct rf_frames {
    struct rf_frame_limits limits;
    uint64_t files;
    uint64_t bytes;
    char last[RF_FRAME_NAME_BYTES];
};

struct rf_frame {
    const char *name; /* lies in the struct rf_frames, until the next one; NULL at the end of the row */
    uint64_t size_bytes;
    struct rf_str bytes; /* of rf_frames_cut() only */
};

/* `limits` is copied; its names must outlive `frames`. A writer, who sets no limits, passes NULL. */
void rf_frames_init(struct rf_frames *frames, const struct rf_frame_limits *limits)
    __attribute__((nonnull(1)));

bool rf_frame_name_is_valid(struct rf_str name);

/* Read the header of the next file, for whoever reads a stream. -EBADMSG for what is no header or not
   allowed, -E2BIG beyond a limit. */
int rf_frames_read(struct rf_frames *frames, const char header[RF_FRAME_HEADER_BYTES], struct rf_frame *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* Cut the next file off the beginning of *rest, which is the whole row at first. At the end nothing may be
 * left. */
int rf_frames_cut(struct rf_frames *frames, struct rf_str *rest, struct rf_frame *ret,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* Write the header of a file of this size; its bytes follow. An empty name is the end. Errors
   as above. */
int rf_frames_write(struct rf_frames *frames, struct rf_str name, uint64_t size_bytes,
                    char ret[RF_FRAME_HEADER_BYTES], struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
