/* What readers see in a plain scalar. Written down from resolve.go of goyaml.v2 and yaml.v3 and from PyYAML's
   resolver, as facts: the words, the bases and the order in which they are tried. */
#include "text/yaml.h"

#include <string.h>

enum { NUMBER_BYTES = 64, BASE_60 = 60 };

/* Readers that take a word for a bool, as bits. */
enum {
    KUBECTL = 1 << RF_YAML_KUBECTL,
    COMPOSE = 1 << RF_YAML_COMPOSE,
    PYTHON = 1 << RF_YAML_1_1,
    ALL = KUBECTL | COMPOSE | PYTHON
};

static const struct {
    const char *word;
    enum rf_yaml_type type;
    bool is_true;
    unsigned readers;
} words[] = {
    {"true", RF_YAML_TYPE_BOOL, true, ALL},
    {"false", RF_YAML_TYPE_BOOL, false, ALL},
    {"yes", RF_YAML_TYPE_BOOL, true, KUBECTL | PYTHON},
    {"no", RF_YAML_TYPE_BOOL, false, KUBECTL | PYTHON},
    {"on", RF_YAML_TYPE_BOOL, true, KUBECTL | PYTHON},
    {"off", RF_YAML_TYPE_BOOL, false, KUBECTL | PYTHON},
    {"y", RF_YAML_TYPE_BOOL, true, KUBECTL},
    {"n", RF_YAML_TYPE_BOOL, false, KUBECTL},
    {"null", RF_YAML_TYPE_NULL, false, ALL},
    {"~", RF_YAML_TYPE_NULL, false, ALL},
    {"", RF_YAML_TYPE_NULL, false, ALL},
};

static char upper(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* word, Word or WORD; the table has the first. */
static bool is_spelling(struct rf_str text, const char *word)
{
    size_t len = strlen(word);
    size_t big = 0;

    if (text.len != len)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text.ptr[i] != word[i] && text.ptr[i] != upper(word[i]))
            return false;
        big += text.ptr[i] != word[i];
    }
    return big == 0 || big == len || (big == 1 && text.ptr[0] != word[0]);
}

static bool find_word(struct rf_str text, enum rf_yaml_reader reader, struct rf_yaml_value *ret)
{
    if (text.len > 5)
        return false;
    for (size_t i = 0; i < RF_COUNT(words); i++) {
        if ((words[i].readers >> reader & 1) && is_spelling(text, words[i].word)) {
            *ret = (struct rf_yaml_value){.type = words[i].type, .is_true = words[i].is_true};
            return true;
        }
    }
    return false;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = upper(c);
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : 99;
}

/* A number without its underscores; longer ones are none that fits. */
struct number {
    char text[NUMBER_BYTES];
    size_t len;
    size_t at; /* behind the sign */
    bool is_negative;
};

static bool read_number(struct rf_str text, struct number *ret)
{
    struct number number = {.len = 0};

    if (text.len == 0 || !strchr("+-.0123456789", text.ptr[0]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '_' && i > 0)
            continue;
        if (number.len == sizeof(number.text))
            return false;
        number.text[number.len++] = text.ptr[i];
    }
    number.is_negative = number.text[0] == '-';
    number.at = number.is_negative || number.text[0] == '+';
    *ret = number;
    return number.at < number.len;
}

/* `limit` is the largest that fits: one more for negative numbers. */
static struct rf_yaml_value whole(uint64_t value, bool is_negative, bool is_too_big)
{
    uint64_t limit = (uint64_t)INT64_MAX + is_negative;

    if (is_too_big || value > limit)
        return (struct rf_yaml_value){.type = RF_YAML_TYPE_FLOAT};
    return (struct rf_yaml_value){.type = RF_YAML_TYPE_INTEGER,
                                  .is_whole = true,
                                  .integer = (int64_t)(is_negative ? ~value + 1 : value)};
}

static bool read_based(const struct number *number, size_t at, unsigned base, struct rf_yaml_value *ret)
{
    uint64_t value = 0;
    bool is_too_big = false;

    if (at >= number->len)
        return false;
    for (; at < number->len; at++) {
        unsigned digit = (unsigned)digit_of(number->text[at]);

        if (digit >= base)
            return false;
        is_too_big = is_too_big || __builtin_mul_overflow(value, (uint64_t)base, &value) ||
                     __builtin_add_overflow(value, (uint64_t)digit, &value);
    }
    *ret = whole(value, number->is_negative, is_too_big);
    return true;
}

static bool read_integer(const struct number *number, enum rf_yaml_reader reader, struct rf_yaml_value *ret)
{
    size_t at = number->at;
    char second = at + 1 < number->len ? number->text[at + 1] : '\0';
    bool is_go = reader != RF_YAML_1_1;

    if (number->text[at] != '0' || !second)
        return read_based(number, at, 10, ret);
    if (second == 'x' || (is_go && second == 'X'))
        return read_based(number, at + 2, 16, ret);
    if (second == 'b' || (is_go && second == 'B'))
        return read_based(number, at + 2, 2, ret);
    if (is_go && upper(second) == 'O')
        return read_based(number, at + 2, 8, ret);
    return read_based(number, at + 1, 8, ret);
}

/* 1000:30, which YAML 1.1 reads as 1000 * 60 + 30. */
static bool read_base_60(const struct number *number, struct rf_yaml_value *ret)
{
    uint64_t value = 0;
    uint64_t part = 0;
    size_t digits = 0;
    size_t parts = 0;
    bool is_too_big = false;

    if (digit_of(number->text[number->at]) < 1 || digit_of(number->text[number->at]) > 9)
        return false;
    for (size_t i = number->at; i <= number->len; i++) {
        bool is_end = i == number->len || number->text[i] == ':';
        unsigned digit = is_end ? 0 : (unsigned)digit_of(number->text[i]);

        if (is_end) {
            if (digits == 0 || (parts > 0 && (digits > 2 || part >= BASE_60)))
                return false;
            is_too_big = is_too_big || __builtin_mul_overflow(value, (uint64_t)BASE_60, &value) ||
                         __builtin_add_overflow(value, part, &value);
            parts++;
            part = digits = 0;
            continue;
        }
        if (digit > 9)
            return false;
        is_too_big = is_too_big || __builtin_mul_overflow(part, (uint64_t)10, &part) ||
                     __builtin_add_overflow(part, (uint64_t)digit, &part);
        digits++;
    }
    *ret = whole(value, number->is_negative, is_too_big);
    return parts > 1;
}

static size_t skip_digits(const struct number *number, size_t at)
{
    while (at < number->len && digit_of(number->text[at]) <= 9)
        at++;
    return at;
}

/* The value of digits with a point and an exponent, when it is whole and fits: 1e3, 2.50e1. */
static struct rf_yaml_value shifted(const struct number *number, size_t end, int64_t exponent)
{
    struct rf_yaml_value none = {.type = RF_YAML_TYPE_FLOAT};
    struct rf_yaml_value value;
    uint64_t sum = 0;
    bool is_behind = false;

    for (size_t i = number->at; i < end; i++) {
        if (number->text[i] == '.') {
            is_behind = true;
            continue;
        }
        if (__builtin_mul_overflow(sum, (uint64_t)10, &sum) ||
            __builtin_add_overflow(sum, (uint64_t)digit_of(number->text[i]), &sum))
            return none;
        exponent -= is_behind;
    }
    for (; exponent < 0 && sum > 0; exponent++) {
        if (sum % 10 != 0)
            return none;
        sum /= 10;
    }
    for (; exponent > 0 && sum > 0; exponent--)
        if (__builtin_mul_overflow(sum, (uint64_t)10, &sum))
            return none;
    value = whole(sum, number->is_negative, false);
    value.type = RF_YAML_TYPE_FLOAT;
    return value;
}

static bool is_infinite(const struct number *number)
{
    struct rf_str rest = {number->text + number->at, number->len - number->at};

    if (!rf_str_starts(rest, "."))
        return false;
    rest = (struct rf_str){rest.ptr + 1, rest.len - 1};
    return is_spelling(rest, "inf") ||
           (number->at == 0 && (rf_str_is(rest, "nan") || rf_str_is(rest, "NaN") || rf_str_is(rest, "NAN")));
}

static bool read_float(const struct number *number, enum rf_yaml_reader reader, struct rf_yaml_value *ret)
{
    size_t end = skip_digits(number, number->at);
    size_t digits = end - number->at;
    bool has_point = end < number->len && number->text[end] == '.';
    int64_t exponent = 0;
    size_t at;

    if (is_infinite(number)) {
        *ret = (struct rf_yaml_value){.type = RF_YAML_TYPE_FLOAT};
        return true;
    }
    if (has_point) {
        at = skip_digits(number, end + 1);
        digits += at - end - 1;
        end = at;
    }
    if (digits == 0 || (reader == RF_YAML_1_1 && !has_point))
        return false;
    at = end;
    if (at < number->len && upper(number->text[at]) == 'E') {
        bool has_sign = at + 1 < number->len && strchr("+-", number->text[at + 1]);
        bool is_less = has_sign && number->text[at + 1] == '-';
        size_t first = at + 1 + has_sign;

        if (reader == RF_YAML_1_1 && !has_sign)
            return false;
        at = skip_digits(number, first);
        if (at == first)
            return false;
        for (size_t i = first; i < at; i++)
            exponent = exponent > 1000 ? exponent : exponent * 10 + digit_of(number->text[i]);
        exponent = is_less ? -exponent : exponent;
    }
    if (at != number->len)
        return false;
    *ret = shifted(number, end, exponent);
    return true;
}

static struct rf_yaml_value plain_value(struct rf_str text, enum rf_yaml_reader reader)
{
    struct rf_yaml_value value = {.type = RF_YAML_TYPE_TEXT};
    struct number number;

    if (find_word(text, reader, &value) || !read_number(text, &number))
        return value;
    if (read_integer(&number, reader, &value) || read_float(&number, reader, &value))
        return value;
    if (reader == RF_YAML_1_1 && read_base_60(&number, &value))
        return value;
    return (struct rf_yaml_value){.type = RF_YAML_TYPE_TEXT};
}

struct rf_yaml_value rf_yaml_value(const struct rf_yaml_node *node, enum rf_yaml_reader reader)
{
    static const struct rf_str core = {"tag:yaml.org,2002:", 18};
    struct rf_str tag = node->props ? node->props->tag : (struct rf_str){NULL, 0};
    bool is_plain = node->style == RF_YAML_PLAIN;

    if (node->kind != RF_YAML_SCALAR)
        return (struct rf_yaml_value){.type =
                                          node->kind == RF_YAML_MAP ? RF_YAML_TYPE_MAP : RF_YAML_TYPE_LIST};
    if (tag.len > core.len && memcmp(tag.ptr, core.ptr, core.len) == 0) {
        tag = (struct rf_str){tag.ptr + core.len, tag.len - core.len};
        is_plain = rf_str_is(tag, "bool") || rf_str_is(tag, "int") || rf_str_is(tag, "float") ||
                   rf_str_is(tag, "null");
    } else if (tag.len) {
        is_plain = false;
    }
    return is_plain ? plain_value(node->text, reader) : (struct rf_yaml_value){.type = RF_YAML_TYPE_TEXT};
}

const char *rf_yaml_type_name(enum rf_yaml_type type)
{
    static const char *const names[] = {"null", "a bool", "a number", "a fraction",
                                        "text", "a map",  "a list"};

    return names[type];
}
