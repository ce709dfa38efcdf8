#ifndef RF_MANIFEST_DOCKERFILE_H
#define RF_MANIFEST_DOCKERFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "posture/posture.h"
#include "text/dockerfile.h"
#include "text/shell.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Dockerfile evaluated: for each stage, what its image will be, as far as the file alone tells. RUN is not
   run; the effects of the commands that images are usually made with are taken from their words. Every fact
   has its place, and whether it is known, unset, or unknowable (a base image that is not described here, a
   variable that nobody sets, a command that is not understood). A join lays a stage under a Compose service
   or a container.

   Lists are chains, newest first, and go on into the stage a stage is made from: walking `prev` from the
   newest entry of a stage sees everything that its image has. `order` counts effects through the whole file,
   so that entries of different lists can be compared. Text is a view of the file or of the arena. */

enum {
    RF_IMAGE_STAGES = 512,
    RF_IMAGE_EFFECTS = 65536, /* entries of all lists of a file */
    RF_IMAGE_ACCOUNTS = 1024, /* of those, users and groups */
    RF_IMAGE_PROBLEMS = 256,
    RF_IMAGE_SCRIPT_DEPTH = 8, /* sh -c 'sh -c "..."' */
    RF_IMAGE_ARENA_BYTES = 256 * 1024 * 1024
};

/* --- facts --- */

enum rf_image_answer { RF_IMAGE_UNKNOWN, RF_IMAGE_NO, RF_IMAGE_YES };

/* The value of something unknowable is the best guess, for people to read. */
struct rf_image_text {
    struct rf_str value;
    struct rf_from from;
};

struct rf_image_number {
    uint64_t value;
    struct rf_from from;
};

struct rf_image_list {
    struct rf_image_text *items;
    uint32_t count;
    bool is_shell; /* one text, for the stage's shell */
    struct rf_from from;
};

/* --- variables --- */

struct rf_image_var {
    const struct rf_image_var *prev;
    struct rf_str name;
    struct rf_image_text value; /* an ARG without a value is RF_UNSET */
    bool is_arg;                /* not in the image: only while it is built */
    uint32_t order;
};

/* --- users and groups --- */

struct rf_image_account {
    const struct rf_image_account *prev;
    struct rf_str name;
    bool is_group;
    bool is_gone;        /* deleted here */
    bool is_conditional; /* in a branch that may not run */
    bool is_base;        /* of the base image, not of this file */
    bool has_id;
    bool has_free_id;   /* the program chose a number, which is never 0 */
    bool has_gid;       /* of a user */
    uint32_t id;        /* uid of a user, gid of a group */
    uint32_t gid;       /* primary group of a user */
    struct rf_str home; /* of a user; empty when it is not known */
    enum rf_image_answer has_home_directory;
    uint32_t order;
    struct rf_from from;
};

/* "1000:1000", "app", "app:0": what USER, --chown and chown take, read as docker reads it: "000", "+0" and
   "-0" are zero, and the group may be missing. */
struct rf_image_owner {
    struct rf_str user; /* as written, without the group */
    struct rf_str group;
    bool has_uid;
    bool has_gid;
    uint32_t uid;
    uint32_t gid;
};

/* --- places in the image --- */

enum rf_image_path_kind {
    RF_IMAGE_DIR,   /* made: mkdir, install -d, WORKDIR */
    RF_IMAGE_FILE,  /* written */
    RF_IMAGE_COPY,  /* COPY or ADD went there: to it or into it */
    RF_IMAGE_LINK,  /* symbolic link */
    RF_IMAGE_OWNER, /* chown */
    RF_IMAGE_MODE,  /* chmod */
    RF_IMAGE_GONE,  /* rm */
    RF_IMAGE_CAPS,  /* setcap: mode_text is what it sets, and empty when it takes away */
    RF_IMAGE_VOLUME /* VOLUME */
};

struct rf_image_path {
    const struct rf_image_path *prev;
    enum rf_image_path_kind kind;
    struct rf_str path;          /* absolute, without . .. and doubled slashes */
    bool is_known;               /* the path is; else it is a guess or a pattern */
    bool is_recursive;           /* everything below it too */
    bool is_conditional;         /* in a branch that may not run */
    struct rf_image_owner owner; /* chown's; of what is made: whose it is */
    bool has_mode;
    uint32_t mode;
    struct rf_str mode_text; /* "u+s": when it is not a number */
    const struct rf_image_copy *copy;
    uint32_t order;
    struct rf_from from;
};

struct rf_image_copy {
    const struct rf_image_copy *prev;
    bool is_add;
    struct rf_image_text *sources; /* URLs and heredocs included */
    uint32_t source_count;
    struct rf_image_text destination; /* absolute; its slash at the end is kept */
    const struct rf_image_stage *from_stage;
    struct rf_image_text from_image; /* --from=IMAGE, that is no stage */
    struct rf_image_text chown;
    struct rf_image_text chmod;
    uint32_t order;
    struct rf_from from;
};

/* What is known of a path in the image of a stage. */
struct rf_image_path_state {
    enum rf_image_answer is_there;
    struct rf_image_owner owner; /* has_uid and has_gid: known */
    bool has_mode;
    uint32_t mode;
    const struct rf_image_path *made_by;  /* NULL: not in this file */
    const struct rf_image_path *owned_by; /* the chown, or NULL */
    const struct rf_image_path *mode_by;
};

/* --- software --- */

enum rf_image_manager {
    RF_IMAGE_APT,
    RF_IMAGE_APK,
    RF_IMAGE_DNF, /* yum, microdnf, tdnf, zypper */
    RF_IMAGE_PIP, /* uv, pipx, poetry add */
    RF_IMAGE_NPM, /* -g; yarn global, pnpm -g */
    RF_IMAGE_CONDA,
    RF_IMAGE_GEM
};

struct rf_image_package {
    const struct rf_image_package *prev;
    enum rf_image_manager manager;
    struct rf_str name;    /* without version; of -r FILE: the file */
    struct rf_str version; /* "=1.2", "==1.2", "@3"; empty when it is not pinned */
    bool is_file;          /* a list of packages that stands elsewhere */
    bool is_gone;          /* removed here */
    bool is_conditional;
    uint32_t order;
    struct rf_from from;
};

/* One command, whoever starts it: wrappers (sudo, env, exec, sh -c, su -c) are taken off. */
struct rf_image_command {
    const struct rf_image_command *prev;
    enum rf_df_kind instruction; /* RUN, CMD, ENTRYPOINT or HEALTHCHECK */
    const struct rf_sh_word *words;
    uint32_t word_count;
    enum rf_sh_join join;
    bool is_conditional;
    bool is_substituted;   /* in $( ): what it prints becomes a word of the next that is not */
    bool has_substitution; /* of those right before it, in its words */
    bool has_sudo;
    bool is_first;                     /* of its instruction */
    struct rf_str user;                /* sudo -u, su: as whom; "" the stage's user */
    const struct rf_sh_command *shell; /* its redirections; NULL in exec form */
    uint32_t order;
    struct rf_from from;
};

/* --- configuration --- */

struct rf_image_port {
    const struct rf_image_port *prev;
    struct rf_image_text text;
    uint32_t first; /* 0 when it is not known */
    uint32_t last;
    bool is_udp;
};

enum rf_image_health_kind { RF_IMAGE_HEALTH_NONE, RF_IMAGE_HEALTH_CMD };

/* Unset numbers: docker's defaults, 30 s, 30 s, 0 s, 5 s and 3. */
struct rf_image_health {
    enum rf_image_health_kind kind;
    struct rf_image_list command;
    struct rf_image_number interval_ms;
    struct rf_image_number timeout_ms;
    struct rf_image_number start_period_ms;
    struct rf_image_number start_interval_ms;
    struct rf_image_number retries;
    struct rf_from from;
};

enum rf_image_root {
    RF_IMAGE_ROOT_NO,
    RF_IMAGE_ROOT_YES,
    RF_IMAGE_ROOT_BASE,   /* no USER: the base image decides, and is not known; docker's default is root */
    RF_IMAGE_ROOT_UNKNOWN /* a variable, or a name that the base image maps to a number */
};

/* Who the image runs as. */
struct rf_image_user {
    struct rf_from from;   /* of the last USER; RF_UNSET without one */
    struct rf_str written; /* with its quotes and variables */
    struct rf_str text;    /* without; "" without a USER, unless the base image has one */
    struct rf_image_owner owner;
    enum rf_image_root root;
    bool is_base;                           /* from the base image */
    bool is_refused;                        /* docker will not start it: no such number */
    const struct rf_image_account *account; /* the passwd entry, or NULL */
    struct rf_image_text home;              /* what HOME will be */
};

/* --- stages --- */

enum rf_image_family {
    RF_IMAGE_FAMILY_UNKNOWN,
    RF_IMAGE_DEBIAN,
    RF_IMAGE_ALPINE,
    RF_IMAGE_RPM,
    RF_IMAGE_OTHER
};

/* What somebody knows of a base image. Text is terminated; NULL means not known, "" nothing. */
struct rf_image_base {
    enum rf_image_family family;
    const char *user;       /* "" is root */
    const char *workdir;    /* "" is / */
    const char *passwd;     /* lines of /etc/passwd, as far as they matter */
    bool is_passwd_whole;   /* there are no others */
    const char *has;        /* programs, with a blank between */
    const char *lacks;      /* programs that are surely not there; "*": all that are not in `has` */
    const char *const *env; /* "NAME=VALUE", ended by NULL; NULL: not known */
};

struct rf_image_stage {
    uint32_t index;
    struct rf_str name; /* "" without AS */
    struct rf_from from;
    struct rf_image_text base; /* the image or stage, with its variables put in */
    struct rf_image_text platform;
    const struct rf_image_stage *parent; /* base is a stage of this file */
    const struct rf_image_base *known;   /* base is an image of which something is known */
    bool is_scratch;                     /* from scratch, perhaps over other stages */
    enum rf_image_family family;

    const struct rf_image_var *vars;
    const struct rf_image_account *accounts;
    const struct rf_image_path *paths;
    const struct rf_image_copy *copies;
    const struct rf_image_package *packages;
    const struct rf_image_command *commands; /* RUN, and those of CMD, ENTRYPOINT and HEALTHCHECK in order */
    const struct rf_image_port *ports;

    struct rf_image_user user;
    struct rf_image_text workdir;
    struct rf_image_list shell; /* unset: /bin/sh -c */
    struct rf_image_list entrypoint;
    struct rf_image_list command;
    struct rf_image_text stop_signal;
    struct rf_image_health health;
    bool has_unread_run; /* some RUN was not understood: effects may be missing */

    uint64_t *lineage;          /* private: itself and the stages it is made from, as bits */
    uint32_t first_instruction; /* private: behind FROM */
    uint32_t end_instruction;
};

/* Something that was not understood, or that a builder refuses; it is no finding about security. What is
   refused is left out, and the rest of the file evaluated all the same. */
struct rf_image_problem {
    struct rf_from from;
    const char *text; /* one sentence, without a place */
    bool is_refusal;  /* no builder takes the file */
};

struct rf_image {
    struct rf_df df;
    const char *file;
    struct rf_image_stage *stages;
    uint32_t stage_count;
    const struct rf_image_stage *target; /* NULL when options.target names none */
    bool is_template; /* {{ }} or {% %} where an instruction or an image should be: nothing here can be
                         trusted */
    struct rf_image_problem *problems;
    uint32_t problem_count;
    struct rf_image_names *names; /* private */
};

/* A build argument that the caller gives (--build-arg, Compose's build.args). */
struct rf_image_arg {
    struct rf_str name;
    struct rf_str value;
    enum rf_known known; /* RF_KNOWN, or RF_UNKNOWABLE when its own value has unresolved variables */
};

struct rf_image_options {
    const char *file;     /* for rf_from; NULL: none */
    struct rf_str target; /* a stage's name or number; empty: the last */
    const struct rf_image_arg *args;
    size_t arg_count;
    /* What is known of an image, asked before the table inside; NULL or returning NULL: nothing. */
    const struct rf_image_base *(*find_base)(void *data, struct rf_str reference);
    void *data;
};

/* Read and evaluate a Dockerfile. `bytes`, `options` and `arena` must outlive the image. Errors are those of
   rf_df_parse(), and -E2BIG beyond the limits above (both with "LINE:COLUMN: "), and -ENOMEM; what
   rf_df_check() would refuse is a problem. Instructions in front of the first FROM, but ARG, get a stage of
   their own on a base that is not known, so that a part of a Dockerfile can be judged. */
int rf_image_read(struct rf_str bytes, const struct rf_image_options *options, struct rf_arena *arena,
                  struct rf_image *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* --- questions --- */

/* By name, in any case, or by number. */
const struct rf_image_stage *rf_image_find_stage(const struct rf_image *image, struct rf_str name) RF_NONNULL;

/* The variable that the stage's image has, or NULL. */
const struct rf_image_var *rf_image_find_env(const struct rf_image *image, const struct rf_image_stage *stage,
                                             struct rf_str name) RF_NONNULL;

/* The passwd entry of a name, or of a number when `name` is empty; NULL when this file and what is known of
   the base image have none. */
const struct rf_image_account *rf_image_find_user(const struct rf_image_stage *stage, struct rf_str name,
                                                  uint32_t uid) RF_NONNULL;

/* What the image has at an absolute, clean path. */
void rf_image_find_path(const struct rf_image_stage *stage, struct rf_str path,
                        struct rf_image_path_state *ret) RF_NONNULL;

/* Whether a program ("curl") is in the image. */
enum rf_image_answer rf_image_has_program(const struct rf_image_stage *stage, struct rf_str name) RF_NONNULL;

#endif
