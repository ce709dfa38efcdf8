/* SubRip subtitles. Cues are filled word by word, and end with a sentence, before a pause, or when they are
 * full. */
#include "engine/result_write.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Long enough to look up from the text, and longer than the stops inside a spoken sentence. */
enum { PAUSE_MS = 700 };

struct cue {
    uint32_t start_ms;
    uint32_t end_ms;
    size_t text; /* where it begins in the texts, and its bytes */
    size_t text_len;
    size_t order;
};

struct srt {
    struct rf_talk talk;
    uint32_t line_length;
    uint32_t max_lines;
    struct rf_buf texts; /* of all cues */
    struct rf_buf token; /* the word at hand with the marks that belong to it */
    struct cue *cues;
    size_t count;
    bool is_open; /* the last cue */
    uint32_t lines;
    size_t chars;           /* of its last line */
    uint32_t last_start_ms; /* of the cue before, of the same speaker */
};

/* A token's bounds in the talk and in time. */
struct span {
    size_t end; /* the first item behind it */
    uint32_t start_ms;
    uint32_t end_ms;
    bool ends_sentence;
    const char *label;
};

/* The bytes of the first `chars` characters, or of all. */
static size_t bytes_of(struct rf_str text, size_t chars)
{
    size_t len = 0;

    while (len < text.len) {
        if ((text.ptr[len] & 0xc0) != 0x80 && chars-- == 0)
            break;
        len++;
    }
    return len;
}

static size_t chars_of(struct rf_str text)
{
    size_t chars = 0;

    for (size_t i = 0; i < text.len; i++)
        chars += (text.ptr[i] & 0xc0) != 0x80;
    return chars;
}

/* The next cue of the same speaker starts at `next_ms`: this one is not shown any longer. */
static void close_cue(struct srt *srt, uint32_t next_ms)
{
    struct cue *cue = &srt->cues[srt->count - 1];

    if (cue->end_ms > next_ms)
        cue->end_ms = next_ms > cue->start_ms ? next_ms : cue->start_ms;
    cue->text_len = srt->texts.len - cue->text;
    srt->is_open = false;
}

/* Words that overlap stay in their order: the parts of a long one have times of our own making. */
static void open_cue(struct srt *srt, uint32_t start_ms)
{
    if (start_ms < srt->last_start_ms)
        start_ms = srt->last_start_ms;
    srt->last_start_ms = start_ms;
    srt->cues[srt->count] =
        (struct cue){.start_ms = start_ms, .end_ms = start_ms, .text = srt->texts.len, .order = srt->count};
    srt->count++;
    srt->is_open = true;
    srt->lines = 1;
    srt->chars = 0;
}

/* Text that fits on a line: on this one, the next, or in the next cue. */
static void put(struct srt *srt, struct rf_str text, size_t chars, uint32_t start_ms, uint32_t end_ms)
{
    struct cue *cue;

    if (srt->is_open && srt->chars + strlen(srt->talk.delimiter) + chars <= srt->line_length) {
        rf_buf_text(&srt->texts, srt->talk.delimiter);
        srt->chars += strlen(srt->talk.delimiter);
    } else if (srt->is_open && srt->lines < srt->max_lines) {
        rf_buf_text(&srt->texts, "\n");
        srt->lines++;
        srt->chars = 0;
    } else {
        if (srt->is_open)
            close_cue(srt, start_ms);
        open_cue(srt, start_ms);
    }
    rf_buf_add(&srt->texts, text);
    srt->chars += chars;
    cue = &srt->cues[srt->count - 1];
    if (cue->end_ms < end_ms)
        cue->end_ms = end_ms;
}

/* The time at which `done` of `all` characters are said. */
static uint32_t time_at(const struct span *span, size_t done, size_t all)
{
    return span->start_ms + (uint32_t)((uint64_t)(span->end_ms - span->start_ms) * done / all);
}

/* A whole token, or line after line of one that is longer than a line. */
static void put_token(struct srt *srt, const struct span *span)
{
    struct rf_str text = {srt->token.ptr, srt->token.len};
    size_t all = chars_of(text);
    size_t done = 0;

    while (done < all) {
        size_t chars = all - done < srt->line_length ? all - done : srt->line_length;
        size_t bytes = bytes_of(text, chars);

        put(srt, (struct rf_str){text.ptr, bytes}, chars, time_at(span, done, all),
            time_at(span, done + chars, all));
        text = (struct rf_str){text.ptr + bytes, text.len - bytes};
        done += chars;
    }
}

/* The item at `at` and the marks behind it; their text goes to srt->token. */
static struct span take_token(struct srt *srt, size_t at)
{
    const struct rf_item *item = rf_talk_item(&srt->talk, at);
    struct span span = {.start_ms = item->start_ms,
                        .end_ms = item->end_ms > item->start_ms ? item->end_ms : item->start_ms,
                        .label = rf_talk_label(item)};

    srt->token.len = 0;
    for (;;) {
        rf_buf_add(&srt->token, item->content);
        span.ends_sentence = item->is_eos;
        if (++at == srt->talk.result->count)
            break;
        item = rf_talk_item(&srt->talk, at);
        if (!item->is_punctuation || span.ends_sentence || strcmp(rf_talk_label(item), span.label) != 0)
            break;
    }
    span.end = at;
    return span;
}

static void fill_cues(struct srt *srt)
{
    struct span last = {.end = 0};

    while (last.end < srt->talk.result->count) {
        struct span span = take_token(srt, last.end);
        bool is_same_speaker = last.label && strcmp(last.label, span.label) == 0;

        if (srt->is_open && (!is_same_speaker || last.ends_sentence ||
                             (span.start_ms > last.end_ms && span.start_ms - last.end_ms >= PAUSE_MS)))
            close_cue(srt, is_same_speaker ? span.start_ms : UINT32_MAX);
        if (!is_same_speaker)
            srt->last_start_ms = 0;
        put_token(srt, &span);
        last = span;
    }
    if (srt->is_open)
        close_cue(srt, UINT32_MAX);
}

static int compare_cues(const void *left, const void *right)
{
    const struct cue *a = left;
    const struct cue *b = right;

    if (a->start_ms != b->start_ms)
        return a->start_ms < b->start_ms ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static void write_time(struct rf_buf *out, uint32_t ms)
{
    rf_buf_printf(out, "%02u:%02u:%02u,%03u", ms / 3600000, ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

static void write_cues(const struct srt *srt, struct rf_buf *ret)
{
    for (size_t i = 0; i < srt->count; i++) {
        const struct cue *cue = &srt->cues[i];

        rf_buf_printf(ret, "%s%zu\n", i ? "\n" : "", i + 1);
        write_time(ret, cue->start_ms);
        rf_buf_text(ret, " --> ");
        write_time(ret, cue->end_ms);
        rf_buf_text(ret, "\n");
        rf_buf_add(ret, (struct rf_str){srt->texts.ptr + cue->text, cue->text_len});
        rf_buf_text(ret, "\n");
    }
}

int rf_write_srt(const struct rf_result *result, const struct rf_result_about *about, struct rf_buf *ret,
                 struct rf_err *err)
{
    struct srt srt = {.line_length = about->config->srt_line_length, .max_lines = about->config->srt_lines};
    size_t most = result->count; /* each item may begin a cue, and so may each line of a long one */
    int code = rf_talk_init(&srt.talk, result, about->language, ret->arena, err);

    assert(srt.line_length > 0 && srt.max_lines > 0);
    if (code < 0 || result->count == 0)
        return code;
    for (size_t i = 0; i < result->count; i++)
        most += result->items[i].content.len / srt.line_length;
    srt.cues = rf_arena_array(ret->arena, most, sizeof(*srt.cues));
    if (!srt.cues)
        return rf_fail(err, -ENOMEM, "subtitles of %zu words: out of memory", result->count);
    rf_buf_init(&srt.texts, ret->arena);
    rf_buf_init(&srt.token, ret->arena);
    fill_cues(&srt);
    if (srt.texts.is_failed || srt.token.is_failed)
        return rf_fail(err, -ENOMEM, "subtitles of %zu words: out of memory", result->count);
    qsort(srt.cues, srt.count, sizeof(*srt.cues), compare_cues);
    write_cues(&srt, ret);
    return 0;
}
