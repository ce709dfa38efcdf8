/* A function in a child that can do nothing but compute. Its result comes back through shared memory, so that
   it needs no descriptor at all; the caller reads it when the child is dead. */
#include "sandbox/confine.h"

#include "base/auto.h"
#include "base/num.h"
#include "plan/landlock.h"
#include "plan/seccomp.h"
#include "sandbox/sys.h"

#include <assert.h>
#include <linux/capability.h>
#include <linux/sched.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define IS_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define IS_SANITIZED 1
#endif
#ifndef IS_SANITIZED
#define IS_SANITIZED 0
#endif

enum { FILTER_MEMORY = 64 * 1024, SANITIZER_OUTPUT = 2, ERRNO_MAX = 4095, KERNEL_SIGSET_BYTES = 8 };

/* --- what the child may ask the kernel for --- */

#define ALLOW SECCOMP_RET_ALLOW
#define KILL SECCOMP_RET_KILL_PROCESS

/* The bits of `mask` in argument `arg` have this value. */
#define BITS(arg, mask, value)                                                                               \
    {                                                                                                        \
        arg, RF_SECCOMP_EQ, (uint32_t)(mask), (uint32_t)(value)                                              \
    }
#define WHEN(...)                                                                                            \
    {                                                                                                        \
        (const struct rf_seccomp_test[]){__VA_ARGS__},                                                       \
            sizeof((const struct rf_seccomp_test[]){__VA_ARGS__}) / sizeof(struct rf_seccomp_test), ALLOW    \
    }

/* Memory of its own, never a file, and never code. */
static const struct rf_seccomp_rule mmap_rules[] = {
    WHEN(BITS(2, PROT_EXEC, 0), BITS(3, MAP_TYPE | MAP_ANONYMOUS, MAP_PRIVATE | MAP_ANONYMOUS))};
static const struct rf_seccomp_rule mprotect_rules[] = {WHEN(BITS(2, PROT_EXEC, 0))};

/* What allocators say of pages. Others act on the machine's: MADV_HWPOISON takes a page from everybody, and
   a caller who is root has the right to it. */
static const struct rf_seccomp_rule madvise_rules[] = {
    WHEN(BITS(2, UINT32_MAX, MADV_DONTNEED)), WHEN(BITS(2, UINT32_MAX, MADV_FREE)),
    WHEN(BITS(2, UINT32_MAX, MADV_HUGEPAGE)), WHEN(BITS(2, UINT32_MAX, MADV_NOHUGEPAGE)),
    WHEN(BITS(2, UINT32_MAX, MADV_DONTDUMP))};

enum leaf { NO, YES, MMAP, MPROTECT, MADVISE, LEAVES };

static const struct rf_seccomp_leaf leaves[LEAVES] = {
    [NO] = {NULL, 0, KILL},
    [YES] = {NULL, 0, ALLOW},
    [MMAP] = {mmap_rules, RF_COUNT(mmap_rules), KILL},
    [MPROTECT] = {mprotect_rules, RF_COUNT(mprotect_rules), KILL},
    [MADVISE] = {madvise_rules, RF_COUNT(madvise_rules), KILL},
};

static const struct {
    uint16_t nr;
    uint8_t leaf;
} calls[] = {
    {__NR_mmap, MMAP},
    {__NR_mprotect, MPROTECT},
    {__NR_munmap, YES},
    {__NR_mremap, YES},
    {__NR_brk, YES},
    {__NR_madvise, MADVISE},
    {__NR_clock_gettime, YES}, /* where the vDSO has no clock */
    {__NR_gettimeofday, YES},
    {__NR_getrandom, YES}, /* seeds of hash tables, glibc's malloc */
    {__NR_sysinfo, YES},   /* glibc's qsort asks how much memory there is */
    {__NR_rt_sigreturn, YES},
    {__NR_exit, YES},
    {__NR_exit_group, YES},
#if IS_SANITIZED
    /* What AddressSanitizer needs to say what it found: to its one descriptor, and while it finds out where
       its stack is. The program as it is shipped has none of these. */
    {__NR_write, YES},
    {__NR_getpid, YES},
    {__NR_gettid, YES},
    {__NR_futex, YES},
    {__NR_sigaltstack, YES},
    {__NR_rt_sigprocmask, YES},
    {__NR_rt_sigaction, YES},
    {__NR_tgkill, YES},
#endif
};

/* Made for the first call, and the same for all. */
static struct {
    struct rf_insn *filter;
    uint32_t filter_len;
    int landlock_abi; /* 0: the kernel has none */
} kept;

static int prepare(struct rf_err *err)
{
    static struct rf_profile profile = {.leaves = leaves, .leaf_count = LEAVES, .foreign = KILL};
    static struct rf_arena arena;
    int code;

    if (kept.filter)
        return 0;
    for (size_t i = 0; i < RF_COUNT(calls); i++)
        profile.leaf_of[calls[i].nr] = calls[i].leaf;
    rf_arena_init(&arena, FILTER_MEMORY);
    code = rf_seccomp_emit(&profile, &arena, &kept.filter, &kept.filter_len, err);
    if (code < 0) {
        rf_arena_done(&arena);
        kept.filter = NULL;
        return code;
    }
    code =
        rf_sys_result(syscall(SYS_landlock_create_ruleset, NULL, 0, 1 /* LANDLOCK_CREATE_RULESET_VERSION */));
    kept.landlock_abi = code < 0 ? 0 : code;
    return 0;
}

/* --- the child --- */

/* Written by the child, which may be anybody's, and read when it is dead. */
struct answer {
    uint32_t fence; /* the one that is being raised */
    int32_t fence_code;
    uint32_t is_done; /* the function has returned */
    int32_t code;
    uint64_t text_len;
    struct rf_err err;
};

/* One call. */
struct call {
    const struct rf_confine *what;
    struct answer *answer; /* in shared memory, and so are the next two */
    void *ret;
    char *text;
    size_t shared_bytes;
    uint64_t mapped_bytes; /* by this process, before the call */
    pid_t caller;
    int pidfd;
};

static int drop_capabilities(const struct call *call)
{
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[2] = {{0, 0, 0}, {0, 0, 0}};

    (void)call;
    return rf_sys_result(syscall(SYS_capset, &header, none));
}

/* Not to be looked into, and gone with the caller. */
static int hide(const struct call *call)
{
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) < 0 || prctl(PR_SET_PDEATHSIG, SIGKILL) < 0 ||
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return -errno;
    return getppid() == call->caller ? 0 : -ESRCH;
}

static int close_all(const struct call *call)
{
    int code = IS_SANITIZED ? rf_sys_result(syscall(SYS_close_range, 0, SANITIZER_OUTPUT - 1, 0)) : 0;

    (void)call;
    return code < 0 ? code : rf_sys_close_range(IS_SANITIZED ? SANITIZER_OUTPUT + 1 : 0);
}

/* A caller may have blocked what is to end this process; its handlers are gone by CLONE_CLEAR_SIGHAND. */
static int unblock_signals(const struct call *call)
{
    uint64_t none = 0;

    (void)call;
    return rf_sys_result(syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, KERNEL_SIGSET_BYTES));
}

static int restrict_by_landlock(const struct call *call)
{
    const struct rf_landlock all = rf_landlock_all(kept.landlock_abi);
    size_t size = all.scopes ? sizeof(all) : all.network ? 2 * sizeof(uint64_t) : sizeof(uint64_t);
    int fd;
    int code;

    (void)call;
    if (!kept.landlock_abi)
        return 0;
    fd = rf_sys_result(syscall(SYS_landlock_create_ruleset, &all, size, 0));
    if (fd < 0)
        return fd;
    code = rf_sys_result(syscall(SYS_landlock_restrict_self, fd, 0));
    (void)close(fd); /* it has served */
    return code;
}

static int set_limits(const struct call *call)
{
    uint64_t memory = call->mapped_bytes + call->what->memory_bytes; /* checked when the call began */
    uint64_t seconds = call->what->cpu_ms / 1000 + 2;                /* should the timer be of no use */
    const struct {
        int resource;
        uint64_t most;
    } limits[] = {{RLIMIT_AS, memory}, {RLIMIT_CPU, seconds}, {RLIMIT_FSIZE, 0},
                  {RLIMIT_NOFILE, 0},  {RLIMIT_NPROC, 0},     {RLIMIT_CORE, 0}};
    const struct itimerval timer = {
        .it_value = {.tv_sec = call->what->cpu_ms / 1000, .tv_usec = call->what->cpu_ms % 1000 * 1000}};

    for (size_t i = 0; i < RF_COUNT(limits); i++) {
        const uint64_t limit[2] = {limits[i].most, limits[i].most};

        if (syscall(SYS_prlimit64, 0, limits[i].resource, limit, NULL) < 0)
            return -errno;
    }
    return rf_sys_result(setitimer(ITIMER_PROF, &timer, NULL));
}

static int filter_calls(const struct call *call)
{
    const struct { /* struct sock_fprog */
        uint16_t len;
        const struct rf_insn *filter;
    } program = {(uint16_t)kept.filter_len, kept.filter};

    (void)call;
    return rf_sys_result(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program));
}

static const struct {
    const char *name;
    int (*raise)(const struct call *call);
} fences[] = {
    {"giving up capabilities", drop_capabilities},
    {"hiding it", hide},
    {"closing descriptors", close_all},
    {"unblocking signals", unblock_signals},
    {"Landlock", restrict_by_landlock},
    {"limits", set_limits},
    {"seccomp", filter_calls},
};

static void compute(const struct call *call)
{
    const struct rf_confine *what = call->what;
    struct answer *answer = call->answer;
    struct rf_arena none = {.limit = 0}; /* the text has its room, and no more */
    struct rf_buf text = {.arena = &none, .ptr = call->text, .room = what->text_bytes + 1};

    answer->code = what->fn(what->bytes, what->how, call->ret, what->text_bytes ? &text : NULL, &answer->err);
    if (answer->code == 0 && text.is_failed)
        answer->code = rf_fail(&answer->err, -E2BIG, "%s: the answer is longer than %zu bytes", what->doing,
                               what->text_bytes);
    answer->text_len = text.len;
    answer->is_done = 1;
}

static void __attribute__((noreturn)) be_confined(const struct call *call)
{
    struct answer *answer = call->answer;

    for (; answer->fence < RF_COUNT(fences); answer->fence++) {
        answer->fence_code = fences[answer->fence].raise(call);
        if (answer->fence_code < 0)
            _exit(1);
    }
    compute(call);
    _exit(0);
}

/* --- the caller --- */

/* How much address space this process has: what its child begins with. */
static int look_at_memory(struct call *call, struct rf_err *err)
{
    char text[128];
    struct rf_str pages;
    uint64_t count = 0;
    ssize_t len;
    RF_AUTO(close) int fd = open("/proc/self/statm", O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return rf_fail(err, -errno, "%s: /proc/self/statm: %s", call->what->doing, strerror(errno));
    len = read(fd, text, sizeof(text));
    (void)rf_str_cut((struct rf_str){text, len < 0 ? 0 : (size_t)len}, ' ', &pages);
    if (rf_num_u64(pages, UINT64_MAX >> 16, &count) < 0)
        return rf_fail(err, -EBADMSG, "%s: /proc/self/statm: want a number of pages first",
                       call->what->doing);
    call->mapped_bytes = count * (uint64_t)sysconf(_SC_PAGESIZE);
    return 0;
}

/* The answer, the result and the text, in one piece. */
static int map_shared(struct call *call, size_t ret_size, struct rf_err *err)
{
    size_t ret_at = (sizeof(struct answer) + 15) & ~(size_t)15;
    size_t text_at = 0;
    size_t size = 0;
    char *base;

    if (__builtin_add_overflow(ret_at, ret_size, &text_at) ||
        __builtin_add_overflow(text_at, call->what->text_bytes, &size) ||
        __builtin_add_overflow(size, 1, &size))
        return rf_fail(err, -E2BIG, "%s: a result that large cannot be", call->what->doing);
    base = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED)
        return rf_fail(err, -errno, "%s: memory for the result: %s", call->what->doing, strerror(errno));
    call->answer = (struct answer *)(void *)base;
    call->ret = base + ret_at;
    call->text = base + text_at;
    call->shared_bytes = size;
    return 0;
}

static uint64_t now_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now); /* cannot fail for this clock */
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* Wait for the end. True when it had to be brought about. */
static bool wait_for_end(const struct call *call)
{
    uint64_t end = now_ms() + call->what->time_ms;
    struct pollfd poll_fd = {.fd = call->pidfd, .events = POLLIN};

    for (;;) {
        uint64_t now = now_ms();
        int left = now < end ? (int)(end - now) : 0;
        int count = poll(&poll_fd, 1, left);

        if (count > 0)
            return false;
        if (count == 0 && left == 0)
            break;
    }
    (void)rf_sys_pidfd_send_signal(call->pidfd, SIGKILL); /* it may have ended at last */
    return true;
}

static const char *signal_name(int number)
{
    static const struct {
        int number;
        const char *name;
    } names[] = {{SIGSEGV, "SEGV"}, {SIGBUS, "BUS"}, {SIGABRT, "ABRT"}, {SIGILL, "ILL"},  {SIGFPE, "FPE"},
                 {SIGTRAP, "TRAP"}, {SIGSYS, "SYS"}, {SIGTERM, "TERM"}, {SIGKILL, "KILL"}};

    for (size_t i = 0; i < RF_COUNT(names); i++) {
        if (names[i].number == number)
            return names[i].name;
    }
    return "without a name";
}

static int judge_signal(const struct rf_confine *what, int number, struct rf_err *err)
{
    if (number == SIGPROF || number == SIGXCPU)
        return rf_fail(err, -ETIMEDOUT, "%s: the parser took more than %u ms of processor time", what->doing,
                       what->cpu_ms);
    if (number == SIGSYS)
        return rf_fail(err, -EPERM,
                       "%s: the parser was ended by signal SYS: it asked the kernel for what no parser needs",
                       what->doing);
    return rf_fail(err, -EFAULT, "%s: the parser was ended by signal %s", what->doing, signal_name(number));
}

/* The child's own sentence, which may be an attacker's. */
static int pass_on(const struct rf_confine *what, const struct answer *answer, struct rf_err *err)
{
    char shown[sizeof(err->msg)] = "";
    struct rf_arena none = {.limit = 0};
    struct rf_buf text = {.arena = &none, .ptr = shown, .room = sizeof(shown)};
    int code = answer->code;

    if (code < -ERRNO_MAX || code > 0)
        return rf_fail(err, -EPROTO, "%s: the parser's answer is none", what->doing);
    (void)rf_buf_plain(&text,
                       (struct rf_str){answer->err.msg, strnlen(answer->err.msg, sizeof(answer->err.msg))});
    if (text.len == 0)
        return rf_fail(err, code, "%s: %s", what->doing, strerror(-code));
    return rf_fail(err, code, "%s", shown);
}

static int judge(const struct call *call, int status, bool was_late, struct rf_err *err)
{
    const struct rf_confine *what = call->what;
    const struct answer *answer = call->answer;
    uint32_t fence = answer->fence;

    if (was_late)
        return rf_fail(err, -ETIMEDOUT, "%s: the parser took longer than %u ms", what->doing, what->time_ms);
    if (WIFSIGNALED(status))
        return judge_signal(what, WTERMSIG(status), err);
    if (fence < RF_COUNT(fences) && answer->fence_code < 0 && answer->fence_code >= -ERRNO_MAX)
        return rf_fail(err, answer->fence_code, "%s: confining the parser: %s: %s", what->doing,
                       fences[fence].name, strerror(-answer->fence_code));
    if (WEXITSTATUS(status) != 0 || !answer->is_done || answer->text_len > what->text_bytes)
        return rf_fail(err, -EPROTO, "%s: the parser ended without an answer", what->doing);
    return answer->code == 0 ? 0 : pass_on(what, answer, err);
}

static int start(struct call *call, struct rf_err *err)
{
    /* Without a signal, and so without being reaped by whoever ignores SIGCHLD or waits for any child. */
    struct rf_clone_args args = {.flags = CLONE_PIDFD | CLONE_CLEAR_SIGHAND,
                                 .pidfd = (uintptr_t)&call->pidfd};
    int pid = rf_sys_clone3(&args);

    if (pid == 0)
        be_confined(call);
    if (pid < 0)
        return rf_fail(err, pid, "%s: making a process for it: %s", call->what->doing, strerror(-pid));
    return pid;
}

static int run(struct call *call, struct rf_err *err)
{
    int pid = start(call, err);
    bool was_late;
    int status = 0;

    if (pid < 0)
        return pid;
    was_late = wait_for_end(call);
    while (waitpid(pid, &status, __WALL) < 0 && errno == EINTR)
        ;
    (void)close(call->pidfd); /* it has served */
    return judge(call, status, was_late, err);
}

int rf_confine_call(const struct rf_confine *what, void *ret, size_t ret_size, struct rf_buf *ret_text,
                    struct rf_err *err)
{
    struct call call = {.what = what, .caller = getpid(), .pidfd = -1};
    uint64_t most = 0;
    int code = prepare(err);

    assert(what->cpu_ms && what->time_ms && what->time_ms <= INT32_MAX && !what->text_bytes == !ret_text);
    if (code == 0)
        code = look_at_memory(&call, err);
    if (code == 0 && __builtin_add_overflow(call.mapped_bytes, what->memory_bytes, &most))
        code = rf_fail(err, -E2BIG, "%s: so much memory cannot be", what->doing);
    if (code == 0)
        code = map_shared(&call, ret_size, err);
    if (code < 0)
        return code;
    code = run(&call, err);
    if (code == 0 && ret_size)
        memcpy(ret, call.ret, ret_size);
    if (code == 0 && ret_text)
        rf_buf_add(ret_text, (struct rf_str){call.text, (size_t)call.answer->text_len});
    (void)munmap(call.answer, call.shared_bytes); /* a mapping of our own */
    return code;
}
