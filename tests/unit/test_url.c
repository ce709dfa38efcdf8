#include "engine/url.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20 };

static const struct {
    const char *text;
    const char *written; /* by rf_url_text() */
} accepted[] = {
    {"http://example.org", "http://example.org:80/"},
    {"HTTPS://Example.ORG/", "https://example.org:443/"},
    {"http://example.org./a", "http://example.org:80/a"},
    {"http://example.org:8080/a/b.wav", "http://example.org:8080/a/b.wav"},
    {"http://example.org:1/", "http://example.org:1/"},
    {"http://example.org:65535/", "http://example.org:65535/"},
    {"http://localhost/", "http://localhost:80/"},
    {"http://a-b.xn--mller-kva.example/", "http://a-b.xn--mller-kva.example:80/"},
    {"http://3com.example/", "http://3com.example:80/"},
    {"http://1.example/", "http://1.example:80/"},
    {"http://0x7f.example/", "http://0x7f.example:80/"},
    {"http://0xfg/", "http://0xfg:80/"},
    {"http://192.0.2.1/", "http://192.0.2.1:80/"},
    {"http://192.0.2.1:99/", "http://192.0.2.1:99/"},
    {"http://[::1]/", "http://[::1]:80/"},
    {"http://[2001:DB8:0:0::1]:99/", "http://[2001:db8::1]:99/"},
    {"http://[::ffff:127.0.0.1]/", "http://[::ffff:127.0.0.1]:80/"},
    {"http://example.org/?", "http://example.org:80/?"},
    {"http://example.org/a/../b/./c//d", "http://example.org:80/a/../b/./c//d"},
    {"http://a.org/%41%2F%2e?a='(!$)*+,;:@/?~_-.=&b", "http://a.org:80/%41%2F%2e?a='(!$)*+,;:@/?~_-.=&b"},
    {"http://example.org/@/:80/", "http://example.org:80/@/:80/"},
    {"file:///a/b.wav", "file:///a/b.wav"},
    {"file:///", "file:///"},
    {"FILE:///a%3F", "file:///a%3F"},
};

static void reads_and_writes(void **state)
{
    struct rf_arena arena;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(accepted); i++) {
        struct rf_url url;
        struct rf_err err = {0};

        if (rf_url_parse(rf_str_of(accepted[i].text), &url, &err) != 0)
            fail_msg("%s: %s", accepted[i].text, err.msg);
        assert_string_equal(rf_url_text(&url, &arena), accepted[i].written);
    }
    rf_arena_done(&arena);
}

static const struct {
    const char *text;
    const char *says;
} refused[] = {
    {"", "http://"},
    {"example.org", "http://"},
    {"//example.org/", "http://"},
    {"http:/example.org/", "http://"},
    {"http:example.org/", "http://"},
    {"https", "http://"},
    {"ftp://example.org/", "http://"},
    {"gopher://example.org/", "http://"},
    {"javascript:alert(1)", "http://"},
    {"httpx://example.org/", "http://"},
    {"httpss://example.org/", "http://"},
    {"data:,x", "http://"},
    {" http://example.org/", "byte 1: a blank"},
    {"http://example.org/ ", "byte 20: a blank"},
    {"http://example.org/a b", "a blank"},
    {"http://example.org/a\tb", "control"},
    {"http://example.org/a\r\nHost: x", "control"},
    {"http://exam\nple.org/", "control"},
    {"http://example.org/\x7f", "control"},
    {"http://ex\xc3\xa4mple.org/", "xn--"},
    {"http://example.org/\xff", "ASCII"},
    {"http://\xe2\x93\x94\xe2\x93\x95.org/", "xn--"},
    {"http:\\\\example.org/", "backslash"},
    {"http://example.org\\@evil.example/", "backslash"},
    {"http://example.org/#x", "fragment"},
    {"http://example.org#@evil.example/", "fragment"},
    {"http://example.org/%", "hexadecimal"},
    {"http://example.org/%4", "hexadecimal"},
    {"http://example.org/%4g", "hexadecimal"},
    {"http://example.org/%%41", "hexadecimal"},
    {"http://example.org/\"", "%XX"},
    {"http://example.org/<>", "%XX"},
    {"http://example.org/{a,b}", "%XX"},
    {"http://example.org/a|b", "%XX"},
    {"http://example.org/a^b`", "%XX"},
    {"http://example.org/[1-9]", "brackets"},
    {"http://example.org/?a[]=1", "brackets"},
    {"http://user@example.org/", "auth_headers"},
    {"http://user:password@example.org/", "auth_headers"},
    {"http://@example.org/", "auth_headers"},
    {"http://example.org:80@evil.example/", "auth_headers"},
    {"http://example.org?@evil.example/", "question mark"},
    {"http://example.org?a", "question mark"},
    {"http://", "a host is letters"},
    {"http:///", "a host is letters"},
    {"http://./", "a host is letters"},
    {"http://../", "a host is letters"},
    {"http://.example.org/", "a host is letters"},
    {"http://example..org/", "a host is letters"},
    {"http://example.org../", "a host is letters"},
    {"http://-example.org/", "a host is letters"},
    {"http://example-.org/", "a host is letters"},
    {"http://exa_mple.org/", "a host is letters"},
    {"http://exa%6dple.org/", "a host is letters"},
    {"http://example.org%00.evil.example/", "a host is letters"},
    {"http://example.org,evil.example/", "a host is letters"},
    {"http://example.org;evil.example/", "a host is letters"},
    {"http://*.example.org/", "a host is letters"},
    {"http://$HOME/", "a host is letters"},
    {"http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.org/", "a host is letters"},
    {"http://127.1/", "four decimal"},
    {"http://127.0.1/", "four decimal"},
    {"http://2130706433/", "four decimal"},
    {"http://017700000001/", "four decimal"},
    {"http://0177.0.0.1/", "four decimal"},
    {"http://127.0.0.01/", "four decimal"},
    {"http://0x7f.1/", "four decimal"},
    {"http://0x7f000001/", "four decimal"},
    {"http://0x7F.0x0.0x0.0X1/", "four decimal"},
    {"http://0x/", "four decimal"},
    {"http://example.0x/", "four decimal"},
    {"http://example.1/", "four decimal"},
    {"http://127.0.0.256/", "four decimal"},
    {"http://127.0.0.0.1/", "four decimal"},
    {"http://127.0.0.1000000000000000000000000000/", "four decimal"},
    {"http://127..0.1/", "four decimal"},
    {"http://127.0.0.1./", "dot at its end"},
    {"http://2130706433./", "dot at its end"},
    {"http://example.org:/", "port"},
    {"http://example.org:0/", "port"},
    {"http://example.org:080/", "port"},
    {"http://example.org:65536/", "port"},
    {"http://example.org:4294967376/", "port"},
    {"http://example.org:-1/", "port"},
    {"http://example.org:+80/", "port"},
    {"http://example.org:80:80/", "port"},
    {"http://example.org:http/", "port"},
    {"http://::1/", "a host is letters"},
    {"http://[::1/", "closed"},
    {"http://[", "closed"},
    {"http://[]/", "IPv6"},
    {"http://[127.0.0.1]/", "IPv6"},
    {"http://[example.org]/", "IPv6"},
    {"http://[::1%25eth0]/", "IPv6"},
    {"http://[fe80::1%251]/", "IPv6"},
    {"http://[v1.x]/", "IPv6"},
    {"http://[::1::]/", "IPv6"},
    {"http://[12345::1]/", "IPv6"},
    {"http://[1:2:3:4:5:6:7:8:9]/", "IPv6"},
    {"http://[::ffff:127.1]/", "IPv6"},
    {"http://[::0000000000000000000000000000000000000000000000000001]/", "IPv6"},
    {"http://[::1]x/", "bracket"},
    {"http://[::1]80/", "bracket"},
    {"http://[::1]:/", "port"},
    {"http://[[::1]]/", "IPv6"},
    {"file://", "file:///PATH"},
    {"file:/etc/passwd", "http://"},
    {"file://etc/passwd", "file:///PATH"},
    {"file://localhost/etc/passwd", "file:///PATH"},
    {"file://127.0.0.1/etc/passwd", "file:///PATH"},
    {"file:///a?b", "%3F"},
    {"file:///a#b", "fragment"},
};

static void refuses_what_can_be_read_in_two_ways(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_url url = {.port = 7};
        struct rf_err err = {0};

        if (rf_url_parse(rf_str_of(refused[i].text), &url, &err) == 0)
            fail_msg("accepted %s", refused[i].text);
        if (!strstr(err.msg, refused[i].says))
            fail_msg("%s: want \"%s\" in: %s", refused[i].text, refused[i].says, err.msg);
        assert_int_equal(url.port, 7);
    }
}

static void refuses_nul_bytes_wherever_they_are(void **state)
{
    static const char text[] = "http://[::1]:80/a";
    struct rf_url base;
    struct rf_url url;
    struct rf_arena arena;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(rf_url_parse(rf_str_of(text), &base, &err), 0);
    for (size_t at = 0; at < sizeof(text); at++) {
        char copy[sizeof(text)];
        struct rf_str bytes = {copy, sizeof(copy) - 1 + (at == sizeof(text) - 1)};

        memcpy(copy, text, sizeof(copy));
        copy[at] = '\0';
        if (rf_url_parse(bytes, &url, &err) == 0 || rf_url_follow(&base, bytes, &arena, &url, &err) == 0)
            fail_msg("accepted a NUL byte at %zu", at);
    }
    rf_arena_done(&arena);
}

static void refuses_what_is_too_long(void **state)
{
    static char text[RF_URL_BYTES + 2] = "http://example.org/";
    struct rf_url url;
    struct rf_err err = {0};

    (void)state;
    memset(text + 19, 'a', sizeof(text) - 20);
    assert_int_equal(rf_url_parse((struct rf_str){text, RF_URL_BYTES}, &url, &err), 0);
    assert_int_equal(rf_url_parse((struct rf_str){text, RF_URL_BYTES + 1}, &url, &err), -E2BIG);
    for (size_t at = 7; at < 7 + 256; at++)
        text[at] = at % 50 ? 'a' : '.';
    text[7 + 253] = '/';
    assert_int_equal(rf_url_parse((struct rf_str){text, 7 + 254}, &url, &err), 0);
    assert_int_equal(strlen(url.host.name), RF_HOST_BYTES);
    text[7 + 253] = '.';
    text[7 + 254] = '/';
    assert_int_equal(rf_url_parse((struct rf_str){text, 7 + 255}, &url, &err), 0);
    assert_int_equal(strlen(url.host.name), RF_HOST_BYTES);
    text[7 + 253] = 'a';
    assert_int_equal(rf_url_parse((struct rf_str){text, 7 + 255}, &url, &err), -EINVAL);
    assert_non_null(strstr(err.msg, "253"));
}

static void tells_what_kind_a_host_is(void **state)
{
    struct rf_url_host host;
    struct rf_err err = {0};
    uint16_t port = 7;

    (void)state;
    assert_int_equal(rf_url_authority(RF_STR("Example.org"), &host, &port, &err), 0);
    assert_false(host.is_address);
    assert_int_equal(port, 0);
    assert_int_equal(rf_url_authority(RF_STR("127.0.0.1:80"), &host, &port, &err), 0);
    assert_true(host.is_address && !host.is_v6);
    assert_memory_equal(host.address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
    assert_int_equal(port, 80);
    assert_int_equal(rf_url_authority(RF_STR("[::FFFF:7F00:1]"), &host, &port, &err), 0);
    assert_true(host.is_address && host.is_v6);
    assert_memory_equal(host.address, "\0\0\0\0\0\0\0\0\0\0\xff\xff\x7f\0\0\1", 16);
    assert_string_equal(host.name, "::ffff:127.0.0.1");
    assert_int_equal(rf_url_authority(RF_STR("example.org/"), &host, &port, &err), -EINVAL);
    assert_string_equal(host.name, "::ffff:127.0.0.1");
}

static const struct {
    const char *location;
    const char *leads; /* NULL: refused */
} followed[] = {
    {"https://b.example/x", "https://b.example:443/x"},
    {"https://b.example/x#y", "https://b.example:443/x"},
    {"//b.example/x", "http://b.example:80/x"},
    {"/x?y", "http://a.example:8080/x?y"},
    {"?y", "http://a.example:8080/d/e/f?y"},
    {"x", "http://a.example:8080/d/e/x"},
    {"x/y/", "http://a.example:8080/d/e/x/y/"},
    {"./x", "http://a.example:8080/d/e/x"},
    {".", "http://a.example:8080/d/e/"},
    {"..", "http://a.example:8080/d/"},
    {"../x?../y", "http://a.example:8080/d/x?../y"},
    {"../../../../x", "http://a.example:8080/x"},
    {"x/../../y/./z", "http://a.example:8080/d/y/z"},
    {"x;y=%2e/a=b:c", "http://a.example:8080/d/e/x;y=%2e/a=b:c"},
    {"file:///etc/passwd",
     "file:///etc/passwd"}, /* whether it may be followed is not the parser's business */
    {"", NULL},
    {"#x", NULL},
    {"mailto:x", NULL},
    {"a:b", NULL},
    {"ftp://b.example/", NULL},
    {"http:/x", NULL},
    {"http:x", NULL},
    {"http://user@b.example/", NULL},
    {"http://a.example:8080#@b.example\\x", "http://a.example:8080/"},
    {"///x", NULL},
    {"//b.example\\x", NULL},
    {"\\\\b.example\\x", NULL},
    {"/\\b.example", NULL},
    {"/x y", NULL},
    {" /x", NULL},
    {"/x\r\nSet-Cookie: a=b", NULL},
    {"/\xc3\xa4", NULL},
};

static void follows_redirects_as_rfc_3986_has_it(void **state)
{
    struct rf_arena arena;
    struct rf_url base;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(rf_url_parse(RF_STR("http://a.example:8080/d/e/f?g/h"), &base, &err), 0);
    for (size_t i = 0; i < RF_COUNT(followed); i++) {
        struct rf_url url;
        int code = rf_url_follow(&base, rf_str_of(followed[i].location), &arena, &url, &err);

        if ((code == 0) != (followed[i].leads != NULL))
            fail_msg("%s: %s", followed[i].location, code ? err.msg : "accepted");
        if (code == 0)
            assert_string_equal(rf_url_text(&url, &arena), followed[i].leads);
    }
    rf_arena_done(&arena);
}

static const struct {
    const char *other;
    bool is_same;
} origins[] = {
    {"http://a.example/x", true},     {"http://A.example.:80/?y", true},  {"https://a.example/", false},
    {"https://a.example:80/", false}, {"http://a.example:81/", false},    {"http://b.example/", false},
    {"http://www.a.example/", false}, {"http://[::ffff:7f00:1]/", false}, {"file:///a.example", false},
};

static void compares_origins(void **state)
{
    struct rf_url url;
    struct rf_url other;
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(rf_url_parse(RF_STR("http://a.example/"), &url, &err), 0);
    for (size_t i = 0; i < RF_COUNT(origins); i++) {
        assert_int_equal(rf_url_parse(rf_str_of(origins[i].other), &other, &err), 0);
        if (rf_url_is_same_origin(&url, &other) != origins[i].is_same)
            fail_msg("%s", origins[i].other);
    }
    assert_int_equal(rf_url_parse(RF_STR("http://127.0.0.1/"), &url, &err), 0);
    assert_int_equal(rf_url_parse(RF_STR("http://[::ffff:127.0.0.1]/"), &other, &err), 0);
    assert_false(rf_url_is_same_origin(&url, &other));
}

static void says_when_memory_is_short(void **state)
{
    struct rf_arena arena;
    struct rf_url base;
    struct rf_url url;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    assert_int_equal(rf_url_parse(RF_STR("http://a.example/"), &base, &err), 0);
    rf_arena_fail_at(1);
    assert_null(rf_url_text(&base, &arena));
    rf_arena_fail_at(1);
    assert_int_equal(rf_url_follow(&base, RF_STR("x"), &arena, &url, &err), -ENOMEM);
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_and_writes),
        cmocka_unit_test(refuses_what_can_be_read_in_two_ways),
        cmocka_unit_test(refuses_nul_bytes_wherever_they_are),
        cmocka_unit_test(refuses_what_is_too_long),
        cmocka_unit_test(tells_what_kind_a_host_is),
        cmocka_unit_test(follows_redirects_as_rfc_3986_has_it),
        cmocka_unit_test(compares_origins),
        cmocka_unit_test(says_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
