/* The posture: its defaults, the one way in, and the way back to text. */
#include "posture/posture.h"

#include "posture/caps.h"
#include "posture/limits.h"
#include "posture/mounts.h"
#include "posture/user.h"
#include "posture/value.h"
#include "posture/words.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

void rf_posture_init(struct rf_posture *posture, struct rf_arena *arena)
{
    *posture = (struct rf_posture){
        .arena = arena,
        .is_read_only = true,
        .user = {.uid = RF_ID_STANDARD, .gid = RF_ID_STANDARD, .has_gid = true},
        .home_size_bytes = RF_TMPFS_BYTES,
        .shm_size_bytes = RF_TMPFS_BYTES,
        .hostname = "ringfence",
        .has_no_new_privileges = true,
        .has_landlock = true,
        .memory_bytes = (uint64_t)1 << 30,
        .pids_limit = 512,
        .stop_timeout_ms = 10000,
        .stop_signal = SIGTERM,
        .has_init = true,
    };
}

/* Where the bool of a key lies, or NULL for a key of another shape. */
static bool *find_bool(struct rf_posture *posture, enum rf_key key)
{
    bool *const bools[RF_KEY_MAX] = {
        [RF_KEY_HOST] = &posture->is_host,
        [RF_KEY_SCRATCH] = &posture->is_scratch,
        [RF_KEY_READ_ONLY] = &posture->is_read_only,
        [RF_KEY_NO_NEW_PRIVILEGES] = &posture->has_no_new_privileges,
        [RF_KEY_LANDLOCK] = &posture->has_landlock,
        [RF_KEY_INIT] = &posture->has_init,
        [RF_KEY_TTY] = &posture->has_tty,
        [RF_KEY_INTERACTIVE] = &posture->is_interactive,
        [RF_KEY_DEBUG_ROOT] = &posture->has_debug_root,
        [RF_KEY_NO_DISK] = &posture->has_no_disk,
    };

    return bools[key];
}

enum rf_key rf_posture_root(const struct rf_posture *posture)
{
    return posture->rootfs       ? RF_KEY_ROOTFS
           : posture->is_host    ? RF_KEY_HOST
           : posture->is_scratch ? RF_KEY_SCRATCH
                                 : RF_KEY_NONE;
}

int rf_posture_one_root(const struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    enum rf_key root = rf_posture_root(posture);

    if (root == RF_KEY_NONE || root == value->key)
        return 0;
    return rf_refuse(value, err, "%s is set already: the root is one of rootfs, host and scratch",
                     rf_key_info(root)->flag);
}

static int set_bool(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    bool is_on = false;
    int r = rf_value_bool(value, value->text, &is_on, err);

    if (r < 0)
        return r;
    if (is_on && (value->key == RF_KEY_HOST || value->key == RF_KEY_SCRATCH))
        r = rf_posture_one_root(posture, value, err);
    if (r < 0)
        return r;
    *find_bool(posture, value->key) = is_on;
    return 0;
}

static rf_setter *const setters[RF_KEY_MAX] = {
    [RF_KEY_ROOTFS] = rf_set_rootfs,
    [RF_KEY_HOST] = set_bool,
    [RF_KEY_SCRATCH] = set_bool,
    [RF_KEY_USER] = rf_set_user,
    [RF_KEY_GROUP_ADD] = rf_set_group_add,
    [RF_KEY_USERNS] = rf_set_userns,
    [RF_KEY_READ_ONLY] = set_bool,
    [RF_KEY_TMPFS] = rf_set_tmpfs,
    [RF_KEY_VOLUME] = rf_set_volume,
    [RF_KEY_MOUNT] = rf_set_mount,
    [RF_KEY_HOME] = rf_set_home,
    [RF_KEY_PASSWD_ENTRY] = rf_set_passwd_entry,
    [RF_KEY_SHM_SIZE] = rf_set_shm_size,
    [RF_KEY_ENV] = rf_set_env,
    [RF_KEY_WORKDIR] = rf_set_workdir,
    [RF_KEY_ENTRYPOINT] = rf_set_entrypoint,
    [RF_KEY_COMMAND] = rf_set_command,
    [RF_KEY_HOSTNAME] = rf_set_hostname,
    [RF_KEY_NAME] = rf_set_name,
    [RF_KEY_CAP_ADD] = rf_set_cap_add,
    [RF_KEY_SECURITY_OPT] = rf_set_security_opt,
    [RF_KEY_NO_NEW_PRIVILEGES] = set_bool,
    [RF_KEY_SECCOMP] = rf_set_seccomp,
    [RF_KEY_LANDLOCK] = set_bool,
    [RF_KEY_NETWORK] = rf_set_network,
    [RF_KEY_MEMORY] = rf_set_memory,
    [RF_KEY_CPUS] = rf_set_cpus,
    [RF_KEY_PIDS_LIMIT] = rf_set_pids_limit,
    [RF_KEY_ULIMIT] = rf_set_ulimit,
    [RF_KEY_TIMEOUT] = rf_set_timeout,
    [RF_KEY_STOP_TIMEOUT] = rf_set_stop_timeout,
    [RF_KEY_STOP_SIGNAL] = rf_set_stop_signal,
    [RF_KEY_INIT] = set_bool,
    [RF_KEY_TTY] = set_bool,
    [RF_KEY_INTERACTIVE] = set_bool,
    [RF_KEY_LOG_DRIVER] = rf_set_log_driver,
    [RF_KEY_ALLOW_MISSING] = rf_set_allow_missing,
    [RF_KEY_DEBUG_ROOT] = set_bool,
    [RF_KEY_NO_DISK] = set_bool,
    [RF_KEY_JOB_CONFIG] = rf_set_job_config,
};

int rf_posture_set(struct rf_posture *posture, enum rf_key key, struct rf_str text,
                   const struct rf_from *from, struct rf_err *err)
{
    struct rf_value value = {.key = key, .text = {text.ptr ? text.ptr : "", text.len}, .from = from};
    int r;

    if ((unsigned)key >= RF_KEY_MAX || !setters[key])
        return rf_fail(err, -EINVAL, "%s: not a key that takes a value here",
                       (unsigned)key < RF_KEY_MAX ? rf_key_info(key)->flag : "?");
    if (text.len > RF_VALUE_BYTES)
        return rf_refuse(&value, err, "longer than %d bytes", RF_VALUE_BYTES);
    if (memchr(value.text.ptr, '\0', value.text.len))
        return rf_refuse(&value, err, "holds a NUL byte");
    r = setters[key](posture, &value, err);
    if (r == 0)
        rf_posture_note(posture, key, from);
    return r;
}

/* The `index`th mount that `key` spells. */
static const char *mount_text(const struct rf_posture *posture, enum rf_key key, size_t index)
{
    for (size_t i = 0; i < posture->mount_count; i++)
        if (rf_mount_key(&posture->mounts[i]) == key && index-- == 0)
            return rf_mount_text(posture->arena, &posture->mounts[i]);
    return NULL;
}

static const char *home_text(const struct rf_posture *posture)
{
    const char *size = rf_size_text(posture->arena, posture->home_size_bytes);

    if (posture->home == RF_HOME_NONE)
        return "none";
    if (!size)
        return NULL;
    return rf_arena_printf(posture->arena, "%s:size=%s",
                           posture->home == RF_HOME_PATH ? posture->home_path : "temporary", size);
}

static const char *list_text(const struct rf_posture *posture, enum rf_key key, size_t index)
{
    switch (key) {
    case RF_KEY_GROUP_ADD:
        return index < posture->group_add_count
                   ? rf_arena_printf(posture->arena, "%u", posture->group_add[index])
                   : NULL;
    case RF_KEY_TMPFS:
    case RF_KEY_VOLUME:
    case RF_KEY_MOUNT:
        return mount_text(posture, key, index);
    case RF_KEY_ENV:
        return index < posture->env_count ? posture->env[index] : NULL;
    case RF_KEY_ENTRYPOINT:
        return index < posture->entrypoint_count ? posture->entrypoint[index] : NULL;
    case RF_KEY_COMMAND:
        return index < posture->command_count ? posture->command[index] : NULL;
    case RF_KEY_CAP_ADD:
        return rf_cap_nth(posture->cap_add, index);
    case RF_KEY_ULIMIT:
        return index < posture->ulimit_count ? rf_ulimit_text(posture->arena, &posture->ulimits[index])
                                             : NULL;
    case RF_KEY_ALLOW_MISSING:
        return rf_layer_nth(posture->allow_missing, index);
    default:
        return NULL;
    }
}

static const char *single_text(const struct rf_posture *posture, enum rf_key key)
{
    struct rf_arena *arena = posture->arena;

    switch (key) {
    case RF_KEY_ROOTFS:
        return posture->rootfs;
    case RF_KEY_USER:
        return rf_user_text(posture);
    case RF_KEY_USERNS:
        return rf_userns_text(posture);
    case RF_KEY_HOME:
        return home_text(posture);
    case RF_KEY_PASSWD_ENTRY:
        return posture->passwd_entry && !*posture->passwd_entry ? "none" : posture->passwd_entry;
    case RF_KEY_SHM_SIZE:
        return rf_size_text(arena, posture->shm_size_bytes);
    case RF_KEY_WORKDIR:
        return posture->workdir;
    case RF_KEY_HOSTNAME:
        return posture->hostname;
    case RF_KEY_NAME:
        return posture->name;
    case RF_KEY_SECCOMP:
        return rf_seccomp_text(posture);
    case RF_KEY_NETWORK:
        return rf_network_text(posture);
    case RF_KEY_MEMORY:
        return rf_size_text(arena, posture->memory_bytes);
    case RF_KEY_CPUS:
        return posture->cpus_milli ? rf_cpus_text(arena, posture->cpus_milli) : "none";
    case RF_KEY_PIDS_LIMIT:
        return rf_arena_printf(arena, "%llu", (unsigned long long)posture->pids_limit);
    case RF_KEY_TIMEOUT:
        return posture->timeout_ms ? rf_duration_text(arena, posture->timeout_ms) : "none";
    case RF_KEY_STOP_TIMEOUT:
        return rf_duration_text(arena, posture->stop_timeout_ms);
    case RF_KEY_STOP_SIGNAL:
        return rf_signal_text(arena, posture->stop_signal);
    case RF_KEY_LOG_DRIVER:
        return rf_log_driver_text(posture);
    case RF_KEY_JOB_CONFIG:
        return posture->job_config;
    default:
        return NULL;
    }
}

const char *rf_posture_text(const struct rf_posture *posture, enum rf_key key, size_t index)
{
    struct rf_posture copy = *posture; /* find_bool() hands out places to write to */
    const bool *is_on = (unsigned)key < RF_KEY_MAX ? find_bool(&copy, key) : NULL;

    if (is_on)
        return index > 0 ? NULL : *is_on ? "true" : "false";
    if ((unsigned)key < RF_KEY_MAX && rf_key_info(key)->shape == RF_SHAPE_ONE)
        return index > 0 ? NULL : single_text(posture, key);
    return list_text(posture, key, index);
}
