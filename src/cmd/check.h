#ifndef RF_CMD_CHECK_H
#define RF_CMD_CHECK_H

#include "cmd/program.h"
#include "manifest/live.h"
#include "report/findings.h"
#include "rules/pss.h"

/* `ringfence check`: which files there are (check_walk), what they say and what is wrong with it
   (check_judge, in a confined child), and how it is told (report/findings). */

enum {
    RF_CHECK_FILES = 200000,               /* in all */
    RF_CHECK_FILE_BYTES = 8 * 1024 * 1024, /* one file; RF_YAML_BYTES */
    RF_CHECK_DEPTH = 64,                   /* folders inside each other */
    RF_CHECK_WANTED = 4096                 /* files that other files name */
};

enum rf_input_kind {
    RF_INPUT_UNKNOWN, /* neither */
    RF_INPUT_DOCKERFILE,
    RF_INPUT_COMPOSE,
    RF_INPUT_MANIFEST, /* of Kubernetes */
    RF_INPUT_YAML,     /* one of the two above: its content decides */
    RF_INPUT_PROCESS   /* a running workload: `live` */
};

/* A file, or a file to be read. */
struct rf_input {
    const char *path; /* as shown: what the user gave, and the way from there; without "./" */
    struct rf_str text;
    const struct rf_live_parts *live;
    enum rf_input_kind kind;
    bool is_named;   /* by the user: it must be something that can be judged */
    bool is_judged;  /* false: another file names it */
    bool is_missing; /* another file names it, and it cannot be had */
    uint32_t root;   /* index in inputs->roots: nothing outside is read on its account */
};

struct rf_inputs {
    struct rf_arena *arena; /* names */
    const char **roots;
    size_t root_count;
    struct rf_str *ignores; /* .ringfence-ignore of each root */
    struct rf_input *items;
    size_t count;
    size_t room;
    size_t unseen; /* running processes that the caller may not look at */
};

/* Another file; NULL when memory or RF_CHECK_FILES is at its end, with the error told. */
struct rf_input *rf_inputs_add(struct rf_inputs *inputs, const char *path, enum rf_input_kind kind,
                               struct rf_err *err) RF_NONNULL;

/* What a file of that name is taken for; RF_INPUT_UNKNOWN: for nothing. */
enum rf_input_kind rf_input_kind_of(const char *name) RF_NONNULL;

/* Add a file, or what lies below a folder: files called like Dockerfiles, and YAML and JSON files; not what
   .gitignore files or `excludes` (patterns of the same kind) leave out, nor .git, and no links. */
int rf_check_walk(const char *path, const char *const *excludes, size_t exclude_count,
                  struct rf_inputs *inputs, struct rf_err *err) __attribute__((nonnull(1, 4, 5))) RF_CHECK;

/* Add the first process of every container that runs, and those that entered one. The engine that answers at
   `socket_path`, or where docker and podman do (NULL), tells their names. */
int rf_check_live(const char *socket_path, struct rf_inputs *inputs, struct rf_err *err)
    __attribute__((nonnull(2, 3))) RF_CHECK;

/* A pattern of a .gitignore file against a path below the folder of that file. */
bool rf_ignore_matches(const char *pattern, const char *path, bool is_folder) RF_NONNULL;

/* Accepted findings. Read the lists of all roots; and set found->is_suppressed when a comment in the file, or
   the list of its root, names the rule and gives a reason that has not run out. */
int rf_check_read_ignore(struct rf_inputs *inputs, struct rf_err *err) RF_NONNULL RF_CHECK;
void rf_check_ignore(const struct rf_inputs *inputs, const struct rf_input *input, struct rf_found *found,
                     struct rf_arena *arena) RF_NONNULL;

struct rf_check {
    const struct rf_input *inputs; /* of this batch, and those that they name */
    bool is_last;                  /* no file is asked for any more */
    size_t count;
    const struct rf_inputs *all;
    bool has_pss;
    struct rf_pss_policy pss;
    const char *guide;    /* only rules with this in their references; NULL: all */
    struct rf_str target; /* --target of Dockerfiles; empty: the last stage */
};

/* A file that an input names. What is found in that input does not count until it was judged again with it.
 */
struct rf_wanted {
    const char *path;
    uint32_t by;
};

/* Judge a batch in a confined child. Findings are appended to `ret`; files that the batch names and has not
   are put into `wanted` (at most RF_CHECK_WANTED; text in ret->arena). */
int rf_check_judge(const struct rf_check *check, struct rf_arena *arena, struct rf_findings *ret,
                   struct rf_wanted *wanted, size_t *wanted_count, struct rf_err *err) RF_NONNULL RF_CHECK;

int rf_check_verb(const struct rf_call *call, struct rf_err *err) RF_NONNULL;
int rf_rules_verb(const struct rf_call *call, struct rf_err *err) RF_NONNULL;

#endif
