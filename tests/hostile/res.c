/* Attacks on what there is only so much of. Each stops at a number that shows the point and harms nobody. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PROCESSES = 300, MEMORY = 400 };

static void rs_fork(void)
{
    static pid_t pids[PROCESSES];
    int n = 0;

    while (n < PROCESSES && (pids[n] = fork()) >= 0) {
        if (pids[n] == 0) {
            alarm(5);
            pause();
            _exit(0);
        }
        n++;
    }
    refused_because("stopped after %d processes: %s", n, strerror(errno));
    for (int i = 0; i < n; i++)
        kill(pids[i], SIGKILL);
    while (wait(NULL) > 0)
        ;
    if (n == PROCESSES)
        violation("started %d processes", n);
}

static void *sleeper(void *unused)
{
    pause();
    return unused;
}

static void rs_threads(void)
{
    pthread_attr_t attr;
    pthread_t thread;
    int n = 0, code = 0;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 16384);
    while (n < PROCESSES && (code = pthread_create(&thread, &attr, sleeper, NULL)) == 0)
        n++;
    if (n == PROCESSES)
        violation("started %d threads", n);
    refused_because("stopped after %d threads: %s", n, strerror(code));
}

static int touch(char *at, int mib)
{
    for (int i = 0; i < mib; i++)
        for (size_t page = 0; page < MIB; page += 4096)
            at[(size_t)i * MIB + page] = 1;
    return mib;
}

static void rs_mem(void)
{
    char *at = mmap(NULL, (size_t)MEMORY * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at == MAP_FAILED) {
        refused("mmap");
        return;
    }
    violation("uses %d MiB of memory", touch(at, MEMORY));
}

/* Limits of a process do not add up: only a group of processes can be held to a sum. */
static void rs_memfork(void)
{
    pid_t pids[8];
    int used = 0;

    for (int i = 0; i < 8; i++) {
        pids[i] = fork();
        if (pids[i] == 0) {
            char *at = mmap(NULL, 50UL * MIB, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

            if (at == MAP_FAILED)
                _exit(1);
            touch(at, 50);
            alarm(3);
            kill(getpid(), SIGSTOP);
            _exit(0);
        }
    }
    for (int i = 0; i < 8; i++) {
        int status;

        if (pids[i] > 0 && waitpid(pids[i], &status, WUNTRACED) > 0 && WIFSTOPPED(status))
            used += 50;
    }
    for (int i = 0; i < 8; i++)
        if (pids[i] > 0)
            kill(pids[i], SIGKILL);
    if (used == MEMORY)
        violation("eight processes use %d MiB together", used);
    refused_because("stopped at %d MiB", used);
}

static void rs_memfd(void)
{
    char *block = calloc(1, MIB);
    int fd = (int)syscall(SYS_memfd_create, "x", 0);
    int n = 0;

    if (fd < 0)
        fd = (int)syscall(SYS_memfd_create, "x", 8);
    while (fd >= 0 && n < MEMORY && write(fd, block, MIB) == MIB)
        n++;
    if (n == MEMORY)
        violation("holds %d MiB in a memory file", n);
    refused_because("stopped after %d MiB: %s", n, strerror(errno));
}

static void rs_sysvshm(void)
{
    char *at;
    int id = shmget(IPC_PRIVATE, (size_t)MEMORY * MIB, IPC_CREAT | 0600);

    if (id < 0) {
        refused("shmget");
        return;
    }
    at = shmat(id, NULL, 0);
    refused("shmat");
    shmctl(id, IPC_RMID, NULL);
    if (at == (void *)-1)
        return;
    violation("holds %d MiB of shared memory", touch(at, MEMORY));
}

static void rs_fds(void)
{
    struct rlimit limit;
    int n = 0;

    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    while (n < 19000 && dup(0) >= 0)
        n++;
    if (n >= 19000)
        violation("opened %d descriptors", n);
    refused_because("stopped after %d descriptors: %s", n, strerror(errno));
}

static void rs_core(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_CORE, &limit);
    if (limit.rlim_max > 0)
        violation("may write core files: the host's core_pattern decides where");
    limit.rlim_cur = limit.rlim_max = RLIM_INFINITY;
    if (setrlimit(RLIMIT_CORE, &limit) == 0)
        violation("raised the limit of core files");
    refused("setrlimit");
}

/* A file without end on the volume; sparse, so that nothing is written. */
static void rs_fsize(void)
{
    char path[PATH_LEN];
    int fd;
    bool done;

    path_in(path, "%s/big-%d", target.data, (int)getpid());
    fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0)
        broken("%s: %s", path, strerror(errno));
    done = ftruncate(fd, 1L << 40) == 0;
    refused("ftruncate");
    unlink(path);
    if (done)
        violation("made a file of 1 TiB on the volume");
}

static void rs_mlock(void)
{
    size_t len = 64UL * MIB;
    char *at = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (at != MAP_FAILED && mlock(at, len) == 0)
        violation("locked %zu MiB in memory", len / MIB);
    refused("mlock");
}

static void rs_mqueue(void)
{
    char name[32];
    int n = 0;

    for (; n < 64; n++) {
        struct mq_attr attr = {.mq_maxmsg = 10, .mq_msgsize = 8192};
        mqd_t queue;

        snprintf(name, sizeof(name), "/rf-%d-%d", (int)getpid(), n);
        queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
        if (queue < 0)
            break;
        mq_unlink(name);
    }
    if (n == 64)
        violation("made %d message queues", n);
    refused_because("stopped after %d message queues: %s", n, strerror(errno));
}

static void rs_sigqueue(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_SIGPENDING, &limit);
    if (limit.rlim_max > 65536)
        violation("may queue %llu signals", (unsigned long long)limit.rlim_max);
    refused_because("may queue %llu signals", (unsigned long long)limit.rlim_max);
}

/* The driver looks for a process of this name once the launcher has come back. */
static void rs_daemon(void)
{
    refused_because("whether it survives is for the host to see");
    if (spawn() == 0) {
        setsid();
        if (spawn() == 0) {
            signal(SIGTERM, SIG_IGN);
            signal(SIGHUP, SIG_IGN);
            prctl(PR_SET_NAME, "rf-survivor");
            alarm(20);
            for (int fd = 0; fd < FD_MAX; fd++)
                close(fd);
            for (;;)
                pause();
        }
        _exit(0);
    }
    poll(NULL, 0, 50);
}

/* Children of a dead parent fall to pid 1, which has to reap them. */
static pid_t zombie(void)
{
    char path[64], text[512];
    pid_t pids[256];
    size_t n = others(pids, 256);

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/stat", (int)pids[i]);
        if (read_text(AT_FDCWD, path, text, sizeof(text)) && strstr(text, "(hostile) Z"))
            return pids[i];
    }
    return 0;
}

static void rs_zombie(void)
{
    pid_t left = 1;

    for (int i = 0; i < 10; i++)
        if (spawn() == 0) {
            if (spawn() == 0) {
                poll(NULL, 0, 20);
                _exit(0);
            }
            _exit(0);
        }
    while (wait(NULL) > 0)
        ;
    for (int i = 0; i < 20 && left; i++) { /* it may be busy */
        poll(NULL, 0, 50);
        left = zombie();
    }
    if (left)
        violation("process %d is dead and nobody reaps it", (int)left);
    refused_because("pid 1 reaps orphans");
}

const struct payload res_payloads[] = {
    {"rs-fork", "denial", "pids", 0, rs_fork, "no processes left on the host"},
    {"rs-threads", "denial", "pids", 0, rs_threads, "the same with threads"},
    {"rs-mem", "denial", "memory", DIES_OOM, rs_mem, "no memory left on the host"},
    {"rs-memfork", "denial", "memory", DIES_OOM | WANTS_CGROUP, rs_memfork, "the same with many processes"},
    {"rs-memfd", "denial", "memory,size", DIES_OOM, rs_memfd, "the same in a memory file"},
    {"rs-sysvshm", "denial", "memory,ipcns", DIES_OOM, rs_sysvshm, "the same in shared memory"},
    {"rs-fds", "denial", "rlimits", 0, rs_fds, "no open files left on the host"},
    {"rs-core", "hardening", "rlimits", 0, rs_core,
     "core files, or the host's core handler with hostile input"},
    {"rs-fsize", "denial", "rlimits", 0, rs_fsize, "no room on the volume"},
    {"rs-mlock", "denial", "rlimits", 0, rs_mlock, "memory that cannot be swapped"},
    {"rs-mqueue", "denial", "rlimits", 0, rs_mqueue, "kernel memory"},
    {"rs-sigqueue", "denial", "rlimits", 0, rs_sigqueue, "kernel memory"},
    {"rs-daemon", "hardening", "pidns", HOST_LOOKS, rs_daemon, "goes on after the end"},
    {"rs-zombie", "denial", "init", 0, rs_zombie, "no process numbers left"},
    {0}};
