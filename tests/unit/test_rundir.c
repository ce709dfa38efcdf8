#include "sandbox/rundir.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* An id that no account has: only $XDG_RUNTIME_DIR can be its place while nothing may be created. */
enum { NOBODY_S_ID = 3999999999 & 0x7fffffff };

static char scratch[64];

static int make_scratch(void **state)
{
    (void)state;
    (void)snprintf(scratch, sizeof(scratch), "/tmp/rf-rundir.XXXXXX");
    return mkdtemp(scratch) && setenv("XDG_RUNTIME_DIR", scratch, 1) == 0 ? 0 : -1;
}

static int remove_scratch(void **state)
{
    char command[96];

    (void)state;
    (void)snprintf(command, sizeof(command), "%s/ringfence", scratch);
    (void)unlink(command); /* or a directory, or nothing */
    (void)rmdir(command);
    return rmdir(scratch);
}

static int open_dir(bool may_create, char path[RF_RUN_PATH_BYTES])
{
    struct rf_err err = {0};

    return rf_rundir_open(NOBODY_S_ID, may_create, path, &err);
}

/* --- the directory --- */

static void makes_a_directory_of_its_own(void **state)
{
    char path[RF_RUN_PATH_BYTES];
    struct stat st;
    int fd = open_dir(false, path);

    (void)state;
    assert_int_equal(fd, -ENOENT);
    fd = open_dir(true, path);
    assert_true(fd >= 0);
    assert_int_equal(strncmp(path, scratch, strlen(scratch)), 0);
    assert_int_equal(fstat(fd, &st), 0);
    assert_int_equal(st.st_mode & 07777, 0700);
    assert_int_equal(close(fd), 0);
    fd = open_dir(false, path);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
}

static void trusts_no_other_directory(void **state)
{
    char path[RF_RUN_PATH_BYTES];
    char own[96];
    char other[96];

    (void)state;
    (void)snprintf(own, sizeof(own), "%s/ringfence", scratch);
    (void)snprintf(other, sizeof(other), "%s/other", scratch);
    for (mode_t mode = 0710; mode <= 0777; mode++) { /* anything for anybody else */
        if (!(mode & 077))
            continue;
        assert_int_equal(mkdir(own, 0700), 0);
        assert_int_equal(chmod(own, mode), 0);
        if (open_dir(false, path) != -EPERM)
            fail_msg("trusted mode %o", mode);
        assert_int_equal(rmdir(own), 0);
    }
    assert_int_equal(mkdir(other, 0700), 0);
    assert_int_equal(symlink(other, own), 0);
    assert_int_equal(open_dir(false, path), -ENOTDIR); /* O_DIRECTORY speaks before O_NOFOLLOW */
    assert_int_equal(unlink(own), 0);
    assert_int_equal(rmdir(other), 0);
    if (geteuid() == 0) {
        assert_int_equal(mkdir(own, 0700), 0);
        assert_int_equal(chown(own, 1, 1), 0);
        assert_int_equal(open_dir(false, path), -EPERM);
        assert_int_equal(rmdir(own), 0);
    }
}

static void makes_none_where_it_could_be_replaced(void **state)
{
    char path[RF_RUN_PATH_BYTES];
    char own[96];
    struct stat st;
    int fd;

    (void)state;
    (void)snprintf(own, sizeof(own), "%s/ringfence", scratch);
    assert_int_equal(chmod(scratch, 0777), 0);
    fd = open_dir(true, path); /* in /dev/shm or /tmp, then */
    assert_int_equal(chmod(scratch, 0700), 0);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(stat(own, &st), -1);
}

/* --- file names --- */

static void splits_file_names(void **state)
{
    static const char *const refused[] = {"",
                                          "netns",
                                          "box",
                                          "box.",
                                          ".12",
                                          "box.0",
                                          "box.012",
                                          "box.-1",
                                          "box.+1",
                                          "box.1x",
                                          "box. 1",
                                          "box.1.x",
                                          ".",
                                          "..",
                                          "box.2147483648",
                                          "box.99999999999999999999"};
    char name[RF_RUN_NAME_BYTES] = "before";
    char long_name[RF_RUN_NAME_BYTES + 8];
    int32_t pid = 7;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        if (rf_run_file_split(refused[i], name, &pid))
            fail_msg("accepted \"%s\"", refused[i]);
    }
    memset(long_name, 'a', sizeof(long_name));
    memcpy(long_name + RF_RUN_NAME_BYTES, ".12", 4);
    assert_false(rf_run_file_split(long_name, name, &pid));
    assert_int_equal(pid, 7);
    assert_true(rf_run_file_split(long_name + 1, name, &pid));
    assert_true(rf_run_file_split("a.b.2147483647", name, &pid));
    assert_string_equal(name, "a.b");
    assert_int_equal(pid, INT32_MAX);
}

/* --- records --- */

static struct rf_run_record sound_record(void)
{
    struct rf_run_record record = {.size_bytes = 5000,
                                   .pid_space = rf_run_pid_space(),
                                   .written_us = rf_run_clock_us(),
                                   .launcher = getppid(),
                                   .init = 1,
                                   .group_count = 1};

    memcpy(record.magic, rf_run_magic, sizeof(record.magic));
    (void)snprintf(record.groups[0], sizeof(record.groups[0]), "/sys/fs/cgroup/memory/ringfence.1");
    return record;
}

static void refuses_records_of_no_launcher(void **state)
{
    static const char *const groups[] = {"",
                                         "/",
                                         "/etc/passwd",
                                         "/sys/fs/cgroup",
                                         "sys/fs/cgroup/x",
                                         "/sys/fs/cgroup/../../../etc",
                                         "/sys/fs/cgroup/a/.."};
    struct rf_run_record record = sound_record();

    (void)state;
    assert_true(rf_run_record_is_sound(&record, 5000));
    assert_false(rf_run_record_is_sound(&record, 4999));
    assert_false(rf_run_record_is_sound(&record, 5001));
    record.magic[0] ^= 1;
    assert_false(rf_run_record_is_sound(&record, 5000));
    record = sound_record();
    record.launcher = 0;
    assert_false(rf_run_record_is_sound(&record, 5000));
    record.launcher = -1; /* every process */
    assert_false(rf_run_record_is_sound(&record, 5000));
    record = sound_record();
    record.init = -1;
    assert_false(rf_run_record_is_sound(&record, 5000));
    record = sound_record();
    record.group_count = RF_RUN_GROUPS + 1;
    assert_false(rf_run_record_is_sound(&record, 5000));
    record = sound_record();
    record.group_count = RF_RUN_GROUPS; /* three of them empty */
    assert_false(rf_run_record_is_sound(&record, 5000));
    record = sound_record();
    memset(record.groups[0] + 15, 'a', RF_RUN_PATH_BYTES - 15);
    assert_false(rf_run_record_is_sound(&record, 5000));
    for (size_t i = 0; i < RF_COUNT(groups); i++) {
        record = sound_record();
        (void)snprintf(record.groups[0], sizeof(record.groups[0]), "%s", groups[i]);
        if (rf_run_record_is_sound(&record, 5000))
            fail_msg("accepted the group \"%s\"", groups[i]);
    }
}

static int32_t dead_process(void)
{
    pid_t pid = fork();

    if (pid == 0)
        _exit(0);
    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    return pid;
}

static void follows_no_number_to_another_process(void **state)
{
    struct rf_run_record record = sound_record();
    int fd = rf_run_pidfd(&record, getpid());

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(rf_run_pidfd(&record, dead_process()), -ESRCH);
    record.written_us = 1; /* written before this process began, so it speaks of another */
    assert_int_equal(rf_run_pidfd(&record, getpid()), -ESRCH);
}

/* --- names in use --- */

static void put_file(int dir, const char *name, int32_t pid, const void *bytes, size_t size)
{
    char file[RF_RUN_NAME_BYTES];
    int fd;

    (void)snprintf(file, sizeof(file), "%s.%d", name, pid);
    fd = openat(dir, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, bytes, size), size);
    assert_int_equal(close(fd), 0);
}

static bool take_file(int dir, const char *name, int32_t pid)
{
    char file[RF_RUN_NAME_BYTES];

    (void)snprintf(file, sizeof(file), "%s.%d", name, pid);
    return unlinkat(dir, file, 0) == 0;
}

static void tells_names_in_use_from_stale_ones(void **state)
{
    char path[RF_RUN_PATH_BYTES];
    int dir = open_dir(true, path);
    struct rf_run_record record = sound_record();
    int32_t alive = getppid();
    int32_t dead = dead_process();

    (void)state;
    assert_true(dir >= 0);
    record.size_bytes = sizeof(record);
    assert_false(rf_rundir_has(dir, "box"));
    put_file(dir, "box", alive, &record, sizeof(record));
    assert_true(rf_rundir_has(dir, "box"));
    assert_false(rf_rundir_has(dir, "bo"));
    assert_false(rf_rundir_has(dir, "box2"));
    assert_true(take_file(dir, "box", alive));

    record.launcher = dead;
    put_file(dir, "box", dead, &record, sizeof(record));
    assert_false(rf_rundir_has(dir, "box"));
    assert_false(take_file(dir, "box", dead)); /* swept */

    put_file(dir, "box", alive, "", 0); /* being made */
    assert_true(rf_rundir_has(dir, "box"));
    assert_true(take_file(dir, "box", alive));
    put_file(dir, "box", dead, "", 0); /* its launcher died while making it */
    assert_false(rf_rundir_has(dir, "box"));
    assert_false(take_file(dir, "box", dead));

    record.pid_space++; /* a launcher that this process cannot see: it may well live */
    put_file(dir, "box", dead, &record, sizeof(record));
    assert_true(rf_rundir_has(dir, "box"));
    assert_true(take_file(dir, "box", dead));

    put_file(dir, "box", alive, "hello", 5); /* not understood, so not taken away */
    assert_true(rf_rundir_has(dir, "box"));
    assert_true(take_file(dir, "box", alive));
    assert_int_equal(close(dir), 0);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, make_scratch, remove_scratch)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(makes_a_directory_of_its_own),
        IN_SCRATCH(trusts_no_other_directory),
        IN_SCRATCH(makes_none_where_it_could_be_replaced),
        IN_SCRATCH(tells_names_in_use_from_stale_ones),
        cmocka_unit_test(splits_file_names),
        cmocka_unit_test(refuses_records_of_no_launcher),
        cmocka_unit_test(follows_no_number_to_another_process),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
