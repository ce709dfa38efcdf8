#include "manifest/kube.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    const char *text;
    uint64_t milli;
} taken[] = {
    {"0", 0},
    {"1", 1000},
    {"+1", 1000},
    {"1.", 1000},
    {".5", 500},
    {"0.5", 500},
    {"500m", 500},
    {"0.1m", 1}, /* rounded up */
    {"1n", 1},
    {"1000u", 1},
    {"1001u", 2},
    {"2k", 2000000},
    {"128Mi", UINT64_C(134217728000)},
    {"1.5Gi", UINT64_C(1610612736000)},
    {"1e3", 1000000},
    {"1E3", 1000000},
    {"1E", UINT64_MAX},
    {"1e-3", 1},
    {"1e+2", 100000},
    {"5e-400", 1},
    {"0e999999999999", 0},
    {"9e99", UINT64_MAX},
    {"8Ei", UINT64_MAX},
    {"16Pi", UINT64_C(18014398509481984000)},
    {"123456789012345678901234567890", UINT64_MAX},
    {"0.000000000000000000000000000000000001", 1},
};

static const char *const refused[] = {"",    "-1",   "+",    ".",  "m",   "Mi",   "1 Mi",  "1mi", "1MB",
                                      "1K",  "1ki",  "0x10", "1e", "1e+", "1e1m", "1.2.3", "1,5", "1e1.5",
                                      "one", "${X}", " 1",   "1 ", "1_0", "NaN",  "Inf",   "1mm"};

static void reads_quantities(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(taken); i++) {
        uint64_t milli = 7;

        if (rf_quantity_milli(rf_str_of(taken[i].text), &milli) != 0 || milli != taken[i].milli)
            fail_msg("%s is %llu, want %llu", taken[i].text, (unsigned long long)milli,
                     (unsigned long long)taken[i].milli);
    }
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        uint64_t milli = 7;

        if (rf_quantity_milli(rf_str_of(refused[i]), &milli) != -EINVAL || milli != 7)
            fail_msg("accepted \"%s\"", refused[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_quantities),
                                       cmocka_unit_test(refuses_what_is_none)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
