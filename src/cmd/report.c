/* The report for people. What was not seen is called unknown. */
#include "cmd/report.h"

#include "posture/limits.h"

#include <errno.h>
#include <string.h>

enum { NAME_WIDTH = 19, PATH_WIDTH = 28, TYPE_WIDTH = 10 };

const char *rf_report_verdict_text(const struct rf_reported *report)
{
    return report->verdict.is_proven ? "nothing was written to a disk-backed file system"
                                     : report->verdict.why_not;
}

uint64_t rf_report_written(const struct rf_reported *report, const struct rf_seen_mount *mount)
{
    if (mount->is_read_only)
        return 0;
    if (!mount->is_disk)
        return UINT64_MAX; /* what is in it at the end is known, not what came and went */
    if (report->seen.write_bytes == 0)
        return 0;
    return mount == report->verdict.only ? report->seen.write_bytes : UINT64_MAX;
}

size_t rf_report_standards(const struct rf_reported *report, struct rf_report_standard ret[3])
{
    static const char *const names[] = {"standard input", "standard output", "standard error"};
    const struct rf_made *made = report->made;
    size_t count = 0;

    for (uint32_t fd = 0; made->plan && fd < 3; fd++) {
        if (!(made->facts->disk_outputs >> fd & 1))
            continue;
        ret[count++] = (struct rf_report_standard){
            names[fd], made->plan->watch.relayed >> fd & 1
                           ? "a file on a disk, written by the launcher: the ring had a pipe"
                           : "a file on a disk, written by the ring: its bytes are among those counted"};
    }
    return count;
}

static const char *swap_text(struct rf_reported *report)
{
    const struct rf_swap *swap = &report->swap;

    if (swap->pages_out == UINT64_MAX)
        return swap->is_on ? "on; how much was written to it is unknown" : "none";
    if (swap->pages_out == 0)
        return swap->is_on ? "on; no page was written to it by the whole machine while the ring ran" : "none";
    return rf_made_printf(report->made,
                          "on; %llu pages were written to it by the whole machine while the ring ran",
                          (unsigned long long)swap->pages_out);
}

static void name(struct rf_buf *out, const char *text)
{
    rf_buf_text(out, "  ");
    rf_explain_pad(out, rf_buf_plain(out, rf_str_of(text)), NAME_WIDTH);
}

static void count(struct rf_buf *out, const char *before, uint64_t value)
{
    rf_buf_text(out, before);
    if (value == UINT64_MAX)
        rf_buf_text(out, "unknown");
    else
        rf_buf_printf(out, "%llu", (unsigned long long)value);
}

static void size(struct rf_buf *out, uint64_t bytes)
{
    const char *text = bytes == UINT64_MAX ? "unknown" : rf_size_text(out->arena, bytes);

    out->is_failed |= !text;
    rf_buf_text(out, text ? text : "");
}

/* --- the run --- */

static void result(const struct rf_reported *report, struct rf_buf *out)
{
    const struct rf_outcome *outcome = report->outcome;
    const struct rf_plan *plan = report->made->plan;

    rf_buf_printf(out, "result   exit %d", outcome->exit_code);
    if (outcome->signal)
        rf_buf_printf(out, ", ended by signal %d", outcome->signal);
    if (outcome->was_timed_out)
        rf_buf_text(out, ", timed out");
    if (outcome->was_orphaned)
        rf_buf_text(out, ", killed because its parent died");
    if (outcome->oom_kills != UINT64_MAX && outcome->oom_kills)
        rf_buf_text(out, ", killed for memory");
    if (!outcome->has_started)
        rf_buf_text(out, ", the workload did not start");
    rf_buf_text(out, "\n");
    if (plan && outcome->failed_step >= 0)
        rf_buf_printf(out, "failed   step %d of %u, errno %d\n", outcome->failed_step + 1, plan->count,
                      outcome->failed_errno);
    if (report->error) {
        rf_buf_text(out, "error    ");
        (void)rf_buf_plain(out, rf_str_of(report->error));
        rf_buf_text(out, "\n");
    }
}

static void usage(const struct rf_outcome *outcome, struct rf_buf *out)
{
    bool has_group = outcome->memory_peak_bytes != UINT64_MAX;

    rf_buf_printf(out, "time     %llu us to start, %llu us in all; processor %llu us user, %llu us system\n",
                  (unsigned long long)outcome->setup_us, (unsigned long long)outcome->total_us,
                  (unsigned long long)outcome->user_us, (unsigned long long)outcome->system_us);
    rf_buf_text(out, "memory   peak ");
    size(out, has_group           ? outcome->memory_peak_bytes
              : outcome->peak_kib ? outcome->peak_kib * 1024
                                  : UINT64_MAX);
    rf_buf_text(out, has_group ? " of the whole ring\n" : " of its largest process\n");
}

static void heading(const struct rf_reported *report, struct rf_buf *out)
{
    const struct rf_plan *plan = report->made->plan;
    char hash[65];

    rf_buf_text(out, "report   ringfence " RF_VERSION "\n");
    if (plan) {
        rf_plan_hash(plan, hash);
        rf_buf_printf(out, "plan     %s\ncommand ", hash);
        for (uint32_t i = 0; i < plan->argv_count; i++) {
            rf_buf_text(out, " ");
            (void)rf_buf_plain(out, rf_str_of(rf_plan_text(plan, plan->argv[i])));
        }
        rf_buf_text(out, "\n");
    }
    result(report, out);
    if (!plan)
        return;
    usage(report->outcome, out);
    rf_buf_printf(out, "disk     %s\n", rf_report_verdict_text(report));
}

/* --- seen from inside --- */

static void ids(struct rf_buf *out, const char *what, const uint64_t values[4])
{
    name(out, what);
    for (size_t i = 0; i < 4; i++)
        count(out, i ? " " : "", values[i]);
    rf_buf_text(out, " (real, effective, saved, file system)\n");
}

static void privileges(const struct rf_seen *seen, struct rf_buf *out)
{
    static const char *const sets[] = {"inheritable ", ", permitted ", ", effective ", ", bounding ",
                                       ", ambient "};
    bool is_seen = seen->uids[0] != UINT64_MAX;
    bool has_zero = false;

    for (size_t i = 0; i < 4; i++)
        has_zero |= seen->uids[i] == 0;
    name(out, "uid 0");
    rf_buf_text(out, !is_seen ? "unknown\n" : has_zero ? "yes\n" : "no\n");
    ids(out, "uid", seen->uids);
    ids(out, "gid", seen->gids);
    name(out, "groups");
    rf_buf_printf(out, "%s\n", !seen->groups ? "unknown" : *seen->groups ? seen->groups : "none");
    name(out, "capabilities");
    for (size_t i = 0; i < RF_CAP_SETS; i++) {
        if (seen->caps[i] == UINT64_MAX)
            rf_buf_printf(out, "%sunknown", sets[i]);
        else
            rf_buf_printf(out, "%s%#llx", sets[i], (unsigned long long)seen->caps[i]);
    }
    rf_buf_text(out, "\n");
    name(out, "no_new_privs");
    count(out, "", seen->no_new_privs);
    rf_buf_text(out, "\n");
    name(out, "seccomp");
    count(out, "mode ", seen->seccomp_mode);
    count(out, ", filters ", seen->seccomp_filters);
    rf_buf_text(out, "\n");
}

static void inside(const struct rf_reported *report, struct rf_buf *out)
{
    const struct rf_seen *seen = &report->seen;
    bool is_enforced = report->outcome->has_started && rf_made_step(report->made, RF_STEP_LANDLOCK_ENFORCE);

    rf_buf_text(out, "\nseen from inside\n");
    privileges(seen, out);
    name(out, "landlock");
    if (is_enforced)
        rf_buf_printf(out, "ABI %d, restrict_self succeeded\n", report->made->facts->landlock_abi);
    else
        rf_buf_text(out, "not in force\n");
    for (size_t i = 0; i < RF_NAMESPACES; i++) {
        const struct rf_seen_namespace *ns = &seen->namespaces[i];

        name(out, i ? "" : "name spaces");
        if (!ns->inside || !ns->outside)
            rf_buf_printf(out, "%s unknown\n", ns->name);
        else
            rf_buf_printf(out, "%s, %s\n", ns->inside,
                          strcmp(ns->inside, ns->outside) == 0 ? "the caller's" : "its own");
    }
    for (size_t i = 0; i < seen->limit_count; i++) {
        name(out, i ? "" : "limits");
        rf_buf_printf(out, "%s %s:%s\n", seen->limits[i].name, seen->limits[i].soft, seen->limits[i].hard);
    }
    if (!seen->limit_count) {
        name(out, "limits");
        rf_buf_text(out, "unknown\n");
    }
}

/* --- places --- */

static void mount_row(const struct rf_reported *report, const struct rf_seen_mount *mount, struct rf_buf *out)
{
    uint64_t written = rf_report_written(report, mount);

    rf_buf_text(out, "  ");
    rf_explain_pad(out, rf_buf_plain(out, rf_str_of(mount->path)), PATH_WIDTH);
    rf_explain_pad(out, rf_buf_plain(out, rf_str_of(mount->type)), TYPE_WIDTH);
    rf_buf_text(out, mount->options);
    if (mount->used_bytes != UINT64_MAX && !mount->is_read_only) {
        rf_buf_text(out, ", holds ");
        size(out, mount->used_bytes);
    }
    if (mount->is_disk && !mount->is_read_only)
        count(out, ", bytes written ", written);
    rf_buf_text(out, "\n");
}

static void swap(struct rf_reported *report, struct rf_buf *out)
{
    const struct {
        const char *what;
        enum rf_kept kept;
    } rows[] = {{"of temporary files", report->verdict.files},
                {"of process memory", report->verdict.memory},
                {"of memory volumes", report->verdict.volumes}};

    rf_buf_text(out, "\nswap, and what keeps the ring's memory out of it\n");
    name(out, "swap");
    rf_buf_printf(out, "%s\n", swap_text(report));
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        const char *kept = rf_kept_name(rows[i].kept);

        name(out, rows[i].what);
        rf_buf_printf(out, "%s\n", kept ? kept : "unknown");
    }
}

static void refusals(const struct rf_outcome *outcome, struct rf_buf *out)
{
    rf_buf_text(out, "\nrefusals\n");
    name(out, "memory limit");
    count(out, "met ", outcome->memory_refusals);
    count(out, " times, killed ", outcome->oom_kills);
    rf_buf_text(out, "\n");
    name(out, "pids limit");
    count(out, "met ", outcome->pids_refusals);
    rf_buf_text(out, " times\n");
    name(out, "files and calls");
    rf_buf_text(out, "not counted\n");
}

static void places(const struct rf_reported *report, struct rf_buf *out)
{
    struct rf_report_standard standards[3];
    size_t standard_count = rf_report_standards(report, standards);

    rf_buf_text(out, "\nmounts, as the workload had them\n");
    for (size_t i = 0; i < report->seen.mount_count; i++) {
        if (!report->seen.mounts[i].is_hidden)
            mount_row(report, &report->seen.mounts[i], out);
    }
    if (!report->seen.mount_count)
        rf_buf_text(out, "  unknown\n");
    rf_buf_text(out, "\nwritten to disks\n");
    name(out, "bytes");
    count(out, "", report->seen.write_bytes);
    rf_buf_text(out, " (all processes of the ring, whole pages)\n");
    for (size_t i = 0; i < standard_count; i++) {
        name(out, standards[i].name);
        rf_buf_printf(out, "%s\n", standards[i].what);
    }
}

int rf_report_text(struct rf_reported *report, struct rf_buf *ret, struct rf_err *err)
{
    heading(report, ret);
    if (report->made->plan) {
        rf_buf_text(ret, "\nlayers, as planned\n");
        rf_explain_layer_rows(report->made, false, ret);
        inside(report, ret);
        places(report, ret);
        swap(report, ret);
        refusals(report->outcome, ret);
        rf_buf_text(ret, report->made->plan->note_count ? "\nnotes\n" : "");
        for (uint32_t i = 0; i < report->made->plan->note_count; i++) {
            const char *note = report->made->plan->notes[i];

            rf_buf_text(ret, note[0] == '!' ? "  warning: " : "  ");
            (void)rf_buf_plain(ret, rf_str_of(note + (note[0] == '!')));
            rf_buf_text(ret, "\n");
        }
    }
    return report->made->is_failed || ret->is_failed
               ? rf_fail(err, -ENOMEM, "making the report: out of memory")
               : 0;
}
