#ifndef RF_ENGINE_JOB_H
#define RF_ENGINE_JOB_H

#include "base/arena.h"
#include "engine/engine.h"
#include "engine/job_config.h"
#include "engine/limits.h"
#include "engine/ring.h"

/* A job: one input, one engine, one result. Every byte of the input is looked at in a confined child or in a
   ring, and nothing of it reaches a command line, a path or an environment.

       input -> kind and size (media.h) -> pages or samples (decoders) -> words (the engine) -> result
*/

enum { RF_JOB_PARALLEL_MAX = 64 };

struct rf_job {
    const struct rf_engines *engines;
    const char *engine;   /* by name; NULL: the config's, else the first that reads the input */
    const char *language; /* where the config names none; NULL: the engine's own */
    const struct rf_job_config *config;
    struct rf_job_limits limits;
    const struct rf_ring_ops *ops;
    const char *inside;            /* path of ringfence-inside */
    const char *unpack;            /* path of ringfence-unpack, or NULL where it is not installed */
    const struct rf_posture *over; /* laid over unpack's, as over every engine of the list, or NULL */
    uint32_t formats;              /* bit n: enum rf_format n is wanted */
    bool wants_all_formats;        /* and every other that the engine has */
    uint32_t parallel;             /* rings at once, 1..RF_JOB_PARALLEL_MAX */
    int input;                     /* sealed memory file */
    const char *input_name;        /* for errors and the result; printable */
    const char *job_id;            /* or NULL */
    const char *created_at;        /* RFC 3339 */
    void *context;
    void (*progress)(void *context, const char *what, uint32_t done, uint32_t total); /* or NULL */
    void (*warn)(void *context, const char *sentence);
};

/* What came of it: a form that was not wanted has a NULL pointer. The bytes are valid as long as the arena,
   or are mappings that last as long as the process. */
struct rf_job_done {
    struct rf_str formats[RF_FORMAT_MAX];
    const struct rf_engine *engine;
    enum rf_job_type type;
    uint32_t pages;       /* of an OCR job */
    uint64_t duration_ms; /* of a transcription */
    uint64_t words;
};

/* Run it. 0 with a result, which may be empty: a blank page is no error. Else the sentence says what was
   wrong with which part of the input or of the config, or which ring failed and how: -EBADMSG input that is
   none, -EFBIG a limit, -EINVAL config, -ENOENT an engine or language that is not there, -EIO an engine that
   failed, -EINTR the job was told to end. */
int rf_job_run(const struct rf_job *job, struct rf_arena *arena, struct rf_job_done *ret,
               struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
