/* swapout [FILE]: fill 4 MiB of memory, or of a new file, ask the kernel to swap them out at once, and print
   how many KiB of them are in swap then. For a machine that has at least that much swap. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { BYTES = 4 << 20, PAGE_OUT = 21 /* MADV_PAGEOUT, Linux 5.4 */ };

static int fail(const char *what)
{
    (void)fprintf(stderr, "swapout: %s: %s\n", what, strerror(errno));
    return 1;
}

/* Not what compresses well: zswap would keep it in memory. */
static void fill(uint64_t *words)
{
    uint64_t state = 88172645463325252ULL;

    for (size_t i = 0; i < BYTES / sizeof(*words); i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        words[i] = state;
    }
}

/* The sum of "Swap:" lines: of a file, too, if it is mapped. */
static long swapped_kib(void)
{
    char line[512];
    FILE *file = fopen("/proc/self/smaps", "re");
    long sum = 0;

    while (file && fgets(line, sizeof(line), file)) {
        long kib = 0;

        if (sscanf(line, "Swap: %ld", &kib) == 1)
            sum += kib;
    }
    if (file)
        (void)fclose(file); /* opened for reading */
    return file ? sum : -1;
}

int main(int argc, char **argv)
{
    int file = argc > 1 ? open(argv[1], O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600) : -1;
    void *at;

    if (argc > 1 && (file < 0 || ftruncate(file, BYTES) < 0))
        return fail(argv[1]);
    at = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, file < 0 ? MAP_PRIVATE | MAP_ANONYMOUS : MAP_SHARED, file,
              0);
    if (at == MAP_FAILED)
        return fail("mmap");
    fill(at);
    if (madvise(at, BYTES, PAGE_OUT) < 0)
        return fail("madvise");
    return printf("%ld\n", swapped_kib()) < 0 || fflush(stdout) != 0;
}
