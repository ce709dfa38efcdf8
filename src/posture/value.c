/* What every setter shares: refusing in one voice, growing lists, reading paths and words. */
#include "posture/value.h"

#include "base/format.h"

#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

enum { SHOWN_BYTES = 96, NAME_BYTES = 32 };

/* The key as the file spells it, "pids_limit", in `ret`. */
static const char *spell(enum rf_key key, char ret[NAME_BYTES])
{
    const char *flag = rf_key_info(key)->flag;
    size_t i = 0;

    for (; flag[i] && i + 1 < NAME_BYTES; i++)
        ret[i] = (char)(flag[i] == '-' ? '_' : flag[i]);
    ret[i] = '\0';
    return ret;
}

/* Text as it may be shown on a terminal: what could be a control code is spelt out, what is long is cut. */
static void show(struct rf_str text, char ret[SHOWN_BYTES])
{
    static const char digits[] = "0123456789abcdef";
    size_t used = 0;

    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool is_plain = c >= 0x20 && c != 0x7f && c < 0x80 && c != '"' && c != '\\';

        if (used + 8 > SHOWN_BYTES) {
            memcpy(ret + used, "...", 3);
            used += 3;
            break;
        }
        if (is_plain) {
            ret[used++] = (char)c;
            continue;
        }
        ret[used++] = '\\';
        ret[used++] = 'x';
        ret[used++] = digits[c >> 4];
        ret[used++] = digits[c & 15];
    }
    ret[used] = '\0';
}

int rf_refuse(const struct rf_value *value, struct rf_err *err, const char *fmt, ...)
{
    char name[NAME_BYTES];
    char shown[SHOWN_BYTES];
    char reason[sizeof(err->msg)];
    va_list args;

    show(value->text, shown);
    va_start(args, fmt);
    (void)rf_vsnprintf(reason, sizeof(reason), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    for (char *p = reason; *p; p++) /* a part of the value may be quoted in it */
        if ((unsigned char)*p < 0x20 || (unsigned char)*p >= 0x7f)
            *p = '?';
    return rf_fail(err, -EINVAL, "%s \"%s\": %s", spell(value->key, name), shown, reason);
}

int rf_no_memory(const struct rf_value *value, struct rf_err *err)
{
    char name[NAME_BYTES];

    return rf_fail(err, -ENOMEM, "%s: no memory left for another value", spell(value->key, name));
}

void *rf_list_room(struct rf_arena *arena, void *list, size_t count, size_t size_bytes)
{
    void *larger;

    if (count && (count & (count - 1)))
        return list;
    if (count > RF_LIST_MAX)
        return NULL;
    larger = rf_arena_array(arena, count ? count * 2 : 1, size_bytes);
    if (larger && count)
        memcpy(larger, list, count * size_bytes);
    return larger;
}

void rf_posture_note(struct rf_posture *posture, enum rf_key key, const struct rf_from *from)
{
    posture->from[key] = *from;
    posture->from[key].known = RF_KNOWN;
}

int rf_value_path(struct rf_posture *posture, const struct rf_value *value, struct rf_str path,
                  const char **ret, struct rf_err *err)
{
    struct rf_str rest = path;
    size_t used = 0;
    char *clean;

    if (path.len == 0 || path.ptr[0] != '/')
        return rf_refuse(value, err, "want an absolute path inside, such as /data");
    for (size_t i = 0; i < path.len; i++)
        if ((unsigned char)path.ptr[i] < 0x20 || path.ptr[i] == 0x7f)
            return rf_refuse(value, err, "a path may not hold control characters");
    clean = rf_arena_alloc(posture->arena, path.len + 2);
    if (!clean)
        return rf_no_memory(value, err);
    while (rest.ptr) {
        struct rf_str part;

        rest = rf_str_cut(rest, '/', &part);
        if (part.len == 0 || rf_str_is(part, "."))
            continue;
        if (rf_str_is(part, ".."))
            return rf_refuse(value, err, "a path inside may not hold \"..\"");
        clean[used++] = '/';
        memcpy(clean + used, part.ptr, part.len);
        used += part.len;
    }
    if (used == 0)
        clean[0] = '/';
    *ret = clean;
    return 0;
}

/* "none, host or loopback" */
static void list_words(const struct rf_word *words, size_t count, char *ret, size_t size)
{
    size_t left = 0;
    size_t used = 0;

    for (size_t i = 0; i < count; i++)
        left += !words[i].reason;
    ret[0] = '\0';
    for (size_t i = 0; i < count && used < size; i++) {
        const char *joint = left > 2 ? ", " : left == 2 ? " or " : "";
        int len;

        if (words[i].reason)
            continue;
        len = rf_snprintf(ret + used, size - used, "%s%s", words[i].name, joint);
        used += len > 0 ? (size_t)len : 0;
        left--;
    }
}

int rf_value_word(const struct rf_value *value, struct rf_str text, const struct rf_word *words, size_t count,
                  unsigned *ret, struct rf_err *err)
{
    char accepted[160];
    const char *nearest = NULL;

    for (size_t i = 0; i < count; i++) {
        if (rf_str_is(text, words[i].name)) {
            if (words[i].reason)
                return rf_refuse(value, err, "%s", words[i].reason);
            *ret = words[i].number;
            return 0;
        }
        if (!words[i].reason && rf_str_distance(text, words[i].name, 2) <= 2 && text.len > 2)
            nearest = words[i].name;
    }
    list_words(words, count, accepted, sizeof(accepted));
    if (nearest)
        return rf_refuse(value, err, "want %s; did you mean \"%s\"?", accepted, nearest);
    return rf_refuse(value, err, "want %s", accepted);
}

const char *rf_word_name(const struct rf_word *words, size_t count, unsigned number)
{
    for (size_t i = 0; i < count; i++)
        if (!words[i].reason && words[i].number == number)
            return words[i].name;
    return "";
}

int rf_value_bool(const struct rf_value *value, struct rf_str text, bool *ret, struct rf_err *err)
{
    bool is_true = rf_str_is(text, "true");

    if (!is_true && !rf_str_is(text, "false"))
        return rf_refuse(value, err, "want true or false");
    *ret = is_true;
    return 0;
}

bool rf_str_equal(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool rf_text_equal(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}
