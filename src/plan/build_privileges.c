/* What the ring gives up, in the order in which it can still be given up. */
#include "plan/builder.h"

#include "base/format.h"

#include <errno.h>
#include <sys/resource.h>

static void rlimit(struct rf_builder *b, enum rf_key key, uint32_t resource, uint64_t soft, uint64_t hard)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_RLIMIT, key);

    step->flags = resource;
    step->a = soft;
    step->b = hard;
}

static bool user_limits(const struct rf_builder *b, uint32_t resource)
{
    for (size_t i = 0; i < b->posture->ulimit_count; i++) {
        if (b->posture->ulimits[i].resource == resource)
            return true;
    }
    return false;
}

static void standard_rlimit(struct rf_builder *b, enum rf_key key, uint32_t resource, uint64_t soft,
                            uint64_t hard)
{
    if (!user_limits(b, resource))
        rlimit(b, key, resource, soft < hard ? soft : hard, hard);
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

static const uint64_t file_bytes = 64ULL << 30;

void rf_build_rlimits(struct rf_builder *b)
{
    const struct rf_posture *posture = b->posture;

    standard_rlimit(b, RF_KEY_ULIMIT, RLIMIT_CORE, 0, 0); /* a core dump is a copy of the input, on disk */
    standard_rlimit(b, RF_KEY_ULIMIT, RLIMIT_NOFILE, 1024, smaller(4096, b->facts->nofile_hard));
    standard_rlimit(b, RF_KEY_ULIMIT, RLIMIT_SIGPENDING, 4096, smaller(4096, b->facts->sigpending_hard));
    if (b->has_cgroup_memory) /* a sparse file of any size costs a workload nothing, but not whoever copies it
                               */
        standard_rlimit(b, RF_KEY_ULIMIT, RLIMIT_FSIZE, file_bytes,
                        smaller(file_bytes, b->facts->fsize_hard));
    if (!b->has_cgroup_pids)
        standard_rlimit(b, RF_KEY_PIDS_LIMIT, RLIMIT_NPROC, posture->pids_limit,
                        smaller(posture->pids_limit, b->facts->nproc_hard));
    if (!b->has_cgroup_memory) {
        standard_rlimit(b, RF_KEY_MEMORY, RLIMIT_DATA, posture->memory_bytes, posture->memory_bytes);
        standard_rlimit(b, RF_KEY_MEMORY, RLIMIT_FSIZE, posture->memory_bytes,
                        smaller(posture->memory_bytes, b->facts->fsize_hard));
    }
    for (size_t i = 0; i < posture->ulimit_count; i++)
        rlimit(b, RF_KEY_ULIMIT, posture->ulimits[i].resource, posture->ulimits[i].soft,
               posture->ulimits[i].hard);
}

static void groups(struct rf_builder *b)
{
    struct rf_step *step;
    char list[1024] = "";
    size_t at = 0;

    if (!b->facts
             ->is_privileged) /* setgroups(2) is denied where one id is mapped: the caller's stay, unmapped */
        return;
    for (size_t i = 0; i < b->posture->group_add_count && at < sizeof(list) - 8; i++)
        at +=
            (size_t)rf_snprintf(list + at, sizeof(list) - at, "%s%u", i ? "," : "", b->posture->group_add[i]);
    step = rf_builder_add(b, RF_STEP_GROUPS, RF_KEY_GROUP_ADD);
    step->data = rf_builder_text(b, list);
}

/* A root launcher's ring gets its own user name space last, when the mounts belong to the initial one:
   whatever capability were won in it has no power over them. Capabilities that the user asked for must count
   outside, so then there is none. */
static void late_userns(struct rf_builder *b)
{
    struct rf_step *step;

    if (!b->facts->is_privileged || b->posture->userns == RF_USERNS_AUTO || b->posture->cap_add)
        return;
    step = rf_builder_add(b, RF_STEP_USERNS_LATE, RF_KEY_USERNS);
    step->src = rf_builder_printf(b, "%u %u 1\n", b->uid, b->uid);
    step->dst = rf_builder_printf(b, "%u %u 1\n", b->gid, b->gid);
}

void rf_build_privileges(struct rf_builder *b)
{
    struct rf_step *step;

    step = rf_builder_add(b, RF_STEP_HOSTNAME, RF_KEY_HOSTNAME);
    step->data = rf_builder_text(b, b->posture->hostname);
    if (b->posture->userns != RF_USERNS_AUTO)
        (void)rf_builder_add(b, RF_STEP_JOIN, RF_KEY_NONE);
    (void)rf_builder_add(b, RF_STEP_KEYRING, RF_KEY_NONE);
    groups(b);
    if (b->facts->is_privileged) {
        step = rf_builder_add(b, RF_STEP_USER, RF_KEY_USER);
        step->uid = b->uid;
        step->gid = b->gid;
    }
    late_userns(b);
    step = rf_builder_add(b, RF_STEP_CAPS, RF_KEY_CAP_ADD);
    step->a = b->posture->cap_add;
    if (!b->posture->has_no_new_privileges &&
        (b->posture->seccomp != RF_SECCOMP_UNCONFINED || b->posture->has_landlock)) {
        rf_builder_fail(b, -EINVAL,
                        "no_new_privileges=false: seccomp and Landlock need it: it can only be given up "
                        "together with them (seccomp=unconfined, landlock=off)");
        return;
    }
    if (b->posture->has_no_new_privileges)
        (void)rf_builder_add(b, RF_STEP_NO_NEW_PRIVS, RF_KEY_NO_NEW_PRIVILEGES);
    if (b->posture->has_tty)
        (void)rf_builder_add(b, RF_STEP_TTY, RF_KEY_TTY);
    step = rf_builder_add(b, RF_STEP_PROVE, RF_KEY_NONE);
    step->uid = b->uid;
    step->gid = b->gid;
    step->a = b->posture->cap_add;
    (void)rf_builder_add(b, RF_STEP_HIDE, RF_KEY_NONE);
    if (b->posture->has_init)
        (void)rf_builder_add(b, RF_STEP_START, RF_KEY_INIT);
}
