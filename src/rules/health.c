/* Health checks. Of a Dockerfile only the stage that is shipped counts. */
#include "rules/probe_words.h"

#include "rules/caches.h"
#include "rules/image_ask.h"

#include <string.h>

/* --- RF-HC-001 --- */

/* It ends by itself, so that nothing asks it how it is. */
static bool is_job(const struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;

    return look->subject->container != RF_CONTAINER_MAIN ||
           (pod && (rf_ask_is_one_of(pod->kind.value, "Job CronJob") ||
                    rf_ask_is_one_of(pod->restart_policy.value, "Never OnFailure")));
}

static void look_kube_none(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (subject->kind == RF_SUBJECT_POD || is_job(look))
        return;
    for (size_t i = 0; i < subject->probe_count; i++)
        if (subject->probes[i].kind == RF_PROBE_LIVENESS || subject->probes[i].kind == RF_PROBE_READINESS)
            return;
    rf_look_found(look, &subject->from,
                  "it has neither a liveness nor a readiness probe: nobody notices when it hangs");
}

static void look_image_none(struct rf_look *look)
{
    const struct rf_image_health *health = &look->stage->health;

    if (health->from.known != RF_UNSET && health->kind == RF_IMAGE_HEALTH_NONE)
        rf_look_found(look, &health->from, "HEALTHCHECK NONE takes the check away");
    else if (health->from.known == RF_UNSET && (look->stage->known || look->stage->is_scratch))
        rf_look_found(look, &look->subject->from, "there is no health check: nobody notices when it hangs");
    else if (health->from.known == RF_UNSET)
        rf_look_maybe(look, &look->subject->from, "there is no health check, unless %.*s brings one",
                      RF_FMT(look->stage->base.value));
}

static void look_none(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (!rf_ask_is_shipped(look))
        return;
    if (rf_look_is_kube(look)) {
        look_kube_none(look);
        return;
    }
    for (size_t i = 0; i < subject->probe_count; i++) {
        const struct rf_probe *probe = &subject->probes[i];

        if (probe->kind == RF_PROBE_HEALTH && probe->disabled.is_true && !rf_look_is_stage(look))
            rf_look_found(look, &probe->disabled.from, "the health check is disabled");
        if (probe->kind == RF_PROBE_HEALTH && !rf_look_is_stage(look))
            return;
    }
    if (look->stage)
        look_image_none(look);
    else
        rf_look_maybe(look, &subject->from, "there is no health check, unless the image brings one");
}

/* --- RF-HC-002 --- */

#define BUILTINS                                                                                             \
    "exit test [ [[ true false echo : . source eval exec kill cd set if then else fi while do done for "     \
    "printf read trap wait export return command type shift break continue case esac in local unset ulimit " \
    "umask sh bash ash dash"
#define ASKERS "curl wget nc ncat netcat pg_isready mysqladmin redis-cli python python3 node bash httpie jq"

/* Programs in the image's own PATH are not looked for. */
static bool may_be_elsewhere(struct rf_look *look, struct rf_str program)
{
    return !rf_ask_is_one_of(program, ASKERS) &&
           rf_image_find_env(look->image, look->stage, RF_STR("PATH")) != NULL;
}

static void judge_program(struct rf_look *look, const struct rf_probe_words *words, struct rf_str word)
{
    struct rf_str program = rf_ask_base_name(word);
    struct rf_image_path_state state;

    if (word.len == 0 || *word.ptr == '$' || (rf_ask_is_one_of(program, BUILTINS) && words->is_shell))
        return;
    if (program.len < word.len) {
        if (*word.ptr == '/' && !rf_str_starts(word, "/bin/") && !rf_str_starts(word, "/usr/")) {
            rf_image_find_path(look->stage, word, &state);
            if (state.is_there == RF_IMAGE_NO)
                rf_look_found(look, &words->from, "the check runs %.*s, which is not in the image",
                              RF_FMT(word));
            return;
        }
        if (*word.ptr != '/' || rf_str_starts(word, "/usr/local/"))
            return;
    }
    if (rf_image_has_program(look->stage, program) == RF_IMAGE_NO && !may_be_elsewhere(look, program))
        rf_look_found(look, &words->from,
                      "the check runs %.*s, which is not in the image: the workload is never healthy",
                      RF_FMT(program));
}

static void look_program(struct rf_look *look)
{
    struct rf_probe_words words;

    if (!rf_ask_is_shipped(look) || !look->stage || !look->image || rf_look_is_kube(look) ||
        !rf_probe_words_find(look, &words) || (words.is_from_image && !rf_look_is_stage(look)))
        return;
    if (words.is_shell && rf_image_has_program(look->stage, RF_STR("sh")) == RF_IMAGE_NO) {
        rf_look_found(look, &words.from, "the check is a line for a shell, and the image has none");
        return;
    }
    for (size_t i = 0; i < words.count; i++)
        if (words.items[i].is_program)
            judge_program(look, &words, words.items[i].text);
}

/* --- RF-HC-003 --- */

/* What loading a model takes at the least; docker's own defaults give 90 s. */
enum { LOAD_MS = 60 * 1000 };
enum { DOCKER_INTERVAL_MS = 30 * 1000, KUBE_INTERVAL_MS = 10 * 1000, RETRIES = 3 };

static const char *find_model(struct rf_look *look)
{
    static const char *const images[] = {"vllm",         "ollama",          "text-generation-inference",
                                         "tritonserver", "whisper",         "kraken",
                                         "llama",        "text-embeddings", "speaches",
                                         "localai",      "comfyui",         "docling"};
    const struct rf_image_package *package = look->stage ? rf_cache_user(look->stage) : NULL;

    if (package)
        return rf_arena_text(look->arena, package->name);
    for (size_t i = 0; i < RF_COUNT(images); i++)
        if (rf_ask_has(look->subject->image.value, images[i]))
            return images[i];
    for (size_t i = 0; i < rf_cache_var_count; i++)
        if (rf_cache_vars[i].kind == RF_CACHE_HUB && rf_look_env(look, rf_str_of(rf_cache_vars[i].name)))
            return rf_cache_vars[i].name;
    return NULL;
}

static int64_t or_default(const struct rf_fact_int *fact, int64_t standard)
{
    return fact->from.known == RF_UNSET ? standard : fact->value;
}

static void judge_time(struct rf_look *look, const struct rf_probe *probe)
{
    bool is_kube = rf_look_is_kube(look);
    int64_t interval = or_default(&probe->interval_ms, is_kube ? KUBE_INTERVAL_MS : DOCKER_INTERVAL_MS);
    int64_t retries = or_default(&probe->retries, RETRIES);
    int64_t start = or_default(&probe->start_period_ms, 0);
    const char *model;

    if (probe->disabled.is_true || probe->interval_ms.from.known == RF_UNKNOWABLE ||
        probe->retries.from.known == RF_UNKNOWABLE || probe->start_period_ms.from.known == RF_UNKNOWABLE)
        return;
    /* Each is small, or it is long enough anyway; less than nothing is for the engine to refuse. */
    if (start < 0 || interval < 0 || retries < 0 || start >= LOAD_MS || interval >= LOAD_MS ||
        retries >= LOAD_MS || start + retries * interval >= LOAD_MS)
        return;
    model = find_model(look);
    if (model)
        rf_look_maybe(
            look, &probe->from,
            "it has %lld s until it must answer, and loading models (%s) often takes longer than %d s",
            (long long)((start + retries * interval) / 1000), model, LOAD_MS / 1000);
}

static void look_time(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    const struct rf_probe *decisive = NULL;

    if (!rf_ask_is_shipped(look) || subject->container != RF_CONTAINER_MAIN)
        return;
    for (size_t i = 0; i < subject->probe_count; i++) {
        const struct rf_probe *probe = &subject->probes[i];

        if (probe->kind == RF_PROBE_STARTUP)
            decisive = probe;
        else if ((probe->kind == RF_PROBE_HEALTH || probe->kind == RF_PROBE_LIVENESS) && !decisive)
            decisive = probe;
    }
    if (decisive)
        judge_time(look, decisive);
}

/* --- RF-HC-004 --- */

static const struct rf_subject *find_neighbour(const struct rf_look *look, struct rf_str name)
{
    for (size_t i = 0; i < look->neighbour_count; i++)
        if (rf_ask_same(look->neighbours[i]->name.value, name))
            return look->neighbours[i];
    return NULL;
}

static bool has_check(const struct rf_subject *subject)
{
    for (size_t i = 0; i < subject->probe_count; i++)
        if (subject->probes[i].kind == RF_PROBE_HEALTH)
            return !subject->probes[i].disabled.is_true;
    return subject->stage && subject->stage->health.from.known != RF_UNSET &&
           subject->stage->health.kind != RF_IMAGE_HEALTH_NONE;
}

static bool waits(const struct rf_dependency *dependency)
{
    return dependency->condition.from.known == RF_UNKNOWABLE ||
           (dependency->condition.value.len > 0 &&
            !rf_str_is(dependency->condition.value, "service_started"));
}

static void found_start(struct rf_look *look, const struct rf_dependency *dependency, struct rf_str who)
{
    rf_look_found(look,
                  dependency->condition.from.known ? &dependency->condition.from : &dependency->name.from,
                  "%.*s starts as soon as %.*s has started, though that has a health check to wait for",
                  RF_FMT(who), RF_FMT(dependency->name.value));
}

/* Those that depend on this one, whose check its image brings: they do not know its image. */
static void look_dependents(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (subject->probe_count > 0 || subject->stage || !look->stage ||
        look->stage->health.from.known == RF_UNSET || look->stage->health.kind == RF_IMAGE_HEALTH_NONE)
        return;
    for (size_t i = 0; i < look->neighbour_count; i++) {
        const struct rf_subject *other = look->neighbours[i];

        for (size_t d = 0; d < other->dependency_count; d++)
            if (rf_ask_same(other->dependencies[d].name.value, subject->name.value) &&
                !waits(&other->dependencies[d]))
                found_start(look, &other->dependencies[d], other->name.value);
    }
}

static void look_dependencies(struct rf_look *look)
{
    for (size_t i = 0; i < look->subject->dependency_count; i++) {
        const struct rf_dependency *dependency = &look->subject->dependencies[i];
        const struct rf_subject *neighbour = find_neighbour(look, dependency->name.value);

        if (neighbour && has_check(neighbour) && !waits(dependency))
            found_start(look, dependency, look->subject->name.value);
    }
    look_dependents(look);
}

static const struct rf_rule rules[] = {
    {.id = "RF-HC-001",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE | RF_ABOUT_IMAGE,
     .fix = RF_FIX_MANUAL,
     .title = "Nobody asks the workload whether it still works.",
     .why = "A process that hangs, or waits for a model that it cannot load, counts as running: it gets "
            "requests, "
            "others start on it, and nothing restarts it.",
     .remedy = "Add a check that the program itself answers, with a program that is in the image.",
     .bad = "FROM debian:12\nCMD [\"serve\"]",
     .good = "FROM debian:12\nHEALTHCHECK CMD [\"serve\", \"--check\"]\nCMD [\"serve\"]",
     .refs = "CIS Docker 4.6, 5.27",
     .look = look_none},
    {.id = "RF-HC-002",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The health check runs a program that is not in the image.",
     .why = "Measured: curl in an image without curl ends with 127, \"curl: not found\". The workload is "
            "unhealthy "
            "for ever, what waits for service_healthy never starts, and swarms restart it again and again.",
     .remedy = "Ask with what is there: python -c \"import urllib.request as u; "
               "u.urlopen('http://127.0.0.1:8000/health')\". Or install the program in the last stage.",
     .bad = "FROM python:3.12-slim\nHEALTHCHECK CMD curl -f http://localhost:8000/health",
     .good = "FROM python:3.12-slim\nHEALTHCHECK CMD python -c \"import urllib.request as u; "
             "u.urlopen('http://localhost:8000/health')\"",
     .refs = "",
     .look = look_program},
    {.id = "RF-HC-003",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_GUARDED,
     .title = "The workload must be healthy before a model can be loaded.",
     .why =
         "While start_period runs failures do not count; after it, retries times interval are left. A model "
         "that is loaded, and at the first start downloaded, takes longer: kubelets kill the container and "
         "it begins again, and services that wait for it give up.",
     .remedy = "Give the start its own time: start_period: 5m, or a startupProbe with failureThreshold: 60.",
     .bad = "FROM python:3.12-slim\nRUN pip install vllm==0.6.3\nHEALTHCHECK --interval=5s --retries=3 CMD "
            "python -c \"import x\"",
     .good = "FROM python:3.12-slim\nRUN pip install vllm==0.6.3\nHEALTHCHECK --start-period=5m "
             "--interval=5s CMD "
             "python -c \"import x\"",
     .refs = "",
     .look = look_time},
    {.id = "RF-HC-004",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A service does not wait until what it depends on is healthy.",
     .why = "service_started, which the short form means too, waits for the process, not for the server in "
            "it: the "
            "first requests fail, and programs that do not try again end.",
     .remedy = "Write depends_on: {db: {condition: service_healthy}}.",
     .bad = "services:\n  ocr:\n    depends_on: [db]\n  db:\n    healthcheck: {test: [CMD, pg_isready]}",
     .good = "services:\n  ocr:\n    depends_on: {db: {condition: service_healthy}}\n  db:\n    healthcheck: "
             "{test: [CMD, pg_isready]}",
     .refs = "",
     .look = look_dependencies},
    {.id = "RF-HC-005",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "The health check asks a port that is not the workload's.",
     .why = "Nobody listens there, or somebody else does: the check says nothing about the program.",
     .remedy = "Ask the port that EXPOSE, ports: or containerPort name.",
     .bad = "FROM python:3.12-slim\nEXPOSE 8000\nHEALTHCHECK CMD python -c \"x('http://localhost:8080/')\"",
     .good = "FROM python:3.12-slim\nEXPOSE 8000\nHEALTHCHECK CMD python -c \"x('http://localhost:8000/')\"",
     .refs = "",
     .look = rf_health_look_port},
    {.id = "RF-HC-006",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The health check writes a file.",
     .why = "With a read-only root it cannot, and a workload that works is unhealthy: people then take the "
            "read-only root back.",
     .remedy = "Write to /dev/null: curl -fsS -o /dev/null, wget -qO /dev/null or wget --spider.",
     .bad = "FROM debian:12\nHEALTHCHECK CMD curl -fs -o /tmp/health http://localhost:8000/",
     .good = "FROM debian:12\nHEALTHCHECK CMD curl -fs -o /dev/null http://localhost:8000/",
     .refs = "",
     .look = rf_health_look_write},
};

const struct rf_family rf_family_health = {rules, RF_COUNT(rules)};
