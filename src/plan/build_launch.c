/* What the launcher does: who the user is, the ring's name spaces, its control groups and its network. */
#include "plan/builder.h"

#include "base/format.h"
#include "posture/passwd.h"

#include <errno.h>
#include <linux/sched.h>

enum { AUTO_SIZE = 65536 };

static const struct rf_posture *posture_of(const struct rf_builder *b)
{
    return b->posture;
}

static bool is_explicit(const struct rf_builder *b, enum rf_key key)
{
    return posture_of(b)->from[key].known == RF_KNOWN;
}

static bool check_id(struct rf_builder *b, const char *what, const char *name, uint64_t id)
{
    if (id >= RF_ID_MIN && id <= RF_ID_MAX)
        return true;
    rf_builder_fail(b, -EACCES,
                    "user: %s \"%s\" is %llu in the root's own files: want one that maps to %d..%d%s", what,
                    name, (unsigned long long)id, RF_ID_MIN, RF_ID_MAX, id == 0 ? "; 0 is root" : "");
    return false;
}

static void resolve_user_name(struct rf_builder *b, const struct rf_user *user)
{
    uint64_t uid = 0;
    uint64_t gid = 0;

    if (!b->facts->passwd || !rf_passwd_find_user(b->facts->passwd, user->user_name, &uid, &gid)) {
        rf_builder_fail(b, -ENOENT, "user: no \"%s\" in the root's /etc/passwd: give a number in %d..%d",
                        user->user_name, RF_ID_MIN, RF_ID_MAX);
        return;
    }
    if (!check_id(b, "user", user->user_name, uid))
        return;
    b->uid = (uint32_t)uid;
    if (!user->has_gid && check_id(b, "the group of", user->user_name, gid))
        b->gid = (uint32_t)gid;
}

void rf_build_user(struct rf_builder *b)
{
    const struct rf_user *user = &b->posture->user;
    uint64_t gid = 0;

    b->uid = user->uid;
    b->gid = user->has_gid ? user->gid : user->uid;
    b->user_name = user->user_name;
    if (user->user_name)
        resolve_user_name(b, user);
    if (user->group_name && b->code == 0) {
        if (!b->facts->group || !rf_passwd_find_group(b->facts->group, user->group_name, &gid))
            rf_builder_fail(b, -ENOENT,
                            "user: no group \"%s\" in the root's /etc/group: give a number in %d..%d",
                            user->group_name, RF_ID_MIN, RF_ID_MAX);
        else if (check_id(b, "group", user->group_name, gid))
            b->gid = (uint32_t)gid;
    }
    if (b->posture->group_add_count && !b->facts->is_privileged)
        rf_builder_fail(b, -EPERM,
                        "group_add: an ordinary user cannot give a ring more groups than his own: leave it "
                        "out or run as root");
}

/* --- control groups --- */

static void limit(struct rf_builder *b, enum rf_key key, uint32_t slot, const char *file, const char *value,
                  uint32_t flags)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_CGROUP_LIMIT, key);

    step->a = slot;
    step->flags = flags;
    step->dst = rf_builder_text(b, file);
    step->data = rf_builder_text(b, value);
}

static void limit_number(struct rf_builder *b, enum rf_key key, uint32_t slot, const char *file,
                         uint64_t value)
{
    char text[24];

    (void)rf_snprintf(text, sizeof(text), "%llu", (unsigned long long)value); /* 20 digits fit */
    limit(b, key, slot, file, text, 0);
}

/* The launcher's pid is put behind the name when the group is made, so that the plan stays the same. */
static uint32_t new_group(struct rf_builder *b, enum rf_key key, const char *parent)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_CGROUP_NEW, key);

    step->src = rf_builder_printf(b, "%s/ringfence.", parent);
    step->a = b->cgroups;
    return b->cgroups++;
}

/* Swap is counted in where it can be: else a limit only moves the excess to disk. It is not closed by that:
   when another group or the whole machine is short of memory, or on madvise(MADV_PAGEOUT), the kernel swaps
   this group's pages out all the same, with memory.swappiness=0 too (measured on Linux 6.18). */
static void limit_memory_v1(struct rf_builder *b, uint32_t slot)
{
    char text[24];

    limit_number(b, RF_KEY_MEMORY, slot, "memory.limit_in_bytes", b->posture->memory_bytes);
    (void)rf_snprintf(text, sizeof(text), "%llu",
                      (unsigned long long)b->posture->memory_bytes); /* 20 digits fit */
    limit(b, RF_KEY_MEMORY, slot, "memory.memsw.limit_in_bytes", text, RF_STEP_IF_PRESENT);
    b->has_cgroup_memory = true;
}

static void limit_cpu_v1(struct rf_builder *b, uint32_t slot)
{
    limit_number(b, RF_KEY_CPUS, slot, "cpu.cfs_period_us", 100000);
    limit_number(b, RF_KEY_CPUS, slot, "cpu.cfs_quota_us", b->posture->cpus_milli * 100);
}

/* In a user name space of its own RLIMIT_NPROC counts the ring's processes and nobody else's (Linux 5.14),
   and costs nothing; a group for them costs 0.15 ms a start. So the standard limit is held by the former. */
static bool wants_pids_group(const struct rf_builder *b)
{
    return is_explicit(b, RF_KEY_PIDS_LIMIT) || b->posture->cap_add;
}

static void groups_v1(struct rf_builder *b)
{
    const struct rf_cgroup_facts *cg = &b->facts->cgroup;

    if (cg->memory_dir)
        limit_memory_v1(b, new_group(b, RF_KEY_MEMORY, cg->memory_dir));
    if (cg->pids_dir && wants_pids_group(b)) {
        limit_number(b, RF_KEY_PIDS_LIMIT, new_group(b, RF_KEY_PIDS_LIMIT, cg->pids_dir), "pids.max",
                     b->posture->pids_limit);
        b->has_cgroup_pids = true;
    }
    if (cg->cpu_dir && b->posture->cpus_milli)
        limit_cpu_v1(b, new_group(b, RF_KEY_CPUS, cg->cpu_dir));
}

static void groups_v2(struct rf_builder *b)
{
    const struct rf_cgroup_facts *cg = &b->facts->cgroup;
    uint32_t slot = new_group(b, RF_KEY_NONE, cg->unified_dir);
    char text[48];

    if (cg->unified_has_memory) {
        limit_number(b, RF_KEY_MEMORY, slot, "memory.max", b->posture->memory_bytes);
        limit(b, RF_KEY_MEMORY, slot, "memory.swap.max", "0", RF_STEP_IF_PRESENT);
        b->has_cgroup_memory = true;
    }
    if (cg->unified_has_pids) {
        limit_number(b, RF_KEY_PIDS_LIMIT, slot, "pids.max", b->posture->pids_limit);
        b->has_cgroup_pids = true;
    }
    if (cg->unified_has_cpu && b->posture->cpus_milli) {
        (void)rf_snprintf(text, sizeof(text), "%llu 100000",
                          (unsigned long long)b->posture->cpus_milli * 100);
        limit(b, RF_KEY_CPUS, slot, "cpu.max", text, 0);
    }
}

/* A limit the user named must be held; a default one is replaced by what the kernel offers without a group.
 */
static void check_limits(struct rf_builder *b)
{
    const struct rf_cgroup_facts *cg = &b->facts->cgroup;
    bool has_cpu = cg->mode == RF_CGROUP_V2 ? cg->unified_has_cpu : cg->cpu_dir != NULL;
    const struct {
        enum rf_key key;
        bool is_held;
        const char *instead;
    } limits[] = {
        {RF_KEY_MEMORY, b->has_cgroup_memory, "RLIMIT_DATA and RLIMIT_FSIZE, for each process by itself"},
        {RF_KEY_PIDS_LIMIT, b->has_cgroup_pids || !wants_pids_group(b),
         "RLIMIT_NPROC in the ring's own user name space"},
        {RF_KEY_CPUS, has_cpu || !b->posture->cpus_milli, "nothing"},
    };

    for (size_t i = 0; i < RF_COUNT(limits) && b->code == 0; i++) {
        const char *flag = rf_key_info(limits[i].key)->flag;

        if (limits[i].is_held)
            continue;
        if (is_explicit(b, limits[i].key) && !(b->posture->allow_missing & RF_LAYER_CGROUP))
            rf_builder_fail(
                b, -ENOTSUP,
                "%s: no control group can be had here%s: leave the limit out, or add --allow-missing cgroup "
                "to run with %s",
                flag, b->facts->is_privileged ? "" : " as an ordinary user", limits[i].instead);
        else
            rf_builder_note(b, "%s: no control group can be had; in its place: %s", flag, limits[i].instead);
    }
}

/* --- id maps --- */

static bool is_auto(const struct rf_builder *b)
{
    return b->posture->userns == RF_USERNS_AUTO;
}

static void add_volume_tree(struct rf_builder *b, const struct rf_mount *mount)
{
    const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_HOST, mount->src);
    struct rf_step *step;
    uint32_t outside_uid = is_auto(b) ? b->facts->auto_base + b->uid : b->uid;
    uint32_t outside_gid = is_auto(b) ? b->facts->auto_base + b->gid : b->gid;

    if (!fact || fact->code < 0) {
        rf_builder_fail(b, fact ? fact->code : -ENOENT, "volume %s: cannot look at it on the host",
                        mount->src);
        return;
    }
    step = rf_builder_add(b, RF_STEP_IDMAP_NEW, RF_KEY_VOLUME);
    step->a = b->trees;
    step->src = rf_builder_printf(b, "%u %u 1\n", fact->uid, outside_uid);
    step->dst = rf_builder_printf(b, "%u %u 1\n", fact->gid, outside_gid);
    step = rf_builder_add(b, RF_STEP_TREE, RF_KEY_VOLUME);
    step->src = rf_builder_text(b, mount->src);
    step->flags = (uint32_t)(ATTR_NOSUID | ATTR_NODEV);
    step->a = b->trees;
    step->b = b->trees + 1;
    b->trees++;
}

static void id_maps(struct rf_builder *b)
{
    for (size_t i = 0; i < b->posture->mount_count && b->code == 0; i++) {
        const struct rf_mount *mount = b->mounts[i];

        if (mount->kind != RF_MOUNT_BIND || !(mount->is_idmapped || is_auto(b)))
            continue;
        if (b->facts->is_privileged)
            add_volume_tree(b, mount);
    }
}

/* --- name spaces --- */

static void enter_userns(struct rf_builder *b)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_USERNS_ENTER, RF_KEY_USER);

    step->src = rf_builder_printf(b, "%u %u 1\n", b->uid, b->facts->uid);
    step->dst = rf_builder_printf(b, "%u %u 1\n", b->gid, b->facts->gid);
}

void rf_build_launcher(struct rf_builder *b)
{
    uint32_t flags = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP;
    bool is_born_into_group = b->facts->cgroup.mode == RF_CGROUP_V2 && b->facts->cgroup.unified_dir;
    struct rf_step *step;

    b->actor = RF_LAUNCHER;
    if (is_auto(b) && !b->facts->is_privileged) {
        rf_builder_fail(
            b, -EPERM,
            "userns auto: only root can take a range of ids: leave it out (an ordinary user's ring "
            "has its own map already)");
        return;
    }
    id_maps(b);
    if (!b->facts->is_privileged)
        enter_userns(b);
    if (is_born_into_group)
        groups_v2(b);
    if (is_auto(b))
        flags |= CLONE_NEWUSER | (b->posture->network == RF_NETWORK_HOST ? 0 : CLONE_NEWNET);
    step = rf_builder_add(b, RF_STEP_CLONE, RF_KEY_NONE);
    step->flags = flags;
    step->a = is_born_into_group ? 1 : 0;
}

static void network(struct rf_builder *b)
{
    enum rf_network wish = b->posture->network;
    struct rf_step *step;

    if (wish == RF_NETWORK_HOST || is_auto(b))
        return;
    /* Rings that share the pinned name space could meet through abstract sockets; Landlock's scope (ABI 6,
       Linux 6.12) is what keeps them apart, and loopback stays down. */
    if (wish == RF_NETWORK_NONE && b->facts->netns_pin && b->facts->is_privileged &&
        b->posture->has_landlock && b->facts->landlock_abi >= 6) {
        step = rf_builder_add(b, RF_STEP_NETNS_OPEN, RF_KEY_NETWORK);
        step->src = rf_builder_text(b, b->facts->netns_pin);
        return;
    }
    (void)rf_builder_add(b, RF_STEP_NETNS_NEW, RF_KEY_NETWORK);
    if (wish == RF_NETWORK_LOOPBACK)
        (void)rf_builder_add(b, RF_STEP_LOOPBACK, RF_KEY_NETWORK);
}

void rf_build_beside(struct rf_builder *b)
{
    struct rf_step *step;

    b->actor = RF_BESIDE;
    if (is_auto(b)) {
        step = rf_builder_add(b, RF_STEP_USERNS_MAP, RF_KEY_USERNS);
        step->src = rf_builder_printf(b, "0 %u %u\n", b->facts->auto_base, (unsigned)AUTO_SIZE);
        step->dst = step->src;
    }
    if (b->facts->cgroup.mode == RF_CGROUP_V1)
        groups_v1(b);
    check_limits(b);
    network(b);
    (void)rf_builder_add(b, RF_STEP_GO, RF_KEY_NONE);
}
