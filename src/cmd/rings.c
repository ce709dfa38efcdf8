/* A job's rings: one process for each, which dies with this one and takes its ring along. */
#include "cmd/rings.h"

#include "base/format.h"
#include "cmd/report.h"
#include "cmd/run.h"
#include "engine/memory_file.h"
#include "plan/build.h"
#include "posture/value.h"
#include "sandbox/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum {
    RING_MEMORY = 64 * 1024 * 1024,
    EXIT_OWN = 125,
    REPORT_FD = 3,
    CONFINED_MEMORY = 64 * 1024 * 1024,
    CONFINED_MS = 10000
};

static const int ending_signals[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* --- in the ring's own process --- */

struct ring {
    struct rf_facts facts;
    struct rf_plan plan;
    struct rf_outcome outcome;
    struct rf_made made;
    struct rf_reported report;
};

/* How full each place in memory was. */
static void note_places(const struct ring *ring, struct rf_ring_note *note)
{
    struct rf_place_row rows[RF_PLACE_ROWS];
    size_t count = rf_places(&ring->made, rows);
    const struct rf_seen *seen = &ring->report.seen;

    for (size_t i = 0; i < seen->mount_count; i++) {
        for (size_t j = 0; j < count && note->place_count < RF_RING_PLACES; j++) {
            struct rf_ring_place *place = &note->places[note->place_count];

            if (strcmp(rows[j].path, seen->mounts[i].path) != 0 || rows[j].size_bytes == 0 ||
                seen->mounts[i].used_bytes == UINT64_MAX)
                continue;
            (void)rf_snprintf(place->path, sizeof(place->path), "%s",
                              rows[j].path); /* cut is enough to tell */
            place->used_bytes = seen->mounts[i].used_bytes;
            place->size_bytes = rows[j].size_bytes;
            note->place_count++;
            break;
        }
    }
}

static void note_end(struct ring *ring, struct rf_ring_note *note)
{
    uint32_t gid;

    note->end.exit_code = ring->outcome.exit_code;
    note->end.was_timed_out = ring->outcome.was_timed_out;
    note->end.was_oom_killed = ring->outcome.oom_kills != UINT64_MAX && ring->outcome.oom_kills > 0;
    note->end.cpu_us = ring->outcome.user_us + ring->outcome.system_us;
    note->memory_peak_bytes = ring->outcome.memory_peak_bytes;
    if (!ring->made.plan)
        return;
    rf_plan_hash(&ring->plan, note->plan);
    rf_plan_user(&ring->plan, &note->uid, &gid);
    note->disk_bytes = ring->report.seen.write_bytes;
    note->is_proven = ring->report.verdict.is_proven;
    if (ring->report.verdict.why_not)
        (void)rf_snprintf(note->why_not, sizeof(note->why_not), "%s", ring->report.verdict.why_not);
    note_places(ring, note);
    note->is_judged = true;
}

static int write_ring_report(struct ring *ring, const struct rf_rings *rings, int to, struct rf_err *err)
{
    struct rf_buf text;
    int code;

    rf_buf_init(&text, ring->made.arena);
    code = rings->is_report_json ? rf_report_json(&ring->report, &text, err)
                                 : rf_report_text(&ring->report, &text, err);
    for (size_t done = 0; code == 0 && done < text.len;) {
        ssize_t put = write(to, text.ptr + done, text.len - done);

        if (put < 0 && errno != EINTR)
            code = rf_fail(err, -errno, "writing the report of a ring: %s", strerror(errno));
        done += put > 0 ? (size_t)put : 0;
    }
    return code;
}

static void be_launcher(const struct rf_rings *rings, const struct rf_posture *posture, pid_t parent,
                        struct rf_ring_note *note, int report_to)
{
    struct rf_arena arena;
    struct ring ring = {.outcome = {.exit_code = EXIT_OWN,
                                    .failed_step = -1,
                                    .memory_peak_bytes = UINT64_MAX,
                                    .memory_refusals = UINT64_MAX,
                                    .oom_kills = UINT64_MAX,
                                    .pids_refusals = UINT64_MAX,
                                    .swap_limit_bytes = UINT64_MAX}};
    struct rf_err err = {0};
    struct rf_run run = {.wants_witness = true, .dies_with = parent};
    int code;

    rf_arena_init(&arena, RING_MEMORY);
    ring.made = (struct rf_made){.posture = posture, .arena = &arena};
    ring.report = (struct rf_reported){.made = &ring.made, .outcome = &ring.outcome};
    rf_seen_outside(&arena, &ring.report.seen);
    rf_swap_look(&ring.report.swap);
    code = rf_run_plan(&ring.made, &ring.facts, &ring.plan, &note->end.err);
    if (code == 0)
        code = rf_sandbox_run(&ring.plan, &run, &arena, &ring.outcome, &note->end.err);
    ring.report.error = code < 0 ? note->end.err.msg : NULL;
    if (rf_run_judge(&ring.report, &err) < 0)
        ring.report.verdict = (struct rf_verdict){.why_not = "unknown: it could not be read"};
    note_end(&ring, note);
    if (report_to >= 0 && write_ring_report(&ring, rings, report_to, &err) < 0)
        (void)rf_snprintf(note->why_not, sizeof(note->why_not), "%s", err.msg);
}

/* The descriptors of the ring's program as this process's own, the report's as the next, and none beside:
   pages and results of the same job are not this ring's business. */
static int take_descriptors(const struct rf_ring_wish *wish, int *report)
{
    int input = wish->input >= 0 ? wish->input : open("/dev/null", O_RDONLY | O_CLOEXEC);

    if (input < 0 || dup2(input, STDIN_FILENO) < 0 || dup2(wish->output, STDOUT_FILENO) < 0 ||
        dup2(wish->errors, STDERR_FILENO) < 0)
        return -errno;
    if (*report >= 0 && *report != REPORT_FD && dup3(*report, REPORT_FD, O_CLOEXEC) < 0)
        return -errno;
    if (syscall(SYS_close_range, (unsigned)REPORT_FD + (*report >= 0), ~0U, 0U) < 0)
        return -errno;
    *report = *report >= 0 ? REPORT_FD : -1;
    return 0;
}

/* --- in the job's process --- */

static struct rf_ring_record *new_record(struct rf_rings *rings, const char *what)
{
    struct rf_ring_record *records =
        rf_list_room(rings->arena, rings->records, rings->count, sizeof(*records));
    struct rf_ring_record *record;

    if (!records)
        return NULL;
    rings->records = records;
    record = &records[rings->count];
    *record = (struct rf_ring_record){.what = rf_arena_text(rings->arena, rf_str_of(what)), .report = -1};
    record->note =
        mmap(NULL, sizeof(*record->note), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return record->what && record->note != MAP_FAILED ? record : NULL;
}

static int start(void *context, const struct rf_ring_wish *wish, int *ret, struct rf_err *err)
{
    struct rf_rings *rings = context;
    struct rf_ring_record *record = new_record(rings, wish->what);
    pid_t parent = getpid();
    pid_t pid;

    if (!record)
        return rf_fail(err, -ENOMEM, "%s: starting its ring: out of memory", wish->what);
    record->note->end.exit_code = EXIT_OWN;
    if (rings->wants_report && rf_memory_file_new("report", &record->report, err) < 0)
        return err->code;
    pid = fork();
    if (pid < 0)
        return rf_fail(err, -errno, "%s: starting its ring: %s", wish->what, strerror(errno));
    if (pid == 0) {
        int report = record->report;
        int code = take_descriptors(wish, &report);

        (void)sigprocmask(SIG_SETMASK, &rings->before, NULL); /* cannot fail for valid arguments */
        if (code < 0)
            (void)rf_fail(&record->note->end.err, code, "its descriptors: %s", strerror(-code));
        else
            be_launcher(rings, wish->posture, parent, record->note, report);
        _exit(0);
    }
    record->pid = pid;
    *ret = (int)rings->count;
    rings->count++;
    rings->running++;
    return 0;
}

/* Whatever has ended. */
static void reap(struct rf_rings *rings)
{
    for (size_t i = 0; i < rings->count; i++) {
        struct rf_ring_record *record = &rings->records[i];
        int status = 0;

        if (record->pid <= 0 || waitpid(record->pid, &status, WNOHANG) != record->pid)
            continue;
        record->pid = 0;
        rings->running--;
        if (WIFSIGNALED(status))
            (void)rf_fail(&record->note->end.err, -EIO, "its launcher was ended by signal %d",
                          WTERMSIG(status));
    }
}

static void signal_all(const struct rf_rings *rings, int number)
{
    for (size_t i = 0; i < rings->count; i++) {
        if (rings->records[i].pid > 0)
            (void)kill(rings->records[i].pid, number); /* it may be over already */
    }
}

/* A launcher that is asked to end takes its ring down at once and cleans up; one that does not answer is
   killed, and what it leaves is removed by its keeper. */
static void stop(void *context)
{
    struct rf_rings *rings = context;
    const struct timespec moment = {.tv_nsec = 5000000};

    signal_all(rings, SIGTERM);
    for (int i = 0; rings->running && i < 400; i++) {
        reap(rings);
        if (rings->running)
            (void)nanosleep(&moment, NULL); /* a short one does no harm */
    }
    signal_all(rings, SIGKILL);
    while (rings->running) {
        reap(rings);
        if (rings->running)
            (void)nanosleep(&moment, NULL);
    }
}

static bool tell(struct rf_rings *rings, int *ret, struct rf_ring_end *ret_end)
{
    for (size_t i = 0; i < rings->count; i++) {
        struct rf_ring_record *record = &rings->records[i];

        if (record->pid != 0 || record->is_told)
            continue;
        record->is_told = true;
        *ret = (int)i;
        *ret_end = record->note->end;
        return true;
    }
    return false;
}

/* Milliseconds that are left of `timeout_ms` since `start_us`; -1 stays -1. */
static int left_ms(int timeout_ms, const struct timespec *begin)
{
    struct timespec now;
    int64_t gone;

    if (timeout_ms < 0)
        return -1;
    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    gone = (int64_t)(now.tv_sec - begin->tv_sec) * 1000 + (now.tv_nsec - begin->tv_nsec) / 1000000;
    return gone >= timeout_ms ? 0 : (int)(timeout_ms - gone);
}

static int wait_any(void *context, int timeout_ms, int *ret, struct rf_ring_end *ret_end, struct rf_err *err)
{
    struct rf_rings *rings = context;
    struct timespec begin;
    sigset_t set;

    (void)clock_gettime(CLOCK_MONOTONIC, &begin); /* cannot fail for this clock */
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < RF_COUNT(ending_signals); i++)
        (void)sigaddset(&set, ending_signals[i]);
    for (;;) {
        int left = left_ms(timeout_ms, &begin);
        struct timespec timeout = {.tv_sec = left / 1000, .tv_nsec = (long)(left % 1000) * 1000000};
        int number;

        reap(rings);
        if (tell(rings, ret, ret_end))
            return 0;
        if (left == 0)
            return -EAGAIN;
        number = left < 0 ? sigwaitinfo(&set, NULL) : sigtimedwait(&set, NULL, &timeout);
        if (number > 0 && number != SIGCHLD) {
            rings->is_stopped = true;
            rings->signal = number;
            stop(rings);
            return rf_fail(err, -EINTR, "ended by signal %d", number);
        }
    }
}

static int confine(void *context, const char *doing, rf_confined_fn *fn, struct rf_str bytes, void *ret,
                   size_t ret_size, struct rf_err *err)
{
    const struct rf_confine what = {.doing = doing,
                                    .fn = fn,
                                    .bytes = bytes,
                                    .memory_bytes = CONFINED_MEMORY,
                                    .cpu_ms = CONFINED_MS,
                                    .time_ms = 3 * CONFINED_MS};

    (void)context;
    return rf_confine_call(&what, ret, ret_size, NULL, err);
}

void rf_rings_init(struct rf_rings *rings, struct rf_arena *arena)
{
    sigset_t set;

    *rings = (struct rf_rings){.arena = arena};
    (void)sigemptyset(&set);
    (void)sigaddset(&set, SIGCHLD);
    for (size_t i = 0; i < RF_COUNT(ending_signals); i++)
        (void)sigaddset(&set, ending_signals[i]);
    (void)sigprocmask(SIG_BLOCK, &set, &rings->before); /* cannot fail for valid arguments */
}

void rf_rings_done(struct rf_rings *rings)
{
    stop(rings);
    (void)sigprocmask(SIG_SETMASK, &rings->before, NULL); /* cannot fail for valid arguments */
}

struct rf_ring_ops rf_rings_ops(struct rf_rings *rings)
{
    return (struct rf_ring_ops){
        .context = rings, .start = start, .wait = wait_any, .stop = stop, .confine = confine};
}
