/* The workloads that run on this machine, as the kernel tells of them. */
#include "cmd/check.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    PART_BYTES = 256 * 1024,
    ENGINE_BYTES = 16 << 20,
    NAME_BYTES = 64,
    LIMIT_BYTES = 64,
    ENGINE_WAIT_MS = 300
};

static const char *const ns_names[RF_LIVE_NS_MAX] = {"pid", "ipc", "net", "uts", "user", "cgroup", "mnt"};

struct live {
    struct rf_inputs *inputs;
    struct rf_str host_ns[RF_LIVE_NS_MAX];
    struct rf_str host_mounts;
    struct rf_str engine;
    size_t unseen; /* processes of others, that this caller may not look at */
    struct rf_err *err;
};

/* --- files of /proc --- */

/* A NULL pointer when it cannot be read: the process may be gone, or belong to somebody else. */
static struct rf_str read_part(struct live *live, const char *folder, const char *name)
{
    char path[PATH_MAX];
    struct rf_str ret = {NULL, 0};
    static char bytes[PART_BYTES];
    ssize_t len = 0;
    size_t used = 0;
    int fd;

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", folder, name) >= sizeof(path))
        return ret;
    fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return ret;
    while (used < PART_BYTES && (len = read(fd, bytes + used, PART_BYTES - used)) > 0)
        used += (size_t)len;
    (void)close(fd);
    if (len >= 0)
        ret = (struct rf_str){rf_arena_text(live->inputs->arena, (struct rf_str){bytes, used}), used};
    return ret;
}

static struct rf_str read_ns(struct live *live, const char *folder, const char *name)
{
    char path[PATH_MAX];
    char target[NAME_BYTES];
    ssize_t len;

    (void)snprintf(path, sizeof(path), "%s/ns/%s", folder, name);
    len = readlink(path, target, sizeof(target));
    if (len <= 0)
        return (struct rf_str){NULL, 0};
    return (struct rf_str){rf_arena_text(live->inputs->arena, (struct rf_str){target, (size_t)len}),
                           (size_t)len};
}

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.ptr && b.ptr && a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

/* --- control groups --- */

/* The path of the group of a controller: "5:memory:/docker/...", or of version 2, "0::/...". */
static struct rf_str group_path(struct rf_str cgroup, const char *controller)
{
    while (cgroup.ptr) {
        struct rf_str line;
        struct rf_str part;
        struct rf_str names;

        cgroup = rf_str_cut(cgroup, '\n', &line);
        line = rf_str_cut(line, ':', &part);
        if (!line.ptr)
            continue;
        line = rf_str_cut(line, ':', &names);
        while (line.ptr && names.ptr) {
            names = rf_str_cut(names, ',', &part);
            if (rf_str_is(part, controller))
                return line;
        }
    }
    return (struct rf_str){NULL, 0};
}

static struct rf_str read_limit(struct live *live, struct rf_str cgroup, const char *controller,
                                const char *file1, const char *file2)
{
    struct rf_str path = group_path(cgroup, controller);
    char folder[PATH_MAX];
    struct rf_str ret = {NULL, 0};

    if (path.ptr) {
        (void)snprintf(folder, sizeof(folder), "/sys/fs/cgroup/%s%.*s", controller, RF_FMT(path));
        ret = read_part(live, folder, file1);
    }
    path = group_path(cgroup, "");
    for (int i = 0; !ret.ptr && path.ptr && i < 2; i++) {
        (void)snprintf(folder, sizeof(folder), "/sys/fs/cgroup%s%.*s", i ? "/unified" : "", RF_FMT(path));
        ret = read_part(live, folder, file2);
    }
    return ret;
}

/* --- the engine --- */

static int connect_socket(const char *path)
{
    const struct timeval wait = {.tv_usec = ENGINE_WAIT_MS * 1000};
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd;

    if (strlen(path) >= sizeof(address.sun_path))
        return -1;
    fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    memcpy(address.sun_path, path, strlen(path) + 1);
    (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
    if (connect(fd, (const struct sockaddr *)&address, sizeof(address)) == 0)
        return fd;
    (void)close(fd);
    return -1;
}

static int connect_engine(const char *path)
{
    static const char *const sockets[] = {"/run/docker.sock", "/run/podman/podman.sock"};
    int fd = path ? connect_socket(path) : -1;

    for (size_t i = 0; !path && fd < 0 && i < RF_COUNT(sockets); i++)
        fd = connect_socket(sockets[i]);
    return fd;
}

/* Names and images of containers, where docker or podman answers in time; nothing depends on it. */
static void ask_engine(struct live *live, const char *path)
{
    static const char request[] = "GET /containers/json HTTP/1.0\r\nHost: localhost\r\n\r\n";
    struct rf_err ignored = {0};
    struct rf_str answer = {NULL, 0};
    int fd = connect_engine(path);
    const char *body;

    if (fd < 0)
        return;
    if (send(fd, request, sizeof(request) - 1, MSG_NOSIGNAL) == (ssize_t)sizeof(request) - 1 &&
        rf_file_read_stream(fd, "the engine", ENGINE_BYTES, live->inputs->arena, &answer, &ignored) == 0 &&
        rf_str_starts(answer, "HTTP/1.") && answer.len > 12 && memcmp(answer.ptr + 9, "200", 3) == 0) {
        body = memmem(answer.ptr, answer.len, "\r\n\r\n", 4);
        if (body)
            live->engine = (struct rf_str){body + 4, answer.len - (size_t)(body + 4 - answer.ptr)};
    }
    (void)close(fd);
}

/* --- processes --- */

static struct rf_str last_word(struct rf_str line)
{
    struct rf_str word = line;

    while (line.ptr) {
        line = rf_str_cut(line, '\t', &word);
        if (line.ptr && line.len == 0)
            break;
    }
    return word;
}

static struct rf_str field(struct rf_str status, const char *name)
{
    while (status.ptr) {
        struct rf_str line;

        status = rf_str_cut(status, '\n', &line);
        if (rf_str_starts(line, name))
            return (struct rf_str){line.ptr + strlen(name), line.len - strlen(name)};
    }
    return (struct rf_str){NULL, 0};
}

/* Whether the process began a name space of mounts or processes, or entered one from outside. */
static bool has_other_parent(struct live *live, const char *folder, struct rf_str status, struct rf_str mnt)
{
    struct rf_str parent = field(status, "PPid:\t");
    char above[NAME_BYTES];
    struct rf_str theirs;

    if (!parent.ptr || rf_str_is(parent, "0"))
        return true;
    (void)snprintf(above, sizeof(above), "/proc/%.*s", (int)(parent.len < 10 ? parent.len : 10), parent.ptr);
    theirs = read_ns(live, above, "mnt");
    return !theirs.ptr || !is_same(theirs, mnt) ||
           !is_same(read_ns(live, above, "pid"), read_ns(live, folder, "pid"));
}

/* The device of the root, "0:45"; services with a private /tmp have the host's. */
static struct rf_str root_device(struct rf_str mounts)
{
    while (mounts.ptr) {
        struct rf_str line;
        struct rf_str words[5] = {{0}};

        mounts = rf_str_cut(mounts, '\n', &line);
        for (size_t i = 0; line.ptr && i < RF_COUNT(words); i++)
            line = rf_str_cut(line, ' ', &words[i]);
        if (rf_str_is(words[4], "/"))
            return words[2];
    }
    return (struct rf_str){NULL, 0};
}

static int add_process(struct live *live, const char *folder, struct rf_str status, struct rf_str mnt)
{
    struct rf_live_parts *parts = rf_arena_alloc(live->inputs->arena, sizeof(*parts));
    struct rf_input *input;

    if (!parts)
        return rf_fail(live->err, -ENOMEM, "%s: out of memory", folder);
    for (size_t i = 0; i < RF_LIVE_NS_MAX; i++)
        parts->ns[i] = i == RF_LIVE_MNT ? mnt : read_ns(live, folder, ns_names[i]);
    parts->status = status;
    parts->mounts = read_part(live, folder, "mountinfo");
    if (is_same(parts->ns[RF_LIVE_PID], live->host_ns[RF_LIVE_PID]) &&
        is_same(root_device(parts->mounts), root_device(live->host_mounts)))
        return 0; /* no container */
    parts->cgroup = read_part(live, folder, "cgroup");
    parts->cmdline = read_part(live, folder, "cmdline");
    parts->environ = read_part(live, folder, "environ");
    parts->apparmor = read_part(live, folder, "attr/apparmor/current");
    parts->uid_map = read_part(live, folder, "uid_map");
    parts->memory_max = read_limit(live, parts->cgroup, "memory", "memory.limit_in_bytes", "memory.max");
    parts->pids_max = read_limit(live, parts->cgroup, "pids", "pids.max", "pids.max");
    parts->cpu_max = read_limit(live, parts->cgroup, "cpu", "cpu.cfs_quota_us", "cpu.max");
    parts->host_ns = live->host_ns;
    parts->host_mounts = live->host_mounts;
    parts->engine = live->engine;
    parts->is_first = is_same(parts->ns[RF_LIVE_PID], live->host_ns[RF_LIVE_PID]) ||
                      rf_str_is(last_word(field(status, "NSpid:\t")), "1");
    input = rf_inputs_add(live->inputs, folder, RF_INPUT_PROCESS, live->err);
    if (!input)
        return live->err->code;
    parts->path = input->path;
    input->live = parts;
    return 0;
}

static int look_at(struct live *live, const char *pid)
{
    char folder[NAME_BYTES];
    struct rf_str mnt;
    struct rf_str status;

    (void)snprintf(folder, sizeof(folder), "/proc/%.10s", pid);
    mnt = read_ns(live, folder, "mnt");
    if (!mnt.ptr) {
        live->unseen += errno == EACCES;
        return 0;
    }
    if (is_same(mnt, live->host_ns[RF_LIVE_MNT]))
        return 0;
    status = read_part(live, folder, "status");
    if (!status.ptr || !field(status, "VmSize:").ptr || /* a thread of the kernel's */
        !has_other_parent(live, folder, status, mnt))
        return 0;
    return add_process(live, folder, status, mnt);
}

int rf_check_live(const char *socket_path, struct rf_inputs *inputs, struct rf_err *err)
{
    struct live *live = rf_arena_alloc(inputs->arena, sizeof(*live));
    const struct dirent *entry;
    DIR *dir = opendir("/proc");
    int r = 0;

    if (!dir)
        return rf_fail(err, -errno, "check --live: opening /proc: %s", strerror(errno));
    if (!live) {
        (void)closedir(dir);
        return rf_fail(err, -ENOMEM, "check --live: out of memory");
    }
    *live = (struct live){.inputs = inputs, .err = err};
    for (size_t i = 0; i < RF_LIVE_NS_MAX; i++) {
        live->host_ns[i] = read_ns(live, "/proc/1", ns_names[i]);
        if (!live->host_ns[i].ptr)
            live->host_ns[i] = read_ns(live, "/proc/self", ns_names[i]);
    }
    live->host_mounts = read_part(live, "/proc/1", "mountinfo");
    if (!live->host_mounts.ptr)
        live->host_mounts = read_part(live, "/proc/self", "mountinfo");
    ask_engine(live, socket_path);
    while (r == 0 && (entry = readdir(dir)) != NULL) {
        if (*entry->d_name >= '1' && *entry->d_name <= '9')
            r = look_at(live, entry->d_name);
    }
    (void)closedir(dir);
    inputs->unseen = live->unseen;
    return r;
}
