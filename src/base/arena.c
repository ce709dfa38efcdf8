/* Bump allocation over one reserved mapping: no realloc, no free, no fragmentation, one munmap. */
#include "base/arena.h"

#include "base/format.h"

#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

enum { ALIGNMENT = 16, PAGE = 4096 };

static unsigned fail_countdown;

void rf_arena_fail_at(unsigned nth)
{
    fail_countdown = nth;
}

void rf_arena_init(struct rf_arena *arena, size_t limit_bytes)
{
    *arena = (struct rf_arena){.limit = limit_bytes};
}

void rf_arena_done(struct rf_arena *arena)
{
    if (!arena || !arena->base)
        return;
    (void)munmap(arena->base, arena->limit); /* cannot fail for a mapping of our own */
    arena->base = NULL;
    arena->used = 0;
}

void rf_arena_reset(struct rf_arena *arena, size_t keep_bytes)
{
    size_t kept = (keep_bytes + PAGE - 1) & ~(size_t)(PAGE - 1);

    if (arena->used > kept && madvise(arena->base + kept, arena->used - kept, MADV_DONTNEED) != 0)
        memset(arena->base + kept, 0, arena->used - kept);
    if (arena->used > 0)
        memset(arena->base, 0, arena->used < kept ? arena->used : kept);
    arena->used = 0;
}

void *rf_arena_alloc(struct rf_arena *arena, size_t size_bytes)
{
    size_t start = (arena->used + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    size_t end = 0;

    if (fail_countdown && --fail_countdown == 0)
        return NULL;
    if (__builtin_add_overflow(start, size_bytes, &end) || end > arena->limit)
        return NULL;
    if (!arena->base) {
        void *base = mmap(NULL, arena->limit, PROT_READ | PROT_WRITE,
                          MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

        if (base == MAP_FAILED)
            return NULL;
        (void)madvise(base, arena->limit, MADV_NOHUGEPAGE); /* a page touched is to cost 4 KiB, not 2 MiB */
        arena->base = base;
    }
    arena->used = end;
    return arena->base + start;
}

void *rf_arena_array(struct rf_arena *arena, size_t count, size_t size_bytes)
{
    size_t total = 0;

    if (__builtin_mul_overflow(count, size_bytes, &total))
        return NULL;
    return rf_arena_alloc(arena, total);
}

char *rf_arena_text(struct rf_arena *arena, struct rf_str str)
{
    char *copy = rf_arena_alloc(arena, str.len + 1);

    if (copy && str.len)
        memcpy(copy, str.ptr, str.len);
    return copy;
}

char *rf_arena_printf(struct rf_arena *arena, const char *fmt, ...)
{
    va_list args;
    va_list again;
    char *text = NULL;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = rf_vsnprintf(NULL, 0, fmt, args);
    if (len >= 0)
        text = rf_arena_alloc(arena, (size_t)len + 1);
    if (text)
        (void)rf_vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    va_end(args);
    return text;
}
