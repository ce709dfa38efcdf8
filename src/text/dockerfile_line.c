/* The joined line of an instruction to its words. Each instruction has its own way of cutting them, listed in
   one table; what a word means is for others. */
#include "text/dockerfile_parser.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "text/json.h"
#include "text/unicode.h"

typedef int read_words(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                       struct rf_str rest);

static int refuse(struct rf_df_parser *parser, const struct rf_df_instruction *instruction, struct rf_str at,
                  const char *sentence)
{
    struct rf_df_span span = rf_df_span_of(parser->df, instruction, at.ptr, at.len);

    return rf_df_fail(&span, parser->err, "%s: %s", rf_df_kind_name(instruction->kind), sentence);
}

static struct rf_str rest_of(struct rf_str text, size_t at)
{
    return (struct rf_str){text.ptr + at, text.len - at};
}

/* A word with `text`, from the bytes `source` of the joined line. */
static int add_word(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str text,
                    struct rf_str source)
{
    uint32_t count = instruction->word_count;
    struct rf_df_word *larger;

    if (parser->word_total + count >= RF_DF_WORDS)
        return refuse(parser, instruction, source, "the file has too many words");
    if (count == parser->word_room) {
        parser->word_room = count ? 2 * count : 64;
        larger = rf_arena_array(parser->arena, parser->word_room, sizeof(*larger));
        if (!larger)
            return rf_fail(parser->err, -ENOMEM, "no memory left to read the Dockerfile");
        if (count)
            memcpy(larger, parser->words, count * sizeof(*larger));
        parser->words = larger;
    }
    parser->words[count] =
        (struct rf_df_word){text, rf_df_span_of(parser->df, instruction, source.ptr, source.len)};
    instruction->word_count++;
    return 0;
}

/* The words so far, in memory of their own; counting begins anew. */
static int keep_words(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                      struct rf_df_word **ret, uint32_t *ret_count)
{
    uint32_t count = instruction->word_count;

    *ret_count = count;
    *ret = NULL;
    instruction->word_count = 0;
    if (count == 0)
        return 0;
    *ret = rf_arena_array(parser->arena, count, sizeof(**ret));
    if (!*ret)
        return rf_fail(parser->err, -ENOMEM, "no memory left to read the Dockerfile");
    memcpy(*ret, parser->words, count * sizeof(**ret));
    parser->word_total += count;
    return 0;
}

/* --- ways of cutting --- */

static int read_nothing(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                        struct rf_str rest)
{
    (void)parser;
    (void)instruction;
    (void)rest;
    return 0;
}

static int read_whole(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str rest)
{
    return rest.len ? add_word(parser, instruction, rest, rest) : 0;
}

static int read_blank_separated(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                                struct rf_str rest)
{
    int code = 0;

    while (rest.len > 0 && code == 0) {
        size_t len = 0;

        while (len < rest.len && !rf_blank_is_ascii(rest.ptr[len]))
            len++;
        code = add_word(parser, instruction, (struct rf_str){rest.ptr, len}, (struct rf_str){rest.ptr, len});
        while (len < rest.len && rf_blank_is_ascii(rest.ptr[len]))
            len++;
        rest = rest_of(rest, len);
    }
    return code;
}

/* The strings of a JSON array. Whatever is not JSON at all is the shell form, which *ret_is_json tells; an
   array with something else than strings is an error. */
static int read_json(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str rest,
                     bool *ret_is_json)
{
    uint32_t old_count = instruction->word_count;
    struct rf_json json;
    struct rf_json_token token = {.kind = RF_JSON_NULL};
    struct rf_err ignored; /* not JSON: the shell form */
    bool has_others = false;
    int code = 0;

    *ret_is_json = false;
    rest = rf_blank_trim_start(rest);
    if (rest.len == 0 || *rest.ptr != '[' || rf_json_init(&json, rest, rest.len, &ignored) < 0 ||
        rf_json_next(&json, &token, &ignored) < 0)
        return 0;
    while (code == 0) {
        struct rf_str text;
        struct rf_str source = {rest.ptr, 1};

        if (rf_json_next(&json, &token, &ignored) < 0)
            break;
        if (token.kind == RF_JSON_END) {
            *ret_is_json = true;
            break;
        }
        if (token.kind == RF_JSON_ARRAY_END && json.depth == 0)
            continue;
        if (token.kind != RF_JSON_STRING || json.depth != 1) {
            has_others = true;
            continue;
        }
        code = rf_json_text(&token, parser->arena, &text, parser->err);
        source = (struct rf_str){rest.ptr + token.offset, token.raw.len + 2};
        if (code == 0)
            code = add_word(parser, instruction, text, source);
    }
    if (code == 0 && *ret_is_json && has_others)
        return refuse(parser, instruction, rest, "a JSON array must hold strings and nothing else");
    if (code == 0 && !*ret_is_json)
        instruction->word_count = old_count;
    instruction->is_json = *ret_is_json;
    return code;
}

static int read_json_or_whole(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                              struct rf_str rest)
{
    bool is_json = false;
    int code = read_json(parser, instruction, rest, &is_json);

    return code < 0 || is_json ? code : read_whole(parser, instruction, rest);
}

static int read_json_or_words(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                              struct rf_str rest)
{
    bool is_json = false;
    int code = read_json(parser, instruction, rest, &is_json);

    return code < 0 || is_json ? code : read_blank_separated(parser, instruction, rest);
}

/* NONE or CMD, and a command. */
static int read_health(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str rest)
{
    size_t len = 0;
    int code;

    while (len < rest.len && rf_blank_len(rest_of(rest, len)) == 0)
        len++;
    if (len == 0)
        return 0;
    code = add_word(parser, instruction, (struct rf_str){rest.ptr, len}, (struct rf_str){rest.ptr, len});
    return code < 0 ? code : read_json_or_whole(parser, instruction, rf_blank_trim_start(rest_of(rest, len)));
}

/* The next word of `*rest`, up to a blank that is neither quoted nor escaped; quotes and escapes stay. False
   at the end. An escape character at the very end is dropped. */
static bool cut_quoted_word(struct rf_str *rest, char escape, struct rf_str *ret)
{
    struct rf_str text = rf_blank_trim_start(*rest);
    char quote = '\0';
    size_t len = 0;

    if (text.len == 0)
        return false;
    while (len < text.len && (quote || rf_blank_len(rest_of(text, len)) == 0)) {
        char c = text.ptr[len];

        if (quote == c)
            quote = '\0';
        else if (!quote && (c == '\'' || c == '"'))
            quote = c;
        if (c == escape && quote != '\'') {
            if (len + 1 == text.len)
                break;
            len++;
        }
        len++;
    }
    *ret = (struct rf_str){text.ptr, len};
    *rest = rest_of(text, len < text.len && text.ptr[len] == escape && len + 1 == text.len ? len + 1 : len);
    return true;
}

static int read_quoted_words(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                             struct rf_str rest)
{
    struct rf_str word;
    int code = 0;

    while (code == 0 && cut_quoted_word(&rest, parser->df->escape, &word))
        if (word.len > 0)
            code = add_word(parser, instruction, word, word);
    return code;
}

static int add_pair(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str name,
                    struct rf_str value)
{
    int code = add_word(parser, instruction, name, name);

    return code < 0 ? code : add_word(parser, instruction, value, value);
}

/* NAME VALUE, where the value is everything to the end. */
static int read_legacy_pair(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                            struct rf_str rest)
{
    size_t len = 0;
    size_t value;

    while (len < rest.len && !rf_blank_is_ascii(rest.ptr[len]))
        len++;
    value = len;
    while (value < rest.len && rf_blank_is_ascii(rest.ptr[value]))
        value++;
    if (value == len)
        return refuse(parser, instruction, rest, "want NAME=VALUE");
    instruction->is_legacy = true;
    return add_pair(parser, instruction, (struct rf_str){rest.ptr, len}, rest_of(rest, value));
}

static int read_pairs(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str rest)
{
    struct rf_str all = rest;
    struct rf_str word;
    int code = 0;

    while (code == 0 && cut_quoted_word(&rest, parser->df->escape, &word)) {
        struct rf_str name;
        struct rf_str value = rf_str_cut(word, '=', &name);

        if (word.len == 0)
            continue;
        if (!value.ptr && instruction->word_count == 0)
            return read_legacy_pair(parser, instruction, all);
        if (!value.ptr)
            return refuse(parser, instruction, word, "this word has no equals sign: want NAME=VALUE");
        code = add_pair(parser, instruction, name, value);
    }
    return code;
}

/* --- instructions --- */

static const struct {
    const char *name;
    read_words *read;
} kinds[] = {
    [RF_DF_UNKNOWN] = {"?", read_nothing},
    [RF_DF_ADD] = {"ADD", read_json_or_words},
    [RF_DF_ARG] = {"ARG", read_quoted_words},
    [RF_DF_CMD] = {"CMD", read_json_or_whole},
    [RF_DF_COPY] = {"COPY", read_json_or_words},
    [RF_DF_ENTRYPOINT] = {"ENTRYPOINT", read_json_or_whole},
    [RF_DF_ENV] = {"ENV", read_pairs},
    [RF_DF_EXPOSE] = {"EXPOSE", read_blank_separated},
    [RF_DF_FROM] = {"FROM", read_blank_separated},
    [RF_DF_HEALTHCHECK] = {"HEALTHCHECK", read_health},
    [RF_DF_LABEL] = {"LABEL", read_pairs},
    [RF_DF_MAINTAINER] = {"MAINTAINER", read_whole},
    [RF_DF_ONBUILD] = {"ONBUILD", read_nothing},
    [RF_DF_RUN] = {"RUN", read_json_or_whole},
    [RF_DF_SHELL] = {"SHELL", read_json_or_whole},
    [RF_DF_STOPSIGNAL] = {"STOPSIGNAL", read_whole},
    [RF_DF_USER] = {"USER", read_whole},
    [RF_DF_VOLUME] = {"VOLUME", read_json_or_words},
    [RF_DF_WORKDIR] = {"WORKDIR", read_whole},
};

const char *rf_df_kind_name(enum rf_df_kind kind)
{
    return kinds[kind].name;
}

static enum rf_df_kind find_kind(struct rf_str name)
{
    for (size_t i = RF_DF_UNKNOWN + 1; i < RF_COUNT(kinds); i++)
        if (name.len == strlen(kinds[i].name) && strncasecmp(name.ptr, kinds[i].name, name.len) == 0)
            return (enum rf_df_kind)i;
    return RF_DF_UNKNOWN;
}

/* --- flags --- */

/* The text of a flag without its quotes and backslashes. */
static int decode_flag(struct rf_df_parser *parser, struct rf_str source, struct rf_str *ret)
{
    char quote = '\0';
    size_t len = 0;
    char *text;

    *ret = source;
    if (!memchr(source.ptr, '\'', source.len) && !memchr(source.ptr, '"', source.len) &&
        !memchr(source.ptr, '\\', source.len))
        return 0;
    text = rf_arena_alloc(parser->arena, source.len);
    if (!text)
        return rf_fail(parser->err, -ENOMEM, "no memory left to read the Dockerfile");
    for (size_t i = 0; i < source.len; i++) {
        char c = source.ptr[i];

        if (quote ? c == quote : c == '\'' || c == '"') {
            quote = quote ? '\0' : c;
            continue;
        }
        if (c == '\\' && ++i == source.len)
            break;
        text[len++] = source.ptr[i];
    }
    *ret = (struct rf_str){text, len};
    return 0;
}

/* The words that begin with `--`, up to one that does not or to `--` itself; *rest is what follows them.
   Quotes and backslashes work here whatever the escape character is. */
static int read_flags(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str *rest)
{
    struct rf_str text = rf_blank_trim_start(*rest);
    int code = 0;

    while (code == 0 && rf_str_starts(text, "--")) {
        struct rf_str source;
        struct rf_str flag;

        (void)cut_quoted_word(&text, '\\', &source); /* there is one */
        code = decode_flag(parser, source, &flag);
        if (code < 0 || rf_str_is(flag, "--"))
            break;
        code = add_word(parser, instruction, flag, source);
        text = rf_blank_trim_start(text);
    }
    *rest = rf_blank_trim(text);
    return code < 0 ? code : keep_words(parser, instruction, &instruction->flags, &instruction->flag_count);
}

const struct rf_df_word *rf_df_flag(const struct rf_df_instruction *instruction, const char *name,
                                    struct rf_str *ret_value)
{
    for (uint32_t i = 0; i < instruction->flag_count; i++) {
        struct rf_str flag;
        struct rf_str value = rf_str_cut(instruction->flags[i].text, '=', &flag);

        if (!rf_str_is(rest_of(flag, 2), name))
            continue;
        *ret_value = value.ptr ? value : RF_STR("");
        return &instruction->flags[i];
    }
    return NULL;
}

/* ONBUILD INSTRUCTION ... Triggers inside triggers are not followed; builders refuse them. */
static int read_trigger(struct rf_df_parser *parser, struct rf_df_instruction *instruction, bool is_inner)
{
    struct rf_df_instruction *trigger;

    if (is_inner || instruction->rest.text.len == 0)
        return 0;
    trigger = rf_arena_alloc(parser->arena, sizeof(*trigger));
    if (!trigger)
        return rf_fail(parser->err, -ENOMEM, "no memory left to read the Dockerfile");
    trigger->joined = instruction->joined;
    trigger->pieces = instruction->pieces;
    trigger->piece_count = instruction->piece_count;
    trigger->last_line = instruction->last_line;
    instruction->trigger = trigger;
    return rf_df_parse_line(parser, trigger, instruction->rest.text);
}

int rf_df_parse_line(struct rf_df_parser *parser, struct rf_df_instruction *instruction, struct rf_str line)
{
    bool is_inner = line.ptr != instruction->joined.ptr;
    struct rf_str text = rf_blank_trim(line);
    struct rf_str rest;
    size_t len = 0;
    uint32_t count = 0;
    int code;

    while (len < text.len && !rf_blank_is_ascii(text.ptr[len]))
        len++;
    instruction->name.text = (struct rf_str){text.ptr, len};
    instruction->name.span = rf_df_span_of(parser->df, instruction, text.ptr, len);
    instruction->span = rf_df_span_of(parser->df, instruction, text.ptr, text.len);
    instruction->kind = find_kind(instruction->name.text);
    rest = rest_of(text, len);
    code = read_flags(parser, instruction, &rest);
    instruction->rest = (struct rf_df_word){rest, rf_df_span_of(parser->df, instruction, rest.ptr, rest.len)};
    if (code == 0)
        code = kinds[instruction->kind].read(parser, instruction, rest);
    if (code == 0)
        code = keep_words(parser, instruction, &instruction->words, &count);
    instruction->word_count = count;
    if (code == 0 && instruction->kind == RF_DF_ONBUILD)
        code = read_trigger(parser, instruction, is_inner);
    return code;
}
