#ifndef RF_ENGINE_RESULT_WRITE_H
#define RF_ENGINE_RESULT_WRITE_H

#include "engine/result.h"

/* Between result_write.c and the writers. None of them fails where the text does not fit: that is
   ret->is_failed, at which rf_result_write() looks. */
int rf_write_json(const struct rf_result *result, const struct rf_result_about *about, struct rf_buf *ret,
                  struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_write_txt(const struct rf_result *result, const struct rf_result_about *about, struct rf_buf *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_write_srt(const struct rf_result *result, const struct rf_result_about *about, struct rf_buf *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* Speech in the order in which it is read: one sentence of one channel after the other, by the start of their
   first words. */
struct rf_talk {
    const struct rf_result *result;
    const uint32_t *order; /* indices of items; NULL: as they stand */
    bool has_labels;       /* channels, or speakers that are known */
    const char *delimiter; /* between two words */
};

/* -E2BIG beyond RF_RESULT_CHANNELS, -ENOMEM. The order is allocated from `arena`. */
int rf_talk_init(struct rf_talk *talk, const struct rf_result *result, const char *language,
                 struct rf_arena *arena, struct rf_err *err) RF_NONNULL RF_CHECK;

const struct rf_item *rf_talk_item(const struct rf_talk *talk, size_t at) RF_NONNULL;

/* Who says it: the channel, else the speaker. */
const char *rf_talk_label(const struct rf_item *item) RF_NONNULL;

#endif
