/* Probes and lifecycle hooks. */
#include "manifest/kube.h"

#include <errno.h>

#define MEMBER(name, read, field)                                                                            \
    {                                                                                                        \
        name, read, offsetof(struct rf_probe, field)                                                         \
    }

static int read_exec(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {MEMBER("command", rf_kube_list, command)};

    ((struct rf_probe *)ret)->action = RF_PROBE_EXEC;
    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_http(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("host", rf_kube_text, http_host),
        MEMBER("path", rf_kube_text, path),
        MEMBER("port", rf_kube_word, port),
    };

    ((struct rf_probe *)ret)->action = RF_PROBE_HTTP;
    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_tcp(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("host", rf_kube_text, tcp_host),
        MEMBER("port", rf_kube_word, port),
    };

    ((struct rf_probe *)ret)->action = RF_PROBE_TCP;
    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_grpc(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {MEMBER("port", rf_kube_word, port)};

    ((struct rf_probe *)ret)->action = RF_PROBE_GRPC;
    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_probe(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_probe *ret,
                      struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"exec", read_exec, 0},
        {"httpGet", read_http, 0},
        {"tcpSocket", read_tcp, 0},
        {"grpc", read_grpc, 0},
        MEMBER("initialDelaySeconds", rf_kube_seconds, start_period_ms),
        MEMBER("periodSeconds", rf_kube_seconds, interval_ms),
        MEMBER("timeoutSeconds", rf_kube_seconds, timeout_ms),
        MEMBER("failureThreshold", rf_kube_int, retries),
    };

    ret->from = rf_kube_from(kube, node);
    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

int rf_kube_probes(struct rf_kube *kube, const struct rf_yaml_node *container, struct rf_subject *ret,
                   struct rf_err *err)
{
    static const struct {
        const char *name;
        enum rf_probe_kind kind;
        bool is_hook; /* a member of lifecycle */
    } places[] = {{"livenessProbe", RF_PROBE_LIVENESS, false},
                  {"readinessProbe", RF_PROBE_READINESS, false},
                  {"startupProbe", RF_PROBE_STARTUP, false},
                  {"postStart", RF_PROBE_AFTER_START, true},
                  {"preStop", RF_PROBE_BEFORE_STOP, true}};
    const struct rf_yaml_node *lifecycle = rf_yaml_get(container, "lifecycle");
    struct rf_probe probes[RF_COUNT(places)] = {{0}};
    size_t count = 0;

    kube->what = "lifecycle";
    if (!rf_kube_is_null(lifecycle) && lifecycle->kind != RF_YAML_MAP)
        return rf_kube_refuse(kube, lifecycle, "a map", err);
    for (size_t i = 0; i < RF_COUNT(places); i++) {
        const struct rf_yaml_node *node =
            rf_yaml_get(places[i].is_hook ? lifecycle : container, places[i].name);

        if (rf_kube_is_null(node))
            continue;
        kube->what = places[i].name;
        probes[count].kind = places[i].kind;
        if (read_probe(kube, node, &probes[count++], err) < 0)
            return err->code;
    }
    if (count == 0)
        return 0;
    ret->probes = rf_arena_array(kube->arena, count, sizeof(*ret->probes));
    if (!ret->probes)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = 0; i < count; i++)
        ret->probes[i] = probes[i];
    ret->probe_count = count;
    return 0;
}
