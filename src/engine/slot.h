#ifndef RF_ENGINE_SLOT_H
#define RF_ENGINE_SLOT_H

#include "engine/engine.h"

/* Inside the engine module: what its files share. First slots in the items of a command, "{psm}". */
struct rf_slot_place {
    enum rf_engine_slot slot; /* RF_SLOT_MAX: there is none any more */
    size_t start;             /* of the opening brace */
    size_t end;               /* behind the closing one */
};

/* The first slot of `item` at or behind byte `at`. A brace that belongs to none is refused. */
int rf_slot_find(struct rf_str item, size_t at, struct rf_slot_place *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* "psm" */
const char *rf_slot_name(enum rf_engine_slot slot);

/* The mount in which `path` lies, or NULL when the empty root itself holds it. */
const struct rf_mount *rf_engine_mount(const struct rf_posture *posture, const char *path) RF_NONNULL;

#endif
