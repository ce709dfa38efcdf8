/* Programs that start another: sudo, env, exec, timeout, su, gosu, sh -c. What counts is the one inside. */
#include <string.h>

#include "manifest/image.h"

enum { WRAPPERS_MAX = 16 };

bool rf_image_is_shell(struct rf_str name)
{
    static const char *const shells[] = {"sh", "bash", "ash", "dash", "ksh", "zsh", "mksh"};

    name = rf_image_base_name(name);
    for (size_t i = 0; i < RF_COUNT(shells); i++)
        if (rf_str_is(name, shells[i]))
            return true;
    return false;
}

static const struct rf_image_option sudo_options[] = {
    {"u user", 'u', true}, {"g group", 'x', true}, {"h host", 'x', true}, {"p prompt", 'x', true},
    {"C", 'x', true},      {"T", 'x', true},       {"D chdir", 'x', true}};
static const struct rf_image_option env_options[] = {
    {"u unset", 'x', true}, {"C chdir", 'x', true}, {"S split-string", 'x', true}};
static const struct rf_image_option nice_options[] = {{"n adjustment class classdata c", 'x', true}};
static const struct rf_image_option timeout_options[] = {{"k kill-after", 'x', true},
                                                         {"s signal", 'x', true}};
static const struct rf_image_option stdbuf_options[] = {{"i o e", 'x', true}};
static const struct rf_image_option setpriv_options[] = {
    {"reuid", 'u', true},     {"regid", 'x', true},        {"groups", 'x', true},
    {"inh-caps", 'x', true},  {"ambient-caps", 'x', true}, {"bounding-set", 'x', true},
    {"securebits", 'x', true}};
static const struct rf_image_option tini_options[] = {
    {"p", 'x', true}, {"e", 'x', true}, {"signal s rewrite r", 'x', true}};

static const struct {
    const char *name;
    const struct rf_image_option *options;
    size_t option_count;
    uint32_t operands;  /* before the command */
    bool has_user_word; /* the first of them is a user */
    bool skips_assigns;
    bool is_sudo;
} wrappers[] = {
    {"sudo", sudo_options, RF_COUNT(sudo_options), 0, false, true, true},
    {"doas", sudo_options, RF_COUNT(sudo_options), 0, false, false, true},
    {"env", env_options, RF_COUNT(env_options), 0, false, true, false},
    {"exec", NULL, 0, 0, false, false, false},
    {"command", NULL, 0, 0, false, false, false},
    {"builtin", NULL, 0, 0, false, false, false},
    {"nohup", NULL, 0, 0, false, false, false},
    {"setsid", NULL, 0, 0, false, false, false},
    {"time", NULL, 0, 0, false, false, false},
    {"busybox", NULL, 0, 0, false, false, false},
    {"nice", nice_options, RF_COUNT(nice_options), 0, false, false, false},
    {"ionice", nice_options, RF_COUNT(nice_options), 0, false, false, false},
    {"stdbuf", stdbuf_options, RF_COUNT(stdbuf_options), 0, false, false, false},
    {"timeout", timeout_options, RF_COUNT(timeout_options), 1, false, false, false},
    {"setpriv", setpriv_options, RF_COUNT(setpriv_options), 0, false, false, false},
    {"gosu", NULL, 0, 1, true, false, false},
    {"su-exec", NULL, 0, 1, true, false, false},
    {"runuser", sudo_options, RF_COUNT(sudo_options), 0, false, false, false},
    {"tini", tini_options, RF_COUNT(tini_options), 0, false, false, false},
    {"dumb-init", tini_options, RF_COUNT(tini_options), 0, false, false, false},
    {"catatonit", NULL, 0, 0, false, false, false},
};

static void become(struct rf_image_builder *builder, struct rf_image_act *act, struct rf_str user)
{
    act->user = user;
    act->owner = rf_image_read_owner(builder->stage, user);
    if (!act->owner.has_gid) {
        act->owner.has_gid = act->owner.has_uid;
        act->owner.gid = act->owner.uid;
    }
}

static bool is_assignment(struct rf_str text)
{
    return text.len > 0 && *text.ptr != '-' && *text.ptr != '=' && memchr(text.ptr, '=', text.len);
}

/* Take one wrapper off. False when there is none, or nothing inside. */
static bool unwrap_one(struct rf_image_builder *builder, struct rf_image_act *act, size_t w)
{
    struct rf_image_getopt opt = {.words = act->words + 1,
                                  .count = act->count - 1,
                                  .options = wrappers[w].options,
                                  .option_count = wrappers[w].option_count};
    struct rf_str user = wrappers[w].is_sudo ? RF_STR("root") : RF_STR("");
    uint32_t operands = wrappers[w].operands;
    struct rf_sh_word word = {0};
    int id;

    while ((id = rf_image_next_option(&opt, &word)) >= 0) {
        if (id == 'u')
            user = word.text;
        if (id != '\0' || (wrappers[w].skips_assigns && is_assignment(word.text)))
            continue;
        if (operands == 0) {
            opt.at--;
            break;
        }
        operands--;
        if (wrappers[w].has_user_word)
            user = word.text;
    }
    if (id < 0 || operands > 0)
        return false;
    if (user.len > 0)
        become(builder, act, user);
    act->has_sudo |= wrappers[w].is_sudo;
    act->words = opt.words + opt.at;
    act->count = opt.count - opt.at;
    return true;
}

/* sh -c SCRIPT, with -e, -u, -x, -o pipefail and -l as they come. */
static const struct rf_sh_word *find_script(const struct rf_image_act *act)
{
    static const struct rf_image_option options[] = {{"c", 'c', false}, {"o O init-file rcfile", 'x', true}};
    struct rf_image_getopt opt = {.words = act->words + 1,
                                  .count = act->count - 1,
                                  .options = options,
                                  .option_count = RF_COUNT(options)};
    struct rf_sh_word word = {0};
    bool has_c = false;
    int id;

    while ((id = rf_image_next_option(&opt, &word)) > 0)
        has_c |= id == 'c';
    return has_c && id == '\0' ? &opt.words[opt.at - 1] : NULL;
}

/* su [-] [USER] -c SCRIPT, in any order. */
static const struct rf_sh_word *find_su_script(struct rf_image_builder *builder, struct rf_image_act *act)
{
    static const struct rf_image_option options[] = {{"c command session-command", 'c', true},
                                                     {"s shell", 'x', true},
                                                     {"g group G supp-group", 'x', true},
                                                     {"w whitelist-environment", 'x', true}};
    struct rf_image_getopt opt = {.words = act->words + 1,
                                  .count = act->count - 1,
                                  .options = options,
                                  .option_count = RF_COUNT(options)};
    const struct rf_sh_word *script = NULL;
    struct rf_str user = RF_STR("root");
    struct rf_sh_word word = {0};
    int id;

    while ((id = rf_image_next_option(&opt, &word)) >= 0) {
        if (id == 'c' && opt.at > 0)
            script = &opt.words[opt.at - 1];
        if (id == '\0' && !rf_str_is(word.text, "-"))
            user = word.text;
    }
    if (script)
        become(builder, act, user);
    return script;
}

void rf_image_unwrap(struct rf_image_builder *builder, struct rf_image_act *act,
                     const struct rf_sh_word **ret_script)
{
    *ret_script = NULL;
    for (unsigned n = 0; n < WRAPPERS_MAX && act->count > 0; n++) {
        struct rf_str name = rf_image_base_name(act->words[0].text);
        size_t w = 0;

        if (rf_image_is_shell(name)) {
            *ret_script = find_script(act);
            return;
        }
        if (rf_str_is(name, "su")) {
            *ret_script = find_su_script(builder, act);
            return;
        }
        while (w < RF_COUNT(wrappers) && !rf_str_is(name, wrappers[w].name))
            w++;
        if (w == RF_COUNT(wrappers) || !unwrap_one(builder, act, w))
            return;
    }
}
