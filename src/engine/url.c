/* A job from a stranger names a URL, and other programs will read it too. So the grammar is small, and
   nothing is repaired. */
#include "engine/url.h"

#include "base/buf.h"
#include "base/num.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

enum { LABEL_BYTES = 63, PORT_MAX = 65535, PORT_DIGITS = 5 };

static const struct {
    const char *name;
    uint16_t port;
} schemes[] = {[RF_URL_FILE] = {"file", 0}, [RF_URL_HTTP] = {"http", 80}, [RF_URL_HTTPS] = {"https", 443}};

uint16_t rf_url_default_port(enum rf_url_scheme scheme)
{
    return schemes[scheme].port;
}

const char *rf_url_scheme_name(enum rf_url_scheme scheme)
{
    return schemes[scheme].name;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static char lower(char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c);
}

static bool is_alnum(char c)
{
    return is_digit(c) || (lower(c) >= 'a' && lower(c) <= 'z');
}

static struct rf_str from(struct rf_str text, size_t at)
{
    return (struct rf_str){text.ptr + at, text.len - at};
}

static bool is_among(char c, const char *bytes)
{
    return c != '\0' && strchr(bytes, c);
}

/* Where the first of `bytes` is in `text`, or its length. */
static size_t find(struct rf_str text, const char *bytes)
{
    size_t at = 0;

    while (at < text.len && !is_among(text.ptr[at], bytes))
        at++;
    return at;
}

static const char *why_not(struct rf_str text, size_t at)
{
    unsigned char c = (unsigned char)text.ptr[at];

    if (c <= 0x20 || c == 0x7f)
        return "a blank or control character is written as %20 and the like";
    if (c >= 0x80)
        return "letters beyond ASCII are written as %XX, in a host as xn--";
    if (c == '\\')
        return "a backslash is no slash";
    if (c == '#')
        return "a fragment is never sent: leave it out";
    if (c == '%')
        return at + 2 < text.len && is_hex(text.ptr[at + 1]) && is_hex(text.ptr[at + 2])
                   ? NULL
                   : "after % come two hexadecimal digits";
    if (is_alnum(text.ptr[at]) || is_among(text.ptr[at], "-._~:/?[]@!$&'()*+,;="))
        return NULL;
    return "this character is written as %XX";
}

static int check_bytes(struct rf_str text, struct rf_err *err)
{
    if (text.len > RF_URL_BYTES)
        return rf_fail(err, -E2BIG, "longer than %d bytes", RF_URL_BYTES);
    for (size_t at = 0; at < text.len; at++) {
        const char *why = why_not(text, at);

        if (why)
            return rf_fail(err, -EINVAL, "byte %zu: %s", at + 1, why);
    }
    return 0;
}

/* As resolvers and browsers do (the URL standard, "ends in a number"), a host whose last label looks like a
   number is meant as an IPv4 address: 127.1, 0x7f.1 and 2130706433 are that, too, and are not taken. */
static bool ends_in_number(struct rf_str name)
{
    size_t start = name.len;
    size_t at;

    while (start > 0 && name.ptr[start - 1] != '.')
        start--;
    at = start;
    if (name.len - start >= 2 && name.ptr[start] == '0' && lower(name.ptr[start + 1]) == 'x') {
        at += 2;
        while (at < name.len && is_hex(name.ptr[at]))
            at++;
    } else {
        while (at < name.len && is_digit(name.ptr[at]))
            at++;
    }
    return start < name.len && at == name.len;
}

static int read_v4(struct rf_str text, struct rf_url_host *host, struct rf_err *err)
{
    char copy[INET_ADDRSTRLEN] = "";

    if (text.len < sizeof(copy))
        memcpy(copy, text.ptr, text.len);
    memcpy(host->address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    if (inet_pton(AF_INET, copy, host->address + 12) != 1 ||
        !inet_ntop(AF_INET, host->address + 12, host->name, sizeof(host->name)))
        return rf_fail(err, -EINVAL, "a host that ends in a number is an address: want four decimal numbers");
    host->is_address = true;
    return 0;
}

/* `text` is what the brackets hold. */
static int read_v6(struct rf_str text, struct rf_url_host *host, struct rf_err *err)
{
    char copy[INET6_ADDRSTRLEN] = "";
    size_t at = 0;

    while (at < text.len && (is_hex(text.ptr[at]) || is_among(text.ptr[at], ":.")))
        at++;
    if (at == text.len && text.len < sizeof(copy))
        memcpy(copy, text.ptr, text.len);
    if (inet_pton(AF_INET6, copy, host->address) != 1 ||
        !inet_ntop(AF_INET6, host->address, host->name, sizeof(host->name)))
        return rf_fail(err, -EINVAL, "in brackets stands an IPv6 address, without zone");
    host->is_address = true;
    host->is_v6 = true;
    return 0;
}

/* Letters, digits and inner hyphens between dots (RFC 1123, 2.1). */
static int read_name(struct rf_str text, struct rf_url_host *host, struct rf_err *err)
{
    struct rf_str name = text;
    size_t label = 0;

    if (ends_in_number(name))
        return read_v4(name, host, err);
    if (name.len && name.ptr[name.len - 1] == '.')
        name.len--;
    if (name.len > RF_HOST_BYTES)
        return rf_fail(err, -EINVAL, "the host is longer than %d bytes", RF_HOST_BYTES);
    for (size_t at = 0; at <= name.len; at++) {
        char c = at < name.len ? name.ptr[at] : '.';
        bool is_end = c == '.';
        bool is_inside = c == '-' && label > 0;

        if (is_end ? label == 0 || label > LABEL_BYTES || name.ptr[at - 1] == '-'
                   : !is_alnum(c) && !is_inside)
            return rf_fail(err, -EINVAL,
                           "a host is letters, digits and inner hyphens, in parts of 1 to %d between dots",
                           LABEL_BYTES);
        if (at < name.len)
            host->name[at] = lower(c);
        label = is_end ? 0 : label + 1;
    }
    if (ends_in_number(name))
        return rf_fail(err, -EINVAL, "an address has no dot at its end");
    return 0;
}

static int read_port(struct rf_str text, uint16_t *ret, struct rf_err *err)
{
    uint64_t port = 0;

    if (text.len > PORT_DIGITS || (text.len && text.ptr[0] == '0') || rf_num_u64(text, PORT_MAX, &port) != 0)
        return rf_fail(err, -EINVAL, "after the host's colon want a port in 1..%d", PORT_MAX);
    *ret = (uint16_t)port;
    return 0;
}

int rf_url_authority(struct rf_str text, struct rf_url_host *ret_host, uint16_t *ret_port, struct rf_err *err)
{
    struct rf_url_host host = {.is_address = false};
    struct rf_str rest;
    uint16_t port = 0;
    size_t end;
    int code;

    if (find(text, "@") < text.len)
        return rf_fail(err, -EINVAL,
                       "no user and password before the host: auth_headers are the place for secrets");
    if (text.len && text.ptr[0] == '[') {
        end = find(text, "]");
        if (end == text.len)
            return rf_fail(err, -EINVAL, "the bracket before the address is not closed");
        code = read_v6((struct rf_str){text.ptr + 1, end - 1}, &host, err);
        rest = from(text, end + 1);
        if (code == 0 && rest.len && rest.ptr[0] != ':')
            code = rf_fail(err, -EINVAL, "after the bracket comes a colon and a port, or nothing");
    } else {
        end = find(text, ":");
        code = read_name((struct rf_str){text.ptr, end}, &host, err);
        rest = from(text, end);
    }
    if (code == 0 && rest.len)
        code = read_port(from(rest, 1), &port, err);
    if (code < 0)
        return code;
    *ret_host = host;
    *ret_port = port;
    return 0;
}

static int read_scheme(struct rf_str text, enum rf_url_scheme *ret, struct rf_str *ret_rest,
                       struct rf_err *err)
{
    for (size_t i = 0; i < RF_COUNT(schemes); i++) {
        const char *name = schemes[i].name;
        size_t at = 0;

        while (at < text.len && name[at] && lower(text.ptr[at]) == name[at])
            at++;
        if (name[at] || text.len < at + 3 || memcmp(text.ptr + at, "://", 3) != 0)
            continue;
        *ret = (enum rf_url_scheme)i;
        *ret_rest = from(text, at + 3);
        return 0;
    }
    return rf_fail(err, -EPROTONOSUPPORT, "want one that begins with http://, https:// or file://");
}

int rf_url_parse(struct rf_str text, struct rf_url *ret, struct rf_err *err)
{
    struct rf_url url = {.port = 0};
    struct rf_str rest = text;
    size_t end;
    int code = check_bytes(text, err);

    if (code == 0)
        code = read_scheme(text, &url.scheme, &rest, err);
    if (code < 0)
        return code;
    end = find(rest, "/?");
    url.path = from(rest, end);
    if (url.scheme != RF_URL_FILE)
        code = rf_url_authority((struct rf_str){rest.ptr, end}, &url.host, &url.port, err);
    else if (end > 0 || url.path.len == 0)
        code = rf_fail(err, -EINVAL, "a file is written as file:///PATH, without a host");
    if (code < 0)
        return code;
    if (url.path.len && url.path.ptr[0] == '?')
        return rf_fail(err, -EINVAL, "before the question mark comes a path, or a slash at least");
    if (url.scheme == RF_URL_FILE && find(url.path, "?") < url.path.len)
        return rf_fail(err, -EINVAL, "a file has no query; a question mark in its name is written as %%3F");
    if (find(url.path, "[]") < url.path.len)
        return rf_fail(err, -EINVAL, "brackets in a path or query are written as %%5B and %%5D");
    if (url.path.len == 0)
        url.path = RF_STR("/");
    if (url.port == 0)
        url.port = schemes[url.scheme].port;
    *ret = url;
    return 0;
}

bool rf_url_is_same_origin(const struct rf_url *a, const struct rf_url *b)
{
    return a->scheme == b->scheme && a->port == b->port && a->host.is_v6 == b->host.is_v6 &&
           strcmp(a->host.name, b->host.name) == 0;
}

/* Scheme, host and port; what stands before the path. */
static void write_origin(const struct rf_url *url, struct rf_buf *out)
{
    const char *open = url->host.is_v6 ? "[" : "";
    const char *close = url->host.is_v6 ? "]" : "";

    rf_buf_printf(out, "%s://%s%s%s", schemes[url->scheme].name, open, url->host.name, close);
    if (url->port)
        rf_buf_printf(out, ":%u", url->port);
}

const char *rf_url_text(const struct rf_url *url, struct rf_arena *arena)
{
    struct rf_buf out;

    rf_buf_init(&out, arena);
    write_origin(url, &out);
    rf_buf_add(&out, url->path);
    return out.is_failed ? NULL : out.ptr;
}

/* The path of `location` below the directory of `base`, without `.` and `..` (RFC 3986, 5.2.3 and 5.2.4). */
static void write_merged(struct rf_str base, struct rf_str location, struct rf_buf *out)
{
    struct rf_str path = {base.ptr, find(base, "?")};
    struct rf_str query = from(location, find(location, "?"));
    size_t root = out->len;

    while (path.ptr[path.len - 1] != '/')
        path.len--;
    rf_buf_add(out, (struct rf_str){path.ptr, path.len - 1});
    location.len -= query.len;
    while (location.ptr && !out->is_failed) {
        struct rf_str part;

        location = rf_str_cut(location, '/', &part);
        if (rf_str_is(part, "..")) {
            while (out->len > root && out->ptr[--out->len] != '/')
                ;
        }
        if (rf_str_is(part, "..") || rf_str_is(part, ".")) {
            if (!location.ptr)
                rf_buf_text(out, "/");
            continue;
        }
        rf_buf_text(out, "/");
        rf_buf_add(out, part);
    }
    rf_buf_add(out, query);
}

static bool has_scheme(struct rf_str location)
{
    size_t end = find(location, ":/?");

    return end < location.len && location.ptr[end] == ':';
}

int rf_url_follow(const struct rf_url *base, struct rf_str location, struct rf_arena *arena,
                  struct rf_url *ret, struct rf_err *err)
{
    struct rf_buf out;
    struct rf_str bytes;

    rf_buf_init(&out, arena);
    location.len = find(location, "#");
    if (location.len == 0)
        return rf_fail(err, -EINVAL, "the redirect leads nowhere");
    if (has_scheme(location)) {
        rf_buf_add(&out, location);
    } else if (rf_str_starts(location, "//")) {
        rf_buf_printf(&out, "%s:", schemes[base->scheme].name);
        rf_buf_add(&out, location);
    } else {
        write_origin(base, &out);
        if (location.ptr[0] == '?')
            rf_buf_add(&out, (struct rf_str){base->path.ptr, find(base->path, "?")});
        if (location.ptr[0] == '/' || location.ptr[0] == '?')
            rf_buf_add(&out, location);
        else
            write_merged(base->path, location, &out);
    }
    if (out.is_failed)
        return rf_fail(err, -ENOMEM, "no memory left for a redirect");
    bytes = (struct rf_str){out.ptr, out.len};
    return rf_url_parse(bytes, ret, err);
}
