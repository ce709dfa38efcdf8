/* Results into a directory: written by a ring of their own, so that they belong to its user and to nobody
 * else. */
#include "cmd/batch.h"

#include "base/auto.h"
#include "engine/memory_file.h"
#include "engine/row.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#define RESULT_DIR "/results"

static int set_text(struct rf_posture *posture, enum rf_key key, const char *text, struct rf_err *err)
{
    static const struct rf_from from = {.known = RF_KNOWN};

    return text ? rf_posture_set(posture, key, rf_str_of(text), &from, err)
                : rf_fail(err, -ENOMEM, "keeping the results: out of memory");
}

/* The directory on this machine, as a volume. */
static const char *volume_of(const struct rf_call *call, const char *dir, struct rf_err *err)
{
    struct rf_arena *arena = call->posture->arena;
    bool is_tmpfs = false;
    const struct rf_mount *volume = rf_batch_volume(call->posture, dir, &is_tmpfs);
    const char *rest = volume ? dir + (strcmp(volume->dst, "/") == 0 ? 0 : strlen(volume->dst)) : "";
    char *real;
    const char *text;

    if (is_tmpfs || (volume && volume->is_read_only)) {
        (void)rf_fail(err, -EINVAL, "--all-formats %s: it lies %s", dir,
                      is_tmpfs
                          ? "under a --tmpfs, which is gone when the job ends: want a directory of a volume"
                          : "in a volume that is read-only");
        return NULL;
    }
    text = volume ? rf_arena_printf(arena, "%s%s", volume->src, rest) : dir;
    real = text ? realpath(text, NULL) : NULL;
    if (!real) {
        (void)rf_fail(err, -errno, "--all-formats %s: %s", text ? text : dir, strerror(errno));
        return NULL;
    }
    text = rf_arena_printf(arena, "%s:%s%s", real, RESULT_DIR, volume && volume->is_idmapped ? ":idmap" : "");
    free(real);
    return text;
}

static int make_posture(const struct rf_call *call, const char *inside, const char *dir,
                        struct rf_posture *ret, struct rf_err *err)
{
    const struct rf_posture *wanted = call->posture;
    const char *volume = volume_of(call, dir, err);
    int code = volume ? 0 : err->code;

    rf_posture_init(ret, wanted->arena);
    ret->user = wanted->user;
    ret->from[RF_KEY_USER] = wanted->from[RF_KEY_USER];
    ret->userns = wanted->userns;
    ret->allow_missing = wanted->allow_missing;
    ret->is_scratch = true;
    ret->is_interactive = true;
    ret->stop_timeout_ms = 0;
    if (code == 0)
        code = set_text(ret, RF_KEY_VOLUME, volume, err);
    if (code == 0)
        code = set_text(ret, RF_KEY_VOLUME, rf_arena_printf(wanted->arena, "%s:/ringfence-inside:ro", inside),
                        err);
    for (const char *const *word = (const char *const[]){"/ringfence-inside", "store", RESULT_DIR, NULL};
         code == 0 && *word; word++)
        code = set_text(ret, RF_KEY_COMMAND, *word, err);
    return code;
}

static int pack(const struct rf_job_done *done, struct rf_arena *arena, int *ret, struct rf_err *err)
{
    struct rf_row row;
    int code = rf_row_open(&row, "results", err);

    for (unsigned i = 0; code == 0 && i < RF_FORMAT_MAX; i++) {
        enum rf_format format = rf_format_by_suffix(i);
        const char *name = rf_arena_printf(arena, "result.%s", rf_format_suffix(format));

        if (!done->formats[format].ptr)
            continue;
        code = name ? rf_row_add(&row, name, done->formats[format], err)
                    : rf_fail(err, -ENOMEM, "keeping the results: out of memory");
    }
    if (code == 0)
        code = rf_row_end(&row, ret, err);
    rf_row_close(&row);
    return code;
}

/* What the ring said on standard error; it is our own program, but a sentence of it may name files. */
static void read_said(int errors, char *ret, size_t size)
{
    ssize_t len = pread(errors, ret, size - 1, 0);

    ret[len > 0 ? len : 0] = '\0';
    ret[strcspn(ret, "\n")] = '\0';
}

int rf_batch_store(const struct rf_call *call, struct rf_rings *rings, const char *inside, const char *dir,
                   const struct rf_job_done *done, struct rf_err *err)
{
    const struct rf_ring_ops ops = rf_rings_ops(rings);
    RF_AUTO(close) int files = -1;
    RF_AUTO(close) int errors = -1;
    RF_AUTO(close) int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
    struct rf_posture posture;
    struct rf_ring_end end = {0};
    char said[256];
    int handle = -1;
    int code = make_posture(call, inside, dir, &posture, err);

    if (code == 0 && null < 0)
        code = rf_fail(err, -errno, "keeping the results: /dev/null: %s", strerror(errno));
    if (code == 0)
        code = pack(done, call->posture->arena, &files, err);
    if (code == 0)
        code = rf_memory_file_new("errors", &errors, err);
    if (code == 0) {
        const struct rf_ring_wish wish = {
            .what = RF_BATCH_KEEPING, .posture = &posture, .input = files, .output = null, .errors = errors};

        code = ops.start(ops.context, &wish, &handle, err);
    }
    if (code == 0)
        code = ops.wait(ops.context, -1, &handle, &end, err);
    if (code < 0)
        return code;
    if (end.err.code < 0)
        return rf_fail(err, end.err.code, "keeping the results in %s: %.*s", dir, 400, end.err.msg);
    read_said(errors, said, sizeof(said));
    return end.exit_code == 0 ? 0 : rf_fail(err, -EIO, "keeping the results in %s: %s", dir, said);
}
