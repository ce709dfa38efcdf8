#include "text/shell_words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 64 * 1024 * 1024 };

static char big[20001]; /* letters, where a test wants them */

static const struct {
    const char *name;
    const char *value;
    enum rf_var var;
} variables[] = {{"FOO", "xxyy", RF_VAR_SET},
                 {"EMPTY", "", RF_VAR_SET},
                 {"X", "x", RF_VAR_SET},
                 {"PATHS", "/a/foo/b", RF_VAR_SET},
                 {"STARS", "a*b?c", RF_VAR_SET},
                 {"LINES", "a\nb", RF_VAR_SET},
                 {"ARCH", "amd64", RF_VAR_UNKNOWN},
                 {"BLANKS", "p  q", RF_VAR_SET},
                 {"Q", "a'b", RF_VAR_SET},
                 {"NEEDLE", "\\*b", RF_VAR_SET},
                 {"EURO", "\xe2\x82\xac", RF_VAR_SET},
                 {"BIG", big, RF_VAR_SET}};

static enum rf_var find(void *data, struct rf_str name, struct rf_str *ret_value)
{
    (void)data;
    for (size_t i = 0; i < RF_COUNT(variables); i++) {
        if (!rf_str_is(name, variables[i].name))
            continue;
        *ret_value = rf_str_of(variables[i].value);
        return variables[i].var;
    }
    return RF_VAR_UNSET;
}

static const struct {
    const char *source;
    const char *text;
} expanded[] = {
    {"", ""},
    {"plain", "plain"},
    {"$FOO", "xxyy"},
    {"${FOO}z", "xxyyz"},
    {"$FOO.$FOO", "xxyy.xxyy"},
    {"a\\ b", "a b"},
    {"a\\", "a"},
    {"\\$FOO", "$FOO"},
    {"'$FOO'", "$FOO"},
    {"'a\\'", "a\\"},
    {"\"$FOO's\"", "xxyy's"},
    {"\"a\\\"b\\q\\\\\"", "a\"b\\q\\"},
    {"$", "$"},
    {"$.", "$."},
    {"$1$12a$@", "a"},
    {"$FOO$", "xxyy$"},
    {"${NO:-d}", "d"},
    {"${EMPTY:-d}", "d"},
    {"${EMPTY-d}", ""},
    {"${FOO:-d}", "xxyy"},
    {"${NO:+d}", ""},
    {"${EMPTY:+d}", ""},
    {"${EMPTY+d}", "d"},
    {"${FOO:+[$X]}", "[x]"},
    {"${FOO:?no}${EMPTY?no}", "xxyy"},
    {"${NO:-${NOT:-'a b'}\"}\"}", "a b}"},
    {"${FOO#x}", "xyy"},
    {"${FOO##x*y}", ""},
    {"${FOO#x*y}", "y"},
    {"${FOO#$X}", "xyy"},
    {"${FOO#y}", "xxyy"},
    {"${FOO%y}", "xxy"},
    {"${FOO%%y*}", "xx"},
    {"${FOO%y*}", "xxy"},
    {"${FOO%%*}", ""},
    {"${FOO%*}", "xxyy"},
    {"${FOO#}${FOO##}${FOO%}", "xxyyxxyyxxyy"},
    {"${FOO#??}", "yy"},
    {"${STARS#*\\*}", "b?c"},
    {"${STARS%\\?*}", "a*b"},
    {"${EURO#?}", ""},
    {"${EURO%?}", ""},
    {"${FOO/x/z}", "zxyy"},
    {"${FOO//x/z}", "zzyy"},
    {"${FOO//x/}", "yy"},
    {"${FOO/*y/z}", "z"},
    {"${FOO/q/z}", "xxyy"},
    {"${FOO/$EMPTY/ww}", "wwxxyy"},
    {"${FOO//$EMPTY/-}", "-x-x-y-y-"},
    {"${PATHS//\\//.}", ".a.foo.b"},
    {"${PATHS//\\/?\\//+}", "+foo/b"},
    {"${STARS/$NEEDLE/!}", "a!?c"},
    {"${FOO///}", "xxyy"},
    {"${LINES/a*/z}", "z\nb"},
    {"${LINES/a?b/z}", "a\nb"},
    {"${LINES%%*}", "a\n"},
    {"${Q/'/$X}'/!}", "a'b"}, /* the quoted slash belongs to the pattern */
    {"<<EOF << a <b", "<<EOF << a <b"},
    {"\xff$FOO\xc3", "\xffxxyy\xc3"},
    {"${\xc3\xa4:-u}$\xe4\xbd\xa0.", "u."},
};

static const struct {
    const char *source;
    const char *why;
} refused[] = {
    {"'a", "single quote"},         {"\"a", "double quote"},
    {"\"a\\\"", "double quote"},    {"\"a\\", "double quote"},
    {"${", "} is missing"},         {"${FOO", "} is missing"},
    {"${FOO:", "} is missing"},     {"${FOO:-a", "} is missing"},
    {"${FOO:-'a}", "single quote"}, {"${}", "no name"},
    {"${{FOO}}", "no name"},        {"${:-a}", "no name"},
    {"${.}", "no operator"},        {"${FOO=a}", "no operator"},
    {"${FOO:=a}", "no operator"},   {"${FOO:a}", "no operator"},
    {"${FOO^}", "no operator"},     {"${FOO[0]}", "no operator"},
    {"${NO?}", "is not set"},       {"${NO?give one $X}", "NO: give one x"},
    {"${EMPTY:?}", "is empty"},     {"${FOO/x}", "/ is missing"},
    {"${FOO/x", "/ is missing"},    {"${FOO//x}", "/ is missing"},
    {"${FOO#\\x}", "backslash"},    {"${FOO%x\\\\\\q}", "backslash"},
};

static struct rf_words reader(struct rf_arena *arena, unsigned flags)
{
    return (struct rf_words){.arena = arena, .find = find, .escape = '\\', .flags = flags};
}

static void expands(void **state)
{
    struct rf_arena arena;
    struct rf_words words = reader(&arena, 0);

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(expanded); i++) {
        struct rf_expanded ret;
        struct rf_err err = {0};

        if (rf_words_expand(&words, rf_str_of(expanded[i].source), &ret, &err) != 0)
            fail_msg("refused %s: %s", expanded[i].source, err.msg);
        if (!rf_str_is(ret.text, expanded[i].text))
            fail_msg("%s became \"%.*s\"", expanded[i].source, RF_FMT(ret.text));
    }
    rf_arena_done(&arena);
}

static void refuses(void **state)
{
    struct rf_arena arena;
    struct rf_words words = reader(&arena, 0);

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_expanded ret = {.word_count = 77};
        struct rf_err err = {0};

        if (rf_words_expand(&words, rf_str_of(refused[i].source), &ret, &err) != -EINVAL)
            fail_msg("accepted %s", refused[i].source);
        if (!strstr(err.msg, refused[i].why))
            fail_msg("%s: \"%s\" does not say \"%s\"", refused[i].source, err.msg, refused[i].why);
        assert_int_equal(ret.word_count, 77);
    }
    rf_arena_done(&arena);
}

static void obeys_the_backtick(void **state)
{
    struct rf_arena arena;
    struct rf_words words = reader(&arena, 0);
    struct rf_expanded ret;
    struct rf_err err;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    words.escape = '`';
    assert_int_equal(rf_words_expand(&words, RF_STR("c:\\w`$FOO\"``\\`\"$X\""), &ret, &err), 0);
    assert_true(rf_str_is(ret.text, "c:\\w$FOO`\\\"x"));
    rf_arena_done(&arena);
}

static void splits(void **state)
{
    static const struct {
        const char *source;
        unsigned flags;
        const char *words[5];
        uint32_t start; /* of the second word in the source */
        uint32_t end;
    } cases[] = {
        {"", 0, {0}, 0, 0},
        {"  \t ", 0, {0}, 0, 0},
        {" a  b ", 0, {"a", "b"}, 4, 5},
        {"a' 'b c", 0, {"a b", "c"}, 6, 7},
        {"$BLANKS", 0, {"p", "q"}, 0, 7},
        {"a$BLANKS", 0, {"ap", "q"}, 1, 8},
        {"\"$BLANKS\" c", 0, {"p  q", "c"}, 10, 11},
        {"'' b", 0, {"b"}, 0, 0},
        {"a \\  b", 0, {"a", " ", "b"}, 2, 4},
        {"a\xc2\xa0"
         "b",
         0,
         {"a", "b"},
         3,
         4},
        {"x <<  E", 0, {"x", "<<  E"}, 2, 7},
        {"x '<<E' \"$FOO\" $NO ${NO:-q}",
         RF_WORDS_RAW_QUOTES | RF_WORDS_KEEP_UNSET,
         {"x", "'<<E'", "\"xxyy\"", "$NO", "${NO:-q}"},
         2,
         7},
        {"a \\b\\\" ${NO#x} ${NO/a/b} ${NO//a/b}",
         RF_WORDS_RAW_ESCAPES | RF_WORDS_KEEP_UNSET,
         {"a", "\\b\\\"", "${NO#x}", "${NO/a/b}", "${NO//a/b}"},
         2,
         6},
        {"it's $X", RF_WORDS_PLAIN_QUOTES, {"it's", "x"}, 5, 7},
    };
    struct rf_arena arena;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_words words = reader(&arena, cases[i].flags | RF_WORDS_SPLIT);
        struct rf_expanded ret;
        struct rf_err err;
        uint32_t n = 0;

        if (rf_words_expand(&words, rf_str_of(cases[i].source), &ret, &err) != 0)
            fail_msg("refused %s: %s", cases[i].source, err.msg);
        for (; n < RF_COUNT(cases[i].words) && cases[i].words[n]; n++)
            if (n >= ret.word_count || !rf_str_is(ret.words[n].text, cases[i].words[n]))
                fail_msg("%s: word %u is not \"%s\"", cases[i].source, n, cases[i].words[n]);
        assert_int_equal(ret.word_count, n);
        if (n < 2)
            continue;
        assert_int_equal(ret.words[1].start, cases[i].start);
        assert_int_equal(ret.words[1].end, cases[i].end);
    }
    rf_arena_done(&arena);
}

static void tells_what_is_not_known(void **state)
{
    static const struct {
        const char *source;
        const char *unset;
        bool has_hole;
        bool has_unknown;
    } cases[] = {{"$FOO", "", false, false},
                 {"$NO/x", "NO ", true, false},
                 {"${NO:-a}", "NO ", false, false},
                 {"${NO:+a}", "NO ", false, false},
                 {"${NO#a}", "NO ", true, false},
                 {"${NO/a/b}", "NO ", true, false},
                 {"$ARCH", "", false, true},
                 {"${ARCH:-a}", "", false, true},
                 {"$NO$NOT$NO", "NO NOT ", true, false},
                 {"'$NO'", "", false, false},
                 {"${FOO:-$NO}", "NO ", true, false}};
    struct rf_arena arena;
    struct rf_words words = reader(&arena, 0);

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_expanded ret;
        struct rf_err err;
        char names[64] = "";
        size_t len = 0;

        assert_int_equal(rf_words_expand(&words, rf_str_of(cases[i].source), &ret, &err), 0);
        for (uint32_t n = 0; n < ret.unset_count; n++) {
            memcpy(names + len, ret.unset[n].ptr, ret.unset[n].len);
            len += ret.unset[n].len;
            names[len++] = ' ';
        }
        if (strcmp(names, cases[i].unset) != 0 || ret.has_hole != cases[i].has_hole ||
            ret.has_unknown != cases[i].has_unknown)
            fail_msg("%s: unset \"%s\", hole %d, unknown %d", cases[i].source, names, ret.has_hole,
                     ret.has_unknown);
    }
    rf_arena_done(&arena);
}

/* What would take a gigabyte, a stack or an hour ends in a sentence. */
static void limits_what_a_text_costs(void **state)
{
    static char long_text[RF_WORDS_BYTES + 2];
    struct rf_arena arena;
    struct rf_words words = reader(&arena, 0);
    struct rf_expanded ret;
    struct rf_err err;
    size_t len = 0;

    (void)state;
    rf_arena_init(&arena, (size_t)1 << 30);
    memset(long_text, 'a', RF_WORDS_BYTES + 1);
    assert_int_equal(rf_words_expand(&words, (struct rf_str){long_text, RF_WORDS_BYTES + 1}, &ret, &err),
                     -E2BIG);
    for (size_t i = 0; i < RF_WORDS_BYTES / 4; i++)
        memcpy(long_text + 4 * i, "$FOO", 4);
    assert_int_equal(rf_words_expand(&words, (struct rf_str){long_text, RF_WORDS_BYTES}, &ret, &err), 0);
    memcpy(long_text + RF_WORDS_BYTES - 4, "$X$X", 4);
    assert_int_equal(rf_words_expand(&words, (struct rf_str){long_text, RF_WORDS_BYTES}, &ret, &err), 0);
    memset(big, 'x', sizeof(big) - 1);
    memcpy(long_text, "$BIG", 4);
    assert_int_equal(rf_words_expand(&words, (struct rf_str){long_text, RF_WORDS_BYTES}, &ret, &err), -E2BIG);
    for (; len < 6 * (RF_WORDS_DEPTH + 1); len += 6)
        memcpy(long_text + len, "${NN:-", 6);
    assert_int_equal(rf_words_expand(&words, (struct rf_str){long_text, len}, &ret, &err), -E2BIG);
    assert_non_null(strstr(err.msg, "inside each other"));
    len = 0;
    memcpy(long_text, "${FOO#", 6);
    memset(long_text + 6, '*', RF_WORDS_PATTERN_BYTES + 1);
    long_text[7 + RF_WORDS_PATTERN_BYTES] = '}';
    assert_int_equal(
        rf_words_expand(&words, (struct rf_str){long_text, 8 + RF_WORDS_PATTERN_BYTES}, &ret, &err), -E2BIG);
    assert_int_equal(rf_words_expand(&words, RF_STR("${BIG//*x*x*z/}"), &ret, &err), -E2BIG);
    assert_non_null(strstr(err.msg, "steps"));
    rf_arena_done(&arena);
}

static void survives_a_full_arena(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth < 32; nth++) {
        struct rf_arena arena;
        struct rf_words words = reader(&arena, RF_WORDS_SPLIT);
        struct rf_expanded ret;
        struct rf_err err;
        int code;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_arena_fail_at(nth);
        code = rf_words_expand(
            &words, RF_STR("a b $NO ${FOO#x} ${FOO/x/y} 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15"), &ret, &err);
        rf_arena_fail_at(0);
        rf_arena_done(&arena);
        if (code == 0)
            return;
        assert_int_equal(code, -ENOMEM);
    }
    fail_msg("32 allocations for one text");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(expands),
        cmocka_unit_test(refuses),
        cmocka_unit_test(obeys_the_backtick),
        cmocka_unit_test(splits),
        cmocka_unit_test(tells_what_is_not_known),
        cmocka_unit_test(limits_what_a_text_costs),
        cmocka_unit_test(survives_a_full_arena),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
