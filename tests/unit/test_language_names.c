#include "engine/language_names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void finds_languages_by_code(void **state)
{
    static const struct {
        const char *code;
        const char *name;
    } found[] = {{"en", "English"},    {"EN", "English"},    {"en-US", "English"},
                 {"en_GB", "English"}, {"cmn", "Mandarin"},  {"zh-Hant", "Chinese"},
                 {"ar", "Arabic"},     {"yue", "Cantonese"}, {"de-x-y", "German"}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(found); i++) {
        const struct rf_language *language = rf_language_find(found[i].code);

        assert_non_null(language);
        assert_string_equal(language->name, found[i].name);
    }
    assert_true(rf_language_find("ar")->is_right_to_left);
    assert_false(rf_language_find("en")->is_right_to_left);
    assert_true(rf_language_find("ja")->has_no_blanks);
    assert_false(rf_language_find("ko")->has_no_blanks);
}

static void knows_no_others(void **state)
{
    static const char *const unknown[] = {"", "-", "e", "eng", "english", "xx", "en US", " en", "e-n"};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(unknown); i++)
        assert_null(rf_language_find(unknown[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_languages_by_code),
                                       cmocka_unit_test(knows_no_others)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
