/* The patterns of ${v#p}, ${v%p} and ${v/p/r}. All ways through a pattern are followed at once, so that no
   pattern takes longer than its length times that of the text. */
#include "text/shell_words.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"

enum token_kind { LITERAL, ANY_ONE, ANY_TEXT };

struct rf_pattern_token {
    enum token_kind kind;
    struct rf_str character;
};

/* The first character of `text`; a byte that begins none is one by itself. */
static struct rf_str first_character(struct rf_str text)
{
    size_t len = rf_utf8_len(text);

    return (struct rf_str){text.ptr, len ? len : 1};
}

static struct rf_str last_character(struct rf_str text)
{
    for (size_t len = 1; len <= 4 && len <= text.len; len++)
        if (rf_utf8_len((struct rf_str){text.ptr + text.len - len, len}) == len)
            return (struct rf_str){text.ptr + text.len - len, len};
    return (struct rf_str){text.ptr + text.len - 1, 1};
}

int rf_pattern_read(struct rf_str text, struct rf_arena *arena, struct rf_pattern *ret, struct rf_err *err)
{
    struct rf_pattern pattern = {0};

    if (text.len > RF_WORDS_PATTERN_BYTES)
        return rf_fail(err, -E2BIG, "a pattern of %zu bytes, want at most %d", text.len,
                       RF_WORDS_PATTERN_BYTES);
    pattern.tokens = rf_arena_array(arena, text.len + 1, sizeof(*pattern.tokens));
    pattern.states = rf_arena_array(arena, text.len + 1, 2);
    if (!pattern.tokens || !pattern.states)
        return rf_fail(err, -ENOMEM, "no memory left for a pattern");
    while (text.len > 0) {
        struct rf_pattern_token *token = &pattern.tokens[pattern.count++];

        token->character = first_character(text);
        token->kind = *text.ptr == '*' ? ANY_TEXT : *text.ptr == '?' ? ANY_ONE : LITERAL;
        text = (struct rf_str){text.ptr + token->character.len, text.len - token->character.len};
        if (*token->character.ptr != '\\')
            continue;
        if (text.len == 0 || !strchr("*?\\}/", *text.ptr) || !*text.ptr)
            return rf_fail(err, -EINVAL, "a backslash in a pattern stands before * ? \\ / or } only");
        if (*text.ptr == '}' || *text.ptr == '/') { /* it only kept the brace from ending the variable */
            pattern.count--;
            continue;
        }
        token->character = (struct rf_str){text.ptr, 1};
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    }
    *ret = pattern;
    return 0;
}

static const struct rf_pattern_token *token_at(const struct rf_pattern *pattern, size_t i, bool is_at_end)
{
    return &pattern->tokens[is_at_end ? pattern->count - 1 - i : i];
}

/* A state n stands for "the first n tokens are done". Text that may be empty needs no character. */
static void skip_empty(const struct rf_pattern *pattern, unsigned char *states, bool is_at_end)
{
    for (size_t i = 0; i < pattern->count; i++)
        if (states[i] && token_at(pattern, i, is_at_end)->kind == ANY_TEXT)
            states[i + 1] = 1;
}

/* Follow every state by one character. Returns whether one is left. */
static bool step(const struct rf_pattern *pattern, const unsigned char *from, unsigned char *to,
                 struct rf_str character, bool is_at_end)
{
    bool is_newline = *character.ptr == '\n'; /* Go's `.` does not match it */
    bool is_alive = false;

    memset(to, 0, pattern->count + 1);
    for (size_t i = 0; i < pattern->count; i++) {
        const struct rf_pattern_token *token = token_at(pattern, i, is_at_end);
        bool fits = token->kind == LITERAL
                        ? token->character.len == character.len &&
                              memcmp(token->character.ptr, character.ptr, character.len) == 0
                        : !is_newline;

        if (!from[i] || !fits)
            continue;
        to[token->kind == ANY_TEXT ? i : i + 1] = 1;
        is_alive = true;
    }
    skip_empty(pattern, to, is_at_end);
    return is_alive;
}

bool rf_pattern_match(const struct rf_pattern *pattern, struct rf_str text, bool is_at_end, bool is_longest,
                      uint64_t *work, size_t *ret_len)
{
    unsigned char *now = pattern->states;
    unsigned char *next = pattern->states + pattern->count + 1;
    size_t used = 0;
    bool is_match = false;

    memset(now, 0, pattern->count + 1);
    now[0] = 1;
    skip_empty(pattern, now, is_at_end);
    for (;;) {
        struct rf_str rest = {is_at_end ? text.ptr : text.ptr + used, text.len - used};
        struct rf_str character;
        unsigned char *swap = now;

        if (now[pattern->count]) {
            is_match = true;
            *ret_len = used;
            if (!is_longest)
                break;
        }
        if (rest.len == 0 || *work > RF_WORDS_WORK) /* the caller refuses what takes so long */
            break;
        character = is_at_end ? last_character(rest) : first_character(rest);
        *work += pattern->count + 1;
        if (!step(pattern, now, next, character, is_at_end))
            break;
        used += character.len;
        now = next;
        next = swap;
    }
    return is_match;
}
