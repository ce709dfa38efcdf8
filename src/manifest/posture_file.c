/* From bytes of ringfence.yaml to rf_posture_set(): the file has no rules of its own beyond its shape. */
#include "manifest/posture_file.h"

#include "base/file.h"
#include "base/format.h"
#include "text/strict.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int rf_place_in_file(const struct rf_from *from, struct rf_err *err)
{
    char sentence[sizeof(err->msg)];

    memcpy(sentence, err->msg, sizeof(sentence));
    sentence[sizeof(sentence) - 1] = '\0';
    for (char *p = sentence; *p; p++)
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            *p = '?';
    return rf_fail(err, err->code, "%s:%u:%u: %s", from->file, from->line, from->column, sentence);
}

int rf_fail_in_file(const struct rf_from *from, struct rf_err *err, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(err->msg, sizeof(err->msg), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    err->code = -EINVAL;
    return rf_place_in_file(from, err);
}

/* One event on its way into the posture, or to the form that has the key for itself. */
struct reading {
    const char *name;
    struct rf_posture *posture;
    const struct rf_file_form *form; /* NULL: ringfence.yaml */
    const struct rf_strict_event *event;
    enum rf_key key; /* of the posture that is called so, or RF_KEY_NONE */
    size_t own;      /* index of the form's key */
    bool is_own;
    enum rf_shape shape;
};

static struct rf_from event_place(const struct reading *reading)
{
    const struct rf_strict_event *event = reading->event;

    return (struct rf_from){.known = RF_KNOWN,
                            .file = reading->name,
                            .line = event->line,
                            .column = event->column,
                            .start = event->start,
                            .end = event->end};
}

static struct rf_from key_place(const struct reading *reading)
{
    return (struct rf_from){
        .file = reading->name, .line = reading->event->key_line, .column = reading->event->key_column};
}

static int fail_here(const struct reading *reading, struct rf_err *err, const char *what)
{
    struct rf_from from = event_place(reading);

    return rf_fail_in_file(&from, err, "%.*s: %s", RF_FMT(reading->event->key), what);
}

static int no_memory(const struct reading *reading, struct rf_err *err)
{
    return rf_fail(err, -ENOMEM, "%s:%u: no memory left for it", reading->name, reading->event->line);
}

/* Whether this kind of event fits the key's shape, and a bool is a bool. */
static int check_shape(const struct reading *reading, struct rf_err *err)
{
    const struct rf_strict_event *event = reading->event;
    enum rf_shape shape = reading->shape;
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
        return no_memory(reading, err);
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
    return path ? rf_env_read_file(path, reading->posture, err) : no_memory(reading, err);
}

/* Hand the value to the form. */
static int set_own(const struct reading *reading, struct rf_err *err)
{
    const struct rf_strict_event *event = reading->event;
    struct rf_file_value value = {.name = RF_STR(""), .text = event->text, .from = event_place(reading)};
    int r;

    if (event->kind == RF_STRICT_ENTRY)
        value.name = event->name;
    else if (reading->shape == RF_SHAPE_MAP)
        value.text = rf_str_cut(event->text, '=', &value.name);
    if (!value.text.ptr)
        return fail_here(reading, err, "want NAME: VALUE");
    r = reading->form->set(reading->form->context, reading->own, &value, err);
    return r < 0 ? rf_place_in_file(&value.from, err) : 0;
}

static int set_value(const struct reading *reading, struct rf_err *err)
{
    struct rf_from from = event_place(reading);
    struct rf_str text;
    int r;

    if (reading->event->kind == RF_STRICT_EMPTY)
        return reading->shape == RF_SHAPE_LIST || reading->shape == RF_SHAPE_MAP
                   ? 0
                   : fail_here(reading, err, "want one value, not a list");
    r = check_shape(reading, err);
    if (r < 0)
        return r;
    if (reading->is_own)
        return set_own(reading, err);
    r = flag_text(reading, &text, err);
    if (r < 0)
        return r;
    if (reading->key == RF_KEY_ENV_FILE)
        return read_env_file(reading, text, err);
    r = rf_posture_set(reading->posture, reading->key, text, &from, err);
    return r < 0 ? rf_place_in_file(&from, err) : 0;
}

/* The nearest name in the spelling of the file, or "". */
static void find_like(const struct reading *reading, char ret[64])
{
    struct rf_str key = reading->event->key;
    const char *like = rf_key_like(key);
    size_t best = key.len < 4 ? 2 : key.len < 9 ? 3 : 4; /* one more than rf_key_like() takes */
    size_t used = 0;

    if (like && reading->form && reading->form->refuse(rf_key_by_name(rf_str_of(like))))
        like = NULL;
    for (; like && like[used] && used + 1 < 64; used++)
        ret[used] = (char)(like[used] == '-' ? '_' : like[used]);
    ret[used] = '\0';
    if (used)
        best = rf_str_distance(key, ret, best);
    for (size_t i = 0; reading->form && key.len > 1 && i < reading->form->key_count; i++) {
        const char *name = reading->form->keys[i].name;
        size_t distance = rf_str_distance(key, name, best);

        if (distance < best && strlen(name) < 64) {
            memcpy(ret, name, strlen(name) + 1);
            best = distance;
        }
    }
}

static int fail_unknown(const struct reading *reading, struct rf_err *err)
{
    struct rf_from from = key_place(reading);
    struct rf_str key = reading->event->key;
    char names[256] = "";
    char like[64];
    size_t used = 0;

    find_like(reading, like);
    if (*like)
        return rf_fail_in_file(&from, err, "there is no key \"%.*s\"; did you mean \"%s\"?", RF_FMT(key),
                               like);
    if (!reading->form)
        return rf_fail_in_file(&from, err, "there is no key \"%.*s\"; ringfence.yaml(5) lists them",
                               RF_FMT(key));
    for (size_t i = 0; i < reading->form->key_count && used < sizeof(names); i++)
        used += (size_t)rf_snprintf(names + used, sizeof(names) - used, "%s, ", reading->form->keys[i].name);
    return rf_fail_in_file(&from, err, "there is no key \"%.*s\"; want %sor one of ringfence.yaml(5)",
                           RF_FMT(key), names);
}

/* The key, in the spelling of the file. */
static int find_key(struct reading *reading, struct rf_err *err)
{
    struct rf_str name = reading->event->key;
    const struct rf_file_form *form = reading->form;
    struct rf_from from = key_place(reading);
    const char *why;

    if (rf_str_is(name, "version"))
        return rf_fail_in_file(&from, err, "version: given twice");
    reading->key = memchr(name.ptr, '-', name.len) ? RF_KEY_NONE : rf_key_by_name(name);
    reading->is_own = false;
    for (size_t i = 0; form && i < form->key_count; i++) {
        if (!rf_str_is(name, form->keys[i].name))
            continue;
        reading->is_own = true;
        reading->own = i;
        reading->shape = form->keys[i].shape;
        return 0;
    }
    if (reading->key == RF_KEY_NONE)
        return fail_unknown(reading, err);
    why = form ? form->refuse(reading->key) : NULL;
    if (why)
        return rf_fail_in_file(&from, err, "%.*s: %s", RF_FMT(name), why);
    reading->shape = rf_key_info(reading->key)->shape;
    return 0;
}

/* What the parser says gains the file's name. */
static int name_file(const char *name, int code, struct rf_err *err)
{
    char sentence[sizeof(err->msg)];

    memcpy(sentence, err->msg, sizeof(sentence));
    sentence[sizeof(sentence) - 1] = '\0';
    return rf_fail(err, code, "%s:%s", name, sentence);
}

/* The first key must be `version: 1`. */
static int read_version(const char *name, struct rf_strict *strict, struct rf_err *err)
{
    struct rf_strict_event event = {0};
    int r = rf_strict_next(strict, &event, err);

    if (r < 0)
        return name_file(name, r, err);
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
static int read_pass(struct reading *reading, struct rf_str bytes, bool is_for_env_files, struct rf_err *err)
{
    struct rf_strict strict;
    struct rf_strict_event event = {0};
    int r = rf_strict_init(&strict, bytes, reading->posture->arena, err);

    reading->event = &event;
    if (r < 0)
        return name_file(reading->name, r, err);
    r = read_version(reading->name, &strict, err);
    while (r == 0) {
        r = rf_strict_next(&strict, &event, err);
        if (r < 0)
            return name_file(reading->name, r, err);
        if (event.kind == RF_STRICT_END)
            return 0;
        r = find_key(reading, err);
        if (r == 0 && is_for_env_files == (!reading->is_own && reading->key == RF_KEY_ENV_FILE))
            r = set_value(reading, err);
    }
    return r;
}

int rf_posture_read_text(const char *name, struct rf_str bytes, struct rf_posture *posture,
                         struct rf_err *err)
{
    struct reading reading = {.name = name, .posture = posture};
    int r = read_pass(&reading, bytes, true, err);

    return r < 0 ? r : read_pass(&reading, bytes, false, err);
}

int rf_posture_read_form(const char *name, struct rf_str bytes, const struct rf_file_form *form,
                         struct rf_posture *posture, struct rf_err *err)
{
    struct reading reading = {.name = name, .posture = posture, .form = form};
    int r = form->refuse(RF_KEY_ENV_FILE) ? 0 : read_pass(&reading, bytes, true, err);

    return r < 0 ? r : read_pass(&reading, bytes, false, err);
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
    return r < 0 ? rf_place_in_file(&from, err) : 0;
}

int rf_env_read_file(const char *path, struct rf_posture *posture, struct rf_err *err)
{
    struct rf_str bytes;
    int r = rf_file_read(path, RF_STRICT_BYTES, posture->arena, &bytes, err);

    return r < 0 ? r : rf_env_read_text(path, bytes, posture, err);
}
