/* What the writer writes is JSON whatever it is given, and fails whole when memory ends. */
#include "base/json_writer.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20 };

#define BYTES(literal)                                                                                       \
    {                                                                                                        \
        literal, sizeof(literal) - 1                                                                         \
    }

static const struct {
    struct rf_str in;
    const char *out;
} texts[] = {
    {BYTES(""), "\"\""},
    {BYTES("plain text"), "\"plain text\""},
    {BYTES("a\"b\\c/d"), "\"a\\\"b\\\\c/d\""},
    {BYTES("\n\t\r\b\f"), "\"\\n\\t\\u000d\\u0008\\u000c\""},
    {BYTES("a\0b"), "\"a\\u0000b\""},
    {BYTES("\x1b[31m\x7f"), "\"\\u001b[31m\\u007f\""},
    {BYTES("\xc2\x9b"
           "31m"),
     "\"\\u009b31m\""}, /* C1 CSI */
    {BYTES("\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80"), "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
    {BYTES("\xc2\xa0"), "\"\xc2\xa0\""},
    {BYTES("\xef\xbf\xbf\xf4\x8f\xbf\xbf"), "\"\xef\xbf\xbf\xf4\x8f\xbf\xbf\""},
    /* not UTF-8 */
    {BYTES("\x80"), "\"\\ufffd\""},
    {BYTES("\xff\xfe"), "\"\\ufffd\\ufffd\""},
    {BYTES("\xc0\xaf"), "\"\\ufffd\\ufffd\""},                       /* overlong '/' */
    {BYTES("\xc1\xbf"), "\"\\ufffd\\ufffd\""},                       /* overlong */
    {BYTES("\xe0\x80\xaf"), "\"\\ufffd\\ufffd\\ufffd\""},            /* overlong */
    {BYTES("\xf0\x80\x80\xaf"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* overlong */
    {BYTES("\xed\xa0\x80"), "\"\\ufffd\\ufffd\\ufffd\""},            /* surrogate */
    {BYTES("\xf4\x90\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\""}, /* beyond U+10FFFF */
    {BYTES("\xf5\x80\x80\x80"), "\"\\ufffd\\ufffd\\ufffd\\ufffd\""},
    {BYTES("\xe2\x82"), "\"\\ufffd\\ufffd\""}, /* cut */
    {BYTES("\xc3"
           "A"),
     "\"\\ufffdA\""},
    {BYTES("x\xe2\x82"
           "y"),
     "\"x\\ufffd\\ufffdy\""},
};

static void escapes_whatever_comes(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(texts); i++) {
        struct rf_arena arena;
        struct rf_buf buf;
        struct rf_jsonw json;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_buf_init(&buf, &arena);
        rf_jsonw_init(&json, &buf, 0);
        rf_jsonw_str(&json, NULL, texts[i].in);
        assert_int_equal(rf_jsonw_done(&json, &err), 0);
        buf.ptr[buf.len - 1] = '\0'; /* the end of the line */
        if (strcmp(buf.ptr, texts[i].out) != 0)
            fail_msg("text %zu: want %s, have %s", i, texts[i].out, buf.ptr);
        rf_arena_done(&arena);
    }
}

static const struct {
    uint64_t value;
    unsigned decimals;
    const char *out;
} decimals[] = {
    {0, 0, "0.0"},
    {0, 3, "0.0"},
    {1, 3, "0.001"},
    {10, 3, "0.01"},
    {100, 3, "0.1"},
    {1000, 3, "1.0"},
    {13320, 3, "13.32"},
    {4294967295, 3, "4294967.295"},
    {9649, 4, "0.9649"},
    {10000, 4, "1.0"},
    {1050, 2, "10.5"},
    {7, 1, "0.7"},
    {70, 1, "7.0"},
    {70, 0, "70.0"},
    {1, 19, "0.0000000000000000001"},
    {UINT64_MAX, 19, "1.8446744073709551615"},
    {UINT64_MAX, 0, "18446744073709551615.0"},
};

static void writes_decimals(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(decimals); i++) {
        struct rf_arena arena;
        struct rf_buf buf;
        struct rf_jsonw json;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_buf_init(&buf, &arena);
        rf_jsonw_init(&json, &buf, 0);
        rf_jsonw_decimal(&json, NULL, decimals[i].value, decimals[i].decimals);
        assert_int_equal(rf_jsonw_done(&json, &err), 0);
        buf.ptr[buf.len - 1] = '\0'; /* the end of the line */
        assert_string_equal(buf.ptr, decimals[i].out);
        rf_arena_done(&arena);
    }
}

static void copies_what_is_json(void **state)
{
    static const char raw[] = "{ \"a\" : [1,2]\n}";
    struct rf_arena arena;
    struct rf_buf buf;
    struct rf_jsonw json;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_buf_init(&buf, &arena);
    rf_jsonw_init(&json, &buf, 0);
    rf_jsonw_object(&json, NULL);
    rf_jsonw_number(&json, "one", 1);
    rf_jsonw_raw(&json, "raw", RF_STR(raw));
    rf_jsonw_array(&json, "list");
    rf_jsonw_raw(&json, NULL, RF_STR("null"));
    rf_jsonw_raw(&json, NULL, RF_STR("2"));
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    assert_int_equal(rf_jsonw_done(&json, &err), 0);
    assert_string_equal(buf.ptr, "{\"one\": 1, \"raw\": { \"a\" : [1,2]\n}, \"list\": [null, 2]}\n");
    rf_arena_done(&arena);
}

static void write_sample(struct rf_jsonw *json)
{
    rf_jsonw_object(json, NULL);
    rf_jsonw_text(json, "a", "b");
    rf_jsonw_text(json, "none", NULL);
    rf_jsonw_number(json, "most", UINT64_MAX);
    rf_jsonw_count(json, "unknown", UINT64_MAX);
    rf_jsonw_count(json, "zero", 0);
    rf_jsonw_bool(json, "yes", true);
    rf_jsonw_array(json, "empty");
    rf_jsonw_end(json);
    rf_jsonw_array(json, "rows");
    rf_jsonw_object(json, NULL);
    rf_jsonw_bool(json, "no", false);
    rf_jsonw_array(json, "deep");
    rf_jsonw_number(json, NULL, 1);
    rf_jsonw_null(json, NULL);
    rf_jsonw_end(json);
    rf_jsonw_end(json);
    rf_jsonw_object(json, NULL);
    rf_jsonw_end(json);
    rf_jsonw_end(json);
    rf_jsonw_end(json);
}

static const char sample_lined[] = "{\n"
                                   "  \"a\": \"b\",\n"
                                   "  \"none\": null,\n"
                                   "  \"most\": 18446744073709551615,\n"
                                   "  \"unknown\": null,\n"
                                   "  \"zero\": 0,\n"
                                   "  \"yes\": true,\n"
                                   "  \"empty\": [],\n"
                                   "  \"rows\": [\n"
                                   "    {\"no\": false, \"deep\": [1, null]},\n"
                                   "    {}\n"
                                   "  ]\n"
                                   "}\n";

static const char sample_flat[] =
    "{\"a\": \"b\", \"none\": null, \"most\": 18446744073709551615, \"unknown\": null, \"zero\": 0, "
    "\"yes\": true, \"empty\": [], \"rows\": [{\"no\": false, \"deep\": [1, null]}, {}]}\n";

static void lays_out_levels(void **state)
{
    struct rf_arena arena;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (uint32_t lined = 0; lined <= 2; lined += 2) {
        struct rf_buf buf;
        struct rf_jsonw json;
        struct rf_err err = {0};

        rf_buf_init(&buf, &arena);
        rf_jsonw_init(&json, &buf, lined);
        write_sample(&json);
        assert_int_equal(rf_jsonw_done(&json, &err), 0);
        assert_string_equal(buf.ptr, lined ? sample_lined : sample_flat);
        assert_int_equal(buf.len, strlen(buf.ptr));
    }
    rf_arena_done(&arena);
}

/* Each allocation in turn; the text is long enough for several. */
static void fails_whole_without_memory(void **state)
{
    int failures = 0;

    (void)state;
    for (unsigned nth = 1; nth < 8; nth++) {
        struct rf_arena arena;
        struct rf_buf buf;
        struct rf_jsonw json;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_buf_init(&buf, &arena);
        rf_jsonw_init(&json, &buf, 0);
        rf_arena_fail_at(nth);
        rf_jsonw_array(&json, NULL);
        for (int i = 0; i < 100; i++)
            write_sample(&json);
        rf_jsonw_end(&json);
        rf_arena_fail_at(0);
        if (rf_jsonw_done(&json, &err) == -ENOMEM) {
            failures++;
            assert_int_equal(err.code, -ENOMEM);
        }
        rf_arena_done(&arena);
    }
    assert_true(failures >= 3);
}

static void stops_at_the_arenas_limit(void **state)
{
    struct rf_arena arena;
    struct rf_buf buf;
    struct rf_jsonw json;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, 4096);
    rf_buf_init(&buf, &arena);
    rf_jsonw_init(&json, &buf, 0);
    rf_jsonw_array(&json, NULL);
    for (int i = 0; i < 1000; i++)
        rf_jsonw_text(&json, NULL, "0123456789");
    rf_jsonw_end(&json);
    assert_int_equal(rf_jsonw_done(&json, &err), -ENOMEM);
    assert_true(buf.len < 4096);
    rf_arena_done(&arena);
}

static const struct {
    struct rf_str in;
    const char *out;
    size_t columns;
} plains[] = {
    {BYTES("plain"), "plain", 5},         {BYTES("\x1b]0;x\x07"), "\\x1b]0;x\\x07", 12},
    {BYTES("a\nb"), "a\\x0ab", 6},        {BYTES("\xc3\xa9"), "\xc3\xa9", 1},
    {BYTES("\xc2\x9b"), "\\xc2\\x9b", 8}, {BYTES("\xff"), "\\xff", 4},
};

static void shows_control_characters(void **state)
{
    struct rf_arena arena;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(plains); i++) {
        struct rf_buf buf;

        rf_buf_init(&buf, &arena);
        assert_int_equal(rf_buf_plain(&buf, plains[i].in), plains[i].columns);
        assert_string_equal(buf.ptr, plains[i].out);
    }
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_whatever_comes),     cmocka_unit_test(lays_out_levels),
        cmocka_unit_test(fails_whole_without_memory), cmocka_unit_test(stops_at_the_arenas_limit),
        cmocka_unit_test(shows_control_characters),   cmocka_unit_test(writes_decimals),
        cmocka_unit_test(copies_what_is_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
