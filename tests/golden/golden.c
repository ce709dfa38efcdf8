/* Plans as people read them, for postures and worlds that are written down: whoever changes what a ring is
   made of changes a file that a reviewer reads. Speaks TAP; with GOLDEN_UPDATE set it writes the files
   instead. */
#include "base/arena.h"
#include "cmd/explain.h"
#include "plan/build.h"
#include "posture/posture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { TEXT_MAX = 64 * 1024, ARENA_BYTES = 4 << 20 };

static const struct rf_cgroup_facts cgroup_v2 = {.mode = RF_CGROUP_V2,
                                                 .unified_dir = "/sys/fs/cgroup/here",
                                                 .unified_has_memory = true,
                                                 .unified_has_pids = true,
                                                 .unified_has_cpu = true};
static const struct rf_cgroup_facts cgroup_v1 = {.mode = RF_CGROUP_V1,
                                                 .memory_dir = "/sys/fs/cgroup/memory/here",
                                                 .pids_dir = "/sys/fs/cgroup/pids/here",
                                                 .cpu_dir = "/sys/fs/cgroup/cpu/here"};

static const struct {
    const char *name;
    uint32_t id;
    int landlock_abi;
    bool is_new_kernel;
    const struct rf_cgroup_facts *cgroup;
    const char *netns_pin;
} worlds[] = {
    {"root", 0, 7, true, &cgroup_v2, NULL},
    {"root-pinned", 0, 7, true, &cgroup_v2, "/run/ringfence/netns"},
    {"root-old", 0, 1, false, &cgroup_v1, NULL},
    {"user", 1000, 7, true, NULL, NULL},
    {"user-delegated", 1000, 7, true, &cgroup_v2, NULL},
    {"user-no-landlock", 1000, 0, false, NULL, NULL},
};

/* What these worlds hold, on the host and in the root, and what a volume is taken from; nothing else is
 * there. */
static const struct {
    const char *path;
    uint32_t mode;
} places[] = {
    {"/dev", S_IFDIR | 0755},
    {"/proc", S_IFDIR | 0755},
    {"/sys", S_IFDIR | 0755},
    {"/tmp", S_IFDIR | 01777},
    {"/var/tmp", S_IFDIR | 01777},
    {"/home", S_IFDIR | 0755},
    {"/srv", S_IFDIR | 0755},
    {"/etc/passwd", S_IFREG | 0644},
    {"/etc/group", S_IFREG | 0644},
    {"/root", S_IFDIR | 0700},
    {"/run", S_IFDIR | 0755},
    {"/mnt", S_IFDIR | 0755},
    {"/sys/devices/system/cpu", S_IFDIR | 0755},
    {"/proc/kcore", S_IFREG | 0400},
    {"/proc/keys", S_IFREG | 0444},
    {"/proc/acpi", S_IFDIR | 0555},
};

static void answer(struct rf_path_fact *fact)
{
    bool is_source = fact->place == RF_PLACE_HOST && strncmp(fact->path, "/srv/", 5) == 0;

    fact->code = is_source ? 0 : -ENOENT;
    if (is_source) {
        fact->mode = S_IFDIR | 0755;
        fact->uid = 1000;
        fact->gid = 1000;
        fact->fs_magic = 0xef53; /* ext4 */
        return;
    }
    for (size_t i = 0; i < RF_COUNT(places); i++) {
        if (strcmp(fact->path, places[i].path) != 0)
            continue;
        fact->code = 0;
        fact->mode = places[i].mode;
        fact->is_empty = true;
    }
}

static int make_plan(struct rf_posture *posture, size_t world, struct rf_facts *ret_facts,
                     struct rf_plan *plan, struct rf_err *err)
{
    struct rf_facts facts = {
        .uid = worlds[world].id,
        .gid = worlds[world].id,
        .is_privileged = worlds[world].id == 0,
        .is_initial_userns = true,
        .landlock_abi = worlds[world].landlock_abi,
        .has_memfd_noexec = worlds[world].is_new_kernel,
        .has_tmpfs_noswap = worlds[world].is_new_kernel && worlds[world].id == 0,
        .nofile_hard = 1048576,
        .nproc_hard = 4096,
        .fsize_hard = UINT64_MAX,
        .sigpending_hard = 96365,
        .auto_base = 1879048192,
        .netns_pin = worlds[world].netns_pin,
        .passwd = "root:x:0:0:root:/root:/bin/sh\nalice:x:1001:1001::/home/alice:/bin/sh\n",
        .group = "root:x:0:\nalice:x:1001:\n",
    };
    int code = rf_plan_ask(posture, posture->arena, &facts.paths, &facts.path_count, err);

    if (posture->is_scratch)
        facts.passwd = facts.group = NULL;
    if (worlds[world].cgroup)
        facts.cgroup = *worlds[world].cgroup;
    if (code < 0)
        return code;
    for (size_t i = 0; i < facts.path_count; i++)
        answer(&facts.paths[i]);
    *ret_facts = facts;
    return rf_plan_build(posture, ret_facts, posture->arena, plan, err);
}

/* The hash changes with every step; what changed is in the lines below it. */
static void mask_hash(const struct rf_plan *plan, char *text)
{
    char hash[65];
    char *at;

    rf_plan_hash(plan, hash);
    at = strstr(text, hash);
    if (!at)
        abort();
    memset(at, 'x', strlen(hash));
}

/* A posture is written as lines "key value"; a list has one line for each entry. */
static int read_posture(const char *path, struct rf_posture *posture, struct rf_err *err)
{
    static const struct rf_from from = {.known = RF_KNOWN};
    char line[512];
    FILE *file = fopen(path, "re");
    int code = 0;

    if (!file)
        return rf_fail(err, -errno, "%s: cannot open it", path);
    while (code == 0 && fgets(line, sizeof(line), file)) {
        struct rf_str name;
        struct rf_str text = {line, strcspn(line, "\n")};
        struct rf_str value = rf_str_cut(text, ' ', &name);
        const char *copy = rf_arena_text(posture->arena, value.ptr ? value : RF_STR(""));

        if (!copy || rf_key_by_name(name) == RF_KEY_NONE)
            code = rf_fail(err, -EINVAL, "%s: no key \"%.*s\"", path, RF_FMT(name));
        else
            code = rf_posture_set(posture, rf_key_by_name(name), rf_str_of(copy), &from, err);
    }
    (void)fclose(file); /* opened for reading */
    return code;
}

/* Blank out what only counts the steps: a step more would change every line behind it. */
static void mask_numbers(char *text)
{
    static const char member[] = "{\"number\": ";

    for (char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        char *at = line + strspn(line, " ");

        if (strncmp(at, member, sizeof(member) - 1) == 0) {
            at += sizeof(member) - 1;
            memmove(at + 1, at + strspn(at, "0123456789"), strlen(at + strspn(at, "0123456789")) + 1);
            *at = '0';
        } else if (at - line < 4 && strspn(at, "0123456789") == (size_t)(4 - (at - line))) {
            memset(line, ' ', 4);
        }
    }
}

static int explain(struct rf_made *made, bool is_json, struct rf_buf *out, struct rf_err *err)
{
    int code = is_json ? rf_explain_json(made, out, err) : rf_explain_text(made, false, out, err);

    if (code == 0) {
        mask_hash(made->plan, out->ptr);
        mask_numbers(out->ptr);
        out->len = strlen(out->ptr);
    }
    return code;
}

static size_t print_case(const char *path, size_t world, bool is_json, char *text)
{
    struct rf_arena arena;
    struct rf_posture posture;
    struct rf_facts facts;
    struct rf_plan plan = {0};
    struct rf_made made = {.posture = &posture, .facts = &facts, .plan = &plan, .arena = &arena};
    struct rf_buf out;
    struct rf_err err = {0};

    rf_arena_init(&arena, ARENA_BYTES);
    rf_buf_init(&out, &arena);
    rf_posture_init(&posture, &arena);
    if (read_posture(path, &posture, &err) < 0 || make_plan(&posture, world, &facts, &plan, &err) < 0 ||
        explain(&made, is_json, &out, &err) < 0)
        rf_buf_printf(&out, "refused: %s\n", err.msg);
    if (out.is_failed || out.len >= TEXT_MAX)
        abort();
    memcpy(text, out.ptr, out.len + 1);
    rf_arena_done(&arena);
    return out.len;
}

/* Prints the first line that differs, and says whether there is one. */
static bool is_equal(const char *want, const char *have)
{
    while (*want && *want == *have) {
        want++;
        have++;
    }
    if (*want == *have)
        return true;
    (void)printf("# want: ...%.*s\n# have: ...%.*s\n", (int)strcspn(want, "\n"), want,
                 (int)strcspn(have, "\n"), have);
    return false;
}

static bool check_case(const char *dir, const char *name, size_t world, bool is_json, bool is_update)
{
    static char want[TEXT_MAX];
    static char have[TEXT_MAX];
    char path[1024];
    FILE *file;
    size_t len;

    (void)snprintf(path, sizeof(path), "%s/%s.posture", dir, name);
    len = print_case(path, world, is_json, have);
    (void)snprintf(path, sizeof(path), "%s/%s.%s.%s", dir, name, worlds[world].name,
                   is_json ? "json" : "txt");
    file = fopen(path, is_update ? "we" : "re");
    if (!file) {
        (void)printf("# %s: %s\n", path, strerror(errno));
        return false;
    }
    if (is_update) {
        (void)fwrite(have, 1, len, file);
        return fclose(file) == 0;
    }
    len = fread(want, 1, sizeof(want) - 1, file);
    want[len] = '\0';
    (void)fclose(file); /* opened for reading */
    return is_equal(want, have);
}

static bool is_refused(const char *dir, const char *name, size_t world)
{
    static char text[TEXT_MAX];
    char path[1024];

    (void)snprintf(path, sizeof(path), "%s/%s.posture", dir, name);
    (void)print_case(path, world, false, text);
    return strncmp(text, "refused: ", 9) == 0;
}

int main(int argc, char **argv)
{
    int count = 0;
    int failed = 0;

    for (int i = 2; i < argc; i++) {
        /* As JSON in the first world only: the same table makes both. */
        for (size_t world = 0; world <= RF_COUNT(worlds); world++) {
            bool is_json = world == RF_COUNT(worlds);
            size_t at = is_json ? 0 : world;
            bool is_ok;

            if (is_json && is_refused(argv[1], argv[i], at))
                continue; /* a refusal is a sentence, and no JSON */
            is_ok = check_case(argv[1], argv[i], at, is_json, getenv("GOLDEN_UPDATE") != NULL);

            failed += !is_ok;
            (void)printf("%s %d - %s in world %s%s\n", is_ok ? "ok" : "not ok", ++count, argv[i],
                         worlds[at].name, is_json ? " as JSON" : "");
        }
    }
    (void)printf("1..%d\n", count);
    return failed || !count;
}
