/* A health check cut into words, as a shell would, without a shell: programs, arguments, files written to. */
#include "rules/probe_words.h"

#include "rules/image_ask.h"

#include <string.h>

struct cut {
    struct rf_str line;
    size_t at;
    bool is_start; /* a program comes next */
    bool is_written;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool is_separator(char c)
{
    return c == ';' || c == '&' || c == '|' || c == '(' || c == ')' || c == '\n' || c == '`';
}

static void add(struct rf_probe_words *words, struct rf_str text, bool is_program, bool is_written)
{
    if (words->count < RF_PROBE_WORDS)
        words->items[words->count++] = (struct rf_probe_word){text, is_program, is_written};
}

/* The next word, without the quotes around it; those inside stay. */
static struct rf_str read_word(struct cut *cut)
{
    size_t start = cut->at;
    char quote = '\0';
    struct rf_str word;

    for (; cut->at < cut->line.len; cut->at++) {
        char c = cut->line.ptr[cut->at];

        if (quote) {
            quote = c == quote ? '\0' : quote;
            continue;
        }
        if (c == '\'' || c == '"')
            quote = c;
        else if (is_blank(c) || is_separator(c) || c == '>' || c == '<')
            break;
    }
    word = (struct rf_str){cut->line.ptr + start, cut->at - start};
    if (word.len >= 2 && (*word.ptr == '"' || *word.ptr == '\'') && word.ptr[word.len - 1] == *word.ptr)
        word = (struct rf_str){word.ptr + 1, word.len - 2};
    return word;
}

/* > and >> with a number before and & behind; the file comes next. */
static void read_redirect(struct cut *cut)
{
    bool is_out = cut->line.ptr[cut->at] == '>';

    while (cut->at < cut->line.len && (cut->line.ptr[cut->at] == '>' || cut->line.ptr[cut->at] == '<'))
        cut->at++;
    if (cut->at < cut->line.len && cut->line.ptr[cut->at] == '&') { /* 2>&1 */
        cut->at++;
        (void)read_word(cut);
        return;
    }
    cut->is_written = is_out;
}

static bool is_number(struct rf_str word)
{
    uint32_t number;

    return word.len == 1 && rf_ask_number(word, &number);
}

static void cut_line(struct rf_probe_words *words, struct rf_str line)
{
    struct cut cut = {.line = line, .is_start = true};

    while (cut.at < line.len) {
        char c = line.ptr[cut.at];
        struct rf_str word;

        if (is_blank(c)) {
            cut.at++;
            continue;
        }
        if (is_separator(c)) {
            cut.at++;
            cut.is_start = true;
            continue;
        }
        if (c == '>' || c == '<') {
            read_redirect(&cut);
            continue;
        }
        word = read_word(&cut);
        if (is_number(word) && cut.at < line.len && line.ptr[cut.at] == '>')
            continue;
        /* `if`, `!`, X=1 in front of a program */
        if (cut.is_start && !cut.is_written &&
            (rf_ask_is_one_of(word, "if then else elif while until do ! exec time { }") ||
             (rf_ask_has(word, "=") && *word.ptr != '[')))
            continue;
        add(words, word, cut.is_start && !cut.is_written, cut.is_written);
        cut.is_start = cut.is_start && cut.is_written;
        cut.is_written = false;
    }
}

/* sh -c LINE is that line. */
static void take_list(struct rf_probe_words *words, const struct rf_str *items, size_t count)
{
    size_t first = 0;

    if (words->is_shell) {
        for (size_t i = 0; i < count; i++)
            cut_line(words, items[i]);
        return;
    }
    if (count >= 3 && rf_ask_is_one_of(rf_ask_base_name(items[0]), "sh bash ash dash") && items[1].len > 1 &&
        *items[1].ptr == '-' && rf_ask_ends(items[1], "c")) {
        add(words, items[0], true, false);
        cut_line(words, items[2]);
        return;
    }
    for (size_t i = first; i < count; i++)
        add(words, items[i], i == first, false);
}

bool rf_probe_words_of(const struct rf_look *look, const struct rf_probe *probe, struct rf_probe_words *ret)
{
    struct rf_str items[RF_PROBE_WORDS];
    size_t count = probe->command.count < RF_PROBE_WORDS ? probe->command.count : RF_PROBE_WORDS;

    (void)look;
    ret->count = 0;
    ret->is_shell = probe->is_shell;
    ret->is_from_image = false;
    ret->probe = probe;
    ret->from = probe->command.from.known ? probe->command.from : probe->from;
    if (probe->disabled.is_true || probe->action != RF_PROBE_EXEC)
        return false;
    for (size_t i = 0; i < count; i++)
        items[i] = probe->command.items[i].value;
    take_list(ret, items, count);
    return ret->count > 0;
}

bool rf_probe_words_find(const struct rf_look *look, struct rf_probe_words *ret)
{
    const struct rf_image_health *health;
    struct rf_str items[RF_PROBE_WORDS];
    size_t count;

    for (size_t i = 0; i < look->subject->probe_count; i++)
        if (look->subject->probes[i].kind == RF_PROBE_HEALTH)
            return rf_probe_words_of(look, &look->subject->probes[i], ret);
    if (!look->stage || !rf_look_is_docker(look))
        return false;
    health = &look->stage->health;
    ret->count = 0;
    ret->is_shell = health->command.is_shell;
    ret->is_from_image = true;
    ret->probe = NULL;
    ret->from = health->from;
    if (health->from.known == RF_UNSET || health->kind == RF_IMAGE_HEALTH_NONE)
        return false;
    count = health->command.count < RF_PROBE_WORDS ? health->command.count : RF_PROBE_WORDS;
    for (size_t i = 0; i < count; i++)
        items[i] = health->command.items[i].value;
    take_list(ret, items, count);
    return ret->count > 0;
}
