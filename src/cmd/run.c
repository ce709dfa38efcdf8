/* `run`: posture and facts to a plan, and the plan to a ring or to the screen. */
#include "cmd/run.h"

#include "cmd/explain.h"
#include "plan/plan.h"
#include "sandbox/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OWN = 125, PLAN_MEMORY = 4 * 1024 * 1024 };

/* What the run is made from, and what of it is known so far. */
static int make_plan(struct rf_made *made, struct rf_facts *facts, struct rf_plan *plan, struct rf_err *err)
{
    const struct rf_posture *posture = made->posture;
    struct rf_path_fact *paths = NULL;
    size_t count = 0;
    int code = 0;

    if (!posture->rootfs && !posture->is_host)
        return rf_fail(err, -EINVAL, "no root: say --rootfs DIR, or --host for the host's own, read-only");
    code = rf_plan_ask(posture, made->arena, &paths, &count, err);
    if (code == 0)
        code =
            rf_facts_probe(posture->is_host ? "/" : posture->rootfs, paths, count, made->arena, facts, err);
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

int rf_run(const struct rf_posture *posture, const struct rf_run_wish *wish, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_facts facts = {0};
    struct rf_plan plan = {0};
    struct rf_made made = {.posture = posture, .facts = &facts, .plan = &plan, .arena = &arena};
    struct rf_outcome outcome = {.exit_code = EXIT_OWN};
    struct rf_run run = {.wants_witness = wish->report, .words = wish->words, .words_len = wish->words_len};
    int code;

    rf_arena_init(&arena, PLAN_MEMORY);
    code = make_plan(&made, &facts, &plan, err);
    if (code == 0 && wish->explain) {
        outcome.exit_code = explain(&made, wish->explain == RF_EXPLAIN_JSON, err);
    } else if (code == 0) {
        say_warnings(&plan);
        code = rf_sandbox_run(&plan, &run, &arena, &outcome, err);
        assert(code == 0 || outcome.exit_code >= EXIT_OWN);
    }
    return outcome.exit_code; /* the process ends here: giving the arena back would only cost time */
}
