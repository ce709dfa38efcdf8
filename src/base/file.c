/* Whole files into arenas: nothing that hangs, nothing without an end. */
#include "base/file.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

int rf_file_read_stream(int fd, const char *what, size_t limit_bytes, struct rf_arena *arena,
                        struct rf_str *ret, struct rf_err *err)
{
    size_t used = 0;
    char *bytes = rf_arena_alloc(arena, limit_bytes + 1);

    if (!bytes)
        return rf_fail(err, -ENOMEM, "%s: no memory left to read it", what);
    while (used <= limit_bytes) {
        ssize_t n = read(fd, bytes + used, limit_bytes + 1 - used);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return rf_fail(err, -errno, "%s: cannot be read: %s", what, strerror(errno));
        if (n == 0)
            break;
        used += (size_t)n;
    }
    if (used > limit_bytes)
        return rf_fail(err, -EFBIG, "%s: larger than %zu KiB", what, limit_bytes / 1024);
    *ret = (struct rf_str){bytes, used};
    return 0;
}

int rf_file_read_fd(int fd, const char *what, size_t limit_bytes, struct rf_arena *arena, struct rf_str *ret,
                    struct rf_err *err)
{
    struct stat st;
    int r;

    if (fstat(fd, &st) != 0)
        return rf_fail(err, -errno, "%s: cannot be read: %s", what, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return rf_fail(err, -EINVAL, "%s: not a regular file", what);
    if ((uint64_t)st.st_size > limit_bytes)
        return rf_fail(err, -EFBIG, "%s: larger than %zu KiB", what, limit_bytes / 1024);
    if (st.st_size == 0) /* empty, or one of the kernel's that tells no size */
        return rf_file_read_stream(fd, what, limit_bytes, arena, ret, err);
    r = rf_file_read_stream(fd, what, (size_t)st.st_size, arena, ret, err);
    return r == -EFBIG ? rf_fail(err, -EBUSY, "%s: it grew while it was read", what) : r;
}

int rf_file_read(const char *path, size_t limit_bytes, struct rf_arena *arena, struct rf_str *ret,
                 struct rf_err *err)
{
    /* O_NONBLOCK: a FIFO must not hang us */
    RF_AUTO(close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);

    if (fd < 0)
        return rf_fail(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
    return rf_file_read_fd(fd, path, limit_bytes, arena, ret, err);
}
