/* Health checks that cannot work, or are not there. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-HEALTH-000", .title = ""},
};

const struct rf_family rf_family_health = {rules, 0};
