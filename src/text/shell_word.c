/* The words of a shell script: quotes, variables, and substitutions, whose commands are read like others. */
#include <errno.h>
#include <string.h>

#include "text/shell_reader.h"

bool rf_sh_is_meta(int c)
{
    return c < 0 || (c && strchr(" \t\r\n;&|()<>", c));
}

void rf_sh_skip_blanks(struct rf_sh_reader *reader)
{
    for (;;) {
        int c = rf_sh_peek(reader, 0);

        if (c == ' ' || c == '\t' || c == '\r')
            reader->at++;
        else if (c == '\\' && rf_sh_peek(reader, 1) == '\n')
            reader->at += 2;
        else
            return;
    }
}

/* --- variables --- */

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

void rf_sh_set(struct rf_sh_reader *reader, struct rf_str name, struct rf_str value, enum rf_var var)
{
    uint32_t i = 0;

    if (reader->conditional || reader->depth || reader->substitution)
        var = RF_VAR_UNKNOWN; /* whether this happens, and for whom, is not known */
    while (i < reader->variable_count && !is_same(reader->variables[i].name, name))
        i++;
    if (i == RF_SH_VARIABLES) {
        rf_sh_give_up(reader, reader->at, "more variables than are remembered");
        return;
    }
    if (i == reader->variable_count)
        reader->variable_count++;
    reader->variables[i] = (struct rf_sh_variable){name, value, var};
}

static enum rf_var find(void *data, struct rf_str name, struct rf_str *ret_value)
{
    const struct rf_sh_reader *reader = data;

    for (uint32_t i = 0; i < reader->variable_count; i++) {
        if (!is_same(reader->variables[i].name, name))
            continue;
        *ret_value = reader->variables[i].var == RF_VAR_SET ? reader->variables[i].value : RF_STR("");
        return reader->variables[i].var;
    }
    return reader->input->find ? reader->input->find(reader->input->data, name, ret_value) : RF_VAR_UNSET;
}

/* --- the text of a word, at the end of the scratch --- */

static void put(struct rf_sh_reader *reader, struct rf_sh_word *word, struct rf_str text)
{
    if (text.len > RF_SH_WORD_BYTES - reader->scratch_len) {
        word->is_known = false;
        return;
    }
    if (text.len > 0)
        memcpy(reader->scratch->text + reader->scratch_len, text.ptr, text.len);
    reader->scratch_len += (uint32_t)text.len;
}

static void put_byte(struct rf_sh_reader *reader, struct rf_sh_word *word, int c)
{
    char byte = (char)c;

    put(reader, word, (struct rf_str){&byte, 1});
}

/* --- what is passed over --- */

/* Behind an opening quote, past the closing one. */
static void skip_quotes(struct rf_sh_reader *reader, int quote)
{
    int c;

    while ((c = rf_sh_peek(reader, 0)) >= 0) {
        reader->at++;
        if (c == quote)
            return;
        if (c == '\\' && quote != '\'')
            reader->at += rf_sh_peek(reader, 0) >= 0;
    }
}

void rf_sh_skip_brackets(struct rf_sh_reader *reader, char open, char close)
{
    uint32_t start = reader->at;
    uint32_t depth = 1;
    int c;

    while (depth > 0 && (c = rf_sh_peek(reader, 0)) >= 0) {
        reader->at++;
        if (c == '\\')
            reader->at += rf_sh_peek(reader, 0) >= 0;
        else if (c == '\'' || c == '"' || c == '`')
            skip_quotes(reader, c);
        else
            depth += (c == open) - (uint32_t)(c == close);
    }
    if (depth > 0)
        rf_sh_give_up(reader, start, "a bracket is not closed");
}

/* --- substitutions --- */

static int enter(struct rf_sh_reader *reader, bool is_in_parentheses)
{
    uint32_t waiting = reader->waiting_count;
    bool was_after_test = reader->is_after_test;
    int code;

    if (reader->substitution == RF_SH_DEPTH) {
        rf_sh_give_up(reader, reader->at, "too many substitutions inside each other");
        reader->at = reader->end;
        return 0;
    }
    reader->substitution++;
    code = rf_sh_read_list(reader, is_in_parentheses);
    reader->substitution--;
    reader->is_after_test = was_after_test;
    if (reader->waiting_count > waiting && !is_in_parentheses)
        reader->waiting_count = waiting;
    return code;
}

/* `commands`, behind the first backquote. */
static int read_backquotes(struct rf_sh_reader *reader, struct rf_sh_word *word)
{
    uint32_t start = reader->at;
    uint32_t end = reader->end;
    int code;

    word->is_known = false;
    skip_quotes(reader, '`');
    if (reader->at == start || reader->text.ptr[reader->at - 1] != '`') {
        rf_sh_give_up(reader, start, "a backquote is not closed");
        return 0;
    }
    reader->end = reader->at - 1;
    reader->at = start;
    code = enter(reader, false);
    reader->at = reader->end + 1;
    reader->end = end;
    return code;
}

/* ${...}, by the rules of Dockerfiles where those know the operator. */
static int read_braces(struct rf_sh_reader *reader, struct rf_sh_word *word)
{
    uint32_t start = reader->at - 2;
    struct rf_expanded expanded = {0};
    struct rf_err err = {0}; /* what is refused has a value all the same, but nobody knows which */
    struct rf_str raw;
    int code;

    rf_sh_skip_brackets(reader, '{', '}');
    raw = rf_sh_since(reader, start);
    reader->scratch->words.arena = reader->arena;
    reader->scratch->words.find = find;
    reader->scratch->words.data = reader;
    reader->scratch->words.escape = '\\';
    if (memchr(raw.ptr, '(', raw.len) || memchr(raw.ptr, '`', raw.len)) {
        word->is_known = false;
        return 0;
    }
    code = rf_words_expand(&reader->scratch->words, raw, &expanded, &err);
    if (code == -ENOMEM)
        return rf_sh_no_memory(reader);
    word->is_known &= code == 0 && !expanded.has_hole && !expanded.has_unknown;
    if (code == 0)
        put(reader, word, expanded.text);
    return 0;
}

static bool is_name_byte(int c, bool is_first)
{
    return c == '_' || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z' && c < 0x80) ||
           (!is_first && c >= '0' && c <= '9');
}

/* A dollar and what belongs to it. */
static int read_dollar(struct rf_sh_reader *reader, struct rf_sh_word *word)
{
    struct rf_str value = {0};
    uint32_t start;
    int c = rf_sh_peek(reader, 1);

    reader->at++;
    if (c == '{') {
        reader->at++;
        return read_braces(reader, word);
    }
    if (c == '(') {
        word->is_known = false;
        reader->at++;
        if (rf_sh_peek(reader, 0) != '(')
            return enter(reader, true);
        rf_sh_skip_brackets(reader, '(', ')'); /* $((...)) */
        return 0;
    }
    start = reader->at;
    while (is_name_byte(rf_sh_peek(reader, 0), reader->at == start))
        reader->at++;
    if (reader->at > start) {
        word->is_known &= find(reader, rf_sh_since(reader, start), &value) == RF_VAR_SET;
        put(reader, word, value);
        return 0;
    }
    if (c > 0 && strchr("0123456789@*#?-$!", c)) {
        word->is_known = false;
        reader->at++;
        return 0;
    }
    put_byte(reader, word, '$');
    return 0;
}

/* --- quotes --- */

static void read_single_quotes(struct rf_sh_reader *reader, struct rf_sh_word *word)
{
    uint32_t start = ++reader->at;

    skip_quotes(reader, '\'');
    if (reader->at == start || reader->text.ptr[reader->at - 1] != '\'') {
        rf_sh_give_up(reader, start - 1, "a single quote is not closed");
        word->is_known = false;
        return;
    }
    put(reader, word, (struct rf_str){reader->text.ptr + start, reader->at - start - 1});
}

static int read_double_quotes(struct rf_sh_reader *reader, struct rf_sh_word *word)
{
    uint32_t start = reader->at++;
    int code = 0;
    int c;

    while (code == 0 && (c = rf_sh_peek(reader, 0)) != '"') {
        int next = rf_sh_peek(reader, 1);

        if (c < 0) {
            rf_sh_give_up(reader, start, "a double quote is not closed");
            word->is_known = false;
            return 0;
        }
        if (c == '$') {
            code = read_dollar(reader, word);
        } else if (c == '`') {
            reader->at++;
            code = read_backquotes(reader, word);
        } else if (c == '\\' && next > 0 && strchr("$`\"\\\n", next)) {
            reader->at += 2;
            if (next != '\n')
                put_byte(reader, word, next);
        } else {
            reader->at++;
            put_byte(reader, word, c);
        }
    }
    reader->at++;
    return code;
}

/* $'...' of bash, whose escapes are not decoded. */
static void read_ansi_quotes(struct rf_sh_reader *reader, struct rf_sh_word *word)
{
    uint32_t start = reader->at += 2;
    int c;

    while ((c = rf_sh_peek(reader, 0)) >= 0 && c != '\'') {
        word->is_known &= c != '\\';
        reader->at += c == '\\' && rf_sh_peek(reader, 1) >= 0 ? 2 : 1;
    }
    put(reader, word, rf_sh_since(reader, start));
    if (c < 0)
        rf_sh_give_up(reader, start, "a single quote is not closed");
    else
        reader->at++;
}

/* --- words --- */

/* One piece of a word that is not plain. */
static int read_piece(struct rf_sh_reader *reader, struct rf_sh_word *word, int c)
{
    int next = rf_sh_peek(reader, 1);

    word->is_quoted |= c == '\'' || c == '"' || c == '\\';
    switch (c) {
    case '\'':
        read_single_quotes(reader, word);
        return 0;
    case '"':
        return read_double_quotes(reader, word);
    case '`':
        reader->at++;
        return read_backquotes(reader, word);
    case '$':
        if (next == '\'') {
            word->is_quoted = true;
            read_ansi_quotes(reader, word);
            return 0;
        }
        return read_dollar(reader, word);
    case '\\':
        reader->at += next < 0 ? 1 : 2;
        if (next >= 0 && next != '\n')
            put_byte(reader, word, next);
        return 0;
    default:
        word->has_glob |=
            c == '*' || c == '?' || (c == '[' && !rf_sh_is_meta(next)) || (c == '{' && next != '}');
        reader->at++;
        put_byte(reader, word, c);
        return 0;
    }
}

static bool is_plain(int c)
{
    return !rf_sh_is_meta(c) && !strchr("'\"`$\\*?[{", c);
}

int rf_sh_read_word(struct rf_sh_reader *reader, struct rf_sh_word *ret)
{
    struct rf_sh_word word = {.is_known = true};
    uint32_t start = reader->at;
    uint32_t mark = reader->scratch_len;
    int code = 0;
    int c;

    while ((c = rf_sh_peek(reader, 0)) > 0 && is_plain(c))
        reader->at++;
    word.raw = word.text = rf_sh_since(reader, start);
    if (rf_sh_is_meta(c)) {
        *ret = word;
        return 0;
    }
    if (!reader->scratch->text)
        reader->scratch->text = rf_arena_alloc(reader->arena, RF_SH_WORD_BYTES);
    if (!reader->scratch->text)
        return rf_sh_no_memory(reader);
    put(reader, &word, word.text);
    while (code == 0 && !rf_sh_is_meta(c = rf_sh_peek(reader, 0)))
        code = read_piece(reader, &word, c);
    word.raw = rf_sh_since(reader, start);
    word.text = (struct rf_str){reader->scratch->text + mark, reader->scratch_len - mark};
    if (code == 0) {
        word.text.ptr = rf_arena_text(reader->arena, word.text);
        if (!word.text.ptr)
            return rf_sh_no_memory(reader);
        *ret = word;
    }
    reader->scratch_len = mark;
    return code;
}
