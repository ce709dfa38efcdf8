/* ringfence.yaml and env files: errors name file, line and column. */
#include "manifest/posture_file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "values.h"

static const struct {
    const char *text;
    const char *message; /* how it begins */
} wrong[] = {
    {"", "f:1:1: the first line must be \"version: 1\""},
    {"host: true\n", "f:1:1: the first line must be \"version: 1\""},
    {"# x\n\nhost: true\nversion: 1\n", "f:3:1: the first line must be \"version: 1\""},
    {"version: [1]\n", "f:1:1: the first line must be"},
    {"version: 2\n", "f:1:10: this program reads version 1 only"},
    {"version: \"1.0\"\n", "f:1:10: this program reads version 1 only"},
    {"version: 1\nversion: 1\n", "f:2:1: \"version\" is given twice"},
    {"version: 1\nuser: \"0\"\n", "f:2:7: user \"0\": 0 is root"},
    {"version: 1\nuser: 0\n", "f:2:7: user \"0\": 0 is root"},
    {"version: 1\nuser: 00\n", "f:2:7: other YAML readers take this for another number"},
    {"version: 1\nuser: 1000:50\n", "f:2:7: other YAML readers take this for a number in base sixty"},
    {"version: 1\nuser: root\n", "f:2:7: user \"root\": root is root"},
    {"version: 1\nuser: [1000]\n", "f:2:8: user: want one value"},
    {"version: 1\nuser: []\n", "f:2:7: user: want one value"},
    {"version: 1\nuser:\n  uid: 5\n", "f:3:8: user: want one value"},
    {"version: 1\nread_only: no\n", "f:2:12: other YAML readers take this for true or false"},
    {"version: 1\nread_only: \"true\"\n", "f:2:12: read_only: want true or false, without quotes"},
    {"version: 1\nread_only: 1\n", "f:2:12: read_only: want true or false"},
    {"version: 1\nread_only: [true]\n", "f:2:13: read_only: want true or false"},
    {"version: 1\nlandlock: on\n", "f:2:11: other YAML readers"},
    {"version: 1\nname: true\n", "f:2:7: name: other YAML readers take this for a bool"},
    {"version: 1\nenv:\n  A: true\n", "f:3:6: env: other YAML readers take this for a bool"},
    {"version: 1\nenv:\n  \"A=B\": c\n", "f:3:10: env: a name may not hold an equals sign"},
    {"version: 1\nenv:\n  - A\n", "f:3:5: env \"A\": want NAME=VALUE"},
    {"version: 1\nenv: A=1\n", "f:2:6: env: want NAME: VALUE"},
    {"version: 1\ntmpfs: /x\n", "f:2:8: tmpfs: want a list"},
    {"version: 1\ntmpfs:\n  /x: 64m\n", "f:3:3: want NAME: VALUE"},
    {"version: 1\ntmpfs:\n  x: 64m\n", "f:3:6: tmpfs: want a list, not a map"},
    {"version: 1\ntmpfs: [/x, /x]\n", "f:2:13: tmpfs \"/x\": /x is already the place of tmpfs"},
    {"version: 1\nhost: true\nrootfs: ./x\n", "f:3:9: rootfs \"./x\": host is set already"},
    {"version: 1\nhost: true\nscratch: true\n", "f:3:10: scratch \"true\": host is set already"},
    {"version: 1\nscratch: empty\n", "f:2:10: scratch: want true or false, without quotes"},
    {"version: 1\ncommand: python3 train.py\n", "f:2:10: command: no shell splits this"},
    {"version: 1\nmemroy: 1g\n", "f:2:1: there is no key \"memroy\"; did you mean \"memory\"?"},
    {"version: 1\npids-limit: 5\n", "f:2:1: there is no key \"pids-limit\"; did you mean \"pids_limit\"?"},
    {"version: 1\nread_olny: true\n", "f:2:1: there is no key \"read_olny\"; did you mean \"read_only\"?"},
    {"version: 1\nservices: x\n", "f:2:1: there is no key \"services\"; ringfence.yaml(5)"},
    {"version: 1\nring: x\n", "f:2:1: there is no key \"ring\""},
    {"version: 1\nfrobnicate: []\n", "f:2:1: there is no key"},
    {"version: 1\n  memory: 1g\n", "f:2:3: a key begins in the first column"},
    {"version: 1\nname: \"\\x1b\"\n", "f:2:7: name \"\\x1b\": want"},
    {"version: 1\nenv_file: [/nonexistent/x]\n", "/nonexistent/x: cannot be read"},
    {"version: 1\nenv_file: [/dev/null]\n", "/dev/null: not a regular file"},
    {"version: 1\nenv_file: [\"\"]\n", "f:2:12: env_file: want the name of a file"},
};

static void says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(wrong); i++) {
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        if (rf_posture_read_text("f", rf_str_of(wrong[i].text), &posture, &err) >= 0)
            fail_msg("accepted \"%s\"", wrong[i].text);
        if (strncmp(err.msg, wrong[i].message, strlen(wrong[i].message)) != 0)
            fail_msg("\"%s\", want \"%s\"", err.msg, wrong[i].message);
        rf_arena_done(&arena);
    }
}

static void reads_every_shape(void **state)
{
    static const char text[] = "version: 1 # first\n"
                               "rootfs: ./rootfs\n"
                               "user: 1000:1000\n"
                               "env:\n"
                               "  A: \"1\"\n"
                               "  B: x y\n"
                               "command: [sh, -c, \"echo a, b\"]\n"
                               "entrypoint: /bin/env\n"
                               "ulimit:\n"
                               "  - nofile=5\n"
                               "cpus: 1.5\n"
                               "tmpfs: []\n"
                               "init: false\n";
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    if (rf_posture_read_text("f", rf_str_of(text), &posture, &err) != 0)
        fail_msg("%s", err.msg);
    assert_string_equal(posture.rootfs, "./rootfs");
    assert_int_equal(posture.user.uid, 1000);
    assert_int_equal(posture.env_count, 2);
    assert_string_equal(posture.env[1], "B=x y");
    assert_int_equal(posture.command_count, 3);
    assert_string_equal(posture.command[2], "echo a, b");
    assert_int_equal(posture.entrypoint_count, 1);
    assert_int_equal(posture.ulimits[0].soft, 5);
    assert_int_equal(posture.cpus_milli, 1500);
    assert_int_equal(posture.mount_count, 0);
    assert_false(posture.has_init);
    assert_int_equal(posture.from[RF_KEY_USER].line, 3);
    assert_int_equal(posture.from[RF_KEY_USER].column, 7);
    assert_string_equal(posture.from[RF_KEY_USER].file, "f");
    assert_memory_equal(text + posture.from[RF_KEY_USER].start, "1000:1000", 9);
    assert_int_equal(posture.from[RF_KEY_USER].end - posture.from[RF_KEY_USER].start, 9);
    assert_int_equal(posture.from[RF_KEY_MEMORY].known, RF_UNSET);
    rf_arena_done(&arena);
}

static void reads_env_files(void **state)
{
    static const char text[] =
        "# comment\r\n\n  A=1\nB=\"x\" # not a comment\nTEST_RF_OWN\nTEST_RF_NONE\nA=2\n";
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(setenv("TEST_RF_OWN", "of the caller", 1), 0);
    assert_int_equal(unsetenv("TEST_RF_NONE"), 0);
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    assert_int_equal(rf_env_read_text("e", rf_str_of(text), &posture, &err), 0);
    assert_int_equal(posture.env_count, 3);
    assert_string_equal(posture.env[0], "A=2");
    assert_string_equal(posture.env[1], "B=\"x\" # not a comment");
    assert_string_equal(posture.env[2], "TEST_RF_OWN=of the caller");
    assert_int_equal(rf_env_read_text("e", rf_str_of("A=1\n=x\n"), &posture, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "e:2:1: env \"=x\""));
    assert_int_equal(rf_env_read_text("e", rf_str_of("A B=1"), &posture, &err), -EINVAL);
    assert_int_equal(rf_env_read_text("e", (struct rf_str){"A\0=1", 4}, &posture, &err), -EINVAL);
    rf_arena_done(&arena);
}

/* A variable in the document wins over the env file, wherever it stands. */
static void puts_env_files_below(void **state)
{
    char env_path[] = "/tmp/rf-test-env-XXXXXX";
    char path[] = "/tmp/rf-test-posture-XXXXXX";
    int env_fd = mkstemp(env_path);
    int fd = mkstemp(path);
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    assert_true(env_fd >= 0 && fd >= 0);
    assert_true(dprintf(env_fd, "A=file\nB=file\n") > 0);
    assert_true(dprintf(fd, "version: 1\nenv:\n  A: own\nenv_file: [%s]\n", env_path) > 0);
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    if (rf_posture_read_file(path, &posture, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(posture.env_count, 2);
    assert_string_equal(posture.env[0], "A=own");
    assert_string_equal(posture.env[1], "B=file");
    assert_int_equal(rf_posture_read_file("/nonexistent", &posture, &err), -ENOENT);
    assert_int_equal(rf_posture_read_file("/dev/zero", &posture, &err), -EINVAL);
    assert_int_equal(rf_posture_read_file("/", &posture, &err), -EINVAL);
    assert_int_equal(ftruncate(fd, 256 * 1024 + 1), 0);
    assert_int_equal(rf_posture_read_file(path, &posture, &err), -EFBIG);
    rf_arena_done(&arena);
    (void)close(fd);
    (void)close(env_fd);
    (void)unlink(path);
    (void)unlink(env_path);
}

/* A kind of file with keys of its own: `kind` for one value, `parts`, `words`, and `command` in the place of
   the posture's; it may have no `host` and no env_file. */
static const struct rf_file_key own_keys[] = {{"kind", RF_SHAPE_ONE},
                                              {"parts", RF_SHAPE_LIST},
                                              {"words", RF_SHAPE_MAP},
                                              {"is_odd", RF_SHAPE_BOOL},
                                              {"command", RF_SHAPE_LIST}};

static const char *refuse_own(enum rf_key key)
{
    return key == RF_KEY_HOST || key == RF_KEY_ENV_FILE ? "not in this kind of file" : NULL;
}

/* "KEY NAME TEXT LINE:COLUMN|" for each value into a text. */
static int set_own(void *context, size_t index, const struct rf_file_value *value, struct rf_err *err)
{
    char *text = context;
    size_t used = strlen(text);

    if (rf_str_is(value->text, "wrong"))
        return rf_fail(err, -EINVAL, "%s is \x1b wrong", own_keys[index].name);
    if (rf_str_is(value->text, "memory"))
        return rf_fail(err, -ENOMEM, "no memory");
    (void)snprintf(text + used, 256 - used, "%s %.*s %.*s %u:%u|", own_keys[index].name, RF_FMT(value->name),
                   RF_FMT(value->text), value->from.line, value->from.column);
    return 0;
}

static int read_own(const char *text, char seen[256], struct rf_posture *posture, struct rf_err *err)
{
    struct rf_file_form form = {.keys = own_keys,
                                .key_count = RF_COUNT(own_keys),
                                .refuse = refuse_own,
                                .set = set_own,
                                .context = seen};

    return rf_posture_read_form("f", rf_str_of(text), &form, posture, err);
}

static void hands_out_other_keys(void **state)
{
    static const char text[] =
        "version: 1\nmemory: 99m\nkind: x y\nparts: [a, \"\"]\nwords:\n  b: c\n  \"d=\": e\n"
        "command: [f]\nis_odd: true\n";
    char seen[256] = "";
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    if (read_own(text, seen, &posture, &err) != 0)
        fail_msg("%s", err.msg);
    assert_string_equal(seen, "kind  x y 3:7|parts  a 4:9|parts   4:12|words b c 6:6|words d= e 7:9|"
                              "command  f 8:11|is_odd  true 9:9|");
    assert_true(posture.memory_bytes == (uint64_t)99 << 20);
    assert_int_equal(posture.command_count, 0);
    rf_arena_done(&arena);
}

static void refuses_in_other_forms(void **state)
{
    static const struct {
        const char *text;
        const char *message;
        int code;
    } rows[] = {
        {"", "f:1:1: the first line must be", -EINVAL},
        {"version: 1\nhost: true\n", "f:2:1: host: not in this kind of file", -EINVAL},
        {"version: 1\nenv_file: [/x]\n", "f:2:1: env_file: not in this kind of file", -EINVAL},
        {"version: 1\nkind: wrong\n", "f:2:7: kind is ? wrong", -EINVAL},
        {"version: 1\nparts: [a, wrong]\n", "f:2:12: parts is ? wrong", -EINVAL},
        {"version: 1\nkind: memory\n", "f:2:7: no memory", -ENOMEM},
        {"version: 1\nkind: [a]\n", "f:2:8: kind: want one value", -EINVAL},
        {"version: 1\nkind: []\n", "f:2:7: kind: want one value", -EINVAL},
        {"version: 1\nkind: true\n", "f:2:7: kind: other YAML readers take this for a bool", -EINVAL},
        {"version: 1\nparts: a\n", "f:2:8: parts: want a list", -EINVAL},
        {"version: 1\nparts:\n  a: b\n", "f:3:6: parts: want a list, not a map", -EINVAL},
        {"version: 1\nwords: [a]\n", "f:2:9: words: want NAME: VALUE", -EINVAL},
        {"version: 1\nwords: a\n", "f:2:8: words: want NAME: VALUE", -EINVAL},
        {"version: 1\nis_odd: x\n", "f:2:9: is_odd: want true or false", -EINVAL},
        {"version: 1\nis_odd: [true]\n", "f:2:10: is_odd: want true or false", -EINVAL},
        {"version: 1\ncommand: a b\n", "f:2:10: command: no shell splits this", -EINVAL},
        {"version: 1\nkinf: a\n", "f:2:1: there is no key \"kinf\"; did you mean \"kind\"?", -EINVAL},
        {"version: 1\nmemroy: a\n", "f:2:1: there is no key \"memroy\"; did you mean \"memory\"?", -EINVAL},
        {"version: 1\nhots: a\n", "f:2:1: there is no key \"hots\"; want kind, parts, words,", -EINVAL},
        {"version: 1\nxxxxxxxx: a\n",
         "f:2:1: there is no key \"xxxxxxxx\"; want kind, parts, words, is_odd, command, or one of "
         "ringfence.yaml(5)",
         -EINVAL},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        char seen[256] = "";
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        if (read_own(rows[i].text, seen, &posture, &err) != rows[i].code)
            fail_msg("accepted \"%s\"", rows[i].text);
        if (strncmp(err.msg, rows[i].message, strlen(rows[i].message)) != 0)
            fail_msg("\"%s\", want \"%s\"", err.msg, rows[i].message);
        rf_arena_done(&arena);
    }
}

static void puts_the_place_first(void **state)
{
    const struct rf_from from = {.file = "dir/f", .line = 7, .column = 2};
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(rf_fail_in_file(&from, &err, "%s: %d", "\x1b[2J \xc3\xa9\n", 5), -EINVAL);
    assert_string_equal(err.msg, "dir/f:7:2: ?[2J ???: 5");
    assert_int_equal(rf_fail(&err, -EPERM, "no"), -EPERM);
    assert_int_equal(rf_place_in_file(&from, &err), -EPERM);
    assert_string_equal(err.msg, "dir/f:7:2: no");
    memset(err.msg, 'x', sizeof(err.msg)); /* too long, and not terminated */
    assert_int_equal(rf_place_in_file(&from, &err), -EPERM);
    assert_int_equal(strlen(err.msg), sizeof(err.msg) - 1);
}

/* Each allocation fails in turn: an error, no crash; and at last success. */
static void survives_lack_of_memory(void **state)
{
    static const char text[] =
        "version: 1\nrootfs: ./r\nenv:\n  A: \"b\"\n  C: d\ntmpfs: [/a, \"/b:ro\"]\n"
        "mount:\n  - \"type=bind,source=/x,target=/y\"\nulimit: [core=0]\ncommand: [a, b]\n"
        "seccomp: ./f.json\nname: nn\nhostname: h\nworkdir: /w\ngroup_add: [\"5\"]\n"
        "user: app:adm\nhome: /h\npasswd_entry: \"a:x:1:1:::\"\njob_config: /j\n";

    (void)state;
    for (unsigned nth = 1; nth < 200; nth++) {
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};
        int r;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        rf_arena_fail_at(nth);
        r = rf_posture_read_text("f", rf_str_of(text), &posture, &err);
        rf_arena_fail_at(0);
        rf_arena_done(&arena);
        if (r == 0) {
            assert_true(nth > 30);
            return;
        }
        if (r != -ENOMEM || err.msg[0] != 'f')
            fail_msg("allocation %u: %s", nth, err.msg);
    }
    fail_msg("never succeeded");
}

/* Every example of docs/ringfence.yaml.md is read. RF_DOCS is the directory. */
static void reads_the_documents(void **state)
{
    static char text[256 * 1024];
    char path[4096];
    const char *dir = getenv("RF_DOCS");
    unsigned count = 0;
    FILE *file;

    (void)state;
    if (!dir)
        skip();
    (void)snprintf(path, sizeof(path), "%s/ringfence.yaml.md", dir); /* a cut path is not found */
    file = fopen(path, "re");
    assert_non_null(file);
    text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    for (const char *p = strstr(text, "```yaml\n"); p; p = strstr(p, "```yaml\n"), count++) {
        const char *start = p + 8;
        const char *end = strstr(start, "```");
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};

        assert_non_null(end);
        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        if (rf_posture_read_text("f", (struct rf_str){start, (size_t)(end - start)}, &posture, &err) != 0 &&
            !strstr(err.msg, "./settings.env: cannot be read"))
            fail_msg("%s", err.msg);
        rf_arena_done(&arena);
        p = end + 3;
    }
    assert_int_equal(count, RF_KEY_MAX - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_where),           cmocka_unit_test(reads_every_shape),
        cmocka_unit_test(reads_env_files),      cmocka_unit_test(puts_env_files_below),
        cmocka_unit_test(hands_out_other_keys), cmocka_unit_test(refuses_in_other_forms),
        cmocka_unit_test(puts_the_place_first), cmocka_unit_test(survives_lack_of_memory),
        cmocka_unit_test(reads_the_documents)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
