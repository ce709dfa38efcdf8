/* Any bytes as a manifest of Kubernetes: a refusal says where; every fact of a workload lies inside the file;
   the Pod Security Standards judge it, and what baseline forbids restricted forbids too. */
#include "manifest/kubernetes.h"
#include "rules/pss.h"

#include "round_trip.h"

#include <errno.h>
#include <string.h>

enum { ARENA = 512 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_located(const char *message)
{
    size_t line = strspn(message, "0123456789");
    size_t column = message[line] == ':' ? strspn(message + line + 1, "0123456789") : 0;

    return line > 0 && column > 0 && strncmp(message + line + 1 + column, ": ", 2) == 0;
}

static void must_lie_inside(struct rf_str text, const struct rf_from *from)
{
    if (from->known == RF_UNSET)
        return;
    RF_MUST(from->start <= from->end && from->end <= text.len);
    RF_MUST(from->line >= 1 && from->column >= 1 && from->file != NULL);
}

static void must_be_inside(struct rf_str text, const struct rf_subject *subject)
{
    must_lie_inside(text, &subject->from);
    must_lie_inside(text, &subject->context.uid.from);
    must_lie_inside(text, &subject->context.seccomp.from);
    must_lie_inside(text, &subject->privileged.from);
    must_lie_inside(text, &subject->limits.memory_bytes.from);
    for (size_t i = 0; i < subject->cap_add.count; i++)
        must_lie_inside(text, &subject->cap_add.items[i].from);
    for (size_t i = 0; i < subject->mount_count; i++)
        must_lie_inside(text, &subject->mounts[i].target.from);
    for (size_t i = 0; i < subject->env_count; i++)
        must_lie_inside(text, &subject->env[i].value.from);
    for (size_t i = 0; i < subject->probe_count; i++)
        must_lie_inside(text, &subject->probes[i].from);
}

/* The number of violations. */
static size_t judge(const struct rf_pod *pod, enum rf_pss_level level, uint32_t minor, struct rf_str text,
                    struct rf_arena *arena)
{
    const struct rf_pss_policy policy = {.level = level, .minor = minor};
    struct rf_pss_verdict verdict;
    struct rf_err err;
    const char *message;

    RF_MUST(rf_pss_judge(&policy, pod, arena, &verdict, &err) == 0);
    message = rf_pss_message(&policy, pod, &verdict, arena);
    RF_MUST(message != NULL && strstr(message, "violate") != NULL);
    for (size_t i = 0; i < verdict.count; i++) {
        RF_MUST(verdict.violations[i].detail != NULL && verdict.violations[i].reason != NULL);
        must_lie_inside(text, &verdict.violations[i].from);
        RF_MUST(verdict.violations[i].from.known != RF_UNSET);
    }
    return verdict.count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const uint32_t minors[] = {0, 8, 18, 19, 22, 23, 25, 31, 34, 35, 37, 99};
    struct rf_str text = {(const char *)data, size};
    struct rf_manifest manifest;
    struct rf_arena arena;
    struct rf_err err = {0};
    int r;

    rf_arena_init(&arena, ARENA);
    r = rf_kubernetes_read("f.yaml", text, &arena, &manifest, &err);
    RF_MUST(r == 0 || (err.code == r && is_located(err.msg)));
    RF_MUST(r != -ENOMEM);
    if (r == 0 && manifest.templated.known == RF_KNOWN) {
        RF_MUST(manifest.pod_count == 0 && manifest.subject_count == 0);
        RF_MUST(memcmp(text.ptr + manifest.templated.start, "{{", 2) == 0);
    }
    for (size_t i = 0; r == 0 && i < manifest.subject_count; i++)
        must_be_inside(text, manifest.subjects[i]);
    for (size_t i = 0; r == 0 && i < manifest.pod_count; i++) {
        const struct rf_pod *pod = manifest.pods[i];
        bool is_windows = rf_str_is(pod->os.value, "windows");

        for (size_t j = 0; j < RF_COUNT(minors) && arena.used < ARENA / 2; j++) {
            size_t baseline = judge(pod, RF_PSS_BASELINE, minors[j], text, &arena);
            size_t restricted = judge(pod, RF_PSS_RESTRICTED, minors[j], text, &arena);

            RF_MUST(restricted > 0 || baseline == 0 || is_windows);
            RF_MUST(judge(pod, RF_PSS_PRIVILEGED, minors[j], text, &arena) == 0);
        }
    }
    rf_arena_done(&arena);
    return 0;
}
