#ifndef RF_MANIFEST_STAGE_H
#define RF_MANIFEST_STAGE_H

#include "manifest/dockerfile.h"
#include "manifest/subject.h"

/* A stage of a Dockerfile as a subject of kind RF_SUBJECT_STAGE: who its image runs as, its variables,
   program, ports and health check, with their places. What only the evaluation knows (paths, packages,
   commands) stays with ret->stage. The image must outlive the subject. -ENOMEM when the arena is full. */
int rf_subject_of_stage(const struct rf_image_stage *stage, struct rf_arena *arena, struct rf_subject *ret,
                        struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
