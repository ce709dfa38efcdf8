/* Command lines, as mattn/go-shellwords cuts them for Compose. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool is_end(char c)
{
    return memchr(";&|<>", c, 5) != NULL;
}

static char escaped(char c)
{
    return c == 't' ? '\t' : (char)(c == 'n' ? '\n' : c);
}

/* One word, to `out`. Returns the bytes read; *ret_len is negative when a quote is not closed. */
static size_t read_word(struct rf_str line, char *out, ptrdiff_t *ret_len)
{
    size_t len = 0;
    size_t at = 0;
    char quote = 0;

    for (; at < line.len; at++) {
        char c = line.ptr[at];

        if (c == '\\' && quote != '\'') {
            if (++at == line.len) {
                quote = c;
                break;
            }
            out[len++] = escaped(line.ptr[at]);
        } else if (quote) {
            if (c == quote)
                quote = 0;
            else
                out[len++] = c;
        } else if (c == '\'' || c == '"') {
            quote = c;
        } else if (is_blank(c) || is_end(c)) {
            break;
        } else {
            out[len++] = c;
        }
    }
    *ret_len = quote ? -1 : (ptrdiff_t)len;
    return at;
}

int rf_compose_split(struct rf_arena *arena, struct rf_str line, struct rf_str **ret, size_t *ret_count)
{
    char *out = rf_arena_array(arena, line.len + 1, 1);
    struct rf_str *words = rf_arena_array(arena, line.len / 2 + 1, sizeof(*words));
    size_t count = 0;

    if (!out || !words)
        return -ENOMEM;
    while (line.len) {
        ptrdiff_t len;
        size_t used;

        if (is_blank(line.ptr[0])) {
            line = (struct rf_str){line.ptr + 1, line.len - 1};
            continue;
        }
        if (is_end(line.ptr[0]))
            break;
        used = read_word(line, out, &len);
        if (len < 0)
            return -EINVAL;
        words[count++] = (struct rf_str){out, (size_t)len};
        out += len;
        line = (struct rf_str){line.ptr + used, line.len - used};
    }
    *ret = words;
    *ret_count = count;
    return 0;
}
