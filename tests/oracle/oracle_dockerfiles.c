/* Dockerfiles of others, real ones and those made to break readers: each is evaluated, or refused with a
 * place. */
#include "manifest/dockerfile.h"

#include "support/shared.h"

#include <errno.h>
#include <ftw.h>
#include <setjmp.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static struct {
    int read;
    int refused;
    int unbuildable;
    int templates;
    size_t bytes;
    double seconds;
    bool is_loud;
} total;

static bool is_dockerfile(const char *path)
{
    const char *name = strrchr(path, '/') + 1;
    size_t len = strlen(name);

    return strstr(name, "ockerfile") || strstr(name, "ontainerfile") ||
           (len > 7 && strcmp(name + len - 7, ".docker") == 0);
}

static double now(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_MONOTONIC, &time); /* this clock is always there */
    return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void must(bool holds, const char *path, const char *what)
{
    if (holds)
        return;
    (void)fprintf(stderr, "%s: %s\n", path, what);
    abort(); /* cmocka cannot leave nftw() */
}

static void check_from(const struct rf_image *image, struct rf_from from, const char *path)
{
    must(from.start <= from.end && from.end <= image->df.bytes.len && from.line > 0 && from.column > 0, path,
         "a place");
}

/* Walk every list, so that a sanitizer sees what is wrong in one. */
static void check_image(const struct rf_image *image, const char *path)
{
    must(image->stage_count > 0 && image->target, path, "no stage");
    for (uint32_t i = 0; i < image->stage_count; i++) {
        const struct rf_image_stage *stage = &image->stages[i];
        struct rf_image_path_state state;

        for (const struct rf_image_command *command = stage->commands; command; command = command->prev)
            check_from(image, command->from, path);
        for (const struct rf_image_path *entry = stage->paths; entry; entry = entry->prev) {
            check_from(image, entry->from, path);
            must(entry->path.len > 0 && *entry->path.ptr == '/', path, "a path");
        }
        for (const struct rf_image_package *package = stage->packages; package; package = package->prev)
            check_from(image, package->from, path);
        rf_image_find_path(stage, RF_STR("/app"), &state);
        must(rf_image_has_program(stage, RF_STR("curl")) <= RF_IMAGE_YES, path, "an answer");
        must(stage->user.home.value.ptr, path, "no home");
    }
    for (uint32_t i = 0; i < image->problem_count; i++)
        check_from(image, image->problems[i].from, path);
}

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    struct rf_image_options options = {.file = path};
    struct rf_arena arena;
    struct rf_image image;
    struct rf_err err = {0};
    struct rf_str bytes;
    unsigned line = 0;
    unsigned column = 0;
    double start;
    int code;

    (void)st;
    (void)ftw;
    if (type != FTW_F || !is_dockerfile(path))
        return 0;
    rf_arena_init(&arena, RF_IMAGE_ARENA_BYTES);
    bytes = shared_read(&arena, path);
    start = now();
    code = rf_image_read(bytes, &options, &arena, &image, &err);
    total.seconds += now() - start;
    total.bytes += bytes.len;
    if (code == 0) {
        total.read++;
        total.templates += image.is_template;
        total.unbuildable += image.problem_count > 0 && image.problems[0].is_refusal;
        for (uint32_t i = 0; total.is_loud && i < image.problem_count && !image.is_template; i++)
            (void)printf("# %s:%u:%u: %s\n", path, image.problems[i].from.line, image.problems[i].from.column,
                         image.problems[i].text);
        check_image(&image, path);
    } else {
        total.refused++;
        must(code == -EINVAL && sscanf(err.msg, "%u:%u: ", &line, &column) == 2, path, err.msg);
        if (total.is_loud)
            (void)printf("# %s:%s\n", path, err.msg);
    }
    rf_arena_done(&arena);
    return 0;
}

static void walk(const char *shared)
{
    char path[SHARED_PATH_BYTES];

    memset(&total, 0, sizeof(total));
    total.is_loud = getenv("RF_LOUD") != NULL;
    if (!shared_path(shared, path)) {
        print_message("no fixtures: set RF_SHARED\n");
        skip();
    }
    assert_int_equal(nftw(path, visit, 16, FTW_PHYS), 0);
    print_message("%d read, of them %d templates and %d others that no builder takes; %d refused; %zu bytes "
                  "in %.3f ms\n",
                  total.read, total.templates, total.unbuildable - total.templates, total.refused,
                  total.bytes, 1000 * total.seconds);
    assert_true(total.read > 0);
}

static void real_ones(void **state)
{
    (void)state;
    walk("corpus/real/dockerfile");
    assert_int_equal(total.refused, 0);                    /* they are built every day */
    assert_true(total.unbuildable - total.templates <= 5); /* five wait for a macro of their own builder */
}

static void tortured_ones(void **state)
{
    (void)state;
    walk("corpus/torture/dockerfile");
}

static void those_of_other_checkers(void **state)
{
    (void)state;
    walk("fixtures");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(real_ones),
        cmocka_unit_test(tortured_ones),
        cmocka_unit_test(those_of_other_checkers),
    };

    need_shared("corpus");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
