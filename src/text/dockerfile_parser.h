#ifndef RF_TEXT_DOCKERFILE_PARSER_H
#define RF_TEXT_DOCKERFILE_PARSER_H

#include "text/dockerfile.h"
#include "text/shell_words.h"

/* Inside the text module: from the joined line of an instruction to its words. */
struct rf_df_parser {
    struct rf_df *df;
    struct rf_arena *arena;
    struct rf_err *err;
    struct rf_df_word *words; /* of the instruction that is being read */
    uint32_t word_room;
    uint32_t word_total; /* in the file */
    uint32_t heredoc_count;
    struct rf_words lexer; /* of heredocs */
};

/* Fills name, flags, words and trigger from `line`, which is `joined` or a part of it. */
int rf_df_parse_line(struct rf_df_parser *parser, struct rf_df_instruction *instruction,
                     struct rf_str line) RF_NONNULL RF_CHECK;

/* Finds the heredocs that the instruction announces. Their bodies are not read yet. */
int rf_df_find_heredocs(struct rf_df_parser *parser,
                        struct rf_df_instruction *instruction) RF_NONNULL RF_CHECK;

#endif
