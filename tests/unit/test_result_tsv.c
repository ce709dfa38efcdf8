#include "result_kit.h"

#define HEADER                                                                                               \
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
#define PAGE_1 "1\t1\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n"

static const char two_pages[] = HEADER PAGE_1 "2\t1\t1\t0\t0\t0\t10\t20\t300\t40\t-1\t\n"
                                              "3\t1\t1\t1\t0\t0\t10\t20\t300\t40\t-1\t\n"
                                              "4\t1\t1\t1\t1\t0\t10\t20\t300\t40\t-1\t\n"
                                              "5\t1\t1\t1\t1\t1\t10\t20\t50\t40\t96.493668\tDelivery\n"
                                              "5\t1\t1\t1\t1\t2\t70\t20\t530\t380\t0.000000\tn\xc3\xb6te\n"
                                              "5\t1\t1\t1\t2\t1\t10\t80\t20\t30\t100\t-1\n"
                                              "1\t2\t0\t0\t0\t0\t0\t0\t10\t10\t-1\t\n"
                                              "5\t2\t1\t1\t1\t1\t0\t0\t10\t10\t95.000000\t \n"
                                              "5\t2\t2\t1\t1\t1\t0\t0\t10\t10\t-1\tx\n";

static void reads_words_and_pages(void **state)
{
    const struct rf_piece piece = {.page = 7, .dpi = 200};
    const struct rf_item *items;
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_OCR);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TSV, RF_STR(two_pages), &piece, &kit.err), 0);
    assert_int_equal(kit.result.page_count, 2);
    assert_int_equal(kit.result.pages[0].page, 7);
    assert_int_equal(kit.result.pages[0].width, 600);
    assert_int_equal(kit.result.pages[0].height, 400);
    assert_int_equal(kit.result.pages[0].dpi, 200);
    assert_int_equal(kit.result.pages[1].page, 8);
    assert_int_equal(kit.result.pages[1].width, 10);

    items = kit.result.items;
    assert_int_equal(kit.result.count, 4); /* without the blank one */
    assert_true(rf_str_is(items[0].content, "Delivery"));
    assert_int_equal(items[0].confidence, 9649);
    assert_int_equal(items[0].page, 7);
    assert_int_equal(items[0].block, 1);
    assert_int_equal(items[0].paragraph, 1);
    assert_int_equal(items[0].line, 1);
    assert_true(items[0].has_box && !items[0].is_punctuation && !items[0].speaker && !items[0].channel);
    assert_memory_equal(items[0].box, ((uint32_t[]){10, 20, 60, 60}), sizeof(items[0].box));
    assert_true(rf_str_is(items[1].content, "n\xc3\xb6te"));
    assert_memory_equal(items[1].box, ((uint32_t[]){70, 20, 600, 400}), sizeof(items[1].box));
    assert_int_equal(items[1].confidence, 0);
    assert_true(rf_str_is(items[2].content, "-1")); /* a text, not the mark of a row without one */
    assert_int_equal(items[2].confidence, RF_CONFIDENCE_ONE);
    assert_int_equal(items[2].line, 2);
    assert_int_equal(items[3].page, 8);
    assert_int_equal(items[3].block, 2);
    assert_int_equal(items[3].confidence, 0);
    rf_arena_done(&kit.arena);
}

static void a_page_may_have_no_words(void **state)
{
    const struct rf_piece piece = {.page = 1};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_OCR);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TSV, RF_STR(HEADER PAGE_1), &piece, &kit.err), 0);
    assert_int_equal(kit.result.page_count, 1);
    assert_int_equal(kit.result.count, 0);
    rf_arena_done(&kit.arena);
}

static const struct kit_refusal beginnings[] = {
    {"", "line 1"},
    {"\n", "line 1"},
    {"level\n", "names of the columns"},
    {"Page number: 0\nOrientation in degrees: 0\n", "line 1"}, /* --psm 0 */
    {PAGE_1, "line 1"},
    {"\xef\xbb\xbf" HEADER PAGE_1, "line 1"},
    {HEADER, "no page"},
    {HEADER HEADER PAGE_1, "line 2"},
    {HEADER "5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx\n", "page 1, want page 0"},
    {HEADER "1\t2\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n", "page 2, want page 1"},
    {HEADER "1\t0\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n", "page 0, want page 1"},
};

static const struct kit_refusal rows[] = {
    {"\n", "line 3: want 12 columns"},
    {"5\n", "12 columns"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\n", "12 columns"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx\ty\n", "control character"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx", "breaks off"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\t\x1b[2J\n", "control character, U+001B"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx\r\n", "control character"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\t\xff\n", "not UTF-8"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t\tx\n", "column 11 (conf)"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t-\tx\n", "column 11 (conf)"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t--1\tx\n", "column 11 (conf)"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\tnan\tx\n", "column 11 (conf)"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t9e1\tx\n", "column 11 (conf)"},
    {"0\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx\n", "level 0"},
    {"6\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx\n", "level 6"},
    {"x\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx\n", "column 1 (level)"},
    {"5\t1\t-1\t1\t1\t1\t0\t0\t1\t1\t50\tx\n", "column 3 (block_num)"},
    {"5\t1\t1\t1\t1\t1\t0\t\t1\t1\t50\tx\n", "column 8 (top)"},
    {"5\t1\t1\t1\t1\t1\t 0\t0\t1\t1\t50\tx\n", "column 7 (left)"},
    {"5\t1\t1\t1\t1\t1\t0\t0\t4294967296\t1\t50\tx\n", "column 9 (width)"},
    {"5\t1\t1\t1\t1\t1\t1\t0\t4294967295\t1\t50\tx\n", "outside its page"},
    {"5\t1\t1\t1\t1\t1\t0\t1\t1\t4294967295\t50\tx\n", "outside its page"},
    {"5\t1\t1\t1\t1\t1\t600\t0\t1\t1\t50\tx\n", "outside its page of 600 x 400"},
    {"5\t1\t1\t1\t1\t1\t0\t400\t1\t1\t50\tx\n", "outside its page"},
    {"5\t2\t1\t1\t1\t1\t0\t0\t1\t1\t50\tx\n", "page 2, want page 1"},
    {PAGE_1, "page 1, want page 2"},
    {"1\t3\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n", "page 3, want page 2"},
};

static void refuses_what_tesseract_never_writes(void **state)
{
    (void)state;
    kit_refuse(RF_ENGINE_OCR, RF_PARSER_TSV, beginnings, RF_COUNT(beginnings), "");
    kit_refuse(RF_ENGINE_OCR, RF_PARSER_TSV, rows, RF_COUNT(rows), HEADER PAGE_1);
}

static void page_numbers_end_somewhere(void **state)
{
    const struct rf_piece piece = {.page = UINT32_MAX};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_OCR);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TSV, RF_STR(two_pages), &piece, &kit.err),
                     -EBADMSG);
    assert_non_null(strstr(kit.err.msg, "line 9: more pages"));
    assert_int_equal(kit.result.count, 0);
    rf_arena_done(&kit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_words_and_pages), cmocka_unit_test(a_page_may_have_no_words),
        cmocka_unit_test(refuses_what_tesseract_never_writes), cmocka_unit_test(page_numbers_end_somewhere)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
