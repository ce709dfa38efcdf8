/* FLAC, and Ogg (RFC 3533) with Vorbis, Opus, Speex or FLAC in it. An Ogg file states no duration: its last
   page tells how many samples have gone by. */
#include "engine/media_view.h"

#include <errno.h>

/* --- FLAC: RFC 9639 --- */

enum { STREAMINFO_BYTES = 34 };

/* The block STREAMINFO, with its header, at `at`. Returns whether it is one. */
static bool take_streaminfo(const struct rf_media_view *view, uint64_t at, struct rf_media_info *ret,
                            uint64_t *ret_samples)
{
    uint64_t fields = rf_view_be(view, at + 4 + 10, 8);

    if ((rf_view_u8(view, at) & 0x7f) != 0 || rf_view_be(view, at + 1, 3) != STREAMINFO_BYTES ||
        !rf_view_has(view, at + 4, STREAMINFO_BYTES) || fields >> 44 == 0)
        return false;
    ret->sample_rate = (uint32_t)(fields >> 44);
    ret->channels = (uint32_t)(fields >> 41 & 7) + 1;
    *ret_samples = fields & 0xfffffffff;
    return true;
}

int rf_media_flac(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    uint64_t at = rf_media_behind_id3(view);
    uint64_t samples = 0;

    if (!rf_view_is(view, at, RF_STR("fLaC")))
        return -ENOMSG;
    if (!take_streaminfo(view, at + 4, ret, &samples))
        return rf_fail(err, -EBADMSG, "flac: it does not begin with what it holds (STREAMINFO)");
    if (samples)
        ret->duration_ms = rf_media_ms(samples, ret->sample_rate);
    return 0;
}

/* --- Ogg --- */

enum {
    PAGE_HEADER = 27,
    PAGE_BEGINS = 2,      /* flag: the first page of a stream */
    PAGE_BYTES = 65307,   /* at most */
    TAIL_BYTES = 1 << 17, /* two pages: within them the last one begins */
    OPUS_RATE = 48000     /* RFC 7845, section 4: whatever the input was */
};

struct ogg_stream {
    uint64_t serial;
    uint32_t granules; /* a second */
    uint64_t skipped;  /* granules before the first sample */
};

/* The first packet of a stream says what it is. Returns whether it is sound that is known. */
static bool take_ogg_head(const struct rf_media_view *view, uint64_t packet, struct rf_media_info *ret,
                          struct ogg_stream *stream)
{
    uint64_t unused;

    stream->skipped = 0;
    if (rf_view_is(view, packet, RF_STR("OpusHead"))) {
        ret->channels = rf_view_u8(view, packet + 9);
        ret->sample_rate = OPUS_RATE;
        stream->skipped = rf_view_le(view, packet + 10, 2);
    } else if (rf_view_is(view, packet, RF_STR("\1vorbis"))) {
        ret->channels = rf_view_u8(view, packet + 11);
        ret->sample_rate = (uint32_t)rf_view_le(view, packet + 12, 4);
    } else if (rf_view_is(view, packet, RF_STR("Speex   "))) {
        ret->sample_rate = (uint32_t)rf_view_le(view, packet + 36, 4);
        ret->channels = (uint32_t)rf_view_le(view, packet + 48, 4);
    } else if (!rf_view_is(view, packet,
                           RF_STR("\x7f"
                                  "FLAC")) ||
               !rf_view_is(view, packet + 9, RF_STR("fLaC")) ||
               !take_streaminfo(view, packet + 13, ret, &unused)) {
        return false;
    }
    stream->granules = ret->sample_rate;
    return ret->channels && ret->sample_rate;
}

static bool is_page(const struct rf_media_view *view, uint64_t at)
{
    return rf_view_is(view, at, RF_STR("OggS\0")) &&
           rf_view_has(view, at, PAGE_HEADER + (uint64_t)rf_view_u8(view, at + 26));
}

static uint64_t page_bytes(const struct rf_media_view *view, uint64_t at)
{
    unsigned segments = rf_view_u8(view, at + 26);
    uint64_t bytes = PAGE_HEADER + segments;

    for (unsigned i = 0; i < segments; i++)
        bytes += rf_view_u8(view, at + PAGE_HEADER + i);
    return bytes;
}

/* The last page of the stream, if it lies near the end; of another stream's it would tell nothing. */
static uint64_t last_granule(const struct rf_media_view *view, const struct ogg_stream *stream)
{
    uint64_t at = view->bytes.len;
    uint64_t stop = at > TAIL_BYTES ? at - TAIL_BYTES : 0;

    while (at > stop) {
        uint64_t granule;

        at--;
        if (!is_page(view, at) || !rf_view_has(view, at, page_bytes(view, at)))
            continue;
        granule = rf_view_le(view, at + 6, 8);
        if (rf_view_le(view, at + 14, 4) == stream->serial &&
            granule != UINT64_MAX) /* all ones: none ends here */
            return granule;
    }
    return UINT64_MAX;
}

int rf_media_ogg(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    struct ogg_stream stream = {0};
    uint64_t at = 0;
    uint64_t granule;

    /* The first pages of all streams come before any other. */
    while (is_page(view, at) && rf_view_u8(view, at + 5) & PAGE_BEGINS && rf_view_step(view)) {
        stream.serial = rf_view_le(view, at + 14, 4);
        if (take_ogg_head(view, at + PAGE_HEADER + rf_view_u8(view, at + 26), ret, &stream))
            break;
        ret->channels = 0;
        ret->sample_rate = 0;
        at += page_bytes(view, at);
    }
    if (!ret->channels)
        return rf_fail(err, -EBADMSG, "ogg: there is no Vorbis, Opus, Speex or FLAC in it");
    granule = last_granule(view, &stream);
    if (granule != UINT64_MAX && granule >= stream.skipped)
        ret->duration_ms = rf_media_ms(granule - stream.skipped, stream.granules);
    return 0;
}
