/* Files in a row, from the job to a ring. */
#include "engine/row.h"

#include "base/auto.h"
#include "engine/memory_file.h"

#include <errno.h>
#include <string.h>

int rf_row_open(struct rf_row *row, const char *name, struct rf_err *err)
{
    rf_frames_init(&row->frames, NULL);
    row->file = -1;
    return rf_memory_file_new(name, &row->file, err);
}

static int write_all(int fd, const char *bytes, size_t len, struct rf_err *err)
{
    for (size_t done = 0; done < len;) {
        ssize_t put = write(fd, bytes + done, len - done);

        if (put < 0 && errno != EINTR)
            return rf_fail(err, -errno, "handing files to a ring: %s", strerror(errno));
        done += put > 0 ? (size_t)put : 0;
    }
    return 0;
}

static int write_header(struct rf_row *row, const char *name, size_t size_bytes, struct rf_err *err)
{
    char header[RF_FRAME_HEADER_BYTES];
    int code = rf_frames_write(&row->frames, rf_str_of(name), size_bytes, header, err);

    return code < 0 ? code : write_all(row->file, header, sizeof(header), err);
}

int rf_row_add(struct rf_row *row, const char *name, struct rf_str bytes, struct rf_err *err)
{
    int code = write_header(row, name, bytes.len, err);

    return code < 0 ? code : write_all(row->file, bytes.ptr, bytes.len, err);
}

int rf_row_end(struct rf_row *row, int *ret, struct rf_err *err)
{
    int code = write_header(row, "", 0, err);

    if (code == 0)
        code = rf_memory_file_seal(row->file, err);
    if (code == 0 && lseek(row->file, 0, SEEK_SET) < 0)
        code = rf_fail(err, -errno, "handing files to a ring: %s", strerror(errno));
    if (code == 0)
        *ret = RF_TAKE(row->file);
    return code;
}

void rf_row_close(struct rf_row *row)
{
    if (row->file >= 0)
        (void)close(row->file); /* a memory file's end cannot fail */
    row->file = -1;
}
