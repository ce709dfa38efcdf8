#ifndef RF_TESTS_SHARED_H
#define RF_TESTS_SHARED_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Fixtures and corpora that are no part of the tree: in the folder that RF_SHARED names, else in `shared`
   beside the tree. Without it a test ends here, skipped. */
static inline const char *find_shared(const char *part, char *buffer, size_t size)
{
    const char *top = getenv("RF_SHARED");

    top = top && *top ? top : getenv("RF_SHARED_STANDARD");
    (void)snprintf(buffer, size, "%s/%s", top ? top : "../shared", part);
    if (access(buffer, R_OK) == 0)
        return buffer;
    (void)printf("skipped: %s is not there; RF_SHARED names the folder that has it\n", buffer);
    exit(77);
}

#endif
