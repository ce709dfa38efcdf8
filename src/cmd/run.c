/* `run`: posture and facts to a plan, and the plan to a ring or to the screen. */
#include "cmd/run.h"

#include "plan/plan.h"
#include "sandbox/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>

enum { EXIT_OWN = 125, PLAN_MEMORY = 4 * 1024 * 1024 };

static int make_plan(const struct rf_posture *posture, struct rf_arena *arena, struct rf_plan *ret, struct rf_err *err)
{
    struct rf_path_fact *paths = NULL;
    struct rf_facts facts = {0};
    size_t count = 0;
    int code = 0;

    if (!posture->rootfs && !posture->is_host)
        return rf_fail(err, -EINVAL, "no root: say --rootfs DIR, or --host for the host's own, read-only");
    code = rf_plan_ask(posture, arena, &paths, &count, err);
    if (code == 0)
        code = rf_facts_probe(posture->is_host ? "/" : posture->rootfs, paths, count, arena, &facts, err);
    if (code == 0)
        code = rf_plan_build(posture, &facts, arena, ret, err);
    return code;
}

static void explain(const struct rf_plan *plan, struct rf_arena *arena)
{
    for (uint32_t i = 0; i < plan->count; i++)
        printf("%3u  %-6s %-60s # %s\n", i + 1, "", rf_step_describe(plan, &plan->steps[i], arena),
               rf_key_info((enum rf_key)plan->steps[i].key)->flag);
}

int rf_run(const struct rf_posture *posture, const struct rf_run_wish *wish, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_plan plan = {0};
    struct rf_outcome outcome = {.exit_code = EXIT_OWN};
    struct rf_run run = {.wants_witness = wish->report, .words = wish->words, .words_len = wish->words_len};
    int code;

    rf_arena_init(&arena, PLAN_MEMORY);
    code = make_plan(posture, &arena, &plan, err);
    if (code < 0)
        return EXIT_OWN;
    for (uint32_t i = 0; i < plan.note_count; i++) {
        if (plan.notes[i][0] == '!')
            fprintf(stderr, "ringfence: warning: %s\n", plan.notes[i] + 1);
    }
    if (wish->explain) {
        explain(&plan, &arena);
        return 0;
    }
    code = rf_sandbox_run(&plan, &run, &arena, &outcome, err);
    assert(code == 0 || outcome.exit_code >= EXIT_OWN);
    return outcome.exit_code; /* the process ends here: giving the arena back would only cost time */
}
