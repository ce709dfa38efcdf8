#ifndef RF_ENGINE_URL_H
#define RF_ENGINE_URL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* URLs as far as a job may name them: file, http and https, by RFC 3986 and stricter. Whatever two programs
   could read in two ways is refused, so that what was checked is what is fetched: credentials, fragments,
   blanks, backslashes, bytes beyond ASCII, addresses in any but their usual form (127.1, 0x7f.0.0.1,
   2130706433), zones of IPv6. What goes on to another program is written anew from the parts (rf_url_text),
   never the text that came in.

   Errors say what is wrong with which byte and leave it to the caller to say with what; they do not repeat
   the text, since a query may hold a secret. */

enum { RF_URL_BYTES = 8192, RF_HOST_BYTES = 253 };

enum rf_url_scheme { RF_URL_FILE, RF_URL_HTTP, RF_URL_HTTPS };

struct rf_url_host {
    char name[RF_HOST_BYTES + 1]; /* lower case, without the last dot; an address in its shortest form */
    bool is_address;
    bool is_v6;                /* was written in brackets */
    unsigned char address[16]; /* IPv4 as ::ffff:0:0/96 */
};

struct rf_url {
    enum rf_url_scheme scheme;
    struct rf_url_host host; /* of a file: empty */
    uint16_t port;           /* the scheme's own where none was written; of a file: 0 */
    struct rf_str path;      /* from its first slash, with the query, as it was written; never empty */
};

/* `text` must outlive *ret. -EINVAL; -E2BIG beyond RF_URL_BYTES; -EPROTONOSUPPORT for another scheme. */
int rf_url_parse(struct rf_str text, struct rf_url *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* "HOST", "HOST:PORT", "[V6]:PORT": what stands between the slashes. *ret_port is 0 where none is written. */
int rf_url_authority(struct rf_str text, struct rf_url_host *ret_host, uint16_t *ret_port,
                     struct rf_err *err) RF_NONNULL RF_CHECK;

/* Where a Location header leads from `base` (RFC 3986, 5.2). Its fragment is dropped: it is never sent. */
int rf_url_follow(const struct rf_url *base, struct rf_str location, struct rf_arena *arena,
                  struct rf_url *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Scheme, host and port are the same (RFC 6454). */
bool rf_url_is_same_origin(const struct rf_url *a, const struct rf_url *b) RF_NONNULL;

uint16_t rf_url_default_port(enum rf_url_scheme scheme);
const char *rf_url_scheme_name(enum rf_url_scheme scheme);

/* The URL with its port, or NULL when the arena is full. rf_url_parse() reads the same from it. */
const char *rf_url_text(const struct rf_url *url, struct rf_arena *arena) RF_NONNULL;

#endif
