/* The launcher's side of the run directory: a name that was asked for is taken before anything of the user's
   can run; the rest is written while pid 1 is busy, or when a run without a name has lasted for a moment, so
   that nobody waits for it. */
#include "sandbox/launcher.h"
#include "sandbox/rundir.h"

#include "base/auto.h"
#include "base/format.h"
#include "base/num.h"
#include "sandbox/sys.h"

#include <string.h>
#include <sys/file.h>
#include <sys/uio.h>
#include <time.h>

/* Names that are made up look like this, so nobody may ask for one: they are not checked against others. */
static bool is_made_up(const char *name)
{
    uint64_t number = 0;

    return strncmp(name, "rf-", 3) == 0 && rf_num_u64(rf_str_of(name + 3), UINT64_MAX, &number) == 0;
}

/* The keeper learns the path before the file is there, so that none can be left behind. It holds this
   process's number, so it is nobody else's. */
static int create(struct rf_launcher *launcher, int dir, char path[RF_RUN_PATH_BYTES], struct rf_err *err)
{
    struct rf_leftovers *leftovers = launcher->leftovers;
    size_t at = strlen(path);
    int code = leftovers->keeper ? 0 : rf_keeper_start(launcher);

    if (code < 0)
        return rf_fail(err, code, "name %s: starting the keeper: %s", launcher->run->name, strerror(-code));
    (void)rf_snprintf(path + at, RF_RUN_PATH_BYTES - at, "/%s.%d", launcher->run->name,
                      getpid()); /* room was left */
    memcpy(leftovers->run_file, path, sizeof(leftovers->run_file));
    launcher->run_file =
        openat(dir, path + at + 1, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (launcher->run_file < 0) {
        code = -errno;
        leftovers->run_file[0] = '\0';
        return rf_fail(err, code, "name %s: making %s: %s", launcher->run->name, path, strerror(-code));
    }
    return 0;
}

int rf_run_file_reserve(struct rf_launcher *launcher, struct rf_err *err)
{
    const char *name = launcher->run->name;
    char path[RF_RUN_PATH_BYTES];

    if (is_made_up(name))
        return rf_fail(err, -EINVAL,
                       "name %s: rf-NUMBER is what runs without a name are called: choose another", name);
    RF_AUTO(close) int dir = rf_rundir_open(launcher->uid, true, path, err);

    if (dir < 0)
        return dir;
    if (flock(dir, LOCK_EX) < 0) /* so that of two who want one name at one time, one gets it */
        return rf_fail(err, -errno, "name %s: locking %s: %s", name, path, strerror(errno));
    if (rf_rundir_has(dir, name))
        return rf_fail(err, -EEXIST,
                       "name %s: a ring of that name is running: choose another, or ringfence kill %s", name,
                       name);
    return create(launcher, dir, path, err);
}

/* Everything behind the magic, and then the magic. */
static int write_all(const struct rf_launcher *launcher, struct rf_run_record *record)
{
    struct iovec parts[1 + RF_STORE_PARTS] = {
        {(char *)record + sizeof(record->magic), sizeof(*record) - sizeof(record->magic)}};
    struct rf_store store;
    ssize_t n;

    rf_plan_store(launcher->plan, &store);
    memcpy(&parts[1], store.parts, sizeof(store.parts));
    record->size_bytes = sizeof(*record) + store.size_bytes;
    n = pwritev(launcher->run_file, parts, RF_COUNT(parts), sizeof(record->magic));
    if (n >= 0 && (uint64_t)n + sizeof(record->magic) != record->size_bytes)
        return -ENOSPC;
    if (n >= 0)
        n = pwrite(launcher->run_file, rf_run_magic, sizeof(rf_run_magic), 0);
    return n < 0 ? -errno : 0;
}

static int write_record(struct rf_launcher *launcher, struct rf_err *err)
{
    const struct rf_leftovers *leftovers = launcher->leftovers;
    struct rf_run_record record = {.pid_space = rf_run_pid_space(),
                                   .written_us = rf_run_clock_us(),
                                   .started = time(NULL),
                                   .launcher = getpid(),
                                   .init = launcher->pid,
                                   .group_count = leftovers->cgroup_count};
    int code;

    for (uint32_t i = 0; i < leftovers->cgroup_count; i++)
        memcpy(record.groups[i], leftovers->cgroups[i], sizeof(record.groups[i]));
    code = write_all(launcher, &record);
    (void)close(RF_TAKE(launcher->run_file)); /* the verdict came with write */
    if (code == 0)
        return 0;
    (void)unlink(leftovers->run_file); /* half a record helps nobody */
    return rf_fail(err, code, "name %s: writing %s: %s", launcher->run->name, leftovers->run_file,
                   strerror(-code));
}

void rf_run_file_write(struct rf_launcher *launcher)
{
    struct rf_err *err = &launcher->outcome->run_file;
    char path[RF_RUN_PATH_BYTES];
    int code = 0;

    if (!launcher->run->name || launcher->has_run_file)
        return;
    launcher->has_run_file = true;
    if (launcher->run_file < 0) {
        RF_AUTO(close) int dir = rf_rundir_open(launcher->uid, true, path, err);

        code = dir < 0 ? dir : create(launcher, dir, path, err);
    }
    if (code == 0)
        (void)write_record(launcher, err); /* the report says why exec will not find this run */
}
