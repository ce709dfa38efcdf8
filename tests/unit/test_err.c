#include "base/err.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void keeps_code_and_sentence(void **state)
{
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(rf_fail(&err, -EINVAL, "user \"%s\": want %d..%d", "0", 1, 65535), -EINVAL);
    assert_int_equal(err.code, -EINVAL);
    assert_string_equal(err.msg, "user \"0\": want 1..65535");
    assert_int_equal(rf_fail(&err, -ENOENT, "gone"), -ENOENT);
    assert_string_equal(err.msg, "gone");
}

static void cuts_a_sentence_that_is_too_long(void **state)
{
    struct {
        struct rf_err err;
        char behind[8];
    } room = {.behind = "behind"};
    char text[2 * sizeof(room.err.msg)];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(rf_fail(&room.err, -E2BIG, "%s", text), -E2BIG);
    assert_int_equal(strlen(room.err.msg), sizeof(room.err.msg) - 1);
    assert_string_equal(room.behind, "behind");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keeps_code_and_sentence),
        cmocka_unit_test(cuts_a_sentence_that_is_too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
