#ifndef RF_ENGINE_MEDIA_VIEW_H
#define RF_ENGINE_MEDIA_VIEW_H

#include "engine/media.h"

#include <string.h>

/* For media*.c alone: a stranger's file, read so that no byte outside it is touched and every walk through it
   ends. */

/* Of one probe, over all its loops: as many as six hours of AAC have frames. The slowest walk that is known,
   through the beginnings of Ogg streams, takes 16 ms for them. */
enum { RF_MEDIA_STEPS = 1 << 20 };

struct rf_media_view {
    struct rf_str bytes;
    uint32_t steps; /* left */
};

static inline bool rf_view_has(const struct rf_media_view *view, uint64_t at, uint64_t len)
{
    return at <= view->bytes.len && len <= view->bytes.len - at;
}

/* False when the walk has become too long. */
static inline bool rf_view_step(struct rf_media_view *view)
{
    if (view->steps == 0)
        return false;
    view->steps--;
    return true;
}

/* Numbers of at most eight bytes. Whatever lies beyond the end is 0. */
static inline uint64_t rf_view_be(const struct rf_media_view *view, uint64_t at, unsigned len)
{
    uint64_t value = 0;

    if (!rf_view_has(view, at, len))
        return 0;
    for (unsigned i = 0; i < len; i++)
        value = value << 8 | (unsigned char)view->bytes.ptr[at + i];
    return value;
}

static inline uint64_t rf_view_le(const struct rf_media_view *view, uint64_t at, unsigned len)
{
    uint64_t value = 0;

    if (!rf_view_has(view, at, len))
        return 0;
    for (unsigned i = len; i-- > 0;)
        value = value << 8 | (unsigned char)view->bytes.ptr[at + i];
    return value;
}

static inline unsigned rf_view_u8(const struct rf_media_view *view, uint64_t at)
{
    return (unsigned)rf_view_be(view, at, 1);
}

static inline bool rf_view_is(const struct rf_media_view *view, uint64_t at, struct rf_str want)
{
    return rf_view_has(view, at, want.len) && memcmp(view->bytes.ptr + at, want.ptr, want.len) == 0;
}

/* --- what the readers share (media.c) --- */

/* `count` of which there are `per_second`, in ms; UINT64_MAX for none a second, a little less for too many.
 */
uint64_t rf_media_ms(uint64_t count, uint32_t per_second);

/* Pixels for each inch, where `count`/`per` of them lie on a unit of this length. What no scanner has is 0,
   unknown. */
enum rf_media_length { RF_MEDIA_INCH = 10000, RF_MEDIA_CM = 25400, RF_MEDIA_METRE = 254 };
uint32_t rf_media_dpi(uint32_t count, uint32_t per, enum rf_media_length length);

/* A page of this size: the largest one counts. -EBADMSG for one without pixels. */
int rf_media_page(struct rf_media_info *ret, uint64_t width, uint64_t height,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* --- one reader for each kind ---

   Called when the magic of its row in media.c is there. 0 with the rest of *ret filled in; -ENOMSG, err left
   alone, when the file is of another kind; -EBADMSG when it is of this kind and broken. */

typedef int rf_media_reader(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err);

rf_media_reader rf_media_png, rf_media_jpeg, rf_media_gif, rf_media_bmp, rf_media_webp; /* media_image.c */
rf_media_reader rf_media_pnm;                                                           /* media_pnm.c */
rf_media_reader rf_media_tiff;                                                          /* media_tiff.c */
rf_media_reader rf_media_wav;                                                           /* media_wav.c */
rf_media_reader rf_media_mp3, rf_media_mp2, rf_media_aac, rf_media_amr;                 /* media_frames.c */
rf_media_reader rf_media_ogg, rf_media_flac;                                            /* media_ogg.c */
rf_media_reader rf_media_m4a, rf_media_mp4;                                             /* media_mp4.c */
rf_media_reader rf_media_mpeg, rf_media_mpegts, rf_media_pdf, rf_media_tar; /* media_container.c */

/* Where the frames begin: behind an ID3 tag, and the zeros that careless writers leave behind it. */
uint64_t rf_media_behind_id3(struct rf_media_view *view);

#endif
