/* What the reader of shell scripts promises: it never fails, whatever the text; what is raw is a part of the
   text; commands stand in order, and those that are substituted before the ones they are substituted in. */
#include "text/shell.h"

#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 256 * 1024 * 1024 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static enum rf_var find(void *data, struct rf_str name, struct rf_str *ret_value)
{
    (void)data;
    *ret_value = RF_STR("/v w");
    return name.len == 1 ? RF_VAR_SET : RF_VAR_UNSET;
}

static void check_inside(struct rf_str text, struct rf_str part)
{
    must(part.ptr >= text.ptr && part.len <= text.len && part.ptr + part.len <= text.ptr + text.len);
}

static void check_word(struct rf_str text, const struct rf_sh_word *word)
{
    check_inside(text, word->raw);
    must(word->text.len <= RF_SH_WORD_BYTES || word->text.ptr == word->raw.ptr);
    must(word->is_quoted || word->has_glob || !word->is_known || memchr(word->raw.ptr, '$', word->raw.len) ||
         (word->text.len == word->raw.len && memcmp(word->text.ptr, word->raw.ptr, word->raw.len) == 0));
}

static void check_command(struct rf_str text, const struct rf_sh_script *script, uint32_t index)
{
    const struct rf_sh_command *command = &script->commands[index];

    check_inside(text, command->raw);
    must(command->raw.len > 0 && command->inner_first + command->inner_count == index);
    must(command->word_count + command->assign_count + command->redirect_count > 0 || !script->is_complete);
    for (uint32_t i = 0; i < command->word_count; i++)
        check_word(text, &command->words[i]);
    for (uint32_t i = 0; i < command->assign_count; i++)
        check_word(text, &command->assigns[i]);
    for (uint32_t i = 0; i < command->redirect_count; i++) {
        check_word(text, &command->redirects[i].target);
        if (command->redirects[i].body && command->redirects[i].body->len > 0)
            check_inside(text, *command->redirects[i].body);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_arena arena;
    struct rf_sh_input input = {.text = {(const char *)data, size}, .find = find};
    struct rf_sh_script script;
    struct rf_err err = {0};

    rf_arena_init(&arena, ARENA_BYTES);
    must(rf_sh_read(&input, &arena, &script, &err) == 0);
    must(script.is_complete == (script.why[0] == '\0'));
    check_inside(input.text, (struct rf_str){script.where.ptr, 0});
    must(script.command_count <= RF_SH_COMMANDS);
    for (uint32_t i = 0; i < script.command_count; i++)
        check_command(input.text, &script, i);
    rf_arena_done(&arena);
    return 0;
}
