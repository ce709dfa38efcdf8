#ifndef RF_PLAN_LANDLOCK_H
#define RF_PLAN_LANDLOCK_H

#include <linux/landlock.h>
#include <stdint.h>

/* What each version of Landlock can guard. Debian 12's headers know the first. */

#ifndef LANDLOCK_ACCESS_FS_REFER
#define LANDLOCK_ACCESS_FS_REFER (1ULL << 13) /* ABI 2, Linux 5.19 */
#endif
#ifndef LANDLOCK_ACCESS_FS_TRUNCATE
#define LANDLOCK_ACCESS_FS_TRUNCATE (1ULL << 14) /* ABI 3, Linux 6.2 */
#endif
#ifndef LANDLOCK_ACCESS_FS_IOCTL_DEV
#define LANDLOCK_ACCESS_FS_IOCTL_DEV (1ULL << 15) /* ABI 5, Linux 6.10 */
#endif
#ifndef LANDLOCK_ACCESS_NET_BIND_TCP
#define LANDLOCK_ACCESS_NET_BIND_TCP (1ULL << 0) /* ABI 4, Linux 6.7 */
#define LANDLOCK_ACCESS_NET_CONNECT_TCP (1ULL << 1)
#endif
#ifndef LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET
#define LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET (1ULL << 0) /* ABI 6, Linux 6.12 */
#define LANDLOCK_SCOPE_SIGNAL (1ULL << 1)
#endif

/* struct landlock_ruleset_attr. A kernel takes only as much of it as it knows, unless the rest is zero. */
struct rf_landlock {
    uint64_t files;
    uint64_t network;
    uint64_t scopes;
};

/* Everything that version `abi` (1 and up) knows. */
static inline struct rf_landlock rf_landlock_all(int abi)
{
    struct rf_landlock all = {.files = (LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1};

    if (abi >= 2)
        all.files |= LANDLOCK_ACCESS_FS_REFER;
    if (abi >= 3)
        all.files |= LANDLOCK_ACCESS_FS_TRUNCATE;
    if (abi >= 4)
        all.network = LANDLOCK_ACCESS_NET_BIND_TCP | LANDLOCK_ACCESS_NET_CONNECT_TCP;
    if (abi >= 5)
        all.files |= LANDLOCK_ACCESS_FS_IOCTL_DEV;
    if (abi >= 6)
        all.scopes = LANDLOCK_SCOPE_ABSTRACT_UNIX_SOCKET | LANDLOCK_SCOPE_SIGNAL;
    return all;
}

#endif
