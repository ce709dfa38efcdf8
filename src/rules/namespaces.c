/* Name spaces of the host. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-NAMESPACES-000", .title = ""},
};

const struct rf_family rf_family_namespaces = {rules, 0};
