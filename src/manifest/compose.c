/* A Compose project as subjects. */
#include "manifest/compose.h"

#include "manifest/compose_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* --- volumes of the project --- */

static int read_options(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                        struct rf_err *err)
{
    struct rf_volume *volume = ret;

    return rf_compose_pairs(compose, node, &volume->options, &volume->option_count, err);
}

/* `external: true`, or a map that names it. */
static int read_external(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                         struct rf_err *err)
{
    struct rf_volume *volume = ret;

    if (node->kind != RF_YAML_MAP)
        return rf_compose_bool(compose, node, &volume->external, err);
    volume->external = (struct rf_fact_bool){.is_true = true, .from = node->from};
    return 0;
}

static int read_volume(struct rf_compose *compose, const struct rf_compose_pair *pair,
                       struct rf_volume *volume, struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"driver", rf_compose_text, offsetof(struct rf_volume, driver)},
        {"driver_opts", read_options, 0},
        {"external", read_external, 0},
    };
    const struct rf_fact_text *found;
    int r = 0;

    volume->name = rf_compose_fact(pair->key, pair->key->text);
    volume->from = rf_compose_is_null(pair->value) ? pair->key->from : pair->value->from;
    compose->what = "volumes";
    if (!rf_compose_is_null(pair->value))
        r = rf_compose_object(compose, pair->value, members, RF_COUNT(members), volume, err);
    found = rf_fact_find(volume->options, volume->option_count, RF_STR("device"));
    if (found)
        volume->path = *found;
    found = rf_fact_find(volume->options, volume->option_count, RF_STR("type"));
    if (found)
        volume->medium = *found;
    return r;
}

struct volumes {
    struct rf_volume *items;
    size_t count;
};

static int read_volumes(struct rf_compose *compose, const struct rf_compose_node *root, struct volumes *ret,
                        struct rf_err *err)
{
    const struct rf_compose_node *node = rf_compose_get(root, "volumes");
    int r = 0;

    compose->what = "volumes";
    if (rf_compose_is_null(node))
        return 0;
    if (node->kind != RF_YAML_MAP)
        return rf_compose_refuse(compose, node, "a map", err);
    if (node->count > RF_COMPOSE_NAMED)
        return rf_compose_fail(&node->from, err, "volumes: more than %d", RF_COMPOSE_NAMED);
    ret->items = rf_arena_array(compose->arena, node->count, sizeof(*ret->items));
    if (!ret->items)
        return rf_compose_no_memory(err);
    for (; r == 0 && ret->count < node->count; ret->count++)
        r = read_volume(compose, &node->pairs[ret->count], &ret->items[ret->count], err);
    return r;
}

/* Whether the volume is a directory of the host by another name: o=bind. */
static bool is_bind(const struct rf_volume *volume)
{
    const struct rf_fact_text *found = rf_fact_find(volume->options, volume->option_count, RF_STR("o"));
    struct rf_str rest = found ? found->value : (struct rf_str){NULL, 0};

    while (rest.ptr) {
        struct rf_str word;

        rest = rf_str_cut(rest, ',', &word);
        if (rf_str_is(word, "bind") || rf_str_is(word, "rbind"))
            return volume->path.from.known != RF_UNSET;
    }
    return false;
}

static void join_volumes(const struct volumes *volumes, struct rf_subject *subject)
{
    for (size_t i = 0; i < subject->mount_count; i++) {
        struct rf_mounted *place = &subject->mounts[i];

        for (size_t j = 0; place->kind == RF_MOUNTED_VOLUME && j < volumes->count; j++) {
            const struct rf_volume *volume = &volumes->items[j];
            struct rf_str name = volume->name.value;

            if (name.len != place->source.value.len ||
                (name.len && memcmp(name.ptr, place->source.value.ptr, name.len) != 0))
                continue;
            place->volume = volume;
            if (is_bind(volume)) {
                place->kind = RF_MOUNTED_BIND;
                place->source = volume->path;
                place->directory = (struct rf_str){"", 0}; /* for the engine it is absolute */
            }
            break;
        }
    }
}

/* --- services --- */

static bool is_wanted(const struct rf_compose *compose, const struct rf_subject *subject)
{
    const struct rf_fact_list *wanted = compose->world->profiles;

    if (!wanted || subject->profiles.count == 0)
        return true;
    for (size_t i = 0; i < wanted->count; i++) {
        for (size_t j = 0; j < subject->profiles.count; j++) {
            const struct rf_fact_text *own = &subject->profiles.items[j];

            if (rf_str_is(wanted->items[i].value, "*") || own->from.known == RF_UNKNOWABLE ||
                (own->value.len == wanted->items[i].value.len &&
                 (own->value.len == 0 ||
                  memcmp(own->value.ptr, wanted->items[i].value.ptr, own->value.len) == 0)))
                return true;
        }
    }
    return false;
}

static const struct rf_subject *find_subject(const struct rf_subject *subjects, size_t count,
                                             struct rf_str name)
{
    for (size_t i = 0; i < count; i++) {
        struct rf_str other = subjects[i].name.value;

        if (other.len == name.len && other.len && memcmp(other.ptr, name.ptr, name.len) == 0)
            return &subjects[i];
    }
    return NULL;
}

/* The service of an entry, SERVICE[:MODE]; NULL: none, or the one that has the entry. */
static const struct rf_subject *other_of(const struct rf_subject *subjects, size_t count,
                                         const struct rf_subject *subject, const struct rf_fact_text *entry)
{
    struct rf_str name;
    const struct rf_subject *other;

    (void)rf_str_cut(entry->value, ':', &name); /* the mode is read when mounts are copied */
    other = find_subject(subjects, count, name);
    return other == subject ? NULL : other;
}

/* Add what the services of volumes_from mount themselves. */
static int join_mounts(struct rf_compose *compose, const struct rf_subject *subjects, size_t count,
                       struct rf_subject *subject, struct rf_err *err)
{
    const struct rf_fact_list *entries = &subject->volumes_from;
    struct rf_mounted *mounts =
        rf_arena_array(compose->arena, entries->count ? RF_COMPOSE_MOUNTS : 0, sizeof(*mounts));
    size_t added = 0;

    if (!mounts)
        return rf_compose_no_memory(err);
    for (size_t i = 0; i < entries->count; i++) {
        const struct rf_subject *other = other_of(subjects, count, subject, &entries->items[i]);
        struct rf_str name;
        struct rf_str mode = rf_str_cut(entries->items[i].value, ':', &name);

        if (other && added + other->mount_count > RF_COMPOSE_MOUNTS)
            return rf_compose_fail(&entries->items[i].from, err, "volumes_from: more than %d mounts",
                                   RF_COMPOSE_MOUNTS);
        for (size_t j = 0; other && j < other->mount_count; j++) {
            mounts[added] = other->mounts[j];
            if (rf_str_is(mode, "ro"))
                mounts[added].read_only =
                    (struct rf_fact_bool){.is_true = true, .from = entries->items[i].from};
            added++;
        }
    }
    return added ? rf_compose_append(compose, &subject->mounts, &subject->mount_count, sizeof(*mounts),
                                     mounts, added, err)
                 : 0;
}

/* By the files, in the order they were read, and the places in each. */
static int compare_services(const void *one, const void *other)
{
    const struct rf_compose_pair *a = one;
    const struct rf_compose_pair *b = other;

    if (a->key->source->order != b->key->source->order)
        return a->key->source->order < b->key->source->order ? -1 : 1;
    if (a->key->from.start != b->key->from.start)
        return a->key->from.start < b->key->from.start ? -1 : 1;
    return 0;
}

static int read_services(struct rf_compose *compose, struct rf_compose_node *services,
                         const struct volumes *volumes, struct rf_manifest *ret, struct rf_err *err)
{
    struct rf_subject *subjects = rf_arena_array(compose->arena, services->count, sizeof(*subjects));
    int r = 0;

    ret->subjects = rf_arena_array(compose->arena, services->count, sizeof(struct rf_subject *));
    if (!subjects || !ret->subjects)
        return rf_compose_no_memory(err);
    if (services->count)
        qsort(services->pairs, services->count, sizeof(*services->pairs), compare_services);
    for (uint32_t i = 0; r == 0 && i < services->count; i++) {
        compose->what = "services";
        if (services->pairs[i].value->tag == RF_COMPOSE_RESET)
            continue;
        if (services->pairs[i].value->kind != RF_YAML_MAP)
            return rf_compose_refuse(compose, services->pairs[i].value, "a service, which is a map,", err);
        r = rf_compose_service(compose, &services->pairs[i], &subjects[i], err);
        if (r == 0)
            join_volumes(volumes, &subjects[i]);
        if (r == 0 && is_wanted(compose, &subjects[i]))
            ret->subjects[ret->subject_count++] = &subjects[i];
    }
    for (uint32_t i = 0; r == 0 && i < services->count; i++)
        r = join_mounts(compose, subjects, services->count, &subjects[i], err);
    return r;
}

int rf_compose_read(const struct rf_compose_file *files, size_t count, const struct rf_compose_world *world,
                    struct rf_arena *arena, struct rf_manifest *ret, struct rf_err *err)
{
    struct rf_compose compose = {.arena = arena, .world = world, .what = ""};
    struct rf_compose_node *root = NULL;
    struct rf_compose_node *services;
    struct volumes volumes = {.count = 0};
    struct rf_manifest manifest = {.subject_count = 0};
    int r = rf_compose_load(&compose, files, count, &root, err);

    services = rf_compose_get(root, "services");
    compose.what = "services";
    if (r == 0 && !rf_compose_is_null(services)) {
        if (services->kind != RF_YAML_MAP)
            return rf_compose_refuse(&compose, services, "a map", err);
        if (services->count > RF_COMPOSE_SERVICES)
            return rf_compose_fail(&services->from, err, "services: more than %d", RF_COMPOSE_SERVICES);
        compose.networks = rf_compose_get(root, "networks");
        if (compose.networks && compose.networks->count > RF_COMPOSE_NAMED)
            return rf_compose_fail(&compose.networks->from, err, "networks: more than %d", RF_COMPOSE_NAMED);
        r = read_volumes(&compose, root, &volumes, err);
        if (r == 0)
            r = read_services(&compose, services, &volumes, &manifest, err);
    }
    manifest.unread = compose.unread;
    if (r == 0)
        *ret = manifest;
    return r;
}
