#include "plan/seccomp.h"

#include "support/bpf.h"

#include <errno.h>
#include <linux/audit.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#ifdef __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#define FAIL(code) (SECCOMP_RET_ERRNO | (code))
enum { CALL = 42, ARENA_LIMIT = 1 << 20, PROFILES = 300, PROBES = 4000, LEAVES = 40 };

struct program {
    struct rf_arena arena;
    struct rf_insn *code;
    uint32_t len;
};

static int compile(struct program *program, const struct rf_profile *profile)
{
    struct rf_err err = {0};

    rf_arena_init(&program->arena, ARENA_LIMIT);
    return rf_seccomp_emit(profile, &program->arena, &program->code, &program->len, &err);
}

static uint32_t verdict(const struct program *program, uint32_t arch, uint32_t nr, const uint64_t args[6])
{
    struct seccomp_data data = {.nr = (int)nr, .arch = arch, .instruction_pointer = 0x1234};

    memcpy(data.args, args, sizeof(data.args));
    return bpf_run(program->code, program->len, &data);
}

/* What the policy says, without any of the compiler's cleverness. */
static bool holds(const struct rf_seccomp_test *test, const uint64_t args[6])
{
    uint64_t x = args[test->arg] & test->mask;

    switch ((enum rf_seccomp_op)test->op) {
    case RF_SECCOMP_EQ:
        return x == test->value;
    case RF_SECCOMP_NE:
        return x != test->value;
    case RF_SECCOMP_GE:
        return x >= test->value;
    case RF_SECCOMP_GT:
        return x > test->value;
    case RF_SECCOMP_LE:
        return x <= test->value;
    case RF_SECCOMP_LT:
        return x < test->value;
    }
    return false;
}

static uint32_t meaning(const struct rf_profile *profile, uint32_t arch, uint32_t nr, const uint64_t args[6])
{
    const struct rf_seccomp_leaf *leaf = &profile->leaves[nr < RF_SYSCALL_LIMIT ? profile->leaf_of[nr] : 0];

    if (arch != NATIVE)
        return profile->foreign;
#ifdef __x86_64__
    if (nr >= 0x40000000 && nr != UINT32_MAX)
        return profile->foreign;
#endif
    for (uint32_t i = 0; i < leaf->count; i++) {
        bool is_match = true;

        for (uint32_t j = 0; j < leaf->rules[i].count; j++)
            is_match = is_match && holds(&leaf->rules[i].tests[j], args);
        if (is_match)
            return leaf->rules[i].action;
    }
    return leaf->action;
}

/* One test on one argument: the verdict must follow it. `yes` satisfies the test, `no` does not. */
static const struct {
    struct rf_seccomp_test test;
    uint64_t yes[4];
    uint64_t no[4];
} tests_of_one[] = {
    {{0, RF_SECCOMP_EQ, RF_SECCOMP_LOW, 0x5412},
     {0x5412, 0x100005412, 0xffffffff00005412, 0x8000000000005412},
     {0, 0x5413, 0x541200000000, 0x15412}},
    {{5, RF_SECCOMP_EQ, RF_SECCOMP_WIDE, 0x100000002},
     {0x100000002, 0x100000002, 0x100000002, 0x100000002},
     {2, 0x100000000, 0x200000002, 0x8000000100000002}},
    {{1, RF_SECCOMP_EQ, 0x7e020000, 0},
     {0, 0x11, 0x7e02000000000000, 0x100},
     {0x10000000, 0x20000, ~0ULL, 0x7e020000}},
    {{2, RF_SECCOMP_EQ, 0xf0000000000, 0},
     {0, ~0xf0000000000ULL, 1, 0xff},
     {0x10000000000, ~0ULL, 0xf0000000000, 0x80000000001}},
    {{2, RF_SECCOMP_EQ, 0xf, 3}, {3, 0x13, 0x80003, 0xffffffff00000003}, {0, 1, 0xf, 0x300000000}},
    {{2, RF_SECCOMP_NE, 0xf, 3}, {0, 1, 0xf, 0x300000000}, {3, 0x13, 0x80003, 0xffffffff00000003}},
    {{3, RF_SECCOMP_NE, RF_SECCOMP_WIDE, 0}, {1, 0x100000000, ~0ULL, 0x8000000000000000}, {0, 0, 0, 0}},
    {{4, RF_SECCOMP_GE, RF_SECCOMP_WIDE, 0x100000005},
     {0x100000005, 0x100000006, 0x200000000, ~0ULL},
     {0x100000004, 0xffffffff, 0, 5}},
    {{4, RF_SECCOMP_GT, RF_SECCOMP_WIDE, 0x100000005},
     {0x100000006, 0x200000000, 0x200000005, ~0ULL},
     {0x100000005, 0x100000004, 0xffffffff, 6}},
    {{4, RF_SECCOMP_LE, RF_SECCOMP_WIDE, 0x100000005},
     {0x100000005, 0x100000004, 0xffffffff, 6},
     {0x100000006, 0x200000000, 0x200000005, ~0ULL}},
    {{4, RF_SECCOMP_LT, RF_SECCOMP_WIDE, 0x100000005},
     {0x100000004, 0xffffffff, 0, 5},
     {0x100000005, 0x100000006, 0x200000000, ~0ULL}},
    {{0, RF_SECCOMP_GT, RF_SECCOMP_LOW, 7},
     {8, 0x100000008, 0xffffffff, ~0ULL},
     {7, 0, 0x100000007, 0x800000000}},
    {{0, RF_SECCOMP_LT, RF_SECCOMP_LOW, 7}, {6, 0, 0x100000006, 0x800000000}, {7, 8, 0x100000007, ~0ULL}},
    {{0, RF_SECCOMP_GE, 0xff00000000, 0x300000000},
     {0x300000000, 0x400000000, ~0ULL, 0x3ffffffff},
     {0x200000000, 0xffffffff, 0, 0x2ffffffff}},
};

static void compares_the_bits_the_kernel_uses(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(tests_of_one); i++) {
        const struct rf_seccomp_rule rule = {&tests_of_one[i].test, 1, FAIL(EDOM)};
        const struct rf_seccomp_leaf leaves[] = {{.action = FAIL(ENOSYS)}, {&rule, 1, SECCOMP_RET_ALLOW}};
        struct rf_profile profile = {.leaves = leaves, .leaf_count = 2, .foreign = SECCOMP_RET_KILL_PROCESS};
        struct program program;

        profile.leaf_of[CALL] = 1;
        assert_int_equal(compile(&program, &profile), 0);
        for (size_t j = 0; j < 4; j++) {
            uint64_t args[6] = {~0ULL, 0, ~0ULL, 0, ~0ULL, 0};

            args[tests_of_one[i].test.arg] = tests_of_one[i].yes[j];
            if (verdict(&program, NATIVE, CALL, args) != FAIL(EDOM))
                fail_msg("test %zu: %#llx ought to match", i, (unsigned long long)tests_of_one[i].yes[j]);
            args[tests_of_one[i].test.arg] = tests_of_one[i].no[j];
            if (verdict(&program, NATIVE, CALL, args) != SECCOMP_RET_ALLOW)
                fail_msg("test %zu: %#llx ought not to match", i, (unsigned long long)tests_of_one[i].no[j]);
        }
        rf_arena_done(&program.arena);
    }
}

static void refuses_foreign_and_unknown_calls(void **state)
{
    static const uint32_t foreign[] = {AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_PPC64LE, 0,
                                       NATIVE ^ 1,      UINT32_MAX};
    static const uint32_t unknown[] = {RF_SYSCALL_LIMIT, RF_SYSCALL_LIMIT + 1, 1023, 0x3fffffff, UINT32_MAX};
    const struct rf_seccomp_leaf leaves[] = {{.action = FAIL(ENOSYS)}, {.action = SECCOMP_RET_ALLOW}};
    const uint64_t args[6] = {0};
    struct rf_profile profile = {.leaves = leaves, .leaf_count = 2, .foreign = SECCOMP_RET_KILL_PROCESS};
    struct program program;

    (void)state;
    for (size_t nr = 0; nr < RF_SYSCALL_LIMIT; nr++)
        profile.leaf_of[nr] = 1;
    assert_int_equal(compile(&program, &profile), 0);
    for (size_t i = 0; i < RF_COUNT(foreign); i++)
        assert_int_equal(verdict(&program, foreign[i], CALL, args), SECCOMP_RET_KILL_PROCESS);
    for (size_t i = 0; i < RF_COUNT(unknown); i++)
        assert_int_equal(verdict(&program, NATIVE, unknown[i], args), FAIL(ENOSYS));
#ifdef __x86_64__
    for (uint32_t nr = 0; nr < RF_SYSCALL_LIMIT; nr++)
        assert_int_equal(verdict(&program, NATIVE, 0x40000000 | nr, args), SECCOMP_RET_KILL_PROCESS);
    assert_int_equal(verdict(&program, NATIVE, 0xfffffffe, args), SECCOMP_RET_KILL_PROCESS);
#endif
    assert_int_equal(verdict(&program, NATIVE, RF_SYSCALL_LIMIT - 1, args), SECCOMP_RET_ALLOW);
    rf_arena_done(&program.arena);
}

/* Every instruction must be one that the kernel's own look-ahead understands, and no jump may leave the
 * program. */
static void check_form(const struct program *program)
{
    for (uint32_t i = 0; i < program->len; i++) {
        const struct rf_insn *insn = &program->code[i];
        uint32_t far = insn->jt > insn->jf ? insn->jt : insn->jf;

        switch (insn->code) {
        case BPF_JMP | BPF_JA:
            far = insn->k;
            break;
        case BPF_LD | BPF_W | BPF_ABS:
        case BPF_RET | BPF_K:
        case BPF_ALU | BPF_AND | BPF_K:
        case BPF_JMP | BPF_JEQ | BPF_K:
        case BPF_JMP | BPF_JGE | BPF_K:
        case BPF_JMP | BPF_JGT | BPF_K:
        case BPF_JMP | BPF_JSET | BPF_K:
            break;
        default:
            fail_msg("instruction %u has code %#x", i, insn->code);
        }
        assert_true(far < program->len - i - (insn->code != (BPF_RET | BPF_K)));
    }
}

/* Storage for one random policy. */
static struct {
    struct rf_profile profile;
    struct rf_seccomp_leaf leaves[LEAVES];
    struct rf_seccomp_rule rules[LEAVES][4];
    struct rf_seccomp_test tests[LEAVES][4][4];
} random_policy;

static uint64_t pick_number(uint64_t *seed)
{
    static const uint64_t numbers[] = {0,           1,           2,          10,    0x5412,    0xffffffff,
                                       0x100000000, 0x100000001, 0x7e020000, ~0ULL, 1ULL << 63};
    uint64_t r = bpf_random(seed);

    return r % 4 == 0 ? bpf_random(seed) : numbers[(r >> 8) % RF_COUNT(numbers)] + (r >> 40) % 3 - 1;
}

static uint64_t pick_mask(uint64_t *seed)
{
    static const uint64_t masks[] = {RF_SECCOMP_LOW, RF_SECCOMP_WIDE, 0xf, 06000, 0,
                                     0xff00000000,   0x100000001};

    return masks[bpf_random(seed) % RF_COUNT(masks)];
}

static uint32_t pick_action(uint64_t *seed)
{
    uint64_t r = bpf_random(seed);

    return r % 3 == 0 ? SECCOMP_RET_ALLOW : FAIL((uint32_t)(r >> 16) % 30 + 1);
}

static void fill_random_policy(uint64_t *seed)
{
    uint32_t run = 0;

    memset(&random_policy, 0, sizeof(random_policy));
    for (uint32_t i = 0; i < LEAVES; i++) {
        struct rf_seccomp_leaf *leaf = &random_policy.leaves[i];

        *leaf = (struct rf_seccomp_leaf){random_policy.rules[i], (uint32_t)(bpf_random(seed) % 5),
                                         pick_action(seed)};
        if (i == 0 || bpf_random(seed) % 2)
            leaf->count = 0;
        for (uint32_t j = 0; j < leaf->count; j++) {
            random_policy.rules[i][j] = (struct rf_seccomp_rule){
                random_policy.tests[i][j], (uint32_t)(bpf_random(seed) % 5), pick_action(seed)};
            for (uint32_t k = 0; k < 4; k++) {
                struct rf_seccomp_test *test = &random_policy.tests[i][j][k];

                test->arg = (uint8_t)(bpf_random(seed) % (bpf_random(seed) % 2 ? 6 : 1));
                test->op = (uint8_t)(bpf_random(seed) % (RF_SECCOMP_LT + 1));
                test->mask = pick_mask(seed);
                test->value = pick_number(seed) & (bpf_random(seed) % 4 ? test->mask : UINT64_MAX);
            }
        }
    }
    for (uint32_t nr = 0; nr < RF_SYSCALL_LIMIT; nr++) {
        if (bpf_random(seed) % 3 == 0)
            run = (uint32_t)(bpf_random(seed) % LEAVES);
        random_policy.profile.leaf_of[nr] = (uint16_t)run;
    }
    random_policy.profile.leaves = random_policy.leaves;
    random_policy.profile.leaf_count = LEAVES;
    random_policy.profile.foreign = SECCOMP_RET_KILL_PROCESS;
}

static void means_what_the_policy_says(void **state)
{
    uint32_t longest = 0;

    (void)state;
    for (uint64_t first = 1; first <= PROFILES; first++) {
        uint64_t seed = first * 0x9e3779b97f4a7c15;
        struct program program;

        fill_random_policy(&seed);
        assert_int_equal(compile(&program, &random_policy.profile), 0);
        check_form(&program);
        longest = program.len > longest ? program.len : longest;
        for (uint32_t i = 0; i < PROBES; i++) {
            uint32_t nr = (uint32_t)(bpf_random(&seed) % (RF_SYSCALL_LIMIT + 8));
            uint64_t args[6];

            for (size_t j = 0; j < 6; j++)
                args[j] = pick_number(&seed);
            if (verdict(&program, NATIVE, nr, args) != meaning(&random_policy.profile, NATIVE, nr, args))
                fail_msg("policy %llu, call %u: %#x instead of %#x", (unsigned long long)first, nr,
                         verdict(&program, NATIVE, nr, args),
                         meaning(&random_policy.profile, NATIVE, nr, args));
        }
        rf_arena_done(&program.arena);
    }
    assert_true(longest > 600); /* long enough that jumps needed stepping stones */
}

static void refuses_what_the_kernel_would(void **state)
{
    static struct rf_seccomp_leaf leaves[RF_SYSCALL_LIMIT];
    static struct rf_seccomp_rule rules[RF_SYSCALL_LIMIT][4];
    static struct rf_seccomp_test tests[RF_SYSCALL_LIMIT];
    struct rf_profile profile = {.leaves = leaves, .leaf_count = RF_SYSCALL_LIMIT};
    struct program program = {.len = 7, .code = NULL};

    (void)state;
    for (uint32_t i = 0; i < RF_SYSCALL_LIMIT; i++) {
        tests[i] = (struct rf_seccomp_test){(uint8_t)(i % 6), RF_SECCOMP_EQ, RF_SECCOMP_WIDE, i};
        for (uint32_t j = 0; j < 4; j++)
            rules[i][j] = (struct rf_seccomp_rule){&tests[i], 1, FAIL(j + 1)};
        leaves[i] = (struct rf_seccomp_leaf){rules[i], i ? 4 : 0, FAIL(i)};
        profile.leaf_of[i] = (uint16_t)i;
    }
    assert_int_equal(compile(&program, &profile), -E2BIG);
    assert_null(program.code);
    assert_int_equal(program.len, 7);
    rf_arena_done(&program.arena);
}

static void one_verdict_for_all_is_one_instruction(void **state)
{
    const struct rf_seccomp_leaf leaves[] = {{.action = FAIL(ENOSYS)}};
    const struct rf_profile profile = {.leaves = leaves, .leaf_count = 1, .foreign = FAIL(ENOSYS)};
    struct program program;

    (void)state;
    assert_int_equal(compile(&program, &profile), 0);
    assert_int_equal(program.len, 1);
    assert_int_equal(program.code[0].code, BPF_RET | BPF_K);
    assert_int_equal(program.code[0].k, FAIL(ENOSYS));
    rf_arena_done(&program.arena);
}

static void reports_missing_memory(void **state)
{
    const struct rf_seccomp_leaf leaves[] = {{.action = FAIL(ENOSYS)}};
    const struct rf_profile profile = {.leaves = leaves, .leaf_count = 1};
    struct program program = {0};

    (void)state;
    rf_arena_fail_at(1);
    assert_int_equal(compile(&program, &profile), -ENOMEM);
    rf_arena_fail_at(0);
    assert_null(program.code);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compares_the_bits_the_kernel_uses),
        cmocka_unit_test(refuses_foreign_and_unknown_calls),
        cmocka_unit_test(means_what_the_policy_says),
        cmocka_unit_test(refuses_what_the_kernel_would),
        cmocka_unit_test(reports_missing_memory),
        cmocka_unit_test(one_verdict_for_all_is_one_instruction),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
