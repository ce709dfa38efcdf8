#ifndef RF_ENGINE_JOB_CONFIG_H
#define RF_ENGINE_JOB_CONFIG_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The job config object, as the documented API has it, and `type: "ocr"` beside it. */

enum {
    RF_JOB_CONFIG_BYTES = 1024 * 1024,
    RF_JOB_LANGUAGES = 8,
    RF_JOB_CHANNELS = 8,
    RF_JOB_RANGES = 64,
    RF_JOB_HEADERS = 32,
    RF_JOB_UNKNOWN = 256 /* fields that nobody knows */
};

enum rf_job_type { RF_JOB_UNSET, RF_JOB_TRANSCRIPTION, RF_JOB_OCR };
enum rf_diarization { RF_DIARIZATION_NONE, RF_DIARIZATION_CHANNEL };

struct rf_page_range {
    uint32_t first; /* counted from 1 */
    uint32_t last;
};

/* Views of the config's own bytes, or of the arena. */
struct rf_job_config {
    enum rf_job_type type;                     /* RF_JOB_UNSET: no config; what the input is decides */
    struct rf_str languages[RF_JOB_LANGUAGES]; /* as the job calls them; transcription has at most one */
    size_t language_count;
    struct rf_str section; /* transcription_config or ocr_config as it was written: echoed in metadata */

    /* transcription */
    enum rf_diarization diarization;
    struct rf_str channel_labels[RF_JOB_CHANNELS];
    size_t channel_label_count;
    uint32_t srt_line_length;    /* output_config.srt_overrides.max_line_length, 37 */
    uint32_t srt_lines;          /* .max_lines, 2 */
    struct rf_str output_config; /* as it was written, or empty */

    /* ocr */
    struct rf_str engine; /* empty: the first that reads the input */
    int psm;              /* -1: the engine's own choice */
    uint32_t dpi;         /* 0: the image's own, 300 for a document */
    uint64_t max_pixels;  /* 0: the administrator's limit, which it can only lower */
    struct rf_page_range pages[RF_JOB_RANGES];
    size_t page_range_count; /* 0: all */
    uint32_t outputs;        /* bit n: enum rf_format n; 0: what the caller asks for */

    /* fetch_data */
    struct rf_str fetch_url;      /* empty: none; else rf_url_parse() takes it */
    struct rf_str *fetch_headers; /* rf_header_check() takes each; at most RF_JOB_HEADERS */
    size_t fetch_header_count;

    struct rf_str tracking; /* as it was written, or empty */
    const char **unused; /* names of fields that are accepted and have no effect here, "a.b.c", printable */
    size_t unused_count;
};

/* Read it. `json` must outlive the result. The error names place, field and what is allowed: `line 3, column
   17: transcription_config.language: is "e n", want a text of 1 to 64 letters, digits, "-" and "_"`. Features
   that the documentation has and no engine of ours are refused where leaving them out would falsify the
   result (translation_config ...), and listed in `unused` where not; so are fields that nobody knows. A field
   may be given once; null is no value of any. */
int rf_job_config_read(struct rf_str json, struct rf_arena *arena, struct rf_job_config *ret,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

/* A config as if none had been given. */
void rf_job_config_standard(struct rf_job_config *ret) RF_NONNULL;

#endif
