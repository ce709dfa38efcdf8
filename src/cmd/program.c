/* Around the verbs: which one, with which words, in which program. */
#include "cmd/program.h"

#include "base/format.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { EXIT_USAGE = 125, POSTURE_MEMORY = 64 * 1024 * 1024 };

/* The kernel lays arguments and environment out in one piece, in order; whoever rearranged it gets nothing
 * wiped. */
static void find_words(int argc, char **argv, struct rf_call *call)
{
    char *end = argv[0] + strlen(argv[0]) + 1;

    for (int i = 1; i < argc && argv[i] == end; i++)
        end += strlen(argv[i]) + 1;
    for (char **variable = environ; *variable && *variable == end; variable++)
        end += strlen(*variable) + 1;
    call->words = argv[0];
    call->words_len = (size_t)(end - argv[0]);
}

/* --- programs beside this one --- */

int rf_helper_path(const char *name, char ret[RF_HELPER_PATH], struct rf_err *err)
{
    static const char *const places[] = {"", "../libexec/ringfence/"};
    char own[RF_HELPER_PATH];
    ssize_t len = readlink("/proc/self/exe", own, sizeof(own) - 1);
    char *slash;

    if (len < 0)
        return rf_fail(err, -errno, "looking for %s: /proc/self/exe: %s", name, strerror(errno));
    own[len] = '\0';
    slash = strrchr(own, '/');
    if (!slash)
        return rf_fail(err, -ENOENT, "looking for %s: this program has no path", name);
    slash[1] = '\0';
    for (size_t i = 0; i < RF_COUNT(places); i++) {
        int size = rf_snprintf(ret, RF_HELPER_PATH, "%s%s%s", own, places[i], name);

        if (size > 0 && size < RF_HELPER_PATH && access(ret, X_OK) == 0)
            return 0;
    }
    return rf_fail(err, -ENOENT, "%s is neither in %s nor in %s../libexec/ringfence/: is it installed?", name,
                   own, own);
}

/* Returns only when it could not be done. */
static int exec_helper(const struct rf_verb *verb, char **argv, struct rf_err *err)
{
    char name[64];
    char path[RF_HELPER_PATH];
    int code;

    (void)rf_snprintf(name, sizeof(name), "ringfence-%s", verb->helper); /* names of ours are short */
    code = rf_helper_path(name, path, err);
    if (code == 0) {
        (void)execv(path, argv);
        code = rf_fail(err, -errno, "%s: executing %s: %s", verb->name, path, strerror(errno));
    }
    return verb->usage_code ? verb->usage_code : EXIT_USAGE;
}

/* --- one verb --- */

static const struct rf_act *find_act(const char *name, const struct rf_act *acts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(acts[i].name, name) == 0)
            return &acts[i];
    }
    return NULL;
}

static int call_verb(const struct rf_verb *verb, const struct rf_act *act, int argc, char **argv,
                     struct rf_err *err)
{
    struct rf_arena arena;
    struct rf_posture flags;
    struct rf_posture posture;
    struct rf_options options = {0};
    struct rf_call call = {.posture = &posture, .options = &options, .parent = getppid()};
    int usage_code = verb->usage_code ? verb->usage_code : EXIT_USAGE;

    rf_arena_init(&arena, POSTURE_MEMORY);
    rf_posture_init(&flags, &arena);
    if (rf_options_parse(verb, argc - 2, argv + 2, &flags, &options, err) < 0)
        return usage_code;
    if (options.values[RF_ACTION_HELP]) {
        rf_help_verb(stdout, verb, rf_help_wants_colour(stdout));
        return 0;
    }
    if (rf_options_posture(&options, &flags, &posture, err) < 0)
        return usage_code;
    find_words(argc, argv, &call);
    return act->act(&call, err);
}

/* `ringfence --version` and `--help` are verbs to whoever types them, and `explain` is about rules, too. */
static const char *verb_name(const char *word, const char *next)
{
    if (strcmp(word, "explain") == 0 && next && strncasecmp(next, "RF-", 3) == 0)
        return "rules";
    if (strcmp(word, "--version") == 0 || strcmp(word, "-v") == 0)
        return "version";
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 ? "help" : word;
}

int rf_program(int argc, char **argv, const struct rf_act *acts, size_t count)
{
    struct rf_err err = {0};
    const struct rf_verb *verb;
    const struct rf_act *act;
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
    verb = rf_verb_find(verb_name(argv[1], argv[2]));
    if (!verb) {
        fprintf(stderr, "ringfence: there is no verb \"%s\": see ringfence help\n", argv[1]);
        return EXIT_USAGE;
    }
    act = find_act(verb->name, acts, count);
    if (act)
        code = call_verb(verb, act, argc, argv, &err);
    else if (verb->helper)
        code = exec_helper(verb, argv, &err);
    else
        code = rf_fail(&err, -ENOSYS, "%s: this program has no such verb: ringfence has it", verb->name) < 0
                   ? EXIT_USAGE
                   : 0;
    if (err.code < 0)
        fprintf(stderr, "ringfence: %s\n", err.msg);
    if (fflush(stdout) != 0 && code == 0) {
        fprintf(stderr, "ringfence: writing to standard output: %s\n", strerror(errno));
        code = EXIT_USAGE;
    }
    return code;
}
