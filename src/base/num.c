/* Numbers from outside, read by rules that can be stated in one sentence. */
#include "base/num.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>

/* Read leading digits. Returns how many there were; *ret_fits is false when they exceed 64 bits. */
static size_t read_digits(struct rf_str text, uint64_t *ret, bool *ret_fits)
{
    size_t n = 0;

    *ret = 0;
    *ret_fits = true;
    for (; n < text.len && text.ptr[n] >= '0' && text.ptr[n] <= '9'; n++) {
        if (__builtin_mul_overflow(*ret, (uint64_t)10, ret) ||
            __builtin_add_overflow(*ret, (uint64_t)(text.ptr[n] - '0'), ret))
            *ret_fits = false;
    }
    return n;
}

int rf_num_u64(struct rf_str text, uint64_t max, uint64_t *ret)
{
    uint64_t value = 0;
    bool fits = true;
    size_t n = read_digits(text, &value, &fits);

    if (n == 0 || n != text.len)
        return -EINVAL;
    if (!fits || value > max)
        return -ERANGE;
    *ret = value;
    return 0;
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

/* The power of two that a size suffix stands for, or -1. */
static int size_shift(struct rf_str suffix)
{
    static const char units[] = "bkmgt";
    int unit = 0;

    if (suffix.len == 0)
        return 0;
    while (units[unit] && units[unit] != lower(suffix.ptr[0]))
        unit++;
    if (!units[unit])
        return -1;
    if (suffix.len == 1)
        return unit * 10;
    if (unit == 0 || lower(suffix.ptr[suffix.len - 1]) != 'b')
        return -1;
    if (suffix.len == 2 || (suffix.len == 3 && lower(suffix.ptr[1]) == 'i'))
        return unit * 10;
    return -1;
}

int rf_num_size(struct rf_str text, uint64_t max, uint64_t *ret_bytes)
{
    uint64_t value = 0;
    bool fits = true;
    size_t n = read_digits(text, &value, &fits);
    int shift = n ? size_shift((struct rf_str){text.ptr + n, text.len - n}) : -1;

    if (shift < 0)
        return -EINVAL;
    if (!fits || __builtin_mul_overflow(value, (uint64_t)1 << shift, &value) || value > max)
        return -ERANGE;
    *ret_bytes = value;
    return 0;
}

/* "12.345" with at most three decimals, as thousandths. Returns the bytes read, 0 for none. */
static size_t read_milli(struct rf_str text, uint64_t *ret, bool *ret_fits)
{
    uint64_t whole = 0;
    uint64_t part = 0;
    size_t n = read_digits(text, &whole, ret_fits);
    size_t decimals = 0;

    if (n == 0)
        return 0;
    if (n < text.len && text.ptr[n] == '.') {
        for (n++; n < text.len && text.ptr[n] >= '0' && text.ptr[n] <= '9' && decimals < 3; n++, decimals++)
            part = part * 10 + (uint64_t)(text.ptr[n] - '0');
        if (decimals == 0)
            return 0;
        for (; decimals < 3; decimals++)
            part *= 10;
    }
    if (__builtin_mul_overflow(whole, (uint64_t)1000, &whole) || __builtin_add_overflow(whole, part, ret))
        *ret_fits = false;
    return n;
}

int rf_num_milli(struct rf_str text, uint64_t max_milli, uint64_t *ret_milli)
{
    uint64_t value = 0;
    bool fits = true;
    size_t n = read_milli(text, &value, &fits);

    if (n == 0 || n != text.len)
        return -EINVAL;
    if (!fits || value > max_milli)
        return -ERANGE;
    *ret_milli = value;
    return 0;
}

int rf_num_decimal(struct rf_str text, unsigned decimals, uint64_t *ret)
{
    uint64_t value = 0;
    bool fits = true;
    size_t n = read_digits(text, &value, &fits);
    size_t point = n;

    if (n == 0 || (n < text.len && (text.ptr[n] != '.' || ++n == text.len)))
        return -EINVAL;
    for (; n < text.len; n++) {
        if (text.ptr[n] < '0' || text.ptr[n] > '9')
            return -EINVAL;
    }
    for (unsigned i = 1; i <= decimals; i++) {
        char digit = text.len - point > i ? text.ptr[point + i] : '0';

        if (__builtin_mul_overflow(value, (uint64_t)10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(digit - '0'), &value))
            fits = false;
    }
    if (text.len - point > decimals + 1 && text.ptr[point + decimals + 1] >= '5' &&
        __builtin_add_overflow(value, (uint64_t)1, &value))
        fits = false;
    *ret = fits ? value : UINT64_MAX;
    return 0;
}

int rf_num_duration(struct rf_str text, uint64_t max_ms, uint64_t *ret_ms)
{
    static const struct {
        const char *suffix;
        uint64_t factor;  /* thousandths of the unit are multiplied by this ... */
        uint64_t divisor; /* ... and divided by this */
    } units[] = {{"", 1, 1}, {"s", 1, 1}, {"ms", 1, 1000}, {"m", 60, 1}, {"h", 3600, 1}};
    uint64_t value = 0;
    bool fits = true;
    size_t n = read_milli(text, &value, &fits);

    for (size_t i = 0; n && i < RF_COUNT(units); i++) {
        if (!rf_str_is((struct rf_str){text.ptr + n, text.len - n}, units[i].suffix))
            continue;
        if (!fits || __builtin_mul_overflow(value, units[i].factor, &value))
            return -ERANGE;
        value /= units[i].divisor;
        if (value > max_ms)
            return -ERANGE;
        *ret_ms = value;
        return 0;
    }
    return -EINVAL;
}

int rf_num_mode(struct rf_str text, uint32_t *ret)
{
    uint32_t mode = 0;

    if (text.len == 0 || text.len > 5)
        return -EINVAL;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '7')
            return -EINVAL;
        mode = mode * 8 + (uint32_t)(text.ptr[i] - '0');
    }
    if (mode > 07777)
        return -ERANGE;
    *ret = mode;
    return 0;
}
