#ifndef RF_POSTURE_LIMITS_H
#define RF_POSTURE_LIMITS_H

#include "posture/value.h"

/* How much of memory, processors, processes and time the workload gets. */
#define RF_MEMORY_MIN ((uint64_t)6 << 20) /* docker's own minimum */
#define RF_TIME_MAX_MS ((uint64_t)366 * 24 * 3600 * 1000)

enum { RF_PIDS_MAX = 4194304, RF_CPUS_MAX_MILLI = 1024000, RF_CPUS_MIN_MILLI = 10, RF_SIGNAL_MAX = 64 };

int rf_set_memory(struct rf_posture *posture, const struct rf_value *value,
                  struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_shm_size(struct rf_posture *posture, const struct rf_value *value,
                    struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_cpus(struct rf_posture *posture, const struct rf_value *value,
                struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_pids_limit(struct rf_posture *posture, const struct rf_value *value,
                      struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_ulimit(struct rf_posture *posture, const struct rf_value *value,
                  struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_timeout(struct rf_posture *posture, const struct rf_value *value,
                   struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_stop_timeout(struct rf_posture *posture, const struct rf_value *value,
                        struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_set_stop_signal(struct rf_posture *posture, const struct rf_value *value,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

/* "64m", "1g", "4097": the largest unit that says it exactly. */
const char *rf_size_text(struct rf_arena *arena, uint64_t bytes) RF_NONNULL;

/* "10s", "250ms" */
const char *rf_duration_text(struct rf_arena *arena, uint64_t ms) RF_NONNULL;

/* "1.5" */
const char *rf_cpus_text(struct rf_arena *arena, uint64_t milli) RF_NONNULL;

/* "TERM", "RTMIN+3"; also the number of a name with or without SIG, or 0. */
const char *rf_signal_text(struct rf_arena *arena, uint32_t number) RF_NONNULL;
uint32_t rf_signal_by_name(struct rf_str name);

/* "nofile=1024:4096" */
const char *rf_ulimit_text(struct rf_arena *arena, const struct rf_ulimit *limit) RF_NONNULL;

#endif
