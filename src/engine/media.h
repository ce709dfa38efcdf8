#ifndef RF_ENGINE_MEDIA_H
#define RF_ENGINE_MEDIA_H

#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stdint.h>

/* What a file is, found by its content and never by its name. */
enum rf_media {
    RF_MEDIA_UNKNOWN,
    RF_MEDIA_PNG,
    RF_MEDIA_JPEG,
    RF_MEDIA_TIFF,
    RF_MEDIA_PNM,
    RF_MEDIA_BMP,
    RF_MEDIA_GIF,
    RF_MEDIA_WEBP,
    RF_MEDIA_PDF,
    RF_MEDIA_WAV,
    RF_MEDIA_MP3,
    RF_MEDIA_MP2, /* MPEG audio of the layers I and II, without a container */
    RF_MEDIA_AAC, /* ADTS */
    RF_MEDIA_OGG,
    RF_MEDIA_MPEG, /* program stream */
    RF_MEDIA_MPEGTS,
    RF_MEDIA_AMR,
    RF_MEDIA_M4A,
    RF_MEDIA_MP4,
    RF_MEDIA_FLAC,
    RF_MEDIA_ZIP,
    RF_MEDIA_TAR,
    RF_MEDIA_GZIP, /* these three: whether a tar is inside is for whoever unpacks */
    RF_MEDIA_XZ,
    RF_MEDIA_ZSTD,
    RF_MEDIA_MAX
};

enum rf_media_family {
    RF_FAMILY_NONE,
    RF_FAMILY_IMAGE,
    RF_FAMILY_DOCUMENT,
    RF_FAMILY_AUDIO,
    RF_FAMILY_ARCHIVE
};

/* What the first bytes and the headers say. It may come from a process that a hostile file has taken over
   (sandbox/confine.h), so whoever reads it believes no number beyond its own limits, and text only after
   rf_media_check(). */
struct rf_media_info {
    enum rf_media media;
    uint32_t pages; /* of an image file: GIF and TIFF may have several; 0 where only a decoder can tell */
    uint32_t width; /* of the page with the most pixels; 0: unknown */
    uint32_t height;
    uint32_t dpi;         /* of the first page; 0: unknown */
    uint64_t duration_ms; /* UINT64_MAX: only a decoder can tell */
    uint32_t sample_rate; /* of audio; 0: unknown */
    uint32_t channels;
    bool is_speech_pcm;  /* WAV, 16 kHz, mono, 16-bit: what speech engines take as it is */
    uint64_t data_start; /* of such a file: where its samples begin, in bytes, */
    uint64_t data_bytes; /* and how many bytes they have */
    char begins[48];     /* of an unknown file: its first bytes, printable; terminated */
};

/* Look at the headers, and at the frames of recordings that are nothing else. No decoding, no allocation, no
   system call; at most a million steps, however large the file is. What cannot be counted in so many is
   unknown: `pages` 0 or `duration_ms` UINT64_MAX. Content of no kind, and content of two kinds at once, is
   RF_MEDIA_UNKNOWN: a result, not an error. -EBADMSG is a file that is of one kind and breaks off or
   contradicts itself before its size is known. */
int rf_media_probe(struct rf_str bytes, struct rf_media_info *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Whether the struct is one that rf_media_probe() could have made of a file of `file_bytes`: enumerators in
   range, text terminated and printable, samples within the file, no image without pixels. -EBADMSG otherwise.
 */
int rf_media_check(const struct rf_media_info *info, uint64_t file_bytes,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* "png", "wav": also what engine files call it, and ffmpeg's demuxers (rf_media_demuxer) where they differ.
 */
const char *rf_media_name(enum rf_media media);
/* RF_MEDIA_UNKNOWN for a name that is none. */
enum rf_media rf_media_by_name(struct rf_str name);
enum rf_media_family rf_media_family(enum rf_media media);
/* What `ffmpeg -f` calls the container, so that ffmpeg never guesses; NULL for what is no audio. */
const char *rf_media_demuxer(enum rf_media media);

#endif
