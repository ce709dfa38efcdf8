/* Files in a row, in and out of rings. One fixed header instead of tar: a reader of bytes that a taken-over
   program has written should be too small to have secrets. */
#include "base/frames.h"

#include <errno.h>
#include <string.h>

enum { SIZE_AT = 8, NAME_AT = 16 };

static const char magic[SIZE_AT] = {'r', 'f', 'f', 'r', 'a', 'm', 'e', '1'};

void rf_frames_init(struct rf_frames *frames, const struct rf_frame_limits *limits)
{
    memset(frames, 0, sizeof(*frames));
    if (limits)
        frames->limits = *limits;
    else
        frames->limits = (struct rf_frame_limits){.files = UINT64_MAX, .bytes = UINT64_MAX};
}

static bool is_name_byte(char byte)
{
    return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
           byte == '.' || byte == '_' || byte == '-';
}

bool rf_frame_name_is_valid(struct rf_str name)
{
    if (name.len == 0 || name.len >= RF_FRAME_NAME_BYTES || name.ptr[0] == '.')
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (!is_name_byte(name.ptr[i]))
            return false;
    }
    return true;
}

static bool is_listed(const struct rf_frame_limits *limits, const char *name)
{
    for (size_t i = 0; i < limits->name_count; i++) {
        if (strcmp(limits->names[i], name) == 0)
            return true;
    }
    return limits->names == NULL;
}

/* Count one more file of this valid, terminated name. */
static int count(struct rf_frames *frames, const char *name, uint64_t size_bytes, struct rf_err *err)
{
    uint64_t bytes;

    if (strcmp(name, frames->last) <= 0)
        return rf_fail(err, -EBADMSG, "a row of files: \"%s\" comes behind \"%s\"", name, frames->last);
    if (!is_listed(&frames->limits, name))
        return rf_fail(err, -EBADMSG, "a row of files: nobody asked for \"%s\"", name);
    if (frames->files >= frames->limits.files)
        return rf_fail(err, -E2BIG, "a row of files: more than %llu",
                       (unsigned long long)frames->limits.files);
    if (__builtin_add_overflow(frames->bytes, size_bytes, &bytes) || bytes > frames->limits.bytes)
        return rf_fail(err, -E2BIG, "a row of files: with \"%s\" they have more than %llu bytes", name,
                       (unsigned long long)frames->limits.bytes);
    frames->files++;
    frames->bytes = bytes;
    memcpy(frames->last, name, strlen(name) + 1);
    return 0;
}

int rf_frames_read(struct rf_frames *frames, const char header[RF_FRAME_HEADER_BYTES], struct rf_frame *ret,
                   struct rf_err *err)
{
    char name[RF_FRAME_NAME_BYTES];
    size_t len = 0;
    uint64_t size = 0;
    int code;

    if (memcmp(header, magic, sizeof(magic)) != 0)
        return rf_fail(err, -EBADMSG, "a row of files: there is no header where one should be");
    for (unsigned i = 8; i-- > 0;)
        size = size << 8 | (unsigned char)header[SIZE_AT + i];
    memcpy(name, header + NAME_AT, sizeof(name));
    while (len < sizeof(name) && name[len])
        len++;
    for (size_t i = len; i < sizeof(name); i++) {
        if (name[i])
            return rf_fail(err, -EBADMSG, "a row of files: a name with something behind it");
    }
    if (len == 0 && size == 0) {
        *ret = (struct rf_frame){.name = NULL};
        return 0;
    }
    if (!rf_frame_name_is_valid((struct rf_str){name, len}))
        return rf_fail(err, -EBADMSG, "a row of files: a name that is none");
    code = count(frames, name, size, err);
    if (code == 0)
        *ret = (struct rf_frame){.name = frames->last, .size_bytes = size};
    return code;
}

int rf_frames_cut(struct rf_frames *frames, struct rf_str *rest, struct rf_frame *ret, struct rf_err *err)
{
    struct rf_frame frame;
    size_t left;
    int code;

    if (rest->len < RF_FRAME_HEADER_BYTES)
        return rf_fail(err, -EBADMSG, "a row of files: it breaks off behind \"%s\"", frames->last);
    code = rf_frames_read(frames, rest->ptr, &frame, err);
    if (code < 0)
        return code;
    left = rest->len - RF_FRAME_HEADER_BYTES;
    if (!frame.name && left)
        return rf_fail(err, -EBADMSG, "a row of files: there is something behind its end");
    if (frame.size_bytes > left)
        return rf_fail(err, -EBADMSG, "a row of files: it breaks off in \"%s\"", frame.name);
    frame.bytes = (struct rf_str){rest->ptr + RF_FRAME_HEADER_BYTES, (size_t)frame.size_bytes};
    *rest = (struct rf_str){frame.bytes.ptr + frame.bytes.len, left - frame.bytes.len};
    *ret = frame;
    return 0;
}

int rf_frames_write(struct rf_frames *frames, struct rf_str name, uint64_t size_bytes,
                    char ret[RF_FRAME_HEADER_BYTES], struct rf_err *err)
{
    char terminated[RF_FRAME_NAME_BYTES] = {0};
    int code = 0;

    if (name.len) {
        if (!rf_frame_name_is_valid(name))
            return rf_fail(
                err, -EBADMSG,
                "a row of files: \"%.*s\" is no name: want 1 to %d letters, digits, \".\", \"_\" and "
                "\"-\", and no dot before them",
                (int)(name.len < 100 ? name.len : 100), name.ptr, RF_FRAME_NAME_BYTES - 1);
        memcpy(terminated, name.ptr, name.len);
        code = count(frames, terminated, size_bytes, err);
        if (code < 0)
            return code;
    }
    memset(ret, 0, RF_FRAME_HEADER_BYTES);
    memcpy(ret, magic, sizeof(magic));
    memcpy(ret + NAME_AT, terminated, sizeof(terminated));
    for (unsigned i = 0; name.len && i < 8; i++)
        ret[SIZE_AT + i] = (char)(size_bytes >> (8 * i) & 0xff);
    return code;
}
