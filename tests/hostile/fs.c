/* Attacks on files: reading what lies outside the root, writing what should be read-only, running what was
 * dropped. */
#include "hostile.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* Ways by which launchers have leaked the host's root. */
static const char *const routes[] = {"",
                                     "/proc/1/root",
                                     "/proc/self/root",
                                     "/oldroot",
                                     "/.oldroot",
                                     "/old_root",
                                     "/newroot/..",
                                     "/.pivot_root",
                                     "/.put_old",
                                     "/mnt",
                                     "/host",
                                     "/../../../../../..",
                                     "/proc/1/cwd/../../../../../..",
                                     "/tmp/../../../../../../..",
                                     NULL};

static void fs_read_canary(void)
{
    char path[PATH_LEN];

    for (const char *const *route = routes; *route; route++) {
        path_in(path, "%s%s", *route, target.secret);
        if (has_canary(AT_FDCWD, path))
            violation("read the host's %s", path);
    }
    refused(target.secret);
}

static void fs_write_canary(void)
{
    char path[PATH_LEN];

    for (const char *const *route = routes; *route; route++) {
        path_in(path, "%s%s/by-workload", *route, target.drop);
        if (can_create_in(AT_FDCWD, path)) {
            unlink(path);
            violation("created the host's %s", path);
        }
    }
    refused(target.drop);
}

static void fs_shadow(void)
{
    static const char *const files[] = {"/etc/shadow", "/etc/gshadow", "/proc/1/root/etc/shadow",
                                        "/root/.ssh/id_ed25519", NULL};
    char path[PATH_LEN], text[64];

    for (const char *const *file = files; *file; file++) {
        path_in(path, "%s%s", target.root, *file);
        if (read_text(AT_FDCWD, path, text, sizeof(text)))
            violation("read %s: \"%.20s\"", path, text);
    }
    refused("/etc/shadow");
}

/* The root holds directories and files that everybody may write to: only the mount can stop this. */
static void fs_write_root(void)
{
    static const char *const dirs[] = {"/open", "/open2", "/", "/etc", "/bin", "/usr", "/var", "/opt", NULL};
    char path[PATH_LEN];

    for (const char *const *dir = dirs; *dir; dir++) {
        path_in(path, "%s%s/by-workload", target.root, *dir);
        if (can_create_in(AT_FDCWD, path)) {
            unlink(path);
            violation("created %s", path);
        }
    }
    path_in(path, "%s/open/file", target.root);
    if (can_open_to_write(path))
        violation("opened %s for writing", path);
    refused(path);
}

static void fs_truncate(void)
{
    char path[PATH_LEN];
    int fd;

    path_in(path, "%s/open/empty", target.root);
    if (truncate(path, 0) == 0)
        violation("truncated %s", path);
    refused(path);
    fd = open(path, O_RDONLY | O_TRUNC);
    if (fd >= 0)
        violation("opened %s with O_TRUNC", path);
    path_in(path, "%s/empty", target.ro);
    if (truncate(path, 0) == 0)
        violation("truncated %s", path);
}

/* Rights of a file must not change by giving it a name elsewhere (Landlock's REFER). */
static void fs_rename_across(void)
{
    char dirs[5][256], from[PATH_LEN], to[PATH_LEN];

    snprintf(dirs[0], sizeof(dirs[0]), "%s/open", target.root);
    snprintf(dirs[1], sizeof(dirs[1]), "%s/open2", target.root);
    snprintf(dirs[2], sizeof(dirs[2]), "%s", target.ro);
    snprintf(dirs[3], sizeof(dirs[3]), "%s", target.data);
    snprintf(dirs[4], sizeof(dirs[4]), "/tmp");
    for (int i = 0; i < 3; i++) {
        path_in(from, "%s/file", dirs[i]);
        for (int j = 0; j < 5; j++) {
            path_in(to, "%s/by-workload-%d", dirs[j], (int)getpid());
            if (i != j && link(from, to) == 0) {
                unlink(to);
                violation("linked %s to %s", from, to);
            }
            refused("link");
            if (i != j && rename(from, to) == 0) {
                (void)!rename(to, from);
                violation("renamed %s to %s", from, to);
            }
        }
    }
}

/* Climbs from the working directory and from every directory that is open. */
static void fs_dotdot(void)
{
    char cwd[PATH_LEN] = "", path[PATH_LEN];

    if (syscall(SYS_getcwd, cwd, sizeof(cwd)) > 0 && strncmp(cwd, "(unreachable)", 13) == 0)
        violation("the working directory lies outside the root: %s", cwd);
    path_in(path, "../../../../../../../../..%s", target.secret);
    for (int fd = -1; fd < 64; fd++)
        if (has_canary(fd < 0 ? AT_FDCWD : fd, path))
            violation("reached %s from descriptor %d", path, fd);
    refused(path);
}

static void fs_procroot(void)
{
    static const char *const names[] = {"root", "cwd"};
    char path[PATH_LEN];
    pid_t pids[512];
    size_t n = others(pids, 512);

    for (size_t i = 0; i < n; i++)
        for (int j = 0; j < 2; j++) {
            path_in(path, "/proc/%d/%s/../../../../../..%s", (int)pids[i], names[j], target.secret);
            if (has_canary(AT_FDCWD, path))
                violation("read %s", path);
        }
    refused("/proc/*/root");
}

static void fs_procfd(void)
{
    char path[PATH_LEN];
    pid_t pids[512];
    size_t n = others(pids, 510);

    pids[n++] = getpid();
    pids[n++] = getppid();
    for (size_t i = 0; i < n; i++)
        for (int fd = 0; fd < 32; fd++) {
            path_in(path, "/proc/%d/fd/%d/../../../../../..%s", (int)pids[i], fd, target.secret);
            if (has_canary(AT_FDCWD, path))
                violation("read %s", path);
            path_in(path, "/proc/%d/fd/%d", (int)pids[i], fd);
            if (fd > 2 && has_canary(AT_FDCWD, path))
                violation("read %s", path);
        }
    refused("/proc/*/fd/*");
}

/* "Shocker": a handle needs no path, only CAP_DAC_READ_SEARCH and any descriptor of the file system. */
static void fs_handle(void)
{
    static const char *const mounts[] = {"/", "/proc/self/exe", "/etc", "/data", "/ro", "/tmp", NULL};

    for (const char *const *name = mounts; *name; name++) {
        int fd = open(*name, O_RDONLY | O_CLOEXEC);

        for (unsigned inode = 2; fd >= 0 && inode <= 128; inode *= 8) {
            union {
                struct file_handle handle;
                char room[sizeof(struct file_handle) + 8];
            } at = {.handle = {.handle_bytes = 8, .handle_type = 1}};
            unsigned id[2] = {inode, 0};

            memcpy(at.handle.f_handle, id, sizeof(id));
            if (open_by_handle_at(fd, &at.handle, O_RDONLY) >= 0)
                violation("opened inode %u of the file system of %s", inode, *name);
            refused("open_by_handle_at");
            if (errno == ESTALE)
                violation("open_by_handle_at is allowed: %s, inode %u", *name, inode);
        }
        if (fd >= 0)
            close(fd);
    }
}

static void fs_mknod(void)
{
    const struct {
        mode_t type;
        dev_t dev;
    } nodes[] = {{S_IFBLK, makedev((unsigned)target.block / 256, (unsigned)target.block % 256)},
                 {S_IFCHR, makedev(1, 1)},
                 {S_IFCHR, makedev(5, 1)}};
    char path[PATH_LEN];

    for (const char *const *dir = scratch_dirs; *dir; dir++)
        for (int i = 0; i < 4; i++) {
            path_in(path, "%s/node-%d", i == 3 ? target.data : *dir, (int)getpid());
            if (mknod(path, nodes[i % 3].type | 0600, nodes[i % 3].dev) == 0) {
                unlink(path);
                violation("made a device node at %s", path);
            }
            refused("mknod");
        }
}

static void fs_devs(void)
{
    static const char *const devs[] = {"mem",          "kmem",          "port",
                                       "kmsg",         "kvm",           "loop-control",
                                       "loop0",        "vda",           "sda",
                                       "nvme0n1",      "fuse",          "vsock",
                                       "net/tun",      "userfaultfd",   "vhost-net",
                                       "vhost-vsock",  "hpet",          "cpu/0/msr",
                                       "uinput",       "autofs",        "console",
                                       "tty0",         "tty1",          "vcs",
                                       "dri/card0",    "hwrng",         "rtc0",
                                       "nvram",        "btrfs-control", "cpu_dma_latency",
                                       "snapshot",     "zram0",         "mapper/control",
                                       "input/event0", "snd/seq",       "rfkill",
                                       "mqueue",       "hugepages",     NULL};
    char path[PATH_LEN];
    int fd;

    for (const char *const *dev = devs; *dev; dev++) {
        path_in(path, "/dev/%s", *dev);
        fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
        if (fd >= 0)
            violation("opened %s", path);
        if (errno != ENOENT)
            refused(path);
    }
}

static void run_dropped(const char *dir)
{
    char path[PATH_LEN];
    char *argv[] = {path, NULL}, *envp[] = {NULL};
    int fd, status;
    pid_t pid;

    path_in(path, "%s/drop-%d", dir, (int)getpid());
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0755);
    if (fd < 0 || new_program(fd) || fchmod(fd, 0755))
        return;
    close(fd);
    pid = spawn();
    if (pid == 0) {
        execve(path, argv, envp);
        _exit(errno == EACCES ? 13 : 1);
    }
    status = pid > 0 ? result_of(pid) : -1;
    unlink(path);
    if (status == 42)
        violation("ran a program dropped in %s", dir);
    refused_because("%s: execve failed (%d)", dir, status);
}

static void fs_noexec(void)
{
    const char *home = getenv("HOME");

    for (const char *const *dir = scratch_dirs; *dir; dir++)
        run_dropped(*dir);
    if (home)
        run_dropped(home);
}

/* Runs what is in `fd`: through the descriptor itself, or through its name in /proc. */
static void run_fd(int fd, bool by_name, const char *what)
{
    char path[64];
    char *argv[] = {path, NULL}, *envp[] = {NULL};
    pid_t pid;
    int status;

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    pid = spawn();
    if (pid == 0) {
        if (by_name)
            execve(path, argv, envp);
        else
            syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
        _exit(1);
    }
    status = pid > 0 ? result_of(pid) : -1;
    if (status == 42)
        violation("ran a program from memory: %s", what);
    refused_because("%s: not run (%d)", what, status);
}

static void memfd_exec(unsigned flags, bool by_name, const char *what)
{
    int fd = (int)syscall(SYS_memfd_create, "x", flags);

    if (fd < 0) {
        refused("memfd_create");
        return;
    }
    (void)fchmod(fd, 0755); /* refused with MFD_NOEXEC_SEAL; the attempt follows either way */
    if (new_program(fd)) {
        refused("write");
        return;
    }
    run_fd(fd, by_name, what);
}

static void fs_memfdexec(void)
{
    memfd_exec(0x1 | 0x10, false, "MFD_EXEC, execveat");
    memfd_exec(0x1, false, "no flag, execveat");
    memfd_exec(0x1 | 0x8, false, "MFD_NOEXEC_SEAL and chmod, execveat");
}

static void fs_memfdname(void)
{
    memfd_exec(0x10, true, "MFD_EXEC, /proc/self/fd");
    memfd_exec(0, true, "no flag, /proc/self/fd");
    memfd_exec(0x8, true, "MFD_NOEXEC_SEAL and chmod, /proc/self/fd");
}

/* A file without a name in a writable place. */
static void fs_tmpfileexec(void)
{
    for (const char *const *dir = scratch_dirs; *dir; dir++) {
        int fd = open(*dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0755);
        char path[64];
        int again;

        if (fd < 0 || new_program(fd)) {
            refused("O_TMPFILE");
            continue;
        }
        snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
        again = open(path, O_RDONLY | O_CLOEXEC);
        close(fd);
        if (again >= 0)
            run_fd(again, false, *dir);
        else
            refused(path);
    }
}

static void fs_nosuid(void)
{
    char line[4096], place[1024], options[512], path[PATH_LEN];
    FILE *file = fopen("/proc/self/mountinfo", "re");

    while (file && fgets(line, sizeof(line), file)) {
        if (sscanf(line, "%*d %*d %*s %*s %1023s %511s", place, options) != 2 ||
            strncmp(options, "rw", 2) != 0)
            continue;
        if (strstr(options, "nosuid") && strstr(options, "nodev"))
            continue;
        path_in(path, "%s%s/by-workload-%d", place, strcmp(place, "/") == 0 ? "tmp" : "", (int)getpid());
        if (can_create_in(AT_FDCWD, path)) {
            unlink(path);
            violation("%s is writable and mounted %s", place, options);
        }
    }
    refused_because("every writable mount is nosuid,nodev");
}

static void fill(const char *dir)
{
    char path[PATH_LEN], *block = calloc(1, MIB);
    int fd, written = 0;

    path_in(path, "%s/fill-%d", dir, (int)getpid());
    fd = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
    if (fd < 0)
        return;
    while (written < 400 && write(fd, block, MIB) == MIB)
        written++;
    refused_because("%s: stopped after %d MiB: %s", dir, written, strerror(errno));
    unlink(path);
    close(fd);
    free(block);
    if (written == 400)
        violation("wrote 400 MiB to %s", dir);
}

static void fs_fill(void)
{
    for (const char *const *dir = scratch_dirs; *dir; dir++)
        fill(*dir);
    if (getenv("HOME"))
        fill(getenv("HOME"));
}

static void inodes(const char *dir)
{
    enum { WANTED = 40000 };
    char path[PATH_LEN], name[32];
    int at, n = 0;

    path_in(path, "%s/inodes-%d", dir, (int)getpid());
    if (mkdir(path, 0700) || (at = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)) < 0)
        return;
    for (; n < WANTED; n++) {
        snprintf(name, sizeof(name), "%d", n);
        if (mknodat(at, name, S_IFREG | 0600, 0))
            break;
    }
    refused_because("%s: stopped after %d files: %s", dir, n, strerror(errno));
    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "%d", i);
        unlinkat(at, name, 0);
    }
    close(at);
    rmdir(path);
    if (n == WANTED)
        violation("made %d files in %s", n, dir);
}

static void fs_inodes(void)
{
    inodes("/dev/shm");
    inodes("/tmp");
    if (getenv("HOME"))
        inodes(getenv("HOME"));
}

static void fs_sysfs(void)
{
    static const char *const files[] = {"/sys/kernel/mm/transparent_hugepage/enabled",
                                        "/sys/kernel/mm/ksm/run",
                                        "/sys/kernel/profiling",
                                        "/sys/kernel/rcu_expedited",
                                        "/sys/power/state",
                                        "/sys/module/kernel/parameters/panic",
                                        "/sys/block/vda/queue/scheduler",
                                        "/sys/class/net/lo/mtu",
                                        "/sys/devices/system/cpu/cpu1/online",
                                        "/sys/fs/cgroup/cgroup.procs",
                                        "/sys/kernel/security/lockdown",
                                        NULL};

    for (const char *const *file = files; *file; file++) {
        if (can_open_to_write(*file))
            violation("opened %s for writing", *file);
        refused(*file);
    }
}

const struct payload fs_payloads[] = {
    {"fs-read-canary", "escape", "rootfs", 0, fs_read_canary, "a file of the host"},
    {"fs-write-canary", "escape", "rootfs", 0, fs_write_canary, "a file on the host"},
    {"fs-shadow", "escape", "user,caps", 0, fs_shadow, "password hashes of the root file system"},
    {"fs-write-root", "hardening", "readonly", 0, fs_write_root, "a changed root file system"},
    {"fs-truncate", "hardening", "readonly,landlock", 0, fs_truncate,
     "truncation is a right of its own in Landlock"},
    {"fs-rename-across", "hardening", "readonly,landlock", 0, fs_rename_across,
     "other rights under another name"},
    {"fs-dotdot", "escape", "rootfs,fds", 0, fs_dotdot, "CVE-2024-21626"},
    {"fs-procroot", "escape", "rootfs,pidns", 0, fs_procroot, "the root of a process outside"},
    {"fs-procfd", "escape", "rootfs,pidns,fds", 0, fs_procfd, "CVE-2016-9962, CVE-2024-21626"},
    {"fs-handle", "escape", "caps,seccomp", 0, fs_handle, "Shocker: any file of the host by inode number"},
    {"fs-mknod", "escape", "caps,seccomp", 0, fs_mknod, "the disk below, or a node left on a volume"},
    {"fs-devs", "escape", "dev", 0, fs_devs, "devices of the host"},
    {"fs-noexec", "hardening", "noexec,landlock", 0, fs_noexec, "runs a downloaded program"},
    {"fs-memfdexec", "hardening", "memfd,landlock,seccomp", 0, fs_memfdexec, "runs a program from memory"},
    {"fs-memfdname", "hardening", "memfd,landlock,seccomp", 0, fs_memfdname, "the same, by name"},
    {"fs-tmpfileexec", "hardening", "noexec,landlock", 0, fs_tmpfileexec,
     "runs a program that never had a name"},
    {"fs-nosuid", "hardening", "nosuid", 0, fs_nosuid, "a writable mount with set-uid files or devices"},
    {"fs-fill", "denial", "size", DIES_OOM, fs_fill, "no memory or disk left on the host"},
    {"fs-inodes", "denial", "size", DIES_OOM, fs_inodes, "no inodes left on the host"},
    {"fs-sysfs", "escape", "rootfs,user", 0, fs_sysfs, "settings of the host's kernel"},
    {0}};
