/* Reading what programs print. */
#include "engine/lines.h"

#include "base/buf.h"
#include "base/format.h"
#include "engine/result.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

void rf_lines_init(struct rf_lines *lines, const char *what, struct rf_str text)
{
    *lines = (struct rf_lines){.what = what, .rest = text, .line = RF_STR("")};
}

int rf_lines_next(struct rf_lines *lines, bool *ret_more, struct rf_err *err)
{
    const char *end;

    lines->number++;
    if (lines->rest.len == 0) {
        lines->line = RF_STR("");
        *ret_more = false;
        return 0;
    }
    end = memchr(lines->rest.ptr, '\n', lines->rest.len);
    if (!end && !lines->may_break_off)
        return rf_lines_fail(lines, err, "breaks off before its end");
    lines->line = (struct rf_str){lines->rest.ptr, end ? (size_t)(end - lines->rest.ptr) : lines->rest.len};
    lines->rest = end ? (struct rf_str){end + 1, lines->rest.len - lines->line.len - 1} : RF_STR("");
    *ret_more = true;
    return 0;
}

int rf_lines_check(const struct rf_lines *lines, struct rf_str text, struct rf_err *err)
{
    if (text.len > RF_RESULT_WORD_BYTES)
        return rf_lines_fail(lines, err, "%zu bytes of text in one piece, want at most %d", text.len,
                             RF_RESULT_WORD_BYTES);
    while (text.len) {
        const unsigned char *p = (const unsigned char *)text.ptr;
        size_t len = rf_utf8_len(text);

        if (len == 0)
            return rf_lines_fail(lines, err, "byte 0x%02x is not UTF-8", (unsigned)*p);
        if (*p < 0x20 || *p == 0x7f || (*p == 0xc2 && p[1] < 0xa0))
            return rf_lines_fail(lines, err, "a control character, U+%04X, in a text",
                                 (unsigned)(len == 1 ? *p : p[1]));
        text = (struct rf_str){text.ptr + len, text.len - len};
    }
    return 0;
}

int rf_lines_fail(const struct rf_lines *lines, struct rf_err *err, const char *fmt, ...)
{
    char sentence[400];
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    return rf_fail(err, -EBADMSG, "%s, line %zu: %s", lines->what, lines->number, sentence);
}
