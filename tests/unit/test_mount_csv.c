/* docker's --mount. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

static const struct refused refused[] = {
    {RF_KEY_MOUNT, "", "want"},
    {RF_KEY_MOUNT, "type=bind", "source is empty"},
    {RF_KEY_MOUNT, "type=", "want"},
    {RF_KEY_MOUNT, "source=/a,target=/b", "type=bind or"},
    {RF_KEY_MOUNT, "type=volume,source=x,target=/b", "./data"},
    {RF_KEY_MOUNT, "type=image,source=x,target=/b", "unpacked"},
    {RF_KEY_MOUNT, "type=npipe", "Windows"},
    {RF_KEY_MOUNT, "type=ramfs", "type=tmpfs"},
    {RF_KEY_MOUNT, "type=bnid", "did you mean"},
    {RF_KEY_MOUNT, "type=bind,source=/a", "absolute"},
    {RF_KEY_MOUNT, "type=bind,target=/b", "source is empty"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=b", "absolute"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/", "root itself"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b:c", "colon"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,", "want"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,rw", "want"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,readonly=x", "true or false"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,readonly=", "true or false"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,bind-propagation=rshared", "rprivate"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,bind-recursive=readonly", "enabled"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,tmpfs-size=1m", "type=tmpfs"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,consistency=cached", "Linux"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,volume-opt=x", "named"},
    {RF_KEY_MOUNT, "type=bind,source=/a,target=/b,relabel=shared", "SELinux"},
    {RF_KEY_MOUNT, "type=tmpfs,target=/b,source=/a", "type=bind"},
    {RF_KEY_MOUNT, "type=tmpfs,target=/b,idmap", "type=bind"},
    {RF_KEY_MOUNT, "type=tmpfs,target=/b,tmpfs-size=0", "size"},
    {RF_KEY_MOUNT, "type=tmpfs,target=/b,tmpfs-mode=8", "mode"},
    {RF_KEY_MOUNT, "type=tmpfs,target=/b,tmpfs-size", "VALUE"},
    {RF_KEY_MOUNT, "type=tmpfs,target=/proc", "own"},
    {RF_KEY_MOUNT, "\"type=bind", "not closed"},
    {RF_KEY_MOUNT, "\"type=bind\"x", "comma"},
    {RF_KEY_MOUNT, "\"", "not closed"},
    {RF_KEY_MOUNT, "type=bind,source=~/a,target=/b", "whole path"},
    {RF_KEY_MOUNT, "type=bind,,source=/a", "want"},
};

static const struct accepted accepted[] = {
    {RF_KEY_MOUNT, "type=bind,source=/a:b,target=/c", "type=bind,source=/a:b,target=/c"},
    {RF_KEY_MOUNT, "\"source=/a:,b\",type=bind,dst=/c,ro", "type=bind,\"source=/a:,b\",target=/c,readonly"},
    {RF_KEY_MOUNT, "type=bind,\"src=/:\"\"q\",destination=/c,idmap,bind-recursive=disabled,exec=false",
     "type=bind,\"source=/:\"\"q\",target=/c,idmap,exec=false,bind-recursive=disabled"},
    {RF_KEY_MOUNT, "type=bind,src=/:,dst=/c,readonly=false,bind-propagation=rprivate,bind-nonrecursive",
     "type=bind,source=/:,target=/c,bind-recursive=disabled"},
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
