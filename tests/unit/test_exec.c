#include "plan/exec.h"

#include "plan/build.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum {
    ARENA_BYTES = 32 << 20,
    UID = 10001,
    RF_NEWUSER = 0x10000000,
    RF_NEWNET = 0x40000000,
    RF_NEWPID = 0x20000000
};

/* One ring's plan, and what is wished to run in it. */
struct fixture {
    struct rf_arena arena;
    struct rf_plan ring;
    struct rf_posture posture;
    struct rf_facts facts;
    struct rf_exec_wish wish;
    struct rf_plan plan;
    struct rf_err err;
};

static void set(struct rf_posture *posture, enum rf_key key, const char *value)
{
    static const struct rf_from from = {.known = RF_KNOWN};
    struct rf_err err = {0};

    if (rf_posture_set(posture, key, rf_str_of(value), &from, &err) < 0)
        fail_msg("%s", err.msg);
}

static bool is_plain_dir(const char *path)
{
    static const char *const dirs[] = {"/dev", "/proc", "/sys", "/tmp", "/home", "/run"};

    for (size_t i = 0; i < RF_COUNT(dirs); i++) {
        if (strcmp(dirs[i], path) == 0)
            return true;
    }
    return false;
}

static struct fixture *new_ring(bool is_privileged, bool has_debug_root, bool has_tty)
{
    struct fixture *f = calloc(1, sizeof(*f));
    struct rf_posture posture;
    struct rf_facts facts = {
        .uid = is_privileged ? 0 : 1000,
        .gid = is_privileged ? 0 : 1000,
        .is_privileged = is_privileged,
        .is_initial_userns = true,
        .landlock_abi = 7,
        .nofile_hard = 4096,
        .nproc_hard = 4096,
        .passwd = "root:x:0:0::/:/bin/sh\ntoor:x:0:0::/:/bin/sh\nalice:x:1001:1002::/:/bin/sh\n",
        .group = "root:x:0:\n"};

    assert_non_null(f);
    rf_arena_init(&f->arena, ARENA_BYTES);
    rf_posture_init(&posture, &f->arena);
    set(&posture, RF_KEY_HOST, "true");
    set(&posture, RF_KEY_DEBUG_ROOT, has_debug_root ? "true" : "false");
    set(&posture, RF_KEY_TTY, has_tty ? "true" : "false");
    set(&posture, RF_KEY_ENV, "COLOUR=red");
    set(&posture, RF_KEY_ENV, "PATH=/opt/bin:/bin");
    set(&posture, RF_KEY_COMMAND, "serve");
    assert_int_equal(rf_plan_ask(&posture, &f->arena, &facts.paths, &facts.path_count, &f->err), 0);
    for (size_t i = 0; i < facts.path_count; i++) {
        facts.paths[i].code = is_plain_dir(facts.paths[i].path) ? 0 : -ENOENT;
        facts.paths[i].mode = S_IFDIR | 0755;
        facts.paths[i].is_empty = true;
    }
    if (rf_plan_build(&posture, &facts, &f->arena, &f->ring, &f->err) < 0)
        fail_msg("%s", f->err.msg);
    f->facts = facts;
    rf_posture_init(&f->posture, &f->arena);
    f->wish = (struct rf_exec_wish){.name = "box", .posture = &f->posture, .facts = &f->facts};
    return f;
}

static void free_ring(struct fixture *f)
{
    rf_arena_done(&f->arena);
    free(f);
}

static int build(struct fixture *f)
{
    return rf_plan_for_exec(&f->ring, &f->wish, &f->arena, &f->plan, &f->err);
}

static const struct rf_step *find(const struct rf_plan *plan, enum rf_step_kind kind)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind == kind)
            return &plan->steps[i];
    }
    return NULL;
}

static uint32_t count(const struct rf_plan *plan, enum rf_step_kind kind)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < plan->count; i++)
        n += plan->steps[i].kind == kind;
    return n;
}

static const char *variable(const struct rf_plan *plan, const char *name)
{
    const char *value = NULL;

    for (uint32_t i = 0; i < plan->envp_count; i++) {
        const char *entry = rf_plan_text(plan, plan->envp[i]);

        if (strncmp(entry, name, strlen(name)) != 0 || entry[strlen(name)] != '=')
            continue;
        assert_null(value); /* once only */
        value = entry + strlen(name) + 1;
    }
    return value;
}

/* Every layer that the workload gave up or put on is in the new process's plan, in the same order, and
   nothing that would build a ring is. */
static void takes_the_workload_s_steps(void **state)
{
    static const enum rf_step_kind wanted[] = {
        RF_STEP_KEYRING, RF_STEP_CAPS,  RF_STEP_NO_NEW_PRIVS,    RF_STEP_PROVE,    RF_STEP_HIDE,
        RF_STEP_SESSION, RF_STEP_CHDIR, RF_STEP_RLIMIT,          RF_STEP_LANDLOCK, RF_STEP_LANDLOCK_ALLOW,
        RF_STEP_SECCOMP, RF_STEP_EXEC,  RF_STEP_LANDLOCK_ENFORCE};

    (void)state;
    for (int is_privileged = 0; is_privileged < 2; is_privileged++) {
        struct fixture *f = new_ring(is_privileged, false, false);

        set(&f->posture, RF_KEY_COMMAND, "sh");
        if (build(f) < 0)
            fail_msg("%s", f->err.msg);
        assert_int_equal(f->plan.steps[0].kind, RF_STEP_JOIN);
        for (size_t i = 0; i < RF_COUNT(wanted); i++) {
            if (count(&f->plan, wanted[i]) != count(&f->ring, wanted[i]) || !find(&f->plan, wanted[i]))
                fail_msg("%s: %u steps, the ring has %u", rf_step_name(wanted[i]), count(&f->plan, wanted[i]),
                         count(&f->ring, wanted[i]));
        }
        for (uint32_t i = 0; i < f->plan.count; i++) {
            enum rf_step_kind kind = (enum rf_step_kind)f->plan.steps[i].kind;

            assert_true(f->plan.steps[i].actor >= RF_INIT);
            assert_true(kind == RF_STEP_JOIN || kind >= RF_STEP_KEYRING);
            assert_int_not_equal(kind, RF_STEP_START);
        }
        assert_int_equal(count(&f->plan, RF_STEP_USER), is_privileged);
        assert_int_equal(count(&f->plan, RF_STEP_GROUPS), is_privileged);
        assert_int_equal(count(&f->plan, RF_STEP_USERNS_LATE), is_privileged);
        assert_int_equal(find(&f->plan, RF_STEP_PROVE)->uid, UID);
        assert_int_equal(find(&f->plan, RF_STEP_PROVE)->b, 0);
        assert_int_equal(f->plan.filter_len[0], f->ring.filter_len[0]);
        assert_memory_equal(f->plan.filters[0], f->ring.filters[0],
                            f->ring.filter_len[0] * sizeof(struct rf_insn));
        assert_false(f->plan.watch.has_init);
        free_ring(f);
    }
}

static void has_its_own_words(void **state)
{
    struct fixture *f = new_ring(true, false, false);

    (void)state;
    set(&f->posture, RF_KEY_COMMAND, "ls");
    set(&f->posture, RF_KEY_COMMAND, "-l");
    set(&f->posture, RF_KEY_ENV, "COLOUR=blue");
    set(&f->posture, RF_KEY_ENV, "NEW=1");
    set(&f->posture, RF_KEY_WORKDIR, "/srv");
    if (build(f) < 0)
        fail_msg("%s", f->err.msg);
    assert_int_equal(f->plan.argv_count, 2);
    assert_string_equal(rf_plan_text(&f->plan, f->plan.argv[1]), "-l");
    assert_string_equal(variable(&f->plan, "COLOUR"), "blue");
    assert_string_equal(variable(&f->plan, "NEW"), "1");
    assert_string_equal(variable(&f->plan, "HOME"), variable(&f->ring, "HOME"));
    assert_string_equal(rf_plan_text(&f->plan, find(&f->plan, RF_STEP_CHDIR)->dst), "/srv");
    assert_string_equal(rf_plan_text(&f->plan, find(&f->plan, RF_STEP_EXEC)->dst), "/opt/bin/ls");
    assert_int_equal(count(&f->plan, RF_STEP_EXEC), 2);
    free_ring(f);
}

static void needs_a_command(void **state)
{
    struct fixture *f = new_ring(true, false, false);

    (void)state;
    assert_int_equal(build(f), -EINVAL);
    free_ring(f);
}

/* --- users --- */

static void root_needs_debug_root(void **state)
{
    (void)state;
    for (int is_privileged = 0; is_privileged < 2; is_privileged++) {
        struct fixture *f = new_ring(is_privileged, false, false);

        set(&f->posture, RF_KEY_COMMAND, "sh");
        f->wish.is_root = true;
        assert_int_equal(build(f), -EACCES);
        assert_non_null(strstr(f->err.msg, "--debug-root"));
        assert_int_equal(f->plan.count, 0);
        free_ring(f);
    }
}

static void debug_root_keeps_the_ring(void **state)
{
    (void)state;
    for (int is_privileged = 0; is_privileged < 2; is_privileged++) {
        struct fixture *f = new_ring(is_privileged, true, false);
        const struct rf_step *late;

        set(&f->posture, RF_KEY_COMMAND, "sh");
        f->wish.is_root = true;
        if (build(f) < 0)
            fail_msg("%s", f->err.msg);
        assert_int_equal(find(&f->plan, RF_STEP_PROVE)->uid, 0);
        assert_int_equal(find(&f->plan, RF_STEP_PROVE)->b, 1);
        assert_int_equal(find(&f->plan, RF_STEP_CAPS)->a, 0);
        assert_int_equal(count(&f->plan, RF_STEP_NO_NEW_PRIVS), 1);
        assert_int_equal(count(&f->plan, RF_STEP_SECCOMP), 1);
        assert_int_equal(count(&f->plan, RF_STEP_LANDLOCK_ENFORCE), 1);
        late = find(&f->plan, RF_STEP_USERNS_LATE);
        assert_true(is_privileged == (late == NULL));
        if (late)
            assert_string_equal(rf_plan_text(&f->plan, late->src), "0 10001 1\n");
        else
            assert_int_equal(find(&f->plan, RF_STEP_USER)->uid, 0);
        assert_string_equal(variable(&f->plan, "USER"), "root");
        assert_string_equal(variable(&f->plan, "HOME"), "/root");
        free_ring(f);
    }
}

static const struct {
    const char *user;
    bool is_privileged;
    int code; /* or 0 */
    uint32_t uid;
    uint32_t gid;
} users[] = {
    {"10001", false, 0, UID, UID},
    {"10001:10001", false, 0, UID, UID},
    {"10001:1", false, -EPERM, 0, 0},
    {"1000", false, -EPERM, 0, 0},
    {"alice", false, -EPERM, 0, 0},
    {"nobody-here", false, -ENOENT, 0, 0},
    {"toor", false, -EACCES, 0, 0},
    {"toor", true, -EACCES, 0, 0}, /* a name for 0 is no way around asking for 0 */
    {"nobody-here", true, -ENOENT, 0, 0},
    {"10001:nogroup", true, -ENOENT, 0, 0},
    {"5000", true, 0, 5000, 5000},
    {"5000:7", true, 0, 5000, 7},
    {"alice", true, 0, 1001, 1002},
};

static void takes_the_users_that_exist(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(users); i++) {
        struct fixture *f = new_ring(users[i].is_privileged, true, false);
        int code;

        set(&f->posture, RF_KEY_COMMAND, "sh");
        set(&f->posture, RF_KEY_USER, users[i].user);
        f->wish.has_user = true;
        code = build(f);
        if (code != users[i].code)
            fail_msg("user %s: %d, want %d: %s", users[i].user, code, users[i].code, f->err.msg);
        if (code == 0) {
            assert_int_equal(find(&f->plan, RF_STEP_PROVE)->uid, users[i].uid);
            assert_int_equal(find(&f->plan, RF_STEP_PROVE)->gid, users[i].gid);
        }
        if (code == 0 && users[i].is_privileged)
            assert_int_equal(find(&f->plan, RF_STEP_USER)->gid, users[i].gid);
        free_ring(f);
    }
}

/* --- terminals and name spaces --- */

static void takes_a_terminal_only_when_asked(void **state)
{
    static const struct {
        bool ring;
        bool wish;
    } cases[] = {{false, false}, {false, true}, {true, false}, {true, true}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct fixture *f = new_ring(true, false, cases[i].ring);

        set(&f->posture, RF_KEY_COMMAND, "sh");
        set(&f->posture, RF_KEY_TTY, cases[i].wish ? "true" : "false");
        assert_int_equal(build(f), 0);
        assert_int_equal(count(&f->plan, RF_STEP_TTY), cases[i].ring && cases[i].wish);
        assert_int_equal(f->plan.watch.has_tty, cases[i].wish);
        assert_int_equal(variable(&f->plan, "TERM") != NULL, cases[i].ring || cases[i].wish);
        free_ring(f);
    }
}

static void knows_the_ring_s_name_spaces(void **state)
{
    struct fixture *root = new_ring(true, false, false);
    struct fixture *user = new_ring(false, false, false);

    (void)state;
    assert_int_equal(rf_plan_namespaces(&root->ring) & RF_NEWUSER, 0); /* made late, by each for itself */
    assert_int_equal(rf_plan_namespaces(&user->ring) & RF_NEWUSER, RF_NEWUSER);
    assert_int_equal(rf_plan_namespaces(&root->ring) & RF_NEWPID, RF_NEWPID);
    assert_int_equal(rf_plan_namespaces(&root->ring) & RF_NEWNET, RF_NEWNET);
    assert_int_equal(rf_plan_namespaces(&root->ring),
                     rf_plan_namespaces(&user->ring) & ~(uint32_t)RF_NEWUSER);
    free_ring(root);
    free_ring(user);
}

static void says_when_memory_is_short(void **state)
{
    struct fixture *f = new_ring(true, false, false);
    int code = -ENOMEM;
    unsigned nth;

    (void)state;
    set(&f->posture, RF_KEY_COMMAND, "sh");
    for (nth = 1; code == -ENOMEM && nth < 20; nth++) {
        rf_arena_fail_at(nth);
        assert_int_equal(f->plan.count, 0);
        code = build(f);
    }
    rf_arena_fail_at(0);
    assert_int_equal(code, 0);
    assert_true(nth > 4);
    free_ring(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_the_workload_s_steps),
        cmocka_unit_test(has_its_own_words),
        cmocka_unit_test(needs_a_command),
        cmocka_unit_test(root_needs_debug_root),
        cmocka_unit_test(debug_root_keeps_the_ring),
        cmocka_unit_test(takes_the_users_that_exist),
        cmocka_unit_test(takes_a_terminal_only_when_asked),
        cmocka_unit_test(knows_the_ring_s_name_spaces),
        cmocka_unit_test(says_when_memory_is_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
