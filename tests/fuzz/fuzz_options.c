/* A command line of `run`, one word a line. */
#include "cmd/options.h"

#include "round_trip.h"

#include <stdint.h>

enum { WORDS_MAX = 64 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The words, cut at line ends in place. */
static int split(char *text, size_t size, char **words)
{
    int count = 0;

    for (size_t start = 0; start < size && count < WORDS_MAX;) {
        char *end = memchr(text + start, '\n', size - start);

        words[count++] = text + start;
        if (!end)
            break;
        *end = '\0';
        start = (size_t)(end - text) + 1;
    }
    return count;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rf_verb *verb = rf_verb_find("run");
    char *text = calloc(1, size + 1);
    char *words[WORDS_MAX];
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_options options = {0};
    struct rf_err err = {0};
    int count;
    int r;

    RF_MUST(text && verb);
    if (size)
        memcpy(text, data, size);
    count = split(text, size, words);
    rf_arena_init(&arena, 16 * 1024 * 1024);
    rf_posture_init(&posture, &arena);
    if (!memmem(data, size, "env-file", 8)) { /* would read files of the machine */
        r = rf_options_parse(verb, count, words, &posture, &options, &err);
        for (const char *p = err.msg; *p; p++)
            RF_MUST((unsigned char)*p >= 0x20 && *p != 0x7f);
        RF_MUST(r == 0 ? options.verb == verb && options.word_count <= (size_t)count : err.msg[0]);
        if (r == 0)
            must_round_trip(&posture);
    }
    rf_arena_done(&arena);
    free(text);
    return 0;
}
