#ifndef RF_TESTS_MISDEEDS_H
#define RF_TESTS_MISDEEDS_H

/* What a parser that has been taken over might try: each returns 0 when it has done it. Included by
   test_confine.c only. */

#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int inherited; /* a file that the caller has open */

#define BAD(name)                                                                                            \
    static int name(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
#define UNUSED() (void)bytes, (void)how, (void)ret, (void)text, (void)err

static int done_if(bool is_done, struct rf_err *err)
{
    return is_done ? 0 : rf_fail(err, -EACCES, "it did not succeed: %s", strerror(errno));
}

BAD(opens_a_file)
{
    UNUSED();
    return done_if(open("/etc/passwd", O_RDONLY) >= 0, err);
}

BAD(looks_at_a_file)
{
    struct stat st;

    UNUSED();
    return done_if(stat("/etc/passwd", &st) == 0, err);
}

BAD(makes_a_socket)
{
    UNUSED();
    return done_if(socket(AF_UNIX, SOCK_STREAM, 0) >= 0, err);
}

BAD(makes_a_network_socket)
{
    UNUSED();
    return done_if(socket(AF_INET, SOCK_DGRAM, 0) >= 0, err);
}

BAD(forks)
{
    pid_t pid = fork();

    UNUSED();
    if (pid == 0)
        _exit(0);
    return done_if(pid > 0 && waitpid(pid, NULL, 0) == pid, err);
}

BAD(executes)
{
    char *argv[] = {"true", NULL};

    UNUSED();
    (void)execv("/bin/true", argv);
    return done_if(false, err);
}

BAD(signals_its_caller)
{
    UNUSED();
    return done_if(kill(getppid(), 0) == 0, err);
}

BAD(traces)
{
    UNUSED();
    return done_if(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0, err);
}

BAD(reads_a_descriptor)
{
    char byte;

    UNUSED();
    return done_if(pread(inherited, &byte, 1, 0) == 1, err);
}

BAD(writes_to_output)
{
    UNUSED();
    return done_if(syscall(SYS_writev, STDOUT_FILENO, NULL, 0) == 0, err);
}

BAD(makes_code)
{
    UNUSED();
    return done_if(mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
                   err);
}

BAD(makes_memory_code)
{
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    UNUSED();
    return done_if(page != MAP_FAILED && mprotect(page, 4096, PROT_READ | PROT_EXEC) == 0, err);
}

BAD(maps_a_file)
{
    UNUSED();
    return done_if(mmap(NULL, 4096, PROT_READ, MAP_PRIVATE, inherited, 0) != MAP_FAILED, err);
}

BAD(shares_memory)
{
    UNUSED();
    return done_if(mmap(NULL, 4096, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0) != MAP_FAILED, err);
}

BAD(asks_for_pages_of_the_machine)
{
    void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    UNUSED();
    /* Without the right to it this is EPERM, with it harmless: nobody uses the page. Neither is a signal. */
    return done_if(page != MAP_FAILED && (madvise(page, 4096, MADV_SEQUENTIAL) == 0 || errno == EPERM), err);
}

BAD(sets_a_limit)
{
    struct rlimit limit;

    UNUSED();
    return done_if(getrlimit(RLIMIT_AS, &limit) == 0, err);
}

BAD(waits)
{
    const struct timespec moment = {.tv_nsec = 1000};

    UNUSED();
    return done_if(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &moment, NULL) == 0, err);
}

BAD(uses_a_32_bit_call)
{
    long pid = -1;

    UNUSED();
#ifdef __x86_64__
    __asm__ volatile("int $0x80" : "=a"(pid) : "a"(20L) : "memory"); /* getpid */
#else
    pid = 1;
#endif
    return done_if(pid > 0, err);
}

static const struct {
    const char *name;
    rf_confined_fn *fn;
    bool may_crash; /* without confinement: this kernel may lack it */
} misdeeds[] = {
    {"opens a file", opens_a_file, false},
    {"looks at a file", looks_at_a_file, false},
    {"makes a socket", makes_a_socket, false},
    {"makes a network socket", makes_a_network_socket, false},
    {"forks", forks, false},
    {"executes", executes, false},
    {"signals its caller", signals_its_caller, false},
    {"traces", traces, false},
    {"reads a descriptor", reads_a_descriptor, false},
    {"writes", writes_to_output, false},
    {"makes code", makes_code, false},
    {"makes memory code", makes_memory_code, false},
    {"maps a file", maps_a_file, false},
    {"shares memory", shares_memory, false},
    {"advises what no allocator does", asks_for_pages_of_the_machine, false},
    {"asks for a limit", sets_a_limit, false},
    {"waits", waits, false},
    {"uses a 32-bit call", uses_a_32_bit_call, true},
};

#endif
