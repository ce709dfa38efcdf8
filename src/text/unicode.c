/* Blanks and letters outside ASCII, which editors and word processors leave in files that people paste. */
#include "text/unicode.h"

#include <stdint.h>

#include "base/buf.h"

size_t rf_blank_len(struct rf_str str)
{
    const unsigned char *p = (const unsigned char *)str.ptr;

    if (str.len == 0)
        return 0;
    if (p[0] < 0x80)
        return p[0] == ' ' || (p[0] >= '\t' && p[0] <= '\r');
    if (str.len >= 2 && p[0] == 0xc2) /* U+0085, U+00A0 */
        return p[1] == 0x85 || p[1] == 0xa0 ? 2 : 0;
    if (str.len < 3)
        return 0;
    if (p[0] == 0xe1) /* U+1680 */
        return p[1] == 0x9a && p[2] == 0x80 ? 3 : 0;
    if (p[0] == 0xe3) /* U+3000 */
        return p[1] == 0x80 && p[2] == 0x80 ? 3 : 0;
    if (p[0] != 0xe2)
        return 0;
    if (p[1] == 0x80) /* U+2000 to U+200A, U+2028, U+2029, U+202F */
        return (p[2] >= 0x80 && p[2] <= 0x8a) || p[2] == 0xa8 || p[2] == 0xa9 || p[2] == 0xaf ? 3 : 0;
    return p[1] == 0x81 && p[2] == 0x9f ? 3 : 0; /* U+205F */
}

struct rf_str rf_blank_trim_start(struct rf_str str)
{
    size_t len;

    while ((len = rf_blank_len(str)) > 0)
        str = (struct rf_str){str.ptr + len, str.len - len};
    return str;
}

/* The bytes of the blank at the end of `str`, or 0. */
static size_t last_blank(struct rf_str str)
{
    for (size_t len = 1; len <= 3 && len <= str.len; len++)
        if (rf_blank_len((struct rf_str){str.ptr + str.len - len, len}) == len)
            return len;
    return 0;
}

struct rf_str rf_blank_trim(struct rf_str str)
{
    size_t len;

    str = rf_blank_trim_start(str);
    while ((len = last_blank(str)) > 0)
        str.len -= len;
    return str;
}

size_t rf_letter_len(struct rf_str str)
{
    static const struct {
        uint32_t first, last;
    } others[] = {{0x80, 0xa9},     {0xab, 0xb4},     {0xb6, 0xb9},       {0xbb, 0xbf},
                  {0xd7, 0xd7},     {0xf7, 0xf7},     {0x2000, 0x2070},   {0x2080, 0x208f},
                  {0x20a0, 0x20ff}, {0x2190, 0x2bff}, {0x2e00, 0x2fff},   {0x3000, 0x3004},
                  {0x3007, 0x3030}, {0xe000, 0xf8ff}, {0xfe10, 0xfe6f},   {0xff00, 0xff20},
                  {0xff3b, 0xff40}, {0xff5b, 0xff65}, {0x1f000, 0x1faff}, {0xe0000, 0x10ffff}};
    const unsigned char *p = (const unsigned char *)str.ptr;
    size_t len = rf_utf8_len(str);
    uint32_t code;

    if (len < 2)
        return 0;
    code = p[0] & (0x7fU >> len);
    for (size_t i = 1; i < len; i++)
        code = code << 6 | (p[i] & 0x3f);
    for (size_t i = 0; i < RF_COUNT(others); i++)
        if (code >= others[i].first && code <= others[i].last)
            return 0;
    return len;
}
