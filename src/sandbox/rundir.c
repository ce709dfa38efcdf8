/* The run directory as its readers see it: where it is, whom it can be believed, and who still lives. */
#include "sandbox/rundir.h"

#include "base/auto.h"
#include "base/format.h"
#include "base/num.h"
#include "plan/facts.h"
#include "sandbox/sys.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <time.h>

enum { FILE_LIMIT = 2 * 1024 * 1024, RINGS = 4096, STAT_BYTES = 1024, STAT_STATE = 3, STAT_START = 22 };

const char rf_run_magic[8] = "rfrun1\n";

/* --- processes --- */

uint64_t rf_run_clock_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_BOOTTIME, &now); /* cannot fail for this clock */
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

uint64_t rf_run_pid_space(void)
{
    struct stat st;

    return stat("/proc/self/ns/pid", &st) == 0 ? st.st_ino : 0;
}

/* When the process began, on the clock of rf_run_clock_us(); UINT64_MAX when it is none or only waits to be
 * reaped. */
static uint64_t began_us(int32_t pid)
{
    char path[32];
    char text[STAT_BYTES];
    struct rf_str rest = {text, 0};
    struct rf_str word;
    uint64_t ticks = 0;
    ssize_t len;
    const char *end;

    (void)rf_snprintf(path, sizeof(path), "/proc/%d/stat", pid); /* ten digits fit */
    RF_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    len = fd < 0 ? -1 : read(fd, text, sizeof(text));
    end = len < 0 ? NULL
                  : memrchr(text, ')', (size_t)len); /* a process chooses what stands in its parentheses */
    if (!end)
        return UINT64_MAX;
    rest = (struct rf_str){end + 1, (size_t)(text + len - end) - 1};
    rest = rf_str_cut(rest, ' ', &word);
    for (int i = STAT_STATE; i <= STAT_START; i++) {
        rest = rf_str_cut(rest, ' ', &word);
        if (i == STAT_STATE && (rf_str_is(word, "Z") || rf_str_is(word, "X")))
            return UINT64_MAX;
    }
    if (!rest.ptr || rf_num_u64(word, UINT64_MAX / 1000000, &ticks) < 0)
        return UINT64_MAX;
    return ticks * 1000000 / (uint64_t)sysconf(_SC_CLK_TCK);
}

int rf_run_pidfd(const struct rf_run_record *record, int32_t pid)
{
    int fd = rf_sys_result(syscall(SYS_pidfd_open, pid, 0));

    /* Looked at only now: if this process began before the record, it had the number when the descriptor was
     * opened. */
    if (fd >= 0 && began_us(pid) > record->written_us) {
        (void)close(fd);
        return -ESRCH;
    }
    return fd;
}

/* --- the directory --- */

static int open_dir(const char *path)
{
    return rf_sys_result(open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
}

/* Not where anybody could put another in its place. */
static int make_dir(const char *parent, const char *path)
{
    struct stat st;

    if (stat(parent, &st) < 0)
        return -errno;
    if ((st.st_mode & S_IWOTH) && !(st.st_mode & S_ISVTX))
        return -EPERM;
    return mkdir(path, 0700) < 0 && errno != EEXIST ? -errno : 0;
}

/* A directory that is ours and nobody else's. */
static int open_own(const char *parent, const char *path, bool may_create)
{
    struct stat st;
    int fd = open_dir(path);

    if (fd == -ENOENT && may_create) {
        fd = make_dir(parent, path);
        fd = fd < 0 ? fd : open_dir(path);
    }
    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0 || st.st_uid != geteuid() || (st.st_mode & 077)) {
        (void)close(fd);
        return -EPERM;
    }
    return fd;
}

static int join_path(char ret[RF_RUN_PATH_BYTES], const char *parent, const char *name)
{
    int len = rf_snprintf(ret, RF_RUN_PATH_BYTES, "%s/%s", parent, name);

    return len < 0 || len >= RF_RUN_PATH_BYTES - RF_RUN_NAME_BYTES ? -ENAMETOOLONG : 0;
}

struct place {
    const char *parent; /* NULL: not for this caller */
    const char *name;
    bool must_be_memory; /* records hold the environment, which may hold secrets: the disk is the last resort
                          */
};

static int open_place(const struct place *place, bool may_create, char ret_path[RF_RUN_PATH_BYTES])
{
    struct statfs fs;
    int code;

    if (!place->parent)
        return -ENOENT;
    if (place->must_be_memory && (statfs(place->parent, &fs) < 0 || !rf_fs_is_memory((uint64_t)fs.f_type)))
        return -ENOENT;
    code = join_path(ret_path, place->parent, place->name);
    return code < 0 ? code : open_own(place->parent, ret_path, may_create);
}

int rf_rundir_open(uint32_t uid, bool may_create, char ret_path[RF_RUN_PATH_BYTES], struct rf_err *err)
{
    const char *runtime = getenv("XDG_RUNTIME_DIR");
    char own[32];
    const struct place places[] = {
        {uid == 0 ? "/run" : NULL, "ringfence", true},
        {uid != 0 && runtime && runtime[0] == '/' ? runtime : NULL, "ringfence", false},
        {"/dev/shm", own, true},
        {uid == 0 ? "/run" : NULL, "ringfence", false},
        {"/tmp", own, false},
    };
    const struct place *worst = NULL;
    int first = -ENOENT;

    (void)rf_snprintf(own, sizeof(own), "ringfence-%u", uid); /* ten digits fit */
    for (size_t i = 0; i < RF_COUNT(places); i++) {
        int fd = open_place(&places[i], may_create, ret_path);

        if (fd >= 0)
            return fd;
        if (fd != -ENOENT && !worst) {
            worst = &places[i];
            first = fd;
        }
    }
    if (!worst)
        return rf_fail(err, -ENOENT, "run directory: there is none");
    return rf_fail(err, first,
                   "run directory: no place is yours alone, the first that came near is %s/%s: %s",
                   worst->parent, worst->name, strerror(-first));
}

/* --- files --- */

bool rf_run_file_split(const char *file, char ret_name[RF_RUN_NAME_BYTES], int32_t *ret_pid)
{
    const char *dot = strrchr(file, '.');
    uint64_t pid = 0;

    if (!dot || dot == file || (size_t)(dot - file) >= RF_RUN_NAME_BYTES || dot[1] == '0' ||
        rf_num_u64(rf_str_of(dot + 1), INT32_MAX, &pid) < 0)
        return false;
    (void)rf_snprintf(ret_name, RF_RUN_NAME_BYTES, "%.*s", (int)(dot - file), file); /* measured above */
    *ret_pid = (int32_t)pid;
    return true;
}

bool rf_run_record_is_sound(const struct rf_run_record *record, uint64_t size_bytes)
{
    if (memcmp(record->magic, rf_run_magic, sizeof(rf_run_magic)) != 0 || record->size_bytes != size_bytes ||
        record->launcher <= 0 || record->init <= 0 || record->group_count > RF_RUN_GROUPS)
        return false;
    for (uint64_t i = 0; i < record->group_count; i++) {
        const char *path = record->groups[i];

        if (!memchr(path, '\0', RF_RUN_PATH_BYTES) || strncmp(path, "/sys/fs/cgroup/", 15) != 0 ||
            strstr(path, "/.."))
            return false;
    }
    return true;
}

/* What became of reading a file. */
enum verdict { VERDICT_GOOD, VERDICT_STARTING, VERDICT_STALE, VERDICT_FOREIGN, VERDICT_BAD };

/* The record of a file, when this caller may believe it. The caller's own file in the making is nobody's. */
static enum verdict read_record(int fd, int32_t pid, struct rf_run_record *ret)
{
    static const char no_magic[sizeof(ret->magic)];
    struct stat st;
    ssize_t len;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
        (st.st_mode & 077) || st.st_size > FILE_LIMIT)
        return VERDICT_BAD;
    len = pread(fd, ret, sizeof(*ret), 0);
    if (len == 0 || (len == (ssize_t)sizeof(*ret) && memcmp(ret->magic, no_magic, sizeof(no_magic)) == 0))
        return began_us(pid) == UINT64_MAX ? VERDICT_STALE : VERDICT_STARTING;
    if (len != (ssize_t)sizeof(*ret) || !rf_run_record_is_sound(ret, (uint64_t)st.st_size) ||
        ret->launcher != pid)
        return VERDICT_BAD;
    if (ret->pid_space != rf_run_pid_space())
        return VERDICT_FOREIGN;
    return began_us(ret->launcher) <= ret->written_us ? VERDICT_GOOD : VERDICT_STALE;
}

static int open_file(int dir, const char *file)
{
    return openat(dir, file, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

static int read_plan(int fd, size_t size, struct rf_arena *arena, struct rf_plan *ret, struct rf_err *err)
{
    size_t len = size - sizeof(struct rf_run_record);
    char *bytes = rf_arena_alloc(arena, len + 1);

    if (!bytes)
        return rf_fail(err, -ENOMEM, "out of memory");
    if (pread(fd, bytes, len, sizeof(struct rf_run_record)) != (ssize_t)len)
        return rf_fail(err, -EBADMSG, "it ends early");
    return rf_plan_load(bytes, len, arena, ret, err);
}

/* One file of the directory into *ret. False when there is nothing to say of it. */
static bool read_ring(int dir, const char *file, int32_t pid, struct rf_arena *arena, struct rf_ring *ret)
{
    RF_AUTO(close) int fd = open_file(dir, file);
    struct rf_err err = {0};

    if (fd < 0 && errno == ENOENT)
        return false; /* it has just ended */
    switch (read_record(fd, pid, &ret->record)) {
    case VERDICT_FOREIGN:
        return false;
    case VERDICT_STALE:
        (void)unlinkat(dir, file, 0); /* somebody else may have swept already */
        return false;
    case VERDICT_STARTING:
        ret->is_starting = true;
        return true;
    case VERDICT_BAD:
        ret->problem = "no launcher of yours wrote it: remove it";
        return true;
    case VERDICT_GOOD:
        break;
    }
    if (read_plan(fd, (size_t)ret->record.size_bytes, arena, &ret->plan, &err) < 0)
        ret->problem = rf_arena_text(arena, rf_str_of(err.msg));
    return true;
}

bool rf_rundir_has(int dir, const char *name)
{
    int copy = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *entries = copy < 0 ? NULL : fdopendir(copy);
    const struct dirent *entry;
    bool has = !entries; /* what cannot be read may hold it */

    while (!has && (entry = readdir(entries))) {
        struct rf_run_record record;
        char other[RF_RUN_NAME_BYTES];
        int32_t pid = 0;
        enum verdict verdict;

        if (!rf_run_file_split(entry->d_name, other, &pid) || strcmp(name, other) != 0)
            continue;
        RF_AUTO(close) int fd = open_file(dir, entry->d_name);

        if (fd < 0 && errno == ENOENT)
            continue;
        verdict = read_record(fd, pid, &record);
        if (verdict == VERDICT_STALE || (verdict == VERDICT_STARTING && pid == getpid()))
            (void)unlinkat(dir, entry->d_name, 0); /* somebody else may have swept already */
        else
            has = true;
    }
    if (entries)
        (void)closedir(entries);
    return has;
}

/* --- lists --- */

/* The rings in an open directory, which is closed. */
static int read_rings(int dir, const char *name, struct rf_arena *arena, struct rf_ring *rings,
                      size_t *ret_count, struct rf_err *err)
{
    DIR *entries = fdopendir(dir);
    const struct dirent *entry;
    size_t count = 0;
    int code = 0;

    if (!entries) {
        (void)close(dir);
        return rf_fail(err, -ENOMEM, "reading the run directory: out of memory");
    }
    while (count < RINGS && code == 0 && (entry = readdir(entries))) {
        char other[RF_RUN_NAME_BYTES];
        int32_t pid = 0;

        if (!rf_run_file_split(entry->d_name, other, &pid) || (name && strcmp(name, other) != 0))
            continue;
        rings[count].name = rf_arena_text(arena, rf_str_of(other));
        if (!rings[count].name)
            code = rf_fail(err, -ENOMEM, "reading the run directory: out of memory");
        else if (read_ring(dirfd(entries), entry->d_name, pid, arena, &rings[count]))
            count++;
    }
    (void)closedir(entries);
    *ret_count = count;
    return code;
}

int rf_rundir_list(const char *name, struct rf_arena *arena, struct rf_ring **ret, size_t *ret_count,
                   struct rf_err *err)
{
    char path[RF_RUN_PATH_BYTES];
    struct rf_ring *rings = rf_arena_array(arena, RINGS, sizeof(*rings));
    size_t count = 0;
    int dir;
    int code;

    if (!rings)
        return rf_fail(err, -ENOMEM, "reading the run directory: out of memory");
    dir = rf_rundir_open(geteuid(), false, path, err);
    code = dir < 0 ? dir : read_rings(dir, name, arena, rings, &count, err);
    if (code < 0 && code != -ENOENT) /* without a directory nobody has run anything yet */
        return code;
    *ret = rings;
    *ret_count = count;
    return 0;
}

int rf_rundir_find(const char *name, struct rf_arena *arena, struct rf_ring *ret, struct rf_err *err)
{
    struct rf_ring *rings = NULL;
    size_t count = 0;
    int code = rf_rundir_list(name, arena, &rings, &count, err);

    if (code < 0)
        return code;
    if (count == 0)
        return rf_fail(err, -ENOENT, "%s: no ring of that name runs: ringfence ps lists yours", name);
    if (rings[0].problem)
        return rf_fail(err, -EBADMSG, "run file of %s: %s", name, rings[0].problem);
    if (rings[0].is_starting)
        return rf_fail(err, -EAGAIN, "%s: it is being started: try again in a moment", name);
    *ret = rings[0];
    return 0;
}
