#include "base/buf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20, PIECES = 10000 };

static void add_pieces(struct rf_buf *buf, int from, int to)
{
    for (int i = from; i < to; i++)
        rf_buf_printf(buf, "%d,", i);
}

/* The same text, whoever else takes from the arena meanwhile. */
static void grows_without_losing(void **state)
{
    (void)state;
    for (int neighbours = 0; neighbours <= 1; neighbours++) {
        struct rf_arena arena;
        struct rf_buf buf;
        const char *p;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_buf_init(&buf, &arena);
        for (int i = 0; i < PIECES; i += 100) {
            add_pieces(&buf, i, i + 100);
            if (neighbours)
                memset(rf_arena_alloc(&arena, 16), 0xff, 16);
        }
        assert_false(buf.is_failed);
        assert_int_equal(strlen(buf.ptr), buf.len);
        p = buf.ptr;
        for (int i = 0; i < PIECES; i++) {
            char want[16];
            int len = snprintf(want, sizeof(want), "%d,", i);

            assert_memory_equal(p, want, (size_t)len);
            p += len;
        }
        assert_int_equal(*p, '\0');
        rf_arena_done(&arena);
    }
}

static void the_last_block_grows_in_place(void **state)
{
    struct rf_arena arena;
    struct rf_buf buf;
    const char *first;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_buf_init(&buf, &arena);
    rf_buf_text(&buf, "x");
    first = buf.ptr;
    add_pieces(&buf, 0, PIECES);
    assert_ptr_equal(buf.ptr, first);
    assert_int_equal(arena.used, buf.room);
    rf_arena_done(&arena);
}

static void another_block_makes_it_move(void **state)
{
    struct rf_arena arena;
    struct rf_buf buf;
    const char *first;
    char *other;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_buf_init(&buf, &arena);
    rf_buf_text(&buf, "x");
    first = buf.ptr;
    other = rf_arena_text(&arena, RF_STR("other"));
    add_pieces(&buf, 0, PIECES);
    assert_ptr_not_equal(buf.ptr, first);
    assert_string_equal(other, "other");
    rf_arena_done(&arena);
}

static void a_failure_stays(void **state)
{
    struct rf_arena arena;
    struct rf_buf buf;
    size_t len;

    (void)state;
    rf_arena_init(&arena, 4096);
    rf_buf_init(&buf, &arena);
    add_pieces(&buf, 0, PIECES);
    assert_true(buf.is_failed);
    len = buf.len;
    assert_true(len > 0 && len < 4096);
    rf_buf_text(&buf, "x");
    assert_int_equal(buf.len, len);
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(grows_without_losing), cmocka_unit_test(the_last_block_grows_in_place),
        cmocka_unit_test(another_block_makes_it_move), cmocka_unit_test(a_failure_stays)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
