/* A bundle's config.json. */
#include "manifest/oci.h"

#include "text/yaml.h"

#include <errno.h>
#include <string.h>

struct oci {
    const char *file;
    struct rf_yaml yaml;
    struct rf_arena *arena;
    struct rf_subject *ret;
    struct rf_err *err;
};

typedef const struct rf_yaml_node node;

static struct rf_from from_of(const struct oci *oci, node *at)
{
    struct rf_from from = {.known = RF_KNOWN, .file = oci->file, .start = at->start, .end = at->end};

    rf_yaml_place(&oci->yaml, at->start, &from.line, &from.column);
    return from;
}

static int wrong(const struct oci *oci, node *at, const char *what, const char *want)
{
    return rf_yaml_fail(&oci->yaml, at->start, oci->err, "%s: want %s", what, want);
}

/* --- values; what is not there stays unset --- */

static node *get(node *map, const char *key)
{
    return map ? rf_yaml_get(map, key) : NULL;
}

static int get_map(const struct oci *oci, node *map, const char *key, node **ret)
{
    *ret = get(map, key);
    return !*ret || (*ret)->kind == RF_YAML_MAP ? 0 : wrong(oci, *ret, key, "an object");
}

static int get_list(const struct oci *oci, node *map, const char *key, node **ret)
{
    *ret = get(map, key);
    return !*ret || (*ret)->kind == RF_YAML_LIST ? 0 : wrong(oci, *ret, key, "a list");
}

static int get_text(const struct oci *oci, node *map, const char *key, struct rf_fact_text *ret)
{
    node *at = get(map, key);

    if (!at)
        return 0;
    if (rf_yaml_value(at, RF_YAML_KUBECTL).type != RF_YAML_TYPE_TEXT)
        return wrong(oci, at, key, "text");
    *ret = (struct rf_fact_text){.value = at->text, .from = from_of(oci, at)};
    return 0;
}

static int get_int(const struct oci *oci, node *map, const char *key, struct rf_fact_int *ret)
{
    node *at = get(map, key);
    struct rf_yaml_value value;

    if (!at)
        return 0;
    value = rf_yaml_value(at, RF_YAML_KUBECTL);
    if (value.type != RF_YAML_TYPE_INTEGER)
        return wrong(oci, at, key, "a number");
    *ret = (struct rf_fact_int){.value = value.integer, .from = from_of(oci, at)};
    return 0;
}

static int get_bool(const struct oci *oci, node *map, const char *key, struct rf_fact_bool *ret)
{
    node *at = get(map, key);
    struct rf_yaml_value value;

    if (!at)
        return 0;
    value = rf_yaml_value(at, RF_YAML_KUBECTL);
    if (value.type != RF_YAML_TYPE_BOOL)
        return wrong(oci, at, key, "true or false");
    *ret = (struct rf_fact_bool){.is_true = value.is_true, .from = from_of(oci, at)};
    return 0;
}

static int get_words(const struct oci *oci, node *map, const char *key, struct rf_fact_list *ret)
{
    node *list;
    int r = get_list(oci, map, key, &list);

    if (r < 0 || !list)
        return r;
    ret->from = from_of(oci, list);
    ret->items = rf_arena_array(oci->arena, (size_t)list->count + 1, sizeof(*ret->items));
    if (!ret->items)
        return -ENOMEM;
    for (uint32_t i = 0; i < list->count; i++) {
        node *at = list->items[i];

        if (at->kind != RF_YAML_SCALAR)
            return wrong(oci, at, key, "text");
        ret->items[ret->count++] = (struct rf_fact_text){.value = at->text, .from = from_of(oci, at)};
    }
    return 0;
}

/* --- process --- */

/* The bounding set is what can ever be had; all of it is said, nothing is a default. */
static int read_caps(const struct oci *oci, node *process)
{
    struct rf_subject *ret = oci->ret;
    node *caps;
    int r = get_map(oci, process, "capabilities", &caps);

    if (r == 0)
        r = get_words(oci, caps, "bounding", &ret->cap_add);
    if (r < 0)
        return r;
    ret->cap_drop.items = rf_arena_alloc(oci->arena, sizeof(*ret->cap_drop.items));
    if (!ret->cap_drop.items)
        return -ENOMEM;
    ret->cap_drop.from = caps ? from_of(oci, caps) : from_of(oci, process);
    ret->cap_drop.items[ret->cap_drop.count++] =
        (struct rf_fact_text){.value = RF_STR("ALL"), .from = ret->cap_drop.from};
    for (size_t i = 0; i < ret->cap_add.count; i++) {
        struct rf_str *name = &ret->cap_add.items[i].value;

        if (rf_str_starts(*name, "CAP_"))
            *name = (struct rf_str){name->ptr + 4, name->len - 4};
    }
    return 0;
}

static int read_env(const struct oci *oci, node *process)
{
    struct rf_fact_list words = {0};
    struct rf_subject *ret = oci->ret;
    int r = get_words(oci, process, "env", &words);

    if (r < 0)
        return r;
    ret->env = rf_arena_array(oci->arena, words.count + 1, sizeof(*ret->env));
    if (!ret->env)
        return -ENOMEM;
    for (size_t i = 0; i < words.count; i++) {
        struct rf_env *env = &ret->env[ret->env_count++];

        env->name.from = env->value.from = words.items[i].from;
        env->value.value = rf_str_cut(words.items[i].value, '=', &env->name.value);
        if (rf_str_is(env->name.value, "HOME"))
            ret->home = env->value;
    }
    return 0;
}

static int read_process(const struct oci *oci, node *process)
{
    struct rf_context *own = &oci->ret->own;
    struct rf_fact_bool nnp = {0};
    struct rf_fact_text apparmor = {0};
    node *user;
    int r = get_map(oci, process, "user", &user);

    if (!process || r < 0)
        return r;
    own->from = from_of(oci, process);
    if ((r = get_int(oci, user, "uid", &own->uid)) < 0 || (r = get_int(oci, user, "gid", &own->gid)) < 0 ||
        (r = get_words(oci, user, "additionalGids", &oci->ret->groups)) < 0 ||
        (r = get_bool(oci, process, "noNewPrivileges", &nnp)) < 0 ||
        (r = get_text(oci, process, "apparmorProfile", &apparmor)) < 0 ||
        (r = get_words(oci, process, "args", &oci->ret->command)) < 0 ||
        (r = get_text(oci, process, "cwd", &oci->ret->workdir)) < 0 || (r = read_env(oci, process)) < 0)
        return r;
    if (own->uid.from.known == RF_UNSET) /* the specification's default is 0 */
        own->uid = (struct rf_fact_int){.from = user ? from_of(oci, user) : own->from};
    oci->ret->escalation = (struct rf_fact_bool){.is_true = !nnp.is_true,
                                                 .from = nnp.from.known ? nnp.from : from_of(oci, process)};
    if (apparmor.from.known == RF_KNOWN)
        own->apparmor = (struct rf_confinement){
            .kind = rf_str_is(apparmor.value, "unconfined") ? RF_CONFINEMENT_UNCONFINED : RF_CONFINEMENT_FILE,
            .type = apparmor,
            .file = apparmor,
            .from = apparmor.from};
    return read_caps(oci, process);
}

/* --- root and mounts --- */

static void read_options(struct rf_mounted *mounted, const struct rf_fact_list *options)
{
    for (size_t i = 0; i < options->count; i++) {
        struct rf_str word = options->items[i].value;
        struct rf_from from = options->items[i].from;

        if (rf_str_is(word, "ro"))
            mounted->read_only = (struct rf_fact_bool){.is_true = true, .from = from};
        if (rf_str_is(word, "noexec"))
            mounted->exec = (struct rf_fact_bool){.is_true = false, .from = from};
        if (rf_str_is(word, "shared") || rf_str_is(word, "rshared"))
            mounted->propagation = RF_PROPAGATION_SHARED, mounted->propagation_from = from;
        if (rf_str_is(word, "bind") || rf_str_is(word, "rbind"))
            mounted->kind = RF_MOUNTED_BIND;
        if (rf_str_starts(word, "size=")) /* a number with a unit is known to be one, not how much */
            mounted->size_bytes =
                (struct rf_fact_int){.from = {.known = RF_UNKNOWABLE, .file = from.file, .line = from.line}};
    }
}

/* What every runtime mounts. */
static bool is_ordinary(struct rf_str type, struct rf_str target)
{
    static const char *const types[] = {"proc", "sysfs", "cgroup", "cgroup2", "devpts", "mqueue"};

    for (size_t i = 0; i < RF_COUNT(types); i++) {
        if (rf_str_is(type, types[i]))
            return true;
    }
    return rf_str_is(target, "/dev") || rf_str_is(target, "/dev/shm");
}

static int read_mount(const struct oci *oci, node *at)
{
    struct rf_mounted *mounted = &oci->ret->mounts[oci->ret->mount_count];
    struct rf_fact_text type = {0};
    struct rf_fact_list options = {0};
    int r;

    if (at->kind != RF_YAML_MAP)
        return wrong(oci, at, "mounts", "objects");
    *mounted = (struct rf_mounted){.kind = RF_MOUNTED_OTHER, .from = from_of(oci, at)};
    if ((r = get_text(oci, at, "type", &type)) < 0 ||
        (r = get_text(oci, at, "source", &mounted->source)) < 0 ||
        (r = get_text(oci, at, "destination", &mounted->target)) < 0 ||
        (r = get_words(oci, at, "options", &options)) < 0)
        return r;
    if (rf_str_is(type.value, "tmpfs"))
        mounted->kind = RF_MOUNTED_TMPFS;
    read_options(mounted, &options);
    if (!is_ordinary(type.value, mounted->target.value))
        oci->ret->mount_count++;
    return 0;
}

static int read_mounts(const struct oci *oci, node *top)
{
    node *list;
    int r = get_list(oci, top, "mounts", &list);

    if (r < 0 || !list)
        return r;
    oci->ret->mounts = rf_arena_array(oci->arena, (size_t)list->count + 1, sizeof(*oci->ret->mounts));
    if (!oci->ret->mounts)
        return -ENOMEM;
    for (uint32_t i = 0; r == 0 && i < list->count; i++)
        r = read_mount(oci, list->items[i]);
    return r;
}

/* --- linux --- */

static int read_namespaces(const struct oci *oci, node *kernel, struct rf_from from)
{
    struct rf_namespaces *ret = &oci->ret->namespaces;
    struct {
        const char *type;
        struct rf_namespace *space;
    } spaces[] = {{"pid", &ret->pid}, {"ipc", &ret->ipc}, {"network", &ret->network}, {"uts", &ret->uts}};
    node *list;
    int r = get_list(oci, kernel, "namespaces", &list);

    for (size_t i = 0; r == 0 && i < RF_COUNT(spaces); i++) {
        *spaces[i].space =
            (struct rf_namespace){.kind = RF_NAMESPACE_HOST, .from = list ? from_of(oci, list) : from};
        for (uint32_t j = 0; list && j < list->count; j++) {
            node *type = get(list->items[j], "type");
            node *path = get(list->items[j], "path");

            if (!type || type->kind != RF_YAML_SCALAR || !rf_str_is(type->text, spaces[i].type))
                continue;
            spaces[i].space->kind = path && path->text.len ? RF_NAMESPACE_SHARED : RF_NAMESPACE_PRIVATE;
            spaces[i].space->with = path ? path->text : (struct rf_str){NULL, 0};
            spaces[i].space->from = from_of(oci, list->items[j]);
        }
    }
    return r;
}

static int read_limits(const struct oci *oci, node *kernel)
{
    struct rf_limits *ret = &oci->ret->limits;
    struct rf_fact_int period = {0};
    node *resources;
    node *memory;
    node *cpu;
    node *pids;
    int r = get_map(oci, kernel, "resources", &resources);

    if (r < 0 || (r = get_map(oci, resources, "memory", &memory)) < 0 ||
        (r = get_map(oci, resources, "cpu", &cpu)) < 0 || (r = get_map(oci, resources, "pids", &pids)) < 0 ||
        (r = get_int(oci, memory, "limit", &ret->memory_bytes)) < 0 ||
        (r = get_int(oci, cpu, "quota", &ret->cpu_milli)) < 0 ||
        (r = get_int(oci, cpu, "period", &period)) < 0 || (r = get_int(oci, pids, "limit", &ret->pids)) < 0)
        return r;
    if (ret->memory_bytes.value < 0)
        ret->memory_bytes = (struct rf_fact_int){0};
    if (ret->pids.value <= 0)
        ret->pids = (struct rf_fact_int){0};
    if (ret->cpu_milli.value <= 0)
        ret->cpu_milli = (struct rf_fact_int){0};
    else if (ret->cpu_milli.value <
             INT64_MAX / 1000) /* microseconds of a period, 100,000 unless it is given */
        ret->cpu_milli.value = ret->cpu_milli.value * 1000 / (period.value > 0 ? period.value : 100000);
    if (resources)
        ret->from = from_of(oci, resources);
    return 0;
}

static int read_linux(const struct oci *oci, node *kernel, struct rf_from top)
{
    struct rf_from from = kernel ? from_of(oci, kernel) : top;
    struct rf_context *own = &oci->ret->own;
    node *seccomp;
    node *masked;
    int r;

    if ((r = get_map(oci, kernel, "seccomp", &seccomp)) < 0 ||
        (r = get_list(oci, kernel, "maskedPaths", &masked)) < 0 ||
        (r = read_namespaces(oci, kernel, from)) < 0 || (r = read_limits(oci, kernel)) < 0)
        return r;
    own->seccomp.kind = seccomp ? RF_CONFINEMENT_FILE : RF_CONFINEMENT_UNCONFINED;
    own->seccomp.from = seccomp ? from_of(oci, seccomp) : from;
    own->seccomp.type = (struct rf_fact_text){.value = seccomp ? RF_STR("a filter") : RF_STR("unconfined"),
                                              .from = own->seccomp.from};
    if (!masked || masked->count == 0)
        oci->ret->proc_mount =
            (struct rf_fact_text){.value = RF_STR("Unmasked"), .from = masked ? from_of(oci, masked) : from};
    return 0;
}

int rf_oci_read(const char *file, struct rf_str text, struct rf_arena *arena, struct rf_subject *ret,
                struct rf_err *err)
{
    struct oci oci = {.file = file, .arena = arena, .ret = ret, .err = err};
    node *top;
    node *process = NULL;
    node *root = NULL;
    node *kernel = NULL;
    int r = rf_yaml_read(text, arena, &oci.yaml, err);

    if (r < 0)
        return r;
    *ret = (struct rf_subject){.kind = RF_SUBJECT_CONTAINER, .platform = RF_PLATFORM_OCI};
    top = oci.yaml.document_count ? oci.yaml.documents[0] : NULL;
    if (!top || top->kind != RF_YAML_MAP)
        return rf_fail(err, -EINVAL, "1:1: want the object of a bundle's config.json");
    ret->from = from_of(&oci, top);
    ret->from.end = ret->from.start + 1;
    ret->name = (struct rf_fact_text){.value = RF_STR("bundle"), .from = ret->from};
    if ((r = get_map(&oci, top, "process", &process)) == 0 && (r = get_map(&oci, top, "root", &root)) == 0 &&
        (r = get_map(&oci, top, "linux", &kernel)) == 0 && (r = read_process(&oci, process)) == 0 &&
        (r = get_bool(&oci, root, "readonly", &ret->read_only_root)) == 0 &&
        (r = read_mounts(&oci, top)) == 0)
        r = read_linux(&oci, kernel, ret->from);
    ret->context = ret->own;
    return r == -ENOMEM ? rf_fail(err, r, "%s: out of memory", file) : r;
}
