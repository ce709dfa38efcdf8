/* A transcription: the recording as samples, in pieces, each heard in a ring of its own. */
#include "engine/worker.h"

#include "base/format.h"
#include "engine/memory_file.h"
#include "posture/value.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

/* What the engines take: 16 kHz, one channel, 16 bits, little-endian. */
enum { RATE = 16000, SAMPLE_BYTES = 2, BYTES_PER_MS = RATE * SAMPLE_BYTES / 1000 };

/* Pieces as the documented container cuts them: five minutes, where it is quietest nearby. */
enum { PIECE_MS = 5 * 60 * 1000, LOOK_MS = 5000, FRAME_MS = 20 };

struct piece {
    struct rf_str samples;
    uint64_t start_ms;
    const char *channel;
    int file; /* while its ring runs */
};

struct speech {
    struct piece *pieces;
    size_t count;
};

/* --- samples --- */

static int check_duration(const struct rf_worker *worker, uint64_t duration_ms, struct rf_err *err)
{
    uint64_t limit = worker->job->limits.duration_ms;

    if (duration_ms != UINT64_MAX && duration_ms > limit)
        return rf_fail(err, -EFBIG, "%s: longer than %llu s (--max-duration)", worker->job->input_name,
                       (unsigned long long)(limit / 1000));
    return 0;
}

static int decode(struct rf_worker *worker, const struct rf_source *source, int channel, struct rf_str *ret,
                  struct rf_err *err)
{
    uint64_t seconds = worker->job->limits.duration_ms / 1000 + 1;
    struct rf_answer answer = {.file = -1};
    struct rf_call call = {.input = source->file, .output_bytes = (seconds + 1) * RATE * SAMPLE_BYTES};
    int code = rf_worker_decoder(worker, RF_ENGINE_SAMPLES, source->info.media, &call.engine, err);

    if (code < 0)
        return code;
    call.what = rf_worker_printf(worker, "%s, %s", call.engine->name, source->name);
    call.values[RF_SLOT_INPUT] = "/dev/stdin";
    call.values[RF_SLOT_DEMUXER] = rf_media_demuxer(source->info.media);
    call.values[RF_SLOT_SECONDS] = rf_worker_printf(worker, "%llu", (unsigned long long)seconds);
    if (channel >= 0)
        call.values[RF_SLOT_CHANNEL] = rf_worker_printf(worker, "%d", channel);
    code = rf_worker_call(worker, &call, &answer, err);
    if (code == 0 && answer.bytes.len / BYTES_PER_MS > worker->job->limits.duration_ms)
        code = check_duration(worker, answer.bytes.len / BYTES_PER_MS, err);
    if (code == 0 && answer.bytes.len < SAMPLE_BYTES)
        code = rf_fail(err, -EBADMSG, "%s: holds no sound that could be decoded", source->name);
    if (code < 0) {
        rf_answer_done(&answer);
        return code;
    }
    (void)close(answer.file); /* a memory file that is mapped */
    *ret = answer.bytes;
    return 0;
}

/* A recording that is in the engines' own form already is not decoded again. */
static int plain_samples(const struct rf_source *source, struct rf_str *ret, struct rf_err *err)
{
    struct rf_str bytes = {NULL, 0};
    int code = rf_memory_file_map(source->file, &bytes, err);

    if (code < 0)
        return code;
    if (source->info.data_start > bytes.len || source->info.data_bytes > bytes.len - source->info.data_start)
        return rf_fail(err, -EBADMSG, "%s: its samples lie outside the file", source->name);
    *ret = (struct rf_str){bytes.ptr + source->info.data_start, source->info.data_bytes};
    if (ret->len < SAMPLE_BYTES)
        return rf_fail(err, -EBADMSG, "%s: holds no sound", source->name);
    return 0;
}

/* --- pieces --- */

static uint64_t energy(struct rf_str samples, uint64_t at_ms)
{
    size_t from = (size_t)at_ms * BYTES_PER_MS;
    uint64_t sum = 0;

    for (size_t i = from; i + 1 < from + (size_t)FRAME_MS * BYTES_PER_MS && i + 1 < samples.len;
         i += SAMPLE_BYTES) {
        unsigned raw = (unsigned char)samples.ptr[i] | (unsigned)(unsigned char)samples.ptr[i + 1] << 8;
        int value = (int16_t)raw;

        sum += (uint64_t)(value < 0 ? -value : value);
    }
    return sum;
}

/* The quietest moment around `at_ms`. */
static uint64_t quietest(struct rf_str samples, uint64_t at_ms)
{
    uint64_t best_ms = at_ms;
    uint64_t least = UINT64_MAX;

    for (uint64_t ms = at_ms - LOOK_MS; ms < at_ms + LOOK_MS; ms += FRAME_MS) {
        uint64_t sum = energy(samples, ms);

        if (sum < least) {
            least = sum;
            best_ms = ms + FRAME_MS / 2;
        }
    }
    return best_ms;
}

static int add_piece(struct rf_worker *worker, struct speech *speech, struct piece piece, struct rf_err *err)
{
    struct piece *pieces = rf_list_room(worker->arena, speech->pieces, speech->count, sizeof(*pieces));

    if (!pieces)
        return rf_fail(err, -ENOMEM, "%s: out of memory", worker->job->input_name);
    piece.file = -1;
    pieces[speech->count++] = piece;
    speech->pieces = pieces;
    return 0;
}

/* One piece unless several can be heard at once: a cut may cost a word. */
static int cut(struct rf_worker *worker, struct speech *speech, struct rf_str samples, const char *channel,
               struct rf_err *err)
{
    uint64_t total_ms = samples.len / BYTES_PER_MS;
    uint64_t start_ms = 0;
    int code = 0;

    while (code == 0 && worker->job->parallel > 1 && total_ms - start_ms > PIECE_MS + 2 * (uint64_t)LOOK_MS) {
        uint64_t end_ms = quietest(samples, start_ms + PIECE_MS);
        struct rf_str part = {samples.ptr + start_ms * BYTES_PER_MS, (end_ms - start_ms) * BYTES_PER_MS};

        code = add_piece(worker, speech,
                         (struct piece){.samples = part, .start_ms = start_ms, .channel = channel}, err);
        start_ms = end_ms;
    }
    if (code == 0) {
        struct rf_str rest = {samples.ptr + start_ms * BYTES_PER_MS,
                              samples.len - (size_t)start_ms * BYTES_PER_MS};

        code = add_piece(worker, speech,
                         (struct piece){.samples = rest, .start_ms = start_ms, .channel = channel}, err);
    }
    if (total_ms > worker->duration_ms)
        worker->duration_ms = total_ms;
    return code;
}

/* --- hearing --- */

static int ask_piece(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                     struct rf_call *ret, struct rf_err *err)
{
    struct speech *speech = context;
    struct piece *piece = &speech->pieces[task];
    int code = rf_memory_file_of(piece->samples, &piece->file, err);

    (void)stage;
    ret->engine = worker->engine;
    ret->what =
        speech->count == 1
            ? rf_worker_printf(worker, "%s, %s", worker->engine->name, worker->job->input_name)
            : rf_worker_printf(worker, "%s, piece %zu of %zu", worker->engine->name, task + 1, speech->count);
    ret->input = piece->file;
    ret->values[RF_SLOT_INPUT] = "/dev/stdin";
    ret->values[RF_SLOT_OUTPUT] = "-";
    ret->values[RF_SLOT_LANGUAGE] = worker->word;
    return code;
}

/* The answer's bytes stay mapped: results are views of them. */
static int take_piece(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                      struct rf_answer *answer, bool *ret_more, struct rf_err *err)
{
    struct speech *speech = context;
    struct piece *heard = &speech->pieces[task];
    const struct rf_piece piece = {.start_ms = heard->start_ms, .channel = heard->channel};

    (void)stage;
    (void)ret_more;
    (void)close(heard->file); /* memory files */
    (void)close(answer->file);
    heard->file = answer->file = -1;
    return rf_result_add(&worker->result, worker->engine->parser, answer->bytes, &piece, err);
}

static int find_pieces(struct rf_worker *worker, struct speech *speech, struct rf_err *err)
{
    const struct rf_source *source = &worker->sources[0];
    bool by_channel = worker->job->config->diarization == RF_DIARIZATION_CHANNEL;
    unsigned channels = by_channel ? source->info.channels : 1;
    int code = check_duration(worker, source->info.duration_ms, err);

    if (code == 0 && by_channel && channels == 0)
        code =
            rf_fail(err, -EBADMSG,
                    "transcription_config.diarization: channel: how many channels %s has does not stand in "
                    "its header: want wav, flac or ogg",
                    source->name);
    for (unsigned i = 0; code == 0 && i < channels; i++) {
        const char *name = by_channel ? rf_result_channel(worker->job->config, i, worker->arena) : NULL;
        struct rf_str samples = {NULL, 0};

        if (by_channel && !name)
            return rf_fail(err, -ENOMEM, "%s: out of memory", source->name);
        code = source->info.is_speech_pcm ? plain_samples(source, &samples, err)
                                          : decode(worker, source, by_channel ? (int)i : -1, &samples, err);
        if (code == 0)
            code = cut(worker, speech, samples, name, err);
    }
    return code;
}

int rf_job_speech(struct rf_worker *worker, struct rf_err *err)
{
    struct speech speech = {0};
    struct rf_work work = {.unit = "piece", .context = &speech, .ask = ask_piece, .take = take_piece};
    int code = find_pieces(worker, &speech, err);

    work.count = speech.count;
    return code < 0 ? code : rf_worker_do(worker, &work, err);
}
