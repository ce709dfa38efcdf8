/* .env and env_file, as compose-go's dotenv package reads them. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

struct lines {
    struct rf_compose_words *words;
    const char *file;
    struct rf_str text;
    size_t at;
    uint32_t line;
    size_t line_start;
    struct rf_fact_pair *pairs;
    size_t count;
    struct rf_compose_scope own; /* what was set further up */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static bool is_at(const struct lines *lines, char c)
{
    return lines->at < lines->text.len && lines->text.ptr[lines->at] == c;
}

static void skip_blanks(struct lines *lines)
{
    while (lines->at < lines->text.len && is_blank(lines->text.ptr[lines->at]))
        lines->at++;
}

/* To the start of the next line. */
static void skip_line(struct lines *lines)
{
    const char *end = NULL;

    if (lines->at < lines->text.len)
        end = memchr(lines->text.ptr + lines->at, '\n', lines->text.len - lines->at);
    lines->at = end ? (size_t)(end - lines->text.ptr) + 1 : lines->text.len;
    lines->line++;
    lines->line_start = lines->at;
}

static struct rf_from place(const struct lines *lines, size_t start, size_t end)
{
    return (struct rf_from){.known = RF_KNOWN,
                            .file = lines->file,
                            .line = lines->line,
                            .column = (uint32_t)(start - lines->line_start) + 1,
                            .start = (uint32_t)start,
                            .end = (uint32_t)end};
}

static struct rf_str trimmed(struct rf_str text)
{
    while (text.len && is_blank(text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* The rest of the line without a comment, which begins behind a blank. */
static struct rf_str read_plain(struct lines *lines)
{
    size_t start = lines->at;
    size_t end = start;

    while (end < lines->text.len && lines->text.ptr[end] != '\n' &&
           !(lines->text.ptr[end] == '#' && (end == start || is_blank(lines->text.ptr[end - 1]))))
        end++;
    lines->at = end;
    return trimmed((struct rf_str){lines->text.ptr + start, end - start});
}

/* Between quotes, over several lines perhaps. false: they are not closed. */
static bool read_quoted(struct lines *lines, char quote, struct rf_str *ret)
{
    size_t start = ++lines->at;
    uint32_t newlines = 0;

    for (; lines->at < lines->text.len; lines->at++) {
        char c = lines->text.ptr[lines->at];

        if (c == quote) {
            *ret = (struct rf_str){lines->text.ptr + start, lines->at++ - start};
            lines->line += newlines;
            return true;
        }
        if (c == '\n')
            newlines++;
        if (c == '\\' && lines->at + 1 < lines->text.len && lines->text.ptr[lines->at + 1] != '\n')
            lines->at++;
    }
    lines->at = start - 1;
    return false;
}

/* \n and its like in double quotes; `\$` becomes $$, which the filling in of variables makes a `$`. */
static int unescape(struct lines *lines, struct rf_str *text)
{
    char *out = rf_arena_array(lines->words->arena, text->len + 1, 1);
    size_t len = 0;

    if (!out)
        return -ENOMEM;
    for (size_t i = 0; i < text->len; i++) {
        char c = text->ptr[i];

        if (c == '\\' && i + 1 < text->len) {
            c = text->ptr[++i];
            if (c == '$')
                out[len++] = '$';
            c = (char)(c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c);
        }
        out[len++] = c;
    }
    *text = (struct rf_str){out, len};
    return 0;
}

/* The value behind the `=`. What its variables cannot give is unknowable. */
static int read_value(struct lines *lines, struct rf_fact_text *ret, struct rf_err *err)
{
    struct rf_compose_text filled = {.text = {"", 0}};
    struct rf_err ignored = {0};
    struct rf_str text = {"", 0};
    struct rf_from from = place(lines, lines->at, lines->at);
    bool is_raw = false;
    int r = 0;

    if (is_at(lines, '\''))
        is_raw = read_quoted(lines, '\'', &text);
    if (!is_raw && !(is_at(lines, '"') && read_quoted(lines, '"', &text)))
        text = read_plain(lines);
    else if (!is_raw)
        r = unescape(lines, &text);
    filled.text = text;
    if (r == 0 && !is_raw)
        r = rf_compose_interpolate(lines->words, text, &filled, &ignored);
    if (r == -ENOMEM)
        return rf_compose_no_memory(err);
    *ret = (struct rf_fact_text){.value = filled.text, .is_default = filled.is_default};
    ret->from = from;
    ret->from.end = (uint32_t)lines->at;
    if (r < 0 || filled.hole_count)
        ret->from.known = RF_UNKNOWABLE;
    return 0;
}

/* NAME, in the form that shells and dotenv files share. */
static struct rf_str read_name(struct lines *lines)
{
    size_t start = lines->at;

    while (lines->at < lines->text.len && lines->text.ptr[lines->at] != '\n' &&
           !strchr("=:# \t\r", lines->text.ptr[lines->at]))
        lines->at++;
    return (struct rf_str){lines->text.ptr + start, lines->at - start};
}

static int read_line(struct lines *lines, struct rf_err *err)
{
    struct rf_fact_pair *pair = &lines->pairs[lines->count];
    struct rf_str name;
    size_t start;
    int r = 0;

    skip_blanks(lines);
    start = lines->at;
    name = read_name(lines);
    if (rf_str_is(name, "export") && lines->at < lines->text.len && is_blank(lines->text.ptr[lines->at])) {
        skip_blanks(lines);
        start = lines->at;
        name = read_name(lines);
    }
    skip_blanks(lines);
    if (name.len == 0)
        return 0;
    *pair = (struct rf_fact_pair){.name = {.value = name, .from = place(lines, start, start + name.len)}};
    if (is_at(lines, '=') || is_at(lines, ':')) {
        lines->at++;
        skip_blanks(lines);
        r = read_value(lines, &pair->value, err);
    } else if (lines->at < lines->text.len && !is_at(lines, '\n') && !is_at(lines, '#')) {
        return 0; /* several words: not a variable */
    } else {
        pair->value.value = (struct rf_str){"", 0};
    }
    lines->own.count = ++lines->count;
    return r;
}

int rf_compose_dotenv(struct rf_compose_words *words, const char *file, struct rf_str text,
                      struct rf_fact_pair **ret, size_t *ret_count, struct rf_err *err)
{
    struct lines lines = {.words = words, .file = file, .text = text, .line = 1};
    const struct rf_compose_scope *scope = words->scope;
    struct rf_compose_scope outer = {.count = 0};
    int r = 0;

    if (scope)
        outer = *scope;
    lines.pairs = rf_arena_array(words->arena, RF_COMPOSE_ENV_LINES, sizeof(*lines.pairs));
    if (!lines.pairs)
        return rf_compose_no_memory(err);
    lines.own = (struct rf_compose_scope){.pairs = lines.pairs};
    outer.next = &lines.own;
    words->scope = &outer;
    if (rf_str_starts(text, "\xEF\xBB\xBF"))
        lines.at = 3;
    while (r == 0 && lines.at < text.len) {
        if (lines.count == RF_COMPOSE_ENV_LINES) {
            struct rf_from from = place(&lines, lines.at, lines.at);

            r = rf_compose_fail(&from, err, "more than %d variables in one file", RF_COMPOSE_ENV_LINES);
            break;
        }
        r = read_line(&lines, err);
        skip_line(&lines);
    }
    words->scope = scope;
    *ret = lines.pairs;
    *ret_count = lines.count;
    return r;
}
