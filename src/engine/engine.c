/* The engines that there are: built in, or defined by the administrator. */
#include "engine/engine.h"

#include "base/auto.h"
#include "base/file.h"
#include "base/format.h"
#include "engine/builtin.h"
#include "engine/engine_file.h"
#include "engine/slot.h"
#include "text/strict.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static const char suffix[] = ".yaml";
enum { NAME_BYTES = 64, SUFFIX_BYTES = sizeof(suffix) - 1 };

static int no_memory(struct rf_err *err)
{
    return rf_fail(err, -ENOMEM, "no memory left for the engines");
}

/* A definition names programs that are executed on a stranger's bytes, and directories that they see: only
   those who may say so may write it. A ConfigMap is writable in its mode and on a read-only mount. */
static int check_owner(int fd, const char *path, struct rf_err *err)
{
    struct stat info;
    struct statvfs system;

    if (fstat(fd, &info) < 0 || fstatvfs(fd, &system) < 0)
        return rf_fail(err, -errno, "%s: %s", path, strerror(errno));
    if (info.st_uid != 0 && info.st_uid != geteuid())
        return rf_fail(err, -EPERM, "%s: belongs to uid %u, want root or the caller (uid %u): chown root %s",
                       path, info.st_uid, geteuid(), path);
    if (info.st_mode & (S_IWGRP | S_IWOTH) && !(system.f_flag & ST_RDONLY))
        return rf_fail(err, -EPERM, "%s: others can write it (mode %04o): chmod go-w %s", path,
                       info.st_mode & 07777, path);
    return 0;
}

/* Put the engine into the list, in the place of one of the same name. */
static int join(struct rf_engines *engines, const struct rf_engine *engine, struct rf_err *err)
{
    size_t at = 0;

    while (at < engines->count && strcmp(engines->list[at].name, engine->name) != 0)
        at++;
    if (at == RF_ENGINES_MAX)
        return rf_fail(err, -E2BIG, "%s: more than %d engines", engine->file, RF_ENGINES_MAX);
    engines->list[at] = *engine;
    engines->count += at == engines->count;
    return 0;
}

static int load_builtin(struct rf_arena *arena, struct rf_engines *engines, struct rf_err *err)
{
    for (size_t i = 0; i < rf_engine_texts_count; i++) {
        const struct rf_builtin *text = &rf_engine_texts[i];
        const char *file = rf_arena_printf(arena, "%s%s", text->name, suffix);
        struct rf_engine engine;
        int r = file ? rf_definition_read(text->name, file, rf_str_of(text->text), arena, &engine, err)
                     : no_memory(err);

        if (r < 0)
            return r;
        r = join(engines, &engine, err);
        if (r < 0)
            return r;
    }
    return 0;
}

/* NAME of NAME.yaml; empty for a file that is no definition. */
static struct rf_str engine_name(const char *file)
{
    size_t len = strlen(file);
    struct rf_str name = {file, len > SUFFIX_BYTES ? len - SUFFIX_BYTES : 0};
    char before = '-';

    if (name.len > NAME_BYTES || strcmp(file + name.len, suffix) != 0)
        return RF_STR("");
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];

        if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c == '-' && before != '-')))
            return RF_STR("");
        before = c;
    }
    return before == '-' ? RF_STR("") : name;
}

/* One entry of the administrator's directory. */
static int load_file(int dir_fd, const char *dir, const char *file, struct rf_arena *arena,
                     struct rf_engines *engines, struct rf_err *err)
{
    struct rf_str name = engine_name(file);
    const char *path = rf_arena_printf(arena, "%s/%s", dir, file);
    const char *copy = rf_arena_text(arena, name);
    struct rf_engine engine;
    struct rf_str bytes;
    int r;

    if (name.len == 0)
        return 0;
    if (!path || !copy)
        return no_memory(err);
    /* O_NONBLOCK: a FIFO must not hang us */
    RF_AUTO(close) int fd = openat(dir_fd, file, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return rf_fail(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
    r = check_owner(fd, path, err);
    if (r == 0)
        r = rf_file_read_fd(fd, path, RF_STRICT_BYTES, arena, &bytes, err);
    if (r == 0)
        r = rf_definition_read(copy, path, bytes, arena, &engine, err);
    engine.file = path;
    return r < 0 ? r : join(engines, &engine, err);
}

static void close_dir(DIR *const *dir)
{
    if (*dir)
        (void)closedir(*dir); /* it was only read */
}

static int load_dir(const char *path, struct rf_arena *arena, struct rf_engines *engines, struct rf_err *err)
{
    __attribute__((cleanup(close_dir))) DIR *dir = opendir(path);
    struct dirent *entry;
    int r;

    if (!dir)
        return errno == ENOENT ? 0 : rf_fail(err, -errno, "%s: cannot be read: %s", path, strerror(errno));
    r = check_owner(dirfd(dir), path, err);
    while (r == 0) {
        errno = 0;
        entry = readdir(dir);
        if (!entry)
            return errno ? rf_fail(err, -errno, "%s: cannot be read: %s", path, strerror(errno)) : 0;
        r = load_file(dirfd(dir), path, entry->d_name, arena, engines, err);
    }
    return r;
}

static int compare_engines(const void *a, const void *b)
{
    const struct rf_engine *x = a;
    const struct rf_engine *y = b;

    return x->rank != y->rank ? (x->rank < y->rank ? -1 : 1) : strcmp(x->name, y->name);
}

int rf_engines_load(const char *dir, struct rf_arena *arena, struct rf_engines *ret, struct rf_err *err)
{
    struct rf_engines engines = {.list = rf_arena_array(arena, RF_ENGINES_MAX, sizeof(*engines.list))};
    int r = engines.list ? load_builtin(arena, &engines, err) : no_memory(err);

    if (r == 0 && dir)
        r = load_dir(dir, arena, &engines, err);
    if (r < 0)
        return r;
    qsort(engines.list, engines.count, sizeof(*engines.list), compare_engines);
    *ret = engines;
    return 0;
}

int rf_engine_find(const struct rf_engines *engines, const char *name, const struct rf_engine **ret,
                   struct rf_err *err)
{
    char names[256] = "";
    size_t used = 0;

    for (size_t i = 0; i < engines->count; i++) {
        const struct rf_engine *engine = &engines->list[i];

        if (strcmp(name, engine->name) == 0) {
            *ret = engine;
            return 0;
        }
        if (used < sizeof(names))
            used += (size_t)rf_snprintf(names + used, sizeof(names) - used, "%s%s", used ? ", " : "",
                                        engine->name);
    }
    return rf_fail(err, -ENOENT, "there is no engine \"%.*s\"; there are: %s", NAME_BYTES, name,
                   used ? names : "none");
}

const struct rf_engine *rf_engine_for(const struct rf_engines *engines, enum rf_engine_kind kind,
                                      enum rf_media media)
{
    const struct rf_engine *missing = NULL;

    for (size_t i = 0; i < engines->count; i++) {
        const struct rf_engine *engine = &engines->list[i];
        struct rf_err err;

        if (engine->kind != kind || (engine->reads && !(engine->reads >> media & 1)))
            continue;
        if (rf_engine_is_installed(engine, &err) == 0)
            return engine;
        if (!missing)
            missing = engine;
    }
    return missing;
}

int rf_engine_is_installed(const struct rf_engine *engine, struct rf_err *err)
{
    const char *program = engine->posture.command[0];
    const struct rf_mount *mount = rf_engine_mount(&engine->posture, program);
    char path[4096];
    struct stat info;
    int len = rf_snprintf(path, sizeof(path), "%s%s", mount->src, program + strlen(mount->dst));
    bool is_there = len < (int)sizeof(path) && stat(path, &info) == 0;

    if (is_there && S_ISREG(info.st_mode) && info.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH))
        return 0;
    return rf_fail(err, -ENOENT, "engine %s: %s %s%s%s", engine->name, path,
                   is_there ? "is no program" : "is not there", engine->package ? "; install " : "",
                   engine->package ? engine->package : "");
}
