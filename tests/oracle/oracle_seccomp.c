/* Our seccomp programs against libseccomp's, and both against the kernel.

   1. The default and the strict policy are stated a second time, to libseccomp: every number and argument
   sample must get the same verdict. Where libseccomp can state only "not allowed" (it has one default
   action), the class of the verdict is compared.
   2. Random policies in the part of the language that both have: exactly the same verdict.
   3. The interpreter used for this is checked against the kernel: a child runs under our program, with
   "allow" turned into an errno so that no call is carried out, and reports what the kernel answered.
   4. Every instruction of our program is damaged in turn: the comparison must notice. (A few cannot be
   noticed: a search step that compares with the next number may reach the same verdict by the other side.) */
#include "plan/profile.h"

#include "support/bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/prctl.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifdef __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#else
#define NATIVE AUDIT_ARCH_AARCH64
#endif

#define DENY SCMP_ACT_ERRNO(ENOSYS)
#define LOW RF_SECCOMP_LOW
enum {
    PROGRAM_MAX = RF_SECCOMP_INSNS_MAX,
    SAMPLES = 400,
    RANDOM_POLICIES = 60,
    NUMBERS = 1024,
    PASSED = 4000
};

struct code {
    struct rf_insn *insn;
    uint32_t len;
};

static uint64_t compared;
static uint64_t seed = 0x9e3779b97f4a7c15;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static void must(int code, const char *what)
{
    if (code < 0) {
        fprintf(stderr, "%s: %s\n", what, strerror(-code));
        exit(1);
    }
}

/* ---- libseccomp ---- */

static struct code export(scmp_filter_ctx ctx)
{
    struct code code = {calloc(PROGRAM_MAX, sizeof(struct rf_insn)), 0};
    int fd = memfd_create("oracle", MFD_CLOEXEC);
    ssize_t len;

    if (!code.insn || fd < 0)
        die("memfd");
    must(seccomp_export_bpf(ctx, fd), "seccomp_export_bpf");
    len = pread(fd, code.insn, PROGRAM_MAX * sizeof(struct rf_insn), 0);
    if (len <= 0)
        die("read");
    code.len = (uint32_t)((size_t)len / sizeof(struct rf_insn));
    (void)close(fd);
    seccomp_release(ctx);
    return code;
}

static scmp_filter_ctx start(uint32_t otherwise)
{
    scmp_filter_ctx ctx = seccomp_init(otherwise);

    if (!ctx)
        die("seccomp_init");
    must(seccomp_attr_set(ctx, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS), "bad arch");
    return ctx;
}

static void add(scmp_filter_ctx ctx, uint32_t action, int nr, unsigned count, const struct scmp_arg_cmp *args)
{
    must(seccomp_rule_add_exact_array(ctx, action, nr, count, args), rf_syscall_name((unsigned)nr));
}

static struct scmp_arg_cmp masked(unsigned arg, uint64_t mask, uint64_t value)
{
    return (struct scmp_arg_cmp){arg, SCMP_CMP_MASKED_EQ, mask, value};
}

static void allow_if(scmp_filter_ctx ctx, int nr, struct scmp_arg_cmp arg)
{
    add(ctx, SCMP_ACT_ALLOW, nr, 1, &arg);
}

static void allow_sockets(scmp_filter_ctx ctx, bool is_strict)
{
    static const uint64_t families[] = {AF_UNIX, AF_INET, AF_INET6};
    static const uint64_t kinds[] = {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET};
    static const uint64_t protocols[] = {0, 1, 6, 17, 58};

    for (size_t i = 0; i < (is_strict ? 1 : RF_COUNT(families)); i++) {
        for (size_t j = 0; j < RF_COUNT(kinds); j++) {
            for (size_t k = 0; k < RF_COUNT(protocols); k++) {
                const struct scmp_arg_cmp args[] = {masked(0, LOW, families[i]), masked(1, 0xf, kinds[j]),
                                                    masked(2, LOW, protocols[k])};

                add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(socket), 3, args);
            }
        }
    }
    allow_if(ctx, SCMP_SYS(socketpair), masked(0, LOW, AF_UNIX));
}

static void allow_open(scmp_filter_ctx ctx, int nr, unsigned flags_arg)
{
    const uint64_t creates = O_CREAT | (O_TMPFILE & ~O_DIRECTORY);

    allow_if(ctx, nr, masked(flags_arg, creates, 0));
    allow_if(ctx, nr, masked(flags_arg + 1, S_ISUID | S_ISGID, 0));
}

static void allow_node(scmp_filter_ctx ctx, int nr, unsigned mode_arg)
{
    static const uint64_t kinds[] = {0, S_IFREG, S_IFIFO, S_IFSOCK};

    for (size_t i = 0; i < RF_COUNT(kinds); i++)
        allow_if(ctx, nr, masked(mode_arg, S_IFMT | S_ISUID | S_ISGID, kinds[i]));
}

static void allow_prctl(scmp_filter_ctx ctx, bool is_strict)
{
    static const uint64_t options[] = {
        PR_SET_NAME,     PR_GET_NAME,     PR_SET_VMA,          PR_SET_PDEATHSIG,    PR_GET_PDEATHSIG,
        PR_SET_DUMPABLE, PR_GET_DUMPABLE, PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS, PR_SET_SECCOMP,
        PR_GET_SECCOMP,  PR_CAPBSET_READ, PR_SET_THP_DISABLE,  PR_GET_THP_DISABLE};

    for (size_t i = 0; is_strict && i < RF_COUNT(options); i++)
        allow_if(ctx, SCMP_SYS(prctl), masked(0, LOW, options[i]));
}

/* Calls whose arguments matter, stated by what is allowed; the rest answers the default action. */
static void add_conditions(scmp_filter_ctx ctx, bool is_strict)
{
    const uint64_t set_id = S_ISUID | S_ISGID;

    allow_if(ctx, SCMP_SYS(clone), masked(0, 0x7e020000, 0));
    allow_sockets(ctx, is_strict);
    allow_prctl(ctx, is_strict);
    if (!is_strict) {
        allow_if(ctx, SCMP_SYS(personality), masked(0, LOW, 0));
        allow_if(ctx, SCMP_SYS(personality), masked(0, LOW, LOW));
    }
    allow_if(ctx, SCMP_SYS(prlimit64), masked(0, LOW, 0));
    allow_if(ctx, SCMP_SYS(memfd_create), masked(1, 0x10, 0));
    allow_if(ctx, SCMP_SYS(fchmod), masked(1, set_id, 0));
    allow_if(ctx, SCMP_SYS(fchmodat), masked(2, set_id, 0));
    allow_if(ctx, __NR_fchmodat2, masked(2, set_id, 0));
    allow_open(ctx, SCMP_SYS(openat), 2);
    allow_node(ctx, SCMP_SYS(mknodat), 2);
#ifdef __x86_64__
    allow_if(ctx, SCMP_SYS(chmod), masked(1, set_id, 0));
    allow_if(ctx, SCMP_SYS(creat), masked(1, set_id, 0));
    allow_open(ctx, SCMP_SYS(open), 1);
    allow_node(ctx, SCMP_SYS(mknod), 1);
#endif
}

/* libseccomp cannot say "all but these values of the low half" in one filter; the kernel takes the stricter
 * of two. */
static struct code second_filter(bool is_strict)
{
    static const uint64_t commands[] = {TIOCSTI, TIOCLINUX, TIOCSETD};
    scmp_filter_ctx ctx = start(SCMP_ACT_ALLOW);

    for (size_t i = 0; i < RF_COUNT(commands); i++) {
        struct scmp_arg_cmp arg = masked(1, LOW, commands[i]);

        add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(ioctl), 1, &arg);
    }
    if (!is_strict) {
        struct scmp_arg_cmp arg = masked(0, LOW, PR_SET_MM);

        add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(prctl), 1, &arg);
    }
    return export(ctx);
}

static struct code first_filter(const struct rf_profile *profile, bool is_strict)
{
    scmp_filter_ctx ctx = start(DENY);

    add_conditions(ctx, is_strict);
    for (unsigned nr = 0; nr < RF_SYSCALL_LIMIT; nr++) {
        const struct rf_seccomp_leaf *leaf = &profile->leaves[profile->leaf_of[nr]];
        bool is_in_second = nr == __NR_ioctl || (nr == __NR_prctl && !is_strict);

        if ((leaf->count == 0 || is_in_second) && leaf->action != DENY)
            add(ctx, leaf->action, (int)nr, 0, NULL);
    }
    return export(ctx);
}

/* ---- comparison ---- */

static uint32_t strictest(uint32_t a, uint32_t b)
{
    return (int32_t)(a & SECCOMP_RET_ACTION_FULL) <= (int32_t)(b & SECCOMP_RET_ACTION_FULL) ? a : b;
}

struct pair {
    struct code ours;
    struct code theirs[2]; /* the second may be empty */
    const struct rf_profile *profile;
    bool is_exact; /* libseccomp could state the errno of every case, too */
};

static bool has_rules(const struct pair *pair, uint32_t nr)
{
    return nr < RF_SYSCALL_LIMIT && pair->profile->leaves[pair->profile->leaf_of[nr]].count > 0;
}

static bool agrees(const struct pair *pair, const struct seccomp_data *data)
{
    uint32_t ours = bpf_run(pair->ours.insn, pair->ours.len, data);
    uint32_t theirs = bpf_run(pair->theirs[0].insn, pair->theirs[0].len, data);

    if (pair->theirs[1].len)
        theirs = strictest(theirs, bpf_run(pair->theirs[1].insn, pair->theirs[1].len, data));
    compared++;
    if (pair->is_exact || !has_rules(pair, (uint32_t)data->nr) || data->arch != NATIVE)
        return ours == theirs;
    return (ours & SECCOMP_RET_ACTION_FULL) == (theirs & SECCOMP_RET_ACTION_FULL);
}

static uint64_t sample_value(void)
{
    static const uint64_t edges[] = {0,       1,       2,       3,          6,          10,      16,
                                     17,      40,      58,      06000,      04755,      02000,   0644,
                                     S_IFCHR, S_IFBLK, S_IFIFO, S_IFSOCK,   S_IFREG,    O_CREAT, O_TMPFILE,
                                     0x5412,  0x541c,  0x5423,  0x7e020000, 0x10000000, 35,      0xf,
                                     0x10,    8,       0x80801, 0xffffffff, 0x40000,    0x20008, PR_SET_VMA};
    uint64_t r = bpf_random(&seed);
    uint64_t value = edges[r % RF_COUNT(edges)];

    switch (r >> 32 & 7) {
    case 0:
        return value + 1;
    case 1:
        return value - 1;
    case 2:
        return value | bpf_random(&seed) << 32; /* noise in the upper half */
    case 3:
        return value | 1ULL << (bpf_random(&seed) % 64);
    case 4:
        return bpf_random(&seed);
    default:
        return value;
    }
}

static void sample(struct seccomp_data *data, uint32_t arch, uint32_t nr)
{
    *data = (struct seccomp_data){.nr = (int)nr, .arch = arch, .instruction_pointer = bpf_random(&seed)};
    for (size_t i = 0; i < 6; i++)
        data->args[i] = sample_value();
}

/* Small values of every argument, alone and, for the call where three arguments must be right at once,
 * together. */
static unsigned compare_small(const struct pair *pair, uint32_t nr, bool is_quick)
{
    struct seccomp_data data;
    unsigned wrong = 0;

    for (uint64_t i = 0; i < 64 * 6 && !(wrong && is_quick); i++) {
        sample(&data, NATIVE, nr);
        data.args[i % 6] = i / 6;
        wrong += !agrees(pair, &data);
    }
    for (uint64_t i = 0; nr == __NR_socket && !pair->is_exact && i < 16 * 16 * 16 && !(wrong && is_quick);
         i++) {
        static const uint64_t protocols[] = {0, 1, 2, 3, 5, 6, 7, 16, 17, 18, 33, 57, 58, 59, 132, 262};

        data = (struct seccomp_data){
            .nr = (int)nr, .arch = NATIVE, .args = {i % 16, i / 16 % 16, protocols[i / 256]}};
        wrong += !agrees(pair, &data);
    }
    return wrong;
}

/* Returns the number of disagreements; stops at the first when `is_quick`. */
static unsigned compare_all(const struct pair *pair, unsigned samples, bool is_quick)
{
    static const uint32_t arches[] = {
        AUDIT_ARCH_I386, AUDIT_ARCH_ARM, AUDIT_ARCH_X86_64, AUDIT_ARCH_AARCH64, 0, UINT32_MAX};
    static const uint32_t edges[] = {0x3fffffff, 0x40000000, 0x40000001, 0x7fffffff,
                                     0x80000000, 0xfffffffe, 0xffffffff};
    struct seccomp_data data;
    unsigned wrong = 0;

    for (uint32_t nr = 0; nr < 2 * NUMBERS + RF_COUNT(edges); nr++) {
        uint32_t number = nr < NUMBERS       ? nr
                          : nr < 2 * NUMBERS ? 0x40000000 | (nr - NUMBERS)
                                             : edges[nr - 2 * NUMBERS];
        /* A search that is off by one would give a call the rules of its neighbour. */
        bool is_near_rules =
            has_rules(pair, number - 1) || has_rules(pair, number) || has_rules(pair, number + 1);

        for (unsigned i = 0; i < (is_near_rules ? samples : 2); i++) {
            sample(&data, NATIVE, number);
            if (!agrees(pair, &data) && wrong++ == 0 && !is_quick)
                printf("call %#x(%#llx, %#llx, %#llx): ours %#x\n", number, (unsigned long long)data.args[0],
                       (unsigned long long)data.args[1], (unsigned long long)data.args[2],
                       bpf_run(pair->ours.insn, pair->ours.len, &data));
            if (wrong && is_quick)
                return wrong;
        }
        if (is_near_rules)
            wrong += compare_small(pair, number, is_quick);
        for (size_t i = 0; i < RF_COUNT(arches) && nr % 64 == 0; i++) {
            sample(&data, arches[i], number);
            wrong += !agrees(pair, &data);
        }
    }
    return wrong;
}

static struct code emit(const struct rf_profile *profile, struct rf_arena *arena)
{
    struct code code = {0};
    struct rf_err err = {0};

    rf_arena_init(arena, 1 << 20);
    if (rf_seccomp_emit(profile, arena, &code.insn, &code.len, &err) < 0) {
        fprintf(stderr, "%s\n", err.msg);
        exit(1);
    }
    return code;
}

static unsigned damage_everything(struct pair *pair, unsigned *ret_noticed)
{
    unsigned tried = 0;

    *ret_noticed = 0;
    for (uint32_t i = 0; i < pair->ours.len; i++) {
        struct rf_insn *insn = &pair->ours.insn[i];
        const struct rf_insn good = *insn;
        bool is_jump = BPF_CLASS(good.code) == BPF_JMP && BPF_OP(good.code) != BPF_JA;

        insn->k ^= BPF_CLASS(good.code) == BPF_LD ? 4 : 1;
        if (BPF_CLASS(good.code) == BPF_RET)
            insn->k = good.k == SECCOMP_RET_ALLOW ? DENY : SECCOMP_RET_ALLOW;
        tried++;
        *ret_noticed += compare_all(pair, SAMPLES, true) != 0;
        *insn = good;
        if (!is_jump)
            continue;
        insn->jt = good.jf;
        insn->jf = good.jt;
        tried++;
        *ret_noticed += compare_all(pair, SAMPLES, true) != 0;
        *insn = good;
    }
    return tried;
}

/* ---- random policies ---- */

static struct {
    struct rf_profile profile;
    struct rf_seccomp_leaf leaves[RF_SYSCALL_LIMIT];
    struct rf_seccomp_rule rules[RF_SYSCALL_LIMIT];
    struct rf_seccomp_test tests[RF_SYSCALL_LIMIT][6];
} policy;

/* One rule of up to six tests on different arguments: what one libseccomp rule can say, too. */
static struct code fill_policy(void)
{
    static const int ops[] = {SCMP_CMP_EQ, SCMP_CMP_NE, SCMP_CMP_GE, SCMP_CMP_GT, SCMP_CMP_LE, SCMP_CMP_LT};
    scmp_filter_ctx ctx = start(DENY);

    memset(&policy, 0, sizeof(policy));
    policy.profile.leaves = policy.leaves;
    policy.profile.leaf_count = RF_SYSCALL_LIMIT;
    policy.profile.foreign = SECCOMP_RET_KILL_PROCESS;
    policy.leaves[0].action = DENY;
    for (uint32_t nr = 1; nr < RF_SYSCALL_LIMIT; nr++) {
        struct scmp_arg_cmp args[6];
        uint32_t count = bpf_random(&seed) % 12 ? 0 : (uint32_t)(bpf_random(&seed) % 4);
        uint32_t action =
            bpf_random(&seed) % 2 ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO((uint32_t)(bpf_random(&seed) % 3) + 1);

        if (bpf_random(&seed) % 3 == 0)
            continue;
        for (uint32_t i = 0; i < count; i++) {
            uint32_t op = (uint32_t)(bpf_random(&seed) % 7);
            uint64_t mask = op < 6 ? RF_SECCOMP_WIDE : bpf_random(&seed) % 2 ? LOW : bpf_random(&seed) | 1;
            uint64_t value = sample_value() & mask;

            args[i] = op < 6 ? (struct scmp_arg_cmp){i, (enum scmp_compare)ops[op], value, 0}
                             : masked(i, mask, value);
            policy.tests[nr][i] =
                (struct rf_seccomp_test){(uint8_t)i, (uint8_t)(op < 6 ? op : RF_SECCOMP_EQ), mask, value};
        }
        add(ctx, action, (int)nr, count, args);
        policy.rules[nr] = (struct rf_seccomp_rule){policy.tests[nr], count, action};
        policy.leaves[nr] = (struct rf_seccomp_leaf){&policy.rules[nr], 1, DENY};
        policy.profile.leaf_of[nr] = (uint16_t)nr;
    }
    return export(ctx);
}

/* ---- the kernel ---- */

struct observation {
    struct seccomp_data data;
    uint32_t verdict;
};

enum { OBSERVATIONS = 20000 };

/* Under `code`, where "allow" has become an errno: nothing is carried out, not even exit, so an x32 call (or,
   where there is none, exit_group made harmless by the parent's SIGKILL) ends the child. */
static void run_under(const struct code *code, struct observation *seen)
{
    struct sock_fprog program = {(unsigned short)code->len, (void *)code->insn};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
        _exit(1);
    for (unsigned i = 0; i < OBSERVATIONS; i++) {
        const __u64 *a = seen[i].data.args;
        long got = syscall(seen[i].data.nr, a[0], a[1], a[2], a[3], a[4], a[5]);

        seen[i].verdict = got == -1 ? (uint32_t)errno : 0;
    }
    (void)syscall(0x40000000 | SYS_getpid);
    for (;;)
        ;
}

/* Linux 6.14 passes by every filter the two calls that its own trampolines for uprobes make, and kills
   whoever else makes them. */
static bool is_never_filtered(int nr)
{
    const char *name = rf_syscall_name((unsigned)nr);

    return name && (strcmp(name, "uretprobe") == 0 || strcmp(name, "uprobe") == 0);
}

static unsigned ask_kernel(const struct code *code)
{
    struct observation *seen =
        mmap(NULL, OBSERVATIONS * sizeof(*seen), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    struct rf_insn insns[PROGRAM_MAX];
    struct code muted = {insns, code->len};
    unsigned wrong = 0;
    int status = 0;
    pid_t pid;

    if (seen == MAP_FAILED)
        die("mmap");
    for (uint32_t i = 0; i < code->len; i++) {
        insns[i] = code->insn[i];
        if (insns[i].code == (BPF_RET | BPF_K) && insns[i].k == SECCOMP_RET_ALLOW)
            insns[i].k = SCMP_ACT_ERRNO(PASSED);
    }
    for (unsigned i = 0; i < OBSERVATIONS; i++) {
        do {
            sample(&seen[i].data, NATIVE, (uint32_t)(bpf_random(&seed) % (i % 2 ? NUMBERS : 336)));
        } while (is_never_filtered(seen[i].data.nr));
    }
    pid = fork();
    if (pid == 0)
        run_under(&muted, seen);
    if (pid < 0 || waitpid(pid, &status, 0) != pid)
        die("fork");
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) {
        printf("the x32 call did not end the child: status %#x\n", (unsigned)status);
        wrong++;
    }
    for (unsigned i = 0; i < OBSERVATIONS; i++) {
        uint32_t expected = bpf_run(muted.insn, muted.len, &seen[i].data);

        if (seen[i].verdict != (expected & SECCOMP_RET_DATA) && wrong++ == 0)
            printf("call %d: the kernel says %u, the interpreter %#x\n", seen[i].data.nr, seen[i].verdict,
                   expected);
    }
    (void)munmap(seen, OBSERVATIONS * sizeof(*seen));
    return wrong;
}

int main(void)
{
    unsigned wrong = 0;
    unsigned tried = 0;
    unsigned noticed = 0;

    for (int is_strict = 0; is_strict < 2; is_strict++) {
        const struct rf_profile_options options = {is_strict ? RF_PROFILE_STRICT : RF_PROFILE_DEFAULT, true,
                                                   true, 0};
        struct rf_profile profile;
        struct rf_arena arena;
        struct pair pair = {.profile = &profile};
        unsigned seen = 0;

        rf_profile_builtin(&options, &profile);
        pair.ours = emit(&profile, &arena);
        pair.theirs[0] = first_filter(&profile, is_strict);
        pair.theirs[1] = second_filter(is_strict);
        wrong += compare_all(&pair, 20 * SAMPLES, false);
        wrong += ask_kernel(&pair.ours);
        printf("%s: %u instructions; libseccomp: %u and %u\n", is_strict ? "strict" : "default",
               pair.ours.len, pair.theirs[0].len, pair.theirs[1].len);
        tried += damage_everything(&pair, &seen);
        noticed += seen;
        free(pair.theirs[0].insn);
        free(pair.theirs[1].insn);
        rf_arena_done(&arena);
    }
    for (int i = 0; i < RANDOM_POLICIES; i++) {
        struct rf_arena arena;
        struct pair pair = {.theirs[0] = fill_policy(), .profile = &policy.profile, .is_exact = true};

        pair.ours = emit(&policy.profile, &arena);
        wrong += compare_all(&pair, SAMPLES / 8, false);
        wrong += ask_kernel(&pair.ours);
        free(pair.theirs[0].insn);
        rf_arena_done(&arena);
    }
    printf("%llu decisions compared, %u differ; %d answers of the kernel; %u of %u damaged instructions "
           "noticed\n",
           (unsigned long long)compared, wrong, (RANDOM_POLICIES + 2) * OBSERVATIONS, noticed, tried);
    return wrong == 0 && noticed * 100 >= tried * 99 ? 0 : 1;
}
