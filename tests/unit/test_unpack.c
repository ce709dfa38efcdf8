#include "unpack/unpack.h"

#include "base/frames.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ROOM = 1 << 20, MANY = 12 << 20 };

static char packed_room[ROOM];
static char row_room[ROOM];
static size_t row_len;
static char zeros[MANY];

static int put(void *context, uint64_t at, struct rf_str bytes, struct rf_err *err)
{
    (void)context;
    if (at > ROOM || bytes.len > ROOM - at)
        return rf_fail(err, -ENOSPC, "no room");
    memcpy(row_room + at, bytes.ptr, bytes.len);
    if (row_len < at + bytes.len)
        row_len = (size_t)at + bytes.len;
    return 0;
}

static const struct rf_unpack_sink sink = {.put = put};
static const struct rf_unpack_limits limits = {.entries = 8, .bytes = 64 << 20, .ratio = 100};

/* An entry to be: `link` is where a link leads. */
struct item {
    const char *name;
    mode_t type; /* 0: a regular file */
    const char *text;
    const char *link;
    bool is_hard;
};

enum form { TAR, USTAR, TAR_GZ, TAR_XZ, TAR_ZST, ZIP, ZIP_STORED, CPIO, SEVEN_ZIP, TAR_BZ2, SHAR, FORMS };

static const struct {
    int format;
    int filter;
} forms[FORMS] = {
    [TAR] = {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_NONE},
    [USTAR] = {ARCHIVE_FORMAT_TAR_GNUTAR, ARCHIVE_FILTER_NONE},
    [TAR_GZ] = {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_GZIP},
    [TAR_XZ] = {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_XZ},
    [TAR_ZST] = {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_ZSTD},
    [ZIP] = {ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
    [ZIP_STORED] = {ARCHIVE_FORMAT_ZIP, ARCHIVE_FILTER_NONE},
    [CPIO] = {ARCHIVE_FORMAT_CPIO_POSIX, ARCHIVE_FILTER_NONE},
    [SEVEN_ZIP] = {ARCHIVE_FORMAT_7ZIP, ARCHIVE_FILTER_NONE},
    [TAR_BZ2] = {ARCHIVE_FORMAT_TAR_PAX_RESTRICTED, ARCHIVE_FILTER_BZIP2},
    [SHAR] = {ARCHIVE_FORMAT_SHAR, ARCHIVE_FILTER_NONE},
};

static void write_item(struct archive *a, const struct item *item)
{
    struct archive_entry *entry = archive_entry_new();
    size_t len = item->text == zeros ? sizeof(zeros) : item->text ? strlen(item->text) : 0;

    assert_non_null(entry);
    archive_entry_set_pathname(entry, item->name);
    archive_entry_set_filetype(entry, item->type ? item->type : AE_IFREG);
    archive_entry_set_perm(entry, 0644);
    archive_entry_set_size(entry, (la_int64_t)len);
    if (item->link && item->is_hard)
        archive_entry_set_hardlink(entry, item->link);
    else if (item->link)
        archive_entry_set_symlink(entry, item->link);
    assert_int_equal(archive_write_header(a, entry), ARCHIVE_OK);
    if (len)
        assert_int_equal(archive_write_data(a, item->text, len), len);
    archive_entry_free(entry);
}

/* An archive of these items; the last has no name. */
static struct rf_str pack(enum form form, const char *options, const struct item *items)
{
    struct archive *a = archive_write_new();
    size_t used = 0;

    assert_non_null(a);
    assert_int_equal(archive_write_set_format(a, forms[form].format), ARCHIVE_OK);
    assert_int_equal(archive_write_add_filter(a, forms[form].filter), ARCHIVE_OK);
    if (form == ZIP_STORED)
        assert_int_equal(archive_write_zip_set_compression_store(a), ARCHIVE_OK);
    if (options) {
        assert_int_equal(archive_write_set_options(a, options), ARCHIVE_OK);
        assert_int_equal(archive_write_set_passphrase(a, "secret"), ARCHIVE_OK);
    }
    assert_int_equal(archive_write_open_memory(a, packed_room, sizeof(packed_room), &used), ARCHIVE_OK);
    for (; items->name; items++)
        write_item(a, items);
    assert_int_equal(archive_write_free(a), ARCHIVE_OK);
    return (struct rf_str){packed_room, used};
}

/* In memory of its own, so that a sanitizer sees the first byte too many. */
static int unpack(struct rf_str packed, const struct rf_unpack_limits *most, struct rf_err *err)
{
    char *exact = malloc(packed.len ? packed.len : 1);
    int code;

    assert_non_null(exact);
    memcpy(exact, packed.ptr, packed.len);
    row_len = 0;
    code = rf_unpack((struct rf_str){exact, packed.len}, most, &sink, err);
    free(exact);
    return code;
}

static void expect(struct rf_str packed, const char *const *names, const char *const *texts)
{
    struct rf_str rest;
    struct rf_frames frames;
    struct rf_frame frame = {.name = ""};
    struct rf_err err = {0};

    if (unpack(packed, &limits, &err) < 0)
        fail_msg("%s", err.msg);
    rest = (struct rf_str){row_room, row_len};
    rf_frames_init(&frames, NULL);
    for (size_t i = 0; frame.name; i++) {
        assert_int_equal(rf_frames_cut(&frames, &rest, &frame, &err), 0);
        if (!frame.name) {
            assert_null(names[i]);
            break;
        }
        assert_string_equal(frame.name, names[i]);
        assert_true(rf_str_is(frame.bytes, texts[i]));
    }
}

static const enum form good_forms[] = {TAR, USTAR, TAR_GZ, TAR_XZ, TAR_ZST, ZIP, ZIP_STORED};

static void makes_a_row(void **state)
{
    static const struct item items[] = {
        {.name = "scans/", .type = AE_IFDIR},
        {.name = "scans/page10.png", .text = "ten"},
        {.name = "scans/page2.png", .text = "two"},
        {.name = "__MACOSX/scans/._page2.png", .text = "litter"},
        {.name = "scans/.DS_Store", .text = "litter"},
        {.name = "scans/S\xc3\xa4tze.png", .text = ""},
        {.name = "cover.png", .text = "cover"},
        {.name = NULL},
    };
    static const char *const names[] = {"00000001-cover.png", "00000002-page2.png", "00000003-page10.png",
                                        "00000004-S__tze.png", NULL};
    static const char *const texts[] = {"cover", "two", "ten", ""};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(good_forms); i++)
        expect(pack(good_forms[i], NULL, items), names, texts);
}

#define NONE                                                                                                 \
    {                                                                                                        \
        .name = NULL                                                                                         \
    }

static const struct {
    enum form form;
    const char *options;
    struct item items[4];
    const char *says;
} refused[] = {
    {TAR, NULL, {{.name = "../x", .text = "x"}, NONE}, "leads out"},
    {ZIP, NULL, {{.name = "../x", .text = "x"}, NONE}, "leads out"},
    {TAR, NULL, {{.name = "a/../../x", .text = "x"}, NONE}, "leads out"},
    {TAR, NULL, {{.name = "/x", .text = "x"}, NONE}, "is absolute"},
    {ZIP, NULL, {{.name = "/x", .text = "x"}, NONE}, "is absolute"},
    {ZIP, NULL, {{.name = "a\x1b[2J", .text = "x"}, NONE}, "control character"},
    {TAR, NULL, {{.name = "a\\b", .text = "x"}, NONE}, "backslash"},
    {USTAR, NULL, {{.name = "a\xff", .text = "x"}, NONE}, "not UTF-8"},
    {TAR, NULL, {{.name = "../", .type = AE_IFDIR}, {.name = "a", .text = "x"}, NONE}, "leads out"},
    {TAR, NULL, {{.name = "l", .type = AE_IFLNK, .link = "/etc/passwd"}, NONE}, "symbolic link"},
    {ZIP, NULL, {{.name = "l", .type = AE_IFLNK, .link = "/etc/passwd"}, NONE}, "symbolic link"},
    {TAR, NULL, {{.name = "a", .text = "x"}, {.name = "h", .link = "a", .is_hard = true}, NONE}, "hard link"},
    {TAR, NULL, {{.name = "d", .type = AE_IFCHR}, NONE}, "a device"},
    {TAR, NULL, {{.name = "d", .type = AE_IFBLK}, NONE}, "a device"},
    {TAR, NULL, {{.name = "f", .type = AE_IFIFO}, NONE}, "a FIFO"},
    {TAR, NULL, {{.name = ".DS_Store", .type = AE_IFLNK, .link = "x"}, NONE}, "symbolic link"},
    {ZIP, "zip:encryption=traditional", {{.name = "a", .text = "x"}, NONE}, "\"a\" is encrypted"},
    {ZIP, "zip:encryption=aes256", {{.name = "a", .text = "x"}, NONE}, "\"a\" is encrypted"},
    {TAR,
     NULL,
     {{.name = "a", .text = "x"}, {.name = "./a", .text = "y"}, NONE},
     "two files are called \"a\""},
    {ZIP, NULL, {{.name = "a", .text = "x"}, {.name = "a", .text = "y"}, NONE}, "two files are called \"a\""},
    {TAR, NULL, {NONE}, "holds no file"},
    {ZIP, NULL, {NONE}, "want files in a zip or a tar"},
    {TAR, NULL, {{.name = "d/", .type = AE_IFDIR}, NONE}, "holds no file"},
    {ZIP, NULL, {{.name = "a/.DS_Store", .text = "x"}, NONE}, "holds no file"},
    {CPIO, NULL, {{.name = "a", .text = "x"}, NONE}, "want files in a zip or a tar"},
    {SEVEN_ZIP, NULL, {{.name = "a", .text = "x"}, NONE}, "want files in a zip or a tar"},
    {TAR_BZ2, NULL, {{.name = "a", .text = "x"}, NONE}, "want files in a zip or a tar"},
    {SHAR, NULL, {{.name = "a", .text = "x"}, NONE}, "want files in a zip or a tar"},
};

static void refuses_what_attacks(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_err err = {0};
        int code = unpack(pack(refused[i].form, refused[i].options, refused[i].items), &limits, &err);

        if (code != -EBADMSG || err.code != code || !strstr(err.msg, refused[i].says) || row_len)
            fail_msg("row %zu: %d \"%s\", want \"%s\"", i, code, err.msg, refused[i].says);
    }
}

static const struct item pair[] = {
    {.name = "a.png", .text = "the first page"}, {.name = "b.png", .text = "the second page"}, NONE};

static void refuses_every_prefix(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(good_forms); i++) {
        struct rf_str packed = pack(good_forms[i], NULL, pair);
        /* Of the zeros that end a tar, one block is enough. */
        size_t whole = good_forms[i] == TAR || good_forms[i] == USTAR ? 2048 + 512 : packed.len;
        struct rf_err err = {0};

        for (size_t len = 0; len < whole; len++) {
            if (unpack((struct rf_str){packed.ptr, len}, &limits, &err) != -EBADMSG || row_len)
                fail_msg("form %zu, %zu of %zu bytes: \"%s\"", i, len, packed.len, err.msg);
        }
        assert_int_equal(unpack((struct rf_str){packed.ptr, whole}, &limits, &err), 0);
    }
}

/* A byte of the first file's content, deflated or not. */
static size_t zip_content(void)
{
    const unsigned char *p = (const unsigned char *)packed_room;

    return 30 + (size_t)(p[26] | p[27] << 8) + (size_t)(p[28] | p[29] << 8) + 4;
}

static void refuses_broken_bytes(void **state)
{
    static const enum form summed[] = {TAR_GZ, TAR_XZ, ZIP, ZIP_STORED};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(summed); i++) {
        struct rf_str packed = pack(summed[i], NULL, pair);
        struct rf_err err = {0};

        if (summed[i] == TAR_GZ)
            packed_room[packed.len - 6] ^= 1; /* of its sum */
        else
            packed_room[summed[i] == TAR_XZ ? packed.len / 2 : zip_content()] ^= 1;
        if (unpack(packed, &limits, &err) != -EBADMSG || row_len)
            fail_msg("form %zu: \"%s\"", i, err.msg);
    }
}

static void looks_behind_gzip(void **state)
{
    struct rf_str packed = pack(TAR_GZ, NULL, pair);
    struct rf_err err = {0};

    (void)state;
    memset(packed_room + packed.len, 0, 512);
    assert_int_equal(unpack((struct rf_str){packed.ptr, packed.len + 512}, &limits, &err), 0);
    packed_room[packed.len + 511] = 'x';
    assert_int_equal(unpack((struct rf_str){packed.ptr, packed.len + 512}, &limits, &err), -EBADMSG);
    assert_string_equal(err.msg, "there is something behind the end of its gzip");
    memcpy(packed_room + packed.len, packed_room, packed.len); /* twice the same names, both are looked at */
    assert_int_equal(unpack((struct rf_str){packed.ptr, 2 * packed.len}, &limits, &err), -EBADMSG);
    assert_string_equal(err.msg, "two files are called \"a.png\"");
    packed_room[2 * packed.len - 6] ^= 1;
    assert_int_equal(unpack((struct rf_str){packed.ptr, 2 * packed.len}, &limits, &err), -EBADMSG);
    assert_string_equal(err.msg, "its gzip is broken: incorrect data check");
}

static void keeps_limits(void **state)
{
    static const struct item bomb[] = {{.name = "a", .text = zeros}, NONE};
    static const struct item hidden[] = {
        {.name = "a", .text = "x"}, {.name = ".DS_Store", .text = zeros}, NONE};
    static const struct {
        struct rf_unpack_limits most;
        const struct item *items;
        const char *says;
    } rows[] = {
        {{.entries = 1, .bytes = 1 << 20, .ratio = 100}, pair, "more than 1 entries"},
        {{.entries = 2, .bytes = 28, .ratio = 100}, pair, "more than 28 bytes"},
        {{.entries = 2, .bytes = 64 << 20, .ratio = 100}, bomb, "more than 100 bytes for each packed one"},
        {{.entries = 2, .bytes = 64 << 20, .ratio = 100}, hidden, "more than 100 bytes for each packed one"},
        {{.entries = 2, .bytes = MANY - 1, .ratio = 1000000}, bomb, "more than 12582911 bytes"},
    };
    static const enum form tried[] = {TAR_GZ, TAR_XZ, TAR_ZST, ZIP};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(rows) * RF_COUNT(tried); i++) {
        size_t row = i / RF_COUNT(tried);
        struct rf_str packed = pack(tried[i % RF_COUNT(tried)], NULL, rows[row].items);
        struct rf_err err = {0};

        if (unpack(packed, &rows[row].most, &err) != -E2BIG || !strstr(err.msg, rows[row].says) || row_len)
            fail_msg("row %zu, form %zu: \"%s\"", row, i % RF_COUNT(tried), err.msg);
    }
}

static void allows_what_reaches_limits(void **state)
{
    static const struct rf_unpack_limits just = {.entries = 2, .bytes = 29, .ratio = 1};
    struct rf_err err = {0};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(good_forms); i++)
        assert_int_equal(unpack(pack(good_forms[i], NULL, pair), &just, &err), 0);
}

static void tells_when_nothing_can_be_put(void **state)
{
    static const struct item bomb[] = {{.name = "a", .text = zeros}, NONE};
    static const struct rf_unpack_limits most = {.entries = 2, .bytes = 64 << 20, .ratio = 1000000};
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(unpack(pack(ZIP, NULL, bomb), &most, &err), -ENOSPC);
    assert_string_equal(err.msg, "no room");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makes_a_row),
        cmocka_unit_test(refuses_what_attacks),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(refuses_broken_bytes),
        cmocka_unit_test(looks_behind_gzip),
        cmocka_unit_test(keeps_limits),
        cmocka_unit_test(allows_what_reaches_limits),
        cmocka_unit_test(tells_when_nothing_can_be_put),
    };

    (void)setlocale(LC_CTYPE, "C.UTF-8"); /* the first test fails without it */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
