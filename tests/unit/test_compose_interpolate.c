#include "manifest/compose_parts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rf_arena arena;
static struct rf_compose_spent spent;

static int set_up(void **state)
{
    (void)state;
    spent = (struct rf_compose_spent){0};
    rf_arena_init(&arena, 256 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

/* SET is "set", EMPTY is empty, HIDDEN cannot be known, and no other one is set. */
static const struct rf_fact_pair pairs[] = {
    {.name = {.value = RF_STR("SET")}, .value = {.value = RF_STR("set")}},
    {.name = {.value = RF_STR("EMPTY")}, .value = {.value = RF_STR("")}},
    {.name = {.value = RF_STR("HIDDEN")}, .value = {.value = RF_STR("?"), .from = {.known = RF_UNKNOWABLE}}},
    {.name = {.value = RF_STR("DOLLAR")}, .value = {.value = RF_STR("$SET")}}};
static const struct rf_compose_scope scope = {.pairs = pairs, .count = RF_COUNT(pairs)};

static int fill(const char *source, struct rf_compose_text *ret, struct rf_err *err)
{
    struct rf_compose_words words = {.arena = &arena, .scope = &scope, .spent = &spent};

    return rf_compose_interpolate(&words, rf_str_of(source), ret, err);
}

static void must_be(struct rf_str text, const char *want)
{
    if (!rf_str_is(text, want))
        fail_msg("is \"%.*s\", want \"%s\"", RF_FMT(text), want);
}

static const char *const refused[] = {"$",      "a$",      "$ a",       "$1",        "${",      "${A",
                                      "${}",    "${1}",    "${A!b}",    "${A:b}",    "${A:}",   "${A b}",
                                      "${-a}",  "$-",      "$${$",      "${A:-${B}", "${A:-$}", "${SET:+${}}",
                                      "$(SET)", "a ${A}$", "${A:-${1}}"};

static void refuses_other_dollars(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_compose_text text = {.hole_count = 7};
        struct rf_err err = {0};

        if (fill(refused[i], &text, &err) != -EINVAL)
            fail_msg("accepted: %s", refused[i]);
        assert_non_null(strstr(err.msg, "write $$"));
        assert_int_equal(text.hole_count, 7);
    }
}

static const struct {
    const char *source;
    const char *want;
    const char *hole; /* the only one, or NULL */
    bool is_default;
} filled[] = {
    {"", "", NULL, false},
    {"plain", "plain", NULL, false},
    {"$$SET $$$$", "$SET $$", NULL, false},
    {"$SET.${SET}", "set.set", NULL, false},
    {"$SETx", "$SETx", "$SETx", false},
    {"a${NONE}b", "a${NONE}b", "${NONE}", false},
    {"$NONE", "$NONE", "$NONE", false},
    {"${EMPTY}", "", NULL, false},
    {"${HIDDEN}", "${HIDDEN}", "${HIDDEN}", false},
    {"${HIDDEN:-a}", "${HIDDEN:-a}", "${HIDDEN:-a}", false},
    {"${DOLLAR}", "$SET", NULL, false},
    {"${SET:-a}${SET-a}", "setset", NULL, false},
    {"${EMPTY:-a}", "a", NULL, true},
    {"${EMPTY-a}", "", NULL, false},
    {"${NONE:-a}", "a", NULL, true},
    {"${NONE-a}", "a", NULL, true},
    {"${NONE:-}", "", NULL, true},
    {"${NONE:-a:b}", "a:b", NULL, true},
    {"${SET:?no}${SET?no}", "setset", NULL, false},
    {"${EMPTY?no}", "", NULL, false},
    {"${EMPTY:?no}", "${EMPTY:?no}", "${EMPTY:?no}", false},
    {"${NONE?no}", "${NONE?no}", "${NONE?no}", false},
    {"${SET:+a}${SET+a}", "aa", NULL, false},
    {"${EMPTY:+a}", "", NULL, false},
    {"${EMPTY+a}", "a", NULL, false},
    {"${NONE:+a}", "", NULL, true},
    {"${NONE+a}", "", NULL, true},
    {"${NONE:-${SET}}", "set", NULL, true},
    {"${NONE:-x${EMPTY:-${SET:+deep}}y}", "xdeepy", NULL, true},
    {"${NONE:-x${OTHER}y}", "${NONE:-x${OTHER}y}", "${NONE:-x${OTHER}y}", true},
    {"${NONE:-$$}", "$", NULL, true},
};

static void fills_in_every_operator(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(filled); i++) {
        struct rf_compose_text text;
        struct rf_err err = {0};

        if (fill(filled[i].source, &text, &err) != 0)
            fail_msg("%s: %s", filled[i].source, err.msg);
        must_be(text.text, filled[i].want);
        assert_int_equal(text.is_default, filled[i].is_default);
        if (text.hole_count != (filled[i].hole != NULL))
            fail_msg("%s: %u holes", filled[i].source, text.hole_count);
        if (filled[i].hole)
            must_be(text.holes[0], filled[i].hole);
    }
}

static void keeps_to_its_limits(void **state)
{
    static char deep[4096];
    struct rf_compose_text text;
    struct rf_err err = {0};
    size_t len = 0;

    (void)state;
    for (int i = 0; i < 17; i++)
        len += (size_t)snprintf(deep + len, sizeof(deep) - len, "${A:-");
    memset(deep + len, '}', 17);
    assert_int_equal(fill(deep, &text, &err), -E2BIG);
    assert_non_null(strstr(err.msg, "inside each other"));
    memset(deep, 0, sizeof(deep));
    for (int i = 0; i < 65; i++)
        memcpy(deep + 2 * (size_t)i, "$A", 2);
    assert_int_equal(fill(deep, &text, &err), -E2BIG);
    assert_non_null(strstr(err.msg, "not set in one text"));
    spent.lookups = RF_COMPOSE_VARIABLES;
    assert_int_equal(fill("$SET", &text, &err), -E2BIG);
    spent = (struct rf_compose_spent){.bytes = RF_COMPOSE_FILLED_BYTES};
    assert_int_equal(fill("$SET", &text, &err), -E2BIG);
}

static const struct {
    const char *line;
    const char *words; /* each followed by | ; NULL: refused */
} lines[] = {
    {"", ""},
    {"  a\tb \n c", "a|b|c|"},
    {"'a b' \"c d\"e", "a b|c de|"},
    {"a\\ b \\\\ \"\\\"\" '\\'", "a b|\\|\"|\\|"},
    {"'' \"\"", "||"},
    {"a;b", "a|"},
    {"a && b", "a|"},
    {"sh -c 'a && b'", "sh|-c|a && b|"},
    {"\\n", "\n|"},
    {"'a", NULL},
    {"\"a\\\"", NULL},
    {"a\\", NULL},
};

static void cuts_command_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(lines); i++) {
        struct rf_str *words = NULL;
        char joined[256] = "";
        size_t count = 0;
        size_t len = 0;
        int r = rf_compose_split(&arena, rf_str_of(lines[i].line), &words, &count);

        if ((r == 0) != (lines[i].words != NULL))
            fail_msg("%s: %d", lines[i].line, r);
        for (size_t j = 0; r == 0 && j < count; j++)
            len += (size_t)snprintf(joined + len, sizeof(joined) - len, "%.*s|", RF_FMT(words[j]));
        if (r == 0)
            assert_string_equal(joined, lines[i].words);
    }
}

static void reads_dotenv(void **state)
{
    static const char text[] =
        "\xEF\xBB\xBF# a comment\nA=1\n  export B = 'x $A' # c\nC=\"a\\n$A\\$\n2\"\nD: ${NONE}\n"
        "E\nF=a#b #c\nsome words here\n=x\nG=\"open\nH=\n";
    static const struct {
        const char *name;
        const char *value;
        enum rf_known known;
        uint32_t line;
    } want[] = {{"A", "1", RF_KNOWN, 2},        {"B", "x $A", RF_KNOWN, 3},
                {"C", "a\n1$\n2", RF_KNOWN, 4}, {"D", "${NONE}", RF_UNKNOWABLE, 6},
                {"E", "", RF_UNSET, 7},         {"F", "a#b", RF_KNOWN, 8},
                {"G", "\"open", RF_KNOWN, 11},  {"H", "", RF_KNOWN, 12}};
    struct rf_compose_words words = {.arena = &arena, .scope = &scope, .spent = &spent};
    struct rf_fact_pair *found = NULL;
    struct rf_err err = {0};
    size_t count = 0;

    (void)state;
    assert_int_equal(rf_compose_dotenv(&words, ".env", rf_str_of(text), &found, &count, &err), 0);
    assert_int_equal(count, RF_COUNT(want));
    for (size_t i = 0; i < count; i++) {
        must_be(found[i].name.value, want[i].name);
        must_be(found[i].value.value, want[i].value);
        assert_int_equal(found[i].value.from.known, want[i].known);
        assert_int_equal(found[i].name.from.line, want[i].line);
        assert_memory_equal(text + found[i].name.from.start, want[i].name, 1);
    }
    assert_ptr_equal(words.scope, &scope);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_other_dollars, set_up, tear_down),
        cmocka_unit_test_setup_teardown(fills_in_every_operator, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_to_its_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(cuts_command_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_dotenv, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
