/* `run`: posture and facts to a plan, and the plan to a ring or to the screen. */
#include "cmd/run.h"

#include "base/file.h"
#include "cmd/explain.h"
#include "cmd/report.h"
#include "cmd/seccomp_file.h"
#include "plan/build.h"
#include "posture/limits.h"
#include "sandbox/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

enum { EXIT_OWN = 125, PLAN_MEMORY = 4 * 1024 * 1024, REPORT_MEMORY = 64 * 1024 * 1024 };

/* The file of --seccomp FILE, of which docker's own form is taken. */
static int read_profile(const struct rf_posture *posture, struct rf_arena *arena, struct rf_profile **ret,
                        struct rf_err *err)
{
    struct rf_seccomp_file_facts facts = {.caps = posture->cap_add};
    struct rf_seccomp_file_notes notes = {0};
    struct rf_str text = {NULL, 0};
    struct rf_profile *profile = rf_arena_alloc(arena, sizeof(*profile));
    struct utsname name;
    int code;

    if (!profile || uname(&name) < 0)
        return rf_fail(err, -ENOMEM, "seccomp %s: out of memory", posture->seccomp_file);
    if (sscanf(name.release, "%u.%u", &facts.kernel_major, &facts.kernel_minor) != 2)
        facts.kernel_major = 0; /* rules for newer kernels stay out */
    code = rf_file_read(posture->seccomp_file, RF_SECCOMP_FILE_MAX, arena, &text, err);
    if (code == 0)
        code = rf_seccomp_file_read(text, &facts, arena, profile, &notes, err);
    if (code < 0 && !strstr(err->msg, posture->seccomp_file)) {
        struct rf_err inner = *err;

        return rf_fail(err, code, "seccomp %s: %.*s", posture->seccomp_file, 400, inner.msg);
    }
    if (code < 0)
        return code;
    if (notes.unknown_names)
        fprintf(
            stderr,
            "ringfence: warning: seccomp %s: %u names of calls are unknown here and ignored, such as %s\n",
            posture->seccomp_file, notes.unknown_names, notes.first_unknown);
    *ret = profile;
    return 0;
}

int rf_run_plan(struct rf_made *made, struct rf_facts *facts, struct rf_plan *plan, struct rf_err *err)
{
    const struct rf_posture *posture = made->posture;
    struct rf_path_fact *paths = NULL;
    struct rf_profile *profile = NULL;
    size_t count = 0;
    int code = 0;

    code = rf_plan_ask(posture, made->arena, &paths, &count, err);
    if (code == 0 && posture->seccomp == RF_SECCOMP_FILE)
        code = read_profile(posture, made->arena, &profile, err);
    if (code == 0)
        code =
            rf_facts_probe(posture->is_host ? "/" : posture->rootfs, paths, count, made->arena, facts, err);
    facts->profile = profile;
    if (code == 0)
        code = rf_plan_build(posture, facts, made->arena, plan, err);
    if (code == 0) {
        made->facts = facts;
        made->plan = plan;
    }
    return code;
}

/* Nothing is started. */
static int explain(struct rf_made *made, bool is_json, struct rf_err *err)
{
    bool has_colour = isatty(STDOUT_FILENO) == 1 && !getenv("NO_COLOR");
    struct rf_buf out;
    int code;

    rf_buf_init(&out, made->arena);
    code = is_json ? rf_explain_json(made, &out, err) : rf_explain_text(made, has_colour, &out, err);
    if (code < 0)
        return EXIT_OWN;
    if (fwrite(out.ptr, 1, out.len, stdout) != out.len || fflush(stdout) != 0) {
        (void)rf_fail(err, -errno, "explaining the plan: writing to standard output: %s", strerror(errno));
        return EXIT_OWN;
    }
    return 0;
}

static void say_warnings(const struct rf_plan *plan)
{
    for (uint32_t i = 0; i < plan->note_count; i++) {
        if (plan->notes[i][0] == '!')
            (void)fprintf(stderr, "ringfence: warning: %s\n", plan->notes[i] + 1);
    }
}

/* --- what to say when it is over --- */

/* A limit that ended the run is the likeliest thing to be looked for in vain. */
static void say_limits(struct rf_made *made, const struct rf_outcome *outcome)
{
    const struct rf_posture *posture = made->posture;
    const char *memory = rf_size_text(made->arena, posture->memory_bytes);
    const char *time = rf_duration_text(made->arena, posture->timeout_ms);

    if (outcome->oom_kills != UINT64_MAX && outcome->oom_kills > 0)
        (void)fprintf(stderr, "ringfence: killed for memory: the limit is %s (--memory)\n",
                      memory ? memory : "set");
    if (outcome->was_timed_out)
        (void)fprintf(stderr, "ringfence: timed out after %s (--timeout)\n", time ? time : "its time");
}

int rf_run_judge(struct rf_reported *report, struct rf_err *err)
{
    int code = 0;

    report->swap = rf_swap_since(&report->swap);
    if (report->made->plan) {
        code = rf_seen_read(report->outcome, report->made->arena, &report->seen, err);
        rf_verdict(report->made, report->outcome, &report->seen, &report->swap, &report->verdict);
    }
    return code;
}

static int write_report(const struct rf_run_wish *wish, struct rf_reported *report, struct rf_err *err)
{
    struct rf_buf text;
    int code = rf_run_judge(report, err);

    rf_buf_init(&text, report->made->arena);
    if (code == 0)
        code = wish->is_report_json ? rf_report_json(report, &text, err) : rf_report_text(report, &text, err);
    return code < 0 ? code : rf_report_write(wish->report, &text, err);
}

/* A run whose report is lost has not done what was asked, but it may have failed for better reasons. */
static int report_run(const struct rf_run_wish *wish, struct rf_reported *report,
                      const struct rf_err *run_err)
{
    struct rf_err err = {0};

    report->error = run_err->code < 0 ? run_err->msg : NULL;
    if (write_report(wish, report, &err) == 0)
        return report->outcome->exit_code;
    (void)fprintf(stderr, "ringfence: %s\n", err.msg);
    return report->outcome->exit_code ? report->outcome->exit_code : EXIT_OWN;
}

static void launch(struct rf_made *made, const struct rf_run_wish *wish, struct rf_outcome *outcome,
                   struct rf_err *err)
{
    const char *name = made->posture->name;
    struct rf_run run = {.name = name ? name : rf_arena_printf(made->arena, "rf-%d", getpid()),
                         .is_name_given = name != NULL,
                         .wants_witness = wish->report,
                         .dies_with = wish->dies_with_parent ? wish->parent : 0,
                         .words = wish->words,
                         .words_len = wish->words_len};
    int code;

    say_warnings(made->plan);
    code = rf_sandbox_run(made->plan, &run, made->arena, outcome, err);
    assert(code == 0 || outcome->exit_code >= EXIT_OWN);
    (void)code; /* err and outcome say it */
    if (run.is_name_given && outcome->run_file.code < 0)
        (void)fprintf(stderr, "ringfence: warning: exec, ps and kill could not find this run: %s\n",
                      outcome->run_file.msg);
    say_limits(made, outcome);
}

int rf_run(const struct rf_posture *posture, const struct rf_run_wish *wish, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_facts facts = {0};
    struct rf_plan plan = {0};
    struct rf_made made = {.posture = posture, .arena = &arena};
    struct rf_outcome outcome = {.exit_code = EXIT_OWN,
                                 .failed_step = -1,
                                 .memory_peak_bytes = UINT64_MAX,
                                 .memory_refusals = UINT64_MAX,
                                 .oom_kills = UINT64_MAX,
                                 .pids_refusals = UINT64_MAX,
                                 .swap_limit_bytes = UINT64_MAX};
    struct rf_reported report = {.made = &made, .outcome = &outcome};
    int code;

    rf_arena_init(&arena, wish->report ? REPORT_MEMORY : PLAN_MEMORY);
    if (wish->report && !wish->explain) {
        if (rf_report_check(wish->report, err) < 0)
            return EXIT_OWN;
        rf_seen_outside(&arena, &report.seen);
        rf_swap_look(&report.swap);
    }
    code = rf_run_plan(&made, &facts, &plan, err);
    if (code == 0 && wish->dies_with_parent && !wish->parent)
        code = rf_fail(err, -ESRCH,
                       "die-with-parent: the parent is outside this pid name space and cannot be watched");
    if (wish->explain)
        return code < 0 ? EXIT_OWN : explain(&made, wish->explain == RF_EXPLAIN_JSON, err);
    if (code == 0)
        launch(&made, wish, &outcome, err);
    if (wish->report)
        return report_run(wish, &report, err);
    return outcome.exit_code; /* the process ends here: giving the arena back would only cost time */
}
