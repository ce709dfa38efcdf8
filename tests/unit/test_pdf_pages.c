#include "engine/pdf_pages.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20, LIMIT = 500 };

static int read_text(const char *text, struct rf_arena *arena, struct rf_pdf_pages *ret, struct rf_err *err)
{
    rf_arena_init(arena, ARENA_BYTES);
    return rf_pdf_pages_read(rf_str_of(text), LIMIT, arena, ret, err);
}

static void reads_counts_and_sizes(void **state)
{
    static const char text[] =
        "Title:           Deliveries: Pages: 7\n"
        "Creator:         Writer\n"
        "Custom Metadata: no\n"
        "Pages:           3\n"
        "Encrypted:       yes (print:yes copy:no change:no addNotes:no algorithm:AES)\n"
        "Page    1 size:  595.276 x 841.89 pts (A4)\n"
        "Page    1 rot:   0\n"
        "Page    1 MediaBox:      0.00     0.00   595.28   841.89\n"
        "Page    2 size:  612 x 792 pts (letter)\n"
        "Page    2 rot:   90\n"
        "Page    3 size:  1e+07 x 1e-05 pts\n"
        "File size:       1139 bytes\n"
        "PDF version:     1.4\n";
    struct rf_arena arena;
    struct rf_pdf_pages pages = {0};
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(read_text(text, &arena, &pages, &err), 0);
    assert_int_equal(pages.count, 3);
    assert_true(pages.is_encrypted);
    assert_int_equal(pages.list[0].width_milli, 595276);
    assert_int_equal(pages.list[0].height_milli, 841890);
    assert_int_equal(pages.list[0].rotation, 0);
    assert_int_equal(pages.list[1].width_milli, 612000);
    assert_int_equal(pages.list[1].rotation, 90);
    assert_true(pages.list[2].width_milli == 10000000000);
    assert_int_equal(pages.list[2].height_milli, 0);
    rf_arena_done(&arena);
}

static void a_document_may_be_empty(void **state)
{
    struct rf_arena arena;
    struct rf_pdf_pages pages = {.count = 7};
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(read_text("Pages:           0\nEncrypted:       no\n", &arena, &pages, &err), 0);
    assert_int_equal(pages.count, 0);
    assert_false(pages.is_encrypted);
    rf_arena_done(&arena);
}

static const struct {
    const char *text;
    const char *part;
} refused[] = {
    {"", "want the number of pages"},
    {"Title: x\n", "want the number of pages"},
    {"Pages: 1\n", "sizes of 0 pages, want 1"},
    {"Pages:\n", "want a number of pages"},
    {"Pages: -1\n", "want a number of pages"},
    {"Pages: one\n", "want a number of pages"},
    {"Pages: 4294967296\n", "want a number of pages"},
    {"Pages: 1", "breaks off"},
    {"Pages: 2\nPage    1 size:  1 x 1 pts\n", "sizes of 1 pages, want 2"},
    {"Pages: 1\nPage    1 size:  1 x 1 pts\nPage    2 size:  1 x 1 pts\n", "no more pages"},
    {"Pages: 2\nPage    2 size:  1 x 1 pts\nPage    1 size:  1 x 1 pts\n", "page 2"},
    {"Pages: 1\nPage    0 size:  1 x 1 pts\n", "page 0"},
    {"Pages: 1\nPage    1 size:  1 x 1 pts\nPage    1 size:  9 x 9 pts\n", "line 3"},
    /* a title of several lines: what it says comes before what pdfinfo says */
    {"Title: x\nPages: 1\n\nPages: 2\n", "second time"},
    {"Title: x\nPage    1 size:  1 x 1 pts\n\nPages: 1\nPage    1 size:  9999 x 9999 pts\n", "line 2"},
    {"Title: x\nPages: 1\nPage    1 size:  1 x 1 pts\n\nPages: 1\nPage    1 size:  9 x 9 pts\n", "line 5"},
    {"Pages: 1\nPage    1 rot:   0\nPage    1 size:  1 x 1 pts\n", "below its size"},
    {"Pages: 1\nPage    1 size:  1 x 1 pts\nPage    1 rot:   360\n", "0..359"},
    {"Pages: 1\nPage    1 size:  1 x 1 pts\nPage    1 rot:   -90\n", "0..359"},
    {"Pages: 1\nPage    1 size:  1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  1 x 1\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  1 y 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  -1 x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  nan x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  inf x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  1e x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  1e5 x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  1e+ x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  e+05 x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  x1e-05 x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  1e+99999 x 1 pts\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:  \n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage    1 size:\n", "WIDTH x HEIGHT"},
    {"Pages: 1\nPage size:       612 x 792 pts (letter)\n", "sizes of 0 pages"},
};

static void refuses_other_forms(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_arena arena;
        struct rf_pdf_pages pages = {.count = 7};
        struct rf_err err = {0};

        if (read_text(refused[i].text, &arena, &pages, &err) != -EBADMSG || !strstr(err.msg, refused[i].part))
            fail_msg("\"%s\": want \"%s\", have \"%s\"", refused[i].text, refused[i].part, err.msg);
        assert_int_equal(pages.count, 7);
        rf_arena_done(&arena);
    }
}

static void counts_before_it_reserves(void **state)
{
    struct rf_arena arena;
    struct rf_pdf_pages pages = {.count = 7};
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(read_text("Pages: 501\n", &arena, &pages, &err), -E2BIG);
    assert_string_equal(err.msg, "the document has 501 pages, want at most 500");
    assert_int_equal(arena.used, 0);
    rf_arena_done(&arena);

    rf_arena_fail_at(1);
    assert_int_equal(read_text("Pages: 500\n", &arena, &pages, &err), -ENOMEM);
    rf_arena_fail_at(0);
    assert_int_equal(pages.count, 7);
    rf_arena_done(&arena);
}

static const struct {
    uint64_t width_milli;
    uint64_t height_milli;
    uint32_t dpi;
    uint64_t pixels;
} drawn[] = {
    {595276, 841890, 300, (uint64_t)2481 * 3508}, /* A4, as pdftoppm -r 300 draws it */
    {612000, 792000, 150, (uint64_t)1275 * 1650},       {612000, 792000, 72, (uint64_t)612 * 792},
    {612001, 792000, 72, (uint64_t)613 * 792},          {0, 1000, 72, 1},
    {14400000, 14400000, 300, (uint64_t)60000 * 60000}, {UINT64_MAX, 1, 72, UINT64_MAX},
    {UINT64_MAX, UINT64_MAX, 300, UINT64_MAX},          {10000000000000, 10000000000000, 2400, UINT64_MAX},
};

static void pixels_are_known_before_drawing(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(drawn); i++) {
        struct rf_pdf_page page = {.width_milli = drawn[i].width_milli,
                                   .height_milli = drawn[i].height_milli};

        assert_true(rf_pdf_page_pixels(&page, drawn[i].dpi) == drawn[i].pixels);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_counts_and_sizes), cmocka_unit_test(a_document_may_be_empty),
        cmocka_unit_test(refuses_other_forms), cmocka_unit_test(counts_before_it_reserves),
        cmocka_unit_test(pixels_are_known_before_drawing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
