#include "engine/header.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const char *const accepted[] = {
    "Authorization: Bearer abc.def-ghi_jkl~mno+pqr/stu==",
    "Authorization:Basic dXNlcjpwYXNzd29yZA==",
    "X-Api-Key: \"a\\b\"; c=d, e:f @g #h",
    "x: y",
    "Cookie: a=b; c=d",
    "User-Agent: mine",
    "!#$%&'*+-.^_`|~09azAZ: x ",
    "Hosting: x",
    "X-Range: x",
    "Proxy: x",
};

static void accepts_headers(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(accepted); i++) {
        struct rf_err err = {0};

        if (rf_header_check(rf_str_of(accepted[i]), &err) != 0)
            fail_msg("%s: %s", accepted[i], err.msg);
    }
}

static const struct {
    const char *text;
    const char *says;
} refused[] = {
    {"", "Name: value"},
    {"Authorization", "Name: value"},
    {"Authorization;", "Name: value"},
    {"@/etc/shadow", "Name: value"},
    {"@/etc/shadow: x", "Name: value"},
    {": x", "Name: value"},
    {" X: y", "Name: value"},
    {"X : y", "Name: value"},
    {"X Y: z", "Name: value"},
    {"X\tY: z", "Name: value"},
    {"X\r\nHost: y", "Name: value"},
    {"X\xc3\xa4: y", "Name: value"},
    {"(X): y", "Name: value"},
    {"\"X\": y", "Name: value"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa: x", "Name: value"},
    {"X:", "value after"},
    {"X: ", "value after"},
    {"X: a\r\nHost: b", "byte 5"},
    {"X: a\nHost: b", "byte 5"},
    {"X: a\rb", "byte 5"},
    {"X: a\r\n b", "byte 5"},
    {"X: a\tb", "byte 5"},
    {"X: \x7f", "byte 4"},
    {"X: \x1b[31m", "byte 4"},
    {"X: \xc3\xa4", "byte 4"},
    {"Host: evil.example", "request's own"},
    {"host: evil.example", "request's own"},
    {"CONTENT-LENGTH: 5", "request's own"},
    {"Transfer-Encoding: chunked", "request's own"},
    {"TE: trailers", "request's own"},
    {"Trailer: X", "request's own"},
    {"Connection: close", "request's own"},
    {"Keep-Alive: x", "request's own"},
    {"Upgrade: h2c", "request's own"},
    {"HTTP2-Settings: x", "request's own"},
    {"Expect: 100-continue", "request's own"},
    {"Range: bytes=0-1", "request's own"},
    {"If-Range: x", "request's own"},
    {"Accept-Encoding: gzip", "request's own"},
    {"Proxy-Authorization: x", "request's own"},
    {"proxy-connection: x", "request's own"},
    {"Proxy-: x", "request's own"},
};

static void refuses_what_would_frame_the_request(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_err err = {0};

        if (rf_header_check(rf_str_of(refused[i].text), &err) != -EINVAL)
            fail_msg("accepted %s", refused[i].text);
        if (!strstr(err.msg, refused[i].says))
            fail_msg("%s: want \"%s\" in: %s", refused[i].text, refused[i].says, err.msg);
    }
}

static void refuses_nul_bytes(void **state)
{
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(rf_header_check(RF_STR("X: a\0b"), &err), -EINVAL);
    assert_int_equal(rf_header_check(RF_STR("X\0: a"), &err), -EINVAL);
}

static void refuses_long_ones_and_keeps_secrets(void **state)
{
    static char text[RF_HEADER_BYTES + 1] = "Authorization: ";
    struct rf_err err = {0};

    (void)state;
    memset(text + 15, 's', sizeof(text) - 15);
    assert_int_equal(rf_header_check((struct rf_str){text, RF_HEADER_BYTES}, &err), 0);
    assert_int_equal(rf_header_check((struct rf_str){text, RF_HEADER_BYTES + 1}, &err), -E2BIG);
    assert_null(strstr(err.msg, "sss"));
    assert_int_equal(rf_header_check(RF_STR("Authorization: secret\n"), &err), -EINVAL);
    assert_null(strstr(err.msg, "secret"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(accepts_headers), cmocka_unit_test(refuses_what_would_frame_the_request),
        cmocka_unit_test(refuses_nul_bytes), cmocka_unit_test(refuses_long_ones_and_keeps_secrets)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
