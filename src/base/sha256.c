/* SHA-256 as FIPS 180-4 states it, in a hundred lines instead of a library in the front program. */
#include "base/sha256.h"

#include <string.h>

/* Fractional parts of the cube roots of the first 64 primes. */
static const uint32_t rounds[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

static uint32_t rotate(uint32_t x, unsigned n)
{
    return x >> n | x << (32 - n);
}

static uint32_t load(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static void store(unsigned char *p, uint32_t x)
{
    p[0] = (unsigned char)(x >> 24);
    p[1] = (unsigned char)(x >> 16);
    p[2] = (unsigned char)(x >> 8);
    p[3] = (unsigned char)x;
}

/* The letter a..h (0..7) in round `t`: the names move on by one in each round, the numbers stay where they
 * are. */
static uint32_t *letter(uint32_t s[8], size_t name, size_t t)
{
    return &s[(name - t) % 8];
}

/* One block of 64 bytes; letters as in the standard. */
static void compress(uint32_t state[8], const unsigned char *block)
{
    uint32_t w[64];
    uint32_t s[8];

    for (size_t t = 0; t < 16; t++)
        w[t] = load(block + 4 * t);
    for (size_t t = 16; t < 64; t++) {
        uint32_t s0 = rotate(w[t - 15], 7) ^ rotate(w[t - 15], 18) ^ w[t - 15] >> 3;
        uint32_t s1 = rotate(w[t - 2], 17) ^ rotate(w[t - 2], 19) ^ w[t - 2] >> 10;

        w[t] = w[t - 16] + s0 + w[t - 7] + s1;
    }
    memcpy(s, state, sizeof(s));
    for (size_t t = 0; t < 64; t++) {
        uint32_t *h = letter(s, 7, t);
        uint32_t a = *letter(s, 0, t);
        uint32_t e = *letter(s, 4, t);
        uint32_t t1 = *h + rounds[t] + w[t] + (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) +
                      ((e & *letter(s, 5, t)) ^ (~e & *letter(s, 6, t)));
        uint32_t b = *letter(s, 1, t);
        uint32_t c = *letter(s, 2, t);

        *letter(s, 3, t) += t1;
        *h = t1 + (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    }
    for (size_t i = 0; i < 8; i++)
        state[i] += s[i];
}

void rf_sha256_init(struct rf_sha256 *sha)
{
    *sha = (struct rf_sha256){.state = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f,
                                        0x9b05688c, 0x1f83d9ab, 0x5be0cd19}};
}

void rf_sha256_update(struct rf_sha256 *sha, const void *data, size_t size_bytes)
{
    const unsigned char *p = data;
    size_t held = (size_t)(sha->total_bytes % sizeof(sha->block));

    sha->total_bytes += size_bytes;
    if (held + size_bytes >= sizeof(sha->block) && held > 0) {
        size_t part = sizeof(sha->block) - held;

        memcpy(sha->block + held, p, part);
        compress(sha->state, sha->block);
        p += part;
        size_bytes -= part;
        held = 0;
    }
    for (; size_bytes >= sizeof(sha->block); p += sizeof(sha->block), size_bytes -= sizeof(sha->block))
        compress(sha->state, p);
    if (size_bytes > 0)
        memcpy(sha->block + held, p, size_bytes);
}

static void final(struct rf_sha256 *sha, unsigned char ret[RF_SHA256_SIZE])
{
    static const unsigned char padding[64] = {0x80};
    uint64_t total_bits = sha->total_bytes * 8;
    size_t held = (size_t)(sha->total_bytes % sizeof(sha->block));
    unsigned char length[8];

    store(length, (uint32_t)(total_bits >> 32));
    store(length + 4, (uint32_t)total_bits);
    rf_sha256_update(sha, padding, (held < 56 ? 56 : 120) - held);
    rf_sha256_update(sha, length, sizeof(length));
    for (size_t i = 0; i < 8; i++)
        store(ret + 4 * i, sha->state[i]);
}

void rf_sha256_final_hex(struct rf_sha256 *sha, char ret[RF_SHA256_HEX_SIZE])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char digest[RF_SHA256_SIZE];

    final(sha, digest);
    for (size_t i = 0; i < RF_SHA256_SIZE; i++) {
        ret[2 * i] = digits[digest[i] >> 4];
        ret[2 * i + 1] = digits[digest[i] & 15];
    }
    ret[2 * RF_SHA256_SIZE] = '\0';
}
