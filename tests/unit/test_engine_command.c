/* Slots filled with values: what comes out is the engine's own words and the values, each a word of its own.
 */
#include "engine/engine.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ARENA_BYTES = 16 * 1024 * 1024 };

static const char definition[] = "version: 1\n"
                                 "kind: ocr\n"
                                 "reads: [png]\n"
                                 "parser: text\n"
                                 "languages:\n"
                                 "  en: eng\n"
                                 "outputs:\n"
                                 "  txt: txt\n"
                                 "volume: [\"/bin:/bin:ro\"]\n"
                                 "env:\n"
                                 "  A: b\n"
                                 "command:\n"
                                 "  - /bin/ocr\n"
                                 "  - plain text\n"
                                 "  - \"\"\n"
                                 "  - \"-l {language}\"\n"
                                 "  - \"  --psm   {psm}  x \"\n"
                                 "  - \"{page}/{page_0}\"\n"
                                 "  - \"file:{input}\"\n"
                                 "  - \"{output}\"\n"
                                 "  - \"{outputs}\"\n";

static void make(struct rf_arena *arena, struct rf_engine *engine)
{
    struct rf_err err = {0};

    rf_arena_init(arena, ARENA_BYTES);
    if (rf_engine_read("ocr", rf_str_of(definition), arena, engine, &err) != 0)
        fail_msg("%s", err.msg);
}

static void check_words(const struct rf_posture *posture, const char *const *words)
{
    size_t count = 0;

    for (; words[count]; count++) {
        assert_true(count < posture->command_count);
        assert_string_equal(posture->command[count], words[count]);
    }
    assert_int_equal(posture->command_count, count);
}

static void fills_every_slot(void **state)
{
    static const char *const words[] = {"/bin/ocr", "plain text", "",    "-l",  "eng+deu",
                                        "--psm",    "6",          "x",   "3/2", "file:/dev/stdin",
                                        "-",        "txt",        "pdf", NULL};
    static const char *const values[RF_SLOT_MAX] = {
        [RF_SLOT_LANGUAGE] = "eng+deu", [RF_SLOT_PSM] = "6",     [RF_SLOT_PAGE] = "3",
        [RF_SLOT_PAGE_0] = "2",         [RF_SLOT_OUTPUT] = "-",  [RF_SLOT_INPUT] = "/dev/stdin",
        [RF_SLOT_OUTPUTS] = "txt pdf",  [RF_SLOT_SECONDS] = "9",
    };
    struct rf_arena arena;
    struct rf_arena own;
    struct rf_engine engine;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    make(&arena, &engine);
    rf_arena_init(&own, ARENA_BYTES);
    if (rf_engine_command(&engine, values, &own, &posture, &err) != 0)
        fail_msg("%s", err.msg);
    check_words(&posture, words);
    assert_ptr_equal(posture.arena, &own);
    assert_int_equal(posture.mount_count, 1);
    assert_int_equal(posture.from[RF_KEY_COMMAND].line, engine.posture.from[RF_KEY_COMMAND].line);
    assert_string_equal(posture.from[RF_KEY_COMMAND].file, "ocr");
    rf_arena_done(&own);
    rf_arena_done(&arena);
}

static void leaves_items_out(void **state)
{
    static const char *const none[RF_SLOT_MAX] = {NULL};
    static const char *const one[RF_SLOT_MAX] = {[RF_SLOT_PAGE] = "3"};
    static const char *const words[] = {"/bin/ocr", "plain text", "", NULL};
    struct rf_arena arena;
    struct rf_engine engine;
    struct rf_posture posture;
    struct rf_err err = {0};

    (void)state;
    make(&arena, &engine);
    assert_int_equal(rf_engine_command(&engine, none, &arena, &posture, &err), 0);
    check_words(&posture, words);
    assert_int_equal(rf_engine_command(&engine, one, &arena, &posture, &err), 0);
    check_words(&posture, words);
    rf_arena_done(&arena);
}

/* Two copies do not share a list: what one gains the other has not. */
static void copies_are_apart(void **state)
{
    static const char *const none[RF_SLOT_MAX] = {NULL};
    static const struct rf_from from = {.known = RF_KNOWN};
    struct rf_arena arena;
    struct rf_engine engine;
    struct rf_posture one;
    struct rf_posture other;
    struct rf_err err = {0};

    (void)state;
    make(&arena, &engine);
    assert_int_equal(rf_engine_command(&engine, none, &arena, &one, &err), 0);
    assert_int_equal(rf_engine_command(&engine, none, &arena, &other, &err), 0);
    assert_int_equal(rf_posture_set(&one, RF_KEY_ENV, rf_str_of("A=one"), &from, &err), 0);
    assert_int_equal(rf_posture_set(&one, RF_KEY_VOLUME, rf_str_of("/x:/x:ro"), &from, &err), 0);
    assert_int_equal(rf_posture_set(&other, RF_KEY_VOLUME, rf_str_of("/y:/y:ro"), &from, &err), 0);
    assert_string_equal(one.env[0], "A=one");
    assert_string_equal(other.env[0], "A=b");
    assert_string_equal(one.mounts[1].dst, "/x");
    assert_string_equal(other.mounts[1].dst, "/y");
    assert_int_equal(engine.posture.mount_count, 1);
    assert_string_equal(engine.posture.env[0], "A=b");
    rf_arena_done(&arena);
}

static const struct {
    enum rf_engine_slot slot;
    const char *value;
} refused[] = {
    {RF_SLOT_LANGUAGE, ""},        {RF_SLOT_LANGUAGE, "-l"},      {RF_SLOT_LANGUAGE, "eng deu"},
    {RF_SLOT_LANGUAGE, " eng"},    {RF_SLOT_LANGUAGE, "eng\n"},   {RF_SLOT_LANGUAGE, "e\x01ng"},
    {RF_SLOT_LANGUAGE, "eng\x7f"}, {RF_SLOT_LANGUAGE, "-"},       {RF_SLOT_PSM, "-1"},
    {RF_SLOT_PSM, "6 -c x=y"},     {RF_SLOT_INPUT, "-"},          {RF_SLOT_INPUT, "-x"},
    {RF_SLOT_INPUT, "/a\tb"},      {RF_SLOT_OUTPUT, ""},          {RF_SLOT_OUTPUT, "--"},
    {RF_SLOT_OUTPUT, "-o"},        {RF_SLOT_OUTPUT, "- x"},       {RF_SLOT_OUTPUTS, ""},
    {RF_SLOT_OUTPUTS, "-c"},       {RF_SLOT_OUTPUTS, "txt -c"},   {RF_SLOT_OUTPUTS, " txt"},
    {RF_SLOT_OUTPUTS, "txt "},     {RF_SLOT_OUTPUTS, "txt  pdf"}, {RF_SLOT_OUTPUTS, "txt\npdf"},
    {RF_SLOT_DEMUXER, "-i"},       {RF_SLOT_SECONDS, "1 2"},      {RF_SLOT_OUTPUTS, "-"},
};

static void refuses_what_is_no_word(void **state)
{
    struct rf_arena arena;
    struct rf_engine engine;

    (void)state;
    make(&arena, &engine);
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        const char *values[RF_SLOT_MAX] = {NULL};
        struct rf_posture posture = {.name = "as before"};
        struct rf_err err = {0};

        values[refused[i].slot] = refused[i].value;
        if (rf_engine_command(&engine, values, &arena, &posture, &err) != -EINVAL)
            fail_msg("accepted \"%s\"", refused[i].value);
        assert_string_equal(posture.name, "as before");
        assert_non_null(strstr(err.msg, "engine ocr: "));
    }
    rf_arena_done(&arena);
}

/* No slot is left in any command of the built-in engines, whatever has a value; no value brings an option. */
static void builtin_commands_build(void **state)
{
    static const char *const whole[RF_SLOT_MAX] = {
        "eng+deu", "6", "300", "7", "6", "500", "wav", "7201", "1", "/dev/stdin", "/out/page", "txt hocr"};
    struct rf_arena arena;
    struct rf_engines engines;
    struct rf_err err = {0};

    (void)state;
    rf_arena_init(&arena, (size_t)1 << 30);
    if (rf_engines_load(NULL, &arena, &engines, &err) != 0)
        fail_msg("%s", err.msg);
    for (unsigned bits = 0; bits < 1U << RF_SLOT_MAX; bits++) {
        const char *values[RF_SLOT_MAX];
        size_t used = arena.used;

        for (unsigned slot = 0; slot < RF_SLOT_MAX; slot++)
            values[slot] = bits >> slot & 1 ? whole[slot] : NULL;
        for (size_t i = 0; i < engines.count; i++) {
            struct rf_posture posture;

            if (rf_engine_command(&engines.list[i], values, &arena, &posture, &err) != 0)
                fail_msg("%s", err.msg);
            assert_string_equal(posture.command[0], engines.list[i].posture.command[0]);
            for (size_t j = 0; j < posture.command_count; j++)
                if (strpbrk(posture.command[j], "{} ") || !*posture.command[j])
                    fail_msg("%s: \"%s\"", engines.list[i].name, posture.command[j]);
        }
        memset(arena.base + used, 0, arena.used - used); /* what was taken is given back, as zeroes */
        arena.used = used;
    }
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fills_every_slot),       cmocka_unit_test(leaves_items_out),
        cmocka_unit_test(copies_are_apart),       cmocka_unit_test(refuses_what_is_no_word),
        cmocka_unit_test(builtin_commands_build),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
