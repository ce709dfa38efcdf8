/* From /proc to a subject. */
#include "manifest/live.h"

#include "base/num.h"
#include "posture/caps.h"
#include "text/yaml.h"

#include <errno.h>
#include <string.h>

enum { ID_LEN = 64, SHORT_ID = 12, MOUNTS_MAX = 4096, WORDS_MAX = 256, ENV_MAX = 1024 };

/* What docker and podman give every container; it is not added, it is the default. */
static const uint64_t docker_caps = 0xa80425fbU;

struct live {
    const struct rf_live_parts *parts;
    struct rf_arena *arena;
    struct rf_subject *ret;
    struct rf_err *err;
};

static struct rf_from known(const struct live *live)
{
    return (struct rf_from){.known = RF_KNOWN, .file = live->parts->path};
}

static struct rf_from known_if(const struct live *live, bool is_known)
{
    return (struct rf_from){.known = is_known ? RF_KNOWN : RF_UNKNOWABLE, .file = live->parts->path};
}

static struct rf_fact_text text_of(const struct live *live, struct rf_str text)
{
    return (struct rf_fact_text){.value = text, .from = known(live)};
}

static struct rf_str trim(struct rf_str text)
{
    while (text.len > 0 && strchr(" \t\n", text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\n", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* Pieces that end in `end`, at most `most`, and one more. */
static size_t pieces(struct rf_str text, char end, size_t most)
{
    size_t count = 1;

    for (size_t i = 0; i < text.len && count < most; i++)
        count += text.ptr[i] == end;
    return count;
}

/* --- status --- */

/* What is behind "Name:". */
static struct rf_str status_field(struct rf_str status, const char *name)
{
    while (status.ptr) {
        struct rf_str line;

        status = rf_str_cut(status, '\n', &line);
        if (rf_str_starts(line, name) && line.len > strlen(name) && line.ptr[strlen(name)] == ':')
            return trim((struct rf_str){line.ptr + strlen(name) + 1, line.len - strlen(name) - 1});
    }
    return (struct rf_str){NULL, 0};
}

/* The second word of "real effective saved fs". */
static bool effective_id(struct rf_str line, uint32_t *ret)
{
    struct rf_str word;
    uint64_t value;

    line = trim(rf_str_cut(line, '\t', &word));
    (void)rf_str_cut(line, '\t', &word);
    if (!line.ptr || rf_num_u64(word, UINT32_MAX, &value) < 0)
        return false;
    *ret = (uint32_t)value;
    return true;
}

static bool cap_set(struct rf_str text, uint64_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < text.len; i++) {
        const char *digits = "0123456789abcdef";
        const char *at = memchr(digits, text.ptr[i], 16);

        if (!at || i == 16)
            return false;
        *ret = *ret << 4 | (uint64_t)(at - digits);
    }
    return text.len > 0;
}

static int read_caps(struct live *live)
{
    const uint64_t all = ((uint64_t)1 << RF_CAP_COUNT) - 1;
    struct rf_subject *ret = live->ret;
    uint64_t bound;
    uint64_t added;
    size_t count = 0;

    if (!cap_set(status_field(live->parts->status, "CapBnd"), &bound))
        return rf_fail(live->err, -EINVAL, "%s: its status has no capabilities", live->parts->path);
    ret->privileged = (struct rf_fact_bool){.is_true = (bound & all) == all &&
                                                       ret->context.seccomp.kind == RF_CONFINEMENT_UNCONFINED,
                                            .from = known(live)};
    ret->cap_drop.from = known(live);
    ret->cap_add.from = known(live);
    added = bound & all & ~docker_caps;
    while (rf_cap_nth(added, count))
        count++;
    ret->cap_add.items = rf_arena_array(live->arena, count + 1, sizeof(*ret->cap_add.items));
    ret->cap_drop.items = rf_arena_alloc(live->arena, sizeof(*ret->cap_drop.items));
    if (!ret->cap_add.items || !ret->cap_drop.items)
        return -ENOMEM;
    for (; ret->cap_add.count < count; ret->cap_add.count++)
        ret->cap_add.items[ret->cap_add.count] =
            text_of(live, rf_str_of(rf_cap_nth(added, ret->cap_add.count)));
    if (bound == 0)
        ret->cap_drop.items[ret->cap_drop.count++] = text_of(live, RF_STR("ALL"));
    return 0;
}

static int read_status(struct live *live)
{
    struct rf_str status = live->parts->status;
    struct rf_context *context = &live->ret->context;
    struct rf_str groups = status_field(status, "Groups");
    struct rf_str seccomp = status_field(status, "Seccomp");
    struct rf_str apparmor = trim(live->parts->apparmor);
    const char *user;
    uint32_t uid;
    uint32_t gid;

    if (!effective_id(status_field(status, "Uid"), &uid) || !effective_id(status_field(status, "Gid"), &gid))
        return rf_fail(live->err, -EINVAL, "%s: its status has no ids", live->parts->path);
    context->uid = (struct rf_fact_int){.value = uid, .from = known(live)};
    context->gid = (struct rf_fact_int){.value = gid, .from = known(live)};
    user = rf_arena_printf(live->arena, "%u:%u", uid, gid);
    if (!user)
        return -ENOMEM;
    context->user = text_of(live, rf_str_of(user));
    live->ret->groups.from = known(live);
    live->ret->groups.items = rf_arena_array(live->arena, WORDS_MAX, sizeof(*live->ret->groups.items));
    if (!live->ret->groups.items)
        return -ENOMEM;
    while (groups.ptr && groups.len > 0 && live->ret->groups.count < WORDS_MAX) {
        struct rf_str one;

        groups = rf_str_cut(groups, ' ', &one);
        if (one.len > 0)
            live->ret->groups.items[live->ret->groups.count++] = text_of(live, one);
    }
    live->ret->escalation = (struct rf_fact_bool){
        .is_true = !rf_str_is(status_field(status, "NoNewPrivs"), "1"), .from = known(live)};
    context->seccomp.from = known(live);
    context->seccomp.kind = rf_str_is(seccomp, "0") ? RF_CONFINEMENT_UNCONFINED : RF_CONFINEMENT_DEFAULT;
    context->seccomp.type =
        text_of(live, rf_str_is(seccomp, "0") ? RF_STR("unconfined") : RF_STR("a filter"));
    if (apparmor.len > 0) {
        bool is_off = rf_str_is(apparmor, "unconfined");

        context->apparmor.from = known(live);
        context->apparmor.kind = is_off ? RF_CONFINEMENT_UNCONFINED : RF_CONFINEMENT_FILE;
        context->apparmor.type = context->apparmor.file = text_of(live, apparmor);
    }
    live->ret->own = *context;
    return read_caps(live);
}

/* --- name spaces --- */

static struct rf_namespace namespace_of(const struct live *live, enum rf_live_ns which)
{
    struct rf_str own = live->parts->ns[which];
    struct rf_str host = live->parts->host_ns[which];
    bool is_known = own.ptr && host.ptr;
    bool is_same = is_known && own.len == host.len && memcmp(own.ptr, host.ptr, own.len) == 0;

    return (struct rf_namespace){.kind = is_same ? RF_NAMESPACE_HOST : RF_NAMESPACE_PRIVATE,
                                 .from = known_if(live, is_known)};
}

static void read_namespaces(struct live *live)
{
    struct rf_namespaces *ret = &live->ret->namespaces;

    ret->pid = namespace_of(live, RF_LIVE_PID);
    ret->ipc = namespace_of(live, RF_LIVE_IPC);
    ret->network = namespace_of(live, RF_LIVE_NET);
    ret->uts = namespace_of(live, RF_LIVE_UTS);
    ret->user = namespace_of(live, RF_LIVE_USER);
    ret->cgroup = namespace_of(live, RF_LIVE_CGROUP);
    /* Without one of its own it is in the host's like everybody; that is no choice of anyone's. */
    if (ret->user.kind == RF_NAMESPACE_HOST)
        ret->user = (struct rf_namespace){0};
    if (ret->cgroup.kind == RF_NAMESPACE_HOST)
        ret->cgroup = (struct rf_namespace){0};
}

/* --- mounts --- */

/* One line: ID PARENT MAJOR:MINOR ROOT TARGET OPTIONS [TAGS...] - TYPE SOURCE SUPER-OPTIONS */
struct mount_line {
    struct rf_str device;
    struct rf_str root;
    struct rf_str target;
    struct rf_str options;
    struct rf_str tags;
    struct rf_str type;
    struct rf_str super;
};

static bool read_line(struct rf_str line, struct mount_line *ret)
{
    struct rf_str words[6];
    const char *dash;
    struct rf_str ignored;

    for (size_t i = 0; i < RF_COUNT(words); i++) {
        if (!line.ptr)
            return false;
        line = rf_str_cut(line, ' ', &words[i]);
    }
    dash = line.ptr ? memmem(line.ptr, line.len, "- ", 2) : NULL;
    if (!dash)
        return false;
    *ret = (struct mount_line){.device = words[2],
                               .root = words[3],
                               .target = words[4],
                               .options = words[5],
                               .tags = {line.ptr, (size_t)(dash - line.ptr)}};
    line = (struct rf_str){dash + 2, line.len - (size_t)(dash + 2 - line.ptr)};
    line = rf_str_cut(line, ' ', &ret->type);
    if (!line.ptr)
        return false;
    ret->super = rf_str_cut(line, ' ', &ignored);
    return ret->super.ptr != NULL;
}

static bool has_option(struct rf_str options, const char *name)
{
    while (options.ptr) {
        struct rf_str one;

        options = rf_str_cut(options, ',', &one);
        if (rf_str_is(one, name))
            return true;
    }
    return false;
}

/* The value of "name=" among options. */
static struct rf_str option_value(struct rf_str options, const char *name)
{
    while (options.ptr) {
        struct rf_str one;
        struct rf_str head;

        options = rf_str_cut(options, ',', &one);
        one = rf_str_cut(one, '=', &head);
        if (one.ptr && rf_str_is(head, name))
            return one;
    }
    return (struct rf_str){NULL, 0};
}

/* Where the host has what is mounted: the mount of the same file system that shows its top. */
static struct rf_str host_path(const struct live *live, const struct mount_line *line)
{
    struct rf_str rest = live->parts->host_mounts;

    while (rest.ptr) {
        struct rf_str text;
        struct mount_line host;
        char *path;

        rest = rf_str_cut(rest, '\n', &text);
        if (!read_line(text, &host) || host.device.len != line->device.len ||
            memcmp(host.device.ptr, line->device.ptr, host.device.len) != 0 || !rf_str_is(host.root, "/"))
            continue;
        path =
            rf_arena_printf(live->arena, "%.*s%.*s", rf_str_is(host.target, "/") ? 0 : (int)host.target.len,
                            host.target.ptr, RF_FMT(line->root));
        return path ? rf_str_of(path) : line->root;
    }
    return line->root;
}

/* What every container gets and no one chose. */
static bool is_ordinary(const struct mount_line *line)
{
    static const char *const types[] = {"proc",   "sysfs",  "cgroup",  "cgroup2",
                                        "devpts", "mqueue", "overlay", "nsfs"};
    static const char *const targets[] = {
        "/",          "/dev",           "/dev/shm",    "/etc/resolv.conf", "/etc/hostname",
        "/etc/hosts", "/sys/fs/cgroup", "/dev/console"};

    for (size_t i = 0; i < RF_COUNT(types); i++) {
        if (rf_str_is(line->type, types[i]))
            return true;
    }
    for (size_t i = 0; i < RF_COUNT(targets); i++) {
        if (rf_str_is(line->target, targets[i]))
            return true;
    }
    /* masks over /proc and /sys */
    return rf_str_starts(line->target, "/proc/") || rf_str_starts(line->target, "/sys/") ||
           rf_str_starts(line->target, "/dev/");
}

static struct rf_mounted mounted_of(const struct live *live, const struct mount_line *line)
{
    bool is_tmpfs = rf_str_is(line->type, "tmpfs") && rf_str_is(line->root, "/");
    bool is_volume = memmem(line->root.ptr, line->root.len, "/volumes/", 9) != NULL;
    struct rf_str size = option_value(line->super, "size");
    struct rf_mounted ret = {
        .kind = is_tmpfs    ? RF_MOUNTED_TMPFS
                : is_volume ? RF_MOUNTED_VOLUME
                            : RF_MOUNTED_BIND,
        .target = text_of(live, line->target),
        .read_only = {.is_true = has_option(line->options, "ro"), .from = known(live)},
        .exec = {.is_true = !has_option(line->options, "noexec"), .from = known(live)},
        .propagation = memmem(line->tags.ptr, line->tags.len, "shared:", 7)   ? RF_PROPAGATION_SHARED
                       : memmem(line->tags.ptr, line->tags.len, "master:", 7) ? RF_PROPAGATION_FROM_HOST
                                                                              : RF_PROPAGATION_PRIVATE,
        .from = known(live)};
    uint64_t bytes;

    if (!is_tmpfs)
        ret.source = text_of(live, host_path(live, line));
    ret.propagation_from = known(live);
    if (is_tmpfs && rf_num_size(size, INT64_MAX, &bytes) == 0)
        ret.size_bytes = (struct rf_fact_int){.value = (int64_t)bytes, .from = known(live)};
    return ret;
}

static int read_mounts(struct live *live)
{
    struct rf_subject *ret = live->ret;
    struct rf_str rest = live->parts->mounts;
    size_t room;

    if (!rest.ptr) {
        ret->read_only_root.from.known = RF_UNKNOWABLE;
        return 0;
    }
    room = pieces(rest, '\n', MOUNTS_MAX);
    ret->mounts = rf_arena_array(live->arena, room, sizeof(*ret->mounts));
    if (!ret->mounts)
        return -ENOMEM;
    while (rest.ptr && ret->mount_count < room) {
        struct rf_str text;
        struct mount_line line;

        rest = rf_str_cut(rest, '\n', &text);
        if (!read_line(text, &line))
            continue;
        if (rf_str_is(line.target, "/"))
            ret->read_only_root = (struct rf_fact_bool){.is_true = has_option(line.options, "ro") ||
                                                                   has_option(line.super, "ro"),
                                                        .from = known(live)};
        if (!is_ordinary(&line))
            ret->mounts[ret->mount_count++] = mounted_of(live, &line);
    }
    return 0;
}

/* --- program and limits --- */

static int read_words(struct live *live)
{
    struct rf_str rest = live->parts->cmdline;
    struct rf_fact_list *ret = &live->ret->command;
    const size_t room = pieces(rest, '\0', WORDS_MAX);

    ret->items = rf_arena_array(live->arena, room, sizeof(*ret->items));
    if (!ret->items)
        return -ENOMEM;
    while (rest.ptr && rest.len > 0 && ret->count < room) {
        struct rf_str word;

        rest = rf_str_cut(rest, '\0', &word);
        ret->items[ret->count++] = text_of(live, word);
    }
    ret->from = known_if(live, ret->count > 0);
    return 0;
}

static int read_env(struct live *live)
{
    struct rf_str rest = live->parts->environ;
    struct rf_subject *ret = live->ret;
    const size_t room = pieces(rest, '\0', ENV_MAX);

    ret->env = rf_arena_array(live->arena, room, sizeof(*ret->env));
    if (!ret->env)
        return -ENOMEM;
    while (rest.ptr && rest.len > 0 && ret->env_count < room) {
        struct rf_str entry;
        struct rf_str name;
        struct rf_str value;

        rest = rf_str_cut(rest, '\0', &entry);
        value = rf_str_cut(entry, '=', &name);
        if (!value.ptr)
            continue;
        ret->env[ret->env_count++] =
            (struct rf_env){.name = text_of(live, name), .value = text_of(live, value)};
        if (rf_str_is(name, "HOME"))
            ret->home = text_of(live, value);
    }
    return 0;
}

/* "max", -1 and version 1's largest number are no limit. */
static struct rf_fact_int limit_of(const struct live *live, struct rf_str text)
{
    struct rf_str first;
    uint64_t value;

    (void)rf_str_cut(trim(text), ' ', &first);
    if (!text.ptr)
        return (struct rf_fact_int){.from = known_if(live, false)};
    if (rf_num_u64(first, INT64_MAX, &value) < 0 || value > (uint64_t)INT64_MAX / 2)
        return (struct rf_fact_int){0};
    return (struct rf_fact_int){.value = (int64_t)value, .from = known(live)};
}

static void read_limits(struct live *live)
{
    struct rf_limits *ret = &live->ret->limits;

    ret->memory_bytes = limit_of(live, live->parts->memory_max);
    ret->pids = limit_of(live, live->parts->pids_max);
    ret->cpu_milli = limit_of(live, live->parts->cpu_max);
    if (ret->cpu_milli.from.known == RF_KNOWN)
        ret->cpu_milli.value /= 100; /* microseconds of the usual 100,000 */
    ret->from = known(live);
}

/* --- names --- */

/* The container that a control group's path names: 64 hexadecimal digits, or empty. */
static struct rf_str container_id(struct rf_str cgroup)
{
    size_t run = 0;

    for (size_t i = 0; i < cgroup.len; i++) {
        bool is_hex =
            (cgroup.ptr[i] >= '0' && cgroup.ptr[i] <= '9') || (cgroup.ptr[i] >= 'a' && cgroup.ptr[i] <= 'f');

        run = is_hex ? run + 1 : 0;
        if (run == ID_LEN)
            return (struct rf_str){cgroup.ptr + i + 1 - ID_LEN, ID_LEN};
    }
    return (struct rf_str){NULL, 0};
}

/* The container with that id in what the engine's API says. */
static const struct rf_yaml_node *find_container(const struct live *live, struct rf_str id)
{
    struct rf_yaml tree;
    struct rf_err ignored = {0};
    const struct rf_yaml_node *list;

    if (live->parts->engine.len == 0 || id.len == 0 ||
        rf_yaml_read(live->parts->engine, live->arena, &tree, &ignored) < 0 || tree.document_count == 0)
        return NULL;
    list = tree.documents[0];
    for (uint32_t i = 0; list->kind == RF_YAML_LIST && i < list->count; i++) {
        const struct rf_yaml_node *own = rf_yaml_get(list->items[i], "Id");

        if (own && own->kind == RF_YAML_SCALAR && own->text.len == id.len &&
            memcmp(own->text.ptr, id.ptr, id.len) == 0)
            return list->items[i];
    }
    return NULL;
}

static int read_name(struct live *live)
{
    struct rf_str id = container_id(live->parts->cgroup);
    struct rf_str comm = status_field(live->parts->status, "Name");
    const struct rf_yaml_node *container = find_container(live, id);
    const struct rf_yaml_node *names = container ? rf_yaml_get(container, "Names") : NULL;
    const struct rf_yaml_node *image = container ? rf_yaml_get(container, "Image") : NULL;
    struct rf_str name = {NULL, 0};
    char *text;

    if (image && image->kind == RF_YAML_SCALAR)
        live->ret->image = text_of(live, image->text);
    if (names && names->kind == RF_YAML_LIST && names->count > 0 && names->items[0]->kind == RF_YAML_SCALAR)
        name = names->items[0]->text;
    if (name.len > 1 && *name.ptr == '/')
        name = (struct rf_str){name.ptr + 1, name.len - 1};
    if (name.len > 0)
        text =
            rf_arena_printf(live->arena, "%.*s (%.*s, %.*s)", RF_FMT(name), SHORT_ID, id.ptr, RF_FMT(comm));
    else if (id.len > 0)
        text = rf_arena_printf(live->arena, "%.*s (%.*s)", SHORT_ID, id.ptr, RF_FMT(comm));
    else
        text = rf_arena_printf(live->arena, "%.*s", RF_FMT(comm));
    if (!text)
        return -ENOMEM;
    live->ret->name = text_of(live, rf_str_of(text));
    return 0;
}

int rf_live_read(const struct rf_live_parts *parts, struct rf_arena *arena, struct rf_subject *ret,
                 struct rf_err *err)
{
    struct live live = {.parts = parts, .arena = arena, .ret = ret, .err = err};
    int r;

    *ret =
        (struct rf_subject){.kind = RF_SUBJECT_CONTAINER, .platform = RF_PLATFORM_LIVE, .from = known(&live)};
    r = read_status(&live);
    if (r == 0)
        r = read_mounts(&live);
    if (r == 0)
        r = read_words(&live);
    if (r == 0)
        r = read_env(&live);
    if (r == 0)
        r = read_name(&live);
    if (r == -ENOMEM)
        return rf_fail(err, -ENOMEM, "%s: out of memory", parts->path);
    read_namespaces(&live);
    read_limits(&live);
    return r;
}
