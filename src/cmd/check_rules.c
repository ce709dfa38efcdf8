/* `ringfence rules`, and `ringfence explain RF-...`: what the rules say. */
#include "cmd/check.h"

#include <errno.h>
#include <string.h>

enum { PAGES_BYTES = 16 << 20, EXIT_WRONG = 2 };

static void list(struct rf_buf *out)
{
    const struct rf_rule *rule;

    for (size_t i = 0; (rule = rf_rule_at(i)) != NULL; i++)
        rf_buf_printf(out, "%-13s %-9s %s\n", rule->id, rf_severity_name(rule->severity), rule->title);
}

int rf_rules_verb(const struct rf_call *call, struct rf_err *err)
{
    const char *format = call->options->values[RF_ACTION_FORMAT];
    bool is_markdown = format && strcmp(format, "markdown") == 0;
    struct rf_arena arena;
    struct rf_buf out;

    rf_arena_init(&arena, PAGES_BYTES);
    rf_buf_init(&out, &arena);
    if (call->options->word_count == 0)
        list(&out);
    for (size_t i = 0; i < call->options->word_count; i++) {
        const struct rf_rule *rule = rf_rule_find(rf_str_of(call->options->words[i]));

        if (!rule) {
            (void)rf_fail(err, -EINVAL, "rules: there is no rule \"%s\": ringfence rules lists them",
                          call->options->words[i]);
            rf_arena_done(&arena);
            return EXIT_WRONG;
        }
        if (i > 0)
            rf_buf_text(&out, "\n");
        rf_rule_page(rule, is_markdown, &out);
    }
    (void)fwrite(out.ptr ? out.ptr : "", 1, out.len, stdout);
    rf_arena_done(&arena);
    return 0;
}
