/* System calls that a workload has no use for. Where success would change the machine, the arguments are such
   that the kernel checks the right first and finds nothing to do afterwards. */
#include "hostile.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/fanotify.h>
#include <linux/io_uring.h>
#include <linux/kexec.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/io.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_process_madvise
#define SYS_process_madvise 440
#endif

enum { X32_BIT = 0x40000000 };

/* For calls that check the right before anything else: whatever is not a refusal is a violation. */
static void gate(long ret, const char *what)
{
    if (ret >= 0 || (errno != EPERM && errno != ENOSYS && errno != EACCES))
        violation("%s passed the permission check: %s", what, ret >= 0 ? "done" : strerror(errno));
    refused(what);
}

static void sc_seccomp(void)
{
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2)
        violation("there is no system call filter");
    refused_because("a filter is in force");
}

static void sc_bpf(void)
{
    union bpf_attr attr = {.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};

    gate(syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)), "bpf(BPF_MAP_CREATE)");
    gate(syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)), "bpf(BPF_PROG_LOAD)");
}

static void sc_perf(void)
{
    struct perf_event_attr attr = {.type = PERF_TYPE_SOFTWARE, .size = sizeof(attr), .exclude_kernel = 1};

    attr.config = PERF_COUNT_SW_TASK_CLOCK;
    gate(syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0), "perf_event_open");
}

static void sc_uffd(void)
{
    gate(syscall(SYS_userfaultfd, O_CLOEXEC), "userfaultfd");
    gate(syscall(SYS_userfaultfd, O_CLOEXEC | 1), "userfaultfd(USER_MODE_ONLY)");
}

static void sc_uring(void)
{
    struct io_uring_params params = {0};

    gate(syscall(SYS_io_uring_setup, 4, &params), "io_uring_setup");
}

/* Operations in a ring are not seen by a filter of system calls: open a file by one. */
static void sc_uringop(void)
{
    struct io_uring_params params = {0};
    int fd = (int)syscall(SYS_io_uring_setup, 4, &params);
    struct io_uring_sqe *sqe;
    char *ring;

    if (fd < 0) {
        refused("io_uring_setup");
        return;
    }
    ring = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQ_RING);
    sqe = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED, fd, IORING_OFF_SQES);
    if (ring == MAP_FAILED || sqe == MAP_FAILED)
        violation("has a ring, but cannot map it");
    memset(sqe, 0, sizeof(*sqe));
    sqe->opcode = IORING_OP_OPENAT;
    sqe->fd = AT_FDCWD;
    sqe->addr = (uint64_t)(uintptr_t) "/proc/self/status";
    ((unsigned *)(void *)(ring + params.sq_off.array))[0] = 0;
    ((volatile unsigned *)(void *)(ring + params.sq_off.tail))[0] = 1;
    gate(syscall(SYS_io_uring_enter, fd, 1, 1, 1, NULL, 0), "opening a file through a ring");
}

static void sc_addkey(void)
{
    gate(syscall(SYS_add_key, "user", "rf-by-workload", "x", 1, KEY_SPEC_PROCESS_KEYRING), "add_key");
}

static void sc_keyctl(void)
{
    gate(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0), "keyctl");
    gate(syscall(SYS_request_key, "user", "rf-nothing", NULL, 0), "request_key");
}

static void sc_kexec(void)
{
    gate(syscall(SYS_kexec_load, 0, 17, NULL, ~0UL), "kexec_load");
    gate(syscall(SYS_kexec_file_load, -1, -1, 0, NULL, ~0UL), "kexec_file_load");
}

static void sc_initmod(void)
{
    gate(syscall(SYS_init_module, NULL, 0, ""), "init_module");
}

static void sc_finit(void)
{
    gate(syscall(SYS_finit_module, -1, "", 0), "finit_module");
}

static void sc_delmod(void)
{
    gate(syscall(SYS_delete_module, "no_such_module_rf", O_NONBLOCK), "delete_module");
}

static void sc_syslog(void)
{
    char text[256];

    gate(syscall(SYS_syslog, 3, text, sizeof(text)), "syslog");
}

static void sc_swapon(void)
{
    gate(syscall(SYS_swapon, "/no/such/file", 0), "swapon");
    gate(syscall(SYS_swapoff, "/no/such/file"), "swapoff");
}

static void sc_acct(void)
{
    gate(syscall(SYS_acct, "/no/such/file"), "acct");
}

static void sc_quota(void)
{
    gate(syscall(SYS_quotactl, 0x800002U << 8, "/no/such/device", 0, NULL), "quotactl");
}

/* Sets the tick to what it is. */
static void sc_clock(void)
{
    struct timex now = {0};

    if (adjtimex(&now) < 0) {
        refused("adjtimex");
    } else {
        now.modes = ADJ_TICK;
        gate(adjtimex(&now), "adjtimex");
    }
}

static void sc_iopl(void)
{
    gate(iopl(3), "iopl");
}

static void sc_ioperm(void)
{
    gate(ioperm(0x80, 1, 1), "ioperm");
}

/* A wrong magic number is looked at after the right. */
static void sc_reboot(void)
{
    gate(syscall(SYS_reboot, 0, 0, 0, NULL), "reboot");
}

static void sc_nthandle(void)
{
    union {
        struct file_handle handle;
        char room[sizeof(struct file_handle) + 128];
    } at = {.handle = {.handle_bytes = 128}};
    int mount_id;

    gate(name_to_handle_at(AT_FDCWD, "/", &at.handle, &mount_id, 0), "name_to_handle_at");
}

static void sc_fanotify(void)
{
    gate(syscall(SYS_fanotify_init, FAN_CLASS_NOTIF | FAN_REPORT_FID, O_RDONLY), "fanotify_init");
}

static void sc_kcmp(void)
{
    gate(syscall(SYS_kcmp, getpid(), getpid(), 2, 0, 0), "kcmp");
}

static void sc_ldt(void)
{
    char room[64];

    gate(syscall(SYS_modify_ldt, 0, room, sizeof(room)), "modify_ldt");
}

static void sc_movepages(void)
{
    gate(syscall(SYS_move_pages, 0, 0, NULL, NULL, NULL, 0), "move_pages");
    gate(syscall(SYS_migrate_pages, 0, 0, NULL, NULL), "migrate_pages");
}

static void sc_mempolicy(void)
{
    gate(syscall(SYS_set_mempolicy, 0, NULL, 0), "set_mempolicy");
    gate(syscall(SYS_mbind, NULL, 0, 0, NULL, 0, 0), "mbind");
}

static void sc_ptrace(void)
{
    pid_t pid = spawn();

    if (pid == 0) {
        if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0)
            _exit(42);
        _exit(errno == EPERM ? 1 : 2);
    }
    if (result_of(pid) == 42)
        violation("processes of the ring may trace each other: seccomp rules with a tracer can be undone");
    refused_because("PTRACE_TRACEME is refused");
}

static void sc_pvm(void)
{
    char here[8], there[8] = "abcdefg";
    struct iovec local = {here, 8}, remote = {there, 8};

    gate(process_vm_readv(getpid(), &local, 1, &remote, 1, 0), "process_vm_readv");
    gate(process_vm_writev(getpid(), &local, 1, &remote, 1, 0), "process_vm_writev");
}

static void sc_pmadvise(void)
{
    gate(syscall(SYS_process_madvise, -1, NULL, 0, 0, 0), "process_madvise");
}

static void sc_personality(void)
{
    gate(personality(READ_IMPLIES_EXEC), "personality(READ_IMPLIES_EXEC)");
    gate(personality(ADDR_NO_RANDOMIZE), "personality(ADDR_NO_RANDOMIZE)");
    gate(personality(0x0020000 /* UNAME26 */), "personality(UNAME26)");
}

static void sc_vhangup(void)
{
    if (syscall(SYS_vhangup) == 0)
        violation("vhangup: hung up the terminal");
    refused("vhangup");
}

static void sc_lookup(void)
{
    gate(syscall(SYS_lookup_dcookie, 0ULL, NULL, 0), "lookup_dcookie");
    gate(syscall(SYS_ustat, 0, NULL), "ustat");
    gate(syscall(SYS_sysfs, 3, 0, 0), "sysfs");
}

static void sc_memfdsecret(void)
{
    gate(syscall(447, 0), "memfd_secret");
}

static void sc_i386(void)
{
    long ret = int80(310, CLONE_NEWUSER, 0, 0);

    if (ret == 0)
        violation("made a user name space by the 32-bit unshare");
    refused_because("32-bit unshare: %s", strerror((int)-ret));
}

static void sc_i386any(void)
{
    long ret = int80(20, 0, 0, 0);

    if (ret == getpid())
        violation("32-bit system calls work, under other numbers than the filter knows");
    refused_because("32-bit getpid: %ld", ret);
}

static void sc_i386clone(void)
{
    long ret = int80(120, CLONE_NEWUSER | SIGCHLD, 0, 0);

    if (ret == 0)
        _exit(0);
    if (ret > 0)
        violation("made a user name space by the 32-bit clone");
    refused_because("32-bit clone: %s", strerror((int)-ret));
}

static void sc_x32(void)
{
    if (syscall(X32_BIT | SYS_getpid) > 0)
        violation("x32 system calls work");
    refused("x32 getpid");
    if (syscall(X32_BIT | SYS_unshare, CLONE_NEWUSER) == 0)
        violation("made a user name space by the x32 unshare");
}

/* The filter must not be one that can be taken off or turned to a program's advantage by a later one. */
static void sc_restack(void)
{
    if (syscall(SYS_seccomp, 1, 8 /* NEW_LISTENER */, NULL) >= 0 ||
        (errno != EPERM && errno != EINVAL && errno != ENOSYS && errno != EFAULT))
        violation("seccomp: listener without a program: %s", strerror(errno));
    if (prctl(PR_SET_SECCOMP, 0, 0, 0, 0) == 0)
        violation("took off the filter");
    if (prctl(PR_GET_SECCOMP, 0, 0, 0, 0) != 2)
        violation("no filter is left");
    refused("PR_SET_SECCOMP");
}

static void sc_prctlmm(void)
{
    struct prctl_mm_map map;

    memset(&map, 0, sizeof(map));
    if (prctl(PR_SET_MM, PR_SET_MM_EXE_FILE, 0, 0, 0) == 0 || errno == EBADF)
        violation("may change what /proc/self/exe names");
    refused("PR_SET_MM");
}

const struct payload sys_payloads[] = {
    {"sc-seccomp", "hardening", "seccomp", 0, sc_seccomp, "the whole kernel"},
    {"sc-bpf", "escape", "caps,seccomp", 0, sc_bpf, "code in the kernel"},
    {"sc-perf", "hardening", "seccomp", 0, sc_perf, "a subsystem rich in faults"},
    {"sc-uffd", "hardening", "seccomp", 0, sc_uffd, "stops the kernel in the middle of a copy"},
    {"sc-uring", "hardening", "seccomp", 0, sc_uring, "a subsystem rich in faults"},
    {"sc-uringop", "hardening", "seccomp", 0, sc_uringop, "goes round the filter"},
    {"sc-addkey", "hardening", "seccomp", 0, sc_addkey, "keys are not in any name space"},
    {"sc-keyctl", "hardening", "seccomp", 0, sc_keyctl, "keys are not in any name space"},
    {"sc-kexec", "escape", "caps,seccomp", 0, sc_kexec, "another kernel"},
    {"sc-initmod", "escape", "caps,seccomp", 0, sc_initmod, "code in the kernel"},
    {"sc-finit", "escape", "caps,seccomp", 0, sc_finit, "code in the kernel"},
    {"sc-delmod", "denial", "caps,seccomp", 0, sc_delmod, "less in the kernel"},
    {"sc-syslog", "hardening", "caps,seccomp", 0, sc_syslog, "the kernel's log"},
    {"sc-swapon", "denial", "caps,seccomp", 0, sc_swapon, "the host's swap"},
    {"sc-acct", "denial", "caps,seccomp", 0, sc_acct, "the host's accounting"},
    {"sc-quota", "hardening", "seccomp", 0, sc_quota, "quotas of the host"},
    {"sc-clock", "escape", "caps,seccomp", 0, sc_clock, "the host's time"},
    {"sc-iopl", "escape", "caps,seccomp", 0, sc_iopl, "devices without the kernel"},
    {"sc-ioperm", "escape", "caps,seccomp", 0, sc_ioperm, "devices without the kernel"},
    {"sc-reboot", "denial", "caps,seccomp", 0, sc_reboot, "no host any more"},
    {"sc-nthandle", "hardening", "seccomp", 0, sc_nthandle, "first half of Shocker"},
    {"sc-fanotify", "hardening", "seccomp", 0, sc_fanotify, "watches the host's files"},
    {"sc-kcmp", "hardening", "seccomp", 0, sc_kcmp, "order of kernel pointers"},
    {"sc-ldt", "hardening", "seccomp", 0, sc_ldt, "old faults of the kernel"},
    {"sc-movepages", "hardening", "seccomp", 0, sc_movepages, "physical placement"},
    {"sc-mempolicy", "hardening", "seccomp", 0, sc_mempolicy, "physical placement"},
    {"sc-ptrace", "hardening", "seccomp", 0, sc_ptrace, "CVE-2019-2054: filters undone by a tracer"},
    {"sc-pvm", "hardening", "seccomp", 0, sc_pvm, "memory of other processes"},
    {"sc-pmadvise", "hardening", "seccomp", 0, sc_pmadvise, "memory of other processes"},
    {"sc-personality", "hardening", "seccomp", 0, sc_personality, "turns off address randomisation"},
    {"sc-vhangup", "denial", "caps,seccomp", 0, sc_vhangup, "the caller's terminal"},
    {"sc-lookup", "hardening", "seccomp", 0, sc_lookup, "calls that nobody uses any more"},
    {"sc-memfdsecret", "hardening", "seccomp", 0, sc_memfdsecret, "memory that nobody can inspect"},
    {"sc-i386", "escape", "seccomp", DIES_SYS, sc_i386, "the filter's numbers mean other calls there"},
    {"sc-i386any", "hardening", "seccomp", DIES_SYS, sc_i386any, "twice the kernel to attack"},
    {"sc-i386clone", "escape", "seccomp", DIES_SYS, sc_i386clone,
     "the filter's numbers mean other calls there"},
    {"sc-x32", "hardening", "seccomp", DIES_SYS, sc_x32,
     "CVE-2019-10063's like: the same calls, other numbers"},
    {"sc-restack", "hardening", "seccomp", 0, sc_restack, "no filter"},
    {"sc-prctlmm", "hardening", "caps,seccomp", 0, sc_prctlmm, "lies about its program"},
    {0}};
