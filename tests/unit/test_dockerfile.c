#include "text/dockerfile.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rf_arena arena;

static int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, RF_DF_ARENA_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static struct rf_df parse(const char *text)
{
    struct rf_df df = {0};
    struct rf_err err = {0};

    if (rf_df_parse(rf_str_of(text), &arena, &df, &err) != 0)
        fail_msg("refused:\n%s\n%s", text, err.msg);
    return df;
}

/* The bytes of the file that a span covers. */
static bool covers(const struct rf_df *df, struct rf_df_span span, const char *text)
{
    return span.end >= span.start && span.end <= df->bytes.len &&
           rf_str_is((struct rf_str){df->bytes.ptr + span.start, span.end - span.start}, text);
}

static const struct {
    const char *text;
    enum rf_df_kind kind;
    const char *words[6];
    bool is_json;
} split[] = {
    {"FROM a AS b", RF_DF_FROM, {"a", "AS", "b"}, false},
    {"from\t a", RF_DF_FROM, {"a"}, false},
    {"\xc2\xa0 RUN a  b ", RF_DF_RUN, {"a  b"}, false},
    {"RUN [\"a\", \"b\\u0020c\"]", RF_DF_RUN, {"a", "b c"}, true},
    {"RUN [ \"a\" ] x", RF_DF_RUN, {"[ \"a\" ] x"}, false},
    {"RUN ['a']", RF_DF_RUN, {"['a']"}, false},
    {"RUN [\"a\"", RF_DF_RUN, {"[\"a\""}, false},
    {"RUN", RF_DF_RUN, {0}, false},
    {"CMD []", RF_DF_CMD, {0}, true},
    {"CMD [\"\"]", RF_DF_CMD, {""}, true},
    {"ENTRYPOINT exec x", RF_DF_ENTRYPOINT, {"exec x"}, false},
    {"SHELL [\"bash\",\"-c\"]", RF_DF_SHELL, {"bash", "-c"}, true},
    {"COPY a  b c/", RF_DF_COPY, {"a", "b", "c/"}, false},
    {"ADD [\"a b\",\"c\"]", RF_DF_ADD, {"a b", "c"}, true},
    {"VOLUME /a /b", RF_DF_VOLUME, {"/a", "/b"}, false},
    {"VOLUME [\"/a\"]", RF_DF_VOLUME, {"/a"}, true},
    {"EXPOSE 80 [\"81\"]", RF_DF_EXPOSE, {"80", "[\"81\"]"}, false},
    {"USER a b", RF_DF_USER, {"a b"}, false},
    {"WORKDIR \"/a b\"", RF_DF_WORKDIR, {"\"/a b\""}, false},
    {"MAINTAINER a <b>", RF_DF_MAINTAINER, {"a <b>"}, false},
    {"STOPSIGNAL 9", RF_DF_STOPSIGNAL, {"9"}, false},
    {"ENV a=b c='d e' f=", RF_DF_ENV, {"a", "b", "c", "'d e'", "f", ""}, false},
    {"ENV a=b=c", RF_DF_ENV, {"a", "b=c"}, false},
    {"ENV a  b=c d", RF_DF_ENV, {"a", "b=c d"}, false},
    {"ENV a=b\\ c d=\"\\\" e\"", RF_DF_ENV, {"a", "b\\ c", "d", "\"\\\" e\""}, false},
    {"ENV \"a b\" c", RF_DF_ENV, {"\"a", "b\" c"}, false},
    {"LABEL \"a b\"=c", RF_DF_LABEL, {"\"a b\"", "c"}, false},
    {"ARG a b=c d='e f'", RF_DF_ARG, {"a", "b=c", "d='e f'"}, false},
    {"ARG a=b\\\\\\", RF_DF_ARG, {"a=b\\\\"}, false},
    {"HEALTHCHECK NONE", RF_DF_HEALTHCHECK, {"NONE"}, false},
    {"HEALTHCHECK CMD  a b", RF_DF_HEALTHCHECK, {"CMD", "a b"}, false},
    {"HEALTHCHECK --retries=3 CMD [\"a\",\"b\"]", RF_DF_HEALTHCHECK, {"CMD", "a", "b"}, true},
    {"HEALTHCHECK CMD [\"a\"", RF_DF_HEALTHCHECK, {"CMD", "[\"a\""}, false},
    {"ONBUILD RUN a", RF_DF_ONBUILD, {0}, false},
    {"ONBUILD", RF_DF_ONBUILD, {0}, false},
    {"FORM a", RF_DF_UNKNOWN, {0}, false},
    {"\\", RF_DF_UNKNOWN, {0}, false},
};

static void splits_every_instruction(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(split); i++) {
        struct rf_df df = parse(split[i].text);
        const struct rf_df_instruction *instruction = df.instructions;
        uint32_t n = 0;

        assert_int_equal(df.instruction_count, 1);
        if (instruction->kind != split[i].kind || instruction->is_json != split[i].is_json)
            fail_msg("%s: kind %d, json %d", split[i].text, instruction->kind, instruction->is_json);
        for (; n < RF_COUNT(split[i].words) && split[i].words[n]; n++)
            if (n >= instruction->word_count || !rf_str_is(instruction->words[n].text, split[i].words[n]))
                fail_msg("%s: word %u is not \"%s\"", split[i].text, n, split[i].words[n]);
        assert_int_equal(instruction->word_count, n);
    }
}

static void reads_flags(void **state)
{
    static const struct {
        const char *text;
        const char *flags[3];
        const char *rest;
    } cases[] = {
        {"COPY --from=a --chown=b c d", {"--from=a", "--chown=b"}, "c d"},
        {"COPY --link c d", {"--link"}, "c d"},
        {"COPY -- --c d", {0}, "--c d"},
        {"COPY --a -- --c d", {"--a"}, "--c d"},
        {"COPY --a='b c' --d=\"e\\\"\" f", {"--a=b c", "--d=e\""}, "f"},
        {"COPY -a b", {0}, "-a b"},
        {"RUN --mount=type=cache,target=/x --network=none",
         {"--mount=type=cache,target=/x", "--network=none"},
         ""},
        {"FROM --platform=$BUILDPLATFORM a", {"--platform=$BUILDPLATFORM"}, "a"},
    };
    struct rf_df df;
    struct rf_str value;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        uint32_t n = 0;

        df = parse(cases[i].text);
        for (; n < RF_COUNT(cases[i].flags) && cases[i].flags[n]; n++)
            if (n >= df.instructions->flag_count ||
                !rf_str_is(df.instructions->flags[n].text, cases[i].flags[n]))
                fail_msg("%s: flag %u is not \"%s\"", cases[i].text, n, cases[i].flags[n]);
        assert_int_equal(df.instructions->flag_count, n);
        assert_true(rf_str_is(df.instructions->rest.text, cases[i].rest));
    }
    df = parse("COPY --from=x --link --from-y=z a b");
    assert_non_null(rf_df_flag(df.instructions, "from", &value));
    assert_true(rf_str_is(value, "x"));
    assert_non_null(rf_df_flag(df.instructions, "link", &value));
    assert_true(rf_str_is(value, ""));
    assert_null(rf_df_flag(df.instructions, "chown", &value));
}

static void knows_where_everything_is(void **state)
{
    static const char text[] = "\xef\xbb\xbf# syntax=docker/dockerfile:1\r\n"
                               "# a comment\r\n"
                               "FROM a\r\n"
                               "\tRUN --mount=type=cache \\\r\n"
                               "  # inside\r\n"
                               "    one \\ \r\n"
                               "\r\n"
                               "  two\r\n"
                               "ENV A=\"b \\\r\n"
                               "c\" D=e\r\n"
                               "CMD [\"x\", \\\r\n"
                               "  \"y\\\"z\"]\r\n";
    struct rf_df df = parse(text);
    const struct rf_df_instruction *run = &df.instructions[1];
    const struct rf_df_instruction *env = &df.instructions[2];
    const struct rf_df_instruction *cmd = &df.instructions[3];

    (void)state;
    assert_int_equal(df.instruction_count, 4);
    assert_int_equal(df.directive_count, 1);
    assert_true(covers(&df, df.directives[0].span, "docker/dockerfile:1"));
    assert_int_equal(df.directives[0].span.column, 10);
    assert_int_equal(df.comment_count, 2);
    assert_true(rf_str_is(df.comments[0].text, "a comment"));
    assert_true(covers(&df, df.comments[1].span, "# inside"));
    assert_int_equal(df.comments[1].before, 1);
    assert_int_equal(df.comments[1].span.line, 5);

    assert_int_equal(run->span.line, 4);
    assert_int_equal(run->span.column, 2);
    assert_int_equal(run->last_line, 8);
    assert_true(run->has_empty_continuation);
    assert_true(covers(&df, run->flags[0].span, "--mount=type=cache"));
    assert_int_equal(run->flags[0].span.column, 6);
    assert_true(rf_str_is(run->words[0].text, "one   two"));
    assert_true(covers(&df, run->words[0].span, "one \\ \r\n\r\n  two"));
    assert_int_equal(run->words[0].span.line, 6);
    assert_int_equal(run->words[0].span.column, 5);
    assert_true(covers(&df, rf_df_span_of(&df, run, run->words[0].text.ptr + 6, 3), "two"));

    assert_true(rf_str_is(env->words[1].text, "\"b c\""));
    assert_true(covers(&df, env->words[1].span, "\"b \\\r\nc\""));
    assert_true(covers(&df, env->words[3].span, "e"));
    assert_int_equal(env->words[3].span.line, 10);
    assert_int_equal(env->words[3].span.column, 6);

    assert_true(covers(&df, cmd->words[0].span, "\"x\""));
    assert_true(rf_str_is(cmd->words[1].text, "y\"z"));
    assert_true(covers(&df, cmd->words[1].span, "\"y\\\"z\""));
    assert_int_equal(cmd->words[1].span.line, 12);
    assert_true(covers(&df, cmd->span, "CMD [\"x\", \\\r\n  \"y\\\"z\"]"));
    assert_int_equal(cmd->span.line, 11);
}

static void reads_directives_at_the_top_only(void **state)
{
    static const struct {
        const char *text;
        char escape;
        uint32_t directives;
        uint32_t comments;
    } cases[] = {
        {"#escape=`\nFROM a", '`', 1, 0},
        {"# Escape = ` \n#syntax=b\n# CHECK=skip=all;error=true\nFROM a", '`', 3, 0},
        {"  # escape=`\nFROM a", '`', 1, 0},
        {"# a comment\n# escape=`\nFROM a", '\\', 0, 2},
        {"\n# escape=`\nFROM a", '\\', 0, 1},
        {"FROM a\n# escape=`\n", '\\', 0, 1},
        {"# unknown=1\n# escape=`\nFROM a", '\\', 0, 2},
        {"# escape=\nFROM a", '\\', 0, 1},
        {"#!/usr/bin/env -S docker build -f\n#escape=`\nFROM a", '\\', 0, 2},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_df df = parse(cases[i].text);

        if (df.escape != cases[i].escape || df.directive_count != cases[i].directives ||
            df.comment_count != cases[i].comments)
            fail_msg("%s: escape %c, %u directives, %u comments", cases[i].text, df.escape,
                     df.directive_count, df.comment_count);
    }
}

static void joins_lines(void **state)
{
    static const struct {
        const char *text;
        const char *word;
    } cases[] = {
        {"RUN a \\\nb", "a b"},
        {"RUN a\\\n b", "a b"},
        {"RUN a \\  \t\nb", "a b"},
        {"RUN a \\\\\n", "a \\\\"},
        {"RUN a \\", "a"},
        {"RUN a \\\n# x \\\nb", "a b"},
        {"RUN a \\\n   # x\n\n\nb\\\n", "a b"},
        {"\\\nRUN a", "a"},
        {"RUN a \\\n#\nb # c", "a b # c"},
        {"# escape=`\nRUN a\\ `\nb`c", "a\\ b`c"},
        {"RUN a \\\n\\\nb", "a b"},
        {"RUN a \\\nENV b=c", "a ENV b=c"},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_df df = parse(cases[i].text);

        assert_int_equal(df.instruction_count, 1);
        if (df.instructions->word_count != 1 || !rf_str_is(df.instructions->words[0].text, cases[i].word))
            fail_msg("%s: got \"%.*s\"", cases[i].text, RF_FMT(df.instructions->rest.text));
    }
}

static void reads_heredocs(void **state)
{
    static const char text[] = "RUN <<EOF\n"
                               "USER root\n"
                               "# not a comment \\\n"
                               "EOF\n"
                               "COPY <<-'one two' 3<<\"B\" /x\n"
                               "\t$a\n"
                               "\tone two\n"
                               "B\r\n"
                               "ONBUILD RUN cat << E\n"
                               "E\n"
                               "RUN echo '<<no' \"<<no\" a<<no <<<no $((1<<2))\n"
                               "RUN [\"<<no\"]\n"
                               "USER <<no\n"
                               "RUN echo \"<<no\n";
    struct rf_df df = parse(text);
    const struct rf_df_heredoc *heredocs = df.instructions[1].heredocs;

    (void)state;
    assert_int_equal(df.instruction_count, 7);
    assert_int_equal(df.instructions[0].heredoc_count, 1);
    assert_true(rf_str_is(df.instructions[0].heredocs[0].text, "USER root\n# not a comment \\\n"));
    assert_true(covers(&df, df.instructions[0].heredocs[0].body, "USER root\n# not a comment \\\n"));
    assert_int_equal(df.instructions[0].heredocs[0].body.line, 2);
    assert_int_equal(df.instructions[0].last_line, 4);
    assert_true(covers(&df, df.instructions[0].span, "RUN <<EOF\nUSER root\n# not a comment \\\nEOF"));
    assert_int_equal(df.comment_count, 0);
    assert_int_equal(df.instructions[1].heredoc_count, 2);
    assert_true(rf_str_is(heredocs[0].name, "one two"));
    assert_true(heredocs[0].is_chomped && !heredocs[0].is_expanded);
    assert_true(rf_str_is(heredocs[0].text, "\t$a\n"));
    assert_true(covers(&df, heredocs[0].marker, "<<-'one two'"));
    assert_int_equal(heredocs[1].descriptor, 3);
    assert_true(!heredocs[1].is_expanded && heredocs[1].text.len == 0);
    assert_true(covers(&df, df.instructions[1].words[2].span, "3<<\"B\""));
    assert_int_equal(df.instructions[2].heredoc_count, 1);
    assert_true(df.instructions[2].heredocs[0].is_expanded);
    assert_true(rf_str_is(df.instructions[2].heredocs[0].name, "E"));
    assert_int_equal(df.instructions[2].trigger->kind, RF_DF_RUN);
    for (uint32_t i = 3; i < df.instruction_count; i++)
        assert_int_equal(df.instructions[i].heredoc_count, 0);
}

static void names_heredocs_as_a_shell_would(void **state)
{
    static const struct {
        const char *marker;
        const char *name; /* NULL: none */
        bool is_expanded;
    } cases[] = {{"<<EOF", "EOF", true},        {"<< EOF", "EOF", true},
                 {"<<-EOF", "EOF", true},       {"<<file.txt", "file.txt", true},
                 {"<<eo'f'", "eof", false},     {"<<eo\\'f", "eo'f", true},
                 {"<<'e'o\\'f", "eo'f", false}, {"<<$EOF", "$EOF", true},
                 {"<<\"a\"'b'", "ab", false},   {"<<", NULL, false},
                 {"<<-", NULL, false},          {"<<- EOF", NULL, false},
                 {"<EOF", NULL, false},         {"<<<EOF", NULL, false},
                 {"x<<EOF", NULL, false},       {"<< -EOF", "-EOF", true}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        char text[64];
        struct rf_df df;

        (void)snprintf(text, sizeof(text), "RUN %s\n%s\n", cases[i].marker,
                       cases[i].name ? cases[i].name : "");
        df = parse(text);
        if (df.instructions->heredoc_count != (cases[i].name ? 1 : 0))
            fail_msg("%s: %u heredocs", cases[i].marker, df.instructions->heredoc_count);
        if (!cases[i].name)
            continue;
        assert_true(rf_str_is(df.instructions->heredocs->name, cases[i].name));
        assert_int_equal(df.instructions->heredocs->is_expanded, cases[i].is_expanded);
    }
}

static const struct {
    const char *text;
    const char *message; /* how it begins */
} refused[] = {
    {"", "1:1: a Dockerfile without"},
    {"\n# only a comment\n", "1:1: a Dockerfile without"},
    {"# escape=x\nFROM a", "1:10: the escape"},
    {"# escape=``\nFROM a", "1:10: the escape"},
    {"# syntax=a\n# Syntax=b\nFROM a", "2:10: the directive syntax"},
    {"FROM a\nENV b", "2:5: ENV: want NAME=VALUE"},
    {"FROM a\nENV b=c d", "2:9: ENV: this word has no equals sign"},
    {"FROM a\nLABEL b=c \\\n  d", "3:3: LABEL: this word"},
    {"FROM a\nRUN [\"a\", 1]", "2:5: RUN: a JSON array"},
    {"FROM a\nCMD [ \"echo\", [ \"nested\" ] ]", "2:5: CMD: a JSON array"},
    {"FROM a\nCMD [{}]", "2:5: CMD: a JSON array"},
    {"FROM a\nRUN cat <<EOF\nx\n", "2:9: no line \"EOF\""},
    {"FROM a\nRUN cat <<A <<B\nB\nA\n", "2:13: no line \"B\""},
    {"FROM a\nCOPY <<A\\'B /\nx\n", "2:6: no line \"A'B\""},
};

static const struct {
    const char *text;
    const char *message;
} unbuildable[] = {
    {"FORM a", "1:1: unknown instruction \"FORM\": did you mean FROM?"},
    {"FROM a\nXYZZY b", "2:1: unknown instruction \"XYZZY\""},
    {"FROM a\n{{ if }}", "2:1: unknown instruction \"{{\""},
    {"RUN a\nFROM a", "1:1: RUN before the first FROM"},
    {"ARG a", "1:1: a Dockerfile without FROM"},
    {"FROM", "1:1: FROM: want"},
    {"FROM a b", "1:6: FROM: want"},
    {"FROM a AS", "1:6: FROM: want"},
    {"FROM a IS b", "1:6: FROM: want"},
    {"FROM a AS b c", "1:1: FROM: want"},
    {"FROM a AS 1b", "1:11: FROM: the name of a stage"},
    {"FROM a AS b/c", "1:11: FROM: the name of a stage"},
    {"FROM a\nCOPY b", "2:1: COPY: want a source"},
    {"FROM a\nADD", "2:1: ADD: want a source"},
    {"FROM a\nCOPY b <<E\nE", "2:8: COPY: a heredoc cannot"},
    {"FROM a\nUSER", "2:1: USER: want a user"},
    {"FROM a\nWORKDIR  ", "2:1: WORKDIR: want a path"},
    {"FROM a\nEXPOSE", "2:1: EXPOSE: want a port"},
    {"FROM a\nENV =b", "2:5: ENV: a name is empty"},
    {"FROM a\nARG =b", "2:5: ARG: a name is empty"},
    {"FROM a\nARG", "2:1: ARG: want a name"},
    {"FROM a\nVOLUME", "2:1: VOLUME: want a path"},
    {"FROM a\nVOLUME [\"/a\", \" \"]", "2:15: VOLUME: a path is empty"},
    {"FROM a\nSHELL bash -c", "2:7: SHELL: want a JSON array"},
    {"FROM a\nSHELL []", "2:1: SHELL: want a JSON array"},
    {"FROM a\nHEALTHCHECK", "2:1: HEALTHCHECK: want NONE"},
    {"FROM a\nHEALTHCHECK NONE x", "2:13: HEALTHCHECK: want NONE"},
    {"FROM a\nHEALTHCHECK CMD", "2:13: HEALTHCHECK: want NONE"},
    {"FROM a\nHEALTHCHECK curl x", "2:13: HEALTHCHECK: want NONE"},
    {"FROM a\nONBUILD", "2:1: ONBUILD: want an instruction"},
    {"FROM a\nONBUILD ONBUILD RUN x", "2:9: ONBUILD cannot hold ONBUILD"},
    {"FROM a\nONBUILD FROM x", "2:9: ONBUILD cannot hold FROM"},
    {"FROM a\nONBUILD COPY x", "2:9: COPY: want a source"},
    {"FROM a\nONBUILD XYZZY x", "2:9: unknown instruction"},
    {"FROM a\n\\", "2:1: unknown instruction \"\""},
};

static void says_why_and_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_df df = {.escape = '!'};
        struct rf_err err = {0};

        if (rf_df_parse(rf_str_of(refused[i].text), &arena, &df, &err) != -EINVAL)
            fail_msg("accepted:\n%s", refused[i].text);
        if (strncmp(err.msg, refused[i].message, strlen(refused[i].message)) != 0)
            fail_msg("%s\nsays \"%s\"", refused[i].text, err.msg);
        assert_int_equal(df.escape, '!');
    }
    for (size_t i = 0; i < RF_COUNT(unbuildable); i++) {
        struct rf_df df = parse(unbuildable[i].text);
        struct rf_err err = {0};

        if (rf_df_check(&df, &err) != -EINVAL)
            fail_msg("accepted:\n%s", unbuildable[i].text);
        if (strncmp(err.msg, unbuildable[i].message, strlen(unbuildable[i].message)) != 0)
            fail_msg("%s\nsays \"%s\"", unbuildable[i].text, err.msg);
    }
}

static void accepts_what_can_be_built(void **state)
{
    static const char *const texts[] = {
        "FROM a",
        "ARG a\nFROM $a AS b_1-2.C\nRUN\nCMD []\nSHELL [\"x\"]\nHEALTHCHECK none\nHEALTHCHECK cmd x",
        "FROM a\nONBUILD COPY <<E /x\nE\nMAINTAINER x",
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(texts); i++) {
        struct rf_df df = parse(texts[i]);
        struct rf_err err = {0};

        if (rf_df_check(&df, &err) != 0)
            fail_msg("%s\nrefused: %s", texts[i], err.msg);
    }
}

/* A file of `count` times `text` behind FROM. */
static int parse_many(const char *text, size_t count, struct rf_df *ret, struct rf_err *err)
{
    size_t len = strlen(text);
    char *bytes = rf_arena_alloc(&arena, 7 + len * count);

    assert_non_null(bytes);
    memcpy(bytes, "FROM a\n", 7);
    for (size_t i = 0; i < count; i++)
        memcpy(bytes + 7 + i * len, text, len);
    return rf_df_parse((struct rf_str){bytes, 7 + len * count}, &arena, ret, err);
}

static void limits_everything(void **state)
{
    static const struct {
        const char *text;
        size_t count; /* accepted; what is added is not */
        size_t more;
        const char *why;
    } cases[] = {
        {"x", RF_DF_LINE_BYTES, 1, "2:1: a line of 65536 bytes"},
        {"\n", RF_DF_LINES - 2, 1, "1:1: a Dockerfile of 65537 lines"},
        {"RUN\n", RF_DF_INSTRUCTIONS - 1, 1, "8193:1: more than 8192 instructions"},
        {"RUN a\\\n", RF_DF_LINES - 2, 1, "1:1: a Dockerfile of 65537 lines"},
        {"RUN <<E\nE\n", RF_DF_HEREDOCS, 1, "2050:1: more than 1024 heredocs"},
        {"VOLUME a a a a a a a a\n", 8191, 2, "8193:"},
        {"VOLUME a a a a a a a a a\n", 7281, 1, "7283:"},
    };
    struct rf_df df;
    struct rf_err err;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        int code;

        (void)tear_down(NULL);
        (void)set_up(NULL);
        if (parse_many(cases[i].text, cases[i].count, &df, &err) != 0)
            fail_msg("refused %zu times \"%s\": %s", cases[i].count, cases[i].text, err.msg);
        (void)tear_down(NULL);
        (void)set_up(NULL);
        code = parse_many(cases[i].text, cases[i].count + cases[i].more, &df, &err);
        if (code != -EINVAL || strncmp(err.msg, cases[i].why, strlen(cases[i].why)) != 0)
            fail_msg("%zu times \"%s\": %s", cases[i].count + cases[i].more, cases[i].text,
                     code == 0 ? "accepted" : err.msg);
    }
    assert_int_equal(parse_many("0123456789abcde\n", RF_DF_BYTES / 16, &df, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "want at most 1048576"));
}

/* A file that is cut anywhere is read or refused with a place. */
static void survives_every_prefix(void **state)
{
    static const char text[] =
        "# escape=`\nFROM --platform=\"x\" a AS b\nENV a=\"b `\n c\" d=e\nRUN cat <<'E' <<F `\n"
        "# x\n > y\nE\nF\nONBUILD COPY [\"a\", \"\\u0041\"]\nHEALTHCHECK --x CMD a\nARG a='";

    (void)state;
    for (size_t len = 0; len < sizeof(text); len++) {
        struct rf_df df;
        struct rf_err err = {0};
        unsigned line = 0;
        unsigned column = 0;
        int code = rf_df_parse((struct rf_str){text, len}, &arena, &df, &err);

        if (code != 0 && (code != -EINVAL || sscanf(err.msg, "%u:%u: ", &line, &column) != 2))
            fail_msg("%zu bytes: %s", len, err.msg);
    }
}

static void survives_a_full_arena(void **state)
{
    static const char text[] = "FROM a\nRUN --x='y' cat \\\n<<'E'\nE\nONBUILD RUN [\"\\u0041\"]\nENV a=b";
    bool is_through = false;

    (void)state;
    for (unsigned nth = 1; nth < 64 && !is_through; nth++) {
        struct rf_df df;
        struct rf_err err = {0};
        int code;

        rf_arena_fail_at(nth);
        code = rf_df_parse(rf_str_of(text), &arena, &df, &err);
        rf_arena_fail_at(0);
        is_through = code == 0;
        assert_true(is_through || code == -ENOMEM);
    }
    assert_true(is_through);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(splits_every_instruction, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_flags, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_where_everything_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_directives_at_the_top_only, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_lines, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_heredocs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(names_heredocs_as_a_shell_would, set_up, tear_down),
        cmocka_unit_test_setup_teardown(says_why_and_where, set_up, tear_down),
        cmocka_unit_test_setup_teardown(accepts_what_can_be_built, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_every_prefix, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_a_full_arena, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
