/* Packages that RUN installs and removes. */
#include <errno.h>
#include <string.h>

#include "manifest/image.h"

enum { VERBS = 6 };

static const struct rf_image_option apt_options[] = {
    {"t target-release default-release", 'x', true}, {"o option", 'x', true}, {"c config-file", 'x', true}};
static const struct rf_image_option apk_options[] = {
    {"t virtual", 'x', true}, {"X repository", 'x', true},      {"p root", 'x', true},
    {"keys-dir", 'x', true},  {"repositories-file", 'x', true}, {"wait", 'x', true},
    {"arch", 'x', true},      {"cache-dir", 'x', true}};
static const struct rf_image_option dnf_options[] = {
    {"c config", 'x', true},    {"x exclude excludepkgs", 'x', true},
    {"setopt", 'x', true},      {"releasever", 'x', true},
    {"installroot", 'x', true}, {"enablerepo enable repo disablerepo disable repoid", 'x', true},
    {"e R d", 'x', true}};
static const struct rf_image_option pip_options[] = {{"r requirement", 'f', true},
                                                     {"c constraint", 'x', true},
                                                     {"i index-url extra-index-url f find-links", 'x', true},
                                                     {"t target prefix root src cache-dir", 'x', true},
                                                     {"e editable", 'x', true},
                                                     {"trusted-host", 'x', true},
                                                     {"python python-version platform", 'x', true},
                                                     {"timeout retries progress-bar", 'x', true}};
static const struct rf_image_option npm_options[] = {
    {"prefix C registry cache", 'x', true}, {"g global", 'g', false}, {"location", 'l', true}};
static const struct rf_image_option conda_options[] = {
    {"n name p prefix", 'x', true}, {"c channel", 'x', true}, {"f file", 'f', true}};
static const struct rf_image_option gem_options[] = {{"v version", 'x', true},
                                                     {"i install-dir n bindir s source", 'x', true}};

#define OPTIONS(table) (table), RF_COUNT(table)

/* A program, the words that install, and those that remove. */
static const struct {
    const char *name;
    enum rf_image_manager manager;
    const char *install[VERBS];
    const char *remove[VERBS];
    const struct rf_image_option *options;
    size_t option_count;
} managers[] = {
    {"apt-get", RF_IMAGE_APT, {"install"}, {"remove", "purge"}, OPTIONS(apt_options)},
    {"apt", RF_IMAGE_APT, {"install"}, {"remove", "purge"}, OPTIONS(apt_options)},
    {"aptitude", RF_IMAGE_APT, {"install"}, {"remove", "purge"}, OPTIONS(apt_options)},
    {"apk", RF_IMAGE_APK, {"add"}, {"del"}, OPTIONS(apk_options)},
    {"dnf", RF_IMAGE_DNF, {"install", "localinstall"}, {"remove", "erase"}, OPTIONS(dnf_options)},
    {"dnf5", RF_IMAGE_DNF, {"install"}, {"remove"}, OPTIONS(dnf_options)},
    {"yum", RF_IMAGE_DNF, {"install", "localinstall"}, {"remove", "erase"}, OPTIONS(dnf_options)},
    {"microdnf", RF_IMAGE_DNF, {"install"}, {"remove"}, OPTIONS(dnf_options)},
    {"tdnf", RF_IMAGE_DNF, {"install"}, {"remove", "erase"}, OPTIONS(dnf_options)},
    {"zypper", RF_IMAGE_DNF, {"install", "in"}, {"remove", "rm"}, OPTIONS(dnf_options)},
    {"pip", RF_IMAGE_PIP, {"install"}, {"uninstall"}, OPTIONS(pip_options)},
    {"pip3", RF_IMAGE_PIP, {"install"}, {"uninstall"}, OPTIONS(pip_options)},
    {"pipx", RF_IMAGE_PIP, {"install"}, {"uninstall"}, OPTIONS(pip_options)},
    {"uv", RF_IMAGE_PIP, {"install", "add"}, {"uninstall", "remove"}, OPTIONS(pip_options)},
    {"poetry", RF_IMAGE_PIP, {"add"}, {"remove"}, OPTIONS(pip_options)},
    {"npm", RF_IMAGE_NPM, {"install", "i", "add"}, {"uninstall", "rm", "remove"}, OPTIONS(npm_options)},
    {"yarn", RF_IMAGE_NPM, {"add"}, {"remove"}, OPTIONS(npm_options)},
    {"pnpm", RF_IMAGE_NPM, {"install", "i", "add"}, {"remove", "rm"}, OPTIONS(npm_options)},
    {"conda", RF_IMAGE_CONDA, {"install", "create"}, {"remove"}, OPTIONS(conda_options)},
    {"mamba", RF_IMAGE_CONDA, {"install", "create"}, {"remove"}, OPTIONS(conda_options)},
    {"micromamba", RF_IMAGE_CONDA, {"install", "create"}, {"remove"}, OPTIONS(conda_options)},
    {"gem", RF_IMAGE_GEM, {"install"}, {"uninstall"}, OPTIONS(gem_options)},
};

/* `python -m pip` is pip. */
static size_t find_manager(const struct rf_image_act *act, uint32_t *ret_skip)
{
    struct rf_str name = rf_image_base_name(act->words[0].text);
    size_t m = 0;

    *ret_skip = 1;
    if (rf_str_starts(name, "python") && act->count > 3 && rf_str_is(act->words[1].text, "-m")) {
        name = act->words[2].text;
        *ret_skip = 3;
    } else if (rf_str_starts(name, "pip3.")) {
        name = RF_STR("pip3");
    }
    while (m < RF_COUNT(managers) && !rf_str_is(name, managers[m].name))
        m++;
    return m;
}

bool rf_image_is_package_program(struct rf_str name)
{
    struct rf_sh_word word = {.text = name};
    struct rf_image_act act = {.words = &word, .count = 1};
    uint32_t skip;

    return rf_str_starts(name, "python") || find_manager(&act, &skip) < RF_COUNT(managers);
}

static bool is_among(const char *const *words, struct rf_str word)
{
    for (size_t i = 0; i < VERBS && words[i]; i++)
        if (rf_str_is(word, words[i]))
            return true;
    return false;
}

/* NAME and what pins it: name=1.2 (apt, apk, conda), name==1.2 and name[extra]>=1 (pip), name@1.2 (npm),
   name/release and name:arch (apt). */
static void split_version(enum rf_image_manager manager, struct rf_str text, struct rf_image_package *ret)
{
    static const char *const marks[] = {
        [RF_IMAGE_APT] = "=/", [RF_IMAGE_APK] = "=<>~@",   [RF_IMAGE_DNF] = "", [RF_IMAGE_PIP] = "=<>~![;@ ",
        [RF_IMAGE_NPM] = "@",  [RF_IMAGE_CONDA] = "=<>~!", [RF_IMAGE_GEM] = ":"};
    size_t len = manager == RF_IMAGE_NPM && text.len > 0 && *text.ptr == '@' ? 1 : 0;

    while (len < text.len && !(strchr(marks[manager], text.ptr[len]) && text.ptr[len]))
        len++;
    ret->name = (struct rf_str){text.ptr, len};
    ret->version = (struct rf_str){text.ptr + len, text.len - len};
    if (manager == RF_IMAGE_PIP && ret->version.len > 0 &&
        *ret->version.ptr == '[') {                 /* extras pin nothing */
        (void)rf_str_cut(ret->version, ']', &text); /* only its length is wanted */
        len = text.len < ret->version.len ? text.len + 1 : text.len;
        ret->version = (struct rf_str){ret->version.ptr + len, ret->version.len - len};
    }
    if (manager == RF_IMAGE_APT && rf_str_cut(ret->name, ':', &text).ptr)
        ret->name = text;
}

static int add(struct rf_image_builder *builder, const struct rf_image_act *act,
               enum rf_image_manager manager, const struct rf_sh_word *word, bool is_file, bool is_gone)
{
    uint32_t order = 0;
    int code = 0;
    struct rf_image_package *package = rf_image_new(builder, sizeof(*package), &order, &code);

    if (!package)
        return code;
    *package = (struct rf_image_package){.prev = builder->stage->packages,
                                         .manager = manager,
                                         .name = word->text,
                                         .version = RF_STR(""),
                                         .is_file = is_file,
                                         .is_gone = is_gone,
                                         .is_conditional = act->is_conditional,
                                         .order = order,
                                         .from = act->from};
    if (!is_file)
        split_version(manager, word->text, package);
    if (!word->is_known)
        package->from.known = RF_UNKNOWABLE;
    builder->stage->packages = package;
    return 0;
}

/* The family of an image that is not known shows in the package manager. */
static void learn_family(struct rf_image_stage *stage, enum rf_image_manager manager)
{
    if (stage->family != RF_IMAGE_FAMILY_UNKNOWN)
        return;
    if (manager == RF_IMAGE_APT)
        stage->family = RF_IMAGE_DEBIAN;
    else if (manager == RF_IMAGE_APK)
        stage->family = RF_IMAGE_ALPINE;
    else if (manager == RF_IMAGE_DNF)
        stage->family = RF_IMAGE_RPM;
}

int rf_image_do_package(struct rf_image_builder *builder, const struct rf_image_act *act)
{
    uint32_t skip = 1;
    size_t m = find_manager(act, &skip);
    bool is_install = false;
    bool is_remove = false;
    bool is_global = m < RF_COUNT(managers) && managers[m].manager != RF_IMAGE_NPM;
    struct rf_sh_word word = {0};
    struct rf_image_getopt opt = {.words = act->words + skip, .count = act->count - skip};
    int id;
    int code = 0;

    if (m == RF_COUNT(managers))
        return 0;
    opt.options = managers[m].options;
    opt.option_count = managers[m].option_count;
    learn_family(builder->stage, managers[m].manager);
    for (uint32_t i = skip; i < act->count; i++) /* npm's -g may stand anywhere */
        is_global |= rf_str_is(act->words[i].text, "-g") || rf_str_is(act->words[i].text, "--global") ||
                     rf_str_is(act->words[i].text, "global");
    while (code == 0 && (id = rf_image_next_option(&opt, &word)) >= 0) {
        if (id == 'f' && is_install)
            code = add(builder, act, managers[m].manager, &word, true, false);
        if (id != '\0')
            continue;
        if (is_install || is_remove) {
            if (is_global)
                code = add(builder, act, managers[m].manager, &word, false, is_remove);
            continue;
        }
        is_install = is_among(managers[m].install, word.text);
        is_remove = is_among(managers[m].remove, word.text);
    }
    return code;
}
