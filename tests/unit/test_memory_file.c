#include "engine/memory_file.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void copies_and_seals(void **state)
{
    RF_AUTO(close) int file = -1;
    struct rf_err err = {0};
    struct rf_str bytes;
    int ends[2];

    (void)state;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(write(ends[1], "abc", 3), 3);
    (void)close(ends[1]);
    assert_int_equal(rf_memory_file_copy(ends[0], "a pipe", 3, &file, &err), 0);
    (void)close(ends[0]);
    assert_int_equal(write(file, "x", 1), -1);
    assert_int_equal(errno, EPERM);
    assert_int_equal(ftruncate(file, 1), -1);
    assert_int_equal(fcntl(file, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
    assert_int_equal(lseek(file, 0, SEEK_CUR), 0);
    assert_int_equal(rf_memory_file_map(file, &bytes, &err), 0);
    assert_int_equal(bytes.len, 3);
    assert_memory_equal(bytes.ptr, "abc", 3);
    rf_memory_file_unmap(bytes);
}

static void refuses_what_is_too_large(void **state)
{
    struct rf_err err = {0};
    int file = -7;
    int zero = open("/dev/zero", O_RDONLY | O_CLOEXEC);

    (void)state;
    assert_true(zero >= 0);
    assert_int_equal(rf_memory_file_copy(zero, "standard input", 1000000, &file, &err), -EFBIG);
    assert_non_null(strstr(err.msg, "standard input"));
    assert_non_null(strstr(err.msg, "--max-input"));
    assert_int_equal(file, -7);
    (void)close(zero);
}

static void says_what_cannot_be_read(void **state)
{
    struct rf_err err = {0};
    int file = -7;

    (void)state;
    assert_int_equal(rf_memory_file_copy(-1, "standard input", 10, &file, &err), -EBADF);
    assert_non_null(strstr(err.msg, "standard input"));
    assert_int_equal(file, -7);
}

static void nobody_seals_for_another(void **state)
{
    RF_AUTO(close) int file = -1;
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(rf_memory_file_new("test", &file, &err), 0);
    assert_int_equal(fcntl(file, F_ADD_SEALS, F_SEAL_SEAL), 0);
    assert_int_equal(rf_memory_file_seal(file, &err), -EPERM);
}

static void empty_is_mapped_as_nothing(void **state)
{
    RF_AUTO(close) int file = -1;
    struct rf_err err = {0};
    struct rf_str bytes = {"x", 1};

    (void)state;
    assert_int_equal(rf_memory_file_of(RF_STR(""), &file, &err), 0);
    assert_int_equal(rf_memory_file_map(file, &bytes, &err), 0);
    assert_null(bytes.ptr);
    assert_int_equal(bytes.len, 0);
    rf_memory_file_unmap(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_and_seals), cmocka_unit_test(refuses_what_is_too_large),
        cmocka_unit_test(says_what_cannot_be_read), cmocka_unit_test(nobody_seals_for_another),
        cmocka_unit_test(empty_is_mapped_as_nothing)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
