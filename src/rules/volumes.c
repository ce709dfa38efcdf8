/* Volumes and bind mounts. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-VOLUMES-000", .title = ""},
};

const struct rf_family rf_family_volumes = {rules, 0};
