/* Attacks by talking to processes outside: signals, System V and POSIX objects, sockets with names, keys,
 * terminals. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/keyctl.h>
#include <mqueue.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <termios.h>
#include <unistd.h>

#ifndef TIOCLINUX
#define TIOCLINUX 0x541C
#endif

static void ip_kill(void)
{
    pid_t pids[512];
    size_t n = others(pids, 512);

    for (size_t i = 0; i < n; i++)
        if (pids[i] != 1 && kill(pids[i], 0) == 0)
            violation("may signal process %d", (int)pids[i]);
    refused("kill");
    for (pid_t pid = 2; pid < 1000; pid++)
        if (!is_family(pid) && kill(pid, 0) == 0)
            violation("may signal process %d", (int)pid);
}

static void ip_procs(void)
{
    char path[64], name[64];
    pid_t pids[512];
    size_t n = others(pids, 512);

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/comm", (int)pids[i]);
        if (pids[i] != 1 && read_text(AT_FDCWD, path, name, sizeof(name)))
            violation("sees process %d, %.20s", (int)pids[i], name);
    }
    refused_because("sees only its own processes");
}

static void ip_shm(void)
{
    int id = shmget(target.sysv, 0, 0);
    const char *text = id < 0 ? (void *)-1 : shmat(id, NULL, 0);

    refused("shmget");
    if (text != (void *)-1 && strstr(text, CANARY))
        violation("read the host's shared memory %d", id);
    for (int other = 0; other < 4096; other++) {
        text = shmat(other, NULL, SHM_RDONLY);
        if (text != (void *)-1)
            violation("attached shared memory %d", other);
    }
}

static void ip_sem(void)
{
    char text[64];

    if (semget(target.sysv, 1, 0) >= 0)
        violation("opened the host's semaphore");
    refused("semget");
    if (msgget(target.sysv, 0) >= 0)
        violation("opened the host's message queue");
    if (read_text(AT_FDCWD, "/proc/sysvipc/shm", text, sizeof(text)) && strchr(text, '\n') &&
        strchr(text, '\n')[1] != '\0')
        violation("lists the host's shared memory");
}

static void ip_mq(void)
{
    mqd_t queue = mq_open(target.mqueue, O_RDWR | O_NONBLOCK);

    if (queue >= 0)
        violation("opened the host's message queue %s", target.mqueue);
    refused("mq_open");
}

static int reach(int type, const char *name, bool is_abstract)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    size_t len = strlen(name);
    int ret;

    if (fd < 0 || len + 2 > sizeof(at.sun_path))
        return -1;
    memcpy(at.sun_path + (is_abstract ? 1 : 0), name, len);
    ret = connect(fd, (struct sockaddr *)&at, (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + len));
    close(fd);
    return ret;
}

static void ip_abstract(void)
{
    if (reach(SOCK_STREAM, target.abstract, true) == 0 || errno == EAGAIN)
        violation("connected to the host's abstract socket @%s", target.abstract);
    refused("connect");
    if (reach(SOCK_DGRAM, target.abstract, true) == 0)
        violation("connected to the host's abstract datagram socket");
}

static void ip_socks(void)
{
    static const char *const sockets[] = {"/run/docker.sock",
                                          "/var/run/docker.sock",
                                          "/run/containerd/containerd.sock",
                                          "/run/crio/crio.sock",
                                          "/run/podman/podman.sock",
                                          "/run/dbus/system_bus_socket",
                                          "/run/systemd/private",
                                          "/run/systemd/journal/stdout",
                                          "/run/user/1000/bus",
                                          "/tmp/.X11-unix/X0",
                                          "/dev/log",
                                          NULL};

    for (const char *const *name = sockets; *name; name++)
        if (reach(SOCK_STREAM, *name, false) == 0)
            violation("connected to %s", *name);
    if (reach(SOCK_STREAM, target.path_socket, false) == 0)
        violation("connected to %s", target.path_socket);
    refused(target.path_socket);
}

static void read_key(int serial, const char *how)
{
    char text[64] = "";

    if (serial > 0 && syscall(SYS_keyctl, KEYCTL_READ, serial, text, sizeof(text) - 1) > 0 &&
        strstr(text, CANARY))
        violation("read the host's key %d, %s", serial, how);
}

static void ip_keys(void)
{
    long key;

    if (!target.key)
        broken("no key on the host");
    read_key(target.key, "by number");
    refused("keyctl");
    key = syscall(SYS_keyctl, KEYCTL_SEARCH, KEY_SPEC_SESSION_KEYRING, "user", "rf-canary", 0);
    read_key((int)key, "in the session's keyring");
    key = syscall(SYS_request_key, "user", "rf-canary", NULL, 0);
    read_key((int)key, "by request_key");
    key = syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, KEY_SPEC_USER_KEYRING, 0);
    if (key > 0)
        violation("reached the user's keyring");
}

/* The driver looks whether the byte arrives on the terminal that it gave the launcher: a terminal of the
   ring's own may take it. */
static void push(unsigned long request)
{
    static const char *const names[] = {"/dev/tty", "/dev/console", "/proc/1/fd/0", "/dev/pts/0"};
    char byte = '#';

    for (int i = -3; i < 4; i++) {
        int fd = i < 0 ? -1 - i : open(names[i], O_RDWR | O_NOCTTY | O_CLOEXEC);

        if (fd >= 0 && syscall(SYS_ioctl, fd, request, &byte) == 0)
            violation("pushed a byte into %s", i < 0 ? "a standard stream" : names[i]);
        refused("TIOCSTI");
    }
}

static void ip_tiocsti(void)
{
    push(TIOCSTI);
}

/* CVE-2019-10063: the kernel looks at the low 32 bits only. */
static void ip_tiocsti64(void)
{
    push(1UL << 32 | TIOCSTI);
}

static void ip_tioclinux(void)
{
    static const char *const names[] = {"/dev/tty", "/dev/tty0", "/dev/tty1", "/dev/console"};
    char sub = 6; /* TIOCL_GETSHIFTSTATE: reads only, behind the same check as paste */

    for (int i = -3; i < 4; i++) {
        int fd = i < 0 ? -1 - i : open(names[i], O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

        if (fd >= 0 && ioctl(fd, TIOCLINUX, &sub) == 0)
            violation("controls the virtual console through %s", i < 0 ? "a standard stream" : names[i]);
        refused("TIOCLINUX");
        if (fd >= 0 && errno == EINVAL)
            violation("TIOCLINUX is not filtered");
    }
}

static void ip_ctty(void)
{
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

    if (fd >= 0 && tcgetpgrp(fd) > 0 && ioctl(fd, TIOCNXCL) == 0)
        violation("has the caller's terminal as its own");
    refused("/dev/tty");
    for (fd = 0; fd < 3; fd++) {
        if (isatty(fd) && getsid(0) == tcgetsid(fd))
            violation("is in the session of the caller's terminal");
        if (isatty(fd) && setsid() > 0 && ioctl(fd, TIOCSCTTY, 1) == 0)
            violation("stole the caller's terminal");
    }
}

static void ip_pidfd(void)
{
    pid_t pids[512];
    size_t n = others(pids, 512);

    for (size_t i = 0; i < n; i++) {
        int fd = (int)syscall(SYS_pidfd_open, pids[i], 0);

        if (fd >= 0 && pids[i] != 1 && syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) == 0)
            violation("may signal process %d by descriptor", (int)pids[i]);
        refused("pidfd_open");
        if (fd >= 0)
            close(fd);
    }
}

static void ip_prio(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);
    cpu_set_t set;

    for (size_t i = 0; i < n; i++) {
        if (pids[i] != 1 &&
            setpriority(PRIO_PROCESS, (id_t)pids[i], getpriority(PRIO_PROCESS, (id_t)pids[i])) == 0)
            violation("set the priority of process %d", (int)pids[i]);
        refused("setpriority");
        if (pids[i] != 1 && sched_getaffinity(pids[i], sizeof(set), &set) == 0 &&
            sched_setaffinity(pids[i], sizeof(set), &set) == 0)
            violation("set the processors of process %d", (int)pids[i]);
    }
    if (setpriority(PRIO_PROCESS, 0, -5) == 0)
        violation("raised its own priority");
    if (syscall(SYS_ioprio_set, 1, 0, 1 << 13 | 4) == 0)
        violation("has real-time priority for the disk");
}

static void ip_hostname(void)
{
    char name[256] = "";

    gethostname(name, sizeof(name) - 1);
    if (sethostname(name, strlen(name)) == 0)
        violation("set the host name");
    refused("sethostname");
    if (setdomainname("x", 1) == 0)
        violation("set the domain name");
}

/* Bytes in objects that outlive the ring would be a way to talk to a later one. */
static void ip_shmcreate(void)
{
    static const char *const names[] = {"/dev/shm/by-workload", "/run/shm/by-workload"};
    char path[PATH_LEN];
    int id = shmget(0x52464e45, 4096, IPC_CREAT | 0666);

    refused_because("what it makes is gone with the ring");
    for (int i = 0; i < 2; i++)
        (void)can_create_in(AT_FDCWD, names[i]);
    path_in(path, "/by-workload-%d", 1);
    (void)mq_open(path, O_CREAT | O_RDWR, 0666, NULL);
    (void)id;
}

static void ip_sysrqtty(void)
{
    static const char *const names[] = {"/dev/console", "/dev/ttyS0", "/dev/tty1",
                                        "/dev/hvc0",    "/dev/pts/0", "/dev/pts/1"};

    for (int i = 0; i < 6; i++) {
        int fd = open(names[i], O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

        if (fd >= 0)
            violation("opened %s for writing", names[i]);
        if (errno != ENOENT)
            refused(names[i]);
    }
}

const struct payload ipc_payloads[] = {
    {"ip-kill", "escape", "pidns", 0, ip_kill, "ends processes of the host"},
    {"ip-procs", "hardening", "pidns", 0, ip_procs, "sees processes of the host"},
    {"ip-shm", "escape", "ipcns", 0, ip_shm, "memory shared by processes of the host"},
    {"ip-sem", "escape", "ipcns", 0, ip_sem, "semaphores and queues of the host"},
    {"ip-mq", "escape", "ipcns", 0, ip_mq, "message queues of the host"},
    {"ip-abstract", "escape", "netns,landlock", 0, ip_abstract, "CVE-2020-15257"},
    {"ip-abstract-net", "escape", "landlock", WANTS_NET, ip_abstract,
     "CVE-2020-15257, with the host's network"},
    {"ip-socks", "escape", "rootfs", 0, ip_socks, "docker.sock, D-Bus"},
    {"ip-keys", "escape", "seccomp", 0, ip_keys, "keys of the caller"},
    {"ip-tiocsti", "escape", "session,seccomp", WANTS_TTY, ip_tiocsti,
     "CVE-2017-5226: types into the caller's shell"},
    {"ip-tiocsti64", "escape", "session,seccomp", WANTS_TTY, ip_tiocsti64, "CVE-2019-10063"},
    {"ip-tioclinux", "escape", "seccomp,dev", WANTS_TTY, ip_tioclinux, "CVE-2023-28100"},
    {"ip-ctty", "hardening", "session", WANTS_TTY, ip_ctty, "the caller's terminal"},
    {"ip-sysrqtty", "hardening", "dev", 0, ip_sysrqtty, "other terminals of the host"},
    {"ip-pidfd", "escape", "pidns", 0, ip_pidfd, "ends processes of the host"},
    {"ip-prio", "denial", "pidns,caps", 0, ip_prio, "slows processes of the host"},
    {"ip-hostname", "escape", "utsns,caps", HOST_LOOKS, ip_hostname, "the host's name"},
    {"ip-shmcreate", "hardening", "ipcns", HOST_LOOKS, ip_shmcreate, "objects that outlive the ring"},
    {0}};
