#ifndef RF_ENGINE_ROW_H
#define RF_ENGINE_ROW_H

#include "base/frames.h"

/* A row of files (base/frames.h) in a memory file, for a ring that wants files. Names ascend. */
struct rf_row {
    struct rf_frames frames;
    int file;
};

int rf_row_open(struct rf_row *row, const char *name, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_row_add(struct rf_row *row, const char *name, struct rf_str bytes,
               struct rf_err *err) RF_NONNULL RF_CHECK;

/* End, seal and rewind it. *ret is the caller's to close. */
int rf_row_end(struct rf_row *row, int *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Of one that was not ended; also when it never was opened and `file` is -1. */
void rf_row_close(struct rf_row *row) RF_NONNULL;

#endif
