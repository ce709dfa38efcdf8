/* What the planner wants to know, looked up: the caller, the kernel, control groups, and paths in the root.
 */
#include "sandbox/sandbox.h"

#include "base/auto.h"
#include "base/num.h"
#include "sandbox/child.h"
#include "sandbox/netns_pin.h"
#include "sandbox/sys.h"

#include <dirent.h>
#include <linux/capability.h>
#include <linux/stat.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>

enum { PASSWD_LIMIT = 64 * 1024, SMALL_FILE = 8 * 1024, AUTO_FIRST = 0x70000000, AUTO_RANGES = 0xfff };

/* PROC_USER_INIT_INO of the kernel's include/linux/proc_ns.h. */
static const ino_t initial_userns = 0xEFFFFFFDU;

/* A caller who has the ids up to here mapped can give a ring any user that a posture may name. */
static const uint64_t id_max = 65535;

static const long nsfs_magic = 0x6e736673;

/* Read a whole small file into the arena. NULL with *ret_code set when it cannot be, or is no regular file: a
   FIFO or a device in its place would hang or never end. */
static const char *read_text(int dir, const char *path, uint64_t resolve, size_t limit,
                             struct rf_arena *arena, int *ret_code)
{
    RF_AUTO(close) int fd = rf_sys_openat2(dir, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, resolve);
    struct stat st;
    char *text;
    size_t len = 0;

    *ret_code = fd < 0 ? fd : fstat(fd, &st) < 0 ? -errno : S_ISREG(st.st_mode) ? 0 : -EINVAL;
    if (*ret_code < 0)
        return NULL;
    text = rf_arena_alloc(arena, limit + 1);
    *ret_code = text ? 0 : -ENOMEM;
    while (text && len <= limit) {
        ssize_t n = read(fd, text + len, limit + 1 - len);

        if (n < 0)
            *ret_code = -errno;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    if (*ret_code == 0 && len > limit)
        *ret_code = -EFBIG;
    if (*ret_code == 0 && memchr(text, '\0', len))
        *ret_code = -EINVAL;
    if (*ret_code < 0)
        return NULL;
    arena->used -= limit - len; /* give back what was not needed; the terminator is zero already */
    return text;
}

/* --- the caller --- */

static bool has_caps(void)
{
    const uint32_t needed = 1U << CAP_SYS_ADMIN | 1U << CAP_SETUID | 1U << CAP_SETGID | 1U << CAP_SETPCAP;
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct data[2] = {{0, 0, 0}, {0, 0, 0}};

    return syscall(SYS_capget, &header, data) == 0 && (data[0].effective & needed) == needed;
}

/* Whether this process has the root of process 1: the same directory by the same mount. Not to be allowed to
   look is as good as not to be in the same place: the steps that depend on it look for themselves. */
static bool is_same_root(void)
{
    struct statx own;
    struct statx first;
    const unsigned mask = STATX_INO | STATX_MNT_ID;

    return syscall(SYS_statx, AT_FDCWD, "/", 0, mask, &own) == 0 &&
           syscall(SYS_statx, AT_FDCWD, "/proc/1/root", 0, mask, &first) == 0 &&
           own.stx_ino == first.stx_ino && own.stx_mnt_id == first.stx_mnt_id;
}

/* More than one id is mapped when the map's third number is; the initial name space, which the kernel gives a
   fixed inode (PROC_USER_INIT_INO), maps all of them. */
static void look_at_userns(struct rf_facts *facts, struct rf_arena *arena)
{
    struct stat st;
    const char *map;
    struct rf_str rest;
    struct rf_str word = {NULL, 0};
    uint64_t numbers[3] = {0};
    int code = 0;

    facts->is_initial_userns = stat("/proc/self/ns/user", &st) == 0 && st.st_ino == initial_userns;
    facts->is_privileged = facts->is_initial_userns;
    facts->may_be_chrooted = !is_same_root();
    map = facts->is_initial_userns ? NULL
                                   : read_text(AT_FDCWD, "/proc/self/uid_map", 0, SMALL_FILE, arena, &code);
    if (!map)
        return;
    (void)rf_str_cut(rf_str_of(map), '\n', &rest);
    for (size_t i = 0; i < 3; i++) {
        while (rest.len && rest.ptr[0] == ' ')
            rest = (struct rf_str){rest.ptr + 1, rest.len - 1};
        rest = rf_str_cut(rest, ' ', &word);
        if (rf_num_u64(word, UINT32_MAX, &numbers[i]) < 0)
            return;
    }
    facts->is_privileged = numbers[0] == 0 && numbers[2] > id_max;
}

static uint64_t hard_limit(unsigned resource)
{
    struct {
        uint64_t soft, hard;
    } limit = {0, RLIM_INFINITY};

    return syscall(SYS_prlimit64, 0, resource, NULL, &limit) == 0 ? limit.hard : RLIM_INFINITY;
}

/* Files that the ring would write to through a descriptor of its caller's. */
static void look_at_outputs(struct rf_facts *facts)
{
    for (int fd = 0; fd < 3; fd++) {
        struct statfs fs;
        struct stat st;

        if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (fcntl(fd, F_GETFL) & O_ACCMODE) != O_RDONLY &&
            fstatfs(fd, &fs) == 0 && !rf_fs_is_memory((uint64_t)fs.f_type))
            facts->disk_outputs |= 1U << fd;
    }
}

static void look_at_caller(struct rf_facts *facts, struct rf_arena *arena)
{
    facts->uid = geteuid();
    facts->gid = getegid();
    if (has_caps())
        look_at_userns(facts, arena);
    facts->nofile_hard = hard_limit(RLIMIT_NOFILE);
    facts->nproc_hard = hard_limit(RLIMIT_NPROC);
    facts->fsize_hard = hard_limit(RLIMIT_FSIZE);
    facts->sigpending_hard = hard_limit(RLIMIT_SIGPENDING);
    facts->auto_base = AUTO_FIRST + (((uint32_t)getpid() & AUTO_RANGES) << 16);
    facts->stdin_is_tty = isatty(STDIN_FILENO) == 1;
    look_at_outputs(facts);
}

/* --- the kernel --- */

/* Asked of the kernel rather than of its version: distributions carry the option to older ones, and a user
   name space or a filter may refuse it on new ones. Nothing is mounted. */
static bool takes_noswap(void)
{
    RF_AUTO(close) int fs = rf_sys_fsopen("tmpfs");

    return fs >= 0 && rf_sys_fsconfig(fs, RF_FSCONFIG_SET_FLAG, "noswap", NULL) == 0;
}

static void look_at_kernel(struct rf_facts *facts)
{
    int abi =
        rf_sys_result(syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */));
    struct statfs fs;

    facts->landlock_abi = abi < 0 ? 0 : abi;
    facts->has_memfd_noexec = facts->is_privileged && access("/proc/sys/vm/memfd_noexec", F_OK) == 0;
    facts->has_tmpfs_noswap = facts->is_privileged && facts->is_initial_userns && takes_noswap();
    if (facts->is_privileged && statfs(RF_NETNS_PIN, &fs) == 0 && (long)fs.f_type == nsfs_magic)
        facts->netns_pin = RF_NETNS_PIN; /* only root can have mounted it there */
}

/* --- control groups --- */

/* The directory of the caller's own group below `mount`, when a group can be made in it. */
static const char *own_group(const char *mount, struct rf_str path, struct rf_arena *arena)
{
    char *dir = rf_arena_printf(arena, "/sys/fs/cgroup%s%.*s", mount, RF_FMT(path));

    if (!dir)
        return NULL;
    if (path.len == 1)
        dir[strlen(dir) - 1] = '\0';
    return access(dir, W_OK) == 0 ? dir : NULL;
}

static bool lists(const char *text, const char *word)
{
    struct rf_str rest = rf_str_of(text);

    while (rest.ptr) {
        struct rf_str head;

        rest = rf_str_cut(rest, ' ', &head);
        if (head.len && head.ptr[head.len - 1] == '\n')
            head.len--;
        if (rf_str_is(head, word))
            return true;
    }
    return false;
}

/* Version 2 alone. Below the root a group that holds processes cannot pass controllers on, so a caller in a
   group of its own is given none unless its parent was delegated. */
static void look_at_unified(struct rf_cgroup_facts *cg, struct rf_str path, struct rf_arena *arena)
{
    const char *dir = own_group("", path, arena);
    char *file = dir ? rf_arena_printf(arena, "%s/cgroup.subtree_control", dir) : NULL;
    const char *on;
    int code = 0;

    if (!file)
        return;
    if (path.len == 1) /* the root of the hierarchy may pass them on; harmless when they are on already */
        (void)rf_child_write(AT_FDCWD, file, "+memory +pids +cpu");
    on = read_text(AT_FDCWD, file, 0, SMALL_FILE, arena, &code);
    if (!on)
        return;
    cg->mode = RF_CGROUP_V2;
    cg->unified_dir = dir;
    cg->unified_has_memory = lists(on, "memory");
    cg->unified_has_pids = lists(on, "pids");
    cg->unified_has_cpu = lists(on, "cpu");
}

static void look_at_groups(struct rf_cgroup_facts *cg, struct rf_arena *arena)
{
    int code = 0;
    const char *text = read_text(AT_FDCWD, "/proc/self/cgroup", 0, SMALL_FILE, arena, &code);
    struct rf_str rest = text ? rf_str_of(text) : RF_STR("");
    struct rf_str unified = {NULL, 0};

    while (rest.ptr && rest.len) {
        struct rf_str line;
        struct rf_str id;
        struct rf_str controllers;

        rest = rf_str_cut(rest, '\n', &line);
        line = rf_str_cut(line, ':', &id);
        line = rf_str_cut(line, ':', &controllers);
        if (!line.ptr)
            continue;
        if (rf_str_is(controllers, "memory"))
            cg->memory_dir = own_group("/memory", line, arena);
        else if (rf_str_is(controllers, "pids"))
            cg->pids_dir = own_group("/pids", line, arena);
        else if (rf_str_is(controllers, "cpu") || rf_str_is(controllers, "cpu,cpuacct"))
            cg->cpu_dir = own_group(controllers.len == 3 ? "/cpu" : "/cpu,cpuacct", line, arena);
        else if (controllers.len == 0)
            unified = line;
    }
    if (cg->memory_dir || cg->pids_dir || cg->cpu_dir) {
        cg->mode = RF_CGROUP_V1;
        cg->is_hybrid = unified.ptr != NULL;
    } else if (unified.ptr) {
        look_at_unified(cg, unified, arena);
    }
}

/* --- paths --- */

/* Whether a directory has no entry but its own two. */
static bool is_empty_dir(int dir)
{
    char entries[1024];
    RF_AUTO(close) int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    long len = fd < 0 ? -1 : syscall(SYS_getdents64, fd, entries, sizeof(entries));

    return len >= 0 && (size_t)len <= 2 * (offsetof(struct dirent, d_name) + sizeof("..") + 8);
}

static void keep_stat(struct rf_path_fact *fact, const struct stat *st)
{
    fact->mode = st->st_mode;
    fact->uid = st->st_uid;
    fact->gid = st->st_gid;
}

/* Most questions are about a plain directory at the top: no link can be followed there, so one look will do.
 */
static bool look_at_top(int root, struct rf_path_fact *fact)
{
    const char *name = fact->path + 1;
    struct stat st;

    if (fact->wants_emptiness || strchr(name, '/'))
        return false;
    if (fstatat(root, name, &st, AT_SYMLINK_NOFOLLOW) < 0) {
        fact->code = -errno;
        return true;
    }
    if (S_ISLNK(st.st_mode))
        return false;
    keep_stat(fact, &st);
    return true;
}

static void look_at_host(struct rf_path_fact *fact)
{
    struct statfs fs;
    struct stat st;

    if (stat(fact->path, &st) < 0) {
        fact->code = -errno;
        return;
    }
    keep_stat(fact, &st);
    if (fact->wants_fs && statfs(fact->path, &fs) == 0)
        fact->fs_magic = (uint64_t)fs.f_type;
}

static void look_in_root(int root, struct rf_path_fact *fact)
{
    RF_AUTO(close)
    int fd = rf_sys_openat2(root, fact->path, O_PATH, RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0) {
        fact->code = fd < 0 ? fd : -errno;
        return;
    }
    keep_stat(fact, &st);
    if (fact->wants_emptiness && S_ISDIR(st.st_mode))
        fact->is_empty = is_empty_dir(fd);
}

static void look_at_path(int root, struct rf_path_fact *fact)
{
    if (fact->place == RF_PLACE_HOST)
        look_at_host(fact);
    else if (!look_at_top(root, fact))
        look_in_root(root, fact);
}

int rf_facts_probe(const char *root, struct rf_path_fact *paths, size_t path_count, struct rf_arena *arena,
                   struct rf_facts *ret, struct rf_err *err)
{
    const uint64_t inside = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
    struct rf_facts facts = {.paths = paths, .path_count = path_count};
    RF_AUTO(close) int dir = open(root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int code = 0;

    if (dir < 0)
        return rf_fail(err, -errno, "rootfs %s: %s: want a directory that holds a root file system", root,
                       strerror(errno));
    code = rf_sys_openat2(dir, ".", O_PATH, inside);
    if (code == -ENOSYS)
        return rf_fail(
            err, code,
            "openat2 is missing, and paths in a root cannot be resolved safely without it: Linux 5.6 "
            "brought it, and 5.12 is the oldest kernel that can build a ring");
    if (code >= 0)
        (void)close(code); /* it only showed that openat2 works */
    look_at_caller(&facts, arena);
    look_at_kernel(&facts);
    look_at_groups(&facts.cgroup, arena);
    for (size_t i = 0; i < path_count; i++)
        look_at_path(dir, &paths[i]);
    facts.passwd_code = -ENOENT;
    if (root) {
        facts.passwd = read_text(dir, "/etc/passwd", inside, PASSWD_LIMIT, arena, &facts.passwd_code);
        facts.group = read_text(dir, "/etc/group", inside, PASSWD_LIMIT, arena, &code);
    }
    *ret = facts;
    return 0;
}
