#include "base/str.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void compares_whole_and_prefix(void **state)
{
    struct rf_str text = {"userland", 4}; /* "user", and no terminator after it */

    (void)state;
    assert_true(rf_str_is(text, "user"));
    assert_false(rf_str_is(text, "userland"));
    assert_false(rf_str_is(text, "use"));
    assert_false(rf_str_is(text, ""));
    assert_false(rf_str_is(text, "User"));
    assert_true(rf_str_starts(text, ""));
    assert_true(rf_str_starts(text, "user"));
    assert_false(rf_str_starts(text, "userl"));
    assert_false(rf_str_starts(text, "s"));
    assert_true(rf_str_is(RF_STR("a\0b"), "a") == false);
    assert_true(rf_str_is((struct rf_str){NULL, 0}, ""));
    assert_false(rf_str_is((struct rf_str){NULL, 0}, "a"));
    assert_true(rf_str_starts((struct rf_str){NULL, 0}, ""));
}

static const struct {
    const char *text;
    const char *head;
    const char *rest; /* NULL: there was no separator */
} cuts[] = {
    {"a:b", "a", "b"}, {"a:b:c", "a", "b:c"}, {"a:", "a", ""}, {":b", "", "b"},
    {":", "", ""},     {"a", "a", NULL},      {"", "", NULL},
};

static void cuts_at_the_first_separator(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(cuts); i++) {
        struct rf_str head = RF_STR("untouched");
        struct rf_str rest = rf_str_cut(rf_str_of(cuts[i].text), ':', &head);

        if (!rf_str_is(head, cuts[i].head))
            fail_msg("\"%s\": head \"%.*s\"", cuts[i].text, RF_FMT(head));
        if (cuts[i].rest ? !rest.ptr || !rf_str_is(rest, cuts[i].rest) : rest.ptr != NULL)
            fail_msg("\"%s\": wrong rest", cuts[i].text);
    }
}

static void cuts_in_place(void **state)
{
    struct rf_str list = RF_STR("tmp,home,data");
    struct rf_str head;

    (void)state;
    for (int i = 0; list.ptr; i++) {
        list = rf_str_cut(list, ',', &head);
        assert_true(rf_str_is(head, ((const char *const[]){"tmp", "home", "data"})[i]));
    }
}

static const struct {
    const char *a;
    const char *b;
    size_t limit;
    size_t distance;
} distances[] = {
    {"read-only", "read-only", 3, 0},
    {"readonly", "read-only", 3, 1},
    {"raed-only", "read-only", 3, 2},
    {"memroy", "memory", 3, 2},
    {"user", "users", 3, 1},
    {"", "abc", 3, 3},
    {"abc", "", 3, 3},
    {"", "", 3, 0},
    {"abcd", "", 3, 4},
    {"timeout", "hostname", 3, 4},
    {"user", "network", 2, 3},
};

static void measures_distance_up_to_the_limit(void **state)
{
    static const char long_name[] = "0123456789012345678901234567890123456789012345678901234567890123";

    (void)state;
    for (size_t i = 0; i < RF_COUNT(distances); i++) {
        size_t distance = rf_str_distance(rf_str_of(distances[i].a), distances[i].b, distances[i].limit);

        if (distance != distances[i].distance)
            fail_msg("\"%s\" and \"%s\": %zu", distances[i].a, distances[i].b, distance);
    }
    assert_int_equal(strlen(long_name), 64);
    assert_int_equal(rf_str_distance(rf_str_of(long_name), long_name, 3), 4); /* too long to look at */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_whole_and_prefix),
        cmocka_unit_test(cuts_at_the_first_separator),
        cmocka_unit_test(cuts_in_place),
        cmocka_unit_test(measures_distance_up_to_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
