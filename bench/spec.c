/* What the benchmarks measure is data: lines of a file, read here and started here. */
#include "spec.h"

#include "base/num.h"
#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Address space, of which only what is used is taken: 32 commands of 100000 rounds fit. */
enum { ARENA_LIMIT = 64 * 1024 * 1024, TEXT_LIMIT = 1024 * 1024, NOT_FOUND = 127, FD_MAX = 255 };

static int read_text(const char *path, struct rf_arena *arena, struct rf_str *ret, struct rf_err *err)
{
    char *text = rf_arena_alloc(arena, TEXT_LIMIT);
    FILE *file = text ? fopen(path, "re") : NULL;
    size_t len = 0;
    bool is_whole = false;

    if (!text)
        return rf_fail(err, -ENOMEM, "%s: no memory to read it", path);
    if (!file)
        return rf_fail(err, -errno, "%s: %s", path, strerror(errno));
    len = fread(text, 1, TEXT_LIMIT, file);
    is_whole = !ferror(file) && len < TEXT_LIMIT;
    (void)fclose(file); /* it was only read */
    if (!is_whole)
        return rf_fail(err, -EFBIG, "%s: cannot be read, or longer than %d bytes", path, TEXT_LIMIT);
    *ret = (struct rf_str){text, len};
    return 0;
}

static bool is_label(struct rf_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool is_alnum = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');

        if (!is_alnum && c != '.' && c != '_' && c != '+' && c != '-')
            return false;
    }
    return text.len > 0;
}

/* "10=FILE" */
static int add_file(struct rf_spec_line *line, struct rf_str value, struct rf_arena *arena,
                    struct rf_err *err)
{
    struct rf_str number;
    struct rf_str path = rf_str_cut(value, '=', &number);
    struct rf_spec_file *file = &line->files[line->file_count];
    uint64_t fd = 0;

    if (line->file_count == RF_SPEC_FILES)
        return rf_fail(err, -E2BIG, "%s: more than %d \"@fd:\" words", line->label, RF_SPEC_FILES);
    if (!path.ptr || path.len == 0 || rf_num_u64(number, FD_MAX, &fd) < 0 || fd <= STDERR_FILENO)
        return rf_fail(err, -EINVAL, "%s: \"@fd:%.*s\": want @fd:N=FILE, N in 3..%d", line->label,
                       RF_FMT(value), FD_MAX);
    file->fd = (int)fd;
    file->path = rf_arena_text(arena, path);
    if (!file->path)
        return rf_fail(err, -ENOMEM, "%s: no memory", line->label);
    line->file_count++;
    return 0;
}

static int enter_mounts(struct rf_spec_line *line, const char *path, struct rf_err *err)
{
    line->mount_ns = open(path, O_RDONLY | O_CLOEXEC);
    if (line->mount_ns < 0)
        return rf_fail(err, -errno, "%s: mount name space %s: %s", line->label, path, strerror(errno));
    return 0;
}

static int add_word(struct rf_spec_line *line, struct rf_str word, struct rf_arena *arena, struct rf_err *err)
{
    static const struct rf_str fd_prefix = {"@fd:", 4};
    static const struct rf_str mnt_prefix = {"@mnt:", 5};
    char *text = NULL;

    if (rf_str_starts(word, fd_prefix.ptr)) {
        word = (struct rf_str){word.ptr + fd_prefix.len, word.len - fd_prefix.len};
        return add_file(line, word, arena, err);
    }
    text = rf_str_is(word, "@@") ? line->id : rf_arena_text(arena, word);
    if (!text)
        return rf_fail(err, -ENOMEM, "%s: no memory", line->label);
    if (rf_str_starts(word, mnt_prefix.ptr))
        return enter_mounts(line, text + mnt_prefix.len, err);
    if (line->argc + 1 >= RF_SPEC_WORDS)
        return rf_fail(err, -E2BIG, "%s: more than %d words", line->label, RF_SPEC_WORDS - 1);
    line->argv[line->argc++] = text;
    return 0;
}

static int add_line(struct rf_spec *spec, struct rf_str text, struct rf_err *err)
{
    struct rf_spec_line *line = &spec->lines[spec->count];
    struct rf_str label;
    struct rf_str rest = rf_str_cut(text, '\t', &label);

    if (spec->count == RF_SPEC_LINES)
        return rf_fail(err, -E2BIG, "more than %d lines", RF_SPEC_LINES);
    if (!rest.ptr || !is_label(label))
        return rf_fail(err, -EINVAL, "line \"%.*s\": want LABEL<TAB>COMMAND", RF_FMT(text));
    *line = (struct rf_spec_line){.label = rf_arena_text(&spec->arena, label), .mount_ns = -1};
    line->argv = rf_arena_array(&spec->arena, RF_SPEC_WORDS, sizeof(*line->argv));
    if (!line->label || !line->argv)
        return rf_fail(err, -ENOMEM, "no memory for the specification");
    spec->count++;
    while (rest.ptr) {
        struct rf_str word;
        int code = 0;

        rest = rf_str_cut(rest, ' ', &word);
        if (word.len)
            code = add_word(line, word, &spec->arena, err);
        if (code < 0)
            return code;
    }
    if (line->argc == 0 || line->argv[0][0] != '/')
        return rf_fail(err, -EINVAL, "%s: want a command by its absolute path", line->label);
    return 0;
}

int rf_spec_open(const char *path, struct rf_spec *ret, struct rf_err *err)
{
    struct rf_spec spec = {0};
    struct rf_str text = {0};
    int code = 0;

    rf_arena_init(&spec.arena, ARENA_LIMIT);
    spec.lines = rf_arena_array(&spec.arena, RF_SPEC_LINES, sizeof(*spec.lines));
    code =
        spec.lines ? read_text(path, &spec.arena, &text, err) : rf_fail(err, -ENOMEM, "%s: no memory", path);
    while (code == 0 && text.ptr) {
        struct rf_str line;

        text = rf_str_cut(text, '\n', &line);
        if (line.len && line.ptr[0] != '#')
            code = add_line(&spec, line, err);
    }
    if (code == 0 && spec.count == 0)
        code = rf_fail(err, -EINVAL, "%s: no command in it", path);
    if (code < 0) {
        rf_spec_done(&spec);
        return code;
    }
    *ret = spec;
    return 0;
}

void rf_spec_done(struct rf_spec *spec)
{
    if (!spec)
        return;
    for (size_t i = 0; i < spec->count; i++) {
        if (spec->lines[i].mount_ns >= 0)
            (void)close(spec->lines[i].mount_ns); /* a name space, nothing was written */
    }
    spec->count = 0;
    rf_arena_done(&spec->arena);
}

/* In the child, on the parent's memory: system calls only. */
static void become(const struct rf_spec_line *line, const struct rf_spec_streams *streams)
{
    if (dup2(streams->in, STDIN_FILENO) < 0 || dup2(streams->out, STDOUT_FILENO) < 0 ||
        dup2(streams->err, STDERR_FILENO) < 0)
        return;
    for (size_t i = 0; i < line->file_count; i++) {
        int fd = open(line->files[i].path, O_RDONLY | O_CLOEXEC);

        if (fd < 0)
            return;
        if (fd != line->files[i].fd ? dup2(fd, line->files[i].fd) < 0 : fcntl(fd, F_SETFD, 0) < 0)
            return;
    }
    if (line->mount_ns >= 0 && setns(line->mount_ns, CLONE_NEWNS) < 0)
        return;
    (void)execv(line->argv[0], line->argv); /* returns only to fail */
}

pid_t rf_spec_start(struct rf_spec_line *line, const struct rf_spec_streams *streams)
{
    pid_t pid = 0;

    (void)snprintf(line->id, sizeof(line->id), "rf%dn%lu", (int)getpid(), line->starts++); /* it fits */
    pid = vfork();
    if (pid == 0) {
        become(line, streams);
        _exit(NOT_FOUND);
    }
    return pid < 0 ? -errno : pid;
}
