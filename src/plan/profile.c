/* The default and the strict seccomp profile: every call that this program knows by name stands here once,
   with its fate. Reasons are in docs/seccomp.md; a rule's errno is the one that libraries take as "not here".
 */
#include "plan/profile.h"

#include <asm/ioctls.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x8U
#endif
#ifndef MFD_EXEC
#define MFD_EXEC 0x10U
#endif
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

#define ALLOW SECCOMP_RET_ALLOW
#define FAIL(code) (SECCOMP_RET_ERRNO | (code))

enum {
    NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                 CLONE_NEWNET,
    SET_ID = S_ISUID | S_ISGID,
    CREATES = O_CREAT | (O_TMPFILE & ~O_DIRECTORY), /* the flags with which open() looks at its mode */
    SOCK_KIND = 0xf,                                /* SOCK_NONBLOCK and SOCK_CLOEXEC lie above */
    UNIX_PROTOCOL = 1,                              /* PF_UNIX, which socket(2) takes for 0 */
    ICMP = 1,                                       /* the same number */
    TCP = 6,
    UDP = 17,
    ICMPV6 = 58
};

/* Tests of an int or unsigned int: the kernel drops the upper half, and so do we. */
#define IS(arg, value)                                                                                       \
    {                                                                                                        \
        arg, RF_SECCOMP_EQ, RF_SECCOMP_LOW, (uint32_t)(value)                                                \
    }
#define ISNT(arg, value)                                                                                     \
    {                                                                                                        \
        arg, RF_SECCOMP_NE, RF_SECCOMP_LOW, (uint32_t)(value)                                                \
    }
#define HAS(arg, bits)                                                                                       \
    {                                                                                                        \
        arg, RF_SECCOMP_NE, (uint32_t)(bits), 0                                                              \
    }
#define LACKS(arg, bits)                                                                                     \
    {                                                                                                        \
        arg, RF_SECCOMP_EQ, (uint32_t)(bits), 0                                                              \
    }
#define PART_ISNT(arg, bits, value)                                                                          \
    {                                                                                                        \
        arg, RF_SECCOMP_NE, (uint32_t)(bits), (uint32_t)(value)                                              \
    }
#define WHEN(verdict, ...)                                                                                   \
    {                                                                                                        \
        (const struct rf_seccomp_test[]){__VA_ARGS__},                                                       \
            sizeof((const struct rf_seccomp_test[]){__VA_ARGS__}) / sizeof(struct rf_seccomp_test), verdict  \
    }
#define RULES(name, otherwise)                                                                               \
    {                                                                                                        \
        name, RF_COUNT(name), otherwise                                                                      \
    }

static const struct rf_seccomp_rule clone_rules[] = {WHEN(FAIL(EPERM), HAS(0, NAMESPACES))};

/* Bytes pushed into a terminal (CVE-2017-5226), a virtual console's clipboard (CVE-2023-28100), line
   disciplines that load kernel modules (CVE-2017-2636). */
static const struct rf_seccomp_rule ioctl_rules[] = {WHEN(FAIL(EPERM), IS(1, TIOCSTI)),
                                                     WHEN(FAIL(EPERM), IS(1, TIOCLINUX)),
                                                     WHEN(FAIL(EPERM), IS(1, TIOCSETD))};

#define FAMILY_RULE WHEN(FAIL(EAFNOSUPPORT), ISNT(0, AF_UNIX), ISNT(0, AF_INET), ISNT(0, AF_INET6))
#define LOCAL_RULE WHEN(FAIL(EAFNOSUPPORT), ISNT(0, AF_UNIX))
#define KINDS                                                                                                \
    PART_ISNT(1, SOCK_KIND, SOCK_STREAM), PART_ISNT(1, SOCK_KIND, SOCK_DGRAM),                               \
        PART_ISNT(1, SOCK_KIND, SOCK_SEQPACKET)
#define PROTOCOLS ISNT(2, 0), ISNT(2, UNIX_PROTOCOL), ISNT(2, TCP), ISNT(2, UDP), ISNT(2, ICMPV6)

_Static_assert(ICMP == UNIX_PROTOCOL, "one test stands for both");

static const struct rf_seccomp_rule socket_rules[] = {FAMILY_RULE, WHEN(FAIL(EPERM), KINDS),
                                                      WHEN(FAIL(EPROTONOSUPPORT), PROTOCOLS)};
static const struct rf_seccomp_rule local_socket_rules[] = {LOCAL_RULE, WHEN(FAIL(EPERM), KINDS),
                                                            WHEN(FAIL(EPROTONOSUPPORT), PROTOCOLS)};

/* With CAP_NET_RAW the kind may be raw and then any protocol: the kernel asks for the capability. */
static const struct rf_seccomp_rule raw_socket_rules[] = {
    FAMILY_RULE, WHEN(FAIL(EPERM), KINDS, PART_ISNT(1, SOCK_KIND, SOCK_RAW)),
    WHEN(FAIL(EPROTONOSUPPORT), PART_ISNT(1, SOCK_KIND, SOCK_RAW), PROTOCOLS)};

static const struct rf_seccomp_rule pair_rules[] = {LOCAL_RULE};

static const struct rf_seccomp_rule personality_rules[] = {
    WHEN(FAIL(EPERM), ISNT(0, 0), ISNT(0, UINT32_MAX)) /* set the standard one, ask for the present one */
};

/* Other processes' limits: process 1 has the same ids. */
static const struct rf_seccomp_rule prlimit_rules[] = {WHEN(FAIL(EPERM), ISNT(0, 0))};

static const struct rf_seccomp_rule prctl_rules[] = {WHEN(FAIL(EPERM), IS(0, PR_SET_MM))};

static const struct rf_seccomp_rule strict_prctl_rules[] = {
    WHEN(ALLOW, IS(0, PR_SET_NAME)),         WHEN(ALLOW, IS(0, PR_GET_NAME)),
    WHEN(ALLOW, IS(0, PR_SET_VMA)),          WHEN(ALLOW, IS(0, PR_SET_PDEATHSIG)),
    WHEN(ALLOW, IS(0, PR_GET_PDEATHSIG)),    WHEN(ALLOW, IS(0, PR_SET_DUMPABLE)),
    WHEN(ALLOW, IS(0, PR_GET_DUMPABLE)),     WHEN(ALLOW, IS(0, PR_SET_NO_NEW_PRIVS)),
    WHEN(ALLOW, IS(0, PR_GET_NO_NEW_PRIVS)), WHEN(ALLOW, IS(0, PR_SET_SECCOMP)),
    WHEN(ALLOW, IS(0, PR_GET_SECCOMP)),      WHEN(ALLOW, IS(0, PR_CAPBSET_READ)),
    WHEN(ALLOW, IS(0, PR_SET_THP_DISABLE)),  WHEN(ALLOW, IS(0, PR_GET_THP_DISABLE)),
};

/* An anonymous file is a way around every noexec mount. */
static const struct rf_seccomp_rule memfd_rules[] = {WHEN(FAIL(EPERM), HAS(1, MFD_EXEC))};
static const struct rf_seccomp_rule memfd_sealed_rules[] = {WHEN(FAIL(ENOSYS), LACKS(1, MFD_NOEXEC_SEAL))};

/* On an id-mapped volume a set-uid file would belong to the owner's id on the host. */
static const struct rf_seccomp_rule mode_1_rules[] = {WHEN(FAIL(EPERM), HAS(1, SET_ID))};
static const struct rf_seccomp_rule mode_2_rules[] = {WHEN(FAIL(EPERM), HAS(2, SET_ID))};
static const struct rf_seccomp_rule open_rules[] = {WHEN(FAIL(EPERM), HAS(1, CREATES), HAS(2, SET_ID))};
static const struct rf_seccomp_rule openat_rules[] = {WHEN(FAIL(EPERM), HAS(2, CREATES), HAS(3, SET_ID))};

#define NODE_RULES(mode)                                                                                     \
    WHEN(FAIL(EPERM), HAS(mode, SET_ID)),                                                                    \
        WHEN(FAIL(EPERM), PART_ISNT(mode, S_IFMT, 0), PART_ISNT(mode, S_IFMT, S_IFREG),                      \
             PART_ISNT(mode, S_IFMT, S_IFIFO), PART_ISNT(mode, S_IFMT, S_IFSOCK))

static const struct rf_seccomp_rule mknod_rules[] = {NODE_RULES(1)};
static const struct rf_seccomp_rule mknodat_rules[] = {NODE_RULES(2)};

enum leaf {
    UNKNOWN, /* no name: newer than this program, or a gap */
    YES,
    NO,     /* EPERM */
    ABSENT, /* ENOSYS: the caller has an older way, or no kernel of today has the call */
    CLONE,
    IOCTL,
    SOCKET,
    RAW_SOCKET,
    LOCAL_SOCKET,
    PAIR,
    PERSONALITY,
    PRCTL,
    STRICT_PRCTL,
    PRLIMIT,
    MEMFD,
    MEMFD_SEALED,
    MODE_1,
    MODE_2,
    OPEN,
    OPENAT,
    MKNOD,
    MKNODAT
};

static const struct rf_seccomp_leaf leaves[] = {
    [UNKNOWN] = {.action = FAIL(ENOSYS)},
    [YES] = {.action = ALLOW},
    [NO] = {.action = FAIL(EPERM)},
    [ABSENT] = {.action = FAIL(ENOSYS)},
    [CLONE] = RULES(clone_rules, ALLOW),
    [IOCTL] = RULES(ioctl_rules, ALLOW),
    [SOCKET] = RULES(socket_rules, ALLOW),
    [RAW_SOCKET] = RULES(raw_socket_rules, ALLOW),
    [LOCAL_SOCKET] = RULES(local_socket_rules, ALLOW),
    [PAIR] = RULES(pair_rules, ALLOW),
    [PERSONALITY] = RULES(personality_rules, ALLOW),
    [PRCTL] = RULES(prctl_rules, ALLOW),
    [STRICT_PRCTL] = RULES(strict_prctl_rules, FAIL(EPERM)),
    [PRLIMIT] = RULES(prlimit_rules, ALLOW),
    [MEMFD] = RULES(memfd_rules, ALLOW),
    [MEMFD_SEALED] = RULES(memfd_sealed_rules, ALLOW),
    [MODE_1] = RULES(mode_1_rules, ALLOW),
    [MODE_2] = RULES(mode_2_rules, ALLOW),
    [OPEN] = RULES(open_rules, ALLOW),
    [OPENAT] = RULES(openat_rules, ALLOW),
    [MKNOD] = RULES(mknod_rules, ALLOW),
    [MKNODAT] = RULES(mknodat_rules, ALLOW),
};

#define Y(name) [__NR_##name] = YES
#define N(name) [__NR_##name] = NO
#define A(name) [__NR_##name] = ABSENT

/* clang-format off */
static const uint8_t standard[RF_SYSCALL_LIMIT] = {
#ifdef __x86_64__
    [__NR_chmod] = MODE_1,
    [__NR_creat] = MODE_1,
    [__NR_mknod] = MKNOD,
    [__NR_open] = OPEN,
    N(ioperm), N(iopl), N(modify_ldt), N(sysfs), N(ustat), A(_sysctl), A(afs_syscall), A(create_module),
    A(epoll_ctl_old), A(epoll_wait_old), A(get_kernel_syms), A(get_thread_area), A(getpmsg), A(putpmsg),
    A(query_module), A(security), A(set_thread_area), A(tuxcall), A(uselib), A(vserver), Y(access),
    Y(alarm), Y(arch_prctl), Y(chown), Y(dup2), Y(epoll_create), Y(epoll_wait), Y(eventfd), Y(fork),
    Y(futimesat), Y(getdents), Y(getpgrp), Y(inotify_init), Y(lchown), Y(link), Y(mkdir), Y(pause),
    Y(pipe), Y(poll), Y(readlink), Y(rename), Y(rmdir), Y(select), Y(signalfd), Y(symlink), Y(time),
    Y(unlink), Y(uprobe), Y(uretprobe), Y(utime), Y(utimes), Y(vfork), Y(stat), Y(lstat),
#endif
#ifdef __NR_sync_file_range2
    Y(sync_file_range2),
#endif
    /* Allowed, but for some arguments. */
    [__NR_clone] = CLONE,
    [__NR_fchmod] = MODE_1,
    [__NR_fchmodat] = MODE_2,
    [__NR_fchmodat2] = MODE_2,
    [__NR_ioctl] = IOCTL,
    [__NR_memfd_create] = MEMFD,
    [__NR_mknodat] = MKNODAT,
    [__NR_openat] = OPENAT,
    [__NR_personality] = PERSONALITY,
    [__NR_prctl] = PRCTL,
    [__NR_prlimit64] = PRLIMIT,
    [__NR_socket] = SOCKET,
    [__NR_socketpair] = PAIR,

    /* Refused. */
    N(acct), N(add_key), N(adjtimex), N(bpf), N(chroot), N(clock_adjtime), N(clock_settime),
    N(delete_module), N(fanotify_init), N(fanotify_mark), N(finit_module), N(fsconfig), N(fsmount),
    N(fsopen), N(fspick), N(init_module), N(io_uring_enter), N(io_uring_register), N(io_uring_setup),
    N(kcmp), N(kexec_file_load), N(kexec_load), N(keyctl), N(mbind), N(memfd_secret), N(migrate_pages),
    N(mount), N(mount_setattr), N(move_mount), N(move_pages), N(name_to_handle_at), N(open_by_handle_at),
    N(open_tree), N(open_tree_attr), N(perf_event_open), N(pidfd_getfd), N(pivot_root),
    N(process_madvise), N(process_mrelease), N(process_vm_readv), N(process_vm_writev), N(ptrace),
    N(quotactl), N(quotactl_fd), N(reboot), N(remap_file_pages), N(request_key), N(set_mempolicy),
    N(set_mempolicy_home_node), N(setdomainname), N(sethostname), N(setns), N(settimeofday),
    N(swapoff), N(swapon), N(syslog), N(umount2), N(unshare), N(userfaultfd), N(vhangup), N(vmsplice),

    /* As if the kernel did not have them. */
    A(cachestat), A(clone3), A(file_getattr), A(file_setattr), A(listmount), A(lookup_dcookie),
    A(lsm_get_self_attr), A(lsm_list_modules), A(lsm_set_self_attr), A(nfsservctl), A(openat2),
    A(statmount),

    /* Allowed. */
    Y(accept), Y(accept4), Y(bind), Y(brk), Y(capget), Y(capset), Y(chdir), Y(clock_getres),
    Y(clock_gettime), Y(clock_nanosleep), Y(close), Y(close_range), Y(connect), Y(copy_file_range),
    Y(dup), Y(dup3), Y(epoll_create1), Y(epoll_ctl), Y(epoll_pwait), Y(epoll_pwait2), Y(eventfd2),
    Y(execve), Y(execveat), Y(exit), Y(exit_group), Y(faccessat), Y(faccessat2), Y(fadvise64),
    Y(fallocate), Y(fchdir), Y(fchown), Y(fchownat), Y(fcntl), Y(fdatasync), Y(fgetxattr),
    Y(flistxattr), Y(flock), Y(fremovexattr), Y(fsetxattr), Y(fstat), Y(fstatfs), Y(fsync),
    Y(ftruncate), Y(futex), Y(futex_requeue), Y(futex_wait), Y(futex_waitv), Y(futex_wake),
    Y(get_mempolicy), Y(get_robust_list), Y(getcpu), Y(getcwd), Y(getdents64), Y(getegid), Y(geteuid),
    Y(getgid), Y(getgroups), Y(getitimer), Y(getpeername), Y(getpgid), Y(getpid), Y(getppid),
    Y(getpriority), Y(getrandom), Y(getresgid), Y(getresuid), Y(getrlimit), Y(getrusage), Y(getsid),
    Y(getsockname), Y(getsockopt), Y(gettid), Y(gettimeofday), Y(getuid), Y(getxattr), Y(getxattrat),
    Y(inotify_add_watch), Y(inotify_init1), Y(inotify_rm_watch), Y(io_cancel), Y(io_destroy),
    Y(io_getevents), Y(io_pgetevents), Y(io_setup), Y(io_submit), Y(ioprio_get), Y(ioprio_set), Y(kill),
    Y(landlock_add_rule), Y(landlock_create_ruleset), Y(landlock_restrict_self), Y(lgetxattr),
    Y(linkat), Y(listen), Y(listxattr), Y(listxattrat), Y(llistxattr), Y(lremovexattr), Y(lseek),
    Y(lsetxattr), Y(madvise), Y(map_shadow_stack), Y(membarrier), Y(mincore),
    Y(mkdirat), Y(mlock), Y(mlock2), Y(mlockall), Y(mmap), Y(mprotect), Y(mq_getsetattr), Y(mq_notify),
    Y(mq_open), Y(mq_timedreceive), Y(mq_timedsend), Y(mq_unlink), Y(mremap), Y(mseal), Y(msgctl),
    Y(msgget), Y(msgrcv), Y(msgsnd), Y(msync), Y(munlock), Y(munlockall), Y(munmap), Y(nanosleep),
    Y(newfstatat), Y(pidfd_open), Y(pidfd_send_signal), Y(pipe2), Y(pkey_alloc), Y(pkey_free),
    Y(pkey_mprotect), Y(ppoll), Y(pread64), Y(preadv), Y(preadv2), Y(pselect6),
    Y(pwrite64), Y(pwritev), Y(pwritev2), Y(read), Y(readahead), Y(readlinkat), Y(readv), Y(recvfrom),
    Y(recvmmsg), Y(recvmsg), Y(removexattr), Y(removexattrat), Y(renameat), Y(renameat2),
    Y(restart_syscall), Y(rseq), Y(rt_sigaction), Y(rt_sigpending), Y(rt_sigprocmask),
    Y(rt_sigqueueinfo), Y(rt_sigreturn), Y(rt_sigsuspend), Y(rt_sigtimedwait), Y(rt_tgsigqueueinfo),
    Y(sched_get_priority_max), Y(sched_get_priority_min), Y(sched_getaffinity), Y(sched_getattr),
    Y(sched_getparam), Y(sched_getscheduler), Y(sched_rr_get_interval), Y(sched_setaffinity),
    Y(sched_setattr), Y(sched_setparam), Y(sched_setscheduler), Y(sched_yield), Y(seccomp), Y(semctl),
    Y(semget), Y(semop), Y(semtimedop), Y(sendfile), Y(sendmmsg), Y(sendmsg), Y(sendto),
    Y(set_robust_list), Y(set_tid_address), Y(setfsgid), Y(setfsuid), Y(setgid),
    Y(setgroups), Y(setitimer), Y(setpgid), Y(setpriority), Y(setregid), Y(setresgid), Y(setresuid),
    Y(setreuid), Y(setrlimit), Y(setsid), Y(setsockopt), Y(setuid), Y(setxattr), Y(setxattrat),
    Y(shmat), Y(shmctl), Y(shmdt), Y(shmget), Y(shutdown), Y(sigaltstack), Y(signalfd4), Y(splice),
    Y(statfs), Y(statx), Y(symlinkat), Y(sync), Y(sync_file_range), Y(syncfs), Y(sysinfo),
    Y(tee), Y(tgkill), Y(timer_create), Y(timer_delete), Y(timer_getoverrun), Y(timer_gettime),
    Y(timer_settime), Y(timerfd_create), Y(timerfd_gettime), Y(timerfd_settime), Y(times), Y(tkill),
    Y(truncate), Y(umask), Y(uname), Y(unlinkat), Y(utimensat), Y(wait4), Y(waitid), Y(write),
    Y(writev),
};
/* clang-format on */

/* What strict takes away from the default. */
static const uint16_t strict_refused[] = {
#ifdef __x86_64__
    __NR_chown,
    __NR_lchown,
#endif
    __NR_execveat,
    __NR_fchown,
    __NR_fchownat,
    __NR_personality,
    __NR_ioprio_set,
    __NR_shmget,
    __NR_shmat,
    __NR_shmctl,
    __NR_shmdt,
    __NR_semget,
    __NR_semop,
    __NR_semctl,
    __NR_semtimedop,
    __NR_msgget,
    __NR_msgsnd,
    __NR_msgrcv,
    __NR_msgctl,
    __NR_mq_open,
    __NR_mq_unlink,
    __NR_mq_timedsend,
    __NR_mq_timedreceive,
    __NR_mq_notify,
    __NR_mq_getsetattr,
    __NR_mlock,
    __NR_mlock2,
    __NR_mlockall,
    __NR_munlock,
    __NR_munlockall,
    __NR_sched_setaffinity,
    __NR_sched_setattr,
    __NR_sched_setparam,
    __NR_sched_setscheduler,
    __NR_setxattr,
    __NR_lsetxattr,
    __NR_fsetxattr,
    __NR_setxattrat,
    __NR_removexattr,
    __NR_lremovexattr,
    __NR_fremovexattr,
    __NR_removexattrat,
};

/* What a capability that stays brings back, as docker does. None of them opens name spaces or mounts. */
static const struct {
    uint16_t nr;
    uint8_t cap;
    uint8_t leaf;
} with_cap[] = {
    {__NR_ptrace, CAP_SYS_PTRACE, YES},
    {__NR_process_vm_readv, CAP_SYS_PTRACE, YES},
    {__NR_process_vm_writev, CAP_SYS_PTRACE, YES},
    {__NR_process_madvise, CAP_SYS_PTRACE, YES},
    {__NR_kcmp, CAP_SYS_PTRACE, YES},
    {__NR_pidfd_getfd, CAP_SYS_PTRACE, YES},
    {__NR_settimeofday, CAP_SYS_TIME, YES},
    {__NR_clock_settime, CAP_SYS_TIME, YES},
    {__NR_clock_adjtime, CAP_SYS_TIME, YES},
    {__NR_adjtimex, CAP_SYS_TIME, YES},
    {__NR_chroot, CAP_SYS_CHROOT, YES},
    {__NR_syslog, CAP_SYSLOG, YES},
    {__NR_acct, CAP_SYS_PACCT, YES},
    {__NR_move_pages, CAP_SYS_NICE, YES},
    {__NR_migrate_pages, CAP_SYS_NICE, YES},
    {__NR_mbind, CAP_SYS_NICE, YES},
    {__NR_set_mempolicy, CAP_SYS_NICE, YES},
    {__NR_set_mempolicy_home_node, CAP_SYS_NICE, YES},
    {__NR_name_to_handle_at, CAP_DAC_READ_SEARCH, YES},
    {__NR_open_by_handle_at, CAP_DAC_READ_SEARCH, YES},
    {__NR_prlimit64, CAP_SYS_RESOURCE, YES},
    {__NR_socket, CAP_NET_RAW, RAW_SOCKET},
};

void rf_profile_builtin(const struct rf_profile_options *options, struct rf_profile *ret)
{
    ret->leaves = leaves;
    ret->leaf_count = RF_COUNT(leaves);
    ret->foreign = SECCOMP_RET_KILL_PROCESS;
    for (size_t nr = 0; nr < RF_SYSCALL_LIMIT; nr++)
        ret->leaf_of[nr] = standard[nr];
    if (!options->has_memfd_noexec)
        ret->leaf_of[__NR_memfd_create] = MEMFD_SEALED;
    if (!options->has_memory_group)
        ret->leaf_of[__NR_shmget] = ABSENT; /* nothing would count or cap such memory */
    for (size_t i = 0; i < RF_COUNT(with_cap); i++) {
        if (options->cap_add >> with_cap[i].cap & 1)
            ret->leaf_of[with_cap[i].nr] = with_cap[i].leaf;
    }
    if (options->kind != RF_PROFILE_STRICT)
        return;
    for (size_t i = 0; i < RF_COUNT(strict_refused); i++)
        ret->leaf_of[strict_refused[i]] = NO;
    ret->leaf_of[__NR_socket] = LOCAL_SOCKET;
    ret->leaf_of[__NR_prctl] = STRICT_PRCTL;
}
