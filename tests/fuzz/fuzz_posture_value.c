/* One key and one value: the first byte is the key. What is taken comes back as text that means the same;
   what is refused has a sentence and leaves no trace. */
#include "round_trip.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rf_from from;
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_posture before;
    struct rf_err err = {0};
    int r;

    if (size == 0)
        return 0;
    rf_arena_init(&arena, 4 * 1024 * 1024);
    rf_posture_init(&posture, &arena);
    memcpy(&before, &posture, sizeof(before));
    r = rf_posture_set(&posture, (enum rf_key)(data[0] % RF_KEY_MAX),
                       (struct rf_str){(const char *)data + 1, size - 1}, &from, &err);
    if (r == 0) {
        must_round_trip(&posture);
    } else {
        RF_MUST(err.code == r && err.msg[0]);
        RF_MUST(memcmp(&before, &posture, sizeof(before)) == 0);
        for (const char *p = err.msg; *p; p++)
            RF_MUST((unsigned char)*p >= 0x20 && *p != 0x7f);
    }
    rf_arena_done(&arena);
    return 0;
}
