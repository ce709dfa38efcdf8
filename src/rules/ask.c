/* What rows of several families ask. */
#include "rules/ask.h"

#include "base/format.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum { SENTENCE_BYTES = 1024 };

bool rf_ask_is_windows(const struct rf_look *look)
{
    return look->subject->pod && rf_str_is(look->subject->pod->os.value, "windows");
}

bool rf_ask_is_known(const struct rf_from *from)
{
    return from->known == RF_KNOWN;
}

bool rf_ask_is_said(const struct rf_from *from)
{
    return from->known != RF_UNSET;
}

const struct rf_from *rf_ask_place(const struct rf_look *look, const struct rf_from *fact)
{
    static const struct rf_from unset = {RF_UNSET, NULL, 0, 0, 0, 0};

    if (rf_ask_is_said(fact))
        return fact;
    return rf_look_is_kube(look) ? &look->subject->own.from : &unset;
}

void rf_ask_lacking(struct rf_look *look, const struct rf_from *from, const char *fmt, ...)
{
    char sentence[SENTENCE_BYTES];
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args);
    va_end(args);
    if (look->subject->unknown.known == RF_UNKNOWABLE)
        rf_look_maybe(look, from, "%s, unless what it extends, which could not be read, says otherwise",
                      sentence);
    else
        rf_look_found(look, from, "%s", sentence);
}

bool rf_ask_is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool rf_ask_is_cap(struct rf_str text, const char *name)
{
    if (text.len > 4 && strncasecmp(text.ptr, "CAP_", 4) == 0)
        text = (struct rf_str){text.ptr + 4, text.len - 4};
    return text.len == strlen(name) && strncasecmp(text.ptr, name, text.len) == 0;
}

bool rf_ask_has_cap(const struct rf_fact_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        if (rf_ask_is_cap(list->items[i].value, name))
            return true;
    }
    return false;
}

const struct rf_fact_text *rf_ask_unknown(const struct rf_fact_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].from.known == RF_UNKNOWABLE)
            return &list->items[i];
    }
    return NULL;
}

bool rf_ask_is_non_root(struct rf_look *look)
{
    struct rf_look_user user;

    rf_look_user(look, &user);
    return user.kind == RF_USER_OTHER ||
           (user.kind == RF_USER_UNKNOWN && rf_ask_is_known(&look->subject->context.non_root.from) &&
            look->subject->context.non_root.is_true);
}

bool rf_ask_is_among(struct rf_str text, const char *words)
{
    struct rf_str rest = rf_str_of(words);

    while (rest.ptr && rest.len > 0) {
        struct rf_str word;

        rest = rf_str_cut(rest, ' ', &word);
        if (rf_ask_is_same(word, text))
            return true;
    }
    return false;
}

struct rf_str rf_ask_last_part(struct rf_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    for (size_t i = path.len; i > 0; i--) {
        if (path.ptr[i - 1] == '/')
            return (struct rf_str){path.ptr + i, path.len - i};
    }
    return path;
}

struct rf_str rf_ask_image_name(struct rf_str image)
{
    struct rf_str name;

    (void)rf_str_cut(image, '@', &image);
    name = rf_ask_last_part(image);
    (void)rf_str_cut(name, ':', &name);
    return name;
}

struct rf_str rf_ask_host_path(const struct rf_mounted *mounted)
{
    if (mounted->kind == RF_MOUNTED_BIND)
        return mounted->source.value;
    if (mounted->kind == RF_MOUNTED_VOLUME && mounted->volume &&
        rf_str_starts(mounted->volume->path.value, "/"))
        return mounted->volume->path.value;
    return RF_STR("");
}

const char *rf_ask_size(struct rf_look *look, int64_t bytes)
{
    static const struct {
        int64_t bytes;
        const char *name;
    } units[] = {{1LL << 30, "GiB"}, {1LL << 20, "MiB"}, {1LL << 10, "KiB"}};
    char text[48];
    char *copy;

    (void)rf_snprintf(text, sizeof(text), "%" PRId64 " bytes", bytes);
    for (size_t i = RF_COUNT(units); i > 0; i--) {
        if (bytes >= units[i - 1].bytes && bytes % units[i - 1].bytes == 0)
            (void)rf_snprintf(text, sizeof(text), "%" PRId64 " %s", bytes / units[i - 1].bytes,
                              units[i - 1].name);
    }
    copy = rf_arena_text(look->arena, rf_str_of(text));
    if (!copy)
        look->is_failed = true;
    return copy ? copy : "";
}
