/* The keeper: a second process that shares the launcher's memory, waits for its end, and removes what would
   stay behind. It exists because nothing that a killed process wanted to do still happens. */
#include "sandbox/launcher.h"

#include "sandbox/sys.h"

#include <sched.h>
#include <signal.h>
#include <stdio.h>
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

/* Runs on its own stack in the launcher's memory. Until the launcher is dead it makes no call that can fail,
   because errno is shared. */
static int keep(void *argument)
{
    const struct rf_leftovers *leftovers = argument;
    char byte;

    (void)syscall(SYS_dup3, leftovers->alive[0], 0, O_CLOEXEC);
    (void)syscall(SYS_close_range, 1U, ~0U,
                  0); /* let go of everything else: pipes, and our end of this one */
    while (read(0, &byte, 1) < 0 && errno == EINTR)
        ;
    remove_leftovers(leftovers);
    _exit(0);
}

int rf_keeper_start(struct rf_leftovers *leftovers)
{
    int pid;

    if (pipe2(leftovers->alive, O_CLOEXEC) < 0)
        return -errno;
    pid = clone(keep, stack + STACK_BYTES, CLONE_VM | SIGCHLD, leftovers);
    (void)close(leftovers->alive[0]); /* the keeper has its own; it may yet read the number, so that stays */
    if (pid < 0)
        return -errno;
    leftovers->keeper = pid;
    return 0;
}

void rf_keeper_finish(struct rf_leftovers *leftovers)
{
    if (!leftovers->keeper)
        return;
    /* For the keeper this is our end. Both remove what is left: while it wakes up, we are done. What one of
       them finds gone the other has removed, and that is the only way in which sharing errno can mislead. */
    (void)close(leftovers->alive[1]);
    remove_leftovers(leftovers);
    (void)waitpid(leftovers->keeper, NULL, 0);
}
