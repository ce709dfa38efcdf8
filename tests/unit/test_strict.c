/* The strict YAML: what it reads, and where exactly it refuses the rest. */
#include "text/strict.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 4 * 1024 * 1024 };

static const struct {
    const char *text;
    const char *where; /* how the error begins */
    const char *why;
} refused[] = {
    {"\ta: b\n", "1:1:", "tab"},
    {"a:\n\t- b\n", "2:1:", "tab"},
    {"a:\n  \t- b\n", "2:3:", "tab"},
    {"a: b\tc\n", "1:5:", "tab"},
    {"a: &x b\n", "1:4:", "anchors"},
    {"a: *x\n", "1:4:", "aliases"},
    {"a: !!str b\n", "1:4:", "tags"},
    {"a: |\n  b\n", "1:4:", "several lines"},
    {"a: >-\n  b\n", "1:4:", "several lines"},
    {"a: {b: c}\n", "1:4:", "braces"},
    {"a: [b, [c]]\n", "1:8:", "list in a list"},
    {"a: [b, {c: d}]\n", "1:8:", "braces"},
    {"a: [b c: d]\n", "1:8:", "map"},
    {"a: [b, c:]\n", "1:9:", "map"},
    {"a: [b\n", "1:6:", "comma or ]"},
    {"a: [b,\n  c]\n", "1:7:", "closed"},
    {"a: [\n", "1:5:", "closed"},
    {"a: [b,]\n", "1:7:", "missing"},
    {"a: [,b]\n", "1:5:", "quoted"},
    {"a: [b] c\n", "1:8:", "comment"},
    {"a: [\"b\" c]\n", "1:9:", "comma or ]"},
    {"a: b: c\n", "1:5:", "map"},
    {"a: b:\n", "1:5:", "map"},
    {"a:b\n", "1:2:", "blank after"},
    {"a\n", "1:2:", "colon"},
    {"a b: c\n", "1:2:", "colon"},
    {" a: b\n", "1:2:", "first column"},
    {"a: b\n  c: d\n", "2:3:", "first column"},
    {"\"a\": b\n", "1:1:", "KEY"},
    {"- a\n", "1:1:", "KEY"},
    {": a\n", "1:1:", "KEY"},
    {"? a\n", "1:1:", "KEY"},
    {"a: b\na: c\n", "2:1:", "twice"},
    {"a:\n  b: c\n  b: d\n", "3:3:", "twice"},
    {"a:\n  b: c\n  \"b\": d\n", "3:3:", "twice"},
    {"a:\n", "1:1:", "no value"},
    {"a:\nb: c\n", "1:1:", "no value"},
    {"a: # nothing\nb: c\n", "1:1:", "no value"},
    {"a:\n  - b\n   - c\n", "3:4:", "indented unlike"},
    {"a:\n  - b\n - c\n", "3:2:", "indented unlike"},
    {"a:\n  - b\n- c\n", "3:1:", "indented unlike"},
    {"a:\n  - b\n  c: d\n", "3:3:", "list and a map"},
    {"a:\n  b: c\n  - d\n", "3:3:", "list and a map"},
    {"a:\n  -\n", "2:4:", "missing"},
    {"a:\n  - # x\n", "2:5:", "missing"},
    {"a:\n  - - b\n", "2:5:", "list in this place"},
    {"a:\n  - b: c\n", "2:6:", "map"},
    {"a:\n  - [b]\n", "2:5:", "list in a list"},
    {"a:\n  b:\n    c: d\n", "2:5:", "missing"},
    {"a:\n  b: [c]\n", "2:6:", "list in a list"},
    {"a:\n  NO: b\n", "2:3:", "quotes"},
    {"a:\n  y: b\n", "2:3:", "quotes"},
    {"a:\n  true: b\n", "2:3:", "quotes"},
    {"a:\n  1: b\n", "2:3:", "NAME"},
    {"---\n---\na: b\n", "2:1:", "one document"},
    {"a: b\n---\n", "2:1:", "one document"},
    {"a: b\n...\n", "2:1:", "one document"},
    {"%YAML 1.2\n", "1:1:", "one document"},
    {"--- a: b\n", "1:5:", "comment"},
    {"a: \"b\n", "1:4:", "not closed"},
    {"a: 'b\n", "1:4:", "not closed"},
    {"a: \"b\" c\n", "1:8:", "comment"},
    {"a: \"b\"#c\n", "1:7:", "comment"},
    {"a: 'b'c\n", "1:7:", "comment"},
    {"a: \"\\a\"\n", "1:5:", "escapes"},
    {"a: \"\\u0041\"\n", "1:5:", "escapes"},
    {"a: \"\\x4\"\n", "1:5:", "escapes"},
    {"a: \"\\x00\"\n", "1:5:", "NUL"},
    {"a: \"b\\\n", "1:6:", "escapes"},
    {"a: @b\n", "1:4:", "quoted"},
    {"a: `b\n", "1:4:", "quoted"},
    {"a: %b\n", "1:4:", "quoted"},
    {"a: ,b\n", "1:4:", "quoted"},
    {"a: - b\n", "1:4:", "list in this place"},
    {"a: no\n", "1:4:", "true or false"},
    {"a: [b, Off]\n", "1:8:", "true or false"},
    {"a: True\n", "1:4:", "true or false"},
    {"a: ~\n", "1:4:", "nothing"},
    {"a: 1000:50\n", "1:4:", "base sixty"},
    {"a: 2024-01-01\n", "1:4:", "date"},
    {"a: 0700\n", "1:4:", "another number"},
    {"a: b\rc: d\n", "1:5:", "carriage return"},
    {"a: b\r", "1:5:", "carriage return"},
    {"a: \xff\n", "1:4:", "UTF-8"},
    {"a: \xc0\x80\n", "1:4:", "UTF-8"},
    {"a: \xed\xa0\x80\n", "1:4:", "UTF-8"},
    {"a: \xf4\x90\x80\x80\n", "1:4:", "UTF-8"},
    {"a: \xe2\x82", "1:4:", "UTF-8"},
    {"a: \x01\n", "1:4:", "U+0001"},
    {"b: c\na: \x7f\n", "2:4:", "U+007F"},
    {"\xef\xbb\xbf"
     "a: b\n",
     "1:1:", "U+FEFF"},
    {"a: \"\xe2\x80\xa8\"\n", "1:5:", "U+2028"},
};

/* Read to the end; 0, or the error. */
static int read_all(struct rf_str bytes, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_strict strict;
    struct rf_strict_event event = {.kind = RF_STRICT_EMPTY};
    int r;

    rf_arena_init(&arena, ARENA_BYTES);
    r = rf_strict_init(&strict, bytes, &arena, err);
    while (r == 0 && event.kind != RF_STRICT_END)
        r = rf_strict_next(&strict, &event, err);
    rf_arena_done(&arena);
    return r;
}

static void refuses_at_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_err err = {0};

        if (read_all(rf_str_of(refused[i].text), &err) != -EINVAL)
            fail_msg("accepted \"%s\"", refused[i].text);
        if (strncmp(err.msg, refused[i].where, strlen(refused[i].where)) != 0 ||
            !strstr(err.msg, refused[i].why))
            fail_msg("\"%s\": %s, want %s %s", refused[i].text, err.msg, refused[i].where, refused[i].why);
    }
}

static void refuses_nul(void **state)
{
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(read_all((struct rf_str){"a: b\0c\n", 7}, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "1:5: the character U+0000"));
}

/* A document of `count` rows with a number each, read. */
static int read_repeated(const char *head, const char *before, const char *after, unsigned count,
                         struct rf_err *err)
{
    size_t room = strlen(head) + (size_t)count * (strlen(before) + strlen(after) + 12) + 1;
    char *text = malloc(room);
    size_t used = (size_t)snprintf(text, room, "%s", head);
    int r;

    for (unsigned i = 0; i < count; i++)
        used += (size_t)snprintf(text + used, room - used, "%s%u%s\n", before, i, after);
    r = read_all((struct rf_str){text, used}, err);
    free(text);
    return r;
}

static void has_limits(void **state)
{
    struct rf_err err = {0};
    char *text;

    (void)state;
    assert_int_equal(read_repeated("a:\n", "  - b", "", RF_STRICT_ENTRIES - 1, &err), 0);
    assert_int_equal(read_repeated("a:\n", "  - b", "", RF_STRICT_ENTRIES, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "4097:3: more than 4096 entries"));
    assert_int_equal(read_repeated("", "k", ": v", RF_STRICT_ENTRIES + 1, &err), -EINVAL);
    assert_int_equal(read_repeated("a:\n", "  k", ": v", RF_STRICT_ENTRIES + 1, &err), -EINVAL);
    text = malloc(RF_STRICT_BYTES + 2);
    memset(text, '\n', RF_STRICT_BYTES + 2);
    assert_int_equal(read_all((struct rf_str){text, RF_STRICT_BYTES}, &err), 0);
    assert_int_equal(read_all((struct rf_str){text, RF_STRICT_BYTES + 1}, &err), -EINVAL);
    memset(text, '#', RF_STRICT_LINE_BYTES + 1);
    assert_int_equal(read_all((struct rf_str){text, RF_STRICT_LINE_BYTES}, &err), 0);
    assert_int_equal(read_all((struct rf_str){text, RF_STRICT_LINE_BYTES + 1}, &err), -EINVAL);
    free(text);
}

static const char document[] = "--- # start\r\n"
                               "one: two three # comment\r\n"
                               "two: 'it''s'\n"
                               "three: \"a\\n\\t\\\\\\\"\\x41\\xe9\"\n"
                               "four: [a b, 'c, d', \"]\", -1 ] # e\n"
                               "five: []\n"
                               "\n"
                               "six:\n"
                               "  # comment\n"
                               "  - a#b\n"
                               "\n"
                               "  - \"\"\n"
                               "seven:\n"
                               "- http://x/?y\n"
                               "eight: # below\n"
                               "    A: 1.5\n"
                               "    \"NO\": ''\n"
                               "nine: false";

static const struct {
    enum rf_strict_kind kind;
    const char *key;
    const char *name;
    const char *text;
    unsigned line;
    unsigned column;
    bool is_plain;
} expected[] = {
    {RF_STRICT_SCALAR, "one", "", "two three", 2, 6, true},
    {RF_STRICT_SCALAR, "two", "", "it's", 3, 6, false},
    {RF_STRICT_SCALAR, "three", "", "a\n\t\\\"A\xc3\xa9", 4, 8, false},
    {RF_STRICT_ITEM, "four", "", "a b", 5, 8, true},
    {RF_STRICT_ITEM, "four", "", "c, d", 5, 13, false},
    {RF_STRICT_ITEM, "four", "", "]", 5, 21, false},
    {RF_STRICT_ITEM, "four", "", "-1", 5, 26, true},
    {RF_STRICT_EMPTY, "five", "", "", 6, 7, false},
    {RF_STRICT_ITEM, "six", "", "a#b", 10, 5, true},
    {RF_STRICT_ITEM, "six", "", "", 12, 5, false},
    {RF_STRICT_ITEM, "seven", "", "http://x/?y", 14, 3, true},
    {RF_STRICT_ENTRY, "eight", "A", "1.5", 16, 8, true},
    {RF_STRICT_ENTRY, "eight", "NO", "", 17, 11, false},
    {RF_STRICT_SCALAR, "nine", "", "false", 18, 7, true},
};

static void reads(void **state)
{
    struct rf_arena arena;
    struct rf_strict strict;
    struct rf_strict_event event;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(rf_strict_init(&strict, rf_str_of(document), &arena, &err), 0);
    for (size_t i = 0; i < RF_COUNT(expected); i++) {
        if (rf_strict_next(&strict, &event, &err) != 0)
            fail_msg("%s", err.msg);
        assert_int_equal(event.kind, expected[i].kind);
        assert_true(rf_str_is(event.key, expected[i].key));
        if (event.text.len || *expected[i].text)
            assert_true(rf_str_is(event.text, expected[i].text));
        if (*expected[i].name)
            assert_true(rf_str_is(event.name, expected[i].name));
        assert_int_equal(event.line, expected[i].line);
        assert_int_equal(event.column, expected[i].column);
        assert_int_equal(event.is_plain, expected[i].is_plain);
        if (event.is_plain)
            assert_memory_equal(document + event.start, expected[i].text, event.end - event.start);
    }
    assert_int_equal(rf_strict_next(&strict, &event, &err), 0);
    assert_int_equal(event.kind, RF_STRICT_END);
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses_at_the_place), cmocka_unit_test(refuses_nul),
                                       cmocka_unit_test(has_limits), cmocka_unit_test(reads)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
