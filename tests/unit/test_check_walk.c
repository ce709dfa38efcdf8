/* Which names are files to check, and the patterns of .gitignore. */
#include "cmd/check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void tells_kinds(void **state)
{
    static const struct {
        const char *name;
        enum rf_input_kind kind;
    } cases[] = {
        {"Dockerfile", RF_INPUT_DOCKERFILE},
        {"dockerfile", RF_INPUT_DOCKERFILE},
        {"Dockerfile.gpu", RF_INPUT_DOCKERFILE},
        {"Dockerfile-dev", RF_INPUT_DOCKERFILE},
        {"app.Dockerfile", RF_INPUT_DOCKERFILE},
        {"Containerfile", RF_INPUT_DOCKERFILE},
        {"x.containerfile", RF_INPUT_DOCKERFILE},
        {"Dockerfile.yaml", RF_INPUT_YAML},
        {"compose.yml", RF_INPUT_YAML},
        {"pod.json", RF_INPUT_YAML},
        {"Dockerfiles", RF_INPUT_UNKNOWN},
        {"Dockerfile.dockerignore", RF_INPUT_UNKNOWN},
        {"README.md", RF_INPUT_UNKNOWN},
        {"yaml", RF_INPUT_UNKNOWN},
        {".yaml", RF_INPUT_UNKNOWN},
        {"mydockerfile", RF_INPUT_UNKNOWN},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        if (rf_input_kind_of(cases[i].name) != cases[i].kind)
            fail_msg("%s", cases[i].name);
    }
}

/* As `git check-ignore` says. */
static void matches_patterns(void **state)
{
    static const struct {
        const char *pattern;
        const char *path;
        bool is_folder;
        bool matches;
    } cases[] = {
        {"*.o", "a.o", false, true},
        {"*.o", "x/y/a.o", false, true},
        {"build", "x/build", true, true},
        {"build/", "build", true, true},
        {"build/", "build", false, false},
        {"/build", "build", true, true},
        {"/build", "x/build", true, false},
        {"a/b", "a/b", false, true},
        {"a/b", "x/a/b", false, false},
        {"a/*", "a/b", false, true},
        {"a/*", "a/b/c", false, false},
        {"**/c", "c", false, true},
        {"**/c", "a/b/c", false, true},
        {"a/**", "a/b/c", false, true},
        {"a/**", "a", true, false},
        {"a/**/c", "a/c", false, true},
        {"a/**/c", "a/x/y/c", false, true},
        {"a/**/c", "a/x/y/d", false, false},
        {"[ab].c", "b.c", false, true},
        {"\\!x", "!x", false, true},
        {"", "x", false, false},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(cases); i++) {
        if (rf_ignore_matches(cases[i].pattern, cases[i].path, cases[i].is_folder) != cases[i].matches)
            fail_msg("\"%s\" and \"%s\"", cases[i].pattern, cases[i].path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(tells_kinds), cmocka_unit_test(matches_patterns)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
