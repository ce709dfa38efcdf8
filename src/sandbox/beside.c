/* The launcher's own steps: before the ring exists, and beside pid 1 while it assembles the mounts. */
#include "sandbox/launcher.h"

#include "base/format.h"
#include "sandbox/sys.h"

#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { GROUP_NAMES = 16 };

static const char *text_of(const struct rf_launcher *launcher, uint32_t offset)
{
    return rf_plan_text(launcher->plan, offset);
}

static int write_map(const char *dir, const char *file, const char *map)
{
    char path[64];

    (void)rf_snprintf(path, sizeof(path), "%s/%s", dir, file); /* /proc/PID/uid_map fits */
    return rf_child_write(AT_FDCWD, path, map);
}

static int write_maps(const char *dir, const struct rf_launcher *launcher, const struct rf_step *step,
                      bool is_setgroups_denied)
{
    int code = is_setgroups_denied ? write_map(dir, "setgroups", "deny") : 0;

    if (code == 0)
        code = write_map(dir, "gid_map", text_of(launcher, step->dst));
    if (code == 0)
        code = write_map(dir, "uid_map", text_of(launcher, step->src));
    return code;
}

static int enter_userns(const struct rf_launcher *launcher, const struct rf_step *step)
{
    if (unshare(CLONE_NEWUSER) < 0)
        return -errno;
    return write_maps("/proc/self", launcher, step, true);
}

/* A user name space with nobody in it, for its map: a child that waits to be killed holds it until we have
 * it. */
static int new_idmap(struct rf_launcher *launcher, const struct rf_step *step)
{
    struct rf_clone_args args = {.flags = CLONE_NEWUSER, .exit_signal = SIGCHLD};
    char dir[32];
    char path[48];
    pid_t parent = getpid();
    int pid = rf_sys_clone3(&args);
    int code;
    int fd = -1;

    if (pid < 0)
        return pid;
    if (pid == 0) {
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL); /* cannot fail for a signal that exists */
        while (getppid() == parent)
            (void)pause();
        _exit(0);
    }
    (void)rf_snprintf(dir, sizeof(dir), "/proc/%d", pid); /* ten digits fit */
    (void)rf_snprintf(path, sizeof(path), "%s/ns/user", dir);
    code = write_maps(dir, launcher, step, true);
    if (code == 0) {
        fd = open(path, O_RDONLY | O_CLOEXEC);
        code = fd < 0 ? -errno : 0;
    }
    (void)kill(pid, SIGKILL); /* our own child, not yet reaped */
    (void)waitpid(pid, NULL, 0);
    if (code == 0)
        launcher->idmaps[step->a] = fd;
    return code;
}

static int map_ring(const struct rf_launcher *launcher, const struct rf_step *step)
{
    char dir[32];

    (void)rf_snprintf(dir, sizeof(dir), "/proc/%d", launcher->pid); /* ten digits fit */
    return write_maps(dir, launcher, step, false);
}

static int new_tree(struct rf_launcher *launcher, const struct rf_step *step)
{
    struct rf_mount_attr attr = {.attr_set = RF_MOUNT_ATTR_IDMAP,
                                 .userns_fd = (uint64_t)launcher->idmaps[step->b - 1]};
    int fd = rf_sys_open_tree(AT_FDCWD, text_of(launcher, step->src), RF_OPEN_TREE_CLONE);
    int code;

    if (fd < 0)
        return fd;
    code = rf_sys_mount_setattr(fd, "", AT_EMPTY_PATH, &attr);
    if (code < 0) {
        (void)close(fd);
        return code;
    }
    launcher->child.trees[step->a] = fd;
    return 0;
}

/* --- control groups --- */

static int hand_over(struct rf_launcher *launcher, int fd, bool is_netns)
{
    if (launcher->handed_count == RF_HANDED_MAX) {
        (void)close(fd);
        return -E2BIG;
    }
    launcher->handed_netns |= is_netns ? 1U << launcher->handed_count : 0;
    launcher->handed[launcher->handed_count++] = fd;
    return 0;
}

/* A launcher of another pid name space may have our number, and one that was killed together with its keeper
   may have left its group. Somebody else's is never touched: another name is taken, and listed only when it
   is free. */
static int make_group(struct rf_leftovers *leftovers, uint32_t slot, const char *parent)
{
    char *path = leftovers->cgroups[slot];
    int code = -EEXIST;

    for (int n = 0; n < GROUP_NAMES && code == -EEXIST; n++) {
        int len = n ? rf_snprintf(path, RF_PATH_BYTES, "%s%d-%d", parent, getpid(), n)
                    : rf_snprintf(path, RF_PATH_BYTES, "%s%d", parent, getpid());

        if (len < 0 || len >= RF_PATH_BYTES)
            return -ENAMETOOLONG;
        if (access(path, F_OK) == 0)
            continue;
        leftovers->cgroup_count = slot + 1;
        code = mkdir(path, 0755) < 0 ? -errno : 0;
        if (code < 0)
            leftovers->cgroup_count = slot; /* not ours: somebody else's must not be removed */
    }
    return code;
}

static int new_group(struct rf_launcher *launcher, const struct rf_step *step)
{
    struct rf_leftovers *leftovers = launcher->leftovers;
    char tasks[RF_PATH_BYTES + 8];
    int code;
    int fd;

    if (step->a >= RF_CGROUPS)
        return -E2BIG;
    code = leftovers->keeper ? 0 : rf_keeper_start(launcher);
    if (code < 0)
        return code;
    code = make_group(leftovers, (uint32_t)step->a, text_of(launcher, step->src));
    if (code < 0)
        return code;
    if (step->actor == RF_LAUNCHER)
        return 0; /* the ring is born into it */
    (void)rf_snprintf(tasks, sizeof(tasks), "%s/tasks", leftovers->cgroups[step->a]);
    fd = open(tasks, O_WRONLY | O_CLOEXEC);
    return fd < 0 ? -errno : hand_over(launcher, fd, false);
}

static int limit_group(struct rf_launcher *launcher, const struct rf_step *step)
{
    char path[RF_PATH_BYTES + 64];

    (void)rf_snprintf(path, sizeof(path), "%s/%s", launcher->leftovers->cgroups[step->a],
                      text_of(launcher, step->dst));
    return rf_child_write(AT_FDCWD, path, text_of(launcher, step->data));
}

/* --- network --- */

static int new_netns(struct rf_launcher *launcher)
{
    int fd;

    /* The launcher itself moves: it has no use for a network, and needs no helper this way. */
    if (unshare(CLONE_NEWNET) < 0)
        return -errno;
    fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
    return fd < 0 ? -errno : hand_over(launcher, fd, true);
}

static int open_netns(struct rf_launcher *launcher, const struct rf_step *step)
{
    int fd = open(text_of(launcher, step->src), O_RDONLY | O_CLOEXEC);

    return fd < 0 ? -errno : hand_over(launcher, fd, true);
}

static int go(struct rf_launcher *launcher)
{
    struct rf_message message = {.type = RF_MESSAGE_GO, .step = launcher->handed_netns};
    int code =
        rf_child_send(launcher->control, &message, NULL, launcher->handed, (int)launcher->handed_count);

    for (uint32_t i = 0; i < launcher->handed_count; i++)
        (void)close(launcher->handed[i]); /* pid 1 has its own */
    launcher->handed_count = 0;
    return code == -EPIPE || code == -ECONNRESET ? 0 : code; /* pid 1 failed first, and has said why */
}

int rf_launcher_step(struct rf_launcher *launcher, const struct rf_step *step)
{
    switch ((enum rf_step_kind)step->kind) {
    case RF_STEP_USERNS_ENTER:
        return enter_userns(launcher, step);
    case RF_STEP_IDMAP_NEW:
        return step->a < RF_TREES ? new_idmap(launcher, step) : -E2BIG;
    case RF_STEP_TREE:
        return new_tree(launcher, step);
    case RF_STEP_USERNS_MAP:
        return map_ring(launcher, step);
    case RF_STEP_CGROUP_NEW:
        return new_group(launcher, step);
    case RF_STEP_CGROUP_LIMIT:
        return limit_group(launcher, step);
    case RF_STEP_NETNS_NEW:
        return new_netns(launcher);
    case RF_STEP_NETNS_OPEN:
        return open_netns(launcher, step);
    case RF_STEP_LOOPBACK:
        return rf_step_loopback(&launcher->child, step);
    case RF_STEP_GO:
        return go(launcher);
    default:
        return -ENOSYS;
    }
}
