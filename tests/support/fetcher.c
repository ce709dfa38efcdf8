/* fetcher [OPTION VALUE]... URL: fetch as a job does, with the real curl in a real ring, and write what came
   to standard output. Lines of failed tries go to standard error, and the sentence at the end. Exit status 0,
   or 1.

     host, range, wait      as struct rf_fetch_policy has them
     dir INSIDE=PATH        a directory that file:// may read
     time TIME              for one try
     limit BYTES            of the input
     headers FILE           auth_headers, a NUL byte behind each: nothing secret is in the words
     certs DIR              what the ring sees as /etc/ssl/certs
     memory SIZE            of curl's ring
     started FILE           gets a line for each ring */
#include "base/buf.h"
#include "base/file.h"
#include "base/num.h"
#include "engine/builtin.h"
#include "engine/fetch.h"
#include "manifest/posture_file.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    ARENA_BYTES = 1 << 24,
    WORDS = 256,
    HEADERS = 64,
    HEADER_BYTES = 1 << 20,
    EXIT_OWN = 125,
    EXIT_TIMEOUT = 124
};

struct rings {
    const char *program; /* ringfence */
    const char *started;
    pid_t pid;
    int errors;
    sigset_t before;
};

/* --- rings: `ringfence run`, with the words that say the posture --- */

static const char **make_words(const char *program, const struct rf_posture *posture)
{
    const char **words = rf_arena_array(posture->arena, WORDS, sizeof(*words));
    size_t count = 0;

    if (!words)
        return NULL;
    words[count++] = program;
    words[count++] = "run";
    for (int key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        const char *text;

        if (key == RF_KEY_COMMAND || posture->from[key].known == RF_UNSET)
            continue;
        for (size_t i = 0; (text = rf_posture_text(posture, (enum rf_key)key, i)) != NULL; i++) {
            if (count + posture->command_count + 3 >= WORDS)
                return NULL;
            words[count++] =
                rf_arena_printf(posture->arena, "--%s=%s", rf_key_info((enum rf_key)key)->flag, text);
        }
    }
    words[count++] = "--";
    for (size_t i = 0; i < posture->command_count; i++)
        words[count++] = posture->command[i];
    return words;
}

static int start(void *context, const struct rf_ring_wish *wish, int *ret, struct rf_err *err)
{
    struct rings *rings = context;
    const char **words = make_words(rings->program, wish->posture);
    int log = rings->started ? open(rings->started, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;

    if (!words)
        return rf_fail(err, -ENOMEM, "too many words");
    if (log >= 0 && (write(log, "ring\n", 5) != 5 || close(log) < 0))
        return rf_fail(err, -errno, "%s: %s", rings->started, strerror(errno));
    rings->errors = fcntl(wish->errors, F_DUPFD_CLOEXEC, 3);
    rings->pid = fork();
    if (rings->pid < 0)
        return rf_fail(err, -errno, "fork: %s", strerror(errno));
    if (rings->pid == 0) {
        (void)sigprocmask(SIG_SETMASK, &rings->before, NULL);
        if (dup2(wish->input, 0) == 0 && dup2(wish->output, 1) == 1 && dup2(wish->errors, 2) == 2)
            (void)execv(words[0], (char *const *)(uintptr_t)words);
        _exit(EXIT_OWN);
    }
    *ret = 0;
    return 0;
}

static void stop(void *context)
{
    struct rings *rings = context;

    if (rings->pid > 0 && kill(rings->pid, SIGTERM) == 0)
        (void)waitpid(rings->pid, NULL, 0);
    rings->pid = 0;
}

static void read_end(struct rings *rings, int status, struct rf_ring_end *ret)
{
    char text[400] = "";

    *ret = (struct rf_ring_end){.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_OWN};
    ret->was_timed_out = ret->exit_code == EXIT_TIMEOUT;
    if (ret->exit_code < EXIT_OWN || ret->exit_code > EXIT_OWN + 2)
        return;
    if (pread(rings->errors, text, sizeof(text) - 1, 0) < 0)
        text[0] = '\0';
    (void)rf_fail(&ret->err, -EIO, "%s", text);
}

static int await(void *context, int timeout_ms, int *ret, struct rf_ring_end *ret_end, struct rf_err *err)
{
    struct rings *rings = context;
    struct timespec timeout = {.tv_sec = timeout_ms / 1000, .tv_nsec = timeout_ms % 1000 * 1000000L};
    sigset_t signals;
    int status = 0;
    int got;

    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigaddset(&signals, SIGTERM);
    for (;;) {
        if (rings->pid > 0 && waitpid(rings->pid, &status, WNOHANG) == rings->pid) {
            rings->pid = 0;
            *ret = 0;
            read_end(rings, status, ret_end);
            (void)close(rings->errors);
            return 0;
        }
        got = sigtimedwait(&signals, NULL, timeout_ms < 0 ? NULL : &timeout);
        if (got == SIGTERM) {
            stop(rings);
            return rf_fail(err, -EINTR, "asked to end");
        }
        if (got < 0 && errno == EAGAIN)
            return rf_fail(err, -EAGAIN, "nothing has ended");
    }
}

/* --- what the words say --- */

struct wish {
    struct rf_arena arena;
    struct rf_engine curl;
    struct rf_job_config config;
    struct rf_fetch_policy policy;
    struct rf_job_limits limits;
    struct rings rings;
    struct rf_str headers[HEADERS];
};

/* The built-in definition. */
static int read_engine(struct wish *wish, struct rf_err *err)
{
    const struct rf_from from = {.known = RF_KNOWN};
    const char *text = NULL;
    struct rf_buf kept;
    struct rf_str line;
    int code;

    for (size_t i = 0; i < rf_engine_texts_count; i++)
        if (strcmp(rf_engine_texts[i].name, "curl") == 0)
            text = rf_engine_texts[i].text;
    if (!text)
        return rf_fail(err, -ENOENT, "there is no engine called curl");
    rf_buf_init(&kept, &wish->arena);
    for (struct rf_str rest = rf_str_of(text); rest.ptr;) {
        rest = rf_str_cut(rest, '\n', &line);
        if (!rf_str_starts(line, "kind:") && !rf_str_starts(line, "package:")) {
            rf_buf_add(&kept, line);
            rf_buf_text(&kept, "\n");
        }
    }
    rf_posture_init(&wish->curl.posture, &wish->arena);
    wish->curl.name = "curl";
    code = rf_posture_read_text("curl.yaml", (struct rf_str){kept.ptr, kept.len}, &wish->curl.posture, err);
    if (code == 0)
        code = rf_posture_set(&wish->curl.posture, RF_KEY_SCRATCH, RF_STR("true"), &from, err);
    /* an ordinary user can have a control group on few machines */
    return code < 0 ? code
                    : rf_posture_set(&wish->curl.posture, RF_KEY_ALLOW_MISSING, RF_STR("cgroup"), &from, err);
}

static int see_certs(struct wish *wish, const char *dir, struct rf_err *err)
{
    for (size_t i = 0; i < wish->curl.posture.mount_count; i++) {
        if (strcmp(wish->curl.posture.mounts[i].dst, "/etc/ssl/certs") == 0) {
            wish->curl.posture.mounts[i].src = dir;
            return 0;
        }
    }
    return rf_fail(err, -ENOENT, "the ring has no /etc/ssl/certs");
}

static int read_headers(struct wish *wish, const char *path, struct rf_err *err)
{
    struct rf_str rest = {NULL, 0};
    int code = rf_file_read(path, HEADER_BYTES, &wish->arena, &rest, err);

    while (code == 0 && rest.len && wish->config.fetch_header_count < HEADERS)
        rest = rf_str_cut(rest, '\0', &wish->headers[wish->config.fetch_header_count++]);
    return code;
}

static int read_option(struct wish *wish, const char *name, const char *value, struct rf_err *err)
{
    const struct rf_from from = {.known = RF_KNOWN};
    struct rf_str inside;
    uint64_t number = 0;

    if (strcmp(name, "host") == 0)
        return rf_fetch_add_host(&wish->policy, value, &wish->arena, err);
    if (strcmp(name, "range") == 0)
        return rf_fetch_add_range(&wish->policy, value, &wish->arena, err);
    if (strcmp(name, "wait") == 0)
        return rf_fetch_set_waits(&wish->policy, value, err);
    if (strcmp(name, "certs") == 0)
        return see_certs(wish, value, err);
    if (strcmp(name, "started") == 0) {
        wish->rings.started = value;
        return 0;
    }
    if (strcmp(name, "dir") == 0 && rf_str_cut(rf_str_of(value), '=', &inside).ptr)
        return rf_fetch_add_dir(&wish->policy, rf_arena_text(&wish->arena, inside), value + inside.len + 1,
                                &wish->arena, err);
    if (strcmp(name, "time") == 0 && rf_num_duration(rf_str_of(value), UINT32_MAX, &number) == 0) {
        wish->policy.time_ms = (uint32_t)number;
        return 0;
    }
    if (strcmp(name, "limit") == 0 && rf_num_size(rf_str_of(value), INT64_MAX, &number) == 0) {
        wish->limits.input_bytes = number;
        return 0;
    }
    if (strcmp(name, "headers") == 0)
        return read_headers(wish, value, err);
    if (strcmp(name, "memory") == 0)
        return rf_posture_set(&wish->curl.posture, RF_KEY_MEMORY, rf_str_of(value), &from, err);
    return rf_fail(err, -EINVAL, "%s %s: no such option", name, value);
}

static void say(void *context, const char *line)
{
    (void)context;
    (void)fprintf(stderr, "try: %s\n", line);
}

static int copy_out(int file, struct rf_err *err)
{
    static char piece[1 << 16];
    ssize_t len;

    if (write(file, "x", 1) >= 0)
        return rf_fail(err, -EINVAL, "the file is not sealed");
    if (lseek(file, 0, SEEK_CUR) != 0)
        return rf_fail(err, -EINVAL, "the file does not begin at its beginning");
    while ((len = read(file, piece, sizeof(piece))) > 0) {
        if (fwrite(piece, 1, (size_t)len, stdout) != (size_t)len)
            return rf_fail(err, -EIO, "writing to standard output");
    }
    (void)close(file);
    return fflush(stdout) == 0 && len == 0 ? 0 : rf_fail(err, -EIO, "writing to standard output");
}

static int fetch(struct wish *wish, int argc, char **argv, struct rf_err *err)
{
    const struct rf_ring_ops ops = {.context = &wish->rings, .start = start, .wait = await, .stop = stop};
    const struct rf_fetch_log log = {.say = say};
    int code = read_engine(wish, err);
    int file = -1;

    for (int i = 1; code == 0 && i + 2 < argc; i += 2)
        code = read_option(wish, argv[i], argv[i + 1], err);
    wish->config.fetch_url = rf_str_of(argv[argc - 1]);
    wish->config.fetch_headers = wish->headers;
    if (code == 0)
        code = rf_fetch(&wish->config, &wish->policy, &wish->curl, &wish->limits, &ops, &log, &file, err);
    return code < 0 ? code : copy_out(file, err);
}

int main(int argc, char **argv)
{
    static struct wish wish;
    struct rf_err err = {0};
    sigset_t signals;

    wish.rings.program = getenv("RINGFENCE");
    if (argc < 2 || argc % 2 || !wish.rings.program) {
        (void)fputs("usage: RINGFENCE=... fetcher [OPTION VALUE]... URL\n", stderr);
        return 2;
    }
    (void)sigemptyset(&signals);
    (void)sigaddset(&signals, SIGCHLD);
    (void)sigaddset(&signals, SIGTERM);
    (void)sigprocmask(SIG_BLOCK, &signals, &wish.rings.before);
    rf_arena_init(&wish.arena, ARENA_BYTES);
    rf_fetch_policy_init(&wish.policy);
    wish.limits = RF_JOB_LIMITS_STANDARD;
    if (fetch(&wish, argc, argv, &err) < 0)
        (void)fprintf(stderr, "end: %s (%s)\n", err.msg, strerrorname_np(-err.code));
    rf_arena_done(&wish.arena);
    return err.code ? 1 : 0;
}
