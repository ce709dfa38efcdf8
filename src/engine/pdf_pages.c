/* What pdfinfo says of a document's pages:

       Title:           any text, of several lines at will
       Pages:           2
       Encrypted:       no
       Page    1 size:  595.276 x 841.89 pts (A4)
       Page    1 rot:   0
*/
#include "engine/pdf_pages.h"

#include "base/num.h"
#include "engine/lines.h"

#include <errno.h>

enum { POINT_MILLI = 1000, POINTS_PER_INCH = 72 };

struct info {
    struct rf_lines lines;
    struct rf_arena *arena;
    size_t limit_pages;
    struct rf_pdf_pages pages;
    bool has_count;
    size_t sized; /* pages whose size was read */
};

static struct rf_str skip_blanks(struct rf_str text)
{
    while (text.len && *text.ptr == ' ')
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    return text;
}

/* printf's %g: "841.89", "1e+07", "1e-05". */
static bool read_milli(struct rf_str text, uint64_t *ret)
{
    struct rf_str digits;
    struct rf_str power = rf_str_cut(text, 'e', &digits);
    uint64_t exponent = 0;

    if (!power.ptr)
        return rf_num_decimal(digits, 3, ret) == 0;
    if (power.len < 2 || (*power.ptr != '+' && *power.ptr != '-') ||
        rf_num_u64((struct rf_str){power.ptr + 1, power.len - 1}, 400, &exponent) != 0)
        return false;
    if (*power.ptr == '+')
        return rf_num_decimal(digits, 3 + (unsigned)exponent, ret) == 0;
    *ret = 0; /* less than a thousandth: printf writes e-05 and smaller so */
    return rf_num_decimal(digits, 3, &exponent) == 0;
}

static int read_count(struct info *info, struct rf_str value, struct rf_err *err)
{
    uint64_t count = 0;

    if (info->has_count)
        return rf_lines_fail(&info->lines, err, "the number of pages for the second time");
    if (rf_num_u64(value, UINT32_MAX, &count) != 0)
        return rf_lines_fail(&info->lines, err, "want a number of pages");
    if (count > info->limit_pages)
        return rf_fail(err, -E2BIG, "the document has %llu pages, want at most %zu",
                       (unsigned long long)count, info->limit_pages);
    info->pages.list = rf_arena_array(info->arena, (size_t)count, sizeof(*info->pages.list));
    if (!info->pages.list)
        return rf_fail(err, -ENOMEM, "a document of %llu pages: out of memory", (unsigned long long)count);
    info->pages.count = (size_t)count;
    info->has_count = true;
    return 0;
}

/* "595.276 x 841.89 pts (A4)" */
static int read_size(struct info *info, uint64_t number, struct rf_str value, struct rf_err *err)
{
    struct rf_pdf_page page = {0};
    struct rf_str width;
    struct rf_str height;
    struct rf_str rest = rf_str_cut(value, ' ', &width);

    if (number != info->sized + 1 || number > info->pages.count)
        return rf_lines_fail(&info->lines, err, "the size of page %llu, want %s", (unsigned long long)number,
                             info->sized < info->pages.count ? "the next page's" : "no more pages");
    if (!rest.ptr || !rf_str_starts(rest, "x "))
        return rf_lines_fail(&info->lines, err, "want WIDTH x HEIGHT pts");
    rest = rf_str_cut((struct rf_str){rest.ptr + 2, rest.len - 2}, ' ', &height);
    if (!rest.ptr || !rf_str_starts(rest, "pts") || !read_milli(width, &page.width_milli) ||
        !read_milli(height, &page.height_milli))
        return rf_lines_fail(&info->lines, err, "want WIDTH x HEIGHT pts");
    info->pages.list[info->sized++] = page;
    return 0;
}

static int read_rotation(struct info *info, uint64_t number, struct rf_str value, struct rf_err *err)
{
    uint64_t degrees = 0;

    if (number == 0 || number != info->sized)
        return rf_lines_fail(&info->lines, err, "the rotation of page %llu, want it below its size",
                             (unsigned long long)number);
    if (rf_num_u64(value, 359, &degrees) != 0)
        return rf_lines_fail(&info->lines, err, "want a rotation in 0..359");
    info->pages.list[info->sized - 1].rotation = (uint32_t)degrees;
    return 0;
}

/* What stands behind "Page": "    1 size:  595 x 842 pts". Other facts of a page are not wanted here. */
static int read_page(struct info *info, struct rf_str text, struct rf_err *err)
{
    struct rf_str digits;
    struct rf_str name;
    struct rf_str value = rf_str_cut(skip_blanks(text), ' ', &digits);
    uint64_t number = 0;

    if (!value.ptr || rf_num_u64(digits, UINT32_MAX, &number) != 0)
        return 0;
    value = rf_str_cut(value, ':', &name);
    if (!value.ptr)
        return 0;
    if (rf_str_is(name, "size"))
        return read_size(info, number, skip_blanks(value), err);
    if (rf_str_is(name, "rot"))
        return read_rotation(info, number, skip_blanks(value), err);
    return 0;
}

static int read_line(struct info *info, struct rf_err *err)
{
    struct rf_str line = info->lines.line;
    struct rf_str name;
    struct rf_str value = rf_str_cut(line, ':', &name);

    if (value.ptr && rf_str_is(name, "Pages"))
        return read_count(info, skip_blanks(value), err);
    if (value.ptr && rf_str_is(name, "Encrypted"))
        info->pages.is_encrypted = !rf_str_is(skip_blanks(value), "no");
    if (rf_str_starts(line, "Page "))
        return read_page(info, (struct rf_str){line.ptr + 5, line.len - 5}, err);
    return 0;
}

int rf_pdf_pages_read(struct rf_str text, size_t limit_pages, struct rf_arena *arena,
                      struct rf_pdf_pages *ret, struct rf_err *err)
{
    struct info info = {.arena = arena, .limit_pages = limit_pages};
    bool more = false;
    int code;

    rf_lines_init(&info.lines, "pdfinfo", text);
    while ((code = rf_lines_next(&info.lines, &more, err)) == 0 && more) {
        code = read_line(&info, err);
        if (code < 0)
            return code;
    }
    if (code < 0)
        return code;
    if (!info.has_count)
        return rf_lines_fail(&info.lines, err, "want the number of pages");
    if (info.sized != info.pages.count)
        return rf_lines_fail(&info.lines, err, "sizes of %zu pages, want %zu", info.sized, info.pages.count);
    *ret = info.pages;
    return 0;
}

static uint64_t side(uint64_t milli, uint32_t dpi)
{
    enum { UNIT = POINT_MILLI * POINTS_PER_INCH };
    uint64_t units = 0;

    if (__builtin_mul_overflow(milli, (uint64_t)dpi, &units))
        return UINT64_MAX;
    return units ? units / UNIT + (units % UNIT > 0) : 1;
}

uint64_t rf_pdf_page_pixels(const struct rf_pdf_page *page, uint32_t dpi)
{
    uint64_t pixels = 0;

    return __builtin_mul_overflow(side(page->width_milli, dpi), side(page->height_milli, dpi), &pixels)
               ? UINT64_MAX
               : pixels;
}
