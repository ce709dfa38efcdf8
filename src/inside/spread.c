/* Give a program that reads files those of a row. */
#include "inside/inside.h"

#include "base/auto.h"
#include "base/format.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum { PATH_BYTES = 4096 };

static const char list_name[] = "list";

static int create(int dir, const char *name, int *ret, struct rf_err *err)
{
    int fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);

    if (fd < 0)
        return rf_fail(err, -errno, "making the file %s: %s", name, strerror(errno));
    *ret = fd;
    return 0;
}

static int take_file(int dir, const char *path, const struct rf_frame *frame, int list, struct rf_err *err)
{
    RF_AUTO(close) int fd = -1;
    char line[PATH_BYTES];
    int len = rf_snprintf(line, sizeof(line), "%s/%s\n", path, frame->name);
    int code;

    if (len < 0 || (size_t)len >= sizeof(line))
        return rf_fail(err, -ENAMETOOLONG, "the path of %s is too long", frame->name);
    code = create(dir, frame->name, &fd, err);
    if (code == 0)
        code = rf_inside_copy(STDIN_FILENO, fd, frame->size_bytes, frame->name, err);
    if (code == 0)
        code = rf_inside_write(list, line, (size_t)len, list_name, err);
    return code;
}

static int take_files(const char *path, struct rf_err *err)
{
    const struct rf_frame_limits limits = {.files = RF_INSIDE_FILES, .bytes = RF_INSIDE_BYTES};
    RF_AUTO(close) int dir = -1;
    RF_AUTO(close) int list = -1;
    struct rf_frames frames;
    struct rf_frame frame = {0};
    int code = rf_inside_open_dir(path, true, &dir, err);

    if (code == 0)
        code = create(dir, list_name, &list, err); /* a file of this name meets O_EXCL */
    rf_frames_init(&frames, &limits);
    while (code == 0) {
        code = rf_inside_next(&frames, &frame, err);
        if (code == 0 && !frame.name)
            break;
        if (code == 0)
            code = take_file(dir, path, &frame, list, err);
    }
    return code;
}

static int close_input(struct rf_err *err)
{
    RF_AUTO(close) int nothing = open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (nothing < 0 || dup2(nothing, STDIN_FILENO) < 0)
        return rf_fail(err, -errno, "/dev/null as the command's input: %s", strerror(errno));
    return 0;
}

int rf_inside_spread(char **words, struct rf_err *err)
{
    char **command = rf_inside_command(words);

    if (!command || command - words != 2 || words[0][0] != '/' || strchr(words[0], '\n')) {
        (void)rf_fail(err, -EINVAL, "want: spread DIR -- COMMAND..., DIR from the root");
        return RF_INSIDE_FAILED;
    }
    if (take_files(words[0], err) < 0 || close_input(err) < 0)
        return RF_INSIDE_FAILED;
    (void)execvp(command[0], command);
    return rf_inside_exec_code(errno);
}
