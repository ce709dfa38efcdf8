/* Closed sets of words, and the words of other tools. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

static const struct refused refused[] = {
    {RF_KEY_USERNS, "", "want standard or auto"},
    {RF_KEY_USERNS, "host", "want standard"},
    {RF_KEY_USERNS, "keep-id", "idmap"},
    {RF_KEY_USERNS, "private", "auto"},
    {RF_KEY_USERNS, "Auto", "want"},
    {RF_KEY_USERNS, "atuo", "did you mean \"auto\""},
    {RF_KEY_NETWORK, "", "want none, loopback or host"},
    {RF_KEY_NETWORK, "bridge", "no bridge"},
    {RF_KEY_NETWORK, "default", "no bridge"},
    {RF_KEY_NETWORK, "container:x", "not joined"},
    {RF_KEY_NETWORK, "ns:/x", "not joined"},
    {RF_KEY_NETWORK, "slirp4netns", "user space"},
    {RF_KEY_NETWORK, "pasta", "user space"},
    {RF_KEY_NETWORK, "lo", "loopback"},
    {RF_KEY_NETWORK, "hots", "did you mean \"host\""},
    {RF_KEY_NETWORK, "mynet", "want none"},
    {RF_KEY_SECCOMP, "", "want"},
    {RF_KEY_SECCOMP, "builtin", "default"},
    {RF_KEY_SECCOMP, "none", "unconfined"},
    {RF_KEY_SECCOMP, "strct", "did you mean \"strict\""},
    {RF_KEY_SECCOMP, "profile", "want"},
    {RF_KEY_SECCOMP, ".json", "want"},
    {RF_KEY_LOG_DRIVER, "json-file", "pipe"},
    {RF_KEY_LOG_DRIVER, "syslog", "pipe"},
    {RF_KEY_LOG_DRIVER, "journald", "pipe"},
    {RF_KEY_LOG_DRIVER, "null", "want"},
    {RF_KEY_ALLOW_MISSING, "", "want"},
    {RF_KEY_ALLOW_MISSING, "all", "each layer"},
    {RF_KEY_ALLOW_MISSING, "userns", "no ring"},
    {RF_KEY_ALLOW_MISSING, "seccomp", "unconfined"},
    {RF_KEY_ALLOW_MISSING, "idmap", "idmap"},
    {RF_KEY_ALLOW_MISSING, "network", "--network host"},
    {RF_KEY_ALLOW_MISSING, "cgroups", "did you mean \"cgroup\""},
    {RF_KEY_ALLOW_MISSING, "apparmor", "want"},
    {RF_KEY_ALLOW_MISSING, "landlock,cgroup", "want"},
    {RF_KEY_SECURITY_OPT, "", "want"},
    {RF_KEY_SECURITY_OPT, "apparmor=unconfined", "aa-exec"},
    {RF_KEY_SECURITY_OPT, "label=disable", "runcon"},
    {RF_KEY_SECURITY_OPT, "label:disable", "runcon"},
    {RF_KEY_SECURITY_OPT, "systempaths=unconfined", "masked"},
    {RF_KEY_SECURITY_OPT, "unmask=ALL", "masked"},
    {RF_KEY_SECURITY_OPT, "seccomp", "want"},
    {RF_KEY_SECURITY_OPT, "seccomp=", "want"},
    {RF_KEY_SECURITY_OPT, "seccomp=none", "unconfined"},
    {RF_KEY_SECURITY_OPT, "landlock", "want"},
    {RF_KEY_SECURITY_OPT, "landlock=maybe", "want"},
    {RF_KEY_SECURITY_OPT, "no-new-privileges=", "want"},
    {RF_KEY_SECURITY_OPT, "no-new-privileges=1", "want"},
    {RF_KEY_SECURITY_OPT, "no-new-privilege", "did you mean"},
    {RF_KEY_LANDLOCK, "", "true or false"},
    {RF_KEY_LANDLOCK, "on", "true or false"},
    {RF_KEY_LANDLOCK, "yes", "true or false"},
    {RF_KEY_LANDLOCK, "1", "true or false"},
    {RF_KEY_LANDLOCK, "True", "true or false"},
    {RF_KEY_LANDLOCK, "TRUE", "true or false"},
    {RF_KEY_LANDLOCK, " true", "true or false"},
    {RF_KEY_HOST, "yes", "true or false"},
    {RF_KEY_SCRATCH, "1", "true or false"},
};

static const struct accepted accepted[] = {
    {RF_KEY_USERNS, "standard", "standard"},
    {RF_KEY_USERNS, "auto", "auto"},
    {RF_KEY_NETWORK, "none", "none"},
    {RF_KEY_NETWORK, "loopback", "loopback"},
    {RF_KEY_NETWORK, "host", "host"},
    {RF_KEY_SECCOMP, "strict", "strict"},
    {RF_KEY_SECCOMP, "unconfined", "unconfined"},
    {RF_KEY_SECCOMP, "p.json", "p.json"},
    {RF_KEY_SECCOMP, "./p", "./p"},
    {RF_KEY_SECCOMP, "default", "default"},
    {RF_KEY_LOG_DRIVER, "none", "none"},
    {RF_KEY_LOG_DRIVER, "passthrough", "passthrough"},
    {RF_KEY_ALLOW_MISSING, "cgroup", "cgroup"},
    {RF_KEY_ALLOW_MISSING, "cgroup", "cgroup"},
    {RF_KEY_LANDLOCK, "false", "false"},
    {RF_KEY_HOST, "true", "true"},
    {RF_KEY_SCRATCH, "true", "true"},
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
