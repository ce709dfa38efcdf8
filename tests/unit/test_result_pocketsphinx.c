#include "result_kit.h"

static const struct {
    const char *name;
    const char *text;
    const char *words; /* "word start end confidence" of each, "|" between two */
} heard[] = {
    {"nothing", "", ""},
    {"silence", "\n<s> 0.000 0.160 1.000000\n</s> 0.170 0.630 1.000000\n", ""},
    {"silence without a hypothesis", "<s> 0.000 0.160 1.000000\n<sil> 0.170 0.630 1.000000\n", ""},
    {"two utterances, noise between",
     "good morning\n<s> 0.110 0.180 1.000100\ngood 0.190 0.440 1.000200\n"
     "<sil> 0.450 0.460 0.5\nmorning 0.470 0.950 0.110697\n</s> 0.960 1.000 1.000000\n"
     "\n<s> 3.890 4.020 1.000000\n[NOISE] 4.030 5.040 1.000000\n"
     "tea\n<s> 9.160 9.230 1.000000\n++COUGH++ 9.240 9.250 0.1\ntea(2) 9.260 9.490 0.975990\n"
     "[SPEECH] 9.500 9.510 0.1\n</s> 10.790 11.150 1.000000\n",
     "good 190 440 10000|morning 470 950 1107|. 950 950 10000|tea 9260 9490 9760|. 9490 9490 10000"},
    {"words that look like numbers", "0.070 0.110\n0.070 0.100 0.200 0.5\n0.110 0.200 0.300 0.5\n",
     "0.070 100 200 5000|0.110 200 300 5000|. 300 300 10000"},
    {"words that look like a segment",
     "a 0.070 0.110 0.999900\na 0.000 0.010 0.1\n0.070 0.020 0.030 0.2\n0.110 0.040 0.050 0.3\n"
     "0.999900 0.060 0.070 0.4\n<s> 0.100 0.200 1.0\n",
     "a 0 10 1000|0.070 20 30 2000|0.110 40 50 3000|0.999900 60 70 4000|. 70 70 10000"},
    {"words that look like fillers",
     "[tea] <b>\n<s> 0.000 0.010 1.0\n[tea] 0.020 0.030 0.1\n[NOISE] 0.040 0.050 0.1\n<b> 0.060 0.070 0.2\n",
     "[tea] 20 30 1000|<b> 60 70 2000|. 70 70 10000"},
    {"brackets",
     "a(2) b() c(x) (3) d\na(2) 0.010 0.010 1.0\nb() 0.010 0.020 1.0\nc(x) 0.030 0.040 1.0\n"
     "(3) 0.050 0.060 1.0\nd(12) 0.070 0.080 1.0\n",
     "a(2) 10 10 10000|b() 10 20 10000|c(x) 30 40 10000|(3) 50 60 10000|d 70 80 10000|. 80 80 10000"},
    {"blanks around a hypothesis", "  tea  time \ntea 0.010 0.020 1.0\ntime 0.030 0.040 1.0\n",
     "tea 10 20 10000|time 30 40 10000|. 40 40 10000"},
    {"grammars, which have no <s>",
     "five\n<sil> 0.000 0.100 1.0\nfive 0.110 0.200 1.0\n(NULL) 0.210 0.210 1.0\nsix\nsix 1.000 1.100 1.0\n",
     "five 110 200 10000|. 200 200 10000|six 1000 1100 10000|. 1100 1100 10000"},
    {"a foreign word",
     "Gr\xc3\xb6\xc3\x9f"
     "e\nGr\xc3\xb6\xc3\x9f"
     "e 1.000 1.500 99.0\n",
     "Gr\xc3\xb6\xc3\x9f"
     "e 1000 1500 10000|. 1500 1500 10000"},
};

static void reads_utterances(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(heard); i++) {
        const struct rf_piece piece = {.channel = "left"};
        struct rf_buf words;
        struct kit kit;

        kit_init(&kit, RF_ENGINE_SPEECH);
        rf_buf_init(&words, &kit.arena);
        rf_buf_text(&words, "");
        if (rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, rf_str_of(heard[i].text), &piece, &kit.err) !=
            0)
            fail_msg("%s: %s", heard[i].name, kit.err.msg);
        for (size_t j = 0; j < kit.result.count; j++) {
            const struct rf_item *item = &kit.result.items[j];

            rf_buf_printf(&words, "%s%.*s %u %u %u", j ? "|" : "", RF_FMT(item->content), item->start_ms,
                          item->end_ms, item->confidence);
            assert_string_equal(item->speaker, "UU");
            assert_string_equal(item->channel, "left");
            assert_int_equal(item->is_punctuation, rf_str_is(item->content, "."));
            assert_int_equal(item->is_eos, item->is_punctuation);
            assert_false(item->has_box);
            assert_int_equal(item->page, 0);
        }
        if (strcmp(words.ptr ? words.ptr : "", heard[i].words) != 0)
            fail_msg("%s: want %s, have %s", heard[i].name, heard[i].words, words.ptr);
        rf_arena_done(&kit.arena);
    }
}

static void times_count_from_the_piece(void **state)
{
    static const char text[] = "tea\ntea 1.500 2.000 1.0\n";
    struct rf_piece piece = {.start_ms = 300000};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(text), &piece, &kit.err), 0);
    assert_int_equal(kit.result.items[0].start_ms, 301500);
    assert_int_equal(kit.result.items[0].end_ms, 302000);
    assert_int_equal(kit.result.items[1].start_ms, 302000);
    piece.start_ms = UINT32_MAX;
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(text), &piece, &kit.err),
                     -EBADMSG);
    piece.start_ms = UINT64_MAX;
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(text), &piece, &kit.err),
                     -EBADMSG);
    assert_int_equal(kit.result.count, 2);
    rf_arena_done(&kit.arena);
}

static const struct kit_refusal refused[] = {
    {"tea\n", "line 2: the text ends inside an utterance"},
    {"tea", "line 1: breaks off"},
    {"tea\ntea 0.000 0.100 1.0", "line 2: breaks off"},
    {"tea time\ntea 0.000 0.100 1.0\n", "line 3: the text ends inside"},
    {"tea\ngood morning\n", "line 2: want WORD START END PROBABILITY"}, /* without -time yes */
    {"tea\n\n", "line 2: want WORD"},
    {"tea\nte 0.000 0.100 1.0\n", "another word"},
    {"tea\nteas 0.000 0.100 1.0\n", "another word"},
    {"tea\ntea(a) 0.000 0.100 1.0\n", "another word"},
    {"tea\ntea() 0.000 0.100 1.0\n", "another word"},
    {"tea\n(2) 0.000 0.100 1.0\n", "another word"},
    {"tea\n++ 0.000 0.100 1.0\n", "another word"},
    {"tea time\ntime 0.000 0.100 1.0\ntea 0.2 0.3 1.0\n", "another word"},
    {"tea\ntea  0.000 0.100 1.0\n", "want WORD"},
    {"tea\ntea 0.000 0.100\n", "want WORD"},
    {"tea\ntea 0.000 0.100 1.0 \n", "want WORD"},
    {"tea\ntea 0.000 0.100 1.0 x\n", "want WORD"},
    {"tea\ntea 0.000 0.100 nan\n", "want WORD"},
    {"tea\ntea 0.000 0.100 inf\n", "want WORD"},
    {"tea\ntea -0.100 0.100 1.0\n", "want WORD"},
    {"tea\ntea 1e3 2e3 1.0\n", "want WORD"},
    {"tea\ntea 0.200 0.100 1.0\n", "times that go backwards"},
    {"tea time\ntea 0.200 0.300 1.0\ntime 0.100 0.300 1.0\n", "line 3: times that go backwards"},
    {"tea\ntea 0.2 0.3 1.0\ntea\ntea 0.1 0.3 1.0\n", "line 4: times that go backwards"},
    {"tea\ntea 4294967.295 4294967.296 1.0\n", "beyond"},
    {"tea\ntea 99999999999999999999 99999999999999999999 1.0\n", "beyond"},
    {"\x1b[2J\n\x1b[2J 0.000 0.100 1.0\n", "control character"},
    {"t\xff\nt\xff 0.000 0.100 1.0\n", "not UTF-8"},
    {"a\tb\na\tb 0.000 0.100 1.0\n", "control character"},
};

static void refuses_what_pocketsphinx_never_writes(void **state)
{
    (void)state;
    kit_refuse(RF_ENGINE_SPEECH, RF_PARSER_POCKETSPHINX, refused, RF_COUNT(refused), "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_utterances),
                                       cmocka_unit_test(times_count_from_the_piece),
                                       cmocka_unit_test(refuses_what_pocketsphinx_never_writes)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
