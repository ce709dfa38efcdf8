#include "engine/builtin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void texts_are_whole(void **state)
{
    (void)state;
    assert_true(rf_engine_texts_count >= 7);
    for (size_t i = 0; i < rf_engine_texts_count; i++) {
        const char *text = rf_engine_texts[i].text;

        assert_null(strchr(rf_engine_texts[i].name, '.'));
        assert_non_null(strstr(text, "\nversion: 1\n"));
        assert_string_equal(text + strlen(text) - 1, "\n");
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(rf_engine_texts[i].name, rf_engine_texts[j].name);
    }
}

static void quotes_are_kept(void **state)
{
    (void)state;
    for (size_t i = 0; i < rf_engine_texts_count; i++) {
        if (strcmp(rf_engine_texts[i].name, "tesseract") == 0) {
            assert_non_null(strstr(rf_engine_texts[i].text, "  - \"--psm {psm}\"\n"));
            return;
        }
    }
    fail_msg("tesseract is not among the texts");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(texts_are_whole), cmocka_unit_test(quotes_are_kept)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
