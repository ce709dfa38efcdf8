#ifndef RF_BASE_BUF_H
#define RF_BASE_BUF_H

#include "base/arena.h"
#include "base/str.h"

/* Text that grows in an arena, for output that is made piece by piece and written once. A piece that does not
   fit sets `is_failed`; later pieces are forgotten, so that one look at the end is enough. */
struct rf_buf {
    struct rf_arena *arena;
    char *ptr; /* NULL while empty */
    size_t len;
    size_t room;
    bool is_failed;
};

/* No allocation happens here. The text is valid as long as the arena. */
void rf_buf_init(struct rf_buf *buf, struct rf_arena *arena) RF_NONNULL;

void rf_buf_add(struct rf_buf *buf, struct rf_str str) RF_NONNULL;
void rf_buf_text(struct rf_buf *buf, const char *text) RF_NONNULL;
void rf_buf_printf(struct rf_buf *buf, const char *fmt, ...) __attribute__((nonnull(1, 2))) RF_PRINTF(2, 3);

/* As rf_buf_text(), for text of strangers on its way to a terminal: control characters and whatever is not
   UTF-8 appear as \xNN. Returns the columns taken, one for each character. */
size_t rf_buf_plain(struct rf_buf *buf, struct rf_str str) RF_NONNULL;

/* The length of the UTF-8 sequence at the start of `str`, 1 to 4; 0 when there is none (cut, overlong, a
   surrogate, or beyond U+10FFFF). */
size_t rf_utf8_len(struct rf_str str);

#endif
