/* What the input is: looked at where it can harm nobody, and taken out of its archive in a ring. */
#include "engine/worker.h"

#include "base/frames.h"
#include "engine/memory_file.h"
#include "posture/value.h"

#include <errno.h>
#include <string.h>

/* The only engine whose file must name where this program is installed. Its words are ours and numbers. The
   memory is for libarchive and the dictionaries of xz -9 and zstd --ultra. */
static const char unpack_text[] = "version: 1\n"
                                  "kind: unpack\n"
                                  "reads: [zip, tar, gzip, xz, zstd]\n"
                                  "command:\n"
                                  "  - /ringfence-unpack\n"
                                  "  - \"%llu\"\n" /* entries */
                                  "  - \"%llu\"\n" /* bytes */
                                  "  - \"%llu\"\n" /* ratio */
                                  "volume:\n"
                                  "  - \"%s:/ringfence-unpack:ro\"\n"
                                  "  - /usr/lib:/usr/lib:ro\n"
                                  "  - /lib:/lib:ro\n"
                                  "  - /lib64:/lib64:ro\n"
                                  "memory: 512m\n"
                                  "pids_limit: \"4\"\n"
                                  "timeout: 5m\n"
                                  "seccomp: strict\n"
                                  "no_disk: true\n";

static int probe(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    (void)how;
    (void)text;
    return rf_media_probe(bytes, ret, err);
}

/* Look at `file`, and keep it as a source. */
static int add_source(struct rf_worker *worker, int file, const char *name, struct rf_err *err)
{
    const struct rf_ring_ops *ops = worker->job->ops;
    struct rf_source source = {.file = file, .name = name};
    struct rf_source *sources;
    struct rf_str bytes = {NULL, 0};
    int code = rf_memory_file_map(file, &bytes, err);

    if (code == 0 && bytes.len == 0)
        code = rf_fail(err, -EBADMSG, "%s: it is empty: want an image, a PDF or a recording", name);
    if (code == 0)
        code = ops->confine(ops->context, name, probe, bytes, &source.info, sizeof(source.info), err);
    rf_memory_file_unmap(bytes);
    if (code == 0)
        code = rf_media_check(&source.info, bytes.len, err);
    if (code == 0 && source.info.media == RF_MEDIA_UNKNOWN)
        code = rf_fail(err, -EBADMSG,
                       "%s: neither an image, a PDF nor a recording of a known kind (it begins with \"%s\")",
                       name, source.info.begins);
    if (code < 0)
        return code;
    sources = rf_list_room(worker->arena, worker->sources, worker->source_count, sizeof(*sources));
    if (!sources)
        return rf_fail(err, -ENOMEM, "%s: out of memory", name);
    sources[worker->source_count++] = source;
    worker->sources = sources;
    return 0;
}

static int add_entry(struct rf_worker *worker, const struct rf_frame *frame, struct rf_err *err)
{
    /* The row's names are NUMBER-NAME (unpack/name.h): its letters do no harm anywhere. */
    const char *dash = strchr(frame->name, '-');
    const char *name = rf_worker_printf(worker, "%s, entry %zu (%s)", worker->job->input_name,
                                        worker->source_count + 1, dash ? dash + 1 : frame->name);
    int file = -1;
    int code = rf_memory_file_of(frame->bytes, &file, err);

    if (code == 0)
        code = add_source(worker, file, name, err);
    if (code == 0 &&
        rf_media_family(worker->sources[worker->source_count - 1].info.media) == RF_FAMILY_ARCHIVE)
        code = rf_fail(err, -EBADMSG, "%s: an archive in an archive is not unpacked", name);
    return code;
}

/* The row of files in memory that it fills counts as memory of its ring. */
static int add_memory(uint64_t row_bytes, struct rf_posture *posture, struct rf_err *err)
{
    if (posture->memory_bytes &&
        __builtin_add_overflow(posture->memory_bytes, row_bytes, &posture->memory_bytes))
        return rf_fail(err, -EINVAL, "--max-unpacked is larger than any memory");
    return 0;
}

static int make_unpacker(struct rf_worker *worker, uint64_t row_bytes, struct rf_engine *ret,
                         struct rf_err *err)
{
    const struct rf_job_limits *limits = &worker->job->limits;
    const struct rf_posture *over = worker->job->over;
    struct rf_arena *arena = over ? over->arena : worker->arena; /* one for both: rf_posture_merge() */
    const char *text;
    int code;

    if (!worker->job->unpack)
        return rf_fail(err, -ENOENT, "%s: it is an archive, and ringfence-unpack is not installed",
                       worker->job->input_name);
    text = rf_arena_printf(arena, unpack_text, (unsigned long long)limits->entries,
                           (unsigned long long)limits->unpacked_bytes,
                           (unsigned long long)limits->unpacked_ratio, worker->job->unpack);
    if (!text)
        return rf_fail(err, -ENOMEM, "%s: out of memory", worker->job->input_name);
    code = rf_engine_read("ringfence-unpack", rf_str_of(text), arena, ret, err);
    if (code == 0 && over)
        code = rf_posture_merge(&ret->posture, over, err);
    return code < 0 ? code : add_memory(row_bytes, &ret->posture, err);
}

static int unpack(struct rf_worker *worker, struct rf_err *err)
{
    const struct rf_job_limits *limits = &worker->job->limits;
    const struct rf_frame_limits most = {.files = limits->entries, .bytes = limits->unpacked_bytes};
    struct rf_engine engine;
    struct rf_call call = {.engine = &engine,
                           .what = rf_worker_printf(worker, "unpacking %s", worker->job->input_name),
                           .input = worker->job->input,
                           .output_bytes =
                               limits->unpacked_bytes + (limits->entries + 1) * RF_FRAME_HEADER_BYTES};
    struct rf_answer answer = {.file = -1};
    struct rf_frames frames;
    struct rf_frame frame = {.name = ""};
    struct rf_str rest;
    int code = make_unpacker(worker, call.output_bytes, &engine, err);

    if (code == 0)
        code = rf_worker_call(worker, &call, &answer, err);
    worker->source_count = 0;
    rf_frames_init(&frames, &most);
    rest = answer.bytes;
    while (code == 0 && frame.name) {
        code = rf_frames_cut(&frames, &rest, &frame, err);
        if (code == 0 && frame.name)
            code = add_entry(worker, &frame, err);
    }
    rf_answer_done(&answer);
    if (code == 0 && worker->source_count == 0)
        code = rf_fail(err, -EBADMSG, "%s: the archive holds no file", worker->job->input_name);
    return code;
}

int rf_job_look(struct rf_worker *worker, struct rf_err *err)
{
    enum rf_media_family family;
    int code = add_source(worker, worker->job->input, worker->job->input_name, err);

    if (code == 0 && rf_media_family(worker->sources[0].info.media) == RF_FAMILY_ARCHIVE)
        code = unpack(worker, err);
    if (code < 0)
        return code;
    family = rf_media_family(worker->sources[0].info.media);
    for (size_t i = 1; i < worker->source_count; i++) {
        const struct rf_source *source = &worker->sources[i];

        if (family == RF_FAMILY_AUDIO)
            return rf_fail(err, -EBADMSG,
                           "%s: holds %zu files, the first a recording: a job takes one recording",
                           worker->job->input_name, worker->source_count);
        if (rf_media_family(source->info.media) == RF_FAMILY_AUDIO)
            return rf_fail(err, -EBADMSG, "%s: is a recording, the entries before it are pages",
                           source->name);
    }
    return 0;
}
