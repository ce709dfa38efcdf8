#ifndef RF_TEXT_YAML_H
#define RF_TEXT_YAML_H

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* YAML files of others (Compose, Kubernetes) as trees with byte spans. The grammar is libyaml's: YAML 1.1
   with the extensions of 1.2 that it knows. JSON documents become the same trees, through text/json.h.

   Refused, each with "LINE:COLUMN: " before the sentence: what is not UTF-8 (a byte order mark at the start
   is skipped), control characters, a line of RF_YAML_LINE_BYTES, more than RF_YAML_DEPTH collections inside
   each other, more than RF_YAML_NODES nodes with every alias counted as what it stands for, more than
   RF_YAML_ANCHORS anchors, an alias inside its own anchor or without one, a key that is no scalar, a key that
   is there twice.

   Memory: the tree lies in the caller's arena; libyaml keeps at most a few times the longest scalar on the
   heap while it reads, and the file is at most RF_YAML_BYTES. */
enum {
    RF_YAML_BYTES = 8 * 1024 * 1024,
    RF_YAML_LINE_BYTES = 64 * 1024,
    RF_YAML_DEPTH = 128, /* of JSON: RF_JSON_DEPTH */
    RF_YAML_ANCHORS = 1024,
    RF_YAML_NODES = 500000
};

enum rf_yaml_kind { RF_YAML_SCALAR, RF_YAML_MAP, RF_YAML_LIST };

/* Of a scalar: how it is quoted; of a map or list: with brackets or by indentation. */
enum rf_yaml_style {
    RF_YAML_PLAIN,
    RF_YAML_SINGLE,
    RF_YAML_DOUBLE,
    RF_YAML_LITERAL,
    RF_YAML_FOLDED,
    RF_YAML_BLOCK,
    RF_YAML_FLOW
};

/* What stands before a value. */
struct rf_yaml_props {
    struct rf_str tag;    /* "tag:yaml.org,2002:str" for !!str; empty: none */
    struct rf_str anchor; /* without `&`; empty: none */
    uint32_t start;       /* first byte of the tag or anchor */
};

/* A value in the file. Its span [start, end) is the value alone: quotes and brackets belong to it, tag,
   anchor and comments do not. That of a block collection ends with its last child's, that of a block scalar
   with its last line that is not blank, without the line's end. An empty value (`key:`) is a plain scalar
   without text, and its span is empty. */
struct rf_yaml_node {
    enum rf_yaml_kind kind;
    enum rf_yaml_style style;
    uint32_t start;
    uint32_t end;
    uint32_t count;     /* of pairs or items */
    uint32_t weight;    /* nodes in it with itself, aliases counted with what they stand for */
    struct rf_str text; /* of a scalar: what it says, after escapes and folding */
    union {
        struct rf_yaml_pair
            *pairs; /* of a map: its own in the order of the file, then those merged with << */
        struct rf_yaml_node **items;
    };
    const struct rf_yaml_pair *merge;  /* of a map: the pair whose key is <<, which is not among `pairs` */
    const struct rf_yaml_node *target; /* of an alias: the value with the anchor; all but the span is its */
    const struct rf_yaml_props *props; /* or NULL */
};

struct rf_yaml_pair {
    struct rf_yaml_node *key;
    struct rf_yaml_node *value;
    /* NULL: the pair is the map's own. Else it came by <<, and this is the alias or map behind the << that
       brought it: `merged->target->props->anchor` is the name, and key and value lie where the anchor is. */
    const struct rf_yaml_node *merged;
};

/* A file. `text` must outlive it. */
struct rf_yaml {
    struct rf_str text;
    struct rf_yaml_node **documents; /* the value of each; an empty document has an empty scalar */
    size_t document_count;
    uint32_t *lines; /* private: where each line begins */
    size_t line_count;
    bool is_json;
};

/* Read a file. Text whose first character is { or [ is read as JSON, and as YAML only when it is no JSON. */
int rf_yaml_read(struct rf_str text, struct rf_arena *arena, struct rf_yaml *ret,
                 struct rf_err *err) RF_NONNULL RF_CHECK;

/* Where a byte of the file is; both count from 1, columns in bytes. */
void rf_yaml_place(const struct rf_yaml *yaml, uint32_t offset, uint32_t *ret_line,
                   uint32_t *ret_column) RF_NONNULL;

/* rf_fail(-EINVAL) with "LINE:COLUMN: " before the sentence; bytes that a terminal might obey become `?`. */
int rf_yaml_fail(const struct rf_yaml *yaml, uint32_t offset, struct rf_err *err, const char *fmt,
                 ...) RF_NONNULL RF_PRINTF(4, 5) RF_COLD;

/* The pair of a map with this key, or NULL; also NULL when `node` is NULL or no map. */
const struct rf_yaml_pair *rf_yaml_find(const struct rf_yaml_node *node, const char *key);

/* Its value, or NULL. */
const struct rf_yaml_node *rf_yaml_get(const struct rf_yaml_node *node, const char *key);

/* Readers disagree on what a plain scalar is. The three that matter here: */
enum rf_yaml_reader {
    /* sigs.k8s.io/yaml, kubectl's: the words of YAML 1.1 (y, yes, on, ...) are bools; 0777 is octal, 0o777
       too; 1000:30 and dates are text */
    RF_YAML_KUBECTL,
    /* gopkg.in/yaml.v3, that of Compose: as above, but only true and false are bools */
    RF_YAML_COMPOSE,
    /* YAML 1.1 as PyYAML reads it: yes, on, ... are bools, y is not; 0777 is octal, 0o777 is text, 1000:30 is
       60030, and a float needs its point; dates, which we take for text, would be dates */
    RF_YAML_1_1
};

enum rf_yaml_type {
    RF_YAML_TYPE_NULL,
    RF_YAML_TYPE_BOOL,
    RF_YAML_TYPE_INTEGER,
    RF_YAML_TYPE_FLOAT, /* and integers beyond 64 bits */
    RF_YAML_TYPE_TEXT,
    RF_YAML_TYPE_MAP,
    RF_YAML_TYPE_LIST
};

struct rf_yaml_value {
    enum rf_yaml_type type;
    bool is_true;  /* BOOL */
    bool is_whole; /* INTEGER, and a FLOAT like 1e3 whose value is one: `integer` holds it */
    int64_t integer;
};

/* What `reader` would see. Quoted text is text, a tag of YAML's own (!!str, !!int) is obeyed. */
struct rf_yaml_value rf_yaml_value(const struct rf_yaml_node *node, enum rf_yaml_reader reader) RF_NONNULL;

/* "a number", "a list": for sentences. */
const char *rf_yaml_type_name(enum rf_yaml_type type);

#endif
