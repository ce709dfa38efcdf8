#ifndef RF_ENGINE_JOB_FIELDS_H
#define RF_ENGINE_JOB_FIELDS_H

#include "engine/job_config.h"

/* Inside the engine module: the fields of a job config as a table, which job_config.c walks. */

/* What a value may be, as bits. */
enum rf_job_value {
    RF_JOB_TEXT = 1,
    RF_JOB_NUMBER = 2,
    RF_JOB_WHOLE = 4, /* a number without sign, fraction and exponent */
    RF_JOB_BOOL = 8,
    RF_JOB_OBJECT = 16
};

enum rf_job_fate {
    RF_JOB_USED,
    RF_JOB_UNUSED, /* checked, without effect */
    RF_JOB_REFUSED /* whatever its value is */
};

/* Where values go. Both sections are kept until the type is known. */
struct rf_job_taking {
    struct rf_job_config *config;
    struct rf_str transcription; /* as written */
    struct rf_str ocr;
    struct rf_str headers[RF_JOB_HEADERS];
    struct rf_err why; /* set by a `take` that knows better than `want`, and does not repeat a secret */
};

struct rf_job_scalar {
    struct rf_str text; /* of a text, without escapes; of an object, as it was written */
    uint64_t number;    /* of RF_JOB_WHOLE */
};

/* A value that is refused for a reason of its own. */
struct rf_job_refusal {
    const char *text;
    const char *reason;
};

struct rf_job_object {
    const struct rf_job_field *fields;
    size_t count;
    bool is_echoed; /* other fields have the effect of all: they are handed back */
};

struct rf_job_field {
    const char *name;
    const char *want; /* what is allowed; of a refused field why it is */
    enum rf_job_fate fate;
    bool is_required;
    bool is_secret;           /* an error does not show it */
    unsigned one;             /* what it may be */
    unsigned items;           /* what the items may be where it is a list; 0: it may be none */
    size_t most;              /* items; 0: no limit but that of bytes */
    double min;               /* of a number; of a text the bytes */
    double max;               /* 0 for a text: no limit but that of bytes */
    const char *const *words; /* NULL-terminated: the texts that there are; NULL: others check */
    const struct rf_job_refusal *refusals;
    size_t refusal_count;
    const struct rf_job_object *object;
    /* Take a text, a whole number or the whole of an object. -EINVAL: it is not what `want` or `why` says.
       NULL: only the above is checked. */
    int (*take)(struct rf_job_taking *taking, const struct rf_job_scalar *value);
};

/* The whole config. */
extern const struct rf_job_object rf_job_object;

#endif
