#ifndef RF_BENCH_SERIES_H
#define RF_BENCH_SERIES_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* What was measured of one thing, one value for each round. Round N of one series and round N of another were
   taken next to each other, so that they may be compared pair by pair: what disturbs the machine disturbs
   both. */
struct rf_series {
    const char *name;
    double *values;
    size_t failures;
};

struct rf_sample {
    struct rf_series *series;
    size_t count;
    size_t rounds;
    bool is_rate; /* more is better; otherwise a time */
};

/* A comparison that was asked for, "A / B <= 0.35", "A - B <= 1000", "A@8 / B@8 >= 2.3" or without a limit.
 */
struct rf_compare {
    const char *text;
    const struct rf_series *left;
    const struct rf_series *right;
    bool is_difference;
    bool has_limit;
    bool is_least; /* ">=" */
    double limit;
};

/* What came out. The paired median decides together with the same figure of the quietest tenth: a goal that
   only holds on a busy machine, or only on an idle one, is missed. */
struct rf_verdict {
    double paired;
    double quiet;
    bool is_valid; /* both sides ran without failures */
    bool holds;    /* valid, and within the limit if there is one */
};

enum { RF_COMPARE_MAX = 32 };

/* The value below which `fraction` of the values lie. Sorts a copy; 0 when there is no memory for it. */
double rf_series_quantile(const double *values, size_t count, double fraction) RF_NONNULL;

int rf_compare_parse(const char *text, const struct rf_sample *sample, struct rf_compare *ret,
                     struct rf_err *err) RF_NONNULL RF_CHECK;
struct rf_verdict rf_compare_judge(const struct rf_compare *compare,
                                   const struct rf_sample *sample) RF_NONNULL;

/* Judge and print them all; also a line "text<TAB>paired<TAB>quiet<TAB>word" each to `results`, where given.
   Returns how many were missed. */
size_t rf_compare_report(const struct rf_compare *compares, size_t count, const struct rf_sample *sample,
                         FILE *results);

/* As members of a JSON object: "comparisons":[...] */
void rf_compare_json(const struct rf_compare *compares, size_t count, const struct rf_sample *sample,
                     FILE *out) RF_NONNULL;

#endif
