#ifndef RF_TEXT_SHELL_WORDS_H
#define RF_TEXT_SHELL_WORDS_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* Words of a Dockerfile with their variables, as BuildKit's frontend/dockerfile/shell/lex.go treats them:

       $v ${v} ${v:-w} ${v-w} ${v:+w} ${v+w} ${v:?w} ${v?w} ${v#p} ${v##p} ${v%p} ${v%%p} ${v/p/r} ${v//p/r}

   with 'single' and "double" quotes and the escape character. It is not a shell: patterns know * and ? only,
   and whatever else stands behind a name in braces is refused. */

enum {
    RF_WORDS_BYTES = 64 * 1024, /* of one text, expanded; it may double with every ENV that repeats itself */
    RF_WORDS_DEPTH = 64,        /* ${a:-${b:-...}} */
    RF_WORDS_PATTERN_BYTES = 4096,
    RF_WORDS_UNSET_MAX = 64,
    RF_WORDS_WORK = 1 << 26 /* bytes moved and compared by one reader */
};

enum rf_var {
    RF_VAR_UNSET,
    RF_VAR_SET,
    RF_VAR_UNKNOWN /* set to something that cannot be known; the value given is a guess, "" if there is none
                    */
};

/* Look a variable up. */
typedef enum rf_var rf_var_find(void *data, struct rf_str name, struct rf_str *ret_value);

enum {
    RF_WORDS_SPLIT = 1 << 0,        /* also cut the text into words at blanks that are not quoted */
    RF_WORDS_RAW_QUOTES = 1 << 1,   /* quotes stay in the text */
    RF_WORDS_RAW_ESCAPES = 1 << 2,  /* so do escape characters */
    RF_WORDS_PLAIN_QUOTES = 1 << 3, /* quotes are letters like others (the bodies of heredocs) */
    RF_WORDS_KEEP_UNSET = 1 << 4    /* a variable that is not set stays as it is written */
};

/* What a reader needs; fill it, and zero the rest. One reader serves a whole file. */
struct rf_words {
    struct rf_arena *arena;
    rf_var_find *find; /* NULL: no variable is set */
    void *data;
    char escape; /* '\\' or '`' */
    unsigned flags;

    char *out; /* private: the text being made */
    uint64_t work;
};

struct rf_word_part {
    struct rf_str text;
    uint32_t start; /* bytes of the source that it came from */
    uint32_t end;
};

struct rf_expanded {
    struct rf_str text; /* the source itself where nothing was to be done, else from the arena */
    struct rf_word_part *words;
    uint32_t word_count;
    struct rf_str *unset; /* names that are not set, each once, the first RF_WORDS_UNSET_MAX of them */
    uint32_t unset_count;
    bool has_hole;    /* one of them left nothing behind where its value should be */
    bool has_unknown; /* an RF_VAR_UNKNOWN was asked for */
};

/* -EINVAL for text that BuildKit refuses and for ${v:?w} without v, -E2BIG beyond the limits above, -ENOMEM.
   The sentence has no place in front of it. */
int rf_words_expand(struct rf_words *words, struct rf_str source, struct rf_expanded *ret,
                    struct rf_err *err) RF_NONNULL RF_CHECK;

/* Inside the module: patterns, of which every character is one step of *work. */
struct rf_pattern {
    struct rf_pattern_token *tokens;
    uint32_t count;
    unsigned char *states; /* two rows of count + 1 */
};

/* `*` any text, `?` one character, `\*` `\?` `\\` themselves, `\}` and `\/` what follows the backslash.
   -EINVAL for another escape, -E2BIG beyond RF_WORDS_PATTERN_BYTES. */
int rf_pattern_read(struct rf_str text, struct rf_arena *arena, struct rf_pattern *ret,
                    struct rf_err *err) RF_NONNULL RF_CHECK;

/* Whether the pattern matches at the start of `text` (its end, if is_at_end), and how many bytes: the fewest,
   or the most if is_longest. */
bool rf_pattern_match(const struct rf_pattern *pattern, struct rf_str text, bool is_at_end, bool is_longest,
                      uint64_t *work, size_t *ret_len) RF_NONNULL;

#endif
