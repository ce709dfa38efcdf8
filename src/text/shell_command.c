/* Simple commands: assignments, words and redirections, in any order a shell takes them. */
#include <errno.h>
#include <string.h>

#include "text/shell_reader.h"

/* Room for one more behind `count` elements, in an array whose capacity is a power of two, 4 at least. */
static void *room(struct rf_sh_reader *reader, void *array, uint32_t count, size_t size)
{
    uint32_t capacity = count < 4 ? 4 : 2 * count;
    void *larger;

    if (count != 0 && (count < 4 || (count & (count - 1)) != 0))
        return array;
    larger = rf_arena_array(reader->arena, capacity, size);
    if (larger && count)
        memcpy(larger, array, count * size);
    return larger;
}

static bool is_too_much(struct rf_sh_reader *reader, uint32_t start)
{
    if (reader->word_total++ < RF_SH_WORDS)
        return false;
    rf_sh_give_up(reader, start, "more words than are read");
    reader->at = reader->end;
    return true;
}

static int add_word(struct rf_sh_reader *reader, struct rf_sh_word **words, uint32_t *count,
                    const struct rf_sh_word *word)
{
    struct rf_sh_word *array = room(reader, *words, *count, sizeof(*array));

    if (!array)
        return rf_sh_no_memory(reader);
    array[(*count)++] = *word;
    *words = array;
    return 0;
}

/* --- redirections --- */

static const struct {
    const char *text; /* longest first */
    enum rf_sh_redirect_kind kind;
    uint32_t fd;
} operators[] = {{"&>>", RF_SH_APPEND, 1}, {"<<<", RF_SH_STRING, 0}, {"<<-", RF_SH_HEREDOC, 0},
                 {"&>", RF_SH_WRITE, 1},   {">>", RF_SH_APPEND, 1},  {">|", RF_SH_WRITE, 1},
                 {">&", RF_SH_COPY, 1},    {"<<", RF_SH_HEREDOC, 0}, {"<&", RF_SH_COPY, 0},
                 {"<>", RF_SH_WRITE, 0},   {">", RF_SH_WRITE, 1},    {"<", RF_SH_READ, 0}};

/* Digits and an operator, or nothing at all. */
static bool take_redirection(struct rf_sh_reader *reader, struct rf_sh_redirect *ret, bool *ret_is_chomped)
{
    uint32_t digits = 0;
    uint32_t fd = 0;
    struct rf_str rest;

    for (int c; (c = rf_sh_peek(reader, digits)) >= '0' && c <= '9' && digits < 4; digits++)
        fd = fd * 10 + (uint32_t)(c - '0');
    rest = (struct rf_str){reader->text.ptr + reader->at + digits, reader->end - reader->at - digits};
    for (size_t i = 0; i < RF_COUNT(operators); i++) {
        const char *text = operators[i].text;

        if (!rf_str_starts(rest, text) || (digits > 0 && *text == '&'))
            continue;
        *ret = (struct rf_sh_redirect){.kind = operators[i].kind, .fd = digits ? fd : operators[i].fd};
        *ret_is_chomped = ret->kind == RF_SH_HEREDOC && text[2] == '-';
        reader->at += digits + (uint32_t)strlen(text);
        return true;
    }
    return false;
}

/* Where the body of a heredoc comes from: given, or behind the line. */
static int expect_body(struct rf_sh_reader *reader, struct rf_sh_redirect *redirect, bool is_chomped)
{
    struct rf_str *body;

    if (reader->heredoc_next < reader->input->heredoc_count) {
        redirect->body = &reader->input->heredocs[reader->heredoc_next++];
        return 0;
    }
    if (reader->waiting_count == RF_SH_HEREDOCS) {
        rf_sh_give_up(reader, reader->at, "more heredocs than are read");
        return 0;
    }
    body = rf_arena_alloc(reader->arena, sizeof(*body));
    if (!body)
        return rf_sh_no_memory(reader);
    redirect->body = body;
    reader->waiting[reader->waiting_count++] =
        (struct rf_sh_waiting){redirect->target.text, body, is_chomped};
    return 0;
}

static int read_redirection(struct rf_sh_reader *reader, struct rf_sh_command *command,
                            struct rf_sh_redirect *redirect, bool is_chomped)
{
    struct rf_sh_redirect *array;
    int code = 0;

    rf_sh_skip_blanks(reader);
    if (rf_sh_peek(reader, 0) == '(') { /* < (...) and > (...) of bash */
        rf_sh_give_up(reader, reader->at, "a process substitution");
        reader->at++;
        rf_sh_skip_brackets(reader, '(', ')');
        return 0;
    }
    code = rf_sh_read_word(reader, &redirect->target);
    if (code == 0 && redirect->kind == RF_SH_HEREDOC)
        code = expect_body(reader, redirect, is_chomped);
    if (code < 0 || is_too_much(reader, reader->at))
        return code;
    array = room(reader, command->redirects, command->redirect_count, sizeof(*array));
    if (!array)
        return rf_sh_no_memory(reader);
    array[command->redirect_count++] = *redirect;
    command->redirects = array;
    return 0;
}

/* --- assignments --- */

/* The length of NAME in NAME=VALUE or NAME+=VALUE; 0 for anything else. */
static size_t assigned_name(struct rf_str raw)
{
    size_t len = 0;

    while (len < raw.len) {
        char c = raw.ptr[len];
        bool is_letter = c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

        if (!is_letter && (len == 0 || c < '0' || c > '9'))
            break;
        len++;
    }
    if (len + 1 < raw.len && raw.ptr[len] == '+' && raw.ptr[len + 1] == '=')
        return len;
    return len < raw.len && raw.ptr[len] == '=' ? len : 0;
}

/* Remember NAME=VALUE, as far as its value is known. */
static void set_variable(struct rf_sh_reader *reader, const struct rf_sh_word *word)
{
    struct rf_str name;
    struct rf_str value = rf_str_cut(word->text, '=', &name);
    bool is_known = word->is_known && name.len > 0 && name.ptr[name.len - 1] != '+';

    if (!is_known && name.len > 0 && name.ptr[name.len - 1] == '+')
        name.len--;
    rf_sh_set(reader, name, value, is_known ? RF_VAR_SET : RF_VAR_UNKNOWN);
}

/* Commands of the shell itself that change what comes after. */
static void take_effect(struct rf_sh_reader *reader, const struct rf_sh_command *command)
{
    static const char *const setters[] = {"export", "readonly", "local", "declare", "typeset"};
    static const char *const unknown[] = {"eval", ".", "source", "alias", "trap"};
    static const char *const readers[] = {"read", "unset", "getopts"};
    struct rf_str name;

    if (command->word_count == 0) {
        for (uint32_t i = 0; i < command->assign_count; i++)
            set_variable(reader, &command->assigns[i]);
        return;
    }
    name = command->words[0].text;
    for (size_t i = 0; i < RF_COUNT(setters); i++)
        for (uint32_t n = 1; n < command->word_count && rf_str_is(name, setters[i]); n++)
            if (assigned_name(command->words[n].raw))
                set_variable(reader, &command->words[n]);
    for (size_t i = 0; i < RF_COUNT(readers); i++)
        for (uint32_t n = 1; n < command->word_count && rf_str_is(name, readers[i]); n++)
            rf_sh_set(reader, command->words[n].text, RF_STR(""), RF_VAR_UNKNOWN);
    for (size_t i = 0; i < RF_COUNT(unknown); i++)
        if (rf_str_is(name, unknown[i]))
            rf_sh_give_up(reader, (uint32_t)(command->raw.ptr - reader->text.ptr),
                          "what eval, . and trap run");
}

/* A command whose exit status is an answer: what hangs on it by && may not run. */
static bool is_test(const struct rf_sh_command *command)
{
    static const char *const tests[] = {"[",  "[[",     "test", "grep", "command", "which",
                                        "id", "getent", "hash", "type", "false",   "egrep"};

    for (size_t i = 0; i < RF_COUNT(tests) && command->word_count > 0; i++)
        if (rf_str_is(command->words[0].text, tests[i]))
            return true;
    return false;
}

/* --- commands --- */

static int add_command(struct rf_sh_reader *reader, const struct rf_sh_command *command)
{
    struct rf_sh_script *script = reader->script;
    struct rf_sh_command *array;

    if (script->command_count == RF_SH_COMMANDS) {
        rf_sh_give_up(reader, reader->at, "more commands than are read");
        reader->at = reader->end;
        return 0;
    }
    array = room(reader, script->commands, script->command_count, sizeof(*array));
    if (!array)
        return rf_sh_no_memory(reader);
    array[script->command_count++] = *command;
    script->commands = array;
    return 0;
}

/* [[ ... ]], whose operators are not those of the shell. */
static void skip_test(struct rf_sh_reader *reader)
{
    int quote = 0;
    int c;

    while ((c = rf_sh_peek(reader, 0)) >= 0) {
        bool is_end = !quote && c == ']' && rf_sh_peek(reader, 1) == ']';

        reader->at += is_end || (c == '\\' && rf_sh_peek(reader, 1) >= 0) ? 2 : 1;
        if (is_end)
            return;
        if (quote ? c == quote : c == '\'' || c == '"')
            quote = quote ? 0 : c;
    }
}

/* NAME=(...) of bash. */
static void skip_array(struct rf_sh_reader *reader, struct rf_sh_word *word)
{
    if (rf_sh_peek(reader, 0) != '(' || word->raw.len == 0 || word->raw.ptr[word->raw.len - 1] != '=')
        return;
    rf_sh_give_up(reader, reader->at, "an array");
    reader->at++;
    rf_sh_skip_brackets(reader, '(', ')');
    word->is_known = false;
}

/* The words and redirections up to the next operator. */
static int read_parts(struct rf_sh_reader *reader, struct rf_sh_command *command)
{
    int code = 0;

    while (code == 0) {
        struct rf_sh_redirect redirect = {0};
        struct rf_sh_word word = {0};
        bool is_chomped = false;
        int c;

        rf_sh_skip_blanks(reader);
        c = rf_sh_peek(reader, 0);
        if (take_redirection(reader, &redirect, &is_chomped)) {
            code = read_redirection(reader, command, &redirect, is_chomped);
            continue;
        }
        if (rf_sh_is_meta(c) || (c == '#' && command->word_count + command->assign_count > 0))
            break;
        code = rf_sh_read_word(reader, &word);
        if (code < 0 || is_too_much(reader, reader->at))
            break;
        if (command->word_count == 0 && assigned_name(word.raw)) {
            skip_array(reader, &word);
            code = add_word(reader, &command->assigns, &command->assign_count, &word);
        } else {
            code = add_word(reader, &command->words, &command->word_count, &word);
        }
        if (rf_str_is(word.raw, "[[") && command->word_count == 1)
            skip_test(reader);
    }
    return code;
}

int rf_sh_read_command(struct rf_sh_reader *reader, enum rf_sh_join join)
{
    uint32_t start = reader->at;
    struct rf_sh_command command = {.join = join,
                                    .depth = reader->depth + reader->substitution,
                                    .is_conditional = reader->conditional > 0 || join == RF_SH_OR ||
                                                      (join == RF_SH_AND && reader->is_after_test),
                                    .is_substituted = reader->substitution > 0,
                                    .inner_first = reader->script->command_count};
    int code = read_parts(reader, &command);

    command.raw = rf_sh_since(reader, start);
    while (command.raw.len > 0 && strchr(" \t\r\n", command.raw.ptr[command.raw.len - 1]))
        command.raw.len--;
    command.inner_count = reader->script->command_count - command.inner_first;
    if (code < 0 || command.raw.len == 0)
        return code;
    reader->conditional += command.is_conditional; /* what it sets is then not known */
    take_effect(reader, &command);
    reader->conditional -= command.is_conditional;
    reader->is_after_test |= is_test(&command);
    return add_command(reader, &command);
}
