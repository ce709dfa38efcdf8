#ifndef RF_PLAN_FACTS_H
#define RF_PLAN_FACTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the planner may know of the world. The planner asks (rf_plan_ask), the sandbox looks (rf_facts_probe),
   and the planner decides. Nothing here is a posture and nothing here is a system call. */

struct rf_profile;

enum rf_place { RF_PLACE_ROOT, RF_PLACE_HOST };

/* A path to look at: inside the future root (resolved there, without magic links) or on the host. */
struct rf_path_fact {
    enum rf_place place;
    const char *path;
    bool wants_emptiness; /* asked: is this directory empty? */
    bool wants_fs;        /* asked: on what file system? */
    /* answers */
    int code; /* 0, or the negative errno of looking */
    uint32_t mode;
    uint32_t uid;
    uint32_t gid;
    uint64_t fs_magic; /* statfs(2); 0 unless asked on the host */
    bool is_empty;
    bool is_link; /* the last component is a symbolic link */
};

enum rf_cgroup_mode { RF_CGROUP_NONE, RF_CGROUP_V1, RF_CGROUP_V2 };

struct rf_cgroup_facts {
    enum rf_cgroup_mode mode; /* hybrid counts as v1: that is where its controllers are */
    bool is_hybrid;
    const char *memory_dir; /* the caller's own group, absolute; NULL where it cannot be written */
    const char *pids_dir;
    const char *cpu_dir;
    const char
        *unified_dir; /* v2: the directory under which a group can be made, with the controllers below on */
    bool unified_has_memory;
    bool unified_has_pids;
    bool unified_has_cpu;
};

struct rf_facts {
    uint32_t uid; /* effective ids of the caller */
    uint32_t gid;
    bool is_privileged; /* CAP_SYS_ADMIN, CAP_SETUID, CAP_SETGID are effective, and more than one id is mapped
                         */
    bool is_initial_userns;
    bool may_be_chrooted;  /* its root is not that of process 1 */
    int landlock_abi;      /* 0: the kernel has none */
    bool has_memfd_noexec; /* vm.memfd_noexec (6.3) */
    bool has_tmpfs_noswap; /* the caller may mount a tmpfs that is never swapped out (6.4, and the initial
                              user name space only: mm/shmem.c) */
    uint64_t nofile_hard;  /* the caller's hard limits, which cannot be raised without CAP_SYS_RESOURCE */
    uint64_t nproc_hard;
    uint64_t fsize_hard;
    uint64_t sigpending_hard;
    uint32_t auto_base; /* first host id of the range that --userns auto may take for this run */
    bool stdin_is_tty;
    uint32_t disk_outputs; /* bit n: descriptor 0, 1 or 2 is a file on a disk, open for writing */
    struct rf_cgroup_facts cgroup;
    const char *netns_pin; /* an empty network name space kept by an administrator, or NULL */
    const char *passwd;    /* text of the root's /etc/passwd and /etc/group; NULL when absent or unusable */
    const char *group;
    int passwd_code; /* why passwd is NULL: negative errno */
    const struct rf_profile
        *profile; /* what posture->seccomp_file says, read by whoever may read files; or NULL */
    struct rf_path_fact *paths;
    size_t path_count;
};

/* Whether a file system that statfs(2) calls so keeps its files in memory: tmpfs, ramfs. */
static inline bool rf_fs_is_memory(uint64_t magic)
{
    return magic == 0x01021994 || magic == 0x858458f6;
}

#endif
