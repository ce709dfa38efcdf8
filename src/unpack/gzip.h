#ifndef RF_UNPACK_GZIP_H
#define RF_UNPACK_GZIP_H

#include "base/err.h"
#include "base/str.h"

/* The checksums of gzip (RFC 1952, 2.3.1), which libarchive 3.6 reads over: a page whose bits are others
   would pass. Unpacks all of it and keeps nothing, so let rf_unpack_visit() find first that it is not too
   much. 0 for what does not begin as gzip does; -EBADMSG for members that break off or do not match their
   checksums, and for anything but zeros behind them. */
int rf_unpack_check_gzip(struct rf_str packed, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
