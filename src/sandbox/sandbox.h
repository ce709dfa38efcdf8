#ifndef RF_SANDBOX_SANDBOX_H
#define RF_SANDBOX_SANDBOX_H

#include "base/arena.h"
#include "base/err.h"
#include "plan/facts.h"
#include "plan/plan.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The only module that changes a process. It knows plans and facts, never a posture. */

/* Look at the machine and at every path asked about. `root` is the future root directory, or NULL for an
   empty one, of which nothing may be asked. Text comes from `arena`. Fails only when `root` itself cannot be
   used: whatever else cannot be seen is a fact, too. */
int rf_facts_probe(const char *root, struct rf_path_fact *paths, size_t path_count, struct rf_arena *arena,
                   struct rf_facts *ret, struct rf_err *err) __attribute__((nonnull(2, 4, 5, 6))) RF_CHECK;

/* How a run is to be carried out, beside its plan. */
struct rf_run {
    const char *name;   /* for the run directory, or NULL: nothing is kept there */
    bool is_name_given; /* the user gave it: when it cannot be had, the run is refused; else that is a note */
    bool wants_witness; /* collect what rf_outcome's texts hold */
    /* 0, or this process's parent: when that ends, in whatever way, the ring is killed and what it left is
       removed. Its number as getppid(2) gave it when it lived for certain, or as it was before fork(2): if it
       has gone by now nothing is started, -ESRCH. The whole process counts, not the thread that forked. */
    pid_t dies_with;
    char *words; /* argv and environment of this process, wiped in pid 1; NULL: nothing to wipe */
    size_t words_len;
};

/* Text that pid 1 read for the report; grows in pieces. */
struct rf_witness_text {
    char *text;
    size_t len;
};

/* What became of it. */
struct rf_outcome {
    int exit_code; /* as docker has it: the workload's, 128 + signal, 125 own failure, 126, 127; 124 timeout
                    */
    bool has_started; /* the workload's execve succeeded */
    int failed_step;  /* index into the plan, or -1 */
    int failed_errno;
    bool was_timed_out;
    bool was_orphaned; /* killed because the parent died */
    int signal;        /* that ended the workload, or 0 */
    uint64_t setup_us; /* start of rf_sandbox_run() to the workload's execve */
    uint64_t total_us;
    uint64_t peak_kib; /* largest resident set of any one process of the ring */
    uint64_t user_us;
    uint64_t system_us;
    /* from the control groups, where there are any; UINT64_MAX: unknown */
    uint64_t memory_peak_bytes;
    uint64_t memory_refusals; /* times the limit was met */
    uint64_t oom_kills;
    uint64_t pids_refusals;
    uint64_t
        swap_limit_bytes;   /* version 2: what the group may swap out; of version 1 there is no such limit */
    struct rf_err run_file; /* why exec, ps and kill cannot find this run; code 0: they can */
    /* with wants_witness */
    struct rf_witness_text status; /* /proc/PID/status of the workload after its execve */
    struct rf_witness_text mounts; /* /proc/PID/mountinfo of pid 1, whose mounts are the workload's */
    struct rf_witness_text
        io; /* /proc/PID/io of pid 1 when everything else in the ring is dead and counted */
    struct rf_witness_text limits;     /* /proc/PID/limits of the workload */
    struct rf_witness_text namespaces; /* "user:[4026531837]\n" for each of pid 1's */
    struct rf_witness_text space;      /* "BYTES PATH\n" per tmpfs */
};

/* Carry out the plan and wait for its end. 0 when the ring ran, whatever its exit code; else the sentence
   says which step failed, on what, and why. Descriptors from 3 up must be close-on-exec or closed already. */
int rf_sandbox_run(const struct rf_plan *plan, const struct rf_run *run, struct rf_arena *arena,
                   struct rf_outcome *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Turn a failed step into a sentence with a hint where one is known. Returns err->code. */
int rf_sandbox_explain_failure(const struct rf_plan *plan, int step, int code, struct rf_arena *arena,
                               struct rf_err *err) RF_NONNULL;

#endif
