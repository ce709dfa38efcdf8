/* How an image is made. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-IMAGE-000", .title = ""},
};

const struct rf_family rf_family_image = {rules, 0};
