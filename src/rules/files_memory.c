/* What a workload keeps in memory file systems: how large they are, whose they are and what they hide. */
#include "rules/ask.h"

#include <inttypes.h>
#include <string.h>

#define WORKLOADS (RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE)

static const struct rf_from *place_of(const struct rf_mounted *mounted)
{
    return rf_ask_is_said(&mounted->from) ? &mounted->from : &mounted->target.from;
}

static struct rf_str clean(struct rf_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

/* --- sizes --- */

static void look_pod_sizes(struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;

    for (size_t i = 0; i < pod->volume_count; i++) {
        const struct rf_volume *volume = &pod->volumes[i];

        if (rf_str_is(volume->medium.value, "Memory") && volume->size_bytes.from.known != RF_UNKNOWABLE &&
            volume->size_bytes.value <= 0)
            rf_look_found(
                look, &volume->medium.from,
                "the emptyDir %.*s is in memory and has no sizeLimit: it takes what the memory limit or the "
                "node leaves",
                RF_ASK_SHOW(volume->name.value));
    }
}

static void look_sizes(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (rf_ask_is_pod(look)) {
        look_pod_sizes(look);
        return;
    }
    if (!rf_look_is_docker(look))
        return;
    for (size_t i = 0; i < subject->mount_count; i++) {
        const struct rf_mounted *mounted = &subject->mounts[i];

        if (mounted->kind != RF_MOUNTED_TMPFS || mounted->size_bytes.value > 0)
            continue;
        if (mounted->size_bytes.from.known == RF_UNKNOWABLE)
            rf_look_maybe(look, &mounted->size_bytes.from,
                          "the tmpfs at %.*s may have no limit: a variable decides its size",
                          RF_ASK_SHOW(mounted->target.value));
        else
            rf_look_found(
                look, place_of(mounted),
                "the tmpfs at %.*s has no size: it takes up to half of the host's memory, or all that the "
                "memory limit leaves",
                RF_ASK_SHOW(mounted->target.value));
    }
}

/* Sizes that do not overflow in a sum: nobody has an exbibyte. */
static int64_t add_size(int64_t sum, int64_t size)
{
    int64_t result;

    return __builtin_add_overflow(sum, size, &result) ? INT64_MAX : result;
}

static void look_limit(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    int64_t limit = subject->limits.memory_bytes.value;
    int64_t sum = 0;
    size_t count = 0;

    if (!rf_ask_is_workload(look) || subject->limits.memory_bytes.from.known != RF_KNOWN || limit <= 0)
        return;
    if (subject->limits.shm_bytes.from.known == RF_KNOWN)
        sum = subject->limits.shm_bytes.value;
    count += sum > 0;
    for (size_t i = 0; i < subject->mount_count; i++) {
        const struct rf_mounted *mounted = &subject->mounts[i];

        if (mounted->kind != RF_MOUNTED_TMPFS || mounted->size_bytes.value <= 0)
            continue;
        sum = add_size(sum, mounted->size_bytes.value);
        count++;
        if (mounted->size_bytes.value < limit)
            continue;
        rf_look_found(
            look, place_of(mounted),
            "the tmpfs at %.*s may take %s, and the memory limit is %s: a full one ends the program",
            RF_ASK_SHOW(mounted->target.value), rf_ask_size(look, mounted->size_bytes.value),
            rf_ask_size(look, limit));
        return;
    }
    if (sum >= limit)
        rf_look_found(
            look, &subject->limits.memory_bytes.from,
            "what it may keep in memory file systems is %s (%u of them), and its memory limit is %s",
            rf_ask_size(look, sum), (unsigned)count, rf_ask_size(look, limit));
}

/* --- whose a tmpfs is --- */

/* Directories that base images have, open to all or root's own. */
static bool is_open_dir(struct rf_str path)
{
    return rf_ask_is_among(path, "/tmp /var/tmp /dev/shm /run/lock /var/lock");
}

static bool is_root_dir(struct rf_str path)
{
    return rf_ask_is_among(path,
                           "/run /var/run /var/cache /var/log /var/lib /home /opt /srv /mnt /var/spool");
}

/* Distributions have no other directories in their root. */
static bool is_absent_in_base(const struct rf_image_stage *stage, struct rf_str path)
{
    static const char tops[] =
        "bin boot dev etc home lib lib32 lib64 media mnt opt proc root run sbin srv sys tmp usr "
        "var";
    struct rf_str top;

    if (!stage->known || stage->has_unread_run || path.len < 2)
        return false;
    (void)rf_str_cut((struct rf_str){path.ptr + 1, path.len - 1}, '/', &top);
    return !rf_ask_is_among(top, tops);
}

/* The home that useradd -m made: its owner's, and closed to others. */
static bool is_made_home(const struct rf_image_stage *stage, struct rf_str path)
{
    for (const struct rf_image_account *account = stage->accounts; account; account = account->prev) {
        if (!account->is_group && !account->is_conditional && rf_ask_is_same(account->home, path) &&
            path.len > 1)
            return !account->is_gone && account->has_home_directory == RF_IMAGE_YES;
    }
    return false;
}

/* What docker makes of the tmpfs: whose it is, and with which mode. */
struct tmpfs {
    const struct rf_mounted *mounted;
    struct rf_str path;
    enum rf_image_answer is_there;
    bool is_open;  /* everybody may write */
    bool is_group; /* group 0 may */
};

static struct tmpfs weigh(const struct rf_look *look, const struct rf_mounted *mounted)
{
    struct tmpfs ret = {.mounted = mounted, .path = clean(mounted->target.value)};
    struct rf_image_path_state state = {.is_there = RF_IMAGE_UNKNOWN};
    bool has_mode = mounted->mode.from.known == RF_KNOWN;
    uint32_t mode = 0755;

    if (look->stage)
        rf_image_find_path(look->stage, ret.path, &state);
    if (state.is_there == RF_IMAGE_UNKNOWN && !state.made_by && (!look->stage || !look->stage->is_scratch)) {
        if (is_open_dir(ret.path) || is_root_dir(ret.path))
            state = (struct rf_image_path_state){
                .is_there = RF_IMAGE_YES, .has_mode = true, .mode = is_open_dir(ret.path) ? 01777 : 0755};
        else if (look->stage && is_made_home(look->stage, ret.path))
            state.is_there = RF_IMAGE_YES;
        else if (look->stage && is_absent_in_base(look->stage, ret.path))
            state.is_there = RF_IMAGE_NO;
    }
    if (state.is_there != RF_IMAGE_YES && has_mode)
        mode = (uint32_t)mounted->mode.value;
    else if (state.is_there == RF_IMAGE_YES && state.has_mode)
        mode = state.mode;
    ret.is_there = state.is_there;
    ret.is_open = mode & 0002;
    ret.is_group = mode & 0020;
    return ret;
}

/* The workload's user, when he is another than root; else false. */
static bool find_user(struct rf_look *look, struct rf_look_user *ret)
{
    rf_look_user(look, ret);
    return rf_look_is_docker(look) && ret->kind == RF_USER_OTHER;
}

static const char *user_name(struct rf_look *look, const struct rf_look_user *user)
{
    const char *text = user->has_uid ? rf_arena_printf(look->arena, "uid %u", user->uid)
                                     : rf_arena_printf(look->arena, "the user %.*s", RF_ASK_SHOW(user->text));

    look->is_failed |= !text;
    return text ? text : "";
}

static void look_owner(struct rf_look *look)
{
    struct rf_look_user user;

    if (!find_user(look, &user))
        return;
    for (size_t i = 0; i < look->subject->mount_count; i++) {
        const struct rf_mounted *mounted = &look->subject->mounts[i];
        struct tmpfs tmpfs;

        /* of a running one the kernel's words about the mount do not tell what an engine will make of it */
        if (mounted->kind != RF_MOUNTED_TMPFS || mounted->uid.from.known == RF_UNKNOWABLE ||
            (look->subject->platform == RF_PLATFORM_LIVE && mounted->uid.from.known == RF_UNSET))
            continue;
        tmpfs = weigh(look, mounted);
        if (tmpfs.is_open || (tmpfs.is_group && user.has_gid && user.gid == 0))
            continue;
        if (mounted->uid.from.known == RF_KNOWN) {
            if (user.has_uid && mounted->uid.value != user.uid)
                rf_look_found(look, place_of(mounted),
                              "the tmpfs at %.*s is made for uid %" PRId64 ", and it runs as %s",
                              RF_ASK_SHOW(tmpfs.path), mounted->uid.value, user_name(look, &user));
            continue;
        }
        if (tmpfs.is_there == RF_IMAGE_YES)
            rf_look_found(
                look, place_of(mounted),
                "the tmpfs at %.*s is root's, with the mode of the image's directory: %s cannot write there",
                RF_ASK_SHOW(tmpfs.path), user_name(look, &user));
        else if (tmpfs.is_there == RF_IMAGE_UNKNOWN)
            rf_look_maybe(
                look, place_of(mounted),
                "the tmpfs at %.*s has no uid=: where the image has that directory it becomes root's, and %s "
                "cannot write there",
                RF_ASK_SHOW(tmpfs.path), user_name(look, &user));
    }
}

static void look_restart(struct rf_look *look)
{
    struct rf_look_user user;

    if (!find_user(look, &user))
        return;
    for (size_t i = 0; i < look->subject->mount_count; i++) {
        const struct rf_mounted *mounted = &look->subject->mounts[i];

        if (mounted->kind != RF_MOUNTED_TMPFS || mounted->uid.from.known != RF_UNSET || !look->stage ||
            weigh(look, mounted).is_there != RF_IMAGE_NO)
            continue;
        rf_look_found(
            look, place_of(mounted),
            "the image has no %.*s and the tmpfs there no uid=: %s can write until the first restart, and "
            "then it is root's with mode 0755",
            RF_ASK_SHOW(mounted->target.value), user_name(look, &user));
    }
}

/* --- what a tmpfs hides --- */

/* Something that the image has at or below the path, or NULL. */
static const struct rf_image_path *find_content(const struct rf_image_stage *stage, struct rf_str path)
{
    for (const struct rf_image_path *entry = stage->paths; entry; entry = entry->prev) {
        struct rf_image_path_state state;

        if ((entry->kind != RF_IMAGE_FILE && entry->kind != RF_IMAGE_COPY && entry->kind != RF_IMAGE_LINK) ||
            !entry->is_known || entry->is_conditional || !rf_look_is_below(entry->path, path))
            continue;
        rf_image_find_path(stage, entry->path, &state);
        if (state.is_there == RF_IMAGE_YES)
            return entry;
    }
    return NULL;
}

static void look_hidden(struct rf_look *look)
{
    if (!rf_ask_is_workload(look) || !look->stage)
        return;
    for (size_t i = 0; i < look->subject->mount_count; i++) {
        const struct rf_mounted *mounted = &look->subject->mounts[i];
        struct rf_str path = clean(mounted->target.value);
        const struct rf_image_path *entry;

        if ((mounted->kind != RF_MOUNTED_TMPFS &&
             !(mounted->kind == RF_MOUNTED_SCRATCH && rf_look_is_kube(look))) ||
            path.len < 2 || is_open_dir(path))
            continue;
        entry = find_content(look->stage, path);
        if (entry)
            rf_look_found(
                look, place_of(mounted),
                "what is mounted at %.*s is empty and hides %.*s, which the image has (line %u of its "
                "Dockerfile)",
                RF_ASK_SHOW(path), RF_ASK_SHOW(entry->path), entry->from.line);
    }
}

/* --- what must be executable --- */

static void look_noexec(struct rf_look *look)
{
    static const char *const names[] = {"TRITON_CACHE_DIR",     "NUMBA_CACHE_DIR",  "TORCHINDUCTOR_CACHE_DIR",
                                        "TORCH_EXTENSIONS_DIR", "PYTHON_EGG_CACHE", "PYTENSOR_COMPILEDIR",
                                        "JITIFY_CACHE_PATH",    "CUPY_CACHE_DIR",   "TF_XLA_CACHE_DIR"};

    if (!rf_look_is_docker(look))
        return;
    for (size_t i = 0; i < RF_COUNT(names); i++) {
        const struct rf_fact_text *value = rf_look_env(look, rf_str_of(names[i]));
        const struct rf_mounted *mounted =
            value && value->value.len ? rf_look_mount_over(look, value->value) : NULL;

        if (mounted && mounted->kind == RF_MOUNTED_TMPFS && !mounted->exec.is_true)
            rf_look_found(look, place_of(mounted),
                          "%s is %.*s, on a tmpfs that is noexec: compiled code cannot be loaded from it",
                          names[i], RF_ASK_SHOW(value->value));
    }
}

/* --- the rows --- */

static const struct rf_rule rules[] = {
    {.id = "RF-TMP-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A file system in memory has no size.",
     .why = "Without a size a tmpfs holds up to half of the host's memory (measured: 12 GiB of 24 GiB, even "
            "in a "
            "container limited to 64 MiB), and what is written counts against the memory limit: writing 100 "
            "MB ended "
            "the program with OOM, where with size=32m it got ENOSPC and lived.",
     .remedy = "Compose: tmpfs: [\"/tmp:size=64m,mode=1777\"]. Kubernetes: emptyDir: {medium: Memory, "
               "sizeLimit: 64Mi}. "
               "Take twice the peak that learn measures.",
     .bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - {name: ocr, image: "
            "\"ocr:1\"}\n  volumes:\n  - name: tmp\n    emptyDir: {medium: Memory}",
     .good = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - {name: ocr, image: "
             "\"ocr:1\"}\n  volumes:\n  - name: tmp\n    emptyDir: {medium: Memory, sizeLimit: 64Mi}",
     .refs = "OWASP 7",
     .look = look_sizes},
    {.id = "RF-TMP-002",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_MANUAL,
     .title = "Its file systems in memory may take the whole memory limit.",
     .why = "Their content counts against the limit of whoever wrote it. Before such a tmpfs is full, the "
            "kernel ends "
            "the program: /dev/shm of 1 GiB under a limit of 64 MiB ended in OOM (measured).",
     .remedy = "Make the sizes smaller than the memory limit less what the program itself takes, or raise "
               "the limit.",
     .bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    "
            "image: ocr:1\n    "
            "resources: {limits: {memory: 64Mi}}\n    volumeMounts:\n    - {name: tmp, mountPath: /tmp}\n  "
            "volumes:\n  - "
            "name: tmp\n    emptyDir: {medium: Memory, sizeLimit: 64Mi}",
     .good =
         "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    image: "
         "ocr:1\n   "
         " resources: {limits: {memory: 512Mi}}\n    volumeMounts:\n    - {name: tmp, mountPath: /tmp}\n  "
         "volumes:\n  - name: tmp\n    emptyDir: {medium: Memory, sizeLimit: 64Mi}",
     .refs = "OWASP 7",
     .look = look_limit},
    {.id = "RF-TMP-003",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A tmpfs locks its user out.",
     .why = "Docker gives a tmpfs the mode of the image's directory below it but not its owner: over a "
            "directory of "
            "1000:1000 with mode 0700 it is root:root 0700, and uid 1000 is denied (measured). A mode= is "
            "not looked "
            "at where the image has the directory.",
     .remedy = "Say whose it is: tmpfs: [\"/app/cache:size=64m,uid=10001,gid=10001,mode=0700\"]. The long "
               "syntax has no "
               "uid.",
     .bad = "services:\n  ocr:\n    image: ocr:1\n    user: \"10001:10001\"\n    tmpfs: [\"/run:size=1m\"]",
     .good = "services:\n  ocr:\n    image: ocr:1\n    user: \"10001:10001\"\n    tmpfs: "
             "[\"/run:size=1m,uid=10001,gid=10001,mode=0700\"]",
     .refs = "",
     .look = look_owner},
    {.id = "RF-TMP-004",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_GUARDED,
     .title = "Compiled code is cached on a tmpfs that forbids to execute.",
     .why = "Docker's default for a tmpfs is noexec; loading a library from there fails with \"failed to map "
            "segment from "
            "shared object\" (measured). Compilers that work while the program runs write such libraries.",
     .remedy = "Give the cache a tmpfs of its own with exec, and leave /tmp noexec: tmpfs: "
               "[\"/jit:size=256m,exec,uid=10001,gid=10001,mode=0700\"] with TRITON_CACHE_DIR: /jit.",
     .bad = "services:\n  llm:\n    image: llm:1\n    environment:\n      TRITON_CACHE_DIR: /tmp/triton\n    "
            "tmpfs: "
            "[\"/tmp:size=256m\"]",
     .good =
         "services:\n  llm:\n    image: llm:1\n    environment:\n      TRITON_CACHE_DIR: /jit\n    tmpfs: "
         "[\"/tmp:size=256m\", \"/jit:size=256m,exec\"]",
     .refs = "",
     .look = look_noexec},
    {.id = "RF-TMP-005",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE,
     .fix = RF_FIX_MANUAL,
     .title = "What is mounted empty hides files of the image.",
     .why = "A tmpfs (in Kubernetes any emptyDir) starts empty: what the image has below its path is gone "
            "for the "
            "program, without an error until it looks for it.",
     .remedy =
         "Mount it beside the files, at a directory of its own, or copy them there when the program starts.",
     .bad = "services:\n  ocr:\n    build:\n      dockerfile_inline: |\n        FROM debian:12\n        COPY "
            "models "
            "/app/models\n    tmpfs: [\"/app/models:size=64m\"]",
     .good = "services:\n  ocr:\n    build:\n      dockerfile_inline: |\n        FROM debian:12\n        "
             "COPY models "
             "/app/models\n    tmpfs: [\"/app/scratch:size=64m\"]",
     .refs = "",
     .look = look_hidden},
    {.id = "RF-TMP-006",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_LIVE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A tmpfs can be written to only until the first restart.",
     .why = "Where the image has no such directory, docker makes the tmpfs with mode 1777 at the first "
            "start; by then the "
            "directory exists with 0755, and at every restart the tmpfs is root's with that mode (measured: "
            "uid 65534 "
            "wrote, and after docker restart got Permission denied).",
     .remedy = "Say whose it is: tmpfs: [\"/work:size=64m,uid=10001,gid=10001,mode=0700\"]; or make the "
               "directory in the "
               "image with mode 1777.",
     .bad = "services:\n  ocr:\n    build:\n      dockerfile_inline: |\n        FROM debian:12\n        USER "
            "10001:10001\n    tmpfs: [\"/work:size=64m\"]",
     .good =
         "services:\n  ocr:\n    build:\n      dockerfile_inline: |\n        FROM debian:12\n        USER "
         "10001:10001\n    tmpfs: [\"/work:size=64m,uid=10001,gid=10001,mode=0700\"]",
     .refs = "",
     .look = look_restart},
};

const struct rf_family rf_family_files_memory = {rules, RF_COUNT(rules)};
