/* Where a path inside lies on this machine. */
#include "cmd/batch.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

/* What follows `dst` in `path`, without slashes before it; NULL when it is not below. */
static const char *below(const char *path, const char *dst)
{
    size_t len = strcmp(dst, "/") == 0 ? 0 : strlen(dst);

    if (strncmp(path, dst, len) != 0 || (path[len] != '/' && path[len] != '\0'))
        return NULL;
    path += len;
    while (*path == '/')
        path++;
    return path;
}

const struct rf_mount *rf_batch_volume(const struct rf_posture *posture, const char *path, bool *ret_tmpfs)
{
    const struct rf_mount *best = NULL;

    for (size_t i = 0; i < posture->mount_count; i++) {
        const struct rf_mount *mount = &posture->mounts[i];

        if (below(path, mount->dst) && (!best || strlen(mount->dst) >= strlen(best->dst)))
            best = mount;
    }
    *ret_tmpfs = best && best->kind == RF_MOUNT_TMPFS;
    return *ret_tmpfs ? NULL : best;
}

static int open_below(const char *src, const char *rest)
{
    struct open_how how = {.flags = O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    RF_AUTO(close) int dir = -1;
    long fd;

    if (!*rest) {
        fd = open(src, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        return fd < 0 ? -errno : (int)fd;
    }
    dir = open(src, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return -errno;
    fd = syscall(SYS_openat2, dir, rest, &how, sizeof(how));
    return fd < 0 ? -errno : (int)fd;
}

/* The destinations of all volumes, for whoever mistook one. */
static const char *volumes_of(const struct rf_posture *posture)
{
    const char *names = NULL;

    for (size_t i = 0; i < posture->mount_count; i++) {
        if (posture->mounts[i].kind != RF_MOUNT_BIND)
            continue;
        names = names ? rf_arena_printf(posture->arena, "%s, %s", names, posture->mounts[i].dst)
                      : posture->mounts[i].dst;
        if (!names)
            return "?";
    }
    return names;
}

static int fail_open(const struct rf_posture *posture, const struct rf_mount *volume, const char *what,
                     const char *path, int code, struct rf_err *err)
{
    const char *names = volumes_of(posture);

    if (volume && (code == -EXDEV || code == -ELOOP))
        return rf_fail(err, code, "%s %s: a link there leads out of the volume %s", what, path, volume->src);
    if (volume)
        return rf_fail(err, code, "%s %s: in %s, which -v puts at %s: %s", what, path, volume->src,
                       volume->dst, strerror(-code));
    if (code == -ENOENT && names)
        return rf_fail(err, code,
                       "%s %s: no volume lies there (-v puts some at %s), and this machine has no such file",
                       what, path, names);
    return rf_fail(err, code, "%s %s: %s", what, path, strerror(-code));
}

/* A container that runs as this user could not have read it, and nobody but its owner may have wanted that.
 */
static int check_readable(const struct rf_posture *posture, const char *what, const char *path, int fd,
                          struct rf_err *err)
{
    const struct rf_user *user = &posture->user;
    struct stat info;
    uint32_t need;

    if (fstat(fd, &info) < 0)
        return rf_fail(err, -errno, "%s %s: %s", what, path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return rf_fail(err, -EINVAL, "%s %s: it is %s: want a file", what, path,
                       S_ISDIR(info.st_mode) ? "a directory" : "no regular file");
    need = info.st_uid == user->uid                                 ? 0400
           : info.st_gid == (user->has_gid ? user->gid : user->uid) ? 0040
                                                                    : 0004;
    if (geteuid() != 0 || user->user_name || user->group_name || (info.st_mode & need))
        return 0;
    return rf_fail(err, -EACCES,
                   "%s %s: owned by %u:%u, mode %04o: uid %u cannot read it: chmod a+r or chown %u it", what,
                   path, info.st_uid, info.st_gid, info.st_mode & 07777U, user->uid, user->uid);
}

int rf_batch_open(const struct rf_posture *posture, const char *what, const char *path, int *ret,
                  struct rf_err *err)
{
    bool is_tmpfs = false;
    const struct rf_mount *volume = rf_batch_volume(posture, path, &is_tmpfs);
    RF_AUTO(close) int fd = -1;
    int code;

    if (is_tmpfs)
        return rf_fail(
            err, -ENOENT,
            "%s %s: it lies under a --tmpfs, which is empty when the job starts: put it into a volume, "
            "-v DIR:/config:ro, and name it there",
            what, path);
    fd = volume ? open_below(volume->src, below(path, volume->dst))
                : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (!volume && fd < 0)
        fd = -errno;
    if (fd < 0)
        return fail_open(posture, volume, what, path, fd, err);
    code = check_readable(posture, what, path, fd, err);
    if (code == 0)
        *ret = RF_TAKE(fd);
    return code;
}

int rf_batch_read(int fd, const char *what, size_t limit_bytes, struct rf_arena *arena, struct rf_str *ret,
                  struct rf_err *err)
{
    char *text = rf_arena_alloc(arena, limit_bytes + 1);
    size_t len = 0;

    if (!text)
        return rf_fail(err, -ENOMEM, "reading %s: out of memory", what);
    while (len < limit_bytes + 1) {
        ssize_t got = read(fd, text + len, limit_bytes + 1 - len);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rf_fail(err, -errno, "reading %s: %s", what, strerror(errno));
        if (got == 0)
            break;
        len += (size_t)got;
    }
    *ret = (struct rf_str){text, len};
    return 0;
}
