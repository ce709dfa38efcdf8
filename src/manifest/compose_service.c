/* A service: the members that say how its container runs. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

#define MEMBER(name, read, field)                                                                            \
    {                                                                                                        \
        name, read, offsetof(struct rf_subject, field)                                                       \
    }

/* --- name spaces --- */

/* "host", "service:NAME", "container:NAME", "none", or one of its own. */
static int read_namespace(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                          struct rf_err *err)
{
    struct rf_namespace *space = ret;
    struct rf_str word;
    struct rf_str with;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "text", err);
    with = rf_compose_cut(node, node->text, ':', &word);
    *space = (struct rf_namespace){.kind = RF_NAMESPACE_PRIVATE, .from = node->from};
    if (rf_compose_has_hole(node, word))
        space->from.known = RF_UNKNOWABLE;
    else if (rf_str_is(word, "host"))
        space->kind = RF_NAMESPACE_HOST;
    else if (rf_str_is(word, "none"))
        space->kind = RF_NAMESPACE_NONE;
    else if (with.ptr && (rf_str_is(word, "service") || rf_str_is(word, "container")))
        *space = (struct rf_namespace){.kind = RF_NAMESPACE_SHARED, .with = with, .from = node->from};
    return 0;
}

/* --- build --- */

static int read_args(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    struct rf_build *build = ret;

    return rf_compose_pairs(compose, node, &build->args, &build->arg_count, err);
}

static int read_build(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                      struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"context", rf_compose_text, offsetof(struct rf_build, context)},
        {"dockerfile", rf_compose_text, offsetof(struct rf_build, file)},
        {"dockerfile_inline", rf_compose_text, offsetof(struct rf_build, dockerfile)},
        {"target", rf_compose_text, offsetof(struct rf_build, target)},
        {"args", read_args, 0},
    };
    struct rf_build *build = ret;
    const struct rf_compose_node *context = rf_compose_get(node, "context");

    build->from = node->from;
    build->directory = context ? context->source->directory : node->source->directory;
    return node->kind == RF_YAML_SCALAR
               ? rf_compose_text(compose, node, &build->context, err)
               : rf_compose_object(compose, node, members, RF_COUNT(members), build, err);
}

/* --- the rest --- */

static int read_sysctls(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                        struct rf_err *err)
{
    struct rf_subject *subject = ret;

    return rf_compose_pairs(compose, node, &subject->sysctls, &subject->sysctl_count, err);
}

static int read_labels(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    struct rf_subject *subject = ret;

    return rf_compose_pairs(compose, node, &subject->labels, &subject->label_count, err);
}

static int read_dependencies(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                             struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"condition", rf_compose_text, offsetof(struct rf_dependency, condition)}};
    struct rf_subject *subject = ret;
    int r = rf_compose_as_map(compose, node, &node, err);

    if (r < 0)
        return r;
    subject->dependencies = rf_arena_array(compose->arena, node->count, sizeof(*subject->dependencies));
    if (!subject->dependencies)
        return rf_compose_no_memory(err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        struct rf_dependency *dependency = &subject->dependencies[subject->dependency_count++];

        compose->what = "depends_on";
        dependency->name = rf_compose_fact(node->pairs[i].key, node->pairs[i].key->text);
        if (!rf_compose_is_null(node->pairs[i].value))
            r = rf_compose_object(compose, node->pairs[i].value, members, RF_COUNT(members), dependency, err);
    }
    return r;
}

static int read_logging(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                        struct rf_err *err)
{
    static const struct rf_compose_member members[] = {MEMBER("driver", rf_compose_text, log_driver)};

    return rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
}

/* What cpu_quota gives in each cpu_period of 100 ms, if no other is said: docker's way to write `cpus`. */
static int read_quota(struct rf_compose *compose, const struct rf_compose_node *node,
                      struct rf_limits *limits, struct rf_err *err)
{
    struct quota {
        struct rf_fact_int quota;
        struct rf_fact_int period;
    } quota = {.period = {.value = 100000}};
    static const struct rf_compose_member members[] = {
        {"cpu_quota", rf_compose_int, offsetof(struct quota, quota)},
        {"cpu_period", rf_compose_int, offsetof(struct quota, period)},
    };
    int r = rf_compose_object(compose, node, members, RF_COUNT(members), &quota, err);

    if (r < 0 || quota.quota.from.known == RF_UNSET || limits->cpu_milli.from.known != RF_UNSET ||
        quota.quota.value < 0)
        return r;
    limits->cpu_milli = quota.quota;
    if (quota.period.from.known == RF_UNKNOWABLE)
        limits->cpu_milli.from.known = RF_UNKNOWABLE;
    if (quota.period.value > 0 && quota.quota.value <= INT64_MAX / 1000)
        limits->cpu_milli.value = quota.quota.value * 1000 / quota.period.value;
    return 0;
}

static int read_limits(struct rf_compose *compose, const struct rf_compose_node *node,
                       struct rf_limits *limits, struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"mem_limit", rf_compose_bytes, offsetof(struct rf_limits, memory_bytes)},
        {"mem_reservation", rf_compose_bytes, offsetof(struct rf_limits, memory_request_bytes)},
        {"cpus", rf_compose_milli, offsetof(struct rf_limits, cpu_milli)},
        {"pids_limit", rf_compose_int, offsetof(struct rf_limits, pids)},
        {"shm_size", rf_compose_bytes, offsetof(struct rf_limits, shm_bytes)},
        {"ulimits", rf_compose_ulimits, 0},
    };

    return rf_compose_object(compose, node, members, RF_COUNT(members), limits, err);
}

/* What comes before or behind other members, whatever their order in the file. */
static int read_ordered(struct rf_compose *compose, const struct rf_compose_node *node,
                        struct rf_subject *subject, struct rf_err *err)
{
    static const struct rf_compose_member later[][1] = {{MEMBER("restart", rf_compose_restart, restart)},
                                                        {{"deploy", rf_compose_deploy, 0}},
                                                        {{"environment", rf_compose_environment, 0}},
                                                        {{"env_file", rf_compose_env_files, 0}},
                                                        {{"healthcheck", rf_compose_healthcheck, 0}},
                                                        {{"post_start", rf_compose_post_start, 0}},
                                                        {{"pre_stop", rf_compose_pre_stop, 0}},
                                                        {{"volumes", rf_compose_volumes, 0}},
                                                        {{"tmpfs", rf_compose_tmpfs, 0}},
                                                        {{"secrets", rf_compose_secrets, 0}},
                                                        {{"configs", rf_compose_configs, 0}},
                                                        {{"ports", rf_compose_ports, 0}},
                                                        {{"expose", rf_compose_expose, 0}},
                                                        {{"use_api_socket", rf_compose_api_socket, 0}}};
    int r = read_limits(compose, node, &subject->limits, err);

    if (r == 0)
        r = read_quota(compose, node, &subject->limits, err);
    for (size_t i = 0; r == 0 && i < RF_COUNT(later); i++)
        r = rf_compose_object(compose, node, later[i], 1, subject, err);
    return r;
}

static const struct rf_compose_member members[] = {
    MEMBER("user", rf_compose_user, own),
    MEMBER("group_add", rf_compose_list, groups),
    MEMBER("userns_mode", read_namespace, namespaces.user),
    MEMBER("pid", read_namespace, namespaces.pid),
    MEMBER("ipc", read_namespace, namespaces.ipc),
    MEMBER("network_mode", read_namespace, namespaces.network),
    MEMBER("net", read_namespace, namespaces.network), /* of old files */
    MEMBER("uts", read_namespace, namespaces.uts),
    MEMBER("cgroup", read_namespace, namespaces.cgroup),
    MEMBER("privileged", rf_compose_bool, privileged),
    MEMBER("cap_add", rf_compose_list, cap_add),
    MEMBER("cap_drop", rf_compose_list, cap_drop),
    MEMBER("read_only", rf_compose_bool, read_only_root),
    MEMBER("image", rf_compose_text, image),
    MEMBER("build", read_build, build),
    MEMBER("entrypoint", rf_compose_words_of, entrypoint),
    MEMBER("command", rf_compose_words_of, command),
    MEMBER("working_dir", rf_compose_text, workdir),
    MEMBER("cgroup_parent", rf_compose_text, cgroup_parent),
    MEMBER("profiles", rf_compose_list, profiles),
    MEMBER("volumes_from", rf_compose_list, volumes_from),
    {"security_opt", rf_compose_security_opt, 0},
    {"devices", rf_compose_devices, 0},
    {"networks", rf_compose_networks, 0},
    {"sysctls", read_sysctls, 0},
    {"labels", read_labels, 0},
    {"depends_on", read_dependencies, 0},
    {"logging", read_logging, 0},
    MEMBER("log_driver", rf_compose_text, log_driver), /* of old files */
};

int rf_compose_service(struct rf_compose *compose, const struct rf_compose_pair *service,
                       struct rf_subject *ret, struct rf_err *err)
{
    const struct rf_compose_node *node = service->value;
    const struct rf_compose_node *extends = rf_compose_get(node, "extends");
    int r;

    ret->kind = RF_SUBJECT_CONTAINER;
    ret->platform = RF_PLATFORM_DOCKER;
    ret->name = rf_compose_fact(service->key, service->key->text);
    ret->from = node->from;
    if (!rf_compose_is_null(extends)) {
        ret->unknown = extends->from;
        ret->unknown.known = RF_UNKNOWABLE;
    }
    r = rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
    if (r == 0)
        r = read_ordered(compose, node, ret, err);
    rf_subject_inherit(ret, NULL);
    return r;
}
