/* Files and directories that the Dockerfile makes, and whose they are. */
#include "manifest/image.h"

#include <errno.h>
#include <string.h>

#include "base/num.h"

/* --- names of paths --- */

struct rf_str rf_image_clean_path(struct rf_arena *arena, struct rf_str base, struct rf_str path)
{
    bool is_absolute = path.len > 0 && *path.ptr == '/';
    size_t room = base.len + path.len + 3;
    char *out = rf_arena_alloc(arena, room);
    size_t len = 0;
    struct rf_str parts[2] = {is_absolute ? RF_STR("") : base, path};

    if (!out)
        return (struct rf_str){0};
    for (size_t i = 0; i < RF_COUNT(parts); i++) {
        struct rf_str rest = parts[i];

        while (rest.ptr) {
            struct rf_str part;

            rest = rf_str_cut(rest, '/', &part);
            if (part.len == 0 || rf_str_is(part, "."))
                continue;
            if (rf_str_is(part, "..")) {
                while (len > 0 && out[--len] != '/')
                    ;
                continue;
            }
            out[len++] = '/';
            memcpy(out + len, part.ptr, part.len);
            len += part.len;
        }
    }
    if (len == 0)
        out[len++] = '/';
    return (struct rf_str){out, len};
}

bool rf_image_is_below(struct rf_str path, struct rf_str top)
{
    if (top.len == 1 && *top.ptr == '/')
        return true;
    return path.len >= top.len && memcmp(path.ptr, top.ptr, top.len) == 0 &&
           (path.len == top.len || path.ptr[top.len] == '/');
}

struct rf_str rf_image_base_name(struct rf_str path)
{
    const char *slash = path.len ? memrchr(path.ptr, '/', path.len) : NULL;

    return slash ? (struct rf_str){slash + 1, path.len - (size_t)(slash + 1 - path.ptr)} : path;
}

struct rf_image_path *rf_image_add_path(struct rf_image_builder *builder, enum rf_image_path_kind kind,
                                        struct rf_str path, bool is_known, struct rf_from from, int *ret_code)
{
    struct rf_image_stage *stage = builder->stage;
    struct rf_str clean = rf_image_clean_path(builder->arena, stage->workdir.value, path);
    uint32_t order = 0;
    struct rf_image_path *entry = rf_image_new(builder, sizeof(*entry), &order, ret_code);

    if (!entry)
        return NULL;
    if (!clean.ptr) {
        *ret_code = rf_image_no_memory(builder);
        return NULL;
    }
    *entry = (struct rf_image_path){.prev = stage->paths,
                                    .kind = kind,
                                    .path = clean,
                                    .is_known = is_known,
                                    .order = order,
                                    .from = from};
    stage->paths = entry;
    return entry;
}

/* --- commands --- */

enum program { MKDIR, INSTALL, TOUCH, CHOWN, CHGRP, CHMOD, LN, RM, CP, SETCAP, CURL, WGET };

static const struct {
    const char *name;
    enum program program;
} programs[] = {{"mkdir", MKDIR}, {"install", INSTALL}, {"touch", TOUCH}, {"chown", CHOWN}, {"chgrp", CHGRP},
                {"chmod", CHMOD}, {"ln", LN},           {"rm", RM},       {"rmdir", RM},    {"cp", CP},
                {"mv", CP},       {"setcap", SETCAP},   {"curl", CURL},   {"wget", WGET}};

static const struct rf_image_option options[] = {
    {"m mode", 'm', true},         {"o owner", 'o', true},      {"g group", 'g', true},
    {"R r recursive", 'R', false}, {"d directory", 'd', false}, {"t target-directory", 't', true},
    {"reference", 'f', true},      {"a archive", 'R', false},   {"from", 'x', true},
    {"suffix", 'x', true},         {"context", 'x', true}};

/* Words of modes begin with a dash too: chmod -x FILE. So letters of chmod are not options but R, f, v, c. */
static const struct rf_image_option chmod_options[] = {{"R recursive", 'R', false},
                                                       {"f silent quiet", 'i', false},
                                                       {"v verbose", 'i', false},
                                                       {"c changes", 'i', false},
                                                       {"reference", 'f', true}};

struct request {
    struct rf_sh_word mode;
    struct rf_sh_word owner;
    struct rf_sh_word group;
    struct rf_sh_word target; /* -t */
    const struct rf_sh_word **operands;
    uint32_t operand_count;
    bool is_recursive;
    bool is_directory;
    bool has_reference;
};

static int read_request(struct rf_image_builder *builder, const struct rf_image_act *act,
                        enum program program, struct request *ret)
{
    bool is_chmod = program == CHMOD;
    struct rf_image_getopt opt = {.words = act->words + 1,
                                  .count = act->count - 1,
                                  .options = is_chmod ? chmod_options : options,
                                  .option_count = is_chmod ? RF_COUNT(chmod_options) : RF_COUNT(options)};
    struct rf_sh_word word = {0};
    int id;

    ret->operands = rf_arena_array(builder->arena, act->count, sizeof(struct rf_sh_word *));
    if (!ret->operands)
        return rf_image_no_memory(builder);
    for (uint32_t at = 0; (id = rf_image_next_option(&opt, &word)) >= 0; at = opt.at) {
        ret->is_recursive |= id == 'R';
        ret->is_directory |= id == 'd';
        ret->has_reference |= id == 'f';
        if (id == 'm')
            ret->mode = word;
        else if (id == 'o')
            ret->owner = word;
        else if (id == 'g')
            ret->group = word;
        else if (id == 't')
            ret->target = word;
        else if (id == '\0' || (id == '?' && is_chmod && ret->operand_count == 0 && opt.letter <= 2))
            ret->operands[ret->operand_count++] = &opt.words[id == '\0' ? opt.at - 1 : at];
        while (id == '?' && is_chmod && opt.letter > 0) /* the rest of a mode like -rwx */
            id = rf_image_next_option(&opt, &word) >= 0 ? '?' : -1;
    }
    return 0;
}

/* The home of whom `~` stands for is known only for root. */
static bool expand_tilde(const struct rf_image_act *act, struct rf_str *path)
{
    if (path->len == 0 || *path->ptr != '~')
        return true;
    if (path->len > 1 && path->ptr[1] != '/')
        return false;
    return act->owner.has_uid && act->owner.uid == 0;
}

/* Note one path of a command, at the place of its word. */
static struct rf_image_path *note(struct rf_image_builder *builder, const struct rf_image_act *act,
                                  enum rf_image_path_kind kind, const struct rf_sh_word *word, int *ret_code)
{
    struct rf_str text = word->text;
    bool is_known = word->is_known && !word->has_glob &&
                    (act->is_directory_known || rf_str_starts(text, "/")) &&
                    (word->is_quoted || expand_tilde(act, &text));
    struct rf_image_path *path;

    if (!word->is_quoted && text.len > 0 && *text.ptr == '~') {
        text = rf_image_clean_path(builder->arena, RF_STR("/root"),
                                   text.len > 2 ? (struct rf_str){text.ptr + 2, text.len - 2} : RF_STR("."));
    } else {
        text = rf_image_clean_path(builder->arena, act->directory, text);
    }
    if (!text.ptr) {
        *ret_code = rf_image_no_memory(builder);
        return NULL;
    }
    path = rf_image_add_path(builder, kind, text, is_known, act->from, ret_code);
    if (path) {
        path->owner = act->owner;
        path->is_conditional = act->is_conditional;
    }
    return path;
}

static void set_mode(struct rf_image_path *path, const struct rf_sh_word *mode)
{
    if (mode->raw.len == 0)
        return;
    path->has_mode = mode->is_known && rf_num_mode(mode->text, &path->mode) == 0;
    if (!path->has_mode)
        path->mode_text = mode->text;
}

/* install's -o and -g over the owner that a file has anyway. */
static void set_owner(const struct rf_image_builder *builder, struct rf_image_path *path,
                      const struct request *request)
{
    if (request->owner.raw.len > 0) {
        struct rf_image_owner owner = rf_image_read_owner(builder->stage, request->owner.text);

        path->owner.user = owner.user;
        path->owner.has_uid = owner.has_uid && request->owner.is_known;
        path->owner.uid = owner.uid;
    }
    if (request->group.raw.len > 0) {
        const char *colon = rf_arena_printf(builder->arena, ":%.*s", RF_FMT(request->group.text));
        struct rf_image_owner owner =
            rf_image_read_owner(builder->stage, colon ? rf_str_of(colon) : RF_STR(":"));

        path->owner.group = owner.group;
        path->owner.has_gid = owner.has_gid && request->group.is_known;
        path->owner.gid = owner.gid;
    }
}

/* Files and directories that come into being: all operands, or the last one. */
static int make(struct rf_image_builder *builder, const struct rf_image_act *act,
                const struct request *request, enum rf_image_path_kind kind, uint32_t first)
{
    int code = 0;

    for (uint32_t i = first; i < request->operand_count && code == 0; i++) {
        struct rf_image_path *path = note(builder, act, kind, request->operands[i], &code);

        if (!path)
            break;
        set_mode(path, &request->mode);
        set_owner(builder, path, request);
    }
    return code;
}

/* chown OWNER PATH ..., chgrp GROUP PATH ... */
static int give(struct rf_image_builder *builder, const struct rf_image_act *act,
                const struct request *request, bool is_group_only)
{
    uint32_t first = request->has_reference ? 0 : 1;
    struct rf_image_owner owner = {.user = is_group_only ? RF_STR("") : RF_STR("--reference"),
                                   .group = RF_STR("--reference")};
    int code = 0;

    if (first == 1 && request->operand_count > 0 && !request->operands[0]->is_known) {
        owner.group = request->operands[0]->raw;
        owner.user = is_group_only ? owner.user : owner.group;
    } else if (first == 1 && request->operand_count > 0) {
        const struct rf_sh_word *word = request->operands[0];
        const char *text =
            rf_arena_printf(builder->arena, is_group_only ? ":%.*s" : "%.*s", RF_FMT(word->text));

        if (!text)
            return rf_image_no_memory(builder);
        owner = rf_image_read_owner(builder->stage, rf_str_of(text));
        if (!is_group_only && text[0] && text[strlen(text) - 1] == ':') { /* `app:`: and its primary group */
            const struct rf_image_account *account =
                rf_image_find_user(builder->stage, owner.user, owner.uid);

            owner.has_gid = account && account->has_gid;
            owner.gid = account ? account->gid : 0;
        }
    }
    for (uint32_t i = first; i < request->operand_count && code == 0; i++) {
        struct rf_image_path *path = note(builder, act, RF_IMAGE_OWNER, request->operands[i], &code);

        if (!path)
            break;
        path->owner = owner;
        path->is_recursive = request->is_recursive;
    }
    return code;
}

static int change_mode(struct rf_image_builder *builder, const struct rf_image_act *act,
                       const struct request *request)
{
    int code = 0;

    for (uint32_t i = request->has_reference ? 0 : 1; i < request->operand_count && code == 0; i++) {
        struct rf_image_path *path = note(builder, act, RF_IMAGE_MODE, request->operands[i], &code);

        if (!path)
            break;
        path->is_recursive = request->is_recursive;
        if (!request->has_reference)
            set_mode(path, request->operands[0]);
    }
    return code;
}

/* cp, mv, ln and install: the last operand, or -t DIR, is what comes into being. */
static int arrive(struct rf_image_builder *builder, const struct rf_image_act *act,
                  const struct request *request, enum rf_image_path_kind kind)
{
    struct request last = *request;
    const struct rf_sh_word *target = &request->target;

    if (request->target.raw.len > 0) {
        last.operands = &target;
        last.operand_count = 1;
        return make(builder, act, &last, kind, 0);
    }
    return request->operand_count < 2 ? 0 : make(builder, act, &last, kind, request->operand_count - 1);
}

/* curl -o FILE, wget -O FILE. */
static int download(struct rf_image_builder *builder, const struct rf_image_act *act, bool is_curl)
{
    static const struct rf_image_option curl_options[] = {
        {"o output", 'o', true},
        {"H header d data u user x proxy A user-agent X request", 'x', true},
        {"m max-time retry retry-delay connect-timeout", 'x', true},
        {"cacert cert key proto", 'x', true}};
    static const struct rf_image_option wget_options[] = {
        {"O output-document", 'o', true},
        {"P directory-prefix", 'x', true},
        {"U user-agent header T timeout t tries", 'x', true}};
    struct rf_image_getopt opt = {.words = act->words + 1,
                                  .count = act->count - 1,
                                  .options = is_curl ? curl_options : wget_options,
                                  .option_count = is_curl ? RF_COUNT(curl_options) : RF_COUNT(wget_options)};
    struct rf_sh_word word = {0};
    int code = 0;
    int id;

    while (code == 0 && (id = rf_image_next_option(&opt, &word)) >= 0)
        if (id == 'o' && word.text.len > 0 && !rf_str_is(word.text, "-") &&
            !rf_str_starts(word.text, "/dev/"))
            (void)note(builder, act, RF_IMAGE_FILE, &word, &code);
    return code;
}

bool rf_image_is_path_program(struct rf_str name)
{
    for (size_t i = 0; i < RF_COUNT(programs); i++)
        if (rf_str_is(name, programs[i].name))
            return true;
    return false;
}

int rf_image_do_path(struct rf_image_builder *builder, const struct rf_image_act *act)
{
    struct rf_str name = rf_image_base_name(act->words[0].text);
    enum program program = MKDIR;
    struct request request = {0};
    int code;

    for (size_t i = 0; i < RF_COUNT(programs); i++)
        if (rf_str_is(name, programs[i].name))
            program = programs[i].program;
    if (program == CURL || program == WGET)
        return download(builder, act, program == CURL);
    code = read_request(builder, act, program, &request);
    if (code < 0)
        return code;
    switch (program) {
    case MKDIR:
        return make(builder, act, &request, RF_IMAGE_DIR, 0);
    case INSTALL:
        if (request.is_directory)
            return make(builder, act, &request, RF_IMAGE_DIR, 0);
        return arrive(builder, act, &request, RF_IMAGE_FILE);
    case TOUCH:
        return make(builder, act, &request, RF_IMAGE_FILE, 0);
    case CHOWN:
    case CHGRP:
        return give(builder, act, &request, program == CHGRP);
    case CHMOD:
        return change_mode(builder, act, &request);
    case LN:
        return arrive(builder, act, &request, RF_IMAGE_LINK);
    case CP:
        return arrive(builder, act, &request, RF_IMAGE_FILE);
    case SETCAP:
        if (request.operand_count > 1)
            request.mode = *request.operands[0];
        return make(builder, act, &request, RF_IMAGE_CAPS, request.operand_count > 1 ? 1 : 0);
    case RM:
    default:
        return make(builder, act, &request, RF_IMAGE_GONE, 0);
    }
}
