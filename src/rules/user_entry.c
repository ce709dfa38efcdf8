/* Users that programs look up, and entry points that change them. */
#include "rules/user_entry.h"

#include <string.h>
#include <strings.h>

#include "base/format.h"
#include "rules/image_ask.h"

/* --- RF-USER-008: programs that ask for the entry of their own uid --- */

static const struct {
    const char *programs; /* that the workload starts */
    const char *packages; /* or that its image has */
    const char *what;
    const char *unless; /* a variable that makes it not ask */
} curious[] = {
    {"ssh scp sftp sshd", "", "ssh says \"No user exists for uid\" and ends", NULL},
    {"initdb postgres pg_ctl", "", "initdb \"could not look up effective user ID\" and ends", NULL},
    {"java", "", "Java's user.home becomes \"?\"", NULL},
    {"", "torch vllm", "torch's inductor calls getpass.getuser(), which raises KeyError", "USER LOGNAME"},
    {"jupyter jupyter-lab jupyter-notebook", "jupyter notebook jupyterlab",
     "Jupyter calls getpass.getuser(), which raises KeyError", "USER LOGNAME"},
};

static bool starts(const struct rf_look *look, const char *programs)
{
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev)
        if (command->instruction != RF_DF_RUN && command->instruction != RF_DF_HEALTHCHECK &&
            rf_ask_is_one_of(rf_ask_program(command), programs))
            return true;
    return (look->subject->entrypoint.count > 0 &&
            rf_ask_is_one_of(rf_ask_base_name(look->subject->entrypoint.items[0].value), programs)) ||
           (look->subject->command.count > 0 &&
            rf_ask_is_one_of(rf_ask_base_name(look->subject->command.items[0].value), programs));
}

static bool is_told(struct rf_look *look, const char *names)
{
    struct rf_str rest = names ? rf_str_of(names) : (struct rf_str){0};

    while (rest.ptr) {
        struct rf_str name;

        rest = rf_str_cut(rest, ' ', &name);
        if (rf_look_env(look, name))
            return true;
    }
    return false;
}

void rf_user_look_entry(struct rf_look *look)
{
    struct rf_look_user user;
    bool is_sure;

    if (!rf_ask_is_shipped(look) || !look->stage)
        return;
    rf_look_user(look, &user);
    if (user.kind != RF_USER_OTHER || !user.has_uid || (user.is_from_image && !rf_look_is_stage(look)) ||
        rf_image_find_user(look->stage, RF_STR(""), user.uid))
        return;
    is_sure = rf_ask_knows_passwd(look->stage) || user.uid >= 1001;
    for (size_t i = 0; i < RF_COUNT(curious); i++) {
        if (!starts(look, curious[i].programs) && !rf_ask_package(look->stage, curious[i].packages))
            continue;
        if (is_told(look, curious[i].unless))
            continue;
        if (is_sure)
            rf_look_found(look, &user.from, "uid %u has no passwd entry in the image: %s", user.uid,
                          curious[i].what);
        else
            rf_look_maybe(look, &user.from,
                          "uid %u may have no passwd entry, which the base image decides: without one %s",
                          user.uid, curious[i].what);
        return;
    }
}

/* --- RF-USER-009: who may write /etc/passwd --- */

/* "g+w", "g=u", "a+rw", "+w", "ug=rwX": whether the group may write then; *ret_says: it says. */
static bool lets_group_write(struct rf_str text, bool *ret_says)
{
    bool may = false;

    *ret_says = false;
    while (text.ptr) {
        struct rf_str part;
        size_t who = 0;
        bool is_group;

        text = rf_str_cut(text, ',', &part);
        while (who < part.len && part.ptr[who] != '+' && part.ptr[who] != '-' && part.ptr[who] != '=')
            who++;
        is_group = who == 0 || memchr(part.ptr, 'g', who) || memchr(part.ptr, 'a', who);
        if (!is_group || who == part.len)
            continue;
        if (memchr(part.ptr + who, 'w', part.len - who) || memchr(part.ptr + who, 'u', part.len - who)) {
            *ret_says = true;
            may = part.ptr[who] != '-';
        } else if (part.ptr[who] == '=') {
            *ret_says = true;
            may = false;
        }
    }
    return may;
}

void rf_user_look_passwd(struct rf_look *look)
{
    static const struct rf_str passwd = {"/etc/passwd", sizeof("/etc/passwd") - 1};

    if (!rf_look_is_stage(look) || !rf_ask_is_shipped(look))
        return;
    for (const struct rf_image_path *entry = look->stage->paths; entry; entry = entry->prev) {
        bool is_over = rf_ask_same(entry->path, passwd) ||
                       (entry->is_recursive && rf_look_is_below(passwd, entry->path));
        bool says = entry->has_mode;
        bool may = entry->has_mode && (entry->mode & 020);

        if (!entry->is_known || !is_over)
            continue;
        if (!says && entry->kind == RF_IMAGE_MODE)
            may = lets_group_write(entry->mode_text, &says);
        if (!says)
            continue;
        if (may)
            rf_look_found(
                look, &entry->from,
                "/etc/passwd becomes writable for its group, which is 0: whoever runs in group 0 can "
                "add an entry with uid 0");
        return;
    }
}

/* --- RF-USER-010: root at the start, to hand files over and step down --- */

enum { STEPS = 3 };
static const char *const step_caps[STEPS] = {"CHOWN", "SETUID", "SETGID"};

/* Images whose own entry point does that, from their public Dockerfiles. */
#define STEPPING_IMAGES "postgres redis valkey mysql mariadb mongo rabbitmq cassandra ghost couchdb"

static bool has_cap(const struct rf_fact_list *list, const char *name)
{
    for (size_t i = 0; i < list->count; i++) {
        struct rf_str cap = list->items[i].value;

        if (cap.len > 4 && strncasecmp(cap.ptr, "CAP_", 4) == 0)
            cap = (struct rf_str){cap.ptr + 4, cap.len - 4};
        if (rf_ask_is(cap, name) || rf_ask_is(cap, "ALL"))
            return true;
    }
    return false;
}

/* gosu, setpriv, su-exec or what its image is known to start with. */
static struct rf_str find_stepper(const struct rf_look *look)
{
    static const struct rf_str names[] = {{"gosu", 4}, {"su-exec", 7}, {"setpriv", 7}};

    for (size_t i = 0; look->stage && i < RF_COUNT(names); i++) {
        bool is_called = starts(look, names[i].ptr);

        if (is_called || (i < 2 && rf_image_has_program(look->stage, names[i]) == RF_IMAGE_YES))
            return names[i];
    }
    if (!look->stage && look->subject->build.from.known == RF_UNSET &&
        look->subject->entrypoint.from.known == RF_UNSET &&
        rf_ask_is_one_of(rf_ask_repository(look->subject->image.value), STEPPING_IMAGES))
        return RF_STR("its entry point");
    return (struct rf_str){0};
}

void rf_user_look_step(struct rf_look *look)
{
    const struct rf_subject *subject = look->subject;
    struct rf_str stepper;
    struct rf_look_user user;
    char missing[64] = "";
    size_t len = 0;

    if (subject->kind != RF_SUBJECT_CONTAINER || !has_cap(&subject->cap_drop, "ALL") ||
        subject->privileged.is_true)
        return;
    rf_look_user(look, &user);
    stepper = find_stepper(look);
    if (user.kind == RF_USER_OTHER || stepper.len == 0 || user.text.len > 0)
        return;
    for (size_t i = 0; i < STEPS; i++)
        if (!has_cap(&subject->cap_add, step_caps[i]))
            len += (size_t)rf_snprintf(missing + len, sizeof(missing) - len, "%s%s", len > 0 ? ", " : "",
                                       step_caps[i]);
    if (len == 0)
        return;
    rf_look_maybe(
        look, &subject->cap_drop.from,
        "all capabilities are dropped, and %.*s starts as root to hand files over and become another "
        "user, for which it lacks %s",
        RF_FMT(stepper), missing);
}
