/* Our URL parser against curl's, which is the one that fetches: what ours accepts as http or https, curl's
   reads as the same scheme, host, port, path and query, from the text as it came and from the text that ours
   writes. Behind a line feed, if there is one, stands a Location header. */
#include "engine/url.h"

#include "round_trip.h"

#include <curl/curl.h>
#include <stdint.h>
#include <string.h>

enum { ARENA_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must_be(CURLU *handle, CURLUPart part, const char *want)
{
    char *got = NULL;

    RF_MUST(curl_url_get(handle, part, &got, CURLU_DEFAULT_PORT) == CURLUE_OK);
    RF_MUST(strcmp(got, want) == 0);
    curl_free(got);
}

static void must_be_without(CURLU *handle, CURLUPart part)
{
    char *got = NULL;

    RF_MUST(curl_url_get(handle, part, &got, 0) != CURLUE_OK);
}

/* The host as curl read it, which may still have its capitals, last dot and long zeros. */
static void must_be_host(CURLU *handle, const struct rf_url *url)
{
    struct rf_url_host host;
    struct rf_err err;
    uint16_t port;
    char *got = NULL;

    RF_MUST(curl_url_get(handle, CURLUPART_HOST, &got, 0) == CURLUE_OK);
    RF_MUST(rf_url_authority(rf_str_of(got), &host, &port, &err) == 0 && port == 0);
    RF_MUST(strcmp(host.name, url->host.name) == 0 && host.is_v6 == url->host.is_v6);
    curl_free(got);
}

static void must_agree(const char *text, const struct rf_url *url, struct rf_arena *arena)
{
    struct rf_str path;
    struct rf_str query = rf_str_cut(url->path, '?', &path);
    CURLU *handle;

    if (url->scheme == RF_URL_FILE)
        return; /* no curl sees it */
    handle = curl_url();
    RF_MUST(handle && curl_url_set(handle, CURLUPART_URL, text, CURLU_PATH_AS_IS) == CURLUE_OK);
    must_be(handle, CURLUPART_SCHEME, rf_url_scheme_name(url->scheme));
    must_be(handle, CURLUPART_PATH, rf_arena_text(arena, path));
    if (query.len)
        must_be(handle, CURLUPART_QUERY, rf_arena_text(arena, query));
    must_be_host(handle, url);
    must_be(handle, CURLUPART_PORT, rf_arena_printf(arena, "%u", url->port));
    must_be_without(handle, CURLUPART_USER);
    must_be_without(handle, CURLUPART_PASSWORD);
    must_be_without(handle, CURLUPART_FRAGMENT);
    must_be_without(handle, CURLUPART_ZONEID);
    curl_url_cleanup(handle);
}

static void must_survive(const struct rf_url *url, struct rf_arena *arena)
{
    const char *text = rf_url_text(url, arena);
    struct rf_url again;
    struct rf_err err;

    RF_MUST(text &&
            strspn(url->host.name, "abcdefghijklmnopqrstuvwxyz0123456789-.:") == strlen(url->host.name));
    RF_MUST((url->port == 0) == (url->scheme == RF_URL_FILE));
    RF_MUST(url->path.len > 0 && url->path.ptr[0] == '/');
    if (strlen(text) > RF_URL_BYTES)
        return; /* the port that was not written made it too long */
    RF_MUST(rf_url_parse(rf_str_of(text), &again, &err) == 0);
    RF_MUST(memcmp(&again.host, &url->host, sizeof(again.host)) == 0);
    RF_MUST(again.scheme == url->scheme && again.port == url->port);
    RF_MUST(again.path.len == url->path.len && memcmp(again.path.ptr, url->path.ptr, url->path.len) == 0);
    must_agree(text, url, arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str text;
    struct rf_str location = rf_str_cut((struct rf_str){(const char *)data, size}, '\n', &text);
    struct rf_arena arena;
    struct rf_url url;
    struct rf_url next;
    struct rf_err err = {0};

    rf_arena_init(&arena, ARENA_BYTES);
    if (rf_url_parse(text, &url, &err) == 0) {
        must_survive(&url, &arena);
        must_agree(rf_arena_text(&arena, text), &url, &arena);
        if (location.ptr && url.scheme != RF_URL_FILE &&
            rf_url_follow(&url, location, &arena, &next, &err) == 0)
            must_survive(&next, &arena);
    }
    for (const char *p = err.msg; *p; p++)
        RF_MUST((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
    rf_arena_done(&arena);
    return 0;
}
