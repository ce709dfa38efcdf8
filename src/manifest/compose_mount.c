/* What a service has mounted: volumes, tmpfs, devices, secrets and configs. */
#include "manifest/compose_parts.h"

#include "base/num.h"

#include <errno.h>
#include <string.h>

#define MEMBER(name, read, field)                                                                            \
    {                                                                                                        \
        name, read, offsetof(struct rf_mounted, field)                                                       \
    }

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* --- the short forms --- */

/* rf_compose_cut() at a `:` that is not the one of a drive, "C:\data". Names of volumes have two letters at
   least. */
static struct rf_str cut_path(const struct rf_compose_node *node, struct rf_str text, struct rf_str *ret_head)
{
    struct rf_str rest = rf_compose_cut(node, text, ':', ret_head);

    if (!rest.ptr || ret_head->len != 1 || !is_letter(text.ptr[0]))
        return rest;
    rest = rf_compose_cut(node, rest, ':', ret_head);
    *ret_head = (struct rf_str){text.ptr, 2 + ret_head->len};
    return rest;
}

static enum rf_mounted_kind kind_of_source(const struct rf_compose_node *node, struct rf_str source)
{
    if (source.len && rf_compose_has_hole(node, (struct rf_str){source.ptr, 1}))
        return RF_MOUNTED_OTHER;
    if (source.len &&
        (source.ptr[0] == '.' || source.ptr[0] == '/' || source.ptr[0] == '~' || source.ptr[0] == '\\'))
        return RF_MOUNTED_BIND;
    if (source.len > 2 && is_letter(source.ptr[0]) && source.ptr[1] == ':')
        return RF_MOUNTED_BIND;
    return RF_MOUNTED_VOLUME;
}

static void set_propagation(const struct rf_compose_node *node, struct rf_str word, struct rf_mounted *place)
{
    static const struct {
        const char *word;
        enum rf_propagation propagation;
    } words[] = {{"shared", RF_PROPAGATION_SHARED},   {"rshared", RF_PROPAGATION_SHARED},
                 {"slave", RF_PROPAGATION_FROM_HOST}, {"rslave", RF_PROPAGATION_FROM_HOST},
                 {"private", RF_PROPAGATION_PRIVATE}, {"rprivate", RF_PROPAGATION_PRIVATE}};

    for (size_t i = 0; i < RF_COUNT(words); i++) {
        if (!rf_str_is(word, words[i].word))
            continue;
        place->propagation = words[i].propagation;
        place->propagation_from = node->from;
    }
}

static struct rf_fact_bool flag(const struct rf_compose_node *node, bool is_true)
{
    return (struct rf_fact_bool){.is_true = is_true, .is_default = node->is_default, .from = node->from};
}

/* "ro,z": what is not known here is left to the engine. */
static void read_modes(const struct rf_compose_node *node, struct rf_str modes, struct rf_mounted *place)
{
    while (modes.ptr) {
        struct rf_str word;

        modes = rf_compose_cut(node, modes, ',', &word);
        if (rf_compose_has_hole(node, word)) {
            place->read_only = flag(node, false);
            place->read_only.from.known = RF_UNKNOWABLE;
        } else if (rf_str_is(word, "ro") || rf_str_is(word, "rw")) {
            place->read_only = flag(node, word.ptr[1] == 'o');
        }
        set_propagation(node, word, place);
    }
}

static int read_short_volume(struct rf_compose *compose, const struct rf_compose_node *node,
                             struct rf_mounted *place, struct rf_err *err)
{
    struct rf_str source;
    struct rf_str target;
    struct rf_str rest = cut_path(node, node->text, &source);
    struct rf_str modes = {NULL, 0};

    if (rest.ptr)
        modes = cut_path(node, rest, &target);
    else {
        target = source;
        source = (struct rf_str){NULL, 0};
    }
    if (target.len == 0 || (source.ptr && source.len == 0))
        return rf_compose_refuse(compose, node, "[SOURCE:]TARGET[:MODE]", err);
    place->kind = source.ptr ? kind_of_source(node, source) : RF_MOUNTED_VOLUME;
    place->source = rf_compose_fact(node, source);
    place->target = rf_compose_fact(node, target);
    read_modes(node, modes, place);
    return 0;
}

/* --- the long form --- */

static int read_kind(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    struct rf_mounted *place = ret;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "bind, volume or tmpfs", err);
    place->kind = rf_str_is(node->text, "bind")     ? RF_MOUNTED_BIND
                  : rf_str_is(node->text, "volume") ? RF_MOUNTED_VOLUME
                  : rf_str_is(node->text, "tmpfs")  ? RF_MOUNTED_TMPFS
                                                    : RF_MOUNTED_OTHER;
    return 0;
}

static int read_propagation(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                            struct rf_err *err)
{
    struct rf_mounted *place = ret;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "text", err);
    set_propagation(node, node->text, place);
    if (node->hole_count) {
        place->propagation_from = node->from;
        place->propagation_from.known = RF_UNKNOWABLE;
    }
    return 0;
}

static int read_bind(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    static const struct rf_compose_member members[] = {{"propagation", read_propagation, 0}};

    return rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
}

static int read_volume_options(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                               struct rf_err *err)
{
    static const struct rf_compose_member members[] = {MEMBER("subpath", rf_compose_text, sub_path)};

    return rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
}

static int read_tmpfs_options(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                              struct rf_err *err)
{
    static const struct rf_compose_member members[] = {MEMBER("size", rf_compose_bytes, size_bytes),
                                                       MEMBER("mode", rf_compose_mode, mode)};

    return rf_compose_object(compose, node, members, RF_COUNT(members), ret, err);
}

static int read_volume(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"type", read_kind, 0},
        MEMBER("source", rf_compose_text, source),
        MEMBER("src", rf_compose_text, source),
        MEMBER("target", rf_compose_text, target),
        MEMBER("dst", rf_compose_text, target),
        MEMBER("destination", rf_compose_text, target),
        MEMBER("read_only", rf_compose_bool, read_only),
        MEMBER("readonly", rf_compose_bool, read_only),
        {"bind", read_bind, 0},
        {"volume", read_volume_options, 0},
        {"tmpfs", read_tmpfs_options, 0},
    };
    struct rf_mounted *place = ret;

    place->kind = RF_MOUNTED_VOLUME;
    place->directory = node->source->directory;
    place->from = node->from;
    if (node->kind == RF_YAML_LIST)
        return rf_compose_refuse(compose, node, "[SOURCE:]TARGET[:MODE] or a map", err);
    return node->kind == RF_YAML_MAP
               ? rf_compose_object(compose, node, members, RF_COUNT(members), place, err)
               : read_short_volume(compose, node, place, err);
}

/* --- tmpfs --- */

/* One option of a tmpfs: size=64m, mode=1777, uid=1000, exec. */
static int read_tmpfs_option(struct rf_compose *compose, const struct rf_compose_node *node,
                             struct rf_str option, struct rf_mounted *place, struct rf_err *err)
{
    struct rf_str name;
    struct rf_str value = rf_compose_cut(node, option, '=', &name);
    struct rf_fact_int number = {.is_default = node->is_default, .from = node->from};
    bool is_right = true;
    bool is_hole = value.ptr && rf_compose_has_hole(node, value);
    uint32_t mode = 0;

    if (is_hole)
        number.from.known = RF_UNKNOWABLE;
    if (rf_str_is(name, "size")) {
        bool is_share = value.len && value.ptr[value.len - 1] == '%'; /* of the host's memory: no limit */

        is_right = is_hole || is_share || rf_compose_size(value, &number.value);
        if (!is_share)
            place->size_bytes = number;
    } else if (rf_str_is(name, "mode")) {
        is_right = is_hole || rf_num_mode(value, &mode) == 0;
        number.value = mode;
        place->mode = number;
    } else if (rf_str_is(name, "uid") || rf_str_is(name, "gid")) {
        is_right = rf_compose_number(node, value, name.ptr[0] == 'u' ? &place->uid : &place->gid);
    } else if (rf_str_is(name, "exec") || rf_str_is(name, "noexec")) {
        place->exec = flag(node, name.ptr[0] == 'e');
    } else if (rf_str_is(name, "ro") || rf_str_is(name, "rw")) {
        place->read_only = flag(node, name.ptr[1] == 'o');
    }
    return is_right
               ? 0
               : rf_compose_refuse(compose, node, "PATH[:size=BYTES,mode=MODE,uid=UID,gid=GID,...]", err);
}

static int read_tmpfs(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                      struct rf_err *err)
{
    struct rf_mounted *place = ret;
    struct rf_str target;
    struct rf_str options;
    int r = 0;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "PATH[:OPTIONS]", err);
    options = rf_compose_cut(node, node->text, ':', &target);
    if (target.len == 0)
        return rf_compose_refuse(compose, node, "PATH[:OPTIONS]", err);
    place->kind = RF_MOUNTED_TMPFS;
    place->from = node->from;
    place->target = rf_compose_fact(node, target);
    while (r == 0 && options.ptr) {
        struct rf_str option;

        options = rf_compose_cut(node, options, ',', &option);
        r = read_tmpfs_option(compose, node, option, place, err);
    }
    return r;
}

/* --- mounts as a whole --- */

/* Add them; of several at the same place the last counts. */
static int add_mounts(struct rf_compose *compose, const struct rf_compose_node *node,
                      rf_compose_read_fn *read, struct rf_subject *subject, struct rf_err *err)
{
    const char *what = compose->what;
    struct rf_mounted *mounts = NULL;
    size_t count = 0;
    size_t kept = 0;
    int r = rf_compose_items(compose, node, sizeof(*mounts), read, &mounts, &count, err);

    if (r < 0)
        return r;
    if (count + subject->mount_count > RF_COMPOSE_MOUNTS)
        return rf_compose_fail(&node->from, err, "%s: more than %d mounts", what, RF_COMPOSE_MOUNTS);
    for (size_t i = 0; i < count; i++) {
        size_t same = 0;

        while (same < kept && !is_same(mounts[same].target.value, mounts[i].target.value))
            same++;
        mounts[same] = mounts[i];
        kept += same == kept;
    }
    return rf_compose_append(compose, &subject->mounts, &subject->mount_count, sizeof(*mounts), mounts, kept,
                             err);
}

int rf_compose_volumes(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    return add_mounts(compose, node, read_volume, ret, err);
}

int rf_compose_tmpfs(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    struct rf_compose_node *item = (struct rf_compose_node *)node; /* is only read */
    struct rf_compose_node list = *node;

    if (node->kind == RF_YAML_SCALAR) {
        list.kind = RF_YAML_LIST;
        list.items = &item;
        list.count = 1;
    }
    return add_mounts(compose, &list, read_tmpfs, ret, err);
}

/* `use_api_socket: true` mounts the engine's own socket: compose's pkg/compose/apiSocket.go. */
int rf_compose_api_socket(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                          struct rf_err *err)
{
    static const struct rf_str socket = {"/var/run/docker.sock", 20};
    struct rf_subject *subject = ret;
    struct rf_mounted place = {.kind = RF_MOUNTED_BIND, .from = node->from};
    struct rf_fact_bool wanted = {0};
    int r = rf_compose_bool(compose, node, &wanted, err);

    if (r < 0 || !wanted.is_true)
        return r;
    place.source = (struct rf_fact_text){.value = socket, .is_default = node->is_default, .from = node->from};
    place.target = place.source;
    return rf_compose_append(compose, &subject->mounts, &subject->mount_count, sizeof(place), &place, 1, err);
}

/* --- secrets and configs --- */

static int read_data(struct rf_compose *compose, const struct rf_compose_node *node, const char *directory,
                     struct rf_mounted *place, struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        MEMBER("source", rf_compose_text, source), MEMBER("target", rf_compose_text, target),
        MEMBER("uid", rf_compose_int, uid),        MEMBER("gid", rf_compose_int, gid),
        MEMBER("mode", rf_compose_mode, mode),
    };
    const struct rf_fact_text *name = &place->target;
    char *target;
    int r;

    place->kind = RF_MOUNTED_DATA;
    place->from = node->from;
    r = node->kind == RF_YAML_MAP ? rf_compose_object(compose, node, members, RF_COUNT(members), place, err)
                                  : rf_compose_text(compose, node, &place->source, err);
    if (r < 0)
        return r;
    if (name->from.known == RF_UNSET)
        name = &place->source;
    if (name->value.len == 0 || (name != &place->source && name->value.ptr[0] == '/'))
        return 0;
    target = rf_arena_printf(compose->arena, "%s%.*s", directory, RF_FMT(name->value));
    if (!target)
        return rf_compose_no_memory(err);
    place->target =
        (struct rf_fact_text){.value = rf_str_of(target), .is_default = name->is_default, .from = name->from};
    return 0;
}

static int read_secret(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    return read_data(compose, node, "/run/secrets/", ret, err);
}

static int read_config(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    return read_data(compose, node, "/", ret, err);
}

int rf_compose_secrets(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    return add_mounts(compose, node, read_secret, ret, err);
}

int rf_compose_configs(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    return add_mounts(compose, node, read_config, ret, err);
}

/* --- devices --- */

static int read_device(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"source", rf_compose_text, offsetof(struct rf_device, source)},
        {"target", rf_compose_text, offsetof(struct rf_device, target)},
        {"permissions", rf_compose_text, offsetof(struct rf_device, permissions)},
    };
    struct rf_device *device = ret;
    struct rf_str source;
    struct rf_str target;
    struct rf_str rest;
    struct rf_str permissions = {NULL, 0};

    if (node->kind == RF_YAML_MAP)
        return rf_compose_object(compose, node, members, RF_COUNT(members), device, err);
    if (node->kind != RF_YAML_SCALAR || node->text.len == 0)
        return rf_compose_refuse(compose, node, "SOURCE[:TARGET[:PERMISSIONS]]", err);
    rest = rf_compose_cut(node, node->text, ':', &source);
    target = rest;
    if (rest.ptr)
        permissions = rf_compose_cut(node, rest, ':', &target);
    device->source = rf_compose_fact(node, source);
    if (target.len && target.ptr[0] != '/' && !permissions.ptr && !rf_compose_has_hole(node, target)) {
        permissions = target; /* "/dev/fuse:rw", as the engine reads it */
        target = (struct rf_str){NULL, 0};
    }
    device->target = rf_compose_fact(node, target);
    device->permissions = rf_compose_fact(node, permissions);
    return 0;
}

int rf_compose_devices(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                       struct rf_err *err)
{
    struct rf_subject *subject = ret;

    return rf_compose_items(compose, node, sizeof(*subject->devices), read_device, &subject->devices,
                            &subject->device_count, err);
}
