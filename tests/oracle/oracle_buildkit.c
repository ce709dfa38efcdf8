/* BuildKit's own test data, asked of our reader: syntax trees of its parser, and its tables of expanded
 * words. */
#include "text/dockerfile.h"
#include "text/shell_words.h"
#include "text/unicode.h"

#include "support/shared.h"

#include <dirent.h>
#include <setjmp.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

enum { ARENA_BYTES = 256 * 1024 * 1024 };

/* --- the tree as BuildKit's parser dumps it --- */

/* Go's %q, for what the fixtures hold: printable UTF-8 stays. */
static void dump_quoted(struct rf_buf *buf, struct rf_str text)
{
    static const char letters[] = "\a\b\f\n\r\t\v\\\"";
    static const char names[] = "abfnrtv\\\"";

    rf_buf_text(buf, "\"");
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        const char *letter = c ? strchr(letters, c) : NULL;

        if (letter)
            rf_buf_printf(buf, "\\%c", names[letter - letters]);
        else if (c < 0x20 || c == 0x7f)
            rf_buf_printf(buf, "\\x%02x", c);
        else
            rf_buf_add(buf, (struct rf_str){text.ptr + i, 1});
    }
    rf_buf_text(buf, "\"");
}

static void dump_instruction(struct rf_buf *buf, const struct rf_df_instruction *instruction)
{
    bool has_pairs = instruction->kind == RF_DF_ENV || instruction->kind == RF_DF_LABEL;

    rf_buf_text(buf, "(");
    for (size_t i = 0; i < instruction->name.text.len; i++) {
        char c = instruction->name.text.ptr[i];

        rf_buf_printf(buf, "%c", c >= 'A' && c <= 'Z' ? c + 0x20 : c);
    }
    for (uint32_t i = 0; i < instruction->flag_count; i++) {
        rf_buf_text(buf, i ? " " : " [");
        dump_quoted(buf, instruction->flags[i].text);
    }
    rf_buf_text(buf, instruction->flag_count ? "]" : "");
    if (instruction->trigger) {
        rf_buf_text(buf, " ");
        dump_instruction(buf, instruction->trigger);
    }
    for (uint32_t i = 0; i < instruction->word_count; i++) {
        rf_buf_text(buf, " ");
        dump_quoted(buf, instruction->words[i].text);
        if (has_pairs && i % 2)
            rf_buf_text(buf, instruction->is_legacy ? " \"\"" : " \"=\"");
    }
    rf_buf_text(buf, ")");
}

static struct rf_str dump(const struct rf_df *df, struct rf_arena *arena)
{
    struct rf_buf buf;

    rf_buf_init(&buf, arena);
    for (uint32_t i = 0; i < df->instruction_count; i++) {
        dump_instruction(&buf, &df->instructions[i]);
        rf_buf_text(&buf, "\n");
    }
    assert_false(buf.is_failed);
    return (struct rf_str){buf.ptr, buf.len};
}

static void check_tree(const char *dir, const char *name)
{
    char path[SHARED_PATH_BYTES];
    struct rf_arena arena;
    struct rf_str want;
    struct rf_str got;
    struct rf_df df;
    struct rf_err err = {0};

    rf_arena_init(&arena, ARENA_BYTES);
    (void)snprintf(path, sizeof(path), "%s/%s/result", dir, name);
    want = rf_blank_trim(shared_read(&arena, path));
    (void)snprintf(path, sizeof(path), "%s/%s/Dockerfile", dir, name);
    if (rf_df_parse(shared_read(&arena, path), &arena, &df, &err) != 0)
        fail_msg("%s: refused: %s", name, err.msg);
    got = rf_blank_trim(dump(&df, &arena));
    if (got.len != want.len || memcmp(got.ptr, want.ptr, want.len) != 0)
        fail_msg("%s: want\n%.*s\ngot\n%.*s", name, RF_FMT(want), RF_FMT(got));
    rf_arena_done(&arena);
}

static void check_refused(const char *dir, const char *name)
{
    char path[SHARED_PATH_BYTES];
    struct rf_arena arena;
    struct rf_df df;
    struct rf_err err = {0};
    unsigned line = 0;
    unsigned column = 0;

    rf_arena_init(&arena, ARENA_BYTES);
    (void)snprintf(path, sizeof(path), "%s/%s/Dockerfile", dir, name);
    if (rf_df_parse(shared_read(&arena, path), &arena, &df, &err) == 0 && rf_df_check(&df, &err) == 0)
        fail_msg("%s: accepted", name);
    if (sscanf(err.msg, "%u:%u: ", &line, &column) != 2)
        fail_msg("%s: no place in \"%s\"", name, err.msg);
    rf_arena_done(&arena);
}

static void for_each_directory(const char *shared, void (*check)(const char *dir, const char *name))
{
    char path[SHARED_PATH_BYTES];
    struct dirent *entry;
    DIR *dir;
    int count = 0;

    if (!shared_path(shared, path)) {
        print_message("no fixtures: set RF_SHARED\n");
        skip();
    }
    dir = opendir(path);
    assert_non_null(dir);
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        check(path, entry->d_name);
        count++;
    }
    (void)closedir(dir);
    print_message("%d files\n", count);
    assert_true(count > 0);
}

static void trees_equal(void **state)
{
    (void)state;
    for_each_directory("fixtures/buildkit/parser/testfiles", check_tree);
}

static void refuses_what_it_refuses(void **state)
{
    (void)state;
    for_each_directory("fixtures/buildkit/parser/testfiles-negative", check_refused);
}

/* --- words --- */

struct variables {
    struct rf_str names[64];
    struct rf_str values[64];
    size_t count;
};

static enum rf_var find(void *data, struct rf_str name, struct rf_str *ret_value)
{
    const struct variables *variables = data;

    for (size_t i = variables->count; i-- > 0;) {
        if (variables->names[i].len != name.len || memcmp(variables->names[i].ptr, name.ptr, name.len) != 0)
            continue;
        *ret_value = variables->values[i];
        return RF_VAR_SET;
    }
    return RF_VAR_UNSET;
}

/* Read the table `shared` line by line. */
static void for_each_line(const char *shared, void (*check)(struct rf_words *words, struct rf_str line),
                          struct variables *variables, unsigned flags)
{
    char path[SHARED_PATH_BYTES];
    struct rf_arena arena;
    struct rf_words words = {
        .arena = &arena, .find = find, .data = variables, .escape = '\\', .flags = flags};
    struct rf_str rest;
    int count = 0;

    if (!shared_path(shared, path)) {
        print_message("no fixtures: set RF_SHARED\n");
        skip();
    }
    rf_arena_init(&arena, ARENA_BYTES);
    rest = shared_read(&arena, path);
    while (rest.ptr && rest.len > 0) {
        struct rf_str line;

        rest = rf_str_cut(rest, '\n', &line);
        if (line.len == 0 || *line.ptr == '#')
            continue;
        check(&words, line);
        count++;
    }
    print_message("%d lines\n", count);
    assert_true(count > 0);
    rf_arena_done(&arena);
}

static void check_variable_line(struct rf_words *words, struct rf_str line)
{
    struct rf_str platform;
    struct rf_str source;
    struct rf_str rest = rf_str_cut(line, '|', &platform);
    struct rf_str want = rf_blank_trim(rf_str_cut(rest, '|', &source));
    struct rf_expanded ret;
    struct rf_err err = {0};
    int code;

    source = rf_blank_trim(source);
    assert_non_null(want.ptr);
    if (*rf_blank_trim(platform).ptr == 'W')
        return;
    code = rf_words_expand(words, source, &ret, &err);
    if (rf_str_is(want, "error")) {
        if (code == 0)
            fail_msg("%.*s: accepted", RF_FMT(line));
        return;
    }
    if (code != 0)
        fail_msg("%.*s: %s", RF_FMT(line), err.msg);
    if (ret.text.len != want.len || memcmp(ret.text.ptr, want.ptr, want.len) != 0)
        fail_msg("%.*s: got \"%.*s\"", RF_FMT(line), RF_FMT(ret.text));
}

static void variables_equal(void **state)
{
    struct variables variables = {.names = {RF_STR("PWD"), RF_STR("SHELL"), RF_STR("KOREAN"), RF_STR("NULL")},
                                  .values = {RF_STR("/home"), RF_STR("bash"),
                                             RF_STR("\xed\x95\x9c\xea\xb5\xad\xec\x96\xb4"), RF_STR("")},
                                  .count = 4};

    (void)state;
    for_each_line("fixtures/buildkit/shell/envVarTest.open", check_variable_line, &variables, 0);
}

static void check_words_line(struct rf_words *words, struct rf_str line)
{
    struct variables *variables = words->data;
    struct rf_str source;
    struct rf_str want;
    struct rf_expanded ret;
    struct rf_err err = {0};
    uint32_t count = 0;
    int code;

    if (rf_str_starts(line, "ENV ")) {
        line = rf_blank_trim_start((struct rf_str){line.ptr + 3, line.len - 3});
        variables->values[variables->count] = rf_str_cut(line, '=', &variables->names[variables->count]);
        variables->count++;
        return;
    }
    want = rf_str_cut(line, '|', &source);
    while (want.len > 0 && *want.ptr == ' ')
        want = (struct rf_str){want.ptr + 1, want.len - 1};
    code = rf_words_expand(words, rf_blank_trim(source), &ret, &err);
    if (rf_str_is(want, "error")) {
        assert_true(code < 0);
        return;
    }
    if (code != 0)
        fail_msg("%.*s: %s", RF_FMT(line), err.msg);
    while (want.ptr) {
        struct rf_str word;

        want = rf_str_cut(want, ',', &word);
        if (count >= ret.word_count || ret.words[count].text.len != word.len ||
            memcmp(ret.words[count].text.ptr, word.ptr, word.len) != 0)
            fail_msg("%.*s: word %u differs", RF_FMT(line), count);
        count++;
    }
    assert_int_equal(count, ret.word_count);
}

static void words_equal(void **state)
{
    /* A line of the original that the open part of the table lost, but needs. */
    struct variables variables = {.names = {RF_STR("leading")}, .values = {RF_STR("  ab c")}, .count = 1};

    (void)state;
    for_each_line("fixtures/buildkit/shell/wordsTest.open", check_words_line, &variables, RF_WORDS_SPLIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trees_equal),
        cmocka_unit_test(refuses_what_it_refuses),
        cmocka_unit_test(variables_equal),
        cmocka_unit_test(words_equal),
    };

    need_shared("fixtures/buildkit");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
