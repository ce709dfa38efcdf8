/* without CALL[,CALL...] COMMAND...: run a command on a kernel that seems to lack these system calls. */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct {
    const char *name;
    long number;
} calls[] = {{"openat2", SYS_openat2},
             {"clone3", SYS_clone3},
             {"mount_setattr", SYS_mount_setattr},
             {"landlock", SYS_landlock_create_ruleset},
             {"open_tree", SYS_open_tree},
             {"move_mount", SYS_move_mount},
             {"pivot_root", SYS_pivot_root},
             {"seccomp", SYS_seccomp},
             {"close_range", SYS_close_range},
             {"keyctl", SYS_keyctl},
             {"setns", SYS_setns},
             {"unshare", SYS_unshare},
             {"pidfd_send_signal", SYS_pidfd_send_signal}};

enum { MAX_CALLS = 16 };

static long number_of(const char *name)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(calls[i].name, name) == 0)
            return calls[i].number;
    }
    return -1;
}

int main(int argc, char **argv)
{
    struct sock_filter filter[2 * MAX_CALLS + 2] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr))};
    struct sock_fprog program = {1, filter};
    char *rest = argc > 2 ? argv[1] : NULL;

    for (char *name = strsep(&rest, ","); name; name = strsep(&rest, ",")) {
        long number = number_of(name);

        if (number < 0 || program.len > 2 * MAX_CALLS - 2) {
            fprintf(stderr, "without: unknown call \"%s\"\n", name);
            return 99;
        }
        filter[program.len++] =
            (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)number, 0, 1);
        filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS);
    }
    filter[program.len++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    if (argc < 3 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) < 0) {
        perror("without");
        return 99;
    }
    execv(argv[2], argv + 2);
    perror(argv[2]);
    return 99;
}
