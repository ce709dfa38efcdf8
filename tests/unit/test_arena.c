#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static int make(void **state)
{
    static struct rf_arena arena;

    rf_arena_init(&arena, 4096);
    *state = &arena;
    return 0;
}

static int unmake(void **state)
{
    rf_arena_fail_at(0);
    rf_arena_done(*state);
    return 0;
}

static void gives_zeroed_aligned_separate_blocks(void **state)
{
    unsigned char *last = NULL;

    for (size_t size = 1; size < 40; size++) {
        unsigned char *block = rf_arena_alloc(*state, size);

        assert_non_null(block);
        assert_int_equal((uintptr_t)block % _Alignof(max_align_t), 0);
        assert_true(!last || block >= last + size - 1);
        for (size_t i = 0; i < size; i++)
            assert_int_equal(block[i], 0);
        memset(block, 0xff, size);
        last = block;
    }
}

static void refuses_beyond_its_limit(void **state)
{
    struct rf_arena *arena = *state;

    assert_null(rf_arena_alloc(arena, 4097));
    assert_null(rf_arena_alloc(arena, SIZE_MAX));
    assert_null(rf_arena_alloc(arena, SIZE_MAX - 15));
    assert_null(rf_arena_array(arena, SIZE_MAX / 2, 3));
    assert_null(rf_arena_array(arena, 4, 1025));
    assert_non_null(rf_arena_alloc(arena, 4096)); /* refusals took nothing */
    assert_null(rf_arena_alloc(arena, 1));
}

static void copies_and_formats(void **state)
{
    char *text = rf_arena_text(*state, (struct rf_str){"userland", 4});

    assert_non_null(text);
    assert_string_equal(text, "user");
    text = rf_arena_text(*state, (struct rf_str){NULL, 0});
    assert_non_null(text);
    assert_string_equal(text, "");
    text = rf_arena_printf(*state, "%s=%d", "uid", 10001);
    assert_non_null(text);
    assert_string_equal(text, "uid=10001");
    assert_null(rf_arena_printf(*state, "%5000s", "x"));
}

static void fails_where_a_test_asks(void **state)
{
    rf_arena_fail_at(3);
    assert_non_null(rf_arena_alloc(*state, 1));
    assert_non_null(rf_arena_array(*state, 2, 2));
    assert_null(rf_arena_text(*state, RF_STR("third")));
    assert_non_null(rf_arena_alloc(*state, 1)); /* once */
}

static void may_be_emptied_at_any_time(void **state)
{
    struct rf_arena zeroed = {0};

    (void)state;
    rf_arena_done(NULL);
    rf_arena_done(&zeroed);
    rf_arena_done(*state);
    rf_arena_done(*state);
    assert_non_null(rf_arena_alloc(*state, 4096)); /* and used again */
}

/* Whatever is kept or given back, the next document finds zeros and the whole limit. */
static void begins_anew(void **state)
{
    static const size_t kept[] = {0, 1, 4096, 8192, 1 << 20};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(kept); i++) {
        struct rf_arena arena;

        rf_arena_init(&arena, 4 * 4096);
        rf_arena_reset(&arena, kept[i]);
        for (int round = 0; round < 3; round++) {
            size_t size = round == 1 ? 100 : 4 * 4096;
            unsigned char *block = rf_arena_alloc(&arena, size);

            assert_non_null(block);
            for (size_t n = 0; n < size; n++)
                assert_int_equal(block[n], 0);
            memset(block, 0xff, size);
            rf_arena_reset(&arena, kept[i]);
        }
        rf_arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(gives_zeroed_aligned_separate_blocks, make, unmake),
        cmocka_unit_test_setup_teardown(refuses_beyond_its_limit, make, unmake),
        cmocka_unit_test_setup_teardown(copies_and_formats, make, unmake),
        cmocka_unit_test_setup_teardown(fails_where_a_test_asks, make, unmake),
        cmocka_unit_test_setup_teardown(may_be_emptied_at_any_time, make, unmake),
        cmocka_unit_test(begins_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
