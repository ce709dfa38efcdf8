/* media_info FILE...: what rf_media_probe() says, one line a file, for shell scripts to compare with others:

   NAME KIND pages=N width=N height=N dpi=N ms=N rate=N channels=N speech=0|1 data=START+BYTES begins=TEXT

   Unknown numbers are "-". A broken file is "NAME broken SENTENCE". Exit 1 when the answer is one that
   rf_media_check() refuses. */
#include "engine/media.h"
#include "engine/memory_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

static void print_number(const char *name, uint64_t value, bool is_known)
{
    if (is_known)
        printf(" %s=%llu", name, (unsigned long long)value);
    else
        printf(" %s=-", name);
}

static int show(const char *path)
{
    struct rf_media_info info;
    struct rf_err err = {0};
    struct rf_str bytes;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0 || rf_memory_file_map(fd, &bytes, &err) < 0) {
        perror(path);
        return -1;
    }
    (void)close(fd); /* opened for reading */
    if (rf_media_probe(bytes, &info, &err) < 0) {
        printf("%s broken %s\n", path, err.msg);
        rf_memory_file_unmap(bytes);
        return 0;
    }
    printf("%s %s", path, rf_media_name(info.media));
    print_number("pages", info.pages, info.pages);
    print_number("width", info.width, info.width);
    print_number("height", info.height, info.height);
    print_number("dpi", info.dpi, info.dpi);
    print_number("ms", info.duration_ms, info.duration_ms != UINT64_MAX);
    print_number("rate", info.sample_rate, info.sample_rate);
    print_number("channels", info.channels, info.channels);
    printf(" speech=%d data=%llu+%llu begins=%s\n", info.is_speech_pcm, (unsigned long long)info.data_start,
           (unsigned long long)info.data_bytes, info.begins);
    if (rf_media_check(&info, bytes.len, &err) < 0) {
        fprintf(stderr, "%s: %s\n", path, err.msg);
        rf_memory_file_unmap(bytes);
        return -1;
    }
    rf_memory_file_unmap(bytes);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2;

    for (int i = 1; i < argc; i++)
        failed |= show(argv[i]) < 0;
    return failed;
}
