#ifndef RF_PLAN_BUILDER_H
#define RF_PLAN_BUILDER_H

#include "plan/build.h"

#include <sys/types.h>

/* Shared by the files of the planner; nobody else includes it. */

/* Mount attributes, as <linux/mount.h> numbers them. */
enum { ATTR_RDONLY = 0x1, ATTR_NOSUID = 0x2, ATTR_NODEV = 0x4, ATTR_NOEXEC = 0x8 };

enum rf_cover_kind { COVER_TMPFS, COVER_BIND, COVER_SEALED };

/* A place that a step has covered with a mount, so that later steps know what they will find there. */
struct rf_cover {
    const char *path;
    size_t len;
    enum rf_cover_kind kind;
    bool is_writable; /* by the workload */
    bool is_exec;
};

/* The part of the host's /sys that a ring shows: processors, which OpenMP, PyTorch and the JVM look for. */
#define RF_PLAN_CPU_DIR "/sys/devices/system/cpu"

enum { COVERS = 24 }; /* that the planner itself makes */

struct rf_builder {
    const struct rf_posture *posture;
    const struct rf_facts *facts;
    struct rf_arena *arena;
    struct rf_plan *plan;
    struct rf_err *err;
    int code; /* the first failure; later additions go to `spare` and are forgotten */
    struct rf_step spare;
    enum rf_actor actor;            /* of the steps being added */
    const struct rf_mount **mounts; /* of the posture, outer places before those below them */
    struct rf_cover *covers;
    uint32_t cover_count;
    uint32_t cover_limit;
    size_t last_fact;
    uint32_t text_limit;
    uint32_t note_limit;
    uint32_t uid; /* the user, names resolved */
    uint32_t gid;
    const char *user_name;  /* of the uid inside */
    const char *home;       /* or NULL */
    const char *home_place; /* what is mounted for it */
    bool can_extend;        /* the root is, or lies below, a tmpfs: anything can be made in it */
    bool has_memfd_noexec;  /* the ring's vm.memfd_noexec is set */
    bool has_cgroup_memory;
    bool has_cgroup_pids;
    uint32_t cgroups;
    uint32_t trees;
};

/* Add a step. Always returns a step that may be written to. */
struct rf_step *rf_builder_add(struct rf_builder *b, enum rf_step_kind kind, enum rf_key key);

/* Put text into the plan; 0 for NULL or "". */
uint32_t rf_builder_text(struct rf_builder *b, const char *text);
uint32_t rf_builder_printf(struct rf_builder *b, const char *fmt, ...) RF_PRINTF(2, 3);

/* Write the mount options of a tmpfs step from its numbers, when all of them are set; and keep it out of swap
   where that can be had. */
void rf_builder_tmpfs_options(struct rf_builder *b, struct rf_step *step);

/* RF_STEP_NO_SWAP where the ring's tmpfs can have it, else 0. */
uint32_t rf_builder_no_swap(const struct rf_builder *b);

/* Record the first failure. */
void rf_builder_fail(struct rf_builder *b, int code, const char *fmt, ...) RF_PRINTF(3, 4) RF_COLD;
/* What --explain and the report say. A warning is said at once, too. */
void rf_builder_note(struct rf_builder *b, const char *fmt, ...) RF_PRINTF(2, 3);
void rf_builder_warn(struct rf_builder *b, const char *fmt, ...) RF_PRINTF(2, 3) RF_COLD;

/* Whether the user said this layer may be missing; if so a note says that it is. */
bool rf_builder_may_miss(struct rf_builder *b, enum rf_layer layer, const char *what);

void rf_builder_cover(struct rf_builder *b, const char *path, enum rf_cover_kind kind, bool is_writable,
                      bool is_exec);
/* The innermost cover that `path` lies on or below, or NULL. */
const struct rf_cover *rf_builder_covered(const struct rf_builder *b, const char *path);

/* The fact about `path`, or NULL when nobody asked. Questions come in the order in which they were asked, so
   the search begins behind the last answer. */
const struct rf_path_fact *rf_builder_fact(struct rf_builder *b, enum rf_place place, const char *path);

/* Whether the root has `path`, of that type (S_IFDIR, S_IFREG); links are followed inside the root. */
bool rf_builder_root_has(struct rf_builder *b, const char *path, mode_t type);

/* Make a directory that the root lacks, where that can be done; elsewhere rf_build_root() has seen to it that
   it is there. */
void rf_builder_need_dir(struct rf_builder *b, const char *path);

/* Whether a mount of the posture lands exactly on `path`. */
bool rf_builder_user_mounts_on(struct rf_builder *b, const char *path);

/* The parts of a plan, in the order in which they are called. */
void rf_build_user(struct rf_builder *b);
void rf_build_launcher(struct rf_builder *b);
void rf_build_beside(struct rf_builder *b);
void rf_build_root(struct rf_builder *b);
void rf_build_system_mounts(struct rf_builder *b);
void rf_build_home(struct rf_builder *b);
void rf_build_mounts(struct rf_builder *b);
void rf_build_passwd(struct rf_builder *b);
void rf_build_seal(struct rf_builder *b);
void rf_build_privileges(struct rf_builder *b);
void rf_build_rlimits(struct rf_builder *b);
void rf_build_workload(struct rf_builder *b);
void rf_build_environment(struct rf_builder *b);

/* One execve for each place where argv[0] may be: the search path of the plan's environment, tried inside the
 * ring. */
void rf_build_exec(struct rf_builder *b);

#endif
