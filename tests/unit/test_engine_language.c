/* What a job calls a language, and what an engine calls it. */
#include "engine/engine.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ARENA_BYTES = 16 * 1024 * 1024 };

static const char *const files[] = {"eng.data", "deu.data", "chi_sim.data",  "osd.data", "equ.data",
                                    "a b.data", "-x.data",  ".data",         "x.dat",    "fra.data.part",
                                    "a+b.data", "configs",  "e\xc3\xa9.data"};

static char dir[] = "/tmp/rf-test-language-XXXXXX";
static struct rf_arena arena;
static struct rf_engine engine;

static int make(void **state)
{
    static char text[1024]; /* the engine keeps views of it */
    char path[128];
    struct rf_err err = {0};

    (void)state;
    if (!mkdtemp(dir))
        return -1;
    for (size_t i = 0; i < RF_COUNT(files); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
        (void)close(open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0644));
    }
    (void)snprintf(path, sizeof(path), "%s/sub.data", dir);
    if (mkdir(path, 0755) != 0)
        return -1;
    rf_arena_init(&arena, ARENA_BYTES);
    (void)snprintf(text, sizeof(text),
                   "version: 1\nkind: ocr\nreads: [png]\nparser: text\nlanguage: en\nlanguages:\n  de: deu\n"
                   "  en: eng\n  fr: fra\n  zh: chi_sim\nlanguage_dir: %s\nlanguage_suffix: .data\n"
                   "language_except: [osd, equ]\nlanguage_package: \"ocr-{language}\"\n"
                   "command: [/bin/ocr]\nvolume: [\"/bin:/bin:ro\"]\n",
                   dir);
    return rf_engine_read("ocr", rf_str_of(text), &arena, &engine, &err);
}

static int clear(void **state)
{
    char path[128];

    (void)state;
    for (size_t i = 0; i < RF_COUNT(files); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
        (void)unlink(path);
    }
    (void)snprintf(path, sizeof(path), "%s/sub.data", dir);
    (void)rmdir(path);
    rf_arena_done(&arena);
    return rmdir(dir);
}

static const struct {
    const char *names;
    const char *words;
} accepted[] = {
    {"", "eng"},
    {"en", "eng"},
    {"eng", "eng"},
    {"de", "deu"},
    {"deu", "deu"},
    {"zh", "chi_sim"},
    {"en+de", "eng+deu"},
    {"eng+deu", "eng+deu"},
    {"en+eng+de+en", "eng+deu"},
    {"chi_sim", "chi_sim"},
};

#define HAS "ocr has chi_sim, de, deu, en, eng and zh; others come with packages ocr-LANGUAGE"

static const struct {
    const char *names;
    const char *why;
} refused[] = {
    {"fr", "language \"fr\": the data of ocr is not there ("},
    {"fr", "/fra.data); install ocr-fra"},
    {"fra", "/fra.data); install ocr-fra"},
    {"en+fr", "install ocr-fra"},
    {"xx", "language \"xx\": " HAS},
    {"osd", "language \"osd\": " HAS},
    {"equ", HAS},
    {"sub", HAS},
    {"EN", HAS},
    {"configs", HAS},
    {"x", HAS},
    {"+", "want 1 to 64 letters"},
    {"eng+", "want 1 to 64 letters"},
    {"+eng", "want 1 to 64 letters"},
    {"eng++deu", "want 1 to 64 letters"},
    {"-x", "want 1 to 64 letters"},
    {"a b", "want 1 to 64 letters"},
    {" eng", "want 1 to 64 letters"},
    {"eng\n", "want 1 to 64 letters"},
    {"../eng", "want 1 to 64 letters"},
    {"eng/deu", "want 1 to 64 letters"},
    {"eng.data", "want 1 to 64 letters"},
    {"e\xc3\xa9", "want 1 to 64 letters"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "want 1 to 64 letters"},
};

static void finds_words(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(accepted); i++) {
        const char *words = NULL;
        struct rf_err err = {0};

        if (rf_engine_language(&engine, rf_str_of(accepted[i].names), &arena, &words, &err) != 0)
            fail_msg("%s", err.msg);
        assert_string_equal(words, accepted[i].words);
    }
}

static void says_what_there_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        const char *words = "as before";
        struct rf_err err = {0};

        if (rf_engine_language(&engine, rf_str_of(refused[i].names), &arena, &words, &err) >= 0)
            fail_msg("accepted \"%s\"", refused[i].names);
        if (!strstr(err.msg, refused[i].why))
            fail_msg("\"%s\" does not say \"%s\"", err.msg, refused[i].why);
        assert_string_equal(words, "as before");
    }
    struct rf_err err = {0};
    const char *words = NULL;

    assert_true(rf_engine_language(&engine, (struct rf_str){"en\0g", 4}, &arena, &words, &err) < 0);
}

/* At most eight different languages, and a list that is cut where it is long. */
static void knows_its_limits(void **state)
{
    char many[4096] =
        "version: 1\nkind: speech\nparser: text\ncommand: [/bin/x]\nvolume: [\"/bin:/bin:ro\"]\n"
        "languages:\n";
    size_t used = strlen(many);
    struct rf_engine speech;
    const char *words = "as before";
    struct rf_err err = {0};

    (void)state;
    for (int i = 0; i < 60; i++)
        used += (size_t)snprintf(many + used, sizeof(many) - used, "  l%02d: w%02d\n", i, i);
    assert_int_equal(rf_engine_read("speech", rf_str_of(many), &arena, &speech, &err), 0);
    assert_int_equal(rf_engine_language(&speech, rf_str_of("xx"), &arena, &words, &err), -ENOENT);
    assert_non_null(strstr(err.msg, "speech has l00, l01,"));
    assert_non_null(strstr(err.msg, "l39 and 20 more"));
    assert_int_equal(rf_engine_language(&speech, rf_str_of("l0+l1"), &arena, &words, &err), -ENOENT);
    assert_int_equal(
        rf_engine_language(&speech, rf_str_of("l00+l01+l02+l03+l04+l05+l06+l07"), &arena, &words, &err), 0);
    assert_string_equal(words, "w00+w01+w02+w03+w04+w05+w06+w07");
    assert_int_equal(
        rf_engine_language(&speech, rf_str_of("l00+l01+l02+l03+l04+l05+l06+l07+l08"), &arena, &words, &err),
        -EINVAL);
    assert_int_equal(rf_engine_language(&speech, rf_str_of(""), &arena, &words, &err), 0);
    assert_null(words);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(finds_words), cmocka_unit_test(says_what_there_is),
                                       cmocka_unit_test(knows_its_limits)};

    return cmocka_run_group_tests(tests, make, clear);
}
