/* Run a program that writes files, and hand them out. */
#include "inside/inside.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

enum { SIGNALLED = 128 };

struct names {
    char *list[RF_INSIDE_NAMES]; /* ascending */
    size_t count;
    bool has_output;
};

static int read_names(char **words, struct names *ret, struct rf_err *err)
{
    for (; strcmp(*words, "--") != 0; words++) {
        size_t at = ret->count;

        if (at == RF_INSIDE_NAMES || !rf_frame_name_is_valid(rf_str_of(*words)))
            return rf_fail(err, -EINVAL,
                           "\"%s\": want at most %d names of letters, digits, \".\", \"_\" and \"-\"", *words,
                           RF_INSIDE_NAMES);
        for (; at > 0 && strcmp(ret->list[at - 1], *words) > 0; at--)
            ret->list[at] = ret->list[at - 1];
        ret->list[at] = *words;
        ret->count++;
        if (strcmp(*words, "stdout") == 0)
            ret->has_output = true;
    }
    return 0;
}

static int open_output(int dir, bool is_file, int *ret, struct rf_err *err)
{
    int fd = is_file ? openat(dir, "stdout", O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600)
                     : open("/dev/null", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return rf_fail(err, -errno, "%s for the command's output: %s",
                       is_file ? "the file stdout" : "/dev/null", strerror(errno));
    *ret = fd;
    return 0;
}

/* Returns the exit code, or -1 when there is none. */
static int run(char **command, int output, struct rf_err *err)
{
    posix_spawn_file_actions_t actions;
    int code = posix_spawn_file_actions_init(&actions);
    int status;
    pid_t pid;

    if (code == 0)
        code = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
    if (code != 0) {
        (void)rf_fail(err, -code, "starting %s: %s", command[0], strerror(code));
        return -1;
    }
    code = posix_spawnp(&pid, command[0], &actions, NULL, command, environ);
    (void)posix_spawn_file_actions_destroy(&actions);
    if (code != 0)
        return rf_inside_exec_code(code);
    while (waitpid(pid, &status, 0) < 0) {
        if (errno != EINTR) {
            (void)rf_fail(err, -errno, "waiting for %s: %s", command[0], strerror(errno));
            return -1;
        }
    }
    return WIFSIGNALED(status) ? SIGNALLED + WTERMSIG(status) : WEXITSTATUS(status);
}

/* Nothing happens for a name without file. */
static int hand_out(int dir, const char *name, struct rf_frames *frames, struct rf_err *err)
{
    char header[RF_FRAME_HEADER_BYTES];
    RF_AUTO(close) int fd = openat(dir, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    struct stat info;
    int code;

    if (fd < 0 && errno == ENOENT)
        return 0;
    if (fd < 0 || fstat(fd, &info) < 0)
        return rf_fail(err, -errno, "%s: %s", name, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return rf_fail(err, -EBADMSG, "%s: it is no regular file", name);
    code = rf_frames_write(frames, rf_str_of(name), (uint64_t)info.st_size, header, err);
    if (code == 0)
        code = rf_inside_write(STDOUT_FILENO, header, sizeof(header), name, err);
    if (code == 0)
        code = rf_inside_copy(fd, STDOUT_FILENO, (uint64_t)info.st_size, name, err);
    return code;
}

static int hand_out_all(int dir, const struct names *names, struct rf_err *err)
{
    char header[RF_FRAME_HEADER_BYTES];
    struct rf_frames frames;
    int code = 0;

    rf_frames_init(&frames, NULL);
    for (size_t i = 0; code == 0 && i < names->count; i++)
        code = hand_out(dir, names->list[i], &frames, err);
    if (code == 0)
        code = rf_frames_write(&frames, RF_STR(""), 0, header, err);
    if (code == 0)
        code = rf_inside_write(STDOUT_FILENO, header, sizeof(header), "the end", err);
    return code;
}

int rf_inside_collect(char **words, struct rf_err *err)
{
    char **command = rf_inside_command(words);
    struct names names = {0};
    RF_AUTO(close) int dir = -1;
    RF_AUTO(close) int output = -1;
    int code;

    if (!command || command - words < 3) {
        (void)rf_fail(err, -EINVAL, "want: collect DIR NAME... -- COMMAND...");
        return RF_INSIDE_FAILED;
    }
    code = read_names(words + 1, &names, err);
    if (code == 0)
        code = rf_inside_open_dir(words[0], true, &dir, err);
    if (code == 0)
        code = open_output(dir, names.has_output, &output, err);
    if (code < 0)
        return RF_INSIDE_FAILED;
    code = run(command, output, err);
    if (code == 0 && hand_out_all(dir, &names, err) < 0)
        code = -1;
    return code < 0 ? RF_INSIDE_FAILED : code;
}
