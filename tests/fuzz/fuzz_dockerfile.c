/* What the reader of Dockerfiles promises: places that lie in the file and in each other, text that is where
   its place says, and for what is refused one sentence with a place. */
#include "text/dockerfile.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_span(const struct rf_df *df, struct rf_df_span span, struct rf_df_span outer)
{
    const char *line;

    must(span.start <= span.end && span.end <= df->bytes.len);
    must(span.start >= outer.start && span.end <= outer.end);
    must(span.line >= 1 && span.line <= df->line_count + 1 && span.column >= 1);
    must(span.start + 1 >= span.column);
    if (span.start > 0 && span.start < df->bytes.len) {
        struct rf_df_span again = rf_df_span_at(df, span.start, span.end);

        must(again.line == span.line && again.column == span.column);
    }
    line = df->bytes.ptr + span.start - (span.column - 1);
    must(!memchr(line, '\n', span.column - 1));
}

static void check_instruction(const struct rf_df *df, const struct rf_df_instruction *instruction)
{
    struct rf_df_span all = {0, (uint32_t)df->bytes.len, 1, 1};

    check_span(df, instruction->span, all);
    check_span(df, instruction->name.span, instruction->span);
    check_span(df, instruction->rest.span, all);
    must(instruction->last_line >= instruction->span.line);
    for (uint32_t i = 0; i < instruction->flag_count; i++)
        check_span(df, instruction->flags[i].span, instruction->span);
    for (uint32_t i = 0; i < instruction->word_count; i++) {
        const struct rf_df_word *word = &instruction->words[i];

        check_span(df, word->span, instruction->span);
        if (!instruction->is_json && word->span.end - word->span.start == word->text.len)
            must(memcmp(df->bytes.ptr + word->span.start, word->text.ptr, word->text.len) == 0);
    }
    for (uint32_t i = 0; i < instruction->heredoc_count; i++) {
        const struct rf_df_heredoc *heredoc = &instruction->heredocs[i];

        check_span(df, heredoc->marker, instruction->span);
        check_span(df, heredoc->body, instruction->span);
        must(heredoc->text.len == heredoc->body.end - heredoc->body.start);
        must(heredoc->text.len == 0 || heredoc->text.ptr[heredoc->text.len - 1] == '\n');
    }
    if (instruction->trigger)
        check_instruction(df, instruction->trigger);
}

static void check_place(int code, const struct rf_err *err)
{
    unsigned line = 0;
    unsigned column = 0;

    must(err->code == code && code == -EINVAL);
    must(sscanf(err->msg, "%u:%u: ", &line, &column) == 2 && line > 0 && column > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_arena arena;
    struct rf_df df;
    struct rf_err err = {0};
    int code;

    rf_arena_init(&arena, RF_DF_ARENA_BYTES);
    code = rf_df_parse((struct rf_str){(const char *)data, size}, &arena, &df, &err);
    if (code != 0) {
        check_place(code, &err);
    } else {
        must(df.instruction_count > 0 && df.directive_count <= 3);
        for (uint32_t i = 0; i < df.instruction_count; i++) {
            check_instruction(&df, &df.instructions[i]);
            must(i == 0 || df.instructions[i].span.start >= df.instructions[i - 1].span.end);
        }
        code = rf_df_check(&df, &err);
        if (code != 0)
            check_place(code, &err);
    }
    rf_arena_done(&arena);
    return 0;
}
