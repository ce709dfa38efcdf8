#ifndef RF_ENGINE_FETCH_H
#define RF_ENGINE_FETCH_H

#include "engine/engine.h"
#include "engine/job_config.h"
#include "engine/limits.h"
#include "engine/ring.h"

/* Getting the input that a job config names. Nothing may be fetched but what the administrator listed. */

/* One address or range, IPv4 as ::ffff:0:0/96. */
struct rf_fetch_range {
    unsigned char address[16];
    unsigned prefix; /* bits */
};

struct rf_fetch_host {
    const char *name; /* lower case, without the last dot */
    uint16_t port;    /* 0: the scheme's own */
};

/* A directory that file:// may read, and what it is called inside. */
struct rf_fetch_dir {
    const char *inside; /* absolute: URLs begin with this */
    const char *path;   /* on the host */
};

struct rf_fetch_policy {
    struct rf_fetch_dir *dirs;
    size_t dir_count;
    struct rf_fetch_host *hosts;
    size_t host_count;
    struct rf_fetch_range *ranges; /* allowed although they are not public */
    size_t range_count;
    uint32_t waits_ms[8]; /* before the second try, the third, ... */
    size_t wait_count;
    uint32_t time_ms; /* for one try */
};

/* Four tries, 2, 10 and 20 s apart, as documented; two minutes each; nothing allowed. */
void rf_fetch_policy_init(struct rf_fetch_policy *policy) RF_NONNULL;

/* "HOST", "HOST:PORT", "[V6]:PORT"; "10.0.0.0/8", "::1"; "2s,10s,20s". Text in `arena`. */
int rf_fetch_add_host(struct rf_fetch_policy *policy, const char *text, struct rf_arena *arena,
                      struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_fetch_add_range(struct rf_fetch_policy *policy, const char *text, struct rf_arena *arena,
                       struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_fetch_add_dir(struct rf_fetch_policy *policy, const char *inside, const char *path,
                     struct rf_arena *arena, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_fetch_set_waits(struct rf_fetch_policy *policy, const char *text,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

/* One line for each try that failed, as the documented job object has them. */
struct rf_fetch_log {
    void *context;
    void (*say)(void *context, const char *line);
};

/* Fetch what `config` names into a sealed memory file. Refusals of policy (scheme, host, address, directory)
   are not tried again. *ret is the caller's to close. */
int rf_fetch(const struct rf_job_config *config, const struct rf_fetch_policy *policy,
             const struct rf_engine *curl, const struct rf_job_limits *limits, const struct rf_ring_ops *ops,
             const struct rf_fetch_log *log, struct rf_arena *arena, int *ret,
             struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
