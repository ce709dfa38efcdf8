/* The Pod Security Standards where upstream's fixtures do not reach: several containers, versions at which a
   check begins or changes, exemptions, and the order of messages. The fixtures are in tests/oracle/. */
#include "manifest/kubernetes.h"
#include "rules/pss.h"

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

static struct rf_pss_verdict judge(const char *policy_text, const char *text, const char **ret_message)
{
    struct rf_pss_policy policy;
    struct rf_pss_verdict verdict;
    struct rf_manifest manifest;
    struct rf_err err = {0};

    if (rf_pss_parse(policy_text, &policy, &err) != 0 ||
        rf_kubernetes_read("f.yaml", rf_str_of(text), &arena, &manifest, &err) != 0)
        fail_msg("%s\n%s", err.msg, text);
    assert_int_equal(manifest.pod_count, 1);
    assert_int_equal(rf_pss_judge(&policy, manifest.pods[0], &arena, &verdict, &err), 0);
    *ret_message = verdict.count ? rf_pss_message(&policy, manifest.pods[0], &verdict, &arena) : "";
    assert_non_null(*ret_message);
    return verdict;
}

/* A Pod `p` with this in its metadata and its spec; good() satisfies restricted at any version. */
#define META(meta, spec) "kind: Pod\nmetadata: {name: p" meta "}\nspec: {" spec "}\n"
#define SPEC(spec) META("", spec)
#define GOOD                                                                                                 \
    "{allowPrivilegeEscalation: false, runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}, "         \
    "capabilities: {drop: [ALL]}}"
#define TWO(first, second)                                                                                   \
    "initContainers: [{name: i, " first "}], containers: [{name: c, " second                                 \
    "}], ephemeralContainers: [{name: "                                                                      \
    "e, securityContext: " GOOD "}]"
#define SC(text) "securityContext: {" text "}"
#define AA "container.apparmor.security.beta.kubernetes.io/"
#define SA "seccomp.security.alpha.kubernetes.io/"

static const struct {
    const char *policy;
    const char *text;
    const char *detail; /* the message behind the policy's name; "": allowed */
} cases[] = {
    {"privileged", SPEC("hostPID: true"), ""},
    {"baseline", SPEC("containers: []"), ""},
    {"restricted", SPEC("containers: []"), ""},
    {"restricted", SPEC("containers: [{name: c, securityContext: " GOOD "}]"), ""},
    {"restricted@v1.0", SPEC("containers: [{name: c, securityContext: " GOOD "}]"), ""},
    /* AppArmor: an API server makes fields of annotations first */
    {"baseline", META(", annotations: {" AA "c: unconfined}", "containers: [{name: c}]"),
     "forbidden AppArmor profiles (container \"c\" and annotation must not set AppArmor profile type to "
     "\"Unconfined\", \"" AA "c=\"unconfined\"\")"},
    {"baseline",
     META(", annotations: {" AA "z: bogus, " AA "a: 'say \"hi\"\\', " AA "x: '', " AA "y: localhost/, " AA
          "w: runtime/default}",
          "containers: [{name: c}]"),
     "forbidden AppArmor profiles (annotations must not set AppArmor profile type to \"" AA
     "a=\"say \\\"hi\\\"\\\\\"\", \"" AA "z=\"bogus\"\")"},
    {"baseline",
     META(", annotations: {" AA "z: \"\\u00e4\\t\\x01\\u00a0\\u200b\\U0001f600\"}", "containers: []"),
     "forbidden AppArmor profile (annotation must not set AppArmor profile type to \"" AA
     "z=\"\xc3\xa4\\t\\x01\\u00a0\\u200b\xf0\x9f\x98\x80\"\")"},
    {"baseline",
     SPEC("securityContext: {appArmorProfile: {type: Unconfined}}, " TWO(
         SC("appArmorProfile: {type: RuntimeDefault}"), SC("appArmorProfile: {type: X}"))),
     "forbidden AppArmor profiles (pod and container \"c\" must not set AppArmor profile type to "
     "\"Unconfined\", "
     "\"X\")"},
    {"baseline", SPEC(TWO(SC("appArmorProfile: {}"), "image: x")),
     "forbidden AppArmor profile (container \"i\" must not set AppArmor profile type to \"\")"},
    /* capabilities: exact words, sorted */
    {"baseline",
     SPEC(TWO(SC("capabilities: {add: [SYS_ADMIN, CAP_CHOWN, CHOWN]}"),
              SC("capabilities: {add: [BPF, SYS_ADMIN]}"))),
     "non-default capabilities (containers \"i\", \"c\" must not include \"BPF\", \"CAP_CHOWN\", "
     "\"SYS_ADMIN\" in "
     "securityContext.capabilities.add)"},
    {"baseline", SPEC(TWO(SC("capabilities: {add: [ALL]}"), "image: x")),
     "non-default capabilities (container \"i\" must not include \"ALL\" in "
     "securityContext.capabilities.add)"},
    {"restricted@v1.21",
     SPEC("securityContext: {runAsNonRoot: true, seccompProfile: {type: Localhost}}, containers: [{name: "
          "c, " SC("allowPrivilegeEscalation: false, capabilities: {add: [CHOWN]}") "}]"),
     ""},
    {"restricted@v1.22",
     SPEC("securityContext: {runAsNonRoot: true, seccompProfile: {type: Localhost}}, containers: [{name: "
          "c, " SC("allowPrivilegeEscalation: false, capabilities: {add: [CHOWN, NET_BIND_SERVICE], drop: "
                   "[all]}") "}]"),
     "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]; "
     "container "
     "\"c\" must not include \"CHOWN\" in securityContext.capabilities.add)"},
    /* host */
    {"baseline", SPEC("hostIPC: true, hostPID: true, hostNetwork: true"),
     "host namespaces (hostNetwork=true, hostPID=true, hostIPC=true)"},
    {"baseline", SPEC("hostNetwork: true, containers: [{name: c, ports: [{containerPort: 8080}]}]"),
     "host namespaces (hostNetwork=true), hostPort (container \"c\" uses hostPort 8080)"},
    {"baseline",
     SPEC("volumes: [{name: b, hostPath: {path: /}}, {name: a, hostPath: {}}, {name: c, hostPath: }]"),
     "hostPath volumes (volumes \"b\", \"a\")"},
    {"baseline", SPEC(TWO("ports: [{hostPort: 9}, {hostPort: 0}]", "ports: [{hostPort: 10}, {hostPort: 9}]")),
     "hostPort (containers \"i\", \"c\" use hostPorts 10, 9)"}, /* sorted as text */
    {"baseline@v1.33", SPEC("containers: [{name: c, livenessProbe: {httpGet: {host: h}}}]"), ""},
    {"baseline@v1.34", SPEC("containers: [{name: c, livenessProbe: {httpGet: {host: h}}}]"),
     "probe or lifecycle host (container \"c\" uses probe or lifecycle host \"h\")"},
    {"baseline",
     SPEC(TWO("lifecycle: {preStop: {httpGet: {host: z}}}",
              "startupProbe: {tcpSocket: {host: x}}, readinessProbe: {httpGet: {host: z}}, livenessProbe: "
              "{httpGet: "
              "{host: ''}}")),
     "probe or lifecycle host (containers \"c\", \"i\" use probe or lifecycle hosts \"x\", \"z\")"},
    {"baseline", SPEC(TWO(SC("privileged: true"), SC("privileged: yes"))),
     "privileged (containers \"i\", \"c\" must not set securityContext.privileged=true)"},
    /* procMount and user name spaces */
    {"baseline@v1.34", SPEC("hostUsers: false, containers: [{name: c, " SC("procMount: Unmasked") "}]"),
     "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")"},
    {"baseline@v1.35", SPEC("hostUsers: false, containers: [{name: c, " SC("procMount: Unmasked") "}]"), ""},
    {"baseline@v1.35", SPEC("hostUsers: true, containers: [{name: c, " SC("procMount: Unmasked") "}]"),
     "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")"},
    {"baseline@v1.35", SPEC(TWO(SC("procMount: unmasked"), SC("procMount: ''"))),
     "procMount (containers \"i\", \"c\" must not set securityContext.procMount to \"\", \"unmasked\")"},
    {"restricted@v1.35",
     SPEC("hostUsers: false, containers: [{name: c, securityContext: {procMount: Unmasked, "
          "allowPrivilegeEscalation: false, seccompProfile: {type: RuntimeDefault}, capabilities: {drop: "
          "[ALL]}, "
          "runAsNonRoot: false, runAsUser: 0}}]"),
     "procMount (container \"c\" must not set securityContext.procMount to \"Unmasked\")"},
    {"restricted@v1.34",
     SPEC("hostUsers: false, containers: [{name: c, securityContext: {allowPrivilegeEscalation: false, "
          "seccompProfile: {type: RuntimeDefault}, capabilities: {drop: [ALL]}, runAsNonRoot: false, "
          "runAsUser: 0}}]"),
     "runAsNonRoot != true (container \"c\" must not set securityContext.runAsNonRoot=false), runAsUser=0 "
     "(container "
     "\"c\" must not set runAsUser=0)"},
    /* SELinux */
    {"baseline@v1.30", SPEC("securityContext: {seLinuxOptions: {type: container_engine_t, level: s0}}"),
     "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type \"container_engine_t\")"},
    {"baseline@v1.31", SPEC("securityContext: {seLinuxOptions: {type: container_engine_t, level: s0}}"), ""},
    {"baseline",
     SPEC("securityContext: {seLinuxOptions: {type: foo, user: u}}, " TWO(SC("seLinuxOptions: {type: bar}"),
                                                                          SC("seLinuxOptions: {role: r}"))),
     "seLinuxOptions (pod and containers \"i\", \"c\" set forbidden securityContext.seLinuxOptions: types "
     "\"bar\", "
     "\"foo\"; user may not be set; role may not be set)"},
    {"baseline", SPEC("securityContext: {seLinuxOptions: {role: r}}"),
     "seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: role may not be set)"},
    {"baseline", SPEC("securityContext: {seLinuxOptions: {}}"), ""},
    /* seccomp: annotations, then fields */
    {"baseline@v1.18",
     META(", annotations: {" SA "pod: unconfined, container." SA "c: '', container." SA
          "gone: unconfined, container." SA "i: docker/default}",
          TWO("image: x", "image: x")),
     "seccompProfile (forbidden annotations container." SA "c=\"\", " SA "pod=\"unconfined\")"},
    {"baseline@v1.19", META(", annotations: {" SA "pod: unconfined}", TWO("image: x", "image: x")), ""},
    {"baseline@v1.18", SPEC("securityContext: {seccompProfile: {type: Unconfined}}"), ""},
    {"baseline@v1.19",
     SPEC("securityContext: {seccompProfile: {type: Unconfined}}, " TWO(SC("seccompProfile: {type: X}"),
                                                                        SC("seccompProfile: {}"))),
     "seccompProfile (pod and containers \"i\", \"c\" must not set securityContext.seccompProfile.type to "
     "\"\", "
     "\"Unconfined\", \"X\")"},
    {"restricted@v1.18",
     SPEC("securityContext: {runAsNonRoot: true}, containers: [{name: c, " SC(
         "allowPrivilegeEscalation: false") "}]"),
     ""},
    {"restricted@v1.19",
     SPEC("securityContext: {runAsNonRoot: true}, containers: [{name: b, " SC(
         "allowPrivilegeEscalation: false") "}, "
                                            "{name: a, " SC("allowPrivilegeEscalation: false") "}]"),
     "seccompProfile (pod or containers \"b\", \"a\" must set securityContext.seccompProfile.type to "
     "\"RuntimeDefault\" or \"Localhost\")"},
    /* sysctls grow */
    {"baseline@v1.26", SPEC(SC("sysctls: [{name: net.ipv4.ip_local_reserved_ports}, {name: z}, {name: z}]")),
     "forbidden sysctls (net.ipv4.ip_local_reserved_ports, z, z)"},
    {"baseline@v1.27", SPEC(SC("sysctls: [{name: net.ipv4.ip_local_reserved_ports}]")), ""},
    {"baseline@v1.28", SPEC(SC("sysctls: [{name: net.ipv4.tcp_keepalive_time}]")),
     "forbidden sysctls (net.ipv4.tcp_keepalive_time)"},
    {"baseline@v1.29", SPEC(SC("sysctls: [{name: net.ipv4.tcp_keepalive_time}]")), ""},
    {"baseline@v1.31", SPEC(SC("sysctls: [{name: net.ipv4.tcp_rmem}]")),
     "forbidden sysctls (net.ipv4.tcp_rmem)"},
    {"baseline@v1.32", SPEC(SC("sysctls: [{name: net.ipv4.tcp_rmem}]")), ""},
    {"baseline@v1.36", SPEC(SC("sysctls: [{name: net.ipv4.tcp_notsent_lowat}]")),
     "forbidden sysctls (net.ipv4.tcp_notsent_lowat)"},
    {"baseline@v1.99", SPEC(SC("sysctls: [{name: net.ipv4.tcp_notsent_lowat}]")), ""},
    /* Windows */
    {"baseline",
     SPEC("securityContext: {windowsOptions: {hostProcess: true}}, " TWO(
         SC("windowsOptions: {hostProcess: true}"), SC("windowsOptions: {hostProcess: false}"))),
     "hostProcess (pod and container \"i\" must not set securityContext.windowsOptions.hostProcess=true)"},
    {"restricted@v1.24",
     SPEC("os: {name: windows}, securityContext: {runAsNonRoot: true}, containers: [{name: c}]"),
     "allowPrivilegeEscalation != false (container \"c\" must set "
     "securityContext.allowPrivilegeEscalation=false), "
     "unrestricted capabilities (container \"c\" must set securityContext.capabilities.drop=[\"ALL\"]), "
     "seccompProfile (pod or container \"c\" must set securityContext.seccompProfile.type to "
     "\"RuntimeDefault\" or "
     "\"Localhost\")"},
    {"restricted@v1.25",
     SPEC("os: {name: windows}, securityContext: {runAsNonRoot: true}, containers: [{name: c}]"), ""},
    {"restricted@v1.25",
     SPEC("os: {name: linux}, securityContext: {runAsNonRoot: true}, containers: [{name: c, "
          "securityContext: " GOOD "}]"),
     ""},
    /* restricted */
    {"restricted@v1.7", SPEC("securityContext: {runAsNonRoot: true}, containers: [{name: c}]"), ""},
    {"restricted@v1.8",
     SPEC("securityContext: {runAsNonRoot: true}, containers: [{name: c, " SC(
         "allowPrivilegeEscalation: true") "}, {name: d}]"),
     "allowPrivilegeEscalation != false (containers \"c\", \"d\" must set "
     "securityContext.allowPrivilegeEscalation=false)"},
    {"restricted",
     SPEC("volumes: [{name: b, nfs: {}}, {name: a, hostPath: {}}, {name: ok}, {name: p, image: {}}, {name: "
          "q, csi: {}}, "
          "{name: both, nfs: {}, emptyDir: {}}]"),
     "restricted volume types (volumes \"b\", \"a\" use restricted volume types \"hostPath\", \"nfs\")"},
    {"restricted@v1.0",
     SPEC(
         "securityContext: {runAsNonRoot: false}, " TWO(SC("runAsNonRoot: false"), SC("runAsNonRoot: true"))),
     "runAsNonRoot != true (pod and container \"i\" must not set securityContext.runAsNonRoot=false)"},
    {"restricted@v1.0",
     SPEC("securityContext: {runAsNonRoot: true}, " TWO(SC("runAsNonRoot: false"), "image: x")),
     "runAsNonRoot != true (container \"i\" must not set securityContext.runAsNonRoot=false)"},
    {"restricted@v1.0", SPEC(TWO("image: x", SC("runAsNonRoot: true"))),
     "runAsNonRoot != true (pod or container \"i\" must set securityContext.runAsNonRoot=true)"},
    {"restricted@v1.22",
     SPEC("securityContext: {runAsUser: 0}, containers: [{name: c, securityContext: " GOOD "}]"), ""},
    {"restricted@v1.23",
     SPEC("securityContext: {runAsUser: 0}, containers: [{name: c, securityContext: " GOOD "}]"),
     "runAsUser=0 (pod must not set runAsUser=0)"},
};

static void says_what_upstream_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        const char *message;
        const char *name;
        char want[2048];
        struct rf_pss_policy policy;
        struct rf_err err;

        (void)judge(cases[i].policy, cases[i].text, &message);
        assert_int_equal(rf_pss_parse(cases[i].policy, &policy, &err), 0);
        name = rf_pss_name(&policy, &arena);
        (void)snprintf(want, sizeof(want), "pods \"p\" is forbidden: violates PodSecurity \"%s\": %s", name,
                       cases[i].detail);
        if (strcmp(message, *cases[i].detail ? want : "") != 0)
            fail_msg("%s of\n%ssays %s\nwant %s", name, cases[i].text, message, want);
    }
}

static void warns_of_what_is_no_pod(void **state)
{
    const char *message;

    (void)state;
    (void)judge("baseline@v1.2",
                "kind: Deployment\nmetadata: {name: d}\nspec: {template: {spec: {hostPID: true}}}\n",
                &message);
    assert_string_equal(message,
                        "would violate PodSecurity \"baseline:v1.2\": host namespaces (hostPID=true)");
}

static void tells_the_place(void **state)
{
    static const char text[] = "kind: Pod\n"
                               "spec:\n"
                               "  containers:\n"
                               "  - name: a\n"
                               "    securityContext: " GOOD "\n"
                               "  - name: b\n"
                               "    securityContext:\n"
                               "      runAsUser: 0\n"
                               "      runAsNonRoot: true\n"
                               "      seccompProfile: {type: Unconfined}\n"
                               "  - name: c\n"
                               "    securityContext: " GOOD "\n";
    const char *message;
    struct rf_pss_verdict verdict = judge("restricted", text, &message);

    (void)state;
    assert_int_equal(verdict.count, 4);
    assert_string_equal(verdict.violations[0].check, "allowPrivilegeEscalation");
    assert_int_equal(verdict.violations[0].from.line, 6); /* it is missing: the container */
    assert_string_equal(verdict.violations[2].check, "runAsUser");
    assert_int_equal(verdict.violations[2].from.line, 8);
    assert_int_equal(verdict.violations[2].from.column, 18);
    assert_int_equal(memcmp(text + verdict.violations[2].from.start, "0\n", 2), 0);
    assert_string_equal(verdict.violations[3].check, "seccompProfile_restricted");
    assert_int_equal(verdict.violations[3].from.line, 10);
    assert_int_equal(verdict.violations[3].from.column, 30);
}

static void placeholders_leave_it_open(void **state)
{
    const char *message;
    struct rf_pss_verdict verdict = judge(
        "restricted",
        SPEC("securityContext: {runAsUser: \"${U}\"}, containers: [{name: c, securityContext: " GOOD "}]"),
        &message);

    (void)state;
    assert_int_equal(verdict.count, 0);
    assert_int_equal(verdict.unknown.known, RF_UNKNOWABLE);
    assert_int_equal(verdict.unknown.line, 3);
    verdict = judge("restricted",
                    SPEC("hostPID: true, containers: [{name: c, " SC("privileged: \"$(P)\"") "}]"), &message);
    assert_true(verdict.count > 0); /* one fault is certain */
    assert_int_equal(verdict.unknown.known, RF_UNSET);
    verdict = judge(
        "restricted",
        SPEC("containers: [{name: c, securityContext: {allowPrivilegeEscalation: \"${X}\", runAsNonRoot: "
             "\"${X}\", seccompProfile: {type: Localhost}, capabilities: {drop: \"${X}\"}}}]"),
        &message);
    assert_int_equal(verdict.count, 0);
    assert_int_equal(verdict.unknown.known, RF_UNKNOWABLE);
    verdict = judge("privileged", SPEC("hostPID: \"${X}\""), &message);
    assert_int_equal(verdict.unknown.known, RF_UNSET);
}

static void reads_policies(void **state)
{
    static const struct {
        const char *text;
        const char *name;
    } taken[] = {
        {"restricted", "restricted:latest"},    {"baseline@latest", "baseline:latest"},
        {"restricted@v1.0", "restricted:v1.0"}, {"restricted:v1.30", "restricted:v1.30"},
        {"privileged@v1.5", "privileged:v1.5"}, {"baseline@v1.4294967295", "baseline:v1.4294967295"}};
    static const char *const refused[] = {"",
                                          "Restricted",
                                          "restrict",
                                          "restricted@",
                                          "restricted@1.30",
                                          "restricted@v1",
                                          "baseline@v1.",
                                          "baseline@v1.01",
                                          "baseline@v2.0",
                                          "baseline@v1.-1",
                                          "baseline@v1.x",
                                          "baseline@v1.1@",
                                          "@v1.1",
                                          "baseline@v1.4294967296",
                                          "baseline @v1.1",
                                          "baseline@v1.1 ",
                                          "baseline@Latest",
                                          "baseline@v1.1.1"};
    struct rf_pss_policy policy;
    struct rf_err err;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(taken); i++) {
        assert_int_equal(rf_pss_parse(taken[i].text, &policy, &err), 0);
        assert_string_equal(rf_pss_name(&policy, &arena), taken[i].name);
    }
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        policy.minor = 7;
        if (rf_pss_parse(refused[i], &policy, &err) != -EINVAL || policy.minor != 7)
            fail_msg("accepted \"%s\"", refused[i]);
    }
}

static void gives_up_without_memory(void **state)
{
    struct rf_pss_policy policy;
    struct rf_manifest manifest;
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(rf_pss_parse("restricted@v1.30", &policy, &err), 0);
    assert_int_equal(
        rf_kubernetes_read("f",
                           RF_STR(META(", annotations: {" AA "z: x}",
                                       "hostNetwork: true, securityContext: {sysctls: [{name: x}]}, "
                                       "containers: [{name: c, ports: [{containerPort: 1}]}]")),
                           &arena, &manifest, &err),
        0);
    for (unsigned nth = 1;; nth++) {
        struct rf_pss_verdict verdict = {.count = 77};
        int r;

        rf_arena_fail_at(nth);
        r = rf_pss_judge(&policy, manifest.pods[0], &arena, &verdict, &err);
        rf_arena_fail_at(0);
        if (r == 0) {
            assert_true(nth > 15);
            break;
        }
        assert_int_equal(r, -ENOMEM);
        assert_int_equal(verdict.count, 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(says_what_upstream_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(warns_of_what_is_no_pod, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_the_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(placeholders_leave_it_open, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_policies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_up_without_memory, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
