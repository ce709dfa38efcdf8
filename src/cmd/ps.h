#ifndef RF_CMD_PS_H
#define RF_CMD_PS_H

#include "base/err.h"

#include <stdbool.h>

/* List the caller's rings on standard output: a table, or one JSON array. Returns the exit code. */
int rf_ps(bool is_json, struct rf_err *err) RF_NONNULL;

#endif
