/* A workload that is there to be looked at: sleeps two seconds, touches nothing. */
#include "bare.h"

BARE_START;

void bare_main(long *stack)
{
    long wish[2] = {2, 0}; /* struct timespec of a 64-bit kernel */

    (void)stack;
    bare_exit(bare_call(__NR_nanosleep, (long)wish, 0, 0, 0, 0) < 0);
}
