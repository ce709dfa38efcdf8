#include "engine/fetch_parts.h"
#include "engine/memory_file.h"

#include "base/auto.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

enum { ARENA_BYTES = 1 << 20 };

static char top[] = "/tmp/ringfence-fetch.XXXXXX";

static void in_top(const char *name, char ret[256])
{
    (void)snprintf(ret, 256, "%s/%s", top, name);
}

static void make_file(const char *name, const char *text)
{
    char path[256];
    int fd;

    in_top(name, path);
    fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    (void)close(fd);
}

/* secret, data/a.wav, data/b c%d, data/link -> a.wav, data/out -> .., data/hard, data/fifo, data/sub/x.wav,
   data/deep -> sub, other/y.wav */
static int make_tree(void **state)
{
    static const char *const dirs[] = {"data", "data/sub", "other"};
    static const char *const links[][2] = {{"a.wav", "data/link"}, {"..", "data/out"}, {"sub", "data/deep"}};
    char path[256];

    (void)state;
    if (!mkdtemp(top))
        return -1;
    for (size_t i = 0; i < RF_COUNT(dirs); i++) {
        in_top(dirs[i], path);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    make_file("secret", "secret");
    make_file("data/a.wav", "sound");
    make_file("data/b c%d", "blank");
    make_file("data/sub/x.wav", "below");
    make_file("other/y.wav", "other");
    for (size_t i = 0; i < RF_COUNT(links); i++) {
        in_top(links[i][1], path);
        assert_int_equal(symlink(links[i][0], path), 0);
    }
    in_top("data/fifo", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    return 0;
}

static int remove_tree(void **state)
{
    static const char *const names[] = {"data/fifo",
                                        "data/deep",
                                        "data/out",
                                        "data/link",
                                        "other/y.wav",
                                        "data/sub/x.wav",
                                        "data/b c%d",
                                        "data/a.wav",
                                        "secret",
                                        "data/sub",
                                        "data",
                                        "other",
                                        ""};
    char path[256];

    (void)state;
    for (size_t i = 0; i < RF_COUNT(names); i++) {
        in_top(names[i], path);
        if (remove(path) != 0)
            return -1;
    }
    return 0;
}

static const struct {
    const char *url;
    const char *holds; /* NULL: refused */
    const char *says;
} files[] = {
    {"file:///data/a.wav", "sound", NULL},
    {"file:///data/%61.w%61v", "sound", NULL},
    {"file:///data/b%20c%25d", "blank", NULL},
    {"file:///data/sub/x.wav", "below", NULL},
    {"file:///data/sub/inner/y.wav", "other", NULL}, /* another directory of the host, by the longer name */
    {"file:///one.wav", "below", NULL},              /* a volume that is a file */
    {"file:///data/link", NULL, "links are not followed"},
    {"file:///data/deep/x.wav", NULL, "links are not followed"},
    {"file:///data/out/secret", NULL, "links are not followed"},
    {"file:///data/../secret", NULL, "\"..\""},
    {"file:///data/%2e%2e/secret", NULL, "\"..\""},
    {"file:///data/.%2E/secret", NULL, "\"..\""},
    {"file:///data/..%2fsecret", NULL, "%2F"},
    {"file:///data%2fa.wav", NULL, "%2F"},
    {"file:///data/a.wav%00.png", NULL, "%00"},
    {"file:///data//a.wav", NULL, "empty"},
    {"file:////data/a.wav", NULL, "empty"},
    {"file:///data/a.wav/", NULL, "empty"},
    {"file:///data/./a.wav", NULL, "\".\""},
    {"file:///", NULL, "empty"},
    {"file:///data", NULL, "regular file"},
    {"file:///data/sub", NULL, "regular file"},
    {"file:///data/fifo", NULL, "regular file"},
    {"file:///data/none.wav", NULL, "No such file"},
    {"file:///data/a.wav/x", NULL, "Not a directory"},
    {"file:///one.wav/x", NULL, "cannot be opened"},
    {"file:///database/a.wav", NULL, "administrator lists"},
    {"file:///dat/a.wav", NULL, "administrator lists"},
    {"file:///DATA/a.wav", NULL, "administrator lists"},
    {"file:///secret", NULL, "administrator lists"},
    {"file:///etc/passwd", NULL, "administrator lists"},
    {"file:///proc/self/environ", NULL, "administrator lists"},
    {"file:///missing/x", NULL, "/missing, which the administrator allows"},
};

static void allow(struct rf_fetch_policy *policy, const char *inside, const char *name,
                  struct rf_arena *arena)
{
    struct rf_err err = {0};
    char path[256];

    in_top(name, path);
    assert_int_equal(rf_fetch_add_dir(policy, inside, path, arena, &err), 0);
}

static void reads_only_below_what_is_listed(void **state)
{
    struct rf_arena arena;
    struct rf_fetch_policy policy;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    allow(&policy, "/data", "data", &arena);
    allow(&policy, "/data/sub/inner", "other", &arena);
    allow(&policy, "/one.wav", "data/sub/x.wav", &arena);
    allow(&policy, "/missing", "none", &arena);
    for (size_t i = 0; i < RF_COUNT(files); i++) {
        RF_AUTO(close) int file = -1;
        struct rf_url url;
        struct rf_err err = {0};
        struct rf_str bytes;
        int code;

        assert_int_equal(rf_url_parse(rf_str_of(files[i].url), &url, &err), 0);
        code = rf_fetch_file(&policy, &url, 5, &arena, &file, &err);
        if ((code == 0) != (files[i].holds != NULL) || (files[i].says && !strstr(err.msg, files[i].says)))
            fail_msg("%s: %s", files[i].url, code ? err.msg : "read");
        if (code < 0 && strstr(err.msg, top))
            fail_msg("%s: tells of the host: %s", files[i].url, err.msg);
        if (code < 0)
            continue;
        assert_int_equal(rf_memory_file_map(file, &bytes, &err), 0);
        if (!rf_str_is(bytes, files[i].holds))
            fail_msg("%s: %.*s", files[i].url, RF_FMT(bytes));
        rf_memory_file_unmap(bytes);
    }
    rf_arena_done(&arena);
}

static void the_whole_host_can_be_listed(void **state)
{
    RF_AUTO(close) int file = -1;
    struct rf_arena arena;
    struct rf_fetch_policy policy;
    struct rf_url url;
    struct rf_err err = {0};
    char text[300];

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    assert_int_equal(rf_fetch_add_dir(&policy, "/", "/", &arena, &err), 0);
    (void)snprintf(text, sizeof(text), "file://%s/secret", top);
    assert_int_equal(rf_url_parse(rf_str_of(text), &url, &err), 0);
    assert_int_equal(rf_fetch_file(&policy, &url, 6, &arena, &file, &err), 0);
    rf_arena_done(&arena);
}

static void refuses_what_is_too_large(void **state)
{
    struct rf_arena arena;
    struct rf_fetch_policy policy;
    struct rf_url url;
    struct rf_err err = {0};
    int file = -7;

    (void)state;
    rf_arena_init(&arena, ARENA_BYTES);
    rf_fetch_policy_init(&policy);
    allow(&policy, "/data", "data", &arena);
    assert_int_equal(rf_url_parse(RF_STR("file:///data/a.wav"), &url, &err), 0);
    assert_int_equal(rf_fetch_file(&policy, &url, 4, &arena, &file, &err), -EFBIG);
    assert_non_null(strstr(err.msg, "--max-input"));
    assert_int_equal(file, -7);
    rf_arena_fail_at(1);
    assert_int_equal(rf_fetch_file(&policy, &url, 5, &arena, &file, &err), -ENOMEM);
    rf_arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(reads_only_below_what_is_listed),
                                       cmocka_unit_test(the_whole_host_can_be_listed),
                                       cmocka_unit_test(refuses_what_is_too_large)};

    return cmocka_run_group_tests(tests, make_tree, remove_tree);
}
