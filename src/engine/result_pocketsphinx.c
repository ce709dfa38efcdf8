/* What pocketsphinx_continuous -time yes prints, for each utterance:

       good morning
       <s> 0.110 0.180 1.000100
       good 0.190 0.440 1.000100
       morning(2) 0.450 0.950 0.998000
       </s> 1.840 1.880 1.000000

   The first line, the hypothesis, may be empty or missing where nothing but noise was heard. A word of it may
   look like anything, so it is the hypothesis that says how many words have to follow and which: any other
   segment is a filler. Times count from the start of the file. */
#include "engine/result_parse.h"

#include "base/num.h"
#include "engine/lines.h"

#include <errno.h>
#include <string.h>

struct speech {
    struct rf_result *result;
    const struct rf_piece *piece;
    struct rf_lines lines;
    struct rf_str rest;     /* of the hypothesis: the words whose segments are still to come */
    uint64_t last_start_ms; /* in the piece */
};

struct segment {
    struct rf_str word;
    uint64_t start_ms;
    uint64_t end_ms;
    uint64_t confidence;
};

/* "WORD START END PROBABILITY", one blank between two. */
static bool read_segment(struct rf_str line, struct segment *ret)
{
    struct rf_str start;
    struct rf_str end;
    struct rf_str rest = rf_str_cut(line, ' ', &ret->word);

    if (!rest.ptr)
        return false;
    rest = rf_str_cut(rest, ' ', &start);
    if (!rest.ptr)
        return false;
    rest = rf_str_cut(rest, ' ', &end);
    return rest.ptr && ret->word.len && rf_num_decimal(start, 3, &ret->start_ms) == 0 &&
           rf_num_decimal(end, 3, &ret->end_ms) == 0 && rf_num_decimal(rest, 4, &ret->confidence) == 0;
}

static bool is_between(struct rf_str word, const char *start, const char *end)
{
    size_t len = strlen(end);

    return word.len > len && rf_str_starts(word, start) && memcmp(word.ptr + word.len - len, end, len) == 0;
}

/* Silence, noise, the ends of the sentence: what models have in their noise dictionaries. */
static bool is_filler(struct rf_str word)
{
    return is_between(word, "<", ">") || is_between(word, "[", "]") || is_between(word, "++", "++") ||
           rf_str_is(word, "(NULL)");
}

/* Without the "(2)" of a word's second pronunciation. */
static struct rf_str base_of(struct rf_str word)
{
    size_t len = word.len;

    if (len < 4 || word.ptr[len - 1] != ')')
        return word;
    for (len--; len > 1 && word.ptr[len - 1] >= '0' && word.ptr[len - 1] <= '9'; len--)
        ;
    return len > 1 && word.ptr[len - 1] == '(' && len < word.len - 1 ? (struct rf_str){word.ptr, len - 1}
                                                                     : word;
}

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static struct rf_str skip_blanks(struct rf_str text)
{
    while (text.len && *text.ptr == ' ')
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    return text;
}

static int add_word(struct speech *speech, const struct segment *segment, struct rf_str word,
                    struct rf_err *err)
{
    struct rf_item item = {.content = word, .channel = speech->piece->channel, .speaker = "UU"};
    struct rf_item stop;
    uint64_t start = 0;
    uint64_t end = 0;
    int code;

    if (segment->start_ms < speech->last_start_ms || segment->end_ms < segment->start_ms)
        return rf_lines_fail(&speech->lines, err, "times that go backwards");
    if (__builtin_add_overflow(segment->start_ms, speech->piece->start_ms, &start) ||
        __builtin_add_overflow(segment->end_ms, speech->piece->start_ms, &end) || end > UINT32_MAX)
        return rf_lines_fail(&speech->lines, err, "a time beyond %u ms", UINT32_MAX);
    speech->last_start_ms = segment->start_ms;
    item.start_ms = (uint32_t)start;
    item.end_ms = (uint32_t)end;
    /* Sums of rounded logarithms: 1.0002 has been seen. */
    item.confidence =
        segment->confidence > RF_CONFIDENCE_ONE ? RF_CONFIDENCE_ONE : (uint32_t)segment->confidence;
    code = rf_result_add_item(speech->result, &item, err);
    if (code < 0 || speech->rest.len)
        return code;
    stop = item;
    stop.content = RF_STR(".");
    stop.is_punctuation = true;
    stop.is_eos = true;
    stop.confidence = RF_CONFIDENCE_ONE; /* that the utterance ended is what the engine says */
    stop.start_ms = stop.end_ms;
    return rf_result_add_item(speech->result, &stop, err);
}

/* The segments of an utterance whose hypothesis has words left. */
static int read_expected(struct speech *speech, struct rf_err *err)
{
    struct segment segment;
    struct rf_str word;
    struct rf_str rest = rf_str_cut(speech->rest, ' ', &word);
    int code;

    if (!read_segment(speech->lines.line, &segment))
        return rf_lines_fail(&speech->lines, err,
                             "want WORD START END PROBABILITY for each word of the line above (-time yes)");
    if (!is_same(segment.word, word) && !is_same(base_of(segment.word), word))
        return is_filler(segment.word)
                   ? 0
                   : rf_lines_fail(&speech->lines, err, "another word than the next of the line above");
    code = rf_lines_check(&speech->lines, word, err);
    if (code < 0)
        return code;
    speech->rest = rest.ptr ? skip_blanks(rest) : RF_STR("");
    return add_word(speech, &segment, word, err);
}

/* Fillers of the utterance before, or of one without a hypothesis; else the next hypothesis. */
static void read_between(struct speech *speech)
{
    struct segment segment;
    struct rf_str line = speech->lines.line;

    if (read_segment(line, &segment) && is_filler(segment.word))
        return;
    while (line.len && line.ptr[line.len - 1] == ' ')
        line.len--;
    speech->rest = skip_blanks(line);
}

int rf_parse_pocketsphinx(struct rf_result *result, struct rf_str text, const struct rf_piece *piece,
                          struct rf_err *err)
{
    struct speech speech = {.result = result, .piece = piece, .rest = RF_STR("")};
    bool more = false;
    int code;

    rf_lines_init(&speech.lines, "pocketsphinx", text);
    while ((code = rf_lines_next(&speech.lines, &more, err)) == 0 && more) {
        if (speech.rest.len)
            code = read_expected(&speech, err);
        else
            read_between(&speech);
        if (code < 0)
            return code;
    }
    if (code == 0 && speech.rest.len)
        code = rf_lines_fail(&speech.lines, err, "the text ends inside an utterance");
    return code;
}
