/* The places that a workload finds, read off the plan: where it can write, and what becomes of it. */
#include "cmd/layers.h"

#include <string.h>

enum { ATTR_RDONLY = 0x1, ATTR_NOEXEC = 0x8 };

/* What the ring has for itself: not worth a row each. */
static bool is_furniture(const char *path)
{
    static const char *const own[] = {"/dev", "/proc", "/sys"};

    for (size_t i = 0; i < RF_COUNT(own); i++) {
        size_t len = strlen(own[i]);

        if (strncmp(path, own[i], len) == 0 && (path[len] == '\0' || path[len] == '/'))
            return strcmp(path, "/dev/shm") != 0;
    }
    return false;
}

/* A later step may have made it read-only. */
static bool is_sealed(const struct rf_plan *plan, uint32_t from, const char *path)
{
    for (uint32_t i = from; i < plan->count; i++) {
        const struct rf_step *step = &plan->steps[i];

        if (step->kind == RF_STEP_SEAL && (step->flags & ATTR_RDONLY) &&
            strcmp(rf_plan_text(plan, step->dst), path) == 0)
            return true;
    }
    return false;
}

static const char *kind_of(const struct rf_step *step)
{
    switch ((enum rf_step_kind)step->kind) {
    case RF_STEP_ROOT:
        return "root";
    case RF_STEP_OVERLAY:
        return "overlay";
    case RF_STEP_SCRATCH:
        return "scratch";
    case RF_STEP_TMPFS:
        return "tmpfs";
    case RF_STEP_BIND:
        return "volume";
    default:
        return NULL;
    }
}

size_t rf_places(const struct rf_made *made, struct rf_place_row ret[RF_PLACE_ROWS])
{
    const struct rf_plan *plan = made->plan;
    size_t count = 0;

    for (uint32_t i = 0; i < plan->count && count < RF_PLACE_ROWS; i++) {
        const struct rf_step *step = &plan->steps[i];
        bool is_root =
            step->kind == RF_STEP_ROOT || step->kind == RF_STEP_OVERLAY || step->kind == RF_STEP_SCRATCH;
        bool is_memory =
            step->kind == RF_STEP_TMPFS || step->kind == RF_STEP_OVERLAY || step->kind == RF_STEP_SCRATCH;
        const char *path = is_root ? "/" : rf_plan_text(plan, step->dst);

        if (!kind_of(step) || is_furniture(path))
            continue;
        ret[count++] = (struct rf_place_row){
            .path = path,
            .kind = kind_of(step),
            .src = rf_plan_text(plan, step->src),
            .is_writable = !(step->flags & ATTR_RDONLY) && !is_sealed(plan, i + 1, path),
            .is_exec = !(step->flags & ATTR_NOEXEC),
            .is_idmapped = step->kind == RF_STEP_BIND && step->b,
            .size_bytes = is_memory ? step->a : 0,
            .inodes = is_memory ? step->b : 0,
            .step = step,
        };
    }
    return count;
}
