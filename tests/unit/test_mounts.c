/* docker's --tmpfs and --volume, and what of them a ring cannot give. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

static const struct refused refused[] = {
    {RF_KEY_TMPFS, "", "absolute"},
    {RF_KEY_TMPFS, "data", "absolute"},
    {RF_KEY_TMPFS, "./data", "absolute"},
    {RF_KEY_TMPFS, "/", "root itself"},
    {RF_KEY_TMPFS, "//", "root itself"},
    {RF_KEY_TMPFS, "/.", "root itself"},
    {RF_KEY_TMPFS, "/a/..", ".."},
    {RF_KEY_TMPFS, "/a/../b", ".."},
    {RF_KEY_TMPFS, "/..", ".."},
    {RF_KEY_TMPFS, "/proc", "own"},
    {RF_KEY_TMPFS, "/proc/sys", "own"},
    {RF_KEY_TMPFS, "/./proc//", "own"},
    {RF_KEY_TMPFS, "/dev", "own"},
    {RF_KEY_TMPFS, "/a\nb", "control"},
    {RF_KEY_TMPFS, "/a:size=0", "size"},
    {RF_KEY_TMPFS, "/a:size=", "size"},
    {RF_KEY_TMPFS, "/a:size=50%", "size"},
    {RF_KEY_TMPFS, "/a:size=-1", "size"},
    {RF_KEY_TMPFS, "/a:size=99999999t", "size"},
    {RF_KEY_TMPFS, "/a:nr_inodes=0", "nr_inodes"},
    {RF_KEY_TMPFS, "/a:nr_inodes=x", "nr_inodes"},
    {RF_KEY_TMPFS, "/a:mode=999", "mode"},
    {RF_KEY_TMPFS, "/a:mode=", "mode"},
    {RF_KEY_TMPFS, "/a:mode=17777", "mode"},
    {RF_KEY_TMPFS, "/a:uid=0", "0 is root"},
    {RF_KEY_TMPFS, "/a:uid=00", "0 is root"},
    {RF_KEY_TMPFS, "/a:gid=0,uid=5", "0 is root"},
    {RF_KEY_TMPFS, "/a:uid=65536", "1..65535"},
    {RF_KEY_TMPFS, "/a:uid=4294967296", "1..65535"},
    {RF_KEY_TMPFS, "/a:gid=5", "uid="},
    {RF_KEY_TMPFS, "/a:suid", "nosuid"},
    {RF_KEY_TMPFS, "/a:dev", "nosuid"},
    {RF_KEY_TMPFS, "/a:", "want"},
    {RF_KEY_TMPFS, "/a:exec,", "want"},
    {RF_KEY_TMPFS, "/a:exce", "did you mean \"exec\""},
    {RF_KEY_TMPFS, "/a:sise=4", "takes size="},
    {RF_KEY_TMPFS, "/a:b:c", "want"},
    {RF_KEY_VOLUME, "", "SRC:DST"},
    {RF_KEY_VOLUME, "/a", "SRC:DST"},
    {RF_KEY_VOLUME, "/a:", "absolute"},
    {RF_KEY_VOLUME, ":/a", "empty"},
    {RF_KEY_VOLUME, "data:/x", "./data"},
    {RF_KEY_VOLUME, "data.v1:/x", "./data.v1"},
    {RF_KEY_VOLUME, "~/x:/y", "whole path"},
    {RF_KEY_VOLUME, "/a:b", "absolute"},
    {RF_KEY_VOLUME, "/a:/", "root itself"},
    {RF_KEY_VOLUME, "/a:/b/../c", ".."},
    {RF_KEY_VOLUME, "/a:/proc/1", "own"},
    {RF_KEY_VOLUME, "/a:/dev", "own"},
    {RF_KEY_VOLUME, "/a:/b:z", "SELinux"},
    {RF_KEY_VOLUME, "/a:/b:ro,Z", "SELinux"},
    {RF_KEY_VOLUME, "/a:/b:shared", "private"},
    {RF_KEY_VOLUME, "/a:/b:rslave", "private"},
    {RF_KEY_VOLUME, "/a:/b:U", "idmap"},
    {RF_KEY_VOLUME, "/a:/b:O", "overlay"},
    {RF_KEY_VOLUME, "/a:/b:nocopy", "named"},
    {RF_KEY_VOLUME, "/a:/b:suid", "nosuid"},
    {RF_KEY_VOLUME, "/a:/b:", "want"},
    {RF_KEY_VOLUME, "/a:/b:idmpa", "did you mean \"idmap\""},
    {RF_KEY_VOLUME, "/a:/b:ro:rw", "too many colons"},
    {RF_KEY_VOLUME, "/a\nb:/c", "control"},
    {RF_KEY_VOLUME, "C:\\a:/b", "named"},
};

static const struct accepted accepted[] = {
    {RF_KEY_TMPFS, "/data", "/data:size=64m,nr_inodes=16384"},
    {RF_KEY_TMPFS, "/data:size=1g,mode=1777,exec", "/data:size=1g,mode=1777,nr_inodes=16384,exec"},
    {RF_KEY_TMPFS, "//data/./x/", "/data/x:size=64m,nr_inodes=16384"},
    {RF_KEY_TMPFS, "/data:uid=5", "/data:size=64m,uid=5,gid=5,nr_inodes=16384"},
    {RF_KEY_TMPFS, "/data:gid=7,uid=5", "/data:size=64m,uid=5,gid=7,nr_inodes=16384"},
    {RF_KEY_TMPFS, "/d:nr_inodes=2k,ro,nosuid,nodev,noexec", "/d:size=64m,nr_inodes=2048,ro"},
    {RF_KEY_TMPFS, "/tmp:size=4097", "/tmp:size=4097,nr_inodes=16384"},
    {RF_KEY_TMPFS, "/d:ro,rw,exec,noexec", "/d:size=64m,nr_inodes=16384"},
    {RF_KEY_VOLUME, "/a:/b", "/a:/b:rw"},
    {RF_KEY_VOLUME, "./a:/b:ro", "./a:/b:ro"},
    {RF_KEY_VOLUME, "../a:/b:ro,idmap", "../a:/b:ro,idmap"},
    {RF_KEY_VOLUME, "x/y:/b:noexec,bind", "x/y:/b:rw,noexec,bind"},
    {RF_KEY_VOLUME, ".:/b", ".:/b:rw"},
    {RF_KEY_VOLUME, "/a b:/c d/", "/a b:/c d:rw"},
    {RF_KEY_VOLUME, "/a:/b:rprivate,rbind,nosuid,nodev,exec", "/a:/b:rw"},
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
