/* pid 1 of the ring: starts the workload, passes signals on, reaps whatever dies, and ends with the
 * workload's code. */
#include "sandbox/child.h"

#include "sandbox/sys.h"

#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statfs.h>
#include <sys/wait.h>
#include <time.h>

enum { KERNEL_SIGSET_BYTES = 8, PATIENCE = 100 };

static void send_witness(const struct rf_child *child, enum rf_witness what, int fd)
{
    char text[RF_MESSAGE_TEXT];

    if (fd < 0)
        return; /* the launcher reports what it did not get as unknown */
    for (;;) {
        struct rf_message message = {.type = RF_MESSAGE_WITNESS, .step = what};
        int len = rf_sys_result(read(fd, text, sizeof(text)));

        if (len <= 0)
            break;
        message.len = (uint32_t)len;
        if (rf_child_send(child->control, &message, text, NULL, 0) < 0)
            break;
    }
    (void)close(fd);
}

static int open_proc(uint64_t pid, const char *file)
{
    char path[64] = "/proc/";
    char buffer[24];
    const char *number = rf_child_number(buffer, pid, 10);
    size_t len = strlen(number);

    memcpy(path + 6, number, len);
    memcpy(path + 6 + len, file, strlen(file) + 1);
    return rf_sys_result(syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0));
}

/* Which name spaces the ring is in: the launcher compares them with its caller's. */
static void witness_namespaces(const struct rf_child *child)
{
    static const char *const paths[] = {"/proc/self/ns/user",  "/proc/self/ns/mnt", "/proc/self/ns/pid",
                                        "/proc/self/ns/ipc",   "/proc/self/ns/uts", "/proc/self/ns/net",
                                        "/proc/self/ns/cgroup"};

    for (size_t i = 0; i < RF_COUNT(paths); i++) {
        struct rf_message message = {.type = RF_MESSAGE_WITNESS, .step = RF_WITNESS_NAMESPACES};
        char link[64];
        int len = rf_sys_result(syscall(SYS_readlinkat, AT_FDCWD, paths[i], link, sizeof(link) - 1));

        if (len <= 0)
            continue; /* unknown */
        link[len] = '\n';
        message.len = (uint32_t)len + 1;
        (void)rf_child_send(child->control, &message, link, NULL, 0); /* a report less, not a failure */
    }
}

/* What holds for the workload now that it runs, as the ring's own /proc shows it: it cannot be reaped before.
   Mounts and name spaces are this process's: no step after START changes them, and a workload that has ended
   already has none to show. */
static void witness_start(const struct rf_child *child, pid_t pid)
{
    send_witness(child, RF_WITNESS_STATUS, open_proc((uint64_t)pid, "/status"));
    send_witness(child, RF_WITNESS_LIMITS, open_proc((uint64_t)pid, "/limits"));
    send_witness(child, RF_WITNESS_MOUNTS, open_proc(1, "/mountinfo"));
    witness_namespaces(child);
}

/* The kernel adds the bytes that a process wrote to its parent's when it is reaped, so whatever the workload
   left behind is ended here rather than by the kernel after us. False when something would not die: then the
   sum is not known. */
static bool end_the_rest(void)
{
    const struct timespec moment = {.tv_nsec = 10000000};

    for (int i = 0; i < PATIENCE; i++) {
        int pid;

        (void)syscall(SYS_kill, -1, SIGKILL); /* nobody left is no error */
        do
            pid = rf_sys_result(syscall(SYS_wait4, -1, NULL, WNOHANG, NULL));
        while (pid > 0);
        if (pid == -ECHILD)
            return true;
        (void)syscall(SYS_nanosleep, &moment, NULL);
    }
    return false;
}

/* How full each tmpfs of the plan is, while it still exists: "PATH USED_BYTES\n" lines. */
static void witness_space(const struct rf_child *child)
{
    for (uint32_t i = 0; i < child->plan->count; i++) {
        const struct rf_step *step = &child->plan->steps[i];
        const char *path = rf_plan_text(child->plan, step->dst);
        struct rf_message message = {.type = RF_MESSAGE_WITNESS, .step = RF_WITNESS_SPACE};
        struct statfs fs;

        if (step->kind == RF_STEP_OVERLAY || step->kind == RF_STEP_SCRATCH)
            path = "/";
        else if (step->kind != RF_STEP_TMPFS)
            continue;
        if (syscall(SYS_statfs, path, &fs) != 0)
            continue; /* covered by a later mount or unreachable to this user: unknown */
        message.len = (uint32_t)strlen(path);
        message.user_us = (uint64_t)(fs.f_blocks - fs.f_bfree) * (uint64_t)fs.f_bsize;
        (void)rf_child_send(child->control, &message, path, NULL, 0); /* a report less, not a failure */
    }
}

static void report_exit(const struct rf_child *child, int status)
{
    struct rf_message message = {.type = RF_MESSAGE_EXITED, .code = status};
    struct rusage usage;

    if (child->is_witness) {
        witness_space(child);
        if (end_the_rest())
            send_witness(child, RF_WITNESS_IO, child->io);
    }
    memset(&usage, 0, sizeof(usage));
    (void)syscall(SYS_getrusage, RUSAGE_CHILDREN, &usage); /* cannot fail for this argument */
    message.peak_kib = (uint64_t)usage.ru_maxrss;
    message.user_us = (uint64_t)usage.ru_utime.tv_sec * 1000000 + (uint64_t)usage.ru_utime.tv_usec;
    message.system_us = (uint64_t)usage.ru_stime.tv_sec * 1000000 + (uint64_t)usage.ru_stime.tv_usec;
    (void)rf_child_send(child->control, &message, NULL, NULL, 0); /* the exit code says the same, if less */
}

/* Collect the dead. Returns the workload's wait status, or -1 while it lives. */
static int reap(pid_t workload)
{
    int status = 0;

    for (;;) {
        pid_t pid = (pid_t)syscall(SYS_wait4, -1, &status, WNOHANG, NULL);

        if (pid == workload)
            return status;
        if (pid <= 0)
            return -1;
    }
}

/* Stopping and continuing is for the whole job, as a terminal does it: the workload leads a group of its own.
   TSTP does nothing to an orphaned group, so it is stopped for certain. */
static void pass_on(pid_t workload, int signal_number)
{
    bool is_job_control = signal_number == SIGTSTP || signal_number == SIGCONT;

    (void)syscall(SYS_kill, is_job_control ? -workload : workload,
                  signal_number == SIGTSTP ? SIGSTOP : signal_number); /* it may be dead already */
}

static void __attribute__((noreturn)) supervise(const struct rf_child *child, pid_t workload)
{
    uint64_t all = ~0ULL;
    int status;

    for (status = reap(workload); status < 0; status = reap(workload)) {
        int signal_number =
            rf_sys_result(syscall(SYS_rt_sigtimedwait, &all, NULL, NULL, KERNEL_SIGSET_BYTES));

        if (signal_number > 0 && signal_number != SIGCHLD)
            pass_on(workload, signal_number);
    }
    if (child->is_witness ||
        WIFSIGNALED(status)) /* each message wakes the launcher: the exit code says the rest */
        report_exit(child, status);
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

static void report_failure(const struct rf_child *child)
{
    struct rf_message message = {.type = RF_MESSAGE_FAIL, .step = child->step, .code = -child->failure};

    (void)rf_child_send(child->control, &message, NULL, NULL, 0); /* the exit code says the same, if less */
}

int rf_step_start(struct rf_child *child, const struct rf_step *step)
{
    struct rf_message started = {.type = RF_MESSAGE_STARTED};
    uint32_t after = child->step;
    pid_t pid = vfork(); /* the workload's steps run on this stack, and this process waits until its execve */

    (void)step;
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        child->failure = rf_child_steps(child, after + 1, RF_WORKLOAD);
        _exit(child->failure == -ENOENT ? 127 : 126);
    }
    if (child->failure) /* it shared this memory; its filters may not let it say so itself */
        report_failure(child);
    for (int fd = 0; fd < 3; fd++)
        (void)close(fd); /* a pipe's reader must see the end when the workload, not this process, closes it */
    if (child->is_witness) {
        witness_start(child, pid);
        (void)rf_child_send(child->control, &started, NULL, NULL, 0); /* an orphan is killed by the kernel */
    }
    supervise(child, pid);
}
