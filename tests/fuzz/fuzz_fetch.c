/* What a job adds to a request, and what a server answers. Up to the first line feed: a header, which is
   refused or becomes one line of curl's configuration that curl reads as the same text. Behind it: what curl
   wrote on standard error, of which the Location is the server's. */
#include "engine/fetch_parts.h"
#include "engine/header.h"

#include "round_trip.h"

#include <stdint.h>

enum { ARENA_BYTES = 1 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As curl 7.88 reads a quoted value: a backslash makes t, n, r, v a control character and else keeps the next
   byte; the first bare quote ends it. */
static struct rf_str unquote(struct rf_str line, struct rf_arena *arena)
{
    char *text = rf_arena_alloc(arena, line.len + 1);
    size_t len = 0;
    size_t at = 0;

    RF_MUST(text);
    for (; at < line.len && line.ptr[at] != '"'; at++) {
        if (line.ptr[at] == '\\') {
            at++;
            RF_MUST(at < line.len && !strchr("tnrv", line.ptr[at]));
        }
        text[len++] = line.ptr[at];
    }
    RF_MUST(at + 1 == line.len); /* the quote that ends it is the last byte */
    return (struct rf_str){text, len};
}

static void must_be_one_line(struct rf_str header, const struct rf_url *url, struct rf_arena *arena)
{
    static const struct rf_fetch_peers peers = {.address = {{[15] = 1}}, .count = 1};
    const struct rf_fetch_request request = {
        .url = url, .peers = &peers, .headers = &header, .header_count = 1, .time_ms = 1};
    struct rf_str config;
    struct rf_str line = {NULL, 0};
    struct rf_str last = {NULL, 0};
    struct rf_err err;
    size_t lines = 0;

    RF_MUST(rf_fetch_curl_config(&request, arena, &config, &err) == 0);
    while (config.ptr) {
        last = line;
        config = rf_str_cut(config, '\n', &line);
        lines++;
    }
    RF_MUST(lines == 21 && line.len == 0);
    RF_MUST(rf_str_starts(last, "header = \""));
    last = unquote((struct rf_str){last.ptr + 10, last.len - 10}, arena);
    RF_MUST(last.len == header.len && memcmp(last.ptr, header.ptr, header.len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str header;
    struct rf_str trailer = rf_str_cut((struct rf_str){(const char *)data, size}, '\n', &header);
    struct rf_fetch_answer answer = {.status = 0};
    struct rf_arena arena;
    struct rf_url url;
    struct rf_url next;
    struct rf_err err = {0};

    rf_arena_init(&arena, ARENA_BYTES);
    RF_MUST(rf_url_parse(RF_STR("http://example.org/a/b"), &url, &err) == 0);
    if (rf_header_check(header, &err) == 0)
        must_be_one_line(header, &url, &arena);
    else
        for (const char *p = err.msg; *p; p++)
            RF_MUST((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
    if (trailer.ptr && rf_fetch_read_trailer(trailer, &answer) == 0) {
        RF_MUST(answer.status >= 100 && answer.status <= 599);
        RF_MUST(answer.location.ptr + answer.location.len == trailer.ptr + trailer.len);
        if (rf_url_follow(&url, answer.location, &arena, &next, &err) == 0)
            RF_MUST(rf_url_text(&next, &arena));
    }
    rf_arena_done(&arena);
    return 0;
}
