/* The front program: finds the verb, reads its words, and prints what went wrong, once. */
#include "cmd/exec.h"
#include "cmd/kill.h"
#include "cmd/options.h"
#include "cmd/ps.h"
#include "cmd/run.h"
#include "sandbox/netns_pin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EXIT_USAGE = 125, POSTURE_MEMORY = 4 * 1024 * 1024 };

/* One invocation, as every verb gets it. */
struct call {
    struct rf_posture *posture; /* file and flags */
    const struct rf_options *options;
    pid_t parent; /* of this process, asked for first of all */
    char *words;  /* this process's arguments and environment, one piece of memory */
    size_t words_len;
};

static int run(const struct call *call, struct rf_err *err)
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

static int explain(const struct call *call, struct rf_err *err)
{
    struct rf_run_wish wish = {.explain =
                                   call->options->values[RF_ACTION_JSON] ? RF_EXPLAIN_JSON : RF_EXPLAIN_TEXT};

    return rf_run(call->posture, &wish, err);
}

static int exec(const struct call *call, struct rf_err *err)
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

static int ps(const struct call *call, struct rf_err *err)
{
    if (call->options->word_count) {
        (void)rf_fail(err, -EINVAL, "ps: want no word behind it, not \"%s\"", call->options->words[0]);
        return EXIT_USAGE;
    }
    return rf_ps(call->options->values[RF_ACTION_JSON], err);
}

static int kill_rings(const struct call *call, struct rf_err *err)
{
    return rf_kill(call->options->values[RF_ACTION_SIGNAL], call->options->words, call->options->word_count,
                   err);
}

static int netns(const struct call *call, struct rf_err *err)
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

static int version(const struct call *call, struct rf_err *err)
{
    if (call->options->word_count) {
        (void)rf_fail(err, -EINVAL, "version: want no word behind it, not \"%s\"", call->options->words[0]);
        return EXIT_USAGE;
    }
    printf("ringfence " RF_VERSION "\n");
    return 0;
}

static int help(const struct call *call, struct rf_err *err)
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

static const struct {
    const char *name;
    int (*act)(const struct call *call, struct rf_err *err);
} acts[] = {{"run", run},         {"explain", explain}, {"exec", exec},       {"ps", ps},
            {"kill", kill_rings}, {"netns", netns},     {"version", version}, {"help", help}};

static int act(const struct rf_verb *verb, const struct call *call, struct rf_err *err)
{
    for (size_t i = 0; i < RF_COUNT(acts); i++) {
        if (strcmp(acts[i].name, verb->name) == 0)
            return acts[i].act(call, err);
    }
    (void)rf_fail(err, -ENOSYS, "%s: this build has no such verb", verb->name);
    return EXIT_USAGE;
}

/* The kernel lays arguments and environment out in one piece, in order; whoever rearranged it gets nothing
 * wiped. */
static void find_words(int argc, char **argv, struct call *call)
{
    char *end = argv[0] + strlen(argv[0]) + 1;

    for (int i = 1; i < argc && argv[i] == end; i++)
        end += strlen(argv[i]) + 1;
    for (char **variable = environ; *variable && *variable == end; variable++)
        end += strlen(*variable) + 1;
    call->words = argv[0];
    call->words_len = (size_t)(end - argv[0]);
}

static int call_verb(const struct rf_verb *verb, int argc, char **argv, struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_posture flags;
    struct rf_posture posture;
    struct rf_options options = {0};
    struct call call = {.posture = &posture, .options = &options, .parent = getppid()};

    rf_arena_init(&arena, POSTURE_MEMORY);
    rf_posture_init(&flags, &arena);
    if (rf_options_parse(verb, argc - 2, argv + 2, &flags, &options, err) < 0)
        return EXIT_USAGE;
    if (options.values[RF_ACTION_HELP]) {
        rf_help_verb(stdout, verb, rf_help_wants_colour(stdout));
        return 0;
    }
    if (rf_options_posture(&options, &flags, &posture, err) < 0)
        return EXIT_USAGE;
    find_words(argc, argv, &call);
    return act(verb, &call, err);
}

/* `ringfence --version` and `--help` are verbs to whoever types them. */
static const char *verb_name(const char *word)
{
    if (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0)
        return "version";
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ? "help" : word;
}

int main(int argc, char **argv)
{
    struct rf_err err = {0};
    const struct rf_verb *verb;
    int code;

    if (argc < 2) {
        rf_help_program(stderr, rf_help_wants_colour(stderr));
        return EXIT_USAGE;
    }
    if (syscall(SYS_close_range, 3U, ~0U, 0U) < 0) { /* what a caller left open is nobody's business here */
        fprintf(stderr,
                "ringfence: close_range is missing: Linux 5.12 is the oldest kernel that can build a ring\n");
        return EXIT_USAGE;
    }
    verb = rf_verb_find(verb_name(argv[1]));
    if (!verb) {
        fprintf(stderr, "ringfence: there is no verb \"%s\": see ringfence help\n", argv[1]);
        return EXIT_USAGE;
    }
    code = call_verb(verb, argc, argv, &err);
    if (err.code < 0)
        fprintf(stderr, "ringfence: %s\n", err.msg);
    if (fflush(stdout) != 0 && code == 0) {
        fprintf(stderr, "ringfence: writing to standard output: %s\n", strerror(errno));
        code = EXIT_USAGE;
    }
    return code;
}
