#ifndef RF_PLAN_PLAN_H
#define RF_PLAN_PLAN_H

#include "base/arena.h"
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A plan is an array of steps, in the order in which they happen, and nothing else: no branch, no loop, no
   step that may or may not be taken. The same array is printed (--explain), hashed (verify), stored (exec)
   and run. */

/* Who takes a step, and when. */
enum rf_actor {
    RF_LAUNCHER, /* the launcher, before the ring exists */
    RF_BESIDE,   /* the launcher, while pid 1 assembles the mounts */
    RF_INIT,     /* pid 1 of the ring */
    RF_WORKLOAD  /* the workload's own process, up to its execve */
};

enum rf_step_kind {
    /* launcher */
    RF_STEP_USERNS_ENTER, /* own user name space: src = uid_map, dst = gid_map */
    RF_STEP_IDMAP_NEW,    /* user name space for id-mapped mounts: src = uid_map, dst = gid_map, a = slot */
    RF_STEP_TREE,         /* copy of the mounts at src, id-mapped: a = slot, b = idmap slot; flags as BIND */
    RF_STEP_CGROUP_NEW,   /* mkdir src; a = slot */
    RF_STEP_CGROUP_LIMIT, /* write data into file dst of the group in slot a */
    RF_STEP_CLONE,        /* flags = name spaces; a = 1 + cgroup slot to be born into, or 0 */
    RF_STEP_NETNS_NEW,
    RF_STEP_NETNS_OPEN, /* src = path of a pinned one */
    RF_STEP_LOOPBACK,   /* bring lo up */
    RF_STEP_USERNS_MAP, /* write the maps of pid 1's user name space: src = uid_map, dst = gid_map */
    RF_STEP_GO,         /* hand name space and cgroups to pid 1 */
    /* pid 1 */
    RF_STEP_DIE_TOGETHER, /* the ring dies with the launcher */
    RF_STEP_PRIVATE,      /* a = 1: the launcher may be in a chroot */
    RF_STEP_ROOT,         /* src becomes the new root; flags = MOUNT_ATTR_* */
    RF_STEP_OVERLAY,      /* the same under a writable tmpfs; a = size, b = inodes */
    RF_STEP_SCRATCH,      /* an empty tmpfs becomes it: as TMPFS without dst */
    RF_STEP_TMPFS,        /* dst; flags = MOUNT_ATTR_*; mode, uid, gid; a = size, b = inodes */
    RF_STEP_MKDIR,        /* dst; mode, uid, gid */
    RF_STEP_NODE,         /* dst; mode; a = device number */
    RF_STEP_SYMLINK,      /* dst -> src */
    RF_STEP_BIND, /* src on the host -> dst; flags = MOUNT_ATTR_*; a = 1 recursive; b = 1 + tree slot, or 0 */
    RF_STEP_FILE, /* dst: a file that holds data, or is empty, to mount on; mode */
    RF_STEP_INJECT, /* file dst shows data; mode */
    RF_STEP_PROC,   /* dst; flags */
    RF_STEP_SYSCTL, /* write data to dst below the ring's own /proc/sys */
    RF_STEP_MASK_FILE,
    RF_STEP_MASK_DIR,
    RF_STEP_SEAL, /* mount at dst: add flags */
    RF_STEP_DEVPTS,
    RF_STEP_TRUE_ROOT, /* leave a chroot of the launcher's */
    RF_STEP_PIVOT,
    RF_STEP_HOSTNAME, /* data */
    RF_STEP_JOIN,     /* wait for the launcher's GO; join what it handed over */
    RF_STEP_TTY,      /* a terminal of the ring's own, its master handed to the launcher */
    RF_STEP_KEYRING,
    RF_STEP_GROUPS,      /* data = gids, comma-separated; empty: none */
    RF_STEP_USER,        /* uid, gid */
    RF_STEP_USERNS_LATE, /* src = uid_map, dst = gid_map */
    RF_STEP_RLIMIT,      /* flags = RLIMIT_*; a = soft, b = hard */
    RF_STEP_CAPS,        /* a = capabilities that stay */
    RF_STEP_NO_NEW_PRIVS,
    RF_STEP_PROVE, /* try to take back what was given up */
    RF_STEP_HIDE,  /* not dumpable, arguments and environment wiped */
    RF_STEP_START, /* start the workload, then reap */
    /* workload */
    RF_STEP_SESSION,
    RF_STEP_CHDIR,          /* dst */
    RF_STEP_READABLE,       /* dst must be a readable file, or the run ends */
    RF_STEP_LANDLOCK,       /* a = handled file rights, b = scopes */
    RF_STEP_LANDLOCK_ALLOW, /* dst; a = rights */
    RF_STEP_LANDLOCK_ENFORCE,
    RF_STEP_SECCOMP, /* a = slot of the program */
    RF_STEP_EXEC,    /* dst */
    RF_STEP_MAX
};

/* Flags of RF_STEP_RLIMIT, RF_STEP_CLONE and mounts are the kernel's own numbers. */

/* dst need not exist (kernels differ in what /proc holds): absence is success, nothing else is. */
#define RF_STEP_IF_PRESENT (1U << 31)

/* Of a tmpfs, and of the one above or below a root: what lies in it is never swapped out. */
#define RF_STEP_NO_SWAP (1U << 30)

struct rf_step {
    uint16_t kind; /* enum rf_step_kind */
    uint16_t key;  /* enum rf_key: what demands it */
    uint16_t actor;
    uint16_t mode;
    uint32_t flags;
    uint32_t uid;
    uint32_t gid;
    uint32_t src; /* offsets into the plan's text; 0 is "" */
    uint32_t dst;
    uint32_t data;
    uint64_t a;
    uint64_t b;
};

enum { RF_PLAN_STEPS = 640, RF_PLAN_TEXT = 512 * 1024, RF_PLAN_FILTERS = 2 };

/* One cBPF instruction, laid out as struct sock_filter. */
struct rf_insn {
    uint16_t code;
    uint8_t jt;
    uint8_t jf;
    uint32_t k;
};

/* How the launcher watches over the run; facts of the plan, not choices left to it. */
struct rf_watch {
    uint64_t timeout_ms;
    uint64_t stop_timeout_ms;
    uint32_t stop_signal;
    bool has_init;
    bool has_tty;
    bool has_stdin;      /* false: /dev/null */
    bool has_output;     /* false: standard output and error go to /dev/null */
    bool has_debug_root; /* `exec -u 0` is allowed */
    uint32_t relayed; /* bit n: descriptor n is a file on a disk, and the launcher writes it for the ring */
};

struct rf_plan {
    struct rf_arena *arena;
    struct rf_step *steps;
    uint32_t count;
    char *text; /* all strings, each terminated; offset 0 is "" */
    uint32_t text_len;
    uint32_t *argv; /* offsets into text */
    uint32_t argv_count;
    uint32_t *envp;
    uint32_t envp_count;
    struct rf_insn *filters[RF_PLAN_FILTERS];
    uint32_t filter_len[RF_PLAN_FILTERS];
    struct rf_watch watch;
    const char *
        *notes; /* what the user should know: a layer missing by leave, a fallback taken. One that begins with
                   '!' is to be said at once, without it */
    uint32_t note_count;
};

static inline const char *rf_plan_text(const struct rf_plan *plan, uint32_t offset)
{
    return plan->text + offset;
}

/* The word by which --explain and errors call a kind of step. */
const char *rf_step_name(enum rf_step_kind kind);

/* Append one line for `step`, without a line end: "tmpfs /tmp size=64m mode=1777 nosuid,nodev,noexec". */
const char *rf_step_describe(const struct rf_plan *plan, const struct rf_step *step,
                             struct rf_arena *arena) RF_NONNULL;

/* What demands a step: the name of a posture key, or "every ring". */
const char *rf_step_reason(const struct rf_step *step) RF_NONNULL;

/* The ids that the ring's workload has, as the ring sees them. */
void rf_plan_user(const struct rf_plan *plan, uint32_t *ret_uid, uint32_t *ret_gid) RF_NONNULL;

/* The name spaces (CLONE_NEW*) that a process must join to be in the ring, and those it makes late for itself
   are not among them. */
uint32_t rf_plan_namespaces(const struct rf_plan *plan) RF_NONNULL;

/* SHA-256 over everything that will be run, in hexadecimal. Equal plans, equal hashes. */
void rf_plan_hash(const struct rf_plan *plan, char ret_hex[65]) RF_NONNULL;

#endif
