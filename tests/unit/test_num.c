#include "base/num.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const struct {
    const char *text;
    int code;
    uint64_t value;
} whole[] = {
    {"0", 0, 0},
    {"7", 0, 7},
    {"010", 0, 10},
    {"65535", 0, 65535},
    {"65536", -ERANGE, 0},
    {"18446744073709551615", -ERANGE, 0},
    {"18446744073709551616", -ERANGE, 0},
    {"99999999999999999999999", -ERANGE, 0},
    {"", -EINVAL, 0},
    {" 1", -EINVAL, 0},
    {"1 ", -EINVAL, 0},
    {"1\n", -EINVAL, 0},
    {"+1", -EINVAL, 0},
    {"-1", -EINVAL, 0},
    {"0x1", -EINVAL, 0},
    {"1e3", -EINVAL, 0},
    {"1.0", -EINVAL, 0},
    {"1_000", -EINVAL, 0},
    {"root", -EINVAL, 0},
};

static void reads_digits_only(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(whole); i++) {
        uint64_t value = 42;

        if (rf_num_u64(rf_str_of(whole[i].text), 65535, &value) != whole[i].code)
            fail_msg("\"%s\": want code %d", whole[i].text, whole[i].code);
        assert_int_equal(value, whole[i].code ? 42 : whole[i].value);
    }
}

static void reads_the_whole_range(void **state)
{
    uint64_t value = 0;

    (void)state;
    assert_int_equal(rf_num_u64(RF_STR("18446744073709551615"), UINT64_MAX, &value), 0);
    assert_true(value == UINT64_MAX);
    assert_int_equal(rf_num_u64(RF_STR("18446744073709551616"), UINT64_MAX, &value), -ERANGE);
}

static const struct {
    const char *text;
    int code;
    uint64_t bytes;
} sizes[] = {
    {"0", 0, 0},
    {"4096", 0, 4096},
    {"1b", 0, 1},
    {"64k", 0, 65536},
    {"64K", 0, 65536},
    {"64kb", 0, 65536},
    {"64KB", 0, 65536},
    {"64KiB", 0, 65536},
    {"64m", 0, 64ULL << 20},
    {"1g", 0, 1ULL << 30},
    {"1t", 0, 1ULL << 40},
    {"2t", -ERANGE, 0},
    {"17179869184g", -ERANGE, 0},
    {"18446744073709551616", -ERANGE, 0},
    {"", -EINVAL, 0},
    {"k", -EINVAL, 0},
    {"64x", -EINVAL, 0},
    {"64 k", -EINVAL, 0},
    {"64bb", -EINVAL, 0},
    {"64ki", -EINVAL, 0},
    {"64kib2", -EINVAL, 0},
    {"64kk", -EINVAL, 0},
    {"-64k", -EINVAL, 0},
    {"1.5g", -EINVAL, 0},
};

static void reads_sizes_as_docker_does(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(sizes); i++) {
        uint64_t bytes = 42;

        if (rf_num_size(rf_str_of(sizes[i].text), 1ULL << 40, &bytes) != sizes[i].code)
            fail_msg("\"%s\": want code %d", sizes[i].text, sizes[i].code);
        assert_true(bytes == (sizes[i].code ? 42 : sizes[i].bytes));
    }
}

static const struct {
    const char *text;
    int code;
    uint64_t ms;
} durations[] = {
    {"0", 0, 0},
    {"90", 0, 90000},
    {"1.5s", 0, 1500},
    {"0.001", 0, 1},
    {"250ms", 0, 250},
    {"5m", 0, 300000},
    {"1h", 0, 3600000},
    {"1.001h", -ERANGE, 0},
    {"18446744073709551615h", -ERANGE, 0},
    {"18446744073709551616", -ERANGE, 0},
    {"", -EINVAL, 0},
    {"s", -EINVAL, 0},
    {"1.", -EINVAL, 0},
    {".5", -EINVAL, 0},
    {"1.0005", -EINVAL, 0},
    {"1d", -EINVAL, 0},
    {"1 s", -EINVAL, 0},
    {"-1s", -EINVAL, 0},
    {"1s1", -EINVAL, 0},
};

static void reads_durations(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(durations); i++) {
        uint64_t ms = 42;

        if (rf_num_duration(rf_str_of(durations[i].text), 3600000, &ms) != durations[i].code)
            fail_msg("\"%s\": want code %d", durations[i].text, durations[i].code);
        assert_true(ms == (durations[i].code ? 42 : durations[i].ms));
    }
}

static const struct {
    const char *text;
    int code;
    uint64_t milli;
} thousandths[] = {
    {"1", 0, 1000},        {"0.5", 0, 500},        {"1.125", 0, 1125},    {"8", 0, 8000},
    {"8.001", -ERANGE, 0}, {"9", -ERANGE, 0},      {"", -EINVAL, 0},      {"1.", -EINVAL, 0},
    {".5", -EINVAL, 0},    {"0.0001", -EINVAL, 0}, {"1,5", -EINVAL, 0},   {"1.5x", -EINVAL, 0},
    {"-1", -EINVAL, 0},    {"1e1", -EINVAL, 0},    {"1.2.3", -EINVAL, 0},
};

static void reads_thousandths(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(thousandths); i++) {
        uint64_t milli = 42;

        if (rf_num_milli(rf_str_of(thousandths[i].text), 8000, &milli) != thousandths[i].code)
            fail_msg("\"%s\": want code %d", thousandths[i].text, thousandths[i].code);
        assert_true(milli == (thousandths[i].code ? 42 : thousandths[i].milli));
    }
}

static const struct {
    const char *text;
    int code;
    uint32_t mode;
} modes[] = {
    {"0", 0, 0},           {"700", 0, 0700},       {"0700", 0, 0700},     {"1777", 0, 01777},
    {"07777", 0, 07777},   {"17777", -ERANGE, 0},  {"77777", -ERANGE, 0}, {"", -EINVAL, 0},
    {"8", -EINVAL, 0},     {"000700", -EINVAL, 0}, {"0x1", -EINVAL, 0},   {"-700", -EINVAL, 0},
    {"u=rwx", -EINVAL, 0}, {"700 ", -EINVAL, 0},
};

static void reads_modes(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(modes); i++) {
        uint32_t mode = 42;

        if (rf_num_mode(rf_str_of(modes[i].text), &mode) != modes[i].code)
            fail_msg("\"%s\": want code %d", modes[i].text, modes[i].code);
        assert_int_equal(mode, modes[i].code ? 42 : modes[i].mode);
    }
}

static const struct {
    const char *text;
    unsigned decimals;
    int code;
    uint64_t value;
} rounded[] = {
    {"0", 0, 0, 0},
    {"96.493668", 2, 0, 9649},
    {"96.495", 2, 0, 9650},
    {"99.999999", 2, 0, 10000},
    {"595.276", 3, 0, 595276},
    {"5", 3, 0, 5000},
    {"5.2", 3, 0, 5200},
    {"0.4", 0, 0, 0},
    {"0.5", 0, 0, 1},
    {"1.00000000000000000000000000000000", 4, 0, 10000},
    {"18446744073709551615", 0, 0, UINT64_MAX},
    {"18446744073709551615.5", 0, 0, UINT64_MAX},
    {"18446744073709551616", 0, 0, UINT64_MAX},
    {"18446744073709551615", 1, 0, UINT64_MAX},
    {"99999999999999999999999999", 9, 0, UINT64_MAX},
    {"", 2, -EINVAL, 0},
    {".", 2, -EINVAL, 0},
    {".5", 2, -EINVAL, 0},
    {"5.", 2, -EINVAL, 0},
    {"-1", 2, -EINVAL, 0},
    {"+1", 2, -EINVAL, 0},
    {"1.5.5", 2, -EINVAL, 0},
    {"1,5", 2, -EINVAL, 0},
    {"1e3", 2, -EINVAL, 0},
    {"1.5 ", 2, -EINVAL, 0},
    {" 1.5", 2, -EINVAL, 0},
    {"1.2345x", 2, -EINVAL, 0},
    {"nan", 2, -EINVAL, 0},
    {"inf", 2, -EINVAL, 0},
    {"0x1", 2, -EINVAL, 0},
};

static void rounds_decimals(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(rounded); i++) {
        uint64_t value = 42;

        if (rf_num_decimal(rf_str_of(rounded[i].text), rounded[i].decimals, &value) != rounded[i].code)
            fail_msg("\"%s\": want code %d", rounded[i].text, rounded[i].code);
        if (value != (rounded[i].code ? 42 : rounded[i].value))
            fail_msg("\"%s\": have %llu", rounded[i].text, (unsigned long long)value);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_digits_only),
        cmocka_unit_test(reads_the_whole_range),
        cmocka_unit_test(reads_sizes_as_docker_does),
        cmocka_unit_test(reads_durations),
        cmocka_unit_test(reads_thousandths),
        cmocka_unit_test(reads_modes),
        cmocka_unit_test(rounds_decimals),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
