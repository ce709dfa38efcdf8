/* The verbs and their options: rows of tables, from which help, man page and completion are made. */
#include "cmd/options.h"

#include <string.h>

#define RF_BATCH_FORMATS "json-v2|txt|srt|hocr|alto|tsv|pdf"

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

static const struct rf_option batch_options[] = {
    {"file", 'f', RF_ACTION_FILE, RF_VALUE_ONE, "FILE", NULL, NULL,
     "read the posture of the engine's ring from FILE; flags win over it"},
    {"engine", 0, RF_ACTION_ENGINE, RF_VALUE_ONE, "NAME", NULL, NULL,
     "the engine (by what the input is: tesseract for pages, pocketsphinx for speech)"},
    {"engine-dir", 0, RF_ACTION_ENGINE_DIR, RF_VALUE_ONE, "DIR", NULL, NULL,
     "where definitions of engines lie, NAME.yaml each (/etc/ringfence/engines)"},
    {"list-engines", 0, RF_ACTION_LIST_ENGINES, RF_VALUE_NONE, NULL, NULL, NULL,
     "list the engines, what they read and whether they are installed, and end"},
    {"language", 'l', RF_ACTION_LANGUAGE, RF_VALUE_ONE, "LANGUAGE", NULL, NULL,
     "what the input is written or spoken in, where no job config says so"},
    {"format", 0, RF_ACTION_FORMAT, RF_VALUE_ONE, RF_BATCH_FORMATS, RF_BATCH_FORMATS, NULL,
     "form of the result on standard output (json-v2)"},
    {"all-formats", 0, RF_ACTION_ALL_FORMATS, RF_VALUE_ONE, "DIR", NULL, NULL,
     "put a file of every format the engine has into DIR as well, a directory of the user's inside"},
    {"allformats", 0, RF_ACTION_ALL_FORMATS, RF_VALUE_ONE, "DIR", NULL, NULL, "the same"},
    {"parallel", 'j', RF_ACTION_PARALLEL, RF_VALUE_ONE, "N", NULL, NULL,
     "work on so many pages, or pieces of five minutes, at once (1)"},
    {"fetch-dir", 0, RF_ACTION_FETCH_DIR, RF_VALUE_MANY, "DIR", NULL, NULL,
     "a directory below which fetch_data may read file:// URLs, beside the volumes"},
    {"fetch-host", 0, RF_ACTION_FETCH_HOST, RF_VALUE_MANY, "HOST[:PORT]", NULL, NULL,
     "a host that fetch_data may ask by http:// or https://"},
    {"fetch-address", 0, RF_ACTION_FETCH_ADDRESS, RF_VALUE_MANY, "CIDR", NULL, NULL,
     "a range that is not public where those hosts may be nevertheless"},
    {"fetch-wait", 0, RF_ACTION_FETCH_TRIES, RF_VALUE_ONE, "TIME,...", NULL, NULL,
     "how long to wait before each further try (2s,10s,20s)"},
    {"max-input", 0, RF_ACTION_MAX_INPUT, RF_VALUE_ONE, "SIZE", NULL, NULL, "refuse a larger input (4g)"},
    {"max-pixels", 0, RF_ACTION_MAX_PIXELS, RF_VALUE_ONE, "N", NULL, NULL,
     "refuse a page of more pixels (100000000)"},
    {"max-pages", 0, RF_ACTION_MAX_PAGES, RF_VALUE_ONE, "N", NULL, NULL, "refuse more pages (500)"},
    {"max-duration", 0, RF_ACTION_MAX_DURATION, RF_VALUE_ONE, "TIME", NULL, NULL,
     "refuse longer speech (2h)"},
    {"max-output", 0, RF_ACTION_MAX_OUTPUT, RF_VALUE_ONE, "SIZE", NULL, NULL,
     "fail when a program writes more (256m)"},
    {"max-unpacked", 0, RF_ACTION_MAX_UNPACKED, RF_VALUE_ONE, "SIZE", NULL, NULL,
     "refuse an archive that holds more (1g)"},
    {"explain", 0, RF_ACTION_EXPLAIN, RF_VALUE_OPTIONAL, "text|json", "text|json", "text",
     "show the plan of the engine's ring; start nothing"},
    {"report", 0, RF_ACTION_REPORT, RF_VALUE_ONE, "FILE|-", NULL, NULL,
     "afterwards, write what was in force in each ring and what was written where; - is standard error"},
    {"report-format", 0, RF_ACTION_REPORT_FORMAT, RF_VALUE_ONE, "text|json", "text|json", NULL,
     "format of the report (json for a FILE that ends in .json, else text)"},
    {"rm", 0, RF_ACTION_RM, RF_VALUE_NONE, NULL, NULL, NULL, "accepted: nothing of a job is ever kept"},
    {"cap-drop", 0, RF_ACTION_CAP_DROP, RF_VALUE_ONE, "ALL", "ALL|all", NULL,
     "accepted: an engine has no capabilities"},
    HELP};

#define RF_CHECK_FORMATS "text|json|sarif|github"
#define RF_CHECK_SEVERITIES "info|low|medium|high|critical"
#define RF_CHECK_PROFILES "default|cis|pss|nsa"

static const struct rf_option check_options[] = {
    {"pss", 0, RF_ACTION_PSS, RF_VALUE_ONE, "LEVEL[@VERSION]", NULL, NULL,
     "judge pods by a Pod Security Standard alone: baseline or restricted, as of v1.N (latest)"},
    {"profile", 0, RF_ACTION_PROFILE, RF_VALUE_ONE, RF_CHECK_PROFILES, RF_CHECK_PROFILES, NULL,
     "only the rules that this guide asks for (default: all)"},
    {"target", 0, RF_ACTION_TARGET, RF_VALUE_ONE, "STAGE", NULL, NULL,
     "the stage of Dockerfiles that is shipped (the last)"},
    {"live", 0, RF_ACTION_LIVE, RF_VALUE_NONE, NULL, NULL, NULL,
     "look at what runs on this machine, whatever started it"},
    {"docker-socket", 0, RF_ACTION_DOCKER_SOCKET, RF_VALUE_ONE, "PATH", NULL, NULL,
     "where docker or podman answers --live with names (/run/docker.sock, /run/podman/podman.sock)"},
    {"exclude", 0, RF_ACTION_EXCLUDE, RF_VALUE_MANY, "PATTERN", NULL, NULL,
     "leave out what matches, written as in a .gitignore file"},
    {"format", 0, RF_ACTION_FORMAT, RF_VALUE_ONE, RF_CHECK_FORMATS, RF_CHECK_FORMATS, NULL,
     "form of the report (text)"},
    {"json", 0, RF_ACTION_JSON, RF_VALUE_NONE, NULL, NULL, NULL, "the same as --format json"},
    {"summary", 0, RF_ACTION_SUMMARY, RF_VALUE_NONE, NULL, NULL, NULL, "only how often each rule was found"},
    {"fail-on", 0, RF_ACTION_FAIL_ON, RF_VALUE_ONE, RF_CHECK_SEVERITIES, RF_CHECK_SEVERITIES, NULL,
     "end with 1 only for findings at least that severe (low)"},
    HELP};

static const struct rf_option rules_options[] = {{"format", 0, RF_ACTION_FORMAT, RF_VALUE_ONE,
                                                  "text|markdown", "text|markdown", NULL,
                                                  "form of the page (text)"},
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

/* What may be said of an engine's ring: never its root, its command or its network. */
static const enum rf_key batch_keys[] = {
    RF_KEY_USER,      RF_KEY_GROUP_ADD, RF_KEY_USERNS,  RF_KEY_READ_ONLY,     RF_KEY_TMPFS,
    RF_KEY_VOLUME,    RF_KEY_MOUNT,     RF_KEY_ENV,     RF_KEY_SECURITY_OPT,  RF_KEY_NO_NEW_PRIVILEGES,
    RF_KEY_SECCOMP,   RF_KEY_LANDLOCK,  RF_KEY_MEMORY,  RF_KEY_CPUS,          RF_KEY_PIDS_LIMIT,
    RF_KEY_ULIMIT,    RF_KEY_TIMEOUT,   RF_KEY_NO_DISK, RF_KEY_ALLOW_MISSING, RF_KEY_INTERACTIVE,
    RF_KEY_JOB_CONFIG};

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
    {.name = "batch",
     .synopsis = "[OPTIONS] [INPUT]",
     .summary = "turn one file into text: a scan or a recording, by one engine, in a ring",
     .keys = batch_keys,
     .key_count = RF_COUNT(batch_keys),
     .helper = "batch",
     .usage_code = 2,
     OPTIONS(batch_options)},
    {.name = "check",
     .synopsis = "[OPTIONS] [PATH...]",
     .summary = "find what is not least privilege in files, or in what runs",
     .helper = "tools",
     .usage_code = 2,
     .is_mixed = true,
     OPTIONS(check_options)},
    {.name = "rules",
     .synopsis = "[OPTIONS] [RULE...]",
     .summary = "list the rules of check, or show why there is one and how to mend what it finds",
     .helper = "tools",
     .usage_code = 2,
     .is_mixed = true,
     OPTIONS(rules_options)},
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
