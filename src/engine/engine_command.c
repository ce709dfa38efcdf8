/* From an engine's command and a closed set of values to the words that are executed. A job can choose among
   values; it cannot bring a word of its own, an option, or a second word in the place of one. */
#include "engine/slot.h"

#include "base/buf.h"

#include <errno.h>
#include <string.h>

static const char *const names[RF_SLOT_MAX] = {
    [RF_SLOT_LANGUAGE] = "language", [RF_SLOT_PSM] = "psm",         [RF_SLOT_DPI] = "dpi",
    [RF_SLOT_PAGE] = "page",         [RF_SLOT_PAGE_0] = "page_0",   [RF_SLOT_LAST] = "last",
    [RF_SLOT_DEMUXER] = "demuxer",   [RF_SLOT_SECONDS] = "seconds", [RF_SLOT_CHANNEL] = "channel",
    [RF_SLOT_INPUT] = "input",       [RF_SLOT_OUTPUT] = "output",   [RF_SLOT_OUTPUTS] = "outputs",
};

const char *rf_slot_name(enum rf_engine_slot slot)
{
    return names[slot];
}

int rf_slot_find(struct rf_str item, size_t at, struct rf_slot_place *ret, struct rf_err *err)
{
    struct rf_str name;

    while (at < item.len && item.ptr[at] != '{' && item.ptr[at] != '}')
        at++;
    if (at == item.len) {
        *ret = (struct rf_slot_place){.slot = RF_SLOT_MAX, .start = at, .end = at};
        return 0;
    }
    (void)rf_str_cut((struct rf_str){item.ptr + at, item.len - at}, '}', &name); /* only the name is wanted */
    for (unsigned slot = 0; item.ptr[at] == '{' && slot < RF_SLOT_MAX; slot++) {
        if (!rf_str_is((struct rf_str){name.ptr + 1, name.len - 1}, names[slot]) || at + name.len == item.len)
            continue;
        *ret =
            (struct rf_slot_place){.slot = (enum rf_engine_slot)slot, .start = at, .end = at + name.len + 1};
        return 0;
    }
    return rf_fail(
        err, -EINVAL,
        "a brace that belongs to no slot: want {language}, {psm}, {dpi}, {page}, {page_0}, {last}, "
        "{demuxer}, {seconds}, {channel}, {input}, {output} or {outputs}");
}

/* Whether the text can stand in a command: only words that are no options, and a single one but for outputs.
 */
static int check_value(const struct rf_engine *engine, enum rf_engine_slot slot, const char *value,
                       struct rf_err *err)
{
    bool is_first = true;

    if (slot == RF_SLOT_OUTPUT && strcmp(value, "-") == 0)
        return 0;
    for (const char *p = value; *p; p++) {
        bool is_blank = *p == ' ' && slot == RF_SLOT_OUTPUTS && !is_first && p[1] && p[1] != ' ';

        if ((unsigned char)*p < 0x20 || *p == 0x7f || (*p == ' ' && !is_blank) || (*p == '-' && is_first))
            return rf_fail(err, -EINVAL, "engine %s: a value for {%s} that is an option, or not one word",
                           engine->name, names[slot]);
        is_first = is_blank;
    }
    return *value ? 0
                  : rf_fail(err, -EINVAL, "engine %s: an empty value for {%s}", engine->name, names[slot]);
}

/* One item of the command into `buf`. *ret_is_whole: no slot of it lacks a value. */
static int fill_item(const struct rf_str item, const char *const values[RF_SLOT_MAX], struct rf_buf *buf,
                     bool *ret_is_whole, struct rf_err *err)
{
    size_t at = 0;
    struct rf_slot_place place = {.slot = RF_SLOT_INPUT};

    *ret_is_whole = true;
    while (place.slot != RF_SLOT_MAX) {
        int r = rf_slot_find(item, at, &place, err);

        if (r < 0)
            return r;
        rf_buf_add(buf, (struct rf_str){item.ptr + at, place.start - at});
        at = place.end;
        if (place.slot == RF_SLOT_MAX)
            break;
        if (!values[place.slot])
            *ret_is_whole = false;
        else
            rf_buf_text(buf, values[place.slot]);
    }
    return buf->is_failed ? rf_fail(err, -ENOMEM, "no memory left for a command") : 0;
}

/* The words of one item behind those that `ret` has. */
static int add_item(const struct rf_engine *engine, const char *text, const char *const values[RF_SLOT_MAX],
                    struct rf_posture *ret, struct rf_err *err)
{
    const struct rf_from *from = &engine->posture.from[RF_KEY_COMMAND];
    struct rf_str rest;
    struct rf_buf buf;
    bool is_whole = true;
    int r;

    if (!strchr(text, '{'))
        return rf_posture_set(ret, RF_KEY_COMMAND, rf_str_of(text), from, err);
    rf_buf_init(&buf, ret->arena);
    r = fill_item(rf_str_of(text), values, &buf, &is_whole, err);
    rest = (struct rf_str){buf.ptr, is_whole ? buf.len : 0};
    while (r == 0 && rest.len) {
        struct rf_str word;

        rest = rf_str_cut(rest, ' ', &word);
        if (word.len)
            r = rf_posture_set(ret, RF_KEY_COMMAND, word, from, err);
    }
    return r;
}

int rf_engine_command(const struct rf_engine *engine, const char *const values[RF_SLOT_MAX],
                      struct rf_arena *arena, struct rf_posture *ret, struct rf_err *err)
{
    struct rf_posture posture;
    int r = 0;

    for (unsigned slot = 0; r == 0 && slot < RF_SLOT_MAX; slot++)
        if (values[slot])
            r = check_value(engine, (enum rf_engine_slot)slot, values[slot], err);
    rf_posture_init(&posture, arena);
    if (r == 0)
        r = rf_posture_merge(&posture, &engine->posture, err);
    posture.command = NULL;
    posture.command_count = 0;
    for (size_t i = 0; r == 0 && i < engine->posture.command_count; i++)
        r = add_item(engine, engine->posture.command[i], values, &posture, err);
    if (r == 0)
        *ret = posture;
    return r;
}
