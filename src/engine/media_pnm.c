/* Netpbm's images, P1 to P6. Their magic is two letters that a sentence may begin with too, so the whole
   header and the beginning of the pixels must be right before a file is one. */
#include "engine/media_view.h"

#include <errno.h>

enum { PLAIN_LOOK = 64 /* bytes of a plain image's pixels that are looked at */ };

struct pnm {
    unsigned kind; /* 1..6 */
    uint64_t width;
    uint64_t height;
    uint64_t maximum;
    uint64_t raster; /* where its pixels begin */
};

static bool is_blank(unsigned byte)
{
    return byte == ' ' || (byte >= '\t' && byte <= '\r');
}

/* Blanks and comments. False when there is none, or when they do not end. */
static bool skip_blanks(struct rf_media_view *view, uint64_t *at)
{
    uint64_t start = *at;
    bool is_comment = false;

    while (rf_view_has(view, *at, 1) && rf_view_step(view)) {
        unsigned byte = rf_view_u8(view, *at);

        if (byte == '#')
            is_comment = true;
        else if (byte == '\n' || byte == '\r')
            is_comment = false;
        else if (!is_comment && !is_blank(byte))
            return *at > start;
        (*at)++;
    }
    return false;
}

/* A number of at most ten digits. False when there is none. */
static bool read_number(const struct rf_media_view *view, uint64_t *at, uint64_t *ret)
{
    uint64_t value = 0;
    unsigned digits = 0;

    while (digits <= 10 && rf_view_u8(view, *at) >= '0' && rf_view_u8(view, *at) <= '9') {
        value = value * 10 + rf_view_u8(view, *at) - '0';
        digits++;
        (*at)++;
    }
    *ret = value;
    return digits >= 1 && digits <= 10;
}

static bool read_header(struct rf_media_view *view, uint64_t at, struct pnm *ret)
{
    unsigned digit = rf_view_u8(view, at + 1);

    if (rf_view_u8(view, at) != 'P' || digit < '1' || digit > '6')
        return false;
    ret->kind = digit - '0';
    ret->maximum = 1;
    at += 2;
    if (!skip_blanks(view, &at) || !read_number(view, &at, &ret->width) || !skip_blanks(view, &at) ||
        !read_number(view, &at, &ret->height))
        return false;
    if (ret->kind != 1 && ret->kind != 4 &&
        (!skip_blanks(view, &at) || !read_number(view, &at, &ret->maximum)))
        return false;
    if (!is_blank(rf_view_u8(view, at)))
        return false;
    ret->raster = at + 1;
    return true;
}

/* Nothing but numbers, and at least one. */
static bool is_plain_raster(const struct rf_media_view *view, const struct pnm *image)
{
    unsigned last = image->kind == 1 ? '1' : '9';
    bool has_number = false;

    for (uint64_t at = image->raster; at < image->raster + PLAIN_LOOK && rf_view_has(view, at, 1); at++) {
        unsigned byte = rf_view_u8(view, at);

        if (byte == '#')
            break;
        if (byte >= '0' && byte <= last)
            has_number = true;
        else if (!is_blank(byte))
            return false;
    }
    return has_number;
}

static int raster_bytes(const struct pnm *image, uint64_t *ret, struct rf_err *err)
{
    uint64_t row = image->width;

    if (image->kind == 4)
        row = (row + 7) / 8;
    else
        row *= (image->kind == 6 ? 3U : 1U) * (image->maximum > 255 ? 2U : 1U);
    if (__builtin_mul_overflow(row, image->height, ret))
        return rf_fail(err, -EBADMSG, "pnm: an image of %llu x %llu pixels is too large for any file",
                       (unsigned long long)image->width, (unsigned long long)image->height);
    return 0;
}

int rf_media_pnm(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    struct pnm image;
    uint64_t bytes = 0;
    int code;

    if (!read_header(view, 0, &image) || (image.kind <= 3 && !is_plain_raster(view, &image)))
        return -ENOMSG;
    do {
        code = rf_media_page(ret, image.width, image.height, err);
        if (code == 0 && (image.maximum == 0 || image.maximum > 65535))
            code = rf_fail(err, -EBADMSG, "pnm: a brightest value of %llu is not in 1..65535",
                           (unsigned long long)image.maximum);
        if (code == 0)
            code = raster_bytes(&image, &bytes, err);
        if (code < 0)
            return code;
        ret->pages++;
        if (image.kind <= 3)
            return 0; /* the plain forms hold one image */
        if (!rf_view_has(view, image.raster, bytes))
            return rf_fail(err, -EBADMSG, "pnm: it breaks off in image %u", ret->pages);
    } while (read_header(view, image.raster + bytes, &image) && image.kind >= 4 && rf_view_step(view));
    if (view->steps == 0)
        ret->pages = 0;
    return 0;
}
