/* The keeper: a second process that shares the launcher's memory, waits for its end, and removes what would
   stay behind. It exists because nothing that a killed process wanted to do still happens. */
#include "sandbox/launcher.h"

#include "base/format.h"

#include "sandbox/sys.h"

#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

enum { STACK_BYTES = 16 * 1024, PATIENCE_MS = 5000 };

static char stack[STACK_BYTES] __attribute__((aligned(16)));

/* A group is busy until its last process has been reaped by somebody; that takes a moment when a ring is
 * killed. */
static void remove_groups(const struct rf_leftovers *leftovers)
{
    const struct timespec moment = {0, 1000000};

    for (uint32_t i = leftovers->cgroup_count; i-- > 0;) {
        for (int tries = 0; rmdir(leftovers->cgroups[i]) < 0 && errno == EBUSY && tries < PATIENCE_MS;
             tries++)
            (void)nanosleep(&moment, NULL); /* woken early it only looks again sooner */
    }
}

static void remove_leftovers(const struct rf_leftovers *leftovers)
{
    if (leftovers->run_file[0])
        (void)unlink(leftovers->run_file); /* gone already is as good */
    remove_groups(leftovers);
}

/* A workload that is pid 1 itself may have asked not to die with its parent. When the launcher has gone
   first, so does the ring; in a group of version 2, which is older than the ring, by its group (Linux 5.14).
 */
static void kill_ring(const struct rf_leftovers *leftovers)
{
    char path[RF_PATH_BYTES + 16];
    int fd;

    if (leftovers->ring >= 0) {
        (void)rf_sys_pidfd_send_signal(1, SIGKILL); /* it is dead already when it has ended by itself */
        return;
    }
    for (uint32_t i = 0; i < leftovers->cgroup_count; i++) {
        (void)rf_snprintf(path, sizeof(path), "%s/cgroup.kill", leftovers->cgroups[i]); /* room was left */
        fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CLOEXEC);
        if (fd >= 0) {
            (void)syscall(SYS_write, fd, "1", 1); /* nobody left in it is as good */
            (void)syscall(SYS_close, fd);
        }
    }
}

/* True when `fd` is over. */
static bool wait_for(int fd, int other)
{
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN}, {.fd = other, .events = POLLIN}};

    while (poll(fds, RF_COUNT(fds), -1) < 0 && errno == EINTR)
        ;
    return fds[0].revents != 0;
}

/* Wait until the launcher is gone (descriptor 0), or the ring (1); true for the former. A ring that ends
   while the launcher still makes groups for it is the launcher's to clean up after: it says so by closing its
   end. */
static bool wait_for_end(const struct rf_leftovers *leftovers)
{
    bool is_launcher = wait_for(0, leftovers->ring >= 0 ? 1 : -1);

    return is_launcher || (!leftovers->is_complete && wait_for(0, -1));
}

/* Runs on its own stack in the launcher's memory, and lets go of everything else: above all of pipes, whose
   readers wait for their end. Until the launcher is dead or waits for this process it makes no call that can
   fail, because errno is shared. */
static int keep(void *argument)
{
    struct rf_launcher *launcher = argument;
    const struct rf_leftovers *leftovers = launcher->leftovers;

    (void)syscall(SYS_dup3, leftovers->alive[0], 0, O_CLOEXEC);
    if (leftovers->ring >= 0)
        (void)syscall(SYS_dup3, leftovers->ring, 1, O_CLOEXEC);
    (void)syscall(SYS_close_range, 2U, ~0U, 0);
    if (wait_for_end(leftovers))
        kill_ring(leftovers);
    rf_cgroup_read(launcher, launcher->outcome);
    remove_leftovers(leftovers);
    _exit(0);
}

int rf_keeper_start(struct rf_launcher *launcher)
{
    struct rf_leftovers *leftovers = launcher->leftovers;
    int pid;

    if (pipe2(leftovers->alive, O_CLOEXEC) < 0)
        return -errno;
    leftovers->ring = launcher->pidfd;
    pid = clone(keep, stack + STACK_BYTES, CLONE_VM | SIGCHLD, launcher);
    (void)close(leftovers->alive[0]); /* the keeper has its own; it may yet read the number, so that stays */
    if (pid < 0)
        return -errno;
    leftovers->keeper = pid;
    return 0;
}

/* The end of the ring has woken the keeper as it has woken us, or our end of the pipe does. What was added
   while it was at work already is removed here. */
void rf_keeper_finish(struct rf_leftovers *leftovers)
{
    if (!leftovers->keeper)
        return;
    (void)close(leftovers->alive[1]);
    (void)waitpid(leftovers->keeper, NULL, 0);
    remove_leftovers(leftovers);
}
