/* The checks that the restricted level adds, in the order of the table. */
#include "rules/pss_check.h"

static bool is_certain(const struct rf_from *from)
{
    return from->known != RF_UNKNOWABLE;
}

void rf_pss_escalation(struct rf_pss_case *it)
{
    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_fact_bool *escalation = &it->pod->containers[i].escalation;

        if (is_certain(&escalation->from) && (escalation->from.known == RF_UNSET || escalation->is_true))
            rf_pss_blame(it, &it->pod->containers[i], &escalation->from);
    }
    if (it->blamed.count == 0)
        return;
    it->reason = "allowPrivilegeEscalation != false";
    rf_pss_put_blamed(it, "container", "containers");
    rf_buf_text(&it->detail, " must set securityContext.allowPrivilegeEscalation=false");
}

static bool drops_all(const struct rf_fact_list *drop)
{
    for (size_t i = 0; i < drop->count; i++)
        if (rf_str_is(drop->items[i].value, "ALL"))
            return true;
    return false;
}

void rf_pss_drop_all(struct rf_pss_case *it)
{
    struct rf_words adding = {NULL, 0, 0};

    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_subject *container = &it->pod->containers[i];
        bool is_adding = false;

        if (is_certain(&container->cap_drop.from) && !drops_all(&container->cap_drop))
            rf_pss_blame(it, container, &container->cap_drop.from);
        for (size_t j = 0; j < container->cap_add.count; j++) {
            const struct rf_fact_text *name = &container->cap_add.items[j];

            if (rf_str_is(name->value, "NET_BIND_SERVICE"))
                continue;
            is_adding = true;
            rf_words_add(it, &it->values, name->value);
            rf_pss_note(it, &name->from);
        }
        if (is_adding)
            rf_words_add(it, &adding, container->name.value);
    }
    if (it->blamed.count == 0 && adding.count == 0)
        return;
    it->reason = "unrestricted capabilities";
    if (it->blamed.count) {
        rf_pss_put_blamed(it, "container", "containers");
        rf_buf_text(&it->detail, " must set securityContext.capabilities.drop=[\"ALL\"]");
        rf_buf_text(&it->detail, adding.count ? "; " : "");
    }
    if (adding.count == 0)
        return;
    rf_words_sort(&it->values);
    rf_buf_text(&it->detail, rf_pss_plural(adding.count, "container ", "containers "));
    rf_pss_put_quoted(it, &adding);
    rf_buf_text(&it->detail, " must not include ");
    rf_pss_put_quoted(it, &it->values);
    rf_buf_text(&it->detail, " in securityContext.capabilities.add");
}

/* The type that upstream would name for a volume that is not allowed; NULL for one that is. */
static const char *forbidden_type(const struct rf_volume *volume)
{
    /* image came with 1.33, into the check of every version */
    static const char *const allowed[] = {"configMap", "csi",   "downwardAPI",           "emptyDir",
                                          "ephemeral", "image", "persistentVolumeClaim", "projected",
                                          "secret"};
    static const char *const forbidden[] = {"hostPath",
                                            "gcePersistentDisk",
                                            "awsElasticBlockStore",
                                            "gitRepo",
                                            "nfs",
                                            "iscsi",
                                            "glusterfs",
                                            "rbd",
                                            "flexVolume",
                                            "cinder",
                                            "cephfs",
                                            "flocker",
                                            "fc",
                                            "azureFile",
                                            "vsphereVolume",
                                            "quobyte",
                                            "azureDisk",
                                            "photonPersistentDisk",
                                            "portworxVolume",
                                            "scaleIO",
                                            "storageos"};

    for (size_t i = 0; i < RF_COUNT(allowed); i++)
        if (rf_pss_has_type(volume, allowed[i]))
            return NULL;
    for (size_t i = 0; i < RF_COUNT(forbidden); i++)
        if (rf_pss_has_type(volume, forbidden[i]))
            return forbidden[i];
    return "unknown";
}

void rf_pss_volumes(struct rf_pss_case *it)
{
    for (size_t i = 0; i < it->pod->volume_count; i++) {
        const char *type = forbidden_type(&it->pod->volumes[i]);

        if (!type)
            continue;
        rf_words_add(it, &it->blamed, it->pod->volumes[i].name.value);
        rf_words_add(it, &it->values, rf_str_of(type));
        rf_pss_note(it, &it->pod->volumes[i].from);
    }
    if (it->blamed.count == 0)
        return;
    rf_words_sort(&it->values);
    it->reason = "restricted volume types";
    rf_pss_put_blamed(it, "volume", "volumes");
    rf_buf_text(&it->detail, rf_pss_plural(it->blamed.count, " uses ", " use "));
    rf_buf_text(&it->detail,
                rf_pss_plural(it->values.count, "restricted volume type ", "restricted volume types "));
    rf_pss_put_quoted(it, &it->values);
}

/* Containers that say nothing, where the pod says nothing good either. */
static void put_missing(struct rf_pss_case *it, const char *rest)
{
    rf_buf_text(&it->detail, "pod or ");
    rf_pss_put_blamed(it, "container", "containers");
    rf_buf_text(&it->detail, rest);
}

/* An explicit false is a fault even where another level overrides it. */
void rf_pss_non_root(struct rf_pss_case *it)
{
    const struct rf_fact_bool *of_pod = &it->pod->context.non_root;

    if (of_pod->from.known == RF_KNOWN && !of_pod->is_true)
        rf_pss_blame_pod(it, &of_pod->from);
    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_fact_bool *own = &it->pod->containers[i].own.non_root;

        if (own->from.known == RF_KNOWN && !own->is_true)
            rf_pss_blame(it, &it->pod->containers[i], &own->from);
    }
    if (it->has_pod || it->blamed.count) {
        it->reason = "runAsNonRoot != true";
        rf_pss_put_setters(it);
        rf_buf_text(&it->detail, " must not set securityContext.runAsNonRoot=false");
        return;
    }
    for (size_t i = 0; of_pod->from.known == RF_UNSET && i < it->pod->container_count; i++)
        if (it->pod->containers[i].own.non_root.from.known == RF_UNSET)
            rf_pss_blame(it, &it->pod->containers[i], &it->pod->containers[i].own.from);
    if (it->blamed.count == 0)
        return;
    it->reason = "runAsNonRoot != true";
    put_missing(it, " must set securityContext.runAsNonRoot=true");
}

void rf_pss_user(struct rf_pss_case *it)
{
    const struct rf_fact_int *of_pod = &it->pod->context.uid;

    if (of_pod->from.known == RF_KNOWN && of_pod->value == 0)
        rf_pss_blame_pod(it, &of_pod->from);
    for (size_t i = 0; i < it->pod->container_count; i++) {
        const struct rf_fact_int *own = &it->pod->containers[i].own.uid;

        if (own->from.known == RF_KNOWN && own->value == 0)
            rf_pss_blame(it, &it->pod->containers[i], &own->from);
    }
    if (!it->has_pod && it->blamed.count == 0)
        return;
    it->reason = "runAsUser=0";
    rf_pss_put_setters(it);
    rf_buf_text(&it->detail, " must not set runAsUser=0");
}

void rf_pss_seccomp_set(struct rf_pss_case *it)
{
    rf_pss_seccomp(it);
    if (it->reason || it->pod->context.seccomp.from.known != RF_UNSET)
        return;
    for (size_t i = 0; i < it->pod->container_count; i++)
        if (it->pod->containers[i].own.seccomp.from.known == RF_UNSET)
            rf_pss_blame(it, &it->pod->containers[i], &it->pod->containers[i].own.from);
    if (it->blamed.count == 0)
        return;
    it->reason = "seccompProfile";
    put_missing(it, " must set securityContext.seccompProfile.type to \"RuntimeDefault\" or \"Localhost\"");
}
