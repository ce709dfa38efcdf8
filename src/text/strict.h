#ifndef RF_TEXT_STRICT_H
#define RF_TEXT_STRICT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A small, strict part of YAML, read piece by piece. A document is a list of

       key: text                  key: [one, two]        key:              key:
                                                           - one             NAME: text
                                                           - two

   in UTF-8, with `#` comments, plain, 'single' and "double" quoted text on one line (escapes \n \t \\ \"
   \xNN), LF or CRLF, and one `---` before everything if need be. All else that YAML has is refused, and so is
   every plain text that another YAML reader would take for something else than its letters (no, 0777, 1:30,
   2024-01-01, ~). */

enum {
    RF_STRICT_BYTES = 256 * 1024,
    RF_STRICT_LINE_BYTES = 16 * 1024,
    RF_STRICT_ENTRIES = 4096, /* keys, items and names together */
    RF_STRICT_KEY_BYTES = 64
};

enum rf_strict_kind {
    RF_STRICT_END,
    RF_STRICT_SCALAR, /* key: text */
    RF_STRICT_ITEM,   /* one of a list */
    RF_STRICT_ENTRY,  /* one of a map: name and text */
    RF_STRICT_EMPTY   /* key: [] */
};

/* Views of the document, or of the arena where escapes had to be resolved. Line and column count from 1,
   columns in bytes; start and end are the bytes of the text as written, with its quotes. */
struct rf_strict_event {
    enum rf_strict_kind kind;
    struct rf_str key;
    struct rf_str name;
    struct rf_str text;
    bool is_plain; /* not quoted: for a bool, plain `true` and `false` are the words */
    uint32_t line;
    uint32_t column;
    uint32_t start;
    uint32_t end;
    uint32_t key_line;
    uint32_t key_column;
};

/* The state between two events; no field is for the caller. */
struct rf_strict {
    struct rf_arena *arena;
    struct rf_str bytes;
    size_t next_row;
    struct rf_str row; /* the current line, without its end */
    size_t at;         /* in the row */
    uint32_t line;
    uint32_t entries;
    int block; /* what the lines below the key are */
    size_t indent;
    bool has_start; /* `---` or a key was seen */
    bool has_row;
    struct rf_str key;
    uint32_t key_line;
    struct rf_str *seen; /* keys, then the names of the current map */
    size_t key_count;
    size_t name_count;
};

/* Checks the size and the encoding of the whole. `bytes` and `arena` must outlive the parser. Errors, here
   and below, begin with "LINE:COLUMN: ". */
int rf_strict_init(struct rf_strict *strict, struct rf_str bytes, struct rf_arena *arena,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* The next event; RF_STRICT_END once, at the end. After a failure the parser is of no use any more. */
int rf_strict_next(struct rf_strict *strict, struct rf_strict_event *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* Why a plain text is refused although it is all letters and digits: what others would read; NULL when it is
   safe. `true` and `false` are safe here, since a bool is what they mean. */
const char *rf_strict_misread(struct rf_str text);

#endif
