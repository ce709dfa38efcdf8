#ifndef RF_TESTS_MEDIA_SAMPLES_H
#define RF_TESTS_MEDIA_SAMPLES_H

/* The smallest files of each kind, and what is to be read in them. */

#include "engine/media.h"

#include <stdlib.h>
#include <string.h>

#define T(literal)                                                                                           \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    }

/* head, then `count` times `unit` with zeros behind it up to `unit_bytes`, then tail. */
struct sample {
    const char *name;
    struct rf_str head;
    struct rf_str unit;
    size_t unit_bytes;
    size_t count;
    struct rf_str tail;
    struct rf_media_info want; /* duration_ms 0 stands for unknown */
};

/* Exactly as many bytes as it has, so that a sanitizer sees the first one read too many. */
static inline struct rf_str sample_bytes(const struct sample *sample)
{
    size_t len = sample->head.len + sample->count * sample->unit_bytes + sample->tail.len;
    char *bytes = calloc(1, len + 1);
    char *at = bytes;

    if (!bytes)
        abort();
    if (sample->head.len)
        memcpy(at, sample->head.ptr, sample->head.len);
    at += sample->head.len;
    for (size_t i = 0; i < sample->count; i++, at += sample->unit_bytes)
        memcpy(at, sample->unit.ptr, sample->unit.len);
    if (sample->tail.len)
        memcpy(at, sample->tail.ptr, sample->tail.len);
    bytes = realloc(bytes, len ? len : 1);
    if (!bytes)
        abort();
    return (struct rf_str){bytes, len};
}

#define IMAGE(kind, pages_, width_, height_, dpi_)                                                           \
    .want = {.media = (kind), .pages = (pages_), .width = (width_), .height = (height_), .dpi = (dpi_)}
#define SOUND(kind, ms, rate, channels_)                                                                     \
    .want = {.media = (kind), .duration_ms = (ms), .sample_rate = (rate), .channels = (channels_)}

#define PNG_HEAD "\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR"
#define TIFF_ENTRY(tag, type, value) tag type "\1\0\0\0" value "\0\0"
#define TIFF_WIDTH(value) TIFF_ENTRY("\0\1", "\3\0", value)
#define TIFF_HEIGHT(value) TIFF_ENTRY("\1\1", "\3\0", value)
#define WAV_HEAD(bytes) "RIFF\xff\xff\xff\xffWAVEfmt " bytes
#define MOOV_HEAD "\0\0\0\x24moov\0\0\0\x1cmvhd\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x03\xe8\0\0\x05\xdc"
#define VORBIS_PAGE "OggS\0\2\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\1\x1e\1vorbis\0\0\0\0\2\x44\xac\0\0"

static const struct sample samples[] = {
    {"png", .head = T(PNG_HEAD "\0\0\0\x09\0\0\0\5\x08\2\0\0\0\0\0\0\0"), IMAGE(RF_MEDIA_PNG, 1, 9, 5, 0)},
    {"png with a density",
     .head = T(PNG_HEAD "\0\0\2\x80\0\0\1\xe0\1\0\0\0\1\0\0\0\0\0\0\0\3tEXtabc\0\0\0\0"
                        "\0\0\0\x09pHYs\0\0\x2e\x23\0\0\x2e\x23\1\0\0\0\0\0\0\0\0IDAT"),
     IMAGE(RF_MEDIA_PNG, 1, 640, 480, 300)},
    {"jpeg", .head = T("\xff\xd8\xff\xc0\0\x0b\x08\0\5\0\x09\1\1\x11\0"), IMAGE(RF_MEDIA_JPEG, 1, 9, 5, 0)},
    {"jpeg with JFIF, in centimetres",
     .head = T("\xff\xd8\xff\xe0\0\x10JFIF\0\1\1\2\0\x76\0\x76\0\0\xff\xff\xff\xfe\0\4hi\xff\xc2\0\x0b\x08"
               "\0\5\0\x09\1\1\x11\0"),
     IMAGE(RF_MEDIA_JPEG, 1, 9, 5, 300)},
    {"tiff", .head = T("II*\0\x08\0\0\0\2\0" TIFF_WIDTH("\x09\0") TIFF_HEIGHT("\5\0") "\0\0\0\0"),
     IMAGE(RF_MEDIA_TIFF, 1, 9, 5, 0)},
    {"tiff of two pages, the other way round",
     .head = T("MM\0*\0\0\0\x08\0\4\1\0\0\4\0\0\0\1\0\0\0\x09\1\1\0\4\0\0\0\1\0\0\0\5"
               "\1\x1a\0\5\0\0\0\1\0\0\0\2\1\x28\0\3\0\0\0\1\0\2\0\0\0\0\0\x3e"
               "\0\2\1\0\0\3\0\0\0\1\1\0\0\0\1\1\0\1\0\0\0\1\2\0\0\0\0\0\0\0"),
     IMAGE(RF_MEDIA_TIFF, 2, 256, 2, 5)},
    {"bigtiff",
     .head = T("II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\3\0\0\0\0\0\0\0"
               "\0\1\x10\0\1\0\0\0\0\0\0\0\x09\0\0\0\0\0\0\0\1\1\3\0\1\0\0\0\0\0\0\0\5\0\0\0\0\0\0\0"
               "\x1a\1\5\0\1\0\0\0\0\0\0\0\x58\2\0\0\2\0\0\0\0\0\0\0\0\0\0\0"),
     IMAGE(RF_MEDIA_TIFF, 1, 9, 5, 300)},
    {"pbm", .head = T("P4\n9 2\n1234"), IMAGE(RF_MEDIA_PNM, 1, 9, 2, 0)},
    {"plain pbm", .head = T("P1 # a comment\n\t3 2\n10 1\n0 1 0"), IMAGE(RF_MEDIA_PNM, 1, 3, 2, 0)},
    {"plain ppm", .head = T("P3 1 1 255\n255 0 77\n"), IMAGE(RF_MEDIA_PNM, 1, 1, 1, 0)},
    {"three pgm", .head = T("P5 1 1 255\nxP5 3 2 300\n123456654321P5 1 1 9 x"),
     IMAGE(RF_MEDIA_PNM, 3, 3, 2, 0)},
    {"ppm with something behind it", .head = T("P6 1 1 255 xyzP9"), IMAGE(RF_MEDIA_PNM, 1, 1, 1, 0)},
    {"bmp of Windows",
     .head = T("BM\0\0\0\0\0\0\0\0\0\0\0\0\x28\0\0\0\x09\0\0\0\xfb\xff\xff\xff\1\0\x18\0\0\0\0\0\0\0\0\0"
               "\x23\x2e\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     IMAGE(RF_MEDIA_BMP, 1, 9, 5, 300)},
    {"bmp of OS/2", .head = T("BM\0\0\0\0\0\0\0\0\0\0\0\0\x0c\0\0\0\x09\0\5\x80\1\0\1\0"),
     IMAGE(RF_MEDIA_BMP, 1, 9, 0x8005, 0)},
    {"gif", .head = T("GIF87a\x09\0\5\0\x80\0\0rgbrgb,\0\0\0\0\x09\0\5\0\0\2\2xy\0;"),
     IMAGE(RF_MEDIA_GIF, 1, 9, 5, 0)},
    {"gif of two frames, one larger than the screen",
     .head = T("GIF89a\1\0\1\0\0\0\0!\xf9\4abcd\0,\0\0\0\0\1\0\1\0\x81rgbrgbrgbrgb\2\1x\0"
               ",\0\0\0\0\x09\0\5\0\0\2\1x\1y\0;"),
     IMAGE(RF_MEDIA_GIF, 2, 9, 5, 0)},
    {"webp, lossy", .head = T("RIFF\0\0\0\0WEBPVP8 \x0a\0\0\0\x10\0\0\x9d\1\x2a\x09\x40\5\x80"),
     IMAGE(RF_MEDIA_WEBP, 1, 9, 5, 0)},
    {"webp, lossless", .head = T("RIFF\0\0\0\0WEBPVP8L\5\0\0\0\x2f\x08\0\1\x10"),
     IMAGE(RF_MEDIA_WEBP, 1, 9, 5, 0)},
    {"webp that moves",
     .head = T("RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0\x08\0\0\4\0\0ANMF\1\0\0\0x\0ANMF\0\0\0\0"),
     IMAGE(RF_MEDIA_WEBP, 2, 9, 5, 0)},

    {"pdf", .head = T("%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), .want = {.media = RF_MEDIA_PDF}},
    {"pdf with something before it", .head = T("\xef\xbb\xbfX-Y: z\r\n\r\n%PDF-2.0\n"),
     .want = {.media = RF_MEDIA_PDF}},

    {"wav for speech",
     .head = T(WAV_HEAD("\x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\x80\x3e\0\0")),
     .unit = T("x"), .unit_bytes = 16000, .count = 2,
     .want = {.media = RF_MEDIA_WAV,
              .duration_ms = 500,
              .sample_rate = 16000,
              .channels = 1,
              .is_speech_pcm = true,
              .data_start = 44,
              .data_bytes = 16000}},
    {"wav that lies of its size",
     .head =
         T(WAV_HEAD("\x12\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0\0\0odd \1\0\0\0x\0data\0\0\0\x70")),
     .unit = T("x"), .unit_bytes = 16001, .count = 1,
     .want = {.media = RF_MEDIA_WAV,
              .duration_ms = 500,
              .sample_rate = 16000,
              .channels = 1,
              .is_speech_pcm = true,
              .data_start = 56,
              .data_bytes = 16000}},
    {"wav that was never finished",
     .head = T(WAV_HEAD("\x10\0\0\0\1\0\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0data\0\0\0\0")), .unit = T("x"),
     .unit_bytes = 32, .count = 1,
     .want = {.media = RF_MEDIA_WAV,
              .duration_ms = 1,
              .sample_rate = 16000,
              .channels = 1,
              .is_speech_pcm = true,
              .data_start = 44,
              .data_bytes = 32}},
    {"wav, extensible",
     .head = T(WAV_HEAD("\x28\0\0\0\xfe\xff\1\0\x80\x3e\0\0\0\x7d\0\0\2\0\x10\0\x16\0\x10\0\4\0\0\0"
                        "\1\0\0\0\0\0\x10\0\x80\0\0\xaa\0\x38\x9b\x71"
                        "data\x20\0\0\0")),
     .unit = T("x"), .unit_bytes = 32, .count = 1,
     .want = {.media = RF_MEDIA_WAV,
              .duration_ms = 1,
              .sample_rate = 16000,
              .channels = 1,
              .is_speech_pcm = true,
              .data_start = 68,
              .data_bytes = 32}},
    {"wav in stereo",
     .head = T(WAV_HEAD("\x10\0\0\0\1\0\2\0\x44\xac\0\0\0\0\0\0\4\0\x10\0data\xff\xff\xff\xff")),
     .unit = T("x"), .unit_bytes = 44100, .count = 4, SOUND(RF_MEDIA_WAV, 1000, 44100, 2)},
    {"wav of MP3 frames",
     .head = T(WAV_HEAD("\x10\0\0\0\x55\0\2\0\x44\xac\0\0\0\0\0\0\1\0\0\0data\1\0\0\0x")),
     SOUND(RF_MEDIA_WAV, 0, 44100, 2)},
    {"rf64",
     .head = T(
         "RF64\xff\xff\xff\xffWAVEds64\x1c\0\0\0\0\0\0\0\0\0\0\0\x40\x1f\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
         "fmt \x10\0\0\0\6\0\1\0\x40\x1f\0\0\0\0\0\0\1\0\x08\0data\xff\xff\xff\xff"),
     .unit = T("x"), .unit_bytes = 9000, .count = 1, SOUND(RF_MEDIA_WAV, 1000, 8000, 1)},

    /* 144 * 64000 / 16000 / 2 = 288 bytes and 576 samples each */
    {"mp3", .unit = T("\xff\xf3\x88\xc0"), .unit_bytes = 288, .count = 10,
     SOUND(RF_MEDIA_MP3, 360, 16000, 1)},
    {"mp3 of two frames", .unit = T("\xff\xf3\x88\xc0"), .unit_bytes = 288, .count = 2,
     SOUND(RF_MEDIA_MP3, 72, 16000, 1)},
    {"mp3 with tags", .head = T("ID3\3\0\x10\0\0\0\4abcd0123456789\0\0\0"), .unit = T("\xff\xf3\x88\xc0"),
     .unit_bytes = 288, .count = 10, .tail = T("TAGx"), SOUND(RF_MEDIA_MP3, 360, 16000, 1)},
    {"mp3 with an index, and damage behind it",
     .unit = T("\xff\xf3\x88\xc0\0\0\0\0\0\0\0\0\0Info\0\0\0\1\0\0\0\x64"), .unit_bytes = 288, .count = 10,
     .tail = T("damage"), SOUND(RF_MEDIA_MP3, 3600, 16000, 1)},
    {"mp3 with VBRI, and damage behind it",
     .unit = T("\xff\xf3\x88\xc0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"
               "VBRI\0\0\0\0\0\0\0\0\0\0\0\0\0\x64"),
     .unit_bytes = 288, .count = 10, .tail = T("damage"), SOUND(RF_MEDIA_MP3, 3600, 16000, 1)},
    {"mp3 with damage in it", .unit = T("\xff\xf3\x88\xc0"), .unit_bytes = 288, .count = 10,
     .tail = T("damage"), SOUND(RF_MEDIA_MP3, 0, 16000, 1)},
    {"mp2", .unit = T("\xff\xfd\x90\0"), .unit_bytes = 522, .count = 5, SOUND(RF_MEDIA_MP2, 130, 44100, 2)},
    {"mpeg audio, layer I", .unit = T("\xff\xff\x44\0"), .unit_bytes = 128, .count = 5,
     SOUND(RF_MEDIA_MP2, 40, 48000, 2)},
    {"aac", .unit = T("\xff\xf1\x60\x40\1\x1f\xfc"), .unit_bytes = 8, .count = 8,
     SOUND(RF_MEDIA_AAC, 512, 16000, 1)},
    {"amr", .head = T("#!AMR\n"), .unit = T("\x3c"), .unit_bytes = 32, .count = 50,
     SOUND(RF_MEDIA_AMR, 1000, 8000, 1)},
    {"amr-wb", .head = T("#!AMR-WB\n"), .unit = T("\x44"), .unit_bytes = 61, .count = 50,
     SOUND(RF_MEDIA_AMR, 1000, 16000, 1)},
    {"flac",
     .head = T("fLaC\x80\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\3\xe8\0\xf0\0\0\x3e\x80"
               "0123456789abcdef"),
     SOUND(RF_MEDIA_FLAC, 1000, 16000, 1)},
    {"flac behind a tag",
     .head = T("ID3\4\0\0\0\0\0\1xfLaC\0\0\0\x22\x10\0\x10\0\0\0\0\0\0\0\x0a\xc4\x42\xf0\0\0\0\0"
               "0123456789abcdef"),
     SOUND(RF_MEDIA_FLAC, 0, 44100, 2)},
    {"ogg with Vorbis", .head = T(VORBIS_PAGE "0123456789abcd"),
     .tail = T("OggS\0\4\x44\xac\0\0\0\0\0\0\7\0\0\0\1\0\0\0\0\0\0\0\0"
               "OggS\0\4\xff\xff\xff\xff\xff\xff\xff\xff\7\0\0\0\1\0\0\0\0\0\0\0\0"
               "OggS\0\4\1\0\0\0\0\0\0\0\x08\0\0\0\1\0\0\0\0\0\0\0\0"),
     SOUND(RF_MEDIA_OGG, 1000, 44100, 2)},
    {"ogg with video before its Opus",
     .head = T("OggS\0\2\0\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0\0\0\0\0\1\7\x80theora"
               "OggS\0\2\0\0\0\0\0\0\0\0\7\0\0\0\0\0\0\0\0\0\0\0\1\x13OpusHead\1\1\x38\1\x80\x3e\0\0\0\0\0"
               "OggS\0\4\xb8\xbc\0\0\0\0\0\0\7\0\0\0\1\0\0\0\0\0\0\0\0"),
     SOUND(RF_MEDIA_OGG, 1000, 48000, 1)},
    {"mpeg, program stream", .head = T("\0\0\1\xba\x44\0\4\0\4\1\0\0\3\xf8\0\0\1\xbb"),
     SOUND(RF_MEDIA_MPEG, 0, 0, 0)},
    {"mpeg-1 system stream", .head = T("\0\0\1\xba\x21\0\1\0\1\x80\0\1\0\0\1\xc0"),
     SOUND(RF_MEDIA_MPEG, 0, 0, 0)},
    {"mpeg, transport stream", .unit = T("G"), .unit_bytes = 188, .count = 4,
     SOUND(RF_MEDIA_MPEGTS, 0, 0, 0)},
    {"mpeg, transport stream with time stamps", .unit = T("\0\0\0\0G"), .unit_bytes = 192, .count = 20,
     SOUND(RF_MEDIA_MPEGTS, 0, 0, 0)},
    {"m4a",
     .head = T("\0\0\0\x10"
               "ftypM4A \0\0\0\0\0\0\0\x09mdatx" MOOV_HEAD),
     SOUND(RF_MEDIA_M4A, 1500, 0, 0)},
    {"mp4",
     .head = T("\0\0\0\x0c"
               "ftypisom\0\0\0\1free\0\0\0\0\0\0\0\x10" MOOV_HEAD),
     SOUND(RF_MEDIA_MP4, 1500, 0, 0)},

    {"zip", .head = T("PK\3\4\x14\0"), .want = {.media = RF_MEDIA_ZIP}},
    {"zip without entries", .head = T("PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
     .want = {.media = RF_MEDIA_ZIP}},
    {"gzip", .head = T("\x1f\x8b\x08\0"), .want = {.media = RF_MEDIA_GZIP}},
    {"xz", .head = T("\xfd\x37zXZ\0\0\4"), .want = {.media = RF_MEDIA_XZ}},
    {"zstd", .head = T("\x28\xb5\x2f\xfd"), .want = {.media = RF_MEDIA_ZSTD}},
};

#endif
