/* "At least as tight as". One test per key, in the order of the table; the rules are stated in
   docs/ringfence.yaml.md and here, above each test. Keys that only say what runs and what it is told (env,
   workdir, entrypoint, command, hostname, name, passwd_entry, init, stop_signal) allow nothing and are not
   compared. */
#include "posture/limits.h"
#include "posture/mounts.h"
#include "posture/posture.h"

#include <string.h>

/* Whether `a` allows nothing that `b` forbids, as far as one key goes. */
typedef bool tighter(const struct rf_posture *a, const struct rf_posture *b);

/* The same root, or an empty one; a `b` without one leaves it open. Whatever else both say, host is never
   within a directory. */
static bool rootfs(const struct rf_posture *a, const struct rf_posture *b)
{
    return !b->rootfs || a->is_host || a->is_scratch || rf_text_equal(a->rootfs, b->rootfs);
}

static bool host(const struct rf_posture *a, const struct rf_posture *b)
{
    if (a->is_host)
        return b->is_host || rf_posture_root(b) == RF_KEY_NONE;
    return !b->is_host || a->is_scratch;
}

/* An empty root is within every other. */
static bool scratch(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->is_scratch || !b->is_scratch;
}

/* The same user: another id may own other files. */
static bool user(const struct rf_posture *a, const struct rf_posture *b)
{
    const struct rf_user *x = &a->user;
    const struct rf_user *y = &b->user;

    return x->uid == y->uid && x->gid == y->gid && x->has_gid == y->has_gid &&
           rf_text_equal(x->user_name, y->user_name) && rf_text_equal(x->group_name, y->group_name);
}

/* A subset. */
static bool group_add(const struct rf_posture *a, const struct rf_posture *b)
{
    for (size_t i = 0; i < a->group_add_count; i++) {
        size_t k = 0;

        while (k < b->group_add_count && a->group_add[i] != b->group_add[k])
            k++;
        if (k == b->group_add_count)
            return false;
    }
    return true;
}

/* auto is within standard. */
static bool userns(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->userns == RF_USERNS_AUTO || b->userns == RF_USERNS_STANDARD;
}

static bool read_only(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->is_read_only || !b->is_read_only;
}

/* No larger, no more open, no other owner. */
static bool tmpfs_within(const struct rf_mount *a, const struct rf_mount *b)
{
    bool is_guarded =
        (rf_tmpfs_mode(a) & 01000) || !(rf_tmpfs_mode(a) & 022); /* sticky, or nobody else writes */
    bool is_same_owner =
        a->has_owner == b->has_owner && (!a->has_owner || (a->uid == b->uid && a->gid == b->gid));

    return is_same_owner && a->size_bytes <= b->size_bytes && a->inodes <= b->inodes &&
           (rf_tmpfs_mode(a) & ~rf_tmpfs_mode(b) & 06777) == 0 && (is_guarded || !(rf_tmpfs_mode(b) & 01000));
}

/* The same source under the same ids; without the mounts below is within with them. */
static bool bind_within(const struct rf_mount *a, const struct rf_mount *b)
{
    return strcmp(a->src, b->src) == 0 && a->is_idmapped == b->is_idmapped &&
           (!a->is_recursive || b->is_recursive);
}

/* Each of a's mounts of this kind lies where b has one that allows as much. A mount that is absent from `a`
   counts as tighter, whatever it hid in the root. */
static bool mounts(const struct rf_posture *a, const struct rf_posture *b, enum rf_mount_kind kind)
{
    for (size_t i = 0; i < a->mount_count; i++) {
        const struct rf_mount *x = &a->mounts[i];
        const struct rf_mount *y = NULL;

        if (x->kind != kind)
            continue;
        for (size_t k = 0; k < b->mount_count && !y; k++)
            if (b->mounts[k].kind == kind && strcmp(b->mounts[k].dst, x->dst) == 0)
                y = &b->mounts[k];
        if (!y || (!x->is_read_only && y->is_read_only) || (x->is_exec && !y->is_exec))
            return false;
        if (!(kind == RF_MOUNT_BIND ? bind_within(x, y) : tmpfs_within(x, y)))
            return false;
    }
    return true;
}

static bool tmpfs(const struct rf_posture *a, const struct rf_posture *b)
{
    return mounts(a, b, RF_MOUNT_TMPFS);
}

static bool volume(const struct rf_posture *a, const struct rf_posture *b)
{
    return mounts(a, b, RF_MOUNT_BIND);
}

/* none is within every home, otherwise the same place and no larger. */
static bool home(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->home == RF_HOME_NONE || (a->home == b->home && rf_text_equal(a->home_path, b->home_path) &&
                                       a->home_size_bytes <= b->home_size_bytes);
}

static bool shm_size(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->shm_size_bytes <= b->shm_size_bytes;
}

/* A subset. */
static bool cap_add(const struct rf_posture *a, const struct rf_posture *b)
{
    return (a->cap_add & ~b->cap_add) == 0;
}

static bool no_new_privileges(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->has_no_new_privileges || !b->has_no_new_privileges;
}

/* strict, default, unconfined; a file is within itself and unconfined only, since nobody has compared it. */
static bool seccomp(const struct rf_posture *a, const struct rf_posture *b)
{
    if (b->seccomp == RF_SECCOMP_UNCONFINED)
        return true;
    if (a->seccomp == RF_SECCOMP_FILE || b->seccomp == RF_SECCOMP_FILE)
        return a->seccomp == b->seccomp && rf_text_equal(a->seccomp_file, b->seccomp_file);
    return a->seccomp == b->seccomp || a->seccomp == RF_SECCOMP_STRICT;
}

static bool landlock(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->has_landlock || !b->has_landlock;
}

/* none, loopback, host */
static bool network(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->network <= b->network;
}

static bool memory(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->memory_bytes <= b->memory_bytes;
}

static bool within_or_none(uint64_t a, uint64_t b)
{
    return b == 0 || (a != 0 && a <= b);
}

static bool cpus(const struct rf_posture *a, const struct rf_posture *b)
{
    return within_or_none(a->cpus_milli, b->cpus_milli);
}

static bool pids_limit(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->pids_limit <= b->pids_limit;
}

/* The same limits named, none higher: what an unnamed one amounts to, the posture does not know. */
static bool ulimit(const struct rf_posture *a, const struct rf_posture *b)
{
    if (a->ulimit_count != b->ulimit_count)
        return false;
    for (size_t i = 0; i < a->ulimit_count; i++) {
        size_t k = 0;

        while (k < b->ulimit_count && a->ulimits[i].resource != b->ulimits[k].resource)
            k++;
        if (k == b->ulimit_count || a->ulimits[i].soft > b->ulimits[k].soft ||
            a->ulimits[i].hard > b->ulimits[k].hard)
            return false;
    }
    return true;
}

static bool timeout(const struct rf_posture *a, const struct rf_posture *b)
{
    return within_or_none(a->timeout_ms, b->timeout_ms);
}

static bool stop_timeout(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->stop_timeout_ms <= b->stop_timeout_ms;
}

static bool tty(const struct rf_posture *a, const struct rf_posture *b)
{
    return !a->has_tty || b->has_tty;
}

static bool interactive(const struct rf_posture *a, const struct rf_posture *b)
{
    return !a->is_interactive || b->is_interactive;
}

static bool log_driver(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->log_driver == RF_LOG_NONE || b->log_driver == RF_LOG_PASSTHROUGH;
}

/* A subset. */
static bool allow_missing(const struct rf_posture *a, const struct rf_posture *b)
{
    return (a->allow_missing & ~b->allow_missing) == 0;
}

static bool debug_root(const struct rf_posture *a, const struct rf_posture *b)
{
    return !a->has_debug_root || b->has_debug_root;
}

static bool no_disk(const struct rf_posture *a, const struct rf_posture *b)
{
    return a->has_no_disk || !b->has_no_disk;
}

/* What `b` demands to be readable, `a` demands as well. */
static bool job_config(const struct rf_posture *a, const struct rf_posture *b)
{
    return !b->job_config || rf_text_equal(a->job_config, b->job_config);
}

static tighter *const tests[RF_KEY_MAX] = {
    [RF_KEY_ROOTFS] = rootfs,
    [RF_KEY_HOST] = host,
    [RF_KEY_SCRATCH] = scratch,
    [RF_KEY_USER] = user,
    [RF_KEY_GROUP_ADD] = group_add,
    [RF_KEY_USERNS] = userns,
    [RF_KEY_READ_ONLY] = read_only,
    [RF_KEY_TMPFS] = tmpfs,
    [RF_KEY_VOLUME] = volume,
    [RF_KEY_HOME] = home,
    [RF_KEY_SHM_SIZE] = shm_size,
    [RF_KEY_CAP_ADD] = cap_add,
    [RF_KEY_NO_NEW_PRIVILEGES] = no_new_privileges,
    [RF_KEY_SECCOMP] = seccomp,
    [RF_KEY_LANDLOCK] = landlock,
    [RF_KEY_NETWORK] = network,
    [RF_KEY_MEMORY] = memory,
    [RF_KEY_CPUS] = cpus,
    [RF_KEY_PIDS_LIMIT] = pids_limit,
    [RF_KEY_ULIMIT] = ulimit,
    [RF_KEY_TIMEOUT] = timeout,
    [RF_KEY_STOP_TIMEOUT] = stop_timeout,
    [RF_KEY_TTY] = tty,
    [RF_KEY_INTERACTIVE] = interactive,
    [RF_KEY_LOG_DRIVER] = log_driver,
    [RF_KEY_ALLOW_MISSING] = allow_missing,
    [RF_KEY_DEBUG_ROOT] = debug_root,
    [RF_KEY_NO_DISK] = no_disk,
    [RF_KEY_JOB_CONFIG] = job_config,
};

bool rf_posture_is_within(const struct rf_posture *tight, const struct rf_posture *loose,
                          enum rf_key *ret_key)
{
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        bool is_guess = tight->from[key].known == RF_UNKNOWABLE || loose->from[key].known == RF_UNKNOWABLE;

        if (tests[key] && (is_guess || !tests[key](tight, loose))) {
            *ret_key = (enum rf_key)key;
            return false;
        }
    }
    return true;
}
