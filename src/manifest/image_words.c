/* Options of the commands that RUN runs, as getopt_long(3) reads them: clusters, values that are attached or
   follow,
   `--`. Operands may stand between options, as GNU's programs allow. */
#include <string.h>

#include "manifest/image.h"

/* Whether one of the blank-separated `names` is `name`. */
static bool has_name(const char *names, struct rf_str name)
{
    struct rf_str rest = rf_str_of(names);

    while (rest.ptr) {
        struct rf_str known;

        rest = rf_str_cut(rest, ' ', &known);
        if (known.len == name.len && memcmp(known.ptr, name.ptr, name.len) == 0)
            return true;
    }
    return false;
}

static const struct rf_image_option *find_option(const struct rf_image_getopt *opt, struct rf_str name)
{
    for (size_t i = 0; i < opt->option_count; i++)
        if (has_name(opt->options[i].names, name))
            return &opt->options[i];
    return NULL;
}

/* The value of an option: the rest of its word, or the next word. */
static void take_value(struct rf_image_getopt *opt, struct rf_str rest, struct rf_sh_word *ret_word)
{
    const struct rf_sh_word *word = &opt->words[opt->at++];

    if (rest.ptr || opt->at == opt->count) {
        *ret_word = *word;
        ret_word->text = rest.ptr ? rest : RF_STR("");
        return;
    }
    *ret_word = opt->words[opt->at++];
}

static int next_long(struct rf_image_getopt *opt, struct rf_sh_word *ret_word)
{
    const struct rf_sh_word *word = &opt->words[opt->at];
    struct rf_str text = {word->text.ptr + 2, word->text.len - 2};
    struct rf_str name;
    struct rf_str value = rf_str_cut(text, '=', &name);
    const struct rf_image_option *option = find_option(opt, name);

    if (option && option->has_value) {
        take_value(opt, value, ret_word);
        return option->id;
    }
    *ret_word = *word;
    opt->at++;
    return option ? option->id : '?';
}

static int next_letter(struct rf_image_getopt *opt, struct rf_sh_word *ret_word)
{
    struct rf_str text = opt->words[opt->at].text;
    const struct rf_image_option *option = find_option(opt, (struct rf_str){text.ptr + opt->letter, 1});
    struct rf_str rest = {text.ptr + opt->letter + 1, text.len - opt->letter - 1};

    *ret_word = opt->words[opt->at];
    if (option && option->has_value) {
        opt->letter = 0;
        take_value(opt, rest.len > 0 ? rest : (struct rf_str){0}, ret_word);
        return option->id;
    }
    opt->letter++;
    if (rest.len == 0) {
        opt->letter = 0;
        opt->at++;
    }
    return option ? option->id : '?';
}

int rf_image_next_option(struct rf_image_getopt *opt, struct rf_sh_word *ret_word)
{
    struct rf_str text;

    if (opt->letter > 0)
        return next_letter(opt, ret_word);
    if (opt->at < opt->count && !opt->is_past && rf_str_is(opt->words[opt->at].text, "--")) {
        opt->is_past = true;
        opt->at++;
    }
    if (opt->at >= opt->count)
        return -1;
    text = opt->words[opt->at].text;
    if (!opt->is_past && text.len > 2 && rf_str_starts(text, "--"))
        return next_long(opt, ret_word);
    if (!opt->is_past && text.len > 1 && *text.ptr == '-') {
        opt->letter = 1;
        return next_letter(opt, ret_word);
    }
    *ret_word = opt->words[opt->at++];
    return '\0';
}
