/* Limits of memory, processors and processes, restarts, and settings of the kernel. */
#include "rules/ask.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#define WORKLOADS (RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE)

static const struct rf_from *place(const struct rf_look *look, const struct rf_from *fact)
{
    return rf_ask_is_said(fact) ? fact : &look->subject->limits.from;
}

/* Containers for debugging cannot have limits. */
static bool is_asked(const struct rf_look *look)
{
    return rf_ask_is_workload(look) && look->subject->container != RF_CONTAINER_EPHEMERAL;
}

static void look_memory(struct rf_look *look)
{
    const struct rf_fact_int *fact = &look->subject->limits.memory_bytes;

    if (!is_asked(look) || (fact->from.known == RF_KNOWN && fact->value > 0))
        return;
    if (fact->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &fact->from, "its memory may have no limit: a variable decides");
    else
        rf_ask_lacking(look, place(look, &fact->from),
                       "it has no memory limit: it may take all memory of the host");
}

static void look_cpu(struct rf_look *look)
{
    const struct rf_fact_int *fact = &look->subject->limits.cpu_milli;

    if (!is_asked(look) || (fact->from.known == RF_KNOWN && fact->value > 0))
        return;
    if (fact->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &fact->from, "its processor time may have no limit: a variable decides");
    else
        rf_ask_lacking(look, place(look, &fact->from),
                       "it has no CPU limit: it may take all processors of the host");
}

/* A manifest cannot say it: there it is the kubelet's podPidsLimit. */
static void look_pids(struct rf_look *look)
{
    const struct rf_fact_int *fact = &look->subject->limits.pids;

    if (!rf_look_is_docker(look) || (fact->from.known == RF_KNOWN && fact->value > 0))
        return;
    if (fact->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &fact->from, "its number of processes may have no limit: a variable decides");
    else if (rf_ask_is_known(&fact->from))
        rf_look_found(look, &fact->from, "its limit of processes is %" PRId64 ", which means none",
                      fact->value);
    else
        rf_ask_lacking(look, place(look, &fact->from),
                       "it has no limit of processes: a fork bomb in it takes the host's");
}

/* --- restarts --- */

static void look_restart(struct rf_look *look)
{
    const struct rf_restart *restart = &look->subject->restart;

    if (!rf_look_is_docker(look) || restart->from.known != RF_KNOWN)
        return;
    if (restart->kind == RF_RESTART_ALWAYS || restart->kind == RF_RESTART_UNLESS_STOPPED)
        rf_look_found(look, &restart->from, "it is restarted without end (%s), however it ended",
                      restart->kind == RF_RESTART_ALWAYS ? "always" : "unless-stopped");
    else if (restart->kind == RF_RESTART_ON_FAILURE && restart->max.from.known == RF_UNSET)
        rf_look_found(look, &restart->from, "it is restarted on failure without a limit of tries");
}

/* --- sysctls --- */

/* The safe ones of a kubelet: those of a name space, that touch nobody else (1.37; policy/check_sysctls.go).
 */
static const char safe_sysctls[] =
    "kernel.shm_rmid_forced net.ipv4.ip_local_port_range net.ipv4.tcp_syncookies net.ipv4.ping_group_range "
    "net.ipv4.ip_unprivileged_port_start net.ipv4.ip_local_reserved_ports net.ipv4.tcp_keepalive_time "
    "net.ipv4.tcp_fin_timeout net.ipv4.tcp_keepalive_intvl net.ipv4.tcp_keepalive_probes net.ipv4.tcp_rmem "
    "net.ipv4.tcp_wmem net.ipv4.tcp_slow_start_after_idle net.ipv4.tcp_notsent_lowat";

/* CVE-2022-0811: CRI-O handed NAME=VALUE+NAME=VALUE to a program that set them all, on the host. */
static bool is_smuggling(const struct rf_fact_text *value)
{
    return value->value.len > 0 && (memchr(value->value.ptr, '+', value->value.len) ||
                                    memchr(value->value.ptr, '=', value->value.len));
}

static void look_sysctls(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (rf_look_is_kube(look) ? !rf_ask_is_pod(look) : !rf_ask_is_workload(look))
        return;
    for (size_t i = 0; i < subject->sysctl_count; i++) {
        const struct rf_fact_text *name = &subject->sysctls[i].name;

        if (is_smuggling(&subject->sysctls[i].value))
            rf_look_as(look, RF_SEVERITY_CRITICAL, true, &subject->sysctls[i].value.from,
                       "the value of the sysctl %.*s, \"%.*s\", sets others of the host (CVE-2022-0811)",
                       RF_ASK_SHOW(name->value), RF_ASK_SHOW(subject->sysctls[i].value.value));
        else if (name->from.known == RF_UNKNOWABLE)
            rf_look_maybe(look, &name->from, "it sets a sysctl that a variable names");
        else if (rf_ask_is_among(name->value, safe_sysctls))
            continue;
        else if (rf_look_is_docker(look) && rf_str_starts(name->value, "net."))
            /* docker refuses them in the host's network, so that they stay in the container's own */
            rf_look_as(look, RF_SEVERITY_LOW, true, &name->from,
                       "it sets the sysctl %.*s, which is not on the list of safe ones",
                       RF_ASK_SHOW(name->value));
        else
            rf_look_found(look, &name->from, "it sets the sysctl %.*s, which is not on the list of safe ones",
                          RF_ASK_SHOW(name->value));
    }
}

/* --- other settings of docker --- */

static void look_ulimits(struct rf_look *look)
{
    const struct rf_limits *limits = &look->subject->limits;

    for (size_t i = 0; i < limits->ulimit_count; i++) {
        const struct rf_ulimit *limit = &limits->ulimits[i];

        if (limit->hard != UINT64_MAX)
            continue;
        if (limit->resource == RLIMIT_NPROC && limits->pids.value <= 0)
            rf_look_found(look, &limits->from,
                          "its ulimit nproc is unlimited, and there is no pids_limit either");
        else if (limit->resource == RLIMIT_CORE)
            rf_look_found(
                look, &limits->from,
                "its ulimit core is unlimited: a crash writes the whole memory where the host's core_pattern "
                "says");
    }
}

static void look_settings(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (!rf_look_is_docker(look))
        return;
    if (rf_str_is(subject->log_driver.value, "none"))
        rf_look_found(look, &subject->log_driver.from, "its output is thrown away: the log driver is none");
    if (subject->cgroup_parent.value.len)
        rf_look_found(look, &subject->cgroup_parent.from,
                      "it is put below the control group %.*s: the limits of another may hold for it",
                      RF_ASK_SHOW(subject->cgroup_parent.value));
    look_ulimits(look);
}

/* --- the rows --- */

#define POD(container)                                                                                       \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    image: "     \
    "ocr:1\n" container

static const struct rf_rule rules[] = {
    {.id = "RF-RES-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It has no memory limit.",
     .why = "One large document or a leak takes the memory of the whole host, and the kernel then ends "
            "whichever "
            "program it likes, not this one.",
     .remedy = "Compose: mem_limit: 2g. Kubernetes: resources: {limits: {memory: 2Gi}}. Take the measured "
               "peak and half "
               "of it more.",
     .bad = POD("    resources: {requests: {memory: 1Gi}}\n"),
     .good = POD("    resources: {limits: {memory: 2Gi}}\n"),
     .refs = "CIS Docker 5.11 (5.10 in older ones); NSA 4.0; OWASP 7",
     .look = look_memory},
    {.id = "RF-RES-002",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It has no CPU limit.",
     .why = "Numeric libraries start a thread for each processor of the host: one container slows down all "
            "others, and "
            "one that was taken over mines.",
     .remedy = "Compose: cpus: 2. Kubernetes: resources: {limits: {cpu: \"2\"}}. Set OMP_NUM_THREADS to the "
               "same number.",
     .bad = POD("    resources: {requests: {cpu: 1}}\n"),
     .good = POD("    resources: {limits: {cpu: 2}}\n"),
     .refs = "CIS Docker 5.12 (5.11 in older ones); NSA 4.1; OWASP 7",
     .look = look_cpu},
    {.id = "RF-RES-003",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_GUARDED,
     .title = "It has no limit of processes.",
     .why = "Process numbers are the host's: a fork bomb in one container takes them all, and nobody can log "
            "in any more "
            "to end it.",
     .remedy = "Compose: pids_limit: 256; docker run --pids-limit 256. Threads count too. In Kubernetes it "
               "is the kubelet's "
               "podPidsLimit.",
     .bad = "services:\n  ocr:\n    image: ocr:1\n    mem_limit: 2g",
     .good = "services:\n  ocr:\n    image: ocr:1\n    mem_limit: 2g\n    pids_limit: 256",
     .refs = "CIS Docker 5.29 (5.28 in older ones); OWASP 7",
     .look = look_pids},
    {.id = "RF-RES-004",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_GUARDED,
     .title = "It is restarted without end.",
     .why = "A program that cannot start loads the host for ever and fills its log; one that was crashed by "
            "an attacker "
            "gives him as many tries as he wants.",
     .remedy = "Compose: restart: on-failure:5, with a health check and an alarm.",
     .bad = "services:\n  ocr:\n    image: ocr:1\n    restart: always",
     .good = "services:\n  ocr:\n    image: ocr:1\n    restart: on-failure:5",
     .refs = "CIS Docker 5.15 (5.14 in older ones); OWASP 7",
     .look = look_restart},
    {.id = "RF-RES-005",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_MANUAL,
     .title = "It sets sysctls that are not known to be safe.",
     .why = "Only some sysctls belong to a name space alone; others change the host or take memory that no "
            "limit "
            "counts.",
     .remedy = "Remove them, or set them on the host; the safe ones are the kubelet's list, such as "
               "net.ipv4.ip_unprivileged_port_start.",
     .bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  securityContext:\n    sysctls:\n    "
            "- {name: "
            "kernel.msgmax, value: \"65536\"}\n  containers:\n  - {name: ocr, image: \"ocr:1\"}",
     .good = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  securityContext:\n    sysctls:\n    "
             "- {name: "
             "net.ipv4.tcp_syncookies, value: \"1\"}\n  containers:\n  - {name: ocr, image: \"ocr:1\"}",
     .refs = "PSS baseline sysctls (1.0; more are safe since 1.27, 1.29, 1.32 and 1.37)",
     .look = look_sysctls},
    {.id = "RF-CFG-001",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_MANUAL,
     .title = "Logging, its control group or its limits are unlike the engine's.",
     .why = "Without a log nobody sees what happened; below a foreign control group the limits that are "
            "written down do "
            "not hold; without a limit of core files a crash writes secrets to the disk.",
     .remedy = "Use a log driver with a size limit (json-file with max-size, local, journald), remove "
               "cgroup_parent, and "
               "write ulimits: {core: 0}.",
     .bad = "services:\n  ocr:\n    image: ocr:1\n    logging: {driver: none}",
     .good = "services:\n  ocr:\n    image: ocr:1\n    logging: {driver: local}",
     .refs = "CIS Docker 5.19, 5.25 (5.18, 5.24 in older ones)",
     .look = look_settings},
};

const struct rf_family rf_family_limits = {rules, RF_COUNT(rules)};
