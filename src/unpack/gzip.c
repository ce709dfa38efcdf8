/* What libarchive leaves unchecked of gzip. */
#include "unpack/gzip.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#define ZLIB_CONST
#include <zlib.h>

/* Only gzip, and windows of every size: inflateInit2() in zlib.h. */
enum { PIECE_BYTES = 64 * 1024, GZIP_ONLY = 16 + MAX_WBITS };

static const char magic[] = "\x1f\x8b";

/* One member, off the beginning of *rest. Returns zlib's code: Z_STREAM_END when it is right. */
static int check_member(z_stream *stream, struct rf_str *rest)
{
    static unsigned char piece[PIECE_BYTES];
    int code = inflateReset(stream);

    while (code == Z_OK) {
        uInt len = rest->len < UINT_MAX / 2 ? (uInt)rest->len : UINT_MAX / 2;

        stream->next_in = (const unsigned char *)rest->ptr;
        stream->avail_in = len;
        stream->next_out = piece;
        stream->avail_out = sizeof(piece);
        code = inflate(stream, Z_NO_FLUSH);
        len -= stream->avail_in;
        *rest = (struct rf_str){rest->ptr + len, rest->len - len};
    }
    return code;
}

static int check_rest(struct rf_str rest, struct rf_err *err)
{
    for (size_t i = 0; i < rest.len; i++) {
        if (rest.ptr[i])
            return rf_fail(err, -EBADMSG, "there is something behind the end of its gzip");
    }
    return 0;
}

int rf_unpack_check_gzip(struct rf_str packed, struct rf_err *err)
{
    z_stream stream = {.zalloc = Z_NULL};
    struct rf_str rest = packed;
    const char *why = NULL;
    int code = Z_STREAM_END;

    if (!rf_str_starts(packed, magic))
        return 0;
    if (inflateInit2(&stream, GZIP_ONLY) != Z_OK)
        return rf_fail(err, -ENOMEM, "checking its gzip: out of memory");
    while (code == Z_STREAM_END && rf_str_starts(rest, magic))
        code = check_member(&stream, &rest);
    why = stream.msg;          /* zlib's own, which outlives the stream */
    (void)inflateEnd(&stream); /* cannot fail for a stream that was set up */
    if (code != Z_STREAM_END)
        return rf_fail(err, -EBADMSG, "its gzip is broken: %s", why ? why : "it breaks off");
    return check_rest(rest, err);
}
