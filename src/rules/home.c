/* HOME and caches: what breaks when a workload stops being root. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-HOME-000", .title = ""},
};

const struct rf_family rf_family_home = {rules, 0};
