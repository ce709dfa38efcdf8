/* The least a program can do: no library, no start-up, exit 0. What a launcher costs is what is left when the
   time of this one is taken away. */
#include "bare.h"

BARE_START;

void bare_main(long *stack)
{
    (void)stack;
    bare_exit(0);
}
