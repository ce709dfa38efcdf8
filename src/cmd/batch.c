/* `batch`: the words to a job, and the job's result to standard output. */
#include "cmd/batch.h"

#include "base/auto.h"
#include "base/num.h"
#include "cmd/explain.h"
#include "cmd/report.h"
#include "cmd/run.h"
#include "engine/memory_file.h"
#include "posture/limits.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { JOB_MEMORY = 1 << 30, SLOW_S = 2, QUIET_S = 10, FULL_PERCENT = 80 };

#define ENGINE_DIR "/etc/ringfence/engines"
#define STANDARD_CONFIG "/config.json"
#define STANDARD_INPUT "/input.audio"

struct batch {
    const struct rf_call *call;
    struct rf_arena arena;
    struct rf_rings rings;
    struct rf_ring_ops ops;
    struct rf_engines engines;
    struct rf_posture over; /* every engine's */
    struct rf_job_config config;
    struct rf_fetch_policy policy;
    struct rf_job job;
    struct rf_job_done done;
    char inside[RF_HELPER_PATH];
    char unpack[RF_HELPER_PATH];
    struct timespec begin;
    struct rf_swap swap;
    time_t last_said;
    const char *fetch_line; /* of the last try, not said yet */
    bool has_line;          /* a progress line stands on the terminal */
};

static const char *value_of(const struct batch *batch, enum rf_action action)
{
    return batch->call->options->values[action];
}

/* --- what is said on the way --- */

static void end_line(struct batch *batch)
{
    if (batch->has_line)
        (void)fputs("\r\033[K", stderr);
    batch->has_line = false;
}

/* A line that changes on a terminal, from the third second on; elsewhere one now and then. */
static void progress(void *context, const char *what, uint32_t done, uint32_t total)
{
    struct batch *batch = context;
    struct timespec now;
    time_t seconds;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    seconds = now.tv_sec - batch->begin.tv_sec;
    if (seconds < SLOW_S)
        return;
    if (isatty(STDERR_FILENO) == 1) {
        (void)fprintf(stderr, "\r\033[K%s %u of %u, %lld s", what, done, total, (long long)seconds);
        (void)fflush(stderr);
        batch->has_line = true;
    } else if (seconds - batch->last_said >= QUIET_S) {
        (void)fprintf(stderr, "ringfence: batch: %s %u of %u, %lld s\n", what, done, total,
                      (long long)seconds);
        batch->last_said = seconds;
    }
}

static void warn(void *context, const char *sentence)
{
    struct batch *batch = context;

    end_line(batch);
    (void)fprintf(stderr, "ringfence: batch: warning: %s\n", sentence ? sentence : "out of memory");
}

/* A place in memory that is nearly full is the next job's failure. */
static void warn_full(struct batch *batch)
{
    for (size_t i = 0; i < batch->rings.count; i++) {
        const struct rf_ring_note *note = batch->rings.records[i].note;

        for (uint32_t j = 0; j < note->place_count && j < RF_RING_PLACES; j++) {
            const struct rf_ring_place *place = &note->places[j];

            if (place->size_bytes == 0 || place->used_bytes < place->size_bytes / 100 * FULL_PERCENT)
                continue;
            warn(batch, rf_arena_printf(
                            &batch->arena, "%s: %s was full to %llu %% at the end (%llu of %llu bytes)",
                            batch->rings.records[i].what, place->path,
                            (unsigned long long)(place->used_bytes * 100 / place->size_bytes),
                            (unsigned long long)place->used_bytes, (unsigned long long)place->size_bytes));
        }
    }
}

/* Each try that failed, but for the last: the job's error says that one. */
static void say_fetch(void *context, const char *line)
{
    struct batch *batch = context;

    end_line(batch);
    if (batch->fetch_line)
        (void)fprintf(stderr, "ringfence: batch: %s\n", batch->fetch_line);
    batch->fetch_line = line ? rf_arena_text(&batch->arena, rf_str_of(line)) : NULL;
}

/* The entry point of a container that runs as root: its rings do not, but the container could do with less.
 */
static void say_canary(void)
{
    if (getpid() == 1 && getuid() == 0)
        (void)fputs(
            "ringfence: batch: warning: this container runs as uid 0; its engines do not. Start it with "
            "--user 10001:10001 (docker), or runAsUser: 10001 (Kubernetes)\n",
            stderr);
}

/* --- words to numbers --- */

static const struct number {
    enum rf_action action;
    const char *flag;
    int (*read)(struct rf_str text, uint64_t max, uint64_t *ret);
    size_t offset;
    uint64_t least;
    uint64_t most;
    const char *want;
} numbers[] = {
    {RF_ACTION_MAX_INPUT, "max-input", rf_num_size, offsetof(struct rf_job_limits, input_bytes), 1,
     UINT64_C(1) << 40, "a size, 4g"},
    {RF_ACTION_MAX_PIXELS, "max-pixels", rf_num_u64, offsetof(struct rf_job_limits, pixels), 1, 4000000000U,
     "a number of pixels, 100000000"},
    {RF_ACTION_MAX_PAGES, "max-pages", rf_num_u64, offsetof(struct rf_job_limits, pages), 1, 100000,
     "a number, 1 to 100000"},
    {RF_ACTION_MAX_DURATION, "max-duration", rf_num_duration, offsetof(struct rf_job_limits, duration_ms),
     1000, UINT64_C(48) * 3600 * 1000, "a time up to two days, 2h"},
    {RF_ACTION_MAX_OUTPUT, "max-output", rf_num_size, offsetof(struct rf_job_limits, output_bytes), 4096,
     UINT64_C(1) << 40, "a size, 256m"},
    {RF_ACTION_MAX_UNPACKED, "max-unpacked", rf_num_size, offsetof(struct rf_job_limits, unpacked_bytes),
     4096, UINT64_C(1) << 40, "a size, 1g"},
};

static int read_limits(struct batch *batch, struct rf_err *err)
{
    batch->job.limits = RF_JOB_LIMITS_STANDARD;
    for (size_t i = 0; i < RF_COUNT(numbers); i++) {
        const char *text = value_of(batch, numbers[i].action);
        uint64_t number = 0;

        if (!text)
            continue;
        if (numbers[i].read(rf_str_of(text), numbers[i].most, &number) < 0 || number < numbers[i].least)
            return rf_fail(err, -EINVAL, "--%s \"%.60s\": want %s", numbers[i].flag, text, numbers[i].want);
        memcpy((char *)&batch->job.limits + numbers[i].offset, &number, sizeof(number));
    }
    return 0;
}

static int read_parallel(struct batch *batch, struct rf_err *err)
{
    const char *text = value_of(batch, RF_ACTION_PARALLEL);
    uint64_t number = 1;

    if (text && (rf_num_u64(rf_str_of(text), RF_JOB_PARALLEL_MAX, &number) < 0 || number == 0))
        return rf_fail(err, -EINVAL, "--parallel \"%.60s\": want 1 to %d", text, RF_JOB_PARALLEL_MAX);
    batch->job.parallel = (uint32_t)number;
    return 0;
}

/* The keys of -f FILE are those of a ring, and an engine's ring has a root, a command and a network of its
 * own. */
static int check_keys(const struct batch *batch, struct rf_err *err)
{
    const struct rf_posture *posture = batch->call->posture;

    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        if (posture->from[key].known != RF_UNSET &&
            !rf_verb_takes(batch->call->options->verb, (enum rf_key)key))
            return rf_fail(err, -EINVAL, "%s:%u: %s is not for batch: an engine's ring has its own",
                           posture->from[key].file ? posture->from[key].file : "command line",
                           posture->from[key].line, rf_key_info((enum rf_key)key)->flag);
    }
    return 0;
}

/* --- what may be fetched --- */

static int read_policy(struct batch *batch, struct rf_err *err)
{
    const struct rf_option_list *dirs = &batch->call->options->lists[RF_ACTION_FETCH_DIR];
    const struct rf_option_list *hosts = &batch->call->options->lists[RF_ACTION_FETCH_HOST];
    const struct rf_option_list *ranges = &batch->call->options->lists[RF_ACTION_FETCH_ADDRESS];
    const struct rf_posture *posture = batch->call->posture;
    const char *waits = value_of(batch, RF_ACTION_FETCH_TRIES);
    int code = waits ? rf_fetch_set_waits(&batch->policy, waits, err) : 0;

    for (size_t i = 0; code == 0 && i < dirs->count; i++)
        code = rf_fetch_add_dir(&batch->policy, dirs->items[i], dirs->items[i], &batch->arena, err);
    for (size_t i = 0; code == 0 && i < hosts->count; i++)
        code = rf_fetch_add_host(&batch->policy, hosts->items[i], &batch->arena, err);
    for (size_t i = 0; code == 0 && i < ranges->count; i++)
        code = rf_fetch_add_range(&batch->policy, ranges->items[i], &batch->arena, err);
    for (size_t i = 0; code == 0 && i < posture->mount_count; i++) {
        if (posture->mounts[i].kind == RF_MOUNT_BIND)
            code = rf_fetch_add_dir(&batch->policy, posture->mounts[i].dst, posture->mounts[i].src,
                                    &batch->arena, err);
    }
    return code;
}

/* --- engines --- */

/* What the words say of an engine's ring: everything but the volumes, which are the job's, not the engine's.
 */
static int lay_over_engines(struct batch *batch, struct rf_err *err)
{
    const struct rf_posture *words = batch->call->posture;
    struct rf_posture over = *words;
    struct rf_mount *mounts = rf_arena_array(over.arena, over.mount_count + 1, sizeof(*mounts));
    int code = 0;

    if (!mounts)
        return rf_fail(err, -ENOMEM, "reading the engines: out of memory");
    over.mounts = mounts;
    over.mount_count = 0;
    for (size_t i = 0; i < words->mount_count; i++) {
        if (words->mounts[i].kind == RF_MOUNT_TMPFS)
            mounts[over.mount_count++] = words->mounts[i];
    }
    over.from[RF_KEY_VOLUME].known = RF_UNSET;
    over.from[RF_KEY_JOB_CONFIG].known = RF_UNSET;
    over.job_config = NULL;
    batch->over = over;
    batch->job.over = &batch->over;
    for (size_t i = 0; code == 0 && i < batch->engines.count; i++)
        code = rf_posture_merge(&batch->engines.list[i].posture, &over, err);
    return code;
}

static int load_engines(struct batch *batch, struct rf_err *err)
{
    const char *dir = value_of(batch, RF_ACTION_ENGINE_DIR);
    int code = rf_engines_load(dir ? dir : ENGINE_DIR, batch->call->posture->arena, &batch->engines, err);

    return code < 0 ? code : lay_over_engines(batch, err);
}

/* --- config and input --- */

static int read_config(struct batch *batch, struct rf_err *err)
{
    const struct rf_posture *posture = batch->call->posture;
    const char *path = posture->job_config;
    RF_AUTO(close) int fd = -1;
    struct rf_str text = {NULL, 0};
    bool is_tmpfs = false;
    int code;

    rf_job_config_standard(&batch->config);
    if (!path && (rf_batch_volume(posture, STANDARD_CONFIG, &is_tmpfs) || access(STANDARD_CONFIG, F_OK) == 0))
        path = STANDARD_CONFIG;
    if (!path)
        return 0;
    code = rf_batch_open(posture, "job config", path, &fd, err);
    if (code == 0)
        code = rf_batch_read(fd, "the job config", RF_JOB_CONFIG_BYTES, &batch->arena, &text, err);
    if (code == 0)
        code = rf_job_config_read(text, &batch->arena, &batch->config, err);
    if (code < 0 && !strstr(err->msg, path)) {
        struct rf_err inner = *err;

        code = rf_fail(err, code, "job config %s: %.*s", path, 400, inner.msg);
    }
    return code;
}

static int fetch_input(struct batch *batch, struct rf_err *err)
{
    const struct rf_fetch_log log = {.context = batch, .say = say_fetch};
    const struct rf_engine *curl = NULL;
    int code = rf_engine_find(&batch->engines, "curl", &curl, err);

    batch->job.input_name = "the fetched file";
    if (code == 0)
        code = rf_fetch(&batch->config, &batch->policy, curl, &batch->job.limits, &batch->ops, &log,
                        &batch->job.input, err);
    if (code == 0)
        say_fetch(batch, NULL);
    return code;
}

static int open_input(struct batch *batch, const char *path, struct rf_err *err)
{
    const char *slash = strrchr(path, '/');
    struct rf_buf name;
    RF_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat info;

    if (fd < 0)
        return rf_fail(err, -errno, "input %s: %s", path, strerror(errno));
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode))
        return rf_fail(err, -EISDIR, "input %s: it is a directory: want a file", path);
    rf_buf_init(&name, &batch->arena);
    (void)rf_buf_plain(&name, rf_str_of(slash && slash[1] ? slash + 1 : path));
    rf_buf_add(&name, (struct rf_str){"", 1});
    batch->job.input_name = name.is_failed ? "input" : name.ptr;
    return rf_memory_file_copy(fd, batch->job.input_name, batch->job.limits.input_bytes, &batch->job.input,
                               err);
}

/* The input is named by a word, by the config, by a volume at the container's place for it, or comes in. */
static int get_input(struct batch *batch, struct rf_err *err)
{
    const struct rf_options *options = batch->call->options;
    RF_AUTO(close) int fd = -1;
    bool is_tmpfs = false;
    int code;

    if (options->word_count == 1 && strcmp(options->words[0], "-") != 0) {
        if (batch->config.fetch_url.len)
            return rf_fail(err, -EINVAL, "input %s: the job config has fetch_data as well: want one of them",
                           options->words[0]);
        return open_input(batch, options->words[0], err);
    }
    if (batch->config.fetch_url.len)
        return fetch_input(batch, err);
    if (options->word_count == 0 && rf_batch_volume(batch->call->posture, STANDARD_INPUT, &is_tmpfs)) {
        code = rf_batch_open(batch->call->posture, "input", STANDARD_INPUT, &fd, err);
        batch->job.input_name = "input.audio";
        return code < 0 ? code
                        : rf_memory_file_copy(fd, STANDARD_INPUT, batch->job.limits.input_bytes,
                                              &batch->job.input, err);
    }
    if (isatty(STDIN_FILENO) == 1)
        return rf_fail(err, -EINVAL, "no input: name a file, or give it on standard input");
    batch->job.input_name = "standard input";
    return rf_memory_file_copy(STDIN_FILENO, "standard input", batch->job.limits.input_bytes,
                               &batch->job.input, err);
}

/* --- the job --- */

static const char *now_text(struct rf_arena *arena)
{
    struct timespec now;
    struct tm parts;

    (void)clock_gettime(CLOCK_REALTIME, &now); /* cannot fail for this clock */
    (void)gmtime_r(&now.tv_sec, &parts);       /* fails in the year 2 billion */
    return rf_arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", parts.tm_year + 1900,
                           parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                           now.tv_nsec / 1000000);
}

static int prepare(struct batch *batch, struct rf_err *err)
{
    const char *format = value_of(batch, RF_ACTION_FORMAT);
    struct rf_err no_unpack = {0};
    int code = rf_helper_path("ringfence-inside", batch->inside, err);

    batch->job.inside = batch->inside;
    if (rf_helper_path("ringfence-unpack", batch->unpack, &no_unpack) == 0)
        batch->job.unpack = batch->unpack;
    batch->job.engines = &batch->engines;
    batch->job.engine = value_of(batch, RF_ACTION_ENGINE);
    batch->job.language = value_of(batch, RF_ACTION_LANGUAGE);
    batch->job.config = &batch->config;
    batch->job.ops = &batch->ops;
    batch->job.formats = 1U << (format ? rf_format_by_name(rf_str_of(format)) : RF_FORMAT_JSON);
    batch->job.wants_all_formats = value_of(batch, RF_ACTION_ALL_FORMATS) != NULL;
    batch->job.created_at = now_text(&batch->arena);
    batch->job.context = batch;
    batch->job.progress = progress;
    batch->job.warn = warn;
    return code;
}

static int write_result(const struct batch *batch, struct rf_err *err)
{
    struct rf_str text = batch->done.formats[__builtin_ctz(batch->job.formats)];

    for (size_t done = 0; done < text.len;) {
        ssize_t put = write(STDOUT_FILENO, text.ptr + done, text.len - done);

        if (put < 0 && errno != EINTR)
            return rf_fail(err, -errno, "writing the result to standard output: %s", strerror(errno));
        done += put > 0 ? (size_t)put : 0;
    }
    return 0;
}

static int do_job(struct batch *batch, struct rf_err *err)
{
    const char *dir = value_of(batch, RF_ACTION_ALL_FORMATS);
    int code = read_config(batch, err);

    if (code == 0)
        code = get_input(batch, err);
    if (code == 0)
        code = rf_job_run(&batch->job, &batch->arena, &batch->done, err);
    end_line(batch);
    warn_full(batch);
    if (code == 0 && dir)
        code = rf_batch_store(batch->call, &batch->rings, batch->inside, dir, &batch->done, err);
    return code < 0 ? code : write_result(batch, err);
}

/* A job whose report is lost has not done what was asked. */
static int report(struct batch *batch, int exit_code, const struct rf_err *job_err, struct rf_err *err)
{
    const struct rf_batch_ran ran = {.rings = &batch->rings,
                                     .done = &batch->done,
                                     .input_name = batch->job.input_name,
                                     .error = exit_code ? job_err->msg : NULL,
                                     .exit_code = exit_code,
                                     .stored = value_of(batch, RF_ACTION_ALL_FORMATS),
                                     .swap = rf_swap_since(&batch->swap)};
    const char *path = value_of(batch, RF_ACTION_REPORT);
    struct rf_err lost = {0};

    if (!path || rf_batch_report(&ran, path, batch->rings.is_report_json, &batch->arena, &lost) == 0)
        return exit_code;
    if (exit_code == 0)
        *err = lost;
    else
        (void)fprintf(stderr, "ringfence: %s\n", lost.msg);
    return RF_BATCH_FAILED;
}

/* Nothing is started: the plan of the engine's ring, as it would be for a first page or piece. */
static int explain(struct batch *batch, const char *form, struct rf_err *err)
{
    static const char *const values[RF_SLOT_MAX] = {[RF_SLOT_INPUT] = "/dev/stdin",
                                                    [RF_SLOT_OUTPUT] = "-",
                                                    [RF_SLOT_OUTPUTS] = "tsv",
                                                    [RF_SLOT_PAGE] = "1"};
    const char *given[RF_SLOT_MAX];
    const char *name = batch->job.engine ? batch->job.engine : "tesseract";
    struct rf_run_wish wish = {.explain = strcmp(form, "json") == 0 ? RF_EXPLAIN_JSON : RF_EXPLAIN_TEXT};
    const struct rf_engine *engine = NULL;
    struct rf_posture posture;
    int code = rf_engine_find(&batch->engines, name, &engine, err);

    memcpy(given, values, sizeof(given));
    if (code == 0 && engine->language)
        code = rf_engine_language(engine, rf_str_of(engine->language), &batch->arena,
                                  &given[RF_SLOT_LANGUAGE], err);
    if (code == 0)
        code = rf_engine_command(engine, given, &batch->arena, &posture, err);
    if (code < 0)
        return RF_BATCH_FAILED;
    posture.is_scratch = true;
    posture.is_interactive = true;
    return rf_run(&posture, &wish, err) == 0 ? 0 : RF_BATCH_FAILED;
}

static int read_words(struct batch *batch, struct rf_err *err)
{
    const char *path = value_of(batch, RF_ACTION_REPORT);
    int code = 0;

    if (batch->call->options->word_count > 1)
        code = rf_fail(err, -EINVAL, "batch: one job takes one input, not \"%.60s\" too",
                       batch->call->options->words[1]);
    if (code == 0)
        code = check_keys(batch, err);
    if (code == 0)
        code = read_limits(batch, err);
    if (code == 0)
        code = read_parallel(batch, err);
    rf_fetch_policy_init(&batch->policy);
    if (code == 0)
        code = read_policy(batch, err);
    if (code == 0 && path)
        code = rf_report_check(path, err);
    return code;
}

int rf_batch(const struct rf_call *call, struct rf_err *err)
{
    struct batch batch = {.call = call, .job = {.input = -1, .input_name = "the input"}};
    int exit_code;

    rf_arena_init(&batch.arena, JOB_MEMORY);
    (void)clock_gettime(CLOCK_MONOTONIC, &batch.begin); /* cannot fail for this clock */
    if (read_words(&batch, err) < 0)
        return RF_BATCH_USAGE;
    if (load_engines(&batch, err) < 0)
        return RF_BATCH_FAILED;
    if (value_of(&batch, RF_ACTION_LIST_ENGINES))
        return rf_batch_list(&batch.engines, value_of(&batch, RF_ACTION_JSON), &batch.arena, err) < 0
                   ? RF_BATCH_FAILED
                   : 0;
    if (batch.job.engine || value_of(&batch, RF_ACTION_ENGINE)) {
        const struct rf_engine *engine = NULL;

        if (rf_engine_find(&batch.engines, value_of(&batch, RF_ACTION_ENGINE), &engine, err) < 0)
            return RF_BATCH_USAGE;
    }
    if (prepare(&batch, err) < 0)
        return RF_BATCH_FAILED;
    if (value_of(&batch, RF_ACTION_EXPLAIN))
        return explain(&batch, value_of(&batch, RF_ACTION_EXPLAIN), err);
    rf_swap_look(&batch.swap);
    rf_rings_init(&batch.rings, &batch.arena);
    batch.rings.wants_report = value_of(&batch, RF_ACTION_REPORT) != NULL;
    batch.rings.is_report_json = rf_options_wants_json(call->options);
    batch.ops = rf_rings_ops(&batch.rings);
    say_canary();
    exit_code = do_job(&batch, err) < 0 ? RF_BATCH_FAILED : 0;
    rf_rings_done(&batch.rings);
    if (batch.rings.is_stopped)
        return 128 + batch.rings.signal;
    return report(&batch, exit_code, err, err);
}
