#include "base/frames.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define ZEROS_8 "\0\0\0\0\0\0\0\0"
#define ZEROS_56 ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8 ZEROS_8
#define SIZE(byte) byte "\0\0\0\0\0\0\0"
/* A name of eight bytes. */
#define HEAD(size, name) "rfframe1" size name ZEROS_56
#define END HEAD(ZEROS_8, ZEROS_8)
#define A HEAD(SIZE("\1"), "aaaaaaaa") "x"
#define B HEAD(SIZE("\2"), "bbbbbbbb") "yz"

#define T(literal)                                                                                           \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    }

/* The whole row in memory of its own, so that a sanitizer sees the first byte too many. Returns the last
 * code. */
static int cut_all(struct rf_str row, const struct rf_frame_limits *limits, struct rf_err *err)
{
    char *exact = malloc(row.len ? row.len : 1);
    struct rf_str rest = {exact, row.len};
    struct rf_frames frames;
    struct rf_frame frame = {.name = ""};
    int code = 0;

    assert_non_null(exact);
    memcpy(exact, row.ptr, row.len);
    rf_frames_init(&frames, limits);
    while (code == 0 && frame.name)
        code = rf_frames_cut(&frames, &rest, &frame, err);
    if (code == 0)
        assert_int_equal(rest.len, 0);
    free(exact);
    return code;
}

static const struct {
    struct rf_str row;
    int code;
    const char *says;
} refused[] = {
    {T(""), -EBADMSG, "breaks off"},
    {T(A), -EBADMSG, "breaks off behind \"aaaaaaaa\""},
    {T(A B), -EBADMSG, "breaks off behind \"bbbbbbbb\""},
    {T(END "x"), -EBADMSG, "something behind its end"},
    {T(END END), -EBADMSG, "something behind its end"},
    {T(A A END), -EBADMSG, "\"aaaaaaaa\" comes behind \"aaaaaaaa\""},
    {T(B A END), -EBADMSG, "\"aaaaaaaa\" comes behind \"bbbbbbbb\""},
    {T(A "x" END), -EBADMSG, "no header"},
    {T("rfframe2" SIZE("\0") "aaaaaaaa" ZEROS_56 END), -EBADMSG, "no header"},
    {T("RFFRAME1" SIZE("\0") "aaaaaaaa" ZEROS_56 END), -EBADMSG, "no header"},
    {T(HEAD(SIZE("\x64"), "aaaaaaaa") "x"), -EBADMSG, "breaks off in \"aaaaaaaa\""},
    {T(HEAD("\xff\xff\xff\xff\xff\xff\xff\xff", "aaaaaaaa") END), -E2BIG, "more than 100 bytes"},
    {T(A HEAD("\xff\xff\xff\xff\xff\xff\xff\xff", "bbbbbbbb") END), -E2BIG, "more than 100 bytes"},
    {T(HEAD(SIZE("\x65"), "aaaaaaaa") END), -E2BIG, "with \"aaaaaaaa\" they have more than 100 bytes"},
    {T(A B HEAD(SIZE("\0"), "cccccccc") HEAD(SIZE("\0"), "dddddddd") END), -E2BIG, "more than 3"},
    {T(HEAD(SIZE("\1"), ZEROS_8) "x" END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), "aaa\0aaaa") END), -EBADMSG, "something behind it"},
    {T(HEAD(SIZE("\0"), "\0aaaaaaa") END), -EBADMSG, "something behind it"},
    {T(HEAD(SIZE("\0"), "..\0\0\0\0\0\0") END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), "../aaaaa") END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), ".profile") END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), "/etc/xxx") END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), "a b\0\0\0\0\0") END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), "a\nb\0\0\0\0\0") END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), "a\x1b[0m\0\0\0") END), -EBADMSG, "a name that is none"},
    {T(HEAD(SIZE("\0"), "\xc3\xa4\0\0\0\0\0\0") END), -EBADMSG, "a name that is none"},
    {T("rfframe1" ZEROS_8 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa" END), -EBADMSG,
     "a name that is none"},
};

static const struct rf_frame_limits limits = {.files = 3, .bytes = 100};

static void refuses_what_is_no_row(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(refused); i++) {
        struct rf_err err = {0};
        int code = cut_all(refused[i].row, &limits, &err);

        if (code != refused[i].code || err.code != code || !strstr(err.msg, refused[i].says))
            fail_msg("row %zu: %d \"%s\", want %d \"%s\"", i, code, err.msg, refused[i].code,
                     refused[i].says);
    }
}

static void refuses_every_prefix(void **state)
{
    static const char row[] = A B HEAD(SIZE("\0"), "cccccccc") END;

    (void)state;
    for (size_t len = 0; len < sizeof(row) - 1; len++) {
        struct rf_err err = {0};

        assert_int_equal(cut_all((struct rf_str){row, len}, &limits, &err), -EBADMSG);
    }
}

static void cuts_a_row(void **state)
{
    static const char row[] = A B HEAD(SIZE("\0"), "cccccccc") END;
    struct rf_str rest = {row, sizeof(row) - 1};
    struct rf_frames frames;
    struct rf_frame frame;
    struct rf_err err = {0};

    (void)state;
    rf_frames_init(&frames, &limits);
    assert_int_equal(rf_frames_cut(&frames, &rest, &frame, &err), 0);
    assert_string_equal(frame.name, "aaaaaaaa");
    assert_true(rf_str_is(frame.bytes, "x"));
    assert_int_equal(rf_frames_cut(&frames, &rest, &frame, &err), 0);
    assert_string_equal(frame.name, "bbbbbbbb");
    assert_true(rf_str_is(frame.bytes, "yz"));
    assert_int_equal(frame.size_bytes, 2);
    assert_int_equal(rf_frames_cut(&frames, &rest, &frame, &err), 0);
    assert_string_equal(frame.name, "cccccccc");
    assert_int_equal(frame.bytes.len, 0);
    assert_int_equal(rf_frames_cut(&frames, &rest, &frame, &err), 0);
    assert_null(frame.name);
}

static void takes_only_listed_names(void **state)
{
    static const char *const both[] = {"bbbbbbbb", "aaaaaaaa"};
    static const char *const near[] = {"aaaaaaa", "aaaaaaaaa", "bbbbbbbb"};
    struct rf_frame_limits listed = {.files = 3, .bytes = 100, .names = both, .name_count = 2};
    struct rf_err err = {0};

    (void)state;
    assert_int_equal(cut_all((struct rf_str)T(A B END), &listed, &err), 0);
    assert_int_equal(cut_all((struct rf_str)T(B END), &listed, &err), 0);
    listed.names = near;
    listed.name_count = 3;
    assert_int_equal(cut_all((struct rf_str)T(A B END), &listed, &err), -EBADMSG);
    assert_non_null(strstr(err.msg, "nobody asked for \"aaaaaaaa\""));
    listed.name_count = 0;
    assert_int_equal(cut_all((struct rf_str)T(A END), &listed, &err), -EBADMSG);
    assert_int_equal(cut_all((struct rf_str)T(END), &listed, &err), 0);
}

static void writes_what_it_reads(void **state)
{
    static const char want[] = HEAD("\x88\x77\x66\x55\x44\x33\x22\x11", "Ab9._-.x") END;
    char row[sizeof(want)];
    struct rf_frames writer;
    struct rf_frames reader;
    struct rf_frame frame;
    struct rf_err err = {0};

    (void)state;
    rf_frames_init(&writer, NULL);
    assert_int_equal(rf_frames_write(&writer, RF_STR("Ab9._-.x"), 0x1122334455667788, row, &err), 0);
    assert_int_equal(rf_frames_write(&writer, RF_STR(""), 0, row + RF_FRAME_HEADER_BYTES, &err), 0);
    assert_memory_equal(row, want, sizeof(want) - 1);
    rf_frames_init(&reader, NULL);
    assert_int_equal(rf_frames_read(&reader, row, &frame, &err), 0);
    assert_string_equal(frame.name, "Ab9._-.x");
    assert_true(frame.size_bytes == 0x1122334455667788);
    assert_int_equal(rf_frames_read(&reader, row + RF_FRAME_HEADER_BYTES, &frame, &err), 0);
    assert_null(frame.name);
}

static const char *const wrong_names[] = {
    "/",     "a/b", ".",    "..",  ".a",
    "a b",   "a\n", "\x7f", "a\\", "a:b",
    "a\xa0", "a*",  "~a",   "a+b", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};

static void writes_no_wrong_name(void **state)
{
    char header[RF_FRAME_HEADER_BYTES];
    struct rf_frames frames;
    struct rf_err err = {0};

    (void)state;
    rf_frames_init(&frames, NULL);
    for (size_t i = 0; i < RF_COUNT(wrong_names); i++) {
        if (rf_frames_write(&frames, rf_str_of(wrong_names[i]), 1, header, &err) != -EBADMSG)
            fail_msg("wrote \"%s\"", wrong_names[i]);
        assert_false(rf_frame_name_is_valid(rf_str_of(wrong_names[i])));
    }
    assert_int_equal(rf_frames_write(&frames, RF_STR("b"), UINT64_MAX, header, &err), 0);
    assert_int_equal(rf_frames_write(&frames, RF_STR("b"), 0, header, &err), -EBADMSG);
    assert_int_equal(rf_frames_write(&frames, RF_STR("a"), 0, header, &err), -EBADMSG);
    assert_int_equal(rf_frames_write(&frames, RF_STR("c"), 1, header, &err), -E2BIG);
    assert_int_equal(rf_frames_write(&frames, RF_STR("c"), 0, header, &err), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refuses_what_is_no_row),
        cmocka_unit_test(refuses_every_prefix),
        cmocka_unit_test(cuts_a_row),
        cmocka_unit_test(takes_only_listed_names),
        cmocka_unit_test(writes_what_it_reads),
        cmocka_unit_test(writes_no_wrong_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
