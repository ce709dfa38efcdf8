/* Privileges: capabilities, no_new_privs, seccomp, AppArmor and SELinux. */
#include "rules/rule.h"

static const struct rf_rule rules[] = {
    {.id = "RF-CONFINEMENT-000", .title = ""},
};

const struct rf_family rf_family_confinement = {rules, 0};
