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

/* --- swap --- */

const char *rf_kept_name(enum rf_kept kept)
{
    static const char *const names[] = {[RF_KEPT_NOT] = "nothing",
                                        [RF_KEPT_NOSWAP] = "noswap",
                                        [RF_KEPT_GROUP] = "control group",
                                        [RF_KEPT_ABSENT] = "there is none"};

    return names[kept];
}

/* The step that mounted what was seen at `path`, or NULL: a part of a volume, or of a root with mounts below.
 */
static const struct rf_step *mounted_by(const struct rf_plan *plan, const char *path)
{
    for (uint32_t i = plan->count; i-- > 0;) {
        const struct rf_step *step = &plan->steps[i];

        if (step->kind == RF_STEP_SCRATCH && strcmp(path, "/") == 0)
            return step;
        if (step->kind >= RF_STEP_TMPFS && step->kind <= RF_STEP_MASK_DIR &&
            strcmp(rf_plan_text(plan, step->dst), path) == 0)
            return step;
    }
    return NULL;
}

/* The tmpfs above an overlay's root is in no list of mounts; a step that failed would have ended the run. */
static bool is_overlay_swapped(const struct rf_made *made)
{
    const struct rf_step *step = rf_made_step(made, RF_STEP_OVERLAY);

    return step && !(step->flags & RF_STEP_NO_SWAP);
}

/* What was seen, not what was planned: a group without the file is as planned, too. Only version 2 can close
   swap to a group; version 1 counts it (plan/build_launch.c). */
static void look_at_swap(const struct rf_made *made, const struct rf_outcome *outcome,
                         const struct rf_seen *seen, struct rf_verdict *verdict)
{
    bool is_closed = outcome->swap_limit_bytes == 0;
    bool is_seen = seen->mount_count > 0;
    enum rf_kept files = is_overlay_swapped(made) ? RF_KEPT_NOT : RF_KEPT_NOSWAP;
    enum rf_kept volumes = RF_KEPT_ABSENT;

    for (size_t i = 0; i < seen->mount_count; i++) {
        const struct rf_seen_mount *mount = &seen->mounts[i];
        bool is_shmem = strcmp(mount->type, "tmpfs") == 0 || strcmp(mount->type, "devtmpfs") == 0;
        const struct rf_step *step = mounted_by(made->plan, mount->path);

        if (!is_shmem || mount->is_read_only)
            continue;
        if (step && (step->kind == RF_STEP_TMPFS || step->kind == RF_STEP_SCRATCH))
            files = mount->is_no_swap ? files : RF_KEPT_NOT;
        else if (!step || step->key == RF_KEY_VOLUME) /* else a device node: it holds nothing */
            volumes = mount->is_no_swap && volumes != RF_KEPT_NOT ? RF_KEPT_NOSWAP : RF_KEPT_NOT;
    }
    verdict->files = !is_seen ? RF_KEPT_UNKNOWN : files == RF_KEPT_NOT && is_closed ? RF_KEPT_GROUP : files;
    verdict->volumes = is_seen ? volumes : RF_KEPT_UNKNOWN;
    verdict->memory = is_closed ? RF_KEPT_GROUP : RF_KEPT_NOT;
}

static const char *why_swapped(const struct rf_swap *swap, const struct rf_verdict *verdict)
{
    if (swap->pages_out == 0 || (!swap->is_on && swap->pages_out == UINT64_MAX))
        return NULL;
    if (verdict->files == RF_KEPT_NOT)
        return "nothing was counted, but this machine swaps, and temporary files of the ring and memory of "
               "its "
               "processes may have been among what it wrote out";
    if (verdict->memory == RF_KEPT_NOT)
        return "nothing was counted, but this machine swaps, and memory of the ring's processes may have "
               "been "
               "among what it wrote out; its temporary files were not";
    if (verdict->volumes == RF_KEPT_NOT)
        return "nothing was counted, but this machine swaps, and files in a volume that lies in memory may "
               "have been among what it wrote out";
    return NULL;
}

/* --- the verdict --- */

static const char *why_not(const struct rf_made *made, const struct rf_outcome *outcome,
                           const struct rf_seen *seen, const struct rf_swap *swap,
                           const struct rf_verdict *verdict)
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
    return why_swapped(swap, verdict);
}

void rf_verdict(const struct rf_made *made, const struct rf_outcome *outcome, const struct rf_seen *seen,
                const struct rf_swap *swap, struct rf_verdict *ret)
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
    look_at_swap(made, outcome, seen, &verdict);
    verdict.why_not = why_not(made, outcome, seen, swap, &verdict);
    verdict.is_proven = !verdict.why_not;
    *ret = verdict;
}
