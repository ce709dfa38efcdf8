/* Plans as bytes, for the run file: exec gives a further process of a ring the same layers as its first. */
#include "plan/store.h"

#include "plan/seccomp.h"
#include "posture/key.h"
#include "posture/limits.h"

#include <errno.h>
#include <string.h>

static const char magic[8] = "rfplan1";

enum { WATCH_FLAGS = 5 };

static uint32_t pack_flags(const struct rf_watch *watch)
{
    return (uint32_t)watch->has_init | (uint32_t)watch->has_tty << 1 | (uint32_t)watch->has_stdin << 2 |
           (uint32_t)watch->has_output << 3 | (uint32_t)watch->has_debug_root << 4;
}

void rf_plan_store(const struct rf_plan *plan, struct rf_store *ret)
{
    struct rf_store_head *head = &ret->head;
    uint32_t at = 0;

    *head = (struct rf_store_head){.step_bytes = sizeof(*plan->steps),
                                   .step_kinds = RF_STEP_MAX,
                                   .keys = RF_KEY_MAX,
                                   .count = plan->count,
                                   .text_len = plan->text_len,
                                   .argv_count = plan->argv_count,
                                   .envp_count = plan->envp_count,
                                   .stop_signal = plan->watch.stop_signal,
                                   .relayed = plan->watch.relayed,
                                   .timeout_ms = plan->watch.timeout_ms,
                                   .stop_timeout_ms = plan->watch.stop_timeout_ms,
                                   .flags = pack_flags(&plan->watch)};
    memcpy(head->magic, magic, sizeof(magic));
    ret->parts[at++] = (struct iovec){head, sizeof(*head)};
    ret->parts[at++] = (struct iovec){plan->steps, plan->count * sizeof(*plan->steps)};
    ret->parts[at++] = (struct iovec){plan->text, plan->text_len};
    ret->parts[at++] = (struct iovec){plan->argv, plan->argv_count * sizeof(*plan->argv)};
    ret->parts[at++] = (struct iovec){plan->envp, plan->envp_count * sizeof(*plan->envp)};
    for (size_t i = 0; i < RF_PLAN_FILTERS; i++) {
        head->filter_len[i] = plan->filter_len[i];
        ret->parts[at++] = (struct iovec){plan->filters[i], plan->filter_len[i] * sizeof(*plan->filters[i])};
    }
    ret->size_bytes = 0;
    for (size_t i = 0; i < RF_STORE_PARTS; i++)
        ret->size_bytes += ret->parts[i].iov_len;
}

/* --- reading --- */

/* What has not been read yet. */
struct reader {
    const char *at;
    size_t left;
    struct rf_arena *arena;
    struct rf_err *err;
};

static int refuse(const struct reader *reader, const char *what)
{
    return rf_fail(reader->err, -EBADMSG, "stored plan: %s", what);
}

/* A copy of the next `count` elements, or NULL with the error set. */
static void *take(struct reader *reader, size_t count, size_t size_bytes, const char *what)
{
    void *copy;

    if (count > reader->left / size_bytes) {
        (void)refuse(reader, what);
        return NULL;
    }
    copy = rf_arena_array(reader->arena, count + 1, size_bytes); /* one more: never empty */
    if (!copy) {
        (void)rf_fail(reader->err, -ENOMEM, "stored plan: out of memory");
        return NULL;
    }
    memcpy(copy, reader->at, count * size_bytes);
    reader->at += count * size_bytes;
    reader->left -= count * size_bytes;
    return copy;
}

static int check_head(const struct reader *reader, const struct rf_store_head *head)
{
    if (memcmp(head->magic, magic, sizeof(magic)) != 0 || head->step_bytes != sizeof(struct rf_step) ||
        head->step_kinds != RF_STEP_MAX || head->keys != RF_KEY_MAX)
        return refuse(reader, "it is none, or another version of ringfence wrote it");
    if (head->count == 0 || head->count > RF_PLAN_STEPS)
        return refuse(reader, "its number of steps is impossible");
    if (head->text_len == 0 || head->text_len > RF_PLAN_TEXT)
        return refuse(reader, "its text has an impossible length");
    if (head->argv_count == 0)
        return refuse(reader, "it has no command");
    for (size_t i = 0; i < RF_PLAN_FILTERS; i++) {
        if (head->filter_len[i] > RF_SECCOMP_INSNS_MAX)
            return refuse(reader, "a filter is longer than the kernel accepts");
    }
    if (head->stop_signal == 0 || head->stop_signal > RF_SIGNAL_MAX || head->flags >> WATCH_FLAGS ||
        head->relayed > 7)
        return refuse(reader, "how to watch over it makes no sense");
    return 0;
}

static int check_step(const struct reader *reader, const struct rf_plan *plan, const struct rf_step *step)
{
    if (step->kind >= RF_STEP_MAX || step->key >= RF_KEY_MAX || step->actor > RF_WORKLOAD)
        return refuse(reader, "a step is of no known kind");
    if (step->src >= plan->text_len || step->dst >= plan->text_len || step->data >= plan->text_len)
        return refuse(reader, "a step's text lies outside");
    if (step->kind == RF_STEP_SECCOMP && (step->a >= RF_PLAN_FILTERS || plan->filter_len[step->a] == 0))
        return refuse(reader, "a step installs a filter that is not there");
    return 0;
}

static int check_offsets(const struct reader *reader, const struct rf_plan *plan, const uint32_t *offsets,
                         uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (offsets[i] >= plan->text_len)
            return refuse(reader, "a word lies outside the text");
    }
    return 0;
}

static int check_plan(const struct reader *reader, const struct rf_plan *plan)
{
    int code = 0;

    if (plan->text[0] != '\0' || plan->text[plan->text_len - 1] != '\0')
        return refuse(reader, "its text has no end");
    for (uint32_t i = 0; i < plan->count && code == 0; i++)
        code = check_step(reader, plan, &plan->steps[i]);
    if (code == 0)
        code = check_offsets(reader, plan, plan->argv, plan->argv_count);
    if (code == 0)
        code = check_offsets(reader, plan, plan->envp, plan->envp_count);
    if (code == 0 && reader->left)
        code = refuse(reader, "there is more behind its end");
    return code;
}

int rf_plan_load(const void *bytes, size_t size_bytes, struct rf_arena *arena, struct rf_plan *ret,
                 struct rf_err *err)
{
    struct reader reader = {.at = bytes, .left = size_bytes, .arena = arena, .err = err};
    const struct rf_store_head *head = take(&reader, 1, sizeof(*head), "it is too short");
    struct rf_plan plan = {.arena = arena};
    int code = head ? check_head(&reader, head) : err->code;

    if (code < 0)
        return code;
    plan.count = head->count;
    plan.text_len = head->text_len;
    plan.argv_count = head->argv_count;
    plan.envp_count = head->envp_count;
    plan.steps = take(&reader, plan.count, sizeof(*plan.steps), "steps are missing");
    plan.text = plan.steps ? take(&reader, plan.text_len, 1, "text is missing") : NULL;
    plan.argv = plan.text ? take(&reader, plan.argv_count, sizeof(*plan.argv), "words are missing") : NULL;
    plan.envp =
        plan.argv ? take(&reader, plan.envp_count, sizeof(*plan.envp), "variables are missing") : NULL;
    if (!plan.envp)
        return err->code;
    for (size_t i = 0; i < RF_PLAN_FILTERS; i++) {
        plan.filter_len[i] = head->filter_len[i];
        plan.filters[i] = take(&reader, plan.filter_len[i], sizeof(*plan.filters[i]), "a filter is missing");
        if (!plan.filters[i])
            return err->code;
    }
    plan.watch = (struct rf_watch){.timeout_ms = head->timeout_ms,
                                   .stop_timeout_ms = head->stop_timeout_ms,
                                   .stop_signal = head->stop_signal,
                                   .relayed = head->relayed,
                                   .has_init = head->flags & 1,
                                   .has_tty = head->flags >> 1 & 1,
                                   .has_stdin = head->flags >> 2 & 1,
                                   .has_output = head->flags >> 3 & 1,
                                   .has_debug_root = head->flags >> 4 & 1};
    code = check_plan(&reader, &plan);
    if (code == 0)
        *ret = plan;
    return code;
}
