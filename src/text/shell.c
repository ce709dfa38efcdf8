/* Lists of commands and what is built of them. Only the shape is followed: which branch would run is not
 * asked. */
#include "text/shell.h"

#include <errno.h>
#include <string.h>

#include "text/shell_reader.h"

void rf_sh_give_up(struct rf_sh_reader *reader, uint32_t start, const char *why)
{
    if (!reader->script->is_complete)
        return;
    reader->script->is_complete = false;
    reader->script->why = why;
    reader->script->where = (struct rf_str){reader->text.ptr + start, reader->end > start ? 1 : 0};
}

int rf_sh_no_memory(struct rf_sh_reader *reader)
{
    return rf_fail(reader->err, -ENOMEM, "no memory left to read a script");
}

/* --- blocks --- */

static struct rf_sh_block *top(struct rf_sh_reader *reader, uint32_t base)
{
    return reader->depth > base ? &reader->blocks[reader->depth - 1] : NULL;
}

static bool is_top(struct rf_sh_reader *reader, uint32_t base, enum rf_sh_block_kind kind)
{
    return reader->depth > base && reader->blocks[reader->depth - 1].kind == kind;
}

static void push(struct rf_sh_reader *reader, enum rf_sh_block_kind kind, bool is_conditional)
{
    if (reader->depth == RF_SH_DEPTH) {
        rf_sh_give_up(reader, reader->at, "too many compound commands inside each other");
        reader->at = reader->end;
        return;
    }
    reader->blocks[reader->depth++] = (struct rf_sh_block){.kind = kind, .is_conditional = is_conditional};
    reader->conditional += is_conditional;
}

static void pop(struct rf_sh_reader *reader, uint32_t base, enum rf_sh_block_kind kind)
{
    if (!is_top(reader, base, kind)) {
        rf_sh_give_up(reader, reader->at, "the end of a compound command that did not begin");
        return;
    }
    reader->depth--;
    reader->conditional -= reader->blocks[reader->depth].is_conditional;
}

/* What follows runs only if the commands before it say so. */
static void begin_body(struct rf_sh_reader *reader, uint32_t base)
{
    struct rf_sh_block *block = top(reader, base);

    if (block && (block->kind == RF_SH_IF || block->kind == RF_SH_LOOP) && !block->is_conditional) {
        block->is_conditional = true;
        reader->conditional++;
    }
}

/* --- what stands at the place of a command and is none --- */

enum reserved {
    NO_WORD,
    BEGIN_IF,
    BEGIN_LOOP,
    BEGIN_FOR,
    BEGIN_CASE,
    BODY,
    END_IF,
    END_LOOP,
    END_CASE,
    PASS,
    FUNCTION
};

static enum reserved find_reserved(struct rf_str word)
{
    static const struct {
        const char *name;
        enum reserved reserved;
    } words[] = {{"if", BEGIN_IF},      {"then", BODY},        {"elif", BODY},        {"else", BODY},
                 {"fi", END_IF},        {"while", BEGIN_LOOP}, {"until", BEGIN_LOOP}, {"for", BEGIN_FOR},
                 {"select", BEGIN_FOR}, {"do", BODY},          {"done", END_LOOP},    {"case", BEGIN_CASE},
                 {"esac", END_CASE},    {"!", PASS},           {"time", PASS},        {"function", FUNCTION}};

    for (size_t i = 0; i < RF_COUNT(words); i++)
        if (rf_str_is(word, words[i].name))
            return words[i].reserved;
    return NO_WORD;
}

/* The bytes up to the next that ends a word. */
static struct rf_str peek_word(const struct rf_sh_reader *reader)
{
    uint32_t len = 0;

    while (!rf_sh_is_meta(rf_sh_peek(reader, len)))
        len++;
    return (struct rf_str){reader->text.ptr + reader->at, len};
}

static int skip_word(struct rf_sh_reader *reader, struct rf_sh_word *ret)
{
    rf_sh_skip_blanks(reader);
    return rf_sh_read_word(reader, ret);
}

/* for NAME in WORD ...: the words may hold substitutions. */
static int read_for(struct rf_sh_reader *reader)
{
    struct rf_sh_word word = {0};
    int code = skip_word(reader, &word);

    push(reader, RF_SH_LOOP, false);
    rf_sh_set(reader, word.text, RF_STR(""), RF_VAR_UNKNOWN);
    while (code == 0) {
        rf_sh_skip_blanks(reader);
        if (rf_sh_is_meta(rf_sh_peek(reader, 0)))
            break;
        code = rf_sh_read_word(reader, &word);
    }
    if (rf_sh_peek(reader, 0) == '(') { /* for ((...)) */
        reader->at++;
        rf_sh_skip_brackets(reader, '(', ')');
    }
    return code;
}

static int read_case(struct rf_sh_reader *reader)
{
    struct rf_sh_word word = {0};
    int code = skip_word(reader, &word);

    if (code == 0)
        code = skip_word(reader, &word);
    push(reader, RF_SH_CASE, true);
    if (reader->depth > 0)
        reader->blocks[reader->depth - 1].wants_pattern = true;
    return code;
}

/* pattern | pattern ) */
static int read_pattern(struct rf_sh_reader *reader, struct rf_sh_block *block)
{
    struct rf_sh_word word = {0};
    int code = 0;
    int c;

    while (code == 0 && (c = rf_sh_peek(reader, 0)) >= 0 && c != ')') {
        if (c == '(' || c == '|' || (c && strchr(" \t\r\n;&<>", c)))
            reader->at++;
        else
            code = rf_sh_read_word(reader, &word);
    }
    reader->at += rf_sh_peek(reader, 0) == ')';
    block->wants_pattern = false;
    return code;
}

/* NAME () or function NAME: the body is a group like others, and runs who knows when. */
static void begin_function(struct rf_sh_reader *reader, uint32_t start)
{
    rf_sh_give_up(reader, start, "a function");
    rf_sh_skip_blanks(reader);
    while (rf_sh_peek(reader, 0) == '(' || rf_sh_peek(reader, 0) == ')' || rf_sh_peek(reader, 0) == '\n' ||
           rf_sh_peek(reader, 0) == ' ')
        reader->at++;
    if (rf_sh_peek(reader, 0) != '{')
        return;
    reader->at++;
    push(reader, RF_SH_FUNCTION, true);
}

static int take_reserved(struct rf_sh_reader *reader, uint32_t base, enum reserved reserved)
{
    struct rf_sh_word word = {0};
    uint32_t start = reader->at;
    int code;

    switch (reserved) {
    case BEGIN_IF:
        push(reader, RF_SH_IF, false);
        return 0;
    case BEGIN_LOOP:
        push(reader, RF_SH_LOOP, false);
        return 0;
    case BEGIN_FOR:
        return read_for(reader);
    case BEGIN_CASE:
        return read_case(reader);
    case BODY:
        begin_body(reader, base);
        return 0;
    case END_IF:
        pop(reader, base, RF_SH_IF);
        return 0;
    case END_LOOP:
        pop(reader, base, RF_SH_LOOP);
        return 0;
    case END_CASE:
        pop(reader, base, RF_SH_CASE);
        return 0;
    case FUNCTION:
        code = skip_word(reader, &word);
        begin_function(reader, start);
        return code;
    default:
        return 0;
    }
}

/* --- lists --- */

/* The bodies that wait for the end of the line. */
static void read_waiting(struct rf_sh_reader *reader)
{
    for (uint32_t i = 0; i < reader->waiting_count; i++) {
        const struct rf_sh_waiting *waiting = &reader->waiting[i];
        uint32_t start = reader->at;
        bool is_over = false;

        while (!is_over && reader->at < reader->end) {
            struct rf_str rest = {reader->text.ptr + reader->at, reader->end - reader->at};
            struct rf_str line;

            (void)rf_str_cut(rest, '\n', &line); /* only the line is wanted */
            *waiting->body = rf_sh_since(reader, start);
            reader->at += (uint32_t)line.len + (line.len < rest.len);
            while (line.len > 0 && line.ptr[line.len - 1] == '\r')
                line.len--;
            while (waiting->is_chomped && line.len > 0 && *line.ptr == '\t')
                line = (struct rf_str){line.ptr + 1, line.len - 1};
            is_over = line.len == waiting->name.len && memcmp(line.ptr, waiting->name.ptr, line.len) == 0;
        }
        if (!is_over) {
            *waiting->body = rf_sh_since(reader, start);
            rf_sh_give_up(reader, start, "a heredoc is not ended");
        }
    }
    reader->waiting_count = 0;
}

/* An operator between commands. False when there is none here. */
static bool take_operator(struct rf_sh_reader *reader, uint32_t base, enum rf_sh_join *join)
{
    struct rf_sh_block *block = top(reader, base);
    int c = rf_sh_peek(reader, 0);
    int next = rf_sh_peek(reader, 1);

    if (c == '\n') {
        reader->at++;
        read_waiting(reader);
        *join = RF_SH_NEXT;
    } else if (c == ';') {
        reader->at++;
        if (next == ';' || next == '&') {
            while (rf_sh_peek(reader, 0) == ';' || rf_sh_peek(reader, 0) == '&')
                reader->at++;
            if (block && block->kind == RF_SH_CASE)
                block->wants_pattern = true;
        }
        *join = RF_SH_NEXT;
    } else if (c == '&') {
        reader->at += next == '&' ? 2 : 1;
        *join = next == '&' ? RF_SH_AND : RF_SH_NEXT;
        if (next != '&' && reader->script->command_count > 0)
            reader->script->commands[reader->script->command_count - 1].is_background = true;
    } else if (c == '|') {
        reader->at += next == '|' || next == '&' ? 2 : 1;
        *join = next == '|' ? RF_SH_OR : RF_SH_PIPE;
    } else {
        return false;
    }
    if (*join == RF_SH_NEXT)
        reader->is_after_test = false;
    return true;
}

/* ( and ). Returns true when the parenthesis of the substitution itself was closed. */
static bool take_parenthesis(struct rf_sh_reader *reader, uint32_t base, bool is_in_parentheses,
                             enum rf_sh_join *join)
{
    if (rf_sh_peek(reader, 0) == '(') {
        bool is_arithmetic = rf_sh_peek(reader, 1) == '(';

        reader->at++;
        if (is_arithmetic) {
            rf_sh_give_up(reader, reader->at, "arithmetic");
            rf_sh_skip_brackets(reader, '(', ')');
        } else {
            push(reader, RF_SH_SUBSHELL, false);
            *join = RF_SH_FIRST;
        }
        return false;
    }
    if (!is_top(reader, base, RF_SH_SUBSHELL) && is_in_parentheses && reader->depth == base) {
        reader->at++;
        return true;
    }
    pop(reader, base, RF_SH_SUBSHELL);
    reader->at++;
    return false;
}

/* { and }, which are words. */
static bool take_brace(struct rf_sh_reader *reader, uint32_t base, struct rf_str word, enum rf_sh_join *join)
{
    if (rf_str_is(word, "{")) {
        reader->at++;
        push(reader, RF_SH_GROUP, false);
        *join = RF_SH_FIRST;
        return true;
    }
    if (!rf_str_is(word, "}"))
        return false;
    reader->at++;
    pop(reader, base, is_top(reader, base, RF_SH_FUNCTION) ? RF_SH_FUNCTION : RF_SH_GROUP);
    return true;
}

static void skip_comment(struct rf_sh_reader *reader)
{
    while (rf_sh_peek(reader, 0) >= 0 && rf_sh_peek(reader, 0) != '\n')
        reader->at++;
}

/* One command, or what stands at the place of one. */
static int read_item(struct rf_sh_reader *reader, uint32_t base, enum rf_sh_join *join)
{
    struct rf_str word = peek_word(reader);
    enum reserved reserved = find_reserved(word);
    uint32_t start = reader->at;
    int code;

    if (take_brace(reader, base, word, join))
        return 0;
    if (reserved != NO_WORD) {
        reader->at += (uint32_t)word.len;
        if (reserved != PASS)
            *join = RF_SH_NEXT;
        return take_reserved(reader, base, reserved);
    }
    if (word.len > 0 && rf_sh_peek(reader, (uint32_t)word.len) == '(' && !memchr(word.ptr, '=', word.len) &&
        !memchr(word.ptr, '$', word.len)) {
        reader->at += (uint32_t)word.len;
        begin_function(reader, start);
        return 0;
    }
    code = rf_sh_read_command(reader, *join);
    if (code == 0 && reader->at == start) {
        rf_sh_give_up(reader, start, "a byte that begins no command");
        reader->at++;
    }
    *join = RF_SH_NEXT;
    return code;
}

int rf_sh_read_list(struct rf_sh_reader *reader, bool is_in_parentheses)
{
    uint32_t base = reader->depth;
    uint32_t conditional = reader->conditional;
    enum rf_sh_join join = RF_SH_FIRST;
    int code = 0;

    reader->is_after_test = false;
    while (code == 0) {
        struct rf_sh_block *block = top(reader, base);
        int c;

        rf_sh_skip_blanks(reader);
        c = rf_sh_peek(reader, 0);
        if (c < 0) {
            if (is_in_parentheses)
                rf_sh_give_up(reader, reader->at, "a substitution is not closed");
            break;
        }
        if (c == '#') {
            skip_comment(reader);
        } else if (block && block->wants_pattern && !rf_str_is(peek_word(reader), "esac") && c != '\n') {
            code = read_pattern(reader, block);
        } else if (c == '(' || c == ')') {
            if (take_parenthesis(reader, base, is_in_parentheses, &join))
                break;
        } else if (!take_operator(reader, base, &join)) {
            code = read_item(reader, base, &join);
        }
    }
    if (reader->depth > base)
        rf_sh_give_up(reader, reader->at, "a compound command without its end");
    reader->depth = base;
    reader->conditional = conditional;
    return code;
}

int rf_sh_read(const struct rf_sh_input *input, struct rf_arena *arena, struct rf_sh_script *ret,
               struct rf_err *err)
{
    struct rf_sh_scratch scratch = {0};
    struct rf_sh_script script = {.is_complete = true, .why = "", .where = {input->text.ptr, 0}};
    struct rf_sh_reader reader = {.input = input,
                                  .arena = arena,
                                  .err = err,
                                  .script = &script,
                                  .text = input->text,
                                  .scratch = input->scratch ? input->scratch : &scratch,
                                  .end = (uint32_t)input->text.len};
    int code;

    if (input->text.len > UINT32_MAX / 2) {
        rf_sh_give_up(&reader, 0, "a script of more than 2 GiB");
        reader.end = 0;
    }
    code = rf_sh_read_list(&reader, false);
    if (code == 0)
        *ret = script;
    return code;
}
