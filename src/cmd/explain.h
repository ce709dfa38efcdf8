#ifndef RF_CMD_EXPLAIN_H
#define RF_CMD_EXPLAIN_H

#include "base/buf.h"
#include "cmd/layers.h"

/* --explain: the plan as text or as JSON (docs/report.md), made from the same steps that would be run. Equal
   posture and facts give equal output. -ENOMEM when it does not fit. */
int rf_explain_text(struct rf_made *made, bool has_colour, struct rf_buf *ret,
                    struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_explain_json(struct rf_made *made, struct rf_buf *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Shared with --report: the same rows there as here. */
struct rf_jsonw;
void rf_explain_layer_rows(struct rf_made *made, bool has_colour, struct rf_buf *out) RF_NONNULL;
void rf_explain_layer_json(struct rf_made *made, struct rf_jsonw *json) RF_NONNULL;

/* `len` columns of text have been written: fill up to `width`, with at least one blank. */
void rf_explain_pad(struct rf_buf *out, size_t len, size_t width) RF_NONNULL;

#endif
