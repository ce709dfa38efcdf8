/* A file as characters and lines: what is checked before libyaml sees a byte of it, and the way back from its
   marks to bytes. */
#include "text/yaml_tree.h"

#include "base/buf.h"
#include "base/format.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

int rf_yaml_find_lines(struct rf_yaml *yaml, struct rf_arena *arena, struct rf_err *err)
{
    const char *start = yaml->text.ptr;
    const char *end = start + yaml->text.len;
    size_t count = 1;

    for (const char *p = start; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        count++;
    yaml->lines = rf_arena_array(arena, count, sizeof(*yaml->lines));
    if (!yaml->lines)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    yaml->line_count = 1;
    for (const char *p = start; p < end && (p = memchr(p, '\n', (size_t)(end - p))); p++)
        yaml->lines[yaml->line_count++] = (uint32_t)(p + 1 - start);
    return 0;
}

void rf_yaml_place(const struct rf_yaml *yaml, uint32_t offset, uint32_t *ret_line, uint32_t *ret_column)
{
    size_t low = 0;
    size_t high = yaml->line_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;

        if (yaml->lines[middle] <= offset)
            low = middle;
        else
            high = middle;
    }
    *ret_line = (uint32_t)low + 1;
    *ret_column = offset - yaml->lines[low] + 1;
}

int rf_yaml_fail(const struct rf_yaml *yaml, uint32_t offset, struct rf_err *err, const char *fmt, ...)
{
    char sentence[400];
    uint32_t line;
    uint32_t column;
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    for (char *p = sentence; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            *p = '?';
    rf_yaml_place(yaml, offset, &line, &column);
    return rf_fail(err, -EINVAL, "%u:%u: %s", line, column, sentence);
}

/* The character at `p`, which begins a valid sequence of `len` bytes. */
static uint32_t decode(const char *p, size_t len)
{
    uint32_t code = (unsigned char)p[0] & (len == 1 ? 0x7fU : 0x7fU >> len);

    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)p[i] & 0x3fU);
    return code;
}

/* YAML 1.1, section 4.1.1, without the byte order mark, which readers treat in too many ways. */
static bool is_allowed(uint32_t code)
{
    if (code < 0x20)
        return code == '\t' || code == '\n' || code == '\r';
    return code != 0x7f && (code < 0x80 || code > 0x9f || code == 0x85) && code != 0xfeff && code != 0xfffe &&
           code != 0xffff;
}

static int fill_marks(const struct rf_yaml *yaml, size_t characters, struct rf_arena *arena,
                      struct rf_yaml_marks *marks, struct rf_err *err)
{
    size_t count = characters / RF_YAML_STRIDE + 1;
    uint32_t *starts = rf_arena_array(arena, count, sizeof(*starts));
    size_t character = 0;

    if (!starts)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = marks->first; i < yaml->text.len; i++) {
        if (((unsigned char)yaml->text.ptr[i] & 0xc0) == 0x80)
            continue;
        if (character % RF_YAML_STRIDE == 0)
            starts[character / RF_YAML_STRIDE] = (uint32_t)i;
        character++;
    }
    if (character % RF_YAML_STRIDE == 0)
        starts[character / RF_YAML_STRIDE] = (uint32_t)yaml->text.len;
    marks->starts = starts;
    marks->count = count;
    return 0;
}

int rf_yaml_scan(const struct rf_yaml *yaml, struct rf_arena *arena, struct rf_yaml_marks *ret,
                 struct rf_err *err)
{
    struct rf_str text = yaml->text;
    struct rf_yaml_marks marks = {.first = rf_str_starts(text, "\xef\xbb\xbf") ? 3 : 0};
    size_t characters = 0;
    size_t line = 0;
    bool has_wide = false;

    for (size_t i = marks.first; i < text.len;) {
        unsigned char byte = (unsigned char)text.ptr[i];
        size_t len = 1;

        if (byte < 0x20 || byte >= 0x7f) {
            len = rf_utf8_len((struct rf_str){text.ptr + i, text.len - i});
            if (len == 0)
                return rf_yaml_fail(yaml, (uint32_t)i, err, "byte 0x%02x is not UTF-8", byte);
            if (!is_allowed(decode(text.ptr + i, len)))
                return rf_yaml_fail(yaml, (uint32_t)i, err, "the character U+%04X is not allowed",
                                    decode(text.ptr + i, len));
            has_wide = has_wide || len > 1;
        }
        if (i - line >= RF_YAML_LINE_BYTES && byte != '\n')
            return rf_yaml_fail(yaml, (uint32_t)i, err, "a line longer than %d KiB",
                                RF_YAML_LINE_BYTES / 1024);
        i += len;
        characters++;
        if (byte == '\n')
            line = i;
    }
    if (has_wide && fill_marks(yaml, characters, arena, &marks, err) < 0)
        return -ENOMEM;
    *ret = marks;
    return 0;
}

uint32_t rf_yaml_byte(const struct rf_yaml *yaml, const struct rf_yaml_marks *marks, size_t character)
{
    size_t mark = character / RF_YAML_STRIDE;
    size_t at = marks->first + character;
    size_t rest = character % RF_YAML_STRIDE;

    if (marks->starts) {
        if (mark >= marks->count)
            return (uint32_t)yaml->text.len;
        for (at = marks->starts[mark]; rest > 0 && at < yaml->text.len; rest--)
            for (at++; at < yaml->text.len && ((unsigned char)yaml->text.ptr[at] & 0xc0) == 0x80;)
                at++;
    }
    return (uint32_t)(at < yaml->text.len ? at : yaml->text.len);
}
