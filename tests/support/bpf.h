#ifndef RF_TESTS_SUPPORT_BPF_H
#define RF_TESTS_SUPPORT_BPF_H

#include "plan/plan.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* The part of classic BPF that seccomp programs use. The oracle test checks this interpreter against the
 * kernel. */

/* No verdict: the program runs off its end, or does what the kernel would not accept. */
#define BPF_BROKEN 0xdeadbeefU

static inline uint32_t bpf_run(const struct rf_insn *code, uint32_t len, const struct seccomp_data *data)
{
    uint32_t a = 0;

    for (uint32_t pc = 0; pc < len; pc++) {
        const struct rf_insn *i = &code[pc];
        bool is_true;

        switch (i->code) {
        case BPF_LD | BPF_W | BPF_ABS:
            if (i->k % 4 || i->k >= sizeof(*data))
                return BPF_BROKEN;
            memcpy(&a, (const char *)data + i->k, sizeof(a));
            continue;
        case BPF_ALU | BPF_AND | BPF_K:
            a &= i->k;
            continue;
        case BPF_RET | BPF_K:
            return i->k;
        case BPF_JMP | BPF_JA:
            pc += i->k;
            continue;
        case BPF_JMP | BPF_JEQ | BPF_K:
            is_true = a == i->k;
            break;
        case BPF_JMP | BPF_JGE | BPF_K:
            is_true = a >= i->k;
            break;
        case BPF_JMP | BPF_JGT | BPF_K:
            is_true = a > i->k;
            break;
        case BPF_JMP | BPF_JSET | BPF_K:
            is_true = (a & i->k) != 0;
            break;
        default:
            return BPF_BROKEN;
        }
        pc += is_true ? i->jt : i->jf;
    }
    return BPF_BROKEN;
}

/* A small generator, so that a failing case can be run again from its seed. */
static inline uint64_t bpf_random(uint64_t *state)
{
    uint64_t x = *state;

    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return *state = x;
}

#endif
