/* Volumes as the image prepares them: whose the directory is on which one is mounted. Only what is shipped
   counts. The measured facts: a named volume that is empty takes owner and mode of the directory that the
   image has there, and is root's, 0755, where it has none. */
#include "rules/caches.h"
#include "rules/image_ask.h"

#include <string.h>

/* --- RF-VOL-001 --- */

/* Bases of which it is known that nothing is in places of one's own (/app, /data, /models). */
#define PLAIN_BASES                                                                                          \
    "debian ubuntu alpine python node golang rust ruby busybox fedora rockylinux almalinux centos "          \
    "amazonlinux openjdk eclipse-temurin nvidia/cuda buildpack-deps gcc"

static bool is_plain_base(const struct rf_image_stage *stage)
{
    while (stage->parent)
        stage = stage->parent;
    return stage->is_scratch || (stage->base.from.known == RF_KNOWN &&
                                 rf_ask_is_one_of(rf_ask_repository(stage->base.value), PLAIN_BASES));
}

/* Where every distribution has something. */
static bool is_usual(struct rf_str path)
{
    static const char *const tops[] = {"/bin", "/boot", "/dev",  "/etc",  "/home", "/lib",  "/lib64",
                                       "/mnt", "/opt",  "/proc", "/root", "/run",  "/sbin", "/srv",
                                       "/sys", "/tmp",  "/usr",  "/var",  "/media"};
    size_t depth = 0;

    for (size_t i = 0; i < RF_COUNT(tops); i++) {
        if (!rf_look_is_below(path, rf_str_of(tops[i])))
            continue;
        for (size_t at = 0; at + 1 < path.len; at++)
            depth += path.ptr[at] == '/';
        /* /var/lib/mine and /opt/mine are one's own, /var/lib and /opt are not; /usr and /etc never are. */
        return !(rf_ask_is_one_of(rf_str_of(tops[i]), "/home /mnt /srv /opt /media") && depth >= 2);
    }
    return rf_str_is(path, "/");
}

static void judge_target(struct rf_look *look, const struct rf_look_user *user,
                         const struct rf_mounted *mounted)
{
    struct rf_str path = mounted->target.value;
    struct rf_image_path_state state;
    enum rf_image_answer may;

    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    may = rf_ask_can_write(look, user, path, &state);
    if (may == RF_IMAGE_YES)
        return;
    if (may == RF_IMAGE_NO && state.is_there == RF_IMAGE_YES)
        rf_look_found(look, &mounted->target.from,
                      "a new volume at %.*s takes the owner that the image's directory has (uid %u), and "
                      "\"%.*s\" cannot write to it",
                      RF_FMT(path), state.owner.uid, RF_FMT(user->text));
    else if (may == RF_IMAGE_NO)
        rf_look_found(
            look, &mounted->target.from,
            "the image has no %.*s of its user's: a new volume there is root's, and \"%.*s\" cannot "
            "write to it",
            RF_FMT(path), RF_FMT(user->text));
    else if (!state.made_by && !state.owned_by && !look->stage->has_unread_run && !is_usual(path) &&
             is_plain_base(look->stage))
        rf_look_found(
            look, &mounted->target.from,
            "the image has no %.*s: a new volume there is root's, 0755, and \"%.*s\" cannot write to "
            "it",
            RF_FMT(path), RF_FMT(user->text));
}

static void look_target(struct rf_look *look)
{
    struct rf_look_user user;

    if (!rf_look_is_docker(look) || !look->stage)
        return;
    rf_look_user(look, &user);
    if (user.kind != RF_USER_OTHER)
        return;
    for (size_t i = 0; i < look->subject->mount_count; i++) {
        const struct rf_mounted *mounted = &look->subject->mounts[i];

        if (mounted->kind == RF_MOUNTED_VOLUME && !mounted->read_only.is_true &&
            mounted->target.from.known == RF_KNOWN && mounted->target.value.len > 0 &&
            *mounted->target.value.ptr == '/')
            judge_target(look, &user, mounted);
    }
}

/* --- RF-VOL-006 --- */

static const struct rf_image_command *command_at(const struct rf_look *look, const struct rf_from *from)
{
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev)
        if (command->from.start == from->start && command->instruction == RF_DF_RUN)
            return command;
    return NULL;
}

/* What made the path, newest first, before `entry` did something to it. */
static const struct rf_image_path *find_before(const struct rf_image_path *entry, bool *ret_is_given)
{
    *ret_is_given = false;
    for (const struct rf_image_path *before = entry->prev; before; before = before->prev) {
        if (!before->is_known || !rf_ask_same(before->path, entry->path)) {
            if (before->kind == RF_IMAGE_OWNER && before->is_recursive &&
                rf_look_is_below(entry->path, before->path))
                *ret_is_given = true;
            continue;
        }
        if (before->kind == RF_IMAGE_OWNER)
            *ret_is_given = true;
        if (before->kind == RF_IMAGE_COPY || before->kind == RF_IMAGE_DIR || before->kind == RF_IMAGE_FILE)
            return before;
    }
    return NULL;
}

/* chown or chmod by somebody who may not. */
static void judge_change(struct rf_look *look, const struct rf_image_path *entry)
{
    const struct rf_image_command *command = command_at(look, &entry->from);
    const struct rf_image_path *made;
    bool is_given = false;
    struct rf_str user;

    if (!command || command->has_sudo || command->user.len > 0)
        return;
    user = rf_ask_user_at(look, command);
    made = find_before(entry, &is_given);
    if (rf_ask_is_root_name(user) || *user.ptr == '$' || !made || is_given || !made->owner.has_uid ||
        made->owner.uid != 0)
        return;
    rf_look_found(
        look, &entry->from,
        "%s of %.*s is run by \"%.*s\", to whom line %u does not give it: \"Operation not permitted\"",
        entry->kind == RF_IMAGE_OWNER ? "chown" : "chmod", RF_FMT(entry->path), RF_FMT(user),
        made->from.line);
}

static bool is_handed_over(const struct rf_look *look, const struct rf_image_path *entry)
{
    for (const struct rf_image_path *later = look->stage->paths; later && later->order > entry->order;
         later = later->prev)
        if (later->kind == RF_IMAGE_OWNER &&
            (rf_ask_same(later->path, entry->path) ||
             (later->is_recursive && rf_look_is_below(entry->path, later->path))))
            return true;
    return false;
}

/* COPY to a directory that was given to the user before: what it brings is root's again. */
static void judge_copy(struct rf_look *look, const struct rf_image_path *entry)
{
    if (!entry->copy || entry->copy->chown.from.known != RF_UNSET || is_handed_over(look, entry))
        return;
    for (const struct rf_image_path *before = entry->prev; before; before = before->prev) {
        if (before->kind != RF_IMAGE_OWNER || !before->is_recursive ||
            !rf_look_is_below(entry->path, before->path) || rf_ask_is_root_name(before->owner.user) ||
            (before->owner.has_uid && before->owner.uid == 0))
            continue;
        rf_look_maybe(
            look, &entry->from,
            "what is copied to %.*s belongs to root, though line %u gave the directory to \"%.*s\": a "
            "program that writes to these files cannot",
            RF_FMT(entry->path), before->from.line, RF_FMT(before->owner.user));
        return;
    }
}

static void look_order(struct rf_look *look)
{
    unsigned left = RF_ASK_EFFECTS;
    struct rf_look_user user;

    if (!rf_look_is_stage(look) || !rf_ask_is_shipped(look) || !look->image)
        return;
    rf_look_user(look, &user);
    for (const struct rf_image_path *entry = look->stage->paths; entry && left-- > 0; entry = entry->prev) {
        if (!entry->is_known)
            continue;
        if (entry->kind == RF_IMAGE_OWNER || entry->kind == RF_IMAGE_MODE)
            judge_change(look, entry);
        else if (entry->kind == RF_IMAGE_COPY && user.kind == RF_USER_OTHER)
            judge_copy(look, entry);
    }
}

/* --- RF-VOL-007 --- */

static void look_volume_first(struct rf_look *look)
{
    unsigned left = RF_ASK_EFFECTS;

    if (!rf_look_is_stage(look) || !rf_ask_is_shipped(look))
        return;
    for (const struct rf_image_path *entry = look->stage->paths; entry && left-- > 0; entry = entry->prev) {
        if ((entry->kind != RF_IMAGE_OWNER && entry->kind != RF_IMAGE_MODE) || !entry->is_known)
            continue;
        for (const struct rf_image_path *before = entry->prev; before; before = before->prev) {
            if (before->kind != RF_IMAGE_VOLUME ||
                !(rf_look_is_below(entry->path, before->path) ||
                  (entry->is_recursive && rf_look_is_below(before->path, entry->path))))
                continue;
            rf_look_found(look, &entry->from,
                          "%s of %.*s comes after VOLUME %.*s of line %u: the classic builder throws it away",
                          entry->kind == RF_IMAGE_OWNER ? "chown" : "chmod", RF_FMT(entry->path),
                          RF_FMT(before->path), before->from.line);
            break;
        }
    }
}

/* --- RF-VOL-009 --- */

static bool may_be_set_elsewhere(const struct rf_subject *subject)
{
    for (size_t i = 0; i < subject->env_count; i++)
        if (subject->env[i].name.from.known == RF_UNSET)
            return true;
    return false;
}

static void look_read_only(struct rf_look *look)
{
    struct rf_look_user user;
    struct rf_ask_home home;
    struct rf_cache_at at;
    const struct rf_mounted *mounted;

    if (look->subject->kind != RF_SUBJECT_CONTAINER)
        return;
    rf_look_user(look, &user);
    rf_ask_home(look, &user, &home);
    if (!look->stage && !home.is_set && user.kind == RF_USER_ROOT)
        home = (struct rf_ask_home){.path = RF_STR("/root"), .from = {.known = RF_KNOWN}};
    rf_cache_find(look, &rf_cache_places[0], &home, &at);
    mounted = at.path.len > 0 ? rf_look_mount_over(look, at.path) : NULL;
    if (!mounted || !mounted->read_only.is_true || rf_cache_is_offline(look))
        return;
    if (!at.variable && !rf_ask_has(mounted->target.value, "huggingface"))
        return;
    if (may_be_set_elsewhere(look->subject))
        rf_look_maybe(look, &mounted->from,
                      "the models' cache %.*s is read-only, and nothing here says HF_HUB_OFFLINE=1",
                      RF_FMT(at.path));
    else
        rf_look_found(
            look, &mounted->from,
            "the models' cache %.*s is read-only, and the hub's library makes lock files in it: only "
            "HF_HUB_OFFLINE=1 or a full commit hash keeps it from that",
            RF_FMT(at.path));
}

static const struct rf_rule rules[] = {
    {.id = "RF-VOL-001",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_COMPOSE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A named volume is mounted where the image has no directory of its user's.",
     .why =
         "Measured with docker: an empty volume takes owner and mode of the image's directory; where there "
         "is "
         "none, or root's, it is root's, 0755, and the workload gets \"Permission denied\". A volume that is "
         "not empty stays as it was, also when the image is mended.",
     .remedy =
         "In the Dockerfile, before USER: RUN install -d -o 10001 -g 10001 /app/models. A volume that has "
         "something is handed over once: docker run --rm --user 0 -v models:/m IMAGE chown -R 10001:10001 "
         "/m.",
     .bad = "services:\n  ocr:\n    build: .   # FROM debian:12, USER 10001:10001\n    volumes: "
            "[\"models:/app/models\"]",
     .good = "services:\n  ocr:\n    build: .   # ... RUN install -d -o 10001 -g 10001 /app/models, USER "
             "10001:10001\n    volumes: [\"models:/app/models\"]",
     .refs = "moby 25854, 18825",
     .look = look_target},
    {.id = "RF-VOL-006",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "Files are not given to the user, because chown and COPY stand in the wrong order.",
     .why =
         "COPY makes files root's whatever USER and chown stood above it, and behind USER chown and chmod of "
         "root's files fail.",
     .remedy =
         "Write COPY --chown=10001:10001 --chmod=0755, or put chown behind the COPY and in front of USER. "
         "What the program only reads is better left to root.",
     .bad = "FROM debian:12\nUSER 10001:10001\nCOPY entry.sh /entry.sh\nRUN chmod +x /entry.sh",
     .good = "FROM debian:12\nCOPY --chmod=0755 entry.sh /entry.sh\nUSER 10001:10001",
     .refs = "",
     .look = look_order},
    {.id = "RF-VOL-007",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The owner of a directory is changed behind its VOLUME.",
     .why = "Measured with the classic builder: what RUN changes below a VOLUME is lost, and the volume is "
            "root's. "
            "BuildKit keeps it, so that the image depends on who builds it.",
     .remedy = "Put VOLUME behind the chown, or leave it out: Compose and Kubernetes name their volumes.",
     .bad = "FROM debian:12\nVOLUME /data\nRUN mkdir -p /data && chown 10001:10001 /data",
     .good = "FROM debian:12\nRUN mkdir -p /data && chown 10001:10001 /data\nVOLUME /data",
     .refs = "",
     .look = look_volume_first},
    {.id = "RF-VOL-009",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The cache of models is mounted read-only, and the library writes to it.",
     .why =
         "huggingface_hub makes .locks and refs beside models that are complete, and fails with \"Read-only "
         "file system\", unless it is offline or the revision is a full commit hash.",
     .remedy = "Set HF_HUB_OFFLINE=1 with a read-only cache.",
     .bad = "services:\n  ocr:\n    environment: {HF_HOME: /cache}\n    volumes: [\"models:/cache:ro\"]",
     .good = "services:\n  ocr:\n    environment: {HF_HOME: /cache, HF_HUB_OFFLINE: \"1\"}\n    volumes: "
             "[\"models:/cache:ro\"]",
     .refs = "",
     .look = look_read_only},
};

const struct rf_family rf_family_volumes_image = {rules, RF_COUNT(rules)};
