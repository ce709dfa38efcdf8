#ifndef RF_MANIFEST_SUBJECT_H
#define RF_MANIFEST_SUBJECT_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "posture/posture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a rule looks at. Every reader (Dockerfile stages, Compose, Kubernetes, OCI config.json, words of
   docker run, live processes) turns its input into subjects, and the one table of rules knows nothing else.

   A subject is plain data in the arena of its reader. It says what the input says: nothing is guessed, and no
   default of an engine is filled in, but what an API server writes into an object before anybody judges it
   (manifest/kubernetes.h lists that). Text is a view of the input or of the arena; it is not terminated. */

/* --- facts --- */

/* Each carries where it came from. from.known: RF_UNSET, the input does not say it, and the value is zero;
   RF_KNOWN; RF_UNKNOWABLE, it says something that only rendering, substitution or a base image decides (text
   then is what stands there). The place of an unset fact is empty: rules take that of its group.

   is_default: the value is known only as far as a variable that nobody has set here leaves it to what the
   file gives in its stead (${X:-VALUE}); whoever runs the file may set it to something else. The text at the
   fact's span shows how it is written. */
struct rf_fact_bool {
    bool is_true;
    struct rf_from from;
    bool is_default;
};

struct rf_fact_int {
    int64_t value;
    struct rf_from from;
    bool is_default;
};

struct rf_fact_text {
    struct rf_str value;
    struct rf_from from;
    bool is_default;
};

/* A list of words. One that is there and empty is known with count 0. */
struct rf_fact_list {
    struct rf_fact_text *items;
    size_t count;
    struct rf_from from;
};

/* NAME=VALUE, `name: value`: labels, annotations, sysctls, build arguments. A name alone: the value is unset.
 */
struct rf_fact_pair {
    struct rf_fact_text name;
    struct rf_fact_text value;
};

/* --- who it runs as, and how it is confined: what a pod may say for its containers --- */

/* How a profile is chosen, in the words of the format ("RuntimeDefault", "unconfined"), and what that means.
 */
enum rf_confinement_kind {
    RF_CONFINEMENT_DEFAULT,
    RF_CONFINEMENT_FILE,
    RF_CONFINEMENT_UNCONFINED,
    RF_CONFINEMENT_OTHER
};
struct rf_confinement {
    enum rf_confinement_kind kind;
    struct rf_fact_text type;
    struct rf_fact_text file; /* of RF_CONFINEMENT_FILE: its name */
    struct rf_from from;      /* known: a profile was given, perhaps without a type */
};

struct rf_selinux {
    struct rf_fact_text user;
    struct rf_fact_text role;
    struct rf_fact_text type;
    struct rf_fact_text level;
    struct rf_fact_bool disabled; /* label=disable */
    struct rf_from from;
};

struct rf_context {
    struct rf_fact_text user; /* as written: "1000", "app"; Kubernetes: unset */
    struct rf_fact_text group;
    struct rf_fact_int uid; /* when the input gives a number */
    struct rf_fact_int gid;
    bool is_user_plain;           /* `user` is not quoted, so that readers may take it for a number */
    struct rf_fact_bool non_root; /* the engine refuses to start it as root */
    struct rf_confinement seccomp;
    struct rf_confinement apparmor;
    struct rf_selinux selinux;
    struct rf_fact_bool host_process; /* Windows: in the host itself */
    struct rf_from from;              /* the block, securityContext */
};

/* --- name spaces --- */

enum rf_namespace_kind { RF_NAMESPACE_PRIVATE, RF_NAMESPACE_HOST, RF_NAMESPACE_SHARED, RF_NAMESPACE_NONE };
struct rf_namespace {
    enum rf_namespace_kind kind; /* NONE: of the network, no interface but lo */
    struct rf_str with;          /* of RF_NAMESPACE_SHARED: the container or service */
    struct rf_from from;
};

struct rf_namespaces {
    struct rf_namespace pid;
    struct rf_namespace ipc;
    struct rf_namespace network;
    struct rf_namespace uts;
    struct rf_namespace user;
    struct rf_namespace cgroup;
};

/* --- mounts --- */

/* A volume that a pod or a project declares. `types` are the keys that choose its kind ("hostPath",
   "emptyDir"); a Compose volume has none. */
struct rf_volume {
    struct rf_fact_text name;
    struct rf_fact_list types;
    struct rf_fact_text path;   /* hostPath: on the host; else a device or the name of what is mounted */
    struct rf_fact_text medium; /* emptyDir: "Memory" is a tmpfs; Compose: driver_opts.type */
    struct rf_fact_int size_bytes;
    struct rf_fact_bool external; /* Compose: it is there already */
    struct rf_fact_text driver;
    struct rf_fact_pair *options; /* driver_opts */
    size_t option_count;
    struct rf_from from;
};

enum rf_mounted_kind {
    RF_MOUNTED_BIND,    /* a path of the host */
    RF_MOUNTED_VOLUME,  /* named, outlives the container */
    RF_MOUNTED_TMPFS,   /* memory */
    RF_MOUNTED_SCRATCH, /* disk, gone with the pod or the container */
    RF_MOUNTED_DATA,    /* configMap, secret, projected, downwardAPI */
    RF_MOUNTED_OTHER
};
enum rf_propagation { RF_PROPAGATION_PRIVATE, RF_PROPAGATION_FROM_HOST, RF_PROPAGATION_SHARED };

/* Something mounted into the container. */
struct rf_mounted {
    enum rf_mounted_kind kind;
    struct rf_fact_text source; /* a path on the host or the volume's name */
    struct rf_str directory;    /* what such a path is relative to; empty: the current one */
    struct rf_fact_text target;
    struct rf_fact_text sub_path;
    struct rf_fact_bool read_only;
    struct rf_fact_bool exec; /* unset: the engine's default; docker's for tmpfs is noexec */
    struct rf_fact_int size_bytes;
    struct rf_fact_int mode; /* of a tmpfs */
    struct rf_fact_int uid;
    struct rf_fact_int gid;
    enum rf_propagation propagation;
    struct rf_from propagation_from;
    const struct rf_volume *volume; /* or NULL */
    struct rf_from from;
};

struct rf_device {
    struct rf_fact_text source;
    struct rf_fact_text target;
    struct rf_fact_text permissions; /* "rwm" */
};

/* --- network --- */

/* Ranges have an end; else it is unset. Unset host: not published (Kubernetes), or a port of the engine's
   choice (Compose: is_published). */
struct rf_port {
    struct rf_fact_text name;
    struct rf_fact_int port;
    struct rf_fact_int port_end;
    struct rf_fact_int host;
    struct rf_fact_int host_end;
    struct rf_fact_text address; /* of the host */
    struct rf_fact_text protocol;
    bool is_published;
    struct rf_from from;
};

/* One that a Compose service joins; what the project says of it. */
struct rf_network_use {
    struct rf_fact_text name;
    struct rf_fact_bool internal; /* nothing outside can be reached */
    struct rf_fact_bool external; /* it is there already */
};

/* --- program --- */

/* CALLER: a name without a value, which whoever runs it has in the own environment. FILE: a line of a file
   that was read, or, without a name, one that could not be read. */
enum rf_env_source { RF_ENV_LITERAL, RF_ENV_SECRET, RF_ENV_CONFIG, RF_ENV_FIELD, RF_ENV_CALLER, RF_ENV_FILE };
struct rf_env {
    struct rf_fact_text name;  /* unset: all that the source has (envFrom, env_file) */
    struct rf_fact_text value; /* or the name of the source */
    enum rf_env_source source;
};

struct rf_build {
    struct rf_fact_text context;
    struct rf_fact_text file;
    struct rf_fact_text dockerfile; /* dockerfile_inline: its text */
    struct rf_fact_text target;
    struct rf_str directory; /* what a relative context is relative to; empty: the current one */
    struct rf_fact_pair *args;
    size_t arg_count;
    struct rf_from from; /* known: the image is built here */
};

/* --- health --- */

enum rf_probe_kind {
    RF_PROBE_HEALTH, /* docker's only one */
    RF_PROBE_LIVENESS,
    RF_PROBE_READINESS,
    RF_PROBE_STARTUP,
    RF_PROBE_AFTER_START, /* lifecycle hooks look like probes and are judged like them */
    RF_PROBE_BEFORE_STOP
};
enum rf_probe_action { RF_PROBE_OTHER, RF_PROBE_EXEC, RF_PROBE_HTTP, RF_PROBE_TCP, RF_PROBE_GRPC };

struct rf_probe {
    enum rf_probe_kind kind;
    enum rf_probe_action action;
    bool is_shell; /* of EXEC: one word for /bin/sh */
    struct rf_fact_bool disabled;
    struct rf_fact_list command;
    struct rf_fact_text http_host; /* both hosts can be given, though only one action may */
    struct rf_fact_text tcp_host;
    struct rf_fact_text path;
    struct rf_fact_text port; /* a number or the name of a port */
    struct rf_fact_int interval_ms;
    struct rf_fact_int timeout_ms;
    struct rf_fact_int start_period_ms;
    struct rf_fact_int retries;
    struct rf_fact_text user;       /* of a Compose hook: who runs it, if not the container's user */
    struct rf_fact_bool privileged; /* of a Compose hook */
    struct rf_from from;
};

struct rf_dependency {
    struct rf_fact_text name;
    struct rf_fact_text condition; /* "service_healthy" */
};

/* --- limits --- */

struct rf_limits {
    struct rf_fact_int memory_bytes;
    struct rf_fact_int memory_request_bytes;
    struct rf_fact_int cpu_milli;
    struct rf_fact_int cpu_request_milli;
    struct rf_fact_int pids;
    struct rf_fact_int shm_bytes;
    struct rf_ulimit *ulimits;
    size_t ulimit_count;
    struct rf_from from;
};

enum rf_restart_kind { RF_RESTART_NO, RF_RESTART_ON_FAILURE, RF_RESTART_ALWAYS, RF_RESTART_UNLESS_STOPPED };
struct rf_restart {
    enum rf_restart_kind kind;
    struct rf_fact_int max; /* tries */
    struct rf_from from;
};

/* --- the subject --- */

enum rf_subject_kind {
    RF_SUBJECT_CONTAINER, /* a workload: container, service, process */
    RF_SUBJECT_POD,       /* a pod as a whole: `pod`, `context` and `namespaces` count */
    RF_SUBJECT_STAGE      /* of a Dockerfile */
};

/* Whose defaults hold where the input says nothing: docker confines by seccomp, a kubelet does not. */
enum rf_platform { RF_PLATFORM_DOCKER, RF_PLATFORM_KUBERNETES, RF_PLATFORM_OCI, RF_PLATFORM_LIVE };

enum rf_container_kind { RF_CONTAINER_MAIN, RF_CONTAINER_INIT, RF_CONTAINER_EPHEMERAL };

struct rf_pod;
struct rf_image_stage; /* manifest/dockerfile.h: what is known of an image */

struct rf_subject {
    enum rf_subject_kind kind;
    enum rf_platform platform;
    enum rf_container_kind container;
    struct rf_fact_text name; /* of the container, service or stage */
    struct rf_from from;      /* the whole of it */
    struct rf_from unknown; /* RF_UNKNOWABLE: names a file that could not be read, and whose facts it lacks */
    struct rf_fact_list profiles;       /* Compose: it is started only with one of them */
    const struct rf_pod *pod;           /* Kubernetes; else NULL */
    const struct rf_image_stage *stage; /* the stage that it is, or that builds its image; else NULL */

    struct rf_context own;      /* as the container itself says it */
    struct rf_context context;  /* in effect: with what its pod says */
    struct rf_fact_list groups; /* supplementary */
    struct rf_fact_int fs_group;
    struct rf_fact_text home;

    struct rf_fact_bool privileged;
    struct rf_fact_bool escalation; /* allowPrivilegeEscalation; no-new-privileges is its opposite */
    struct rf_fact_list cap_add;
    struct rf_fact_list cap_drop;
    struct rf_fact_list security_opt; /* docker: as written; what is understood stands in its own fact */
    struct rf_fact_text proc_mount;   /* "Default", "Unmasked" */
    struct rf_device *devices;
    size_t device_count;
    struct rf_fact_pair *sysctls;
    size_t sysctl_count;

    struct rf_fact_bool read_only_root;
    struct rf_mounted *mounts;
    size_t mount_count;
    struct rf_fact_list volumes_from; /* Compose: whose mounts are among them as well, SERVICE[:ro] */

    struct rf_namespaces namespaces;
    struct rf_port *ports;
    size_t port_count;
    struct rf_network_use *networks; /* none: the project's or the engine's default one */
    size_t network_count;

    struct rf_fact_text image;
    struct rf_build build;
    struct rf_fact_list entrypoint;
    struct rf_fact_list command;
    struct rf_fact_text workdir;
    struct rf_env *env;
    size_t env_count;

    struct rf_probe *probes;
    size_t probe_count;
    struct rf_dependency *dependencies;
    size_t dependency_count;

    struct rf_limits limits;
    struct rf_restart restart;
    struct rf_fact_text log_driver;
    struct rf_fact_text cgroup_parent;
    struct rf_fact_pair *labels;
    size_t label_count;
};

/* --- the pod --- */

/* What containers share. */
struct rf_pod {
    struct rf_fact_text api_version;
    struct rf_fact_text kind;         /* "Pod", "Deployment", ... */
    struct rf_fact_text name;         /* of that object; of a Pod without one its generateName */
    struct rf_fact_text space;        /* metadata.namespace */
    bool is_policy;                   /* of a PodSecurityPolicy: the least confined pod that it lets in */
    struct rf_fact_pair *annotations; /* of the pod or the pod template */
    size_t annotation_count;
    struct rf_fact_pair *labels;
    size_t label_count;
    struct rf_from from;    /* the pod's spec */
    struct rf_from unknown; /* RF_UNKNOWABLE: the first flag or number that cannot be known */

    struct rf_context context;
    struct rf_fact_list groups;
    struct rf_fact_int fs_group;
    struct rf_fact_pair *sysctls;
    size_t sysctl_count;
    struct rf_fact_bool host_network;
    struct rf_fact_bool host_pid;
    struct rf_fact_bool host_ipc;
    struct rf_fact_bool host_users; /* false: a user name space of its own */
    struct rf_fact_bool share_processes;
    struct rf_fact_text os; /* "linux", "windows" */
    struct rf_fact_text restart_policy;
    struct rf_fact_text service_account;
    struct rf_fact_bool token; /* automountServiceAccountToken */
    struct rf_volume *volumes;
    size_t volume_count;

    struct rf_subject self;        /* RF_SUBJECT_POD */
    struct rf_subject *containers; /* first those for the start, then the main ones, then ephemeral ones */
    size_t container_count;
};

/* What a reader found in one file. */
struct rf_manifest {
    struct rf_pod **pods;
    size_t pod_count;
    struct rf_subject **subjects; /* of Kubernetes: each pod, followed by its containers */
    size_t subject_count;
    /* RF_KNOWN: the file is a template, this is its first action, and nothing was read from it. */
    struct rf_from templated;
    /* RF_UNKNOWABLE: the first file that is named for inclusion and could not be read. */
    struct rf_from unread;
};

/* Set `subject->context` to what it says itself, completed by what `pod` (or nobody: NULL) says. */
void rf_subject_inherit(struct rf_subject *subject, const struct rf_pod *pod) __attribute__((nonnull(1)));

/* The value of the pair with that name, or NULL. */
const struct rf_fact_text *rf_fact_find(const struct rf_fact_pair *pairs, size_t count, struct rf_str name);

#endif
