/* Health checks and hooks of a service. */
#include "manifest/compose_parts.h"

#include <errno.h>

#define MEMBER(name, read, field)                                                                            \
    {                                                                                                        \
        name, read, offsetof(struct rf_probe, field)                                                         \
    }

static void drop_first(struct rf_fact_list *list)
{
    list->items++;
    list->count--;
}

/* "NONE"; "CMD" and words; "CMD-SHELL" and a text; a text. */
static int read_test(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    struct rf_probe *probe = ret;
    struct rf_fact_list *command = &probe->command;
    int r;

    if (node->kind == RF_YAML_SCALAR) {
        command->items = rf_arena_array(compose->arena, 1, sizeof(*command->items));
        if (!command->items)
            return rf_compose_no_memory(err);
        command->items[0] = rf_compose_fact(node, node->text);
        command->count = 1;
        command->from = node->from;
        probe->action = RF_PROBE_EXEC;
        probe->is_shell = true;
        return 0;
    }
    r = rf_compose_list(compose, node, command, err);
    if (r < 0 || command->count == 0)
        return r;
    probe->action = RF_PROBE_EXEC;
    if (rf_str_is(command->items[0].value, "NONE")) {
        probe->disabled = (struct rf_fact_bool){.is_true = true, .from = command->items[0].from};
        probe->action = RF_PROBE_OTHER;
        command->count = 0;
    } else if (rf_str_is(command->items[0].value, "CMD-SHELL")) {
        probe->is_shell = true;
        drop_first(command);
    } else if (rf_str_is(command->items[0].value, "CMD")) {
        drop_first(command);
    } else if (command->items[0].from.known == RF_KNOWN) {
        return rf_compose_fail(&command->items[0].from, err,
                               "healthcheck.test: want NONE, CMD or CMD-SHELL at the start, not \"%.*s\"",
                               RF_FMT(command->items[0].value));
    }
    return 0;
}

static int add_probe(struct rf_compose *compose, const struct rf_probe *probe, struct rf_subject *subject,
                     struct rf_err *err)
{
    return rf_compose_append(compose, &subject->probes, &subject->probe_count, sizeof(*probe), probe, 1, err);
}

int rf_compose_healthcheck(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                           struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        {"test", read_test, 0},
        MEMBER("disable", rf_compose_bool, disabled),
        MEMBER("interval", rf_compose_duration, interval_ms),
        MEMBER("timeout", rf_compose_duration, timeout_ms),
        MEMBER("start_period", rf_compose_duration, start_period_ms),
        MEMBER("retries", rf_compose_int, retries),
    };
    struct rf_probe probe = {.kind = RF_PROBE_HEALTH, .from = node->from};
    int r = rf_compose_object(compose, node, members, RF_COUNT(members), &probe, err);

    return r < 0 ? r : add_probe(compose, &probe, ret, err);
}

/* --- hooks --- */

static int read_hook(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                     struct rf_err *err)
{
    static const struct rf_compose_member members[] = {
        MEMBER("command", rf_compose_words_of, command),
        MEMBER("user", rf_compose_text, user),
        MEMBER("privileged", rf_compose_bool, privileged),
    };
    struct rf_probe *probe = ret;

    probe->action = RF_PROBE_EXEC;
    probe->from = node->from;
    return rf_compose_object(compose, node, members, RF_COUNT(members), probe, err);
}

static int add_hooks(struct rf_compose *compose, const struct rf_compose_node *node, enum rf_probe_kind kind,
                     struct rf_subject *subject, struct rf_err *err)
{
    struct rf_probe *hooks = NULL;
    size_t count = 0;
    int r = rf_compose_items(compose, node, sizeof(*hooks), read_hook, &hooks, &count, err);

    for (size_t i = 0; r == 0 && i < count; i++)
        hooks[i].kind = kind;
    return r < 0 ? r
                 : rf_compose_append(compose, &subject->probes, &subject->probe_count, sizeof(*hooks), hooks,
                                     count, err);
}

int rf_compose_post_start(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                          struct rf_err *err)
{
    return add_hooks(compose, node, RF_PROBE_AFTER_START, ret, err);
}

int rf_compose_pre_stop(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                        struct rf_err *err)
{
    return add_hooks(compose, node, RF_PROBE_BEFORE_STOP, ret, err);
}
