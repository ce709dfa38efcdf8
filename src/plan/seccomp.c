/* Compile a seccomp policy into a classic BPF program.

   Numbers with the same verdict form runs, and the program is a binary search over them. The program is
   written from its end: a jump can then always see where it goes, equal ends are shared, and a jump that
   would be too far (offsets have eight bits) gets a stepping stone while it is written.

   Only LD, AND, JEQ, JGE, JGT, JSET, JA and RET appear: with those the kernel can tell beforehand which calls
   are always allowed and does not run the program for them (seccomp_is_const_allow, Linux 5.11). */
#include "plan/seccomp.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>

#if defined(__x86_64__)
#define NATIVE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define NATIVE AUDIT_ARCH_AARCH64
#else
#error "no seccomp profile for this architecture"
#endif
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "halves of arguments are read in this order");
_Static_assert(sizeof(struct rf_insn) == sizeof(struct sock_filter), "programs go to the kernel as they are");

enum {
    RUNS_MAX = RF_SYSCALL_LIMIT + 3,
    ENDS_MAX = 16,        /* distinct actions that are remembered; more are written again */
    FOREIGN = UINT16_MAX, /* stands for profile->foreign among leaves */
    NEAR = UINT8_MAX,     /* one less than a jump can do: another stepping stone may come between */
    X32_BIT = 0x40000000  /* x32 calls have the arch of x86_64 and this bit */
};

/* Numbers from `start` on share a leaf, up to the next run; but `odd` has another one. */
struct run {
    uint32_t start;
    uint32_t odd;
    uint16_t leaf;
    uint16_t odd_leaf;
    bool has_odd;
};

struct builder {
    const struct rf_profile *profile;
    struct rf_insn *end; /* where the program ends; position p is end[-1 - p] */
    uint32_t count;
    bool is_full;
    uint32_t ends; /* RET instructions that can be jumped to */
    uint32_t end_at[ENDS_MAX];
    uint32_t block_at[RF_SYSCALL_LIMIT]; /* 1 + where the rules of this leaf begin */
};

/* What the accumulator holds: the word at `offset`, ANDed with `mask`. */
struct loaded {
    uint32_t offset;
    uint32_t mask;
};

static const struct loaded nothing = {UINT32_MAX, 0};

static struct rf_insn *insn_at(const struct builder *b, uint32_t position)
{
    return b->end - 1 - position;
}

/* Write before everything that is there. Returns the position. */
static uint32_t put(struct builder *b, unsigned code, uint32_t k, uint32_t jt, uint32_t jf)
{
    if (b->count == RF_SECCOMP_INSNS_MAX) {
        b->is_full = true; /* reported at the end; until then positions stay valid */
        return 0;
    }
    *insn_at(b, b->count) = (struct rf_insn){(uint16_t)code, (uint8_t)jt, (uint8_t)jf, k};
    return b->count++;
}

static uint32_t put_ret(struct builder *b, uint32_t action)
{
    uint32_t slot = 0;

    while (slot < b->ends && insn_at(b, b->end_at[slot])->k != action)
        slot++;
    if (slot < b->ends && b->count - b->end_at[slot] <= NEAR)
        return b->end_at[slot];
    if (slot == ENDS_MAX)
        return put(b, BPF_RET | BPF_K, action, 0, 0);
    b->ends += slot == b->ends;
    b->end_at[slot] = put(b, BPF_RET | BPF_K, action, 0, 0);
    return b->end_at[slot];
}

/* A position from which `target` is reached and to which the next instructions can jump. */
static uint32_t near_to(struct builder *b, uint32_t target)
{
    const struct rf_insn *insn = insn_at(b, target);

    if (b->count - target <= NEAR)
        return target;
    if (insn->code == (BPF_RET | BPF_K))
        return put_ret(b, insn->k);
    return put(b, BPF_JMP | BPF_JA, b->count - target - 1, 0, 0);
}

static uint32_t put_jump(struct builder *b, unsigned op, uint32_t k, uint32_t yes, uint32_t no)
{
    if (yes == no)
        return yes;
    yes = near_to(b, yes);
    no = near_to(b, no);
    return put(b, BPF_JMP | op | BPF_K, k, b->count - yes - 1, b->count - no - 1);
}

/* Make the accumulator hold what `want` says before `next` looks at it, unless it already does. When `next`
   is not what was written last, both outcomes of a comparison were the same and nothing looks at the
   accumulator. */
static uint32_t put_load(struct builder *b, uint32_t next, struct loaded have, struct loaded want)
{
    if (next + 1 != b->count || insn_at(b, next)->code == (BPF_RET | BPF_K))
        return next;
    if (have.offset == want.offset && have.mask == want.mask)
        return next;
    if (want.mask != UINT32_MAX)
        next = put(b, BPF_ALU | BPF_AND | BPF_K, want.mask, 0, 0);
    if (have.offset == want.offset && have.mask == UINT32_MAX)
        return next;
    return put(b, BPF_LD | BPF_W | BPF_ABS, want.offset, 0, 0);
}

static struct loaded half_of(const struct rf_seccomp_test *test, bool is_high)
{
    uint32_t offset = (uint32_t)offsetof(struct seccomp_data, args) + 8U * test->arg;

    return is_high ? (struct loaded){offset + 4, (uint32_t)(test->mask >> 32)}
                   : (struct loaded){offset, (uint32_t)test->mask};
}

/* `(x & mask) == 0` needs no AND, only JSET. */
static bool is_bit_test(struct loaded want, uint32_t value)
{
    return value == 0 && want.mask != UINT32_MAX;
}

static uint32_t put_equal(struct builder *b, struct loaded want, uint32_t value, struct loaded have,
                          uint32_t yes, uint32_t no)
{
    uint32_t mask = want.mask;

    if (value & ~mask)
        return no;
    if (mask == 0)
        return yes;
    if (is_bit_test(want, value)) {
        uint32_t at = put_jump(b, BPF_JSET, mask, no, yes);

        return put_load(b, at, have, (struct loaded){want.offset, UINT32_MAX});
    }
    return put_load(b, put_jump(b, BPF_JEQ, value, yes, no), have, want);
}

/* What the accumulator holds after `test`, whichever way it went. Only a test that looks at exactly one half
   can tell. */
static struct loaded after_test(const struct rf_seccomp_test *test)
{
    struct loaded low = half_of(test, false);
    struct loaded high = half_of(test, true);
    bool is_high = low.mask == 0;
    struct loaded only = is_high ? high : low;
    uint32_t value = (uint32_t)(is_high ? test->value >> 32 : test->value);

    if ((low.mask == 0) == (high.mask == 0) || (test->value & ~test->mask) != 0)
        return nothing;
    if (test->op != RF_SECCOMP_EQ && test->op != RF_SECCOMP_NE)
        return nothing;
    if (is_bit_test(only, value))
        only.mask = UINT32_MAX;
    return only;
}

/* x >= value, or x > value, for the unsigned 64-bit x = argument & mask: high halves decide unless they are
 * equal. */
static uint32_t put_order(struct builder *b, const struct rf_seccomp_test *test, bool is_strict, uint32_t yes,
                          uint32_t no)
{
    struct loaded low = half_of(test, false);
    struct loaded high = half_of(test, true);
    uint32_t value_low = (uint32_t)test->value;
    uint32_t value_high = (uint32_t)(test->value >> 32);
    uint32_t at;

    if (low.mask == 0) {
        at = !is_strict && value_low == 0 ? yes : no;
    } else {
        at = put_jump(b, is_strict ? BPF_JGT : BPF_JGE, value_low, yes, no);
        at = put_load(b, at, nothing, low);
    }
    if (high.mask == 0)
        return value_high == 0 ? at : no;
    at = put_jump(b, BPF_JEQ, value_high, at, no);
    at = put_jump(b, BPF_JGT, value_high, yes, at);
    return put_load(b, at, nothing, high);
}

static uint32_t put_test(struct builder *b, const struct rf_seccomp_test *test, struct loaded have,
                         uint32_t yes, uint32_t no)
{
    struct loaded low = half_of(test, false);
    struct loaded high = half_of(test, true);

    switch ((enum rf_seccomp_op)test->op) {
    case RF_SECCOMP_NE:
        return put_test(b, &(struct rf_seccomp_test){test->arg, RF_SECCOMP_EQ, test->mask, test->value}, have,
                        no, yes);
    case RF_SECCOMP_GE:
        return put_order(b, test, false, yes, no);
    case RF_SECCOMP_GT:
        return put_order(b, test, true, yes, no);
    case RF_SECCOMP_LE:
        return put_order(b, test, true, no, yes);
    case RF_SECCOMP_LT:
        return put_order(b, test, false, no, yes);
    case RF_SECCOMP_EQ:
        break;
    }
    if (test->value & ~test->mask)
        return no;
    if (low.mask && high.mask) { /* two words: neither can rely on what was loaded before the other */
        yes = put_equal(b, low, (uint32_t)test->value, nothing, yes, no);
        return put_equal(b, high, (uint32_t)(test->value >> 32), nothing, yes, no);
    }
    if (low.mask)
        return put_equal(b, low, (uint32_t)test->value, have, yes, no);
    return put_equal(b, high, (uint32_t)(test->value >> 32), have, yes, no);
}

static bool is_same(struct loaded a, struct loaded b)
{
    return a.offset == b.offset && a.mask == b.mask;
}

/* What the accumulator holds when `rule` did not apply: known when every test of it leaves the same. */
static struct loaded after_rule(const struct rf_seccomp_rule *rule)
{
    struct loaded all = rule->count ? after_test(&rule->tests[0]) : nothing;

    for (uint32_t i = 1; i < rule->count; i++) {
        if (!is_same(all, after_test(&rule->tests[i])))
            return nothing;
    }
    return all;
}

static uint32_t put_leaf(struct builder *b, uint32_t index)
{
    const struct rf_seccomp_leaf *leaf = index == FOREIGN ? NULL : &b->profile->leaves[index];
    uint32_t next;

    if (!leaf || leaf->count == 0)
        return put_ret(b, leaf ? leaf->action : b->profile->foreign);
    if (index < RF_SYSCALL_LIMIT && b->block_at[index])
        return b->block_at[index] - 1;

    next = put_ret(b, leaf->action);
    for (uint32_t i = leaf->count; i-- > 0;) {
        const struct rf_seccomp_rule *rule = &leaf->rules[i];
        uint32_t at = put_ret(b, rule->action);

        for (uint32_t j = rule->count; j-- > 0;) {
            struct loaded have = nothing;

            if (j > 0)
                have = after_test(&rule->tests[j - 1]);
            else if (i > 0)
                have = after_rule(&leaf->rules[i - 1]);
            at = put_test(b, &rule->tests[j], have, at, next);
        }
        next = at;
    }
    if (index < RF_SYSCALL_LIMIT)
        b->block_at[index] = next + 1;
    return next;
}

/* The search among `count` runs, at least one. Depth is the logarithm of RUNS_MAX. */
static uint32_t put_search(struct builder *b, const struct run *runs, uint32_t count)
{
    uint32_t half = count / 2;
    uint32_t above;
    uint32_t below;

    if (count == 1) {
        uint32_t usual = put_leaf(b, runs->leaf);

        return runs->has_odd ? put_jump(b, BPF_JEQ, runs->odd, put_leaf(b, runs->odd_leaf), usual) : usual;
    }
    above = put_search(b, runs + half, count - half);
    below = put_search(b, runs, half);
    return put_jump(b, BPF_JGE, runs[half].start, above, below);
}

static uint32_t find_runs(const struct rf_profile *profile, struct run *ret)
{
    uint32_t count = 0;

    for (uint32_t nr = 0; nr < RF_SYSCALL_LIMIT; nr++) {
        if (count == 0 || ret[count - 1].leaf != profile->leaf_of[nr])
            ret[count++] = (struct run){.start = nr, .leaf = profile->leaf_of[nr]};
    }
    if (ret[count - 1].leaf != 0)
        ret[count++] = (struct run){.start = RF_SYSCALL_LIMIT, .leaf = 0};
#ifdef __x86_64__
    /* -1 is what a tracer writes to skip a call; it is no x32 call. */
    ret[count++] = (struct run){.start = X32_BIT, .leaf = FOREIGN};
    ret[count++] = (struct run){.start = UINT32_MAX, .leaf = 0};
#endif
    return count;
}

/* A single number between two runs of one verdict costs one comparison instead of two. Works in place. */
static uint32_t join_runs(struct run *runs, uint32_t count)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < count; i++, kept++) {
        runs[kept] = runs[i];
        if (i + 2 < count && runs[i + 2].leaf == runs[i].leaf && runs[i + 2].start == runs[i + 1].start + 1) {
            runs[kept].has_odd = true;
            runs[kept].odd = runs[i + 1].start;
            runs[kept].odd_leaf = runs[i + 1].leaf;
            i += 2;
        }
    }
    return kept;
}

int rf_seccomp_emit(const struct rf_profile *profile, struct rf_arena *arena, struct rf_insn **ret,
                    uint32_t *ret_len, struct rf_err *err)
{
    struct builder b = {.profile = profile};
    struct run runs[RUNS_MAX];
    struct rf_insn *code = rf_arena_array(arena, RF_SECCOMP_INSNS_MAX, sizeof(*code));
    uint32_t at;

    if (!code)
        return rf_fail(err, -ENOMEM, "seccomp program: no memory");
    b.end = code + RF_SECCOMP_INSNS_MAX;
    at = put_search(&b, runs, join_runs(runs, find_runs(profile, runs)));
    at = put_load(&b, at, nothing, (struct loaded){offsetof(struct seccomp_data, nr), UINT32_MAX});
    at = put_jump(&b, BPF_JEQ, NATIVE, at, put_ret(&b, profile->foreign));
    at = put_load(&b, at, nothing, (struct loaded){offsetof(struct seccomp_data, arch), UINT32_MAX});
    if (b.is_full)
        return rf_fail(err, -E2BIG, "seccomp program: more than %d instructions", RF_SECCOMP_INSNS_MAX);
    *ret = insn_at(&b, at);
    *ret_len = at + 1;
    return 0;
}
