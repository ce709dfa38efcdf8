/* The reader of ringfence.yaml. A full YAML parser would bring anchors that multiply, tags that construct and
   twenty ways to write a bool; this one reads a line at a time and knows what it refuses. */
#include "text/strict.h"

#include "base/format.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum { BLOCK_NONE, BLOCK_OPEN, BLOCK_LIST, BLOCK_MAP, BLOCK_FLOW };

/* Fail at byte `at` of the current row. */
static int fail_at(const struct rf_strict *strict, size_t at, struct rf_err *err, const char *fmt, ...)
    RF_PRINTF(4, 5);

static int fail_at(const struct rf_strict *strict, size_t at, struct rf_err *err, const char *fmt, ...)
{
    char reason[256];
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(reason, sizeof(reason), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    for (char *p = reason; *p; p++) /* a name with escapes may be quoted in it */
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    return rf_fail(err, -EINVAL, "%u:%zu: %s", strict->line, at + 1, reason);
}

/* Bytes of the UTF-8 sequence at `p`, 0 when it is none; *ret_code is the character. */
static size_t read_utf8(const unsigned char *p, size_t len, uint32_t *ret_code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : p[0] >= 0xc2 ? 2 : 0;
    uint32_t code = n == 1 ? p[0] : n ? p[0] & (0x7fU >> n) : 0;

    if (n == 0 || n > len || p[0] > 0xf4)
        return 0;
    for (size_t i = 1; i < n; i++) {
        if ((p[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (p[i] & 0x3f);
    }
    if (code < least[n] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    *ret_code = code;
    return n;
}

/* Characters that YAML does not print, or that some readers take for line ends. */
static bool is_forbidden(uint32_t code)
{
    return (code < 0x20 && code != '\t' && code != '\n' && code != '\r') || (code >= 0x7f && code <= 0x9f) ||
           code == 0x2028 || code == 0x2029 || code == 0xfeff || code == 0xfffe || code == 0xffff;
}

int rf_strict_init(struct rf_strict *strict, struct rf_str bytes, struct rf_arena *arena, struct rf_err *err)
{
    size_t row_start = 0;

    *strict = (struct rf_strict){.arena = arena, .bytes = bytes, .line = 1};
    if (bytes.len > RF_STRICT_BYTES)
        return fail_at(strict, 0, err, "larger than %d KiB", RF_STRICT_BYTES / 1024);
    for (size_t i = 0; i < bytes.len;) {
        uint32_t code = 0;
        size_t n = read_utf8((const unsigned char *)bytes.ptr + i, bytes.len - i, &code);

        if (n == 0)
            return fail_at(strict, i - row_start, err, "not UTF-8");
        if (code == '\r' && (i + 1 == bytes.len || bytes.ptr[i + 1] != '\n'))
            return fail_at(strict, i - row_start, err, "a carriage return that ends no line");
        if (is_forbidden(code))
            return fail_at(strict, i - row_start, err, "the character U+%04X is not allowed", code);
        if (i - row_start >= RF_STRICT_LINE_BYTES)
            return fail_at(strict, i - row_start, err, "a line longer than %d KiB",
                           RF_STRICT_LINE_BYTES / 1024);
        i += n;
        if (code == '\n') {
            row_start = i;
            strict->line++;
        }
    }
    strict->line = 0;
    strict->seen = rf_arena_array(arena, RF_STRICT_ENTRIES, sizeof(*strict->seen));
    return strict->seen ? 0 : rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
}

static bool is_over(const struct rf_strict *strict)
{
    return strict->at >= strict->row.len;
}

static char peek(const struct rf_strict *strict, size_t ahead)
{
    return strict->at + ahead < strict->row.len ? strict->row.ptr[strict->at + ahead] : '\0';
}

static void skip_blanks(struct rf_strict *strict)
{
    while (peek(strict, 0) == ' ')
        strict->at++;
}

/* Behind a text: nothing, or blanks and a comment. */
static int end_row(struct rf_strict *strict, struct rf_err *err)
{
    size_t end = strict->at;

    skip_blanks(strict);
    if (peek(strict, 0) == '#' && strict->at > end)
        strict->at = strict->row.len;
    if (!is_over(strict))
        return fail_at(strict, strict->at, err, "nothing but a comment may follow here");
    strict->has_row = false;
    return 0;
}

/* Step to the next row that holds more than blanks and comments; `at` is its first letter. */
static int next_row(struct rf_strict *strict, struct rf_err *err)
{
    while (strict->next_row < strict->bytes.len) {
        struct rf_str rest = {strict->bytes.ptr + strict->next_row, strict->bytes.len - strict->next_row};

        (void)rf_str_cut(rest, '\n', &strict->row); /* only the row is wanted */
        strict->next_row += strict->row.len + 1;
        if (strict->row.len && strict->row.ptr[strict->row.len - 1] == '\r')
            strict->row.len--;
        strict->line++;
        strict->at = 0;
        skip_blanks(strict);
        if (peek(strict, 0) == '\t')
            return fail_at(strict, strict->at, err, "a tab in the indentation: use blanks");
        if (is_over(strict) || peek(strict, 0) == '#')
            continue;
        strict->has_row = true;
        return 0;
    }
    strict->has_row = false;
    return 0;
}

/* --- text --- */

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* The escape at the backslash; what it stands for goes to `out`. */
static int read_escape(struct rf_strict *strict, char *out, size_t *used, struct rf_err *err)
{
    char c = peek(strict, 1);
    int high = hex_digit(peek(strict, 2));
    int low = hex_digit(peek(strict, 3));

    if (c == 'n' || c == 't' || c == '\\' || c == '"') {
        out[(*used)++] = (char)(c == 'n' ? '\n' : c == 't' ? '\t' : c);
        strict->at += 2;
        return 0;
    }
    if (c != 'x' || high < 0 || low < 0)
        return fail_at(strict, strict->at, err, "the escapes are \\n \\t \\\\ \\\" and \\xNN");
    if (high == 0 && low == 0)
        return fail_at(strict, strict->at, err, "a NUL is not allowed");
    if (high >= 8) /* \xNN is a character in YAML, not a byte */
        out[(*used)++] = (char)(0xc0 | high >> 2);
    out[(*used)++] = (char)(high >= 8 ? 0x80 | (high & 3) << 4 | low : high << 4 | low);
    strict->at += 4;
    return 0;
}

/* Quoted text, decoded into the arena. */
static int read_quoted(struct rf_strict *strict, struct rf_str *ret, struct rf_err *err)
{
    char quote = peek(strict, 0);
    size_t opened = strict->at++;
    size_t used = 0;
    char *out = rf_arena_alloc(strict->arena, strict->row.len - opened + 1);
    int r = 0;

    if (!out)
        return rf_fail(err, -ENOMEM, "%u:%zu: no memory left for it", strict->line, opened + 1);
    for (; r == 0 && !is_over(strict);) {
        char c = peek(strict, 0);

        if (c == quote && !(quote == '\'' && peek(strict, 1) == quote)) {
            strict->at++;
            *ret = (struct rf_str){out, used};
            return 0;
        }
        if (c == '\\' && quote == '"') {
            r = read_escape(strict, out, &used, err);
            continue;
        }
        out[used++] = c;
        strict->at += c == quote ? 2 : 1;
    }
    return r < 0 ? r : fail_at(strict, opened, err, "the quotation mark is not closed on its line");
}

/* What a plain text may not begin with, and why. */
static const char *refuse_start(char c, char after)
{
    bool is_alone = after == ' ' || after == '\0';

    switch (c) {
    case '&':
    case '*':
        return "anchors and aliases are not read: write the value out";
    case '!':
        return "tags are not read: write the value alone, or in quotes";
    case '|':
    case '>':
        return "text over several lines is not read: use \"...\" with \\n";
    case '[':
    case ']':
        return "a list in a list is not read";
    case '{':
    case '}':
        return "maps in braces are not read: write NAME: value below the key";
    case '%':
    case '@':
    case '`':
    case ',':
    case '?':
    case ':':
    case '#':
        return "text that begins with this sign must be quoted";
    case '-':
        return is_alone ? "a list in this place is not read" : NULL;
    default:
        return NULL;
    }
}

/* Plain text up to a comment, the end of the row, or in a flow list a comma or bracket. */
static int read_plain(struct rf_strict *strict, struct rf_str *ret, struct rf_err *err)
{
    bool is_flow = strict->block == BLOCK_FLOW;
    size_t start = strict->at;
    size_t end = start;
    const char *why = refuse_start(peek(strict, 0), peek(strict, 1));

    if (why)
        return fail_at(strict, start, err, "%s", why);
    for (; !is_over(strict); strict->at++) {
        char c = peek(strict, 0);
        char after = peek(strict, 1);

        if ((c == '#' && strict->at > start && strict->row.ptr[strict->at - 1] == ' ') ||
            (is_flow && (c == ',' || c == ']')))
            break;
        if (c == '\t')
            return fail_at(strict, strict->at, err, "a tab outside quotes");
        if (is_flow && (c == '[' || c == '{' || c == '}'))
            return fail_at(strict, strict->at, err, "a bracket in a list must be quoted");
        if (c == ':' && (after == ' ' || after == '\0' || (is_flow && (after == ',' || after == ']'))))
            return fail_at(strict, strict->at, err,
                           "a map in this place is not read: quote the text if it is none");
        if (c != ' ')
            end = strict->at + 1;
    }
    strict->at = end;
    *ret = (struct rf_str){strict->row.ptr + start, end - start};
    why = rf_strict_misread(*ret);
    return why ? fail_at(strict, start, err, "other YAML readers take this for %s: put it in quotes", why)
               : 0;
}

/* Text of any kind into the event. */
static int read_text(struct rf_strict *strict, struct rf_strict_event *event, struct rf_err *err)
{
    size_t row_start = (size_t)(strict->row.ptr - strict->bytes.ptr);
    char first = peek(strict, 0);
    int r;

    event->is_plain = first != '"' && first != '\'';
    event->line = strict->line;
    event->column = (uint32_t)strict->at + 1;
    event->start = (uint32_t)(row_start + strict->at);
    r = event->is_plain ? read_plain(strict, &event->text, err) : read_quoted(strict, &event->text, err);
    event->end = (uint32_t)(row_start + strict->at);
    return r;
}

/* --- keys and names --- */

static bool is_name_letter(char c, bool is_first)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

    return is_letter || (!is_first && ((c >= '0' && c <= '9') || c == '-' || c == '.'));
}

static int count_entry(struct rf_strict *strict, size_t at, struct rf_err *err)
{
    if (strict->entries == RF_STRICT_ENTRIES)
        return fail_at(strict, at, err, "more than %d entries", RF_STRICT_ENTRIES);
    strict->entries++;
    return 0;
}

/* Remember a key (or a name of the current map) that must be new. */
static int remember(struct rf_strict *strict, struct rf_str name, size_t at, bool is_key, struct rf_err *err)
{
    size_t first = is_key ? 0 : strict->key_count;
    size_t count = is_key ? strict->key_count : strict->name_count;

    for (size_t i = first; i < first + count; i++)
        if (strict->seen[i].len == name.len && memcmp(strict->seen[i].ptr, name.ptr, name.len) == 0)
            return fail_at(strict, at, err, "\"%.*s\" is given twice", (int)(name.len < 64 ? name.len : 64),
                           name.ptr);
    if (first + count == RF_STRICT_ENTRIES)
        return fail_at(strict, at, err, "more than %d entries", RF_STRICT_ENTRIES);
    strict->seen[first + count] = name;
    strict->key_count += is_key;
    strict->name_count = is_key ? 0 : strict->name_count + 1;
    return 0;
}

/* `name:` and the blanks behind it. Only names of a map may be quoted. */
static int read_name(struct rf_strict *strict, bool is_key, struct rf_str *ret, struct rf_err *err)
{
    size_t start = strict->at;
    char first = peek(strict, 0);
    int r = 0;

    if (!is_key && (first == '"' || first == '\'')) {
        r = read_quoted(strict, ret, err);
        if (r < 0)
            return r;
    } else {
        while (is_name_letter(peek(strict, 0), strict->at == start))
            strict->at++;
        *ret = (struct rf_str){strict->row.ptr + start, strict->at - start};
    }
    if (ret->len == 0 || ret->len > (is_key ? (size_t)RF_STRICT_KEY_BYTES : (size_t)RF_STRICT_LINE_BYTES))
        return fail_at(strict, start, err, "want %s", is_key ? "KEY: VALUE" : "NAME: VALUE");
    if (peek(strict, 0) != ':')
        return fail_at(strict, strict->at, err, "want a colon after \"%.*s\"",
                       (int)(ret->len < 64 ? ret->len : 64), ret->ptr);
    if (peek(strict, 1) != ' ' && peek(strict, 1) != '\0')
        return fail_at(strict, strict->at, err, "want a blank after the colon");
    if (ret->ptr == strict->row.ptr + start &&
        (rf_strict_misread(*ret) || rf_str_is(*ret, "true") || rf_str_is(*ret, "false")))
        return fail_at(strict, start, err,
                       "other YAML readers do not take this for a name: put it in quotes");
    strict->at++;
    skip_blanks(strict);
    return remember(strict, *ret, start, is_key, err);
}

/* --- rows --- */

/* An item of the flow list at `at`, or its end. *ret_is_over: the list is closed. */
static int read_flow(struct rf_strict *strict, struct rf_strict_event *event, bool *ret_is_over,
                     struct rf_err *err)
{
    int r;

    *ret_is_over = peek(strict, 0) == ']';
    if (*ret_is_over) {
        strict->at++;
        strict->block = BLOCK_NONE;
        return end_row(strict, err);
    }
    if (is_over(strict) || peek(strict, 0) == '#')
        return fail_at(strict, strict->at, err, "the list must be closed with ] on its line");
    r = count_entry(strict, strict->at, err);
    if (r == 0)
        r = read_text(strict, event, err);
    if (r < 0)
        return r;
    skip_blanks(strict);
    if (peek(strict, 0) == ',') {
        strict->at++;
        skip_blanks(strict);
        if (peek(strict, 0) == ']')
            return fail_at(strict, strict->at, err, "an item is missing before the bracket");
    } else if (peek(strict, 0) != ']') {
        return fail_at(strict, strict->at, err, "want a comma or ] after an item");
    }
    event->kind = RF_STRICT_ITEM;
    return 0;
}

/* A row below `key:`. */
static int read_below(struct rf_strict *strict, struct rf_strict_event *event, struct rf_err *err)
{
    bool is_item = peek(strict, 0) == '-' && (peek(strict, 1) == ' ' || peek(strict, 1) == '\0');
    size_t start = strict->at;
    int r;

    if (strict->block == BLOCK_OPEN) {
        strict->block = is_item ? BLOCK_LIST : BLOCK_MAP;
        strict->indent = start;
    }
    if (start != strict->indent)
        return fail_at(strict, start, err, "indented unlike the line before");
    if (is_item != (strict->block == BLOCK_LIST))
        return fail_at(strict, start, err, "a list and a map below one key");
    r = count_entry(strict, start, err);
    if (r < 0)
        return r;
    event->kind = is_item ? RF_STRICT_ITEM : RF_STRICT_ENTRY;
    if (is_item) {
        strict->at++;
        skip_blanks(strict);
    } else {
        r = read_name(strict, false, &event->name, err);
    }
    if (r == 0 && (is_over(strict) || peek(strict, 0) == '#'))
        return fail_at(strict, strict->at, err, "a value is missing: for an empty text write \"\"");
    if (r == 0)
        r = read_text(strict, event, err);
    return r < 0 ? r : end_row(strict, err);
}

/* `---`, `...` or a directive. */
static int read_marker(struct rf_strict *strict, struct rf_err *err)
{
    if (!rf_str_starts(strict->row, "---") || strict->has_start)
        return fail_at(strict, 0, err, "one document to a file: only a leading --- is read");
    strict->has_start = true;
    strict->at = 3;
    return end_row(strict, err);
}

/* `key:` and what follows on its row. *ret_is_open: nothing, so it stands below. */
static int read_key(struct rf_strict *strict, struct rf_strict_event *event, bool *ret_is_open,
                    struct rf_err *err)
{
    int r;

    if (strict->at > 0)
        return fail_at(strict, strict->at, err, "a key begins in the first column");
    strict->has_start = true;
    r = count_entry(strict, 0, err);
    if (r == 0)
        r = read_name(strict, true, &strict->key, err);
    if (r < 0)
        return r;
    strict->key_line = strict->line;
    event->key = strict->key;
    event->key_line = strict->line;
    event->key_column = 1;
    event->line = strict->line;
    event->column = (uint32_t)strict->at + 1;
    *ret_is_open = is_over(strict) || peek(strict, 0) == '#';
    if (*ret_is_open) {
        strict->block = BLOCK_OPEN;
        strict->has_row = false;
        return 0;
    }
    if (peek(strict, 0) == '[') {
        strict->at++;
        skip_blanks(strict);
        strict->block = BLOCK_FLOW;
        return 0;
    }
    event->kind = RF_STRICT_SCALAR;
    r = read_text(strict, event, err);
    return r < 0 ? r : end_row(strict, err);
}

/* Whether the row belongs to the key above it. */
static bool is_below(const struct rf_strict *strict)
{
    if (!strict->has_row || strict->block == BLOCK_NONE)
        return false;
    return strict->at > 0 || (peek(strict, 0) == '-' && peek(strict, 1) != '-');
}

int rf_strict_next(struct rf_strict *strict, struct rf_strict_event *ret, struct rf_err *err)
{
    struct rf_strict_event event = {.key = strict->key, .key_line = strict->key_line, .key_column = 1};
    bool is_over_or_open = true;
    int r = 0;

    while (r == 0 && is_over_or_open) {
        bool was_flow = strict->block == BLOCK_FLOW;

        is_over_or_open = false;
        if (!was_flow && !strict->has_row)
            r = next_row(strict, err);
        if (r < 0)
            return r;
        if (was_flow) {
            r = read_flow(strict, &event, &is_over_or_open, err);
        } else if (is_below(strict)) {
            r = read_below(strict, &event, err);
        } else if (strict->block == BLOCK_OPEN) {
            return rf_fail(err, -EINVAL, "%u:1: \"%.*s\" has no value: write it, or leave the key out",
                           strict->key_line, RF_FMT(strict->key));
        } else if (!strict->has_row) {
            event = (struct rf_strict_event){.kind = RF_STRICT_END, .line = strict->line + 1, .column = 1};
        } else if (strict->at == 0 && (strchr("%.", peek(strict, 0)) || rf_str_starts(strict->row, "---"))) {
            is_over_or_open = true;
            r = read_marker(strict, err);
        } else {
            strict->block = BLOCK_NONE;
            r = read_key(strict, &event, &is_over_or_open, err);
            if (r == 0 && strict->block == BLOCK_FLOW) {
                is_over_or_open = peek(strict, 0) != ']';
                event.kind = RF_STRICT_EMPTY;
                if (!is_over_or_open)
                    r = read_flow(strict, &event, &was_flow, err);
            }
        }
    }
    if (r == 0)
        *ret = event;
    return r;
}
