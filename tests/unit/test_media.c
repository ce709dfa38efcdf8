#include "engine/media.h"

#include "unit/media_samples.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void same(const char *name, const struct rf_media_info *got, const struct rf_media_info *want)
{
    uint64_t ms = want->duration_ms ? want->duration_ms : UINT64_MAX;

    if (got->media != want->media || got->pages != want->pages || got->width != want->width ||
        got->height != want->height || got->dpi != want->dpi || got->duration_ms != ms ||
        got->sample_rate != want->sample_rate || got->channels != want->channels ||
        got->is_speech_pcm != want->is_speech_pcm || got->data_start != want->data_start ||
        got->data_bytes != want->data_bytes)
        fail_msg("%s: %s, %u pages, %u x %u at %u, %llu ms, %u Hz, %u channels, %d %llu+%llu, \"%s\"", name,
                 rf_media_name(got->media), got->pages, got->width, got->height, got->dpi,
                 (unsigned long long)got->duration_ms, got->sample_rate, got->channels, got->is_speech_pcm,
                 (unsigned long long)got->data_start, (unsigned long long)got->data_bytes, got->begins);
}

static void reads_every_kind(void **state)
{
    bool has[RF_MEDIA_MAX] = {[RF_MEDIA_UNKNOWN] = true, [RF_MEDIA_TAR] = true /* below */};

    (void)state;
    for (size_t i = 0; i < RF_COUNT(samples); i++) {
        struct rf_str bytes = sample_bytes(&samples[i]);
        struct rf_media_info info;
        struct rf_err err = {0};

        if (rf_media_probe(bytes, &info, &err) != 0)
            fail_msg("%s: %s", samples[i].name, err.msg);
        same(samples[i].name, &info, &samples[i].want);
        assert_int_equal(rf_media_check(&info, bytes.len, &err), 0);
        assert_int_equal(err.code, 0);
        has[info.media] = true;
        free((void *)(uintptr_t)bytes.ptr);
    }
    for (unsigned i = 0; i < RF_MEDIA_MAX; i++) {
        if (!has[i])
            fail_msg("there is no sample of %s", rf_media_name((enum rf_media)i));
    }
}

/* Cut anywhere: it is what it was, or broken, or nothing; never another kind, never read beyond the cut. */
static void survives_every_prefix(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(samples); i++) {
        struct rf_str whole = sample_bytes(&samples[i]);

        for (size_t len = 0; len < whole.len && len < 1500; len++) {
            char *cut = malloc(len ? len : 1);
            struct rf_media_info info;
            struct rf_err err = {0};
            int code;

            assert_non_null(cut);
            memcpy(cut, whole.ptr, len);
            code = rf_media_probe((struct rf_str){cut, len}, &info, &err);
            if (code == 0 && rf_media_check(&info, len, &err) != 0)
                fail_msg("%s, %zu bytes: %s", samples[i].name, len, err.msg);
            if (code == 0 && info.media != RF_MEDIA_UNKNOWN && info.media != samples[i].want.media)
                fail_msg("%s, %zu bytes, is %s", samples[i].name, len, rf_media_name(info.media));
            if (code != 0 && (code != -EBADMSG || !strchr(err.msg, ':')))
                fail_msg("%s, %zu bytes: %d %s", samples[i].name, len, code, err.msg);
            free(cut);
        }
        free((void *)(uintptr_t)whole.ptr);
    }
}

static const struct rf_str unknown[] = {
    T(""),
    T("/etc/passwd\n/srv/other/page.png\n"),
    T("page.png"),
    T("#EXTM3U\n#EXT-X-VERSION:3\nhttp://127.0.0.1/x.ts\n"),
    T("ffconcat version 1.0\nfile '/etc/passwd'\n"),
    T("<!DOCTYPE html><p>%PDF-1.4\n"),
    T("\n <html>%PDF-1.4"),
    T("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"),
    T("<?xml version=\"1.0\"?>"),
    T("%PDF-"),
    T("%PDF-x.y"),
    T("%!PS-Adobe-3.0"),
    T("#!AMR_MC1.0\n"),
    T("#!/bin/sh\n"),
    T("BM the beginning of a sentence that is quite long"),
    T("P1 is a road"),
    T("P5 10 20 x"),
    T("P4 1"),
    T("P3 1 1 255 255 red"),
    T("P1 1 1 2"),
    T("P2 1 1 9"),
    T("P7\nWIDTH 1\n"),
    T("P5 99999999999 1 255 "),
    T("P8 1 1 x"),
    T("P51 1 255 x"),
    T("GIF88a\1\0\1\0"),
    T("RIFF\0\0\0\0AVI LIST"),
    T("RIFXxxxxWEBPVP8 "),
    T("FORM\0\0\0\x04"
      "AIFF"),
    T("\0\0\0\x18"
      "ftypheic\0\0\0\0mif1heiciso8"),
    T("\0\0\0\x1c"
      "ftypavif\0\0\0\0avifmif1miafMA1A"),
    T("\0\0\0\x0cjP  \r\n\x87\n"),
    T("\0\0\0\x08wide"),
    T("\x1a\x45\xdf\xa3"),
    T("\xff\xf3\x88\xc0"),
    T("\xff\xff\xff\xff\xff\xff\xff\xff"),
    T("\xff\xd8"),
    T("GGGGGGGGGGGGGGGGGGGGGGGG"),
    T("\0\0\1\xba\x44\0\4\0\4\1\0\0\3\xf8\0\0\1\1"),
    T("PK\7\x08"),
    T("BZh91AY&SY"),
    T("Rar!\x1a\7\0"),
    T("7z\xbc\xaf\x27\x1c"),
    T("\x1f\x9d\x90"),
    T("ID3\3\0\0\0\0\0\1xnothing"),
    T("ID3\3\0\0\xff\xff\xff\xff"),
    T("\x7f"
      "ELF\2\1\1"),
    T("MZ\x90\0"),
    T("\xef\xbb\xbf/etc/passwd"),
};

static void takes_nothing_for_something(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(unknown); i++) {
        struct rf_media_info info;
        struct rf_err err = {0};

        if (rf_media_probe(unknown[i], &info, &err) != 0 || info.media != RF_MEDIA_UNKNOWN)
            fail_msg("\"%s\" is taken for %s (%s)", unknown[i].ptr, rf_media_name(info.media), err.msg);
        assert_int_equal(err.code, 0);
        assert_int_equal(rf_media_check(&info, unknown[i].len, &err), 0);
        assert_true(strlen(info.begins) == (unknown[i].len < 47 ? unknown[i].len : 47));
    }
}

static void takes_noise_for_nothing(void **state)
{
    static char noise[4096];
    uint64_t seed = 88172645463325252;

    (void)state;
    for (int round = 0; round < 2000; round++) {
        struct rf_media_info info;
        struct rf_err err = {0};

        for (size_t i = 0; i < sizeof(noise); i++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            noise[i] = (char)(seed >> 32);
        }
        assert_int_equal(rf_media_probe((struct rf_str){noise, sizeof(noise)}, &info, &err), 0);
        if (info.media != RF_MEDIA_UNKNOWN)
            fail_msg("round %d is %s", round, rf_media_name(info.media));
        assert_int_equal(rf_media_check(&info, sizeof(noise), &err), 0);
    }
}

static void shows_only_what_is_printable(void **state)
{
    struct rf_media_info info;
    struct rf_err err;
    char bytes[256];

    (void)state;
    for (int i = 0; i < 256; i++)
        bytes[i] = (char)i;
    for (size_t at = 0; at < 256; at++) {
        size_t len = 256 - at;

        assert_int_equal(rf_media_probe((struct rf_str){bytes + at, len}, &info, &err), 0);
        for (size_t i = 0; i < 47 && i < len; i++) {
            char want = bytes[at + i] >= ' ' && bytes[at + i] <= '~' ? bytes[at + i] : '.';

            assert_int_equal(info.begins[i], want);
        }
    }
}

/* --- tar --- */

enum { BLOCK = 512 };

static void make_tar(char block[BLOCK], const char *name, const char *magic, bool is_signed)
{
    long sum = 0;

    memset(block, 0, BLOCK);
    memcpy(block, name, strlen(name));
    memcpy(block + 124, "00000000012", 12);
    memcpy(block + 148, "        ", 8);
    memcpy(block + 257, magic, strlen(magic));
    for (int i = 0; i < BLOCK; i++)
        sum += is_signed ? (signed char)block[i] : (unsigned char)block[i];
    for (int i = 5; i >= 0; i--, sum >>= 3)
        block[148 + i] = (char)('0' + (sum & 7));
    block[154] = '\0';
}

static enum rf_media kind_of(const char *bytes, size_t len)
{
    struct rf_media_info info;
    struct rf_err err = {0};

    assert_int_equal(rf_media_probe((struct rf_str){bytes, len}, &info, &err), 0);
    assert_int_equal(rf_media_check(&info, len, &err), 0);
    return info.media;
}

static void knows_tar_by_its_sum(void **state)
{
    char block[BLOCK];

    (void)state;
    make_tar(block, "a.png", "ustar", false);
    assert_int_equal(kind_of(block, BLOCK), RF_MEDIA_TAR);
    assert_int_equal(kind_of(block, BLOCK - 1), RF_MEDIA_UNKNOWN);
    make_tar(block, "\xc3\xa4.png", "", true);
    assert_int_equal(kind_of(block, BLOCK), RF_MEDIA_TAR);
    make_tar(block, "\xc3\xa4.png", "", false);
    assert_int_equal(kind_of(block, BLOCK), RF_MEDIA_TAR);
    block[0]++;
    assert_int_equal(kind_of(block, BLOCK), RF_MEDIA_UNKNOWN);
    make_tar(block, "", "ustar", false);
    assert_int_equal(kind_of(block, BLOCK), RF_MEDIA_UNKNOWN);
    make_tar(block, "a", "ustar", false);
    memcpy(block + 148, "        ", 8);
    assert_int_equal(kind_of(block, BLOCK), RF_MEDIA_UNKNOWN);
}

/* A tar that holds a PDF is a tar; one whose first name is another kind's magic is refused, for it is both.
 */
static void refuses_two_kinds_in_one(void **state)
{
    static const char *const names[] = {"GIF89a\1", "%PDF-1.4", "\xff\xd8\xff\xe0", "OggS", "PK\3\4", "fLaC"};
    char tar[2 * BLOCK] = {0};

    (void)state;
    make_tar(tar, "page.pdf", "ustar", false);
    memcpy(tar + BLOCK, "%PDF-1.4\n", 9);
    assert_int_equal(kind_of(tar, sizeof(tar)), RF_MEDIA_TAR);
    for (size_t i = 0; i < RF_COUNT(names); i++) {
        make_tar(tar, names[i], "ustar", false);
        if (kind_of(tar, sizeof(tar)) != RF_MEDIA_UNKNOWN)
            fail_msg("a tar that begins with %s is taken for one of both", names[i]);
    }
}

/* --- names --- */

static void names_every_kind(void **state)
{
    (void)state;
    for (unsigned i = RF_MEDIA_UNKNOWN + 1; i < RF_MEDIA_MAX; i++) {
        enum rf_media media = (enum rf_media)i;

        assert_int_equal(rf_media_by_name(rf_str_of(rf_media_name(media))), media);
        assert_int_not_equal(rf_media_family(media), RF_FAMILY_NONE);
        assert_int_equal(rf_media_demuxer(media) != NULL, rf_media_family(media) == RF_FAMILY_AUDIO);
    }
    assert_int_equal(rf_media_by_name(RF_STR("unknown")), RF_MEDIA_UNKNOWN);
    assert_int_equal(rf_media_by_name(RF_STR("PNG")), RF_MEDIA_UNKNOWN);
    assert_int_equal(rf_media_by_name(RF_STR("")), RF_MEDIA_UNKNOWN);
    assert_int_equal(rf_media_family(RF_MEDIA_UNKNOWN), RF_FAMILY_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_every_kind),
        cmocka_unit_test(survives_every_prefix),
        cmocka_unit_test(takes_nothing_for_something),
        cmocka_unit_test(takes_noise_for_nothing),
        cmocka_unit_test(shows_only_what_is_printable),
        cmocka_unit_test(knows_tar_by_its_sum),
        cmocka_unit_test(refuses_two_kinds_in_one),
        cmocka_unit_test(names_every_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
