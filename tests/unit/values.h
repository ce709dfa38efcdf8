#ifndef RF_TESTS_VALUES_H
#define RF_TESTS_VALUES_H

/* Tables of values that a posture takes or refuses. Included by tests only, after cmocka.h. */

#include "posture/posture.h"

#include <errno.h>
#include <string.h>

enum { ARENA_BYTES = 4 * 1024 * 1024 };

struct accepted {
    enum rf_key key;
    const char *text;
    const char *back; /* what rf_posture_text() says of it */
};

struct refused {
    enum rf_key key;
    const char *text;
    const char *why; /* a part of the sentence */
};

static inline void check_accepted(const struct accepted *rows, size_t count)
{
    static const struct rf_from from;

    for (size_t i = 0; i < count; i++) {
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};
        const char *back;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        if (rf_posture_set(&posture, rows[i].key, rf_str_of(rows[i].text), &from, &err) != 0)
            fail_msg("refused %s", err.msg);
        back = rf_posture_text(&posture, rows[i].key, 0);
        if (!back || strcmp(back, rows[i].back) != 0)
            fail_msg("\"%s\" came back as \"%s\"", rows[i].text, back ? back : "nothing");
        assert_int_equal(posture.from[rows[i].key].known, RF_KNOWN);
        rf_arena_done(&arena);
    }
}

static inline void check_refused(const struct refused *rows, size_t count)
{
    static const struct rf_from from;

    for (size_t i = 0; i < count; i++) {
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_posture before;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        memcpy(&before, &posture, sizeof(before));
        if (rf_posture_set(&posture, rows[i].key, rf_str_of(rows[i].text), &from, &err) != -EINVAL)
            fail_msg("accepted %s \"%s\"", rf_key_info(rows[i].key)->flag, rows[i].text);
        if (!strstr(err.msg, rows[i].why))
            fail_msg("\"%s\" does not say \"%s\"", err.msg, rows[i].why);
        assert_memory_equal(&before, &posture, sizeof(before));
        rf_arena_done(&arena);
    }
}

#endif
