/* The words of upstream's messages: lists in quotes, plurals, and Go's way to quote. */
#include "rules/pss_check.h"

#include <stdlib.h>
#include <string.h>

void rf_words_add(struct rf_pss_case *it, struct rf_words *words, struct rf_str word)
{
    if (words->count == words->room) {
        size_t room = words->room ? words->room * 2 : 4;
        struct rf_str *items = rf_arena_array(it->arena, room, sizeof(*items));

        if (!items) {
            it->is_failed = true;
            return;
        }
        if (words->count)
            memcpy(items, words->items, words->count * sizeof(*items));
        words->items = items;
        words->room = room;
    }
    words->items[words->count++] = word;
}

static int compare(const void *left, const void *right)
{
    const struct rf_str *a = left;
    const struct rf_str *b = right;
    size_t len = a->len < b->len ? a->len : b->len;
    int order = len ? memcmp(a->ptr, b->ptr, len) : 0;

    return order != 0 ? order : (a->len > b->len) - (a->len < b->len);
}

void rf_words_sort(struct rf_words *words)
{
    size_t count = 0;

    if (words->count == 0)
        return;
    qsort(words->items, words->count, sizeof(*words->items), compare);
    for (size_t i = 0; i < words->count; i++)
        if (i == 0 || compare(&words->items[count - 1], &words->items[i]) != 0)
            words->items[count++] = words->items[i];
    words->count = count;
}

void rf_pss_note(struct rf_pss_case *it, const struct rf_from *from)
{
    if (it->from.known == RF_UNSET)
        it->from = *from;
}

void rf_pss_blame_pod(struct rf_pss_case *it, const struct rf_from *from)
{
    it->has_pod = true;
    rf_pss_note(it, from);
}

void rf_pss_blame(struct rf_pss_case *it, const struct rf_subject *container, const struct rf_from *from)
{
    rf_words_add(it, &it->blamed, container->name.value);
    rf_pss_note(it, from->known == RF_UNSET ? &container->from : from);
}

const char *rf_pss_plural(size_t count, const char *one, const char *many)
{
    return count == 1 ? one : many;
}

void rf_pss_put_quoted(struct rf_pss_case *it, const struct rf_words *words)
{
    for (size_t i = 0; i < words->count; i++) {
        rf_buf_text(&it->detail, i ? ", \"" : "\"");
        rf_buf_add(&it->detail, words->items[i]);
        rf_buf_text(&it->detail, "\"");
    }
}

void rf_pss_put_blamed(struct rf_pss_case *it, const char *one, const char *many)
{
    rf_buf_text(&it->detail, rf_pss_plural(it->blamed.count, one, many));
    rf_buf_text(&it->detail, " ");
    rf_pss_put_quoted(it, &it->blamed);
}

void rf_pss_put_setters(struct rf_pss_case *it)
{
    if (it->has_pod)
        rf_buf_text(&it->detail, it->blamed.count ? "pod and " : "pod");
    if (it->blamed.count)
        rf_pss_put_blamed(it, "container", "containers");
}

/* Characters that Go's unicode.IsPrint knows as none that are printed: spaces but the ASCII one, format
   characters, and what is not assigned for exchange. */
static bool is_printed(uint32_t code)
{
    static const struct {
        uint32_t first;
        uint32_t last;
    } hidden[] = {{0x7f, 0xa0},     {0xad, 0xad},       {0x600, 0x605},   {0x61c, 0x61c},   {0x6dd, 0x6dd},
                  {0x70f, 0x70f},   {0x1680, 0x1680},   {0x180e, 0x180e}, {0x2000, 0x200f}, {0x2028, 0x202f},
                  {0x205f, 0x206f}, {0x3000, 0x3000},   {0xd800, 0xf8ff}, {0xfeff, 0xfeff}, {0xfff0, 0xfffb},
                  {0xfffe, 0xffff}, {0xe0000, 0x10ffff}};

    for (size_t i = 0; i < RF_COUNT(hidden); i++)
        if (code >= hidden[i].first && code <= hidden[i].last)
            return false;
    return code >= 0x20;
}

static uint32_t decode(struct rf_str str, size_t len)
{
    uint32_t code = (unsigned char)str.ptr[0] & (len == 1 ? 0x7fU : 0x7fU >> len);

    for (size_t i = 1; i < len; i++)
        code = code << 6 | ((unsigned char)str.ptr[i] & 0x3fU);
    return code;
}

/* strconv.Quote */
static void put_go_quoted(struct rf_buf *buf, struct rf_str str)
{
    static const char letters[] = "\a\b\f\n\r\t\v\\\"";
    static const char names[] = "abfnrtv\\\"";

    rf_buf_text(buf, "\"");
    while (str.len) {
        size_t len = rf_utf8_len(str);
        uint32_t code = len ? decode(str, len) : 0;
        const char *letter = len == 1 && str.ptr[0] ? strchr(letters, str.ptr[0]) : NULL;

        if (letter)
            rf_buf_printf(buf, "\\%c", names[letter - letters]);
        else if (len == 0 || (len == 1 && !is_printed(code)))
            rf_buf_printf(buf, "\\x%02x", (unsigned)(unsigned char)str.ptr[0]);
        else if (!is_printed(code))
            rf_buf_printf(buf, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
        else
            rf_buf_add(buf, (struct rf_str){str.ptr, len});
        len = len ? len : 1;
        str = (struct rf_str){str.ptr + len, str.len - len};
    }
    rf_buf_text(buf, "\"");
}

struct rf_str rf_pss_pair(struct rf_pss_case *it, const struct rf_fact_pair *pair)
{
    struct rf_buf buf;

    rf_buf_init(&buf, it->arena);
    rf_buf_add(&buf, pair->name.value);
    rf_buf_text(&buf, "=");
    put_go_quoted(&buf, pair->value.value);
    it->is_failed = it->is_failed || buf.is_failed;
    return buf.is_failed ? (struct rf_str){"", 0} : (struct rf_str){buf.ptr, buf.len};
}

bool rf_pss_has_type(const struct rf_volume *volume, const char *type)
{
    for (size_t i = 0; i < volume->types.count; i++)
        if (rf_str_is(volume->types.items[i].value, type))
            return true;
    return false;
}

bool rf_pss_is_profile(const struct rf_confinement *profile)
{
    return rf_str_is(profile->type.value, "RuntimeDefault") || rf_str_is(profile->type.value, "Localhost");
}

const struct rf_from *rf_pss_profile_from(const struct rf_confinement *profile)
{
    return profile->type.from.known == RF_UNSET ? &profile->from : &profile->type.from;
}
