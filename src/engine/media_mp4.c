/* MP4, M4A, 3GP and QuickTime: boxes in boxes (ISO/IEC 14496-12). The index, `moov`, lies at either end. */
#include "engine/media_view.h"

#include <errno.h>

struct box {
    uint64_t inside; /* where its contents begin */
    uint64_t end;
};

/* The next box within `end`; *at moves behind it. False at the end, at damage, and when there are too many.
 */
static bool next_box(struct rf_media_view *view, uint64_t *at, uint64_t end, struct rf_str *ret_type,
                     struct box *ret)
{
    uint64_t size = rf_view_be(view, *at, 4);
    unsigned head = 8;

    if (*at >= end || !rf_view_has(view, *at, head) || !rf_view_step(view))
        return false;
    if (size == 1) {
        size = rf_view_be(view, *at + 8, 8);
        head = 16;
    } else if (size == 0) { /* to the end */
        size = end - *at;
    }
    if (size < head || size > end - *at)
        return false;
    *ret_type = (struct rf_str){view->bytes.ptr + *at + 4, 4};
    *ret = (struct box){*at + head, *at + size};
    *at += size;
    return true;
}

/* The first box of this type in another one. */
static bool find_box(struct rf_media_view *view, const struct box *parent, const char *type, struct box *ret)
{
    uint64_t at = parent->inside;
    uint64_t end = parent->end; /* *ret may be the parent */
    struct rf_str found;

    while (next_box(view, &at, end, &found, ret)) {
        if (rf_str_is(found, type))
            return true;
    }
    return false;
}

/* Of `mvhd` and `mdhd`, which begin alike; UINT64_MAX where it says that it does not know. */
static uint64_t read_duration(const struct rf_media_view *view, const struct box *box)
{
    bool is_long = rf_view_u8(view, box->inside) == 1;
    uint64_t scale_at = box->inside + (is_long ? 20 : 12);
    unsigned bytes = is_long ? 8 : 4;
    uint64_t duration = rf_view_be(view, scale_at + 4, bytes);

    if (!rf_view_has(view, scale_at, 4 + bytes) || duration == 0 ||
        duration == (is_long ? UINT64_MAX : UINT32_MAX))
        return UINT64_MAX;
    return rf_media_ms(duration, (uint32_t)rf_view_be(view, scale_at, 4));
}

static void take_longer(struct rf_media_info *ret, uint64_t duration_ms)
{
    if (ret->duration_ms == UINT64_MAX || (duration_ms != UINT64_MAX && duration_ms > ret->duration_ms))
        ret->duration_ms = duration_ms;
}

/* --- sound --- */

/* A descriptor (ISO/IEC 14496-1, 8.3.3): tag, size in one to four bytes, contents. *at moves to the contents.
 */
static bool enter_descriptor(const struct rf_media_view *view, unsigned tag, uint64_t *at)
{
    if (rf_view_u8(view, *at) != tag)
        return false;
    (*at)++;
    for (int i = 0; i < 3 && rf_view_u8(view, *at) & 0x80; i++)
        (*at)++;
    (*at)++;
    return true;
}

/* The channels of AAC as its own configuration has them (ISO/IEC 14496-3, 1.6.2.1), or 0: iTunes and ffmpeg
   write 2 into the box, whatever it is. */
static uint32_t aac_channels(const struct rf_media_view *view, const struct box *esds)
{
    enum { ES = 3, DECODER = 4, SPECIFIC = 5, DECODER_BYTES = 13, AAC = 0x40, PARAMETRIC_STEREO = 29 };
    uint64_t at = esds->inside + 4;
    unsigned flags;
    uint64_t bits;
    unsigned type;

    if (!enter_descriptor(view, ES, &at))
        return 0;
    flags = rf_view_u8(view, at + 2);
    at += 3 + (flags & 0x80 ? 2U : 0U) + (flags & 0x20 ? 2U : 0U);
    if (flags & 0x40 || !enter_descriptor(view, DECODER, &at) || rf_view_u8(view, at) != AAC)
        return 0;
    at += DECODER_BYTES;
    if (!enter_descriptor(view, SPECIFIC, &at))
        return 0;
    bits = rf_view_be(view, at, 2);
    type = (unsigned)(bits >> 11);
    if (type == 31 || (bits >> 7 & 15) == 15) /* longer forms, which AAC does not need */
        return 0;
    bits = bits >> 3 & 15;
    return type == PARAMETRIC_STEREO ? 2 : bits == 7 ? 8 : bits < 7 ? (uint32_t)bits : 0;
}

/* The first entry of the table of formats. */
static void take_format(struct rf_media_view *view, const struct box *table, struct rf_media_info *ret)
{
    enum { VERSION = 16, CHANNELS = 24, RATE = 32, CHILDREN = 36, MORE = 16 /* QuickTime, version 1 */ };
    uint64_t at = table->inside + 8;
    uint64_t version = rf_view_be(view, at + VERSION, 2);
    struct rf_str type;
    struct box entry;
    struct box esds;
    uint32_t channels = 0;

    if (!next_box(view, &at, table->end, &type, &entry) || version > 1) /* version 2 has them elsewhere */
        return;
    at = entry.inside - 8;
    ret->channels = (uint32_t)rf_view_be(view, at + CHANNELS, 2);
    ret->sample_rate = (uint32_t)rf_view_be(view, at + RATE, 2);
    entry.inside = at + CHILDREN + (version ? MORE : 0);
    if (rf_str_is(type, "mp4a") && find_box(view, &entry, "esds", &esds))
        channels = aac_channels(view, &esds);
    if (channels)
        ret->channels = channels;
}

/* A track; returns whether it is one of sound. */
static bool take_track(struct rf_media_view *view, const struct box *track, struct rf_media_info *ret)
{
    struct box media;
    struct box box;

    if (!find_box(view, track, "mdia", &media) || !find_box(view, &media, "hdlr", &box) ||
        !rf_view_is(view, box.inside + 8, RF_STR("soun")))
        return false;
    if (find_box(view, &media, "mdhd", &box))
        take_longer(ret, read_duration(view, &box));
    if (find_box(view, &media, "minf", &box) && find_box(view, &box, "stbl", &box) &&
        find_box(view, &box, "stsd", &box))
        take_format(view, &box, ret);
    return true;
}

static int take_index(struct rf_media_view *view, const struct box *index, struct rf_media_info *ret,
                      struct rf_err *err)
{
    uint64_t at = index->inside;
    bool has_sound = false;
    struct rf_str type;
    struct box box;

    if (!find_box(view, index, "mvhd", &box))
        return rf_fail(err, -EBADMSG, "%s: its index has no header (mvhd)", rf_media_name(ret->media));
    take_longer(ret, read_duration(view, &box));
    while (!has_sound && next_box(view, &at, index->end, &type, &box)) {
        if (rf_str_is(type, "trak"))
            has_sound = take_track(view, &box, ret);
    }
    return 0;
}

static int read_file(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    const struct box file = {0, view->bytes.len};
    struct box index;

    if (!find_box(view, &file, "moov", &index))
        return rf_fail(err, -EBADMSG, "%s: there is no whole index (moov) in it", rf_media_name(ret->media));
    return take_index(view, &index, ret, err);
}

/* Brands: what the file says it is, right behind "ftyp". Those of images (heic, avif, mif1, ...) are not
 * here. */
static bool has_brand(const struct rf_media_view *view, const struct rf_str *brands, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (rf_view_is(view, 8, brands[i]))
            return true;
    }
    return false;
}

int rf_media_m4a(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    static const struct rf_str brands[] = {{"M4A ", 4}, {"M4B ", 4}, {"M4P ", 4}, {"F4A ", 4}, {"F4B ", 4}};

    return has_brand(view, brands, RF_COUNT(brands)) ? read_file(view, ret, err) : -ENOMSG;
}

int rf_media_mp4(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    static const struct rf_str brands[] = {{"iso", 3},  {"mp4", 3},  {"mp71", 4}, {"avc1", 4}, {"qt  ", 4},
                                           {"M4V", 3},  {"MSNV", 4}, {"dash", 4}, {"msdh", 4}, {"3gp", 3},
                                           {"3g2", 3},  {"3ge", 3},  {"3gs", 3},  {"f4v ", 4}, {"F4V ", 4},
                                           {"mmp4", 4}, {"NDS", 3},  {"XAVC", 4}, {"cmf", 3}};

    return has_brand(view, brands, RF_COUNT(brands)) ? read_file(view, ret, err) : -ENOMSG;
}
