/* killed N COMMAND...: kill the command with SIGKILL when it makes its Nth system call. Prints its pid. Exit
   status 0: it was killed there; 3: it ended by itself before. Its children are left alone. */
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SYSCALL_STOP = SIGTRAP | 0x80 };

static int watch(pid_t pid, long wanted)
{
    long entries = 0;
    int is_entry = 1;
    int deliver = 0;
    int status;

    while (ptrace(PTRACE_SYSCALL, pid, 0, deliver) == 0 && waitpid(pid, &status, 0) == pid) {
        if (WIFEXITED(status) || WIFSIGNALED(status))
            return 3;
        deliver = WIFSTOPPED(status) && WSTOPSIG(status) != SYSCALL_STOP ? WSTOPSIG(status) : 0;
        if (deliver == SIGTRAP)
            deliver = 0; /* the execve itself */
        if (WSTOPSIG(status) != SYSCALL_STOP)
            continue;
        if (is_entry && ++entries == wanted) {
            kill(pid, SIGKILL);
            waitpid(pid, &status, 0);
            return 0;
        }
        is_entry = !is_entry;
    }
    return 99;
}

static long read_count(const char *text)
{
    long count = 0;

    while (*text >= '0' && *text <= '9' && count < 1000000)
        count = count * 10 + (*text++ - '0');
    return *text ? 0 : count;
}

int main(int argc, char **argv)
{
    long wanted = argc > 2 ? read_count(argv[1]) : 0;
    pid_t pid;
    int status;

    if (wanted < 1)
        return 99;
    pid = fork();
    if (pid == 0) {
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        raise(SIGSTOP);
        execv(argv[2], argv + 2);
        _exit(99);
    }
    printf("%d\n", pid);
    fflush(stdout);
    waitpid(pid, &status, 0);
    ptrace(PTRACE_SETOPTIONS, pid, 0, PTRACE_O_TRACESYSGOOD);
    return watch(pid, wanted);
}
