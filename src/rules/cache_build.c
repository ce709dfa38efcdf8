/* Models that are loaded while an image is made, and caches that are not where the workload looks. */
#include "rules/caches.h"

#include <string.h>

/* --- loading while the image is made --- */

static const struct {
    const char *part; /* of a word, or of a script given to an interpreter */
    enum rf_cache_kind kind;
} loads[] = {
    {"snapshot_download", RF_CACHE_HUB},      {"hf_hub_download", RF_CACHE_HUB},
    {"from_pretrained", RF_CACHE_HUB},        {"SentenceTransformer(", RF_CACHE_HUB},
    {"WhisperModel(", RF_CACHE_HUB},          {"torch.hub", RF_CACHE_TORCH},
    {"whisper.load_model", RF_CACHE_WHISPER}, {"nltk.download", RF_CACHE_NLTK},
};

/* They say themselves where it goes. */
static const char *const places[] = {"cache_dir",     "local_dir",  "--local-dir", "--cache-dir",
                                     "download_root", "output_dir", "download_dir"};

static bool has_part(const struct rf_image_command *command, const char *part)
{
    const struct rf_sh_command *shell = command->shell;

    for (uint32_t i = 0; i < command->word_count; i++)
        if (rf_ask_has(command->words[i].text, part))
            return true;
    for (uint32_t i = 0; shell && i < shell->redirect_count; i++)
        if (shell->redirects[i].body && rf_ask_has(*shell->redirects[i].body, part))
            return true;
    return false;
}

static bool loads_models(const struct rf_image_command *command, enum rf_cache_kind *ret)
{
    struct rf_str program = rf_ask_program(command);

    if (command->instruction != RF_DF_RUN)
        return false;
    for (size_t i = 0; i < RF_COUNT(places); i++)
        if (has_part(command, places[i]))
            return false;
    if (rf_ask_is_one_of(program, "huggingface-cli hf") && rf_ask_has_word(command, "download")) {
        *ret = RF_CACHE_HUB;
        return true;
    }
    if (!rf_str_starts(program, "python"))
        return false;
    for (size_t i = 0; i < RF_COUNT(loads); i++) {
        if (has_part(command, loads[i].part)) {
            *ret = loads[i].kind;
            return true;
        }
    }
    return false;
}

/* The variable as it was when the command ran. */
static const struct rf_image_var *var_at(const struct rf_look *look, struct rf_str name, uint32_t order)
{
    for (const struct rf_image_var *var = look->stage->vars; var; var = var->prev)
        if (rf_ask_same(var->name, name) && var->order < order)
            return var;
    return NULL;
}

/* Where the command put it, as far as the first variable that is set tells; empty: below the home of root. */
static struct rf_str place_at(const struct rf_look *look, const struct rf_cache_place *place, uint32_t order,
                              bool *ret_is_known)
{
    struct rf_str rest = rf_str_of(place->variables);

    *ret_is_known = true;
    while (rest.ptr) {
        struct rf_str word;
        struct rf_str name;
        const struct rf_image_var *var;

        rest = rf_str_cut(rest, ' ', &word);
        (void)rf_str_cut(word, '/', &name);
        var = name.len > 0 ? var_at(look, name, order) : NULL;
        if (!var)
            continue;
        *ret_is_known = var->value.from.known == RF_KNOWN && var->value.value.len > 0;
        return var->value.value;
    }
    return (struct rf_str){0};
}

static const struct rf_cache_place *place_of(enum rf_cache_kind kind)
{
    for (size_t i = 0; i < rf_cache_place_count; i++)
        if (rf_cache_places[i].kind == kind)
            return &rf_cache_places[i];
    return NULL;
}

/* --- RF-CACHE-003 --- */

static void judge_load(struct rf_look *look, const struct rf_look_user *user,
                       const struct rf_image_command *command, enum rf_cache_kind kind)
{
    const struct rf_cache_place *place = place_of(kind);
    struct rf_image_path_state state;
    struct rf_str at;
    bool is_known = false;
    const struct rf_image_var *home = var_at(look, RF_STR("HOME"), command->order);

    if (!place || !rf_ask_is_root_name(rf_ask_user_at(look, command)))
        return;
    at = place_at(look, place, command->order, &is_known);
    if (!is_known || (at.len == 0 && home))
        return;
    rf_image_find_path(look->stage, at.len > 0 ? at : RF_STR("/root"), &state);
    if (state.owned_by && state.owned_by->order > command->order)
        return; /* handed over afterwards */
    if (state.mode_by && state.mode_by->order > command->order)
        return;
    if (at.len == 0 || rf_look_is_below(at, RF_STR("/root")))
        rf_look_found(look, &command->from,
                      "models are loaded as root to %.*s%s%s, which \"%.*s\" can neither read nor enter",
                      RF_FMT(at.len > 0 ? at : RF_STR("/root")), at.len > 0 ? "" : "/",
                      at.len > 0 ? "" : place->below, RF_FMT(user->text));
    else if (kind == RF_CACHE_HUB && !rf_cache_is_offline(look))
        rf_look_maybe(
            look, &command->from,
            "models are loaded as root to %.*s, where \"%.*s\" cannot write: the hub's library makes "
            "lock files there unless HF_HUB_OFFLINE=1",
            RF_FMT(at), RF_FMT(user->text));
}

void rf_cache_look_build(struct rf_look *look)
{
    unsigned left = RF_ASK_EFFECTS;
    struct rf_look_user user;
    enum rf_cache_kind kind = RF_CACHE_OTHER;

    if (!rf_look_is_stage(look) || !rf_ask_is_shipped(look) || !look->image)
        return;
    rf_look_user(look, &user);
    if (user.kind != RF_USER_OTHER)
        return;
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev)
        if (loads_models(command, &kind) && left > 0) {
            judge_load(look, &user, command, kind);
            left--;
        }
}

/* --- RF-CACHE-002 --- */

/* The image has models where its own variable points. */
static bool has_models_at(const struct rf_look *look, enum rf_cache_kind kind, struct rf_str path)
{
    enum rf_cache_kind loaded = RF_CACHE_OTHER;

    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev)
        if (loads_models(command, &loaded) && (loaded == kind || kind == RF_CACHE_ANY))
            return true;
    for (const struct rf_image_copy *copy = look->stage->copies; copy; copy = copy->prev)
        if (rf_look_is_below(copy->destination.value, path))
            return true;
    return false;
}

static void judge_override(struct rf_look *look, const struct rf_cache_var *var)
{
    const struct rf_fact_text *now = rf_look_env(look, rf_str_of(var->name));
    const struct rf_image_var *then;

    if (!look->image || !now || now->from.known != RF_KNOWN ||
        !rf_cache_is_set_here(look, rf_str_of(var->name)))
        return;
    then = rf_image_find_env(look->image, look->stage, rf_str_of(var->name));
    if (!then || then->value.from.known != RF_KNOWN || rf_ask_same(then->value.value, now->value) ||
        rf_look_mount_over(look, now->value) || !has_models_at(look, var->kind, then->value.value))
        return;
    rf_look_found(
        look, &now->from,
        "%s is %.*s here and %.*s in the image, where its models are: they are not found and loaded "
        "again",
        var->name, RF_FMT(now->value), RF_FMT(then->value.value));
}

/* Which place of the table a mount is for: its target ends like it. */
static const struct rf_cache_place *place_of_target(struct rf_str target)
{
    while (target.len > 1 && target.ptr[target.len - 1] == '/')
        target.len--;
    for (size_t i = 0; i < rf_cache_place_count; i++) {
        size_t len = strlen(rf_cache_places[i].below);

        if (rf_ask_ends(target, rf_cache_places[i].below) && target.len > len &&
            target.ptr[target.len - len - 1] == '/')
            return &rf_cache_places[i];
    }
    return NULL;
}

static void judge_mount(struct rf_look *look, const struct rf_mounted *mounted,
                        const struct rf_ask_home *home)
{
    const struct rf_cache_place *place = place_of_target(mounted->target.value);
    struct rf_cache_at at;

    if (!place || mounted->target.from.known != RF_KNOWN || mounted->kind == RF_MOUNTED_TMPFS)
        return;
    rf_cache_find(look, place, home, &at);
    if (at.path.len == 0 || rf_look_is_below(at.path, mounted->target.value) ||
        rf_look_is_below(mounted->target.value, at.path))
        return;
    if (at.variable)
        rf_look_found(look, &mounted->target.from,
                      "%.*s is mounted as a cache, and %s points to %.*s: what is loaded does not stay",
                      RF_FMT(mounted->target.value), at.variable, RF_FMT(at.path));
    else
        rf_look_found(look, &mounted->target.from,
                      "%.*s is mounted as a cache, and the workload's is %.*s: what is loaded does not stay",
                      RF_FMT(mounted->target.value), RF_FMT(at.path));
}

void rf_cache_look_differ(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    struct rf_look_user user;
    struct rf_ask_home home;

    if (subject->kind != RF_SUBJECT_CONTAINER)
        return;
    rf_look_user(look, &user);
    rf_ask_home(look, &user, &home);
    if (!look->stage && !home.is_set)
        home.from.known = RF_UNKNOWABLE;
    for (size_t i = 0; look->stage && i < rf_cache_var_count; i++)
        judge_override(look, &rf_cache_vars[i]);
    for (size_t i = 0; i < subject->mount_count; i++)
        judge_mount(look, &subject->mounts[i], &home);
}
