#ifndef RF_ENGINE_LINES_H
#define RF_ENGINE_LINES_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>

/* What a program printed, line by line. It may have been taken over by the file that it read, so its output
   is a stranger's, and no error shows any of it. */
struct rf_lines {
    const char *what; /* "pdfinfo": for errors */
    struct rf_str rest;
    struct rf_str line; /* the current one, without its end */
    size_t number;      /* of the current one, counted from 1; 0 before the first */
    bool may_break_off; /* a last line without its end is one, too */
};

/* `text` must stay as it is while it is read. */
void rf_lines_init(struct rf_lines *lines, const char *what, struct rf_str text) RF_NONNULL;

/* The next line; at the end *ret_more is false and the current line is empty. A last line without its end is
   -EBADMSG, unless it may be: the program was cut off. */
int rf_lines_next(struct rf_lines *lines, bool *ret_more, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Whether a part of the current line may be text of a result: UTF-8 without control characters, at most
   RF_RESULT_WORD_BYTES. -EBADMSG otherwise. */
int rf_lines_check(const struct rf_lines *lines, struct rf_str text, struct rf_err *err) RF_NONNULL RF_CHECK;

/* -EBADMSG with "WHAT, line N: " before the sentence. */
int rf_lines_fail(const struct rf_lines *lines, struct rf_err *err, const char *fmt, ...) RF_NONNULL
    RF_PRINTF(3, 4) RF_COLD;

#endif
