#ifndef RF_SANDBOX_CHILD_H
#define RF_SANDBOX_CHILD_H

#include "plan/plan.h"
#include "sandbox/message.h"

/* The interpreter that runs in the ring. It may call only what tools/child-symbols.txt lists: no malloc, no
   stdio, no locks, because it runs in a copy of a process that may have been doing anything. */

enum { RF_TREES = 64 };

/* Everything a step can see. Made by the launcher before the clone. */
struct rf_child {
    const struct rf_plan *plan;
    char *const *argv; /* pointers into the plan's text, NULL at the end */
    char *const *envp;
    char *words; /* the launcher's own arguments and environment, to be wiped */
    size_t words_len;
    int control; /* seqpacket socket to the launcher */
    int trees[RF_TREES];
    int root;      /* O_PATH: the new root */
    int proc_self; /* O_PATH: /proc/self as the host shows it, for the id maps */
    int parent;    /* O_PATH: the directory that the last file was made in, or -1 */
    char parent_path[1024];
    int null;        /* O_PATH: the ring's /dev/null, from the first mask on; or -1 */
    int ruleset;     /* Landlock */
    int standard[3]; /* become descriptors 0, 1 and 2; -1: the launcher's own */
    int io;          /* this process's own /proc/self/io, or -1 */
    int exec_error;  /* the most telling error of the execve tries so far */
    int failure;     /* of the workload's steps, for the pid 1 that started it */
    int is_witness;  /* the launcher wants to know what is in force */
    uint32_t step;   /* index of the step being taken */
};

/* Take all steps of RF_INIT and RF_WORKLOAD. Never returns. */
void rf_child_run(struct rf_child *child) __attribute__((noreturn));

/* Take the steps from `first` on that `actor` takes. 0, or a negative errno with child->step at the failing
 * one. */
int rf_child_steps(struct rf_child *child, uint32_t first, enum rf_actor actor);

/* Tell the launcher that child->step failed with negative errno `code`, and end this process. */
void rf_child_fail(struct rf_child *child, int code) __attribute__((noreturn));

/* A path inside the new root, resolved there and nowhere else: links stay in the root, magic links are
   refused (CVE-2024-21626, CVE-2026-87766). Returns a descriptor or a negative errno. */
int rf_child_open(const struct rf_child *child, const char *path, uint64_t flags);

/* The directory that holds `path` (absolute, at least one component), and its last component. It stays open
   until another is asked for, since files come in groups; a mount on it must therefore come before the files
   in it. */
int rf_child_parent(struct rf_child *child, const char *path, const char **ret_name);

/* Decimal (or octal with base 8) digits of `value` at the end of `buffer`. Returns where they start. */
char *rf_child_number(char buffer[24], uint64_t value, unsigned base);

/* Whether the launcher has gone. */
int rf_child_is_orphan(const struct rf_child *child);

int rf_child_send(int control, const struct rf_message *head, const char *text, const int *fds, int fd_count);
int rf_child_write(int dir, const char *path, const char *text);

typedef int rf_step_fn(struct rf_child *child, const struct rf_step *step);

/* child_mount.c */
rf_step_fn rf_step_private, rf_step_root, rf_step_overlay, rf_step_scratch, rf_step_tmpfs, rf_step_mkdir,
    rf_step_node, rf_step_symlink, rf_step_bind, rf_step_file, rf_step_inject, rf_step_proc, rf_step_sysctl,
    rf_step_mask_file, rf_step_mask_dir, rf_step_seal, rf_step_devpts, rf_step_true_root, rf_step_pivot;
/* child_ids.c */
rf_step_fn rf_step_die_together, rf_step_hostname, rf_step_join, rf_step_tty, rf_step_keyring, rf_step_groups,
    rf_step_user, rf_step_userns_late, rf_step_caps, rf_step_no_new_privs, rf_step_prove, rf_step_hide,
    rf_step_loopback;
/* child_start.c */
rf_step_fn rf_step_start;
/* child_exec.c */
rf_step_fn rf_step_session, rf_step_chdir, rf_step_readable, rf_step_rlimit, rf_step_landlock,
    rf_step_landlock_allow, rf_step_landlock_enforce, rf_step_seccomp, rf_step_exec;

#endif
