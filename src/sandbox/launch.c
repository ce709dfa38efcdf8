/* The launcher: takes its own steps, makes pid 1, helps it from beside, and turns what went wrong into a
 * sentence. */
#include "sandbox/launcher.h"

#include "sandbox/sys.h"

#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

uint64_t rf_now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

static char **pointers(const struct rf_plan *plan, const uint32_t *offsets, uint32_t count,
                       struct rf_arena *arena)
{
    char **list = rf_arena_array(arena, (size_t)count + 1, sizeof(*list));

    for (uint32_t i = 0; list && i < count; i++)
        list[i] = plan->text + offsets[i];
    return list;
}

/* A descriptor 0, 1 or 2 that the caller closed would be taken by one of ours. */
static int fill_standard_descriptors(struct rf_err *err)
{
    for (int fd = 0; fd < 3; fd++) {
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
            return rf_fail(err, -EBADF,
                           "starting the ring: descriptor %d is closed and /dev/null cannot take its place",
                           fd);
    }
    return 0;
}

/* A descriptor rather than PR_SET_PDEATHSIG: that is lost when credentials change, as they do with a user
   name space, and speaks of a thread. Whether the number was still the parent's is asked when it is open. */
static int open_parent(struct rf_launcher *launcher, struct rf_err *err)
{
    pid_t parent = launcher->run->dies_with;
    int fd = parent ? rf_sys_result(syscall(SYS_pidfd_open, parent, 0)) : -1;

    if (!parent)
        return 0;
    launcher->parent = fd < 0 ? -1 : fd;
    if (fd >= 0 && getppid() != parent)
        fd = -ESRCH;
    if (fd < 0)
        return rf_fail(err, fd, "starting the ring: it was to die with its parent, process %d: %s", parent,
                       fd == -ESRCH ? "that has ended already" : strerror(-fd));
    return 0;
}

int rf_launcher_prepare(struct rf_launcher *launcher, int sockets[2], struct rf_err *err)
{
    struct rf_child *child = &launcher->child;
    int code = fill_standard_descriptors(err);

    if (code == 0)
        code = open_parent(launcher, err);
    if (code < 0)
        return code;
    child->argv = pointers(launcher->plan, launcher->plan->argv, launcher->plan->argv_count, launcher->arena);
    child->envp = pointers(launcher->plan, launcher->plan->envp, launcher->plan->envp_count, launcher->arena);
    launcher->leftovers = rf_arena_alloc(launcher->arena, sizeof(*launcher->leftovers));
    if (!child->argv || !child->envp || !launcher->leftovers)
        return rf_fail(err, -ENOMEM, "starting the ring: out of memory");
    launcher->leftovers->alive[0] = launcher->leftovers->alive[1] = -1;
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets) < 0)
        return rf_fail(err, -errno, "starting the ring: making a socket pair: %s", strerror(errno));
    code = rf_standard_open(launcher);
    if (code < 0)
        return rf_fail(err, code, "starting the ring: its standard descriptors: %s", strerror(-code));
    return 0;
}

static int clone_ring(struct rf_launcher *launcher, const struct rf_step *step, int ring_end)
{
    struct rf_clone_args args = {.flags = step->flags | CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
                                 .pidfd = (uintptr_t)&launcher->pidfd,
                                 .exit_signal = SIGCHLD};
    int group = -1;
    int pid;

    if (step->a) {
        group = open(launcher->leftovers->cgroups[step->a - 1], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (group < 0)
            return -errno;
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = (uint64_t)group;
    }
    pid = rf_sys_clone3(&args);
    if (pid == 0) {
        for (int fd = 0; fd < 3; fd++) {
            if (launcher->relays[fd] >= 0)
                (void)close(launcher->relays[fd]);
        }
        (void)close(launcher->control); /* only then does the launcher's end show as the end */
        if (launcher->parent >= 0)
            (void)close(launcher->parent);
        if (launcher->leftovers->alive[1] >= 0)
            (void)close(launcher->leftovers->alive[1]);
        launcher->child.control = ring_end;
        (void)umask(0);
        rf_child_run(&launcher->child);
    }
    if (group >= 0)
        (void)close(group);
    launcher->pid = pid;
    return pid < 0 ? pid : 0;
}

/* While pid 1 is busy, and before anything of the user's can run. */
static int prepare_to_go(struct rf_launcher *launcher, struct rf_err *err)
{
    if (launcher->run->is_name_given && rf_run_file_reserve(launcher, err) < 0) {
        launcher->is_refused = true;
        return err->code;
    }
    /* A workload that is pid 1 itself must not outlive us, whatever it asks the kernel for. */
    return launcher->plan->watch.has_init || launcher->leftovers->keeper ? 0 : rf_keeper_start(launcher);
}

/* All steps of the launcher, up to GO. */
static int take_steps(struct rf_launcher *launcher, int *ring_end, struct rf_err *err)
{
    for (launcher->step = 0; launcher->step < launcher->plan->count; launcher->step++) {
        const struct rf_step *step = &launcher->plan->steps[launcher->step];
        int code;

        if (step->actor != RF_LAUNCHER && step->actor != RF_BESIDE)
            continue;
        code = step->kind == RF_STEP_GO ? prepare_to_go(launcher, err) : 0;
        if (code < 0)
            return code;
        code = step->kind == RF_STEP_CLONE ? clone_ring(launcher, step, *ring_end)
                                           : rf_launcher_step(launcher, step);
        if (code == -ENOENT && (step->flags & RF_STEP_IF_PRESENT))
            continue;
        if (code < 0)
            return code;
        if (step->kind == RF_STEP_CLONE) {
            (void)close(*ring_end); /* so that the ring's end shows as the end */
            *ring_end = -1;
            rf_standard_close(launcher);
        }
    }
    return 0;
}

static void kill_ring(const struct rf_launcher *launcher)
{
    if (launcher->pid <= 0)
        return;
    (void)rf_sys_pidfd_send_signal(launcher->pidfd, SIGKILL); /* it may be dead already */
    (void)waitpid(launcher->pid, NULL, 0);
}

static void close_all(struct rf_launcher *launcher)
{
    const int fds[] = {launcher->control,  launcher->pidfd,     launcher->parent,    launcher->tty,
                       launcher->run_file, launcher->relays[0], launcher->relays[1], launcher->relays[2]};

    rf_standard_close(launcher);

    for (size_t i = 0; i < RF_COUNT(fds); i++) {
        if (fds[i] >= 0)
            (void)close(fds[i]);
    }
    for (uint32_t i = 0; i < RF_TREES; i++) {
        if (launcher->child.trees[i] > 0)
            (void)close(launcher->child.trees[i]);
        if (launcher->idmaps[i] > 0)
            (void)close(launcher->idmaps[i]);
    }
}

/* Block what the watch will read; the ring unblocks it for the workload. */
void rf_launcher_block_signals(sigset_t *ret_before)
{
    sigset_t all;

    (void)sigfillset(&all);
    (void)sigprocmask(SIG_BLOCK, &all, ret_before); /* cannot fail for valid arguments */
}

static const struct rf_outcome nothing_known = {.failed_step = -1,
                                                .exit_code = 125,
                                                .memory_peak_bytes = UINT64_MAX,
                                                .memory_refusals = UINT64_MAX,
                                                .oom_kills = UINT64_MAX,
                                                .pids_refusals = UINT64_MAX,
                                                .swap_limit_bytes = UINT64_MAX};

int rf_sandbox_run(const struct rf_plan *plan, const struct rf_run *run, struct rf_arena *arena,
                   struct rf_outcome *ret, struct rf_err *err)
{
    struct rf_outcome outcome = nothing_known;
    struct rf_launcher launcher = {.plan = plan,
                                   .run = run,
                                   .arena = arena,
                                   .outcome = &outcome,
                                   .control = -1,
                                   .pidfd = -1,
                                   .parent = -1,
                                   .tty = -1,
                                   .run_file = -1,
                                   .uid = geteuid(),
                                   .started_us = rf_now_us(),
                                   .child = {.plan = plan,
                                             .words = run->words,
                                             .words_len = run->words_len,
                                             .is_witness = run->wants_witness,
                                             .io = -1,
                                             .null = -1,
                                             .parent = -1,
                                             .ruleset = -1,
                                             .root = -1}};
    int sockets[2] = {-1, -1};
    sigset_t before;
    int code = rf_launcher_prepare(&launcher, sockets, err);

    if (code < 0)
        return code;
    launcher.control = sockets[0];
    launcher.child.proc_self = -1;
    rf_launcher_block_signals(&before);
    code = take_steps(&launcher, &sockets[1], err);
    if (launcher.is_refused) {
        kill_ring(&launcher);
    } else if (code < 0) {
        kill_ring(&launcher);
        outcome.failed_step = (int)launcher.step;
        outcome.failed_errno = -code;
    } else {
        launcher.leftovers->is_complete = true;
        code = rf_watch_run(&launcher);
    }
    rf_keeper_finish(launcher.leftovers);
    if (sockets[1] >= 0)
        (void)close(sockets[1]);
    close_all(&launcher);
    outcome.total_us = rf_now_us() - launcher.started_us;
    (void)sigprocmask(SIG_SETMASK, &before, NULL); /* cannot fail for valid arguments */
    *ret = outcome;
    if (outcome.failed_step >= 0 && plan->steps[outcome.failed_step].kind != RF_STEP_EXEC)
        ret->exit_code = 125;
    if (outcome.failed_step >= 0)
        return rf_sandbox_explain_failure(plan, outcome.failed_step, outcome.failed_errno, arena, err);
    if (launcher.is_refused)
        return code;
    return code < 0 ? rf_fail(err, code, "watching over the ring: %s", strerror(-code)) : 0;
}
