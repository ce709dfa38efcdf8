#include "result_kit.h"

#include "support/result_check.h"

#define HEADER                                                                                               \
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
#define PAGE(number) "1\t" number "\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n"
#define WORD(page, block, paragraph, line, text)                                                             \
    "5\t" page "\t" block "\t" paragraph "\t" line "\t1\t0\t0\t1\t1\t50\t" text "\n"

static void write_as(struct kit *kit, const char *language, const char *want)
{
    struct rf_job_config config = {.section = RF_STR("")};
    struct rf_result_about about = *check_about(&config);
    struct rf_buf buf;

    about.language = language;
    rf_result_sort(&kit->result);
    rf_buf_init(&buf, &kit->arena);
    if (rf_result_write(&kit->result, &about, RF_FORMAT_TXT, &buf, &kit->err) != 0)
        fail_msg("%s", kit->err.msg);
    assert_string_equal(buf.ptr ? buf.ptr : "", want);
}

static const struct {
    const char *tsv;
    const char *txt;
} pages[] = {
    {PAGE("1"), ""},
    {PAGE("1") WORD("1", "1", "1", "1", " "), ""},
    {PAGE("1") WORD("1", "1", "1", "1", "one") WORD("1", "1", "1", "1", "two"), "one two\n"},
    {PAGE("1") WORD("1", "1", "1", "1", "one") WORD("1", "1", "1", "2", "two"), "one\ntwo\n"},
    {PAGE("1") WORD("1", "1", "1", "1", "one") WORD("1", "1", "2", "1", "two"), "one\n\ntwo\n"},
    {PAGE("1") WORD("1", "1", "1", "1", "one") WORD("1", "2", "1", "1", "two"), "one\n\ntwo\n"},
    /* a picture between, and one at the end */
    {PAGE("1") WORD("1", "1", "1", "1", "one") WORD("1", "2", "1", "1", " ") WORD("1", "3", "1", "1", "two"),
     "one\n\ntwo\n"},
    {PAGE("1") WORD("1", "1", "1", "1", "one") WORD("1", "2", "1", "1", " ") WORD("1", "3", "1", "1", "  "),
     "one\n\n"},
    {PAGE("1") WORD("1", "1", "1", "1", "one") PAGE("2") PAGE("3") WORD("3", "1", "1", "1", "three")
         PAGE("4"),
     "one\n\f\fthree\n\f"},
};

static void pages_are_as_tesseract_writes_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(pages); i++) {
        const struct rf_piece piece = {.page = 9};
        struct kit kit;
        char *text;

        kit_init(&kit, RF_ENGINE_OCR);
        text = rf_arena_printf(&kit.arena, "%s%s", HEADER, pages[i].tsv);
        assert_non_null(text);
        assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TSV, rf_str_of(text), &piece, &kit.err), 0);
        write_as(&kit, "eng", pages[i].txt);
        rf_arena_done(&kit.arena);
    }
}

static void speech_is_one_paragraph(void **state)
{
    static const char text[] = "good morning\ngood 0.1 0.2 1.0\nmorning 0.3 0.4 1.0\ntea\ntea 2.0 2.1 1.0\n";
    const struct rf_piece piece = {.page = 0};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    write_as(&kit, "en", "");
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(text), &piece, &kit.err), 0);
    write_as(&kit, "en", "good morning. tea.\n");
    write_as(&kit, "ja", "goodmorning.tea.\n");
    rf_arena_done(&kit.arena);
}

static void channels_take_turns(void **state)
{
    /* "b" is said while "one two three" still is */
    static const char left[] = "one two three\none 0.1 0.2 1.0\ntwo 1.0 1.1 1.0\nthree 2.0 2.1 1.0\n"
                               "four\nfour 2.2 2.3 1.0\nfive\nfive 9.0 9.1 1.0\n";
    static const char right[] = "a\na 0.0 0.1 1.0\nb\nb 1.0 1.05 1.0\nc\nc 3.0 3.1 1.0\n";
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(left),
                                   &(struct rf_piece){.channel = "left"}, &kit.err),
                     0);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(right),
                                   &(struct rf_piece){.channel = "right"}, &kit.err),
                     0);
    write_as(&kit, "en",
             "SPEAKER: right\na.\n\n"
             "SPEAKER: left\none two three.\n\n"
             "SPEAKER: right\nb.\n\n"
             "SPEAKER: left\nfour.\n\n"
             "SPEAKER: right\nc.\n\n"
             "SPEAKER: left\nfive.\n");
    rf_arena_done(&kit.arena);
}

static void one_channel_is_named_too(void **state)
{
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX,
                                   RF_STR("a\na 0.0 0.1 1.0\nb\nb 1.0 1.05 1.0\n"),
                                   &(struct rf_piece){.channel = "channel_1"}, &kit.err),
                     0);
    write_as(&kit, "en", "SPEAKER: channel_1\na. b.\n");
    rf_arena_done(&kit.arena);
}

static void known_speakers_have_lines(void **state)
{
    struct rf_item items[] = {
        {.content = RF_STR("good"), .speaker = "S1"},
        {.content = RF_STR("."), .is_punctuation = true, .is_eos = true, .speaker = "S1"},
        {.content = RF_STR("who"), .speaker = "UU"},
        {.content = RF_STR("me"), .speaker = "S2"}};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    kit.result.items = items;
    kit.result.count = RF_COUNT(items);
    for (uint32_t i = 0; i < RF_COUNT(items); i++)
        items[i].order = i;
    write_as(&kit, "en", "SPEAKER: S1\ngood.\n\nSPEAKER: UU\nwho\n\nSPEAKER: S2\nme\n");
    rf_arena_done(&kit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_as_tesseract_writes_them), cmocka_unit_test(speech_is_one_paragraph),
        cmocka_unit_test(channels_take_turns), cmocka_unit_test(one_channel_is_named_too),
        cmocka_unit_test(known_speakers_have_lines)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
