#include "manifest/dockerfile.h"

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
    rf_arena_init(&arena, RF_IMAGE_ARENA_BYTES);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static struct rf_image read_with(const char *text, const struct rf_image_options *options)
{
    struct rf_image image = {0};
    struct rf_err err = {0};

    if (rf_image_read(rf_str_of(text), options, &arena, &image, &err) != 0)
        fail_msg("refused:\n%s\n%s", text, err.msg);
    return image;
}

static struct rf_image read_image(const char *text)
{
    static const struct rf_image_options none;

    return read_with(text, &none);
}

/* The final stage. */
static struct rf_image_stage stage_of(const char *text)
{
    return *read_image(text).target;
}

/* --- users --- */

/* Truth by docker 20.10: what `id -u` prints in a container of the image. */
static const struct {
    const char *text;
    const char *target;
    enum rf_image_root root;
} users[] = {
    {"FROM debian\nRUN id", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER 0", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER 0:0", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER root:root", "", RF_IMAGE_ROOT_YES},
    {"FROM golang AS build\nUSER 1000\nFROM debian\nCOPY --from=build /x /x", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nARG UID=0\nUSER ${UID}", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN useradd -o -u 0 app\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER 000", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER +0", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER 00:5", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER \"root\"", "", RF_IMAGE_ROOT_YES},
    {"FROM golang AS build\nUSER root\nFROM debian\nUSER 1000:1000", "", RF_IMAGE_ROOT_NO},
    {"FROM debian AS base\nUSER 1000\nFROM base\nRUN id", "", RF_IMAGE_ROOT_NO},
    {"FROM debian AS app\nUSER 1000\nFROM app AS debug\nUSER root", "app", RF_IMAGE_ROOT_NO},
    {"FROM debian AS app\nUSER 1000\nFROM app AS debug\nUSER root", "", RF_IMAGE_ROOT_YES},
    /* and what grows from these */
    {"FROM debian\nUSER -0", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER :5", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER '0'", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER 1000\nUSER root", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER root\nUSER 1000", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nENV U=0\nUSER $U:$U", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER ${UID:-0}", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nUSER ${UID:-1000}", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nUSER ${UID}", "", RF_IMAGE_ROOT_UNKNOWN},
    {"FROM debian\nARG UID\nUSER ${UID}", "", RF_IMAGE_ROOT_UNKNOWN},
    {"ARG UID=0\nFROM debian\nARG UID\nUSER ${UID}", "", RF_IMAGE_ROOT_YES},
    {"ARG UID=0\nFROM debian\nUSER ${UID:-7}", "", RF_IMAGE_ROOT_NO},
    {"FROM scratch\nCOPY x /", "", RF_IMAGE_ROOT_YES},
    {"FROM example.com/some/base", "", RF_IMAGE_ROOT_BASE},
    {"FROM example.com/some/base\nUSER app", "", RF_IMAGE_ROOT_UNKNOWN},
    {"FROM example.com/some/base\nUSER 65534", "", RF_IMAGE_ROOT_NO},
    {"FROM example.com/some/base\nUSER root", "", RF_IMAGE_ROOT_YES},
    {"FROM gcr.io/distroless/static:nonroot", "", RF_IMAGE_ROOT_NO},
    {"FROM gcr.io/distroless/static", "", RF_IMAGE_ROOT_YES},
    {"FROM node:20\nUSER node", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nRUN useradd app\nUSER app", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nRUN useradd -u $(id -u) -o app\nUSER app", "", RF_IMAGE_ROOT_UNKNOWN},
    {"FROM debian\nRUN useradd app && usermod -o -u 0 app\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN echo 'app:x:0:0::/:/bin/sh' >> /etc/passwd\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN echo 'app:x:1000:1000::/:/bin/sh' >> /etc/passwd\nUSER app", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nRUN printf 'a:x:1:1::/:\\napp:x:0:0::/:\\n' >>/etc/passwd\nUSER app", "",
     RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN cat >> /etc/passwd <<EOF\napp:x:0:0::/:\nEOF\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN <<EOF\nset -e\nuseradd -o --uid=0 app\nEOF\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN sh -c 'useradd -ou0 app'\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN [\"useradd\", \"-o\", \"-u\", \"0\", \"app\"]\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN [\"sh\", \"-ec\", \"useradd -o -u 0 app\"]\nUSER app", "", RF_IMAGE_ROOT_YES},
    {"FROM debian AS b\nRUN useradd -o -u 0 app\nFROM scratch\nCOPY --from=b /etc/passwd /etc/passwd\nUSER "
     "app",
     "", RF_IMAGE_ROOT_YES},
    {"FROM debian AS b\nONBUILD USER 0\nUSER 1000\nFROM b", "", RF_IMAGE_ROOT_YES},
    {"FROM debian\nRUN cat <<EOF\nUSER root\nEOF\nUSER 1000", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nUSER 1000 \\\n# USER root\n", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nUSER -5", "", RF_IMAGE_ROOT_NO},
    {"FROM debian\nUSER 4294967296", "", RF_IMAGE_ROOT_UNKNOWN},
};

static void tells_root_from_others(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(users); i++) {
        struct rf_image_options options = {.target = rf_str_of(users[i].target)};
        struct rf_image image = read_with(users[i].text, &options);

        assert_non_null(image.target);
        if (image.target->user.root != users[i].root)
            fail_msg("%s: root %d, want %d", users[i].text, image.target->user.root, users[i].root);
    }
}

static void takes_build_arguments(void **state)
{
    const struct rf_image_arg args[] = {{RF_STR("UID"), RF_STR("0"), RF_KNOWN},
                                        {RF_STR("BASE"), RF_STR("alpine:3"), RF_KNOWN},
                                        {RF_STR("NOT"), RF_STR("x"), RF_UNKNOWABLE}};
    const struct rf_image_options options = {
        .file = "d/Dockerfile", .args = args, .arg_count = RF_COUNT(args)};
    struct rf_image image =
        read_with("ARG BASE=debian\nFROM $BASE\nARG UID=1000\nENV A=$NOT\nARG NOT=y\nENV B=$NOT\n"
                  "USER $UID",
                  &options);
    const struct rf_image_stage *stage = image.target;

    (void)state;
    assert_true(rf_str_is(stage->base.value, "alpine:3"));
    assert_int_equal(stage->family, RF_IMAGE_ALPINE);
    assert_int_equal(stage->user.root, RF_IMAGE_ROOT_YES);
    assert_true(rf_str_is(stage->user.written, "$UID"));
    assert_true(rf_str_is(stage->user.text, "0"));
    assert_string_equal(stage->user.from.file, "d/Dockerfile");
    assert_int_equal(stage->user.from.line, 7);
    assert_int_equal(stage->user.from.column, 6);
    assert_int_equal(rf_image_find_env(&image, stage, RF_STR("A"))->value.from.known, RF_UNKNOWABLE);
    assert_int_equal(rf_image_find_env(&image, stage, RF_STR("B"))->value.from.known, RF_UNKNOWABLE);
    assert_true(rf_str_is(rf_image_find_env(&image, stage, RF_STR("B"))->value.value, "x"));
    assert_null(rf_image_find_env(&image, stage, RF_STR("UID")));
}

/* The homes of docs: made by the command, absent, and / for a number without an entry. */
static void finds_homes(void **state)
{
    static const struct {
        const char *text;
        const char *home;
        enum rf_known known;
        enum rf_image_answer is_there;
    } cases[] = {
        {"FROM debian:12\nRUN useradd -r --no-create-home ocr\nUSER ocr", "/home/ocr", RF_KNOWN,
         RF_IMAGE_UNKNOWN},
        {"FROM debian:12\nRUN adduser --system --no-create-home ocr\nUSER ocr", "/nonexistent", RF_KNOWN,
         RF_IMAGE_UNKNOWN},
        {"FROM debian:12\nUSER 1234", "/", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM debian:12\nUSER 1234:1234", "/", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM scratch\nUSER 5", "/", RF_KNOWN, RF_IMAGE_NO},
        {"FROM debian:12\nRUN useradd -m app\nUSER app", "/home/app", RF_KNOWN, RF_IMAGE_YES},
        {"FROM debian:12\nRUN useradd --create-home --home-dir /app -u 1000 app\nUSER 1000", "/app", RF_KNOWN,
         RF_IMAGE_YES},
        {"FROM debian:12\nRUN useradd -M -d / app\nUSER app", "/", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM debian:12\nRUN useradd -b /srv app\nUSER app", "/srv/app", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM debian:12\nRUN adduser --disabled-password --gecos '' app\nUSER app", "/home/app", RF_KNOWN,
         RF_IMAGE_YES},
        {"FROM ubuntu:22.04\nRUN adduser --system app\nUSER app", "/home/app", RF_KNOWN, RF_IMAGE_YES},
        {"FROM alpine\nRUN adduser -D app\nUSER app", "/home/app", RF_KNOWN, RF_IMAGE_YES},
        {"FROM alpine\nRUN adduser -S -H -h /x app\nUSER app", "/x", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM fedora\nRUN useradd app\nUSER app", "/home/app", RF_KNOWN, RF_IMAGE_YES},
        {"FROM fedora\nRUN adduser -r app\nUSER app", "/home/app", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM debian\nENV HOME=/h\nRUN useradd -m app\nUSER app", "/h", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM debian\nENV HOME=$X\nUSER 5", "", RF_UNKNOWABLE, RF_IMAGE_UNKNOWN},
        {"FROM debian", "/root", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM example.com/base", "/root", RF_UNKNOWABLE, RF_IMAGE_UNKNOWN},
        {"FROM example.com/base\nUSER app", "/", RF_UNKNOWABLE, RF_IMAGE_UNKNOWN},
        {"FROM node\nUSER node", "/home/node", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM node\nUSER 1000", "/home/node", RF_KNOWN, RF_IMAGE_UNKNOWN},
        {"FROM debian\nRUN useradd -m a && usermod -d /srv/a a\nUSER a", "/srv/a", RF_KNOWN,
         RF_IMAGE_UNKNOWN},
        {"FROM debian\nRUN useradd -d $X a\nUSER a", "/", RF_UNKNOWABLE, RF_IMAGE_UNKNOWN},
        {"FROM gcr.io/distroless/base:nonroot", "/home/nonroot", RF_KNOWN, RF_IMAGE_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_image_stage stage = stage_of(cases[i].text);
        struct rf_image_path_state home = {0};

        if (!rf_str_is(stage.user.home.value, cases[i].home) || stage.user.home.from.known != cases[i].known)
            fail_msg("%s: home \"%.*s\", known %d", cases[i].text, RF_FMT(stage.user.home.value),
                     stage.user.home.from.known);
        rf_image_find_path(&stage, stage.user.home.value, &home);
        if (home.is_there != cases[i].is_there)
            fail_msg("%s: is there %d", cases[i].text, home.is_there);
    }
}

static void reads_accounts(void **state)
{
    static const struct {
        const char *command;
        const char *name;
        int64_t uid; /* -1: not known; -2: no such user */
        int64_t gid;
    } cases[] = {
        {"useradd a", "a", -1, -1},
        {"useradd -u 7 a", "a", 7, 7},
        {"useradd --uid 7 --gid 8 -s /bin/sh -c 'x y' a", "a", 7, 8},
        {"groupadd -g 9 g && useradd -u7 -g g a", "a", 7, 9},
        {"groupadd --gid=9 g; useradd -rmu 7 -g g -G x,y a", "a", 7, 9},
        {"useradd -u 7 -g root a", "a", 7, 0},
        {"useradd -u 7 -N a", "a", 7, 100},
        {"useradd -u $X a", "a", -1, -1},
        {"/usr/sbin/useradd -u 7 a", "a", 7, 7},
        {"sudo -E useradd -u 7 a", "a", 7, 7},
        {"DEBIAN_FRONTEND=x useradd -u 7 a", "a", 7, 7},
        {"id a || useradd -u 7 a", "a", 7, 7},
        {"if ! id a; then useradd -u 7 a; fi", "a", 7, 7},
        {"U=7; useradd -u $U a", "a", 7, 7},
        {"export U=7 && useradd -u \"${U}\" a", "a", 7, 7},
        {"addgroup --gid 9 g && adduser --uid 7 --ingroup g --disabled-login a", "a", 7, 9},
        {"adduser --system --uid 7 a", "a", 7, 65534},
        {"adduser --system --group --uid 7 a", "a", 7, 7},
        {"adduser a b", "a", -2, 0},
        {"useradd -u 7 a && userdel a", "a", -2, 0},
        {"useradd -u 7 a && usermod -l b a", "b", 7, 7},
        {"useradd -u 7 a && usermod -l b a", "a", -2, 0},
        {"useradd -u 7 a && usermod -u 8 -g 9 a", "a", 8, 9},
        {"echo useradd a", "a", -2, 0},
        {"x=$(useradd -u 7 a)", "a", 7, 7},
        {"(useradd -u 7 a)", "a", 7, 7},
        {"bash -exo pipefail -c \"useradd -u 7 a\"", "a", 7, 7},
        {"su - root -c 'useradd -u 7 a'", "a", 7, 7},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        char text[256];
        struct rf_image_stage stage;
        const struct rf_image_account *account;

        (void)snprintf(text, sizeof(text), "FROM debian\nRUN %s\n", cases[i].command);
        stage = stage_of(text);
        account = rf_image_find_user(&stage, rf_str_of(cases[i].name), 0);
        if (!account != (cases[i].uid == -2))
            fail_msg("%s: %s", cases[i].command, account ? "found" : "not found");
        if (!account)
            continue;
        if ((account->has_id ? (int64_t)account->id : -1) != cases[i].uid ||
            (account->has_gid ? (int64_t)account->gid : -1) != cases[i].gid)
            fail_msg("%s: uid %u, gid %u", cases[i].command, account->id, account->gid);
        assert_int_equal(account->from.line, 2);
    }
}

static void finds_the_account_of_a_number(void **state)
{
    struct rf_image_stage stage =
        stage_of("FROM debian\nRUN useradd -u 7 a && useradd -o -u 7 b && useradd -u 8 c && "
                 "usermod -u 9 c");

    (void)state;
    assert_true(rf_str_is(rf_image_find_user(&stage, RF_STR(""), 7)->name, "a"));
    assert_true(rf_str_is(rf_image_find_user(&stage, RF_STR(""), 9)->name, "c"));
    assert_null(rf_image_find_user(&stage, RF_STR(""), 8));
    assert_true(rf_str_is(rf_image_find_user(&stage, RF_STR(""), 0)->name, "root"));
}

/* --- variables --- */

static void scopes_variables(void **state)
{
    static const struct {
        const char *text;
        const char *value; /* of ENV X; NULL: none */
        enum rf_known known;
    } cases[] = {
        {"FROM a\nENV X=1", "1", RF_KNOWN},
        {"FROM a\nENV X=1\nENV X=2", "2", RF_KNOWN},
        {"FROM a\nENV A=1\nENV A=2 X=$A", "1", RF_KNOWN},
        {"FROM a\nENV A=1 X=$A", "", RF_UNKNOWABLE},
        {"FROM scratch\nENV A=1 X=$A", "", RF_KNOWN},
        {"FROM a\nENV X=$PATH:/x", ":/x", RF_UNKNOWABLE},
        {"FROM a\nENV X \"a b\" c", "a b c", RF_KNOWN},
        {"FROM a\nENV X='$A'", "$A", RF_KNOWN},
        {"ARG A=1\nFROM a\nENV X=$A", "", RF_UNKNOWABLE},
        {"ARG A=1\nFROM a\nARG A\nENV X=$A", "1", RF_KNOWN},
        {"ARG A=1\nFROM a\nARG A=2\nENV X=$A", "2", RF_KNOWN},
        {"ARG A=1\nARG B=$A$A\nFROM a\nARG B\nENV X=$B", "11", RF_KNOWN},
        {"FROM a\nARG A=1 B=$A\nENV X=$B", "1", RF_KNOWN},
        {"FROM a\nARG A\nENV X=${A:-3}", "3", RF_KNOWN},
        {"FROM a\nENV A=1\nARG A=2\nENV X=$A", "2", RF_KNOWN},
        {"FROM a\nARG A=2\nENV A=1\nENV X=$A", "1", RF_KNOWN},
        {"FROM a\nARG X=1", NULL, RF_UNSET},
        {"FROM a AS b\nENV X=1\nFROM b", "1", RF_KNOWN},
        {"FROM a AS b\nARG A=1\nFROM b\nENV X=$A", "1", RF_KNOWN},
        {"FROM a AS b\nENV X=1\nFROM a", NULL, RF_UNSET},
        {"FROM a AS b\nENV X=1\nFROM b AS c\nENV X=2\nFROM b", "1", RF_KNOWN},
        {"FROM a\nARG TARGETARCH\nENV X=$TARGETARCH", "amd64", RF_UNKNOWABLE},
        {"FROM a\nENV X=$TARGETARCH", "", RF_UNKNOWABLE},
        {"FROM a\nENV X=${A:?}", "${A:?}", RF_UNKNOWABLE},
        {"# escape=`\nFROM a\nENV X=c:\\x`$y", "c:\\x$y", RF_KNOWN},
        {"FROM a AS b\nONBUILD ENV X=1\nFROM b", "1", RF_KNOWN},
        {"FROM a AS b\nONBUILD ENV X=1", NULL, RF_UNSET},
        {"FROM a AS b\nONBUILD ENV X=1\nFROM b AS c\nFROM c", "1", RF_KNOWN},
        {"FROM golang\n", NULL, RF_UNSET},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_image image = read_image(cases[i].text);
        const struct rf_image_var *var = rf_image_find_env(&image, image.target, RF_STR("X"));

        if (!var != !cases[i].value)
            fail_msg("%s: %s", cases[i].text, var ? "is set" : "is not set");
        if (var && (!rf_str_is(var->value.value, cases[i].value) || var->value.from.known != cases[i].known))
            fail_msg("%s: \"%.*s\", known %d", cases[i].text, RF_FMT(var->value.value),
                     var->value.from.known);
    }
}

static void tells_problems_and_goes_on(void **state)
{
    struct rf_image image =
        read_image("FROM debian\nENV A=${B:?no-B} C=${D^}\nHEALTHCHECK --interval=x CMD y\nUSER 5");

    (void)state;
    assert_int_equal(image.problem_count, 3);
    assert_int_equal(image.problems[0].from.line, 2);
    assert_int_equal(image.problems[0].from.column, 7);
    assert_non_null(strstr(image.problems[0].text, "no-B"));
    assert_int_equal(image.problems[2].from.line, 3);
    assert_int_equal(image.target->user.root, RF_IMAGE_ROOT_NO);
}

/* A part of a file, a broken one, a template: what can be told is told. */
static void survives_what_no_builder_takes(void **state)
{
    static const struct {
        const char *text;
        const char *problem;
        uint32_t line;
        uint32_t stages;
        bool is_template;
        enum rf_image_root root;
    } cases[] = {
        {"RUN x\nUSER 5", "before the first FROM", 1, 1, false, RF_IMAGE_ROOT_NO},
        {"ARG A=5\nENV B=1\nFROM debian\nUSER $A", "before the first FROM", 2, 2, false,
         RF_IMAGE_ROOT_UNKNOWN},
        {"ARG A=5", "without FROM", 1, 1, false, RF_IMAGE_ROOT_BASE},
        {"FROM debian\nCOOPY a b\nUSER 5", "did you mean COPY", 2, 1, false, RF_IMAGE_ROOT_NO},
        {"FROM debian\nENV \\\n  =5\nUSER 5", "a name is empty", 3, 1, false, RF_IMAGE_ROOT_NO},
        {"FROM debian\nUSER\nUSER 5", "want a user", 2, 1, false, RF_IMAGE_ROOT_NO},
        {"FROM debian AS a/b\nUSER 5\nFROM a/b", "name of a stage", 1, 2, false, RF_IMAGE_ROOT_NO},
        {"FROM debian\n{{ if }}\nUSER 5", "unknown instruction", 2, 1, true, RF_IMAGE_ROOT_NO},
        {"FROM {{base}}\nUSER 5", NULL, 0, 1, true, RF_IMAGE_ROOT_NO},
        {"FROM {{ base }}\nUSER 5", "FROM: want", 1, 1, true, RF_IMAGE_ROOT_NO},
        {"FROM debian\nRUN sed 's/{{a}}/b/'\nUSER 5", NULL, 0, 1, false, RF_IMAGE_ROOT_NO},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_image image = read_image(cases[i].text);

        if (!cases[i].problem != (image.problem_count == 0))
            fail_msg("%s: %u problems", cases[i].text, image.problem_count);
        if (cases[i].problem &&
            (!strstr(image.problems[0].text, cases[i].problem) || !image.problems[0].is_refusal ||
             image.problems[0].from.line != cases[i].line))
            fail_msg("%s: line %u: %s", cases[i].text, image.problems[0].from.line, image.problems[0].text);
        if (image.stage_count != cases[i].stages || image.is_template != cases[i].is_template ||
            image.target->user.root != cases[i].root)
            fail_msg("%s: %u stages, template %d, root %d", cases[i].text, image.stage_count,
                     image.is_template, image.target->user.root);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(tells_root_from_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(takes_build_arguments, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_homes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_accounts, set_up, tear_down),
        cmocka_unit_test_setup_teardown(finds_the_account_of_a_number, set_up, tear_down),
        cmocka_unit_test_setup_teardown(scopes_variables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_problems_and_goes_on, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_what_no_builder_takes, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
