#ifndef RF_CMD_RUN_H
#define RF_CMD_RUN_H

#include "base/err.h"
#include "posture/posture.h"

#include <stdbool.h>
#include <sys/types.h>

/* What `run` was asked for beside the posture. */
struct rf_run_wish {
    enum { RF_EXPLAIN_NO, RF_EXPLAIN_TEXT, RF_EXPLAIN_JSON } explain;
    const char *report; /* a path, "-" for standard error, or NULL */
    bool is_report_json;
    bool dies_with_parent;
    pid_t parent; /* of this process, as it began; 0: outside this pid name space */
    char *words;  /* argv and environment of this process, wiped in the ring */
    size_t words_len;
};

/* Posture to plan to ring. Returns the exit code: the workload's, or 125 with the sentence in `err` for a
   ring that could not be had, 126 and 127 for a command that could not be executed. */
int rf_run(const struct rf_posture *posture, const struct rf_run_wish *wish, struct rf_err *err) RF_NONNULL;

/* The parts of it, for whoever starts rings of its own (cmd/rings.c). */

struct rf_made;
struct rf_facts;
struct rf_plan;
struct rf_reported;

/* Look at the world and decide. On success `made` has its facts and its plan. */
int rf_run_plan(struct rf_made *made, struct rf_facts *facts, struct rf_plan *plan,
                struct rf_err *err) RF_NONNULL RF_CHECK;

/* When it is over: what was seen from inside, and whether anything was written to a disk. */
int rf_run_judge(struct rf_reported *report, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
