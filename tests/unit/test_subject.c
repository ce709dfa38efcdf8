#include "manifest/subject.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

static const struct rf_from own = {.known = RF_KNOWN, .line = 1};
static const struct rf_from pods = {.known = RF_KNOWN, .line = 2};

static void the_nearer_word_wins(void **state)
{
    struct rf_pod pod = {.context = {.uid = {.value = 1000, .from = pods},
                                     .gid = {.value = 1000, .from = pods},
                                     .non_root = {true, pods},
                                     .seccomp = {.kind = RF_CONFINEMENT_DEFAULT, .from = pods},
                                     .selinux = {.type = {RF_STR("container_t"), pods}, .from = pods}}};
    struct rf_subject subject = {.own = {.uid = {.value = 0, .from = own},
                                         .non_root = {false, own},
                                         .selinux = {.level = {RF_STR("s0"), own}, .from = own}}};

    (void)state;
    rf_subject_inherit(&subject, &pod);
    assert_int_equal(subject.context.uid.value, 0);
    assert_int_equal(subject.context.uid.from.line, 1);
    assert_int_equal(subject.context.gid.value, 1000);
    assert_int_equal(subject.context.gid.from.line, 2);
    assert_false(subject.context.non_root.is_true);
    assert_int_equal(subject.context.seccomp.from.line, 2);
    assert_int_equal(subject.context.apparmor.from.known, RF_UNSET);
    /* A kubelet takes the container's options as a whole. */
    assert_int_equal(subject.context.selinux.type.from.known, RF_UNSET);
    assert_int_equal(subject.own.gid.from.known, RF_UNSET);
}

static void what_is_unknowable_is_said(void **state)
{
    struct rf_pod pod = {.context = {.uid = {.value = 1000, .from = pods}}};
    struct rf_subject subject = {.own = {.uid = {0, {.known = RF_UNKNOWABLE, .line = 3}}}};

    (void)state;
    rf_subject_inherit(&subject, &pod);
    assert_int_equal(subject.context.uid.from.known, RF_UNKNOWABLE);
    assert_int_equal(subject.context.uid.from.line, 3);
}

static void without_a_pod_it_speaks_for_itself(void **state)
{
    struct rf_subject subject = {.own = {.uid = {.value = 7, .from = own}, .from = own},
                                 .context = {.gid = {.value = 8, .from = own}}};

    (void)state;
    rf_subject_inherit(&subject, NULL);
    assert_int_equal(memcmp(&subject.own, &subject.context, sizeof(subject.own)), 0);
}

static void finds_pairs_by_their_whole_name(void **state)
{
    const struct rf_fact_pair pairs[] = {
        {.name = {.value = RF_STR("ab"), .from = own}, .value = {.value = RF_STR("1"), .from = own}},
        {.name = {.value = RF_STR(""), .from = own}, .value = {.value = RF_STR("2"), .from = own}},
        {.name = {.value = RF_STR("a"), .from = own}, .value = {.value = RF_STR("3"), .from = own}}};

    (void)state;
    assert_true(rf_str_is(rf_fact_find(pairs, RF_COUNT(pairs), RF_STR("a"))->value, "3"));
    assert_true(rf_str_is(rf_fact_find(pairs, RF_COUNT(pairs), RF_STR(""))->value, "2"));
    assert_null(rf_fact_find(pairs, RF_COUNT(pairs), RF_STR("abc")));
    assert_null(rf_fact_find(NULL, 0, RF_STR("a")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_nearer_word_wins),
                                       cmocka_unit_test(what_is_unknowable_is_said),
                                       cmocka_unit_test(without_a_pod_it_speaks_for_itself),
                                       cmocka_unit_test(finds_pairs_by_their_whole_name)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
