#ifndef RF_MANIFEST_DOCKER_RUN_H
#define RF_MANIFEST_DOCKER_RUN_H

#include "manifest/subject.h"

/* `docker run` and `podman run` (and create) in a shell script: each becomes a subject, as if its options
   were a service of Compose. Variables that the script does not set are unknowable. Options that say nothing
   about least privilege are passed over.

   Errors begin with "FILE:LINE:COLUMN: ". `file` and `text` must outlive the manifest. */
int rf_docker_run_read(const char *file, struct rf_str text, struct rf_arena *arena, struct rf_manifest *ret,
                       struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
