/* Secrets where they do not belong. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-SECRETS-000", .title = ""},
};

const struct rf_family rf_family_secrets = {rules, 0};
