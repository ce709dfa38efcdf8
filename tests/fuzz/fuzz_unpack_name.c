/* Names of entries. The first two bytes tell where the first and the second of three names end. A name that
   is taken leads nowhere, and says so again; three names have one order. */
#include "unpack/name.h"

#include "base/buf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_taken(struct rf_str name)
{
    struct rf_str rest = name;

    must(name.len > 0 && name.ptr[0] != '/');
    while (rest.len) {
        size_t len = rf_utf8_len(rest);

        must(len > 0 && rest.ptr[0] != '\\' && rest.ptr[0] != '\x7f' && (unsigned char)rest.ptr[0] >= 0x20);
        rest = (struct rf_str){rest.ptr + len, rest.len - len};
    }
    while (name.ptr) {
        struct rf_str component;

        name = rf_str_cut(name, '/', &component);
        must(component.len > 0 && !rf_str_is(component, ".") && !rf_str_is(component, ".."));
    }
}

static void check_name(struct rf_str name, bool is_directory)
{
    struct rf_str cut = {NULL, 0};
    struct rf_str again = {NULL, 0};
    struct rf_err err = {0};
    int code = rf_unpack_name(name, is_directory, &cut, &err);
    char framed[RF_FRAME_NAME_BYTES];

    must(code == 0 || (err.code == code && err.msg[0]));
    rf_unpack_frame_name(RF_UNPACK_ENTRIES, name, framed);
    must(rf_frame_name_is_valid(rf_str_of(framed)));
    if (code < 0 || (is_directory && cut.len == 0))
        return;
    check_taken(cut);
    must(rf_unpack_name(cut, is_directory, &again, &err) == 0);
    must(rf_unpack_name_compare(cut, again) == 0);
    must(rf_unpack_is_litter(cut) == rf_unpack_is_litter(again));
}

static int order(struct rf_str a, struct rf_str b)
{
    int forth = rf_unpack_name_compare(a, b);
    int back = rf_unpack_name_compare(b, a);

    must((forth > 0) == (back < 0) && (forth < 0) == (back > 0));
    must((forth == 0) == (a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0)));
    return forth;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str names[3] = {{NULL, 0}};
    const char *text = (const char *)data + 2;
    size_t first;
    size_t second;

    if (size < 2)
        return 0;
    size -= 2;
    first = data[0] < size ? data[0] : size;
    second = data[1] < size - first ? data[1] : size - first;
    names[0] = (struct rf_str){text, first};
    names[1] = (struct rf_str){text + first, second};
    names[2] = (struct rf_str){text + first + second, size - first - second};
    for (size_t i = 0; i < 3; i++) {
        check_name(names[i], false);
        check_name(names[i], true);
    }
    for (size_t i = 0; i < 3; i++) {
        struct rf_str a = names[i];
        struct rf_str b = names[(i + 1) % 3];
        struct rf_str c = names[(i + 2) % 3];

        if (order(a, b) <= 0 && order(b, c) <= 0)
            must(order(a, c) <= 0);
        if (order(c, b) <= 0 && order(b, a) <= 0)
            must(order(c, a) <= 0);
    }
    return 0;
}
