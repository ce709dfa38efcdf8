/* Laying one posture over another: what the file says under what the flags say. */
#include "posture/mounts.h"
#include "posture/posture.h"

#include <errno.h>
#include <string.h>

/* A copy of `list` with room for `more`, keeping to the capacity that rf_list_room() expects. */
static void *copy_list(struct rf_arena *arena, const void *list, size_t count, size_t more, size_t size_bytes)
{
    size_t capacity = 1;
    void *copy;

    if (count + more > RF_LIST_MAX)
        return NULL;
    while (capacity < count + more)
        capacity *= 2;
    copy = rf_arena_array(arena, capacity, size_bytes);
    if (copy && count)
        memcpy(copy, list, count * size_bytes);
    return copy;
}

static bool is_set(const struct rf_posture *posture, enum rf_key key)
{
    return posture->from[key].known != RF_UNSET;
}

static bool merge_groups(struct rf_posture *next, const struct rf_posture *over)
{
    uint32_t *list =
        copy_list(next->arena, next->group_add, next->group_add_count, over->group_add_count, sizeof(*list));

    if (!list)
        return false;
    for (size_t i = 0; i < over->group_add_count; i++) {
        size_t at = 0;

        while (at < next->group_add_count && list[at] != over->group_add[i])
            at++;
        list[at] = over->group_add[i];
        next->group_add_count += at == next->group_add_count;
    }
    next->group_add = list;
    return true;
}

static bool merge_mounts(struct rf_posture *next, const struct rf_posture *over)
{
    struct rf_mount *list =
        copy_list(next->arena, next->mounts, next->mount_count, over->mount_count, sizeof(*list));

    if (!list)
        return false;
    for (size_t i = 0; i < over->mount_count; i++) {
        size_t at = 0;

        while (at < next->mount_count && strcmp(list[at].dst, over->mounts[i].dst) != 0)
            at++;
        list[at] = over->mounts[i];
        next->mount_count += at == next->mount_count;
    }
    next->mounts = list;
    return true;
}

static bool merge_env(struct rf_posture *next, const struct rf_posture *over)
{
    const char **list = copy_list(next->arena, next->env, next->env_count, over->env_count, sizeof(*list));

    if (!list)
        return false;
    for (size_t i = 0; i < over->env_count; i++) {
        size_t name_len = (size_t)(strchr(over->env[i], '=') - over->env[i]);
        size_t at = 0;

        while (at < next->env_count && strncmp(list[at], over->env[i], name_len + 1) != 0)
            at++;
        list[at] = over->env[i];
        next->env_count += at == next->env_count;
    }
    next->env = list;
    return true;
}

static bool merge_ulimits(struct rf_posture *next, const struct rf_posture *over)
{
    struct rf_ulimit *list =
        copy_list(next->arena, next->ulimits, next->ulimit_count, over->ulimit_count, sizeof(*list));

    if (!list)
        return false;
    for (size_t i = 0; i < over->ulimit_count; i++) {
        size_t at = 0;

        while (at < next->ulimit_count && list[at].resource != over->ulimits[i].resource)
            at++;
        list[at] = over->ulimits[i];
        next->ulimit_count += at == next->ulimit_count;
    }
    next->ulimits = list;
    return true;
}

/* The program replaces the program: half of one command and half of another is neither. */
static bool replace_words(struct rf_arena *arena, const char ***list, size_t *count, const char **over,
                          size_t over_count)
{
    const char **copy = over_count ? copy_list(arena, over, over_count, 0, sizeof(*copy)) : *list;

    if (over_count && !copy)
        return false;
    *list = copy;
    *count = over_count ? over_count : *count;
    return true;
}

static bool merge_lists(struct rf_posture *next, const struct rf_posture *over)
{
    next->cap_add |= over->cap_add;
    next->allow_missing |= over->allow_missing;
    return merge_groups(next, over) && merge_mounts(next, over) && merge_env(next, over) &&
           merge_ulimits(next, over) &&
           replace_words(next->arena, &next->entrypoint, &next->entrypoint_count, over->entrypoint,
                         over->entrypoint_count) &&
           replace_words(next->arena, &next->command, &next->command_count, over->command,
                         over->command_count);
}

#define TAKE(key, field)                                                                                     \
    do {                                                                                                     \
        if (is_set(over, RF_KEY_##key))                                                                      \
            next->field = over->field;                                                                       \
    } while (0)

static void merge_root(struct rf_posture *next, const struct rf_posture *over)
{
    if (rf_posture_root(over) != RF_KEY_NONE) {
        next->rootfs = NULL;
        next->is_host = next->is_scratch = false;
    }
    TAKE(ROOTFS, rootfs);
    TAKE(HOST, is_host);
    TAKE(SCRATCH, is_scratch);
}

static void merge_singles(struct rf_posture *next, const struct rf_posture *over)
{
    merge_root(next, over);
    TAKE(USER, user);
    TAKE(USERNS, userns);
    TAKE(READ_ONLY, is_read_only);
    TAKE(HOME, home);
    TAKE(HOME, home_path);
    TAKE(HOME, home_size_bytes);
    TAKE(PASSWD_ENTRY, passwd_entry);
    TAKE(SHM_SIZE, shm_size_bytes);
    TAKE(WORKDIR, workdir);
    TAKE(HOSTNAME, hostname);
    TAKE(NAME, name);
    TAKE(NO_NEW_PRIVILEGES, has_no_new_privileges);
    TAKE(SECCOMP, seccomp);
    TAKE(SECCOMP, seccomp_file);
    TAKE(LANDLOCK, has_landlock);
    TAKE(NETWORK, network);
    TAKE(MEMORY, memory_bytes);
    TAKE(CPUS, cpus_milli);
    TAKE(PIDS_LIMIT, pids_limit);
    TAKE(TIMEOUT, timeout_ms);
    TAKE(STOP_TIMEOUT, stop_timeout_ms);
    TAKE(STOP_SIGNAL, stop_signal);
    TAKE(INIT, has_init);
    TAKE(TTY, has_tty);
    TAKE(INTERACTIVE, is_interactive);
    TAKE(LOG_DRIVER, log_driver);
    TAKE(DEBUG_ROOT, has_debug_root);
    TAKE(NO_DISK, has_no_disk);
    TAKE(JOB_CONFIG, job_config);
}

int rf_posture_merge(struct rf_posture *base, const struct rf_posture *over, struct rf_err *err)
{
    struct rf_posture next = *base;

    if (!merge_lists(&next, over))
        return rf_fail(err, -ENOMEM, "no memory left to join two postures");
    merge_singles(&next, over);
    for (size_t key = 0; key < RF_KEY_MAX; key++)
        if (over->from[key].known != RF_UNSET)
            next.from[key] = over->from[key];
    *base = next;
    return 0;
}
