/* One way to fail: a negative errno and a sentence, kept where the caller put it. */
#include "base/err.h"

#include "base/format.h"

#include <stdarg.h>

int rf_fail(struct rf_err *err, int code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    (void)rf_vsnprintf(err->msg, sizeof(err->msg), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    err->code = code;
    return code;
}
