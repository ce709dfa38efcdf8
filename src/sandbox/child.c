/* The interpreter: takes the plan's steps one after the other, and reports the first that fails. */
#include "sandbox/child.h"

#include "sandbox/sys.h"

#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>

static rf_step_fn *const steps[RF_STEP_MAX] = {
    [RF_STEP_LOOPBACK] = rf_step_loopback,
    [RF_STEP_DIE_TOGETHER] = rf_step_die_together,
    [RF_STEP_PRIVATE] = rf_step_private,
    [RF_STEP_ROOT] = rf_step_root,
    [RF_STEP_OVERLAY] = rf_step_overlay,
    [RF_STEP_SCRATCH] = rf_step_scratch,
    [RF_STEP_TMPFS] = rf_step_tmpfs,
    [RF_STEP_MKDIR] = rf_step_mkdir,
    [RF_STEP_NODE] = rf_step_node,
    [RF_STEP_SYMLINK] = rf_step_symlink,
    [RF_STEP_BIND] = rf_step_bind,
    [RF_STEP_FILE] = rf_step_file,
    [RF_STEP_INJECT] = rf_step_inject,
    [RF_STEP_PROC] = rf_step_proc,
    [RF_STEP_SYSCTL] = rf_step_sysctl,
    [RF_STEP_MASK_FILE] = rf_step_mask_file,
    [RF_STEP_MASK_DIR] = rf_step_mask_dir,
    [RF_STEP_SEAL] = rf_step_seal,
    [RF_STEP_DEVPTS] = rf_step_devpts,
    [RF_STEP_TRUE_ROOT] = rf_step_true_root,
    [RF_STEP_PIVOT] = rf_step_pivot,
    [RF_STEP_HOSTNAME] = rf_step_hostname,
    [RF_STEP_JOIN] = rf_step_join,
    [RF_STEP_TTY] = rf_step_tty,
    [RF_STEP_KEYRING] = rf_step_keyring,
    [RF_STEP_GROUPS] = rf_step_groups,
    [RF_STEP_USER] = rf_step_user,
    [RF_STEP_USERNS_LATE] = rf_step_userns_late,
    [RF_STEP_RLIMIT] = rf_step_rlimit,
    [RF_STEP_CAPS] = rf_step_caps,
    [RF_STEP_NO_NEW_PRIVS] = rf_step_no_new_privs,
    [RF_STEP_PROVE] = rf_step_prove,
    [RF_STEP_HIDE] = rf_step_hide,
    [RF_STEP_START] = rf_step_start,
    [RF_STEP_SESSION] = rf_step_session,
    [RF_STEP_CHDIR] = rf_step_chdir,
    [RF_STEP_READABLE] = rf_step_readable,
    [RF_STEP_LANDLOCK] = rf_step_landlock,
    [RF_STEP_LANDLOCK_ALLOW] = rf_step_landlock_allow,
    [RF_STEP_LANDLOCK_ENFORCE] = rf_step_landlock_enforce,
    [RF_STEP_SECCOMP] = rf_step_seccomp,
    [RF_STEP_EXEC] = rf_step_exec,
};

int rf_child_steps(struct rf_child *child, uint32_t first, enum rf_actor actor)
{
    for (child->step = first; child->step < child->plan->count; child->step++) {
        const struct rf_step *step = &child->plan->steps[child->step];
        int code;

        if (step->actor != actor)
            continue;
        code = steps[step->kind] ? steps[step->kind](child, step) : -ENOSYS;
        if (code == -ENOENT && (step->flags & RF_STEP_IF_PRESENT) && step->kind != RF_STEP_EXEC)
            continue;
        if (code < 0)
            return code;
    }
    return 0;
}

static int take_standard(const struct rf_child *child)
{
    for (int fd = 0; fd < 3; fd++) {
        int code = child->standard[fd] < 0 ? 0 : rf_sys_result(dup2(child->standard[fd], fd));

        if (code < 0)
            return code;
        if (child->standard[fd] >= 0)
            (void)close(
                child->standard[fd]); /* a pipe's reader must see the end when the workload closes it */
    }
    return 0;
}

void rf_child_run(struct rf_child *child)
{
    int code = take_standard(child);

    child->proc_self =
        rf_sys_result(syscall(SYS_openat, AT_FDCWD, "/proc/self", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    if (code == 0)
        code = rf_child_steps(child, 0, RF_INIT);
    if (code == 0) /* no pid 1 of our own was asked for: this process becomes the workload */
        code = rf_child_steps(child, 0, RF_WORKLOAD);
    rf_child_fail(child, code < 0 ? code : -EINVAL); /* a plan that executes nothing is no plan */
}

void rf_child_fail(struct rf_child *child, int code)
{
    struct rf_message message = {.type = RF_MESSAGE_FAIL, .step = child->step, .code = -code};

    (void)rf_child_send(child->control, &message, NULL, NULL,
                        0); /* if nobody listens, dying is all that is left */
    _exit(code == -ENOENT ? 127 : 126);
}

int rf_child_send(int control, const struct rf_message *head, const char *text, const int *fds, int fd_count)
{
    struct rf_message copy = *head;
    struct iovec parts[2] = {{&copy, sizeof(copy)}, {(void *)(uintptr_t)text, head->len}};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int) * RF_HANDED_MAX)];
    } ancillary;
    struct msghdr message = {.msg_iov = parts, .msg_iovlen = text ? 2 : 1};

    if (fd_count) {
        struct cmsghdr *header = &ancillary.align;

        memset(&ancillary, 0, sizeof(ancillary));
        header->cmsg_level = SOL_SOCKET;
        header->cmsg_type = SCM_RIGHTS;
        header->cmsg_len = (socklen_t)CMSG_LEN(sizeof(int) * (size_t)fd_count);
        memcpy(CMSG_DATA(header), fds, sizeof(int) * (size_t)fd_count);
        message.msg_control = &ancillary;
        message.msg_controllen = (socklen_t)CMSG_SPACE(sizeof(int) * (size_t)fd_count);
    }
    return rf_sys_result(syscall(SYS_sendmsg, control, &message, MSG_NOSIGNAL));
}

int rf_child_is_orphan(const struct rf_child *child)
{
    struct pollfd poll_fd = {.fd = child->control};
    struct timespec now = {0};

    return syscall(SYS_ppoll, &poll_fd, 1, &now, NULL, 8) > 0 && (poll_fd.revents & POLLHUP);
}

int rf_child_open(const struct rf_child *child, const char *path, uint64_t flags)
{
    return rf_sys_openat2(child->root, path, flags, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
}

int rf_child_parent(struct rf_child *child, const char *path, const char **ret_name)
{
    size_t cut = 0;

    for (size_t i = 0; path[i]; i++)
        cut = path[i] == '/' ? i : cut;
    *ret_name = path + cut + 1;
    if (child->parent >= 0 && strncmp(child->parent_path, path, cut) == 0 && child->parent_path[cut] == '\0')
        return child->parent;
    if (cut >= sizeof(child->parent_path))
        return -ENAMETOOLONG;
    memcpy(child->parent_path, path, cut);
    child->parent_path[cut] = '\0';
    if (child->parent >= 0)
        (void)close(child->parent); /* opened for its place only */
    child->parent = rf_child_open(child, cut ? child->parent_path : "/", O_PATH | O_DIRECTORY);
    return child->parent;
}

char *rf_child_number(char buffer[24], uint64_t value, unsigned base)
{
    char *at = buffer + 23;

    *at = '\0';
    do
        *--at = (char)('0' + value % base);
    while (value /= base);
    return at;
}

int rf_child_write(int dir, const char *path, const char *text)
{
    int fd = rf_sys_result(syscall(SYS_openat, dir, path, O_WRONLY | O_CLOEXEC, 0));
    size_t len = strlen(text);
    int code;

    if (fd < 0)
        return fd;
    code = rf_sys_result(write(fd, text, len));
    (void)close(fd); /* the kernel's verdict came with write */
    return code < 0 ? code : (size_t)code == len ? 0 : -EIO;
}
