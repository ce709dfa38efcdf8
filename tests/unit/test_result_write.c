#include "result_kit.h"

#include "support/result_check.h"

#include <stdio.h>
#include <time.h>

static void forms_have_their_kinds(void **state)
{
    static const struct {
        enum rf_engine_kind kind;
        enum rf_format format;
        const char *part;
    } wrong[] = {
        {RF_ENGINE_OCR, RF_FORMAT_SRT, "srt: subtitles have times"},
        {RF_ENGINE_OCR, RF_FORMAT_HOCR, "hocr: not made of words"},
        {RF_ENGINE_OCR, RF_FORMAT_PDF, "pdf: not made of words"},
        {RF_ENGINE_SPEECH, RF_FORMAT_ALTO, "alto: not made of words"},
        {RF_ENGINE_SPEECH, RF_FORMAT_TSV, "tsv: not made of words"},
    };
    struct rf_job_config config = {.srt_line_length = 37, .srt_lines = 2};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(wrong); i++) {
        struct rf_buf buf;
        struct kit kit;

        kit_init(&kit, wrong[i].kind);
        rf_buf_init(&buf, &kit.arena);
        assert_int_equal(rf_result_write(&kit.result, check_about(&config), wrong[i].format, &buf, &kit.err),
                         -ENOTSUP);
        assert_non_null(strstr(kit.err.msg, wrong[i].part));
        assert_int_equal(buf.len, 0);
        rf_arena_done(&kit.arena);
    }
}

/* Items of `channels` channels, sentences of ten words. */
static struct rf_item *many_words(struct rf_arena *arena, size_t count, unsigned channels)
{
    static const char *const words[] = {"the",  "quick", "brown", "fox",   "jumps",
                                        "over", "lazy",  "dogs",  "today", "."};
    struct rf_item *items = rf_arena_array(arena, count, sizeof(*items));

    assert_non_null(items);
    for (size_t i = 0; i < count; i++) {
        bool is_stop = i % 10 == 9;

        items[i] = (struct rf_item){.content = rf_str_of(words[i % 10]),
                                    .is_punctuation = is_stop,
                                    .is_eos = is_stop,
                                    .confidence = (uint32_t)(i % RF_CONFIDENCE_ONE),
                                    .start_ms = (uint32_t)(i * 310),
                                    .end_ms = (uint32_t)(i * 310 + (is_stop ? 0 : 290)),
                                    .speaker = "UU",
                                    .order = (uint32_t)i};
        if (channels)
            items[i].channel = rf_arena_printf(arena, "channel_%u", (unsigned)(i / 10) % channels);
    }
    return items;
}

static void memory_ends_somewhere(void **state)
{
    static const enum rf_format formats[] = {RF_FORMAT_JSON, RF_FORMAT_TXT, RF_FORMAT_SRT};
    struct rf_job_config config = {.srt_line_length = 37, .srt_lines = 2};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(formats); i++) {
        unsigned failures = 0;

        for (unsigned nth = 1; nth < 40; nth++) {
            struct rf_buf buf;
            struct kit kit;
            int code;

            kit_init(&kit, RF_ENGINE_SPEECH);
            kit.result.items = many_words(&kit.arena, 1000, 3);
            kit.result.count = 1000;
            rf_buf_init(&buf, &kit.arena);
            rf_arena_fail_at(nth);
            code = rf_result_write(&kit.result, check_about(&config), formats[i], &buf, &kit.err);
            rf_arena_fail_at(0);
            failures += code == -ENOMEM;
            assert_true(code == 0 || (code == -ENOMEM && kit.err.code == code));
            rf_arena_done(&kit.arena);
        }
        assert_true(failures >= 4 && failures < 39);
    }
}

static void channels_are_counted(void **state)
{
    struct rf_job_config config = {.srt_line_length = 37, .srt_lines = 2};

    (void)state;
    for (unsigned channels = RF_RESULT_CHANNELS; channels <= RF_RESULT_CHANNELS + 1; channels++) {
        struct rf_buf buf;
        struct kit kit;
        int want = channels > RF_RESULT_CHANNELS ? -E2BIG : 0;

        kit_init(&kit, RF_ENGINE_SPEECH);
        kit.result.items = many_words(&kit.arena, 1000, channels);
        kit.result.count = 1000;
        rf_buf_init(&buf, &kit.arena);
        assert_int_equal(rf_result_write(&kit.result, check_about(&config), RF_FORMAT_TXT, &buf, &kit.err),
                         want);
        rf_buf_init(&buf, &kit.arena);
        assert_int_equal(rf_result_write(&kit.result, check_about(&config), RF_FORMAT_SRT, &buf, &kit.err),
                         want);
        rf_buf_init(&buf, &kit.arena);
        assert_int_equal(rf_result_write(&kit.result, check_about(&config), RF_FORMAT_JSON, &buf, &kit.err),
                         0);
        rf_arena_done(&kit.arena);
    }
}

static uint64_t cpu_us(void)
{
    struct timespec now;

    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now), 0);
    return (uint64_t)now.tv_sec * 1000000 + (uint64_t)now.tv_nsec / 1000;
}

/* The least of some rounds, since others use the processor too. */
static uint64_t cost_us(size_t count, enum rf_format format)
{
    struct rf_job_config config = {.srt_line_length = 37, .srt_lines = 2};
    uint64_t best = UINT64_MAX;

    for (int round = 0; round < 3; round++) {
        struct rf_arena arena;
        struct rf_result result;
        struct rf_err err = {0};
        struct rf_buf buf;
        uint64_t start;
        uint64_t cost;

        rf_arena_init(&arena, (size_t)1 << 30);
        rf_result_init(&result, RF_ENGINE_SPEECH, &arena);
        result.items = many_words(&arena, count, 0);
        result.count = count;
        rf_buf_init(&buf, &arena);
        start = cpu_us();
        assert_int_equal(rf_result_write(&result, check_about(&config), format, &buf, &err), 0);
        cost = cpu_us() - start;
        if (cost < best)
            best = cost;
        rf_arena_done(&arena);
    }
    return best;
}

/* Ten times the words cost about ten times as much. A quadratic writer would need a hundred times. */
static void cost_grows_with_the_words(void **state)
{
    (void)state;
    for (unsigned format = RF_FORMAT_JSON; format <= RF_FORMAT_SRT; format++) {
        uint64_t few = cost_us(5000, (enum rf_format)format);
        uint64_t many = cost_us(50000, (enum rf_format)format);

        print_message("# %s: 5,000 words %llu us, 50,000 words %llu us\n",
                      rf_format_name((enum rf_format)format), (unsigned long long)few,
                      (unsigned long long)many);
        if (many > 40 * (few + 100))
            fail_msg("%s: %llu us for 5,000 words, %llu for 50,000", rf_format_name((enum rf_format)format),
                     (unsigned long long)few, (unsigned long long)many);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(forms_have_their_kinds), cmocka_unit_test(memory_ends_somewhere),
        cmocka_unit_test(channels_are_counted), cmocka_unit_test(cost_grows_with_the_words)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
