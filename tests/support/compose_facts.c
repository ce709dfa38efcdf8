/* Prints what the reader makes of Compose files, a fact a line, without places and without what is not known:
   what docker-compose resolves a project to says the same as the project. `compose_facts FILE...`, with the
   variables of the environment. */
#include "manifest/compose.h"

#include "base/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILES = 8, VARIABLES = 512, FILE_BYTES = 1 << 20 };

extern char **environ;

static int read_file(void *context, struct rf_str path, struct rf_arena *arena, struct rf_str *text,
                     struct rf_err *err)
{
    char *name = rf_arena_text(arena, path);

    (void)context;
    return name ? rf_file_read(name, FILE_BYTES, arena, text, err) : -ENOMEM;
}

static void show(const char *service, const char *key, const struct rf_fact_text *fact)
{
    if (fact->from.known == RF_KNOWN)
        (void)printf("%s %s %.*s\n", service, key, RF_FMT(fact->value));
}

static void show_number(const char *service, const char *key, const struct rf_fact_int *fact)
{
    if (fact->from.known == RF_KNOWN)
        (void)printf("%s %s %lld\n", service, key, (long long)fact->value);
}

static void show_flag(const char *service, const char *key, const struct rf_fact_bool *fact)
{
    if (fact->from.known == RF_KNOWN)
        (void)printf("%s %s %s\n", service, key, fact->is_true ? "true" : "false");
}

static void show_list(const char *service, const char *key, const struct rf_fact_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        show(service, key, &list->items[i]);
}

static void show_pairs(const char *service, const char *key, const struct rf_fact_pair *pairs, size_t count)
{
    for (size_t i = 0; i < count; i++)
        (void)printf("%s %s %.*s=%.*s\n", service, key, RF_FMT(pairs[i].name.value),
                     RF_FMT(pairs[i].value.value));
}

static void show_mount(const char *service, const struct rf_mounted *place)
{
    struct rf_str source = place->source.value;
    char *here = NULL;

    if (place->kind == RF_MOUNTED_BIND &&
        rf_str_starts(source, "./")) { /* the other one knows only such paths */
        here = realpath(".", NULL);
        source = (struct rf_str){source.ptr + 2, source.len - 2};
    }
    (void)printf("%s mount %d %s%s%.*s%.*s %.*s\n", service, place->kind, here ? here : "", here ? "/" : "",
                 here ? (int)place->directory.len : 0, place->directory.ptr, RF_FMT(source),
                 RF_FMT(place->target.value));
    free(here);
    if (place->read_only.is_true)
        (void)printf("%s read-only %.*s\n", service, RF_FMT(place->target.value));
    show_number(service, "size", &place->size_bytes);
    show_number(service, "mode", &place->mode);
}

static void show_port(const char *service, const struct rf_port *port)
{
    int64_t last = port->port_end.from.known == RF_KNOWN ? port->port_end.value : port->port.value;
    bool has_host = port->host.from.known == RF_KNOWN;

    /* a range is as many ports as it has */
    for (int64_t i = port->port.value; i <= last; i++) {
        (void)printf("%s port %s %.*s ", service, port->is_published ? "published" : "exposed",
                     RF_FMT(port->address.value));
        if (has_host)
            (void)printf("%lld", (long long)(port->host.value + i - port->port.value));
        (void)printf(":%lld/%.*s\n", (long long)i,
                     port->protocol.value.len ? (int)port->protocol.value.len : 3,
                     port->protocol.value.len ? port->protocol.value.ptr : "tcp");
    }
}

static void show_env(const char *service, const struct rf_subject *subject)
{
    for (size_t i = 0; i < subject->env_count; i++) {
        const struct rf_env *env = &subject->env[i];

        if (env->name.from.known == RF_UNSET)
            continue;
        (void)printf("%s env %.*s=%.*s\n", service, RF_FMT(env->name.value),
                     env->value.from.known == RF_KNOWN ? (int)env->value.value.len : 0, env->value.value.ptr);
    }
}

static void show_probes(const char *service, const struct rf_subject *subject)
{
    for (size_t i = 0; i < subject->probe_count; i++) {
        const struct rf_probe *probe = &subject->probes[i];

        (void)printf("%s probe %d %s\n", service, probe->kind, probe->is_shell ? "shell" : "exec");
        show_list(service, "probe-command", &probe->command);
        show_flag(service, "probe-disabled", &probe->disabled);
        show_number(service, "probe-interval", &probe->interval_ms);
        show_number(service, "probe-timeout", &probe->timeout_ms);
        show_number(service, "probe-start", &probe->start_period_ms);
        show_number(service, "probe-retries", &probe->retries);
    }
}

static void show_limits(const char *service, const struct rf_subject *subject)
{
    const struct rf_limits *limits = &subject->limits;

    show_number(service, "memory", &limits->memory_bytes);
    show_number(service, "memory-request", &limits->memory_request_bytes);
    show_number(service, "cpus", &limits->cpu_milli);
    show_number(service, "pids", &limits->pids);
    show_number(service, "shm", &limits->shm_bytes);
    for (size_t i = 0; i < limits->ulimit_count; i++)
        (void)printf("%s ulimit %u %llu %llu\n", service, limits->ulimits[i].resource,
                     (unsigned long long)limits->ulimits[i].soft,
                     (unsigned long long)limits->ulimits[i].hard);
    if (subject->restart.from.known == RF_KNOWN)
        (void)printf("%s restart %d\n", service, subject->restart.kind);
    show_number(service, "restart-max", &subject->restart.max);
}

static void show_namespaces(const char *service, const struct rf_namespaces *spaces)
{
    const struct rf_namespace *const all[] = {&spaces->pid, &spaces->ipc,  &spaces->network,
                                              &spaces->uts, &spaces->user, &spaces->cgroup};

    for (size_t i = 0; i < RF_COUNT(all); i++)
        if (all[i]->from.known == RF_KNOWN)
            (void)printf("%s namespace %zu %d %.*s\n", service, i, all[i]->kind, RF_FMT(all[i]->with));
}

static void show_subject(const struct rf_subject *subject)
{
    char service[256];

    (void)snprintf(service, sizeof(service), "%.*s", RF_FMT(subject->name.value));
    (void)printf("%s service\n", service);
    show(service, "user", &subject->context.user);
    show(service, "group", &subject->context.group);
    show_list(service, "group-add", &subject->groups);
    show_flag(service, "privileged", &subject->privileged);
    show_flag(service, "read-only", &subject->read_only_root);
    show_list(service, "cap-add", &subject->cap_add);
    show_list(service, "cap-drop", &subject->cap_drop);
    show_list(service, "security-opt", &subject->security_opt);
    show(service, "image", &subject->image);
    show(service, "target", &subject->build.target);
    show(service, "dockerfile", &subject->build.file);
    show_pairs(service, "arg", subject->build.args, subject->build.arg_count);
    show_list(service, "entrypoint", &subject->entrypoint);
    show_list(service, "command", &subject->command);
    show(service, "workdir", &subject->workdir);
    show_pairs(service, "label", subject->labels, subject->label_count);
    show_pairs(service, "sysctl", subject->sysctls, subject->sysctl_count);
    show(service, "log", &subject->log_driver);
    show_namespaces(service, &subject->namespaces);
    for (size_t i = 0; i < subject->mount_count; i++)
        show_mount(service, &subject->mounts[i]);
    for (size_t i = 0; i < subject->port_count; i++)
        show_port(service, &subject->ports[i]);
    for (size_t i = 0; i < subject->dependency_count; i++) {
        show(service, "depends", &subject->dependencies[i].name);
        show(service, "condition", &subject->dependencies[i].condition);
    }
    for (size_t i = 0; i < subject->device_count; i++)
        show(service, "device", &subject->devices[i].source);
    show_env(service, subject);
    show_probes(service, subject);
    show_limits(service, subject);
}

static size_t take_environment(struct rf_fact_pair *pairs)
{
    size_t count = 0;

    for (; environ[count] && count < VARIABLES; count++)
        pairs[count].value.value = rf_str_cut(rf_str_of(environ[count]), '=', &pairs[count].name.value);
    return count;
}

int main(int argc, char **argv)
{
    static struct rf_fact_pair env[VARIABLES];
    struct rf_compose_file files[FILES];
    struct rf_compose_world world = {.read = read_file, .env = env, .env_count = take_environment(env)};
    struct rf_manifest manifest;
    struct rf_arena arena;
    struct rf_err err = {0};
    size_t count = 0;

    rf_arena_init(&arena, RF_COMPOSE_ARENA_BYTES);
    for (; count + 1 < (size_t)argc && count < FILES; count++) {
        files[count].name = rf_str_of(argv[count + 1]);
        if (rf_file_read(argv[count + 1], FILE_BYTES, &arena, &files[count].text, &err) != 0)
            break;
    }
    if (err.code || rf_compose_read(files, count, &world, &arena, &manifest, &err) != 0) {
        (void)fprintf(stderr, "%s\n", err.msg);
        return 1;
    }
    for (size_t i = 0; i < manifest.subject_count; i++)
        show_subject(manifest.subjects[i]);
    rf_arena_done(&arena);
    return 0;
}
