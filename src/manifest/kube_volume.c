/* Volumes of a pod. */
#include "manifest/kube.h"

#include <errno.h>

#define MEMBER(name, read, field)                                                                            \
    {                                                                                                        \
        name, read, offsetof(struct rf_volume, field)                                                        \
    }

static int read_host_path(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                          struct rf_err *err)
{
    static const struct rf_kube_member members[] = {MEMBER("path", rf_kube_text, path)};

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_empty_dir(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret,
                          struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        MEMBER("medium", rf_kube_text, medium),
        MEMBER("sizeLimit", rf_kube_bytes, size_bytes),
    };

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

static int read_claim(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    static const struct rf_kube_member members[] = {MEMBER("claimName", rf_kube_text, path)};

    return rf_kube_object(kube, node, members, RF_COUNT(members), ret, err);
}

/* A source of which only its being there counts. */
static int read_nothing(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret, struct rf_err *err)
{
    (void)ret;
    return node->kind == RF_YAML_MAP ? 0 : rf_kube_refuse(kube, node, "a map", err);
}

/* core/v1 VolumeSource, all of its members up to 1.37: an API server forgets any other, and makes an emptyDir
   of a volume that is left without one. */
static const struct rf_kube_member sources[] = {
    {"hostPath", read_host_path, 0},
    {"emptyDir", read_empty_dir, 0},
    {"persistentVolumeClaim", read_claim, 0},
    {"awsElasticBlockStore", read_nothing, 0},
    {"azureDisk", read_nothing, 0},
    {"azureFile", read_nothing, 0},
    {"cephfs", read_nothing, 0},
    {"cinder", read_nothing, 0},
    {"configMap", read_nothing, 0},
    {"csi", read_nothing, 0},
    {"downwardAPI", read_nothing, 0},
    {"ephemeral", read_nothing, 0},
    {"fc", read_nothing, 0},
    {"flexVolume", read_nothing, 0},
    {"flocker", read_nothing, 0},
    {"gcePersistentDisk", read_nothing, 0},
    {"gitRepo", read_nothing, 0},
    {"glusterfs", read_nothing, 0},
    {"image", read_nothing, 0},
    {"iscsi", read_nothing, 0},
    {"nfs", read_nothing, 0},
    {"photonPersistentDisk", read_nothing, 0},
    {"portworxVolume", read_nothing, 0},
    {"projected", read_nothing, 0},
    {"quobyte", read_nothing, 0},
    {"rbd", read_nothing, 0},
    {"scaleIO", read_nothing, 0},
    {"secret", read_nothing, 0},
    {"storageos", read_nothing, 0},
    {"vsphereVolume", read_nothing, 0},
};

static bool is_source(struct rf_str name)
{
    for (size_t i = 0; i < RF_COUNT(sources); i++)
        if (rf_str_is(name, sources[i].name))
            return true;
    return false;
}

static int list_types(const struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_volume *volume,
                      struct rf_err *err)
{
    struct rf_fact_list types = {.from = volume->from};

    types.items = rf_arena_array(kube->arena, node->count + 1UL, sizeof(*types.items));
    if (!types.items)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (uint32_t i = 0; i < node->count; i++) {
        const struct rf_yaml_pair *pair = &node->pairs[i];

        if (!rf_kube_is_null(pair->value) && is_source(pair->key->text))
            types.items[types.count++] =
                (struct rf_fact_text){.value = pair->key->text, .from = rf_kube_from(kube, pair->key)};
    }
    if (types.count == 0)
        types.items[types.count++] = (struct rf_fact_text){.value = RF_STR("emptyDir"), .from = volume->from};
    volume->types = types;
    return 0;
}

int rf_kube_volume(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_volume,
                   struct rf_err *err)
{
    static const struct rf_kube_member members[] = {MEMBER("name", rf_kube_text, name)};
    struct rf_volume *volume = ret_volume;
    int r;

    volume->from = rf_kube_from(kube, node);
    r = rf_kube_object(kube, node, members, RF_COUNT(members), volume, err);
    if (r == 0)
        r = rf_kube_object(kube, node, sources, RF_COUNT(sources), volume, err);
    return r < 0 ? r : list_types(kube, node, volume, err);
}
