/* Attacks through the network, where there should be none. */
#include "hostile.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

static int dial(int type, const char *address, int port)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    int code = 0;
    socklen_t len = sizeof(code);

    inet_pton(AF_INET, address, &at.sin_addr);
    if (fd < 0)
        return -1;
    if (connect(fd, (struct sockaddr *)&at, sizeof(at)) && errno != EINPROGRESS) {
        close(fd);
        return -1;
    }
    if (poll(&wait, 1, 500) == 1 && getsockopt(fd, SOL_SOCKET, SO_ERROR, &code, &len) == 0 && code == 0)
        return fd;
    errno = code ? code : ETIMEDOUT;
    close(fd);
    return -1;
}

static void nt_lo(void)
{
    int fd = dial(SOCK_STREAM, "127.0.0.1", target.tcp);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char text[32] = "";

    refused("connect");
    if (fd >= 0 && poll(&wait, 1, 1000) == 1 && read(fd, text, sizeof(text) - 1) > 0 && strstr(text, CANARY))
        violation("talked to a server on the host's 127.0.0.1:%d", target.tcp);
}

static void nt_udp(void)
{
    int fd = dial(SOCK_DGRAM, "127.0.0.1", target.udp);
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char text[32] = "";

    refused("connect");
    if (fd < 0 || send(fd, "?", 1, 0) != 1)
        return;
    if (poll(&wait, 1, 1000) == 1 && recv(fd, text, sizeof(text) - 1, 0) > 0 && strstr(text, CANARY))
        violation("talked to a server on the host's 127.0.0.1:%d (UDP)", target.udp);
}

/* No packet is sent: connect() on a datagram socket only looks for a route. */
static void nt_route(void)
{
    static const char *const addresses[] = {"192.0.2.1", "169.254.169.254", "10.0.0.1", "172.17.0.1"};

    for (int i = 0; i < 4; i++) {
        int fd = dial(SOCK_DGRAM, addresses[i], 9);

        if (fd >= 0)
            violation("has a route to %s", addresses[i]);
        refused("connect");
    }
}

static void nt_if(void)
{
    char text[4096], *line;
    struct ifreq request = {.ifr_name = "lo"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int others_seen = 0;

    if (read_text(AT_FDCWD, "/proc/net/dev", text, sizeof(text)))
        for (line = strchr(text, ':'); line; line = strchr(line + 1, ':'))
            if (strncmp(line - 2, "lo", 2) != 0)
                others_seen++;
    if (others_seen)
        violation("sees %d network interfaces of the host", others_seen);
    for (int i = 2; i < 64; i++)
        if (if_indextoname((unsigned)i, request.ifr_name))
            violation("sees interface %s", request.ifr_name);
    refused_because("sees only lo");
    snprintf(request.ifr_name, sizeof(request.ifr_name), "lo");
    request.ifr_flags = IFF_UP;
    if (fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0)
        violation("changed the interface lo");
}

static void nt_raw(void)
{
    static const int protocols[] = {IPPROTO_ICMP, IPPROTO_RAW, IPPROTO_TCP};

    for (int i = 0; i < 3; i++) {
        if (socket(AF_INET, SOCK_RAW, protocols[i]) >= 0 || socket(AF_INET6, SOCK_RAW, protocols[i]) >= 0)
            violation("opened a raw socket");
        refused("socket");
    }
    if (socket(AF_PACKET, SOCK_RAW, 0) >= 0)
        violation("opened a packet socket");
}

static void nt_families(void)
{
    static const struct {
        int family;
        int type;
        const char *name;
    } kinds[] = {{AF_ALG, SOCK_SEQPACKET, "ALG"},
                 {AF_XDP, SOCK_RAW, "XDP"},
                 {AF_BLUETOOTH, SOCK_RAW, "BLUETOOTH"},
                 {AF_CAN, SOCK_RAW, "CAN"},
                 {AF_KEY, SOCK_RAW, "KEY"},
                 {AF_TIPC, SOCK_STREAM, "TIPC"},
                 {AF_RDS, SOCK_SEQPACKET, "RDS"},
                 {AF_AX25, SOCK_DGRAM, "AX25"},
                 {AF_NETROM, SOCK_SEQPACKET, "NETROM"},
                 {AF_APPLETALK, SOCK_DGRAM, "APPLETALK"},
                 {AF_PPPOX, SOCK_STREAM, "PPPOX"},
                 {AF_KCM, SOCK_DGRAM, "KCM"},
                 {44, SOCK_STREAM, "SMC"},
                 {AF_QIPCRTR, SOCK_DGRAM, "QIPCRTR"},
                 {AF_NFC, SOCK_SEQPACKET, "NFC"},
                 {45, SOCK_DGRAM, "MCTP"},
                 {AF_VSOCK, SOCK_STREAM, "VSOCK"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (socket(kinds[i].family, kinds[i].type, kinds[i].family == AF_KEY ? 2 : 0) >= 0)
            violation("opened a socket of family %s", kinds[i].name);
        refused("socket");
    }
}

static void nt_netlink(void)
{
    static const struct {
        int protocol;
        const char *name;
    } kinds[] = {{NETLINK_NETFILTER, "NETFILTER"}, {NETLINK_XFRM, "XFRM"},
                 {NETLINK_SOCK_DIAG, "SOCK_DIAG"}, {NETLINK_KOBJECT_UEVENT, "UEVENT"},
                 {NETLINK_AUDIT, "AUDIT"},         {NETLINK_CONNECTOR, "CONNECTOR"},
                 {NETLINK_GENERIC, "GENERIC"},     {NETLINK_CRYPTO, "CRYPTO"}};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, kinds[i].protocol) >= 0)
            violation("opened a netlink socket of kind %s", kinds[i].name);
        refused("socket");
    }
}

/* The hypervisor's address needs no network name space. */
static void nt_vsock(void)
{
    struct sockaddr_vm at = {.svm_family = AF_VSOCK, .svm_cid = VMADDR_CID_HOST, .svm_port = 1};
    int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0) {
        refused("socket");
        return;
    }
    (void)connect(fd, (struct sockaddr *)&at, sizeof(at));
    violation("may call the hypervisor: connect gave %s", strerror(errno));
}

static void nt_socketpair(void)
{
    int fds[2];

    if (socketpair(AF_TIPC, SOCK_STREAM, 0, fds) == 0)
        violation("made a pair of TIPC sockets");
    refused("socketpair");
    if (int80(102, 1, 0, 0) != -38 && int80(102, 1, 0, 0) != -1)
        violation("32-bit socketcall passes the filter: %ld", int80(102, 1, 0, 0));
}

/* The same with the host's network: then the filter has to stop them. */
static void nt_packet(void)
{
    nt_raw();
    nt_netlink();
}

const struct payload net_payloads[] = {
    {"nt-lo", "escape", "netns", 0, nt_lo, "servers that trust the host's loopback"},
    {"nt-udp", "escape", "netns", 0, nt_udp, "the same by UDP"},
    {"nt-route", "hardening", "netns", 0, nt_route, "sends data away; reads the cloud's metadata"},
    {"nt-if", "hardening", "netns,caps", 0, nt_if, "interfaces of the host"},
    {"nt-raw", "hardening", "caps,seccomp", 0, nt_raw, "forged packets"},
    {"nt-families", "hardening", "seccomp", 0, nt_families,
     "protocols that nobody needs, rich in kernel faults"},
    {"nt-netlink", "hardening", "seccomp", 0, nt_netlink, "CVE-2024-1086 and others begin here"},
    {"nt-vsock", "escape", "seccomp", 0, nt_vsock, "the hypervisor"},
    {"nt-socketpair", "hardening", "seccomp", DIES_SYS, nt_socketpair, "families by another call"},
    {"nt-packet", "escape", "seccomp,caps", WANTS_NET, nt_packet, "the host's wire"},
    {0}};
