/* Users and groups that RUN makes, with the number and the home that each program gives by itself: where
   shadow, Debian's adduser and BusyBox differ, the family of the image decides, else the options that are
   used. */
#include <errno.h>
#include <string.h>

#include "manifest/image.h"

enum { ID_LIMIT = INT32_MAX };

bool rf_image_read_id(struct rf_str text, int64_t *ret)
{
    size_t at = text.len > 0 && (*text.ptr == '+' || *text.ptr == '-');
    int64_t id = 0;

    if (at == text.len)
        return false;
    for (size_t i = at; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        id = id * 10 + (text.ptr[i] - '0');
        if (id > ID_LIMIT)
            return false;
    }
    *ret = *text.ptr == '-' ? -id : id;
    return true;
}

static bool read_u32(struct rf_str text, uint32_t *ret)
{
    int64_t id = 0;

    if (!rf_image_read_id(text, &id) || id < 0)
        return false;
    *ret = (uint32_t)id;
    return true;
}

/* --- looking up --- */

static bool is_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && memcmp(a.ptr, b.ptr, a.len) == 0;
}

static const struct rf_image_account *find_account(const struct rf_image_stage *stage, struct rf_str name,
                                                   bool is_group)
{
    for (const struct rf_image_account *account = stage->accounts; account; account = account->prev)
        if (account->is_group == is_group && is_same(account->name, name))
            return account->is_gone ? NULL : account;
    return NULL;
}

/* The first line of the file that has the number answers: the oldest entry, if it still holds. */
static const struct rf_image_account *find_uid(const struct rf_image_stage *stage, uint32_t uid)
{
    const struct rf_image_account *oldest = NULL;
    const struct rf_image_account *newest = NULL;

    for (const struct rf_image_account *account = stage->accounts; account; account = account->prev) {
        if (account->is_group || !account->has_id || account->id != uid || account->is_gone)
            continue;
        oldest = account;
        newest = newest ? newest : account;
    }
    if (oldest && find_account(stage, oldest->name, false) == oldest)
        return oldest;
    return newest && find_account(stage, newest->name, false) == newest ? newest : NULL;
}

const struct rf_image_account *rf_image_find_user(const struct rf_image_stage *stage, struct rf_str name,
                                                  uint32_t uid)
{
    return name.len > 0 ? find_account(stage, name, false) : find_uid(stage, uid);
}

struct rf_image_owner rf_image_read_owner(const struct rf_image_stage *stage, struct rf_str text)
{
    struct rf_image_owner owner = {0};
    const struct rf_image_account *account;

    owner.group = rf_str_cut(text, ':', &owner.user);
    if (!owner.group.ptr)
        owner.group = RF_STR("");
    owner.has_uid = read_u32(owner.user, &owner.uid);
    account = rf_image_find_user(stage, owner.has_uid ? RF_STR("") : owner.user, owner.uid);
    if (account && !owner.has_uid) {
        owner.has_uid = account->has_id;
        owner.uid = account->id;
    }
    if (owner.group.len == 0)
        return owner;
    owner.has_gid = read_u32(owner.group, &owner.gid);
    account = owner.has_gid ? NULL : find_account(stage, owner.group, true);
    if (account) {
        owner.has_gid = account->has_id;
        owner.gid = account->id;
    }
    if (rf_str_is(owner.group, "root") && !owner.has_gid) {
        owner.has_gid = true;
        owner.gid = 0;
    }
    return owner;
}

/* --- adding --- */

static int add(struct rf_image_builder *builder, const struct rf_image_account *what)
{
    uint32_t order = 0;
    int code = 0;
    struct rf_image_account *account;

    if (builder->account_count++ == RF_IMAGE_ACCOUNTS) {
        (void)rf_df_fail(&builder->instruction->span, builder->err, "more than %d users and groups",
                         RF_IMAGE_ACCOUNTS);
        return builder->err->code = -E2BIG;
    }
    account = rf_image_new(builder, sizeof(*account), &order, &code);
    if (!account)
        return code;
    *account = *what;
    account->order = order;
    account->prev = builder->stage->accounts;
    builder->stage->accounts = account;
    return 0;
}

int rf_image_add_passwd_line(struct rf_image_builder *builder, struct rf_str line, bool is_base,
                             struct rf_from from)
{
    struct rf_image_account account = {.is_base = is_base, .from = from};
    struct rf_str fields[7] = {0};
    size_t count = 0;

    for (; line.ptr && count < RF_COUNT(fields); count++)
        line = rf_str_cut(line, ':', &fields[count]);
    if (count < 6 || fields[0].len == 0)
        return 0;
    account.name = fields[0];
    account.has_id = read_u32(fields[2], &account.id);
    account.has_gid = read_u32(fields[3], &account.gid);
    account.home = fields[5].len ? fields[5] : RF_STR("/");
    account.has_home_directory =
        is_base && account.has_id && account.id == 0 ? RF_IMAGE_YES : RF_IMAGE_UNKNOWN;
    return add(builder, &account);
}

int rf_image_add_group_line(struct rf_image_builder *builder, struct rf_str line, struct rf_from from)
{
    struct rf_image_account account = {.is_group = true, .from = from};
    struct rf_str fields[4] = {0};
    size_t count = 0;

    for (; line.ptr && count < RF_COUNT(fields); count++)
        line = rf_str_cut(line, ':', &fields[count]);
    if (count < 3 || fields[0].len == 0)
        return 0;
    account.name = fields[0];
    account.has_id = read_u32(fields[2], &account.id);
    return add(builder, &account);
}

/* --- the programs --- */

enum program { USERADD, ADDUSER, GROUPADD, ADDGROUP, USERMOD, GROUPMOD, USERDEL, GROUPDEL };

static const struct {
    const char *name;
    enum program program;
} programs[] = {{"useradd", USERADD},   {"adduser", ADDUSER}, {"groupadd", GROUPADD},
                {"addgroup", ADDGROUP}, {"usermod", USERMOD}, {"groupmod", GROUPMOD},
                {"userdel", USERDEL},   {"deluser", USERDEL}, {"groupdel", GROUPDEL},
                {"delgroup", GROUPDEL}};

static const struct rf_image_option shadow_options[] = {
    {"u uid", 'u', true},          {"g gid", 'g', true},
    {"G groups", 'G', true},       {"d home home-dir", 'd', true},
    {"m create-home", 'm', false}, {"M no-create-home", 'M', false},
    {"r system", 'r', false},      {"b base-dir", 'b', true},
    {"c comment", 'x', true},      {"s shell", 'x', true},
    {"e expiredate", 'x', true},   {"f inactive", 'x', true},
    {"k skel", 'x', true},         {"K key", 'x', true},
    {"p password", 'x', true},     {"R root", 'x', true},
    {"P prefix", 'x', true},       {"Z selinux-user", 'x', true},
    {"l login", 'l', true},        {"N no-user-group", 'N', false},
    {"n new-name", 'l', true},     {"a append", 'a', false},
    {"o non-unique", 'o', false}};
/* groupadd's -f is --force and usermod's -l takes a name, useradd's does not. */
static const struct rf_image_option useradd_options[] = {
    {"u uid", 'u', true},           {"g gid", 'g', true},          {"G groups", 'G', true},
    {"d home home-dir", 'd', true}, {"m create-home", 'm', false}, {"M no-create-home", 'M', false},
    {"r system", 'r', false},       {"b base-dir", 'b', true},     {"c comment", 'x', true},
    {"s shell", 'x', true},         {"e expiredate", 'x', true},   {"f inactive", 'x', true},
    {"k skel", 'x', true},          {"K key", 'x', true},          {"p password", 'x', true},
    {"R root", 'x', true},          {"P prefix", 'x', true},       {"Z selinux-user", 'x', true},
    {"N no-user-group", 'N', false}};
static const struct rf_image_option group_options[] = {
    {"g gid", 'u', true},      {"r system", 'r', false}, {"K key", 'x', true},    {"n new-name", 'l', true},
    {"p password", 'x', true}, {"R root", 'x', true},    {"P prefix", 'x', true}, {"U users", 'x', true}};
static const struct rf_image_option debian_options[] = {{"uid", 'u', true},
                                                        {"gid", 'g', true},
                                                        {"ingroup", 'g', true},
                                                        {"home", 'd', true},
                                                        {"no-create-home", 'M', false},
                                                        {"system", 'r', false},
                                                        {"group", 'U', false},
                                                        {"gecos comment", 'x', true},
                                                        {"shell", 'x', true},
                                                        {"firstuid", 'x', true},
                                                        {"lastuid", 'x', true},
                                                        {"firstgid", 'x', true},
                                                        {"lastgid", 'x', true},
                                                        {"conf", 'x', true},
                                                        {"add_extra_groups", 'x', false}};
static const struct rf_image_option busybox_options[] = {{"h home", 'd', true},
                                                         {"g gecos", 'x', true},
                                                         {"s shell", 'x', true},
                                                         {"G ingroup", 'g', true},
                                                         {"S system", 'r', false},
                                                         {"D disabled-password", 'x', false},
                                                         {"H no-create-home", 'M', false},
                                                         {"u uid", 'u', true},
                                                         {"k", 'x', true}};
static const struct rf_image_option busybox_group_options[] = {{"g gid", 'u', true},
                                                               {"S system", 'r', false}};

/* What the options of one command say. */
struct request {
    struct rf_sh_word uid;
    struct rf_sh_word group;
    struct rf_sh_word home;
    struct rf_sh_word base_dir;
    struct rf_sh_word new_name;
    struct rf_sh_word names[2]; /* operands */
    uint32_t name_count;
    bool is_system;
    bool makes_home;
    bool makes_no_home;
    bool has_own_group;
    bool has_no_group;
};

static void read_request(const struct rf_image_act *act, const struct rf_image_option *options, size_t count,
                         struct request *ret)
{
    struct rf_image_getopt opt = {
        .words = act->words + 1, .count = act->count - 1, .options = options, .option_count = count};
    struct rf_sh_word word = {0};
    int id;

    while ((id = rf_image_next_option(&opt, &word)) >= 0) {
        switch (id) {
        case 'u':
            ret->uid = word;
            break;
        case 'g':
            ret->group = word;
            break;
        case 'd':
            ret->home = word;
            break;
        case 'b':
            ret->base_dir = word;
            break;
        case 'l':
            ret->new_name = word;
            break;
        case 'r':
            ret->is_system = true;
            break;
        case 'm':
            ret->makes_home = true;
            break;
        case 'M':
            ret->makes_no_home = true;
            break;
        case 'U':
            ret->has_own_group = true;
            break;
        case 'N':
            ret->has_no_group = true;
            break;
        case '\0':
            if (ret->name_count < RF_COUNT(ret->names))
                ret->names[ret->name_count++] = word;
            break;
        default:
            break;
        }
    }
}

/* Which adduser this is. */
enum dialect { SHADOW, DEBIAN, BUSYBOX };

static enum dialect find_dialect(const struct rf_image_builder *builder, const struct rf_image_act *act)
{
    switch (builder->stage->family) {
    case RF_IMAGE_DEBIAN:
        return DEBIAN;
    case RF_IMAGE_ALPINE:
        return BUSYBOX;
    case RF_IMAGE_RPM:
        return SHADOW; /* adduser is a link to useradd there */
    default:
        break;
    }
    for (uint32_t i = 1; i < act->count; i++)
        if (act->words[i].text.len > 1 && *act->words[i].text.ptr == '-' && act->words[i].text.ptr[1] != '-')
            return BUSYBOX;
    return DEBIAN;
}

/* /home/NAME, or below -b DIR. */
static struct rf_str default_home(struct rf_image_builder *builder, const struct request *request,
                                  struct rf_str name)
{
    const char *text =
        request->base_dir.raw.len > 0
            ? rf_arena_printf(builder->arena, "%.*s/%.*s", RF_FMT(request->base_dir.text), RF_FMT(name))
            : rf_arena_printf(builder->arena, "/home/%.*s", RF_FMT(name));

    return text ? rf_str_of(text) : (struct rf_str){0};
}

/* Debian's adduser gives system users no home since version 3.122 (Debian 12); older ones make it. */
static bool has_old_adduser(const struct rf_image_stage *stage)
{
    static const char *const old[] = {"buster",       "bullseye",     "stretch",      "ubuntu:18.04",
                                      "ubuntu:20.04", "ubuntu:22.04", "ubuntu:focal", "ubuntu:jammy",
                                      "debian:10",    "debian:11"};
    struct rf_str base;

    while (stage->parent)
        stage = stage->parent;
    base = stage->base.value;
    for (size_t i = 0; i < RF_COUNT(old); i++)
        if (base.len > 0 && memmem(base.ptr, base.len, old[i], strlen(old[i])))
            return true;
    return false;
}

/* Whether the program makes the home directory. */
static enum rf_image_answer makes_home(const struct rf_image_builder *builder, const struct request *request,
                                       enum dialect dialect, bool is_nonexistent)
{
    if (request->makes_no_home || is_nonexistent)
        return RF_IMAGE_NO;
    if (request->makes_home || dialect != SHADOW)
        return RF_IMAGE_YES;
    if (request->is_system)
        return RF_IMAGE_NO;
    /* CREATE_HOME in login.defs: yes in the RPM world, not set in Debian's */
    return builder->stage->family == RF_IMAGE_RPM      ? RF_IMAGE_YES
           : builder->stage->family == RF_IMAGE_DEBIAN ? RF_IMAGE_NO
                                                       : RF_IMAGE_UNKNOWN;
}

/* The primary group: named, or a new one of the same name, or one for everybody. */
static void choose_group(const struct rf_image_builder *builder, const struct request *request,
                         enum dialect dialect, struct rf_image_account *account)
{
    const struct rf_image_account *group;

    if (request->group.raw.len > 0) {
        group = request->group.is_known ? find_account(builder->stage, request->group.text, true) : NULL;
        account->has_gid = request->group.is_known && read_u32(request->group.text, &account->gid);
        if (group && !account->has_gid) {
            account->has_gid = group->has_id;
            account->gid = group->id;
        }
        if (!account->has_gid && rf_str_is(request->group.text, "root"))
            account->has_gid = true;
        return;
    }
    if (dialect == DEBIAN && request->is_system && !request->has_own_group) {
        account->has_gid = true;
        account->gid = 65534; /* nogroup */
    } else if (dialect == SHADOW && request->has_no_group) {
        account->has_gid = true;
        account->gid = 100; /* users */
    } else if (dialect == BUSYBOX && request->is_system) {
        account->has_gid = true;
        account->gid = 65533; /* nogroup of Alpine */
    } else {
        account->has_gid = account->has_id; /* the number of the user, when it is free */
        account->gid = account->id;
    }
}

static int add_user(struct rf_image_builder *builder, const struct rf_image_act *act,
                    const struct request *request, enum dialect dialect)
{
    struct rf_image_account account = {.is_conditional = act->is_conditional, .from = act->from};
    bool is_nonexistent = dialect == DEBIAN && request->is_system && request->home.raw.len == 0 &&
                          !has_old_adduser(builder->stage);
    struct rf_image_path *home;
    int code;

    account.name = request->names[0].text;
    if (!request->names[0].is_known)
        account.from.known = RF_UNKNOWABLE;
    account.has_id = request->uid.is_known && read_u32(request->uid.text, &account.id);
    account.has_free_id = request->uid.raw.len == 0;
    if (request->home.raw.len > 0)
        account.home = request->home.is_known ? request->home.text : RF_STR("");
    else
        account.home = is_nonexistent ? RF_STR("/nonexistent") : default_home(builder, request, account.name);
    if (!account.home.ptr)
        return rf_image_no_memory(builder);
    choose_group(builder, request, dialect, &account);
    account.has_home_directory = makes_home(builder, request, dialect, is_nonexistent);
    code = add(builder, &account);
    if (code == 0 && account.has_home_directory == RF_IMAGE_YES && account.home.len > 0) {
        home = rf_image_add_path(builder, RF_IMAGE_DIR, account.home, true, act->from, &code);
        if (home) {
            home->owner = (struct rf_image_owner){account.name,    RF_STR(""), account.has_id,
                                                  account.has_gid, account.id, account.gid};
            home->is_conditional = act->is_conditional;
        }
    }
    return code;
}

static int add_group(struct rf_image_builder *builder, const struct rf_image_act *act,
                     const struct request *request)
{
    struct rf_image_account account = {
        .is_group = true, .is_conditional = act->is_conditional, .from = act->from};

    account.name = request->names[0].text;
    account.has_id = request->uid.is_known && read_u32(request->uid.text, &account.id);
    return add(builder, &account);
}

/* usermod and groupmod: the entry as it was, with what the options change. */
static int modify(struct rf_image_builder *builder, const struct rf_image_act *act,
                  const struct request *request, bool is_group)
{
    const struct rf_image_account *old = find_account(builder->stage, request->names[0].text, is_group);
    struct rf_image_account account = {.name = request->names[0].text, .is_group = is_group};
    int code = 0;

    if (old)
        account = *old;
    account.from = act->from;
    account.is_base = false;
    account.is_conditional = act->is_conditional;
    if (request->uid.raw.len > 0) {
        account.has_id = request->uid.is_known && read_u32(request->uid.text, &account.id);
        account.has_free_id = false;
    }
    if (request->group.raw.len > 0 && !is_group)
        choose_group(builder, request, SHADOW, &account);
    if (request->home.raw.len > 0)
        account.home = request->home.is_known ? request->home.text : RF_STR("");
    if (request->new_name.raw.len > 0) {
        struct rf_image_account gone = account;

        gone.is_gone = true;
        code = add(builder, &gone);
        account.name = request->new_name.text;
    }
    return code < 0 ? code : add(builder, &account);
}

static int remove_account(struct rf_image_builder *builder, const struct rf_image_act *act,
                          const struct request *request, bool is_group)
{
    struct rf_image_account account = {.name = request->names[0].text,
                                       .is_group = is_group,
                                       .is_gone = true,
                                       .is_conditional = act->is_conditional,
                                       .from = act->from};

    return add(builder, &account);
}

bool rf_image_is_account_program(struct rf_str name)
{
    for (size_t i = 0; i < RF_COUNT(programs); i++)
        if (rf_str_is(name, programs[i].name))
            return true;
    return false;
}

/* adduser and addgroup, in the dialect of the image. */
static int add_in_dialect(struct rf_image_builder *builder, const struct rf_image_act *act, bool is_group)
{
    enum dialect dialect = find_dialect(builder, act);
    struct request request = {0};

    if (dialect == BUSYBOX)
        read_request(act, is_group ? busybox_group_options : busybox_options,
                     is_group ? RF_COUNT(busybox_group_options) : RF_COUNT(busybox_options), &request);
    else if (dialect == SHADOW)
        read_request(act, is_group ? group_options : useradd_options,
                     is_group ? RF_COUNT(group_options) : RF_COUNT(useradd_options), &request);
    else
        read_request(act, debian_options, RF_COUNT(debian_options), &request);
    if (is_group && request.group.raw.len > 0) /* addgroup --gid */
        request.uid = request.group;
    if (request.name_count != 1) /* `adduser USER GROUP` puts a user into a group */
        return 0;
    return is_group ? add_group(builder, act, &request) : add_user(builder, act, &request, dialect);
}

int rf_image_do_account(struct rf_image_builder *builder, const struct rf_image_act *act)
{
    struct rf_str name = rf_image_base_name(act->words[0].text);
    struct request request = {0};
    enum program program = USERADD;

    for (size_t i = 0; i < RF_COUNT(programs); i++)
        if (rf_str_is(name, programs[i].name))
            program = programs[i].program;
    if (program == ADDUSER || program == ADDGROUP)
        return add_in_dialect(builder, act, program == ADDGROUP);
    if (program == USERADD)
        read_request(act, useradd_options, RF_COUNT(useradd_options), &request);
    else if (program == GROUPADD || program == GROUPMOD)
        read_request(act, group_options, RF_COUNT(group_options), &request);
    else
        read_request(act, shadow_options, RF_COUNT(shadow_options), &request);
    if (request.name_count == 0)
        return 0;
    switch (program) {
    case USERADD:
        return add_user(builder, act, &request, SHADOW);
    case GROUPADD:
        return add_group(builder, act, &request);
    case USERMOD:
    case GROUPMOD:
        return modify(builder, act, &request, program == GROUPMOD);
    default:
        return remove_account(builder, act, &request, program == GROUPDEL);
    }
}
