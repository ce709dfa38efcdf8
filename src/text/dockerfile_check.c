/* What BuildKit refuses once a Dockerfile is read (frontend/dockerfile/instructions), as far as the file
 * alone tells. */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "text/dockerfile.h"
#include "text/unicode.h"

enum { DID_YOU_MEAN = 2, MANY = 0xffff };

/* How many words; of a pair each half counts. */
static const struct {
    uint16_t min;
    uint16_t max;
    const char *want;
} counts[] = {
    [RF_DF_ADD] = {2, MANY, "a source and a destination"},
    [RF_DF_ARG] = {1, MANY, "a name"},
    [RF_DF_CMD] = {0, MANY, ""},
    [RF_DF_COPY] = {2, MANY, "a source and a destination"},
    [RF_DF_ENTRYPOINT] = {0, MANY, ""},
    [RF_DF_ENV] = {1, MANY, "NAME=VALUE"},
    [RF_DF_EXPOSE] = {1, MANY, "a port"},
    [RF_DF_FROM] = {1, 3, "an image, and AS NAME if you like"},
    [RF_DF_HEALTHCHECK] = {1, MANY, "NONE, or CMD and a command"},
    [RF_DF_LABEL] = {1, MANY, "NAME=VALUE"},
    [RF_DF_MAINTAINER] = {1, 1, "a name"},
    [RF_DF_ONBUILD] = {0, 0, "an instruction"},
    [RF_DF_RUN] = {0, MANY, ""},
    [RF_DF_SHELL] = {1, MANY, "a JSON array with a program"},
    [RF_DF_STOPSIGNAL] = {1, 1, "a signal"},
    [RF_DF_USER] = {1, 1, "a user"},
    [RF_DF_VOLUME] = {1, MANY, "a path"},
    [RF_DF_WORKDIR] = {1, 1, "a path"},
};

static bool is_word(struct rf_str text, const char *word)
{
    return text.len == strlen(word) && strncasecmp(text.ptr, word, text.len) == 0;
}

static int refuse_unknown(const struct rf_df_instruction *instruction, struct rf_err *err)
{
    struct rf_str name = instruction->name.text;
    int shown = (int)(name.len < 40 ? name.len : 40);
    char upper[16] = {0};
    const char *nearest = NULL;
    size_t best = DID_YOU_MEAN + 1;

    for (size_t i = 0; i < name.len && i < sizeof(upper) - 1; i++)
        upper[i] = name.ptr[i] >= 'a' && name.ptr[i] <= 'z' ? (char)(name.ptr[i] - 0x20) : name.ptr[i];
    for (unsigned kind = RF_DF_UNKNOWN + 1; kind < RF_COUNT(counts) && name.len < sizeof(upper); kind++) {
        const char *known = rf_df_kind_name((enum rf_df_kind)kind);
        size_t distance = rf_str_distance(rf_str_of(upper), known, DID_YOU_MEAN);

        if (distance < best) {
            best = distance;
            nearest = known;
        }
    }
    if (nearest)
        return rf_df_fail(&instruction->name.span, err, "unknown instruction \"%.*s\": did you mean %s?",
                          shown, name.ptr, nearest);
    return rf_df_fail(&instruction->name.span, err, "unknown instruction \"%.*s\"", shown, name.ptr);
}

/* [a-z][a-z0-9-_.]*, in any case. */
static bool is_stage_name(struct rf_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

        if (!is_letter && (i == 0 || !(strchr("0123456789-_.", c) && c)))
            return false;
    }
    return name.len > 0;
}

static int check_from(const struct rf_df_instruction *from, struct rf_err *err)
{
    if (from->word_count == 1)
        return 0;
    if (from->word_count != 3 || !is_word(from->words[1].text, "as"))
        return rf_df_fail(&from->rest.span, err, "FROM: want %s", counts[RF_DF_FROM].want);
    if (!is_stage_name(from->words[2].text))
        return rf_df_fail(
            &from->words[2].span, err,
            "FROM: the name of a stage begins with a letter and holds letters, digits, - _ and .");
    return 0;
}

static int check_health(const struct rf_df_instruction *health, struct rf_err *err)
{
    const struct rf_df_word *kind = &health->words[0];

    if (is_word(kind->text, "none") && health->word_count == 1)
        return 0;
    if (is_word(kind->text, "cmd") && health->word_count > 1)
        return 0;
    return rf_df_fail(&kind->span, err, "HEALTHCHECK: want %s", counts[RF_DF_HEALTHCHECK].want);
}

static int check_pairs(const struct rf_df_instruction *instruction, struct rf_err *err)
{
    uint32_t step = instruction->kind == RF_DF_ARG ? 1 : 2;

    for (uint32_t i = 0; i < instruction->word_count; i += step)
        if (instruction->words[i].text.len == 0 || *instruction->words[i].text.ptr == '=')
            return rf_df_fail(&instruction->words[i].span, err, "%s: a name is empty",
                              rf_df_kind_name(instruction->kind));
    return 0;
}

static int check_volume(const struct rf_df_instruction *volume, struct rf_err *err)
{
    for (uint32_t i = 0; i < volume->word_count; i++)
        if (rf_blank_trim(volume->words[i].text).len == 0)
            return rf_df_fail(&volume->words[i].span, err, "VOLUME: a path is empty");
    return 0;
}

/* The last word of COPY and ADD is a place, not a heredoc. */
static int check_destination(const struct rf_df_instruction *copy, const struct rf_df_instruction *holder,
                             struct rf_err *err)
{
    const struct rf_df_word *last = &copy->words[copy->word_count - 1];

    for (uint32_t i = 0; i < holder->heredoc_count; i++)
        if (holder->heredocs[i].marker.start == last->span.start)
            return rf_df_fail(&last->span, err, "%s: a heredoc cannot be the destination",
                              rf_df_kind_name(copy->kind));
    return 0;
}

/* `holder` is the instruction itself, or the ONBUILD around it. */
static int check_instruction(const struct rf_df_instruction *instruction,
                             const struct rf_df_instruction *holder, struct rf_err *err)
{
    enum rf_df_kind kind = instruction->kind;

    if (kind == RF_DF_UNKNOWN)
        return refuse_unknown(instruction, err);
    if (holder != instruction && (kind == RF_DF_ONBUILD || kind == RF_DF_FROM || kind == RF_DF_MAINTAINER))
        return rf_df_fail(&instruction->name.span, err, "ONBUILD cannot hold %s", rf_df_kind_name(kind));
    if (instruction->word_count < counts[kind].min || instruction->word_count > counts[kind].max ||
        (kind == RF_DF_ONBUILD && !instruction->trigger))
        return rf_df_fail(&instruction->name.span, err, "%s: want %s", rf_df_kind_name(kind),
                          counts[kind].want);
    switch (kind) {
    case RF_DF_FROM:
        return check_from(instruction, err);
    case RF_DF_HEALTHCHECK:
        return check_health(instruction, err);
    case RF_DF_ARG:
    case RF_DF_ENV:
    case RF_DF_LABEL:
        return check_pairs(instruction, err);
    case RF_DF_VOLUME:
        return check_volume(instruction, err);
    case RF_DF_ADD:
    case RF_DF_COPY:
        return check_destination(instruction, holder, err);
    case RF_DF_SHELL:
        if (!instruction->is_json)
            return rf_df_fail(&instruction->rest.span, err, "SHELL: want %s", counts[kind].want);
        return 0;
    case RF_DF_ONBUILD:
        return check_instruction(instruction->trigger, instruction, err);
    default:
        return 0;
    }
}

int rf_df_check_instruction(const struct rf_df_instruction *instruction, struct rf_err *err)
{
    return check_instruction(instruction, instruction, err);
}

int rf_df_check(const struct rf_df *df, struct rf_err *err)
{
    bool has_stage = false;

    for (uint32_t i = 0; i < df->instruction_count; i++) {
        const struct rf_df_instruction *instruction = &df->instructions[i];
        int code = rf_df_check_instruction(instruction, err);

        if (code < 0)
            return code;
        has_stage |= instruction->kind == RF_DF_FROM;
        if (!has_stage && instruction->kind != RF_DF_ARG)
            return rf_df_fail(&instruction->name.span, err,
                              "%s before the first FROM: only ARG may stand here",
                              rf_df_kind_name(instruction->kind));
    }
    if (!has_stage)
        return rf_df_fail(&df->instructions[0].name.span, err, "a Dockerfile without FROM builds nothing");
    return 0;
}
