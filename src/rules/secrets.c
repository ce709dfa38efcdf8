/* Secrets that everybody can read. ARG and ENV count in every stage: they stay in the history of the image or
   in the cache of the builder. */
#include "rules/image_ask.h"

#include <string.h>
#include <strings.h>

/* --- which names and values are secrets --- */

/* The last words of a name that is split at _ and -; "api key" is two. */
static const char *const secret_tails[] = {"PASSWORD",
                                           "PASSWD",
                                           "PASSPHRASE",
                                           "PWD_SECRET",
                                           "SECRET",
                                           "SECRETS",
                                           "SECRET_KEY",
                                           "TOKEN",
                                           "API_KEY",
                                           "APIKEY",
                                           "ACCESS_KEY",
                                           "ACCESS_KEY_ID",
                                           "PRIVATE_KEY",
                                           "ENCRYPTION_KEY",
                                           "SIGNING_KEY",
                                           "AUTH_KEY",
                                           "CREDENTIALS",
                                           "CREDENTIAL",
                                           "CLIENT_SECRET",
                                           "AUTH_TOKEN",
                                           "SECRET_KEY_BASE",
                                           "LICENSE_KEY",
                                           "MASTER_KEY",
                                           "PASS",
                                           "ACCOUNT_KEY",
                                           "CONNECTION_STRING",
                                           "SSH_KEY",
                                           "DEPLOY_KEY",
                                           "SECRET_ACCESS_KEY",
                                           "BASIC_AUTH",
                                           "AUTHORIZATION"};

/* Names that end like a secret and are none. */
#define NO_SECRETS                                                                                           \
    "BYPASS COMPASS MAX_TOKEN EOS_TOKEN BOS_TOKEN PAD_TOKEN UNK_TOKEN STOP_TOKEN NEXT_TOKEN SSH_ASKPASS "    \
    "GIT_ASKPASS SUDO_ASKPASS NO_PASSWORD ALLOW_EMPTY_PASSWORD MYSQL_ALLOW_EMPTY_PASSWORD "                  \
    "MYSQL_RANDOM_ROOT_PASSWORD MARIADB_ALLOW_EMPTY_ROOT_PASSWORD MARIADB_RANDOM_ROOT_PASSWORD "             \
    "REQUIRE_PASSWORD DISABLE_AUTH_TOKEN"

/* Whole words of a name that make it one, wherever they stand, unless the last says what it is instead. */
#define SECRET_WORDS "PASSWORD PASSWD PASSPHRASE PWORD SECRET TOKEN APIKEY CREDENTIAL CREDENTIALS"
#define OTHER_TAILS                                                                                          \
    "FILE PATH DIR DIRECTORY URL URI NAME TTL EXPIRY EXPIRE EXPIRES EXPIRATION LENGTH LEN LIMIT COUNT SIZE " \
    "MAX MIN TYPE ENDPOINT HOST PORT USER ENABLED DISABLED ENABLE ISSUER ALGORITHM HEADER PREFIX STORE "     \
    "VERSION REGION SECONDS MINUTES DAYS POLICY PROVIDER MODE ROTATION PUBLIC AUDIENCE SERVICE CLASS"

static bool has_secret_word(struct rf_str name)
{
    bool has_word = false;
    size_t start = 0;

    for (size_t at = 0; at <= name.len; at++) {
        struct rf_str part = {name.ptr + start, at - start};

        if (at < name.len && name.ptr[at] != '_' && name.ptr[at] != '-' && name.ptr[at] != '.')
            continue;
        has_word |= rf_ask_is_one_of(part, SECRET_WORDS);
        if (at == name.len && rf_ask_is_one_of(part, OTHER_TAILS))
            return false;
        start = at + 1;
    }
    return has_word;
}

static bool is_secret_name(struct rf_str name)
{
    if (rf_ask_is_one_of(name, NO_SECRETS))
        return false;
    for (size_t i = 0; i < RF_COUNT(secret_tails); i++) {
        size_t len = strlen(secret_tails[i]);
        char before;

        if (name.len < len || strncasecmp(name.ptr + name.len - len, secret_tails[i], len) != 0)
            continue;
        before = name.len > len ? name.ptr[name.len - len - 1] : '_';
        /* DBPASSWORD is one, COMPASS is none. */
        if (before == '_' || before == '-' || before == '.' || len > 6)
            return true;
    }
    return has_secret_word(name);
}

/* Values that tell themselves what they are. */
static const struct {
    const char *prefix;
    size_t len; /* at least */
    const char *what;
} shapes[] = {
    {"AKIA", 20, "an access key of AWS"}, {"ASIA", 20, "an access key of AWS"},
    {"ghp_", 36, "a token of GitHub"},    {"gho_", 36, "a token of GitHub"},
    {"ghs_", 36, "a token of GitHub"},    {"github_pat_", 40, "a token of GitHub"},
    {"glpat-", 20, "a token of GitLab"},  {"hf_", 30, "a token of Hugging Face"},
    {"xoxb-", 20, "a token of Slack"},    {"xoxp-", 20, "a token of Slack"},
    {"sk-", 32, "a secret key"},          {"sk_live_", 24, "a secret key of Stripe"},
    {"AIza", 35, "a key of Google"},      {"npm_", 36, "a token of npm"},
    {"-----BEGIN", 20, "a private key"},
};

static const char *shape_of(struct rf_str value)
{
    for (size_t i = 0; i < RF_COUNT(shapes); i++) {
        bool is_plain = true;

        if (value.len < shapes[i].len || !rf_str_starts(value, shapes[i].prefix))
            continue;
        if (rf_str_starts(value, "-----BEGIN"))
            return rf_ask_has(value, "PRIVATE KEY") ? shapes[i].what : NULL;
        for (size_t at = 0; at < value.len; at++)
            is_plain &= (unsigned char)value.ptr[at] > ' ' && !strchr("/:;,{}$<>", value.ptr[at]);
        if (is_plain)
            return shapes[i].what;
    }
    return NULL;
}

/* scheme://user:password@host */
static bool has_url_password(struct rf_str value)
{
    const char *scheme = value.len > 3 ? memmem(value.ptr, value.len, "://", 3) : NULL;
    struct rf_str rest;
    struct rf_str login;
    struct rf_str password;

    if (!scheme)
        return false;
    rest = (struct rf_str){scheme + 3, (size_t)(value.ptr + value.len - scheme) - 3};
    (void)rf_str_cut(rest, '/', &rest);
    if (rf_str_cut(rest, '@', &login).ptr == NULL)
        return false;
    password = rf_str_cut(login, ':', &rest);
    return password.len > 0 && !rf_ask_has(password, "$") && !rf_ask_has(password, "{") &&
           *password.ptr != '<' && *password.ptr != '%';
}

/* Not the secret itself: empty, where it is, a switch, or filled in by something else. */
static bool is_reference(struct rf_str value)
{
    return value.len == 0 || *value.ptr == '/' || *value.ptr == '<' || rf_ask_has(value, "${") ||
           *value.ptr == '$' || rf_ask_has(value, "{{") || rf_str_starts(value, "file:") ||
           rf_str_starts(value, "vault:") || rf_str_starts(value, "arn:") ||
           rf_ask_is_one_of(value, "true false yes no none null 0 1 required optional disabled enabled");
}

/* --- RF-SECR-001 --- */

static void judge(struct rf_look *look, struct rf_str name, struct rf_str value, const struct rf_from *from,
                  const char *where)
{
    const char *shape = shape_of(value);

    if (shape)
        rf_look_found(look, from, "%s %.*s holds %s", where, RF_FMT(name), shape);
    else if (has_url_password(value))
        rf_look_found(look, from, "%s %.*s holds an address with a password", where, RF_FMT(name));
    else if (is_secret_name(name) && !is_reference(value))
        rf_look_found(look, from, "%s %.*s holds a secret as plain text", where, RF_FMT(name));
}

static struct rf_from from_of(const struct rf_look *look, const struct rf_df_span *span)
{
    return (struct rf_from){.known = RF_KNOWN,
                            .file = look->image->file,
                            .line = span->line,
                            .column = span->column,
                            .start = span->start,
                            .end = span->end};
}

/* ARG NPM_TOKEN: what the caller gives stays in the history of the image. */
static void look_args(struct rf_look *look)
{
    const struct rf_df *df = &look->image->df;
    bool is_first = look->stage == &look->image->stages[0];
    uint32_t end = look->stage->index + 1 < look->image->stage_count
                       ? look->image->stages[look->stage->index + 1].from.start
                       : UINT32_MAX;

    for (uint32_t i = 0; i < df->instruction_count; i++) {
        const struct rf_df_instruction *instruction = &df->instructions[i];
        uint32_t start = instruction->span.start;

        if (instruction->kind == RF_DF_ONBUILD && instruction->trigger)
            instruction = instruction->trigger;
        if (instruction->kind != RF_DF_ARG || start >= end || (!is_first && start < look->stage->from.start))
            continue;
        for (uint32_t w = 0; w < instruction->word_count; w++) {
            struct rf_from from = from_of(look, &instruction->words[w].span);
            struct rf_str name;
            struct rf_str value = rf_str_cut(instruction->words[w].text, '=', &name);

            if (value.len >= 2 && (*value.ptr == '"' || *value.ptr == '\'') &&
                value.ptr[value.len - 1] == *value.ptr)
                value = (struct rf_str){value.ptr + 1, value.len - 2};
            if (value.len > 0 && !is_reference(value))
                judge(look, name, value, &from, "the build argument");
            else if (is_secret_name(name) && !rf_ask_is_one_of(value, "true false yes no 0 1") &&
                     (value.len == 0 || *value.ptr != '/'))
                rf_look_found(look, &from,
                              "the build argument %.*s is a secret: what is given stays in the image's "
                              "history and in the builder's cache",
                              RF_FMT(name));
        }
    }
}

static void look_stage_env(struct rf_look *look)
{
    for (const struct rf_image_var *var = look->stage->vars; var; var = var->prev) {
        struct rf_str value = var->value.value;

        if (!rf_ask_is_own(look, &var->value.from) || var->is_arg)
            continue;
        if (var->value.from.known == RF_KNOWN)
            judge(look, var->name, value, &var->value.from, "the variable");
        else if (var->value.from.known == RF_UNKNOWABLE && is_secret_name(var->name))
            rf_look_found(look, &var->value.from,
                          "the variable %.*s is filled in when the image is made, and stays in it",
                          RF_FMT(var->name));
    }
}

/* --password=hunter2, or --password hunter2 in the next word. */
static void look_words(struct rf_look *look, const struct rf_fact_list *list)
{
    for (size_t i = 0; i < list->count; i++) {
        const struct rf_fact_text *word = &list->items[i];
        struct rf_str name = word->value;
        struct rf_str value;

        if (name.len < 3 || *name.ptr != '-' || word->from.known != RF_KNOWN || rf_ask_has(name, " "))
            continue;
        while (name.len > 0 && *name.ptr == '-')
            name = (struct rf_str){name.ptr + 1, name.len - 1};
        value = rf_str_cut(name, '=', &name);
        if (!value.ptr && i + 1 < list->count && list->items[i + 1].from.known == RF_KNOWN &&
            list->items[i + 1].value.len > 0 && *list->items[i + 1].value.ptr != '-')
            value = list->items[i + 1].value;
        judge(look, name, value, &word->from, "the argument");
    }
}

/* COPY id_rsa, and passwords that are given to accounts of the image. */
static void look_files(struct rf_look *look)
{
    for (const struct rf_image_copy *copy = look->stage->copies; copy; copy = copy->prev) {
        for (uint32_t i = 0; rf_ask_is_own(look, &copy->from) && !copy->from_stage && i < copy->source_count;
             i++) {
            struct rf_str source = copy->sources[i].value;
            struct rf_str name = rf_ask_base_name(source);

            if (rf_ask_is_one_of(name, "id_rsa id_dsa id_ecdsa id_ed25519 .netrc .pgpass .git-credentials "
                                       "credentials.json service-account.json") ||
                rf_ask_ends(source, ".aws/credentials") || rf_ask_ends(source, ".kube/config") ||
                rf_ask_ends(source, ".docker/config.json"))
                rf_look_found(look, &copy->from, "%.*s is copied into the image", RF_FMT(source));
            else if (rf_ask_is_one_of(name, ".env .npmrc .pypirc") || rf_ask_ends(name, ".pfx") ||
                     rf_ask_ends(name, ".p12"))
                rf_look_maybe(look, &copy->from, "%.*s is copied into the image, and such files hold secrets",
                              RF_FMT(source));
        }
    }
}

static void look_passwords(struct rf_look *look)
{
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev) {
        struct rf_str program = rf_ask_program(command);

        if (!rf_ask_is_own(look, &command->from))
            break;
        if (command->instruction != RF_DF_RUN)
            continue;
        if (rf_str_is(program, "chpasswd") ||
            (rf_str_is(program, "passwd") && rf_ask_has_word(command, "--stdin")) ||
            (rf_ask_is_one_of(program, "useradd usermod") &&
             (rf_ask_has_word(command, "-p") || rf_ask_has_word(command, "--password"))))
            rf_look_found(look, &command->from,
                          "%.*s gives an account of the image a password, the same wherever it runs",
                          RF_FMT(program));
    }
}

static void look_literal(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    if (rf_look_is_stage(look)) {
        look_stage_env(look);
        look_files(look);
        look_passwords(look);
        if (look->image)
            look_args(look);
    }
    for (size_t i = 0; !rf_look_is_stage(look) && i < subject->env_count; i++) {
        const struct rf_env *env = &subject->env[i];

        if (env->source != RF_ENV_LITERAL || env->value.from.known != RF_KNOWN)
            continue;
        if (!env->value.is_default)
            judge(look, env->name.value, env->value.value, &env->value.from, "the variable");
        else if (is_secret_name(env->name.value) && !is_reference(env->value.value))
            rf_look_maybe(look, &env->value.from,
                          "the variable %.*s has a secret that everybody knows when nobody sets another",
                          RF_FMT(env->name.value));
    }
    if (rf_look_is_stage(look) && !rf_ask_is_shipped(look))
        return;
    look_words(look, &subject->entrypoint);
    look_words(look, &subject->command);
}

/* --- RF-SECR-002 --- */

static void look_empty(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;

    for (size_t i = 0; subject->kind == RF_SUBJECT_CONTAINER && i < subject->env_count; i++) {
        const struct rf_env *env = &subject->env[i];

        if (env->source == RF_ENV_LITERAL && env->value.from.known == RF_KNOWN && env->value.value.len == 0 &&
            is_secret_name(env->name.value))
            rf_look_found(
                look, &env->value.from,
                "%.*s is empty when nobody sets it: a program that compares with it lets everybody in",
                RF_FMT(env->name.value));
    }
}

/* --- RF-SECR-003 --- */

static void look_account(struct rf_look *look)
{
    const struct rf_pod *pod = look->subject->pod;

    if (look->subject->kind != RF_SUBJECT_POD || !pod || (pod->token.from.known && !pod->token.is_true))
        return;
    if (pod->token.from.known == RF_UNKNOWABLE)
        return;
    if (pod->token.from.known == RF_KNOWN)
        rf_look_found(look, &pod->token.from, "automountServiceAccountToken is true");
    else if (pod->service_account.from.known && !rf_str_is(pod->service_account.value, "default"))
        rf_look_maybe(look, &pod->service_account.from,
                      "the token of the service account %.*s is mounted unless that account says otherwise",
                      RF_FMT(pod->service_account.value));
    else
        rf_look_found(look, &pod->from,
                      "nothing keeps the token of the service account out of its containers");
}

static const struct rf_rule rules[] = {
    {.id = "RF-SECR-001",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE,
     .fix = RF_FIX_MANUAL,
     .title = "A secret stands in plain text, in the file or in the image.",
     .why =
         "Whoever may read the repository, pull the image or ask the engine (docker inspect, docker history, "
         "/proc/PID/environ) has it. ENV and ARG stay in the image's history even when a later layer takes "
         "them back.",
     .remedy = "Give it as a file: Compose secrets:, a Kubernetes Secret, in a build RUN "
               "--mount=type=secret,id=token. Then change it, for it is known.",
     .bad = "FROM python:3.12-slim\nENV HF_TOKEN=hf_abcdefghijklmnopqrstuvwxyzabcdef",
     .good = "FROM python:3.12-slim\nRUN --mount=type=secret,id=hf_token HF_TOKEN=$(cat "
             "/run/secrets/hf_token) ./fetch",
     .refs = "CIS Docker 4.10; NIST 800-190 4.1.4; OWASP 12",
     .look = look_literal},
    {.id = "RF-SECR-002",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_COMPOSE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A token is empty unless somebody sets it.",
     .why = "${TOKEN:-} starts the service with an empty token when .env is missing. Programs that compare a "
            "request's token with it, or that take an empty one for \"no authentication\", are open then.",
     .remedy = "Refuse to start without it: ${TOKEN:?set TOKEN}.",
     .bad = "services:\n  ocr:\n    environment:\n      TRAINING_TOKEN: ${OCR_TRAINING_TOKEN:-}",
     .good = "services:\n  ocr:\n    environment:\n      TRAINING_TOKEN: ${OCR_TRAINING_TOKEN:?set it}",
     .refs = "",
     .look = look_empty},
    {.id = "RF-SECR-003",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The token of the service account is mounted into the pod.",
     .why =
         "A workload that never asks the API server carries a credential for it. Whoever takes it over can "
         "use what the account may do, and ask what that is.",
     .remedy = "Say automountServiceAccountToken: false in the pod's spec; where the API is needed, give the "
               "pod an account of its own with only the rights it uses.",
     .bad = "spec:\n  containers: [...]",
     .good = "spec:\n  automountServiceAccountToken: false\n  containers: [...]",
     .refs = "NSA 1.11; CIS Kubernetes 5.1.6",
     .look = look_account},
};

const struct rf_family rf_family_secrets = {rules, RF_COUNT(rules)};
