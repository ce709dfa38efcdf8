/* Reading and writing files of a row, with neither stdio nor memory of its own. */
#include "inside/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { EXIT_NOT_EXECUTABLE = 126, EXIT_NOT_FOUND = 127 };

char **rf_inside_command(char **words)
{
    while (*words && strcmp(*words, "--") != 0)
        words++;
    return words[0] && words[1] ? words + 1 : NULL;
}

int rf_inside_exec_code(int code)
{
    return code == ENOENT || code == ENOTDIR ? EXIT_NOT_FOUND : EXIT_NOT_EXECUTABLE;
}

int rf_inside_open_dir(const char *path, bool is_made, int *ret, struct rf_err *err)
{
    int fd;

    if (is_made && mkdir(path, 0700) < 0 && errno != EEXIST)
        return rf_fail(err, -errno, "making the directory %s: %s", path, strerror(errno));
    fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0)
        return rf_fail(err, -errno, "the directory %s: %s", path, strerror(errno));
    *ret = fd;
    return 0;
}

int rf_inside_write(int fd, const char *bytes, size_t len, const char *what, struct rf_err *err)
{
    while (len) {
        ssize_t put = write(fd, bytes, len);

        if (put < 0 && errno == EINTR)
            continue;
        if (put < 0)
            return rf_fail(err, -errno, "writing %s: %s", what, strerror(errno));
        bytes += put;
        len -= (size_t)put;
    }
    return 0;
}

/* As many bytes as there are, at most `len`; *ret is less only at the end. */
static int read_some(int fd, char *bytes, size_t len, size_t *ret, struct rf_err *err)
{
    size_t done = 0;

    while (done < len) {
        ssize_t got = read(fd, bytes + done, len - done);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return rf_fail(err, -errno, "reading: %s", strerror(errno));
        if (got == 0)
            break;
        done += (size_t)got;
    }
    *ret = done;
    return 0;
}

int rf_inside_copy(int from, int to, uint64_t bytes, const char *what, struct rf_err *err)
{
    static char piece[1 << 16];

    while (bytes) {
        size_t want = bytes < sizeof(piece) ? (size_t)bytes : sizeof(piece);
        size_t got = 0;
        int code = read_some(from, piece, want, &got, err);

        if (code == 0 && got < want)
            code = rf_fail(err, -EBADMSG, "%s ends %llu bytes too early", what,
                           (unsigned long long)(bytes - got));
        if (code == 0)
            code = rf_inside_write(to, piece, want, what, err);
        if (code < 0)
            return code;
        bytes -= want;
    }
    return 0;
}

int rf_inside_next(struct rf_frames *frames, struct rf_frame *ret, struct rf_err *err)
{
    char header[RF_FRAME_HEADER_BYTES];
    size_t got = 0;
    int code = read_some(STDIN_FILENO, header, sizeof(header), &got, err);

    if (code == 0 && got < sizeof(header))
        code = rf_fail(err, -EBADMSG, "standard input: the row of files breaks off");
    if (code == 0)
        code = rf_frames_read(frames, header, ret, err);
    if (code == 0 && !ret->name) {
        code = read_some(STDIN_FILENO, header, 1, &got, err);
        if (code == 0 && got)
            code = rf_fail(err, -EBADMSG, "standard input: there is something behind the row of files");
    }
    return code;
}
