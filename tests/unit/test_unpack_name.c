#include "unpack/name.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define T(literal)                                                                                           \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    }

static const struct {
    struct rf_str name;
    bool is_directory;
    const char *says;
} refused[] = {
    {T(""), false, "1 to 4096"},
    {T(""), true, "1 to 4096"},
    {T("/x"), false, "\"/x\" is absolute"},
    {T("/"), true, "is absolute"},
    {T("//x"), false, "is absolute"},
    {T("C:/x"), false, "is absolute"},
    {T("c:/"), true, "is absolute"},
    {T(".//x"), false, "is absolute"},
    {T("./C:/x"), false, "is absolute"},
    {T("././C:/"), true, "is absolute"},
    {T(".."), false, "leads out"},
    {T(".."), true, "leads out"},
    {T("../"), true, "leads out"},
    {T("../x"), false, "leads out"},
    {T("./../x"), false, "leads out"},
    {T("a/../x"), false, "leads out"},
    {T("a/.."), false, "leads out"},
    {T("a/../../x"), false, "leads out"},
    {T("."), false, "\".\""},
    {T("./"), false, "empty component"},
    {T("a/."), false, "\".\""},
    {T("a/./x"), false, "\".\""},
    {T("a//x"), false, "empty component"},
    {T("a/"), false, "empty component"},
    {T("a//"), true, "empty component"},
    {T("a\\x"), false, "backslash"},
    {T("..\\x"), false, "backslash"},
    {T("\\x"), false, "backslash"},
    {T("a\nx"), false, "control character"},
    {T("a\0x"), false, "control character"},
    {T("\x1b[2J"), false, "control character"},
    {T("a\x7f"), false, "control character"},
    {T("a\xc2\x80"), false, "control character"},
    {T("a\xc2\x9f"), false, "control character"},
    {T("\xff"), false, "not UTF-8"},
    {T("a\xc3"), false, "not UTF-8"},
    {T("S\xe4"
       "tze.png"),
     false, "not UTF-8"},
    {T("\xc0\xae\xc0\xae/x"), false, "not UTF-8"}, /* "../x" overlong */
    {T("\xed\xa0\x80"), false, "not UTF-8"},
    {T("\xf4\x90\x80\x80"), false, "not UTF-8"},
};

/* In memory of its own, so that a sanitizer sees the first byte too many. */
static int check(struct rf_str name, bool is_directory, struct rf_str *ret, char **ret_exact,
                 struct rf_err *err)
{
    *ret_exact = malloc(name.len ? name.len : 1);
    assert_non_null(*ret_exact);
    memcpy(*ret_exact, name.ptr, name.len);
    return rf_unpack_name((struct rf_str){*ret_exact, name.len}, is_directory, ret, err);
}

static void refuses_what_leads_out(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_str got = RF_STR("untouched");
        struct rf_err err = {0};
        char *exact;
        int code = check(refused[i].name, refused[i].is_directory, &got, &exact, &err);

        if (code != -EBADMSG || err.code != code || !strstr(err.msg, refused[i].says) ||
            !rf_str_is(got, "untouched"))
            fail_msg("row %zu: %d \"%s\", want \"%s\"", i, code, err.msg, refused[i].says);
        free(exact);
    }
}

static void refuses_what_is_too_long(void **state)
{
    char name[RF_UNPACK_NAME_BYTES + 1];
    struct rf_str got;
    struct rf_err err = {0};

    (void)state;
    memset(name, 'a', sizeof(name));
    assert_int_equal(rf_unpack_name((struct rf_str){name, sizeof(name)}, false, &got, &err), -EBADMSG);
    assert_non_null(strstr(err.msg, "4097 bytes"));
    assert_int_equal(rf_unpack_name((struct rf_str){name, sizeof(name) - 1}, false, &got, &err), 0);
    assert_int_equal(got.len, sizeof(name) - 1);
    name[5] = '\\'; /* the sentence has the name's beginning only */
    assert_int_equal(rf_unpack_name((struct rf_str){name, sizeof(name) - 1}, false, &got, &err), -EBADMSG);
    assert_in_range(strlen(err.msg), RF_UNPACK_SHOWN, RF_UNPACK_SHOWN + 40);
}

static const struct {
    struct rf_str name;
    bool is_directory;
    const char *want;
    bool is_litter;
} taken[] = {
    {T("a"), false, "a", false},
    {T("./a"), false, "a", false},
    {T("././a"), false, "a", false},
    {T("a/b/c.png"), false, "a/b/c.png", false},
    {T("a/"), true, "a", false},
    {T("a"), true, "a", false},
    {T("./a/b/"), true, "a/b", false},
    {T("./"), true, "", false},
    {T("."), true, "", false},
    {T("..."), false, "...", false},
    {T("..a"), false, "..a", false},
    {T("a.."), false, "a..", false},
    {T(".hidden"), false, ".hidden", false},
    {T("a:b"), false, "a:b", false},
    {T("C:x"), false, "C:x", false},
    {T("a b\"'$`*?<>|.png"), false, "a b\"'$`*?<>|.png", false},
    {T("S\xc3\xa4tze \xf0\x9f\x93\x84.png"), false, "S\xc3\xa4tze \xf0\x9f\x93\x84.png", false},
    {T("\xc2\xa0"), false, "\xc2\xa0", false},
    {T(".DS_Store"), false, ".DS_Store", true},
    {T("./.DS_Store"), false, ".DS_Store", true},
    {T("a/.DS_Store"), false, "a/.DS_Store", true},
    {T("__MACOSX/"), true, "__MACOSX", true},
    {T("__MACOSX/a/x.png"), false, "__MACOSX/a/x.png", true},
    {T("a/__MACOSX/x.png"), false, "a/__MACOSX/x.png", true},
    {T("a/._x.png"), false, "a/._x.png", true},
    {T("DS_Store"), false, "DS_Store", false},
    {T(".DS_Store/x"), false, ".DS_Store/x", false},
    {T("__MACOSX.png"), false, "__MACOSX.png", false},
    {T("a_._b"), false, "a_._b", false},
};

static void cuts_what_is_harmless(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(taken); i++) {
        struct rf_str got = {NULL, 0};
        struct rf_err err = {0};
        char *exact;
        int code = check(taken[i].name, taken[i].is_directory, &got, &exact, &err);

        if (code != 0 || !rf_str_is(got, taken[i].want) || rf_unpack_is_litter(got) != taken[i].is_litter)
            fail_msg("row %zu: %d \"%.*s\" \"%s\"", i, code, RF_FMT(got), err.msg);
        free(exact);
    }
}

/* Ascending; each is compared with each. */
static const struct rf_str ascending[] = {
    T("0"),
    T("00"),
    T("01"),
    T("1"),
    T("2"),
    T("10"),
    T("18446744073709551615"),
    T("18446744073709551616"),
    T("a"),
    T("a/1"),
    T("a/9"),
    T("a/10"),
    T("a/b/1"),
    T("a b"),
    T("a-1"),
    T("a1"),
    T("A2"),
    T("a02"),
    T("a2"),
    T("a2b"),
    T("A10"),
    T("a10"),
    T("aa"),
    T("b"),
    T("page1.png"),
    T("page1a.png"),
    T("Page2.png"),
    T("page2.png"),
    T("page10-1.png"),
    T("page10.png"),
    T("z"),
    T("\xc3\xa4"),
};

static int sign(int number)
{
    return (number > 0) - (number < 0);
}

static void orders_as_people_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(ascending); i++) {
        for (size_t j = 0; j < RF_COUNT(ascending); j++) {
            int want = (i > j) - (i < j);

            if (sign(rf_unpack_name_compare(ascending[i], ascending[j])) != want)
                fail_msg("\"%.*s\" and \"%.*s\": want %d", RF_FMT(ascending[i]), RF_FMT(ascending[j]), want);
        }
    }
    assert_int_equal(rf_unpack_name_compare((struct rf_str){NULL, 0}, RF_STR("a")) < 0, 1);
    assert_int_equal(rf_unpack_name_compare((struct rf_str){NULL, 0}, (struct rf_str){NULL, 0}), 0);
}

static const struct {
    size_t place;
    struct rf_str name;
    const char *want;
} framed[] = {
    {1, T("page1.png"), "00000001-page1.png"},
    {99999999, T("a/b/Page-2.tar.gz"), "99999999-Page-2.tar.gz"},
    {2, T("S\xc3\xa4tze 1.png"), "00000002-S__tze_1.png"},
    {3, T("$(x);'\""), "00000003-__x____"},
    {4, T("012345678901234567890123456789012345678901234567890123456789"),
     "00000004-012345678901234567890123456789012345678901234567890123"},
};

static void names_what_goes_into_a_row(void **state)
{
    char got[RF_FRAME_NAME_BYTES];

    (void)state;
    for (size_t i = 0; i < RF_COUNT(framed); i++) {
        rf_unpack_frame_name(framed[i].place, framed[i].name, got);
        assert_string_equal(got, framed[i].want);
        assert_true(rf_frame_name_is_valid(rf_str_of(got)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_leads_out),     cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(cuts_what_is_harmless),      cmocka_unit_test(orders_as_people_count),
        cmocka_unit_test(names_what_goes_into_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
