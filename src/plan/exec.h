#ifndef RF_PLAN_EXEC_H
#define RF_PLAN_EXEC_H

#include "plan/plan.h"

/* A further process in a running ring. */
struct rf_exec_wish {
    const char *name;                 /* of the ring, for sentences */
    const struct rf_posture *posture; /* user, env, workdir, tty, interactive and command are looked at */
    const struct rf_facts
        *facts;    /* passwd and group of the ring's root, when the user is a name; stdin_is_tty */
    bool has_user; /* posture->user was named */
    bool is_root;  /* uid 0 was asked for instead, in whatever spelling */
};

/* The plan of that process: the same steps that the ring's workload took once the ring stood, from the plan
   of the ring; only its user (where that is allowed), words, variables and working directory differ. -EACCES
   when the user may not be had. Shares text and filters with nothing: `ring` may go. */
int rf_plan_for_exec(const struct rf_plan *ring, const struct rf_exec_wish *wish, struct rf_arena *arena,
                     struct rf_plan *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
