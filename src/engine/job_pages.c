/* An OCR job: the pages of the input, each drawn and read in rings of its own. */
#include "engine/worker.h"

#include "base/format.h"
#include "engine/memory_file.h"
#include "engine/pdf_pages.h"
#include "engine/row.h"
#include "posture/value.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

enum { DOCUMENT_DPI = 300, HEADER_BYTES = 65536 };

/* Where the engine's files lie in its ring when it writes several. */
#define OUTPUT_DIR "/tmp"
#define OUTPUT_BASE OUTPUT_DIR "/result"
#define INPUT_DIR "/tmp/pages"

/* One page of the job. */
struct page {
    const struct rf_source *source;
    uint32_t number;        /* in the job, counted from 1 */
    uint32_t in_source;     /* in its file, counted from 1 */
    uint32_t dpi;           /* for the engine; 0: it finds out by itself */
    uint64_t pixels;        /* of the largest drawing that is allowed */
    struct rf_answer image; /* of a page that had to be drawn */
    struct rf_str text;     /* the engine's own txt */
};

struct pages {
    struct page *list;
    size_t count;
    uint32_t total;   /* in the input, before a choice was made */
    uint32_t outputs; /* formats that the engine writes */
    const struct rf_engine *drawer;
    uint64_t max_pixels;
    const char *psm;
};

/* --- which pages there are --- */

static bool is_wanted(const struct rf_job_config *config, uint32_t number)
{
    for (size_t i = 0; i < config->page_range_count; i++) {
        if (number >= config->pages[i].first && number <= config->pages[i].last)
            return true;
    }
    return config->page_range_count == 0;
}

static int add_page(struct rf_worker *worker, struct pages *pages, struct page page, struct rf_err *err)
{
    struct page *list;

    page.number = ++pages->total;
    page.image = (struct rf_answer){.file = -1};
    if (pages->total > worker->job->limits.pages)
        return rf_fail(err, -EFBIG, "%s: has more than %llu pages (--max-pages)", worker->job->input_name,
                       (unsigned long long)worker->job->limits.pages);
    if (!is_wanted(worker->job->config, page.number))
        return 0;
    list = rf_list_room(worker->arena, pages->list, pages->count, sizeof(*list));
    if (!list)
        return rf_fail(err, -ENOMEM, "%s: out of memory", worker->job->input_name);
    list[pages->count++] = page;
    pages->list = list;
    return 0;
}

static int check_pixels(const struct pages *pages, const char *name, uint32_t width, uint32_t height,
                        struct rf_err *err)
{
    if ((uint64_t)width * height > pages->max_pixels)
        return rf_fail(err, -EFBIG, "%s: a page of %u x %u pixels, the limit is %llu (--max-pixels)", name,
                       width, height, (unsigned long long)pages->max_pixels);
    return 0;
}

static int add_image(struct rf_worker *worker, struct pages *pages, const struct rf_source *source,
                     struct rf_err *err)
{
    uint32_t count = source->info.pages ? source->info.pages : 1;
    int code = check_pixels(pages, source->name, source->info.width, source->info.height, err);

    if (code == 0 && !(worker->engine->reads >> source->info.media & 1))
        code = rf_fail(err, -EBADMSG, "%s: engine %s does not read %s", source->name, worker->engine->name,
                       rf_media_name(source->info.media));
    if (code == 0 && count > 1 && source->info.media != RF_MEDIA_TIFF)
        code = rf_fail(err, -EBADMSG, "%s: a %s of %u images: want one image a file, a TIFF or a PDF",
                       source->name, rf_media_name(source->info.media), count);
    for (uint32_t i = 1; code == 0 && i <= count; i++)
        code = add_page(worker, pages,
                        (struct page){.source = source,
                                      .in_source = i,
                                      .dpi = worker->job->config->dpi,
                                      .pixels = pages->max_pixels},
                        err);
    return code;
}

/* Poppler says how large the pages are before it draws any. */
static int count_document(struct rf_worker *worker, const struct rf_source *source, struct rf_pdf_pages *ret,
                          struct rf_err *err)
{
    char last[16];
    struct rf_answer answer = {.file = -1};
    struct rf_call call = {.what = rf_worker_printf(worker, "pdfinfo, %s", source->name),
                           .input = source->file};
    int code = rf_worker_decoder(worker, RF_ENGINE_COUNT, source->info.media, &call.engine, err);

    (void)rf_snprintf(last, sizeof(last), "%llu", (unsigned long long)worker->job->limits.pages + 1);
    call.values[RF_SLOT_INPUT] = "/dev/stdin";
    call.values[RF_SLOT_LAST] = last;
    if (code == 0)
        code = rf_worker_call(worker, &call, &answer, err);
    if (code == 0)
        code = rf_pdf_pages_read(answer.bytes, worker->job->limits.pages, worker->arena, ret, err);
    if (code == -E2BIG)
        code = rf_fail(err, -EFBIG, "%s: has more than %llu pages (--max-pages)", source->name,
                       (unsigned long long)worker->job->limits.pages);
    rf_answer_done(&answer);
    return code;
}

static int add_document(struct rf_worker *worker, struct pages *pages, const struct rf_source *source,
                        struct rf_err *err)
{
    uint32_t dpi = worker->job->config->dpi ? worker->job->config->dpi : DOCUMENT_DPI;
    struct rf_pdf_pages sizes = {0};
    int code = rf_worker_decoder(worker, RF_ENGINE_PAGES, source->info.media, &pages->drawer, err);

    if (code == 0 && !(worker->engine->reads >> RF_MEDIA_PNM & 1))
        code = rf_fail(err, -EBADMSG, "%s: engine %s reads no drawn pages (pnm)", source->name,
                       worker->engine->name);
    if (code == 0)
        code = count_document(worker, source, &sizes, err);
    for (size_t i = 0; code == 0 && i < sizes.count; i++) {
        uint64_t pixels = rf_pdf_page_pixels(&sizes.list[i], dpi);

        if (pixels > pages->max_pixels)
            code = rf_fail(
                err, -EFBIG, "%s: page %zu has %llu pixels at %u dpi, the limit is %llu (--max-pixels)",
                source->name, i + 1, (unsigned long long)pixels, dpi, (unsigned long long)pages->max_pixels);
        if (code == 0)
            code = add_page(
                worker, pages,
                (struct page){.source = source, .in_source = (uint32_t)i + 1, .dpi = dpi, .pixels = pixels},
                err);
    }
    return code;
}

static int find_pages(struct rf_worker *worker, struct pages *pages, struct rf_err *err)
{
    const struct rf_job_config *config = worker->job->config;
    int code = 0;

    for (size_t i = 0; code == 0 && i < worker->source_count; i++) {
        const struct rf_source *source = &worker->sources[i];

        code = rf_media_family(source->info.media) == RF_FAMILY_DOCUMENT
                   ? add_document(worker, pages, source, err)
                   : add_image(worker, pages, source, err);
    }
    for (size_t i = 0; code == 0 && i < config->page_range_count; i++) {
        if (config->pages[i].first > pages->total)
            code = rf_fail(err, -EINVAL, "ocr_config.pages: there is no page %u: the input has %u",
                           config->pages[i].first, pages->total);
    }
    return code;
}

/* --- drawing --- */

static bool is_drawn(const struct page *page)
{
    return rf_media_family(page->source->info.media) == RF_FAMILY_DOCUMENT;
}

static void ask_drawing(struct rf_worker *worker, const struct pages *pages, const struct page *page,
                        struct rf_call *ret)
{
    ret->engine = pages->drawer;
    ret->what = rf_worker_printf(worker, "%s, page %u", pages->drawer->name, page->number);
    ret->input = page->source->file;
    ret->output_bytes = page->pixels + HEADER_BYTES; /* one byte a pixel */
    ret->values[RF_SLOT_INPUT] = "/dev/stdin";
    ret->values[RF_SLOT_PAGE] = rf_worker_printf(worker, "%u", page->in_source);
    ret->values[RF_SLOT_DPI] = rf_worker_printf(worker, "%u", page->dpi);
}

/* --- reading --- */

static const char *output_words(struct rf_worker *worker, const struct pages *pages)
{
    const char *words = "";

    for (unsigned i = 0; i < RF_FORMAT_MAX; i++) {
        if (pages->outputs >> i & 1)
            words = rf_worker_printf(worker, "%s%s%s", words, *words ? " " : "", worker->engine->outputs[i]);
    }
    return *words ? words : NULL;
}

static const char *result_name(struct rf_worker *worker, enum rf_format format)
{
    return rf_worker_printf(worker, "result.%s", rf_format_suffix(format));
}

static void wrap_word(struct rf_call *call, const char *word)
{
    if (call->wrap_count < RF_COUNT(call->wrap))
        call->wrap[call->wrap_count++] = word;
}

/* One form of the result goes to standard output; several go to files, which are collected. */
static void ask_outputs(struct rf_worker *worker, const struct pages *pages, struct rf_call *ret)
{
    ret->values[RF_SLOT_OUTPUTS] = output_words(worker, pages);
    ret->values[RF_SLOT_OUTPUT] = "-";
    if ((pages->outputs & (pages->outputs - 1)) == 0)
        return;
    ret->values[RF_SLOT_OUTPUT] = OUTPUT_BASE;
    wrap_word(ret, "/ringfence-inside");
    wrap_word(ret, "collect");
    wrap_word(ret, OUTPUT_DIR);
    for (unsigned i = 0; i < RF_FORMAT_MAX; i++) {
        if (pages->outputs >> rf_format_by_suffix(i) & 1)
            wrap_word(ret, result_name(worker, rf_format_by_suffix(i)));
    }
    wrap_word(ret, "--");
}

static void ask_reading(struct rf_worker *worker, const struct pages *pages, const struct page *page,
                        struct rf_call *ret)
{
    bool is_drawing = is_drawn(page);

    ret->engine = worker->engine;
    ret->what = rf_worker_printf(worker, "%s, page %u", worker->engine->name, page->number);
    ret->input = is_drawing ? page->image.file : page->source->file;
    ret->values[RF_SLOT_INPUT] = "/dev/stdin";
    ret->values[RF_SLOT_LANGUAGE] = worker->word;
    ret->values[RF_SLOT_PSM] = pages->psm;
    if (page->dpi)
        ret->values[RF_SLOT_DPI] = rf_worker_printf(worker, "%u", page->dpi);
    if (!is_drawing && page->source->info.pages > 1)
        ret->values[RF_SLOT_PAGE_0] = rf_worker_printf(worker, "%u", page->in_source - 1);
    ask_outputs(worker, pages, ret);
}

/* --- what the engine wrote --- */

/* A form of the result for one page, or for all of them when it was made at once. */
static int take_form(struct rf_worker *worker, struct page *page, enum rf_format format, struct rf_str text,
                     struct rf_err *err)
{
    const struct rf_piece piece = {.page = page->number,
                                   .dpi = page->dpi ? page->dpi : page->source->info.dpi,
                                   .width = page->source->info.width,
                                   .height = page->source->info.height};

    if (format == RF_FORMAT_TXT)
        page->text = text;
    if (format != RF_FORMAT_TSV) {
        worker->native[format] = text;
        return 0;
    }
    worker->native[format] = text;
    return rf_result_add(&worker->result, worker->engine->parser, text, &piece, err);
}

static int take_files(struct rf_worker *worker, const struct pages *pages, struct page *page,
                      struct rf_str bytes, struct rf_err *err)
{
    const struct rf_frame_limits most = {.files = RF_FORMAT_MAX,
                                         .bytes = RF_FORMAT_MAX * worker->job->limits.output_bytes};
    uint32_t missing = pages->outputs;
    struct rf_frames frames;
    struct rf_frame frame = {.name = ""};
    int code = 0;

    rf_frames_init(&frames, &most);
    while (code == 0 && frame.name) {
        code = rf_frames_cut(&frames, &bytes, &frame, err);
        for (unsigned i = 0; code == 0 && frame.name && i < RF_FORMAT_MAX; i++) {
            if (!(missing >> i & 1) || strcmp(frame.name, result_name(worker, (enum rf_format)i)) != 0)
                continue;
            missing &= ~(1U << i);
            code = take_form(worker, page, (enum rf_format)i, frame.bytes, err);
            break;
        }
    }
    if (code == 0 && missing)
        code = rf_fail(err, -EIO, "%s, page %u: it wrote no %s", worker->engine->name, page->number,
                       rf_format_name((enum rf_format)__builtin_ctz(missing)));
    return code;
}

/* The answer's bytes stay mapped: results are views of them. */
static int take_reading(struct rf_worker *worker, const struct pages *pages, struct page *page,
                        struct rf_answer *answer, struct rf_err *err)
{
    struct rf_piece piece = {.page = page->number, .dpi = page->dpi};

    (void)close(answer->file); /* a memory file that is mapped */
    answer->file = -1;
    if (pages->outputs == 0) {
        piece.width = page->source->info.width;
        piece.height = page->source->info.height;
        return rf_result_add(&worker->result, worker->engine->parser, answer->bytes, &piece, err);
    }
    if ((pages->outputs & (pages->outputs - 1)) == 0)
        return take_form(worker, page, (enum rf_format)__builtin_ctz(pages->outputs), answer->bytes, err);
    return take_files(worker, pages, page, answer->bytes, err);
}

/* --- page by page --- */

static int ask_page(struct rf_worker *worker, void *context, size_t task, unsigned stage, struct rf_call *ret,
                    struct rf_err *err)
{
    const struct pages *pages = context;
    const struct page *page = &pages->list[task];

    (void)err;
    if (is_drawn(page) && stage == 0)
        ask_drawing(worker, pages, page, ret);
    else
        ask_reading(worker, pages, page, ret);
    return 0;
}

static int take_page(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                     struct rf_answer *answer, bool *ret_more, struct rf_err *err)
{
    struct pages *pages = context;
    struct page *page = &pages->list[task];

    if (is_drawn(page) && stage == 0) {
        page->image = *answer;
        *ret_more = true;
        return 0;
    }
    rf_answer_done(&page->image);
    return take_reading(worker, pages, page, answer, err);
}

/* --- all pages at once, for forms that only the engine can put together --- */

static int draw_page(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                     struct rf_call *ret, struct rf_err *err)
{
    const struct pages *pages = context;

    (void)stage;
    (void)err;
    ask_drawing(worker, pages, &pages->list[task], ret);
    return 0;
}

static int take_drawing(struct rf_worker *worker, void *context, size_t task, unsigned stage,
                        struct rf_answer *answer, bool *ret_more, struct rf_err *err)
{
    struct pages *pages = context;

    (void)worker;
    (void)stage;
    (void)ret_more;
    (void)err;
    pages->list[task].image = *answer;
    return 0;
}

static int draw_all(struct rf_worker *worker, struct pages *pages, struct rf_err *err)
{
    struct pages drawn = {.drawer = pages->drawer};
    const struct rf_work work = {
        .unit = "page drawn", .context = &drawn, .ask = draw_page, .take = take_drawing};
    struct rf_work all = work;
    size_t first = 0;
    int code = 0;

    /* Documents are runs of pages in the list. */
    while (code == 0 && first < pages->count) {
        size_t end = first;

        while (end < pages->count && is_drawn(&pages->list[end]))
            end++;
        drawn.list = pages->list + first;
        all.count = end - first;
        if (all.count)
            code = rf_worker_do(worker, &all, err);
        first = end + (all.count == 0);
    }
    return code;
}

/* All pages as a row of files. */
static int pack_pages(struct pages *pages, int *ret, struct rf_err *err)
{
    struct rf_row row;
    int code = rf_row_open(&row, "pages", err);

    for (size_t i = 0; code == 0 && i < pages->count; i++) {
        struct page *page = &pages->list[i];
        struct rf_str bytes = page->image.bytes;
        char name[32];

        (void)rf_snprintf(name, sizeof(name), "page-%06u", page->number); /* names ascend */
        if (!is_drawn(page))
            code = rf_memory_file_map(page->source->file, &bytes, err);
        if (code == 0)
            code = rf_row_add(&row, name, bytes, err);
        if (!is_drawn(page))
            rf_memory_file_unmap(bytes);
        rf_answer_done(&page->image);
    }
    if (code == 0)
        code = rf_row_end(&row, ret, err);
    rf_row_close(&row);
    return code;
}

/* Whether the engine can take the input as it is: one file, all of its pages. */
static bool is_whole(const struct pages *pages)
{
    return !is_drawn(&pages->list[0]) && pages->count == pages->total &&
           pages->list[0].source == pages->list[pages->count - 1].source;
}

static int check_together(struct rf_worker *worker, const struct pages *pages, struct rf_err *err)
{
    for (size_t i = 0; i < pages->count; i++) {
        if (pages->list[i].source->info.pages > 1)
            return rf_fail(
                err, -ENOTSUP,
                "%s: of a TIFF of several pages together with other files, or of some of its pages, "
                "only json-v2 and txt can be had",
                worker->job->input_name);
    }
    return 0;
}

/* The engine counted the pages that it was given; the job's numbers may have gaps. */
static void number_pages(struct rf_result *result, const struct pages *pages)
{
    for (size_t i = 0; i < result->count; i++) {
        if (result->items[i].page - 1 < pages->count)
            result->items[i].page = pages->list[result->items[i].page - 1].number;
    }
    for (size_t i = 0; i < result->page_count; i++) {
        if (result->pages[i].page - 1 < pages->count)
            result->pages[i].page = pages->list[result->pages[i].page - 1].number;
    }
}

static int read_together(struct rf_worker *worker, struct pages *pages, struct rf_err *err)
{
    bool is_one_file = is_whole(pages);
    struct page first = pages->list[0];
    struct rf_answer answer = {.file = -1};
    struct rf_call call = {.input = -1};
    int packed = -1;
    int code = is_one_file ? 0 : check_together(worker, pages, err);

    if (code == 0 && !is_one_file)
        code = draw_all(worker, pages, err);
    if (code == 0 && !is_one_file)
        code = pack_pages(pages, &packed, err);
    if (code < 0)
        return code;
    if (!is_one_file) {
        wrap_word(&call, "/ringfence-inside");
        wrap_word(&call, "spread");
        wrap_word(&call, INPUT_DIR);
        wrap_word(&call, "--");
    }
    ask_reading(worker, pages, &first, &call);
    first.number = 1;
    call.what = rf_worker_printf(worker, "reading %zu pages together", pages->count);
    call.values[RF_SLOT_PAGE_0] = NULL;
    if (!is_one_file) {
        call.values[RF_SLOT_INPUT] = INPUT_DIR "/list";
        call.input = packed;
    }
    code = rf_worker_call(worker, &call, &answer, err);
    if (packed >= 0)
        (void)close(packed); /* a memory file's end cannot fail */
    if (code == 0)
        code = take_reading(worker, pages, &first, &answer, err);
    if (code == 0)
        number_pages(&worker->result, pages);
    return code;
}

/* --- the whole --- */

/* The pages' own txt, with a form feed between two, as the engines put it when they read several. */
static int join_texts(struct rf_worker *worker, const struct pages *pages, struct rf_err *err)
{
    struct rf_buf text;

    rf_buf_init(&text, worker->arena);
    for (size_t i = 0; i < pages->count; i++) {
        rf_buf_text(&text, i ? "\f" : "");
        if (pages->list[i].text.len)
            rf_buf_add(&text, pages->list[i].text);
    }
    if (text.is_failed)
        return rf_fail(err, -ENOMEM, "%s: out of memory for its text", worker->job->input_name);
    worker->native[RF_FORMAT_TXT] = (struct rf_str){text.ptr ? text.ptr : "", text.len};
    return 0;
}

/* What the engine has to write for the forms that are wanted. */
static uint32_t choose_outputs(const struct rf_worker *worker)
{
    uint32_t outputs = 0;
    bool has_words = worker->engine->outputs[RF_FORMAT_TSV] != NULL;

    for (unsigned i = 0; i < RF_FORMAT_MAX; i++) {
        if ((worker->formats >> i & 1) && worker->engine->outputs[i])
            outputs |= 1U << i;
    }
    if ((worker->formats >> RF_FORMAT_JSON & 1) && has_words)
        outputs |= 1U << RF_FORMAT_TSV;
    return outputs;
}

int rf_job_pages(struct rf_worker *worker, struct rf_err *err)
{
    static const uint32_t whole = 1U << RF_FORMAT_HOCR | 1U << RF_FORMAT_ALTO | 1U << RF_FORMAT_PDF;
    const struct rf_job_config *config = worker->job->config;
    struct pages pages = {.max_pixels = worker->job->limits.pixels, .outputs = choose_outputs(worker)};
    struct rf_work work = {.unit = "page", .context = &pages, .ask = ask_page, .take = take_page};
    uint32_t together = whole | ((worker->formats & 1U << RF_FORMAT_TSV) ? 1U << RF_FORMAT_TSV : 0);
    int code;

    if (config->max_pixels && config->max_pixels < pages.max_pixels)
        pages.max_pixels = config->max_pixels;
    if (config->psm >= 0)
        pages.psm = rf_worker_printf(worker, "%d", config->psm);
    code = find_pages(worker, &pages, err);
    if (code < 0)
        return code;
    work.count = pages.count;
    worker->pages = (uint32_t)pages.count;
    if (pages.count > 1 && (pages.outputs & together))
        return read_together(worker, &pages, err);
    code = rf_worker_do(worker, &work, err);
    if (code == 0 && (pages.outputs >> RF_FORMAT_TXT & 1))
        code = join_texts(worker, &pages, err);
    return code;
}
