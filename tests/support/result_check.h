#ifndef TESTS_SUPPORT_RESULT_CHECK_H
#define TESTS_SUPPORT_RESULT_CHECK_H

#include "engine/result.h"
#include "text/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What holds for whatever is written of any result. Each returns NULL, or what is wrong. */

static inline const struct rf_result_about *check_about(struct rf_job_config *config)
{
    static struct rf_result_about about = {.job_id = "k3v9x0q2ab",
                                           .created_at = "2026-01-02T03:04:05.678Z",
                                           .data_name = "a \"name\".wav",
                                           .duration_ms = 13320,
                                           .language = "en",
                                           .engine = "engine 1.0"};

    about.config = config;
    return &about;
}

/* The strict reader reads it, and the contents are the words in their order. */
static inline const char *check_json(const struct rf_result *result, struct rf_str text)
{
    struct rf_json json;
    struct rf_json_token token = {.kind = RF_JSON_NULL};
    struct rf_err err = {0};
    struct rf_arena arena;
    bool is_content = false;
    size_t words = 0;
    int code = rf_json_init(&json, text, SIZE_MAX, &err);

    rf_arena_init(&arena, 1 << 26);
    while (code == 0 && (code = rf_json_next(&json, &token, &err)) == 0 && token.kind != RF_JSON_END) {
        struct rf_str content = RF_STR("");

        if (is_content) {
            code = rf_json_text(&token, &arena, &content, &err);
            if (code == 0 && (words == result->count || content.len != result->items[words].content.len ||
                              memcmp(content.ptr, result->items[words].content.ptr, content.len) != 0))
                code = -EINVAL;
            words++;
        }
        is_content = token.kind == RF_JSON_KEY && rf_str_is(token.raw, "content");
    }
    rf_arena_done(&arena);
    return code < 0                 ? "json-v2 is not JSON with these words"
           : words != result->count ? "json-v2 lost words"
                                    : NULL;
}

static inline size_t check_chars(struct rf_str text)
{
    size_t chars = 0;

    while (text.len) {
        size_t len = rf_utf8_len(text);

        if (len == 0)
            return SIZE_MAX;
        text = (struct rf_str){text.ptr + len, text.len - len};
        chars++;
    }
    return chars;
}

static inline bool check_is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\f';
}

/* The same bytes but for blanks. */
static inline bool check_same_letters(const struct rf_result *result, struct rf_str text)
{
    size_t at = 0;

    for (size_t i = 0; i < result->count; i++) {
        struct rf_str word = result->items[i].content;

        for (size_t j = 0; j < word.len; j++) {
            if (check_is_blank(word.ptr[j]))
                continue;
            while (at < text.len && check_is_blank(text.ptr[at]))
                at++;
            if (at == text.len || text.ptr[at++] != word.ptr[j])
                return false;
        }
    }
    while (at < text.len && check_is_blank(text.ptr[at]))
        at++;
    return at == text.len;
}

/* UTF-8, every word in its order (where no lines name speakers), and no two empty lines. */
static inline const char *check_txt(const struct rf_result *result, struct rf_str text, bool has_labels)
{
    if (check_chars(text) == SIZE_MAX)
        return "txt is not UTF-8";
    if (text.len && memmem(text.ptr, text.len, "\n\n\n", 3))
        return "txt has two empty lines";
    if (!has_labels && !check_same_letters(result, text))
        return "txt has other words";
    return NULL;
}

static inline struct rf_str check_line(struct rf_str *text)
{
    struct rf_str line;

    *text = rf_str_cut(*text, '\n', &line);
    return line;
}

/* "00:00:02,100", at most 18 digits in all; UINT64_MAX for anything else. */
static inline uint64_t check_time(struct rf_str text)
{
    static const unsigned factors[] = {3600000, 60000, 1000, 1};
    static const char ends[] = "::,";
    uint64_t total = 0;

    for (size_t i = 0; i < 4; i++) {
        uint64_t value = 0;
        size_t digits = 0;

        for (; digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9'; digits++)
            value = value * 10 + (uint64_t)(text.ptr[digits] - '0');
        if (digits < (i == 3 ? 3U : 2U) || digits > 5 ||
            (i < 3 && (digits == text.len || text.ptr[digits] != ends[i])))
            return UINT64_MAX;
        total += value * factors[i];
        text = (struct rf_str){text.ptr + digits + (i < 3), text.len - digits - (i < 3)};
    }
    return text.len ? UINT64_MAX : total;
}

struct check_cues {
    const struct rf_result *result;
    const struct rf_job_config *config;
    size_t item;        /* whose text is due next */
    struct rf_str rest; /* of a word that was longer than a line */
    bool has_ended;     /* a sentence, in this cue */
};

/* The word at `item` with the marks behind it. */
static inline struct rf_str check_token(struct check_cues *cues, char *room, size_t room_size)
{
    size_t len = 0;
    bool ended;

    do {
        const struct rf_item *item = &cues->result->items[cues->item++];

        if (len + item->content.len > room_size)
            return RF_STR("");
        memcpy(room + len, item->content.ptr, item->content.len);
        len += item->content.len;
        ended = item->is_eos;
        cues->has_ended = ended;
    } while (!ended && cues->item < cues->result->count && cues->result->items[cues->item].is_punctuation);
    return (struct rf_str){room, len};
}

/* A line of a cue: whole words, or parts of one that no line can hold. */
static inline const char *check_cue_line(struct check_cues *cues, struct rf_str line, char *room,
                                         size_t room_size)
{
    if (line.len == 0)
        return "srt has an empty line inside a cue";
    if (check_chars(line) > cues->config->srt_line_length)
        return "srt has a line that is too long, or not UTF-8";
    while (line.ptr) {
        struct rf_str word;

        line = rf_str_cut(line, ' ', &word);
        if (cues->rest.len == 0) {
            if (cues->has_ended)
                return "srt has two sentences in one cue";
            if (cues->item == cues->result->count)
                return "srt has more words";
            cues->rest = check_token(cues, room, room_size);
            if (check_chars(cues->rest) <= cues->config->srt_line_length && cues->rest.len != word.len)
                return "srt breaks a word";
        }
        if (word.len == 0 || word.len > cues->rest.len || memcmp(word.ptr, cues->rest.ptr, word.len) != 0)
            return "srt has other words";
        cues->rest = (struct rf_str){cues->rest.ptr + word.len, cues->rest.len - word.len};
    }
    return NULL;
}

/* For a result of one channel, words without blanks inside, and a language with blanks between words. */
static inline const char *check_srt(const struct rf_result *result, const struct rf_job_config *config,
                                    struct rf_str text)
{
    static char room[4 * RF_RESULT_WORD_BYTES];
    struct check_cues cues = {.result = result, .config = config, .rest = RF_STR("")};
    uint64_t last = 0;
    size_t number = 0;

    while (text.len) {
        struct rf_str line = check_line(&text);
        char want[32];
        struct rf_str arrow;
        uint64_t start;
        uint64_t end;
        uint32_t lines = 0;

        (void)snprintf(want, sizeof(want), "%zu", ++number);
        if (!rf_str_is(line, want))
            return "srt counts wrong";
        line = check_line(&text);
        arrow.ptr = line.ptr ? memmem(line.ptr, line.len, " --> ", 5) : NULL;
        if (!arrow.ptr)
            return "srt has no times";
        start = check_time((struct rf_str){line.ptr, (size_t)(arrow.ptr - line.ptr)});
        end = check_time((struct rf_str){arrow.ptr + 5, line.len - 5 - (size_t)(arrow.ptr - line.ptr)});
        if (start == UINT64_MAX || end == UINT64_MAX || end < start || start < last)
            return "srt has times that are none, or go backwards";
        last = start;
        cues.has_ended = false;
        do {
            const char *wrong = check_cue_line(&cues, check_line(&text), room, sizeof(room));

            if (wrong)
                return wrong;
            if (++lines > config->srt_lines)
                return "srt has a cue of too many lines";
        } while (text.len && *text.ptr != '\n');
        if (text.len)
            (void)check_line(&text); /* the empty one between two cues */
        else if (!text.ptr)
            return "srt breaks off";
    }
    return cues.item != result->count || cues.rest.len ? "srt lost words" : NULL;
}

#endif
