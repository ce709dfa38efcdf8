/* The files of a project: those given, and those they name. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

/* --- paths --- */

/* The directory of a path with the slash behind it; "" for a name alone. */
static struct rf_str directory_of(struct rf_str path)
{
    while (path.len && path.ptr[path.len - 1] != '/')
        path.len--;
    return path;
}

/* Leave out `.` and what `..` takes back, as Go's filepath.Clean does. */
static size_t clean(char *path, size_t len)
{
    bool is_absolute = len && path[0] == '/';
    size_t out = is_absolute;
    size_t floor = out; /* `..` cannot take back what lies before */
    size_t at = 0;

    while (at < len) {
        const char *slash = memchr(path + at, '/', len - at);
        size_t end = slash ? (size_t)(slash - path) : len;
        size_t part = end - at;
        bool is_up = part == 2 && path[at] == '.' && path[at + 1] == '.';

        if (is_up && out > floor) {
            do
                out--;
            while (out > floor && path[out - 1] != '/');
        } else if (part && !(part == 1 && path[at] == '.') && !(is_up && is_absolute)) {
            memmove(path + out, path + at, part);
            out += part;
            path[out++] = '/';
            if (is_up)
                floor = out;
        }
        at = end + 1;
    }
    return out > 1 || !is_absolute ? out - (out > 0) : out;
}

int rf_compose_join(struct rf_compose *compose, struct rf_str directory, struct rf_str path,
                    struct rf_str *ret, struct rf_err *err)
{
    char *joined = rf_arena_array(compose->arena, directory.len + path.len + 2, 1);
    size_t len = 0;

    if (!joined)
        return rf_compose_no_memory(err);
    if (directory.len && (path.len == 0 || path.ptr[0] != '/')) {
        memcpy(joined, directory.ptr, directory.len);
        len = directory.len;
        if (joined[len - 1] != '/')
            joined[len++] = '/';
    }
    if (path.len)
        memcpy(joined + len, path.ptr, path.len);
    *ret = (struct rf_str){joined, clean(joined, len + path.len)};
    return 0;
}

int rf_compose_fetch(struct rf_compose *compose, struct rf_str path, const struct rf_from *from,
                     struct rf_compose_file *ret, bool *ret_is_read, struct rf_err *err)
{
    const struct rf_compose_world *world = compose->world;
    struct rf_err ignored = {0};
    int r;

    *ret = (struct rf_compose_file){.name = path};
    *ret_is_read = false;
    if (!world->read)
        return 0;
    if (++compose->files > RF_COMPOSE_FILES)
        return rf_compose_fail(from, err, "%s: more than %d files to read", compose->what, RF_COMPOSE_FILES);
    r = world->read(world->context, path, compose->arena, &ret->text, &ignored);
    if (r == -ENOMEM)
        return rf_compose_no_memory(err);
    *ret_is_read = r == 0;
    return 0;
}

/* --- variables --- */

/* What `scope` has, followed by what the file `path` sets. */
static int read_scope(struct rf_compose *compose, struct rf_str directory, struct rf_str path,
                      const struct rf_compose_scope *scope, const struct rf_from *from,
                      const struct rf_compose_scope **ret, struct rf_err *err)
{
    struct rf_compose_words words = {.arena = compose->arena, .scope = scope, .spent = &compose->spent};
    struct rf_compose_scope *more = rf_arena_alloc(compose->arena, sizeof(*more));
    struct rf_fact_pair *pairs = NULL;
    struct rf_compose_file file = {.name = path};
    size_t count = 0;
    const char *name;
    bool is_read = false;
    int r = rf_compose_join(compose, directory, path, &path, err);

    *ret = scope;
    if (r == 0)
        r = rf_compose_fetch(compose, path, from, &file, &is_read, err);
    if (r < 0 || !is_read)
        return r;
    name = rf_arena_text(compose->arena, file.name);
    if (!name || !more)
        return rf_compose_no_memory(err);
    r = rf_compose_dotenv(&words, name, file.text, &pairs, &count, err);
    *more = (struct rf_compose_scope){.pairs = scope->pairs, .count = scope->count};
    if (r == 0)
        r = rf_compose_append(compose, &more->pairs, &more->count, sizeof(*pairs), pairs, count, err);
    *ret = more;
    return r;
}

/* --- one file --- */

static bool has_any(const struct rf_compose_node *node, const char *const *keys)
{
    for (; *keys; keys++)
        if (rf_compose_get(node, *keys))
            return true;
    return false;
}

/* Files of before `services:` have their services at the top. */
static bool is_old_file(const struct rf_compose_node *file)
{
    static const char *const known[] = {"services", "include", "version", "volumes",
                                        "networks", "secrets", "configs", "name"};
    static const char *const of_services[] = {"image",       "build", "extends", "command",
                                              "environment", "ports", NULL};

    for (size_t i = 0; i < RF_COUNT(known); i++) {
        const struct rf_compose_node *found = rf_compose_get(file, known[i]);

        if (found && !has_any(found, of_services)) /* else it is a service of that name */
            return false;
    }
    for (uint32_t i = 0; i < file->count; i++)
        if (has_any(file->pairs[i].value, of_services))
            return true;
    return false;
}

static int wrap_old_file(struct rf_compose *compose, struct rf_compose_node **file, struct rf_err *err)
{
    struct rf_compose_node *root;

    if (!is_old_file(*file))
        return 0;
    root = rf_compose_node_new(compose, *file, RF_YAML_MAP, 1, err);
    if (!root)
        return err->code;
    root->pairs[0].key = rf_compose_part(compose, *file, RF_STR("services"), err);
    root->pairs[0].value = *file;
    root->count = 1;
    *file = root;
    return root->pairs[0].key ? 0 : err->code;
}

static int include_all(struct rf_compose *compose, struct rf_compose_node **file, struct rf_err *err);

static int load_document(struct rf_compose *compose, const struct rf_compose_source *source,
                         const struct rf_yaml_node *yaml, bool has_includes, struct rf_compose_node **ret,
                         struct rf_err *err)
{
    struct rf_compose_node *file = NULL;
    int r = rf_compose_convert(compose, source, yaml, &file, err);

    *ret = NULL;
    if (r < 0 || rf_compose_is_null(file))
        return r;
    if (file->kind != RF_YAML_MAP)
        return rf_compose_fail(&file->from, err, "want a map with `services`, not %s",
                               rf_yaml_type_name(file->type));
    r = wrap_old_file(compose, &file, err);
    if (r == 0 && has_includes)
        r = rf_compose_extend(compose, file, err);
    if (r == 0 && has_includes)
        r = include_all(compose, &file, err);
    *ret = file;
    return r;
}

/* Lay a file over what *file has (NULL: nothing). */
static int load_file(struct rf_compose *compose, const struct rf_compose_file *given, struct rf_str directory,
                     const struct rf_compose_scope *scope, bool is_extended, struct rf_compose_node **file,
                     struct rf_err *err)
{
    struct rf_compose_source *source = rf_arena_alloc(compose->arena, sizeof(*source));
    struct rf_err broken = {0};
    int r;

    if (!source)
        return rf_compose_no_memory(err);
    *source = (struct rf_compose_source){
        .name = rf_arena_text(compose->arena, given->name), .directory = directory, .scope = scope};
    source->order = compose->sources++;
    if (!source->name)
        return rf_compose_no_memory(err);
    r = rf_yaml_read(given->text, compose->arena, &source->yaml, &broken);
    if (r < 0)
        return rf_fail(err, r, "%s:%s", source->name, broken.msg);
    for (size_t i = 0; r == 0 && i < source->yaml.document_count; i++) {
        struct rf_compose_node *document = NULL;

        r = load_document(compose, source, source->yaml.documents[i], !is_extended, &document, err);
        if (r == 0 && document && *file)
            r = rf_compose_merge_files(compose, *file, document, file, err);
        else if (r == 0 && document)
            *file = document;
    }
    return r;
}

int rf_compose_load_extended(struct rf_compose *compose, const struct rf_compose_file *given,
                             const struct rf_compose_scope *scope, struct rf_compose_node **ret,
                             struct rf_err *err)
{
    return load_file(compose, given, directory_of(given->name), scope, true, ret, err);
}

/* --- include --- */

/* A text or a list of texts; nothing: no items. */
static int list_of(struct rf_compose *compose, struct rf_compose_node *node, struct rf_compose_node ***ret,
                   uint32_t *ret_count, struct rf_err *err)
{
    if (rf_compose_is_null(node)) {
        *ret_count = 0;
        return 0;
    }
    if (node->kind == RF_YAML_MAP)
        return rf_compose_refuse(compose, node, "a path or a list of paths", err);
    *ret_count = node->kind == RF_YAML_LIST ? node->count : 1;
    if (node->kind == RF_YAML_LIST) {
        *ret = node->items;
        return 0;
    }
    *ret = rf_arena_array(compose->arena, 1, sizeof(**ret));
    if (!*ret)
        return rf_compose_no_memory(err);
    **ret = node;
    return 0;
}

/* Variables of what is included: those here, then those of its own files. */
static int include_scope(struct rf_compose *compose, const struct rf_compose_node *entry,
                         struct rf_str directory, const struct rf_compose_scope **scope, struct rf_err *err)
{
    struct rf_compose_node **files = NULL;
    uint32_t count = 0;
    int r = list_of(compose, rf_compose_get(entry, "env_file"), &files, &count, err);

    if (r == 0 && count == 0)
        return read_scope(compose, directory, RF_STR(".env"), *scope, &entry->from, scope, err);
    for (uint32_t i = count; r == 0 && i > 0; i--) /* the last one wins */
        r = read_scope(compose, entry->source->directory, files[i - 1]->text, *scope, &files[i - 1]->from,
                       scope, err);
    return r;
}

static void mark_unread(struct rf_compose *compose, const struct rf_compose_node *path)
{
    if (compose->unread.known == RF_UNSET)
        compose->unread = path->from;
    compose->unread.known = RF_UNKNOWABLE;
}

/* What paths in included files are relative to. */
static int include_directory(struct rf_compose *compose, const struct rf_compose_node *entry,
                             struct rf_str first, struct rf_str *ret, struct rf_err *err)
{
    const struct rf_compose_node *project = rf_compose_get(entry, "project_directory");
    char *slashed;
    int r;

    *ret = directory_of(first);
    if (rf_compose_is_null(project))
        return 0;
    r = rf_compose_join(compose, entry->source->directory, project->text, ret, err);
    if (r < 0 || ret->len == 0)
        return r;
    slashed = rf_arena_printf(compose->arena, "%.*s/", RF_FMT(*ret));
    if (!slashed)
        return rf_compose_no_memory(err);
    *ret = rf_str_of(slashed);
    return 0;
}

/* One entry of `include`: files that are laid over each other, under `file`. */
static int include_files(struct rf_compose *compose, const struct rf_compose_node *entry,
                         struct rf_compose_node **paths, uint32_t count, struct rf_compose_node **ret,
                         struct rf_err *err)
{
    const struct rf_compose_scope *scope = entry->source->scope;
    struct rf_str directory = {"", 0};
    bool is_read = false;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < count; i++) {
        struct rf_compose_file file = {.name = {"", 0}};

        compose->what = "include";
        if (paths[i]->kind != RF_YAML_SCALAR)
            return rf_compose_refuse(compose, paths[i], "a path", err);
        is_read = false;
        r = rf_compose_join(compose, entry->source->directory, paths[i]->text, &file.name, err);
        if (r == 0 && paths[i]->hole_count == 0)
            r = rf_compose_fetch(compose, file.name, &paths[i]->from, &file, &is_read, err);
        if (r == 0 && i == 0)
            r = include_directory(compose, entry, file.name, &directory, err);
        if (r == 0 && i == 0)
            r = include_scope(compose, entry, directory, &scope, err);
        if (r == 0 && is_read)
            r = load_file(compose, &file, directory, scope, false, ret, err);
        else if (r == 0)
            mark_unread(compose, paths[i]);
    }
    return r;
}

static int include_all(struct rf_compose *compose, struct rf_compose_node **file, struct rf_err *err)
{
    struct rf_compose_node *include = rf_compose_get(*file, "include");
    int r = 0;

    if (rf_compose_is_null(include))
        return 0;
    compose->what = "include";
    if (include->kind != RF_YAML_LIST)
        return rf_compose_refuse(compose, include, "a list", err);
    if (compose->includes == RF_COMPOSE_INCLUDES)
        return rf_compose_fail(&include->from, err, "include: more than %d files that include each other",
                               RF_COMPOSE_INCLUDES);
    compose->includes++;
    for (uint32_t i = 0; r == 0 && i < include->count; i++) {
        struct rf_compose_node *entry = include->items[i];
        struct rf_compose_node *paths = entry->kind == RF_YAML_MAP ? rf_compose_get(entry, "path") : entry;
        struct rf_compose_node **items = NULL;
        struct rf_compose_node *included = NULL;
        uint32_t count = 0;

        compose->what = "include";
        r = list_of(compose, paths, &items, &count, err);
        if (r == 0)
            r = include_files(compose, entry, items, count, &included, err);
        if (r == 0 && included)
            r = rf_compose_merge_files(compose, included, *file, file, err);
    }
    compose->includes--;
    return r;
}

/* --- all --- */

int rf_compose_load(struct rf_compose *compose, const struct rf_compose_file *files, size_t count,
                    struct rf_compose_node **ret, struct rf_err *err)
{
    static const struct rf_from nowhere = {.file = ".env", .line = 1, .column = 1};
    struct rf_compose_scope *env = rf_arena_alloc(compose->arena, sizeof(*env));
    const struct rf_compose_scope *scope = env;
    struct rf_str directory = count ? directory_of(files[0].name) : (struct rf_str){"", 0};
    int r;

    if (!env)
        return rf_compose_no_memory(err);
    *env = (struct rf_compose_scope){.pairs = compose->world->env, .count = compose->world->env_count};
    compose->what = ".env";
    r = read_scope(compose, directory, RF_STR(".env"), env, &nowhere, &scope, err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        compose->files++;
        r = load_file(compose, &files[i], directory, scope, false, ret, err);
    }
    return r;
}
