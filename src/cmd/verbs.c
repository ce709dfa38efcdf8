/* The verbs and their options: rows of tables, from which help, man page and completion are made. */
#include "cmd/options.h"

#include <string.h>

#define HELP                                                                                                 \
    {                                                                                                        \
        "help", 0, RF_ACTION_HELP, RF_VALUE_NONE, NULL, NULL, NULL, "show this and end"                      \
    }

static const struct rf_option run_options[] = {
    {"file", 'f', RF_ACTION_FILE, RF_VALUE_ONE, "FILE", NULL, NULL,
     "read the posture from FILE; flags win over it"},
    {"explain", 0, RF_ACTION_EXPLAIN, RF_VALUE_OPTIONAL, "text|json", "text|json", "text",
     "show every step and the key that demands it; start nothing"},
    {"report", 0, RF_ACTION_REPORT, RF_VALUE_ONE, "FILE|-", NULL, NULL,
     "afterwards, write what was in force and what it took; - is standard error"},
    {"report-format", 0, RF_ACTION_REPORT_FORMAT, RF_VALUE_ONE, "text|json", "text|json", NULL,
     "format of the report (json for a FILE that ends in .json, else text)"},
    {"die-with-parent", 0, RF_ACTION_DIE_WITH_PARENT, RF_VALUE_NONE, NULL, NULL, NULL,
     "kill the ring when the process that started ringfence dies"},
    {"rm", 0, RF_ACTION_RM, RF_VALUE_NONE, NULL, NULL, NULL, "accepted: nothing of a run is ever kept"},
    {"cap-drop", 0, RF_ACTION_CAP_DROP, RF_VALUE_ONE, "ALL", "ALL|all", NULL,
     "accepted: there are no capabilities but those of --cap-add"},
    HELP};

static const struct rf_option explain_options[] = {
    {"file", 'f', RF_ACTION_FILE, RF_VALUE_ONE, "FILE", NULL, NULL,
     "read the posture from FILE; flags win over it"},
    {"json", 0, RF_ACTION_JSON, RF_VALUE_NONE, NULL, NULL, NULL, "as JSON"},
    HELP};

static const struct rf_option exec_options[] = {
    {"user", 'u', RF_ACTION_USER, RF_VALUE_ONE, "USER[:GROUP]", NULL, NULL,
     "who the command runs as; 0 where the run allows --debug-root (the run's user)"},
    HELP};

static const struct rf_option ps_options[] = {
    {"json", 0, RF_ACTION_JSON, RF_VALUE_NONE, NULL, NULL, NULL, "as JSON"}, HELP};

static const struct rf_option kill_options[] = {
    {"signal", 's', RF_ACTION_SIGNAL, RF_VALUE_ONE, "SIGNAL", NULL, NULL, "the signal to send (TERM)"}, HELP};

static const struct rf_option plain_options[] = {HELP};

static const enum rf_key exec_keys[] = {RF_KEY_ENV, RF_KEY_ENV_FILE, RF_KEY_WORKDIR, RF_KEY_TTY,
                                        RF_KEY_INTERACTIVE};

#define OPTIONS(list) .options = (list), .option_count = RF_COUNT(list)

static const struct rf_verb verbs[] = {
    {.name = "run",
     .synopsis = "[OPTIONS] (--rootfs DIR | --host | --scratch) [--] COMMAND [ARGUMENT...]",
     .summary = "start a command in a ring and wait for it",
     .key_count = RF_KEY_MAX,
     OPTIONS(run_options)},
    {.name = "explain",
     .synopsis = "[OPTIONS] (--rootfs DIR | --host | --scratch) [--] COMMAND [ARGUMENT...]",
     .summary = "show what run would do, step by step, and start nothing",
     .key_count = RF_KEY_MAX,
     OPTIONS(explain_options)},
    {.name = "exec",
     .synopsis = "[OPTIONS] NAME COMMAND [ARGUMENT...]",
     .summary = "start a further command in a running ring",
     .keys = exec_keys,
     .key_count = RF_COUNT(exec_keys),
     OPTIONS(exec_options)},
    {.name = "ps", .synopsis = "[OPTIONS]", .summary = "list the rings that run", OPTIONS(ps_options)},
    {.name = "kill",
     .synopsis = "[OPTIONS] NAME...",
     .summary = "send a signal to a ring",
     OPTIONS(kill_options)},
    {.name = "netns",
     .synopsis = "create|delete",
     .summary = "keep an empty network name space, so that rings without a network start sooner",
     OPTIONS(plain_options)},
    {.name = "version", .synopsis = "", .summary = "show the version", OPTIONS(plain_options)},
    {.name = "help",
     .synopsis = "[VERB]",
     .summary = "show this, or the options of a verb",
     OPTIONS(plain_options)},
};

const struct rf_verb *rf_verbs(size_t *ret_count)
{
    *ret_count = RF_COUNT(verbs);
    return verbs;
}

const struct rf_verb *rf_verb_find(const char *name)
{
    for (size_t i = 0; i < RF_COUNT(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

bool rf_verb_takes(const struct rf_verb *verb, enum rf_key key)
{
    if (key == RF_KEY_NONE || key == RF_KEY_COMMAND || (unsigned)key >= RF_KEY_MAX)
        return false;
    for (size_t i = 0; verb->keys && i < verb->key_count; i++)
        if (verb->keys[i] == key)
            return true;
    return !verb->keys && verb->key_count == RF_KEY_MAX;
}
