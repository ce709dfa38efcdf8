#ifndef RF_ENGINE_RESULT_H
#define RF_ENGINE_RESULT_H

#include "base/arena.h"
#include "base/buf.h"
#include "engine/engine.h"
#include "engine/job_config.h"

/* What an engine said, in one form for all of them, and the forms that are made of it. */

enum {
    RF_CONFIDENCE_ONE = 10000,
    RF_RESULT_ITEMS = 4000000, /* words and marks; and as many pages */
    RF_RESULT_WORD_BYTES = 65536,
    RF_RESULT_CHANNELS = 64 /* ffmpeg knows no layout with more */
};

/* One word or mark. */
struct rf_item {
    struct rf_str content; /* UTF-8 without control characters, not blank */
    bool is_punctuation;   /* it belongs to the word before */
    bool is_eos;           /* a mark that ends a sentence */
    bool has_box;
    /* 0..RF_CONFIDENCE_ONE. 0 also where the engine says nothing about its confidence, as ocrad does: the
       documented form has no word for that, a field is required, and a reader that keeps what is surely right
       must not keep it. */
    uint32_t confidence;
    const char *channel; /* or NULL */
    /* Speech. The end is that of the engine: pocketsphinx names the 10 ms frame in which the word ends. */
    uint32_t start_ms;
    uint32_t end_ms;
    const char *speaker; /* "S1"; "UU" for unknown */
    /* Pages, all counted from 1: blocks in the page, paragraphs in the block, lines in the paragraph. */
    uint32_t page;
    uint32_t block;
    uint32_t paragraph;
    uint32_t line;
    uint32_t box[4]; /* left, top, right, bottom; pixels, inside the page */
    uint32_t order;  /* private: of arrival, which breaks ties */
};

struct rf_page {
    uint32_t page;
    uint32_t width; /* pixels; 0: unknown */
    uint32_t height;
    uint32_t dpi;    /* 0: unknown */
    bool is_trailed; /* private: something without words follows the last one */
};

struct rf_result {
    enum rf_engine_kind kind; /* RF_ENGINE_OCR or RF_ENGINE_SPEECH */
    struct rf_arena *arena;
    struct rf_item *items;
    size_t count;
    struct rf_page *pages;
    size_t page_count;
    size_t item_room; /* private */
    size_t page_room;
};

/* No allocation happens here. */
void rf_result_init(struct rf_result *result, enum rf_engine_kind kind, struct rf_arena *arena) RF_NONNULL;

/* Where a piece of output belongs. */
struct rf_piece {
    uint32_t page;  /* the first page of it, counted from 1 */
    uint32_t dpi;   /* of its pages; 0: unknown */
    uint32_t width; /* of its first page, where the engine does not tell; 0: unknown */
    uint32_t height;
    uint64_t start_ms;   /* of the first sample */
    const char *channel; /* or NULL; must outlive the result */
};

/* Add what an engine wrote: all of it, from its first byte on. The bytes are a stranger's: -EBADMSG names the
   line that is not of the parser's form, -E2BIG is more than the limits above; then the result is as it was.
   `text` must outlive the result.

   RF_PARSER_TSV        tesseract's TSV, at least one page
   RF_PARSER_POCKETSPHINX  each utterance a line of its words, and a line WORD START END PROBABILITY for each
                        of these, in order, with any number of fillers (<s>, [NOISE], ++COUGH++) between; adds
                        a full stop to each utterance, which the engine ends at a pause
   RF_PARSER_TEXT       lines of words, paragraphs with an empty line between, pages with a form feed
                        between */
int rf_result_add(struct rf_result *result, enum rf_parser parser, struct rf_str text,
                  const struct rf_piece *piece, struct rf_err *err) RF_NONNULL RF_CHECK;

/* When everything is added: order by start time (ties: the later end first), or by page; what arrived first
   comes first otherwise. */
void rf_result_sort(struct rf_result *result) RF_NONNULL;

/* What a channel, counted from 0, is called in results: its label in the config, or "channel_1", ... NULL
   when the arena is full. */
const char *rf_result_channel(const struct rf_job_config *config, size_t channel,
                              struct rf_arena *arena) RF_NONNULL RF_CHECK;

/* What json-v2 says about the job beside the words. */
struct rf_result_about {
    const struct rf_job_config *config;
    const char *job_id;     /* NULL: the container's form, without `job` */
    const char *created_at; /* RFC 3339 */
    const char *data_name;  /* or NULL */
    uint64_t duration_ms;   /* UINT64_MAX: unknown */
    const char *language;   /* as the job calls it; several joined with '+' */
    const char *engine;     /* with its version where it is known: metadata.orchestrator_version; or NULL */
};

/* The result, sorted, as json-v2, txt or srt; the others are made by engines. -ENOTSUP for a form that this
   kind of result has not (srt of a page), -ENOMEM when the text does not fit into its arena.

   json-v2   as the documented API has it: one line for each word, times and confidences with a fraction.
             Words of pages have page, block, paragraph, line and, where it is known, bbox instead of times;
             `pages` lists the pages. What is not known is left out.
   txt       Speech: sentences with a blank between, on one line; where there are channels or known speakers,
             each turn has a line "SPEAKER: S1" above it and an empty line below. Turns change at ends of
             sentences, so that two who speak at once are not mixed word by word. Pages: lines and paragraphs
             as on the page, a form feed between two pages: what `tesseract PAGE -` prints, byte by byte.
   srt       cues of at most srt_lines lines of srt_line_length characters (not bytes), which end with a
             sentence or before a pause at the latest. A word is broken only where it alone is longer than a
             line. Start times never fall. A result without words is an empty file. */
int rf_result_write(const struct rf_result *result, const struct rf_result_about *about,
                    enum rf_format format, struct rf_buf *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
