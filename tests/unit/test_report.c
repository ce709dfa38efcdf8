/* What the report makes of the kernel's texts: everything that is there, nothing that is not, and a verdict
   only when each of its conditions holds. */
#include "cmd/report.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 8 << 20 };

static char status[] = "Name:\tid\nUid:\t10001\t10001\t10001\t10001\nGid:\t10002\t10002\t10002\t10002\n"
                       "Groups:\t44 1000 \nCapInh:\t0000000000000000\nCapPrm:\t0000000000000400\n"
                       "CapEff:\t0000000000000000\nCapBnd:\t000001ffffffffff\nCapAmb:\t0000000000000000\n"
                       "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";
static char io_none[] = "rchar: 10\nwchar: 99\nread_bytes: 4096\nwrite_bytes: 0\ncancelled_write_bytes: 7\n";
static char io_some[] = "write_bytes: 1052672\n";
static char read_only_root[] = "100 99 8:1 / / ro,nosuid - ext4 /dev/sda1 rw\n"
                               "101 100 0:50 / /tmp rw,nosuid - tmpfs none rw,size=64m\n";
static char one_volume[] = "100 99 8:1 / / ro,nosuid - ext4 /dev/sda1 rw\n"
                           "102 100 8:2 /out /srv/a\\040b rw,nosuid shared:3 master:1 - xfs /dev/sdb rw\n";
static char two_volumes[] =
    "102 100 8:2 /out /a rw - xfs /dev/sdb rw\n103 100 8:3 / /b rw - nfs4 host:/x rw\n";
static char super_read_only[] = "102 100 8:2 /out /a rw - squashfs /dev/loop0 ro\n";
static char overlay[] = "100 99 0:60 / / rw - overlay overlay rw,lowerdir=/x\n";
static char covered[] = "100 99 8:1 / / ro - ext4 x ro\n101 100 0:5 / /dev rw - devtmpfs x rw\n"
                        "102 101 0:6 / /dev/shm rw - tmpfs x rw\n103 101 0:7 / /dev ro - tmpfs x ro\n"
                        "104 100 0:8 / /device rw - tmpfs x rw\n";
static char cut[] = "100 99 8:1 / / ro,nosuid - ext4 /dev/sda1 rw\n101 100 0:50 / /t";
static char no_dash[] = "100 99 8:1 / / ro,nosuid ext4 /dev/sda1 rw\n";
static char space[] = "106496 /tmp\n4096 /gone\n";
static char limits[] = "Limit                     Soft Limit           Hard Limit           Units     \n"
                       "Max open files            1024                 4096                 files     \n"
                       "Max core file size        0                    unlimited            bytes     \n";
static char namespaces[] = "user:[1]\nnet:[2]\n";

#define TEXT(array)                                                                                          \
    {                                                                                                        \
        (array), sizeof(array) - 1                                                                           \
    }

struct fixture {
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_facts facts;
    struct rf_plan plan;
    struct rf_step steps[2];
    char text[64];
    struct rf_made made;
    struct rf_outcome outcome;
    struct rf_reported report;
};

/* A run of which everything is known and nothing is wrong. */
static void begin(struct fixture *f)
{
    static const char words[] = "\0/tmp";

    memset(f, 0, sizeof(*f));
    rf_arena_init(&f->arena, ARENA_BYTES);
    rf_posture_init(&f->posture, &f->arena);
    f->posture.rootfs = "/srv/root";
    memcpy(f->text, words, sizeof(words));
    f->plan =
        (struct rf_plan){.arena = &f->arena, .steps = f->steps, .text = f->text, .watch.has_init = true};
    f->made = (struct rf_made){&f->posture, &f->facts, &f->plan, &f->arena, false};
    f->outcome = (struct rf_outcome){.has_started = true,
                                     .failed_step = -1,
                                     .memory_peak_bytes = UINT64_MAX,
                                     .memory_refusals = UINT64_MAX,
                                     .oom_kills = UINT64_MAX,
                                     .pids_refusals = UINT64_MAX,
                                     .swap_limit_bytes = UINT64_MAX,
                                     .status = TEXT(status),
                                     .io = TEXT(io_none),
                                     .mounts = TEXT(read_only_root),
                                     .space = TEXT(space),
                                     .limits = TEXT(limits),
                                     .namespaces = TEXT(namespaces)};
    f->report = (struct rf_reported){.made = &f->made, .outcome = &f->outcome};
}

static void judge(struct fixture *f)
{
    struct rf_err err = {0};

    assert_int_equal(rf_seen_read(&f->outcome, &f->arena, &f->report.seen, &err), 0);
    rf_verdict(&f->made, &f->outcome, &f->report.seen, &f->report.swap, &f->report.verdict);
}

static void reads_what_is_there(void **state)
{
    struct fixture f;
    const struct rf_seen *seen = &f.report.seen;

    (void)state;
    begin(&f);
    judge(&f);
    assert_int_equal(seen->uids[3], 10001);
    assert_int_equal(seen->gids[0], 10002);
    assert_string_equal(seen->groups, "44 1000");
    assert_int_equal(seen->caps[RF_CAPS_PERMITTED], 0x400);
    assert_int_equal(seen->caps[RF_CAPS_BOUNDING], 0x1ffffffffff);
    assert_int_equal(seen->no_new_privs, 1);
    assert_int_equal(seen->seccomp_mode, 2);
    assert_int_equal(seen->seccomp_filters, 3);
    assert_int_equal(seen->write_bytes, 0);
    assert_int_equal(seen->mount_count, 2);
    assert_string_equal(seen->mounts[1].path, "/tmp");
    assert_int_equal(seen->mounts[1].used_bytes, 106496);
    assert_true(seen->mounts[0].used_bytes == UINT64_MAX);
    assert_int_equal(seen->limit_count, 2);
    assert_string_equal(seen->limits[0].name, "Max open files");
    assert_string_equal(seen->limits[0].hard, "4096");
    assert_string_equal(seen->limits[1].soft, "0");
    assert_string_equal(seen->namespaces[0].inside, "user:[1]");
    assert_null(seen->namespaces[1].inside);
    assert_string_equal(seen->namespaces[5].inside, "net:[2]");
    rf_arena_done(&f.arena);
}

static void knows_nothing_without_a_witness(void **state)
{
    struct fixture f;
    struct rf_buf out;
    struct rf_err err = {0};

    (void)state;
    begin(&f);
    f.outcome.status = f.outcome.io = f.outcome.mounts = (struct rf_witness_text){NULL, 0};
    f.outcome.space = f.outcome.limits = f.outcome.namespaces = (struct rf_witness_text){NULL, 0};
    judge(&f);
    assert_true(f.report.seen.uids[0] == UINT64_MAX);
    assert_null(f.report.seen.groups);
    assert_false(f.report.verdict.is_proven);
    rf_buf_init(&out, &f.arena);
    assert_int_equal(rf_report_text(&f.report, &out, &err), 0);
    assert_non_null(strstr(out.ptr, "uid 0              unknown"));
    assert_null(strstr(out.ptr, "nothing was written"));
    rf_buf_init(&out, &f.arena);
    assert_int_equal(rf_report_json(&f.report, &out, &err), 0);
    assert_non_null(strstr(out.ptr, "\"uid_0\": null"));
    assert_non_null(strstr(out.ptr, "\"nothing_written\": false"));
    rf_arena_done(&f.arena);
}

/* --- the verdict: one thing wrong at a time --- */

static void no_change(struct fixture *f)
{
    (void)f;
}
static void wrote(struct fixture *f)
{
    f->outcome.io = (struct rf_witness_text)TEXT(io_some);
}
static void has_volume(struct fixture *f)
{
    f->outcome.mounts = (struct rf_witness_text)TEXT(one_volume);
}
static void has_squashfs(struct fixture *f)
{
    f->outcome.mounts = (struct rf_witness_text)TEXT(super_read_only);
}
static void has_foreign_overlay(struct fixture *f)
{
    f->outcome.mounts = (struct rf_witness_text)TEXT(overlay);
}
static void has_own_overlay(struct fixture *f)
{
    has_foreign_overlay(f);
    f->steps[0].kind = RF_STEP_OVERLAY;
    f->plan.count = 1;
}
static void has_cut_mounts(struct fixture *f)
{
    f->outcome.mounts = (struct rf_witness_text)TEXT(cut);
}
static void has_strange_mounts(struct fixture *f)
{
    f->outcome.mounts = (struct rf_witness_text)TEXT(no_dash);
}
static void has_no_io(struct fixture *f)
{
    f->outcome.io = (struct rf_witness_text){NULL, 0};
}
static void did_not_start(struct fixture *f)
{
    f->outcome.has_started = false;
}
static void has_no_init(struct fixture *f)
{
    f->plan.watch.has_init = false;
}
static void has_disk_output(struct fixture *f)
{
    f->facts.disk_outputs = 2;
}
static void has_relayed_output(struct fixture *f)
{
    f->facts.disk_outputs = 2;
    f->plan.watch.relayed = 2;
}
static void relays_the_other(struct fixture *f)
{
    f->facts.disk_outputs = 6;
    f->plan.watch.relayed = 2;
}
static const struct {
    const char *name;
    void (*change)(struct fixture *f);
    bool is_proven;
} verdicts[] = {
    {"nothing written", no_change, true},
    {"bytes counted", wrote, false},
    {"a writable volume", has_volume, false},
    {"a read-only file system mounted rw", has_squashfs, true},
    {"an overlay that is not ours", has_foreign_overlay, false},
    {"our own overlay on a tmpfs", has_own_overlay, true},
    {"a list of mounts that was cut", has_cut_mounts, false},
    {"a list of mounts that is none", has_strange_mounts, false},
    {"no count", has_no_io, false},
    {"not started", did_not_start, false},
    {"no init", has_no_init, false},
    {"standard output on a disk", has_disk_output, false},
    {"standard output on a disk, relayed", has_relayed_output, true},
    {"standard error on a disk, output relayed", relays_the_other, false},
};

static void proves_or_says_why_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(verdicts); i++) {
        struct fixture f;

        begin(&f);
        verdicts[i].change(&f);
        judge(&f);
        if (f.report.verdict.is_proven != verdicts[i].is_proven)
            fail_msg("%s: %s", verdicts[i].name, rf_report_verdict_text(&f.report));
        assert_int_equal(f.report.verdict.is_proven, f.report.verdict.why_not == NULL);
        rf_arena_done(&f.arena);
    }
}

/* --- swap --- */

static char own_plain[] = "101 100 0:50 / /tmp rw,nosuid - tmpfs none rw,size=64m\n";
static char own_noswap[] = "101 100 0:50 / /tmp rw,nosuid - tmpfs none rw,size=64m,noswap\n";
static char volume_plain[] = "101 100 0:50 / /tmp rw,nosuid - tmpfs none rw,noswap\n"
                             "102 100 0:51 / /srv rw,nosuid - tmpfs x rw\n";
static char volume_noswap[] = "101 100 0:50 / /tmp rw,nosuid - tmpfs none rw,noswap\n"
                              "102 100 0:51 / /srv rw,nosuid - tmpfs x rw,noswap\n";
static char volume_read_only[] = "101 100 0:50 / /tmp rw,nosuid - tmpfs none rw,noswap\n"
                                 "102 100 0:51 / /srv ro,nosuid - tmpfs x rw\n";
static char volume_ramfs[] = "101 100 0:50 / /tmp rw,nosuid - tmpfs none rw,noswap\n"
                             "102 100 0:51 / /srv rw,nosuid - ramfs x rw\n";

static const struct {
    const char *name;
    struct rf_witness_text mounts;
    enum rf_kept files; /* without help of a group */
    enum rf_kept volumes;
} memories[] = {
    {"swappable tmpfs", TEXT(own_plain), RF_KEPT_NOT, RF_KEPT_ABSENT},
    {"noswap tmpfs", TEXT(own_noswap), RF_KEPT_NOSWAP, RF_KEPT_ABSENT},
    {"swappable volume", TEXT(volume_plain), RF_KEPT_NOSWAP, RF_KEPT_NOT},
    {"noswap volume", TEXT(volume_noswap), RF_KEPT_NOSWAP, RF_KEPT_NOSWAP},
    {"read-only volume", TEXT(volume_read_only), RF_KEPT_NOSWAP, RF_KEPT_ABSENT},
    {"ramfs volume", TEXT(volume_ramfs), RF_KEPT_NOSWAP, RF_KEPT_ABSENT},
};

enum group { NO_GROUP, GROUP_V1, GROUP_V2_WITHOUT_SWAP_FILE, GROUP_V2_OPEN, GROUP_V2_CLOSED, GROUPS };

/* The plan writes what it always writes; whether it helped is what the kernel says at the end. */
static void set_group(struct fixture *f, enum group group)
{
    static const char words[] = "memory.memsw.limit_in_bytes\0memory.swap.max\0"
                                "0";
    static const uint64_t limits_read[GROUPS] = {UINT64_MAX, UINT64_MAX, UINT64_MAX, 4096, 0};

    memcpy(f->text + 6, words, sizeof(words));
    f->steps[0] = (struct rf_step){.kind = RF_STEP_TMPFS, .dst = 1};
    f->plan.count = 1;
    f->outcome.swap_limit_bytes = limits_read[group];
    if (group == NO_GROUP)
        return;
    f->steps[1] = (struct rf_step){.kind = RF_STEP_CGROUP_LIMIT,
                                   .dst = group == GROUP_V1 ? 6 : 34,
                                   .data = 50,
                                   .flags = RF_STEP_IF_PRESENT};
    f->plan.count = 2;
}

static const struct {
    const char *name;
    struct rf_swap swap;
    bool is_proof; /* by itself */
} swaps[] = {
    {"none", {false, 0}, true},
    {"none, not counted", {false, UINT64_MAX}, true},
    {"nothing went out", {true, 0}, true},
    {"something went out", {true, 7}, false},
    {"not counted", {true, UINT64_MAX}, false},
    {"there for a while", {false, 7}, false},
};

static void check_swap(size_t s, enum group group, size_t m)
{
    bool is_closed = group == GROUP_V2_CLOSED;
    enum rf_kept files = memories[m].files == RF_KEPT_NOT && is_closed ? RF_KEPT_GROUP : memories[m].files;
    bool is_kept = is_closed && files != RF_KEPT_NOT && memories[m].volumes != RF_KEPT_NOT;
    struct fixture f;

    begin(&f);
    f.report.swap = swaps[s].swap;
    set_group(&f, group);
    f.outcome.mounts = memories[m].mounts;
    judge(&f);
    if (f.report.verdict.is_proven != (swaps[s].is_proof || is_kept))
        fail_msg("swap %s, group %d, %s: %s", swaps[s].name, (int)group, memories[m].name,
                 rf_report_verdict_text(&f.report));
    assert_int_equal(f.report.verdict.files, files);
    assert_int_equal(f.report.verdict.volumes, memories[m].volumes);
    assert_int_equal(f.report.verdict.memory, is_closed ? RF_KEPT_GROUP : RF_KEPT_NOT);
    if (!f.report.verdict.is_proven && files == RF_KEPT_NOT)
        assert_non_null(strstr(f.report.verdict.why_not, "temporary files of the ring and memory"));
    else if (!f.report.verdict.is_proven && !is_closed)
        assert_non_null(strstr(f.report.verdict.why_not, "its temporary files were not"));
    rf_arena_done(&f.arena);
}

static void counts_swap_among_disks(void **state)
{
    (void)state;
    for (size_t s = 0; s < RF_COUNT(swaps); s++) {
        for (int group = 0; group < GROUPS; group++) {
            for (size_t m = 0; m < RF_COUNT(memories); m++)
                check_swap(s, (enum group)group, m);
        }
    }
}

static void check_overlay(uint32_t flags, uint64_t limit, enum rf_kept want)
{
    struct fixture f;

    begin(&f);
    has_own_overlay(&f);
    f.steps[0].flags = flags;
    f.outcome.swap_limit_bytes = limit;
    f.report.swap = (struct rf_swap){true, 7};
    judge(&f);
    assert_int_equal(f.report.verdict.files, want);
    assert_int_equal(f.report.verdict.is_proven, limit == 0);
    rf_arena_done(&f.arena);
}

/* Its tmpfs is in no list of mounts. */
static void knows_what_is_above_an_overlay(void **state)
{
    (void)state;
    check_overlay(0, UINT64_MAX, RF_KEPT_NOT);
    check_overlay(0, 0, RF_KEPT_GROUP);
    check_overlay(RF_STEP_NO_SWAP, UINT64_MAX, RF_KEPT_NOSWAP);
    check_overlay(RF_STEP_NO_SWAP, 0, RF_KEPT_NOSWAP);
}

static void says_what_is_kept_out_of_swap(void **state)
{
    struct fixture f;
    struct rf_buf out;
    struct rf_err err = {0};

    (void)state;
    begin(&f);
    set_group(&f, GROUP_V1);
    f.report.swap = (struct rf_swap){true, 7};
    f.outcome.mounts = (struct rf_witness_text)TEXT(own_noswap);
    judge(&f);
    rf_buf_init(&out, &f.arena);
    assert_int_equal(rf_report_text(&f.report, &out, &err), 0);
    assert_non_null(strstr(out.ptr, "  swap               on; 7 pages were written to it"));
    assert_non_null(strstr(out.ptr, "  of temporary files noswap\n  of process memory  nothing\n"));
    rf_buf_init(&out, &f.arena);
    assert_int_equal(rf_report_json(&f.report, &out, &err), 0);
    assert_non_null(strstr(out.ptr, "\"pages_out\": 7"));
    assert_non_null(strstr(out.ptr, "\"temporary_files\": \"noswap\""));
    assert_non_null(strstr(out.ptr, "\"process_memory\": \"nothing\""));
    assert_non_null(strstr(out.ptr, "\"memory_volumes\": \"there is none\""));
    rf_arena_done(&f.arena);
}

static void attributes_bytes_to_the_only_place(void **state)
{
    struct fixture f;

    (void)state;
    begin(&f);
    wrote(&f);
    has_volume(&f);
    judge(&f);
    assert_string_equal(f.report.seen.mounts[1].path, "/srv/a b");
    assert_int_equal(rf_report_written(&f.report, &f.report.seen.mounts[0]), 0);
    assert_int_equal(rf_report_written(&f.report, &f.report.seen.mounts[1]), 1052672);
    rf_arena_done(&f.arena);

    begin(&f);
    wrote(&f);
    has_volume(&f);
    has_disk_output(&f); /* some of the bytes may be its */
    judge(&f);
    assert_true(rf_report_written(&f.report, &f.report.seen.mounts[1]) == UINT64_MAX);
    rf_arena_done(&f.arena);

    begin(&f);
    wrote(&f);
    f.outcome.mounts = (struct rf_witness_text)TEXT(two_volumes);
    judge(&f);
    assert_int_equal(f.report.verdict.writable_disks, 2);
    assert_true(rf_report_written(&f.report, &f.report.seen.mounts[0]) == UINT64_MAX);
    assert_true(rf_report_written(&f.report, &f.report.seen.mounts[1]) == UINT64_MAX);
    rf_arena_done(&f.arena);
}

static void hides_what_is_covered(void **state)
{
    static const bool want[] = {false, true, true, false, false};
    struct fixture f;

    (void)state;
    begin(&f);
    f.outcome.mounts = (struct rf_witness_text)TEXT(covered);
    judge(&f);
    assert_int_equal(f.report.seen.mount_count, RF_COUNT(want));
    for (size_t i = 0; i < RF_COUNT(want); i++)
        assert_int_equal(f.report.seen.mounts[i].is_hidden, want[i]);
    rf_arena_done(&f.arena);
}

static void reports_a_run_that_was_refused(void **state)
{
    struct fixture f;
    struct rf_buf out;
    struct rf_err err = {0};

    (void)state;
    begin(&f);
    f.made.plan = NULL;
    f.made.facts = NULL;
    f.outcome = (struct rf_outcome){.exit_code = 125, .failed_step = -1, .oom_kills = UINT64_MAX};
    f.report.error = "memory: no \x1b[31m";
    rf_buf_init(&out, &f.arena);
    assert_int_equal(rf_report_text(&f.report, &out, &err), 0);
    assert_non_null(strstr(out.ptr, "error    memory: no \\x1b[31m\n"));
    rf_buf_init(&out, &f.arena);
    assert_int_equal(rf_report_json(&f.report, &out, &err), 0);
    assert_non_null(strstr(out.ptr, "\"hash\": null"));
    assert_non_null(strstr(out.ptr, "\"message\": \"memory: no \\u001b[31m\""));
    rf_arena_done(&f.arena);
}

/* Every allocation in turn: -ENOMEM, or a whole report. */
static void fails_whole_without_memory(void **state)
{
    size_t whole = 0;
    unsigned failures = 0;

    (void)state;
    for (unsigned nth = 0; nth < 400; nth++) {
        struct fixture f;
        struct rf_buf out;
        struct rf_err err = {0};
        int code;

        begin(&f);
        rf_buf_init(&out, &f.arena);
        rf_arena_fail_at(nth);
        code = rf_seen_read(&f.outcome, &f.arena, &f.report.seen, &err);
        rf_verdict(&f.made, &f.outcome, &f.report.seen, &f.report.swap, &f.report.verdict);
        if (code == 0)
            code = nth % 2 ? rf_report_json(&f.report, &out, &err) : rf_report_text(&f.report, &out, &err);
        rf_arena_fail_at(0);
        if (nth == 0)
            whole = out.len;
        failures += code == -ENOMEM;
        assert_true(code == 0 || code == -ENOMEM);
        if (code == 0 && nth % 2 == 0)
            assert_int_equal(out.len, whole);
        rf_arena_done(&f.arena);
    }
    assert_true(failures > 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_what_is_there),
        cmocka_unit_test(knows_nothing_without_a_witness),
        cmocka_unit_test(proves_or_says_why_not),
        cmocka_unit_test(attributes_bytes_to_the_only_place),
        cmocka_unit_test(hides_what_is_covered),
        cmocka_unit_test(reports_a_run_that_was_refused),
        cmocka_unit_test(fails_whole_without_memory),
        cmocka_unit_test(counts_swap_among_disks),
        cmocka_unit_test(knows_what_is_above_an_overlay),
        cmocka_unit_test(says_what_is_kept_out_of_swap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
