#ifndef RF_SANDBOX_MESSAGE_H
#define RF_SANDBOX_MESSAGE_H

#include <stdint.h>

/* What launcher and ring say to each other, one datagram each, over a pair of seqpacket sockets. */
enum rf_message_type {
    RF_MESSAGE_GO,      /* launcher -> pid 1: the name space and control groups, as descriptors */
    RF_MESSAGE_FAIL,    /* a step failed */
    RF_MESSAGE_STARTED, /* the workload is running */
    RF_MESSAGE_WITNESS, /* pid 1 saw: text of a /proc file follows; step = enum rf_witness */
    RF_MESSAGE_TTY,     /* the master of the ring's terminal, as a descriptor */
    RF_MESSAGE_EXITED
};

enum rf_witness {
    RF_WITNESS_STATUS,
    RF_WITNESS_MOUNTS,
    RF_WITNESS_IO,
    RF_WITNESS_SPACE,
    RF_WITNESS_LIMITS,
    RF_WITNESS_NAMESPACES
};

enum { RF_MESSAGE_TEXT = 8 * 1024, RF_HANDED_MAX = 4 };

struct rf_message {
    uint32_t type;
    uint32_t step;     /* FAIL: index of the step. GO: bit n set: descriptor n is a network name space */
    int32_t code;      /* FAIL: errno. EXITED: wait status of the workload */
    uint32_t len;      /* WITNESS: bytes of text that follow this head */
    uint64_t peak_kib; /* EXITED: largest resident set of one process, KiB */
    uint64_t user_us;
    uint64_t system_us;
};

#endif
