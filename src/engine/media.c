/* What a file is. Content decides: the name of an upload is never looked at, and what two readers could take
   for two things is neither. A kind that is missing here is one that no engine is ever shown, above all plain
   text, which tesseract takes for a list of other files to read. */
#include "engine/media_view.h"

#include <errno.h>

_Static_assert(RF_MEDIA_MAX <= 64, "struct rf_engine has one bit for each kind");

/* --- the kinds --- */

static const struct {
    const char *name;
    const char *demuxer;
    enum rf_media_family family;
} kinds[RF_MEDIA_MAX] = {
    [RF_MEDIA_UNKNOWN] = {"unknown", NULL, RF_FAMILY_NONE},
    [RF_MEDIA_PNG] = {"png", NULL, RF_FAMILY_IMAGE},
    [RF_MEDIA_JPEG] = {"jpeg", NULL, RF_FAMILY_IMAGE},
    [RF_MEDIA_TIFF] = {"tiff", NULL, RF_FAMILY_IMAGE},
    [RF_MEDIA_PNM] = {"pnm", NULL, RF_FAMILY_IMAGE},
    [RF_MEDIA_BMP] = {"bmp", NULL, RF_FAMILY_IMAGE},
    [RF_MEDIA_GIF] = {"gif", NULL, RF_FAMILY_IMAGE},
    [RF_MEDIA_WEBP] = {"webp", NULL, RF_FAMILY_IMAGE},
    [RF_MEDIA_PDF] = {"pdf", NULL, RF_FAMILY_DOCUMENT},
    [RF_MEDIA_WAV] = {"wav", "wav", RF_FAMILY_AUDIO},
    [RF_MEDIA_MP3] = {"mp3", "mp3", RF_FAMILY_AUDIO},
    [RF_MEDIA_MP2] = {"mp2", "mp3", RF_FAMILY_AUDIO},
    [RF_MEDIA_AAC] = {"aac", "aac", RF_FAMILY_AUDIO},
    [RF_MEDIA_OGG] = {"ogg", "ogg", RF_FAMILY_AUDIO},
    [RF_MEDIA_MPEG] = {"mpeg", "mpeg", RF_FAMILY_AUDIO},
    [RF_MEDIA_MPEGTS] = {"mpegts", "mpegts", RF_FAMILY_AUDIO},
    [RF_MEDIA_AMR] = {"amr", "amr", RF_FAMILY_AUDIO},
    [RF_MEDIA_M4A] = {"m4a", "m4a", RF_FAMILY_AUDIO},
    [RF_MEDIA_MP4] = {"mp4", "mp4", RF_FAMILY_AUDIO},
    [RF_MEDIA_FLAC] = {"flac", "flac", RF_FAMILY_AUDIO},
    [RF_MEDIA_ZIP] = {"zip", NULL, RF_FAMILY_ARCHIVE},
    [RF_MEDIA_TAR] = {"tar", NULL, RF_FAMILY_ARCHIVE},
    [RF_MEDIA_GZIP] = {"gzip", NULL, RF_FAMILY_ARCHIVE},
    [RF_MEDIA_XZ] = {"xz", NULL, RF_FAMILY_ARCHIVE},
    [RF_MEDIA_ZSTD] = {"zstd", NULL, RF_FAMILY_ARCHIVE},
};

const char *rf_media_name(enum rf_media media)
{
    return kinds[media].name;
}

enum rf_media rf_media_by_name(struct rf_str name)
{
    for (unsigned i = RF_MEDIA_UNKNOWN + 1; i < RF_MEDIA_MAX; i++) {
        if (rf_str_is(name, kinds[i].name))
            return (enum rf_media)i;
    }
    return RF_MEDIA_UNKNOWN;
}

enum rf_media_family rf_media_family(enum rf_media media)
{
    return kinds[media].family;
}

const char *rf_media_demuxer(enum rf_media media)
{
    return kinds[media].demuxer;
}

/* --- shared by the readers --- */

uint64_t rf_media_ms(uint64_t count, uint32_t per_second)
{
    uint64_t seconds;
    uint64_t ms;

    if (per_second == 0)
        return UINT64_MAX;
    seconds = count / per_second;
    if (__builtin_mul_overflow(seconds, (uint64_t)1000, &ms) ||
        __builtin_add_overflow(ms, count % per_second * 1000 / per_second, &ms) || ms == UINT64_MAX)
        return UINT64_MAX - 1;
    return ms;
}

uint32_t rf_media_dpi(uint32_t count, uint32_t per, enum rf_media_length length)
{
    enum { DPI_MAX = 65535 };
    uint64_t units = (uint64_t)per * RF_MEDIA_INCH;
    uint64_t dpi = units ? ((uint64_t)count * length + units / 2) / units : 0;

    return dpi <= DPI_MAX ? (uint32_t)dpi : 0;
}

int rf_media_page(struct rf_media_info *ret, uint64_t width, uint64_t height, struct rf_err *err)
{
    if (width == 0 || height == 0 || width > UINT32_MAX || height > UINT32_MAX)
        return rf_fail(err, -EBADMSG, "%s: a page of %llu x %llu pixels is none", rf_media_name(ret->media),
                       (unsigned long long)width, (unsigned long long)height);
    if (width * height > (uint64_t)ret->width * ret->height) {
        ret->width = (uint32_t)width;
        ret->height = (uint32_t)height;
    }
    return 0;
}

/* --- finding the kind --- */

static int nothing_to_read(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    (void)view;
    (void)ret;
    (void)err;
    return 0;
}

/* The certain ones first. Those without magic look for themselves, and so does a PDF: poppler takes up to
   1023 bytes before it, so it comes behind tar, whose first entry may be a PDF. */
static const struct {
    enum rf_media media;
    unsigned at;
    struct rf_str magic;
    rf_media_reader *read;
} rows[] = {
#define MAGIC(literal)                                                                                       \
    {                                                                                                        \
        (literal), sizeof(literal) - 1                                                                       \
    }
    {RF_MEDIA_PNG, 0, MAGIC("\x89PNG\r\n\x1a\n"), rf_media_png},
    {RF_MEDIA_JPEG, 0, MAGIC("\xff\xd8\xff"), rf_media_jpeg},
    {RF_MEDIA_TIFF, 0, MAGIC("II*\0"), rf_media_tiff},
    {RF_MEDIA_TIFF, 0, MAGIC("MM\0*"), rf_media_tiff},
    {RF_MEDIA_TIFF, 0, MAGIC("II+\0"), rf_media_tiff},
    {RF_MEDIA_TIFF, 0, MAGIC("MM\0+"), rf_media_tiff},
    {RF_MEDIA_GIF, 0, MAGIC("GIF87a"), rf_media_gif},
    {RF_MEDIA_GIF, 0, MAGIC("GIF89a"), rf_media_gif},
    {RF_MEDIA_WEBP, 8, MAGIC("WEBP"), rf_media_webp},
    {RF_MEDIA_WAV, 8, MAGIC("WAVE"), rf_media_wav},
    {RF_MEDIA_FLAC, 0, MAGIC("fLaC"), rf_media_flac},
    {RF_MEDIA_OGG, 0, MAGIC("OggS"), rf_media_ogg},
    {RF_MEDIA_AMR, 0, MAGIC("#!AMR"), rf_media_amr},
    {RF_MEDIA_M4A, 4, MAGIC("ftyp"), rf_media_m4a},
    {RF_MEDIA_MP4, 4, MAGIC("ftyp"), rf_media_mp4},
    {RF_MEDIA_MPEG, 0, MAGIC("\0\0\1\xba"), rf_media_mpeg},
    {RF_MEDIA_ZIP, 0, MAGIC("PK\3\4"), nothing_to_read},
    {RF_MEDIA_ZIP, 0, MAGIC("PK\5\6"), nothing_to_read}, /* without entries */
    {RF_MEDIA_GZIP, 0, MAGIC("\x1f\x8b\x08"), nothing_to_read},
    {RF_MEDIA_XZ, 0, MAGIC("\xfd\x37zXZ\0"), nothing_to_read},
    {RF_MEDIA_ZSTD, 0, MAGIC("\x28\xb5\x2f\xfd"), nothing_to_read},
    {RF_MEDIA_PDF, 0, MAGIC("%PDF-"), rf_media_pdf},
    {RF_MEDIA_BMP, 0, MAGIC("BM"), rf_media_bmp},
    {RF_MEDIA_PNM, 0, MAGIC("P"), rf_media_pnm},
    {RF_MEDIA_FLAC, 0, MAGIC("ID3"), rf_media_flac},
    {RF_MEDIA_MP3, 0, MAGIC(""), rf_media_mp3},
    {RF_MEDIA_MP2, 0, MAGIC(""), rf_media_mp2},
    {RF_MEDIA_AAC, 0, MAGIC(""), rf_media_aac},
    {RF_MEDIA_MPEGTS, 0, MAGIC(""), rf_media_mpegts},
    {RF_MEDIA_TAR, 0, MAGIC(""), rf_media_tar},
    {RF_MEDIA_PDF, 0, MAGIC(""), rf_media_pdf},
#undef MAGIC
};

static void init(struct rf_media_info *info, enum rf_media media)
{
    memset(info, 0, sizeof(*info)); /* between the fields too: it may go down a pipe */
    info->media = media;
    info->duration_ms = UINT64_MAX;
}

/* 0 and *ret, -ENOMSG, or -EBADMSG. */
static int find(struct rf_media_view *view, struct rf_media_info *ret, struct rf_err *err)
{
    for (size_t i = 0; i < RF_COUNT(rows); i++) {
        int code;

        if (!rf_view_is(view, rows[i].at, rows[i].magic))
            continue;
        init(ret, rows[i].media);
        code = rows[i].read(view, ret, err);
        if (code != -ENOMSG)
            return code;
    }
    return -ENOMSG;
}

static void describe_unknown(struct rf_str bytes, struct rf_media_info *ret)
{
    init(ret, RF_MEDIA_UNKNOWN);
    for (size_t i = 0; i < sizeof(ret->begins) - 1 && i < bytes.len; i++)
        ret->begins[i] = '.';
    for (size_t i = 0; ret->begins[i]; i++) {
        if (bytes.ptr[i] >= ' ' && bytes.ptr[i] <= '~')
            ret->begins[i] = bytes.ptr[i];
    }
}

int rf_media_probe(struct rf_str bytes, struct rf_media_info *ret, struct rf_err *err)
{
    struct rf_media_view view = {bytes, RF_MEDIA_STEPS};
    struct rf_media_info info;
    struct rf_media_info tar;
    struct rf_err why = {0};
    int code = find(&view, &info, &why);

    /* A tar begins with the name of its first entry, which may be anybody's magic: such a file is two things.
     */
    if (code != -ENOMSG && (code < 0 || info.media != RF_MEDIA_TAR) && rf_media_tar(&view, &tar, &why) == 0)
        code = -ENOMSG;
    if (code == -ENOMSG)
        describe_unknown(bytes, &info);
    else if (code < 0)
        return rf_fail(err, code, "%s", why.msg);
    memcpy(ret, &info, sizeof(info));
    return 0;
}

/* --- believing nobody --- */

static int contradicts(struct rf_err *err, const char *what)
{
    return rf_fail(err, -EBADMSG, "looking at the input: the answer contradicts itself (%s)", what);
}

static int check_begins(const struct rf_media_info *info, struct rf_err *err)
{
    size_t len = 0;

    while (len < sizeof(info->begins) && info->begins[len] >= ' ' && info->begins[len] <= '~')
        len++;
    if (len == sizeof(info->begins) || info->begins[len] != '\0')
        return contradicts(err, "begins");
    if (info->media != RF_MEDIA_UNKNOWN && len)
        return contradicts(err, "begins of a known file");
    return 0;
}

static int check_samples(const struct rf_media_info *info, uint64_t file_bytes, struct rf_err *err)
{
    unsigned char is_speech;

    memcpy(&is_speech, &info->is_speech_pcm, 1); /* any byte may stand here, and a bool has two values */
    if (is_speech > 1)
        return contradicts(err, "is_speech_pcm");
    if (is_speech && (info->media != RF_MEDIA_WAV || info->sample_rate != 16000 || info->channels != 1 ||
                      info->data_bytes % 2 != 0))
        return contradicts(err, "is_speech_pcm of something else");
    if (info->data_start > file_bytes || info->data_bytes > file_bytes - info->data_start ||
        (!is_speech && (info->data_start || info->data_bytes)))
        return contradicts(err, "data_start");
    return 0;
}

int rf_media_check(const struct rf_media_info *info, uint64_t file_bytes, struct rf_err *err)
{
    enum rf_media_family family;
    int code;

    if ((unsigned)info->media >= RF_MEDIA_MAX)
        return contradicts(err, "media");
    family = kinds[info->media].family;
    code = check_begins(info, err);
    if (code == 0)
        code = check_samples(info, file_bytes, err);
    if (code < 0)
        return code;
    if ((family == RF_FAMILY_IMAGE) != (info->width > 0) || (family == RF_FAMILY_IMAGE) != (info->height > 0))
        return contradicts(err, "width and height");
    if (family != RF_FAMILY_IMAGE && (info->pages || info->dpi))
        return contradicts(err, "pages");
    if (family != RF_FAMILY_AUDIO && (info->duration_ms != UINT64_MAX || info->sample_rate || info->channels))
        return contradicts(err, "duration");
    return 0;
}
