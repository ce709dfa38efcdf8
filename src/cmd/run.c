/* `run`: posture and facts to a plan, and the plan to a ring or to the screen. */
#include "cmd/run.h"

#include "base/file.h"
#include "cmd/seccomp_file.h"
#include "plan/build.h"
#include "sandbox/sandbox.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

enum { EXIT_OWN = 125, PLAN_MEMORY = 4 * 1024 * 1024 };

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

static int make_plan(const struct rf_posture *posture, struct rf_arena *arena, struct rf_plan *ret,
                     struct rf_err *err)
{
    struct rf_path_fact *paths = NULL;
    struct rf_facts facts = {0};
    struct rf_profile *profile = NULL;
    size_t count = 0;
    int code = 0;

    if (!posture->rootfs && !posture->is_host)
        return rf_fail(err, -EINVAL, "no root: say --rootfs DIR, or --host for the host's own, read-only");
    code = rf_plan_ask(posture, arena, &paths, &count, err);
    if (code == 0 && posture->seccomp == RF_SECCOMP_FILE)
        code = read_profile(posture, arena, &profile, err);
    if (code == 0)
        code = rf_facts_probe(posture->is_host ? "/" : posture->rootfs, paths, count, arena, &facts, err);
    facts.profile = profile;
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
