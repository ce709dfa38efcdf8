#ifndef RF_ENGINE_RESULT_PARSE_H
#define RF_ENGINE_RESULT_PARSE_H

#include "engine/result.h"

/* Between result.c and the parsers, one for each enum rf_parser. They add what they read and leave it to
   rf_result_add() to take it back where they fail. */
int rf_parse_tsv(struct rf_result *result, struct rf_str text, const struct rf_piece *piece,
                 struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_parse_pocketsphinx(struct rf_result *result, struct rf_str text, const struct rf_piece *piece,
                          struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_parse_text(struct rf_result *result, struct rf_str text, const struct rf_piece *piece,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* -E2BIG beyond RF_RESULT_ITEMS, -ENOMEM. */
int rf_result_add_item(struct rf_result *result, const struct rf_item *item,
                       struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_result_add_page(struct rf_result *result, const struct rf_page *page,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
