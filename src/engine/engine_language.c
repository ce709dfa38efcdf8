/* Languages of an engine: those that its definition names, and those whose data lies in a directory. What a
   job asks for is looked up among them and is never a part of a path. */
#include "engine/engine.h"

#include "base/buf.h"
#include "engine/job_config.h"
#include "posture/value.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { SHOWN = 40, NAME_BYTES = 64 };

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Letters, digits, "_" and inner "-": what a language may be called, by a job or by its file. */
static bool is_name(struct rf_str name)
{
    if (name.len == 0 || name.len > NAME_BYTES || !is_letter(name.ptr[0]))
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!is_letter(name.ptr[i]) && name.ptr[i] != '-')
            return false;
    return true;
}

static bool is_excepted(const struct rf_engine *engine, struct rf_str word)
{
    for (size_t i = 0; i < engine->language_except_count; i++)
        if (rf_str_is(word, engine->language_except[i]))
            return true;
    return false;
}

/* Whether the data of the engine's word is there: always, where it is no matter of files. */
static bool has_data(const struct rf_engine *engine, const char *word, struct rf_arena *arena)
{
    struct stat info;
    const char *path;

    if (!engine->language_dir)
        return true;
    path = rf_arena_printf(arena, "%s/%s%s", engine->language_dir, word, engine->language_suffix);
    return path && stat(path, &info) == 0 && S_ISREG(info.st_mode);
}

/* --- what there is, for errors --- */

struct list {
    const char **names;
    size_t count;
};

static bool add_name(struct list *list, const char *name, struct rf_arena *arena)
{
    const char **room = list->count < 2 * RF_ENGINE_LANGUAGES
                            ? rf_list_room(arena, list->names, list->count, sizeof(*list->names))
                            : NULL;

    if (!room || !name)
        return false;
    list->names = room;
    list->names[list->count++] = name;
    return true;
}

/* The languages that files are, under the names of the files. */
static void list_files(const struct rf_engine *engine, struct rf_arena *arena, struct list *list)
{
    DIR *dir = engine->language_dir ? opendir(engine->language_dir) : NULL;
    size_t suffix_len = engine->language_dir ? strlen(engine->language_suffix) : 0;
    struct dirent *entry;
    bool has_room = true;

    while (dir && has_room && (entry = readdir(dir))) {
        size_t len = strlen(entry->d_name);
        struct rf_str word = {entry->d_name, len > suffix_len ? len - suffix_len : 0};
        char *name;

        if (!is_name(word) || strcmp(entry->d_name + word.len, engine->language_suffix) != 0 ||
            is_excepted(engine, word))
            continue;
        name = rf_arena_text(arena, word);
        has_room = name && (!has_data(engine, name, arena) || add_name(list, name, arena));
    }
    if (dir)
        (void)closedir(dir); /* it was only read */
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* "de, deu and eng" */
static const char *list_languages(const struct rf_engine *engine, struct rf_arena *arena)
{
    struct list list = {0};
    struct rf_buf buf;
    size_t left;
    size_t shown;

    for (size_t i = 0; i < engine->language_count; i++)
        if (has_data(engine, engine->languages[i].word, arena) &&
            !add_name(&list, engine->languages[i].name, arena))
            break;
    list_files(engine, arena, &list);
    if (list.count)
        qsort(list.names, list.count, sizeof(*list.names), compare_names);
    left = 0;
    for (size_t i = 0; i < list.count; i++)
        if (left == 0 || strcmp(list.names[left - 1], list.names[i]) != 0)
            list.names[left++] = list.names[i];
    shown = left > SHOWN ? SHOWN : left;
    rf_buf_init(&buf, arena);
    for (size_t i = 0; i < shown; i++)
        rf_buf_printf(&buf, "%s%s", i == 0 ? "" : i + 1 == left ? " and " : ", ", list.names[i]);
    if (left > shown)
        rf_buf_printf(&buf, " and %zu more", left - shown);
    return buf.is_failed || left == 0 ? "none" : buf.ptr;
}

/* What to install: "; install tesseract-ocr-chi-sim". Debian's names have '-' where the data's have '_'. */
static const char *install_hint(const struct rf_engine *engine, const char *word, struct rf_arena *arena)
{
    static const char slot[] = "{language}";
    const char *at = engine->language_package ? strstr(engine->language_package, slot) : NULL;
    char *text;

    if (!at)
        return "";
    text = rf_arena_printf(arena, "%.*s%s%s", (int)(at - engine->language_package), engine->language_package,
                           word, at + sizeof(slot) - 1);
    for (char *p = text; p && *p; p++) {
        if (*p == '_')
            *p = '-';
    }
    return text ? text : "";
}

/* --- */

static int fail_missing(const struct rf_engine *engine, struct rf_str name, const char *word,
                        struct rf_arena *arena, struct rf_err *err)
{
    const char *package = install_hint(engine, word, arena);

    return rf_fail(err, -ENOENT, "language \"%.*s\": the data of %s is not there (%s/%s%s)%s%s", RF_FMT(name),
                   engine->name, engine->language_dir, word, engine->language_suffix,
                   *package ? "; install " : "", package);
}

static int fail_unknown(const struct rf_engine *engine, struct rf_str name, struct rf_arena *arena,
                        struct rf_err *err)
{
    const char *package = install_hint(engine, "LANGUAGE", arena);

    return rf_fail(err, -ENOENT, "language \"%.*s\": %s has %s%s%s", RF_FMT(name), engine->name,
                   list_languages(engine, arena), *package ? "; others come with packages " : "", package);
}

/* The engine's word for one language. */
static int find_word(const struct rf_engine *engine, struct rf_str name, struct rf_arena *arena,
                     const char **ret, struct rf_err *err)
{
    const char *word = NULL;
    bool is_known = false;

    if (!is_name(name))
        return rf_fail(err, -EINVAL,
                       "a language for %s: want 1 to %d letters, digits, \"_\" and inner \"-\", or several "
                       "such names with \"+\" between two",
                       engine->name, NAME_BYTES);
    for (size_t i = 0; i < engine->language_count && !word; i++)
        if (rf_str_is(name, engine->languages[i].name))
            word = engine->languages[i].word;
    is_known = word != NULL;
    for (size_t i = 0; i < engine->language_count && !is_known; i++)
        is_known = rf_str_is(name, engine->languages[i].word);
    if (!word && engine->language_dir && !is_excepted(engine, name)) {
        word = rf_arena_text(arena, name);
        if (!word)
            return rf_fail(err, -ENOMEM, "no memory left for a language");
    }
    if (!word || (!is_known && !has_data(engine, word, arena)))
        return fail_unknown(engine, name, arena, err);
    if (!has_data(engine, word, arena))
        return fail_missing(engine, name, word, arena, err);
    *ret = word;
    return 0;
}

static bool is_among(const char *const *words, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(words[i], word) == 0)
            return true;
    return false;
}

int rf_engine_language(const struct rf_engine *engine, struct rf_str names, struct rf_arena *arena,
                       const char **ret, struct rf_err *err)
{
    const char *words[RF_JOB_LANGUAGES];
    size_t count = 0;
    struct rf_str rest = names.len == 0 && engine->language ? rf_str_of(engine->language) : names;
    struct rf_buf buf;

    if (rest.len == 0) {
        *ret = NULL;
        return 0;
    }
    rf_buf_init(&buf, arena);
    while (rest.ptr) {
        struct rf_str name;
        const char *word = NULL;
        int r;

        rest = rf_str_cut(rest, '+', &name);
        r = find_word(engine, name, arena, &word, err);
        if (r < 0)
            return r;
        if (is_among(words, count, word))
            continue;
        if (count == RF_JOB_LANGUAGES)
            return rf_fail(err, -EINVAL, "more than %d languages for %s", RF_JOB_LANGUAGES, engine->name);
        words[count++] = word;
        rf_buf_printf(&buf, "%s%s", count > 1 ? "+" : "", word);
    }
    if (buf.is_failed)
        return rf_fail(err, -ENOMEM, "no memory left for a language");
    *ret = buf.ptr;
    return 0;
}
