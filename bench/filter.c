/* The seccomp filter that the other launchers are measured with: as many calls allowed as ours allows, made
   by libseccomp as their users make it. Written as BPF for `bwrap --seccomp`, or as the `seccomp` object of
   an OCI config.json. */
#include <errno.h>
#include <sched.h>
#include <seccomp.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum {
    EXIT_USAGE = 2,
    NUMBERS = 512,
    CLONE_FLAGS = CLONE_NEWNS | CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET
};

static const char usage[] = "usage: filter bpf|tree|oci > FILE\n"
                            "  bpf   libseccomp's filter as it comes\n"
                            "  tree  the same, with libseccomp's binary tree\n"
                            "  oci   the same rules as the \"seccomp\" object of a config.json\n";

/* Everything that libseccomp knows for this machine is allowed, but these. */
static const char *const denied[] = {
    "_sysctl",
    "acct",
    "add_key",
    "afs_syscall",
    "bpf",
    "chroot",
    "clock_settime",
    "clone",
    "clone3",
    "create_module",
    "delete_module",
    "fanotify_init",
    "finit_module",
    "fsconfig",
    "fsmount",
    "fsopen",
    "fspick",
    "get_kernel_syms",
    "getpmsg",
    "init_module",
    "io_uring_enter",
    "io_uring_register",
    "io_uring_setup",
    "ioperm",
    "iopl",
    "kcmp",
    "kexec_file_load",
    "kexec_load",
    "keyctl",
    "lookup_dcookie",
    "migrate_pages",
    "mount",
    "mount_setattr",
    "move_mount",
    "move_pages",
    "nfsservctl",
    "open_by_handle_at",
    "open_tree",
    "perf_event_open",
    "personality",
    "pivot_root",
    "ptrace",
    "putpmsg",
    "query_module",
    "quotactl",
    "quotactl_fd",
    "reboot",
    "request_key",
    "security",
    "setdomainname",
    "sethostname",
    "setns",
    "settimeofday",
    "swapoff",
    "swapon",
    "sysfs",
    "tuxcall",
    "umount2",
    "unshare",
    "uselib",
    "userfaultfd",
    "ustat",
    "vhangup",
    "vmsplice",
    "vserver",
};

static bool is_denied(const char *name)
{
    for (size_t i = 0; i < sizeof(denied) / sizeof(denied[0]); i++) {
        if (strcmp(denied[i], name) == 0)
            return true;
    }
    return false;
}

/* The allowed names, in the order of their numbers; released by nobody, since the program ends soon. */
static size_t list_allowed(const char **ret_names, int *ret_numbers)
{
    size_t count = 0;

    for (int number = 0; number < NUMBERS; number++) {
        char *name = seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number);

        if (!name || is_denied(name))
            continue;
        ret_names[count] = name;
        ret_numbers[count++] = number;
    }
    return count;
}

static int write_bpf(const int *numbers, size_t count, bool is_tree)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    int code = filter ? 0 : -ENOMEM;

    if (code == 0 && is_tree)
        code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
    for (size_t i = 0; i < count && code == 0; i++)
        code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, numbers[i], 0);
    if (code == 0)
        code = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_FLAGS, 0));
    if (code == 0)
        code = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
    if (code == 0)
        code = seccomp_export_bpf(filter, STDOUT_FILENO);
    seccomp_release(filter);
    return code;
}

static int write_oci(const char *const *names, size_t count)
{
    printf("{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":%d,\"syscalls\":[{\"names\":[", EPERM);
    for (size_t i = 0; i < count; i++)
        printf("%s\"%s\"", i ? "," : "", names[i]);
    printf("],\"action\":\"SCMP_ACT_ALLOW\"},");
    printf("{\"names\":[\"clone\"],\"action\":\"SCMP_ACT_ALLOW\",\"args\":[{\"index\":0,\"value\":%u,"
           "\"valueTwo\":0,\"op\":\"SCMP_CMP_MASKED_EQ\"}]},",
           (unsigned)CLONE_FLAGS);
    printf("{\"names\":[\"clone3\"],\"action\":\"SCMP_ACT_ERRNO\",\"errnoRet\":%d}]}\n", ENOSYS);
    return fflush(stdout) == 0 ? 0 : -errno;
}

int main(int argc, char **argv)
{
    static const char *names[NUMBERS];
    static int numbers[NUMBERS];
    size_t count = list_allowed(names, numbers);
    bool is_oci = argc == 2 && strcmp(argv[1], "oci") == 0;
    bool is_tree = argc == 2 && strcmp(argv[1], "tree") == 0;
    int code = 0;

    if (argc != 2 || (!is_oci && !is_tree && strcmp(argv[1], "bpf") != 0)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    code = is_oci ? write_oci(names, count) : write_bpf(numbers, count, is_tree);
    fprintf(stderr, "%zu calls allowed\n", count);
    if (code < 0)
        fprintf(stderr, "filter: %s\n", strerror(-code));
    return code < 0 ? 1 : 0;
}
