/* What a workload may write in its own root: the root itself, /proc, devices. What is in memory is in
   files_memory.c. */
#include "rules/ask.h"

#include <string.h>

#define WORKLOADS (RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE)

/* --- the root --- */

static const char *read_only_key(const struct rf_look *look)
{
    return rf_look_is_kube(look) ? "readOnlyRootFilesystem" : "read_only";
}

static bool is_read_only(const struct rf_look *look)
{
    const struct rf_fact_bool *fact = &look->subject->read_only_root;

    return rf_ask_is_known(&fact->from) && fact->is_true;
}

static void look_root(struct rf_look *look)
{
    const struct rf_fact_bool *fact = &look->subject->read_only_root;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look) || is_read_only(look))
        return;
    if (fact->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &fact->from, "its root file system may be writable: a variable decides %s",
                      read_only_key(look));
    else if (rf_ask_is_known(&fact->from))
        rf_look_found(look, &fact->from, "its root file system is writable: %s is false",
                      read_only_key(look));
    else
        rf_ask_lacking(look, rf_ask_place(look, &fact->from),
                       "its root file system is writable: %s is not set", read_only_key(look));
}

/* --- places that must be writable --- */

/* Whether something that can be written to is mounted over the path. */
static bool is_writable(const struct rf_look *look, struct rf_str path)
{
    const struct rf_mounted *mounted = rf_look_mount_over(look, path);

    if (rf_look_is_below(path, RF_STR("/dev/shm")))
        return !mounted || !mounted->read_only.is_true; /* every engine mounts one */
    return mounted && mounted->kind != RF_MOUNTED_DATA && !mounted->read_only.is_true;
}

/* Python looks there, in this order; the shell's mktemp in the first only. */
static bool is_tmp_writable(const struct rf_look *look)
{
    return is_writable(look, RF_STR("/tmp")) || is_writable(look, RF_STR("/var/tmp"));
}

static void look_tmp(struct rf_look *look)
{
    const struct rf_from *from = &look->subject->read_only_root.from;
    const struct rf_fact_text *tmpdir;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look) || !is_read_only(look))
        return;
    tmpdir = rf_look_env(look, RF_STR("TMPDIR"));
    if (tmpdir && tmpdir->value.len && tmpdir->from.known == RF_KNOWN) {
        if (is_writable(look, tmpdir->value))
            return;
        if (is_tmp_writable(look))
            rf_look_maybe(
                look, &tmpdir->from,
                "TMPDIR is %.*s, which is read-only here: mktemp fails, while Python goes on to /tmp",
                RF_ASK_SHOW(tmpdir->value));
        else
            rf_ask_lacking(
                look, &tmpdir->from,
                "the root file system is read-only and nothing writable is mounted at TMPDIR, %.*s",
                RF_ASK_SHOW(tmpdir->value));
    } else if (!is_tmp_writable(look) && look->stage && look->stage->is_scratch) {
        rf_look_maybe(look, from,
                      "the root file system is read-only and nothing writable is mounted at /tmp: the "
                      "program decides whether it needs temporary files");
    } else if (!is_tmp_writable(look)) {
        rf_ask_lacking(look, from,
                       "the root file system is read-only and nothing writable is mounted at /tmp: "
                       "programs find no temporary directory");
    }
}

/* --- what known images write --- */

/* Paths of official images that are no VOLUME of theirs: those an engine makes writable by itself. */
static const struct {
    const char *image; /* without docker.io/ and library/ */
    const char *path;
    const char *use;
} writes[] = {
    {"nginx", "/var/cache/nginx", "bodies of requests"},
    {"nginx", "/run", "nginx.pid"},
    {"postgres", "/run/postgresql", "its socket and lock"},
    {"postgis/postgis", "/run/postgresql", "its socket and lock"},
    {"pgvector/pgvector", "/run/postgresql", "its socket and lock"},
    {"mysql", "/run/mysqld", "its socket"},
    {"mariadb", "/run/mysqld", "its socket"},
    {"httpd", "/usr/local/apache2/logs", "httpd.pid"},
    {"grafana/grafana", "/var/lib/grafana", "its database"},
    {"ollama/ollama", "/root/.ollama", "models and its key"},
    {"vllm/vllm-openai", "/root/.cache", "models and compiled kernels"},
    {"jupyter/base-notebook", "/home/jovyan", "notebooks and runtime files"},
    {"jupyter/minimal-notebook", "/home/jovyan", "notebooks and runtime files"},
    {"jupyter/scipy-notebook", "/home/jovyan", "notebooks and runtime files"},
};

static bool is_image(struct rf_str reference, const char *name)
{
    static const char *const prefixes[] = {"docker.io/", "index.docker.io/", "library/"};
    struct rf_str rest = reference;
    struct rf_str base;

    (void)rf_str_cut(rest, '@', &rest);
    for (size_t i = 0; i < RF_COUNT(prefixes); i++) {
        size_t len = strlen(prefixes[i]);

        if (rf_str_starts(rest, prefixes[i]))
            rest = (struct rf_str){rest.ptr + len, rest.len - len};
    }
    base = rf_ask_last_part(rest);
    for (size_t i = 0; i < base.len; i++) {
        if (base.ptr[i] == ':')
            rest.len -= base.len - i;
        if (base.ptr[i] == ':')
            break;
    }
    return rf_str_is(rest, name);
}

/* The image that the workload's own is, or is made from. */
static struct rf_str first_image(const struct rf_look *look)
{
    const struct rf_image_stage *stage = look->stage;

    if (!stage)
        return look->subject->image.value;
    while (stage->parent)
        stage = stage->parent;
    return stage->base.value;
}

static bool is_covered(struct rf_look *look, const char *path)
{
    struct rf_str plain = rf_str_of(path);
    const char *alias = rf_arena_printf(look->arena, "/var%s", path);

    if (!alias) {
        look->is_failed = true;
        return true;
    }
    return is_writable(look, plain) || (rf_str_starts(plain, "/run") && is_writable(look, rf_str_of(alias)));
}

static void look_known_writes(struct rf_look *look)
{
    struct rf_str image = first_image(look);
    const struct rf_subject *subject = look->subject;

    if (!rf_ask_is_workload(look) || !is_read_only(look))
        return;
    for (size_t i = 0; i < RF_COUNT(writes); i++) {
        if (!is_image(image, writes[i].image) || is_covered(look, writes[i].path))
            continue;
        if (subject->entrypoint.count || (look->stage && look->stage->entrypoint.from.known != RF_UNSET))
            rf_look_maybe(
                look, &subject->read_only_root.from,
                "%s writes %s to %s, where nothing writable is mounted: its command decides whether it still "
                "does",
                writes[i].image, writes[i].use, writes[i].path);
        else
            rf_ask_lacking(
                look, &subject->read_only_root.from,
                "the root file system is read-only, and %s writes %s to %s, where nothing writable is "
                "mounted",
                writes[i].image, writes[i].use, writes[i].path);
    }
}

/* --- /proc --- */

static void look_proc(struct rf_look *look)
{
    const struct rf_fact_text *fact = &look->subject->proc_mount;
    const struct rf_pod *pod = look->subject->pod;
    /* with users of its own, root in it may not write to what is uncovered */
    bool is_mapped = pod && rf_ask_is_known(&pod->host_users.from) && !pod->host_users.is_true;
    enum rf_severity severity = is_mapped ? RF_SEVERITY_MEDIUM : RF_SEVERITY_HIGH;

    if (!rf_ask_is_workload(look) || !rf_ask_is_said(&fact->from) || rf_str_is(fact->value, "Default") ||
        fact->value.len == 0)
        return;
    if (fact->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &fact->from, "/proc may be unmasked: \"%.*s\" decides", RF_ASK_SHOW(fact->value));
    else
        rf_look_as(look, severity, true, &fact->from,
                   "%s is %.*s: the files of /proc that tell of and change the host are not covered",
                   rf_look_is_kube(look) ? "procMount" : "/proc", RF_ASK_SHOW(fact->value));
}

/* --- devices --- */

/* Those that give what every container has anyway. */
static bool is_harmless(struct rf_str path)
{
    return rf_ask_is_among(path, "/dev/null /dev/zero /dev/full /dev/random /dev/urandom /dev/tty");
}

static const char *device_gain(struct rf_str path)
{
    static const struct {
        const char *prefix;
        const char *gain;
    } gains[] = {{"/dev/mem", "the memory of the host"},
                 {"/dev/kmem", "the memory of the host"},
                 {"/dev/sd", "a disk of the host"},
                 {"/dev/nvme", "a disk of the host"},
                 {"/dev/vd", "a disk of the host"},
                 {"/dev/xvd", "a disk of the host"},
                 {"/dev/mapper", "disks of the host"},
                 {"/dev/dm-", "a disk of the host"},
                 {"/dev/loop", "loop devices, which mount files"},
                 {"/dev/kvm", "the virtualisation of the kernel"},
                 {"/dev/fuse", "mounting in user space"},
                 {"/dev/net/tun", "network interfaces"},
                 {"/dev/nvidia", "the driver of the graphics card in the kernel"},
                 {"/dev/dri", "the driver of the graphics card in the kernel"},
                 {"/dev/kfd", "the driver of the graphics card in the kernel"},
                 {"/dev/video", "cameras"},
                 {"/dev/snd", "microphones and loudspeakers"},
                 {"/dev/input", "keyboards and mice"},
                 {"/dev/uinput", "keyboards and mice"},
                 {"/dev/bus/usb", "all USB devices"}};

    for (size_t i = 0; i < RF_COUNT(gains); i++)
        if (rf_str_starts(path, gains[i].prefix))
            return gains[i].gain;
    return "a driver in the kernel of the host";
}

static void say_device(struct rf_look *look, const struct rf_fact_text *source)
{
    if (source->from.known == RF_UNKNOWABLE)
        rf_look_maybe(look, &source->from, "it gets a device of the host: \"%.*s\" decides which",
                      RF_ASK_SHOW(source->value));
    else if (rf_str_is(source->value, "/dev") || rf_str_is(source->value, "/dev/"))
        rf_look_as(look, RF_SEVERITY_CRITICAL, true, &source->from,
                   "it gets all devices of the host, its disks too");
    else if (!is_harmless(source->value))
        rf_look_found(look, &source->from, "it gets the device %.*s: %s", RF_ASK_SHOW(source->value),
                      device_gain(source->value));
}

/* Of a pod the devices of the host are volumes; `devices` are disks of its claims. */
static void look_devices(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (rf_ask_is_pod(look)) {
        for (size_t i = 0; i < subject->pod->volume_count; i++) {
            const struct rf_volume *volume = &subject->pod->volumes[i];

            if (rf_look_is_below(volume->path.value, RF_STR("/dev")) &&
                rf_str_is(volume->types.items[0].value, "hostPath") &&
                !rf_look_is_below(volume->path.value, RF_STR("/dev/shm")))
                say_device(look, &volume->path);
        }
        return;
    }
    if (!rf_look_is_docker(look))
        return;
    for (size_t i = 0; i < subject->device_count; i++)
        say_device(look, &subject->devices[i].source);
    for (size_t i = 0; i < subject->mount_count; i++) {
        const struct rf_mounted *mounted = &subject->mounts[i];

        if (mounted->kind == RF_MOUNTED_BIND && rf_look_is_below(mounted->source.value, RF_STR("/dev")) &&
            !rf_look_is_below(mounted->source.value, RF_STR("/dev/shm")))
            say_device(look, &mounted->source);
    }
}

/* --- /dev/shm --- */

enum { SHM_DEFAULT = 64 << 20 };

/* Images whose programs hand tensors, pages or blocks to each other there. */
static const char *shm_user(struct rf_look *look)
{
    static const struct {
        const char *image;
        const char *use;
    } images[] = {{"pytorch", "PyTorch's data loaders"},
                  {"vllm-openai", "vLLM's workers"},
                  {"text-generation-inference", "the shards of the server"},
                  {"tritonserver", "Triton's Python back ends"},
                  {"sglang", "SGLang's workers"},
                  {"ray", "Ray's object store"},
                  {"ray-ml", "Ray's object store"},
                  {"standalone-chrome", "Chromium's renderers"},
                  {"standalone-chromium", "Chromium's renderers"},
                  {"playwright", "Chromium's renderers"}};
    struct rf_str name = rf_ask_image_name(first_image(look));

    for (size_t i = 0; i < RF_COUNT(images); i++)
        if (rf_str_is(name, images[i].image))
            return images[i].use;
    if (!look->stage)
        return NULL;
    for (const struct rf_image_package *package = look->stage->packages; package; package = package->prev) {
        if (package->is_gone || package->manager != RF_IMAGE_PIP)
            continue;
        if (rf_ask_is_among(package->name, "torch vllm ray sglang deepspeed"))
            return "the workers of PyTorch, Ray or vLLM";
    }
    return NULL;
}

static void look_shm(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    const struct rf_fact_int *shm = &subject->limits.shm_bytes;
    const struct rf_mounted *mounted = rf_look_mount_over(look, RF_STR("/dev/shm"));
    const char *use;

    if (!rf_ask_is_workload(look) || rf_ask_is_windows(look) || subject->container != RF_CONTAINER_MAIN ||
        shm->from.known == RF_UNKNOWABLE || shm->value > SHM_DEFAULT ||
        subject->namespaces.ipc.kind != RF_NAMESPACE_PRIVATE ||
        (mounted && rf_look_is_below(mounted->target.value, RF_STR("/dev/shm"))))
        return;
    use = shm_user(look);
    if (use)
        rf_look_maybe(look, rf_ask_is_said(&shm->from) ? &shm->from : &subject->image.from,
                      "/dev/shm has %s, and %s put their data there: more than that ends them with SIGBUS",
                      rf_ask_size(look, shm->value ? shm->value : SHM_DEFAULT), use);
}

/* --- the rows --- */

#define KUBE(container)                                                                                      \
    "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    image: "     \
    "ocr:1\n"                                                                                                \
    "    securityContext:\n" container

static const struct rf_rule rules[] = {
    {.id = "RF-FS-001",
     .severity = RF_SEVERITY_MEDIUM,
     .about = WORKLOADS,
     .fix = RF_FIX_GUARDED,
     .title = "Its root file system is writable.",
     .why = "Whoever takes the program over can change it, its libraries and /etc, and leave tools there for "
            "the next "
            "time. Measured: with a read-only root even docker exec -u 0 could not edit /etc/passwd or leave "
            "a setuid "
            "file; without it, it did.",
     .remedy =
         "Compose: read_only: true. Kubernetes: readOnlyRootFilesystem: true. Together with a tmpfs of "
         "limited "
         "size for /tmp (RF-FS-002) and a mount for each path that the program writes: learn finds them.",
     .bad = KUBE("      readOnlyRootFilesystem: false"),
     .good = KUBE("      readOnlyRootFilesystem: true"),
     .refs = "CIS Docker 5.13 (5.12 in older ones); NSA 1.1; NIST 800-190 4.4.3; OWASP 8",
     .look = look_root},
    {.id = "RF-FS-002",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The root is read-only, and there is no writable temporary directory.",
     .why = "Measured: a server with read_only and no /tmp was healthy and answered, until its first upload "
            "failed with "
            "\"No usable temporary directory found in ['/tmp', '/var/tmp', '/usr/tmp', '/']\". The cure "
            "people choose "
            "then is to remove read_only again.",
     .remedy =
         "Mount a tmpfs of limited size at /tmp: tmpfs: [\"/tmp:size=64m,uid=10001,gid=10001,mode=0700\"] in "
         "Compose, an emptyDir with medium Memory and sizeLimit in Kubernetes; or set TMPDIR to a path that "
         "is "
         "writable.",
     .bad = KUBE("      readOnlyRootFilesystem: true"),
     .good =
         KUBE("      readOnlyRootFilesystem: true\n    volumeMounts:\n    - {name: tmp, mountPath: /tmp}\n"
              "  volumes:\n  - {name: tmp, emptyDir: {medium: Memory, sizeLimit: 64Mi}}"),
     .refs = "OWASP 8",
     .look = look_tmp},
    {.id = "RF-FS-003",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_GUARDED,
     .title = "The root is read-only, and the program's image is known to write elsewhere.",
     .why = "Several images do not start, or fail later, when the paths of their sockets, locks and caches "
            "cannot be "
            "written; nginx ends at once when it cannot make /var/cache/nginx/client_temp.",
     .remedy = "Mount a tmpfs (Kubernetes: an emptyDir) of limited size at each path named, owned by the "
               "user of the "
               "workload.",
     .bad =
         "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: "
         "nginx:1.27\n    securityContext: {readOnlyRootFilesystem: true}",
     .good =
         "apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers:\n  - name: web\n    image: "
         "nginx:1.27\n    securityContext: {readOnlyRootFilesystem: true}\n    volumeMounts:\n    - {name: "
         "cache, "
         "mountPath: /var/cache/nginx}\n    - {name: run, mountPath: /run}\n  volumes:\n  - {name: cache, "
         "emptyDir: {sizeLimit: 256Mi}}\n  - {name: run, emptyDir: {sizeLimit: 1Mi}}",
     .refs = "",
     .look = look_known_writes},
    {.id = "RF-FS-004",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The masks over /proc are taken off.",
     .why = "Engines cover the files of /proc that tell of the host (kcore, keys, timer_list) and make those "
            "that "
            "change it read-only (sys, sysrq-trigger). Unmasked, they are open.",
     .remedy = "Remove procMount, or write procMount: Default (docker: remove systempaths=unconfined). Only "
               "containers that start containers need "
               "Unmasked, and "
               "then with hostUsers: false.",
     .bad = KUBE("      procMount: Unmasked"),
     .good = KUBE("      procMount: Default"),
     .refs = "PSS baseline procMount (1.0; since 1.35 allowed with hostUsers: false), restricted (1.35)",
     .look = look_proc},
    {.id = "RF-FS-005",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "Its /dev/shm is too small for workers that share memory.",
     .why = "The default is 64 MiB. Measured: 48 MiB of shared memory worked, 100 MiB ended the program with "
            "SIGBUS; "
            "PyTorch says only \"DataLoader worker exited unexpectedly\". People then take ipc: host, which "
            "is worse.",
     .remedy =
         "Compose: shm_size: 1g, within the memory limit. Kubernetes: an emptyDir with medium Memory and "
         "sizeLimit at /dev/shm. It counts against the memory limit.",
     .bad =
         "apiVersion: v1\nkind: Pod\nmetadata: {name: llm}\nspec:\n  containers:\n  - name: llm\n    image: "
         "vllm/vllm-openai:v0.9.0",
     .good =
         "apiVersion: v1\nkind: Pod\nmetadata: {name: llm}\nspec:\n  containers:\n  - name: llm\n    image: "
         "vllm/vllm-openai:v0.9.0\n    volumeMounts:\n    - {name: shm, mountPath: /dev/shm}\n  volumes:\n  "
         "- {name: "
         "shm, emptyDir: {medium: Memory, sizeLimit: 2Gi}}",
     .refs = "",
     .look = look_shm},
    {.id = "RF-DEV-001",
     .severity = RF_SEVERITY_HIGH,
     .about = WORKLOADS,
     .fix = RF_FIX_MANUAL,
     .title = "It gets a device of the host.",
     .why = "A device is a door into a driver of the host's kernel, or to the disk or memory behind it; no "
            "mount option "
            "and no capability stands between.",
     .remedy = "Remove it. Where it is needed, give the one device and only reading where that is enough "
               "(/dev/video0:/dev/video0:r); in Kubernetes ask a device plugin for it (resources.limits).",
     .bad = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - {name: ocr, image: "
            "\"ocr:1\"}\n  volumes:\n  - name: kvm\n    hostPath: {path: /dev/kvm}",
     .good = "apiVersion: v1\nkind: Pod\nmetadata: {name: ocr}\nspec:\n  containers:\n  - name: ocr\n    "
             "image: ocr:1\n"
             "    resources: {limits: {devices.kubevirt.io/kvm: 1}}",
     .refs = "CIS Docker 5.18 (5.17 in older ones)",
     .look = look_devices},
};

const struct rf_family rf_family_files = {rules, RF_COUNT(rules)};
