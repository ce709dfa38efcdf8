#include "engine/fetch_parts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20 };

static const struct rf_fetch_peers two_peers = {
    .address = {{[10] = 0xff, [11] = 0xff, 192, 0, 3, 7}, {0x26, 0x06, 0x47, [15] = 0x11}}, .count = 2};

static int write_config(const char *text, const struct rf_str *headers, size_t count, struct rf_arena *arena,
                        struct rf_str *ret, struct rf_err *err)
{
    struct rf_url url;
    const struct rf_fetch_request request = {.url = &url,
                                             .peers = &two_peers,
                                             .headers = headers,
                                             .header_count = count,
                                             .limit_bytes = 4294967296,
                                             .time_ms = 61005};

    assert_int_equal(rf_url_parse(rf_str_of(text), &url, err), 0);
    return rf_fetch_curl_config(&request, arena, ret, err);
}

static const char whole[] = "silent\n"
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
                            "write-out = \"%{stderr}%{http_code}\\n%header{location}\"\n"
                            "proto = \"=https\"\n"
                            "proto-redir = \"=https\"\n"
                            "max-filesize = 4294967296\n"
                            "connect-timeout = 30.000\n"
                            "max-time = 61.005\n"
                            "url = \"https://example.org:8443/a?b=c\"\n"
                            "resolve = \"example.org:8443:192.0.3.7,[2606:4700::11]\"\n"
                            "header = \"Authorization: Bearer x\"\n"
                            "header = \"X-Quotes: \\\"a\\\\b\\\"\"\n";

static void says_everything_to_curl(void **state)
{
    static const struct rf_str headers[] = {RF_STR("Authorization: Bearer x"), RF_STR("X-Quotes: \"a\\b\"")};
    struct rf_arena arena;
    struct rf_str config = {NULL, 0};
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(
        write_config("HTTPS://Example.org:8443/a?b=c", headers, RF_COUNT(headers), &arena, &config, &err), 0);
    assert_string_equal(rf_arena_text(&arena, config), whole);
    rf_arena_done(&arena);
}

static void pins_no_address_to_an_address(void **state)
{
    struct rf_arena arena;
    struct rf_str config = {NULL, 0};
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(write_config("http://192.0.3.7/", NULL, 0, &arena, &config, &err), 0);
    assert_null(strstr(config.ptr, "resolve"));
    assert_non_null(strstr(config.ptr, "url = \"http://192.0.3.7:80/\"\n"));
    assert_int_equal(write_config("http://[2606:4700::11]/", NULL, 0, &arena, &config, &err), 0);
    assert_null(strstr(config.ptr, "resolve"));
    assert_non_null(strstr(config.ptr, "url = \"http://[2606:4700::11]:80/\"\n"));
    rf_arena_done(&arena);
}

/* curl would read a file for "@", and forget a header of its own for "Name:". */
static const char *const refused[] = {
    "@/etc/shadow", "X:", "X;", "X: a\nurl = \"file:///etc/shadow\"", "X: \"\r\n", "Host: evil.example"};

static void refuses_headers_that_are_more_than_one(void **state)
{
    struct rf_arena arena;
    struct rf_str config = {NULL, 0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        const struct rf_str headers[] = {RF_STR("A: b"), rf_str_of(refused[i])};
        struct rf_err err = {0};

        if (write_config("http://example.org/", headers, 2, &arena, &config, &err) != -EINVAL)
            fail_msg("accepted %s", refused[i]);
        assert_non_null(strstr(err.msg, "auth_headers 2: "));
    }
    assert_null(config.ptr);
    rf_arena_done(&arena);
}

static void refuses_too_much_of_them(void **state)
{
    static char text[RF_FETCH_HEADER_BYTES / 4] = "X: ";
    const struct rf_str header = {text, sizeof(text)};
    const struct rf_str headers[] = {header, header, header, header, RF_STR("A: b")};
    struct rf_arena arena;
    struct rf_str config = {NULL, 0};
    struct rf_err err = {0};

    (void)state;
    memset(text + 3, '"', sizeof(text) - 3);
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(write_config("http://example.org/", headers, 4, &arena, &config, &err), 0);
    assert_int_equal(write_config("http://example.org/", headers, 5, &arena, &config, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "auth_headers: more than"));
    rf_arena_done(&arena);
}

static void says_when_memory_is_short(void **state)
{
    struct rf_arena arena;
    struct rf_str config = {NULL, 0};
    struct rf_err err = {0};

    (void)state;
    for (unsigned nth = 1; nth <= 2; nth++) {
        rf_arena_init(&arena, ARENA_BYTES);
        rf_arena_fail_at(nth);
        assert_int_equal(write_config("http://example.org/", NULL, 0, &arena, &config, &err), -ENOMEM);
        rf_arena_done(&arena);
    }
}

static const struct {
    struct rf_str text;
    unsigned status; /* 0: refused */
    const char *location;
} trailers[] = {
    {RF_STR("200\n"), 200, ""},
    {RF_STR("302\nhttp://example.org/"), 302, "http://example.org/"},
    {RF_STR("302\n200\n"), 302, "200\n"},
    {RF_STR("599\nx"), 599, "x"},
    {RF_STR(""), 0, NULL},
    {RF_STR("\n"), 0, NULL},
    {RF_STR("200"), 0, NULL},
    {RF_STR("000\n"), 0, NULL},
    {RF_STR("099\n"), 0, NULL},
    {RF_STR("600\n"), 0, NULL},
    {RF_STR("0200\n"), 0, NULL},
    {RF_STR("20\n"), 0, NULL},
    {RF_STR("2000\n"), 0, NULL},
    {RF_STR("+20\n"), 0, NULL},
    {RF_STR(" 200\n"), 0, NULL},
    {RF_STR("200 \n"), 0, NULL},
    {RF_STR("200\r\n"), 0, NULL},
    {RF_STR("2\0000\n"), 0, NULL},
    {RF_STR("curl: (7) Failed to connect\n200\n"), 0, NULL},
    {RF_STR("\n200\n"), 0, NULL},
    {RF_STR("%{http_code}\n%header{location}"), 0, NULL},
};

static void believes_one_form_of_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(trailers); i++) {
        struct rf_fetch_answer answer = {.status = 7};
        int code = rf_fetch_read_trailer(trailers[i].text, &answer);

        if ((code == 0) != (trailers[i].status != 0))
            fail_msg("%.*s", RF_FMT(trailers[i].text));
        assert_int_equal(answer.status, trailers[i].status ? trailers[i].status : 7);
        if (code == 0)
            assert_true(rf_str_is(answer.location, trailers[i].location));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_everything_to_curl),
        cmocka_unit_test(pins_no_address_to_an_address),
        cmocka_unit_test(refuses_headers_that_are_more_than_one),
        cmocka_unit_test(refuses_too_much_of_them),
        cmocka_unit_test(says_when_memory_is_short),
        cmocka_unit_test(believes_one_form_of_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
