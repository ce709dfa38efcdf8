/* What the instructions of a Dockerfile do to the image: paths, packages, programs, configuration. */
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

static struct rf_image read_image(const char *text)
{
    static const struct rf_image_options none;
    struct rf_image image = {0};
    struct rf_err err = {0};

    if (rf_image_read(rf_str_of(text), &none, &arena, &image, &err) != 0)
        fail_msg("refused:\n%s\n%s", text, err.msg);
    return image;
}

/* --- paths --- */

static const struct {
    const char *text; /* behind FROM debian */
    const char *path;
    enum rf_image_answer is_there;
    int64_t uid; /* -1: not known */
    int64_t gid;
    int64_t mode;
} paths[] = {
    {"RUN mkdir /d", "/d", RF_IMAGE_YES, 0, 0, -1},
    {"RUN mkdir -p /d/e/f", "/d/e", RF_IMAGE_YES, 0, 0, -1},
    {"RUN mkdir -p /d//e/../f/", "/d/f", RF_IMAGE_YES, 0, 0, -1},
    {"RUN mkdir -p /d", "/d/x", RF_IMAGE_UNKNOWN, -1, -1, -1},
    {"RUN mkdir -m 0700 /d", "/d", RF_IMAGE_YES, 0, 0, 0700},
    {"RUN mkdir -pm700 /d", "/d", RF_IMAGE_YES, 0, 0, 0700},
    {"RUN mkdir /d && chown 5:6 /d", "/d", RF_IMAGE_YES, 5, 6, -1},
    {"RUN mkdir /d && chown -R 5 /d", "/d", RF_IMAGE_YES, 5, 0, -1},
    {"RUN mkdir -p /d/e && chown -R 5:6 /d", "/d/e", RF_IMAGE_YES, 5, 6, -1},
    {"RUN mkdir -p /d/e && chown 5:6 /d", "/d/e", RF_IMAGE_YES, 0, 0, -1},
    {"RUN mkdir /d && chown -R 5:6 /d && mkdir /d/e", "/d/e", RF_IMAGE_YES, 0, 0, -1},
    {"RUN mkdir /d && chgrp 6 /d", "/d", RF_IMAGE_YES, 0, 6, -1},
    {"RUN mkdir /d && chmod 2750 /d", "/d", RF_IMAGE_YES, 0, 0, 02750},
    {"RUN mkdir /d && chmod -R g+rwX /d", "/d", RF_IMAGE_YES, 0, 0, -1},
    {"RUN mkdir -m 700 /d && chmod u+x /d", "/d", RF_IMAGE_YES, 0, 0, -1},
    {"RUN install -d -o 5 -g 6 -m 0750 /d /e", "/e", RF_IMAGE_YES, 5, 6, 0750},
    {"RUN install -D -m 755 a /usr/bin/x", "/usr/bin/x", RF_IMAGE_YES, 0, 0, 0755},
    {"RUN useradd -u 7 a && mkdir /d && chown a:a /d", "/d", RF_IMAGE_YES, 7, -1, -1},
    {"RUN useradd -u 7 a && mkdir /d && chown a: /d", "/d", RF_IMAGE_YES, 7, 7, -1},
    {"RUN groupadd -g 8 g && useradd -u 7 -g g a && mkdir /d && chown a:g /d", "/d", RF_IMAGE_YES, 7, 8, -1},
    {"RUN mkdir /d && chown $U /d", "/d", RF_IMAGE_YES, -1, -1, -1},
    {"RUN mkdir /d && chown --reference=/x /d", "/d", RF_IMAGE_YES, -1, -1, -1},
    {"RUN mkdir /d && rm -rf /d", "/d", RF_IMAGE_NO, -1, -1, -1},
    {"RUN mkdir -p /d/e && rm -rf /d", "/d/e", RF_IMAGE_NO, -1, -1, -1},
    {"RUN mkdir /d && rm -rf /d && mkdir /d", "/d", RF_IMAGE_YES, 0, 0, -1},
    {"RUN rm -rf /d/*", "/d", RF_IMAGE_UNKNOWN, -1, -1, -1},
    {"RUN [ -d /d ] || mkdir /d", "/d", RF_IMAGE_UNKNOWN, 0, 0, -1},
    {"RUN mkdir $X/d", "/d", RF_IMAGE_UNKNOWN, -1, -1, -1},
    {"ARG X=/x\nRUN mkdir $X/d", "/x/d", RF_IMAGE_YES, 0, 0, -1},
    {"RUN cd /x && mkdir d", "/x/d", RF_IMAGE_YES, 0, 0, -1},
    {"RUN (cd /x && mkdir d); mkdir /e", "/x/d", RF_IMAGE_YES, 0, 0, -1},
    {"WORKDIR /w\nRUN (cd /x; mkdir d); mkdir e", "/w/e", RF_IMAGE_YES, 0, 0, -1},
    {"WORKDIR /w\nRUN mkdir d", "/w/d", RF_IMAGE_YES, 0, 0, -1},
    {"WORKDIR /w\nWORKDIR v", "/w/v", RF_IMAGE_YES, 0, 0, -1},
    {"USER 5:6\nRUN mkdir /tmp/d", "/tmp/d", RF_IMAGE_YES, 5, 6, -1},
    {"USER 5\nRUN mkdir /tmp/d", "/tmp/d", RF_IMAGE_YES, 5, 0, -1},
    {"USER 5\nRUN sudo mkdir /d", "/d", RF_IMAGE_YES, 0, 0, -1},
    {"USER 5\nWORKDIR /w", "/w", RF_IMAGE_YES, -1, -1, -1},
    {"RUN mkdir ~/x", "/root/x", RF_IMAGE_YES, 0, 0, -1},
    {"RUN echo x > /f", "/f", RF_IMAGE_YES, 0, 0, -1},
    {"RUN echo x >/dev/null", "/dev/null", RF_IMAGE_UNKNOWN, -1, -1, -1},
    {"RUN curl -fsSLo /f https://x", "/f", RF_IMAGE_YES, 0, 0, -1},
    {"RUN wget -qO- https://x && wget -O /f https://x", "/f", RF_IMAGE_YES, 0, 0, -1},
    {"RUN ln -sf /a /b", "/b", RF_IMAGE_YES, 0, 0, -1},
    {"RUN cp -r /a /b", "/b", RF_IMAGE_YES, 0, 0, -1},
    {"COPY a /d/", "/d", RF_IMAGE_YES, 0, 0, -1},
    {"COPY a /d/", "/d/a", RF_IMAGE_UNKNOWN, 0, 0, -1},
    {"USER 5\nCOPY a /d/", "/d", RF_IMAGE_YES, 0, 0, -1},
    {"COPY --chown=5:6 a /d", "/d", RF_IMAGE_YES, 5, 6, -1},
    {"COPY --chown=5 a /d", "/d", RF_IMAGE_YES, 5, 5, -1},
    {"RUN useradd -u 7 -g 9 a\nCOPY --chown=a a /d", "/d", RF_IMAGE_YES, 7, 9, -1},
    {"COPY --chmod=0640 a /d", "/d", RF_IMAGE_YES, 0, 0, 0640},
    {"WORKDIR /w\nCOPY . .", "/w", RF_IMAGE_YES, 0, 0, -1},
    {"WORKDIR /w\nCOPY . ./x/", "/w/x", RF_IMAGE_YES, 0, 0, -1},
    {"COPY . /d\nRUN chown -R 5:6 /d", "/d/x", RF_IMAGE_UNKNOWN, 5, 6, -1},
    {"VOLUME /d", "/d", RF_IMAGE_UNKNOWN, -1, -1, -1},
    {"RUN useradd -m -u 7 a", "/home/a", RF_IMAGE_YES, 7, 7, -1},
    {"SHELL [\"powershell\"]\nRUN mkdir /d", "/d", RF_IMAGE_UNKNOWN, -1, -1, -1},
};

static void knows_whose_a_path_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(paths); i++) {
        struct rf_image_path_state found;
        char text[256];

        (void)snprintf(text, sizeof(text), "FROM debian\n%s\n", paths[i].text);
        rf_image_find_path(read_image(text).target, rf_str_of(paths[i].path), &found);
        if (found.is_there != paths[i].is_there)
            fail_msg("%s: %s is there: %d", paths[i].text, paths[i].path, found.is_there);
        if ((found.owner.has_uid ? (int64_t)found.owner.uid : -1) != paths[i].uid ||
            (found.owner.has_gid ? (int64_t)found.owner.gid : -1) != paths[i].gid ||
            (found.has_mode ? (int64_t)found.mode : -1) != paths[i].mode)
            fail_msg("%s: %d:%d, mode %d%04o", paths[i].text, found.owner.has_uid ? (int)found.owner.uid : -1,
                     found.owner.has_gid ? (int)found.owner.gid : -1, found.has_mode, found.mode);
    }
}

static void orders_volumes_and_owners(void **state)
{
    struct rf_image image = read_image("FROM debian\nVOLUME /d\nRUN chown 5 /d\nVOLUME [\"/e\", \"$NO/f\"]");
    const struct rf_image_path *entry = image.target->paths;

    (void)state;
    assert_int_equal(entry->kind, RF_IMAGE_VOLUME);
    assert_false(entry->is_known);
    entry = entry->prev;
    assert_true(rf_str_is(entry->path, "/e"));
    assert_int_equal(entry->from.column, 9);
    entry = entry->prev;
    assert_int_equal(entry->kind, RF_IMAGE_OWNER);
    assert_int_equal(entry->prev->kind, RF_IMAGE_VOLUME);
    assert_true(entry->order > entry->prev->order);
}

static void knows_that_scratch_is_empty(void **state)
{
    struct rf_image image = read_image("FROM scratch\nCOPY a /a");
    struct rf_image_path_state found;

    (void)state;
    rf_image_find_path(image.target, RF_STR("/tmp"), &found);
    assert_int_equal(found.is_there, RF_IMAGE_NO);
}

/* --- software --- */

static void lists_packages(void **state)
{
    static const struct {
        const char *command;
        const char *name; /* of the newest; NULL: none at all */
        const char *version;
        enum rf_image_manager manager;
        bool is_gone;
    } cases[] = {
        {"apt-get update", NULL, "", RF_IMAGE_APT, false},
        {"apt-get update && apt-get install -y --no-install-recommends curl", "curl", "", RF_IMAGE_APT,
         false},
        {"apt-get -o X=y -qq install curl=7.88.1-10", "curl", "=7.88.1-10", RF_IMAGE_APT, false},
        {"apt install -t bookworm-backports libc6:amd64", "libc6", "", RF_IMAGE_APT, false},
        {"apt-get install $X", "", "", RF_IMAGE_APT, false},
        {"apt-get purge -y curl", "curl", "", RF_IMAGE_APT, true},
        {"apk add --no-cache curl~=8", "curl", "~=8", RF_IMAGE_APK, false},
        {"apk add --virtual .deps gcc", "gcc", "", RF_IMAGE_APK, false},
        {"apk del .deps", ".deps", "", RF_IMAGE_APK, true},
        {"dnf -y install curl", "curl", "", RF_IMAGE_DNF, false},
        {"microdnf install -y --setopt=x=0 curl", "curl", "", RF_IMAGE_DNF, false},
        {"zypper -n in curl", "curl", "", RF_IMAGE_DNF, false},
        {"pip install --no-cache-dir 'torch==2.1'", "torch", "==2.1", RF_IMAGE_PIP, false},
        {"pip3 install -U uvicorn[standard]>=0.2", "uvicorn", "", RF_IMAGE_PIP, false},
        {"pip install -r requirements.txt", "requirements.txt", "", RF_IMAGE_PIP, false},
        {"python3 -m pip install x[y]==1", "x", "==1", RF_IMAGE_PIP, false},
        {"uv pip install --system x", "x", "", RF_IMAGE_PIP, false},
        {"npm install -g pm2@5", "pm2", "@5", RF_IMAGE_NPM, false},
        {"npm i @a/b@1 --global", "@a/b", "@1", RF_IMAGE_NPM, false},
        {"npm install", NULL, "", RF_IMAGE_NPM, false},
        {"npm install x", NULL, "", RF_IMAGE_NPM, false},
        {"yarn global add x", "x", "", RF_IMAGE_NPM, false},
        {"conda install -y -c conda-forge x=1", "x", "=1", RF_IMAGE_CONDA, false},
        {"gem install rails", "rails", "", RF_IMAGE_GEM, false},
        {"python3 setup.py install", NULL, "", RF_IMAGE_PIP, false},
        {"echo apt-get install x", NULL, "", RF_IMAGE_APT, false},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        const struct rf_image_package *package;
        char text[256];

        (void)snprintf(text, sizeof(text), "FROM example.com/x\nRUN %s\n", cases[i].command);
        package = read_image(text).target->packages;
        if (!package != !cases[i].name)
            fail_msg("%s: %s", cases[i].command, package ? "a package" : "no package");
        if (!package)
            continue;
        if (!rf_str_is(package->name, cases[i].name) || !rf_str_is(package->version, cases[i].version) ||
            package->manager != cases[i].manager || package->is_gone != cases[i].is_gone)
            fail_msg("%s: \"%.*s\" \"%.*s\" of %d", cases[i].command, RF_FMT(package->name),
                     RF_FMT(package->version), package->manager);
    }
}

static void knows_which_programs_are_there(void **state)
{
    static const struct {
        const char *text;
        const char *program;
        enum rf_image_answer answer;
    } cases[] = {
        {"FROM debian", "curl", RF_IMAGE_NO},
        {"FROM debian", "sh", RF_IMAGE_YES},
        {"FROM debian", "xyz", RF_IMAGE_UNKNOWN},
        {"FROM debian\nRUN apt-get install -y curl", "curl", RF_IMAGE_YES},
        {"FROM debian\nRUN apt-get install -y curl && apt-get purge -y curl", "curl", RF_IMAGE_NO},
        {"FROM debian AS b\nRUN apt-get install -y curl\nFROM debian", "curl", RF_IMAGE_NO},
        {"FROM debian AS b\nRUN apt-get install -y curl\nFROM b", "curl", RF_IMAGE_YES},
        {"FROM debian\nRUN apt-get install -y netcat-openbsd", "nc", RF_IMAGE_YES},
        {"FROM debian\nRUN apt-get install -y postgresql-client", "pg_isready", RF_IMAGE_YES},
        {"FROM python:3.11-slim", "curl", RF_IMAGE_NO},
        {"FROM python:3.11-slim", "python", RF_IMAGE_YES},
        {"FROM python:3.11", "curl", RF_IMAGE_YES},
        {"FROM docker.io/library/python:3-alpine@sha256:0", "wget", RF_IMAGE_YES},
        {"FROM alpine", "curl", RF_IMAGE_NO},
        {"FROM example.com/x", "curl", RF_IMAGE_UNKNOWN},
        {"FROM scratch", "curl", RF_IMAGE_NO},
        {"FROM scratch\nCOPY curl /usr/bin/", "curl", RF_IMAGE_YES},
        {"FROM scratch\nCOPY --from=x /a/b /usr/local/bin/curl", "curl", RF_IMAGE_YES},
        {"FROM scratch\nCOPY --from=x /rootfs /", "curl", RF_IMAGE_UNKNOWN},
        {"FROM gcr.io/distroless/static", "curl", RF_IMAGE_NO},
        {"FROM debian\nRUN ln -s /x /usr/bin/curl", "curl", RF_IMAGE_YES},
        {"FROM debian\nRUN eval $X", "curl", RF_IMAGE_UNKNOWN},
        {"FROM debian\nRUN pip install supervisor", "supervisord", RF_IMAGE_YES},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_image image = read_image(cases[i].text);

        if (rf_image_has_program(image.target, rf_str_of(cases[i].program)) != cases[i].answer)
            fail_msg("%s: %s: not %d", cases[i].text, cases[i].program, cases[i].answer);
    }
}

/* --- configuration --- */

static void reads_the_health_check(void **state)
{
    struct rf_image image =
        read_image("FROM debian AS b\nHEALTHCHECK --interval=1m30s --timeout=500ms --start-period=2h "
                   "--retries=7 CMD curl -f http://localhost:8000/ || exit 1\nFROM b AS c\n"
                   "HEALTHCHECK CMD [\"a\", \"b c\"]\nFROM b AS d\nHEALTHCHECK NONE\nFROM debian\n"
                   "FROM b");
    const struct rf_image_health *health = &image.stages[0].health;
    const struct rf_image_command *command = image.stages[0].commands;

    (void)state;
    assert_int_equal(health->kind, RF_IMAGE_HEALTH_CMD);
    assert_true(health->command.is_shell);
    assert_int_equal(health->interval_ms.value, 90000);
    assert_int_equal(health->timeout_ms.value, 500);
    assert_int_equal(health->start_period_ms.value, 7200000);
    assert_int_equal(health->start_interval_ms.from.known, RF_UNSET);
    assert_int_equal(health->retries.value, 7);
    assert_int_equal(health->from.line, 2);
    assert_true(rf_str_is(command->words[0].text, "exit"));
    assert_true(rf_str_is(command->prev->words[0].text, "curl"));
    assert_int_equal(command->prev->instruction, RF_DF_HEALTHCHECK);
    assert_true(command->prev->is_first && !command->is_first);
    assert_int_equal(image.stages[1].health.command.count, 2);
    assert_false(image.stages[1].health.command.is_shell);
    assert_int_equal(image.stages[2].health.kind, RF_IMAGE_HEALTH_NONE);
    assert_int_equal(image.stages[2].health.from.known, RF_KNOWN);
    assert_int_equal(image.stages[3].health.from.known, RF_UNSET);
    assert_int_equal(image.stages[4].health.retries.value, 7);
}

static void reads_configuration(void **state)
{
    struct rf_image image =
        read_image("ARG P=90\nFROM --platform=linux/arm64 debian:12 AS Base\nARG P\n"
                   "EXPOSE 80 $P-95/udp x $NO\nENTRYPOINT [\"tini\", \"--\", \"/app\"]\nCMD a $b\n"
                   "SHELL [\"/bin/bash\", \"-c\"]\nSTOPSIGNAL SIGQUIT\nWORKDIR $NO\nFROM base\n"
                   "ENTRYPOINT x\n");
    const struct rf_image_stage *stage = &image.stages[0];
    const struct rf_image_port *port = stage->ports;

    (void)state;
    assert_true(rf_str_is(stage->platform.value, "linux/arm64"));
    assert_true(rf_image_find_stage(&image, RF_STR("BASE")) == stage);
    assert_true(rf_image_find_stage(&image, RF_STR("0")) == stage);
    assert_null(rf_image_find_stage(&image, RF_STR("2")));
    assert_null(rf_image_find_stage(&image, RF_STR("nope")));
    assert_int_equal(port->first, 0);
    assert_int_equal(port->text.from.known, RF_UNKNOWABLE);
    assert_int_equal(port->prev->first, 0);
    port = port->prev->prev;
    assert_true(port->first == 90 && port->last == 95 && port->is_udp);
    assert_true(port->prev->first == 80 && port->prev->last == 80 && !port->prev->is_udp &&
                !port->prev->prev);
    assert_int_equal(stage->entrypoint.count, 3);
    assert_true(stage->command.is_shell);
    assert_true(rf_str_is(stage->command.items[0].value, "a $b"));
    assert_true(rf_str_is(stage->shell.items[0].value, "/bin/bash"));
    assert_true(rf_str_is(stage->stop_signal.value, "SIGQUIT"));
    assert_int_equal(stage->workdir.from.known, RF_UNKNOWABLE);
    assert_true(image.target->parent == stage);
    assert_int_equal(image.target->command.from.known, RF_UNSET);
    assert_true(rf_str_is(image.target->stop_signal.value, "SIGQUIT"));
}

static void notes_commands_with_places(void **state)
{
    static const char text[] =
        "FROM debian\nRUN set -e; \\\n  # c\n  curl -fsSL https://x | sudo -u app bash -s \\\n"
        "  && sh -c \"$(wget -qO- y)\"\nRUN <<EOF\napt-get update\nsudo apt-get install x\nEOF\n";
    struct rf_image image = read_image(text);
    const struct rf_image_command *command = image.target->commands;

    (void)state;
    assert_true(rf_str_is(command->words[0].text, "apt-get") && command->has_sudo);
    assert_true(rf_str_is(command->user, "root"));
    assert_int_equal(command->from.line, 8);
    assert_int_equal(command->from.column, 1);
    command = command->prev;
    assert_int_equal(command->from.line, 7);
    assert_true(command->is_first);
    command = command->prev;
    assert_true(rf_str_is(command->words[0].text, "sh") && command->has_substitution);
    assert_false(command->words[2].is_known);
    command = command->prev;
    assert_true(rf_str_is(command->words[0].text, "wget") && command->is_substituted);
    command = command->prev;
    assert_true(rf_str_is(command->words[0].text, "bash") && command->join == RF_SH_PIPE);
    assert_true(rf_str_is(command->user, "app") && command->has_sudo);
    command = command->prev;
    assert_true(rf_str_is(command->words[0].text, "curl"));
    assert_int_equal(command->from.line, 4);
    assert_int_equal(command->from.column, 3);
    assert_memory_equal(text + command->from.start, "curl -fsSL https://x", 20);
    assert_int_equal(command->from.end - command->from.start, 20);
    command = command->prev;
    assert_true(rf_str_is(command->words[0].text, "set") && !command->prev);
}

static void notes_copies(void **state)
{
    struct rf_image image =
        read_image("FROM debian AS b\nFROM debian\nCOPY --from=b a \"c d\" /x/\n"
                   "ADD --chmod=$M https://x/y.tgz z\nCOPY --from=nginx:1 a b\nCOPY --from=0 a /");
    const struct rf_image_copy *copy = image.target->copies;

    (void)state;
    assert_true(copy->from_stage == &image.stages[0]);
    copy = copy->prev;
    assert_true(rf_str_is(copy->from_image.value, "nginx:1") && !copy->from_stage);
    copy = copy->prev;
    assert_true(copy->is_add);
    assert_true(rf_str_is(copy->sources[0].value, "https://x/y.tgz"));
    assert_true(rf_str_is(copy->destination.value, "/z"));
    assert_int_equal(copy->destination.from.known, RF_KNOWN);
    assert_int_equal(copy->chmod.from.known, RF_UNKNOWABLE);
    copy = copy->prev;
    assert_true(copy->from_stage == &image.stages[0]);
    assert_int_equal(copy->source_count, 3);
    assert_true(rf_str_is(copy->destination.value, "/x/"));
    assert_null(copy->prev);
}

static const struct rf_image_base *find_base(void *data, struct rf_str reference)
{
    static const char *const env[] = {"PATH=/b", "X=1", NULL};
    static const struct rf_image_base base = {.family = RF_IMAGE_ALPINE,
                                              .user = "app:app",
                                              .workdir = "/srv",
                                              .passwd = "app:x:0:0::/srv:/bin/sh\n",
                                              .is_passwd_whole = true,
                                              .has = "curl",
                                              .lacks = "*",
                                              .env = env};

    *(int *)data += 1;
    return rf_str_is(reference, "example.com/x:1") ? &base : NULL;
}

static void asks_for_base_images(void **state)
{
    int asked = 0;
    const struct rf_image_options options = {.find_base = find_base, .data = &asked};
    struct rf_image image;
    struct rf_err err;

    (void)state;
    assert_int_equal(
        rf_image_read(RF_STR("FROM example.com/x:1\nENV Y=$X\nCOPY a b\nFROM debian\nFROM scratch"), &options,
                      &arena, &image, &err),
        0);
    assert_int_equal(asked, 2);
    assert_int_equal(image.stages[0].user.root, RF_IMAGE_ROOT_YES);
    assert_true(rf_str_is(image.stages[0].user.home.value, "/srv"));
    assert_true(rf_str_is(rf_image_find_env(&image, &image.stages[0], RF_STR("Y"))->value.value, "1"));
    assert_true(rf_str_is(image.stages[0].copies->destination.value, "/srv/b"));
    assert_int_equal(rf_image_has_program(&image.stages[0], RF_STR("curl")), RF_IMAGE_YES);
    assert_int_equal(rf_image_has_program(&image.stages[0], RF_STR("wget")), RF_IMAGE_NO);
    assert_int_equal(image.stages[1].family, RF_IMAGE_DEBIAN);
}

/* --- limits --- */

static void limits_everything(void **state)
{
    static const struct {
        const char *text;
        size_t count;
        const char *why;
    } cases[] = {
        {"FROM a\n", RF_IMAGE_STAGES - 1, "512:1: more than 512 stages"},
        {"RUN useradd a\n", RF_IMAGE_ACCOUNTS + 1, "more than 1024 users"},
        {"VOLUME a a a a a a a a\nEXPOSE 1 1 1 1 1\n", 4095, NULL},
        {"RUN touch a a a a a a a a a a a a a a a a\n", 8191, "more than 65536 effects"},
        {"ENV A=$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$A$Axx\n", 8191, NULL},
    };
    static const struct rf_image_options none;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        size_t len = strlen(cases[i].text);
        struct rf_image image;
        struct rf_err err = {0};
        char *text;
        int code;

        (void)tear_down(NULL);
        (void)set_up(NULL);
        text = rf_arena_alloc(&arena, 8 + len * cases[i].count);
        assert_non_null(text);
        memcpy(text, "FROM a\n", 7);
        for (size_t n = 0; n < cases[i].count; n++)
            memcpy(text + 7 + n * len, cases[i].text, len);
        code = rf_image_read(rf_str_of(text), &none, &arena, &image, &err);
        if (cases[i].why ? code != -E2BIG || !strstr(err.msg, cases[i].why) : code != 0)
            fail_msg("%zu times %s: %d: %s", cases[i].count, cases[i].text, code, err.msg);
    }
}

static void survives_a_full_arena(void **state)
{
    static const char text[] =
        "ARG A=1\nFROM debian AS b\nARG A\nENV B=$A C=$NO\nRUN useradd -m x && mkdir -p /d && chown x: "
        "/d && apt-get install -y y >/f && sh -c 'echo \"z:x:1:1::/:\" >>/etc/passwd'\nCOPY --chown=x"
        " a b\nEXPOSE 1\nVOLUME /v\nWORKDIR w\nUSER $A\nHEALTHCHECK CMD [\"a\"]\nCMD b\n"
        "ONBUILD RUN <<E\nx ${y^}\nE\nFROM b\nENV Z=${A^}\n";
    static const struct rf_image_options none;
    bool is_through = false;

    (void)state;
    for (unsigned nth = 1; nth < 1000 && !is_through; nth++) {
        struct rf_image image;
        struct rf_err err = {0};
        int code;

        (void)tear_down(NULL);
        (void)set_up(NULL);
        rf_arena_fail_at(nth);
        code = rf_image_read(rf_str_of(text), &none, &arena, &image, &err);
        rf_arena_fail_at(0);
        is_through = code == 0;
        if (!is_through && code != -ENOMEM)
            fail_msg("allocation %u: %d: %s", nth, code, err.msg);
    }
    assert_true(is_through);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_whose_a_path_is, set_up, tear_down),
        cmocka_unit_test_setup_teardown(orders_volumes_and_owners, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_that_scratch_is_empty, set_up, tear_down),
        cmocka_unit_test_setup_teardown(lists_packages, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_which_programs_are_there, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_the_health_check, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_configuration, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notes_commands_with_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(notes_copies, set_up, tear_down),
        cmocka_unit_test_setup_teardown(asks_for_base_images, set_up, tear_down),
        cmocka_unit_test_setup_teardown(limits_everything, set_up, tear_down),
        cmocka_unit_test_setup_teardown(survives_a_full_arena, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
