/* Sizes, counts and times. There is no way to write "unlimited" where a ring needs a limit. */
#include "posture/limits.h"

#include "base/num.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>

int rf_set_memory(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint64_t bytes = 0;

    if (rf_str_is(value->text, "-1") || rf_str_is(value->text, "0") || rf_str_is(value->text, "unlimited"))
        return rf_refuse(value, err, "a ring always has a memory limit: want a size such as 1g");
    if (rf_num_size(value->text, INT64_MAX, &bytes) != 0 || bytes < RF_MEMORY_MIN)
        return rf_refuse(value, err, "want a size such as 512m or 1g, at least 6m");
    posture->memory_bytes = bytes;
    return 0;
}

int rf_set_shm_size(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint64_t bytes = 0;

    if (rf_num_size(value->text, (uint64_t)1 << 50, &bytes) != 0 || bytes == 0)
        return rf_refuse(value, err, "want a size such as 64m; 0 would mean no limit");
    posture->shm_size_bytes = bytes;
    return 0;
}

int rf_set_cpus(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint64_t milli = 0;

    if (rf_str_is(value->text, "none")) {
        posture->cpus_milli = 0;
        return 0;
    }
    if (rf_num_milli(value->text, RF_CPUS_MAX_MILLI, &milli) != 0 || milli < RF_CPUS_MIN_MILLI)
        return rf_refuse(value, err,
                         "want processors such as 1.5, in 0.01..1024 with at most three decimals, or none");
    posture->cpus_milli = milli;
    return 0;
}

int rf_set_pids_limit(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint64_t count = 0;

    if (rf_str_is(value->text, "-1") || rf_str_is(value->text, "0") || rf_str_is(value->text, "unlimited"))
        return rf_refuse(value, err, "a ring always has a limit of processes: want a number in 1..%d",
                         RF_PIDS_MAX);
    if (rf_num_u64(value->text, RF_PIDS_MAX, &count) != 0 || count == 0)
        return rf_refuse(value, err, "want a number of processes in 1..%d", RF_PIDS_MAX);
    posture->pids_limit = count;
    return 0;
}

int rf_set_timeout(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint64_t ms = 0;

    if (rf_str_is(value->text, "none")) {
        posture->timeout_ms = 0;
        return 0;
    }
    if (rf_num_duration(value->text, RF_TIME_MAX_MS, &ms) != 0 || ms == 0)
        return rf_refuse(value, err, "want a time such as 300s, 5m or 2h, at most 366 days, or none");
    posture->timeout_ms = ms;
    return 0;
}

int rf_set_stop_timeout(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint64_t ms = 0;

    if (rf_num_duration(value->text, RF_TIME_MAX_MS, &ms) != 0)
        return rf_refuse(value, err, "want a time such as 10s; 0 kills at once");
    posture->stop_timeout_ms = ms;
    return 0;
}

/* --- ulimit --- */

static const struct rf_word resources[] = {
    {"as", RLIMIT_AS, NULL},
    {"core", RLIMIT_CORE, NULL},
    {"cpu", RLIMIT_CPU, NULL},
    {"data", RLIMIT_DATA, NULL},
    {"fsize", RLIMIT_FSIZE, NULL},
    {"locks", RLIMIT_LOCKS, NULL},
    {"memlock", RLIMIT_MEMLOCK, NULL},
    {"msgqueue", RLIMIT_MSGQUEUE, NULL},
    {"nice", RLIMIT_NICE, NULL},
    {"nofile", RLIMIT_NOFILE, NULL},
    {"nproc", RLIMIT_NPROC, NULL},
    {"rss", RLIMIT_RSS, NULL},
    {"rtprio", RLIMIT_RTPRIO, NULL},
    {"rttime", RLIMIT_RTTIME, NULL},
    {"sigpending", RLIMIT_SIGPENDING, NULL},
    {"stack", RLIMIT_STACK, NULL},
    {"host", 0, "the limits of the caller are not passed on: name each one"}};

static int read_limit(const struct rf_value *value, struct rf_str text, uint64_t *ret, struct rf_err *err)
{
    if (rf_str_is(text, "unlimited") || rf_str_is(text, "-1")) {
        *ret = UINT64_MAX;
        return 0;
    }
    if (rf_num_u64(text, INT64_MAX, ret) != 0)
        return rf_refuse(value, err, "want NAME=SOFT[:HARD], each a plain number or unlimited");
    return 0;
}

int rf_set_ulimit(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_ulimit limit = {0};
    struct rf_ulimit *list = posture->ulimits;
    struct rf_str name;
    struct rf_str soft;
    struct rf_str hard = rf_str_cut(value->text, '=', &name);
    size_t at = 0;
    int r;

    if (!hard.ptr)
        return rf_refuse(value, err, "want NAME=SOFT[:HARD], such as nofile=1024:4096");
    hard = rf_str_cut(hard, ':', &soft);
    r = rf_value_word(value, name, resources, RF_COUNT(resources), &limit.resource, err);
    if (r == 0)
        r = read_limit(value, soft, &limit.soft, err);
    limit.hard = limit.soft;
    if (r == 0 && hard.ptr)
        r = read_limit(value, hard, &limit.hard, err);
    if (r < 0)
        return r;
    if (limit.hard < limit.soft)
        return rf_refuse(value, err, "the hard limit must not be below the soft one");
    while (at < posture->ulimit_count && list[at].resource != limit.resource)
        at++;
    if (at == posture->ulimit_count) {
        list = rf_list_room(posture->arena, list, at, sizeof(*list));
        if (!list)
            return rf_no_memory(value, err);
        posture->ulimits = list;
        posture->ulimit_count++;
    }
    list[at] = limit;
    return 0;
}

static const char *limit_text(struct rf_arena *arena, uint64_t limit)
{
    if (limit == UINT64_MAX)
        return "unlimited";
    return rf_arena_printf(arena, "%llu", (unsigned long long)limit);
}

const char *rf_ulimit_text(struct rf_arena *arena, const struct rf_ulimit *limit)
{
    const char *soft = limit_text(arena, limit->soft);
    const char *hard = limit_text(arena, limit->hard);

    if (!soft || !hard)
        return NULL;
    return rf_arena_printf(arena, "%s=%s:%s", rf_word_name(resources, RF_COUNT(resources), limit->resource),
                           soft, hard);
}

/* --- numbers as text --- */

const char *rf_size_text(struct rf_arena *arena, uint64_t bytes)
{
    static const char units[] = "\0kmgt";
    size_t unit = 0;

    while (unit < 4 && bytes && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    return rf_arena_printf(arena, unit ? "%llu%c" : "%llu", (unsigned long long)bytes, units[unit]);
}

const char *rf_duration_text(struct rf_arena *arena, uint64_t ms)
{
    if (ms % 1000)
        return rf_arena_printf(arena, "%llums", (unsigned long long)ms);
    return rf_arena_printf(arena, "%llus", (unsigned long long)ms / 1000);
}

const char *rf_cpus_text(struct rf_arena *arena, uint64_t milli)
{
    if (milli % 1000 == 0)
        return rf_arena_printf(arena, "%llu", (unsigned long long)milli / 1000);
    return rf_arena_printf(arena, "%llu.%03llu", (unsigned long long)milli / 1000,
                           (unsigned long long)milli % 1000);
}
