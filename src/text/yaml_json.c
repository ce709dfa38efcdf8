/* JSON to the tree that YAML makes, so that readers of manifests know no difference. */
#include "text/yaml_tree.h"

#include "text/json.h"

#include <errno.h>
#include <string.h>

/* The JSON reader says "line L, column C: ", everybody else here "L:C: ". */
static int fail_json(struct rf_err *err)
{
    struct rf_err theirs = *err;
    struct rf_str rest = rf_str_of(theirs.msg);
    struct rf_str line;
    struct rf_str column;

    if (!rf_str_starts(rest, "line "))
        return rf_fail(err, theirs.code, "1:1: %s", theirs.msg);
    rest = rf_str_cut((struct rf_str){rest.ptr + 5, rest.len - 5}, ',', &line);
    rest = rf_str_cut(rest, ':', &column);
    column = (struct rf_str){column.ptr + strlen(" column "), column.len - strlen(" column ")};
    return rf_fail(err, theirs.code, "%.*s:%.*s: not JSON:%.*s", RF_FMT(line), RF_FMT(column), RF_FMT(rest));
}

static int put_token(struct rf_yaml_builder *builder, const struct rf_json_token *token, struct rf_err *err)
{
    bool is_text = token->kind == RF_JSON_STRING || token->kind == RF_JSON_KEY;
    bool is_open = token->kind == RF_JSON_OBJECT || token->kind == RF_JSON_ARRAY;
    size_t end = token->offset + token->raw.len + (is_text ? 2 : 0);
    struct rf_yaml_node *node = rf_yaml_node_new(builder,
                                                 !is_open                        ? RF_YAML_SCALAR
                                                 : token->kind == RF_JSON_OBJECT ? RF_YAML_MAP
                                                                                 : RF_YAML_LIST,
                                                 is_open   ? RF_YAML_FLOW
                                                 : is_text ? RF_YAML_DOUBLE
                                                           : RF_YAML_PLAIN,
                                                 (uint32_t)token->offset, (uint32_t)end, err);
    int r;

    if (!node)
        return err->code;
    if (is_open)
        return rf_yaml_open(builder, node, err);
    r = rf_json_text(token, builder->arena, &node->text, err);
    return r < 0 ? fail_json(err) : rf_yaml_put(builder, node, err);
}

int rf_yaml_read_json(struct rf_yaml_builder *builder, struct rf_err *err)
{
    struct rf_json json;
    struct rf_json_token token = {.kind = RF_JSON_NULL};
    int r = rf_json_init(&json, builder->yaml->text, RF_YAML_BYTES, err);

    if (r < 0)
        return fail_json(err);
    while (r == 0) {
        if (rf_json_next(&json, &token, err) < 0)
            return fail_json(err);
        if (token.kind == RF_JSON_END)
            break;
        if (token.kind == RF_JSON_OBJECT_END || token.kind == RF_JSON_ARRAY_END)
            r = rf_yaml_close(builder, (uint32_t)token.offset + 1, err);
        else
            r = put_token(builder, &token, err);
    }
    return r;
}
