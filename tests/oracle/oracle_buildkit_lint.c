/* BuildKit's own checks, written once more over what our reader and evaluation give: all that they need is
   there, at the lines that BuildKit names. They are no rules of Ringfence. */
#include "manifest/dockerfile.h"
#include "text/shell_words.h"

#include "support/shared.h"

#include <setjmp.h>
#include <string.h>
#include <strings.h>

#include <cmocka.h>

enum { ARENA_BYTES = 512 * 1024 * 1024, LINES = 64 };

enum check {
    CASING,
    FROM_AS,
    EMPTY_LINE,
    DUPLICATE_STAGE,
    RESERVED_STAGE,
    JSON_ARGS,
    MAINTAINER,
    MULTIPLE,
    TARGET_PLATFORM,
    CONST_PLATFORM,
    DEFAULT_ARG,
    UNDEFINED_VAR,
    EXPOSE_PROTO,
    EXPOSE_FORMAT,
    CHECKS
};

static const char *const names[CHECKS] = {
    [CASING] = "ConsistentInstructionCasing",      [FROM_AS] = "FromAsCasing",
    [EMPTY_LINE] = "NoEmptyContinuation",          [DUPLICATE_STAGE] = "DuplicateStageName",
    [RESERVED_STAGE] = "ReservedStageName",        [JSON_ARGS] = "JSONArgsRecommended",
    [MAINTAINER] = "MaintainerDeprecated",         [MULTIPLE] = "MultipleInstructionsDisallowed",
    [TARGET_PLATFORM] = "RedundantTargetPlatform", [CONST_PLATFORM] = "FromPlatformFlagConstDisallowed",
    [DEFAULT_ARG] = "InvalidDefaultArgInFrom",     [UNDEFINED_VAR] = "UndefinedVar",
    [EXPOSE_PROTO] = "ExposeProtoCasing",          [EXPOSE_FORMAT] = "ExposeInvalidFormat"};

/* Verdicts that the text of the file does not decide. */
static const struct {
    const char *file;
    const char *why;
} left_out[] = {
    {"testCopyIgnoredFiles-0", "asks a .dockerignore that the fixture lost"},
    {"testCopyIgnoredFiles-1", "asks a .dockerignore that the fixture lost"},
    {"testRuleCheckOption-0", "is checked with an option that overrides its own #check=skip=all"},
    {"testUndeclaredArg-1", "is not the text that its verdict belongs to: line 4 does not name a variable"},
    {"testInvalidDefaultArgInFrom-3", "is the text of -0 with a build argument given"},
};

struct seen {
    bool is_at[CHECKS][LINES];
};

static void warn(struct seen *seen, enum check check, uint32_t line)
{
    assert_true(line < LINES);
    seen->is_at[check][line] = true;
}

/* -1: neither, 0: lower, 1: upper. */
static int casing(struct rf_str text)
{
    bool has_lower = false;
    bool has_upper = false;

    for (size_t i = 0; i < text.len; i++) {
        has_lower |= text.ptr[i] >= 'a' && text.ptr[i] <= 'z';
        has_upper |= text.ptr[i] >= 'A' && text.ptr[i] <= 'Z';
    }
    return has_lower && has_upper ? -1 : has_upper;
}

static void check_casing(const struct rf_df *df, struct seen *seen)
{
    int count[2] = {0};
    int majority;

    for (uint32_t i = 0; i < df->instruction_count; i++)
        if (casing(df->instructions[i].name.text) >= 0)
            count[casing(df->instructions[i].name.text)]++;
    majority = count[1] >= count[0];
    for (uint32_t i = 0; i < df->instruction_count; i++)
        if (casing(df->instructions[i].name.text) != majority)
            warn(seen, CASING, df->instructions[i].span.line);
}

static void check_from(const struct rf_image *image, const struct rf_df_instruction *from, struct seen *seen)
{
    static const char *const arches[] = {"amd64", "arm64", "386", "arm"};
    const struct rf_image_stage *stage = NULL;
    struct rf_str platform = RF_STR("");
    bool is_named_for = false;
    int from_casing = casing(from->name.text);

    for (uint32_t i = 0; i < image->stage_count; i++)
        if (image->stages[i].from.start == from->span.start)
            stage = &image->stages[i];
    assert_non_null(stage);
    if (from->word_count == 3 && from_casing >= 0 && casing(from->words[1].text) != from_casing)
        warn(seen, FROM_AS, from->span.line);
    if (rf_str_is(stage->name, "scratch") || rf_str_is(stage->name, "context"))
        warn(seen, RESERVED_STAGE, from->span.line);
    for (uint32_t i = 0; i < stage->index && stage->name.len > 0; i++)
        if (image->stages[i].name.len == stage->name.len &&
            strncasecmp(image->stages[i].name.ptr, stage->name.ptr, stage->name.len) == 0)
            warn(seen, DUPLICATE_STAGE, from->span.line);
    if (stage->base.value.len == 0)
        warn(seen, DEFAULT_ARG, from->span.line);
    if (!rf_df_flag(from, "platform", &platform))
        return;
    if (rf_str_is(platform, "$TARGETPLATFORM") || rf_str_is(platform, "${TARGETPLATFORM}"))
        warn(seen, TARGET_PLATFORM, from->span.line);
    for (size_t i = 0; i < RF_COUNT(arches); i++)
        is_named_for |=
            stage->name.len > 0 && memmem(stage->name.ptr, stage->name.len, arches[i], strlen(arches[i]));
    if (!memchr(platform.ptr, '$', platform.len) && !is_named_for)
        warn(seen, CONST_PLATFORM, from->span.line);
}

static enum rf_var find(void *data, struct rf_str name, struct rf_str *ret_value)
{
    const struct rf_image_stage *stage = data;

    for (const struct rf_image_var *var = stage->vars; var; var = var->prev) {
        if (var->name.len != name.len || memcmp(var->name.ptr, name.ptr, name.len) != 0)
            continue;
        *ret_value = var->value.value;
        return RF_VAR_SET;
    }
    return RF_VAR_UNSET;
}

static void check_variables(const struct rf_image_stage *stage, const struct rf_df_instruction *instruction,
                            struct rf_arena *arena, struct seen *seen)
{
    struct rf_words words = {.arena = arena, .find = find, .data = (void *)stage, .escape = '\\'};

    for (uint32_t i = 0; i < instruction->word_count; i++) {
        struct rf_expanded ret;
        struct rf_err err;

        assert_int_equal(rf_words_expand(&words, instruction->words[i].text, &ret, &err), 0);
        if (ret.unset_count > 0)
            warn(seen, UNDEFINED_VAR, instruction->span.line);
    }
}

static void check_ports(const struct rf_df_instruction *expose, struct seen *seen)
{
    for (uint32_t i = 0; i < expose->word_count; i++) {
        struct rf_str port;
        struct rf_str protocol = rf_str_cut(expose->words[i].text, '/', &port);

        if (memchr(port.ptr, ':', port.len))
            warn(seen, EXPOSE_FORMAT, expose->span.line);
        if (protocol.len > 0 && casing(protocol) != 0)
            warn(seen, EXPOSE_PROTO, expose->span.line);
    }
}

/* Of CMD, ENTRYPOINT and HEALTHCHECK the last in a stage counts: the others are warned of. */
static void check_once(const struct rf_df_instruction *instruction, uint32_t *last_line, struct seen *seen)
{
    if (*last_line)
        warn(seen, MULTIPLE, *last_line);
    *last_line = instruction->span.line;
}

static void check_all(const struct rf_image *image, struct rf_arena *arena, struct seen *seen)
{
    const struct rf_df *df = &image->df;
    uint32_t last_lines[RF_DF_WORKDIR + 1] = {0};
    uint32_t stage = 0;

    check_casing(df, seen);
    for (uint32_t i = 0; i < df->instruction_count; i++) {
        const struct rf_df_instruction *instruction = &df->instructions[i];
        enum rf_df_kind kind = instruction->kind;

        if (instruction->has_empty_continuation)
            warn(seen, EMPTY_LINE, instruction->last_line);
        if (kind == RF_DF_FROM) {
            check_from(image, instruction, seen);
            memset(last_lines, 0, sizeof(last_lines));
            stage += i > 0 && stage + 1 < image->stage_count &&
                     image->stages[stage].from.start < instruction->span.start;
        }
        if (kind == RF_DF_CMD || kind == RF_DF_ENTRYPOINT || kind == RF_DF_HEALTHCHECK)
            check_once(instruction, &last_lines[kind], seen);
        if ((kind == RF_DF_CMD || kind == RF_DF_ENTRYPOINT) && !instruction->is_json &&
            image->stages[stage].shell.from.known == RF_UNSET)
            warn(seen, JSON_ARGS, instruction->span.line);
        if (kind == RF_DF_MAINTAINER)
            warn(seen, MAINTAINER, instruction->span.line);
        if (kind == RF_DF_COPY || kind == RF_DF_ADD || kind == RF_DF_ENV || kind == RF_DF_WORKDIR ||
            kind == RF_DF_USER)
            check_variables(&image->stages[stage], instruction, arena, seen);
        if (kind == RF_DF_EXPOSE)
            check_ports(instruction, seen);
    }
}

/* `warnings=[["Rule", 3], ["Rule", 4]]` */
static void read_wanted(struct rf_str detail, struct seen *ret, const char *file)
{
    while (detail.ptr) {
        struct rf_str before;
        struct rf_str name;
        struct rf_str number;
        unsigned line = 0;
        int check = 0;

        detail = rf_str_cut(detail, '"', &before);
        if (!detail.ptr)
            return;
        detail = rf_str_cut(detail, '"', &name);
        detail = rf_str_cut(detail, ']', &number);
        while (check < CHECKS && !rf_str_is(name, names[check]))
            check++;
        if (check == CHECKS || sscanf(number.ptr, ", %u", &line) != 1)
            fail_msg("%s: cannot read the verdict on %.*s", file, RF_FMT(name));
        warn(ret, (enum check)check, line);
    }
}

static bool is_left_out(const char *file)
{
    for (size_t i = 0; i < RF_COUNT(left_out); i++) {
        if (!strstr(file, left_out[i].file))
            continue;
        print_message("left out: %s %s\n", left_out[i].file, left_out[i].why);
        return true;
    }
    return false;
}

static void check_row(struct rf_arena *arena, struct rf_str row, int *count)
{
    static const struct rf_image_options none;
    char path[SHARED_PATH_BYTES];
    char file[256];
    struct rf_str fields[6] = {0};
    struct rf_image image;
    struct rf_err err = {0};
    struct seen want = {0};
    struct seen got = {0};

    for (size_t i = 0; i < RF_COUNT(fields) && row.ptr; i++)
        row = rf_str_cut(row, '\t', &fields[i]);
    if (!rf_str_is(fields[3], "lint"))
        return;
    (void)snprintf(file, sizeof(file), "fixtures/buildkit/%.*s", RF_FMT(fields[0]));
    assert_true(shared_path(file, path));
    if (is_left_out(file))
        return;
    read_wanted(fields[5], &want, file);
    if (rf_image_read(shared_read(arena, path), &none, arena, &image, &err) != 0)
        fail_msg("%s: %s", file, err.msg);
    check_all(&image, arena, &got);
    for (int check = 0; check < CHECKS; check++)
        for (uint32_t line = 0; line < LINES; line++)
            if (want.is_at[check][line] != got.is_at[check][line])
                fail_msg("%s:%u: %s is %s", file, line, names[check],
                         got.is_at[check][line] ? "ours alone" : "missing");
    ++*count;
}

static void checks_agree(void **state)
{
    char path[SHARED_PATH_BYTES];
    struct rf_arena arena;
    struct rf_str rest;
    int count = 0;

    (void)state;
    if (!shared_path("fixtures/buildkit/verdicts.tsv", path)) {
        print_message("no fixtures: set RF_SHARED\n");
        skip();
    }
    rf_arena_init(&arena, (size_t)4 * ARENA_BYTES);
    rest = shared_read(&arena, path);
    while (rest.ptr && rest.len > 0) {
        struct rf_str row;

        rest = rf_str_cut(rest, '\n', &row);
        check_row(&arena, row, &count);
    }
    print_message("%d files\n", count);
    assert_int_equal(count, 25 - (int)RF_COUNT(left_out));
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(checks_agree)};

    need_shared("fixtures/buildkit");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
