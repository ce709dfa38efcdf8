/* Which files below a folder may be Dockerfiles, Compose files or manifests. */
#include "cmd/check.h"

#include "base/file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { IGNORE_BYTES = 1 << 20, IGNORE_PATTERNS = 4096, PATH_BYTES = 4096 };

/* The patterns of one .gitignore. */
struct ignore {
    const struct ignore *above;
    size_t folder_len; /* of the path of its folder, with the slash */
    const char **patterns;
    size_t count;
};

struct walk {
    struct rf_inputs *inputs;
    struct ignore excludes;
    struct rf_err *err;
};

/* --- names --- */

struct rf_input *rf_inputs_add(struct rf_inputs *inputs, const char *path, enum rf_input_kind kind,
                               struct rf_err *err)
{
    struct rf_input *input;
    const char *copy = rf_arena_text(inputs->arena, rf_str_of(path));

    if (inputs->count == RF_CHECK_FILES) {
        (void)rf_fail(err, -E2BIG, "%s: more than %d files: check a part of the tree at a time", path,
                      (int)RF_CHECK_FILES);
        return NULL;
    }
    if (inputs->count == inputs->room) {
        size_t room = inputs->room ? 2 * inputs->room : 64;
        struct rf_input *more = realloc(inputs->items, room * sizeof(*more));

        if (more) {
            inputs->items = more;
            inputs->room = room;
        }
    }
    if (!copy || inputs->count == inputs->room) {
        (void)rf_fail(err, -ENOMEM, "%s: out of memory", path);
        return NULL;
    }
    input = &inputs->items[inputs->count++];
    *input = (struct rf_input){
        .path = copy, .kind = kind, .is_judged = true, .root = (uint32_t)(inputs->root_count - 1)};
    return input;
}

static bool has_end(const char *name, const char *end)
{
    size_t len = strlen(name);
    size_t end_len = strlen(end);

    return len > end_len && strcasecmp(name + len - end_len, end) == 0;
}

enum rf_input_kind rf_input_kind_of(const char *name)
{
    static const char *const words[] = {"dockerfile", "containerfile"};
    bool is_yaml = has_end(name, ".yaml") || has_end(name, ".yml");

    for (size_t i = 0; i < RF_COUNT(words); i++) {
        size_t len = strlen(words[i]);

        if (has_end(name, ".dockerignore"))
            return RF_INPUT_UNKNOWN;
        if (strncasecmp(name, words[i], len) == 0 && (name[len] == '\0' || strchr(".-_", name[len])))
            return is_yaml || has_end(name, ".json") ? RF_INPUT_YAML : RF_INPUT_DOCKERFILE;
        if (has_end(name, words[i]) && strchr(".-_", name[strlen(name) - len - 1]))
            return RF_INPUT_DOCKERFILE;
    }
    return is_yaml || has_end(name, ".json") ? RF_INPUT_YAML : RF_INPUT_UNKNOWN;
}

/* --- .gitignore --- */

/* Like fnmatch(3) with FNM_PATHNAME, and `**` for any number of folders. */
static bool glob(const char *pattern, const char *path)
{
    for (;;) {
        size_t part = strcspn(pattern, "/");
        size_t len = strcspn(path, "/");
        char one[PATH_BYTES];
        char word[PATH_BYTES];

        if (part == 2 && strncmp(pattern, "**", 2) == 0) {
            if (pattern[2] == '\0')
                return *path != '\0';
            for (const char *rest = path;; rest++) {
                if (glob(pattern + 3, rest))
                    return true;
                rest = strchr(rest, '/');
                if (!rest)
                    return false;
            }
        }
        if (part >= sizeof(one) || len >= sizeof(word))
            return false;
        memcpy(one, pattern, part);
        one[part] = '\0';
        memcpy(word, path, len);
        word[len] = '\0';
        if (fnmatch(one, word, 0) != 0)
            return false;
        if (pattern[part] == '\0' || path[len] == '\0')
            return pattern[part] == path[len];
        pattern += part + 1;
        path += len + 1;
    }
}

bool rf_ignore_matches(const char *pattern, const char *path, bool is_folder)
{
    size_t len = strlen(pattern);
    char clean[PATH_BYTES];
    const char *name = strrchr(path, '/');

    if (len == 0 || len >= sizeof(clean))
        return false;
    memcpy(clean, pattern, len + 1);
    if (clean[len - 1] == '/') {
        if (!is_folder)
            return false;
        clean[--len] = '\0';
    }
    if (strchr(clean, '/'))
        return glob(clean + (*clean == '/'), path);
    return fnmatch(clean, name ? name + 1 : path, 0) == 0;
}

/* The last pattern that matches decides, the innermost file first. */
static bool is_ignored(const struct ignore *ignore, const char *path, bool is_folder)
{
    for (; ignore; ignore = ignore->above) {
        for (size_t i = ignore->count; i > 0; i--) {
            const char *pattern = ignore->patterns[i - 1];
            bool is_back = *pattern == '!';

            if (rf_ignore_matches(pattern + is_back, path + ignore->folder_len, is_folder))
                return !is_back;
        }
    }
    return false;
}

static int read_ignore(struct walk *walk, int folder, size_t folder_len, const struct ignore *above,
                       struct ignore *ret)
{
    struct rf_arena *arena = walk->inputs->arena;
    int fd = openat(folder, ".gitignore", O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    struct rf_err ignored = {0};
    struct rf_str text;
    struct rf_str line;

    *ret = (struct ignore){.above = above, .folder_len = folder_len};
    if (fd < 0)
        return 0;
    if (rf_file_read_fd(fd, ".gitignore", IGNORE_BYTES, arena, &text, &ignored) < 0)
        text = (struct rf_str){NULL, 0}; /* no file, or none that git would obey */
    (void)close(fd);
    ret->patterns = rf_arena_array(arena, IGNORE_PATTERNS, sizeof(*ret->patterns));
    if (!ret->patterns)
        return rf_fail(walk->err, -ENOMEM, "reading .gitignore: out of memory");
    while (text.ptr && ret->count < IGNORE_PATTERNS) {
        text = rf_str_cut(text, '\n', &line);
        while (line.len > 0 && strchr(" \t\r", line.ptr[line.len - 1]))
            line.len--;
        if (line.len == 0 || *line.ptr == '#')
            continue;
        ret->patterns[ret->count] = rf_arena_text(arena, line);
        if (!ret->patterns[ret->count++])
            return rf_fail(walk->err, -ENOMEM, "reading .gitignore: out of memory");
    }
    return 0;
}

/* --- folders --- */

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void free_names(char **names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free(names[i]);
    free(names);
}

/* The names in a folder, sorted, so that the same tree gives the same report everywhere. */
static int list_folder(struct walk *walk, const char *path, DIR *dir, char ***ret, size_t *ret_count)
{
    const struct dirent *entry;
    size_t room = 0;
    char **names = NULL;
    size_t count = 0;

    while ((entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
            strcmp(entry->d_name, ".git") == 0)
            continue;
        if (count == room) {
            char **more = realloc(names, (room = room ? 2 * room : 32) * sizeof(*names));

            if (!more)
                break;
            names = more;
        }
        names[count] = strdup(entry->d_name);
        if (!names[count])
            break;
        count++;
    }
    if (entry) {
        free_names(names, count);
        return rf_fail(walk->err, -ENOMEM, "reading the folder %s: out of memory", path);
    }
    if (count > 1)
        qsort(names, count, sizeof(*names), by_name);
    *ret = names;
    *ret_count = count;
    return 0;
}

static int walk_folder(struct walk *walk, int folder, const char *path, const struct ignore *above,
                       unsigned depth);

static int walk_entry(struct walk *walk, int folder, const char *path, const char *name,
                      const struct ignore *ignore, unsigned depth)
{
    char full[PATH_BYTES];
    struct stat st;
    int fd;

    if ((size_t)snprintf(full, sizeof(full), "%s%s", path, name) >= sizeof(full))
        return rf_fail(walk->err, -ENAMETOOLONG, "%s%.40s...: the path is too long", path, name);
    if (fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !(S_ISDIR(st.st_mode) || S_ISREG(st.st_mode)))
        return 0; /* gone meanwhile, or a link, FIFO or device */
    if (is_ignored(ignore, full, S_ISDIR(st.st_mode)))
        return 0;
    if (S_ISREG(st.st_mode)) {
        enum rf_input_kind kind = rf_input_kind_of(name);

        return kind == RF_INPUT_UNKNOWN || rf_inputs_add(walk->inputs, full, kind, walk->err)
                   ? 0
                   : walk->err->code;
    }
    fd = openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return rf_fail(walk->err, -errno, "opening the folder %s: %s", full, strerror(errno));
    if ((size_t)snprintf(full, sizeof(full), "%s%s/", path, name) >= sizeof(full)) {
        (void)close(fd);
        return rf_fail(walk->err, -ENAMETOOLONG, "%s%.40s...: the path is too long", path, name);
    }
    return walk_folder(walk, fd, full, ignore, depth + 1);
}

/* Takes `folder`. `path` is empty or ends in a slash. */
static int walk_folder(struct walk *walk, int folder, const char *path, const struct ignore *above,
                       unsigned depth)
{
    struct ignore ignore;
    DIR *dir = fdopendir(folder);
    char **names = NULL;
    size_t count = 0;
    int r;

    if (!dir) {
        (void)close(folder);
        return rf_fail(walk->err, -errno, "reading the folder %s: %s", path, strerror(errno));
    }
    if (depth > RF_CHECK_DEPTH)
        r = rf_fail(walk->err, -ELOOP, "%s: more than %d folders inside each other", path,
                    (int)RF_CHECK_DEPTH);
    else
        r = list_folder(walk, path, dir, &names, &count);
    if (r == 0)
        r = read_ignore(walk, dirfd(dir), strlen(path), above, &ignore);
    for (size_t i = 0; r == 0 && i < count; i++)
        r = walk_entry(walk, dirfd(dir), path, names[i], &ignore, depth);
    free_names(names, count);
    (void)closedir(dir);
    return r;
}

/* Without "./" in front, and with one slash at the end. */
static int folder_path(const char *path, char *ret, size_t size)
{
    size_t len;

    while (path[0] == '.' && path[1] == '/') {
        path += 2;
        path += strspn(path, "/");
    }
    if (strcmp(path, ".") == 0 || !*path) {
        *ret = '\0';
        return 0;
    }
    len = strlen(path);
    while (len > 1 && path[len - 1] == '/')
        len--;
    return (size_t)snprintf(ret, size, "%.*s%s", (int)len, path, path[len - 1] == '/' ? "" : "/") < size
               ? 0
               : -ENAMETOOLONG;
}

/* The folder that files named beside `path` may come from: that of the repository, else its own. */
static const char *root_of(const char *path, struct rf_arena *arena)
{
    const char *slash = strrchr(path, '/');
    struct rf_str folder = slash ? (struct rf_str){path, (size_t)(slash - path)} : RF_STR(".");
    struct rf_str own = folder.len ? folder : RF_STR("/");
    char probe[PATH_BYTES + 8];

    while (folder.len > 0 && folder.len < PATH_BYTES) {
        (void)snprintf(probe, sizeof(probe), "%.*s/.git", RF_FMT(folder));
        if (access(probe, F_OK) == 0)
            return rf_arena_text(arena, folder);
        while (folder.len > 0 && folder.ptr[--folder.len] != '/')
            ;
    }
    if (*path != '/' && access(".git", F_OK) == 0)
        return rf_arena_text(arena, RF_STR("."));
    return rf_arena_text(arena, own);
}

int rf_check_walk(const char *path, const char *const *excludes, size_t exclude_count,
                  struct rf_inputs *inputs, struct rf_err *err)
{
    struct walk walk = {.inputs = inputs, .err = err};
    char folder[PATH_BYTES];
    struct rf_input *input;
    struct stat st;
    int fd;

    if (stat(path, &st) < 0)
        return rf_fail(err, -errno, "%s: %s", path, strerror(errno));
    if (folder_path(path, folder, sizeof(folder)) < 0)
        return rf_fail(err, -ENAMETOOLONG, "%.60s...: the path is too long", path);
    if (!S_ISDIR(st.st_mode)) {
        folder[strlen(folder) - 1] = '\0';
        inputs->roots[inputs->root_count++] = root_of(folder, inputs->arena);
        input = rf_inputs_add(
            inputs, folder, rf_input_kind_of(strrchr(folder, '/') ? strrchr(folder, '/') + 1 : folder), err);
        if (input)
            input->is_named = true;
        return input ? 0 : err->code;
    }
    inputs->roots[inputs->root_count++] = *folder ? rf_arena_text(inputs->arena, rf_str_of(folder)) : ".";
    fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return rf_fail(err, -errno, "opening the folder %s: %s", path, strerror(errno));
    walk.excludes = (struct ignore){.folder_len = strlen(folder), .count = exclude_count};
    walk.excludes.patterns =
        rf_arena_array(inputs->arena, exclude_count + 1, sizeof(*walk.excludes.patterns));
    if (!walk.excludes.patterns) {
        (void)close(fd);
        return rf_fail(err, -ENOMEM, "%s: out of memory", path);
    }
    if (exclude_count)
        memcpy(walk.excludes.patterns, excludes, exclude_count * sizeof(*excludes));
    return walk_folder(&walk, fd, folder, &walk.excludes, 0);
}
