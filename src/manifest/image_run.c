/* RUN: its commands, one after the other, each with its effect on the image. Also the commands of CMD,
   ENTRYPOINT and HEALTHCHECK, which have none yet. */
#include <errno.h>
#include <string.h>

#include "manifest/image.h"

/* One script at work. */
struct run {
    struct rf_image_builder *builder;
    const struct run *outer;
    uint32_t depth;
    bool has_effects;
    bool is_place_fixed; /* the text is a decoded word: everything in it has the place of the word */
    struct rf_from place;
    struct rf_image_act base; /* user, owner and conditions of the script as a whole */
    struct {
        struct rf_str path;
        bool is_known;
    } directories[16]; /* by the depth of subshells */
    uint32_t last_depth;
};

static int run_script(const struct run *outer, struct rf_str text, const struct rf_str *heredocs,
                      uint32_t heredoc_count, const struct rf_image_act *act, const struct rf_from *place);

static bool is_in(struct rf_str whole, const char *ptr)
{
    return (uintptr_t)ptr >= (uintptr_t)whole.ptr && (uintptr_t)ptr <= (uintptr_t)whole.ptr + whole.len;
}

/* Where a part of the script stands in the file. */
static struct rf_from place_of(const struct run *run, struct rf_str raw)
{
    const struct rf_image_builder *builder = run->builder;
    const struct rf_df *df = &builder->image->df;
    struct rf_df_span span = builder->instruction->span;

    if (run->is_place_fixed)
        return run->place;
    if (is_in(builder->instruction->joined, raw.ptr)) {
        span = rf_df_span_of(df, builder->instruction, raw.ptr, raw.len);
    } else if (is_in(df->bytes, raw.ptr)) {
        uint32_t start = (uint32_t)(raw.ptr - df->bytes.ptr);

        span = rf_df_span_at(df, start, start + (uint32_t)raw.len);
    }
    return rf_image_from(builder, span, RF_KNOWN);
}

static void fail_to_read(struct run *run)
{
    run->builder->stage->has_unread_run |= run->has_effects;
}

/* --- one command --- */

static int note_command(struct run *run, const struct rf_image_act *act, const struct rf_sh_command *shell)
{
    struct rf_image_builder *builder = run->builder;
    struct rf_image_stage *stage = builder->stage;
    uint32_t order = 0;
    int code = 0;
    struct rf_image_command *command = rf_image_new(builder, sizeof(*command), &order, &code);

    if (!command)
        return code;
    *command = (struct rf_image_command){.prev = stage->commands,
                                         .instruction = builder->instruction->kind,
                                         .words = act->words,
                                         .word_count = act->count,
                                         .join = shell ? shell->join : RF_SH_FIRST,
                                         .is_conditional = act->is_conditional,
                                         .is_substituted = shell && shell->is_substituted,
                                         .has_substitution = shell && shell->inner_count > 0,
                                         .has_sudo = act->has_sudo,
                                         .is_first = !stage->commands || stage->commands->from.start <
                                                                             builder->instruction->span.start,
                                         .user = act->user,
                                         .shell = shell,
                                         .order = order,
                                         .from = act->from};
    stage->commands = command;
    return 0;
}

static int apply(struct run *run, const struct rf_image_act *act)
{
    struct rf_image_builder *builder = run->builder;
    struct rf_str name = act->count > 0 ? rf_image_base_name(act->words[0].text) : RF_STR("");
    int code = rf_image_do_redirect(builder, act);

    if (code < 0 || act->count == 0)
        return code;
    if (!act->words[0].is_known) {
        fail_to_read(run);
        return 0;
    }
    if (rf_image_is_account_program(name))
        return rf_image_do_account(builder, act);
    if (rf_image_is_path_program(name))
        return rf_image_do_path(builder, act);
    if (rf_image_is_package_program(name))
        return rf_image_do_package(builder, act);
    return 0;
}

/* The script that a shell reads from its standard input: `bash <<EOF`. */
static const struct rf_str *find_stdin(const struct rf_image_act *act)
{
    const struct rf_sh_command *shell = act->shell;

    for (uint32_t i = 0; shell && i < shell->redirect_count; i++)
        if (shell->redirects[i].kind == RF_SH_HEREDOC && shell->redirects[i].body)
            return shell->redirects[i].body;
    return NULL;
}

/* --- where commands run --- */

static uint32_t directory_index(const struct run *run, const struct rf_sh_command *command)
{
    uint32_t depth = command->depth;

    return depth < RF_COUNT(run->directories) ? depth : (uint32_t)RF_COUNT(run->directories) - 1;
}

/* A subshell begins where the shell around it is. */
static void enter_directory(struct run *run, const struct rf_sh_command *command)
{
    uint32_t depth = directory_index(run, command);

    if (depth > run->last_depth || (depth > 0 && command->join == RF_SH_FIRST))
        for (uint32_t i = depth > run->last_depth ? run->last_depth + 1 : depth; i <= depth; i++)
            run->directories[i] = run->directories[i - 1];
    run->last_depth = depth;
}

static int change_directory(struct run *run, const struct rf_image_act *act)
{
    uint32_t depth = run->last_depth;
    const struct rf_sh_word *word = act->count > 1 ? &act->words[act->count - 1] : NULL;
    bool is_known = word && word->is_known && !word->has_glob && word->text.len > 0 &&
                    *word->text.ptr != '~' && *word->text.ptr != '-' && !act->is_conditional;
    struct rf_str path;

    if (!is_known) {
        run->directories[depth].is_known = false;
        return 0;
    }
    path = rf_image_clean_path(run->builder->arena, run->directories[depth].path, word->text);
    if (!path.ptr)
        return rf_image_no_memory(run->builder);
    run->directories[depth].path = path;
    run->directories[depth].is_known |= *word->text.ptr == '/';
    return 0;
}

/* --- scripts --- */

static int run_command(struct run *run, const struct rf_sh_command *command)
{
    struct rf_image_act act = run->base;
    const struct rf_sh_word *script = NULL;
    const struct rf_str *input;
    int code;

    enter_directory(run, command);
    act.words = command->words;
    act.count = command->word_count;
    act.shell = command;
    act.from = place_of(run, command->raw);
    act.is_conditional |= command->is_conditional;
    act.directory = run->directories[run->last_depth].path;
    act.is_directory_known = run->directories[run->last_depth].is_known;
    if (act.count > 0 && rf_str_is(act.words[0].text, "cd"))
        return change_directory(run, &act);
    rf_image_unwrap(run->builder, &act, &script);
    if (script && script->is_known) {
        struct rf_from place = place_of(run, script->raw);

        return run_script(run, script->text, NULL, 0, &act, &place);
    }
    if (act.count == 0 && command->redirect_count == 0)
        return 0;
    code = note_command(run, &act, command);
    input = act.count > 0 && rf_image_is_shell(act.words[0].text) ? find_stdin(&act) : NULL;
    if (code == 0 && input)
        return run_script(run, *input, NULL, 0, &act, NULL);
    return code < 0 || !run->has_effects ? code : apply(run, &act);
}

/* `place` is given for text that is no part of the file. */
static int run_script(const struct run *outer, struct rf_str text, const struct rf_str *heredocs,
                      uint32_t heredoc_count, const struct rf_image_act *act, const struct rf_from *place)
{
    struct rf_image_builder *builder = outer->builder;
    struct rf_sh_input input = {.text = text,
                                .heredocs = heredocs,
                                .heredoc_count = heredoc_count,
                                .find = rf_image_find_var,
                                .data = builder,
                                .scratch = &builder->scratch};
    struct rf_sh_script script = {0};
    struct run *run;
    int code;

    run = rf_arena_alloc(builder->arena, sizeof(*run));
    if (!run)
        return rf_image_no_memory(builder);
    *run = (struct run){.builder = builder,
                        .outer = outer,
                        .depth = outer->depth + 1,
                        .has_effects = outer->has_effects,
                        .is_place_fixed = place || outer->is_place_fixed,
                        .place = place ? *place : outer->place,
                        .base = *act};
    run->directories[0].path = act->directory;
    run->directories[0].is_known = act->is_directory_known;
    if (run->depth > RF_IMAGE_SCRIPT_DEPTH) {
        fail_to_read(run);
        return 0;
    }
    code = rf_sh_read(&input, builder->arena, &script, builder->err);
    if (code < 0)
        return rf_image_no_memory(builder);
    if (!script.is_complete)
        fail_to_read(run);
    for (uint32_t i = 0; i < script.command_count && code == 0; i++)
        code = run_command(run, &script.commands[i]);
    return code;
}

/* A command in exec form. */
static int run_words(struct run *run, uint32_t first)
{
    struct rf_image_builder *builder = run->builder;
    const struct rf_df_instruction *instruction = builder->instruction;
    struct rf_image_act act = run->base;
    const struct rf_sh_word *script = NULL;
    struct rf_sh_word *words;
    int code;

    act.count = instruction->word_count - first;
    words = rf_arena_array(builder->arena, act.count + 1, sizeof(*words));
    if (!words)
        return rf_image_no_memory(builder);
    for (uint32_t i = 0; i < act.count; i++)
        words[i] = (struct rf_sh_word){.text = instruction->words[first + i].text,
                                       .raw = instruction->words[first + i].text,
                                       .is_known = true,
                                       .is_quoted = true};
    act.words = words;
    act.from = rf_image_from(builder, instruction->span, RF_KNOWN);
    rf_image_unwrap(builder, &act, &script);
    if (script) {
        const struct rf_df_word *word = &instruction->words[first + (uint32_t)(script - words)];
        struct rf_from place = rf_image_from(builder, word->span, RF_KNOWN);

        return run_script(run, script->text, NULL, 0, &act, &place);
    }
    if (act.count == 0)
        return 0;
    code = note_command(run, &act, NULL);
    return code < 0 || !run->has_effects ? code : apply(run, &act);
}

/* Whether the stage's SHELL reads our kind of script. */
static bool has_posix_shell(const struct rf_image_stage *stage)
{
    return stage->shell.from.known == RF_UNSET ||
           (stage->shell.count > 0 && rf_image_is_shell(stage->shell.items[0].value));
}

/* RUN <<EOF alone: the body is the script. One that begins with #! is for its interpreter. */
static const struct rf_df_heredoc *find_whole_heredoc(const struct rf_image_builder *builder)
{
    const struct rf_df_heredoc *heredoc = builder->holder->heredocs;

    if (builder->holder->heredoc_count != 1 ||
        heredoc->marker.start != builder->instruction->rest.span.start ||
        heredoc->marker.end != builder->instruction->rest.span.end)
        return NULL;
    return heredoc;
}

static bool is_for_another(struct rf_str text)
{
    struct rf_str line;
    struct rf_str word;
    struct rf_str rest;

    if (!rf_str_starts(text, "#!"))
        return false;
    (void)rf_str_cut(text, '\n', &line); /* the first line only */
    for (rest = (struct rf_str){line.ptr + 2, line.len - 2}; rest.ptr;) {
        rest = rf_str_cut(rest, ' ', &word);
        if (rf_image_is_shell(word))
            return false;
    }
    return true;
}

static int run_shell_form(struct run *run, uint32_t first)
{
    struct rf_image_builder *builder = run->builder;
    const struct rf_df_instruction *holder = builder->holder;
    const struct rf_df_heredoc *whole = find_whole_heredoc(builder);
    struct rf_str *bodies = NULL;

    if (!has_posix_shell(builder->stage) || (whole && is_for_another(whole->text))) {
        fail_to_read(run);
        return 0;
    }
    if (whole)
        return run_script(run, whole->text, NULL, 0, &run->base, NULL);
    if (builder->instruction->word_count <= first)
        return 0;
    bodies = rf_arena_array(builder->arena, holder->heredoc_count + 1, sizeof(*bodies));
    if (!bodies)
        return rf_image_no_memory(builder);
    for (uint32_t i = 0; i < holder->heredoc_count; i++)
        bodies[i] = holder->heredocs[i].text;
    return run_script(run, builder->instruction->words[first].text, bodies, holder->heredoc_count, &run->base,
                      NULL);
}

static int start(struct rf_image_builder *builder, uint32_t first, bool has_effects)
{
    const struct rf_image_stage *stage = builder->stage;
    struct run *run = rf_arena_alloc(builder->arena, sizeof(*run));

    if (!run)
        return rf_image_no_memory(builder);
    run->builder = builder;
    run->has_effects = has_effects;
    run->base.owner = rf_image_current_owner(builder);
    run->base.directory = stage->workdir.value;
    run->base.is_directory_known = stage->workdir.from.known == RF_KNOWN;
    return builder->instruction->is_json ? run_words(run, first) : run_shell_form(run, first);
}

int rf_image_run(struct rf_image_builder *builder)
{
    return start(builder, 0, true);
}

int rf_image_note_commands(struct rf_image_builder *builder, uint32_t first)
{
    return start(builder, first, false);
}
