/* WAV: RIFF and RF64 (EBU 3306). Streaming writers leave sizes of 0 or all ones in the header, and damaged
   files lie, so the file's end bounds every size. */
#include "engine/media_view.h"

#include <errno.h>

enum {
    FIRST_CHUNK = 12,
    CHUNK_HEADER = 8,
    FORMAT_PCM = 1,
    FORMAT_FLOAT = 3,
    FORMAT_ALAW = 6,
    FORMAT_MULAW = 7,
    FORMAT_EXTENSIBLE = 0xfffe,
    SPEECH_RATE = 16000
};

struct format {
    unsigned tag;
    uint32_t channels;
    uint32_t rate;
    unsigned frame_bytes; /* of one sample of all channels */
    unsigned bits;
};

static int read_format(const struct rf_media_view *view, uint64_t at, uint64_t len, struct format *ret,
                       struct rf_err *err)
{
    static const char guid_tail[] = "\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"; /* behind the tag */

    if (len < 16 || !rf_view_has(view, at, len))
        return rf_fail(err, -EBADMSG, "wav: it breaks off in its format");
    ret->tag = (unsigned)rf_view_le(view, at, 2);
    ret->channels = (uint32_t)rf_view_le(view, at + 2, 2);
    ret->rate = (uint32_t)rf_view_le(view, at + 4, 4);
    ret->frame_bytes = (unsigned)rf_view_le(view, at + 12, 2);
    ret->bits = (unsigned)rf_view_le(view, at + 14, 2);
    if (ret->tag == FORMAT_EXTENSIBLE)
        ret->tag = len >= 40 && rf_view_is(view, at + 26, RF_STR(guid_tail))
                       ? (unsigned)rf_view_le(view, at + 24, 2)
                       : FORMAT_EXTENSIBLE;
    if (ret->channels == 0 || ret->rate == 0)
        return rf_fail(err, -EBADMSG, "wav: %u channels at %u Hz are no sound", ret->channels, ret->rate);
    if ((ret->tag == FORMAT_PCM || ret->tag == FORMAT_FLOAT) &&
        (ret->bits == 0 || ret->frame_bytes != ret->channels * ((ret->bits + 7) / 8)))
        return rf_fail(err, -EBADMSG, "wav: %u channels of %u bits do not make %u bytes", ret->channels,
                       ret->bits, ret->frame_bytes);
    return 0;
}

static bool has_fixed_rate(const struct format *format)
{
    return format->frame_bytes && (format->tag == FORMAT_PCM || format->tag == FORMAT_FLOAT ||
                                   format->tag == FORMAT_ALAW || format->tag == FORMAT_MULAW);
}

/* Where the samples lie: at most to the end of the file, in whole samples. */
static void take_data(const struct rf_media_view *view, uint64_t at, uint64_t len,
                      const struct format *format, struct rf_media_info *ret)
{
    uint64_t rest = view->bytes.len - at;

    if (len == 0 || len > rest) /* 0: the writer never came back to fill it in */
        len = rest;
    ret->sample_rate = format->rate;
    ret->channels = format->channels;
    if (!has_fixed_rate(format))
        return;
    ret->duration_ms = rf_media_ms(len / format->frame_bytes, format->rate);
    if (format->tag == FORMAT_PCM && format->rate == SPEECH_RATE && format->channels == 1 &&
        format->bits == 16) {
        ret->is_speech_pcm = true;
        ret->data_start = at;
        ret->data_bytes = len - len % 2;
    }
}

int rf_media_wav(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    bool is_long = rf_view_is(view, 0, RF_STR("RF64")) || rf_view_is(view, 0, RF_STR("BW64"));
    struct format format = {0};
    uint64_t at = FIRST_CHUNK;
    uint64_t long_data = 0; /* the size that RF64 has for its data */
    int code;

    if (!is_long && !rf_view_is(view, 0, RF_STR("RIFF")))
        return -ENOMSG;
    while (rf_view_has(view, at, CHUNK_HEADER) && rf_view_step(view)) {
        uint64_t len = rf_view_le(view, at + 4, 4);
        uint64_t inside = at + CHUNK_HEADER;

        if (rf_view_is(view, at, RF_STR("ds64")) && is_long) {
            long_data = rf_view_le(view, inside + 8, 8);
        } else if (rf_view_is(view, at, RF_STR("fmt "))) {
            if (format.rate)
                return rf_fail(err, -EBADMSG, "wav: it states its format twice");
            code = read_format(view, inside, len, &format, err);
            if (code < 0)
                return code;
        } else if (rf_view_is(view, at, RF_STR("data"))) {
            if (!format.rate)
                return rf_fail(err, -EBADMSG, "wav: its samples come before their format");
            take_data(view, inside, is_long && len == UINT32_MAX ? long_data : len, &format, ret);
            return 0;
        }
        at = inside + len + (len & 1);
    }
    return rf_fail(err, -EBADMSG, "wav: there are no samples in it");
}
