/* Files that are broken, answers that nobody gave, and files that are meant to keep a reader busy. */
#include "engine/media.h"

#include "unit/media_samples.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define TIFF_PAGE "II*\0\x08\0\0\0\3\0" TIFF_WIDTH("\x09\0") TIFF_HEIGHT("\5\0")

/* The file, and words of the sentence. */
static const struct {
    struct rf_str bytes;
    const char *says;
} broken[] = {
    {T(PNG_HEAD), "png: it does not begin"},
    {T("\x89PNG\r\n\x1a\n\0\0\0\x0dIEND\0\0\0\x09\0\0\0\5\x08\2\0\0\0\0\0\0\0"), "png: it does not begin"},
    {T("\x89PNG\r\n\x1a\n\0\0\0\x0eIHDR\0\0\0\x09\0\0\0\5\x08\2\0\0\0\0\0\0\0"), "png: it does not begin"},
    {T(PNG_HEAD "\0\0\0\0\0\0\0\5\x08\2\0\0\0\0\0\0\0"), "png: a page of 0 x 5"},
    {T(PNG_HEAD "\0\0\0\x09\0\0\0\0\x08\2\0\0\0\0\0\0\0"), "png: a page of 9 x 0"},
    {T(PNG_HEAD "\x80\0\0\0\0\0\0\5\x08\2\0\0\0\0\0\0\0"), "png: the size is beyond"},
    {T(PNG_HEAD "\0\0\0\x09\0\0\0\5\x04\2\0\0\0\0\0\0\0"),
     "png: there are no images with 4 bits of colour type 2"},
    {T(PNG_HEAD "\0\0\0\x09\0\0\0\5\x00\0\0\0\0\0\0\0\0"), "png: there are no images"},
    {T(PNG_HEAD "\0\0\0\x09\0\0\0\5\x08\7\0\0\0\0\0\0\0"), "png: there are no images"},
    {T("\xff\xd8\xff"), "jpeg: it breaks off"},
    {T("\xff\xd8\xff\xd9xx"), "jpeg: marker d9"},
    {T("\xff\xd8\xff\xda\0\x08"), "jpeg: marker da"},
    {T("\xff\xd8\xff\xd8\0\x08"), "jpeg: marker d8"},
    {T("\xff\xd8\xff\xe0\0\1"), "jpeg: marker e0"},
    {T("\xff\xd8\xff\xe0\0\2xx"), "jpeg: it breaks off"},
    {T("\xff\xd8\xff\xc0\0\x0b\x08\0\0\0\x09\1\1\x11\0"), "jpeg: a page of 9 x 0"},
    {T("\xff\xd8\xff\xc4\0\x0b\x08\0\5\0\x09\1\1\x11\0"), "jpeg: it breaks off"},
    {T("II*\0\0\0\0\0"), "tiff: there is no page"},
    {T("II*\0\xff\xff\xff\xff"), "tiff: it breaks off before the size of page 1"},
    {T("II*\0\x08\0\0\0\0\0\0\0\0\0"), "tiff: it breaks off"},
    {T("II*\0\x08\0\0\0\2\0" TIFF_WIDTH("\x09\0") TIFF_HEIGHT("\0\0") "\0\0\0\0"), "tiff: a page of 9 x 0"},
    {T("II*\0\x08\0\0\0\1\0" TIFF_WIDTH("\x09\0") "\0\0\0\0"), "tiff: a page of 9 x 0"},
    {T("II*\0\x08\0\0\0\2\0" TIFF_WIDTH("\x09\0") TIFF_HEIGHT("\5\0") "\x08\0\0\0"), "in a ring"},
    {T("II*\0\x08\0\0\0\2\0" TIFF_WIDTH("\x09\0") TIFF_HEIGHT("\5\0") "\x26\0\0\0\2\0" TIFF_WIDTH("\x09\0")
           TIFF_HEIGHT("\5\0") "\x44\0\0\0\2\0" TIFF_WIDTH("\x09\0") TIFF_HEIGHT("\5\0") "\x26\0\0\0"),
     "in a ring"},
    {T("II*\0\x08\0\0\0\2\0" TIFF_WIDTH("\x09\0") TIFF_HEIGHT("\5\0") "\xff\0\0\0"),
     "before the size of page 2"},
    {T(TIFF_PAGE TIFF_WIDTH("\x01\0") "\0\0\0\0"), "tiff: a page states tag 256 twice"},
    {T(TIFF_PAGE "\x28\1\3\0\2\0\0\0\2\0\2\0"
                 "\0\0\0\0"),
     "tiff: tag 296 is not one whole number"},
    {T("II*\0\x08\0\0\0\1\0\0\1\2\0\1\0\0\0\x09\0\0\0\0\0\0\0"), "tiff: tag 256 is not"},
    {T("II*\0\x08\0\0\0\1\0\0\1\x10\0\1\0\0\0\x09\0\0\0\0\0\0\0"), "tiff: tag 256 is not"},
    {T("II+\0\x04\0\0\0\x10\0\0\0\0\0\0\0"), "tiff: offsets"},
    {T("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\xff\xff\xff\xff\xff\xff\xff\x0f"), "tiff: it breaks off"},
    {T("P5 0 1 255\nx"), "pnm: a page of 0 x 1"},
    {T("P5 2 1 255\nx"), "pnm: it breaks off in image 1"},
    {T("P6 1 1 65536\n123456"), "pnm: a brightest value of 65536"},
    {T("P6 1 1 0\n123456"), "pnm: a brightest value of 0"},
    {T("P5 4294967295 4294967295 256\nx"), "pnm: an image of 4294967295 x 4294967295 pixels is too large"},
    {T("P5 4294967296 1 255\nx"), "pnm: a page of 4294967296 x 1"},
    {T("P5 1 1 255\nxP5 1 2 255\ny"), "pnm: it breaks off in image 2"},
    {T("P1 1 0 1"), "pnm: a page of 1 x 0"},
    {T("BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\x09\0\0\0\5\0\0\0\1\0\x18\0\0\0"), "bmp: it breaks off"},
    {T("BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\x09\0\0\0\0\0\0\x80\1\0\x18\0\0\0\0\0\0\0\0\0"
       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     "bmp: the size is beyond"},
    {T("BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\xff\xff\xff\xff\5\0\0\0\1\0\x18\0\0\0\0\0\0\0\0\0"
       "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     "bmp: the size is beyond"},
    {T("BM\0\0\0\0\0\0\0\0\0\0\0\0\x0c\0\0\0\x09\0\0\0\1\0\1\0"), "bmp: a page of 9 x 0"},
    {T("GIF89a\x09\0\5\0\0\0\0;"), "gif: there is no image"},
    {T("GIF89a\x09\0\5\0\0\0\0"), "gif: there is no image"},
    {T("GIF89a\x09\0\5\0\0\0\0,\0\0\0\0\0\0\5\0\0\2\0;"), "gif: a page of 0 x 5"},
    {T("RIFF\0\0\0\0WEBP"), "webp: there is no image"},
    {T("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0\x08\0\0\4\0\0"), "webp: there is no image"},
    {T("RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\x11\0\0\x9d\1\x2a\x09\x40\5\x80"), "webp: its image does not begin"},
    {T("RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\x10\0\0\x9d\1\x2a\0\0\5\x80"), "webp: a page of 0 x 5"},
    {T("RIFF\0\0\0\0WEBPVP8L\5\0\0\0\x2f\x08\0\1\xf0"), "webp: its image has no header"},
    {T("RIFF\0\0\0\0WEBPVP8L\5\0\0\0"), "webp: its image has no header"},
    {T("RIFF\0\0\0\0WAVE"), "wav: there are no samples"},
    {T("RIFF\0\0\0\0WAVEdata\2\0\0\0xy"), "wav: its samples come before"},
    {T(WAV_HEAD("\x10\0\0\0\1\0\1\0")), "wav: it breaks off in its format"},
    {T(WAV_HEAD("\x0e\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0")), "wav: it breaks off in its format"},
    {T(WAV_HEAD("\x10\0\0\0\1\0\0\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\2\0\0\0xy")), "wav: 0 channels"},
    {T(WAV_HEAD("\x10\0\0\0\1\0\1\0\0\0\0\0\0\x7d\0\0\2\0\x10\0data\2\0\0\0xy")), "wav: 1 channels at 0 Hz"},
    {T(WAV_HEAD("\x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\4\0\x10\0data\2\0\0\0xy")), "do not make 4 bytes"},
    {T(WAV_HEAD("\x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\0\0\0\0data\2\0\0\0xy")), "do not make 0 bytes"},
    {T(WAV_HEAD("\x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0"
                "fmt \x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0"
                "\2\0\x10\0data\2\0\0\0xy")),
     "wav: it states its format twice"},
    {T("fLaC\x84\0\0\x22"), "flac: it does not begin"},
    {T("fLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\0\0\0\xf0\0\0\x3e\x80"
       "0123456789abcdef"),
     "flac: it does not begin"},
    {T("OggS\0\2\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\1\7\x80theora"), "ogg: there is no Vorbis"},
    {T("OggS"), "ogg: there is no Vorbis"},
    {T("#!AMR\n"), "amr: there are no frames"},
    {T("#!AMR-WB\n\x60"), "amr: there are no frames"},
    {T("\0\0\0\x10"
       "ftypM4A \0\0\0\0\0\0\0\x09mdatx"),
     "m4a: there is no whole index"},
    {T("\0\0\0\x10"
       "ftypisom\0\0\0\0\0\0\0\x08moov"),
     "mp4: its index has no header"},
    {T("\0\0\0\x10"
       "ftypisom\0\0\0\0\0\0\0\x07moov"),
     "mp4: there is no whole index"},
    {T("\0\0\0\x10"
       "ftypisom\0\0\0\0\0\0\0\1free\xff\xff\xff\xff\xff\xff\xff\xff" MOOV_HEAD),
     "mp4: there is no"},
};

static void says_what_is_broken(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(broken); i++) {
        char *exact = malloc(broken[i].bytes.len);
        struct rf_media_info info = {.media = RF_MEDIA_PDF};
        struct rf_err err = {0};

        assert_non_null(exact);
        memcpy(exact, broken[i].bytes.ptr, broken[i].bytes.len);
        if (rf_media_probe((struct rf_str){exact, broken[i].bytes.len}, &info, &err) != -EBADMSG)
            fail_msg("file %zu, \"%s\", is taken for %s", i, broken[i].says, rf_media_name(info.media));
        if (!strstr(err.msg, broken[i].says))
            fail_msg("file %zu: \"%s\", want \"%s\"", i, err.msg, broken[i].says);
        assert_int_equal(err.code, -EBADMSG);
        assert_int_equal(info.media, RF_MEDIA_PDF);
        free(exact);
    }
}

/* --- answers that no probe gave --- */

static void spoil_media(struct rf_media_info *info)
{
    info->media = RF_MEDIA_MAX;
}
static void spoil_media_more(struct rf_media_info *info)
{
    memset(&info->media, 0xff, sizeof(info->media));
}
static void spoil_end(struct rf_media_info *info)
{
    memset(info->begins, 'x', sizeof(info->begins));
}
static void spoil_begins(struct rf_media_info *info)
{
    info->begins[0] = 'x';
}
static void spoil_escape(struct rf_media_info *info)
{
    info->begins[0] = '\x1b';
}
static void spoil_bool(struct rf_media_info *info)
{
    memset(&info->is_speech_pcm, 2, 1);
}
static void spoil_rate(struct rf_media_info *info)
{
    info->sample_rate++;
}
static void spoil_channels(struct rf_media_info *info)
{
    info->channels++;
}
static void spoil_start(struct rf_media_info *info)
{
    info->data_start = UINT64_MAX;
}
static void spoil_bytes(struct rf_media_info *info)
{
    info->data_bytes += 2;
}
static void spoil_half(struct rf_media_info *info)
{
    info->data_bytes--;
}
static void spoil_speech(struct rf_media_info *info)
{
    info->is_speech_pcm = !info->is_speech_pcm;
}
static void spoil_width(struct rf_media_info *info)
{
    info->width = info->width ? 0 : 1;
}
static void spoil_height(struct rf_media_info *info)
{
    info->height = info->height ? 0 : 1;
}
static void spoil_duration(struct rf_media_info *info)
{
    info->duration_ms = 0;
}
static void spoil_pages(struct rf_media_info *info)
{
    info->pages = 1;
}
static void spoil_dpi(struct rf_media_info *info)
{
    info->dpi = 1;
}

static const struct {
    const char *sample;
    void (*spoil)(struct rf_media_info *info);
} spoilt[] = {
    {"png", spoil_media},
    {"png", spoil_media_more},
    {"png", spoil_end},
    {"png", spoil_begins},
    {"png", spoil_escape},
    {"png", spoil_bool},
    {"png", spoil_width},
    {"png", spoil_height},
    {"png", spoil_duration},
    {"png", spoil_rate},
    {"png", spoil_channels},
    {"png", spoil_speech},
    {"png", spoil_start},
    {"png", spoil_bytes},
    {"pdf", spoil_pages},
    {"pdf", spoil_dpi},
    {"pdf", spoil_width},
    {"pdf", spoil_duration},
    {"zip", spoil_rate},
    {"wav for speech", spoil_rate},
    {"wav for speech", spoil_channels},
    {"wav for speech", spoil_start},
    {"wav that was never finished", spoil_bytes},
    {"wav for speech", spoil_half},
    {"wav for speech", spoil_speech},
    {"wav for speech", spoil_width},
    {"wav in stereo", spoil_speech},
    {"wav in stereo", spoil_pages},
};

static void believes_no_other_answer(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(spoilt); i++) {
        struct rf_media_info info;
        struct rf_err err = {0};
        struct rf_str bytes;
        size_t at = 0;

        while (strcmp(samples[at].name, spoilt[i].sample) != 0)
            at++;
        bytes = sample_bytes(&samples[at]);
        assert_int_equal(rf_media_probe(bytes, &info, &err), 0);
        assert_int_equal(rf_media_check(&info, bytes.len, &err), 0);
        spoilt[i].spoil(&info);
        if (rf_media_check(&info, bytes.len, &err) != -EBADMSG)
            fail_msg("spoilt answer %zu (%s) is believed", i, spoilt[i].sample);
        free((void *)(uintptr_t)bytes.ptr);
    }
}

/* --- four gibibytes of as little as possible --- */

#define HUGE_BYTES ((size_t)4 << 30)
enum { PIECE = 3 << 20 /* of whole patterns */, READABLE = 24 * PIECE, TAIL = PIECE };

/* The walk must end after a million steps. How far it came is known without a clock: what lies behind 72 MiB
   cannot be read, but for the last pieces, which a reader may look at from the end. */
static const struct {
    const char *name;
    struct rf_str head;
    struct rf_str pattern; /* as long as a divisor of PIECE */
    int code;
    uint32_t pages; /* where code is 0 */
} endless[] = {
    {"png of empty chunks", T(PNG_HEAD "\0\0\0\x09\0\0\0\5\x08\2\0\0\0\0\0\0\0"), T("\0\0\0\0tEXt\0\0\0\0"),
     0, 1},
    {"jpeg of empty segments", T("\xff\xd8"), T("\xff\xe1\0\2"), -EBADMSG, 0},
    {"jpeg of fill bytes", T("\xff\xd8"), T("\xff"), -EBADMSG, 0},
    {"jpeg of restarts", T("\xff\xd8"), T("\xff\xd0"), -EBADMSG, 0},
    {"gif of one-byte blocks", T("GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2"), T("\1x"), 0, 0},
    {"gif of empty extensions", T("GIF89a\1\0\1\0\0\0\0,\0\0\0\0\1\0\1\0\0\2\0"), T("!x\0"), 0, 0},
    {"gif of empty frames", T("GIF89a\1\0\1\0\0\0\0"), T(",\0\0\0\0\1\0\1\0\0\2\0"), 0, 0},
    {"webp of empty chunks", T("RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\x10\0\0\x9d\1\x2a\x09\x40\5\x80"),
     T("EXIF\0\0\0\0"), 0, 0},
    {"bigtiff of a directory that fills it", T("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\0\0\xf0\0\0\0\0\0"),
     T("\0"), -EBADMSG, 0},
    {"pgm of images", T(""), T("P5 1 1  99\nx"), 0, 0},
    {"ppm with a comment", T("P6 #"), T("x"), 0, 0},
    {"wav of empty chunks", T("RIFF\0\0\0\0WAVE"), T("junk\0\0\0\0"), -EBADMSG, 0},
    {"mp4 of empty boxes",
     T("\0\0\0\x0c"
       "ftypisom"),
     T("\0\0\0\x08"
       "free"),
     -EBADMSG, 0},
    {"m4a with an index of empty boxes",
     T("\0\0\0\x0c"
       "ftypM4A \0\0\0\1moov\0\0\0\0\xff\xff\xff\0"),
     T("\0\0\0\x08"
       "free"),
     -EBADMSG, 0},
    {"amr of empty frames", T("#!AMR\n"), T("\x7c"), 0, 0},
    {"aac of empty frames", T(""), T("\xff\xf1\x60\x40\1\x1f\xfc\0"), 0, 0},
    {"mp3 of small frames", T(""), T("\xff\xf3\x14\xc0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"), 0, 0},
    {"ogg whose end is nothing but pages", T(VORBIS_PAGE "0123456789abcd"), T("OggS\0xxx"), 0, 0},
    {"ogg of beginnings", T(""), T("OggS\0\2\0\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\1\4vide"), -EBADMSG, 0},
    {"tags", T(""), T("ID3\3\0\0\0\0\0\2xx"), 0, 0},
    {"zeros", T("ID3\3\0\0\0\0\0\0"), T("\0"), 0, 0},
};

static int pattern_file(const char *name, size_t head_len, const char *head, struct rf_str pattern,
                        size_t shift)
{
    static char piece[PIECE];
    int fd = memfd_create(name, MFD_CLOEXEC);

    assert_true(fd >= 0);
    memcpy(piece, head, head_len);
    for (size_t i = head_len; i < PIECE; i++)
        piece[i] = pattern.ptr[(i + shift) % pattern.len];
    assert_int_equal(write(fd, piece, PIECE), PIECE);
    return fd;
}

static void map_piece(char *at, int fd)
{
    assert_ptr_equal(mmap(at, PIECE, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0), at);
}

static void ends_every_walk(void **state)
{
    (void)state;
    for (size_t i = 0; i < RF_COUNT(endless); i++) {
        const struct rf_str head = endless[i].head;
        const struct rf_str pattern = endless[i].pattern;
        size_t shift = pattern.len - head.len % pattern.len;
        int first = pattern_file("first", head.len, head.ptr, pattern, shift);
        int next = pattern_file("next", 0, "", pattern, shift);
        char *base = mmap(NULL, HUGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        struct rf_media_info info = {0};
        struct rf_err err = {0};
        int code;

        assert_ptr_not_equal(base, MAP_FAILED);
        assert_int_equal(PIECE % pattern.len, 0);
        map_piece(base, first);
        for (size_t at = PIECE; at < READABLE; at += PIECE)
            map_piece(base + at, next);
        map_piece(base + HUGE_BYTES - TAIL, next);
        print_message("# %s\n", endless[i].name);
        (void)fflush(stdout); /* so that a crash has a name */
        code = rf_media_probe((struct rf_str){base, HUGE_BYTES}, &info, &err);
        if (code != endless[i].code || (code == 0 && info.pages != endless[i].pages) ||
            (code == 0 && info.duration_ms != UINT64_MAX))
            fail_msg("%s: %d %s, %u pages, %s", endless[i].name, code, rf_media_name(info.media), info.pages,
                     err.msg);
        assert_int_equal(munmap(base, HUGE_BYTES), 0);
        (void)close(first);
        (void)close(next);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(says_what_is_broken),
        cmocka_unit_test(believes_no_other_answer),
        cmocka_unit_test(ends_every_walk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
