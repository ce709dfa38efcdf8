/* What of the host, and which volumes, a workload gets. */
#include "rules/ask.h"

#include <inttypes.h>
#include <string.h>

#define WORKLOADS (RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE)

static const struct rf_from *place_of(const struct rf_mounted *mounted)
{
    return rf_ask_is_said(&mounted->source.from) ? &mounted->source.from : &mounted->from;
}

/* Since the API server allows only one source, the first is the one. */
static bool is_type(const struct rf_volume *volume, const char *type)
{
    for (size_t i = 0; i < volume->types.count; i++)
        if (rf_str_is(volume->types.items[i].value, type))
            return true;
    return false;
}

/* The first container that mounts the volume and may write to it; or NULL. */
static const struct rf_subject *find_writer(const struct rf_pod *pod, const struct rf_volume *volume)
{
    for (size_t i = 0; i < pod->container_count; i++) {
        const struct rf_subject *container = &pod->containers[i];

        for (size_t j = 0; j < container->mount_count; j++)
            if (container->mounts[j].volume == volume && !container->mounts[j].read_only.is_true)
                return container;
    }
    return NULL;
}

/* --- sockets of engines --- */

static bool is_socket(struct rf_str path)
{
    return rf_ask_is_among(
               rf_ask_last_part(path),
               "docker.sock containerd.sock podman.sock crio.sock cri-dockerd.sock dockershim.sock "
               "buildkitd.sock frakti.sock docker.sock.raw") ||
           rf_str_is(path, "\\\\.\\pipe\\docker_engine") ||
           rf_str_is(path, "\\\\.\\pipe\\containerd-containerd") ||
           rf_str_is(path, "//./pipe/docker_engine") || rf_str_is(path, "//./pipe/containerd-containerd");
}

/* Directories that hold one; / is a finding of its own. */
static bool is_socket_dir(struct rf_str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return rf_ask_is_among(
        path, "/run /var/run /var /run/containerd /var/run/containerd /run/docker /var/run/docker "
              "/run/podman /var/run/podman /run/crio /var/run/crio /run/k3s /run/k3s/containerd "
              "/run/user");
}

static void say_socket(struct rf_look *look, struct rf_str source, struct rf_str target,
                       const struct rf_from *from)
{
    if (is_socket(source))
        rf_look_found(
            look, from,
            "it gets the socket of a container engine, %.*s: whoever writes to it is root of the host",
            RF_ASK_SHOW(source));
    else if (is_socket_dir(source))
        rf_look_found(look, from, "it gets %.*s of the host, with the sockets of the container engine in it",
                      RF_ASK_SHOW(source));
    else if (is_socket(target))
        rf_look_maybe(look, from,
                      "it gets something as %.*s: where that is the engine's socket, it is root of the host",
                      RF_ASK_SHOW(target));
}

static void look_sockets(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (rf_ask_is_pod(look)) {
        for (size_t i = 0; i < subject->pod->volume_count; i++) {
            const struct rf_volume *volume = &subject->pod->volumes[i];

            if (is_type(volume, "hostPath"))
                say_socket(look, volume->path.value, RF_STR(""), &volume->path.from);
        }
        return;
    }
    for (size_t i = 0; rf_look_is_docker(look) && i < subject->mount_count; i++) {
        const struct rf_mounted *mounted = &subject->mounts[i];

        struct rf_str source = rf_ask_host_path(mounted);

        if (source.len)
            say_socket(look, source, mounted->target.value, place_of(mounted));
    }
}

/* --- paths of the host --- */

struct place {
    const char *path;
    const char *gain;
    enum rf_severity severity; /* when it can be written to */
    bool is_tree;              /* what lies below it too */
};

static const struct place places[] = {
    {"/", "all files of the host", RF_SEVERITY_CRITICAL, false},
    {"/etc", "the users, passwords and services of the host", RF_SEVERITY_CRITICAL, false},
    {"/etc", "settings of the host", RF_SEVERITY_HIGH, true},
    {"/etc/passwd", "the users of the host", RF_SEVERITY_CRITICAL, false},
    {"/etc/group", "the groups of the host", RF_SEVERITY_CRITICAL, false},
    {"/etc/shadow", "the passwords of the host", RF_SEVERITY_CRITICAL, false},
    {"/etc/sudoers", "who may become root on the host", RF_SEVERITY_CRITICAL, false},
    {"/etc/sudoers.d", "who may become root on the host", RF_SEVERITY_CRITICAL, true},
    {"/etc/pam.d", "who may log in to the host", RF_SEVERITY_CRITICAL, true},
    {"/etc/ssh", "the keys of the host's ssh server", RF_SEVERITY_CRITICAL, true},
    {"/etc/crontab", "what the host runs by the clock", RF_SEVERITY_CRITICAL, false},
    {"/etc/cron.d", "what the host runs by the clock", RF_SEVERITY_CRITICAL, true},
    {"/etc/cron.daily", "what the host runs by the clock", RF_SEVERITY_CRITICAL, true},
    {"/etc/systemd", "the services of the host", RF_SEVERITY_CRITICAL, true},
    {"/etc/init.d", "the services of the host", RF_SEVERITY_CRITICAL, true},
    {"/etc/profile.d", "what everybody who logs in to the host runs", RF_SEVERITY_CRITICAL, true},
    {"/etc/ld.so.preload", "what every program of the host loads", RF_SEVERITY_CRITICAL, false},
    {"/etc/kubernetes", "the keys of the cluster", RF_SEVERITY_CRITICAL, true},
    {"/etc/docker", "the settings of the engine", RF_SEVERITY_CRITICAL, true},
    {"/proc", "all processes and the settings of the kernel", RF_SEVERITY_CRITICAL, true},
    {"/sys", "devices and settings of the kernel", RF_SEVERITY_CRITICAL, true},
    {"/var/lib/docker", "the images, volumes and secrets of all containers", RF_SEVERITY_CRITICAL, true},
    {"/var/lib/containerd", "the images of all containers", RF_SEVERITY_CRITICAL, true},
    {"/var/lib/containers", "the images and volumes of all containers", RF_SEVERITY_CRITICAL, true},
    {"/var/lib/kubelet", "the volumes and secrets of all pods of the node", RF_SEVERITY_CRITICAL, true},
    {"/var/lib/etcd", "all objects and secrets of the cluster", RF_SEVERITY_CRITICAL, true},
    {"/boot", "the kernel that starts next", RF_SEVERITY_HIGH, true},
    {"/dev", "the devices of the host", RF_SEVERITY_HIGH, true},
    {"/lib", "the libraries of the host", RF_SEVERITY_HIGH, true},
    {"/lib64", "the libraries of the host", RF_SEVERITY_HIGH, true},
    {"/usr", "programs and files of the host's system", RF_SEVERITY_HIGH, true},
    {"/bin", "the programs of the host", RF_SEVERITY_HIGH, true},
    {"/sbin", "the programs of the host", RF_SEVERITY_HIGH, true},
    {"/root", "the files of the host's root, keys among them", RF_SEVERITY_HIGH, true},
    {"/home", "the files of all users of the host, keys among them", RF_SEVERITY_HIGH, false},
    {"/var/log", "the logs of the host, and through links in them any file", RF_SEVERITY_HIGH, false},
    {"/var/spool/cron", "what the host runs by the clock", RF_SEVERITY_HIGH, true},
    {"/run", "sockets of the host's services", RF_SEVERITY_HIGH, false},
    {"/var/run", "sockets of the host's services", RF_SEVERITY_HIGH, false},
    {"/var", "the state of the host", RF_SEVERITY_HIGH, false},
    {"~", "the files of whoever starts it, keys among them", RF_SEVERITY_HIGH, false},
    {"/var/lib", "the state of the host", RF_SEVERITY_HIGH, false},
};

/* What is there to be read by everybody, and tells nothing. */
static bool is_public(struct rf_str path)
{
    return rf_ask_is_among(path, "/etc/localtime /etc/timezone /etc/machine-id /etc/os-release /etc/hosts "
                                 "/etc/resolv.conf /etc/ca-certificates /usr/lib/os-release /dev/null") ||
           rf_look_is_below(path, RF_STR("/etc/ssl/certs")) || rf_look_is_below(path, RF_STR("/etc/pki")) ||
           rf_look_is_below(path, RF_STR("/usr/share")) ||
           rf_look_is_below(path, RF_STR("/usr/local/share")) || rf_look_is_below(path, RF_STR("/dev/shm"));
}

/* A directory in which programs of people keep keys and tokens. */
static bool has_keys(struct rf_str path)
{
    while (path.len > 0) {
        struct rf_str part;

        path = rf_str_cut(path, '/', &part);
        if (rf_ask_is_among(part, ".ssh .aws .kube .docker .gnupg .azure .netrc .git-credentials"))
            return true;
    }
    return false;
}

static const struct place *find_place(struct rf_str path)
{
    static const struct place keys = {"", "keys and tokens of a user", RF_SEVERITY_HIGH, true};
    struct rf_str bare = path;
    const struct place *best = has_keys(path) ? &keys : NULL;

    while (bare.len > 1 && bare.ptr[bare.len - 1] == '/')
        bare.len--;
    for (size_t i = 0; i < RF_COUNT(places); i++) {
        bool is_it = places[i].is_tree ? rf_look_is_below(bare, rf_str_of(places[i].path))
                                       : rf_str_is(bare, places[i].path);

        if (is_it && (!best || strlen(places[i].path) > strlen(best->path)))
            best = &places[i];
    }
    return best;
}

static void look_pod_paths(struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;

    for (size_t i = 0; i < pod->volume_count; i++) {
        const struct rf_volume *volume = &pod->volumes[i];
        const struct rf_subject *writer = find_writer(pod, volume);
        const struct place *place = find_place(volume->path.value);
        const struct rf_from *from = rf_ask_is_said(&volume->path.from) ? &volume->path.from : &volume->from;
        enum rf_severity severity = !place && !writer ? RF_SEVERITY_MEDIUM
                                    : place && writer ? place->severity
                                                      : RF_SEVERITY_HIGH;

        if (!is_type(volume, "hostPath"))
            continue;
        if (writer)
            rf_look_as(look, severity, true, from,
                       "the volume %.*s is %.*s of the host (%s), and %.*s may write to it",
                       RF_ASK_SHOW(volume->name.value), RF_ASK_SHOW(volume->path.value),
                       place ? place->gain : "files that the pod leaves behind",
                       RF_ASK_SHOW(writer->name.value));
        else
            rf_look_as(look, severity, true, from, "the volume %.*s is %.*s of the host: %s",
                       RF_ASK_SHOW(volume->name.value), RF_ASK_SHOW(volume->path.value),
                       place ? place->gain : "the pod sees files of the node");
    }
}

/* A critical place that can only be read is high, and a high one medium. */
static enum rf_severity severity_of(const struct place *place, const struct rf_mounted *mounted)
{
    if (!mounted->read_only.is_true)
        return place->severity;
    return place->severity == RF_SEVERITY_CRITICAL ? RF_SEVERITY_HIGH : RF_SEVERITY_MEDIUM;
}

static void look_paths(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (rf_ask_is_pod(look)) {
        look_pod_paths(look);
        return;
    }
    for (size_t i = 0; rf_look_is_docker(look) && i < subject->mount_count; i++) {
        const struct rf_mounted *mounted = &subject->mounts[i];
        struct rf_str source = rf_ask_host_path(mounted);
        const struct place *place = find_place(source);

        if (!place || is_socket(source) || mounted->source.from.known == RF_UNKNOWABLE ||
            (is_public(source) && mounted->read_only.is_true))
            continue;
        rf_look_as(look, severity_of(place, mounted), true, place_of(mounted), "it %s %.*s of the host: %s",
                   mounted->read_only.is_true ? "sees" : "may write to", RF_ASK_SHOW(source), place->gain);
    }
}

/* --- kinds of volumes --- */

static void look_types(struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;

    if (!rf_ask_is_pod(look))
        return;
    for (size_t i = 0; i < pod->volume_count; i++) {
        const struct rf_fact_list *types = &pod->volumes[i].types;

        for (size_t j = 0; j < types->count; j++)
            if (!rf_ask_is_among(types->items[j].value, "configMap csi downwardAPI emptyDir ephemeral image "
                                                        "persistentVolumeClaim projected secret"))
                rf_look_found(
                    look, &types->items[j].from,
                    "the volume %.*s is of the type %.*s, which is not one of those that pods may use freely",
                    RF_ASK_SHOW(pod->volumes[i].name.value), RF_ASK_SHOW(types->items[j].value));
    }
}

static void look_propagation(struct rf_look *look)
{
    if (!rf_ask_is_workload(look))
        return;
    for (size_t i = 0; i < look->subject->mount_count; i++) {
        const struct rf_mounted *mounted = &look->subject->mounts[i];

        if (mounted->propagation_from.known == RF_UNKNOWABLE)
            rf_look_maybe(look, &mounted->propagation_from,
                          "what it mounts below %.*s may appear on the host: a variable decides",
                          RF_ASK_SHOW(mounted->target.value));
        else if (mounted->propagation == RF_PROPAGATION_SHARED)
            rf_look_found(look, &mounted->propagation_from,
                          "what it mounts below %.*s appears on the host as well",
                          RF_ASK_SHOW(mounted->target.value));
    }
}

/* --- whose volumes are --- */

/* The first container that writes to the claim as another user than root; or NULL. */
static const struct rf_subject *find_plain_writer(const struct rf_pod *pod, const struct rf_volume *volume)
{
    for (size_t i = 0; i < pod->container_count; i++) {
        const struct rf_subject *container = &pod->containers[i];
        const struct rf_context *context = &container->context;
        bool is_plain = rf_ask_is_known(&context->uid.from)
                            ? context->uid.value != 0
                            : rf_ask_is_known(&context->non_root.from) && context->non_root.is_true;

        for (size_t j = 0; is_plain && j < container->mount_count; j++)
            if (container->mounts[j].volume == volume && !container->mounts[j].read_only.is_true)
                return container;
    }
    return NULL;
}

static void look_claims(struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;

    if (!rf_ask_is_pod(look) || rf_ask_is_windows(look) || rf_ask_is_said(&pod->fs_group.from))
        return;
    for (size_t i = 0; i < pod->volume_count; i++) {
        const struct rf_volume *volume = &pod->volumes[i];
        const struct rf_subject *writer =
            is_type(volume, "persistentVolumeClaim") || is_type(volume, "ephemeral")
                ? find_plain_writer(pod, volume)
                : NULL;

        if (writer)
            rf_look_maybe(
                look, &volume->from,
                "the pod has no fsGroup, and %.*s writes to the claim %.*s as another user than root: a new "
                "volume is root's, and denies it",
                RF_ASK_SHOW(writer->name.value), RF_ASK_SHOW(volume->name.value));
    }
}

static void look_owner(struct rf_look *look)
{
    struct rf_look_user user;

    rf_look_user(look, &user);
    if (!rf_ask_is_workload(look) || user.kind != RF_USER_OTHER || !user.has_uid)
        return;
    for (size_t i = 0; i < look->subject->mount_count; i++) {
        const struct rf_mounted *mounted = &look->subject->mounts[i];

        if (mounted->kind != RF_MOUNTED_BIND || is_socket(mounted->source.value))
            continue;
        if (mounted->uid.from.known == RF_KNOWN && mounted->uid.value != user.uid)
            rf_look_found(look, place_of(mounted),
                          "%.*s belongs to uid %" PRId64 " on the host, and it runs as uid %u",
                          RF_ASK_SHOW(mounted->source.value), mounted->uid.value, user.uid);
        else if (mounted->uid.from.known != RF_KNOWN && !mounted->read_only.is_true &&
                 look->subject->platform != RF_PLATFORM_LIVE)
            rf_look_as(
                look, RF_SEVERITY_LOW, false, place_of(mounted),
                "it writes to %.*s of the host as uid %u: where that belongs to another (the engine makes a "
                "missing one as root), it is denied",
                RF_ASK_SHOW(mounted->source.value), user.uid);
    }
}

/* --- the rows --- */

#define POD(volume)                                                                                          \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    image: "     \
    "ocr:1\n"                                                                                                \
    "    volumeMounts:\n    - {name: v, mountPath: /v}\n  volumes:\n  - name: v\n    " volume "\n"

static const struct rf_rule rules[] = {
    {.id = "RF-VOL-002",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "It writes to a claim without an fsGroup.",
     .why = "The file system of a new volume belongs to root with mode 0755; without fsGroup nobody changes "
            "that, and a "
            "program that is not root gets Permission denied at its first write.",
     .remedy = "Write securityContext: {fsGroup: 10001, fsGroupChangePolicy: OnRootMismatch} into the pod's "
               "spec. Some "
               "drivers (NFS) do not support it: then the server's own ownership must fit.",
     .bad =
         "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  securityContext: {runAsUser: 10001}\n  "
         "containers:\n  - name: ocr\n    image: ocr:1\n    volumeMounts:\n    - {name: v, mountPath: /v}\n  "
         "volumes:\n  - name: v\n    persistentVolumeClaim: {claimName: v}\n",
     .good = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  securityContext: {runAsUser: 10001, "
             "fsGroup: "
             "10001}\n  containers:\n  - name: ocr\n    image: ocr:1\n    volumeMounts:\n    - {name: v, "
             "mountPath: "
             "/v}\n  volumes:\n  - name: v\n    persistentVolumeClaim: {claimName: v}\n",
     .refs = "",
     .look = look_claims},
    {.id = "RF-VOL-003",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "It gets files of the host that are not its own.",
     .why = "Writing to /etc, /proc/sys, /usr or the engine's own directory is root on the host; reading "
            "them gives keys, "
            "tokens and the files of every other container. docker run -v /:/host:ro is both.",
     .remedy = "Mount the one directory that is needed, read-only, or use a volume (Kubernetes: a claim, a "
               "configMap, a "
               "local volume).",
     .bad = POD("hostPath: {path: /etc}"),
     .good = POD("emptyDir: {sizeLimit: 64Mi}"),
     .refs =
         "CIS Docker 5.6 (5.5 in older ones); PSS baseline hostPathVolumes (1.0); NIST 800-190 4.5; OWASP 8",
     .look = look_paths},
    {.id = "RF-VOL-004",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "A volume is of a type that pods may not use freely.",
     .why = "Types such as hostPath, nfs, iscsi or gitRepo take the address from whoever writes the pod: "
            "they pass by what "
            "the administrators of the storage decided, and their drivers run as root on the node.",
     .remedy = "Use a persistentVolumeClaim (or csi, ephemeral, emptyDir, configMap, secret, projected, "
               "downwardAPI, "
               "image).",
     .bad = POD("nfs: {server: files, path: /models}"),
     .good = POD("persistentVolumeClaim: {claimName: models}"),
     .refs = "PSS restricted restrictedVolumes (1.0)",
     .look = look_types},
    {.id = "RF-VOL-005",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "Its mounts appear on the host.",
     .why = "With shared propagation, what a process in the container mounts below that path is mounted on "
            "the host too, "
            "over files that the host uses. Kubernetes allows it to privileged containers only.",
     .remedy = "Remove it (private is the default); HostToContainer or rslave where mounts of the host must "
               "be seen.",
     .bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    "
            "image: ocr:1\n"
            "    volumeMounts:\n    - {name: v, mountPath: /v, mountPropagation: Bidirectional}\n  "
            "volumes:\n  - {name: "
            "v, emptyDir: {}}",
     .good = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    "
             "image: ocr:1\n"
             "    volumeMounts:\n    - {name: v, mountPath: /v, mountPropagation: HostToContainer}\n  "
             "volumes:\n  - "
             "{name: v, emptyDir: {}}",
     .refs = "CIS Docker 5.20 (5.19 in older ones)",
     .look = look_propagation},
    {.id = "RF-VOL-008",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "A directory of the host belongs to another user.",
     .why = "Numbers are the same inside and outside: measured, /app/model owned by 5001:5001 with mode 0755 "
            "denied uid "
            "1234. A missing source of -v is made as root:root by docker, and fsGroup does not apply to a "
            "hostPath.",
     .remedy = "Run as the uid that owns the directory, give it to the workload's uid, or mount it id-mapped "
               "(ringfence "
               "run does).",
     .bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    "
            "image: ocr:1\n"
            "    securityContext: {runAsUser: 10001}\n    volumeMounts:\n    - {name: v, mountPath: /v}\n  "
            "volumes:\n  - "
            "name: v\n    hostPath: {path: /models}",
     .good = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    "
             "image: ocr:1\n"
             "    securityContext: {runAsUser: 10001}\n    volumeMounts:\n    - {name: v, mountPath: /v, "
             "readOnly: "
             "true}\n  volumes:\n  - name: v\n    hostPath: {path: /models}",
     .refs = "",
     .look = look_owner},
    {.id = "RF-SOCK-001",
     .severity = RF_SEVERITY_CRITICAL,
     .about = WORKLOADS,
     .fix = RF_FIX_MANUAL,
     .title = "It gets the socket of the container engine.",
     .why = "Whoever may talk to the engine starts a privileged container with the host's root mounted, and "
            "is root "
            "there. Mounting the socket read-only changes nothing: connecting to it needs no write to the "
            "file system.",
     .remedy = "Remove it. Where a program must ask the engine, put a proxy between that allows only the "
               "requests it "
               "needs; to build images use a builder without root.",
     .bad = POD("hostPath: {path: /var/run/docker.sock}"),
     .good = POD("emptyDir: {sizeLimit: 64Mi}"),
     .refs = "CIS Docker 5.32 (5.31 in older ones); PSS baseline hostPathVolumes (1.0); NIST 800-190 4.4.3; "
             "OWASP 1",
     .look = look_sockets},
};

const struct rf_family rf_family_volumes = {rules, RF_COUNT(rules)};
