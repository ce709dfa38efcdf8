/* file:// URLs: names of strangers, and so never a path of this process. */
#include "engine/fetch_parts.h"

#include "base/auto.h"
#include "engine/memory_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static unsigned hex_value(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
}

/* One part of the path, decoded behind what *text has. What decodes to a slash or a NUL byte is no name, and
   dots are not names of files. */
static bool add_part(struct rf_str part, char *text, size_t *len)
{
    size_t start = *len + 1;

    text[(*len)++] = '/';
    for (size_t at = 0; at < part.len; at++) {
        char c = part.ptr[at];

        if (c == '%') { /* two digits follow: the URL was checked */
            c = (char)(hex_value(part.ptr[at + 1]) << 4 | hex_value(part.ptr[at + 2]));
            at += 2;
        }
        if (c == '/' || c == '\0')
            return false;
        text[(*len)++] = c;
    }
    text[*len] = '\0';
    return strcmp(text + start, "") != 0 && strcmp(text + start, ".") != 0 && strcmp(text + start, "..") != 0;
}

static int decode(struct rf_str path, struct rf_arena *arena, const char **ret, struct rf_err *err)
{
    char *text = rf_arena_alloc(arena, path.len + 1);
    struct rf_str rest = {path.ptr + 1, path.len - 1};
    struct rf_str part;
    size_t len = 0;

    if (!text)
        return rf_fail(err, -ENOMEM, "no memory left for the file's name");
    while (rest.ptr) {
        rest = rf_str_cut(rest, '/', &part);
        if (!add_part(part, text, &len))
            return rf_fail(err, -EINVAL,
                           "the path of a file has no empty parts, no \".\" and \"..\", no %%2F and no %%00");
    }
    *ret = text;
    return 0;
}

/* What of `path` lies below `inside`: NULL when it lies elsewhere, "" for `inside` itself. */
static const char *below(const char *path, const char *inside)
{
    size_t len = strlen(inside);

    if (strncmp(path, inside, len) != 0)
        return NULL;
    if (path[len] == '\0')
        return path + len;
    return path[len] == '/' ? path + len + 1 : NULL;
}

static int open_below(const struct rf_fetch_dir *dir, const char *rest, int *ret, struct rf_err *err)
{
    const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC; /* O_NONBLOCK: a FIFO must not hang us */
    struct open_how how = {.flags = (uint64_t)(unsigned)flags,
                           .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS};
    RF_AUTO(close) int top = -1;
    int fd;

    if (*rest == '\0') {
        fd = open(dir->path, flags);
    } else {
        top = open(dir->path, O_PATH | O_DIRECTORY | O_CLOEXEC);
        if (top < 0)
            return rf_fail(err, -errno, "%s, which the administrator allows, cannot be opened: %s",
                           *dir->inside ? dir->inside : "/", strerror(errno));
        fd = (int)syscall(SYS_openat2, top, rest, &how, sizeof(how));
    }
    if (fd < 0 && errno == ENOSYS)
        return rf_fail(err, -ENOSYS, "files are opened safely by openat2, which Linux has since 5.6");
    if (fd < 0)
        return rf_fail(err, -errno, "the file cannot be opened: %s",
                       errno == ELOOP ? "links are not followed" : strerror(errno));
    *ret = fd;
    return 0;
}

int rf_fetch_file(const struct rf_fetch_policy *policy, const struct rf_url *url, uint64_t limit_bytes,
                  struct rf_arena *arena, int *ret, struct rf_err *err)
{
    const struct rf_fetch_dir *dir = NULL;
    const char *rest = NULL;
    const char *path = NULL;
    RF_AUTO(close) int fd = -1;
    struct stat info;
    int code = decode(url->path, arena, &path, err);

    if (code < 0)
        return code;
    for (size_t i = 0; i < policy->dir_count; i++) {
        const char *found = below(path, policy->dirs[i].inside);

        if (found && (!rest || strlen(found) < strlen(rest))) {
            dir = &policy->dirs[i];
            rest = found;
        }
    }
    if (!dir)
        return rf_fail(err, -EACCES, "files are read only below directories that the administrator lists");
    code = open_below(dir, rest, &fd, err);
    if (code < 0)
        return code;
    if (fstat(fd, &info) < 0)
        return rf_fail(err, -errno, "the file cannot be read: %s", strerror(errno));
    if (!S_ISREG(info.st_mode))
        return rf_fail(err, -EACCES, "the URL names something else than a regular file");
    if ((uint64_t)info.st_size > limit_bytes)
        return rf_fail(err, -EFBIG, "the file is larger than the limit of %llu bytes (--max-input)",
                       (unsigned long long)limit_bytes);
    return rf_memory_file_copy(fd, "the file", limit_bytes, ret, err);
}
