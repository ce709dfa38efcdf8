#include "text/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

/* What a reader sees: '0' null, 't' 'f' bools, 'i' an integer, 'F' a fraction or a number that does not fit,
   'w' a whole number written as a fraction, 's' text. */
struct seen {
    char kind;
    int64_t integer;
};

static const struct {
    const char *file;
    struct seen kubectl;
    struct seen compose;
    struct seen yaml_1_1;
} cases[] = {
    {"true", {'t', 0}, {'t', 0}, {'t', 0}},
    {"True", {'t', 0}, {'t', 0}, {'t', 0}},
    {"TRUE", {'t', 0}, {'t', 0}, {'t', 0}},
    {"tRUE", {'s', 0}, {'s', 0}, {'s', 0}},
    {"TrUE", {'s', 0}, {'s', 0}, {'s', 0}},
    {"false", {'f', 0}, {'f', 0}, {'f', 0}},
    {"yes", {'t', 0}, {'s', 0}, {'t', 0}},
    {"No", {'f', 0}, {'s', 0}, {'f', 0}},
    {"ON", {'t', 0}, {'s', 0}, {'t', 0}},
    {"off", {'f', 0}, {'s', 0}, {'f', 0}},
    {"y", {'t', 0}, {'s', 0}, {'s', 0}},
    {"N", {'f', 0}, {'s', 0}, {'s', 0}},
    {"yess", {'s', 0}, {'s', 0}, {'s', 0}},
    {"", {'0', 0}, {'0', 0}, {'0', 0}},
    {"~", {'0', 0}, {'0', 0}, {'0', 0}},
    {"null", {'0', 0}, {'0', 0}, {'0', 0}},
    {"Null", {'0', 0}, {'0', 0}, {'0', 0}},
    {"none", {'s', 0}, {'s', 0}, {'s', 0}},
    {"'true'", {'s', 0}, {'s', 0}, {'s', 0}},
    {"\"1\"", {'s', 0}, {'s', 0}, {'s', 0}},
    {"''", {'s', 0}, {'s', 0}, {'s', 0}},
    {"!!str 1", {'s', 0}, {'s', 0}, {'s', 0}},
    {"!!int \"1\"", {'i', 1}, {'i', 1}, {'i', 1}},
    {"! 1", {'s', 0}, {'s', 0}, {'s', 0}},
    {"!mine 1", {'s', 0}, {'s', 0}, {'s', 0}},
    {"0", {'i', 0}, {'i', 0}, {'i', 0}},
    {"1000", {'i', 1000}, {'i', 1000}, {'i', 1000}},
    {"+5", {'i', 5}, {'i', 5}, {'i', 5}},
    {"-5", {'i', -5}, {'i', -5}, {'i', -5}},
    {"1_000", {'i', 1000}, {'i', 1000}, {'i', 1000}},
    {"_1", {'s', 0}, {'s', 0}, {'s', 0}},
    {"0777", {'i', 511}, {'i', 511}, {'i', 511}},
    {"0o777", {'i', 511}, {'i', 511}, {'s', 0}},
    {"0888", {'w', 888}, {'w', 888}, {'s', 0}},
    {"0x1F", {'i', 31}, {'i', 31}, {'i', 31}},
    {"0b101", {'i', 5}, {'i', 5}, {'i', 5}},
    {"-0x10", {'i', -16}, {'i', -16}, {'i', -16}},
    {"0x", {'s', 0}, {'s', 0}, {'s', 0}},
    {"0xg", {'s', 0}, {'s', 0}, {'s', 0}},
    {"9223372036854775807", {'i', INT64_MAX}, {'i', INT64_MAX}, {'i', INT64_MAX}},
    {"-9223372036854775808", {'i', INT64_MIN}, {'i', INT64_MIN}, {'i', INT64_MIN}},
    {"9223372036854775808", {'F', 0}, {'F', 0}, {'F', 0}},
    {"-9223372036854775809", {'F', 0}, {'F', 0}, {'F', 0}},
    {"99999999999999999999999999", {'F', 0}, {'F', 0}, {'F', 0}},
    {"1000:30", {'s', 0}, {'s', 0}, {'i', 60030}},
    {"1000:3000", {'s', 0}, {'s', 0}, {'s', 0}},
    {"1:60", {'s', 0}, {'s', 0}, {'s', 0}},
    {"1:2:3", {'s', 0}, {'s', 0}, {'i', 3723}},
    {"01:30", {'s', 0}, {'s', 0}, {'s', 0}},
    {"22:22", {'s', 0}, {'s', 0}, {'i', 1342}},
    {"8080:80", {'s', 0}, {'s', 0}, {'s', 0}},
    {"1.5", {'F', 0}, {'F', 0}, {'F', 0}},
    {"1.0", {'w', 1}, {'w', 1}, {'w', 1}},
    {"1.", {'w', 1}, {'w', 1}, {'w', 1}},
    {".5", {'F', 0}, {'F', 0}, {'F', 0}},
    {"1e3", {'w', 1000}, {'w', 1000}, {'s', 0}},
    {"2.50e1", {'w', 25}, {'w', 25}, {'s', 0}},
    {"2.50e+1", {'w', 25}, {'w', 25}, {'w', 25}},
    {"1500e-2", {'w', 15}, {'w', 15}, {'s', 0}},
    {"1e-1", {'F', 0}, {'F', 0}, {'s', 0}},
    {"1e400", {'F', 0}, {'F', 0}, {'s', 0}},
    {"1e99999999999999999999", {'F', 0}, {'F', 0}, {'s', 0}},
    {"0e99999999999999999999", {'w', 0}, {'w', 0}, {'s', 0}},
    {"1e", {'s', 0}, {'s', 0}, {'s', 0}},
    {"1e+", {'s', 0}, {'s', 0}, {'s', 0}},
    {".", {'s', 0}, {'s', 0}, {'s', 0}},
    {"-.", {'s', 0}, {'s', 0}, {'s', 0}},
    {"+", {'s', 0}, {'s', 0}, {'s', 0}},
    {"--1", {'s', 0}, {'s', 0}, {'s', 0}},
    {".inf", {'F', 0}, {'F', 0}, {'F', 0}},
    {"-.INF", {'F', 0}, {'F', 0}, {'F', 0}},
    {".NaN", {'F', 0}, {'F', 0}, {'F', 0}},
    {"-.nan", {'s', 0}, {'s', 0}, {'s', 0}},
    {".Nan", {'s', 0}, {'s', 0}, {'s', 0}},
    {"2001-01-01", {'s', 0}, {'s', 0}, {'s', 0}},
    {"1.2.3", {'s', 0}, {'s', 0}, {'s', 0}},
    {"500m", {'s', 0}, {'s', 0}, {'s', 0}},
    {"1Gi", {'s', 0}, {'s', 0}, {'s', 0}},
};

static char kind_of(struct rf_yaml_value value)
{
    switch (value.type) {
    case RF_YAML_TYPE_NULL:
        return '0';
    case RF_YAML_TYPE_BOOL:
        return value.is_true ? 't' : 'f';
    case RF_YAML_TYPE_INTEGER:
        return 'i';
    case RF_YAML_TYPE_FLOAT:
        return value.is_whole ? 'w' : 'F';
    default:
        return 's';
    }
}

static void sees_what_each_reader_sees(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        const struct seen want[] = {cases[i].kubectl, cases[i].compose, cases[i].yaml_1_1};
        struct rf_arena arena;
        struct rf_yaml yaml;
        struct rf_err err;
        char file[64];

        rf_arena_init(&arena, 1 << 20);
        (void)snprintf(file, sizeof(file), "a: %s\n", cases[i].file);
        if (rf_yaml_read(rf_str_of(file), &arena, &yaml, &err) != 0)
            fail_msg("%s", err.msg);
        for (unsigned reader = 0; reader < RF_COUNT(want); reader++) {
            struct rf_yaml_value value =
                rf_yaml_value(rf_yaml_get(yaml.documents[0], "a"), (enum rf_yaml_reader)reader);

            if (kind_of(value) != want[reader].kind || value.integer != want[reader].integer)
                fail_msg("%s: reader %u sees %c %lld", cases[i].file, reader, kind_of(value),
                         (long long)value.integer);
        }
        rf_arena_done(&arena);
    }
}

static void names_collections(void **state)
{
    struct rf_arena arena;
    struct rf_yaml yaml;
    struct rf_err err;

    (void)state;
    rf_arena_init(&arena, 1 << 20);
    assert_int_equal(rf_yaml_read(RF_STR("- {}\n- []\n"), &arena, &yaml, &err), 0);
    assert_string_equal(rf_yaml_type_name(rf_yaml_value(yaml.documents[0]->items[0], RF_YAML_KUBECTL).type),
                        "a map");
    assert_string_equal(rf_yaml_type_name(rf_yaml_value(yaml.documents[0]->items[1], RF_YAML_KUBECTL).type),
                        "a list");
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(sees_what_each_reader_sees),
                                       cmocka_unit_test(names_collections)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
