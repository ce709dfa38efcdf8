/* The stages of a Dockerfile, one instruction after the other. What an instruction does is in the files
   beside this one; here is the order of things: global arguments, FROM, inheritance, triggers, the end of a
   stage. */
#include "manifest/image.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/format.h"
#include "base/num.h"

struct rf_from rf_image_from(const struct rf_image_builder *builder, struct rf_df_span span,
                             enum rf_known known)
{
    if (builder->forced.line)
        span = builder->forced;
    return (struct rf_from){.known = known,
                            .file = builder->image->file,
                            .line = span.line,
                            .column = span.column,
                            .start = span.start,
                            .end = span.end};
}

int rf_image_no_memory(struct rf_image_builder *builder)
{
    uint32_t line = builder->instruction ? builder->instruction->span.line : 1;

    return rf_fail(builder->err, -ENOMEM, "%u:1: no memory left to evaluate the Dockerfile", line);
}

void *rf_image_new(struct rf_image_builder *builder, size_t size_bytes, uint32_t *ret_order, int *ret_code)
{
    void *entry;

    if (builder->order == RF_IMAGE_EFFECTS) {
        *ret_code = rf_df_fail(&builder->instruction->span, builder->err,
                               "more than %d effects in a Dockerfile", RF_IMAGE_EFFECTS);
        *ret_code = builder->err->code = -E2BIG;
        return NULL;
    }
    *ret_order = ++builder->order;
    entry = rf_arena_alloc(builder->arena, size_bytes);
    *ret_code = entry ? 0 : rf_image_no_memory(builder);
    return entry;
}

int rf_image_add_problem(struct rf_image_builder *builder, struct rf_df_span span, const char *fmt, ...)
{
    struct rf_image *image = builder->image;
    char sentence[400];
    va_list args;

    if (image->problem_count == RF_IMAGE_PROBLEMS)
        return 0;
    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    if (!image->problems)
        image->problems = rf_arena_array(builder->arena, RF_IMAGE_PROBLEMS, sizeof(*image->problems));
    if (!image->problems)
        return rf_image_no_memory(builder);
    image->problems[image->problem_count].text = rf_arena_text(builder->arena, rf_str_of(sentence));
    if (!image->problems[image->problem_count].text)
        return rf_image_no_memory(builder);
    image->problems[image->problem_count++].from = rf_image_from(builder, span, RF_KNOWN);
    return 0;
}

/* --- stages --- */

static bool is_same_name(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && strncasecmp(a.ptr, b.ptr, a.len) == 0;
}

/* A stage before `end`, by name. When a name was given twice the later one counts. */
static const struct rf_image_stage *find_by_name(const struct rf_image *image, struct rf_str name,
                                                 uint32_t end)
{
    for (uint32_t i = end; name.len > 0 && i-- > 0;)
        if (is_same_name(image->stages[i].name, name))
            return &image->stages[i];
    return NULL;
}

const struct rf_image_stage *rf_image_find_stage(const struct rf_image *image, struct rf_str name)
{
    const struct rf_image_stage *stage = find_by_name(image, name, image->stage_count);
    uint32_t number = 0;

    if (stage || name.len == 0 || name.len > 4)
        return stage;
    for (size_t i = 0; i < name.len; i++) {
        if (name.ptr[i] < '0' || name.ptr[i] > '9')
            return NULL;
        number = number * 10 + (uint32_t)(name.ptr[i] - '0');
    }
    return number < image->stage_count ? &image->stages[number] : NULL;
}

/* Lines of a passwd file that is known of a base image. */
static int add_base_accounts(struct rf_image_builder *builder, const char *passwd, struct rf_from from)
{
    struct rf_str rest = rf_str_of(passwd);
    int code = 0;

    while (rest.ptr && rest.len > 0 && code == 0) {
        struct rf_str line;

        rest = rf_str_cut(rest, '\n', &line);
        code = rf_image_add_passwd_line(builder, line, true, from);
    }
    return code;
}

/* A stage on an image: what is known of it, and that every image but scratch has root. */
static int begin_on_image(struct rf_image_builder *builder, struct rf_df_span span)
{
    struct rf_image_stage *stage = builder->stage;
    const struct rf_image_options *options = builder->options;
    struct rf_from from = rf_image_from(builder, span, RF_KNOWN);
    bool is_name_known = stage->base.from.known == RF_KNOWN;
    int code = 0;

    stage->is_scratch = is_name_known && rf_str_is(stage->base.value, "scratch");
    if (!stage->is_scratch && options->find_base)
        stage->known = options->find_base(options->data, stage->base.value);
    if (!stage->is_scratch && !stage->known)
        stage->known = rf_image_find_base(stage->base.value);
    stage->workdir.value = RF_STR("/");
    stage->workdir.from = rf_image_from(builder, span, stage->is_scratch ? RF_KNOWN : RF_UNKNOWABLE);
    if (!stage->is_scratch)
        code = rf_image_add_passwd_line(builder, RF_STR("root:x:0:0:root:/root:/bin/sh"), true, from);
    if (code < 0 || !stage->known)
        return code;
    stage->family = stage->known->family;
    if (stage->known->user)
        stage->user.text = rf_str_of(stage->known->user);
    if (stage->known->workdir) {
        stage->workdir.from.known = RF_KNOWN;
        if (*stage->known->workdir)
            stage->workdir.value = rf_str_of(stage->known->workdir);
    }
    if (stage->known->passwd)
        code = add_base_accounts(builder, stage->known->passwd, from);
    return code < 0 ? code : rf_image_base_env(builder, stage->known, span);
}

static void inherit(struct rf_image_stage *stage, const struct rf_image_stage *parent)
{
    struct rf_image_stage own = *stage;

    *stage = *parent;
    stage->index = own.index;
    stage->name = own.name;
    stage->from = own.from;
    stage->base = own.base;
    stage->platform = own.platform;
    stage->parent = parent;
    stage->lineage = own.lineage;
}

static int evaluate(struct rf_image_builder *builder, const struct rf_df_instruction *instruction,
                    const struct rf_df_instruction *holder);

/* ONBUILD of the stage below. Triggers of images are not known. */
static int run_triggers(struct rf_image_builder *builder, const struct rf_image_stage *parent,
                        struct rf_df_span span)
{
    const struct rf_df *df = &builder->image->df;
    const struct rf_df_instruction *from = builder->instruction;
    int code = 0;

    builder->forced = span;
    for (uint32_t i = parent->first_instruction; i < parent->end_instruction && code == 0; i++)
        if (df->instructions[i].kind == RF_DF_ONBUILD)
            code = evaluate(builder, df->instructions[i].trigger, &df->instructions[i]);
    builder->forced.line = 0;
    builder->instruction = builder->holder = from;
    return code;
}

static int end_stage(struct rf_image_builder *builder, uint32_t end)
{
    if (!builder->stage)
        return 0;
    builder->stage->end_instruction = end;
    return rf_image_settle_user(builder);
}

/* What stands in front of the first FROM, or a file without one. */
static int begin_fragment(struct rf_image_builder *builder, const char *sentence)
{
    struct rf_image *image = builder->image;
    const struct rf_df_instruction *first = builder->instruction;
    struct rf_image_stage *stage = &image->stages[image->stage_count];
    uint32_t problems = image->problem_count;
    int code = rf_image_add_problem(builder, first->name.span, "%s", sentence);

    if (code < 0)
        return code;
    if (image->problem_count > problems)
        image->problems[problems].is_refusal = true;
    *stage = (struct rf_image_stage){
        .index = image->stage_count++,
        .name = RF_STR(""),
        .from = rf_image_from(builder, first->name.span, RF_KNOWN),
        .base = {RF_STR(""), rf_image_from(builder, first->name.span, RF_UNKNOWABLE)}};
    stage->lineage = rf_arena_array(builder->arena, RF_IMAGE_STAGES / 64, sizeof(*stage->lineage));
    if (!stage->lineage)
        return rf_image_no_memory(builder);
    stage->lineage[0] = 1;
    stage->first_instruction = (uint32_t)(first - image->df.instructions);
    builder->stage = stage;
    return begin_on_image(builder, first->name.span);
}

static bool is_template(struct rf_str text)
{
    return text.ptr && text.len > 0 &&
           (memmem(text.ptr, text.len, "{{", 2) || memmem(text.ptr, text.len, "{%", 2));
}

static int begin_stage(struct rf_image_builder *builder)
{
    struct rf_image *image = builder->image;
    const struct rf_df_instruction *from = builder->instruction;
    uint32_t number = (uint32_t)(from - image->df.instructions);
    struct rf_image_stage stage = {.index = image->stage_count,
                                   .name = from->word_count > 2 ? from->words[2].text : RF_STR(""),
                                   .from = rf_image_from(builder, from->span, RF_KNOWN)};
    struct rf_str platform;
    const struct rf_df_word *flag = rf_df_flag(from, "platform", &platform);
    int code = end_stage(builder, number);

    builder->stage = NULL; /* variables of FROM are the global ones */
    if (code == 0)
        code = rf_image_expand(builder, from->words[0].text, from->words[0].span, &stage.base);
    if (code == 0 && flag)
        code = rf_image_expand(builder, platform, flag->span, &stage.platform);
    stage.lineage = rf_arena_array(builder->arena, RF_IMAGE_STAGES / 64, sizeof(*stage.lineage));
    if (code < 0)
        return code;
    if (!stage.lineage)
        return rf_image_no_memory(builder);
    stage.parent = find_by_name(image, stage.base.value, image->stage_count);
    builder->stage = &image->stages[image->stage_count++];
    *builder->stage = stage;
    if (stage.parent)
        inherit(builder->stage, stage.parent);
    builder->stage->first_instruction = number + 1;
    if (stage.parent)
        memcpy(stage.lineage, stage.parent->lineage, RF_IMAGE_STAGES / 8);
    stage.lineage[stage.index / 64] |= UINT64_C(1) << (stage.index % 64);
    return stage.parent ? run_triggers(builder, stage.parent, from->span)
                        : begin_on_image(builder, from->words[0].span);
}

/* --- instructions --- */

static int evaluate(struct rf_image_builder *builder, const struct rf_df_instruction *instruction,
                    const struct rf_df_instruction *holder)
{
    int code = 0;

    builder->instruction = instruction;
    builder->holder = holder;
    if (!builder->stage && instruction->kind != RF_DF_FROM && instruction->kind != RF_DF_ARG)
        code = begin_fragment(builder, "before the first FROM only ARG may stand");
    if (code < 0)
        return code;
    switch (instruction->kind) {
    case RF_DF_FROM:
        return begin_stage(builder);
    case RF_DF_ARG:
        return rf_image_arg(builder);
    case RF_DF_ENV:
        return rf_image_env(builder);
    case RF_DF_RUN:
        return rf_image_run(builder);
    case RF_DF_COPY:
    case RF_DF_ADD:
        return rf_image_copy(builder);
    case RF_DF_WORKDIR:
        return rf_image_workdir(builder);
    case RF_DF_VOLUME:
        return rf_image_volume(builder);
    case RF_DF_CMD:
    case RF_DF_ENTRYPOINT:
    case RF_DF_HEALTHCHECK:
    case RF_DF_EXPOSE:
    case RF_DF_SHELL:
    case RF_DF_STOPSIGNAL:
    case RF_DF_USER:
        return rf_image_config(builder);
    default:
        return 0; /* LABEL, MAINTAINER; ONBUILD waits for its stage to be built on */
    }
}

/* The sentence of an error without its place, which goes to *ret_span. */
static const char *split_place(const struct rf_df *df, const struct rf_err *err, struct rf_df_span *ret_span)
{
    struct rf_str line;
    struct rf_str column;
    struct rf_str rest = rf_str_cut(rf_str_cut(rf_str_of(err->msg), ':', &line), ':', &column);
    uint64_t numbers[2] = {0};

    if (rest.len == 0 || rf_num_u64(line, df->line_count, &numbers[0]) != 0 || numbers[0] == 0 ||
        rf_num_u64(column, RF_DF_LINE_BYTES + 1, &numbers[1]) != 0)
        return err->msg;
    ret_span->line = (uint32_t)numbers[0];
    ret_span->column = (uint32_t)numbers[1];
    ret_span->start = df->line_starts[numbers[0] - 1] + ret_span->column - 1;
    ret_span->end = ret_span->start + (ret_span->start < df->bytes.len);
    return rest.ptr + 1;
}

/* Tell what a builder would refuse. *ret_is_usable: it can be evaluated nevertheless. */
static int check(struct rf_image_builder *builder, const struct rf_df_instruction *instruction,
                 bool *ret_is_usable)
{
    struct rf_image *image = builder->image;
    bool is_from = instruction->kind == RF_DF_FROM && instruction->word_count > 0;
    uint32_t problems = image->problem_count;
    struct rf_df_span span = instruction->name.span;
    struct rf_err err = {0};
    const char *sentence;
    int code = rf_df_check_instruction(instruction, &err);

    *ret_is_usable = code == 0 || is_from;
    image->is_template |= (code < 0 && is_template(instruction->name.text)) ||
                          (is_from && is_template(instruction->words[0].text));
    if (code == 0)
        return 0;
    builder->instruction = instruction;
    sentence = split_place(&image->df, &err, &span);
    code = rf_image_add_problem(builder, span, "%s", sentence);
    if (code == 0 && image->problem_count > problems)
        image->problems[problems].is_refusal = true;
    return code;
}

static int evaluate_all(struct rf_image_builder *builder)
{
    const struct rf_df *df = &builder->image->df;
    int code = 0;

    for (uint32_t i = 0; i < df->instruction_count && code == 0; i++) {
        bool is_usable = false;

        code = check(builder, &df->instructions[i], &is_usable);
        if (code == 0 && is_usable)
            code = evaluate(builder, &df->instructions[i], &df->instructions[i]);
    }
    builder->instruction = &df->instructions[df->instruction_count - 1];
    if (code == 0 && builder->image->stage_count == 0)
        code = begin_fragment(builder, "a Dockerfile without FROM builds nothing");
    return code < 0 ? code : end_stage(builder, df->instruction_count);
}

static int count_stages(struct rf_image_builder *builder, uint32_t *ret)
{
    const struct rf_df *df = &builder->image->df;

    *ret = 1; /* for what stands in front of the first */
    for (uint32_t i = 0; i < df->instruction_count; i++) {
        if (df->instructions[i].kind != RF_DF_FROM || ++*ret <= RF_IMAGE_STAGES)
            continue;
        (void)rf_df_fail(&df->instructions[i].span, builder->err, "more than %d stages", RF_IMAGE_STAGES);
        return builder->err->code = -E2BIG;
    }
    return 0;
}

int rf_image_read(struct rf_str bytes, const struct rf_image_options *options, struct rf_arena *arena,
                  struct rf_image *ret, struct rf_err *err)
{
    struct rf_image image = {.file = options->file};
    struct rf_image_builder builder = {.image = &image, .options = options, .arena = arena, .err = err};
    uint32_t count = 0;
    int code = rf_df_parse(bytes, arena, &image.df, err);

    if (code == 0)
        code = count_stages(&builder, &count);
    if (code == 0)
        code = rf_image_init_names(&builder);
    if (code < 0)
        return code;
    image.stages = rf_arena_array(arena, count, sizeof(*image.stages));
    if (!image.stages)
        return rf_image_no_memory(&builder);
    code = evaluate_all(&builder);
    if (code < 0)
        return code;
    image.target = options->target.len > 0 ? rf_image_find_stage(&image, options->target)
                                           : &image.stages[image.stage_count - 1];
    *ret = image;
    return 0;
}
