/* The command line, read as docker's users write theirs. A flag names a key of the posture or an action of
   the verb; everything else is refused with what would be right. */
#include "cmd/options.h"

#include "manifest/posture_file.h"
#include "posture/value.h"

#include <errno.h>
#include <string.h>

/* Where the reading stands. */
struct reading {
    const struct rf_verb *verb;
    struct rf_posture *posture;
    struct rf_options *options;
    int argc;
    char *const *argv;
    int at;
    char **words; /* that are no options; room for argc of them */
    size_t word_count;
    bool is_for_env_files; /* the first pass reads these alone: a variable named on the command line wins */
};

/* What a flag turned out to be. */
struct match {
    enum rf_key key;
    const struct rf_option *option;
};

static bool takes_value(const struct match *match)
{
    if (match->option)
        return rf_option_needs_value(match->option);
    return rf_key_info(match->key)->shape != RF_SHAPE_BOOL;
}

static bool find_flag(const struct rf_verb *verb, struct rf_str flag, struct match *ret)
{
    enum rf_key key = rf_key_by_name(flag);

    for (size_t i = 0; i < verb->option_count; i++) {
        if (rf_str_is(flag, verb->options[i].flag)) {
            *ret = (struct match){.option = &verb->options[i]};
            return true;
        }
    }
    if (!rf_verb_takes(verb, key) || !rf_str_is(flag, rf_key_info(key)->flag))
        return false;
    *ret = (struct match){.key = key};
    return true;
}

static bool find_letter(const struct rf_verb *verb, char letter, struct match *ret)
{
    for (size_t i = 0; i < verb->option_count; i++) {
        if (letter && letter == verb->options[i].letter) {
            *ret = (struct match){.option = &verb->options[i]};
            return true;
        }
    }
    for (unsigned key = 0; key < RF_KEY_MAX; key++) {
        if (letter && letter == rf_key_info((enum rf_key)key)->letter &&
            rf_verb_takes(verb, (enum rf_key)key)) {
            *ret = (struct match){.key = (enum rf_key)key};
            return true;
        }
    }
    return false;
}

/* The nearest flag of the verb, or NULL. */
static const char *find_like(const struct rf_verb *verb, struct rf_str flag)
{
    const char *like = rf_key_like(flag);

    for (size_t i = 0; flag.len > 2 && i < verb->option_count; i++)
        if (rf_str_distance(flag, verb->options[i].flag, 2) <= 2)
            return verb->options[i].flag;
    return like && rf_verb_takes(verb, rf_key_by_name(rf_str_of(like))) ? like : NULL;
}

/* Text of a command line as it may be shown: no control codes, not too long. */
static struct rf_str shown(struct rf_str text, char buffer[64])
{
    size_t len = text.len < 60 ? text.len : 60;

    for (size_t i = 0; i < len; i++)
        buffer[i] = (char)((unsigned char)text.ptr[i] - 0x20U < 0x5f ? text.ptr[i] : '?');
    return (struct rf_str){buffer, len};
}

static int fail_unknown(const struct reading *reading, struct rf_str flag, const char *dashes,
                        struct rf_err *err)
{
    struct rf_str reason = rf_docker_reason(flag);
    const char *like = find_like(reading->verb, flag);
    char buffer[64];
    struct rf_str text = shown(flag, buffer);

    if (reason.ptr)
        return rf_fail(err, -EINVAL, "%s%.*s: %.*s", dashes, RF_FMT(text), RF_FMT(reason));
    if (like)
        return rf_fail(err, -EINVAL, "%s%.*s: there is no such option; did you mean --%s?", dashes,
                       RF_FMT(text), like);
    return rf_fail(err, -EINVAL, "%s%.*s: there is no such option; ringfence help %s lists them", dashes,
                   RF_FMT(text), reading->verb->name);
}

/* Whether `text` is one of the words "a|b|c". */
static bool is_one_of(const char *words, const char *text)
{
    struct rf_str rest = rf_str_of(words);

    while (rest.ptr) {
        struct rf_str word;

        rest = rf_str_cut(rest, '|', &word);
        if (rf_str_is(word, text))
            return true;
    }
    return false;
}

static int add_to_list(const struct reading *reading, const struct rf_option *option, const char *value,
                       struct rf_err *err)
{
    struct rf_option_list *list = &reading->options->lists[option->action];
    const char **items =
        rf_list_room(reading->posture->arena, list->items, list->count, sizeof(*list->items));

    if (!items || list->count >= RF_LIST_MAX)
        return rf_fail(err, -ENOMEM, "--%s: no memory left for another value", option->flag);
    items[list->count++] = value;
    list->items = items;
    return 0;
}

static int act(const struct reading *reading, const struct rf_option *option, const char *value,
               struct rf_err *err)
{
    char buffer[64];
    bool is_switch = option->takes == RF_VALUE_NONE;

    if (reading->is_for_env_files)
        return 0;
    if (is_switch && value && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        return rf_fail(err, -EINVAL, "--%s takes no value but true or false", option->flag);
    if (!value)
        value = is_switch ? "true" : option->standard;
    if (option->words && !is_one_of(option->words, value)) {
        struct rf_str text = shown(rf_str_of(value), buffer);

        return rf_fail(err, -EINVAL, "--%s \"%.*s\": want %s", option->flag, RF_FMT(text), option->value);
    }
    if (rf_option_needs_value(option) && !*value)
        return rf_fail(err, -EINVAL, "--%s: the value is empty, want %s", option->flag, option->value);
    if (option->action == RF_ACTION_RM && strcmp(value, "false") == 0)
        return rf_fail(err, -EINVAL, "--rm=false: nothing of a run is kept: see --volume and --report");
    if (option->takes == RF_VALUE_MANY)
        return add_to_list(reading, option, value, err);
    reading->options->values[option->action] = is_switch && strcmp(value, "false") == 0 ? NULL : value;
    return 0;
}

static int set_key(const struct reading *reading, enum rf_key key, const char *value, struct rf_err *err)
{
    static const struct rf_from from = {.known = RF_KNOWN};
    struct rf_posture *posture = reading->posture;
    struct rf_str text = rf_str_of(value ? value : "true");
    size_t words = posture->entrypoint_count;
    int r;

    if (reading->is_for_env_files)
        return key == RF_KEY_ENV_FILE ? rf_env_read_file(text.ptr, posture, err) : 0;
    if (key == RF_KEY_ENV_FILE)
        return 0;
    if (key == RF_KEY_ENV)
        return rf_env_pass(posture, text, &from, err);
    if (key == RF_KEY_ENTRYPOINT) /* docker's takes one word, the last one given */
        posture->entrypoint_count = 0;
    r = rf_posture_set(posture, key, text, &from, err);
    if (r < 0 && key == RF_KEY_ENTRYPOINT)
        posture->entrypoint_count = words;
    return r;
}

static int apply(const struct reading *reading, const struct match *match, const char *value,
                 struct rf_err *err)
{
    if (match->option)
        return act(reading, match->option, value, err);
    return set_key(reading, match->key, value, err);
}

/* The word after the flag as its value. */
static int take_next(struct reading *reading, const struct match *match, const char **ret, struct rf_err *err)
{
    const char *flag = match->option ? match->option->flag : rf_key_info(match->key)->flag;
    const char *want = match->option ? match->option->value : rf_key_info(match->key)->value;

    if (reading->at + 1 >= reading->argc)
        return rf_fail(err, -EINVAL, "--%s: a value is missing, want %s%s", flag, want,
                       match->key == RF_KEY_HOSTNAME ? " (for help: --help)" : "");
    *ret = reading->argv[++reading->at];
    return 0;
}

/* --flag, --flag=value, --flag value */
static int read_long(struct reading *reading, const char *word, struct rf_err *err)
{
    struct rf_str flag;
    struct rf_str value = rf_str_cut(rf_str_of(word + 2), '=', &flag);
    const char *text = value.ptr;
    struct match match;
    int r = 0;

    if (!find_flag(reading->verb, flag, &match))
        return fail_unknown(reading, flag, "--", err);
    if (!text && takes_value(&match))
        r = take_next(reading, &match, &text, err);
    return r < 0 ? r : apply(reading, &match, text, err);
}

/* -i, -it, -u value, -uvalue, -u=value, -itu value */
static int read_short(struct reading *reading, const char *word, struct rf_err *err)
{
    int r = 0;

    for (const char *p = word + 1; r == 0 && *p; p++) {
        struct match match;
        const char *text = NULL;

        if (!find_letter(reading->verb, *p, &match))
            return fail_unknown(reading, (struct rf_str){p, 1}, "-", err);
        if (!takes_value(&match)) {
            if (p[1] == '=')
                return apply(reading, &match, p + 2, err);
            r = apply(reading, &match, NULL, err);
            continue;
        }
        if (p[1])
            text = p + (p[1] == '=' ? 2 : 1);
        else
            r = take_next(reading, &match, &text, err);
        return r < 0 ? r : apply(reading, &match, text, err);
    }
    return r;
}

/* Options up to the first word that is none. */
/* A word that is no option. Where they may stand between options, it is kept for later. */
static void keep_word(struct reading *reading, char *word)
{
    reading->words[reading->word_count++] = word;
}

static int read_options(struct reading *reading, struct rf_err *err)
{
    int r = 0;

    reading->word_count = 0;
    for (reading->at = 0; r == 0 && reading->at < reading->argc; reading->at++) {
        char *word = reading->argv[reading->at];

        if (strcmp(word, "--") == 0) {
            reading->at++;
            break;
        }
        if (word[0] == '-' && word[1])
            r = word[1] == '-' ? read_long(reading, word, err) : read_short(reading, word, err);
        else if (reading->verb->is_mixed)
            keep_word(reading, word);
        else
            break;
    }
    while (r == 0 && reading->at < reading->argc)
        keep_word(reading, reading->argv[reading->at++]);
    return r;
}

int rf_options_parse(const struct rf_verb *verb, int argc, char *const argv[], struct rf_posture *posture,
                     struct rf_options *ret, struct rf_err *err)
{
    static const struct rf_from from = {.known = RF_KNOWN};
    struct rf_options options = {.verb = verb};
    struct reading reading = {.verb = verb,
                              .posture = posture,
                              .options = &options,
                              .argc = argc,
                              .argv = argv,
                              .is_for_env_files = true};
    bool has_command = verb->key_count == RF_KEY_MAX;
    int r;

    reading.words = rf_arena_array(posture->arena, (size_t)argc + 1, sizeof(*reading.words));
    if (!reading.words)
        return rf_fail(err, -ENOMEM, "%s: out of memory", verb->name);
    r = read_options(&reading, err);
    reading.is_for_env_files = false;
    if (r == 0)
        r = read_options(&reading, err);
    if (r < 0)
        return r;
    options.words = reading.words;
    options.word_count = reading.word_count;
    for (size_t i = 0; r == 0 && has_command && i < options.word_count; i++)
        r = rf_posture_set(posture, RF_KEY_COMMAND, rf_str_of(options.words[i]), &from, err);
    if (r == 0)
        *ret = options;
    return r;
}

int rf_options_posture(const struct rf_options *options, const struct rf_posture *flags,
                       struct rf_posture *ret, struct rf_err *err)
{
    struct rf_posture posture;
    const char *file = options->values[RF_ACTION_FILE];
    int r = 0;

    rf_posture_init(&posture, flags->arena);
    if (file)
        r = rf_posture_read_file(file, &posture, err);
    if (r == 0)
        r = rf_posture_merge(&posture, flags, err);
    if (r == 0)
        *ret = posture;
    return r;
}

bool rf_options_wants_json(const struct rf_options *options)
{
    const char *format = options->values[RF_ACTION_REPORT_FORMAT];
    const char *file = options->values[RF_ACTION_REPORT];
    size_t len = file ? strlen(file) : 0;

    if (format)
        return strcmp(format, "json") == 0;
    return len > 5 && strcmp(file + len - 5, ".json") == 0;
}
