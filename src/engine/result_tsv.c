/* Tesseract's TSV: a row for each page (level 1), block, paragraph, line and word (level 5), in reading
   order, and pages counted from 1 whichever page of the file they are. The columns are those of tesseract 4
   and 5. */
#include "engine/result_parse.h"

#include "base/num.h"
#include "engine/lines.h"

#include <errno.h>

enum column { LEVEL, PAGE, BLOCK, PARAGRAPH, LINE, WORD, LEFT, TOP, WIDTH, HEIGHT, NUMBERS, CONF = NUMBERS };
enum { LEVEL_PAGE = 1, LEVEL_WORD = 5 };

static const char *const columns[] = {"level", "page_num", "block_num", "par_num", "line_num", "word_num",
                                      "left",  "top",      "width",     "height",  "conf"};
static const char header[] =
    "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext";

struct row {
    uint32_t numbers[NUMBERS];
    uint32_t confidence;
    struct rf_str text;
};

struct tsv {
    struct rf_result *result;
    const struct rf_piece *piece;
    struct rf_lines lines;
    uint32_t page_num; /* of the last row of level 1 */
    struct rf_page page;
};

/* -1 stands for "none", and a word of noise may have less than that. */
static int read_confidence(const struct rf_lines *lines, struct rf_str text, uint32_t *ret,
                           struct rf_err *err)
{
    bool is_negative = rf_str_starts(text, "-");
    uint64_t value = 0;

    if (is_negative)
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    if (rf_num_decimal(text, 2, &value) != 0)
        return rf_lines_fail(lines, err, "column 11 (conf): want a number in -1..100");
    *ret = is_negative ? 0 : value > RF_CONFIDENCE_ONE ? RF_CONFIDENCE_ONE : (uint32_t)value;
    return 0;
}

static int read_row(const struct rf_lines *lines, struct row *ret, struct rf_err *err)
{
    struct rf_str rest = lines->line;
    struct rf_str field = RF_STR("");

    for (unsigned i = 0; i < NUMBERS; i++) {
        uint64_t value = 0;

        rest = rf_str_cut(rest, '\t', &field);
        if (!rest.ptr)
            break;
        if (rf_num_u64(field, UINT32_MAX, &value) != 0)
            return rf_lines_fail(lines, err, "column %u (%s): want a number in 0..%u", i + 1, columns[i],
                                 UINT32_MAX);
        ret->numbers[i] = (uint32_t)value;
    }
    if (rest.ptr)
        rest = rf_str_cut(rest, '\t', &field);
    if (!rest.ptr)
        return rf_lines_fail(lines, err, "want 12 columns with a tab between two");
    ret->text = rest;
    return read_confidence(lines, field, &ret->confidence, err);
}

/* A page is complete when the next one begins, or at the end. */
static int end_page(struct tsv *tsv, struct rf_err *err)
{
    return tsv->page_num ? rf_result_add_page(tsv->result, &tsv->page, err) : 0;
}

static int read_page(struct tsv *tsv, const struct row *row, struct rf_err *err)
{
    uint32_t number = 0;
    int code;

    if (row->numbers[PAGE] != tsv->page_num + 1)
        return rf_lines_fail(&tsv->lines, err, "page %u, want page %u", row->numbers[PAGE],
                             tsv->page_num + 1);
    if (__builtin_add_overflow(tsv->piece->page, tsv->page_num, &number))
        return rf_lines_fail(&tsv->lines, err, "more pages than can be counted");
    code = end_page(tsv, err);
    tsv->page_num = row->numbers[PAGE];
    tsv->page = (struct rf_page){
        .page = number, .width = row->numbers[WIDTH], .height = row->numbers[HEIGHT], .dpi = tsv->piece->dpi};
    return code;
}

static bool is_blank(struct rf_str text)
{
    size_t i = 0;

    while (i < text.len && text.ptr[i] == ' ')
        i++;
    return i == text.len;
}

static int read_word(struct tsv *tsv, const struct row *row, struct rf_err *err)
{
    const uint32_t *n = row->numbers;
    struct rf_item item = {.content = row->text,
                           .confidence = row->confidence,
                           .page = tsv->page.page,
                           .block = n[BLOCK],
                           .paragraph = n[PARAGRAPH],
                           .line = n[LINE],
                           .box = {n[LEFT], n[TOP], 0, 0},
                           .has_box = true};
    int code = rf_lines_check(&tsv->lines, row->text, err);

    if (code < 0)
        return code;
    if (n[PAGE] != tsv->page_num)
        return rf_lines_fail(&tsv->lines, err, "a word of page %u, want page %u", n[PAGE], tsv->page_num);
    if (__builtin_add_overflow(n[LEFT], n[WIDTH], &item.box[2]) || item.box[2] > tsv->page.width ||
        __builtin_add_overflow(n[TOP], n[HEIGHT], &item.box[3]) || item.box[3] > tsv->page.height)
        return rf_lines_fail(&tsv->lines, err, "a word outside its page of %u x %u", tsv->page.width,
                             tsv->page.height);
    tsv->page.is_trailed = is_blank(row->text); /* the "word" of a picture, or of a line */
    return tsv->page.is_trailed ? 0 : rf_result_add_item(tsv->result, &item, err);
}

static int read_header(struct rf_lines *lines, struct rf_err *err)
{
    bool more = false;
    int code = rf_lines_next(lines, &more, err);

    if (code == 0 && !rf_str_is(lines->line, header))
        code = rf_lines_fail(lines, err, "want the names of the columns, level to text");
    return code;
}

int rf_parse_tsv(struct rf_result *result, struct rf_str text, const struct rf_piece *piece,
                 struct rf_err *err)
{
    struct tsv tsv = {.result = result, .piece = piece};
    bool more = false;
    int code;

    rf_lines_init(&tsv.lines, "TSV", text);
    code = read_header(&tsv.lines, err);
    while (code == 0 && (code = rf_lines_next(&tsv.lines, &more, err)) == 0 && more) {
        struct row row = {.text = RF_STR("")};

        code = read_row(&tsv.lines, &row, err);
        if (code < 0)
            break;
        if (row.numbers[LEVEL] == LEVEL_PAGE)
            code = read_page(&tsv, &row, err);
        else if (row.numbers[LEVEL] == LEVEL_WORD)
            code = read_word(&tsv, &row, err);
        else if (row.numbers[LEVEL] < LEVEL_PAGE || row.numbers[LEVEL] > LEVEL_WORD)
            code = rf_lines_fail(&tsv.lines, err, "level %u, want 1..5", row.numbers[LEVEL]);
    }
    if (code == 0 && tsv.page_num == 0)
        code = rf_lines_fail(&tsv.lines, err, "no page");
    return code < 0 ? code : end_page(&tsv, err);
}
