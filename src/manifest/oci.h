#ifndef RF_MANIFEST_OCI_H
#define RF_MANIFEST_OCI_H

#include "manifest/subject.h"

/* config.json of a bundle (OCI runtime specification 1.0 to 1.2) as one subject: what a runtime will start,
   after every default of the engine that wrote it. A name space that is not listed, or has a path, is
   another's: the host's, or one that is shared.

   Errors begin with "LINE:COLUMN: ". `file` and `text` must outlive the subject. */
int rf_oci_read(const char *file, struct rf_str text, struct rf_arena *arena, struct rf_subject *ret,
                struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
