/* exec: a further process in a running ring. It joins the ring's name spaces and control groups, and then
   takes the steps that the ring's own workload took, by the same interpreter.

   The workload of the ring is hostile and shares an id with the process that comes in. Until that one has
   given everything up it must not be attachable (CVE-2016-9962), so this program is not dumpable before it
   joins anything, and every descriptor closes at execve. */
#include "sandbox/enter.h"

#include "base/auto.h"
#include "base/format.h"
#include "base/num.h"
#include "sandbox/launcher.h"
#include "sandbox/sys.h"

#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* Linux 4.13 */
#endif

enum { PATIENCE = 500 };

/* What has to be opened before the ring is joined, when names still mean what they mean outside. */
struct entrance {
    int door; /* pidfd of a process in the ring */
    int proc; /* O_PATH: /proc of the host */
    int pty_master;
    int pty_peer; /* -1: none, or one of the ring's own */
};

/* --- which process to follow --- */

/* pid 1 of a ring is not dumpable and its memory belongs to the host's user name space, so that an ordinary
   user may not follow it. What it started has executed a file inside. */
static int first_child(int32_t init, int32_t *ret)
{
    char path[64];
    char text[32];
    struct rf_str word;
    uint64_t pid = 0;
    ssize_t len;

    (void)rf_snprintf(path, sizeof(path), "/proc/%d/task/%d/children", init, init); /* 20 digits fit */
    RF_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    len = read(fd, text, sizeof(text));
    if (len <= 0)
        return -ESRCH;
    (void)rf_str_cut((struct rf_str){text, (size_t)len}, ' ', &word);
    if (rf_num_u64(word, INT32_MAX, &pid) < 0 || pid == 0)
        return -ESRCH;
    *ret = (int32_t)pid;
    return 0;
}

static void wait_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = 2000000};

    (void)nanosleep(&moment, NULL); /* woken early it only looks again sooner */
}

/* pid 1 has a child when everything in the ring is in its place; before that nobody may come in. */
static int wait_for_child(int32_t init, int init_fd, int32_t *ret)
{
    int code = first_child(init, ret);

    for (int i = 0; code == -ESRCH && i < PATIENCE && rf_sys_pidfd_send_signal(init_fd, 0) == 0; i++) {
        wait_a_moment();
        code = first_child(init, ret);
    }
    return code;
}

/* The process whose name spaces are the ring's, and a descriptor of it. It can only be told by number, so
   whether it is still pid 1's child is asked again when the descriptor is open. */
static int open_door(const struct rf_ring *ring, int32_t *ret_pid)
{
    RF_AUTO(close) int init = rf_run_pidfd(&ring->record, ring->record.init);
    int32_t pid = 0;
    int32_t again = 0;
    int code;
    int fd;

    *ret_pid = ring->record.init;
    if (init < 0 || !ring->plan.watch.has_init)
        return RF_TAKE(init);
    code = wait_for_child(ring->record.init, init, &pid);
    if (code < 0)
        return code;
    if (geteuid() == 0)
        return RF_TAKE(init);
    fd = rf_sys_result(syscall(SYS_pidfd_open, pid, 0));
    if (fd >= 0 && (first_child(ring->record.init, &again) < 0 || again != pid ||
                    rf_sys_pidfd_send_signal(init, 0) < 0)) {
        (void)close(fd);
        return -ESRCH;
    }
    *ret_pid = pid;
    return fd;
}

static int fail_door(const struct rf_ring *ring, int code, struct rf_err *err)
{
    return rf_fail(err, code, "%s: finding its processes: %s", ring->name,
                   code == -ESRCH ? "it has just ended" : strerror(-code));
}

int rf_sandbox_look_in(const struct rf_ring *ring, struct rf_arena *arena, struct rf_facts *ret,
                       struct rf_err *err)
{
    char root[32];
    int32_t pid = 0;
    RF_AUTO(close) int door = open_door(ring, &pid);

    if (door < 0)
        return fail_door(ring, door, err);
    (void)rf_snprintf(root, sizeof(root), "/proc/%d/root", pid); /* ten digits fit */
    return rf_facts_probe(root, &(struct rf_path_fact){0}, 0, arena, ret, err);
}

int rf_sandbox_signal(const struct rf_ring *ring, bool is_whole, int signal_number)
{
    RF_AUTO(close) int fd = rf_run_pidfd(&ring->record, is_whole ? ring->record.init : ring->record.launcher);

    return fd < 0 ? fd : rf_sys_pidfd_send_signal(fd, signal_number);
}

/* --- the new process --- */

/* A ring that was made without a terminal has no place for one: it gets one of the host's, by descriptor
 * only. */
static int offer_terminal(const struct rf_child *child, const struct entrance *entrance)
{
    struct rf_message message = {.type = RF_MESSAGE_TTY};

    return entrance->pty_peer < 0 ? 0
                                  : rf_child_send(child->control, &message, NULL, &entrance->pty_master, 1);
}

static void __attribute__((noreturn)) become_process(struct rf_child *child, const struct entrance *entrance)
{
    int code = 0;

    child->proc_self =
        rf_sys_result(syscall(SYS_openat, entrance->proc, "self", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    for (int fd = 0; code >= 0 && fd < 3; fd++)
        code = child->standard[fd] < 0 ? 0 : rf_sys_result(dup2(child->standard[fd], fd));
    if (code >= 0)
        code = offer_terminal(child, entrance);
    if (code >= 0)
        code = rf_child_steps(child, 0, RF_INIT);
    if (code == 0)
        code = rf_child_steps(child, 0, RF_WORKLOAD);
    rf_child_fail(child, code < 0 ? code : -EINVAL);
}

static int start(struct rf_launcher *launcher, const struct entrance *entrance, int ring_end)
{
    struct rf_clone_args args = {.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
                                 .pidfd = (uintptr_t)&launcher->pidfd,
                                 .exit_signal = SIGCHLD};
    int pid = rf_sys_clone3(&args);

    if (pid == 0) {
        (void)close(launcher->control); /* only then does the launcher's end show as the end */
        launcher->child.control = ring_end;
        become_process(&launcher->child, entrance);
    }
    launcher->pid = pid;
    return pid < 0 ? pid : 0;
}

/* --- from outside --- */

static int open_groups(const struct rf_ring *ring, struct rf_launcher *launcher, struct rf_err *err)
{
    for (uint64_t i = 0; i < ring->record.group_count; i++) {
        const char *group = ring->record.groups[i];
        char path[RF_RUN_PATH_BYTES + 16];
        int fd;

        (void)rf_snprintf(path, sizeof(path), "%s/tasks", group); /* room was left */
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd < 0 && errno == ENOENT) {
            (void)rf_snprintf(path, sizeof(path), "%s/cgroup.procs", group); /* room was left */
            fd = open(path, O_WRONLY | O_CLOEXEC);
        }
        if (fd < 0)
            return rf_fail(err, -errno, "%s: joining its control group %s: %s", ring->name, group,
                           strerror(errno));
        launcher->handed[launcher->handed_count++] = fd;
    }
    return 0;
}

static bool has_own_terminal(const struct rf_plan *plan)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind == RF_STEP_TTY)
            return true;
    }
    return false;
}

static int open_terminal(struct entrance *entrance, int standard[3], struct rf_err *err)
{
    int unlock = 0;

    entrance->pty_master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (entrance->pty_master >= 0 && ioctl(entrance->pty_master, TIOCSPTLCK, &unlock) == 0)
        entrance->pty_peer = ioctl(entrance->pty_master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (entrance->pty_peer < 0)
        return rf_fail(err, -errno, "tty: making a terminal: %s", strerror(errno));
    for (int fd = 0; fd < 3; fd++)
        standard[fd] = entrance->pty_peer;
    return 0;
}

static int open_all(const struct rf_ring *ring, const struct rf_plan *plan, struct rf_launcher *launcher,
                    struct entrance *entrance, struct rf_err *err)
{
    int32_t pid = 0;
    int code = 0;

    entrance->door = open_door(ring, &pid);
    if (entrance->door < 0)
        return fail_door(ring, entrance->door, err);
    entrance->proc = open("/proc", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (entrance->proc < 0)
        return rf_fail(err, -errno, "opening /proc: %s", strerror(errno));
    code = open_groups(ring, launcher, err);
    if (code == 0 && plan->watch.has_tty && !has_own_terminal(plan))
        code = open_terminal(entrance, launcher->child.standard, err);
    return code;
}

static void close_all(const struct rf_launcher *launcher, const struct entrance *entrance, int ring_end)
{
    const int fds[] = {launcher->control, launcher->pidfd, launcher->tty,      ring_end,
                       entrance->door,    entrance->proc,  entrance->pty_peer, entrance->pty_master};

    for (size_t i = 0; i < RF_COUNT(fds); i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
    }
    for (uint32_t i = 0; i < launcher->handed_count; i++)
        (void)close(launcher->handed[i]);
}

/* --- into the ring --- */

static int join(const struct rf_ring *ring, const struct entrance *entrance, struct rf_err *err)
{
    uint32_t flags = rf_plan_namespaces(&ring->plan);
    int code;

    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0)
        return rf_fail(err, -errno, "%s: hiding from its processes: %s", ring->name, strerror(errno));
    code = setns(entrance->door, (int)flags);
    for (int i = 0; code < 0 && errno == EPERM && i < PATIENCE / 10;
         i++) { /* shortly before its execve it is hidden */
        wait_a_moment();
        code = setns(entrance->door, (int)flags);
    }
    if (code < 0)
        return rf_fail(err, -errno, "%s: joining its name spaces: %s%s", ring->name, strerror(errno),
                       errno == EINVAL ? ": Linux 5.8 is the oldest kernel that can" : "");
    return 0;
}

/* GO carries the control groups: the process joins them itself, before anything else. */
static int send_go(const struct rf_launcher *launcher)
{
    struct rf_message message = {.type = RF_MESSAGE_GO};
    int code =
        rf_child_send(launcher->control, &message, NULL, launcher->handed, (int)launcher->handed_count);

    return code >= 0 || code == -EPIPE || code == -ECONNRESET ? 0
                                                              : code; /* it failed first, and has said why */
}

static int enter(const struct rf_ring *ring, struct rf_launcher *launcher, const struct entrance *entrance,
                 int *ring_end, struct rf_err *err)
{
    int code = join(ring, entrance, err);

    if (code < 0)
        return code;
    code = start(launcher, entrance, *ring_end);
    if (code < 0)
        return rf_fail(err, code, "%s: making a process in it: %s", ring->name, strerror(-code));
    (void)close(RF_TAKE(*ring_end)); /* so that the process's end shows as the end */
    code = send_go(launcher);
    if (code == 0) {
        code = rf_watch_run(launcher);
    } else {
        (void)rf_sys_pidfd_send_signal(launcher->pidfd, SIGKILL); /* it may be dead already */
        (void)waitpid(launcher->pid, NULL, 0);
    }
    return code < 0 ? rf_fail(err, code, "watching over the process: %s", strerror(-code)) : 0;
}

int rf_sandbox_exec(const struct rf_ring *ring, const struct rf_plan *plan, struct rf_arena *arena,
                    struct rf_outcome *ret, struct rf_err *err)
{
    static const struct rf_run no_run;
    struct rf_outcome outcome = {.failed_step = -1, .exit_code = 125};
    struct entrance entrance = {.door = -1, .proc = -1, .pty_master = -1, .pty_peer = -1};
    struct rf_launcher launcher = {
        .plan = plan,
        .run = &no_run,
        .arena = arena,
        .outcome = &outcome,
        .control = -1,
        .pidfd = -1,
        .parent = -1,
        .tty = -1,
        .run_file = -1,
        .started_us = rf_now_us(),
        .child = {
            .plan = plan, .io = -1, .ruleset = -1, .null = -1, .parent = -1, .root = -1, .proc_self = -1}};
    int sockets[2] = {-1, -1};
    sigset_t before;
    int code = rf_launcher_prepare(&launcher, sockets, err);

    if (code < 0)
        return code;
    launcher.control = sockets[0];
    rf_launcher_block_signals(&before);
    code = open_all(ring, plan, &launcher, &entrance, err);
    if (code == 0)
        code = enter(ring, &launcher, &entrance, &sockets[1], err);
    close_all(&launcher, &entrance, sockets[1]);
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail for valid arguments */
    outcome.total_us = rf_now_us() - launcher.started_us;
    *ret = outcome;
    if (code == 0 && outcome.failed_step >= 0) {
        if (plan->steps[outcome.failed_step].kind != RF_STEP_EXEC)
            ret->exit_code = 125;
        return rf_sandbox_explain_failure(plan, outcome.failed_step, outcome.failed_errno, arena, err);
    }
    return code;
}
