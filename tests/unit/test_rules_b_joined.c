/* Homes, caches, volumes and health checks, of images alone and under a service. */
#include "rules_image_kit.h"

#include "manifest/compose.h"
#include "manifest/kubernetes.h"

#define APP "RUN useradd -m -u 7 app\nUSER 7:7\n"
#define FETCH "RUN python3 -c 'from huggingface_hub import snapshot_download as s; s(\"a/b\")'\n"

static const struct file_case homes[] = {
    {"RF-HOME-001", "FROM debian\nRUN useradd -r -u 7 app\nUSER 7:7\n", 3, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nRUN useradd --no-create-home -u 7 app\nUSER app\n", 3, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nRUN adduser --system --no-create-home --uid 7 app\nUSER app\n", 3, SURE,
     NULL},
    {"RF-HOME-001", "FROM debian\nUSER 10001:10001\n", 2, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nUSER 999:999\n", 2, MAYBE, NULL},
    {"RF-HOME-001", "FROM debian\n" APP "ENV HOME=/root\n", 4, SURE, NULL},
    {"RF-HOME-001", "FROM debian\nRUN mkdir /h\n" APP "ENV HOME=/h\n", 5, SURE, NULL},
    {"RF-HOME-001", "FROM debian\n" APP, 0, NOTHING, NULL},
    {"RF-HOME-001",
     "FROM debian\nRUN useradd -r -u 7 app && mkdir -p /home/app && chown 7:7 /home/app\nUSER 7:7\n", 0,
     NOTHING, NULL},
    {"RF-HOME-001", "FROM debian\nENV HOME=/tmp\nUSER 10001:10001\n", 0, NOTHING, NULL},
    {"RF-HOME-001", "FROM debian\nRUN install -d -o 7 -g 7 /h\nENV HOME=/h\nUSER 7:7\n", 0, NOTHING, NULL},
    {"RF-HOME-001", "FROM debian\nCMD [\"x\"]\n", 0, NOTHING, NULL},
    {"RF-HOME-001", "FROM debian AS b\nUSER 10001:10001\nFROM debian\n", 0, NOTHING, NULL},

    {"RF-HOME-002", "FROM debian\nENV HF_HOME=~/.cache\n", 2, SURE, NULL},
    {"RF-HOME-002", "FROM debian\nUSER 10001:10001\nCMD python3 ~/x.py\n", 3, SURE, NULL},
    {"RF-HOME-002", "FROM debian\nCOPY <<EOF /e.sh\nls ~/x\nEOF\nUSER 10001:10001\n", 2, SURE, NULL},
    {"RF-HOME-002", "FROM debian\n" APP "CMD python3 ~/x.py\n", 0, NOTHING, NULL},
    {"RF-HOME-002", "FROM debian\nENV X=a~/b\n", 0, NOTHING, NULL},

    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/root/.cache/huggingface\n" APP, 2, SURE, NULL},
    {"RF-CACHE-001", "FROM debian\nRUN useradd -m -u 8 b\nENV TORCH_HOME=/home/b/t\n" APP, 3, SURE, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/root/.cache/huggingface\n", 0, NOTHING, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/app/cache\n" APP, 0, NOTHING, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/home/app/c\n" APP, 0, NOTHING, NULL},
    {"RF-CACHE-001", "FROM debian\nENV HF_HOME=/root/c\nRUN chmod 755 /root\n" APP, 0, NOTHING, NULL},

    {"RF-CACHE-003", "FROM python:3\n" FETCH APP, 2, SURE, NULL},
    {"RF-CACHE-003", "FROM python:3\nENV HF_HOME=/c\n" FETCH APP, 3, MAYBE, NULL},
    {"RF-CACHE-003", "FROM python:3\nRUN huggingface-cli download a/b\n" APP, 2, SURE, NULL},
    {"RF-CACHE-003", "FROM python:3\nRUN python3 - <<EOF\nimport whisper\nwhisper.load_model('x')\nEOF\n" APP,
     2, SURE, NULL},
    {"RF-CACHE-003", "FROM python:3\nENV HF_HOME=/c HF_HUB_OFFLINE=1\n" FETCH APP, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\nENV HF_HOME=/c\n" FETCH "RUN chown -R 7:7 /c\n" APP, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\n" APP FETCH, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\n" FETCH, 0, NOTHING, NULL},
    {"RF-CACHE-003", "FROM python:3\nRUN huggingface-cli download a/b --local-dir /m\n" APP, 0, NOTHING,
     NULL},

    {"RF-CACHE-004", "FROM debian\nENV TRANSFORMERS_CACHE=/c\n", 2, SURE, NULL},
    {"RF-CACHE-004", "FROM debian\nENV HTRMOPO_DIR=/c\n", 2, SURE, NULL},
    {"RF-CACHE-004", "FROM debian\nENV TRANSFORMERS_CACHE=/c HF_HOME=/c\n", 0, NOTHING, NULL},
    {"RF-CACHE-004", "FROM debian\nENV HF_HOME=/c\n", 0, NOTHING, NULL},
};

static void knows_homes(void **state)
{
    (void)state;
    check_files(homes, RF_COUNT(homes));
}

static const struct file_case checks[] = {
    {"RF-HC-001", "FROM debian\nCMD [\"x\"]\n", 1, SURE, NULL},
    {"RF-HC-001", "FROM debian\nHEALTHCHECK NONE\n", 2, SURE, NULL},
    {"RF-HC-001", "FROM example.org/x\n", 1, MAYBE, NULL},
    {"RF-HC-001", "FROM debian AS b\nHEALTHCHECK CMD x\nFROM b\n", 0, NOTHING, NULL},
    {"RF-HC-001", "FROM debian\nHEALTHCHECK CMD x\n", 0, NOTHING, NULL},

    {"RF-HC-002", "FROM python:3-slim\nHEALTHCHECK CMD curl -f http://localhost/\n", 2, SURE, NULL},
    {"RF-HC-002", "FROM python:3-slim\nHEALTHCHECK CMD [\"wget\", \"-q\", \"http://localhost/\"]\n", 2, SURE,
     NULL},
    {"RF-HC-002", "FROM python:3-slim\nHEALTHCHECK CMD test -f /x && /usr/bin/curl x || exit 1\n", 2, SURE,
     NULL},
    {"RF-HC-002", "FROM python:3-slim\nHEALTHCHECK CMD [\"sh\", \"-c\", \"nc -z localhost 1 || exit 1\"]\n",
     2, SURE, NULL},
    {"RF-HC-002", "FROM debian AS b\nRUN apt-get install -y curl\nFROM debian\nHEALTHCHECK CMD curl x\n", 4,
     SURE, NULL},
    {"RF-HC-002", "FROM gcr.io/distroless/static\nHEALTHCHECK CMD /x\n", 2, SURE, NULL},
    {"RF-HC-002", "FROM scratch\nCOPY x /x\nHEALTHCHECK CMD [\"/y\"]\n", 3, SURE, NULL},
    {"RF-HC-002", "FROM scratch\nCOPY x /x\nHEALTHCHECK CMD [\"/x\"]\n", 0, NOTHING, NULL},
    {"RF-HC-002", "FROM python:3-slim\nRUN apt-get install -y curl\nHEALTHCHECK CMD curl x\n", 0, NOTHING,
     NULL},
    {"RF-HC-002", "FROM python:3-slim\nHEALTHCHECK CMD python -c 'curl' || exit 1\n", 0, NOTHING, NULL},
    {"RF-HC-002", "FROM example.org/x\nHEALTHCHECK CMD curl x\n", 0, NOTHING, NULL},
    {"RF-HC-002", "FROM python:3-slim\nHEALTHCHECK CMD X=curl python -c 'x' > /dev/null 2>&1\n", 0, NOTHING,
     NULL},

    {"RF-HC-003", "FROM python:3\nRUN pip install vllm\nHEALTHCHECK --interval=5s CMD x\n", 3, MAYBE, NULL},
    {"RF-HC-003", "FROM python:3\nRUN pip install vllm\nHEALTHCHECK --interval=5s --start-period=5m CMD x\n",
     0, NOTHING, NULL},
    {"RF-HC-003", "FROM python:3\nRUN pip install vllm\nHEALTHCHECK CMD x\n", 0, NOTHING, NULL},
    {"RF-HC-003", "FROM python:3\nRUN pip install flask\nHEALTHCHECK --interval=5s CMD x\n", 0, NOTHING,
     NULL},

    {"RF-HC-005", "FROM debian\nEXPOSE 80\nHEALTHCHECK CMD curl http://localhost:8080/\n", 3, MAYBE, NULL},
    {"RF-HC-005", "FROM debian\nEXPOSE 8080\nHEALTHCHECK CMD curl http://localhost/\n", 3, MAYBE, NULL},
    {"RF-HC-005", "FROM debian\nEXPOSE 80\nHEALTHCHECK CMD nc -z 127.0.0.1 81\n", 3, MAYBE, NULL},
    {"RF-HC-005", "FROM debian\nEXPOSE 8080-8090\nHEALTHCHECK CMD curl http://localhost:8085/\n", 0, NOTHING,
     NULL},
    {"RF-HC-005", "FROM debian\nEXPOSE 80\nENV PORT=8080\nHEALTHCHECK CMD curl http://localhost:8080/\n", 0,
     NOTHING, NULL},
    {"RF-HC-005", "FROM debian\nEXPOSE 80\nHEALTHCHECK CMD curl http://localhost:$PORT/\n", 0, NOTHING, NULL},
    {"RF-HC-005", "FROM debian\nHEALTHCHECK CMD curl http://localhost:8080/\n", 0, NOTHING, NULL},
    {"RF-HC-005", "FROM debian\nEXPOSE 80\nHEALTHCHECK CMD curl http://db:8080/\n", 0, NOTHING, NULL},

    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD curl -fso /tmp/x http://localhost/\n", 2, MAYBE, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD curl --output=/tmp/x http://localhost/\n", 2, MAYBE, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD curl -f http://localhost/ > /tmp/x 2>&1\n", 2, MAYBE, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD wget http://localhost/ || exit 1\n", 2, MAYBE, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD wget -qO /x http://localhost/\n", 2, MAYBE, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD wget -qO- http://localhost/ || exit 1\n", 0, NOTHING, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD wget --spider http://localhost/\n", 0, NOTHING, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD curl -fso /dev/null http://localhost/ >/dev/null 2>&1\n", 0,
     NOTHING, NULL},
    {"RF-HC-006", "FROM debian\nHEALTHCHECK CMD curl --fail -s http://localhost/ || exit 1\n", 0, NOTHING,
     NULL},

    {"RF-VOL-006", "FROM debian\nUSER 7:7\nCOPY x /x\nRUN chmod +x /x\n", 4, SURE, NULL},
    {"RF-VOL-006", "FROM debian\nRUN mkdir /d\nUSER 7:7\nRUN chown 7:7 /d\n", 4, SURE, NULL},
    {"RF-VOL-006", "FROM debian\nRUN mkdir /d && chown -R 7:7 /d\nCOPY . /d\nUSER 7:7\n", 3, MAYBE, NULL},
    {"RF-VOL-006", "FROM debian\nRUN mkdir /d && chown -R 7:7 /d\nCOPY --chown=7:7 . /d\nUSER 7:7\n", 0,
     NOTHING, NULL},
    {"RF-VOL-006", "FROM debian\nCOPY . /d\nRUN chown -R 7:7 /d\nUSER 7:7\n", 0, NOTHING, NULL},
    {"RF-VOL-006", "FROM debian\nUSER 7:7\nRUN mkdir /tmp/d && chmod 700 /tmp/d\n", 0, NOTHING, NULL},
    {"RF-VOL-006", "FROM debian\nUSER 7:7\nCOPY x /x\nUSER root\nRUN chmod +x /x\n", 0, NOTHING, NULL},
    {"RF-VOL-006", "FROM debian\nUSER 7:7\nCOPY x /x\nRUN sudo chmod +x /x\n", 0, NOTHING, NULL},

    {"RF-VOL-007", "FROM debian\nVOLUME /d\nRUN chown 7:7 /d\n", 3, SURE, NULL},
    {"RF-VOL-007", "FROM debian\nVOLUME /d/e\nRUN chown -R 7:7 /d\n", 3, SURE, NULL},
    {"RF-VOL-007", "FROM debian\nRUN chown 7:7 /d\nVOLUME /d\n", 0, NOTHING, NULL},
    {"RF-VOL-007", "FROM debian\nVOLUME /d\nRUN chown 7:7 /data\n", 0, NOTHING, NULL},
};

static void knows_checks(void **state)
{
    (void)state;
    check_files(checks, RF_COUNT(checks));
}

/* --- Dockerfiles under a service --- */

static struct rf_fact_text known(const char *text)
{
    return (struct rf_fact_text){.value = rf_str_of(text), .from = {.known = RF_KNOWN, .line = 1}};
}

static const struct {
    const char *id;
    const char *text;
    const char *user;   /* NULL: none */
    const char *target; /* of a named volume */
    bool is_read_only;  /* the volume */
    bool has_read_only_root;
    const char *env; /* a name */
    const char *value;
    enum certainty certainty;
} services[] = {
    {.id = "RF-VOL-001", .text = "FROM debian\nUSER 7:7\n", .target = "/models", .certainty = SURE},
    {.id = "RF-VOL-001", .text = "FROM debian\nRUN mkdir /m\nUSER 7:7\n", .target = "/m", .certainty = SURE},
    {.id = "RF-VOL-001",
     .text = "FROM debian\nCOPY . /app\nUSER 7:7\n",
     .target = "/app/m",
     .certainty = SURE},
    {.id = "RF-VOL-001",
     .text = "FROM debian\nRUN install -d -o 7 /m\n",
     .user = "8:8",
     .target = "/m",
     .certainty = SURE},
    {.id = "RF-VOL-001", .text = "FROM debian\nRUN install -d -o 7 -g 7 /m\nUSER 7:7\n", .target = "/m/"},
    {.id = "RF-VOL-001", .text = "FROM debian\nRUN mkdir -m 1777 /m\nUSER 7:7\n", .target = "/m"},
    {.id = "RF-VOL-001", .text = "FROM debian\nCOPY --chown=7:7 . /app\nUSER 7:7\n", .target = "/app/m"},
    {.id = "RF-VOL-001", .text = "FROM debian\nUSER 7:7\n", .target = "/m", .is_read_only = true},
    {.id = "RF-VOL-001", .text = "FROM debian\n", .target = "/m"},
    {.id = "RF-VOL-001", .text = "FROM redis\nUSER 7:7\n", .target = "/data"},
    {.id = "RF-VOL-001", .text = "FROM example.org/x\nUSER 7:7\n", .target = "/m"},

    {.id = "RF-HOME-001", .text = "FROM debian\n", .user = "10001:10001", .certainty = SURE},
    {.id = "RF-HOME-001", .text = "FROM debian\n" APP, .has_read_only_root = true, .certainty = SURE},
    {.id = "RF-HOME-001", .text = "FROM debian\n" APP, .has_read_only_root = true, .target = "/home/app"},
    {.id = "RF-HOME-001", .text = "FROM debian\n", .user = "10001:10001", .env = "HOME", .value = "/tmp"},

    {.id = "RF-CACHE-001", .text = "FROM debian\nENV HF_HOME=/root/c\n", .user = "7:7", .certainty = SURE},
    {.id = "RF-CACHE-001",
     .text = "FROM debian\n" APP,
     .env = "HF_HOME",
     .value = "/root/c",
     .certainty = SURE},
    {.id = "RF-CACHE-001", .text = "FROM debian\n" APP, .target = "/root/.cache", .certainty = SURE},
    {.id = "RF-CACHE-001", .text = "FROM debian\n" APP, .target = "/home/app/.cache"},
    {.id = "RF-CACHE-001", .text = "FROM debian\n", .target = "/root/.cache"},

    {.id = "RF-CACHE-002",
     .text = "FROM python:3\nENV HF_HOME=/a\n" FETCH,
     .env = "HF_HOME",
     .value = "/b",
     .certainty = SURE},
    {.id = "RF-CACHE-002", .text = "FROM python:3\nENV HF_HOME=/a\n" FETCH, .env = "HF_HOME", .value = "/a"},
    {.id = "RF-CACHE-002", .text = "FROM python:3\nENV HF_HOME=/a\n", .env = "HF_HOME", .value = "/b"},
    {.id = "RF-CACHE-002",
     .text = "FROM python:3\nENV HF_HOME=/a\n",
     .target = "/root/.cache/huggingface",
     .certainty = SURE},
    {.id = "RF-CACHE-002",
     .text = "FROM python:3\n" APP,
     .target = "/root/.cache/huggingface",
     .certainty = SURE},
    {.id = "RF-CACHE-002", .text = "FROM python:3\n" APP, .target = "/home/app/.cache"},
    {.id = "RF-CACHE-002", .text = "FROM python:3\nENV HF_HOME=/a\n", .target = "/a"},
    {.id = "RF-CACHE-002", .text = "FROM python:3\nENV XDG_CACHE_HOME=/a\n", .target = "/a/huggingface"},

    {.id = "RF-VOL-009",
     .text = "FROM debian\nENV HF_HOME=/c\n",
     .target = "/c",
     .is_read_only = true,
     .certainty = SURE},
    {.id = "RF-VOL-009",
     .text = "FROM debian\nENV HF_HOME=/c HF_HUB_OFFLINE=1\n",
     .target = "/c",
     .is_read_only = true},
    {.id = "RF-VOL-009", .text = "FROM debian\nENV HF_HOME=/c\n", .target = "/c"},
    {.id = "RF-VOL-009", .text = "FROM debian\nENV HF_HOME=/c\n", .target = "/d", .is_read_only = true},

    {.id = "RF-HC-006",
     .text = "FROM debian\nHEALTHCHECK CMD curl -o /tmp/x http://localhost\n",
     .has_read_only_root = true,
     .certainty = SURE},
    {.id = "RF-HC-006",
     .text = "FROM debian\nHEALTHCHECK CMD curl -o /tmp/x http://localhost\n",
     .has_read_only_root = true,
     .target = "/tmp"},
    {.id = "RF-HC-006", .text = "FROM debian\nHEALTHCHECK CMD curl -o /tmp/x http://localhost\n"},

    {.id = "RF-USER-007", .text = "FROM debian\n", .user = "10001", .certainty = SURE},
    {.id = "RF-USER-007", .text = "FROM debian\n" APP, .user = "7"},
    {.id = "RF-USER-007", .text = "FROM debian\n", .user = "10001:10001"},
    {.id = "RF-SECR-002", .text = "FROM debian\n", .env = "API_TOKEN", .value = "", .certainty = SURE},
    {.id = "RF-SECR-002", .text = "FROM debian\n", .env = "GREETING", .value = ""},
    {.id = "RF-SECR-001", .text = "FROM debian\n", .env = "API_TOKEN", .value = "abc", .certainty = SURE},
};

static void knows_services(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(services); i++) {
        const struct rf_image *image = read_image(services[i].text, NULL);
        struct rf_env env = {.source = RF_ENV_LITERAL};
        struct rf_mounted mounted = {.kind = RF_MOUNTED_VOLUME, .source = known("v")};
        struct rf_subject subject = {.platform = RF_PLATFORM_DOCKER,
                                     .stage = image->target,
                                     .env = &env,
                                     .mounts = &mounted,
                                     .from = {.known = RF_KNOWN, .line = 1}};
        struct rf_look look = {.subject = &subject, .stage = image->target, .image = image, .arena = &arena};
        const struct rf_finding *finding;

        subject.build.from = known("").from;
        if (services[i].user)
            subject.own.user = known(services[i].user);
        subject.context = subject.own;
        if (services[i].target)
            mounted.target = known(services[i].target);
        mounted.read_only =
            (struct rf_fact_bool){.is_true = services[i].is_read_only, .from = known("").from};
        subject.mount_count = services[i].target != NULL;
        subject.read_only_root =
            (struct rf_fact_bool){.is_true = services[i].has_read_only_root, .from = known("").from};
        if (services[i].env) {
            env.name = known(services[i].env);
            env.value = known(services[i].value);
        }
        subject.env_count = services[i].env != NULL;
        rf_rules_look(&look);
        finding = find(&look, services[i].id);
        if ((finding != NULL) != (services[i].certainty != NOTHING))
            fail_msg("row %zu: %s is %s: %s\n%s", i, services[i].id, finding ? "found" : "not found",
                     finding ? finding->text : "", services[i].text);
        if (finding && finding->is_certain != (services[i].certainty == SURE))
            fail_msg("row %zu: %s is %s", i, services[i].id, finding->is_certain ? "certain" : "not certain");
    }
}

/* --- files of Compose and Kubernetes, read as they stand --- */

static struct rf_manifest read_manifest(const char *text)
{
    const struct rf_compose_file file = {RF_STR("compose.yaml"), rf_str_of(text)};
    const struct rf_compose_world *world = rf_arena_alloc(&arena, sizeof(*world));
    struct rf_manifest manifest = {0};
    struct rf_err err = {0};
    int r = strstr(text, "apiVersion")
                ? rf_kubernetes_read("pod.yaml", rf_str_of(text), &arena, &manifest, &err)
                : rf_compose_read(&file, 1, world, &arena, &manifest, &err);

    if (r < 0)
        fail_msg("%s\n%s", err.msg, text);
    return manifest;
}

#define OCR "services:\n ocr:\n  build: .\n"
#define POD "apiVersion: v1\nkind: Pod\nmetadata: {name: p}\nspec:\n"
#define IMAGE " containers:\n - name: c\n   image: a/b:1\n"

static const struct {
    const char *id;
    const char *manifest;
    const char *dockerfile; /* builds the image of all; NULL: not known */
    uint32_t line;          /* 0: nothing is found */
    enum certainty certainty;
} manifests[] = {
    {"RF-USER-001", "services:\n a:\n  image: a/b:1\n  user: \"0\"\n", NULL, 4, SURE},
    {"RF-USER-001", "services:\n a:\n  image: a/b:1\n  user: ${U}\n", NULL, 4, MAYBE},
    {"RF-USER-001", "services:\n a:\n  image: a/b:1\n  user: \"7:7\"\n", NULL, 0, NOTHING},
    {"RF-USER-001", OCR, "FROM debian\nUSER 7:7\n", 0, NOTHING},
    {"RF-USER-001", POD " securityContext: {runAsNonRoot: true}\n" IMAGE, NULL, 0, NOTHING},
    {"RF-USER-001", POD IMAGE "   securityContext: {runAsUser: 0}\n", NULL, 8, SURE},
    {"RF-USER-002", POD " securityContext: {runAsNonRoot: true}\n" IMAGE,
     "FROM debian\nRUN useradd a\nUSER a\n", 5, SURE},
    {"RF-USER-002", POD " securityContext: {runAsNonRoot: true}\n" IMAGE, "FROM debian\nUSER 7:7\n", 0,
     NOTHING},
    {"RF-USER-003", "services:\n a:\n  image: a/b:1\n  group_add: [\"0\"]\n", NULL, 4, SURE},
    {"RF-USER-003", POD IMAGE "   securityContext: {runAsUser: 7, runAsGroup: 4294967303}\n", NULL, 8, SURE},
    {"RF-USER-005", POD IMAGE "   securityContext: {runAsNonRoot: true, runAsUser: 0}\n", NULL, 8, SURE},
    {"RF-USER-005",
     POD " securityContext: {runAsNonRoot: true}\n" IMAGE "   securityContext: {runAsNonRoot: false}\n", NULL,
     9, SURE},
    {"RF-USER-005", POD IMAGE "   securityContext: {runAsNonRoot: true, runAsUser: 7}\n", NULL, 0, NOTHING},
    {"RF-USER-006", OCR "  user: 1000:30\n", NULL, 4, SURE},
    {"RF-USER-006", OCR "  user: 1000\n", NULL, 4, SURE},
    {"RF-USER-006", OCR "  user: 1000:1000\n", NULL, 0, NOTHING},
    {"RF-USER-006", OCR "  user: \"1000:30\"\n", NULL, 0, NOTHING},
    {"RF-USER-007", OCR "  user: \"1000\"\n", NULL, 4, MAYBE},
    {"RF-USER-007", OCR "  user: 1000:${G}\n", NULL, 0, NOTHING},
    {"RF-USER-007", OCR "  user: 1000:1000\n", NULL, 0, NOTHING},
    {"RF-USER-007", POD IMAGE "   securityContext: {runAsUser: 1000}\n", NULL, 8, MAYBE},
    {"RF-USER-007", POD IMAGE "   securityContext: {runAsUser: 1000, runAsGroup: 1000}\n", NULL, 0, NOTHING},
    {"RF-USER-010", "services:\n db:\n  image: postgres:16\n  cap_drop: [ALL]\n", NULL, 4, MAYBE},
    {"RF-USER-010", "services:\n db:\n  image: postgres:16\n  cap_drop: [ALL]\n  user: \"999:999\"\n", NULL,
     0, NOTHING},
    {"RF-USER-010",
     "services:\n db:\n  image: postgres:16\n  cap_drop: [ALL]\n  cap_add: [CHOWN, SETUID, SETGID]\n", NULL,
     0, NOTHING},
    {"RF-USER-010", OCR "  cap_drop: [ALL]\n",
     "FROM debian\nRUN apt-get install -y gosu\nENTRYPOINT [\"/e.sh\"]\n", 4, MAYBE},
    {"RF-SECR-002", OCR "  environment:\n   TRAINING_TOKEN: ${OCR_TRAINING_TOKEN:-}\n", NULL, 5, SURE},
    {"RF-SECR-002", OCR "  environment:\n   TRAINING_TOKEN: ${OCR_TRAINING_TOKEN:?set it}\n", NULL, 0,
     NOTHING},
    {"RF-SECR-001", OCR "  environment:\n   DB_PASSWORD: ${P:-hunter2}\n", NULL, 5, MAYBE},
    {"RF-SECR-001", OCR "  environment: [\"DB_PASSWORD=hunter2\"]\n", NULL, 4, SURE},
    {"RF-SECR-001", OCR "  environment: [\"DB_PASSWORD=${P}\", DB_PASSWORD_FILE=/run/secrets/x, TOKEN]\n",
     NULL, 0, NOTHING},
    {"RF-SECR-003", POD IMAGE, NULL, 5, SURE},
    {"RF-SECR-003", POD " automountServiceAccountToken: false\n" IMAGE, NULL, 0, NOTHING},
    {"RF-IMG-001", "services:\n a:\n  image: a/b\n", NULL, 3, SURE},
    {"RF-IMG-001", OCR "  image: a/b\n", NULL, 0, NOTHING},
    {"RF-IMG-005", "services:\n a:\n  image: a/b:1\n  command: sudo x\n", NULL, 4, SURE},
    {"RF-HC-001", "services:\n a:\n  image: a/b:1\n  healthcheck: {disable: true}\n", NULL, 4, SURE},
    {"RF-HC-001", OCR, "FROM debian\nHEALTHCHECK CMD x\n", 0, NOTHING},
    {"RF-HC-001", POD IMAGE "   livenessProbe: {tcpSocket: {port: 80}}\n", NULL, 0, NOTHING},
    {"RF-HC-002", OCR "  healthcheck:\n   test: curl -f http://localhost/\n", "FROM python:3-slim\n", 5,
     SURE},
    {"RF-HC-002", OCR "  healthcheck:\n   test: [CMD-SHELL, \"wget -q localhost || exit 1\"]\n",
     "FROM python:3-slim\n", 5, SURE},
    {"RF-HC-002", OCR "  healthcheck:\n   test: [CMD, python, -c, x]\n", "FROM python:3-slim\n", 0, NOTHING},
    {"RF-HC-003", OCR "  healthcheck: {test: x, interval: 5s}\n", "FROM python:3\nRUN pip install vllm\n", 4,
     MAYBE},
    {"RF-HC-003", OCR "  healthcheck: {test: x, interval: 5s, start_period: 2m}\n",
     "FROM python:3\nRUN pip install vllm\n", 0, NOTHING},
    {"RF-HC-004", OCR "  depends_on: [db]\n db:\n  image: a/b:1\n  healthcheck: {test: x}\n", NULL, 4, SURE},
    {"RF-HC-004",
     OCR "  depends_on: {db: {condition: service_healthy}}\n db:\n  image: a/b:1\n  healthcheck: {test: x}\n",
     NULL, 0, NOTHING},
    {"RF-HC-004", OCR "  depends_on: [db]\n db:\n  image: a/b:1\n", NULL, 0, NOTHING},
    {"RF-HC-005",
     POD IMAGE "   ports: [{name: web, containerPort: 80}]\n   livenessProbe: {httpGet: {port: http}}\n",
     NULL, 9, SURE},
    {"RF-HC-005",
     POD IMAGE "   ports: [{name: web, containerPort: 80}]\n   livenessProbe: {httpGet: {port: web}}\n", NULL,
     0, NOTHING},
    {"RF-HC-004", "services:\n a:\n  image: a/b:1\n  depends_on: [ocr]\n ocr:\n  build: .\n",
     "FROM debian\nHEALTHCHECK CMD x\n", 4, SURE},
    {"RF-HOME-001", OCR "  read_only: true\n", "FROM debian\n" APP, 4, SURE},
    {"RF-HC-006", OCR "  read_only: true\n  healthcheck:\n   test: curl -o /tmp/x localhost\n",
     "FROM debian\n", 6, SURE},
    {"RF-HC-006", OCR "  read_only: true\n  tmpfs: /tmp\n  healthcheck:\n   test: curl -o /tmp/x localhost\n",
     "FROM debian\n", 0, NOTHING},
    {"RF-VOL-001", OCR "  volumes: [\"mo:/m\"]\nvolumes: {mo: {}}\n", "FROM debian\nUSER 7:7\n", 4, SURE},
    {"RF-VOL-001", OCR "  volumes: [\"./m:/m\"]\n", "FROM debian\nUSER 7:7\n", 0, NOTHING},
    {"RF-VOL-009", OCR "  environment: {HF_HOME: /c}\n  volumes: [\"mo:/c:ro\"]\nvolumes: {mo: {}}\n", NULL,
     5, SURE},
    {"RF-VOL-009",
     OCR "  environment: {HF_HOME: /c, HF_HUB_OFFLINE: 1}\n  volumes: [\"mo:/c:ro\"]\nvolumes: {mo: {}}\n",
     NULL, 0, NOTHING},
    {"RF-CACHE-001", OCR "  user: \"7:7\"\n  environment: {HF_HOME: /root/c}\n", NULL, 5, SURE},
    {"RF-CACHE-002",
     OCR "  environment: {HF_HOME: /c}\n  volumes: [\"mo:/root/.cache/huggingface\"]\nvolumes: {mo: {}}\n",
     NULL, 5, SURE},
    {"RF-CACHE-004", OCR "  environment: {TRANSFORMERS_CACHE: /c}\n", NULL, 4, SURE},
    {"RF-HOME-002", OCR "  environment: {HF_HOME: ~/c}\n", NULL, 4, SURE},
};

static const struct rf_finding *find_in(const struct rf_manifest *manifest, const struct rf_image *image,
                                        const char *id)
{
    for (size_t i = 0; i < manifest->subject_count; i++) {
        struct rf_look look = {.subject = manifest->subjects[i],
                               .image = image,
                               .stage = image ? image->target : NULL,
                               .neighbours = manifest->subjects,
                               .neighbour_count = manifest->subject_count,
                               .arena = &arena};
        const struct rf_finding *finding;

        rf_rules_look(&look);
        finding = find(&look, id);
        if (finding)
            return finding;
    }
    return NULL;
}

static void knows_manifests(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(manifests); i++) {
        struct rf_manifest manifest = read_manifest(manifests[i].manifest);
        const struct rf_image *image =
            manifests[i].dockerfile ? read_image(manifests[i].dockerfile, NULL) : NULL;
        const struct rf_finding *finding = find_in(&manifest, image, manifests[i].id);

        if ((finding ? finding->from.line : 0) != manifests[i].line)
            fail_msg("%s is found at line %u: %s\n%s", manifests[i].id, finding ? finding->from.line : 0,
                     finding ? finding->text : "", manifests[i].manifest);
        if (finding && finding->is_certain != (manifests[i].certainty == SURE))
            fail_msg("%s is %s: %s\n%s", manifests[i].id, finding->is_certain ? "certain" : "not certain",
                     finding->text, manifests[i].manifest);
    }
}

static bool is_ours(const char *id)
{
    static const char *const families[] = {"RF-USER-", "RF-HOME-", "RF-CACHE-", "RF-HC-",
                                           "RF-SECR-", "RF-IMG-",  "RF-VOL-009"};

    for (size_t i = 0; i < RF_COUNT(families); i++)
        if (strncmp(id, families[i], strlen(families[i])) == 0)
            return true;
    return false;
}

/* What people are shown is what it says. */
static void examples_hold(void **state)
{
    const struct rf_rule *rule;

    (void)state;
    for (size_t i = 0; (rule = rf_rule_at(i)) != NULL; i++) {
        struct rf_manifest bad;
        struct rf_manifest good;

        if (strncmp(rule->bad, "services:", 9) != 0 || !is_ours(rule->id))
            continue;
        bad = read_manifest(rule->bad);
        good = read_manifest(rule->good);
        if (!find_in(&bad, NULL, rule->id))
            fail_msg("the bad example of %s is not found", rule->id);
        if (find_in(&good, NULL, rule->id))
            fail_msg("the good example of %s is found", rule->id);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(knows_homes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_checks, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_services, set_up, tear_down),
        cmocka_unit_test_setup_teardown(knows_manifests, set_up, tear_down),
        cmocka_unit_test_setup_teardown(examples_hold, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
