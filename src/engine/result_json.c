/* json-v2, the documented transcript, and the same envelope around the words of pages. */
#include "engine/result_write.h"

#include "base/json_writer.h"
#include "engine/language_names.h"

#include <string.h>

enum { LEVELS_WITH_LINES = 2, TIME_DECIMALS = 3, CONFIDENCE_DECIMALS = 4 };

static void write_job(struct rf_jsonw *json, const struct rf_result_about *about)
{
    if (!about->job_id)
        return;
    rf_jsonw_object(json, "job");
    rf_jsonw_text(json, "id", about->job_id);
    rf_jsonw_text(json, "created_at", about->created_at);
    rf_jsonw_text(json, "data_name", about->data_name ? about->data_name : "");
    if (about->duration_ms != UINT64_MAX)
        rf_jsonw_number(json, "duration", about->duration_ms / 1000);
    if (about->config->tracking.len)
        rf_jsonw_raw(json, "tracking", about->config->tracking);
    rf_jsonw_end(json);
}

static void write_language(struct rf_jsonw *json, const char *code)
{
    const struct rf_language *language = rf_language_find(code);

    rf_jsonw_object(json, "language_pack_info");
    if (language)
        rf_jsonw_text(json, "language_description", language->name);
    rf_jsonw_text(json, "word_delimiter", language && language->has_no_blanks ? "" : " ");
    rf_jsonw_text(json, "writing_direction",
                  language && language->is_right_to_left ? "right-to-left" : "left-to-right");
    rf_jsonw_bool(json, "itn", false);
    rf_jsonw_bool(json, "adapted", false);
    rf_jsonw_end(json);
}

/* The section of the config as it was written; without a config, one that says the same. */
static void write_section(struct rf_jsonw *json, const char *name, const struct rf_result_about *about)
{
    if (about->config->section.len) {
        rf_jsonw_raw(json, name, about->config->section);
        return;
    }
    rf_jsonw_object(json, name);
    rf_jsonw_text(json, "language", about->language);
    rf_jsonw_end(json);
}

static void write_metadata(struct rf_jsonw *json, const struct rf_result *result,
                           const struct rf_result_about *about)
{
    bool is_speech = result->kind == RF_ENGINE_SPEECH;

    rf_jsonw_object(json, "metadata");
    rf_jsonw_text(json, "created_at", about->created_at);
    rf_jsonw_text(json, "type", is_speech ? "transcription" : "ocr");
    write_section(json, is_speech ? "transcription_config" : "ocr_config", about);
    if (is_speech)
        write_language(json, about->language);
    if (about->engine)
        rf_jsonw_text(json, "orchestrator_version", about->engine);
    if (about->config->output_config.len)
        rf_jsonw_raw(json, "output_config", about->config->output_config);
    rf_jsonw_end(json);
}

static void write_times(struct rf_jsonw *json, const struct rf_item *item)
{
    rf_jsonw_decimal(json, "start_time", item->start_ms, TIME_DECIMALS);
    rf_jsonw_decimal(json, "end_time", item->end_ms, TIME_DECIMALS);
    if (item->channel)
        rf_jsonw_text(json, "channel", item->channel);
    if (item->is_punctuation) {
        rf_jsonw_bool(json, "is_eos", item->is_eos);
        rf_jsonw_text(json, "attaches_to", "previous");
    }
}

static void write_place(struct rf_jsonw *json, const struct rf_item *item)
{
    rf_jsonw_number(json, "page", item->page);
    rf_jsonw_number(json, "block", item->block);
    rf_jsonw_number(json, "paragraph", item->paragraph);
    rf_jsonw_number(json, "line", item->line);
    if (!item->has_box)
        return;
    rf_jsonw_array(json, "bbox");
    for (size_t i = 0; i < RF_COUNT(item->box); i++)
        rf_jsonw_number(json, NULL, item->box[i]);
    rf_jsonw_end(json);
}

static void write_item(struct rf_jsonw *json, const struct rf_item *item, enum rf_engine_kind kind,
                       struct rf_str language)
{
    rf_jsonw_object(json, NULL);
    rf_jsonw_text(json, "type", item->is_punctuation ? "punctuation" : "word");
    if (kind == RF_ENGINE_SPEECH)
        write_times(json, item);
    else
        write_place(json, item);
    rf_jsonw_array(json, "alternatives");
    rf_jsonw_object(json, NULL);
    rf_jsonw_str(json, "content", item->content);
    rf_jsonw_decimal(json, "confidence", item->confidence, CONFIDENCE_DECIMALS);
    rf_jsonw_str(json, "language", language);
    if (item->speaker)
        rf_jsonw_text(json, "speaker", item->speaker);
    rf_jsonw_end(json);
    rf_jsonw_end(json);
    rf_jsonw_end(json);
}

static void write_pages(struct rf_jsonw *json, const struct rf_result *result)
{
    rf_jsonw_array(json, "pages");
    for (size_t i = 0; i < result->page_count; i++) {
        const struct rf_page *page = &result->pages[i];

        rf_jsonw_object(json, NULL);
        rf_jsonw_number(json, "page", page->page);
        if (page->width && page->height) {
            rf_jsonw_number(json, "width", page->width);
            rf_jsonw_number(json, "height", page->height);
        }
        if (page->dpi)
            rf_jsonw_number(json, "dpi", page->dpi);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

int rf_write_json(const struct rf_result *result, const struct rf_result_about *about, struct rf_buf *ret,
                  struct rf_err *err)
{
    struct rf_str language = rf_str_of(about->language);
    struct rf_jsonw json;

    rf_jsonw_init(&json, ret, LEVELS_WITH_LINES);
    rf_jsonw_object(&json, NULL);
    rf_jsonw_text(&json, "format", "2.9");
    write_job(&json, about);
    write_metadata(&json, result, about);
    rf_jsonw_array(&json, "results");
    for (size_t i = 0; i < result->count; i++)
        write_item(&json, &result->items[i], result->kind, language);
    rf_jsonw_end(&json);
    if (result->kind == RF_ENGINE_OCR)
        write_pages(&json, result);
    rf_jsonw_end(&json);
    return rf_jsonw_done(&json, err);
}
