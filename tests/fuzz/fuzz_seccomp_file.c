/* Whatever is accepted compiles, judges every number, kills other architectures, and allows no call that the
   text does not name, unless its default does. */
#include "cmd/seccomp_file.h"

#include "support/bpf.h"

#include <errno.h>
#include <linux/audit.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_LIMIT = 1 << 23 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_passing(uint32_t verdict)
{
    uint32_t action = verdict & SECCOMP_RET_ACTION_FULL;

    return action == SECCOMP_RET_ALLOW || action == SECCOMP_RET_LOG;
}

static void check_program(const struct rf_profile *profile, const struct rf_insn *code, uint32_t len,
                          struct rf_str text)
{
    /* A number without a name shows the default; -1 is one on every architecture. */
    struct seccomp_data data = {.nr = -1, .arch = AUDIT_ARCH_X86_64, .args = {1, ~0ULL, 2, 0, 1ULL << 32, 7}};
    bool is_open;

#ifndef __x86_64__
    data.arch = AUDIT_ARCH_AARCH64;
#endif
    is_open = is_passing(bpf_run(code, len, &data)) || memchr(text.ptr, '\\', text.len);
    for (unsigned nr = 0; nr < RF_SYSCALL_LIMIT + 2; nr++) {
        const char *name = rf_syscall_name(nr);
        uint32_t verdict;

        data.nr = (int)nr;
        verdict = bpf_run(code, len, &data);
        if (verdict == BPF_BROKEN || (nr < RF_SYSCALL_LIMIT && profile->leaf_of[nr] >= profile->leaf_count))
            abort();
        if (!is_open && is_passing(verdict) && !(name && memmem(text.ptr, text.len, name, strlen(name))))
            abort();
    }
    data.arch = AUDIT_ARCH_I386;
    if (bpf_run(code, len, &data) != SECCOMP_RET_KILL_PROCESS)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rf_seccomp_file_facts facts = {0xa80425fb, 6, 1};
    const struct rf_str text = {(const char *)data, size};
    struct rf_seccomp_file_notes notes;
    struct rf_profile profile;
    struct rf_arena arena;
    struct rf_insn *code;
    struct rf_err err = {0};
    uint32_t len;
    int result;

    rf_arena_init(&arena, ARENA_LIMIT);
    result = rf_seccomp_file_read(text, &facts, &arena, &profile, &notes, &err);
    if (result < 0 && (err.code != result || !err.msg[0]))
        abort();
    if (result == 0 && rf_seccomp_emit(&profile, &arena, &code, &len, &err) == 0)
        check_program(&profile, code, len, text);
    rf_arena_done(&arena);
    return 0;
}
