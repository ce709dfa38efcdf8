/* What a service has in its environment: `environment` over the files of `env_file`, the later one first. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

static const struct rf_fact_text *caller_value(const struct rf_compose_node *node, struct rf_str name)
{
    for (const struct rf_compose_scope *scope = node->source->scope; scope; scope = scope->next) {
        const struct rf_fact_text *found = rf_fact_find(scope->pairs, scope->count, name);

        if (found)
            return found;
    }
    return NULL;
}

/* A name without a value: the caller's own. */
static void take_from_caller(const struct rf_compose_node *node, struct rf_env *env)
{
    const struct rf_fact_text *found = caller_value(node, env->name.value);

    env->source = RF_ENV_CALLER;
    env->value =
        (struct rf_fact_text){.value = found ? found->value : (struct rf_str){"", 0}, .from = env->name.from};
    if (!found || found->from.known == RF_UNKNOWABLE)
        env->value.from.known = RF_UNKNOWABLE;
}

int rf_compose_environment(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                           struct rf_err *err)
{
    struct rf_subject *subject = ret;
    struct rf_env *env;
    int r = rf_compose_as_map(compose, node, &node, err);

    if (r < 0)
        return r;
    env = rf_arena_array(compose->arena, node->count, sizeof(*env));
    if (!env)
        return rf_compose_no_memory(err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        const struct rf_compose_node *value = node->pairs[i].value;

        env[i].name = rf_compose_fact(node->pairs[i].key, node->pairs[i].key->text);
        compose->what = "environment";
        if (rf_compose_is_null(value))
            take_from_caller(node->pairs[i].key, &env[i]);
        else
            r = rf_compose_text(compose, value, &env[i].value, err);
    }
    subject->env = env;
    subject->env_count = node->count;
    return r;
}

/* --- env_file --- */

static bool has_env(const struct rf_subject *subject, struct rf_str name)
{
    for (size_t i = 0; i < subject->env_count; i++) {
        struct rf_str other = subject->env[i].name.value;

        if (subject->env[i].name.from.known != RF_UNSET && other.len == name.len &&
            memcmp(other.ptr, name.ptr, name.len) == 0)
            return true;
    }
    return false;
}

static int add_unread(struct rf_compose *compose, const struct rf_compose_node *path,
                      struct rf_subject *subject, struct rf_err *err)
{
    struct rf_env env = {.value = rf_compose_fact(path, path->text), .source = RF_ENV_FILE};

    env.value.from.known = RF_UNKNOWABLE;
    return rf_compose_append(compose, &subject->env, &subject->env_count, sizeof(env), &env, 1, err);
}

static int add_lines(struct rf_compose *compose, const struct rf_compose_node *path,
                     const struct rf_compose_file *file, struct rf_subject *subject, struct rf_err *err)
{
    struct rf_compose_words words = {
        .arena = compose->arena, .scope = path->source->scope, .spent = &compose->spent};
    const char *name = rf_arena_text(compose->arena, file->name);
    struct rf_fact_pair *pairs = NULL;
    struct rf_env *env;
    size_t count = 0;
    size_t added = 0;
    int r =
        name ? rf_compose_dotenv(&words, name, file->text, &pairs, &count, err) : rf_compose_no_memory(err);

    env = r == 0 ? rf_arena_array(compose->arena, count, sizeof(*env)) : NULL;
    if (!env)
        return r < 0 ? r : rf_compose_no_memory(err);
    for (size_t i = count; i > 0; i--) { /* the last one wins */
        struct rf_subject seen = {.env = env, .env_count = added};

        if (has_env(subject, pairs[i - 1].name.value) || has_env(&seen, pairs[i - 1].name.value))
            continue;
        env[added] =
            (struct rf_env){.name = pairs[i - 1].name, .value = pairs[i - 1].value, .source = RF_ENV_FILE};
        if (env[added].value.from.known == RF_UNSET) {
            take_from_caller(path, &env[added]);
            env[added].source = RF_ENV_CALLER;
        }
        added++;
    }
    return rf_compose_append(compose, &subject->env, &subject->env_count, sizeof(*env), env, added, err);
}

static int add_file(struct rf_compose *compose, const struct rf_compose_node *entry,
                    struct rf_subject *subject, struct rf_err *err)
{
    const struct rf_compose_node *path = entry->kind == RF_YAML_MAP ? rf_compose_get(entry, "path") : entry;
    struct rf_compose_file file = {.name = {"", 0}};
    bool is_read = false;
    int r = 0;

    compose->what = "env_file";
    if (rf_compose_is_null(path) || path->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, path ? path : entry, "a path", err);
    r = rf_compose_join(compose, path->source->directory, path->text, &file.name, err);
    if (r == 0 && path->hole_count == 0)
        r = rf_compose_fetch(compose, file.name, &path->from, &file, &is_read, err);
    if (r < 0)
        return r;
    if (!is_read)
        return add_unread(compose, path, subject, err);
    return add_lines(compose, path, &file, subject, err);
}

int rf_compose_env_files(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                         struct rf_err *err)
{
    int r = 0;

    if (node->kind != RF_YAML_LIST)
        return add_file(compose, node, ret, err);
    for (uint32_t i = node->count; r == 0 && i > 0; i--)
        if (!rf_compose_is_null(node->items[i - 1]))
            r = add_file(compose, node->items[i - 1], ret, err);
    return r;
}
