#ifndef RF_PLAN_PROFILE_H
#define RF_PLAN_PROFILE_H

#include "plan/seccomp.h"

#include <stdbool.h>
#include <stdint.h>

/* The built-in seccomp profiles. docs/seccomp.md says for each group of calls what happens and why. */
enum rf_profile_kind {
    RF_PROFILE_DEFAULT, /* general workloads: Python, Java, Node, Go, ffmpeg, databases */
    RF_PROFILE_STRICT   /* a pure computation: files in, files out, local sockets only */
};

/* What the profile depends on beside its kind. */
struct rf_profile_options {
    enum rf_profile_kind kind;
    bool has_memfd_noexec; /* the ring has vm.memfd_noexec=1: anonymous files are not executable by themselves
                            */
    bool has_memory_group; /* a control group counts the ring's memory; without one System V shared memory is
                              closed, which no limit of a process holds */
    uint64_t cap_add; /* bit n: capability n stays; SYS_PTRACE, SYS_TIME, ... add the calls they are for */
};

/* Fill *ret. Nothing is allocated; the leaves are static. */
void rf_profile_builtin(const struct rf_profile_options *options, struct rf_profile *ret) RF_NONNULL;

#endif
