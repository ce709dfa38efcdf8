/* A row of files that is accepted lies within its limits, has names that are names, and is what a writer
   writes of its files, byte for byte. */
#include "base/frames.h"

#include <stdlib.h>
#include <string.h>

enum { FILES = 8, BYTES = 4096 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The frame as it stands before `rest`. */
static void check_frame(const struct rf_frame *frame, struct rf_frames *writer, struct rf_str before)
{
    struct rf_str name = frame->name ? rf_str_of(frame->name) : RF_STR("");
    char header[RF_FRAME_HEADER_BYTES];
    struct rf_err err;

    must(frame->bytes.len == frame->size_bytes);
    must(!frame->name ||
         (rf_frame_name_is_valid(name) && !strchr(frame->name, '/') && frame->name[0] != '.'));
    must(rf_frames_write(writer, name, frame->size_bytes, header, &err) == 0);
    must(memcmp(header, before.ptr, sizeof(header)) == 0);
    must(frame->bytes.ptr == before.ptr + sizeof(header));
    must(frame->bytes.len <= before.len - sizeof(header));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rf_frame_limits limits = {.files = FILES, .bytes = BYTES};
    struct rf_str rest = {(const char *)data, size};
    struct rf_frame frame = {.name = ""};
    struct rf_frames frames;
    struct rf_frames writer;
    struct rf_err err = {0};
    uint64_t bytes = 0;
    int files = 0;
    int code = 0;

    rf_frames_init(&frames, &limits);
    rf_frames_init(&writer, NULL);
    while (code == 0 && frame.name) {
        struct rf_str before = rest;

        code = rf_frames_cut(&frames, &rest, &frame, &err);
        if (code < 0)
            break;
        check_frame(&frame, &writer, before);
        files += frame.name != NULL;
        bytes += frame.size_bytes;
    }
    must(files <= FILES && bytes <= BYTES);
    must(code == 0 ? rest.len == 0 : err.code == code && strncmp(err.msg, "a row of files: ", 16) == 0);
    return 0;
}
