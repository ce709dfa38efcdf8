/* The rings of a job: made of an engine's posture and command, waited for, and their ends turned into
 * sentences. */
#include "engine/worker.h"

#include "base/format.h"
#include "engine/memory_file.h"
#include "posture/limits.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

enum { POSTURE_MEMORY = 1024 * 1024, ERRORS_BYTES = 64 * 1024, SHOWN_BYTES = 200, SIGXFSZ_CODE = 128 + 25 };

/* A ring that runs, and the files that it writes. */
struct use {
    const struct rf_engine *engine;
    const char *what;
    size_t task;
    unsigned stage;
    uint64_t output_bytes;
    int handle;
    int output;
    int errors;
    bool is_running;
};

const char *rf_worker_printf(struct rf_worker *worker, const char *fmt, ...)
{
    char text[512];
    const char *copy;
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(text, sizeof(text), fmt, args); /* what is longer is cut: names and numbers only */
    va_end(args);
    copy = rf_arena_text(worker->arena, rf_str_of(text));
    return copy ? copy : "";
}

void rf_answer_done(struct rf_answer *answer)
{
    rf_memory_file_unmap(answer->bytes);
    if (answer->file >= 0)
        (void)close(answer->file); /* a memory file's end cannot fail */
    *answer = (struct rf_answer){.file = -1};
}

/* --- starting --- */

static int set_text(struct rf_posture *posture, enum rf_key key, const char *text, struct rf_err *err)
{
    static const struct rf_from from = {.known = RF_KNOWN};

    return rf_posture_set(posture, key, rf_str_of(text), &from, err);
}

/* ringfence-inside before the command, and its file where the command finds it. */
static int wrap_command(const struct rf_worker *worker, const struct rf_call *call,
                        struct rf_posture *posture, struct rf_err *err)
{
    size_t count = call->wrap_count + posture->command_count;
    const char **words = rf_arena_array(posture->arena, count, sizeof(*words));
    const char *volume = rf_arena_printf(posture->arena, "%s:/ringfence-inside:ro", worker->job->inside);

    if (!words || !volume)
        return rf_fail(err, -ENOMEM, "%s: out of memory", call->what);
    for (size_t i = 0; i < call->wrap_count; i++)
        words[i] = call->wrap[i];
    for (size_t i = 0; i < posture->command_count; i++)
        words[call->wrap_count + i] = posture->command[i];
    posture->command = words;
    posture->command_count = count;
    return set_text(posture, RF_KEY_VOLUME, volume, err);
}

/* What every ring of a job has, whatever its engine's file says. */
static int make_posture(const struct rf_worker *worker, const struct rf_call *call, struct rf_arena *arena,
                        struct rf_posture *ret, struct rf_err *err)
{
    uint64_t bytes = call->output_bytes ? call->output_bytes : worker->job->limits.output_bytes;
    const char *limit = rf_arena_printf(arena, "fsize=%llu", (unsigned long long)bytes);
    int code = rf_engine_command(call->engine, call->values, arena, ret, err);

    if (code == 0 && !limit)
        code = rf_fail(err, -ENOMEM, "%s: out of memory", call->what);
    if (code == 0)
        code = set_text(ret, RF_KEY_ULIMIT, limit, err);
    if (code == 0 && call->wrap_count)
        code = wrap_command(worker, call, ret, err);
    ret->is_scratch = true;
    ret->is_interactive = true; /* standard input is the job's file */
    ret->stop_timeout_ms = 0;   /* who ends a job does not wait for it */
    return code;
}

static void close_use(struct use *use)
{
    if (use->output >= 0)
        (void)close(use->output); /* memory files */
    if (use->errors >= 0)
        (void)close(use->errors);
    use->output = use->errors = -1;
}

static int start(const struct rf_worker *worker, const struct rf_call *call, struct use *ret,
                 struct rf_err *err)
{
    const struct rf_ring_ops *ops = worker->job->ops;
    struct rf_arena arena;
    struct rf_posture posture = {0};
    struct use use = {.engine = call->engine,
                      .what = call->what,
                      .output_bytes =
                          call->output_bytes ? call->output_bytes : worker->job->limits.output_bytes,
                      .output = -1,
                      .errors = -1};
    int code;

    rf_arena_init(&arena, POSTURE_MEMORY);
    code = make_posture(worker, call, &arena, &posture, err);
    if (code == 0)
        code = rf_memory_file_new("output", &use.output, err);
    if (code == 0)
        code = rf_memory_file_new("errors", &use.errors, err);
    if (code == 0) {
        const struct rf_ring_wish wish = {.what = call->what,
                                          .posture = &posture,
                                          .input = call->input,
                                          .output = use.output,
                                          .errors = use.errors};

        code = ops->start(ops->context, &wish, &use.handle, err);
    }
    rf_arena_done(&arena);
    use.is_running = code == 0;
    if (code < 0)
        close_use(&use);
    *ret = use;
    return code;
}

/* --- ending --- */

/* The first line that an engine wrote to standard error which says something, printable and cut. It may hold
   bytes of the input, and those may be commands to a terminal. */
static void first_words(int errors, char ret[SHOWN_BYTES + 1])
{
    char text[ERRORS_BYTES];
    ssize_t len = pread(errors, text, sizeof(text), 0);
    size_t out = 0;

    for (ssize_t i = 0; i < len && out < SHOWN_BYTES; i++) {
        if (text[i] == '\n' && out)
            break;
        if (text[i] == '\n' || (text[i] == ' ' && out == 0))
            continue;
        ret[out++] = (char)((unsigned char)text[i] - 0x20U < 0x5f ? text[i] : '?');
    }
    ret[out] = '\0';
}

static int fail_end(const struct use *use, const struct rf_ring_end *end, struct rf_err *err)
{
    const struct rf_posture *posture = &use->engine->posture;
    char words[SHOWN_BYTES + 1];

    if (end->err.code < 0)
        return rf_fail(err, end->err.code == -EINTR ? -EIO : end->err.code, "%s: %.*s", use->what, 400,
                       end->err.msg);
    if (end->was_timed_out)
        return rf_fail(err, -EIO, "%s: timed out after %llu s (timeout of engine %s)", use->what,
                       (unsigned long long)(posture->timeout_ms / 1000), use->engine->name);
    if (end->was_oom_killed)
        return rf_fail(err, -EIO, "%s: needed more memory than its limit of %llu MiB (memory of engine %s)",
                       use->what, (unsigned long long)(posture->memory_bytes >> 20), use->engine->name);
    if (end->exit_code == SIGXFSZ_CODE)
        return rf_fail(err, -EFBIG, "%s: wrote more than %llu bytes (--max-output)", use->what,
                       (unsigned long long)use->output_bytes);
    first_words(use->errors, words);
    if (end->exit_code > 128)
        return rf_fail(err, -EIO, "%s: ended by signal %d%s%s", use->what, end->exit_code - 128,
                       *words ? ": " : "", words);
    return rf_fail(err, -EIO, "%s: exit code %d%s%s", use->what, end->exit_code, *words ? ": " : "", words);
}

/* The ring is over: what it wrote, or why there is none. */
static int finish(struct use *use, const struct rf_ring_end *end, struct rf_answer *ret, struct rf_err *err)
{
    struct rf_answer answer = {.file = -1};
    int code = 0;

    use->is_running = false;
    if (end->err.code < 0 || end->exit_code != 0)
        code = fail_end(use, end, err);
    if (code == 0)
        code = rf_memory_file_seal(use->output, err);
    if (code == 0)
        code = rf_memory_file_map(use->output, &answer.bytes, err);
    if (code == 0) {
        answer.file = use->output;
        use->output = -1;
        *ret = answer;
    }
    close_use(use);
    return code;
}

/* --- many --- */

static int start_task(struct rf_worker *worker, const struct rf_work *work, struct use *use,
                      struct rf_err *err)
{
    struct rf_call call = {.input = -1};
    size_t task = use->task;
    unsigned stage = use->stage;
    int code = work->ask(worker, work->context, task, stage, &call, err);

    if (code == 0)
        code = start(worker, &call, use, err);
    use->task = task;
    use->stage = stage;
    return code;
}

/* One ring of the pool has ended; *ret_is_done: so has its task. */
static int end_task(struct rf_worker *worker, const struct rf_work *work, struct use *use,
                    const struct rf_ring_end *end, bool *ret_is_done, struct rf_err *err)
{
    struct rf_answer answer = {.file = -1};
    bool has_more = false;
    int code = finish(use, end, &answer, err);

    if (code == 0)
        code = work->take(worker, work->context, use->task, use->stage, &answer, &has_more, err);
    if (code == 0 && has_more) {
        use->stage++;
        code = start_task(worker, work, use, err);
    }
    *ret_is_done = !has_more;
    return code;
}

static struct use *use_of(struct use *uses, size_t count, int handle)
{
    for (size_t i = 0; i < count; i++) {
        if (uses[i].is_running && uses[i].handle == handle)
            return &uses[i];
    }
    return NULL;
}

static void tell_progress(const struct rf_worker *worker, const struct rf_work *work, size_t done)
{
    if (worker->job->progress)
        worker->job->progress(worker->job->context, work->unit, (uint32_t)done, (uint32_t)work->count);
}

static int do_all(struct rf_worker *worker, const struct rf_work *work, struct use *uses, size_t slots,
                  struct rf_err *err)
{
    const struct rf_ring_ops *ops = worker->job->ops;
    size_t next = 0;
    size_t done = 0;
    int code = 0;

    while (code == 0 && done < work->count) {
        struct rf_ring_end end;
        struct use *use;
        bool is_done = false;
        int handle = -1;

        for (size_t i = 0; code == 0 && i < slots && next < work->count; i++) {
            if (uses[i].is_running)
                continue;
            uses[i] = (struct use){.task = next++, .output = -1, .errors = -1};
            code = start_task(worker, work, &uses[i], err);
        }
        if (code == 0)
            code = ops->wait(ops->context, -1, &handle, &end, err);
        use = code == 0 ? use_of(uses, slots, handle) : NULL;
        if (!use)
            continue;
        code = end_task(worker, work, use, &end, &is_done, err);
        done += is_done;
        if (code == 0 && is_done)
            tell_progress(worker, work, done);
    }
    return code;
}

int rf_worker_do(struct rf_worker *worker, const struct rf_work *work, struct rf_err *err)
{
    struct use uses[RF_JOB_PARALLEL_MAX];
    size_t slots = worker->job->parallel < RF_JOB_PARALLEL_MAX ? worker->job->parallel : RF_JOB_PARALLEL_MAX;
    int code;

    for (size_t i = 0; i < slots; i++)
        uses[i] = (struct use){.output = -1, .errors = -1};
    code = do_all(worker, work, uses, slots, err);
    if (code < 0)
        worker->job->ops->stop(worker->job->ops->context);
    for (size_t i = 0; i < slots; i++)
        close_use(&uses[i]);
    return code;
}

/* --- one --- */

struct single {
    const struct rf_call *call;
    struct rf_answer *answer;
};

static int ask_single(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                      struct rf_call *ret, struct rf_err *err)
{
    const struct single *single = context;

    (void)worker;
    (void)task;
    (void)stage;
    (void)err;
    *ret = *single->call;
    return 0;
}

static int take_single(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                       struct rf_answer *answer, bool *ret_more, struct rf_err *err)
{
    const struct single *single = context;

    (void)worker;
    (void)task;
    (void)stage;
    (void)ret_more;
    (void)err;
    *single->answer = *answer;
    return 0;
}

int rf_worker_call(struct rf_worker *worker, const struct rf_call *call, struct rf_answer *ret,
                   struct rf_err *err)
{
    struct single single = {.call = call, .answer = ret};
    const struct rf_work work = {
        .unit = call->what, .count = 1, .context = &single, .ask = ask_single, .take = take_single};

    return rf_worker_do(worker, &work, err);
}

int rf_worker_decoder(const struct rf_worker *worker, enum rf_engine_kind kind, enum rf_media media,
                      const struct rf_engine **ret, struct rf_err *err)
{
    const struct rf_engine *engine = rf_engine_for(worker->job->engines, kind, media);
    int code;

    if (!engine)
        return rf_fail(err, -ENOENT, "%s: no engine decodes %s", worker->job->input_name,
                       rf_media_name(media));
    code = rf_engine_is_installed(engine, err);
    if (code == 0)
        *ret = engine;
    return code;
}
