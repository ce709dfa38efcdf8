/* Sizes, counts and times; nothing is unlimited by accident. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "values.h"

static const struct refused refused[] = {
    {RF_KEY_MEMORY, "0", "always has"},
    {RF_KEY_MEMORY, "-1", "always has"},
    {RF_KEY_MEMORY, "unlimited", "always has"},
    {RF_KEY_MEMORY, "", "at least 6m"},
    {RF_KEY_MEMORY, "5m", "at least 6m"},
    {RF_KEY_MEMORY, "6291455", "at least 6m"},
    {RF_KEY_MEMORY, "1", "at least 6m"},
    {RF_KEY_MEMORY, "1.5g", "at least 6m"},
    {RF_KEY_MEMORY, "x", "at least 6m"},
    {RF_KEY_MEMORY, "1gg", "at least 6m"},
    {RF_KEY_MEMORY, "99999999999999999999", "at least 6m"},
    {RF_KEY_MEMORY, "9999999999t", "at least 6m"},
    {RF_KEY_MEMORY, " 1g", "at least 6m"},
    {RF_KEY_MEMORY, "1g ", "at least 6m"},
    {RF_KEY_MEMORY, "+1g", "at least 6m"},
    {RF_KEY_MEMORY, "0x10000000", "at least 6m"},
    {RF_KEY_MEMORY, "none", "at least 6m"},
    {RF_KEY_SHM_SIZE, "", "no limit"},
    {RF_KEY_SHM_SIZE, "0", "no limit"},
    {RF_KEY_SHM_SIZE, "0m", "no limit"},
    {RF_KEY_SHM_SIZE, "-1", "no limit"},
    {RF_KEY_SHM_SIZE, "unlimited", "no limit"},
    {RF_KEY_SHM_SIZE, "1e9", "no limit"},
    {RF_KEY_CPUS, "", "0.01..1024"},
    {RF_KEY_CPUS, "0", "0.01..1024"},
    {RF_KEY_CPUS, "0.001", "0.01..1024"},
    {RF_KEY_CPUS, "0.009", "0.01..1024"},
    {RF_KEY_CPUS, "1024.001", "0.01..1024"},
    {RF_KEY_CPUS, "-1", "0.01..1024"},
    {RF_KEY_CPUS, "1.2345", "0.01..1024"},
    {RF_KEY_CPUS, ".5", "0.01..1024"},
    {RF_KEY_CPUS, "1.", "0.01..1024"},
    {RF_KEY_CPUS, "1,5", "0.01..1024"},
    {RF_KEY_CPUS, "all", "0.01..1024"},
    {RF_KEY_CPUS, "18446744073709552", "0.01..1024"},
    {RF_KEY_PIDS_LIMIT, "0", "always has"},
    {RF_KEY_PIDS_LIMIT, "-1", "always has"},
    {RF_KEY_PIDS_LIMIT, "unlimited", "always has"},
    {RF_KEY_PIDS_LIMIT, "", "1..4194304"},
    {RF_KEY_PIDS_LIMIT, "4194305", "1..4194304"},
    {RF_KEY_PIDS_LIMIT, "00", "1..4194304"},
    {RF_KEY_PIDS_LIMIT, "+5", "1..4194304"},
    {RF_KEY_PIDS_LIMIT, "1k", "1..4194304"},
    {RF_KEY_PIDS_LIMIT, "18446744073709551617", "1..4194304"},
    {RF_KEY_ULIMIT, "", "SOFT"},
    {RF_KEY_ULIMIT, "nofile", "SOFT"},
    {RF_KEY_ULIMIT, "core=", "SOFT"},
    {RF_KEY_ULIMIT, "core=1:", "SOFT"},
    {RF_KEY_ULIMIT, "core=x", "SOFT"},
    {RF_KEY_ULIMIT, "core=1:2:3", "SOFT"},
    {RF_KEY_ULIMIT, "core= 1", "SOFT"},
    {RF_KEY_ULIMIT, "core=1k", "SOFT"},
    {RF_KEY_ULIMIT, "core=-2", "SOFT"},
    {RF_KEY_ULIMIT, "core=9223372036854775808", "SOFT"},
    {RF_KEY_ULIMIT, "nofile=2:1", "hard limit"},
    {RF_KEY_ULIMIT, "nofile=unlimited:5", "hard limit"},
    {RF_KEY_ULIMIT, "=1", "want"},
    {RF_KEY_ULIMIT, "nofiles=1", "did you mean \"nofile\""},
    {RF_KEY_ULIMIT, "host=1", "not passed on"},
    {RF_KEY_ULIMIT, "NOFILE=1", "want"},
    {RF_KEY_TIMEOUT, "", "want a time"},
    {RF_KEY_TIMEOUT, "0", "want a time"},
    {RF_KEY_TIMEOUT, "0s", "want a time"},
    {RF_KEY_TIMEOUT, "0.1ms", "want a time"},
    {RF_KEY_TIMEOUT, "-1", "want a time"},
    {RF_KEY_TIMEOUT, "1d", "want a time"},
    {RF_KEY_TIMEOUT, "1w", "want a time"},
    {RF_KEY_TIMEOUT, "forever", "want a time"},
    {RF_KEY_TIMEOUT, "367000h", "want a time"},
    {RF_KEY_TIMEOUT, "1h30m", "want a time"},
    {RF_KEY_TIMEOUT, "s", "want a time"},
    {RF_KEY_STOP_TIMEOUT, "", "want a time"},
    {RF_KEY_STOP_TIMEOUT, "-1", "want a time"},
    {RF_KEY_STOP_TIMEOUT, "none", "want a time"},
    {RF_KEY_STOP_TIMEOUT, "1d", "want a time"},
    {RF_KEY_STOP_SIGNAL, "", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "0", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "65", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "32", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "33", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "term", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "SIG", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "SIGSIGINT", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "RTMIN+31", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "RTMAX-31", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "RTMIN+", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "RTMAX-x", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "-15", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "SIG15", "want a signal"},
    {RF_KEY_STOP_SIGNAL, "NOPE", "want a signal"},
};

static const struct accepted accepted[] = {
    {RF_KEY_MEMORY, "6m", "6m"},
    {RF_KEY_MEMORY, "1g", "1g"},
    {RF_KEY_MEMORY, "1024M", "1g"},
    {RF_KEY_MEMORY, "6291457", "6291457"},
    {RF_KEY_MEMORY, "1536mib", "1536m"},
    {RF_KEY_SHM_SIZE, "1", "1"},
    {RF_KEY_SHM_SIZE, "64kb", "64k"},
    {RF_KEY_CPUS, "0.01", "0.010"},
    {RF_KEY_CPUS, "1.5", "1.500"},
    {RF_KEY_CPUS, "1024", "1024"},
    {RF_KEY_CPUS, "none", "none"},
    {RF_KEY_PIDS_LIMIT, "1", "1"},
    {RF_KEY_PIDS_LIMIT, "4194304", "4194304"},
    {RF_KEY_ULIMIT, "nofile=1024:4096", "nofile=1024:4096"},
    {RF_KEY_ULIMIT, "core=0", "core=0:0"},
    {RF_KEY_ULIMIT, "memlock=-1", "memlock=unlimited:unlimited"},
    {RF_KEY_ULIMIT, "stack=1:unlimited", "stack=1:unlimited"},
    {RF_KEY_TIMEOUT, "90", "90s"},
    {RF_KEY_TIMEOUT, "1.5s", "1500ms"},
    {RF_KEY_TIMEOUT, "5m", "300s"},
    {RF_KEY_TIMEOUT, "none", "none"},
    {RF_KEY_STOP_TIMEOUT, "0", "0s"},
    {RF_KEY_STOP_TIMEOUT, "250ms", "250ms"},
    {RF_KEY_STOP_SIGNAL, "TERM", "TERM"},
    {RF_KEY_STOP_SIGNAL, "SIGINT", "INT"},
    {RF_KEY_STOP_SIGNAL, "15", "TERM"},
    {RF_KEY_STOP_SIGNAL, "RTMAX", "RTMAX"},
    {RF_KEY_STOP_SIGNAL, "SIGRTMIN+3", "RTMIN+3"},
    {RF_KEY_STOP_SIGNAL, "RTMAX-1", "RTMIN+29"},
    {RF_KEY_STOP_SIGNAL, "64", "RTMAX"},
    {RF_KEY_STOP_SIGNAL, "34", "RTMIN"},
};

static void refuses(void **state)
{
    (void)state;
    check_refused(refused, RF_COUNT(refused));
}

static void accepts(void **state)
{
    (void)state;
    check_accepted(accepted, RF_COUNT(accepted));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(refuses), cmocka_unit_test(accepts)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
