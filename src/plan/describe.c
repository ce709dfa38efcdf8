/* Steps as people read them: one name and one line each, made from the same data that is run. */
#include "plan/plan.h"

#include "posture/key.h"

#include "posture/limits.h"

#include <stdio.h>
#include <string.h>

static const char *const names[RF_STEP_MAX] = {
    [RF_STEP_USERNS_ENTER] = "enter-userns",
    [RF_STEP_IDMAP_NEW] = "id-map",
    [RF_STEP_TREE] = "copy-mounts",
    [RF_STEP_CGROUP_NEW] = "cgroup",
    [RF_STEP_CGROUP_LIMIT] = "limit",
    [RF_STEP_CLONE] = "clone",
    [RF_STEP_NETNS_NEW] = "new-network",
    [RF_STEP_NETNS_OPEN] = "pinned-network",
    [RF_STEP_LOOPBACK] = "loopback-up",
    [RF_STEP_USERNS_MAP] = "map-ids",
    [RF_STEP_GO] = "hand-over",
    [RF_STEP_DIE_TOGETHER] = "die-with-launcher",
    [RF_STEP_PRIVATE] = "private-mounts",
    [RF_STEP_ROOT] = "root",
    [RF_STEP_OVERLAY] = "overlay-root",
    [RF_STEP_SCRATCH] = "scratch-root",
    [RF_STEP_TMPFS] = "tmpfs",
    [RF_STEP_MKDIR] = "mkdir",
    [RF_STEP_NODE] = "device",
    [RF_STEP_SYMLINK] = "symlink",
    [RF_STEP_BIND] = "bind",
    [RF_STEP_FILE] = "file",
    [RF_STEP_INJECT] = "inject",
    [RF_STEP_PROC] = "proc",
    [RF_STEP_SYSCTL] = "sysctl",
    [RF_STEP_MASK_FILE] = "mask",
    [RF_STEP_MASK_DIR] = "mask",
    [RF_STEP_SEAL] = "remount",
    [RF_STEP_DEVPTS] = "devpts",
    [RF_STEP_TRUE_ROOT] = "leave-chroot",
    [RF_STEP_PIVOT] = "pivot-root",
    [RF_STEP_HOSTNAME] = "hostname",
    [RF_STEP_JOIN] = "join",
    [RF_STEP_TTY] = "terminal",
    [RF_STEP_KEYRING] = "new-keyring",
    [RF_STEP_GROUPS] = "groups",
    [RF_STEP_USER] = "user",
    [RF_STEP_USERNS_LATE] = "userns",
    [RF_STEP_RLIMIT] = "rlimit",
    [RF_STEP_CAPS] = "capabilities",
    [RF_STEP_NO_NEW_PRIVS] = "no-new-privs",
    [RF_STEP_PROVE] = "prove",
    [RF_STEP_HIDE] = "hide-init",
    [RF_STEP_START] = "start",
    [RF_STEP_SESSION] = "session",
    [RF_STEP_CHDIR] = "chdir",
    [RF_STEP_READABLE] = "readable",
    [RF_STEP_LANDLOCK] = "landlock",
    [RF_STEP_LANDLOCK_ALLOW] = "landlock-allow",
    [RF_STEP_LANDLOCK_ENFORCE] = "landlock-enforce",
    [RF_STEP_SECCOMP] = "seccomp",
    [RF_STEP_EXEC] = "exec",
};

const char *rf_step_name(enum rf_step_kind kind)
{
    return kind < RF_STEP_MAX && names[kind] ? names[kind] : "unknown";
}

const char *rf_step_reason(const struct rf_step *step)
{
    return step->key == RF_KEY_NONE ? "every ring" : rf_key_info((enum rf_key)step->key)->flag;
}

struct word {
    uint32_t bit;
    const char *name;
};

static const struct word namespaces[] = {{0x00020000, "mount"}, {0x02000000, "cgroup"}, {0x04000000, "uts"},
                                         {0x08000000, "ipc"},   {0x10000000, "user"},   {0x20000000, "pid"},
                                         {0x40000000, "net"}};
static const struct word attributes[] = {
    {0x1, "ro"}, {0x2, "nosuid"}, {0x4, "nodev"}, {0x8, "noexec"}, {RF_STEP_NO_SWAP, "noswap"}};

static const char *words_of(uint32_t bits, const struct word *words, size_t count, struct rf_arena *arena)
{
    const char *text = "";

    for (size_t i = 0; i < count; i++) {
        if (bits & words[i].bit)
            text =
                rf_arena_printf(arena, "%s%s%s", text ? text : "", text && *text ? "," : "", words[i].name);
    }
    return text ? text : "";
}

static const char *size_of(uint64_t bytes, struct rf_arena *arena)
{
    const char *text = rf_size_text(arena, bytes);

    return text ? text : "?";
}

static const char *owner_of(const struct rf_step *step, struct rf_arena *arena)
{
    const char *text =
        step->uid || step->gid ? rf_arena_printf(arena, " owner=%u:%u", step->uid, step->gid) : "";

    return text ? text : "";
}

/* Maps end in a newline, which a line must not. */
static const char *map_of(const char *map, struct rf_arena *arena)
{
    char *text = rf_arena_text(arena, (struct rf_str){map, strcspn(map, "\n")});

    return text ? text : "?";
}

static const char *describe_mount(const struct rf_plan *plan, const struct rf_step *step,
                                  struct rf_arena *arena)
{
    const char *src = rf_plan_text(plan, step->src);
    const char *dst = rf_plan_text(plan, step->dst);
    const char *attr = words_of(step->flags, attributes, RF_COUNT(attributes), arena);

    switch ((enum rf_step_kind)step->kind) {
    case RF_STEP_ROOT:
        return rf_arena_printf(arena, "root %s %s", src, attr);
    case RF_STEP_OVERLAY:
        return rf_arena_printf(arena, "overlay-root %s %s, writes to tmpfs size=%s", src, attr,
                               size_of(step->a, arena));
    case RF_STEP_SCRATCH:
        return rf_arena_printf(arena, "scratch-root size=%s nr_inodes=%llu mode=%04o%s %s",
                               size_of(step->a, arena), (unsigned long long)step->b, step->mode,
                               owner_of(step, arena), attr);
    case RF_STEP_TMPFS:
        return rf_arena_printf(arena, "tmpfs %s size=%s nr_inodes=%llu mode=%04o%s %s", dst,
                               size_of(step->a, arena), (unsigned long long)step->b, step->mode,
                               owner_of(step, arena), attr);
    case RF_STEP_MKDIR:
        return rf_arena_printf(arena, "mkdir %s mode=%04o%s", dst, step->mode, owner_of(step, arena));
    case RF_STEP_BIND:
        return rf_arena_printf(arena, "bind %s -> %s%s%s%s%s", src, dst, step->a ? " recursive" : "",
                               step->b ? " id-mapped" : "", *attr ? " " : "", attr);
    case RF_STEP_SYMLINK:
        return rf_arena_printf(arena, "symlink %s -> %s", dst, src);
    default:
        return rf_arena_printf(arena, "%s %s%s%s", rf_step_name((enum rf_step_kind)step->kind), dst,
                               *attr ? " " : "", attr);
    }
}

static const char *describe_launcher(const struct rf_plan *plan, const struct rf_step *step,
                                     struct rf_arena *arena)
{
    const char *name = rf_step_name((enum rf_step_kind)step->kind);
    const char *src = rf_plan_text(plan, step->src);
    const char *dst = rf_plan_text(plan, step->dst);

    switch ((enum rf_step_kind)step->kind) {
    case RF_STEP_CLONE:
        return rf_arena_printf(arena, "clone %s%s",
                               words_of(step->flags, namespaces, RF_COUNT(namespaces), arena),
                               step->a ? " into the cgroup" : "");
    case RF_STEP_CGROUP_NEW:
        return rf_arena_printf(arena, "cgroup %sPID", src);
    case RF_STEP_CGROUP_LIMIT:
        return rf_arena_printf(arena, "limit %s %s", dst, rf_plan_text(plan, step->data));
    case RF_STEP_TREE:
        return rf_arena_printf(arena, "copy-mounts %s id-mapped", src);
    case RF_STEP_NETNS_OPEN:
        return rf_arena_printf(arena, "%s %s", name, src);
    default: /* id maps */
        return *src ? rf_arena_printf(arena, "%s uid %s gid %s", name, map_of(src, arena), map_of(dst, arena))
                    : name;
    }
}

static const char *describe_rlimit(const struct rf_step *step, struct rf_arena *arena)
{
    struct rf_ulimit limit = {.resource = step->flags, .soft = step->a, .hard = step->b};
    const char *text = rf_ulimit_text(arena, &limit);

    return text ? rf_arena_printf(arena, "rlimit %s", text) : NULL;
}

static const char *describe_limits(const struct rf_plan *plan, const struct rf_step *step,
                                   struct rf_arena *arena)
{
    const char *name = rf_step_name((enum rf_step_kind)step->kind);

    switch ((enum rf_step_kind)step->kind) {
    case RF_STEP_USER:
        return rf_arena_printf(arena, "user %u:%u", step->uid, step->gid);
    case RF_STEP_RLIMIT:
        return describe_rlimit(step, arena);
    case RF_STEP_CAPS:
        return step->a ? rf_arena_printf(arena, "capabilities keep %#llx", (unsigned long long)step->a)
                       : "capabilities none (bounding, permitted, inheritable, ambient)";
    case RF_STEP_LANDLOCK:
        return rf_arena_printf(arena, "landlock handles %#llx%s", (unsigned long long)step->a,
                               step->b ? ", scopes signals and abstract sockets" : "");
    case RF_STEP_LANDLOCK_ALLOW:
        return rf_arena_printf(arena, "landlock-allow %s %#llx", rf_plan_text(plan, step->dst),
                               (unsigned long long)step->a);
    case RF_STEP_SECCOMP:
        return rf_arena_printf(arena, "seccomp %u instructions", plan->filter_len[step->a]);
    case RF_STEP_HOSTNAME:
    case RF_STEP_GROUPS:
        return rf_arena_printf(arena, "%s %s", name,
                               rf_plan_text(plan, step->data)[0] ? rf_plan_text(plan, step->data) : "none");
    case RF_STEP_SYSCTL:
        return rf_arena_printf(arena, "sysctl %s=%s", rf_plan_text(plan, step->dst),
                               rf_plan_text(plan, step->data));
    case RF_STEP_CHDIR:
    case RF_STEP_READABLE:
    case RF_STEP_EXEC:
        return rf_arena_printf(arena, "%s %s", name, rf_plan_text(plan, step->dst));
    default:
        return name;
    }
}

const char *rf_step_describe(const struct rf_plan *plan, const struct rf_step *step, struct rf_arena *arena)
{
    const char *text;

    if (step->kind <= RF_STEP_GO)
        text = describe_launcher(plan, step, arena);
    else if ((step->kind >= RF_STEP_ROOT && step->kind <= RF_STEP_DEVPTS) && step->kind != RF_STEP_SYSCTL)
        text = describe_mount(plan, step, arena);
    else
        text = describe_limits(plan, step, arena);
    return text ? text : rf_step_name((enum rf_step_kind)step->kind);
}
