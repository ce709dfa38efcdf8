#ifndef RF_TEXT_DOCKERFILE_H
#define RF_TEXT_DOCKERFILE_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A Dockerfile as a list of instructions, with the place of every word in the file. The grammar is BuildKit's
   (frontend/dockerfile/parser): continuation lines are joined, comments between them vanish, a JSON array of
   strings is the exec form and anything else the shell form, heredocs belong to RUN, COPY and ADD. No
   variable is put in and nothing is judged here. Any byte is taken, as BuildKit takes it; text need not be
   UTF-8. */

enum {
    RF_DF_BYTES = 1 << 20,
    RF_DF_LINE_BYTES = 65535, /* of one line; BuildKit's scanner has the same limit */
    RF_DF_LINES = 65536,
    RF_DF_INSTRUCTIONS = 8192,
    RF_DF_WORDS = 65536,                 /* flags and words of all instructions together */
    RF_DF_HEREDOCS = 1024,               /* of all instructions together */
    RF_DF_ARENA_BYTES = 64 * 1024 * 1024 /* enough for the largest file; address space, not memory */
};

/* Bytes of the file, counted from 0; the line and column of the first one count from 1, columns in bytes. */
struct rf_df_span {
    uint32_t start;
    uint32_t end;
    uint32_t line;
    uint32_t column;
};

enum rf_df_kind {
    RF_DF_UNKNOWN, /* no instruction that BuildKit knows */
    RF_DF_ADD,
    RF_DF_ARG,
    RF_DF_CMD,
    RF_DF_COPY,
    RF_DF_ENTRYPOINT,
    RF_DF_ENV,
    RF_DF_EXPOSE,
    RF_DF_FROM,
    RF_DF_HEALTHCHECK,
    RF_DF_LABEL,
    RF_DF_MAINTAINER,
    RF_DF_ONBUILD,
    RF_DF_RUN,
    RF_DF_SHELL,
    RF_DF_STOPSIGNAL,
    RF_DF_USER,
    RF_DF_VOLUME,
    RF_DF_WORKDIR
};

/* The text is as written, quotes and variables included; of a JSON string it is what the string says, of a
   flag it is without quotes. The span covers all of it in the file, with the quotes, over continuation lines.
 */
struct rf_df_word {
    struct rf_str text;
    struct rf_df_span span;
};

struct rf_df_heredoc {
    struct rf_str name;       /* without quotes */
    struct rf_df_span marker; /* <<EOF, <<-"EOF", 3<<EOF */
    struct rf_df_span body;   /* whole lines, not the one that ends it */
    struct rf_str text;       /* the bytes of the body */
    uint32_t descriptor;      /* 0 when none is written */
    bool is_expanded;         /* the name is not quoted */
    bool is_chomped;          /* <<-: tabs at the start of its lines do not count */
};

/* Where a stretch of a joined line lies in the file. */
struct rf_df_piece {
    uint32_t at;    /* in the joined line */
    uint32_t start; /* in the file */
};

/* The words, by instruction:
   ADD COPY VOLUME EXPOSE FROM ARG   one for each word or JSON string
   RUN CMD ENTRYPOINT SHELL          one for each JSON string; in shell form one with everything
   HEALTHCHECK                       NONE or CMD, and behind it as RUN
   ENV LABEL                         name, value, name, value ...
   MAINTAINER STOPSIGNAL USER WORKDIR  one with everything
   ONBUILD                           none: see trigger */
struct rf_df_instruction {
    enum rf_df_kind kind;
    bool is_json;
    bool is_legacy; /* ENV and LABEL without an equals sign */
    bool has_empty_continuation;
    struct rf_df_word name;
    struct rf_df_span span; /* from the name to the last byte, the end of heredocs included */
    uint32_t last_line;
    struct rf_df_word rest; /* everything behind the flags */
    struct rf_df_word *flags;
    struct rf_df_word *words;
    uint32_t flag_count;
    uint32_t word_count;
    uint32_t heredoc_count;
    struct rf_df_heredoc *heredocs;
    const struct rf_df_instruction *trigger; /* of ONBUILD; its heredocs are those of the ONBUILD */

    struct rf_str joined; /* the instruction without heredocs, on one line */
    const struct rf_df_piece *pieces;
    uint32_t piece_count;
};

/* # syntax=, # escape= or # check= at the top of the file. */
struct rf_df_directive {
    struct rf_str name; /* as written */
    struct rf_str value;
    struct rf_df_span span; /* of the value */
};

/* A comment that is no directive. */
struct rf_df_comment {
    struct rf_str text; /* without the # and the blanks around it */
    struct rf_df_span span;
    uint32_t before; /* index of the instruction that follows it, or that it stands inside of */
};

struct rf_df {
    struct rf_str bytes;
    char escape; /* '\\' or '`' */
    uint32_t directive_count;
    struct rf_df_directive directives[3];
    struct rf_df_instruction *instructions;
    uint32_t instruction_count;
    uint32_t comment_count;
    struct rf_df_comment *comments;
    uint32_t *line_starts; /* where each line starts; behind a byte order mark in the first */
    uint32_t line_count;
};

/* Read a file. `bytes` and `arena` must outlive it. -EINVAL, with "LINE:COLUMN: " in front of the sentence,
   for what BuildKit's parser refuses and beyond the limits above; -ENOMEM. Unknown instructions are no error
   here. */
int rf_df_parse(struct rf_str bytes, struct rf_arena *arena, struct rf_df *ret,
                struct rf_err *err) RF_NONNULL RF_CHECK;

/* What a builder refuses without looking at any image: unknown instructions, missing arguments, instructions
   before the first FROM, names of stages. The first one is told, as above. */
int rf_df_check(const struct rf_df *df, struct rf_err *err) RF_NONNULL RF_CHECK;

/* The same of one instruction, wherever it stands. */
int rf_df_check_instruction(const struct rf_df_instruction *instruction,
                            struct rf_err *err) RF_NONNULL RF_CHECK;

/* "ADD"; "?" for an unknown one. */
const char *rf_df_kind_name(enum rf_df_kind kind);

/* The bytes from `start` to `end` of the file, with their line and column. */
struct rf_df_span rf_df_span_at(const struct rf_df *df, uint32_t start, uint32_t end) RF_NONNULL;

/* Where the `len` bytes at `text` come from: a part of a word, a flag, `rest` or `joined` that is not a
   decoded JSON string. */
struct rf_df_span rf_df_span_of(const struct rf_df *df, const struct rf_df_instruction *instruction,
                                const char *text, size_t len) RF_NONNULL;

/* The value of a flag, `--from=VALUE`, or NULL. A flag without `=` has the value "". */
const struct rf_df_word *rf_df_flag(const struct rf_df_instruction *instruction, const char *name,
                                    struct rf_str *ret_value) RF_NONNULL;

/* Fail with "LINE:COLUMN: " before the sentence; control characters in it are shown as `?`. */
int rf_df_fail(const struct rf_df_span *span, struct rf_err *err, const char *fmt, ...) RF_NONNULL
    RF_PRINTF(3, 4);

#endif
