/* Growing text. It doubles, so that n bytes cost at most 2n of the arena and as many copies; none at all
   while nothing else takes from the arena. */
#include "base/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_ROOM = 1024 };

void rf_buf_init(struct rf_buf *buf, struct rf_arena *arena)
{
    *buf = (struct rf_buf){.arena = arena};
}

/* A block of `room` bytes: the buffer's own, made longer, where it is the last one of the arena. Rooms are
   multiples of the arena's alignment. */
static char *take(struct rf_buf *buf, size_t room)
{
    struct rf_arena *arena = buf->arena;

    if (buf->ptr && buf->ptr + buf->room == arena->base + arena->used)
        return rf_arena_alloc(arena, room - buf->room) ? buf->ptr : NULL;
    return rf_arena_alloc(arena, room);
}

/* Room for `more` bytes and a terminator. */
static bool make_room(struct rf_buf *buf, size_t more)
{
    size_t need = 0;
    size_t room = buf->room ? buf->room : FIRST_ROOM;
    char *ptr;

    if (buf->is_failed || __builtin_add_overflow(buf->len + 1, more, &need) || need > SIZE_MAX / 2) {
        buf->is_failed = true;
        return false;
    }
    if (need <= buf->room)
        return true;
    while (room < need)
        room *= 2;
    ptr = take(buf, room);
    if (!ptr) {
        buf->is_failed = true;
        return false;
    }
    if (buf->len && ptr != buf->ptr)
        memcpy(ptr, buf->ptr, buf->len);
    ptr[buf->len] = '\0';
    buf->ptr = ptr;
    buf->room = room;
    return true;
}

void rf_buf_add(struct rf_buf *buf, struct rf_str str)
{
    if (str.len == 0 || !make_room(buf, str.len))
        return;
    memcpy(buf->ptr + buf->len, str.ptr, str.len);
    buf->len += str.len;
    buf->ptr[buf->len] = '\0';
}

void rf_buf_text(struct rf_buf *buf, const char *text)
{
    rf_buf_add(buf, rf_str_of(text));
}

void rf_buf_printf(struct rf_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    if (len < 0) {
        buf->is_failed = true;
    } else if (make_room(buf, (size_t)len)) {
        (void)vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, again); /* the room was just made */
        buf->len += (size_t)len;
    }
    va_end(again);
    va_end(args);
}

/* The smallest second byte after each first byte that would allow an overlong form, and the largest that
   stays in range, are what makes UTF-8 strict. */
size_t rf_utf8_len(struct rf_str str)
{
    const unsigned char *p = (const unsigned char *)str.ptr;
    unsigned char low = 0x80;
    unsigned char high = 0xbf;
    size_t len;

    if (str.len == 0)
        return 0;
    if (p[0] < 0x80)
        return 1;
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 0;
    len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] == 0xe0)
        low = 0xa0;
    else if (p[0] == 0xed)
        high = 0x9f;
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f;
    if (str.len < len || p[1] < low || p[1] > high)
        return 0;
    for (size_t i = 2; i < len; i++) {
        if (p[i] < 0x80 || p[i] > 0xbf)
            return 0;
    }
    return len;
}

/* C0, DEL, and C1, which some terminals obey as they obey ESC. */
static bool is_control(struct rf_str str, size_t len)
{
    const unsigned char *p = (const unsigned char *)str.ptr;

    return (len == 1 && (p[0] < 0x20 || p[0] == 0x7f)) || (len == 2 && p[0] == 0xc2 && p[1] < 0xa0);
}

size_t rf_buf_plain(struct rf_buf *buf, struct rf_str str)
{
    size_t columns = 0;

    while (str.len) {
        size_t len = rf_utf8_len(str);

        if (len && !is_control(str, len)) {
            rf_buf_add(buf, (struct rf_str){str.ptr, len});
            columns++;
        } else {
            len = 1;
            rf_buf_printf(buf, "\\x%02x", (unsigned)(unsigned char)str.ptr[0]);
            columns += 4;
        }
        str = (struct rf_str){str.ptr + len, str.len - len};
    }
    return columns;
}
