#ifndef RF_TEXT_SHELL_READER_H
#define RF_TEXT_SHELL_READER_H

#include "text/shell.h"

/* Inside the text module: a script on its way to commands. */

struct rf_sh_variable {
    struct rf_str name;
    struct rf_str value;
    enum rf_var var;
};

enum rf_sh_block_kind { RF_SH_SUBSHELL, RF_SH_GROUP, RF_SH_IF, RF_SH_LOOP, RF_SH_CASE, RF_SH_FUNCTION };

struct rf_sh_block {
    enum rf_sh_block_kind kind;
    bool is_conditional; /* counted in `conditional` */
    bool wants_pattern;  /* case: a pattern comes next */
};

struct rf_sh_waiting {
    struct rf_str name;
    struct rf_str *body;
    bool is_chomped;
};

struct rf_sh_reader {
    const struct rf_sh_input *input;
    struct rf_arena *arena;
    struct rf_err *err;
    struct rf_sh_script *script;
    struct rf_str text;
    uint32_t at;
    uint32_t end; /* of what is read now: inside backquotes it is less than the text */
    uint32_t command_room;
    uint32_t word_total;
    uint32_t heredoc_next;
    struct rf_sh_block blocks[RF_SH_DEPTH];
    uint32_t depth;
    uint32_t conditional;  /* blocks around that may not run */
    uint32_t substitution; /* substitutions around */
    bool is_after_test;    /* of this list of && */
    struct rf_sh_waiting waiting[RF_SH_HEREDOCS];
    uint32_t waiting_count;
    struct rf_sh_variable variables[RF_SH_VARIABLES];
    uint32_t variable_count;
    struct rf_sh_scratch *scratch; /* words being made, one on the other; and what ${...} needs */
    uint32_t scratch_len;
};

/* The byte `ahead` of the reader, or -1. */
static inline int rf_sh_peek(const struct rf_sh_reader *reader, uint32_t ahead)
{
    return reader->at + ahead < reader->end ? (unsigned char)reader->text.ptr[reader->at + ahead] : -1;
}

static inline struct rf_str rf_sh_since(const struct rf_sh_reader *reader, uint32_t start)
{
    return (struct rf_str){reader->text.ptr + start, reader->at - start};
}

/* The script was not understood here; the first such place stays. */
void rf_sh_give_up(struct rf_sh_reader *reader, uint32_t start, const char *why) RF_NONNULL;

int rf_sh_no_memory(struct rf_sh_reader *reader) RF_NONNULL;

/* Blanks, and line ends behind a backslash. */
void rf_sh_skip_blanks(struct rf_sh_reader *reader) RF_NONNULL;

/* Whether `c` ends a word that is not quoted. */
bool rf_sh_is_meta(int c);

/* A word; the reader stands on its first byte, and it may turn out empty. */
int rf_sh_read_word(struct rf_sh_reader *reader, struct rf_sh_word *ret) RF_NONNULL RF_CHECK;

/* Remember what the script says of a variable. */
void rf_sh_set(struct rf_sh_reader *reader, struct rf_str name, struct rf_str value,
               enum rf_var var) RF_NONNULL;

/* Commands up to the end, or up to and past the `)` of a substitution. */
int rf_sh_read_list(struct rf_sh_reader *reader, bool is_in_parentheses) RF_NONNULL RF_CHECK;

/* A simple command, from its first word, assignment or redirection on. */
int rf_sh_read_command(struct rf_sh_reader *reader, enum rf_sh_join join) RF_NONNULL RF_CHECK;

/* Past the bracket that closes the one before the reader, whatever is quoted between. */
void rf_sh_skip_brackets(struct rf_sh_reader *reader, char open, char close) RF_NONNULL;

#endif
