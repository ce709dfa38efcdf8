#ifndef RF_ENGINE_RING_H
#define RF_ENGINE_RING_H

#include "base/err.h"
#include "base/str.h"
#include "posture/posture.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* How a job gets its rings. The engine module decides what is to run and may not change a process; whoever
   embeds it (the verb `batch`, later `serve`) brings the functions that do. */

/* One program of a job, in a ring of its own. */
struct rf_ring_wish {
    const char *what;                 /* "tesseract, page 3": for errors and the report */
    const struct rf_posture *posture; /* with the command */
    int input;                        /* descriptor: its standard input, or -1 for none */
    int output;                       /* its standard output */
    int errors;                       /* its standard error; never shown raw */
};

/* What became of it. */
struct rf_ring_end {
    int exit_code; /* as struct rf_outcome has it: 125 is a ring that could not be had */
    bool was_timed_out;
    bool was_oom_killed;
    uint64_t cpu_us;   /* of everything in the ring */
    struct rf_err err; /* the sentence of a ring that could not be had, or code 0 */
};

struct rf_buf;

/* As sandbox/confine.h has it. */
typedef int rf_confined_fn(struct rf_str bytes, const void *how, void *ret, struct rf_buf *text,
                           struct rf_err *err);

struct rf_ring_ops {
    void *context;
    /* Start it. *ret is a handle for wait. The wish's text, posture and descriptors need not outlive the
     * call. */
    int (*start)(void *context, const struct rf_ring_wish *wish, int *ret, struct rf_err *err);
    /* Wait until any started ring has ended, or until `timeout_ms` (-1: for ever) has passed: -EAGAIN. -EINTR
       means that the job is to end: everything that runs has been ended. */
    int (*wait)(void *context, int timeout_ms, int *ret, struct rf_ring_end *ret_end, struct rf_err *err);
    /* End everything that runs, and wait for it. */
    void (*stop)(void *context);
    /* Call a pure function on hostile bytes where it can harm nobody (sandbox/confine.h): `doing` begins the
       sentence of what goes wrong, and *ret (ret_size bytes) may have been made up by whoever took the
       function over. */
    int (*confine)(void *context, const char *doing, rf_confined_fn *fn, struct rf_str bytes, void *ret,
                   size_t ret_size, struct rf_err *err);
};

#endif
