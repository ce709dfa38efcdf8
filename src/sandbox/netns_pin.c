/* The pinned network name space: a file in the run directory with a name space mounted on it. */
#include "sandbox/netns_pin.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

static const char run_dir[] = "/run/ringfence";

int rf_netns_pin_create(struct rf_err *err)
{
    RF_AUTO(close) int fd = -1;

    if (mkdir(run_dir, 0700) < 0 && errno != EEXIST)
        return rf_fail(err, -errno, "netns create: making %s: %s", run_dir, strerror(errno));
    fd = open(RF_NETNS_PIN, O_CREAT | O_EXCL | O_NOFOLLOW | O_RDONLY | O_CLOEXEC, 0444);
    if (fd < 0 && errno == EEXIST)
        return rf_fail(err, -EEXIST,
                       "netns create: %s is there already: ringfence netns delete takes it away",
                       RF_NETNS_PIN);
    if (fd < 0)
        return rf_fail(err, -errno, "netns create: making %s: %s", RF_NETNS_PIN, strerror(errno));
    if (unshare(CLONE_NEWNET) == 0 && mount("/proc/self/ns/net", RF_NETNS_PIN, NULL, MS_BIND, NULL) == 0)
        return 0;
    (void)rf_fail(err, -errno, "netns create: keeping a network name space at %s: %s%s", RF_NETNS_PIN,
                  strerror(errno), errno == EPERM ? ": this needs root" : "");
    (void)unlink(RF_NETNS_PIN); /* just made, and of no use */
    return err->code;
}

int rf_netns_pin_delete(struct rf_err *err)
{
    if (umount2(RF_NETNS_PIN, MNT_DETACH) < 0 && errno != EINVAL)
        return rf_fail(err, -errno, "netns delete: unmounting %s: %s", RF_NETNS_PIN, strerror(errno));
    if (unlink(RF_NETNS_PIN) < 0)
        return rf_fail(err, -errno, "netns delete: removing %s: %s", RF_NETNS_PIN, strerror(errno));
    return 0;
}
