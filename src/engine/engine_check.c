/* What each kind of engine may have and must have. The ring of every engine is narrow before a job is known.
 */
#include "engine/engine_file.h"

#include "base/format.h"
#include "engine/slot.h"

#include <errno.h>
#include <string.h>

enum { SHOWN = 40 };

#define LANGUAGE_KEYS                                                                                        \
    (RF_BIT(RF_ENGINE_KEY_LANGUAGE) | RF_BIT(RF_ENGINE_KEY_LANGUAGES) | RF_BIT(RF_ENGINE_KEY_LANGUAGE_DIR) | \
     RF_BIT(RF_ENGINE_KEY_LANGUAGE_SUFFIX) | RF_BIT(RF_ENGINE_KEY_LANGUAGE_EXCEPT) |                         \
     RF_BIT(RF_ENGINE_KEY_LANGUAGE_PACKAGE))

/* What a kind has. `parsers` of 0: its output is bytes; `families` of 0: what it reads is fixed. */
static const struct {
    const char *name;
    unsigned families; /* bit n: enum rf_media_family n can be read */
    unsigned parsers;
    unsigned keys; /* beside kind, rank, package and command, and those that follow from the two above */
    unsigned slots;
} kinds[RF_ENGINE_KIND_MAX] = {
    [RF_ENGINE_OCR] = {"ocr", RF_BIT(RF_FAMILY_IMAGE) | RF_BIT(RF_FAMILY_DOCUMENT),
                       RF_BIT(RF_PARSER_TSV) | RF_BIT(RF_PARSER_TEXT),
                       LANGUAGE_KEYS | RF_BIT(RF_ENGINE_KEY_OUTPUTS),
                       RF_BIT(RF_SLOT_LANGUAGE) | RF_BIT(RF_SLOT_PSM) | RF_BIT(RF_SLOT_DPI) |
                           RF_BIT(RF_SLOT_PAGE) | RF_BIT(RF_SLOT_PAGE_0) | RF_BIT(RF_SLOT_INPUT) |
                           RF_BIT(RF_SLOT_OUTPUT) | RF_BIT(RF_SLOT_OUTPUTS)},
    [RF_ENGINE_SPEECH] = {"speech", 0, RF_BIT(RF_PARSER_POCKETSPHINX) | RF_BIT(RF_PARSER_TEXT), LANGUAGE_KEYS,
                          RF_BIT(RF_SLOT_LANGUAGE) | RF_BIT(RF_SLOT_INPUT) | RF_BIT(RF_SLOT_OUTPUT)},
    [RF_ENGINE_PAGES] = {"pages", RF_BIT(RF_FAMILY_IMAGE) | RF_BIT(RF_FAMILY_DOCUMENT), 0, 0,
                         RF_BIT(RF_SLOT_DPI) | RF_BIT(RF_SLOT_PAGE) | RF_BIT(RF_SLOT_PAGE_0) |
                             RF_BIT(RF_SLOT_INPUT)},
    [RF_ENGINE_SAMPLES] = {"samples", RF_BIT(RF_FAMILY_AUDIO), 0, 0,
                           RF_BIT(RF_SLOT_DEMUXER) | RF_BIT(RF_SLOT_SECONDS) | RF_BIT(RF_SLOT_CHANNEL) |
                               RF_BIT(RF_SLOT_INPUT)},
    [RF_ENGINE_COUNT] = {"count", RF_BIT(RF_FAMILY_IMAGE) | RF_BIT(RF_FAMILY_DOCUMENT),
                         RF_BIT(RF_PARSER_PDFINFO), 0, RF_BIT(RF_SLOT_LAST) | RF_BIT(RF_SLOT_INPUT)},
    [RF_ENGINE_UNPACK] = {"unpack", RF_BIT(RF_FAMILY_ARCHIVE), 0, 0, 0},
    [RF_ENGINE_FETCH] = {"fetch", 0, 0, 0, 0},
};

static const char *const parsers[RF_PARSER_MAX] = {[RF_PARSER_TSV] = "tsv",
                                                   [RF_PARSER_POCKETSPHINX] = "pocketsphinx",
                                                   [RF_PARSER_TEXT] = "text",
                                                   [RF_PARSER_PDFINFO] = "pdfinfo"};

static int shown_len(struct rf_str text)
{
    return (int)(text.len < SHOWN ? text.len : SHOWN);
}

/* "png, jpeg or wav" of the names that are not NULL and whose bit is set. */
static const char *list_words(const char *const *words, size_t count, unsigned bits, char ret[256])
{
    size_t used = 0;
    size_t left = 0;

    for (size_t i = 0; i < count; i++)
        left += words[i] && bits >> i & 1;
    for (size_t i = 0; i < count && used < 256; i++) {
        if (!words[i] || !(bits >> i & 1))
            continue;
        left--;
        used += (size_t)rf_snprintf(ret + used, 256 - used, "%s%s", words[i],
                                    left > 1    ? ", "
                                    : left == 1 ? " or "
                                                : "");
    }
    return ret;
}

int rf_engine_kind_read(struct rf_str name, enum rf_engine_kind *ret, struct rf_err *err)
{
    for (unsigned kind = 0; kind < RF_ENGINE_KIND_MAX; kind++) {
        if (!rf_str_is(name, kinds[kind].name))
            continue;
        *ret = (enum rf_engine_kind)kind;
        return 0;
    }
    return rf_fail(err, -EINVAL, "kind \"%.*s\": want ocr, speech, pages, samples, count, unpack or fetch",
                   shown_len(name), name.ptr);
}

int rf_parser_read(struct rf_str name, enum rf_parser *ret, struct rf_err *err)
{
    char names[256] = "";

    for (unsigned parser = 0; parser < RF_PARSER_MAX; parser++) {
        if (!parsers[parser] || !rf_str_is(name, parsers[parser]))
            continue;
        *ret = (enum rf_parser)parser;
        return 0;
    }
    return rf_fail(err, -EINVAL, "parser \"%.*s\": want %s", shown_len(name), name.ptr,
                   list_words(parsers, RF_PARSER_MAX, ~0U, names));
}

/* --- what only the whole can tell --- */

static bool is_given(const struct rf_definition *definition, enum rf_engine_key key)
{
    return definition->from[key].known == RF_KNOWN;
}

static int fail_missing(const struct rf_definition *definition, enum rf_engine_key key, struct rf_err *err)
{
    struct rf_from from = {.file = definition->file, .line = 1, .column = 1};

    return rf_fail_in_file(&from, err, "%s is missing", rf_engine_key_name(key));
}

/* Each key belongs to the kind, and what the kind must have is there. */
static int check_keys(const struct rf_definition *definition, struct rf_err *err)
{
    unsigned kind = definition->engine->kind;
    unsigned needed = RF_BIT(RF_ENGINE_KEY_KIND) | RF_BIT(RF_ENGINE_KEY_COMMAND) |
                      (kinds[kind].families ? RF_BIT(RF_ENGINE_KEY_READS) : 0) |
                      (kinds[kind].parsers ? RF_BIT(RF_ENGINE_KEY_PARSER) : 0);
    unsigned allowed = needed | RF_BIT(RF_ENGINE_KEY_RANK) | RF_BIT(RF_ENGINE_KEY_PACKAGE) | kinds[kind].keys;

    if (!is_given(definition, RF_ENGINE_KEY_KIND))
        return fail_missing(definition, RF_ENGINE_KEY_KIND, err);
    for (unsigned key = 0; key < RF_ENGINE_KEY_MAX; key++) {
        if (is_given(definition, key) && !(allowed >> key & 1))
            return rf_fail_in_file(&definition->from[key], err, "%s: an engine of kind %s has none",
                                   rf_engine_key_name(key), kinds[kind].name);
        if (!is_given(definition, key) && needed >> key & 1)
            return fail_missing(definition, key, err);
    }
    return 0;
}

/* What it reads and how it is read. */
static int check_reading(const struct rf_definition *definition, struct rf_err *err)
{
    const struct rf_engine *engine = definition->engine;
    char names[256] = "";

    for (unsigned media = 0; media < RF_MEDIA_MAX; media++) {
        enum rf_media_family family = rf_media_family((enum rf_media)media);

        if (engine->reads >> media & 1 && !(kinds[engine->kind].families >> family & 1))
            return rf_fail_in_file(&definition->from[RF_ENGINE_KEY_READS], err,
                                   "reads: %s is nothing for an engine of kind %s",
                                   rf_media_name((enum rf_media)media), kinds[engine->kind].name);
    }
    if (kinds[engine->kind].parsers && !(kinds[engine->kind].parsers >> engine->parser & 1))
        return rf_fail_in_file(
            &definition->from[RF_ENGINE_KEY_PARSER], err, "parser: want %s for an engine of kind %s",
            list_words(parsers, RF_PARSER_MAX, kinds[engine->kind].parsers, names), kinds[engine->kind].name);
    return 0;
}

static bool has_language(const struct rf_engine *engine, struct rf_str name)
{
    for (size_t i = 0; i < engine->language_count; i++)
        if (rf_str_is(name, engine->languages[i].name))
            return true;
    return false;
}

static int check_languages(const struct rf_definition *definition, struct rf_err *err)
{
    const struct rf_engine *engine = definition->engine;
    struct rf_str rest = engine->language ? rf_str_of(engine->language) : (struct rf_str){NULL, 0};

    for (unsigned key = RF_ENGINE_KEY_LANGUAGE_SUFFIX; key <= RF_ENGINE_KEY_LANGUAGE_PACKAGE; key++)
        if (is_given(definition, key) && !engine->language_dir)
            return rf_fail_in_file(&definition->from[key], err, "%s: there is no language_dir for it",
                                   rf_engine_key_name(key));
    if (engine->language_dir && !engine->language_suffix)
        return rf_fail_in_file(&definition->from[RF_ENGINE_KEY_LANGUAGE_DIR], err,
                               "language_dir: which files there are languages? want language_suffix as well");
    while (rest.ptr && !engine->language_dir) {
        struct rf_str name;

        rest = rf_str_cut(rest, '+', &name);
        if (!has_language(engine, name))
            return rf_fail_in_file(&definition->from[RF_ENGINE_KEY_LANGUAGE], err,
                                   "language: \"%.*s\" is not among languages", RF_FMT(name));
    }
    if (engine->slots & RF_BIT(RF_SLOT_LANGUAGE) && !engine->language_count && !engine->language_dir)
        return rf_fail_in_file(&definition->from[RF_ENGINE_KEY_COMMAND], err,
                               "command: {language} stands for nothing without languages or language_dir");
    return 0;
}

/* The slots of one item. */
static int check_item(struct rf_definition *definition, const struct rf_file_value *item, struct rf_err *err)
{
    struct rf_engine *engine = definition->engine;
    struct rf_slot_place place = {.slot = RF_SLOT_INPUT};

    for (size_t at = 0; place.slot != RF_SLOT_MAX; at = place.end) {
        if (rf_slot_find(item->text, at, &place, err) < 0)
            return rf_place_in_file(&item->from, err);
        if (place.slot == RF_SLOT_MAX)
            break;
        if (!(kinds[engine->kind].slots >> place.slot & 1))
            return rf_fail_in_file(&item->from, err, "command: an engine of kind %s gets no value for {%s}",
                                   kinds[engine->kind].name, rf_slot_name(place.slot));
        engine->slots |= RF_BIT(place.slot);
    }
    return 0;
}

/* The mount that holds `path`, or NULL when the empty root itself does. */
const struct rf_mount *rf_engine_mount(const struct rf_posture *posture, const char *path)
{
    const struct rf_mount *best = NULL;

    for (size_t i = 0; i < posture->mount_count; i++) {
        const struct rf_mount *mount = &posture->mounts[i];
        size_t len = strlen(mount->dst);

        if (strncmp(path, mount->dst, len) == 0 && (path[len] == '/' || path[len] == '\0') &&
            (!best || len > strlen(best->dst)))
            best = mount;
    }
    return best;
}

static int check_command(struct rf_definition *definition, struct rf_err *err)
{
    struct rf_engine *engine = definition->engine;
    struct rf_posture *posture = &definition->posture;
    const struct rf_file_value *program = definition->items;
    const struct rf_mount *mount;

    if (program->text.len == 0 || program->text.ptr[0] != '/' ||
        memchr(program->text.ptr, '{', program->text.len))
        return rf_fail_in_file(&program->from, err,
                               "command: want the program's absolute path inside first, without a slot");
    for (size_t i = 0; i < definition->item_count; i++) {
        const struct rf_file_value *item = &definition->items[i];
        int r = check_item(definition, item, err);

        if (r < 0)
            return r;
        if (rf_posture_set(posture, RF_KEY_COMMAND, item->text, &item->from, err) < 0)
            return rf_place_in_file(&item->from, err);
    }
    mount = rf_engine_mount(posture, posture->command[0]);
    if (!mount || mount->kind != RF_MOUNT_BIND)
        return rf_fail_in_file(&program->from, err,
                               "command: no volume brings %s into the engine's root, which is empty",
                               posture->command[0]);
    if (is_given(definition, RF_ENGINE_KEY_OUTPUTS) != (engine->slots >> RF_SLOT_OUTPUTS & 1))
        return rf_fail_in_file(
            &definition->from[is_given(definition, RF_ENGINE_KEY_OUTPUTS) ? RF_ENGINE_KEY_OUTPUTS
                                                                          : RF_ENGINE_KEY_COMMAND],
            err, "outputs and the slot {outputs} in command go together");
    return 0;
}

/* Nothing that lasts can be written, nothing depends on where the caller stands, and only fetching has a
   network. */
static int check_ring(const struct rf_definition *definition, struct rf_err *err)
{
    const struct rf_posture *posture = &definition->posture;

    for (size_t i = 0; i < posture->mount_count; i++) {
        const struct rf_mount *mount = &posture->mounts[i];

        if (mount->kind != RF_MOUNT_BIND)
            continue;
        if (mount->src[0] != '/')
            return rf_fail_in_file(&mount->from, err, "volume: want an absolute source: %s", mount->src);
        if (!mount->is_read_only)
            return rf_fail_in_file(&mount->from, err,
                                   "volume: an engine leaves nothing behind: write %s:%s:ro", mount->src,
                                   mount->dst);
    }
    if (posture->seccomp == RF_SECCOMP_FILE && posture->seccomp_file[0] != '/')
        return rf_fail_in_file(&posture->from[RF_KEY_SECCOMP], err, "seccomp: want an absolute path");
    if (posture->network != RF_NETWORK_NONE && definition->engine->kind != RF_ENGINE_FETCH)
        return rf_fail_in_file(&posture->from[RF_KEY_NETWORK], err,
                               "network: only an engine of kind fetch has one");
    return 0;
}

int rf_definition_check(struct rf_definition *definition, struct rf_err *err)
{
    int r = check_keys(definition, err);

    if (r == 0)
        r = check_reading(definition, err);
    if (r == 0)
        r = check_command(definition, err);
    if (r == 0)
        r = check_languages(definition, err);
    return r < 0 ? r : check_ring(definition, err);
}
