#include "plan/profile.h"

#include "support/bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/prctl.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#ifdef __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#define HIGH (1ULL << 32)
#define TMPFILE_BIT (O_TMPFILE & ~O_DIRECTORY)

struct ring {
    struct rf_arena arena;
    struct rf_insn *code;
    uint32_t len;
};

static void make(struct ring *ring, enum rf_profile_kind kind, bool has_memfd_noexec, uint64_t cap_add)
{
    const struct rf_profile_options options = {kind, has_memfd_noexec, true, cap_add};
    struct rf_profile profile;
    struct rf_err err = {0};

    rf_arena_init(&ring->arena, 1 << 20);
    rf_profile_builtin(&options, &profile);
    if (rf_seccomp_emit(&profile, &ring->arena, &ring->code, &ring->len, &err) < 0)
        fail_msg("%s", err.msg);
}

/* 0 for "allowed", a positive errno, or -1 for anything else. */
static int answer(const struct ring *ring, uint32_t nr, const uint64_t *args)
{
    struct seccomp_data data = {.nr = (int)nr, .arch = NATIVE};
    uint32_t verdict;

    if (args)
        memcpy(data.args, args, sizeof(data.args));
    verdict = bpf_run(ring->code, ring->len, &data);
    if (verdict == SECCOMP_RET_ALLOW)
        return 0;
    return (verdict & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO ? (int)(verdict & SECCOMP_RET_DATA) : -1;
}

struct probe {
    const char *name;
    uint64_t args[6];
    int want;
};

/* The upper half is noise where the kernel drops it. */
static const struct probe of_default[] = {
    {"clone", {SIGCHLD}, 0},
    {"clone", {0x3d0f00}, 0}, /* a thread of glibc */
    {"clone", {CLONE_VM | CLONE_VFORK | SIGCHLD}, 0},
    {"clone", {CLONE_NEWUSER | SIGCHLD}, EPERM},
    {"clone", {CLONE_NEWNS}, EPERM},
    {"clone", {CLONE_NEWCGROUP}, EPERM},
    {"clone", {CLONE_NEWUTS}, EPERM},
    {"clone", {CLONE_NEWIPC}, EPERM},
    {"clone", {CLONE_NEWPID}, EPERM},
    {"clone", {HIGH | CLONE_NEWNET}, EPERM},
    {"clone3", {0}, ENOSYS},
    {"unshare", {CLONE_NEWUSER}, EPERM},
    {"unshare", {0}, EPERM},
    {"setns", {3}, EPERM},
    {"ioctl", {0, TIOCGWINSZ}, 0},
    {"ioctl", {0, TIOCSTI << 8}, 0},
    {"ioctl", {0, TIOCSTI}, EPERM},
    {"ioctl", {0, HIGH | TIOCSTI}, EPERM}, /* CVE-2019-10063 */
    {"ioctl", {0, 0xffffffff00000000 | TIOCSTI}, EPERM},
    {"ioctl", {0, TIOCLINUX}, EPERM},
    {"ioctl", {0, HIGH << 31 | TIOCLINUX}, EPERM},
    {"ioctl", {0, TIOCSETD}, EPERM},
    {"socket", {AF_UNIX, SOCK_STREAM}, 0},
    {"socket", {AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC}, 0},
    {"socket", {AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 6}, 0},
    {"socket", {AF_INET6, SOCK_DGRAM, 17}, 0},
    {"socket", {AF_INET, SOCK_DGRAM, 1}, 0},
    {"socket", {AF_INET6, SOCK_DGRAM, 58}, 0},
    {"socket", {HIGH | AF_INET, HIGH | SOCK_STREAM, HIGH}, 0},
    {"socket", {AF_NETLINK, SOCK_RAW}, EAFNOSUPPORT},
    {"socket", {AF_PACKET, SOCK_RAW}, EAFNOSUPPORT},
    {"socket", {AF_VSOCK, SOCK_STREAM}, EAFNOSUPPORT},
    {"socket", {AF_ALG, SOCK_SEQPACKET}, EAFNOSUPPORT},
    {"socket", {HIGH * AF_INET, SOCK_STREAM}, EAFNOSUPPORT},
    {"socket", {0, SOCK_STREAM}, EAFNOSUPPORT},
    {"socket", {UINT32_MAX, SOCK_STREAM}, EAFNOSUPPORT},
    {"socket", {AF_INET, SOCK_RAW, 1}, EPERM},
    {"socket", {AF_INET, SOCK_RAW | SOCK_CLOEXEC, 255}, EPERM},
    {"socket", {AF_INET, SOCK_PACKET, 0}, EPERM},
    {"socket", {AF_INET, SOCK_DCCP, 33}, EPERM},
    {"socket", {AF_INET, SOCK_RDM, 0}, EPERM},
    {"socket", {AF_INET, SOCK_STREAM, 132}, EPROTONOSUPPORT}, /* SCTP */
    {"socket", {AF_INET, SOCK_STREAM, 262}, EPROTONOSUPPORT}, /* MPTCP: Go takes plain TCP then */
    {"socket", {AF_INET, SOCK_DGRAM, 115}, EPROTONOSUPPORT},  /* L2TP */
    {"socketpair", {AF_UNIX, SOCK_STREAM}, 0},
    {"socketpair", {AF_TIPC, SOCK_STREAM}, EAFNOSUPPORT},
    {"personality", {0}, 0},
    {"personality", {0xffffffff}, 0},
    {"personality", {~0ULL}, 0},
    {"personality", {HIGH | 0x40000}, EPERM},
    {"personality", {0x40000}, EPERM}, /* ADDR_NO_RANDOMIZE */
    {"personality", {8}, EPERM},       /* PER_LINUX32 */
    {"personality", {0x20000}, EPERM}, /* UNAME26 */
    {"personality", {0x100000}, EPERM},
    {"prctl", {PR_SET_NAME}, 0},
    {"prctl", {PR_SET_MM}, EPERM},
    {"prctl", {HIGH | PR_SET_MM}, EPERM},
    {"memfd_create", {0, 0}, 0},
    {"memfd_create", {0, 1 | 8}, 0},
    {"memfd_create", {0, 0x10}, EPERM},
    {"memfd_create", {0, HIGH | 0x11}, EPERM},
    {"fchmod", {3, 0755}, 0},
    {"fchmod", {3, 01777}, 0},
    {"fchmod", {3, 04755}, EPERM},
    {"fchmod", {3, 02755}, EPERM},
    {"fchmodat", {0, 0, 0644}, 0},
    {"fchmodat", {0, 0, HIGH | 06755}, EPERM},
    {"fchmodat2", {0, 0, 04000, 0}, EPERM},
    {"openat", {0, 0, O_RDONLY, 06777}, 0}, /* without O_CREAT the mode is noise */
    {"openat", {0, 0, O_CREAT | O_WRONLY, 0666}, 0},
    {"openat", {0, 0, O_CREAT | O_WRONLY, 04755}, EPERM},
    {"openat", {0, 0, TMPFILE_BIT, 02755}, EPERM},
    {"openat", {0, 0, O_TMPFILE | O_RDWR, 06755}, EPERM},
    {"openat2", {0}, ENOSYS},
    {"mknodat", {0, 0, S_IFIFO | 0600}, 0},
    {"mknodat", {0, 0, S_IFSOCK | 0600}, 0},
    {"mknodat", {0, 0, S_IFREG | 0600}, 0},
    {"mknodat", {0, 0, 0600}, 0},
    {"mknodat", {0, 0, S_IFREG | 04755}, EPERM},
    {"mknodat", {0, 0, S_IFCHR | 0600}, EPERM},
    {"mknodat", {0, 0, S_IFBLK | 0600}, EPERM},
    {"mknodat", {0, 0, HIGH | S_IFCHR}, EPERM},
#ifdef __x86_64__
    {"chmod", {0, 0755}, 0},
    {"chmod", {0, 04755}, EPERM},
    {"creat", {0, 0644}, 0},
    {"creat", {0, 06644}, EPERM},
    {"open", {0, O_RDONLY, 06777}, 0},
    {"open", {0, O_CREAT, 0644}, 0},
    {"open", {0, O_CREAT, 02644}, EPERM},
    {"open", {0, TMPFILE_BIT, 04644}, EPERM},
    {"mknod", {0, S_IFIFO}, 0},
    {"mknod", {0, S_IFCHR}, EPERM},
    {"mknod", {0, S_IFIFO | S_ISGID}, EPERM},
#endif
};

static const struct probe of_strict[] = {
    {"socket", {AF_UNIX, SOCK_STREAM}, 0},
    {"socketpair", {AF_UNIX, SOCK_STREAM}, 0},
    {"socket", {AF_INET, SOCK_STREAM}, EAFNOSUPPORT},
    {"socket", {AF_INET6, SOCK_DGRAM}, EAFNOSUPPORT},
    {"socket", {AF_NETLINK, SOCK_RAW}, EAFNOSUPPORT},
    {"execve", {0}, 0}, /* the workload itself is started by it */
    {"execveat", {0}, EPERM},
    {"prctl", {PR_SET_NAME}, 0},
    {"prctl", {PR_SET_VMA}, 0},
    {"prctl", {PR_SET_MM}, EPERM},
    {"prctl", {PR_CAP_AMBIENT}, EPERM},
    {"prctl", {PR_SET_PTRACER}, EPERM},
    {"personality", {0xffffffff}, EPERM},
    {"shmget", {0}, EPERM},
    {"mq_open", {0}, EPERM},
    {"mlock", {0}, EPERM},
    {"sched_setaffinity", {0}, EPERM},
    {"setxattr", {0}, EPERM},
    {"fchown", {0}, EPERM},
    {"memfd_create", {0, 0x10}, EPERM},
    {"fchmod", {0, 04000}, EPERM},
    {"ioctl", {0, TIOCSTI}, EPERM},
    {"clone", {CLONE_NEWUSER}, EPERM},
};

static const struct probe without_noexec_sysctl[] = {
    {"memfd_create", {0, 8}, 0},
    {"memfd_create", {0, 9}, 0},
    {"memfd_create", {0, 0}, ENOSYS},
    {"memfd_create", {0, 0x10}, ENOSYS},
    {"memfd_create", {0, 8 * HIGH}, ENOSYS},
};

static void check(const struct ring *ring, const struct probe *probes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int nr = rf_syscall_by_name(rf_str_of(probes[i].name));
        int got;

        assert_true(nr >= 0);
        got = answer(ring, (uint32_t)nr, probes[i].args);
        if (got != probes[i].want)
            fail_msg("probe %zu, %s(%#llx, %#llx, %#llx, %#llx): %d instead of %d", i, probes[i].name,
                     (unsigned long long)probes[i].args[0], (unsigned long long)probes[i].args[1],
                     (unsigned long long)probes[i].args[2], (unsigned long long)probes[i].args[3], got,
                     probes[i].want);
    }
}

static void judges_arguments(void **state)
{
    struct ring ring;

    (void)state;
    make(&ring, RF_PROFILE_DEFAULT, true, 0);
    check(&ring, of_default, RF_COUNT(of_default));
    rf_arena_done(&ring.arena);
    make(&ring, RF_PROFILE_STRICT, true, 0);
    check(&ring, of_strict, RF_COUNT(of_strict));
    rf_arena_done(&ring.arena);
    make(&ring, RF_PROFILE_DEFAULT, false, 0);
    check(&ring, without_noexec_sysctl, RF_COUNT(without_noexec_sysctl));
    rf_arena_done(&ring.arena);
}

/* No capability that may be added opens any of these, in either profile. */
static const char *const never[] = {
    "unshare",
    "setns",
    "mount",
    "umount2",
    "pivot_root",
    "move_mount",
    "open_tree",
    "open_tree_attr",
    "fsopen",
    "fsconfig",
    "fsmount",
    "fspick",
    "mount_setattr",
    "add_key",
    "keyctl",
    "request_key",
    "bpf",
    "perf_event_open",
    "userfaultfd",
    "io_uring_setup",
    "io_uring_enter",
    "io_uring_register",
    "fanotify_init",
    "fanotify_mark",
    "kexec_load",
    "kexec_file_load",
    "init_module",
    "finit_module",
    "delete_module",
    "swapon",
    "swapoff",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "vhangup",
    "memfd_secret",
    "sethostname",
    "setdomainname",
    "nfsservctl",
    "lookup_dcookie",
    "clone3",
    "openat2",
    "vmsplice",
    "remap_file_pages",
    "statmount",
    "listmount",
#ifdef __x86_64__
    "modify_ldt",
    "iopl",
    "ioperm",
    "uselib",
    "ustat",
    "sysfs",
    "create_module",
    "query_module",
    "_sysctl",
#endif
};

/* Refused by the default; the capability named brings them back. */
static const struct {
    const char *name;
    uint8_t cap;
} by_cap[] = {
    {"ptrace", CAP_SYS_PTRACE},
    {"process_vm_readv", CAP_SYS_PTRACE},
    {"process_vm_writev", CAP_SYS_PTRACE},
    {"process_madvise", CAP_SYS_PTRACE},
    {"kcmp", CAP_SYS_PTRACE},
    {"pidfd_getfd", CAP_SYS_PTRACE},
    {"settimeofday", CAP_SYS_TIME},
    {"clock_settime", CAP_SYS_TIME},
    {"clock_adjtime", CAP_SYS_TIME},
    {"adjtimex", CAP_SYS_TIME},
    {"chroot", CAP_SYS_CHROOT},
    {"syslog", CAP_SYSLOG},
    {"acct", CAP_SYS_PACCT},
    {"move_pages", CAP_SYS_NICE},
    {"migrate_pages", CAP_SYS_NICE},
    {"mbind", CAP_SYS_NICE},
    {"set_mempolicy", CAP_SYS_NICE},
    {"set_mempolicy_home_node", CAP_SYS_NICE},
    {"name_to_handle_at", CAP_DAC_READ_SEARCH},
    {"open_by_handle_at", CAP_DAC_READ_SEARCH},
};

static void refuses_what_no_workload_needs(void **state)
{
    (void)state;
    for (unsigned kind = RF_PROFILE_DEFAULT; kind <= RF_PROFILE_STRICT; kind++) {
        for (unsigned cap = 0; cap <= 64; cap++) { /* 64: all of them */
            struct ring ring;

            make(&ring, (enum rf_profile_kind)kind, true, cap < 64 ? 1ULL << cap : UINT64_MAX);
            for (size_t i = 0; i < RF_COUNT(never); i++) {
                int nr = rf_syscall_by_name(rf_str_of(never[i]));

                if (nr < 0 || answer(&ring, (uint32_t)nr, NULL) <= 0)
                    fail_msg("profile %u with capability %u: %s is allowed", kind, cap, never[i]);
            }
            rf_arena_done(&ring.arena);
        }
    }
}

static void a_capability_brings_its_own_calls(void **state)
{
    struct ring without;

    (void)state;
    make(&without, RF_PROFILE_DEFAULT, true, 0);
    for (size_t i = 0; i < RF_COUNT(by_cap); i++) {
        uint32_t nr = (uint32_t)rf_syscall_by_name(rf_str_of(by_cap[i].name));
        struct ring with;
        struct ring others;

        make(&with, RF_PROFILE_DEFAULT, true, 1ULL << by_cap[i].cap);
        make(&others, RF_PROFILE_DEFAULT, true, ~(1ULL << by_cap[i].cap));
        assert_int_equal(answer(&without, nr, NULL), EPERM);
        assert_int_equal(answer(&others, nr, NULL), EPERM);
        assert_int_equal(answer(&with, nr, NULL), 0);
        rf_arena_done(&with.arena);
        rf_arena_done(&others.arena);
    }
    rf_arena_done(&without.arena);
}

static void raw_sockets_need_their_capability(void **state)
{
    static const struct probe probes[] = {
        {"socket", {AF_INET, SOCK_RAW, 1}, 0},
        {"socket", {AF_INET6, SOCK_RAW, 132}, 0},
        {"socket", {AF_INET, SOCK_STREAM, 132}, EPROTONOSUPPORT},
        {"socket", {AF_INET, SOCK_PACKET, 0}, EPERM},
        {"socket", {AF_PACKET, SOCK_RAW, 0}, EAFNOSUPPORT},
        {"socket", {AF_NETLINK, SOCK_RAW, 0}, EAFNOSUPPORT},
    };
    struct ring ring;

    (void)state;
    make(&ring, RF_PROFILE_DEFAULT, true, 1ULL << CAP_NET_RAW);
    check(&ring, probes, RF_COUNT(probes));
    rf_arena_done(&ring.arena);
    make(&ring, RF_PROFILE_STRICT, true, 1ULL << CAP_NET_RAW);
    assert_int_equal(answer(&ring, __NR_socket, probes[0].args), EAFNOSUPPORT);
    rf_arena_done(&ring.arena);
}

static void limits_of_others_need_their_capability(void **state)
{
    static const struct probe own[] = {{"prlimit64", {0, 7}, 0}, {"prlimit64", {HIGH, 7}, 0}};
    static const struct probe others[] = {{"prlimit64", {1, 7}, EPERM}, {"prlimit64", {HIGH + 1, 7}, EPERM}};
    struct ring ring;

    (void)state;
    make(&ring, RF_PROFILE_DEFAULT, true, 0);
    check(&ring, own, RF_COUNT(own));
    check(&ring, others, RF_COUNT(others));
    rf_arena_done(&ring.arena);
    make(&ring, RF_PROFILE_DEFAULT, true, 1ULL << CAP_SYS_RESOURCE);
    assert_int_equal(answer(&ring, __NR_prlimit64, others[0].args), 0);
    rf_arena_done(&ring.arena);
}

/* Shared memory of System V belongs to no process: only a control group counts it. */
static void shared_memory_needs_a_group(void **state)
{
    struct rf_profile_options options = {RF_PROFILE_DEFAULT, true, false, 0};
    struct rf_profile profile;

    (void)state;
    rf_profile_builtin(&options, &profile);
    assert_int_equal(profile.leaves[profile.leaf_of[__NR_shmget]].action, SECCOMP_RET_ERRNO | ENOSYS);
    options.has_memory_group = true;
    rf_profile_builtin(&options, &profile);
    assert_int_equal(profile.leaves[profile.leaf_of[__NR_shmget]].action, SECCOMP_RET_ALLOW);
}

/* A call that is forgotten would be ENOSYS, silently: whatever has a name must have a fate. */
static void every_named_call_has_a_fate(void **state)
{
    const struct rf_profile_options options = {RF_PROFILE_DEFAULT, true, true, 0};
    struct rf_profile profile;

    (void)state;
    rf_profile_builtin(&options, &profile);
    for (unsigned nr = 0; nr < RF_SYSCALL_LIMIT; nr++) {
        assert_true(profile.leaf_of[nr] < profile.leaf_count);
        if ((rf_syscall_name(nr) != NULL) != (profile.leaf_of[nr] != 0))
            fail_msg("call %u (%s) has leaf %u", nr, rf_syscall_name(nr) ? rf_syscall_name(nr) : "no name",
                     profile.leaf_of[nr]);
    }
}

static void strict_is_within_default(void **state)
{
    struct ring strict;
    struct ring standard;

    (void)state;
    make(&strict, RF_PROFILE_STRICT, true, 0);
    make(&standard, RF_PROFILE_DEFAULT, true, 0);
    for (uint32_t nr = 0; nr < RF_SYSCALL_LIMIT; nr++) {
        for (uint64_t value = 0; value < 64; value++) {
            const uint64_t args[6] = {value, value * 4, value, value << 6, value << 12, value};

            if (answer(&strict, nr, args) == 0)
                assert_int_equal(answer(&standard, nr, args), 0);
        }
    }
    rf_arena_done(&strict.arena);
    rf_arena_done(&standard.arena);
}

/* mkdir() has no rule because the kernel takes these bits away by itself: on this kernel, too? */
static void mkdir_cannot_set_ids(void **state)
{
    char dir[] = "/tmp/test_profile.XXXXXX";
    char path[sizeof(dir) + 4];
    struct stat st;
    mode_t old = umask(0);

    (void)state;
    assert_non_null(mkdtemp(dir));
    (void)snprintf(path, sizeof(path), "%s/d", dir);
    assert_int_equal(mkdir(path, 06777), 0);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & (S_ISUID | S_ISGID), 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(rmdir(dir), 0);
    (void)umask(old);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(judges_arguments),
        cmocka_unit_test(refuses_what_no_workload_needs),
        cmocka_unit_test(a_capability_brings_its_own_calls),
        cmocka_unit_test(raw_sockets_need_their_capability),
        cmocka_unit_test(limits_of_others_need_their_capability),
        cmocka_unit_test(shared_memory_needs_a_group),
        cmocka_unit_test(every_named_call_has_a_fate),
        cmocka_unit_test(strict_is_within_default),
        cmocka_unit_test(mkdir_cannot_set_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
