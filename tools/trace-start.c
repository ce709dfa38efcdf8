/* Prints which instructions of PROGRAM are executed between its start and its end or next exec, by single
   steps: "OFFSET 1 launcher" or "OFFSET 1 ring" a line, where the launcher is PROGRAM's first process and the
   ring all others. tools/make-layout makes the order of the functions in the front program from it. */
#include <inttypes.h>
#include <linux/kcmp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEXT_MAX = 1 << 20, PID_MAX = 1 << 22 };

static bool is_hit[2][TEXT_MAX];
static bool has_left[PID_MAX]; /* executed something else */
static enum { UNSEEN, LAUNCHER, RING } kind_of[PID_MAX];

static uint64_t base_of(pid_t pid, const char *program)
{
    char line[512];
    uint64_t base = 0;
    FILE *maps;

    (void)snprintf(line, sizeof(line), "/proc/%d/maps", pid); /* ten digits fit */
    maps = fopen(line, "re");
    while (maps && !base && fgets(line, sizeof(line), maps))
        if (strstr(line, program))
            base = strtoull(line, NULL, 16);
    if (maps)
        (void)fclose(maps); /* it was only read */
    return base;
}

/* One stop of `pid`: note where it is, and let it go one step further. */
static void step(pid_t pid, pid_t launcher, int status, uint64_t base)
{
    int event = status >> 16;
    int number = WSTOPSIG(status);
    int signal = event || number == SIGTRAP || number == SIGSTOP ? 0 : number;
    struct user_regs_struct regs;

    if (event == PTRACE_EVENT_EXEC)
        has_left[pid] = true;
    if (has_left[pid]) {
        (void)ptrace(PTRACE_CONT, pid, 0, signal); /* it may have been killed */
        return;
    }
    if (kind_of[pid] == UNSEEN)
        kind_of[pid] = syscall(SYS_kcmp, pid, launcher, KCMP_VM, 0, 0) == 0 ? LAUNCHER : RING;
    if (ptrace(PTRACE_GETREGS, pid, 0, &regs) == 0 && regs.rip - base < TEXT_MAX)
        is_hit[kind_of[pid] == RING][regs.rip - base] = true;
    (void)ptrace(PTRACE_SINGLESTEP, pid, 0, signal); /* it may have been killed */
}

int main(int argc, char **argv)
{
    static const char *const names[] = {"launcher", "ring"};
    const char *slash = argc > 1 ? strrchr(argv[1], '/') : NULL;
    pid_t launcher = fork();
    uint64_t base;
    pid_t pid;
    int status;

    if (launcher == 0) {
        (void)ptrace(PTRACE_TRACEME, 0, 0, 0); /* without it the parent fails */
        execv(argv[1], argv + 1);
        _exit(127);
    }
    if (!slash || launcher < 0 || waitpid(launcher, &status, 0) != launcher || !WIFSTOPPED(status)) {
        fprintf(stderr, "usage: trace-start PATH/PROGRAM [ARGUMENT...]\n");
        return 2;
    }
    base = base_of(launcher, slash);
    if (ptrace(PTRACE_SETOPTIONS, launcher, 0,
               PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC) < 0)
        return 2;
    (void)ptrace(PTRACE_SINGLESTEP, launcher, 0, 0); /* the loop sees when it is gone */
    while ((pid = waitpid(-1, &status, __WALL)) > 0)
        if (WIFSTOPPED(status))
            step(pid, launcher, status, base);
    for (int who = 0; who < 2; who++)
        for (uint64_t at = 0; at < TEXT_MAX; at++)
            if (is_hit[who][at])
                printf("%" PRIu64 " 1 %s\n", at, names[who]);
    return 0;
}
