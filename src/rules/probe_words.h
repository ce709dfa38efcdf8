#ifndef RF_RULES_PROBE_WORDS_H
#define RF_RULES_PROBE_WORDS_H

#include "rules/rule.h"

/* The words of a health check, from exec form or a line for the shell. Variables stay as they are written. */
enum { RF_PROBE_WORDS = 96 };

struct rf_probe_word {
    struct rf_str text;
    bool is_program; /* the first of a command */
    bool is_written; /* behind > or >> */
};

struct rf_probe_words {
    struct rf_probe_word items[RF_PROBE_WORDS]; /* what is too much is left out */
    size_t count;
    bool is_shell;
    bool is_from_image; /* the check is that of the image, under a workload that has none of its own */
    struct rf_from from;
    const struct rf_probe *probe; /* NULL: of the image */
};

/* The docker health check that holds for the subject, or the probe given. False: none, or turned off. */
bool rf_probe_words_of(const struct rf_look *look, const struct rf_probe *probe,
                       struct rf_probe_words *ret) RF_NONNULL;
bool rf_probe_words_find(const struct rf_look *look, struct rf_probe_words *ret) RF_NONNULL;

/* Rows of the family of health checks whose look stands in health_port.c. */
rf_rule_fn rf_health_look_port, rf_health_look_write;

#endif
