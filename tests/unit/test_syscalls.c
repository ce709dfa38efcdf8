#include "posture/syscalls.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const refused[] = {
    "",       "READ", "read ",      " read",           "rea",
    "reads",  "0",    "socketcall", "clone4",          "__NR_read",
    "umount", "ipc",  "mmap2",      "clock_gettime64", "a_name_that_is_longer_than_any_call"};

static void finds_no_call_that_is_not_one(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        if (rf_syscall_by_name(rf_str_of(refused[i])) != -ENOENT)
            fail_msg("\"%s\" is taken for a call", refused[i]);
    }
    assert_int_equal(rf_syscall_by_name((struct rf_str){"read\0", 5}), -ENOENT);
    assert_null(rf_syscall_name(RF_SYSCALL_LIMIT));
    assert_null(rf_syscall_name(UINT32_MAX));
}

static void names_and_numbers_agree(void **state)
{
    size_t named = 0;

    (void)state;
    for (unsigned nr = 0; nr < RF_SYSCALL_LIMIT; nr++) {
        const char *name = rf_syscall_name(nr);

        if (!name)
            continue;
        named++;
        assert_true(strlen(name) < RF_SYSCALL_NAME_MAX);
        assert_int_equal(rf_syscall_by_name(rf_str_of(name)), nr);
    }
    assert_true(named > 300);
    assert_int_equal(rf_syscall_by_name(RF_STR("read")), __NR_read);
    assert_int_equal(rf_syscall_by_name(RF_STR("landlock_create_ruleset")), __NR_landlock_create_ruleset);
    assert_int_equal(rf_syscall_by_name(RF_STR("file_setattr")), 469);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_no_call_that_is_not_one),
                                       cmocka_unit_test(names_and_numbers_agree)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
