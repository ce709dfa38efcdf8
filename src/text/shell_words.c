/* Variables, quotes and escapes in the words of a Dockerfile. The text grows in one buffer of the reader;
   what stands behind an operator is made there first, at the end of what is finished, and then kept, moved or
   dropped. */
#include "text/shell_words.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "text/unicode.h"

enum { NOWHERE = UINT32_MAX, TO_THE_END = -1 };

struct reading {
    struct rf_words *words;
    struct rf_expanded *result;
    struct rf_err *err;
    struct rf_str source;
    uint32_t at;  /* in the source */
    uint32_t len; /* of the text */
    unsigned depth;
    bool is_raw;         /* escape characters stay */
    bool is_splitting;   /* words are cut here: not behind an operator */
    uint32_t word_start; /* in the text, or NOWHERE */
    uint32_t word_source;
    uint32_t word_room;
};

static int process(struct reading *r, int stop, bool is_raw);

/* The byte at the reader, or -1. */
static int peek(const struct reading *r)
{
    return r->at < r->source.len ? (unsigned char)r->source.ptr[r->at] : -1;
}

static int spend(struct reading *r, uint64_t work)
{
    r->words->work += work;
    if (r->words->work > RF_WORDS_WORK)
        return rf_fail(r->err, -E2BIG, "the file's variables take more than %d steps to put in",
                       RF_WORDS_WORK);
    return 0;
}

static int put(struct reading *r, const char *ptr, size_t len)
{
    if (len > RF_WORDS_BYTES - r->len)
        return rf_fail(r->err, -E2BIG, "with its variables it is longer than %d KiB", RF_WORDS_BYTES / 1024);
    if (len == 0)
        return 0;
    memmove(r->words->out + r->len, ptr, len);
    r->len += (uint32_t)len;
    return spend(r, len);
}

static int put_str(struct reading *r, struct rf_str str)
{
    return put(r, str.ptr, str.len);
}

static int put_all(struct reading *r, const char *before, struct rf_str middle, const char *after)
{
    int code = put_str(r, rf_str_of(before));

    if (code == 0)
        code = put_str(r, middle);
    return code < 0 ? code : put_str(r, rf_str_of(after));
}

/* --- words --- */

static int end_word(struct reading *r, uint32_t end, uint32_t source_end)
{
    struct rf_expanded *result = r->result;
    struct rf_word_part *words = result->words;

    if (result->word_count == r->word_room) {
        r->word_room = r->word_room ? 2 * r->word_room : 16;
        words = rf_arena_array(r->words->arena, r->word_room, sizeof(*words));
        if (!words)
            return rf_fail(r->err, -ENOMEM, "no memory left for its words");
        if (result->word_count)
            memcpy(words, result->words, result->word_count * sizeof(*words));
        result->words = words;
    }
    words[result->word_count++] = (struct rf_word_part){
        .text = {NULL, end - r->word_start}, .start = r->word_source, .end = source_end};
    words[result->word_count - 1].text.ptr = r->words->out + r->word_start;
    r->word_start = NOWHERE;
    return 0;
}

/* Text that belongs to a word whatever it is: it was quoted or escaped. */
static void add_raw(struct reading *r, uint32_t mark, uint32_t source)
{
    if (!r->is_splitting || r->len == mark || r->word_start != NOWHERE)
        return;
    r->word_start = mark;
    r->word_source = source;
}

/* Text in which blanks end words. */
static int add_split(struct reading *r, uint32_t mark, uint32_t source)
{
    const char *out = r->words->out;
    int code = 0;

    if (!r->is_splitting)
        return 0;
    for (uint32_t i = mark; i < r->len && code == 0;) {
        size_t blank = rf_blank_len((struct rf_str){out + i, r->len - i});

        if (blank && r->word_start != NOWHERE)
            code = end_word(r, i, source);
        if (!blank)
            add_raw(r, i, source);
        i += blank ? (uint32_t)blank : 1;
    }
    return code;
}

/* --- variables --- */

static int note_unset(struct reading *r, struct rf_str name)
{
    struct rf_expanded *result = r->result;

    if (!result->unset)
        result->unset = rf_arena_array(r->words->arena, RF_WORDS_UNSET_MAX, sizeof(*result->unset));
    if (!result->unset)
        return rf_fail(r->err, -ENOMEM, "no memory left for its variables");
    for (uint32_t i = 0; i < result->unset_count; i++)
        if (result->unset[i].len == name.len && memcmp(result->unset[i].ptr, name.ptr, name.len) == 0)
            return 0;
    if (result->unset_count < RF_WORDS_UNSET_MAX)
        result->unset[result->unset_count++] = name;
    return 0;
}

static int find(struct reading *r, struct rf_str name, struct rf_str *ret_value, bool *ret_is_set)
{
    enum rf_var var = RF_VAR_UNSET;

    *ret_value = RF_STR("");
    if (r->words->find)
        var = r->words->find(r->words->data, name, ret_value);
    *ret_is_set = var != RF_VAR_UNSET;
    r->result->has_unknown |= var == RF_VAR_UNKNOWN;
    return *ret_is_set ? 0 : note_unset(r, name);
}

static bool is_digit(int c)
{
    return c >= '0' && c <= '9';
}

/* A name, a number, or one of the shell's special parameters; empty when there is none. */
static struct rf_str read_name(struct reading *r)
{
    uint32_t start = r->at;
    int c = peek(r);

    if (is_digit(c)) {
        while (is_digit(peek(r)))
            r->at++;
    } else if (c > 0 && strchr("@*#?-$!", c)) {
        r->at++;
    } else {
        for (; (c = peek(r)) >= 0;) {
            bool is_plain = c == '_' || is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80);
            struct rf_str rest = {r->source.ptr + r->at, r->source.len - r->at};
            size_t len = is_plain ? 1 : rf_letter_len(rest);

            if (len == 0)
                break;
            r->at += (uint32_t)len;
        }
    }
    return (struct rf_str){r->source.ptr + start, r->at - start};
}

/* Put `value` where the text of the operator's words begins. */
static int replace(struct reading *r, uint32_t mark, struct rf_str value)
{
    r->len = mark;
    return put_str(r, value);
}

/* ${v#p} and its like: the pattern is the text behind `mark`. */
static int trim_value(struct reading *r, uint32_t mark, char operator, struct rf_str value)
{
    struct rf_str text = {r->words->out + mark, r->len - mark};
    bool is_longest = text.len > 0 && *text.ptr == operator;
    struct rf_pattern pattern;
    size_t len = 0;
    int code;

    if (is_longest)
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    code = rf_pattern_read(text, r->words->arena, &pattern, r->err);
    if (code < 0)
        return code;
    if (rf_pattern_match(&pattern, value, operator== '%', is_longest, &r->words->work, &len)) {
        if (operator== '#')
            value.ptr += len;
        value.len -= len;
    }
    code = spend(r, 0);
    return code < 0 ? code : replace(r, mark, value);
}

/* `value` with what the pattern matches replaced, behind the text. An empty match right behind another match
   is none, as in Go's regexp package. */
static int substitute(struct reading *r, const struct rf_pattern *pattern, struct rf_str value,
                      struct rf_str replacement, bool is_all)
{
    size_t done = 0; /* bytes of the value that were written or replaced */
    int code = 0;

    for (size_t at = 0; at <= value.len && code == 0;) {
        struct rf_str rest = {value.ptr + at, value.len - at};
        size_t width = rf_utf8_len(rest);
        size_t len = 0;

        if (width == 0)
            width = 1;
        if (!rf_pattern_match(pattern, rest, false, true, &r->words->work, &len)) {
            at += width;
            code = spend(r, 1);
            continue;
        }
        code = put(r, value.ptr + done, at - done);
        if (code == 0 && (at + len > done || at == 0))
            code = put_str(r, replacement);
        done = at + len;
        at = len > 0 ? done : at + width;
        if (!is_all)
            break;
    }
    return code < 0 ? code : put(r, value.ptr + done, value.len - done);
}

/* ${v/p/r}, behind the first slash. */
static int read_substitution(struct reading *r, struct rf_str name, uint32_t mark)
{
    bool is_all = peek(r) == '/';
    bool is_kept = (r->words->flags & RF_WORDS_KEEP_UNSET) != 0;
    struct rf_pattern pattern = {0};
    struct rf_str value = {0};
    bool is_set = false;
    uint32_t middle = 0;
    uint32_t end;
    int code = find(r, name, &value, &is_set);

    if (is_all)
        r->at++;
    is_kept = is_kept && !is_set;
    if (code == 0 && is_kept)
        code = put_all(r, "${", name, is_all ? "//" : "/");
    if (code == 0)
        code = process(r, '/', true);
    middle = r->len;
    if (code == 0 && is_kept)
        code = put(r, "/", 1);
    if (code == 0)
        code = process(r, '}', true);
    if (code == 0 && is_kept)
        return put(r, "}", 1);
    if (code == 0)
        code = rf_pattern_read((struct rf_str){r->words->out + mark, middle - mark}, r->words->arena,
                               &pattern, r->err);
    if (code < 0)
        return code;
    end = r->len;
    code = substitute(r, &pattern, value, (struct rf_str){r->words->out + middle, end - middle}, is_all);
    if (code < 0)
        return code;
    r->result->has_hole |= !is_set;
    return replace(r, mark, (struct rf_str){r->words->out + end, r->len - end});
}

static int refuse_unset(struct reading *r, struct rf_str name, uint32_t mark, bool is_set)
{
    struct rf_str word = {r->words->out + mark, r->len - mark};

    if (word.len > 0)
        return rf_fail(r->err, -EINVAL, "variable %.*s: %.*s", RF_FMT(name), RF_FMT(word));
    return rf_fail(r->err, -EINVAL, "variable %.*s is %s, which ${%.*s?} does not allow", RF_FMT(name),
                   is_set ? "empty" : "not set", RF_FMT(name));
}

/* ${v:-w} and its like, behind the operator. */
static int read_operation(struct reading *r, struct rf_str name, uint32_t mark, bool is_colon, char operator)
{
    bool is_kept = (r->words->flags & RF_WORDS_KEEP_UNSET) != 0;
    struct rf_str value = {0};
    bool is_set = false;
    bool is_usable;
    int code = find(r, name, &value, &is_set);

    is_kept = is_kept && !is_set;
    if (code == 0 && is_kept)
        code = put_all(r, "${", name, (char[]){is_colon ? ':' : operator, is_colon ? operator : 0, 0});
    if (code == 0)
        code = process(r, '}', operator== '#' || operator== '%');
    if (code < 0)
        return code;
    if (is_kept)
        return put(r, "}", 1);
    is_usable = is_set && !(is_colon && value.len == 0);
    switch (operator) {
    case '-':
        return is_usable ? replace(r, mark, value) : 0;
    case '+':
        return is_usable ? 0 : replace(r, mark, RF_STR(""));
    case '?':
        return is_usable ? replace(r, mark, value) : refuse_unset(r, name, mark, is_set);
    default:
        r->result->has_hole |= !is_set;
        return trim_value(r, mark, operator, value);
    }
}

/* A variable without an operator. */
static int put_variable(struct reading *r, struct rf_str name, const char *before, const char *after)
{
    struct rf_str value = {0};
    bool is_set = false;
    int code = find(r, name, &value, &is_set);

    if (code == 0 && !is_set && r->words->flags & RF_WORDS_KEEP_UNSET)
        return put_all(r, before, name, after);
    r->result->has_hole |= !is_set;
    return code < 0 ? code : put_str(r, value);
}

/* Behind the dollar and the brace. */
static int read_braces(struct reading *r)
{
    uint32_t mark = r->len;
    struct rf_str name;
    bool is_colon;
    int c = peek(r);

    if (c < 0)
        return rf_fail(r->err, -EINVAL, "a variable's } is missing");
    if (c == '{' || c == '}' || c == ':')
        return rf_fail(r->err, -EINVAL, "${ stands before no name");
    name = read_name(r);
    c = peek(r);
    r->at += c >= 0;
    if (c == '}')
        return put_variable(r, name, "${", "}");
    if (c == '/')
        return read_substitution(r, name, mark);
    is_colon = c == ':';
    if (is_colon) {
        c = peek(r);
        r->at += c >= 0;
    }
    if (c < 0)
        return rf_fail(r->err, -EINVAL, "a variable's } is missing");
    if (!strchr("+-?#%", c) || c == 0)
        return rf_fail(r->err, -EINVAL,
                       "no operator of variables: want one of :- - :+ + :? ? # ## %% %%%% / //");
    return read_operation(r, name, mark, is_colon, (char)c);
}

static int read_dollar(struct reading *r)
{
    struct rf_str name;

    r->at++;
    if (peek(r) == '{') {
        r->at++;
        return read_braces(r);
    }
    name = read_name(r);
    return name.len ? put_variable(r, name, "$", "") : put(r, "$", 1);
}

/* --- text --- */

static int read_single_quotes(struct reading *r)
{
    bool is_raw = (r->words->flags & RF_WORDS_RAW_QUOTES) != 0;
    const char *start = r->source.ptr + r->at;
    const char *end = memchr(start + 1, '\'', r->source.len - r->at - 1);

    if (!end)
        return rf_fail(r->err, -EINVAL, "a single quote is not closed");
    r->at += (uint32_t)(end - start) + 1;
    return is_raw ? put(r, start, (size_t)(end - start) + 1) : put(r, start + 1, (size_t)(end - start) - 1);
}

static int read_double_quotes(struct reading *r)
{
    bool is_raw = (r->words->flags & RF_WORDS_RAW_QUOTES) != 0;
    char escape = r->words->escape;
    int code = is_raw ? put(r, "\"", 1) : 0;
    int c;

    for (r->at++; code == 0 && (c = peek(r)) >= 0;) {
        if (c == '"') {
            r->at++;
            return is_raw ? put(r, "\"", 1) : 0;
        }
        if (c == '$') {
            code = read_dollar(r);
            continue;
        }
        r->at++;
        if (c == escape) {
            int next = peek(r);

            if (r->is_raw)
                code = put(r, &escape, 1);
            if (next < 0)
                break;
            if (next == '"' || next == '$' || next == escape) {
                c = next;
                r->at++;
            }
        }
        if (code == 0)
            code = put(r, &(char){(char)c}, 1);
    }
    return code < 0 ? code : rf_fail(r->err, -EINVAL, "a double quote is not closed");
}

/* `<<` keeps the blanks behind it, so that `<< EOF` is one word. */
static int read_less(struct reading *r)
{
    uint32_t start = r->at++;
    int c;

    if (peek(r) == '<')
        for (r->at++; (c = peek(r)) == ' ' || c == '\t' || c == '\r';)
            r->at++;
    return put(r, r->source.ptr + start, r->at - start);
}

/* The escape character and what it escapes. */
static int read_escape(struct reading *r)
{
    size_t len;
    int code = r->is_raw ? put(r, r->source.ptr + r->at, 1) : 0;

    r->at++;
    if (code < 0 || peek(r) < 0)
        return code;
    len = rf_utf8_len((struct rf_str){r->source.ptr + r->at, r->source.len - r->at});
    code = put(r, r->source.ptr + r->at, len ? len : 1);
    r->at += len ? (uint32_t)len : 1;
    return code;
}

/* Letters up to the next that means something. */
static int read_plain(struct reading *r, int stop)
{
    uint32_t start = r->at;
    int c;

    do
        r->at++;
    while ((c = peek(r)) >= 0 && c != stop && c != '$' && c != '\'' && c != '"' && c != '<' &&
           c != r->words->escape);
    return put(r, r->source.ptr + start, r->at - start);
}

static int read_piece(struct reading *r, int stop)
{
    bool has_quotes = !(r->words->flags & RF_WORDS_PLAIN_QUOTES);
    uint32_t mark = r->len;
    uint32_t source = r->at;
    int c = peek(r);
    int code;

    if (c == '$') {
        code = read_dollar(r);
        return code < 0 ? code : add_split(r, mark, source);
    }
    if (c == '\'' && has_quotes) {
        code = read_single_quotes(r);
    } else if (c == '"' && has_quotes) {
        code = read_double_quotes(r);
    } else if (c == '<') {
        code = read_less(r);
    } else if (c == r->words->escape) {
        code = read_escape(r);
    } else {
        code = read_plain(r, stop);
        if (code < 0 || !r->is_splitting)
            return code;
        /* Bytes of the source and of the text go side by side here. */
        for (uint32_t i = mark; i < r->len && code == 0;) {
            size_t blank = rf_blank_len((struct rf_str){r->words->out + i, r->len - i});

            if (blank && r->word_start != NOWHERE)
                code = end_word(r, i, source + (i - mark));
            if (!blank && r->word_start == NOWHERE) {
                r->word_start = i;
                r->word_source = source + (i - mark);
            }
            i += blank ? (uint32_t)blank : 1;
        }
        return code;
    }
    add_raw(r, mark, source);
    return code;
}

/* Up to `stop` and past it, or to the end. Behind an operator no words are cut. */
static int process(struct reading *r, int stop, bool is_raw)
{
    bool was_raw = r->is_raw;
    bool was_splitting = r->is_splitting;
    bool is_over = stop == TO_THE_END;
    int code = 0;
    int c;

    if (r->depth == RF_WORDS_DEPTH)
        return rf_fail(r->err, -E2BIG, "more than %d variables inside each other", RF_WORDS_DEPTH);
    r->depth++;
    r->is_raw = is_raw;
    r->is_splitting = stop == TO_THE_END && was_splitting;
    while (code == 0 && (c = peek(r)) >= 0) {
        if (c == stop) {
            r->at++;
            is_over = true;
            break;
        }
        code = read_piece(r, stop);
    }
    r->depth--;
    r->is_raw = was_raw;
    r->is_splitting = was_splitting;
    if (code == 0 && !is_over)
        return rf_fail(r->err, -EINVAL, "a variable's %c is missing", stop);
    return code;
}

/* Whether there is anything to do at all: most words are only words. */
static bool is_plain(struct rf_str source, char escape)
{
    for (size_t i = 0; i < source.len; i++) {
        char c = source.ptr[i];

        if (c == '$' || c == '\'' || c == '"' || c == escape)
            return false;
    }
    return true;
}

int rf_words_expand(struct rf_words *words, struct rf_str source, struct rf_expanded *ret, struct rf_err *err)
{
    struct rf_expanded result = {.text = source};
    struct reading r = {.words = words,
                        .result = &result,
                        .err = err,
                        .source = source,
                        .is_splitting = (words->flags & RF_WORDS_SPLIT) != 0,
                        .word_start = NOWHERE};
    char *text;
    int code;

    if (source.len > RF_WORDS_BYTES)
        return rf_fail(err, -E2BIG, "it is longer than %d KiB", RF_WORDS_BYTES / 1024);
    if (!r.is_splitting && is_plain(source, words->escape)) {
        *ret = result;
        return 0;
    }
    if (!words->out)
        words->out = rf_arena_alloc(words->arena, RF_WORDS_BYTES);
    if (!words->out)
        return rf_fail(err, -ENOMEM, "no memory left for its variables");
    code = process(&r, TO_THE_END, (words->flags & RF_WORDS_RAW_ESCAPES) != 0);
    if (code == 0 && r.word_start != NOWHERE)
        code = end_word(&r, r.len, (uint32_t)source.len);
    if (code < 0)
        return code;
    text = rf_arena_text(words->arena, (struct rf_str){words->out, r.len});
    if (!text)
        return rf_fail(err, -ENOMEM, "no memory left for its variables");
    for (uint32_t i = 0; i < result.word_count; i++)
        result.words[i].text.ptr = text + (result.words[i].text.ptr - words->out);
    result.text = (struct rf_str){text, r.len};
    *ret = result;
    return 0;
}
