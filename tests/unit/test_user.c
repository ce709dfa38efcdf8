/* Root has many spellings; none gets in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

static const struct refused refused[] = {
    {RF_KEY_USER, "0", "is root"},
    {RF_KEY_USER, "00", "is root"},
    {RF_KEY_USER, "000", "is root"},
    {RF_KEY_USER, "+0", "is root"},
    {RF_KEY_USER, "-0", "is root"},
    {RF_KEY_USER, "0x0", "is root"},
    {RF_KEY_USER, "0X00", "is root"},
    {RF_KEY_USER, " 0", "is root"},
    {RF_KEY_USER, "0:5", "is root"},
    {RF_KEY_USER, "00:5", "is root"},
    {RF_KEY_USER, "5:0", "is root"},
    {RF_KEY_USER, "5:00", "is root"},
    {RF_KEY_USER, "1000:+0", "is root"},
    {RF_KEY_USER, "root", "is root"},
    {RF_KEY_USER, "root:x", "is root"},
    {RF_KEY_USER, "root:1000", "is root"},
    {RF_KEY_USER, "1000:root", "is root"},
    {RF_KEY_USER, "nobody:root", "is root"},
    {RF_KEY_USER, "nobody:0", "is root"},
    {RF_KEY_USER, "+00", "is root"},
    {RF_KEY_USER, "\t0", "is root"},
    {RF_KEY_USER, "", "want UID"},
    {RF_KEY_USER, ":", "want UID"},
    {RF_KEY_USER, ":5", "want UID"},
    {RF_KEY_USER, "1000:", "want UID"},
    {RF_KEY_USER, " 1000", "want UID"},
    {RF_KEY_USER, "+1", "want UID"},
    {RF_KEY_USER, "-1", "want UID"},
    {RF_KEY_USER, "1000 ", "in 1..65535"},
    {RF_KEY_USER, "1000\n", "in 1..65535"},
    {RF_KEY_USER, "1:2:3", "in 1..65535"},
    {RF_KEY_USER, "-", "want UID"},
    {RF_KEY_USER, "no body", "want UID"},
    {RF_KEY_USER, "a/b", "want UID"},
    {RF_KEY_USER, "\xc3\xa4", "want UID"},
    {RF_KEY_USER, ".x", "want UID"},
    {RF_KEY_USER, "-x", "want UID"},
    {RF_KEY_USER, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "want UID"},
    {RF_KEY_USER, "nobody:", "want UID"},
    {RF_KEY_USER, "nobody:a:b", "want UID"},
    {RF_KEY_USER, "$UID", "want UID"},
    {RF_KEY_USER, "65536", "in 1..65535"},
    {RF_KEY_USER, "2147483648", "in 1..65535"},
    {RF_KEY_USER, "4294967295", "in 1..65535"},
    {RF_KEY_USER, "4294967296", "in 1..65535"},
    {RF_KEY_USER, "4294968296", "in 1..65535"},
    {RF_KEY_USER, "18446744073709551616", "in 1..65535"},
    {RF_KEY_USER, "18446744073709551617", "in 1..65535"},
    {RF_KEY_USER, "1000:4294967296", "in 1..65535"},
    {RF_KEY_USER, "1000:65536", "in 1..65535"},
    {RF_KEY_USER, "0x3e8", "in 1..65535"},
    {RF_KEY_USER, "1e3", "in 1..65535"},
    {RF_KEY_USER, "1.0", "in 1..65535"},
    {RF_KEY_USER, "1_000", "in 1..65535"},
    {RF_KEY_USER, "1000x", "in 1..65535"},
    {RF_KEY_USER, "1x", "in 1..65535"},
    {RF_KEY_GROUP_ADD, "0", "root's group"},
    {RF_KEY_GROUP_ADD, "00", "root's group"},
    {RF_KEY_GROUP_ADD, "+0", "root's group"},
    {RF_KEY_GROUP_ADD, "root", "root's group"},
    {RF_KEY_GROUP_ADD, "0x0", "root's group"},
    {RF_KEY_GROUP_ADD, "", "the group's number"},
    {RF_KEY_GROUP_ADD, "-1", "the group's number"},
    {RF_KEY_GROUP_ADD, "65536", "the group's number"},
    {RF_KEY_GROUP_ADD, "4294967296", "the group's number"},
    {RF_KEY_GROUP_ADD, "video", "the group's number"},
    {RF_KEY_GROUP_ADD, "1 ", "the group's number"},
    {RF_KEY_GROUP_ADD, "1:2", "the group's number"},
    {RF_KEY_PASSWD_ENTRY, "", "seven fields"},
    {RF_KEY_PASSWD_ENTRY, "a", "seven fields"},
    {RF_KEY_PASSWD_ENTRY, "a:b:c", "seven fields"},
    {RF_KEY_PASSWD_ENTRY, "a:x:1:1:::/x:y", "seven fields"},
    {RF_KEY_PASSWD_ENTRY, "a:x:1:1::/x", "seven fields"},
    {RF_KEY_PASSWD_ENTRY, "a:x:0:1:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x:1:0:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x:00:1:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x::1:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x:65536:1:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x:4294967296:1:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x:+1:1:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x:$GID:1:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, "a:x:$UID:root:::", "0 is root"},
    {RF_KEY_PASSWD_ENTRY, ":x:1:1:::", "user name"},
    {RF_KEY_PASSWD_ENTRY, "0:x:1:1:::", "user name"},
    {RF_KEY_PASSWD_ENTRY, "+:x:1:1:::", "user name"},
    {RF_KEY_PASSWD_ENTRY, "a:x:1:1:$WHAT::", "variables"},
    {RF_KEY_PASSWD_ENTRY, "a:x:1:1:$::", "variables"},
    {RF_KEY_PASSWD_ENTRY, "a:x:1:1:\n::", "control"},
    {RF_KEY_PASSWD_ENTRY, "a:x:1:1:::\nroot::0:0:::", "control"},
};

static const struct accepted accepted[] = {
    {RF_KEY_USER, "1000", "1000"},
    {RF_KEY_USER, "1", "1"},
    {RF_KEY_USER, "65535", "65535"},
    {RF_KEY_USER, "1000:1000", "1000:1000"},
    {RF_KEY_USER, "1:65535", "1:65535"},
    {RF_KEY_USER, "010", "10"},
    {RF_KEY_USER, "nobody", "nobody"},
    {RF_KEY_USER, "www-data:adm", "www-data:adm"},
    {RF_KEY_USER, "1000:adm", "1000:adm"},
    {RF_KEY_USER, "app:1000", "app:1000"},
    {RF_KEY_USER, "_x", "_x"},
    {RF_KEY_USER, "rooty", "rooty"},
    {RF_KEY_USER, "Root", "Root"},
    {RF_KEY_GROUP_ADD, "44", "44"},
    {RF_KEY_GROUP_ADD, "65535", "65535"},
    {RF_KEY_GROUP_ADD, "007", "7"},
    {RF_KEY_PASSWD_ENTRY, "none", "none"},
    {RF_KEY_PASSWD_ENTRY, "$USERNAME:*:$UID:$GID:$NAME:$HOME:/bin/sh",
     "$USERNAME:*:$UID:$GID:$NAME:$HOME:/bin/sh"},
    {RF_KEY_PASSWD_ENTRY, "app:x:1000:1000::/home/app:/bin/sh", "app:x:1000:1000::/home/app:/bin/sh"},
    {RF_KEY_PASSWD_ENTRY, "app:x:$UID:7:$NAME::", "app:x:$UID:7:$NAME::"},
};

static void refuses(void **state)
{
    (void)state;
    check_refused(refused, RF_COUNT(refused));
}

static void accepts(void **state)
{
    (void)state;
    check_accepted(accepted, RF_COUNT(accepted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses), cmocka_unit_test(accepts)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
