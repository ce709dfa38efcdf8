#ifndef RF_CMD_WITNESS_H
#define RF_CMD_WITNESS_H

#include "cmd/layers.h"
#include "sandbox/sandbox.h"

/* What pid 1 of the ring saw, taken from the texts of the kernel in rf_outcome. Numbers that were not seen
   are UINT64_MAX, texts are NULL: a report says "unknown" rather than what should be. */

enum rf_cap_set {
    RF_CAPS_INHERITABLE,
    RF_CAPS_PERMITTED,
    RF_CAPS_EFFECTIVE,
    RF_CAPS_BOUNDING,
    RF_CAPS_AMBIENT,
    RF_CAP_SETS
};
enum { RF_NAMESPACES = 7, RF_LIMITS = 20 };

struct rf_seen_mount {
    const char *path; /* inside, its octal escapes undone */
    const char *type; /* "tmpfs" */
    const char *options;
    bool is_read_only;   /* the mount or its file system */
    bool is_hidden;      /* a later mount covers it */
    bool is_no_swap;     /* tmpfs: mounted with noswap */
    bool is_disk;        /* what is written there outlives the machine's memory, or may */
    uint64_t used_bytes; /* tmpfs, at the end */
};

struct rf_seen_limit {
    const char *name; /* "Max open files" */
    const char *soft;
    const char *hard;
};

struct rf_seen_namespace {
    const char *name;
    const char *inside; /* "net:[4026531840]" */
    const char *outside;
};

struct rf_seen {
    uint64_t uids[4]; /* real, effective, saved, file system */
    uint64_t gids[4];
    const char *groups; /* "44 1000"; "" for none */
    uint64_t caps[RF_CAP_SETS];
    uint64_t no_new_privs;
    uint64_t seccomp_mode;
    uint64_t seccomp_filters;
    uint64_t write_bytes; /* what the ring sent towards disks */
    struct rf_seen_mount *mounts;
    size_t mount_count; /* 0: unknown */
    struct rf_seen_limit limits[RF_LIMITS];
    size_t limit_count;
    struct rf_seen_namespace namespaces[RF_NAMESPACES];
};

/* The caller's name spaces: before the run, which leaves some of them. */
void rf_seen_outside(struct rf_arena *arena, struct rf_seen *ret) RF_NONNULL;

/* Fill the rest of *ret. -ENOMEM. */
int rf_seen_read(const struct rf_outcome *outcome, struct rf_arena *arena, struct rf_seen *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* What a machine writes to its swap: memory that nobody sent to a disk, on a disk all the same. */
struct rf_swap {
    bool is_on;         /* there is some, or it is not known that there is none */
    uint64_t pages_out; /* that the whole machine has written to it; UINT64_MAX: unknown */
};

/* swap.c: as it is now. */
void rf_swap_look(struct rf_swap *ret) RF_NONNULL;
/* What became of it since `before`: is_on when there was some then or is some now, pages_out the pages
   written in between, by which a swap that was there for a while only is noticed. */
struct rf_swap rf_swap_since(const struct rf_swap *before) RF_NONNULL;

/* What keeps some of a ring's memory out of swap. */
enum rf_kept { RF_KEPT_UNKNOWN, RF_KEPT_NOT, RF_KEPT_NOSWAP, RF_KEPT_GROUP, RF_KEPT_ABSENT };

/* "noswap", "control group", ...; NULL for RF_KEPT_UNKNOWN. */
const char *rf_kept_name(enum rf_kept kept);

/* Who could have written to a disk, and whether anybody did. */
struct rf_verdict {
    bool is_proven;                   /* nothing was written to a disk-backed file system */
    const char *why_not;              /* the first reason, NULL when it is proven */
    const struct rf_seen_mount *only; /* the one place that all bytes went to, or NULL */
    size_t writable_disks;
    enum rf_kept files;   /* in the ring's own tmpfs */
    enum rf_kept memory;  /* of its processes, and memory files and shared memory */
    enum rf_kept volumes; /* files in a tmpfs of the host's that the ring may write; they may be others'
                             pages, and outlive the ring's group */
};

/* `swap`: while the ring ran, as rf_swap_since() has it. */
void rf_verdict(const struct rf_made *made, const struct rf_outcome *outcome, const struct rf_seen *seen,
                const struct rf_swap *swap, struct rf_verdict *ret) RF_NONNULL;

#endif
