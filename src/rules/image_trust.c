/* What is trusted without a check while an image is made: scripts piped to a shell, TLS and signatures turned
   off. Every stage counts, its results end in the image. */
#include "rules/image_ask.h"
#include "rules/image_make.h"

#include <string.h>

#define FETCHERS "curl wget fetch aria2c http https lynx"
#define SHELLS "sh bash dash ash zsh ksh mksh fish"
#define INTERPRETERS "python python2 python3 perl ruby node nodejs php Rscript"

/* --- piped to a shell --- */

/* It reads its program from the pipe. */
static bool runs_input(const struct rf_image_command *command)
{
    struct rf_str program = rf_ask_program(command);
    bool is_shell = rf_ask_is_one_of(program, SHELLS);

    if (!is_shell && !rf_ask_is_one_of(program, INTERPRETERS))
        return false;
    if (command->word_count == 1)
        return true;
    if (!is_shell)
        return rf_str_is(command->words[1].text, "-");
    for (uint32_t i = 1; i < command->word_count; i++) {
        struct rf_str word = command->words[i].text;

        if (rf_str_is(word, "-s") || rf_str_is(word, "-") || rf_str_is(word, "/dev/stdin"))
            return true;
        if (word.len == 0 || *word.ptr != '-')
            return false; /* a script of its own */
        if (word.len > 1 && word.ptr[1] != '-' && memchr(word.ptr, 'c', word.len))
            return false;
    }
    return true;
}

static const struct rf_image_command *find_source(const struct rf_image_command *command)
{
    enum rf_sh_join join = command->join;

    for (const struct rf_image_command *before = command->prev; before && join == RF_SH_PIPE;
         before = before->prev) {
        if (before->is_substituted && !command->is_substituted)
            continue;
        if (rf_ask_is_one_of(rf_ask_program(before), FETCHERS))
            return before;
        join = before->join;
    }
    return NULL;
}

/* sh -c "$(curl ...)", eval "$(curl ...)", . <(curl ...) */
static const struct rf_image_command *find_substituted(const struct rf_image_command *command)
{
    struct rf_str program = rf_ask_program(command);

    if (!command->has_substitution ||
        !(rf_ask_is_one_of(program, SHELLS) || rf_ask_is_one_of(program, "eval source .")))
        return NULL;
    for (const struct rf_image_command *inner = command->prev; inner && inner->is_substituted;
         inner = inner->prev)
        if (rf_ask_is_one_of(rf_ask_program(inner), FETCHERS))
            return inner;
    return NULL;
}

static bool look_pipe(struct rf_look *look, const struct rf_image_command *command)
{
    struct rf_str program = rf_ask_program(command);
    const struct rf_image_command *source = runs_input(command) ? find_source(command) : NULL;

    if (!source)
        source = find_substituted(command);
    if (!source)
        return false;
    rf_look_found(look, &source->from, "what %.*s loads is run by %.*s, whatever it is by then",
                  RF_FMT(rf_ask_program(source)), RF_FMT(program));
    return true;
}

/* --- checks turned off --- */

static bool is_local(const struct rf_image_command *command)
{
    for (uint32_t i = 1; i < command->word_count; i++)
        if (rf_ask_has(command->words[i].text, "//localhost") ||
            rf_ask_has(command->words[i].text, "//127.0.0.1"))
            return true;
    return false;
}

/* -k, also among others: -sSLk; behind a letter that takes the rest as its value it is none. */
static bool has_curl_k(const struct rf_image_command *command)
{
    for (uint32_t i = 1; i < command->word_count; i++) {
        struct rf_str word = command->words[i].text;

        if (word.len < 2 || word.ptr[0] != '-' || word.ptr[1] == '-')
            continue;
        for (size_t at = 1; at < word.len && !strchr("AbcCdDeEFhHKmoPQrtTuUwxXyYz", word.ptr[at]); at++)
            if (word.ptr[at] == 'k')
                return true;
    }
    return false;
}

static const struct {
    const char *programs;
    const char *flag; /* one with = at its end takes any value */
    const char *what;
} flags[] = {
    {"curl", "--insecure", "the server's certificate is not checked"},
    {"curl", "--proxy-insecure", "the proxy's certificate is not checked"},
    {"wget", "--no-check-certificate", "the server's certificate is not checked"},
    {"pip pip2 pip3 uv", "--trusted-host", "the server's certificate is not checked"},
    {"uv", "--allow-insecure-host", "the server's certificate is not checked"},
    {"apk", "--allow-untrusted", "packages are installed without a signature"},
    {"apt apt-get aptitude", "--allow-unauthenticated", "packages are installed without a signature"},
    {"apt apt-get aptitude", "--allow-insecure-repositories", "repositories are read without a signature"},
    {"apt apt-get aptitude", "--force-yes", "packages are installed without a signature"},
    {"yum dnf dnf5 microdnf tdnf", "--nogpgcheck", "packages are installed without a signature"},
    {"yum dnf dnf5 microdnf tdnf", "--nogpg", "packages are installed without a signature"},
    {"zypper", "--no-gpg-checks", "packages are installed without a signature"},
    {"zypper", "--allow-unsigned-rpm", "packages are installed without a signature"},
    {"rpm", "--nosignature", "packages are installed without a signature"},
    {"rpm", "--nodigest", "packages are installed without a checksum"},
    {"rpm", "--noverify", "packages are installed without a check"},
    {"rpm", "--nofiledigest", "packages are installed without a checksum"},
    {"git", "http.sslVerify=false", "the server's certificate is not checked"},
};

static bool is_flag(struct rf_str word, const char *flag)
{
    size_t len = strlen(flag);

    return word.len >= len && memcmp(word.ptr, flag, len) == 0 && (word.len == len || word.ptr[len] == '=');
}

/* pip, or python -m pip. */
static struct rf_str manager_of(const struct rf_image_command *command)
{
    struct rf_str program = rf_ask_program(command);

    if (rf_str_starts(program, "python") && command->word_count > 2 &&
        rf_str_is(command->words[1].text, "-m"))
        return command->words[2].text;
    return program;
}

static void look_flags(struct rf_look *look, const struct rf_image_command *command)
{
    struct rf_str program = manager_of(command);

    if (command->instruction != RF_DF_RUN || is_local(command))
        return;
    if (rf_str_is(program, "curl") && has_curl_k(command)) {
        rf_look_found(look, &command->from, "curl -k: the server's certificate is not checked");
        return;
    }
    for (uint32_t i = 1; i < command->word_count; i++) {
        for (size_t f = 0; f < RF_COUNT(flags); f++) {
            if (!rf_ask_is_one_of(program, flags[f].programs) ||
                !is_flag(command->words[i].text, flags[f].flag))
                continue;
            rf_look_found(look, &command->from, "%.*s %s: %s", RF_FMT(program), flags[f].flag, flags[f].what);
            return;
        }
    }
}

/* --setopt=sslverify=0, --setopt=repo.gpgcheck=false */
static bool is_setting_off(struct rf_str word, const char *name)
{
    const char *at = word.len > 0 ? memmem(word.ptr, word.len, name, strlen(name)) : NULL;
    struct rf_str value = {0};

    if (at)
        value = (struct rf_str){at + strlen(name), (size_t)(word.ptr + word.len - at) - strlen(name)};
    return rf_ask_is_one_of(value, "0 false no off");
}

/* Settings in several words: `npm config set strict-ssl false`. */
static void look_settings(struct rf_look *look, const struct rf_image_command *command)
{
    struct rf_str program = rf_ask_program(command);

    for (uint32_t i = 1; i < command->word_count; i++) {
        struct rf_str word = command->words[i].text;
        struct rf_str next = i + 1 < command->word_count ? command->words[i + 1].text : (struct rf_str){0};
        bool is_off = rf_ask_is_one_of(next, "false 0 no off");

        if ((rf_ask_is_one_of(program, "npm yarn pnpm") &&
             ((rf_str_is(word, "strict-ssl") && is_off) || rf_str_is(word, "strict-ssl=false") ||
              rf_str_is(word, "--strict-ssl=false"))) ||
            (rf_str_is(program, "git") && rf_ask_is(word, "http.sslVerify") && is_off) ||
            (rf_ask_is_one_of(program, "conda mamba micromamba") && rf_str_is(word, "ssl_verify") && is_off))
            rf_look_found(look, &command->from, "%.*s %.*s false: the server's certificate is not checked",
                          RF_FMT(program), RF_FMT(word));
        else if (rf_ask_is_one_of(program, "apt apt-get") &&
                 (rf_ask_has(word, "AllowUnauthenticated=true") ||
                  rf_ask_has(word, "AllowUnauthenticated=1") || rf_ask_has(word, "Verify-Peer=false") ||
                  rf_ask_has(word, "AllowInsecureRepositories=true")))
            rf_look_found(look, &command->from, "%.*s %.*s: servers or packages are not checked",
                          RF_FMT(program), RF_FMT(word));
        else if (rf_ask_is_one_of(program, "yum dnf dnf5 microdnf tdnf yum-config-manager") &&
                 (is_setting_off(word, "sslverify=") || is_setting_off(word, "gpgcheck=")))
            rf_look_found(look, &command->from, "%.*s %.*s: servers or packages are not checked",
                          RF_FMT(program), RF_FMT(word));
        else if (rf_ask_is_one_of(program, "echo printf tee") &&
                 (rf_ask_has(word, "[trusted=yes") || rf_ask_has(word, " trusted=yes]")))
            rf_look_found(look, &command->from,
                          "[trusted=yes]: packages of that repository are installed without a signature");
    }
}

/* --- variables that turn checks off --- */

static const struct {
    const char *name;
    const char *off; /* values that do; NULL: any that is not empty */
} variables[] = {
    {"GIT_SSL_NO_VERIFY", NULL}, /* git only asks whether it is set, even to 0 */
    {"NODE_TLS_REJECT_UNAUTHORIZED", "0"},
    {"PYTHONHTTPSVERIFY", "0"},
    {"PIP_TRUSTED_HOST", NULL},
    {"UV_INSECURE_HOST", NULL},
    {"NPM_CONFIG_STRICT_SSL", "false"},
    {"YARN_STRICT_SSL", "false"},
    {"CONDA_SSL_VERIFY", "false 0 no"},
    {"BUNDLE_SSL_VERIFY_MODE", "0"},
    {"HF_HUB_DISABLE_SSL_VERIFICATION", "1 true yes on"},
};

static bool turns_off(struct rf_str name, struct rf_str value)
{
    for (size_t i = 0; i < RF_COUNT(variables); i++)
        if (rf_ask_is(name, variables[i].name))
            return value.len > 0 && (!variables[i].off || rf_ask_is_one_of(value, variables[i].off));
    return false;
}

static void look_variable(struct rf_look *look, struct rf_str name, struct rf_str value,
                          const struct rf_from *from)
{
    if (turns_off(name, value))
        rf_look_found(look, from, "%.*s=%.*s turns the check of certificates off", RF_FMT(name),
                      RF_FMT(value));
}

/* NAME=VALUE in front of a command, or behind export. */
static void look_assigns(struct rf_look *look, const struct rf_image_command *command)
{
    struct rf_str program = rf_ask_program(command);
    struct rf_str name;

    for (uint32_t i = 0; command->shell && i < command->shell->assign_count; i++) {
        struct rf_str value = rf_str_cut(command->shell->assigns[i].text, '=', &name);

        look_variable(look, name, value, &command->from);
    }
    for (uint32_t i = 1; rf_ask_is_one_of(program, "export") && i < command->word_count; i++) {
        struct rf_str value = rf_str_cut(command->words[i].text, '=', &name);

        look_variable(look, name, value, &command->from);
    }
}

void rf_image_look_trust(struct rf_look *look)
{
    if (!rf_look_is_stage(look))
        return;
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev) {
        if (!rf_ask_is_own(look, &command->from))
            break;
        if (command->instruction == RF_DF_RUN && look_pipe(look, command))
            continue;
        look_flags(look, command);
        look_settings(look, command);
        look_assigns(look, command);
    }
    for (const struct rf_image_var *var = look->stage->vars; var; var = var->prev)
        if (rf_ask_is_own(look, &var->value.from) && var->value.from.known == RF_KNOWN)
            look_variable(look, var->name, var->value.value, &var->value.from);
}
