/* A header from a stranger goes over the wire as it is, so it must be one line, and not one of those that
   frame the request. */
#include "engine/header.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <strings.h>

enum { SHOWN_BYTES = 64 };

/* What frames the request or its connection (RFC 9110, 7.6.1), or would bring other bytes than the
   resource's. Cookie is none of them: it is a credential like Authorization. */
static const char *const own[] = {
    "Host",    "Content-Length", "Transfer-Encoding", "TE",      "HTTP2-Settings",
    "Trailer", "Connection",     "Keep-Alive",        "Upgrade", "Expect",
    "Range",   "If-Range",       "Accept-Encoding"};

static bool is_token(struct rf_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!is_letter && (c == '\0' || !strchr("!#$%&'*+-.^_`|~", c)))
            return false;
    }
    return text.len > 0;
}

static bool is_own(struct rf_str name)
{
    for (size_t i = 0; i < RF_COUNT(own); i++)
        if (name.len == strlen(own[i]) && strncasecmp(name.ptr, own[i], name.len) == 0)
            return true;
    return name.len >= 6 && strncasecmp(name.ptr, "Proxy-", 6) == 0;
}

int rf_header_check(struct rf_str text, struct rf_err *err)
{
    struct rf_str name;
    struct rf_str value = rf_str_cut(text, ':', &name);
    bool has_value = false;

    if (!value.ptr || name.len > SHOWN_BYTES || !is_token(name))
        return rf_fail(err, -EINVAL,
                       "want \"Name: value\", with a name of at most %d letters, digits and hyphens",
                       SHOWN_BYTES);
    if (is_own(name))
        return rf_fail(err, -EINVAL, "%.*s is a header of the request's own", RF_FMT(name));
    for (size_t i = 0; i < value.len; i++) {
        unsigned char c = (unsigned char)value.ptr[i];

        if (c < 0x20 || c > 0x7e)
            return rf_fail(err, -EINVAL, "%.*s: byte %zu is not printable ASCII", RF_FMT(name),
                           name.len + 2 + i);
        has_value = has_value || c != ' ';
    }
    if (!has_value)
        return rf_fail(err, -EINVAL, "%.*s: want a value after the colon", RF_FMT(name));
    if (text.len > RF_HEADER_BYTES)
        return rf_fail(err, -E2BIG, "%.*s: longer than %d bytes", RF_FMT(name), RF_HEADER_BYTES);
    return 0;
}
