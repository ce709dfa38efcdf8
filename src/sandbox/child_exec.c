/* Steps of the workload's own process, from its session to its execve. */
#include "sandbox/child.h"

#include "plan/landlock.h"
#include "sandbox/sys.h"

#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

enum { KERNEL_SIGSET_BYTES = 8, LAST_SIGNAL = 64 };

static const char *text_of(const struct rf_child *child, uint32_t offset)
{
    return rf_plan_text(child->plan, offset);
}

/* A caller may have ignored or blocked signals; a workload starts with none of that, as under docker. */
static int reset_signals(void)
{
    struct {
        uint64_t handler, flags, restorer, mask;
    } standard = {0};
    uint64_t none = 0;

    for (int i = 1; i < 32; i++) {
        if (i != SIGKILL && i != SIGSTOP)
            (void)syscall(SYS_rt_sigaction, i, &standard, NULL,
                          KERNEL_SIGSET_BYTES); /* cannot fail for these */
    }
    return rf_sys_result(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_SIGSET_BYTES));
}

/* The ring's own /dev/null where the caller's input or output is not to pass. */
static int cut_off(const struct rf_watch *watch)
{
    int null = rf_sys_result(syscall(SYS_openat, AT_FDCWD, "/dev/null", O_RDWR | O_CLOEXEC, 0));
    int code = null;

    if (code >= 0 && !watch->has_stdin)
        code = rf_sys_result(dup2(null, 0));
    for (int fd = 1; fd < 3 && code >= 0 && !watch->has_output; fd++)
        code = rf_sys_result(dup2(null, fd));
    if (null > 2)
        (void)close(null); /* its copies are what is needed */
    return code < 0 ? code : 0;
}

/* A session of its own, so that the caller's terminal is not its controlling one. */
int rf_step_session(struct rf_child *child, const struct rf_step *step)
{
    int code = rf_sys_result(syscall(SYS_setsid));

    (void)step;
    if (code >= 0 && child->plan->watch.has_tty)
        code = rf_sys_result(syscall(SYS_ioctl, 0, TIOCSCTTY, 0));
    if (code >= 0)
        code = rf_sys_result(syscall(SYS_umask, 022));
    if (code >= 0 && !(child->plan->watch.has_stdin && child->plan->watch.has_output))
        code = cut_off(&child->plan->watch);
    return code < 0 ? code : reset_signals();
}

/* Inside the ring "/" is the ring's own; magic links are refused all the same (CVE-2024-21626). */
static int open_inside(const char *path, uint64_t flags)
{
    return rf_sys_openat2(AT_FDCWD, path, flags, RESOLVE_NO_MAGICLINKS);
}

int rf_step_chdir(struct rf_child *child, const struct rf_step *step)
{
    int fd = open_inside(text_of(child, step->dst), O_PATH | O_DIRECTORY);
    int code;

    if (fd < 0)
        return fd;
    code = rf_sys_result(syscall(SYS_fchdir, fd));
    (void)close(fd);
    return code;
}

int rf_step_readable(struct rf_child *child, const struct rf_step *step)
{
    int fd = open_inside(text_of(child, step->dst), O_RDONLY | O_NONBLOCK | O_NOCTTY);
    struct stat st;
    int code;

    if (fd < 0)
        return fd;
    code = rf_sys_result(fstat(fd, &st));
    (void)close(fd);
    if (code < 0)
        return code;
    return S_ISREG(st.st_mode) ? 0 : S_ISDIR(st.st_mode) ? -EISDIR : -EINVAL;
}

int rf_step_rlimit(struct rf_child *child, const struct rf_step *step)
{
    uint64_t limit[2] = {step->a, step->b};

    (void)child;
    return rf_sys_result(syscall(SYS_prlimit64, 0, step->flags, limit, NULL));
}

/* --- Landlock --- */

int rf_step_landlock(struct rf_child *child, const struct rf_step *step)
{
    struct {
        uint64_t handled_access_fs, handled_access_net, scoped;
    } attr = {step->a, 0, step->b};
    size_t size =
        step->b ? sizeof(attr) : sizeof(attr.handled_access_fs); /* older kernels know a shorter one */

    child->ruleset = rf_sys_result(syscall(SYS_landlock_create_ruleset, &attr, size, 0));
    return child->ruleset < 0 ? child->ruleset : 0;
}

int rf_step_landlock_allow(struct rf_child *child, const struct rf_step *step)
{
    const uint64_t file_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
                                 LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_TRUNCATE |
                                 LANDLOCK_ACCESS_FS_IOCTL_DEV;
    struct landlock_path_beneath_attr rule = {.allowed_access = step->a};
    int fd = rf_sys_openat2(AT_FDCWD, text_of(child, step->dst), O_PATH, RESOLVE_NO_MAGICLINKS);
    struct stat st;
    int code;

    if (fd < 0)
        return fd;
    code = rf_sys_result(fstat(fd, &st));
    if (code == 0 && !S_ISDIR(st.st_mode))
        rule.allowed_access &= file_rights;
    rule.parent_fd = fd;
    if (code == 0)
        code = rf_sys_result(
            syscall(SYS_landlock_add_rule, child->ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0));
    (void)close(fd);
    return code;
}

int rf_step_landlock_enforce(struct rf_child *child, const struct rf_step *step)
{
    int code = rf_sys_result(syscall(SYS_landlock_restrict_self, child->ruleset, 0));

    (void)step;
    (void)close(child->ruleset);
    return code;
}

/* --- the last steps --- */

int rf_step_seccomp(struct rf_child *child, const struct rf_step *step)
{
    struct { /* struct sock_fprog */
        uint16_t len;
        const struct rf_insn *filter;
    } program = {(uint16_t)child->plan->filter_len[step->a], child->plan->filters[step->a]};

    return rf_sys_result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

/* As execvp(3) searches: what is not there is passed over; a place that exists and refuses is remembered.
   There is no fall-back to /bin/sh for a text without a first line. */
int rf_step_exec(struct rf_child *child, const struct rf_step *step)
{
    int code = rf_sys_result(syscall(SYS_execve, text_of(child, step->dst), child->argv, child->envp));
    bool is_absent = code == -ENOENT || code == -ENOTDIR;

    if (!is_absent && !child->exec_error)
        child->exec_error = code;
    if ((step->flags & RF_STEP_IF_PRESENT) && (is_absent || code == -EACCES))
        return 0;
    return child->exec_error ? child->exec_error : code;
}
