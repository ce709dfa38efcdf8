/* docker run as a service: its options become the members that Compose has for them. */
#include "manifest/docker_run.h"

#include "manifest/compose_parts.h"
#include "text/shell.h"

#include <errno.h>
#include <string.h>

enum { MEMBERS = 64, ITEMS = 1024 };

/* What an option becomes: a text, an entry of a list, `true`; SKIP: a value that nobody asks for. */
enum shape { SKIP, TEXT, LIST, TRUE, FLAG, MOUNT };

static const struct option {
    const char *flag;
    char letter;
    const char *key; /* of Compose */
    enum shape shape;
} options[] = {
    {"user", 'u', "user", TEXT},
    {"group-add", 0, "group_add", LIST},
    {"privileged", 0, "privileged", TRUE},
    {"cap-add", 0, "cap_add", LIST},
    {"cap-drop", 0, "cap_drop", LIST},
    {"security-opt", 0, "security_opt", LIST},
    {"read-only", 0, "read_only", TRUE},
    {"tmpfs", 0, "tmpfs", LIST},
    {"volume", 'v', "volumes", LIST},
    {"mount", 0, "volumes", MOUNT},
    {"publish", 'p', "ports", LIST},
    {"pid", 0, "pid", TEXT},
    {"ipc", 0, "ipc", TEXT},
    {"uts", 0, "uts", TEXT},
    {"network", 0, "network_mode", TEXT},
    {"net", 0, "network_mode", TEXT},
    {"userns", 0, "userns_mode", TEXT},
    {"cgroupns", 0, "cgroup", TEXT},
    {"device", 0, "devices", LIST},
    {"sysctl", 0, "sysctls", LIST},
    {"memory", 'm', "mem_limit", TEXT},
    {"cpus", 0, "cpus", TEXT},
    {"pids-limit", 0, "pids_limit", TEXT},
    {"shm-size", 0, "shm_size", TEXT},
    {"restart", 0, "restart", TEXT},
    {"env", 'e', "environment", LIST},
    {"workdir", 'w', "working_dir", TEXT},
    {"entrypoint", 0, "entrypoint", TEXT},
    {"cgroup-parent", 0, "cgroup_parent", TEXT},
    {"name", 0, "container_name", TEXT},
    {"detach", 'd', NULL, FLAG},
    {"interactive", 'i', NULL, FLAG},
    {"tty", 't', NULL, FLAG},
    {"rm", 0, NULL, FLAG},
    {"init", 0, NULL, FLAG},
    {"publish-all", 'P', NULL, FLAG},
    {"no-healthcheck", 0, NULL, FLAG},
    {"oom-kill-disable", 0, NULL, FLAG},
    {"sig-proxy", 0, NULL, FLAG},
    {"disable-content-trust", 0, NULL, FLAG},
    {"quiet", 'q', NULL, FLAG},
    {"replace", 0, NULL, FLAG},
    {"rmi", 0, NULL, FLAG},
    {"hostname", 'h', NULL, SKIP},
    {"label", 'l', NULL, SKIP},
    {"cpu-shares", 'c', NULL, SKIP},
    {"attach", 'a', NULL, SKIP},
};

struct run {
    struct rf_compose compose;
    struct rf_compose_source source;
    const char *file;
    struct rf_str text;
    struct rf_compose_node *service;
    struct rf_str name; /* of the container */
    struct rf_err *err;
};

/* --- nodes --- */

static struct rf_from from_of(const struct run *run, struct rf_str raw)
{
    struct rf_from from = {.known = RF_KNOWN, .file = run->file, .line = 1, .column = 1};

    if (raw.ptr < run->text.ptr || raw.ptr > run->text.ptr + run->text.len)
        return from;
    from.start = (uint32_t)(raw.ptr - run->text.ptr);
    from.end = from.start + (uint32_t)raw.len;
    for (uint32_t i = 0; i < from.start; i++) {
        from.column = run->text.ptr[i] == '\n' ? 1 : from.column + 1;
        from.line += run->text.ptr[i] == '\n';
    }
    return from;
}

static struct rf_compose_node *new_node(struct run *run, enum rf_yaml_kind kind, struct rf_str text,
                                        struct rf_from from, size_t room)
{
    struct rf_compose_node *node = rf_arena_alloc(run->compose.arena, sizeof(*node));

    if (!node)
        return NULL;
    *node = (struct rf_compose_node){
        .kind = kind, .type = RF_YAML_TYPE_TEXT, .text = text, .source = &run->source, .from = from};
    if (kind == RF_YAML_MAP)
        node->pairs = rf_arena_array(run->compose.arena, room, sizeof(*node->pairs));
    if (kind == RF_YAML_LIST)
        node->items = rf_arena_array(run->compose.arena, room, sizeof(struct rf_compose_node *));
    node->type = kind == RF_YAML_MAP    ? RF_YAML_TYPE_MAP
                 : kind == RF_YAML_LIST ? RF_YAML_TYPE_LIST
                                        : RF_YAML_TYPE_TEXT;
    return kind == RF_YAML_SCALAR || (kind == RF_YAML_MAP ? (void *)node->pairs : (void *)node->items) ? node
                                                                                                       : NULL;
}

/* A word; where it has a variable that nobody sets here, all of it is unknowable. */
static struct rf_compose_node *word_node(struct run *run, struct rf_str text, const struct rf_sh_word *word)
{
    struct rf_compose_node *node =
        new_node(run, RF_YAML_SCALAR, word->is_known ? text : word->raw, from_of(run, word->raw), 0);

    if (!node || word->is_known)
        return node;
    node->holes = rf_arena_alloc(run->compose.arena, sizeof(*node->holes));
    if (!node->holes)
        return NULL;
    *node->holes = node->text;
    node->hole_count = 1;
    return node;
}

/* The member of that name, or a new one with `value`. */
static struct rf_compose_node *member(struct run *run, struct rf_compose_node *map, const char *key,
                                      struct rf_compose_node *value)
{
    struct rf_compose_node *name;

    for (uint32_t i = 0; i < map->count; i++) {
        if (rf_str_is(map->pairs[i].key->text, key)) {
            if (value)
                map->pairs[i].value = value; /* the last one holds */
            return map->pairs[i].value;
        }
    }
    if (!value || map->count == MEMBERS)
        return NULL;
    name = new_node(run, RF_YAML_SCALAR, rf_str_of(key), value->from, 0);
    if (!name)
        return NULL;
    map->pairs[map->count++] = (struct rf_compose_pair){name, value};
    return value;
}

static int add_item(struct run *run, const char *key, struct rf_compose_node *item)
{
    struct rf_compose_node *list = member(run, run->service, key, NULL);

    if (item && !list)
        list = member(run, run->service, key, new_node(run, RF_YAML_LIST, RF_STR(""), item->from, ITEMS));
    if (!item || !list)
        return -ENOMEM;
    if (list->count == ITEMS)
        return rf_compose_fail(&item->from, run->err, "--%s: more than %d of them", key, ITEMS);
    list->items[list->count++] = item;
    return 0;
}

/* --mount type=bind,source=/a,target=/b,readonly */
static int add_mount(struct run *run, struct rf_str text, const struct rf_sh_word *word)
{
    static const char *const names[][2] = {
        {"type", "type"},  {"source", "source"},      {"src", "source"},         {"target", "target"},
        {"dst", "target"}, {"destination", "target"}, {"readonly", "read_only"}, {"ro", "read_only"}};
    struct rf_compose_node *map = new_node(run, RF_YAML_MAP, RF_STR(""), from_of(run, word->raw), MEMBERS);

    if (!map)
        return -ENOMEM;
    if (!word->is_known)
        return add_item(run, "volumes", word_node(run, text, word));
    while (text.ptr) {
        struct rf_str field;
        struct rf_str name;
        struct rf_str value;

        text = rf_str_cut(text, ',', &field);
        value = rf_str_cut(field, '=', &name);
        for (size_t i = 0; i < RF_COUNT(names); i++) {
            if (rf_str_is(name, names[i][0]) &&
                !member(run, map, names[i][1], word_node(run, value.ptr ? value : RF_STR("true"), word)))
                return -ENOMEM;
        }
    }
    if (!member(run, map, "type", NULL) && !member(run, map, "type", word_node(run, RF_STR("volume"), word)))
        return -ENOMEM;
    return member(run, map, "target", NULL) ? add_item(run, "volumes", map) : 0;
}

/* --- words --- */

static const struct option *find_option(struct rf_str flag, char letter)
{
    for (size_t i = 0; i < RF_COUNT(options); i++) {
        if (letter ? options[i].letter == letter : rf_str_is(flag, options[i].flag))
            return &options[i];
    }
    return NULL;
}

static int take(struct run *run, const struct option *option, struct rf_str value,
                const struct rf_sh_word *word)
{
    struct rf_compose_node *node;

    if (!option || !option->key)
        return 0;
    if (rf_str_is(rf_str_of(option->flag), "name") && word->is_known)
        run->name = value;
    if (option->shape == MOUNT)
        return add_mount(run, value, word);
    node = word_node(run, value, word);
    if (option->shape == LIST)
        return add_item(run, option->key, node);
    return node && member(run, run->service, option->key, node) ? 0 : -ENOMEM;
}

static bool has_value(const struct option *option)
{
    return !option || (option->shape != TRUE && option->shape != FLAG);
}

/* --flag=value, --flag value, -it, -p80:80. Returns how many words it took, or an error. */
static int take_option(struct run *run, const struct rf_sh_word *words, uint32_t count)
{
    struct rf_str text = words[0].text;
    struct rf_str flag;
    const struct option *option;
    struct rf_str value;
    int r;

    if (rf_str_starts(text, "--")) {
        value = rf_str_cut((struct rf_str){text.ptr + 2, text.len - 2}, '=', &flag);
        option = find_option(flag, 0);
        if (!value.ptr && has_value(option)) {
            r = count > 1 ? take(run, option, words[1].text, &words[1]) : 0;
            return r < 0 ? r : 2;
        }
        r = take(run, option, value.ptr ? value : RF_STR("true"), &words[0]);
        return r < 0 ? r : 1;
    }
    for (size_t i = 1; i < text.len; i++) {
        option = find_option(flag = (struct rf_str){NULL, 0}, text.ptr[i]);
        if (!has_value(option)) {
            r = take(run, option, RF_STR("true"), &words[0]);
            if (r < 0)
                return r;
            continue;
        }
        value = (struct rf_str){text.ptr + i + 1, text.len - i - 1};
        if (value.len > 0 && *value.ptr == '=')
            value = (struct rf_str){value.ptr + 1, value.len - 1};
        if (value.len > 0)
            r = take(run, option, value, &words[0]);
        else
            r = count > 1 ? take(run, option, words[1].text, &words[1]) : 0;
        return r < 0 ? r : value.len > 0 ? 1 : 2;
    }
    return 1;
}

/* The words behind `run`. */
static int read_words(struct run *run, const struct rf_sh_word *words, uint32_t count)
{
    uint32_t at = 0;
    int r = 0;

    while (at < count && words[at].text.len > 1 && *words[at].text.ptr == '-') {
        if (rf_str_is(words[at].text, "--")) {
            at++;
            break;
        }
        r = take_option(run, words + at, count - at);
        if (r < 0)
            return r;
        at += (uint32_t)r;
    }
    if (at < count) {
        struct rf_compose_node *image = word_node(run, words[at].text, &words[at]);

        if (!image || !member(run, run->service, "image", image))
            return -ENOMEM;
        at++;
    }
    for (r = 0; r == 0 && at < count; at++)
        r = add_item(run, "command", word_node(run, words[at].text, &words[at]));
    return r;
}

/* docker [GLOBAL OPTIONS] [container] run|create: the index of what follows, or 0. */
static uint32_t find_run(const struct rf_sh_command *command)
{
    uint32_t at = 0;
    struct rf_str program;

    while (at < command->word_count && rf_str_is(command->words[at].text, "sudo"))
        at++;
    if (at + 1 >= command->word_count)
        return 0;
    program = command->words[at].text;
    if (program.len > 9 && memcmp(program.ptr, "/usr/bin/", 9) == 0)
        program = (struct rf_str){program.ptr + 9, program.len - 9};
    if (!rf_str_is(program, "docker") && !rf_str_is(program, "podman"))
        return 0;
    for (at++; at < command->word_count; at++) {
        struct rf_str word = command->words[at].text;

        if (rf_str_is(word, "run") || rf_str_is(word, "create"))
            return at + 1;
        if (!rf_str_is(word, "container") && !(word.len > 0 && *word.ptr == '-'))
            return 0;
    }
    return 0;
}

static int read_command(struct run *run, const struct rf_sh_command *command, uint32_t first,
                        struct rf_subject *ret)
{
    struct rf_from from = from_of(run, command->raw);
    struct rf_compose_pair service;
    int r;

    run->name = (struct rf_str){NULL, 0};
    run->service = new_node(run, RF_YAML_MAP, RF_STR(""), from, MEMBERS);
    if (!run->service)
        return -ENOMEM;
    r = read_words(run, command->words + first, command->word_count - first);
    if (r < 0)
        return r;
    service.key = new_node(run, RF_YAML_SCALAR, run->name.len ? run->name : RF_STR("docker run"), from, 0);
    service.value = run->service;
    if (!service.key)
        return -ENOMEM;
    return rf_compose_service(&run->compose, &service, ret, run->err);
}

int rf_docker_run_read(const char *file, struct rf_str text, struct rf_arena *arena, struct rf_manifest *ret,
                       struct rf_err *err)
{
    static const struct rf_compose_world nobody = {0};
    const struct rf_sh_input input = {.text = text};
    struct run run = {.compose = {.arena = arena, .world = &nobody, .what = ""},
                      .source = {.name = file, .directory = {"", 0}},
                      .file = file,
                      .text = text,
                      .err = err};
    struct rf_sh_script script;
    int r = rf_sh_read(&input, arena, &script, err);

    *ret = (struct rf_manifest){0};
    if (r == 0)
        ret->subjects = rf_arena_array(arena, (size_t)script.command_count + 1, sizeof(struct rf_subject *));
    if (r < 0 || !ret->subjects)
        return rf_fail(err, -ENOMEM, "%s: out of memory", file);
    for (uint32_t i = 0; r == 0 && i < script.command_count; i++) {
        uint32_t first = find_run(&script.commands[i]);
        struct rf_subject *subject = first ? rf_arena_alloc(arena, sizeof(*subject)) : NULL;

        if (!first)
            continue;
        r = subject ? read_command(&run, &script.commands[i], first, subject) : -ENOMEM;
        if (r == 0)
            ret->subjects[ret->subject_count++] = subject;
    }
    return r == -ENOMEM ? rf_fail(err, r, "%s: out of memory", file) : r;
}
