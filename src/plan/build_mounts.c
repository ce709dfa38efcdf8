/* What the posture puts into the ring: the home, the user's own mounts, and a name for the user. */
#include "plan/builder.h"
#include "posture/passwd.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* Where the temporary home goes: /home when it is ours or empty (an image may have installed software below
   it, an empty root has none, and nobody asked), else a directory on the private /tmp, else on /dev/shm. */
static const char *home_place(struct rf_builder *b)
{
    const struct rf_cover *home = rf_builder_covered(b, "/home");
    const struct rf_cover *tmp = rf_builder_covered(b, "/tmp");
    const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_ROOT, "/home");

    if (home && home->kind == COVER_TMPFS && home->path[0])
        return "/home";
    if (!fact || (fact->code == 0 && S_ISDIR(fact->mode) && fact->is_empty))
        return "/home";
    return tmp && tmp->kind == COVER_TMPFS && tmp->path[0] ? "/tmp" : "/dev/shm";
}

static void home_dir(struct rf_builder *b, const char *path)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_MKDIR, RF_KEY_HOME);

    step->dst = rf_builder_text(b, path);
    step->mode = 0700;
    step->uid = b->uid;
    step->gid = b->gid;
}

static void temporary_home(struct rf_builder *b)
{
    const char *place = home_place(b);
    const struct rf_cover *cover = rf_builder_covered(b, place);
    const char *name = b->user_name ? b->user_name : "ringfence";

    if (!cover || cover->kind != COVER_TMPFS || !cover->path[0]) {
        struct rf_step *step;

        rf_builder_need_dir(b, place);
        step = rf_builder_add(b, RF_STEP_TMPFS, RF_KEY_HOME);
        step->dst = rf_builder_text(b, place);
        step->mode = 0755;
        step->flags = (uint32_t)(ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC);
        step->a = b->posture->home_size_bytes;
        step->b = 16384;
        rf_builder_tmpfs_options(b, step);
        rf_builder_cover(b, place, COVER_TMPFS, false, false);
    }
    b->home = rf_arena_printf(b->arena, "%s/%s", place, strcmp(place, "/home") == 0 ? name : "home");
    if (!b->home) {
        rf_builder_fail(b, -ENOMEM, "making the plan: out of memory");
        return;
    }
    home_dir(b, b->home);
    rf_builder_cover(b, b->home, COVER_TMPFS, true, false);
}

/* --- mount points --- */

/* The directories on the way to `path` that lie below `cover`, from the outside in. */
static void make_parents(struct rf_builder *b, const struct rf_cover *cover, const char *path)
{
    size_t from = strlen(cover->path);

    for (const char *slash = strchr(path + from + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        const char *part = rf_arena_text(b->arena, (struct rf_str){path, (size_t)(slash - path)});
        struct rf_step *step;

        if (!part) {
            rf_builder_fail(b, -ENOMEM, "making the plan: out of memory");
            return;
        }
        step = rf_builder_add(b, RF_STEP_MKDIR, RF_KEY_VOLUME);
        step->dst = rf_builder_text(b, part);
        step->mode = 0755;
        step->flags = 1; /* may be there already */
    }
}

/* See to it that `path` can be mounted on: it is there, or it is made where making costs the host nothing. */
static void need_mount_point(struct rf_builder *b, const char *path, bool is_dir)
{
    const struct rf_cover root = {.path = "", .kind = COVER_TMPFS, .is_exec = true};
    const struct rf_cover *cover = rf_builder_covered(b, path);
    const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_ROOT, path);
    bool is_exactly = cover && strcmp(cover->path, path) == 0;
    struct rf_step *step;

    if (is_exactly || (cover && cover->kind == COVER_BIND))
        return;
    if (cover && cover->kind == COVER_SEALED) {
        rf_builder_fail(b, -EINVAL, "mount on %s: %s belongs to the ring: choose another place", path,
                        cover->path);
        return;
    }
    if (!cover || !cover->path[0]) {
        if (fact && fact->code == 0 && !fact->is_link && S_ISDIR(fact->mode) != is_dir) {
            rf_builder_fail(b, -ENOTDIR, "mount on %s: it is %s in the root and the source is not", path,
                            S_ISDIR(fact->mode) ? "a directory" : "a file");
            return;
        }
        if (fact && fact->code == 0)
            return;
        if (!b->can_extend) {
            rf_builder_fail(
                b, fact ? fact->code : -ENOENT,
                "mount on %s: the root has no such place, and it is read-only: choose a path that exists, or "
                "one below /tmp or /home",
                path);
            return;
        }
        cover = &root;
    }
    make_parents(b, cover, path);
    step = rf_builder_add(b, is_dir ? RF_STEP_MKDIR : RF_STEP_FILE, RF_KEY_VOLUME);
    step->dst = rf_builder_text(b, path);
    step->mode = is_dir ? 0755 : 0644;
    step->flags = is_dir ? 1 : 0;
}

static void add_tmpfs(struct rf_builder *b, const struct rf_mount *mount, enum rf_key key)
{
    bool is_public = strcmp(mount->dst, "/tmp") == 0 || strcmp(mount->dst, "/var/tmp") == 0;
    struct rf_step *step;

    need_mount_point(b, mount->dst, true);
    step = rf_builder_add(b, RF_STEP_TMPFS, key);
    step->dst = rf_builder_text(b, mount->dst);
    step->a = mount->size_bytes;
    step->b = mount->inodes;
    step->flags = (uint32_t)(ATTR_NOSUID | ATTR_NODEV) | (mount->is_exec ? 0 : (uint32_t)ATTR_NOEXEC) |
                  (mount->is_read_only ? (uint32_t)ATTR_RDONLY : 0);
    step->mode = (uint16_t)(mount->has_mode ? mount->mode : is_public ? 01777 : 0700);
    step->uid = mount->has_owner ? mount->uid : is_public ? 0 : b->uid;
    step->gid = mount->has_owner ? mount->gid : is_public ? 0 : b->gid;
    if (!b->facts->is_privileged) { /* one id is mapped, and everything belongs to it */
        step->uid = b->uid;
        step->gid = b->gid;
    }
    rf_builder_tmpfs_options(b, step);
    rf_builder_cover(b, mount->dst, COVER_TMPFS, !mount->is_read_only, mount->is_exec);
}

/* A volume that the user cannot write is the most common failure of a non-root container: say so beforehand.
 */
static void warn_unwritable(struct rf_builder *b, const struct rf_mount *mount,
                            const struct rf_path_fact *fact)
{
    uint32_t uid = b->facts->is_privileged ? b->uid : b->facts->uid;
    uint32_t gid = b->facts->is_privileged ? b->gid : b->facts->gid;
    uint32_t need = fact->uid == uid ? 0200 : fact->gid == gid ? 0020 : 0002;

    if (mount->is_read_only || mount->is_idmapped || b->posture->userns == RF_USERNS_AUTO ||
        (fact->mode & need))
        return;
    if (b->facts->is_privileged)
        rf_builder_warn(
            b,
            "%s: volume is owned by %u:%u and mode %04o, uid %u cannot write it; use -v %s:%s:idmap, or "
            "chown %u:%u %s",
            mount->dst, fact->uid, fact->gid, fact->mode & 07777, uid, mount->src, mount->dst, uid, gid,
            mount->src);
    else
        rf_builder_warn(b, "%s: volume is owned by %u:%u and mode %04o, you (uid %u) cannot write it",
                        mount->dst, fact->uid, fact->gid, fact->mode & 07777, uid);
}

static bool source_is_usable(struct rf_builder *b, const struct rf_mount *mount,
                             const struct rf_path_fact *fact)
{
    if (!fact || fact->code < 0) {
        rf_builder_fail(b, fact ? fact->code : -ENOENT, "volume %s:%s: the source cannot be used: %s",
                        mount->src, mount->dst, strerror(fact ? -fact->code : ENOENT));
        return false;
    }
    if (!S_ISDIR(fact->mode) && !S_ISREG(fact->mode) && !S_ISSOCK(fact->mode)) {
        rf_builder_fail(b, -EINVAL, "volume %s:%s: the source is neither directory, file nor socket",
                        mount->src, mount->dst);
        return false;
    }
    if (b->posture->has_no_disk && !mount->is_read_only && !rf_fs_is_memory(fact->fs_magic)) {
        rf_builder_fail(b, -EINVAL,
                        "no_disk: volume %s:%s is writable and lies on a disk: add :ro, or use a tmpfs",
                        mount->src, mount->dst);
        return false;
    }
    if (mount->is_idmapped && !b->facts->is_privileged && fact->uid != b->facts->uid) {
        rf_builder_fail(
            b, -EPERM,
            "volume %s:%s:idmap: it belongs to uid %u and an ordinary user cannot map ids: run as root, or "
            "leave idmap out (what you own is yours in the ring already)",
            mount->src, mount->dst, fact->uid);
        return false;
    }
    return true;
}

static void add_bind(struct rf_builder *b, const struct rf_mount *mount, uint32_t *trees)
{
    const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_HOST, mount->src);
    bool is_mapped = b->facts->is_privileged && (mount->is_idmapped || b->posture->userns == RF_USERNS_AUTO);
    struct rf_step *step;

    if (!source_is_usable(b, mount, fact))
        return;
    need_mount_point(b, mount->dst, S_ISDIR(fact->mode));
    step = rf_builder_add(b, RF_STEP_BIND, RF_KEY_VOLUME);
    step->src = rf_builder_text(b, mount->src);
    step->dst = rf_builder_text(b, mount->dst);
    step->flags = (uint32_t)(ATTR_NOSUID | ATTR_NODEV) | (mount->is_read_only ? (uint32_t)ATTR_RDONLY : 0) |
                  (mount->is_exec ? 0 : (uint32_t)ATTR_NOEXEC);
    step->a = mount->is_recursive && !is_mapped && S_ISDIR(fact->mode);
    step->b = is_mapped ? ++*trees : 0;
    warn_unwritable(b, mount, fact);
    rf_builder_cover(b, mount->dst, COVER_BIND, !mount->is_read_only, mount->is_exec);
}

void rf_build_home(struct rf_builder *b)
{
    struct rf_mount mount = {.kind = RF_MOUNT_TMPFS,
                             .dst = b->posture->home_path,
                             .size_bytes = b->posture->home_size_bytes,
                             .inodes = 16384};

    if (b->posture->home == RF_HOME_TEMPORARY) {
        temporary_home(b);
    } else if (b->posture->home == RF_HOME_PATH) {
        b->home = b->posture->home_path;
        if (!rf_builder_user_mounts_on(b, b->home))
            add_tmpfs(b, &mount, RF_KEY_HOME);
    }
}

void rf_build_mounts(struct rf_builder *b)
{
    uint32_t trees = 0;

    for (size_t i = 0; i < b->posture->mount_count && b->code == 0; i++) {
        const struct rf_mount *mount = b->mounts[i];

        if (mount->kind == RF_MOUNT_TMPFS)
            add_tmpfs(b, mount, RF_KEY_TMPFS);
        else
            add_bind(b, mount, &trees);
    }
}

/* --- a name for the user --- */

static void inject(struct rf_builder *b, const char *path, const char *old, const char *line)
{
    size_t len = strlen(old);
    bool has_end = len == 0 || old[len - 1] == '\n';
    struct rf_step *step = rf_builder_add(b, RF_STEP_INJECT, RF_KEY_PASSWD_ENTRY);

    step->dst = rf_builder_text(b, path);
    step->data = rf_builder_printf(b, "%s%s%s\n", old, has_end ? "" : "\n", line);
    step->mode = 0644;
}

/* The only thing in an empty root's /etc. */
static void make_file(struct rf_builder *b, const char *path, const char *line)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_MKDIR, RF_KEY_PASSWD_ENTRY);

    step->dst = rf_builder_text(b, "/etc");
    step->mode = 0755;
    step->flags = 1; /* may be there already */
    step = rf_builder_add(b, RF_STEP_FILE, RF_KEY_PASSWD_ENTRY);
    step->dst = rf_builder_text(b, path);
    step->data = rf_builder_printf(b, "%s\n", line);
    step->mode = 0644;
}

/* A file that is not there is left alone, since HOME, USER and LOGNAME are set anyway; but an empty root has
   nobody else who could have wanted it so. */
static bool wants_line(struct rf_builder *b, const char *path, const char *old, bool has_line)
{
    const struct rf_cover *cover = rf_builder_covered(b, path);

    if (b->posture->is_scratch)
        return !cover || !cover->path[0];
    return old && !has_line && rf_builder_root_has(b, path, S_IFREG);
}

static void add_line(struct rf_builder *b, const char *path, const char *old, const char *line)
{
    if (!line)
        rf_builder_fail(b, -ENOMEM, "making the plan: out of memory");
    else if (b->posture->is_scratch)
        make_file(b, path, line);
    else
        inject(b, path, old, line);
}

/* podman's --passwd-entry: $USERNAME, $UID, $GID, $NAME and $HOME stand for what the ring has. */
static const char *expand_entry(struct rf_builder *b, const char *wish, const char *home)
{
    const struct {
        const char *name;
        const char *value;
    } variables[] = {{"$USERNAME", "ringfence"},
                     {"$UID", rf_arena_printf(b->arena, "%u", b->uid)},
                     {"$GID", rf_arena_printf(b->arena, "%u", b->gid)},
                     {"$NAME", "ringfence"},
                     {"$HOME", home}};
    const char *line = "";

    while (*wish && line) {
        size_t i = 0;

        while (i < RF_COUNT(variables) && strncmp(wish, variables[i].name, strlen(variables[i].name)) != 0)
            i++;
        if (i < RF_COUNT(variables)) {
            line = variables[i].value ? rf_arena_printf(b->arena, "%s%s", line, variables[i].value) : NULL;
            wish += strlen(variables[i].name);
        } else {
            line = rf_arena_printf(b->arena, "%s%c", line, *wish++);
        }
    }
    return line;
}

void rf_build_passwd(struct rf_builder *b)
{
    static const char standard[] = "$USERNAME:x:$UID:$GID:ringfence:$HOME:/bin/sh";
    const char *wish = b->posture->passwd_entry;
    const char *passwd = b->facts->passwd;
    const char *group = b->facts->group;

    if (wish && wish[0] == '\0')
        return;
    if (wants_line(b, "/etc/passwd", passwd, !wish && passwd && rf_passwd_has_uid(passwd, b->uid)))
        add_line(b, "/etc/passwd", passwd, expand_entry(b, wish ? wish : standard, b->home ? b->home : "/"));
    if (wants_line(b, "/etc/group", group, group && rf_passwd_has_uid(group, b->gid)))
        add_line(b, "/etc/group", group, rf_arena_printf(b->arena, "ringfence:x:%u:", b->gid));
}

void rf_build_seal(struct rf_builder *b)
{
    struct rf_step *step;

    step = rf_builder_add(b, RF_STEP_SEAL, RF_KEY_NONE);
    step->dst = rf_builder_text(b, "/dev");
    step->flags = ATTR_RDONLY;
    if (b->can_extend && b->posture->is_read_only) {
        step = rf_builder_add(b, RF_STEP_SEAL, RF_KEY_READ_ONLY);
        step->dst = rf_builder_text(b, "/");
        step->flags = ATTR_RDONLY;
    }
    if (b->facts->may_be_chrooted)
        (void)rf_builder_add(b, RF_STEP_TRUE_ROOT, RF_KEY_NONE);
    (void)rf_builder_add(b, RF_STEP_PIVOT, RF_KEY_NONE);
}
