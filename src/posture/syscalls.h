#ifndef RF_POSTURE_SYSCALLS_H
#define RF_POSTURE_SYSCALLS_H

#include "base/err.h"
#include "base/str.h"

#include <asm/unistd.h>

/* Names and numbers of system calls on the machine that this is built for (x86_64 or aarch64).
   Debian 12's headers end with Linux 6.1; from 424 on, all architectures number alike. */
#ifndef __NR_cachestat
#define __NR_cachestat 451
#endif
#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_map_shadow_stack
#define __NR_map_shadow_stack 453
#endif
#ifndef __NR_futex_wake
#define __NR_futex_wake 454
#endif
#ifndef __NR_futex_wait
#define __NR_futex_wait 455
#endif
#ifndef __NR_futex_requeue
#define __NR_futex_requeue 456
#endif
#ifndef __NR_statmount
#define __NR_statmount 457
#endif
#ifndef __NR_listmount
#define __NR_listmount 458
#endif
#ifndef __NR_lsm_get_self_attr
#define __NR_lsm_get_self_attr 459
#endif
#ifndef __NR_lsm_set_self_attr
#define __NR_lsm_set_self_attr 460
#endif
#ifndef __NR_lsm_list_modules
#define __NR_lsm_list_modules 461
#endif
#ifndef __NR_mseal
#define __NR_mseal 462
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#endif
#ifndef __NR_getxattrat
#define __NR_getxattrat 464
#endif
#ifndef __NR_listxattrat
#define __NR_listxattrat 465
#endif
#ifndef __NR_removexattrat
#define __NR_removexattrat 466
#endif
#ifndef __NR_open_tree_attr
#define __NR_open_tree_attr 467
#endif
#ifndef __NR_file_getattr
#define __NR_file_getattr 468
#endif
#ifndef __NR_file_setattr
#define __NR_file_setattr 469
#endif
#ifdef __x86_64__
#ifndef __NR_uretprobe
#define __NR_uretprobe 335
#endif
#ifndef __NR_uprobe
#define __NR_uprobe 336
#endif
#endif

enum {
    RF_SYSCALL_LIMIT = 512,  /* every number with a name lies below */
    RF_SYSCALL_NAME_MAX = 24 /* bytes of the longest name, and its terminator */
};

/* NULL for a number without a name. */
const char *rf_syscall_name(unsigned nr);

/* The number, or -ENOENT: not a call of this architecture, or newer than this table. */
int rf_syscall_by_name(struct rf_str name) RF_CHECK;

#endif
