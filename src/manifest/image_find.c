/* Questions to a stage: what lies at a path and whose it is, and whether a program is there. */
#include <string.h>

#include "manifest/image.h"

/* Whether the entry is about `path`, and *ret_is_exact whether about it itself. */
static bool concerns(const struct rf_image_path *entry, struct rf_str path, bool *ret_is_exact)
{
    *ret_is_exact = entry->path.len == path.len && memcmp(entry->path.ptr, path.ptr, path.len) == 0;
    return entry->is_known;
}

static bool makes(const struct rf_image_path *entry)
{
    return entry->kind == RF_IMAGE_DIR || entry->kind == RF_IMAGE_FILE || entry->kind == RF_IMAGE_COPY ||
           entry->kind ==
               RF_IMAGE_LINK; /* VOLUME makes nothing: where the image has no such path, root does */
}

/* The oldest entry behind the last removal that makes the path, or a directory on the way to something it
   makes. From newest to oldest; *ret_is_gone: removed, and not made again. */
static const struct rf_image_path *find_maker(const struct rf_image_stage *stage, struct rf_str path,
                                              bool *ret_is_gone, const struct rf_image_path **ret_copy)
{
    const struct rf_image_path *maker = NULL;

    *ret_is_gone = false;
    *ret_copy = NULL;
    for (const struct rf_image_path *entry = stage->paths; entry; entry = entry->prev) {
        bool is_exact = false;

        if (!concerns(entry, path, &is_exact))
            continue;
        if (entry->kind == RF_IMAGE_GONE && rf_image_is_below(path, entry->path)) {
            *ret_is_gone = !maker;
            break;
        }
        if (makes(entry) && (is_exact || rf_image_is_below(entry->path, path)))
            maker = entry;
        if (entry->kind == RF_IMAGE_COPY && !is_exact && rf_image_is_below(path, entry->path) && !*ret_copy)
            *ret_copy = entry;
    }
    return maker;
}

void rf_image_find_path(const struct rf_image_stage *stage, struct rf_str path,
                        struct rf_image_path_state *ret)
{
    struct rf_image_path_state state = {0};
    const struct rf_image_path *copy = NULL;
    bool is_gone = false;
    uint32_t since;

    state.made_by = find_maker(stage, path, &is_gone, &copy);
    state.is_there = state.made_by && !state.made_by->is_conditional ? RF_IMAGE_YES
                     : is_gone || (!state.made_by && !copy && stage->is_scratch && !stage->has_unread_run)
                         ? RF_IMAGE_NO
                         : RF_IMAGE_UNKNOWN;
    since = state.made_by ? state.made_by->order : 0;
    if (!state.made_by)
        state.made_by = copy; /* if it is there at all, it came with this */
    for (const struct rf_image_path *entry = stage->paths; entry; entry = entry->prev) {
        bool is_exact = false;

        if (!concerns(entry, path, &is_exact) || entry->order < since ||
            !(is_exact || (entry->is_recursive && rf_image_is_below(path, entry->path))))
            continue;
        if (entry->kind == RF_IMAGE_OWNER && !state.owned_by)
            state.owned_by = entry;
        if (entry->kind == RF_IMAGE_MODE && !state.mode_by)
            state.mode_by = entry;
    }
    if (state.made_by) {
        state.owner = state.made_by->owner;
        state.has_mode = state.made_by->has_mode;
        state.mode = state.made_by->mode;
    }
    if (state.owned_by) {
        const struct rf_image_owner *owner = &state.owned_by->owner;

        if (owner->user.len > 0 || owner->has_uid) {
            state.owner.has_uid = owner->has_uid;
            state.owner.uid = owner->uid;
            state.owner.user = owner->user;
        }
        if (owner->group.len > 0 || owner->has_gid) {
            state.owner.has_gid = owner->has_gid;
            state.owner.gid = owner->gid;
            state.owner.group = owner->group;
        }
    }
    if (state.mode_by) {
        state.has_mode = state.mode_by->has_mode;
        state.mode = state.mode_by->mode;
    }
    *ret = state;
}

/* --- programs --- */

/* Programs whose package is not called like them. */
static const struct {
    const char *program;
    const char *packages;
} provided[] = {
    {"nc", "netcat netcat-openbsd netcat-traditional nmap-ncat"},
    {"ncat", "ncat nmap-ncat nmap"},
    {"pg_isready",
     "postgresql-client postgresql postgresql16-client postgresql15-client postgresql14-client"},
    {"psql", "postgresql-client postgresql postgresql16-client postgresql15-client postgresql14-client"},
    {"mysqladmin", "mysql-client default-mysql-client mariadb-client mysql"},
    {"redis-cli", "redis redis-tools redis-server"},
    {"python", "python python-is-python3 python3.11 python3.12"},
    {"python3", "python3 python3-minimal python3-dev python3-pip python3-venv python3-full python3.11 "
                "python3.12 python"},
    {"pip", "python3-pip py3-pip"},
    {"pip3", "python3-pip py3-pip"},
    {"node", "nodejs nodejs-current"},
    {"ps", "procps procps-ng"},
    {"pgrep", "procps procps-ng"},
    {"pkill", "procps procps-ng"},
    {"ss", "iproute2 iproute"},
    {"ip", "iproute2 iproute"},
    {"dig", "dnsutils bind9-dnsutils bind-tools bind-utils"},
    {"ping", "iputils-ping iputils"},
    {"ssh", "openssh-client openssh-clients openssh"},
    {"sshd", "openssh-server openssh"},
    {"java",
     "default-jre default-jre-headless openjdk-17-jre-headless openjdk-17-jre openjdk17-jre openjdk17"},
    {"gosu", "gosu"},
    {"su-exec", "su-exec"},
    {"supervisord", "supervisor"},
    {"celery", "celery"},
    {"gunicorn", "gunicorn"},
    {"grpc_health_probe", "grpc-health-probe"},
};

static bool is_in_list(const char *list, struct rf_str name)
{
    struct rf_str rest = list ? rf_str_of(list) : (struct rf_str){0};

    while (rest.ptr) {
        struct rf_str word;

        rest = rf_str_cut(rest, ' ', &word);
        if (word.len == name.len && memcmp(word.ptr, name.ptr, name.len) == 0)
            return true;
    }
    return false;
}

static bool provides(struct rf_str package, struct rf_str program)
{
    if (package.len == program.len && memcmp(package.ptr, program.ptr, program.len) == 0)
        return true;
    for (size_t i = 0; i < RF_COUNT(provided); i++)
        if (rf_str_is(program, provided[i].program))
            return is_in_list(provided[i].packages, package);
    return false;
}

/* Installed last, or removed last. */
static enum rf_image_answer ask_packages(const struct rf_image_stage *stage, struct rf_str name)
{
    for (const struct rf_image_package *package = stage->packages; package; package = package->prev)
        if (!package->is_file && provides(package->name, name))
            return package->is_gone ? RF_IMAGE_NO : RF_IMAGE_YES;
    return RF_IMAGE_UNKNOWN;
}

static bool is_program_directory(struct rf_str path)
{
    static const char *const directories[] = {"/bin",      "/sbin",          "/usr/bin",
                                              "/usr/sbin", "/usr/local/bin", "/usr/local/sbin"};

    for (size_t i = 0; i < RF_COUNT(directories); i++)
        if (rf_str_is(path, directories[i]))
            return true;
    return false;
}

static bool is_program_path(struct rf_str path, struct rf_str name)
{
    struct rf_str base = rf_image_base_name(path);
    struct rf_str directory = {path.ptr, path.len - base.len > 0 ? path.len - base.len - 1 : 0};

    return base.len == name.len && memcmp(base.ptr, name.ptr, name.len) == 0 &&
           is_program_directory(directory);
}

/* Put there by COPY, ADD, cp, ln or a download. */
static bool is_placed(const struct rf_image_stage *stage, struct rf_str name)
{
    for (const struct rf_image_path *entry = stage->paths; entry; entry = entry->prev) {
        if (!makes(entry))
            continue;
        if (is_program_path(entry->path, name))
            return true;
        for (uint32_t i = 0;
             entry->copy && is_program_directory(entry->path) && i < entry->copy->source_count; i++) {
            struct rf_str base = rf_image_base_name(entry->copy->sources[i].value);

            if (base.len == name.len && memcmp(base.ptr, name.ptr, name.len) == 0)
                return true;
        }
    }
    return false;
}

/* Something may have brought it along that is not looked into: whole directories, unread scripts. */
static bool may_be_hidden(const struct rf_image_stage *stage)
{
    if (stage->has_unread_run)
        return true;
    for (const struct rf_image_copy *copy = stage->copies; copy; copy = copy->prev) {
        struct rf_str to = copy->destination.value;

        if (rf_str_is(to, "/") || is_program_directory(to) || rf_str_is(to, "/usr/") ||
            rf_str_is(to, "/usr/local/") || rf_str_is(to, "/usr") || rf_str_is(to, "/usr/local") ||
            rf_str_is(to, "/usr/local/bin/") || rf_str_is(to, "/usr/bin/"))
            return true;
    }
    return false;
}

enum rf_image_answer rf_image_has_program(const struct rf_image_stage *stage, struct rf_str name)
{
    const struct rf_image_base *known = stage->known;
    enum rf_image_answer answer = ask_packages(stage, name);

    if (answer != RF_IMAGE_UNKNOWN)
        return answer;
    if (is_placed(stage, name) || (known && is_in_list(known->has, name)))
        return RF_IMAGE_YES;
    if (may_be_hidden(stage))
        return RF_IMAGE_UNKNOWN;
    if (stage->is_scratch)
        return RF_IMAGE_NO;
    if (known && (is_in_list(known->lacks, name) || is_in_list(known->lacks, RF_STR("*"))))
        return RF_IMAGE_NO;
    return RF_IMAGE_UNKNOWN;
}
