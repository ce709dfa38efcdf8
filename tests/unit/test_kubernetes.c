#include "manifest/kubernetes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rf_arena arena;

static int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, 64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static struct rf_manifest must_read(const char *text)
{
    struct rf_manifest manifest;
    struct rf_err err = {0};

    if (rf_kubernetes_read("f.yaml", rf_str_of(text), &arena, &manifest, &err) != 0)
        fail_msg("refused: %s\n%s", err.msg, text);
    assert_int_equal(err.code, 0);
    return manifest;
}

static const struct rf_pod *only_pod(const char *text)
{
    struct rf_manifest manifest = must_read(text);

    assert_int_equal(manifest.pod_count, 1);
    return manifest.pods[0];
}

static void must_be(struct rf_str text, const char *want)
{
    if (!rf_str_is(text, want))
        fail_msg("is \"%.*s\", want \"%s\"", RF_FMT(text), want);
}

/* --- kinds --- */

static const struct {
    const char *text;
    const char *names; /* of the pods, each followed by a blank */
} kinds[] = {
    {"kind: Pod\nmetadata: {name: a}\nspec: {}\n", "Pod/a "},
    {"apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\nspec: {}\n", "Pod/a- "},
    {"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a}\nspec: {template: {spec: {}}}\n",
     "Deployment/a "},
    {"apiVersion: extensions/v1beta1\nkind: DaemonSet\nspec: {template: {spec: {}}}\n", "DaemonSet/ "},
    {"apiVersion: apps/v1\nkind: ReplicaSet\nspec: {template: {spec: {}}}\n", "ReplicaSet/ "},
    {"apiVersion: apps/v1\nkind: StatefulSet\nspec: {template: {spec: {}}}\n", "StatefulSet/ "},
    {"apiVersion: v1\nkind: ReplicationController\nspec: {template: {spec: {}}}\n",
     "ReplicationController/ "},
    {"apiVersion: v1\nkind: PodTemplate\ntemplate: {spec: {}}\n", "PodTemplate/ "},
    {"apiVersion: batch/v1\nkind: Job\nspec: {template: {spec: {}}}\n", "Job/ "},
    {"apiVersion: batch/v1beta1\nkind: CronJob\nspec: {jobTemplate: {spec: {template: {spec: {}}}}}\n",
     "CronJob/ "},
    {"{\"kind\": \"Pod\", \"metadata\": {\"name\": \"j\"}, \"spec\": {}}", "Pod/j "},
    {"kind: Pod\nmetadata: {name: a}\nspec: {}\n---\n---\n# nothing\n---\nkind: Pod\nmetadata: {name: "
     "b}\nspec: {}\n",
     "Pod/a Pod/b "},
    {"kind: List\nitems:\n- {kind: Pod, metadata: {name: a}, spec: {}}\n- {kind: List, items: [{kind: Pod, "
     "metadata: "
     "{name: b}, spec: {}}]}\n- {kind: Service}\n- {kind: Pod, metadata: {name: c}, spec: {}}\n",
     "Pod/a Pod/b Pod/c "},
    {"kind: DeploymentList\nitems: [{kind: Deployment, spec: {template: {spec: {}}}}]\n", "Deployment/ "},
    {"kind: List\nitems: []\n", ""},
    {"kind: List\nitems:\n", ""},
    /* not ours, or nothing to see */
    {"", ""},
    {"# nothing\n", ""},
    {"- kind: Pod\n  spec: {}\n", ""},
    {"text\n", ""},
    {"apiVersion: v1\nkind: Service\nspec: []\n", ""},
    {"apiVersion: v1\nkind: [Pod]\nspec: []\n", ""},
    {"apiVersion: batch.volcano.sh/v1alpha1\nkind: Job\nspec: []\n", ""},
    {"apiVersion: example.com/v1\nkind: Pod\nspec: []\n", ""},
    {"apiVersion: apps/v1\nkind: Pod\nspec: []\n", ""},
    {"apiVersion: v1\nkind: Deployment\nspec: []\n", ""},
    {"kind: pod\nspec: []\n", ""},
    {"kind: Pod\n", ""},
    {"kind: Pod\nspec:\n", ""},
    {"kind: Deployment\nspec: {replicas: 3}\n", ""}, /* a patch */
    {"kind: CronJob\nspec: {jobTemplate: ~}\n", ""},
};

static void knows_workloads(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(kinds); i++) {
        struct rf_manifest manifest = must_read(kinds[i].text);
        char names[256] = "";
        size_t len = 0;

        for (size_t j = 0; j < manifest.pod_count; j++)
            len +=
                (size_t)snprintf(names + len, sizeof(names) - len, "%.*s/%.*s ",
                                 RF_FMT(manifest.pods[j]->kind.value), RF_FMT(manifest.pods[j]->name.value));
        if (strcmp(names, kinds[i].names) != 0)
            fail_msg("%s\nholds \"%s\", want \"%s\"", kinds[i].text, names, kinds[i].names);
        assert_int_equal(manifest.templated.known, RF_UNSET);
    }
}

static void lists_pods_and_their_containers(void **state)
{
    struct rf_manifest manifest = must_read(
        "kind: Pod\nspec: {containers: [{name: m}], ephemeralContainers: [{name: e}], initContainers: "
        "[{name: i}]}\n---\nkind: Pod\nspec: {}\n");

    (void)state;
    assert_int_equal(manifest.subject_count, 5);
    assert_int_equal(manifest.subjects[0]->kind, RF_SUBJECT_POD);
    must_be(manifest.subjects[1]->name.value, "i");
    must_be(manifest.subjects[2]->name.value, "m");
    must_be(manifest.subjects[3]->name.value, "e");
    assert_int_equal(manifest.subjects[1]->container, RF_CONTAINER_INIT);
    assert_int_equal(manifest.subjects[3]->container, RF_CONTAINER_EPHEMERAL);
    assert_true(manifest.subjects[3]->pod == manifest.pods[0]);
    assert_true(manifest.subjects[4]->pod == manifest.pods[1]);
}

/* --- templates --- */

static const struct {
    const char *text;
    uint32_t line; /* 0: no template */
    uint32_t column;
} templates[] = {
    {"kind: Pod\nmetadata:\n  name: {{ .Release.Name }}\n", 3, 9},
    {"{{- if .Values.x }}\nkind: Pod\n{{- end }}\n", 1, 1},
    {"kind: Pod\nspec: {containers: [{image: \"{{ .Values.image }}\"}]}\n", 2, 30},
    {"kind: Pod\n# {{ .Values.x }}\nspec: {}\n", 2, 3},
    {"# {{/* c */}}\nkind: ConfigMap\n", 1, 3},
    {"kind: ConfigMap\ndata: {}\n# {{ end }}\n", 3, 3},
    {"kind: List\nitems: [{kind: Pod, metadata: {name: \"{{x}}\"}}]\n", 2, 39},
    {"kind: ConfigMap\ndata: {a: \"{{x}}\"}\n---\nkind: Pod\nmetadata: {name: \"{{y}}\"}\n", 5, 19},
    {"kind: Deployment\nspec:\n  replicas: {{ .x }}\n", 3, 13},
    {"kind: ConfigMap\ndata: {a: \"{{ $labels.x }}\"}\n---\nkind: Pod\nspec: {}\n", 0, 0},
    {"apiVersion: argoproj.io/v1alpha1\nkind: Workflow\nspec:\n  args: \"{{inputs.x}}\"\n", 0, 0},
    {"kind: Pod\nspec: {a: {b: c}}\n", 0, 0},
    {"kind: Pod\nmetadata: {name: \"{ {\"}\nspec: {}\n", 0, 0},
};

static void reports_templates(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(templates); i++) {
        struct rf_manifest manifest = must_read(templates[i].text);

        if (manifest.templated.known != (templates[i].line ? RF_KNOWN : RF_UNSET) ||
            manifest.templated.line != templates[i].line || manifest.templated.column != templates[i].column)
            fail_msg("%s\nis a template at %u:%u", templates[i].text, manifest.templated.line,
                     manifest.templated.column);
        if (templates[i].line)
            assert_int_equal(manifest.pod_count, 0);
    }
}

/* --- facts --- */

#define POD "kind: Pod\nspec:\n"
#define CONTAINER POD "  containers:\n  - name: c\n"

static void reads_the_pod(void **state)
{
    const struct rf_pod *pod =
        only_pod("kind: Deployment\n"
                 "metadata: {name: web, namespace: shop}\n"
                 "spec:\n"
                 "  template:\n"
                 "    metadata: {annotations: {a: b, c: }, labels: {app: web}}\n"
                 "    spec:\n"
                 "      hostNetwork: yes\n"
                 "      hostUsers: false\n"
                 "      os: {name: linux}\n"
                 "      shareProcessNamespace: true\n"
                 "      serviceAccountName: robot\n"
                 "      automountServiceAccountToken: false\n"
                 "      securityContext:\n"
                 "        fsGroup: 2000\n"
                 "        supplementalGroups: [0, 3000]\n"
                 "        sysctls: [{name: net.ipv4.tcp_syncookies, value: \"1\"}]\n"
                 "        seccompProfile: {type: Localhost, localhostProfile: p.json}\n"
                 "      containers: [{name: c, image: nginx}]\n");

    (void)state;
    must_be(pod->name.value, "web");
    must_be(pod->space.value, "shop");
    assert_int_equal(pod->annotation_count, 2);
    must_be(rf_fact_find(pod->annotations, 2, RF_STR("a"))->value, "b");
    must_be(rf_fact_find(pod->annotations, 2, RF_STR("c"))->value, "");
    must_be(pod->labels[0].value.value, "web");
    assert_true(pod->host_network.is_true);
    assert_int_equal(pod->host_network.from.line, 7);
    assert_int_equal(pod->host_network.from.column, 20);
    assert_int_equal(pod->host_users.from.known, RF_KNOWN);
    assert_false(pod->host_users.is_true);
    must_be(pod->os.value, "linux");
    must_be(pod->service_account.value, "robot");
    assert_int_equal(pod->token.from.known, RF_KNOWN);
    assert_int_equal(pod->fs_group.value, 2000);
    assert_int_equal(pod->groups.count, 2);
    must_be(pod->groups.items[1].value, "3000");
    must_be(pod->sysctls[0].value.value, "1");
    assert_int_equal(pod->context.seccomp.kind, RF_CONFINEMENT_FILE);
    must_be(pod->context.seccomp.file.value, "p.json");
    assert_int_equal(pod->containers[0].context.seccomp.kind, RF_CONFINEMENT_FILE);
    assert_int_equal(pod->containers[0].own.seccomp.from.known, RF_UNSET);
    assert_int_equal(pod->containers[0].namespaces.network.kind, RF_NAMESPACE_HOST);
    assert_int_equal(pod->containers[0].namespaces.pid.kind, RF_NAMESPACE_SHARED);
    assert_int_equal(pod->containers[0].namespaces.user.kind, RF_NAMESPACE_PRIVATE);
    assert_int_equal(pod->containers[0].fs_group.value, 2000);
    assert_int_equal(pod->unknown.known, RF_UNSET);
}

static void reads_the_container(void **state)
{
    const struct rf_subject *c =
        only_pod(CONTAINER
                 "    image: nginx:1.25\n"
                 "    command: [sh, -c]\n"
                 "    args: [\"echo $(A) ${B}\"]\n"
                 "    workingDir: /srv\n"
                 "    ports: [{containerPort: 80, hostPort: 8080, hostIP: 127.0.0.1, protocol: UDP, name: "
                 "http}, {containerPort: 81}]\n"
                 "    env: [{name: A, value: b}, {name: S, valueFrom: {secretKeyRef: {name: s, key: k}}}, "
                 "{name: F, valueFrom: {fieldRef: {fieldPath: status.podIP}}}]\n"
                 "    envFrom: [{prefix: P_, configMapRef: {name: m}}]\n"
                 "    resources: {limits: {memory: 1Gi, cpu: 500m}, requests: {memory: 256M, cpu: 2}}\n"
                 "    securityContext: {privileged: true, allowPrivilegeEscalation: false, "
                 "readOnlyRootFilesystem: true, procMount: Unmasked, runAsUser: 0o17, runAsGroup: 1e3, "
                 "capabilities: {add: [NET_RAW], drop: [ALL]}}\n")
            ->containers;

    (void)state;
    must_be(c->image.value, "nginx:1.25");
    assert_int_equal(c->image.from.line, 5);
    must_be(c->entrypoint.items[1].value, "-c");
    must_be(c->command.items[0].value, "echo $(A) ${B}");
    assert_int_equal(c->command.items[0].from.known, RF_KNOWN);
    must_be(c->workdir.value, "/srv");
    assert_int_equal(c->port_count, 2);
    assert_int_equal(c->ports[0].host.value, 8080);
    assert_true(c->ports[0].is_published);
    must_be(c->ports[0].address.value, "127.0.0.1");
    assert_false(c->ports[1].is_published);
    assert_int_equal(c->env_count, 4);
    must_be(c->env[0].value.value, "b");
    assert_int_equal(c->env[1].source, RF_ENV_SECRET);
    must_be(c->env[1].value.value, "s");
    assert_int_equal(c->env[2].source, RF_ENV_FIELD);
    assert_int_equal(c->env[3].source, RF_ENV_CONFIG);
    assert_int_equal(c->env[3].name.from.known, RF_UNSET);
    assert_int_equal(c->limits.memory_bytes.value, 1 << 30);
    assert_int_equal(c->limits.cpu_milli.value, 500);
    assert_int_equal(c->limits.memory_request_bytes.value, 256000000);
    assert_int_equal(c->limits.cpu_request_milli.value, 2000);
    assert_true(c->privileged.is_true);
    assert_int_equal(c->escalation.from.known, RF_KNOWN);
    assert_true(c->read_only_root.is_true);
    must_be(c->proc_mount.value, "Unmasked");
    assert_int_equal(c->own.uid.value, 15);
    assert_int_equal(c->own.gid.value, 1000);
    must_be(c->cap_add.items[0].value, "NET_RAW");
    must_be(c->cap_drop.items[0].value, "ALL");
}

static void reads_probes(void **state)
{
    const struct rf_subject *c =
        only_pod(CONTAINER "    readinessProbe: {httpGet: {host: h, path: /x, port: http}, periodSeconds: 3, "
                           "timeoutSeconds: 2, initialDelaySeconds: 4, failureThreshold: 5}\n"
                           "    startupProbe: {exec: {command: [curl, -f]}}\n"
                           "    livenessProbe: {grpc: {port: 9}}\n"
                           "    lifecycle: {preStop: {tcpSocket: {host: t, port: 80}}, postStart: }\n")
            ->containers;

    (void)state;
    assert_int_equal(c->probe_count, 4);
    assert_int_equal(c->probes[0].kind, RF_PROBE_LIVENESS);
    assert_int_equal(c->probes[0].action, RF_PROBE_GRPC);
    assert_int_equal(c->probes[1].kind, RF_PROBE_READINESS);
    assert_int_equal(c->probes[1].action, RF_PROBE_HTTP);
    must_be(c->probes[1].http_host.value, "h");
    must_be(c->probes[1].port.value, "http");
    assert_int_equal(c->probes[1].interval_ms.value, 3000);
    assert_int_equal(c->probes[1].timeout_ms.value, 2000);
    assert_int_equal(c->probes[1].start_period_ms.value, 4000);
    assert_int_equal(c->probes[1].retries.value, 5);
    assert_int_equal(c->probes[2].action, RF_PROBE_EXEC);
    must_be(c->probes[2].command.items[0].value, "curl");
    assert_int_equal(c->probes[3].kind, RF_PROBE_BEFORE_STOP);
    must_be(c->probes[3].tcp_host.value, "t");
}

static void joins_mounts_with_volumes(void **state)
{
    static const struct {
        const char *source;
        enum rf_mounted_kind kind;
        bool has_volume;
    } want[] = {{"/etc", RF_MOUNTED_BIND, true},     {"mem", RF_MOUNTED_TMPFS, true},
                {"disk", RF_MOUNTED_SCRATCH, true},  {"none", RF_MOUNTED_SCRATCH, true},
                {"odd", RF_MOUNTED_SCRATCH, true},   {"conf", RF_MOUNTED_DATA, true},
                {"claim", RF_MOUNTED_VOLUME, true},  {"rbd", RF_MOUNTED_OTHER, true},
                {"absent", RF_MOUNTED_VOLUME, false}};
    const struct rf_pod *pod = only_pod(
        POD "  volumes:\n"
            "  - {name: host, hostPath: {path: /etc}}\n"
            "  - {name: mem, emptyDir: {medium: Memory, sizeLimit: 64Mi}}\n"
            "  - {name: disk, emptyDir: {}}\n"
            "  - {name: none}\n"
            "  - {name: odd, future: {}, hostPath: }\n"
            "  - {name: conf, configMap: {name: x}}\n"
            "  - {name: claim, persistentVolumeClaim: {claimName: pvc}}\n"
            "  - {name: rbd, rbd: {}}\n"
            "  containers:\n"
            "  - volumeMounts:\n"
            "    - {name: host, mountPath: /h, readOnly: true, mountPropagation: Bidirectional, subPath: s}\n"
            "    - {name: mem, mountPath: /m}\n"
            "    - {name: disk, mountPath: /d}\n"
            "    - {name: none, mountPath: /n}\n"
            "    - {name: odd, mountPath: /o}\n"
            "    - {name: conf, mountPath: /c}\n"
            "    - {name: claim, mountPath: /p}\n"
            "    - {name: rbd, mountPath: /r}\n"
            "    - {name: absent, mountPath: /a}\n"
            "    volumeDevices: [{name: claim, devicePath: /dev/x}]\n");
    const struct rf_subject *c = pod->containers;

    (void)state;
    assert_int_equal(c->mount_count, RF_COUNT(want));
    for (size_t i = 0; i < RF_COUNT(want); i++) {
        must_be(c->mounts[i].source.value, want[i].source);
        assert_int_equal(c->mounts[i].kind, want[i].kind);
        assert_int_equal(c->mounts[i].volume != NULL, want[i].has_volume);
    }
    assert_true(c->mounts[0].read_only.is_true);
    assert_int_equal(c->mounts[0].propagation, RF_PROPAGATION_SHARED);
    must_be(c->mounts[0].sub_path.value, "s");
    assert_int_equal(c->mounts[1].size_bytes.value, 64 << 20);
    must_be(pod->volumes[3].types.items[0].value, "emptyDir");
    must_be(pod->volumes[4].types.items[0].value, "emptyDir");
    assert_int_equal(pod->volumes[4].types.count, 1);
    must_be(pod->volumes[6].path.value, "pvc");
    must_be(c->devices[0].target.value, "/dev/x");
}

/* --- what an API server writes --- */

#define NET_POD                                                                                              \
    "  hostNetwork: true\n  containers: [{name: a, ports: [{containerPort: 80}, {containerPort: 81, "        \
    "hostPort: "                                                                                             \
    "9}]}]\n  ephemeralContainers: [{name: e, ports: [{containerPort: 82}]}]\n"

static void defaults_host_ports_of_pods_alone(void **state)
{
    const struct rf_pod *pod = only_pod("kind: Pod\nspec:\n" NET_POD);

    (void)state;
    assert_int_equal(pod->containers[0].ports[0].host.value, 80);
    assert_true(pod->containers[0].ports[0].is_published);
    assert_int_equal(pod->containers[0].ports[1].host.value, 9);
    assert_int_equal(pod->containers[1].ports[0].host.value, 0);
    pod = only_pod("kind: PodTemplate\ntemplate:\n spec:\n" NET_POD);
    assert_int_equal(pod->containers[0].ports[0].host.value, 0);
}

#define ANNOTATED(kind, more)                                                                                \
    kind "metadata: {annotations: {container.apparmor.security.beta.kubernetes.io/a: unconfined, "           \
         "container.apparmor.security.beta.kubernetes.io/b: localhost/x, "                                   \
         "container.apparmor.security.beta.kubernetes.io/d: bogus}}\n"                                       \
         "spec: {" more "containers: [{name: a}, {name: b}, {name: c}, {name: d}]}\n"

static void makes_apparmor_annotations_fields(void **state)
{
    const struct rf_pod *pod = only_pod(ANNOTATED("kind: Pod\n", ""));

    (void)state;
    must_be(pod->containers[0].own.apparmor.type.value, "Unconfined");
    assert_int_equal(pod->containers[0].context.apparmor.kind, RF_CONFINEMENT_UNCONFINED);
    must_be(pod->containers[1].own.apparmor.file.value, "x");
    assert_int_equal(pod->containers[2].own.apparmor.from.known, RF_UNSET);
    assert_int_equal(pod->containers[3].own.apparmor.from.known, RF_UNSET);
    pod = only_pod(ANNOTATED("kind: Pod\n", "securityContext: {appArmorProfile: {type: Unconfined}}, "));
    assert_int_equal(pod->containers[0].own.apparmor.from.known, RF_UNSET);
    assert_int_equal(pod->containers[0].context.apparmor.kind, RF_CONFINEMENT_UNCONFINED);
}

static void placeholders_make_facts_unknowable(void **state)
{
    const struct rf_pod *pod =
        only_pod(POD "  hostPID: ${PID}\n"
                     "  containers:\n"
                     "  - image: ${IMAGE}\n"
                     "    securityContext: {runAsUser: $(UID), capabilities: {drop: \"${DROP}\"}}\n"
                     "    resources: {limits: {memory: \"${MEM}\"}}\n");

    (void)state;
    assert_int_equal(pod->host_pid.from.known, RF_UNKNOWABLE);
    assert_false(pod->host_pid.is_true);
    assert_int_equal(pod->containers[0].own.uid.from.known, RF_UNKNOWABLE);
    assert_int_equal(pod->containers[0].context.uid.from.known, RF_UNKNOWABLE);
    assert_int_equal(pod->containers[0].image.from.known, RF_UNKNOWABLE);
    must_be(pod->containers[0].image.value, "${IMAGE}");
    assert_int_equal(pod->containers[0].cap_drop.from.known, RF_UNKNOWABLE);
    assert_int_equal(pod->containers[0].limits.memory_bytes.from.known, RF_UNKNOWABLE);
    assert_int_equal(pod->unknown.known, RF_UNKNOWABLE);
    assert_int_equal(pod->unknown.line, 3);
}

static void anchors_and_merges_are_read_through(void **state)
{
    struct rf_manifest manifest =
        must_read("kind: List\n"
                  "items:\n"
                  "- kind: Pod\n"
                  "  spec: {containers: [{name: a, securityContext: &s {privileged: true}}]}\n"
                  "- kind: Pod\n"
                  "  spec: {containers: [{name: b, securityContext: {<<: *s, procMount: x}}]}\n");

    (void)state;
    assert_int_equal(manifest.pod_count, 2);
    assert_true(manifest.pods[1]->containers[0].privileged.is_true);
    assert_int_equal(manifest.pods[1]->containers[0].privileged.from.line, 4);
    must_be(manifest.pods[1]->containers[0].proc_mount.value, "x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_workloads, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_pods_and_their_containers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reports_templates, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_the_pod, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_the_container, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_probes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_mounts_with_volumes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(defaults_host_ports_of_pods_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(makes_apparmor_annotations_fields, set_up, tear_down),
        cmocka_unit_test_setup_teardown(placeholders_make_facts_unknowable, set_up, tear_down),
        cmocka_unit_test_setup_teardown(anchors_and_merges_are_read_through, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
