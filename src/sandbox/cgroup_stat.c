/* What the ring's control groups counted, read before they are removed. */
#include "sandbox/launcher.h"

#include "base/format.h"
#include "base/num.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Read a small file of the group. Returns the bytes read, 0 when there is none. */
static size_t read_file(const char *group, const char *file, char *buffer, size_t size)
{
    char path[RF_PATH_BYTES + 64];
    ssize_t n = 0;
    int fd;

    (void)rf_snprintf(path, sizeof(path), "%s/%s", group, file);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    n = read(fd, buffer, size);
    (void)close(fd);
    return n < 0 ? 0 : (size_t)n;
}

/* The number on the line that begins with `name`, or the only number for "". */
static void read_count(const char *group, const char *file, const char *name, uint64_t *ret)
{
    char buffer[4096];
    struct rf_str rest = {buffer, read_file(group, file, buffer, sizeof(buffer))};

    while (rest.ptr && rest.len) {
        struct rf_str line;
        struct rf_str word;

        rest = rf_str_cut(rest, '\n', &line);
        if (name[0]) {
            line = rf_str_cut(line, ' ', &word);
            if (!line.ptr || !rf_str_is(word, name))
                continue;
        }
        if (rf_num_u64(line, UINT64_MAX, ret) < 0)
            *ret = UINT64_MAX; /* unknown */
        return;
    }
}

void rf_cgroup_read(const struct rf_launcher *launcher, struct rf_outcome *ret)
{
    static const struct {
        const char *file;
        const char *line;
        size_t at;
    } counters[] = {
        {"memory.max_usage_in_bytes", "", offsetof(struct rf_outcome, memory_peak_bytes)},
        {"memory.failcnt", "", offsetof(struct rf_outcome, memory_refusals)},
        {"memory.oom_control", "oom_kill", offsetof(struct rf_outcome, oom_kills)},
        {"memory.peak", "", offsetof(struct rf_outcome, memory_peak_bytes)},
        {"memory.events", "max", offsetof(struct rf_outcome, memory_refusals)},
        {"memory.events", "oom_kill", offsetof(struct rf_outcome, oom_kills)},
        {"memory.swap.max", "", offsetof(struct rf_outcome, swap_limit_bytes)},
        {"pids.events", "max", offsetof(struct rf_outcome, pids_refusals)},
    };

    /* An ordinary run pays one file: whether the kernel killed something for want of memory. */
    for (uint32_t i = 0; i < launcher->leftovers->cgroup_count; i++) {
        for (size_t j = 0; j < RF_COUNT(counters); j++) {
            bool is_cheap = counters[j].at == offsetof(struct rf_outcome, oom_kills);

            if (launcher->run->wants_witness || is_cheap)
                read_count(launcher->leftovers->cgroups[i], counters[j].file, counters[j].line,
                           (uint64_t *)((char *)ret + counters[j].at));
        }
    }
}
