/* Keys that hold text: where the root is, what runs in it, and what it is told. */
#include "base/num.h"
#include "posture/limits.h"
#include "posture/mounts.h"
#include "posture/words.h"

#include <errno.h>
#include <string.h>

enum { NAME_MAX_BYTES = 64, HOSTNAME_MAX_BYTES = 63 };

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

int rf_set_rootfs(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    char *copy;
    int r;

    if (value->text.len == 0)
        return rf_refuse(value, err,
                         "want the directory that holds the root, or host: true for the host's own, or "
                         "scratch: true for an empty one");
    for (size_t i = 0; i < value->text.len; i++)
        if ((unsigned char)value->text.ptr[i] < 0x20 || value->text.ptr[i] == 0x7f)
            return rf_refuse(value, err, "a path may not hold control characters");
    r = rf_posture_one_root(posture, value, err);
    if (r < 0)
        return r;
    copy = rf_arena_text(posture->arena, value->text);
    if (!copy)
        return rf_no_memory(value, err);
    posture->rootfs = copy;
    return 0;
}

int rf_set_home(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_str place;
    struct rf_str option = rf_str_cut(value->text, ':', &place);
    enum rf_home_kind kind = RF_HOME_TEMPORARY;
    uint64_t size = RF_TMPFS_BYTES;
    const char *path = NULL;
    int r = 0;

    if (rf_str_is(place, "none")) {
        kind = RF_HOME_NONE;
    } else if (place.len && place.ptr[0] == '/') {
        kind = RF_HOME_PATH;
        r = rf_value_path(posture, value, place, &path, err);
    } else if (!rf_str_is(place, "temporary")) {
        return rf_refuse(value, err, "want temporary, none or an absolute path, with :size=64m if need be");
    }
    if (r < 0)
        return r;
    if (option.ptr && kind == RF_HOME_NONE)
        return rf_refuse(value, err, "no home has no size");
    if (option.ptr &&
        (!rf_str_starts(option, "size=") ||
         rf_num_size((struct rf_str){option.ptr + 5, option.len - 5}, RF_SIZE_MAX, &size) != 0 || !size))
        return rf_refuse(value, err,
                         "after the colon want size= and bytes such as 64m; 0 would mean no limit");
    posture->home = kind;
    posture->home_path = path;
    posture->home_size_bytes = size;
    return 0;
}

/* Append a copy of `text` to a list of texts. */
static int append(struct rf_posture *posture, const struct rf_value *value, const char ***list, size_t *count,
                  struct rf_err *err)
{
    char *copy = rf_arena_text(posture->arena, value->text);
    const char **room = copy ? rf_list_room(posture->arena, *list, *count, sizeof(*room)) : NULL;

    if (!room)
        return rf_no_memory(value, err);
    room[(*count)++] = copy;
    *list = room;
    return 0;
}

int rf_set_env(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_str name;
    struct rf_str text = rf_str_cut(value->text, '=', &name);
    char *copy;

    if (!text.ptr)
        return rf_refuse(value, err, "want NAME=VALUE");
    if (name.len == 0)
        return rf_refuse(value, err, "the name before the equals sign is empty: want NAME=VALUE");
    for (size_t i = 0; i < name.len; i++)
        if ((unsigned char)name.ptr[i] <= 0x20 || name.ptr[i] == 0x7f)
            return rf_refuse(value, err, "a name may not hold blanks or control characters: want NAME=VALUE");
    for (size_t i = 0; i < posture->env_count; i++) {
        if (strncmp(posture->env[i], value->text.ptr, name.len + 1) != 0)
            continue;
        copy = rf_arena_text(posture->arena, value->text);
        if (!copy)
            return rf_no_memory(value, err);
        posture->env[i] = copy;
        return 0;
    }
    return append(posture, value, &posture->env, &posture->env_count, err);
}

int rf_set_workdir(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    return rf_value_path(posture, value, value->text, &posture->workdir, err);
}

int rf_set_job_config(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    return rf_value_path(posture, value, value->text, &posture->job_config, err);
}

int rf_set_entrypoint(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    if (posture->entrypoint_count == 0 && value->text.len == 0)
        return rf_refuse(value, err, "want a program");
    return append(posture, value, &posture->entrypoint, &posture->entrypoint_count, err);
}

int rf_set_command(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    if (posture->command_count == 0 && posture->entrypoint_count == 0 && value->text.len == 0)
        return rf_refuse(value, err, "want a program");
    return append(posture, value, &posture->command, &posture->command_count, err);
}

int rf_set_hostname(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_str text = value->text;
    char before = '.';
    char *copy;

    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.ptr[i] : '.';
        bool is_inside = c == '-' && before != '.';

        if (text.len > HOSTNAME_MAX_BYTES || !(is_alnum(c) || is_inside || (c == '.' && is_alnum(before))))
            return rf_refuse(value, err,
                             "want letters, digits and inner hyphens in parts between dots, at most %d bytes",
                             HOSTNAME_MAX_BYTES);
        before = c;
    }
    copy = rf_arena_text(posture->arena, text);
    if (!copy)
        return rf_no_memory(value, err);
    posture->hostname = copy;
    return 0;
}

int rf_set_name(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_str text = value->text;
    bool is_good = text.len > 0 && text.len <= NAME_MAX_BYTES && is_alnum(text.ptr[0]);
    char *copy;

    for (size_t i = 0; is_good && i < text.len; i++)
        is_good = is_alnum(text.ptr[i]) || strchr("_.-", text.ptr[i]);
    if (!is_good)
        return rf_refuse(value, err,
                         "want 1 to %d letters, digits, '_', '.' or '-', the first a letter or digit",
                         NAME_MAX_BYTES);
    copy = rf_arena_text(posture->arena, text);
    if (!copy)
        return rf_no_memory(value, err);
    posture->name = copy;
    return 0;
}
