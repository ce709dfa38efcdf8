/* What the reader of words promises: text within its limit, words that are parts of the text and come from
   the source in order, sources without a variable that come back as they were when everything is kept, and
   for anything else one sentence. The first byte chooses the flags. */
#include "text/shell_words.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    ARENA_BYTES = 64 * 1024 * 1024,
    KEEP = RF_WORDS_RAW_QUOTES | RF_WORDS_RAW_ESCAPES | RF_WORDS_KEEP_UNSET
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum rf_var find(void *data, struct rf_str name, struct rf_str *ret_value)
{
    (void)data;
    if (name.len == 0 || (*name.ptr != 'a' && *name.ptr != 'u'))
        return RF_VAR_UNSET;
    *ret_value = *name.ptr == 'a' ? RF_STR("x*y/ z\xc3\xa4") : RF_STR("");
    return *name.ptr == 'a' ? RF_VAR_SET : RF_VAR_UNKNOWN;
}

static void check(const struct rf_words *words, struct rf_str source, const struct rf_expanded *ret)
{
    const char *end = ret->text.ptr;
    uint32_t last = 0;

    if (ret->text.len > RF_WORDS_BYTES || ret->unset_count > RF_WORDS_UNSET_MAX)
        abort();
    for (uint32_t i = 0; i < ret->word_count; i++) {
        const struct rf_word_part *word = &ret->words[i];

        if (word->text.len == 0 || word->text.ptr < end || word->start < last || word->end < word->start ||
            word->end > source.len)
            abort();
        end = word->text.ptr + word->text.len;
        last = word->start;
    }
    if (end > ret->text.ptr + ret->text.len)
        abort();
    if ((words->flags & KEEP) == KEEP && !memchr(source.ptr, '$', source.len) &&
        (source.len != ret->text.len || memcmp(source.ptr, ret->text.ptr, source.len) != 0))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_arena arena;
    struct rf_words words = {.arena = &arena, .find = find};
    struct rf_str source;
    struct rf_expanded ret;
    struct rf_err err = {0};
    int code;

    if (size == 0)
        return 0;
    source = (struct rf_str){(const char *)data + 1, size - 1};
    words.flags = *data & 0x1f;
    words.escape = *data & 0x20 ? '`' : '\\';
    rf_arena_init(&arena, ARENA_BYTES);
    code = rf_words_expand(&words, source, &ret, &err);
    if (code == 0)
        check(&words, source, &ret);
    else if (err.code != code || !err.msg[0] || (code != -EINVAL && code != -E2BIG))
        abort();
    rf_arena_done(&arena);
    return 0;
}
