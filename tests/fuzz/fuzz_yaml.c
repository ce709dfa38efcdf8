/* Any bytes as YAML or JSON: a refusal says where; a tree has its spans in order, inside the file, and what
   stands in the span of a scalar says what the scalar says. */
#include "text/yaml.h"

#include "round_trip.h"

#include <errno.h>
#include <string.h>

enum { ARENA = 256 << 20, SCALARS = 32, SCALAR_BYTES = 512 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_located(const char *message)
{
    size_t line = strspn(message, "0123456789");
    size_t column = message[line] == ':' ? strspn(message + line + 1, "0123456789") : 0;

    return line > 0 && column > 0 && strncmp(message + line + 1 + column, ": ", 2) == 0;
}

/* The bytes of a scalar of one line: they are its text, or say it as the only text of another file. */
static void must_say_the_same(const struct rf_yaml *yaml, const struct rf_yaml_node *node, int *scalars)
{
    size_t len = node->end - node->start;
    const char *bytes = yaml->text.ptr + node->start;
    char file[SCALAR_BYTES + 8] = "--- ";
    struct rf_yaml again;
    struct rf_arena arena;
    struct rf_err err;

    if (node->style > RF_YAML_DOUBLE || node->target || len == 0 || len > SCALAR_BYTES || yaml->is_json ||
        ++*scalars > SCALARS)
        return;
    for (size_t i = 0; i < len; i++)
        if (bytes[i] == '\n' || bytes[i] == '\r' || (unsigned char)bytes[i] >= 0x80)
            return; /* of several lines, perhaps by NEL, LS or PS */
    if (node->style == RF_YAML_PLAIN) {
        RF_MUST(node->text.len == len && memcmp(node->text.ptr, bytes, len) == 0);
        return;
    }
    memcpy(file + 4, bytes, len);
    rf_arena_init(&arena, 1 << 20);
    RF_MUST(rf_yaml_read((struct rf_str){file, len + 4}, &arena, &again, &err) == 0);
    RF_MUST(again.document_count == 1 && again.documents[0]->kind == RF_YAML_SCALAR);
    RF_MUST(again.documents[0]->text.len == node->text.len);
    RF_MUST(node->text.len == 0 || memcmp(again.documents[0]->text.ptr, node->text.ptr, node->text.len) == 0);
    rf_arena_done(&arena);
}

/* Without recursion: what is still to be looked at lies on a stack. */
struct stack {
    const struct rf_yaml_node **nodes;
    size_t count;
};

static void push(struct stack *stack, const struct rf_yaml_node *parent, const struct rf_yaml_node *node)
{
    if (!parent->target) /* the children of an alias lie elsewhere, and are seen there */
        RF_MUST(node->start >= parent->start && node->end <= parent->end);
    stack->nodes[stack->count++] = node;
}

static void must_be_sound_tree(const struct rf_yaml *yaml, const struct rf_yaml_node *root)
{
    struct stack stack = {.nodes = calloc(RF_YAML_NODES * 2UL + 2, sizeof(struct rf_yaml_node *))};
    int scalars = 0;

    RF_MUST(stack.nodes != NULL && root->weight <= RF_YAML_NODES);
    stack.nodes[stack.count++] = root;
    while (stack.count) {
        const struct rf_yaml_node *node = stack.nodes[--stack.count];
        uint32_t weight = 1;
        uint32_t last = node->start;

        RF_MUST(node->start <= node->end && node->end <= yaml->text.len);
        if (node->kind == RF_YAML_SCALAR)
            must_say_the_same(yaml, node, &scalars);
        for (uint32_t i = 0; node->kind == RF_YAML_LIST && i < node->count; i++) {
            weight += node->items[i]->weight;
            if (node->target)
                continue;
            RF_MUST(node->items[i]->start >= last);
            last = node->items[i]->end;
            push(&stack, node, node->items[i]);
        }
        for (uint32_t i = 0; node->kind == RF_YAML_MAP && i < node->count; i++) {
            const struct rf_yaml_pair *pair = &node->pairs[i];

            weight += pair->key->weight + pair->value->weight;
            if (node->target || pair->merged)
                continue;
            RF_MUST(pair->key->start >= last && pair->value->start >= pair->key->end);
            last = pair->value->end;
            push(&stack, node, pair->key);
            push(&stack, node, pair->value);
        }
        if (node->kind == RF_YAML_MAP && node->merge)
            weight += node->merge->key->weight + node->merge->value->weight;
        RF_MUST(weight == node->weight);
        for (unsigned reader = RF_YAML_KUBECTL; reader <= RF_YAML_1_1; reader++)
            RF_MUST(rf_yaml_type_name(rf_yaml_value(node, (enum rf_yaml_reader)reader).type) != NULL);
    }
    free(stack.nodes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct rf_str text = {(const char *)data, size};
    struct rf_arena arena;
    struct rf_yaml yaml;
    struct rf_err err = {0};
    int r;

    rf_arena_init(&arena, ARENA);
    r = rf_yaml_read(text, &arena, &yaml, &err);
    RF_MUST(r == 0 || (err.code == r && is_located(err.msg)));
    RF_MUST(r != -ENOMEM);
    for (const char *p = err.msg; *p; p++)
        RF_MUST((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
    for (size_t i = 0; r == 0 && i < yaml.document_count; i++)
        must_be_sound_tree(&yaml, yaml.documents[i]);
    rf_arena_done(&arena);
    return 0;
}
