/* What a health check asks and what it writes. */
#include "rules/probe_words.h"

#include "base/format.h"
#include "rules/image_ask.h"

#include <string.h>

enum { PORT_MAX = 65535 };

/* --- RF-HC-005: it asks a port where nobody listens --- */

/* Behind one of the names of the container itself: its port, or that of the scheme, or 0. */
static uint32_t port_of(struct rf_str text)
{
    static const char *const hosts[] = {"localhost", "127.0.0.1", "[::1]", "0.0.0.0"};

    for (size_t i = 0; i < RF_COUNT(hosts); i++) {
        const char *at = text.len > 0 ? memmem(text.ptr, text.len, hosts[i], strlen(hosts[i])) : NULL;
        struct rf_str rest;
        uint32_t port = 0;
        size_t digits = 0;

        if (!at)
            continue;
        at += strlen(hosts[i]);
        rest = (struct rf_str){at, (size_t)(text.ptr + text.len - at)};
        if (rest.len > 0 && *rest.ptr == ':') {
            rest = (struct rf_str){rest.ptr + 1, rest.len - 1};
            while (digits < rest.len && rest.ptr[digits] >= '0' && rest.ptr[digits] <= '9')
                digits++;
            rest.len = digits;
            return rf_ask_number(rest, &port) && port <= PORT_MAX ? port : 0;
        }
        if (rf_str_starts(text, "https://"))
            return 443;
        return rf_str_starts(text, "http://") ? 80 : 0;
    }
    return 0;
}

static bool is_in_ports(const struct rf_look *look, uint32_t port, bool *ret_has_any)
{
    const struct rf_subject *subject = look->subject;

    *ret_has_any = false;
    for (size_t i = 0; i < subject->port_count; i++) {
        const struct rf_port *known = &subject->ports[i];
        int64_t end =
            known->port_end.from.known && known->port_end.value ? known->port_end.value : known->port.value;

        if (known->port.from.known != RF_KNOWN)
            return true; /* may be it */
        *ret_has_any = true;
        if (port >= known->port.value && port <= end)
            return true;
    }
    for (const struct rf_image_port *known = look->stage ? look->stage->ports : NULL; known;
         known = known->prev) {
        if (known->first == 0)
            return true;
        *ret_has_any = true;
        if (port >= known->first && port <= known->last)
            return true;
    }
    return false;
}

static bool mentions(struct rf_str text, const char *number)
{
    return rf_ask_has(text, number);
}

/* The number stands in the program's words or variables, so that it may listen there. */
static bool is_mentioned(const struct rf_look *look, uint32_t port)
{
    const struct rf_subject *subject = look->subject;
    char number[16];

    (void)rf_snprintf(number, sizeof(number), "%u", port);
    for (size_t i = 0; i < subject->env_count; i++)
        if (mentions(subject->env[i].value.value, number))
            return true;
    for (size_t i = 0; i < subject->command.count; i++)
        if (mentions(subject->command.items[i].value, number))
            return true;
    for (size_t i = 0; i < subject->entrypoint.count; i++)
        if (mentions(subject->entrypoint.items[i].value, number))
            return true;
    for (const struct rf_image_command *command = look->stage ? look->stage->commands : NULL; command;
         command = command->prev)
        for (uint32_t w = 0; command->instruction != RF_DF_HEALTHCHECK && w < command->word_count; w++)
            if (mentions(command->words[w].text, number))
                return true;
    for (const struct rf_image_var *var = look->stage ? look->stage->vars : NULL; var; var = var->prev)
        if (mentions(var->value.value, number))
            return true;
    return false;
}

static void judge_port(struct rf_look *look, uint32_t port, const struct rf_from *from)
{
    bool has_any = false;

    if (port == 0 || is_in_ports(look, port, &has_any) || !has_any || is_mentioned(look, port))
        return;
    /* What a container of Kubernetes exposes is only a note. */
    rf_look_as(look, rf_look_is_kube(look) ? RF_SEVERITY_LOW : RF_SEVERITY_MEDIUM, false, from,
               "the check asks port %u, which is none of the ports that are exposed", port);
}

static bool has_port_name(const struct rf_subject *subject, struct rf_str name)
{
    for (size_t i = 0; i < subject->port_count; i++)
        if (rf_ask_same(subject->ports[i].name.value, name))
            return true;
    return false;
}

static void look_kube_port(struct rf_look *look, const struct rf_probe *probe)
{
    uint32_t port;

    if (probe->port.from.known != RF_KNOWN || probe->http_host.value.len > 0 || probe->tcp_host.value.len > 0)
        return;
    if (rf_ask_number(probe->port.value, &port))
        judge_port(look, port, &probe->port.from);
    else if (!has_port_name(look->subject, probe->port.value))
        rf_look_found(look, &probe->port.from, "the container has no port named \"%.*s\": the probe fails",
                      RF_FMT(probe->port.value));
}

void rf_health_look_port(struct rf_look *look)
{
    struct rf_probe_words words;

    if (!rf_ask_is_shipped(look))
        return;
    for (size_t i = 0; rf_look_is_kube(look) && i < look->subject->probe_count; i++)
        look_kube_port(look, &look->subject->probes[i]);
    if (rf_look_is_kube(look) || !rf_probe_words_find(look, &words) ||
        (words.is_from_image && !rf_look_is_stage(look)))
        return;
    for (size_t i = 0; i < words.count; i++) {
        uint32_t port = port_of(words.items[i].text);

        if (port == 0 && rf_ask_is_one_of(words.items[i].text, "localhost 127.0.0.1") &&
            i + 1 < words.count && !rf_ask_number(words.items[i + 1].text, &port))
            port = 0; /* nc -z localhost 8080 */
        judge_port(look, port, &words.from);
    }
}

/* --- RF-HC-006: it writes a file --- */

static bool is_sink(struct rf_str path)
{
    return path.len == 0 || rf_str_is(path, "-") || rf_str_starts(path, "/dev/") ||
           rf_str_starts(path, "/proc/") || *path.ptr == '&' || *path.ptr == '$';
}

/* -o FILE, -oFILE, -fso FILE: what the last letter of a cluster takes; false: no such option. */
static bool output_of(const struct rf_probe_words *words, size_t i, char letter, const char *name,
                      struct rf_str *ret)
{
    struct rf_str word = words->items[i].text;
    struct rf_str next = i + 1 < words->count ? words->items[i + 1].text : (struct rf_str){0};
    struct rf_str head;
    const char *at;

    if (word.len > 2 && rf_str_starts(word, "--")) {
        *ret = rf_str_cut(word, '=', &head);
        if (!rf_str_is(head, name))
            return false;
        if (!ret->ptr)
            *ret = next;
        return true;
    }
    if (word.len < 2 || *word.ptr != '-' || !(at = memchr(word.ptr, letter, word.len)))
        return false;
    at++;
    *ret = (struct rf_str){at, (size_t)(word.ptr + word.len - at)};
    if (ret->len == 0)
        *ret = next;
    return true;
}

/* A file that the command starting at `i` writes; *ret_at is the word behind the command. */
static bool written_by(const struct rf_probe_words *words, size_t i, struct rf_str *ret, size_t *ret_at)
{
    struct rf_str program = rf_ask_base_name(words->items[i].text);
    bool is_wget = rf_str_is(program, "wget");
    bool is_curl = rf_str_is(program, "curl");
    bool has_output = !is_wget;
    bool is_found = false;

    for (i++; i < words->count && !words->items[i].is_program; i++) {
        struct rf_str path = {0};

        if (words->items[i].is_written)
            path = words->items[i].text;
        else if (is_wget && rf_ask_has(words->items[i].text, "--spider"))
            has_output = true;
        else if (is_wget && output_of(words, i, 'O', "--output-document", &path))
            has_output = true;
        else if (is_curl)
            (void)output_of(words, i, 'o', "--output", &path);
        else if (rf_ask_is_one_of(program, "touch tee"))
            path = words->items[i].text;
        if (!is_sink(path) && *path.ptr != '-' && !is_found) {
            *ret = path;
            is_found = true;
        }
    }
    *ret_at = i;
    if (!has_output && !is_found) {
        *ret = (struct rf_str){0}; /* wget: the name of the page, where it stands */
        return true;
    }
    return is_found;
}

static void judge_write(struct rf_look *look, const struct rf_probe_words *words, struct rf_str path)
{
    const struct rf_subject *subject = look->subject;
    struct rf_str where = path;
    const struct rf_mounted *mounted;

    if (path.len == 0 || *path.ptr != '/')
        where = subject->workdir.value.len > 0 ? subject->workdir.value
                : look->stage                  ? look->stage->workdir.value
                                               : RF_STR("/");
    if (path.len == 0)
        path = RF_STR("the page it loads");
    if (rf_look_is_stage(look)) {
        rf_look_maybe(look, &words->from,
                      "the check writes %.*s: under a read-only root it fails, and the workload is unhealthy",
                      RF_FMT(path));
        return;
    }
    mounted = rf_look_mount_over(look, where);
    if (subject->read_only_root.is_true && (!mounted || mounted->read_only.is_true))
        rf_look_found(
            look, &words->from,
            "the check writes %.*s, and the root file system is read-only: the workload is unhealthy",
            RF_FMT(path));
}

static void look_words(struct rf_look *look, const struct rf_probe_words *words)
{
    size_t i = 0;

    while (i < words->count) {
        struct rf_str path;
        size_t next = i + 1;

        if (words->items[i].is_program && written_by(words, i, &path, &next)) {
            judge_write(look, words, path);
            return;
        }
        i = next;
    }
}

void rf_health_look_write(struct rf_look *look)
{
    struct rf_probe_words words;

    if (!rf_ask_is_shipped(look))
        return;
    if (!rf_look_is_kube(look)) {
        if (rf_probe_words_find(look, &words))
            look_words(look, &words);
        return;
    }
    for (size_t i = 0; i < look->subject->probe_count; i++)
        if (rf_probe_words_of(look, &look->subject->probes[i], &words))
            look_words(look, &words);
}
