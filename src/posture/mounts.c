/* The places in the ring that are not the root: docker's --tmpfs and --volume, read strictly. What docker
   accepts and a ring cannot give (labels, propagation, named volumes) is refused with the reason, never
   dropped. */
#include "posture/mounts.h"

#include "base/num.h"

#include <errno.h>
#include <string.h>

struct rf_mount rf_mount_make(enum rf_mount_kind kind)
{
    bool is_bind = kind == RF_MOUNT_BIND;

    return (struct rf_mount){.kind = kind,
                             .is_exec = is_bind,
                             .is_recursive = is_bind,
                             .size_bytes = is_bind ? 0 : RF_TMPFS_BYTES,
                             .inodes = is_bind ? 0 : RF_TMPFS_INODES};
}

uint32_t rf_tmpfs_mode(const struct rf_mount *mount)
{
    bool is_shared = strcmp(mount->dst, "/tmp") == 0 || strcmp(mount->dst, "/var/tmp") == 0;

    if (mount->has_mode)
        return mount->mode;
    return is_shared ? RF_TMPFS_SHARED_MODE : RF_TMPFS_MODE;
}

int rf_mount_place(struct rf_posture *posture, const struct rf_value *value, struct rf_str text,
                   struct rf_mount *mount, struct rf_err *err)
{
    const char *dst = NULL;
    int r;

    if (text.len && memchr(text.ptr, ':', text.len))
        return rf_refuse(value, err, "a place inside may not hold a colon");
    r = rf_value_path(posture, value, text, &dst, err);
    if (r < 0)
        return r;
    if (strcmp(dst, "/") == 0)
        return rf_refuse(value, err, "the root itself is chosen with rootfs, host or scratch");
    if (strcmp(dst, "/proc") == 0 || strncmp(dst, "/proc/", 6) == 0 || strcmp(dst, "/dev") == 0)
        return rf_refuse(value, err, "%s is the ring's own: mount somewhere else", dst);
    mount->dst = dst;
    return 0;
}

/* "line 5 of ringfence.yaml" or "the command line" */
static const char *describe_source(struct rf_arena *arena, const struct rf_from *from)
{
    const char *text = from->file ? rf_arena_printf(arena, "line %u of %s", from->line, from->file) : NULL;

    return text ? text : from->file ? from->file : "the same command line";
}

int rf_mount_join(struct rf_posture *posture, const struct rf_value *value, struct rf_mount *mount,
                  struct rf_err *err)
{
    struct rf_mount *list = posture->mounts;
    size_t at = 0;

    mount->from = *value->from;
    mount->from.known = RF_KNOWN;
    while (at < posture->mount_count && strcmp(list[at].dst, mount->dst) != 0)
        at++;
    if (at < posture->mount_count && rf_text_equal(list[at].from.file, mount->from.file)) {
        const char *other = rf_mount_text(posture->arena, &list[at]);

        return rf_refuse(value, err, "%s is already the place of %s \"%s\" (%s)", mount->dst,
                         rf_key_info(rf_mount_key(&list[at]))->flag, other ? other : mount->dst,
                         describe_source(posture->arena, &list[at].from));
    }
    if (at == posture->mount_count) {
        list = rf_list_room(posture->arena, list, at, sizeof(*list));
        if (!list)
            return rf_no_memory(value, err);
        posture->mounts = list;
        posture->mount_count++;
    }
    list[at] = *mount;
    return 0;
}

static int read_id(const struct rf_value *value, const char *what, struct rf_str text, uint32_t *ret,
                   struct rf_err *err)
{
    uint64_t id = 0;

    if (rf_num_u64(text, RF_ID_MAX, &id) != 0 || id < RF_ID_MIN)
        return rf_refuse(value, err, "%s must be a number in %d..%d: 0 is root", what, RF_ID_MIN, RF_ID_MAX);
    *ret = (uint32_t)id;
    return 0;
}

/* NAME=VALUE options of a tmpfs. */
static int tmpfs_setting(const struct rf_value *value, struct rf_str name, struct rf_str text,
                         struct rf_mount *mount, struct rf_err *err)
{
    if (rf_str_is(name, "size")) {
        if (rf_num_size(text, RF_SIZE_MAX, &mount->size_bytes) != 0 || mount->size_bytes == 0)
            return rf_refuse(value, err, "size must be bytes such as 64m; 0 would mean no limit");
        return 0;
    }
    if (rf_str_is(name, "nr_inodes")) {
        if (rf_num_size(text, UINT32_MAX, &mount->inodes) != 0 || mount->inodes == 0)
            return rf_refuse(value, err, "nr_inodes must be a number such as 16k; 0 would mean no limit");
        return 0;
    }
    if (rf_str_is(name, "mode")) {
        if (rf_num_mode(text, &mount->mode) != 0)
            return rf_refuse(value, err, "mode must be octal, such as 0700 or 1777");
        mount->has_mode = true;
        return 0;
    }
    if (rf_str_is(name, "uid")) {
        bool has_gid = mount->has_owner;
        int r = read_id(value, "uid", text, &mount->uid, err);

        if (r == 0 && !has_gid)
            mount->gid = mount->uid;
        mount->has_owner = true;
        return r;
    }
    if (rf_str_is(name, "gid")) {
        int r = read_id(value, "gid", text, &mount->gid, err);

        mount->has_owner = true;
        return r;
    }
    return rf_refuse(value, err,
                     "a tmpfs takes size=, mode=, uid=, gid=, nr_inodes=, exec, noexec, ro and rw, "
                     "not \"%.*s\"",
                     (int)(name.len < 40 ? name.len : 40), name.ptr);
}

/* Words without a value. */
enum { FLAG_EXEC = 1, FLAG_NOEXEC, FLAG_RO, FLAG_RW, FLAG_IDMAP, FLAG_BIND, FLAG_RBIND, FLAG_STANDARD };

static int apply_flag(unsigned flag, struct rf_mount *mount)
{
    if (flag == FLAG_EXEC || flag == FLAG_NOEXEC)
        mount->is_exec = flag == FLAG_EXEC;
    if (flag == FLAG_RO || flag == FLAG_RW)
        mount->is_read_only = flag == FLAG_RO;
    if (flag == FLAG_BIND || flag == FLAG_RBIND)
        mount->is_recursive = flag == FLAG_RBIND;
    if (flag == FLAG_IDMAP)
        mount->is_idmapped = true;
    return 0;
}

#define NO_SETUID "nosuid and nodev always hold: set-user-id programs and devices have no use in a ring"
#define NO_SHARING "mounts of a ring are private: nothing mounted later passes in or out"
#define NO_LABELS "SELinux labels are not changed here: label the directory with chcon -t container_file_t"

int rf_tmpfs_option(const struct rf_value *value, struct rf_str option, struct rf_mount *mount,
                    struct rf_err *err)
{
    static const struct rf_word words[] = {{"exec", FLAG_EXEC, NULL},       {"noexec", FLAG_NOEXEC, NULL},
                                           {"ro", FLAG_RO, NULL},           {"rw", FLAG_RW, NULL},
                                           {"nosuid", FLAG_STANDARD, NULL}, {"nodev", FLAG_STANDARD, NULL},
                                           {"suid", 0, NO_SETUID},          {"dev", 0, NO_SETUID}};
    struct rf_str name;
    struct rf_str text = rf_str_cut(option, '=', &name);
    unsigned flag = 0;
    int r;

    if (text.ptr)
        return tmpfs_setting(value, name, text, mount, err);
    r = rf_value_word(value, option, words, RF_COUNT(words), &flag, err);
    return r < 0 ? r : apply_flag(flag, mount);
}

int rf_set_tmpfs(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_mount mount = rf_mount_make(RF_MOUNT_TMPFS);
    struct rf_str path;
    struct rf_str options = rf_str_cut(value->text, ':', &path);
    int r = rf_mount_place(posture, value, path, &mount, err);

    while (r == 0 && options.ptr) {
        struct rf_str option;

        options = rf_str_cut(options, ',', &option);
        r = rf_tmpfs_option(value, option, &mount, err);
    }
    if (r == 0 && mount.has_owner && mount.uid == 0)
        return rf_refuse(value, err, "gid= needs uid= beside it");
    return r < 0 ? r : rf_mount_join(posture, value, &mount, err);
}

static int bind_option(const struct rf_value *value, struct rf_str option, struct rf_mount *mount,
                       struct rf_err *err)
{
    static const struct rf_word words[] = {
        {"ro", FLAG_RO, NULL},
        {"rw", FLAG_RW, NULL},
        {"idmap", FLAG_IDMAP, NULL},
        {"exec", FLAG_EXEC, NULL},
        {"noexec", FLAG_NOEXEC, NULL},
        {"nosuid", FLAG_STANDARD, NULL},
        {"nodev", FLAG_STANDARD, NULL},
        {"bind", FLAG_BIND, NULL},
        {"rbind", FLAG_RBIND, NULL},
        {"private", FLAG_STANDARD, NULL},
        {"rprivate", FLAG_STANDARD, NULL},
        {"z", 0, NO_LABELS},
        {"Z", 0, NO_LABELS},
        {"suid", 0, NO_SETUID},
        {"dev", 0, NO_SETUID},
        {"shared", 0, NO_SHARING},
        {"rshared", 0, NO_SHARING},
        {"slave", 0, NO_SHARING},
        {"rslave", 0, NO_SHARING},
        {"U", 0,
         "nothing on the host is chowned: write idmap, and files belong to the owner of the directory"},
        {"O", 0, "there is no overlay over a volume: write ro, or copy the directory first"},
        {"nocopy", 0, "there are no named volumes, so there is nothing to copy"}};
    unsigned flag = 0;
    int r = rf_value_word(value, option, words, RF_COUNT(words), &flag, err);

    return r < 0 ? r : apply_flag(flag, mount);
}

int rf_bind_source(struct rf_posture *posture, const struct rf_value *value, struct rf_str text,
                   struct rf_mount *mount, struct rf_err *err)
{
    bool is_named = text.len && !memchr(text.ptr, '/', text.len) && text.ptr[0] != '.';

    if (text.len == 0)
        return rf_refuse(value, err,
                         "the source is empty: want SRC:DST with a path of the host before the colon");
    if (is_named && value->key == RF_KEY_VOLUME)
        return rf_refuse(value, err, "there are no named volumes: write ./%.*s for the directory",
                         (int)(text.len < 80 ? text.len : 80), text.ptr);
    if (text.ptr[0] == '~')
        return rf_refuse(value, err, "\"~\" is not expanded here: write the whole path");
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < 0x20 || text.ptr[i] == 0x7f)
            return rf_refuse(value, err, "a path may not hold control characters");
    mount->src = rf_arena_printf(posture->arena, "%s%.*s", is_named ? "./" : "", RF_FMT(text));
    return mount->src ? 0 : rf_no_memory(value, err);
}

int rf_set_volume(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_mount mount = rf_mount_make(RF_MOUNT_BIND);
    struct rf_str src;
    struct rf_str dst;
    struct rf_str rest = rf_str_cut(value->text, ':', &src);
    int r;

    if (!rest.ptr)
        return rf_refuse(value, err,
                         "want SRC:DST[:ro,idmap]; for scratch space that is gone afterwards use tmpfs");
    rest = rf_str_cut(rest, ':', &dst);
    r = rf_bind_source(posture, value, src, &mount, err);
    if (r == 0)
        r = rf_mount_place(posture, value, dst, &mount, err);
    if (r == 0 && rest.ptr && memchr(rest.ptr, ':', rest.len))
        return rf_refuse(value, err, "too many colons: a path that holds one is given with mount type=bind");
    while (r == 0 && rest.ptr) {
        struct rf_str option;

        rest = rf_str_cut(rest, ',', &option);
        r = bind_option(value, option, &mount, err);
    }
    return r < 0 ? r : rf_mount_join(posture, value, &mount, err);
}
