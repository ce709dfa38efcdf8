/* Plain text, as ocrad and `cat` print it: words by blanks, paragraphs by empty lines, pages by form feeds,
   one of which may also end the last page. There are no boxes and no confidences in it. */
#include "engine/result_parse.h"

#include "engine/lines.h"

#include <errno.h>
#include <string.h>

struct plain {
    struct rf_result *result;
    struct rf_lines lines;
    struct rf_page page;
    struct rf_item place; /* of the next word */
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* The words of a line, or of its part before or after a form feed. */
static int read_words(struct plain *plain, struct rf_str text, struct rf_err *err)
{
    bool has_words = false;

    for (;;) {
        struct rf_item item = plain->place;
        size_t len = 0;
        int code;

        while (text.len && is_blank(*text.ptr))
            text = (struct rf_str){text.ptr + 1, text.len - 1};
        if (text.len == 0)
            break;
        while (len < text.len && !is_blank(text.ptr[len]))
            len++;
        item.content = (struct rf_str){text.ptr, len};
        text = (struct rf_str){text.ptr + len, text.len - len};
        code = rf_lines_check(&plain->lines, item.content, err);
        if (code == 0)
            code = rf_result_add_item(plain->result, &item, err);
        if (code < 0)
            return code;
        has_words = true;
    }
    if (has_words) {
        plain->place.line++;
    } else if (plain->place.line > 1) {
        plain->place.line = 1;
        plain->place.paragraph++;
    }
    return 0;
}

static int next_page(struct plain *plain, struct rf_err *err)
{
    int code = rf_result_add_page(plain->result, &plain->page, err);

    if (code == 0 && plain->page.page == UINT32_MAX)
        code = rf_lines_fail(&plain->lines, err, "more pages than can be counted");
    /* The size that the caller knows is the first page's. */
    plain->page = (struct rf_page){.page = plain->page.page + 1, .dpi = plain->page.dpi};
    plain->place = (struct rf_item){.page = plain->page.page, .block = 1, .paragraph = 1, .line = 1};
    return code;
}

static int read_line(struct plain *plain, struct rf_err *err)
{
    struct rf_str part;
    struct rf_str rest = rf_str_cut(plain->lines.line, '\f', &part);
    int code = read_words(plain, part, err);

    while (code == 0 && rest.ptr) {
        rest = rf_str_cut(rest, '\f', &part);
        code = next_page(plain, err);
        if (code == 0)
            code = read_words(plain, part, err);
    }
    return code;
}

int rf_parse_text(struct rf_result *result, struct rf_str text, const struct rf_piece *piece,
                  struct rf_err *err)
{
    struct plain plain = {
        .result = result,
        .page = {.page = piece->page, .width = piece->width, .height = piece->height, .dpi = piece->dpi},
        .place = {.page = piece->page, .block = 1, .paragraph = 1, .line = 1}};
    bool more = false;
    int code;

    rf_lines_init(&plain.lines, "text", text);
    plain.lines.may_break_off = true;
    while ((code = rf_lines_next(&plain.lines, &more, err)) == 0 && more) {
        code = read_line(&plain, err);
        if (code < 0)
            return code;
    }
    if (code == 0 && (text.len == 0 || text.ptr[text.len - 1] != '\f'))
        code = rf_result_add_page(result, &plain.page, err);
    return code;
}
