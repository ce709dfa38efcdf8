/* Closed sets of words. What other tools accept there is known and refused with what would be right here. */
#include "posture/words.h"

#include <errno.h>
#include <string.h>

static const struct rf_word userns_words[] = {
    {"standard", RF_USERNS_STANDARD, NULL},
    {"auto", RF_USERNS_AUTO, NULL},
    {"host", 0,
     "ids already are the host's as root (standard), and an ordinary user has only one: want standard"},
    {"keep-id", 0, "files belong to the caller by idmap on each volume: want standard or auto"},
    {"private", 0, "a private range of ids is called auto here"},
    {"nomap", 0, "want auto: a private range of ids"}};

static const struct rf_word network_words[] = {
    {"none", RF_NETWORK_NONE, NULL},
    {"loopback", RF_NETWORK_LOOPBACK, NULL},
    {"host", RF_NETWORK_HOST, NULL},
    {"bridge", 0,
     "there is no bridge: none, loopback (127.0.0.1 inside only), or host for the host's own network"},
    {"default", 0,
     "there is no bridge: none, loopback (127.0.0.1 inside only), or host for the host's own network"},
    {"private", 0, "a name space of its own is the standard: none, or loopback with 127.0.0.1"},
    {"slirp4netns", 0, "there is no network in user space: none, loopback or host"},
    {"pasta", 0, "there is no network in user space: none, loopback or host"},
    {"lo", 0, "want loopback"}};

static const struct rf_word seccomp_words[] = {{"default", RF_SECCOMP_DEFAULT, NULL},
                                               {"strict", RF_SECCOMP_STRICT, NULL},
                                               {"unconfined", RF_SECCOMP_UNCONFINED, NULL},
                                               {"builtin", 0, "docker's builtin is called default here"},
                                               {"none", 0, "no filter at all is called unconfined"}};

#define NO_LOGGING "nothing is collected: send the output on with a pipe; want passthrough or none"

static const struct rf_word log_words[] = {{"passthrough", RF_LOG_PASSTHROUGH, NULL},
                                           {"none", RF_LOG_NONE, NULL},
                                           {"json-file", 0, NO_LOGGING},
                                           {"local", 0, NO_LOGGING},
                                           {"syslog", 0, NO_LOGGING},
                                           {"journald", 0, NO_LOGGING},
                                           {"k8s-file", 0, NO_LOGGING},
                                           {"fluentd", 0, NO_LOGGING},
                                           {"gelf", 0, NO_LOGGING},
                                           {"awslogs", 0, NO_LOGGING},
                                           {"splunk", 0, NO_LOGGING},
                                           {"gcplogs", 0, NO_LOGGING},
                                           {"etwlogs", 0, NO_LOGGING},
                                           {"passthrough-tty", 0, "want passthrough, and tty beside it"}};

static const struct rf_word layer_words[] = {{"landlock", RF_LAYER_LANDLOCK, NULL},
                                             {"cgroup", RF_LAYER_CGROUP, NULL},
                                             {"userns", 0, "no ring is built without it"},
                                             {"seccomp", 0, "write --seccomp unconfined to do without it"},
                                             {"idmap", 0, "leave idmap out of the volume"},
                                             {"network", 0, "write --network host to do without it"},
                                             {"all", 0, "name each layer that may be missing"}};

static const struct rf_word switch_words[] = {
    {"on", true, NULL}, {"off", false, NULL}, {"true", true, NULL}, {"false", false, NULL}};

int rf_set_userns(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    unsigned word = 0;
    int r = rf_value_word(value, value->text, userns_words, RF_COUNT(userns_words), &word, err);

    if (r == 0)
        posture->userns = (enum rf_userns)word;
    return r;
}

int rf_set_network(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    unsigned word = 0;
    int r;

    if (rf_str_starts(value->text, "container:") || rf_str_starts(value->text, "ns:"))
        return rf_refuse(value, err, "another's network is not joined: want none, loopback or host");
    r = rf_value_word(value, value->text, network_words, RF_COUNT(network_words), &word, err);
    if (r == 0)
        posture->network = (enum rf_network)word;
    return r;
}

int rf_set_log_driver(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    unsigned word = 0;
    int r = rf_value_word(value, value->text, log_words, RF_COUNT(log_words), &word, err);

    if (r == 0)
        posture->log_driver = (enum rf_log_driver)word;
    return r;
}

int rf_set_allow_missing(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    unsigned layer = 0;
    int r = rf_value_word(value, value->text, layer_words, RF_COUNT(layer_words), &layer, err);

    if (r == 0)
        posture->allow_missing |= layer;
    return r;
}

/* A word, or a file: what holds a slash or ends in .json. */
static int read_seccomp(struct rf_posture *posture, const struct rf_value *value, struct rf_str text,
                        struct rf_err *err)
{
    bool is_json = text.len > 5 && memcmp(text.ptr + text.len - 5, ".json", 5) == 0;
    unsigned word = RF_SECCOMP_FILE;
    char *file = NULL;
    int r = 0;

    if (is_json || (text.len && memchr(text.ptr, '/', text.len))) {
        file = rf_arena_text(posture->arena, text);
        if (!file)
            return rf_no_memory(value, err);
    } else {
        r = rf_value_word(value, text, seccomp_words, RF_COUNT(seccomp_words), &word, err);
    }
    if (r < 0)
        return r;
    posture->seccomp = (enum rf_seccomp)word;
    posture->seccomp_file = file;
    return 0;
}

int rf_set_seccomp(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    return read_seccomp(posture, value, value->text, err);
}

/* NAME, NAME=WORD or docker's older NAME:WORD. */
static struct rf_str split_option(struct rf_str text, struct rf_str *ret_name)
{
    size_t i = 0;

    while (i < text.len && text.ptr[i] != '=' && text.ptr[i] != ':')
        i++;
    *ret_name = (struct rf_str){text.ptr, i};
    return i < text.len ? (struct rf_str){text.ptr + i + 1, text.len - i - 1} : (struct rf_str){NULL, 0};
}

int rf_set_security_opt(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    static const struct rf_word names[] = {
        {"no-new-privileges", RF_KEY_NO_NEW_PRIVILEGES, NULL},
        {"seccomp", RF_KEY_SECCOMP, NULL},
        {"landlock", RF_KEY_LANDLOCK, NULL},
        {"apparmor", 0, "the profile of the caller stays: start ringfence under aa-exec -p PROFILE"},
        {"label", 0, "the label of the caller stays: start ringfence under runcon"},
        {"systempaths", 0, "the masked places of /proc and /sys stay masked"},
        {"mask", 0, "the masked places of /proc and /sys are fixed"},
        {"unmask", 0, "the masked places of /proc and /sys stay masked"},
        {"proc-opts", 0, "/proc is mounted as the ring needs it"},
        {"writable-cgroups", 0, "the ring does not see its cgroups"}};
    struct rf_str name;
    struct rf_str text = split_option(value->text, &name);
    unsigned key = 0;
    unsigned is_on = true;
    int r = rf_value_word(value, name, names, RF_COUNT(names), &key, err);

    if (r < 0)
        return r;
    if (key == RF_KEY_SECCOMP)
        r = read_seccomp(posture, value, text, err);
    else if (text.ptr || key == RF_KEY_LANDLOCK)
        r = rf_value_word(value, text, switch_words, RF_COUNT(switch_words), &is_on, err);
    if (r < 0)
        return r;
    if (key == RF_KEY_LANDLOCK)
        posture->has_landlock = is_on;
    if (key == RF_KEY_NO_NEW_PRIVILEGES)
        posture->has_no_new_privileges = is_on;
    rf_posture_note(posture, (enum rf_key)key, value->from);
    return 0;
}

const char *rf_userns_text(const struct rf_posture *posture)
{
    return rf_word_name(userns_words, RF_COUNT(userns_words), posture->userns);
}

const char *rf_network_text(const struct rf_posture *posture)
{
    return rf_word_name(network_words, RF_COUNT(network_words), posture->network);
}

const char *rf_seccomp_text(const struct rf_posture *posture)
{
    if (posture->seccomp == RF_SECCOMP_FILE)
        return posture->seccomp_file;
    return rf_word_name(seccomp_words, RF_COUNT(seccomp_words), posture->seccomp);
}

const char *rf_log_driver_text(const struct rf_posture *posture)
{
    return rf_word_name(log_words, RF_COUNT(log_words), posture->log_driver);
}

const char *rf_layer_nth(uint32_t layers, size_t index)
{
    for (size_t i = 0; i < RF_COUNT(layer_words); i++)
        if ((layers & layer_words[i].number) && index-- == 0)
            return layer_words[i].name;
    return NULL;
}
