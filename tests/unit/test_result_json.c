#include "result_kit.h"

#include "support/result_check.h"

static const char speech[] = "good\n<s> 0.000 0.090 1.0\ngood 0.100 0.500 0.97\n</s> 0.900 1.000 1.0\n"
                             "tea\ntea 1.000 13.320 0.110697\n";

static const char speech_json[] =
    "{\n"
    "  \"format\": \"2.9\",\n"
    "  \"job\": {\n"
    "    \"id\": \"k3v9x0q2ab\",\n"
    "    \"created_at\": \"2026-01-02T03:04:05.678Z\",\n"
    "    \"data_name\": \"a \\\"name\\\".wav\",\n"
    "    \"duration\": 13,\n"
    "    \"tracking\": {\"title\":\"x\"}\n"
    "  },\n"
    "  \"metadata\": {\n"
    "    \"created_at\": \"2026-01-02T03:04:05.678Z\",\n"
    "    \"type\": \"transcription\",\n"
    "    \"transcription_config\": { \"language\":\"en\" },\n"
    "    \"language_pack_info\": {\"language_description\": \"English\", \"word_delimiter\": \" \", "
    "\"writing_direction\": \"left-to-right\", \"itn\": false, \"adapted\": false},\n"
    "    \"orchestrator_version\": \"engine 1.0\",\n"
    "    \"output_config\": {\"srt_overrides\":{}}\n"
    "  },\n"
    "  \"results\": [\n"
    "    {\"type\": \"word\", \"start_time\": 0.1, \"end_time\": 0.5, \"channel\": \"left\", "
    "\"alternatives\": "
    "[{\"content\": \"good\", \"confidence\": 0.97, \"language\": \"en\", \"speaker\": \"UU\"}]},\n"
    "    {\"type\": \"punctuation\", \"start_time\": 0.5, \"end_time\": 0.5, \"channel\": \"left\", "
    "\"is_eos\": "
    "true, \"attaches_to\": \"previous\", \"alternatives\": [{\"content\": \".\", \"confidence\": 1.0, "
    "\"language\": \"en\", \"speaker\": \"UU\"}]},\n"
    "    {\"type\": \"word\", \"start_time\": 1.0, \"end_time\": 13.32, \"channel\": \"left\", "
    "\"alternatives\": [{\"content\": \"tea\", \"confidence\": 0.1107, \"language\": \"en\", \"speaker\": "
    "\"UU\"}]},\n"
    "    {\"type\": \"punctuation\", \"start_time\": 13.32, \"end_time\": 13.32, \"channel\": \"left\", "
    "\"is_eos\": true, \"attaches_to\": \"previous\", \"alternatives\": [{\"content\": \".\", "
    "\"confidence\": 1.0, \"language\": \"en\", \"speaker\": \"UU\"}]}\n"
    "  ]\n"
    "}\n";

static const char page[] =
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n"
    "1\t1\t0\t0\t0\t0\t0\t0\t600\t400\t-1\t\n"
    "5\t1\t2\t3\t4\t1\t10\t20\t50\t40\t96.493668\ta\"b\\<\n";

static const char page_json[] =
    "{\n"
    "  \"format\": \"2.9\",\n"
    "  \"metadata\": {\n"
    "    \"created_at\": \"2026-01-02T03:04:05.678Z\",\n"
    "    \"type\": \"ocr\",\n"
    "    \"ocr_config\": {\"language\": \"eng\"}\n"
    "  },\n"
    "  \"results\": [\n"
    "    {\"type\": \"word\", \"page\": 1, \"block\": 2, \"paragraph\": 3, \"line\": 4, \"bbox\": [10, 20, "
    "60, "
    "60], \"alternatives\": [{\"content\": \"a\\\"b\\\\<\", \"confidence\": 0.9649, \"language\": "
    "\"eng\"}]},\n"
    "    {\"type\": \"word\", \"page\": 2, \"block\": 1, \"paragraph\": 1, \"line\": 1, \"alternatives\": "
    "[{\"content\": \"tea\", \"confidence\": 0.0, \"language\": \"eng\"}]}\n"
    "  ],\n"
    "  \"pages\": [\n"
    "    {\"page\": 1, \"width\": 600, \"height\": 400, \"dpi\": 200},\n"
    "    {\"page\": 2}\n"
    "  ]\n"
    "}\n";

static void write_as(struct kit *kit, const struct rf_result_about *about, const char *want)
{
    struct rf_buf buf;

    rf_result_sort(&kit->result);
    rf_buf_init(&buf, &kit->arena);
    if (rf_result_write(&kit->result, about, RF_FORMAT_JSON, &buf, &kit->err) != 0)
        fail_msg("%s", kit->err.msg);
    assert_string_equal(buf.ptr, want);
    assert_null(check_json(&kit->result, (struct rf_str){buf.ptr, buf.len}));
}

static void speech_is_as_documented(void **state)
{
    struct rf_job_config config = {.section = RF_STR("{ \"language\":\"en\" }"),
                                   .tracking = RF_STR("{\"title\":\"x\"}"),
                                   .output_config = RF_STR("{\"srt_overrides\":{}}")};
    const struct rf_piece piece = {.channel = "left"};
    struct kit kit;

    (void)state;
    kit_init(&kit, RF_ENGINE_SPEECH);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_POCKETSPHINX, RF_STR(speech), &piece, &kit.err), 0);
    write_as(&kit, check_about(&config), speech_json);
    rf_arena_done(&kit.arena);
}

static void pages_have_places(void **state)
{
    const struct rf_piece first = {.page = 1, .dpi = 200};
    const struct rf_piece second = {.page = 2};
    struct rf_job_config config = {.section = RF_STR("")};
    struct rf_result_about about = *check_about(&config);
    struct kit kit;

    (void)state;
    about.job_id = NULL;
    about.engine = NULL;
    about.language = "eng";
    kit_init(&kit, RF_ENGINE_OCR);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TSV, RF_STR(page), &first, &kit.err), 0);
    assert_int_equal(rf_result_add(&kit.result, RF_PARSER_TEXT, RF_STR("tea"), &second, &kit.err), 0);
    write_as(&kit, &about, page_json);
    rf_arena_done(&kit.arena);
}

static void nothing_is_a_result_too(void **state)
{
    struct rf_job_config config = {.section = RF_STR("")};
    struct rf_result_about about = *check_about(&config);
    struct kit kit;

    (void)state;
    about.data_name = NULL;
    about.engine = NULL;
    about.duration_ms = UINT64_MAX;
    about.language = "xx";
    kit_init(&kit, RF_ENGINE_SPEECH);
    write_as(&kit, &about,
             "{\n"
             "  \"format\": \"2.9\",\n"
             "  \"job\": {\n"
             "    \"id\": \"k3v9x0q2ab\",\n"
             "    \"created_at\": \"2026-01-02T03:04:05.678Z\",\n"
             "    \"data_name\": \"\"\n"
             "  },\n"
             "  \"metadata\": {\n"
             "    \"created_at\": \"2026-01-02T03:04:05.678Z\",\n"
             "    \"type\": \"transcription\",\n"
             "    \"transcription_config\": {\"language\": \"xx\"},\n"
             "    \"language_pack_info\": {\"word_delimiter\": \" \", \"writing_direction\": "
             "\"left-to-right\", \"itn\": false, \"adapted\": false}\n"
             "  },\n"
             "  \"results\": []\n"
             "}\n");
    rf_arena_done(&kit.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(speech_is_as_documented),
                                       cmocka_unit_test(pages_have_places),
                                       cmocka_unit_test(nothing_is_a_result_too)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
