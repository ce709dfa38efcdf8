/* A stored plan that loads is whole: it can be described, and stored again it is the same bytes. */
#include "plan/store.h"

#include "posture/key.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BYTES = 16 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What only tells builds apart is set right, so that inputs outlive a new kind of step. */
static uint8_t *as_this_build_s(const uint8_t *data, size_t size)
{
    uint8_t *bytes = malloc(size ? size : 1);
    struct rf_store_head head;

    if (!bytes)
        abort();
    if (size)
        memcpy(bytes, data, size);
    if (size < sizeof(head))
        return bytes;
    memcpy(&head, bytes, sizeof(head));
    head.step_bytes = sizeof(struct rf_step);
    head.step_kinds = RF_STEP_MAX;
    head.keys = RF_KEY_MAX;
    memcpy(bytes, &head, sizeof(head));
    return bytes;
}

static void check(const struct rf_plan *plan, const uint8_t *bytes, size_t size, struct rf_arena *arena)
{
    struct rf_store store;
    size_t at = 0;

    rf_plan_store(plan, &store);
    if (store.size_bytes != size)
        abort();
    for (size_t i = 0; i < RF_STORE_PARTS; i++) {
        if (store.parts[i].iov_len &&
            memcmp(bytes + at, store.parts[i].iov_base, store.parts[i].iov_len) != 0)
            abort();
        at += store.parts[i].iov_len;
    }
    for (uint32_t i = 0; i < plan->count; i++)
        (void)rf_step_describe(plan, &plan->steps[i], arena);
    for (uint32_t i = 0; i < plan->argv_count; i++)
        if (strlen(rf_plan_text(plan, plan->argv[i])) >= plan->text_len)
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_arena arena;
    struct rf_plan plan = {0};
    struct rf_err err = {0};
    uint8_t *bytes = as_this_build_s(data, size);

    rf_arena_init(&arena, ARENA_BYTES);
    if (rf_plan_load(bytes, size, &arena, &plan, &err) == 0)
        check(&plan, bytes, size, &arena);
    else if (err.code >= 0 || !err.msg[0] || plan.count)
        abort();
    rf_arena_done(&arena);
    free(bytes);
    return 0;
}
