/* --help, made from the same tables that are parsed by. */
#include "cmd/options.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HELP_COLUMN = 34, HELP_WIDTH = 100 };

const struct rf_key_group rf_key_groups[] = {
    {"Root and user", RF_KEY_ROOTFS, RF_KEY_USERNS},
    {"Files", RF_KEY_READ_ONLY, RF_KEY_SHM_SIZE},
    {"Program", RF_KEY_ENV, RF_KEY_NAME},
    {"Privileges", RF_KEY_CAP_ADD, RF_KEY_NETWORK},
    {"Limits", RF_KEY_MEMORY, RF_KEY_STOP_SIGNAL},
    {"Running", RF_KEY_INIT, RF_KEY_JOB_CONFIG},
    {NULL, RF_KEY_NONE, RF_KEY_NONE},
};

bool rf_help_wants_colour(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");

    return isatty(fileno(out)) && !(no_color && *no_color);
}

static void put_title(FILE *out, const char *title, bool is_colour)
{
    (void)fprintf(out, is_colour ? "\n\033[1m%s:\033[0m\n" : "\n%s:\n", title);
}

/* `text` from column `column` on, wrapped at blanks. */
static void put_wrapped(FILE *out, size_t column, const char *text)
{
    size_t used = column;

    while (*text) {
        size_t len = strcspn(text, " ");

        if (used > column && used + 1 + len > HELP_WIDTH) {
            (void)fprintf(out, "\n%*s", (int)column, "");
            used = column;
        }
        used += (size_t)fprintf(out, "%s%.*s", used > column ? " " : "", (int)len, text);
        text += len;
        text += *text == ' ';
    }
    (void)fputc('\n', out);
}

/* One line of the list: -l, --flag VALUE   help */
static void put_option(FILE *out, char letter, const char *flag, const char *value, bool is_optional,
                       const char *help)
{
    char left[96];
    char dash[8] = "    ";
    int len;

    if (letter)
        (void)snprintf(dash, sizeof(dash), "-%c, ", letter); /* four letters */
    if (!value)
        len = snprintf(left, sizeof(left), "  %s--%s", dash, flag);
    else
        len = snprintf(left, sizeof(left), is_optional ? "  %s--%s[=%s]" : "  %s--%s %s", dash, flag, value);
    if (len + 2 > HELP_COLUMN)
        (void)fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
    else
        (void)fprintf(out, "%-*s", HELP_COLUMN, left);
    put_wrapped(out, HELP_COLUMN, help);
}

static void put_key(FILE *out, const struct rf_key_info *info)
{
    char help[256];
    bool is_off = info->standard && strcmp(info->standard, "false") == 0;
    bool is_repeated = info->shape == RF_SHAPE_LIST || info->shape == RF_SHAPE_MAP;

    (void)snprintf(help, sizeof(help), "%s%s%s%s%s", info->help, info->standard && !is_off ? " (" : "",
                   info->standard && !is_off ? info->standard : "", info->standard && !is_off ? ")" : "",
                   is_repeated && info->key != RF_KEY_ENTRYPOINT ? " (repeatable)"
                                                                 : ""); /* the table's are short */
    put_option(out, info->letter, info->flag, info->value, false, help);
}

void rf_help_verb(FILE *out, const struct rf_verb *verb, bool is_colour)
{
    (void)fprintf(out, "Usage: ringfence %s%s%s\n\n", verb->name, *verb->synopsis ? " " : "", verb->synopsis);
    (void)fprintf(out, "%c%s.\n", verb->summary[0] - 'a' + 'A', verb->summary + 1);
    for (const struct rf_key_group *group = rf_key_groups; group->title; group++) {
        bool has_title = false;

        for (unsigned key = group->first; key <= group->last; key++) {
            if (!rf_verb_takes(verb, (enum rf_key)key))
                continue;
            if (!has_title)
                put_title(out, group->title, is_colour);
            has_title = true;
            put_key(out, rf_key_info((enum rf_key)key));
        }
    }
    put_title(out, "Options", is_colour);
    for (size_t i = 0; i < verb->option_count; i++) {
        const struct rf_option *option = &verb->options[i];

        put_option(out, option->letter, option->flag, option->value, option->takes == RF_VALUE_OPTIONAL,
                   option->help);
    }
    if (verb->key_count == RF_KEY_MAX)
        (void)fputs(
            "\nEvery option above the last group is a key of ringfence.yaml as well, with _ for -: see"
            "\nringfence.yaml(5). A switch is turned off with --SWITCH=false.\n",
            out);
}

void rf_help_program(FILE *out, bool is_colour)
{
    size_t count = 0;
    const struct rf_verb *verbs = rf_verbs(&count);

    (void)fputs(
        "Usage: ringfence VERB [OPTIONS]\n\nLaunch workloads as an ordinary user, in a ring: read-only root, "
        "no capabilities, no network.\n",
        out);
    put_title(out, "Verbs", is_colour);
    for (size_t i = 0; i < count; i++)
        (void)fprintf(out, "  %-10s %s\n", verbs[i].name, verbs[i].summary);
    (void)fputs("\nTry: ringfence run --host -- id\n", out);
}
