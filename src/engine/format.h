#ifndef RF_ENGINE_FORMAT_H
#define RF_ENGINE_FORMAT_H

#include "base/str.h"

/* Forms of a result. */
enum rf_format {
    RF_FORMAT_JSON, /* json-v2, as the documented API has it */
    RF_FORMAT_TXT,
    RF_FORMAT_SRT,
    RF_FORMAT_HOCR,
    RF_FORMAT_ALTO,
    RF_FORMAT_TSV,
    RF_FORMAT_PDF,
    RF_FORMAT_MAX
};

/* "json-v2", "txt", ...; and the suffix of a file, "json". */
const char *rf_format_name(enum rf_format format);
const char *rf_format_suffix(enum rf_format format);
/* All of them, ordered by suffix: `nth` is below RF_FORMAT_MAX. */
enum rf_format rf_format_by_suffix(unsigned nth);
/* RF_FORMAT_MAX for a name that is none. */
enum rf_format rf_format_by_name(struct rf_str name);

#endif
