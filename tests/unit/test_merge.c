/* Flags over file. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

struct said {
    enum rf_key key;
    const char *text;
};

/* What the file says, what the flags say, and what holds then. */
static const struct {
    struct said file[4];
    struct said flags[4];
    struct said both[5];
} rows[] = {
    {{{RF_KEY_MEMORY, "512m"}}, {{RF_KEY_NONE, NULL}}, {{RF_KEY_MEMORY, "512m"}}},
    {{{RF_KEY_MEMORY, "512m"}}, {{RF_KEY_MEMORY, "1g"}}, {{RF_KEY_MEMORY, "1g"}}},
    {{{RF_KEY_NONE, NULL}}, {{RF_KEY_MEMORY, "2g"}}, {{RF_KEY_MEMORY, "2g"}}},
    {{{RF_KEY_READ_ONLY, "false"}}, {{RF_KEY_READ_ONLY, "true"}}, {{RF_KEY_READ_ONLY, "true"}}},
    {{{RF_KEY_ROOTFS, "./a"}}, {{RF_KEY_HOST, "true"}}, {{RF_KEY_HOST, "true"}}},
    {{{RF_KEY_HOST, "true"}}, {{RF_KEY_ROOTFS, "./a"}}, {{RF_KEY_ROOTFS, "./a"}}},
    {{{RF_KEY_ROOTFS, "./a"}}, {{RF_KEY_HOST, "false"}}, {{RF_KEY_ROOTFS, "./a"}}},
    {{{RF_KEY_ROOTFS, "./a"}},
     {{RF_KEY_SCRATCH, "true"}},
     {{RF_KEY_SCRATCH, "true"}, {RF_KEY_HOST, "false"}}},
    {{{RF_KEY_SCRATCH, "true"}},
     {{RF_KEY_ROOTFS, "./a"}},
     {{RF_KEY_ROOTFS, "./a"}, {RF_KEY_SCRATCH, "false"}}},
    {{{RF_KEY_HOST, "true"}}, {{RF_KEY_SCRATCH, "true"}}, {{RF_KEY_SCRATCH, "true"}, {RF_KEY_HOST, "false"}}},
    {{{RF_KEY_SCRATCH, "true"}}, {{RF_KEY_HOST, "true"}}, {{RF_KEY_HOST, "true"}, {RF_KEY_SCRATCH, "false"}}},
    {{{RF_KEY_SCRATCH, "true"}}, {{RF_KEY_HOST, "false"}}, {{RF_KEY_SCRATCH, "true"}}},
    {{{RF_KEY_ENV, "A=1"}, {RF_KEY_ENV, "B=1"}},
     {{RF_KEY_ENV, "B=2"}, {RF_KEY_ENV, "C=2"}},
     {{RF_KEY_ENV, "A=1"}, {RF_KEY_ENV, "B=2"}, {RF_KEY_ENV, "C=2"}}},
    {{{RF_KEY_COMMAND, "a"}, {RF_KEY_COMMAND, "b"}}, {{RF_KEY_COMMAND, "c"}}, {{RF_KEY_COMMAND, "c"}}},
    {{{RF_KEY_COMMAND, "a"}, {RF_KEY_ENTRYPOINT, "b"}},
     {{RF_KEY_ENTRYPOINT, "c"}},
     {{RF_KEY_ENTRYPOINT, "c"}, {RF_KEY_COMMAND, "a"}}},
    {{{RF_KEY_VOLUME, "/a:/x"}, {RF_KEY_VOLUME, "/b:/y"}},
     {{RF_KEY_VOLUME, "/c:/x:ro"}, {RF_KEY_VOLUME, "/d:/z"}},
     {{RF_KEY_VOLUME, "/c:/x:ro"}, {RF_KEY_VOLUME, "/b:/y:rw"}, {RF_KEY_VOLUME, "/d:/z:rw"}}},
    {{{RF_KEY_ULIMIT, "core=0"}, {RF_KEY_ULIMIT, "nofile=5"}},
     {{RF_KEY_ULIMIT, "core=1"}},
     {{RF_KEY_ULIMIT, "core=1:1"}, {RF_KEY_ULIMIT, "nofile=5:5"}}},
    {{{RF_KEY_CAP_ADD, "KILL"}},
     {{RF_KEY_CAP_ADD, "CHOWN"}},
     {{RF_KEY_CAP_ADD, "CAP_CHOWN"}, {RF_KEY_CAP_ADD, "CAP_KILL"}}},
    {{{RF_KEY_GROUP_ADD, "5"}, {RF_KEY_GROUP_ADD, "6"}},
     {{RF_KEY_GROUP_ADD, "6"}, {RF_KEY_GROUP_ADD, "7"}},
     {{RF_KEY_GROUP_ADD, "5"}, {RF_KEY_GROUP_ADD, "6"}, {RF_KEY_GROUP_ADD, "7"}}},
    {{{RF_KEY_SECCOMP, "./f"}}, {{RF_KEY_SECURITY_OPT, "seccomp=strict"}}, {{RF_KEY_SECCOMP, "strict"}}},
    {{{RF_KEY_LANDLOCK, "false"}}, {{RF_KEY_SECURITY_OPT, "landlock=on"}}, {{RF_KEY_LANDLOCK, "true"}}},
};

static void say(struct rf_posture *posture, const struct said *said, size_t max, const char *file)
{
    struct rf_from from = {.file = file, .line = 3};
    struct rf_err err = {0};

    for (size_t i = 0; i < max && said[i].text; i++)
        if (rf_posture_set(posture, said[i].key, rf_str_of(said[i].text), &from, &err) != 0)
            fail_msg("%s", err.msg);
}

static void lays_flags_over_file(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        struct rf_arena arena;
        struct rf_posture base;
        struct rf_posture over;
        struct rf_err err = {0};
        size_t nth[RF_KEY_MAX] = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&base, &arena);
        rf_posture_init(&over, &arena);
        say(&base, rows[i].file, 4, "f.yaml");
        say(&over, rows[i].flags, 4, NULL);
        assert_int_equal(rf_posture_merge(&base, &over, &err), 0);
        for (size_t k = 0; k < 5 && rows[i].both[k].text; k++) {
            enum rf_key key = rows[i].both[k].key;
            const char *text = rf_posture_text(&base, key, nth[key]++);

            if (!text || strcmp(text, rows[i].both[k].text) != 0)
                fail_msg("row %zu: \"%s\", want \"%s\"", i, text ? text : "-", rows[i].both[k].text);
        }
        for (unsigned key = 0; key < RF_KEY_MAX; key++)
            if (nth[key])
                assert_null(rf_posture_text(&base, (enum rf_key)key, nth[key]));
        if (base.is_host || base.is_scratch)
            assert_null(base.rootfs);
        rf_arena_done(&arena);
    }
}

static void refuses_a_place_twice(void **state)
{
    static const struct said twice[][2] = {
        {{RF_KEY_TMPFS, "/x"}, {RF_KEY_TMPFS, "/x:size=1m"}},
        {{RF_KEY_TMPFS, "/x"}, {RF_KEY_VOLUME, "/a:/./x/"}},
        {{RF_KEY_VOLUME, "/a:/x"}, {RF_KEY_MOUNT, "type=bind,source=/b,target=/x"}},
        {{RF_KEY_MOUNT, "type=tmpfs,target=/x"}, {RF_KEY_TMPFS, "//x"}},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(twice); i++) {
        struct rf_from from = {.file = "f.yaml", .line = 3};
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        say(&posture, &twice[i][0], 1, "f.yaml");
        assert_int_equal(rf_posture_set(&posture, twice[i][1].key, rf_str_of(twice[i][1].text), &from, &err),
                         -EINVAL);
        assert_non_null(strstr(err.msg, "/x is already the place of"));
        assert_non_null(strstr(err.msg, "line 3 of f.yaml"));
        assert_int_equal(posture.mount_count, 1);
        from.file = NULL; /* a flag, over the file */
        assert_int_equal(rf_posture_set(&posture, twice[i][1].key, rf_str_of(twice[i][1].text), &from, &err),
                         0);
        assert_int_equal(posture.mount_count, 1);
        rf_arena_done(&arena);
    }
}

static void fails_without_change(void **state)
{
    (void)state;
    for (unsigned nth = 1; nth < 64; nth++) {
        struct rf_arena arena;
        struct rf_posture base;
        struct rf_posture over;
        struct rf_posture before;
        struct rf_err err = {0};
        int r;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&base, &arena);
        rf_posture_init(&over, &arena);
        for (size_t i = 0; i < RF_COUNT(rows); i++) {
            if (rows[i].file[0].key < RF_KEY_USER) /* a posture has one root */
                continue;
            say(&base, rows[i].file, 1, i == 0 ? NULL : rows[i].file[0].text);
            say(&over, rows[i].flags, 1, i == 0 ? NULL : rows[i].flags[0].text);
        }
        memcpy(&before, &base, sizeof(before));
        rf_arena_fail_at(nth);
        r = rf_posture_merge(&base, &over, &err);
        rf_arena_fail_at(0);
        if (r < 0)
            assert_memory_equal(&before, &base, sizeof(before));
        rf_arena_done(&arena);
        if (r == 0) {
            assert_true(nth > 4);
            return;
        }
        assert_int_equal(r, -ENOMEM);
    }
    fail_msg("never done");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(lays_flags_over_file),
                                       cmocka_unit_test(refuses_a_place_twice),
                                       cmocka_unit_test(fails_without_change)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
