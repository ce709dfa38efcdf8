/* What rf_snprintf() writes is what libc's snprintf() writes. */
#include "base/format.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const size_t sizes[] = {0, 1, 2, 5, 6, 63, 64};

/* The formats are literals wherever they are used, so that the compiler checks them against both functions.
 */
#define SAME(...)                                                                                            \
    do {                                                                                                     \
        for (size_t i = 0; i < RF_COUNT(sizes); i++) {                                                       \
            char ours[64];                                                                                   \
            char theirs[64];                                                                                 \
            int want;                                                                                        \
                                                                                                             \
            memset(ours, '#', sizeof(ours));                                                                 \
            memset(theirs, '#', sizeof(theirs));                                                             \
            want = snprintf(theirs, sizes[i], __VA_ARGS__);                                                  \
            assert_int_equal(rf_snprintf(ours, sizes[i], __VA_ARGS__), want);                                \
            assert_memory_equal(ours, theirs, sizeof(ours));                                                 \
        }                                                                                                    \
    } while (0)

#pragma GCC diagnostic ignored "-Wformat-truncation"

static void texts(void **state)
{
    const char unterminated[3] = {'a', 'b', 'c'};

    (void)state;
    SAME("%s", "");
    SAME("plain, and longer than five");
    SAME("%s/%s", "/proc/self", "uid_map");
    SAME("%.*s|", 3, unterminated);
    SAME("%.*s|", 0, unterminated);
    SAME("%.2s|%.9s|", "long", "short");
    SAME("%12s|", "right");
    SAME("100%% of %c%c", 'x', '\n');
}

static void numbers(void **state)
{
    (void)state;
    SAME("%d %d %d %d", 0, -1, INT_MAX, INT_MIN);
    SAME("%u %u", 0U, UINT_MAX);
    SAME("%llu", ULLONG_MAX);
    SAME("%lld %lld", LLONG_MAX, LLONG_MIN);
    SAME("%lu %ld %zu", ULONG_MAX, LONG_MIN, SIZE_MAX);
    SAME("%x %#x %#llx %#x", 0xbeefU, 0xbeefU, ULLONG_MAX, 0U);
    SAME("U+%04X %#X %X", 0xbeU, 0xbeefU, UINT_MAX);
    SAME("%o %#o %llo", 0755U, 0755U, ULLONG_MAX);
    SAME("%04o %04o %02x %016llx %03u", 0U, 01777U, 0xaU, 0xabcULL, 1234U);
    SAME("%5d|%05d|%5u|%1d", -42, -42, 42U, 42);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts), cmocka_unit_test(numbers)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
