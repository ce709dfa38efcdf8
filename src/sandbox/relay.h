#ifndef RF_SANDBOX_RELAY_H
#define RF_SANDBOX_RELAY_H

#include <stdbool.h>
#include <stdint.h>

struct pollfd;

/* No more is written at once than a pipe that poll(2) calls writable takes without waiting (PIPE_BUF). */
enum { RF_RELAY_BYTES = 4096 };

/* Bytes on their way from one descriptor to another. A piece is read only when the last one has been taken,
   and written only when there is room, so that neither a reader that is slow nor one that has stopped keeps
   the launcher from its signals and its clock. */
struct rf_relay {
    int from; /* -1: at its end */
    int to;
    uint32_t at;
    uint32_t len;
    char *bytes; /* RF_RELAY_BYTES of them; not owned */
};

/* What to wait for next. */
void rf_relay_poll(const struct rf_relay *relay, struct pollfd *ret);

/* One step, when poll(2) has said that it will not wait. False at the end of either. */
bool rf_relay_step(struct rf_relay *relay, short events);

#endif
