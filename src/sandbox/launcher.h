#ifndef RF_SANDBOX_LAUNCHER_H
#define RF_SANDBOX_LAUNCHER_H

#include "sandbox/child.h"
#include "sandbox/sandbox.h"

#include <signal.h>
#include <stdatomic.h>
#include <sys/types.h>

/* Shared by the launcher's files; nobody else includes it. */

enum { RF_CGROUPS = 4, RF_PATH_BYTES = 512 };

/* What must be gone when the launcher is, however it ends. Read by the keeper, which shares this memory. */
struct rf_leftovers {
    char cgroups[RF_CGROUPS]
                [RF_PATH_BYTES]; /* written before mkdir, so that nothing is made that is not listed */
    uint32_t cgroup_count;
    char run_file[RF_PATH_BYTES];
    atomic_bool is_complete; /* nothing will be added any more */
    int ring;                /* pidfd of pid 1, or -1 when the keeper was started before it */
    int alive[2];            /* a pipe nobody writes to: its end is the launcher's */
    pid_t keeper;
};

struct rf_launcher {
    const struct rf_plan *plan;
    const struct rf_run *run;
    struct rf_arena *arena;
    struct rf_outcome *outcome;
    struct rf_child child;
    struct rf_leftovers *leftovers;
    int control; /* our end of the socket pair */
    int pidfd;   /* pid 1 */
    int parent;  /* pidfd of the process whose death ends the run, or -1 */
    pid_t pid;
    int idmaps[RF_TREES];
    int handed[RF_HANDED_MAX]; /* for GO */
    uint32_t handed_count;
    uint32_t handed_netns; /* bit per descriptor */
    int relays[3];         /* what is read here goes to descriptor 1 or 2; -1: nothing to relay */
    int tty;               /* master of the ring's terminal, or -1 */
    int run_file;          /* while it is being written, else -1 */
    bool has_run_file;     /* it was written, or tried */
    bool is_refused;       /* the name could not be had */
    uint32_t uid;          /* the caller's, outside the ring */
    uint32_t step;         /* index of the step being taken */
    uint64_t started_us;
};

uint64_t rf_now_us(void);

/* launch.c, for enter.c too: what is needed before any process is made, and signals kept for the watch. */
int rf_launcher_prepare(struct rf_launcher *launcher, int ret_sockets[2], struct rf_err *err) RF_CHECK;
void rf_launcher_block_signals(sigset_t *ret_before);

/* beside.c: the launcher's own steps; 0 or a negative errno. */
int rf_launcher_step(struct rf_launcher *launcher, const struct rf_step *step);

/* keeper.c: see that nothing outlives the launcher, even if it is killed. Needed before the first leftover.
 */
int rf_keeper_start(struct rf_launcher *launcher);
/* When the ring is gone: wait until the keeper has read the control groups' counts and removed everything. */
void rf_keeper_finish(struct rf_leftovers *leftovers);

/* run_file.c: what `run` leaves for exec, ps and kill. Taking a name that was asked for refuses one that is
 * in use. */
int rf_run_file_reserve(struct rf_launcher *launcher, struct rf_err *err) RF_CHECK;
void rf_run_file_write(struct rf_launcher *launcher);

/* standard.c: what the ring gets as descriptors 0, 1 and 2. Close ours when it has them. */
int rf_standard_open(struct rf_launcher *launcher);
void rf_standard_close(struct rf_launcher *launcher);

/* watch.c: from GO to the end. */
int rf_watch_run(struct rf_launcher *launcher);

/* cgroup_stat.c: what the control groups counted; the keeper asks before it removes them. */
void rf_cgroup_read(const struct rf_launcher *launcher, struct rf_outcome *ret);

#endif
