/* The list of findings: growing, order, text for people, and annotations. */
#include "report/findings.h"

#include <stdlib.h>
#include <string.h>

enum { SOURCE_WIDTH = 160, WRAP = 96, RULES_MAX = 512 };

struct rf_found *rf_findings_add(struct rf_findings *findings)
{
    if (findings->count == findings->room) {
        size_t room = findings->room ? 2 * findings->room : 64;
        struct rf_found *more = realloc(findings->items, room * sizeof(*more));

        if (!more)
            return NULL;
        findings->items = more;
        findings->room = room;
    }
    return &findings->items[findings->count++];
}

void rf_findings_done(struct rf_findings *findings)
{
    free(findings->items);
    findings->items = NULL;
    findings->count = findings->room = 0;
}

static int compare(const void *one, const void *two)
{
    const struct rf_found *a = one;
    const struct rf_found *b = two;
    int order = strcmp(a->file, b->file);

    if (order == 0)
        order = (a->line > b->line) - (a->line < b->line);
    if (order == 0)
        order = (a->column > b->column) - (a->column < b->column);
    if (order == 0)
        order = strcmp(a->rule->id, b->rule->id);
    if (order == 0)
        order = strcmp(a->subject, b->subject);
    return order ? order : strcmp(a->text, b->text);
}

void rf_findings_sort(struct rf_findings *findings)
{
    size_t kept = 0;

    if (findings->count < 2)
        return;
    qsort(findings->items, findings->count, sizeof(*findings->items), compare);
    for (size_t i = 1; i < findings->count; i++) {
        if (compare(&findings->items[kept], &findings->items[i]) != 0)
            findings->items[++kept] = findings->items[i];
    }
    findings->count = kept + 1;
}

/* --- for people --- */

static const char *colour_of(enum rf_severity severity)
{
    static const char *const codes[] = {"\033[36m", "\033[34m", "\033[33m", "\033[31m", "\033[1;31m"};

    return codes[severity];
}

static void put_wrapped(struct rf_buf *out, const char *label, const char *text)
{
    size_t column = 0;

    rf_buf_printf(out, "    %s", label);
    while (*text) {
        size_t len = strcspn(text, " \n");

        if (column > 0 && column + 1 + len > WRAP) {
            rf_buf_printf(out, "\n    %*s", (int)strlen(label), "");
            column = 0;
        }
        if (column > 0)
            rf_buf_text(out, " ");
        column += len + (column > 0);
        rf_buf_add(out, (struct rf_str){text, len});
        text += len;
        text += *text == ' ' || *text == '\n';
    }
    rf_buf_text(out, "\n");
}

/* The line, and a caret under what it is about. */
static void put_source(struct rf_buf *out, const struct rf_found *found)
{
    struct rf_str line = found->source;
    size_t from = found->column > 0 ? found->column - 1 : 0;
    size_t len = found->end > found->start ? found->end - found->start : 1;

    if (found->line == 0 || !line.ptr || line.len == 0)
        return;
    if (line.ptr[line.len - 1] == '\r')
        line.len--;
    if (line.len > SOURCE_WIDTH)
        line.len = SOURCE_WIDTH;
    rf_buf_printf(out, "  %5u | ", found->line);
    for (size_t i = 0; i < line.len;) { /* tabs are kept: the caret's line has them too */
        size_t part = strcspn(line.ptr + i, "\t");

        part = part > line.len - i ? line.len - i : part;
        (void)rf_buf_plain(out, (struct rf_str){line.ptr + i, part});
        i += part;
        if (i < line.len) {
            rf_buf_text(out, "\t");
            i++;
        }
    }
    rf_buf_text(out, "\n        | ");
    if (from >= line.len) {
        rf_buf_text(out, "\n");
        return;
    }
    for (size_t i = 0; i < from; i++) {
        if (line.ptr[i] == '\t')
            rf_buf_text(out, "\t");
        else if (((unsigned char)line.ptr[i] & 0xc0) != 0x80)
            rf_buf_text(out, " ");
    }
    rf_buf_text(out, "^");
    for (size_t i = from + 1; i < line.len && i < from + len; i++) {
        if (((unsigned char)line.ptr[i] & 0xc0) != 0x80)
            rf_buf_text(out, "~");
    }
    rf_buf_text(out, "\n");
}

static void put_found(struct rf_buf *out, const struct rf_found *found, bool is_first, bool is_colour)
{
    (void)rf_buf_plain(out, rf_str_of(found->file));
    if (found->line)
        rf_buf_printf(out, ":%u:%u", found->line, found->column);
    rf_buf_printf(out, ": %s%s%s %s", is_colour ? colour_of(found->severity) : "",
                  rf_severity_name(found->severity), is_colour ? "\033[0m" : "", found->rule->id);
    if (*found->subject) {
        rf_buf_text(out, " [");
        (void)rf_buf_plain(out, rf_str_of(found->subject));
        rf_buf_text(out, "]");
    }
    rf_buf_text(out, ": ");
    (void)rf_buf_plain(out, rf_str_of(found->text));
    rf_buf_text(out, "\n");
    put_source(out, found);
    if (is_first && *found->rule->why)
        put_wrapped(out, "why: ", found->rule->why);
    if (is_first && *found->rule->remedy)
        put_wrapped(out, "fix: ", found->rule->remedy);
}

static void put_counts(const struct rf_findings *findings, const struct rf_findings_about *about,
                       struct rf_buf *out)
{
    size_t counts[RF_SEVERITY_CRITICAL + 1] = {0};
    size_t suppressed = 0;

    for (size_t i = 0; i < findings->count; i++) {
        if (findings->items[i].is_suppressed)
            suppressed++;
        else
            counts[findings->items[i].severity]++;
    }
    rf_buf_printf(out, "%zu file%s:", about->file_count, about->file_count == 1 ? "" : "s");
    for (int i = RF_SEVERITY_CRITICAL; i >= RF_SEVERITY_INFO; i--) {
        if (counts[i] > 0)
            rf_buf_printf(out, " %zu %s,", counts[i], rf_severity_name((enum rf_severity)i));
    }
    if (suppressed > 0)
        rf_buf_printf(out, " %zu suppressed,", suppressed);
    if (out->len > 0 && !out->is_failed && out->ptr[out->len - 1] == ',')
        out->len--;
    else
        rf_buf_text(out, " no findings");
    rf_buf_text(out, "\n");
}

/* Of each rule that found something: how often. */
static void put_rules(const struct rf_findings *findings, struct rf_buf *out)
{
    const struct rf_rule *rule;

    for (size_t r = 0; (rule = rf_rule_at(r)) != NULL; r++) {
        size_t count = 0;

        for (size_t i = 0; i < findings->count; i++)
            count += findings->items[i].rule == rule && !findings->items[i].is_suppressed;
        if (count > 0)
            rf_buf_printf(out, "%6zu  %-9s%-13s %s\n", count, rf_severity_name(rule->severity), rule->id,
                          rule->title);
    }
}

void rf_findings_text(const struct rf_findings *findings, const struct rf_findings_about *about,
                      struct rf_buf *out)
{
    bool seen[RULES_MAX] = {false}; /* what a rule is about is told once */

    for (size_t i = 0; !about->is_summary && i < findings->count; i++) {
        size_t rule = rf_rule_index(findings->items[i].rule);

        if (findings->items[i].is_suppressed)
            continue;
        put_found(out, &findings->items[i], rule < RULES_MAX && !seen[rule], about->is_colour);
        if (rule < RULES_MAX)
            seen[rule] = true;
    }
    if (about->is_summary)
        put_rules(findings, out);
    put_counts(findings, about, out);
}

/* --- GitHub --- */

/* Workflow commands want %, line ends and, in properties, : and , escaped. */
static void put_escaped(struct rf_buf *out, const char *text, bool is_property)
{
    for (; *text; text++) {
        if (*text == '%' || *text == '\n' || *text == '\r' || (is_property && (*text == ':' || *text == ',')))
            rf_buf_printf(out, "%%%02X", (unsigned)(unsigned char)*text);
        else
            rf_buf_add(out, (struct rf_str){text, 1});
    }
}

void rf_findings_github(const struct rf_findings *findings, const struct rf_findings_about *about,
                        struct rf_buf *out)
{
    (void)about;
    for (size_t i = 0; i < findings->count; i++) {
        const struct rf_found *found = &findings->items[i];

        if (found->is_suppressed)
            continue;
        rf_buf_printf(out, "::%s file=",
                      found->severity >= RF_SEVERITY_HIGH     ? "error"
                      : found->severity >= RF_SEVERITY_MEDIUM ? "warning"
                                                              : "notice");
        put_escaped(out, found->file, true);
        if (found->line)
            rf_buf_printf(out, ",line=%u,col=%u", found->line, found->column);
        rf_buf_printf(out, ",title=%s::", found->rule->id);
        if (*found->subject) {
            put_escaped(out, found->subject, false);
            rf_buf_text(out, ": ");
        }
        put_escaped(out, found->text, false);
        rf_buf_text(out, "\n");
    }
}
