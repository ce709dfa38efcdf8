#include "result_kit.h"

#include "support/result_check.h"

static void write_as(struct kit *kit, uint32_t length, uint32_t lines, struct rf_buf *ret)
{
    struct rf_job_config config = {.section = RF_STR(""), .srt_line_length = length, .srt_lines = lines};

    rf_result_sort(&kit->result);
    rf_buf_init(ret, &kit->arena);
    if (rf_result_write(&kit->result, check_about(&config), RF_FORMAT_SRT, ret, &kit->err) != 0)
        fail_msg("%s", kit->err.msg);
}

static const struct {
    const char *name;
    uint32_t length;
    uint32_t lines;
    const char *text;
    const char *srt;
} cues[] = {
    {"nothing", 37, 2, "", ""},
    {"a sentence ends a cue", 37, 2,
     "good morning\ngood 0.100 0.200 1.0\nmorning 0.300 0.400 1.0\ntea\ntea 0.500 0.600 1.0\n",
     "1\n00:00:00,100 --> 00:00:00,400\ngood morning.\n\n2\n00:00:00,500 --> 00:00:00,600\ntea.\n"},
    {"a pause ends a cue", 37, 2,
     "good morning tea\ngood 0.100 0.200 1.0\nmorning 0.890 0.900 1.0\ntea 1.600 1.700 1.0\n",
     "1\n00:00:00,100 --> 00:00:00,900\ngood morning\n\n2\n00:00:01,600 --> 00:00:01,700\ntea.\n"},
    {"lines are filled, then cues", 10, 2,
     "aaaa bbbbb cc dd eeeeee f\naaaa 0.1 0.2 1.0\nbbbbb 0.2 0.3 1.0\ncc 0.3 0.4 1.0\ndd 0.4 0.5 1.0\n"
     "eeeeee 0.5 0.6 1.0\nf 0.7 0.8 1.0\n",
     "1\n00:00:00,100 --> 00:00:00,500\naaaa bbbbb\ncc dd\n\n2\n00:00:00,500 --> 00:00:00,800\neeeeee f.\n"},
    {"the full stop belongs to its word", 10, 1, "aaaa bbbbb\naaaa 0.1 0.2 1.0\nbbbbb 0.2 0.3 1.0\n",
     "1\n00:00:00,100 --> 00:00:00,200\naaaa\n\n2\n00:00:00,200 --> 00:00:00,300\nbbbbb.\n"},
    {"characters, not bytes", 5, 1,
     "\xc3\xa4\xc3\xa4\xc3\xa4 \xe6\x97\xa5\n\xc3\xa4\xc3\xa4\xc3\xa4 0.1 0.2 1.0\n\xe6\x97\xa5 0.2 0.3 "
     "1.0\n",
     "1\n00:00:00,100 --> 00:00:00,200\n\xc3\xa4\xc3\xa4\xc3\xa4\n\n2\n00:00:00,200 --> "
     "00:00:00,300\n\xe6\x97\xa5.\n"},
    {"a word longer than a line", 4, 2,
     "a bbbbbbbbb c\na 0.0 0.1 1.0\nbbbbbbbbb 1.0 1.9 1.0\nc 1.9 2.0 1.0\n",
     "1\n00:00:00,000 --> 00:00:00,100\na\n\n2\n00:00:01,000 --> 00:00:01,800\nbbbb\nbbbb\n\n"
     "3\n00:00:01,800 --> 00:00:02,000\nb c.\n"},
    {"a word longer than a cue, cut between characters", 1, 1,
     "\xc3\xa4\xc3\xb6\n\xc3\xa4\xc3\xb6 0.0 0.9 1.0\n",
     "1\n00:00:00,000 --> 00:00:00,300\n\xc3\xa4\n\n2\n00:00:00,300 --> 00:00:00,600\n\xc3\xb6\n\n"
     "3\n00:00:00,600 --> 00:00:00,900\n.\n"},
    {"hours", 37, 2, "a\na 359999.998 363600.001 1.0\n", "1\n99:59:59,998 --> 101:00:00,001\na.\n"},
    {"no cue lasts into the next", 5, 1, "aaaa bbbb\naaaa 0.1 5.0 1.0\nbbbb 2.0 3.0 1.0\n",
     "1\n00:00:00,100 --> 00:00:02,000\naaaa\n\n2\n00:00:02,000 --> 00:00:03,000\nbbbb.\n"},
    {"parts of a long word end where the next begins", 2, 1, "aaaabb c\naaaabb 0.0 3.0 1.0\nc 1.5 3.1 1.0\n",
     "1\n00:00:00,000 --> 00:00:01,000\naa\n\n2\n00:00:01,000 --> 00:00:02,000\naa\n\n"
     "3\n00:00:02,000 --> 00:00:02,000\nbb\n\n4\n00:00:02,000 --> 00:00:03,100\nc.\n"},
};

static void makes_cues(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(cues); i++) {
        const struct rf_piece piece = {.page = 0};
        struct rf_buf buf;
        struct kit kit;

        kit_init(&kit, RF_ENGINE_SPEECH);
        if (rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, rf_str_of(cues[i].text), &piece, &kit.err) !=
            0)
            fail_msg("%s: %s", cues[i].name, kit.err.msg);
        write_as(&kit, cues[i].length, cues[i].lines, &buf);
        if (strcmp(buf.ptr ? buf.ptr : "", cues[i].srt) != 0)
            fail_msg("%s: want\n%s\nhave\n%s", cues[i].name, cues[i].srt, buf.ptr);
        rf_arena_done(&kit.arena);
    }
}

static void channels_have_their_own_cues(void **state)
{
    static const char left[] = "one two\none 0.1 0.2 1.0\ntwo 2.0 2.1 1.0\n";
    static const char right[] = "a\na 1.0 3.0 1.0\nb\nb 3.5 3.6 1.0\n";
    struct rf_buf buf;
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(left),
                                   &(struct rf_piece){.channel = "left"}, &kit.err),
                     0);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(right),
                                   &(struct rf_piece){.channel = "right"}, &kit.err),
                     0);
    write_as(&kit, 37, 2, &buf);
    assert_string_equal(buf.ptr, "1\n00:00:00,100 --> 00:00:00,200\none\n\n"
                                 "2\n00:00:01,000 --> 00:00:03,000\na.\n\n"
                                 "3\n00:00:02,000 --> 00:00:02,100\ntwo.\n\n"
                                 "4\n00:00:03,500 --> 00:00:03,600\nb.\n");
    rf_arena_done(&kit.arena);
}

/* Numerical Recipes' generator: the same results each time. */
static uint32_t next_random(uint32_t *state, uint32_t below)
{
    *state = *state * 1664525 + 1013904223;
    return (*state >> 8) % below;
}

/* Words of one to `longest` characters, some of two bytes; sentences; pauses; words that overlap. */
static void add_random(struct kit *kit, uint32_t *seed, uint32_t longest)
{
    size_t count = next_random(seed, 60);
    struct rf_item *items = rf_arena_array(&kit->arena, count, sizeof(*items));
    uint32_t now = 0;

    assert_non_null(items);
    for (uint32_t i = 0; i < count; i++) {
        uint32_t chars = 1 + next_random(seed, longest);
        char *text = rf_arena_alloc(&kit->arena, (size_t)chars * 2 + 1);
        size_t len = 0;

        assert_non_null(text);
        for (uint32_t j = 0; j < chars; j++) {
            uint32_t letter = next_random(seed, 26);

            if (letter < 5)
                text[len++] = '\xc3';
            text[len++] = letter < 5 ? (char)(0xa4 - 0x100 + (int)letter) : (char)('a' + letter);
        }
        now += next_random(seed, 900);
        items[i] = (struct rf_item){.content = {text, len},
                                    .start_ms = now,
                                    .end_ms = now + next_random(seed, 400),
                                    .speaker = "UU",
                                    .order = i};
        if (i && next_random(seed, 8) == 0) {
            items[i].content = next_random(seed, 2) ? RF_STR(".") : RF_STR(",");
            items[i].is_punctuation = true;
            items[i].is_eos = *items[i].content.ptr == '.';
            items[i].end_ms = now;
        }
    }
    kit->result.items = items;
    kit->result.count = count;
}

static void limits_hold_for_random_results(void **state)
{
    uint32_t seed = 1;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct rf_job_config config = {.srt_line_length = 1 + next_random(&seed, 40),
                                       .srt_lines = 1 + next_random(&seed, 4)};
        struct rf_buf buf;
        struct kit kit;
        const char *wrong;

        kit_init(&kit, RF_ENGINE_SPEECH);
        add_random(&kit, &seed, 1 + next_random(&seed, 60));
        write_as(&kit, config.srt_line_length, config.srt_lines, &buf);
        wrong = check_srt(&kit.result, &config, (struct rf_str){buf.ptr, buf.len});
        if (wrong)
            fail_msg("round %d: %s:\n%s", round, wrong, buf.ptr);
        rf_arena_done(&kit.arena);
    }
}

/* The check would notice. */
static void limits_are_checked(void **state)
{
    static const struct {
        const char *srt;
        const char *part;
    } wrong[] = {
        {"", "lost words"},
        {"1\n00:00:00,000 --> 00:00:00,100\ngood\n", "lost words"},
        {"2\n00:00:00,000 --> 00:00:00,100\ngood tea.\n", "counts wrong"},
        {"1\n00:00:00,000\ngood tea.\n", "no times"},
        {"1\n00:00:00.000 --> 00:00:00,100\ngood tea.\n", "times"},
        {"1\n00:00:00,200 --> 00:00:00,100\ngood tea.\n", "times"},
        {"1\n00:00:00,200 --> 00:00:00,300\ngood\n\n2\n00:00:00,100 --> 00:00:00,300\ntea.\n", "times"},
        {"1\n00:00:00,000 --> 00:00:00,100\ngood tea. x\n", "too long"},
        {"1\n00:00:00,000 --> 00:00:00,100\ngo\nod tea.\n", "breaks a word"},
        {"1\n00:00:00,000 --> 00:00:00,100\ngood\ntea\n.\n", "breaks a word"},
        {"1\n00:00:00,000 --> 00:00:00,100\ngood\n\ntea.\n", "counts wrong"},
        {"1\n00:00:00,000 --> 00:00:00,100\ntea. good\n", "other words"},
        {"1\n00:00:00,000 --> 00:00:00,100\ngood tea.\nx\n", "two sentences"},
        {"1\n00:00:00,000 --> 00:00:00,100\ngood tea.", "breaks off"},
    };
    const struct rf_job_config config = {.srt_line_length = 9, .srt_lines = 2};
    const struct rf_piece piece = {.page = 0};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX,
                                   RF_STR("good tea\ngood 0.0 0.1 1.0\ntea 0.1 0.2 1.0\n"), &piece, &kit.err),
                     0);
    assert_null(check_srt(&kit.result, &config, RF_STR("1\n00:00:00,000 --> 00:00:00,100\ngood tea.\n")));
    for (size_t i = 0; i < RF_COUNT(wrong); i++) {
        const char *found = check_srt(&kit.result, &config, rf_str_of(wrong[i].srt));

        if (!found || !strstr(found, wrong[i].part))
            fail_msg("want \"%s\", have \"%s\" of:\n%s", wrong[i].part, found ? found : "", wrong[i].srt);
    }
    rf_arena_done(&kit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_cues), cmocka_unit_test(channels_have_their_own_cues),
        cmocka_unit_test(limits_hold_for_random_results), cmocka_unit_test(limits_are_checked)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
