/* The program ringfence-tools: the verbs that read files of others. */
#include "cmd/check.h"

static const struct rf_act acts[] = {{"check", rf_check_verb}, {"rules", rf_rules_verb}};

int main(int argc, char **argv)
{
    return rf_program(argc, argv, acts, RF_COUNT(acts));
}
