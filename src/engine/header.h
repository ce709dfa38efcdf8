#ifndef RF_ENGINE_HEADER_H
#define RF_ENGINE_HEADER_H

#include "base/err.h"
#include "base/str.h"

/* Headers that a job adds to a request of ours (auth_headers). */

enum { RF_HEADER_BYTES = 8192 };

/* Whether the text is "Name: value": a token (RFC 9110, 5.6.2), a colon, and something printable in ASCII;
   and no header that says where a request goes, how long it is, or what of the answer is wanted (Host,
   Content-Length, Connection, Range, Proxy-...). The error does not repeat the value: it may be a secret. */
int rf_header_check(struct rf_str text, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
