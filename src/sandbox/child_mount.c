/* Steps that build the ring's file tree. Mounts are made detached and moved onto descriptors, so that no path
   of a foreign root is ever looked up by name outside it. */
#include "sandbox/child.h"

#include "sandbox/sys.h"

#include <linux/stat.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>

static const char *text_of(const struct rf_child *child, uint32_t offset)
{
    return rf_plan_text(child->plan, offset);
}

/* Close and pass a result on, so that steps need no cleanup ladder. */
static int closing(int fd, int code)
{
    (void)close(fd); /* the result that matters is `code` */
    return code < 0 ? code : 0;
}

static int set_attributes(int mount_fd, uint64_t attributes, bool is_recursive)
{
    struct rf_mount_attr attr = {.attr_set = attributes};
    unsigned flags = AT_EMPTY_PATH | (is_recursive ? (unsigned)AT_RECURSIVE : 0);

    return attributes ? rf_sys_mount_setattr(mount_fd, "", flags, &attr) : 0;
}

static uint64_t attributes_of(const struct rf_step *step)
{
    return step->flags & ~(RF_STEP_IF_PRESENT | RF_STEP_NO_SWAP);
}

/* A mount on the directory that is kept open would be missed by the files to come. */
static void forget_parent(struct rf_child *child, const char *path)
{
    if (child->parent < 0 || strncmp(child->parent_path, path, sizeof(child->parent_path)) != 0)
        return;
    (void)close(child->parent); /* opened for its place only */
    child->parent = -1;
}

/* The directory or file to mount on. A link in a foreign root must not lead a mount that is meant for
   elsewhere into the ring's own /proc, where the workload could then write what pid 1 reads. */
static int open_target(const struct rf_child *child, const char *path, uint64_t flags)
{
    static const long proc_magic = 0x9fa0;
    int target = rf_child_open(child, path, (uint64_t)O_PATH | flags);
    struct statfs fs;

    if (target < 0 || strncmp(path, "/proc", 5) == 0)
        return target;
    if (syscall(SYS_fstatfs, target, &fs) != 0)
        return closing(target, -errno);
    return (long)fs.f_type == proc_magic ? closing(target, -ELOOP) : target;
}

/* Put a detached mount onto a place inside the root. Closes `mount_fd`. */
static int attach(struct rf_child *child, int mount_fd, const char *path)
{
    int target = open_target(child, path, 0);
    int code;

    forget_parent(child, path);
    if (target < 0)
        return closing(mount_fd, target);
    code = rf_sys_move_mount(mount_fd, target, "", RF_MOVE_MOUNT_T_EMPTY_PATH);
    (void)close(target); /* opened for its place only */
    return closing(mount_fd, code);
}

/* A launcher in a chroot sees no mount at "/" to work on, and no process that counts as chrooted may make a
   user name space (kernel/user_namespace.c). Joining the mount name space one is in leads to its true root.
   *ret_old is the root that was left. */
static int leave_chroot(const struct rf_child *child, int *ret_old)
{
    int old = rf_sys_result(syscall(SYS_openat, AT_FDCWD, "/", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    int fd = rf_sys_result(syscall(SYS_openat, child->proc_self, "ns/mnt", O_RDONLY | O_CLOEXEC, 0));

    if (old < 0 || fd < 0)
        return old < 0 ? old : closing(old, fd);
    *ret_old = old;
    return closing(fd, rf_sys_result(syscall(SYS_setns, fd, CLONE_NEWNS)));
}

static int enter_chroot(int old)
{
    int code = rf_sys_result(syscall(SYS_fchdir, old));

    return code < 0 ? code : rf_sys_result(syscall(SYS_chroot, "."));
}

static uint64_t mount_id(int dir, const char *path)
{
    struct statx st;

    memset(&st, 0, sizeof(st));
    if (syscall(SYS_statx, dir, path, AT_EMPTY_PATH, STATX_MNT_ID, &st) != 0)
        return 0; /* the root is then left as it was, and what follows says what is wrong with it */
    return st.stx_mnt_id;
}

/* Where the true root shows the ring's own tree, which lies on top of "/" already, there was no chroot. */
int rf_step_true_root(struct rf_child *child, const struct rf_step *step)
{
    int old = -1;
    int code = leave_chroot(child, &old);

    (void)step;
    if (code == 0 && mount_id(AT_FDCWD, "/") == mount_id(child->root, ""))
        code = enter_chroot(old);
    return old < 0 ? code : closing(old, code);
}

static int make_private(void)
{
    return rf_sys_result(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

/* In a chroot, too, sources of volumes are the launcher's: its root and its working directory are taken back.
 */
static int make_private_from_chroot(const struct rf_child *child)
{
    int here = rf_sys_result(syscall(SYS_openat, AT_FDCWD, ".", O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    int old = -1;
    int code = here < 0 ? here : leave_chroot(child, &old);

    if (code == 0)
        code = make_private();
    if (code == 0)
        code = enter_chroot(old);
    if (code == 0)
        code = rf_sys_result(syscall(SYS_fchdir, here));
    if (old >= 0)
        (void)close(old); /* opened for its place only */
    return here < 0 ? code : closing(here, code);
}

int rf_step_private(struct rf_child *child, const struct rf_step *step)
{
    return step->a ? make_private_from_chroot(child) : make_private();
}

/* The copy is attached above the old root, which keeps serving host paths until the pivot. */
static int become_root(struct rf_child *child, int tree, const struct rf_step *step)
{
    int code = set_attributes(tree, attributes_of(step), true);

    if (code == 0)
        code = rf_sys_move_mount(tree, AT_FDCWD, "/", 0);
    if (code < 0)
        return closing(tree, code);
    child->root = tree;
    return 0;
}

int rf_step_root(struct rf_child *child, const struct rf_step *step)
{
    int tree = rf_sys_open_tree(AT_FDCWD, text_of(child, step->src), RF_OPEN_TREE_CLONE | AT_RECURSIVE);

    return tree < 0 ? tree : become_root(child, tree, step);
}

static int set_number(int fs, const char *key, uint64_t value, unsigned base)
{
    char buffer[24];

    return rf_sys_fsconfig(fs, RF_FSCONFIG_SET_STRING, key, rf_child_number(buffer, value, base));
}

/* Turn a configured file system context into a detached mount. Closes `fs`. */
static int finish(int fs, int code, unsigned attributes)
{
    if (code >= 0)
        code = rf_sys_fsconfig(fs, RF_FSCONFIG_CREATE, NULL, NULL);
    if (code >= 0)
        code = rf_sys_fsmount(fs, attributes);
    (void)close(fs); /* the mount holds what it needs */
    return code;
}

/* A root in memory, or the writable layer above one. Without ids it belongs to whoever makes it. */
static int new_memory(const struct rf_step *step)
{
    int fs = rf_sys_fsopen("tmpfs");
    int code;

    if (fs < 0)
        return fs;
    code = set_number(fs, "size", step->a, 10);
    if (code >= 0)
        code = set_number(fs, "nr_inodes", step->b, 10);
    if (code >= 0)
        code = set_number(fs, "mode", step->mode, 8);
    if (code >= 0 && step->uid)
        code = set_number(fs, "uid", step->uid, 10);
    if (code >= 0 && step->gid)
        code = set_number(fs, "gid", step->gid, 10);
    if (code >= 0 && (step->flags & RF_STEP_NO_SWAP))
        code = rf_sys_fsconfig(fs, RF_FSCONFIG_SET_FLAG, "noswap", NULL);
    return finish(fs, code, 0);
}

/* "/proc/self/fd/NUMBER" and a tail: overlayfs takes names, and these are names that cannot be changed
 * underneath. */
static void fd_path(char out[64], int fd, const char *tail)
{
    static const char prefix[] = "/proc/self/fd/";
    char buffer[24];
    const char *number = rf_child_number(buffer, (uint64_t)fd, 10);
    size_t len = strlen(number);
    size_t tail_len = strlen(tail);

    memcpy(out, prefix, sizeof(prefix) - 1);
    memcpy(out + sizeof(prefix) - 1, number, len);
    memcpy(out + sizeof(prefix) - 1 + len, tail, tail_len + 1);
}

static int new_overlay(int lower, int upper)
{
    char path[64];
    int fs = rf_sys_fsopen("overlay");
    int code;

    if (fs < 0)
        return fs;
    fd_path(path, lower, "");
    code = rf_sys_fsconfig(fs, RF_FSCONFIG_SET_STRING, "lowerdir", path);
    fd_path(path, upper, "/u");
    if (code >= 0)
        code = rf_sys_fsconfig(fs, RF_FSCONFIG_SET_STRING, "upperdir", path);
    fd_path(path, upper, "/w");
    if (code >= 0)
        code = rf_sys_fsconfig(fs, RF_FSCONFIG_SET_STRING, "workdir", path);
    return finish(fs, code, 0);
}

int rf_step_overlay(struct rf_child *child, const struct rf_step *step)
{
    int lower = rf_sys_result(
        syscall(SYS_openat, AT_FDCWD, text_of(child, step->src), O_PATH | O_DIRECTORY | O_CLOEXEC, 0));
    int upper;
    int code;

    if (lower < 0)
        return lower;
    upper = new_memory(step);
    if (upper < 0)
        return closing(lower, upper);
    code = rf_sys_move_mount(upper, AT_FDCWD, "/",
                             0); /* before Linux 6.15 overlayfs takes attached mounts only */
    if (code == 0)
        code = rf_sys_result(mkdirat(upper, "u", 0755));
    if (code == 0)
        code = rf_sys_result(mkdirat(upper, "w", 0755));
    if (code == 0)
        code = new_overlay(lower, upper);
    (void)close(lower); /* overlayfs holds both */
    (void)close(upper);
    /* Left in place it would be what the pivot takes off, instead of the host's root below it. */
    if (code >= 0 && umount2("/", MNT_DETACH) < 0)
        return closing(code, -errno);
    return code < 0 ? code : become_root(child, code, step);
}

int rf_step_scratch(struct rf_child *child, const struct rf_step *step)
{
    int tree = new_memory(step);

    return tree < 0 ? tree : become_root(child, tree, step);
}

/* Mount by a name that leads through a descriptor and so cannot be changed underneath: five system calls
   fewer than the detached way. MOUNT_ATTR_* and MS_* are the same numbers for the four attributes in use. */
static int mount_on(struct rf_child *child, const char *type, const struct rf_step *step)
{
    char path[64];
    int target = open_target(child, text_of(child, step->dst), O_DIRECTORY);

    if (target < 0)
        return target;
    forget_parent(child, text_of(child, step->dst));
    fd_path(path, target, "");
    return closing(target, rf_sys_result(mount(type, path, type, (unsigned long)attributes_of(step),
                                               text_of(child, step->data))));
}

int rf_step_tmpfs(struct rf_child *child, const struct rf_step *step)
{
    return mount_on(child, "tmpfs", step);
}

int rf_step_proc(struct rf_child *child, const struct rf_step *step)
{
    return mount_on(child, "proc", step);
}

int rf_step_devpts(struct rf_child *child, const struct rf_step *step)
{
    return mount_on(child, "devpts", step);
}

int rf_step_mask_dir(struct rf_child *child, const struct rf_step *step)
{
    return mount_on(child, "tmpfs", step);
}

int rf_step_mkdir(struct rf_child *child, const struct rf_step *step)
{
    const char *name = NULL;
    int parent = rf_child_parent(child, text_of(child, step->dst), &name);
    int code;

    if (parent < 0)
        return parent;
    code = rf_sys_result(mkdirat(parent, name, step->mode));
    if (code == -EEXIST && step->flags == 1)
        return 0;
    if (code == 0 && step->uid)
        code = rf_sys_result(syscall(SYS_fchownat, parent, name, step->uid, step->gid, AT_SYMLINK_NOFOLLOW));
    return code;
}

int rf_step_node(struct rf_child *child, const struct rf_step *step)
{
    const char *name = NULL;
    int parent = rf_child_parent(child, text_of(child, step->dst), &name);

    return parent < 0
               ? parent
               : rf_sys_result(syscall(SYS_mknodat, parent, name, S_IFCHR | step->mode, (unsigned)step->a));
}

int rf_step_symlink(struct rf_child *child, const struct rf_step *step)
{
    const char *name = NULL;
    int parent = rf_child_parent(child, text_of(child, step->dst), &name);

    return parent < 0 ? parent : rf_sys_result(symlinkat(text_of(child, step->src), parent, name));
}

static int create_file(int parent, const char *name, unsigned mode)
{
    return rf_sys_result(
        syscall(SYS_openat, parent, name, O_CREAT | O_EXCL | O_NOFOLLOW | O_WRONLY | O_CLOEXEC, mode));
}

static int write_text(int fd, const char *text)
{
    size_t len = strlen(text);
    int code = len ? rf_sys_result(write(fd, text, len)) : 0;

    return code < 0 ? code : (size_t)code == len ? 0 : -EIO;
}

int rf_step_file(struct rf_child *child, const struct rf_step *step)
{
    const char *name = NULL;
    int parent = rf_child_parent(child, text_of(child, step->dst), &name);
    int fd = parent < 0 ? parent : create_file(parent, name, step->mode);

    return fd < 0 ? fd : closing(fd, write_text(fd, text_of(child, step->data)));
}

int rf_step_bind(struct rf_child *child, const struct rf_step *step)
{
    bool is_recursive = step->a != 0;
    int tree;
    int code;

    if (step->b)
        tree = child->trees[step->b - 1];
    else
        tree = rf_sys_open_tree(AT_FDCWD, text_of(child, step->src),
                                RF_OPEN_TREE_CLONE | (is_recursive ? (unsigned)AT_RECURSIVE : 0));
    if (tree < 0)
        return tree;
    code = set_attributes(tree, attributes_of(step), is_recursive);
    return code < 0 ? closing(tree, code) : attach(child, tree, text_of(child, step->dst));
}

/* A file of ours in the place of one of the root's. It lives nameless on the ring's own /dev. */
int rf_step_inject(struct rf_child *child, const struct rf_step *step)
{
    const char *name = NULL;
    int dev = rf_child_parent(child, "/dev/.inject", &name);
    int fd = dev < 0 ? dev : create_file(dev, name, step->mode);
    int code;

    if (fd < 0)
        return fd;
    code = closing(fd, write_text(fd, text_of(child, step->data)));
    if (code == 0)
        code = rf_sys_open_tree(dev, name, RF_OPEN_TREE_CLONE);
    if (code >= 0) {
        fd = code;
        code = set_attributes(fd, 0x1 | 0x2 | 0x4 | 0x8, false); /* ro, nosuid, nodev, noexec */
        code = code < 0 ? closing(fd, code) : attach(child, fd, text_of(child, step->dst));
    }
    (void)unlinkat(dev, name, 0); /* its bind mount keeps it; a name left behind would only be visible */
    return code;
}

int rf_step_sysctl(struct rf_child *child, const struct rf_step *step)
{
    const char *data = text_of(child, step->data);
    int fd = rf_child_open(child, text_of(child, step->dst), O_WRONLY);

    return fd < 0 ? fd : closing(fd, rf_sys_result(write(fd, data, strlen(data))));
}

/* The ring's own null device above a file. Both names lead through descriptors. */
int rf_step_mask_file(struct rf_child *child, const struct rf_step *step)
{
    char source[64];
    char path[64];
    int target = rf_child_open(child, text_of(child, step->dst), O_PATH);

    if (target < 0)
        return target;
    if (child->null < 0)
        child->null = rf_child_open(child, "/dev/null", O_PATH | O_NOFOLLOW);
    if (child->null < 0)
        return closing(target, child->null);
    fd_path(source, child->null, "");
    fd_path(path, target, "");
    return closing(target, rf_sys_result(mount(source, path, NULL, MS_BIND, NULL)));
}

int rf_step_seal(struct rf_child *child, const struct rf_step *step)
{
    int fd = rf_child_open(child, text_of(child, step->dst), O_PATH | O_DIRECTORY);

    return fd < 0 ? fd : closing(fd, set_attributes(fd, attributes_of(step), false));
}

/* pivot_root and a lazy unmount rather than chroot: the host's mounts are gone from the name space. */
int rf_step_pivot(struct rf_child *child, const struct rf_step *step)
{
    int code = rf_sys_result(syscall(SYS_fchdir, child->root));

    (void)step;
    if (code == 0)
        code = rf_sys_result(syscall(SYS_pivot_root, ".", "."));
    if (code == 0)
        code = rf_sys_result(umount2(".", MNT_DETACH));
    if (code == 0)
        code = rf_sys_result(chdir("/"));
    return code;
}
