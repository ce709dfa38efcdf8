/* The root's passwd and group files, read without libc's getpw*(): those would load plug-ins, follow NSS and
   accept numbers that wrap. */
#include "posture/passwd.h"

#include "base/num.h"

enum { PASSWD_FIELDS = 7, GROUP_FIELDS = 4, NAME_BYTES = 32 };

bool rf_passwd_is_name(struct rf_str name)
{
    if (name.len == 0 || name.len > NAME_BYTES)
        return false;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';

        if (!is_letter && (i == 0 || !((c >= '0' && c <= '9') || c == '.' || c == '-')))
            return false;
    }
    return true;
}

/* Cut the next line off *rest and into at most `limit` fields; returns how many it has, or more than `limit`.
   One pass over the bytes: hosts have hundreds of lines, and every start reads them. */
static size_t cut_line(struct rf_str *rest, struct rf_str *fields, size_t limit)
{
    const char *end = rest->ptr + rest->len;
    const char *start = rest->ptr;
    const char *p = start;
    size_t n = 0;

    for (;; p++) {
        if (p < end && *p != ':' && *p != '\n')
            continue;
        if (n < limit)
            fields[n] = (struct rf_str){start, (size_t)(p - start)};
        n++;
        start = p + 1;
        if (p == end || *p == '\n')
            break;
    }
    *rest = p == end ? (struct rf_str){NULL, 0} : (struct rf_str){start, (size_t)(end - start)};
    return n;
}

/* The next line of *rest that has exactly `count` fields. */
static bool next_line(struct rf_str *rest, struct rf_str *fields, size_t count)
{
    while (rest->ptr)
        if (cut_line(rest, fields, count) == count && rf_passwd_is_name(fields[0]))
            return true;
    return false;
}

static bool next_user(struct rf_str *rest, struct rf_str *fields, uint64_t *ret_uid, uint64_t *ret_gid)
{
    while (next_line(rest, fields, PASSWD_FIELDS))
        if (rf_num_u64(fields[2], UINT64_MAX, ret_uid) == 0 &&
            rf_num_u64(fields[3], UINT64_MAX, ret_gid) == 0)
            return true;
    return false;
}

bool rf_passwd_find_user(const char *passwd, const char *name, uint64_t *ret_uid, uint64_t *ret_gid)
{
    struct rf_str rest = rf_str_of(passwd);
    struct rf_str fields[PASSWD_FIELDS];
    uint64_t uid = 0;
    uint64_t gid = 0;

    while (next_user(&rest, fields, &uid, &gid)) {
        if (!rf_str_is(fields[0], name))
            continue;
        *ret_uid = uid;
        *ret_gid = gid;
        return true;
    }
    return false;
}

bool rf_passwd_find_group(const char *group, const char *name, uint64_t *ret_gid)
{
    struct rf_str rest = rf_str_of(group);
    struct rf_str fields[GROUP_FIELDS];
    uint64_t gid = 0;

    while (next_line(&rest, fields, GROUP_FIELDS)) {
        if (!rf_str_is(fields[0], name) || rf_num_u64(fields[2], UINT64_MAX, &gid) != 0)
            continue;
        *ret_gid = gid;
        return true;
    }
    return false;
}

bool rf_passwd_has_uid(const char *passwd, uint64_t uid)
{
    struct rf_str rest = rf_str_of(passwd);
    struct rf_str fields[PASSWD_FIELDS];
    uint64_t id = 0;

    while (rest.ptr) {
        size_t count = cut_line(&rest, fields, PASSWD_FIELDS);

        if ((count == PASSWD_FIELDS || count == GROUP_FIELDS) && rf_passwd_is_name(fields[0]) &&
            rf_num_u64(fields[2], UINT64_MAX, &id) == 0 && id == uid)
            return true;
    }
    return false;
}
