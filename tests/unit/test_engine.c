/* The list of engines: those that come with the program, and the administrator's. */
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

enum { ARENA_BYTES = 64 * 1024 * 1024 };

#define CAT                                                                                                  \
    "version: 1\nkind: ocr\nreads: [png]\nparser: text\ncommand: [/usr/bin/cat]\n"                           \
    "volume: [\"/usr/bin:/usr/bin:ro\"]\n"

static char dir[32];

static int make_dir(void **state)
{
    (void)state;
    (void)snprintf(dir, sizeof(dir), "/tmp/rf-test-engine-XXXXXX");
    return mkdtemp(dir) ? 0 : -1;
}

static void put(const char *name, const char *text, mode_t mode)
{
    char path[128];
    int fd;

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    fd = open(path, O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    assert_int_equal(fchmod(fd, mode), 0);
    (void)close(fd);
}

static void drop(const char *name)
{
    char path[128];

    (void)snprintf(path, sizeof(path), "%s/%s", dir, name);
    assert_int_equal(remove(path), 0);
}

static int drop_dir(void **state)
{
    (void)state;
    return rmdir(dir); /* each test removes what it made */
}

static int load(const char *path, struct rf_arena *arena, struct rf_engines *engines, struct rf_err *err)
{
    rf_arena_init(arena, ARENA_BYTES);
    return rf_engines_load(path, arena, engines, err);
}

static const struct rf_engine *find(const struct rf_engines *engines, const char *name)
{
    for (size_t i = 0; i < engines->count; i++)
        if (strcmp(engines->list[i].name, name) == 0)
            return &engines->list[i];
    return NULL;
}

static void builtin_engines_are_right(void **state)
{
    static const struct {
        enum rf_engine_kind kind;
        enum rf_media media;
        const char *name;
        const char *other;
    } rows[] = {{RF_ENGINE_OCR, RF_MEDIA_PNG, "tesseract", "ocrad"},
                {RF_ENGINE_OCR, RF_MEDIA_WEBP, "tesseract", NULL},
                {RF_ENGINE_SPEECH, RF_MEDIA_WAV, "pocketsphinx", NULL},
                {RF_ENGINE_PAGES, RF_MEDIA_PDF, "pdftoppm", NULL},
                {RF_ENGINE_COUNT, RF_MEDIA_PDF, "pdfinfo", NULL},
                {RF_ENGINE_SAMPLES, RF_MEDIA_M4A, "ffmpeg", NULL},
                {RF_ENGINE_FETCH, RF_MEDIA_UNKNOWN, "curl", NULL}};
    struct rf_arena arena;
    struct rf_engines engines;
    struct rf_err err = {0};

    (void)state;
    if (load(NULL, &arena, &engines, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(engines.count, 7);
    assert_string_equal(engines.list[0].name, "tesseract");
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        const struct rf_engine *engine = rf_engine_for(&engines, rows[i].kind, rows[i].media);

        assert_non_null(engine);
        assert_null(engine->file);
        assert_non_null(engine->package);
        if (strcmp(engine->name, rows[i].name) != 0)
            assert_string_equal(engine->name, rows[i].other); /* where the first is not installed */
    }
    assert_null(rf_engine_for(&engines, RF_ENGINE_OCR, RF_MEDIA_WAV));
    assert_null(rf_engine_for(&engines, RF_ENGINE_OCR, RF_MEDIA_UNKNOWN));
    assert_null(rf_engine_for(&engines, RF_ENGINE_PAGES, RF_MEDIA_PNG));
    for (size_t i = 0; i < engines.count; i++) {
        const struct rf_posture *posture = &engines.list[i].posture;

        assert_true(posture->has_no_disk && posture->timeout_ms > 0 && posture->pids_limit <= 32);
        assert_true((posture->network == RF_NETWORK_NONE) == (engines.list[i].kind != RF_ENGINE_FETCH));
    }
    rf_arena_done(&arena);
}

static void finds_by_name(void **state)
{
    static const char *const refused[] = {"", "tesserac", "tesseract ", "Tesseract", "ocr", "../tesseract"};
    struct rf_arena arena;
    struct rf_engines engines;
    struct rf_err err = {0};
    const struct rf_engine *engine = NULL;

    (void)state;
    assert_int_equal(load(NULL, &arena, &engines, &err), 0);
    assert_int_equal(rf_engine_find(&engines, "ocrad", &engine, &err), 0);
    assert_string_equal(engine->name, "ocrad");
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        if (rf_engine_find(&engines, refused[i], &engine, &err) != -ENOENT)
            fail_msg("accepted \"%s\"", refused[i]);
        assert_non_null(strstr(err.msg, "there are: tesseract, ocrad, curl, ffmpeg, "));
        assert_string_equal(engine->name, "ocrad");
    }
    engines.count = 0;
    assert_int_equal(rf_engine_find(&engines, "x", &engine, &err), -ENOENT);
    assert_non_null(strstr(err.msg, "there are: none"));
    rf_arena_done(&arena);
}

/* The administrator's files: one more, one instead of a built-in one, and others that mean nothing. */
static void files_join_and_replace(void **state)
{
    static const char *const ignored[] = {"README",    "x.yml",    "Upper.yaml", ".hidden.yaml",
                                          ".yaml",     "a_b.yaml", "-a.yaml",    "a-.yaml",
                                          "a--b.yaml", "a.yaml~",  "a.b.yaml"};
    struct rf_arena arena;
    struct rf_engines engines;
    struct rf_err err = {0};
    const struct rf_engine *engine;

    (void)state;
    for (size_t i = 0; i < RF_COUNT(ignored); i++)
        put(ignored[i], "no definition", 0666);
    put("cat-2.yaml", CAT "rank: 5\n", 0644);
    put("ocrad.yaml", CAT "memory: 99m\n", 0600);
    if (load(dir, &arena, &engines, &err) != 0)
        fail_msg("%s", err.msg);
    assert_int_equal(engines.count, 8);
    assert_string_equal(engines.list[0].name, "cat-2");
    assert_non_null(strstr(engines.list[0].file, "/cat-2.yaml"));
    engine = find(&engines, "ocrad");
    assert_non_null(engine);
    assert_true(engine->posture.memory_bytes == (uint64_t)99 << 20);
    assert_int_equal(engine->rank, RF_ENGINE_RANK);
    assert_string_equal(rf_engine_for(&engines, RF_ENGINE_OCR, RF_MEDIA_PNG)->name, "cat-2");
    rf_arena_done(&arena);
    for (size_t i = 0; i < RF_COUNT(ignored); i++)
        drop(ignored[i]);
    drop("cat-2.yaml");
    drop("ocrad.yaml");
    assert_int_equal(load(dir, &arena, &engines, &err), 0);
    assert_int_equal(engines.count, 7);
    rf_arena_done(&arena);
    assert_int_equal(load("/nonexistent/engines", &arena, &engines, &err), 0);
    assert_int_equal(engines.count, 7);
    rf_arena_done(&arena);
}

static void check_refused(const char *path, int code, const char *why)
{
    struct rf_arena arena;
    struct rf_engines engines = {.count = 3};
    struct rf_err err = {0};
    int r = load(path, &arena, &engines, &err);

    if (r != code || !strstr(err.msg, why))
        fail_msg("%d \"%s\", want %d \"%s\"", r, err.msg, code, why);
    assert_int_equal(engines.count, 3);
    rf_arena_done(&arena);
}

static void refuses_files(void **state)
{
    char path[128];

    (void)state;
    put("x.yaml", CAT, 0664);
    check_refused(dir, -EPERM, "/x.yaml: others can write it (mode 0664): chmod go-w ");
    put("x.yaml", CAT, 0646);
    check_refused(dir, -EPERM, "/x.yaml: others can write it (mode 0646): chmod go-w ");
    put("x.yaml", CAT "frobnicate: z\n", 0644);
    check_refused(dir, -EINVAL, "/x.yaml:7:1: there is no key \"frobnicate\"");
    put("x.yaml", "", 0644);
    check_refused(dir, -EINVAL, "/x.yaml:1:1: the first line must be");
    if (geteuid() == 0) {
        (void)snprintf(path, sizeof(path), "%s/x.yaml", dir);
        assert_int_equal(chown(path, 4242, 0), 0);
        check_refused(dir, -EPERM, "/x.yaml: belongs to uid 4242, want root or the caller (uid 0)");
    }
    drop("x.yaml");
    (void)snprintf(path, sizeof(path), "%s/x.yaml", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    check_refused(dir, -EINVAL, "/x.yaml: not a regular file");
    drop("x.yaml");
    assert_int_equal(mkdir(path, 0700), 0);
    check_refused(dir, -EINVAL, "/x.yaml: not a regular file");
    drop("x.yaml");
    assert_int_equal(symlink("/nonexistent", path), 0);
    check_refused(dir, -ENOENT, "/x.yaml: cannot be read");
    drop("x.yaml");
    put("x.yaml", CAT, 0644);
    assert_int_equal(truncate(path, 256 * 1024 + 1), 0);
    check_refused(dir, -EFBIG, "/x.yaml: larger than 256 KiB");
    check_refused(path, -ENOTDIR, "/x.yaml: cannot be read");
    drop("x.yaml");
}

static void refuses_directories(void **state)
{
    (void)state;
    assert_int_equal(chmod(dir, 0777), 0);
    check_refused(dir, -EPERM, ": others can write it (mode 0777): chmod go-w ");
    assert_int_equal(chmod(dir, 0770), 0);
    check_refused(dir, -EPERM, ": others can write it (mode 0770)");
    assert_int_equal(chmod(dir, 0700), 0);
    if (geteuid() == 0) {
        assert_int_equal(chown(dir, 4242, 0), 0);
        check_refused(dir, -EPERM, ": belongs to uid 4242");
        assert_int_equal(chown(dir, 0, 0), 0);
    }
}

static void has_a_limit(void **state)
{
    char name[32];

    (void)state;
    for (int i = 0; i < RF_ENGINES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "e%d.yaml", i);
        put(name, CAT, 0644);
    }
    check_refused(dir, -E2BIG, "more than 64 engines");
    for (int i = 0; i < RF_ENGINES_MAX; i++) {
        (void)snprintf(name, sizeof(name), "e%d.yaml", i);
        drop(name);
    }
}

/* Whether the program is there is asked where the volume takes it from. */
static void knows_what_is_installed(void **state)
{
    static const struct {
        const char *volume;
        const char *command;
        const char *why; /* NULL: it is installed */
    } rows[] = {
        {"/bin:/bin:ro", "/bin/sh", NULL},
        {"/bin:/opt/x:ro", "/opt/x/sh", NULL},
        {"/bin/sh:/opt/prog:ro", "/opt/prog", NULL},
        {"/bin:/bin:ro", "/bin/no-such-program", "engine x: /bin/no-such-program is not there; install a b"},
        {"/nowhere:/bin:ro", "/bin/sh", "engine x: /nowhere/sh is not there; install a b"},
        {"/etc:/bin:ro", "/bin/passwd", "engine x: /etc/passwd is no program; install a b"},
        {"/usr:/usr:ro", "/usr/bin", "engine x: /usr/bin is no program"},
    };

    (void)state;
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        struct rf_arena arena;
        struct rf_engine engine;
        struct rf_err err = {0};
        char text[512];
        int r;

        (void)snprintf(
            text, sizeof(text),
            "version: 1\nkind: speech\nparser: text\npackage: a b\nvolume: [\"%s\"]\ncommand: [%s]\n",
            rows[i].volume, rows[i].command);
        rf_arena_init(&arena, ARENA_BYTES);
        if (rf_engine_read("x", rf_str_of(text), &arena, &engine, &err) != 0)
            fail_msg("%s", err.msg);
        r = rf_engine_is_installed(&engine, &err);
        if (r != (rows[i].why ? -ENOENT : 0) || (rows[i].why && !strstr(err.msg, rows[i].why)))
            fail_msg("%s: %d \"%s\"", rows[i].command, r, err.msg);
        rf_arena_done(&arena);
    }
}

static void installed_ones_come_first(void **state)
{
    struct rf_arena arena;
    struct rf_engines engines;
    struct rf_err err = {0};
    const struct rf_engine *engine;

    (void)state;
    put("gone.yaml",
        "version: 1\nkind: speech\nparser: text\nrank: 0\ncommand: [/nowhere/x]\nvolume: "
        "[\"/nowhere:/nowhere:ro\"]\n",
        0644);
    put("here.yaml",
        "version: 1\nkind: speech\nparser: text\nrank: 1\ncommand: [/bin/sh]\nvolume: [\"/bin:/bin:ro\"]\n",
        0644);
    assert_int_equal(load(dir, &arena, &engines, &err), 0);
    engine = rf_engine_for(&engines, RF_ENGINE_SPEECH, RF_MEDIA_WAV);
    assert_string_equal(engine->name, "here");
    drop("here.yaml");
    engines.count = 1; /* gone, of rank 0 */
    assert_string_equal(rf_engine_for(&engines, RF_ENGINE_SPEECH, RF_MEDIA_WAV)->name, "gone");
    rf_arena_done(&arena);
    drop("gone.yaml");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(builtin_engines_are_right), cmocka_unit_test(finds_by_name),
        cmocka_unit_test(files_join_and_replace),    cmocka_unit_test(refuses_files),
        cmocka_unit_test(refuses_directories),       cmocka_unit_test(has_a_limit),
        cmocka_unit_test(knows_what_is_installed),   cmocka_unit_test(installed_ones_come_first),
    };

    return cmocka_run_group_tests(tests, make_dir, drop_dir);
}
