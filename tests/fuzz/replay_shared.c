/* Feeds real and tortured files of others (tests/support/shared.h) to a fuzz target: `NAME PART...`, folders
   below the shared one, searched to the bottom. */
#include "support/shared.h"

#include <ftw.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { OPEN_MAX_FILES = 16 };

static int fed;

static int feed(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    size_t size = type == FTW_F ? (size_t)st->st_size : 0;
    uint8_t *exact;
    FILE *file;

    (void)ftw;
    if (type != FTW_F)
        return 0;
    file = fopen(path, "re");
    exact = malloc(size ? size : 1); /* so that a sanitizer sees the first byte too many */
    if (!file || !exact || fread(exact, 1, size, file) != size) {
        (void)printf("%s cannot be read\n", path);
        return 1;
    }
    (void)fclose(file); /* opened for reading */
    (void)printf("%s\n", path);
    (void)fflush(stdout); /* the last line names the file that breaks a property */
    (void)LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    fed++;
    return 0;
}

int main(int argc, char **argv)
{
    char folder[2048];

    for (int i = 1; i < argc; i++) {
        (void)find_shared(argv[i], folder, sizeof(folder));
        if (nftw(folder, feed, OPEN_MAX_FILES, FTW_PHYS) != 0)
            return 1;
    }
    (void)printf("%d files\n", fed);
    return fed == 0;
}
