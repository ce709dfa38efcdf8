/* Says when it began: its first instructions write CLOCK_MONOTONIC, eight bytes of nanoseconds, to standard
 * output. */
#include "bare.h"

#include <linux/time.h>

BARE_START;

void bare_main(long *stack)
{
    long now[2]; /* struct timespec of a 64-bit kernel */
    long stamp_ns;

    (void)stack;
    if (bare_call(__NR_clock_gettime, CLOCK_MONOTONIC, (long)now, 0, 0, 0) < 0)
        bare_exit(1);
    stamp_ns = now[0] * 1000000000L + now[1];
    if (bare_call(__NR_write, 1, (long)&stamp_ns, sizeof(stamp_ns), 0, 0) != sizeof(stamp_ns))
        bare_exit(1);
    bare_exit(0);
}
