#ifndef RF_PLAN_SECCOMP_H
#define RF_PLAN_SECCOMP_H

#include "base/arena.h"
#include "base/err.h"
#include "plan/plan.h"
#include "posture/syscalls.h"

#include <stdint.h>

/* A seccomp policy as data, and the compiler that makes a program of it. */

/* (argument & mask) OP value. The mask says how much of the argument the kernel looks at: for an int, an
   unsigned int or an ioctl command it is RF_SECCOMP_LOW, because the kernel drops the upper half, and a
   comparison that does not would let `1 << 32 | TIOCSTI` pass (CVE-2019-10063). */
enum rf_seccomp_op {
    RF_SECCOMP_EQ,
    RF_SECCOMP_NE,
    RF_SECCOMP_GE,
    RF_SECCOMP_GT,
    RF_SECCOMP_LE,
    RF_SECCOMP_LT
};

#define RF_SECCOMP_LOW UINT64_C(0xffffffff)
#define RF_SECCOMP_WIDE UINT64_MAX

struct rf_seccomp_test {
    uint8_t arg; /* 0..5 */
    uint8_t op;  /* enum rf_seccomp_op */
    uint64_t mask;
    uint64_t value;
};

/* When every test holds, `action` is the verdict. */
struct rf_seccomp_rule {
    const struct rf_seccomp_test *tests;
    uint32_t count;
    uint32_t action; /* SECCOMP_RET_* with its data */
};

/* What happens to a call: the first rule that holds decides, else `action`. Calls may share a leaf. */
struct rf_seccomp_leaf {
    const struct rf_seccomp_rule *rules;
    uint32_t count;
    uint32_t action;
};

/* A policy for every number. Leaf 0 is for numbers that have no name: calls newer than this program, where
   ENOSYS makes libraries fall back to what they used before. */
struct rf_profile {
    uint16_t leaf_of[RF_SYSCALL_LIMIT];
    const struct rf_seccomp_leaf *leaves;
    uint32_t leaf_count;
    uint32_t foreign; /* the action for another architecture's calls: i386 by `int 0x80`, x32, arm32 */
};

/* The kernel takes no more (BPF_MAXINSNS). */
enum { RF_SECCOMP_INSNS_MAX = 4096 };

/* Compile. The program lies in `arena`, of which 32 KiB are taken (only the part that is written becomes
   memory). -E2BIG when it would be longer than the kernel accepts, -ENOMEM when the arena is full. */
int rf_seccomp_emit(const struct rf_profile *profile, struct rf_arena *arena, struct rf_insn **ret,
                    uint32_t *ret_len, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
