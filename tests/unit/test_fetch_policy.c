#include "engine/fetch_parts.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20 };

static void begins_with_what_is_documented(void **state)
{
    struct rf_fetch_policy policy;

    (void)state;
    rf_fetch_policy_init(&policy);
    assert_int_equal(policy.wait_count, 3);
    assert_int_equal(policy.waits_ms[0], 2000);
    assert_int_equal(policy.waits_ms[1], 10000);
    assert_int_equal(policy.waits_ms[2], 20000);
    assert_int_equal(policy.time_ms, 120000);
    assert_int_equal(policy.host_count + policy.dir_count + policy.range_count, 0);
}

/* What the list "Example.org", "files.example:8080", "192.0.2.1:81", "[2001:DB8::1]:82" allows. */
static const struct {
    const char *url;
    bool is_allowed;
} hosts[] = {
    {"http://example.org/", true},
    {"https://EXAMPLE.org./x?y", true},
    {"http://example.org:443/", false},
    {"https://example.org:80/", false},
    {"http://example.org:8080/", false},
    {"http://www.example.org/", false},
    {"http://example.org.evil.example/", false},
    {"http://xample.org/", false},
    {"http://files.example/", false},
    {"http://files.example:8080/", true},
    {"https://files.example:8080/", true},
    {"http://192.0.2.1/", false},
    {"http://192.0.2.1:81/", true},
    {"http://[::ffff:192.0.2.1]:81/", false},
    {"http://[2001:db8:0::0:1]:82/", true},
    {"http://[2001:db8::1]/", false},
    {"http://[2001:db8::2]:82/", false},
};

static void lists_hosts_and_ports(void **state)
{
    static const char *const list[] = {"Example.org", "files.example:8080", "192.0.2.1:81",
                                       "[2001:DB8::1]:82"};
    struct rf_arena arena;
    struct rf_fetch_policy policy;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    for (size_t i = 0; i < RF_COUNT(list); i++)
        assert_int_equal(rf_fetch_add_host(&policy, list[i], &arena, &err), 0);
    for (size_t i = 0; i < RF_COUNT(hosts); i++) {
        struct rf_url url;

        assert_int_equal(rf_url_parse(rf_str_of(hosts[i].url), &url, &err), 0);
        if (rf_fetch_check_host(&policy, &url, &err) != (hosts[i].is_allowed ? 0 : -EACCES))
            fail_msg("%s", hosts[i].url);
    }
    rf_arena_done(&arena);
}

static void allows_nothing_by_itself(void **state)
{
    struct rf_fetch_policy policy;
    struct rf_url url;
    struct rf_err err = {0};

    (void)state;
    rf_fetch_policy_init(&policy);
    assert_int_equal(rf_url_parse(RF_STR("http://example.org/"), &url, &err), 0);
    assert_int_equal(rf_fetch_check_host(&policy, &url, &err), -EACCES);
    assert_non_null(strstr(err.msg, "example.org"));
}

static const char *const refused_hosts[] = {"",
                                            "*",
                                            "*.example.org",
                                            ".example.org",
                                            "http://example.org",
                                            "example.org/",
                                            "example.org:",
                                            "example.org:0",
                                            "example.org:65536",
                                            "example.org:80:80",
                                            "user@example.org",
                                            "example.org,evil.example",
                                            " example.org",
                                            "example.org\n",
                                            "127.1",
                                            "10.0.0.0/8",
                                            "::1",
                                            "[::1",
                                            "[fe80::1%eth0]"};

static void refuses_what_is_no_host(void **state)
{
    struct rf_arena arena;
    struct rf_fetch_policy policy;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    for (size_t i = 0; i < RF_COUNT(refused_hosts); i++) {
        struct rf_err err = {0};

        if (rf_fetch_add_host(&policy, refused_hosts[i], &arena, &err) != -EINVAL)
            fail_msg("accepted \"%s\"", refused_hosts[i]);
        assert_non_null(strstr(err.msg, refused_hosts[i]));
    }
    assert_int_equal(policy.host_count, 0);
    rf_arena_done(&arena);
}

static void lists_ranges(void **state)
{
    struct rf_arena arena;
    struct rf_fetch_policy policy;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    assert_int_equal(rf_fetch_add_range(&policy, "10.0.0.0/8", &arena, &err), 0);
    assert_int_equal(rf_fetch_add_range(&policy, "::1", &arena, &err), 0);
    assert_int_equal(rf_fetch_add_range(&policy, "10.0.0.1/8", &arena, &err), -EINVAL);
    assert_int_equal(rf_fetch_add_range(&policy, "example.org", &arena, &err), -EINVAL);
    assert_int_equal(policy.range_count, 2);
    assert_int_equal(policy.ranges[0].prefix, 104);
    assert_int_equal(policy.ranges[1].prefix, 128);
    rf_arena_done(&arena);
}

static void judges_addresses_by_ranges_first(void **state)
{
    struct rf_arena arena;
    struct rf_fetch_policy policy;
    struct rf_fetch_peers peers = {.count = 7};
    struct rf_url url;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    assert_int_equal(rf_url_parse(RF_STR("http://[::ffff:127.0.0.1]/"), &url, &err), 0);
    assert_int_equal(rf_fetch_look_up(&policy, &url, &peers, &err), -EACCES);
    assert_non_null(strstr(err.msg, "loopback"));
    assert_null(strstr(err.msg, "127.0"));
    assert_int_equal(peers.count, 7);
    assert_int_equal(rf_fetch_add_range(&policy, "127.0.0.0/8", &arena, &err), 0);
    assert_int_equal(rf_fetch_look_up(&policy, &url, &peers, &err), 0);
    assert_int_equal(peers.count, 1);
    assert_int_equal(rf_url_parse(RF_STR("http://[64:ff9b::127.0.0.1]/"), &url, &err), 0);
    assert_int_equal(rf_fetch_look_up(&policy, &url, &peers, &err), -EACCES);
    assert_int_equal(rf_url_parse(RF_STR("http://8.8.8.8/"), &url, &err), 0);
    assert_int_equal(rf_fetch_look_up(&policy, &url, &peers, &err), 0);
    assert_int_equal(peers.count, 1);
    assert_memory_equal(peers.address[0], "\0\0\0\0\0\0\0\0\0\0\xff\xff\x8\x8\x8\x8", 16);
    rf_arena_done(&arena);
}

static const struct {
    const char *inside;
    const char *is; /* NULL: refused */
} dirs[] = {
    {"/", ""},      {"/data", "/data"}, {"/data/", "/data"}, {"/a/b.c", "/a/b.c"}, {"", NULL},
    {"data", NULL}, {"./a", NULL},      {"/a/../b", NULL},   {"/a/./b", NULL},     {"/..", NULL},
    {"//a", NULL},  {"/a//b", NULL},    {"/a//", NULL},
};

static void lists_directories(void **state)
{
    struct rf_arena arena;
    struct rf_fetch_policy policy;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    for (size_t i = 0; i < RF_COUNT(dirs); i++) {
        size_t count = policy.dir_count;

        if ((rf_fetch_add_dir(&policy, dirs[i].inside, "/srv", &arena, &err) == 0) != (dirs[i].is != NULL))
            fail_msg("\"%s\": %s", dirs[i].inside, err.msg);
        if (dirs[i].is)
            assert_string_equal(policy.dirs[count].inside, dirs[i].is);
        else
            assert_int_equal(policy.dir_count, count);
    }
    assert_int_equal(rf_fetch_add_dir(&policy, "/x", "", &arena, &err), -EINVAL);
    rf_arena_done(&arena);
}

static const struct {
    const char *text;
    size_t count;
    uint32_t last_ms;
} waits[] = {{"none", 0, 0},    {"2s,10s,20s", 3, 20000}, {"0", 1, 0},
             {"250ms", 1, 250}, {"1,1h", 2, 3600000},     {"1,1,1,1,1,1,1,7", 8, 7000}};

static const char *const refused_waits[] = {
    "",    ",",   "2s,", ",2s",   "2s,,2s",  "2s;10s",           "2s, 10s",
    "-1s", "two", "1d",  "3601s", "none,2s", "1,1,1,1,1,1,1,1,1"};

static void reads_waits(void **state)
{
    struct rf_fetch_policy policy;
    struct rf_err err = {0};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(waits); i++) {
        rf_fetch_policy_init(&policy);
        if (rf_fetch_set_waits(&policy, waits[i].text, &err) != 0)
            fail_msg("%s", err.msg);
        assert_int_equal(policy.wait_count, waits[i].count);
        if (waits[i].count)
            assert_int_equal(policy.waits_ms[waits[i].count - 1], waits[i].last_ms);
    }
    for (size_t i = 0; i < RF_COUNT(refused_waits); i++) {
        rf_fetch_policy_init(&policy);
        if (rf_fetch_set_waits(&policy, refused_waits[i], &err) != -EINVAL)
            fail_msg("accepted \"%s\"", refused_waits[i]);
        assert_int_equal(policy.wait_count, 3);
        assert_int_equal(policy.waits_ms[2], 20000);
    }
}

static void has_an_end(void **state)
{
    struct rf_arena arena;
    struct rf_fetch_policy policy;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    for (size_t i = 0; i < RF_FETCH_ENTRIES; i++)
        assert_int_equal(rf_fetch_add_host(&policy, "example.org", &arena, &err), 0);
    assert_int_equal(rf_fetch_add_host(&policy, "example.org", &arena, &err), -E2BIG);
    assert_int_equal(policy.host_count, RF_FETCH_ENTRIES);
    rf_arena_fail_at(1);
    assert_int_equal(rf_fetch_add_range(&policy, "::1", &arena, &err), -ENOMEM);
    rf_arena_fail_at(2);
    assert_int_equal(rf_fetch_add_dir(&policy, "/x", "/x", &arena, &err), -ENOMEM);
    assert_int_equal(policy.dir_count, 0);
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(begins_with_what_is_documented),
        cmocka_unit_test(lists_hosts_and_ports),
        cmocka_unit_test(allows_nothing_by_itself),
        cmocka_unit_test(refuses_what_is_no_host),
        cmocka_unit_test(lists_ranges),
        cmocka_unit_test(judges_addresses_by_ranges_first),
        cmocka_unit_test(lists_directories),
        cmocka_unit_test(reads_waits),
        cmocka_unit_test(has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
