/* PodSecurityPolicy: what it lets in, as if somebody had asked for all of it. */
#include "manifest/kube.h"

#include <errno.h>
#include <string.h>

struct policy {
    struct rf_fact_bool privileged;
    struct rf_fact_bool escalation;
    struct rf_fact_bool read_only;
    struct rf_fact_bool network;
    struct rf_fact_bool pid;
    struct rf_fact_bool ipc;
    struct rf_fact_list drop;
    struct rf_fact_list allowed;
    struct rf_fact_list added;
    struct rf_fact_list volumes;
    struct rf_fact_list sysctls;
    struct rf_fact_text user_rule;
    struct rf_fact_int user_min;
};

/* runAsUser: {rule: MustRunAs, ranges: [{min: 1, max: 65535}]} */
static int read_user(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"rule", rf_kube_text, offsetof(struct policy, user_rule)}};
    static const struct rf_kube_member range[] = {{"min", rf_kube_int, offsetof(struct policy, user_min)}};
    const struct rf_yaml_node *ranges = rf_yaml_get(node, "ranges");
    int r = rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);

    if (r < 0 || rf_kube_is_null(ranges))
        return r;
    if (ranges->kind != RF_YAML_LIST)
        return rf_kube_refuse(kube, ranges, "a list", err);
    return ranges->count > 0 ? rf_kube_object(kube, ranges->items[0], range, RF_COUNT(range), ret, err) : 0;
}

static void take_user(const struct policy *policy, struct rf_context *ret)
{
    struct rf_str rule = policy->user_rule.value;

    if (rf_str_is(rule, "MustRunAsNonRoot")) {
        ret->non_root = (struct rf_fact_bool){.is_true = true, .from = policy->user_rule.from};
    } else if (rf_str_is(rule, "MustRunAs") && policy->user_min.from.known == RF_KNOWN) {
        ret->uid = policy->user_min;
    } else if (rf_str_is(rule, "RunAsAny")) {
        ret->uid = (struct rf_fact_int){.from = policy->user_rule.from};
        ret->user = policy->user_rule;
    }
}

/* A pod may add what is allowed, and has what is added by default. `*` is all. */
static int take_caps(struct rf_kube *kube, const struct policy *policy, struct rf_subject *ret,
                     struct rf_err *err)
{
    const struct rf_fact_list *lists[] = {&policy->allowed, &policy->added};

    ret->cap_drop = policy->drop;
    ret->cap_add.items = rf_arena_array(kube->arena, policy->allowed.count + policy->added.count + 1,
                                        sizeof(*ret->cap_add.items));
    if (!ret->cap_add.items)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = 0; i < RF_COUNT(lists); i++) {
        for (size_t j = 0; j < lists[i]->count; j++) {
            struct rf_fact_text *cap = &ret->cap_add.items[ret->cap_add.count++];

            *cap = lists[i]->items[j];
            ret->cap_add.from = cap->from;
            if (rf_str_is(cap->value, "*"))
                cap->value = RF_STR("ALL");
        }
    }
    return 0;
}

/* Kinds of volumes that it lets in; any, with `*`. */
static int take_volumes(struct rf_kube *kube, const struct policy *policy, struct rf_pod *ret,
                        struct rf_err *err)
{
    ret->volumes = rf_arena_array(kube->arena, policy->volumes.count + 1, sizeof(*ret->volumes));
    if (!ret->volumes)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = 0; i < policy->volumes.count; i++) {
        struct rf_fact_text *type = &policy->volumes.items[i];
        struct rf_volume *volume = &ret->volumes[ret->volume_count++];

        *volume = (struct rf_volume){
            .name = *type, .types = {.items = type, .count = 1, .from = type->from}, .from = type->from};
        if (rf_str_is(type->value, "*"))
            type->value = RF_STR("hostPath");
        if (rf_str_is(type->value, "hostPath"))
            volume->path = (struct rf_fact_text){.value = RF_STR("/"), .from = type->from};
    }
    return 0;
}

int rf_kube_policy(struct rf_kube *kube, const struct rf_yaml_node *spec, struct rf_pod *ret,
                   struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"privileged", rf_kube_bool, offsetof(struct policy, privileged)},
        {"allowPrivilegeEscalation", rf_kube_bool, offsetof(struct policy, escalation)},
        {"readOnlyRootFilesystem", rf_kube_bool, offsetof(struct policy, read_only)},
        {"hostNetwork", rf_kube_bool, offsetof(struct policy, network)},
        {"hostPID", rf_kube_bool, offsetof(struct policy, pid)},
        {"hostIPC", rf_kube_bool, offsetof(struct policy, ipc)},
        {"requiredDropCapabilities", rf_kube_list, offsetof(struct policy, drop)},
        {"allowedCapabilities", rf_kube_list, offsetof(struct policy, allowed)},
        {"defaultAddCapabilities", rf_kube_list, offsetof(struct policy, added)},
        {"volumes", rf_kube_list, offsetof(struct policy, volumes)},
        {"runAsUser", read_user, 0},
    };
    struct policy policy = {0};
    struct rf_subject *container = rf_arena_alloc(kube->arena, sizeof(*container));
    int r;

    if (!container)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    kube->what = "spec";
    ret->from = rf_kube_from(kube, spec);
    r = rf_kube_object(kube, spec, members, RF_COUNT(members), &policy, err);
    if (r < 0 || (r = take_caps(kube, &policy, container, err)) < 0 ||
        (r = take_volumes(kube, &policy, ret, err)) < 0)
        return r;
    ret->is_policy = true;
    ret->host_network = policy.network;
    ret->host_pid = policy.pid;
    ret->host_ipc = policy.ipc;
    ret->containers = container;
    ret->container_count = 1;
    container->kind = RF_SUBJECT_CONTAINER;
    container->platform = RF_PLATFORM_KUBERNETES;
    container->pod = ret;
    container->from = ret->from;
    container->name = (struct rf_fact_text){.value = RF_STR("any"), .from = ret->from};
    container->privileged = policy.privileged;
    container->escalation = policy.escalation;
    container->read_only_root = policy.read_only;
    take_user(&policy, &container->own);
    rf_kube_share(ret);
    return 0;
}
