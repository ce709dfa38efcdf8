/* What a job's rings hand to each other: files in memory that have no name and so leave nothing behind. */
#include "engine/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x0008U /* Linux 6.3 */
#endif

enum { PIECE = 1 << 18 };

int rf_memory_file_new(const char *name, int *ret, struct rf_err *err)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL);

    if (fd < 0 && errno == EINVAL)
        fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        return rf_fail(err, -errno, "making a file in memory for %s: %s", name, strerror(errno));
    *ret = fd;
    return 0;
}

int rf_memory_file_seal(int fd, struct rf_err *err)
{
    if (fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL) < 0)
        return rf_fail(err, -errno, "sealing a file in memory: %s", strerror(errno));
    return 0;
}

/* Through a buffer: splice(2) and sendfile(2) do not take every kind of file at both ends. */
static int copy(int from, int to, const char *what, uint64_t limit_bytes, struct rf_err *err)
{
    static char piece[PIECE];
    uint64_t total = 0;

    for (;;) {
        ssize_t got = read(from, piece, sizeof(piece));
        ssize_t done = 0;

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rf_fail(err, -errno, "reading %s: %s", what, strerror(errno));
        if (got == 0)
            return 0;
        total += (uint64_t)got;
        if (total > limit_bytes)
            return rf_fail(err, -EFBIG, "%s: larger than the limit of %llu bytes (--max-input)", what,
                           (unsigned long long)limit_bytes);
        while (done < got) {
            ssize_t put = write(to, piece + done, (size_t)(got - done));

            if (put < 0 && errno != EINTR)
                return rf_fail(err, -errno, "keeping %s in memory: %s", what, strerror(errno));
            done += put > 0 ? put : 0;
        }
    }
}

int rf_memory_file_copy(int from, const char *what, uint64_t limit_bytes, int *ret, struct rf_err *err)
{
    int fd = -1;
    int code = rf_memory_file_new("input", &fd, err);

    if (code == 0)
        code = copy(from, fd, what, limit_bytes, err);
    if (code == 0)
        code = rf_memory_file_seal(fd, err);
    if (code == 0 && lseek(fd, 0, SEEK_SET) < 0)
        code = rf_fail(err, -errno, "%s: %s", what, strerror(errno));
    if (code < 0 && fd >= 0)
        (void)close(fd); /* the failure above is the one to tell */
    if (code == 0)
        *ret = fd;
    return code;
}

int rf_memory_file_of(struct rf_str bytes, int *ret, struct rf_err *err)
{
    int fd = -1;
    int code = rf_memory_file_new("bytes", &fd, err);

    for (size_t done = 0; code == 0 && done < bytes.len;) {
        ssize_t put = write(fd, bytes.ptr + done, bytes.len - done);

        if (put < 0 && errno != EINTR)
            code = rf_fail(err, -errno, "writing to a file in memory: %s", strerror(errno));
        done += put > 0 ? (size_t)put : 0;
    }
    if (code == 0)
        code = rf_memory_file_seal(fd, err);
    if (code == 0 && lseek(fd, 0, SEEK_SET) < 0)
        code = rf_fail(err, -errno, "a file in memory: %s", strerror(errno));
    if (code < 0 && fd >= 0)
        (void)close(fd); /* the failure above is the one to tell */
    if (code == 0)
        *ret = fd;
    return code;
}

int rf_memory_file_map(int fd, struct rf_str *ret, struct rf_err *err)
{
    struct stat info;
    void *map;

    if (fstat(fd, &info) < 0)
        return rf_fail(err, -errno, "a file in memory: %s", strerror(errno));
    if (info.st_size == 0) {
        *ret = (struct rf_str){NULL, 0};
        return 0;
    }
    map = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (map == MAP_FAILED)
        return rf_fail(err, -errno, "mapping a file in memory: %s", strerror(errno));
    *ret = (struct rf_str){map, (size_t)info.st_size};
    return 0;
}

void rf_memory_file_unmap(struct rf_str bytes)
{
    if (bytes.ptr)
        (void)munmap((void *)(uintptr_t)bytes.ptr, bytes.len); /* it was mapped just so */
}
