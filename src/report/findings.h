#ifndef RF_REPORT_FINDINGS_H
#define RF_REPORT_FINDINGS_H

#include "base/buf.h"
#include "rules/rule.h"

#include <stdio.h>

/* Findings on their way to people and programs: text, JSON, SARIF 2.1.0, annotations of GitHub's. */

/* One finding, with its file. Text is terminated and lies in the list's arena or longer. */
struct rf_found {
    const struct rf_rule *rule;
    enum rf_severity severity;
    bool is_certain;
    const char *file;
    uint32_t line;   /* from 1; 0: the file as a whole */
    uint32_t column; /* from 1, in bytes */
    uint32_t start;  /* byte span in the file */
    uint32_t end;
    const char *subject; /* "service web", "Pod/x container app"; "": the file itself */
    const char *text;
    struct rf_str source;      /* the line in the file */
    const char *is_suppressed; /* the reason somebody gave, or NULL */
};

struct rf_findings {
    struct rf_arena *arena;
    struct rf_found *items; /* malloc() */
    size_t count;
    size_t room;
};

/* NULL when there is no memory. */
struct rf_found *rf_findings_add(struct rf_findings *findings) RF_NONNULL;

/* By file, line, column, rule; those that say the same twice are dropped. */
void rf_findings_sort(struct rf_findings *findings) RF_NONNULL;

void rf_findings_done(struct rf_findings *findings) RF_NONNULL;

/* What to say about the whole. */
struct rf_findings_about {
    size_t file_count;
    bool is_colour;
    bool is_summary; /* text: counts only */
};

/* Append the report to `out`. */
void rf_findings_text(const struct rf_findings *findings, const struct rf_findings_about *about,
                      struct rf_buf *out) RF_NONNULL;
void rf_findings_json(const struct rf_findings *findings, const struct rf_findings_about *about,
                      struct rf_buf *out) RF_NONNULL;
void rf_findings_sarif(const struct rf_findings *findings, const struct rf_findings_about *about,
                       struct rf_buf *out) RF_NONNULL;
void rf_findings_github(const struct rf_findings *findings, const struct rf_findings_about *about,
                        struct rf_buf *out) RF_NONNULL;

/* The page of one rule, for `ringfence explain RF-...` (not Markdown) and docs/rules (Markdown). */
void rf_rule_page(const struct rf_rule *rule, bool is_markdown, struct rf_buf *out) RF_NONNULL;

#endif
