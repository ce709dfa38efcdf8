/* Whatever the bytes are: the answer is one that rf_media_check() believes, it is the same when asked again
   with other things behind the file and in the result, and a sentence stands behind every refusal. */
#include "engine/media.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

/* The same bytes elsewhere, with `behind` after them. */
static int probe_copy(const uint8_t *data, size_t size, int behind, struct rf_media_info *ret,
                      struct rf_err *err)
{
    enum { ROOM = 4096 };
    char *copy = malloc(size + ROOM);
    int code;

    must(copy != NULL);
    if (size)
        memcpy(copy, data, size);
    memset(copy + size, behind, ROOM);
    memset(ret, behind, sizeof(*ret));
    code = rf_media_probe((struct rf_str){copy, size}, ret, err);
    free(copy);
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_media_info info;
    struct rf_media_info again;
    struct rf_err err = {0};
    struct rf_err err_again = {0};
    int code = rf_media_probe((struct rf_str){(const char *)data, size}, &info, &err);

    must(probe_copy(data, size, 0xff, &again, &err_again) == code);
    if (code == 0) {
        must(memcmp(&info, &again, sizeof(info)) == 0 && err.code == 0);
        must(rf_media_check(&info, size, &err) == 0);
        must(info.media == RF_MEDIA_UNKNOWN || size > 2);
    } else {
        must(code == -EBADMSG && err.code == code && strcmp(err.msg, err_again.msg) == 0);
        must(strstr(err.msg, ": ") != NULL);
    }
    return 0;
}
