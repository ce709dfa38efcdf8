/* The program that runs in the ring of an archive: unpack/unpack.h. */
#include "unpack/unpack.h"

#include "base/format.h"
#include "base/num.h"
#include "unpack/name.h"

#include <errno.h>
#include <locale.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static int read_words(int argc, char **argv, struct rf_unpack_limits *ret, struct rf_err *err)
{
    struct rf_unpack_limits limits;

    if (argc != 4 || rf_num_u64(rf_str_of(argv[1]), RF_UNPACK_ENTRIES, &limits.entries) < 0 ||
        rf_num_u64(rf_str_of(argv[2]), INT64_MAX, &limits.bytes) < 0 ||
        rf_num_u64(rf_str_of(argv[3]), INT64_MAX, &limits.ratio) < 0)
        return rf_fail(err, -EINVAL, "want ENTRIES (at most %d), BYTES and RATIO", RF_UNPACK_ENTRIES);
    *ret = limits;
    return 0;
}

static int map_input(struct rf_str *ret, struct rf_err *err)
{
    struct stat info;
    void *bytes;

    if (fstat(STDIN_FILENO, &info) < 0 || !S_ISREG(info.st_mode) || info.st_size <= 0)
        return rf_fail(err, -EINVAL, "standard input: want a regular file that is not empty");
    bytes = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, STDIN_FILENO, 0);
    if (bytes == MAP_FAILED)
        return rf_fail(err, -errno, "reading standard input: %s", strerror(errno));
    *ret = (struct rf_str){bytes, (size_t)info.st_size};
    return 0;
}

static int put(void *context, uint64_t at, struct rf_str bytes, struct rf_err *err)
{
    (void)context;
    while (bytes.len) {
        ssize_t done = pwrite(STDOUT_FILENO, bytes.ptr, bytes.len, (off_t)at);

        if (done < 0 && errno != EINTR)
            return rf_fail(err, -errno, "writing a row of files: %s", strerror(errno));
        if (done > 0) {
            bytes = (struct rf_str){bytes.ptr + done, bytes.len - (size_t)done};
            at += (uint64_t)done;
        }
    }
    return 0;
}

/* Names and libarchive's words may be commands to a terminal. */
static void tell(const struct rf_err *err)
{
    char line[sizeof(err->msg) + 32];
    int len = rf_snprintf(line, sizeof(line), "ringfence-unpack: %s\n", err->msg);

    for (int i = 0; i < len - 1; i++)
        line[i] = (char)((unsigned char)line[i] - 0x20U < 0x5f ? line[i] : '?');
    if (len > 0 && write(STDERR_FILENO, line, (size_t)len) < 0)
        return; /* there is nobody else to tell */
}

int main(int argc, char **argv)
{
    const struct rf_unpack_sink sink = {.context = NULL, .put = put};
    struct rf_unpack_limits limits = {0};
    struct rf_str packed = {NULL, 0};
    struct rf_err err = {0};
    int code = read_words(argc, argv, &limits, &err);

    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* without it names beyond ASCII are refused, and said to be */
    if (code == 0)
        code = map_input(&packed, &err);
    if (code == 0)
        code = rf_unpack(packed, &limits, &sink, &err);
    if (code < 0)
        tell(&err);
    return code < 0;
}
