#include "cmd/seccomp_file.h"

#include "support/bpf.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#ifdef __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#define ARCH "amd64"
#define OTHER "arm64"
#else
#define NATIVE AUDIT_ARCH_AARCH64
#define ARCH "arm64"
#define OTHER "amd64"
#endif

#define FAIL(code) (SECCOMP_RET_ERRNO | (code))
#define HEAD "{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":["
#define ENTRY(what, rest) HEAD "{\"names\":[\"" what "\"],\"action\":" rest "}]}"
#define ALLOW "\"SCMP_ACT_ALLOW\""

enum { ARENA_LIMIT = 1 << 22 };

static const struct rf_seccomp_file_facts facts = {1ULL << CAP_SYS_PTRACE | 1ULL << CAP_CHOWN, 6, 1};

/* Each is one mistake; the error must contain the words. */
static const struct {
    const char *text;
    const char *words;
} refused[] = {
    {"", "line 1, column 1"},
    {"[]", "want an object"},
    {"{}", "needs \"defaultAction\""},
    {"{\"syscalls\":[]}", "needs \"defaultAction\""},
    {"{\"defaultAction\":\"SCMP_ACT_ALLOW\"} x", "nothing after the value"},
    {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\n \"defaultaction\":\"SCMP_ACT_ALLOW\"}",
     "line 2, column 2: unknown key"},
    {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultAction\":\"SCMP_ACT_ERRNO\"}", "second time"},
    {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"listenerPath\":\"/x\"}", "unknown key \"listenerPath\""},
    {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"flags\":[\"SECCOMP_FILTER_FLAG_SPEC_ALLOW\"]}",
     "unknown key \"flags\""},
    {"{\"defaultAction\":\"allow\"}", "unknown action"},
    {"{\"defaultAction\":1}", "want a string"},
    {"{\"defaultAction\":null}", "want a string"},
    {"{\"defaultAction\":\"SCMP_ACT_TRACE\"}", "nobody who would answer"},
    {"{\"defaultAction\":\"SCMP_ACT_NOTIFY\"}", "nobody who would answer"},
    {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"defaultErrnoRet\":1}", "has no errnoRet"},
    {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":4096}", "at most 4095"},
    {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":-1}", "whole number"},
    {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"architectures\":\"SCMP_ARCH_X86\"}", "want a list"},
    {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":{}}", "want a list"},
    {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"syscalls\":[1]}", "list of objects"},
    {HEAD "{}]}", "needs \"names\""},
    {HEAD "{\"names\":[\"read\"]}]}", "needs \"names\""},
    {HEAD "{\"action\":\"SCMP_ACT_ALLOW\"}]}", "needs \"names\""},
    {HEAD "{\"names\":\"read\",\"action\":" ALLOW "}]}", "want a list"},
    {HEAD "{\"names\":[1],\"action\":" ALLOW "}]}", "only strings"},
    {ENTRY("read", "\"SCMP_ACT_NOTIFY\""), "nobody who would answer"},
    {ENTRY("read", ALLOW ",\"errnoRet\":1"), "has no errnoRet"},
    {ENTRY("read", ALLOW ",\"priority\":1"), "unknown key \"priority\""},
    {ENTRY("read", ALLOW ",\"comment\":1"), "want a string"},
    {ENTRY("read", ALLOW ",\"args\":{}"), "want a list"},
    {ENTRY("read", ALLOW ",\"args\":[{}]"), "needs \"index\" and \"op\""},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":0}]"), "needs \"index\" and \"op\""},
    {ENTRY("read", ALLOW ",\"args\":[{\"op\":\"SCMP_CMP_EQ\"}]"), "needs \"index\" and \"op\""},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":6,\"op\":\"SCMP_CMP_EQ\"}]"), "at most 5"},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":0,\"op\":\"==\"}]"), "unknown comparison"},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":0,\"value\":-1,\"op\":\"SCMP_CMP_EQ\"}]"), "whole number"},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":0,\"value\":1.0,\"op\":\"SCMP_CMP_EQ\"}]"), "whole number"},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":0,\"value\":18446744073709551616,\"op\":\"SCMP_CMP_EQ\"}]"),
     "at most"},
    {ENTRY("read", ALLOW ",\"args\":[1]"), "list of objects"},
    {ENTRY("read", ALLOW ",\"includes\":[]"), "want an object"},
    {ENTRY("read", ALLOW ",\"includes\":{\"uid\":0}"), "unknown key \"uid\""},
    {ENTRY("read", ALLOW ",\"includes\":{\"minKernel\":\"5\"}"), "MAJOR.MINOR"},
    {ENTRY("read", ALLOW ",\"includes\":{\"minKernel\":\"5.x\"}"), "MAJOR.MINOR"},
    {ENTRY("read", ALLOW ",\"excludes\":{\"caps\":\"CAP_KILL\"}"), "want a list"},
    {ENTRY("read", ALLOW "},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\""), "read: another entry"},
    {ENTRY("read", ALLOW "},{\"names\":[\"read\"],\"action\":\"SCMP_ACT_LOG\",\"args\":[{\"index\":0,\"op\":"
                         "\"SCMP_CMP_EQ\"}]"),
     "read: another entry"},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":0,\"op\":\"SCMP_CMP_EQ\"}]},{\"names\":[\"read\"],\"action\":"
                         "\"SCMP_ACT_LOG\""),
     "read: another entry"},
};

static int read_text(const char *text, struct rf_arena *arena, struct rf_profile *ret,
                     struct rf_seccomp_file_notes *notes, struct rf_err *err)
{
    rf_arena_init(arena, ARENA_LIMIT);
    return rf_seccomp_file_read(rf_str_of(text), &facts, arena, ret, notes, err);
}

static void refuses_and_says_where(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_seccomp_file_notes notes;
        struct rf_profile profile = {.leaf_count = 77};
        struct rf_arena arena;
        struct rf_err err = {0};

        if (read_text(refused[i].text, &arena, &profile, &notes, &err) != -EINVAL)
            fail_msg("accepted %s (%s)", refused[i].text, err.msg);
        if (strncmp(err.msg, "line ", 5) != 0 || !strstr(err.msg, refused[i].words))
            fail_msg("%s: \"%s\" does not say \"%s\"", refused[i].text, err.msg, refused[i].words);
        assert_int_equal(profile.leaf_count, 77);
        rf_arena_done(&arena);
    }
}

#define EQ(index, value) "{\"index\":" #index ",\"value\":" #value ",\"op\":\"SCMP_CMP_EQ\"}"

/* What a profile comes to, for one call. */
static const struct {
    const char *text;
    const char *name; /* NULL: a number without a name */
    uint64_t args[3];
    uint32_t want;
} verdicts[] = {
    {HEAD "]}", "read", {0}, FAIL(EPERM)},
    {HEAD "]}", NULL, {0}, FAIL(ENOSYS)},
    {"{\"defaultAction\":\"SCMP_ACT_ERRNO\",\"defaultErrnoRet\":22}", "read", {0}, FAIL(EINVAL)},
    {"{\"defaultAction\":\"SCMP_ACT_KILL\"}", "read", {0}, SECCOMP_RET_KILL_THREAD},
    {"{\"defaultAction\":\"SCMP_ACT_KILL_PROCESS\"}", NULL, {0}, SECCOMP_RET_KILL_PROCESS},
    {"{\"defaultAction\":\"SCMP_ACT_TRAP\"}", "read", {0}, SECCOMP_RET_TRAP},
    {"{\"defaultAction\":\"SCMP_ACT_LOG\",\"syscalls\":null,\"archMap\":null}", "read", {0}, SECCOMP_RET_LOG},
    {"{\"defaultAction\":\"SCMP_ACT_ALLOW\",\"comment\":\"x\"}", NULL, {0}, SECCOMP_RET_ALLOW},
    {ENTRY("read", ALLOW), "read", {0}, SECCOMP_RET_ALLOW},
    {ENTRY("read", ALLOW), "write", {0}, FAIL(EPERM)},
    {ENTRY("r\\u0065ad", ALLOW), "read", {0}, SECCOMP_RET_ALLOW},
    {ENTRY("read\\u0000", ALLOW), "read", {0}, FAIL(EPERM)},
    {HEAD "{\"name\":\"read\",\"action\":" ALLOW "}]}", "read", {0}, SECCOMP_RET_ALLOW},
    {ENTRY("clone3", "\"SCMP_ACT_ERRNO\",\"errnoRet\":38"), "clone3", {0}, FAIL(ENOSYS)},
    {ENTRY("read", "\"SCMP_ACT_ERRNO\",\"errnoRet\":0"), "read", {0}, FAIL(0)},
    /* conditions */
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "]"), "socket", {1}, SECCOMP_RET_ALLOW},
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "]"), "socket", {2}, FAIL(EPERM)},
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "]"), "socket", {1ULL << 32 | 1}, FAIL(EPERM)},
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "," EQ(1, 2) "]"), "socket", {1, 3}, FAIL(EPERM)},
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "," EQ(1, 2) "]"), "socket", {1, 2}, SECCOMP_RET_ALLOW},
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "," EQ(0, 2) "]"), "socket", {2}, SECCOMP_RET_ALLOW},
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "," EQ(0, 2) "]"), "socket", {3}, FAIL(EPERM)},
    {ENTRY("socket", ALLOW ",\"args\":[]"), "socket", {3}, SECCOMP_RET_ALLOW},
    {ENTRY("socket", ALLOW ",\"args\":null"), "socket", {3}, SECCOMP_RET_ALLOW},
    {ENTRY("socket", ALLOW ",\"args\":[" EQ(0, 1) "]},{\"names\":[\"socket\"],\"action\":" ALLOW),
     "socket",
     {5},
     SECCOMP_RET_ALLOW},
    {ENTRY("clone", ALLOW ",\"args\":[{\"index\":0,\"value\":2114060288,\"op\":\"SCMP_CMP_MASKED_EQ\"}]"),
     "clone",
     {17},
     SECCOMP_RET_ALLOW},
    {ENTRY("clone", ALLOW ",\"args\":[{\"index\":0,\"value\":2114060288,\"op\":\"SCMP_CMP_MASKED_EQ\"}]"),
     "clone",
     {0x10000011},
     FAIL(EPERM)},
    {ENTRY("read",
           ALLOW ",\"args\":[{\"index\":2,\"value\":15,\"valueTwo\":19,\"op\":\"SCMP_CMP_MASKED_EQ\"}]"),
     "read",
     {0, 0, 0x23},
     SECCOMP_RET_ALLOW},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":2,\"value\":5,\"op\":\"SCMP_CMP_GE\"}]"),
     "read",
     {0, 0, 4},
     FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":2,\"value\":5,\"op\":\"SCMP_CMP_GT\"}]"),
     "read",
     {0, 0, 5},
     FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":2,\"value\":5,\"op\":\"SCMP_CMP_LE\"}]"),
     "read",
     {0, 0, 6},
     FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":2,\"value\":5,\"op\":\"SCMP_CMP_LT\"}]"),
     "read",
     {0, 0, 5},
     FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"args\":[{\"index\":2,\"value\":5,\"op\":\"SCMP_CMP_NE\"}]"),
     "read",
     {0, 0, 5},
     FAIL(EPERM)},
    /* for whom an entry is */
    {ENTRY("ptrace", ALLOW ",\"includes\":{\"caps\":[\"CAP_SYS_PTRACE\"]}"),
     "ptrace",
     {0},
     SECCOMP_RET_ALLOW},
    {ENTRY("ptrace", ALLOW ",\"includes\":{\"caps\":[\"CAP_SYS_PTRACE\",\"CAP_KILL\"]}"),
     "ptrace",
     {0},
     FAIL(EPERM)},
    {ENTRY("ptrace", ALLOW ",\"includes\":{\"caps\":[\"CAP_SYS_ADMIN\"]}"), "ptrace", {0}, FAIL(EPERM)},
    {ENTRY("ptrace", ALLOW ",\"includes\":{\"caps\":[\"CAP_NO_SUCH\"]}"), "ptrace", {0}, FAIL(EPERM)},
    {ENTRY("ptrace", ALLOW ",\"excludes\":{\"caps\":[\"CAP_KILL\",\"CAP_CHOWN\"]}"),
     "ptrace",
     {0},
     FAIL(EPERM)},
    {ENTRY("ptrace", ALLOW ",\"excludes\":{\"caps\":[\"CAP_KILL\"]}"), "ptrace", {0}, SECCOMP_RET_ALLOW},
    {ENTRY("read", ALLOW ",\"includes\":{\"arches\":[\"" OTHER "\",\"" ARCH "\"]}"),
     "read",
     {0},
     SECCOMP_RET_ALLOW},
    {ENTRY("read", ALLOW ",\"includes\":{\"arches\":[\"" OTHER "\"]}"), "read", {0}, FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"excludes\":{\"arches\":[\"" ARCH "\"]}"), "read", {0}, FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"includes\":{\"minKernel\":\"4.8\"}"), "read", {0}, SECCOMP_RET_ALLOW},
    {ENTRY("read", ALLOW ",\"includes\":{\"minKernel\":\"6.1\"}"), "read", {0}, SECCOMP_RET_ALLOW},
    {ENTRY("read", ALLOW ",\"includes\":{\"minKernel\":\"6.2\"}"), "read", {0}, FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"includes\":{\"minKernel\":\"10.0\"}"), "read", {0}, FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"excludes\":{\"minKernel\":\"4.8\"}"), "read", {0}, FAIL(EPERM)},
    {ENTRY("read", ALLOW ",\"includes\":null,\"excludes\":{}"), "read", {0}, SECCOMP_RET_ALLOW},
};

static void means_what_docker_means(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(verdicts); i++) {
        struct rf_seccomp_file_notes notes;
        struct rf_profile profile;
        struct rf_arena arena;
        struct rf_err err = {0};
        struct rf_insn *code;
        uint32_t len;
        struct seccomp_data data = {.nr = RF_SYSCALL_LIMIT + 5, .arch = NATIVE};

        if (read_text(verdicts[i].text, &arena, &profile, &notes, &err) != 0)
            fail_msg("%s: %s", verdicts[i].text, err.msg);
        assert_int_equal(rf_seccomp_emit(&profile, &arena, &code, &len, &err), 0);
        if (verdicts[i].name)
            data.nr = rf_syscall_by_name(rf_str_of(verdicts[i].name));
        memcpy(data.args, verdicts[i].args, sizeof(verdicts[i].args));
        if (bpf_run(code, len, &data) != verdicts[i].want)
            fail_msg("case %zu, %s: %#x instead of %#x", i, verdicts[i].text, bpf_run(code, len, &data),
                     verdicts[i].want);
        data.arch = AUDIT_ARCH_I386; /* "architectures" or not */
        assert_int_equal(bpf_run(code, len, &data), SECCOMP_RET_KILL_PROCESS);
        rf_arena_done(&arena);
    }
}

static void counts_names_it_does_not_know(void **state)
{
    struct rf_seccomp_file_notes notes;
    struct rf_profile profile;
    struct rf_arena arena;
    struct rf_err err;

    (void)state;
    assert_int_equal(read_text(ENTRY("waitpid\",\"read\",\"socketcall\",\"\",\"READ", ALLOW), &arena,
                               &profile, &notes, &err),
                     0);
    assert_int_equal(notes.unknown_names, 4);
    assert_string_equal(notes.first_unknown, "waitpid");
    rf_arena_done(&arena);
    assert_int_equal(read_text(ENTRY("read", ALLOW), &arena, &profile, &notes, &err), 0);
    assert_int_equal(notes.unknown_names, 0);
    assert_null(notes.first_unknown);
    rf_arena_done(&arena);
}

static void survives_missing_memory(void **state)
{
    static const char text[] =
        ENTRY("socket\",\"wait\\u0070id",
              ALLOW ",\"args\":[" EQ(0, 1) "," EQ(0, 2) "],\"includes\":{\"caps\":[\"C\\u0041P_CHOWN\"]}");
    int code = -ENOMEM;
    unsigned tries = 0;

    (void)state;
    while (code == -ENOMEM && tries++ < 100) {
        struct rf_seccomp_file_notes notes;
        struct rf_profile profile;
        struct rf_arena arena;
        struct rf_err err;

        rf_arena_fail_at(tries);
        code = read_text(text, &arena, &profile, &notes, &err);
        rf_arena_fail_at(0);
        rf_arena_done(&arena);
    }
    assert_int_equal(code, 0);
    assert_true(tries > 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_and_says_where), cmocka_unit_test(means_what_docker_means),
        cmocka_unit_test(counts_names_it_does_not_know), cmocka_unit_test(survives_missing_memory)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
