/* The trees that a project is made of: each value with its place and its variables filled in. */
#include "manifest/compose_parts.h"

#include "base/format.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

/* --- sentences --- */

int rf_compose_fail(const struct rf_from *from, struct rf_err *err, const char *fmt, ...)
{
    char sentence[sizeof(err->msg)];
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a sentence may be cut */
    va_end(args);
    for (char *p = sentence; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 127)
            *p = '?';
    return rf_fail(err, -EINVAL, "%s:%u:%u: %s", from->file, from->line, from->column, sentence);
}

int rf_compose_refuse(const struct rf_compose *compose, const struct rf_compose_node *node,
                      const char *wanted, struct rf_err *err)
{
    return rf_compose_fail(&node->from, err, "%s: want %s, not %s", compose->what, wanted,
                           rf_yaml_type_name(node->type));
}

int rf_compose_no_memory(struct rf_err *err)
{
    return rf_fail(err, -ENOMEM, "Compose files: no memory left to read them");
}

/* --- nodes --- */

bool rf_compose_is_null(const struct rf_compose_node *node)
{
    return !node || node->tag == RF_COMPOSE_RESET ||
           (node->kind == RF_YAML_SCALAR && node->type == RF_YAML_TYPE_NULL);
}

struct rf_compose_node *rf_compose_get(const struct rf_compose_node *node, const char *key)
{
    for (uint32_t i = 0; node && node->kind == RF_YAML_MAP && i < node->count; i++)
        if (rf_str_is(node->pairs[i].key->text, key))
            return node->pairs[i].value;
    return NULL;
}

struct rf_compose_node *rf_compose_find(const struct rf_compose_node *node, struct rf_str key)
{
    for (uint32_t i = 0; node && node->kind == RF_YAML_MAP && i < node->count; i++) {
        struct rf_str other = node->pairs[i].key->text;

        if (other.len == key.len && (key.len == 0 || memcmp(other.ptr, key.ptr, key.len) == 0))
            return node->pairs[i].value;
    }
    return NULL;
}

struct rf_compose_node *rf_compose_node_new(struct rf_compose *compose, const struct rf_compose_node *model,
                                            enum rf_yaml_kind kind, size_t count, struct rf_err *err)
{
    struct rf_compose_node *node = rf_arena_alloc(compose->arena, sizeof(*node));
    void *children = NULL;

    if (compose->nodes >= RF_COMPOSE_NODES) {
        (void)rf_compose_fail(&model->from, err, "more than %d values, with aliases and what is extended",
                              RF_COMPOSE_NODES); /* the caller sees NULL */
        err->code = -E2BIG;
        return NULL;
    }
    compose->nodes += 1 + count;
    if (node && kind != RF_YAML_SCALAR && count)
        children =
            rf_arena_array(compose->arena, count,
                           kind == RF_YAML_MAP ? sizeof(*node->pairs) : sizeof(struct rf_compose_node *));
    if (!node || (kind != RF_YAML_SCALAR && count && !children)) {
        (void)rf_compose_no_memory(err); /* the caller sees NULL */
        return NULL;
    }
    *node = (struct rf_compose_node){.kind = kind,
                                     .type = kind == RF_YAML_MAP    ? RF_YAML_TYPE_MAP
                                             : kind == RF_YAML_LIST ? RF_YAML_TYPE_LIST
                                                                    : RF_YAML_TYPE_TEXT,
                                     .source = model->source,
                                     .from = model->from};
    if (kind == RF_YAML_MAP)
        node->pairs = children;
    else if (kind == RF_YAML_LIST)
        node->items = children;
    return node;
}

struct rf_compose_node *rf_compose_part(struct rf_compose *compose, const struct rf_compose_node *whole,
                                        struct rf_str text, struct rf_err *err)
{
    struct rf_compose_node *node = rf_compose_node_new(compose, whole, RF_YAML_SCALAR, 0, err);

    if (!node)
        return NULL;
    node->is_default = whole->is_default;
    node->holes = whole->holes;
    node->hole_count = whole->hole_count;
    node->text = text;
    if (!text.ptr)
        node->type = RF_YAML_TYPE_NULL;
    return node;
}

/* --- parts of a text --- */

/* The hole that the byte lies in, or NULL. */
static const struct rf_str *hole_at(const struct rf_compose_node *node, const char *byte)
{
    for (uint32_t i = 0; i < node->hole_count; i++)
        if (byte >= node->holes[i].ptr && byte < node->holes[i].ptr + node->holes[i].len)
            return &node->holes[i];
    return NULL;
}

bool rf_compose_has_hole(const struct rf_compose_node *node, struct rf_str part)
{
    for (uint32_t i = 0; i < node->hole_count; i++)
        if (part.ptr < node->holes[i].ptr + node->holes[i].len && node->holes[i].ptr < part.ptr + part.len)
            return true;
    return false;
}

struct rf_str rf_compose_cut(const struct rf_compose_node *node, struct rf_str text, char sep,
                             struct rf_str *ret_head)
{
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != sep || hole_at(node, text.ptr + i))
            continue;
        *ret_head = (struct rf_str){text.ptr, i};
        return (struct rf_str){text.ptr + i + 1, text.len - i - 1};
    }
    *ret_head = text;
    return (struct rf_str){NULL, 0};
}

struct rf_str rf_compose_cut_last(const struct rf_compose_node *node, struct rf_str text, char sep,
                                  struct rf_str *ret_head)
{
    for (size_t i = text.len; i > 0; i--) {
        if (text.ptr[i - 1] != sep || hole_at(node, text.ptr + i - 1))
            continue;
        *ret_head = (struct rf_str){text.ptr, i - 1};
        return (struct rf_str){text.ptr + i, text.len - i};
    }
    *ret_head = text;
    return (struct rf_str){NULL, 0};
}

/* --- from YAML --- */

static struct rf_from place_of(const struct rf_compose_source *source, const struct rf_yaml_node *yaml)
{
    struct rf_from from = {.known = RF_KNOWN, .file = source->name, .start = yaml->start, .end = yaml->end};

    rf_yaml_place(&source->yaml, yaml->start, &from.line, &from.column);
    return from;
}

static int fill_scalar(struct rf_compose *compose, const struct rf_yaml_node *yaml, bool is_key,
                       struct rf_compose_node *node, struct rf_err *err)
{
    struct rf_compose_words words = {
        .arena = compose->arena, .scope = node->source->scope, .spent = &compose->spent};
    struct rf_compose_text text = {.text = yaml->text};
    struct rf_err cause = {0};
    int r = 0;

    if (!is_key)
        r = rf_compose_interpolate(&words, yaml->text, &text, &cause);
    if (r == -ENOMEM)
        return rf_compose_no_memory(err);
    if (r < 0) {
        (void)rf_compose_fail(&node->from, err, "%s", cause.msg); /* with another code */
        return err->code = r;
    }
    node->type = rf_yaml_value(yaml, RF_YAML_COMPOSE).type;
    node->is_plain = yaml->style == RF_YAML_PLAIN && text.text.ptr == yaml->text.ptr;
    node->text = text.text;
    node->holes = text.holes;
    node->hole_count = text.hole_count;
    node->is_default = text.is_default;
    return 0;
}

static int convert(struct rf_compose *compose, const struct rf_compose_source *source,
                   const struct rf_yaml_node *yaml, bool is_key, struct rf_compose_node **ret,
                   struct rf_err *err);

static int fill_children(struct rf_compose *compose, const struct rf_yaml_node *yaml,
                         struct rf_compose_node *node, struct rf_err *err)
{
    const struct rf_compose_source *source = node->source;
    int r = 0;

    for (uint32_t i = 0; r == 0 && i < yaml->count; i++) {
        if (yaml->kind == RF_YAML_LIST) {
            r = convert(compose, source, yaml->items[i], false, &node->items[node->count++], err);
            continue;
        }
        if (compose->depth == 1 && rf_str_starts(yaml->pairs[i].key->text, "x-"))
            continue;
        r = convert(compose, source, yaml->pairs[i].key, true, &node->pairs[node->count].key, err);
        if (r == 0)
            r = convert(compose, source, yaml->pairs[i].value, false, &node->pairs[node->count].value, err);
        node->count++;
    }
    return r;
}

static int convert(struct rf_compose *compose, const struct rf_compose_source *source,
                   const struct rf_yaml_node *yaml, bool is_key, struct rf_compose_node **ret,
                   struct rf_err *err)
{
    struct rf_compose_node model = {.source = source, .from = place_of(source, yaml)};
    struct rf_compose_node *node = rf_compose_node_new(compose, &model, yaml->kind, yaml->count, err);
    int r;

    if (!node)
        return err->code;
    *ret = node;
    if (yaml->props && rf_str_is(yaml->props->tag, "!reset"))
        node->tag = RF_COMPOSE_RESET;
    else if (yaml->props && rf_str_is(yaml->props->tag, "!override"))
        node->tag = RF_COMPOSE_OVERRIDE;
    if (yaml->kind == RF_YAML_SCALAR)
        return fill_scalar(compose, yaml, is_key, node, err);
    if (compose->depth == RF_COMPOSE_DEPTH)
        return rf_compose_fail(&node->from, err, "more than %d maps and lists inside each other",
                               RF_COMPOSE_DEPTH);
    compose->depth++;
    r = fill_children(compose, yaml, node, err);
    compose->depth--;
    return r;
}

int rf_compose_convert(struct rf_compose *compose, const struct rf_compose_source *source,
                       const struct rf_yaml_node *yaml, struct rf_compose_node **ret, struct rf_err *err)
{
    compose->depth = 0;
    return convert(compose, source, yaml, false, ret, err);
}
