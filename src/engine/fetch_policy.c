/* What an administrator allows to be fetched. */
#include "engine/fetch_parts.h"

#include "base/num.h"
#include "posture/value.h"

#include <errno.h>
#include <string.h>

enum { TRY_MS = 120 * 1000, WAIT_MAX_MS = 3600 * 1000 };

void rf_fetch_policy_init(struct rf_fetch_policy *policy)
{
    *policy = (struct rf_fetch_policy){.waits_ms = {2000, 10000, 20000}, .wait_count = 3, .time_ms = TRY_MS};
}

static void *room(struct rf_arena *arena, void *list, size_t count, size_t size_bytes, struct rf_err *err)
{
    void *larger = count < RF_FETCH_ENTRIES ? rf_list_room(arena, list, count, size_bytes) : NULL;

    if (!larger)
        (void)rf_fail(err, count < RF_FETCH_ENTRIES ? -ENOMEM : -E2BIG,
                      "more than %d hosts, ranges or directories to fetch from, or no memory left for them",
                      RF_FETCH_ENTRIES);
    return larger;
}

int rf_fetch_add_host(struct rf_fetch_policy *policy, const char *text, struct rf_arena *arena,
                      struct rf_err *err)
{
    struct rf_fetch_host *list = policy->hosts;
    struct rf_url_host host;
    struct rf_err inner;
    const char *name;
    uint16_t port = 0;

    if (rf_url_authority(rf_str_of(text), &host, &port, &inner) != 0)
        return rf_fail(err, -EINVAL, "host to fetch from \"%s\": want HOST or HOST:PORT: %s", text,
                       inner.msg);
    list = room(arena, list, policy->host_count, sizeof(*list), err);
    if (!list)
        return err->code;
    name = rf_arena_text(arena, rf_str_of(host.name));
    if (!name)
        return rf_fail(err, -ENOMEM, "host to fetch from \"%s\": no memory left", text);
    list[policy->host_count++] = (struct rf_fetch_host){.name = name, .port = port, .is_v6 = host.is_v6};
    policy->hosts = list;
    return 0;
}

int rf_fetch_add_range(struct rf_fetch_policy *policy, const char *text, struct rf_arena *arena,
                       struct rf_err *err)
{
    struct rf_address_range *list = policy->ranges;
    struct rf_address_range range;
    struct rf_err inner;

    if (rf_address_range_parse(text, &range, &inner) != 0)
        return rf_fail(err, -EINVAL, "addresses to fetch from: %s", inner.msg);
    list = room(arena, list, policy->range_count, sizeof(*list), err);
    if (!list)
        return err->code;
    list[policy->range_count++] = range;
    policy->ranges = list;
    return 0;
}

/* Absolute, and nothing that a URL's path, whose parts are compared as text, could never be. */
static bool is_plain_path(struct rf_str path)
{
    struct rf_str part;
    struct rf_str rest = path;
    bool is_good = path.len > 0 && path.ptr[0] == '/';

    rest.ptr += is_good;
    rest.len -= is_good;
    while (is_good && rest.ptr && path.len > 1) {
        rest = rf_str_cut(rest, '/', &part);
        is_good = part.len > 0 && !rf_str_is(part, ".") && !rf_str_is(part, "..");
    }
    return is_good;
}

int rf_fetch_add_dir(struct rf_fetch_policy *policy, const char *inside, const char *path,
                     struct rf_arena *arena, struct rf_err *err)
{
    struct rf_str name = rf_str_of(inside);
    struct rf_fetch_dir *list = policy->dirs;
    struct rf_fetch_dir dir;

    if (name.len > 1 && name.ptr[name.len - 1] == '/')
        name.len--;
    if (!is_plain_path(name) || !*path)
        return rf_fail(
            err, -EINVAL,
            "directory to fetch from \"%s\": want an absolute path without \".\", \"..\" and \"//\"", inside);
    if (name.len == 1)
        name.len = 0;
    list = room(arena, list, policy->dir_count, sizeof(*list), err);
    if (!list)
        return err->code;
    dir.inside = rf_arena_text(arena, name);
    dir.path = rf_arena_text(arena, rf_str_of(path));
    if (!dir.inside || !dir.path)
        return rf_fail(err, -ENOMEM, "directory to fetch from \"%s\": no memory left", inside);
    list[policy->dir_count++] = dir;
    policy->dirs = list;
    return 0;
}

int rf_fetch_set_waits(struct rf_fetch_policy *policy, const char *text, struct rf_err *err)
{
    uint32_t waits[RF_FETCH_WAITS] = {0};
    struct rf_str rest = rf_str_of(text);
    struct rf_str word;
    size_t count = 0;

    while (rest.ptr && !rf_str_is(rf_str_of(text), "none")) {
        uint64_t ms = 0;

        rest = rf_str_cut(rest, ',', &word);
        if (count == RF_FETCH_WAITS || rf_num_duration(word, WAIT_MAX_MS, &ms) != 0)
            return rf_fail(err, -EINVAL,
                           "waits between tries \"%s\": want up to %d times of at most an hour, such as "
                           "2s,10s,20s, or none",
                           text, RF_FETCH_WAITS);
        waits[count++] = (uint32_t)ms;
    }
    memcpy(policy->waits_ms, waits, sizeof(waits));
    policy->wait_count = count;
    return 0;
}

int rf_fetch_check_host(const struct rf_fetch_policy *policy, const struct rf_url *url, struct rf_err *err)
{
    for (size_t i = 0; i < policy->host_count; i++) {
        const struct rf_fetch_host *host = &policy->hosts[i];
        uint16_t port = host->port ? host->port : rf_url_default_port(url->scheme);

        if (port == url->port && host->is_v6 == url->host.is_v6 && strcmp(host->name, url->host.name) == 0)
            return 0;
    }
    return rf_fail(err, -EACCES, "port %u of %s is not on the administrator's list of hosts", url->port,
                   url->host.name);
}
