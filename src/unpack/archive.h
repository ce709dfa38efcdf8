#ifndef RF_UNPACK_ARCHIVE_H
#define RF_UNPACK_ARCHIVE_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* An archive, read by libarchive from its first entry to its end: zip, and tar as it is or packed by gzip, xz
   or zstd; nothing else that libarchive knows. Whatever it warns of is an error here. */

struct rf_unpack_limits {
    uint64_t entries; /* directories and what is passed over count too */
    uint64_t bytes;   /* of all entries together, unpacked */
    uint64_t ratio;   /* unpacked bytes for each packed one, looked at above RF_UNPACK_FREE_BYTES */
};

/* White pages shrink a thousandfold, so little data may have any ratio: engine/limits.h. */
#define RF_UNPACK_FREE_BYTES ((uint64_t)10 << 20)

/* Who looks at an archive. What begins is a regular file, by a name that rf_unpack_name() has cut; its bytes
   follow piece by piece. A negative code, with a sentence, ends the reading. */
struct rf_unpack_visitor {
    void *context;
    int (*begin)(void *context, struct rf_str name, struct rf_err *err);
    int (*take)(void *context, struct rf_str bytes, struct rf_err *err);
};

/* Directories and what macOS puts beside files are passed over. -EBADMSG for what is no such archive or is
   broken, for links, devices, encrypted entries and bad names; -E2BIG beyond a limit. Names beyond ASCII want
   a locale whose letters are UTF-8 (setlocale(3)). */
int rf_unpack_visit(struct rf_str packed, const struct rf_unpack_limits *limits,
                    const struct rf_unpack_visitor *visitor, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
