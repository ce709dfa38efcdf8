/* A stage of a Dockerfile in the words of every other workload. */
#include "manifest/stage.h"

#include <errno.h>

static struct rf_fact_text text_of(const struct rf_image_text *text)
{
    return (struct rf_fact_text){.value = text->value, .from = text->from};
}

static int list_of(const struct rf_image_list *list, struct rf_arena *arena, struct rf_fact_list *ret)
{
    ret->from = list->from;
    ret->count = 0;
    ret->items = NULL;
    if (list->count == 0)
        return 0;
    ret->items = rf_arena_array(arena, list->count, sizeof(*ret->items));
    if (!ret->items)
        return -ENOMEM;
    for (uint32_t i = 0; i < list->count; i++)
        ret->items[ret->count++] = text_of(&list->items[i]);
    return 0;
}

/* Variables of the image, oldest first. */
static int read_env(const struct rf_image_stage *stage, struct rf_arena *arena, struct rf_subject *ret)
{
    size_t count = 0;

    for (const struct rf_image_var *var = stage->vars; var; var = var->prev)
        count += !var->is_arg;
    if (count == 0)
        return 0;
    ret->env = rf_arena_array(arena, count, sizeof(*ret->env));
    if (!ret->env)
        return -ENOMEM;
    ret->env_count = count;
    for (const struct rf_image_var *var = stage->vars; var; var = var->prev) {
        if (var->is_arg)
            continue;
        ret->env[--count] = (struct rf_env){.name = {.value = var->name, .from = var->value.from},
                                            .value = text_of(&var->value)};
    }
    return 0;
}

static int read_ports(const struct rf_image_stage *stage, struct rf_arena *arena, struct rf_subject *ret)
{
    size_t count = 0;

    for (const struct rf_image_port *port = stage->ports; port; port = port->prev)
        count += port->first != 0;
    if (count == 0)
        return 0;
    ret->ports = rf_arena_array(arena, count, sizeof(*ret->ports));
    if (!ret->ports)
        return -ENOMEM;
    ret->port_count = count;
    for (const struct rf_image_port *port = stage->ports; port; port = port->prev) {
        if (port->first == 0)
            continue;
        ret->ports[--count] = (struct rf_port){
            .port = {.value = port->first, .from = port->text.from},
            .port_end = {.value = port->last, .from = port->text.from},
            .protocol = {.value = port->is_udp ? RF_STR("udp") : RF_STR("tcp"), .from = port->text.from},
            .from = port->text.from};
    }
    return 0;
}

static struct rf_fact_int number_of(const struct rf_image_number *number)
{
    return (struct rf_fact_int){.value = number->value > INT64_MAX ? INT64_MAX : (int64_t)number->value,
                                .from = number->from};
}

static int read_health(const struct rf_image_stage *stage, struct rf_arena *arena, struct rf_subject *ret)
{
    const struct rf_image_health *health = &stage->health;
    struct rf_probe *probe;

    if (health->from.known == RF_UNSET)
        return 0;
    probe = rf_arena_alloc(arena, sizeof(*probe));
    if (!probe)
        return -ENOMEM;
    ret->probes = probe;
    ret->probe_count = 1;
    *probe =
        (struct rf_probe){.kind = RF_PROBE_HEALTH,
                          .action = RF_PROBE_EXEC,
                          .is_shell = health->command.is_shell,
                          .disabled = {.is_true = health->kind == RF_IMAGE_HEALTH_NONE, .from = health->from},
                          .interval_ms = number_of(&health->interval_ms),
                          .timeout_ms = number_of(&health->timeout_ms),
                          .start_period_ms = number_of(&health->start_period_ms),
                          .retries = number_of(&health->retries),
                          .from = health->from};
    return list_of(&health->command, arena, &probe->command);
}

int rf_subject_of_stage(const struct rf_image_stage *stage, struct rf_arena *arena, struct rf_subject *ret,
                        struct rf_err *err)
{
    *ret = (struct rf_subject){.kind = RF_SUBJECT_STAGE,
                               .platform = RF_PLATFORM_DOCKER,
                               .name = {.value = stage->name, .from = stage->from},
                               .from = stage->from,
                               .stage = stage,
                               .own.user = {.value = stage->user.text, .from = stage->user.from},
                               .home = text_of(&stage->user.home),
                               .image = text_of(&stage->base),
                               .workdir = text_of(&stage->workdir)};
    ret->context = ret->own;
    if (read_env(stage, arena, ret) < 0 || read_ports(stage, arena, ret) < 0 ||
        read_health(stage, arena, ret) < 0 || list_of(&stage->entrypoint, arena, &ret->entrypoint) < 0 ||
        list_of(&stage->command, arena, &ret->command) < 0)
        return rf_fail(err, -ENOMEM, "a stage of the Dockerfile: out of memory");
    return 0;
}
