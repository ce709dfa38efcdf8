/* Our JSON reader against jansson: the same texts are accepted, apart from the limits that either has. */
#include "text/json.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { LIMIT = 1 << 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Read to the end, checking what every token promises. Returns 0 when the text is accepted. */
static int read_ours(struct rf_str text, bool *ret_is_deep)
{
    struct rf_json json;
    struct rf_json_token token = {.kind = RF_JSON_NULL};
    struct rf_err err = {0};
    size_t last = 0;
    int code = rf_json_init(&json, text, LIMIT, &err);

    *ret_is_deep = false;
    while (code == 0 && token.kind != RF_JSON_END) {
        code = rf_json_next(&json, &token, &err);
        if (code != 0)
            break;
        if (token.offset < last || token.offset + token.raw.len > text.len || json.depth > RF_JSON_DEPTH)
            abort();
        last = token.offset;
    }
    if (code != 0 && (err.code != code || strncmp(err.msg, "line ", 5) != 0))
        abort();
    *ret_is_deep = strstr(err.msg, "brackets inside each other") != NULL;
    return code;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    bool is_deep = false;
    json_error_t error = {0};
    json_t *theirs;
    int ours;

    if (size > LIMIT ||
        memchr(data, 0, size)) /* jansson takes a NUL byte for the end of the text; we refuse it */
        return 0;
    ours = read_ours((struct rf_str){(const char *)data, size}, &is_deep);
    theirs = json_loadb((const char *)data, size, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);
    if (theirs && ours != 0 && !is_deep)
        abort(); /* refused without a reason */
    if (!theirs && ours == 0 && json_error_code(&error) != json_error_numeric_overflow &&
        json_error_code(&error) != json_error_null_byte_in_key)
        abort(); /* accepted what is no JSON */
    json_decref(theirs);
    return 0;
}
