/* Projects of several files. */
#include "manifest/compose.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { FILES = 8 };

static struct rf_arena arena;
static struct rf_compose_file files[FILES];
static size_t file_count;
static size_t reads;

static int set_up(void **state)
{
    (void)state;
    file_count = 0;
    reads = 0;
    rf_arena_init(&arena, 256 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static void put(const char *name, const char *text)
{
    assert_true(file_count < FILES);
    files[file_count++] = (struct rf_compose_file){rf_str_of(name), rf_str_of(text)};
}

static int read_put(void *context, struct rf_str path, struct rf_arena *to, struct rf_str *text,
                    struct rf_err *err)
{
    (void)context;
    (void)to;
    reads++;
    for (size_t i = 0; i < file_count; i++) {
        if (files[i].name.len == path.len && memcmp(files[i].name.ptr, path.ptr, path.len) == 0) {
            *text = files[i].text;
            return 0;
        }
    }
    return rf_fail(err, -ENOENT, "%.*s is not there", RF_FMT(path));
}

static const struct rf_fact_pair caller[] = {
    {.name = {.value = RF_STR("CALLER")}, .value = {.value = RF_STR("caller")}}};
static struct rf_compose_world world = {.read = read_put, .env = caller, .env_count = 1};

/* Read a project whose first `count` files are given. */
static struct rf_manifest must_read(size_t count)
{
    struct rf_manifest manifest;
    struct rf_err err = {0};

    if (rf_compose_read(files, count, &world, &arena, &manifest, &err) != 0)
        fail_msg("refused: %s", err.msg);
    return manifest;
}

static void must_refuse(size_t count, const char *want)
{
    struct rf_manifest manifest;
    struct rf_err err = {0};

    assert_int_not_equal(rf_compose_read(files, count, &world, &arena, &manifest, &err), 0);
    if (!strstr(err.msg, want))
        fail_msg("says \"%s\", want \"%s\"", err.msg, want);
}

static void must_be(struct rf_str text, const char *want)
{
    if (!rf_str_is(text, want))
        fail_msg("is \"%.*s\", want \"%s\"", RF_FMT(text), want);
}

static void must_list(const struct rf_fact_list *list, const char *want)
{
    char joined[256] = "";
    size_t len = 0;

    for (size_t i = 0; i < list->count; i++)
        len += (size_t)snprintf(joined + len, sizeof(joined) - len, "%.*s ", RF_FMT(list->items[i].value));
    assert_string_equal(joined, want);
}

/* NAME=VALUE of all that is known of the environment. */
static void must_have_env(const struct rf_subject *subject, const char *want)
{
    char joined[512] = "";
    size_t len = 0;

    for (size_t i = 0; i < subject->env_count; i++)
        len += (size_t)snprintf(joined + len, sizeof(joined) - len, "%.*s=%.*s ",
                                RF_FMT(subject->env[i].name.value), RF_FMT(subject->env[i].value.value));
    assert_string_equal(joined, want);
}

static void must_stand(const struct rf_from *from, const char *file, const char *want)
{
    assert_int_not_equal(from->known, RF_UNSET);
    assert_string_equal(from->file, file);
    for (size_t i = 0; i < file_count; i++)
        if (rf_str_is(files[i].name, file))
            must_be((struct rf_str){files[i].text.ptr + from->start, from->end - from->start}, want);
}

/* --- override --- */

static void lays_one_file_over_another(void **state)
{
    struct rf_manifest manifest;
    const struct rf_subject *web;

    (void)state;
    put("a.yaml",
        "services:\n  web:\n    image: one\n    user: '1'\n    cap_add: [A, B]\n    command: [x, y]\n"
        "    environment: [A=1, B=1]\n    volumes: ['./a:/x', './b:/y']\n    depends_on: [db]\n"
        "    logging: {driver: none, options: {a: b}}\n  db: {image: db}\n");
    put("b.yaml",
        "services:\n  web:\n    image: two\n    cap_add: [C]\n    command: z\n    environment: {B: 2, C: 3}\n"
        "    volumes: ['./c:/x:ro']\n    depends_on: {db: {condition: service_healthy}}\n    user: null\n"
        "  new: {image: new}\n");
    manifest = must_read(2);
    assert_int_equal(manifest.subject_count, 3);
    web = manifest.subjects[0];
    must_be(web->name.value, "web");
    must_be(manifest.subjects[1]->name.value, "db");
    must_be(manifest.subjects[2]->name.value, "new");
    must_be(web->image.value, "two");
    must_stand(&web->image.from, "b.yaml", "two");
    must_stand(&web->own.user.from, "a.yaml", "'1'");
    must_list(&web->cap_add, "A B C ");
    must_stand(&web->cap_add.items[2].from, "b.yaml", "C");
    must_list(&web->command, "z ");
    must_have_env(web, "A=1 B=2 C=3 ");
    must_stand(&web->env[1].value.from, "b.yaml", "2");
    assert_int_equal(web->mount_count, 2);
    must_be(web->mounts[0].source.value, "./c");
    assert_true(web->mounts[0].read_only.is_true);
    must_be(web->dependencies[0].condition.value, "service_healthy");
    assert_string_equal(web->from.file, "a.yaml");
}

static void obeys_reset_and_override(void **state)
{
    struct rf_manifest manifest;
    const struct rf_subject *web;

    (void)state;
    put("a.yaml",
        "services:\n  web: {image: one, ports: ['1:1'], cap_add: [A], privileged: true}\n  gone: {image: x}\n"
        "---\nservices:\n  web: {ports: !override ['2:2'], cap_add: !reset [], privileged: !reset null}\n"
        "  gone: !reset null\n");
    manifest = must_read(1);
    assert_int_equal(manifest.subject_count, 1);
    web = manifest.subjects[0];
    assert_int_equal(web->port_count, 1);
    assert_int_equal(web->ports[0].port.value, 2);
    assert_int_equal(web->cap_add.from.known, RF_UNSET);
    assert_int_equal(web->privileged.from.known, RF_UNSET);
}

static void merge_keys_keep_their_place(void **state)
{
    const struct rf_subject *web;

    (void)state;
    put("a.yaml",
        "x-a: &a {user: '5', cap_drop: [ALL]}\nx-b: &b\n  user: '6'\n  read_only: true\nservices:\n  web:\n"
        "    <<: [*a, *b]\n    image: i\n");
    web = must_read(1).subjects[0];
    must_stand(&web->own.user.from, "a.yaml", "'5'");
    assert_int_equal(web->own.user.from.line, 1);
    assert_int_equal(web->read_only_root.from.line, 4);
    must_list(&web->cap_drop, "ALL ");
}

/* --- extends --- */

static void extends_services(void **state)
{
    struct rf_manifest manifest;
    const struct rf_subject *web;

    (void)state;
    put("p/c.yaml",
        "services:\n  web:\n    extends: {file: ../q/base.yaml, service: mid}\n    environment: {OWN: 1}\n"
        "    cap_add: [W]\n  copy: {extends: web, user: '9'}\n");
    put("q/base.yaml",
        "services:\n  low: {image: low, user: '7', build: ./ctx, volumes: ['./d:/d'], cap_add: [L]}\n"
        "  mid: {extends: low, environment: {OWN: 0, MID: 1}}\n");
    manifest = must_read(1);
    assert_int_equal(manifest.subject_count, 2);
    web = manifest.subjects[0];
    must_be(web->name.value, "web");
    must_stand(&web->image.from, "q/base.yaml", "low");
    must_list(&web->cap_add, "L W ");
    must_have_env(web, "OWN=1 MID=1 ");
    must_be(web->build.directory, "q/");
    must_be(web->mounts[0].directory, "q/");
    assert_string_equal(web->from.file, "p/c.yaml");
    assert_int_equal(web->unknown.known, RF_UNSET);
    must_be(manifest.subjects[1]->own.user.value, "9");
    must_list(&manifest.subjects[1]->cap_add, "L W ");
    assert_int_equal(reads, 2); /* .env and base.yaml, once */
}

static void refuses_circles(void **state)
{
    (void)state;
    put("a.yaml", "services: {a: {extends: b}, b: {extends: c}, c: {extends: a}}\n");
    must_refuse(1, "extends itself");
    files[0].text = RF_STR("services: {a: {extends: {file: b.yaml, service: a}}}\n");
    put("b.yaml", "services: {a: {extends: {file: ./x/../a.yaml, service: a}}}\n");
    must_refuse(1, "b.yaml:1:25: extends: \"a\" extends itself");
    files[0].text = RF_STR("include: [a.yaml]\n");
    must_refuse(1, "a.yaml:1:10: include: more than 8 files");
    files[0].text = RF_STR("services: {a: {extends: {file: b.yaml, service: z}}}\n");
    must_refuse(1, "b.yaml has no service \"z\"");
    files[1].text = RF_STR("services: [\n");
    must_refuse(1, "b.yaml:");
}

static void tells_what_could_not_be_read(void **state)
{
    struct rf_manifest manifest;

    (void)state;
    put("a.yaml",
        "include: [gone.yaml]\nservices:\n  a: {extends: {file: gone.yaml, service: x}, user: '5', env_file: "
        "gone.env}\n  b: {extends: a}\n  c: {extends: {file: '${X}/b.yaml', service: x}}\n");
    manifest = must_read(1);
    assert_int_equal(manifest.subject_count, 3);
    assert_int_equal(manifest.unread.known, RF_UNKNOWABLE);
    must_stand(&manifest.unread, "a.yaml", "gone.yaml");
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(manifest.subjects[i]->unknown.known, RF_UNKNOWABLE);
    must_be(manifest.subjects[1]->own.user.value, "5");
    assert_int_equal(manifest.subjects[0]->env_count, 1);
    assert_int_equal(manifest.subjects[0]->env[0].source, RF_ENV_FILE);
    assert_int_equal(manifest.subjects[0]->env[0].name.from.known, RF_UNSET);
    assert_int_equal(manifest.subjects[0]->env[0].value.from.known, RF_UNKNOWABLE);
    must_be(manifest.subjects[0]->env[0].value.value, "gone.env");
}

/* --- include --- */

static void includes_files(void **state)
{
    struct rf_manifest manifest;

    (void)state;
    put("p/c.yaml",
        "include:\n  - sub/one.yaml\n  - {path: [two.yaml, three.yaml], project_directory: other}\n"
        "services:\n  own: {image: own, volumes: [v:/v]}\n  one: {user: '3'}\nvolumes: {own: {}}\n");
    put("p/sub/one.yaml", "services: {one: {image: 'i${LOCAL}', user: '4', build: .}}\n");
    put("p/sub/.env", "LOCAL=local\nCALLER=not\n");
    put("p/two.yaml", "services: {two: {image: '${CALLER}${LOCAL:-none}', build: .}}\n");
    put("p/three.yaml", "services: {two: {user: '8'}}\n");
    manifest = must_read(1);
    assert_int_equal(manifest.unread.known, RF_UNSET);
    assert_int_equal(manifest.subject_count, 3);
    must_be(manifest.subjects[0]->name.value, "own");
    must_be(manifest.subjects[1]->name.value, "one");
    must_be(manifest.subjects[1]->image.value, "ilocal");
    must_be(manifest.subjects[1]->own.user.value, "3");
    must_be(manifest.subjects[1]->build.directory, "p/sub/");
    must_be(manifest.subjects[2]->image.value, "callernone");
    must_be(manifest.subjects[2]->own.user.value, "8");
    must_be(manifest.subjects[2]->build.directory, "p/other/");
}

/* --- environment --- */

static void knows_the_environment(void **state)
{
    const struct rf_subject *web;

    (void)state;
    put("a.yaml",
        "services:\n  web:\n    environment:\n      TOKEN: ${TOKEN:-}\n      CALLER:\n      NOBODY:\n      "
        "X: "
        "${DOT}-$CALLER\n      BOTH: service\n    env_file: [one.env, {path: two.env, required: false}]\n");
    put(".env", "DOT=dot\nCALLER=dotenv\n");
    put("one.env", "BOTH=file\nONE=1\nTWICE=1\n");
    put("two.env", "TWICE=${DOT}\n");
    web = must_read(1).subjects[0];
    must_have_env(web, "TOKEN= CALLER=caller NOBODY= X=dot-caller BOTH=service TWICE=dot ONE=1 ");
    assert_int_equal(web->env[0].value.from.known, RF_KNOWN);
    assert_true(web->env[0].value.is_default);
    must_stand(&web->env[0].value.from, "a.yaml", "${TOKEN:-}");
    assert_int_equal(web->env[1].source, RF_ENV_CALLER);
    assert_int_equal(web->env[1].value.from.known, RF_KNOWN);
    assert_int_equal(web->env[2].source, RF_ENV_CALLER);
    assert_int_equal(web->env[2].value.from.known, RF_UNKNOWABLE);
    assert_int_equal(web->env[5].source, RF_ENV_FILE);
    assert_string_equal(web->env[5].value.from.file, "two.env");
    assert_string_equal(web->env[6].name.from.file, "one.env");
    assert_int_equal(web->env[6].name.from.line, 2);
}

static void keeps_to_its_limits(void **state)
{
    size_t room = 2UL * RF_COMPOSE_ENV_LINES * 8;
    char *text = rf_arena_alloc(&arena, room);
    size_t len = 0;

    (void)state;
    for (int i = 0; i <= RF_COMPOSE_ENV_LINES; i++)
        len += (size_t)snprintf(text + len, room - len, "A%d=1\n", i);
    put("a.yaml", "services: {a: {env_file: big.env}}\n");
    put("big.env", text);
    must_refuse(1, "big.env:1025:1: more than 1024 variables");
    len = (size_t)snprintf(text, room, "services: {a: {cap_add: ");
    for (int i = 0; i < RF_COMPOSE_DEPTH; i++)
        text[len++] = '[';
    for (int i = 0; i < RF_COMPOSE_DEPTH; i++)
        text[len++] = ']';
    (void)snprintf(text + len, room - len, "}}\n");
    files[0].text = rf_str_of(text);
    must_refuse(1, "a.yaml:1:86: more than 64 maps and lists inside each other");
    len = (size_t)snprintf(text, room, "services: {a: {networks: [");
    for (int i = 0; i <= RF_COMPOSE_MOUNTS; i++)
        len += (size_t)snprintf(text + len, room - len, "n%d, ", i);
    (void)snprintf(text + len, room - len, "]}}\n");
    files[0].text = rf_str_of(text);
    must_refuse(1, "a.yaml:1:26: networks: more than 256");
}

static void chooses_by_profile(void **state)
{
    struct rf_fact_text name = {.value = RF_STR("debug"), .from = {.known = RF_KNOWN}};
    struct rf_fact_list wanted = {.items = &name, .count = 0};

    (void)state;
    put("a.yaml",
        "services: {a: {image: a}, b: {image: b, profiles: [debug]}, c: {image: c, profiles: [x]}}\n");
    assert_int_equal(must_read(1).subject_count, 3);
    world.profiles = &wanted;
    assert_int_equal(must_read(1).subject_count, 1);
    wanted.count = 1;
    assert_int_equal(must_read(1).subject_count, 2);
    must_list(&must_read(1).subjects[1]->profiles, "debug ");
    name.value = RF_STR("*");
    assert_int_equal(must_read(1).subject_count, 3);
    world.profiles = NULL;
}

static void joins_volumes(void **state)
{
    const struct rf_subject *web;

    (void)state;
    put("a.yaml",
        "services: {web: {volumes: ['data:/d', 'host:/h', 'other:/o']}}\nvolumes:\n  data: {external: true}\n"
        "  host: {driver: local, driver_opts: {type: none, o: 'rw,bind', device: /srv}}\n");
    web = must_read(1).subjects[0];
    assert_int_equal(web->mounts[0].kind, RF_MOUNTED_VOLUME);
    assert_true(web->mounts[0].volume->external.is_true);
    assert_int_equal(web->mounts[1].kind, RF_MOUNTED_BIND);
    must_stand(&web->mounts[1].source.from, "a.yaml", "/srv");
    must_be(web->mounts[1].volume->driver.value, "local");
    assert_null(web->mounts[2].volume);
}

static void has_the_mounts_of_others(void **state)
{
    struct rf_manifest manifest;

    (void)state;
    put("a.yaml", "services:\n  a: {volumes: ['./a:/a'], volumes_from: [b, 'container:c', a, gone]}\n"
                  "  b: {volumes: ['/var/run/docker.sock:/s']}\n  c: {volumes_from: ['b:ro']}\n");
    manifest = must_read(1);
    assert_int_equal(manifest.subjects[0]->mount_count, 2);
    must_be(manifest.subjects[0]->mounts[1].source.value, "/var/run/docker.sock");
    assert_int_equal(manifest.subjects[0]->mounts[1].source.from.line, 3);
    assert_int_equal(manifest.subjects[0]->mounts[1].read_only.from.known, RF_UNSET);
    assert_int_equal(manifest.subjects[1]->mount_count, 1);
    assert_int_equal(manifest.subjects[2]->mount_count, 1);
    assert_true(manifest.subjects[2]->mounts[0].read_only.is_true);
    must_stand(&manifest.subjects[2]->mounts[0].read_only.from, "a.yaml", "'b:ro'");
}

static void knows_secrets_without_names(void **state)
{
    const struct rf_subject *web;

    (void)state;
    put("a.yaml", "services: {a: {secrets: [{mode: 0400}, {source: s, target: t}, '/abs'], configs: "
                  "[{target: /c}]}}\n");
    web = must_read(1).subjects[0];
    assert_int_equal(web->mount_count, 4);
    assert_int_equal(web->mounts[0].target.from.known, RF_UNSET);
    assert_int_equal(web->mounts[0].mode.value, 0400);
    must_be(web->mounts[1].target.value, "/run/secrets/t");
    must_be(web->mounts[3].target.value, "/c");
}

static void knows_the_networks(void **state)
{
    const struct rf_subject *web;

    (void)state;
    put("a.yaml", "services: {web: {networks: [inner, gone], use_api_socket: true, cpu_quota: 50000, user: "
                  "'${U:-5}'}}\n"
                  "networks: {inner: {internal: 'true'}, other: {external: true}}\n");
    web = must_read(1).subjects[0];
    assert_int_equal(web->network_count, 2);
    assert_true(web->networks[0].internal.is_true);
    must_be(web->networks[1].name.value, "gone");
    assert_int_equal(web->networks[1].internal.from.known, RF_UNSET);
    must_be(web->mounts[0].source.value, "/var/run/docker.sock");
    must_stand(&web->mounts[0].source.from, "a.yaml", "true");
    assert_int_equal(web->limits.cpu_milli.value, 500);
    files[0].text = RF_STR("services: {web: {user: $U, cpus: 2, cpu_quota: 1, cpu_period: 5}}\n");
    web = must_read(1).subjects[0];
    assert_int_equal(web->limits.cpu_milli.value, 2000);
    assert_false(web->own.is_user_plain);
}

static void refuses_what_is_no_project(void **state)
{
    static const struct {
        const char *text;
        const char *want;
    } cases[] = {{"[a]\n", "a.yaml:1:1: want a map"},
                 {"services: [a]\n", "a.yaml:1:11: services: want a map, not a list"},
                 {"services: {a: }\n", "a.yaml:1:15: services: want a service"},
                 {"services: {a: b}\n", "services: want a service"},
                 {"services: {a: {image: b}}\nvolumes: [a]\n", "a.yaml:2:10: volumes: want a map"},
                 {"include: a\n", "a.yaml:1:10: include: want a list"},
                 {"services:\n\ta: b\n", "a.yaml:2:1: "},
                 {"services: {a: {image: *b}}\n", "a.yaml:1:"}};

    (void)state;
    put("a.yaml", "");
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        files[0].text = rf_str_of(cases[i].text);
        must_refuse(1, cases[i].want);
    }
    files[0].text = RF_STR("");
    assert_int_equal(must_read(1).subject_count, 0);
    files[0].text = RF_STR("old: {image: a, net: host}\nvolumes: {image: b}\n");
    assert_int_equal(must_read(1).subject_count, 2);
    assert_int_equal(must_read(1).subjects[0]->namespaces.network.kind, RF_NAMESPACE_HOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(lays_one_file_over_another, set_up, tear_down),
        cmocka_unit_test_setup_teardown(obeys_reset_and_override, set_up, tear_down),
        cmocka_unit_test_setup_teardown(merge_keys_keep_their_place, set_up, tear_down),
        cmocka_unit_test_setup_teardown(extends_services, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_circles, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tells_what_could_not_be_read, set_up, tear_down),
        cmocka_unit_test_setup_teardown(includes_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_the_environment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_to_its_limits, set_up, tear_down),
        cmocka_unit_test_setup_teardown(chooses_by_profile, set_up, tear_down),
        cmocka_unit_test_setup_teardown(joins_volumes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(has_the_mounts_of_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_secrets_without_names, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_the_networks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_what_is_no_project, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
