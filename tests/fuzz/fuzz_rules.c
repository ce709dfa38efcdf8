/* Any bytes as a manifest, as a Compose file and as a Dockerfile, one after the other and joined (what
   follows a line of "=" is the Dockerfile): every rule may look, and whatever it finds has one sentence and a
   place inside of a file. */
#include "manifest/compose.h"
#include "manifest/kubernetes.h"
#include "manifest/stage.h"
#include "rules/rule.h"

#include "round_trip.h"

#include <stdio.h>
#include <string.h>

enum { ARENA = 1 << 30, SUBJECTS = 200 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be_whole(const struct rf_finding *finding, const struct rf_look *look, size_t size)
{
    size_t len = strlen(finding->text);
    bool is_placed = finding->from.known != RF_UNSET && finding->from.line >= 1;

    if (!is_placed)
        (void)fprintf(stderr, "%s: %s\n", finding->rule->id, finding->text);

    RF_MUST(finding->rule && finding->subject == look->subject);
    RF_MUST(len > 10);
    RF_MUST(finding->severity <= RF_SEVERITY_CRITICAL);
    RF_MUST(finding->from.start <= finding->from.end && finding->from.end <= size);
    RF_MUST(is_placed);
}

static void look_at(const struct rf_subject *subject, const struct rf_image *image, size_t size,
                    const struct rf_manifest *manifest, struct rf_arena *arena)
{
    struct rf_look look = {.subject = subject,
                           .stage = subject->stage,
                           .image = image,
                           .neighbours = manifest ? manifest->subjects : NULL,
                           .neighbour_count = manifest ? manifest->subject_count : 0,
                           .arena = arena};

    rf_rules_look(&look);
    RF_MUST(!look.is_failed);
    for (size_t i = 0; i < look.count; i++)
        must_be_whole(&look.findings[i], &look, size);
}

static void look_at_image(const struct rf_image *image, size_t size, struct rf_arena *arena)
{
    for (uint32_t i = 0; i < image->stage_count && i < SUBJECTS; i++) {
        struct rf_subject subject;
        struct rf_err err;

        RF_MUST(rf_subject_of_stage(&image->stages[i], arena, &subject, &err) == 0);
        look_at(&subject, image, size, NULL, arena);
    }
}

/* Each subject alone, then on what the image is. */
static void look_at_manifest(const struct rf_manifest *manifest, const struct rf_image *image, size_t size,
                             struct rf_arena *arena)
{
    for (size_t i = 0; i < manifest->subject_count && i < SUBJECTS; i++) {
        struct rf_subject *subject = manifest->subjects[i];

        look_at(subject, NULL, size, manifest, arena);
        if (!image || !image->target || subject->kind != RF_SUBJECT_CONTAINER)
            continue;
        subject->stage = image->target;
        look_at(subject, image, size, manifest, arena);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str text = {(const char *)data, size};
    const char *line = size ? memmem(data, size, "\n=====\n", 7) : NULL;
    struct rf_str front = {text.ptr, line ? (size_t)(line + 1 - text.ptr) : size};
    struct rf_str back = line ? (struct rf_str){line + 7, size - (size_t)(line + 7 - text.ptr)} : text;
    struct rf_compose_file file = {.name = RF_STR("compose.yaml"), .text = front};
    struct rf_compose_world world = {0};
    struct rf_image_options options = {.file = "Dockerfile"};
    struct rf_manifest manifest;
    struct rf_image image;
    struct rf_arena arena;
    struct rf_err err;
    bool has_image;

    rf_arena_init(&arena, ARENA);
    has_image = rf_image_read(back, &options, &arena, &image, &err) == 0;
    if (has_image)
        look_at_image(&image, size, &arena);
    if (rf_kubernetes_read("f.yaml", front, &arena, &manifest, &err) == 0)
        look_at_manifest(&manifest, has_image ? &image : NULL, size, &arena);
    if (rf_compose_read(&file, 1, &world, &arena, &manifest, &err) == 0)
        look_at_manifest(&manifest, has_image ? &image : NULL, size, &arena);
    rf_arena_done(&arena);
    return 0;
}
