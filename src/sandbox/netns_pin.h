#ifndef RF_SANDBOX_NETNS_PIN_H
#define RF_SANDBOX_NETNS_PIN_H

#include "base/err.h"

/* An empty network name space that an administrator keeps for all rings without a network: making one costs
   more than any other layer. It has no interface but a loopback that is down. Landlock's scope (ABI 6) keeps
   rings that share it from meeting through abstract sockets; without it, or without the pin, each ring gets
   its own. */
#define RF_NETNS_PIN "/run/ringfence/netns"

/* Make it. -EEXIST when it is there already, -EPERM without CAP_SYS_ADMIN. Moves the calling process into it.
 */
int rf_netns_pin_create(struct rf_err *err) RF_NONNULL RF_CHECK;

/* Take it away; rings that use it keep it until they end. -ENOENT when there is none. */
int rf_netns_pin_delete(struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
