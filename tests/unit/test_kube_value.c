/* What is refused of a manifest: the place, the member, and what would be right. */
#include "manifest/kubernetes.h"

#include <errno.h>
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

#define POD "kind: Pod\nspec:\n"
#define CONTAINER POD "  containers:\n  - name: c\n"

static const struct {
    const char *text;
    const char *message;
} refused[] = {
    {"kind: Pod\nspec: []\n", "2:7: spec: want a map, not a list"},
    {"kind: Pod\nspec: text\n", "2:7: spec: want a map, not text"},
    {"kind: Pod\nmetadata: []\nspec: {}\n", "2:11: metadata: want a map, not a list"},
    {"kind: Pod\nmetadata: {name: 1}\nspec: {}\n", "2:18: name: want text (put it in quotes), not a number"},
    {"kind: Pod\nmetadata: {labels: {a: yes}}\nspec: {}\n",
     "2:24: labels: want text (put it in quotes), not a bool"},
    {"kind: Pod\nmetadata: {annotations: []}\nspec: {}\n", "2:25: annotations: want a map, not a list"},
    {"kind: Deployment\nspec: {template: []}\n", "2:18: template: want a map, not a list"},
    {"kind: CronJob\nspec: {jobTemplate: {spec: 1}}\n", "2:28: spec: want a map, not a number"},
    {POD "  containers: {}\n", "3:15: containers: want a list, not a map"},
    {POD "  containers: [c]\n", "3:16: containers: want a map, not text"},
    {POD "  initContainers: c\n", "3:19: initContainers: want a list, not text"},
    {POD "  hostNetwork: \"true\"\n", "3:16: hostNetwork: want true or false, not text"},
    {POD "  hostPID: 1\n", "3:12: hostPID: want true or false, not a number"},
    {POD "  hostUsers: maybe\n", "3:14: hostUsers: want true or false, not text"},
    {POD "  os: linux\n", "3:7: os: want a map, not text"},
    {POD "  volumes: {}\n", "3:12: volumes: want a list, not a map"},
    {POD "  volumes: [{name: v, hostPath: /}]\n", "3:33: hostPath: want a map, not text"},
    {POD "  volumes: [{name: v, nfs: x}]\n", "3:28: nfs: want a map, not text"},
    {POD "  volumes: [{name: v, emptyDir: {sizeLimit: much}}]\n",
     "3:45: sizeLimit: want a quantity such as 500m, 2, 64Mi or 1.5Gi"},
    {POD "  securityContext: [a]\n", "3:20: securityContext: want a map, not a list"},
    {POD "  securityContext: {runAsUser: root}\n", "3:32: runAsUser: want a whole number, not text"},
    {POD "  securityContext: {runAsUser: \"0\"}\n", "3:32: runAsUser: want a whole number, not text"},
    {POD "  securityContext: {runAsUser: 0.5}\n", "3:32: runAsUser: want a whole number, not a fraction"},
    {POD "  securityContext: {runAsUser: 99999999999999999999}\n",
     "3:32: runAsUser: want a whole number, not a fraction"},
    {POD "  securityContext: {runAsNonRoot: 1}\n", "3:35: runAsNonRoot: want true or false, not a number"},
    {POD "  securityContext: {seccompProfile: RuntimeDefault}\n",
     "3:37: seccompProfile: want a map, not text"},
    {POD "  securityContext: {sysctls: {a: b}}\n", "3:30: sysctls: want a list, not a map"},
    {POD "  securityContext: {sysctls: [{name: a, value: 1}]}\n",
     "3:48: value: want text (put it in quotes), not a number"},
    {POD "  securityContext: {windowsOptions: {hostProcess: x}}\n",
     "3:51: hostProcess: want true or false, not text"},
    {CONTAINER "    image: 1.5\n", "5:12: image: want text (put it in quotes), not a fraction"},
    {CONTAINER "    command: sh\n", "5:14: command: want a list, not text"},
    {CONTAINER "    args: [1]\n", "5:12: args: want text (put it in quotes), not a number"},
    {CONTAINER "    ports: [{containerPort: http}]\n", "5:29: containerPort: want a whole number, not text"},
    {CONTAINER "    ports: [{hostPort: \"80\"}]\n", "5:24: hostPort: want a whole number, not text"},
    {CONTAINER "    env: {A: b}\n", "5:10: env: want a list, not a map"},
    {CONTAINER "    env: [{name: A, value: 1}]\n", "5:28: value: want text (put it in quotes), not a number"},
    {CONTAINER "    env: [{name: A, value: no}]\n", "5:28: value: want text (put it in quotes), not a bool"},
    {CONTAINER "    env: [{name: A, valueFrom: s}]\n", "5:32: valueFrom: want a map, not text"},
    {CONTAINER "    envFrom: [s]\n", "5:15: envFrom: want a map, not text"},
    {CONTAINER "    volumeMounts: [/a]\n", "5:20: volumeMounts: want a map, not text"},
    {CONTAINER "    volumeMounts: [{readOnly: x}]\n", "5:31: readOnly: want true or false, not text"},
    {CONTAINER "    resources: {limits: []}\n", "5:25: limits: want a map, not a list"},
    {CONTAINER "    resources: {limits: {memory: lots}}\n",
     "5:34: memory: want a quantity such as 500m, 2, 64Mi or 1.5Gi"},
    {CONTAINER "    resources: {limits: {cpu: -1}}\n",
     "5:31: cpu: want a quantity such as 500m, 2, 64Mi or 1.5Gi"},
    {CONTAINER "    livenessProbe: []\n", "5:20: livenessProbe: want a map, not a list"},
    {CONTAINER "    livenessProbe: {periodSeconds: 10s}\n",
     "5:36: periodSeconds: want a whole number, not text"},
    {CONTAINER "    livenessProbe: {periodSeconds: 9223372036854775807}\n",
     "5:36: periodSeconds: too many seconds"},
    {CONTAINER "    livenessProbe: {httpGet: {port: true}}\n",
     "5:37: port: want a number or text, not a bool"},
    {CONTAINER "    lifecycle: [x]\n", "5:16: lifecycle: want a map, not a list"},
    {CONTAINER "    securityContext: {privileged: \"true\"}\n",
     "5:35: privileged: want true or false, not text"},
    {CONTAINER "    securityContext: {capabilities: [ALL]}\n", "5:37: capabilities: want a map, not a list"},
    {CONTAINER "    securityContext: {capabilities: {drop: ALL}}\n", "5:44: drop: want a list, not text"},
    {CONTAINER "    securityContext: {capabilities: {drop: [7]}}\n",
     "5:45: drop: want text (put it in quotes), not a number"},
    {"kind: Pod\nspec: {a: 1, a: 2}\n", "2:14: the key \"a\" is there already, in line 2"},
    {"kind: Pod\nspec: {\n",
     "3:1: not YAML: did not find expected node content while parsing a flow node that "
     "begins at 3:1"},
    {"{\"kind\": \"Pod\", \"spec\": {\"hostPID\": \"x\"}}", "1:37: hostPID: want true or false, not text"},
    {"kind: List\nitems: [{kind: Pod, spec: 1}]\n", "2:27: spec: want a map, not a number"},
};

static void refuses_what_an_api_server_would(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_manifest manifest = {.pod_count = 77};
        struct rf_err err = {0};

        if (rf_kubernetes_read("f.yaml", rf_str_of(refused[i].text), &arena, &manifest, &err) != -EINVAL)
            fail_msg("accepted:\n%s", refused[i].text);
        if (strcmp(err.msg, refused[i].message) != 0)
            fail_msg("%s\nsays: %s\nwant: %s", refused[i].text, err.msg, refused[i].message);
        assert_int_equal(manifest.pod_count, 77);
    }
}

static void limits_lists_and_containers(void **state)
{
    char text[8192];
    struct rf_manifest manifest;
    struct rf_err err = {0};
    size_t len = (size_t)snprintf(text, sizeof(text), "kind: Pod\nspec: {containers: [");

    (void)state;
    for (int i = 0; i < 1025; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "~,");
    (void)snprintf(text + len, sizeof(text) - len, "]}");
    assert_int_equal(rf_kubernetes_read("f", rf_str_of(text), &arena, &manifest, &err), -EINVAL);
    assert_string_equal(err.msg, "2:20: containers: more than 1024 containers in one pod");
    len = 0;
    for (int i = 0; i < 5; i++)
        len += (size_t)snprintf(text + len, sizeof(text) - len, "{kind: List, items: [");
    (void)snprintf(text + len, sizeof(text) - len, "]}]}]}]}]}");
    assert_int_equal(rf_kubernetes_read("f", rf_str_of(text), &arena, &manifest, &err), -EINVAL);
    assert_string_equal(err.msg, "1:85: more than 4 Lists inside each other");
}

static void gives_up_without_memory(void **state)
{
    static const char text[] = "kind: List\nitems: [{kind: Pod, metadata: {annotations: {a: b}}, spec: "
                               "{volumes: [{name: v}], containers: "
                               "[{name: c, env: [{name: A}], envFrom: [{secretRef: {name: s}}], "
                               "volumeMounts: [{name: v}], ports: [{}], "
                               "livenessProbe: {exec: {command: [x]}}}]}}]\n";

    (void)state;
    for (unsigned nth = 1;; nth++) {
        struct rf_manifest manifest;
        struct rf_err err = {0};
        int r;

        rf_arena_fail_at(nth);
        r = rf_kubernetes_read("f", rf_str_of(text), &arena, &manifest, &err);
        rf_arena_fail_at(0);
        if (r == 0) {
            assert_true(nth > 80);
            break;
        }
        assert_int_equal(r, -ENOMEM);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_what_an_api_server_would, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_lists_and_containers, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_up_without_memory, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
