#ifndef RF_PLAN_BUILD_H
#define RF_PLAN_BUILD_H

#include "plan/facts.h"
#include "plan/plan.h"
#include "posture/posture.h"

/* The planner. Who carries plans out includes plan.h only and never sees a posture. */

/* What must be known before this posture can be planned. From `arena`. */
int rf_plan_ask(const struct rf_posture *posture, struct rf_arena *arena, struct rf_path_fact **ret,
                size_t *ret_count, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Posture and facts to steps. Refuses (-ENOTSUP, -EACCES, ...) when the facts cannot carry the posture and
   the posture does not name the layer as dispensable. */
int rf_plan_build(const struct rf_posture *posture, const struct rf_facts *facts, struct rf_arena *arena,
                  struct rf_plan *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
