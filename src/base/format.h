#ifndef RF_BASE_FORMAT_H
#define RF_BASE_FORMAT_H

#include "base/err.h"

#include <stdarg.h>
#include <stddef.h>

/* As snprintf() and vsnprintf(), for what the planner and its errors write: %s %.*s %c %% and %d %u %x %X %o
   with the lengths l, ll and z, the flags 0 and #, and a width. A start writes some hundred short texts, and
   musl's printf, made for floating point and locales, spent half of a launcher's instructions on them. Any
   other conversion is a mistake of this program and stops it. */
int rf_snprintf(char *ret, size_t size, const char *fmt, ...) RF_PRINTF(3, 4);
int rf_vsnprintf(char *ret, size_t size, const char *fmt, va_list args) RF_PRINTF(3, 0);

#endif
