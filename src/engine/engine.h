#ifndef RF_ENGINE_ENGINE_H
#define RF_ENGINE_ENGINE_H

#include "base/arena.h"
#include "engine/format.h"
#include "engine/media.h"
#include "posture/posture.h"

/* Engines are data: a file of the form of ringfence.yaml(5) whose keys are those of a posture, its ring, and
   the few below. The program comes with definitions (engines/ in the tree); a file of the same name in the
   administrator's directory takes the place of one. */

enum rf_engine_kind {
    RF_ENGINE_OCR,     /* an image to text */
    RF_ENGINE_SPEECH,  /* 16 kHz mono 16-bit samples to text */
    RF_ENGINE_PAGES,   /* a decoder: one page of a document to an image */
    RF_ENGINE_SAMPLES, /* a decoder: a recording to 16 kHz mono 16-bit samples */
    RF_ENGINE_COUNT,   /* a decoder's other half: how many pages, and how large */
    RF_ENGINE_UNPACK,  /* an archive to its entries */
    RF_ENGINE_FETCH,   /* a URL to its bytes */
    RF_ENGINE_KIND_MAX
};

/* How the standard output of an engine is read. */
enum rf_parser {
    RF_PARSER_NONE,         /* a decoder's: bytes */
    RF_PARSER_TSV,          /* tesseract's TSV */
    RF_PARSER_POCKETSPHINX, /* pocketsphinx_continuous -time yes */
    RF_PARSER_TEXT,         /* plain lines */
    RF_PARSER_PDFINFO,      /* poppler's pdfinfo with -l */
    RF_PARSER_MAX
};

/* What may stand in braces in an item of the command. An item that holds a slot is split into words at its
   blanks, and left out as a whole where a slot has no value. The values come from a closed set: numbers,
   words of the engine's own file, and names checked against its languages. Nothing of a job reaches a command
   line otherwise.
 */
enum rf_engine_slot {
    RF_SLOT_LANGUAGE, /* the engine's own words for the languages, joined with '+' */
    RF_SLOT_PSM,      /* page segmentation mode, 0..13 */
    RF_SLOT_DPI,      /* 70..2400 */
    RF_SLOT_PAGE,     /* counted from 1 */
    RF_SLOT_PAGE_0,   /* counted from 0 */
    RF_SLOT_LAST,     /* the last page to look at */
    RF_SLOT_DEMUXER,  /* rf_media_demuxer() */
    RF_SLOT_SECONDS,  /* one more than the limit of duration */
    RF_SLOT_CHANNEL,  /* counted from 0 */
    RF_SLOT_INPUT,    /* "/dev/stdin", or a list of pages inside */
    RF_SLOT_OUTPUT,   /* "-", or a path without suffix inside */
    RF_SLOT_OUTPUTS,  /* a word for each wanted format */
    RF_SLOT_MAX
};

struct rf_engine_language {
    const char *name; /* as a job calls it: "en", "eng" */
    const char *word; /* as the engine calls it */
};

enum { RF_ENGINES_MAX = 64, RF_ENGINE_LANGUAGES = 512, RF_ENGINE_RANK = 50 };

struct rf_engine {
    const char *name;
    const char *file; /* where it was defined; NULL: built in */
    enum rf_engine_kind kind;
    uint64_t reads; /* bit n: enum rf_media n is taken as it is */
    enum rf_parser parser;
    uint32_t rank;       /* of several that could, the lowest is taken; RF_ENGINE_RANK where none is given */
    const char *package; /* what to install where the program is missing, "tesseract-ocr"; or NULL */
    struct rf_engine_language *languages;
    size_t language_count;
    const char *language_dir;     /* further languages: FILE + suffix in this directory is one; or NULL */
    const char *language_suffix;  /* ".traineddata" */
    const char **language_except; /* files there that are none */
    size_t language_except_count;
    const char *language_package; /* "tesseract-ocr-{language}": where the data of one comes from; or NULL */
    const char *language;         /* the one taken where a job names none; or NULL */
    const char *outputs[RF_FORMAT_MAX]; /* its own word for a format that it writes by itself, or NULL */
    uint32_t slots;                     /* bit n: enum rf_engine_slot n stands in the command */
    struct rf_posture posture;          /* with the command, slots in braces */
};

/* Sorted by rank, then by name. */
struct rf_engines {
    struct rf_engine *list;
    size_t count;
};

/* Built-in definitions, and those of `dir` (NULL: none; a directory that is not there is none): NAME.yaml is
   one, NAME being lower-case letters, digits and inner hyphens; other files are left alone. A definition of
   the same name as a built-in one takes its place. The directory and its definitions must belong to root or
   the caller and be writable by nobody else. A definition that is wrong is an error that names file, line and
   column. Each takes some 400 KiB of the arena's address space, most of which is never touched. */
int rf_engines_load(const char *dir, struct rf_arena *arena, struct rf_engines *ret, struct rf_err *err)
    __attribute__((nonnull(2, 3, 4))) RF_CHECK;

/* Read one definition that is no file: errors call it `name`. The bytes must outlive the engine. */
int rf_engine_read(const char *name, struct rf_str bytes, struct rf_arena *arena, struct rf_engine *ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* The engine called so, of whatever kind; the error lists those there are. */
int rf_engine_find(const struct rf_engines *engines, const char *name, const struct rf_engine **ret,
                   struct rf_err *err) RF_NONNULL RF_CHECK;

/* The first engine of this kind that reads `media` (one of speech or fetch reads what it is given), installed
   ones before missing ones; NULL when there is none. */
const struct rf_engine *rf_engine_for(const struct rf_engines *engines, enum rf_engine_kind kind,
                                      enum rf_media media) RF_NONNULL;

/* Whether its program is there; the error says what to install. */
int rf_engine_is_installed(const struct rf_engine *engine, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The engine's words for the languages that a job names, at most RF_JOB_LANGUAGES with '+' between two; an
   empty text is the engine's standard, and *ret is NULL where it has none. The error lists what it has, or
   says what to install. */
int rf_engine_language(const struct rf_engine *engine, struct rf_str names, struct rf_arena *arena,
                       const char **ret, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The engine's command with its slots filled: `values[slot]` is the text of a slot, or NULL where the command
   may not have it; RF_SLOT_OUTPUTS may be several words, one blank between two. A value with a control
   character, a blank or a hyphen in front (RF_SLOT_OUTPUT may be "-") is refused: -EINVAL. Set as the command
   of `ret`, which is a copy of the engine's posture with lists of its own; its text is the engine's. */
int rf_engine_command(const struct rf_engine *engine, const char *const values[RF_SLOT_MAX],
                      struct rf_arena *arena, struct rf_posture *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
