/* From the bytes of a definition to an engine. The file has the form of ringfence.yaml, so its reader reads
   it; here are the keys that an engine has beside a posture, and what each kind of engine may have. */
#include "engine/engine_file.h"

#include "base/num.h"
#include "posture/value.h"

#include <errno.h>
#include <string.h>

enum { RANK_MAX = 99, WORD_BYTES = 64, DIR_BYTES = 1024, SHOWN = 40 };

static const struct rf_file_key keys[RF_ENGINE_KEY_MAX] = {
    [RF_ENGINE_KEY_KIND] = {"kind", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_READS] = {"reads", RF_SHAPE_LIST},
    [RF_ENGINE_KEY_PARSER] = {"parser", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_RANK] = {"rank", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_PACKAGE] = {"package", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_LANGUAGE] = {"language", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_LANGUAGES] = {"languages", RF_SHAPE_MAP},
    [RF_ENGINE_KEY_LANGUAGE_DIR] = {"language_dir", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_LANGUAGE_SUFFIX] = {"language_suffix", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_LANGUAGE_EXCEPT] = {"language_except", RF_SHAPE_LIST},
    [RF_ENGINE_KEY_LANGUAGE_PACKAGE] = {"language_package", RF_SHAPE_ONE},
    [RF_ENGINE_KEY_OUTPUTS] = {"outputs", RF_SHAPE_MAP},
    [RF_ENGINE_KEY_COMMAND] = {"command", RF_SHAPE_LIST},
};

/* Keys of a posture that an engine may have. Of all others the job and whoever starts it decide. */
static const bool is_for_engines[RF_KEY_MAX] = {
    [RF_KEY_USER] = true,        [RF_KEY_GROUP_ADD] = true,    [RF_KEY_USERNS] = true,
    [RF_KEY_TMPFS] = true,       [RF_KEY_VOLUME] = true,       [RF_KEY_MOUNT] = true,
    [RF_KEY_HOME] = true,        [RF_KEY_PASSWD_ENTRY] = true, [RF_KEY_SHM_SIZE] = true,
    [RF_KEY_ENV] = true,         [RF_KEY_WORKDIR] = true,      [RF_KEY_HOSTNAME] = true,
    [RF_KEY_SECCOMP] = true,     [RF_KEY_LANDLOCK] = true,     [RF_KEY_NETWORK] = true,
    [RF_KEY_MEMORY] = true,      [RF_KEY_CPUS] = true,         [RF_KEY_PIDS_LIMIT] = true,
    [RF_KEY_ULIMIT] = true,      [RF_KEY_TIMEOUT] = true,      [RF_KEY_STOP_TIMEOUT] = true,
    [RF_KEY_STOP_SIGNAL] = true, [RF_KEY_INIT] = true,         [RF_KEY_NO_DISK] = true,
};

const char *rf_engine_key_name(enum rf_engine_key key)
{
    return keys[key].name;
}

static const char *refuse_key(enum rf_key key)
{
    switch (key) {
    case RF_KEY_ROOTFS:
    case RF_KEY_HOST:
    case RF_KEY_SCRATCH:
    case RF_KEY_READ_ONLY:
        return "an engine starts from an empty root that nothing can write to: bring in what it needs by "
               "volume";
    case RF_KEY_ENTRYPOINT:
        return "write the program into command";
    case RF_KEY_ENV_FILE:
        return "write the variables below env";
    case RF_KEY_CAP_ADD:
    case RF_KEY_SECURITY_OPT:
    case RF_KEY_NO_NEW_PRIVILEGES:
        return "an engine has no capability and no way to gain one; seccomp and landlock are keys of their "
               "own";
    default:
        return is_for_engines[key] ? NULL : "not for an engine: the job, or whoever starts it, decides";
    }
}

static struct rf_str cut_short(struct rf_str text)
{
    return (struct rf_str){text.ptr, text.len < SHOWN ? text.len : SHOWN};
}

static int refuse(const struct rf_file_value *value, struct rf_err *err, const char *key, const char *want)
{
    return rf_fail(err, -EINVAL, "%s \"%.*s\": %s", key, RF_FMT(cut_short(value->text)), want);
}

static int no_memory(struct rf_err *err)
{
    return rf_fail(err, -ENOMEM, "no memory left for an engine");
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Letters and digits, and behind the first one of those also what `more` has. */
static bool is_word(struct rf_str text, const char *more)
{
    if (text.len == 0 || text.len > WORD_BYTES || !is_letter(text.ptr[0]))
        return false;
    for (size_t i = 0; i < text.len; i++) {
        char before = i ? text.ptr[i - 1] : '/';

        if (!is_letter(text.ptr[i]) && (!text.ptr[i] || !strchr(more, text.ptr[i])))
            return false;
        if (text.ptr[i] == '.' && (before == '.' || before == '/'))
            return false;
    }
    return true;
}

/* --- a setter for each key --- */

static int set_kind(struct rf_definition *definition, const struct rf_file_value *value, struct rf_err *err)
{
    return rf_engine_kind_read(value->text, &definition->engine->kind, err);
}

static int set_reads(struct rf_definition *definition, const struct rf_file_value *value, struct rf_err *err)
{
    enum rf_media media = rf_media_by_name(value->text);

    if (media == RF_MEDIA_UNKNOWN)
        return refuse(value, err, "reads", "no kind of file that is known, such as png, pdf or wav");
    definition->engine->reads |= UINT64_C(1) << media;
    return 0;
}

static int set_parser(struct rf_definition *definition, const struct rf_file_value *value, struct rf_err *err)
{
    return rf_parser_read(value->text, &definition->engine->parser, err);
}

static int set_rank(struct rf_definition *definition, const struct rf_file_value *value, struct rf_err *err)
{
    uint64_t rank = 0;

    if (rf_num_u64(value->text, RANK_MAX, &rank) < 0)
        return refuse(value, err, "rank", "want a number in 0..99; the lowest is taken first");
    definition->engine->rank = (uint32_t)rank;
    return 0;
}

/* Text that errors show, and nothing else. */
static int set_package(struct rf_definition *definition, const struct rf_file_value *value,
                       struct rf_err *err)
{
    for (size_t i = 0; i < value->text.len; i++)
        if (!is_letter(value->text.ptr[i]) && !memchr(" +-.", value->text.ptr[i], 4))
            return refuse(value, err, "package", "want names of packages, such as tesseract-ocr");
    definition->engine->package = rf_arena_text(definition->posture.arena, value->text);
    return definition->engine->package ? 0 : no_memory(err);
}

static int set_language(struct rf_definition *definition, const struct rf_file_value *value,
                        struct rf_err *err)
{
    if (!is_word(value->text, "-+"))
        return refuse(value, err, "language", "want a language as jobs call it, such as eng or eng+deu");
    definition->engine->language = rf_arena_text(definition->posture.arena, value->text);
    return definition->engine->language ? 0 : no_memory(err);
}

static int set_languages(struct rf_definition *definition, const struct rf_file_value *value,
                         struct rf_err *err)
{
    struct rf_engine *engine = definition->engine;
    struct rf_engine_language *room;

    if (!is_word(value->name, "-") || !is_word(value->text, "-./"))
        return refuse(
            value, err, "languages",
            "want NAME: WORD, the name of letters, digits, \"_\" and \"-\", the word also of \".\" and "
            "\"/\"");
    for (size_t i = 0; i < engine->language_count; i++)
        if (rf_str_is(value->name, engine->languages[i].name))
            return refuse(value, err, "languages", "the language has a word already");
    if (engine->language_count == RF_ENGINE_LANGUAGES)
        return refuse(value, err, "languages", "more than 512 languages");
    room = rf_list_room(definition->posture.arena, engine->languages, engine->language_count, sizeof(*room));
    if (!room)
        return no_memory(err);
    engine->languages = room;
    room += engine->language_count;
    room->name = rf_arena_text(definition->posture.arena, value->name);
    room->word = rf_arena_text(definition->posture.arena, value->text);
    engine->language_count++;
    return room->name && room->word ? 0 : no_memory(err);
}

static int set_language_dir(struct rf_definition *definition, const struct rf_file_value *value,
                            struct rf_err *err)
{
    struct rf_posture *posture = &definition->posture;
    struct rf_value path = {.key = RF_KEY_VOLUME, .text = value->text, .from = &value->from};
    int r = value->text.len <= DIR_BYTES
                ? rf_value_path(posture, &path, value->text, &definition->engine->language_dir, err)
                : -EINVAL;

    return r == -EINVAL ? refuse(value, err, "language_dir", "want an absolute path without \"..\"") : r;
}

static int set_language_suffix(struct rf_definition *definition, const struct rf_file_value *value,
                               struct rf_err *err)
{
    bool is_good = value->text.len > 1 && value->text.ptr[0] == '.';

    if (!is_good || !is_word((struct rf_str){value->text.ptr + 1, value->text.len - 1}, "-."))
        return refuse(value, err, "language_suffix", "want the end of a file's name, such as .traineddata");
    definition->engine->language_suffix = rf_arena_text(definition->posture.arena, value->text);
    return definition->engine->language_suffix ? 0 : no_memory(err);
}

static int set_language_except(struct rf_definition *definition, const struct rf_file_value *value,
                               struct rf_err *err)
{
    struct rf_engine *engine = definition->engine;
    const char **room = rf_list_room(definition->posture.arena, engine->language_except,
                                     engine->language_except_count, sizeof(*room));
    char *copy = rf_arena_text(definition->posture.arena, value->text);

    if (!is_word(value->text, "-"))
        return refuse(value, err, "language_except", "want the name of a file without its suffix");
    if (!room || !copy)
        return no_memory(err);
    engine->language_except = room;
    room[engine->language_except_count++] = copy;
    return 0;
}

static int set_language_package(struct rf_definition *definition, const struct rf_file_value *value,
                                struct rf_err *err)
{
    static const char slot[] = "{language}";
    char *text = rf_arena_text(definition->posture.arena, value->text);
    char *at = text ? strstr(text, slot) : NULL;

    if (!text)
        return no_memory(err);
    for (size_t i = 0; at && text[i]; i++)
        if (!is_letter(text[i]) && !strchr("+-.", text[i]) &&
            (text + i < at || text + i >= at + strlen(slot)))
            at = NULL;
    if (!at)
        return refuse(value, err, "language_package", "want a package's name with {language} in it");
    definition->engine->language_package = text;
    return 0;
}

static int set_outputs(struct rf_definition *definition, const struct rf_file_value *value,
                       struct rf_err *err)
{
    enum rf_format format = rf_format_by_name(value->name);
    char *word = rf_arena_text(definition->posture.arena, value->text);

    if (format == RF_FORMAT_MAX || format == RF_FORMAT_JSON || format == RF_FORMAT_SRT)
        return rf_fail(
            err, -EINVAL,
            "outputs \"%.*s\": want txt, hocr, alto, tsv or pdf, the forms that an engine can write "
            "by itself",
            RF_FMT(cut_short(value->name)));
    if (!is_word(value->text, "-.,=:+/"))
        return refuse(value, err, "outputs", "want the engine's own word for it, without blanks, no option");
    if (definition->engine->outputs[format])
        return refuse(value, err, "outputs", "the form has a word already");
    if (!word)
        return no_memory(err);
    definition->engine->outputs[format] = word;
    return 0;
}

static int set_command(struct rf_definition *definition, const struct rf_file_value *value,
                       struct rf_err *err)
{
    struct rf_file_value *room =
        rf_list_room(definition->posture.arena, definition->items, definition->item_count, sizeof(*room));

    if (!room)
        return no_memory(err);
    definition->items = room;
    room[definition->item_count++] = *value;
    return 0;
}

static int set_key(void *context, size_t index, const struct rf_file_value *value, struct rf_err *err)
{
    static int (*const setters[RF_ENGINE_KEY_MAX])(struct rf_definition *, const struct rf_file_value *,
                                                   struct rf_err *) = {
        [RF_ENGINE_KEY_KIND] = set_kind,
        [RF_ENGINE_KEY_READS] = set_reads,
        [RF_ENGINE_KEY_PARSER] = set_parser,
        [RF_ENGINE_KEY_RANK] = set_rank,
        [RF_ENGINE_KEY_PACKAGE] = set_package,
        [RF_ENGINE_KEY_LANGUAGE] = set_language,
        [RF_ENGINE_KEY_LANGUAGES] = set_languages,
        [RF_ENGINE_KEY_LANGUAGE_DIR] = set_language_dir,
        [RF_ENGINE_KEY_LANGUAGE_SUFFIX] = set_language_suffix,
        [RF_ENGINE_KEY_LANGUAGE_EXCEPT] = set_language_except,
        [RF_ENGINE_KEY_LANGUAGE_PACKAGE] = set_language_package,
        [RF_ENGINE_KEY_OUTPUTS] = set_outputs,
        [RF_ENGINE_KEY_COMMAND] = set_command,
    };
    struct rf_definition *definition = context;

    if (definition->from[index].known == RF_UNSET)
        definition->from[index] = value->from;
    return setters[index](definition, value, err);
}

int rf_definition_read(const char *name, const char *file, struct rf_str bytes, struct rf_arena *arena,
                       struct rf_engine *ret, struct rf_err *err)
{
    struct rf_engine engine = {.name = name, .rank = RF_ENGINE_RANK};
    struct rf_definition definition = {.file = file, .engine = &engine};
    struct rf_file_form form = {.keys = keys,
                                .key_count = RF_ENGINE_KEY_MAX,
                                .refuse = refuse_key,
                                .set = set_key,
                                .context = &definition};
    int r;

    rf_posture_init(&definition.posture, arena);
    r = rf_posture_read_form(file, bytes, &form, &definition.posture, err);
    if (r == 0)
        r = rf_definition_check(&definition, err);
    if (r < 0)
        return r;
    engine.posture = definition.posture;
    *ret = engine;
    return 0;
}

int rf_engine_read(const char *name, struct rf_str bytes, struct rf_arena *arena, struct rf_engine *ret,
                   struct rf_err *err)
{
    return rf_definition_read(name, name, bytes, arena, ret, err);
}
