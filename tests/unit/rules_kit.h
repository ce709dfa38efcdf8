#ifndef RF_TESTS_RULES_KIT_H
#define RF_TESTS_RULES_KIT_H

/* What tests of rules have in common: reading, looking, and what was found. For one file of a program. */

#include "manifest/compose.h"
#include "manifest/kubernetes.h"
#include "manifest/stage.h"
#include "rules/rule.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rf_arena arena;

static inline int set_up(void **state)
{
    (void)state;
    rf_arena_init(&arena, 64 << 20);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    rf_arena_done(&arena);
    return 0;
}

enum { FOUND_MAX = 512 };

/* All findings of a file. */
struct found {
    struct rf_finding list[FOUND_MAX];
    size_t count;
};

static inline void look_at(const struct rf_subject *subject, const struct rf_image *image, struct found *ret)
{
    struct rf_look look = {.subject = subject, .stage = subject->stage, .image = image, .arena = &arena};

    rf_rules_look(&look);
    assert_false(look.is_failed);
    assert_true(ret->count + look.count <= FOUND_MAX);
    for (size_t i = 0; i < look.count; i++)
        ret->list[ret->count++] = look.findings[i];
}

static inline void look_at_kube(const char *text, struct found *ret)
{
    struct rf_manifest manifest;
    struct rf_err err = {0};

    ret->count = 0;
    if (rf_kubernetes_read("f.yaml", rf_str_of(text), &arena, &manifest, &err) != 0)
        fail_msg("refused: %s\n%s", err.msg, text);
    for (size_t i = 0; i < manifest.subject_count; i++)
        look_at(manifest.subjects[i], NULL, ret);
}

static inline struct rf_image *read_image(const char *text)
{
    struct rf_image *image = rf_arena_alloc(&arena, sizeof(*image));
    struct rf_image_options *options = rf_arena_alloc(&arena, sizeof(*options));
    struct rf_err err = {0};

    assert_non_null(image);
    assert_non_null(options);
    *options = (struct rf_image_options){.file = "Dockerfile"};
    if (rf_image_read(rf_str_of(text), options, &arena, image, &err) != 0)
        fail_msg("refused: %s\n%s", err.msg, text);
    return image;
}

/* Services, each joined with its dockerfile_inline. */
static inline void look_at_compose(const char *text, struct found *ret)
{
    struct rf_compose_file file = {.name = RF_STR("compose.yaml"), .text = rf_str_of(text)};
    struct rf_compose_world world = {0};
    struct rf_manifest manifest;
    struct rf_err err = {0};

    ret->count = 0;
    if (rf_compose_read(&file, 1, &world, &arena, &manifest, &err) != 0)
        fail_msg("refused: %s\n%s", err.msg, text);
    for (size_t i = 0; i < manifest.subject_count; i++) {
        struct rf_subject *subject = manifest.subjects[i];
        struct rf_str dockerfile = subject->build.dockerfile.value;
        const char *inside = dockerfile.len ? rf_arena_text(&arena, dockerfile) : NULL;
        struct rf_image *image = inside ? read_image(inside) : NULL;

        subject->stage = image ? image->target : NULL;
        look_at(subject, image, ret);
    }
}

static inline bool is_found(const struct found *found, const char *id)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->list[i].rule->id, id) == 0)
            return true;
    return false;
}

static inline void look_at_image(const char *text, struct found *ret)
{
    struct rf_image *image = read_image(text);
    struct rf_subject *subject = rf_arena_alloc(&arena, sizeof(*subject));
    struct rf_err err = {0};

    ret->count = 0;
    assert_non_null(subject);
    assert_int_equal(rf_subject_of_stage(image->target, &arena, subject, &err), 0);
    look_at(subject, image, ret);
}

static inline const struct rf_finding *find(const struct found *found, const char *id)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->list[i].rule->id, id) == 0)
            return &found->list[i];
    return NULL;
}

static inline size_t count_of(const struct found *found, const char *id)
{
    size_t count = 0;

    for (size_t i = 0; i < found->count; i++)
        count += strcmp(found->list[i].rule->id, id) == 0;
    return count;
}

#endif
