#ifndef RF_SANDBOX_CONFINE_H
#define RF_SANDBOX_CONFINE_H

#include "base/buf.h"
#include "base/err.h"
#include "base/str.h"

#include <stddef.h>
#include <stdint.h>

/* Looking at hostile bytes in a process that can do nothing but compute. A parser that is taken over there
   has no file, no network, no other process and no descriptor to reach: all it can do is lie about what it
   saw.

   The child may use memory, the clock and random numbers. It is killed for every other system call, for
   memory that is to be executed, and when its time is up. Landlock guards files, signals and sockets beside
   the filter where the kernel has it (5.13); where it has none the filter alone does, which lets no path,
   socket or process be named at all. Everything else must be had, or there is no call: Linux 5.9 has it.

   The child begins with a copy of the caller's memory, as fork(2) gives it: it can read all of that, and what
   the caller has mapped shared and may write, it can write, too. So a caller holds no secrets of others, and
   has mapped the bytes privately or for reading only. */

/* What runs in the child: a pure function of `bytes` and `how`, which are the caller's own memory as it was
   when the call began. It fills the zeroed *ret and, where text was asked for, appends to `text`; or it fails
   with a sentence. It may allocate and need not give back. What libraries open or start when they are first
   used (random seeds from a file, locales, threads) must have been used before.

   `text` has a fixed room: what does not fit fails the call. NULL when none was asked for. */
typedef int rf_confined_fn(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text,
                           struct rf_err *err);

struct rf_confine {
    const char *doing; /* how sentences about the call begin: "looking at the input" */
    rf_confined_fn *fn;
    struct rf_str bytes;
    const void *how;       /* what else the function wants to know, or NULL */
    uint64_t memory_bytes; /* that it may map beside what is mapped already */
    uint32_t cpu_ms;       /* of processor time; these two are not 0 */
    uint32_t time_ms;      /* on the wall, in which the machine may be busy with others */
    size_t text_bytes;     /* the room of the text; 0: no text */
};

/* Call what->fn in a confined child. The child's own failure is returned as it is: its code and its sentence,
   in which control characters are shown as \xNN. Else: -EPERM when it asked for more than it may, -ETIMEDOUT
   when it took too long, -EFAULT when it crashed, -EPROTO when it ended without a result, or why no child
   could be had.

   *ret (`ret_size` bytes) changes only on success, and `ret_text` (NULL without text) is appended to only
   then. Both come from a process that may belong to an attacker: every number, offset and enumerator in them
   may have any value and must be checked as if it had been read from a file. They are whole, and do not
   change any more.

   The calling process has one thread. No descriptor and no child is left, whatever happens. */
int rf_confine_call(const struct rf_confine *what, void *ret, size_t ret_size, struct rf_buf *ret_text,
                    struct rf_err *err) __attribute__((nonnull(1, 5))) RF_CHECK;

#endif
