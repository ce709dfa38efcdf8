#ifndef RF_SANDBOX_RUNDIR_H
#define RF_SANDBOX_RUNDIR_H

#include "plan/store.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* The run directory: one file for each ring that runs, so that exec, ps and kill find it without a daemon.

   It is /run/ringfence for root, $XDG_RUNTIME_DIR/ringfence for an ordinary user, else
   /dev/shm/ringfence-UID: the first that lies in memory and can be had and trusted, that is a directory of
   the caller's own that nobody else can enter. Where nothing in memory will do it is /run/ringfence or
   /tmp/ringfence-UID on disk. A file is called NAME.PID after the ring and its launcher, so that no launcher
   ever touches another's.

   A record is written when the ring is on its way, and without a pid 1 of ours when its workload has started:
   whoever joins makes sure that the workload is there. It holds no start times of processes: it says when it
   was written, and a process that began later is not the one that it speaks of. Records of another pid name
   space (a shared /run) are nobody's business here. */

enum { RF_RUN_NAME_BYTES = 80, RF_RUN_GROUPS = 4, RF_RUN_PATH_BYTES = 512 };

/* What a file begins with; a stored plan follows. The magic is written last: while it is missing, the ring is
   being made and only its name is taken. */
struct rf_run_record {
    char magic[8];
    uint64_t size_bytes; /* of the whole file */
    uint64_t pid_space;  /* inode of the launcher's pid name space */
    uint64_t written_us; /* CLOCK_BOOTTIME */
    int64_t started;     /* seconds since 1970 */
    int32_t launcher;
    int32_t init; /* pid 1 of the ring */
    uint64_t group_count;
    char groups[RF_RUN_GROUPS][RF_RUN_PATH_BYTES]; /* the ring's control groups */
};

extern const char rf_run_magic[8];

/* A ring that runs, or a file that claims to be one. */
struct rf_ring {
    const char *name;
    const char *problem; /* why this file is not believed, or NULL; then only the name is known */
    bool is_starting;    /* nothing but the name is known yet */
    struct rf_run_record record;
    struct rf_plan plan;
};

/* Open the run directory of `uid`, the caller's id outside any ring, and write its path to `ret_path`. With
   `may_create` it is made when it is not there; without, -ENOENT says that nothing runs. */
int rf_rundir_open(uint32_t uid, bool may_create, char ret_path[RF_RUN_PATH_BYTES],
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* Every ring of the caller, or those called `name` unless it is NULL, in `arena`; files that nobody needs any
   more are removed. */
int rf_rundir_list(const char *name, struct rf_arena *arena, struct rf_ring **ret, size_t *ret_count,
                   struct rf_err *err) __attribute__((nonnull(2, 3, 4, 5))) RF_CHECK;

/* The ring called so, running: -ENOENT when there is none, -EAGAIN while it is being made, -EBADMSG when its
   file is not to be believed. */
int rf_rundir_find(const char *name, struct rf_arena *arena, struct rf_ring *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* Whether somebody else's file in the open directory holds this name; stale ones are removed, and so is what
   an earlier process with this one's number left. */
bool rf_rundir_has(int dir, const char *name) RF_NONNULL;

/* Whether a file of `size_bytes` bytes can begin with this record. */
bool rf_run_record_is_sound(const struct rf_run_record *record, uint64_t size_bytes) RF_NONNULL;

/* NAME and PID of a file's name; false for one that no launcher gives. */
bool rf_run_file_split(const char *file, char ret_name[RF_RUN_NAME_BYTES], int32_t *ret_pid) RF_NONNULL;

/* A descriptor of the process that the record speaks of, or -ESRCH: whoever has the number now is another. */
int rf_run_pidfd(const struct rf_run_record *record, int32_t pid) RF_NONNULL RF_CHECK;

/* The clock of `written_us`, and the pid name space of this process. */
uint64_t rf_run_clock_us(void);
uint64_t rf_run_pid_space(void);

#endif
