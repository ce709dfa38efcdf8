/* Findings that somebody has looked at and accepted: in a comment, or in the file .ringfence-ignore. They
   stay in JSON and SARIF, with the reason. */
#include "cmd/check.h"

#include "base/file.h"

#include <errno.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <time.h>

static const char marker[] = "ringfence: ignore";
enum { FILE_BYTES = 1 << 20, DATE_LEN = 10 };

static struct rf_str trim(struct rf_str text)
{
    while (text.len > 0 && strchr(" \t\r", text.ptr[0])) {
        text.ptr++;
        text.len--;
    }
    while (text.len > 0 && strchr(" \t\r", text.ptr[text.len - 1]))
        text.len--;
    return text;
}

/* The next word; *text is what is behind it. */
static struct rf_str next_word(struct rf_str *text)
{
    struct rf_str word;

    *text = trim(*text);
    *text = rf_str_cut(*text, ' ', &word);
    if (!text->ptr)
        *text = (struct rf_str){"", 0};
    *text = trim(*text);
    return word;
}

static void today(char ret[DATE_LEN + 1])
{
    time_t now = time(NULL);
    struct tm parts;

    (void)gmtime_r(&now, &parts);
    (void)strftime(ret, DATE_LEN + 1, "%Y-%m-%d", &parts);
}

/* "until 2027-01-31 reason": false when the day has passed. *text becomes the reason. */
static bool is_still_good(struct rf_str *text)
{
    struct rf_str rest = *text;
    struct rf_str date;
    char day[DATE_LEN + 1];

    if (!rf_str_is(next_word(&rest), "until"))
        return true;
    date = next_word(&rest);
    *text = rest;
    today(day);
    return date.len == DATE_LEN && memcmp(date.ptr, day, DATE_LEN) >= 0;
}

static bool names_rule(struct rf_str words, const struct rf_rule *rule)
{
    while (words.ptr) {
        struct rf_str word;

        words = rf_str_cut(words, ',', &word);
        if (word.len == strlen(rule->id) && strncasecmp(word.ptr, rule->id, word.len) == 0)
            return true;
    }
    return false;
}

/* A line with "# ringfence: ignore RF-A,RF-B [until DATE] reason". Without a reason it counts for nothing. */
static const char *in_line(struct rf_str line, const struct rf_rule *rule, struct rf_arena *arena)
{
    const char *comment = line.len ? memchr(line.ptr, '#', line.len) : NULL;
    const char *at;
    struct rf_str rest;

    if (!comment)
        return NULL;
    at = memmem(comment, line.len - (size_t)(comment - line.ptr), marker, sizeof(marker) - 1);
    if (!at)
        return NULL;
    at += sizeof(marker) - 1;
    rest = (struct rf_str){at, line.len - (size_t)(at - line.ptr)};
    if (!names_rule(next_word(&rest), rule) || !is_still_good(&rest) || rest.len == 0)
        return NULL;
    return rf_arena_text(arena, rest);
}

/* On the line itself, or in the comments right above it. */
static const char *in_file(const struct rf_found *found, struct rf_str text, struct rf_arena *arena)
{
    struct rf_str line = found->source;
    const char *reason;

    if (!line.ptr || line.ptr < text.ptr || line.ptr > text.ptr + text.len)
        return NULL;
    reason = in_line(line, found->rule, arena);
    while (!reason && line.ptr > text.ptr) {
        const char *end = line.ptr - 1; /* the line's end above */
        const char *start = end;

        while (start > text.ptr && start[-1] != '\n')
            start--;
        line = (struct rf_str){start, (size_t)(end - start)};
        if (trim(line).len == 0 || *trim(line).ptr != '#')
            break;
        reason = in_line(line, found->rule, arena);
    }
    return reason;
}

/* RULE PATTERN [until DATE] REASON, a line each. */
static const char *in_list(const struct rf_found *found, struct rf_str list, const char *path,
                           struct rf_arena *arena)
{
    while (list.ptr) {
        struct rf_str line;
        struct rf_str word;
        const char *pattern;

        list = rf_str_cut(list, '\n', &line);
        line = trim(line);
        if (line.len == 0 || *line.ptr == '#' || !names_rule(next_word(&line), found->rule))
            continue;
        word = next_word(&line);
        pattern = rf_arena_text(arena, word);
        if (pattern && rf_ignore_matches(pattern, path, false) && is_still_good(&line) && line.len > 0)
            return rf_arena_text(arena, line);
    }
    return NULL;
}

int rf_check_read_ignore(struct rf_inputs *inputs, struct rf_err *err)
{
    inputs->ignores = rf_arena_array(inputs->arena, inputs->root_count + 1, sizeof(*inputs->ignores));
    if (!inputs->ignores)
        return rf_fail(err, -ENOMEM, "check: out of memory");
    for (size_t i = 0; i < inputs->root_count; i++) {
        const char *root = inputs->roots[i];
        char *path = rf_arena_printf(inputs->arena, "%s%s.ringfence-ignore", root,
                                     root[strlen(root) - 1] == '/' ? "" : "/");
        struct stat st;
        int r;

        if (!path)
            return rf_fail(err, -ENOMEM, "check: out of memory");
        if (lstat(path, &st) < 0 || !S_ISREG(st.st_mode))
            continue;
        r = rf_file_read(path, FILE_BYTES, inputs->arena, &inputs->ignores[i], err);
        if (r < 0)
            return r;
    }
    return 0;
}

void rf_check_ignore(const struct rf_inputs *inputs, const struct rf_input *input, struct rf_found *found,
                     struct rf_arena *arena)
{
    const char *root = inputs->roots[input->root];
    const char *path = input->path;

    if (strncmp(path, root, strlen(root)) == 0)
        path += strlen(root);
    path += strspn(path, "/");
    if (!found->is_suppressed)
        found->is_suppressed = in_file(found, input->text, arena);
    if (!found->is_suppressed)
        found->is_suppressed = in_list(found, inputs->ignores[input->root], path, arena);
}
