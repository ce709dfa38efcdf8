/* The ring's layers, read off the plan. */
#include "cmd/layers.h"

#include "posture/caps.h"
#include "posture/limits.h"

#include <linux/sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct table {
    struct rf_made *made;
    struct rf_layer_row *rows;
    size_t count;
};

const char *rf_layer_state_name(enum rf_layer_state state)
{
    static const char *const names[] = {"on", "off", "unavailable"};

    return names[state];
}

const char *rf_made_printf(struct rf_made *made, const char *fmt, ...)
{
    char text[1024];
    const char *kept;
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(text, sizeof(text), fmt, args); /* a cut line of a table is still a line */
    va_end(args);
    kept = rf_arena_text(made->arena, rf_str_of(text));
    made->is_failed |= !kept;
    return kept ? kept : "";
}

const struct rf_step *rf_made_step(const struct rf_made *made, enum rf_step_kind kind)
{
    for (uint32_t i = made->plan->count; i-- > 0;) {
        if (made->plan->steps[i].kind == kind)
            return &made->plan->steps[i];
    }
    return NULL;
}

static const char *text_of(const struct rf_made *made, uint32_t offset)
{
    return rf_plan_text(made->plan, offset);
}

static void add(struct table *t, enum rf_key key, const char *name, enum rf_layer_state state,
                const char *value, const char *why)
{
    if (t->count < RF_LAYER_ROWS)
        t->rows[t->count++] =
            (struct rf_layer_row){.name = name, .state = state, .value = value, .why = why, .key = key};
}

/* --- where things came from --- */

static bool is_mount_key(enum rf_key key)
{
    return key == RF_KEY_TMPFS || key == RF_KEY_VOLUME || key == RF_KEY_MOUNT;
}

const struct rf_from *rf_made_from(const struct rf_made *made, const struct rf_step *step)
{
    static const struct rf_from standard;
    enum rf_key key = (enum rf_key)step->key;
    const char *dst = text_of(made, step->dst);
    const char *src = text_of(made, step->src);

    for (size_t i = 0; is_mount_key(key) && i < made->posture->mount_count; i++) {
        const struct rf_mount *mount = &made->posture->mounts[i];

        if (strcmp(mount->dst, dst) == 0 || (step->kind == RF_STEP_TREE && strcmp(mount->src, src) == 0))
            return &mount->from;
    }
    for (size_t i = 0; key == RF_KEY_ULIMIT && i < made->posture->ulimit_count; i++) {
        if (made->posture->ulimits[i].resource == step->flags)
            return &made->posture->from[key];
    }
    return key == RF_KEY_TMPFS || key == RF_KEY_ULIMIT ? &standard : &made->posture->from[key];
}

const char *rf_made_origin(struct rf_made *made, enum rf_key key, const struct rf_from *from)
{
    if (key == RF_KEY_NONE)
        return "always";
    if (from->known == RF_UNSET)
        return "default";
    return from->file ? rf_made_printf(made, "%s:%u", from->file, from->line) : "flag";
}

/* --- name spaces --- */

/* "10001 1000 1\n" as "10001 inside is 1000 outside". */
static const char *map_text(struct rf_made *made, uint32_t offset)
{
    const char *map = text_of(made, offset);
    int inside = (int)strcspn(map, " ");
    const char *outside = map + inside + (map[inside] == ' ');

    return rf_made_printf(made, "uid %.*s inside is %.*s outside", inside, map, (int)strcspn(outside, " \n"),
                          outside);
}

static void user_namespace(struct table *t)
{
    static const struct {
        enum rf_step_kind kind;
        enum rf_key key;
        const char *why;
    } ways[] = {
        {RF_STEP_USERNS_ENTER, RF_KEY_USER, "an ordinary user's ring is built in it"},
        {RF_STEP_USERNS_MAP, RF_KEY_USERNS, "a range of ids of its own"},
        {RF_STEP_USERNS_LATE, RF_KEY_USERNS,
         "entered last: capabilities won in it have no power over the mounts"},
    };

    for (size_t i = 0; i < RF_COUNT(ways); i++) {
        const struct rf_step *step = rf_made_step(t->made, ways[i].kind);

        if (step) {
            add(t, ways[i].key, "user namespace", RF_LAYER_ON, map_text(t->made, step->src), ways[i].why);
            return;
        }
    }
    add(t, RF_KEY_CAP_ADD, "user namespace", RF_LAYER_OFF, "the host's ids",
        "capabilities that were asked for must count outside");
}

static void network(struct table *t)
{
    const struct rf_step *pinned = rf_made_step(t->made, RF_STEP_NETNS_OPEN);
    const struct rf_step *clone = rf_made_step(t->made, RF_STEP_CLONE);
    bool has_own = rf_made_step(t->made, RF_STEP_NETNS_NEW) || (clone && (clone->flags & CLONE_NEWNET));

    if (pinned)
        add(t, RF_KEY_NETWORK, "net namespace", RF_LAYER_ON, "no network",
            rf_made_printf(t->made, "an empty one kept at %s", text_of(t->made, pinned->src)));
    else if (has_own)
        add(t, RF_KEY_NETWORK, "net namespace", RF_LAYER_ON,
            rf_made_step(t->made, RF_STEP_LOOPBACK) ? "loopback only" : "no network", "new and empty");
    else
        add(t, RF_KEY_NETWORK, "net namespace", RF_LAYER_OFF, "the host's network and whatever listens on it",
            "as asked");
}

static void namespaces(struct table *t)
{
    static const struct {
        uint32_t flag;
        const char *name;
        const char *value;
    } rows[] = {
        {CLONE_NEWNS, "mount namespace", "mounts of its own, private"},
        {CLONE_NEWPID, "pid namespace", "no process of the host in sight"},
        {CLONE_NEWIPC, "ipc namespace", "no shared memory or queues of the host"},
        {CLONE_NEWUTS, "uts namespace", NULL},
        {CLONE_NEWCGROUP, "cgroup namespace", "its own group is the top"},
    };
    const struct rf_step *clone = rf_made_step(t->made, RF_STEP_CLONE);

    user_namespace(t);
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        bool is_on = clone && (clone->flags & rows[i].flag);
        const char *value = rows[i].value
                                ? rows[i].value
                                : rf_made_printf(t->made, "hostname %s", t->made->posture->hostname);

        add(t, rows[i].flag == CLONE_NEWUTS ? RF_KEY_HOSTNAME : RF_KEY_NONE, rows[i].name,
            is_on ? RF_LAYER_ON : RF_LAYER_OFF, is_on ? value : "the host's", "");
    }
    network(t);
}

/* --- control groups --- */

static const char *group_path(const struct rf_made *made, uint64_t slot)
{
    for (uint32_t i = 0; i < made->plan->count; i++) {
        const struct rf_step *step = &made->plan->steps[i];

        if (step->kind == RF_STEP_CGROUP_NEW && step->a == slot)
            return text_of(made, step->src);
    }
    return "";
}

static const struct rf_step *step_with_key(const struct rf_made *made, enum rf_step_kind kind,
                                           enum rf_key key)
{
    for (uint32_t i = 0; i < made->plan->count; i++) {
        if (made->plan->steps[i].kind == kind && made->plan->steps[i].key == key)
            return &made->plan->steps[i];
    }
    return NULL;
}

static void group(struct table *t, enum rf_key key, const char *name, const char *value, const char *instead)
{
    const struct rf_step *limit = step_with_key(t->made, RF_STEP_CGROUP_LIMIT, key);
    const char *version = t->made->facts->cgroup.mode == RF_CGROUP_V2 ? "v2" : "v1";

    if (limit)
        add(t, key, name, RF_LAYER_ON, value,
            rf_made_printf(t->made, "%s %sPID", version, group_path(t->made, limit->a)));
    else if (key == RF_KEY_CPUS && !t->made->posture->cpus_milli)
        add(t, key, name, RF_LAYER_OFF, "", "no limit was asked for");
    else
        add(t, key, name, RF_LAYER_UNAVAILABLE, instead, "no control group can be had");
}

/* In a user name space of the ring's own RLIMIT_NPROC counts the whole ring and nobody else (Linux 5.14), so
   it is as good a limit as a control group's. */
static const struct rf_step *nproc_of_ring(const struct rf_made *made)
{
    bool has_userns = rf_made_step(made, RF_STEP_USERNS_ENTER) || rf_made_step(made, RF_STEP_USERNS_MAP) ||
                      rf_made_step(made, RF_STEP_USERNS_LATE);

    if (!has_userns || step_with_key(made, RF_STEP_CGROUP_LIMIT, RF_KEY_PIDS_LIMIT))
        return NULL;
    return step_with_key(made, RF_STEP_RLIMIT, RF_KEY_PIDS_LIMIT);
}

static void groups(struct table *t)
{
    const struct rf_posture *posture = t->made->posture;
    const char *memory = rf_size_text(t->made->arena, posture->memory_bytes);
    const char *cpus = rf_cpus_text(t->made->arena, posture->cpus_milli);
    const struct rf_step *nproc = nproc_of_ring(t->made);
    const char *pids = rf_made_printf(t->made, "%llu processes", (unsigned long long)posture->pids_limit);

    t->made->is_failed |= !memory || !cpus;
    memory = memory ? memory : "";
    group(t, RF_KEY_MEMORY, "memory limit", memory,
          rf_made_printf(t->made, "RLIMIT_DATA %s for each process by itself", memory));
    if (nproc)
        add(t, RF_KEY_PIDS_LIMIT, "pids limit", RF_LAYER_ON,
            rf_made_printf(t->made, "%llu processes", (unsigned long long)nproc->a),
            "RLIMIT_NPROC, which counts in the ring's own user name space");
    else
        group(t, RF_KEY_PIDS_LIMIT, "pids limit", pids,
              rf_made_printf(t->made, "RLIMIT_NPROC: %s of this user", pids));
    group(t, RF_KEY_CPUS, "cpu limit", rf_made_printf(t->made, "%s processors", cpus ? cpus : ""), "");
}

/* --- root, privileges, filters --- */

static void root(struct table *t)
{
    const struct rf_step *scratch = rf_made_step(t->made, RF_STEP_SCRATCH);
    const struct rf_step *overlay = scratch ? scratch : rf_made_step(t->made, RF_STEP_OVERLAY);
    const struct rf_step *step = overlay ? overlay : rf_made_step(t->made, RF_STEP_ROOT);
    bool is_writable = !t->made->posture->is_read_only;
    const char *path = scratch ? "empty" : step ? text_of(t->made, step->src) : "";

    if (is_writable && overlay)
        add(t, RF_KEY_READ_ONLY, "read-only root", RF_LAYER_OFF,
            rf_made_printf(t->made, "%s, writes go to memory", path), "as asked: they are gone afterwards");
    else
        add(t, RF_KEY_READ_ONLY, "read-only root", RF_LAYER_ON,
            rf_made_printf(t->made, "%s, nosuid, nodev%s", path, scratch ? ", noexec" : ""),
            scratch   ? "mount points are made in its memory"
            : overlay ? "mount points are made in memory above it"
                      : "");
}

static void capabilities(struct table *t)
{
    const struct rf_step *step = rf_made_step(t->made, RF_STEP_CAPS);
    const char *list = "";
    const char *name;

    for (size_t i = 0; step && (name = rf_cap_nth(step->a, i)); i++)
        list = rf_made_printf(t->made, "%s%s%s", list, *list ? "," : "", name);
    add(t, RF_KEY_CAP_ADD, "capabilities", RF_LAYER_ON, *list ? list : "none",
        "effective, permitted, inheritable, bounding, ambient; proven before the workload starts");
}

static void no_new_privileges(struct table *t)
{
    bool is_on = rf_made_step(t->made, RF_STEP_NO_NEW_PRIVS) != NULL;

    add(t, RF_KEY_NO_NEW_PRIVILEGES, "no_new_privs", is_on ? RF_LAYER_ON : RF_LAYER_OFF,
        is_on ? "set-user-id programs gain nothing" : "", is_on ? "" : "as asked");
}

static void seccomp(struct table *t)
{
    const char *profile = rf_posture_text(t->made->posture, RF_KEY_SECCOMP, 0);
    const struct rf_step *step = rf_made_step(t->made, RF_STEP_SECCOMP);

    t->made->is_failed |= !profile;
    if (step)
        add(t, RF_KEY_SECCOMP, "seccomp", RF_LAYER_ON,
            rf_made_printf(t->made, "%s, %u instructions", profile ? profile : "",
                           t->made->plan->filter_len[step->a]),
            "");
    else
        add(t, RF_KEY_SECCOMP, "seccomp", RF_LAYER_OFF, "every system call", "unconfined, as asked");
}

static void landlock(struct table *t)
{
    const struct rf_step *step = rf_made_step(t->made, RF_STEP_LANDLOCK);
    const struct rf_step *allow;
    const char *writable = "";
    uint64_t write = 1U << 1; /* LANDLOCK_ACCESS_FS_WRITE_FILE */

    for (uint32_t i = 0; step && i < t->made->plan->count; i++) {
        allow = &t->made->plan->steps[i];
        if (allow->kind == RF_STEP_LANDLOCK_ALLOW && (allow->a & write))
            writable = rf_made_printf(t->made, "%s %s", writable, text_of(t->made, allow->dst));
    }
    if (step)
        add(t, RF_KEY_LANDLOCK, "landlock", RF_LAYER_ON,
            rf_made_printf(t->made, "ABI %d, %d file rights%s", t->made->facts->landlock_abi,
                           __builtin_popcountll(step->a), step->b ? ", signals and abstract sockets" : ""),
            rf_made_printf(t->made, "writes only below%s", writable));
    else if (t->made->posture->has_landlock)
        add(t, RF_KEY_LANDLOCK, "landlock", RF_LAYER_UNAVAILABLE, "", "missing by --allow-missing");
    else
        add(t, RF_KEY_LANDLOCK, "landlock", RF_LAYER_OFF, "", "as asked");
}

static void rlimits(struct table *t)
{
    const char *list = "";

    for (uint32_t i = 0; i < t->made->plan->count; i++) {
        const struct rf_step *step = &t->made->plan->steps[i];
        struct rf_ulimit limit = {.resource = step->flags, .soft = step->a, .hard = step->b};
        const char *text = step->kind == RF_STEP_RLIMIT ? rf_ulimit_text(t->made->arena, &limit) : NULL;

        if (text)
            list = rf_made_printf(t->made, "%s%s%s", list, *list ? " " : "", text);
        else
            t->made->is_failed |= step->kind == RF_STEP_RLIMIT;
    }
    add(t, RF_KEY_ULIMIT, "rlimits", RF_LAYER_ON, list, "for each process");
}

static void timeouts(struct table *t)
{
    const struct rf_watch *watch = &t->made->plan->watch;
    const char *time = rf_duration_text(t->made->arena, watch->timeout_ms);
    const char *stop = rf_duration_text(t->made->arena, watch->stop_timeout_ms);

    t->made->is_failed |= !time || !stop;
    if (watch->timeout_ms)
        add(t, RF_KEY_TIMEOUT, "timeout", RF_LAYER_ON, time ? time : "",
            rf_made_printf(t->made, "then signal %u, and after %s KILL", watch->stop_signal,
                           stop ? stop : ""));
    else
        add(t, RF_KEY_TIMEOUT, "timeout", RF_LAYER_OFF, "", "no limit was asked for");
}

size_t rf_layers(struct rf_made *made, struct rf_layer_row ret[RF_LAYER_ROWS])
{
    static void (*const parts[])(struct table *) = {
        namespaces, groups, root, capabilities, no_new_privileges, seccomp, landlock, rlimits, timeouts,
    };
    struct table t = {.made = made, .rows = ret};

    for (size_t i = 0; i < RF_COUNT(parts); i++)
        parts[i](&t);
    return t.count;
}
