#ifndef RF_SANDBOX_SYS_H
#define RF_SANDBOX_SYS_H

/* System calls that neither glibc 2.36 nor musl 1.2.3 wrap, and the numbers that Debian 12's headers lack.
   They return 0 or more, or a negative errno: code between clone and exec has no use for a thread-local
   errno. */

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ULL /* Linux 5.5 */
#endif
#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL /* Linux 5.7 */
#endif
#ifndef CLONE_NEWCGROUP
#define CLONE_NEWCGROUP 0x02000000
#endif
#ifndef AT_RECURSIVE
#define AT_RECURSIVE 0x8000
#endif
#ifndef AT_EMPTY_PATH
#define AT_EMPTY_PATH 0x1000
#endif

enum {
    RF_OPEN_TREE_CLONE = 1,
    RF_FSCONFIG_SET_FLAG = 0,
    RF_FSCONFIG_SET_STRING = 1,
    RF_FSCONFIG_CREATE = 6,
    RF_FSOPEN_CLOEXEC = 1,
    RF_FSMOUNT_CLOEXEC = 1,
    RF_MOVE_MOUNT_F_EMPTY_PATH = 0x4,
    RF_MOVE_MOUNT_T_EMPTY_PATH = 0x40,
    RF_MOUNT_ATTR_IDMAP = 0x100000
};

struct rf_mount_attr { /* struct mount_attr, Linux 5.12 */
    uint64_t attr_set;
    uint64_t attr_clr;
    uint64_t propagation;
    uint64_t userns_fd;
};

struct rf_clone_args { /* struct clone_args up to `cgroup`, Linux 5.7 */
    uint64_t flags, pidfd, child_tid, parent_tid, exit_signal, stack, stack_size, tls, set_tid, set_tid_size,
        cgroup;
};

static inline int rf_sys_result(long result)
{
    return result < 0 ? -errno : (int)result;
}

static inline int rf_sys_openat2(int dir, const char *path, uint64_t flags, uint64_t resolve)
{
    struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = resolve};

    return rf_sys_result(syscall(SYS_openat2, dir, path, &how, sizeof(how)));
}

static inline int rf_sys_clone3(const struct rf_clone_args *args)
{
    return rf_sys_result(syscall(SYS_clone3, args, sizeof(*args)));
}

static inline int rf_sys_open_tree(int dir, const char *path, unsigned flags)
{
    return rf_sys_result(syscall(SYS_open_tree, dir, path, flags | O_CLOEXEC));
}

static inline int rf_sys_mount_setattr(int dir, const char *path, unsigned flags,
                                       const struct rf_mount_attr *attr)
{
    return rf_sys_result(syscall(SYS_mount_setattr, dir, path, flags, attr, sizeof(*attr)));
}

static inline int rf_sys_move_mount(int from, int to, const char *to_path, unsigned flags)
{
    return rf_sys_result(syscall(SYS_move_mount, from, "", to, to_path, flags | RF_MOVE_MOUNT_F_EMPTY_PATH));
}

static inline int rf_sys_fsopen(const char *type)
{
    return rf_sys_result(syscall(SYS_fsopen, type, RF_FSOPEN_CLOEXEC));
}

static inline int rf_sys_fsconfig(int fs, unsigned command, const char *key, const char *value)
{
    return rf_sys_result(syscall(SYS_fsconfig, fs, command, key, value, 0));
}

static inline int rf_sys_fsmount(int fs, unsigned attr)
{
    return rf_sys_result(syscall(SYS_fsmount, fs, RF_FSMOUNT_CLOEXEC, attr));
}

static inline int rf_sys_close_range(unsigned first)
{
    return rf_sys_result(syscall(SYS_close_range, first, ~0U, 0));
}

static inline int rf_sys_pidfd_send_signal(int pidfd, int signal_number)
{
    return rf_sys_result(syscall(SYS_pidfd_send_signal, pidfd, signal_number, NULL, 0));
}

#endif
