#ifndef RF_MANIFEST_COMPOSE_PARTS_H
#define RF_MANIFEST_COMPOSE_PARTS_H

#include "manifest/compose.h"
#include "text/yaml.h"

/* Inside the manifest module: a Compose project on its way to subjects. Each file's YAML becomes a tree of
   nodes that know their place and have their variables filled in; trees are merged; tables of members read
   the services of the merged one, as for Kubernetes (manifest/kube.h). */

/* --- variables --- */

/* Variables, and where to look further. */
struct rf_compose_scope {
    const struct rf_fact_pair *pairs;
    size_t count;
    const struct rf_compose_scope *next;
};

/* A text with its variables filled in. Those that are not set are in it as they are written: `holes` are the
   parts of `text` that they take. */
struct rf_compose_text {
    struct rf_str text;
    struct rf_str *holes;
    uint32_t hole_count;
    bool is_default; /* a default of the text itself was taken */
};

/* So far, for all texts. */
struct rf_compose_spent {
    size_t lookups;
    size_t bytes;
};

struct rf_compose_words {
    struct rf_arena *arena;
    const struct rf_compose_scope *scope;
    struct rf_compose_spent *spent;
};

/* compose_interpolate.c: $v ${v} ${v:-w} ${v-w} ${v:?w} ${v?w} ${v:+w} ${v+w} and $$; `w` may hold further
   ones. -EINVAL for a `$` that begins none of them; the sentence has no place in front of it. */
int rf_compose_interpolate(struct rf_compose_words *words, struct rf_str source, struct rf_compose_text *ret,
                           struct rf_err *err) RF_NONNULL RF_CHECK;

/* compose_dotenv.c: NAME=VALUE lines as compose-go's dotenv package reads them, variables in the values
   included. Lines that are none of it are passed over. Places are in `file`. -EINVAL beyond
   RF_COMPOSE_ENV_LINES. */
int rf_compose_dotenv(struct rf_compose_words *words, const char *file, struct rf_str text,
                      struct rf_fact_pair **ret, size_t *ret_count, struct rf_err *err) RF_NONNULL RF_CHECK;

/* compose_split.c: a command line as mattn/go-shellwords cuts it: blanks, quotes, backslashes; it ends at the
   first ; & | < or > outside of quotes. -EINVAL for a quote that is not closed. */
int rf_compose_split(struct rf_arena *arena, struct rf_str line, struct rf_str **ret,
                     size_t *ret_count) RF_NONNULL RF_CHECK;

/* --- trees --- */

/* A file. */
struct rf_compose_source {
    const char *name;
    struct rf_str directory; /* what its paths are relative to; "" or with a slash behind */
    const struct rf_compose_scope *scope;
    struct rf_yaml yaml;
    size_t order; /* in which it was read */
};

enum rf_compose_tag { RF_COMPOSE_PLAIN, RF_COMPOSE_RESET, RF_COMPOSE_OVERRIDE };

struct rf_compose_pair;
struct rf_compose_node {
    enum rf_yaml_kind kind;
    enum rf_yaml_type type; /* of a scalar: as written */
    enum rf_compose_tag tag;
    bool is_plain; /* not quoted, and without variables: YAML decides what it is */
    bool is_default;
    uint32_t count;
    uint32_t hole_count;
    struct rf_str text;
    struct rf_str *holes;
    union {
        struct rf_compose_pair *pairs;
        struct rf_compose_node **items;
    };
    const struct rf_compose_source *source;
    struct rf_from from;
};

struct rf_compose_pair {
    struct rf_compose_node *key;
    struct rf_compose_node *value;
};

struct rf_compose {
    struct rf_arena *arena;
    const struct rf_compose_world *world;
    size_t files;   /* read so far */
    size_t sources; /* of those, Compose files */
    size_t nodes;   /* made so far */
    struct rf_compose_spent spent;
    size_t depth;      /* of what is being converted or merged */
    size_t includes;   /* files that include each other, now */
    bool is_extending; /* what is merged takes the place of what lies above, else of what lies below */
    const char *what;  /* the member that is being read, for sentences */
    struct rf_from unread;
    const struct rf_compose_node *networks; /* of the project, or NULL */
};

/* compose_tree.c */
int rf_compose_convert(struct rf_compose *compose, const struct rf_compose_source *source,
                       const struct rf_yaml_node *yaml, struct rf_compose_node **ret,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

/* A node like `model`, at its place, of `kind`, with room for `count`; NULL with `err` filled. */
struct rf_compose_node *rf_compose_node_new(struct rf_compose *compose, const struct rf_compose_node *model,
                                            enum rf_yaml_kind kind, size_t count,
                                            struct rf_err *err) RF_NONNULL RF_CHECK;

/* A scalar that is a part of another one. */
struct rf_compose_node *rf_compose_part(struct rf_compose *compose, const struct rf_compose_node *whole,
                                        struct rf_str text, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Fail: "FILE:L:C: " and the sentence; "FILE:L:C: MEMBER: want WANTED, not TYPE". */
int rf_compose_fail(const struct rf_from *from, struct rf_err *err, const char *fmt, ...) RF_NONNULL
    RF_PRINTF(3, 4) RF_COLD;
int rf_compose_refuse(const struct rf_compose *compose, const struct rf_compose_node *node,
                      const char *wanted, struct rf_err *err) RF_NONNULL RF_COLD;
int rf_compose_no_memory(struct rf_err *err) RF_NONNULL RF_COLD;

bool rf_compose_is_null(const struct rf_compose_node *node);
struct rf_compose_node *rf_compose_get(const struct rf_compose_node *node, const char *key);
struct rf_compose_node *rf_compose_find(const struct rf_compose_node *node, struct rf_str key);

/* Whether the part of the scalar's text holds a variable that is not set. */
bool rf_compose_has_hole(const struct rf_compose_node *node, struct rf_str part) RF_NONNULL;

/* Cut `text`, a part of the scalar's, at the first (last) `sep` that is no part of a variable: as
   rf_str_cut(). */
struct rf_str rf_compose_cut(const struct rf_compose_node *node, struct rf_str text, char sep,
                             struct rf_str *ret_head) RF_NONNULL;
struct rf_str rf_compose_cut_last(const struct rf_compose_node *node, struct rf_str text, char sep,
                                  struct rf_str *ret_head) RF_NONNULL;

/* compose_merge.c. A list of NAME=VALUE or of names as a map; a map is returned as it is. */
int rf_compose_as_map(struct rf_compose *compose, const struct rf_compose_node *node,
                      const struct rf_compose_node **ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Lay `over` on `base`, which stay as they are. Of a whole file, or of one service. */
int rf_compose_merge_files(struct rf_compose *compose, struct rf_compose_node *base,
                           struct rf_compose_node *over, struct rf_compose_node **ret,
                           struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_compose_merge_services(struct rf_compose *compose, struct rf_compose_node *base,
                              struct rf_compose_node *over, struct rf_compose_node **ret,
                              struct rf_err *err) RF_NONNULL RF_CHECK;

/* compose_load.c: files, with all that they extend and include, as one tree with the sections of a Compose
   file. */
int rf_compose_load(struct rf_compose *compose, const struct rf_compose_file *files, size_t count,
                    struct rf_compose_node **ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* One that is only extended from: what its services extend is not yet resolved. */
int rf_compose_load_extended(struct rf_compose *compose, const struct rf_compose_file *given,
                             const struct rf_compose_scope *scope, struct rf_compose_node **ret,
                             struct rf_err *err) RF_NONNULL RF_CHECK;

/* The path of a file that another one names: `path` as seen from `directory`. */
int rf_compose_join(struct rf_compose *compose, struct rf_str directory, struct rf_str path,
                    struct rf_str *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Read it. *ret_is_read is false when that cannot be done. */
int rf_compose_fetch(struct rf_compose *compose, struct rf_str path, const struct rf_from *from,
                     struct rf_compose_file *ret, bool *ret_is_read, struct rf_err *err) RF_NONNULL RF_CHECK;

/* compose_extends.c: what each service of `file`, a map of sections, extends is laid under it. */
int rf_compose_extend(struct rf_compose *compose, struct rf_compose_node *file,
                      struct rf_err *err) RF_NONNULL RF_CHECK;

/* --- members --- */

typedef int rf_compose_read_fn(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                               struct rf_err *err);

struct rf_compose_member {
    const char *name;
    rf_compose_read_fn *read;
    size_t offset;
};

/* compose_value.c: values, as manifest/kube.h has them. Whatever holds a variable that is not set is
   unknowable. */
int rf_compose_object(struct rf_compose *compose, const struct rf_compose_node *node,
                      const struct rf_compose_member *members, size_t count, void *ret,
                      struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_compose_items(struct rf_compose *compose, const struct rf_compose_node *node, size_t size_bytes,
                     rf_compose_read_fn *read, void *ret_items, size_t *ret_count,
                     struct rf_err *err) RF_NONNULL RF_CHECK;
struct rf_fact_text rf_compose_fact(const struct rf_compose_node *node, struct rf_str part) RF_NONNULL;
rf_compose_read_fn rf_compose_bool, rf_compose_int, rf_compose_text, rf_compose_list, rf_compose_words_of,
    rf_compose_bytes, rf_compose_milli, rf_compose_duration, rf_compose_mode;
int rf_compose_pairs(struct rf_compose *compose, const struct rf_compose_node *node,
                     struct rf_fact_pair **ret, size_t *ret_count, struct rf_err *err) RF_NONNULL RF_CHECK;

/* A number that stands in a part of a scalar: unset when there is no part. false: it is none. */
bool rf_compose_number(const struct rf_compose_node *node, struct rf_str part,
                       struct rf_fact_int *ret) RF_NONNULL RF_CHECK;

/* Bytes as docker writes them, "64m", "1.5gb"; rounded down. false: it is none, or too large. */
bool rf_compose_size(struct rf_str text, int64_t *ret) RF_NONNULL RF_CHECK;

/* Parts of a service: each fills a struct rf_subject. */
rf_compose_read_fn rf_compose_ports, rf_compose_expose, rf_compose_networks; /* compose_port.c */
rf_compose_read_fn rf_compose_devices, rf_compose_tmpfs, rf_compose_volumes; /* compose_mount.c */
rf_compose_read_fn rf_compose_secrets, rf_compose_configs, rf_compose_api_socket;
rf_compose_read_fn rf_compose_healthcheck, rf_compose_post_start, rf_compose_pre_stop; /* compose_health.c */
rf_compose_read_fn rf_compose_security_opt, rf_compose_user;                  /* compose_security.c */
rf_compose_read_fn rf_compose_deploy, rf_compose_ulimits, rf_compose_restart; /* compose_limits.c */
rf_compose_read_fn rf_compose_environment, rf_compose_env_files;              /* compose_env.c */

/* Join two arrays. */
int rf_compose_append(struct rf_compose *compose, void *items, size_t *count, size_t size_bytes,
                      const void *more, size_t more_count, struct rf_err *err)
    __attribute__((nonnull(1, 2, 3, 7))) RF_CHECK;

/* compose_service.c */
int rf_compose_service(struct rf_compose *compose, const struct rf_compose_pair *service,
                       struct rf_subject *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
