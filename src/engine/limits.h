#ifndef RF_ENGINE_LIMITS_H
#define RF_ENGINE_LIMITS_H

#include <stdint.h>

/* What a job from a stranger may cost. Each is checked before the costly thing is done, where it can be known
   before; the ring's own limits of memory, time and file size stand behind them. */
struct rf_job_limits {
    uint64_t input_bytes;    /* of the upload or fetched file; the documented container takes 4 GB */
    uint64_t pixels;         /* of one page: A3 at 600 dpi has 70 million */
    uint64_t pages;          /* of one document */
    uint64_t duration_ms;    /* of one recording; the documented container takes 2 h */
    uint64_t output_bytes;   /* of what any one program of the job writes */
    uint64_t unpacked_bytes; /* of all entries of an archive together */
    uint64_t unpacked_ratio; /* unpacked bytes for each packed one, above the first 10 MiB */
    uint64_t entries;        /* of an archive */
};

#define RF_JOB_LIMITS_STANDARD                                                                               \
    ((struct rf_job_limits){.input_bytes = (uint64_t)4 << 30,                                                \
                            .pixels = 100000000,                                                             \
                            .pages = 500,                                                                    \
                            .duration_ms = (uint64_t)2 * 3600 * 1000,                                        \
                            .output_bytes = (uint64_t)256 << 20,                                             \
                            .unpacked_bytes = (uint64_t)1 << 30,                                             \
                            .unpacked_ratio = 100,                                                           \
                            .entries = 1000})

#endif
