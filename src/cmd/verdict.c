/* Whether anything was written to a disk. Said only when it is proven: the kernel counted no byte, and there
   was no place or descriptor by which one could have gone there uncounted (a page that is dirty already is
   not counted again when it is written once more). */
#include "cmd/witness.h"

#include <string.h>

/* Writes to an overlay of ours go to the tmpfs above the root. */
static bool is_ours(const struct rf_made *made, const struct rf_seen_mount *mount)
{
    return strcmp(mount->path, "/") == 0 && strcmp(mount->type, "overlay") == 0 &&
           rf_made_step(made, RF_STEP_OVERLAY);
}

/* Memory of a version 2 group with memory.swap.max=0 is never written out. */
static bool is_swap_closed(const struct rf_made *made)
{
    for (uint32_t i = 0; i < made->plan->count; i++) {
        const struct rf_step *step = &made->plan->steps[i];

        if (step->kind == RF_STEP_CGROUP_LIMIT &&
            strcmp(rf_plan_text(made->plan, step->dst), "memory.swap.max") == 0 &&
            strcmp(rf_plan_text(made->plan, step->data), "0") == 0)
            return true;
    }
    return false;
}

static const char *why_not(const struct rf_made *made, const struct rf_outcome *outcome,
                           const struct rf_seen *seen, bool has_swap, const struct rf_verdict *verdict)
{
    if (!outcome->has_started)
        return "the workload did not start";
    if (!made->plan->watch.has_init)
        return "unknown: without init nobody in the ring could look";
    if (seen->mount_count == 0 || seen->write_bytes == UINT64_MAX)
        return "unknown: the mounts or the bytes written could not be seen";
    if (seen->write_bytes > 0)
        return "the ring wrote to a disk";
    if (verdict->writable_disks)
        return "nothing was counted, but a disk is mounted writable in the ring";
    if (made->facts->disk_outputs & ~made->plan->watch.relayed)
        return "nothing was counted, but the ring had a file on a disk, open for writing, as a standard "
               "descriptor";
    if (has_swap && !is_swap_closed(made))
        return "nothing was counted, but this machine may swap temporary files out to a disk";
    return NULL;
}

void rf_verdict(const struct rf_made *made, const struct rf_outcome *outcome, const struct rf_seen *seen,
                bool has_swap, struct rf_verdict *ret)
{
    struct rf_verdict verdict = {.is_proven = false};
    uint32_t outputs = made->facts->disk_outputs & ~made->plan->watch.relayed;

    for (size_t i = 0; i < seen->mount_count; i++) {
        struct rf_seen_mount *mount = &seen->mounts[i];

        if (!mount->is_disk || mount->is_read_only || is_ours(made, mount))
            continue;
        verdict.writable_disks++;
        verdict.only = mount;
    }
    if (verdict.writable_disks != 1 || outputs)
        verdict.only = NULL;
    verdict.why_not = why_not(made, outcome, seen, has_swap, &verdict);
    verdict.is_proven = !verdict.why_not;
    *ret = verdict;
}
