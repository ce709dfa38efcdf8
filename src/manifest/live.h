#ifndef RF_MANIFEST_LIVE_H
#define RF_MANIFEST_LIVE_H

#include "manifest/subject.h"

/* A running workload as a subject, from the kernel's own words about its first process: whatever started it
   (docker, podman, containerd, a shell), and whatever its files said. See proc(5). */

enum rf_live_ns {
    RF_LIVE_PID,
    RF_LIVE_IPC,
    RF_LIVE_NET,
    RF_LIVE_UTS,
    RF_LIVE_USER,
    RF_LIVE_CGROUP,
    RF_LIVE_MNT,
    RF_LIVE_NS_MAX
};

/* The bytes that were read; what could not be read has a NULL pointer, and is then unknowable. All of it may
   be written by the workload: names, arguments, paths. */
struct rf_live_parts {
    const char *path;     /* "/proc/1234": what findings call it */
    struct rf_str status; /* /proc/PID/status */
    struct rf_str mounts; /* mountinfo */
    struct rf_str cgroup;
    struct rf_str cmdline;
    struct rf_str environ;
    struct rf_str apparmor; /* attr/apparmor/current, or attr/current */
    struct rf_str uid_map;
    struct rf_str memory_max; /* of its control group: "max", or bytes */
    struct rf_str pids_max;
    struct rf_str cpu_max;            /* "max 100000"; version 1: "-1 100000" */
    struct rf_str ns[RF_LIVE_NS_MAX]; /* "pid:[4026531836]" */

    const struct rf_str *host_ns; /* of the host's first process, RF_LIVE_NS_MAX of them */
    struct rf_str host_mounts;    /* its mountinfo */
    struct rf_str engine;         /* what the engine's /containers/json says, or empty */
    bool is_first;                /* false: somebody entered the container (docker exec) */
};

/* -EINVAL when `status` makes no sense, -ENOMEM. */
int rf_live_read(const struct rf_live_parts *parts, struct rf_arena *arena, struct rf_subject *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
