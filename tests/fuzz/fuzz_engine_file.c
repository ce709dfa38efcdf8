/* The definition of an engine: it becomes one whose ring is as narrow as every engine's, and whose command
 * has no slot left when it is filled, or a refusal that says where. */
#include "engine/engine.h"

#include "round_trip.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const whole[RF_SLOT_MAX] = {"eng+deu", "6", "300", "7",          "6",         "500",
                                               "wav",     "9", "1",   "/dev/stdin", "/out/page", "txt hocr"};

static void must_be_narrow(const struct rf_engine *engine)
{
    const struct rf_posture *posture = &engine->posture;

    RF_MUST(engine->kind < RF_ENGINE_KIND_MAX && engine->parser < RF_PARSER_MAX && engine->rank <= 99);
    RF_MUST(!posture->rootfs && !posture->is_host && posture->is_read_only && posture->has_no_new_privileges);
    RF_MUST(!posture->cap_add && !posture->allow_missing && !posture->has_debug_root && !posture->has_tty);
    RF_MUST(!posture->entrypoint_count && !posture->job_config && !posture->name);
    RF_MUST(posture->network == RF_NETWORK_NONE || engine->kind == RF_ENGINE_FETCH);
    for (size_t i = 0; i < posture->mount_count; i++)
        RF_MUST(posture->mounts[i].kind == RF_MOUNT_TMPFS ||
                (posture->mounts[i].is_read_only && posture->mounts[i].src[0] == '/'));
    RF_MUST(!engine->language_dir || engine->language_suffix);
    for (size_t i = 0; i < engine->language_count; i++)
        RF_MUST(engine->languages[i].word[0] != '-' && engine->languages[i].word[0] != '/' &&
                !strstr(engine->languages[i].word, ".."));
}

/* With all values and with each of them missing. */
static void must_build(const struct rf_engine *engine, struct rf_arena *arena)
{
    for (unsigned missing = 0; missing <= RF_SLOT_MAX; missing++) {
        const char *values[RF_SLOT_MAX];
        struct rf_posture posture;
        struct rf_err err = {0};

        memcpy(values, whole, sizeof(values));
        if (missing < RF_SLOT_MAX)
            values[missing] = NULL;
        RF_MUST(rf_engine_command(engine, values, arena, &posture, &err) == 0);
        RF_MUST(posture.command_count && posture.command[0][0] == '/');
        for (size_t i = 0; i < posture.command_count; i++)
            RF_MUST(!strpbrk(posture.command[i], "{}"));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str bytes = {(const char *)data, size};
    struct rf_arena arena;
    struct rf_engine engine = {.name = "as before"};
    struct rf_err err = {0};
    int r;

    rf_arena_init(&arena, (size_t)256 << 20);
    r = rf_engine_read("f.yaml", bytes, &arena, &engine, &err);
    if (r == 0) {
        must_be_narrow(&engine);
        must_round_trip(&engine.posture);
        must_build(&engine, &arena);
    } else {
        RF_MUST(err.code == r && strcmp(engine.name, "as before") == 0);
        RF_MUST(strncmp(err.msg, "f.yaml:", 7) == 0 && err.msg[7] >= '0' && err.msg[7] <= '9');
    }
    for (const char *p = err.msg; *p; p++)
        RF_MUST((unsigned char)*p >= 0x20 && *p != 0x7f);
    rf_arena_done(&arena);
    return 0;
}
