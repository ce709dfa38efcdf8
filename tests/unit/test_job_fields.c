/* Each field of a job config: what is no value of it is refused with its path, and with what is allowed. */
#include "engine/job_config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
    /* transcription_config */
    {"{\"type\":\"transcription\",\n \"transcription_config\":{\"language\":\"e n\"}}",
     "line 2, column 37: transcription_config.language: is \"e n\", want a text of 1 to 64 letters, digits, "
     "\"-\" and \"_\""},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"\"}}", "language: is \"\", want"},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":[\"en\"]}}",
     "language: is a list, want"},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"en;rm\"}}",
     "language: is \"en;rm\", want"},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"../en\"}}",
     "language: is \"../en\", want"},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"en\\u0000\"}}", "language: is"},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"\xc3\xa9\"}}",
     "language: is \"?\?\", want"},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":"
     "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"}}",
     "language: is \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa...\", want"},
    {"{\"type\":\"transcription\",\"transcription_config\":{\"language\":\"auto\"}}",
     "transcription_config.language: is \"auto\", and no engine here finds the language by itself"},
    {SECTION("\"language\":\"de\""), "field \"language\" for the second time"},
    {SECTION("\"x\":1,\"x\":2"), "transcription_config: field \"x\" for the second time"},
    {SECTION("\"diarization\":\"speaker\""),
     "transcription_config.diarization: is \"speaker\", and no engine here"},
    {SECTION("\"diarization\":\"channel_and_speaker\""),
     "diarization: is \"channel_and_speaker\", want \"none\""},
    {SECTION("\"diarization\":null"), "diarization: is null, want \"none\" or \"channel\""},
    {SECTION("\"diarization\":true"), "diarization: is true, want"},
    {SECTION("\"channel_diarization_labels\":\"a\""), "channel_diarization_labels: is \"a\", want a list"},
    {SECTION("\"channel_diarization_labels\":[\"a b\"]"),
     "channel_diarization_labels[0]: is \"a b\", want a list"},
    {SECTION("\"channel_diarization_labels\":[\"a\",\"\"]"),
     "channel_diarization_labels[1]: is \"\", want a list"},
    {SECTION("\"channel_diarization_labels\":[1]"), "channel_diarization_labels[0]: is 1, want"},
    {SECTION("\"channel_diarization_labels\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]"),
     "channel_diarization_labels[8]: is one too many, want a list of at most 8"},
    {SECTION("\"model\":\"best\""),
     "transcription_config.model: is \"best\", want \"standard\", \"enhanced\" or"},
    {SECTION("\"model\":1"), "model: is 1, want"},
    {SECTION("\"operating_point\":\"melia-1\""), "operating_point: is \"melia-1\", want \"standard\" or"},
    {SECTION("\"domain\":\"\""), "domain: is \"\", want a text of 1 to 64 bytes"},
    {SECTION("\"output_locale\":7"), "output_locale: is 7, want a text"},
    {SECTION("\"additional_vocab\":\"a\""), "additional_vocab: is \"a\", want a list of words"},
    {SECTION("\"additional_vocab\":{}"), "additional_vocab: is an object, want a list of words"},
    {SECTION("\"additional_vocab\":[1]"), "additional_vocab[0]: is 1, want a list of words"},
    {SECTION("\"additional_vocab\":[\"\"]"), "additional_vocab[0]: is \"\", want"},
    {SECTION("\"additional_vocab\":[[\"a\"]]"), "additional_vocab[0]: is a list, want"},
    {SECTION("\"additional_vocab\":[\"a\",{}]"), "additional_vocab[1]: \"content\" is missing"},
    {SECTION("\"additional_vocab\":[{\"content\":\"\"}]"), "additional_vocab[0].content: is \"\", want"},
    {SECTION("\"additional_vocab\":[{\"content\":\"a\",\"sounds_like\":\"b\"}]"),
     "[0].sounds_like: is \"b\", want"},
    {SECTION("\"additional_vocab\":[{\"content\":\"a\",\"sounds_like\":[2]}]"),
     "[0].sounds_like[0]: is 2, want"},
    {SECTION("\"punctuation_overrides\":[]"), "punctuation_overrides: is a list, want an object"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":1.01}"),
     "transcription_config.punctuation_overrides.sensitivity: is 1.01, want a number in 0..1"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":-0.1}"), "sensitivity: is -0.1, want"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":1e1}"), "sensitivity: is 1e1, want"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":1e999999999999}"),
     "sensitivity: is 1e999999999999, want"},
    {SECTION("\"punctuation_overrides\":{\"sensitivity\":\"0.5\"}"), "sensitivity: is \"0.5\", want"},
    {SECTION("\"punctuation_overrides\":{\"permitted_marks\":[\"..\"]}"),
     "permitted_marks[0]: is \"..\", want"},
    {SECTION("\"punctuation_overrides\":{\"permitted_marks\":[\"\"]}"), "permitted_marks[0]: is \"\", want"},
    {SECTION("\"enable_entities\":\"true\""), "enable_entities: is \"true\", want true or false"},
    {SECTION("\"enable_entities\":1"), "enable_entities: is 1, want true or false"},
    {SECTION("\"max_delay_mode\":\"slow\""), "max_delay_mode: is \"slow\", want \"fixed\" or \"flexible\""},
    {SECTION("\"audio_filtering_config\":{\"volume_threshold\":101}"),
     "volume_threshold: is 101, want a number in 0..100"},
    {SECTION("\"transcript_filtering_config\":{\"remove_disfluencies\":0}"),
     "remove_disfluencies: is 0, want"},
    {SECTION("\"transcript_filtering_config\":{\"replacements\":[{\"from\":\"a\"}]}"),
     "transcript_filtering_config.replacements[0]: \"to\" is missing, want a text"},
    {SECTION("\"speaker_diarization_config\":{\"speaker_sensitivity\":2}"),
     "speaker_sensitivity: is 2, want"},
    {SECTION("\"speaker_diarization_config\":{\"get_speakers\":\"yes\"}"), "get_speakers: is \"yes\", want"},
    {SECTION("\"speaker_diarization_config\":{\"speakers\":[\"S1\"]}"), "speakers[0]: is \"S1\", want"},
    /* what no engine does */
    {WHOLE("\"translation_config\":{\"target_languages\":[\"de\"]}"),
     "line 1, column 66: translation_config: no engine here translates: leave it out"},
    {WHOLE("\"translation_config\":null"), "translation_config: no engine here translates"},
    {WHOLE("\"language_identification_config\":{}"), "language_identification_config: no engine here"},
    {WHOLE("\"summarization_config\":{}"), "summarization_config: no engine here"},
    {WHOLE("\"sentiment_analysis_config\":{}"), "sentiment_analysis_config: no engine here"},
    {WHOLE("\"topic_detection_config\":{}"), "topic_detection_config: no engine here"},
    {WHOLE("\"auto_chapters_config\":{}"), "auto_chapters_config: no engine here"},
    {WHOLE("\"audio_events_config\":{}"), "audio_events_config: no engine here"},
    {WHOLE("\"fetch_text\":{\"url\":\"http://a/b\"}"), "fetch_text: no engine here aligns"},
    {WHOLE("\"alignment_config\":{\"language\":\"en\"}"), "alignment_config: no engine here aligns"},
    /* fetch_data */
    {WHOLE("\"fetch_data\":\"http://a/b\""),
     "fetch_data: is \"http://a/b\", want an object with at least \"url\""},
    {WHOLE("\"fetch_data\":{}"), "fetch_data: \"url\" is missing, want a text, the URL"},
    {WHOLE("\"fetch_data\":{\"url\":\"\"}"),
     "fetch_data.url: want one that begins with http://, https:// or file://"},
    {WHOLE("\"fetch_data\":{\"url\":\"ftp://a/b\"}"), "fetch_data.url: want one that begins with http://"},
    {WHOLE("\"fetch_data\":{\"url\":\"http://a/b c\"}"), "fetch_data.url: byte 11: "},
    {WHOLE("\"fetch_data\":{\"url\":\"http://a/\\r\\nX: y\"}"), "fetch_data.url: byte 10: "},
    {WHOLE("\"fetch_data\":{\"url\":\"http://\xc3\xa9/\"}"), "fetch_data.url: byte 8: "},
    {WHOLE("\"fetch_data\":{\"url\":\"http://me:hunter2@a/\"}"),
     "fetch_data.url: no user and password before the host"},
    {WHOLE("\"fetch_data\":{\"url\":[\"http://a/b\"]}"), "fetch_data.url: is a list, want a text"},
    {WHOLE("\"fetch_data\":{\"url\":7}"), "fetch_data.url: is 7, want a text"},
    {WHOLE("\"fetch_data\":{\"url\":\"http://a/b\",\"auth_headers\":\"A: hunter2\"}"),
     "auth_headers: is a text, want a list of at most 32 texts"},
    {WHOLE("\"fetch_data\":{\"url\":\"http://a/b\",\"auth_headers\":{\"A\":\"b\"}}"),
     "auth_headers: is an object, want"},
    {HEADER(""), "fetch_data.auth_headers[0]: want \"Name: value\""},
    {HEADER("A"), "auth_headers[0]: want \"Name: value\""},
    {HEADER("A:"), "auth_headers[0]: A: want a value after the colon"},
    {HEADER("hunter2"), "auth_headers[0]: want \"Name: value\""},
    {HEADER("@/etc/passwd: a"), "auth_headers[0]: want \"Name: value\""},
    {HEADER("A : c"), "auth_headers[0]: want \"Name: value\""},
    {HEADER("A: hunter2\\r\\nC: d"), "auth_headers[0]: A: byte 11 is not printable ASCII"},
    {HEADER("A: b\\u0000"), "auth_headers[0]: A: byte 5 is not printable ASCII"},
    {HEADER("Host: b"), "auth_headers[0]: Host is a header of the request's own"},
    {HEADER("Content-Length: 1"), "is a header of the request's own"},
    {HEADER("Transfer-Encoding: chunked"), "is a header of the request's own"},
    {HEADER("Range: bytes=0-1"), "is a header of the request's own"},
    {HEADER("proxy-authorization: b"), "is a header of the request's own"},
    /* notification_config, tracking, output_config */
    {WHOLE("\"notification_config\":{\"url\":\"http://a/b\"}"),
     "notification_config: is an object, want a list of at most 3"},
    {WHOLE("\"notification_config\":[{}]"), "notification_config[0]: \"url\" is missing"},
    {WHOLE("\"notification_config\":[{\"url\":\"http://a\"},{\"url\":\"\"}]"),
     "notification_config[1].url: want one that begins"},
    {WHOLE("\"notification_config\":[{\"url\":\"http://a\",\"contents\":[\"all\"]}]"),
     "notification_config[0].contents[0]: is \"all\", want a list of \"jobinfo\""},
    {WHOLE("\"notification_config\":[{\"url\":\"http://a\",\"method\":\"get\"}]"),
     "[0].method: is \"get\", want \"post\" or \"put\""},
    {WHOLE("\"notification_config\":[{\"url\":\"http://a\",\"auth_headers\":[\"a\"]}]"),
     "[0].auth_headers[0]: want \"Name: value\""},
    {WHOLE("\"notification_config\":[{\"url\":\"http://a\"},{\"url\":\"http://a\"},{\"url\":\"http://"
           "a\"},{\"url\":\"http://a\"}]"),
     "notification_config[3]: is one too many, want a list of at most 3"},
    {WHOLE("\"tracking\":\"x\""), "tracking: is \"x\", want an object"},
    {WHOLE("\"tracking\":{\"title\":1}"), "tracking.title: is 1, want a text"},
    {WHOLE("\"tracking\":{\"tags\":[\"a\",null]}"), "tracking.tags[1]: is null, want a list of texts"},
    {WHOLE("\"tracking\":{\"x\":1,\"x\":1}"), "tracking: field \"x\" for the second time"},
    {WHOLE("\"output_config\":{\"srt_overrides\":{\"max_line_length\":0}}"),
     "output_config.srt_overrides.max_line_length: is 0, want a whole number in 1..1000"},
    {WHOLE("\"output_config\":{\"srt_overrides\":{\"max_line_length\":37.5}}"),
     "max_line_length: is 37.5, want"},
    {WHOLE("\"output_config\":{\"srt_overrides\":{\"max_line_length\":1e2}}"),
     "max_line_length: is 1e2, want"},
    {WHOLE("\"output_config\":{\"srt_overrides\":{\"max_lines\":18446744073709551617}}"),
     "max_lines: is 18446744073709551617, want a whole number in 1..100"},
    {WHOLE("\"output_config\":{\"srt_overrides\":[]}"), "srt_overrides: is a list, want an object"},
    /* ocr_config */
    {OCR("\"language\":\"\""), "ocr_config.language: is \"\", want a language or a list"},
    {OCR("\"language\":\"eng+\""), "ocr_config.language: is \"eng+\", want"},
    {OCR("\"language\":\"eng deu\""), "ocr_config.language: is \"eng deu\", want"},
    {OCR("\"language\":\"-l\\u0000\""), "ocr_config.language: is"},
    {OCR("\"language\":[\"eng\",1]"), "ocr_config.language[1]: is 1, want"},
    {OCR("\"language\":[[\"eng\"]]"), "ocr_config.language[0]: is a list, want"},
    {OCR("\"language\":\"1+2+3+4+5+6+7+8+9\""), "ocr_config.language: is"},
    {OCR("\"language\":[\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\"]"),
     "ocr_config.language[8]: is one too many"},
    {OCR("\"engine\":\"\""), "ocr_config.engine: is \"\", want the name of an engine"},
    {OCR("\"engine\":\"Tesseract\""), "engine: is \"Tesseract\", want"},
    {OCR("\"engine\":\"../x\""), "engine: is \"../x\", want"},
    {OCR("\"engine\":\"-x\""), "engine: is \"-x\", want"},
    {OCR("\"psm\":14"), "ocr_config.psm: is 14, want a whole number in 1..13 but 2"},
    {OCR("\"psm\":0"), "ocr_config.psm: is 0, want"},
    {OCR("\"psm\":2"), "ocr_config.psm: is 2, want"},
    {OCR("\"psm\":-1"), "ocr_config.psm: is -1, want"},
    {OCR("\"psm\":\"6\""), "ocr_config.psm: is \"6\", want"},
    {OCR("\"psm\":6.0"), "ocr_config.psm: is 6.0, want"},
    {OCR("\"psm\":null"), "ocr_config.psm: is null, want"},
    {OCR("\"dpi\":69"), "ocr_config.dpi: is 69, want a whole number in 70..2400"},
    {OCR("\"dpi\":2401"), "ocr_config.dpi: is 2401, want"},
    {OCR("\"pages\":3"), "ocr_config.pages: is 3, want a text of pages in their order, such as \"1-3,7\""},
    {OCR("\"pages\":\"\""), "pages: is \"\", want"},
    {OCR("\"pages\":\"0\""), "pages: is \"0\", want"},
    {OCR("\"pages\":\"0-3\""), "pages: is \"0-3\", want"},
    {OCR("\"pages\":\"3-1\""), "pages: is \"3-1\", want"},
    {OCR("\"pages\":\"1-\""), "pages: is \"1-\", want"},
    {OCR("\"pages\":\"-3\""), "pages: is \"-3\", want"},
    {OCR("\"pages\":\"1-2-3\""), "pages: is \"1-2-3\", want"},
    {OCR("\"pages\":\"1,\""), "pages: is \"1,\", want"},
    {OCR("\"pages\":\"1, 2\""), "pages: is \"1, 2\", want"},
    {OCR("\"pages\":\"2,1\""), "pages: is \"2,1\", want"},
    {OCR("\"pages\":\"1-3,3\""), "pages: is \"1-3,3\", want"},
    {OCR("\"pages\":\"1000001\""), "pages: is \"1000001\", want"},
    {OCR("\"pages\":\"99999999999999999999\""), "pages: is \"99999999999999999999\", want"},
    {OCR("\"outputs\":\"txt\""), "ocr_config.outputs: is \"txt\", want a list"},
    {OCR("\"outputs\":[\"srt\"]"), "ocr_config.outputs[0]: is \"srt\", want a list of"},
    {OCR("\"outputs\":[\"txt\",\"docx\"]"), "ocr_config.outputs[1]: is \"docx\", want"},
    {OCR("\"max_pixels\":0"), "ocr_config.max_pixels: is 0, want"},
    {OCR("\"max_pixels\":1000000000001"), "ocr_config.max_pixels: is 1000000000001, want"},
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
        assert_null(strstr(err.msg, "hunter2"));
        rf_arena_done(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(says_what_is_wrong)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
