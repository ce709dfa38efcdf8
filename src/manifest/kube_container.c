/* Containers: core/v1 Container and EphemeralContainer. */
#include "manifest/kube.h"

#include <errno.h>

#define MEMBER(name, read, type, field)                                                                      \
    {                                                                                                        \
        name, read, offsetof(type, field)                                                                    \
    }

/* --- securityContext --- */

static int read_capabilities(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                             struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("add", rf_kube_list, struct rf_subject, cap_add),
        MEMBER("drop", rf_kube_list, struct rf_subject, cap_drop),
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_security(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"capabilities", read_capabilities, 0},
        MEMBER("privileged", rf_kube_bool, struct rf_subject, privileged),
        MEMBER("allowPrivilegeEscalation", rf_kube_bool, struct rf_subject, escalation),
        MEMBER("readOnlyRootFilesystem", rf_kube_bool, struct rf_subject, read_only_root),
        MEMBER("procMount", rf_kube_text, struct rf_subject, proc_mount),
    };
    struct rf_subject *subject = ret;
    int r = rf_kube_context(kube, node, &subject->own, err);

    return r < 0 ? r : rf_kube_object(kube, node, members, RF_COUNT(members), subject, err);
}

/* --- ports --- */

static int read_port(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("name", rf_kube_text, struct rf_port, name),
        MEMBER("containerPort", rf_kube_int, struct rf_port, port),
        MEMBER("hostPort", rf_kube_int, struct rf_port, host),
        MEMBER("hostIP", rf_kube_text, struct rf_port, address),
        MEMBER("protocol", rf_kube_text, struct rf_port, protocol),
    };
    struct rf_port *port = ret;
    int r;

    port->from = rf_kube_from(kube, node);
    r = rf_kube_object(kube, node, members, RF_COUNT(members), port, err);
    port->is_published = port->host.value != 0;
    return r;
}

static int read_ports(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_subject *subject = ret;

    return rf_kube_items(kube, node, sizeof(*subject->ports), read_port, &subject->ports,
                         &subject->port_count, err);
}

/* --- environment --- */

static int read_ref_name(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {MEMBER("name", rf_kube_text, struct rf_env, value)};

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_secret_ref(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                           struct rf_err *err)
{
    ((struct rf_env *)ret)->source = RF_ENV_SECRET;
    return read_ref_name(kube, node, ret, err);
}

static int read_config_ref(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                           struct rf_err *err)
{
    ((struct rf_env *)ret)->source = RF_ENV_CONFIG;
    return read_ref_name(kube, node, ret, err);
}

static int read_field_ref(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                          struct rf_err *err)
{
    static const struct rf_kube_member members[] = {MEMBER("fieldPath", rf_kube_text, struct rf_env, value),
                                                    MEMBER("resource", rf_kube_text, struct rf_env, value)};

    ((struct rf_env *)ret)->source = RF_ENV_FIELD;
    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_env_source(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                           struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"secretKeyRef", read_secret_ref, 0}, {"configMapKeyRef", read_config_ref, 0},
        {"fieldRef", read_field_ref, 0},      {"resourceFieldRef", read_field_ref, 0},
        {"secretRef", read_secret_ref, 0}, /* these two in envFrom */
        {"configMapRef", read_config_ref, 0},
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_env(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("name", rf_kube_text, struct rf_env, name),
        MEMBER("value", rf_kube_text, struct rf_env, value),
        {"valueFrom", read_env_source, 0},
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

/* env, then envFrom, which is read first by the container and overruled by env. */
static int read_envs(struct rf_kube *kube, const struct rf_yaml_node *container, struct rf_subject *ret,
                     struct rf_err *err)
{
    static const struct {
        const char *name;
        rf_kube_read *read;
    } lists[] = {{"env", read_env}, {"envFrom", read_env_source}};
    struct rf_env *parts[RF_COUNT(lists)] = {NULL};
    size_t counts[RF_COUNT(lists)] = {0};
    int r = 0;

    for (size_t i = 0; r == 0 && i < RF_COUNT(lists); i++) {
        const struct rf_yaml_node *node = rf_yaml_get(container, lists[i].name);

        kube->what = lists[i].name;
        if (!rf_kube_is_null(node))
            r = rf_kube_items(kube, node, sizeof(*ret->env), lists[i].read, &parts[i], &counts[i], err);
    }
    if (r < 0)
        return r;
    ret->env = parts[counts[0] == 0];
    ret->env_count = counts[0] + counts[1];
    if (counts[0] == 0 || counts[1] == 0)
        return 0;
    ret->env = rf_arena_array(kube->arena, ret->env_count, sizeof(*ret->env));
    if (!ret->env)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = 0; i < ret->env_count; i++)
        ret->env[i] = i < counts[0] ? parts[0][i] : parts[1][i - counts[0]];
    return 0;
}

/* --- mounts --- */

static int read_propagation(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                            struct rf_err *err)
{
    struct rf_mounted *place = ret;
    struct rf_fact_text word;
    int r = rf_kube_text(kube, node, &word, err);

    if (r < 0)
        return r;
    place->propagation_from = word.from;
    place->propagation = rf_str_is(word.value, "Bidirectional")     ? RF_PROPAGATION_SHARED
                         : rf_str_is(word.value, "HostToContainer") ? RF_PROPAGATION_FROM_HOST
                                                                    : RF_PROPAGATION_PRIVATE;
    return 0;
}

static int read_place(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("name", rf_kube_text, struct rf_mounted, source),
        MEMBER("mountPath", rf_kube_text, struct rf_mounted, target),
        MEMBER("subPath", rf_kube_text, struct rf_mounted, sub_path),
        MEMBER("subPathExpr", rf_kube_text, struct rf_mounted, sub_path),
        MEMBER("readOnly", rf_kube_bool, struct rf_mounted, read_only),
        {"mountPropagation", read_propagation, 0},
    };
    struct rf_mounted *place = ret;

    place->kind = RF_MOUNTED_OTHER; /* its volume decides, when all are read */
    place->from = rf_kube_from(kube, node);
    return rf_kube_object(kube, node, members, RF_COUNT(members), place, err);
}

static int read_places(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_subject *subject = ret;

    return rf_kube_items(kube, node, sizeof(*subject->mounts), read_place, &subject->mounts,
                         &subject->mount_count, err);
}

static int read_device(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("name", rf_kube_text, struct rf_device, source),
        MEMBER("devicePath", rf_kube_text, struct rf_device, target),
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_devices(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_subject *subject = ret;

    return rf_kube_items(kube, node, sizeof(*subject->devices), read_device, &subject->devices,
                         &subject->device_count, err);
}

/* --- resources --- */

static int read_caps(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("memory", rf_kube_bytes, struct rf_limits, memory_bytes),
        MEMBER("cpu", rf_kube_milli, struct rf_limits, cpu_milli),
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_requests(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("memory", rf_kube_bytes, struct rf_limits, memory_request_bytes),
        MEMBER("cpu", rf_kube_milli, struct rf_limits, cpu_request_milli),
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_resources(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                          struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"limits", read_caps, 0},
        {"requests", read_requests, 0},
    };
    struct rf_limits *limits = ret;

    limits->from = rf_kube_from(kube, node);
    return rf_kube_object(kube, node, members, RF_COUNT(members), limits, err);
}

/* --- the container --- */

static int read_restart(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    struct rf_restart *restart = ret;
    struct rf_fact_text word;
    int r = rf_kube_text(kube, node, &word, err);

    if (r < 0)
        return r;
    restart->from = word.from;
    restart->kind = rf_str_is(word.value, "Always")      ? RF_RESTART_ALWAYS
                    : rf_str_is(word.value, "OnFailure") ? RF_RESTART_ON_FAILURE
                                                         : RF_RESTART_NO;
    return 0;
}

int rf_kube_container(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_subject *ret,
                      struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("name", rf_kube_text, struct rf_subject, name),
        MEMBER("image", rf_kube_text, struct rf_subject, image),
        MEMBER("command", rf_kube_list, struct rf_subject, entrypoint),
        MEMBER("args", rf_kube_list, struct rf_subject, command),
        MEMBER("workingDir", rf_kube_text, struct rf_subject, workdir),
        MEMBER("resources", read_resources, struct rf_subject, limits),
        MEMBER("restartPolicy", read_restart, struct rf_subject, restart),
        {"ports", read_ports, 0},
        {"volumeMounts", read_places, 0},
        {"volumeDevices", read_devices, 0},
        {"securityContext", read_security, 0},
    };
    int r;

    ret->from = rf_kube_from(kube, node);
    ret->platform = RF_PLATFORM_KUBERNETES;
    r = rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
    if (r == 0)
        r = read_envs(kube, node, ret, err);
    return r < 0 ? r : rf_kube_probes(kube, node, ret, err);
}
