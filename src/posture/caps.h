#ifndef RF_POSTURE_CAPS_H
#define RF_POSTURE_CAPS_H

#include "posture/value.h"

/* Capabilities by name. */
enum { RF_CAP_COUNT = 41 };

/* cap_add: with or without CAP_, in any case. */
int rf_set_cap_add(struct rf_posture *posture, const struct rf_value *value,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* The name of the `index`th capability in the set, or NULL. */
const char *rf_cap_nth(uint64_t set, size_t index);

#endif
