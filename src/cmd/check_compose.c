/* Compose projects, and the join: which stage of which Dockerfile builds the image of a workload. */
#include "cmd/check_inside.h"

#include "manifest/compose.h"

#include <errno.h>
#include <string.h>

/* --- paths --- */

static struct rf_str folder_of(struct rf_str path)
{
    const char *slash = path.ptr ? memrchr(path.ptr, '/', path.len) : NULL;

    return slash ? (struct rf_str){path.ptr, slash == path.ptr ? 1 : (size_t)(slash - path.ptr)}
                 : RF_STR(".");
}

/* Append one part to a clean path of `*len` bytes that ends without a slash. */
static void add_part(char *ret, size_t *len, struct rf_str part)
{
    const char *slash = memrchr(ret, '/', *len);
    const char *last = slash ? slash + 1 : ret;

    if (part.len == 0 || rf_str_is(part, "."))
        return;
    if (rf_str_is(part, "..") && *len > 0 && !(ret + *len - last == 2 && memcmp(last, "..", 2) == 0)) {
        *len = slash ? (size_t)(slash - ret) : 0;
        return;
    }
    if (*len > 0)
        ret[(*len)++] = '/';
    memcpy(ret + *len, part.ptr, part.len);
    *len += part.len;
}

/* `path` from `folder`, clean: "a/b" and "../x" give "a/x". Empty where there is no memory. */
static struct rf_str join(struct rf_judge *judge, struct rf_str folder, struct rf_str path)
{
    bool is_absolute = path.len > 0 && *path.ptr == '/';
    struct rf_str pieces[] = {is_absolute ? RF_STR("") : folder, path};
    bool is_rooted = is_absolute || (folder.len > 0 && *folder.ptr == '/');
    char *ret = rf_arena_alloc(judge->arena, folder.len + path.len + 4);
    size_t len = 0;

    if (!ret)
        return (struct rf_str){"", 0};
    for (size_t i = 0; i < RF_COUNT(pieces); i++) {
        while (pieces[i].ptr) {
            struct rf_str part;

            pieces[i] = rf_str_cut(pieces[i], '/', &part);
            add_part(ret + is_rooted, &len, part);
        }
    }
    if (is_rooted)
        *ret = '/';
    else if (len == 0)
        ret[len++] = '.';
    return (struct rf_str){ret, len + is_rooted};
}

/* --- the join --- */

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

/* Without tag and digest; "localhost:5000/a:1" keeps its port. */
static struct rf_str without_tag(struct rf_str image)
{
    const char *slash;
    struct rf_str last;
    struct rf_str name;

    (void)rf_str_cut(image, '@', &image);
    slash = image.ptr ? memrchr(image.ptr, '/', image.len) : NULL;
    last = slash ? (struct rf_str){slash + 1, image.len - (size_t)(slash + 1 - image.ptr)} : image;
    (void)rf_str_cut(last, ':', &name);
    return (struct rf_str){image.ptr, image.len - last.len + name.len};
}

static bool is_remote(struct rf_str context)
{
    return memmem(context.ptr, context.len, "://", 3) || rf_str_starts(context, "git@");
}

/* The path of the Dockerfile that builds the subject, clean; empty: there is none here. One that stands in
   the Compose file itself (dockerfile_inline) has no places of its own, and is not judged. */
static struct rf_str dockerfile_of(struct rf_judge *judge, const struct rf_subject *subject)
{
    const struct rf_build *build = &subject->build;
    struct rf_str context = build->context.value.len ? build->context.value : RF_STR(".");
    struct rf_str file = build->file.value.len ? build->file.value : RF_STR("Dockerfile");

    if (build->from.known != RF_KNOWN || build->context.from.known == RF_UNKNOWABLE ||
        build->file.from.known == RF_UNKNOWABLE || build->dockerfile.from.known != RF_UNSET ||
        is_remote(context))
        return RF_STR("");
    return join(judge, join(judge, build->directory.len ? build->directory : RF_STR("."), context), file);
}

static int read_stage(struct rf_judge *judge, const struct rf_input *input, struct rf_str target,
                      const struct rf_build *build, struct rf_look *look)
{
    struct rf_image_options options = {.file = input->path, .target = target};
    struct rf_image *image = rf_arena_alloc(judge->arena, sizeof(*image));
    struct rf_image_arg *args = rf_arena_array(judge->arena, build->arg_count + 1, sizeof(*args));
    struct rf_err ignored = {0};
    int r;

    if (build->arg_count == 0 && judge->stage_input == input && is_same(judge->stage_target, target)) {
        look->image = judge->stage_image;
        look->stage = judge->stage_image->target;
        return 0;
    }
    if (!image || !args)
        return rf_fail(judge->err, -ENOMEM, "%s: out of memory", input->path);
    for (size_t i = 0; i < build->arg_count; i++) {
        const struct rf_fact_pair *pair = &build->args[i];

        args[i] = (struct rf_image_arg){
            .name = pair->name.value, .value = pair->value.value, .known = pair->value.from.known};
        if (args[i].known == RF_UNSET)
            args[i].known = RF_UNKNOWABLE; /* the caller's own */
    }
    options.args = args;
    options.arg_count = build->arg_count;
    r = rf_image_read(input->text, &options, judge->arena, image, &ignored);
    if (r == -ENOMEM)
        return rf_fail(judge->err, -ENOMEM, "%s: out of memory", input->path);
    if (r == 0 && !image->is_template &&
        image->target) { /* what else is wrong is told with the file itself */
        look->image = image;
        look->stage = image->target;
        judge->stage_input = build->arg_count == 0 ? input : NULL;
        judge->stage_target = target;
        judge->stage_image = image;
    }
    return 0;
}

int rf_judge_join(struct rf_judge *judge, struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    struct rf_str path = dockerfile_of(judge, subject);
    struct rf_str target = subject->build.target.value;
    const struct rf_input *input;

    for (const struct rf_built *built = judge->built; path.len == 0 && built && subject->image.value.len;
         built = built->prev) {
        if (is_same(without_tag(subject->image.value), built->image)) {
            path = built->dockerfile;
            target = built->target;
        }
    }
    input = path.len ? rf_judge_file(judge, path) : NULL;
    return input ? read_stage(judge, input, target, &subject->build, look) : 0;
}

/* --- projects --- */

static int give_file(void *context, struct rf_str path, struct rf_arena *arena, struct rf_str *text,
                     struct rf_err *err)
{
    struct rf_judge *judge = context;
    const struct rf_input *input = rf_judge_file(judge, join(judge, RF_STR("."), path));

    (void)arena;
    if (!input)
        return rf_fail(err, -ENOENT, "%.*s: it is not there, or lies outside of the folder that is checked",
                       RF_FMT(path));
    *text = input->text;
    return 0;
}

/* compose.override.yaml lies over compose.yaml unless other files are named. */
static const char *const overrides[][2] = {{"compose.override.yaml", "compose.yaml"},
                                           {"compose.override.yml", "compose.yml"},
                                           {"docker-compose.override.yaml", "docker-compose.yaml"},
                                           {"docker-compose.override.yml", "docker-compose.yml"}};

static const struct rf_input *find_beside(struct rf_judge *judge, const struct rf_input *input,
                                          const char *name)
{
    struct rf_str path = join(judge, folder_of(rf_str_of(input->path)), rf_str_of(name));
    uint32_t index = rf_judge_find(judge, path);

    return index < judge->check->count && !judge->check->inputs[index].is_missing
               ? &judge->check->inputs[index]
               : NULL;
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

/* The files of the project that `input` is the first of; 0 when it only lies over another. */
static size_t project_files(struct rf_judge *judge, const struct rf_input *input,
                            struct rf_compose_file ret[2])
{
    ret[0] = (struct rf_compose_file){rf_str_of(input->path), input->text};
    for (size_t i = 0; i < RF_COUNT(overrides); i++) {
        const struct rf_input *other;

        if (strcmp(base_name(input->path), overrides[i][0]) == 0 && !input->is_named &&
            find_beside(judge, input, overrides[i][1]))
            return 0;
        if (strcmp(base_name(input->path), overrides[i][1]) != 0)
            continue;
        other = find_beside(judge, input, overrides[i][0]);
        if (other) {
            ret[1] = (struct rf_compose_file){rf_str_of(other->path), other->text};
            return 2;
        }
    }
    return 1;
}

bool rf_judge_is_compose(const struct rf_input *input)
{
    const char *name = base_name(input->path);
    struct rf_str text = input->text;

    if (input->kind != RF_INPUT_COMPOSE && input->kind != RF_INPUT_YAML)
        return false;
    if (memmem(text.ptr, text.len, "apiVersion:", 11))
        return false;
    if (strstr(name, "compose") && text.len > 0)
        return true;
    return rf_str_starts(text, "services:") || memmem(text.ptr, text.len, "\nservices:", 10) != NULL;
}

/* Keep what the project builds, for manifests that start those images. */
static int note_built(struct rf_judge *judge, const struct rf_subject *subject)
{
    struct rf_str path = dockerfile_of(judge, subject);
    struct rf_str image = without_tag(subject->image.value);
    struct rf_built *built;
    char *texts[3];

    if (path.len == 0 || image.len == 0 || subject->image.from.known != RF_KNOWN)
        return 0;
    built = rf_arena_alloc(judge->keep, sizeof(*built));
    texts[0] = rf_arena_text(judge->keep, image);
    texts[1] = rf_arena_text(judge->keep, path);
    texts[2] = rf_arena_text(judge->keep, subject->build.target.value);
    if (!built || !texts[0] || !texts[1] || !texts[2])
        return rf_fail(judge->err, -ENOMEM, "keeping the names of images: out of memory");
    *built = (struct rf_built){judge->built, rf_str_of(texts[0]), rf_str_of(texts[1]), rf_str_of(texts[2])};
    judge->built = built;
    return 0;
}

int rf_judge_compose(struct rf_judge *judge, const struct rf_input *input)
{
    const struct rf_compose_world world = {.read = give_file, .context = judge};
    struct rf_compose_file files[2];
    size_t count = project_files(judge, input, files);
    struct rf_manifest manifest;
    struct rf_err err = {0};
    int r;

    if (count == 0)
        return 0;
    r = rf_compose_read(files, count, &world, judge->arena, &manifest, &err);
    if (r == -ENOMEM)
        return rf_fail(judge->err, r, "%s", err.msg);
    if (r < 0) {
        rf_judge_error(judge, err.msg);
        return 0;
    }
    if (manifest.templated.known == RF_KNOWN) {
        rf_judge_parse(judge, "RF-PARSE-002", &manifest.templated,
                       "the file is a template: check what it is rendered to");
        return 0;
    }
    if (manifest.unread.known == RF_UNKNOWABLE)
        rf_judge_parse(judge, "RF-PARSE-004", &manifest.unread,
                       "a file that is to be included here could not be had");
    for (size_t i = 0; r == 0 && i < manifest.subject_count; i++) {
        struct rf_look look = {.subject = manifest.subjects[i],
                               .neighbours = manifest.subjects,
                               .neighbour_count = manifest.subject_count};

        if (look.subject->unknown.known == RF_UNKNOWABLE)
            rf_judge_parse(
                judge, "RF-PARSE-004", &look.subject->unknown,
                "a file that the service is made of could not be had: what it would say is not judged");
        r = rf_judge_join(judge, &look);
        if (r == 0)
            r = note_built(judge, manifest.subjects[i]);
        if (r == 0)
            r = rf_judge_look(judge, &look);
    }
    return r;
}
