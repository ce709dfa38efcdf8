/* One Compose tree over another: compose-go's override package. Maps are merged, lists joined, all else is
   replaced; the table names what is different. What must be there once (a mount point, a capability) is the
   business of those who read it: the last one counts. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

enum how {
    MERGE,
    REPLACE,
    AS_MAP,  /* lists of NAME=VALUE, or of names, are maps */
    AS_LIST, /* a text is a list of one */
    BUILD,   /* a text is {context: TEXT} */
    LOGGING  /* of the same driver only */
};

struct rule {
    const char *name; /* "*": any */
    enum how how;
    const struct rule *below; /* ends with a NULL name */
};

static const struct rule build_rules[] = {{"args", AS_MAP, NULL},
                                          {"labels", AS_MAP, NULL},
                                          {"additional_contexts", AS_MAP, NULL},
                                          {NULL, MERGE, NULL}};
static const struct rule deploy_rules[] = {{"labels", AS_MAP, NULL}, {NULL, MERGE, NULL}};
static const struct rule health_rules[] = {{"test", REPLACE, NULL}, {NULL, MERGE, NULL}};
static const struct rule service_rules[] = {{"annotations", AS_MAP, NULL},
                                            {"build", BUILD, build_rules},
                                            {"command", REPLACE, NULL},
                                            {"depends_on", AS_MAP, NULL},
                                            {"deploy", MERGE, deploy_rules},
                                            {"dns", AS_LIST, NULL},
                                            {"dns_opt", AS_LIST, NULL},
                                            {"dns_search", AS_LIST, NULL},
                                            {"entrypoint", REPLACE, NULL},
                                            {"env_file", AS_LIST, NULL},
                                            {"environment", AS_MAP, NULL},
                                            {"healthcheck", MERGE, health_rules},
                                            {"label_file", AS_LIST, NULL},
                                            {"labels", AS_MAP, NULL},
                                            {"logging", LOGGING, NULL},
                                            {"networks", AS_MAP, NULL},
                                            {"sysctls", AS_MAP, NULL},
                                            {"tmpfs", AS_LIST, NULL},
                                            {NULL, MERGE, NULL}};
static const struct rule any_service[] = {{"*", MERGE, service_rules}, {NULL, MERGE, NULL}};
static const struct rule section_rules[] = {{"*", MERGE, deploy_rules}, {NULL, MERGE, NULL}};
static const struct rule file_rules[] = {{"services", MERGE, any_service},
                                         {"networks", MERGE, section_rules},
                                         {"volumes", MERGE, section_rules},
                                         {NULL, MERGE, NULL}};

/* --- names --- */

/* Which pair of a map has a name: an open hash table. */
struct names {
    const struct rf_compose_node *map;
    uint32_t *places; /* index + 1 */
    size_t mask;
};

static size_t hash_of(struct rf_str name)
{
    uint64_t hash = 14695981039346656037U; /* FNV-1a */

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * 1099511628211U;
    return (size_t)(hash ^ hash >> 32);
}

static int init_names(struct rf_compose *compose, const struct rf_compose_node *map, size_t room,
                      struct names *ret, struct rf_err *err)
{
    size_t size = 8;

    while (size < room * 2)
        size *= 2;
    *ret = (struct names){.map = map, .mask = size - 1};
    ret->places = rf_arena_array(compose->arena, size, sizeof(*ret->places));
    return ret->places ? 0 : rf_compose_no_memory(err);
}

/* The slot of the name: 0 when it is not there yet. */
static uint32_t *slot_of(struct names *names, struct rf_str name)
{
    for (size_t at = hash_of(name);; at++) {
        uint32_t *slot = &names->places[at & names->mask];
        struct rf_str other;

        if (*slot == 0)
            return slot;
        other = names->map->pairs[*slot - 1].key->text;
        if (other.len == name.len && (name.len == 0 || memcmp(other.ptr, name.ptr, name.len) == 0))
            return slot;
    }
}

/* --- forms --- */

static int add_entry(struct rf_compose *compose, const struct rf_compose_node *item,
                     struct rf_compose_node *map, struct names *names, struct rf_err *err)
{
    struct rf_str name;
    struct rf_str value = rf_compose_cut(item, item->text, '=', &name);
    struct rf_compose_node *key;
    uint32_t *slot;

    if (item->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, item, "text", err);
    key = rf_compose_part(compose, item, name, err);
    if (!key)
        return err->code;
    slot = slot_of(names, name);
    if (*slot == 0)
        *slot = ++map->count;
    map->pairs[*slot - 1].key = key;
    map->pairs[*slot - 1].value = rf_compose_part(compose, item, value, err);
    return map->pairs[*slot - 1].value ? 0 : err->code;
}

int rf_compose_as_map(struct rf_compose *compose, const struct rf_compose_node *node,
                      const struct rf_compose_node **ret, struct rf_err *err)
{
    struct rf_compose_node *map;
    struct names names;
    int r;

    *ret = node;
    if (node->kind == RF_YAML_MAP)
        return 0;
    if (node->kind != RF_YAML_LIST)
        return rf_compose_refuse(compose, node, "a map or a list", err);
    map = rf_compose_node_new(compose, node, RF_YAML_MAP, node->count, err);
    if (!map)
        return err->code;
    map->tag = node->tag;
    r = init_names(compose, map, node->count, &names, err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++)
        if (!rf_compose_is_null(node->items[i]))
            r = add_entry(compose, node->items[i], map, &names, err);
    *ret = map;
    return r;
}

static struct rf_compose_node *as_list(struct rf_compose *compose, struct rf_compose_node *node,
                                       struct rf_err *err)
{
    struct rf_compose_node *list;

    if (node->kind == RF_YAML_LIST)
        return node;
    list = rf_compose_node_new(compose, node, RF_YAML_LIST, 1, err);
    if (list)
        list->items[list->count++] = node;
    return list;
}

static struct rf_compose_node *as_build(struct rf_compose *compose, struct rf_compose_node *node,
                                        struct rf_err *err)
{
    struct rf_compose_node *map;

    if (node->kind != RF_YAML_SCALAR)
        return node;
    map = rf_compose_node_new(compose, node, RF_YAML_MAP, 1, err);
    if (!map)
        return NULL;
    map->pairs[0].key = rf_compose_part(compose, node, RF_STR("context"), err);
    map->pairs[0].value = node;
    map->count = 1;
    return map->pairs[0].key ? map : NULL;
}

/* Give a value the form in which it can be merged. */
static int shape(struct rf_compose *compose, enum how how, struct rf_compose_node **node, struct rf_err *err)
{
    const struct rf_compose_node *map = *node;
    int r = 0;

    if (how == AS_LIST)
        *node = as_list(compose, *node, err);
    else if (how == BUILD)
        *node = as_build(compose, *node, err);
    else if (how == AS_MAP) {
        r = rf_compose_as_map(compose, *node, &map, err);
        *node = (struct rf_compose_node *)map; /* it was not const before */
    }
    return *node ? r : err->code;
}

/* --- merging --- */

static int merge(struct rf_compose *compose, struct rf_compose_node *base, struct rf_compose_node *over,
                 const struct rule *rule, struct rf_compose_node **ret, struct rf_err *err);

static const struct rule *rule_for(const struct rule *rules, struct rf_str name)
{
    static const struct rule ordinary = {"", MERGE, NULL};

    for (; rules && rules->name; rules++)
        if (rf_str_is(name, rules->name) || strcmp(rules->name, "*") == 0)
            return rules;
    return &ordinary;
}

static int merge_maps(struct rf_compose *compose, struct rf_compose_node *base, struct rf_compose_node *over,
                      const struct rule *rules, struct rf_compose_node **ret, struct rf_err *err)
{
    struct rf_compose_node *model = compose->is_extending ? over : base;
    struct rf_compose_node *map =
        rf_compose_node_new(compose, model, RF_YAML_MAP, (size_t)base->count + over->count, err);
    struct names names;
    int r = map ? init_names(compose, map, (size_t)base->count + over->count, &names, err) : err->code;

    for (uint32_t i = 0; r == 0 && i < base->count; i++) {
        map->pairs[map->count++] = base->pairs[i];
        *slot_of(&names, base->pairs[i].key->text) = map->count;
    }
    for (uint32_t i = 0; r == 0 && i < over->count; i++) {
        uint32_t *slot = slot_of(&names, over->pairs[i].key->text);

        if (*slot) {
            struct rf_compose_pair *pair = &map->pairs[*slot - 1];

            compose->what = "merging"; /* for sentences */
            if (compose->is_extending || pair->value->kind == RF_YAML_SCALAR)
                pair->key = over->pairs[i].key;
            r = merge(compose, pair->value, over->pairs[i].value, rule_for(rules, pair->key->text),
                      &pair->value, err);
        } else {
            map->pairs[map->count++] = over->pairs[i];
            *slot = map->count;
        }
    }
    *ret = map;
    return r;
}

static int join_lists(struct rf_compose *compose, const struct rf_compose_node *base,
                      const struct rf_compose_node *over, struct rf_compose_node **ret, struct rf_err *err)
{
    const struct rf_compose_node *model = compose->is_extending ? over : base;
    struct rf_compose_node *list =
        rf_compose_node_new(compose, model, RF_YAML_LIST, (size_t)base->count + over->count, err);

    if (!list)
        return err->code;
    for (uint32_t i = 0; i < base->count; i++)
        list->items[list->count++] = base->items[i];
    for (uint32_t i = 0; i < over->count; i++)
        list->items[list->count++] = over->items[i];
    *ret = list;
    return 0;
}

/* Whether both name a driver, and not the same. */
static bool is_other_driver(const struct rf_compose_node *base, const struct rf_compose_node *over)
{
    const struct rf_compose_node *one = rf_compose_get(base, "driver");
    const struct rf_compose_node *other = rf_compose_get(over, "driver");

    return one && other &&
           (one->text.len != other->text.len ||
            (one->text.len && memcmp(one->text.ptr, other->text.ptr, one->text.len) != 0));
}

static int merge(struct rf_compose *compose, struct rf_compose_node *base, struct rf_compose_node *over,
                 const struct rule *rule, struct rf_compose_node **ret, struct rf_err *err)
{
    int r;

    *ret = over;
    if (over->tag != RF_COMPOSE_PLAIN || base->tag == RF_COMPOSE_RESET || rf_compose_is_null(base) ||
        rule->how == REPLACE || (rule->how == LOGGING && is_other_driver(base, over)))
        return 0;
    *ret = base;
    if (rf_compose_is_null(over))
        return 0;
    r = shape(compose, rule->how, &base, err);
    if (r == 0)
        r = shape(compose, rule->how, &over, err);
    if (r < 0)
        return r;
    *ret = over;
    if (base->kind != over->kind || base->kind == RF_YAML_SCALAR)
        return 0;
    return base->kind == RF_YAML_MAP ? merge_maps(compose, base, over, rule->below, ret, err)
                                     : join_lists(compose, base, over, ret, err);
}

int rf_compose_merge_files(struct rf_compose *compose, struct rf_compose_node *base,
                           struct rf_compose_node *over, struct rf_compose_node **ret, struct rf_err *err)
{
    static const struct rule rule = {"", MERGE, file_rules};

    compose->is_extending = false;
    return merge(compose, base, over, &rule, ret, err);
}

int rf_compose_merge_services(struct rf_compose *compose, struct rf_compose_node *base,
                              struct rf_compose_node *over, struct rf_compose_node **ret, struct rf_err *err)
{
    static const struct rule rule = {"", MERGE, service_rules};

    compose->is_extending = true;
    return merge(compose, base, over, &rule, ret, err);
}
