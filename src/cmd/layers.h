#ifndef RF_CMD_LAYERS_H
#define RF_CMD_LAYERS_H

#include "base/buf.h"
#include "plan/build.h"

/* What a plan amounts to: which layers of the ring are on, and which places the workload finds. Both are read
   off the plan's steps, not off the wishes, so that what is printed is what is run. */

/* A plan with what it was made from. */
struct rf_made {
    const struct rf_posture *posture;
    const struct rf_facts *facts;
    const struct rf_plan *plan;
    struct rf_arena *arena;
    bool is_failed; /* some text did not fit into the arena */
};

enum rf_layer_state {
    RF_LAYER_ON,
    RF_LAYER_OFF,        /* nobody asked for it, or somebody asked to leave it out */
    RF_LAYER_UNAVAILABLE /* asked for, and this system has it not: `why` says what stands in its place */
};

struct rf_layer_row {
    const char *name; /* stable: it is in the JSON too */
    enum rf_layer_state state;
    const char *value; /* what holds, "64 processes"; "" for nothing to say */
    const char *why;   /* how it is had, or why it is not; "" for nothing to say */
    enum rf_key key;
};

struct rf_place_row {
    const char *path;
    const char *kind; /* "root", "overlay", "scratch", "tmpfs", "volume" */
    const char *src;  /* on the host; "" for memory */
    bool is_writable; /* by whoever has the permission */
    bool is_exec;
    bool is_idmapped;
    uint64_t size_bytes; /* of what lies in memory, else 0 */
    uint64_t inodes;
    const struct rf_step *step;
};

enum { RF_LAYER_ROWS = 40, RF_PLACE_ROWS = 320 };

/* Both write at most so many rows as said above, and return how many. */
size_t rf_layers(struct rf_made *made, struct rf_layer_row ret[RF_LAYER_ROWS]) RF_NONNULL;
size_t rf_places(const struct rf_made *made, struct rf_place_row ret[RF_PLACE_ROWS]) RF_NONNULL;

/* "on", "off", "unavailable" */
const char *rf_layer_state_name(enum rf_layer_state state);

/* The last step of a kind, or NULL. */
const struct rf_step *rf_made_step(const struct rf_made *made, enum rf_step_kind kind) RF_NONNULL;

/* Where the demand for a step came from; never NULL. `known` is RF_UNSET for a default. */
const struct rf_from *rf_made_from(const struct rf_made *made, const struct rf_step *step) RF_NONNULL;

/* "always", "default", "flag", "ringfence.yaml:12" */
const char *rf_made_origin(struct rf_made *made, enum rf_key key, const struct rf_from *from) RF_NONNULL;

/* Formatted text, never NULL: "" with is_failed set when memory is short. */
const char *rf_made_printf(struct rf_made *made, const char *fmt, ...) RF_NONNULL RF_PRINTF(2, 3);

#endif
