/* Every example of the table, every default, and the round trip through text. */
#include "posture/posture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 4 * 1024 * 1024 };

static const struct rf_from here;

static bool is_settable(unsigned key)
{
    return key != RF_KEY_ENV_FILE; /* read by cmd, which sets env */
}

static void takes_every_example(void **state)
{
    (void)state;
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        const struct rf_key_info *info = rf_key_info((enum rf_key)key);
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        assert_non_null(info->example);
        if (is_settable(key) &&
            rf_posture_set(&posture, info->key, rf_str_of(info->example), &here, &err) != 0)
            fail_msg("example of %s: %s", info->flag, err.msg);
        if (is_settable(key))
            assert_int_equal(posture.from[key].known, RF_KNOWN);
        rf_arena_done(&arena);
    }
}

/* A default in the table is what the posture says by itself, and what the parser reads back. */
static void says_every_default(void **state)
{
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        const struct rf_key_info *info = rf_key_info((enum rf_key)key);
        const char *text = rf_posture_text(&posture, info->key, 0);

        if (!info->standard) {
            assert_null(text);
            continue;
        }
        if (key != RF_KEY_WORKDIR) /* unset means "/" */
            assert_string_equal(text, info->standard);
        if (rf_posture_set(&posture, info->key, rf_str_of(info->standard), &here, &err) != 0)
            fail_msg("default of %s: %s", info->flag, err.msg);
        assert_string_equal(rf_posture_text(&posture, info->key, 0), info->standard);
        assert_null(rf_posture_text(&posture, info->key, 1));
    }
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_every_example),
                                       cmocka_unit_test(says_every_default)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
