/* Which addresses belong to the public internet: the special-purpose registries of IANA (RFC 6890) as a
   table, https://www.iana.org/assignments/iana-ipv4-special-registry and -ipv6-special-registry. Where a
   registry calls a small part of a block reachable (192.0.0.9, 2001:1::1, 2001:20::/28), the block is refused
   with it: nobody serves files there. */
#include "engine/address.h"

#include "base/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

enum { BYTES = 16, BITS = 8 * BYTES, V4_BITS = 96 };

#define V4(a, b, c, d)                                                                                       \
    {                                                                                                        \
        0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, a, b, c, d                                                 \
    }
#define V6(a, b, c)                                                                                          \
    {                                                                                                        \
        (a) >> 8, (a)&0xff, (b) >> 8, (b)&0xff, (c) >> 8, (c)&0xff                                           \
    }

/* The first row that holds an address judges it. `inside` is where an IPv4 address lies that it stands for.
 */
static const struct {
    struct rf_address_range range;
    unsigned inside; /* 0: refused */
    const char *what;
} special[] = {
    {{V4(0, 0, 0, 0), V4_BITS + 8}, 0, "this host (RFC 1122)"},
    {{V4(10, 0, 0, 0), V4_BITS + 8}, 0, "private (RFC 1918)"},
    {{V4(100, 64, 0, 0), V4_BITS + 10}, 0, "shared by a provider (RFC 6598)"},
    {{V4(127, 0, 0, 0), V4_BITS + 8}, 0, "loopback (RFC 1122)"},
    {{V4(169, 254, 0, 0), V4_BITS + 16}, 0, "link-local, cloud metadata (RFC 3927)"},
    {{V4(172, 16, 0, 0), V4_BITS + 12}, 0, "private (RFC 1918)"},
    {{V4(192, 0, 0, 0), V4_BITS + 24}, 0, "for protocols (RFC 6890)"},
    {{V4(192, 0, 2, 0), V4_BITS + 24}, 0, "for documentation (RFC 5737)"},
    {{V4(192, 88, 99, 0), V4_BITS + 24}, 0, "6to4 relays (RFC 7526)"},
    {{V4(192, 168, 0, 0), V4_BITS + 16}, 0, "private (RFC 1918)"},
    {{V4(198, 18, 0, 0), V4_BITS + 15}, 0, "for benchmarks (RFC 2544)"},
    {{V4(198, 51, 100, 0), V4_BITS + 24}, 0, "for documentation (RFC 5737)"},
    {{V4(203, 0, 113, 0), V4_BITS + 24}, 0, "for documentation (RFC 5737)"},
    {{V4(224, 0, 0, 0), V4_BITS + 4}, 0, "multicast (RFC 5771)"},
    {{V4(240, 0, 0, 0), V4_BITS + 4}, 0, "reserved, broadcast (RFC 1112, RFC 919)"},
    {{V6(0, 0, 0), 128}, 0, "unspecified (RFC 4291)"},
    {{{[15] = 1}, 128}, 0, "loopback (RFC 4291)"},
    {{V6(0, 0, 0), 96}, 0, "IPv4-compatible (RFC 4291)"},
    {{V6(0x64, 0xff9b, 0), 96}, 12, "NAT64 (RFC 6052)"},
    {{V6(0x64, 0xff9b, 1), 48}, 0, "local NAT64 (RFC 8215)"},
    {{V6(0x100, 0, 0), 64}, 0, "discarded (RFC 6666)"},
    {{V6(0x2001, 0, 0), 23}, 0, "for protocols, Teredo (RFC 2928, RFC 4380)"},
    {{V6(0x2001, 0xdb8, 0), 32}, 0, "for documentation (RFC 3849)"},
    {{V6(0x2002, 0, 0), 16}, 2, "6to4 (RFC 3056)"},
    {{V6(0x3fff, 0, 0), 20}, 0, "for documentation (RFC 9637)"},
    {{V6(0x5f00, 0, 0), 16}, 0, "segment routing (RFC 9602)"},
    {{V6(0xfc00, 0, 0), 7}, 0, "private, cloud metadata (RFC 4193)"},
    {{V6(0xfe80, 0, 0), 10}, 0, "link-local (RFC 4291)"},
    {{V6(0xfec0, 0, 0), 10}, 0, "site-local (RFC 3879)"},
    {{V6(0xff00, 0, 0), 8}, 0, "multicast (RFC 4291)"},
};

/* Everything else of IPv4, and the only part of IPv6 that global unicast addresses were ever taken from (RFC
   4291, 2.4 and the IPv6 address space registry). */
static const struct rf_address_range global[] = {{V4(0, 0, 0, 0), V4_BITS}, {V6(0x2000, 0, 0), 3}};

bool rf_address_is_in(const struct rf_address_range *range, const unsigned char address[16])
{
    unsigned bytes = range->prefix / 8;
    unsigned bits = range->prefix % 8;

    return memcmp(range->address, address, bytes) == 0 &&
           (bits == 0 || (range->address[bytes] ^ address[bytes]) >> (8 - bits) == 0);
}

static size_t find_row(const unsigned char address[16])
{
    size_t row = 0;

    while (row < RF_COUNT(special) && !rf_address_is_in(&special[row].range, address))
        row++;
    return row;
}

const char *rf_address_refusal(const unsigned char address[16])
{
    unsigned char inner[BYTES] = V4(0, 0, 0, 0);
    size_t row = find_row(address);

    if (row < RF_COUNT(special) && special[row].inside) {
        memcpy(inner + V4_BITS / 8, address + special[row].inside, BYTES - V4_BITS / 8);
        address = inner;
        row = find_row(address);
    }
    if (row < RF_COUNT(special))
        return special[row].what;
    for (size_t i = 0; i < RF_COUNT(global); i++)
        if (rf_address_is_in(&global[i], address))
            return NULL;
    return "not assigned (RFC 4291)";
}

int rf_address_range_parse(const char *text, struct rf_address_range *ret, struct rf_err *err)
{
    struct rf_str address;
    struct rf_str bits = rf_str_cut(rf_str_of(text), '/', &address);
    struct rf_address_range range = {.address = V4(0, 0, 0, 0)};
    struct rf_address_range masked;
    char copy[INET6_ADDRSTRLEN] = "";
    uint64_t prefix = 0;
    bool is_v4 = false;
    bool is_good;

    if (address.len < sizeof(copy))
        memcpy(copy, address.ptr, address.len);
    is_v4 = inet_pton(AF_INET, copy, range.address + V4_BITS / 8) == 1;
    is_good = is_v4 || inet_pton(AF_INET6, copy, range.address) == 1;
    prefix = is_v4 ? BITS - V4_BITS : BITS;
    if (bits.ptr)
        is_good = is_good && rf_num_u64(bits, prefix, &prefix) == 0;
    if (!is_good)
        return rf_fail(err, -EINVAL, "\"%s\": want an address or a range, such as 10.0.0.0/8 or fd00::/8",
                       text);
    range.prefix = (unsigned)prefix + (is_v4 ? V4_BITS : 0);
    masked = range;
    for (unsigned bit = range.prefix; bit < BITS; bit++)
        masked.address[bit / 8] &= (unsigned char)~(0x80U >> bit % 8);
    if (memcmp(masked.address, range.address, BYTES) != 0)
        return rf_fail(err, -EINVAL,
                       "\"%s\": bits behind the prefix are set: want the first address of the range", text);
    *ret = range;
    return 0;
}
