/* Our rules against what others find in their own Compose files: compose-lint service by service, KICS file
   by file. Where we differ on purpose, the reason is listed. */
#include "base/file.h"
#include "manifest/compose.h"
#include "rules/rule.h"
#include "text/yaml.h"

#include "support/verdicts.h"

#include <string.h>

/* What a check of theirs is in our ids. */
static const struct question {
    const char *check;
    const char *ids;
    enum rf_severity least;
} questions[] = {
    {"CL-0001", "RF-SOCK-001", 0},
    {"CL-0002", "RF-PRIV-001", 0},
    {"CL-0003", "RF-NNP-001", 0},
    {"CL-0005", "RF-NET-002", 0},
    {"CL-0006", "RF-CAP-001", 0},
    {"CL-0007", "RF-FS-001", 0},
    {"CL-0008", "RF-NS-003", 0},
    {"CL-0009", "RF-SEC-001 RF-LSM-001", 0},
    {"CL-0010", "RF-NS-001 RF-NS-002 RF-NS-004 RF-NS-005", 0},
    {"CL-0011 CL-0024 CL-0027 CL-0028", "RF-CAP-002", RF_SEVERITY_HIGH},
    {"CL-0013", "RF-VOL-003", 0},
    {"CL-0014", "RF-CFG-001", 0},
    {"CL-0016", "RF-DEV-001", 0},
    {"CL-0017", "RF-VOL-005", 0},
    {"CL-0026", "RF-RES-001 RF-RES-002 RF-RES-003", 0},
    {"kics:dockerCompose:no_new_privileges_not_set", "RF-NNP-001", 0},
    {"kics:dockerCompose:memory_not_limited", "RF-RES-001", 0},
    {"kics:dockerCompose:cpus_not_limited", "RF-RES-002", 0},
    {"kics:dockerCompose:pids_limit_not_set", "RF-RES-003", 0},
    {"kics:dockerCompose:host_namespace_is_shared", "RF-NS-001", 0},
    {"kics:dockerCompose:shared_host_ipc_namespace", "RF-NS-002", 0},
    {"kics:dockerCompose:shared_host_network_namespace", "RF-NS-003", 0},
    {"kics:dockerCompose:shared_host_user_namespace", "RF-NS-005", 0},
    {"kics:dockerCompose:docker_socket_mounted_in_container", "RF-SOCK-001", 0},
    {"kics:dockerCompose:privileged_containers_enabled", "RF-PRIV-001", 0},
    {"kics:dockerCompose:container_capabilities_unrestricted", "RF-CAP-001", 0},
    {"kics:dockerCompose:container_traffic_not_bound_to_host_interface", "RF-NET-002", 0},
    {"kics:dockerCompose:default_seccomp_profile_disabled", "RF-SEC-001", 0},
    {"kics:dockerCompose:cgroup_not_default", "RF-CFG-001", 0},
    {"kics:dockerCompose:restart_policy_on_failure_not_set_to_5", "RF-RES-004", 0},
};

/* Where we answer otherwise, and why. */
static const struct difference {
    const char *file; /* its end */
    const char *reason;
} differences[] = {
    {"/legacy_v1_compose.yml", "they pass over files whose services stand at the top"},
};

static const struct source sources[] = {{"compose-lint", 1300}, {"kics", 8}};

static bool has_word(const char *words, struct rf_str word)
{
    const char *at = word.len ? memmem(words, strlen(words), word.ptr, word.len) : NULL;

    return at && (at[word.len] == '\0' || at[word.len] == ' ');
}

static bool has_reason(struct rf_str file)
{
    for (size_t i = 0; i < RF_COUNT(differences); i++)
        if (is_ending(file, differences[i].file))
            return true;
    return false;
}

static const char *find(const struct rf_subject *subject, const struct question *question,
                        struct rf_arena *arena)
{
    struct rf_look look = {.subject = subject, .arena = arena};

    rf_rules_look(&look);
    for (size_t i = 0; i < look.count; i++)
        if (strstr(question->ids, look.findings[i].rule->id) && look.findings[i].severity >= question->least)
            return look.findings[i].text;
    return NULL;
}

static void compare(struct rf_str file, struct rf_str service, const struct question *question, bool want,
                    const char *ours, struct score *score)
{
    score->asked++;
    if (want == (ours != NULL))
        score->agreed++;
    else if (has_reason(file))
        score->differing++;
    else
        (void)printf("%.*s %.*s: %s %s it, and we find %s\n", RF_FMT(file), (int)service.len,
                     service.len ? service.ptr : "", question->check, want ? "finds" : "passes",
                     ours ? ours : "nothing");
}

/* findings=[["CL-0003", "sys_admin", 2], ...]: whether one of the question's is about the service. */
static bool is_theirs(const struct rf_yaml_node *list, const struct question *question, struct rf_str service)
{
    for (uint32_t i = 0; i < list->count; i++) {
        const struct rf_yaml_node *item = list->items[i];
        struct rf_str name = item->count > 1 ? item->items[1]->text : RF_STR("");

        if (has_word(question->check, item->items[0]->text) && name.len == service.len &&
            memcmp(name.ptr, service.ptr, name.len) == 0)
            return true;
    }
    return false;
}

static void judge_services(struct rf_str file, const struct rf_manifest *manifest, struct rf_str detail,
                           struct rf_arena *arena, struct score *score)
{
    const char *at = detail.len ? memmem(detail.ptr, detail.len, "findings=", 9) : NULL;
    struct rf_yaml yaml;
    struct rf_err err;

    if (!at || rf_yaml_read((struct rf_str){at + 9, detail.len - (size_t)(at + 9 - detail.ptr)}, arena, &yaml,
                            &err) != 0) {
        score->other++;
        return;
    }
    for (size_t i = 0; i < manifest->subject_count; i++) {
        const struct rf_subject *subject = manifest->subjects[i];

        for (size_t j = 0; j < RF_COUNT(questions) && strncmp(questions[j].check, "CL-", 3) == 0; j++)
            compare(file, subject->name.value, &questions[j],
                    is_theirs(yaml.documents[0], &questions[j], subject->name.value),
                    find(subject, &questions[j], arena), score);
    }
}

static void judge_file(struct rf_str file, const struct rf_manifest *manifest, struct rf_str check, bool want,
                       struct rf_arena *arena, struct score *score)
{
    const char *ours = NULL;

    for (size_t j = 0; j < RF_COUNT(questions); j++) {
        if (!rf_str_is(check, questions[j].check))
            continue;
        for (size_t i = 0; !ours && i < manifest->subject_count; i++)
            ours = find(manifest->subjects[i], &questions[j], arena);
        compare(file, RF_STR(""), &questions[j], want, ours, score);
        return;
    }
    score->other++;
}

static void judge(const char *folder, struct rf_str line, struct score *score)
{
    struct rf_compose_world world = {0};
    struct rf_compose_file input;
    struct rf_manifest manifest;
    struct rf_arena arena;
    struct rf_err err = {0};
    struct rf_str parts[5];
    char path[2 * SHARED_PATH_BYTES];

    for (size_t i = 0; i < RF_COUNT(parts); i++) /* file, object, rule, family, expect; the detail is left */
        line = rf_str_cut(line, '\t', &parts[i]);
    rf_arena_init(&arena, MEMORY);
    (void)snprintf(path, sizeof(path), "%.*s/%.*s", SHARED_PATH_BYTES, folder, RF_FMT(parts[0]));
    input = (struct rf_compose_file){.name = parts[0], .text = shared_read(&arena, path)};
    if (rf_compose_read(&input, 1, &world, &arena, &manifest, &err) != 0) {
        if (rf_str_is(parts[4], "error"))
            score->agreed++;
        else
            (void)printf("%.*s: refused: %s\n", RF_FMT(parts[0]), err.msg);
        score->asked++;
    } else if (rf_str_is(parts[4], "error")) {
        score->other++; /* something that Compose takes and they do not */
    } else if (rf_str_starts(parts[2], "compose-lint:")) {
        judge_services(parts[0], &manifest, line, &arena, score);
    } else {
        judge_file(parts[0], &manifest, parts[2], rf_str_is(parts[4], "fail"), &arena, score);
    }
    rf_arena_done(&arena);
}

int main(void)
{
    return judge_sources(sources, RF_COUNT(sources), judge);
}
