/* Counts the CPUID instructions between a program's exec and the exec of what it starts, by single steps. On
   a virtual machine each of them leaves the guest (7 to 37 microseconds here), and glibc's start executes 68.
 */
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_SKIP = 77, EXIT_USAGE = 2, NOT_FOUND = 127 };

#if defined(__x86_64__)
#include <sys/user.h>

enum { CPUID_BYTES = 0xa20f, PROCESSES_MAX = 64 };

struct count {
    unsigned long instructions;
    unsigned long cpuids;
    int exit_status;
};

/* Processes that have been seen: the first stop of each is not a step. */
static pid_t known[PROCESSES_MAX];
static size_t known_count;

static bool is_new(pid_t pid)
{
    for (size_t i = 0; i < known_count; i++) {
        if (known[i] == pid)
            return false;
    }
    if (known_count < PROCESSES_MAX)
        known[known_count++] = pid;
    return true;
}

static void look(pid_t pid, struct count *count)
{
    struct user_regs_struct regs;
    long word = 0;

    if (ptrace(PTRACE_GETREGS, pid, NULL, &regs) < 0)
        return;
    errno = 0;
    word = ptrace(PTRACE_PEEKTEXT, pid, (void *)regs.rip, NULL);
    if (errno)
        return;
    count->instructions++;
    count->cpuids += (word & 0xffff) == CPUID_BYTES;
}

/* Descendants are stepped as well, until they exec: what follows is the workload. */
static void step(pid_t pid, pid_t first, int status, struct count *count)
{
    int signal = WSTOPSIG(status);
    int event = status >> 16;

    if (event == PTRACE_EVENT_EXEC && pid != first) {
        (void)ptrace(PTRACE_DETACH, pid, NULL, NULL); /* it may have died meanwhile */
        return;
    }
    if (is_new(pid) || event != 0 || signal == SIGTRAP || signal == SIGSTOP)
        signal = 0;
    look(pid, count);
    (void)ptrace(PTRACE_SINGLESTEP, pid, NULL, (void *)(long)signal); /* it may have died meanwhile */
}

static void follow(pid_t first, struct count *count)
{
    int status = 0;
    pid_t pid = 0;

    while ((pid = waitpid(-1, &status, __WALL)) > 0) {
        if (WIFSTOPPED(status))
            step(pid, first, status, count);
        else if (pid == first)
            count->exit_status = status;
    }
}

int main(int argc, char **argv)
{
    long options = PTRACE_O_EXITKILL | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK |
                   PTRACE_O_TRACEEXEC;
    struct count count = {0};
    int status = 0;
    pid_t pid = 0;

    if (argc < 2) {
        fprintf(stderr,
                "usage: cpuid PROGRAM [ARGUMENT...]\nPrints how many instructions and CPUIDs it ran.\n");
        return EXIT_USAGE;
    }
    pid = fork();
    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
            (void)execv(argv[1], argv + 1); /* returns only to fail */
        _exit(NOT_FOUND);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status) ||
        ptrace(PTRACE_SETOPTIONS, pid, NULL, (void *)options) < 0) {
        fprintf(stderr, "cpuid: %s: cannot be started and traced\n", argv[1]);
        return EXIT_USAGE;
    }
    step(pid, pid, status, &count);
    follow(pid, &count);
    printf("%lu instructions, %lu cpuid\n", count.instructions, count.cpuids);
    if (count.exit_status != 0)
        fprintf(stderr, "cpuid: %s did not end well (wait status %d)\n", argv[1], count.exit_status);
    return count.exit_status ? 1 : 0;
}

#else

int main(void)
{
    fprintf(stderr, "cpuid: this machine's processors have no such instruction to count\n");
    return EXIT_SKIP;
}

#endif
