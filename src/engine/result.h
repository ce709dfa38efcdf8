#ifndef RF_ENGINE_RESULT_H
#define RF_ENGINE_RESULT_H

#include "base/arena.h"
#include "base/buf.h"
#include "engine/engine.h"
#include "engine/job_config.h"

/* What an engine said, in one form for all of them, and the forms that are made of it. */

enum { RF_CONFIDENCE_ONE = 10000, RF_RESULT_ITEMS = 4000000 };

/* One word or mark. */
struct rf_item {
    struct rf_str content;
    bool is_punctuation;
    bool is_eos;         /* a mark that ends a sentence */
    uint32_t confidence; /* 0..RF_CONFIDENCE_ONE */
    const char *channel; /* or NULL */
    /* speech */
    uint32_t start_ms;
    uint32_t end_ms;
    const char *speaker; /* "S1"; "UU" for unknown */
    /* pages: counted from 1, as tesseract counts them */
    uint32_t page;
    uint32_t block;
    uint32_t paragraph;
    uint32_t line;
    uint32_t box[4]; /* left, top, right, bottom; pixels */
    bool has_box;
};

struct rf_page {
    uint32_t page;
    uint32_t width;
    uint32_t height;
    uint32_t dpi; /* 0: unknown */
};

struct rf_result {
    struct rf_arena *arena;
    struct rf_item *items;
    size_t count;
    struct rf_page *pages;
    size_t page_count;
};

/* No allocation happens here. */
void rf_result_init(struct rf_result *result, struct rf_arena *arena) RF_NONNULL;

/* Where a piece of output belongs. */
struct rf_piece {
    uint32_t page;  /* the first page of it */
    uint32_t dpi;   /* of its pages; 0: unknown */
    uint32_t width; /* of its page, where the engine does not tell; 0: unknown */
    uint32_t height;
    uint64_t start_ms;   /* of the first sample */
    const char *channel; /* or NULL */
};

/* Add what an engine wrote. The bytes are a stranger's: -EBADMSG names the line that is not of the parser's
   form. `text` must outlive the result. */
int rf_result_add(struct rf_result *result, enum rf_parser parser, struct rf_str text,
                  const struct rf_piece *piece, struct rf_err *err) RF_NONNULL RF_CHECK;

/* When everything is added: order by start time (ties: the later end first), or by page. */
void rf_result_sort(struct rf_result *result) RF_NONNULL;

/* What json-v2 says about the job beside the words. */
struct rf_result_about {
    const struct rf_job_config *config;
    const char *job_id;     /* NULL: the container's form, without `job` */
    const char *created_at; /* RFC 3339 */
    const char *data_name;  /* or NULL */
    uint64_t duration_ms;   /* UINT64_MAX: unknown */
    const char *language;   /* as the job calls it */
    const char *engine;     /* with its version where it is known: metadata.orchestrator_version */
};

/* The result as json-v2, txt or srt; the others are made by engines. -ENOTSUP for a form that this kind of
   result has not (srt of a page). */
int rf_result_write(const struct rf_result *result, const struct rf_result_about *about,
                    enum rf_format format, struct rf_buf *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
