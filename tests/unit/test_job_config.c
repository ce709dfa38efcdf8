/* The job config: every refusal says which field, what it was and what is allowed. */
#include "engine/job_config.h"

#include "engine/format.h"
#include "engine/job_fields.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 4 * 1024 * 1024 };

/* A transcription with further fields of its section, or of the whole. */
#define SECTION(more) "{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"en\"," more "}}"
#define WHOLE(more) "{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"en\"}," more "}"
#define OCR(more) "{\"type\":\"ocr\",\"ocr_config\":{" more "}}"
#define HEADER(text) WHOLE("\"fetch_data\":{\"url\":\"http://a/b\",\"auth_headers\":[\"" text "\"]}")

static const struct {
    const char *json;
    const char *why; /* a part of the sentence */
} refused[] = {
    /* no JSON, or no object */
    {"", "line 1, column 1: the text ends, want a value"},
    {"\xef\xbb\xbf{}", "line 1, column 1: a byte order mark, want UTF-8 without one"},
    {"[]", "line 1, column 1: want an object"},
    {"\"transcription\"", "want an object"},
    {"null", "want an object"},
    {"7", "want an object"},
    {"{\"type\":\"ocr\"", "the text ends, want ',' or '}'"},
    {"{\"type\":\"ocr\"}}", "'}', want nothing after the value"},
    {"{\"type\":\"ocr\"} {\"type\":\"ocr\"}", "want nothing after the value"},
    {"{'type':\"ocr\"}", "want a key"},
    {"{\"type\":\"ocr\",}", "want a key"},
    {"{\"type\":\"ocr\"} // comment", "want nothing after the value"},
    {"{\"type\":\"ocr\xff\"}", "byte 0xff is not UTF-8"},
    {"{\"type\":\"\\ud800\"}", "half a surrogate pair"},
    {"{\"x\":\"\\udc00\"}", "half a surrogate pair"},
    {"{\"x\":NaN}", "want a value"},
    /* type */
    {"{}", "line 1, column 1: \"type\" is missing, want \"transcription\" or \"ocr\""},
    {"{\"transcription_config\":{\"language\":\"en\"}}", "\"type\" is missing"},
    {"{\"type\":null}", "line 1, column 9: type: is null, want \"transcription\" or \"ocr\""},
    {"{\"type\":1}", "type: is 1, want"},
    {"{\"type\":[\"ocr\"]}", "type: is a list, want"},
    {"{\"type\":{}}", "type: is an object, want"},
    {"{\"type\":\"\"}", "type: is \"\", want"},
    {"{\"type\":\"OCR\"}", "type: is \"OCR\", want"},
    {"{\"type\":\"ocr\\u0000\"}", "type: is \"ocr\\u0000\", want"},
    {"{\"type\":\"alignment\"}", "type: is \"alignment\", and no engine here aligns a text with a recording"},
    {"{\"type\":\"ocr\",\"type\":\"ocr\"}", "line 1, column 15: field \"type\" for the second time"},
    {"{\"type\":\"ocr\",\"t\\u0079pe\":\"ocr\"}", "field \"type\" for the second time"},
    {"{\"x\":1,\"y\":2,\"x\":1}", "field \"x\" for the second time"},
    {"{\"type\":\"transcription\"}",
     "\"transcription_config\" is missing, want an object with at least \"language\""},
    {"{\"type\":\"transcription\",\"transcription_config\":null}",
     "transcription_config: is null, want an object with at least \"language\""},
    {"{\"type\":\"transcription\",\"transcription_config\":\"en\"}",
     "transcription_config: is \"en\", want an object"},
    {"{\"type\":\"transcription\",\"transcription_config\":{}}",
     "line 1, column 48: transcription_config: \"language\" is missing, want a text of 1 to 64"},
    {WHOLE("\"ocr_config\":{}"), "ocr_config: does not go with type \"transcription\""},
    {"{\"type\":\"ocr\",\"transcription_config\":{\"language\":\"en\"}}",
     "transcription_config: does not go with type \"ocr\""},
};

static int read_text(struct rf_str json, struct rf_arena *arena, struct rf_job_config *config,
                     struct rf_err *err)
{
    rf_arena_init(arena, ARENA_BYTES);
    return rf_job_config_read(json, arena, config, err);
}

static void says_what_is_wrong(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_arena arena;
        struct rf_job_config config = {.psm = 99};
        struct rf_err err = {0};

        if (read_text(rf_str_of(refused[i].json), &arena, &config, &err) != -EINVAL)
            fail_msg("accepted %s", refused[i].json);
        if (!strstr(err.msg, refused[i].why) || strncmp(err.msg, "line ", 5) != 0)
            fail_msg("%s does not say \"%s\" of %s", err.msg, refused[i].why, refused[i].json);
        assert_int_equal(config.psm, 99);
        rf_arena_done(&arena);
    }
}

static void has_limits(void **state)
{
    static char json[RF_JOB_CONFIG_BYTES + 1];
    struct rf_arena arena;
    struct rf_job_config config;
    struct rf_err err = {0};
    size_t used;

    (void)state;
    memset(json, ' ', sizeof(json));
    assert_int_equal(read_text((struct rf_str){json, sizeof(json)}, &arena, &config, &err), -E2BIG);
    assert_non_null(strstr(err.msg, "want at most 1048576"));
    rf_arena_done(&arena);
    memcpy(json, "{\"type\":\"ocr\"}", 14);
    assert_int_equal(read_text((struct rf_str){json, RF_JOB_CONFIG_BYTES}, &arena, &config, &err), 0);
    rf_arena_done(&arena);
    memset(json, '[', sizeof(json));
    memcpy(json, "{\"x\":", 5);
    assert_int_equal(read_text((struct rf_str){json, RF_JOB_CONFIG_BYTES}, &arena, &config, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "more than 64 brackets inside each other"));
    rf_arena_done(&arena);
    used = (size_t)snprintf(json, sizeof(json), "{\"type\":\"ocr\"");
    for (int i = 0; i <= RF_JOB_UNKNOWN; i++)
        used += (size_t)snprintf(json + used, sizeof(json) - used, ",\"x%d\":{\"a\":[%d]}", i, i);
    used += (size_t)snprintf(json + used, sizeof(json) - used, "}");
    assert_int_equal(read_text((struct rf_str){json, used}, &arena, &config, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "more than 256 fields that are not known here"));
    rf_arena_done(&arena);
}

/* Whether the list of fields without effect is this, "a, b". */
static void check_unused(const struct rf_job_config *config, const char *names)
{
    char all[1024] = "";
    size_t used = 0;

    for (size_t i = 0; i < config->unused_count; i++)
        used += (size_t)snprintf(all + used, sizeof(all) - used, "%s%s", i ? ", " : "", config->unused[i]);
    assert_string_equal(all, names);
}

static const struct {
    const char *json;
    const char *unused;
} accepted[] = {
    {"{\"type\":\"ocr\"}", ""},
    {" \n{ \"type\" : \"ocr\" } \r\n\t", ""},
    {OCR(""), ""},
    {WHOLE("\"tracking\":{}"), ""},
    {WHOLE("\"future\":{\"a\":[1,{\"b\":null}]}"), "future"},
    {WHOLE("\"\\u001b[2J\\u0000\xc3\xa9\":1"), "\\x1b[2J\\x00\xc3\xa9"},
    {WHOLE("\"\":1"), ""},
    {WHOLE("\"tracking\":{\"other\":1,\"details\":{\"a\":1,\"a\":2}}"), ""},
    {SECTION("\"model\":\"melia-1\",\"operating_point\":\"enhanced\",\"domain\":\"finance\",\"output_"
             "locale\":\"en-GB\""),
     "transcription_config.model, transcription_config.operating_point, transcription_config.domain, "
     "transcription_config.output_locale"},
    {SECTION("\"additional_vocab\":[\"a\",{\"content\":\"b\",\"sounds_like\":[\"c\"],\"x\":1}]"),
     "transcription_config.additional_vocab"},
    {SECTION("\"additional_vocab\":[]"), "transcription_config.additional_vocab"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":0.5e0,\"permitted_marks\":[\"all\",\".\","
             "\"\xe3\x80\x82\"]}"),
     "transcription_config.punctuation_overrides"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":0.0000000000000000000000000000000000001E37}"),
     "transcription_config.punctuation_overrides"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":-0}"), "transcription_config.punctuation_overrides"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":1e-999999999999}"),
     "transcription_config.punctuation_overrides"},
    {SECTION("\"audio_filtering_config\":{\"volume_threshold\":1e2}"),
     "transcription_config.audio_filtering_config"},
    {SECTION("\"transcript_filtering_config\":{\"remove_disfluencies\":true,\"replacements\":[{\"from\":"
             "\"a\",\"to\":\"\"}]}"),
     "transcription_config.transcript_filtering_config"},
    {SECTION("\"speaker_diarization_config\":{\"prefer_current_speaker\":false,\"speaker_sensitivity\":0.4,"
             "\"get_speakers\":true,\"speakers\":[{\"label\":\"A\",\"speaker_identifiers\":[\"x\"]}]}"),
     "transcription_config.speaker_diarization_config"},
    {SECTION("\"enable_entities\":true,\"max_delay_mode\":\"fixed\""),
     "transcription_config.enable_entities, transcription_config.max_delay_mode"},
    {SECTION("\"enable_partials\":true"), "transcription_config.enable_partials"},
    {SECTION("\"channel_diarization_labels\":[\"A.1\"]"), "transcription_config.channel_diarization_labels"},
    {SECTION("\"channel_diarization_labels\":[\"A.1\"],\"diarization\":\"channel\""), ""},
    {WHOLE("\"notification_config\":[{\"url\":\"http://a/b\",\"contents\":[\"transcript:json-v2\",\"data\"],"
           "\"method\":\"put\",\"auth_headers\":[\"Authorization: Bearer x\"],\"x\":2}]"),
     "notification_config"},
    {"{\"type\":\"ocr\",\"output_config\":{\"srt_overrides\":{\"x\":1}}}",
     "output_config.srt_overrides.x, output_config"},
    {HEADER("Authorization: Bearer x.y=="), ""},
    {HEADER("Cookie: a=b; c=d"), ""},
    {HEADER("X-Api.Key_1!#$%&'*+^`|~:x"), ""},
    {HEADER("User-Agent: us (linux)"), ""},
};

static void accepts_and_lists_what_has_no_effect(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(accepted); i++) {
        struct rf_arena arena;
        struct rf_job_config config;
        struct rf_err err = {0};

        if (read_text(rf_str_of(accepted[i].json), &arena, &config, &err) != 0)
            fail_msg("%s: %s", accepted[i].json, err.msg);
        check_unused(&config, accepted[i].unused);
        rf_arena_done(&arena);
    }
}

static void check_str(struct rf_str str, const char *text)
{
    if (!rf_str_is(str, text))
        fail_msg("\"%.*s\", want \"%s\"", RF_FMT(str), text);
}

static void reads_a_transcription(void **state)
{
    static const char json[] =
        "{\"transcription_config\": {\"diarization\":\"channel\", \"language\":\"e\\u006e-GB\",\n"
        "  \"channel_diarization_labels\":[\"Agent\",\"Caller\"]} ,\"type\":\"transcription\",\n"
        "\"fetch_data\":{\"auth_headers\":[\"A: b\",\"C: \\u0064\"],\"url\":\"file:///data/a%20b.wav\"},\n"
        "\"output_config\":{\"srt_overrides\":{\"max_line_length\":42,\"max_lines\":3}},\n"
        "\"tracking\":{\"title\":\"t\",\"details\":[1, 2]}}";
    struct rf_arena arena;
    struct rf_job_config config;
    struct rf_err err = {0};

    (void)state;
    if (read_text(rf_str_of(json), &arena, &config, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(config.type, RF_JOB_TRANSCRIPTION);
    assert_int_equal(config.language_count, 1);
    check_str(config.languages[0], "en-GB");
    assert_int_equal(config.diarization, RF_DIARIZATION_CHANNEL);
    assert_int_equal(config.channel_label_count, 2);
    check_str(config.channel_labels[1], "Caller");
    check_str(config.fetch_url, "file:///data/a%20b.wav");
    assert_int_equal(config.fetch_header_count, 2);
    check_str(config.fetch_headers[0], "A: b");
    check_str(config.fetch_headers[1], "C: d");
    assert_int_equal(config.srt_line_length, 42);
    assert_int_equal(config.srt_lines, 3);
    check_str(config.output_config, "{\"srt_overrides\":{\"max_line_length\":42,\"max_lines\":3}}");
    check_str(config.tracking, "{\"title\":\"t\",\"details\":[1, 2]}");
    assert_ptr_equal(config.section.ptr, strchr(json + 1, '{'));
    assert_int_equal(config.section.ptr[config.section.len - 1], '}');
    assert_int_equal(config.section.ptr[config.section.len], ' ');
    assert_int_equal(config.unused_count, 0);
    rf_arena_done(&arena);
}

static void reads_ocr(void **state)
{
    static const char json[] = "{\"type\":\"ocr\",\"ocr_config\":{\"language\":[\"eng+deu\",\"chi_sim\"],"
                               "\"engine\":\"ocr-2\",\"psm\":1,"
                               "\"dpi\":2400,\"pages\":\"1-3,7,9-9\",\"outputs\":[\"pdf\",\"json-v2\","
                               "\"pdf\"],\"max_pixels\":1000000000000}}";
    struct rf_arena arena;
    struct rf_job_config config;
    struct rf_err err = {0};

    (void)state;
    if (read_text(rf_str_of(json), &arena, &config, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(config.type, RF_JOB_OCR);
    assert_int_equal(config.language_count, 3);
    check_str(config.languages[0], "eng");
    check_str(config.languages[1], "deu");
    check_str(config.languages[2], "chi_sim");
    check_str(config.engine, "ocr-2");
    assert_int_equal(config.psm, 1);
    assert_int_equal(config.dpi, 2400);
    assert_int_equal(config.page_range_count, 3);
    assert_int_equal(config.pages[0].first, 1);
    assert_int_equal(config.pages[0].last, 3);
    assert_int_equal(config.pages[1].first, 7);
    assert_int_equal(config.pages[1].last, 7);
    assert_int_equal(config.pages[2].last, 9);
    assert_int_equal(config.outputs, 1U << RF_FORMAT_PDF | 1U << RF_FORMAT_JSON);
    assert_true(config.max_pixels == 1000000000000);
    assert_int_equal(config.section.ptr[0], '{');
    assert_int_equal(config.section.len, strlen(json) - strlen("{\"type\":\"ocr\",\"ocr_config\":") - 1);
    assert_int_equal(config.tracking.len, 0);
    assert_int_equal(config.fetch_url.len, 0);
    rf_arena_done(&arena);
}

static void takes_sixty_four_ranges(void **state)
{
    char json[1024];

    (void)state;
    for (int count = RF_JOB_RANGES; count <= RF_JOB_RANGES + 1; count++) {
        struct rf_arena arena;
        struct rf_job_config config;
        struct rf_err err = {0};
        size_t used = (size_t)snprintf(json, sizeof(json), "{\"type\":\"ocr\",\"ocr_config\":{\"pages\":\"1");

        for (int i = 1; i < count; i++)
            used += (size_t)snprintf(json + used, sizeof(json) - used, ",%d", 2 * i);
        (void)snprintf(json + used, sizeof(json) - used, "\"}}");
        assert_int_equal(read_text(rf_str_of(json), &arena, &config, &err),
                         count > RF_JOB_RANGES ? -EINVAL : 0);
        if (count == RF_JOB_RANGES)
            assert_int_equal(config.page_range_count, RF_JOB_RANGES);
        rf_arena_done(&arena);
    }
}

static void takes_thirty_two_headers(void **state)
{
    char json[2048];

    (void)state;
    for (int count = RF_JOB_HEADERS; count <= RF_JOB_HEADERS + 1; count++) {
        struct rf_arena arena;
        struct rf_job_config config;
        struct rf_err err = {0};
        size_t used = (size_t)snprintf(
            json, sizeof(json),
            "{\"type\":\"ocr\",\"fetch_data\":{\"url\":\"http://a\",\"auth_headers\":[\"A: 0\"");

        for (int i = 1; i < count; i++)
            used += (size_t)snprintf(json + used, sizeof(json) - used, ",\"A: %d\"", i);
        (void)snprintf(json + used, sizeof(json) - used, "]}}");
        if (count > RF_JOB_HEADERS) {
            assert_int_equal(read_text(rf_str_of(json), &arena, &config, &err), -EINVAL);
            assert_non_null(strstr(err.msg, "fetch_data.auth_headers[32]: is one too many"));
        } else {
            assert_int_equal(read_text(rf_str_of(json), &arena, &config, &err), 0);
            check_str(config.fetch_headers[31], "A: 31");
        }
        rf_arena_done(&arena);
    }
}

static void has_a_standard(void **state)
{
    struct rf_job_config config;

    (void)state;
    rf_job_config_standard(&config);
    assert_int_equal(config.type, RF_JOB_UNSET);
    assert_int_equal(config.psm, -1);
    assert_int_equal(config.srt_line_length, 37);
    assert_int_equal(config.srt_lines, 2);
    assert_int_equal(config.language_count, 0);
    assert_int_equal(config.unused_count, 0);
}

/* Each allocation fails in turn: an error, no crash; and at last success. */
static void survives_lack_of_memory(void **state)
{
    static const char json[] =
        "{\"type\":\"transcr\\u0069ption\",\"transcription_config\":{\"l\\u0061nguage\":"
        "\"\\u0065n\",\"model\":\"standard\",\"z\\u007a\":1},\"x\":1}";

    (void)state;
    for (unsigned nth = 1; nth < 50; nth++) {
        struct rf_arena arena;
        struct rf_job_config config;
        struct rf_err err = {0};
        int r;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_arena_fail_at(nth);
        r = rf_job_config_read(rf_str_of(json), &arena, &config, &err);
        rf_arena_fail_at(0);
        rf_arena_done(&arena);
        if (r == 0) {
            assert_true(nth > 6);
            return;
        }
        if (r != -ENOMEM || err.code != r)
            fail_msg("allocation %u: %s", nth, err.msg);
    }
    fail_msg("never succeeded");
}

/* --- docs/job-config.md --- */

/* A config that has `value` at `path`, and what must stand beside it. */
static void make_json(const char *path, const char *value, char *ret, size_t size)
{
    bool is_ocr = strncmp(path, "ocr_config", 10) == 0;
    const char *rest = path;
    char ends[8] = "";
    size_t used = (size_t)snprintf(ret, size, "{%s", is_ocr ? "\"type\":\"ocr\"," : "");

    if (!is_ocr && strcmp(path, "type") != 0)
        used += (size_t)snprintf(ret + used, size - used, "\"type\":\"transcription\",");
    if (!is_ocr && strncmp(path, "transcription_config", 20) != 0)
        used += (size_t)snprintf(ret + used, size - used, "\"transcription_config\":{\"language\":\"en\"},");
    for (const char *dot = strchr(rest, '.'); dot; rest = dot + 1, dot = strchr(rest, '.')) {
        used += (size_t)snprintf(ret + used, size - used, "\"%.*s\":{", (int)(dot - rest), rest);
        if (strcmp(dot, ".auth_headers") == 0)
            used += (size_t)snprintf(ret + used, size - used, "\"url\":\"http://a/\",");
        if (strncmp(rest, "transcription_config.", 21) == 0 && strcmp(dot, ".language") != 0)
            used += (size_t)snprintf(ret + used, size - used, "\"language\":\"en\",");
        if (strcmp(dot, ".channel_diarization_labels") == 0)
            used += (size_t)snprintf(ret + used, size - used, "\"diarization\":\"channel\",");
        ends[strlen(ends)] = '}';
    }
    (void)snprintf(ret + used, size - used, "\"%s\":%s%s}", rest, value, ends);
}

/* The text between the backticks behind `*p`, and *p behind them. */
static void take_quoted(const char **p, char *ret, size_t size)
{
    const char *start = strchr(*p, '`') + 1;
    const char *end = strchr(start, '`');

    (void)snprintf(ret, size, "%.*s", (int)(end - start), start);
    *p = end + 1;
}

/* One row of the table: its example has the effect that the row says. */
static void check_row(const char *row, const char *path, const char *value)
{
    size_t len = strcspn(row, "\n");
    char json[1024];
    struct rf_arena arena;
    struct rf_job_config config;
    struct rf_err err = {0};
    bool is_refused = strncmp(row + len - 11, "| refused |", 11) == 0;
    int r;

    make_json(path, value, json, sizeof(json));
    r = read_text(rf_str_of(json), &arena, &config, &err);
    if ((r < 0) != is_refused)
        fail_msg("%s: %s", json, r < 0 ? err.msg : "accepted");
    if (is_refused) {
        assert_non_null(strstr(err.msg, path));
    } else if (strncmp(row + len - 8, "| none |", 8) == 0) {
        assert_int_equal(config.unused_count, 1);
        assert_string_equal(config.unused[0], path);
    } else {
        assert_true(strncmp(row + len - 8, "| used |", 8) == 0 ||
                    strncmp(row + len - 10, "| echoed |", 10) == 0);
        assert_int_equal(config.unused_count, 0);
    }
    rf_arena_done(&arena);
}

/* Whether each field of the table, and of objects that a field may be, has a row. */
static void check_all_are_there(const char *page, const struct rf_job_object *object, const char *before)
{
    for (size_t i = 0; i < object->count; i++) {
        const struct rf_job_field *field = &object->fields[i];
        char path[128];
        char row[160];

        (void)snprintf(path, sizeof(path), "%s%s", before, field->name);
        (void)snprintf(row, sizeof(row), "\n| `%s` |", path);
        if (!strstr(page, row))
            fail_msg("%s is not in the table", path);
        (void)snprintf(path, sizeof(path), "%s%s.", before, field->name);
        if (field->one & RF_JOB_OBJECT && field->fate == RF_JOB_USED)
            check_all_are_there(page, field->object, path);
    }
}

static void documents_each_field(void **state)
{
    static char page[64 * 1024];
    char path[4096];
    const char *dir = getenv("RF_DOCS");
    unsigned rows = 0;
    FILE *file;

    (void)state;
    if (!dir)
        skip();
    (void)snprintf(path, sizeof(path), "%s/job-config.md", dir); /* a cut path is not found */
    file = fopen(path, "re");
    assert_non_null(file);
    page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
    assert_int_equal(fclose(file), 0);
    for (const char *row = strstr(page, "\n| `"); row && strncmp(row, "\n| `", 4) == 0;
         row = strchr(row + 1, '\n')) {
        const char *p = row + 1;
        char name[128];
        char value[256];

        take_quoted(&p, name, sizeof(name));
        take_quoted(&p, value, sizeof(value));
        check_row(row + 1, name, value);
        rows++;
    }
    assert_true(rows > 40);
    check_all_are_there(page, &rf_job_object, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_wrong),
        cmocka_unit_test(has_limits),
        cmocka_unit_test(accepts_and_lists_what_has_no_effect),
        cmocka_unit_test(reads_a_transcription),
        cmocka_unit_test(reads_ocr),
        cmocka_unit_test(takes_sixty_four_ranges),
        cmocka_unit_test(takes_thirty_two_headers),
        cmocka_unit_test(has_a_standard),
        cmocka_unit_test(survives_lack_of_memory),
        cmocka_unit_test(documents_each_field),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
