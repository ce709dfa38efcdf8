/* Clock, load, chance and identity for the benchmarks. */
#include "host.h"

#include "base/auto.h"
#include "base/num.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

enum { CALM_LOOKS = 4 };

double rf_host_now_us(void)
{
    struct timespec now = {0};

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

double rf_host_load(void)
{
    double load = -1;

    return getloadavg(&load, 1) == 1 ? load : -1;
}

bool rf_host_is_busy(double load)
{
    return load > (double)sysconf(_SC_NPROCESSORS_ONLN);
}

/* How many processes run at this moment: the fourth word of /proc/loadavg, "running/all". Negative if
 * unknown. */
static int count_running(void)
{
    RF_AUTO(close) int fd = open("/proc/loadavg", O_RDONLY | O_CLOEXEC);
    char text[128];
    ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));
    struct rf_str rest = {text, len > 0 ? (size_t)len : 0};
    struct rf_str word = {NULL, 0};
    uint64_t running = 0;

    for (int i = 0; i < 4; i++)
        rest = rf_str_cut(rest, ' ', &word);
    (void)rf_str_cut(word, '/', &word);
    return rf_num_u64(word, INT32_MAX, &running) < 0 ? -1 : (int)running;
}

bool rf_host_wait_for_calm(double end_us)
{
    const struct timespec moment = {.tv_nsec = 2000000};
    int calm = 0;

    while (calm < CALM_LOOKS) {
        if (rf_host_now_us() > end_us)
            return false;
        (void)nanosleep(&moment, NULL); /* woken early it only looks again sooner */
        calm = count_running() == 1 ? calm + 1 : 0;
    }
    return true;
}

int rf_host_become(uint32_t id, struct rf_err *err)
{
    if (geteuid() == id)
        return 0;
    if (setgroups(0, NULL) < 0 || setresgid(id, id, id) < 0 || setresuid(id, id, id) < 0)
        return rf_fail(err, -errno, "user %u: %s", id, strerror(errno));
    return 0;
}

void rf_host_shuffle(size_t *order, size_t count)
{
    static uint64_t state;

    if (state == 0 && getrandom(&state, sizeof(state), 0) != sizeof(state))
        state = (uint64_t)rf_host_now_us();
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    for (size_t i = count; i > 1; i--) {
        size_t j = 0;
        size_t kept = order[i - 1];

        /* A linear congruential generator's upper half is chance enough for an order. */
        state = state * 6364136223846793005U + 1442695040888963407U;
        j = (size_t)(state >> 33) % i;
        order[i - 1] = order[j];
        order[j] = kept;
    }
}

int rf_host_number(const char *option, const char *text, uint32_t min, uint32_t max, uint32_t *ret,
                   struct rf_err *err)
{
    uint64_t value = 0;

    if (rf_num_u64(rf_str_of(text), max, &value) < 0 || value < min)
        return rf_fail(err, -EINVAL, "%s \"%s\": want a number, %u..%u", option, text, min, max);
    *ret = (uint32_t)value;
    return 0;
}
