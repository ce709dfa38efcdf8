/* `exec`: a further process in a running ring. */
#include "cmd/exec.h"

#include "plan/exec.h"
#include "sandbox/enter.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_OWN = 125, EXEC_MEMORY = 64 * 1024 * 1024 };

/* "0", "00", "root". Other spellings that some program takes for 0 are no user at all here. */
static bool is_root_word(struct rf_str word)
{
    size_t zeros = 0;

    while (zeros < word.len && word.ptr[zeros] == '0')
        zeros++;
    return rf_str_is(word, "root") || (zeros && zeros == word.len);
}

static bool is_root(const char *user)
{
    struct rf_str left;
    struct rf_str right = rf_str_cut(rf_str_of(user), ':', &left);

    return is_root_word(left) && (!right.ptr || is_root_word(right));
}

static int read_wish(const struct rf_exec_words *words, struct rf_posture *posture, struct rf_exec_wish *wish,
                     struct rf_err *err)
{
    static const struct rf_from from = {.known = RF_KNOWN};
    int code = 0;

    wish->is_root = words->user && is_root(words->user);
    wish->has_user = words->user && !wish->is_root;
    if (wish->has_user)
        code = rf_posture_set(posture, RF_KEY_USER, rf_str_of(words->user), &from, err);
    for (size_t i = 0; i < words->command_count && code == 0; i++)
        code = rf_posture_set(posture, RF_KEY_COMMAND, rf_str_of(words->command[i]), &from, err);
    return code;
}

int rf_exec(const struct rf_posture *posture, const struct rf_exec_words *words, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_posture own = *posture;
    struct rf_ring ring = {0};
    struct rf_facts facts = {.stdin_is_tty = isatty(STDIN_FILENO) == 1};
    struct rf_exec_wish wish = {.name = words->name, .posture = &own, .facts = &facts};
    struct rf_plan plan = {0};
    struct rf_outcome outcome = {.exit_code = EXIT_OWN};
    int code;

    rf_arena_init(&arena, EXEC_MEMORY);
    code = rf_rundir_find(words->name, &arena, &ring, err);
    if (code == 0)
        code = read_wish(words, &own, &wish, err);
    if (code == 0 && (own.user.user_name || own.user.group_name))
        code = rf_sandbox_look_in(&ring, &arena, &facts, err);
    if (code == 0)
        code = rf_plan_for_exec(&ring.plan, &wish, &arena, &plan, err);
    if (code < 0)
        return EXIT_OWN;
    if (wish.is_root)
        (void)fprintf(stderr, "ringfence: warning: uid 0 is running in %s (debug_root)\n", ring.name);
    code = rf_sandbox_exec(&ring, &plan, &arena, &outcome, err);
    assert(code == 0 || outcome.exit_code >= EXIT_OWN);
    return outcome.exit_code;
}
