/* Recordings that are nothing but frames, one after the other: MPEG audio, ADTS, AMR. Their sync words are
   short and occur in any data, so a file is one only when several frames follow each other to the byte; and
   since the frames have to be walked anyway, their number is the duration, whatever a header says. */
#include "engine/media_view.h"

#include <errno.h>

enum { FRAMES_CERTAIN = 4, FRAMES_MIN = 2, ID3_HEADER = 10, ID3_TAGS = 8, ZEROS_MAX = 4096 };

struct frame {
    uint32_t bytes;
    uint32_t samples;
    uint32_t rate;
    uint32_t channels;
    uint32_t common; /* what all frames of a recording have in common */
};

struct run {
    struct frame first;
    uint64_t frames;
    uint64_t samples;
    uint64_t end;   /* behind the last whole frame */
    bool is_walked; /* to the end, as far as one could see */
};

typedef bool frame_reader(const struct rf_media_view *view, uint64_t at, struct frame *ret);

/* What may stand behind the last frame: nothing, a tag, or a frame that was cut off. */
static bool is_end(const struct rf_media_view *view, uint64_t at, frame_reader *read)
{
    static const struct rf_str tags[] = {{"TAG", 3}, {"APETAGEX", 8}, {"LYRICSBEGIN", 11}, {"3DI", 3}};
    struct frame frame;

    if (!rf_view_has(view, at, 1))
        return true;
    for (size_t i = 0; i < RF_COUNT(tags); i++) {
        if (rf_view_is(view, at, tags[i]))
            return true;
    }
    return read(view, at, &frame) && !rf_view_has(view, at, frame.bytes);
}

static void walk(struct rf_media_view *view, uint64_t at, frame_reader *read, struct run *ret)
{
    struct frame frame;

    *ret = (struct run){.end = at};
    while (read(view, ret->end, &frame) && rf_view_has(view, ret->end, frame.bytes)) {
        if (ret->frames == 0)
            ret->first = frame;
        if (frame.common != ret->first.common || !rf_view_step(view))
            break;
        ret->frames++;
        ret->samples += frame.samples;
        ret->end += frame.bytes;
    }
    ret->is_walked = is_end(view, ret->end, read);
}

static bool is_recording(const struct run *run)
{
    return run->frames >= FRAMES_CERTAIN || (run->frames >= FRAMES_MIN && run->is_walked);
}

static void take(const struct run *run, struct rf_media_info *ret)
{
    ret->sample_rate = run->first.rate;
    ret->channels = run->first.channels;
    if (run->is_walked)
        ret->duration_ms = rf_media_ms(run->samples, run->first.rate);
}

uint64_t rf_media_behind_id3(struct rf_media_view *view)
{
    uint64_t at = 0;

    for (int i = 0; i < ID3_TAGS && rf_view_is(view, at, RF_STR("ID3")); i++) {
        uint64_t size = rf_view_be(view, at + 6, 4);

        if (size & 0x80808080)
            return at;
        size = (size & 0x7f) | (size >> 1 & 0x3f80) | (size >> 2 & 0x1fc000) | (size >> 3 & 0xfe00000);
        at += size + (rf_view_u8(view, at + 5) & 0x10 ? 2U : 1U) * ID3_HEADER;
    }
    for (int i = 0; at && i < ZEROS_MAX && rf_view_has(view, at, 1) && rf_view_u8(view, at) == 0; i++)
        at++;
    return at;
}

/* --- MPEG audio: ISO/IEC 11172-3 and 13818-3 --- */

enum { LAYER_3 = 1, LAYER_2 = 2, LAYER_1 = 3, VERSION_1 = 3, VERSION_2_5 = 0, MONO = 3 };

/* In kbit/s. Index 0 is a rate that only a decoder can find out, 15 is none. */
static const uint16_t kbits[][16] = {
    {0, 32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448, 0}, /* version 1, layer I */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 0},    /* II */
    {0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0},     /* III */
    {0, 32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256, 0},    /* version 2, layer I */
    {0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0},         /* II and III */
};
static const uint16_t mpeg_rates[] = {44100, 48000, 32000};

static bool read_mpeg_frame(const struct rf_media_view *view, uint64_t at, struct frame *ret)
{
    uint32_t head = (uint32_t)rf_view_be(view, at, 4);
    unsigned version = head >> 19 & 3;
    unsigned layer = head >> 17 & 3;
    unsigned rate = head >> 10 & 3;
    unsigned padding = head >> 9 & 1;
    unsigned row = LAYER_1 - layer + (version == VERSION_1 ? 0 : 3);
    uint32_t bits;

    if (head >> 21 != 0x7ff || version == 1 || layer == 0 || rate == 3 || (head & 3) == 2)
        return false;
    if (row >= RF_COUNT(kbits))
        row = RF_COUNT(kbits) - 1;
    bits = kbits[row][head >> 12 & 15] * 1000U;
    if (bits == 0)
        return false;
    ret->rate = (uint32_t)mpeg_rates[rate] >> (version == VERSION_1 ? 0 : version == VERSION_2_5 ? 2 : 1);
    ret->channels = (head >> 6 & 3) == MONO ? 1 : 2;
    ret->common = head & 0xfffe0c00;
    if (layer == LAYER_1) {
        ret->samples = 384;
        ret->bytes = (12 * bits / ret->rate + padding) * 4;
    } else {
        ret->samples = layer == LAYER_3 && version != VERSION_1 ? 576 : 1152;
        ret->bytes = ret->samples / 8 * bits / ret->rate + padding;
    }
    return true;
}

static bool read_layer_3(const struct rf_media_view *view, uint64_t at, struct frame *ret)
{
    return read_mpeg_frame(view, at, ret) && (ret->common >> 17 & 3) == LAYER_3;
}

static bool read_layers_1_2(const struct rf_media_view *view, uint64_t at, struct frame *ret)
{
    return read_mpeg_frame(view, at, ret) && (ret->common >> 17 & 3) != LAYER_3;
}

/* The first frame may hold no sound but an index: Xing's (LAME's) or VBRI. Returns whether it does. */
static bool read_index(const struct rf_media_view *view, uint64_t at, const struct frame *first,
                       uint64_t *ret_frames)
{
    bool is_version_1 = (first->common >> 19 & 3) == VERSION_1;
    unsigned side = is_version_1 ? (first->channels == 1 ? 17 : 32) : (first->channels == 1 ? 9 : 17);
    uint64_t xing = at + 4 + side;
    uint64_t vbri = at + 4 + 32;

    if (rf_view_is(view, xing, RF_STR("Xing")) || rf_view_is(view, xing, RF_STR("Info")))
        *ret_frames = rf_view_u8(view, xing + 7) & 1 ? rf_view_be(view, xing + 8, 4) : 0;
    else if (rf_view_is(view, vbri, RF_STR("VBRI")))
        *ret_frames = rf_view_be(view, vbri + 14, 4);
    else
        return false;
    return true;
}

int rf_media_mp3(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    uint64_t at = rf_media_behind_id3(view);
    uint64_t frames = 0;
    struct run run;

    (void)err;
    walk(view, at, read_layer_3, &run);
    if (!is_recording(&run))
        return -ENOMSG;
    if (read_index(view, at, &run.first, &frames)) {
        run.samples -= run.first.samples;
        if (!run.is_walked && frames)
            ret->duration_ms = rf_media_ms(frames * run.first.samples, run.first.rate);
    }
    take(&run, ret);
    return 0;
}

int rf_media_mp2(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    struct run run;

    (void)err;
    walk(view, rf_media_behind_id3(view), read_layers_1_2, &run);
    if (!is_recording(&run))
        return -ENOMSG;
    take(&run, ret);
    return 0;
}

/* --- AAC in ADTS frames: ISO/IEC 14496-3, 1.A.2 --- */

static const uint32_t aac_rates[] = {96000, 88200, 64000, 48000, 44100, 32000, 24000,
                                     22050, 16000, 12000, 11025, 8000,  7350};

static bool read_adts(const struct rf_media_view *view, uint64_t at, struct frame *ret)
{
    enum { HEADER_BYTES = 7, BLOCK_SAMPLES = 1024 };
    uint64_t head = rf_view_be(view, at, HEADER_BYTES);
    unsigned rate = head >> 34 & 15;
    unsigned channels = head >> 30 & 7;

    if (head >> 44 != 0xfff || (head >> 41 & 3) || rate >= RF_COUNT(aac_rates))
        return false;
    ret->rate = aac_rates[rate];
    ret->channels = channels == 7 ? 8 : channels;
    ret->bytes = head >> 13 & 0x1fff;
    ret->samples = ((uint32_t)(head & 3) + 1) * BLOCK_SAMPLES;
    ret->common = (uint32_t)(head >> 24) & 0xfffefdc0;
    return ret->bytes > HEADER_BYTES;
}

int rf_media_aac(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    struct run run;

    (void)err;
    walk(view, rf_media_behind_id3(view), read_adts, &run);
    if (!is_recording(&run))
        return -ENOMSG;
    take(&run, ret);
    return 0;
}

/* --- AMR: RFC 4867, section 5; one channel, frames of 20 ms --- */

static bool read_amr(const struct rf_media_view *view, uint64_t at, struct frame *ret)
{
    static const unsigned char bytes[16] = {13, 14, 16, 18, 20, 21, 27, 32, 6, 0, 0, 0, 0, 0, 0, 1};

    *ret = (struct frame){bytes[rf_view_u8(view, at) >> 3 & 15], 160, 8000, 1, 0};
    return ret->bytes && rf_view_has(view, at, 1);
}

static bool read_amr_wb(const struct rf_media_view *view, uint64_t at, struct frame *ret)
{
    static const unsigned char bytes[16] = {18, 24, 33, 37, 41, 47, 51, 59, 61, 6, 0, 0, 0, 0, 1, 1};

    *ret = (struct frame){bytes[rf_view_u8(view, at) >> 3 & 15], 320, 16000, 1, 0};
    return ret->bytes && rf_view_has(view, at, 1);
}

int rf_media_amr(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    bool is_wide = rf_view_is(view, 0, RF_STR("#!AMR-WB\n"));
    struct run run;

    if (!is_wide && !rf_view_is(view, 0, RF_STR("#!AMR\n")))
        return -ENOMSG;
    walk(view, is_wide ? 9 : 6, is_wide ? read_amr_wb : read_amr, &run);
    if (run.frames == 0)
        return rf_fail(err, -EBADMSG, "amr: there are no frames in it");
    take(&run, ret);
    return 0;
}
