#include "result_kit.h"

static const struct {
    const char *text;
    size_t pages;
    const char *words; /* "page.paragraph.line word" of each, "|" between two */
} texts[] = {
    {"", 1, ""},
    {"\n", 1, ""},
    {" \t\r\n\n", 1, ""},
    {"one", 1, "5.1.1 one"},
    {"one two\nthree\n", 1, "5.1.1 one|5.1.1 two|5.1.2 three"},
    {"  one \t two  \r\n\r\nthree\n", 1, "5.1.1 one|5.1.1 two|5.2.1 three"},
    {"\n\none\n\n\n \ntwo\n\n", 1, "5.1.1 one|5.2.1 two"},
    {"one\ftwo\n", 2, "5.1.1 one|6.1.1 two"},
    {"one\n\ftwo\n\f", 2, "5.1.1 one|6.1.1 two"},
    {"one\n\n\f\n\f\fthree\n", 4, "5.1.1 one|8.1.1 three"},
    {"\f", 1, ""},
    {"\f\f", 2, ""},
    {"\f\n", 2, ""},
    {"\xc3\xa9t\xc3\xa9 \xe6\x97\xa5\n", 1, "5.1.1 \xc3\xa9t\xc3\xa9|5.1.1 \xe6\x97\xa5"},
};

static void reads_lines_paragraphs_and_pages(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(texts); i++) {
        const struct rf_piece piece = {.page = 5, .dpi = 300, .width = 60, .height = 40};
        struct rf_buf words;
        struct kit kit;

        kit_init(&kit, RF_ENGINE_OCR);
        rf_buf_init(&words, &kit.arena);
        assert_int_equal(
            rf_result_add(&kit.result, RF_PARSER_TEXT, rf_str_of(texts[i].text), &piece, &kit.err), 0);
        for (size_t j = 0; j < kit.result.count; j++) {
            const struct rf_item *item = &kit.result.items[j];

            rf_buf_printf(&words, "%s%u.%u.%u %.*s", j ? "|" : "", item->page, item->paragraph, item->line,
                          RF_FMT(item->content));
            assert_int_equal(item->block, 1);
            assert_int_equal(item->confidence, 0);
            assert_false(item->has_box);
        }
        if (strcmp(words.ptr ? words.ptr : "", texts[i].words) != 0)
            fail_msg("text %zu: want %s, have %s", i, texts[i].words, words.ptr);
        assert_int_equal(kit.result.page_count, texts[i].pages);
        for (size_t j = 0; j < texts[i].pages; j++) {
            assert_int_equal(kit.result.pages[j].page, 5 + j);
            assert_int_equal(kit.result.pages[j].dpi, 300);
            assert_int_equal(kit.result.pages[j].width, j ? 0 : 60); /* the others' is not known */
        }
        rf_arena_done(&kit.arena);
    }
}

static const struct kit_refusal refused[] = {
    {"one\n\x1b[31mtwo\n", "line 2: a control character"},
    {"\x01", "control character"},
    {"a\vb\n", "control character"},
    {"\xc2\x85\n", "control character"},
    {"\xff\n", "not UTF-8"},
    {"one\ntwo\n\xc3", "line 3: byte 0xc3 is not UTF-8"},
};

static void refuses_other_bytes(void **state)
{
    const struct rf_piece piece = {.page = 1};
    struct kit kit;

    (void)state;
    kit_refuse(RF_ENGINE_OCR, RF_PARSER_TEXT, refused, RF_COUNT(refused), "");
    kit_init(&kit, RF_ENGINE_OCR);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TEXT, (struct rf_str){"a\0b", 3}, &piece, &kit.err),
                     -EBADMSG);
    rf_arena_done(&kit.arena);
}

static void page_numbers_end_somewhere(void **state)
{
    const struct rf_piece piece = {.page = UINT32_MAX};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_OCR);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TEXT, RF_STR("a\fb"), &piece, &kit.err), -EBADMSG);
    assert_int_equal(kit.result.page_count, 0);
    rf_arena_done(&kit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_lines_paragraphs_and_pages),
                                       cmocka_unit_test(refuses_other_bytes),
                                       cmocka_unit_test(page_numbers_end_somewhere)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
