#ifndef RF_CMD_BATCH_H
#define RF_CMD_BATCH_H

#include "cmd/program.h"
#include "cmd/rings.h"
#include "cmd/witness.h"
#include "engine/fetch.h"
#include "engine/job.h"

/* `batch`: one job from its words to its result. Exit codes: 0 a result, 1 the job failed (one sentence), 2
   words that are wrong. */
enum { RF_BATCH_FAILED = 1, RF_BATCH_USAGE = 2 };

int rf_batch(const struct rf_call *call, struct rf_err *err) RF_NONNULL;

/* --- its parts --- */

/* batch_paths.c: paths inside, as a container's users write them, are places of this machine by way of the
 * volumes. */

/* Open a file for reading: below the volume that covers `path` (links may not leave it), or on this machine
   where none does. What the workload's user could not read is refused. `what` is for errors: "job config". */
int rf_batch_open(const struct rf_posture *posture, const char *what, const char *path, int *ret,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* The volume that covers `path` with the longest destination, or NULL; *ret_tmpfs: memory covers it instead.
 */
const struct rf_mount *rf_batch_volume(const struct rf_posture *posture, const char *path,
                                       bool *ret_tmpfs) RF_NONNULL;

/* At most `limit_bytes` + 1 bytes of it, so that the reader can tell that it is too long. */
int rf_batch_read(int fd, const char *what, size_t limit_bytes, struct rf_arena *arena, struct rf_str *ret,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

/* batch_store.c: put the forms of a result into a directory, as the user of the rings. The ring that does it
   is called RF_BATCH_KEEPING. */
#define RF_BATCH_KEEPING "keeping the results"
int rf_batch_store(const struct rf_call *call, struct rf_rings *rings, const char *inside, const char *dir,
                   const struct rf_job_done *done, struct rf_err *err) RF_NONNULL RF_CHECK;

/* batch_report.c */
struct rf_batch_ran {
    const struct rf_rings *rings;
    const struct rf_job_done *done; /* of a job that failed: empty */
    const char *input_name;
    const char *error; /* the sentence of a job that failed, or NULL */
    int exit_code;
    const char *stored;  /* the directory that results were put into, or NULL */
    struct rf_swap swap; /* while the job ran */
};
int rf_batch_report(const struct rf_batch_ran *ran, const char *path, bool is_json, struct rf_arena *arena,
                    struct rf_err *err) RF_NONNULL RF_CHECK;

/* batch_engines.c: `--list-engines`. */
int rf_batch_list(const struct rf_engines *engines, bool is_json, struct rf_arena *arena,
                  struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
