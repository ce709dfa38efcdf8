/* A whole archive. What is taken becomes a row within the limits, each byte of it put once; of what is
   refused nothing is put. */
#include "unpack/unpack.h"

#include "base/frames.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 8, BYTES = 65536, ROOM = BYTES + (FILES + 1) * RF_FRAME_HEADER_BYTES };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct room {
    char bytes[ROOM];
    bool is_put[ROOM];
    uint64_t count;
};

static struct room room;

static void must(bool holds)
{
    if (!holds)
        abort();
}

static int put(void *context, uint64_t at, struct rf_str bytes, struct rf_err *err)
{
    struct room *to = context;

    (void)err;
    must(at <= ROOM && bytes.len <= ROOM - at);
    for (size_t i = 0; i < bytes.len; i++) {
        must(!to->is_put[at + i]);
        to->is_put[at + i] = true;
        to->bytes[at + i] = bytes.ptr[i];
    }
    to->count += bytes.len;
    return 0;
}

static void check_row(void)
{
    const struct rf_frame_limits limits = {.files = FILES, .bytes = BYTES};
    struct rf_str rest = {room.bytes, (size_t)room.count};
    struct rf_frames frames;
    struct rf_frame frame = {.name = ""};
    struct rf_err err;

    for (size_t i = 0; i < room.count; i++)
        must(room.is_put[i]);
    rf_frames_init(&frames, &limits);
    while (frame.name)
        must(rf_frames_cut(&frames, &rest, &frame, &err) == 0);
    must(rest.len == 0 && room.count > RF_FRAME_HEADER_BYTES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static bool has_locale;
    const struct rf_unpack_limits limits = {.entries = FILES, .bytes = BYTES, .ratio = 100};
    const struct rf_unpack_sink sink = {.context = &room, .put = put};
    struct rf_err err = {0};
    int code;

    if (!has_locale)
        has_locale = setlocale(LC_CTYPE, "C.UTF-8") != NULL;
    memset(&room, 0, sizeof(room));
    code = rf_unpack((struct rf_str){(const char *)data, size}, &limits, &sink, &err);
    if (code == 0)
        check_row();
    else
        must(err.code == code && err.msg[0] && room.count == 0);
    return 0;
}
