/* The readers of engines' output. The first byte chooses the reader and how the rest is used. Whatever a
   reader accepts is written in every form, and the forms hold: json-v2 is JSON with the same words, txt is
   UTF-8 with the same words, srt keeps its limits and breaks no word. Whatever it refuses leaves nothing, and
   says where. */
#include "engine/result.h"

#include "engine/pdf_pages.h"
#include "support/result_check.h"

#include <stdio.h>
#include <stdlib.h>

enum { LIMIT = 1 << 16, ARENA_BYTES = 1 << 28, LIMIT_PAGES = 100 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void stop(const char *wrong)
{
    if (!wrong)
        return;
    (void)fprintf(stderr, "%s\n", wrong);
    abort();
}

/* A refusal names the place, and shows nothing that could harm a terminal. */
static void check_refusal(const struct rf_err *err, int code)
{
    if (err->code != code || (code == -EBADMSG && !strstr(err->msg, ", line ")))
        stop("a refusal without a place");
    for (const char *p = err->msg; *p; p++) {
        if (*p < 0x20 || *p > 0x7e)
            stop("a refusal with strange bytes");
    }
}

static struct rf_str write_as(const struct rf_result *result, const struct rf_job_config *config,
                              enum rf_format format)
{
    struct rf_job_config copy = *config;
    struct rf_buf buf;
    struct rf_err err = {0};

    rf_buf_init(&buf, result->arena);
    if (rf_result_write(result, check_about(&copy), format, &buf, &err) != 0)
        stop(err.msg);
    return (struct rf_str){buf.ptr ? buf.ptr : "", buf.len};
}

/* Words with blanks inside, which tesseract writes for some scripts, are no words for check_srt(). */
static bool has_blanks(const struct rf_result *result)
{
    for (size_t i = 0; i < result->count; i++) {
        if (memchr(result->items[i].content.ptr, ' ', result->items[i].content.len))
            return true;
    }
    return false;
}

static void check_forms(const struct rf_result *result, unsigned choice, bool has_channels)
{
    const struct rf_job_config config = {.srt_line_length = 1 + choice % 40,
                                         .srt_lines = 1 + choice / 40 % 3};

    stop(check_json(result, write_as(result, &config, RF_FORMAT_JSON)));
    stop(check_txt(result, write_as(result, &config, RF_FORMAT_TXT), has_channels));
    if (result->kind == RF_ENGINE_SPEECH) {
        struct rf_str srt = write_as(result, &config, RF_FORMAT_SRT);

        if (!has_channels && !has_blanks(result))
            stop(check_srt(result, &config, srt));
    }
}

static void read_words(enum rf_engine_kind kind, enum rf_parser parser, struct rf_str text, unsigned choice)
{
    struct rf_piece piece = {.page = 1, .channel = choice & 1 ? "left" : NULL};
    struct rf_result result;
    struct rf_arena arena;
    struct rf_err err = {0};
    int code;

    rf_arena_init(&arena, ARENA_BYTES);
    rf_result_init(&result, kind, &arena);
    code = rf_result_add(&result, parser, text, &piece, &err);
    if (code == 0) {
        size_t count = result.count;
        size_t page_count = result.page_count;

        if (choice & 2) { /* the same again, from another place */
            piece = (struct rf_piece){.page = (uint32_t)page_count + 1,
                                      .start_ms = choice * 1000,
                                      .channel = choice & 4 ? "right" : piece.channel};
            code = rf_result_add(&result, parser, text, &piece, &err);
            if (code == 0 && (result.count != 2 * count || result.page_count != 2 * page_count))
                stop("the second time says something else");
        }
        rf_result_sort(&result);
        check_forms(&result, choice, piece.channel != NULL);
    } else if (result.count || result.page_count) {
        stop("a refusal leaves something");
    }
    if (code != 0)
        check_refusal(&err, code);
    rf_arena_done(&arena);
}

static void read_pages(struct rf_str text)
{
    struct rf_pdf_pages pages = {0};
    struct rf_arena arena;
    struct rf_err err = {0};
    int code;

    rf_arena_init(&arena, ARENA_BYTES);
    code = rf_pdf_pages_read(text, LIMIT_PAGES, &arena, &pages, &err);
    if (code != 0)
        check_refusal(&err, code);
    if (pages.count > LIMIT_PAGES)
        stop("more pages than the limit");
    for (size_t i = 0; i < pages.count; i++) {
        const struct rf_pdf_page *page = &pages.list[i];

        if (page->rotation > 359 || rf_pdf_page_pixels(page, 1) == 0 ||
            rf_pdf_page_pixels(page, 300) < rf_pdf_page_pixels(page, 72))
            stop("a page of a size that no page has");
    }
    rf_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    unsigned choice;
    struct rf_str text;

    if (size == 0 || size > LIMIT)
        return 0;
    choice = *data >> 2;
    text = (struct rf_str){(const char *)data + 1, size - 1};
    switch (*data & 3) {
    case 0:
        read_words(RF_ENGINE_OCR, RF_PARSER_TSV, text, choice);
        break;
    case 1:
        read_words(RF_ENGINE_SPEECH, RF_PARSER_POCKETSPHINX, text, choice);
        break;
    case 2:
        read_words(RF_ENGINE_OCR, RF_PARSER_TEXT, text, choice);
        break;
    default:
        read_pages(text);
        break;
    }
    return 0;
}
