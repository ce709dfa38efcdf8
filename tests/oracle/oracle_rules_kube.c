/* Our rules against the test data of those who judge the same manifests: what a policy of theirs passes or
   fails, and what our row for the same thing finds. Where we differ on purpose, the reason is listed. */
#include "base/file.h"
#include "manifest/kubernetes.h"
#include "rules/rule.h"

#include "support/verdicts.h"

#include <string.h>

/* What a policy asks, in our ids; the longest prefix of its name holds. */
static const struct question {
    const char *policy;
    const char *ids;
    enum rf_severity least; /* findings of less weight do not answer it */
} questions[] = {
    {"kyverno:disallow-selinux", "RF-LSM-001", 0},
    {"kyverno:restrict-apparmor-profiles", "RF-LSM-001", 0},
    {"kyverno:disallow-host-ports", "RF-NET-001", 0},
    {"kyverno:disallow-proc-mount", "RF-FS-004", 0},
    {"kyverno:disallow-capabilities-strict", "RF-CAP-001 RF-CAP-002", 0},
    {"kyverno:disallow-capabilities", "RF-CAP-002", RF_SEVERITY_HIGH},
    {"kyverno:require-drop-all", "RF-CAP-001", 0},
    {"kyverno:require-drop-cap-net-raw", "RF-CAP-001", 0},
    {"kyverno:restrict-seccomp-strict", "RF-SEC-001 RF-SEC-002", 0},
    {"kyverno:restrict-seccomp", "RF-SEC-001", 0},
    {"kyverno:disallow-privilege-escalation", "RF-NNP-001", 0},
    {"kyverno:disallow-host-namespaces", "RF-NS-001 RF-NS-002 RF-NS-003", 0},
    {"kyverno:disallow-privileged-containers", "RF-PRIV-001", 0},
    {"kyverno:disallow-host-process", "RF-PRIV-002", 0},
    {"kyverno:restrict-sysctls", "RF-RES-005", 0},
    {"kyverno:prevent-cr8escape", "RF-RES-005", 0},
    {"kyverno:restrict-volume-types", "RF-VOL-004", 0},
    {"kyverno:disallow-host-path", "RF-VOL-003", 0},
    {"kyverno:ensure-readonly-hostpath", "RF-VOL-003", 0},
    {"kyverno:limit-hostpath-vols", "RF-VOL-003", 0},
    {"kyverno:disallow-cri-sock-mount", "RF-SOCK-001", 0},
    {"kyverno:require-ro-rootfs", "RF-FS-001", 0},
    {"kyverno:require-pod-requests-limits", "RF-RES-001", 0},
    {"kyverno:require-emptydir-requests-limits", "RF-TMP-001", 0},
    {"kyverno:require-emptydir-sizelimit", "RF-TMP-001", 0},
    {"kubeaudit:apparmor", "RF-LSM-001", 0},
    {"kubeaudit:capabilities", "RF-CAP-001 RF-CAP-002", 0},
    {"kubeaudit:hostns", "RF-NS-001 RF-NS-002 RF-NS-003", 0},
    {"kubeaudit:mounts", "RF-VOL-003", 0},
    {"kubeaudit:privesc", "RF-NNP-001", 0},
    {"kubeaudit:privileged", "RF-PRIV-001", 0},
    {"kubeaudit:rootfs", "RF-FS-001", 0},
    {"kubeaudit:seccomp", "RF-SEC-001 RF-SEC-002", 0},
    {"kubeaudit:limits", "RF-RES-001 RF-RES-002", 0},
    {"kube-linter:host-ipc", "RF-NS-002", 0},
    {"kube-linter:host-pid", "RF-NS-001", 0},
    {"kube-linter:host-network", "RF-NS-003", 0},
    {"kube-linter:docker-sock", "RF-SOCK-001", 0},
    {"kube-linter:drop-net-raw-capability", "RF-CAP-001", 0},
    {"kube-linter:no-read-only-root-fs", "RF-FS-001", 0},
    {"kube-linter:privileged-container", "RF-PRIV-001", 0},
    {"kube-linter:privilege-escalation-container", "RF-NNP-001", 0},
    {"kube-linter:privileged-ports", "RF-NET-003", 0},
    {"kube-linter:sensitive-host-mounts", "RF-VOL-003", 0},
    {"kube-linter:unsafe-proc-mount", "RF-FS-004", 0},
    {"kube-linter:unsafe-sysctls", "RF-RES-005", 0},
    {"kube-linter:unset-cpu-requirements", "RF-RES-002", 0},
    {"kube-linter:unset-memory-requirements", "RF-RES-001", 0},
    {"polaris:insecureCapabilities", "RF-CAP-001 RF-CAP-002", 0},
    {"polaris:dangerousCapabilities", "RF-CAP-002", RF_SEVERITY_HIGH},
    {"polaris:hostIPCSet", "RF-NS-002", 0},
    {"polaris:hostPIDSet", "RF-NS-001", 0},
    {"polaris:hostNetworkSet", "RF-NS-003", 0},
    {"polaris:hostPortSet", "RF-NET-001", 0},
    {"polaris:hostPathSet", "RF-VOL-003", 0},
    {"polaris:hostProcess", "RF-PRIV-002", 0},
    {"polaris:procMount", "RF-FS-004", 0},
    {"polaris:runAsPrivileged", "RF-PRIV-001", 0},
    {"polaris:privilegeEscalationAllowed", "RF-NNP-001", 0},
    {"polaris:notReadOnlyRootFilesystem", "RF-FS-001", 0},
    {"polaris:cpuLimitsMissing", "RF-RES-002", 0},
    {"polaris:memoryLimitsMissing", "RF-RES-001", 0},
    {"polaris:linuxHardening", "RF-SEC-001 RF-SEC-002", 0},
    {"kubescape:containers-mounting-docker-socket", "RF-SOCK-001", 0},
    {"kubescape:alert-any-hostpath", "RF-VOL-003", 0},
    {"kubescape:alert-rw-hostpath", "RF-VOL-003", 0},
    {"kubescape:rule-privileged-container", "RF-PRIV-001 RF-CAP-002", RF_SEVERITY_HIGH},
    {"kubescape:insecure-capabilities", "RF-CAP-002", RF_SEVERITY_HIGH},
    {"kubescape:immutable-container-filesystem", "RF-FS-001", 0},
    {"kubescape:set-seccomp-profile", "RF-SEC-001 RF-SEC-002", 0},
    {"kubescape:set-seccomp-profile-RuntimeDefault", "RF-SEC-001 RF-SEC-002", 0},
    {"kubescape:set-procmount-default", "RF-FS-004", 0},
    {"kubescape:resources-cpu-limits", "RF-RES-002", 0},
    {"kubescape:resources-memory-limits", "RF-RES-001", 0},
    {"kubescape:resource-policies", "RF-RES-001 RF-RES-002", 0},
    {"kubescape:host-pid-ipc-privileges", "RF-NS-001 RF-NS-002", 0},
    {"kubescape:host-pid-privileges", "RF-NS-001", 0},
    {"kubescape:host-ipc-privileges", "RF-NS-002", 0},
    {"kubescape:host-network-access", "RF-NS-003", 0},
    {"kubescape:drop-capability-netraw", "RF-CAP-001", 0},
    {"kubescape:rule-allow-privilege-escalation", "RF-NNP-001", 0},
    {"kubescape:container-hostPort", "RF-NET-001", 0},
    {"kubescape:linux-hardening", "RF-SEC-001 RF-SEC-002 RF-CAP-001", 0},
    {"gatekeeper:allow-privilege-escalation", "RF-NNP-001", 0},
    {"gatekeeper:apparmor", "RF-LSM-001", 0},
    {"gatekeeper:selinux", "RF-LSM-001", 0},
    {"gatekeeper:capabilities:capabilities-baseline", "RF-CAP-002", RF_SEVERITY_HIGH},
    {"gatekeeper:capabilities", "RF-CAP-001 RF-CAP-002", 0},
    {"gatekeeper:flexvolume-drivers", "RF-VOL-004", 0},
    {"gatekeeper:forbidden-sysctls", "RF-RES-005", 0},
    {"gatekeeper:host-filesystem", "RF-VOL-003", 0},
    {"gatekeeper:host-namespaces", "RF-NS-001 RF-NS-002", 0},
    {"gatekeeper:host-network-ports", "RF-NS-003 RF-NET-001", 0},
    {"gatekeeper:host-process", "RF-PRIV-002", 0},
    {"gatekeeper:host-probes-lifecycle", "RF-NS-006", 0},
    {"gatekeeper:privileged-containers", "RF-PRIV-001", 0},
    {"gatekeeper:proc-mount", "RF-FS-004", 0},
    {"gatekeeper:read-only-root-filesystem", "RF-FS-001", 0},
    {"gatekeeper:seccompv2:seccomp-baseline", "RF-SEC-001", 0},
    {"gatekeeper:seccomp", "RF-SEC-001 RF-SEC-002", 0},
    {"gatekeeper:volumes", "RF-VOL-004", 0},
    {"gatekeeper:containerlimits", "RF-RES-001 RF-RES-002", 0},
    {"trivy:kubernetes:privileged", "RF-PRIV-001", 0},
    {"trivy:kubernetes:specific_capabilities_added", "RF-CAP-002", 0},
    {"trivy:kubernetes:capabilities_no_drop_all", "RF-CAP-001", 0},
    {"trivy:kubernetes:capabilities_no_drop_at_least_one", "RF-CAP-001", 0},
    {"trivy:kubernetes:SYS_ADMIN_capability", "RF-CAP-002", RF_SEVERITY_CRITICAL},
    {"trivy:kubernetes:non_default_proc_masks_set", "RF-FS-004", 0},
    {"trivy:kubernetes:mounts_docker_socket", "RF-SOCK-001", 0},
    {"trivy:kubernetes:host_network", "RF-NS-003", 0},
    {"trivy:kubernetes:host_pid", "RF-NS-001", 0},
    {"trivy:kubernetes:host_ipc", "RF-NS-002", 0},
    {"trivy:kubernetes:CPU_not_limited", "RF-RES-002", 0},
    {"trivy:kubernetes:memory_not_limited", "RF-RES-001", 0},
    {"trivy:kubernetes:selinux_custom_options_set", "RF-LSM-001", 0},
    {"trivy:kubernetes:apparmor_policy_disabled", "RF-LSM-001", 0},
    {"trivy:kubernetes:runtime_default_seccomp_profile_not_set", "RF-SEC-001 RF-SEC-002", 0},
    {"trivy:kubernetes:hostpath_volumes_mounted", "RF-VOL-003", 0},
    {"trivy:kubernetes:file_system_not_read_only", "RF-FS-001", 0},
    {"trivy:kubernetes:can_elevate_its_own_privileges", "RF-NNP-001", 0},
    {"trivy:kubernetes:access_to_host_ports", "RF-NET-001", 0},
    {"trivy:kubernetes:unsafe_sysctl_options_set", "RF-RES-005", 0},
    {"trivy:kubernetes:non_ephemeral_volume_types_used", "RF-VOL-004", 0},
    {"checkov:k8s:Seccomp", "RF-SEC-001 RF-SEC-002", 0},
    {"checkov:k8s:DropCapabilities", "RF-CAP-001", 0},
    {"checkov:k8s:MinimizeCapabilities", "RF-CAP-001", 0},
    {"checkov:k8s:AllowedCapabilitiesSysAdmin", "RF-CAP-002", RF_SEVERITY_CRITICAL},
    {"checkov:k8s:AllowedCapabilities", "RF-CAP-002", 0},
    {"checkov:k8s:AllowPrivilegeEscalation", "RF-NNP-001", 0},
    {"checkov:k8s:ReadOnlyFilesystem", "RF-FS-001", 0},
    {"checkov:k8s:PrivilegedContainers", "RF-PRIV-001", 0},
    {"checkov:k8s:HostPort", "RF-NET-001", 0},
    {"checkov:k8s:DockerSocketVolume", "RF-SOCK-001", 0},
    {"checkov:k8s:CPULimits", "RF-RES-002", 0},
    {"checkov:k8s:MemoryLimits", "RF-RES-001", 0},
    {"checkov:k8s:ShareHostPID", "RF-NS-001", 0},
    {"checkov:k8s:SharedHostNetworkNamespace", "RF-NS-003", 0},
    {"checkov:k8s:ShareHostIPC", "RF-NS-002", 0},
};

/* Where we answer otherwise, and why. `file` is the end of its path, `object` that of its object; NULL: any.
 */
static const struct difference {
    const char *policy;
    const char *file;
    const char *object;
    bool is_found; /* by us */
    const char *reason;
} differences[] = {
    {"kyverno:disallow-selinux", NULL, "01-new", false,
     "container_engine_t is allowed since Kubernetes 1.31"},
    {"kyverno:disallow-selinux", NULL, "03-new", false,
     "container_engine_t is allowed since Kubernetes 1.31"},
    {"kyverno:disallow-selinux", NULL, "04-new", false,
     "container_engine_t is allowed since Kubernetes 1.31"},
    {"kyverno:require-drop-cap-net-raw", NULL, NULL, true, "it asks for NET_RAW alone, our row for ALL"},
    {"kyverno:require-emptydir-requests-limits", NULL, NULL, false,
     "it asks of an emptyDir on the disk; our row is about memory"},
    {"kyverno:ensure-readonly-hostpath", NULL, NULL, true, "it allows every path that is read-only"},
    {"kyverno:limit-hostpath-vols", NULL, NULL, true, "it allows the paths of its parameter"},
    {"kyverno:prevent-cr8escape", NULL, NULL, true,
     "it looks at the values of sysctls only, not at their names"},
    {"kubeaudit:apparmor", "-missing.yml", NULL, false, "an engine's default is its default profile"},
    {"kubeaudit:apparmor", "-overriden.yml", NULL, true, "a label of its own exempts the container"},
    {"kubeaudit:apparmor", "-invalid-annotation.yml", NULL, false,
     "an annotation of a container that is not there takes nothing away"},
    {"kubeaudit:", "-allowed.yml", NULL, true, "a label of its own exempts the pod"},
    {"kubeaudit:", "-labels.yml", NULL, true, "a label of its own exempts the container"},
    {"kubeaudit:", "-allowed-multi-containers.yml", NULL, true, "a label of its own exempts the container"},
    {"kubeaudit:privileged", "-nil.yml", NULL, false, "it wants the default to be written"},
    {"kube-linter:privileged-ports", NULL, NULL, false,
     "our row is about users who may not bind it; root may"},
    {"polaris:insecureCapabilities", NULL, NULL, true,
     "each capability of the default set by name is not ALL: another engine's set is larger"},
    {"polaris:linuxHardening", NULL, NULL, true,
     "one of AppArmor, SELinux, seccomp or dropping is enough for it"},
    {"gatekeeper:", "_exempt.yaml", NULL, true, "a parameter exempts its image"},
    {"gatekeeper:", "_exempted.yaml", NULL, true, "a parameter exempts its image"},
    {"gatekeeper:", "_exempt_image.yaml", NULL, true, "a parameter exempts its image"},
    {"gatekeeper:read-only-root-filesystem:full-wildcard", NULL, NULL, true,
     "a parameter exempts all images"},
    {"gatekeeper:flexvolume-drivers", NULL, NULL, true, "a parameter allows its driver"},
    {"gatekeeper:forbidden-sysctls:forbidden-sysctls-wildcard", NULL, NULL, false,
     "a parameter forbids all sysctls"},
    {"gatekeeper:host-filesystem", NULL, NULL, true, "a parameter allows its path"},
    {"gatekeeper:host-network-ports", NULL, NULL, true, "a parameter allows its ports"},
    {"gatekeeper:seccomp:default-seccomp-required", NULL, NULL, true,
     "kubelets do not read the annotation any more since 1.27"},
    {"trivy:kubernetes:specific_capabilities_added", NULL, NULL, false,
     "NET_BIND_SERVICE is allowed by the restricted level"},
    {"checkov:k8s:AllowedCapabilitiesSysAdmin", "pod-FAILED2.yaml", NULL, false, "there is no container"},
    {"kubescape:alert-any-hostpath", "cronjob.yaml", NULL, false,
     "the path is in another file of the same test"},
    {"kubescape:set-seccomp-profile-RuntimeDefault", NULL, NULL, false,
     "it wants the default, and takes no Localhost"},
    {"checkov:k8s:Seccomp", "-PASSED.yaml", NULL, true,
     "kubelets do not read the annotation any more since 1.27"},
};

static const struct source sources[] = {
    {"kyverno-policies", 495},  {"kubeaudit", 21},    {"kube-linter", 5}, {"polaris", 30},
    {"gatekeeper-library", 37}, {"trivy-checks", 20}, {"checkov", 22},    {"kubescape-regolibrary", 44},
};

/* The verdict of one line of verdicts.tsv. */
struct verdict {
    struct rf_str file;
    struct rf_str object; /* "Kind/name"; empty: all of the file */
    struct rf_str policy;
    struct rf_str expect;
};

static const struct question *find_question(struct rf_str policy)
{
    const struct question *best = NULL;

    for (size_t i = 0; i < RF_COUNT(questions); i++) {
        size_t len = strlen(questions[i].policy);

        if (rf_str_starts(policy, questions[i].policy) && (policy.len == len || policy.ptr[len] == ':') &&
            (!best || len > strlen(best->policy)))
            best = &questions[i];
    }
    return best;
}

static const struct difference *find_difference(const struct verdict *verdict, bool is_found)
{
    for (size_t i = 0; i < RF_COUNT(differences); i++) {
        const struct difference *difference = &differences[i];

        if (difference->is_found == is_found && rf_str_starts(verdict->policy, difference->policy) &&
            (!difference->file || is_ending(verdict->file, difference->file)) &&
            (!difference->object || is_ending(verdict->object, difference->object)))
            return difference;
    }
    return NULL;
}

static bool is_asked_for(const struct rf_pod *pod, struct rf_str object)
{
    char name[512];

    if (object.len == 0)
        return true;
    (void)snprintf(name, sizeof(name), "%.*s/%.*s", RF_FMT(pod->kind.value), RF_FMT(pod->name.value));
    return rf_str_is(object, name);
}

/* How many findings answer the question; NULL in *ret_text when none does. */
static unsigned ask(const struct rf_manifest *manifest, const struct verdict *verdict,
                    const struct question *question, struct rf_arena *arena, const char **ret_text)
{
    unsigned count = 0;

    *ret_text = NULL;
    for (size_t i = 0; i < manifest->subject_count; i++) {
        struct rf_look look = {.subject = manifest->subjects[i], .arena = arena};

        if (!is_asked_for(look.subject->pod, verdict->object))
            continue;
        rf_rules_look(&look);
        for (size_t j = 0; j < look.count; j++) {
            const struct rf_finding *finding = &look.findings[j];

            if (!strstr(question->ids, finding->rule->id) || finding->severity < question->least)
                continue;
            count++;
            *ret_text = finding->text;
        }
    }
    return count;
}

static void judge_verdict(const char *folder, const struct verdict *verdict, struct score *score)
{
    const struct question *question = find_question(verdict->policy);
    bool want_fail = rf_str_is(verdict->expect, "fail");
    struct rf_manifest manifest;
    struct rf_arena arena;
    struct rf_err err = {0};
    char path[2 * SHARED_PATH_BYTES];
    const char *text;
    unsigned found;

    if (!question || (!want_fail && !rf_str_is(verdict->expect, "pass"))) {
        score->other++;
        return;
    }
    rf_arena_init(&arena, MEMORY);
    (void)snprintf(path, sizeof(path), "%.*s/%.*s", SHARED_PATH_BYTES, folder, RF_FMT(verdict->file));
    if (rf_kubernetes_read("-", shared_read(&arena, path), &arena, &manifest, &err) != 0 ||
        manifest.pod_count == 0) {
        score->other++;
        if (getenv("RF_VERBOSE"))
            (void)printf("%.*s: no pods: %s\n", RF_FMT(verdict->file), err.code ? err.msg : "");
        rf_arena_done(&arena);
        return;
    }
    found = ask(&manifest, verdict, question, &arena, &text);
    score->asked++;
    if ((found > 0) == want_fail) {
        score->agreed++;
    } else if (find_difference(verdict, found > 0)) {
        score->differing++;
    } else {
        (void)printf("%.*s %.*s: %.*s %ss it, and we find %s\n", RF_FMT(verdict->file),
                     RF_FMT(verdict->object), RF_FMT(verdict->policy), want_fail ? "fail" : "passe",
                     text ? text : "nothing");
    }
    rf_arena_done(&arena);
}

static void judge(const char *folder, struct rf_str line, struct score *score)
{
    struct verdict verdict = {0};

    line = rf_str_cut(line, '\t', &verdict.file);
    if (!line.ptr)
        return;
    line = rf_str_cut(line, '\t', &verdict.object);
    line = rf_str_cut(line, '\t', &verdict.policy);
    line = rf_str_cut(line, '\t', &verdict.expect); /* the family */
    (void)rf_str_cut(line, '\t', &verdict.expect);
    judge_verdict(folder, &verdict, score);
}

int main(void)
{
    return judge_sources(sources, RF_COUNT(sources), judge);
}
