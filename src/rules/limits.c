/* Memory, processors, processes. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-LIMITS-000", .title = ""},
};

const struct rf_family rf_family_limits = {rules, 0};
