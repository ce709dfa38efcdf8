/* What the rules promise of any Dockerfile: findings whose places lie in the file, each with a sentence, and
   the same ones when they look again. */
#include "manifest/stage.h"
#include "rules/rule.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_stage(const struct rf_image *image, const struct rf_image_stage *stage,
                        struct rf_arena *arena)
{
    struct rf_subject subject;
    struct rf_look look = {.subject = &subject, .stage = stage, .image = image, .arena = arena};
    struct rf_look again = look;
    struct rf_err err = {0};

    if (rf_subject_of_stage(stage, arena, &subject, &err) < 0)
        return;
    rf_rules_look(&look);
    rf_rules_look(&again);
    must(look.is_failed || again.is_failed || look.count == again.count);
    for (size_t i = 0; i < look.count; i++) {
        const struct rf_finding *finding = &look.findings[i];

        must(finding->text && *finding->text != '\0' && finding->severity <= RF_SEVERITY_CRITICAL);
        must(finding->from.start <= finding->from.end && finding->from.end <= image->df.bytes.len);
        must(finding->from.line >= 1);
        if (i < again.count)
            must(again.findings[i].rule == finding->rule &&
                 strcmp(again.findings[i].text, finding->text) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_image_options options = {.file = "Dockerfile"};
    struct rf_arena arena;
    struct rf_image image;
    struct rf_err err = {0};

    rf_arena_init(&arena, RF_IMAGE_ARENA_BYTES);
    if (rf_image_read((struct rf_str){(const char *)data, size}, &options, &arena, &image, &err) == 0)
        for (uint32_t i = 0; i < image.stage_count; i++)
            check_stage(&image, &image.stages[i], &arena);
    rf_arena_done(&arena);
    return 0;
}
