/* The report's file: there whole or not at all, and never in place of the workload's output. */
#include "cmd/report.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static bool is_stream(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* What is there already: a FIFO or a terminal is written to, a file is replaced. */
static int look(const char *path, bool *ret_is_special, struct rf_err *err)
{
    struct stat st;

    *ret_is_special = false;
    if (path[0] == '\0')
        return rf_fail(err, -EINVAL, "report: want a file, or - for standard error");
    if (stat(path, &st) < 0)
        return errno == ENOENT ? 0 : rf_fail(err, -errno, "report %s: %s", path, strerror(errno));
    if (S_ISDIR(st.st_mode))
        return rf_fail(err, -EISDIR, "report %s: it is a directory: want a file", path);
    *ret_is_special = !S_ISREG(st.st_mode);
    return 0;
}

/* The directory of `path`, and the name in it. */
static int open_parent(const char *path, const char **ret_name, struct rf_err *err)
{
    const char *slash = strrchr(path, '/');
    char dir[4096] = ".";
    int fd;

    *ret_name = slash ? slash + 1 : path;
    if (slash && (size_t)(slash - path) >= sizeof(dir) - 1)
        return rf_fail(err, -ENAMETOOLONG, "report: the name of its directory is too long");
    if (slash) {
        memcpy(dir, path, (size_t)(slash - path) + 1);
        dir[slash - path + 1] = '\0';
    }
    fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? rf_fail(err, -errno, "report %s: its directory: %s", path, strerror(errno)) : fd;
}

int rf_report_check(const char *path, struct rf_err *err)
{
    RF_AUTO(close) int dir = -1;
    const char *name;
    bool is_special = false;

    if (is_stream(path))
        return 0;
    if (look(path, &is_special, err) < 0)
        return err->code;
    if (is_special)
        return access(path, W_OK) == 0 ? 0 : rf_fail(err, -errno, "report %s: %s", path, strerror(errno));
    dir = open_parent(path, &name, err);
    if (dir < 0)
        return dir;
    if (faccessat(dir, ".", W_OK | X_OK, AT_EACCESS) < 0)
        return rf_fail(err, -errno, "report %s: its directory: %s", path, strerror(errno));
    return 0;
}

static int write_whole(int fd, const struct rf_buf *text)
{
    for (size_t at = 0; at < text->len;) {
        ssize_t n = write(fd, text->ptr + at, text->len - at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : -EIO;
        at += (size_t)n;
    }
    return 0;
}

static int write_special(const char *path, const struct rf_buf *text)
{
    RF_AUTO(close) int fd = open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC);

    return fd < 0 ? -errno : write_whole(fd, text);
}

/* Under another name first; whoever reads the name itself sees the old file or the new one. */
static int replace(int dir, const char *name, const struct rf_buf *text, struct rf_arena *arena)
{
    const char *other = rf_arena_printf(arena, ".%s.%d", name, getpid());
    int fd = other ? openat(dir, other, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666) : -1;
    int code;

    if (fd < 0)
        return other ? -errno : -ENOMEM;
    code = write_whole(fd, text);
    if (close(fd) < 0 && code == 0)
        code = -errno;
    if (code == 0 && renameat(dir, other, dir, name) < 0)
        code = -errno;
    if (code < 0)
        (void)unlinkat(dir, other, 0); /* the first failure is the one to tell */
    return code;
}

int rf_report_write(const char *path, const struct rf_buf *text, struct rf_err *err)
{
    RF_AUTO(close) int dir = -1;
    const char *name;
    bool is_special = false;
    int code;

    if (is_stream(path)) {
        code = write_whole(STDERR_FILENO, text);
    } else {
        if (look(path, &is_special, err) < 0)
            return err->code;
        dir = is_special ? -1 : open_parent(path, &name, err);
        if (!is_special && dir < 0)
            return dir;
        code = is_special ? write_special(path, text) : replace(dir, name, text, text->arena);
    }
    return code < 0 ? rf_fail(err, code, "report %s: %s", path, strerror(-code)) : 0;
}
