#ifndef RF_TESTS_RULES_IMAGE_KIT_H
#define RF_TESTS_RULES_IMAGE_KIT_H

/* Files that are read, judged and compared with what must be found in them. */
#include "manifest/stage.h"
#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct rf_arena arena;

static inline int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, RF_IMAGE_ARENA_BYTES);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

static inline struct rf_image *read_image(const char *text, const char *target)
{
    struct rf_image *image = rf_arena_alloc(&arena, sizeof(*image));
    struct rf_image_options *options = rf_arena_alloc(&arena, sizeof(*options));
    struct rf_err err = {0};

    assert_non_null(image);
    assert_non_null(options);
    *options = (struct rf_image_options){.file = "Dockerfile", .target = rf_str_of(target ? target : "")};
    if (rf_image_read(rf_str_of(text), options, &arena, image, &err) != 0)
        fail_msg("refused:\n%s\n%s", text, err.msg);
    return image;
}

/* One look at a stage, as check makes it. */
static inline struct rf_look look_at(const struct rf_image *image, const struct rf_image_stage *stage)
{
    struct rf_subject *subject = rf_arena_alloc(&arena, sizeof(*subject));
    struct rf_look look = {.stage = stage, .image = image, .arena = &arena};
    struct rf_err err = {0};

    assert_non_null(subject);
    if (rf_subject_of_stage(stage, &arena, subject, &err) != 0)
        fail_msg("%s", err.msg);
    look.subject = subject;
    rf_rules_look(&look);
    assert_false(look.is_failed);
    return look;
}

static inline const struct rf_finding *find(const struct rf_look *look, const char *id)
{
    for (size_t i = 0; i < look->count; i++)
        if (strcmp(look->findings[i].rule->id, id) == 0)
            return &look->findings[i];
    return NULL;
}

/* --- Dockerfiles --- */

enum certainty { NOTHING, MAYBE, SURE };

struct file_case {
    const char *id;
    const char *text;
    uint32_t line; /* of the finding; 0: there is none */
    enum certainty certainty;
    const char *target;
};

static inline void check_files(const struct file_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct file_case *wanted = &cases[i];
        const struct rf_image *image = read_image(wanted->text, wanted->target);
        const struct rf_finding *finding = NULL;

        for (uint32_t s = 0; s < image->stage_count && !finding; s++) {
            struct rf_look look = look_at(image, &image->stages[s]);

            finding = find(&look, wanted->id);
        }
        if (wanted->line == 0 && finding)
            fail_msg("%s is found at line %u: %s\n%s", wanted->id, finding->from.line, finding->text,
                     wanted->text);
        if (wanted->line > 0 && !finding)
            fail_msg("%s is not found:\n%s", wanted->id, wanted->text);
        if (finding && finding->from.line != wanted->line)
            fail_msg("%s is found at line %u: %s\n%s", wanted->id, finding->from.line, finding->text,
                     wanted->text);
        if (finding && finding->is_certain != (wanted->certainty == SURE))
            fail_msg("%s is %s: %s\n%s", wanted->id, finding->is_certain ? "certain" : "not certain",
                     finding->text, wanted->text);
    }
}

#endif
