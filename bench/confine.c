/* confine [ROUNDS]: what it costs to look at bytes in a confined child (sandbox/confine.h): the same function
   called directly, in a child that only begins and ends, and confined. Medians in microseconds; each round
   runs all three. */
#include "sandbox/confine.h"
#include "base/num.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { DIRECT, FORKED, CONFINED, WAYS, ROUNDS_MAX = 100000, ROUNDS = 1000, INPUT_BYTES = 4096 };

static double times[WAYS][ROUNDS_MAX];
static char input[INPUT_BYTES];

static double now_us(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static int add_up(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    uint64_t *sum = ret;

    (void)how;
    (void)text;
    (void)err;
    for (size_t i = 0; i < bytes.len; i++)
        *sum += (unsigned char)bytes.ptr[i];
    return 0;
}

static int call(int way, struct rf_err *err)
{
    const struct rf_confine confine = {.doing = "adding up",
                                       .fn = add_up,
                                       .bytes = {input, sizeof(input)},
                                       .memory_bytes = 16 << 20,
                                       .cpu_ms = 1000,
                                       .time_ms = 10000};
    uint64_t sum = 0;
    pid_t pid;

    if (way == DIRECT)
        return add_up(confine.bytes, NULL, &sum, NULL, err);
    if (way == CONFINED)
        return rf_confine_call(&confine, &sum, sizeof(sum), NULL, err);
    pid = fork();
    if (pid == 0)
        _exit(0);
    return pid > 0 && waitpid(pid, NULL, 0) == pid ? 0 : rf_fail(err, -1, "fork");
}

static int compare(const void *a, const void *b)
{
    double difference = *(const double *)a - *(const double *)b;

    return (difference > 0) - (difference < 0);
}

int main(int argc, char **argv)
{
    static const char *const names[WAYS] = {"direct", "fork", "confined"};
    uint64_t rounds = ROUNDS;
    struct rf_err err = {0};

    if (argc > 2 || (argc == 2 && (rf_num_u64(rf_str_of(argv[1]), ROUNDS_MAX, &rounds) < 0 || rounds == 0))) {
        (void)fprintf(stderr, "usage: confine [ROUNDS], 1..%d\n", ROUNDS_MAX);
        return 2;
    }
    for (uint64_t i = 0; i < rounds; i++) {
        for (int way = 0; way < WAYS; way++) {
            double start = now_us();

            if (call(way, &err) < 0) {
                (void)fprintf(stderr, "confine: %s\n", err.msg);
                return 2;
            }
            times[way][i] = now_us() - start;
        }
    }
    (void)printf("%-10s %10s %10s %10s\n", "us", "median", "p10", "p90");
    for (int way = 0; way < WAYS; way++) {
        qsort(times[way], rounds, sizeof(times[way][0]), compare);
        (void)printf("%-10s %10.1f %10.1f %10.1f\n", names[way], times[way][rounds / 2],
                     times[way][rounds / 10], times[way][rounds * 9 / 10]);
    }
    return 0;
}
