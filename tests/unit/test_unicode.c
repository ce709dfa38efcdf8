#include "text/unicode.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void knows_blanks(void **state)
{
    static const char *const blanks[] = {" ",
                                         "\t",
                                         "\n",
                                         "\v",
                                         "\f",
                                         "\r",
                                         "\xc2\x85",
                                         "\xc2\xa0",
                                         "\xe1\x9a\x80",
                                         "\xe2\x80\x80",
                                         "\xe2\x80\x8a",
                                         "\xe2\x80\xa8",
                                         "\xe2\x80\xa9",
                                         "\xe2\x80\xaf",
                                         "\xe2\x81\x9f",
                                         "\xe3\x80\x80"};
    static const char *const others[] = {"",
                                         "a",
                                         "\x08",
                                         "\x0e",
                                         "\x1f",
                                         "\x7f",
                                         "\x85",
                                         "\xa0",
                                         "\xc2",
                                         "\xc2\xa1",
                                         "\xe2\x80",
                                         "\xe2\x80\x8b",
                                         "\xe2\x80\xaa",
                                         "\xe2\x81\x9e",
                                         "\xe3\x80\x81",
                                         "\xef\xbb\xbf"};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(blanks); i++) {
        struct rf_str str = rf_str_of(blanks[i]);

        assert_int_equal(rf_blank_len(str), str.len);
        assert_int_equal(rf_blank_trim(str).len, 0);
    }
    for (size_t i = 0; i < RF_COUNT(others); i++) {
        struct rf_str str = rf_str_of(others[i]);

        assert_int_equal(rf_blank_len(str), 0);
        assert_int_equal(rf_blank_trim(str).len, str.len);
    }
}

static void trims_both_ends(void **state)
{
    (void)state;
    assert_true(rf_str_is(rf_blank_trim(RF_STR(" \xc2\xa0 a b\t\xe3\x80\x80\r\n")), "a b"));
    assert_true(rf_str_is(rf_blank_trim_start(RF_STR("\t a ")), "a "));
    assert_true(rf_str_is(rf_blank_trim(RF_STR("\x80\x80 ")), "\x80\x80"));
}

static void knows_letters(void **state)
{
    static const struct {
        const char *text;
        size_t len;
    } cases[] = {{"\xc3\xa4", 2},    {"\xed\x95\x9c", 3}, {"\xd0\x96", 2},     {"\xf0\x90\x90\x80", 4},
                 {"a", 0},           {"\xc3\x97", 0},     {"\xe2\x82\xac", 0}, {"\xf0\x9f\x98\x80", 0},
                 {"\xc3", 0},        {"\xff", 0},         {"\xe3\x80\x82", 0}, {"", 0},
                 {"\xed\xa0\x80", 0}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++)
        assert_int_equal(rf_letter_len(rf_str_of(cases[i].text)), cases[i].len);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knows_blanks),
        cmocka_unit_test(trims_both_ends),
        cmocka_unit_test(knows_letters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
