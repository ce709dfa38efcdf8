/* The ring's root and what every ring has in it: /dev, /proc, /sys, /tmp, and the covers over a host's data.
 */
#include "plan/builder.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

enum { SMALL_INODES = 64, OVERLAY_INODES = 65536, STANDARD_TMP_INODES = 16384 };

static const uint64_t standard_tmp_bytes = 64ULL << 20;
static const uint64_t overlay_bytes = 256ULL << 20;
static const uint64_t small_bytes = 1ULL << 20;

static const uint32_t quiet = ATTR_NOSUID | ATTR_NODEV | ATTR_NOEXEC;

/* What a host keeps for people and services, not for programs: covered, so that `--host` shows software only.
 */
static const struct {
    const char *path;
    bool is_tmpfs; /* something is put into it later */
} host_covers[] = {{"/home", true},   {"/root", false}, {"/run", false},
                   {"/media", false}, {"/mnt", false},  {"/lost+found", false}};

bool rf_builder_root_has(struct rf_builder *b, const char *path, mode_t type)
{
    const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_ROOT, path);

    return fact && fact->code == 0 && (fact->mode & S_IFMT) == type;
}

/* Whether some place that must be mounted on is not there. */
static bool lacks_place(struct rf_builder *b)
{
    static const char *const needed[] = {"/dev", "/proc", "/tmp"};

    for (size_t i = 0; i < RF_COUNT(needed); i++) {
        const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_ROOT, needed[i]);

        if (!fact || fact->code == -ENOENT)
            return true;
    }
    for (size_t i = 0; i < b->posture->mount_count; i++) {
        const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_ROOT, b->posture->mounts[i].dst);

        if (fact && fact->code == -ENOENT && strncmp(fact->path, "/tmp/", 5) != 0)
            return true;
    }
    return false;
}

static void add_root(struct rf_builder *b)
{
    bool is_writable = !b->posture->is_read_only;
    enum rf_step_kind kind = b->posture->is_scratch ? RF_STEP_SCRATCH
                             : b->can_extend        ? RF_STEP_OVERLAY
                                                    : RF_STEP_ROOT;
    bool is_change = kind == RF_STEP_OVERLAY && is_writable;
    struct rf_step *step =
        rf_builder_add(b, kind, is_change ? RF_KEY_READ_ONLY : rf_posture_root(b->posture));

    step->src = rf_builder_text(b, b->posture->is_host ? "/" : b->posture->rootfs);
    step->flags = kind == RF_STEP_SCRATCH
                      ? quiet
                      : (uint32_t)(ATTR_NOSUID | ATTR_NODEV) | (b->can_extend ? 0 : (uint32_t)ATTR_RDONLY);
    if (b->can_extend) {
        step->a = is_writable ? overlay_bytes : small_bytes;
        step->b = OVERLAY_INODES;
        step->mode = 0755;
    }
    if (kind != RF_STEP_ROOT)
        step->flags |= rf_builder_no_swap(b);
    if (kind == RF_STEP_SCRATCH && is_writable) { /* nobody else's directories are in it to be written to */
        step->uid = b->uid;
        step->gid = b->gid;
    }
}

void rf_build_root(struct rf_builder *b)
{
    bool is_writable = !b->posture->is_read_only;
    struct rf_step *step;

    b->actor = RF_INIT;
    (void)rf_builder_add(b, RF_STEP_DIE_TOGETHER, RF_KEY_NONE);
    if (b->posture->userns == RF_USERNS_AUTO) {
        (void)rf_builder_add(b, RF_STEP_JOIN, RF_KEY_USERNS);
        step = rf_builder_add(b, RF_STEP_USER,
                              RF_KEY_USERNS); /* root of the new name space, to build the ring */
        if (b->posture->network == RF_NETWORK_LOOPBACK)
            (void)rf_builder_add(b, RF_STEP_LOOPBACK, RF_KEY_NETWORK);
    }
    step = rf_builder_add(b, RF_STEP_PRIVATE, RF_KEY_NONE);
    step->a = b->facts->may_be_chrooted;
    b->can_extend = !b->posture->is_host && (is_writable || lacks_place(b));
    if (b->posture->is_host && is_writable) {
        rf_builder_fail(b, -EINVAL,
                        "read_only: the host's own root is never writable: use --tmpfs PATH, -v SRC:DST, or "
                        "--rootfs DIR --read-only=false");
        return;
    }
    add_root(b);
    if (is_writable)
        rf_builder_cover(b, "", COVER_TMPFS, true, true);
}

static struct rf_step *tmpfs(struct rf_builder *b, enum rf_key key, const char *path, uint32_t mode,
                             uint64_t bytes)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_TMPFS, key);

    step->dst = rf_builder_text(b, path);
    step->mode = (uint16_t)mode;
    step->flags = quiet;
    step->a = bytes;
    step->b = bytes >= standard_tmp_bytes ? STANDARD_TMP_INODES : SMALL_INODES;
    rf_builder_tmpfs_options(b, step);
    return step;
}

static void make_dir(struct rf_builder *b, enum rf_key key, const char *path, uint32_t mode, bool is_users)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_MKDIR, key);

    step->dst = rf_builder_text(b, path);
    step->mode = (uint16_t)mode;
    step->uid = is_users ? b->uid : 0;
    step->gid = is_users ? b->gid : 0;
}

void rf_builder_need_dir(struct rf_builder *b, const char *path)
{
    const struct rf_path_fact *fact = rf_builder_fact(b, RF_PLACE_ROOT, path);

    if (b->can_extend && (!fact || fact->code == -ENOENT))
        make_dir(b, rf_posture_root(b->posture), path, 0755, false);
}

/* --- /dev --- */

static void device_nodes(struct rf_builder *b)
{
    static const struct {
        const char *name;
        unsigned minor_number;
        unsigned major_number;
    } nodes[] = {{"null", 3, 1},   {"zero", 5, 1},    {"full", 7, 1},
                 {"random", 8, 1}, {"urandom", 9, 1}, {"tty", 0, 5}};
    /* mknod(2) is for the initial user name space only. */
    bool can_make =
        b->facts->is_privileged && b->facts->is_initial_userns && b->posture->userns != RF_USERNS_AUTO;

    for (size_t i = 0; i < RF_COUNT(nodes); i++) {
        struct rf_step *step = rf_builder_add(b, can_make ? RF_STEP_NODE : RF_STEP_FILE, RF_KEY_NONE);

        step->dst = rf_builder_printf(b, "/dev/%s", nodes[i].name);
        step->mode = can_make ? 0666 : 0600;
        step->a = makedev(nodes[i].major_number, nodes[i].minor_number);
        if (!can_make) {
            uint32_t path = step->dst;

            step = rf_builder_add(b, RF_STEP_BIND, RF_KEY_NONE);
            step->src = path;
            step->dst = path;
            step->flags = (uint32_t)(ATTR_NOSUID | ATTR_NOEXEC);
        }
    }
}

static void link_to(struct rf_builder *b, const char *path, const char *target)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_SYMLINK, RF_KEY_NONE);

    step->dst = rf_builder_text(b, path);
    step->src = rf_builder_text(b, target);
}

static void devices(struct rf_builder *b)
{
    struct rf_step *step;

    rf_builder_need_dir(b, "/dev");
    step = tmpfs(b, RF_KEY_NONE, "/dev", 0755, small_bytes);
    step->flags &= ~(uint32_t)ATTR_NODEV;
    device_nodes(b);
    link_to(b, "/dev/fd", "/proc/self/fd");
    link_to(b, "/dev/stdin", "/proc/self/fd/0");
    link_to(b, "/dev/stdout", "/proc/self/fd/1");
    link_to(b, "/dev/stderr", "/proc/self/fd/2");
    make_dir(b, RF_KEY_SHM_SIZE, "/dev/shm", 0755, false);
    (void)tmpfs(b, RF_KEY_SHM_SIZE, "/dev/shm", 01777, b->posture->shm_size_bytes);
    rf_builder_cover(b, "/dev", COVER_SEALED, false, false);
    rf_builder_cover(b, "/dev/shm", COVER_TMPFS, true, false);
    if (b->posture->has_tty) {
        make_dir(b, RF_KEY_TTY, "/dev/pts", 0755, false);
        step = rf_builder_add(b, RF_STEP_DEVPTS, RF_KEY_TTY);
        step->dst = rf_builder_text(b, "/dev/pts");
        step->flags = (uint32_t)(ATTR_NOSUID | ATTR_NOEXEC);
        step->data = rf_builder_text(b, "newinstance,ptmxmode=0666,mode=0620");
        link_to(b, "/dev/ptmx", "pts/ptmx");
    }
}

/* --- /proc --- */

/* Files of /proc that tell about the host or other tenants to whoever asks, whatever his uid: what everybody
   may read of docker's list (moby oci/defaults.go), and what that list leaves out. Files that only root may
   read are guarded by their modes, files that may be written by the whole of /proc being read-only. Kernels
   differ, so each is masked where it is present. */
static const char *const masked_files[] = {"/proc/keys",      "/proc/key-users", "/proc/interrupts",
                                           "/proc/kallsyms",  "/proc/iomem",     "/proc/ioports",
                                           "/proc/config.gz", "/proc/modules"};

/* Directories that list the host's devices. */
static const char *const masked_dirs[] = {"/proc/acpi", "/proc/asound", "/proc/bus", "/proc/scsi"};

static void mask_file(struct rf_builder *b, const char *path)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_MASK_FILE, RF_KEY_NONE);

    step->dst = rf_builder_text(b, path);
    step->flags = RF_STEP_IF_PRESENT;
}

static void mask_dir(struct rf_builder *b, enum rf_key key, const char *path)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_MASK_DIR, key);

    step->dst = rf_builder_text(b, path);
    step->flags = quiet | (uint32_t)ATTR_RDONLY | RF_STEP_IF_PRESENT;
    step->mode = 0555;
    step->a = 4096;
    step->b = 2;
    rf_builder_tmpfs_options(b, step);
}

static void processes(struct rf_builder *b)
{
    struct rf_step *step;

    rf_builder_need_dir(b, "/proc");
    step = rf_builder_add(b, RF_STEP_PROC, RF_KEY_NONE);
    step->dst = rf_builder_text(b, "/proc");
    step->flags = quiet;
    if (b->facts->is_privileged && b->facts->is_initial_userns && b->facts->has_memfd_noexec &&
        b->posture->userns != RF_USERNS_AUTO) {
        step = rf_builder_add(b, RF_STEP_SYSCTL, RF_KEY_NONE);
        step->dst = rf_builder_text(b, "/proc/sys/vm/memfd_noexec");
        step->data = rf_builder_text(b, "1");
        b->has_memfd_noexec = true;
    }
    for (size_t i = 0; i < RF_COUNT(masked_files); i++)
        mask_file(b, masked_files[i]);
    for (size_t i = 0; i < RF_COUNT(masked_dirs); i++)
        mask_dir(b, RF_KEY_NONE, masked_dirs[i]);
    /* Read-only as a whole: /proc/sys, sysrq-trigger, oom_score_adj and the id maps alike. */
    step = rf_builder_add(b, RF_STEP_SEAL, RF_KEY_NONE);
    step->dst = rf_builder_text(b, "/proc");
    step->flags = ATTR_RDONLY;
    rf_builder_cover(b, "/proc", COVER_SEALED, false, false);
}

/* --- /sys: the processors only, which OpenMP, PyTorch and the JVM read --- */

static void system_tree(struct rf_builder *b)
{
    static const char *const dirs[] = {"/sys/devices", "/sys/devices/system", "/sys/devices/system/cpu"};
    struct rf_step *step;

    const struct rf_path_fact *cpus = rf_builder_fact(b, RF_PLACE_HOST, RF_PLAN_CPU_DIR);
    bool has_cpus = cpus && cpus->code == 0;

    if (!rf_builder_root_has(b, "/sys", S_IFDIR) || !(has_cpus || b->posture->is_host))
        return;
    (void)tmpfs(b, RF_KEY_NONE, "/sys", 0755, small_bytes);
    for (size_t i = 0; has_cpus && i < RF_COUNT(dirs); i++)
        make_dir(b, RF_KEY_NONE, dirs[i], 0755, false);
    if (has_cpus) {
        step = rf_builder_add(b, RF_STEP_BIND, RF_KEY_NONE);
        step->src = rf_builder_text(b, RF_PLAN_CPU_DIR);
        step->dst = step->src;
        step->flags = quiet | (uint32_t)ATTR_RDONLY;
    }
    step = rf_builder_add(b, RF_STEP_SEAL, RF_KEY_NONE);
    step->dst = rf_builder_text(b, "/sys");
    step->flags = ATTR_RDONLY;
    rf_builder_cover(b, "/sys", COVER_SEALED, false, false);
}

bool rf_builder_user_mounts_on(struct rf_builder *b, const char *path)
{
    for (size_t i = 0; i < b->posture->mount_count; i++) {
        if (strcmp(b->posture->mounts[i].dst, path) == 0)
            return true;
    }
    return false;
}

static void temporary(struct rf_builder *b, const char *path, bool is_needed)
{
    if (rf_builder_user_mounts_on(b, path) || (!is_needed && !rf_builder_root_has(b, path, S_IFDIR)))
        return;
    rf_builder_need_dir(b, path);
    (void)tmpfs(b, RF_KEY_TMPFS, path, 01777, standard_tmp_bytes);
    rf_builder_cover(b, path, COVER_TMPFS, true, false);
}

static void host_data(struct rf_builder *b)
{
    for (size_t i = 0; i < RF_COUNT(host_covers); i++) {
        const char *path = host_covers[i].path;

        if (!rf_builder_root_has(b, path, S_IFDIR))
            continue;
        if (host_covers[i].is_tmpfs)
            (void)tmpfs(b, RF_KEY_HOST, path, 0755, b->posture->home_size_bytes);
        else
            mask_dir(b, RF_KEY_HOST, path);
        rf_builder_cover(b, path, host_covers[i].is_tmpfs ? COVER_TMPFS : COVER_SEALED, false, false);
    }
}

void rf_build_system_mounts(struct rf_builder *b)
{
    devices(b);
    processes(b);
    system_tree(b);
    if (b->posture->is_host)
        host_data(b);
    temporary(b, "/tmp", true);
    if (b->posture->is_host)
        temporary(b, "/var/tmp", false); /* a host's holds what its people left there */
}
