/* Every example of the table, every default, and the round trip through text. */
#include "posture/posture.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "../fuzz/round_trip.h"

enum { ARENA_BYTES = 4 * 1024 * 1024 };

static const struct rf_from here;

static bool is_settable(unsigned key)
{
    return key != RF_KEY_ENV_FILE; /* read by cmd, which sets env */
}

static void takes_every_example(void **state)
{
    (void)state;
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        const struct rf_key_info *info = rf_key_info((enum rf_key)key);
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        assert_non_null(info->example);
        if (is_settable(key) &&
            rf_posture_set(&posture, info->key, rf_str_of(info->example), &here, &err) != 0)
            fail_msg("example of %s: %s", info->flag, err.msg);
        if (is_settable(key))
            assert_int_equal(posture.from[key].known, RF_KNOWN);
        rf_arena_done(&arena);
    }
}

/* A default in the table is what the posture says by itself, and what the parser reads back. */
static void says_every_default(void **state)
{
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_posture_init(&posture, &arena);
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        const struct rf_key_info *info = rf_key_info((enum rf_key)key);
        const char *text = rf_posture_text(&posture, info->key, 0);

        if (!info->standard) {
            assert_null(text);
            continue;
        }
        if (key != RF_KEY_WORKDIR) /* unset means "/" */
            assert_string_equal(text, info->standard);
        if (rf_posture_set(&posture, info->key, rf_str_of(info->standard), &here, &err) != 0)
            fail_msg("default of %s: %s", info->flag, err.msg);
        assert_string_equal(rf_posture_text(&posture, info->key, 0), info->standard);
        assert_null(rf_posture_text(&posture, info->key, 1));
    }
    rf_arena_done(&arena);
}

/* Values to draw from; what a posture refuses because of what it holds already is drawn again. */
static const struct {
    enum rf_key key;
    const char *texts[4];
} pool[] = {
    {RF_KEY_ROOTFS, {"./r", "/srv/r x"}},
    {RF_KEY_HOST, {"true", "false"}},
    {RF_KEY_SCRATCH, {"true", "false"}},
    {RF_KEY_USER, {"1000", "1000:65535", "app", "app:adm"}},
    {RF_KEY_USER, {"7:adm", "app:7"}},
    {RF_KEY_GROUP_ADD, {"44", "1", "65535"}},
    {RF_KEY_USERNS, {"auto", "standard"}},
    {RF_KEY_READ_ONLY, {"true", "false"}},
    {RF_KEY_TMPFS, {"/t", "/tmp:mode=0750,size=4097", "/a,b:uid=5,gid=6,exec,ro", "/c:nr_inodes=1k"}},
    {RF_KEY_VOLUME, {"/s:/v", "./s:/w:ro,idmap", ".:/x:noexec,bind", "a/b:/y z"}},
    {RF_KEY_MOUNT,
     {"type=bind,source=/a:b,target=/m", "type=tmpfs,target=/n,tmpfs-size=1m", "type=bind,src=q,dst=/o,ro",
      "\"type=bind\",\"src=/:,\"\"\",\"dst=/p,\"\"q\",bind-nonrecursive,exec=false"}},
    {RF_KEY_HOME, {"none", "temporary:size=1m", "/home/x", "/h:size=4095"}},
    {RF_KEY_PASSWD_ENTRY, {"none", "$USERNAME:*:$UID:$GID:$NAME:$HOME:/bin/sh"}},
    {RF_KEY_SHM_SIZE, {"1", "1g", "1025k"}},
    {RF_KEY_ENV, {"A=1", "A=", "B=x y\n\"", "C==\xff"}},
    {RF_KEY_WORKDIR, {"/", "/a/./b"}},
    {RF_KEY_ENTRYPOINT, {"/bin/env", "x y"}},
    {RF_KEY_COMMAND, {"a", "-b", "c\nd"}},
    {RF_KEY_HOSTNAME, {"a", "b-1.c"}},
    {RF_KEY_NAME, {"n", "n.m_o-p"}},
    {RF_KEY_CAP_ADD, {"chown", "CAP_BPF", "Net_Raw"}},
    {RF_KEY_SECURITY_OPT, {"no-new-privileges:false", "seccomp=a/b", "landlock=off", "seccomp:strict"}},
    {RF_KEY_SECCOMP, {"default", "unconfined", "p.json"}},
    {RF_KEY_NETWORK, {"host", "loopback"}},
    {RF_KEY_MEMORY, {"6m", "6291457", "1t"}},
    {RF_KEY_CPUS, {"none", "0.01", "1.125", "1024"}},
    {RF_KEY_PIDS_LIMIT, {"1", "4194304"}},
    {RF_KEY_ULIMIT, {"nofile=1:2", "core=0", "as=unlimited", "nofile=5:-1"}},
    {RF_KEY_TIMEOUT, {"none", "1ms", "1.5h", "90"}},
    {RF_KEY_STOP_TIMEOUT, {"0", "1.001s"}},
    {RF_KEY_STOP_SIGNAL, {"9", "RTMIN+1", "RTMAX", "SIGIOT"}},
    {RF_KEY_TTY, {"true"}},
    {RF_KEY_LOG_DRIVER, {"none"}},
    {RF_KEY_ALLOW_MISSING, {"landlock", "cgroup", "landlock"}},
    {RF_KEY_DEBUG_ROOT, {"true"}},
    {RF_KEY_JOB_CONFIG, {"/j//k"}},
};

/* xorshift: the same postures in every run */
static unsigned draw(unsigned *seed, unsigned below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 17;
    *seed ^= *seed << 5;
    return *seed % below;
}

static void random_values(struct rf_posture *posture, unsigned *seed, unsigned count)
{
    struct rf_err err = {0};

    for (unsigned i = 0; i < count; i++) {
        unsigned row = draw(seed, RF_COUNT(pool));
        const char *text = pool[row].texts[draw(seed, RF_COUNT(pool[row].texts))];
        int r = text ? rf_posture_set(posture, pool[row].key, rf_str_of(text), &here, &err) : 0;

        if (r != 0 && !strstr(err.msg, "already"))
            fail_msg("%s", err.msg);
    }
}

static void survives_the_way_through_text(void **state)
{
    unsigned seed = 20260101;

    (void)state;
    for (unsigned i = 0; i < 2000; i++) {
        struct rf_arena arena;
        struct rf_posture posture;
        struct rf_posture over;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_posture_init(&posture, &arena);
        rf_posture_init(&over, &arena);
        random_values(&posture, &seed, i % 40);
        must_round_trip(&posture);
        random_values(&over, &seed, i % 20);
        assert_int_equal(rf_posture_merge(&posture, &over, &err), 0);
        must_round_trip(&posture);
        rf_arena_done(&arena);
    }
}

static void takes_every_value_of_the_pool(void **state)
{
    (void)state;
    for (size_t row = 0; row < RF_COUNT(pool); row++) {
        for (size_t i = 0; i < RF_COUNT(pool[row].texts) && pool[row].texts[i]; i++) {
            struct rf_arena arena;
            struct rf_posture posture;
            struct rf_err err = {0};

            rf_arena_init(&arena, ARENA_BYTES);
            rf_posture_init(&posture, &arena);
            if (rf_posture_set(&posture, pool[row].key, rf_str_of(pool[row].texts[i]), &here, &err) != 0)
                fail_msg("%s", err.msg);
            rf_arena_done(&arena);
        }
    }
}

/* Every allocation of every setter fails in turn: an error that says so, and the posture as it was. */
static void survives_lack_of_memory(void **state)
{
    unsigned failures = 0;

    (void)state;
    for (size_t row = 0; row < RF_COUNT(pool); row++) {
        for (unsigned nth = 1;; nth++) {
            struct rf_arena arena;
            struct rf_posture posture;
            struct rf_posture before;
            struct rf_err err = {0};
            int r;

            rf_arena_init(&arena, ARENA_BYTES);
            rf_posture_init(&posture, &arena);
            memcpy(&before, &posture, sizeof(before));
            rf_arena_fail_at(nth);
            r = rf_posture_set(&posture, pool[row].key,
                               rf_str_of(pool[row].texts[1] ? pool[row].texts[1] : pool[row].texts[0]), &here,
                               &err);
            rf_arena_fail_at(0);
            if (r < 0)
                assert_memory_equal(&before, &posture, sizeof(before));
            rf_arena_done(&arena);
            if (r == 0)
                break;
            assert_int_equal(r, -ENOMEM);
            failures++;
        }
    }
    assert_true(failures > 20);
}

static void knows_keys_by_name(void **state)
{
    static const char *const unknown[] = {
        "",       "ring",       "memor",   "memoryy",
        "MEMORY", "pids limit", "-memory", "a-name-that-is-much-too-long-to-be-that-of-any-key"};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(unknown); i++)
        assert_int_equal(rf_key_by_name(rf_str_of(unknown[i])), RF_KEY_NONE);
    for (unsigned key = RF_KEY_NONE + 1; key < RF_KEY_MAX; key++) {
        const struct rf_key_info *info = rf_key_info((enum rf_key)key);

        assert_int_equal(info->key, key);
        assert_int_equal(rf_key_by_name(rf_str_of(info->flag)), key);
        assert_true(info->help && info->help[strlen(info->help) - 1] != '.');
        assert_true((info->shape == RF_SHAPE_BOOL) == !info->value);
    }
    assert_int_equal(rf_key_by_name(RF_STR("pids_limit")), RF_KEY_PIDS_LIMIT);
    assert_string_equal(rf_key_like(RF_STR("memroy")), "memory");
    assert_string_equal(rf_key_like(RF_STR("pid_limit")), "pids-limit");
    assert_null(rf_key_like(RF_STR("frobnicate")));
    assert_null(rf_key_like(RF_STR("x")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_every_example),           cmocka_unit_test(says_every_default),
        cmocka_unit_test(takes_every_value_of_the_pool), cmocka_unit_test(survives_the_way_through_text),
        cmocka_unit_test(survives_lack_of_memory),       cmocka_unit_test(knows_keys_by_name)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
