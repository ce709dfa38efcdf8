#ifndef RF_TEXT_YAML_TREE_H
#define RF_TEXT_YAML_TREE_H

#include "text/yaml.h"

/* Inside the text module: how the tree of a file grows, for both its grammars. */

/* A collection that is not closed yet. */
struct rf_yaml_frame {
    struct rf_yaml_node *node;
    struct rf_yaml_node *key; /* of a map: waits for its value */
    size_t first;             /* its children in the builder's `children` */
};

struct rf_yaml_anchor {
    struct rf_str name; /* the last one of that name */
    struct rf_yaml_node *node;
    size_t document;
};

/* A key of a map and its place among the others. */
struct rf_yaml_rank {
    struct rf_str key;
    uint32_t rank;
};

struct rf_yaml_builder {
    struct rf_yaml *yaml;
    struct rf_arena *arena;
    struct rf_yaml_frame frames[RF_YAML_DEPTH];
    size_t depth;
    struct rf_yaml_pair *children; /* of all open collections; items have a value only */
    size_t child_count;
    size_t child_room;
    struct rf_yaml_anchor *anchors; /* a hash table of fixed size; NULL before the first */
    size_t anchor_count;
    struct rf_yaml_rank *ranks; /* for the map that is being closed */
    size_t rank_room;
    size_t document_room;
    size_t nodes;  /* made so far */
    size_t weight; /* of the documents that are complete */
};

/* A node, or NULL with `err` filled. */
struct rf_yaml_node *rf_yaml_node_new(struct rf_yaml_builder *builder, enum rf_yaml_kind kind,
                                      enum rf_yaml_style style, uint32_t start, uint32_t end,
                                      struct rf_err *err) RF_NONNULL RF_CHECK;

/* Put a scalar, or an empty collection that is to be filled, where the file has it. */
int rf_yaml_put(struct rf_yaml_builder *builder, struct rf_yaml_node *node,
                struct rf_err *err) RF_NONNULL RF_CHECK;
int rf_yaml_open(struct rf_yaml_builder *builder, struct rf_yaml_node *node,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* The innermost collection is complete; `end` counts for one with brackets. */
int rf_yaml_close(struct rf_yaml_builder *builder, uint32_t end, struct rf_err *err) RF_NONNULL RF_CHECK;

/* Remember the node's anchor. Before the node is put or opened. */
int rf_yaml_name(struct rf_yaml_builder *builder, struct rf_yaml_node *node,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* Put an alias. */
int rf_yaml_put_alias(struct rf_yaml_builder *builder, struct rf_str name, uint32_t start, uint32_t end,
                      struct rf_err *err) RF_NONNULL RF_CHECK;

/* Find the lines of yaml->text. */
int rf_yaml_find_lines(struct rf_yaml *yaml, struct rf_arena *arena, struct rf_err *err) RF_NONNULL RF_CHECK;

/* libyaml counts characters. Where each RF_YAML_STRIDE-th character begins; NULL when all are ASCII. */
enum { RF_YAML_STRIDE = 64 };
struct rf_yaml_marks {
    const uint32_t *starts;
    size_t count;
    uint32_t first; /* byte where character 0 is: behind a byte order mark */
};

/* Check the characters and the length of the lines of a YAML text, and find its marks. */
int rf_yaml_scan(const struct rf_yaml *yaml, struct rf_arena *arena, struct rf_yaml_marks *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* The byte where the character is. */
uint32_t rf_yaml_byte(const struct rf_yaml *yaml, const struct rf_yaml_marks *marks,
                      size_t character) RF_NONNULL;

/* Fill the builder from JSON. */
int rf_yaml_read_json(struct rf_yaml_builder *builder, struct rf_err *err) RF_NONNULL RF_CHECK;

#endif
