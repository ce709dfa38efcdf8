/* Where a Dockerfile announces a heredoc. BuildKit cuts the instruction into shell words, keeping quotes, and
   takes those that begin with <<; a line that its lexer refuses announces none. */
#include <errno.h>
#include <string.h>

#include "text/dockerfile_parser.h"
#include "text/shell_words.h"
#include "text/unicode.h"

static size_t count_quotes(struct rf_str text)
{
    size_t count = 0;

    for (size_t i = 0; i < text.len; i++)
        count += text.ptr[i] == '\'' || text.ptr[i] == '"';
    return count;
}

/* `text` as the one word that it must be. */
static int read_one_word(struct rf_words *lexer, struct rf_str text, unsigned flags, struct rf_str *ret,
                         bool *ret_is_one, struct rf_err *err)
{
    struct rf_expanded expanded = {0};
    int code;

    lexer->flags = flags | RF_WORDS_SPLIT | RF_WORDS_KEEP_UNSET;
    code = rf_words_expand(lexer, text, &expanded, err);

    *ret_is_one = code == 0 && expanded.word_count == 1;
    if (*ret_is_one)
        *ret = expanded.words[0].text;
    return code;
}

static bool is_plain_name(struct rf_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr("'\"\\$<", text.ptr[i]) || rf_blank_len((struct rf_str){text.ptr + i, text.len - i}))
            return false;
    return text.len > 0;
}

/* Whether the word is digits, << or <<-, and a name. */
static int read_marker(struct rf_words *lexer, struct rf_str word, struct rf_df_heredoc *ret,
                       bool *ret_is_one, struct rf_err *err)
{
    struct rf_df_heredoc heredoc = {.is_expanded = true};
    struct rf_str quoted = {0};
    size_t at = 0;
    int code;

    *ret_is_one = false;
    for (; at < word.len && word.ptr[at] >= '0' && word.ptr[at] <= '9'; at++)
        heredoc.descriptor = heredoc.descriptor * 10 % 1000000 + (uint32_t)(word.ptr[at] - '0');
    word = (struct rf_str){word.ptr + at, word.len - at};
    if (!rf_str_starts(word, "<<"))
        return 0;
    heredoc.is_chomped = word.len > 2 && word.ptr[2] == '-';
    word = (struct rf_str){word.ptr + 2 + heredoc.is_chomped, word.len - 2 - heredoc.is_chomped};
    while (word.len > 0 && rf_blank_is_ascii(*word.ptr))
        word = (struct rf_str){word.ptr + 1, word.len - 1};
    if (word.len == 0 || memchr(word.ptr, '<', word.len))
        return 0;
    heredoc.name = word;
    *ret_is_one = is_plain_name(word);
    if (!*ret_is_one) {
        code = read_one_word(lexer, word, 0, &heredoc.name, ret_is_one, err);
        if (code < 0 || !*ret_is_one)
            return code;
        code = read_one_word(lexer, word, RF_WORDS_RAW_QUOTES, &quoted, ret_is_one, err);
        if (code < 0 || !*ret_is_one)
            return code;
        heredoc.is_expanded = count_quotes(heredoc.name) == count_quotes(quoted);
    }
    *ret = heredoc;
    return 0;
}

static bool can_have_heredocs(const struct rf_df_instruction *instruction)
{
    if (instruction->kind == RF_DF_ONBUILD && instruction->trigger)
        instruction = instruction->trigger;
    return (instruction->kind == RF_DF_RUN || instruction->kind == RF_DF_COPY ||
            instruction->kind == RF_DF_ADD) &&
           !instruction->is_json;
}

/* Put the heredocs of the words into the instruction, or count them while `heredocs` is NULL. */
static int take_heredocs(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                         const struct rf_expanded *expanded, struct rf_df_heredoc *heredocs)
{
    instruction->heredoc_count = 0;
    for (uint32_t i = 0; i < expanded->word_count; i++) {
        const struct rf_word_part *word = &expanded->words[i];
        struct rf_df_span span = rf_df_span_of(parser->df, instruction, instruction->joined.ptr + word->start,
                                               word->end - word->start);
        struct rf_df_heredoc heredoc = {0};
        struct rf_err err = {0};
        bool is_one = false;
        int code = read_marker(&parser->lexer, word->text, &heredoc, &is_one, &err);

        if (code == -EINVAL)
            return rf_df_fail(&span, parser->err, "the name of a heredoc: %s", err.msg);
        if (code < 0)
            return rf_fail(parser->err, code, "%u:%u: %s", span.line, span.column, err.msg);
        heredoc.marker = span;
        if (is_one && heredocs)
            heredocs[instruction->heredoc_count] = heredoc;
        instruction->heredoc_count += is_one;
    }
    return 0;
}

int rf_df_find_heredocs(struct rf_df_parser *parser, struct rf_df_instruction *instruction)
{
    struct rf_expanded expanded = {0};
    struct rf_err err = {0};
    int code;

    if (!can_have_heredocs(instruction) || !memmem(instruction->joined.ptr, instruction->joined.len, "<<", 2))
        return 0;
    parser->lexer.arena = parser->arena;
    parser->lexer.escape = '\\'; /* whatever the file's is */
    parser->lexer.flags = RF_WORDS_SPLIT | RF_WORDS_RAW_QUOTES | RF_WORDS_RAW_ESCAPES | RF_WORDS_KEEP_UNSET;
    code = rf_words_expand(&parser->lexer, instruction->joined, &expanded, &err);
    if (code == -EINVAL)
        return 0;
    if (code == -E2BIG)
        return rf_df_fail(&instruction->span, parser->err, "too much to look for a heredoc in: %s", err.msg);
    if (code < 0)
        return rf_fail(parser->err, code, "%u:1: %s", instruction->span.line, err.msg);
    code = take_heredocs(parser, instruction, &expanded, NULL);
    if (code < 0 || instruction->heredoc_count == 0)
        return code;
    parser->heredoc_count += instruction->heredoc_count;
    if (parser->heredoc_count > RF_DF_HEREDOCS)
        return rf_df_fail(&instruction->span, parser->err, "more than %d heredocs in a file", RF_DF_HEREDOCS);
    instruction->heredocs =
        rf_arena_array(parser->arena, instruction->heredoc_count, sizeof(*instruction->heredocs));
    if (!instruction->heredocs)
        return rf_fail(parser->err, -ENOMEM, "%u:1: no memory left for a heredoc", instruction->span.line);
    return take_heredocs(parser, instruction, &expanded, instruction->heredocs);
}
