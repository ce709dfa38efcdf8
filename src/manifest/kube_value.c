/* Objects of the Kubernetes API as JSON decoding sees them: strict about types, deaf to unknown members. */
#include "manifest/kube.h"

#include <errno.h>
#include <string.h>

struct rf_from rf_kube_from(const struct rf_kube *kube, const struct rf_yaml_node *node)
{
    struct rf_from from = {.known = RF_KNOWN, .file = kube->file, .start = node->start, .end = node->end};

    rf_yaml_place(kube->yaml, node->start, &from.line, &from.column);
    return from;
}

static enum rf_yaml_type type_of(const struct rf_yaml_node *node)
{
    return rf_yaml_value(node, RF_YAML_KUBECTL).type;
}

bool rf_kube_is_null(const struct rf_yaml_node *node)
{
    return !node ||
           (node->kind == RF_YAML_SCALAR && node->text.len <= 4 && type_of(node) == RF_YAML_TYPE_NULL);
}

int rf_kube_refuse(const struct rf_kube *kube, const struct rf_yaml_node *node, const char *wanted,
                   struct rf_err *err)
{
    return rf_yaml_fail(kube->yaml, node->start, err, "%s: want %s, not %s", kube->what, wanted,
                        rf_yaml_type_name(type_of(node)));
}

static const struct rf_kube_member *find_member(const struct rf_kube_member *members, size_t count,
                                                struct rf_str name)
{
    for (size_t i = 0; i < count; i++)
        if (name.len && members[i].name[0] == name.ptr[0] && rf_str_is(name, members[i].name))
            return &members[i];
    return NULL;
}

int rf_kube_object(struct rf_kube *kube, const struct rf_yaml_node *node,
                   const struct rf_kube_member *members, size_t count, void *ret, struct rf_err *err)
{
    int r = 0;

    if (node->kind != RF_YAML_MAP)
        return rf_kube_refuse(kube, node, "a map", err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        const struct rf_kube_member *member = find_member(members, count, node->pairs[i].key->text);

        if (!member || rf_kube_is_null(node->pairs[i].value))
            continue;
        kube->what = member->name;
        r = member->read(kube, node->pairs[i].value, (char *)ret + member->offset, err);
    }
    return r;
}

int rf_kube_items(struct rf_kube *kube, const struct rf_yaml_node *node, size_t size_bytes,
                  rf_kube_read *read, void *ret_items, size_t *ret_count, struct rf_err *err)
{
    const char *what = kube->what;
    char *items;
    int r = 0;

    if (node->kind != RF_YAML_LIST)
        return rf_kube_refuse(kube, node, "a list", err);
    items = rf_arena_array(kube->arena, node->count, size_bytes);
    if (!items)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        kube->what = what;
        if (!rf_kube_is_null(node->items[i]))
            r = read(kube, node->items[i], items + i * size_bytes, err);
    }
    *(void **)ret_items = items;
    *ret_count = node->count;
    return r;
}

/* ${UID} is for envsubst or a pipeline, and some write $(UID): an API server would refuse both where it wants
   a flag or a number, so that they can only mean that something comes in between. */
static bool is_placeholder(const struct rf_yaml_node *node)
{
    const char *found =
        node->kind == RF_YAML_SCALAR && node->text.len ? memchr(node->text.ptr, '$', node->text.len) : NULL;

    return found && found + 1 < node->text.ptr + node->text.len && (found[1] == '{' || found[1] == '(');
}

static int mark_unknown(struct rf_kube *kube, struct rf_from *from)
{
    from->known = RF_UNKNOWABLE;
    if (kube->unknown.known == RF_UNSET)
        kube->unknown = *from;
    return 0;
}

int rf_kube_bool(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    struct rf_fact_bool *ret = ret_fact;
    struct rf_yaml_value value = rf_yaml_value(node, RF_YAML_KUBECTL);

    ret->from = rf_kube_from(kube, node);
    if (value.type == RF_YAML_TYPE_TEXT && is_placeholder(node))
        return mark_unknown(kube, &ret->from);
    if (value.type != RF_YAML_TYPE_BOOL)
        return rf_kube_refuse(kube, node, "true or false", err);
    ret->is_true = value.is_true;
    return 0;
}

int rf_kube_int(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    struct rf_fact_int *ret = ret_fact;
    struct rf_yaml_value value = rf_yaml_value(node, RF_YAML_KUBECTL);

    ret->from = rf_kube_from(kube, node);
    if (value.type == RF_YAML_TYPE_TEXT && is_placeholder(node))
        return mark_unknown(kube, &ret->from);
    if (!value.is_whole)
        return rf_kube_refuse(kube, node, "a whole number", err);
    ret->value = value.integer;
    return 0;
}

int rf_kube_seconds(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    struct rf_fact_int *ret = ret_fact;
    int r = rf_kube_int(kube, node, ret, err);

    if (r == 0 && __builtin_mul_overflow(ret->value, (int64_t)1000, &ret->value))
        r = rf_yaml_fail(kube->yaml, node->start, err, "%s: too many seconds", kube->what);
    return r;
}

static int read_quantity(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_fact_int *ret,
                         uint64_t per_unit, struct rf_err *err)
{
    uint64_t milli = 0;

    ret->from = rf_kube_from(kube, node);
    if (is_placeholder(node))
        return mark_unknown(kube, &ret->from);
    if (node->kind != RF_YAML_SCALAR || rf_quantity_milli(node->text, &milli) < 0)
        return rf_yaml_fail(kube->yaml, node->start, err,
                            "%s: want a quantity such as 500m, 2, 64Mi or 1.5Gi", kube->what);
    milli = milli / per_unit + (milli % per_unit != 0); /* an API server rounds up */
    ret->value = milli < INT64_MAX ? (int64_t)milli : INT64_MAX;
    return 0;
}

int rf_kube_bytes(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    return read_quantity(kube, node, ret_fact, 1000, err);
}

int rf_kube_milli(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    return read_quantity(kube, node, ret_fact, 1, err);
}

int rf_kube_text(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    struct rf_fact_text *ret = ret_fact;

    if (type_of(node) != RF_YAML_TYPE_TEXT)
        return rf_kube_refuse(kube, node, "text (put it in quotes)", err);
    *ret = (struct rf_fact_text){.value = node->text, .from = rf_kube_from(kube, node)};
    if (is_placeholder(node) && node->text.len > 1)
        ret->from.known = RF_UNKNOWABLE;
    return 0;
}

/* Text or a number: IntOrString. */
int rf_kube_word(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    struct rf_fact_text *ret = ret_fact;

    if (node->kind != RF_YAML_SCALAR || type_of(node) == RF_YAML_TYPE_BOOL)
        return rf_kube_refuse(kube, node, "a number or text", err);
    *ret = (struct rf_fact_text){.value = node->text, .from = rf_kube_from(kube, node)};
    return 0;
}

/* An element of a list: `$` is no placeholder there, since commands are full of it. */
static int read_element(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact,
                        struct rf_err *err)
{
    int r = rf_kube_text(kube, node, ret_fact, err);

    if (r == 0)
        ((struct rf_fact_text *)ret_fact)->from.known = RF_KNOWN;
    return r;
}

int rf_kube_list(struct rf_kube *kube, const struct rf_yaml_node *node, void *ret_fact, struct rf_err *err)
{
    struct rf_fact_list *ret = ret_fact;

    ret->from = rf_kube_from(kube, node);
    if (is_placeholder(node))
        return mark_unknown(kube, &ret->from);
    return rf_kube_items(kube, node, sizeof(*ret->items), read_element, &ret->items, &ret->count, err);
}

int rf_kube_pairs(struct rf_kube *kube, const struct rf_yaml_node *node, struct rf_fact_pair **ret,
                  size_t *ret_count, struct rf_err *err)
{
    struct rf_fact_pair *pairs;
    int r = 0;

    if (node->kind != RF_YAML_MAP)
        return rf_kube_refuse(kube, node, "a map", err);
    pairs = rf_arena_array(kube->arena, node->count, sizeof(*pairs));
    if (!pairs)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        const struct rf_yaml_node *key = node->pairs[i].key;
        const struct rf_yaml_node *value = node->pairs[i].value;

        pairs[i].name = (struct rf_fact_text){.value = key->text, .from = rf_kube_from(kube, key)};
        pairs[i].value.from = rf_kube_from(kube, value);
        if (!rf_kube_is_null(value))
            r = read_element(kube, value, &pairs[i].value, err);
    }
    *ret = pairs;
    *ret_count = node->count;
    return r;
}
