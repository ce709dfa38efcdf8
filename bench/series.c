/* Medians and paired ratios: means are for machines on which nothing else happens. */
#include "series.h"

#include "base/auto.h"
#include "base/num.h"
#include "base/str.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const double quiet_tenth = 0.1;

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

double rf_series_quantile(const double *values, size_t count, double fraction)
{
    RF_AUTO(free) double *sorted = calloc(count + 1, sizeof(*sorted));
    double at = fraction * (double)(count - (count > 0));
    size_t below = (size_t)at;

    if (!sorted || count == 0)
        return 0;
    memcpy(sorted, values, count * sizeof(*sorted));
    qsort(sorted, count, sizeof(*sorted), by_value);
    if (below + 1 == count)
        return sorted[below];
    return sorted[below] + (at - (double)below) * (sorted[below + 1] - sorted[below]);
}

static const struct rf_series *find(const struct rf_sample *sample, struct rf_str name)
{
    for (size_t i = 0; i < sample->count; i++) {
        if (rf_str_is(name, sample->series[i].name))
            return &sample->series[i];
    }
    return NULL;
}

int rf_compare_parse(const char *text, const struct rf_sample *sample, struct rf_compare *ret,
                     struct rf_err *err)
{
    struct rf_str words[5] = {{0}};
    struct rf_str rest = rf_str_of(text);
    struct rf_compare compare = {.text = text};
    uint64_t limit_milli = 0;
    size_t count = 0;

    while (rest.ptr && count < RF_COUNT(words))
        rest = rf_str_cut(rest, ' ', &words[count++]);
    if (rest.ptr || (count != 3 && count != 5) || !(rf_str_is(words[1], "/") || rf_str_is(words[1], "-")))
        return rf_fail(err, -EINVAL, "\"%s\": want \"A / B\" or \"A - B\", then perhaps \"<= LIMIT\"", text);
    compare.left = find(sample, words[0]);
    compare.right = find(sample, words[2]);
    if (!compare.left || !compare.right)
        return rf_fail(err, -ENOENT, "\"%s\": nothing was measured as \"%.*s\"", text,
                       RF_FMT(compare.left ? words[2] : words[0]));
    compare.is_difference = rf_str_is(words[1], "-");
    compare.has_limit = count == 5;
    compare.is_least = rf_str_is(words[3], ">=");
    if (compare.has_limit && ((!compare.is_least && !rf_str_is(words[3], "<=")) ||
                              rf_num_milli(words[4], UINT32_MAX, &limit_milli) < 0))
        return rf_fail(err, -EINVAL, "\"%s\": want \"<=\" or \">=\" and a number with at most three decimals",
                       text);
    compare.limit = (double)limit_milli / 1000;
    *ret = compare;
    return 0;
}

static double combine(const struct rf_compare *compare, double left, double right)
{
    if (compare->is_difference)
        return left - right;
    return right > 0 ? left / right : 0;
}

static bool is_within(const struct rf_compare *compare, double value)
{
    if (!compare->has_limit)
        return true;
    return compare->is_least ? value >= compare->limit : value <= compare->limit;
}

struct rf_verdict rf_compare_judge(const struct rf_compare *compare, const struct rf_sample *sample)
{
    struct rf_verdict verdict = {.is_valid = compare->left->failures + compare->right->failures == 0};
    double tenth = sample->is_rate ? 1 - quiet_tenth : quiet_tenth;
    RF_AUTO(free) double *pairs = calloc(sample->rounds + 1, sizeof(*pairs));

    if (!pairs)
        return (struct rf_verdict){0};
    for (size_t i = 0; i < sample->rounds; i++)
        pairs[i] = combine(compare, compare->left->values[i], compare->right->values[i]);
    verdict.paired = rf_series_quantile(pairs, sample->rounds, 0.5);
    verdict.quiet = combine(compare, rf_series_quantile(compare->left->values, sample->rounds, tenth),
                            rf_series_quantile(compare->right->values, sample->rounds, tenth));
    verdict.holds =
        verdict.is_valid && is_within(compare, verdict.paired) && is_within(compare, verdict.quiet);
    return verdict;
}

static const char *word_for(const struct rf_compare *compare, const struct rf_verdict *verdict)
{
    if (!verdict->is_valid)
        return "INVALID";
    if (!compare->has_limit)
        return "-";
    return verdict->holds ? "PASS" : "MISS";
}

size_t rf_compare_report(const struct rf_compare *compares, size_t count, const struct rf_sample *sample,
                         FILE *results)
{
    size_t missed = 0;

    if (count)
        printf("%-56s %9s %9s\n", "comparison", "paired", "quiet");
    for (size_t i = 0; i < count; i++) {
        struct rf_verdict verdict = rf_compare_judge(&compares[i], sample);
        const char *word = word_for(&compares[i], &verdict);

        printf("%-56s %9.3f %9.3f  %s\n", compares[i].text, verdict.paired, verdict.quiet, word);
        if (results)
            fprintf(results, "%s\t%.3f\t%.3f\t%s\n", compares[i].text, verdict.paired, verdict.quiet, word);
        missed += !verdict.holds;
    }
    return missed;
}

void rf_compare_json(const struct rf_compare *compares, size_t count, const struct rf_sample *sample,
                     FILE *out)
{
    fputs("\"comparisons\":[", out);
    for (size_t i = 0; i < count; i++) {
        struct rf_verdict verdict = rf_compare_judge(&compares[i], sample);

        fprintf(out, "%s{\"text\":\"%s\",\"paired\":%.4f,\"quiet\":%.4f,\"verdict\":\"%s\"}", i ? "," : "",
                compares[i].text, verdict.paired, verdict.quiet, word_for(&compares[i], &verdict));
    }
    fputs("]", out);
}
