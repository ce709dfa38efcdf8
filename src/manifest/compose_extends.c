/* `extends`: services that are laid over others, of the same file or of another one. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

enum state { UNTOUCHED, BUSY, DONE };

/* A file whose services are extended. */
struct extended {
    const char *name;
    struct rf_compose_node *services; /* or NULL */
    enum state *states;
    struct extended *next;
};

struct extending {
    struct rf_compose *compose;
    struct extended *files;
    size_t depth;
};

static int add_file(struct extending *extending, const char *name, struct rf_compose_node *root,
                    struct extended **ret, struct rf_err *err)
{
    struct rf_arena *arena = extending->compose->arena;
    struct extended *file = rf_arena_alloc(arena, sizeof(*file));
    struct rf_compose_node *services = rf_compose_get(root, "services");

    if (!file)
        return rf_compose_no_memory(err);
    if (rf_compose_is_null(services))
        services = NULL;
    extending->compose->what = "services";
    if (services && services->kind != RF_YAML_MAP)
        return rf_compose_refuse(extending->compose, services, "a map", err);
    *file = (struct extended){.name = name, .services = services, .next = extending->files};
    file->states = rf_arena_array(arena, services ? services->count : 0, sizeof(*file->states));
    if (!file->states)
        return rf_compose_no_memory(err);
    extending->files = file;
    *ret = file;
    return 0;
}

/* The file that `path` names; *ret is NULL when it cannot be read. */
static int open_file(struct extending *extending, const struct rf_compose_node *path, struct extended **ret,
                     struct rf_err *err)
{
    struct rf_compose *compose = extending->compose;
    struct rf_compose_file file = {.name = {"", 0}};
    struct rf_compose_node *root = NULL;
    bool is_read = false;
    int r;

    compose->what = "extends";
    *ret = NULL;
    if (path->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, path, "a path", err);
    if (path->hole_count)
        return 0;
    r = rf_compose_join(compose, path->source->directory, path->text, &file.name, err);
    if (r < 0)
        return r;
    for (struct extended *known = extending->files; known; known = known->next) {
        if (rf_str_is(file.name, known->name)) {
            *ret = known;
            return 0;
        }
    }
    r = rf_compose_fetch(compose, file.name, &path->from, &file, &is_read, err);
    if (r < 0)
        return r;
    if (!is_read)
        return 0;
    r = rf_compose_load_extended(compose, &file, path->source->scope, &root, err);
    return r < 0 ? r : add_file(extending, rf_arena_text(compose->arena, file.name), root, ret, err);
}

static int resolve(struct extending *extending, struct extended *file, uint32_t index, struct rf_err *err);

/* Lay the service over the one at `below`. */
static int lay_over(struct extending *extending, struct rf_compose_node *below,
                    struct rf_compose_node **service, struct rf_err *err)
{
    struct rf_compose *compose = extending->compose;
    struct rf_compose_node *open = rf_compose_get(below, "extends"); /* what could not be resolved there */
    int r = 0;

    if (rf_compose_is_null(below))
        return 0;
    compose->what = "extends";
    if (below->kind != RF_YAML_MAP)
        return rf_compose_refuse(compose, below, "a map", err);
    if (rf_compose_is_null(open)) {
        open = rf_compose_part(compose, *service, (struct rf_str){NULL, 0}, err);
        if (!open)
            return err->code;
    }
    r = rf_compose_merge_services(compose, below, *service, service, err);
    for (uint32_t i = 0; r == 0 && i < (*service)->count; i++)
        if (rf_str_is((*service)->pairs[i].key->text, "extends"))
            (*service)->pairs[i].value = open;
    return r;
}

/* Find what `extends` names: *ret is NULL when its file cannot be read. */
static int find_base(struct extending *extending, struct extended *file,
                     const struct rf_compose_node *extends, struct rf_compose_node **ret, struct rf_err *err)
{
    struct rf_compose *compose = extending->compose;
    const struct rf_compose_node *path = rf_compose_get(extends, "file");
    const struct rf_compose_node *name =
        extends->kind == RF_YAML_MAP ? rf_compose_get(extends, "service") : extends;
    int r = 0;

    *ret = NULL;
    compose->what = "extends";
    if (rf_compose_is_null(name) || name->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, extends, "the name of a service", err);
    if (!rf_compose_is_null(path))
        r = open_file(extending, path, &file, err);
    if (r < 0 || !file || name->hole_count)
        return r;
    for (uint32_t i = 0; file->services && i < file->services->count; i++) {
        struct rf_str other = file->services->pairs[i].key->text;

        if (other.len != name->text.len || (other.len && memcmp(other.ptr, name->text.ptr, other.len) != 0))
            continue;
        if (file->states[i] == BUSY)
            return rf_compose_fail(&extends->from, err, "extends: \"%.*s\" extends itself in the end",
                                   RF_FMT(other));
        r = resolve(extending, file, i, err);
        *ret = file->services->pairs[i].value;
        return r;
    }
    return rf_compose_fail(&name->from, err, "extends: %s has no service \"%.*s\"", file->name,
                           RF_FMT(name->text));
}

static int resolve(struct extending *extending, struct extended *file, uint32_t index, struct rf_err *err)
{
    struct rf_compose_node **service = &file->services->pairs[index].value;
    const struct rf_compose_node *extends = rf_compose_get(*service, "extends");
    struct rf_compose_node *base = NULL;
    int r;

    if (file->states[index] == DONE || rf_compose_is_null(extends)) {
        file->states[index] = DONE;
        return 0;
    }
    if (extending->depth == RF_COMPOSE_EXTENDS)
        return rf_compose_fail(&extends->from, err, "extends: more than %d services on each other",
                               RF_COMPOSE_EXTENDS);
    extending->depth++;
    file->states[index] = BUSY;
    r = find_base(extending, file, extends, &base, err);
    if (r == 0 && base)
        r = lay_over(extending, base, service, err);
    file->states[index] = DONE;
    extending->depth--;
    return r;
}

int rf_compose_extend(struct rf_compose *compose, struct rf_compose_node *root, struct rf_err *err)
{
    struct extending extending = {.compose = compose};
    struct extended *file = NULL;
    int r = add_file(&extending, root->source->name, root, &file, err);

    for (uint32_t i = 0; r == 0 && file->services && i < file->services->count; i++)
        r = resolve(&extending, file, i, err);
    return r;
}
