/* Which documents of a stream are workloads, and where in each its pod is. */
#include "manifest/kubernetes.h"

#include "manifest/kube.h"

#include <errno.h>
#include <string.h>

enum { LISTS_DEEP = 4 };

/* Of each kind: its API groups, without versions, and the way from the object to what has metadata and spec
   of the pod. */
static const struct kind {
    const char *name;
    const char *groups;
    const char *const way[4];
    bool is_template;
} kinds[] = {
    {"Pod", "", {NULL}, false},
    {"PodTemplate", "", {"template"}, true},
    {"ReplicationController", "", {"spec", "template"}, true},
    {"Deployment", "apps extensions", {"spec", "template"}, true},
    {"DaemonSet", "apps extensions", {"spec", "template"}, true},
    {"ReplicaSet", "apps extensions", {"spec", "template"}, true},
    {"StatefulSet", "apps", {"spec", "template"}, true},
    {"Job", "batch", {"spec", "template"}, true},
    {"CronJob", "batch", {"spec", "jobTemplate", "spec", "template"}, true},
    {"PodSecurityPolicy", "policy extensions", {NULL}, false},
};

/* What is being gathered. */
struct gathering {
    struct rf_kube *kube;
    struct rf_manifest *manifest;
    size_t pod_room;
    size_t subject_count; /* of all pods */
};

static struct rf_str text_of(const struct rf_yaml_node *object, const char *name)
{
    const struct rf_yaml_node *node = rf_yaml_get(object, name);

    return node && node->kind == RF_YAML_SCALAR ? node->text : (struct rf_str){"", 0};
}

/* Whether "apps/v1" belongs to one of the groups. An object that names no version is taken for what it looks
   like. */
static bool is_of_group(struct rf_str version, const char *groups)
{
    struct rf_str rest = rf_str_of(groups);
    struct rf_str group;

    if (version.len == 0)
        return true;
    if (!rf_str_cut(version, '/', &group).ptr)
        return rest.len == 0;
    while (rest.ptr) {
        struct rf_str word;

        rest = rf_str_cut(rest, ' ', &word);
        if (word.len && word.len == group.len && memcmp(word.ptr, group.ptr, group.len) == 0)
            return true;
    }
    return false;
}

static const struct kind *kind_of(const struct rf_yaml_node *object)
{
    struct rf_str name = text_of(object, "kind");
    struct rf_str version = text_of(object, "apiVersion");

    for (size_t i = 0; i < RF_COUNT(kinds); i++)
        if (rf_str_is(name, kinds[i].name) && is_of_group(version, kinds[i].groups))
            return &kinds[i];
    return NULL;
}

/* "List", "PodList", "DeploymentList": any kind so called that has items. */
static const struct rf_yaml_node *items_of(const struct rf_yaml_node *object)
{
    struct rf_str name = text_of(object, "kind");
    const struct rf_yaml_node *items = rf_yaml_get(object, "items");

    if (name.len < 4 || memcmp(name.ptr + name.len - 4, "List", 4) != 0 || rf_kube_is_null(items))
        return NULL;
    return items->kind == RF_YAML_LIST ? items : NULL;
}

static int add_pod(struct gathering *gathering, struct rf_pod *pod, struct rf_err *err)
{
    struct rf_manifest *manifest = gathering->manifest;

    if (manifest->pod_count == gathering->pod_room) {
        size_t room = gathering->pod_room ? gathering->pod_room * 2 : 4;
        struct rf_pod **pods = rf_arena_array(gathering->kube->arena, room, sizeof(struct rf_pod *));

        if (!pods)
            return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
        if (manifest->pod_count)
            memcpy(pods, manifest->pods, manifest->pod_count * sizeof(struct rf_pod *));
        manifest->pods = pods;
        gathering->pod_room = room;
    }
    manifest->pods[manifest->pod_count++] = pod;
    gathering->subject_count += pod->container_count + 1;
    return 0;
}

static int read_name(struct rf_kube *kube, const struct rf_yaml_node *object, struct rf_pod *pod,
                     struct rf_err *err)
{
    static const struct rf_kube_member members[] = {
        {"name", rf_kube_text, offsetof(struct rf_pod, name)},
        {"namespace", rf_kube_text, offsetof(struct rf_pod, space)},
    };
    static const struct rf_kube_member generated[] = {
        {"generateName", rf_kube_text, offsetof(struct rf_pod, name)}};
    const struct rf_yaml_node *metadata = rf_yaml_get(object, "metadata");
    int r = 0;

    kube->what = "metadata";
    if (rf_kube_is_null(metadata))
        return 0;
    r = rf_kube_object(kube, metadata, members, RF_COUNT(members), pod, err);
    if (r == 0 && pod->name.from.known == RF_UNSET)
        r = rf_kube_object(kube, metadata, generated, RF_COUNT(generated), pod, err);
    return r;
}

/* The map that has the pod's metadata and spec: *ret is NULL where the way to it ends early, as in patches.
 */
static int find_template(struct rf_kube *kube, const struct rf_yaml_node *object, const struct kind *kind,
                         const struct rf_yaml_node **ret, struct rf_err *err)
{
    *ret = object;
    for (size_t i = 0; i < RF_COUNT(kind->way) && kind->way[i]; i++) {
        *ret = rf_yaml_get(*ret, kind->way[i]);
        kube->what = kind->way[i];
        if (rf_kube_is_null(*ret)) {
            *ret = NULL;
            return 0;
        }
        if ((*ret)->kind != RF_YAML_MAP)
            return rf_kube_refuse(kube, *ret, "a map", err);
    }
    return 0;
}

static int read_workload(struct gathering *gathering, const struct rf_yaml_node *object,
                         const struct kind *kind, struct rf_err *err)
{
    struct rf_kube *kube = gathering->kube;
    const struct rf_yaml_node *template = NULL;
    const struct rf_yaml_node *spec;
    struct rf_pod *pod;
    int r = find_template(kube, object, kind, &template, err);

    spec = rf_yaml_get(template, "spec");
    if (r < 0 || rf_kube_is_null(spec))
        return r;
    pod = rf_arena_alloc(kube->arena, sizeof(*pod));
    if (!pod)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    r = read_name(kube, object, pod, err);
    for (size_t i = 0; r == 0 && i < 2; i++) {
        const struct rf_yaml_node *node = rf_yaml_get(object, i ? "kind" : "apiVersion");
        struct rf_fact_text *fact = i ? &pod->kind : &pod->api_version;

        if (node)
            *fact = (struct rf_fact_text){.value = node->text, .from = rf_kube_from(kube, node)};
    }
    if (r == 0 && strcmp(kind->name, "PodSecurityPolicy") == 0)
        r = rf_kube_policy(kube, spec, pod, err);
    else if (r == 0)
        r = rf_kube_pod(kube, rf_yaml_get(template, "metadata"), spec, kind->is_template, pod, err);
    return r < 0 ? r : add_pod(gathering, pod, err);
}

/* An object, or the objects of a list, in their order. */
static int read_object(struct gathering *gathering, const struct rf_yaml_node *object, struct rf_err *err)
{
    struct level {
        const struct rf_yaml_node *items;
        uint32_t next;
    } levels[LISTS_DEEP];
    size_t depth = 0;
    int r = 0;

    for (;;) {
        const struct rf_yaml_node *items = items_of(object);
        const struct kind *kind = items ? NULL : kind_of(object);

        if (items && depth == LISTS_DEEP)
            return rf_yaml_fail(gathering->kube->yaml, object->start, err,
                                "more than %d Lists inside each other", LISTS_DEEP);
        if (items)
            levels[depth++] = (struct level){.items = items};
        if (kind)
            r = read_workload(gathering, object, kind, err);
        while (depth && levels[depth - 1].next == levels[depth - 1].items->count)
            depth--;
        if (r < 0 || depth == 0)
            return r;
        object = levels[depth - 1].items->items[levels[depth - 1].next++];
    }
}

/* --- templates --- */

/* The first {{ at or behind `at`, or the length of the text. */
static size_t find_action(struct rf_str text, size_t at)
{
    while (at < text.len) {
        const char *found = memchr(text.ptr + at, '{', text.len - at);

        if (!found)
            break;
        at = (size_t)(found - text.ptr);
        if (at + 1 < text.len && text.ptr[at + 1] == '{')
            return at;
        at++;
    }
    return text.len;
}

/* Whether the document is a workload, or may hold some. */
static bool is_workload(const struct rf_yaml_node *object)
{
    return kind_of(object) || items_of(object);
}

/* The first action that makes the file a template, or the length of the text. */
static size_t find_template_action(const struct rf_yaml *yaml)
{
    size_t at = find_action(yaml->text, 0);

    for (size_t i = 0; at < yaml->text.len && i < yaml->document_count; i++) {
        const struct rf_yaml_node *object = yaml->documents[i];

        if (at < object->start)
            return at; /* between documents */
        if (at < object->end && is_workload(object))
            return at;
        while (at < object->end)
            at = find_action(yaml->text, object->end);
    }
    return at;
}

static void mark_template(const char *file, struct rf_str text, size_t at, struct rf_manifest *ret)
{
    struct rf_from from = {.known = RF_KNOWN,
                           .file = file,
                           .line = 1,
                           .column = 1,
                           .start = (uint32_t)at,
                           .end = (uint32_t)at + 2};

    for (size_t i = 0; i < at; i++) {
        from.column++;
        if (text.ptr[i] == '\n') {
            from.line++;
            from.column = 1;
        }
    }
    *ret = (struct rf_manifest){.templated = from};
}

/* --- the stream --- */

static int list_subjects(struct gathering *gathering, struct rf_err *err)
{
    struct rf_manifest *manifest = gathering->manifest;

    manifest->subjects =
        rf_arena_array(gathering->kube->arena, gathering->subject_count, sizeof(struct rf_subject *));
    if (!manifest->subjects)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (size_t i = 0; i < manifest->pod_count; i++) {
        struct rf_pod *pod = manifest->pods[i];

        manifest->subjects[manifest->subject_count++] = &pod->self;
        for (size_t j = 0; j < pod->container_count; j++)
            manifest->subjects[manifest->subject_count++] = &pod->containers[j];
    }
    return 0;
}

int rf_kubernetes_read(const char *file, struct rf_str text, struct rf_arena *arena, struct rf_manifest *ret,
                       struct rf_err *err)
{
    struct rf_yaml yaml;
    struct rf_err broken = {0};
    struct rf_kube kube = {.file = file, .yaml = &yaml, .arena = arena, .what = ""};
    struct rf_manifest manifest = {.pod_count = 0};
    struct gathering gathering = {.kube = &kube, .manifest = &manifest};
    int r = rf_yaml_read(text, arena, &yaml, &broken);
    size_t action = r == 0 ? find_template_action(&yaml) : r == -EINVAL ? find_action(text, 0) : text.len;

    if (action < text.len) {
        mark_template(file, text, action, ret);
        return 0;
    }
    if (r < 0)
        *err = broken;
    for (size_t i = 0; r == 0 && i < yaml.document_count; i++)
        r = read_object(&gathering, yaml.documents[i], err);
    if (r == 0)
        r = list_subjects(&gathering, err);
    if (r == 0)
        *ret = manifest;
    return r;
}
