#include "text/yaml.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MEMORY = 256 << 20 };

static struct rf_arena arena;

static int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, MEMORY);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static struct rf_yaml must_read(struct rf_str text)
{
    struct rf_yaml yaml;
    struct rf_err err = {0};

    if (rf_yaml_read(text, &arena, &yaml, &err) != 0)
        fail_msg("refused: %s\n%.*s", err.msg, RF_FMT(text));
    assert_int_equal(err.code, 0);
    return yaml;
}

/* "a.b.2": the value there. Digits are the index of an item. "#2." first is the third document. */
static const struct rf_yaml_node *at(const struct rf_yaml *yaml, const char *path)
{
    const struct rf_yaml_node *node = yaml->documents[0];
    struct rf_str rest = rf_str_of(path);

    while (rest.ptr && rest.len) {
        struct rf_str word;
        char key[64];

        rest = rf_str_cut(rest, '.', &word);
        (void)snprintf(key, sizeof(key), "%.*s", RF_FMT(word));
        if (key[0] == '#')
            node = yaml->documents[key[1] - '0'];
        else if (node->kind == RF_YAML_LIST)
            node = node->items[key[0] - '0'];
        else
            node = rf_yaml_get(node, key);
        if (!node)
            fail_msg("nothing at %s of %s", key, path);
    }
    return node;
}

/* --- spans --- */

struct span {
    const char *file;
    const char *path;
    const char *bytes; /* exactly what the span holds */
    const char *text;  /* what a scalar says; NULL: it is none */
};

static const struct span spans[] = {
    {"a: b", "a", "b", "b"},
    {"a: b # c\n", "a", "b", "b"},
    {"a:   b   \n", "a", "b", "b"},
    {"a: two words # c\n", "a", "two words", "two words"},
    {"a: 'it''s'\n", "a", "'it''s'", "it's"},
    {"a: \"x\\n\\u00e4\" \n", "a", "\"x\\n\\u00e4\"", "x\n\xc3\xa4"},
    {"a:\nb: c\n", "a", "", ""},
    {"a:\n", "a", "", ""},
    {"- a\n-\n- c\n", "1", "", ""},
    {"a: one\n  two\nb: 1\n", "a", "one\n  two", "one two"},
    {"a: |\n  x\n  y\nb: 1\n", "a", "|\n  x\n  y", "x\ny\n"},
    {"a: |-\n  x\n\n\n# c\nb: 1\n", "a", "|-\n  x", "x"},
    {"a: >\n  x\n  y\n\nb: 1\n", "a", ">\n  x\n  y", "x y\n"},
    {"a: |+\n  x\n\nb: 1\n", "a", "|+\n  x", "x\n\n"},
    {"a: |\n  x", "a", "|\n  x", "x"},
    {"a:\n  b: 1\n  c: 2\n\n# end\nd: 3\n", "a", "b: 1\n  c: 2", NULL},
    {"a:\n  b: 1\n  c:\nd: 3\n", "a", "b: 1\n  c:", NULL},
    {"a:\n- 1\n- 2\nb: 1\n", "a", "- 1\n- 2", NULL},
    {"a:\n  - 1\n  - x: 2\n    y: 3\n", "a.1", "x: 2\n    y: 3", NULL},
    {"a: [1, {b: c} ] # d\n", "a", "[1, {b: c} ]", NULL},
    {"a: [1, {b: c} ] # d\n", "a.1", "{b: c}", NULL},
    {"a: [1, {b: c} ] # d\n", "a.1.b", "c", "c"},
    {"a: []\n", "a", "[]", NULL},
    {"a: {}\n", "a", "{}", NULL},
    {"a: &x b\n", "a", "b", "b"},
    {"a: !!str 12\n", "a", "12", "12"},
    {"a: !!str &x 12\n", "a", "12", "12"},
    {"a: &x\n  b: 1\n", "a", "b: 1", NULL},
    {"a: &x # why\n  b: 1\n", "a", "b: 1", NULL},
    {"a: &x [1]\n", "a", "[1]", NULL},
    {"a: &x\nb: 1\n", "a", "", ""},
    {"a: &x:y\nb: 1\n", "a", ":y", ":y"}, /* as libyaml has it */
    {"a: [!t,&x ,1]\nb: 1\n", "a.0", "", ""},
    {"a: [!t,&x ,1]\nb: 1\n", "a.1", "", ""},
    {"a: &x |\n  l\nb: 1\n", "a", "|\n  l", "l\n"},
    {"a: &x 1\nb: *x\n", "b", "*x", "1"},
    {"a: &x {c: 1}\nb: *x\n", "b", "*x", NULL},
    {"a: &x {c: 1}\nb: *x\n", "b.c", "1", "1"},
    {"\xef\xbb\xbf"
     "a: b\n",
     "a", "b", "b"},
    {"\xef\xbb\xbf"
     "\xc3\xa4: b\nc: d\n",
     "c", "d", "d"},
    {"# \xe2\x82\xac \xf0\x9f\x98\x80\na: \xc3\xa4\xc3\xb6 # \xc3\xbc\nb: {c: d}\n", "a", "\xc3\xa4\xc3\xb6",
     "\xc3\xa4\xc3\xb6"},
    {"# \xe2\x82\xac \xf0\x9f\x98\x80\na: \xc3\xa4\xc3\xb6 # \xc3\xbc\nb: {c: d}\n", "b.c", "d", "d"},
    {"a: 1\r\nb: 2\r\nc:\r\n  - 3\r\n", "c.0", "3", "3"},
    {"a: 1\r\nb: |\r\n  x\r\n  y\r\nc: 2\r\n", "b", "|\r\n  x\r\n  y", "x\ny\n"},
    {"a: x\xc2\x85"
     "b: y\n",
     "b", "y", "y"}, /* NEL ends a line for libyaml, as one character of two bytes */
    {"---\na: 1\n---\n- 2\n...\n---\n", "#1.0", "2", "2"},
    {"---\na: 1\n---\n- 2\n...\n---\n", "#2", "", ""},
    {"--- !x\na: 1\n", "a", "1", "1"},
    {"{\"a\": [1, \"x\\ty\", {}]}", "a.1", "\"x\\ty\"", "x\ty"},
    {"{\"a\": [1, \"x\\ty\", {}]}", "a", "[1, \"x\\ty\", {}]", NULL},
    {"{\"a\": [1, \"x\\ty\", {}]}", "a.2", "{}", NULL},
    {" [true]", "0", "true", "true"},
    {"{a: [1, ], }", "a", "[1, ]", NULL}, /* no JSON */
    {"{\"a\": [1,],}", "a", "[1,]", NULL},
};

static void spans_are_exact_to_the_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(spans); i++) {
        struct rf_str file = rf_str_of(spans[i].file);
        struct rf_yaml yaml = must_read(file);
        const struct rf_yaml_node *node = at(&yaml, spans[i].path);

        if (!rf_str_is((struct rf_str){file.ptr + node->start, node->end - node->start}, spans[i].bytes))
            fail_msg("%s of:\n%s\nis [%.*s], want [%s]", spans[i].path, spans[i].file,
                     (int)(node->end - node->start), file.ptr + node->start, spans[i].bytes);
        assert_int_equal(node->kind == RF_YAML_SCALAR, spans[i].text != NULL);
        if (spans[i].text && !rf_str_is(node->text, spans[i].text))
            fail_msg("%s says [%.*s], want [%s]", spans[i].file, RF_FMT(node->text), spans[i].text);
    }
}

/* Characters of two to four bytes at every distance from the places where the marks are kept. */
static void marks_count_characters(void **state)
{
    static const char *const fills[] = {"\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"};
    char file[2048];

    (void)state;
    for (size_t wide = 0; wide < RF_COUNT(fills); wide++) {
        for (size_t count = 1; count < 200; count++) {
            struct rf_yaml yaml;
            const struct rf_yaml_node *node;
            size_t len = (size_t)snprintf(file, sizeof(file), "a: ");

            for (size_t i = 0; i < count; i++)
                len += (size_t)snprintf(file + len, sizeof(file) - len, "%s", fills[wide]);
            len += (size_t)snprintf(file + len, sizeof(file) - len, "\nb: end");
            yaml = must_read((struct rf_str){file, len});
            node = at(&yaml, "b");
            assert_int_equal(node->end, len);
            assert_int_equal(node->start, len - 3);
            node = at(&yaml, "a");
            assert_int_equal(node->start, 3);
            assert_int_equal(node->end, len - strlen("\nb: end"));
        }
    }
}

static void tells_line_and_column(void **state)
{
    static const char file[] = "a: 1\n\nb:\n  - \xc3\xa4x\n";
    struct rf_yaml yaml = must_read(RF_STR(file));
    uint32_t line = 0;
    uint32_t column = 0;

    (void)state;
    rf_yaml_place(&yaml, at(&yaml, "b.0")->end, &line, &column);
    assert_int_equal(line, 4);
    assert_int_equal(column, 8); /* in bytes */
    rf_yaml_place(&yaml, 0, &line, &column);
    assert_int_equal(line, 1);
    assert_int_equal(column, 1);
    rf_yaml_place(&yaml, sizeof(file) - 1, &line, &column);
    assert_int_equal(line, 5);
    assert_int_equal(column, 1);
}

/* --- refusals --- */

static const struct {
    struct rf_str file;
    const char *message;
} refused[] = {
    {{"a: b: c\n", 8}, "1:5: not YAML: mapping values are not allowed in this context"},
    {{"a: 1\n\tb: 2\n", 11},
     "2:1: not YAML: found a tab character that violates indentation while scanning a plain scalar that "
     "begins at "
     "1:4"},
    {{"\ta: 1\n", 6},
     "1:1: not YAML: found character that cannot start any token while scanning for the next token that "
     "begins at "
     "1:1"},
    {{"a:\n  - b\n - c\n", 14},
     "3:2: not YAML: did not find expected key while parsing a block mapping that "
     "begins at 1:1"},
    {{"a: [1, 2\n", 9}, NULL},
    {{"a: 'b\n", 6}, NULL},
    {{"a: \"\\q\"\n", 8}, NULL},
    {{"a: \0b", 5}, "1:4: the character U+0000 is not allowed"},
    {{"a: \x01", 4}, "1:4: the character U+0001 is not allowed"},
    {{"a: \x7f", 4}, "1:4: the character U+007F is not allowed"},
    {{"a: b\n\x1b[2J", 9}, "2:1: the character U+001B is not allowed"},
    {{"a: \xc2\x9b", 5}, "1:4: the character U+009B is not allowed"},
    {{"a: \xff", 4}, "1:4: byte 0xff is not UTF-8"},
    {{"a: \xc0\x80", 5}, "1:4: byte 0xc0 is not UTF-8"},
    {{"a: \xed\xa0\x80", 6}, "1:4: byte 0xed is not UTF-8"},
    {{"a: \xe2\x82", 5}, "1:4: byte 0xe2 is not UTF-8"},
    {{"\xff\xfe"
      "a\0",
      4},
     "1:1: byte 0xff is not UTF-8"},
    {{"a: \xef\xbb\xbf"
      "b",
      7},
     "1:4: the character U+FEFF is not allowed"},
    {{"a: *x\n", 6}, "1:4: *x: no &x stands before it in this document"},
    {{"a: &x 1\n---\nb: *x\n", 18}, "3:4: *x: no &x stands before it in this document"},
    {{"a: &x [*x]\n", 11}, "1:8: *x: the alias lies inside its own anchor"},
    {{"&x a: {b: {c: *x}}\nd: &y {e: *y}\n", 33}, "2:11: *y: the alias lies inside its own anchor"},
    {{"a: 1\nb: 2\na: 3\n", 15}, "3:1: the key \"a\" is there already, in line 1"},
    {{"a: 1\n\"a\": 3\n", 12}, "2:1: the key \"a\" is there already, in line 1"},
    {{"{a: 1, b: 2, a: 1}", 18}, "1:14: the key \"a\" is there already, in line 1"},
    {{"{\"a\": 1, \"\\u0061\": 2}", 21}, "1:10: the key \"a\" is there already, in line 1"},
    {{"x: &x {a: 1}\nb:\n  <<: *x\n  c: 1\n  <<: *x\n", 41},
     "5:3: the key \"<<\" is there already, in line 3"},
    {{"<<: 1\n", 6}, "1:5: <<: want a map or a list of maps"},
    {{"x: &x [1]\n<<: *x\n", 17}, "1:8: <<: want a map or a list of maps"},
    {{"<<: [{a: 1}, b]\n", 16}, "1:14: <<: want a map or a list of maps"},
    {{"? [a]\n: b\n", 10}, "1:3: a key must be one word or text, not a list"},
    {{"{{ .Values.x }}\n", 16}, NULL},
    {{"a: {{ .Values.x }}\n", 19}, "1:5: a key must be one word or text, not a map"},
    {{"x: &x {a: 1}\n*x : 2\n", 20}, "2:1: a key must be one word or text, not a map"},
    {{"{\"a\" 1}", 7}, NULL},
    {{"%YAML 3.0\n---\na: 1\n", 19}, NULL},
    {{"[\"a\",\n \"b\"", 10}, "2:5: not JSON: the text ends, want ',' or ']'"},
};

static bool is_located(const char *message)
{
    size_t line = strspn(message, "0123456789");
    size_t column = message[line] == ':' ? strspn(message + line + 1, "0123456789") : 0;

    return line > 0 && column > 0 && strncmp(message + line + 1 + column, ": ", 2) == 0;
}

static void refuses_with_the_place(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_yaml yaml = {.line_count = 77};
        struct rf_err err = {0};

        if (rf_yaml_read(refused[i].file, &arena, &yaml, &err) != -EINVAL)
            fail_msg("accepted: %.*s", RF_FMT(refused[i].file));
        if (!is_located(err.msg))
            fail_msg("no place in: %s", err.msg);
        if (refused[i].message && strcmp(err.msg, refused[i].message) != 0)
            fail_msg("%.*s says\n%s, want\n%s", RF_FMT(refused[i].file), err.msg, refused[i].message);
        assert_int_equal(yaml.line_count, 77);
    }
}

/* --- limits --- */

static struct rf_str repeat(char *buffer, size_t room, const char *first, const char *again, size_t count,
                            const char *last)
{
    size_t len = (size_t)snprintf(buffer, room, "%s", first);
    size_t each = strlen(again);

    for (size_t i = 0; i < count && len + each < room; i++, len += each)
        memcpy(buffer + len, again, each);
    len += (size_t)snprintf(buffer + len, room - len, "%s", last);
    return (struct rf_str){buffer, len};
}

static void must_refuse(struct rf_str text, int code, const char *part)
{
    struct rf_yaml yaml;
    struct rf_err err = {0};

    assert_int_equal(rf_yaml_read(text, &arena, &yaml, &err), code);
    if (!strstr(err.msg, part) || !is_located(err.msg))
        fail_msg("says %s, want %s", err.msg, part);
}

static void limits_lines_depth_and_size(void **state)
{
    size_t room = RF_YAML_BYTES + 4096;
    char *buffer = malloc(room);
    struct rf_str text;

    (void)state;
    assert_non_null(buffer);
    must_refuse(repeat(buffer, room, "b: 1\na: ", "x", RF_YAML_LINE_BYTES, "\n"), -EINVAL,
                "2:65537: a line longer than 64 KiB");
    (void)must_read(repeat(buffer, room, "a: ", "x", RF_YAML_LINE_BYTES - 3, "\nb: 1\n"));
    must_refuse(repeat(buffer, room, "", "[", RF_YAML_DEPTH + 1, ""), -EINVAL, "inside each other");
    must_refuse(repeat(buffer, room, "", "{a: ", RF_YAML_DEPTH + 1, ""), -EINVAL, "inside each other");
    must_refuse(repeat(buffer, room, "", "- ", RF_YAML_DEPTH + 1, ""), -EINVAL, "inside each other");
    must_refuse(repeat(buffer, room, "", "[\n", 1 << 20, ""), -EINVAL, "inside each other");
    text = repeat(buffer, room, "", "[", RF_YAML_DEPTH, "");
    memset(buffer + text.len, ']', RF_YAML_DEPTH);
    (void)must_read((struct rf_str){buffer, 2UL * RF_YAML_DEPTH});
    must_refuse(repeat(buffer, room, "", "- 1\n", RF_YAML_NODES, ""), -EINVAL, "more than 500000 values");
    must_refuse(repeat(buffer, room, "", "---\n", RF_YAML_NODES + 1, ""), -EINVAL, "more than 500000 values");
    must_refuse((struct rf_str){buffer, RF_YAML_BYTES + 1}, -EFBIG, "larger than 8 MiB");
    free(buffer);
}

/* Nine levels of nine aliases each are 9^9 values and 500 bytes. */
static void refuses_alias_bombs(void **state)
{
    char bomb[4096];
    size_t room = 4 << 20;
    char *buffer = malloc(room);
    size_t len = (size_t)snprintf(bomb, sizeof(bomb), "a0: &a0 [x,x,x,x,x,x,x,x,x]\n");

    (void)state;
    assert_non_null(buffer);
    for (int i = 1; i < 9; i++)
        len += (size_t)snprintf(bomb + len, sizeof(bomb) - len,
                                "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i, i - 1,
                                i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
    must_refuse((struct rf_str){bomb, len}, -EINVAL, "more than 500000 values when aliases are counted");
    assert_true(arena.used < 1 << 20);

    len = (size_t)snprintf(bomb, sizeof(bomb), "a0: &a0 {x0: 1, y0: 2, z0: 3}\n");
    for (int i = 1; i < 18; i++)
        len += (size_t)snprintf(bomb + len, sizeof(bomb) - len, "a%d: &a%d {x: *a%d, y: *a%d, <<: *a%d}\n", i,
                                i, i - 1, i - 1, i - 1);
    must_refuse((struct rf_str){bomb, len}, -EINVAL, "more than 500000 values when aliases are counted");

    /* Many maps that each merge a big one. */
    len = (size_t)snprintf(buffer, room, "a: &a\n");
    for (int i = 0; i < 2000; i++)
        len += (size_t)snprintf(buffer + len, room - len, "  k%d: v\n", i);
    len += (size_t)snprintf(buffer + len, room - len, "b:\n");
    for (int i = 0; i < 2000; i++)
        len += (size_t)snprintf(buffer + len, room - len, "- {<<: *a}\n");
    must_refuse((struct rf_str){buffer, len}, -EINVAL, "more than 500000 values");
    assert_true(arena.used < 64 << 20);
    must_refuse(
        repeat(buffer, room, "a: &a [1,2,3,4,5,6,7,8,9]\n---\n", "&b [1,2,3,4,5,6,7,8,9]\n---\n", 60000, ""),
        -EINVAL, "more than 500000 values");

    len = 0;
    for (int i = 0; i <= RF_YAML_ANCHORS; i++)
        len += (size_t)snprintf(buffer + len, room - len, "- &a%d x\n", i);
    must_refuse((struct rf_str){buffer, len}, -EINVAL, "1025:3: more than 1024 anchors");
    free(buffer);
}

static void gives_up_without_memory(void **state)
{
    static const char file[] = "a: &x {b: [1, \"\\n\"], c: |\n x\n, d: 1}\nb: {<<: *x, e: 1}\n";
    static const char fine[] =
        "a: &x {b: [1, \"\\n\"], c: 2, d: 1}\nb: {<<: *x, e: \xc3\xa4, f: 1, g: 1, h: 1, i: 1, j: 1}\n";

    (void)state;
    must_refuse(RF_STR(file), -EINVAL, "not YAML");
    for (unsigned nth = 1;; nth++) {
        struct rf_yaml yaml;
        struct rf_err err = {0};
        int r;

        rf_arena_fail_at(nth);
        r = rf_yaml_read(RF_STR(fine), &arena, &yaml, &err);
        rf_arena_fail_at(0);
        if (r == 0) {
            assert_true(nth > 20);
            break;
        }
        assert_int_equal(r, -ENOMEM);
        assert_int_equal(err.code, -ENOMEM);
    }
}

/* --- merge keys --- */

static void merges_maps(void **state)
{
    static const char file[] = "x: &x {a: 1, b: 2}\n"
                               "y: &y {b: 3, c: 4}\n"
                               "z: &z {<<: *x, d: 5}\n"
                               "one: {<<: *x, b: own}\n"
                               "own-first: {b: own, <<: *x}\n"
                               "two: {<<: [*y, *x]}\n"
                               "far: {<<: *z}\n"
                               "flow: {<<: {a: inline}}\n"
                               "quoted: {\"<<\": *x}\n"
                               "empty: {<<: []}\n";
    struct rf_yaml yaml = must_read(RF_STR(file));
    const struct rf_yaml_pair *pair = rf_yaml_find(at(&yaml, "one"), "a");

    (void)state;
    assert_true(rf_str_is(at(&yaml, "one.b")->text, "own"));
    assert_null(rf_yaml_find(at(&yaml, "one"), "b")->merged);
    assert_true(rf_str_is(at(&yaml, "own-first.b")->text, "own"));
    assert_int_equal(at(&yaml, "one")->count, 2);
    assert_int_equal(at(&yaml, "own-first")->count, 2);
    assert_non_null(pair->merged);
    assert_true(rf_str_is(pair->merged->target->props->anchor, "x"));
    assert_int_equal(memcmp(file + pair->merged->start, "*x, b: own", 10), 0);
    assert_int_equal(memcmp(file + pair->key->start, "a: 1, b: 2}\n", 12), 0);
    assert_true(rf_str_is(at(&yaml, "two.b")->text, "3"));
    assert_int_equal(at(&yaml, "two")->count, 3);
    assert_true(rf_str_is(rf_yaml_find(at(&yaml, "two"), "a")->merged->target->props->anchor, "x"));
    assert_true(rf_str_is(at(&yaml, "far.a")->text, "1"));
    assert_true(rf_str_is(rf_yaml_find(at(&yaml, "far"), "a")->merged->target->props->anchor, "z"));
    assert_true(rf_str_is(at(&yaml, "flow.a")->text, "inline"));
    assert_null(rf_yaml_find(at(&yaml, "flow"), "a")->merged->target);
    assert_null(at(&yaml, "quoted")->merge);
    assert_int_equal(at(&yaml, "quoted")->count, 1);
    assert_int_equal(at(&yaml, "empty")->count, 0);
    assert_non_null(at(&yaml, "empty")->merge);
}

/* The same with so many keys that they are sorted. */
static void merges_big_maps(void **state)
{
    char file[8192];
    size_t len = (size_t)snprintf(file, sizeof(file), "x: &x\n");
    struct rf_yaml yaml;
    const struct rf_yaml_node *node;

    (void)state;
    for (int i = 0; i < 100; i++)
        len += (size_t)snprintf(file + len, sizeof(file) - len, "  k%d: x\n", i);
    len += (size_t)snprintf(file + len, sizeof(file) - len, "y:\n  <<: *x\n");
    for (int i = 50; i < 150; i++)
        len += (size_t)snprintf(file + len, sizeof(file) - len, "  k%d: y\n", i);
    yaml = must_read((struct rf_str){file, len});
    node = at(&yaml, "y");
    assert_int_equal(node->count, 150);
    for (uint32_t i = 0; i < node->count; i++) {
        char key[16];

        (void)snprintf(key, sizeof(key), "k%u", i < 100 ? i + 50 : i - 100);
        assert_true(rf_str_is(node->pairs[i].key->text, key));
        assert_true(rf_str_is(node->pairs[i].value->text, i < 100 ? "y" : "x"));
        assert_int_equal(node->pairs[i].merged != NULL, i >= 100);
    }
    len += (size_t)snprintf(file + len, sizeof(file) - len, "  k77: z\n");
    must_refuse((struct rf_str){file, len}, -EINVAL, "204:3: the key \"k77\" is there already, in line 131");
}

static void anchors_can_be_given_anew(void **state)
{
    struct rf_yaml yaml = must_read(RF_STR("a: &x 1\nb: *x\nc: &x 2\nd: *x\n"));

    (void)state;
    assert_true(rf_str_is(at(&yaml, "b")->text, "1"));
    assert_true(rf_str_is(at(&yaml, "d")->text, "2"));
    assert_true(at(&yaml, "d")->target == at(&yaml, "c"));
    assert_null(at(&yaml, "c")->target);
    assert_true(rf_str_is(at(&yaml, "c")->props->anchor, "x"));
    assert_int_equal(at(&yaml, "c")->props->start, 17);
}

static void knows_json_from_yaml(void **state)
{
    (void)state;
    assert_true(must_read(RF_STR(" {\"a\": 1}")).is_json);
    assert_true(must_read(RF_STR("[]")).is_json);
    assert_false(must_read(RF_STR("{a: 1}")).is_json);
    assert_false(must_read(RF_STR("{\"a\": 1} # c")).is_json);
    assert_int_equal(must_read(RF_STR("")).document_count, 0);
    assert_int_equal(must_read(RF_STR("# nothing\n")).document_count, 0);
    assert_int_equal(must_read(RF_STR("a: 1\n---\nb: 2\n--- {}\n")).document_count, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(spans_are_exact_to_the_byte, set_up, tear_down),
        cmocka_unit_test_setup_teardown(marks_count_characters, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_line_and_column, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_with_the_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_lines_depth_and_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_alias_bombs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(gives_up_without_memory, set_up, tear_down),
        cmocka_unit_test_setup_teardown(merges_maps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(merges_big_maps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(anchors_can_be_given_anew, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_json_from_yaml, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
