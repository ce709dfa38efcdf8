#ifndef RF_UNPACK_NAME_H
#define RF_UNPACK_NAME_H

#include "base/err.h"
#include "base/frames.h"
#include "base/str.h"

#include <stdbool.h>

/* Names in an archive. No file is ever made under one: they are for the order of the entries and for errors.
   Those that would lead out of a directory are refused all the same, since an archive that has them is made
   to attack and not to be read. */

enum {
    RF_UNPACK_NAME_BYTES = 4096, /* PATH_MAX */
    RF_UNPACK_SHOWN = 100,       /* of a name, in an error */
    RF_UNPACK_ENTRIES = 99999999 /* as many as have numbers of eight digits */
};

/* Check a name and cut it: "./" before it and, of a directory's, "/" behind it are gone in *ret, which is
   empty for the directory "./" itself. -EBADMSG for one that is empty or longer than RF_UNPACK_NAME_BYTES,
   not UTF-8, absolute ("/x", "C:/x"), or has a control character (C0, DEL, C1), a backslash, an empty
   component,
   "." or "..". */
int rf_unpack_name(struct rf_str name, bool is_directory, struct rf_str *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* What macOS puts beside files: __MACOSX/, .DS_Store, ._NAME. For names that rf_unpack_name() has cut. */
bool rf_unpack_is_litter(struct rf_str name);

/* The natural order, as strcmp() has its results: "page2" before "page10", a directory's files together,
   upper and lower case of ASCII alike. 0 only for names that are the same byte by byte. */
int rf_unpack_name_compare(struct rf_str a, struct rf_str b);

/* What the entry is called in a row of files (base/frames.h), where names ascend byte by byte: its place in
   eight digits, and what its last component has of the letters that a row takes: "00000001-page_1.png". */
void rf_unpack_frame_name(size_t place, struct rf_str name, char ret[RF_FRAME_NAME_BYTES]) RF_NONNULL;

#endif
