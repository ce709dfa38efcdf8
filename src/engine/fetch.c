/* From a URL of a stranger's to bytes in memory: at most so many tries, each with its redirects, each of
   those judged before anything is asked. */
#include "engine/fetch.h"

#include "base/auto.h"
#include "base/format.h"
#include "engine/fetch_parts.h"
#include "engine/memory_file.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>

enum { TRY_ARENA_BYTES = 4 * 1024 * 1024, STATUS_PARTIAL = 206 };

struct fetch {
    const struct rf_job_config *config;
    const struct rf_fetch_policy *policy;
    const struct rf_engine *curl;
    const struct rf_job_limits *limits;
    const struct rf_ring_ops *ops;
};

static uint64_t now_ms(void)
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- looking up --- */

static int check_address(const struct rf_fetch_policy *policy, const unsigned char address[16],
                         struct rf_err *err)
{
    const char *why = rf_address_refusal(address);

    for (size_t i = 0; why && i < policy->range_count; i++)
        if (rf_address_is_in(&policy->ranges[i], address))
            return 0;
    return why ? rf_fail(err, -EACCES, "an address of the host is not public: %s", why) : 0;
}

static int add_peer(const struct rf_fetch_policy *policy, const struct addrinfo *info,
                    struct rf_fetch_peers *peers, struct rf_err *err)
{
    unsigned char address[16] = {[10] = 0xff, [11] = 0xff};
    int code;

    if (info->ai_family == AF_INET)
        memcpy(address + 12, &((const struct sockaddr_in *)(const void *)info->ai_addr)->sin_addr, 4);
    else if (info->ai_family == AF_INET6)
        memcpy(address, &((const struct sockaddr_in6 *)(const void *)info->ai_addr)->sin6_addr, 16);
    else
        return rf_fail(err, -EACCES, "an address of the host is of an unknown kind");
    code = check_address(policy, address, err);
    if (code == 0 && peers->count < RF_FETCH_PEERS)
        memcpy(peers->address[peers->count++], address, sizeof(address));
    return code;
}

int rf_fetch_look_up(const struct rf_fetch_policy *policy, const struct rf_url *url,
                     struct rf_fetch_peers *ret, struct rf_err *err)
{
    const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
    struct rf_fetch_peers peers = {.count = 0};
    struct addrinfo *list = NULL;
    int code;

    if (url->host.is_address) {
        memcpy(peers.address[peers.count++], url->host.address, sizeof(url->host.address));
        code = check_address(policy, url->host.address, err);
        if (code == 0)
            *ret = peers;
        return code;
    }
    code = getaddrinfo(url->host.name, NULL, &hints, &list);
    if (code != 0)
        return rf_fail(err, -EAGAIN, "the host's name could not be looked up: %s", gai_strerror(code));
    for (const struct addrinfo *info = list; code == 0 && info; info = info->ai_next)
        code = add_peer(policy, info, &peers, err);
    freeaddrinfo(list);
    if (code == 0 && peers.count == 0)
        code = rf_fail(err, -EAGAIN, "the host's name has no address");
    if (code == 0)
        *ret = peers;
    return code;
}

/* --- one try --- */

/* The URL becomes the one that a redirect names. */
static int follow(struct rf_url *url, const struct rf_fetch_answer *answer, struct rf_arena *arena,
                  struct rf_err *err)
{
    struct rf_err inner;
    struct rf_url next;

    if (rf_url_follow(url, answer->location, arena, &next, &inner) != 0)
        return rf_fail(err, -EACCES, "the server redirects to a URL that is refused: %s", inner.msg);
    if (next.scheme == RF_URL_FILE || (next.scheme == RF_URL_HTTP && url->scheme == RF_URL_HTTPS))
        return rf_fail(err, -EACCES, "the server redirects from %s to %s, which is refused",
                       rf_url_scheme_name(url->scheme), rf_url_scheme_name(next.scheme));
    *url = next;
    return 0;
}

static bool is_redirect(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static int ask(const struct fetch *fetch, const struct rf_url *url, const struct rf_url *first,
               uint64_t deadline_ms, struct rf_arena *arena, struct rf_fetch_answer *ret, struct rf_err *err)
{
    struct rf_fetch_peers peers = {.count = 0};
    struct rf_fetch_request request = {.url = url,
                                       .peers = &peers,
                                       .headers = fetch->config->fetch_headers,
                                       .curl = fetch->curl,
                                       .ops = fetch->ops,
                                       .limit_bytes = fetch->limits->input_bytes};
    uint64_t now;
    int code = rf_fetch_check_host(fetch->policy, url, err);

    if (code == 0)
        code = rf_fetch_look_up(fetch->policy, url, &peers, err);
    if (code < 0)
        return code;
    now = now_ms();
    if (now >= deadline_ms)
        return rf_fail(err, -EAGAIN, "no answer in time");
    request.time_ms = deadline_ms - now;
    if (rf_url_is_same_origin(url, first))
        request.header_count = fetch->config->fetch_header_count;
    return rf_fetch_ask(&request, arena, ret, err);
}

static int try_once(const struct fetch *fetch, const struct rf_url *first, struct rf_arena *arena, int *ret,
                    struct rf_err *err)
{
    uint64_t deadline_ms = now_ms() + fetch->policy->time_ms;
    struct rf_url url = *first;

    for (unsigned redirects = 0; redirects <= RF_FETCH_REDIRECTS; redirects++) {
        struct rf_fetch_answer answer = {.body = -1};
        RF_AUTO(close) int body = -1;
        int code = ask(fetch, &url, first, deadline_ms, arena, &answer, err);

        if (code < 0)
            return code;
        body = answer.body;
        if (answer.status / 100 == 2 && answer.status != STATUS_PARTIAL) {
            code = rf_memory_file_seal(body, err);
            if (code == 0 && lseek(body, 0, SEEK_SET) < 0)
                code = rf_fail(err, -errno, "the fetched file: %s", strerror(errno));
            if (code == 0)
                *ret = RF_TAKE(body);
            return code;
        }
        if (!is_redirect(answer.status))
            return rf_fail(err, -EAGAIN, "http status code %u", answer.status);
        code = follow(&url, &answer, arena, err);
        if (code < 0)
            return code;
    }
    return rf_fail(err, -EAGAIN, "more than %d redirects", RF_FETCH_REDIRECTS);
}

/* --- all tries --- */

/* No ring runs now, so this only waits, and ends early when the job is to end. */
static int pause_for(const struct fetch *fetch, uint32_t ms, struct rf_err *err)
{
    struct rf_ring_end end;
    int handle = -1;
    int code = fetch->ops->wait(fetch->ops->context, (int)ms, &handle, &end, err);

    if (code >= 0)
        return rf_fail(err, -EPROTO, "a ring ended while none was running");
    return code == -EAGAIN ? 0 : code;
}

static void tell(const struct rf_fetch_log *log, const char *what, struct rf_err *err)
{
    struct rf_err inner = *err;

    (void)rf_fail(err, inner.code, "unable to fetch %s: %.*s", what, 440, inner.msg);
    log->say(log->context, err->msg);
}

static int try_often(const struct fetch *fetch, const struct rf_url *url, const struct rf_fetch_log *log,
                     const char *what, int *ret, struct rf_err *err)
{
    for (size_t tries = 0;; tries++) {
        struct rf_arena arena;
        int code;

        rf_arena_init(&arena, TRY_ARENA_BYTES);
        if (url->scheme == RF_URL_FILE)
            code = rf_fetch_file(fetch->policy, url, fetch->limits->input_bytes, &arena, ret, err);
        else
            code = try_once(fetch, url, &arena, ret, err);
        rf_arena_done(&arena);
        if (code == 0 || code == -EINTR)
            return code;
        tell(log, what, err);
        if (code != -EAGAIN)
            return code;
        if (tries == fetch->policy->wait_count)
            return err->code = -EIO;
        code = pause_for(fetch, fetch->policy->waits_ms[tries], err);
        if (code < 0)
            return code;
    }
}

int rf_fetch(const struct rf_job_config *config, const struct rf_fetch_policy *policy,
             const struct rf_engine *curl, const struct rf_job_limits *limits, const struct rf_ring_ops *ops,
             const struct rf_fetch_log *log, int *ret, struct rf_err *err)
{
    const struct fetch fetch = {config, policy, curl, limits, ops};
    const char *what = config->type == RF_JOB_OCR ? "document" : "audio";
    struct rf_err inner;
    struct rf_url url;

    if (rf_url_parse(config->fetch_url, &url, &inner) != 0) {
        (void)rf_fail(err, -EINVAL, "fetch_data.url: %s", inner.msg);
        tell(log, what, err);
        return err->code;
    }
    return try_often(&fetch, &url, log, what, ret, err);
}
