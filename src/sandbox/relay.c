/* Bytes between the caller and the ring, without ever waiting for either. */
#include "sandbox/relay.h"

#include "base/err.h"
#include "sandbox/sys.h"

#include <poll.h>

void rf_relay_poll(const struct rf_relay *relay, struct pollfd *ret)
{
    bool is_full = relay->at < relay->len;

    *ret = (struct pollfd){.fd = relay->from < 0 ? -1
                                 : is_full       ? relay->to
                                                 : relay->from,
                           .events = is_full ? POLLOUT : POLLIN};
}

static bool is_passing(int code)
{
    return code == EINTR || code == EAGAIN;
}

static bool take(struct rf_relay *relay)
{
    ssize_t n = read(relay->from, relay->bytes, RF_RELAY_BYTES);

    if (n < 0)
        return is_passing(errno);
    relay->at = 0;
    relay->len = (uint32_t)n;
    return n > 0;
}

static bool give(struct rf_relay *relay)
{
    ssize_t n = write(relay->to, relay->bytes + relay->at, relay->len - relay->at);

    if (n < 0)
        return is_passing(errno);
    relay->at += (uint32_t)n;
    return true;
}

bool rf_relay_step(struct rf_relay *relay, short events)
{
    if (!events || relay->from < 0)
        return true;
    return relay->at < relay->len ? give(relay) : take(relay);
}
