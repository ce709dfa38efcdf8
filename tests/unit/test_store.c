#include "plan/store.h"

#include "posture/key.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 8 << 20, BYTES_MAX = 64 * 1024 };

/* A small plan with something in every part of it. Offsets are into the text below. */
static char text[] = "\0/bin/true\0true\0A=b\0/tmp";
enum { AT_PATH = 1, AT_WORD = 11, AT_ENV = 16, AT_TMP = 20, TEXT_LEN = sizeof(text) };

static struct rf_step steps[] = {
    {.kind = RF_STEP_CLONE, .actor = RF_LAUNCHER, .flags = 0x20000000},
    {.kind = RF_STEP_TMPFS, .actor = RF_INIT, .dst = AT_TMP, .a = 65536, .b = 16, .mode = 0700},
    {.kind = RF_STEP_SECCOMP, .actor = RF_WORKLOAD},
    {.kind = RF_STEP_EXEC, .actor = RF_WORKLOAD, .dst = AT_PATH},
};
static uint32_t argv_at[] = {AT_WORD};
static uint32_t envp_at[] = {AT_ENV};
static struct rf_insn filter[] = {{.code = 6, .k = 0x7fff0000}};

static const struct rf_plan small = {
    .steps = steps,
    .count = RF_COUNT(steps),
    .text = text,
    .text_len = TEXT_LEN,
    .argv = argv_at,
    .argv_count = 1,
    .envp = envp_at,
    .envp_count = 1,
    .filters = {filter},
    .filter_len = {1},
    .watch = {.timeout_ms = 1500,
              .stop_timeout_ms = 10000,
              .stop_signal = 15,
              .has_init = true,
              .relayed = 2,
              .has_debug_root = true},
};

/* The bytes of the plan, in a block of exactly their size, so that a sanitizer sees one read too many. */
static char *bytes_of(const struct rf_plan *plan, size_t *ret_size)
{
    struct rf_store store;
    char *bytes;
    size_t at = 0;

    rf_plan_store(plan, &store);
    bytes = malloc(store.size_bytes);
    assert_non_null(bytes);
    for (size_t i = 0; i < RF_STORE_PARTS; i++) {
        if (store.parts[i].iov_len)
            memcpy(bytes + at, store.parts[i].iov_base, store.parts[i].iov_len);
        at += store.parts[i].iov_len;
    }
    assert_int_equal(at, store.size_bytes);
    *ret_size = at;
    return bytes;
}

static int load(const char *bytes, size_t size, struct rf_arena *arena, struct rf_plan *ret)
{
    struct rf_err err = {0};
    int code = rf_plan_load(bytes, size, arena, ret, &err);

    if (code < 0)
        assert_int_equal(err.code, code);
    return code;
}

static void comes_back_as_it_was(void **state)
{
    struct rf_arena arena;
    struct rf_plan plan = {0};
    char before[65];
    char after[65];
    size_t size = 0;
    char *bytes = bytes_of(&small, &size);

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(load(bytes, size, &arena, &plan), 0);
    free(bytes); /* nothing may point into it */
    rf_plan_hash(&small, before);
    rf_plan_hash(&plan, after);
    assert_string_equal(before, after);
    assert_true(plan.watch.has_debug_root);
    assert_true(plan.watch.has_init);
    assert_false(plan.watch.has_tty);
    assert_int_equal(plan.watch.relayed, 2);
    assert_string_equal(rf_plan_text(&plan, plan.argv[0]), "true");
    assert_string_equal(rf_plan_text(&plan, plan.envp[0]), "A=b");
    rf_arena_done(&arena);
}

static void refuses_every_cut(void **state)
{
    struct rf_arena arena;
    size_t size = 0;
    char *bytes = bytes_of(&small, &size);

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t len = 0; len < size; len++) {
        struct rf_plan plan = {.count = 77};
        char *exact = malloc(len ? len : 1);

        assert_non_null(exact);
        memcpy(exact, bytes, len);
        if (load(exact, len, &arena, &plan) != -EBADMSG)
            fail_msg("accepted %zu of %zu bytes", len, size);
        assert_int_equal(plan.count, 77);
        free(exact);
        arena.used = 0;
    }
    free(bytes);
    rf_arena_done(&arena);
}

/* One number of the head or of a step overwritten. */
static const struct {
    size_t at;
    size_t bytes;
    uint64_t value;
} refused[] = {
#define HEAD(field, number)                                                                                  \
    {                                                                                                        \
        offsetof(struct rf_store_head, field), sizeof(((struct rf_store_head *)0)->field), number            \
    }
    HEAD(magic, 0),
    HEAD(step_bytes, sizeof(struct rf_step) - 1),
    HEAD(step_kinds, RF_STEP_MAX + 1),
    HEAD(keys, RF_KEY_MAX - 1),
    HEAD(count, 0),
    HEAD(count, 3),
    HEAD(count, 5),
    HEAD(count, RF_PLAN_STEPS + 1),
    HEAD(count, UINT32_MAX),
    HEAD(text_len, 0),
    HEAD(text_len, TEXT_LEN + 1),
    HEAD(text_len, TEXT_LEN - 1),
    HEAD(text_len, UINT32_MAX),
    HEAD(argv_count, 0),
    HEAD(argv_count, 2),
    HEAD(argv_count, UINT32_MAX),
    HEAD(envp_count, 2),
    HEAD(envp_count, 0x40000000),
    HEAD(envp_count, UINT32_MAX),
    HEAD(filter_len[0], 0),
    HEAD(filter_len[0], 2),
    HEAD(filter_len[0], 4097),
    HEAD(filter_len[1], 1),
    HEAD(filter_len[1], 0x20000000),
    HEAD(stop_signal, 0),
    HEAD(stop_signal, 65),
    HEAD(relayed, 8),
    HEAD(flags, 0x20),
#define STEP(n, field, number)                                                                               \
    {                                                                                                        \
        sizeof(struct rf_store_head) + (n) * sizeof(struct rf_step) + offsetof(struct rf_step, field),       \
            sizeof(((struct rf_step *)0)->field), number                                                     \
    }
    STEP(0, kind, RF_STEP_MAX),
    STEP(0, kind, UINT16_MAX),
    STEP(0, key, RF_KEY_MAX),
    STEP(0, actor, RF_WORKLOAD + 1),
    STEP(1, src, TEXT_LEN),
    STEP(1, dst, TEXT_LEN),
    STEP(1, data, UINT32_MAX),
    STEP(2, a, RF_PLAN_FILTERS),
    STEP(2, a, UINT64_MAX),
    STEP(2, a, 1), /* a slot without a program */
#define AFTER_STEPS (sizeof(struct rf_store_head) + RF_COUNT(steps) * sizeof(struct rf_step))
    {AFTER_STEPS, 1, 'x'},                /* offset 0 is "" */
    {AFTER_STEPS + TEXT_LEN - 1, 1, 'x'}, /* no end */
    {AFTER_STEPS + TEXT_LEN, 4, TEXT_LEN},
    {AFTER_STEPS + TEXT_LEN + 4, 4, UINT32_MAX},
};

static void refuses_what_makes_no_sense(void **state)
{
    struct rf_arena arena;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_plan plan = {.count = 77};
        size_t size = 0;
        char *bytes = bytes_of(&small, &size);

        memcpy(bytes + refused[i].at, &refused[i].value, refused[i].bytes);
        if (load(bytes, size, &arena, &plan) != -EBADMSG)
            fail_msg("accepted case %zu, %llu at %zu", i, (unsigned long long)refused[i].value,
                     refused[i].at);
        assert_int_equal(plan.count, 77);
        free(bytes);
        arena.used = 0;
    }
    rf_arena_done(&arena);
}

static void refuses_more_behind_its_end(void **state)
{
    struct rf_arena arena;
    struct rf_plan plan = {.count = 77};
    size_t size = 0;
    char *bytes = bytes_of(&small, &size);
    char *longer = calloc(1, size + 1);

    (void)state;
    assert_non_null(longer);
    memcpy(longer, bytes, size);
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(load(longer, size + 1, &arena, &plan), -EBADMSG);
    assert_int_equal(plan.count, 77);
    rf_arena_done(&arena);
    free(longer);
    free(bytes);
}

static void says_when_memory_is_short(void **state)
{
    struct rf_arena arena;
    struct rf_plan plan = {.count = 77};
    size_t size = 0;
    char *bytes = bytes_of(&small, &size);
    int code = -ENOMEM;
    unsigned nth;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (nth = 1; code == -ENOMEM && nth < 20; nth++) {
        rf_arena_fail_at(nth);
        assert_int_equal(plan.count, 77);
        code = load(bytes, size, &arena, &plan);
    }
    rf_arena_fail_at(0);
    assert_int_equal(code, 0);
    assert_true(nth > 6); /* there were some to fail */
    rf_arena_done(&arena);
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(comes_back_as_it_was),        cmocka_unit_test(refuses_every_cut),
        cmocka_unit_test(refuses_what_makes_no_sense), cmocka_unit_test(refuses_more_behind_its_end),
        cmocka_unit_test(says_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
