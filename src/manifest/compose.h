#ifndef RF_MANIFEST_COMPOSE_H
#define RF_MANIFEST_COMPOSE_H

#include "manifest/subject.h"

/* Compose files. Every service becomes one subject, in the order of the files: those of the first file, then
   what later ones and `include` add. Rules of compose-spec and compose-go (v2) hold: interpolation, then
   `extends`, then `include`, then the later file over the earlier one, documents of one file as files; !reset
   and !override are obeyed. Keys that are not known here, x-* among them, are passed over; a value whose type
   Compose could not use ends the reading. Old files whose services stand at the top are read as well.

   A variable that is not set leaves what it stands in RF_UNKNOWABLE, with the variable as it is written in
   its place; of "${PORT}:80" only the host's port is unknowable. ${X:-VALUE} with X not set is VALUE, known
   and is_default. ${X:?...} with X not set is unknowable and no error.

   Places are those where a value is written, in whichever file: `from.file` names it. A value that an alias
   gives lies where the alias is, what came by << where its anchor is.

   Paths are as they are written. They are relative to the directory of the first file, or of the file that
   `extends` or `include` named: rf_build.directory and rf_mounted.directory say so.

   Errors begin with "FILE:LINE:COLUMN: ". */
enum {
    RF_COMPOSE_FILES = 1024, /* read for one call, .env and env_file included */
    RF_COMPOSE_SERVICES = 4096,
    RF_COMPOSE_NAMED = 512,      /* volumes, and networks, of a project */
    RF_COMPOSE_MOUNTS = 256,     /* of a service; and networks */
    RF_COMPOSE_ENV_LINES = 1024, /* variables of one .env or env_file */
    RF_COMPOSE_NODES =
        500000,            /* values and children of all files, each time an alias or `extends` copies them */
    RF_COMPOSE_DEPTH = 64, /* maps and lists inside each other, aliases followed */
    RF_COMPOSE_EXTENDS = 32,                    /* services that extend each other */
    RF_COMPOSE_INCLUDES = 8,                    /* files that include each other */
    RF_COMPOSE_VARIABLES = 65536,               /* looked up */
    RF_COMPOSE_TEXT_BYTES = 64 * 1024,          /* of one value with variables, when they are filled in */
    RF_COMPOSE_FILLED_BYTES = 16 * 1024 * 1024, /* of all of them */
    RF_COMPOSE_ARENA_BYTES = 1024 * 1024 * 1024 /* is enough for all that the other limits allow */
};

struct rf_compose_file {
    struct rf_str name; /* its path, for places and for what is relative to it */
    struct rf_str text;
};

struct rf_compose_world {
    /* Gives the files that `extends`, `include` and `env_file` name, and `.env`: `path` is joined to the
       directory it is relative to. NULL, or a failure other than -ENOMEM: it cannot be read, and what it
       would give is unknowable. The text must outlive the manifest. */
    int (*read)(void *context, struct rf_str path, struct rf_arena *arena, struct rf_str *text,
                struct rf_err *err);
    void *context;
    const struct rf_fact_pair *env; /* for interpolation; they come before those of .env */
    size_t env_count;
    const struct rf_fact_list *profiles; /* NULL: all services; else those without profiles and with one of
                                            these ("*": any) */
};

/* Read a project. Later files override earlier ones. `world`, the files and the arena must outlive the
   manifest. */
int rf_compose_read(const struct rf_compose_file *files, size_t count, const struct rf_compose_world *world,
                    struct rf_arena *arena, struct rf_manifest *ret, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
