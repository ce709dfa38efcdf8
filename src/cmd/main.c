/* The front program: the verbs that need nothing but libc. */
#include "cmd/exec.h"
#include "cmd/kill.h"
#include "cmd/program.h"
#include "cmd/ps.h"
#include "cmd/run.h"
#include "sandbox/netns_pin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

enum { EXIT_USAGE = 125 };

static int run(const struct rf_call *call, struct rf_err *err)
{
    const char *explain = call->options->values[RF_ACTION_EXPLAIN];
    struct rf_run_wish wish = {.report = call->options->values[RF_ACTION_REPORT],
                               .is_report_json = rf_options_wants_json(call->options),
                               .dies_with_parent = call->options->values[RF_ACTION_DIE_WITH_PARENT],
                               .parent = call->parent,
                               .words = call->words,
                               .words_len = call->words_len};

    if (explain)
        wish.explain = strcmp(explain, "json") == 0 ? RF_EXPLAIN_JSON : RF_EXPLAIN_TEXT;
    return rf_run(call->posture, &wish, err);
}

static int explain(const struct rf_call *call, struct rf_err *err)
{
    struct rf_run_wish wish = {.explain =
                                   call->options->values[RF_ACTION_JSON] ? RF_EXPLAIN_JSON : RF_EXPLAIN_TEXT};

    return rf_run(call->posture, &wish, err);
}

static int exec(const struct rf_call *call, struct rf_err *err)
{
    const struct rf_options *options = call->options;
    struct rf_exec_words words = {.user = options->values[RF_ACTION_USER]};

    if (options->word_count < 2) {
        (void)rf_fail(err, -EINVAL, "exec: want the name of a ring and a command: ringfence ps lists yours");
        return EXIT_USAGE;
    }
    words.name = options->words[0];
    words.command = options->words + 1;
    words.command_count = options->word_count - 1;
    return rf_exec(call->posture, &words, err);
}

static int ps(const struct rf_call *call, struct rf_err *err)
{
    if (call->options->word_count) {
        (void)rf_fail(err, -EINVAL, "ps: want no word behind it, not \"%s\"", call->options->words[0]);
        return EXIT_USAGE;
    }
    return rf_ps(call->options->values[RF_ACTION_JSON], err);
}

static int kill_rings(const struct rf_call *call, struct rf_err *err)
{
    return rf_kill(call->options->values[RF_ACTION_SIGNAL], call->options->words, call->options->word_count,
                   err);
}

static int netns(const struct rf_call *call, struct rf_err *err)
{
    const char *word = call->options->word_count == 1 ? call->options->words[0] : "";
    int code;

    if (strcmp(word, "create") == 0)
        code = rf_netns_pin_create(err);
    else if (strcmp(word, "delete") == 0)
        code = rf_netns_pin_delete(err);
    else
        code = rf_fail(err, -EINVAL, "netns: want one word, create or delete");
    return code < 0 ? EXIT_USAGE : 0;
}

static int version(const struct rf_call *call, struct rf_err *err)
{
    if (call->options->word_count) {
        (void)rf_fail(err, -EINVAL, "version: want no word behind it, not \"%s\"", call->options->words[0]);
        return EXIT_USAGE;
    }
    printf("ringfence " RF_VERSION "\n");
    return 0;
}

static int help(const struct rf_call *call, struct rf_err *err)
{
    const struct rf_verb *verb = NULL;

    if (call->options->word_count > 1) {
        (void)rf_fail(err, -EINVAL, "help: want one verb, not \"%s\" too", call->options->words[1]);
        return EXIT_USAGE;
    }
    if (call->options->word_count) {
        verb = rf_verb_find(call->options->words[0]);
        if (!verb) {
            (void)rf_fail(err, -EINVAL, "help: there is no verb \"%s\"", call->options->words[0]);
            return EXIT_USAGE;
        }
        rf_help_verb(stdout, verb, rf_help_wants_colour(stdout));
        return 0;
    }
    rf_help_program(stdout, rf_help_wants_colour(stdout));
    return 0;
}

static const struct rf_act acts[] = {{"run", run},         {"explain", explain}, {"exec", exec},
                                     {"ps", ps},           {"kill", kill_rings}, {"netns", netns},
                                     {"version", version}, {"help", help}};

int main(int argc, char **argv)
{
    return rf_program(argc, argv, acts, RF_COUNT(acts));
}
