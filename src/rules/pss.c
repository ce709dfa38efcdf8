/* The table of the Pod Security Standards, and what is the same for all checks. */
#include "rules/pss_check.h"

#include "base/num.h"

#include <errno.h>
#include <string.h>

enum { ALWAYS = UINT32_MAX };

/* One check for a range of minor versions. */
struct row {
    const char *id;
    enum rf_pss_level level;
    uint32_t since;
    uint32_t until;         /* the first minor that it is not for */
    uint32_t windows_ok;    /* from this minor on, pods for Windows are exempt */
    uint32_t userns_ok;     /* and pods in a user name space of their own (KEP-127) */
    const char *instead_of; /* at this level the baseline check of this id is not asked */
    rf_pss_check *check;
};

/* Baseline first, each part in the order of the ids: that is the order of upstream's messages. */
static const struct row rows[] = {
    {"appArmorProfile", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_apparmor},
    {"capabilities_baseline", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_capabilities},
    {"hostNamespaces", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_host_namespaces},
    {"hostPathVolumes", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_host_path},
    {"hostPorts", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_host_ports},
    {"hostProbesAndHostLifecycle", RF_PSS_BASELINE, 34, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_host_probes},
    {"privileged", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_privileged},
    {"procMount", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, 35, NULL, rf_pss_proc_mount},
    {"seLinuxOptions", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_selinux},
    {"seccompProfile_baseline", RF_PSS_BASELINE, 0, 19, ALWAYS, ALWAYS, NULL, rf_pss_seccomp_annotation},
    {"seccompProfile_baseline", RF_PSS_BASELINE, 19, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_seccomp},
    {"sysctls", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_sysctls},
    {"windowsHostProcess", RF_PSS_BASELINE, 0, ALWAYS, ALWAYS, ALWAYS, NULL, rf_pss_host_process},
    {"allowPrivilegeEscalation", RF_PSS_RESTRICTED, 8, ALWAYS, 25, ALWAYS, NULL, rf_pss_escalation},
    {"capabilities_restricted", RF_PSS_RESTRICTED, 22, ALWAYS, 25, ALWAYS, "capabilities_baseline",
     rf_pss_drop_all},
    {"procMount_restricted", RF_PSS_RESTRICTED, 35, ALWAYS, ALWAYS, ALWAYS, "procMount", rf_pss_proc_mount},
    {"restrictedVolumes", RF_PSS_RESTRICTED, 0, ALWAYS, ALWAYS, ALWAYS, "hostPathVolumes", rf_pss_volumes},
    {"runAsNonRoot", RF_PSS_RESTRICTED, 0, ALWAYS, ALWAYS, 35, NULL, rf_pss_non_root},
    {"runAsUser", RF_PSS_RESTRICTED, 23, ALWAYS, ALWAYS, 35, NULL, rf_pss_user},
    {"seccompProfile_restricted", RF_PSS_RESTRICTED, 19, ALWAYS, 25, ALWAYS, "seccompProfile_baseline",
     rf_pss_seccomp_set},
};

static const char *const levels[] = {"privileged", "baseline", "restricted"};

int rf_pss_parse(const char *text, struct rf_pss_policy *ret, struct rf_err *err)
{
    struct rf_pss_policy policy = {.minor = RF_PSS_MINOR_MAX, .is_latest = true};
    struct rf_str level;
    struct rf_str version = rf_str_cut(rf_str_of(text), strchr(text, '@') ? '@' : ':', &level);
    uint64_t minor = 0;
    size_t i = 0;

    while (i < RF_COUNT(levels) && !rf_str_is(level, levels[i]))
        i++;
    if (i == RF_COUNT(levels))
        return rf_fail(err, -EINVAL,
                       "--pss \"%.60s\": want privileged, baseline or restricted, then perhaps @v1.N", text);
    policy.level = (enum rf_pss_level)i;
    if (version.ptr && !rf_str_is(version, "latest")) {
        struct rf_str number = {version.ptr + 3, version.len - 3};

        if (!rf_str_starts(version, "v1.") || number.len == 0 || (number.len > 1 && number.ptr[0] == '0') ||
            rf_num_u64(number, UINT32_MAX, &minor) < 0)
            return rf_fail(err, -EINVAL, "--pss \"%.60s\": the version must be v1.N or latest", text);
        policy.minor = (uint32_t)minor;
        policy.is_latest = false;
    }
    *ret = policy;
    return 0;
}

const char *rf_pss_name(const struct rf_pss_policy *policy, struct rf_arena *arena)
{
    if (policy->is_latest)
        return rf_arena_printf(arena, "%s:latest", levels[policy->level]);
    return rf_arena_printf(arena, "%s:v1.%u", levels[policy->level], policy->minor);
}

static bool is_in_range(const struct row *row, enum rf_pss_level level, uint32_t minor)
{
    return row->level <= level && minor >= row->since && minor < row->until;
}

/* Whether a check of a higher level asks for the same and more. */
static bool is_replaced(const struct row *row, enum rf_pss_level level, uint32_t minor)
{
    for (size_t i = 0; i < RF_COUNT(rows); i++)
        if (rows[i].instead_of && is_in_range(&rows[i], level, minor) &&
            strcmp(rows[i].instead_of, row->id) == 0)
            return true;
    return false;
}

static bool is_exempt(const struct row *row, const struct rf_pod *pod, uint32_t minor)
{
    return (minor >= row->windows_ok && rf_str_is(pod->os.value, "windows")) ||
           (minor >= row->userns_ok && pod->host_users.from.known == RF_KNOWN && !pod->host_users.is_true);
}

int rf_pss_judge(const struct rf_pss_policy *policy, const struct rf_pod *pod, struct rf_arena *arena,
                 struct rf_pss_verdict *ret, struct rf_err *err)
{
    struct rf_pss_verdict verdict = {.count = 0};
    uint32_t minor = policy->minor < RF_PSS_MINOR_MAX ? policy->minor : RF_PSS_MINOR_MAX;

    verdict.violations = rf_arena_array(arena, RF_COUNT(rows), sizeof(*verdict.violations));
    for (size_t i = 0; verdict.violations && i < RF_COUNT(rows); i++) {
        struct rf_pss_case it = {.pod = pod, .minor = minor, .arena = arena};

        if (!is_in_range(&rows[i], policy->level, minor) || is_replaced(&rows[i], policy->level, minor) ||
            is_exempt(&rows[i], pod, minor))
            continue;
        rf_buf_init(&it.detail, arena);
        rows[i].check(&it);
        if (it.is_failed || it.detail.is_failed)
            return rf_fail(err, -ENOMEM, "no memory left to judge it");
        if (it.reason)
            verdict.violations[verdict.count++] =
                (struct rf_pss_violation){.check = rows[i].id,
                                          .reason = it.reason,
                                          .detail = it.detail.ptr,
                                          .from = it.from.known == RF_UNSET ? pod->from : it.from};
    }
    if (!verdict.violations)
        return rf_fail(err, -ENOMEM, "no memory left to judge it");
    if (verdict.count == 0 && policy->level != RF_PSS_PRIVILEGED)
        verdict.unknown = pod->unknown;
    *ret = verdict;
    return 0;
}

const char *rf_pss_message(const struct rf_pss_policy *policy, const struct rf_pod *pod,
                           const struct rf_pss_verdict *verdict, struct rf_arena *arena)
{
    const char *name = rf_pss_name(policy, arena);
    struct rf_buf buf;

    if (!name)
        return NULL;
    rf_buf_init(&buf, arena);
    if (rf_str_is(pod->kind.value, "Pod")) {
        rf_buf_text(&buf, "pods \"");
        rf_buf_add(&buf, pod->name.value);
        rf_buf_text(&buf, "\" is forbidden: violates");
    } else {
        rf_buf_text(&buf, "would violate");
    }
    rf_buf_printf(&buf, " PodSecurity \"%s\": ", name);
    for (size_t i = 0; i < verdict->count; i++) {
        const struct rf_pss_violation *violation = &verdict->violations[i];

        rf_buf_text(&buf, i ? ", " : "");
        rf_buf_text(&buf, violation->reason);
        rf_buf_text(&buf, " (");
        rf_buf_text(&buf, violation->detail);
        rf_buf_text(&buf, ")");
    }
    return buf.is_failed ? NULL : buf.ptr;
}
