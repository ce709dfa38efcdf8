/* Which engines there are. */
#include "cmd/batch.h"

#include "base/json_writer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const kinds[] = {
    [RF_ENGINE_OCR] = "ocr",         [RF_ENGINE_SPEECH] = "speech", [RF_ENGINE_PAGES] = "pages",
    [RF_ENGINE_SAMPLES] = "samples", [RF_ENGINE_COUNT] = "count",   [RF_ENGINE_UNPACK] = "unpack",
    [RF_ENGINE_FETCH] = "fetch"};

static const char *reads_text(const struct rf_engine *engine, struct rf_arena *arena)
{
    const char *text = "";

    for (unsigned i = 0; i < RF_MEDIA_MAX && text; i++) {
        if (engine->reads >> i & 1)
            text = rf_arena_printf(arena, "%s%s%s", text, *text ? "," : "", rf_media_name((enum rf_media)i));
    }
    return text ? text : "?";
}

static void list_text(const struct rf_engines *engines, struct rf_arena *arena, struct rf_buf *out)
{
    rf_buf_printf(out, "%-14s %-8s %-10s %-44s %s\n", "ENGINE", "KIND", "INSTALLED", "READS", "PACKAGE");
    for (size_t i = 0; i < engines->count; i++) {
        const struct rf_engine *engine = &engines->list[i];
        struct rf_err missing = {0};
        bool is_there = rf_engine_is_installed(engine, &missing) == 0;

        rf_buf_printf(out, "%-14s %-8s %-10s %-44s %s\n", engine->name, kinds[engine->kind],
                      is_there ? "yes" : "no", reads_text(engine, arena),
                      engine->package ? engine->package : "");
    }
}

static int list_json(const struct rf_engines *engines, struct rf_arena *arena, struct rf_buf *out,
                     struct rf_err *err)
{
    struct rf_jsonw json;

    rf_jsonw_init(&json, out, 1);
    rf_jsonw_array(&json, NULL);
    for (size_t i = 0; i < engines->count; i++) {
        const struct rf_engine *engine = &engines->list[i];
        struct rf_err missing = {0};

        rf_jsonw_object(&json, NULL);
        rf_jsonw_text(&json, "name", engine->name);
        rf_jsonw_text(&json, "kind", kinds[engine->kind]);
        rf_jsonw_bool(&json, "is_installed", rf_engine_is_installed(engine, &missing) == 0);
        rf_jsonw_text(&json, "reads", reads_text(engine, arena));
        rf_jsonw_text(&json, "package", engine->package);
        rf_jsonw_text(&json, "file", engine->file);
        rf_jsonw_end(&json);
    }
    rf_jsonw_end(&json);
    return rf_jsonw_done(&json, err);
}

int rf_batch_list(const struct rf_engines *engines, bool is_json, struct rf_arena *arena, struct rf_err *err)
{
    struct rf_buf out;
    int code = 0;

    rf_buf_init(&out, arena);
    if (is_json)
        code = list_json(engines, arena, &out, err);
    else
        list_text(engines, arena, &out);
    if (code == 0 && (out.is_failed || fwrite(out.ptr, 1, out.len, stdout) != out.len))
        code = rf_fail(err, -EIO, "listing the engines: %s", strerror(errno));
    return code;
}
