#ifndef RF_ENGINE_PDF_PAGES_H
#define RF_ENGINE_PDF_PAGES_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How many pages a document has and how large they are, so that a page which would be too large is refused
   before it is drawn. A point is 1/72 inch. */
struct rf_pdf_page {
    uint64_t width_milli; /* thousandths of a point, UINT64_MAX for more; to six digits, as pdfinfo prints */
    uint64_t height_milli;
    uint32_t rotation; /* degrees clockwise, 0..359, by which a reader turns it */
};

struct rf_pdf_pages {
    struct rf_pdf_page *list;
    size_t count; /* 0: a document without pages */
    bool is_encrypted;
};

/* Read what `pdfinfo -f 1 -l LAST` prints, LAST being limit_pages or more. -E2BIG when there are more pages
   than that, -EBADMSG for text of another form. The document's title may hold lines that look like pdfinfo's:
   they make the text one of another form. Sizes are those of the crop box, so pages must be drawn with
   `pdftoppm -cropbox`: without it the media box is drawn, which may be any size. */
int rf_pdf_pages_read(struct rf_str text, size_t limit_pages, struct rf_arena *arena,
                      struct rf_pdf_pages *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Pixels of a page drawn with `dpi`, each side rounded up, and one at least, as pdftoppm does; UINT64_MAX for
 * more. */
uint64_t rf_pdf_page_pixels(const struct rf_pdf_page *page, uint32_t dpi) RF_NONNULL;

#endif
