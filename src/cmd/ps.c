/* `ps`: the rings that run. */
#include "cmd/ps.h"

#include "base/buf.h"
#include "base/json_writer.h"
#include "sandbox/rundir.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { EXIT_OWN = 125, LIST_MEMORY = 1024 * 1024 * 1024, COMMAND_COLUMNS = 60, COLUMNS = 5 };

static int by_start(const void *a, const void *b)
{
    const struct rf_ring *first = a;
    const struct rf_ring *second = b;

    if (first->record.started != second->record.started)
        return first->record.started < second->record.started ? 1 : -1;
    return strcmp(first->name, second->name);
}

/* --- JSON --- */

static void put_ring(struct rf_jsonw *json, const struct rf_ring *ring)
{
    const struct rf_plan *plan = &ring->plan;
    time_t started = ring->record.started;
    char text[32] = "";
    struct tm utc;
    uint32_t uid = 0;
    uint32_t gid = 0;

    if (gmtime_r(&started, &utc))
        (void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc); /* 20 bytes until the year 9999 */
    rf_plan_user(plan, &uid, &gid);
    rf_jsonw_object(json, NULL);
    rf_jsonw_text(json, "name", ring->name);
    rf_jsonw_number(json, "pid", (uint64_t)ring->record.init);
    rf_jsonw_number(json, "launcher_pid", (uint64_t)ring->record.launcher);
    rf_jsonw_number(json, "uid", uid);
    rf_jsonw_number(json, "gid", gid);
    rf_jsonw_text(json, "started", text);
    rf_jsonw_bool(json, "debug_root", plan->watch.has_debug_root);
    rf_jsonw_array(json, "command");
    for (uint32_t i = 0; i < plan->argv_count; i++)
        rf_jsonw_text(json, NULL, rf_plan_text(plan, plan->argv[i]));
    rf_jsonw_end(json);
    rf_jsonw_end(json);
}

static int put_json(struct rf_buf *out, const struct rf_ring *rings, size_t count, struct rf_err *err)
{
    struct rf_jsonw json;

    rf_jsonw_init(&json, out, 1);
    rf_jsonw_array(&json, NULL);
    for (size_t i = 0; i < count; i++)
        put_ring(&json, &rings[i]);
    rf_jsonw_end(&json);
    return rf_jsonw_done(&json, err);
}

/* --- table --- */

struct row {
    const char *cells[COLUMNS];
};

static const char *age(int64_t started, struct rf_arena *arena)
{
    static const struct {
        int64_t seconds;
        const char *unit;
    } units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    int64_t passed = (int64_t)time(NULL) - started;

    for (size_t i = 0; i < RF_COUNT(units); i++) {
        long long n = passed / units[i].seconds;

        if (n > 0)
            return rf_arena_printf(arena, "%lld %s%s ago", n, units[i].unit, n == 1 ? "" : "s");
    }
    return "just now";
}

/* The words as one line for a terminal: what would move its cursor is shown as \xNN. */
static const char *command(const struct rf_plan *plan, struct rf_arena *arena)
{
    struct rf_buf line;

    rf_buf_init(&line, arena);
    for (uint32_t i = 0; i < plan->argv_count && line.len <= COMMAND_COLUMNS; i++) {
        rf_buf_text(&line, i ? " " : "");
        (void)rf_buf_plain(&line, rf_str_of(rf_plan_text(plan, plan->argv[i])));
    }
    if (line.len > COMMAND_COLUMNS) {
        line.len = COMMAND_COLUMNS - 3;
        while (line.len && ((unsigned char)line.ptr[line.len] & 0xc0) == 0x80)
            line.len--; /* not in the middle of a character */
        rf_buf_text(&line, "...");
    }
    return line.ptr ? rf_arena_text(arena, (struct rf_str){line.ptr, line.len}) : "";
}

static struct row row_of(const struct rf_ring *ring, struct rf_arena *arena)
{
    uint32_t uid = 0;
    uint32_t gid = 0;

    rf_plan_user(&ring->plan, &uid, &gid);
    return (struct row){{ring->name, rf_arena_printf(arena, "%d", ring->record.init),
                         rf_arena_printf(arena, "%u:%u", uid, gid), age(ring->record.started, arena),
                         command(&ring->plan, arena)}};
}

static int put_table(struct rf_buf *out, const struct rf_ring *rings, size_t count, struct rf_err *err)
{
    struct row *rows = rf_arena_array(out->arena, count + 1, sizeof(*rows));
    size_t widths[COLUMNS] = {0};

    if (!rows)
        return rf_fail(err, -ENOMEM, "listing the rings: out of memory");
    rows[0] = (struct row){{"NAME", "PID", "USER", "STARTED", "COMMAND"}};
    for (size_t i = 0; i < count; i++)
        rows[i + 1] = row_of(&rings[i], out->arena);
    for (size_t i = 0; i <= count; i++) {
        for (size_t c = 0; c < COLUMNS; c++) {
            size_t len = rows[i].cells[c] ? strlen(rows[i].cells[c]) : 0;

            widths[c] = len > widths[c] ? len : widths[c];
        }
    }
    for (size_t i = 0; i <= count; i++) {
        for (size_t c = 0; c < COLUMNS; c++)
            rf_buf_printf(out, "%-*s%s", c + 1 < COLUMNS ? (int)widths[c] + 2 : 0,
                          rows[i].cells[c] ? rows[i].cells[c] : "?", c + 1 < COLUMNS ? "" : "\n");
    }
    return out->is_failed ? rf_fail(err, -ENOMEM, "listing the rings: out of memory") : 0;
}

/* --- all of it --- */

/* What can be listed, at the front; the rest is said. Returns how many. */
static size_t keep_sound(struct rf_ring *rings, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (rings[i].problem)
            (void)fprintf(stderr, "ringfence: warning: run file of %s: %s\n", rings[i].name,
                          rings[i].problem);
        else if (!rings[i].is_starting)
            rings[kept++] = rings[i];
    }
    return kept;
}

int rf_ps(bool is_json, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_ring *rings = NULL;
    struct rf_buf out;
    size_t count = 0;
    int code;

    rf_arena_init(&arena, LIST_MEMORY);
    rf_buf_init(&out, &arena);
    code = rf_rundir_list(NULL, &arena, &rings, &count, err);
    if (code < 0)
        return EXIT_OWN;
    count = keep_sound(rings, count);
    qsort(rings, count, sizeof(*rings), by_start);
    code = is_json ? put_json(&out, rings, count, err) : put_table(&out, rings, count, err);
    if (code == 0 && fwrite(out.ptr, 1, out.len, stdout) != out.len)
        code = rf_fail(err, -EIO, "writing to standard output: %s", strerror(errno));
    rf_arena_done(&arena);
    return code < 0 ? EXIT_OWN : 0;
}
