/* libyaml's events to a tree. libyaml scans and parses; what a tree may be is judged in yaml_tree.c. */
#include "text/yaml_tree.h"

#include "base/format.h"

#include <errno.h>
#include <string.h>

#include <yaml.h>

struct reading {
    struct rf_yaml_builder *builder;
    struct rf_yaml_marks marks;
    yaml_parser_t parser;
};

static uint32_t byte_of(const struct reading *reading, const yaml_mark_t *mark)
{
    return rf_yaml_byte(reading->builder->yaml, &reading->marks, mark->index);
}

static int fail_parse(const struct reading *reading, struct rf_err *err)
{
    const yaml_parser_t *parser = &reading->parser;
    const struct rf_yaml *yaml = reading->builder->yaml;
    uint32_t line;
    uint32_t column;

    if (parser->error == YAML_MEMORY_ERROR)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    if (!parser->context)
        return rf_yaml_fail(yaml, byte_of(reading, &parser->problem_mark), err, "not YAML: %s",
                            parser->problem ? parser->problem : "it cannot be read");
    rf_yaml_place(yaml, byte_of(reading, &parser->context_mark), &line, &column);
    return rf_yaml_fail(yaml, byte_of(reading, &parser->problem_mark), err,
                        "not YAML: %s %s that begins at %u:%u", parser->problem, parser->context, line,
                        column);
}

/* A copy of libyaml's text in the arena. */
static int copy_text(const struct reading *reading, const yaml_char_t *text, size_t len, struct rf_str *ret,
                     struct rf_err *err)
{
    char *copy = rf_arena_text(reading->builder->arena, (struct rf_str){(const char *)text, len});

    if (!copy)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    *ret = (struct rf_str){copy, len};
    return 0;
}

/* The first byte at or behind `at` that is (or is not) one of `set`; at most `end`. */
static uint32_t skip(struct rf_str text, uint32_t at, uint32_t end, const char *set, bool is_one)
{
    while (at < end && !!strchr(set, text.ptr[at]) == is_one)
        at++;
    return at;
}

/* The first byte behind the properties that begin at `at`; at most `end`. Comments may stand between them.
   libyaml ends an anchor with its last letter, a tag with a blank. */
static uint32_t skip_props(struct rf_str text, uint32_t at, uint32_t end)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";

    for (;;) {
        at = skip(text, at, end, " \t\r\n", true);
        if (at < end && text.ptr[at] == '&')
            at = skip(text, at + 1, end, letters, true);
        else if (at < end && text.ptr[at] == '!')
            at = skip(text, at, end, " \t\r\n", false);
        else if (at < end && text.ptr[at] == '#')
            at = skip(text, at, end, "\n", false);
        else
            return at;
    }
}

/* Tag and anchor of a node whose event began with them. */
static int add_props(const struct reading *reading, struct rf_yaml_node *node, const yaml_char_t *tag,
                     const yaml_char_t *anchor, struct rf_err *err)
{
    struct rf_yaml_builder *builder = reading->builder;
    struct rf_yaml_props *props;
    int r = 0;

    if (!tag && !anchor)
        return 0;
    props = rf_arena_alloc(builder->arena, sizeof(*props));
    if (!props)
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    props->start = node->start;
    if (tag)
        r = copy_text(reading, tag, strlen((const char *)tag), &props->tag, err);
    if (r == 0 && anchor)
        r = copy_text(reading, anchor, strlen((const char *)anchor), &props->anchor, err);
    if (r < 0)
        return r;
    node->props = props;
    node->start = skip_props(builder->yaml->text, node->start, node->end);
    return anchor ? rf_yaml_name(builder, node, err) : 0;
}

static enum rf_yaml_style style_of(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE:
        return RF_YAML_SINGLE;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
        return RF_YAML_DOUBLE;
    case YAML_LITERAL_SCALAR_STYLE:
        return RF_YAML_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE:
        return RF_YAML_FOLDED;
    default:
        return RF_YAML_PLAIN;
    }
}

/* The text of a scalar: the file's own bytes when they say it, which they mostly do, else a copy. */
static int read_text(const struct reading *reading, const yaml_event_t *event, struct rf_yaml_node *node,
                     struct rf_err *err)
{
    size_t quote = node->style == RF_YAML_SINGLE || node->style == RF_YAML_DOUBLE;
    const char *raw = reading->builder->yaml->text.ptr + node->start + quote;
    size_t len = event->data.scalar.length;

    if (node->end - node->start == len + 2 * quote && memcmp(raw, event->data.scalar.value, len) == 0) {
        node->text = (struct rf_str){raw, len};
        return 0;
    }
    return copy_text(reading, event->data.scalar.value, len, &node->text, err);
}

/* libyaml's block scalars end where the next token begins. */
static uint32_t trim(struct rf_str text, uint32_t start, uint32_t end)
{
    while (end > start && strchr(" \t\r\n", text.ptr[end - 1]))
        end--;
    return end;
}

static int put_scalar(const struct reading *reading, const yaml_event_t *event, struct rf_err *err)
{
    struct rf_yaml_builder *builder = reading->builder;
    uint32_t start = byte_of(reading, &event->start_mark);
    uint32_t end = byte_of(reading, &event->end_mark);
    struct rf_yaml_node *node =
        rf_yaml_node_new(builder, RF_YAML_SCALAR, style_of(event->data.scalar.style), start, end, err);
    int r;

    if (!node)
        return err->code;
    if (node->style == RF_YAML_LITERAL || node->style == RF_YAML_FOLDED)
        node->end = trim(builder->yaml->text, start, end);
    r = add_props(reading, node, event->data.scalar.tag, event->data.scalar.anchor, err);
    if (r == 0)
        r = read_text(reading, event, node, err);
    return r < 0 ? r : rf_yaml_put(builder, node, err);
}

static int open_collection(const struct reading *reading, const yaml_event_t *event, struct rf_err *err)
{
    bool is_map = event->type == YAML_MAPPING_START_EVENT;
    bool is_flow = is_map ? event->data.mapping_start.style == YAML_FLOW_MAPPING_STYLE
                          : event->data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    struct rf_yaml_node *node = rf_yaml_node_new(
        reading->builder, is_map ? RF_YAML_MAP : RF_YAML_LIST, is_flow ? RF_YAML_FLOW : RF_YAML_BLOCK,
        byte_of(reading, &event->start_mark), (uint32_t)reading->builder->yaml->text.len, err);
    int r;

    if (!node)
        return err->code;
    r = add_props(reading, node, is_map ? event->data.mapping_start.tag : event->data.sequence_start.tag,
                  is_map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor, err);
    return r < 0 ? r : rf_yaml_open(reading->builder, node, err);
}

static int put_alias(const struct reading *reading, const yaml_event_t *event, struct rf_err *err)
{
    struct rf_str name;
    int r = copy_text(reading, event->data.alias.anchor, strlen((const char *)event->data.alias.anchor),
                      &name, err);

    if (r < 0)
        return r;
    return rf_yaml_put_alias(reading->builder, name, byte_of(reading, &event->start_mark),
                             byte_of(reading, &event->end_mark), err);
}

static int take(const struct reading *reading, const yaml_event_t *event, struct rf_err *err)
{
    switch (event->type) {
    case YAML_SCALAR_EVENT:
        return put_scalar(reading, event, err);
    case YAML_SEQUENCE_START_EVENT:
    case YAML_MAPPING_START_EVENT:
        return open_collection(reading, event, err);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        return rf_yaml_close(reading->builder, byte_of(reading, &event->end_mark), err);
    case YAML_ALIAS_EVENT:
        return put_alias(reading, event, err);
    default:
        return 0;
    }
}

static int read_events(struct rf_yaml_builder *builder, struct rf_err *err)
{
    struct reading reading = {.builder = builder};
    bool is_over = false;
    int r = rf_yaml_scan(builder->yaml, builder->arena, &reading.marks, err);

    if (r < 0)
        return r;
    if (!yaml_parser_initialize(&reading.parser))
        return rf_fail(err, -ENOMEM, "1:1: no memory left to read it");
    yaml_parser_set_encoding(&reading.parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&reading.parser,
                                 (const unsigned char *)builder->yaml->text.ptr + reading.marks.first,
                                 builder->yaml->text.len - reading.marks.first);
    while (r == 0 && !is_over) {
        yaml_event_t event;

        if (!yaml_parser_parse(&reading.parser, &event)) {
            r = fail_parse(&reading, err);
            break;
        }
        is_over = event.type == YAML_STREAM_END_EVENT;
        r = take(&reading, &event, err);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&reading.parser);
    return r;
}

/* The first byte that is no blank, or 0. */
static char first_of(struct rf_str text, size_t *at)
{
    while (*at < text.len && strchr(" \t\r\n", text.ptr[*at]))
        ++*at;
    return *at < text.len ? text.ptr[*at] : '\0';
}

static int read_as(struct rf_str text, bool is_json, struct rf_arena *arena, struct rf_yaml *ret,
                   struct rf_err *err)
{
    struct rf_yaml yaml = {.text = text, .is_json = is_json};
    struct rf_yaml_builder builder = {.yaml = &yaml, .arena = arena};
    int r = rf_yaml_find_lines(&yaml, arena, err);

    if (r == 0)
        r = is_json ? rf_yaml_read_json(&builder, err) : read_events(&builder, err);
    if (r == 0)
        *ret = yaml;
    return r;
}

int rf_yaml_read(struct rf_str text, struct rf_arena *arena, struct rf_yaml *ret, struct rf_err *err)
{
    struct rf_err json_err = {0};
    size_t at = 0;
    char first = first_of(text, &at);
    int r = -EINVAL;

    if (text.len > RF_YAML_BYTES)
        return rf_fail(err, -EFBIG, "1:1: larger than %d MiB", RF_YAML_BYTES / 1024 / 1024);
    if (first != '{' && first != '[')
        return read_as(text, false, arena, ret, err);
    at++;
    r = read_as(text, true, arena, ret, &json_err);
    if (r == -EINVAL)
        r = read_as(text, false, arena, ret, err);
    if (r < 0 && first_of(text, &at) == '"') /* then it was meant as JSON */
        *err = json_err;
    return r;
}
