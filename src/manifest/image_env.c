/* ARG and ENV: who sees which variable. Global arguments are seen by FROM, and by an ARG of the same name in
   a stage; everything else belongs to its stage and to those made from it. */
#include <errno.h>
#include <string.h>

#include "manifest/image.h"

enum { BUCKETS = 256, GLOBAL = UINT32_MAX };

/* What one stage makes of one name. */
struct binding {
    struct binding *next; /* of the same bucket, of later stages first */
    struct rf_str name;
    uint32_t stage;
    const struct rf_image_var *last;
    const struct rf_image_var *last_env;
};

struct rf_image_names {
    struct binding *buckets[BUCKETS];
};

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static struct binding **bucket_of(const struct rf_image *image, struct rf_str name)
{
    uint32_t hash = 2166136261U; /* FNV-1a */

    for (size_t i = 0; i < name.len; i++)
        hash = (hash ^ (unsigned char)name.ptr[i]) * 16777619U;
    return &image->names->buckets[hash % BUCKETS];
}

static bool is_visible(const struct binding *binding, const struct rf_image_stage *stage)
{
    if (!stage || binding->stage == GLOBAL)
        return !stage && binding->stage == GLOBAL;
    return stage->lineage[binding->stage / 64] >> (binding->stage % 64) & 1;
}

/* What `stage` (NULL: FROM) sees under the name. */
static const struct binding *find_binding(const struct rf_image *image, const struct rf_image_stage *stage,
                                          struct rf_str name)
{
    for (const struct binding *binding = *bucket_of(image, name); binding; binding = binding->next)
        if (is_visible(binding, stage) && is_same(binding->name, name))
            return binding;
    return NULL;
}

const struct rf_image_var *rf_image_find_env(const struct rf_image *image, const struct rf_image_stage *stage,
                                             struct rf_str name)
{
    for (const struct binding *binding = *bucket_of(image, name); binding; binding = binding->next)
        if (binding->last_env && is_visible(binding, stage) && is_same(binding->name, name))
            return binding->last_env;
    return NULL;
}

/* --- looking up --- */

enum rf_var rf_image_find_var(void *data, struct rf_str name, struct rf_str *ret_value)
{
    const struct rf_image_builder *builder = data;
    const struct binding *binding = find_binding(builder->image, builder->stage, name);

    if (!binding || binding->last->value.from.known == RF_UNSET)
        return RF_VAR_UNSET;
    *ret_value = binding->last->value.value;
    return binding->last->value.from.known == RF_KNOWN ? RF_VAR_SET : RF_VAR_UNKNOWN;
}

int rf_image_expand(struct rf_image_builder *builder, struct rf_str text, struct rf_df_span span,
                    struct rf_image_text *ret)
{
    struct rf_expanded expanded = {0};
    struct rf_err err = {0};
    bool has_base =
        !builder->stage || !builder->stage->is_scratch; /* that may have set what this file does not */
    int code;

    builder->words.arena = builder->arena;
    builder->words.find = rf_image_find_var;
    builder->words.data = builder;
    builder->words.escape = builder->image->df.escape;
    code = rf_words_expand(&builder->words, text, &expanded, &err);
    if (code == -ENOMEM)
        return rf_image_no_memory(builder);
    if (code < 0) {
        *ret = (struct rf_image_text){text, rf_image_from(builder, span, RF_UNKNOWABLE)};
        return rf_image_add_problem(builder, span, "%s", err.msg);
    }
    *ret = (struct rf_image_text){expanded.text, rf_image_from(builder, span, RF_KNOWN)};
    if (expanded.has_unknown || (expanded.has_hole && has_base))
        ret->from.known = RF_UNKNOWABLE;
    return 0;
}

/* --- setting --- */

static int set(struct rf_image_builder *builder, struct rf_str name, const struct rf_image_text *value,
               bool is_arg)
{
    uint32_t stage = builder->stage ? builder->stage->index : GLOBAL;
    struct binding **bucket = bucket_of(builder->image, name);
    struct binding *binding = *bucket;
    uint32_t order = 0;
    int code = 0;
    struct rf_image_var *var = rf_image_new(builder, sizeof(*var), &order, &code);

    if (!var)
        return code;
    *var = (struct rf_image_var){.name = name, .value = *value, .is_arg = is_arg, .order = order};
    if (builder->stage) {
        var->prev = builder->stage->vars;
        builder->stage->vars = var;
    }
    while (binding && !(binding->stage == stage && is_same(binding->name, name)))
        binding = binding->next;
    if (!binding) {
        binding = rf_arena_alloc(builder->arena, sizeof(*binding));
        if (!binding)
            return rf_image_no_memory(builder);
        *binding = (struct binding){.next = *bucket, .name = name, .stage = stage};
        *bucket = binding;
    }
    binding->last = var;
    if (!is_arg)
        binding->last_env = var;
    return 0;
}

/* What the builder sets by itself; which value is for the platform to say. */
static const struct {
    const char *name;
    const char *guess;
} platform_args[] = {
    {"TARGETPLATFORM", "linux/amd64"}, {"TARGETOS", "linux"}, {"TARGETARCH", "amd64"}, {"TARGETVARIANT", ""},
    {"BUILDPLATFORM", "linux/amd64"},  {"BUILDOS", "linux"},  {"BUILDARCH", "amd64"},  {"BUILDVARIANT", ""},
    {"TARGETSTAGE", "default"}};

int rf_image_init_names(struct rf_image_builder *builder)
{
    int code = 0;

    builder->image->names = rf_arena_alloc(builder->arena, sizeof(*builder->image->names));
    if (!builder->image->names)
        return rf_image_no_memory(builder);
    for (size_t i = 0; i < RF_COUNT(platform_args) && code == 0; i++) {
        struct rf_image_text value = {rf_str_of(platform_args[i].guess), {.known = RF_UNKNOWABLE}};

        code = set(builder, rf_str_of(platform_args[i].name), &value, true);
    }
    return code;
}

static const struct rf_image_arg *find_given(const struct rf_image_builder *builder, struct rf_str name)
{
    for (size_t i = builder->options->arg_count; i-- > 0;)
        if (is_same(builder->options->args[i].name, name))
            return &builder->options->args[i];
    return NULL;
}

/* NAME or NAME=DEFAULT: the caller's value, else the default, else the global one, else nothing. */
static int set_arg(struct rf_image_builder *builder, const struct rf_df_word *word)
{
    struct rf_str name;
    struct rf_str fallback = rf_str_cut(word->text, '=', &name);
    const struct rf_image_arg *given;
    const struct binding *global;
    struct rf_image_text expanded = {0};
    struct rf_image_text value = {RF_STR(""), rf_image_from(builder, word->span, RF_UNSET)};
    int code = rf_image_expand(builder, name, word->span, &expanded);

    name = expanded.value;
    given = find_given(builder, name);
    global = builder->stage ? find_binding(builder->image, NULL, name) : NULL;
    if (code == 0 && given) {
        value.value = given->value;
        value.from.known = given->known;
    } else if (code == 0 && fallback.ptr) {
        code = rf_image_expand(builder, fallback, word->span, &value);
    } else if (code == 0 && global) {
        value.value = global->last->value.value;
        value.from.known = global->last->value.from.known;
    }
    return code < 0 ? code : set(builder, name, &value, true);
}

int rf_image_arg(struct rf_image_builder *builder)
{
    int code = 0;

    for (uint32_t i = 0; i < builder->instruction->word_count && code == 0; i++)
        code = set_arg(builder, &builder->instruction->words[i]);
    return code;
}

/* The values of one ENV do not see each other: all are made before the first is set. */
int rf_image_env(struct rf_image_builder *builder)
{
    const struct rf_df_instruction *env = builder->instruction;
    struct rf_image_text *texts = rf_arena_array(builder->arena, env->word_count, sizeof(*texts));
    int code = 0;

    if (!texts)
        return rf_image_no_memory(builder);
    for (uint32_t i = 0; i < env->word_count && code == 0; i++)
        code = rf_image_expand(builder, env->words[i].text, env->words[i].span, &texts[i]);
    for (uint32_t i = 0; i + 1 < env->word_count && code == 0; i += 2)
        code = set(builder, texts[i].value, &texts[i + 1], false);
    return code;
}

int rf_image_base_env(struct rf_image_builder *builder, const struct rf_image_base *base,
                      struct rf_df_span span)
{
    int code = 0;

    for (size_t i = 0; base->env && base->env[i] && code == 0; i++) {
        struct rf_image_text value = {.from = rf_image_from(builder, span, RF_KNOWN)};
        struct rf_str name;

        value.value = rf_str_cut(rf_str_of(base->env[i]), '=', &name);
        if (value.value.ptr)
            code = set(builder, name, &value, false);
    }
    return code;
}
