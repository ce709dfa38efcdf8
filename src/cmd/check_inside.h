#ifndef RF_CMD_CHECK_INSIDE_H
#define RF_CMD_CHECK_INSIDE_H

#include "cmd/check.h"

/* Inside the confined child of check. */

/* A name of an image that a project builds, and by what. */
struct rf_built {
    const struct rf_built *prev;
    struct rf_str image; /* without its tag */
    struct rf_str dockerfile;
    struct rf_str target;
};

struct rf_judge {
    const struct rf_check *check;
    uint32_t *slots;        /* inputs by path: index + 1, or 0 */
    uint32_t slot_count;    /* a power of 2 */
    struct rf_arena *arena; /* of the file at hand */
    struct rf_arena *keep;  /* of the batch */
    struct rf_buf *out;
    const struct rf_built *built; /* newest first, in `keep` */
    uint32_t input;
    /* The stage that was read last for the file at hand: services are often built alike. */
    const struct rf_input *stage_input;
    struct rf_str stage_target;
    const struct rf_image *stage_image;
    struct rf_err *err;
};

/* A finding; of the reader's own, at `from`; of a message "LINE:COLUMN: sentence", also with "FILE:" before.
 */
void rf_judge_put(struct rf_judge *judge, const struct rf_finding *finding, const char *subject) RF_NONNULL;
void rf_judge_parse(struct rf_judge *judge, const char *id, const struct rf_from *from,
                    const char *text) RF_NONNULL;
void rf_judge_error(struct rf_judge *judge, const char *message) RF_NONNULL;

/* Look at a subject with all rules. */
int rf_judge_look(struct rf_judge *judge, struct rf_look *look) RF_NONNULL RF_CHECK;

/* The index of the input with that clean path; check->count: there is none. */
uint32_t rf_judge_find(const struct rf_judge *judge, struct rf_str path) RF_NONNULL;

/* The file with that clean path, or NULL: then it is asked for, and the input at hand judged again with it.
 */
const struct rf_input *rf_judge_file(struct rf_judge *judge, struct rf_str path) RF_NONNULL;

/* Compose files. */
int rf_judge_compose(struct rf_judge *judge, const struct rf_input *input) RF_NONNULL RF_CHECK;
bool rf_judge_is_compose(const struct rf_input *input) RF_NONNULL;

/* A script in which containers are started; a bundle's config.json. */
int rf_judge_script(struct rf_judge *judge, const struct rf_input *input) RF_NONNULL RF_CHECK;
int rf_judge_bundle(struct rf_judge *judge, const struct rf_input *input) RF_NONNULL RF_CHECK;

/* The stage that builds a workload's image, where it is built here: look->stage and look->image. */
int rf_judge_join(struct rf_judge *judge, struct rf_look *look) RF_NONNULL RF_CHECK;

#endif
