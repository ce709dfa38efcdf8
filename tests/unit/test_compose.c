#include "manifest/compose.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rf_arena arena;
static const struct rf_compose_world nowhere;

static int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, 64 << 20);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static const struct rf_subject *only(const char *text)
{
    const struct rf_compose_file file = {.name = RF_STR("c.yaml"), .text = rf_str_of(text)};
    struct rf_manifest manifest;
    struct rf_err err = {0};

    if (rf_compose_read(&file, 1, &nowhere, &arena, &manifest, &err) != 0)
        fail_msg("refused: %s\n%s", err.msg, text);
    assert_int_equal(manifest.subject_count, 1);
    return manifest.subjects[0];
}

static void must_be(struct rf_str text, const char *want)
{
    if (!rf_str_is(text, want))
        fail_msg("is \"%.*s\", want \"%s\"", RF_FMT(text), want);
}

/* The bytes of `source` where the fact is written. */
static void must_stand(const char *source, const struct rf_from *from, const char *want)
{
    assert_int_not_equal(from->known, RF_UNSET);
    must_be((struct rf_str){source + from->start, from->end - from->start}, want);
}

/* --- refusals --- */

static const struct {
    const char *text; /* below services.a */
    const char *want;
} refused[] = {
    {"user: [1]", "user: want USER[:GROUP], not a list"},
    {"user: {a: 1}", "user: want USER[:GROUP], not a map"},
    {"group_add: 5", "group_add: want a list"},
    {"privileged: maybe", "privileged: want true or false"},
    {"privileged: [true]", "privileged: want true or false"},
    {"read_only: 2", "read_only: want true or false"},
    {"cap_add: ALL", "cap_add: want a list"},
    {"cap_drop: {ALL: 1}", "cap_drop: want a list"},
    {"cap_drop: [[ALL]]", "cap_drop: want text"},
    {"security_opt: no-new-privileges", "security_opt: want a list"},
    {"tmpfs: {a: 1}", "tmpfs: want a list"},
    {"tmpfs: [{a: 1}]", "tmpfs: want PATH[:OPTIONS]"},
    {"tmpfs: '/tmp:size=many'", "tmpfs: want PATH[:size="},
    {"tmpfs: '/tmp:mode=9'", "tmpfs: want PATH[:size="},
    {"tmpfs: ':size=1m'", "tmpfs: want PATH"},
    {"volumes: a:b", "volumes: want a list"},
    {"volumes: [[a]]", "volumes: want [SOURCE:]TARGET[:MODE]"},
    {"volumes: ['']", "volumes: want [SOURCE:]TARGET[:MODE]"},
    {"volumes: [':/a']", "volumes: want [SOURCE:]TARGET[:MODE]"},
    {"volumes: [{type: bind, target: [a]}]", "target: want text"},
    {"volumes: [{type: tmpfs, target: /a, tmpfs: {size: much}}]", "size: want a size"},
    {"devices: /dev/a", "devices: want a list"},
    {"sysctls: 5", "sysctls: want a map or a list"},
    {"sysctls: [[a]]", "sysctls: want text"},
    {"pid: [host]", "pid: want text"},
    {"ports: 80", "ports: want a list"},
    {"ports: ['']", "ports: want [[ADDRESS:]"},
    {"ports: ['a:b']", "ports: want [[ADDRESS:]"},
    {"ports: ['80:70000']", "ports: want [[ADDRESS:]"},
    {"ports: [{target: web}]", "target: want PORT"},
    {"expose: [http]", "expose: want PORT"},
    {"build: [a]", "build: want a map"},
    {"build: {args: 5}", "args: want a map or a list"},
    {"command: {a: b}", "command: want a list"},
    {"command: 'echo \"a'", "command: a quote is not closed"},
    {"environment: 5", "environment: want a map or a list"},
    {"environment: {A: [1]}", "environment: want text"},
    {"env_file: [[a]]", "env_file: want a path"},
    {"healthcheck: 5", "healthcheck: want a map"},
    {"healthcheck: {test: [curl, x]}", "want NONE, CMD or CMD-SHELL"},
    {"healthcheck: {interval: 30}", "interval: want a duration"},
    {"healthcheck: {interval: 5 parsecs}", "interval: want a duration"},
    {"healthcheck: {retries: some}", "retries: want a whole number"},
    {"depends_on: {b: [c]}", "depends_on: want a map"},
    {"mem_limit: much", "mem_limit: want a size"},
    {"mem_limit: [1]", "mem_limit: want a size"},
    {"cpus: many", "cpus: want a number"},
    {"pids_limit: x", "pids_limit: want a whole number"},
    {"ulimits: [a]", "ulimits: want a map"},
    {"ulimits: {nofile: {}}", "nofile: want a number"},
    {"restart: sometimes", "restart: want no, always"},
    {"deploy: {resources: 5}", "resources: want a map"},
    {"deploy: {restart_policy: {max_attempts: a}}", "max_attempts: want a whole number"},
    {"logging: none", "logging: want a map"},
    {"labels: 5", "labels: want a map or a list"},
    {"profiles: a", "profiles: want a list"},
    {"post_start: {command: a}", "post_start: want a list"},
    {"image: 'a${'", "a `$` begins none of"},
    {"image: 'a$1'", "a `$` begins none of"},
    {"image: 'a${1}'", "a `$` begins none of"},
    {"image: 'a${A!b}'", "a `$` begins none of"},
    {"extends: b", "has no service \"b\""},
    {"extends: a", "extends itself"},
    {"extends: {file: b.yaml}", "extends: want the name of a service"},
};

static void refuses_what_compose_cannot_use(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        const char *text = rf_arena_printf(&arena, "services:\n  a:\n    %s\n", refused[i].text);
        const struct rf_compose_file file = {.name = RF_STR("c.yaml"), .text = rf_str_of(text)};
        struct rf_manifest manifest = {.subject_count = 7};
        struct rf_err err = {0};

        if (rf_compose_read(&file, 1, &nowhere, &arena, &manifest, &err) != -EINVAL)
            fail_msg("accepted: %s (%s)", refused[i].text, err.msg);
        if (strncmp(err.msg, "c.yaml:3:", 9) != 0 || !strstr(err.msg, refused[i].want))
            fail_msg("%s: says \"%s\", want \"%s\"", refused[i].text, err.msg, refused[i].want);
        assert_int_equal(manifest.subject_count, 7);
    }
}

/* --- members --- */

static void reads_who_it_runs_as(void **state)
{
    const char *text = "services:\n  a:\n    user: 1000:30\n    group_add: [audio, 44]\n";
    const struct rf_subject *subject = only(text);

    (void)state;
    must_be(subject->name.value, "a");
    assert_int_equal(subject->platform, RF_PLATFORM_DOCKER);
    must_be(subject->context.user.value, "1000");
    must_be(subject->context.group.value, "30");
    assert_int_equal(subject->context.uid.value, 1000);
    assert_int_equal(subject->context.gid.value, 30);
    assert_true(subject->context.is_user_plain);
    must_stand(text, &subject->context.uid.from, "1000:30");
    assert_int_equal(subject->context.uid.from.line, 3);
    assert_int_equal(subject->context.uid.from.column, 11);
    assert_string_equal(subject->context.uid.from.file, "c.yaml");
    assert_int_equal(subject->groups.count, 2);
    subject = only("services: {a: {user: 'app'}}");
    assert_false(subject->context.is_user_plain);
    assert_int_equal(subject->context.uid.from.known, RF_UNSET);
    must_be(subject->context.user.value, "app");
    subject = only("services: {a: {user: '+0'}}");
    assert_int_equal(subject->context.uid.from.known, RF_KNOWN);
    assert_int_equal(subject->context.uid.value, 0);
}

static void reads_confinement(void **state)
{
    const struct rf_subject *subject = only(
        "services:\n a:\n  privileged: 'yes'\n  read_only: \"true\"\n  cap_drop: [ALL]\n  security_opt:\n"
        "  - no-new-privileges:true\n  - seccomp=unconfined\n  - apparmor:my-profile\n  - label=type:spc_t\n"
        "  pid: host\n  ipc: service:b\n  network_mode: none\n  uts: host\n  userns_mode: host\n  cgroup: "
        "host\n");

    (void)state;
    assert_true(subject->privileged.is_true);
    assert_true(subject->read_only_root.is_true);
    must_be(subject->cap_drop.items[0].value, "ALL");
    assert_int_equal(subject->escalation.from.known, RF_KNOWN);
    assert_false(subject->escalation.is_true);
    assert_int_equal(subject->context.seccomp.kind, RF_CONFINEMENT_UNCONFINED);
    assert_int_equal(subject->context.apparmor.kind, RF_CONFINEMENT_FILE);
    must_be(subject->context.apparmor.file.value, "my-profile");
    must_be(subject->context.selinux.type.value, "spc_t");
    assert_int_equal(subject->namespaces.pid.kind, RF_NAMESPACE_HOST);
    assert_int_equal(subject->namespaces.ipc.kind, RF_NAMESPACE_SHARED);
    must_be(subject->namespaces.ipc.with, "b");
    assert_int_equal(subject->namespaces.network.kind, RF_NAMESPACE_NONE);
    assert_int_equal(subject->namespaces.uts.kind, RF_NAMESPACE_HOST);
    assert_int_equal(subject->namespaces.user.kind, RF_NAMESPACE_HOST);
    assert_int_equal(subject->namespaces.cgroup.kind, RF_NAMESPACE_HOST);
    subject = only("services: {a: {security_opt: ['no-new-privileges']}}");
    assert_false(subject->escalation.is_true);
    assert_int_equal(subject->escalation.from.known, RF_KNOWN);
    subject = only("services: {a: {security_opt: ['no-new-privileges:false', 'label:disable']}}");
    assert_true(subject->escalation.is_true);
    assert_true(subject->context.selinux.disabled.is_true);
}

static void is_unsure_of_variables(void **state)
{
    const struct rf_subject *subject = only(
        "services: {a: {security_opt: ['seccomp=unconfined', '${OPT}'], user: '${U}:5', privileged: $P,\n"
        "  command: 'a $X \"b c\"', mem_limit: $M, restart: $R, network_mode: $N, healthcheck: {interval: "
        "$I},\n"
        "  cap_drop: ['${C:-ALL}']}}");

    (void)state;
    assert_int_equal(subject->escalation.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->context.apparmor.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->context.seccomp.kind, RF_CONFINEMENT_UNCONFINED);
    assert_int_equal(subject->context.seccomp.from.known, RF_KNOWN);
    assert_int_equal(subject->context.user.from.known, RF_UNKNOWABLE);
    must_be(subject->context.user.value, "${U}");
    assert_int_equal(subject->context.uid.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->context.gid.from.known, RF_KNOWN);
    assert_int_equal(subject->privileged.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->command.items[0].from.known, RF_KNOWN);
    assert_int_equal(subject->command.items[1].from.known, RF_UNKNOWABLE);
    must_be(subject->command.items[2].value, "b c");
    assert_int_equal(subject->limits.memory_bytes.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->restart.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->namespaces.network.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->probes[0].interval_ms.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->cap_drop.items[0].from.known, RF_KNOWN);
    assert_true(subject->cap_drop.items[0].is_default);
    subject = only("services: {x-a: {user: ''}}");
    assert_int_equal(subject->context.user.from.known, RF_UNSET);
    assert_int_equal(subject->context.from.known, RF_KNOWN);
}

/* The mounts of a list, each as KIND SOURCE>TARGET and what else is said. */
static const struct {
    const char *volume;
    enum rf_mounted_kind kind;
    const char *source;
    const char *target;
    enum rf_known known; /* whether it says that it is read-only */
    bool is_read_only;
} mounts[] = {
    {"'/data'", RF_MOUNTED_VOLUME, "", "/data", RF_UNSET, false},
    {"'vol:/data'", RF_MOUNTED_VOLUME, "vol", "/data", RF_UNSET, false},
    {"'v:/data'", RF_MOUNTED_VOLUME, "", "v:/data", RF_UNSET, false},
    {"'./a:/data:ro'", RF_MOUNTED_BIND, "./a", "/data", RF_KNOWN, true},
    {"'~/a:/data:rw,z'", RF_MOUNTED_BIND, "~/a", "/data", RF_KNOWN, false},
    {"'/a:/data:nocopy,Z'", RF_MOUNTED_BIND, "/a", "/data", RF_UNSET, false},
    {"'C:\\a:/data:ro'", RF_MOUNTED_BIND, "C:\\a", "/data", RF_KNOWN, true},
    {"'C:\\a:D:\\b:ro'", RF_MOUNTED_BIND, "C:\\a", "D:\\b", RF_KNOWN, true},
    {"'c:/a:/data'", RF_MOUNTED_BIND, "c:/a", "/data", RF_UNSET, false},
    {"'D:\\b'", RF_MOUNTED_VOLUME, "", "D:\\b", RF_UNSET, false},
    {"'${D}:/data:ro'", RF_MOUNTED_OTHER, "${D}", "/data", RF_KNOWN, true},
    {"'${D:?a:b}:/data'", RF_MOUNTED_OTHER, "${D:?a:b}", "/data", RF_UNSET, false},
    {"'./${D}:/data:${M}'", RF_MOUNTED_BIND, "./${D}", "/data", RF_UNKNOWABLE, false},
    {"'${D:-./x}:/data'", RF_MOUNTED_BIND, "./x", "/data", RF_UNSET, false},
    {"{type: bind, source: ., target: /d, read_only: true}", RF_MOUNTED_BIND, ".", "/d", RF_KNOWN, true},
    {"{type: volume, source: v, target: /d}", RF_MOUNTED_VOLUME, "v", "/d", RF_UNSET, false},
    {"{type: tmpfs, target: /d}", RF_MOUNTED_TMPFS, "", "/d", RF_UNSET, false},
    {"{type: npipe, source: x, target: /d}", RF_MOUNTED_OTHER, "x", "/d", RF_UNSET, false},
};

static void reads_volumes(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(mounts); i++) {
        const char *text =
            rf_arena_printf(&arena, "services:\n  a:\n    volumes:\n    - %s\n", mounts[i].volume);
        const struct rf_subject *subject = only(text);
        const struct rf_mounted *place = &subject->mounts[0];

        assert_int_equal(subject->mount_count, 1);
        if (place->kind != mounts[i].kind)
            fail_msg("%s: kind %d", mounts[i].volume, place->kind);
        must_be(place->source.value, mounts[i].source);
        must_be(place->target.value, mounts[i].target);
        assert_int_equal(place->target.from.known, RF_KNOWN);
        assert_int_equal(place->read_only.from.known, mounts[i].known);
        assert_int_equal(place->read_only.is_true, mounts[i].is_read_only);
        must_stand(text, &place->from, mounts[i].volume);
    }
}

static const char everything[] =
    "services:\n a:\n  mem_limit: 1.5g\n  cpus: '0.5'\n  pids_limit: 100\n  shm_size: 64mb\n"
    "  ulimits: {nofile: {soft: 1024, hard: 2048}, nproc: -1}\n  restart: on-failure:3\n"
    "  deploy: {resources: {limits: {cpus: 2, memory: 512M}, reservations: {memory: 64M}}}\n"
    "  healthcheck: {test: curl -f x || exit 1, interval: 1m30s, timeout: 500ms, start_period: 40s, "
    "retries: 3}\n"
    "  post_start: [{command: chown -R 5 /d, user: root, privileged: true}]\n"
    "  command: sh -c 'a b' \"c d\"\\ e\n  logging: {driver: none}\n  depends_on: {b: {condition: "
    "service_healthy}}\n"
    "  ports: ['127.0.0.1:8080-8081:80-81/udp', '443', '${P}:80', '[::1]:5:6', {target: 9, "
    "published: '10', host_ip: '"
    "::'}]\n"
    "  expose: [3000]\n  tmpfs: '/tmp:size=64m,mode=1777,uid=1,gid=2,exec'\n  secrets: [s, {source: "
    "t, target: /x}]\n";

static void reads_limits_and_probes(void **state)
{
    const struct rf_subject *subject = only(everything);
    const struct rf_limits *limits = &subject->limits;

    (void)state;
    assert_int_equal(limits->memory_bytes.value, 512 << 20);
    assert_int_equal(limits->memory_request_bytes.value, 64 << 20);
    assert_int_equal(limits->cpu_milli.value, 2000);
    assert_int_equal(limits->pids.value, 100);
    assert_int_equal(limits->shm_bytes.value, 64 << 20);
    assert_int_equal(limits->ulimit_count, 2);
    assert_int_equal(limits->ulimits[0].hard, 2048);
    assert_true(limits->ulimits[1].soft == UINT64_MAX);
    assert_int_equal(subject->restart.kind, RF_RESTART_ON_FAILURE);
    assert_int_equal(subject->restart.max.value, 3);
    assert_int_equal(subject->probe_count, 2);
    assert_true(subject->probes[0].is_shell);
    assert_int_equal(subject->probes[0].interval_ms.value, 90000);
    assert_int_equal(subject->probes[0].timeout_ms.value, 500);
    assert_int_equal(subject->probes[0].start_period_ms.value, 40000);
    assert_int_equal(subject->probes[0].retries.value, 3);
    assert_int_equal(subject->probes[1].kind, RF_PROBE_AFTER_START);
    must_be(subject->probes[1].user.value, "root");
    assert_true(subject->probes[1].privileged.is_true);
    assert_int_equal(subject->probes[1].command.count, 4);
}

static void reads_commands_ports_and_mounts(void **state)
{
    const struct rf_subject *subject = only(everything);

    (void)state;
    assert_int_equal(subject->command.count, 4);
    must_be(subject->command.items[2].value, "a b");
    must_be(subject->command.items[3].value, "c d e");
    must_be(subject->log_driver.value, "none");
    must_be(subject->dependencies[0].condition.value, "service_healthy");
    assert_int_equal(subject->port_count, 6);
    must_be(subject->ports[0].address.value, "127.0.0.1");
    assert_int_equal(subject->ports[0].host.value, 8080);
    assert_int_equal(subject->ports[0].host_end.value, 8081);
    assert_int_equal(subject->ports[0].port_end.value, 81);
    must_be(subject->ports[0].protocol.value, "udp");
    assert_int_equal(subject->ports[1].host.from.known, RF_UNSET);
    assert_true(subject->ports[1].is_published);
    assert_int_equal(subject->ports[2].host.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject->ports[2].port.value, 80);
    must_be(subject->ports[3].address.value, "::1");
    must_be(subject->ports[4].address.value, "::");
    assert_int_equal(subject->ports[4].host.value, 10);
    assert_false(subject->ports[5].is_published);
    assert_int_equal(subject->mount_count, 3);
    assert_int_equal(subject->mounts[0].size_bytes.value, 64 << 20);
    assert_int_equal(subject->mounts[0].mode.value, 01777);
    assert_int_equal(subject->mounts[0].gid.value, 2);
    assert_true(subject->mounts[0].exec.is_true);
    assert_int_equal(subject->mounts[1].kind, RF_MOUNTED_DATA);
    must_be(subject->mounts[1].target.value, "/run/secrets/s");
    must_be(subject->mounts[2].target.value, "/x");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(refuses_what_compose_cannot_use, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_who_it_runs_as, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_confinement, set_up, tear_down),
        cmocka_unit_test_setup_teardown(is_unsure_of_variables, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_volumes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_limits_and_probes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(reads_commands_ports_and_mounts, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
