#ifndef RF_CMD_REPORT_H
#define RF_CMD_REPORT_H

#include "cmd/explain.h"
#include "cmd/witness.h"

/* --report: what was in force, seen from inside, and what became of the run (docs/report.md). */
struct rf_reported {
    struct rf_made *made; /* its plan and facts are NULL when there was none: the run was refused */
    const struct rf_outcome *outcome;
    const char *error; /* the sentence of a run that failed, or NULL */
    struct rf_seen seen;
    struct rf_verdict verdict;
    struct rf_swap swap;
};

int rf_report_text(struct rf_reported *report, struct rf_buf *ret, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_report_json(struct rf_reported *report, struct rf_buf *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Rows that both forms have. */
struct rf_report_standard {
    const char *name; /* "standard output" */
    const char *what; /* "a file on a disk, written by the ring" */
};
/* At most three. */
size_t rf_report_standards(const struct rf_reported *report, struct rf_report_standard ret[3]) RF_NONNULL;
/* "read-only", "id-mapped", ... as one sentence; "unknown" when nobody looked. */
const char *rf_report_verdict_text(const struct rf_reported *report) RF_NONNULL;
/* Bytes that went to this place: 0 where none could, UINT64_MAX where it is not known. */
uint64_t rf_report_written(const struct rf_reported *report, const struct rf_seen_mount *mount) RF_NONNULL;

/* report_file.c: can the report be written to `path` when the run is over? "-" is standard error: standard
   output is the workload's. */
int rf_report_check(const char *path, struct rf_err *err) RF_NONNULL RF_CHECK;
/* Write it whole or not at all: a file of that name is replaced. */
int rf_report_write(const char *path, const struct rf_buf *text, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
