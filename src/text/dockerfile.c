/* Lines of a Dockerfile to instructions: directives, comments, continuation and the bodies of heredocs. */
#include "text/dockerfile.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

#include "base/format.h"
#include "text/dockerfile_parser.h"
#include "text/unicode.h"

struct line {
    struct rf_str text; /* without the line end */
    uint32_t start;     /* in the file */
    uint32_t next;      /* where the next one starts */
    uint32_t number;    /* from 1 */
};

struct file {
    struct rf_df_parser parser;
    struct rf_df *df;
    struct rf_df_piece *pieces;
    uint32_t piece_count;
    uint32_t at; /* where the next line starts */
    uint32_t line_number;
    bool is_past_directives;
};

int rf_df_fail(const struct rf_df_span *span, struct rf_err *err, const char *fmt, ...)
{
    char sentence[400];
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    for (char *p = sentence; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            *p = '?';
    return rf_fail(err, -EINVAL, "%u:%u: %s", span->line, span->column, sentence);
}

static int no_memory(const struct file *file)
{
    return rf_fail(file->parser.err, -ENOMEM, "%u:1: no memory left to read the Dockerfile",
                   file->line_number);
}

static struct rf_df_span span_in_line(const struct line *line, struct rf_str text)
{
    uint32_t offset = (uint32_t)(text.ptr - line->text.ptr);
    uint32_t start = line->start + offset;

    return (struct rf_df_span){start, start + (uint32_t)text.len, line->number, offset + 1};
}

/* --- lines --- */

/* False at the end of the file. A line that is too long is an error, told by *ret_code. */
static bool next_line(struct file *file, struct line *ret, int *ret_code)
{
    struct rf_str rest = {file->df->bytes.ptr + file->at, file->df->bytes.len - file->at};
    struct rf_df_span span = {.line = ++file->line_number, .column = 1};
    struct rf_str text;

    if (rest.len == 0) {
        file->line_number--;
        return false;
    }
    (void)rf_str_cut(rest, '\n', &text); /* only the line is wanted */
    *ret = (struct line){.text = text, .start = file->at, .number = file->line_number};
    file->df->line_starts[file->df->line_count++] = file->at;
    ret->next = file->at + (uint32_t)text.len + (text.len < rest.len);
    file->at = ret->next;
    if (text.len > RF_DF_LINE_BYTES)
        *ret_code = rf_df_fail(&span, file->parser.err, "a line of %zu bytes: builders take at most %d",
                               text.len, RF_DF_LINE_BYTES);
    while (ret->text.len > 0 && ret->text.ptr[ret->text.len - 1] == '\r')
        ret->text.len--;
    return *ret_code == 0;
}

/* Cut the escape character from the end of a line that goes on in the next one. Two of them do not continue.
 */
static bool cut_continuation(const struct file *file, struct rf_str *text)
{
    char escape = file->df->escape;
    size_t len = text->len;

    while (len > 0 && (text->ptr[len - 1] == ' ' || text->ptr[len - 1] == '\t'))
        len--;
    if (len == 0 || text->ptr[len - 1] != escape || (len > 1 && text->ptr[len - 2] == escape))
        return false;
    text->len = len - 1;
    return true;
}

/* --- directives and comments --- */

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

static bool is_alnum(char c)
{
    return is_letter(c) || (c >= '0' && c <= '9');
}

/* `name = value` behind the #. */
static bool read_directive(struct rf_str text, struct rf_str *ret_name, struct rf_str *ret_value)
{
    size_t len = 0;

    text = rf_blank_trim_start(text);
    if (text.len == 0 || !is_letter(text.ptr[0]))
        return false;
    while (len < text.len && is_alnum(text.ptr[len]))
        len++;
    *ret_name = (struct rf_str){text.ptr, len};
    text = (struct rf_str){text.ptr + len, text.len - len};
    while (text.len > 0 && rf_blank_is_ascii(*text.ptr))
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    if (text.len == 0 || *text.ptr != '=')
        return false;
    *ret_value = rf_blank_trim((struct rf_str){text.ptr + 1, text.len - 1});
    return ret_value->len > 0;
}

static bool is_name(struct rf_str text, const char *name)
{
    return text.len == strlen(name) && strncasecmp(text.ptr, name, text.len) == 0;
}

/* Take the line if it is a directive. The first line that is none ends them all. */
static int take_directive(struct file *file, const struct line *line, struct rf_str text, bool *ret_is_one)
{
    static const char *const known[] = {"syntax", "escape", "check"};
    struct rf_df *df = file->df;
    struct rf_df_directive directive = {0};
    size_t k = 0;

    *ret_is_one = false;
    if (file->is_past_directives)
        return 0;
    file->is_past_directives = true;
    if (text.len == 0 || *text.ptr != '#' ||
        !read_directive((struct rf_str){text.ptr + 1, text.len - 1}, &directive.name, &directive.value))
        return 0;
    while (k < RF_COUNT(known) && !is_name(directive.name, known[k]))
        k++;
    if (k == RF_COUNT(known))
        return 0;
    directive.span = span_in_line(line, directive.value);
    for (uint32_t i = 0; i < df->directive_count; i++)
        if (is_name(df->directives[i].name, known[k]))
            return rf_df_fail(&directive.span, file->parser.err, "the directive %s stands here twice",
                              known[k]);
    if (rf_str_is(rf_str_of(known[k]), "escape")) {
        if (!rf_str_is(directive.value, "\\") && !rf_str_is(directive.value, "`"))
            return rf_df_fail(&directive.span, file->parser.err, "the escape character must be \\ or `");
        df->escape = *directive.value.ptr;
    }
    df->directives[df->directive_count++] = directive;
    file->is_past_directives = false;
    *ret_is_one = true;
    return 0;
}

static bool is_comment(struct rf_str text)
{
    text = rf_blank_trim_start(text);
    return text.len > 0 && *text.ptr == '#';
}

static void add_comment(struct file *file, const struct line *line)
{
    struct rf_str text = rf_blank_trim(line->text);
    struct rf_df_comment *comment = &file->df->comments[file->df->comment_count++];

    comment->span = span_in_line(line, text);
    comment->text = rf_blank_trim((struct rf_str){text.ptr + 1, text.len - 1});
    comment->before = file->df->instruction_count;
}

/* --- instructions --- */

static void add_piece(struct file *file, const struct line *line, struct rf_str text, struct rf_str *joined)
{
    if (text.len == 0)
        return;
    file->pieces[file->piece_count++] = (struct rf_df_piece){
        .at = (uint32_t)joined->len, .start = line->start + (uint32_t)(text.ptr - line->text.ptr)};
    joined->len += text.len;
}

/* The lines behind the first, as long as each goes on. */
static int read_continuation(struct file *file, struct rf_df_instruction *instruction, struct rf_str *joined)
{
    struct line line;
    bool goes_on = true;
    bool is_directive;
    int code = 0;

    while (goes_on && next_line(file, &line, &code)) {
        code = take_directive(file, &line, line.text, &is_directive);
        if (code < 0)
            break;
        instruction->last_line = line.number;
        if (is_comment(line.text)) {
            if (!is_directive)
                add_comment(file, &line);
        } else if (rf_blank_trim_start(line.text).len == 0) {
            instruction->has_empty_continuation = true;
        } else {
            goes_on = cut_continuation(file, &line.text);
            add_piece(file, &line, line.text, joined);
        }
    }
    return code;
}

/* Put the pieces side by side; one alone stays where it is. */
static int join(struct file *file, struct rf_df_instruction *instruction, struct rf_str joined)
{
    const char *bytes = file->df->bytes.ptr;
    char *text;

    if (instruction->piece_count <= 1) {
        joined.ptr = bytes + (instruction->piece_count ? instruction->pieces->start : file->at);
        instruction->joined = joined;
        return 0;
    }
    text = rf_arena_alloc(file->parser.arena, joined.len);
    if (!text)
        return no_memory(file);
    for (uint32_t i = 0; i < instruction->piece_count; i++) {
        const struct rf_df_piece *piece = &instruction->pieces[i];
        size_t end = i + 1 < instruction->piece_count ? piece[1].at : joined.len;

        memcpy(text + piece->at, bytes + piece->start, end - piece->at);
    }
    instruction->joined = (struct rf_str){text, joined.len};
    return 0;
}

static struct rf_str trim_tabs(struct rf_str text)
{
    while (text.len > 0 && *text.ptr == '\t')
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    return text;
}

static int read_body(struct file *file, struct rf_df_instruction *instruction, struct rf_df_heredoc *heredoc)
{
    struct line line;
    int code = 0;

    heredoc->body = (struct rf_df_span){file->at, file->at, file->line_number + 1, 1};
    while (next_line(file, &line, &code)) {
        struct rf_str text = heredoc->is_chomped ? trim_tabs(line.text) : line.text;

        if (text.len == heredoc->name.len && memcmp(text.ptr, heredoc->name.ptr, text.len) == 0) {
            heredoc->text = (struct rf_str){file->df->bytes.ptr + heredoc->body.start,
                                            heredoc->body.end - heredoc->body.start};
            instruction->last_line = line.number;
            instruction->span.end = line.start + (uint32_t)line.text.len;
            return 0;
        }
        heredoc->body.end = line.next;
    }
    return code < 0 ? code
                    : rf_df_fail(&heredoc->marker, file->parser.err, "no line \"%.*s\" ends this heredoc",
                                 RF_FMT(heredoc->name));
}

static int read_instruction(struct file *file, const struct line *first, struct rf_str text, bool goes_on)
{
    struct rf_df *df = file->df;
    struct rf_df_instruction *instruction = &df->instructions[df->instruction_count];
    struct rf_df_span here = span_in_line(first, (struct rf_str){first->text.ptr, 0});
    struct rf_str joined = {0};
    int code = 0;

    if (df->instruction_count == RF_DF_INSTRUCTIONS)
        return rf_df_fail(&here, file->parser.err, "more than %d instructions", RF_DF_INSTRUCTIONS);
    instruction->span = here;
    instruction->pieces = file->pieces + file->piece_count;
    instruction->last_line = first->number;
    add_piece(file, first, text, &joined);
    if (goes_on)
        code = read_continuation(file, instruction, &joined);
    if (code < 0)
        return code;
    instruction->piece_count = (uint32_t)(file->pieces + file->piece_count - instruction->pieces);
    code = join(file, instruction, joined);
    if (code == 0)
        code = rf_df_parse_line(&file->parser, instruction, instruction->joined);
    if (code == 0)
        code = rf_df_find_heredocs(&file->parser, instruction);
    for (uint32_t i = 0; i < instruction->heredoc_count && code == 0; i++)
        code = read_body(file, instruction, &instruction->heredocs[i]);
    df->instruction_count++;
    return code;
}

static int read_file(struct file *file)
{
    struct line line;
    int code = 0;

    while (next_line(file, &line, &code)) {
        struct rf_str text = rf_blank_trim_start(line.text);
        bool is_directive;
        bool goes_on;

        code = take_directive(file, &line, text, &is_directive);
        if (code < 0)
            return code;
        if (text.len > 0 && *text.ptr == '#') {
            if (!is_directive)
                add_comment(file, &line);
            continue;
        }
        goes_on = cut_continuation(file, &text);
        if (text.len == 0 && !goes_on)
            continue;
        code = read_instruction(file, &line, text, goes_on);
        if (code < 0)
            return code;
    }
    if (code == 0 && file->df->instruction_count == 0)
        return rf_df_fail(&(struct rf_df_span){.line = 1, .column = 1}, file->parser.err,
                          "a Dockerfile without an instruction");
    return code;
}

static size_t count_lines(struct rf_str bytes)
{
    size_t count = 1;

    for (const char *p = bytes.ptr;
         bytes.len > 0 && (p = memchr(p, '\n', bytes.len - (size_t)(p - bytes.ptr)));) {
        count++;
        p++;
    }
    return count;
}

static size_t min_size(size_t a, size_t b)
{
    return a < b ? a : b;
}

int rf_df_parse(struct rf_str bytes, struct rf_arena *arena, struct rf_df *ret, struct rf_err *err)
{
    static const struct rf_df_span top = {.line = 1, .column = 1};
    struct rf_df df = {.bytes = bytes, .escape = '\\'};
    struct file file = {.df = &df, .parser = {.df = &df, .arena = arena, .err = err}};
    size_t lines;
    int code;

    if (bytes.len > RF_DF_BYTES)
        return rf_df_fail(&top, err, "a Dockerfile of %zu bytes, want at most %d", bytes.len, RF_DF_BYTES);
    lines = count_lines(bytes);
    if (lines > RF_DF_LINES)
        return rf_df_fail(&top, err, "a Dockerfile of %zu lines, want at most %d", lines, RF_DF_LINES);
    if (rf_str_starts(bytes, "\xef\xbb\xbf"))
        file.at = 3;
    file.pieces = rf_arena_array(arena, lines, sizeof(*file.pieces));
    df.line_starts = rf_arena_array(arena, lines, sizeof(*df.line_starts));
    df.comments = rf_arena_array(arena, lines, sizeof(*df.comments));
    df.instructions =
        rf_arena_array(arena, min_size(lines, RF_DF_INSTRUCTIONS) + 1, sizeof(*df.instructions));
    if (!file.pieces || !df.line_starts || !df.comments || !df.instructions)
        return no_memory(&file);
    code = read_file(&file);
    if (code == 0)
        *ret = df;
    return code;
}

/* --- places --- */

/* The piece that the byte at `offset` of the joined line lies in. */
static const struct rf_df_piece *find_piece(const struct rf_df_instruction *instruction, uint32_t offset)
{
    uint32_t low = 0;
    uint32_t high = instruction->piece_count;

    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;

        if (instruction->pieces[middle].at <= offset)
            low = middle;
        else
            high = middle;
    }
    return &instruction->pieces[low];
}

struct rf_df_span rf_df_span_at(const struct rf_df *df, uint32_t start, uint32_t end)
{
    uint32_t low = 0;
    uint32_t high = df->line_count;

    while (low + 1 < high) {
        uint32_t middle = low + (high - low) / 2;

        if (df->line_starts[middle] <= start)
            low = middle;
        else
            high = middle;
    }
    return (struct rf_df_span){start, end, low + 1, start - df->line_starts[low] + 1};
}

struct rf_df_span rf_df_span_of(const struct rf_df *df, const struct rf_df_instruction *instruction,
                                const char *text, size_t len)
{
    uint32_t offset = (uint32_t)(text - instruction->joined.ptr);
    const struct rf_df_piece *first;
    const struct rf_df_piece *last;

    if (instruction->piece_count == 0)
        return instruction->span;
    first = find_piece(instruction, offset);
    last = len ? find_piece(instruction, offset + (uint32_t)len - 1) : first;
    return rf_df_span_at(df, first->start + (offset - first->at),
                         last->start + (offset + (uint32_t)len - last->at));
}
