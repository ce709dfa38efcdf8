#ifndef RF_TESTS_SHARED_H
#define RF_TESTS_SHARED_H

/* Fixtures that belong to others and stay outside the tree: below the directory RF_SHARED names, or below
   `../shared` beside the tree, whose place the build tells in RF_SOURCE. */

#include "base/file.h"
#include "base/str.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { SHARED_PATH_BYTES = 4096, SHARED_FILE_BYTES = 16 * 1024 * 1024 };

/* The path of `name` there, or false when there is no such file or directory. */
static inline bool shared_path(const char *name, char ret[SHARED_PATH_BYTES])
{
    const char *top = getenv("RF_SHARED");
    const char *source = getenv("RF_SOURCE");
    int len = top ? snprintf(ret, SHARED_PATH_BYTES, "%s/%s", top, name)
                  : snprintf(ret, SHARED_PATH_BYTES, "%s/../shared/%s", source ? source : ".", name);

    return len > 0 && len < SHARED_PATH_BYTES && access(ret, R_OK) == 0;
}

/* The whole of a file of which it is known that it is there. */
static inline struct rf_str shared_read(struct rf_arena *arena, const char *path)
{
    struct rf_str text = {0};
    struct rf_err err = {0};

    if (rf_file_read(path, SHARED_FILE_BYTES, arena, &text, &err) != 0) {
        (void)fprintf(stderr, "%s\n", err.msg);
        abort();
    }
    return text;
}

/* The same for a whole test: without it the test ends here, skipped. */
static inline const char *find_shared(const char *name, char *buffer, size_t size)
{
    char path[SHARED_PATH_BYTES] = "";

    if (shared_path(name, path)) {
        (void)snprintf(buffer, size, "%s", path);
        return buffer;
    }
    (void)printf("skipped: %s is not there; RF_SHARED names the folder that has it\n", path);
    exit(77);
}

/* The same where the test speaks TAP. */
static inline void need_shared(const char *name)
{
    char path[SHARED_PATH_BYTES];

    if (shared_path(name, path))
        return;
    (void)printf("1..0 # SKIP no %s: RF_SHARED names the folder that has it\n", name);
    exit(0);
}

#endif
