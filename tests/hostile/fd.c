/* Attacks with what the caller left lying about: descriptors and environment. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#define SECRET "RF_SECRET"

extern char **environ;

static void fd_leak(void)
{
    char path[64], place[512];

    for (int fd = 3; fd < FD_MAX; fd++)
        if (inherited[fd]) {
            ssize_t len;

            snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
            len = readlink(path, place, sizeof(place) - 1);
            place[len < 0 ? 0 : len] = '\0';
            violation("descriptor %d is open: %s", fd, place);
        }
    refused_because("only 0, 1, 2 are open");
}

/* Descriptors 9 (the host's root) and 10 (a secret that only root may read) are open in the caller. */
static void fd_hostdir(void)
{
    char path[PATH_LEN], text[64] = "";

    for (int fd = 0; fd < FD_MAX; fd++) {
        if (fd > 2 && !inherited[fd])
            continue;
        if (fd > 2 && pread(fd, text, sizeof(text) - 1, 0) > 0 && strstr(text, CANARY))
            violation("read root's secret through descriptor %d", fd);
        if (has_canary(fd, target.secret + 1))
            violation("reached the host through descriptor %d", fd);
        refused("openat");
        path_in(path, "/proc/self/fd/%d", fd);
        if (fd > 2 && has_canary(AT_FDCWD, path))
            violation("read the secret file in descriptor %d", fd);
        path_in(path, "/proc/self/fd/%d%s", fd, target.secret);
        if (has_canary(AT_FDCWD, path))
            violation("reached the host through %s", path);
    }
}

/* Standard input is a file that was opened for reading only, but everybody may write to it. */
static void fd_stdio(void)
{
    static const char *const names[] = {"/proc/self/fd/0", "/dev/stdin", "/dev/fd/0",
                                        "/proc/thread-self/fd/0"};

    for (int i = 0; i < 4; i++) {
        int fd = open(names[i], O_RDWR | O_CLOEXEC);

        if (fd < 0) {
            refused(names[i]);
            continue;
        }
        (void)!write(fd, "by workload", 11);
        violation("reopened %s for writing", names[i]);
    }
}

static void env_leak(void)
{
    char path[64], text[8192];
    pid_t pids[256];
    size_t n = others(pids, 256);

    if (getenv(SECRET))
        violation("has " SECRET " in its environment");
    for (size_t i = 0; i < n; i++) {
        int fd;
        ssize_t len;

        snprintf(path, sizeof(path), "/proc/%d/environ", (int)pids[i]);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        len = fd < 0 ? -1 : read(fd, text, sizeof(text));
        close(fd);
        if (len > 0 && memmem(text, (size_t)len, SECRET, sizeof(SECRET) - 1))
            violation("found " SECRET " in %s", path);
    }
    refused_because("no " SECRET " in any environment");
}

/* Traces of the caller that are not the secret itself. */
static void env_caller(void)
{
    static const char *const names[] = {"SSH_AUTH_SOCK",
                                        "XDG_RUNTIME_DIR",
                                        "DBUS_SESSION_BUS_ADDRESS",
                                        "LD_PRELOAD",
                                        "SUDO_USER",
                                        "OLDPWD",
                                        "KUBECONFIG",
                                        "DOCKER_HOST",
                                        "AWS_PROFILE",
                                        NULL};

    for (const char *const *name = names; *name; name++)
        if (getenv(*name))
            violation("has the caller's %s=%s", *name, getenv(*name));
    refused_because("none of the caller's variables");
}

static void fd_getfd(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);

    for (size_t i = 0; i < n; i++) {
        int pidfd = (int)syscall(SYS_pidfd_open, pids[i], 0);

        for (int fd = 0; pidfd >= 0 && fd < 16; fd++)
            if (syscall(SYS_pidfd_getfd, pidfd, fd, 0) >= 0)
                violation("took descriptor %d of process %d", fd, (int)pids[i]);
        refused("pidfd_getfd");
        if (pidfd >= 0)
            close(pidfd);
    }
}

const struct payload fd_payloads[] = {
    {"fd-leak", "escape", "fds", 0, fd_leak, "CVE-2024-21626: files the caller had open"},
    {"fd-hostdir", "escape", "fds,landlock", 0, fd_hostdir, "CVE-2024-21626: the host's root"},
    {"fd-stdio", "hardening", "landlock", HOST_LOOKS, fd_stdio, "writes to what was given for reading"},
    {"env-leak", "hardening", "env,hide", 0, env_leak, "CVE-2025-23266: secrets of the caller"},
    {"env-caller", "hardening", "env", 0, env_caller, "addresses of the caller's agents"},
    {"fd-getfd", "escape", "pidns,dump,seccomp", 0, fd_getfd, "CVE-2016-9962"},
    {0}};
