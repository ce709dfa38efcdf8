/* One name for everything a plan does. Text counts by what it says, not by where it lies, and numbers are
   written in one byte order, so that the hash is the same on every machine. Which key demanded a step and
   what the notes say do not count: they change nothing that is run. */
#include "plan/plan.h"

#include "base/sha256.h"

#include <string.h>

static void add_number(struct rf_sha256 *sha, uint64_t number)
{
    char bytes[8];

    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (char)(number >> (8 * i));
    rf_sha256_update(sha, bytes, sizeof(bytes));
}

/* With its terminator, so that "ab","c" differs from "a","bc". */
static void add_text(struct rf_sha256 *sha, const char *text)
{
    rf_sha256_update(sha, text, strlen(text) + 1);
}

static void add_step(struct rf_sha256 *sha, const struct rf_plan *plan, const struct rf_step *step)
{
    const uint64_t numbers[] = {step->kind, step->actor, step->mode, step->flags,
                                step->uid,  step->gid,   step->a,    step->b};

    for (size_t i = 0; i < RF_COUNT(numbers); i++)
        add_number(sha, numbers[i]);
    add_text(sha, rf_plan_text(plan, step->src));
    add_text(sha, rf_plan_text(plan, step->dst));
    add_text(sha, rf_plan_text(plan, step->data));
}

static void add_words(struct rf_sha256 *sha, const struct rf_plan *plan, const uint32_t *words,
                      uint32_t count)
{
    add_number(sha, count);
    for (uint32_t i = 0; i < count; i++)
        add_text(sha, rf_plan_text(plan, words[i]));
}

static void add_filter(struct rf_sha256 *sha, const struct rf_insn *insns, uint32_t count)
{
    add_number(sha, count);
    for (uint32_t i = 0; i < count; i++)
        add_number(sha, (uint64_t)insns[i].code | (uint64_t)insns[i].jt << 16 | (uint64_t)insns[i].jf << 24 |
                            (uint64_t)insns[i].k << 32);
}

static void add_watch(struct rf_sha256 *sha, const struct rf_watch *watch)
{
    const uint64_t numbers[] = {watch->timeout_ms, watch->stop_timeout_ms, watch->stop_signal,
                                watch->has_init,   watch->has_tty,         watch->has_stdin,
                                watch->has_output, watch->relayed,         watch->has_debug_root};

    for (size_t i = 0; i < RF_COUNT(numbers); i++)
        add_number(sha, numbers[i]);
}

void rf_plan_hash(const struct rf_plan *plan, char ret_hex[65])
{
    struct rf_sha256 sha;

    rf_sha256_init(&sha);
    add_text(&sha, "ringfence plan 1"); /* changes when the meaning of a number above does */
    add_number(&sha, plan->count);
    for (uint32_t i = 0; i < plan->count; i++)
        add_step(&sha, plan, &plan->steps[i]);
    add_words(&sha, plan, plan->argv, plan->argv_count);
    add_words(&sha, plan, plan->envp, plan->envp_count);
    for (size_t i = 0; i < RF_PLAN_FILTERS; i++)
        add_filter(&sha, plan->filters[i], plan->filter_len[i]);
    add_watch(&sha, &plan->watch);
    rf_sha256_final_hex(&sha, ret_hex);
}
