/* How long commands take from vfork to wait, compared fairly: every round runs every command once, in a fresh
   random order, so that whatever else the machine does falls on all of them, and ratios are taken inside a
   round. */
#include "host.h"
#include "series.h"
#include "spec.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { EXIT_MISSED = 1, EXIT_USAGE = 2, ROUNDS_MAX = 100000, USER_NONE = 0 };

/* What is compared. */
enum metric { METRIC_TOTAL, METRIC_FIRST, METRIC_CPU };

static const struct {
    const char *title;
    const char *name; /* in the JSON */
} metrics[] = {[METRIC_TOTAL] = {"total, us", "total"},
               [METRIC_FIRST] = {"to first instruction, us", "first instruction"},
               [METRIC_CPU] = {"processor time, us", "processor time"}};

static const char usage[] =
    "usage: paired [OPTIONS] FILE      (FILE: lines LABEL<TAB>COMMAND, see spec.h; the first is the base)\n"
    "  --rounds N        measured rounds (200)\n"
    "  --warmup N        rounds before them, with the commands' messages shown (3)\n"
    "  --first           time to the first instruction: the workload is `stamp`, its output is a pipe\n"
    "  --cpu             processor time of the command and of all that it waited for\n"
    "  --user UID        run everything as this user\n"
    "  --pause MS        sleep before each start, for costs that only a cold machine shows\n"
    "  --calm SECONDS    start a round only when nothing else runs; stop waiting for that after so long\n"
    "  --compare TEXT    \"A / B\", \"A - B\", or either with \"<= LIMIT\" or \">= LIMIT\"; may be repeated\n"
    "  --results FILE    append the comparisons, parted by tabs\n"
    "  --json FILE       write everything\n"
    "  --refuse-load     do not measure on a machine with more work than processors\n"
    "Exit: 0, 1 when a limit is missed or a command does not run, 2 when nothing was measured.\n";

struct options {
    uint32_t rounds;
    uint32_t warmup;
    uint32_t user;
    uint32_t pause_ms;
    uint32_t calm_s;
    enum metric metric;
    bool refuses_load;
    const char *spec_path;
    const char *results_path;
    const char *json_path;
    const char *compares[RF_COMPARE_MAX];
    size_t compare_count;
};

/* What one start gave. */
struct start {
    double total_us;
    double first_us;
    double user_us;
    double system_us;
    int status;
};

struct bench {
    struct options options;
    struct rf_spec spec;
    struct rf_sample sample;
    double *user_us; /* sums, by line */
    double *system_us;
    int *last_status;
    int null_fd;
    double load_before;
    double load_after;
    size_t calm_rounds;
    struct rf_compare compares[RF_COMPARE_MAX];
};

static double timeval_us(struct timeval time)
{
    return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

/* The workload's stamp, in microseconds of CLOCK_MONOTONIC; 0 when it wrote none. */
static double read_stamp(int fd)
{
    uint64_t stamp_ns = 0;

    if (read(fd, &stamp_ns, sizeof(stamp_ns)) != sizeof(stamp_ns))
        return 0;
    return (double)stamp_ns / 1e3;
}

static int run_once(struct bench *bench, struct rf_spec_line *line, int err_fd, struct start *ret,
                    struct rf_err *err)
{
    RF_AUTO(close) int stamp_in = -1;
    RF_AUTO(close) int stamp_out = -1;
    struct rf_spec_streams streams = {bench->null_fd, bench->null_fd, err_fd};
    struct rusage used;
    double begin_us = 0;
    double stamp_us = 0;
    pid_t pid = 0;

    if (bench->options.metric == METRIC_FIRST) {
        int ends[2];

        if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) < 0)
            return rf_fail(err, -errno, "pipe: %s", strerror(errno));
        stamp_in = ends[0];
        stamp_out = ends[1];
        streams.out = stamp_out;
    }
    begin_us = rf_host_now_us();
    pid = rf_spec_start(line, &streams);
    if (pid < 0)
        return rf_fail(err, pid, "%s: vfork: %s", line->label, strerror(-pid));
    if (wait4(pid, &ret->status, 0, &used) < 0)
        return rf_fail(err, -errno, "%s: wait: %s", line->label, strerror(errno));
    ret->total_us = rf_host_now_us() - begin_us;
    ret->user_us = timeval_us(used.ru_utime);
    ret->system_us = timeval_us(used.ru_stime);
    stamp_us = bench->options.metric == METRIC_FIRST ? read_stamp(stamp_in) : 0;
    ret->first_us = stamp_us - begin_us;
    if (bench->options.metric == METRIC_FIRST && stamp_us <= 0 && ret->status == 0)
        ret->status = -1; /* it ran, and said nothing */
    return 0;
}

static double value_of(const struct bench *bench, const struct start *start)
{
    switch (bench->options.metric) {
    case METRIC_FIRST:
        return start->first_us;
    case METRIC_CPU:
        return start->user_us + start->system_us;
    default:
        return start->total_us;
    }
}

static void sleep_ms(uint32_t ms)
{
    struct timespec wish = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

    while (ms && nanosleep(&wish, &wish) < 0 && errno == EINTR)
        continue;
}

/* A command that fails is not measured any further: how fast it fails is of no interest. */
static int run_round(struct bench *bench, size_t round, bool is_warmup, struct rf_err *err)
{
    size_t order[RF_SPEC_LINES];

    rf_host_shuffle(order, bench->spec.count);
    for (size_t i = 0; i < bench->spec.count; i++) {
        size_t at = order[i];
        struct rf_series *series = &bench->sample.series[at];
        struct start start = {0};
        int code = 0;

        if (series->failures)
            continue;
        sleep_ms(bench->options.pause_ms);
        code =
            run_once(bench, &bench->spec.lines[at], is_warmup ? STDERR_FILENO : bench->null_fd, &start, err);
        if (code < 0)
            return code;
        if (start.status != 0) {
            series->failures++;
            bench->last_status[at] = start.status;
        }
        if (is_warmup)
            continue;
        series->values[round] = value_of(bench, &start);
        bench->user_us[at] += start.user_us;
        bench->system_us[at] += start.system_us;
    }
    return 0;
}

static int measure(struct bench *bench, struct rf_err *err)
{
    double calm_end_us = rf_host_now_us() + (double)bench->options.calm_s * 1e6;
    int code = 0;

    bench->load_before = rf_host_load();
    if (rf_host_is_busy(bench->load_before)) {
        if (bench->options.refuses_load)
            return rf_fail(err, -EBUSY, "load %.2f: more work than processors, not measuring",
                           bench->load_before);
        fprintf(stderr, "paired: load %.2f: more work than processors; trust the ratios, not the times\n",
                bench->load_before);
    }
    for (size_t i = 0; i < bench->options.warmup && code == 0; i++)
        code = run_round(bench, 0, true, err);
    for (size_t i = 0; i < bench->options.rounds && code == 0; i++) {
        bench->calm_rounds += bench->options.calm_s && rf_host_wait_for_calm(calm_end_us);
        code = run_round(bench, i, false, err);
    }
    bench->load_after = rf_host_load();
    return code;
}

static void print_failure(const char *label, int status)
{
    if (status == -1)
        printf("%-28s not measured: wrote no stamp\n", label);
    else if (WIFSIGNALED(status))
        printf("%-28s not measured: ended by signal %d\n", label, WTERMSIG(status));
    else
        printf("%-28s not measured: exit status %d\n", label, WEXITSTATUS(status));
}

static void print_table(const struct bench *bench)
{
    size_t rounds = bench->options.rounds;
    const struct rf_sample *sample = &bench->sample;

    printf("%-28s %10s %10s %10s %9s %10s %10s\n", metrics[bench->options.metric].title, "median", "p10",
           "p90", "/ base", "user", "system");
    for (size_t i = 0; i < sample->count; i++) {
        const struct rf_series *series = &sample->series[i];
        struct rf_compare to_base = {.left = series, .right = &sample->series[0]};

        if (series->failures) {
            print_failure(series->name, bench->last_status[i]);
            continue;
        }
        printf("%-28s %10.1f %10.1f %10.1f %9.2f %10.0f %10.0f\n", series->name,
               rf_series_quantile(series->values, rounds, 0.5),
               rf_series_quantile(series->values, rounds, 0.1),
               rf_series_quantile(series->values, rounds, 0.9), rf_compare_judge(&to_base, sample).paired,
               bench->user_us[i] / (double)rounds, bench->system_us[i] / (double)rounds);
    }
}

static void write_json(const struct bench *bench, FILE *out)
{
    size_t rounds = bench->options.rounds;

    fprintf(out, "{\"metric\":\"%s\",\"unit\":\"us\",\"rounds\":%zu,\"pause_ms\":%u,\"uid\":%u,",
            metrics[bench->options.metric].name, rounds, bench->options.pause_ms, getuid());
    fprintf(out, "\"load\":[%.2f,%.2f],\"lines\":[", bench->load_before, bench->load_after);
    for (size_t i = 0; i < bench->sample.count; i++) {
        const struct rf_series *series = &bench->sample.series[i];

        fprintf(out, "%s{\"label\":\"%s\",\"is_valid\":%s", i ? "," : "", series->name,
                series->failures ? "false" : "true");
        fprintf(out, ",\"median\":%.1f,\"p10\":%.1f,\"p90\":%.1f",
                rf_series_quantile(series->values, rounds, 0.5),
                rf_series_quantile(series->values, rounds, 0.1),
                rf_series_quantile(series->values, rounds, 0.9));
        fprintf(out, ",\"user\":%.1f,\"system\":%.1f}", bench->user_us[i] / (double)rounds,
                bench->system_us[i] / (double)rounds);
    }
    fputs("],", out);
    rf_compare_json(bench->compares, bench->options.compare_count, &bench->sample, out);
    fputs("}\n", out);
}

/* Opened before the user changes, since the files belong to whoever started this. */
static int open_file(const char *path, const char *mode, FILE **ret, struct rf_err *err)
{
    *ret = NULL;
    if (!path)
        return 0;
    *ret = fopen(path, mode);
    return *ret ? 0 : rf_fail(err, -errno, "%s: %s", path, strerror(errno));
}

static int prepare(struct bench *bench, struct rf_err *err)
{
    struct rf_arena *arena = &bench->spec.arena;
    size_t count = bench->spec.count;

    bench->sample = (struct rf_sample){.count = count, .rounds = bench->options.rounds};
    bench->sample.series = rf_arena_array(arena, count, sizeof(*bench->sample.series));
    bench->user_us = rf_arena_array(arena, count, sizeof(double));
    bench->system_us = rf_arena_array(arena, count, sizeof(double));
    bench->last_status = rf_arena_array(arena, count, sizeof(int));
    if (!bench->sample.series || !bench->user_us || !bench->system_us || !bench->last_status)
        return rf_fail(err, -ENOMEM, "no memory for %zu commands", count);
    for (size_t i = 0; i < count; i++) {
        struct rf_series *series = &bench->sample.series[i];

        series->name = bench->spec.lines[i].label;
        series->values = rf_arena_array(arena, bench->options.rounds, sizeof(*series->values));
        if (!series->values)
            return rf_fail(err, -ENOMEM, "no memory for %u rounds", bench->options.rounds);
    }
    for (size_t i = 0; i < bench->options.compare_count; i++) {
        int code = rf_compare_parse(bench->options.compares[i], &bench->sample, &bench->compares[i], err);

        if (code < 0)
            return code;
    }
    bench->null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (bench->null_fd < 0)
        return rf_fail(err, -errno, "/dev/null: %s", strerror(errno));
    return bench->options.user == USER_NONE ? 0 : rf_host_become(bench->options.user, err);
}

static int parse_option(int option, const char *value, struct options *options, struct rf_err *err)
{
    switch (option) {
    case 'r':
        return rf_host_number("--rounds", value, 1, ROUNDS_MAX, &options->rounds, err);
    case 'w':
        return rf_host_number("--warmup", value, 0, ROUNDS_MAX, &options->warmup, err);
    case 'u':
        return rf_host_number("--user", value, 1, UINT32_MAX - 1, &options->user, err);
    case 'p':
        return rf_host_number("--pause", value, 0, 60000, &options->pause_ms, err);
    case 'C':
        return rf_host_number("--calm", value, 1, 86400, &options->calm_s, err);
    case 'f':
        options->metric = METRIC_FIRST;
        return 0;
    case 'P':
        options->metric = METRIC_CPU;
        return 0;
    case 'l':
        options->refuses_load = true;
        return 0;
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
        {"rounds", required_argument, NULL, 'r'}, {"warmup", required_argument, NULL, 'w'},
        {"user", required_argument, NULL, 'u'},   {"pause", required_argument, NULL, 'p'},
        {"first", no_argument, NULL, 'f'},        {"cpu", no_argument, NULL, 'P'},
        {"refuse-load", no_argument, NULL, 'l'},  {"results", required_argument, NULL, 'R'},
        {"json", required_argument, NULL, 'j'},   {"compare", required_argument, NULL, 'c'},
        {"calm", required_argument, NULL, 'C'},   {NULL, 0, NULL, 0},
    };
    struct options options = {.rounds = 200, .warmup = 3};
    int option = 0;

    while ((option = getopt_long(argc, argv, "", table, NULL)) != -1) {
        int code = parse_option(option, optarg ? optarg : "", &options, err);

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
        fprintf(stderr, "paired: %s\n%s", err.msg, usage);
        return EXIT_USAGE;
    }
    if (rf_spec_open(bench.options.spec_path, &bench.spec, &err) < 0 ||
        open_file(bench.options.results_path, "ae", &results, &err) < 0 ||
        open_file(bench.options.json_path, "we", &json, &err) < 0 || prepare(&bench, &err) < 0 ||
        measure(&bench, &err) < 0) {
        fprintf(stderr, "paired: %s\n", err.msg);
        return EXIT_USAGE;
    }
    print_table(&bench);
    if (bench.options.calm_s)
        printf("%zu of %u rounds began while nothing else ran\n", bench.calm_rounds, bench.options.rounds);
    missed = rf_compare_report(bench.compares, bench.options.compare_count, &bench.sample, results);
    for (size_t i = 0; i < bench.sample.count; i++)
        missed += bench.sample.series[i].failures;
    if (json)
        write_json(&bench, json);
    if ((json && fclose(json) != 0) || (results && fclose(results) != 0) || fflush(stdout) != 0) {
        fprintf(stderr, "paired: writing the results: %s\n", strerror(errno));
        return EXIT_USAGE;
    }
    rf_spec_done(&bench.spec);
    return missed ? EXIT_MISSED : 0;
}
