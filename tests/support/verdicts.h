#ifndef RF_TESTS_VERDICTS_H
#define RF_TESTS_VERDICTS_H

#include "support/shared.h"

#include <string.h>

/* What others say of their own files, line by line of fixtures/SOURCE/verdicts.tsv, against our rows. */

enum { MEMORY = 64 << 20 };

struct score {
    unsigned asked;
    unsigned agreed;
    unsigned differing; /* for a reason that is listed */
    unsigned other;     /* of no row of ours, or nothing that we read */
};

struct source {
    const char *name;
    unsigned least; /* agreements reached */
};

typedef void judge_fn(const char *folder, struct rf_str line, struct score *score);

static inline bool is_ending(struct rf_str text, const char *end)
{
    size_t len = strlen(end);

    return text.len >= len && memcmp(text.ptr + text.len - len, end, len) == 0;
}

static inline bool judge_source(const struct source *source, judge_fn *judge)
{
    char folder[SHARED_PATH_BYTES];
    char table[SHARED_PATH_BYTES];
    char relative[128];
    struct score score = {0};
    struct rf_arena arena;
    struct rf_str rest;

    (void)snprintf(relative, sizeof(relative), "fixtures/%s", source->name);
    if (!shared_path(relative, folder)) {
        (void)printf("%s: not there\n", source->name);
        return true;
    }
    rf_arena_init(&arena, MEMORY);
    (void)snprintf(table, sizeof(table), "%.4000s/verdicts.tsv", folder);
    rest = shared_read(&arena, table);
    while (rest.ptr && rest.len) {
        struct rf_str line;

        rest = rf_str_cut(rest, '\n', &line);
        if (line.len && !rf_str_starts(line, "file\t"))
            judge(folder, line, &score);
    }
    rf_arena_done(&arena);
    (void)printf("%s: %u verdicts of ours, %u agree, %u differ for a reason, %u do not; %u of other things\n",
                 source->name, score.asked, score.agreed, score.differing,
                 score.asked - score.agreed - score.differing, score.other);
    return score.agreed >= source->least && score.agreed + score.differing == score.asked;
}

/* The exit code. */
static inline int judge_sources(const struct source *sources, size_t count, judge_fn *judge)
{
    char folder[SHARED_PATH_BYTES];
    bool is_good = true;

    (void)find_shared("fixtures", folder, sizeof(folder));
    for (size_t i = 0; i < count; i++)
        is_good &= judge_source(&sources[i], judge);
    return !is_good;
}

#endif
