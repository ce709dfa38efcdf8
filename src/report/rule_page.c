/* What a rule is about, for people. */
#include "report/findings.h"

#include <string.h>

static const char *const fixes[] = {
    "nothing a file can say mends it", "automatic: it changes nothing that works",
    "guarded: it may change what the program can do, so it wants evidence or a word of yours", "by hand"};

static void put_inputs(const struct rf_rule *rule, struct rf_buf *out)
{
    static const char *const names[] = {"Dockerfile", "Compose", "Kubernetes", "running workloads", "images"};
    const char *before = "";

    for (size_t i = 0; i < RF_COUNT(names); i++) {
        if (!(rule->about & (1U << i)))
            continue;
        rf_buf_printf(out, "%s%s", before, names[i]);
        before = ", ";
    }
}

static void put_example(const char *title, const char *lines, bool is_markdown, struct rf_buf *out)
{
    if (!lines || !*lines)
        return;
    rf_buf_printf(out, is_markdown ? "\n## %s\n\n" : "\n%s:\n", title);
    while (*lines) {
        size_t len = strcspn(lines, "\n");

        rf_buf_printf(out, "    %.*s\n", (int)len, lines);
        lines += len;
        lines += *lines == '\n';
    }
}

static void put_part(const char *title, const char *text, bool is_markdown, struct rf_buf *out)
{
    if (text && *text)
        rf_buf_printf(out, is_markdown ? "\n## %s\n\n%s\n" : "\n%s: %s\n", title, text);
}

void rf_rule_page(const struct rf_rule *rule, bool is_markdown, struct rf_buf *out)
{
    rf_buf_printf(out,
                  is_markdown ? "# %s\n\n%s\n\nSeverity: %s. Looked for in: "
                              : "%s: %s\nseverity: %s; looked for in: ",
                  rule->id, rule->title, rf_severity_name(rule->severity));
    put_inputs(rule, out);
    rf_buf_text(out, is_markdown ? ".\n" : "\n");
    put_part(is_markdown ? "Why" : "why", rule->why, is_markdown, out);
    put_part(is_markdown ? "What to do" : "what to do", rule->remedy, is_markdown, out);
    put_part(is_markdown ? "Fix" : "fix", fixes[rule->fix], is_markdown, out);
    put_example(is_markdown ? "Found" : "found", rule->bad, is_markdown, out);
    put_example(is_markdown ? "Mended" : "mended", rule->good, is_markdown, out);
    put_part(is_markdown ? "References" : "references", rule->refs, is_markdown, out);
}
