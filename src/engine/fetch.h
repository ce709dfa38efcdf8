#ifndef RF_ENGINE_FETCH_H
#define RF_ENGINE_FETCH_H

#include "engine/address.h"
#include "engine/engine.h"
#include "engine/job_config.h"
#include "engine/limits.h"
#include "engine/ring.h"

/* Getting the input that a job config names. Nothing may be fetched but what the administrator listed. */

enum {
    RF_FETCH_ENTRIES = 256,
    RF_FETCH_WAITS = 8,
    RF_FETCH_REDIRECTS = 5,
    RF_FETCH_HEADER_BYTES = 16 * 1024
};

struct rf_fetch_host {
    const char *name; /* as struct rf_url_host has it */
    uint16_t port;    /* 0: the scheme's own */
    bool is_v6;
};

/* A directory or file that file:// may read, and what it is called inside. */
struct rf_fetch_dir {
    const char
        *inside;      /* absolute, without a slash at its end: URLs are this, or begin with it and a slash */
    const char *path; /* on the host */
};

struct rf_fetch_policy {
    struct rf_fetch_dir *dirs;
    size_t dir_count;
    struct rf_fetch_host *hosts;
    size_t host_count;
    struct rf_address_range *ranges; /* allowed although they are not public */
    size_t range_count;
    uint32_t waits_ms[RF_FETCH_WAITS]; /* before the second try, the third, ... */
    size_t wait_count;
    uint32_t time_ms; /* for one try, with its redirects */
};

/* Four tries, 2, 10 and 20 s apart, as documented; two minutes each; nothing allowed. */
void rf_fetch_policy_init(struct rf_fetch_policy *policy) RF_NONNULL;

/* "HOST", "HOST:PORT", "[V6]:PORT"; "10.0.0.0/8", "::1"; "2s,10s,20s", or "none" for a single try. Text in
   `arena`. */
int rf_fetch_add_host(struct rf_fetch_policy *policy, const char *text, struct rf_arena *arena,
                      struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_fetch_add_range(struct rf_fetch_policy *policy, const char *text, struct rf_arena *arena,
                       struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_fetch_add_dir(struct rf_fetch_policy *policy, const char *inside, const char *path,
                     struct rf_arena *arena, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_fetch_set_waits(struct rf_fetch_policy *policy, const char *text,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

/* One line for each try that failed, as the documented job object has them: "unable to fetch audio: http
   status code 404". It names no address and no path of the host, because whoever sent the job will read it.
 */
struct rf_fetch_log {
    void *context;
    void (*say)(void *context, const char *line);
};

/* Fetch what `config` names into a sealed memory file, whose offset is 0. *ret is the caller's to close.

   -EINVAL for a URL or header that is none; -EACCES for what policy refuses (host, address, directory, a
   redirect to one of these), -EFBIG for more than limits->input_bytes: these are not tried again. -EIO when
   every try failed. -EINTR when the job is to end. What the ring could not do keeps its code.

   An http(s) URL is looked up once for each try, in this process; the answer is judged as a whole, and curl
   gets the addresses with the URL. It follows no redirect: each is judged here like a URL of the job's, and
   auth_headers go to the origin of that one only. Looking up a name takes as long as /etc/resolv.conf allows
   (5 s for each server and search domain where it says nothing) and is not ended by a signal. */
int rf_fetch(const struct rf_job_config *config, const struct rf_fetch_policy *policy,
             const struct rf_engine *curl, const struct rf_job_limits *limits, const struct rf_ring_ops *ops,
             const struct rf_fetch_log *log, int *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
