/* What became of a job: one verdict over all of its rings, then each ring's own report. */
#include "cmd/batch.h"

#include "base/json_writer.h"
#include "cmd/report.h"
#include "engine/memory_file.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* All rings of a job together. Keeping the result where the user asked for it is no trace. */
struct verdict {
    bool is_proven;
    bool has_root;       /* the workload of some ring was uid 0 */
    const char *which;   /* the first ring that spoils it, */
    const char *why_not; /* and why */
    uint64_t disk_bytes; /* UINT64_MAX: unknown */
};

static bool is_keeping(const struct rf_ring_record *record)
{
    return strcmp(record->what, RF_BATCH_KEEPING) == 0;
}

static struct verdict judge(const struct rf_batch_ran *ran)
{
    const struct rf_rings *rings = ran->rings;
    struct verdict verdict = {.is_proven = true};

    for (size_t i = 0; i < rings->count; i++) {
        const struct rf_ring_record *record = &rings->records[i];
        const struct rf_ring_note *note = record->note;

        verdict.has_root |= note->is_judged && note->uid == 0;
        if (is_keeping(record))
            continue;
        if (!note->is_judged || note->disk_bytes == UINT64_MAX || verdict.disk_bytes == UINT64_MAX)
            verdict.disk_bytes = UINT64_MAX;
        else
            verdict.disk_bytes += note->disk_bytes;
        if (note->is_judged && note->is_proven)
            continue;
        if (verdict.is_proven) {
            verdict.which = record->what;
            verdict.why_not = note->is_judged ? note->why_not : "it was not seen to its end";
        }
        verdict.is_proven = false;
    }
    /* A ring's own verdict ends with the ring; what lies in memory files goes from one to the next. */
    if (verdict.is_proven && ran->swap.pages_out && (ran->swap.is_on || ran->swap.pages_out != UINT64_MAX)) {
        verdict.is_proven = false;
        verdict.why_not =
            "nothing was counted, but this machine swaps, and pages or results on their way from "
            "ring to ring may have been among what it wrote out";
    }
    if (rings->count == 0) {
        verdict.is_proven = false;
        verdict.why_not = "no ring was started";
    }
    return verdict;
}

/* --- text --- */

static void row(struct rf_buf *out, const char *name)
{
    rf_buf_printf(out, "  %s", name);
    for (size_t i = strlen(name); i < 22; i++)
        rf_buf_text(out, " ");
}

static void result_text(const struct rf_batch_ran *ran, struct rf_buf *out)
{
    const struct rf_job_done *done = ran->done;

    if (ran->error) {
        row(out, "failed");
        (void)rf_buf_plain(out, rf_str_of(ran->error));
        rf_buf_text(out, "\n");
        return;
    }
    row(out, "engine");
    rf_buf_printf(out, "%s\n", done->engine->name);
    row(out, "result");
    rf_buf_printf(out, "%llu words", (unsigned long long)done->words);
    if (done->type == RF_JOB_OCR)
        rf_buf_printf(out, ", %u pages\n", done->pages);
    else
        rf_buf_printf(out, ", %llu.%03llu s of sound\n", (unsigned long long)(done->duration_ms / 1000),
                      (unsigned long long)(done->duration_ms % 1000));
    if (ran->stored) {
        row(out, "kept in");
        (void)rf_buf_plain(out, rf_str_of(ran->stored));
        rf_buf_text(out, "\n");
    }
}

static void add_file(struct rf_buf *out, int file, struct rf_err *err)
{
    struct rf_str bytes = {NULL, 0};

    if (file < 0 || rf_memory_file_map(file, &bytes, err) < 0)
        return;
    rf_buf_add(out, bytes);
    rf_memory_file_unmap(bytes);
}

static void write_text(const struct rf_batch_ran *ran, const struct verdict *verdict, struct rf_buf *out,
                       struct rf_err *err)
{
    rf_buf_text(out, "job\n");
    row(out, "input");
    (void)rf_buf_plain(out, rf_str_of(ran->input_name));
    rf_buf_text(out, "\n");
    result_text(ran, out);
    row(out, "uid 0 in a ring");
    rf_buf_text(out, verdict->has_root ? "YES\n" : "no\n");
    row(out, "uid 0 outside");
    rf_buf_text(out, getuid() == 0 ? "yes: this program was started by root\n" : "no\n");
    row(out, "disk");
    if (verdict->is_proven)
        rf_buf_text(out, "nothing was written to a disk-backed file system by any ring\n");
    else
        rf_buf_printf(out, "%s%s%s\n", verdict->which ? verdict->which : "", verdict->which ? ": " : "",
                      verdict->why_not);
    for (size_t i = 0; i < ran->rings->count; i++) {
        rf_buf_printf(out, "\n--- ring %zu of %zu: ", i + 1, ran->rings->count);
        (void)rf_buf_plain(out, rf_str_of(ran->rings->records[i].what));
        rf_buf_text(out, " ---\n\n");
        add_file(out, ran->rings->records[i].report, err);
    }
}

/* --- JSON --- */

static void result_json(const struct rf_batch_ran *ran, struct rf_jsonw *json)
{
    const struct rf_job_done *done = ran->done;

    if (ran->error)
        return;
    rf_jsonw_object(json, "result");
    rf_jsonw_text(json, "engine", done->engine->name);
    rf_jsonw_text(json, "type", done->type == RF_JOB_OCR ? "ocr" : "transcription");
    rf_jsonw_number(json, "words", done->words);
    if (done->type == RF_JOB_OCR)
        rf_jsonw_number(json, "pages", done->pages);
    else
        rf_jsonw_number(json, "duration_ms", done->duration_ms);
    rf_jsonw_text(json, "kept_in", ran->stored);
    rf_jsonw_end(json);
}

static void ring_json(const struct rf_ring_record *record, struct rf_jsonw *json, struct rf_err *err)
{
    struct rf_str bytes = {NULL, 0};

    rf_jsonw_object(json, NULL);
    rf_jsonw_text(json, "what", record->what);
    rf_jsonw_text(json, "plan", record->note->plan);
    rf_jsonw_bool(json, "is_proven", record->note->is_judged && record->note->is_proven);
    rf_jsonw_count(json, "cpu_us", record->note->end.cpu_us);
    rf_jsonw_count(json, "disk_bytes", record->note->is_judged ? record->note->disk_bytes : UINT64_MAX);
    if (record->report >= 0 && rf_memory_file_map(record->report, &bytes, err) == 0 && bytes.len) {
        rf_jsonw_raw(json, "report", bytes);
        rf_memory_file_unmap(bytes);
    }
    rf_jsonw_end(json);
}

static int write_json(const struct rf_batch_ran *ran, const struct verdict *verdict, struct rf_buf *out,
                      struct rf_err *err)
{
    struct rf_jsonw json;

    rf_jsonw_init(&json, out, 2);
    rf_jsonw_object(&json, NULL);
    rf_jsonw_text(&json, "verb", "batch");
    rf_jsonw_text(&json, "version", RF_VERSION);
    rf_jsonw_text(&json, "input", ran->input_name);
    rf_jsonw_number(&json, "exit_code", (uint64_t)ran->exit_code);
    rf_jsonw_text(&json, "error", ran->error);
    result_json(ran, &json);
    rf_jsonw_bool(&json, "has_uid_0", verdict->has_root);
    rf_jsonw_bool(&json, "is_started_by_root", getuid() == 0);
    rf_jsonw_object(&json, "disk");
    rf_jsonw_bool(&json, "is_proven", verdict->is_proven);
    rf_jsonw_count(&json, "bytes", verdict->disk_bytes);
    rf_jsonw_text(&json, "ring", verdict->which);
    rf_jsonw_text(&json, "why_not", verdict->why_not);
    rf_jsonw_end(&json);
    rf_jsonw_array(&json, "rings");
    for (size_t i = 0; i < ran->rings->count; i++)
        ring_json(&ran->rings->records[i], &json, err);
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    return rf_jsonw_done(&json, err);
}

int rf_batch_report(const struct rf_batch_ran *ran, const char *path, bool is_json, struct rf_arena *arena,
                    struct rf_err *err)
{
    const struct verdict verdict = judge(ran);
    struct rf_buf out;
    int code = 0;

    rf_buf_init(&out, arena);
    if (is_json)
        code = write_json(ran, &verdict, &out, err);
    else
        write_text(ran, &verdict, &out, err);
    if (code == 0 && out.is_failed)
        code = rf_fail(err, -ENOMEM, "making the report: out of memory");
    return code < 0 ? code : rf_report_write(path, &out, err);
}
