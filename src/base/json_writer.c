/* JSON out. In is another matter, and another file's: a writer needs no tree. */
#include "base/json_writer.h"

#include <assert.h>
#include <errno.h>

void rf_jsonw_init(struct rf_jsonw *json, struct rf_buf *out, uint32_t lined)
{
    *json = (struct rf_jsonw){.out = out, .lines_above = lined};
}

static void new_line(struct rf_jsonw *json)
{
    rf_buf_text(json->out, "\n");
    for (uint32_t i = 0; i < json->depth; i++)
        rf_buf_text(json->out, "  ");
}

static bool is_lined(const struct rf_jsonw *json)
{
    return json->depth <= json->lines_above;
}

/* What stands before a value: the comma, the line, the name. */
static void begin(struct rf_jsonw *json, const char *name)
{
    if (json->depth) {
        bool *has_member = &json->has_member[json->depth - 1];

        assert(!name == json->is_array[json->depth - 1]);
        if (*has_member)
            rf_buf_text(json->out, is_lined(json) ? "," : ", ");
        *has_member = true;
        if (is_lined(json))
            new_line(json);
    }
    if (name) {
        rf_buf_text(json->out, "\"");
        rf_buf_text(json->out, name);
        rf_buf_text(json->out, "\": ");
    }
}

static void open_level(struct rf_jsonw *json, const char *name, bool is_array)
{
    begin(json, name);
    assert(json->depth < RF_JSONW_DEPTH);
    json->is_array[json->depth] = is_array;
    json->has_member[json->depth] = false;
    json->depth++;
    rf_buf_text(json->out, is_array ? "[" : "{");
}

void rf_jsonw_object(struct rf_jsonw *json, const char *name)
{
    open_level(json, name, false);
}

void rf_jsonw_array(struct rf_jsonw *json, const char *name)
{
    open_level(json, name, true);
}

void rf_jsonw_end(struct rf_jsonw *json)
{
    bool was_lined = is_lined(json);

    assert(json->depth > 0);
    json->depth--;
    if (was_lined && json->has_member[json->depth])
        new_line(json);
    rf_buf_text(json->out, json->is_array[json->depth] ? "]" : "}");
}

/* The bytes at the start that stand for themselves: printable ASCII but the two that JSON escapes. Most text
   is nothing else, and is copied whole. */
static size_t plain_len(struct rf_str str)
{
    size_t len = 0;

    while (len < str.len && str.ptr[len] >= 0x20 && str.ptr[len] <= 0x7e && str.ptr[len] != '"' &&
           str.ptr[len] != '\\')
        len++;
    return len;
}

/* One character, or one byte that is none. Returns the bytes used. C1 controls are escaped like C0: the file
   may be read on a terminal. */
static size_t put_char(struct rf_buf *out, struct rf_str str)
{
    const unsigned char *p = (const unsigned char *)str.ptr;
    size_t len = rf_utf8_len(str);

    if (len == 0) {
        rf_buf_text(out, "\\ufffd");
        return 1;
    }
    if (*p == '"' || *p == '\\')
        rf_buf_printf(out, "\\%c", *p);
    else if (*p == '\n')
        rf_buf_text(out, "\\n");
    else if (*p == '\t')
        rf_buf_text(out, "\\t");
    else if (*p < 0x20 || *p == 0x7f)
        rf_buf_printf(out, "\\u%04x", (unsigned)*p);
    else if (*p == 0xc2 && p[1] < 0xa0)
        rf_buf_printf(out, "\\u%04x", (unsigned)p[1]);
    else
        rf_buf_add(out, (struct rf_str){str.ptr, len});
    return len;
}

void rf_jsonw_str(struct rf_jsonw *json, const char *name, struct rf_str str)
{
    begin(json, name);
    rf_buf_text(json->out, "\"");
    while (str.len) {
        size_t len = plain_len(str);

        if (len)
            rf_buf_add(json->out, (struct rf_str){str.ptr, len});
        else
            len = put_char(json->out, str);
        str = (struct rf_str){str.ptr + len, str.len - len};
    }
    rf_buf_text(json->out, "\"");
}

void rf_jsonw_text(struct rf_jsonw *json, const char *name, const char *text)
{
    if (text)
        rf_jsonw_str(json, name, rf_str_of(text));
    else
        rf_jsonw_null(json, name);
}

/* Of a result with a hundred thousand words most bytes are numbers, and vsnprintf() would be most of the
   time. At least `min` digits. */
static void put_digits(struct rf_buf *out, uint64_t value, unsigned min)
{
    char digits[RF_JSONW_DIGITS];
    size_t at = sizeof(digits);

    do {
        digits[--at] = (char)('0' + value % 10);
        value /= 10;
        if (min)
            min--;
    } while (value || min);
    rf_buf_add(out, (struct rf_str){digits + at, sizeof(digits) - at});
}

void rf_jsonw_number(struct rf_jsonw *json, const char *name, uint64_t value)
{
    begin(json, name);
    put_digits(json->out, value, 1);
}

void rf_jsonw_decimal(struct rf_jsonw *json, const char *name, uint64_t value, unsigned decimals)
{
    uint64_t unit = 1;

    assert(decimals < RF_JSONW_DIGITS);
    while (decimals > 1 && value % 10 == 0) {
        value /= 10;
        decimals--;
    }
    for (unsigned i = 0; i < decimals; i++)
        unit *= 10;
    begin(json, name);
    put_digits(json->out, value / unit, 1);
    rf_buf_text(json->out, ".");
    put_digits(json->out, value % unit, decimals ? decimals : 1);
}

void rf_jsonw_raw(struct rf_jsonw *json, const char *name, struct rf_str value)
{
    begin(json, name);
    rf_buf_add(json->out, value);
}

void rf_jsonw_count(struct rf_jsonw *json, const char *name, uint64_t value)
{
    if (value == UINT64_MAX)
        rf_jsonw_null(json, name);
    else
        rf_jsonw_number(json, name, value);
}

void rf_jsonw_bool(struct rf_jsonw *json, const char *name, bool value)
{
    begin(json, name);
    rf_buf_text(json->out, value ? "true" : "false");
}

void rf_jsonw_null(struct rf_jsonw *json, const char *name)
{
    begin(json, name);
    rf_buf_text(json->out, "null");
}

int rf_jsonw_done(struct rf_jsonw *json, struct rf_err *err)
{
    assert(json->depth == 0);
    rf_buf_text(json->out, "\n");
    return json->out->is_failed ? rf_fail(err, -ENOMEM, "writing JSON: out of memory") : 0;
}
