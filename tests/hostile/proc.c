/* Attacks through /proc, /sys and control groups. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

/* Writes back what is there: proof of the right, without a change. */
static bool rewrite(const char *path)
{
    char text[4096];
    int fd;
    bool ok;

    if (!read_text(AT_FDCWD, path, text, sizeof(text)))
        return false;
    fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    ok = write(fd, text, strlen(text)) > 0;
    close(fd);
    return ok;
}

static void pr_core(void)
{
    if (rewrite("/proc/sys/kernel/core_pattern"))
        violation("wrote core_pattern: the host runs any program on the next crash");
    refused("core_pattern");
    if (can_open_to_write("/proc/sys/kernel/core_pattern"))
        violation("opened core_pattern for writing");
}

static void pr_sysrq(void)
{
    if (can_open_to_write("/proc/sysrq-trigger"))
        violation("opened sysrq-trigger for writing");
    refused("sysrq-trigger");
    if (rewrite("/proc/sys/kernel/sysrq"))
        violation("wrote kernel.sysrq");
}

static void pr_sysctl(void)
{
    static const char *const knobs[] = {"kernel/modprobe",
                                        "kernel/hostname",
                                        "kernel/randomize_va_space",
                                        "kernel/panic_on_oops",
                                        "kernel/ns_last_pid",
                                        "kernel/poweroff_cmd",
                                        "vm/overcommit_memory",
                                        "vm/memfd_noexec",
                                        "vm/drop_caches",
                                        "fs/suid_dumpable",
                                        "fs/file-max",
                                        "fs/protected_symlinks",
                                        "net/ipv4/ip_forward",
                                        "user/max_user_namespaces",
                                        "kernel/shmmax",
                                        "net/ipv4/ip_unprivileged_port_start",
                                        NULL};
    char path[PATH_LEN];

    for (const char *const *knob = knobs; *knob; knob++) {
        path_in(path, "/proc/sys/%s", *knob);
        if (rewrite(path))
            violation("wrote %s", path);
        refused(path);
    }
}

static void pr_leak(void)
{
    static const char *const files[] = {"/proc/kcore",
                                        "/proc/kmsg",
                                        "/proc/keys",
                                        "/proc/key-users",
                                        "/proc/config.gz",
                                        "/proc/timer_list",
                                        "/proc/sched_debug",
                                        "/proc/slabinfo",
                                        "/proc/vmallocinfo",
                                        "/proc/kpagecount",
                                        "/proc/kpageflags",
                                        "/proc/latency_stats",
                                        "/proc/acpi/wakeup",
                                        "/proc/scsi/scsi",
                                        "/proc/bus/pci/devices",
                                        "/proc/interrupts",
                                        "/proc/pagetypeinfo",
                                        "/proc/iomem",
                                        "/proc/ioports",
                                        "/sys/kernel/notes",
                                        "/sys/kernel/vmcoreinfo",
                                        "/sys/firmware/dmi/tables/DMI",
                                        "/sys/kernel/btf/vmlinux",
                                        "/sys/kernel/boot_params/data",
                                        "/sys/kernel/debug/sched/debug",
                                        "/sys/devices/virtual/powercap/intel-rapl/enabled",
                                        NULL};
    char text[512];

    for (const char *const *file = files; *file; file++)
        if (read_text(AT_FDCWD, *file, text, sizeof(text)))
            violation("read %s", *file);
    refused("/proc/keys, ...");
}

static void pr_kallsyms(void)
{
    static const char zeroes[] = "0000000000000000";
    char text[64], path[PATH_LEN];
    uint64_t entry = 0;
    int fd;

    if (read_text(AT_FDCWD, "/proc/kallsyms", text, sizeof(text)) && strncmp(text, zeroes, 16) != 0)
        violation("kernel addresses: %.40s", text);
    refused("/proc/kallsyms");
    fd = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    if (fd >= 0 && pread(fd, &entry, 8, (off_t)((uintptr_t)path / 4096 * 8)) == 8 &&
        entry & ((1ULL << 55) - 1))
        violation("physical address of a page: frame %llx", (unsigned long long)(entry & ((1ULL << 55) - 1)));
}

static void pr_uevent(void)
{
    if (can_open_to_write("/sys/kernel/uevent_helper"))
        violation("opened uevent_helper: the host runs any program");
    refused("uevent_helper");
    if (can_open_to_write("/sys/devices/virtual/mem/null/uevent") ||
        can_open_to_write("/sys/class/mem/null/uevent"))
        violation("can send device events");
    if (can_open_to_write("/proc/sys/kernel/hotplug"))
        violation("opened kernel.hotplug for writing");
}

static void pr_oom(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);
    char path[64];

    if (write_text("/proc/self/oom_score_adj", "-1000") || write_text("/proc/self/oom_score_adj", "-1"))
        violation("made itself safe from the memory killer");
    refused("oom_score_adj");
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/oom_score_adj", (int)pids[i]);
        if (rewrite(path))
            violation("wrote %s", path);
    }
}

static void pr_cgrel(void)
{
    static const char *const controllers[] = {"memory", "pids", "rdma", "misc", "freezer", "cpuset"};

    for (int i = 0; i < 2; i++) {
        for (int j = 0; j < 6; j++) {
            if (mount("cgroup", "/tmp", "cgroup", 0, controllers[j]) == 0)
                violation("mounted the %s hierarchy%s", controllers[j],
                          can_open_to_write("/tmp/release_agent") ? ", can set release_agent" : "");
            refused("mount cgroup");
        }
        if (!enter_user_namespace(CLONE_NEWNS | CLONE_NEWCGROUP))
            break;
    }
    if (can_open_to_write("/sys/fs/cgroup/memory/release_agent"))
        violation("opened release_agent for writing");
}

static void pr_cgmove(void)
{
    static const char *const dirs[] = {
        "/sys/fs/cgroup",         "/sys/fs/cgroup/memory",  "/sys/fs/cgroup/pids",    "/sys/fs/cgroup/cpu",
        "/sys/fs/cgroup/unified", "/sys/fs/cgroup/systemd", "/sys/fs/cgroup/freezer", NULL};
    char path[PATH_LEN];

    for (const char *const *dir = dirs; *dir; dir++) {
        path_in(path, "%s/cgroup.procs", *dir);
        if (can_open_to_write(path))
            violation("can leave its group: %s opened for writing", path);
        if (errno != ENOENT)
            refused(path);
        path_in(path, "%s/by-workload", *dir);
        if (mkdir(path, 0755) == 0) {
            rmdir(path);
            violation("made a group in %s", *dir);
        }
    }
}

/* CVE-2019-5736: the launcher's own program, opened while it runs and written when it ends. */
static void pr_exe(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);
    char path[64];
    int fd;

    pids[n < 256 ? n++ : 255] = getpid();
    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/exe", (int)pids[i]);
        fd = open(path, O_WRONLY | O_CLOEXEC);
        if (fd >= 0 || errno == ETXTBSY)
            violation("%s: %s", path, fd >= 0 ? "opened for writing" : "writable once it has ended");
        refused(path);
    }
}

static void pr_exe_read(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);
    char path[64], text[16];

    for (size_t i = 0; i < n; i++) {
        snprintf(path, sizeof(path), "/proc/%d/exe", (int)pids[i]);
        if (read_text(AT_FDCWD, path, text, sizeof(text)))
            violation("read %s", path);
        refused(path);
    }
}

static void pr_uidmap(void)
{
    char map[64];
    bool ok;

    snprintf(map, sizeof(map), "0 %u 1", getuid());
    ok = write_text("/proc/self/uid_map", map) || write_text("/proc/self/gid_map", map);
    refused("/proc/self/uid_map");
    if (ok)
        violation("wrote its own uid_map");
    if (write_text("/proc/1/uid_map", "0 0 1") || write_text("/proc/1/gid_map", "0 0 1"))
        violation("wrote the map of pid 1");
    if (unshare(CLONE_NEWUSER) == 0 && write_text("/proc/self/uid_map", map))
        violation("became user 0 of a new name space by writing uid_map");
}

static void pr_initwrite(void)
{
    static const char *const files[] = {"oom_score_adj", "oom_adj",       "comm", "coredump_filter",
                                        "autogroup",     "timerslack_ns", NULL};
    pid_t pids[256];
    size_t n = others(pids, 256);
    char path[64];

    for (size_t i = 0; i < n; i++)
        for (const char *const *file = files; *file; file++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", (int)pids[i], *file);
            if (rewrite(path))
                violation("wrote %s", path);
            refused(path);
            snprintf(path, sizeof(path), "/proc/%d/mem", (int)pids[i]);
            if (can_open_to_write(path))
                violation("opened %s for writing", path);
        }
}

static void pr_initread(void)
{
    static const char *const files[] = {"environ",     "auxv",    "maps", "mem",         "syscall", "stack",
                                        "personality", "pagemap", "io",   "patch_state", NULL};
    static const char *const links[] = {"exe", "cwd", "root", "fd/0", "fd/1", "fd/3", NULL};
    pid_t pids[256];
    size_t n = others(pids, 256);
    char path[64], text[256];

    for (size_t i = 0; i < n; i++) {
        for (const char *const *file = files; *file; file++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", (int)pids[i], *file);
            if (read_text(AT_FDCWD, path, text, sizeof(text)))
                violation("read %s", path);
        }
        for (const char *const *name = links; *name; name++) {
            snprintf(path, sizeof(path), "/proc/%d/%s", (int)pids[i], *name);
            if (readlink(path, text, sizeof(text)) > 0)
                violation("followed %s", path);
            refused(path);
        }
    }
}

/* Arguments of the launcher name paths of the host. */
static void pr_cmdline(void)
{
    static const char *const files[] = {"cmdline", "environ"};
    pid_t pids[256];
    size_t n = others(pids, 256);
    char path[64], text[4096];

    for (size_t i = 0; i < n; i++)
        for (int j = 0; j < 2; j++) {
            int fd;
            ssize_t len;

            snprintf(path, sizeof(path), "/proc/%d/%s", (int)pids[i], files[j]);
            fd = open(path, O_RDONLY | O_CLOEXEC);
            len = fd < 0 ? -1 : read(fd, text, sizeof(text));
            if (len > 0 && memmem(text, (size_t)len, target.scratch, strlen(target.scratch)))
                violation("%s names a path of the host", path);
            close(fd);
        }
    refused_because("no /proc/*/cmdline names a path of the host");
}

static void pr_prlimit(void)
{
    pid_t pids[256];
    size_t n = others(pids, 256);
    struct rlimit limit;

    for (size_t i = 0; i < n; i++) {
        if (prlimit(pids[i], RLIMIT_CORE, NULL, &limit) == 0 &&
            prlimit(pids[i], RLIMIT_CORE, &limit, NULL) == 0)
            violation("set a limit of process %d", (int)pids[i]);
        refused("prlimit");
    }
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_max += 4096;
    if (limit.rlim_max > 4096 && setrlimit(RLIMIT_CORE, &limit) == 0)
        violation("raised a hard limit of its own");
}

const struct payload proc_payloads[] = {
    {"pr-core", "escape", "proc,user", 0, pr_core,
     "CVE-2025-31133: a program run by the host's kernel as root"},
    {"pr-sysrq", "denial", "proc,user", 0, pr_sysrq, "a crash of the host"},
    {"pr-sysctl", "escape", "proc,user", 0, pr_sysctl, "CVE-2019-16884: settings of the host's kernel"},
    {"pr-leak", "hardening", "proc", 0, pr_leak, "facts about the host's kernel"},
    {"pr-kallsyms", "hardening", "proc,caps", 0, pr_kallsyms, "addresses of the host's kernel"},
    {"pr-uevent", "escape", "rootfs,user", 0, pr_uevent, "a program run by the host's kernel as root"},
    {"pr-oom", "denial", "pidns,dump", 0, pr_oom, "others are killed instead"},
    {"pr-cgrel", "escape", "userns,seccomp,caps", 0, pr_cgrel, "CVE-2022-0492"},
    {"pr-cgmove", "denial", "rootfs,user", 0, pr_cgmove, "CVE-2023-25809: no limits any more"},
    {"pr-exe", "escape", "pidns,dump,user", 0, pr_exe, "CVE-2019-5736"},
    {"pr-exe-read", "hardening", "pidns,dump", 0, pr_exe_read, "CVE-2022-0847 needs it"},
    {"pr-uidmap", "escape", "userns,seccomp", 0, pr_uidmap, "user 0 of a name space"},
    {"pr-initwrite", "escape", "pidns,dump", 0, pr_initwrite, "the ring's own pid 1 as a tool"},
    {"pr-initread", "hardening", "pidns,dump", 0, pr_initread, "memory and environment of the launcher"},
    {"pr-cmdline", "hardening", "pidns,hide", 0, pr_cmdline, "paths of the host"},
    {"pr-prlimit", "denial", "pidns,dump,seccomp", 0, pr_prlimit, "limits of pid 1"},
    {0}};
