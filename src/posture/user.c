/* Who the workload runs as. Root has many spellings, and every launcher has let one through: "+0" and "00"
   (docker), 4294967296 (CVE-2024-40635), a number looked up as a name (CVE-2026-46680). So: digits are
   numbers, letters are names, and everything else is refused. */
#include "posture/user.h"

#include "base/format.h"
#include "base/num.h"
#include "posture/passwd.h"

#include <errno.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether strtol() in base 0 could take it for zero: "0", "00", "+0", "-0", " 0", "0x0". */
static bool is_zero_to_somebody(struct rf_str text)
{
    size_t i = 0;
    bool has_zero = false;

    while (i < text.len &&
           (text.ptr[i] == '+' || text.ptr[i] == '-' || text.ptr[i] == ' ' || text.ptr[i] == '\t'))
        i++;
    if (i + 2 < text.len && text.ptr[i] == '0' && (text.ptr[i + 1] == 'x' || text.ptr[i + 1] == 'X'))
        i += 2;
    for (; i < text.len; i++) {
        if (text.ptr[i] != '0')
            return false;
        has_zero = true;
    }
    return has_zero;
}

/* One side of the colon: a number into *ret_id, or a name into *ret_name. */
static int read_one(struct rf_posture *posture, const struct rf_value *value, struct rf_str text,
                    const char *what, uint32_t *ret_id, const char **ret_name, struct rf_err *err)
{
    uint64_t id = 0;

    if (text.len == 0)
        return rf_refuse(value, err, "the %s is empty: want UID or UID:GID, each %d..%d, or a name", what,
                         RF_ID_MIN, RF_ID_MAX);
    if (is_zero_to_somebody(text) || rf_str_is(text, "root"))
        return rf_refuse(value, err, "%.*s is root: want UID or UID:GID, each %d..%d, or a name of another",
                         RF_FMT(text), RF_ID_MIN, RF_ID_MAX);
    if (is_digit(text.ptr[0])) {
        if (rf_num_u64(text, RF_ID_MAX, &id) != 0)
            return rf_refuse(value, err, "the %s must be a plain number in %d..%d", what, RF_ID_MIN,
                             RF_ID_MAX);
        *ret_id = (uint32_t)id;
        return 0;
    }
    if (!rf_passwd_is_name(text))
        return rf_refuse(value, err, "the %s is neither a number in %d..%d nor a name: want UID or UID:GID",
                         what, RF_ID_MIN, RF_ID_MAX);
    *ret_name = rf_arena_text(posture->arena, text);
    return *ret_name ? 0 : rf_no_memory(value, err);
}

int rf_set_user(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_user user = {0};
    struct rf_str left;
    struct rf_str right = rf_str_cut(value->text, ':', &left);
    int r = read_one(posture, value, left, "user", &user.uid, &user.user_name, err);

    if (r < 0)
        return r;
    user.gid = user.uid;
    user.has_gid = right.ptr != NULL;
    if (user.has_gid)
        r = read_one(posture, value, right, "group", &user.gid, &user.group_name, err);
    if (r < 0)
        return r;
    if (user.group_name)
        user.gid = 0;
    posture->user = user;
    return 0;
}

const char *rf_user_text(const struct rf_posture *posture)
{
    const struct rf_user *user = &posture->user;
    char uid[16];
    char gid[16];
    const char *left = user->user_name ? user->user_name : uid;
    const char *right = user->group_name ? user->group_name : gid;

    (void)rf_snprintf(uid, sizeof(uid), "%u", user->uid); /* ten digits at most */
    (void)rf_snprintf(gid, sizeof(gid), "%u", user->gid);
    if (!user->has_gid)
        return rf_arena_printf(posture->arena, "%s", left);
    return rf_arena_printf(posture->arena, "%s:%s", left, right);
}

int rf_set_group_add(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    uint64_t id = 0;
    uint32_t *list;

    if (is_zero_to_somebody(value->text) || rf_str_is(value->text, "root"))
        return rf_refuse(value, err, "that is root's group: want a number in %d..%d", RF_ID_MIN, RF_ID_MAX);
    if (rf_num_u64(value->text, RF_ID_MAX, &id) != 0)
        return rf_refuse(value, err, "want the group's number, in %d..%d", RF_ID_MIN, RF_ID_MAX);
    for (size_t i = 0; i < posture->group_add_count; i++)
        if (posture->group_add[i] == id)
            return 0;
    list = rf_list_room(posture->arena, posture->group_add, posture->group_add_count, sizeof(*list));
    if (!list)
        return rf_no_memory(value, err);
    list[posture->group_add_count++] = (uint32_t)id;
    posture->group_add = list;
    return 0;
}

/* A passwd line's number: the variable, or a number that is not root's. */
static bool is_entry_id(struct rf_str text, const char *variable)
{
    uint64_t id = 0;

    return rf_str_is(text, variable) || (rf_num_u64(text, RF_ID_MAX, &id) == 0 && id >= RF_ID_MIN);
}

/* Every `$` must begin one of podman's variables: what is mistyped would end up in the file as it stands. */
static bool has_known_variables(struct rf_str text)
{
    static const char *const known[] = {"$USERNAME", "$UID", "$GID", "$NAME", "$HOME"};

    for (size_t i = 0; i < text.len; i++) {
        bool is_known = text.ptr[i] != '$';

        for (size_t k = 0; k < RF_COUNT(known) && !is_known; k++)
            is_known = rf_str_starts((struct rf_str){text.ptr + i, text.len - i}, known[k]);
        if (!is_known)
            return false;
    }
    return true;
}

int rf_set_passwd_entry(struct rf_posture *posture, const struct rf_value *value, struct rf_err *err)
{
    struct rf_str fields[7];
    struct rf_str rest = value->text;
    size_t n = 0;
    char *entry;

    if (rf_str_is(value->text, "none")) {
        posture->passwd_entry = "";
        return 0;
    }
    for (size_t i = 0; i < value->text.len; i++)
        if ((unsigned char)value->text.ptr[i] < 0x20 || value->text.ptr[i] == 0x7f)
            return rf_refuse(value, err, "a passwd line may not hold control characters");
    for (; rest.ptr && n < RF_COUNT(fields); n++)
        rest = rf_str_cut(rest, ':', &fields[n]);
    if (n != RF_COUNT(fields) || rest.ptr)
        return rf_refuse(value, err,
                         "want the seven fields of a passwd line, "
                         "$USERNAME:*:$UID:$GID:$NAME:$HOME:/bin/sh, or none");
    if (!rf_str_is(fields[0], "$USERNAME") && !rf_passwd_is_name(fields[0]))
        return rf_refuse(value, err, "the first field must be a user name or $USERNAME");
    if (!is_entry_id(fields[2], "$UID") || !is_entry_id(fields[3], "$GID"))
        return rf_refuse(value, err,
                         "the third and fourth field must be $UID and $GID or numbers in %d..%d: "
                         "0 is root",
                         RF_ID_MIN, RF_ID_MAX);
    if (!has_known_variables(value->text))
        return rf_refuse(value, err, "the variables are $USERNAME, $UID, $GID, $NAME and $HOME");
    entry = rf_arena_text(posture->arena, value->text);
    if (!entry)
        return rf_no_memory(value, err);
    posture->passwd_entry = entry;
    return 0;
}
