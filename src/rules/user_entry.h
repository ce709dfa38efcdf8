#ifndef RF_RULES_USER_ENTRY_H
#define RF_RULES_USER_ENTRY_H

#include "rules/rule.h"

/* Rows of the family of users whose look stands in user_entry.c. */
rf_rule_fn rf_user_look_entry, rf_user_look_passwd, rf_user_look_step;

#endif
