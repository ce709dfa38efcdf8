#ifndef RF_CMD_OPTIONS_H
#define RF_CMD_OPTIONS_H

#include "posture/posture.h"

#include <stdio.h>

/* What an option does when it names no key of the posture: it is kept here for the verb to act on. */
enum rf_action {
    RF_ACTION_NONE,
    RF_ACTION_HELP,
    RF_ACTION_FILE,          /* -f ringfence.yaml */
    RF_ACTION_EXPLAIN,       /* "text" or "json" */
    RF_ACTION_REPORT,        /* a file, or "-" */
    RF_ACTION_REPORT_FORMAT, /* "text" or "json" */
    RF_ACTION_DIE_WITH_PARENT,
    RF_ACTION_RM,         /* always so; taken for docker's users */
    RF_ACTION_CAP_DROP,   /* "ALL" only: there is nothing else to drop */
    RF_ACTION_USER,       /* exec -u, where 0 may be allowed */
    RF_ACTION_SIGNAL,     /* kill -s */
    RF_ACTION_JSON,       /* ps --json */
    RF_ACTION_ENGINE,     /* batch: a name */
    RF_ACTION_ENGINE_DIR, /* where definitions of engines lie */
    RF_ACTION_LIST_ENGINES,
    RF_ACTION_FORMAT,      /* of the result: "json-v2", "txt", ... */
    RF_ACTION_ALL_FORMATS, /* a directory for a file of each format */
    RF_ACTION_LANGUAGE,
    RF_ACTION_PARALLEL,
    RF_ACTION_FETCH_DIR,     /* many: below which file:// may read */
    RF_ACTION_FETCH_HOST,    /* many: what http(s):// may ask, HOST[:PORT] */
    RF_ACTION_FETCH_ADDRESS, /* many: ranges beside the public ones that those hosts may have */
    RF_ACTION_FETCH_TRIES,   /* how long to wait between tries: "2s,10s,20s" */
    RF_ACTION_MAX_INPUT,
    RF_ACTION_MAX_PIXELS,
    RF_ACTION_MAX_PAGES,
    RF_ACTION_MAX_DURATION,
    RF_ACTION_MAX_OUTPUT,
    RF_ACTION_MAX_UNPACKED,
    RF_ACTION_PSS,     /* check: a level and a version */
    RF_ACTION_FAIL_ON, /* a severity */
    RF_ACTION_TARGET,  /* a stage of Dockerfiles */
    RF_ACTION_EXCLUDE, /* many: patterns like those of .gitignore */
    RF_ACTION_SUMMARY,
    RF_ACTION_LIVE,          /* what runs on this machine */
    RF_ACTION_DOCKER_SOCKET, /* where its engine answers */
    RF_ACTION_PROFILE,       /* "cis", "pss", "nsa" or "default" */
    RF_ACTION_MAX
};

enum rf_option_value { RF_VALUE_NONE, RF_VALUE_ONE, RF_VALUE_OPTIONAL, RF_VALUE_MANY };

/* An option that is no key of the posture. */
struct rf_option {
    const char *flag;
    char letter;
    enum rf_action action;
    enum rf_option_value takes;
    const char *value;    /* what help prints, "FILE" */
    const char *words;    /* the accepted values, "text|json"; NULL: any */
    const char *standard; /* of an optional value that was left out */
    const char *help;
};

/* Whether a word must follow the flag. */
static inline bool rf_option_needs_value(const struct rf_option *option)
{
    return option->takes == RF_VALUE_ONE || option->takes == RF_VALUE_MANY;
}

/* One verb of the program. */
struct rf_verb {
    const char *name;
    const char *synopsis; /* behind "ringfence NAME " */
    const char *summary;  /* one sentence, no full stop */
    const struct rf_option *options;
    size_t option_count;
    const enum rf_key *keys; /* the keys it takes as flags; with key_count RF_KEY_MAX and NULL: all */
    size_t key_count;
    const char *helper; /* "batch": the program ringfence-batch does it; NULL: the front itself */
    int usage_code;     /* exit code of wrong words; 0 stands for docker's 125 */
    bool is_mixed;      /* options may stand behind words, too: no word is a command's */
};

/* A parsed command line. */
struct rf_options {
    const struct rf_verb *verb;
    const char *values[RF_ACTION_MAX]; /* NULL: not given; "true" for one without a value */
    struct rf_option_list {
        const char **items; /* from the posture's arena */
        size_t count;
    } lists[RF_ACTION_MAX]; /* of RF_VALUE_MANY, in the order given */
    char *const *words;     /* the rest: behind the options, or behind `--` */
    size_t word_count;
};

const struct rf_verb *rf_verbs(size_t *ret_count) RF_NONNULL;

/* The verb called so, or NULL. */
const struct rf_verb *rf_verb_find(const char *name) RF_NONNULL;

/* Whether `verb` takes `key` as a flag. The command has none: it is the words. */
bool rf_verb_takes(const struct rf_verb *verb, enum rf_key key) RF_NONNULL;

/* Read the words behind the verb. Keys go into `posture` with rf_posture_set(); --env NAME takes the caller's
   value and env files are read, before the variables named alone. For `run` the words are set as the command
   as well. The error says what would be right. On failure `posture` is of no use. */
int rf_options_parse(const struct rf_verb *verb, int argc, char *const argv[], struct rf_posture *posture,
                     struct rf_options *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* What a run is asked for in all: the file of -f, if any, under the flags in `flags`. Both in the same arena.
 */
int rf_options_posture(const struct rf_options *options, const struct rf_posture *flags,
                       struct rf_posture *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Whether the report is wanted as JSON: as --report-format says, else when the file is called *.json. */
bool rf_options_wants_json(const struct rf_options *options) RF_NONNULL;

/* Why an option of docker run is not here and what to do instead, or a NULL pointer. `flag` has no dashes
   before it. */
struct rf_str rf_docker_reason(struct rf_str flag);

/* Help. Colour only when asked; rf_help_wants_colour() knows about terminals and NO_COLOR. */
void rf_help_program(FILE *out, bool is_colour) RF_NONNULL;
void rf_help_verb(FILE *out, const struct rf_verb *verb, bool is_colour) RF_NONNULL;
bool rf_help_wants_colour(FILE *out) RF_NONNULL;

/* Groups of keys as help, man page and documentation show them; ends with a NULL title. */
struct rf_key_group {
    const char *title;
    enum rf_key first; /* keys from first to last, in the order of enum rf_key */
    enum rf_key last;
};

extern const struct rf_key_group rf_key_groups[];

#endif
