#ifndef RF_ENGINE_LANGUAGE_NAMES_H
#define RF_ENGINE_LANGUAGE_NAMES_H

#include "base/err.h"

#include <stdbool.h>

/* What json-v2's language_pack_info says of a language. */
struct rf_language {
    const char *code; /* ISO 639-1, or 639-3 where there is no shorter one */
    const char *name; /* in English */
    bool is_right_to_left;
    bool has_no_blanks; /* words are written without a blank between */
};

/* The language of a code such as "en" or "en-US", in any case; NULL for one that is not in the table. */
const struct rf_language *rf_language_find(const char *code) RF_NONNULL;

#endif
