/* A whole ringfence.yaml: it becomes a sound posture that survives the way through text, or a refusal that
 * says where. */
#include "manifest/posture_file.h"

#include "round_trip.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str bytes = {(const char *)data, size};
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_err err = {0};
    int r;

    if (memmem(data, size, "env_file", 8) || memmem(data, size, "env-file", 8))
        return 0; /* would read files of the machine */
    rf_arena_init(&arena, 16 * 1024 * 1024);
    rf_posture_init(&posture, &arena);
    r = rf_posture_read_text("f.yaml", bytes, &posture, &err);
    if (r == 0)
        must_round_trip(&posture);
    else
        RF_MUST(err.code == r && strncmp(err.msg, "f.yaml:", 7) == 0 && err.msg[7] >= '0' &&
                err.msg[7] <= '9');
    for (const char *p = err.msg; *p; p++)
        RF_MUST((unsigned char)*p >= 0x20 && *p != 0x7f);
    rf_arena_done(&arena);
    return 0;
}
