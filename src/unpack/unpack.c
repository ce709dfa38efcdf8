/* An archive to a row of files, in order, without holding any of them in memory. */
#include "unpack/unpack.h"

#include "base/arena.h"
#include "base/frames.h"
#include "unpack/gzip.h"
#include "unpack/name.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_MEMORY ((size_t)256 << 20)

struct file {
    struct rf_str name;
    uint64_t size_bytes;
    uint64_t at; /* its bytes, in the row */
};

struct row {
    struct rf_arena arena;
    const struct rf_unpack_sink *sink;
    struct file *files; /* as they come in the archive */
    struct file **order;
    size_t count;
    size_t room;
    size_t next;    /* of the second reading */
    uint64_t taken; /* of the file before it */
};

/* --- the first time: names and sizes --- */

static int note_file(void *context, struct rf_str name, struct rf_err *err)
{
    struct row *row = context;
    char *copy = rf_arena_text(&row->arena, name);

    if (copy && row->count == row->room) {
        size_t room = row->room ? row->room * 2 : 64;
        struct file *files = rf_arena_array(&row->arena, room, sizeof(*files));

        if (files && row->count)
            memcpy(files, row->files, row->count * sizeof(*files));
        row->files = files;
        row->room = room;
    }
    if (!copy || !row->files)
        return rf_fail(err, -ENOMEM, "its names need more than %zu bytes", NAMES_MEMORY);
    row->files[row->count++] = (struct file){.name = {copy, name.len}};
    return 0;
}

static int note_bytes(void *context, struct rf_str bytes, struct rf_err *err)
{
    struct row *row = context;

    (void)err;
    row->files[row->count - 1].size_bytes += bytes.len;
    return 0;
}

/* --- between --- */

static int compare(const void *a, const void *b)
{
    struct file *const *left = a;
    struct file *const *right = b;

    return rf_unpack_name_compare((*left)->name, (*right)->name);
}

static int sort_files(struct row *row, struct rf_err *err)
{
    if (row->count == 0)
        return rf_fail(err, -EBADMSG, "the archive holds no file");
    row->order = rf_arena_array(&row->arena, row->count, sizeof(struct file *));
    if (!row->order)
        return rf_fail(err, -ENOMEM, "its names need more than %zu bytes", NAMES_MEMORY);
    for (size_t i = 0; i < row->count; i++)
        row->order[i] = &row->files[i];
    qsort(row->order, row->count, sizeof(struct file *), compare);
    for (size_t i = 1; i < row->count; i++) {
        struct rf_str name = row->order[i]->name;

        if (rf_unpack_name_compare(row->order[i - 1]->name, name) == 0)
            return rf_fail(err, -EBADMSG, "two files are called \"%.*s\"",
                           (int)(name.len < RF_UNPACK_SHOWN ? name.len : RF_UNPACK_SHOWN), name.ptr);
    }
    return 0;
}

static int put_headers(struct row *row, struct rf_err *err)
{
    char header[RF_FRAME_HEADER_BYTES];
    char name[RF_FRAME_NAME_BYTES];
    struct rf_frames frames;
    uint64_t at = 0;
    int code = 0;

    rf_frames_init(&frames, NULL);
    for (size_t i = 0; code == 0 && i <= row->count; i++) {
        struct file *file = i < row->count ? row->order[i] : NULL;

        name[0] = '\0';
        if (file)
            rf_unpack_frame_name(i + 1, file->name, name);
        code = rf_frames_write(&frames, rf_str_of(name), file ? file->size_bytes : 0, header, err);
        if (code == 0)
            code = row->sink->put(row->sink->context, at, (struct rf_str){header, sizeof(header)}, err);
        at += sizeof(header);
        if (file) {
            file->at = at;
            at += file->size_bytes;
        }
    }
    return code;
}

/* --- the second time: bytes --- */

static int changed(struct rf_err *err)
{
    return rf_fail(err, -EBADMSG, "the archive was another one when it was read again");
}

static int next_file(void *context, struct rf_str name, struct rf_err *err)
{
    struct row *row = context;

    if (row->next && row->taken != row->files[row->next - 1].size_bytes)
        return changed(err);
    if (row->next == row->count || rf_unpack_name_compare(row->files[row->next].name, name) != 0)
        return changed(err);
    row->next++;
    row->taken = 0;
    return 0;
}

static int put_bytes(void *context, struct rf_str bytes, struct rf_err *err)
{
    struct row *row = context;
    const struct file *file = &row->files[row->next - 1];
    uint64_t at = file->at + row->taken;

    if (bytes.len > file->size_bytes - row->taken)
        return changed(err);
    row->taken += bytes.len;
    return row->sink->put(row->sink->context, at, bytes, err);
}

static int make_row(struct row *row, struct rf_str packed, const struct rf_unpack_limits *limits,
                    struct rf_err *err)
{
    const struct rf_unpack_visitor first = {.context = row, .begin = note_file, .take = note_bytes};
    const struct rf_unpack_visitor second = {.context = row, .begin = next_file, .take = put_bytes};
    int code = rf_unpack_visit(packed, limits, &first, err);

    if (code == 0)
        code = rf_unpack_check_gzip(packed, err);
    if (code == 0)
        code = sort_files(row, err);
    if (code == 0)
        code = put_headers(row, err);
    if (code == 0)
        code = rf_unpack_visit(packed, limits, &second, err);
    if (code == 0 && (row->next != row->count || row->taken != row->files[row->count - 1].size_bytes))
        code = changed(err);
    return code;
}

int rf_unpack(struct rf_str packed, const struct rf_unpack_limits *limits, const struct rf_unpack_sink *sink,
              struct rf_err *err)
{
    struct row row = {.sink = sink};
    int code;

    rf_arena_init(&row.arena, NAMES_MEMORY);
    code = make_row(&row, packed, limits, err);
    rf_arena_done(&row.arena);
    return code;
}
