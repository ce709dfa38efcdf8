#include "engine/lines.h"

#include "base/arena.h"
#include "engine/result.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void cuts_at_line_ends(void **state)
{
    static const char *const want[] = {"one", "", "three\r"};
    struct rf_lines lines;
    struct rf_err err = {0};
    bool more = false;

    (void)state;
    rf_lines_init(&lines, "a program", RF_STR("one\n\nthree\r\n"));
    for (size_t i = 0; i < RF_COUNT(want); i++) {
        assert_int_equal(rf_lines_next(&lines, &more, &err), 0);
        assert_true(more);
        assert_int_equal(lines.number, i + 1);
        assert_true(rf_str_is(lines.line, want[i]));
    }
    assert_int_equal(rf_lines_next(&lines, &more, &err), 0);
    assert_false(more);
    assert_int_equal(lines.line.len, 0);
}

static void nothing_has_no_lines(void **state)
{
    struct rf_lines lines;
    struct rf_err err = {0};
    bool more = true;

    (void)state;
    rf_lines_init(&lines, "a program", (struct rf_str){NULL, 0});
    assert_int_equal(rf_lines_next(&lines, &more, &err), 0);
    assert_false(more);
}

static void knows_what_was_cut_off(void **state)
{
    struct rf_lines lines;
    struct rf_err err = {0};
    bool more = false;

    (void)state;
    rf_lines_init(&lines, "a program", RF_STR("one\ntw"));
    assert_int_equal(rf_lines_next(&lines, &more, &err), 0);
    assert_int_equal(rf_lines_next(&lines, &more, &err), -EBADMSG);
    assert_string_equal(err.msg, "a program, line 2: breaks off before its end");

    rf_lines_init(&lines, "a program", RF_STR("one\ntw"));
    lines.may_break_off = true;
    assert_int_equal(rf_lines_next(&lines, &more, &err), 0);
    assert_int_equal(rf_lines_next(&lines, &more, &err), 0);
    assert_true(more && rf_str_is(lines.line, "tw"));
    assert_int_equal(rf_lines_next(&lines, &more, &err), 0);
    assert_false(more);
}

static const char *const accepted[] = {"",
                                       " ",
                                       "word",
                                       "Gr\xc3\xb6\xc3\x9f"
                                       "e",
                                       "\xc2\xa0",
                                       "\xe2\x80\x8f",
                                       "\xe6\x97\xa5\xe6\x9c\xac",
                                       "\xf0\x9f\x98\x80",
                                       "-->",
                                       "\"\\<&"};
static const char *const refused[] = {"a\tb",
                                      "\x01",
                                      "\x1b[31m",
                                      "\r",
                                      "\f",
                                      "\x7f",
                                      "\xc2\x80",
                                      "\xc2\x9b"
                                      "31m",
                                      "\xc2\x9f",
                                      "\xff",
                                      "\xc3",
                                      "\xc0\xaf",
                                      "\xed\xa0\x80",
                                      "\xe2\x82",
                                      "\xf4\x90\x80\x80",
                                      "ok\x80",
                                      "\xf5\x80\x80\x80"};

static void texts_are_utf8_without_controls(void **state)
{
    struct rf_lines lines;
    struct rf_err err = {0};

    (void)state;
    rf_lines_init(&lines, "a program", RF_STR(""));
    for (size_t i = 0; i < RF_COUNT(accepted); i++)
        assert_int_equal(rf_lines_check(&lines, rf_str_of(accepted[i]), &err), 0);
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        if (rf_lines_check(&lines, rf_str_of(refused[i]), &err) != -EBADMSG)
            fail_msg("accepted number %zu", i);
        for (const char *p = err.msg; *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
    }
    assert_int_equal(rf_lines_check(&lines, (struct rf_str){"a\0b", 3}, &err), -EBADMSG);
}

static void texts_are_not_endless(void **state)
{
    static char long_text[RF_RESULT_WORD_BYTES + 1];
    struct rf_lines lines;
    struct rf_err err = {0};

    (void)state;
    memset(long_text, 'x', sizeof(long_text));
    rf_lines_init(&lines, "a program", RF_STR(""));
    assert_int_equal(rf_lines_check(&lines, (struct rf_str){long_text, RF_RESULT_WORD_BYTES}, &err), 0);
    assert_int_equal(rf_lines_check(&lines, (struct rf_str){long_text, sizeof(long_text)}, &err), -EBADMSG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cuts_at_line_ends), cmocka_unit_test(nothing_has_no_lines),
        cmocka_unit_test(knows_what_was_cut_off), cmocka_unit_test(texts_are_utf8_without_controls),
        cmocka_unit_test(texts_are_not_endless)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
