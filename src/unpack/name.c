/* Which names an archive's entries may have, and in which order they come. */
#include "unpack/name.h"

#include "base/buf.h"
#include "base/format.h"

#include <errno.h>
#include <string.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

/* C0 and DEL are one byte, C1 is two: 0xc2 and 0x80 to 0x9f. */
static bool is_control(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;

    return len == 1 ? bytes[0] < 0x20 || bytes[0] == 0x7f : len == 2 && bytes[0] == 0xc2 && bytes[1] < 0xa0;
}

/* What is wrong with the letters, or NULL. */
static const char *wrong_letter(struct rf_str name)
{
    while (name.len) {
        size_t len = rf_utf8_len(name);

        if (len == 0)
            return "is not UTF-8";
        if (is_control(name.ptr, len))
            return "has a control character";
        if (name.ptr[0] == '\\')
            return "has a backslash";
        name = (struct rf_str){name.ptr + len, name.len - len};
    }
    return NULL;
}

static const char *wrong_component(struct rf_str name)
{
    while (name.ptr) {
        struct rf_str component;

        name = rf_str_cut(name, '/', &component);
        if (rf_str_is(component, ".."))
            return "leads out of the archive by \"..\"";
        if (component.len == 0 || rf_str_is(component, "."))
            return "has an empty component or \".\"";
    }
    return NULL;
}

static bool is_absolute(struct rf_str name)
{
    return rf_str_starts(name, "/") ||
           (name.len > 2 && is_letter(name.ptr[0]) && name.ptr[1] == ':' && name.ptr[2] == '/');
}

static struct rf_str behind_dots(struct rf_str name)
{
    while (rf_str_starts(name, "./"))
        name = (struct rf_str){name.ptr + 2, name.len - 2};
    return name;
}

int rf_unpack_name(struct rf_str name, bool is_directory, struct rf_str *ret, struct rf_err *err)
{
    struct rf_str cut = name;
    const char *why = NULL;

    if (name.len == 0 || name.len > RF_UNPACK_NAME_BYTES)
        return rf_fail(err, -EBADMSG, "an entry has a name of %zu bytes: want 1 to %d", name.len,
                       RF_UNPACK_NAME_BYTES);
    why = wrong_letter(name);
    cut = behind_dots(name);
    if (!why && is_absolute(cut))
        why = "is absolute";
    if (is_directory && cut.len && cut.ptr[cut.len - 1] == '/')
        cut.len--;
    if (is_directory && rf_str_is(cut, "."))
        cut.len = 0;
    if (!why && (cut.len || !is_directory))
        why = wrong_component(cut);
    if (why)
        return rf_fail(err, -EBADMSG, "the name \"%.*s\" %s",
                       (int)(name.len < RF_UNPACK_SHOWN ? name.len : RF_UNPACK_SHOWN), name.ptr, why);
    *ret = cut;
    return 0;
}

static struct rf_str last_component(struct rf_str name)
{
    struct rf_str last = name;

    while (name.ptr)
        name = rf_str_cut(name, '/', &last);
    return last;
}

bool rf_unpack_is_litter(struct rf_str name)
{
    struct rf_str last = last_component(name);

    while (name.ptr) {
        struct rf_str component;

        name = rf_str_cut(name, '/', &component);
        if (rf_str_is(component, "__MACOSX"))
            return true;
    }
    return rf_str_is(last, ".DS_Store") || rf_str_starts(last, "._");
}

/* --- order --- */

/* Take the next thing to compare off the name: a number without its zeros, or one byte. */
static struct rf_str take(struct rf_str *name)
{
    struct rf_str taken = {name->ptr, name->len > 0};
    size_t end = 1;

    if (name->len == 0)
        return taken;
    if (is_digit(name->ptr[0])) {
        while (end < name->len && is_digit(name->ptr[end]))
            end++;
        taken.len = end;
    }
    *name = (struct rf_str){name->ptr + taken.len, name->len - taken.len};
    while (taken.len > 1 && taken.ptr[0] == '0')
        taken = (struct rf_str){taken.ptr + 1, taken.len - 1};
    return taken;
}

/* "/" before all others, so that "a/2" and "a/10" stand together before "a-b". */
static int rank(struct rf_str taken)
{
    unsigned char c;

    if (taken.len == 0)
        return -1;
    c = (unsigned char)taken.ptr[0];
    if (c == '/')
        return 0;
    return is_digit((char)c) ? '0' : c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

static int compare_taken(struct rf_str a, struct rf_str b)
{
    int by_rank = rank(a) - rank(b);

    if (by_rank || rank(a) != '0')
        return by_rank;
    if (a.len != b.len)
        return a.len < b.len ? -1 : 1;
    return memcmp(a.ptr, b.ptr, a.len);
}

int rf_unpack_name_compare(struct rf_str a, struct rf_str b)
{
    struct rf_str left = a;
    struct rf_str right = b;
    size_t least = a.len < b.len ? a.len : b.len;
    int order = 0;

    while (order == 0 && (left.len || right.len)) {
        struct rf_str first = take(&left);
        struct rf_str second = take(&right);

        order = compare_taken(first, second);
    }
    if (order == 0 && least) /* "01" and "1", "A" and "a" */
        order = memcmp(a.ptr, b.ptr, least);
    return order ? order : (a.len > b.len) - (a.len < b.len);
}

void rf_unpack_frame_name(size_t place, struct rf_str name, char ret[RF_FRAME_NAME_BYTES])
{
    struct rf_str last = last_component(name);
    size_t len = (size_t)rf_snprintf(ret, RF_FRAME_NAME_BYTES, "%08zu-", place);

    for (size_t i = 0; i < last.len && len < RF_FRAME_NAME_BYTES - 1; i++) {
        char c = last.ptr[i];

        ret[len++] = (char)(is_digit(c) || is_letter(c) || c == '.' || c == '-' ? c : '_');
    }
    ret[len] = '\0';
}
