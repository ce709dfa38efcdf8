/* Views of text, so that nothing needs copying or terminating to be compared. */
#include "base/str.h"

#include <string.h>

struct rf_str rf_str_of(const char *text)
{
    return (struct rf_str){text, strlen(text)};
}

/* Letter by letter: most comparisons end at the first one. */
bool rf_str_is(struct rf_str str, const char *text)
{
    for (size_t i = 0; i < str.len; i++) {
        if (str.ptr[i] != text[i] || text[i] == '\0')
            return false;
    }
    return text[str.len] == '\0';
}

bool rf_str_starts(struct rf_str str, const char *prefix)
{
    for (size_t i = 0; prefix[i]; i++) {
        if (i == str.len || str.ptr[i] != prefix[i])
            return false;
    }
    return true;
}

struct rf_str rf_str_cut(struct rf_str str, char sep, struct rf_str *ret_head)
{
    const char *at = str.len ? memchr(str.ptr, sep, str.len) : NULL;

    if (!at) {
        *ret_head = str;
        return (struct rf_str){NULL, 0};
    }
    *ret_head = (struct rf_str){str.ptr, (size_t)(at - str.ptr)};
    return (struct rf_str){at + 1, str.len - ret_head->len - 1};
}

size_t rf_str_distance(struct rf_str a, const char *b, size_t limit)
{
    size_t row[64];
    size_t width = strlen(b);

    if (width >= RF_COUNT(row) || a.len >= RF_COUNT(row))
        return limit + 1;
    for (size_t j = 0; j <= width; j++)
        row[j] = j;
    for (size_t i = 0; i < a.len; i++) {
        size_t diagonal = row[0];

        row[0] = i + 1;
        for (size_t j = 0; j < width; j++) {
            size_t best = diagonal + (a.ptr[i] != b[j]);

            diagonal = row[j + 1];
            if (diagonal + 1 < best)
                best = diagonal + 1;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            row[j + 1] = best;
        }
    }
    return row[width] <= limit ? row[width] : limit + 1;
}
