/* Plain text that other YAML readers take for something else. */
#include "text/strict.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const misread[] = {
    "y",
    "Y",
    "n",
    "N",
    "yes",
    "Yes",
    "YES",
    "no",
    "NO",
    "on",
    "Off",
    "True",
    "FALSE",
    "~",
    "null",
    "NULL",
    "=",
    "<<",
    ".inf",
    "-.Inf",
    ".NaN",
    "010",
    "00",
    "0x1f",
    "0o17",
    "0b1",
    "1e3",
    "1E3",
    "1.50",
    "1.",
    ".5",
    "+1",
    "1_000",
    "-0",
    "1:30",
    "22:22",
    "1000:50",
    "-1:30",
    "1:30:00.5",
    "2024-01-01",
    "2024-1-1",
    "2024-01-01T10:00:00Z",
    "12345678901234567890",
    "1e-3",
};

static const char *const safe[] = {
    "",    "true",     "false", "0",         "1",      "-1",          "1000",      "1.5",    "0.25",
    "2.0", "1g",       "512m",  "none",      "nope",   "yess",        "1000:1000", "22:80",  "1000:adm",
    "a:1", "10.0.0.1", "1.2.3", "2024-01",   "-x",     "...",         "/a",        "./a:/b", "x=y",
    "e3",  "0xyz",     "10s",   "1024:4096", "12:345", "CAP_NET_RAW",
};

static void knows_both(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(misread); i++)
        if (!rf_strict_misread(rf_str_of(misread[i])))
            fail_msg("\"%s\" is misread elsewhere", misread[i]);
    for (size_t i = 0; i < RF_COUNT(safe); i++)
        if (rf_strict_misread(rf_str_of(safe[i])))
            fail_msg("\"%s\" is safe, not %s", safe[i], rf_strict_misread(rf_str_of(safe[i])));
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(knows_both)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
