#ifndef RF_BASE_AUTO_H
#define RF_BASE_AUTO_H

#include <stdlib.h>
#include <unistd.h>

/* The block owns its resource: `RF_AUTO(close) int fd = -1;`. Ownership leaves by RF_TAKE(). */
#define RF_AUTO(verb) __attribute__((cleanup(rf_auto_##verb)))

/* The value, and an empty variable behind it that the block's end will leave alone. */
#define RF_TAKE(fd)                                                                                          \
    __extension__({                                                                                          \
        int rf_taken = (fd);                                                                                 \
        (fd) = -1;                                                                                           \
        rf_taken;                                                                                            \
    })

static inline void rf_auto_close(const int *fd)
{
    if (*fd >= 0)
        (void)close(*fd); /* nothing useful can be done about a failing close */
}

static inline void rf_auto_free(void *pointer)
{
    free(*(void **)pointer);
}

#endif
