/* The questions whose answers a plan depends on. */
#include "plan/builder.h"

#include <errno.h>

/* Asked of every root. */
static const struct {
    const char *path;
    bool wants_emptiness;
} standing[] = {{"/dev", false},     {"/proc", false}, {"/sys", false},        {"/tmp", false},
                {"/var/tmp", false}, {"/home", true},  {"/etc/passwd", false}, {"/etc/group", false}};

/* Asked of the host's own root, where they are covered. */
static const char *const host_only[] = {"/root", "/run", "/media", "/mnt", "/lost+found"};

int rf_plan_ask(const struct rf_posture *posture, struct rf_arena *arena, struct rf_path_fact **ret,
                size_t *ret_count, struct rf_err *err)
{
    bool has_root = !posture->is_scratch; /* of one that is empty there is nothing to ask */
    size_t room = RF_COUNT(standing) + RF_COUNT(host_only) + 2 * posture->mount_count + 2;
    struct rf_path_fact *facts = rf_arena_array(arena, room, sizeof(*facts));
    size_t n = 0;

    if (rf_posture_root(posture) == RF_KEY_NONE)
        return rf_fail(err, -EINVAL,
                       "no root: say --rootfs DIR, --host for the host's own, read-only, or --scratch for an "
                       "empty one");
    if (!facts)
        return rf_fail(err, -ENOMEM, "making the plan: out of memory");
    for (size_t i = 0; has_root && i < RF_COUNT(standing); i++)
        facts[n++] = (struct rf_path_fact){
            .place = RF_PLACE_ROOT, .path = standing[i].path, .wants_emptiness = standing[i].wants_emptiness};
    for (size_t i = 0; posture->is_host && i < RF_COUNT(host_only); i++)
        facts[n++] = (struct rf_path_fact){.place = RF_PLACE_ROOT, .path = host_only[i]};
    for (size_t i = 0; i < posture->mount_count; i++) {
        if (has_root)
            facts[n++] = (struct rf_path_fact){.place = RF_PLACE_ROOT, .path = posture->mounts[i].dst};
        if (posture->mounts[i].kind == RF_MOUNT_BIND)
            facts[n++] = (struct rf_path_fact){
                .place = RF_PLACE_HOST, .path = posture->mounts[i].src, .wants_fs = posture->has_no_disk};
    }
    facts[n++] = (struct rf_path_fact){.place = RF_PLACE_HOST, .path = RF_PLAN_CPU_DIR};
    if (has_root && posture->home == RF_HOME_PATH)
        facts[n++] = (struct rf_path_fact){.place = RF_PLACE_ROOT, .path = posture->home_path};
    *ret = facts;
    *ret_count = n;
    return 0;
}
