#ifndef RF_SANDBOX_ENTER_H
#define RF_SANDBOX_ENTER_H

#include "sandbox/rundir.h"
#include "sandbox/sandbox.h"

/* Run `plan`, which rf_plan_for_exec() cut out of the ring's own, as a further process of the ring, and wait
   for its end. As rf_sandbox_run() otherwise. The process dies with the ring and with this one. This process
   itself joins the ring's name spaces (all but the one of pids) and is of no other use afterwards. */
int rf_sandbox_exec(const struct rf_ring *ring, const struct rf_plan *plan, struct rf_arena *arena,
                    struct rf_outcome *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* What can be seen of the ring from outside that the planner wants to know: its passwd and group files, and
   whether standard input is a terminal. */
int rf_sandbox_look_in(const struct rf_ring *ring, struct rf_arena *arena, struct rf_facts *ret,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

/* Send a signal to the launcher of the ring, or with `is_whole` to its pid 1. 0, or a negative errno: -ESRCH
   when it has just ended. */
int rf_sandbox_signal(const struct rf_ring *ring, bool is_whole, int signal_number) RF_NONNULL RF_CHECK;

#endif
