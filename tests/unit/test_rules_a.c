/* The rows about how a workload is confined, what it may write, see and use. */
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

enum { FOUND_MAX = 512 };

/* All findings of a file. */
struct found {
    struct rf_finding list[FOUND_MAX];
    size_t count;
};

static void look_at(const struct rf_subject *subject, const struct rf_image *image, struct found *ret)
{
    struct rf_look look = {.subject = subject, .stage = subject->stage, .image = image, .arena = &arena};

    rf_rules_look(&look);
    assert_false(look.is_failed);
    assert_true(ret->count + look.count <= FOUND_MAX);
    for (size_t i = 0; i < look.count; i++)
        ret->list[ret->count++] = look.findings[i];
}

static void look_at_kube(const char *text, struct found *ret)
{
    struct rf_manifest manifest;
    struct rf_err err = {0};

    ret->count = 0;
    if (rf_kubernetes_read("f.yaml", rf_str_of(text), &arena, &manifest, &err) != 0)
        fail_msg("refused: %s\n%s", err.msg, text);
    for (size_t i = 0; i < manifest.subject_count; i++)
        look_at(manifest.subjects[i], NULL, ret);
}

static struct rf_image *read_image(const char *text)
{
    struct rf_image *image = rf_arena_alloc(&arena, sizeof(*image));
    struct rf_image_options options = {.file = "Dockerfile"};
    struct rf_err err = {0};

    assert_non_null(image);
    if (rf_image_read(rf_str_of(text), &options, &arena, image, &err) != 0)
        fail_msg("refused: %s\n%s", err.msg, text);
    return image;
}

static bool is_found(const struct found *found, const char *id)
{
    for (size_t i = 0; i < found->count; i++)
        if (strcmp(found->list[i].rule->id, id) == 0)
            return true;
    return false;
}

static void look_at_image(const char *text, struct found *ret)
{
    struct rf_image *image = read_image(text);
    struct rf_subject *subject = rf_arena_alloc(&arena, sizeof(*subject));
    struct rf_err err = {0};

    ret->count = 0;
    assert_non_null(subject);
    assert_int_equal(rf_subject_of_stage(image->target, &arena, subject, &err), 0);
    look_at(subject, image, ret);
}

/* --- the examples of the rows --- */

static const struct rf_family *const families[] = {
    &rf_family_confinement, &rf_family_files,   &rf_family_files_memory, &rf_family_volumes,
    &rf_family_namespaces,  &rf_family_network, &rf_family_limits};

/* False: of a format that is not read here. */
static bool look_at_example(const char *text, struct found *ret)
{
    if (strncmp(text, "FROM ", 5) == 0)
        look_at_image(text, ret);
    else if (strncmp(text, "apiVersion:", 11) == 0)
        look_at_kube(text, ret);
    else
        return false;
    return true;
}

static void test_examples(void **state)
{
    static struct found found;
    size_t count = 0;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(families); i++) {
        for (size_t j = 0; j < families[i]->count; j++) {
            const struct rf_rule *rule = &families[i]->rules[j];

            if (!look_at_example(rule->bad, &found))
                continue;
            if (!is_found(&found, rule->id))
                fail_msg("%s is not found in its bad example:\n%s", rule->id, rule->bad);
            assert_true(look_at_example(rule->good, &found));
            if (is_found(&found, rule->id))
                fail_msg("%s is found in its good example:\n%s", rule->id, rule->good);
            count++;
        }
    }
    assert_true(count > 10);
}

/* Sentences are for people beside the line: no full stop, and a place. */
static void test_sentences(void **state)
{
    static struct found found;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(families); i++) {
        for (size_t j = 0; j < families[i]->count; j++) {
            const struct rf_rule *rule = &families[i]->rules[j];

            assert_true(strncmp(rule->id, "RF-", 3) == 0);
            assert_ptr_equal(rf_rule_find(rf_str_of(rule->id)), rule);
            assert_true(strlen(rule->title) && rule->title[strlen(rule->title) - 1] == '.');
            assert_true(strlen(rule->why) > 40 && rule->why[strlen(rule->why) - 1] == '.');
            assert_true(strlen(rule->remedy) > 20 && rule->remedy[strlen(rule->remedy) - 1] == '.');
            if (!look_at_example(rule->bad, &found))
                continue;
            for (size_t k = 0; k < found.count; k++) {
                const char *text = found.list[k].text;

                assert_true(text[strlen(text) - 1] != '.');
                assert_true(found.list[k].from.line > 0);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_examples, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_sentences, set_up, tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
