#ifndef RF_ENGINE_ENGINE_FILE_H
#define RF_ENGINE_ENGINE_FILE_H

#include "engine/engine.h"
#include "manifest/posture_file.h"

/* Inside the engine module: a definition while it is read. */

#define RF_BIT(n) (1U << (n))

/* The keys that a definition has beside those of a posture; command is one of both. */
enum rf_engine_key {
    RF_ENGINE_KEY_KIND,
    RF_ENGINE_KEY_READS,
    RF_ENGINE_KEY_PARSER,
    RF_ENGINE_KEY_RANK,
    RF_ENGINE_KEY_PACKAGE,
    RF_ENGINE_KEY_LANGUAGE,
    RF_ENGINE_KEY_LANGUAGES,
    RF_ENGINE_KEY_LANGUAGE_DIR,
    RF_ENGINE_KEY_LANGUAGE_SUFFIX,
    RF_ENGINE_KEY_LANGUAGE_EXCEPT,
    RF_ENGINE_KEY_LANGUAGE_PACKAGE,
    RF_ENGINE_KEY_OUTPUTS,
    RF_ENGINE_KEY_COMMAND,
    RF_ENGINE_KEY_MAX
};

struct rf_definition {
    const char *file;
    struct rf_engine *engine;
    struct rf_posture posture;
    struct rf_file_value *items; /* of the command: what may stand in them depends on the kind */
    size_t item_count;
    struct rf_from from[RF_ENGINE_KEY_MAX]; /* of the first value of each key */
};

/* "language_dir" */
const char *rf_engine_key_name(enum rf_engine_key key);

/* The kind and the parser that a file calls so; the error lists them. */
int rf_engine_kind_read(struct rf_str name, enum rf_engine_kind *ret, struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_parser_read(struct rf_str name, enum rf_parser *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* As rf_engine_read(); `file` is what errors call it. */
int rf_definition_read(const char *name, const char *file, struct rf_str bytes, struct rf_arena *arena,
                       struct rf_engine *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* What only the whole definition can tell; the command enters the posture here. */
int rf_definition_check(struct rf_definition *definition, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
