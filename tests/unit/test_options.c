/* Command lines: what becomes a posture, and what the refusals say. */
#include "cmd/options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "values.h"

enum { WORDS_MAX = 8 };

struct line {
    const char *verb;
    const char *words[WORDS_MAX];
    const char *message; /* a part of the refusal */
};

static const struct line wrong[] = {
    {"run", {"--user", "0", "id"}, "user \"0\": 0 is root"},
    {"run", {"-u0:5", "id"}, "is root"},
    {"run", {"-u", "root"}, "is root"},
    {"run", {"--user"}, "--user: a value is missing, want USER[:GROUP]"},
    {"run", {"-u"}, "--user: a value is missing"},
    {"run", {"-h"}, "for help: --help"},
    {"run", {"--memroy", "1g"}, "did you mean --memory?"},
    {"run", {"--reprot=x"}, "did you mean --report?"},
    {"run", {"--read_only"}, "did you mean --read-only?"},
    {"run", {"--frobnicate"}, "ringfence help run lists them"},
    {"run", {"--command", "x"}, "there is no such option"},
    {"run", {"--ring", "x"}, "there is no such option"},
    {"run", {"-z"}, "-z: there is no such option"},
    {"run", {"-iz"}, "-z: there is no such option"},
    {"run",
     {"--"
      "\x1b[31m"},
     "--?[31m: there is no such option"},
    {"run", {"--privileged", "id"}, "name what it needs with --cap-add"},
    {"run", {"--privileged=true", "id"}, "name what it needs with --cap-add"},
    {"run", {"-p", "80:80"}, "--network host"},
    {"run", {"-p80:80"}, "--network host"},
    {"run", {"--publish=80:80"}, "--network host"},
    {"run", {"--gpus", "all"}, "devices"},
    {"run", {"--health-retries=3"}, "nothing probes a run"},
    {"run", {"--cpu-rt-runtime", "1"}, "--cpus"},
    {"run", {"-q", "id"}, "no image is fetched"},
    {"run", {"--device=/dev/kvm"}, "devices"},
    {"run", {"--pid=host"}, "own processes"},
    {"run", {"--ipc=host"}, "--shm-size"},
    {"run", {"--uts=host"}, "--hostname"},
    {"run", {"--cgroup-parent=x"}, "caller's own"},
    {"run", {"--restart=always"}, "systemd"},
    {"run", {"--link=x"}, "rings do not reach each other"},
    {"run", {"-d"}, "foreground"},
    {"run", {"-itd"}, "foreground"},
    {"run", {"--detach"}, "foreground"},
    {"run", {"--pull=always"}, "--rootfs"},
    {"run", {"--cap-drop", "NET_RAW"}, "want ALL"},
    {"run", {"--cap-add", "ALL"}, "root by another name"},
    {"run", {"--init=no"}, "want true or false"},
    {"run", {"--rm=false"}, "--volume and --report"},
    {"run", {"--rm=maybe"}, "takes no value but true or false"},
    {"run", {"--explain=yaml"}, "want text|json"},
    {"run", {"--report-format", "xml"}, "want text|json"},
    {"run", {"--report="}, "the value is empty"},
    {"run", {"-f", ""}, "the value is empty"},
    {"run", {"--rootfs", "a", "--host"}, "rootfs is set already"},
    {"run",
     {"--rootfs", "a", "--scratch"},
     "rootfs is set already: the root is one of rootfs, host and scratch"},
    {"run", {"--scratch", "--host"}, "scratch is set already"},
    {"run", {"--scratch", "--rootfs=a"}, "scratch is set already"},
    {"run", {"--scratch=maybe"}, "want true or false"},
    {"run", {"--tmpfs", "/x", "-v", "./a:/x"}, "/x is already the place of tmpfs"},
    {"run", {"--env", "=x"}, "the name before the equals sign is empty"},
    {"run", {"--env", ""}, "want NAME=VALUE"},
    {"run", {"--env-file", "/nonexistent"}, "/nonexistent: cannot be read"},
    {"run", {"--entrypoint", ""}, "want a program"},
    {"run", {"--host", ""}, "want a program"},
    {"exec", {"--memory", "1g", "x"}, "there is no such option"},
    {"exec", {"--volume=/a:/b"}, "there is no such option"},
    {"exec", {"-v/a:/b"}, "there is no such option"},
    {"ps", {"--all"}, "ringfence help ps lists them"},
    {"kill", {"--signal"}, "want SIGNAL"},
};

/* What the key says afterwards; a NULL key: the rest of the words. */
static const struct {
    struct line line;
    enum rf_key key;
    size_t index;
    const char *text;
    size_t word_count;
} right[] = {
    {{"run", {"--user", "1000", "id"}, NULL}, RF_KEY_USER, 0, "1000", 1},
    {{"run", {"--user=1000:5", "id"}, NULL}, RF_KEY_USER, 0, "1000:5", 1},
    {{"run", {"-u1000", "id"}, NULL}, RF_KEY_USER, 0, "1000", 1},
    {{"run", {"-u=1000", "id"}, NULL}, RF_KEY_USER, 0, "1000", 1},
    {{"run", {"-u", "1000", "-u", "1001"}, NULL}, RF_KEY_USER, 0, "1001", 0},
    {{"run", {"-itu", "7", "id"}, NULL}, RF_KEY_USER, 0, "7", 1},
    {{"run", {"-it", "id"}, NULL}, RF_KEY_TTY, 0, "true", 1},
    {{"run", {"-ti", "id"}, NULL}, RF_KEY_INTERACTIVE, 0, "true", 1},
    {{"run", {"-t=false", "id"}, NULL}, RF_KEY_TTY, 0, "false", 1},
    {{"run", {"--init=false"}, NULL}, RF_KEY_INIT, 0, "false", 0},
    {{"run", {"--host", "id", "--user", "0"}, NULL}, RF_KEY_COMMAND, 2, "0", 3},
    {{"run", {"--host", "--", "--user", "0"}, NULL}, RF_KEY_COMMAND, 0, "--user", 2},
    {{"run", {"--host", "-", "x"}, NULL}, RF_KEY_COMMAND, 0, "-", 2},
    {{"run", {"--entrypoint", "a", "--entrypoint=b", "c"}, NULL}, RF_KEY_ENTRYPOINT, 0, "b", 1},
    {{"run", {"-v", "./a:/b", "-v./c:/d:ro"}, NULL}, RF_KEY_VOLUME, 1, "./c:/d:ro", 0},
    {{"run", {"-e", "TEST_RF_OWN", "-eTEST_RF_NONE", "-eA=b=c"}, NULL}, RF_KEY_ENV, 0, "TEST_RF_OWN=own", 0},
    {{"run", {"-e", "TEST_RF_NONE", "-eA=b=c"}, NULL}, RF_KEY_ENV, 0, "A=b=c", 0},
    {{"run", {"--security-opt", "no-new-privileges:true", "--cap-drop=ALL", "--rm", "x"}, NULL},
     RF_KEY_NO_NEW_PRIVILEGES,
     0,
     "true",
     1},
    {{"run", {"-h", "box", "x"}, NULL}, RF_KEY_HOSTNAME, 0, "box", 1},
    {{"exec", {"-it", "-u", "0", "name", "sh", "-c", "x"}, NULL}, RF_KEY_TTY, 0, "true", 4},
    {{"exec", {"name", "sh"}, NULL}, RF_KEY_COMMAND, 0, NULL, 2},
};

static int parse(const struct line *line, struct rf_posture *posture, struct rf_options *ret,
                 struct rf_err *err)
{
    const struct rf_verb *verb = rf_verb_find(line->verb);
    char *argv[WORDS_MAX] = {0};
    int argc = 0;
    int r;

    assert_non_null(verb);
    for (; argc < WORDS_MAX && line->words[argc]; argc++)
        argv[argc] = strdup(line->words[argc]);
    r = rf_options_parse(verb, argc, argv, posture, ret, err);
    for (int i = 0; i < argc; i++)
        free(argv[i]);
    return r;
}

static void refuses(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(wrong); i++) {
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_options options = {0};
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        if (parse(&wrong[i], &posture, &options, &err) >= 0)
            fail_msg("accepted %s %s", wrong[i].verb, wrong[i].words[0]);
        if (!strstr(err.msg, wrong[i].message))
            fail_msg("\"%s\" does not say \"%s\"", err.msg, wrong[i].message);
        assert_null(options.verb);
        rf_arena_done(&arena);
    }
}

static void accepts(void **state)
{
    (void)state;
    assert_int_equal(setenv("TEST_RF_OWN", "own", 1), 0);
    assert_int_equal(unsetenv("TEST_RF_NONE"), 0);
    for (size_t i = 0; i < RF_COUNT(right); i++) {
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_options options = {0};
        struct rf_err err = {0};
        const char *text;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        if (parse(&right[i].line, &posture, &options, &err) != 0)
            fail_msg("row %zu: %s", i, err.msg);
        text = rf_posture_text(&posture, right[i].key, right[i].index);
        if (!text != !right[i].text || (text && strcmp(text, right[i].text) != 0))
            fail_msg("row %zu: \"%s\", want \"%s\"", i, text ? text : "-", right[i].text);
        assert_int_equal(options.word_count, right[i].word_count);
        rf_arena_done(&arena);
    }
}

/* Actions, in words that outlive the parser. */
static void keeps_actions(void **state)
{
    char *argv[] = {"--explain", "--report=r.json", "-ff.yaml", "--host", "x"};
    char *text[] = {"--report=-", "--report-format=json", "--explain=json", "--help=false"};
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_options options;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    assert_int_equal(rf_options_parse(rf_verb_find("run"), 5, argv, &posture, &options, &err), 0);
    assert_string_equal(options.values[RF_ACTION_EXPLAIN], "text");
    assert_string_equal(options.values[RF_ACTION_REPORT], "r.json");
    assert_string_equal(options.values[RF_ACTION_FILE], "f.yaml");
    assert_null(options.values[RF_ACTION_HELP]);
    assert_true(rf_options_wants_json(&options));
    assert_int_equal(rf_options_posture(&options, &posture, &posture, &err), -ENOENT);
    options.values[RF_ACTION_REPORT] = ".json";
    assert_false(rf_options_wants_json(&options));
    assert_int_equal(rf_options_parse(rf_verb_find("run"), 4, text, &posture, &options, &err), 0);
    assert_string_equal(options.values[RF_ACTION_EXPLAIN], "json");
    assert_true(rf_options_wants_json(&options));
    assert_null(options.values[RF_ACTION_HELP]);
    rf_arena_done(&arena);
}

/* Where no word is a command's, options may stand anywhere in front of `--`. */
static void takes_options_behind_words(void **state)
{
    char *argv[] = {"a", "--json", "b", "--fail-on=high", "--", "--summary"};
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_options options;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    assert_int_equal(rf_options_parse(rf_verb_find("check"), 6, argv, &posture, &options, &err), 0);
    assert_int_equal(options.word_count, 3);
    assert_string_equal(options.words[0], "a");
    assert_string_equal(options.words[1], "b");
    assert_string_equal(options.words[2], "--summary");
    assert_non_null(options.values[RF_ACTION_JSON]);
    assert_string_equal(options.values[RF_ACTION_FAIL_ON], "high");
    assert_null(options.values[RF_ACTION_SUMMARY]);
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(takes_options_behind_words),
                                       cmocka_unit_test(refuses), cmocka_unit_test(accepts),
                                       cmocka_unit_test(keeps_actions)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
