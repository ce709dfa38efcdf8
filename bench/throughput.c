/* Starts per second with 1, 8, 64 at once: every round gives every command the machine for a while, in a
   fresh random order, and rates are compared inside a round. */
#include "host.h"
#include "series.h"
#include "spec.h"

#include "base/str.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_MISSED = 1, EXIT_USAGE = 2, LEVELS_MAX = 8, WORKERS_MAX = 256, USER_NONE = 0 };

static const char usage[] =
    "usage: throughput [OPTIONS] FILE      (FILE: lines LABEL<TAB>COMMAND, see spec.h)\n"
    "  --at N,N,...      how many at once (1,8,64)\n"
    "  --for MS          how long each command has the machine, each time (1000)\n"
    "  --rounds N        how often (3)\n"
    "  --user UID        run everything as this user\n"
    "  --compare TEXT    \"A@8 / B@8 >= LIMIT\" and the like; may be repeated\n"
    "  --results FILE    append the comparisons, parted by tabs\n"
    "  --json FILE       write everything\n"
    "Exit: 0, 1 when a limit is missed or a command does not run, 2 when nothing was measured.\n";

struct options {
    uint32_t levels[LEVELS_MAX];
    size_t level_count;
    uint32_t for_ms;
    uint32_t rounds;
    uint32_t user;
    const char *spec_path;
    const char *results_path;
    const char *json_path;
    const char *compares[RF_COMPARE_MAX];
    size_t compare_count;
};

/* Shared with the workers; each writes its own. */
struct tally {
    unsigned long starts;
    unsigned long failures;
};

struct bench {
    struct options options;
    struct rf_spec spec;
    struct rf_sample sample; /* line by line, and in each line level by level */
    struct tally *tallies;
    struct rf_compare compares[RF_COMPARE_MAX];
};

/* A worker starts one after another until the time is over. It stops at the first failure: a command that
   cannot run under load has no rate. */
static void work(struct rf_spec_line *line, double end_us, struct tally *tally)
{
    int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    struct rf_spec_streams streams = {null_fd, null_fd, null_fd};

    while (null_fd >= 0 && rf_host_now_us() < end_us) {
        int status = 0;
        pid_t pid = rf_spec_start(line, &streams);

        if (pid < 0 || waitpid(pid, &status, 0) < 0 || status != 0) {
            tally->failures++;
            return;
        }
        tally->starts++;
    }
}

static int run_level(struct bench *bench, size_t at, size_t level, size_t round, struct rf_err *err)
{
    struct rf_series *series = &bench->sample.series[at * bench->options.level_count + level];
    uint32_t workers = bench->options.levels[level];
    double begin_us = rf_host_now_us();
    double end_us = begin_us + (double)bench->options.for_ms * 1e3;
    unsigned long starts = 0;

    memset(bench->tallies, 0, workers * sizeof(*bench->tallies));
    for (uint32_t i = 0; i < workers; i++) {
        pid_t pid = fork();

        if (pid == 0) {
            work(&bench->spec.lines[at], end_us, &bench->tallies[i]);
            _exit(0);
        }
        if (pid < 0)
            return rf_fail(err, -errno, "worker %u: %s", i, strerror(errno));
    }
    while (wait(NULL) > 0)
        continue;
    for (uint32_t i = 0; i < workers; i++) {
        starts += bench->tallies[i].starts;
        series->failures += bench->tallies[i].failures;
    }
    series->values[round] = (double)starts * 1e6 / (rf_host_now_us() - begin_us);
    return 0;
}

static int measure(struct bench *bench, struct rf_err *err)
{
    double load = rf_host_load();

    if (rf_host_is_busy(load))
        fprintf(stderr, "throughput: load %.2f: more work than processors; trust the ratios, not the rates\n",
                load);
    for (size_t round = 0; round < bench->options.rounds; round++) {
        for (size_t level = 0; level < bench->options.level_count; level++) {
            size_t order[RF_SPEC_LINES];

            rf_host_shuffle(order, bench->spec.count);
            for (size_t i = 0; i < bench->spec.count; i++) {
                int code = run_level(bench, order[i], level, round, err);

                if (code < 0)
                    return code;
            }
        }
    }
    return 0;
}

static void print_table(const struct bench *bench)
{
    printf("%-28s", "starts per second, at once");
    for (size_t i = 0; i < bench->options.level_count; i++)
        printf(" %10u", bench->options.levels[i]);
    putchar('\n');
    for (size_t i = 0; i < bench->sample.count; i++) {
        const struct rf_series *series = &bench->sample.series[i];
        bool is_first = i % bench->options.level_count == 0;
        bool is_last = (i + 1) % bench->options.level_count == 0;

        if (is_first)
            printf("%-28s", bench->spec.lines[i / bench->options.level_count].label);
        if (series->failures)
            printf(" %10s", "failed");
        else
            printf(" %10.0f", rf_series_quantile(series->values, bench->options.rounds, 0.5));
        if (is_last)
            putchar('\n');
    }
}

static void write_json(const struct bench *bench, FILE *out)
{
    fprintf(out, "{\"metric\":\"starts per second\",\"rounds\":%u,\"for_ms\":%u,\"uid\":%u,\"lines\":[",
            bench->options.rounds, bench->options.for_ms, getuid());
    for (size_t i = 0; i < bench->sample.count; i++) {
        const struct rf_series *series = &bench->sample.series[i];

        fprintf(out, "%s{\"label\":\"%s\",\"is_valid\":%s,\"median\":%.1f}", i ? "," : "", series->name,
                series->failures ? "false" : "true",
                rf_series_quantile(series->values, bench->options.rounds, 0.5));
    }
    fputs("],", out);
    rf_compare_json(bench->compares, bench->options.compare_count, &bench->sample, out);
    fputs("}\n", out);
}

static int open_file(const char *path, const char *mode, FILE **ret, struct rf_err *err)
{
    *ret = NULL;
    if (!path)
        return 0;
    *ret = fopen(path, mode);
    return *ret ? 0 : rf_fail(err, -errno, "%s: %s", path, strerror(errno));
}

/* One series for each line at each level, named "label@level". */
static int prepare(struct bench *bench, struct rf_err *err)
{
    struct rf_arena *arena = &bench->spec.arena;
    size_t levels = bench->options.level_count;
    size_t size_bytes = WORKERS_MAX * sizeof(struct tally);

    bench->sample = (struct rf_sample){
        .count = bench->spec.count * levels, .rounds = bench->options.rounds, .is_rate = true};
    bench->sample.series = rf_arena_array(arena, bench->sample.count, sizeof(*bench->sample.series));
    bench->tallies = mmap(NULL, size_bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (!bench->sample.series || bench->tallies == MAP_FAILED)
        return rf_fail(err, -ENOMEM, "no memory for %zu commands", bench->spec.count);
    for (size_t i = 0; i < bench->sample.count; i++) {
        struct rf_series *series = &bench->sample.series[i];

        series->name = rf_arena_printf(arena, "%s@%u", bench->spec.lines[i / levels].label,
                                       bench->options.levels[i % levels]);
        series->values = rf_arena_array(arena, bench->options.rounds, sizeof(*series->values));
        if (!series->name || !series->values)
            return rf_fail(err, -ENOMEM, "no memory for %u rounds", bench->options.rounds);
    }
    for (size_t i = 0; i < bench->options.compare_count; i++) {
        int code = rf_compare_parse(bench->options.compares[i], &bench->sample, &bench->compares[i], err);

        if (code < 0)
            return code;
    }
    return bench->options.user == USER_NONE ? 0 : rf_host_become(bench->options.user, err);
}

static int parse_levels(char *text, struct options *options, struct rf_err *err)
{
    options->level_count = 0;
    for (char *comma = NULL; text; text = comma) {
        int code = 0;

        comma = strchr(text, ',');
        if (comma)
            *comma++ = '\0';
        if (options->level_count == LEVELS_MAX)
            return rf_fail(err, -E2BIG, "--at: more than %d numbers", LEVELS_MAX);
        code = rf_host_number("--at", text, 1, WORKERS_MAX, &options->levels[options->level_count++], err);
        if (code < 0)
            return code;
    }
    return 0;
}

static int parse_option(int option, char *value, struct options *options, struct rf_err *err)
{
    switch (option) {
    case 'a':
        return parse_levels(value, options, err);
    case 't':
        return rf_host_number("--for", value, 1, 60000, &options->for_ms, err);
    case 'r':
        return rf_host_number("--rounds", value, 1, 1000, &options->rounds, err);
    case 'u':
        return rf_host_number("--user", value, 1, UINT32_MAX - 1, &options->user, err);
    case 'R':
        options->results_path = value;
        return 0;
    case 'j':
        options->json_path = value;
        return 0;
    case 'c':
        if (options->compare_count == RF_COMPARE_MAX)
            return rf_fail(err, -E2BIG, "more than %d comparisons", RF_COMPARE_MAX);
        options->compares[options->compare_count++] = value;
        return 0;
    default:
        return rf_fail(err, -EINVAL, "unknown option");
    }
}

static int parse_options(int argc, char **argv, struct options *ret, struct rf_err *err)
{
    static const struct option table[] = {
        {"at", required_argument, NULL, 'a'},      {"for", required_argument, NULL, 't'},
        {"rounds", required_argument, NULL, 'r'},  {"user", required_argument, NULL, 'u'},
        {"results", required_argument, NULL, 'R'}, {"json", required_argument, NULL, 'j'},
        {"compare", required_argument, NULL, 'c'}, {NULL, 0, NULL, 0},
    };
    struct options options = {.levels = {1, 8, 64}, .level_count = 3, .for_ms = 1000, .rounds = 3};
    int option = 0;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        int code = parse_option(option, optarg, &options, err);

        if (code < 0)
            return code;
    }
    if (optind + 1 != argc)
        return rf_fail(err, -EINVAL, "want one specification file");
    options.spec_path = argv[optind];
    *ret = options;
    return 0;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    struct rf_err err = {0};
    FILE *results = NULL;
    FILE *json = NULL;
    size_t missed = 0;

    if (parse_options(argc, argv, &bench.options, &err) < 0) {
        fprintf(stderr, "throughput: %s\n%s", err.msg, usage);
        return EXIT_USAGE;
    }
    if (rf_spec_open(bench.options.spec_path, &bench.spec, &err) < 0 ||
        open_file(bench.options.results_path, "ae", &results, &err) < 0 ||
        open_file(bench.options.json_path, "we", &json, &err) < 0 || prepare(&bench, &err) < 0 ||
        measure(&bench, &err) < 0) {
        fprintf(stderr, "throughput: %s\n", err.msg);
        return EXIT_USAGE;
    }
    print_table(&bench);
    missed = rf_compare_report(bench.compares, bench.options.compare_count, &bench.sample, results);
    for (size_t i = 0; i < bench.sample.count; i++)
        missed += bench.sample.series[i].failures;
    if (json)
        write_json(&bench, json);
    if ((json && fclose(json) != 0) || (results && fclose(results) != 0) || fflush(stdout) != 0) {
        fprintf(stderr, "throughput: writing the results: %s\n", strerror(errno));
        return EXIT_USAGE;
    }
    rf_spec_done(&bench.spec);
    return missed ? EXIT_MISSED : 0;
}
