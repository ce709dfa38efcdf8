/* Any bytes as a Compose project: a refusal says where, and every fact lies inside the file that it names. A
   line "=== NAME" begins a further file, which the ones before it may name. */
#include "manifest/compose.h"

#include "round_trip.h"

#include <errno.h>
#include <string.h>

enum { FILES = 8, ARENA = RF_COMPOSE_ARENA_BYTES };

struct project {
    struct rf_compose_file files[FILES];
    size_t count;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct project cut(struct rf_str text)
{
    static const char mark[] = "\n=== ";
    struct project project = {.files = {{.name = RF_STR("compose.yaml"), .text = text}}, .count = 1};
    struct rf_compose_file *file = project.files;

    while (project.count < FILES) {
        struct rf_str rest = file->text;
        const char *found = rest.len ? memmem(rest.ptr, rest.len, mark, sizeof(mark) - 1) : NULL;

        if (!found)
            break;
        file->text.len = (size_t)(found - rest.ptr) + 1;
        file = &project.files[project.count++];
        rest = (struct rf_str){found + 5, rest.len - (size_t)(found - rest.ptr) - 5};
        file->text = rf_str_cut(rest, '\n', &file->name);
        if (!file->text.ptr)
            file->text = (struct rf_str){"", 0};
        while (memchr(file->name.ptr, 0, file->name.len)) /* file names end there */
            file->name.len--;
    }
    return project;
}

static const struct rf_compose_file *find(const struct project *project, struct rf_str name)
{
    for (size_t i = 0; i < project->count; i++)
        if (project->files[i].name.len == name.len &&
            (name.len == 0 || memcmp(project->files[i].name.ptr, name.ptr, name.len) == 0))
            return &project->files[i];
    return NULL;
}

static int read_part(void *context, struct rf_str path, struct rf_arena *arena, struct rf_str *text,
                     struct rf_err *err)
{
    const struct rf_compose_file *file = find(context, path);

    (void)arena;
    if (!file)
        return rf_fail(err, -ENOENT, "no such file");
    *text = file->text;
    return 0;
}

/* "FILE:LINE:COLUMN: sentence" */
static bool is_located(const struct project *project, const char *message)
{
    for (size_t i = 0; i < project->count; i++) {
        struct rf_str name = project->files[i].name;
        const char *at = message + name.len;
        size_t line;
        size_t column;

        if (strlen(message) <= name.len || memcmp(message, name.ptr, name.len) != 0 || *at != ':')
            continue;
        line = strspn(++at, "0123456789");
        column = at[line] == ':' ? strspn(at + line + 1, "0123456789") : 0;
        if (line && column && strncmp(at + line + 1 + column, ": ", 2) == 0)
            return true;
    }
    return false;
}

static void must_lie_inside(const struct project *project, const struct rf_from *from)
{
    const struct rf_compose_file *file;

    if (from->known == RF_UNSET)
        return;
    RF_MUST(from->file != NULL);
    file = find(project, rf_str_of(from->file));
    RF_MUST(file != NULL);
    RF_MUST(from->start <= from->end && from->end <= file->text.len);
    RF_MUST(from->line >= 1 && from->column >= 1);
}

static void must_be_inside(const struct project *project, const struct rf_subject *subject)
{
    must_lie_inside(project, &subject->from);
    must_lie_inside(project, &subject->name.from);
    must_lie_inside(project, &subject->unknown);
    must_lie_inside(project, &subject->context.user.from);
    must_lie_inside(project, &subject->context.uid.from);
    must_lie_inside(project, &subject->context.seccomp.from);
    must_lie_inside(project, &subject->privileged.from);
    must_lie_inside(project, &subject->limits.memory_bytes.from);
    must_lie_inside(project, &subject->build.from);
    must_lie_inside(project, &subject->namespaces.network.from);
    for (size_t i = 0; i < subject->cap_add.count; i++)
        must_lie_inside(project, &subject->cap_add.items[i].from);
    for (size_t i = 0; i < subject->command.count; i++)
        must_lie_inside(project, &subject->command.items[i].from);
    for (size_t i = 0; i < subject->mount_count; i++) {
        must_lie_inside(project, &subject->mounts[i].source.from);
        must_lie_inside(project, &subject->mounts[i].target.from);
    }
    for (size_t i = 0; i < subject->port_count; i++)
        must_lie_inside(project, &subject->ports[i].port.from);
    for (size_t i = 0; i < subject->env_count; i++) {
        must_lie_inside(project, &subject->env[i].name.from);
        must_lie_inside(project, &subject->env[i].value.from);
    }
    for (size_t i = 0; i < subject->probe_count; i++)
        must_lie_inside(project, &subject->probes[i].from);
}

static void read_project(struct project *project, size_t count, const struct rf_compose_world *world)
{
    struct rf_manifest manifest;
    struct rf_arena arena;
    struct rf_err err = {0};
    int r;

    rf_arena_init(&arena, ARENA);
    r = rf_compose_read(project->files, count, world, &arena, &manifest, &err);
    if (r != 0 && !is_located(project, err.msg))
        (void)fprintf(stderr, "%s\n", err.msg);
    RF_MUST(r == 0 || (err.code == r && is_located(project, err.msg)));
    for (size_t i = 0; r == 0 && i < manifest.subject_count; i++)
        must_be_inside(project, manifest.subjects[i]);
    if (r == 0)
        must_lie_inside(project, &manifest.unread);
    rf_arena_done(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rf_fact_pair env[] = {
        {.name = {.value = RF_STR("A")}, .value = {.value = RF_STR("1000")}},
        {.name = {.value = RF_STR("EMPTY")}, .value = {.value = RF_STR("")}}};
    struct project project = cut((struct rf_str){(const char *)data, size});
    struct rf_compose_world world = {
        .read = read_part, .context = &project, .env = env, .env_count = RF_COUNT(env)};
    static const struct rf_compose_world nowhere;

    read_project(&project, 1, &world);
    read_project(&project, project.count < 2 ? 1 : 2, &world);
    read_project(&project, 1, &nowhere);
    return 0;
}
