/* Somebody else's passwd and group files. */
#include "posture/passwd.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
                             "\n"
                             "# comment:x:1:1:::\n"
                             "+nis::::::\n"
                             "short:x:1000:1000::/home/short\n"
                             "long:x:1000:1000::/home/long:/bin/sh:more\n"
                             "4294967296:x:0:0::/:/bin/sh\n"
                             "sign:x:+5:5:::\n"
                             "hex:x:0x5:5:::\n"
                             "huge:x:18446744073709551616:5:::\n"
                             "wrap:x:4294967296:4294967297::/:\n"
                             "zero:x:00:7::/zero:/bin/sh\n"
                             "app:x:1000:1001:App:/home/app:/bin/sh\n"
                             "app:x:2000:2000:::\n"
                             "rel:x:1002:1002::home:/bin/sh\n"
                             "last:x:1003:1003::/l:/bin/sh";

static const char group[] =
    "root:x:0:\nadm:x:4:a,b\nbad:x:4\nbad:x:-4:\nbad:x:4::\nbig:x:4294967296:\nbad:y:9:";

static void finds_users(void **state)
{
    static const char *const absent[] = {"short", "long", "4294967296", "sign",   "hex",
                                         "huge",  "+nis", "",           "nobody", "# comment"};
    uint64_t uid = 7;
    uint64_t gid = 7;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(absent); i++)
        if (rf_passwd_find_user(passwd, absent[i], &uid, &gid))
            fail_msg("found %s", absent[i]);
    assert_int_equal(uid, 7);
    assert_true(rf_passwd_find_user(passwd, "app", &uid, &gid));
    assert_int_equal(uid, 1000);
    assert_int_equal(gid, 1001);
    assert_true(rf_passwd_find_user(passwd, "wrap", &uid, &gid));
    assert_true(uid == 4294967296ULL);
    assert_true(gid == 4294967297ULL);
    assert_true(rf_passwd_find_user(passwd, "zero", &uid, &gid));
    assert_int_equal(uid, 0);
    assert_true(rf_passwd_find_user(passwd, "last", &uid, &gid));
    assert_int_equal(uid, 1003);
    assert_false(rf_passwd_find_user("", "last", &uid, &gid));
}

static void finds_groups(void **state)
{
    uint64_t gid = 7;

    (void)state;
    assert_false(rf_passwd_find_group(group, "none", &gid));
    assert_false(rf_passwd_find_group("", "", &gid));
    assert_int_equal(gid, 7);
    assert_true(rf_passwd_find_group(group, "adm", &gid));
    assert_int_equal(gid, 4);
    assert_true(rf_passwd_find_group(group, "bad", &gid));
    assert_int_equal(gid, 9);
    assert_true(rf_passwd_find_group(group, "big", &gid));
    assert_true(gid == 4294967296ULL);
}

static void finds_by_number(void **state)
{
    (void)state;
    assert_false(rf_passwd_has_uid(passwd, 5));
    assert_false(rf_passwd_has_uid(passwd, 1));
    assert_true(rf_passwd_has_uid(passwd, 1003));
    assert_true(rf_passwd_has_uid(group, 4));
    assert_false(rf_passwd_has_uid("", 0));
}

static void knows_names(void **state)
{
    static const char *const bad[] = {"",   "0",   "1a",  "-a",  ".a", "+a",
                                      " a", "a b", "a:b", "a\n", "a$", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
    static const char *const good[] = {"a", "_a", "A-1.b_c", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(bad); i++)
        if (rf_passwd_is_name(rf_str_of(bad[i])))
            fail_msg("took \"%s\" for a name", bad[i]);
    for (size_t i = 0; i < RF_COUNT(good); i++)
        if (!rf_passwd_is_name(rf_str_of(good[i])))
            fail_msg("\"%s\" is a name", good[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_users), cmocka_unit_test(finds_groups),
                                       cmocka_unit_test(finds_by_number), cmocka_unit_test(knows_names)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
