/* JSON from strangers, and from root's own hand: accepted is what RFC 8259 says and nothing that two readers
   could understand differently. */
#include "text/json.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "base/format.h"
#include "base/num.h"

enum { KEY_SHOWN = 60 };
enum want { VALUE, VALUE_OR_END, KEY, KEY_OR_END, COMMA_OR_END, NOTHING };

/* Line and column, counted from 1, columns in bytes. */
static void place_of(const struct rf_json *json, size_t offset, unsigned *ret_line, unsigned *ret_column)
{
    *ret_line = 1;
    *ret_column = 1;
    for (size_t i = 0; i < offset && i < json->text.len; i++) {
        ++*ret_column;
        if (json->text.ptr[i] == '\n') {
            ++*ret_line;
            *ret_column = 1;
        }
    }
}

int rf_json_fail(const struct rf_json *json, size_t offset, struct rf_err *err, const char *fmt, ...)
{
    char sentence[400];
    unsigned line;
    unsigned column;
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    place_of(json, offset, &line, &column);
    return rf_fail(err, -EINVAL, "line %u, column %u: %s", line, column, sentence);
}

int rf_json_init(struct rf_json *json, struct rf_str text, size_t limit_bytes, struct rf_err *err)
{
    *json = (struct rf_json){.text = text, .want = VALUE};
    if (text.len > limit_bytes)
        return rf_fail(err, -E2BIG, "%zu bytes of JSON, want at most %zu", text.len, limit_bytes);
    return 0;
}

/* The byte at the reader, or -1 at the end. */
static int peek(const struct rf_json *json)
{
    return json->at < json->text.len ? (unsigned char)json->text.ptr[json->at] : -1;
}

static void skip_blanks(struct rf_json *json)
{
    int c;

    while ((c = peek(json)) == ' ' || c == '\t' || c == '\n' || c == '\r')
        json->at++;
}

static int refuse_byte(const struct rf_json *json, struct rf_err *err, const char *wanted)
{
    int c = peek(json);

    if (c < 0)
        return rf_json_fail(json, json->at, err, "the text ends, want %s", wanted);
    if (c < 0x20 || c > 0x7e)
        return rf_json_fail(json, json->at, err, "byte 0x%02x, want %s", (unsigned)c, wanted);
    return rf_json_fail(json, json->at, err, "'%c', want %s", c, wanted);
}

/* The length of the UTF-8 character at `p`, or 0: overlong forms, surrogates and what lies beyond U+10FFFF
 * are none. */
static size_t utf8_length(const unsigned char *p, size_t len)
{
    static const struct {
        unsigned char first_min, first_max, second_min, second_max;
        size_t length;
    } forms[] = {{0x00, 0x7f, 0, 0, 1},       {0xc2, 0xdf, 0x80, 0xbf, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 3},
                 {0xe1, 0xec, 0x80, 0xbf, 3}, {0xed, 0xed, 0x80, 0x9f, 3}, {0xee, 0xef, 0x80, 0xbf, 3},
                 {0xf0, 0xf0, 0x90, 0xbf, 4}, {0xf1, 0xf3, 0x80, 0xbf, 4}, {0xf4, 0xf4, 0x80, 0x8f, 4}};

    for (size_t i = 0; i < RF_COUNT(forms); i++) {
        if (p[0] < forms[i].first_min || p[0] > forms[i].first_max)
            continue;
        if (forms[i].length > len)
            return 0;
        if (forms[i].length > 1 && (p[1] < forms[i].second_min || p[1] > forms[i].second_max))
            return 0;
        for (size_t j = 2; j < forms[i].length; j++) {
            if ((p[j] & 0xc0) != 0x80)
                return 0;
        }
        return forms[i].length;
    }
    return 0;
}

/* Four hexadecimal digits, or -1. */
static int read_hex(const char *p, size_t len)
{
    int value = 0;

    if (len < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = p[i] >= '0' && p[i] <= '9'   ? p[i] - '0'
                    : p[i] >= 'a' && p[i] <= 'f' ? p[i] - 'a' + 10
                    : p[i] >= 'A' && p[i] <= 'F' ? p[i] - 'A' + 10
                                                 : -1;

        if (digit < 0)
            return -1;
        value = value * 16 + digit;
    }
    return value;
}

/* The escape at `p` ("\n", "\u00e4", a surrogate pair): its length, or 0; *ret is the character. */
static size_t read_escape(const char *p, size_t len, uint32_t *ret)
{
    static const char letters[] = "\"\\/bfnrt";
    static const char meanings[] = "\"\\/\b\f\n\r\t";
    const char *letter = len >= 2 && p[1] ? strchr(letters, p[1]) : NULL;
    int high;
    int low;

    if (letter) {
        *ret = (unsigned char)meanings[letter - letters];
        return 2;
    }
    if (len < 6 || p[1] != 'u' || (high = read_hex(p + 2, len - 2)) < 0)
        return 0;
    *ret = (uint32_t)high;
    if (high < 0xd800 || high > 0xdfff)
        return 6;
    if (high > 0xdbff || len < 12 || p[6] != '\\' || p[7] != 'u')
        return 0;
    low = read_hex(p + 8, len - 8);
    if (low < 0xdc00 || low > 0xdfff)
        return 0;
    *ret = 0x10000 + ((uint32_t)(high - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
    return 12;
}

/* The reader stands on the opening quote. */
static int read_string(struct rf_json *json, struct rf_json_token *token, struct rf_err *err)
{
    const char *text = json->text.ptr;
    size_t start = ++json->at;

    for (;;) {
        int c = peek(json);
        size_t rest = json->text.len - json->at;
        uint32_t character;
        size_t length;

        if (c == '"')
            break;
        if (c < 0x20)
            return refuse_byte(json, err, "the rest of a string");
        if (c == '\\') {
            token->has_escapes = true;
            length = read_escape(text + json->at, rest, &character);
            if (length == 0)
                return rf_json_fail(json, json->at, err, "an escape that is none, or half a surrogate pair");
        } else {
            length = utf8_length((const unsigned char *)text + json->at, rest);
            if (length == 0)
                return rf_json_fail(json, json->at, err, "byte 0x%02x is not UTF-8", (unsigned)c);
        }
        json->at += length;
    }
    token->raw = (struct rf_str){text + start, json->at - start};
    json->at++;
    return 0;
}

static bool read_digits(struct rf_json *json)
{
    size_t start = json->at;
    int c;

    while ((c = peek(json)) >= '0' && c <= '9')
        json->at++;
    return json->at > start;
}

static int read_number(struct rf_json *json, struct rf_json_token *token, struct rf_err *err)
{
    size_t start = json->at;

    if (peek(json) == '-')
        json->at++;
    if (peek(json) == '0') {
        json->at++;
    } else if (!read_digits(json)) {
        return refuse_byte(json, err, "a digit");
    }
    if (peek(json) == '.') {
        json->at++;
        if (!read_digits(json))
            return refuse_byte(json, err, "a digit");
    }
    if (peek(json) == 'e' || peek(json) == 'E') {
        json->at++;
        if (peek(json) == '+' || peek(json) == '-')
            json->at++;
        if (!read_digits(json))
            return refuse_byte(json, err, "a digit");
    }
    token->raw = (struct rf_str){json->text.ptr + start, json->at - start};
    return 0;
}

static int read_word(struct rf_json *json, const char *word, struct rf_json_token *token, struct rf_err *err)
{
    struct rf_str rest = {json->text.ptr + json->at, json->text.len - json->at};

    if (!rf_str_starts(rest, word))
        return refuse_byte(json, err, "a value");
    token->raw = (struct rf_str){rest.ptr, strlen(word)};
    json->at += token->raw.len;
    return 0;
}

static int open_bracket(struct rf_json *json, struct rf_json_token *token, struct rf_err *err)
{
    bool is_object = peek(json) == '{';

    if (json->depth == RF_JSON_DEPTH)
        return rf_json_fail(json, json->at, err, "more than %d brackets inside each other", RF_JSON_DEPTH);
    json->is_object &= ~(UINT64_C(1) << json->depth);
    json->is_object |= (uint64_t)is_object << json->depth;
    json->depth++;
    token->kind = is_object ? RF_JSON_OBJECT : RF_JSON_ARRAY;
    token->raw = (struct rf_str){json->text.ptr + json->at, 1};
    json->at++;
    json->want = is_object ? KEY_OR_END : VALUE_OR_END;
    return 0;
}

static bool is_in_object(const struct rf_json *json)
{
    return json->depth > 0 && json->is_object >> (json->depth - 1) & 1;
}

static int close_bracket(struct rf_json *json, struct rf_json_token *token)
{
    token->kind = is_in_object(json) ? RF_JSON_OBJECT_END : RF_JSON_ARRAY_END;
    token->raw = (struct rf_str){json->text.ptr + json->at, 1};
    json->at++;
    json->depth--;
    json->want = json->depth ? COMMA_OR_END : NOTHING;
    return 0;
}

static int read_key(struct rf_json *json, struct rf_json_token *token, struct rf_err *err)
{
    int code;

    if (peek(json) != '"')
        return refuse_byte(json, err, json->want == KEY ? "a key" : "a key or '}'");
    token->kind = RF_JSON_KEY;
    code = read_string(json, token, err);
    if (code < 0)
        return code;
    skip_blanks(json);
    if (peek(json) != ':')
        return refuse_byte(json, err, "':'");
    json->at++;
    json->want = VALUE;
    return 0;
}

static int read_value(struct rf_json *json, struct rf_json_token *token, struct rf_err *err)
{
    int c = peek(json);

    if (c == '{' || c == '[')
        return open_bracket(json, token, err);
    json->want = json->depth ? COMMA_OR_END : NOTHING;
    switch (c) {
    case '"':
        token->kind = RF_JSON_STRING;
        return read_string(json, token, err);
    case 't':
        token->kind = RF_JSON_TRUE;
        return read_word(json, "true", token, err);
    case 'f':
        token->kind = RF_JSON_FALSE;
        return read_word(json, "false", token, err);
    case 'n':
        token->kind = RF_JSON_NULL;
        return read_word(json, "null", token, err);
    default:
        break;
    }
    if (c != '-' && (c < '0' || c > '9'))
        return refuse_byte(json, err, "a value");
    token->kind = RF_JSON_NUMBER;
    return read_number(json, token, err);
}

int rf_json_next(struct rf_json *json, struct rf_json_token *ret, struct rf_err *err)
{
    int closing = is_in_object(json) ? '}' : ']';
    struct rf_json_token token = {.raw = RF_STR("")};
    int code;

    skip_blanks(json);
    if (json->want == COMMA_OR_END && peek(json) == ',') {
        json->at++;
        json->want = is_in_object(json) ? KEY : VALUE;
        skip_blanks(json);
    }
    token.offset = json->at;
    switch ((enum want)json->want) {
    case NOTHING:
        token.kind = RF_JSON_END;
        code = peek(json) < 0 ? 0 : refuse_byte(json, err, "nothing after the value");
        break;
    case COMMA_OR_END:
        code = peek(json) == closing ? close_bracket(json, &token)
                                     : refuse_byte(json, err, closing == '}' ? "',' or '}'" : "',' or ']'");
        break;
    case KEY_OR_END:
        code = peek(json) == closing ? close_bracket(json, &token) : read_key(json, &token, err);
        break;
    case VALUE_OR_END:
        code = peek(json) == closing ? close_bracket(json, &token) : read_value(json, &token, err);
        break;
    case KEY:
        code = read_key(json, &token, err);
        break;
    case VALUE:
    default:
        code = read_value(json, &token, err);
        break;
    }
    if (code == 0)
        *ret = token;
    return code;
}

static const char *kind_name(enum rf_json_kind kind)
{
    static const char *const names[] = {"an object", "'}'",  "an array", "']'",  "a key",  "a string",
                                        "a number",  "true", "false",    "null", "the end"};

    return names[kind];
}

int rf_json_want(struct rf_json *json, enum rf_json_kind kind, const char *what, struct rf_json_token *ret,
                 struct rf_err *err)
{
    struct rf_json_token token;
    int code = rf_json_next(json, &token, err);

    if (code < 0)
        return code;
    if (token.kind != kind)
        return rf_json_fail(json, token.offset, err, "%s is %s, want %s", what, kind_name(token.kind),
                            kind_name(kind));
    *ret = token;
    return 0;
}

int rf_json_skip(struct rf_json *json, const struct rf_json_token *token, struct rf_err *err)
{
    unsigned depth = json->depth;
    struct rf_json_token inner;
    int code = 0;

    if (token->kind != RF_JSON_OBJECT && token->kind != RF_JSON_ARRAY)
        return 0;
    while (code == 0 && json->depth >= depth)
        code = rf_json_next(json, &inner, err);
    return code;
}

static bool is_text(const struct rf_json_token *token, const char *text);

int rf_json_field(struct rf_json *json, const char *const *names, size_t count, uint64_t *seen,
                  size_t *ret_index, struct rf_err *err)
{
    struct rf_json_token token;
    size_t index = 0;
    int code = rf_json_next(json, &token, err);

    if (code < 0)
        return code;
    if (token.kind == RF_JSON_OBJECT_END) {
        *ret_index = count;
        return 0;
    }
    while (index < count && !is_text(&token, names[index]))
        index++;
    if (index == count)
        return rf_json_fail(json, token.offset, err, "unknown key \"%.*s\"",
                            (int)(token.raw.len < KEY_SHOWN ? token.raw.len : KEY_SHOWN), token.raw.ptr);
    if (*seen >> index & 1)
        return rf_json_fail(json, token.offset, err, "key \"%s\" for the second time", names[index]);
    *seen |= UINT64_C(1) << index;
    *ret_index = index;
    return 0;
}

/* Write `c` as UTF-8. Returns the number of bytes. */
static size_t put_utf8(char *p, uint32_t c)
{
    if (c < 0x80) {
        p[0] = (char)c;
        return 1;
    }
    if (c < 0x800) {
        p[0] = (char)(0xc0 | c >> 6);
        p[1] = (char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        p[0] = (char)(0xe0 | c >> 12);
        p[1] = (char)(0x80 | (c >> 6 & 0x3f));
        p[2] = (char)(0x80 | (c & 0x3f));
        return 3;
    }
    p[0] = (char)(0xf0 | c >> 18);
    p[1] = (char)(0x80 | (c >> 12 & 0x3f));
    p[2] = (char)(0x80 | (c >> 6 & 0x3f));
    p[3] = (char)(0x80 | (c & 0x3f));
    return 4;
}

/* One character of a string that was read before: its bytes in `ret` (at least 4). Returns how many bytes of
   the raw text it took. */
static size_t decode_one(struct rf_str raw, char *ret, size_t *ret_len)
{
    uint32_t character = 0;
    size_t taken;

    if (raw.ptr[0] != '\\') {
        ret[0] = raw.ptr[0];
        *ret_len = 1;
        return 1;
    }
    taken = read_escape(raw.ptr, raw.len, &character);
    *ret_len = put_utf8(ret, character);
    return taken;
}

/* Whether a key or string says `text`, whatever escapes it is written with. */
static bool is_text(const struct rf_json_token *token, const char *text)
{
    struct rf_str raw = token->raw;
    size_t left = strlen(text);

    while (raw.len > 0) {
        char bytes[4];
        size_t len;
        size_t taken = decode_one(raw, bytes, &len);

        if (len > left || memcmp(text, bytes, len) != 0)
            return false;
        text += len;
        left -= len;
        raw = (struct rf_str){raw.ptr + taken, raw.len - taken};
    }
    return left == 0;
}

int rf_json_text(const struct rf_json_token *token, struct rf_arena *arena, struct rf_str *ret,
                 struct rf_err *err)
{
    struct rf_str raw = token->raw;
    size_t used = 0;
    char *copy;

    if (!token->has_escapes) {
        *ret = raw;
        return 0;
    }
    copy = rf_arena_alloc(arena, raw.len); /* an escape is never shorter than what it stands for */
    if (!copy)
        return rf_fail(err, -ENOMEM, "a string of %zu bytes: no memory", raw.len);
    while (raw.len > 0) {
        char bytes[4];
        size_t len;
        size_t taken = decode_one(raw, bytes, &len);

        memcpy(copy + used, bytes, len);
        used += len;
        raw = (struct rf_str){raw.ptr + taken, raw.len - taken};
    }
    *ret = (struct rf_str){copy, used};
    return 0;
}

int rf_json_want_text(struct rf_json *json, const char *what, struct rf_arena *arena,
                      struct rf_json_token *ret_token, struct rf_str *ret, struct rf_err *err)
{
    int code = rf_json_want(json, RF_JSON_STRING, what, ret_token, err);

    return code < 0 ? code : rf_json_text(ret_token, arena, ret, err);
}

int rf_json_list(struct rf_json *json, const char *what, bool *ret_more, struct rf_err *err)
{
    struct rf_json_token token;
    int code = rf_json_next(json, &token, err);

    if (code < 0)
        return code;
    if (token.kind != RF_JSON_ARRAY && token.kind != RF_JSON_NULL)
        return rf_json_fail(json, token.offset, err, "%s is %s, want a list", what, kind_name(token.kind));
    *ret_more = token.kind == RF_JSON_ARRAY;
    return 0;
}

int rf_json_list_text(struct rf_json *json, const char *what, struct rf_arena *arena, struct rf_str *ret,
                      bool *ret_more, struct rf_err *err)
{
    struct rf_json_token token;
    int code = rf_json_next(json, &token, err);

    if (code < 0)
        return code;
    if (token.kind != RF_JSON_STRING && token.kind != RF_JSON_ARRAY_END)
        return rf_json_fail(json, token.offset, err, "%s holds %s, want only strings", what,
                            kind_name(token.kind));
    *ret_more = token.kind == RF_JSON_STRING;
    return *ret_more ? rf_json_text(&token, arena, ret, err) : 0;
}

int rf_json_u64(const struct rf_json_token *token, uint64_t max, uint64_t *ret)
{
    return token->kind == RF_JSON_NUMBER ? rf_num_u64(token->raw, max, ret) : -EINVAL;
}
