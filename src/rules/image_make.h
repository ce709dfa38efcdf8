#ifndef RF_RULES_IMAGE_MAKE_H
#define RF_RULES_IMAGE_MAKE_H

#include "rules/rule.h"

/* Rows of the family of images whose look stands in image_make.c and image_trust.c. */
rf_rule_fn rf_image_look_trust, rf_image_look_sudo, rf_image_look_setuid, rf_image_look_install;

#endif
