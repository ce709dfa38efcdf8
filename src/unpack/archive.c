/* The only file that knows libarchive. It hands out what an archive holds and believes nothing of it. */
#include "unpack/archive.h"

#include "unpack/name.h"

#include <archive.h>
#include <archive_entry.h>
#include <errno.h>
#include <string.h>

/* What libarchive is handed at once: its caller looks at the limits before each piece. */
enum { PIECE_BYTES = 64 * 1024, TAR_BLOCK = 512, STREAM_BLOCKS = 16, WORDS_BYTES = 300, FILTERS = 2 };

struct reading {
    struct archive *archive;
    const struct rf_unpack_limits *limits;
    const struct rf_unpack_visitor *visitor;
    struct rf_str packed;
    size_t at; /* in `packed` */
    uint64_t entries;
    uint64_t bytes;
    la_int64_t end_at; /* of the last entry, in the unpacked stream */
    char piece[PIECE_BYTES];
};

/* --- limits --- */

static int check_bytes(const struct reading *r, uint64_t bytes, struct rf_err *err)
{
    uint64_t most = 0;

    if (bytes > r->limits->bytes)
        return rf_fail(err, -E2BIG, "unpacked, it has more than %llu bytes",
                       (unsigned long long)r->limits->bytes);
    if (__builtin_mul_overflow(r->limits->ratio, r->packed.len, &most))
        most = UINT64_MAX;
    if (bytes > RF_UNPACK_FREE_BYTES && bytes > most)
        return rf_fail(err, -E2BIG, "unpacked, it has more than %llu bytes for each packed one",
                       (unsigned long long)r->limits->ratio);
    return 0;
}

/* How far the stream that a filter unpacks may go: the bytes of the entries, and for each its headers and
   padding. It stops what lies between the entries and behind them, which no entry counts. */
static bool is_stream_too_long(const struct reading *r)
{
    uint64_t room = 0;
    uint64_t most = 0;
    la_int64_t at = archive_filter_bytes(r->archive, 0);

    if (__builtin_mul_overflow(r->limits->entries + STREAM_BLOCKS, (uint64_t)STREAM_BLOCKS * TAR_BLOCK,
                               &room) ||
        __builtin_add_overflow(r->limits->bytes, room, &most))
        return false;
    return at > 0 && (uint64_t)at > most;
}

/* --- what libarchive asks for --- */

static la_ssize_t read_piece(struct archive *archive, void *context, const void **ret)
{
    struct reading *r = context;
    size_t left = r->packed.len - r->at;
    size_t len = left < PIECE_BYTES ? left : PIECE_BYTES;

    if (is_stream_too_long(r)) {
        archive_set_error(archive, E2BIG, "unpacked, the stream is longer than its entries may be");
        return ARCHIVE_FATAL;
    }
    *ret = r->packed.ptr + r->at;
    r->at += len;
    return (la_ssize_t)len;
}

static la_int64_t skip_pieces(struct archive *archive, void *context, la_int64_t want)
{
    struct reading *r = context;
    size_t left = r->packed.len - r->at;
    size_t len = want < 0 ? 0 : (uint64_t)want < left ? (size_t)want : left;

    (void)archive;
    r->at += len;
    return (la_int64_t)len;
}

static la_int64_t seek_piece(struct archive *archive, void *context, la_int64_t offset, int whence)
{
    struct reading *r = context;
    la_int64_t base = whence == SEEK_SET   ? 0
                      : whence == SEEK_CUR ? (la_int64_t)r->at
                                           : (la_int64_t)r->packed.len;
    la_int64_t to;

    if (__builtin_add_overflow(base, offset, &to) || to < 0 || (uint64_t)to > r->packed.len) {
        archive_set_error(archive, EINVAL, "an offset lies outside of the file");
        return ARCHIVE_FATAL;
    }
    r->at = (size_t)to;
    return to;
}

/* What libarchive says of its last failure; it may have bytes of the archive. */
static int fail(const struct reading *r, const char *doing, struct rf_err *err)
{
    const char *why = archive_error_string(r->archive);

    return rf_fail(err, -EBADMSG, "%s: %.*s", doing, WORDS_BYTES, why ? why : "it breaks off");
}

static int open_archive(struct reading *r, struct rf_err *err)
{
    struct archive *a = r->archive;

    /* Concatenated archives are read on, since that way all is looked at that lies behind the first end. */
    if (archive_read_support_format_tar(a) != ARCHIVE_OK ||
        archive_read_support_format_zip_seekable(a) != ARCHIVE_OK ||
        archive_read_support_filter_gzip(a) != ARCHIVE_OK ||
        archive_read_support_filter_xz(a) != ARCHIVE_OK ||
        archive_read_support_filter_zstd(a) != ARCHIVE_OK ||
        archive_read_set_format_option(a, "tar", "read_concatenated_archives", "1") != ARCHIVE_OK ||
        archive_read_set_read_callback(a, read_piece) != ARCHIVE_OK ||
        archive_read_set_skip_callback(a, skip_pieces) != ARCHIVE_OK ||
        archive_read_set_seek_callback(a, seek_piece) != ARCHIVE_OK ||
        archive_read_set_callback_data(a, r) != ARCHIVE_OK)
        return fail(r, "libarchive does not do what it is made for", err);
    if (archive_read_open1(a) != ARCHIVE_OK)
        return fail(r, "want files in a zip or a tar, the tar as it is or packed by gzip, xz or zstd", err);
    if (archive_filter_count(a) > FILTERS)
        return rf_fail(err, -EBADMSG, "it is packed twice: want a tar that is packed once");
    return 0;
}

/* --- entries --- */

static const char *kind_of(struct archive_entry *entry)
{
    if (archive_entry_hardlink(entry))
        return "a hard link";
    if (archive_entry_symlink(entry))
        return "a symbolic link";
    switch (archive_entry_filetype(entry)) {
    case AE_IFREG:
    case AE_IFDIR:
        return NULL;
    case AE_IFLNK:
        return "a symbolic link";
    case AE_IFCHR:
    case AE_IFBLK:
        return "a device";
    case AE_IFIFO:
        return "a FIFO";
    default:
        return "neither a regular file nor a directory";
    }
}

static int look(const struct reading *r, struct archive_entry *entry, struct rf_str *ret, struct rf_err *err)
{
    const char *raw = archive_entry_pathname(entry);
    bool is_directory = archive_entry_filetype(entry) == AE_IFDIR;
    const char *kind = kind_of(entry);
    la_int64_t size = archive_entry_size_is_set(entry) ? archive_entry_size(entry) : 0;
    int code;

    if (!raw)
        return rf_fail(err, -EBADMSG, "entry %llu has a name that is not UTF-8",
                       (unsigned long long)r->entries);
    code = rf_unpack_name(rf_str_of(raw), is_directory, ret, err);
    if (code < 0)
        return code;
    if (kind)
        return rf_fail(err, -EBADMSG, "\"%.*s\" is %s: want files and directories", RF_UNPACK_SHOWN, raw,
                       kind);
    if (archive_entry_is_encrypted(entry))
        return rf_fail(err, -EBADMSG, "\"%.*s\" is encrypted", RF_UNPACK_SHOWN, raw);
    if (size < 0)
        return rf_fail(err, -EBADMSG, "\"%.*s\" has a size below zero", RF_UNPACK_SHOWN, raw);
    /* Before anything is unpacked, where the size is told; what is unpacked is counted anyway. */
    return check_bytes(r, r->bytes + (uint64_t)size, err);
}

static int read_bytes(struct reading *r, bool is_wanted, struct rf_err *err)
{
    la_ssize_t got = 1;
    int code = 0;

    while (code == 0 && got > 0) {
        got = archive_read_data(r->archive, r->piece, sizeof(r->piece));
        if (got < 0)
            return fail(r, "unpacking it", err);
        r->bytes += (uint64_t)got;
        code = check_bytes(r, r->bytes, err);
        if (code == 0 && is_wanted && got > 0)
            code = r->visitor->take(r->visitor->context, (struct rf_str){r->piece, (size_t)got}, err);
    }
    return code;
}

static int read_entry(struct reading *r, struct archive_entry *entry, struct rf_err *err)
{
    struct rf_str name = {NULL, 0};
    bool is_wanted;
    int code;

    if (++r->entries > r->limits->entries)
        return rf_fail(err, -E2BIG, "it has more than %llu entries", (unsigned long long)r->limits->entries);
    code = look(r, entry, &name, err);
    is_wanted = code == 0 && archive_entry_filetype(entry) == AE_IFREG && !rf_unpack_is_litter(name);
    if (is_wanted)
        code = r->visitor->begin(r->visitor->context, name, err);
    if (code == 0)
        code = read_bytes(r, is_wanted, err);
    r->end_at = archive_filter_bytes(r->archive, 0);
    return code;
}

/* libarchive takes a tar that ends between two entries for a whole one: want the zeros that end it. What it
   fills a block with behind an entry is less than one. */
static int check_end(const struct reading *r, struct rf_err *err)
{
    bool is_tar = (archive_format(r->archive) & ARCHIVE_FORMAT_BASE_MASK) == ARCHIVE_FORMAT_TAR;

    if (is_tar && archive_filter_bytes(r->archive, 0) - r->end_at < TAR_BLOCK)
        return rf_fail(err, -EBADMSG, "the tar breaks off behind entry %llu", (unsigned long long)r->entries);
    return 0;
}

static int read_all(struct reading *r, struct rf_err *err)
{
    struct archive_entry *entry = NULL;
    int code = open_archive(r, err);

    while (code == 0) {
        int got = archive_read_next_header(r->archive, &entry);

        if (got == ARCHIVE_EOF)
            return check_end(r, err);
        code = got == ARCHIVE_OK ? read_entry(r, entry, err) : fail(r, "reading it", err);
    }
    return code;
}

int rf_unpack_visit(struct rf_str packed, const struct rf_unpack_limits *limits,
                    const struct rf_unpack_visitor *visitor, struct rf_err *err)
{
    struct reading r = {
        .archive = archive_read_new(), .limits = limits, .visitor = visitor, .packed = packed};
    int code;

    if (!r.archive)
        return rf_fail(err, -ENOMEM, "reading the archive: out of memory");
    code = read_all(&r, err);
    if (archive_read_free(r.archive) != ARCHIVE_OK && code == 0)
        code = rf_fail(err, -EBADMSG, "the archive could not be closed");
    return code;
}
