#ifndef RF_BASE_NUM_H
#define RF_BASE_NUM_H

#include "base/err.h"
#include "base/str.h"

#include <stdint.h>

/* Strict numbers: digits only. No sign, no blank, no hexadecimal, no octal surprise ("010" is ten), nothing
   after the number. Each returns 0, -EINVAL for text that is no number, or -ERANGE beyond `max`. They fill no
   rf_err because only the caller knows what the number is for. *ret changes only on success. */

int rf_num_u64(struct rf_str text, uint64_t max, uint64_t *ret) RF_NONNULL RF_CHECK;

/* Bytes: "4096", "64k", "64m", "1g", "1t", also "64kb", "64KiB", "64K" as docker reads them; powers of 1024.
 */
int rf_num_size(struct rf_str text, uint64_t max, uint64_t *ret_bytes) RF_NONNULL RF_CHECK;

/* Milliseconds: "90" (seconds), "1.5s", "300s", "5m", "2h", "250ms". */
int rf_num_duration(struct rf_str text, uint64_t max_ms, uint64_t *ret_ms) RF_NONNULL RF_CHECK;

/* Thousandths: "1", "0.5", "1.125". */
int rf_num_milli(struct rf_str text, uint64_t max_milli, uint64_t *ret_milli) RF_NONNULL RF_CHECK;

/* Digits, and a point with further digits if need be, times 10^decimals: what is smaller is rounded, halves
   upwards, and what does not fit is UINT64_MAX, never -ERANGE. For numbers that programs print: ("96.493668",
   2) is 9649. */
int rf_num_decimal(struct rf_str text, unsigned decimals, uint64_t *ret) RF_NONNULL RF_CHECK;

/* An octal mode, "0700" or "1777", at most 07777. */
int rf_num_mode(struct rf_str text, uint32_t *ret) RF_NONNULL RF_CHECK;

#endif
