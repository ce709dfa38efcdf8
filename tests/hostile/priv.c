/* Attacks on identity: user and group ids, capabilities, set-uid programs, name spaces, other processes. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static void pv_uid(void)
{
    uid_t r, e, s;
    gid_t gr, ge, gs, groups[64];
    int n = getgroups(64, groups);

    getresuid(&r, &e, &s);
    getresgid(&gr, &ge, &gs);
    if (r == 0 || e == 0 || s == 0)
        violation("user ids %u %u %u", r, e, s);
    if (gr == 0 || ge == 0 || gs == 0)
        violation("group ids %u %u %u", gr, ge, gs);
    for (int i = 0; i < n; i++)
        if (groups[i] == 0)
            violation("is in group 0");
    refused_because("user %u, group %u, %d other groups", e, ge, n);
}

/* The id may be another's name for the host's root. */
static void pv_hostroot(void)
{
    static const char *const maps[] = {"/proc/self/uid_map", "/proc/self/gid_map"};
    unsigned in, out, count, own;
    char text[1024], *line;

    for (int i = 0; i < 2; i++) {
        own = i == 0 ? getuid() : getgid();
        if (!read_text(AT_FDCWD, maps[i], text, sizeof(text)))
            broken("%s: %s", maps[i], strerror(errno));
        for (line = text; line && sscanf(line, "%u %u %u", &in, &out, &count) == 3;
             line = strchr(line, '\n')) {
            if (own >= in && own - in < count && out + (own - in) == 0)
                violation("id %u is the host's id 0 (%s: %u %u %u)", own, maps[i], in, out, count);
            line += *line == '\n';
        }
    }
    refused_because("its ids are not the host's 0");
}

static void pv_setuid(void)
{
    gid_t zero = 0;

    if (setuid(0) == 0 || setreuid((uid_t)-1, 0) == 0 || setresuid(0, 0, 0) == 0 || seteuid(0) == 0)
        violation("became user 0");
    refused("setuid(0)");
    if (setgid(0) == 0 || setregid((gid_t)-1, 0) == 0 || setresgid(0, 0, 0) == 0)
        violation("became group 0");
    if (setgroups(1, &zero) == 0)
        violation("joined group 0");
    setfsuid(0);
    if (setfsuid((uid_t)-1) == 0)
        violation("became user 0 for files");
}

static void pv_setother(void)
{
    static const unsigned ids[] = {1, 33, 1000, 1001, 10001, 65534, 100000};
    gid_t group;

    for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
        if (ids[i] != getuid() && setresuid(ids[i], (uid_t)-1, (uid_t)-1) == 0)
            violation("became user %u", ids[i]);
        refused("setresuid");
        group = ids[i];
        if (ids[i] != getgid() && (setgroups(1, &group) == 0 || setresgid(group, (gid_t)-1, (gid_t)-1) == 0))
            violation("joined group %u", ids[i]);
    }
}

/* Effective, permitted, inheritable, bounding, ambient. */
static void pv_caps(void)
{
    static const char *const sets[] = {"CapEff:", "CapPrm:", "CapInh:", "CapAmb:", "CapBnd:", NULL};
    char text[8192];
    unsigned long long set;
    bool has_proc =
        read_text(AT_FDCWD, "/proc/self/status", text, sizeof(text)); /* a hostile root may lack it */

    for (const char *const *name = sets; has_proc && *name; name++) {
        char *line = strstr(text, *name);

        if (!line || sscanf(line + 7, "%llx", &set) != 1)
            broken("no %s", *name);
        if (set)
            violation("%s %016llx", *name, set);
    }
    for (int cap = 0; cap < 64; cap++)
        if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
            violation("capability %d is in the bounding set", cap);
    refused_because("all five sets are empty");
}

static void pv_effcaps(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct all[2] = {{~0U, ~0U, ~0U}, {~0U, ~0U, ~0U}};
    struct sched_param priority = {.sched_priority = 1};

    if (syscall(SYS_capset, &head, all) == 0)
        violation("raised its capabilities");
    refused("capset");
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_NET_RAW, 0, 0) == 0)
        violation("raised an ambient capability");
    if (sched_setscheduler(0, SCHED_FIFO, &priority) == 0)
        violation("has CAP_SYS_NICE");
    if (chroot("/") == 0)
        violation("has CAP_SYS_CHROOT");
    if (has_canary(AT_FDCWD, "/etc/shadow"))
        violation("has CAP_DAC_OVERRIDE");
    if (prctl(PR_CAPBSET_DROP, CAP_WAKE_ALARM, 0, 0, 0) == 0)
        violation("has CAP_SETPCAP");
}

static void pv_securebits(void)
{
    if (prctl(PR_SET_SECUREBITS, SECBIT_KEEP_CAPS | SECBIT_NO_SETUID_FIXUP, 0, 0, 0) == 0)
        violation("changed its securebits");
    refused("PR_SET_SECUREBITS");
}

static void pv_nnp(void)
{
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        violation("no_new_privs is not set");
    refused_because("no_new_privs is set");
    if (prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0) == 0)
        violation("took back no_new_privs");
}

/* The helpers exit with 42 when they have more than they should; see helper.c. */
static void run_helper(const char *name)
{
    char path[PATH_LEN];
    char *argv[] = {path, NULL}, *envp[] = {NULL};
    pid_t pid;
    int status;

    path_in(path, "%s/bin/%s", target.root, name);
    if (access(path, X_OK))
        broken("%s: %s", path, strerror(errno));
    pid = spawn();
    if (pid == 0) {
        execve(path, argv, envp);
        _exit(1);
    }
    status = pid > 0 ? result_of(pid) : -1;
    if (status == 42)
        violation("%s gave the workload its privileges", path);
    refused_because("%s: exit %d", path, status);
}

static void pv_suid(void)
{
    run_helper("helper-suid");
}

static void pv_sgid(void)
{
    run_helper("helper-sgid");
}

static void pv_fcaps(void)
{
    run_helper("helper-fcap");
    run_helper("helper-finh");
}

static void pv_userns(void)
{
    if (unshare(CLONE_NEWUSER) == 0)
        violation("made a user name space by unshare");
    refused("unshare");
    if (syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) >= 0)
        violation("made a user name space by clone");
}

static void pv_clone3(void)
{
    struct clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};

    if (syscall(SYS_clone3, &args, sizeof(args)) >= 0)
        violation("made a user name space by clone3");
    refused("clone3");
}

static void pv_unshare(void)
{
    static const struct {
        unsigned flag;
        const char *name;
    } kinds[] = {{CLONE_NEWNS, "mount"}, {CLONE_NEWPID, "pid"}, {CLONE_NEWNET, "network"},
                 {CLONE_NEWIPC, "ipc"},  {CLONE_NEWUTS, "uts"}, {CLONE_NEWCGROUP, "cgroup"},
                 {CLONE_NEWTIME, "time"}};

    for (unsigned with = 0; with < 2; with++)
        for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
            if (unshare((int)(kinds[i].flag | (with ? CLONE_NEWUSER : 0U))) == 0)
                violation("made a%s %s name space", with ? " user and a" : "", kinds[i].name);
            refused("unshare");
        }
}

static void pv_setns(void)
{
    static const char *const kinds[] = {"mnt", "user", "net", "uts", "ipc", "pid", "cgroup"};
    pid_t pids[64];
    size_t n = others(pids, 64);
    char path[64];

    for (size_t i = 0; i < n; i++) {
        int pidfd = (int)syscall(SYS_pidfd_open, pids[i], 0);

        for (int j = 0; j < 7; j++) {
            int fd;

            snprintf(path, sizeof(path), "/proc/%d/ns/%s", (int)pids[i], kinds[j]);
            fd = open(path, O_RDONLY | O_CLOEXEC);
            if (fd < 0)
                refused(path);
            else if (setns(fd, 0) == 0)
                violation("entered %s", path);
            else
                refused("setns");
            if (fd >= 0)
                close(fd);
        }
        if (pidfd >= 0 && setns(pidfd, CLONE_NEWNS) == 0)
            violation("entered the name spaces of process %d", (int)pids[i]);
        if (pidfd >= 0)
            close(pidfd);
    }
}

static void pv_ptrace1(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);

    for (size_t i = 0; i < n; i++) {
        if (ptrace(PTRACE_SEIZE, pids[i], NULL, NULL) == 0) {
            ptrace(PTRACE_DETACH, pids[i], NULL, NULL);
            violation("traces process %d", (int)pids[i]);
        }
        refused("ptrace");
    }
}

/* Whether pid 1, which knows the host, lets us look into it. */
static void pv_dumpinit(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);
    char path[64], text[256];
    struct iovec local = {text, 8}, remote = {(void *)(uintptr_t)0x400000, 8};
    int fd;

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/mem", (int)pids[i]);
        fd = open(path, O_RDONLY | O_CLOEXEC);
        if (fd >= 0)
            violation("opened %s", path);
        refused(path);
        snprintf(path, sizeof(path), "/proc/%d/environ", (int)pids[i]);
        if (read_text(AT_FDCWD, path, text, sizeof(text)))
            violation("read %s", path);
        if (process_vm_readv(pids[i], &local, 1, &remote, 1, 0) >= 0 || errno == EFAULT)
            violation("may read memory of process %d", (int)pids[i]);
    }
}

const struct payload priv_payloads[] = {
    {"pv-uid", "escape", "user", 0, pv_uid, "CVE-2022-36109: is root"},
    {"pv-hostroot", "escape", "user", 0, pv_hostroot, "is root outside"},
    {"pv-setuid", "escape", "caps,seccomp", 0, pv_setuid, "becomes root"},
    {"pv-setother", "escape", "caps,seccomp", 0, pv_setother, "becomes another user"},
    {"pv-caps", "escape", "caps", 0, pv_caps, "CVE-2022-24769, CVE-2022-29162: capabilities left in a set"},
    {"pv-effcaps", "escape", "caps", 0, pv_effcaps, "capabilities that work"},
    {"pv-securebits", "hardening", "caps", 0, pv_securebits, "keeps capabilities over setuid"},
    {"pv-nnp", "hardening", "nnp", 0, pv_nnp, "set-uid programs work"},
    {"pv-suid", "escape", "nnp,nosuid", 0, pv_suid, "root by a set-uid program of the image"},
    {"pv-sgid", "escape", "nnp,nosuid", 0, pv_sgid, "group root by a set-gid program of the image"},
    {"pv-fcaps", "escape", "nnp,nosuid,caps", 0, pv_fcaps,
     "CVE-2022-24769: capabilities by a file of the image"},
    {"pv-userns", "escape", "userns,seccomp", 0, pv_userns, "CVE-2022-0185, CVE-2024-1086 need it"},
    {"pv-clone3", "escape", "userns,seccomp", 0, pv_clone3, "CVE-2021-41133"},
    {"pv-unshare", "escape", "userns,seccomp,caps", 0, pv_unshare, "CVE-2022-0185 needs it"},
    {"pv-setns", "escape", "caps,pidns,seccomp", 0, pv_setns, "CVE-2016-9962"},
    {"pv-ptrace1", "escape", "pidns,dump,seccomp", 0, pv_ptrace1, "CVE-2016-9962, CVE-2026-41163"},
    {"pv-dumpinit", "escape", "pidns,dump,seccomp", 0, pv_dumpinit, "CVE-2016-9962"},
    {0}};
