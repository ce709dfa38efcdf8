#ifndef RF_BASE_ERR_H
#define RF_BASE_ERR_H

#define RF_CHECK __attribute__((warn_unused_result))
#define RF_NONNULL __attribute__((nonnull))
#define RF_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
/* Called on the way out only: the compiler moves the blocks that call it, with their strings, away from the
   path of an ordinary start (docs/decisions/0001-static-musl-front.md, "Footprint"). */
#define RF_COLD __attribute__((cold))
#define RF_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* A code and one sentence, in the caller's storage: nothing to free, and it can be written down a pipe
   by a child that may not allocate. */
struct rf_err {
    int code; /* negative errno; 0 while unset */
    char msg[508];
};

/* Record a failure and return its code, so that a caller can write `return rf_fail(err, -EINVAL, ...)`. */
int rf_fail(struct rf_err *err, int code, const char *fmt, ...) __attribute__((nonnull(1, 3)))
RF_PRINTF(3, 4) RF_COLD;

#endif
