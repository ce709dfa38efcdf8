/* A job from its input to its result: what it is, who reads it, and in which forms the answer is given. */
#include "engine/job.h"

#include "engine/worker.h"

#include <errno.h>
#include <string.h>

static const char *const kind_names[] = {[RF_ENGINE_OCR] = "pages", [RF_ENGINE_SPEECH] = "speech"};

/* --- who --- */

static int choose_type(struct rf_worker *worker, struct rf_err *err)
{
    const struct rf_source *first = &worker->sources[0];
    enum rf_job_type wanted = worker->job->config->type;
    bool is_audio = rf_media_family(first->info.media) == RF_FAMILY_AUDIO;

    worker->type = is_audio ? RF_JOB_TRANSCRIPTION : RF_JOB_OCR;
    if (wanted != RF_JOB_UNSET && wanted != worker->type)
        return rf_fail(err, -EINVAL, "type: the job config asks for %s, and %s is %s (%s)",
                       wanted == RF_JOB_OCR ? "ocr" : "transcription", first->name,
                       is_audio ? "a recording" : "a page", rf_media_name(first->info.media));
    return 0;
}

/* What the engine is given: pages of a document are drawn as pnm, and samples are no file at all. */
static enum rf_media media_for_engine(const struct rf_worker *worker)
{
    enum rf_media media = worker->sources[0].info.media;

    if (worker->type == RF_JOB_TRANSCRIPTION)
        return RF_MEDIA_UNKNOWN;
    return rf_media_family(media) == RF_FAMILY_DOCUMENT ? RF_MEDIA_PNM : media;
}

static int choose_engine(struct rf_worker *worker, struct rf_err *err)
{
    const struct rf_job *job = worker->job;
    enum rf_engine_kind kind = worker->type == RF_JOB_OCR ? RF_ENGINE_OCR : RF_ENGINE_SPEECH;
    const char *name = job->engine;
    int code = 0;

    if (!name && job->config->engine.len) {
        name = rf_arena_text(worker->arena, job->config->engine);
        if (!name)
            return rf_fail(err, -ENOMEM, "ocr_config.engine: out of memory");
    }
    if (name) {
        code = rf_engine_find(job->engines, name, &worker->engine, err);
        if (code == 0 && worker->engine->kind != kind)
            code = rf_fail(err, -EINVAL, "engine %s: is not for %s, and %s is %s", name, kind_names[kind],
                           job->input_name, rf_media_name(worker->sources[0].info.media));
    } else {
        worker->engine = rf_engine_for(job->engines, kind, media_for_engine(worker));
        if (!worker->engine)
            code = rf_fail(err, -ENOENT, "%s: there is no engine for %s that reads %s", job->input_name,
                           kind_names[kind], rf_media_name(media_for_engine(worker)));
    }
    return code < 0 ? code : rf_engine_is_installed(worker->engine, err);
}

static int choose_language(struct rf_worker *worker, struct rf_err *err)
{
    const struct rf_job_config *config = worker->job->config;
    const char *only = worker->job->language ? worker->job->language : worker->engine->language;
    const char *name = NULL;
    int code;

    if (config->language_count == 0) {
        worker->language = only ? only : "";
        return only ? rf_engine_language(worker->engine, rf_str_of(only), worker->arena, &worker->word, err)
                    : 0;
    }
    for (size_t i = 0; i < config->language_count; i++) {
        const char *word = NULL;

        code = rf_engine_language(worker->engine, config->languages[i], worker->arena, &word, err);
        if (code < 0)
            return code;
        name = rf_worker_printf(worker, "%s%s%.*s", name ? name : "", name ? "+" : "",
                                RF_FMT(config->languages[i]));
        worker->word = rf_worker_printf(worker, "%s%s%s", worker->word ? worker->word : "",
                                        worker->word ? "+" : "", word);
    }
    worker->language = name;
    return 0;
}

/* --- in which forms --- */

static uint32_t forms_of(const struct rf_worker *worker)
{
    uint32_t forms = 1U << RF_FORMAT_JSON | 1U << RF_FORMAT_TXT;

    if (worker->type == RF_JOB_TRANSCRIPTION)
        return forms | 1U << RF_FORMAT_SRT;
    for (unsigned i = 0; i < RF_FORMAT_MAX; i++) {
        if (worker->engine->outputs[i])
            forms |= 1U << i;
    }
    return forms;
}

static int choose_formats(struct rf_worker *worker, struct rf_err *err)
{
    uint32_t had = forms_of(worker);
    uint32_t missing;
    const char *names = "";

    worker->formats = worker->job->formats | worker->job->config->outputs;
    if (worker->job->wants_all_formats)
        worker->formats |= had;
    missing = worker->formats & ~had;
    if (!missing)
        return 0;
    for (unsigned i = 0; i < RF_FORMAT_MAX; i++) {
        if (had >> i & 1)
            names = rf_worker_printf(worker, "%s%s%s", names, *names ? ", " : "",
                                     rf_format_name((enum rf_format)i));
    }
    return rf_fail(err, -ENOTSUP, "format %s: engine %s gives %s for %s",
                   rf_format_name((enum rf_format)__builtin_ctz(missing)), worker->engine->name, names,
                   rf_media_name(worker->sources[0].info.media));
}

static int write_formats(struct rf_worker *worker, struct rf_job_done *ret, struct rf_err *err)
{
    const struct rf_job *job = worker->job;
    const struct rf_result_about about = {.config = job->config,
                                          .job_id = job->job_id,
                                          .created_at = job->created_at,
                                          .data_name = job->input_name,
                                          .duration_ms = worker->duration_ms,
                                          .language = worker->language,
                                          .engine = worker->engine->name};
    int code = 0;

    for (unsigned i = 0; code == 0 && i < RF_FORMAT_MAX; i++) {
        struct rf_buf text;

        if (!(worker->formats >> i & 1))
            continue;
        if (worker->native[i].ptr) {
            ret->formats[i] = worker->native[i];
            continue;
        }
        rf_buf_init(&text, worker->arena);
        code = rf_result_write(&worker->result, &about, (enum rf_format)i, &text, err);
        ret->formats[i] = (struct rf_str){text.ptr ? text.ptr : "", text.len};
    }
    return code;
}

static void warn_unused(const struct rf_worker *worker)
{
    const struct rf_job_config *config = worker->job->config;

    for (size_t i = 0; i < config->unused_count; i++)
        worker->job->warn(worker->job->context,
                          rf_arena_printf(worker->arena, "%s has no effect here", config->unused[i]));
}

int rf_job_run(const struct rf_job *job, struct rf_arena *arena, struct rf_job_done *ret, struct rf_err *err)
{
    struct rf_worker worker = {.job = job, .arena = arena};
    struct rf_job_done done = {0};
    int code;

    warn_unused(&worker);
    code = rf_job_look(&worker, err);
    if (code == 0)
        code = choose_type(&worker, err);
    if (code == 0)
        code = choose_engine(&worker, err);
    if (code == 0)
        code = choose_language(&worker, err);
    if (code == 0)
        code = choose_formats(&worker, err);
    if (code == 0)
        rf_result_init(&worker.result, worker.engine->kind, arena);
    if (code == 0)
        code = worker.type == RF_JOB_OCR ? rf_job_pages(&worker, err) : rf_job_speech(&worker, err);
    if (code < 0)
        return code;
    rf_result_sort(&worker.result);
    code = write_formats(&worker, &done, err);
    done.engine = worker.engine;
    done.type = worker.type;
    done.pages = worker.pages;
    done.duration_ms = worker.duration_ms;
    done.words = worker.result.count;
    if (code == 0)
        *ret = done;
    return code;
}
