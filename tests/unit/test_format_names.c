#include "engine/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void every_name_is_found_again(void **state)
{
    (void)state;
    for (unsigned i = 0; i < RF_FORMAT_MAX; i++) {
        assert_int_equal(rf_format_by_name(rf_str_of(rf_format_name((enum rf_format)i))), i);
        for (unsigned j = 0; j < i; j++)
            assert_string_not_equal(rf_format_suffix((enum rf_format)i), rf_format_suffix((enum rf_format)j));
    }
}

static void suffixes_ascend(void **state)
{
    (void)state;
    for (unsigned i = 1; i < RF_FORMAT_MAX; i++)
        assert_true(strcmp(rf_format_suffix(rf_format_by_suffix(i - 1)),
                           rf_format_suffix(rf_format_by_suffix(i))) < 0);
}

static void other_names_are_none(void **state)
{
    static const char *const refused[] = {"", "json", "JSON-V2", "json-v2 ", "text", "txt.", "pdf/a"};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        if (rf_format_by_name(rf_str_of(refused[i])) != RF_FORMAT_MAX)
            fail_msg("accepted \"%s\"", refused[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_name_is_found_again),
                                       cmocka_unit_test(suffixes_ascend),
                                       cmocka_unit_test(other_names_are_none)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
