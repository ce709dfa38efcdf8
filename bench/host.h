#ifndef RF_BENCH_HOST_H
#define RF_BENCH_HOST_H

#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The machine that is measured on, as far as a measurement depends on it. */

double rf_host_now_us(void);       /* CLOCK_MONOTONIC */
double rf_host_load(void);         /* of the last minute; negative where it cannot be known */
bool rf_host_is_busy(double load); /* more work than processors */

/* Wait until this process is the only one that runs, at most until `end_us`. False when that never came. */
bool rf_host_wait_for_calm(double end_us);

/* Become an ordinary user for good, without supplementary groups. */
int rf_host_become(uint32_t id, struct rf_err *err) RF_CHECK RF_NONNULL;

/* A fresh random order of 0..count-1. */
void rf_host_shuffle(size_t *order, size_t count) RF_NONNULL;

/* A strict number from the command line; 0, or a sentence in err that names the option. */
int rf_host_number(const char *option, const char *text, uint32_t min, uint32_t max, uint32_t *ret,
                   struct rf_err *err) RF_CHECK RF_NONNULL;

#endif
