/* Feeds every file of a corpus to a fuzz target, so that what a fuzzer once found stays found. Speaks TAP. */
#include <dirent.h>
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { INPUT_MAX = 1 << 20 };

/* Returns how many bytes of the file were read, or -1. */
static long read_file(const char *path, uint8_t *buffer)
{
    FILE *file = fopen(path, "re");
    size_t len;
    int failed;

    if (!file)
        return -1;
    len = fread(buffer, 1, INPUT_MAX, file);
    failed = ferror(file) || !feof(file);
    (void)fclose(file); /* opened for reading */
    return failed ? -1 : (long)len;
}

/* A copy of exactly `size` bytes, so that a sanitizer sees the first one read too many. */
static int replay(const uint8_t *buffer, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);

    if (!exact)
        return -1;
    memcpy(exact, buffer, size);
    (void)LLVMFuzzerTestOneInput(exact, size); /* a broken property aborts */
    free(exact);
    return 0;
}

int main(int argc, char **argv)
{
    static uint8_t buffer[INPUT_MAX];
    static char path[4096];
    struct dirent *entry;
    int count = 0;
    int failed = 0;
    DIR *dir = argc == 2 ? opendir(argv[1]) : NULL;

    if (!dir) {
        (void)fprintf(stderr, "usage: %s CORPUS_DIR: %s\n", argv[0], strerror(errno));
        return 2;
    }
    while ((entry = readdir(dir))) {
        long size;

        if (entry->d_name[0] == '.')
            continue;
        (void)snprintf(path, sizeof(path), "%s/%s", argv[1], entry->d_name);
        size = read_file(path, buffer);
        failed = size < 0 || replay(buffer, (size_t)size) < 0;
        (void)printf("%s %d - %s\n", failed ? "not ok" : "ok", ++count, entry->d_name);
    }
    (void)closedir(dir);
    (void)printf("1..%d\n", count);
    return count == 0; /* a corpus of nothing tests nothing */
}
