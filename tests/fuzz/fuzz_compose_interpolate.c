/* Any bytes as a value with variables: holes lie in the text, in order; what comes out, with its `$` doubled,
   comes out again; without a `$` nothing changes. */
#include "manifest/compose_parts.h"

#include "round_trip.h"

#include <errno.h>
#include <string.h>

enum { ARENA = 64 << 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct rf_str doubled(struct rf_arena *arena, struct rf_str text)
{
    char *out = rf_arena_array(arena, text.len * 2 + 1, 1);
    size_t len = 0;

    RF_MUST(out != NULL);
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] == '$')
            out[len++] = '$';
        out[len++] = text.ptr[i];
    }
    return (struct rf_str){out, len};
}

static void must_be_cut(struct rf_arena *arena, struct rf_str line)
{
    struct rf_str *words = NULL;
    size_t count = 0;
    size_t bytes = 0;
    int r = rf_compose_split(arena, line, &words, &count);

    RF_MUST(r == 0 || r == -EINVAL);
    for (size_t i = 0; r == 0 && i < count; i++)
        bytes += words[i].len + 1;
    RF_MUST(bytes <= line.len + 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rf_fact_pair pairs[] = {
        {.name = {.value = RF_STR("A")}, .value = {.value = RF_STR("$1000")}},
        {.name = {.value = RF_STR("EMPTY")}, .value = {.value = RF_STR("")}}};
    static const struct rf_compose_scope scope = {.pairs = pairs, .count = RF_COUNT(pairs)};
    struct rf_str source = {(const char *)data, size};
    struct rf_arena arena;
    struct rf_compose_spent spent = {0};
    struct rf_compose_words words = {.arena = &arena, .scope = &scope, .spent = &spent};
    struct rf_compose_text text;
    struct rf_compose_text again;
    struct rf_fact_pair *lines = NULL;
    size_t count = 0;
    struct rf_err err = {0};
    int r;

    rf_arena_init(&arena, ARENA);
    r = rf_compose_interpolate(&words, source, &text, &err);
    RF_MUST(r == 0 || (err.code == r && err.msg[0] && (r == -EINVAL || r == -E2BIG)));
    if (r == 0) {
        const char *at = text.text.ptr;

        for (uint32_t i = 0; i < text.hole_count; i++) {
            RF_MUST(text.holes[i].ptr >= at && text.holes[i].len > 1 && text.holes[i].ptr[0] == '$');
            at = text.holes[i].ptr + text.holes[i].len;
        }
        RF_MUST(text.hole_count == 0 || at <= text.text.ptr + text.text.len);
        RF_MUST(rf_compose_interpolate(&words, doubled(&arena, text.text), &again, &err) == 0);
        RF_MUST(again.hole_count == 0 && again.text.len == text.text.len);
        RF_MUST(text.text.len == 0 || memcmp(again.text.ptr, text.text.ptr, text.text.len) == 0);
    }
    must_be_cut(&arena, source);
    r = rf_compose_dotenv(&words, ".env", source, &lines, &count, &err);
    RF_MUST(r == 0 || (r == -EINVAL && strstr(err.msg, "more than")));
    for (size_t i = 0; r == 0 && i < count; i++)
        RF_MUST(lines[i].name.from.end <= size && lines[i].value.from.start <= lines[i].value.from.end &&
                lines[i].value.from.end <= size);
    rf_arena_done(&arena);
    return 0;
}
