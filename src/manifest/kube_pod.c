/* Pods: core/v1 PodSpec, what containers get from their pod, and what an API server writes into a Pod. */
#include "manifest/kube.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MEMBER(name, read, field)                                                                            \
    {                                                                                                        \
        name, read, offsetof(struct rf_pod, field)                                                           \
    }

/* An object that etcd takes holds far fewer. */
enum { CONTAINERS_MAX = 1024 };

/* --- securityContext --- */

static int read_sysctl(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"name", rf_kube_text, offsetof(struct rf_fact_pair, name)},
        {"value", rf_kube_text, offsetof(struct rf_fact_pair, value)},
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_sysctls(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_pod *pod = ret;

    return rf_kube_items(kube, node, sizeof(*pod->sysctls), read_sysctl, &pod->sysctls, &pod->sysctl_count,
                         err);
}

static int read_groups(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_fact_list *groups = ret;

    groups->from = rf_kube_from(kube, node);
    return rf_kube_items(kube, node, sizeof(*groups->items), rf_kube_word, &groups->items, &groups->count,
                         err);
}

static int read_security(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("fsGroup", rf_kube_int, fs_group),
        MEMBER("supplementalGroups", read_groups, groups),
        {"sysctls", read_sysctls, 0},
    };
    struct rf_pod *pod = ret;
    int r = rf_kube_context(kube, node, &pod->context, err);

    return r < 0 ? r : rf_kube_object(kube, node, members, RF_COUNT(members), pod, err);
}

/* --- other members --- */

static int read_os(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {{"name", rf_kube_text, 0}};

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_volumes(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_pod *pod = ret;

    return rf_kube_items(kube, node, sizeof(*pod->volumes), rf_kube_volume, &pod->volumes, &pod->volume_count,
                         err);
}

static int read_annotations(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                            struct rf_err *err)
{
    struct rf_pod *pod = ret;

    return rf_kube_pairs(kube, node, &pod->annotations, &pod->annotation_count, err);
}

static int read_labels(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_pod *pod = ret;

    return rf_kube_pairs(kube, node, &pod->labels, &pod->label_count, err);
}

/* --- containers --- */

static const struct {
    const char *name;
    enum rf_container_kind kind;
} lists[] = {{"initContainers", RF_CONTAINER_INIT},
             {"containers", RF_CONTAINER_MAIN},
             {"ephemeralContainers", RF_CONTAINER_EPHEMERAL}};

static int count_containers(struct rf_kube *kube, const struct rf_yaml_node *spec, size_t *ret,
                            struct rf_err *err)
{
    size_t count = 0;

    for (size_t i = 0; i < RF_COUNT(lists); i++) {
        const struct rf_yaml_node *list = rf_yaml_get(spec, lists[i].name);

        kube->what = lists[i].name;
        if (rf_kube_is_null(list))
            continue;
        if (list->kind != RF_YAML_LIST)
            return rf_kube_refuse(kube, list, "a list", err);
        count += list->count;
        if (count > CONTAINERS_MAX)
            return rf_yaml_fail(kube->yaml, list->start, err, "%s: more than %d containers in one pod",
                                lists[i].name, CONTAINERS_MAX);
    }
    *ret = count;
    return 0;
}

static int read_containers(struct rf_kube *kube, const struct rf_yaml_node *spec, struct rf_pod *pod,
                           struct rf_err *err)
{
    size_t count = 0;
    int r = count_containers(kube, spec, &count, err);

    if (r < 0)
        return r;
    pod->containers = rf_arena_array(kube->arena, count, sizeof(*pod->containers));
    if (!pod->containers)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = 0; r == 0 && i < RF_COUNT(lists); i++) {
        const struct rf_yaml_node *list = rf_yaml_get(spec, lists[i].name);

        for (uint32_t j = 0; r == 0 && !rf_kube_is_null(list) && j < list->count; j++) {
            struct rf_subject *subject = &pod->containers[pod->container_count++];

            subject->container = lists[i].kind;
            subject->platform = RF_PLATFORM_KUBERNETES; /* of an empty entry too */
            subject->from = rf_kube_from(kube, list->items[j]);
            kube->what = lists[i].name;
            if (!rf_kube_is_null(list->items[j]))
                r = rf_kube_container(kube, list->items[j], subject, err);
        }
    }
    return r;
}

/* --- mounts and their volumes --- */

static int compare_text(struct rf_str a, struct rf_str b)
{
    size_t len = a.len < b.len ? a.len : b.len;
    int order = len ? memcmp(a.ptr, b.ptr, len) : 0;

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_volumes(const void *a, const void *b)
{
    return compare_text((*(const struct rf_volume *const *)a)->name.value,
                        (*(const struct rf_volume *const *)b)->name.value);
}

static int compare_name(const void *name, const void *volume)
{
    return compare_text(*(const struct rf_str *)name, (*(const struct rf_volume *const *)volume)->name.value);
}

static enum rf_mounted_kind place_kind(const struct rf_volume *volume)
{
    static const struct {
        const char *type;
        enum rf_mounted_kind kind;
    } kinds[] = {{"hostPath", RF_MOUNTED_BIND},    {"emptyDir", RF_MOUNTED_SCRATCH},
                 {"configMap", RF_MOUNTED_DATA},   {"secret", RF_MOUNTED_DATA},
                 {"projected", RF_MOUNTED_DATA},   {"downwardAPI", RF_MOUNTED_DATA},
                 {"ephemeral", RF_MOUNTED_VOLUME}, {"persistentVolumeClaim", RF_MOUNTED_VOLUME},
                 {"csi", RF_MOUNTED_VOLUME},       {"nfs", RF_MOUNTED_VOLUME}};
    struct rf_str type = volume->types.items[0].value;

    if (rf_str_is(volume->medium.value, "Memory"))
        return RF_MOUNTED_TMPFS;
    for (size_t i = 0; i < RF_COUNT(kinds); i++)
        if (rf_str_is(type, kinds[i].type))
            return kinds[i].kind;
    return RF_MOUNTED_OTHER;
}

/* Give each mount its volume. A name that the pod does not declare is a claim of the StatefulSet's. */
static int join_volumes(const struct rf_kube *kube, struct rf_pod *pod, struct rf_err *err)
{
    const struct rf_volume **sorted =
        rf_arena_array(kube->arena, pod->volume_count, sizeof(const struct rf_volume *));

    if (!sorted)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = 0; i < pod->volume_count; i++)
        sorted[i] = &pod->volumes[i];
    qsort(sorted, pod->volume_count, sizeof(const struct rf_volume *), compare_volumes);
    for (size_t i = 0; i < pod->container_count; i++) {
        for (size_t j = 0; j < pod->containers[i].mount_count; j++) {
            struct rf_mounted *place = &pod->containers[i].mounts[j];
            const struct rf_volume **found = bsearch(&place->source.value, sorted, pod->volume_count,
                                                     sizeof(const struct rf_volume *), compare_name);

            place->kind = RF_MOUNTED_VOLUME;
            if (!found || (*found)->types.count == 0)
                continue;
            place->volume = *found;
            place->kind = place_kind(*found);
            place->size_bytes = (*found)->size_bytes;
            if (place->kind == RF_MOUNTED_BIND)
                place->source = (*found)->path;
        }
    }
    return 0;
}

/* --- what an API server does to a Pod before it judges it --- */

static void default_host_ports(struct rf_pod *pod)
{
    for (size_t i = 0; pod->host_network.is_true && i < pod->container_count; i++) {
        struct rf_subject *subject = &pod->containers[i];

        for (size_t j = 0; subject->container != RF_CONTAINER_EPHEMERAL && j < subject->port_count; j++) {
            struct rf_port *port = &subject->ports[j];

            if (port->host.value == 0) {
                port->host = port->port;
                port->is_published = port->host.value != 0;
            }
        }
    }
}

static struct rf_confinement profile_of(const struct rf_fact_text *annotation)
{
    struct rf_str value = annotation->value;
    struct rf_confinement profile = {.from = annotation->from, .type.from = annotation->from};

    if (rf_str_is(value, "unconfined")) {
        profile.kind = RF_CONFINEMENT_UNCONFINED;
        profile.type.value = RF_STR("Unconfined");
    } else if (rf_str_is(value, "runtime/default")) {
        profile.kind = RF_CONFINEMENT_DEFAULT;
        profile.type.value = RF_STR("RuntimeDefault");
    } else if (rf_str_starts(value, "localhost/") && value.len > strlen("localhost/")) {
        profile.kind = RF_CONFINEMENT_FILE;
        profile.type.value = RF_STR("Localhost");
        profile.file =
            (struct rf_fact_text){.value = {value.ptr + 10, value.len - 10}, .from = annotation->from};
    } else {
        profile.from.known = RF_UNSET;
    }
    return profile;
}

static bool is_same_profile(const struct rf_confinement *a, const struct rf_confinement *b)
{
    return a->from.known == b->from.known && compare_text(a->type.value, b->type.value) == 0 &&
           compare_text(a->file.value, b->file.value) == 0;
}

/* Annotations of AppArmor become fields, unless the pod says the same (since 1.30; KEP-24). */
static void default_apparmor(struct rf_pod *pod)
{
    static const char prefix[] = "container.apparmor.security.beta.kubernetes.io/";

    for (size_t i = 0; i < pod->annotation_count; i++) {
        struct rf_str name = pod->annotations[i].name.value;
        struct rf_confinement profile = profile_of(&pod->annotations[i].value);

        if (!rf_str_starts(name, prefix) || profile.from.known == RF_UNSET ||
            is_same_profile(&profile, &pod->context.apparmor))
            continue;
        name = (struct rf_str){name.ptr + sizeof(prefix) - 1, name.len - (sizeof(prefix) - 1)};
        for (size_t j = 0; j < pod->container_count; j++) {
            struct rf_subject *subject = &pod->containers[j];

            if (compare_text(subject->name.value, name) == 0 && subject->own.apparmor.from.known == RF_UNSET)
                subject->own.apparmor = profile;
        }
    }
}

/* --- the pod --- */

static struct rf_namespace host_or_own(const struct rf_fact_bool *host)
{
    return (struct rf_namespace){.kind = host->is_true ? RF_NAMESPACE_HOST : RF_NAMESPACE_PRIVATE,
                                 .from = host->from};
}

static struct rf_namespaces namespaces_of(const struct rf_pod *pod)
{
    struct rf_namespaces spaces = {.pid = host_or_own(&pod->host_pid),
                                   .ipc = host_or_own(&pod->host_ipc),
                                   .network = host_or_own(&pod->host_network),
                                   .user = host_or_own(&pod->host_users)};

    if (pod->share_processes.is_true && !pod->host_pid.is_true)
        spaces.pid = (struct rf_namespace){.kind = RF_NAMESPACE_SHARED, .from = pod->share_processes.from};
    return spaces;
}

/* Hand down what a pod says for all of its containers. */
void rf_kube_share(struct rf_pod *pod)
{
    struct rf_subject *self = &pod->self;

    *self = (struct rf_subject){.kind = RF_SUBJECT_POD,
                                .platform = RF_PLATFORM_KUBERNETES,
                                .name = pod->name,
                                .from = pod->from,
                                .pod = pod,
                                .own = pod->context,
                                .context = pod->context,
                                .groups = pod->groups,
                                .fs_group = pod->fs_group,
                                .sysctls = pod->sysctls,
                                .sysctl_count = pod->sysctl_count,
                                .namespaces = namespaces_of(pod),
                                .labels = pod->labels,
                                .label_count = pod->label_count};
    for (size_t i = 0; i < pod->container_count; i++) {
        struct rf_subject *subject = &pod->containers[i];

        subject->pod = pod;
        subject->groups = pod->groups;
        subject->fs_group = pod->fs_group;
        subject->sysctls = pod->sysctls;
        subject->sysctl_count = pod->sysctl_count;
        subject->namespaces = self->namespaces;
        subject->labels = pod->labels;
        subject->label_count = pod->label_count;
        rf_subject_inherit(subject, pod);
    }
}

int rf_kube_pod(struct rf_kube *kube, const struct rf_yaml_node *metadata, const struct rf_yaml_node *spec,
                bool is_template, struct rf_pod *ret, struct rf_err *err)
{
    static const struct rf_kube_member meta_members[] = {
        {"annotations", read_annotations, 0},
        {"labels", read_labels, 0},
    };
    static const struct rf_kube_member members[] = {
        MEMBER("hostNetwork", rf_kube_bool, host_network),
        MEMBER("hostPID", rf_kube_bool, host_pid),
        MEMBER("hostIPC", rf_kube_bool, host_ipc),
        MEMBER("hostUsers", rf_kube_bool, host_users),
        MEMBER("shareProcessNamespace", rf_kube_bool, share_processes),
        MEMBER("os", read_os, os),
        MEMBER("restartPolicy", rf_kube_text, restart_policy),
        MEMBER("serviceAccount", rf_kube_text, service_account),
        MEMBER("serviceAccountName", rf_kube_text, service_account),
        MEMBER("automountServiceAccountToken", rf_kube_bool, token),
        {"securityContext", read_security, 0},
        {"volumes", read_volumes, 0},
    };
    int r = 0;

    kube->unknown = (struct rf_from){.known = RF_UNSET};
    kube->what = "metadata";
    if (!rf_kube_is_null(metadata))
        r = rf_kube_object(kube, metadata, meta_members, RF_COUNT(meta_members), ret, err);
    kube->what = "spec";
    ret->from = rf_kube_from(kube, spec);
    if (r == 0)
        r = rf_kube_object(kube, spec, members, RF_COUNT(members), ret, err);
    if (r == 0)
        r = read_containers(kube, spec, ret, err);
    if (r == 0)
        r = join_volumes(kube, ret, err);
    if (r < 0)
        return r;
    ret->unknown = kube->unknown;
    if (!is_template) {
        default_host_ports(ret);
        default_apparmor(ret);
    }
    rf_kube_share(ret);
    return 0;
}
