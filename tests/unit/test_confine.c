/* Functions in a confined child: what comes back from good ones, and what becomes of each kind of bad one.
   Every bad one is shown to do its work where nothing confines it. */
#include "sandbox/confine.h"

#include "posture/syscalls.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/misdeeds.h"

enum { ARENA_BYTES = 4 << 20, TEXT_BYTES = 4096, MEMORY_BYTES = 64 << 20, MANY = 1 << 20, STRIDE = 5 };

struct seen {
    uint64_t sum;
    uint64_t count;
};

static struct rf_confine call_of(rf_confined_fn *fn, const char *bytes)
{
    return (struct rf_confine){.doing = "looking at the input",
                               .fn = fn,
                               .bytes = rf_str_of(bytes),
                               .memory_bytes = MEMORY_BYTES,
                               .cpu_ms = 5000,
                               .time_ms = 30000};
}

static uint64_t cpu_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* --- good ones --- */

static int add_up(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    struct seen *seen = ret;
    const uint64_t *factor = how;

    (void)err;
    assert_null(text);
    for (size_t i = 0; i < bytes.len; i++)
        seen->sum += (unsigned char)bytes.ptr[i] * (factor ? *factor : 1);
    seen->count = bytes.len;
    return 0;
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

/* Memory in pieces small and large, grown, shrunk and given back; sorting; the clock. */
static int work(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    struct seen *seen = ret;
    struct timespec now;
    struct rf_arena arena;
    char *pieces[64];
    int *numbers = malloc(100000 * sizeof(*numbers));

    (void)how;
    rf_arena_init(&arena, 1 << 20);
    if (!numbers || !rf_arena_alloc(&arena, 1000) || clock_gettime(CLOCK_REALTIME, &now) < 0)
        return rf_fail(err, -ENOMEM, "no memory");
    for (int i = 0; i < 100000; i++)
        numbers[i] = (i * 7919) % 100000;
    qsort(numbers, 100000, sizeof(*numbers), compare);
    for (size_t i = 0; i < 64; i++) {
        pieces[i] = realloc(calloc(1, 16 + i * 300), 1 + i * 9000);
        if (!pieces[i])
            return rf_fail(err, -ENOMEM, "no memory");
        pieces[i][i * 9000] = 1;
    }
    for (size_t i = 0; i < 64; i++)
        free(pieces[i]);
    rf_arena_done(&arena);
    seen->sum = (uint64_t)numbers[99999];
    free(numbers);
    for (size_t i = 0; i < bytes.len; i++)
        rf_buf_printf(text, "%c%d;", bytes.ptr[i], (int)i);
    return 0;
}

static void brings_the_result_back(void **state)
{
    const uint64_t factor = 3;
    struct rf_confine call = call_of(add_up, "abc");
    struct seen seen = {9, 9};
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(rf_confine_call(&call, &seen, sizeof(seen), NULL, &err), 0);
    assert_int_equal(seen.sum, 'a' + 'b' + 'c');
    assert_int_equal(seen.count, 3);
    call.how = &factor;
    assert_int_equal(rf_confine_call(&call, &seen, sizeof(seen), NULL, &err), 0);
    assert_int_equal(seen.sum, 3 * ('a' + 'b' + 'c'));
    call.bytes = (struct rf_str){NULL, 0};
    assert_int_equal(rf_confine_call(&call, &seen, sizeof(seen), NULL, &err), 0);
    assert_int_equal(seen.count, 0);
    assert_int_equal(err.code, 0);
}

static void can_do_what_parsers_do(void **state)
{
    struct rf_confine call = call_of(work, "xyz");
    struct rf_arena arena;
    struct rf_buf text;
    struct seen seen;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_buf_init(&text, &arena);
    rf_buf_text(&text, "so: ");
    call.text_bytes = TEXT_BYTES;
    if (rf_confine_call(&call, &seen, sizeof(seen), &text, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(seen.sum, 99999);
    assert_string_equal(text.ptr, "so: x0;y1;z2;");
    rf_arena_done(&arena);
}

/* A caller who blocks, ignores or handles signals, with nothing on its standard descriptors. */
static void does_not_mind_its_caller(void **state)
{
    struct rf_confine call = call_of(add_up, "abc");
    struct seen seen;
    struct rf_err err = {0};
    sigset_t all;
    sigset_t before;

    (void)state;
    (void)sigfillset(&all);
    assert_int_equal(sigprocmask(SIG_BLOCK, &all, &before), 0);
    assert_true(signal(SIGCHLD, SIG_IGN) != SIG_ERR);
    assert_int_equal(rf_confine_call(&call, &seen, sizeof(seen), NULL, &err), 0);
    assert_int_equal(seen.count, 3);
    assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
    assert_int_equal(errno, ECHILD);
    assert_true(signal(SIGCHLD, SIG_DFL) != SIG_ERR);
    assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
}

static void leaves_nothing(void **state)
{
    struct rf_confine call = call_of(add_up, "abc");
    int lowest = open("/dev/null", O_RDONLY);
    struct seen seen;
    struct rf_err err = {0};

    (void)state;
    assert_true(lowest >= 0);
    assert_int_equal(close(lowest), 0);
    for (int i = 0; i < 20; i++)
        assert_int_equal(rf_confine_call(&call, &seen, sizeof(seen), NULL, &err), 0);
    assert_int_equal(open("/dev/null", O_RDONLY), lowest);
    assert_int_equal(close(lowest), 0);
    assert_int_equal(waitpid(-1, NULL, WNOHANG | __WALL), -1);
    assert_int_equal(errno, ECHILD);
}

/* --- what it may not do --- */

/* The same function with nothing around it, in a child: its exit status, or minus the signal. */
static int status_alone(rf_confined_fn *fn)
{
    struct seen seen = {0};
    struct rf_err err = {0};
    pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        (void)signal(SIGSEGV, SIG_DFL); /* cmocka has its own */
        _exit(fn(RF_STR(""), NULL, &seen, NULL, &err) == 0 ? 0 : 1);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void kills_for_every_other_call(void **state)
{
    (void)state;
    inherited = open("/etc/passwd", O_RDONLY);
    assert_true(inherited >= 0);
    for (size_t i = 0; i < RF_COUNT(misdeeds); i++) {
        struct rf_confine call = call_of(misdeeds[i].fn, "");
        struct seen seen = {7, 7};
        struct rf_err err = {0};
        int alone = status_alone(misdeeds[i].fn);
        int code = rf_confine_call(&call, &seen, sizeof(seen), NULL, &err);

        if (alone != 0 && !(misdeeds[i].may_crash && alone < 0))
            fail_msg("%s: does not succeed without confinement either: %d", misdeeds[i].name, alone);
        if (alone < 0)
            continue;
        if (code != -EPERM || !strstr(err.msg, "looking at the input: the parser was ended by signal SYS"))
            fail_msg("%s: %d, \"%s\"", misdeeds[i].name, code, err.msg);
        assert_int_equal(err.code, -EPERM);
        assert_int_equal(seen.sum, 7);
    }
    assert_int_equal(close(inherited), 0);
}

static int calls(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    UNUSED();
    (void)syscall(*(const long *)how, 0L, 0L, 0L, 0L, 0L, 0L);
    return 0;
}

/* Calls of the kernel's own probes, which pass by every filter (Linux 6.13) and do nothing for anybody else.
 */
static bool is_probe(long nr)
{
#ifdef __x86_64__
    return nr == __NR_uretprobe || nr == __NR_uprobe;
#else
    return nr < 0;
#endif
}

/* The list of what is allowed is as long as it says, and no number behind the last call is an exception. A
   fifth of them each time: a process for each number takes its time. */
static void kills_for_every_number(void **state)
{
    static const long allowed[] = {
        SYS_munmap,       SYS_mremap,        SYS_brk,    SYS_mprotect,   SYS_getrandom,    SYS_sysinfo,
        SYS_rt_sigreturn, SYS_clock_gettime, SYS_exit,   SYS_exit_group, SYS_gettimeofday,
#ifdef __SANITIZE_ADDRESS__
        SYS_write,        SYS_getpid,        SYS_gettid, SYS_futex,      SYS_sigaltstack,  SYS_rt_sigprocmask,
        SYS_rt_sigaction, SYS_tgkill,
#endif
    };

    (void)state;
    for (long nr = getpid() % STRIDE; nr < RF_SYSCALL_LIMIT; nr += STRIDE) {
        struct rf_confine call = call_of(calls, "");
        struct rf_err err = {0};
        size_t i = 0;

        while (i < RF_COUNT(allowed) && allowed[i] != nr)
            i++;
        call.how = &nr;
        if (i == RF_COUNT(allowed) && !is_probe(nr) && rf_confine_call(&call, NULL, 0, NULL, &err) != -EPERM)
            fail_msg("call %ld: \"%s\"", nr, err.msg);
    }
}

/* --- limits --- */

BAD(takes_too_much)
{
    const size_t size = 2 * (size_t)MEMORY_BYTES;
    char *memory =
        mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    UNUSED();
    if (memory == MAP_FAILED)
        return rf_fail(err, -ENOMEM, "there is no memory left");
    return done_if(munmap(memory, size) == 0, err);
}

BAD(takes_just_enough)
{
    const size_t size = MEMORY_BYTES / 2;

    UNUSED();
    return done_if(mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) != MAP_FAILED,
                   err);
}

/* Half a second of work. */
BAD(takes_its_time)
{
    uint64_t start = cpu_ms();

    UNUSED();
    while (cpu_ms() < start + 500)
        ;
    return 0;
}

BAD(crashes)
{
    volatile char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    UNUSED();
    *page = 1; /* at NULL a sanitizer would have the first word */
    return 0;
}

BAD(aborts)
{
    UNUSED();
    __builtin_trap();
}

/* Deeper than any stack, unless the bytes say otherwise. */
BAD(overflows_the_stack)
{
    char room[8192];

    UNUSED();
    memset(room, (int)bytes.len, sizeof(room));
    bytes.len += (size_t)room[17] + 1;
    return bytes.len == SIZE_MAX ? 0 : overflows_the_stack(bytes, room, ret, text, err) + room[42];
}

BAD(fails)
{
    UNUSED();
    return rf_fail(err, -EBADMSG, "line 3: \x1b[31mwant a number\x07, not \xff");
}

BAD(fails_without_a_word)
{
    UNUSED();
    return -ERANGE;
}

BAD(leaves_early)
{
    UNUSED();
    _exit(0);
}

BAD(leaves_in_anger)
{
    UNUSED();
    _exit(3);
}

static void check(struct rf_confine call, int code, const char *part)
{
    struct seen seen = {7, 7};
    struct rf_err err = {0};
    int have = rf_confine_call(&call, &seen, sizeof(seen), NULL, &err);

    if (have != code || (code < 0 && (err.code != code || !strstr(err.msg, part))))
        fail_msg("want %d \"%s\", have %d \"%s\"", code, part, have, err.msg);
    assert_int_equal(seen.sum, code < 0 ? 7 : 0);
}

static void holds_to_its_limits(void **state)
{
    struct rf_confine call;

    (void)state;
    assert_int_equal(status_alone(takes_too_much), 0);
    check(call_of(takes_too_much, ""), -ENOMEM, "there is no memory left");
    check(call_of(takes_just_enough, ""), 0, "");

    check(call_of(takes_its_time, ""), 0, "");
    call = call_of(takes_its_time, "");
    call.cpu_ms = 100;
    check(call, -ETIMEDOUT, "looking at the input: the parser took more than 100 ms of processor time");
    call = call_of(takes_its_time, "");
    call.time_ms = 100;
    check(call, -ETIMEDOUT, "looking at the input: the parser took longer than 100 ms");
}

static void tells_crashes(void **state)
{
    (void)state;
    assert_int_equal(status_alone(leaves_early), 0); /* and so it is with those below: the process ends */
    check(call_of(crashes, ""), -EFAULT, "looking at the input: the parser was ended by signal SEGV");
    check(call_of(aborts, ""), -EFAULT, "looking at the input: the parser was ended by signal ILL");
    check(call_of(overflows_the_stack, ""), -EFAULT, "signal SEGV");
    check(call_of(leaves_early, ""), -EPROTO, "looking at the input: the parser ended without an answer");
    check(call_of(leaves_in_anger, ""), -EPROTO, "without an answer");
}

static void passes_failures_on(void **state)
{
    (void)state;
    check(call_of(fails, ""), -EBADMSG, "line 3: \\x1b[31mwant a number\\x07, not \\xff");
    check(call_of(fails_without_a_word, ""), -ERANGE, "looking at the input: ");
}

/* --- text --- */

static int repeat(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    const size_t *times = how;

    (void)ret;
    (void)err;
    for (size_t i = 0; i < *times; i++)
        rf_buf_add(text, bytes);
    return 0;
}

static void keeps_text_within_its_room(void **state)
{
    static const struct {
        size_t times;
        int code;
    } cases[] = {{0, 0}, {1, 0}, {TEXT_BYTES / 4, 0}, {TEXT_BYTES / 4 + 1, -E2BIG}, {MANY, -E2BIG}};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        struct rf_confine call = call_of(repeat, "four");
        struct rf_arena arena;
        struct rf_buf text;
        struct rf_err err = {0};

        rf_arena_init(&arena, ARENA_BYTES);
        rf_buf_init(&text, &arena);
        call.how = &cases[i].times;
        call.text_bytes = TEXT_BYTES;
        assert_int_equal(rf_confine_call(&call, NULL, 0, &text, &err), cases[i].code);
        assert_int_equal(text.len, cases[i].code ? 0 : 4 * cases[i].times);
        if (cases[i].code)
            assert_string_equal(err.msg, "looking at the input: the answer is longer than 4096 bytes");
        rf_arena_done(&arena);
    }
}

/* --- a child that belongs to somebody else --- */

/* It finds what lies before its result, and writes whatever it likes. */
static int scribbles(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text, struct rf_err *err)
{
    (void)how;
    (void)text;
    (void)err;
    memset((char *)ret - 512, bytes.ptr[0], 512);
    memset(ret, bytes.ptr[0], sizeof(struct seen));
    if (bytes.ptr[1] == 'x')
        _exit(bytes.ptr[2] - '0');
    return 0;
}

static void believes_no_answer_blindly(void **state)
{
    static const char *const inputs[] = {"\xff"
                                         "x0",
                                         "\xff"
                                         "x1",
                                         "\x01"
                                         "x0",
                                         "\x7f"
                                         "x0",
                                         "\x80"
                                         "x0",
                                         "\xff",
                                         "\x01",
                                         "\x80",
                                         "\x20"
                                         "x0"};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(inputs); i++) {
        struct rf_confine call = call_of(scribbles, inputs[i]);
        struct rf_arena arena;
        struct rf_buf text;
        struct seen seen = {7, 7};
        struct rf_err err = {0};
        int code;

        rf_arena_init(&arena, ARENA_BYTES);
        rf_buf_init(&text, &arena);
        call.text_bytes = TEXT_BYTES;
        code = rf_confine_call(&call, &seen, sizeof(seen), &text, &err);
        if (code == 0) {
            assert_true(text.len <= TEXT_BYTES);
        } else {
            assert_in_range(-code, 1, 4095);
            assert_int_equal(err.code, code);
            assert_non_null(memchr(err.msg, '\0', sizeof(err.msg)));
            assert_int_equal(seen.sum, 7);
        }
        rf_arena_done(&arena);
    }
}

/* What a child has of its caller's memory is a copy. */
static int changes_the_callers_memory(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text,
                                      struct rf_err *err)
{
    UNUSED();
    memset((void *)(uintptr_t)bytes.ptr, 'z', bytes.len);
    inherited = 77;
    return 0;
}

static void keeps_the_callers_memory(void **state)
{
    char bytes[] = "unchanged";
    struct rf_confine call = call_of(changes_the_callers_memory, bytes);
    struct rf_err err = {0};

    (void)state;
    inherited = 5;
    assert_int_equal(rf_confine_call(&call, NULL, 0, NULL, &err), 0);
    assert_string_equal(bytes, "unchanged");
    assert_int_equal(inherited, 5);
}

/* --- what it cannot have --- */

static void refuses_what_cannot_be(void **state)
{
    struct rf_confine call = call_of(add_up, "abc");
    struct rlimit before;
    struct rlimit none = {0};
    struct seen seen = {7, 7};
    struct rf_err err = {0};

    (void)state;
    call.memory_bytes = UINT64_MAX;
    assert_int_equal(rf_confine_call(&call, &seen, sizeof(seen), NULL, &err), -E2BIG);
    call = call_of(add_up, "abc");
    assert_int_equal(rf_confine_call(&call, &seen, SIZE_MAX - 100, NULL, &err), -E2BIG);
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    none.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    assert_int_equal(rf_confine_call(&call, &seen, sizeof(seen), NULL, &err), -EMFILE);
    assert_non_null(strstr(err.msg, "looking at the input: "));
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(seen.sum, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(brings_the_result_back),     cmocka_unit_test(can_do_what_parsers_do),
        cmocka_unit_test(does_not_mind_its_caller),   cmocka_unit_test(leaves_nothing),
        cmocka_unit_test(kills_for_every_other_call), cmocka_unit_test(kills_for_every_number),
        cmocka_unit_test(holds_to_its_limits),        cmocka_unit_test(tells_crashes),
        cmocka_unit_test(passes_failures_on),         cmocka_unit_test(keeps_text_within_its_room),
        cmocka_unit_test(believes_no_answer_blindly), cmocka_unit_test(keeps_the_callers_memory),
        cmocka_unit_test(refuses_what_cannot_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
