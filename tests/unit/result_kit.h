#ifndef TESTS_UNIT_RESULT_KIT_H
#define TESTS_UNIT_RESULT_KIT_H

#include "engine/result.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

/* What the tests of the parsers share. */

enum { KIT_ARENA_BYTES = 64 << 20 };

struct kit {
    struct rf_arena arena;
    struct rf_result result;
    struct rf_err err;
};

static inline void kit_init(struct kit *kit, enum rf_engine_kind kind)
{
    *kit = (struct kit){.err = {0}};
    rf_arena_init(&kit->arena, KIT_ARENA_BYTES);
    rf_result_init(&kit->result, kind, &kit->arena);
}

struct kit_refusal {
    const char *text;
    const char *part; /* of the error */
};

/* Each is -EBADMSG, says so, shows nothing of the text's bytes that is not printable, and adds nothing. */
static inline void kit_refuse(enum rf_engine_kind kind, enum rf_parser parser,
                              const struct kit_refusal *cases, size_t count, const char *before)
{
    for (size_t i = 0; i < count; i++) {
        const struct rf_piece piece = {.page = 1};
        struct kit kit;
        char *text;

        kit_init(&kit, kind);
        text = rf_arena_printf(&kit.arena, "%s%s", before, cases[i].text);
        assert_non_null(text);
        if (rf_result_add(&kit.result, parser, rf_str_of(text), &piece, &kit.err) != -EBADMSG)
            fail_msg("accepted \"%s\"", cases[i].text);
        if (!strstr(kit.err.msg, cases[i].part))
            fail_msg("\"%s\": want \"%s\", have \"%s\"", cases[i].text, cases[i].part, kit.err.msg);
        for (const char *p = kit.err.msg; *p; p++)
            assert_true(*p >= 0x20 && *p < 0x7f);
        assert_int_equal(kit.result.count, 0);
        assert_int_equal(kit.result.page_count, 0);
        rf_arena_done(&kit.arena);
    }
}

#endif
