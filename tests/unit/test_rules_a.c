/* The rows about how a workload is confined, what it may write, see and use: their examples, and manifests.
 */
#include "rules_kit.h"

/* --- the examples of the rows --- */

static const struct rf_family *const families[] = {
    &rf_family_confinement, &rf_family_files,   &rf_family_files_memory, &rf_family_volumes,
    &rf_family_namespaces,  &rf_family_network, &rf_family_limits};

/* False: of a format that is not read here. */
static bool look_at_example(const char *text, struct found *ret)
{
    if (strncmp(text, "FROM ", 5) == 0)
        look_at_image(text, ret);
    else if (strncmp(text, "apiVersion:", 11) == 0)
        look_at_kube(text, ret);
    else if (strncmp(text, "services:", 9) == 0)
        look_at_compose(text, ret);
    else
        return false;
    return true;
}

static void test_examples(void **state)
{
    static struct found found;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(families); i++) {
        for (size_t j = 0; j < families[i]->count; j++) {
            const struct rf_rule *rule = &families[i]->rules[j];

            if (!look_at_example(rule->bad, &found))
                fail_msg("%s has no example", rule->id);
            if (!is_found(&found, rule->id))
                fail_msg("%s is not found in its bad example:\n%s", rule->id, rule->bad);
            assert_true(look_at_example(rule->good, &found));
            if (is_found(&found, rule->id))
                fail_msg("%s is found in its good example:\n%s", rule->id, rule->good);
            count++;
        }
    }
    assert_true(count > 40);
}

/* Sentences are for people beside the line: no full stop, and a place. */
static void test_sentences(void **state)
{
    static struct found found;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(families); i++) {
        for (size_t j = 0; j < families[i]->count; j++) {
            const struct rf_rule *rule = &families[i]->rules[j];

            assert_true(strncmp(rule->id, "RF-", 3) == 0);
            assert_ptr_equal(rf_rule_find(rf_str_of(rule->id)), rule);
            assert_true(strlen(rule->title) && rule->title[strlen(rule->title) - 1] == '.');
            assert_true(strlen(rule->why) > 40 && rule->why[strlen(rule->why) - 1] == '.');
            assert_true(strlen(rule->remedy) > 20 && rule->remedy[strlen(rule->remedy) - 1] == '.');
            if (!look_at_example(rule->bad, &found))
                continue;
            for (size_t k = 0; k < found.count; k++) {
                const char *text = found.list[k].text;

                assert_true(text[strlen(text) - 1] != '.');
                assert_true(found.list[k].from.line > 0);
            }
        }
    }
}

/* --- manifests, with the place and the words of what is found --- */

/* A pod; `spec` stands from line 5, `container` from line 7 and that many lines more. */
static const char *pod(const char *spec, const char *container)
{
    const char *text =
        rf_arena_printf(&arena,
                        "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n%s  containers:\n"
                        "  - name: c\n    image: app:1\n%s",
                        spec, container);

    assert_non_null(text);
    return text;
}

static const struct {
    const char *id;
    const char *spec;
    const char *container;
    unsigned line; /* 0: not found */
    const char *words;
} kube_cases[] = {
    /* capabilities */
    {"RF-CAP-001", "", "", 6, "drops no capability"},
    {"RF-CAP-001", "", "    securityContext:\n      runAsUser: 1\n", 9, "drops no capability"},
    {"RF-CAP-001", "", "    securityContext:\n      capabilities:\n        drop:\n        - NET_RAW\n", 11,
     "keeps the capabilities AUDIT_WRITE, CHOWN"},
    {"RF-CAP-001", "", "    securityContext: {capabilities: {drop: [all]}}\n", 0, NULL},
    {"RF-CAP-001", "  os: {name: windows}\n", "", 0, NULL},
    {"RF-CAP-002", "", "    securityContext:\n      capabilities:\n        add:\n        - CAP_SYS_ADMIN\n",
     11, "CAP_SYS_ADMIN"},
    {"RF-CAP-002", "", "    securityContext: {capabilities: {add: [NET_BIND_SERVICE]}}\n", 0, NULL},
    {"RF-CAP-002", "", "    securityContext: {capabilities: {add: [CHOWN]}}\n", 8, "restricted"},
    {"RF-CAP-002", "", "    securityContext: {capabilities: {add: [SYS_NICE]}}\n", 8,
     "none of the default set"},
    /* privileged, escalation */
    {"RF-PRIV-001", "", "    securityContext:\n      privileged: true\n", 9, "privileged"},
    {"RF-PRIV-001", "", "    securityContext:\n      privileged: false\n", 0, NULL},
    {"RF-PRIV-002", "  securityContext:\n    windowsOptions:\n      hostProcess: true\n", "", 7,
     "HostProcess pod"},
    {"RF-PRIV-002", "", "    securityContext: {windowsOptions: {hostProcess: true}}\n", 8,
     "HostProcess container"},
    {"RF-NNP-001", "", "", 6, "is not set"},
    {"RF-NNP-001", "", "    securityContext:\n      allowPrivilegeEscalation: true\n", 9, "is true"},
    {"RF-NNP-001", "", "    securityContext:\n      allowPrivilegeEscalation: false\n", 0, NULL},
    {"RF-NNP-001", "  os: {name: windows}\n", "", 0, NULL},
    {"RF-NNP-002", "", "    securityContext:\n      capabilities: {drop: [ALL]}\n", 9, "uid 0"},
    {"RF-NNP-002", "",
     "    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}\n", 0, NULL},
    {"RF-NNP-002", "", "", 0, NULL},
    /* seccomp */
    {"RF-SEC-001", "", "    securityContext:\n      seccompProfile:\n        type: Unconfined\n", 10,
     "Unconfined"},
    {"RF-SEC-001", "  securityContext:\n    seccompProfile: {type: Unconfined}\n", "", 6, "Unconfined"},
    {"RF-SEC-001", "", "", 0, NULL},
    {"RF-SEC-002", "", "", 6, "no seccompProfile"},
    {"RF-SEC-002", "  securityContext:\n    seccompProfile: {type: RuntimeDefault}\n", "", 0, NULL},
    {"RF-SEC-002", "", "    securityContext: {seccompProfile: {type: Localhost, localhostProfile: a.json}}\n",
     0, NULL},
    {"RF-SEC-002", "", "    securityContext: {seccompProfile: {}}\n", 8, "neither"},
    /* AppArmor, SELinux */
    {"RF-LSM-001", "", "    securityContext:\n      appArmorProfile: {type: Unconfined}\n", 9, "Unconfined"},
    {"RF-LSM-001", "", "    securityContext:\n      seLinuxOptions:\n        type: spc_t\n", 10, "spc_t"},
    {"RF-LSM-001", "  securityContext:\n    seLinuxOptions:\n      role: sysadm_r\n", "", 7, "sysadm_r"},
    {"RF-LSM-001", "", "    securityContext: {seLinuxOptions: {type: container_t, level: s0}}\n", 0, NULL},
    {"RF-LSM-001", "", "", 0, NULL},
    /* the root */
    {"RF-FS-001", "", "", 6, "is not set"},
    {"RF-FS-001", "", "    securityContext:\n      readOnlyRootFilesystem: false\n", 9, "is false"},
    {"RF-FS-001", "", "    securityContext: {readOnlyRootFilesystem: true}\n", 0, NULL},
    {"RF-FS-002", "", "    securityContext: {readOnlyRootFilesystem: true}\n", 8, "/tmp"},
    {"RF-FS-002", "", "", 0, NULL},
    {"RF-FS-002", "  volumes: [{name: t, emptyDir: {}}]\n",
     "    securityContext: {readOnlyRootFilesystem: true}\n    volumeMounts: [{name: t, mountPath: /tmp}]\n",
     0, NULL},
    {"RF-FS-002", "  volumes: [{name: t, emptyDir: {}}]\n",
     "    securityContext: {readOnlyRootFilesystem: true}\n    volumeMounts: [{name: t, mountPath: /tmp, "
     "readOnly: "
     "true}]\n",
     9, "/tmp"},
    {"RF-FS-002", "  volumes: [{name: t, configMap: {name: t}}]\n",
     "    securityContext: {readOnlyRootFilesystem: true}\n    volumeMounts: [{name: t, mountPath: /tmp}]\n",
     9, "/tmp"},
    {"RF-FS-002", "  volumes: [{name: t, emptyDir: {}}]\n",
     "    securityContext: {readOnlyRootFilesystem: true}\n    volumeMounts: [{name: t, mountPath: /work}]\n "
     "   env: "
     "[{name: TMPDIR, value: /work/tmp}]\n",
     0, NULL},
    {"RF-FS-002", "  volumes: [{name: t, emptyDir: {}}]\n",
     "    securityContext: {readOnlyRootFilesystem: true}\n    volumeMounts: [{name: t, mountPath: /tmp}]\n  "
     "  env: "
     "[{name: TMPDIR, value: /work}]\n",
     11, "goes on to /tmp"},
    {"RF-FS-002", "",
     "    securityContext: {readOnlyRootFilesystem: true}\n    env: [{name: TMPDIR, value: /dev/shm}]\n", 0,
     NULL},
    {"RF-FS-003", "", "    securityContext: {readOnlyRootFilesystem: true}\n", 0, NULL},
    {"RF-FS-004", "", "    securityContext:\n      procMount: Unmasked\n", 9, "Unmasked"},
    {"RF-FS-004", "", "    securityContext:\n      procMount: Default\n", 0, NULL},
    {"RF-FS-005", "", "", 0, NULL},
    {"RF-DEV-001", "  volumes:\n  - name: d\n    hostPath: {path: /dev/kvm}\n", "", 7, "/dev/kvm"},
    {"RF-DEV-001", "  volumes:\n  - name: d\n    hostPath: {path: /dev/shm}\n", "", 0, NULL},
    {"RF-DEV-001", "  volumes:\n  - name: d\n    hostPath: {path: /devel}\n", "", 0, NULL},
    /* memory */
    {"RF-TMP-001", "  volumes:\n  - name: t\n    emptyDir: {medium: Memory}\n", "", 7, "sizeLimit"},
    {"RF-TMP-001", "  volumes:\n  - name: t\n    emptyDir: {medium: Memory, sizeLimit: 1Mi}\n", "", 0, NULL},
    {"RF-TMP-001", "  volumes:\n  - name: t\n    emptyDir: {medium: Memory, sizeLimit: 0}\n", "", 7,
     "sizeLimit"},
    {"RF-TMP-001", "  volumes:\n  - name: t\n    emptyDir: {}\n", "", 0, NULL},
    {"RF-TMP-002", "  volumes: [{name: t, emptyDir: {medium: Memory, sizeLimit: 1Gi}}]\n",
     "    resources: {limits: {memory: 512Mi}}\n    volumeMounts:\n    - {name: t, mountPath: /tmp}\n", 11,
     "1 GiB"},
    {"RF-TMP-002",
     "  volumes: [{name: t, emptyDir: {medium: Memory, sizeLimit: 300Mi}}, {name: u, emptyDir: {medium: "
     "Memory, "
     "sizeLimit: 300Mi}}]\n",
     "    resources: {limits: {memory: 512Mi}}\n    volumeMounts: [{name: t, mountPath: /tmp}, {name: u, "
     "mountPath: "
     "/u}]\n",
     9, "600 MiB"},
    {"RF-TMP-002", "  volumes: [{name: t, emptyDir: {medium: Memory, sizeLimit: 1Mi}}]\n",
     "    resources: {limits: {memory: 512Mi}}\n    volumeMounts: [{name: t, mountPath: /tmp}]\n", 0, NULL},
    /* name spaces */
    {"RF-NS-001", "  hostPID: true\n", "", 5, "process"},
    {"RF-NS-001", "  shareProcessNamespace: true\n", "", 0, NULL},
    {"RF-NS-002", "  hostIPC: true\n", "", 5, "IPC"},
    {"RF-NS-003", "  hostNetwork: true\n", "", 5, "network"},
    {"RF-NS-003", "  hostNetwork: false\n", "", 0, NULL},
    {"RF-NS-005", "  hostUsers: true\n", "", 5, "hostUsers"},
    {"RF-NS-005", "", "", 0, NULL},
    {"RF-NS-006", "", "    readinessProbe:\n      tcpSocket:\n        host: 10.0.0.1\n        port: 1\n", 10,
     "10.0.0.1"},
    {"RF-NS-006", "", "    lifecycle: {preStop: {httpGet: {host: a, port: 1}}}\n", 8, "preStop"},
    {"RF-NS-006", "", "    readinessProbe: {httpGet: {port: 1}}\n", 0, NULL},
    /* network */
    {"RF-NET-001", "", "    ports:\n    - containerPort: 80\n      hostPort: 8080\n", 10, "port 8080"},
    {"RF-NET-001", "", "    ports:\n    - containerPort: 80\n      hostPort: 0\n", 0, NULL},
    {"RF-NET-001", "  hostNetwork: true\n", "    ports:\n    - containerPort: 80\n", 0, NULL},
    {"RF-NET-001", "  hostNetwork: true\n", "    ports:\n    - containerPort: 80\n      hostPort: 80\n", 11,
     "port 80"},
    {"RF-NET-003", "  securityContext: {runAsNonRoot: true}\n", "    ports:\n    - containerPort: 80\n", 10,
     "CRI-O"},
    {"RF-NET-003", "  hostNetwork: true\n",
     "    securityContext: {runAsUser: 5}\n    ports: [{containerPort: 80}]\n", 10, "Permission denied"},
    {"RF-NET-003", "", "    ports:\n    - containerPort: 80\n", 0, NULL},
    {"RF-NET-003",
     "  securityContext: {runAsUser: 5, sysctls: [{name: net.ipv4.ip_unprivileged_port_start, value: "
     "\"0\"}]}\n",
     "    ports: [{containerPort: 80}]\n", 0, NULL},
    /* limits */
    {"RF-RES-001", "", "", 6, "memory"},
    {"RF-RES-001", "", "    resources:\n      limits: {cpu: 1}\n", 9, "memory"},
    {"RF-RES-001", "", "    resources: {limits: {memory: 1Gi}}\n", 0, NULL},
    {"RF-RES-002", "", "    resources:\n      requests: {cpu: 1}\n", 9, "CPU"},
    {"RF-RES-002", "", "    resources: {limits: {cpu: 100m}}\n", 0, NULL},
    {"RF-RES-003", "", "", 0, NULL},
    {"RF-RES-005", "  securityContext:\n    sysctls:\n    - {name: kernel.msgmax, value: \"1\"}\n", "", 7,
     "kernel.msgmax"},
    {"RF-RES-005",
     "  securityContext:\n    sysctls:\n    - {name: kernel.shm_rmid_forced, value: \"1+kernel.x=1\"}\n", "",
     7, "CVE-2022-0811"},
    {"RF-RES-005", "  securityContext: {sysctls: [{name: net.ipv4.tcp_rmem, value: \"1\"}]}\n", "", 0, NULL},
    /* volumes */
    {"RF-VOL-002",
     "  securityContext: {runAsUser: 7}\n  volumes:\n  - {name: v, persistentVolumeClaim: {claimName: x}}\n",
     "    volumeMounts: [{name: v, mountPath: /v}]\n", 7, "fsGroup"},
    {"RF-VOL-002", "  volumes:\n  - {name: v, persistentVolumeClaim: {claimName: x}}\n",
     "    volumeMounts: [{name: v, mountPath: /v}]\n", 0, NULL},
    {"RF-VOL-003", "  volumes:\n  - name: v\n    hostPath:\n      path: /\n",
     "    volumeMounts: [{name: v, mountPath: /v}]\n", 8, "c may write"},
    {"RF-VOL-003", "  volumes:\n  - name: v\n    hostPath:\n      path: /srv/x\n", "", 8, "/srv/x"},
    {"RF-VOL-003", "  volumes: [{name: v, emptyDir: {}}]\n", "", 0, NULL},
    {"RF-VOL-004", "  volumes:\n  - name: v\n    nfs: {server: a, path: /}\n", "", 7, "nfs"},
    {"RF-VOL-004", "  volumes:\n  - name: v\n", "", 0, NULL},
    {"RF-VOL-005", "", "    volumeMounts:\n    - {name: v, mountPath: /v, mountPropagation: Bidirectional}\n",
     9, "/v"},
    {"RF-VOL-005", "",
     "    volumeMounts:\n    - {name: v, mountPath: /v, mountPropagation: HostToContainer}\n", 0, NULL},
    {"RF-VOL-008", "  volumes:\n  - name: v\n    hostPath: {path: /m}\n",
     "    securityContext: {runAsUser: 7}\n    volumeMounts: [{name: v, mountPath: /v}]\n", 7, "as uid 7"},
    {"RF-VOL-008", "  volumes:\n  - name: v\n    hostPath: {path: /m}\n",
     "    volumeMounts: [{name: v, mountPath: /v}]\n", 0, NULL},
    {"RF-SOCK-001", "  volumes:\n  - name: v\n    hostPath: {path: /run/containerd/containerd.sock}\n", "", 7,
     "containerd.sock"},
    {"RF-SOCK-001", "  volumes:\n  - name: v\n    hostPath: {path: /var/run/}\n", "", 7, "/var/run/"},
    {"RF-SOCK-001", "  volumes:\n  - name: v\n    hostPath: {path: /var/run/app.sock}\n", "", 0, NULL},
};

static void test_manifests(void **state)
{
    static struct found found;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(kube_cases); i++) {
        const char *text = pod(kube_cases[i].spec, kube_cases[i].container);
        const struct rf_finding *finding;

        look_at_kube(text, &found);
        finding = find(&found, kube_cases[i].id);
        if (!kube_cases[i].line && finding)
            fail_msg("case %zu: %s is found: %s\n%s", i, kube_cases[i].id, finding->text, text);
        if (!kube_cases[i].line)
            continue;
        if (!finding)
            fail_msg("case %zu: %s is not found\n%s", i, kube_cases[i].id, text);
        if (finding->from.line != kube_cases[i].line || !strstr(finding->text, kube_cases[i].words))
            fail_msg("case %zu: %s at line %u, want %u: %s\n%s", i, kube_cases[i].id, finding->from.line,
                     kube_cases[i].line, finding->text, text);
    }
}

/* What a pod says for all is found once, however many containers it has. */
static void test_once(void **state)
{
    static struct found found;
    static const char *const ids[] = {"RF-NS-001",  "RF-NS-002",  "RF-NS-003",   "RF-SEC-001", "RF-LSM-001",
                                      "RF-VOL-003", "RF-VOL-004", "RF-SOCK-001", "RF-RES-005", "RF-TMP-001"};

    (void)state;
    look_at_kube(
        pod("  hostPID: true\n  hostIPC: true\n  hostNetwork: true\n  securityContext:\n    seccompProfile: "
            "{type: Unconfined}\n    seLinuxOptions: {type: spc_t}\n    sysctls: [{name: a.b, value: "
            "\"1\"}]\n"
            "  volumes: [{name: s, hostPath: {path: /run/docker.sock}}, {name: m, emptyDir: {medium: "
            "Memory}}]\n",
            "    volumeMounts: [{name: s, mountPath: /s}, {name: m, mountPath: /m}]\n"
            "  - name: d\n    volumeMounts: [{name: s, mountPath: /s}, {name: m, mountPath: /m}]\n"),
        &found);
    for (size_t i = 0; i < RF_COUNT(ids); i++)
        if (count_of(&found, ids[i]) != 1)
            fail_msg("%s is found %zu times", ids[i], count_of(&found, ids[i]));
    assert_int_equal(count_of(&found, "RF-NNP-001"), 2);
    assert_int_equal(count_of(&found, "RF-SEC-002"), 0);
}

/* The annotations that are fields today. */
static void test_annotations(void **state)
{
    static const char text[] = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: p\n  annotations:\n"
                               "    container.apparmor.security.beta.kubernetes.io/c: unconfined\n"
                               "    seccomp.security.alpha.kubernetes.io/pod: unconfined\n"
                               "spec: {containers: [{name: c, image: \"a:1\"}]}\n";
    static struct found found;

    (void)state;
    look_at_kube(text, &found);
    assert_int_equal(count_of(&found, "RF-LSM-001"), 1);
    assert_int_equal(find(&found, "RF-LSM-001")->from.line, 6);
    assert_int_equal(count_of(&found, "RF-SEC-001"), 1);
    assert_int_equal(find(&found, "RF-SEC-001")->from.line, 7);
}

static void test_weights(void **state)
{
    static struct found found;

    (void)state;
    look_at_kube(pod("", "    securityContext: {capabilities: {add: [SYS_ADMIN]}}\n"), &found);
    assert_int_equal(find(&found, "RF-CAP-002")->severity, RF_SEVERITY_CRITICAL);
    look_at_kube(pod("", "    securityContext: {capabilities: {add: [CHOWN]}}\n"), &found);
    assert_int_equal(find(&found, "RF-CAP-002")->severity, RF_SEVERITY_LOW);
    look_at_kube(pod("  securityContext: {runAsUser: 3}\n", "    ports: [{containerPort: 22}]\n"), &found);
    assert_false(find(&found, "RF-NET-003")->is_certain);
    look_at_kube(pod("  volumes: [{name: v, hostPath: {path: /var/lib/kubelet/pods}}]\n",
                     "    volumeMounts: [{name: v, mountPath: /v}]\n"),
                 &found);
    assert_int_equal(find(&found, "RF-VOL-003")->severity, RF_SEVERITY_CRITICAL);
    look_at_kube(pod("  volumes: [{name: v, hostPath: {path: /srv}}]\n",
                     "    volumeMounts: [{name: v, mountPath: /v, readOnly: true}]\n"),
                 &found);
    assert_int_equal(find(&found, "RF-VOL-003")->severity, RF_SEVERITY_MEDIUM);
    look_at_kube(pod("  hostUsers: false\n", "    securityContext: {procMount: Unmasked}\n"), &found);
    assert_int_equal(find(&found, "RF-FS-004")->severity, RF_SEVERITY_MEDIUM);
    look_at_kube(pod("", "  -\n"), &found); /* an empty entry is a container of Kubernetes */
    assert_int_equal(count_of(&found, "RF-CAP-001"), 2);
    assert_int_equal(count_of(&found, "RF-RES-003"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sentences, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_manifests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_once, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_annotations, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_weights, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
