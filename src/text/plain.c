/* What other YAML readers make of plain text. YAML 1.1 turns "no" into false, "0777" into 511, "1000:50" into
   60050 and "2024-01-01" into a date; 1.2 turns "~" into nothing. Text that any of them would read as
   something that does not print as the same letters has to be quoted. */
#include "text/strict.h"

#include <string.h>
#include <strings.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(struct rf_str text, size_t at)
{
    size_t n = 0;

    while (at + n < text.len && is_digit(text.ptr[at + n]))
        n++;
    return n;
}

static bool is_word(struct rf_str text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

/* "-12", "0", "1.5", "2.0": a number that prints as it is written. */
static bool is_plain_number(struct rf_str text)
{
    size_t at = text.ptr[0] == '-' ? 1 : 0;
    size_t whole = count_digits(text, at);
    size_t part;

    if (whole == 0 || whole > 15 || (whole > 1 && text.ptr[at] == '0'))
        return false;
    if (at + whole == text.len)
        return !(at && text.ptr[at] == '0');
    if (text.ptr[at + whole] != '.')
        return false;
    part = count_digits(text, at + whole + 1);
    return part > 0 && at + whole + 1 + part == text.len && (part == 1 || text.ptr[text.len - 1] != '0');
}

/* YAML 1.1's base sixty: digits, then parts of one or two digits below sixty after colons. */
static bool is_sexagesimal(struct rf_str text)
{
    size_t at = text.ptr[0] == '-' || text.ptr[0] == '+' ? 1 : 0;
    size_t first = at;
    size_t parts = 0;

    while (at < text.len && (is_digit(text.ptr[at]) || text.ptr[at] == '_'))
        at++;
    if (at == first || !is_digit(text.ptr[first]))
        return false;
    for (; at < text.len && text.ptr[at] == ':'; parts++) {
        size_t n = count_digits(text, at + 1);

        if (n == 0 || n > 2 || (n == 2 && text.ptr[at + 1] > '5'))
            return false;
        at += 1 + n;
    }
    if (at < text.len && text.ptr[at] == '.')
        for (at++; at < text.len && (is_digit(text.ptr[at]) || text.ptr[at] == '_');)
            at++;
    return parts > 0 && at == text.len;
}

/* Four digits, and one or two, and one or two. */
static bool is_date(struct rf_str text)
{
    size_t month;
    size_t day;

    if (count_digits(text, 0) != 4 || text.len < 8 || text.ptr[4] != '-')
        return false;
    month = count_digits(text, 5);
    if (month == 0 || month > 2 || 5 + month >= text.len || text.ptr[5 + month] != '-')
        return false;
    day = count_digits(text, 6 + month);
    return day > 0 && day <= 2;
}

/* Made of what numbers are made of, with a digit in it. */
static bool looks_numeric(struct rf_str text)
{
    bool has_digit = false;
    size_t dots = 0;
    size_t i = text.ptr[0] == '-' || text.ptr[0] == '+' ? 1 : 0;

    if (i + 2 < text.len && text.ptr[i] == '0' && strchr("xXoObB", text.ptr[i + 1])) {
        for (i += 2; i < text.len; i++)
            if (!strchr("0123456789abcdefABCDEF_", text.ptr[i]))
                return false;
        return true;
    }
    if (i < text.len && !is_digit(text.ptr[i]) && text.ptr[i] != '.')
        return false;
    for (; i < text.len; i++) {
        bool is_exponent_sign = (text.ptr[i] == '-' || text.ptr[i] == '+') && strchr("eE", text.ptr[i - 1]);

        if (!is_digit(text.ptr[i]) && !strchr("._eE", text.ptr[i]) && !is_exponent_sign)
            return false;
        has_digit |= is_digit(text.ptr[i]);
        dots += text.ptr[i] == '.';
    }
    return has_digit && dots < 2;
}

const char *rf_strict_misread(struct rf_str text)
{
    static const char *const bools[] = {"y", "n", "yes", "no", "on", "off"};
    static const char *const floats[] = {".inf", "-.inf", "+.inf", ".nan"};

    if (text.len == 0)
        return NULL;
    for (size_t i = 0; i < RF_COUNT(bools); i++)
        if (is_word(text, bools[i]))
            return "true or false";
    if ((is_word(text, "true") || is_word(text, "false")) && !rf_str_is(text, "true") &&
        !rf_str_is(text, "false"))
        return "true or false";
    if (is_word(text, "null") || rf_str_is(text, "~"))
        return "nothing at all";
    if (rf_str_is(text, "=") || rf_str_is(text, "<<"))
        return "a sign of their own";
    for (size_t i = 0; i < RF_COUNT(floats); i++)
        if (is_word(text, floats[i]))
            return "a number";
    if (is_sexagesimal(text))
        return "a number in base sixty";
    if (is_date(text))
        return "a date";
    if (looks_numeric(text) && !is_plain_number(text))
        return "another number";
    return NULL;
}
