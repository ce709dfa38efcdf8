/* Attacks by mounting: the old calls, the new ones, and user name spaces that would permit them. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FLAG_BIND_REMOUNT                                                                                    \
    (32UL | 4096UL) /* MS_REMOUNT | MS_BIND: <linux/mount.h> and <sys/mount.h> both name them */

static void fs_remount(void)
{
    static const char *const places[] = {"/", "/ro", "/proc", "/tmp", "/dev", "/sys", "/etc/passwd", NULL};

    for (const char *const *place = places; *place; place++) {
        if (mount(NULL, *place, NULL, FLAG_BIND_REMOUNT, NULL) == 0)
            violation("remounted %s without its restrictions", *place);
        refused("mount");
    }
}

static void fs_newmount(void)
{
    if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL) == 0)
        violation("mounted a tmpfs");
    refused("mount");
    if (mount("proc", "/proc", "proc", 0, NULL) == 0)
        violation("mounted a fresh /proc");
    if (mount("/", "/tmp", NULL, 4096, NULL) == 0)
        violation("bound / to /tmp");
    if (mount(NULL, "/", NULL, 1 << 20 | 16384, NULL) == 0)
        violation("made / a shared mount");
}

static void fs_umount(void)
{
    static const char *const places[] = {"/proc/kcore", "/proc/sys", "/dev/shm", "/tmp",
                                         "/etc/passwd", "/proc",     NULL};

    for (const char *const *place = places; *place; place++) {
        if (umount2(*place, MNT_DETACH) == 0)
            violation("unmounted %s", *place);
        refused("umount");
        if (errno == EINVAL)
            violation("umount of %s passed the permission check", *place);
    }
}

static void fs_chroot(void)
{
    char path[PATH_LEN];

    path_in(path, "/tmp/jail-%d", (int)getpid());
    mkdir(path, 0755);
    for (int i = 0; i < 2; i++) {
        bool inside = chroot(path) == 0, outside;

        refused("chroot");
        for (int up = 0; inside && up < 64; up++)
            (void)!chdir("..");
        outside = inside && chroot(".") == 0 && has_canary(AT_FDCWD, target.secret);
        rmdir(path);
        if (inside)
            violation("chroot twice%s", outside ? ": the host" : "");
        if (i == 0 && !enter_user_namespace(0))
            return;
        mkdir(path, 0755);
    }
}

static void fs_fsopen(void)
{
    int fs = (int)syscall(SYS_fsopen, "tmpfs", 1);

    if (fs < 0 && enter_user_namespace(CLONE_NEWNS))
        fs = (int)syscall(SYS_fsopen, "tmpfs", 1);
    if (fs < 0) {
        refused("fsopen");
        return;
    }
    if (syscall(SYS_fsconfig, fs, 6, NULL, NULL, 0) == 0 && syscall(SYS_fsmount, fs, 1, 0) >= 0)
        violation("made a file system by fsopen");
    violation("fsopen is allowed");
}

static void fs_opentree(void)
{
    char path[64];
    int fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/", 1 | O_CLOEXEC);

    if (fd < 0 && enter_user_namespace(CLONE_NEWNS))
        fd = (int)syscall(SYS_open_tree, AT_FDCWD, "/", 1 | 0x8000);
    if (fd < 0) {
        refused("open_tree");
        return;
    }
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    violation("copied the mount of /%s",
              syscall(SYS_move_mount, fd, "", AT_FDCWD, "/tmp", 4) == 0 ? ", moved it" : "");
}

static void fs_setattr(void)
{
    static const char *const places[] = {"/", "/ro", "/tmp", "/proc", NULL};
    struct {
        uint64_t set, clear, propagation, userns;
    } attr = {0, 1 | 8, 0, 0};

    for (int i = 0; i < 2; i++) {
        for (const char *const *place = places; *place; place++) {
            if (syscall(SYS_mount_setattr, AT_FDCWD, *place, 0, &attr, sizeof(attr)) == 0)
                violation("took away the restrictions of %s", *place);
            refused("mount_setattr");
        }
        if (!enter_user_namespace(CLONE_NEWNS))
            return;
        attr.clear = 0;
        attr.propagation = 1UL << 18;
    }
}

static void fs_fspick(void)
{
    int fd = (int)syscall(SYS_fspick, AT_FDCWD, "/tmp", 1);

    if (fd >= 0)
        violation("fspick: can reconfigure the file system of /tmp");
    refused("fspick");
    if (errno == EINVAL)
        violation("fspick passed the permission check");
}

static void fs_movemount(void)
{
    int fd = open("/tmp", O_PATH | O_CLOEXEC);

    if (syscall(SYS_move_mount, fd, "", AT_FDCWD, "/data", 4) == 0)
        violation("moved the mount of /tmp");
    refused("move_mount");
    if (errno == EINVAL)
        violation("move_mount passed the permission check");
}

/* CVE-2021-3493, CVE-2023-0386, CVE-2023-32629 begin so. */
static void fs_overlayuserns(void)
{
    char options[1024], path[PATH_LEN];

    if (!enter_user_namespace(CLONE_NEWNS)) {
        refused("unshare");
        return;
    }
    if (mount("tmpfs", "/tmp", "tmpfs", 0, NULL)) {
        refused("mount tmpfs");
        return;
    }
    for (int i = 0; i < 4; i++) {
        static const char *const names[] = {"l", "u", "w", "m"};

        path_in(path, "/tmp/%s", names[i]);
        mkdir(path, 0755);
    }
    snprintf(options, sizeof(options), "lowerdir=/tmp/l,upperdir=/tmp/u,workdir=/tmp/w");
    if (mount("overlay", "/tmp/m", "overlay", 0, options) == 0)
        violation("mounted an overlay in a new user name space");
    violation("mounted a tmpfs in a new user name space");
}

static void fs_pivot(void)
{
    if (syscall(SYS_pivot_root, ".", ".") == 0 || (errno != EPERM && errno != ENOSYS))
        violation("pivot_root passed the permission check: %s", strerror(errno));
    refused("pivot_root");
    if (!enter_user_namespace(CLONE_NEWNS) || mount("tmpfs", "/tmp", "tmpfs", 0, NULL) || chdir("/tmp"))
        return;
    mkdir("/tmp/old", 0755);
    if (syscall(SYS_pivot_root, ".", "old") == 0)
        violation("changed the root by pivot_root");
    refused("pivot_root");
}

/* CVE-2022-0492 in its newest form: a group hierarchy of one's own choice. */
static void pr_cgmount2(void)
{
    char line[4096], place[1024], path[PATH_LEN];
    FILE *file = fopen("/proc/self/mountinfo", "re");

    while (file && fgets(line, sizeof(line), file))
        if (strstr(line, " - cgroup") && sscanf(line, "%*d %*d %*s %*s %1023s", place) == 1) {
            path_in(path, "%s/by-workload", place);
            if (mkdir(path, 0755) == 0) {
                rmdir(path);
                violation("made a group in %s", place);
            }
            refused(path);
        }
    for (int i = 0; i < 2; i++) {
        if (mount("none", "/tmp", "cgroup2", 0, NULL) == 0)
            violation("mounted cgroup2");
        refused("mount cgroup2");
        if (!enter_user_namespace(CLONE_NEWNS | CLONE_NEWCGROUP))
            return;
    }
}

static void pr_binfmt(void)
{
    if (can_open_to_write("/proc/sys/fs/binfmt_misc/register"))
        violation("can register an interpreter");
    refused("binfmt_misc");
    if (mount("none", "/tmp", "binfmt_misc", 0, NULL) == 0)
        violation("mounted binfmt_misc");
    if (!enter_user_namespace(CLONE_NEWNS))
        return;
    if (mount("none", "/tmp", "binfmt_misc", 0, NULL) == 0)
        violation("mounted binfmt_misc in a new user name space");
    refused("mount binfmt_misc");
}

const struct payload mount_payloads[] = {
    {"fs-remount", "escape", "caps,seccomp", 0, fs_remount, "a writable root"},
    {"fs-newmount", "escape", "caps,seccomp", 0, fs_newmount, "a /proc without masks"},
    {"fs-umount", "escape", "caps,seccomp", 0, fs_umount, "what lies below the masks"},
    {"fs-chroot", "escape", "caps,seccomp", 0, fs_chroot, "the classic way out of chroot"},
    {"fs-fsopen", "escape", "caps,seccomp", 0, fs_fsopen, "CVE-2021-41133, CVE-2022-0185"},
    {"fs-opentree", "escape", "caps,seccomp", 0, fs_opentree, "CVE-2021-41133"},
    {"fs-setattr", "escape", "caps,seccomp", 0, fs_setattr, "CVE-2021-41133"},
    {"fs-fspick", "escape", "caps,seccomp", 0, fs_fspick, "CVE-2021-41133"},
    {"fs-movemount", "escape", "caps,seccomp", 0, fs_movemount, "CVE-2021-41133"},
    {"fs-overlayuserns", "escape", "userns,seccomp", 0, fs_overlayuserns, "CVE-2021-3493, CVE-2023-0386"},
    {"fs-pivot", "escape", "caps,seccomp", 0, fs_pivot, "another root"},
    {"pr-cgmount2", "escape", "userns,seccomp", 0, pr_cgmount2, "CVE-2022-0492"},
    {"pr-binfmt", "escape", "userns,seccomp", 0, pr_binfmt, "code run by other processes"},
    {0}};
