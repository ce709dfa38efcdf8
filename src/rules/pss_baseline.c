/* The checks of the baseline level, in the order of the table. */
#include "rules/pss_check.h"

#include <stdio.h>
#include <string.h>

/* A word, and the minor version since which it is allowed. */
struct allowed {
    const char *word;
    uint32_t since;
};

static bool is_allowed(const struct allowed *list, size_t count, struct rf_str word, uint32_t minor)
{
    for (size_t i = 0; i < count; i++)
        if (list[i].since <= minor && rf_str_is(word, list[i].word))
            return true;
    return false;
}

/* --- AppArmor --- */

static void collect_apparmor_annotations(struct rf_pss_case *it, struct rf_words *ret)
{
    for (size_t i = 0; i < it->pod->annotation_count; i++) {
        const struct rf_fact_pair *pair = &it->pod->annotations[i];
        struct rf_str value = pair->value.value;

        if (!rf_str_starts(pair->name.value, "container.apparmor.security.beta.kubernetes.io/") ||
            value.len == 0 || rf_str_is(value, "runtime/default") || rf_str_starts(value, "localhost/"))
            continue;
        rf_words_add(it, ret, rf_pss_pair(it, pair));
        rf_pss_note(it, &pair->value.from);
    }
    rf_words_sort(ret);
}

void rf_pss_apparmor(struct rf_pss_case *it)
{
    const struct rf_confinement *profile = &it->pod->context.apparmor;
    struct rf_words annotations = {NULL, 0, 0};

    if (profile->from.known != RF_UNSET && !rf_pss_is_profile(profile)) {
        rf_pss_blame_pod(it, rf_pss_profile_from(profile));
        rf_words_add(it, &it->values, profile->type.value);
    }
    for (size_t i = 0; i < it->pod->container_count; i++) {
        profile = &it->pod->containers[i].own.apparmor;
        if (profile->from.known == RF_UNSET || rf_pss_is_profile(profile))
            continue;
        rf_pss_blame(it, &it->pod->containers[i], rf_pss_profile_from(profile));
        rf_words_add(it, &it->values, profile->type.value);
    }
    rf_words_sort(&it->values);
    collect_apparmor_annotations(it, &annotations);
    if (!it->has_pod && it->blamed.count == 0 && annotations.count == 0)
        return;
    rf_pss_put_setters(it);
    if (annotations.count) {
        rf_buf_text(&it->detail, it->detail.len ? " and " : "");
        rf_buf_text(&it->detail, rf_pss_plural(annotations.count, "annotation", "annotations"));
    }
    for (size_t i = 0; i < annotations.count; i++)
        rf_words_add(it, &it->values, annotations.items[i]);
    rf_buf_text(&it->detail, " must not set AppArmor profile type to ");
    rf_pss_put_quoted(it, &it->values);
    it->reason = rf_pss_plural(it->values.count, "forbidden AppArmor profile", "forbidden AppArmor profiles");
}

/* --- capabilities --- */

void rf_pss_capabilities(struct rf_pss_case *it)
{
    static const struct allowed standard[] = {
        {"AUDIT_WRITE", 0}, {"CHOWN", 0},  {"DAC_OVERRIDE", 0},     {"FOWNER", 0},  {"FSETID", 0},
        {"KILL", 0},        {"MKNOD", 0},  {"NET_BIND_SERVICE", 0}, {"SETFCAP", 0}, {"SETGID", 0},
        {"SETPCAP", 0},     {"SETUID", 0}, {"SYS_CHROOT", 0}};

    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_subject *container = &it->pod->containers[i];
        const struct rf_fact_text *first = NULL;

        for (size_t j = 0; j < container->cap_add.count; j++) {
            const struct rf_fact_text *name = &container->cap_add.items[j];

            if (is_allowed(standard, RF_COUNT(standard), name->value, it->minor))
                continue;
            first = first ? first : name;
            rf_words_add(it, &it->values, name->value);
        }
        if (first)
            rf_pss_blame(it, container, &first->from);
    }
    if (it->blamed.count == 0)
        return;
    rf_words_sort(&it->values);
    it->reason = "non-default capabilities";
    rf_pss_put_blamed(it, "container", "containers");
    rf_buf_text(&it->detail, " must not include ");
    rf_pss_put_quoted(it, &it->values);
    rf_buf_text(&it->detail, " in securityContext.capabilities.add");
}

/* --- the host --- */

void rf_pss_host_namespaces(struct rf_pss_case *it)
{
    const struct {
        const char *text;
        const struct rf_fact_bool *fact;
    } spaces[] = {{"hostNetwork=true", &it->pod->host_network},
                  {"hostPID=true", &it->pod->host_pid},
                  {"hostIPC=true", &it->pod->host_ipc}};

    for (size_t i = 0; i < RF_COUNT(spaces); i++) {
        if (!spaces[i].fact->is_true)
            continue;
        rf_pss_note(it, &spaces[i].fact->from);
        rf_buf_text(&it->detail, it->reason ? ", " : "");
        rf_buf_text(&it->detail, spaces[i].text);
        it->reason = "host namespaces";
    }
}

void rf_pss_host_path(struct rf_pss_case *it)
{
    for (size_t i = 0; i < it->pod->volume_count; i++) {
        const struct rf_volume *volume = &it->pod->volumes[i];

        if (!rf_pss_has_type(volume, "hostPath"))
            continue;
        rf_words_add(it, &it->blamed, volume->name.value);
        rf_pss_note(it, &volume->from);
    }
    if (it->blamed.count == 0)
        return;
    it->reason = "hostPath volumes";
    rf_pss_put_blamed(it, "volume", "volumes");
}

void rf_pss_host_ports(struct rf_pss_case *it)
{
    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_subject *container = &it->pod->containers[i];
        const struct rf_from *first = NULL;

        for (size_t j = 0; j < container->port_count; j++) {
            const struct rf_fact_int *host = &container->ports[j].host;
            const char *number;

            if (host->value == 0)
                continue;
            first = first ? first : &host->from;
            number = rf_arena_printf(it->arena, "%lld", (long long)host->value);
            it->is_failed = it->is_failed || !number;
            rf_words_add(it, &it->values, rf_str_of(number ? number : ""));
        }
        if (first)
            rf_pss_blame(it, container, first);
    }
    if (it->blamed.count == 0)
        return;
    rf_words_sort(&it->values);
    it->reason = "hostPort";
    rf_pss_put_blamed(it, "container", "containers");
    rf_buf_text(&it->detail, rf_pss_plural(it->blamed.count, " uses ", " use "));
    rf_buf_text(&it->detail, rf_pss_plural(it->values.count, "hostPort", "hostPorts"));
    for (size_t i = 0; i < it->values.count; i++) {
        rf_buf_text(&it->detail, i ? ", " : " ");
        rf_buf_add(&it->detail, it->values.items[i]);
    }
}

void rf_pss_host_probes(struct rf_pss_case *it)
{
    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_subject *container = &it->pod->containers[i];

        for (size_t j = 0; j < container->probe_count; j++) {
            const struct rf_fact_text *hosts[] = {&container->probes[j].http_host,
                                                  &container->probes[j].tcp_host};

            for (size_t k = 0; k < RF_COUNT(hosts); k++) {
                if (hosts[k]->value.len == 0)
                    continue;
                rf_pss_blame(it, container, &hosts[k]->from);
                rf_words_add(it, &it->values, hosts[k]->value);
            }
        }
    }
    if (it->blamed.count == 0)
        return;
    rf_words_sort(&it->blamed);
    rf_words_sort(&it->values);
    it->reason = "probe or lifecycle host";
    rf_pss_put_blamed(it, "container", "containers");
    rf_buf_text(&it->detail, rf_pss_plural(it->blamed.count, " uses ", " use "));
    rf_buf_text(&it->detail,
                rf_pss_plural(it->values.count, "probe or lifecycle host ", "probe or lifecycle hosts "));
    rf_pss_put_quoted(it, &it->values);
}

void rf_pss_privileged(struct rf_pss_case *it)
{
    for (size_t i = 0; i < it->pod->container_count; i++)
        if (it->pod->containers[i].privileged.is_true)
            rf_pss_blame(it, &it->pod->containers[i], &it->pod->containers[i].privileged.from);
    if (it->blamed.count == 0)
        return;
    it->reason = "privileged";
    rf_pss_put_blamed(it, "container", "containers");
    rf_buf_text(&it->detail, " must not set securityContext.privileged=true");
}

void rf_pss_proc_mount(struct rf_pss_case *it)
{
    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_fact_text *mount = &it->pod->containers[i].proc_mount;

        if (mount->from.known == RF_UNSET || rf_str_is(mount->value, "Default"))
            continue;
        rf_pss_blame(it, &it->pod->containers[i], &mount->from);
        rf_words_add(it, &it->values, mount->value);
    }
    if (it->blamed.count == 0)
        return;
    rf_words_sort(&it->values);
    it->reason = "procMount";
    rf_pss_put_blamed(it, "container", "containers");
    rf_buf_text(&it->detail, " must not set securityContext.procMount to ");
    rf_pss_put_quoted(it, &it->values);
}

/* --- SELinux --- */

/* What was found in all options together. */
struct labels {
    bool has_user;
    bool has_role;
};

static bool judge_labels(struct rf_pss_case *it, const struct rf_selinux *selinux, struct labels *labels)
{
    static const struct allowed types[] = {{"", 0},
                                           {"container_t", 0},
                                           {"container_init_t", 0},
                                           {"container_kvm_t", 0},
                                           {"container_engine_t", 31}};
    bool is_bad_type = !is_allowed(types, RF_COUNT(types), selinux->type.value, it->minor);

    if (selinux->from.known == RF_UNSET)
        return true;
    if (is_bad_type)
        rf_words_add(it, &it->values, selinux->type.value);
    labels->has_user = labels->has_user || selinux->user.value.len;
    labels->has_role = labels->has_role || selinux->role.value.len;
    return !is_bad_type && selinux->user.value.len == 0 && selinux->role.value.len == 0;
}

void rf_pss_selinux(struct rf_pss_case *it)
{
    struct labels labels = {false, false};
    const char *separator = "";

    if (!judge_labels(it, &it->pod->context.selinux, &labels))
        rf_pss_blame_pod(it, &it->pod->context.selinux.from);
    for (size_t i = 0; i < it->pod->container_count; i++)
        if (!judge_labels(it, &it->pod->containers[i].own.selinux, &labels))
            rf_pss_blame(it, &it->pod->containers[i], &it->pod->containers[i].own.selinux.from);
    if (!it->has_pod && it->blamed.count == 0)
        return;
    rf_words_sort(&it->values);
    it->reason = "seLinuxOptions";
    rf_pss_put_setters(it);
    rf_buf_text(&it->detail, " set forbidden securityContext.seLinuxOptions: ");
    if (it->values.count) {
        rf_buf_text(&it->detail, rf_pss_plural(it->values.count, "type ", "types "));
        rf_pss_put_quoted(it, &it->values);
        separator = "; ";
    }
    if (labels.has_user) {
        rf_buf_text(&it->detail, separator);
        rf_buf_text(&it->detail, "user may not be set");
        separator = "; ";
    }
    if (labels.has_role) {
        rf_buf_text(&it->detail, separator);
        rf_buf_text(&it->detail, "role may not be set");
    }
}

/* --- seccomp --- */

static void judge_seccomp_annotation(struct rf_pss_case *it, const struct rf_fact_pair *pair)
{
    struct rf_str value = pair->value.value;

    if (rf_str_is(value, "runtime/default") || rf_str_is(value, "docker/default") ||
        rf_str_starts(value, "localhost/"))
        return;
    rf_words_add(it, &it->values, rf_pss_pair(it, pair));
    rf_pss_note(it, &pair->value.from);
}

void rf_pss_seccomp_annotation(struct rf_pss_case *it)
{
    static const char prefix[] = "container.seccomp.security.alpha.kubernetes.io/";

    for (size_t i = 0; i < it->pod->annotation_count; i++) {
        const struct rf_fact_pair *pair = &it->pod->annotations[i];
        struct rf_str name = pair->name.value;
        bool is_of_container = false;

        if (rf_str_is(name, "seccomp.security.alpha.kubernetes.io/pod"))
            judge_seccomp_annotation(it, pair);
        if (!rf_str_starts(name, prefix))
            continue;
        name = (struct rf_str){name.ptr + sizeof(prefix) - 1, name.len - (sizeof(prefix) - 1)};
        for (size_t j = 0; j < it->pod->container_count && !is_of_container; j++) {
            struct rf_str other = it->pod->containers[j].name.value;

            is_of_container =
                other.len == name.len && (name.len == 0 || memcmp(other.ptr, name.ptr, name.len) == 0);
        }
        if (is_of_container)
            judge_seccomp_annotation(it, pair);
    }
    if (it->values.count == 0)
        return;
    rf_words_sort(&it->values);
    it->reason = "seccompProfile";
    rf_buf_text(&it->detail,
                rf_pss_plural(it->values.count, "forbidden annotation ", "forbidden annotations "));
    for (size_t i = 0; i < it->values.count; i++) {
        rf_buf_text(&it->detail, i ? ", " : "");
        rf_buf_add(&it->detail, it->values.items[i]);
    }
}

void rf_pss_seccomp(struct rf_pss_case *it)
{
    const struct rf_confinement *profile = &it->pod->context.seccomp;

    if (profile->from.known != RF_UNSET && !rf_pss_is_profile(profile)) {
        rf_pss_blame_pod(it, rf_pss_profile_from(profile));
        rf_words_add(it, &it->values, profile->type.value);
    }
    for (size_t i = 0; i < it->pod->container_count; i++) {
        profile = &it->pod->containers[i].own.seccomp;
        if (profile->from.known == RF_UNSET || rf_pss_is_profile(profile))
            continue;
        rf_pss_blame(it, &it->pod->containers[i], rf_pss_profile_from(profile));
        rf_words_add(it, &it->values, profile->type.value);
    }
    if (!it->has_pod && it->blamed.count == 0)
        return;
    rf_words_sort(&it->values);
    it->reason = "seccompProfile";
    rf_pss_put_setters(it);
    rf_buf_text(&it->detail, " must not set securityContext.seccompProfile.type to ");
    rf_pss_put_quoted(it, &it->values);
}

/* --- sysctls, Windows --- */

void rf_pss_sysctls(struct rf_pss_case *it)
{
    static const struct allowed safe[] = {{"kernel.shm_rmid_forced", 0},
                                          {"net.ipv4.ip_local_port_range", 0},
                                          {"net.ipv4.tcp_syncookies", 0},
                                          {"net.ipv4.ping_group_range", 0},
                                          {"net.ipv4.ip_unprivileged_port_start", 0},
                                          {"net.ipv4.ip_local_reserved_ports", 27},
                                          {"net.ipv4.tcp_keepalive_time", 29},
                                          {"net.ipv4.tcp_fin_timeout", 29},
                                          {"net.ipv4.tcp_keepalive_intvl", 29},
                                          {"net.ipv4.tcp_keepalive_probes", 29},
                                          {"net.ipv4.tcp_rmem", 32},
                                          {"net.ipv4.tcp_wmem", 32},
                                          {"net.ipv4.tcp_slow_start_after_idle", 37},
                                          {"net.ipv4.tcp_notsent_lowat", 37}};

    for (size_t i = 0; i < it->pod->sysctl_count; i++) {
        const struct rf_fact_text *name = &it->pod->sysctls[i].name;

        if (is_allowed(safe, RF_COUNT(safe), name->value, it->minor))
            continue;
        rf_pss_note(it, &name->from);
        rf_buf_text(&it->detail, it->reason ? ", " : "");
        rf_buf_add(&it->detail, name->value);
        it->reason = "forbidden sysctls";
    }
}

void rf_pss_host_process(struct rf_pss_case *it)
{
    if (it->pod->context.host_process.is_true)
        rf_pss_blame_pod(it, &it->pod->context.host_process.from);
    for (size_t i = 0; i < it->pod->container_count; i++)
        if (it->pod->containers[i].own.host_process.is_true)
            rf_pss_blame(it, &it->pod->containers[i], &it->pod->containers[i].own.host_process.from);
    if (!it->has_pod && it->blamed.count == 0)
        return;
    it->reason = "hostProcess";
    rf_pss_put_setters(it);
    rf_buf_text(&it->detail, " must not set securityContext.windowsOptions.hostProcess=true");
}
