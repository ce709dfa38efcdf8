#ifndef RF_RULES_IMAGE_ASK_H
#define RF_RULES_IMAGE_ASK_H

#include "rules/rule.h"

/* What the families about images, homes and caches ask: small questions on text, on the commands of a stage,
   and on who may write where. */

/* A file may have 65536 effects. Rules that compare each with all others stop after this many: no file that
   somebody wrote has as many, and a made one must not take minutes. */
enum { RF_ASK_EFFECTS = 1024 };

/* --- text --- */

bool rf_ask_same(struct rf_str a, struct rf_str b);
/* With letters of any case. */
bool rf_ask_is(struct rf_str text, const char *word) RF_NONNULL;
bool rf_ask_ends(struct rf_str text, const char *tail) RF_NONNULL;
bool rf_ask_has(struct rf_str text, const char *part) RF_NONNULL;
/* One of the words with a blank between. */
bool rf_ask_is_one_of(struct rf_str text, const char *words) RF_NONNULL;
/* Digits only; *ret is their value, at most UINT32_MAX. */
bool rf_ask_number(struct rf_str text, uint32_t *ret) RF_NONNULL;
/* Behind the last slash. */
struct rf_str rf_ask_base_name(struct rf_str path);
/* "1", "true", "yes", "on" in any case. */
bool rf_ask_is_on(struct rf_str text);

/* --- stages --- */

/* The look is at what is shipped: the target stage, or a workload. The other stages of a file only matter
   for how an image is made. */
bool rf_ask_is_shipped(const struct rf_look *look) RF_NONNULL;

/* Whether the command, path, package or copy is of the stage itself, not of one that it is made from. */
bool rf_ask_is_own(const struct rf_look *look, const struct rf_from *from) RF_NONNULL;

/* The name of the program, without its path; empty for assignments alone. */
struct rf_str rf_ask_program(const struct rf_image_command *command) RF_NONNULL;

/* The word is there, from the second on. */
bool rf_ask_has_word(const struct rf_image_command *command, const char *word) RF_NONNULL;

/* A package of that name, in any case, is in the image in the end. The names have a blank between. */
const struct rf_image_package *rf_ask_package(const struct rf_image_stage *stage,
                                              const char *names) RF_NONNULL;

/* Whether everything that the base image has in /etc/passwd is known. */
bool rf_ask_knows_passwd(const struct rf_image_stage *stage) RF_NONNULL;

/* The USER that holds for a command of RUN, with its variables as they are written, or as whom sudo runs it;
   "" where nothing says it. */
struct rf_str rf_ask_user_at(const struct rf_look *look, const struct rf_image_command *command) RF_NONNULL;

/* "", "root", "0" and those with a group. */
bool rf_ask_is_root_name(struct rf_str user);

/* The name of an image without tag, digest and what docker adds ("docker.io/library/"). */
struct rf_str rf_ask_repository(struct rf_str image);

/* --- who may write --- */

enum rf_image_answer rf_ask_can_write(const struct rf_look *look, const struct rf_look_user *user,
                                      struct rf_str path, struct rf_image_path_state *ret) RF_NONNULL;

/* Where `~` leads for the user: HOME of the workload, of the image, of the passwd entry, else "/". */
struct rf_ask_home {
    struct rf_str path;
    struct rf_from from; /* known: it is certain */
    const struct rf_image_account *account;
    bool is_set; /* by an environment variable */
};
void rf_ask_home(struct rf_look *look, const struct rf_look_user *user, struct rf_ask_home *ret) RF_NONNULL;

#endif
