/* What could not be read. These rows have no look: whoever reads the files finds them. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-PARSE-000", .title = ""},
};

const struct rf_family rf_family_parse = {rules, 0};
