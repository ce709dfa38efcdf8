/* The kernel's texts about the ring, as numbers and rows. The texts come from the kernel through pid 1, not
   from the workload; even so, nothing here believes that a field is there. */
#include "cmd/witness.h"

#include "base/num.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const char *const namespace_names[RF_NAMESPACES] = {"user", "mnt", "pid",   "ipc",
                                                           "uts",  "net", "cgroup"};

/* The next line of *rest, without its end. */
static bool next_line(struct rf_str *rest, struct rf_str *ret)
{
    if (!rest->ptr || rest->len == 0)
        return false;
    *rest = rf_str_cut(*rest, '\n', ret);
    return true;
}

/* The next word of *rest; empty at the end. */
static struct rf_str next_word(struct rf_str *rest)
{
    struct rf_str word = {rest->ptr, 0};

    while (rest->len && (rest->ptr[0] == ' ' || rest->ptr[0] == '\t'))
        *rest = (struct rf_str){rest->ptr + 1, rest->len - 1};
    word.ptr = rest->ptr;
    while (word.len < rest->len && rest->ptr[word.len] != ' ' && rest->ptr[word.len] != '\t')
        word.len++;
    *rest = (struct rf_str){rest->ptr + word.len, rest->len - word.len};
    return word;
}

static uint64_t number_of(struct rf_str word)
{
    uint64_t value = UINT64_MAX;

    return rf_num_u64(word, UINT64_MAX, &value) < 0 ? UINT64_MAX : value;
}

static uint64_t hexadecimal_of(struct rf_str word)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;

    for (size_t i = 0; i < word.len; i++) {
        const char *digit = word.ptr[i] ? strchr(digits, word.ptr[i]) : NULL;

        if (!digit || i == 16)
            return UINT64_MAX;
        value = value << 4 | (uint64_t)(digit - digits);
    }
    return word.len ? value : UINT64_MAX;
}

/* --- /proc/PID/status and /proc/PID/io --- */

static const char *trimmed(struct rf_str text, struct rf_arena *arena)
{
    while (text.len && (text.ptr[0] == ' ' || text.ptr[0] == '\t'))
        text = (struct rf_str){text.ptr + 1, text.len - 1};
    while (text.len && text.ptr[text.len - 1] == ' ')
        text.len--;
    return rf_arena_text(arena, text);
}

static int read_status_line(struct rf_str name, struct rf_str value, struct rf_arena *arena,
                            struct rf_seen *seen)
{
    static const char *const sets[RF_CAP_SETS] = {"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"};
    struct rf_str rest = value;

    if (rf_str_is(name, "Uid") || rf_str_is(name, "Gid")) {
        uint64_t *ids = rf_str_is(name, "Uid") ? seen->uids : seen->gids;

        for (size_t i = 0; i < 4; i++)
            ids[i] = number_of(next_word(&rest));
    } else if (rf_str_is(name, "Groups")) {
        seen->groups = trimmed(value, arena);
        return seen->groups ? 0 : -ENOMEM;
    } else if (rf_str_is(name, "NoNewPrivs")) {
        seen->no_new_privs = number_of(next_word(&rest));
    } else if (rf_str_is(name, "Seccomp")) {
        seen->seccomp_mode = number_of(next_word(&rest));
    } else if (rf_str_is(name, "Seccomp_filters")) {
        seen->seccomp_filters = number_of(next_word(&rest));
    } else if (rf_str_is(name, "write_bytes")) {
        seen->write_bytes = number_of(next_word(&rest));
    } else {
        for (size_t i = 0; i < RF_CAP_SETS; i++) {
            if (rf_str_is(name, sets[i]))
                seen->caps[i] = hexadecimal_of(next_word(&rest));
        }
    }
    return 0;
}

static int read_fields(const struct rf_witness_text *text, struct rf_arena *arena, struct rf_seen *seen)
{
    struct rf_str rest = {text->text, text->len};
    struct rf_str line;
    int code = 0;

    while (code == 0 && next_line(&rest, &line)) {
        struct rf_str name;
        struct rf_str value = rf_str_cut(line, ':', &name);

        if (value.ptr)
            code = read_status_line(name, value, arena, seen);
    }
    return code;
}

/* --- /proc/PID/mountinfo --- */

/* Blanks and the like are written as three octal digits. */
static const char *unescaped(struct rf_str word, struct rf_arena *arena)
{
    char *text = rf_arena_text(arena, word);
    size_t out = 0;

    for (size_t i = 0; text && i < word.len; i++) {
        const char *p = text + i;

        if (p[0] == '\\' && word.len - i >= 4 && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
            p[3] >= '0' && p[3] <= '7') {
            text[out++] = (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
            i += 3;
        } else {
            text[out++] = *p;
        }
    }
    if (text)
        text[out] = '\0';
    return text;
}

static bool has_option(struct rf_str options, const char *name)
{
    while (options.ptr) {
        struct rf_str option;

        options = rf_str_cut(options, ',', &option);
        if (rf_str_is(option, name))
            return true;
    }
    return false;
}

/* File systems that the kernel makes up or keeps in memory. What is not named here counts as a disk: a
   network file system and FUSE too, since what is written there lasts. */
static bool is_memory_type(struct rf_str type)
{
    static const char *const types[] = {
        "tmpfs",       "ramfs",     "proc",    "sysfs",   "devpts",    "devtmpfs",   "mqueue",
        "cgroup",      "cgroup2",   "debugfs", "tracefs", "bpf",       "securityfs", "configfs",
        "binfmt_misc", "hugetlbfs", "nsfs",    "fusectl", "selinuxfs", "sockfs",
    };

    for (size_t i = 0; i < RF_COUNT(types); i++) {
        if (rf_str_is(type, types[i]))
            return true;
    }
    return false;
}

/* ID PARENT MAJOR:MINOR ROOT PATH OPTIONS [OPTIONAL...] - TYPE SOURCE SUPER-OPTIONS */
static int read_mount(struct rf_str line, struct rf_arena *arena, struct rf_seen_mount *ret)
{
    struct rf_str path = {NULL, 0};
    struct rf_str options;
    struct rf_str type;
    struct rf_str super;
    struct rf_str word;

    for (int i = 0; i < 5; i++)
        path = next_word(&line);
    options = next_word(&line);
    do
        word = next_word(&line);
    while (word.len && !rf_str_is(word, "-"));
    type = next_word(&line);
    (void)next_word(&line); /* the source is the host's business */
    super = next_word(&line);
    if (type.len == 0)
        return -EINVAL;
    *ret = (struct rf_seen_mount){.path = unescaped(path, arena),
                                  .type = rf_arena_text(arena, type),
                                  .options = rf_arena_text(arena, options),
                                  .is_read_only = has_option(options, "ro") || has_option(super, "ro"),
                                  .is_no_swap = has_option(super, "noswap"),
                                  .is_disk = !is_memory_type(type),
                                  .used_bytes = UINT64_MAX};
    return ret->path && ret->type && ret->options ? 0 : -ENOMEM;
}

static size_t count_lines(const struct rf_witness_text *text)
{
    size_t count = 0;

    for (size_t i = 0; i < text->len; i++)
        count += text->text[i] == '\n';
    return count;
}

/* A text that was cut is no list of all mounts: it counts as not seen. */
static int read_mounts(const struct rf_witness_text *text, struct rf_arena *arena, struct rf_seen *seen)
{
    struct rf_str rest = {text->text, text->len};
    struct rf_str line;

    if (text->len == 0 || text->text[text->len - 1] != '\n')
        return 0;
    seen->mounts = rf_arena_array(arena, count_lines(text), sizeof(*seen->mounts));
    if (!seen->mounts)
        return -ENOMEM;
    while (next_line(&rest, &line)) {
        int code = read_mount(line, arena, &seen->mounts[seen->mount_count]);

        if (code == -ENOMEM)
            return code;
        if (code < 0) {
            seen->mount_count = 0;
            return 0;
        }
        seen->mount_count++;
    }
    return 0;
}

/* The list is in the order of mounting; what is mounted later on a place or above it hides what was there. */
static void mark_hidden(struct rf_seen *seen)
{
    for (size_t i = 0; i < seen->mount_count; i++) {
        for (size_t j = i + 1; j < seen->mount_count && !seen->mounts[i].is_hidden; j++) {
            const char *over = seen->mounts[j].path;
            size_t len = strlen(over);

            seen->mounts[i].is_hidden =
                strncmp(seen->mounts[i].path, over, len) == 0 &&
                (seen->mounts[i].path[len] == '\0' || seen->mounts[i].path[len] == '/');
        }
    }
}

/* "BYTES PATH" lines. Of several mounts on one path the last is the one that was seen. */
static void read_space(const struct rf_witness_text *text, struct rf_seen *seen)
{
    struct rf_str rest = {text->text, text->len};
    struct rf_str line;

    while (next_line(&rest, &line)) {
        struct rf_str bytes;
        struct rf_str path = rf_str_cut(line, ' ', &bytes);

        for (size_t i = seen->mount_count; path.ptr && i-- > 0;) {
            if (rf_str_is(path, seen->mounts[i].path)) {
                seen->mounts[i].used_bytes = number_of(bytes);
                break;
            }
        }
    }
}

/* --- limits and name spaces --- */

/* "Max open files            1024                 4096                 files": columns of fixed width. */
static int read_limits(const struct rf_witness_text *text, struct rf_arena *arena, struct rf_seen *seen)
{
    enum { NAME = 26, VALUES = 26 };
    struct rf_str rest = {text->text, text->len};
    struct rf_str line;

    if (!next_line(&rest, &line)) /* the heading */
        return 0;
    while (seen->limit_count < RF_LIMITS && next_line(&rest, &line)) {
        struct rf_seen_limit *limit = &seen->limits[seen->limit_count];
        struct rf_str values;

        if (line.len <= NAME)
            continue;
        values = (struct rf_str){line.ptr + VALUES, line.len - VALUES};
        limit->name = trimmed((struct rf_str){line.ptr, NAME}, arena);
        limit->soft = rf_arena_text(arena, next_word(&values));
        limit->hard = rf_arena_text(arena, next_word(&values));
        if (!limit->name || !limit->soft || !limit->hard)
            return -ENOMEM;
        seen->limit_count++;
    }
    return 0;
}

static int read_namespaces(const struct rf_witness_text *text, struct rf_arena *arena, struct rf_seen *seen)
{
    struct rf_str rest = {text->text, text->len};
    struct rf_str line;

    while (next_line(&rest, &line)) {
        for (size_t i = 0; i < RF_NAMESPACES; i++) {
            size_t len = strlen(namespace_names[i]);

            if (line.len > len && line.ptr[len] == ':' && memcmp(line.ptr, namespace_names[i], len) == 0) {
                seen->namespaces[i].inside = rf_arena_text(arena, line);
                if (!seen->namespaces[i].inside)
                    return -ENOMEM;
            }
        }
    }
    return 0;
}

void rf_seen_outside(struct rf_arena *arena, struct rf_seen *ret)
{
    for (size_t i = 0; i < RF_NAMESPACES; i++) {
        const char *path = rf_arena_printf(arena, "/proc/self/ns/%s", namespace_names[i]);
        char link[64];
        ssize_t len = path ? readlink(path, link, sizeof(link)) : -1;

        ret->namespaces[i].name = namespace_names[i];
        if (len > 0 && (size_t)len < sizeof(link))
            ret->namespaces[i].outside = rf_arena_text(arena, (struct rf_str){link, (size_t)len});
    }
}

int rf_seen_read(const struct rf_outcome *outcome, struct rf_arena *arena, struct rf_seen *ret,
                 struct rf_err *err)
{
    int code;

    memset(ret->uids, 0xff, sizeof(ret->uids));
    memset(ret->gids, 0xff, sizeof(ret->gids));
    memset(ret->caps, 0xff, sizeof(ret->caps));
    ret->no_new_privs = ret->seccomp_mode = ret->seccomp_filters = ret->write_bytes = UINT64_MAX;
    for (size_t i = 0; i < RF_NAMESPACES; i++)
        ret->namespaces[i].name = namespace_names[i];
    code = read_fields(&outcome->status, arena, ret);
    if (code == 0)
        code = read_fields(&outcome->io, arena, ret);
    if (code == 0)
        code = read_mounts(&outcome->mounts, arena, ret);
    if (code == 0)
        code = read_limits(&outcome->limits, arena, ret);
    if (code == 0)
        code = read_namespaces(&outcome->namespaces, arena, ret);
    if (code < 0)
        return rf_fail(err, code, "reading what was seen in the ring: out of memory");
    mark_hidden(ret);
    read_space(&outcome->space, ret);
    return 0;
}
