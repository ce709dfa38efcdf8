/* Help is made from the tables: everything is in it once, no line is too long, colour only when asked. */
#include "cmd/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* The help of `verb`, or of the program, to be freed. */
static char *print_help(const struct rf_verb *verb, bool is_colour)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    assert_non_null(out);
    if (verb)
        rf_help_verb(out, verb, is_colour);
    else
        rf_help_program(out, is_colour);
    assert_int_equal(fclose(out), 0);
    return text;
}

static void check_width(const char *text)
{
    while (*text) {
        size_t len = strcspn(text, "\n");

        if (len > 100)
            fail_msg("%zu columns: %.*s", len, (int)len, text);
        if (len && text[len - 1] == ' ')
            fail_msg("a blank at the end: \"%.*s\"", (int)len, text);
        text += len + (text[len] == '\n');
    }
}

/* How often `--flag` stands at the beginning of an entry. */
static unsigned count_flag(const char *text, const char *flag)
{
    unsigned count = 0;
    size_t len = strlen(flag);

    while ((text = strstr(text, "  --"))) {
        text += 4;
        count += strncmp(text, flag, len) == 0 && strchr(" [\n", text[len]);
    }
    return count;
}

static unsigned count_lettered(const char *text, const char *flag)
{
    unsigned count = 0;
    size_t len = strlen(flag);

    while ((text = strstr(text, ", --"))) {
        text += 4;
        count += strncmp(text, flag, len) == 0 && strchr(" [\n", text[len]);
    }
    return count;
}

static void shows_every_flag_once(void **state)
{
    size_t count = 0;
    const struct rf_verb *verbs = rf_verbs(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        char *text = print_help(&verbs[i], false);

        check_width(text);
        assert_null(strchr(text, '\033'));
        for (unsigned key = RF_KEY_NONE; key < RF_KEY_MAX; key++) {
            const char *flag = rf_key_info((enum rf_key)key)->flag;
            bool is_own = false;

            for (size_t k = 0; k < verbs[i].option_count; k++)
                is_own |= strcmp(verbs[i].options[k].flag, flag) == 0;
            if (count_flag(text, flag) + count_lettered(text, flag) !=
                (unsigned)(rf_verb_takes(&verbs[i], (enum rf_key)key) || is_own))
                fail_msg("%s: --%s", verbs[i].name, flag);
        }
        for (size_t k = 0; k < verbs[i].option_count; k++)
            if (count_flag(text, verbs[i].options[k].flag) + count_lettered(text, verbs[i].options[k].flag) !=
                1)
                fail_msg("%s: --%s", verbs[i].name, verbs[i].options[k].flag);
        free(text);
    }
}

/* No letter and no flag means two things in one verb. */
static void has_no_flag_twice(void **state)
{
    size_t count = 0;
    const struct rf_verb *verbs = rf_verbs(&count);

    (void)state;
    for (size_t i = 0; i < count; i++) {
        unsigned letters[256] = {0};

        for (unsigned key = RF_KEY_NONE; key < RF_KEY_MAX; key++)
            if (rf_verb_takes(&verbs[i], (enum rf_key)key))
                letters[(unsigned char)rf_key_info((enum rf_key)key)->letter]++;
        for (size_t k = 0; k < verbs[i].option_count; k++) {
            enum rf_key key = rf_key_by_name(rf_str_of(verbs[i].options[k].flag));

            letters[(unsigned char)verbs[i].options[k].letter]++;
            assert_false(rf_verb_takes(&verbs[i], key));
            assert_null(rf_docker_reason(rf_str_of(verbs[i].options[k].flag)).ptr);
        }
        for (size_t k = 1; k < RF_COUNT(letters); k++)
            assert_true(letters[k] < 2);
    }
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++)
        assert_null(rf_docker_reason(rf_str_of(rf_key_info((enum rf_key)key)->flag)).ptr);
}

static void colours_when_asked(void **state)
{
    char *text = print_help(rf_verb_find("run"), true);
    char *program = print_help(NULL, false);

    (void)state;
    assert_non_null(strstr(text, "\033[1m"));
    assert_null(strchr(program, '\033'));
    assert_non_null(strstr(program, "  exec "));
    check_width(program);
    free(text);
    free(program);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(shows_every_flag_once),
                                       cmocka_unit_test(has_no_flag_twice),
                                       cmocka_unit_test(colours_when_asked)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
