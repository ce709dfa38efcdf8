#include "engine/address.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static void read_address(const char *text, unsigned char ret[16])
{
    memcpy(ret, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
    if (inet_pton(AF_INET, text, ret + 12) != 1 && inet_pton(AF_INET6, text, ret) != 1)
        fail_msg("%s is no address", text);
}

/* The first and last address of each block, and its neighbours where those are public. */
static const struct {
    const char *text;
    const char *what; /* NULL: public */
} judged[] = {
    {"0.0.0.0", "this host"},
    {"0.255.255.255", "this host"},
    {"1.0.0.0", NULL},
    {"9.255.255.255", NULL},
    {"10.0.0.0", "private"},
    {"10.255.255.255", "private"},
    {"11.0.0.0", NULL},
    {"100.63.255.255", NULL},
    {"100.64.0.0", "shared"},
    {"100.127.255.255", "shared"},
    {"100.128.0.0", NULL},
    {"126.255.255.255", NULL},
    {"127.0.0.0", "loopback"},
    {"127.0.0.1", "loopback"},
    {"127.255.255.255", "loopback"},
    {"128.0.0.0", NULL},
    {"169.253.255.255", NULL},
    {"169.254.0.0", "link-local"},
    {"169.254.169.254", "metadata"},
    {"169.254.255.255", "link-local"},
    {"169.255.0.0", NULL},
    {"172.15.255.255", NULL},
    {"172.16.0.0", "private"},
    {"172.31.255.255", "private"},
    {"172.32.0.0", NULL},
    {"191.255.255.255", NULL},
    {"192.0.0.0", "for protocols"},
    {"192.0.0.170", "for protocols"},
    {"192.0.0.255", "for protocols"},
    {"192.0.1.0", NULL},
    {"192.0.2.0", "documentation"},
    {"192.0.2.255", "documentation"},
    {"192.0.3.0", NULL},
    {"192.88.98.255", NULL},
    {"192.88.99.0", "6to4"},
    {"192.88.99.255", "6to4"},
    {"192.88.100.0", NULL},
    {"192.167.255.255", NULL},
    {"192.168.0.0", "private"},
    {"192.168.255.255", "private"},
    {"192.169.0.0", NULL},
    {"198.17.255.255", NULL},
    {"198.18.0.0", "benchmarks"},
    {"198.19.255.255", "benchmarks"},
    {"198.20.0.0", NULL},
    {"198.51.99.255", NULL},
    {"198.51.100.0", "documentation"},
    {"198.51.100.255", "documentation"},
    {"198.51.101.0", NULL},
    {"203.0.112.255", NULL},
    {"203.0.113.0", "documentation"},
    {"203.0.113.255", "documentation"},
    {"203.0.114.0", NULL},
    {"223.255.255.255", NULL},
    {"224.0.0.0", "multicast"},
    {"239.255.255.255", "multicast"},
    {"240.0.0.0", "reserved"},
    {"255.255.255.255", "broadcast"},
    {"8.8.8.8", NULL},

    {"::", "unspecified"},
    {"::1", "loopback"},
    {"::2", "IPv4-compatible"},
    {"::127.0.0.1", "IPv4-compatible"},
    {"::8.8.8.8", "IPv4-compatible"},
    {"::ffff:127.0.0.1", "loopback"},
    {"::ffff:7f00:1", "loopback"},
    {"::ffff:10.0.0.1", "private"},
    {"::ffff:169.254.169.254", "metadata"},
    {"::ffff:8.8.8.8", NULL},
    {"::fffe:8.8.8.8", "not assigned"},
    {"::ffff:0:127.0.0.1", "not assigned"}, /* IPv4-translated, RFC 2765 */
    {"::1:0:0", "not assigned"},
    {"64:ff9b::127.0.0.1", "loopback"},
    {"64:ff9b::10.1.2.3", "private"},
    {"64:ff9b::169.254.169.254", "metadata"},
    {"64:ff9b::8.8.8.8", NULL},
    {"64:ff9b::1:808:808", "not assigned"},
    {"64:ff9b:0:1::808:808", "not assigned"},
    {"64:ff9b:1::", "local NAT64"},
    {"64:ff9b:1::8.8.8.8", "local NAT64"},
    {"64:ff9b:1:ffff:ffff:ffff:ffff:ffff", "local NAT64"},
    {"64:ff9b:2::", "not assigned"},
    {"100::", "discarded"},
    {"100::ffff:ffff:ffff:ffff", "discarded"},
    {"100:0:0:1::", "not assigned"},
    {"200::1", "not assigned"},
    {"1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "not assigned"},
    {"2000::", NULL},
    {"2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2001::", "Teredo"},
    {"2001:0:808:808::", "Teredo"},
    {"2001:2::1", "for protocols"},
    {"2001:10::1", "for protocols"},
    {"2001:20::1", "for protocols"},
    {"2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "for protocols"},
    {"2001:200::", NULL},
    {"2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"2001:db8::", "documentation"},
    {"2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"},
    {"2001:db9::", NULL},
    {"2001:4860:4860::8888", NULL},
    {"2002:7f00:1::", "loopback"},
    {"2002:a00:1::1", "private"},
    {"2002:a9fe:a9fe::1", "metadata"},
    {"2002:c0a8:101::", "private"},
    {"2002:808:808::1", NULL},
    {"2003::", NULL},
    {"2606:4700::1111", NULL},
    {"3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"3fff::", "documentation"},
    {"3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "documentation"},
    {"3fff:1000::", NULL},
    {"3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", NULL},
    {"4000::", "not assigned"},
    {"5eff::", "not assigned"},
    {"5f00::", "segment routing"},
    {"5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "segment routing"},
    {"8000::1", "not assigned"},
    {"fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "not assigned"},
    {"fc00::", "private"},
    {"fd00:ec2::254", "metadata"},
    {"fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "private"},
    {"fe00::", "not assigned"},
    {"fe80::", "link-local"},
    {"fe80::1", "link-local"},
    {"febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "link-local"},
    {"fec0::", "site-local"},
    {"feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "site-local"},
    {"ff00::", "multicast"},
    {"ff02::1", "multicast"},
    {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "multicast"},
};

static void judges_every_block_to_its_ends(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(judged); i++) {
        unsigned char address[16];
        const char *what;

        read_address(judged[i].text, address);
        what = rf_address_refusal(address);
        if (judged[i].what && (!what || !strstr(what, judged[i].what) || !strstr(what, "RFC ")))
            fail_msg("%s: want \"%s\", got \"%s\"", judged[i].text, judged[i].what, what ? what : "public");
        if (!judged[i].what && what)
            fail_msg("%s: want public, got \"%s\"", judged[i].text, what);
    }
}

static const struct {
    const char *range;
    const char *inside;
    const char *outside;
} ranges[] = {
    {"10.0.0.0/8", "10.255.0.1", "11.0.0.0"},
    {"10.0.0.0/8", "::ffff:10.0.0.1", "::10.0.0.1"},
    {"127.0.0.1", "127.0.0.1", "127.0.0.2"},
    {"127.0.0.1/32", "127.0.0.1", "127.0.0.0"},
    {"0.0.0.0/0", "255.255.255.255", "::1"},
    {"172.16.0.0/12", "172.31.255.255", "172.32.0.0"},
    {"192.168.0.128/25", "192.168.0.128", "192.168.0.127"},
    {"::1", "::1", "::"},
    {"::ffff:10.0.0.0/104", "10.1.2.3", "11.1.2.3"},
    {"fd00::/8", "fdff::1", "fc00::"},
    {"2001:db8::/33", "2001:db8:7fff::", "2001:db8:8000::"},
    {"::/0", "127.0.0.1", NULL},
};

static void ranges_hold_what_lies_in_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(ranges); i++) {
        struct rf_address_range range;
        struct rf_err err = {0};
        unsigned char address[16];

        if (rf_address_range_parse(ranges[i].range, &range, &err) != 0)
            fail_msg("%s", err.msg);
        read_address(ranges[i].inside, address);
        if (!rf_address_is_in(&range, address))
            fail_msg("%s does not hold %s", ranges[i].range, ranges[i].inside);
        if (!ranges[i].outside)
            continue;
        read_address(ranges[i].outside, address);
        if (rf_address_is_in(&range, address))
            fail_msg("%s holds %s", ranges[i].range, ranges[i].outside);
    }
}

static const char *const refused[] = {
    "",
    "/",
    "/8",
    "10/8",
    "10.0.0/8",
    "10.0.0.0/",
    "10.0.0.0/33",
    "10.0.0.0/x",
    "10.0.0.0/-1",
    "10.0.0.0/ 8",
    "10.0.0.0/8 ",
    " 10.0.0.0/8",
    "10.0.0.0/8/8",
    "10.0.0.1/8",
    "010.0.0.0/8",
    "0x0a.0.0.0/8",
    "10.0.0.0/255.0.0.0",
    "localhost",
    "[::1]",
    "::1/129",
    "::1/64",
    "fe80::1%eth0",
    "fe80::1%1",
    "fd00::1/8",
    "::ffff:10.0.0.1/104",
    "10.0.0.0/4294967304",
    "*",
    "10.0.0.0-10.0.0.9",
    "0000000000000000000000000000000000000000000000000000000000000000::1",
};

static void refuses_what_is_no_range(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_address_range range = {.prefix = 7};
        struct rf_err err = {0};

        if (rf_address_range_parse(refused[i], &range, &err) != -EINVAL)
            fail_msg("accepted \"%s\"", refused[i]);
        assert_int_equal(range.prefix, 7);
        assert_non_null(strstr(err.msg, refused[i]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(judges_every_block_to_its_ends),
                                       cmocka_unit_test(ranges_hold_what_lies_in_them),
                                       cmocka_unit_test(refuses_what_is_no_range)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
