/* Findings for programs: our own JSON, and SARIF 2.1.0. */
#include "report/findings.h"

#include "base/json_writer.h"
#include "base/sha256.h"

#include <stdlib.h>
#include <string.h>

static const char *const fixes[] = {"none", "automatic", "guarded", "manual"};

static void put_number(struct rf_jsonw *json, const char *name, uint64_t value)
{
    rf_jsonw_number(json, name, value);
}

void rf_findings_json(const struct rf_findings *findings, const struct rf_findings_about *about,
                      struct rf_buf *out)
{
    struct rf_jsonw json;

    rf_jsonw_init(&json, out, 2);
    rf_jsonw_object(&json, NULL);
    rf_jsonw_text(&json, "version", RF_VERSION);
    put_number(&json, "files", about->file_count);
    rf_jsonw_array(&json, "findings");
    for (size_t i = 0; i < findings->count; i++) {
        const struct rf_found *found = &findings->items[i];

        rf_jsonw_object(&json, NULL);
        rf_jsonw_text(&json, "id", found->rule->id);
        rf_jsonw_text(&json, "file", found->file);
        put_number(&json, "line", found->line);
        put_number(&json, "column", found->column);
        rf_jsonw_text(&json, "severity", rf_severity_name(found->severity));
        rf_jsonw_text(&json, "subject", found->subject);
        rf_jsonw_text(&json, "message", found->text);
        rf_jsonw_bool(&json, "certain", found->is_certain);
        rf_jsonw_text(&json, "fix", fixes[found->rule->fix]);
        rf_jsonw_bool(&json, "suppressed", found->is_suppressed != NULL);
        if (found->is_suppressed)
            rf_jsonw_text(&json, "reason", found->is_suppressed);
        rf_jsonw_end(&json);
    }
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    if (rf_jsonw_done(&json, &(struct rf_err){0}) < 0)
        out->is_failed = true;
}

/* --- SARIF --- */

static const char *level_of(enum rf_severity severity)
{
    return severity >= RF_SEVERITY_HIGH ? "error" : severity >= RF_SEVERITY_MEDIUM ? "warning" : "note";
}

static void put_message(struct rf_jsonw *json, const char *name, const char *text)
{
    rf_jsonw_object(json, name);
    rf_jsonw_text(json, "text", text);
    rf_jsonw_end(json);
}

static void put_rules(struct rf_jsonw *json)
{
    /* What GitHub sorts by: the scale of CVSS. */
    static const char *const scores[] = {"0.0", "2.0", "5.0", "8.0", "9.5"};
    const struct rf_rule *rule;

    rf_jsonw_array(json, "rules");
    for (size_t i = 0; (rule = rf_rule_at(i)) != NULL; i++) {
        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "id", rule->id);
        put_message(json, "shortDescription", rule->title);
        if (*rule->why)
            put_message(json, "fullDescription", rule->why);
        if (*rule->remedy)
            put_message(json, "help", rule->remedy);
        rf_jsonw_object(json, "defaultConfiguration");
        rf_jsonw_text(json, "level", level_of(rule->severity));
        rf_jsonw_end(json);
        rf_jsonw_object(json, "properties");
        rf_jsonw_text(json, "security-severity", scores[rule->severity]);
        rf_jsonw_end(json);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

/* A path as a relative reference: RFC 3986 leaves these as they are. */
static void put_uri(struct rf_jsonw *json, const char *path, struct rf_arena *arena)
{
    char *uri = rf_arena_alloc(arena, 3 * strlen(path) + sizeof("file://"));
    size_t len = 0;

    if (uri && *path == '/') {
        memcpy(uri, "file://", 7);
        len = 7;
    }
    for (; uri && *path; path++) {
        unsigned char byte = (unsigned char)*path;

        if ((byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') || (byte >= '0' && byte <= '9') ||
            strchr("-._~/", byte)) {
            uri[len++] = *path;
        } else {
            uri[len++] = '%';
            uri[len++] = "0123456789ABCDEF"[byte >> 4];
            uri[len++] = "0123456789ABCDEF"[byte & 15];
        }
    }
    rf_jsonw_text(json, "uri", uri);
}

/* SARIF counts characters, we count bytes. */
static uint32_t character_column(const struct rf_found *found)
{
    uint32_t column = 1;

    for (uint32_t i = 0; i + 1 < found->column && i < found->source.len; i++)
        column += ((unsigned char)found->source.ptr[i] & 0xc0) != 0x80;
    return column;
}

static void put_location(struct rf_jsonw *json, const struct rf_found *found, struct rf_arena *arena)
{
    rf_jsonw_array(json, "locations");
    rf_jsonw_object(json, NULL);
    rf_jsonw_object(json, "physicalLocation");
    rf_jsonw_object(json, "artifactLocation");
    put_uri(json, found->file, arena);
    rf_jsonw_end(json);
    if (found->line > 0) {
        rf_jsonw_object(json, "region");
        put_number(json, "startLine", found->line);
        put_number(json, "startColumn", character_column(found));
        put_number(json, "byteOffset", found->start);
        put_number(json, "byteLength", found->end - found->start);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
    if (*found->subject) {
        rf_jsonw_array(json, "logicalLocations");
        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "fullyQualifiedName", found->subject);
        rf_jsonw_end(json);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
    rf_jsonw_end(json);
}

/* Stays the same when lines are put in above: made of the rule, file, subject, sentence and the line's text.
 */
static void put_fingerprint(struct rf_jsonw *json, const struct rf_found *found)
{
    struct rf_sha256 sha;
    const char *const parts[] = {found->rule->id, found->file, found->subject, found->text};
    char hex[RF_SHA256_HEX_SIZE];

    rf_sha256_init(&sha);
    for (size_t i = 0; i < RF_COUNT(parts); i++)
        rf_sha256_update(&sha, parts[i], strlen(parts[i]) + 1);
    rf_sha256_update(&sha, found->source.ptr, found->source.len);
    rf_sha256_final_hex(&sha, hex);
    rf_jsonw_object(json, "partialFingerprints");
    rf_jsonw_text(json, "ringfence/v1", hex);
    rf_jsonw_end(json);
}

static void put_result(struct rf_jsonw *json, const struct rf_found *found, struct rf_arena *arena)
{
    rf_jsonw_object(json, NULL);
    rf_jsonw_text(json, "ruleId", found->rule->id);
    put_number(json, "ruleIndex", rf_rule_index(found->rule));
    rf_jsonw_text(json, "level", level_of(found->severity));
    put_message(json, "message", found->text);
    put_location(json, found, arena);
    put_fingerprint(json, found);
    if (found->is_suppressed) {
        rf_jsonw_array(json, "suppressions");
        rf_jsonw_object(json, NULL);
        rf_jsonw_text(json, "kind", "inSource");
        rf_jsonw_text(json, "justification", found->is_suppressed);
        rf_jsonw_end(json);
        rf_jsonw_end(json);
    }
    rf_jsonw_end(json);
}

void rf_findings_sarif(const struct rf_findings *findings, const struct rf_findings_about *about,
                       struct rf_buf *out)
{
    struct rf_jsonw json;

    (void)about;
    rf_jsonw_init(&json, out, 4);
    rf_jsonw_object(&json, NULL);
    rf_jsonw_text(&json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
    rf_jsonw_text(&json, "version", "2.1.0");
    rf_jsonw_array(&json, "runs");
    rf_jsonw_object(&json, NULL);
    rf_jsonw_object(&json, "tool");
    rf_jsonw_object(&json, "driver");
    rf_jsonw_text(&json, "name", "ringfence");
    rf_jsonw_text(&json, "version", RF_VERSION);
    put_rules(&json);
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    rf_jsonw_text(&json, "columnKind", "unicodeCodePoints");
    rf_jsonw_array(&json, "results");
    for (size_t i = 0; i < findings->count; i++)
        put_result(&json, &findings->items[i], out->arena);
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    rf_jsonw_end(&json);
    if (rf_jsonw_done(&json, &(struct rf_err){0}) < 0)
        out->is_failed = true;
}
