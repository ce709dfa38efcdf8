/* The rows about how a workload is confined, for docker, and what only the image tells. */
#include "rules_kit.h"

/* --- docker, and what only the image tells --- */

static struct rf_from at(unsigned line)
{
    return (struct rf_from){.known = RF_KNOWN, .file = "compose.yaml", .line = line, .column = 1};
}

static struct rf_fact_text text_at(const char *value, unsigned line)
{
    return (struct rf_fact_text){.value = rf_str_of(value), .from = at(line)};
}

static struct rf_fact_int number_at(int64_t value, unsigned line)
{
    return (struct rf_fact_int){.value = value, .from = at(line)};
}

static struct rf_fact_list list_at(const char *word, unsigned line)
{
    struct rf_fact_list list = {
        .items = rf_arena_alloc(&arena, sizeof(*list.items)), .count = 1, .from = at(line)};

    assert_non_null(list.items);
    list.items[0] = text_at(word, line);
    return list;
}

/* A service without anything, made from the Dockerfile when there is one. */
static struct rf_subject service(const struct rf_image *image)
{
    return (struct rf_subject){.kind = RF_SUBJECT_CONTAINER,
                               .platform = RF_PLATFORM_DOCKER,
                               .name = text_at("ocr", 2),
                               .from = at(2),
                               .stage = image ? image->target : NULL};
}

static struct rf_mounted mounted_at(enum rf_mounted_kind kind, const char *source, const char *target,
                                    unsigned line)
{
    struct rf_mounted mounted = {.kind = kind, .target = text_at(target, line), .from = at(line)};

    if (*source)
        mounted.source = text_at(source, line);
    return mounted;
}

static struct rf_mounted tmpfs_at(const char *target, int64_t size, unsigned line)
{
    struct rf_mounted mounted = mounted_at(RF_MOUNTED_TMPFS, "", target, line);

    if (size)
        mounted.size_bytes = number_at(size, line);
    return mounted;
}

static void look_at_service(struct rf_subject *subject, const struct rf_image *image, struct found *ret)
{
    rf_subject_inherit(subject, NULL);
    ret->count = 0;
    look_at(subject, image, ret);
}

static void must_find(const struct found *found, const char *id, unsigned line, bool is_certain,
                      const char *words)
{
    const struct rf_finding *finding = find(found, id);

    if (!finding)
        fail_msg("%s is not found", id);
    if (finding->from.line != line || finding->is_certain != is_certain || !strstr(finding->text, words))
        fail_msg("%s: line %u, certain %d: %s", id, finding->from.line, finding->is_certain, finding->text);
}

static void must_not_find(const struct found *found, const char *id)
{
    const struct rf_finding *finding = find(found, id);

    if (finding)
        fail_msg("%s is found: %s", id, finding->text);
}

static void test_service(void **state)
{
    static const char *const ids[] = {"RF-CAP-001", "RF-NNP-001", "RF-FS-001",
                                      "RF-RES-001", "RF-RES-002", "RF-RES-003"};
    static struct found found;
    struct rf_subject subject = service(NULL);

    (void)state;
    look_at_service(&subject, NULL, &found);
    for (size_t i = 0; i < RF_COUNT(ids); i++)
        must_find(&found, ids[i], 2, true, "");
    must_not_find(&found, "RF-SEC-002"); /* docker has a default */

    subject.cap_drop = list_at("all", 3);
    subject.escalation = (struct rf_fact_bool){.is_true = false, .from = at(4)};
    subject.read_only_root = (struct rf_fact_bool){.is_true = true, .from = at(5)};
    subject.limits = (struct rf_limits){
        .memory_bytes = number_at(1 << 30, 6), .cpu_milli = number_at(500, 7), .pids = number_at(100, 8)};
    look_at_service(&subject, NULL, &found);
    for (size_t i = 0; i < RF_COUNT(ids); i++)
        must_not_find(&found, ids[i]);
    must_find(&found, "RF-FS-002", 5, true, "/tmp");

    subject.limits.pids = number_at(-1, 8);
    subject.read_only_root.from.known = RF_UNKNOWABLE;
    subject.escalation.is_true = true;
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-RES-003", 8, true, "-1");
    must_find(&found, "RF-FS-001", 5, false, "variable");
    must_find(&found, "RF-NNP-002", 3, true, "uid 0");
}

/* A service whose base could not be read may have there what it lacks here. */
static void test_service_lacking(void **state)
{
    static const char text[] =
        "services:\n  ocr:\n    extends: {file: other.yaml, service: base}\n    image: ocr:1\n"
        "    privileged: true\n";
    static const char *const ids[] = {"RF-CAP-001", "RF-NNP-001", "RF-FS-001", "RF-RES-001", "RF-RES-003"};
    static struct found found;

    (void)state;
    look_at_compose(text, &found);
    for (size_t i = 0; i < RF_COUNT(ids); i++)
        must_find(&found, ids[i], 2, false, "extends");
    must_find(&found, "RF-PRIV-001", 5, true, "privileged");
}

/* The same through the reader, with the lines of the file. */
static void test_compose(void **state)
{
    static const char text[] =
        "services:\n  ocr:\n    image: nginx:1.27\n    read_only: true\n    network_mode: host\n"
        "    user: \"1000:1000\"\n    security_opt:\n    - seccomp:unconfined\n    - "
        "label=disable\n    - systempaths=unconfined\n    volumes:\n    - data:/data\n    - "
        "~/.ssh:/keys:ro\n    tmpfs:\n    - /var/cache/nginx\n    devices: [\"/dev/kvm\"]\n"
        "volumes:\n  data:\n    driver_opts: {type: none, o: bind, device: /etc}\n";
    static struct found found;

    (void)state;
    look_at_compose(text, &found);
    must_find(&found, "RF-FS-002", 4, true, "/tmp");
    must_find(&found, "RF-NS-003", 5, true, "network");
    must_find(&found, "RF-SEC-001", 8, true, "unconfined");
    must_find(&found, "RF-LSM-001", 9, true, "labels");
    must_find(&found, "RF-FS-004", 10, true, "/proc");
    must_find(&found, "RF-VOL-003", 19, true, "/etc");
    assert_int_equal(count_of(&found, "RF-VOL-003"), 2);
    must_find(&found, "RF-TMP-001", 15, true, "/var/cache/nginx");
    must_find(&found, "RF-TMP-003", 15, false, "/var/cache/nginx");
    must_find(&found, "RF-FS-003", 4, true, "/run");
    must_find(&found, "RF-DEV-001", 16, true, "/dev/kvm");
    must_find(&found, "RF-CAP-001", 2, true, "drops no");
    must_not_find(&found, "RF-SEC-002");
    look_at_compose("services:\n  ocr:\n    ports: [\"8000-8010:9000-9010\"]\n", &found);
    must_find(&found, "RF-NET-002", 3, true, "ports 9000 to 9010");
    look_at_compose("services:\n  ocr:\n    ports: [\"80:${INSIDE}\"]\n", &found);
    must_find(&found, "RF-NET-002", 3, true,
              "a port of it is published on all addresses of the host, as port 80");
    look_at_compose("services:\n  ocr:\n    ports: [\"${ADDRESS}:80:80\"]\n", &found);
    must_find(&found, "RF-NET-002", 3, false, "${ADDRESS}");
}

static void test_service_spaces(void **state)
{
    static struct found found;
    struct rf_subject subject = service(NULL);
    struct rf_namespace host = {.kind = RF_NAMESPACE_HOST, .from = at(5)};

    (void)state;
    subject.namespaces = (struct rf_namespaces){
        .pid = host, .ipc = host, .network = host, .uts = host, .user = host, .cgroup = host};
    subject.proc_mount = text_at("Unmasked", 6);
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-NS-001", 5, true, "process");
    must_find(&found, "RF-NS-002", 5, true, "IPC");
    must_find(&found, "RF-NS-003", 5, true, "network");
    must_find(&found, "RF-NS-004", 5, true, "UTS");
    must_find(&found, "RF-NS-005", 5, true, "user");
    must_find(&found, "RF-FS-004", 6, true, "/proc");
    subject.namespaces.pid.kind = RF_NAMESPACE_SHARED;
    subject.namespaces.ipc.kind = RF_NAMESPACE_PRIVATE;
    subject.namespaces.uts.from.known = RF_UNKNOWABLE;
    subject.namespaces.network = (struct rf_namespace){.kind = RF_NAMESPACE_PRIVATE, .from = at(7)};
    look_at_service(&subject, NULL, &found);
    must_not_find(&found, "RF-NS-001");
    must_not_find(&found, "RF-NS-002");
    must_find(&found, "RF-NS-004", 5, false, "variable");
    must_find(&found, "RF-NET-004", 7, true, "default bridge");
}

static void test_service_ports(void **state)
{
    static struct found found;
    struct rf_subject subject = service(NULL);
    struct rf_port ports[] = {
        {.port = number_at(8080, 5), .host = number_at(80, 5), .is_published = true, .from = at(5)},
        {.port = number_at(22, 6), .from = at(6)}};

    (void)state;
    subject.ports = ports;
    subject.port_count = 2;
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-NET-002", 5, true,
              "port 8080 of it is published on all addresses of the host, as port 80");
    must_find(&found, "RF-NET-005", 6, true, "22");
    must_not_find(&found, "RF-NET-001");
    assert_int_equal(count_of(&found, "RF-NET-002"), 1);
    ports[0].address = text_at("127.0.0.1", 5);
    ports[1].protocol = text_at("udp", 6);
    look_at_service(&subject, NULL, &found);
    must_not_find(&found, "RF-NET-002");
    must_not_find(&found, "RF-NET-005");
    ports[0].address.from.known = RF_UNKNOWABLE;
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-NET-002", 5, false, "127.0.0.1");

    ports[0].port = number_at(80, 5);
    subject.own.user = text_at("1000:1000", 7);
    subject.namespaces.network = (struct rf_namespace){.kind = RF_NAMESPACE_HOST, .from = at(8)};
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-NET-003", 5, true, "port 80");
    must_not_find(&found, "RF-NET-002");
    subject.namespaces.network = (struct rf_namespace){.kind = RF_NAMESPACE_PRIVATE};
    look_at_service(&subject, NULL, &found);
    must_not_find(&found, "RF-NET-003");
}

static const struct {
    const char *source;
    bool is_read_only;
    enum rf_severity severity; /* INFO: not found */
} binds[] = {
    {"/", false, RF_SEVERITY_CRITICAL},
    {"/", true, RF_SEVERITY_HIGH},
    {"/etc/passwd", false, RF_SEVERITY_CRITICAL},
    {"/etc/localtime", true, RF_SEVERITY_INFO},
    {"/etc/localtime", false, RF_SEVERITY_HIGH},
    {"/etc/", false, RF_SEVERITY_CRITICAL},
    {"/etc/ssh/ssh_host_rsa_key", true, RF_SEVERITY_HIGH},
    {"/etc/pihole", false, RF_SEVERITY_HIGH},
    {"/usr/local/bin", false, RF_SEVERITY_HIGH},
    {"/usr/share/fonts", true, RF_SEVERITY_INFO},
    {"/var/lib/docker/volumes", false, RF_SEVERITY_CRITICAL},
    {"/home", false, RF_SEVERITY_HIGH},
    {"/home/anna/models", false, RF_SEVERITY_INFO},
    {"/home/anna/.ssh", true, RF_SEVERITY_MEDIUM},
    {"~/.aws", false, RF_SEVERITY_HIGH},
    {"./models", false, RF_SEVERITY_INFO},
    {"/srv/models", false, RF_SEVERITY_INFO},
    {"/etcetera", false, RF_SEVERITY_INFO},
};

static void test_service_binds(void **state)
{
    static struct found found;
    struct rf_mounted mounted;
    struct rf_subject subject = service(NULL);

    (void)state;
    subject.mounts = &mounted;
    subject.mount_count = 1;
    for (size_t i = 0; i < RF_COUNT(binds); i++) {
        mounted = mounted_at(RF_MOUNTED_BIND, binds[i].source, "/x", 9);
        mounted.read_only = (struct rf_fact_bool){.is_true = binds[i].is_read_only, .from = at(9)};
        look_at_service(&subject, NULL, &found);
        if ((find(&found, "RF-VOL-003") ? find(&found, "RF-VOL-003")->severity : RF_SEVERITY_INFO) !=
            binds[i].severity)
            fail_msg("%s, read-only %d", binds[i].source, binds[i].is_read_only);
    }
    mounted = mounted_at(RF_MOUNTED_BIND, "/run/podman/podman.sock", "/s", 9);
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-SOCK-001", 9, true, "podman.sock");
    mounted = mounted_at(RF_MOUNTED_BIND, "${SOCKET}", "/var/run/docker.sock", 9);
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-SOCK-001", 9, false, "docker.sock");
    mounted = mounted_at(RF_MOUNTED_VOLUME, "data", "/var/run/docker.sock", 9);
    look_at_service(&subject, NULL, &found);
    must_not_find(&found, "RF-SOCK-001");
    mounted = mounted_at(RF_MOUNTED_BIND, "./m", "/m", 9);
    mounted.propagation = RF_PROPAGATION_SHARED;
    mounted.propagation_from = at(9);
    mounted.uid = number_at(5001, 9);
    subject.own.user = text_at("1234:1234", 3);
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-VOL-005", 9, true, "/m");
    must_find(&found, "RF-VOL-008", 9, true, "5001");
}

static void test_service_others(void **state)
{
    static struct found found;
    struct rf_subject subject = service(NULL);
    struct rf_device device = {.source = text_at("/dev/sda", 4)};

    (void)state;
    subject.devices = &device;
    subject.device_count = 1;
    subject.restart = (struct rf_restart){.kind = RF_RESTART_ALWAYS, .from = at(5)};
    subject.log_driver = text_at("none", 6);
    subject.cgroup_parent = text_at("x.slice", 7);
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-DEV-001", 4, true, "a disk");
    must_find(&found, "RF-RES-004", 5, true, "always");
    must_find(&found, "RF-CFG-001", 6, true, "none");
    assert_int_equal(count_of(&found, "RF-CFG-001"), 2);
    device.source = text_at("/dev/null", 4);
    subject.restart =
        (struct rf_restart){.kind = RF_RESTART_ON_FAILURE, .max = number_at(5, 5), .from = at(5)};
    look_at_service(&subject, NULL, &found);
    must_not_find(&found, "RF-DEV-001");
    must_not_find(&found, "RF-RES-004");
    subject.restart.max.from.known = RF_UNSET;
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-RES-004", 5, true, "without a limit");
}

/* What becomes of a tmpfs, by what the image has there. */
static const struct {
    const char *dockerfile;
    const char *target;
    int uid; /* of the mount; -1: none */
    const char *id;
    bool is_certain;
} tmpfs_cases[] = {
    {"FROM debian:12\nRUN mkdir /work\nUSER 7:7\n", "/work", -1, "RF-TMP-003", true},
    {"FROM debian:12\nRUN mkdir /work && chown 7:7 /work\nUSER 7:7\n", "/work/", -1, "RF-TMP-003", true},
    {"FROM debian:12\nRUN mkdir -m 1777 /work\nUSER 7:7\n", "/work", -1, NULL, true},
    {"FROM debian:12\nRUN mkdir /work\nUSER 7:7\n", "/work", 7, NULL, true},
    {"FROM debian:12\nRUN mkdir /work\nUSER 7:7\n", "/work", 8, "RF-TMP-003", true},
    {"FROM debian:12\nRUN mkdir /work\n", "/work", -1, NULL, true},
    {"FROM debian:12\nRUN useradd -u 7 -m m\nUSER m\n", "/home/m", -1, "RF-TMP-003", true},
    {"FROM debian:12\nRUN useradd -u 7 -m m\nUSER m\n", "/home/m", 7, NULL, true},
    {"FROM debian:12\nUSER 7:7\n", "/tmp", -1, NULL, true},
    {"FROM debian:12\nUSER 7:7\n", "/run", -1, "RF-TMP-003", true},
    {"FROM debian:12\nUSER 7:7\n", "/work", -1, "RF-TMP-006", true},
    {"FROM debian:12\nUSER 7:7\n", "/work", 7, NULL, true},
    {"FROM debian:12\nUSER 7:7\n", "/opt/work", -1, "RF-TMP-003", false},
    {"FROM example.org/unknown\nUSER 7:7\n", "/work", -1, "RF-TMP-003", false},
    {"FROM scratch\nCOPY a /a\nUSER 7:7\n", "/tmp", -1, "RF-TMP-006", true},
};

static void test_tmpfs(void **state)
{
    static const char *const ids[] = {"RF-TMP-003", "RF-TMP-006"};
    static struct found found;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(tmpfs_cases); i++) {
        struct rf_image *image = read_image(tmpfs_cases[i].dockerfile);
        struct rf_subject subject = service(image);
        struct rf_mounted mounted = tmpfs_at(tmpfs_cases[i].target, 1 << 20, 8);

        if (tmpfs_cases[i].uid >= 0)
            mounted.uid = number_at(tmpfs_cases[i].uid, 8);
        subject.mounts = &mounted;
        subject.mount_count = 1;
        look_at_service(&subject, image, &found);
        for (size_t j = 0; j < RF_COUNT(ids); j++) {
            bool is_wanted = tmpfs_cases[i].id && strcmp(tmpfs_cases[i].id, ids[j]) == 0;
            const struct rf_finding *finding = find(&found, ids[j]);

            if (!!finding != is_wanted || (finding && finding->is_certain != tmpfs_cases[i].is_certain))
                fail_msg("case %zu: %s: %s", i, ids[j], finding ? finding->text : "not found");
        }
    }
}

static void test_tmpfs_others(void **state)
{
    static struct found found;
    struct rf_image *image =
        read_image("FROM python:3.12\nCOPY models /app/models\nENV TRITON_CACHE_DIR=/tmp/t\n");
    struct rf_subject subject = service(image);
    struct rf_mounted mounts[] = {tmpfs_at("/app", 0, 5), tmpfs_at("/tmp", 1 << 20, 6)};

    (void)state;
    subject.mounts = mounts;
    subject.mount_count = 2;
    subject.limits.memory_bytes = number_at(1 << 20, 7);
    look_at_service(&subject, image, &found);
    must_find(&found, "RF-TMP-001", 5, true, "/app");
    assert_int_equal(count_of(&found, "RF-TMP-001"), 1);
    must_find(&found, "RF-TMP-002", 6, true, "1 MiB");
    must_find(&found, "RF-TMP-004", 6, true, "TRITON_CACHE_DIR");
    must_find(&found, "RF-TMP-005", 5, true, "/app/models");
    mounts[0] = tmpfs_at("/app/cache", 1 << 10, 5);
    mounts[1].exec = (struct rf_fact_bool){.is_true = true, .from = at(6)};
    subject.limits.memory_bytes = number_at(1 << 30, 7);
    look_at_service(&subject, image, &found);
    must_not_find(&found, "RF-TMP-001");
    must_not_find(&found, "RF-TMP-002");
    must_not_find(&found, "RF-TMP-004");
    must_not_find(&found, "RF-TMP-005");
}

static void test_file_caps(void **state)
{
    static struct found found;
    static const char text[] =
        "FROM debian:12\nCOPY serve /usr/bin/serve\nRUN setcap cap_net_bind_service=+ep "
        "/usr/bin/serve\nUSER 7:7\nENTRYPOINT [\"serve\"]\n";
    struct rf_image *image = read_image(text);
    struct rf_subject subject = service(image);

    (void)state;
    subject.cap_drop = list_at("ALL", 4);
    look_at_service(&subject, image, &found);
    must_find(&found, "RF-CAP-003", 4, true, "/usr/bin/serve");
    subject.cap_add = list_at("NET_BIND_SERVICE", 5);
    look_at_service(&subject, image, &found);
    must_not_find(&found, "RF-CAP-003");
    subject.cap_add = list_at("CHOWN", 5);
    look_at_service(&subject, image, &found);
    must_find(&found, "RF-CAP-003", 4, true, "/usr/bin/serve");
    subject.cap_drop.count = 0;
    look_at_service(&subject, image, &found);
    must_not_find(&found, "RF-CAP-003");
    look_at_image(text, &found);
    must_find(&found, "RF-CAP-003", 3, false, "/usr/bin/serve");
}

static void test_known_images(void **state)
{
    static struct found found;
    struct rf_subject subject = service(NULL);
    struct rf_mounted mounted = tmpfs_at("/var/run", 1 << 20, 6);
    struct rf_image *image = read_image("FROM debian:12\nRUN pip install torch\n");

    (void)state;
    subject.read_only_root = (struct rf_fact_bool){.is_true = true, .from = at(4)};
    subject.image = text_at("docker.io/library/postgres:16-alpine@sha256:00", 3);
    look_at_service(&subject, NULL, &found);
    must_find(&found, "RF-FS-003", 4, true, "/run/postgresql");
    subject.mounts = &mounted;
    subject.mount_count = 1;
    look_at_service(&subject, NULL, &found);
    must_not_find(&found, "RF-FS-003");
    subject.image = text_at("example.org/postgres:16", 3);
    subject.mount_count = 0;
    look_at_service(&subject, NULL, &found);
    must_not_find(&found, "RF-FS-003");

    subject = service(image);
    subject.image = text_at("ocr", 3);
    look_at_service(&subject, image, &found);
    must_find(&found, "RF-FS-005", 3, false, "64 MiB");
    subject.limits.shm_bytes = number_at(1LL << 30, 4);
    look_at_service(&subject, image, &found);
    must_not_find(&found, "RF-FS-005");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_service, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_lacking, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_compose, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_spaces, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_ports, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_binds, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_service_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tmpfs, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tmpfs_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_file_caps, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_known_images, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
