/* Capabilities by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

static const struct refused refused[] = {
    {RF_KEY_CAP_ADD, "ALL", "root by another name"},
    {RF_KEY_CAP_ADD, "all", "root by another name"},
    {RF_KEY_CAP_ADD, "cap_all", "root by another name"},
    {RF_KEY_CAP_ADD, "", "no such"},
    {RF_KEY_CAP_ADD, "CAP_", "no such"},
    {RF_KEY_CAP_ADD, "NET_RAV", "did you mean CAP_NET_RAW"},
    {RF_KEY_CAP_ADD, "CAP_CAP_CHOWN", "no such"},
    {RF_KEY_CAP_ADD, "0", "no such"},
    {RF_KEY_CAP_ADD, "CHOWN,KILL", "no such"},
    {RF_KEY_CAP_ADD, "CHOWN ", "no such"},
    {RF_KEY_CAP_ADD,
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
     "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
     "no such"},
};

static const struct accepted accepted[] = {
    {RF_KEY_CAP_ADD, "NET_RAW", "CAP_NET_RAW"},
    {RF_KEY_CAP_ADD, "cap_net_raw", "CAP_NET_RAW"},
    {RF_KEY_CAP_ADD, "Cap_Chown", "CAP_CHOWN"},
    {RF_KEY_CAP_ADD, "checkpoint_restore", "CAP_CHECKPOINT_RESTORE"},
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
