#ifndef RF_ENGINE_MEMORY_FILE_H
#define RF_ENGINE_MEMORY_FILE_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/* Files without a name, in memory (memfd_create(2)): what goes from one ring to the next. They vanish with
   the last descriptor, however the job ends. */

/* A new one, close-on-exec, not executable where the kernel can say so (6.3). */
int rf_memory_file_new(const char *name, int *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Nobody can change it any more. Fails when somebody holds it mapped for writing, or sealed it against
 * sealing. */
int rf_memory_file_seal(int fd, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Copy a descriptor's rest (file, pipe, terminal) into a new, sealed one: `what` is for errors ("standard
   input"). -EFBIG beyond `limit_bytes`. */
int rf_memory_file_copy(int from, const char *what, uint64_t limit_bytes, int *ret,
                        struct rf_err *err) RF_NONNULL RF_CHECK;

/* A new, sealed one that holds `bytes`. */
int rf_memory_file_of(struct rf_str bytes, int *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Its bytes, mapped for reading; rf_memory_file_unmap() gives them back. An empty file has a NULL pointer. */
int rf_memory_file_map(int fd, struct rf_str *ret, struct rf_err *err) RF_NONNULL RF_CHECK;
void rf_memory_file_unmap(struct rf_str bytes);

#endif
