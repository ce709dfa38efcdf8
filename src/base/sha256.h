#ifndef RF_BASE_SHA256_H
#define RF_BASE_SHA256_H

#include "base/err.h"

#include <stddef.h>
#include <stdint.h>

/* SHA-256 (FIPS 180-4), to name plans and reports. Not for passwords, not constant in time. */
struct rf_sha256 {
    uint32_t state[8];
    uint64_t total_bytes;
    unsigned char block[64];
};

enum { RF_SHA256_SIZE = 32, RF_SHA256_HEX_SIZE = 65 };

void rf_sha256_init(struct rf_sha256 *sha) RF_NONNULL;

/* `data` may be NULL when `size_bytes` is 0. */
void rf_sha256_update(struct rf_sha256 *sha, const void *data, size_t size_bytes) __attribute__((nonnull(1)));

/* The digest in lower-case hexadecimal, terminated; `sha` must be initialised again before further use. */
void rf_sha256_final_hex(struct rf_sha256 *sha, char ret[RF_SHA256_HEX_SIZE]) RF_NONNULL;

#endif
