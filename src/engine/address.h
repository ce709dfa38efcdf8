#ifndef RF_ENGINE_ADDRESS_H
#define RF_ENGINE_ADDRESS_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>

/* Addresses that a fetch may connect to. All are 16 bytes, IPv4 as ::ffff:0:0/96, so that both spellings of
   one address are one address. */

/* One address or a range of them. */
struct rf_address_range {
    unsigned char address[16];
    unsigned prefix; /* bits, 0..128; of IPv4 96 more than is written */
};

/* "10.0.0.0/8", "fd00::/8", or one address. Bits behind the prefix must be zero, so that a slip of the pen is
   no other range. */
int rf_address_range_parse(const char *text, struct rf_address_range *ret,
                           struct rf_err *err) RF_NONNULL RF_CHECK;

bool rf_address_is_in(const struct rf_address_range *range, const unsigned char address[16]) RF_NONNULL;

/* NULL for an address of the public internet; for any other what it is, with the source: "loopback (RFC
   1122)". Translated and tunnelled addresses (mapped, NAT64, 6to4) are judged by the IPv4 address inside. */
const char *rf_address_refusal(const unsigned char address[16]) RF_NONNULL;

#endif
