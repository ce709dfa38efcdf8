/* Who a workload runs as. Of a Dockerfile only the stage that is shipped counts: a builder may be root. */
#include "rules/image_ask.h"
#include "rules/user_entry.h"

enum { PORTABLE_ID_MAX = 65535 };

/* Images of Windows have other users, and no uid. */
static bool is_windows(const struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;
    struct rf_str base = look->stage ? look->stage->base.value : look->subject->image.value;

    return (pod && rf_str_is(pod->os.value, "windows")) || rf_ask_has(base, "/windows") ||
           rf_ask_has(base, "nanoserver") || rf_ask_has(base, "servercore");
}

/* A name that only the base image knows is hardly ever root's, and where no passwd file has it nothing
 * starts. */
static void look_unknown_name(struct rf_look *look, const struct rf_look_user *user)
{
    struct rf_image_path_state passwd = {0};

    if (look->stage)
        rf_image_find_path(look->stage, RF_STR("/etc/passwd"), &passwd);
    if (look->stage && look->stage->is_scratch && passwd.is_there == RF_IMAGE_NO)
        return;
    rf_look_as(look, RF_SEVERITY_LOW, false, &user->from, "whether \"%.*s\" is root is not known: %s",
               RF_FMT(user->text), user->why);
}

static void look_root(struct rf_look *look)
{
    struct rf_look_user user;

    if (!rf_ask_is_shipped(look) || is_windows(look) || look->subject->kind == RF_SUBJECT_POD)
        return;
    rf_look_user(look, &user);
    if (user.kind == RF_USER_OTHER)
        return;
    if (user.kind == RF_USER_UNKNOWN && look->subject->context.non_root.is_true)
        return; /* the kubelet looks before it starts it */
    if (user.kind == RF_USER_ROOT && user.text.len > 0)
        rf_look_found(look, &user.from, "it runs as root: the user \"%.*s\" is uid 0", RF_FMT(user.text));
    else if (user.kind == RF_USER_ROOT)
        rf_look_found(look, &user.from, "it runs as root: nothing says another user");
    else if (user.text.len > 0 && user.from.known == RF_KNOWN)
        look_unknown_name(look, &user);
    else if (user.text.len > 0)
        rf_look_maybe(look, &user.from, "it may run as root: the user is \"%.*s\", and %s", RF_FMT(user.text),
                      user.why);
    else
        rf_look_maybe(look, &user.from, "it may run as root: %s", user.why);
}

/* --- RF-USER-002 --- */

static void look_name(struct rf_look *look)
{
    struct rf_look_user user;
    struct rf_str name;
    const struct rf_image_account *account;
    uint32_t number;

    if (!rf_ask_is_shipped(look) || is_windows(look) || !look->stage)
        return;
    rf_look_user(look, &user);
    (void)rf_str_cut(user.text, ':', &name);
    if (user.kind == RF_USER_ROOT || (!rf_look_is_stage(look) && !user.is_from_image) || name.len == 0 ||
        rf_ask_number(name, &number) || user.from.known != RF_KNOWN)
        return;
    account = rf_image_find_user(look->stage, name, 0);
    if (rf_look_is_kube(look)) {
        if (look->subject->context.non_root.is_true && look->subject->context.uid.from.known == RF_UNSET)
            rf_look_found(look, &look->subject->context.non_root.from,
                          "runAsNonRoot is asked for, and the image's user is the name \"%.*s\": the kubelet "
                          "cannot tell that it is not root and refuses to start it",
                          RF_FMT(name));
        return;
    }
    if (account && account->has_id)
        rf_look_maybe(look, &user.from,
                      "the user is the name \"%.*s\": where a kubelet has to verify runAsNonRoot it refuses "
                      "the image, which it would take with the number %u",
                      RF_FMT(name), account->id);
    else
        rf_look_maybe(look, &user.from,
                      "the user is the name \"%.*s\": where a kubelet has to verify runAsNonRoot it refuses "
                      "the image",
                      RF_FMT(name));
}

/* --- RF-USER-003 --- */

static void look_groups(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    for (size_t i = 0; i < subject->groups.count; i++) {
        const struct rf_fact_text *group = &subject->groups.items[i];
        uint32_t number;

        if (rf_str_is(group->value, "root") || (rf_ask_number(group->value, &number) && number == 0))
            rf_look_found(look, &group->from, "the supplementary group \"%.*s\" is that of root",
                          RF_FMT(group->value));
    }
    if (subject->fs_group.from.known == RF_KNOWN && subject->fs_group.value == 0)
        rf_look_found(look, &subject->fs_group.from,
                      "fsGroup is 0: the group of root is added to the process");
}

/* A number as the file has it: Kubernetes takes any of 64 bits and refuses the pod later. */
static void judge_id(struct rf_look *look, const struct rf_fact_int *fact, bool has, uint32_t id,
                     const struct rf_from *from, const char *name)
{
    int64_t value = fact->from.known == RF_KNOWN ? fact->value : (int64_t)id;

    if (has && (value < 0 || value > PORTABLE_ID_MAX))
        rf_look_found(look, from,
                      "%s %lld is not one of 1 to 65535: it cannot be mapped where user name spaces have the "
                      "usual range",
                      name, (long long)value);
}

static void look_ids(struct rf_look *look)
{
    const struct rf_context *context = &look->subject->context;
    struct rf_look_user user;

    if (!rf_ask_is_shipped(look) || is_windows(look) || look->subject->kind == RF_SUBJECT_POD)
        return;
    look_groups(look);
    rf_look_user(look, &user);
    if (user.kind != RF_USER_OTHER || (user.is_from_image && !rf_look_is_stage(look)))
        return;
    judge_id(look, &context->uid, user.has_uid, user.uid, &user.from, "uid");
    judge_id(look, &context->gid, user.has_gid, user.gid,
             context->gid.from.known ? &context->gid.from : &user.from, "gid");
    if (user.has_gid && user.gid == 0)
        rf_look_found(look, context->gid.from.known ? &context->gid.from : &user.from,
                      "its group is 0: every file that root's group may write is its own");
}

/* --- RF-USER-004 --- */

static bool is_root_word(struct rf_str text)
{
    struct rf_str name;
    uint32_t number;

    (void)rf_str_cut(text, ':', &name);
    return rf_str_is(name, "root") || rf_str_is(name, "\"root\"") ||
           (rf_ask_number(name, &number) && number == 0);
}

/* The last USER of the file that was not root, whatever its stage. */
static const struct rf_df_instruction *find_lost_user(const struct rf_look *look)
{
    const struct rf_df *df = &look->image->df;
    const struct rf_df_instruction *found = NULL;

    for (uint32_t i = 0; i < df->instruction_count; i++) {
        const struct rf_df_instruction *instruction = &df->instructions[i];

        if (instruction->kind == RF_DF_USER && instruction->word_count > 0 &&
            !is_root_word(instruction->words[0].text) && instruction->words[0].text.ptr[0] != '$')
            found = instruction;
    }
    return found;
}

static void look_back_to_root(struct rf_look *look)
{
    struct rf_look_user user;
    const struct rf_df_instruction *lost;

    if (!rf_look_is_stage(look) || !rf_ask_is_shipped(look) || !look->image)
        return;
    rf_look_user(look, &user);
    lost = find_lost_user(look);
    if (user.kind != RF_USER_OTHER && lost && lost->span.start < look->stage->from.start &&
        user.text.len == 0)
        rf_look_found(look, &look->stage->from,
                      "USER %.*s of line %u is in a stage that is not shipped: the last stage has none",
                      RF_FMT(lost->words[0].text), lost->span.line);
    else if (user.kind == RF_USER_ROOT && lost && user.text.len > 0)
        rf_look_found(look, &user.from, "USER %.*s takes back the USER %.*s of line %u", RF_FMT(user.text),
                      RF_FMT(lost->words[0].text), lost->span.line);
    if (user.kind == RF_USER_ROOT)
        return;
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev) {
        if (command->instruction != RF_DF_CMD && command->instruction != RF_DF_ENTRYPOINT)
            continue;
        if (command->has_sudo && (command->user.len == 0 || is_root_word(command->user)))
            rf_look_found(look, &command->from, "the program is started by sudo or su, as root again");
    }
}

/* --- RF-USER-005 --- */

static void look_contradiction(struct rf_look *look)
{
    const struct rf_context *own = &look->subject->own;
    const struct rf_context *context = &look->subject->context;
    const struct rf_pod *pod = look->subject->pod;

    if (look->subject->kind == RF_SUBJECT_POD || !pod || is_windows(look))
        return;
    if (context->non_root.is_true && context->uid.from.known == RF_KNOWN && context->uid.value == 0) {
        rf_look_found(look, own->uid.from.known ? &own->uid.from : &context->uid.from,
                      "runAsNonRoot is true and runAsUser is 0: the kubelet refuses to start it");
        return;
    }
    if (own->non_root.from.known == RF_KNOWN && !own->non_root.is_true && pod->context.non_root.is_true)
        rf_look_found(look, &own->non_root.from,
                      "the container's runAsNonRoot: false takes back the true of its pod");
    if (own->uid.from.known == RF_KNOWN && own->uid.value == 0 && pod->context.uid.from.known == RF_KNOWN &&
        pod->context.uid.value != 0)
        rf_look_found(look, &own->uid.from, "the container's runAsUser: 0 takes back the %lld of its pod",
                      (long long)pod->context.uid.value);
}

/* --- RF-USER-006 --- */

/* YAML 1.1: digits, and behind a colon one or two below 60, are one number. */
static bool is_base_60(struct rf_str user, struct rf_str group)
{
    uint32_t number;

    return rf_ask_number(user, &number) && *user.ptr != '0' && group.len <= 2 &&
           rf_ask_number(group, &number) && number < 60;
}

static void look_plain(struct rf_look *look)
{
    const struct rf_context *own = &look->subject->own;
    struct rf_str user = own->user.value;
    struct rf_str group = own->group.value;
    uint32_t number;

    if (!own->is_user_plain || own->user.from.known != RF_KNOWN)
        return;
    if (is_base_60(user, group))
        rf_look_found(look, &own->user.from,
                      "user: %.*s:%.*s without quotes is one number in base 60 for YAML 1.1, not a uid and a "
                      "gid",
                      RF_FMT(user), RF_FMT(group));
    else if (group.len == 0 && rf_ask_number(user, &number))
        rf_look_found(look, &own->user.from, "user: %.*s without quotes is %s, where a string is asked for",
                      RF_FMT(user), user.len > 1 && *user.ptr == '0' ? "an octal number" : "a number");
}

/* --- RF-USER-007 --- */

static void look_lone_uid(struct rf_look *look)
{
    struct rf_look_user user;
    const struct rf_image_account *account;

    if (!rf_ask_is_shipped(look) || is_windows(look) || look->subject->kind == RF_SUBJECT_POD)
        return;
    rf_look_user(look, &user);
    if (user.kind != RF_USER_OTHER || !user.has_uid || user.has_gid ||
        look->subject->context.group.from.known != RF_UNSET ||
        (user.is_from_image && !rf_look_is_stage(look)))
        return;
    if (!user.is_from_image && user.text.len > 0 && (user.text.ptr[0] < '0' || user.text.ptr[0] > '9'))
        return; /* a name: its passwd line has a group */
    account = look->stage ? rf_image_find_user(look->stage, RF_STR(""), user.uid) : NULL;
    if (account)
        return;
    if (look->stage && (rf_ask_knows_passwd(look->stage) || user.uid >= 1001))
        rf_look_found(look, &user.from,
                      "uid %u comes without a gid, and the image has no passwd entry for it: it runs in "
                      "group 0",
                      user.uid);
    else
        rf_look_maybe(look, &user.from,
                      "uid %u comes without a gid: it runs in group 0 unless the image's /etc/passwd has an "
                      "entry for it",
                      user.uid);
}

static const struct rf_rule rules[] = {
    {.id = "RF-USER-001",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE | RF_ABOUT_IMAGE,
     .fix = RF_FIX_GUARDED,
     .title = "The workload runs as root.",
     .why = "Whoever takes the program over is uid 0: of every file in the image, of every volume, and of "
            "the host "
            "itself when he gets out.",
     .remedy =
         "Create a user with a fixed number in the image and name it by number: USER 10001:10001; in Compose "
         "user: \"10001:10001\"; in Kubernetes runAsNonRoot: true with runAsUser and runAsGroup.",
     .bad = "FROM debian:12\nCMD [\"ocr\"]",
     .good =
         "FROM debian:12\nRUN useradd -u 10001 -m ocr\nUSER 10001:10001\nENV HOME=/home/ocr\nCMD [\"ocr\"]",
     .refs =
         "CIS Docker 4.1; PSS restricted runAsNonRoot (1.0), runAsUser (1.23); NSA 1.0; NIST 800-190 4.1.2, "
         "4.4.3; OWASP 2",
     .look = look_root},
    {.id = "RF-USER-002",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_KUBERNETES | RF_ABOUT_IMAGE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The image's user is a name, which a kubelet cannot verify.",
     .why =
         "With runAsNonRoot a kubelet compares numbers: an image whose user is a name fails with "
         "\"container has runAsNonRoot and image has non-numeric user\". A name can also be given uid 0 by "
         "a base image without anybody seeing it.",
     .remedy = "Write the number and keep the name for the passwd entry: USER 10001:10001.",
     .bad = "FROM debian:12\nRUN useradd -u 10001 ocr\nUSER ocr",
     .good = "FROM debian:12\nRUN useradd -u 10001 ocr\nUSER 10001:10001",
     .refs = "CIS Docker 4.1; NSA 1.0; NIST 800-190 4.1.2; OWASP 2",
     .look = look_name},
    {.id = "RF-USER-003",
     .severity = RF_SEVERITY_LOW,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE,
     .fix = RF_FIX_GUARDED,
     .title = "A uid or gid lies outside of 1 to 65535.",
     .why =
         "Group 0 may read and write what belongs to root's group, among it /etc/passwd in images made for "
         "arbitrary uids. Numbers above 65535 do not exist in rootless engines and under userns-remap, which "
         "hand out 65536 ids: the container does not start there.",
     .remedy = "Take numbers between 1 and 65535, and a group of their own: user: \"10001:10001\".",
     .bad = "services:\n  ocr:\n    user: \"10001:0\"",
     .good = "services:\n  ocr:\n    user: \"10001:10001\"",
     .refs = "NSA 1.6; OWASP 2",
     .look = look_ids},
    {.id = "RF-USER-004",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_MANUAL,
     .title = "A user is set, and what is shipped runs as root all the same.",
     .why =
         "USER holds until the next USER and only in its stage. A last USER root, a final stage without "
         "USER or an entry point with sudo gives root back, while readers and scanners see the USER above.",
     .remedy =
         "Make USER the last word of the stage that is shipped: do what needs root before it, and leave "
         "sudo and su out of CMD and ENTRYPOINT.",
     .bad = "FROM debian:12\nUSER 10001:10001\nRUN ./configure\nUSER root\nRUN make install",
     .good = "FROM debian:12\nRUN make install\nUSER 10001:10001",
     .refs = "CIS Docker 4.1; OWASP 2",
     .look = look_back_to_root},
    {.id = "RF-USER-005",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "runAsNonRoot and runAsUser contradict each other.",
     .why =
         "What the container says wins over its pod, field by field: a pod that says runAsNonRoot: true does "
         "not help a container that says false. With true and uid 0 the kubelet never starts the container.",
     .remedy = "Say runAsNonRoot: true once, for the pod, with a runAsUser from 1 to 65535, and nothing that "
               "differs in the container.",
     .bad = "securityContext:\n  runAsNonRoot: true\n  runAsUser: 0",
     .good = "securityContext:\n  runAsNonRoot: true\n  runAsUser: 10001\n  runAsGroup: 10001",
     .refs = "PSS restricted runAsNonRoot (1.0), runAsUser (1.23); NSA 1.0",
     .look = look_contradiction},
    {.id = "RF-USER-006",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "user: is not quoted, and YAML may take it for a number.",
     .why = "For YAML 1.1 the plain text 1000:30 is a number in base 60: 60030, another user than the one "
            "meant, in group 0. Compose's schema asks for a string.",
     .remedy = "Quote it: user: \"1000:30\".",
     .bad = "services:\n  ocr:\n    user: 1000:30",
     .good = "services:\n  ocr:\n    user: \"1000:30\"",
     .refs = "",
     .look = look_plain},
    {.id = "RF-USER-007",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A uid without a gid runs in group 0.",
     .why =
         "docker, podman and kubelets take the group from the passwd entry of the uid; without one it is 0, "
         "root's group, and what that group may write is open: in many images /etc/passwd itself.",
     .remedy = "Give both numbers: user: \"10001:10001\", USER 10001:10001, runAsGroup: 10001.",
     .bad = "services:\n  ocr:\n    user: \"10001\"",
     .good = "services:\n  ocr:\n    user: \"10001:10001\"",
     .refs = "",
     .look = look_lone_uid},
    {.id = "RF-USER-008",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The uid has no passwd entry, and the program looks itself up.",
     .why =
         "ssh and initdb end when nobody in /etc/passwd has their uid, Java's user.home becomes \"?\", and "
         "getpass.getuser() of Python, which torch's inductor calls, raises KeyError.",
     .remedy =
         "Add an entry to the image whose home is HOME: RUN useradd -u 10001 -d /home/app -m app. Where "
         "that cannot be, setting USER and HOME is enough for getpass.",
     .bad = "FROM python:3.12-slim\nRUN pip install torch==2.5.1\nUSER 10001:10001",
     .good = "FROM python:3.12-slim\nRUN pip install torch==2.5.1 && useradd -u 10001 -m app\n"
             "USER 10001:10001\nENV HOME=/home/app",
     .refs = "",
     .look = rf_user_look_entry},
    {.id = "RF-USER-009",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_IMAGE | RF_ABOUT_LIVE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "/etc/passwd is writable for its group.",
     .why = "A uid without an entry runs in group 0 and may then add a line with uid 0 and a known password: "
            "su makes it root.",
     .remedy = "Leave /etc/passwd at 0644, and write the entry when the image is made.",
     .bad = "FROM debian:12\nRUN chmod g=u /etc/passwd\nUSER 10001",
     .good = "FROM debian:12\nRUN useradd -u 10001 -m app\nUSER 10001:10001",
     .refs = "NIST 800-190 4.1.2",
     .look = rf_user_look_passwd},
    {.id = "RF-USER-010",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_GUARDED,
     .title = "The entry point starts as root to become another user, and lacks the capabilities for it.",
     .why = "gosu, su-exec, setpriv and the entry points of many images call chown, setgid and setuid. After "
            "cap_drop: ALL these fail with \"operation not permitted\", and the container does not start; "
            "people "
            "then take the whole hardening back.",
     .remedy = "Start as the user that it would become, with volumes that are his: user: \"999:999\". Where "
               "that cannot be, add CHOWN, SETUID and SETGID back, and nothing else.",
     .bad = "services:\n  db:\n    image: postgres:16\n    cap_drop: [ALL]",
     .good = "services:\n  db:\n    image: postgres:16\n    cap_drop: [ALL]\n"
             "    cap_add: [CHOWN, SETUID, SETGID]",
     .refs = "",
     .look = rf_user_look_step},
};

const struct rf_family rf_family_user = {rules, RF_COUNT(rules)};
