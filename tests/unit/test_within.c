/* "At least as tight as": each key loosened is found and named; the order is one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

/* The strict one first: a posture with only `tight` of a row is within one with only `loose`, not the other
   way round; where `loose` is NULL the defaults are meant. */
static const struct {
    enum rf_key key;
    const char *tight;
    const char *loose;
} rows[] = {
    {RF_KEY_ROOTFS, "./a", NULL},
    {RF_KEY_HOST, "true", NULL},
    {RF_KEY_SCRATCH, "true", NULL},
    {RF_KEY_USERNS, "auto", "standard"},
    {RF_KEY_READ_ONLY, "true", "false"},
    {RF_KEY_HOME, "none", NULL},
    {RF_KEY_HOME, "temporary:size=1m", NULL},
    {RF_KEY_HOME, "/h:size=1m", "/h:size=2m"},
    {RF_KEY_SHM_SIZE, "1m", NULL},
    {RF_KEY_NO_NEW_PRIVILEGES, "true", "false"},
    {RF_KEY_SECCOMP, "strict", "default"},
    {RF_KEY_SECCOMP, "default", "unconfined"},
    {RF_KEY_SECCOMP, "./f", "unconfined"},
    {RF_KEY_LANDLOCK, "true", "false"},
    {RF_KEY_NETWORK, "none", "loopback"},
    {RF_KEY_NETWORK, "loopback", "host"},
    {RF_KEY_MEMORY, "512m", NULL},
    {RF_KEY_CPUS, "1", NULL},
    {RF_KEY_CPUS, "1", "2"},
    {RF_KEY_PIDS_LIMIT, "511", NULL},
    {RF_KEY_ULIMIT, "nofile=5:9", "nofile=5:10"},
    {RF_KEY_ULIMIT, "nofile=5:9", "nofile=6:9"},
    {RF_KEY_TIMEOUT, "1h", NULL},
    {RF_KEY_TIMEOUT, "1h", "2h"},
    {RF_KEY_STOP_TIMEOUT, "9s", NULL},
    {RF_KEY_TTY, "false", "true"},
    {RF_KEY_INTERACTIVE, "false", "true"},
    {RF_KEY_LOG_DRIVER, "none", "passthrough"},
    {RF_KEY_DEBUG_ROOT, "false", "true"},
    {RF_KEY_NO_DISK, "true", "false"},
    {RF_KEY_JOB_CONFIG, "/j", NULL},
    {RF_KEY_TMPFS, "/d:size=1m", "/d:size=2m"},
    {RF_KEY_TMPFS, "/d:nr_inodes=1k", "/d"},
    {RF_KEY_TMPFS, "/d", "/d:exec"},
    {RF_KEY_TMPFS, "/d:ro", "/d"},
    {RF_KEY_TMPFS, "/d", "/d:mode=0750"},
    {RF_KEY_TMPFS, "/d:mode=1777", "/d:mode=0777"},
    {RF_KEY_VOLUME, "/s:/d:ro", "/s:/d"},
    {RF_KEY_VOLUME, "/s:/d:noexec", "/s:/d"},
    {RF_KEY_VOLUME, "/s:/d:bind", "/s:/d"},
};

/* What the defaults do not allow, alone: looser than the defaults, and within itself. */
static const struct {
    enum rf_key key;
    const char *text;
} looser[] = {
    {RF_KEY_USER, "1000"},       {RF_KEY_USER, "app"},
    {RF_KEY_GROUP_ADD, "44"},    {RF_KEY_TMPFS, "/d"},
    {RF_KEY_VOLUME, "/s:/d:ro"}, {RF_KEY_CAP_ADD, "CHOWN"},
    {RF_KEY_ULIMIT, "core=0"},   {RF_KEY_ALLOW_MISSING, "landlock"},
};

/* Neither is within the other. */
static const struct {
    enum rf_key key;
    const char *one;
    const char *other;
} apart[] = {
    {RF_KEY_ROOTFS, "./a", "./b"},
    {RF_KEY_USER, "1000", "1001"},
    {RF_KEY_USER, "1000:1", "1000:2"},
    {RF_KEY_GROUP_ADD, "44", "45"},
    {RF_KEY_HOME, "/a", "/b"},
    {RF_KEY_SECCOMP, "./a", "./b"},
    {RF_KEY_SECCOMP, "./a", "default"},
    {RF_KEY_CAP_ADD, "CHOWN", "KILL"},
    {RF_KEY_ULIMIT, "core=1", "nofile=1"},
    {RF_KEY_VOLUME, "/s:/d", "/t:/d"},
    {RF_KEY_VOLUME, "/s:/d", "/s:/d:idmap"},
    {RF_KEY_VOLUME, "/s:/d", "/s:/e"},
    {RF_KEY_TMPFS, "/d:uid=1", "/d:uid=2"},
    {RF_KEY_ALLOW_MISSING, "landlock", "cgroup"},
    {RF_KEY_JOB_CONFIG, "/a", "/b"},
};

static struct rf_posture make(struct rf_arena *arena, enum rf_key key, const char *text)
{
    static const struct rf_from from;
    struct rf_posture posture;
    struct rf_err err = {0};

    rf_posture_init(&posture, arena);
    if (text && rf_posture_set(&posture, key, rf_str_of(text), &from, &err) != 0)
        fail_msg("%s", err.msg);
    return posture;
}

static void check(struct rf_arena *arena, enum rf_key key, const char *a, const char *b, bool want)
{
    struct rf_posture x = make(arena, key, a);
    struct rf_posture y = make(arena, key, b);
    enum rf_key named = RF_KEY_NONE;

    if (rf_posture_is_within(&x, &y, &named) != want)
        fail_msg("%s: \"%s\" within \"%s\" must be %d", rf_key_info(key)->flag, a ? a : "-", b ? b : "-",
                 want);
    if (!want && named != key)
        fail_msg("%s: \"%s\" against \"%s\" named %s", rf_key_info(key)->flag, a ? a : "-", b ? b : "-",
                 rf_key_info(named)->flag);
}

static void finds_each_key(void **state)
{
    struct rf_arena arena;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        check(&arena, rows[i].key, rows[i].tight, rows[i].loose, true);
        check(&arena, rows[i].key, rows[i].loose, rows[i].tight, false);
        check(&arena, rows[i].key, rows[i].tight, rows[i].tight, true);
    }
    for (size_t i = 0; i < RF_COUNT(looser); i++) {
        check(&arena, looser[i].key, looser[i].text, NULL, false);
        check(&arena, looser[i].key, looser[i].text, looser[i].text, true);
    }
    for (size_t i = 0; i < RF_COUNT(apart); i++) {
        check(&arena, apart[i].key, apart[i].one, apart[i].other, false);
        check(&arena, apart[i].key, apart[i].other, apart[i].one, false);
    }
    check(&arena, RF_KEY_NONE, NULL, NULL, true);
    rf_arena_done(&arena);
}

/* Every sample of the tables against every other, through every third. */
static void is_transitive(void **state)
{
    enum { MAX = 2 * RF_COUNT(rows) + RF_COUNT(looser) + 2 * RF_COUNT(apart) };
    static struct rf_posture samples[MAX];
    static bool within[MAX][MAX];
    struct rf_arena arena;
    enum rf_key key;
    size_t n = 0;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        samples[n++] = make(&arena, rows[i].key, rows[i].tight);
        samples[n++] = make(&arena, rows[i].key, rows[i].loose);
    }
    for (size_t i = 0; i < RF_COUNT(looser); i++)
        samples[n++] = make(&arena, looser[i].key, looser[i].text);
    for (size_t i = 0; i < RF_COUNT(apart); i++) {
        samples[n++] = make(&arena, apart[i].key, apart[i].one);
        samples[n++] = make(&arena, apart[i].key, apart[i].other);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < n; k++)
            within[i][k] = rf_posture_is_within(&samples[i], &samples[k], &key);
    for (size_t i = 0; i < n; i++) {
        assert_true(within[i][i]);
        for (size_t k = 0; k < n; k++)
            for (size_t m = 0; within[i][k] && m < n; m++)
                if (within[k][m] && !within[i][m])
                    fail_msg("samples %zu, %zu, %zu", i, k, m);
    }
    rf_arena_done(&arena);
}

static void trusts_nothing_unknowable(void **state)
{
    struct rf_arena arena;
    struct rf_posture a;
    struct rf_posture b;
    enum rf_key key = RF_KEY_NONE;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    a = make(&arena, RF_KEY_NONE, NULL);
    b = make(&arena, RF_KEY_NONE, NULL);
    a.from[RF_KEY_MEMORY].known = RF_UNKNOWABLE;
    assert_false(rf_posture_is_within(&a, &b, &key));
    assert_int_equal(key, RF_KEY_MEMORY);
    assert_false(rf_posture_is_within(&b, &a, &key));
    a.from[RF_KEY_MEMORY].known = RF_UNSET;
    a.from[RF_KEY_ENV].known = RF_UNKNOWABLE; /* allows nothing */
    assert_true(rf_posture_is_within(&a, &b, &key));
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_each_key), cmocka_unit_test(is_transitive),
                                       cmocka_unit_test(trusts_nothing_unknowable)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
