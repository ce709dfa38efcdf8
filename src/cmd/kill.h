#ifndef RF_CMD_KILL_H
#define RF_CMD_KILL_H

#include "base/err.h"

#include <stddef.h>

/* Send `signal_name` (NULL: TERM) to each ring. Its launcher takes it, so that what follows is as if the user
   had sent it there: passed on, with a deadline. KILL ends the ring itself. Returns 0, or 1 when some ring
   was not there: each is said on standard error. */
int rf_kill(const char *signal_name, char *const *names, size_t count, struct rf_err *err)
    __attribute__((nonnull(2, 4)));

#endif
