/* Attacks by what a volume holds or may be made to hold: it stays on the host when the ring is gone. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#ifndef SYS_fchmodat2
#define SYS_fchmodat2 452
#endif

/* Nodes that came with the root or lie on a volume; harmless ones (an idle loop device, zero). */
static void fs_nodes(void)
{
    static const char *const names[] = {"nodes/block", "nodes/char"};
    const char *const places[] = {target.root, target.data, target.ro};
    char path[PATH_LEN];

    for (int i = 0; i < 6; i++) {
        int fd;

        path_in(path, "%s/%s", places[i / 2], names[i % 2]);
        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd >= 0 || errno == ENXIO)
            violation("opened the device node %s", path);
        if (errno != ENOENT)
            refused(path);
    }
}

static void fs_volume_ro(void)
{
    char path[PATH_LEN], other[PATH_LEN];
    int fd;

    path_in(path, "%s/by-workload", target.ro);
    if (can_create_in(AT_FDCWD, path))
        violation("created %s", path);
    refused(path);
    path_in(path, "%s/file", target.ro);
    path_in(other, "%s/other", target.ro);
    if (can_open_to_write(path))
        violation("opened %s for writing", path);
    if (chmod(path, 0600) == 0 || utimensat(AT_FDCWD, path, NULL, 0) == 0)
        violation("changed attributes of %s", path);
    if (link(path, other) == 0 || rename(path, other) == 0 || symlink("x", other) == 0 || unlink(path) == 0)
        violation("changed names in %s", target.ro);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        broken("%s cannot even be read: %s", path, strerror(errno));
    path_in(other, "/proc/self/fd/%d", fd);
    if (can_open_to_write(other))
        violation("reopened %s for writing through /proc/self/fd", path);
    if (mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) != MAP_FAILED)
        violation("mapped %s for writing", path);
}

static void judge_suid(const char *path, const char *how)
{
    struct stat st;

    if (stat(path, &st) == 0 && st.st_mode & (S_ISUID | S_ISGID) && S_ISREG(st.st_mode)) {
        unlink(path);
        violation("%s left mode %o on the host's file in %s", how, st.st_mode & 07777U, target.data);
    }
}

/* A set-uid file on a volume outlives the ring, and the host runs it as the workload's user (or as the
 * caller). */
static void fs_chmodsuid(void)
{
    char path[PATH_LEN];
    int fd;

    path_in(path, "%s/suid-%d", target.data, (int)getpid());
    fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0755);
    if (fd < 0)
        broken("cannot write to the volume: %s", strerror(errno));
    (void)!chmod(path, 04755);
    refused("chmod");
    judge_suid(path, "chmod");
    (void)!fchmod(fd, 04755);
    judge_suid(path, "fchmod");
    (void)!fchmodat(AT_FDCWD, path, 02755, 0);
    judge_suid(path, "fchmodat");
    (void)!syscall(SYS_fchmodat2, AT_FDCWD, path, 04755, 0);
    judge_suid(path, "fchmodat2");
    unlink(path);
}

static void fs_opensuid(void)
{
    struct open_how how = {.flags = O_CREAT | O_EXCL | O_WRONLY, .mode = 04755};
    char path[PATH_LEN];

    path_in(path, "%s/suid-%d", target.data, (int)getpid());
    umask(0);
    for (int i = 0; i < 5; i++) {
        static const char *const names[] = {"open", "openat", "creat", "mknod", "openat2"};
        long ret = i == 0   ? syscall(SYS_open, path, O_CREAT | O_EXCL | O_WRONLY, 04755)
                   : i == 1 ? syscall(SYS_openat, AT_FDCWD, path, O_CREAT | O_EXCL | O_WRONLY, 06755)
                   : i == 2 ? syscall(SYS_creat, path, 04755)
                   : i == 3 ? syscall(SYS_mknod, path, S_IFREG | 04755, 0)
                            : syscall(SYS_openat2, AT_FDCWD, path, &how, sizeof(how));

        if (ret < 0)
            refused(names[i]);
        judge_suid(path, names[i]);
        unlink(path);
    }
}

static int new_file(char *path)
{
    path_in(path, "%s/file-%d", target.data, (int)getpid());
    return open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0755);
}

static void fs_setfcap(void)
{
    static const unsigned caps[] = {0x02000001, 0xffffffff, 0, 0xffffffff, 0};
    char path[PATH_LEN];
    int fd = new_file(path);
    bool done = fsetxattr(fd, "security.capability", caps, sizeof(caps), 0) == 0;

    refused("setxattr security.capability");
    if (!done && fsetxattr(fd, "trusted.x", "y", 1, 0) == 0)
        done = true;
    unlink(path);
    if (done)
        violation("gave capabilities to a file on the volume");
}

static void fs_chownroot(void)
{
    char path[PATH_LEN];
    int fd = new_file(path);
    bool done = fchown(fd, 0, 0) == 0 || fchown(fd, 1, (gid_t)-1) == 0 || chown(path, (uid_t)-1, 0) == 0;

    refused("chown");
    unlink(path);
    if (done)
        violation("gave a file on the volume to root");
}

static void fs_immutable(void)
{
    char path[PATH_LEN];
    int fd = new_file(path);
    int flags = 0;
    bool done = false;

    if (ioctl(fd, FS_IOC_GETFLAGS, &flags) == 0) {
        int wanted = flags | FS_IMMUTABLE_FL;

        done = ioctl(fd, FS_IOC_SETFLAGS, &wanted) == 0;
        refused("FS_IOC_SETFLAGS");
        (void)ioctl(fd, FS_IOC_SETFLAGS, &flags);
    }
    unlink(path);
    if (done)
        violation("made a file on the volume that its owner cannot delete");
}

const struct payload volume_payloads[] = {
    {"fs-nodes", "escape", "nodev", 0, fs_nodes, "a device by a node in the image or on a volume"},
    {"fs-volume-ro", "escape", "readonly", 0, fs_volume_ro, "changes a read-only volume"},
    {"fs-chmodsuid", "hardening", "seccomp,suid", 0, fs_chmodsuid, "a set-uid program left on the host"},
    {"fs-opensuid", "hardening", "seccomp,suid", 0, fs_opensuid, "a set-uid program left on the host"},
    {"fs-setfcap", "escape", "caps", 0, fs_setfcap, "a program with capabilities left on the host"},
    {"fs-chownroot", "escape", "caps", 0, fs_chownroot, "a file of root left on the host"},
    {"fs-immutable", "denial", "caps", 0, fs_immutable, "a file that cannot be deleted"},
    {0}};
