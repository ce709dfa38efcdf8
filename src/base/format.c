/* A small printf: no locale, no floating point, no streams. */
#include "base/format.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

enum { DIGITS = 22 }; /* of 64 bits, in octal */

struct out {
    char *at;   /* where the next byte goes; NULL when there is no room for any */
    char *end;  /* of the room, without the terminator's byte */
    size_t len; /* of the whole text, whether it fits or not */
};

struct spec {
    bool is_alternate;
    bool is_zero_padded;
    bool is_upper;
    size_t width;
    size_t precision; /* of %s only */
    bool is_long;     /* l, ll or z */
};

static void put(struct out *out, const char *text, size_t len)
{
    size_t room = (size_t)(out->end - out->at);

    out->len += len;
    if (len > room)
        len = room;
    if (len)
        memcpy(out->at, text, len);
    out->at += len;
}

static void pad(struct out *out, char with, size_t have, size_t want)
{
    for (; have < want; have++)
        put(out, &with, 1);
}

static void put_number(struct out *out, const struct spec *spec, uint64_t value, unsigned base,
                       bool is_negative)
{
    char digits[DIGITS];
    char *p = digits + sizeof(digits);
    const char *digit_of = spec->is_upper ? "0123456789ABCDEF" : "0123456789abcdef";
    const char *prefix = is_negative ? "-" : "";
    size_t prefix_len;
    size_t len;

    if (spec->is_alternate && value && base != 10)
        prefix = base == 8 ? "0" : spec->is_upper ? "0X" : "0x";
    do
        *--p = digit_of[value % base];
    while (value /= base);
    len = (size_t)(digits + sizeof(digits) - p);
    prefix_len = strlen(prefix);
    if (!spec->is_zero_padded)
        pad(out, ' ', len + prefix_len, spec->width);
    put(out, prefix, prefix_len);
    if (spec->is_zero_padded)
        pad(out, '0', len + prefix_len, spec->width);
    put(out, p, len);
}

static void put_text(struct out *out, const struct spec *spec, const char *text)
{
    /* A view without bytes may have no pointer. */
    size_t len = spec->precision ? strnlen(text, spec->precision) : 0;

    pad(out, ' ', len, spec->width);
    put(out, text, len);
}

static size_t read_count(const char **fmt)
{
    size_t count = 0;

    for (; **fmt >= '0' && **fmt <= '9'; (*fmt)++)
        count = count * 10 + (size_t)(**fmt - '0');
    return count;
}

/* What stands between '%' and the conversion's letter. A macro's '*' takes its number from `args`. */
static const char *read_spec(const char *fmt, struct spec *spec, va_list *args)
{
    *spec = (struct spec){.precision = SIZE_MAX};
    for (; *fmt == '#' || *fmt == '0'; fmt++)
        *(*fmt == '#' ? &spec->is_alternate : &spec->is_zero_padded) = true;
    spec->width = read_count(&fmt);
    if (*fmt == '.' && fmt[1] == '*') {
        spec->precision = (size_t)va_arg(*args, int);
        fmt += 2;
    } else if (*fmt == '.') {
        fmt++;
        spec->precision = read_count(&fmt);
    }
    for (; *fmt == 'l'; fmt++)
        spec->is_long = true;
    if (*fmt == 'z') {
        spec->is_long = true;
        fmt++;
    }
    return fmt;
}

static uint64_t unsigned_of(const struct spec *spec, va_list *args)
{
    _Static_assert(sizeof(long) == sizeof(long long) && sizeof(long) == sizeof(size_t),
                   "l, ll and z are alike");
    return spec->is_long ? va_arg(*args, unsigned long) : va_arg(*args, unsigned);
}

static void put_signed(struct out *out, const struct spec *spec, va_list *args)
{
    int64_t value = spec->is_long ? va_arg(*args, long) : va_arg(*args, int);

    put_number(out, spec, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, value < 0);
}

static void convert(struct out *out, struct spec *spec, char letter, va_list *args)
{
    char byte;

    switch (letter) {
    case 's':
        put_text(out, spec, va_arg(*args, const char *));
        break;
    case 'd':
        put_signed(out, spec, args);
        break;
    case 'u':
        put_number(out, spec, unsigned_of(spec, args), 10, false);
        break;
    case 'x':
    case 'X':
        spec->is_upper = letter == 'X';
        put_number(out, spec, unsigned_of(spec, args), 16, false);
        break;
    case 'o':
        put_number(out, spec, unsigned_of(spec, args), 8, false);
        break;
    case 'c':
        byte = (char)va_arg(*args, int);
        put(out, &byte, 1);
        break;
    case '%':
        put(out, "%", 1);
        break;
    default:
        assert(!"a conversion that rf_vsnprintf() knows");
    }
}

int rf_vsnprintf(char *ret, size_t size, const char *fmt, va_list args)
{
    struct out out = {.at = ret, .end = size ? ret + size - 1 : ret};
    va_list rest;

    va_copy(rest, args);
    while (*fmt) {
        const char *percent = strchrnul(fmt, '%');
        struct spec spec;

        put(&out, fmt, (size_t)(percent - fmt));
        if (*percent == '\0')
            break;
        fmt = read_spec(percent + 1, &spec, &rest);
        convert(&out, &spec, *fmt++, &rest);
    }
    va_end(rest);
    if (size)
        *out.at = '\0';
    return (int)out.len;
}

int rf_snprintf(char *ret, size_t size, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = rf_vsnprintf(ret, size, fmt, args);
    va_end(args);
    return len;
}
