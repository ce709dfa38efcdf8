/* The tree of a file: limits, anchors, merge keys and keys that are there twice are judged here, for YAML and
   JSON alike. */
#include "text/yaml_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_CHILDREN = 64, ANCHOR_SLOTS = 2 * RF_YAML_ANCHORS, FEW = 8, SHOWN = 60 };

static int no_memory(struct rf_err *err)
{
    return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
}

static int shown(struct rf_str text)
{
    return text.len < SHOWN ? (int)text.len : SHOWN;
}

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

struct rf_yaml_node *rf_yaml_node_new(struct rf_yaml_builder *builder, enum rf_yaml_kind kind,
                                      enum rf_yaml_style style, uint32_t start, uint32_t end,
                                      struct rf_err *err)
{
    struct rf_yaml_node *node;

    if (builder->nodes++ >= RF_YAML_NODES) {
        (void)rf_yaml_fail(builder->yaml, start, err, "more than %d values", RF_YAML_NODES);
        return NULL;
    }
    node = rf_arena_alloc(builder->arena, sizeof(*node));
    if (!node) {
        (void)no_memory(err);
        return NULL;
    }
    *node = (struct rf_yaml_node){.kind = kind, .style = style, .start = start, .end = end, .weight = 1};
    return node;
}

/* --- anchors --- */

/* FNV-1a. Names that somebody made collide cost at most RF_YAML_ANCHORS comparisons each. */
static uint32_t hash_of(struct rf_str text)
{
    uint32_t hash = 2166136261U;

    for (size_t i = 0; i < text.len; i++)
        hash = (hash ^ (unsigned char)text.ptr[i]) * 16777619U;
    return hash ^ hash >> 15;
}

static struct rf_yaml_anchor *find_anchor(const struct rf_yaml_builder *builder, struct rf_str name)
{
    size_t at = hash_of(name) % ANCHOR_SLOTS;

    while (builder->anchors[at].node && !is_same(builder->anchors[at].name, name))
        at = (at + 1) % ANCHOR_SLOTS;
    return &builder->anchors[at];
}

int rf_yaml_name(struct rf_yaml_builder *builder, struct rf_yaml_node *node, struct rf_err *err)
{
    struct rf_yaml_anchor *anchor;

    if (!builder->anchors)
        builder->anchors = rf_arena_array(builder->arena, ANCHOR_SLOTS, sizeof(*builder->anchors));
    if (!builder->anchors)
        return no_memory(err);
    anchor = find_anchor(builder, node->props->anchor);
    if (!anchor->node && builder->anchor_count++ == RF_YAML_ANCHORS)
        return rf_yaml_fail(builder->yaml, node->props->start, err, "more than %d anchors", RF_YAML_ANCHORS);
    *anchor = (struct rf_yaml_anchor){
        .name = node->props->anchor, .node = node, .document = builder->yaml->document_count};
    return 0;
}

/* --- weight --- */

static int add_weight(const struct rf_yaml_builder *builder, struct rf_yaml_node *node, uint32_t more,
                      struct rf_err *err)
{
    node->weight += more; /* both are at most RF_YAML_NODES */
    if (node->weight > RF_YAML_NODES)
        return rf_yaml_fail(builder->yaml, node->start, err,
                            "more than %d values when aliases are counted with what they stand for",
                            RF_YAML_NODES);
    return 0;
}

/* --- keys --- */

static int refuse_twice(const struct rf_yaml_builder *builder, const struct rf_yaml_node *first,
                        const struct rf_yaml_node *key, struct rf_err *err)
{
    uint32_t line;
    uint32_t column;

    rf_yaml_place(builder->yaml, first->start, &line, &column);
    return rf_yaml_fail(builder->yaml, key->start, err, "the key \"%.*s\" is there already, in line %u",
                        shown(key->text), key->text.ptr, line);
}

static int compare_keys(const void *left, const void *right)
{
    const struct rf_yaml_rank *a = left;
    const struct rf_yaml_rank *b = right;
    size_t len = a->key.len < b->key.len ? a->key.len : b->key.len;
    int order = len ? memcmp(a->key.ptr, b->key.ptr, len) : 0;

    if (order != 0)
        return order;
    if (a->key.len != b->key.len)
        return a->key.len < b->key.len ? -1 : 1;
    return a->rank < b->rank ? -1 : 1;
}

/* The pairs in the order of their keys, and those of one key in the order of the file. Sorted, not hashed:
   keys of strangers could be made to collide. */
static struct rf_yaml_rank *rank_keys(struct rf_yaml_builder *builder, const struct rf_yaml_node *node)
{
    if (node->count > builder->rank_room) {
        builder->ranks = rf_arena_array(builder->arena, node->count * 2UL, sizeof(*builder->ranks));
        builder->rank_room = builder->ranks ? node->count * 2UL : 0;
    }
    for (uint32_t i = 0; builder->ranks && i < node->count; i++)
        builder->ranks[i] = (struct rf_yaml_rank){.key = node->pairs[i].key->text, .rank = i};
    if (builder->ranks)
        qsort(builder->ranks, node->count, sizeof(*builder->ranks), compare_keys);
    return builder->ranks;
}

/* A merged pair whose key is there already goes; an own one is a fault. The first fault of the file is told.
 */
static int judge_repeated(const struct rf_yaml_builder *builder, struct rf_yaml_node *node, uint32_t own,
                          uint32_t first, uint32_t second, struct rf_err *err)
{
    if (second < own)
        return refuse_twice(builder, node->pairs[first].key, node->pairs[second].key, err);
    node->pairs[second].value = NULL;
    return 0;
}

/* Judge each pair whose key a pair before it has. `own` is the number of those that are not merged. */
static int drop_repeated(struct rf_yaml_builder *builder, struct rf_yaml_node *node, uint32_t own,
                         struct rf_err *err)
{
    const struct rf_yaml_rank *ranks = node->count > FEW ? rank_keys(builder, node) : NULL;
    uint32_t kept = 0;
    int r = 0;

    if (node->count > FEW && !ranks)
        return no_memory(err);
    for (uint32_t i = 1; !ranks && r == 0 && i < node->count; i++) {
        for (uint32_t j = 0; r == 0 && j < i; j++)
            if (is_same(node->pairs[j].key->text, node->pairs[i].key->text))
                r = judge_repeated(builder, node, own, j, i, err);
    }
    for (uint32_t i = 1, first = 0; ranks && r == 0 && i < node->count; i++) {
        if (is_same(ranks[first].key, ranks[i].key))
            r = judge_repeated(builder, node, own, ranks[first].rank, ranks[i].rank, err);
        else
            first = i;
    }
    for (uint32_t i = 0; r == 0 && i < node->count; i++)
        if (node->pairs[i].value)
            node->pairs[kept++] = node->pairs[i];
    node->count = kept;
    return r;
}

static bool is_merge(const struct rf_yaml_node *key)
{
    return key->style == RF_YAML_PLAIN && rf_str_is(key->text, "<<") &&
           (!key->props || key->props->tag.len == 0 || rf_str_is(key->props->tag, "tag:yaml.org,2002:merge"));
}

/* The `index`th of the maps behind <<, or NULL. */
static const struct rf_yaml_node *merge_source(const struct rf_yaml_node *value, size_t index)
{
    if (value->kind == RF_YAML_LIST)
        return index < value->count ? value->items[index] : NULL;
    return index == 0 ? value : NULL;
}

/* How many pairs the maps behind << may bring. */
static int count_merged(struct rf_yaml_builder *builder, const struct rf_yaml_node *value, size_t *ret,
                        struct rf_err *err)
{
    const struct rf_yaml_node *source;

    *ret = 0;
    for (size_t i = 0; (source = merge_source(value, i)); i++) {
        if (source->kind != RF_YAML_MAP)
            return rf_yaml_fail(builder->yaml, source->start, err, "<<: want a map or a list of maps");
        *ret += source->count;
        builder->nodes += source->count; /* both are at most RF_YAML_NODES */
        if (builder->nodes > RF_YAML_NODES)
            return rf_yaml_fail(builder->yaml, source->start, err,
                                "more than %d values, with those that << brings", RF_YAML_NODES);
    }
    return 0;
}

static void add_merged(struct rf_yaml_node *node)
{
    const struct rf_yaml_node *source;

    for (size_t i = 0; (source = merge_source(node->merge->value, i)); i++) {
        for (size_t j = 0; j < source->count; j++) {
            node->pairs[node->count] = source->pairs[j];
            node->pairs[node->count++].merged = source;
        }
    }
}

static int find_merge(struct rf_yaml_builder *builder, struct rf_yaml_node *node,
                      const struct rf_yaml_pair *children, size_t count, struct rf_err *err)
{
    struct rf_yaml_pair *merge = NULL;

    for (size_t i = 0; i < count; i++) {
        if (!is_merge(children[i].key))
            continue;
        if (merge)
            return refuse_twice(builder, merge->key, children[i].key, err);
        merge = rf_arena_alloc(builder->arena, sizeof(*merge));
        if (!merge)
            return no_memory(err);
        *merge = children[i];
    }
    node->merge = merge;
    return 0;
}

static int close_map(struct rf_yaml_builder *builder, struct rf_yaml_node *node,
                     const struct rf_yaml_pair *children, size_t count, struct rf_err *err)
{
    size_t merged = 0;
    uint32_t own;
    int r = find_merge(builder, node, children, count, err);

    if (r == 0 && node->merge)
        r = count_merged(builder, node->merge->value, &merged, err);
    if (r < 0)
        return r;
    node->pairs = rf_arena_array(builder->arena, count + merged, sizeof(*node->pairs));
    if (!node->pairs)
        return no_memory(err);
    for (size_t i = 0; i < count; i++)
        if (!node->merge || children[i].key != node->merge->key)
            node->pairs[node->count++] = children[i];
    own = node->count;
    if (node->merge)
        add_merged(node);
    r = drop_repeated(builder, node, own, err);
    if (r == 0 && node->merge)
        r = add_weight(builder, node, node->merge->key->weight + node->merge->value->weight, err);
    for (size_t i = 0; r == 0 && i < node->count; i++)
        r = add_weight(builder, node, node->pairs[i].key->weight + node->pairs[i].value->weight, err);
    return r;
}

static int close_list(struct rf_yaml_builder *builder, struct rf_yaml_node *node,
                      const struct rf_yaml_pair *children, size_t count, struct rf_err *err)
{
    int r = 0;

    node->items = rf_arena_array(builder->arena, count, sizeof(*node->items));
    if (!node->items)
        return no_memory(err);
    for (size_t i = 0; r == 0 && i < count; i++) {
        node->items[i] = children[i].value;
        r = add_weight(builder, node, children[i].value->weight, err);
    }
    node->count = (uint32_t)count;
    return r;
}

/* --- growing --- */

static int put_document(struct rf_yaml_builder *builder, struct rf_yaml_node *node, struct rf_err *err)
{
    struct rf_yaml *yaml = builder->yaml;

    if (yaml->document_count == builder->document_room) {
        size_t room = builder->document_room ? builder->document_room * 2 : 4;
        struct rf_yaml_node **documents = rf_arena_array(builder->arena, room, sizeof(struct rf_yaml_node *));

        if (!documents)
            return no_memory(err);
        if (yaml->document_count)
            memcpy(documents, yaml->documents, yaml->document_count * sizeof(struct rf_yaml_node *));
        yaml->documents = documents;
        builder->document_room = room;
    }
    yaml->documents[yaml->document_count++] = node;
    builder->weight += node->weight;
    if (builder->weight > RF_YAML_NODES)
        return rf_yaml_fail(yaml, node->start, err,
                            "more than %d values in all documents, aliases counted with what they stand for",
                            RF_YAML_NODES);
    return 0;
}

static int put_child(struct rf_yaml_builder *builder, struct rf_yaml_node *key, struct rf_yaml_node *value,
                     struct rf_err *err)
{
    if (builder->child_count == builder->child_room) {
        size_t room = builder->child_room ? builder->child_room * 2 : FIRST_CHILDREN;
        struct rf_yaml_pair *children = rf_arena_array(builder->arena, room, sizeof(*children));

        if (!children)
            return no_memory(err);
        if (builder->child_count)
            memcpy(children, builder->children, builder->child_count * sizeof(*children));
        builder->children = children;
        builder->child_room = room;
    }
    builder->children[builder->child_count++] = (struct rf_yaml_pair){.key = key, .value = value};
    return 0;
}

int rf_yaml_put(struct rf_yaml_builder *builder, struct rf_yaml_node *node, struct rf_err *err)
{
    struct rf_yaml_frame *frame = builder->depth ? &builder->frames[builder->depth - 1] : NULL;
    struct rf_yaml_node *key = NULL;

    if (!frame)
        return put_document(builder, node, err);
    if (frame->node->kind == RF_YAML_MAP && !frame->key) {
        if (node->kind != RF_YAML_SCALAR)
            return rf_yaml_fail(builder->yaml, node->start, err, "a key must be one word or text, not a %s",
                                node->kind == RF_YAML_MAP ? "map" : "list");
        frame->key = node;
        return 0;
    }
    key = frame->key;
    frame->key = NULL;
    return put_child(builder, key, node, err);
}

int rf_yaml_open(struct rf_yaml_builder *builder, struct rf_yaml_node *node, struct rf_err *err)
{
    const struct rf_yaml_frame *frame = builder->depth ? &builder->frames[builder->depth - 1] : NULL;

    if (frame && frame->node->kind == RF_YAML_MAP && !frame->key)
        return rf_yaml_put(builder, node, err); /* refuses it as a key */
    if (builder->depth == RF_YAML_DEPTH)
        return rf_yaml_fail(builder->yaml, node->start, err, "more than %d maps and lists inside each other",
                            RF_YAML_DEPTH);
    builder->frames[builder->depth++] = (struct rf_yaml_frame){.node = node, .first = builder->child_count};
    return 0;
}

int rf_yaml_close(struct rf_yaml_builder *builder, uint32_t end, struct rf_err *err)
{
    struct rf_yaml_frame *frame = &builder->frames[builder->depth - 1];
    struct rf_yaml_node *node = frame->node;
    const struct rf_yaml_pair *children = builder->children ? builder->children + frame->first : NULL;
    size_t count = builder->child_count - frame->first;
    int r = 0;

    node->end = end;
    if (node->style == RF_YAML_BLOCK && count)
        node->end = children[count - 1].value->end;
    if (count)
        r = node->kind == RF_YAML_MAP ? close_map(builder, node, children, count, err)
                                      : close_list(builder, node, children, count, err);
    builder->child_count = frame->first;
    builder->depth--;
    return r < 0 ? r : rf_yaml_put(builder, node, err);
}

int rf_yaml_put_alias(struct rf_yaml_builder *builder, struct rf_str name, uint32_t start, uint32_t end,
                      struct rf_err *err)
{
    const struct rf_yaml_anchor *anchor = builder->anchors ? find_anchor(builder, name) : NULL;
    struct rf_yaml_node *node;

    if (!anchor || !anchor->node || anchor->document != builder->yaml->document_count)
        return rf_yaml_fail(builder->yaml, start, err, "*%.*s: no &%.*s stands before it in this document",
                            shown(name), name.ptr, shown(name), name.ptr);
    for (size_t i = 0; i < builder->depth; i++)
        if (builder->frames[i].node == anchor->node)
            return rf_yaml_fail(builder->yaml, start, err, "*%.*s: the alias lies inside its own anchor",
                                shown(name), name.ptr);
    node = rf_yaml_node_new(builder, anchor->node->kind, anchor->node->style, start, end, err);
    if (!node)
        return err->code;
    *node = *anchor->node;
    node->start = start;
    node->end = end;
    node->target = anchor->node;
    return rf_yaml_put(builder, node, err);
}

const struct rf_yaml_pair *rf_yaml_find(const struct rf_yaml_node *node, const char *key)
{
    size_t len = strlen(key);

    if (!node || node->kind != RF_YAML_MAP)
        return NULL;
    for (size_t i = 0; i < node->count; i++) {
        struct rf_str text = node->pairs[i].key->text;

        if (text.len == len && memcmp(text.ptr, key, len) == 0)
            return &node->pairs[i];
    }
    return NULL;
}

const struct rf_yaml_node *rf_yaml_get(const struct rf_yaml_node *node, const char *key)
{
    const struct rf_yaml_pair *pair = rf_yaml_find(node, key);

    return pair ? pair->value : NULL;
}
