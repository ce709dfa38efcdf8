#ifndef RF_MANIFEST_IMAGE_H
#define RF_MANIFEST_IMAGE_H

#include "manifest/dockerfile.h"
#include "text/shell_words.h"

/* Inside the evaluation of Dockerfiles. */

struct rf_image_builder {
    struct rf_image *image;
    const struct rf_image_options *options;
    struct rf_arena *arena;
    struct rf_err *err;
    struct rf_image_stage *stage; /* NULL in front of the first FROM */
    const struct rf_df_instruction *instruction;
    const struct rf_df_instruction *holder; /* the ONBUILD around it, or itself: it has the heredocs */
    struct rf_words words;
    struct rf_sh_scratch scratch;
    uint32_t order;
    uint32_t account_count;
    struct rf_df_span forced; /* the place of all facts, when forced.line is not 0: what FROM triggers */
};

/* --- image.c --- */

struct rf_from rf_image_from(const struct rf_image_builder *builder, struct rf_df_span span,
                             enum rf_known known) RF_NONNULL;

int rf_image_no_memory(struct rf_image_builder *builder) RF_NONNULL;

/* Room for an entry of a list, numbered; NULL with the error told. */
void *rf_image_new(struct rf_image_builder *builder, size_t size_bytes, uint32_t *ret_order,
                   int *ret_code) RF_NONNULL;

int rf_image_add_problem(struct rf_image_builder *builder, struct rf_df_span span, const char *fmt,
                         ...) RF_NONNULL RF_PRINTF(3, 4);

/* --- image_env.c --- */

int rf_image_init_names(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;

/* Put the variables into a word and take its quotes off. What cannot be expanded stays as it is, unknowable,
   and is told as a problem. */
int rf_image_expand(struct rf_image_builder *builder, struct rf_str text, struct rf_df_span span,
                    struct rf_image_text *ret) RF_NONNULL RF_CHECK;

/* For the reader of scripts: a variable while RUN runs. `data` is the builder. */
enum rf_var rf_image_find_var(void *data, struct rf_str name, struct rf_str *ret_value);

int rf_image_arg(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;
int rf_image_env(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;

/* The variables that are known of a base image. */
int rf_image_base_env(struct rf_image_builder *builder, const struct rf_image_base *base,
                      struct rf_df_span span) RF_NONNULL RF_CHECK;

/* --- image_config.c --- */

int rf_image_config(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;

/* --- image_copy.c --- */

int rf_image_copy(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;
int rf_image_workdir(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;
int rf_image_volume(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;

/* --- image_paths.c --- */

/* `path` below `base` (when it is relative), absolute and clean. NULL text when the arena is full. */
struct rf_str rf_image_clean_path(struct rf_arena *arena, struct rf_str base, struct rf_str path) RF_NONNULL;

/* Whether `path` is `top` or lies below it. */
bool rf_image_is_below(struct rf_str path, struct rf_str top);

/* The last part of a path; empty for one that ends in a slash. */
struct rf_str rf_image_base_name(struct rf_str path);

/* An entry for `path`; fill the rest of what is returned. NULL with the error told. */
struct rf_image_path *rf_image_add_path(struct rf_image_builder *builder, enum rf_image_path_kind kind,
                                        struct rf_str path, bool is_known, struct rf_from from,
                                        int *ret_code) RF_NONNULL;

/* --- image_bases.c --- */

/* What is known of a well-known image, or NULL. */
const struct rf_image_base *rf_image_find_base(struct rf_str reference);

/* --- image_accounts.c --- */

/* Take an /etc/passwd line; false when it is none. */
int rf_image_add_passwd_line(struct rf_image_builder *builder, struct rf_str line, bool is_base,
                             struct rf_from from) RF_NONNULL RF_CHECK;
int rf_image_add_group_line(struct rf_image_builder *builder, struct rf_str line,
                            struct rf_from from) RF_NONNULL RF_CHECK;

/* Numbers as docker reads them (strconv.Atoi): a sign and zeros in front are allowed. False for a name, and
   beyond 2^31 - 1. */
bool rf_image_read_id(struct rf_str text, int64_t *ret) RF_NONNULL;

/* USER:GROUP, with the names that the stage has so far. */
struct rf_image_owner rf_image_read_owner(const struct rf_image_stage *stage, struct rf_str text) RF_NONNULL;

/* --- image_user.c --- */

/* Who the stage's image runs as, and with which HOME, when its last instruction was read. */
int rf_image_settle_user(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;

/* Whose files are that RUN makes now. */
struct rf_image_owner rf_image_current_owner(const struct rf_image_builder *builder) RF_NONNULL;

/* --- image_run.c --- */

int rf_image_run(struct rf_image_builder *builder) RF_NONNULL RF_CHECK;

/* The commands of CMD, ENTRYPOINT or HEALTHCHECK, that have no effect on the image. `first` is the index of
   the command's first word. */
int rf_image_note_commands(struct rf_image_builder *builder, uint32_t first) RF_NONNULL RF_CHECK;

/* --- commands --- */

/* One simple command of RUN at work. */
struct rf_image_act {
    const struct rf_sh_word *words; /* words[0] is the program; none for redirections alone */
    uint32_t count;
    const struct rf_sh_command *shell; /* NULL in exec form */
    struct rf_from from;
    struct rf_str directory; /* where it runs */
    bool is_directory_known;
    bool is_conditional;
    bool has_sudo;
    struct rf_str user;
    struct rf_image_owner owner; /* whose files are that it makes */
};

typedef int rf_image_effect(struct rf_image_builder *builder, const struct rf_image_act *act);

rf_image_effect rf_image_do_account; /* useradd, adduser, groupadd, usermod ... */
rf_image_effect
    rf_image_do_path; /* mkdir, install, touch, chown, chmod, ln, rm, cp, mv, setcap, curl -o ... */
rf_image_effect rf_image_do_package;  /* apt-get, apk, dnf, pip, npm ... */
rf_image_effect rf_image_do_redirect; /* > FILE, and what echo and cat write into passwd */

/* Whether the program is one of those that the function knows. */
bool rf_image_is_account_program(struct rf_str name);
bool rf_image_is_path_program(struct rf_str name);
bool rf_image_is_package_program(struct rf_str name);

/* --- image_unwrap.c --- */

/* What a command starts in the end: the wrappers are taken off `act`. *ret_script is set to the word of `sh
   -c` when that is what remains. */
void rf_image_unwrap(struct rf_image_builder *builder, struct rf_image_act *act,
                     const struct rf_sh_word **ret_script) RF_NONNULL;

/* sh, bash, dash ...: what reads our kind of script. */
bool rf_image_is_shell(struct rf_str name);

/* --- image_words.c: options --- */

struct rf_image_option {
    const char *names; /* "u uid": letters and long names, with a blank between */
    char id;
    bool has_value;
};

/* The words of a command, option by option. */
struct rf_image_getopt {
    const struct rf_sh_word *words;
    uint32_t count;
    uint32_t at;
    uint32_t letter; /* inside a cluster, -abc */
    bool is_past;    /* behind -- */
    const struct rf_image_option *options;
    size_t option_count;
};

/* The next option: its id, and its value; '?' for one that is not in the table; '\0' for an operand, which is
 *then ret_word; -1 at the end. */
int rf_image_next_option(struct rf_image_getopt *opt, struct rf_sh_word *ret_word) RF_NONNULL;

#endif
