/* What a service may use, and how often it is started again. What `deploy` says comes before the keys of the
   service itself, as in compose's getDeployResources() and getRestartPolicy(). */
#include "manifest/compose_parts.h"

#include "base/num.h"

#include <errno.h>
#include <sys/resource.h>

#define MEMBER(name, read, type, field)                                                                      \
    {                                                                                                        \
        name, read, offsetof(type, field)                                                                    \
    }

/* --- ulimits --- */

static const struct {
    const char *name;
    uint32_t resource;
} resources[] = {
    {"as", RLIMIT_AS},           {"core", RLIMIT_CORE},         {"cpu", RLIMIT_CPU},
    {"data", RLIMIT_DATA},       {"fsize", RLIMIT_FSIZE},       {"locks", RLIMIT_LOCKS},
    {"memlock", RLIMIT_MEMLOCK}, {"msgqueue", RLIMIT_MSGQUEUE}, {"nice", RLIMIT_NICE},
    {"nofile", RLIMIT_NOFILE},   {"nproc", RLIMIT_NPROC},       {"rss", RLIMIT_RSS},
    {"rtprio", RLIMIT_RTPRIO},   {"rttime", RLIMIT_RTTIME},     {"sigpending", RLIMIT_SIGPENDING},
    {"stack", RLIMIT_STACK},
};

/* A number; -1: unlimited. What is not known is left out. */
static int read_limit(struct rf_compose *compose, const struct rf_compose_node *node, uint64_t *ret,
                      bool *ret_is_known, struct rf_err *err)
{
    struct rf_fact_int value = {0};
    int r = rf_compose_int(compose, node, &value, err);

    *ret = value.value < 0 ? UINT64_MAX : (uint64_t)value.value;
    *ret_is_known = value.from.known == RF_KNOWN;
    return r;
}

static int read_ulimit(struct rf_compose *compose, const struct rf_compose_node *node, struct rf_ulimit *ret,
                       bool *ret_is_known, struct rf_err *err)
{
    const struct rf_compose_node *soft = node->kind == RF_YAML_MAP ? rf_compose_get(node, "soft") : node;
    const struct rf_compose_node *hard = node->kind == RF_YAML_MAP ? rf_compose_get(node, "hard") : node;
    bool is_known = false;
    int r;

    if (rf_compose_is_null(soft))
        soft = hard;
    if (rf_compose_is_null(hard))
        hard = soft;
    if (rf_compose_is_null(soft))
        return rf_compose_refuse(compose, node, "a number, or soft and hard", err);
    r = read_limit(compose, soft, &ret->soft, ret_is_known, err);
    if (r == 0)
        r = read_limit(compose, hard, &ret->hard, &is_known, err);
    *ret_is_known = *ret_is_known && is_known;
    return r;
}

int rf_compose_ulimits(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    struct rf_limits *limits = ret;
    int r = 0;

    if (node->kind != RF_YAML_MAP)
        return rf_compose_refuse(compose, node, "a map", err);
    limits->ulimits = rf_arena_array(compose->arena, RF_COUNT(resources), sizeof(*limits->ulimits));
    if (!limits->ulimits)
        return rf_compose_no_memory(err);
    for (size_t i = 0; r == 0 && i < RF_COUNT(resources); i++) {
        const struct rf_compose_node *value = rf_compose_get(node, resources[i].name);
        struct rf_ulimit *limit = &limits->ulimits[limits->ulimit_count];
        bool is_known = false;

        if (rf_compose_is_null(value))
            continue;
        compose->what = resources[i].name;
        limit->resource = resources[i].resource;
        r = read_ulimit(compose, value, limit, &is_known, err);
        limits->ulimit_count += is_known;
    }
    return r;
}

/* --- restart --- */

int rf_compose_restart(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    static const struct {
        const char *name;
        enum rf_restart_kind kind;
    } kinds[] = {{"no", RF_RESTART_NO},
                 {"false", RF_RESTART_NO},
                 {"", RF_RESTART_NO},
                 {"always", RF_RESTART_ALWAYS},
                 {"on-failure", RF_RESTART_ON_FAILURE},
                 {"unless-stopped", RF_RESTART_UNLESS_STOPPED}};
    struct rf_restart *restart = ret;
    struct rf_str word;
    struct rf_str tries;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "no, always, on-failure[:TRIES] or unless-stopped", err);
    tries = rf_compose_cut(node, node->text, ':', &word);
    restart->from = node->from;
    if (rf_compose_has_hole(node, word)) {
        restart->from.known = RF_UNKNOWABLE;
        return 0;
    }
    for (size_t i = 0; i < RF_COUNT(kinds); i++) {
        if (!rf_str_is(word, kinds[i].name))
            continue;
        restart->kind = kinds[i].kind;
        if (rf_compose_number(node, tries, &restart->max))
            return 0;
    }
    return rf_compose_refuse(compose, node, "no, always, on-failure[:TRIES] or unless-stopped", err);
}

/* --- deploy --- */

static int read_condition(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                          struct rf_err *err)
{
    struct rf_restart *restart = ret;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "none, on-failure or any", err);
    restart->from = node->from;
    if (node->hole_count)
        restart->from.known = RF_UNKNOWABLE;
    restart->kind = rf_str_is(node->text, "none")         ? RF_RESTART_NO
                    : rf_str_is(node->text, "on-failure") ? RF_RESTART_ON_FAILURE
                                                          : RF_RESTART_ALWAYS;
    return 0;
}

static int read_policy(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"condition", read_condition, 0},
        MEMBER("max_attempts", rf_compose_int, struct rf_restart, max),
    };
    struct rf_subject *subject = ret;

    subject->restart = (struct rf_restart){.kind = RF_RESTART_ALWAYS, .from = node->from};
    return rf_compose_object(compose, node, members, RF_COUNT(members), &subject->restart, err);
}

static int read_caps(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        MEMBER("memory", rf_compose_bytes, struct rf_limits, memory_bytes),
        MEMBER("cpus", rf_compose_milli, struct rf_limits, cpu_milli),
        MEMBER("pids", rf_compose_int, struct rf_limits, pids),
    };

    return rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
}

static int read_requests(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                         struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        MEMBER("memory", rf_compose_bytes, struct rf_limits, memory_request_bytes),
        MEMBER("cpus", rf_compose_milli, struct rf_limits, cpu_request_milli),
    };

    return rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
}

static int read_resources(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                          struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"limits", read_caps, 0},
        {"reservations", read_requests, 0},
    };
    struct rf_subject *subject = ret;

    subject->limits.from = node->from;
    return rf_compose_object(compose, node, members, RF_COUNT(members), &subject->limits, err);
}

int rf_compose_deploy(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                      struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"resources", read_resources, 0},
        {"restart_policy", read_policy, 0},
    };

    return rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
}
