/* Name spaces of the host that a workload shares. */
#include "rules/ask.h"

#define WORKLOADS (RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE)

/* Of Kubernetes the pod as a whole is asked: its containers cannot say otherwise. */
static bool is_asked(const struct rf_look *look)
{
    return rf_look_is_kube(look) ? rf_ask_is_pod(look) : rf_ask_is_workload(look);
}

static void look_namespace(struct rf_look *look, const struct rf_namespace *space, const char *name,
                           const char *gain)
{
    if (!is_asked(look))
        return;
    if (space->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &space->from, "it may share the host's %s: a variable decides", name);
    else if (space->kind == RF_NAMESPACE_HOST)
        rf_look_found(look, &space->from, "it shares the host's %s: %s", name, gain);
}

static void look_pid(struct rf_look *look)
{
    look_namespace(
        look, &look->subject->namespaces.pid, "process name space",
        "it sees every process of the host, and may signal those of its user and read their environment");
}

static void look_ipc(struct rf_look *look)
{
    look_namespace(look, &look->subject->namespaces.ipc, "IPC name space",
                   "it may read and write the shared memory of the host's programs");
}

static void look_network(struct rf_look *look)
{
    look_namespace(look, &look->subject->namespaces.network, "network",
                   "it reaches services that listen on 127.0.0.1 there, and no network policy holds it");
}

static void look_uts(struct rf_look *look)
{
    look_namespace(look, &look->subject->namespaces.uts, "UTS name space",
                   "with SYS_ADMIN it may change the name of the host");
}

static void look_user(struct rf_look *look)
{
    const struct rf_namespace *space = &look->subject->namespaces.user;

    /* A pod shares it by default, so that `true` says no more than nothing. */
    if (rf_look_is_kube(look)) {
        if (rf_ask_is_pod(look) && rf_ask_is_known(&space->from) && space->kind == RF_NAMESPACE_HOST)
            rf_look_as(look, RF_SEVERITY_LOW, true, &space->from,
                       "hostUsers is true: root in the pod is root of the host");
        return;
    }
    look_namespace(look, space, "user name space",
                   "its root is root of the host, where the daemon maps it otherwise");
}

static const char *probe_name(const struct rf_probe *probe)
{
    switch (probe->kind) {
    case RF_PROBE_LIVENESS:
        return "livenessProbe";
    case RF_PROBE_READINESS:
        return "readinessProbe";
    case RF_PROBE_STARTUP:
        return "startupProbe";
    case RF_PROBE_AFTER_START:
        return "postStart";
    case RF_PROBE_BEFORE_STOP:
        return "preStop";
    default:
        return "probe";
    }
}

static void look_probe_host(struct rf_look *look)
{
    if (!rf_ask_is_workload(look))
        return;
    for (size_t i = 0; i < look->subject->probe_count; i++) {
        const struct rf_probe *probe = &look->subject->probes[i];
        const struct rf_fact_text *hosts[] = {&probe->http_host, &probe->tcp_host};

        for (size_t j = 0; j < RF_COUNT(hosts); j++) {
            if (hosts[j]->from.known == RF_UNKNOWABLE)
                rf_look_maybe(look, &hosts[j]->from,
                              "its %s may send the kubelet to another host: \"%.*s\" decides",
                              probe_name(probe), RF_ASK_SHOW(hosts[j]->value));
            else if (hosts[j]->value.len)
                rf_look_found(look, &hosts[j]->from, "its %s sends the kubelet to the host %.*s",
                              probe_name(probe), RF_ASK_SHOW(hosts[j]->value));
        }
    }
}

/* --- the rows --- */

#define POD(line)                                                                                            \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n" line                                         \
    "  containers:\n  - name: ocr\n    image: ocr:1\n"

static const struct rf_rule rules[] = {
    {.id = "RF-NS-001",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It shares the host's process name space.",
     .why = "It sees the command lines of all processes of the host, and the environment and open files of "
            "those that "
            "run as its user: /proc/PID/root of one of them is a way to the host's files. As root it may end "
            "any.",
     .remedy = "Remove pid: host (Compose) or hostPID: true (Kubernetes). To look into one other container, "
               "share its "
               "name space alone: pid: \"service:NAME\", shareProcessNamespace: true.",
     .bad = POD("  hostPID: true\n"),
     .good = POD("  hostPID: false\n"),
     .refs = "CIS Docker 5.16 (5.15 in older ones); PSS baseline hostNamespaces (1.0); NSA 1.3; NIST 800-190 "
             "4.4.2; OWASP 5",
     .look = look_pid},
    {.id = "RF-NS-002",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It shares the host's IPC name space.",
     .why = "Shared memory and semaphores of the host's programs (databases, X servers) lie open to it.",
     .remedy = "Remove ipc: host (Compose) or hostIPC: true (Kubernetes). It is mostly there because "
               "/dev/shm was too "
               "small: say shm_size, or mount an emptyDir with medium Memory and sizeLimit at /dev/shm.",
     .bad = POD("  hostIPC: true\n"),
     .good = POD("  hostIPC: false\n"),
     .refs = "CIS Docker 5.17 (5.16 in older ones); PSS baseline hostNamespaces (1.0); NSA 1.4; NIST 800-190 "
             "4.4.2; OWASP 5",
     .look = look_ipc},
    {.id = "RF-NS-003",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It shares the host's network.",
     .why = "What listens on 127.0.0.1 of the host believes that its callers are local: databases, "
            "debuggers, the "
            "kubelet's read-only port. Network policies do not apply, and abstract sockets (an old "
            "containerd's own) "
            "are within reach.",
     .remedy = "Remove network_mode: host (Compose) or hostNetwork: true (Kubernetes) and publish the one "
               "port that is "
               "needed.",
     .bad = POD("  hostNetwork: true\n"),
     .good = POD("  hostNetwork: false\n"),
     .refs = "CIS Docker 5.10 (5.9 in older ones); PSS baseline hostNamespaces (1.0); NSA 1.5; NIST 800-190 "
             "4.4.2; OWASP 5",
     .look = look_network},
    {.id = "RF-NS-004",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_GUARDED,
     .title = "It shares the host's UTS name space.",
     .why = "With SYS_ADMIN it may change the name of the host, and it sees each change of it.",
     .remedy = "Remove uts: host; hostname: NAME gives it a name of its own.",
     .bad = "services:\n  ocr:\n    image: ocr:1\n    uts: host",
     .good = "services:\n  ocr:\n    image: ocr:1\n    hostname: ocr",
     .refs = "CIS Docker 5.21 (5.20 in older ones); NIST 800-190 4.4.2; OWASP 5",
     .look = look_uts},
    {.id = "RF-NS-005",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It asks for the host's user name space.",
     .why = "Where the daemon maps users (userns-remap), this takes the workload out of it: its uid 0 is the "
            "host's, and "
            "so is every file it gets hold of.",
     .remedy = "Remove userns_mode: host (Compose); in Kubernetes write hostUsers: false, which gives the "
               "pod users of "
               "its own.",
     .bad = POD("  hostUsers: true\n"),
     .good = POD("  hostUsers: false\n"),
     .refs = "CIS Docker 5.31 (5.30 in older ones); NIST 800-190 4.4.2; OWASP 5",
     .look = look_user},
    {.id = "RF-NS-006",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A probe or hook names a host.",
     .why = "The kubelet itself opens that connection, from the node's network: whoever writes the manifest "
            "reaches with "
            "it what only nodes may reach, such as a cloud's metadata service.",
     .remedy = "Remove host: the pod's own address is the default.",
     .bad = POD("") "    livenessProbe:\n      httpGet: {host: 169.254.169.254, port: 80}\n",
     .good = POD("") "    livenessProbe:\n      httpGet: {path: /health, port: 8080}\n",
     .refs = "PSS baseline hostProbesAndHostLifecycle (1.34)",
     .look = look_probe_host},
};

const struct rf_family rf_family_namespaces = {rules, RF_COUNT(rules)};
