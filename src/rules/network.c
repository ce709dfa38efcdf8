/* Ports and networks. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-NETWORK-000", .title = ""},
};

const struct rf_family rf_family_network = {rules, 0};
