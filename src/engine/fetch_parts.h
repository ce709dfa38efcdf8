#ifndef RF_ENGINE_FETCH_PARTS_H
#define RF_ENGINE_FETCH_PARTS_H

#include "engine/fetch.h"
#include "engine/url.h"

/* Inside fetching: the steps of one try. Each returns -EAGAIN where another try may succeed. */

enum { RF_FETCH_PEERS = 16 };

/* The addresses of one host, all of them allowed. */
struct rf_fetch_peers {
    unsigned char address[RF_FETCH_PEERS][16];
    size_t count;
};

struct rf_fetch_request {
    const struct rf_url *url;
    const struct rf_fetch_peers *peers;
    const struct rf_str *headers; /* "Name: value" */
    size_t header_count;
    const struct rf_engine *curl;
    const struct rf_ring_ops *ops;
    uint64_t limit_bytes;
    uint64_t time_ms;
};

struct rf_fetch_answer {
    unsigned status;        /* 100..599 */
    struct rf_str location; /* of a redirect; in the arena */
    int body;               /* the caller's to close */
};

/* A file below one of the policy's directories. */
int rf_fetch_file(const struct rf_fetch_policy *policy, const struct rf_url *url, uint64_t limit_bytes,
                  struct rf_arena *arena, int *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Whether the policy lists host and port. */
int rf_fetch_check_host(const struct rf_fetch_policy *policy, const struct rf_url *url,
                        struct rf_err *err) RF_NONNULL RF_CHECK;

/* Look the host up, and refuse when one of its addresses is neither public nor listed. */
int rf_fetch_look_up(const struct rf_fetch_policy *policy, const struct rf_url *url,
                     struct rf_fetch_peers *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* What curl reads on its standard input. -EINVAL for a header that is not "Name: value" in printable ASCII.
 */
int rf_fetch_curl_config(const struct rf_fetch_request *request, struct rf_arena *arena, struct rf_str *ret,
                         struct rf_err *err) RF_NONNULL RF_CHECK;

/* What curl wrote on its standard error: status and Location, by the words of the config above. The location
   is a server's. */
int rf_fetch_read_trailer(struct rf_str text, struct rf_fetch_answer *ret) RF_NONNULL RF_CHECK;

/* One request, by curl in its ring. */
int rf_fetch_ask(const struct rf_fetch_request *request, struct rf_arena *arena, struct rf_fetch_answer *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
