/* Kinds of which only the beginning is looked at: what is in them is for a decoder. */
#include "engine/media_view.h"

#include <errno.h>

/* --- MPEG program streams: ISO/IEC 11172-1 and 13818-1, 2.5.3 --- */

int rf_media_mpeg(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    enum { SYSTEM_ID = 0xb9 }; /* start codes of systems and streams are not below */
    unsigned byte = rf_view_u8(view, 4);
    uint64_t next;

    (void)ret;
    (void)err;
    if ((byte & 0xc0) == 0x40)
        next = 14 + (rf_view_u8(view, 13) & 7);
    else if ((byte & 0xf0) == 0x20)
        next = 12;
    else
        return -ENOMSG;
    return rf_view_is(view, next, RF_STR("\0\0\1")) && rf_view_u8(view, next + 3) >= SYSTEM_ID ? 0 : -ENOMSG;
}

/* --- MPEG transport streams: packets of 188 bytes, with a time stamp before each in some --- */

int rf_media_mpegts(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    enum { SYNC = 0x47, PACKET = 188, STAMPED_PACKET = 192, PACKETS_MIN = 4, PACKETS_MAX = 16 };
    static const struct {
        unsigned first;
        unsigned packet;
    } layouts[] = {{0, PACKET}, {STAMPED_PACKET - PACKET, STAMPED_PACKET}};

    (void)ret;
    (void)err;
    for (size_t i = 0; i < RF_COUNT(layouts); i++) {
        uint64_t at = layouts[i].first;
        unsigned count = 0;

        while (count < PACKETS_MAX && rf_view_u8(view, at) == SYNC) {
            count++;
            at += layouts[i].packet;
        }
        if (count >= PACKETS_MIN && (count == PACKETS_MAX || !rf_view_has(view, at, 1)))
            return 0;
    }
    return -ENOMSG;
}

/* --- PDF: its header may have up to 1023 bytes before it (PDF 1.7, annex H.3, note 13) --- */

int rf_media_pdf(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    enum { BEFORE_MAX = 1024 };
    uint64_t at = 0;

    (void)ret;
    (void)err;
    /* A page of the web may speak of PDF. */
    while (rf_view_u8(view, at) == ' ' || (rf_view_u8(view, at) >= '\t' && rf_view_u8(view, at) <= '\r'))
        at++;
    if (rf_view_u8(view, at) == '<')
        return -ENOMSG;
    for (at = 0; at < BEFORE_MAX && rf_view_has(view, at, 8); at++) {
        if (rf_view_is(view, at, RF_STR("%PDF-")) && rf_view_u8(view, at + 5) >= '1' &&
            rf_view_u8(view, at + 5) <= '2' && rf_view_u8(view, at + 6) == '.')
            return 0;
    }
    return -ENOMSG;
}

/* --- tar: POSIX.1-2001, ustar; and what came before it, known by its sum alone --- */

enum { TAR_BLOCK = 512, TAR_SIZE = 124, TAR_SUM = 148, TAR_MAGIC = 257, TAR_NUMBER = 12, TAR_SUM_BYTES = 8 };

static bool is_filler(unsigned byte)
{
    return byte == ' ' || byte == '\0';
}

/* Octal digits with blanks or NULs around them. */
static bool read_octal(const struct rf_media_view *view, uint64_t at, unsigned len, uint64_t *ret)
{
    uint64_t end = at + len;
    uint64_t first;

    while (at < end && is_filler(rf_view_u8(view, at)))
        at++;
    first = at;
    for (*ret = 0; at < end && rf_view_u8(view, at) >= '0' && rf_view_u8(view, at) <= '7'; at++)
        *ret = *ret << 3 | (rf_view_u8(view, at) - '0');
    return at > first && (at == end || is_filler(rf_view_u8(view, at)));
}

int rf_media_tar(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    bool is_base_256 = rf_view_u8(view, TAR_SIZE) & 0x80; /* GNU: sizes from 8 GiB on */
    uint64_t sum;
    uint64_t size;
    uint64_t plain = 0;
    int64_t with_sign = 0; /* as some wrote it */

    (void)ret;
    (void)err;
    if (!rf_view_has(view, 0, TAR_BLOCK) || rf_view_u8(view, 0) == '\0' ||
        !read_octal(view, TAR_SUM, TAR_SUM_BYTES, &sum) ||
        (!is_base_256 && !read_octal(view, TAR_SIZE, TAR_NUMBER, &size)))
        return -ENOMSG;
    for (unsigned i = 0; i < TAR_BLOCK; i++) {
        bool is_sum = i >= TAR_SUM && i < TAR_SUM + TAR_SUM_BYTES;
        unsigned byte = is_sum ? ' ' : rf_view_u8(view, i);

        plain += byte;
        with_sign += (signed char)byte;
    }
    return sum == plain || (int64_t)sum == with_sign ? 0 : -ENOMSG;
}
