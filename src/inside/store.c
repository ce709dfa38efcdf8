/* Put results where a user wants them, as that user. A program that is killed half-way leaves either the old
   file or the new one, and no third: the file has no name until it is whole (O_TMPFILE), where the file
   system can do that. */
#include "inside/inside.h"

#include "base/auto.h"
#include "base/format.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

enum { MODE = 0644, TEMP_NAME_BYTES = 32, PROC_BYTES = 32 };

/* A file on its way. */
struct temp {
    int fd;
    bool has_name;
    char name[TEMP_NAME_BYTES];
};

static int failed(struct rf_err *err, const char *doing, const char *name)
{
    return rf_fail(err, -errno, "%s %s: %s", doing, name, strerror(errno));
}

static int make_temp(int dir, struct temp *ret, struct rf_err *err)
{
    uint64_t number = 0;

    if (getrandom(&number, sizeof(number), 0) != (ssize_t)sizeof(number))
        return failed(err, "a name for", "a temporary file");
    (void)rf_snprintf(ret->name, sizeof(ret->name), ".ringfence-%016llx", (unsigned long long)number);
    ret->fd = openat(dir, ".", O_TMPFILE | O_WRONLY | O_CLOEXEC, MODE);
    /* overlayfs before 6.3, NFS and FUSE have no files without a name; EISDIR is a kernel's that knows none.
     */
    if (ret->fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR || errno == ENOSYS)) {
        ret->fd = openat(dir, ret->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, MODE);
        ret->has_name = ret->fd >= 0;
    }
    return ret->fd < 0 ? failed(err, "making", "a file in the directory") : 0;
}

static int check_target(int dir, const char *name, struct rf_err *err)
{
    struct stat info;

    if (fstatat(dir, name, &info, AT_SYMLINK_NOFOLLOW) < 0)
        return errno == ENOENT ? 0 : failed(err, "looking at", name);
    if (!S_ISREG(info.st_mode))
        return rf_fail(err, -EEXIST, "%s is there and is no regular file: it is not replaced", name);
    return 0;
}

/* Where the name is taken, the file gets another one first: only a rename puts one file in the place of
 * another. */
static int publish(int dir, struct temp *temp, const char *name, struct rf_err *err)
{
    char path[PROC_BYTES];

    (void)rf_snprintf(path, sizeof(path), "/proc/self/fd/%d", temp->fd);
    if (!temp->has_name) {
        if (linkat(AT_FDCWD, path, dir, name, AT_SYMLINK_FOLLOW) == 0)
            return 0;
        if (errno != EEXIST || linkat(AT_FDCWD, path, dir, temp->name, AT_SYMLINK_FOLLOW) < 0)
            return failed(err, "naming", name);
        temp->has_name = true;
    }
    if (renameat(dir, temp->name, dir, name) < 0)
        return failed(err, "naming", name);
    temp->has_name = false;
    return 0;
}

static int store_file(int dir, const struct rf_frame *frame, struct rf_err *err)
{
    struct temp temp = {.fd = -1};
    int code = check_target(dir, frame->name, err);

    if (code == 0)
        code = make_temp(dir, &temp, err);
    if (code < 0)
        return code;
    code = rf_inside_copy(STDIN_FILENO, temp.fd, frame->size_bytes, frame->name, err);
    if (code == 0 && fsync(temp.fd) < 0)
        code = failed(err, "writing to the disk", frame->name);
    if (code == 0)
        code = publish(dir, &temp, frame->name, err);
    if (temp.has_name)
        (void)unlinkat(dir, temp.name, 0); /* the failure above is the one to tell */
    (void)close(temp.fd);                  /* fsync has asked */
    return code;
}

int rf_inside_store(char **words, struct rf_err *err)
{
    const struct rf_frame_limits limits = {.files = RF_INSIDE_FILES, .bytes = RF_INSIDE_BYTES};
    RF_AUTO(close) int dir = -1;
    struct rf_frames frames;
    struct rf_frame frame = {0};
    int code;

    if (!words[0] || words[1]) {
        (void)rf_fail(err, -EINVAL, "want: store DIR");
        return RF_INSIDE_FAILED;
    }
    code = rf_inside_open_dir(words[0], false, &dir, err);
    rf_frames_init(&frames, &limits);
    while (code == 0) {
        code = rf_inside_next(&frames, &frame, err);
        if (code == 0 && !frame.name)
            break;
        if (code == 0)
            code = store_file(dir, &frame, err);
    }
    if (code == 0 && fsync(dir) < 0)
        code = failed(err, "writing to the disk", words[0]);
    return code < 0 ? RF_INSIDE_FAILED : 0;
}
