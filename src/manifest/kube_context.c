/* securityContext, of pods and of containers. */
#include "manifest/kube.h"

#define MEMBER(name, read, type, field)                                                                      \
    {                                                                                                        \
        name, read, offsetof(type, field)                                                                    \
    }

/* The words of `type:` in profiles of seccomp and AppArmor. */
static enum rf_confinement_kind profile_kind(struct rf_str type)
{
    return rf_str_is(type, "RuntimeDefault") ? RF_CONFINEMENT_DEFAULT
           : rf_str_is(type, "Localhost")    ? RF_CONFINEMENT_FILE
           : rf_str_is(type, "Unconfined")   ? RF_CONFINEMENT_UNCONFINED
                                             : RF_CONFINEMENT_OTHER;
}

static int read_profile(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("type", rf_kube_text, struct rf_confinement, type),
        MEMBER("localhostProfile", rf_kube_text, struct rf_confinement, file),
    };
    struct rf_confinement *profile = ret;
    int r;

    profile->from = rf_kube_from(kube, node);
    r = rf_kube_object(kube, node, members, RF_COUNT(members), profile, err);
    profile->kind = profile_kind(profile->type.value);
    return r;
}

static int read_selinux(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("user", rf_kube_text, struct rf_selinux, user),
        MEMBER("role", rf_kube_text, struct rf_selinux, role),
        MEMBER("type", rf_kube_text, struct rf_selinux, type),
        MEMBER("level", rf_kube_text, struct rf_selinux, level),
    };
    struct rf_selinux *selinux = ret;

    selinux->from = rf_kube_from(kube, node);
    return rf_kube_object(kube, node, members, RF_COUNT(members), selinux, err);
}

static int read_windows(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("hostProcess", rf_kube_bool, struct rf_context, host_process),
        MEMBER("runAsUserName", rf_kube_text, struct rf_context, user),
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

int rf_kube_context(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_context *ret,
                    struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("runAsUser", rf_kube_int, struct rf_context, uid),
        MEMBER("runAsGroup", rf_kube_int, struct rf_context, gid),
        MEMBER("runAsNonRoot", rf_kube_bool, struct rf_context, non_root),
        MEMBER("seccompProfile", read_profile, struct rf_context, seccomp),
        MEMBER("appArmorProfile", read_profile, struct rf_context, apparmor),
        MEMBER("seLinuxOptions", read_selinux, struct rf_context, selinux),
        {"windowsOptions", read_windows, 0},
    };

    ret->from = rf_kube_from(kube, node);
    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}
