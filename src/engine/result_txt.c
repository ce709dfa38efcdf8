/* Plain text: of speech as the documented container writes it, of pages as tesseract does. */
#include "engine/result_write.h"

#include <string.h>

static int write_talk(const struct rf_result *result, const struct rf_result_about *about, struct rf_buf *ret,
                      struct rf_err *err)
{
    struct rf_talk talk;
    const char *label = NULL;
    int code = rf_talk_init(&talk, result, about->language, ret->arena, err);

    if (code < 0)
        return code;
    for (size_t i = 0; i < result->count; i++) {
        const struct rf_item *item = rf_talk_item(&talk, i);
        const char *next = rf_talk_label(item);

        if (talk.has_labels && (!label || strcmp(label, next) != 0)) {
            rf_buf_text(ret, label ? "\n\nSPEAKER: " : "SPEAKER: ");
            rf_buf_text(ret, next);
            rf_buf_text(ret, "\n");
            label = next;
        } else if (i && !item->is_punctuation) {
            rf_buf_text(ret, talk.delimiter);
        }
        rf_buf_add(ret, item->content);
    }
    if (result->count)
        rf_buf_text(ret, "\n");
    return 0;
}

static bool is_same_paragraph(const struct rf_item *a, const struct rf_item *b)
{
    return a->block == b->block && a->paragraph == b->paragraph;
}

/* The words of one page, the first of which is `at`. Returns the first word of the next page. */
static size_t write_page(const struct rf_result *result, const struct rf_page *page, size_t at,
                         struct rf_buf *ret)
{
    const struct rf_item *last = NULL;

    for (; at < result->count && result->items[at].page == page->page; at++) {
        const struct rf_item *item = &result->items[at];

        if (last && !is_same_paragraph(last, item))
            rf_buf_text(ret, "\n\n");
        else if (last)
            rf_buf_text(ret, last->line == item->line ? " " : "\n");
        rf_buf_add(ret, item->content);
        last = item;
    }
    if (last)
        rf_buf_text(ret, page->is_trailed ? "\n\n" : "\n");
    return at;
}

int rf_write_txt(const struct rf_result *result, const struct rf_result_about *about, struct rf_buf *ret,
                 struct rf_err *err)
{
    size_t at = 0;

    if (result->kind == RF_ENGINE_SPEECH)
        return write_talk(result, about, ret, err);
    for (size_t i = 0; i < result->page_count; i++) {
        if (i)
            rf_buf_text(ret, "\f");
        at = write_page(result, &result->pages[i], at, ret);
    }
    return 0;
}
