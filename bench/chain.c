/* The smallest launcher there can be: start the program of argv[1], wait, exit as it did. No name space, no
   library. Whatever is launched from a command line pays at least these two execs. */
#include "bare.h"

#include <linux/sched.h>

BARE_START;

enum { SIGNAL_CHILD = 17, NOT_FOUND = 127 };

void bare_main(long *stack)
{
    long argc = stack[0];
    long *argv = stack + 1;
    long *envp = argv + argc + 1;
    int status = 0;
    long pid;

    if (argc < 2)
        bare_exit(NOT_FOUND);
    /* The child shares this stack until its exec, and only reads it. */
    pid = bare_call(__NR_clone, CLONE_VM | CLONE_VFORK | SIGNAL_CHILD, 0, 0, 0, 0);
    if (pid == 0) {
        (void)bare_call(__NR_execve, argv[1], (long)(argv + 1), (long)envp, 0, 0); /* returns only to fail */
        bare_exit(NOT_FOUND);
    }
    if (pid < 0 || bare_call(__NR_wait4, pid, (long)&status, 0, 0, 0) < 0)
        bare_exit(NOT_FOUND);
    bare_exit(status & 0x7f ? 128 + (status & 0x7f) : (status >> 8) & 0xff);
}
