#ifndef RF_CMD_RINGS_H
#define RF_CMD_RINGS_H

#include "engine/ring.h"

#include <signal.h>
#include <sys/types.h>

/* The rings of a job, each started by a process of its own that plans, launches and watches it as `ringfence
   run` does. Single-threaded callers only: it forks. */

enum { RF_RINGS_AT_ONCE = 64, RF_RING_PLACES = 16 };

/* A place in memory that a ring could fill. */
struct rf_ring_place {
    char path[96];
    uint64_t used_bytes; /* at the end */
    uint64_t size_bytes;
};

/* What a ring's own process says of it, in memory that both share. */
struct rf_ring_note {
    struct rf_ring_end end;
    bool is_judged; /* the rest is known */
    bool is_proven; /* nothing was written to a disk-backed file system */
    char why_not[256];
    uint64_t disk_bytes; /* that the ring sent towards disks; UINT64_MAX: unknown */
    uint64_t memory_peak_bytes;
    uint32_t uid; /* of the workload, as the ring saw it */
    char plan[65];
    struct rf_ring_place places[RF_RING_PLACES];
    uint32_t place_count;
};

struct rf_ring_record {
    const char *what;
    struct rf_ring_note *note;
    int report;   /* memory file with the ring's own report, or -1 */
    pid_t pid;    /* 0: it is over */
    bool is_told; /* its end was handed to a caller of wait */
};

struct rf_rings {
    struct rf_arena *arena;
    bool wants_report;
    bool is_report_json;
    struct rf_ring_record *records; /* in the order of their start */
    size_t count;
    size_t running;
    bool is_stopped; /* a signal asked for the end */
    int signal;
    sigset_t before;
};

/* From here on SIGINT, SIGTERM, SIGHUP and SIGQUIT end the job's rings first, and rf_ring_ops.wait says so.
 */
void rf_rings_init(struct rf_rings *rings, struct rf_arena *arena) RF_NONNULL;

/* End what runs, and let the signals be as they were. */
void rf_rings_done(struct rf_rings *rings) RF_NONNULL;

/* The functions that an engine's job calls. */
struct rf_ring_ops rf_rings_ops(struct rf_rings *rings) RF_NONNULL;

#endif
