/* One request, by curl in a ring of its own. Everything that the job says goes in by standard input, as
   curl's configuration; what the server says comes back as bytes in a memory file and, on standard error, as
   a status and a Location that are read like a stranger's. */
#include "engine/fetch_parts.h"

#include "base/auto.h"
#include "base/buf.h"
#include "engine/header.h"
#include "engine/memory_file.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

enum {
    TRAILER_BYTES = 64 * 1024,
    EXIT_STATUS = 22,    /* --fail, and the status was 400 or more */
    EXIT_TOO_LARGE = 63, /* --max-filesize, by the Content-Length */
    EXIT_RING = 125,
    EXIT_NOT_FOUND = 127,
    CONNECT_MS = 30 * 1000,
    BACKSTOP_MS = 5 * 1000 /* how much later than curl's own limit the ring's comes */
};

/* No redirects, no proxies, no user in the URL, no compression, no other protocol, nothing learnt by one
   request and used for the next. The trailer is what write-out prints: its first line is curl's, the rest a
   server's. */
static const char fixed_config[] = "silent\n"
                                   "fail\n"
                                   "globoff\n"
                                   "path-as-is\n"
                                   "disallow-username-in-url\n"
                                   "http1.1\n"
                                   "tlsv1.2\n"
                                   "max-redirs = 0\n"
                                   "noproxy = \"*\"\n"
                                   "user-agent = \"Ringfence/" RF_VERSION "\"\n"
                                   "output = \"-\"\n"
                                   "write-out = \"%{stderr}%{http_code}\\n%header{location}\"\n";

/* curl's own way with a quoted text: a backslash before quote and backslash. */
static void add_quoted(struct rf_buf *out, const char *name, struct rf_str text)
{
    rf_buf_printf(out, "%s = \"", name);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '"' || text.ptr[i] == '\\')
            rf_buf_text(out, "\\");
        rf_buf_add(out, (struct rf_str){text.ptr + i, 1});
    }
    rf_buf_text(out, "\"\n");
}

static void add_peers(struct rf_buf *out, const struct rf_url *url, const struct rf_fetch_peers *peers)
{
    static const unsigned char v4[12] = {[10] = 0xff, [11] = 0xff};

    rf_buf_printf(out, "resolve = \"%s:%u:", url->host.name, url->port);
    for (size_t i = 0; i < peers->count; i++) {
        const unsigned char *address = peers->address[i];
        bool is_v4 = memcmp(address, v4, sizeof(v4)) == 0;
        char text[INET6_ADDRSTRLEN];

        if (!inet_ntop(is_v4 ? AF_INET : AF_INET6, address + (is_v4 ? sizeof(v4) : 0), text, sizeof(text)))
            out->is_failed = true;
        else
            rf_buf_printf(out, is_v4 ? "%s%s" : "%s[%s]", i ? "," : "", text);
    }
    rf_buf_text(out, "\"\n");
}

int rf_fetch_curl_config(const struct rf_fetch_request *request, struct rf_arena *arena, struct rf_str *ret,
                         struct rf_err *err)
{
    const char *url = rf_url_text(request->url, arena);
    const char *scheme = rf_url_scheme_name(request->url->scheme);
    uint64_t connect_ms = request->time_ms < CONNECT_MS ? request->time_ms : CONNECT_MS;
    struct rf_buf out;
    struct rf_err inner;
    size_t header_bytes = 0;

    if (!url)
        return rf_fail(err, -ENOMEM, "no memory left for the request");
    rf_buf_init(&out, arena);
    rf_buf_text(&out, fixed_config);
    rf_buf_printf(&out, "proto = \"=%s\"\nproto-redir = \"=%s\"\nmax-filesize = %llu\n", scheme, scheme,
                  (unsigned long long)request->limit_bytes);
    rf_buf_printf(&out, "connect-timeout = %llu.%03llu\nmax-time = %llu.%03llu\n",
                  (unsigned long long)connect_ms / 1000, (unsigned long long)connect_ms % 1000,
                  (unsigned long long)request->time_ms / 1000, (unsigned long long)request->time_ms % 1000);
    add_quoted(&out, "url", rf_str_of(url));
    if (!request->url->host.is_address)
        add_peers(&out, request->url, request->peers);
    for (size_t i = 0; i < request->header_count; i++) {
        if (rf_header_check(request->headers[i], &inner) != 0)
            return rf_fail(err, -EINVAL, "auth_headers %zu: %s", i + 1, inner.msg);
        header_bytes += request->headers[i].len;
        if (header_bytes > RF_FETCH_HEADER_BYTES)
            return rf_fail(err, -EINVAL, "auth_headers: more than %d bytes together", RF_FETCH_HEADER_BYTES);
        add_quoted(&out, "header", request->headers[i]);
    }
    if (out.is_failed)
        return rf_fail(err, -ENOMEM, "no memory left for the request");
    *ret = (struct rf_str){out.ptr, out.len};
    return 0;
}

int rf_fetch_read_trailer(struct rf_str text, struct rf_fetch_answer *ret)
{
    struct rf_str status;
    struct rf_str location = rf_str_cut(text, '\n', &status);
    unsigned value = 0;

    for (size_t i = 0; i < status.len && status.len == 3; i++) {
        if (status.ptr[i] < '0' || status.ptr[i] > '9')
            return -EBADMSG;
        value = value * 10 + (unsigned)(status.ptr[i] - '0');
    }
    if (!location.ptr || value < 100 || value > 599)
        return -EBADMSG;
    ret->status = value;
    ret->location = location;
    return 0;
}

/* curl's posture with the limits of this request. The file in memory that curl fills counts as memory of its
 * ring.
 */
static int make_posture(const struct rf_fetch_request *request, struct rf_arena *arena,
                        struct rf_posture *ret, struct rf_err *err)
{
    const struct rf_from from = {.known = RF_KNOWN};
    struct rf_posture posture = request->curl->posture;
    /* A copy, since the engine's own list stays as it is; with room for one more by the rule of
     * rf_list_room(). */
    struct rf_ulimit *ulimits = rf_arena_array(arena, 2 * (posture.ulimit_count + 1), sizeof(*ulimits));
    uint64_t file_bytes = TRAILER_BYTES;
    const char *size;
    const char *time;
    int code;

    if ((request->limit_bytes >= TRAILER_BYTES &&
         __builtin_add_overflow(request->limit_bytes, 1, &file_bytes)) ||
        __builtin_add_overflow(posture.memory_bytes, file_bytes, &posture.memory_bytes))
        return rf_fail(err, -EINVAL, "the limit of input is larger than any memory");
    size = rf_arena_printf(arena, "fsize=%llu", (unsigned long long)file_bytes);
    time = rf_arena_printf(arena, "%llums", (unsigned long long)(request->time_ms + BACKSTOP_MS));
    if (!size || !time || !ulimits)
        return rf_fail(err, -ENOMEM, "no memory left for the request");
    if (posture.ulimit_count)
        memcpy(ulimits, posture.ulimits, posture.ulimit_count * sizeof(*ulimits));
    posture.ulimits = ulimits;
    posture.arena = arena;
    code = rf_posture_set(&posture, RF_KEY_ULIMIT, rf_str_of(size), &from, err);
    if (code == 0)
        code = rf_posture_set(&posture, RF_KEY_TIMEOUT, rf_str_of(time), &from, err);
    if (code == 0)
        *ret = posture;
    return code;
}

/* curl's exit codes, as its manual has them. */
static const struct {
    int code;
    const char *what;
} exits[] = {
    {7, "connection refused, or no way to the host"},
    {18, "the connection ended before the whole file had come"},
    {28, "no answer in time"},
    {35, "TLS could not be agreed on"},
    {52, "the server ended the connection without an answer"},
    {55, "the connection was lost"},
    {56, "the connection was lost"},
    {60, "the server's certificate is not trusted for this host"},
    {77, "the certificates of the authorities cannot be read"},
};

/* curl ended without an answer that counts. */
static int explain(const struct rf_fetch_request *request, const struct rf_ring_end *end, struct rf_err *err)
{
    if (end->err.code) {
        *err = end->err;
        return err->code;
    }
    if (end->exit_code >= EXIT_RING && end->exit_code <= EXIT_NOT_FOUND)
        return rf_fail(err, -ENOENT, "curl cannot be executed: install %s",
                       request->curl->package ? request->curl->package : "curl");
    if (end->was_timed_out)
        return rf_fail(err, -EAGAIN, "no answer in time");
    if (end->was_oom_killed)
        return rf_fail(err, -EAGAIN, "curl met the memory limit of its ring");
    for (size_t i = 0; i < RF_COUNT(exits); i++)
        if (exits[i].code == end->exit_code)
            return rf_fail(err, -EAGAIN, "%s", exits[i].what);
    return rf_fail(err, -EAGAIN, "curl ended with exit code %d", end->exit_code);
}

static int read_answer(const struct rf_fetch_request *request, const struct rf_ring_end *end, int errors,
                       struct rf_arena *arena, struct rf_fetch_answer *ret, struct rf_err *err)
{
    char *trailer = rf_arena_alloc(arena, TRAILER_BYTES);
    struct stat body;
    ssize_t len;

    if (!trailer)
        return rf_fail(err, -ENOMEM, "no memory left for the answer");
    if (fstat(ret->body, &body) < 0)
        return rf_fail(err, -errno, "the answer cannot be read: %s", strerror(errno));
    if (end->exit_code == EXIT_TOO_LARGE || (uint64_t)body.st_size > request->limit_bytes)
        return rf_fail(err, -EFBIG, "the file is larger than the limit of %llu bytes (--max-input)",
                       (unsigned long long)request->limit_bytes);
    if (end->err.code || (end->exit_code != 0 && end->exit_code != EXIT_STATUS))
        return explain(request, end, err);
    len = pread(errors, trailer, TRAILER_BYTES, 0);
    if (len < 0)
        return rf_fail(err, -errno, "the answer cannot be read: %s", strerror(errno));
    if (rf_fetch_read_trailer((struct rf_str){trailer, (size_t)len}, ret) != 0)
        return rf_fail(err, -EAGAIN, "curl told of no status that could be read");
    return 0;
}

/* Start it and wait for its end. */
static int run(const struct rf_fetch_request *request, const struct rf_ring_wish *wish,
               struct rf_ring_end *ret, struct rf_err *err)
{
    int mine = -1;
    int other = -1;
    int code = request->ops->start(request->ops->context, wish, &mine, err);

    while (code == 0 && other != mine)
        code = request->ops->wait(request->ops->context, -1, &other, ret, err);
    return code;
}

int rf_fetch_ask(const struct rf_fetch_request *request, struct rf_arena *arena, struct rf_fetch_answer *ret,
                 struct rf_err *err)
{
    RF_AUTO(close) int input = -1;
    RF_AUTO(close) int output = -1;
    RF_AUTO(close) int errors = -1;
    struct rf_fetch_answer answer = {.status = 0};
    struct rf_posture posture = {.arena = arena};
    struct rf_ring_end end = {.exit_code = EXIT_RING};
    struct rf_str config;
    int code = rf_fetch_curl_config(request, arena, &config, err);

    if (code == 0)
        code = make_posture(request, arena, &posture, err);
    if (code == 0)
        code = rf_memory_file_of(config, &input, err);
    if (code == 0)
        code = rf_memory_file_new("fetched", &output, err);
    if (code == 0)
        code = rf_memory_file_new("status", &errors, err);
    if (code == 0)
        code =
            run(request,
                &(struct rf_ring_wish){
                    .what = "curl", .posture = &posture, .input = input, .output = output, .errors = errors},
                &end, err);
    answer.body = output;
    if (code == 0)
        code = read_answer(request, &end, errors, arena, &answer, err);
    if (code < 0)
        return code;
    answer.body = RF_TAKE(output);
    *ret = answer;
    return 0;
}
