/* The sizes of images whose headers are short. */
#include "engine/media_view.h"

#include <errno.h>

/* --- PNG: ISO/IEC 15948 --- */

enum { PNG_FIRST_CHUNK = 8, PNG_IHDR_BYTES = 13, PNG_CHUNK_EXTRA = 12, PNG_PHYS_METRE = 1 };

/* The depths that each colour type may have, as bits 1, 2, 4, 8 and 16; the standard's table 11.1. */
static const unsigned png_depths[7] = {
    [0] = 1 | 2 | 4 | 8 | 16, [2] = 8 | 16, [3] = 1 | 2 | 4 | 8, [4] = 8 | 16, [6] = 8 | 16};

static uint32_t png_dpi(struct rf_media_view *view)
{
    uint64_t at = PNG_FIRST_CHUNK + PNG_CHUNK_EXTRA + PNG_IHDR_BYTES;

    while (rf_view_has(view, at, PNG_CHUNK_EXTRA) && rf_view_step(view)) {
        if (rf_view_is(view, at + 4, RF_STR("IDAT")) || rf_view_is(view, at + 4, RF_STR("IEND")))
            return 0;
        if (rf_view_is(view, at + 4, RF_STR("pHYs")))
            return rf_view_u8(view, at + 16) == PNG_PHYS_METRE
                       ? rf_media_dpi((uint32_t)rf_view_be(view, at + 8, 4), 1, RF_MEDIA_METRE)
                       : 0;
        at += PNG_CHUNK_EXTRA + rf_view_be(view, at, 4);
    }
    return 0;
}

int rf_media_png(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    unsigned depth = rf_view_u8(view, 24);
    unsigned colour = rf_view_u8(view, 25);
    uint64_t width = rf_view_be(view, 16, 4);
    uint64_t height = rf_view_be(view, 20, 4);

    if (!rf_view_has(view, 0, PNG_FIRST_CHUNK + PNG_CHUNK_EXTRA + PNG_IHDR_BYTES) ||
        rf_view_be(view, PNG_FIRST_CHUNK, 4) != PNG_IHDR_BYTES ||
        !rf_view_is(view, PNG_FIRST_CHUNK + 4, RF_STR("IHDR")))
        return rf_fail(err, -EBADMSG, "png: it does not begin with a whole header (IHDR)");
    if (colour >= RF_COUNT(png_depths) || (depth & (depth - 1)) || !(depth & png_depths[colour]))
        return rf_fail(err, -EBADMSG, "png: there are no images with %u bits of colour type %u", depth,
                       colour);
    if (width > INT32_MAX || height > INT32_MAX)
        return rf_fail(err, -EBADMSG, "png: the size is beyond what the format allows");
    ret->pages = 1;
    ret->dpi = png_dpi(view);
    return rf_media_page(ret, width, height, err);
}

/* --- JPEG: ITU-T T.81, annex B --- */

enum {
    JPEG_TEM = 0x01,
    JPEG_SOF0 = 0xc0,
    JPEG_DHT = 0xc4,
    JPEG_JPG = 0xc8,
    JPEG_DAC = 0xcc,
    JPEG_SOF15 = 0xcf,
    JPEG_RST0 = 0xd0,
    JPEG_RST7 = 0xd7,
    JPEG_SOI = 0xd8,
    JPEG_EOI = 0xd9,
    JPEG_SOS = 0xda,
    JPEG_APP0 = 0xe0,
    JPEG_FILL = 0xff
};

static bool is_jpeg_frame(unsigned marker)
{
    return marker >= JPEG_SOF0 && marker <= JPEG_SOF15 && marker != JPEG_DHT && marker != JPEG_JPG &&
           marker != JPEG_DAC;
}

/* The JFIF header, whose density is in inches (1) or centimetres (2). */
static uint32_t jpeg_dpi(const struct rf_media_view *view, uint64_t at)
{
    uint32_t density = (uint32_t)rf_view_be(view, at + 10, 2);

    switch (rf_view_u8(view, at + 9)) {
    case 1:
        return rf_media_dpi(density, 1, RF_MEDIA_INCH);
    case 2:
        return rf_media_dpi(density, 1, RF_MEDIA_CM);
    default:
        return 0;
    }
}

int rf_media_jpeg(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    uint64_t at = 2;

    while (rf_view_step(view)) {
        unsigned marker = rf_view_u8(view, at + 1);
        uint64_t len = rf_view_be(view, at + 2, 2);

        if (rf_view_u8(view, at) != JPEG_FILL || !rf_view_has(view, at, 4))
            return rf_fail(err, -EBADMSG, "jpeg: it breaks off before the size of the image");
        if (marker == JPEG_FILL || marker == JPEG_TEM || (marker >= JPEG_RST0 && marker <= JPEG_RST7)) {
            at += marker == JPEG_FILL ? 1 : 2;
            continue;
        }
        if (marker == 0 || marker == JPEG_SOI || marker == JPEG_EOI || marker == JPEG_SOS || len < 2)
            return rf_fail(err, -EBADMSG, "jpeg: marker %02x where the size of the image should be", marker);
        if (is_jpeg_frame(marker)) {
            ret->pages = 1;
            return rf_media_page(ret, rf_view_be(view, at + 7, 2), rf_view_be(view, at + 5, 2), err);
        }
        if (marker == JPEG_APP0 && len >= 14 && rf_view_is(view, at + 4, RF_STR("JFIF\0")))
            ret->dpi = jpeg_dpi(view, at + 2);
        at += 2 + len;
    }
    return rf_fail(err, -EBADMSG, "jpeg: no size of the image within the first %d markers", RF_MEDIA_STEPS);
}

/* --- GIF: GIF89a specification --- */

enum {
    GIF_HEADER_BYTES = 13,
    GIF_FRAME_BYTES = 10,
    GIF_TABLE = 0x80,
    GIF_FRAME = 0x2c,
    GIF_EXTENSION = 0x21,
    GIF_TRAILER = 0x3b
};

static uint64_t gif_table_bytes(unsigned flags)
{
    return flags & GIF_TABLE ? 3U << ((flags & 7) + 1) : 0;
}

/* Past the blocks of up to 255 bytes, the last of which is empty. False when there are too many. */
static bool skip_gif_blocks(struct rf_media_view *view, uint64_t *at)
{
    unsigned len;

    do {
        if (!rf_view_step(view))
            return false;
        len = rf_view_u8(view, *at);
        *at += 1 + len;
    } while (len);
    return true;
}

int rf_media_gif(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    uint64_t at = GIF_HEADER_BYTES + gif_table_bytes(rf_view_u8(view, 10));
    uint32_t frames = 0;
    bool is_counted = true;
    int code;

    while (is_counted && rf_view_has(view, at, 1)) {
        unsigned kind = rf_view_u8(view, at);

        if (kind == GIF_EXTENSION) {
            at += 2;
        } else if (kind == GIF_FRAME && rf_view_has(view, at, GIF_FRAME_BYTES)) {
            code = rf_media_page(ret, rf_view_le(view, at + 5, 2), rf_view_le(view, at + 7, 2), err);
            if (code < 0)
                return code;
            frames++;
            at += GIF_FRAME_BYTES + gif_table_bytes(rf_view_u8(view, at + 9)) + 1;
        } else {
            break; /* the end, or damage behind which decoders do not look */
        }
        is_counted = skip_gif_blocks(view, &at);
    }
    if (frames == 0)
        return rf_fail(err, -EBADMSG, "gif: there is no image in it");
    ret->pages = is_counted ? frames : 0;
    if (rf_view_le(view, 6, 2) == 0 || rf_view_le(view, 8, 2) == 0)
        return 0; /* the screen may have no size of its own */
    return rf_media_page(ret, rf_view_le(view, 6, 2), rf_view_le(view, 8, 2), err);
}

/* --- BMP: the headers of Windows and OS/2, told apart by their size --- */

enum { BMP_FILE_HEADER = 14, BMP_CORE = 12, BMP_INFO = 40 };

/* Bits for each pixel: 1, 2, 4, 8, 16, 24, 32. */
#define BMP_DEPTHS (1ULL << 1 | 1ULL << 2 | 1ULL << 4 | 1ULL << 8 | 1ULL << 16 | 1ULL << 24 | 1ULL << 32)

static bool is_bmp_header(uint64_t size)
{
    static const unsigned char sizes[] = {BMP_CORE, 16, BMP_INFO, 52, 56, 64, 108, 124};

    for (size_t i = 0; i < RF_COUNT(sizes); i++) {
        if (size == sizes[i])
            return true;
    }
    return false;
}

int rf_media_bmp(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    uint64_t size = rf_view_le(view, BMP_FILE_HEADER, 4);
    unsigned field = size == BMP_CORE ? 2 : 4; /* bytes of width and height */
    uint64_t planes_at = BMP_FILE_HEADER + 4 + 2 * field;
    uint64_t bits = rf_view_le(view, planes_at + 2, 2);
    uint64_t width = rf_view_le(view, BMP_FILE_HEADER + 4, field);
    uint64_t height = rf_view_le(view, BMP_FILE_HEADER + 4 + field, field);

    if (!is_bmp_header(size) || rf_view_le(view, planes_at, 2) != 1 || bits > 32 || !(BMP_DEPTHS >> bits & 1))
        return -ENOMSG;
    if (!rf_view_has(view, BMP_FILE_HEADER, size))
        return rf_fail(err, -EBADMSG, "bmp: it breaks off in its header");
    if (field == 4 && height > INT32_MAX)
        height = (uint32_t)-height; /* rows from top to bottom */
    if (width > INT32_MAX || height > INT32_MAX)
        return rf_fail(err, -EBADMSG, "bmp: the size is beyond what the format allows");
    ret->pages = 1;
    if (size >= BMP_INFO)
        ret->dpi = rf_media_dpi((uint32_t)rf_view_le(view, BMP_FILE_HEADER + 24, 4), 1, RF_MEDIA_METRE);
    return rf_media_page(ret, width, height, err);
}

/* --- WebP: RFC 9649 --- */

enum { WEBP_FIRST_CHUNK = 12, WEBP_CHUNK_HEADER = 8, VP8L_SIGNATURE = 0x2f };

/* The size that a bit stream states; nothing for a chunk that is none. */
static int webp_size(const struct rf_media_view *view, uint64_t chunk, struct rf_media_info *ret,
                     struct rf_err *err)
{
    uint64_t at = chunk + WEBP_CHUNK_HEADER;
    uint64_t bits;

    if (rf_view_is(view, chunk, RF_STR("VP8X")))
        return rf_media_page(ret, rf_view_le(view, at + 4, 3) + 1, rf_view_le(view, at + 7, 3) + 1, err);
    if (rf_view_is(view, chunk, RF_STR("VP8 "))) {
        if (rf_view_u8(view, at) & 1 || !rf_view_is(view, at + 3, RF_STR("\x9d\x01\x2a")))
            return rf_fail(err, -EBADMSG, "webp: its image does not begin with a whole picture");
        return rf_media_page(ret, rf_view_le(view, at + 6, 2) & 0x3fff, rf_view_le(view, at + 8, 2) & 0x3fff,
                             err);
    }
    if (rf_view_is(view, chunk, RF_STR("VP8L"))) {
        bits = rf_view_le(view, at + 1, 4);
        if (rf_view_u8(view, at) != VP8L_SIGNATURE || !rf_view_has(view, at, 5) || bits >> 29)
            return rf_fail(err, -EBADMSG, "webp: its image has no header");
        return rf_media_page(ret, (bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1, err);
    }
    return 0;
}

int rf_media_webp(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    uint64_t at = WEBP_FIRST_CHUNK;
    uint32_t images = 0;
    uint32_t frames = 0;
    bool is_counted = true;

    if (!rf_view_is(view, 0, RF_STR("RIFF")))
        return -ENOMSG;
    while (is_counted && rf_view_has(view, at, WEBP_CHUNK_HEADER)) {
        uint64_t len = rf_view_le(view, at + 4, 4);
        int code = webp_size(view, at, ret, err);

        if (code < 0)
            return code;
        images += rf_view_is(view, at, RF_STR("VP8 ")) || rf_view_is(view, at, RF_STR("VP8L"));
        frames += rf_view_is(view, at, RF_STR("ANMF"));
        at += WEBP_CHUNK_HEADER + len + (len & 1);
        is_counted = rf_view_step(view);
    }
    if (ret->width == 0 || images + frames == 0)
        return rf_fail(err, -EBADMSG, "webp: there is no image in it");
    ret->pages = !is_counted ? 0 : frames ? frames : 1;
    return 0;
}
