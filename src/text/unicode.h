#ifndef RF_TEXT_UNICODE_H
#define RF_TEXT_UNICODE_H

#include "base/str.h"

/* Blanks as Unicode has them (White_Space), since BuildKit asks Go's unicode.IsSpace(): a no-break space in
   front of an instruction is skipped there. Bytes that are not UTF-8 are no blanks. */

/* The bytes of the blank at the start of `str`: 1 to 3, or 0 when there is none. */
size_t rf_blank_len(struct rf_str str);

/* Without the blanks at its start, at its end. */
struct rf_str rf_blank_trim_start(struct rf_str str);
struct rf_str rf_blank_trim(struct rf_str str);

/* The bytes of the letter outside ASCII at the start of `str`, or 0. Coarser than Unicode's list of letters:
   the blocks of punctuation, symbols and emoji are left out, everything else counts. */
size_t rf_letter_len(struct rf_str str);

/* The blanks that separate the words of an instruction: tab, vertical tab, form feed, carriage return, space.
 */
static inline bool rf_blank_is_ascii(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

#endif
