#ifndef RF_ENGINE_WORKER_H
#define RF_ENGINE_WORKER_H

#include "engine/job.h"
#include "engine/result.h"

/* What the parts of a job share: job.c decides what is to be done, job_pages.c and job_speech.c do it by the
   rings of worker.c. Nobody else includes this. */

/* One file of the input: all of it, or an entry of an archive. */
struct rf_source {
    int file; /* sealed memory file */
    struct rf_media_info info;
    const char *name; /* for errors */
};

struct rf_worker {
    const struct rf_job *job;
    struct rf_arena *arena;
    const struct rf_engine *engine;
    enum rf_job_type type;
    uint32_t formats;     /* all that are wanted */
    const char *language; /* as the job calls it */
    const char *word;     /* the engine's own */
    struct rf_source *sources;
    size_t source_count;
    struct rf_result result;
    uint64_t duration_ms;
    uint32_t pages;
    struct rf_str native[RF_FORMAT_MAX]; /* forms that the engine wrote by itself */
};

/* What is asked of one ring. */
struct rf_call {
    const struct rf_engine *engine;
    const char *what; /* "tesseract, page 3" */
    const char *values[RF_SLOT_MAX];
    const char *wrap[24]; /* words of ringfence-inside that come before the engine's command */
    size_t wrap_count;
    int input;             /* memory file, or -1 */
    uint64_t output_bytes; /* of standard output and of any file; 0: the job's limit */
};

/* What one ring wrote: a sealed memory file and its bytes. */
struct rf_answer {
    int file;
    struct rf_str bytes;
};

void rf_answer_done(struct rf_answer *answer);

/* One call, waited for. *ret is the caller's to give back by rf_answer_done(). */
int rf_worker_call(struct rf_worker *worker, const struct rf_call *call, struct rf_answer *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* Many of them, so many at once as the job allows. */
struct rf_work {
    const char *unit; /* "page": for progress */
    size_t count;
    void *context;
    /* Say what the next ring of task `task` is; `stage` counts its rings from 0. */
    int (*ask)(struct rf_worker *worker, void *context, size_t task, unsigned stage, struct rf_call *ret,
               struct rf_err *err);
    /* Take what it wrote; *ret_more: the task has another stage. */
    int (*take)(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                struct rf_answer *answer, bool *ret_more, struct rf_err *err);
};
/* On failure everything that runs has been ended. */
int rf_worker_do(struct rf_worker *worker, const struct rf_work *work,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* An installed decoder of this kind that reads `media`; the error says what to install. */
int rf_worker_decoder(const struct rf_worker *worker, enum rf_engine_kind kind, enum rf_media media,
                      const struct rf_engine **ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Formatted text from the worker's arena; "" when it is full, which later fails as out of memory. */
const char *rf_worker_printf(struct rf_worker *worker, const char *fmt, ...) RF_NONNULL RF_PRINTF(2, 3);

/* job_input.c: what the input is; an archive becomes its entries. */
int rf_job_look(struct rf_worker *worker, struct rf_err *err) RF_NONNULL RF_CHECK;
/* job_pages.c, job_speech.c */
int rf_job_pages(struct rf_worker *worker, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_job_speech(struct rf_worker *worker, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
