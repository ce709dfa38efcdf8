/* orphan N FLAG... -- COMMAND...: what `ringfence run` does, done by a forked child of a process that is
   killed when the child makes its Nth system call; 0: before it does anything. Prints the child's pid and,
   when it has ended, its exit status. Exit status 0: so it went; 3: the child had come to rest before its Nth
   call, and the parent was killed then; 4: the child lived on. */
#include "base/num.h"
#include "cmd/options.h"
#include "cmd/run.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SYSCALL_STOP = SIGTRAP | 0x80, ARENA_BYTES = 4 << 20, REST_SECONDS = 1, PATIENCE_SECONDS = 10 };

static void on_alarm(int number)
{
    (void)number; /* it interrupts a waitpid() */
}

static int wait_for(pid_t pid, int *status, unsigned seconds)
{
    pid_t got;

    (void)alarm(seconds);
    got = waitpid(pid, status, __WALL);
    (void)alarm(0);
    return got == pid ? 0 : -1;
}

static void __attribute__((noreturn)) run(int argc, char **argv, pid_t parent)
{
    struct rf_run_wish wish = {.dies_with_parent = true, .parent = parent};
    struct rf_arena arena;
    struct rf_posture flags;
    struct rf_posture posture;
    struct rf_options options;
    struct rf_err err = {0};
    int code = 125;

    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&flags, &arena);
    if (rf_options_parse(rf_verb_find("run"), argc, argv, &flags, &options, &err) == 0 &&
        rf_options_posture(&options, &flags, &posture, &err) == 0)
        code = rf_run(&posture, &wish, &err);
    if (err.code)
        (void)fprintf(stderr, "%s\n", err.msg);
    exit(code);
}

/* The process that will be killed: it tells its child's number and does nothing else. */
static void __attribute__((noreturn)) be_parent(int argc, char **argv, int say, int start)
{
    pid_t self = getpid();
    pid_t child = fork();
    char byte;

    if (child == 0) {
        if (read(start, &byte, 1) != 1)
            _exit(99);
        run(argc, argv, self);
    }
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (child < 0 || write(say, &child, sizeof(child)) != sizeof(child))
        _exit(99);
    for (;;)
        (void)pause();
}

static void kill_parent(pid_t parent)
{
    (void)kill(parent, SIGKILL);
    (void)waitpid(parent, NULL, 0);
}

/* True when the child is about to make its Nth call. */
static int follow(pid_t child, uint64_t wanted)
{
    uint64_t calls = 0;
    int is_entry = 1;
    int deliver = 0;
    int status;

    while (ptrace(PTRACE_SYSCALL, child, 0, deliver) == 0 && wait_for(child, &status, REST_SECONDS) == 0) {
        if (!WIFSTOPPED(status))
            return 0;
        deliver = WSTOPSIG(status) == SYSCALL_STOP || WSTOPSIG(status) == SIGTRAP ? 0 : WSTOPSIG(status);
        if (WSTOPSIG(status) != SYSCALL_STOP)
            continue;
        if (is_entry && ++calls == wanted)
            return 1;
        is_entry = !is_entry;
    }
    return 0;
}

/* Let the child begin, and stand beside it until the moment has come. */
static int reach(pid_t child, int start, uint64_t wanted)
{
    int status;
    int is_there;

    if (ptrace(PTRACE_SEIZE, child, 0, PTRACE_O_TRACESYSGOOD) < 0 ||
        ptrace(PTRACE_INTERRUPT, child, 0, 0) < 0 || wait_for(child, &status, PATIENCE_SECONDS) < 0 ||
        write(start, "", 1) != 1)
        return -1;
    is_there = follow(child, wanted);
    if (!is_there) /* it sleeps in its last call, where only a stop lets go of it */
        is_there = ptrace(PTRACE_INTERRUPT, child, 0, 0) < 0 || wait_for(child, &status, PATIENCE_SECONDS) < 0
                       ? -1
                       : 0;
    return is_there;
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_alarm};
    uint64_t wanted = 0;
    int say[2];
    int start[2];
    pid_t parent;
    pid_t child = 0;
    int status = 0;
    int reached = 1;

    if (argc < 3 || rf_num_u64(rf_str_of(argv[1]), INT32_MAX, &wanted) < 0 || pipe(say) < 0 ||
        pipe(start) < 0 || sigaction(SIGALRM, &action, NULL) < 0 || prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
        return 99;
    parent = fork();
    if (parent == 0)
        be_parent(argc - 2, argv + 2, say[1], start[0]);
    if (parent < 0 || read(say[0], &child, sizeof(child)) != sizeof(child))
        return 99;
    (void)printf("%d\n", child);
    if (wanted)
        reached = reach(child, start[1], wanted);
    kill_parent(parent);
    if (wanted)
        (void)ptrace(PTRACE_DETACH, child, 0, 0);
    else if (write(start[1], "", 1) != 1)
        return 99;
    if (reached < 0)
        return 99;
    if (wait_for(child, &status, PATIENCE_SECONDS) < 0)
        return 4;
    (void)printf("%d\n", WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return reached ? 0 : 3;
}
