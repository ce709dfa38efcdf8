/* TIFF 6.0 and BigTIFF: a chain of directories, one for each page, each anywhere in the file. A chain may be
   a ring, and a directory may have more entries than it needs, so both are counted. */
#include "engine/media_view.h"

#include <errno.h>

enum {
    TAG_WIDTH = 256,
    TAG_HEIGHT = 257,
    TAG_X_RESOLUTION = 282,
    TAG_RESOLUTION_UNIT = 296,
    TYPE_BYTE = 1,
    TYPE_SHORT = 3,
    TYPE_LONG = 4,
    TYPE_RATIONAL = 5,
    TYPE_LONG8 = 16,
    UNIT_INCH = 2,
    UNIT_CM = 3,
    BIG = 43,
    PAGES_MAX = 65535 /* libtiff's own limit */
};

struct tiff {
    struct rf_media_view *view;
    bool is_little;
    bool is_big;
};

struct page {
    uint64_t width;
    uint64_t height;
    uint64_t resolution; /* where the fraction lies, or 0 */
    uint64_t unit;
};

static uint64_t number(const struct tiff *tiff, uint64_t at, unsigned len)
{
    return tiff->is_little ? rf_view_le(tiff->view, at, len) : rf_view_be(tiff->view, at, len);
}

static unsigned type_bytes(uint64_t type)
{
    switch (type) {
    case TYPE_BYTE:
        return 1;
    case TYPE_SHORT:
        return 2;
    case TYPE_LONG:
        return 4;
    case TYPE_LONG8:
        return 8;
    default:
        return 0;
    }
}

/* Sets *field from an entry that holds one whole number. Libraries differ in which of two equal tags they
 * take. */
static int take_number(const struct tiff *tiff, uint64_t at, uint64_t *field, struct rf_err *err)
{
    uint64_t tag = number(tiff, at, 2);
    unsigned bytes = type_bytes(number(tiff, at + 2, 2));
    uint64_t count = number(tiff, at + 4, tiff->is_big ? 8 : 4);

    if (*field)
        return rf_fail(err, -EBADMSG, "tiff: a page states tag %u twice", (unsigned)tag);
    if (count != 1 || bytes == 0 || (bytes == 8 && !tiff->is_big))
        return rf_fail(err, -EBADMSG, "tiff: tag %u is not one whole number", (unsigned)tag);
    *field = number(tiff, at + (tiff->is_big ? 12 : 8), bytes);
    return 0;
}

static int take_entry(const struct tiff *tiff, uint64_t at, struct page *page, struct rf_err *err)
{
    switch (number(tiff, at, 2)) {
    case TAG_WIDTH:
        return take_number(tiff, at, &page->width, err);
    case TAG_HEIGHT:
        return take_number(tiff, at, &page->height, err);
    case TAG_RESOLUTION_UNIT:
        return take_number(tiff, at, &page->unit, err);
    case TAG_X_RESOLUTION:
        if (number(tiff, at + 2, 2) == TYPE_RATIONAL)
            page->resolution = tiff->is_big ? at + 12 : number(tiff, at + 8, 4);
        return 0;
    default:
        return 0;
    }
}

static uint32_t page_dpi(const struct tiff *tiff, const struct page *page)
{
    uint32_t count = (uint32_t)number(tiff, page->resolution, 4);
    uint32_t per = (uint32_t)number(tiff, page->resolution + 4, 4);

    if (page->resolution == 0 || (page->unit && page->unit != UNIT_INCH && page->unit != UNIT_CM))
        return 0;
    return rf_media_dpi(count, per, page->unit == UNIT_CM ? RF_MEDIA_CM : RF_MEDIA_INCH);
}

/* One directory; *at moves to the next, 0 at the end. */
static int read_page(const struct tiff *tiff, uint64_t *at, struct rf_media_info *ret, struct rf_err *err)
{
    unsigned head = tiff->is_big ? 8 : 2;
    unsigned entry = tiff->is_big ? 20 : 12;
    unsigned offset = tiff->is_big ? 8 : 4;
    uint64_t count = number(tiff, *at, head);
    struct page page = {0};
    int code;

    if (count == 0 || count > RF_MEDIA_STEPS || !rf_view_has(tiff->view, *at + head, count * entry + offset))
        return rf_fail(err, -EBADMSG, "tiff: it breaks off before the size of page %u", ret->pages + 1);
    *at += head;
    for (; count; count--, *at += entry) {
        if (!rf_view_step(tiff->view))
            return rf_fail(err, -EBADMSG, "tiff: more than %d directory entries", RF_MEDIA_STEPS);
        code = take_entry(tiff, *at, &page, err);
        if (code < 0)
            return code;
    }
    *at = number(tiff, *at, offset);
    if (ret->pages == 0)
        ret->dpi = page_dpi(tiff, &page);
    ret->pages++;
    return rf_media_page(ret, page.width, page.height, err);
}

int rf_media_tiff(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    struct tiff tiff = {view, rf_view_u8(view, 0) == 'I', false};
    uint64_t at;
    uint64_t mark; /* a page of the chain; the walk comes back to it when the chain is a ring (Brent) */
    uint32_t laps = 1;

    tiff.is_big = number(&tiff, 2, 2) == BIG;
    if (tiff.is_big && (number(&tiff, 4, 2) != 8 || number(&tiff, 6, 2) != 0))
        return rf_fail(err, -EBADMSG, "tiff: offsets of a size that BigTIFF has not");
    at = tiff.is_big ? number(&tiff, 8, 8) : number(&tiff, 4, 4);
    mark = at;
    do {
        int code =
            at ? read_page(&tiff, &at, ret, err) : rf_fail(err, -EBADMSG, "tiff: there is no page in it");

        if (code < 0)
            return code;
        if (at && at == mark)
            return rf_fail(err, -EBADMSG, "tiff: its pages follow each other in a ring");
        if (ret->pages > PAGES_MAX)
            return rf_fail(err, -EBADMSG, "tiff: more than %d pages", PAGES_MAX);
        if (ret->pages == laps) {
            mark = at;
            laps *= 2;
        }
    } while (at);
    return 0;
}
