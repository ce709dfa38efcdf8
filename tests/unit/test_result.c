#include "result_kit.h"

#define HEADER                                                                                               \
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
#define PAGE "1\t1\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n"
#define WORD(text) "5\t1\t1\t1\t1\t1\t0\t0\t1\t1\t50\t" text "\n"

/* The words in order, a blank between two. */
static const char *words_of(struct kit *kit)
{
    struct rf_buf words;

    rf_buf_init(&words, &kit->arena);
    for (size_t i = 0; i < kit->result.count; i++)
        rf_buf_printf(&words, "%s%.*s", i ? " " : "", RF_FMT(kit->result.items[i].content));
    assert_false(words.is_failed);
    return words.ptr ? words.ptr : "";
}

static void add(struct kit *kit, enum rf_parser parser, const char *text, const struct rf_piece *piece)
{
    if (rf_result_add(&kit->result, parser, rf_str_of(text), piece, &kit->err) != 0)
        fail_msg("%s", kit->err.msg);
}

static void speech_is_ordered_by_time(void **state)
{
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    add(&kit, RF_PARSER_POCKETSPHINX, "b f\nb 2.0 2.5 1.0\nf 4.0 4.1 1.0\n",
        &(struct rf_piece){.channel = "1"});
    add(&kit, RF_PARSER_POCKETSPHINX, "a d e\na 1.0 1.5 1.0\nd 2.0 2.4 1.0\ne 4.0 4.0 1.0\n",
        &(struct rf_piece){.channel = "2"});
    add(&kit, RF_PARSER_POCKETSPHINX, "c\nc 1.0 1.5 1.0\n", &(struct rf_piece){.start_ms = 1000});
    rf_result_sort(&kit.result);
    /* b and c end at 2.5, d at 2.4; f ends later than e, and so does its full stop */
    assert_string_equal(words_of(&kit), "a b c d . f e . .");
    assert_string_equal(kit.result.items[7].channel, "2");
    assert_string_equal(kit.result.items[8].channel, "1");
    rf_arena_done(&kit.arena);
}

static void pages_are_ordered_by_number(void **state)
{
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_OCR);
    add(&kit, RF_PARSER_TSV, HEADER PAGE WORD("three") WORD("3"), &(struct rf_piece){.page = 3});
    add(&kit, RF_PARSER_TSV, HEADER PAGE WORD("one") WORD("1"), &(struct rf_piece){.page = 1});
    add(&kit, RF_PARSER_TEXT, "two 2\n", &(struct rf_piece){.page = 2});
    rf_result_sort(&kit.result);
    assert_string_equal(words_of(&kit), "one 1 two 2 three 3");
    assert_int_equal(kit.result.page_count, 3);
    for (uint32_t i = 0; i < 3; i++)
        assert_int_equal(kit.result.pages[i].page, i + 1);
    rf_arena_done(&kit.arena);
}

static void what_fails_leaves_nothing(void **state)
{
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_OCR);
    add(&kit, RF_PARSER_TSV, HEADER PAGE WORD("one"), &(struct rf_piece){.page = 1});
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TSV, RF_STR(HEADER PAGE WORD("two") "6\n"),
                                   &(struct rf_piece){.page = 2}, &kit.err),
                     -EBADMSG);
    assert_string_equal(words_of(&kit), "one");
    assert_int_equal(kit.result.page_count, 1);
    rf_arena_done(&kit.arena);
}

static void a_parser_has_its_kind(void **state)
{
    static const struct {
        enum rf_engine_kind kind;
        enum rf_parser parser;
    } wrong[] = {{RF_ENGINE_OCR, RF_PARSER_POCKETSPHINX}, {RF_ENGINE_OCR, RF_PARSER_NONE},
                 {RF_ENGINE_OCR, RF_PARSER_PDFINFO},      {RF_ENGINE_SPEECH, RF_PARSER_TSV},
                 {RF_ENGINE_SPEECH, RF_PARSER_TEXT},      {RF_ENGINE_SPEECH, RF_PARSER_PDFINFO},
                 {RF_ENGINE_SPEECH, (enum rf_parser)99}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(wrong); i++) {
        struct kit kit;

        kit_init(&kit, wrong[i].kind);
        assert_int_equal(
            rf_result_add(&kit.result, wrong[i].parser, RF_STR(""), &(struct rf_piece){.page = 1}, &kit.err),
            -EINVAL);
        rf_arena_done(&kit.arena);
    }
}

static void memory_ends_somewhere(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        struct kit kit;

        kit_init(&kit, RF_ENGINE_OCR);
        rf_arena_fail_at(nth);
        assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TSV, RF_STR(HEADER PAGE WORD("one")),
                                       &(struct rf_piece){.page = 1}, &kit.err),
                         -ENOMEM);
        rf_arena_fail_at(0);
        assert_int_equal(kit.result.count, 0);
        assert_int_equal(kit.result.page_count, 0);
        rf_arena_done(&kit.arena);
    }
}

/* As if they were there: four million words need half a gigabyte. */
static void words_and_pages_are_counted(void **state)
{
    const struct rf_piece piece = {.page = 1};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_OCR);
    kit.result.count = RF_RESULT_ITEMS;
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TEXT, RF_STR("x"), &piece, &kit.err), -E2BIG);
    assert_int_equal(kit.result.count, RF_RESULT_ITEMS);
    kit.result.count = 0;
    kit.result.page_count = RF_RESULT_ITEMS;
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TEXT, RF_STR(""), &piece, &kit.err), -E2BIG);
    assert_int_equal(kit.result.page_count, RF_RESULT_ITEMS);
    rf_arena_done(&kit.arena);
}

static void channels_have_labels(void **state)
{
    struct rf_job_config config = {.channel_labels = {RF_STR("Agent"), RF_STR("Caller")},
                                   .channel_label_count = 2};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    assert_string_equal(rf_result_channel(&config, 0, &kit.arena), "Agent");
    assert_string_equal(rf_result_channel(&config, 1, &kit.arena), "Caller");
    assert_string_equal(rf_result_channel(&config, 2, &kit.arena), "channel_3");
    config.channel_label_count = 0;
    assert_string_equal(rf_result_channel(&config, 0, &kit.arena), "channel_1");
    rf_arena_done(&kit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(speech_is_ordered_by_time), cmocka_unit_test(pages_are_ordered_by_number),
        cmocka_unit_test(what_fails_leaves_nothing), cmocka_unit_test(a_parser_has_its_kind),
        cmocka_unit_test(memory_ends_somewhere),     cmocka_unit_test(words_and_pages_are_counted),
        cmocka_unit_test(channels_have_labels)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
