/* Privileges: capabilities, no_new_privs, seccomp, AppArmor and SELinux. */
#include "rules/ask.h"

#include <string.h>

#define WORKLOADS (RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE)

/* --- capabilities --- */

/* What docker gives when nothing is said; containerd gives the same. */
static const char *const default_caps[] = {
    "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER", "FSETID",  "KILL",   "MKNOD",
    "NET_BIND_SERVICE", "NET_RAW", "SETFCAP",      "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"};

/* "CHOWN, KILL and MKNOD": what is left of them; "" when nothing is. */
static const char *kept_caps(struct rf_look *look)
{
    const char *names[RF_COUNT(default_caps)];
    const char *text = "";
    size_t count = 0;

    for (size_t i = 0; i < RF_COUNT(default_caps); i++)
        if (!rf_ask_has_cap(&look->subject->cap_drop, default_caps[i]))
            names[count++] = default_caps[i];
    for (size_t i = 0; text && i < count; i++)
        text = rf_arena_printf(look->arena, "%s%s%s", text,
                               i == 0           ? ""
                               : i + 1 == count ? " and "
                                                : ", ",
                               names[i]);
    look->is_failed |= !text;
    return text ? text : "";
}

static void look_drop_all(struct rf_look *look)
{
    const struct rf_fact_list *drop = &look->subject->cap_drop;
    const char *kept;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look) || rf_ask_has_cap(drop, "ALL"))
        return;
    kept = kept_caps(look);
    if (rf_ask_unknown(drop) || drop->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &drop->from, "it may keep capabilities: what it drops depends on a variable");
    else if (*kept == '\0')
        rf_look_as(
            look, RF_SEVERITY_LOW, true, &drop->from,
            "it drops the default set name by name but not ALL, so it keeps what another engine adds to it");
    else if (drop->count > 0)
        rf_look_found(look, &drop->from, "it does not drop ALL, and so keeps the %s %s",
                      strchr(kept, ' ') ? "capabilities" : "capability", kept);
    else
        rf_ask_lacking(look, rf_ask_place(look, &drop->from), "it drops no capability, and so keeps %s",
                       kept);
}

/* Allowed by the baseline level: those of the default set but NET_RAW. */
static bool is_baseline(struct rf_str cap)
{
    static const char *const names[] = {"AUDIT_WRITE", "CHOWN",   "DAC_OVERRIDE", "FOWNER",
                                        "FSETID",      "KILL",    "MKNOD",        "SETFCAP",
                                        "SETGID",      "SETPCAP", "SETUID",       "SYS_CHROOT"};

    for (size_t i = 0; i < RF_COUNT(names); i++) {
        if (rf_ask_is_cap(cap, names[i]))
            return true;
    }
    return false;
}

/* What the dangerous ones are good for. */
static const struct {
    const char *name;
    const char *gain;
    enum rf_severity severity;
} gains[] = {
    {"ALL", "is as good as root on the host", RF_SEVERITY_CRITICAL},
    {"SYS_ADMIN", "allows mounting and so the ways out of a container that are known", RF_SEVERITY_CRITICAL},
    {"SYS_MODULE", "allows loading code into the kernel of the host", RF_SEVERITY_CRITICAL},
    {"SYS_RAWIO", "allows reading and writing the memory and the disks of the host", RF_SEVERITY_CRITICAL},
    {"SYS_PTRACE", "allows taking over every process that it can see", RF_SEVERITY_HIGH},
    {"DAC_READ_SEARCH", "allows opening files of the host by their handle", RF_SEVERITY_HIGH},
    {"BPF", "allows loading programs into the kernel of the host", RF_SEVERITY_HIGH},
    {"PERFMON", "allows watching other processes of the host", RF_SEVERITY_HIGH},
    {"NET_ADMIN", "allows changing addresses, routes and packet filters", RF_SEVERITY_HIGH},
    {"NET_RAW", "allows forging packets and listening to those of its neighbours", RF_SEVERITY_HIGH},
    {"SYS_TIME", "allows setting the clock of the host", RF_SEVERITY_HIGH},
    {"SYS_BOOT", "allows restarting the host", RF_SEVERITY_HIGH},
    {"MAC_ADMIN", "allows changing the rules of AppArmor and SELinux", RF_SEVERITY_HIGH},
    {"MAC_OVERRIDE", "allows passing by AppArmor and SELinux", RF_SEVERITY_HIGH},
};

static void look_added_cap(struct rf_look *look, const struct rf_fact_text *cap)
{
    if (cap->from.known == RF_UNKNOWABLE) {
        rf_look_maybe(look, &cap->from, "it may get a capability it should not have: \"%.*s\" decides which",
                      RF_ASK_SHOW(cap->value));
        return;
    }
    if (rf_ask_is_cap(cap->value, "NET_BIND_SERVICE"))
        return;
    for (size_t i = 0; i < RF_COUNT(gains); i++) {
        if (rf_ask_is_cap(cap->value, gains[i].name)) {
            rf_look_as(look, gains[i].severity, true, &cap->from, "it adds the capability %.*s, which %s",
                       RF_ASK_SHOW(cap->value), gains[i].gain);
            return;
        }
    }
    if (is_baseline(cap->value))
        rf_look_as(look, RF_SEVERITY_LOW, true, &cap->from,
                   "it adds the capability %.*s: only NET_BIND_SERVICE is allowed by the restricted level",
                   RF_ASK_SHOW(cap->value));
    else
        rf_look_found(look, &cap->from, "it adds the capability %.*s, which is none of the default set",
                      RF_ASK_SHOW(cap->value));
}

static void look_add(struct rf_look *look)
{
    if (!rf_ask_is_workload(look))
        return;
    for (size_t i = 0; i < look->subject->cap_add.count; i++)
        look_added_cap(look, &look->subject->cap_add.items[i]);
}

/* --- file capabilities --- */

/* The first word of what is started. */
static struct rf_str entry_program(const struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    const struct rf_image_stage *stage = look->stage;

    if (subject->entrypoint.count)
        return subject->entrypoint.items[0].value;
    if (stage && stage->entrypoint.count && !stage->entrypoint.is_shell)
        return stage->entrypoint.items[0].value;
    if (subject->command.count)
        return subject->command.items[0].value;
    if (stage && stage->command.count && !stage->command.is_shell)
        return stage->command.items[0].value;
    return RF_STR("");
}

/* "cap_net_bind_service=+ep": whether everything it names can be in the bounding set. */
static bool is_cap_kept(const struct rf_look *look, const struct rf_image_path *entry)
{
    const struct rf_fact_list *add = &look->subject->cap_add;
    struct rf_str name;

    (void)rf_str_cut(entry->mode_text, '=', &name);
    (void)rf_str_cut(name, '+', &name);
    if (rf_ask_has_cap(add, "ALL"))
        return true;
    for (size_t i = 0; i < add->count; i++) {
        char word[64] = "";

        if (name.len < sizeof(word)) {
            memcpy(word, name.ptr ? name.ptr : "", name.len);
            if (name.len > 4 && rf_ask_is_cap(add->items[i].value, word + 4))
                return true;
        }
    }
    return name.len == 0 && rf_ask_has_cap(add, "NET_BIND_SERVICE");
}

static const struct rf_image_path *find_file_caps(const struct rf_look *look, struct rf_str program)
{
    for (const struct rf_image_path *entry = look->stage->paths; entry; entry = entry->prev) {
        struct rf_image_path_state state;

        if (entry->kind != RF_IMAGE_CAPS ||
            !rf_ask_is_same(rf_ask_last_part(entry->path), rf_ask_last_part(program)))
            continue;
        if (entry->mode_text.len == 0)
            return NULL; /* setcap -r */
        rf_image_find_path(look->stage, entry->path, &state);
        return state.is_there == RF_IMAGE_NO ? NULL : entry;
    }
    return NULL;
}

static void look_file_caps(struct rf_look *look)
{
    const struct rf_image_path *entry;
    struct rf_str program;

    if (!look->stage || rf_ask_is_pod(look) || look->subject->privileged.is_true)
        return;
    program = entry_program(look);
    entry = program.len ? find_file_caps(look, program) : NULL;
    if (!entry)
        return;
    if (rf_look_is_stage(look))
        rf_look_as(look, RF_SEVERITY_LOW, false, &entry->from,
                   "the program it starts, %.*s, has file capabilities: under a posture that drops all "
                   "capabilities it will not start",
                   RF_ASK_SHOW(entry->path));
    else if (rf_ask_has_cap(&look->subject->cap_drop, "ALL") && !is_cap_kept(look, entry))
        rf_look_found(look, &look->subject->cap_drop.from,
                      "%.*s has file capabilities and all capabilities are dropped: it will not start "
                      "(Operation not permitted)",
                      RF_ASK_SHOW(entry->path));
}

/* --- privileged --- */

static void look_privileged(struct rf_look *look)
{
    const struct rf_fact_bool *fact = &look->subject->privileged;

    if (!rf_ask_is_workload(look))
        return;
    if (fact->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &fact->from, "it may be privileged: a variable decides");
    else if (fact->is_true)
        rf_look_found(
            look, &fact->from,
            "it is privileged: all capabilities, all devices of the host, and no seccomp or AppArmor");
}

static void look_host_process(struct rf_look *look)
{
    const struct rf_fact_bool *fact = &look->subject->own.host_process;

    if (fact->is_true)
        rf_look_found(look, &fact->from, "it is a HostProcess %s: it runs on the Windows host itself",
                      rf_ask_is_pod(look) ? "pod" : "container");
}

/* --- no_new_privs --- */

static const char *escalation_key(const struct rf_look *look)
{
    return rf_look_is_kube(look) ? "allowPrivilegeEscalation" : "no-new-privileges";
}

/* Known to be blocked? Whatever is unset is not: that is the default of every engine. */
static bool is_blocked(const struct rf_look *look)
{
    const struct rf_fact_bool *fact = &look->subject->escalation;

    return rf_ask_is_known(&fact->from) && !fact->is_true;
}

static void look_escalation(struct rf_look *look)
{
    const struct rf_fact_bool *fact = &look->subject->escalation;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look) || is_blocked(look))
        return;
    if (fact->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &fact->from, "a setuid program may raise its privileges: a variable decides %s",
                      escalation_key(look));
    else if (rf_ask_is_known(&fact->from))
        rf_look_found(look, &fact->from, "%s is %s: a setuid program raises its privileges",
                      escalation_key(look), rf_look_is_kube(look) ? "true" : "false");
    else
        rf_ask_lacking(look, rf_ask_place(look, &fact->from),
                       "%s is not set: a setuid program raises its privileges", escalation_key(look));
}

static void look_drop_without(struct rf_look *look)
{
    const struct rf_fact_list *drop = &look->subject->cap_drop;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look) || is_blocked(look) ||
        !rf_ask_has_cap(drop, "ALL"))
        return;
    if (look->subject->escalation.from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &drop->from, "all capabilities are dropped, and a variable decides %s",
                      escalation_key(look));
    else
        rf_ask_lacking(look, &drop->from,
                       "all capabilities are dropped but %s is not %s: a setuid-root file still gives uid 0",
                       escalation_key(look), rf_look_is_kube(look) ? "false" : "set");
}

/* --- seccomp --- */

/* The annotations that were the field before 1.19; kubelets read them until 1.27. */
static void look_seccomp_annotations(struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;

    for (size_t i = 0; i < pod->annotation_count; i++) {
        const struct rf_fact_pair *pair = &pod->annotations[i];

        if ((rf_str_is(pair->name.value, "seccomp.security.alpha.kubernetes.io/pod") ||
             rf_str_starts(pair->name.value, "container.seccomp.security.alpha.kubernetes.io/")) &&
            rf_str_is(pair->value.value, "unconfined"))
            rf_look_found(look, &pair->value.from,
                          "the annotation %.*s is unconfined: no system call is filtered",
                          RF_ASK_SHOW(pair->name.value));
    }
}

static void look_unconfined(struct rf_look *look)
{
    const struct rf_confinement *seccomp = &look->subject->own.seccomp;

    if (rf_ask_is_said(&seccomp->from) && seccomp->kind == RF_CONFINEMENT_UNCONFINED) {
        const struct rf_from *from =
            rf_ask_is_said(&seccomp->type.from) ? &seccomp->type.from : &seccomp->from;

        rf_look_found(look, from, "seccomp is %.*s: all system calls of the kernel are open to it",
                      RF_ASK_SHOW(seccomp->type.value.len ? seccomp->type.value : RF_STR("unconfined")));
    }
    if (rf_ask_is_pod(look))
        look_seccomp_annotations(look);
}

static void look_no_profile(struct rf_look *look)
{
    const struct rf_confinement *seccomp = &look->subject->context.seccomp;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look))
        return;
    if (!rf_ask_is_said(&seccomp->from))
        rf_look_found(look, rf_ask_place(look, &seccomp->from),
                      "it has no seccompProfile, and a kubelet's default is to filter nothing");
    else if (seccomp->kind == RF_CONFINEMENT_OTHER && seccomp->type.from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &seccomp->from, "its seccompProfile depends on \"%.*s\"",
                      RF_ASK_SHOW(seccomp->type.value));
    else if (seccomp->kind == RF_CONFINEMENT_OTHER)
        rf_look_found(look, &seccomp->from,
                      "its seccompProfile is \"%.*s\", neither RuntimeDefault nor Localhost",
                      RF_ASK_SHOW(seccomp->type.value));
}

/* --- AppArmor and SELinux --- */

static void look_apparmor_annotations(struct rf_look *look)
{
    static const char prefix[] = "container.apparmor.security.beta.kubernetes.io/";
    const struct rf_pod *pod = look->subject->pod;

    for (size_t i = 0; i < pod->annotation_count; i++) {
        const struct rf_fact_pair *pair = &pod->annotations[i];
        struct rf_str value = pair->value.value;

        if (!rf_str_starts(pair->name.value, prefix) || value.len == 0 ||
            rf_str_is(value, "runtime/default") || rf_str_starts(value, "localhost/"))
            continue;
        rf_look_found(look, &pair->value.from,
                      "the AppArmor annotation of the container %.*s is \"%.*s\": only runtime/default and "
                      "localhost/NAME confine it",
                      RF_ASK_SHOW(rf_ask_last_part(pair->name.value)), RF_ASK_SHOW(value));
    }
}

static void look_apparmor(struct rf_look *look)
{
    const struct rf_confinement *apparmor = &look->subject->own.apparmor;

    /* Of a Pod the reader made fields of the annotations: those are reported where they stand. */
    if (rf_ask_is_said(&apparmor->from) && rf_ask_is_said(&apparmor->type.from) &&
        apparmor->type.from.start == apparmor->from.start && rf_look_is_kube(look) && !rf_ask_is_pod(look))
        return;
    if (!rf_ask_is_said(&apparmor->from) || apparmor->kind == RF_CONFINEMENT_DEFAULT ||
        apparmor->kind == RF_CONFINEMENT_FILE)
        return;
    if (apparmor->type.from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &apparmor->type.from, "AppArmor may be off: \"%.*s\" decides",
                      RF_ASK_SHOW(apparmor->type.value));
    else
        rf_look_found(look, rf_ask_is_said(&apparmor->type.from) ? &apparmor->type.from : &apparmor->from,
                      "its AppArmor profile is \"%.*s\": nothing holds it back from /proc, /sys and mounts",
                      RF_ASK_SHOW(apparmor->type.value));
}

static void look_selinux(struct rf_look *look)
{
    const struct rf_selinux *selinux = &look->subject->own.selinux;

    if (selinux->disabled.is_true)
        rf_look_found(look, &selinux->disabled.from,
                      "SELinux labels are off: it may touch every file of the host "
                      "that it can reach");
    if (selinux->type.value.len &&
        !rf_ask_is_among(selinux->type.value,
                         "container_t container_init_t container_kvm_t container_engine_t"))
        rf_look_found(look, &selinux->type.from,
                      "its SELinux type is %.*s, none of those made for containers",
                      RF_ASK_SHOW(selinux->type.value));
    if (selinux->user.value.len)
        rf_look_found(look, &selinux->user.from, "its SELinux user is set to %.*s",
                      RF_ASK_SHOW(selinux->user.value));
    if (selinux->role.value.len)
        rf_look_found(look, &selinux->role.from, "its SELinux role is set to %.*s",
                      RF_ASK_SHOW(selinux->role.value));
}

static void look_lsm(struct rf_look *look)
{
    if (rf_look_is_stage(look))
        return;
    look_apparmor(look);
    look_selinux(look);
    if (rf_ask_is_pod(look))
        look_apparmor_annotations(look);
}

/* --- the rows --- */

#define KUBE(container)                                                                                      \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    image: "     \
    "ocr:1\n"                                                                                                \
    "    securityContext:\n" container

static const struct rf_rule rules[] = {
    {.id = "RF-CAP-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It does not drop all capabilities.",
     .why = "The default set lets root in the container change owners, pass by file permissions, forge "
            "packets and "
            "make device files: parts of most escapes that are known. A model server or a converter needs "
            "none of "
            "them.",
     .remedy =
         "Drop ALL, and add back by name what a run without it shows to be missing: cap_drop: [ALL] in "
         "Compose, "
         "capabilities: {drop: [ALL]} in Kubernetes. A program that starts as root to chown and change its "
         "user needs CHOWN, SETUID and SETGID.",
     .bad = KUBE("      capabilities:\n        drop: [NET_RAW]"),
     .good = KUBE("      capabilities:\n        drop: [ALL]"),
     .refs = "CIS Docker 5.4 (5.3 in older ones); PSS restricted capabilities (1.22); NSA 1.7; NIST 800-190 "
             "4.4.3; "
             "OWASP 3",
     .look = look_drop_all},
    {.id = "RF-CAP-002",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It adds capabilities that a container should not have.",
     .why =
         "Capabilities beyond the default set are powers over the host and not over the container: SYS_ADMIN "
         "mounts, SYS_MODULE loads code into the kernel, SYS_PTRACE takes over processes.",
     .remedy = "Remove them. Where one is needed, give it alone, to the one container that needs it; the "
               "restricted "
               "level allows only NET_BIND_SERVICE.",
     .bad = KUBE("      capabilities:\n        drop: [ALL]\n        add: [SYS_ADMIN]"),
     .good = KUBE("      capabilities:\n        drop: [ALL]\n        add: [NET_BIND_SERVICE]"),
     .refs =
         "CIS Docker 5.4; PSS baseline capabilities (1.0), restricted (1.22); NIST 800-190 4.4.3; OWASP 3",
     .look = look_add},
    {.id = "RF-CAP-003",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_IMAGE,
     .fix = RF_FIX_GUARDED,
     .title = "The program it starts has file capabilities, and the capabilities are dropped.",
     .why = "The kernel refuses to start a program whose file asks for a capability outside of the bounding "
            "set: with "
            "cap_drop ALL, execve of a file with cap_net_bind_service+ep fails with Operation not permitted "
            "(measured).",
     .remedy = "Take the capability off the file (setcap -r FILE in the Dockerfile) and listen on a port "
               "from 1024; "
               "or add back the one that the file names.",
     .bad = "FROM debian:12\nRUN setcap cap_net_bind_service=+ep /usr/bin/serve\nUSER 10001:10001\n"
            "ENTRYPOINT [\"/usr/bin/serve\"]",
     .good = "FROM debian:12\nUSER 10001:10001\nENTRYPOINT [\"/usr/bin/serve\", \"--port=8080\"]",
     .refs = "",
     .look = look_file_caps},
    {.id = "RF-PRIV-001",
     .severity = RF_SEVERITY_CRITICAL,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It is privileged.",
     .why =
         "A privileged container has every capability and every device of the host, and neither seccomp nor "
         "AppArmor: whoever takes it over mounts the host's disk and is root there.",
     .remedy = "Remove privileged. Give what is needed one by one: a device, a capability, a mount.",
     .bad = KUBE("      privileged: true"),
     .good = KUBE("      privileged: false"),
     .refs = "CIS Docker 5.5; PSS baseline privileged (1.0); NSA 1.2; NIST 800-190 4.4.3; OWASP 3",
     .look = look_privileged},
    {.id = "RF-PRIV-002",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "It is a Windows HostProcess container.",
     .why = "HostProcess containers are processes of the Windows host with its files, its network and the "
            "rights of "
            "the account they name: there is no container around them.",
     .remedy = "Remove windowsOptions.hostProcess, or keep it to the few agents of the cluster that manage "
               "the host.",
     .bad = KUBE("      windowsOptions: {hostProcess: true}"),
     .good = KUBE("      windowsOptions: {hostProcess: false}"),
     .refs = "PSS baseline windowsHostProcess (1.0)",
     .look = look_host_process},
    {.id = "RF-NNP-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "Privilege escalation is not blocked.",
     .why = "Without no_new_privs, a program of another user can still become root through a setuid file of "
            "its image "
            "(su, mount, sudo) or through a file capability.",
     .remedy = "Compose: security_opt: [\"no-new-privileges:true\"]. Kubernetes: allowPrivilegeEscalation: "
               "false in "
               "every container. sudo and ping with file capabilities stop working; servers do not notice.",
     .bad = KUBE("      allowPrivilegeEscalation: true"),
     .good = KUBE("      allowPrivilegeEscalation: false"),
     .refs = "CIS Docker 5.26 (5.25 in older ones); PSS restricted allowPrivilegeEscalation (1.8); NSA 1.7; "
             "OWASP 4",
     .look = look_escalation},
    {.id = "RF-NNP-002",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "Capabilities are dropped, but a setuid file still gives uid 0.",
     .why = "Dropping all capabilities does not stop setuid: a setuid-root program still gets effective uid "
            "0, and "
            "root's files need no capability to be read or written by their owner. Measured: /etc/passwd was "
            "written and /etc/shadow read with cap_drop ALL; with no-new-privileges both failed.",
     .remedy = "Set both: cap_drop ALL together with no-new-privileges (allowPrivilegeEscalation: false).",
     .bad = KUBE("      capabilities:\n        drop: [ALL]"),
     .good = KUBE("      allowPrivilegeEscalation: false\n      capabilities:\n        drop: [ALL]"),
     .refs = "",
     .look = look_drop_without},
    {.id = "RF-SEC-001",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The system call filter is switched off.",
     .why =
         "The default filter closes calls that programs do not use and attackers do: unshare, keyctl, bpf, "
         "userfaultfd, mount. Unconfined, every fault of the kernel can be reached from the container.",
     .remedy =
         "Remove seccomp=unconfined (docker and Compose then use their default filter); in Kubernetes write "
         "seccompProfile: {type: RuntimeDefault}. A program that needs one call more gets a profile of its "
         "own.",
     .bad = KUBE("      seccompProfile: {type: Unconfined}"),
     .good = KUBE("      seccompProfile: {type: RuntimeDefault}"),
     .refs = "CIS Docker 5.22 (5.21 in older ones); PSS baseline seccompProfile (1.0 annotation, 1.19 "
             "field); NSA 1.10; "
             "NIST 800-190 4.4.3; OWASP 6",
     .look = look_unconfined},
    {.id = "RF-SEC-002",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "No system call filter is asked for.",
     .why = "Unlike docker, a kubelet filters nothing when a pod says nothing (unless it was started with "
            "--seccomp-default), so the whole kernel is open to the container.",
     .remedy = "Write seccompProfile: {type: RuntimeDefault} into the securityContext of the pod.",
     .bad = KUBE("      runAsUser: 10001"),
     .good = KUBE("      runAsUser: 10001\n      seccompProfile: {type: RuntimeDefault}"),
     .refs = "CIS Docker 5.22; PSS restricted seccompProfile (1.19); NSA 1.10; OWASP 6",
     .look = look_no_profile},
    {.id = "RF-LSM-001",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "AppArmor or SELinux is switched off or loosened.",
     .why = "The default profile denies writing to /proc and /sys, and mounting; SELinux types made for "
            "containers deny "
            "every file of the host that was not labelled for it. Without them one fault of the runtime is "
            "enough.",
     .remedy =
         "Remove apparmor=unconfined, label=disable and the SELinux user, role and type; in Kubernetes write "
         "appArmorProfile: {type: RuntimeDefault}, or nothing.",
     .bad = KUBE("      seLinuxOptions: {type: spc_t}"),
     .good = KUBE("      seLinuxOptions: {level: \"s0:c1,c2\"}"),
     .refs = "CIS Docker 5.2, 5.3; PSS baseline appArmorProfile, seLinuxOptions (1.0); NSA 1.8, 1.9; NIST "
             "800-190 "
             "4.4.3; OWASP 6",
     .look = look_lsm},
};

const struct rf_family rf_family_confinement = {rules, RF_COUNT(rules)};
