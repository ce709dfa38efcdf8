/* docker's --mount: comma-separated NAME=VALUE, quoted as CSV is, meaning the same as tmpfs and volume; and
   mounts back to text. */
#include "posture/limits.h"
#include "posture/mounts.h"

#include <errno.h>
#include <string.h>

enum { TYPE_BIND, TYPE_TMPFS, FIELDS_MAX = 32 };

/* What a --mount said, before it is known to make sense. */
struct mount_words {
    struct rf_str source;
    struct rf_str target;
    bool has_type;
    bool has_bind_words;
    bool has_tmpfs_words;
};

#define NO_NAMED "there are no named volumes: bind a directory, type=bind,source=./data,target=/data"

static int read_type(const struct rf_value *value, struct rf_str text, struct mount_words *words,
                     struct rf_mount *mount, struct rf_err *err)
{
    static const struct rf_word types[] = {
        {"bind", TYPE_BIND, NULL},
        {"tmpfs", TYPE_TMPFS, NULL},
        {"volume", 0, NO_NAMED},
        {"image", 0, "images are unpacked first: bind the directory, type=bind"},
        {"glob", 0, "one mount, one directory: write each source on its own"},
        {"ramfs", 0, "ramfs knows no size limit: use type=tmpfs"},
        {"devpts", 0, "the ring has its own /dev/pts; for a terminal use tty"},
        {"npipe", 0, "named pipes of Windows are not to be had on Linux"}};
    unsigned type = 0;
    int r = rf_value_word(value, text, types, RF_COUNT(types), &type, err);

    if (r < 0)
        return r;
    *mount = rf_mount_make(type == TYPE_BIND ? RF_MOUNT_BIND : RF_MOUNT_TMPFS);
    words->has_type = true;
    return 0;
}

/* "readonly", "readonly=true", "ro=1" as docker reads them. */
static int read_switch(const struct rf_value *value, struct rf_str text, bool *ret, struct rf_err *err)
{
    bool is_on = !text.ptr || rf_str_is(text, "true") || rf_str_is(text, "1");

    if (!is_on && !rf_str_is(text, "false") && !rf_str_is(text, "0"))
        return rf_refuse(value, err, "want true or false after the equals sign");
    *ret = is_on;
    return 0;
}

static int bind_field(const struct rf_value *value, struct rf_str name, struct rf_str text,
                      struct rf_mount *mount, struct rf_err *err)
{
    bool is_on = false;
    int r;

    if (rf_str_is(name, "bind-propagation")) {
        static const struct rf_word words[] = {{"private", 0, NULL},
                                               {"rprivate", 0, NULL},
                                               {"shared", 0, "mounts of a ring are private: want rprivate"},
                                               {"rshared", 0, "mounts of a ring are private: want rprivate"},
                                               {"slave", 0, "mounts of a ring are private: want rprivate"},
                                               {"rslave", 0, "mounts of a ring are private: want rprivate"}};
        unsigned ignored = 0;

        return rf_value_word(value, text, words, RF_COUNT(words), &ignored, err);
    }
    if (rf_str_is(name, "bind-recursive")) {
        static const struct rf_word words[] = {
            {"enabled", 1, NULL},
            {"disabled", 0, NULL},
            {"writable", 0, "read-only holds for the mounts below as well: want enabled or disabled"},
            {"readonly", 0, "read-only holds for the mounts below anyway: want enabled or disabled"}};
        unsigned is_recursive = 0;

        r = rf_value_word(value, text, words, RF_COUNT(words), &is_recursive, err);
        mount->is_recursive = is_recursive;
        return r;
    }
    r = read_switch(value, text, &is_on, err);
    if (rf_str_is(name, "idmap"))
        mount->is_idmapped = is_on;
    if (rf_str_is(name, "bind-nonrecursive"))
        mount->is_recursive = !is_on;
    return r;
}

/* One NAME or NAME=VALUE. */
static int read_field(const struct rf_value *value, struct rf_str field, struct mount_words *words,
                      struct rf_mount *mount, struct rf_err *err)
{
    static const struct rf_word names[] = {
        {"type", 't', NULL},
        {"source", 's', NULL},
        {"src", 's', NULL},
        {"target", 'd', NULL},
        {"destination", 'd', NULL},
        {"dst", 'd', NULL},
        {"readonly", 'r', NULL},
        {"ro", 'r', NULL},
        {"exec", 'x', NULL},
        {"idmap", 'b', NULL},
        {"bind-propagation", 'b', NULL},
        {"bind-recursive", 'b', NULL},
        {"bind-nonrecursive", 'b', NULL},
        {"tmpfs-size", 'T', NULL},
        {"tmpfs-mode", 'T', NULL},
        {"volume-opt", 0, NO_NAMED},
        {"volume-driver", 0, NO_NAMED},
        {"volume-subpath", 0, NO_NAMED},
        {"volume-nocopy", 0, NO_NAMED},
        {"consistency", 0, "consistency means nothing on Linux: leave it out"},
        {"relabel", 0, "SELinux labels are not changed here: label the directory with chcon"}};
    struct rf_str name;
    struct rf_str text = rf_str_cut(field, '=', &name);
    unsigned kind = 0;
    int r = rf_value_word(value, name, names, RF_COUNT(names), &kind, err);

    if (r < 0)
        return r;
    if (strchr("tsdT", (int)kind) && text.len == 0)
        return rf_refuse(value, err, "want %.*s=VALUE", RF_FMT(name));
    words->has_bind_words |= kind == 's' || kind == 'b';
    words->has_tmpfs_words |= kind == 'T';
    if (kind == 't')
        return 0;
    if (kind == 's')
        words->source = text;
    if (kind == 'd')
        words->target = text;
    if (kind == 'r')
        return read_switch(value, text, &mount->is_read_only, err);
    if (kind == 'x')
        return read_switch(value, text, &mount->is_exec, err);
    if (kind == 'b')
        return bind_field(value, name, text, mount, err);
    if (kind == 'T')
        return rf_tmpfs_option(value, (struct rf_str){field.ptr + 6, field.len - 6}, mount, err);
    return 0;
}

/* The next CSV field of *rest: as it stands, or unquoted into the arena. */
static int next_field(struct rf_posture *posture, const struct rf_value *value, struct rf_str *rest,
                      struct rf_str *ret, struct rf_err *err)
{
    size_t i = 1;
    size_t used = 0;
    char *plain;

    if (rest->len == 0 || rest->ptr[0] != '"') {
        *rest = rf_str_cut(*rest, ',', ret);
        return 0;
    }
    plain = rf_arena_alloc(posture->arena, rest->len);
    if (!plain)
        return rf_no_memory(value, err);
    for (;; i++) {
        bool is_quote = i < rest->len && rest->ptr[i] == '"';

        if (i >= rest->len)
            return rf_refuse(value, err, "a quotation mark is not closed");
        if (is_quote && (i + 1 >= rest->len || rest->ptr[i + 1] != '"'))
            break;
        i += is_quote;
        plain[used++] = rest->ptr[i];
    }
    i++;
    if (i < rest->len && rest->ptr[i] != ',')
        return rf_refuse(value, err, "want a comma after a closing quotation mark");
    *ret = (struct rf_str){plain, used};
    *rest = i < rest->len ? (struct rf_str){rest->ptr + i + 1, rest->len - i - 1} : (struct rf_str){NULL, 0};
    return 0;
}

/* All fields; the type first, because it decides the defaults of the others. */
static int read_fields(struct rf_posture *posture, const struct rf_value *value, struct mount_words *words,
                       struct rf_mount *mount, struct rf_err *err)
{
    struct rf_str fields[FIELDS_MAX];
    struct rf_str rest = value->text;
    size_t count = 0;
    int r = 0;

    while (r == 0 && rest.ptr) {
        if (count == FIELDS_MAX)
            return rf_refuse(value, err, "too many fields");
        r = next_field(posture, value, &rest, &fields[count], err);
        count++;
    }
    for (size_t i = 0; r == 0 && i < count; i++)
        if (rf_str_starts(fields[i], "type="))
            r = read_type(value, (struct rf_str){fields[i].ptr + 5, fields[i].len - 5}, words, mount, err);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = read_field(value, fields[i], words, mount, err);
    return r;
}

int rf_set_mount(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_mount mount = {0};
    struct mount_words words = {0};
    int r = read_fields(posture, value, &words, &mount, err);

    if (r < 0)
        return r;
    if (!words.has_type)
        return rf_refuse(value, err,
                         "want type=bind or type=tmpfs (docker's default, a named volume, is not to be had)");
    if (mount.kind == RF_MOUNT_TMPFS && words.has_bind_words)
        return rf_refuse(value, err, "source, idmap and bind-... belong to type=bind");
    if (mount.kind == RF_MOUNT_BIND && words.has_tmpfs_words)
        return rf_refuse(value, err, "tmpfs-size and tmpfs-mode belong to type=tmpfs");
    if (mount.kind == RF_MOUNT_BIND)
        r = rf_bind_source(posture, value, words.source, &mount, err);
    if (r == 0)
        r = rf_mount_place(posture, value, words.target, &mount, err);
    if (r == 0)
        r = rf_mount_join(posture, value, &mount, err);
    if (r == 0)
        rf_posture_note(posture, mount.kind == RF_MOUNT_BIND ? RF_KEY_VOLUME : RF_KEY_TMPFS, value->from);
    return r;
}

enum rf_key rf_mount_key(const struct rf_mount *mount)
{
    if (mount->kind == RF_MOUNT_TMPFS)
        return RF_KEY_TMPFS;
    return strchr(mount->src, ':') ? RF_KEY_MOUNT : RF_KEY_VOLUME;
}

/* NAME=VALUE as a CSV field. */
static const char *quote_field(struct rf_arena *arena, const char *name, const char *text)
{
    size_t len = strlen(text);
    char *quoted = rf_arena_array(arena, len + 1, 2);
    size_t used = 0;

    if (!quoted)
        return NULL;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            quoted[used++] = '"';
        quoted[used++] = text[i];
    }
    if (!strpbrk(text, ",\""))
        return rf_arena_printf(arena, "%s=%s", name, text);
    return rf_arena_printf(arena, "\"%s=%s\"", name, quoted);
}

static const char *tmpfs_text(struct rf_arena *arena, const struct rf_mount *mount)
{
    const char *size = rf_size_text(arena, mount->size_bytes);
    const char *mode = mount->has_mode ? rf_arena_printf(arena, ",mode=%04o", mount->mode) : "";
    const char *owner =
        mount->has_owner ? rf_arena_printf(arena, ",uid=%u,gid=%u", mount->uid, mount->gid) : "";

    if (!size || !mode || !owner)
        return NULL;
    return rf_arena_printf(arena, "%s:size=%s%s%s,nr_inodes=%llu%s%s", mount->dst, size, mode, owner,
                           (unsigned long long)mount->inodes, mount->is_exec ? ",exec" : "",
                           mount->is_read_only ? ",ro" : "");
}

static const char *csv_text(struct rf_arena *arena, const struct rf_mount *mount)
{
    const char *source = quote_field(arena, "source", mount->src);
    const char *target = quote_field(arena, "target", mount->dst);

    if (!source || !target)
        return NULL;
    return rf_arena_printf(arena, "type=bind,%s,%s%s%s%s%s", source, target,
                           mount->is_read_only ? ",readonly" : "", mount->is_idmapped ? ",idmap" : "",
                           mount->is_exec ? "" : ",exec=false",
                           mount->is_recursive ? "" : ",bind-recursive=disabled");
}

const char *rf_mount_text(struct rf_arena *arena, const struct rf_mount *mount)
{
    if (mount->kind == RF_MOUNT_TMPFS)
        return tmpfs_text(arena, mount);
    if (rf_mount_key(mount) == RF_KEY_MOUNT)
        return csv_text(arena, mount);
    return rf_arena_printf(arena, "%s:%s:%s%s%s%s", mount->src, mount->dst, mount->is_read_only ? "ro" : "rw",
                           mount->is_idmapped ? ",idmap" : "", mount->is_exec ? "" : ",noexec",
                           mount->is_recursive ? "" : ",bind");
}
