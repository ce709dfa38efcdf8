/* The report for programs: docs/report.md names every member. */
#include "cmd/report.h"

#include "base/json_writer.h"

#include <errno.h>
#include <string.h>

static void failure(const struct rf_reported *report, struct rf_jsonw *json)
{
    const struct rf_outcome *outcome = report->outcome;
    const struct rf_plan *plan = report->made->plan;

    if (!report->error) {
        rf_jsonw_null(json, "failure");
        return;
    }
    rf_jsonw_object(json, "failure");
    rf_jsonw_text(json, "message", report->error);
    if (plan && outcome->failed_step >= 0) {
        const struct rf_step *step = &plan->steps[outcome->failed_step];

        rf_jsonw_number(json, "step", (uint64_t)outcome->failed_step + 1);
        rf_jsonw_text(json, "kind", rf_step_name((enum rf_step_kind)step->kind));
        rf_jsonw_text(json, "what", rf_step_describe(plan, step, report->made->arena));
        rf_jsonw_number(json, "errno", (uint64_t)outcome->failed_errno);
    }
    rf_jsonw_end(json);
}

static void heading(const struct rf_reported *report, struct rf_jsonw *json)
{
    const struct rf_outcome *outcome = report->outcome;
    const struct rf_plan *plan = report->made->plan;
    bool is_oom = outcome->oom_kills != UINT64_MAX && outcome->oom_kills > 0;
    char hash[65];

    if (plan)
        rf_plan_hash(plan, hash);
    rf_jsonw_text(json, "format", "ringfence-report/1");
    rf_jsonw_text(json, "version", RF_VERSION);
    rf_jsonw_text(json, "hash", plan ? hash : NULL);
    rf_jsonw_array(json, "command");
    for (uint32_t i = 0; plan && i < plan->argv_count; i++)
        rf_jsonw_text(json, NULL, rf_plan_text(plan, plan->argv[i]));
    rf_jsonw_end(json);
    rf_jsonw_bool(json, "started", outcome->has_started);
    rf_jsonw_number(json, "exit_code", (uint64_t)outcome->exit_code);
    rf_jsonw_count(json, "signal", outcome->signal ? (uint64_t)outcome->signal : UINT64_MAX);
    rf_jsonw_bool(json, "timed_out", outcome->was_timed_out);
    rf_jsonw_bool(json, "orphaned", outcome->was_orphaned);
    rf_jsonw_bool(json, "oom_killed", is_oom);
    failure(report, json);
}

static void usage(const struct rf_outcome *outcome, struct rf_jsonw *json)
{
    bool has_group = outcome->memory_peak_bytes != UINT64_MAX;
    uint64_t peak = outcome->peak_kib ? outcome->peak_kib * 1024 : UINT64_MAX;

    rf_jsonw_object(json, "time");
    rf_jsonw_number(json, "setup_us", outcome->setup_us);
    rf_jsonw_number(json, "total_us", outcome->total_us);
    rf_jsonw_number(json, "user_us", outcome->user_us);
    rf_jsonw_number(json, "system_us", outcome->system_us);
    rf_jsonw_end(json);
    rf_jsonw_object(json, "memory");
    rf_jsonw_count(json, "peak_bytes", has_group ? outcome->memory_peak_bytes : peak);
    rf_jsonw_text(json, "peak_of", has_group ? "ring" : "largest process");
    rf_jsonw_end(json);
    rf_jsonw_object(json, "refusals");
    rf_jsonw_count(json, "memory_limit", outcome->memory_refusals);
    rf_jsonw_count(json, "oom_kills", outcome->oom_kills);
    rf_jsonw_count(json, "pids_limit", outcome->pids_refusals);
    rf_jsonw_end(json);
}

/* --- seen from inside --- */

static void ids(struct rf_jsonw *json, const char *name, const uint64_t values[4])
{
    static const char *const names[] = {"real", "effective", "saved", "file_system"};

    rf_jsonw_object(json, name);
    for (size_t i = 0; i < 4; i++)
        rf_jsonw_count(json, names[i], values[i]);
    rf_jsonw_end(json);
}

static void groups(struct rf_jsonw *json, const char *list)
{
    struct rf_str rest = list ? rf_str_of(list) : (struct rf_str){NULL, 0};

    if (!list) {
        rf_jsonw_null(json, "groups");
        return;
    }
    rf_jsonw_array(json, "groups");
    while (rest.ptr && rest.len) {
        struct rf_str word;

        rest = rf_str_cut(rest, ' ', &word);
        if (word.len)
            rf_jsonw_str(json, NULL, word);
    }
    rf_jsonw_end(json);
}

/* As the kernel writes them: a number would lose bits in readers that know doubles only. */
static void capabilities(const struct rf_reported *report, struct rf_jsonw *json)
{
    static const char *const names[] = {"inheritable", "permitted", "effective", "bounding", "ambient"};

    rf_jsonw_object(json, "capabilities");
    for (size_t i = 0; i < RF_CAP_SETS; i++) {
        uint64_t set = report->seen.caps[i];

        rf_jsonw_text(json, names[i],
                      set == UINT64_MAX ? NULL
                                        : rf_made_printf(report->made, "%016llx", (unsigned long long)set));
    }
    rf_jsonw_end(json);
}

static void is_root(struct rf_jsonw *json, const uint64_t uids[4])
{
    if (uids[0] == UINT64_MAX)
        rf_jsonw_null(json, "uid_0");
    else
        rf_jsonw_bool(json, "uid_0", uids[0] == 0 || uids[1] == 0 || uids[2] == 0 || uids[3] == 0);
}

static void namespaces(const struct rf_seen *seen, struct rf_jsonw *json)
{
    rf_jsonw_array(json, "namespaces");
    for (size_t i = 0; i < RF_NAMESPACES; i++) {
        const struct rf_seen_namespace *ns = &seen->namespaces[i];

        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "name", ns->name);
        rf_jsonw_text(json, "inside", ns->inside);
        if (ns->inside && ns->outside)
            rf_jsonw_bool(json, "own", strcmp(ns->inside, ns->outside) != 0);
        else
            rf_jsonw_null(json, "own");
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

static void inside(const struct rf_reported *report, struct rf_jsonw *json)
{
    const struct rf_seen *seen = &report->seen;
    bool is_enforced = report->outcome->has_started && rf_made_step(report->made, RF_STEP_LANDLOCK_ENFORCE);

    rf_jsonw_object(json, "inside");
    is_root(json, seen->uids);
    ids(json, "uid", seen->uids);
    ids(json, "gid", seen->gids);
    groups(json, seen->groups);
    capabilities(report, json);
    rf_jsonw_count(json, "no_new_privs", seen->no_new_privs);
    rf_jsonw_count(json, "seccomp_mode", seen->seccomp_mode);
    rf_jsonw_count(json, "seccomp_filters", seen->seccomp_filters);
    rf_jsonw_bool(json, "landlock_enforced", is_enforced);
    rf_jsonw_number(json, "landlock_abi", (uint64_t)report->made->facts->landlock_abi);
    namespaces(seen, json);
    rf_jsonw_array(json, "limits");
    for (size_t i = 0; i < seen->limit_count; i++) {
        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "name", seen->limits[i].name);
        rf_jsonw_text(json, "soft", seen->limits[i].soft);
        rf_jsonw_text(json, "hard", seen->limits[i].hard);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
    rf_jsonw_end(json);
}

/* --- places --- */

static void mounts(const struct rf_reported *report, struct rf_jsonw *json)
{
    rf_jsonw_array(json, "mounts");
    for (size_t i = 0; i < report->seen.mount_count; i++) {
        const struct rf_seen_mount *mount = &report->seen.mounts[i];

        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "path", mount->path);
        rf_jsonw_text(json, "type", mount->type);
        rf_jsonw_text(json, "options", mount->options);
        rf_jsonw_bool(json, "read_only", mount->is_read_only);
        rf_jsonw_bool(json, "hidden", mount->is_hidden);
        rf_jsonw_bool(json, "disk", mount->is_disk);
        rf_jsonw_count(json, "used_bytes", mount->used_bytes);
        rf_jsonw_count(json, "written_bytes", rf_report_written(report, mount));
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

static void swap(const struct rf_reported *report, struct rf_jsonw *json)
{
    rf_jsonw_object(json, "swap");
    rf_jsonw_bool(json, "on", report->swap.is_on);
    rf_jsonw_count(json, "pages_out", report->swap.pages_out);
    rf_jsonw_object(json, "kept_out_by");
    rf_jsonw_text(json, "temporary_files", rf_kept_name(report->verdict.files));
    rf_jsonw_text(json, "process_memory", rf_kept_name(report->verdict.memory));
    rf_jsonw_text(json, "memory_volumes", rf_kept_name(report->verdict.volumes));
    rf_jsonw_end(json);
    rf_jsonw_end(json);
}

static void disk(const struct rf_reported *report, struct rf_jsonw *json)
{
    struct rf_report_standard standards[3];
    size_t count = rf_report_standards(report, standards);

    rf_jsonw_object(json, "disk");
    rf_jsonw_bool(json, "nothing_written", report->verdict.is_proven);
    rf_jsonw_text(json, "verdict", rf_report_verdict_text(report));
    rf_jsonw_count(json, "write_bytes", report->seen.write_bytes);
    rf_jsonw_text(json, "all_below",
                  report->verdict.only && report->seen.write_bytes ? report->verdict.only->path : NULL);
    rf_jsonw_count(json, "writable_disk_mounts",
                   report->seen.mount_count ? report->verdict.writable_disks : UINT64_MAX);
    rf_jsonw_array(json, "standard_files");
    for (size_t i = 0; i < count; i++) {
        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "name", standards[i].name);
        rf_jsonw_text(json, "what", standards[i].what);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
    swap(report, json);
    rf_jsonw_end(json);
}

static void notes(const struct rf_plan *plan, struct rf_jsonw *json)
{
    rf_jsonw_array(json, "notes");
    for (uint32_t i = 0; i < plan->note_count; i++) {
        rf_jsonw_object(json, NULL);
        rf_jsonw_bool(json, "warning", plan->notes[i][0] == '!');
        rf_jsonw_text(json, "text", plan->notes[i] + (plan->notes[i][0] == '!'));
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

int rf_report_json(struct rf_reported *report, struct rf_buf *ret, struct rf_err *err)
{
    struct rf_jsonw json;

    rf_jsonw_init(&json, ret, 2);
    rf_jsonw_object(&json, NULL);
    heading(report, &json);
    if (report->made->plan) {
        usage(report->outcome, &json);
        disk(report, &json);
        inside(report, &json);
        rf_explain_layer_json(report->made, &json);
        mounts(report, &json);
        notes(report->made->plan, &json);
    }
    rf_jsonw_end(&json);
    if (rf_jsonw_done(&json, err) < 0)
        return err->code;
    return report->made->is_failed ? rf_fail(err, -ENOMEM, "making the report: out of memory") : 0;
}
