/* Quantities of the Kubernetes API (apimachinery's resource.Quantity): a decimal number and a suffix. */
#include "manifest/kube.h"

#include <errno.h>

/* Of each suffix: what it multiplies by, as 2^binary * 10^decimal. */
static const struct {
    const char *name;
    int binary;
    int decimal;
} suffixes[] = {{"", 0, 0},    {"n", 0, -9},  {"u", 0, -6},  {"m", 0, -3}, {"k", 0, 3},   {"M", 0, 6},
                {"G", 0, 9},   {"T", 0, 12},  {"P", 0, 15},  {"E", 0, 18}, {"Ki", 10, 0}, {"Mi", 20, 0},
                {"Gi", 30, 0}, {"Ti", 40, 0}, {"Pi", 50, 0}, {"Ei", 60, 0}};

enum { EXPONENT_MAX = 64 };

/* e3, E-2: the exponent of ten, or false. */
static bool read_exponent(struct rf_str text, int *ret)
{
    size_t at = 1;
    int value = 0;
    bool is_negative = false;

    if (text.len < 2 || (text.ptr[0] != 'e' && text.ptr[0] != 'E'))
        return false;
    if (text.ptr[1] == '-' || text.ptr[1] == '+') {
        is_negative = text.ptr[1] == '-';
        at = 2;
    }
    if (at == text.len)
        return false;
    for (; at < text.len; at++) {
        if (text.ptr[at] < '0' || text.ptr[at] > '9')
            return false;
        if (value < EXPONENT_MAX)
            value = value * 10 + (text.ptr[at] - '0');
    }
    *ret = is_negative ? -value : value;
    return true;
}

/* value * 2^binary * 10^decimal, rounded up; UINT64_MAX when it is larger. */
static uint64_t scale(uint64_t value, int binary, int decimal)
{
    bool has_rest = false;

    for (; value && binary > 0; binary--)
        if (__builtin_mul_overflow(value, (uint64_t)2, &value))
            return UINT64_MAX;
    for (; value && decimal > 0; decimal--)
        if (__builtin_mul_overflow(value, (uint64_t)10, &value))
            return UINT64_MAX;
    for (; value && decimal < 0; decimal++) {
        has_rest = has_rest || value % 10;
        value /= 10;
    }
    return value + has_rest;
}

int rf_quantity_milli(struct rf_str text, uint64_t *ret)
{
    struct rf_str rest;
    uint64_t value = 0;
    size_t at = text.len && text.ptr[0] == '+';
    size_t digits = 0;
    int decimal = 3; /* thousandths */
    int exponent = 0;
    bool is_behind = false;

    for (; at < text.len; at++) {
        char c = text.ptr[at];

        if (c == '.' && !is_behind) {
            is_behind = true;
            continue;
        }
        if (c < '0' || c > '9')
            break;
        digits++;
        if (value >= UINT64_MAX / 10000) { /* digits that no machine can count */
            decimal += !is_behind;
            continue;
        }
        value = value * 10 + (uint64_t)(c - '0');
        decimal -= is_behind;
    }
    if (digits == 0)
        return -EINVAL;
    rest = (struct rf_str){text.ptr + at, text.len - at};
    for (size_t i = 0; i < RF_COUNT(suffixes); i++) {
        if (rf_str_is(rest, suffixes[i].name)) {
            *ret = scale(value, suffixes[i].binary, suffixes[i].decimal + decimal);
            return 0;
        }
    }
    if (!read_exponent(rest, &exponent))
        return -EINVAL;
    *ret = scale(value, 0, exponent + decimal);
    return 0;
}
