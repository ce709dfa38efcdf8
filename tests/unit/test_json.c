#include "text/json.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LIMIT = 4096 };

struct text {
    const char *ptr;
    size_t len;
};

#define T(literal)                                                                                           \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }

static const struct text accepted[] = {
    T("{}"),
    T("[]"),
    T(" \t\r\n[ ]\n"),
    T("null"),
    T("true"),
    T("false"),
    T("0"),
    T("-0"),
    T("-1.5e+10"),
    T("1E-2"),
    T("123456789012345678901234567890"),
    T("\"\""),
    T("\"a\\u0000b\""),
    T("\"\\ud83d\\ude00\""),
    T("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\""),
    T("\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\x7f\""),
    T("{\"a\":[1,{\"b\":null}],\"a\":2}"),
    T("[[[[]]],{}]"),
    T("\"\xf4\x8f\xbf\xbf\""),
    T("\"\xed\x9f\xbf\xee\x80\x80\""),
};

static const struct text refused[] = {
    T(""),
    T(" "),
    T("{"),
    T("["),
    T("}"),
    T("]"),
    T("[}"),
    T("{]"),
    T("[1"),
    T("[1,"),
    T("[1,]"),
    T("[,1]"),
    T("[1 2]"),
    T("[1,,2]"),
    T("{\"a\"}"),
    T("{\"a\":}"),
    T("{\"a\":1,}"),
    T("{,}"),
    T("{a:1}"),
    T("{'a':1}"),
    T("{1:1}"),
    T("{\"a\":1 \"b\":2}"),
    T("{\"a\" 1}"),
    T("{\"a\"::1}"),
    T("nul"),
    T("nulls"),
    T("True"),
    T("NaN"),
    T("Infinity"),
    T("-"),
    T("+1"),
    T("01"),
    T("-01"),
    T("1."),
    T(".5"),
    T("1e"),
    T("1e+"),
    T("0x10"),
    T("1_000"),
    T("--1"),
    T("1.e5"),
    T("\""),
    T("\"a"),
    T("\"\\\""),
    T("\"\\x41\""),
    T("\"\\u12\""),
    T("\"\\u12g4\""),
    T("\"\\'\""),
    T("\"\\"),
    T("\"\\0\""),
    T("\"a\nb\""),
    T("\"\t\""),
    T("\"\x01\""),
    T("\"\0\""),
    T("'a'"),
    T("\"\\ud800\""),
    T("\"\\udc00\""),
    T("\"\\ud800\\u0041\""),
    T("\"\\ud800\\ud800\""),
    T("\"\\ud800x\""),
    T("\"\x80\""),
    T("\"\xc0\x80\""),
    T("\"\xc1\xbf\""),
    T("\"\xe0\x9f\xbf\""),
    T("\"\xed\xa0\x80\""),
    T("\"\xf0\x8f\xbf\xbf\""),
    T("\"\xf4\x90\x80\x80\""),
    T("\"\xf5\x80\x80\x80\""),
    T("\"\xff\""),
    T("\"\xe2\x82\""),
    T("\"\xc3\""),
    T("\"\xe2\x82"),
    T("\xef\xbb\xbf{}"),
    T("\xff\xfe{\0}\0"),
    T("{}{}"),
    T("{} x"),
    T("1 2"),
    T("// c\n1"),
    T("/* c */1"),
    T("[1]/**/"),
    T("\v1"),
    T("\f1"),
    T("\xc2\xa0"
      "1"),
    T("1\0"),
    T("\0"),
    T("[\0]"),
    T("{\"a\":1}}"),
    T("[]]"),
    T("[\"a\":1]"),
    T("{\"a\",1}"),
    T("tru"),
    T("f"),
    T("[true false]"),
    T("\"a\"\"b\""),
};

/* Read to the end. 0, or the error. */
static int read_all(struct rf_str text, struct rf_err *err)
{
    struct rf_json json;
    struct rf_json_token token = {.kind = RF_JSON_NULL};
    int code = rf_json_init(&json, text, LIMIT, err);

    while (code == 0 && token.kind != RF_JSON_END)
        code = rf_json_next(&json, &token, err);
    return code;
}

static void refuses_what_is_not_json(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_err err = {0};

        if (read_all((struct rf_str){refused[i].ptr, refused[i].len}, &err) != -EINVAL)
            fail_msg("accepted text %zu: %s", i, refused[i].ptr);
        assert_int_equal(strncmp(err.msg, "line ", 5), 0);
    }
    for (size_t i = 0; i < RF_COUNT(accepted); i++) {
        struct rf_err err = {0};

        if (read_all((struct rf_str){accepted[i].ptr, accepted[i].len}, &err) != 0)
            fail_msg("refused %s: %s", accepted[i].ptr, err.msg);
    }
}

/* A document that is cut anywhere is refused: nothing that is accepted ends early. */
static void refuses_every_prefix(void **state)
{
    static const char text[] =
        "{\"defaultAction\": \"SCMP\\u0041\", \"list\": [1, -2.5e3, true, null, {}], \"z\": {\"y\": []}}";

    (void)state;
    for (size_t len = 0; len < sizeof(text) - 1; len++) {
        struct rf_err err;

        assert_int_equal(read_all((struct rf_str){text, len}, &err), -EINVAL);
    }
}

static void limits_depth_and_size(void **state)
{
    char text[2 * RF_JSON_DEPTH + 2];
    struct rf_json json;
    struct rf_err err;

    (void)state;
    memset(text, '[', RF_JSON_DEPTH + 1);
    memset(text + RF_JSON_DEPTH + 1, ']', RF_JSON_DEPTH + 1);
    assert_int_equal(read_all((struct rf_str){text, sizeof(text)}, &err), -EINVAL);
    assert_int_equal(read_all((struct rf_str){text + 1, sizeof(text) - 2}, &err), 0);
    assert_int_equal(rf_json_init(&json, (struct rf_str){text, 11}, 10, &err), -E2BIG);
    assert_int_equal(rf_json_init(&json, (struct rf_str){text, 10}, 10, &err), 0);
}

static void reads_tokens_in_order(void **state)
{
    static const struct {
        enum rf_json_kind kind;
        const char *raw;
        size_t offset;
    } want[] = {{RF_JSON_OBJECT, "{", 0},      {RF_JSON_KEY, "a", 1},     {RF_JSON_ARRAY, "[", 6},
                {RF_JSON_NUMBER, "-1", 7},     {RF_JSON_STRING, "x", 10}, {RF_JSON_TRUE, "true", 15},
                {RF_JSON_ARRAY_END, "]", 19},  {RF_JSON_KEY, "b", 22},    {RF_JSON_NULL, "null", 26},
                {RF_JSON_OBJECT_END, "}", 30}, {RF_JSON_END, "", 31},     {RF_JSON_END, "", 31}};
    struct rf_json json;
    struct rf_err err;

    (void)state;
    assert_int_equal(rf_json_init(&json, RF_STR("{\"a\" :[-1,\t\"x\", true], \"b\":null}"), LIMIT, &err), 0);
    for (size_t i = 0; i < RF_COUNT(want); i++) {
        struct rf_json_token token;

        assert_int_equal(rf_json_next(&json, &token, &err), 0);
        assert_int_equal(token.kind, want[i].kind);
        assert_true(rf_str_is(token.raw, want[i].raw));
        if (i > 0)
            assert_true(token.offset > want[i - 1].offset || token.kind == RF_JSON_END);
    }
}

static void names_line_and_column(void **state)
{
    struct rf_err err;

    (void)state;
    assert_int_equal(read_all(RF_STR("{\n  \"a\": 1,\n  \"b\": x\n}"), &err), -EINVAL);
    assert_string_equal(err.msg, "line 3, column 8: 'x', want a value");
    assert_int_equal(read_all(RF_STR("[1,\n"), &err), -EINVAL);
    assert_string_equal(err.msg, "line 2, column 1: the text ends, want a value");
}

static void decodes_text(void **state)
{
    static const struct {
        struct text json;
        struct text text;
    } cases[] = {
        {T("\"plain\""), T("plain")},
        {T("\"a\\u0000b\""), T("a\0b")},
        {T("\"\\u00e4\\u20ac\\ud83d\\ude00\\n\""), T("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\n")},
        {T("\"\\uFFFF\\u007f\\u0080\\u07ff\\u0800\""), T("\xef\xbf\xbf\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80")}};
    struct rf_arena arena;

    (void)state;
    rf_arena_init(&arena, 1 << 16);
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_json json;
        struct rf_json_token token;
        struct rf_str text;
        struct rf_err err;

        assert_int_equal(
            rf_json_init(&json, (struct rf_str){cases[i].json.ptr, cases[i].json.len}, LIMIT, &err), 0);
        assert_int_equal(rf_json_next(&json, &token, &err), 0);
        assert_int_equal(rf_json_text(&token, &arena, &text, &err), 0);
        assert_int_equal(text.len, cases[i].text.len);
        assert_memory_equal(text.ptr, cases[i].text.ptr, text.len);
        if (token.has_escapes) {
            rf_arena_fail_at(1);
            assert_int_equal(rf_json_text(&token, &arena, &text, &err), -ENOMEM);
            rf_arena_fail_at(0);
        }
    }
    rf_arena_done(&arena);
}

static void finds_fields_once(void **state)
{
    static const char *const names[] = {"name", "value"};
    static const char *const bad[] = {"{\"name\":1,\"name\":2}",
                                      "{\"name\":1,\"n\\u0061me\":2}",
                                      "{\"Name\":1}",
                                      "{\"\":1}",
                                      "{\"names\":1}",
                                      "{\"nam\":1}",
                                      "{\"name\\u0000\":1}"};
    struct rf_json json;
    struct rf_json_token token;
    struct rf_err err;
    uint64_t seen = 0;
    size_t index = 9;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(bad); i++) {
        int code = rf_json_init(&json, rf_str_of(bad[i]), LIMIT, &err);

        seen = 0;
        index = 9;
        assert_int_equal(rf_json_want(&json, RF_JSON_OBJECT, "it", &token, &err), 0);
        while (code == 0 && index != RF_COUNT(names)) {
            code = rf_json_field(&json, names, RF_COUNT(names), &seen, &index, &err);
            if (code == 0 && index < RF_COUNT(names))
                code = rf_json_want(&json, RF_JSON_NUMBER, "value", &token, &err);
        }
        assert_int_equal(code, -EINVAL);
    }
    seen = 0;
    assert_int_equal(
        rf_json_init(&json, RF_STR("{\"v\\u0061lue\":[{\"name\":[]}],\"name\":{}}"), LIMIT, &err), 0);
    assert_int_equal(rf_json_next(&json, &token, &err), 0);
    for (size_t want = 2; want-- > 0;) {
        assert_int_equal(rf_json_field(&json, names, RF_COUNT(names), &seen, &index, &err), 0);
        assert_int_equal(index, want);
        assert_int_equal(rf_json_next(&json, &token, &err), 0);
        assert_int_equal(rf_json_skip(&json, &token, &err), 0);
    }
    assert_int_equal(rf_json_field(&json, names, RF_COUNT(names), &seen, &index, &err), 0);
    assert_int_equal(index, RF_COUNT(names));
    assert_int_equal(rf_json_want(&json, RF_JSON_END, "it", &token, &err), 0);
}

static void reads_whole_numbers_only(void **state)
{
    static const struct {
        const char *text;
        int code;
    } cases[] = {{"18446744073709551615", 0},
                 {"0", 0},
                 {"-1", -EINVAL},
                 {"1.0", -EINVAL},
                 {"1e3", -EINVAL},
                 {"\"1\"", -EINVAL},
                 {"[]", -EINVAL},
                 {"18446744073709551616", -ERANGE},
                 {"null", -EINVAL}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_json json;
        struct rf_json_token token;
        struct rf_err err;
        uint64_t value = 77;

        assert_int_equal(rf_json_init(&json, rf_str_of(cases[i].text), LIMIT, &err), 0);
        assert_int_equal(rf_json_next(&json, &token, &err), 0);
        assert_int_equal(rf_json_u64(&token, UINT64_MAX, &value), cases[i].code);
        if (cases[i].code < 0)
            assert_int_equal(value, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_not_json), cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(limits_depth_and_size),    cmocka_unit_test(reads_tokens_in_order),
        cmocka_unit_test(names_line_and_column),    cmocka_unit_test(decodes_text),
        cmocka_unit_test(finds_fields_once),        cmocka_unit_test(reads_whole_numbers_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
