/* Values of a Compose file: strict about what can be used at all, lenient about quotes, as Compose is. */
#include "manifest/compose_parts.h"

#include "base/num.h"

#include <errno.h>
#include <string.h>

static const struct rf_compose_member *find_member(const struct rf_compose_member *members, size_t count,
                                                   struct rf_str name)
{
    for (size_t i = 0; i < count; i++)
        if (name.len && members[i].name[0] == name.ptr[0] && rf_str_is(name, members[i].name))
            return &members[i];
    return NULL;
}

int rf_compose_object(struct rf_compose *compose, const struct rf_compose_node *node,
                      const struct rf_compose_member *members, size_t count, void *ret, struct rf_err *err)
{
    int r = 0;

    if (node->kind != RF_YAML_MAP)
        return rf_compose_refuse(compose, node, "a map", err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        const struct rf_compose_member *member = find_member(members, count, node->pairs[i].key->text);

        if (!member || rf_compose_is_null(node->pairs[i].value))
            continue;
        compose->what = member->name;
        r = member->read(compose, node->pairs[i].value, (char *)ret + member->offset, err);
    }
    return r;
}

int rf_compose_items(struct rf_compose *compose, const struct rf_compose_node *node, size_t size_bytes,
                     rf_compose_read_fn *read, void *ret_items, size_t *ret_count, struct rf_err *err)
{
    const char *what = compose->what;
    char *items;
    size_t count = 0;
    int r = 0;

    if (node->kind != RF_YAML_LIST)
        return rf_compose_refuse(compose, node, "a list", err);
    items = rf_arena_array(compose->arena, node->count, size_bytes);
    if (!items)
        return rf_compose_no_memory(err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        compose->what = what;
        if (!rf_compose_is_null(node->items[i]))
            r = read(compose, node->items[i], items + count++ * size_bytes, err);
    }
    *(void **)ret_items = items;
    *ret_count = count;
    return r;
}

int rf_compose_append(struct rf_compose *compose, void *items, size_t *count, size_t size_bytes,
                      const void *more, size_t more_count, struct rf_err *err)
{
    char *all = rf_arena_array(compose->arena, *count + more_count, size_bytes);

    if (!all)
        return rf_compose_no_memory(err);
    if (*count)
        memcpy(all, *(void **)items, *count * size_bytes);
    if (more_count)
        memcpy(all + *count * size_bytes, more, more_count * size_bytes);
    *(void **)items = all;
    *count += more_count;
    return 0;
}

/* --- facts --- */

struct rf_fact_text rf_compose_fact(const struct rf_compose_node *node, struct rf_str part)
{
    struct rf_fact_text fact = {.value = part, .is_default = node->is_default, .from = node->from};

    if (!part.ptr)
        return (struct rf_fact_text){.value = {"", 0}};
    if (rf_compose_has_hole(node, part))
        fact.from.known = RF_UNKNOWABLE;
    return fact;
}

int rf_compose_text(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                    struct rf_err *err)
{
    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "text", err);
    *(struct rf_fact_text *)ret_fact = rf_compose_fact(node, node->text);
    return 0;
}

static bool is_among(struct rf_str text, const char *const *words)
{
    for (; *words; words++)
        if (text.len == strlen(*words) && strncasecmp(text.ptr, *words, text.len) == 0)
            return true;
    return false;
}

/* The words of docker-cli's and compose-go's toBoolean(), in any case. */
int rf_compose_bool(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                    struct rf_err *err)
{
    static const char *const yes[] = {"true", "y", "yes", "on", "1", NULL};
    static const char *const no[] = {"false", "n", "no", "off", "0", NULL};
    struct rf_fact_bool *ret = ret_fact;
    struct rf_fact_bool fact = {.is_default = node->is_default, .from = node->from};

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "true or false", err);
    if (node->hole_count)
        fact.from.known = RF_UNKNOWABLE;
    else if (is_among(node->text, yes))
        fact.is_true = true;
    else if (!is_among(node->text, no))
        return rf_compose_refuse(compose, node, "true or false", err);
    *ret = fact;
    return 0;
}

bool rf_compose_number(const struct rf_compose_node *node, struct rf_str part, struct rf_fact_int *ret)
{
    struct rf_fact_int fact = {.is_default = node->is_default, .from = node->from};
    struct rf_str digits = part;
    bool is_negative = part.len && part.ptr[0] == '-';
    uint64_t value = 0;

    if (!part.ptr)
        return true;
    if (rf_compose_has_hole(node, part)) {
        fact.from.known = RF_UNKNOWABLE;
        *ret = fact;
        return true;
    }
    if (part.len && (part.ptr[0] == '-' || part.ptr[0] == '+'))
        digits = (struct rf_str){part.ptr + 1, part.len - 1};
    if (rf_num_u64(digits, INT64_MAX, &value) < 0)
        return false;
    fact.value = is_negative ? -(int64_t)value : (int64_t)value;
    *ret = fact;
    return true;
}

int rf_compose_int(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                   struct rf_err *err)
{
    if (node->kind != RF_YAML_SCALAR || !rf_compose_number(node, node->text, ret_fact))
        return rf_compose_refuse(compose, node, "a whole number", err);
    return 0;
}

/* An octal mode, as YAML or a text: 0440, "0440", 0o440. A decimal number is one where YAML made it one. */
int rf_compose_mode(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                    struct rf_err *err)
{
    struct rf_fact_int *ret = ret_fact;
    struct rf_str text = node->text;
    uint32_t mode = 0;
    uint64_t number = 0;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "a mode such as 0440", err);
    *ret = (struct rf_fact_int){.is_default = node->is_default, .from = node->from};
    if (node->hole_count) {
        ret->from.known = RF_UNKNOWABLE;
        return 0;
    }
    if (rf_str_starts(text, "0o"))
        text = (struct rf_str){text.ptr + 2, text.len - 2};
    else if (node->is_plain && text.len && text.ptr[0] != '0' && rf_num_u64(text, 07777, &number) == 0)
        mode = (uint32_t)number;
    if (mode == 0 && rf_num_mode(text, &mode) < 0)
        return rf_compose_refuse(compose, node, "a mode such as 0440", err);
    ret->value = mode;
    return 0;
}

/* --- lists --- */

int rf_compose_list(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                    struct rf_err *err)
{
    struct rf_fact_list *ret = ret_fact;

    ret->from = node->from;
    return rf_compose_items(compose, node, sizeof(*ret->items), rf_compose_text, &ret->items, &ret->count,
                            err);
}

/* A list, or a text that is cut as a shell would. */
int rf_compose_words_of(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                        struct rf_err *err)
{
    struct rf_fact_list *ret = ret_fact;
    struct rf_str *words = NULL;
    int r;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_list(compose, node, ret, err);
    r = rf_compose_split(compose->arena, node->text, &words, &ret->count);
    ret->from = node->from;
    ret->items = r == 0 ? rf_arena_array(compose->arena, ret->count, sizeof(*ret->items)) : NULL;
    if (r == -EINVAL)
        return rf_compose_fail(&node->from, err, "%s: a quote is not closed", compose->what);
    if (!ret->items)
        return rf_compose_no_memory(err);
    for (size_t i = 0; i < ret->count; i++) {
        ret->items[i] =
            (struct rf_fact_text){.value = words[i], .is_default = node->is_default, .from = node->from};
        if (node->hole_count && words[i].len && memchr(words[i].ptr, '$', words[i].len))
            ret->items[i].from.known = RF_UNKNOWABLE;
    }
    return 0;
}

int rf_compose_pairs(struct rf_compose *compose, const struct rf_compose_node *node,
                     struct rf_fact_pair **ret, size_t *ret_count, struct rf_err *err)
{
    struct rf_fact_pair *pairs;
    int r = rf_compose_as_map(compose, node, &node, err);

    if (r < 0)
        return r;
    pairs = rf_arena_array(compose->arena, node->count, sizeof(*pairs));
    if (!pairs)
        return rf_compose_no_memory(err);
    for (uint32_t i = 0; r == 0 && i < node->count; i++) {
        const struct rf_compose_node *value = node->pairs[i].value;

        pairs[i].name = rf_compose_fact(node->pairs[i].key, node->pairs[i].key->text);
        if (!rf_compose_is_null(value))
            r = rf_compose_text(compose, value, &pairs[i].value, err);
    }
    *ret = pairs;
    *ret_count = node->count;
    return r;
}

/* --- quantities --- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Digits, perhaps with a point: thousandths of it. Returns the bytes read, 0 for none. */
static size_t read_milli(struct rf_str text, uint64_t *ret)
{
    size_t len = 0;
    bool has_point = false;

    for (; len < text.len && (is_digit(text.ptr[len]) || (len && text.ptr[len] == '.' && !has_point)); len++)
        has_point = has_point || text.ptr[len] == '.';
    if (len == 0 || rf_num_decimal((struct rf_str){text.ptr, len}, 3, ret) < 0)
        return 0;
    return len;
}

bool rf_compose_size(struct rf_str text, int64_t *ret)
{
    static const char units[] = "kmgtp";
    uint64_t milli = 0;
    size_t used = read_milli(text, &milli);
    struct rf_str unit = {text.ptr + used, text.len - used};
    unsigned shift = 0;

    if (unit.len && unit.ptr[0] == ' ')
        unit = (struct rf_str){unit.ptr + 1, unit.len - 1};
    for (unsigned i = 0; unit.len && units[i]; i++)
        if ((unit.ptr[0] | 0x20) == units[i])
            shift = (i + 1) * 10;
    if (shift)
        unit = (struct rf_str){unit.ptr + 1, unit.len - 1};
    if (used == 0 || milli > INT64_MAX)
        return false;
    if (unit.len && !(unit.len == 1 && (unit.ptr[0] | 0x20) == 'b') &&
        !(unit.len == 2 && (unit.ptr[0] | 0x20) == 'i' && (unit.ptr[1] | 0x20) == 'b'))
        return false;
    if (milli > (UINT64_MAX >> shift) / 2)
        milli = (UINT64_MAX >> shift) / 2;
    *ret = (int64_t)((milli << shift) / 1000);
    return true;
}

int rf_compose_bytes(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                     struct rf_err *err)
{
    struct rf_fact_int fact = {.is_default = node->is_default, .from = node->from};

    if (node->kind == RF_YAML_SCALAR && node->hole_count)
        fact.from.known = RF_UNKNOWABLE;
    else if (node->kind == RF_YAML_SCALAR && rf_str_is(node->text, "-1"))
        fact.value = -1;
    else if (node->kind != RF_YAML_SCALAR || !rf_compose_size(node->text, &fact.value))
        return rf_compose_refuse(compose, node, "a size such as 512m or 2g", err);
    *(struct rf_fact_int *)ret_fact = fact;
    return 0;
}

int rf_compose_milli(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                     struct rf_err *err)
{
    struct rf_fact_int fact = {.is_default = node->is_default, .from = node->from};
    uint64_t milli = 0;

    if (node->kind == RF_YAML_SCALAR && node->hole_count)
        fact.from.known = RF_UNKNOWABLE;
    else if (node->kind != RF_YAML_SCALAR || node->text.len == 0 || rf_num_decimal(node->text, 3, &milli) < 0)
        return rf_compose_refuse(compose, node, "a number such as 2 or 0.5", err);
    fact.value = milli < INT64_MAX ? (int64_t)milli : INT64_MAX;
    *(struct rf_fact_int *)ret_fact = fact;
    return 0;
}

/* "1m30s", "500ms": numbers with units, one behind the other; thousandths of a millisecond. */
static bool read_duration(struct rf_str text, uint64_t *ret_us)
{
    static const struct {
        const char *unit;
        uint64_t us;
    } units[] = {{"ns", 0},       {"us", 1},         {"\xC2\xB5s", 1},   {"ms", 1000},       {"s", 1000000},
                 {"m", 60000000}, {"h", 3600000000}, {"d", 86400000000}, {"w", 604800000000}};
    uint64_t sum = 0;

    while (text.len) {
        uint64_t milli = 0;
        uint64_t part = 0;
        size_t used = read_milli(text, &milli);
        size_t best = RF_COUNT(units);

        text = (struct rf_str){text.ptr + used, text.len - used};
        for (size_t i = 0; i < RF_COUNT(units); i++)
            if (rf_str_starts(text, units[i].unit) &&
                (best == RF_COUNT(units) || strlen(units[i].unit) > strlen(units[best].unit)))
                best = i;
        if (used == 0 || best == RF_COUNT(units))
            return false;
        if (__builtin_mul_overflow(milli, units[best].us, &part) ||
            __builtin_add_overflow(sum, part / 1000, &sum))
            return false;
        text = (struct rf_str){text.ptr + strlen(units[best].unit), text.len - strlen(units[best].unit)};
    }
    *ret_us = sum;
    return true;
}

int rf_compose_duration(struct rf_compose *compose, const struct rf_compose_node *node, void *ret_fact,
                        struct rf_err *err)
{
    struct rf_fact_int fact = {.is_default = node->is_default, .from = node->from};
    uint64_t us = 0;

    if (node->kind == RF_YAML_SCALAR && node->hole_count)
        fact.from.known = RF_UNKNOWABLE;
    else if (node->kind != RF_YAML_SCALAR || node->text.len == 0 ||
             (!rf_str_is(node->text, "0") && !read_duration(node->text, &us)))
        return rf_compose_refuse(compose, node, "a duration such as 30s or 1m30s", err);
    fact.value = (int64_t)(us / 1000);
    *(struct rf_fact_int *)ret_fact = fact;
    return 0;
}
