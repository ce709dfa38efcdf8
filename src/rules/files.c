/* Writable root, temporary files and devices. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-FILES-000", .title = ""},
};

const struct rf_family rf_family_files = {rules, 0};
