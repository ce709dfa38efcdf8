/* Steps that change who the ring's processes are and what they may do, and prove it. */
#include "sandbox/child.h"

#include "sandbox/sys.h"

#include <linux/capability.h>
#include <linux/if.h>
#include <linux/keyctl.h>
#include <linux/securebits.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/uio.h>

#ifndef TIOCGPTPEER
#define TIOCGPTPEER _IO('T', 0x41) /* Linux 4.13 */
#endif

static const char *text_of(const struct rf_child *child, uint32_t offset)
{
    return rf_plan_text(child->plan, offset);
}

static int control_process(int option, unsigned long a, unsigned long b)
{
    return rf_sys_result(syscall(SYS_prctl, option, a, b, 0UL, 0UL));
}

/* The kernel forgets the parent-death signal at every change of credentials, so this is done first and last.
   The look at the socket closes the gap in which the launcher died before the signal was armed. */
int rf_step_die_together(struct rf_child *child, const struct rf_step *step)
{
    int code = control_process(PR_SET_PDEATHSIG, 9, 0);

    (void)step;
    if (code == 0 && rf_child_is_orphan(child))
        _exit(125);
    return code;
}

int rf_step_hostname(struct rf_child *child, const struct rf_step *step)
{
    const char *name = text_of(child, step->data);

    return rf_sys_result(syscall(SYS_sethostname, name, strlen(name)));
}

/* --- what the launcher hands over --- */

static int receive_go(struct rf_child *child, struct rf_message *ret, int *ret_fds)
{
    struct iovec part = {ret, sizeof(*ret)};
    union {
        struct cmsghdr align;
        char space[CMSG_SPACE(sizeof(int) * RF_HANDED_MAX)];
    } ancillary;
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &ancillary, .msg_controllen = sizeof(ancillary)};
    const struct cmsghdr *header = &ancillary.align;
    int code;

    memset(&ancillary, 0, sizeof(ancillary));
    code = rf_sys_result(syscall(SYS_recvmsg, child->control, &message, MSG_CMSG_CLOEXEC));
    if (code == 0)
        _exit(125); /* the launcher has gone, or gave up and said why itself */
    if (code < 0)
        return code;
    if (code != (int)sizeof(*ret) || ret->type != RF_MESSAGE_GO)
        return -EPROTO;
    if (message.msg_controllen < sizeof(*header))
        return 0;
    code = (int)((header->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    memcpy(ret_fds, CMSG_DATA(header), sizeof(int) * (size_t)code);
    return code;
}

/* A single-threaded process that writes "0" for itself into `tasks` of a v1 group takes no thread-group lock;
   every other way of joining costs a grace period of 8 to 11 ms from cold (kernel commit 9a3284fad42f). */
int rf_step_join(struct rf_child *child, const struct rf_step *step)
{
    struct rf_message go = {0};
    int fds[RF_HANDED_MAX];
    int count = receive_go(child, &go, fds);
    int code = count < 0 ? count : 0;

    (void)step;
    for (int i = 0; i < count; i++) {
        if (code >= 0 && (go.step >> i & 1))
            code = rf_sys_result(syscall(SYS_setns, fds[i], CLONE_NEWNET));
        else if (code >= 0)
            code = rf_sys_result(write(fds[i], "0", 1));
        (void)close(fds[i]); /* joined or failed, it has served */
    }
    return code < 0 ? code : 0;
}

int rf_step_loopback(struct rf_child *child, const struct rf_step *step)
{
    struct ifreq request;
    int fd = rf_sys_result(syscall(SYS_socket, AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
    int code;

    (void)child;
    (void)step;
    if (fd < 0)
        return fd;
    memset(&request, 0, sizeof(request));
    memcpy(request.ifr_name, "lo", 3);
    request.ifr_flags = IFF_UP | IFF_RUNNING;
    code = rf_sys_result(syscall(SYS_ioctl, fd, SIOCSIFFLAGS, &request));
    (void)close(fd);
    return code;
}

/* --- terminal --- */

int rf_step_tty(struct rf_child *child, const struct rf_step *step)
{
    struct rf_message message = {.type = RF_MESSAGE_TTY};
    struct winsize size;
    int master =
        rf_sys_result(syscall(SYS_openat, AT_FDCWD, "/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC, 0));
    int unlock = 0;
    int peer;
    int code;

    (void)step;
    if (master < 0)
        return master;
    code = rf_sys_result(syscall(SYS_ioctl, master, TIOCSPTLCK, &unlock));
    peer = code < 0 ? code
                    : rf_sys_result(syscall(SYS_ioctl, master, TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
    if (peer < 0)
        return peer;
    /* The workload is to find the caller's size when it looks first, not to be told of it later. */
    if (syscall(SYS_ioctl, STDIN_FILENO, TIOCGWINSZ, &size) == 0)
        (void)syscall(SYS_ioctl, master, TIOCSWINSZ, &size); /* a wrong size is no reason to stop */
    code = rf_child_send(child->control, &message, NULL, &master, 1);
    (void)close(master); /* the launcher has it now */
    for (int fd = 0; code >= 0 && fd < 3; fd++)
        code = rf_sys_result(dup2(peer, fd));
    (void)close(peer);
    return code < 0 ? code : 0;
}

/* --- identity --- */

/* Keys of the caller's session must not be reachable; without CONFIG_KEYS there are none. */
int rf_step_keyring(struct rf_child *child, const struct rf_step *step)
{
    int code = rf_sys_result(syscall(SYS_keyctl, KEYCTL_JOIN_SESSION_KEYRING, NULL, 0, 0, 0));

    (void)child;
    (void)step;
    return code < 0 && code != -ENOSYS ? code : 0;
}

int rf_step_groups(struct rf_child *child, const struct rf_step *step)
{
    const char *list = text_of(child, step->data);
    uint32_t groups[64];
    size_t count = 0;

    while (*list) {
        uint32_t id = 0;

        for (; *list >= '0' && *list <= '9'; list++)
            id = id * 10 + (uint32_t)(*list - '0');
        if (count == RF_COUNT(groups))
            return -E2BIG;
        groups[count++] = id;
        list += *list == ',';
    }
    return rf_sys_result(syscall(SYS_setgroups, count, groups));
}

int rf_step_user(struct rf_child *child, const struct rf_step *step)
{
    int code = control_process(PR_SET_KEEPCAPS, 1, 0); /* the next steps choose among them */

    (void)child;
    if (code == 0)
        code = rf_sys_result(syscall(SYS_setresgid, step->gid, step->gid, step->gid));
    if (code == 0)
        code = rf_sys_result(syscall(SYS_setresuid, step->uid, step->uid, step->uid));
    return code;
}

/* The maps are files of root's while the process is not dumpable, which it is not after a change of ids. */
int rf_step_userns_late(struct rf_child *child, const struct rf_step *step)
{
    int code = control_process(PR_SET_DUMPABLE, 1, 0);

    if (code == 0)
        code = rf_sys_result(syscall(SYS_unshare, CLONE_NEWUSER));
    if (code == 0)
        code = rf_child_write(child->proc_self, "setgroups", "deny");
    if (code == 0)
        code = rf_child_write(child->proc_self, "gid_map", text_of(child, step->dst));
    if (code == 0)
        code = rf_child_write(child->proc_self, "uid_map", text_of(child, step->src));
    return code;
}

/* --- capabilities --- */

struct caps {
    struct __user_cap_data_struct half[2];
};

static int get_caps(struct caps *caps)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

    return rf_sys_result(syscall(SYS_capget, &header, caps->half));
}

static int set_caps(const struct caps *caps)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};

    return rf_sys_result(syscall(SYS_capset, &header, caps->half));
}

/* Every capability out of the bounding set but those kept; the kernel says EINVAL behind its last one. */
static int drop_bounding(uint64_t keep)
{
    for (unsigned long cap = 0; cap < 64; cap++) {
        int code = keep >> cap & 1 ? 0 : control_process(PR_CAPBSET_DROP, cap, 0);

        if (code == -EINVAL)
            return cap > CAP_AUDIT_READ ? 0 : code;
        if (code < 0)
            return code;
    }
    return 0;
}

static int raise_ambient(uint64_t keep)
{
    for (unsigned long cap = 0; cap < 64; cap++) {
        int code = keep >> cap & 1 ? control_process(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap) : 0;

        if (code < 0)
            return code;
    }
    return 0;
}

int rf_step_caps(struct rf_child *child, const struct rf_step *step)
{
    const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP |
                               SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED;
    struct caps caps;
    int code = get_caps(&caps);

    (void)child;
    caps.half[0].effective = caps.half[0].permitted;
    caps.half[1].effective = caps.half[1].permitted;
    if (code == 0)
        code = set_caps(&caps);
    if (code == 0)
        code = drop_bounding(step->a);
    if (code == 0)
        code = control_process(PR_SET_SECUREBITS, bits, 0);
    if (code == 0)
        code = control_process(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0);
    for (int i = 0; i < 2; i++) {
        uint32_t kept = (uint32_t)(step->a >> (32 * i));

        caps.half[i] = (struct __user_cap_data_struct){kept, kept, kept};
    }
    if (code == 0)
        code = set_caps(&caps);
    return code == 0 ? raise_ambient(step->a) : code;
}

int rf_step_no_new_privs(struct rf_child *child, const struct rf_step *step)
{
    (void)child;
    (void)step;
    return control_process(PR_SET_NO_NEW_PRIVS, 1, 0);
}

/* --- proof --- */

static int is_only_id(long (*get)(uint32_t *), uint32_t wanted, bool may_be_root)
{
    uint32_t ids[3] = {0};

    return get(ids) == 0 && (wanted != 0 || may_be_root) && ids[0] == wanted && ids[1] == wanted &&
           ids[2] == wanted;
}

static long get_uids(uint32_t *ids)
{
    return syscall(SYS_getresuid, &ids[0], &ids[1], &ids[2]);
}

static long get_gids(uint32_t *ids)
{
    return syscall(SYS_getresgid, &ids[0], &ids[1], &ids[2]);
}

/* Privileges given up are proven given up: whatever is tried here must fail, and what is read must say so. */
int rf_step_prove(struct rf_child *child, const struct rf_step *step)
{
    struct caps caps;
    struct caps more;
    bool is_root = step->b; /* debug root: the id is kept, so another must be out of reach */
    uint32_t other = is_root ? 65534 : 0;

    (void)child;
    if (!is_only_id(get_uids, step->uid, is_root) || !is_only_id(get_gids, step->gid, is_root))
        return -EPERM;
    if (get_caps(&caps) < 0)
        return -EPERM;
    for (int i = 0; i < 2; i++) {
        uint32_t kept = (uint32_t)(step->a >> (32 * i));

        if (caps.half[i].permitted != kept || caps.half[i].effective != kept ||
            caps.half[i].inheritable != kept)
            return -EPERM;
    }
    more = caps;
    more.half[0].permitted |= 1U << CAP_SETUID | 1U << CAP_SYS_ADMIN;
    if (more.half[0].permitted != caps.half[0].permitted && set_caps(&more) == 0)
        return -EPERM;
    if (!(step->a >> CAP_SETUID & 1) && (syscall(SYS_setresuid, other, other, other) == 0 ||
                                         syscall(SYS_setresgid, other, other, other) == 0))
        return -EPERM;
    if (control_process(PR_CAPBSET_READ, CAP_SYS_ADMIN, 0) != (int)(step->a >> CAP_SYS_ADMIN & 1))
        return -EPERM;
    return 0;
}

/* pid 1 stays behind with the launcher's memory image: nothing in it may be read or attached to
   (CVE-2016-9962), and its command line, which anybody may read, says nothing. */
int rf_step_hide(struct rf_child *child, const struct rf_step *step)
{
    static const char name[] = "ringfence-init";
    int code;

    if (child->is_witness && child->plan->watch.has_init) {
        (void)control_process(PR_SET_DUMPABLE, 1, 0); /* for as long as it takes to open a file of our own */
        child->io = rf_sys_result(syscall(SYS_openat, AT_FDCWD, "/proc/self/io", O_RDONLY | O_CLOEXEC, 0));
    }
    if (child->words_len) {
        memset(child->words, 0, child->words_len);
        memcpy(child->words, name, child->words_len < sizeof(name) ? child->words_len - 1 : sizeof(name) - 1);
    }
    (void)close(child->proc_self); /* a directory of the host's /proc */
    (void)close(child->root);
    if (child->null >= 0)
        (void)close(child->null);
    if (child->parent >= 0)
        (void)close(child->parent);
    code = control_process(PR_SET_DUMPABLE, 0, 0);
    return code < 0 ? code : rf_step_die_together(child, step);
}
