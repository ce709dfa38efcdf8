/* A job config: it becomes one that holds nothing which the code behind it could misuse, or a sentence that
 * says where it is wrong. */
#include "engine/format.h"
#include "engine/header.h"
#include "engine/job_config.h"
#include "engine/url.h"
#include "text/json.h"

#include "round_trip.h"

#include <errno.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ARENA_BYTES = 16 * 1024 * 1024 };

static bool is_name(struct rf_str text, const char *more)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_alnum = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!is_alnum && (!c || !strchr(more, c)))
            return false;
    }
    return text.len > 0 && text.len <= 64;
}

/* Views of the input are whole objects of it: they can be written into JSON as they are. */
static void must_be_object(struct rf_str view, struct rf_str json)
{
    struct rf_json reader;
    struct rf_json_token token;
    struct rf_err err = {0};

    if (!view.len)
        return;
    RF_MUST(view.ptr >= json.ptr && view.ptr + view.len <= json.ptr + json.len);
    RF_MUST(rf_json_init(&reader, view, view.len, &err) == 0);
    RF_MUST(rf_json_next(&reader, &token, &err) == 0 && token.kind == RF_JSON_OBJECT);
    RF_MUST(rf_json_skip(&reader, &token, &err) == 0);
    RF_MUST(rf_json_next(&reader, &token, &err) == 0 && token.kind == RF_JSON_END);
}

static void must_be_fetchable(const struct rf_job_config *config)
{
    struct rf_url url;
    struct rf_err err = {0};

    RF_MUST(config->fetch_header_count <= RF_JOB_HEADERS);
    RF_MUST(config->fetch_url.len || !config->fetch_header_count);
    RF_MUST(!config->fetch_url.len || rf_url_parse(config->fetch_url, &url, &err) == 0);
    for (size_t i = 0; i < config->fetch_header_count; i++)
        RF_MUST(rf_header_check(config->fetch_headers[i], &err) == 0);
}

static void must_be_safe(const struct rf_job_config *config, struct rf_str json)
{
    uint32_t before = 0;

    RF_MUST(config->type == RF_JOB_TRANSCRIPTION || config->type == RF_JOB_OCR);
    RF_MUST(config->type == RF_JOB_OCR || (config->language_count == 1 && config->section.len));
    RF_MUST(config->language_count <= RF_JOB_LANGUAGES && config->channel_label_count <= RF_JOB_CHANNELS);
    for (size_t i = 0; i < config->language_count; i++)
        RF_MUST(is_name(config->languages[i], "-_"));
    for (size_t i = 0; i < config->channel_label_count; i++)
        RF_MUST(is_name(config->channel_labels[i], "._"));
    RF_MUST(!config->engine.len || is_name(config->engine, "-"));
    RF_MUST(config->psm >= -1 && config->psm <= 13);
    RF_MUST(config->dpi == 0 || (config->dpi >= 70 && config->dpi <= 2400));
    RF_MUST(config->srt_line_length && config->srt_lines && !(config->outputs >> RF_FORMAT_MAX));
    RF_MUST(config->page_range_count <= RF_JOB_RANGES);
    for (size_t i = 0; i < config->page_range_count; i++) {
        RF_MUST(config->pages[i].first > before && config->pages[i].last >= config->pages[i].first);
        before = config->pages[i].last;
    }
    for (size_t i = 0; i < config->unused_count; i++)
        for (const char *p = config->unused[i]; *p; p++)
            RF_MUST((unsigned char)*p >= 0x20 && *p != 0x7f);
    must_be_fetchable(config);
    must_be_object(config->section, json);
    must_be_object(config->tracking, json);
    must_be_object(config->output_config, json);
}

/* A field that nobody knows, put before all others, changes nothing but the list of those without effect. */
static void must_ignore_more(const struct rf_job_config *config, struct rf_str json, struct rf_arena *arena)
{
    static const char field[] = "{\"no such field\":[{}],";
    size_t start = 0;
    struct rf_job_config more;
    struct rf_err err = {0};
    char *text = rf_arena_alloc(arena, json.len + sizeof(field));

    while (json.ptr[start] != '{')
        start++;
    if (!text || config->unused_count > 200 || json.len > RF_JOB_CONFIG_BYTES - sizeof(field))
        return;
    memcpy(text, field, sizeof(field) - 1);
    memcpy(text + sizeof(field) - 1, json.ptr + start + 1, json.len - start - 1);
    if (rf_job_config_read((struct rf_str){text, json.len - start + sizeof(field) - 2}, arena, &more, &err) <
        0) {
        RF_MUST(strstr(err.msg, "for the second time") || strstr(err.msg, "more than 256 fields"));
        return;
    }
    RF_MUST(more.unused_count == config->unused_count + 1);
    RF_MUST(more.type == config->type && more.section.len == config->section.len &&
            more.language_count == config->language_count && more.outputs == config->outputs &&
            more.fetch_url.len == config->fetch_url.len && more.page_range_count == config->page_range_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str json = {(const char *)data, size};
    struct rf_arena arena;
    struct rf_job_config config = {.psm = 99};
    struct rf_err err = {0};
    int r;

    rf_arena_init(&arena, ARENA_BYTES);
    r = rf_job_config_read(json, &arena, &config, &err);
    if (r == 0) {
        must_be_safe(&config, json);
        must_ignore_more(&config, json, &arena);
    } else {
        RF_MUST(err.code == r && config.psm == 99);
        RF_MUST(strncmp(err.msg, "line ", 5) == 0 || r == -E2BIG);
        for (const char *p = err.msg; *p; p++)
            RF_MUST(*p >= 0x20 && *p <= 0x7e);
    }
    rf_arena_done(&arena);
    return 0;
}
