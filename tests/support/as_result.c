/* as-result tsv|pocketsphinx|text FORMAT [CHANNEL=]FILE...: what an engine printed, each file a piece of one
   result, as json-v2, txt or srt. as-result pdfinfo DPI FILE: the pixels of each page, one a line. */
#include "engine/memory_file.h"
#include "engine/pdf_pages.h"
#include "engine/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LIMIT_PAGES = 500 };

static const struct {
    const char *name;
    enum rf_engine_kind kind;
    enum rf_parser parser;
    const char *language;
} parsers[] = {{"tsv", RF_ENGINE_OCR, RF_PARSER_TSV, "eng"},
               {"text", RF_ENGINE_OCR, RF_PARSER_TEXT, "eng"},
               {"pocketsphinx", RF_ENGINE_SPEECH, RF_PARSER_POCKETSPHINX, "en"}};

static struct rf_err err;

static int fail(void)
{
    (void)fprintf(stderr, "as-result: %s\n", err.msg);
    return 1;
}

/* The file stays mapped. */
static int read_file(const char *path, struct rf_str *ret)
{
    int file = open(path, O_RDONLY | O_CLOEXEC);
    int copy = -1;
    int code;

    if (file < 0)
        return rf_fail(&err, -errno, "%s: %s", path, strerror(errno));
    code = rf_memory_file_copy(file, path, UINT64_MAX, &copy, &err);
    return code < 0 ? code : rf_memory_file_map(copy, ret, &err);
}

static int print_pages(char **argv, struct rf_arena *arena)
{
    struct rf_pdf_pages pages = {0};
    struct rf_str text;
    uint32_t dpi = (uint32_t)strtoull(argv[2], NULL, 10);

    if (read_file(argv[3], &text) < 0 || rf_pdf_pages_read(text, LIMIT_PAGES, arena, &pages, &err) < 0)
        return fail();
    for (size_t i = 0; i < pages.count; i++)
        (void)printf("%llu\n", (unsigned long long)rf_pdf_page_pixels(&pages.list[i], dpi));
    return 0;
}

static int add_files(struct rf_result *result, enum rf_parser parser, char **files)
{
    struct rf_piece piece = {.page = 1};
    int code = 0;

    for (; code == 0 && *files; files++) {
        char *path = strchr(*files, '=');
        struct rf_str text;

        piece.channel = path ? *files : NULL;
        if (path)
            *path++ = '\0';
        code = read_file(path ? path : *files, &text);
        if (code == 0)
            code = rf_result_add(result, parser, text, &piece, &err);
        piece.page = (uint32_t)result->page_count + 1;
    }
    rf_result_sort(result);
    return code;
}

int main(int argc, char **argv)
{
    struct rf_job_config config = {.srt_line_length = 37, .srt_lines = 2};
    struct rf_result_about about = {
        .config = &config, .created_at = "2026-01-02T03:04:05Z", .duration_ms = UINT64_MAX};
    struct rf_result result;
    struct rf_arena arena;
    struct rf_buf text;
    size_t i = 0;

    rf_arena_init(&arena, (size_t)1 << 30);
    if (argc == 4 && strcmp(argv[1], "pdfinfo") == 0)
        return print_pages(argv, &arena);
    while (argc >= 4 && i < RF_COUNT(parsers) && strcmp(argv[1], parsers[i].name) != 0)
        i++;
    if (argc < 4 || i == RF_COUNT(parsers))
        return 2;
    about.language = parsers[i].language;
    rf_result_init(&result, parsers[i].kind, &arena);
    rf_buf_init(&text, &arena);
    if (add_files(&result, parsers[i].parser, argv + 3) < 0 ||
        rf_result_write(&result, &about, rf_format_by_name(rf_str_of(argv[2])), &text, &err) < 0)
        return fail();
    return text.len == 0 || fwrite(text.ptr, text.len, 1, stdout) == 1 ? 0 : 1;
}
