/* The fields of a job config: those of the documented API, and ours for OCR. One table says of each what it
   may be and whether it has an effect, so that nothing that a job asks for is left out without a word. */
#include "engine/job_fields.h"

#include "base/num.h"
#include "engine/format.h"
#include "engine/header.h"
#include "engine/url.h"

#include <errno.h>
#include <string.h>

enum { NAME_BYTES = 64, LABEL_BYTES = 64, PAGE_MAX = 1000000 };

static bool is_alnum(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool is_made_of(struct rf_str text, const char *more)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_alnum(text.ptr[i]) && (!text.ptr[i] || !strchr(more, text.ptr[i])))
            return false;
    return text.len > 0;
}

/* --- transcription_config --- */

static int take_language(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    if (!is_made_of(value->text, "-_") || value->text.len > NAME_BYTES)
        return -EINVAL;
    taking->config->languages[0] = value->text;
    taking->config->language_count = 1;
    return 0;
}

static int take_diarization(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->diarization =
        rf_str_is(value->text, "channel") ? RF_DIARIZATION_CHANNEL : RF_DIARIZATION_NONE;
    return 0;
}

static int take_label(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    struct rf_job_config *config = taking->config;

    if (!is_made_of(value->text, "._") || value->text.len > LABEL_BYTES)
        return -EINVAL;
    config->channel_labels[config->channel_label_count++] = value->text;
    return 0;
}

/* One character in UTF-8, or "all". */
static int take_mark(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    size_t characters = 0;

    (void)taking; /* no engine asks which marks are wanted */
    for (size_t i = 0; i < value->text.len; i++)
        characters += ((unsigned char)value->text.ptr[i] & 0xc0) != 0x80;
    return characters == 1 || rf_str_is(value->text, "all") ? 0 : -EINVAL;
}

static const char *const models[] = {"standard", "enhanced", "melia-1", NULL};
static const char *const points[] = {"standard", "enhanced", NULL};
static const char *const diarizations[] = {"none", "channel", NULL};
static const char *const delay_modes[] = {"fixed", "flexible", NULL};

static const struct rf_job_refusal language_refusals[] = {
    {"auto", "no engine here finds the language by itself: want its name, such as \"en\""}};

static const struct rf_job_refusal diarization_refusals[] = {
    {"speaker",
     "no engine here tells speakers apart: want \"none\", or \"channel\" where each has a channel"}};

static const struct rf_job_field vocabulary_fields[] = {
    {.name = "content",
     .one = RF_JOB_TEXT,
     .min = 1,
     .is_required = true,
     .want = "a text that is not empty"},
    {.name = "sounds_like", .items = RF_JOB_TEXT, .min = 1, .want = "a list of texts that are not empty"},
};
static const struct rf_job_object vocabulary = {vocabulary_fields, RF_COUNT(vocabulary_fields), false};

static const struct rf_job_field punctuation_fields[] = {
    {.name = "sensitivity", .one = RF_JOB_NUMBER, .max = 1, .want = "a number in 0..1"},
    {.name = "permitted_marks",
     .items = RF_JOB_TEXT,
     .take = take_mark,
     .want = "a list of texts of one character each, or \"all\""},
};
static const struct rf_job_object punctuation = {punctuation_fields, RF_COUNT(punctuation_fields), false};

static const struct rf_job_field audio_filtering_fields[] = {
    {.name = "volume_threshold", .one = RF_JOB_NUMBER, .max = 100, .want = "a number in 0..100"},
};
static const struct rf_job_object audio_filtering = {audio_filtering_fields, RF_COUNT(audio_filtering_fields),
                                                     false};

static const struct rf_job_field replacement_fields[] = {
    {.name = "from", .one = RF_JOB_TEXT, .is_required = true, .want = "a text"},
    {.name = "to", .one = RF_JOB_TEXT, .is_required = true, .want = "a text"},
};
static const struct rf_job_object replacement = {replacement_fields, RF_COUNT(replacement_fields), false};

static const struct rf_job_field filtering_fields[] = {
    {.name = "remove_disfluencies", .one = RF_JOB_BOOL, .want = "true or false"},
    {.name = "replacements",
     .items = RF_JOB_OBJECT,
     .object = &replacement,
     .want = "a list of objects with \"from\" and \"to\""},
};
static const struct rf_job_object filtering = {filtering_fields, RF_COUNT(filtering_fields), false};

static const struct rf_job_field speaker_fields[] = {
    {.name = "label", .one = RF_JOB_TEXT, .want = "a text"},
    {.name = "speaker_identifiers", .items = RF_JOB_TEXT, .want = "a list of texts"},
};
static const struct rf_job_object speaker = {speaker_fields, RF_COUNT(speaker_fields), false};

static const struct rf_job_field speakers_fields[] = {
    {.name = "prefer_current_speaker", .one = RF_JOB_BOOL, .want = "true or false"},
    {.name = "speaker_sensitivity", .one = RF_JOB_NUMBER, .max = 1, .want = "a number in 0..1"},
    {.name = "get_speakers", .one = RF_JOB_BOOL, .want = "true or false"},
    {.name = "speakers", .items = RF_JOB_OBJECT, .object = &speaker, .want = "a list of objects"},
};
static const struct rf_job_object speakers = {speakers_fields, RF_COUNT(speakers_fields), false};

#define LANGUAGE_TEXT "a text of 1 to 64 letters, digits, \"-\" and \"_\""
#define SHORT_TEXT "a text of 1 to 64 bytes"

static const struct rf_job_field transcription_fields[] = {
    {.name = "language",
     .one = RF_JOB_TEXT,
     .is_required = true,
     .refusals = language_refusals,
     .refusal_count = RF_COUNT(language_refusals),
     .take = take_language,
     .want = LANGUAGE_TEXT},
    {.name = "diarization",
     .one = RF_JOB_TEXT,
     .words = diarizations,
     .refusals = diarization_refusals,
     .refusal_count = RF_COUNT(diarization_refusals),
     .take = take_diarization,
     .want = "\"none\" or \"channel\""},
    {.name = "channel_diarization_labels",
     .items = RF_JOB_TEXT,
     .most = RF_JOB_CHANNELS,
     .take = take_label,
     .want = "a list of at most 8 texts of 1 to 64 letters, digits, \".\" and \"_\""},
    {.name = "model",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_TEXT,
     .words = models,
     .want = "\"standard\", \"enhanced\" or \"melia-1\""},
    {.name = "operating_point",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_TEXT,
     .words = points,
     .want = "\"standard\" or \"enhanced\""},
    {.name = "domain",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_TEXT,
     .min = 1,
     .max = NAME_BYTES,
     .want = SHORT_TEXT},
    {.name = "output_locale",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_TEXT,
     .min = 1,
     .max = NAME_BYTES,
     .want = SHORT_TEXT},
    {.name = "additional_vocab",
     .fate = RF_JOB_UNUSED,
     .items = RF_JOB_TEXT | RF_JOB_OBJECT,
     .min = 1,
     .object = &vocabulary,
     .want = "a list of words, or of objects with \"content\""},
    {.name = "punctuation_overrides",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_OBJECT,
     .object = &punctuation,
     .want = "an object"},
    {.name = "enable_entities", .fate = RF_JOB_UNUSED, .one = RF_JOB_BOOL, .want = "true or false"},
    {.name = "max_delay_mode",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_TEXT,
     .words = delay_modes,
     .want = "\"fixed\" or \"flexible\""},
    {.name = "audio_filtering_config",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_OBJECT,
     .object = &audio_filtering,
     .want = "an object"},
    {.name = "transcript_filtering_config",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_OBJECT,
     .object = &filtering,
     .want = "an object"},
    {.name = "speaker_diarization_config",
     .fate = RF_JOB_UNUSED,
     .one = RF_JOB_OBJECT,
     .object = &speakers,
     .want = "an object"},
};
static const struct rf_job_object transcription = {transcription_fields, RF_COUNT(transcription_fields),
                                                   false};

static int take_transcription(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->transcription = value->text;
    return 0;
}

/* --- ocr_config --- */

/* Each of "eng+deu". */
static int take_ocr_language(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    struct rf_job_config *config = taking->config;
    struct rf_str rest = value->text;

    do {
        struct rf_str name;

        rest = rf_str_cut(rest, '+', &name);
        if (!is_made_of(name, "-_") || name.len > NAME_BYTES || config->language_count == RF_JOB_LANGUAGES)
            return -EINVAL;
        config->languages[config->language_count++] = name;
    } while (rest.ptr);
    return 0;
}

static int take_engine(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    for (size_t i = 0; i < value->text.len; i++)
        if (value->text.ptr[i] >= 'A' && value->text.ptr[i] <= 'Z')
            return -EINVAL;
    if (!is_made_of(value->text, "-") || value->text.len > NAME_BYTES || value->text.ptr[0] == '-')
        return -EINVAL;
    taking->config->engine = value->text;
    return 0;
}

static int take_psm(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    if (value->number == 0 || value->number == 2) /* these find scripts and blocks, and read nothing */
        return -EINVAL;
    taking->config->psm = (int)value->number;
    return 0;
}

static int take_dpi(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->dpi = (uint32_t)value->number;
    return 0;
}

static int take_max_pixels(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->max_pixels = value->number;
    return 0;
}

/* "1-3,7": each range behind the one before. */
static int take_pages(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    struct rf_job_config *config = taking->config;
    struct rf_str rest = value->text;
    uint64_t before = 0;

    do {
        struct rf_str first_text;
        struct rf_str last_text;
        struct rf_str range;
        uint64_t first = 0;
        uint64_t last = 0;

        rest = rf_str_cut(rest, ',', &range);
        last_text = rf_str_cut(range, '-', &first_text);
        if (rf_num_u64(first_text, PAGE_MAX, &first) < 0 || config->page_range_count == RF_JOB_RANGES)
            return -EINVAL;
        last = first;
        if (last_text.ptr && rf_num_u64(last_text, PAGE_MAX, &last) < 0)
            return -EINVAL;
        if (first <= before || last < first)
            return -EINVAL;
        config->pages[config->page_range_count++] =
            (struct rf_page_range){.first = (uint32_t)first, .last = (uint32_t)last};
        before = last;
    } while (rest.ptr);
    return 0;
}

static int take_output(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->outputs |= 1U << rf_format_by_name(value->text);
    return 0;
}

static const char *const ocr_outputs[] = {"json-v2", "txt", "hocr", "alto", "tsv", "pdf", NULL};

static const struct rf_job_field ocr_fields[] = {
    {.name = "language",
     .one = RF_JOB_TEXT,
     .items = RF_JOB_TEXT,
     .most = RF_JOB_LANGUAGES,
     .take = take_ocr_language,
     .want = "a language or a list of at most 8, each of 1 to 64 letters, digits, \"-\" and \"_\""},
    {.name = "engine",
     .one = RF_JOB_TEXT,
     .take = take_engine,
     .want = "the name of an engine: 1 to 64 lower-case letters, digits and inner \"-\""},
    {.name = "psm",
     .one = RF_JOB_WHOLE,
     .max = 13,
     .take = take_psm,
     .want = "a whole number in 1..13 but 2"},
    {.name = "dpi",
     .one = RF_JOB_WHOLE,
     .min = 70,
     .max = 2400,
     .take = take_dpi,
     .want = "a whole number in 70..2400"},
    {.name = "pages",
     .one = RF_JOB_TEXT,
     .take = take_pages,
     .want = "a text of pages in their order, such as \"1-3,7\", at most 64 parts and page 1000000"},
    {.name = "outputs",
     .items = RF_JOB_TEXT,
     .words = ocr_outputs,
     .take = take_output,
     .want = "a list of \"json-v2\", \"txt\", \"hocr\", \"alto\", \"tsv\" and \"pdf\""},
    {.name = "max_pixels",
     .one = RF_JOB_WHOLE,
     .min = 1,
     .max = 1e12,
     .take = take_max_pixels,
     .want = "a whole number in 1..1000000000000"},
};
static const struct rf_job_object ocr = {ocr_fields, RF_COUNT(ocr_fields), false};

static int take_ocr(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->ocr = value->text;
    return 0;
}

/* --- fetch_data and notification_config --- */

static int check_header(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    return rf_header_check(value->text, &taking->why) < 0 ? -EINVAL : 0;
}

static int take_header(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    struct rf_job_config *config = taking->config;
    int r = check_header(taking, value);

    if (r == 0)
        taking->headers[config->fetch_header_count++] = value->text;
    return r;
}

static int check_url(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    struct rf_url url;

    return rf_url_parse(value->text, &url, &taking->why) < 0 ? -EINVAL : 0;
}

static int take_url(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    int r = check_url(taking, value);

    if (r == 0)
        taking->config->fetch_url = value->text;
    return r;
}

#define URL_TEXT "a text, the URL"
#define HEADERS_TEXT "a list of at most 32 texts \"Name: value\""

static const struct rf_job_field fetch_fields[] = {
    {.name = "url", .one = RF_JOB_TEXT, .is_required = true, .take = take_url, .want = URL_TEXT},
    {.name = "auth_headers",
     .is_secret = true,
     .items = RF_JOB_TEXT,
     .most = RF_JOB_HEADERS,
     .take = take_header,
     .want = HEADERS_TEXT},
};
static const struct rf_job_object fetch = {fetch_fields, RF_COUNT(fetch_fields), false};

static const char *const contents[] = {"jobinfo",
                                       "transcript",
                                       "transcript.json-v2",
                                       "transcript:json-v2", /* so in one of the documented examples */
                                       "transcript.txt",
                                       "transcript.srt",
                                       "alignment",
                                       "alignment.word_start_and_end",
                                       "alignment.one_per_line",
                                       "data",
                                       "text",
                                       NULL};
static const char *const methods[] = {"post", "put", NULL};

static const struct rf_job_field notification_fields[] = {
    {.name = "url", .one = RF_JOB_TEXT, .is_required = true, .take = check_url, .want = URL_TEXT},
    {.name = "contents",
     .items = RF_JOB_TEXT,
     .words = contents,
     .want = "a list of \"jobinfo\", \"transcript\", \"transcript.json-v2\", \"transcript.txt\", "
             "\"transcript.srt\", \"data\" and \"text\""},
    {.name = "method", .one = RF_JOB_TEXT, .words = methods, .want = "\"post\" or \"put\""},
    {.name = "auth_headers",
     .is_secret = true,
     .items = RF_JOB_TEXT,
     .most = RF_JOB_HEADERS,
     .take = check_header,
     .want = HEADERS_TEXT},
};
static const struct rf_job_object notification = {notification_fields, RF_COUNT(notification_fields), false};

/* --- tracking and output_config --- */

static int take_tracking(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->tracking = value->text;
    return 0;
}

static const struct rf_job_field tracking_fields[] = {
    {.name = "title", .one = RF_JOB_TEXT, .want = "a text"},
    {.name = "reference", .one = RF_JOB_TEXT, .want = "a text"},
    {.name = "tags", .items = RF_JOB_TEXT, .want = "a list of texts"},
};
static const struct rf_job_object tracking = {tracking_fields, RF_COUNT(tracking_fields), true};

static int take_line_length(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->srt_line_length = (uint32_t)value->number;
    return 0;
}

static int take_lines(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->srt_lines = (uint32_t)value->number;
    return 0;
}

static int take_output_config(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->output_config = value->text;
    return 0;
}

static const struct rf_job_field srt_fields[] = {
    {.name = "max_line_length",
     .one = RF_JOB_WHOLE,
     .min = 1,
     .max = 1000,
     .take = take_line_length,
     .want = "a whole number in 1..1000"},
    {.name = "max_lines",
     .one = RF_JOB_WHOLE,
     .min = 1,
     .max = 100,
     .take = take_lines,
     .want = "a whole number in 1..100"},
};
static const struct rf_job_object srt = {srt_fields, RF_COUNT(srt_fields), false};

static const struct rf_job_field output_fields[] = {
    {.name = "srt_overrides", .one = RF_JOB_OBJECT, .object = &srt, .want = "an object"},
};
static const struct rf_job_object output = {output_fields, RF_COUNT(output_fields), false};

/* --- the whole --- */

static int take_type(struct rf_job_taking *taking, const struct rf_job_scalar *value)
{
    taking->config->type = rf_str_is(value->text, "ocr") ? RF_JOB_OCR : RF_JOB_TRANSCRIPTION;
    return 0;
}

static const char *const types[] = {"transcription", "ocr", NULL};
static const struct rf_job_refusal type_refusals[] = {
    {"alignment", "no engine here aligns a text with a recording: want \"transcription\" or \"ocr\""}};

#define REFUSED(field, reason)                                                                               \
    {                                                                                                        \
        .name = (field), .fate = RF_JOB_REFUSED, .want = (reason)                                            \
    }

static const struct rf_job_field fields[] = {
    {.name = "type",
     .one = RF_JOB_TEXT,
     .is_required = true,
     .words = types,
     .refusals = type_refusals,
     .refusal_count = RF_COUNT(type_refusals),
     .take = take_type,
     .want = "\"transcription\" or \"ocr\""},
    {.name = "transcription_config",
     .one = RF_JOB_OBJECT,
     .object = &transcription,
     .take = take_transcription,
     .want = "an object with at least \"language\""},
    {.name = "ocr_config", .one = RF_JOB_OBJECT, .object = &ocr, .take = take_ocr, .want = "an object"},
    {.name = "fetch_data", .one = RF_JOB_OBJECT, .object = &fetch, .want = "an object with at least \"url\""},
    {.name = "output_config",
     .one = RF_JOB_OBJECT,
     .object = &output,
     .take = take_output_config,
     .want = "an object"},
    {.name = "tracking",
     .one = RF_JOB_OBJECT,
     .object = &tracking,
     .take = take_tracking,
     .want = "an object"},
    {.name = "notification_config",
     .fate = RF_JOB_UNUSED,
     .items = RF_JOB_OBJECT,
     .most = 3,
     .object = &notification,
     .want = "a list of at most 3 objects with at least \"url\""},
    REFUSED("fetch_text", "no engine here aligns a text with a recording"),
    REFUSED("alignment_config", "no engine here aligns a text with a recording"),
    REFUSED("translation_config", "no engine here translates"),
    REFUSED("language_identification_config", "no engine here finds the language by itself"),
    REFUSED("summarization_config", "no engine here summarizes"),
    REFUSED("sentiment_analysis_config", "no engine here judges sentiment"),
    REFUSED("topic_detection_config", "no engine here finds topics"),
    REFUSED("auto_chapters_config", "no engine here makes chapters"),
    REFUSED("audio_events_config", "no engine here hears anything but words"),
};

const struct rf_job_object rf_job_object = {fields, RF_COUNT(fields), false};
