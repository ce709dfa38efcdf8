/* The job config: a stranger's JSON, walked along the table of its fields. */
#include "engine/job_config.h"

#include "base/buf.h"
#include "base/format.h"
#include "engine/job_fields.h"
#include "text/json.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum { DEPTH = 8, SHOWN = 40, NAME_SHOWN = 64, NO_INDEX = -1 };

/* Where the reader stands: "notification_config[1].url" is three of these. */
struct step {
    const char *name;
    int index;
};

struct reading {
    struct rf_json json;
    struct rf_arena *arena;
    struct rf_job_taking taking;
    struct step path[DEPTH];
    size_t depth;
    struct rf_str unknown[RF_JOB_UNKNOWN]; /* names, of all objects that are open, and their counts */
    size_t unknown_count;
    size_t unknown_total;
    unsigned unused_depth; /* objects around that have no effect as a whole */
    const char *unused[RF_JOB_UNKNOWN + 64];
    size_t unused_count;
};

static void print_path(const struct reading *reading, char *ret, size_t size)
{
    size_t used = 0;

    *ret = '\0';
    for (size_t i = 0; i < reading->depth && used < size; i++) {
        used += (size_t)rf_snprintf(ret + used, size - used, "%s%s", i ? "." : "", reading->path[i].name);
        if (reading->path[i].index != NO_INDEX && used < size)
            used += (size_t)rf_snprintf(ret + used, size - used, "[%d]", reading->path[i].index);
    }
}

/* "line 1, column 7: FIELD: SENTENCE" */
static int fail_at(const struct reading *reading, size_t offset, struct rf_err *err, const char *fmt, ...)
    RF_PRINTF(4, 5);

static int fail_at(const struct reading *reading, size_t offset, struct rf_err *err, const char *fmt, ...)
{
    char path[160];
    char sentence[320];
    va_list args;

    print_path(reading, path, sizeof(path));
    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    for (char *p = sentence; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            *p = '?';
    return rf_json_fail(&reading->json, offset, err, "%s%s%s", path, *path ? ": " : "", sentence);
}

static int no_memory(struct rf_err *err)
{
    return rf_fail(err, -ENOMEM, "no memory left for a job config");
}

/* What a value is, for people. */
static int fail_value(const struct reading *reading, const struct rf_job_field *field,
                      const struct rf_json_token *token, struct rf_err *err)
{
    static const char *const kinds[] = {
        [RF_JSON_OBJECT] = "an object", [RF_JSON_ARRAY] = "a list", [RF_JSON_TRUE] = "true",
        [RF_JSON_FALSE] = "false",      [RF_JSON_NULL] = "null",    [RF_JSON_STRING] = "a text",
        [RF_JSON_NUMBER] = "a number",
    };
    const struct rf_err *why = &reading->taking.why;
    const char *quote = token->kind == RF_JSON_STRING ? "\"" : "";
    const char *cut = token->raw.len > SHOWN ? "..." : "";
    int len = (int)(token->raw.len > SHOWN ? SHOWN : token->raw.len);

    if (why->code)
        return fail_at(reading, token->offset, err, "%s", why->msg);
    if (field->is_secret || (token->kind != RF_JSON_STRING && token->kind != RF_JSON_NUMBER))
        return fail_at(reading, token->offset, err, "is %s, want %s", kinds[token->kind], field->want);
    return fail_at(reading, token->offset, err, "is %s%.*s%s%s, want %s", quote, len, token->raw.ptr, cut,
                   quote, field->want);
}

/* The value of a JSON number, near enough to be compared with a limit. */
static double read_number(struct rf_str raw)
{
    size_t i = raw.len && raw.ptr[0] == '-';
    double sign = i ? -1 : 1;
    double value = 0;
    int scale = 0;
    int exponent = 0;
    bool is_fraction = false;
    bool is_small = false;

    for (; i < raw.len && raw.ptr[i] != 'e' && raw.ptr[i] != 'E'; i++) {
        is_fraction = is_fraction || raw.ptr[i] == '.';
        if (raw.ptr[i] == '.')
            continue;
        value = value * 10 + (raw.ptr[i] - '0');
        scale -= is_fraction;
        if (value > 1e300 || scale < -300) /* no limit here is that large or that exact */
            return value > 1e300 ? sign * value : sign * 0;
    }
    for (i++; i < raw.len; i++) {
        is_small = is_small || raw.ptr[i] == '-';
        if (raw.ptr[i] >= '0' && raw.ptr[i] <= '9' && exponent < 1000)
            exponent = exponent * 10 + (raw.ptr[i] - '0');
    }
    for (scale += is_small ? -exponent : exponent; scale > 0 && value < 1e300 && value > 0; scale--)
        value *= 10;
    for (; scale < 0 && value > 0; scale++)
        value /= 10;
    return sign * value;
}

/* Which of `allowed` the token is, or 0. */
static unsigned kind_of(const struct rf_json_token *token, unsigned allowed)
{
    switch (token->kind) {
    case RF_JSON_STRING:
        return allowed & RF_JOB_TEXT;
    case RF_JSON_NUMBER:
        return allowed & (RF_JOB_NUMBER | RF_JOB_WHOLE);
    case RF_JSON_TRUE:
    case RF_JSON_FALSE:
        return allowed & RF_JOB_BOOL;
    case RF_JSON_OBJECT:
        return allowed & RF_JOB_OBJECT;
    default:
        return 0;
    }
}

static bool is_among(struct rf_str text, const char *const *words)
{
    for (; *words; words++)
        if (rf_str_is(text, *words))
            return true;
    return false;
}

static int read_text(struct reading *reading, const struct rf_job_field *field,
                     const struct rf_json_token *token, struct rf_err *err)
{
    struct rf_job_scalar value = {0};
    int r = rf_json_text(token, reading->arena, &value.text, err);

    if (r < 0)
        return r;
    for (size_t i = 0; i < field->refusal_count; i++)
        if (rf_str_is(value.text, field->refusals[i].text))
            return fail_at(reading, token->offset, err, "is \"%s\", and %s", field->refusals[i].text,
                           field->refusals[i].reason);
    if ((double)value.text.len < field->min || (field->max > 0 && (double)value.text.len > field->max) ||
        (field->words && !is_among(value.text, field->words)) ||
        (field->take && field->take(&reading->taking, &value) < 0))
        return fail_value(reading, field, token, err);
    return 0;
}

static int read_numeric(struct reading *reading, const struct rf_job_field *field,
                        const struct rf_json_token *token, bool is_whole, struct rf_err *err)
{
    struct rf_job_scalar value = {0};
    double number = read_number(token->raw);

    if (!(number >= field->min && number <= field->max) ||
        (is_whole && rf_json_u64(token, (uint64_t)field->max, &value.number) < 0) ||
        (field->take && field->take(&reading->taking, &value) < 0))
        return fail_value(reading, field, token, err);
    return 0;
}

static int read_object(struct reading *reading, const struct rf_job_object *object, size_t offset,
                       struct rf_err *err);

/* An object that a field holds, or an item of its list; then the whole of it as it was written. */
static int read_inner(struct reading *reading, const struct rf_job_field *field,
                      const struct rf_json_token *token, struct rf_err *err)
{
    struct rf_job_scalar value = {0};
    int r = read_object(reading, field->object, token->offset, err);

    if (r < 0)
        return r;
    value.text = (struct rf_str){reading->json.text.ptr + token->offset, reading->json.at - token->offset};
    if (field->take && field->take(&reading->taking, &value) < 0)
        return fail_value(reading, field, token, err);
    return 0;
}

static int read_one(struct reading *reading, const struct rf_job_field *field, unsigned allowed,
                    const struct rf_json_token *token, struct rf_err *err)
{
    switch (kind_of(token, allowed)) {
    case RF_JOB_TEXT:
        return read_text(reading, field, token, err);
    case RF_JOB_NUMBER:
        return read_numeric(reading, field, token, false, err);
    case RF_JOB_WHOLE:
        return read_numeric(reading, field, token, true, err);
    case RF_JOB_BOOL:
        return 0;
    case RF_JOB_OBJECT:
        return read_inner(reading, field, token, err);
    default:
        return fail_value(reading, field, token, err);
    }
}

static int read_list(struct reading *reading, const struct rf_job_field *field, struct rf_err *err)
{
    struct step *step = &reading->path[reading->depth - 1];

    for (size_t count = 0;; count++) {
        struct rf_json_token token;
        int r = rf_json_next(&reading->json, &token, err);

        if (r < 0)
            return r;
        step->index = NO_INDEX;
        if (token.kind == RF_JSON_ARRAY_END)
            return 0;
        step->index = (int)count;
        if (field->most && count == field->most)
            return fail_at(reading, token.offset, err, "is one too many, want %s", field->want);
        r = read_one(reading, field, field->items, &token, err);
        if (r < 0)
            return r;
    }
}

/* Note the field where the reader stands among those without effect. */
static int add_unused(struct reading *reading, struct rf_str name, struct rf_err *err)
{
    char path[160];
    struct rf_buf buf;

    print_path(reading, path, sizeof(path));
    rf_buf_init(&buf, reading->arena);
    rf_buf_text(&buf, path);
    if (name.ptr)
        rf_buf_text(&buf, *path ? "." : "");
    if (name.ptr)
        (void)rf_buf_plain(&buf, (struct rf_str){name.ptr, name.len < NAME_SHOWN ? name.len : NAME_SHOWN});
    if (buf.is_failed)
        return no_memory(err);
    reading->unused[reading->unused_count++] = buf.ptr ? buf.ptr : "";
    return 0;
}

/* The value of a field that the table has. */
static int read_field(struct reading *reading, const struct rf_job_field *field, size_t key_offset,
                      struct rf_err *err)
{
    struct rf_json_token token;
    int r;

    reading->path[reading->depth++] = (struct step){field->name, NO_INDEX};
    if (field->fate == RF_JOB_REFUSED)
        return fail_at(reading, key_offset, err, "%s: leave it out", field->want);
    r = rf_json_next(&reading->json, &token, err);
    if (r == 0 && field->fate == RF_JOB_UNUSED && reading->unused_depth == 0)
        r = add_unused(reading, (struct rf_str){NULL, 0}, err);
    if (r < 0)
        return r;
    reading->unused_depth += field->fate == RF_JOB_UNUSED;
    if (token.kind == RF_JSON_ARRAY && field->items)
        r = read_list(reading, field, err);
    else
        r = read_one(reading, field, field->one, &token, err);
    reading->unused_depth -= field->fate == RF_JOB_UNUSED;
    reading->depth--;
    return r;
}

/* The value of a field that nobody knows. `first`: where the names of this object begin. */
static int skip_unknown(struct reading *reading, const struct rf_json_token *key, size_t first,
                        const struct rf_job_object *object, struct rf_err *err)
{
    struct rf_json_token token;
    struct rf_str name;
    int r = rf_json_text(key, reading->arena, &name, err);

    if (r < 0)
        return r;
    for (size_t i = first; i < reading->unknown_count; i++)
        if (name.len == reading->unknown[i].len && memcmp(name.ptr, reading->unknown[i].ptr, name.len) == 0)
            return fail_at(reading, key->offset, err, "field \"%.*s\" for the second time",
                           (int)(name.len < SHOWN ? name.len : SHOWN), name.ptr);
    if (reading->unknown_total == RF_JOB_UNKNOWN)
        return fail_at(reading, key->offset, err, "more than %d fields that are not known here",
                       RF_JOB_UNKNOWN);
    reading->unknown_total++;
    reading->unknown[reading->unknown_count++] = name;
    if (!object->is_echoed && reading->unused_depth == 0)
        r = add_unused(reading, name, err);
    if (r == 0)
        r = rf_json_next(&reading->json, &token, err);
    return r < 0 ? r : rf_json_skip(&reading->json, &token, err);
}

/* The fields of an object whose opening bracket, at `offset`, was read. */
static int read_object(struct reading *reading, const struct rf_job_object *object, size_t offset,
                       struct rf_err *err)
{
    size_t first = reading->unknown_count;
    uint64_t seen = 0;

    for (;;) {
        struct rf_json_token key;
        struct rf_str name;
        size_t index = 0;
        int r = rf_json_next(&reading->json, &key, err);

        if (r == 0 && key.kind == RF_JSON_OBJECT_END)
            break;
        if (r == 0)
            r = rf_json_text(&key, reading->arena, &name, err);
        if (r < 0)
            return r;
        while (index < object->count && !rf_str_is(name, object->fields[index].name))
            index++;
        if (index == object->count)
            r = skip_unknown(reading, &key, first, object, err);
        else if (seen >> index & 1)
            return fail_at(reading, key.offset, err, "field \"%s\" for the second time",
                           object->fields[index].name);
        else
            r = read_field(reading, &object->fields[index], key.offset, err);
        if (r < 0)
            return r;
        seen |= UINT64_C(1) << index;
    }
    reading->unknown_count = first;
    for (size_t i = 0; i < object->count; i++)
        if (object->fields[i].is_required && !(seen >> i & 1))
            return fail_at(reading, offset, err, "\"%s\" is missing, want %s", object->fields[i].name,
                           object->fields[i].want);
    return 0;
}

/* What goes together with the type. */
static int check_type(struct reading *reading, struct rf_err *err)
{
    struct rf_job_config *config = reading->taking.config;
    struct rf_str name = RF_STR("transcription_config.channel_diarization_labels");
    int r = 0;

    reading->depth = 0;
    if (config->type == RF_JOB_TRANSCRIPTION && !reading->taking.transcription.ptr)
        return fail_at(reading, 0, err,
                       "\"transcription_config\" is missing, want an object with at least \"language\"");
    if (config->type == RF_JOB_TRANSCRIPTION && reading->taking.ocr.ptr)
        return fail_at(reading, 0, err, "ocr_config: does not go with type \"transcription\"");
    if (config->type == RF_JOB_OCR && reading->taking.transcription.ptr)
        return fail_at(reading, 0, err, "transcription_config: does not go with type \"ocr\"");
    config->section = config->type == RF_JOB_OCR ? reading->taking.ocr : reading->taking.transcription;
    if (config->channel_label_count && config->diarization != RF_DIARIZATION_CHANNEL)
        r = add_unused(reading, name, err);
    if (r == 0 && config->type == RF_JOB_OCR && config->output_config.ptr)
        r = add_unused(reading, RF_STR("output_config"), err);
    return r;
}

void rf_job_config_standard(struct rf_job_config *ret)
{
    *ret = (struct rf_job_config){.psm = -1, .srt_line_length = 37, .srt_lines = 2};
}

static int read_whole(struct reading *reading, struct rf_err *err)
{
    struct rf_json_token token;
    int r = rf_json_next(&reading->json, &token, err);

    if (r < 0)
        return r;
    if (token.kind != RF_JSON_OBJECT)
        return rf_json_fail(&reading->json, token.offset, err,
                            "want an object, such as {\"type\": \"transcription\", ...}");
    r = read_object(reading, &rf_job_object, token.offset, err);
    if (r == 0)
        r = rf_json_next(&reading->json, &token, err); /* the end, or the text behind it is refused */
    return r < 0 ? r : check_type(reading, err);
}

int rf_job_config_read(struct rf_str json, struct rf_arena *arena, struct rf_job_config *ret,
                       struct rf_err *err)
{
    struct rf_job_config config;
    struct reading *reading = rf_arena_alloc(arena, sizeof(*reading));
    int r;

    if (!reading)
        return no_memory(err);
    rf_job_config_standard(&config);
    reading->arena = arena;
    reading->taking.config = &config;
    r = rf_json_init(&reading->json, json, RF_JOB_CONFIG_BYTES, err);
    if (r == 0 && rf_str_starts(json, "\xef\xbb\xbf"))
        return rf_fail(err, -EINVAL, "line 1, column 1: a byte order mark, want UTF-8 without one");
    if (r == 0)
        r = read_whole(reading, err);
    if (r < 0)
        return r;
    config.fetch_headers = reading->taking.headers;
    config.unused = reading->unused;
    config.unused_count = reading->unused_count;
    *ret = config;
    return 0;
}
