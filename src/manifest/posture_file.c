/* From bytes of ringfence.yaml to rf_posture_set(): the file has no rules of its own beyond its shape. */
#include "manifest/posture_file.h"

#include "base/file.h"
#include "text/strict.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Put "FILE:LINE:COLUMN: " before a sentence. */
static int place(const char *name, uint32_t line, uint32_t column, struct rf_err *err)
{
    char sentence[sizeof(err->msg)];

    memcpy(sentence, err->msg, sizeof(sentence));
    sentence[sizeof(sentence) - 1] = '\0';
    return rf_fail(err, err->code, "%s:%u:%u: %s", name, line, column, sentence);
}

/* One event on its way into the posture. */
struct reading {
    const char *name;
    struct rf_posture *posture;
    const struct rf_strict_event *event;
    enum rf_key key;
};

static int fail_here(const struct reading *reading, struct rf_err *err, const char *what)
{
    const struct rf_strict_event *event = reading->event;

    return rf_fail(err, -EINVAL, "%s:%u:%u: %.*s: %s", reading->name, event->line, event->column,
                   RF_FMT(event->key), what);
}

/* Whether this kind of event fits the key's shape, and a bool is a bool. */
static int check_shape(const struct reading *reading, struct rf_err *err)
{
    const struct rf_strict_event *event = reading->event;
    enum rf_shape shape = rf_key_info(reading->key)->shape;
    bool is_word = event->is_plain && (rf_str_is(event->text, "true") || rf_str_is(event->text, "false"));
    bool is_argv = reading->key == RF_KEY_COMMAND || reading->key == RF_KEY_ENTRYPOINT;

    if (shape == RF_SHAPE_BOOL) {
        if (event->kind != RF_STRICT_SCALAR || !is_word)
            return fail_here(reading, err, "want true or false, without quotes");
        return 0;
    }
    if (is_word)
        return fail_here(reading, err, "other YAML readers take this for a bool: put it in quotes");
    if (event->kind == RF_STRICT_SCALAR && is_argv && memchr(event->text.ptr, ' ', event->text.len))
        return fail_here(reading, err,
                         "no shell splits this into words: write a list, [\"python3\", \"train.py\"]");
    if (shape == RF_SHAPE_ONE && event->kind != RF_STRICT_SCALAR)
        return fail_here(reading, err, "want one value, not a list or map");
    if (shape != RF_SHAPE_ONE && event->kind == RF_STRICT_SCALAR && !is_argv)
        return fail_here(reading, err,
                         shape == RF_SHAPE_MAP ? "want NAME: VALUE on the lines below, or a list"
                                               : "want a list: [ONE, TWO], or lines of \"- ONE\" below");
    if (shape == RF_SHAPE_LIST && event->kind == RF_STRICT_ENTRY)
        return fail_here(reading, err, "want a list, not a map");
    return 0;
}

/* The value as a flag would have it: NAME=VALUE for an entry of a map. */
static int flag_text(const struct reading *reading, struct rf_str *ret, struct rf_err *err)
{
    const struct rf_strict_event *event = reading->event;
    size_t len = event->name.len + 1 + event->text.len;
    char *text;

    *ret = event->text;
    if (event->kind != RF_STRICT_ENTRY)
        return 0;
    if (memchr(event->name.ptr, '=', event->name.len))
        return fail_here(reading, err, "a name may not hold an equals sign");
    text = rf_arena_alloc(reading->posture->arena, len + 1);
    if (!text)
        return rf_fail(err, -ENOMEM, "%s:%u: no memory left for it", reading->name, event->line);
    memcpy(text, event->name.ptr, event->name.len);
    text[event->name.len] = '=';
    if (event->text.len)
        memcpy(text + event->name.len + 1, event->text.ptr, event->text.len);
    *ret = (struct rf_str){text, len};
    return 0;
}

/* RF_KEY_ENV_FILE names a file to read now. */
static int read_env_file(const struct reading *reading, struct rf_str text, struct rf_err *err)
{
    char *path;

    if (memchr(text.ptr, '\0', text.len) || text.len == 0)
        return fail_here(reading, err, "want the name of a file");
    path = rf_arena_text(reading->posture->arena, text);
    if (!path)
        return rf_fail(err, -ENOMEM, "%s:%u: no memory left for it", reading->name, reading->event->line);
    return rf_env_read_file(path, reading->posture, err);
}

static int set_value(const struct reading *reading, struct rf_err *err)
{
    const struct rf_strict_event *event = reading->event;
    struct rf_from from = {.known = RF_KNOWN,
                           .file = reading->name,
                           .line = event->line,
                           .column = event->column,
                           .start = event->start,
                           .end = event->end};
    struct rf_str text;
    int r;

    if (event->kind == RF_STRICT_EMPTY)
        return rf_key_info(reading->key)->shape == RF_SHAPE_LIST ||
                       rf_key_info(reading->key)->shape == RF_SHAPE_MAP
                   ? 0
                   : fail_here(reading, err, "want one value, not a list");
    r = check_shape(reading, err);
    if (r == 0)
        r = flag_text(reading, &text, err);
    if (r < 0)
        return r;
    if (reading->key == RF_KEY_ENV_FILE)
        return read_env_file(reading, text, err);
    r = rf_posture_set(reading->posture, reading->key, text, &from, err);
    return r < 0 ? place(reading->name, event->line, event->column, err) : 0;
}

/* The key, in the spelling of the file. */
static int find_key(const char *name, const struct rf_strict_event *event, enum rf_key *ret,
                    struct rf_err *err)
{
    enum rf_key key = rf_key_by_name(event->key);
    const char *like = rf_key_like(event->key);
    char spelt[64] = "";

    for (size_t i = 0; like && like[i] && i + 1 < sizeof(spelt); i++)
        spelt[i] = (char)(like[i] == '-' ? '_' : like[i]);
    if (rf_str_is(event->key, "version"))
        return rf_fail(err, -EINVAL, "%s:%u:%u: version: given twice", name, event->key_line,
                       event->key_column);
    if (key == RF_KEY_NONE || memchr(event->key.ptr, '-', event->key.len)) {
        if (*spelt)
            return rf_fail(err, -EINVAL, "%s:%u:%u: there is no key \"%.*s\"; did you mean \"%s\"?", name,
                           event->key_line, event->key_column, RF_FMT(event->key), spelt);
        return rf_fail(err, -EINVAL, "%s:%u:%u: there is no key \"%.*s\"; ringfence.yaml(5) lists them", name,
                       event->key_line, event->key_column, RF_FMT(event->key));
    }
    *ret = key;
    return 0;
}

/* The next event; what the parser says gains the file's name. */
static int next_event(const char *name, struct rf_strict *strict, struct rf_strict_event *ret,
                      struct rf_err *err)
{
    char sentence[sizeof(err->msg)];
    int r = rf_strict_next(strict, ret, err);

    if (r == 0)
        return 0;
    memcpy(sentence, err->msg, sizeof(sentence));
    sentence[sizeof(sentence) - 1] = '\0';
    return rf_fail(err, r, "%s:%s", name, sentence);
}

/* The first key must be `version: 1`. */
static int read_version(const char *name, struct rf_strict *strict, struct rf_err *err)
{
    struct rf_strict_event event = {0};
    int r = next_event(name, strict, &event, err);

    if (r < 0)
        return r;
    if (event.kind != RF_STRICT_SCALAR || !rf_str_is(event.key, "version"))
        return rf_fail(err, -EINVAL, "%s:%u:1: the first line must be \"version: 1\"", name,
                       event.key_line ? event.key_line : 1);
    if (!rf_str_is(event.text, "1"))
        return rf_fail(err, -EINVAL, "%s:%u:%u: this program reads version 1 only", name, event.line,
                       event.column);
    return 0;
}

/* One pass over the document: the env files alone, or everything else. A variable that the document sets
   itself wins over those files wherever it stands, as in docker. */
static int read_pass(const char *name, struct rf_str bytes, struct rf_posture *posture, bool is_for_env_files,
                     struct rf_err *err)
{
    struct rf_strict strict;
    struct rf_strict_event event = {0};
    struct reading reading = {.name = name, .posture = posture, .event = &event};
    int r = rf_strict_init(&strict, bytes, posture->arena, err);

    if (r < 0) {
        char sentence[sizeof(err->msg)];

        memcpy(sentence, err->msg, sizeof(sentence));
        return rf_fail(err, r, "%s:%s", name, sentence);
    }
    r = read_version(name, &strict, err);
    while (r == 0) {
        r = next_event(name, &strict, &event, err);
        if (r < 0 || event.kind == RF_STRICT_END)
            return r;
        r = find_key(name, &event, &reading.key, err);
        if (r == 0 && is_for_env_files == (reading.key == RF_KEY_ENV_FILE))
            r = set_value(&reading, err);
    }
    return r;
}

int rf_posture_read_text(const char *name, struct rf_str bytes, struct rf_posture *posture,
                         struct rf_err *err)
{
    int r = read_pass(name, bytes, posture, true, err);

    return r < 0 ? r : read_pass(name, bytes, posture, false, err);
}

int rf_posture_read_file(const char *path, struct rf_posture *posture, struct rf_err *err)
{
    struct rf_str bytes;
    int r = rf_file_read(path, RF_STRICT_BYTES, posture->arena, &bytes, err);

    return r < 0 ? r : rf_posture_read_text(path, bytes, posture, err);
}

/* --- env files --- */

int rf_env_pass(struct rf_posture *posture, struct rf_str text, const struct rf_from *from,
                struct rf_err *err)
{
    const char *own;
    char *name;

    if (text.len == 0 || memchr(text.ptr, '=', text.len) || memchr(text.ptr, '\0', text.len))
        return rf_posture_set(posture, RF_KEY_ENV, text, from, err);
    name = rf_arena_text(posture->arena, text);
    if (!name)
        return rf_fail(err, -ENOMEM, "env: no memory left for another value");
    own = getenv(name);
    if (!own)
        return 0;
    name = rf_arena_printf(posture->arena, "%s=%s", name, own);
    if (!name)
        return rf_fail(err, -ENOMEM, "env: no memory left for another value");
    return rf_posture_set(posture, RF_KEY_ENV, rf_str_of(name), from, err);
}

int rf_env_read_text(const char *name, struct rf_str bytes, struct rf_posture *posture, struct rf_err *err)
{
    struct rf_from from = {.known = RF_KNOWN, .file = name};
    struct rf_str rest = bytes;
    int r = 0;

    while (r == 0 && rest.ptr && rest.len) {
        struct rf_str row;

        from.start = (uint32_t)(rest.ptr - bytes.ptr);
        rest = rf_str_cut(rest, '\n', &row);
        from.end = from.start + (uint32_t)row.len;
        from.line++;
        from.column = 1;
        if (row.len && row.ptr[row.len - 1] == '\r')
            row.len--;
        while (row.len &&
               (row.ptr[0] == ' ' || row.ptr[0] == '\t')) { /* docker drops blanks before the name */
            row.ptr++;
            row.len--;
        }
        if (row.len == 0 || row.ptr[0] == '#')
            continue;
        r = rf_env_pass(posture, row, &from, err);
    }
    return r < 0 ? place(name, from.line, from.column, err) : 0;
}

int rf_env_read_file(const char *path, struct rf_posture *posture, struct rf_err *err)
{
    struct rf_str bytes;
    int r = rf_file_read(path, RF_STRICT_BYTES, posture->arena, &bytes, err);

    return r < 0 ? r : rf_env_read_text(path, bytes, posture, err);
}
