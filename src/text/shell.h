#ifndef RF_TEXT_SHELL_H
#define RF_TEXT_SHELL_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"
#include "text/shell_words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The commands of a shell script, as far as they can be told without running it: what RUN, ENTRYPOINT and
   HEALTHCHECK of a Dockerfile hold. Simple commands in the order of the text, each with its words,
   redirections and how it hangs together with the one before. Compound commands leave their mark on the
   simple ones inside (depth, is_conditional); functions, arithmetic and what only bash knows are passed over
   and make the reading incomplete. Nothing is ever run, and text that is no shell script at all is never an
   error. */

enum {
    RF_SH_COMMANDS = 8192,
    RF_SH_WORDS = 65536,
    RF_SH_DEPTH = 32,
    RF_SH_VARIABLES = 64,         /* that the script sets itself */
    RF_SH_WORD_BYTES = 64 * 1024, /* of words that hold variables */
    RF_SH_HEREDOCS = 64           /* waiting for the end of one line */
};

struct rf_sh_word {
    struct rf_str text; /* without quotes, with the variables that are known; holes where they are not */
    struct rf_str raw;  /* as written: a part of the script */
    bool is_known;      /* no holes */
    bool is_quoted;     /* some of it */
    bool has_glob;      /* * ? [ ] or {,} that are not quoted: `text` is a pattern */
};

enum rf_sh_redirect_kind {
    RF_SH_READ,    /* < */
    RF_SH_WRITE,   /* > >| &> */
    RF_SH_APPEND,  /* >> &>> */
    RF_SH_HEREDOC, /* << <<- */
    RF_SH_STRING,  /* <<< */
    RF_SH_COPY     /* >& <&: the target is a number or - */
};

struct rf_sh_redirect {
    enum rf_sh_redirect_kind kind;
    uint32_t fd; /* 0 or 1 when none is written */
    struct rf_sh_word target;
    const struct rf_str *body; /* of a heredoc, NULL when it is not there */
};

enum rf_sh_join {
    RF_SH_FIRST, /* of the script, a group, a subshell or a substitution */
    RF_SH_NEXT,  /* behind ; & or a line end */
    RF_SH_AND,
    RF_SH_OR,
    RF_SH_PIPE
};

struct rf_sh_command {
    struct rf_sh_word *words; /* the program and its arguments; none for assignments and redirections alone */
    struct rf_sh_word *assigns; /* NAME=VALUE in front of it */
    struct rf_sh_redirect *redirects;
    uint32_t word_count;
    uint32_t assign_count;
    uint32_t redirect_count;
    enum rf_sh_join join;
    uint32_t depth;      /* groups, subshells, bodies and substitutions around it */
    bool is_conditional; /* in a branch, a loop, a function, behind || or behind a test and && */
    bool is_substituted; /* in $( ) or ` `: what it prints becomes text */
    bool is_background;
    uint32_t inner_first; /* the commands that are substituted in its words, which stand before it */
    uint32_t inner_count;
    struct rf_str raw; /* from its first word to its last */
};

struct rf_sh_script {
    struct rf_sh_command *commands;
    uint32_t command_count;
    bool is_complete;    /* everything was understood */
    const char *why;     /* else what was not, first */
    struct rf_str where; /* and where */
};

/* Memory that several scripts of one arena share, one after the other; zeroed at first. */
struct rf_sh_scratch {
    char *text;
    struct rf_words words;
};

struct rf_sh_input {
    struct rf_str text;
    const struct rf_str *heredocs; /* bodies that stand outside the text, in the order of their << */
    uint32_t heredoc_count;
    rf_var_find *find; /* the environment; NULL: nothing is known of it */
    void *data;
    struct rf_sh_scratch *scratch; /* NULL: of this script alone */
};

/* -ENOMEM is the only error. `input->text` must outlive the script. */
int rf_sh_read(const struct rf_sh_input *input, struct rf_arena *arena, struct rf_sh_script *ret,
               struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
