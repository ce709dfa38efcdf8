/* What engines said: kept, put in order, and handed to the parser or writer that knows the form. */
#include "engine/result.h"

#include "engine/result_parse.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 256 };

static const struct {
    enum rf_engine_kind kind;
    int (*parse)(struct rf_result *result, struct rf_str text, const struct rf_piece *piece,
                 struct rf_err *err);
} parsers[] = {
    [RF_PARSER_TSV] = {RF_ENGINE_OCR, rf_parse_tsv},
    [RF_PARSER_POCKETSPHINX] = {RF_ENGINE_SPEECH, rf_parse_pocketsphinx},
    [RF_PARSER_TEXT] = {RF_ENGINE_OCR, rf_parse_text},
};

void rf_result_init(struct rf_result *result, enum rf_engine_kind kind, struct rf_arena *arena)
{
    assert(kind == RF_ENGINE_OCR || kind == RF_ENGINE_SPEECH);
    *result = (struct rf_result){.kind = kind, .arena = arena};
}

int rf_result_add(struct rf_result *result, enum rf_parser parser, struct rf_str text,
                  const struct rf_piece *piece, struct rf_err *err)
{
    size_t count = result->count;
    size_t page_count = result->page_count;
    int code;

    if ((size_t)parser >= RF_COUNT(parsers) || !parsers[parser].parse || parsers[parser].kind != result->kind)
        return rf_fail(err, -EINVAL, "the output of an engine for %s: no parser of such output is named",
                       result->kind == RF_ENGINE_OCR ? "pages" : "speech");
    code = parsers[parser].parse(result, text, piece, err);
    if (code < 0) {
        result->count = count;
        result->page_count = page_count;
    }
    return code;
}

/* Room for one more of `size` bytes: the list, or its copy with twice the room, or NULL. */
static void *make_room(struct rf_arena *arena, void *list, size_t count, size_t *room, size_t size)
{
    size_t more = *room ? *room * 2 : FIRST_ROOM;
    void *copy;

    if (count < *room)
        return list;
    copy = rf_arena_array(arena, more, size);
    if (!copy)
        return NULL;
    if (count)
        memcpy(copy, list, count * size);
    *room = more;
    return copy;
}

int rf_result_add_item(struct rf_result *result, const struct rf_item *item, struct rf_err *err)
{
    struct rf_item *items;

    if (result->count == RF_RESULT_ITEMS)
        return rf_fail(err, -E2BIG, "the result has more than %d words", RF_RESULT_ITEMS);
    items = make_room(result->arena, result->items, result->count, &result->item_room, sizeof(*items));
    if (!items)
        return rf_fail(err, -ENOMEM, "a result of %zu words: out of memory", result->count);
    result->items = items;
    items[result->count] = *item;
    items[result->count].order = (uint32_t)result->count;
    result->count++;
    return 0;
}

int rf_result_add_page(struct rf_result *result, const struct rf_page *page, struct rf_err *err)
{
    struct rf_page *pages;

    if (result->page_count == RF_RESULT_ITEMS)
        return rf_fail(err, -E2BIG, "the result has more than %d pages", RF_RESULT_ITEMS);
    pages = make_room(result->arena, result->pages, result->page_count, &result->page_room, sizeof(*pages));
    if (!pages)
        return rf_fail(err, -ENOMEM, "a result of %zu pages: out of memory", result->page_count);
    result->pages = pages;
    pages[result->page_count++] = *page;
    return 0;
}

static int compare(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

/* A total order: qsort() is free to swap equals. */
static int compare_items(const void *left, const void *right)
{
    const struct rf_item *a = left;
    const struct rf_item *b = right;
    int by = compare(a->page, b->page);

    if (by == 0)
        by = compare(a->start_ms, b->start_ms);
    if (by == 0)
        by = compare(b->end_ms, a->end_ms);
    return by ? by : compare(a->order, b->order);
}

static int compare_pages(const void *left, const void *right)
{
    const struct rf_page *a = left;
    const struct rf_page *b = right;

    return compare(a->page, b->page);
}

static bool is_sorted(const struct rf_result *result)
{
    for (size_t i = 1; i < result->count; i++) {
        if (compare_items(&result->items[i - 1], &result->items[i]) > 0)
            return false;
    }
    return true;
}

void rf_result_sort(struct rf_result *result)
{
    /* Pieces mostly arrive in order, and qsort() of what is sorted still copies all of it. */
    if (!is_sorted(result))
        qsort(result->items, result->count, sizeof(*result->items), compare_items);
    if (result->page_count)
        qsort(result->pages, result->page_count, sizeof(*result->pages), compare_pages);
}

const char *rf_result_channel(const struct rf_job_config *config, size_t channel, struct rf_arena *arena)
{
    if (channel < config->channel_label_count)
        return rf_arena_text(arena, config->channel_labels[channel]);
    return rf_arena_printf(arena, "channel_%zu", channel + 1);
}
