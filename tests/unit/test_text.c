/* Keys that hold text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

static const struct refused refused[] = {
    {RF_KEY_ROOTFS, "", "directory"},
    {RF_KEY_ROOTFS, "a\nb", "control"},
    {RF_KEY_HOME, "", "want"},
    {RF_KEY_HOME, "home", "want"},
    {RF_KEY_HOME, "./x", "want"},
    {RF_KEY_HOME, "Temporary", "want"},
    {RF_KEY_HOME, ":size=1m", "want"},
    {RF_KEY_HOME, "temporary:", "want"},
    {RF_KEY_HOME, "temporary:size=", "want"},
    {RF_KEY_HOME, "temporary:size=0", "want"},
    {RF_KEY_HOME, "temporary:64m", "want"},
    {RF_KEY_HOME, "temporary:size=1m,mode=7", "want"},
    {RF_KEY_HOME, "none:size=1m", "no size"},
    {RF_KEY_HOME, "/a/../b", ".."},
    {RF_KEY_HOME, "/a\nb", "control"},
    {RF_KEY_ENV, "", "NAME=VALUE"},
    {RF_KEY_ENV, "A", "NAME=VALUE"},
    {RF_KEY_ENV, "=", "NAME=VALUE"},
    {RF_KEY_ENV, "=x", "NAME=VALUE"},
    {RF_KEY_ENV, "A B=1", "NAME=VALUE"},
    {RF_KEY_ENV, "A\n=1", "NAME=VALUE"},
    {RF_KEY_ENV, "\t=1", "NAME=VALUE"},
    {RF_KEY_ENV, " A=1", "NAME=VALUE"},
    {RF_KEY_WORKDIR, "", "absolute"},
    {RF_KEY_WORKDIR, "a", "absolute"},
    {RF_KEY_WORKDIR, "./a", "absolute"},
    {RF_KEY_WORKDIR, "/a/..", ".."},
    {RF_KEY_WORKDIR, "/proc/self/fd/7/../..", ".."},
    {RF_KEY_ENTRYPOINT, "", "program"},
    {RF_KEY_COMMAND, "", "program"},
    {RF_KEY_HOSTNAME, "", "want letters"},
    {RF_KEY_HOSTNAME, "-a", "want letters"},
    {RF_KEY_HOSTNAME, "a-", "want letters"},
    {RF_KEY_HOSTNAME, ".a", "want letters"},
    {RF_KEY_HOSTNAME, "a.", "want letters"},
    {RF_KEY_HOSTNAME, "a..b", "want letters"},
    {RF_KEY_HOSTNAME, "a_b", "want letters"},
    {RF_KEY_HOSTNAME, "a b", "want letters"},
    {RF_KEY_HOSTNAME, "a.-b", "want letters"},
    {RF_KEY_HOSTNAME, "a-.b", "want letters"},
    {RF_KEY_HOSTNAME, "\xc3\xa4", "want letters"},
    {RF_KEY_HOSTNAME, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "want letters"},
    {RF_KEY_NAME, "", "want 1 to 64"},
    {RF_KEY_NAME, "-a", "want 1 to 64"},
    {RF_KEY_NAME, ".a", "want 1 to 64"},
    {RF_KEY_NAME, "_a", "want 1 to 64"},
    {RF_KEY_NAME, "a/b", "want 1 to 64"},
    {RF_KEY_NAME, "a b", "want 1 to 64"},
    {RF_KEY_NAME, "..", "want 1 to 64"},
    {RF_KEY_NAME, "a\n", "want 1 to 64"},
    {RF_KEY_NAME, "\xc3\xa4", "want 1 to 64"},
    {RF_KEY_NAME, "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "want 1 to 64"},
    {RF_KEY_JOB_CONFIG, "x", "absolute"},
    {RF_KEY_JOB_CONFIG, "", "absolute"},
    {RF_KEY_ENV_FILE, "x", "not a key"},
    {RF_KEY_NONE, "x", "not a key"},
};

static const struct accepted accepted[] = {
    {RF_KEY_ROOTFS, "./r", "./r"},
    {RF_KEY_ROOTFS, "r", "r"},
    {RF_KEY_HOME, "temporary", "temporary:size=64m"},
    {RF_KEY_HOME, "temporary:size=1g", "temporary:size=1g"},
    {RF_KEY_HOME, "none", "none"},
    {RF_KEY_HOME, "/home//app/", "/home/app:size=64m"},
    {RF_KEY_ENV, "A=1", "A=1"},
    {RF_KEY_ENV, "A=", "A="},
    {RF_KEY_ENV, "A=b=c", "A=b=c"},
    {RF_KEY_ENV, "a.b-c=x y", "a.b-c=x y"},
    {RF_KEY_ENV, "A=1\n2", "A=1\n2"},
    {RF_KEY_WORKDIR, "/", "/"},
    {RF_KEY_WORKDIR, "/a/./b//", "/a/b"},
    {RF_KEY_ENTRYPOINT, "/bin/x", "/bin/x"},
    {RF_KEY_COMMAND, "a b", "a b"},
    {RF_KEY_HOSTNAME, "a", "a"},
    {RF_KEY_HOSTNAME, "w-1.example", "w-1.example"},
    {RF_KEY_HOSTNAME, "0", "0"},
    {RF_KEY_NAME, "a", "a"},
    {RF_KEY_NAME, "0a_.-", "0a_.-"},
    {RF_KEY_JOB_CONFIG, "/data/j", "/data/j"},
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
