/* Who a stage's image runs as, read as docker and runc read it (libcontainer's GetExecUser): a name that the
   passwd file has, else a number in any spelling of Go's Atoi, of which zero is root. */
#include <string.h>

#include "manifest/image.h"

struct rf_image_owner rf_image_current_owner(const struct rf_image_builder *builder)
{
    const struct rf_image_user *user = &builder->stage->user;
    struct rf_image_owner owner;
    const struct rf_image_account *account;

    if (user->from.known == RF_UNSET && !(builder->stage->known && builder->stage->known->user))
        return (struct rf_image_owner){.has_uid = true,
                                       .has_gid = true}; /* root, or as the base image has it */
    owner = rf_image_read_owner(builder->stage, user->text);
    if (user->from.known == RF_UNKNOWABLE) {
        owner.has_uid = owner.has_gid = false;
        return owner;
    }
    if (owner.user.len == 0) {
        owner.has_uid = true;
        owner.uid = 0;
    }
    if (owner.group.len > 0)
        return owner;
    account = rf_image_find_user(builder->stage, owner.has_uid ? RF_STR("") : owner.user, owner.uid);
    owner.has_gid = account ? account->has_gid : owner.has_uid; /* without an entry the group is root */
    owner.gid = account ? account->gid : 0;
    return owner;
}

/* What of the base image holds while there is no USER. */
static void take_base_user(struct rf_image_builder *builder)
{
    struct rf_image_stage *stage = builder->stage;
    struct rf_image_user *user = &stage->user;

    user->is_base = true;
    user->root =
        stage->is_scratch || (stage->known && stage->known->user) ? RF_IMAGE_ROOT_YES : RF_IMAGE_ROOT_BASE;
}

static void judge(struct rf_image_builder *builder)
{
    struct rf_image_stage *stage = builder->stage;
    struct rf_image_user *user = &stage->user;
    int64_t number = 0;
    bool is_number;

    user->owner = rf_image_current_owner(builder);
    is_number = rf_image_read_id(user->owner.user, &number);
    user->account = rf_image_find_user(stage, is_number ? RF_STR("") : user->owner.user, (uint32_t)number);
    if (user->owner.user.len == 0 && !is_number)
        user->account = rf_image_find_user(stage, RF_STR(""), 0);
    user->is_refused = number < 0;
    if (user->is_base && user->root == RF_IMAGE_ROOT_BASE)
        return;
    if (user->from.known == RF_UNKNOWABLE)
        user->root = RF_IMAGE_ROOT_UNKNOWN;
    else if (user->is_refused)
        user->root = RF_IMAGE_ROOT_NO;
    else if (user->owner.has_uid)
        user->root = user->owner.uid == 0 ? RF_IMAGE_ROOT_YES : RF_IMAGE_ROOT_NO;
    else if (user->account)
        user->root = user->account->has_free_id ? RF_IMAGE_ROOT_NO : RF_IMAGE_ROOT_UNKNOWN;
    else
        user->root = rf_str_is(user->owner.user, "root") ? RF_IMAGE_ROOT_YES : RF_IMAGE_ROOT_UNKNOWN;
}

/* HOME at run time: of the image, else of the passwd entry, else `/` for a number that has none. */
static void choose_home(struct rf_image_builder *builder)
{
    struct rf_image_stage *stage = builder->stage;
    struct rf_image_user *user = &stage->user;
    const struct rf_image_var *env = rf_image_find_env(builder->image, stage, RF_STR("HOME"));
    bool is_passwd_whole = stage->is_scratch || (stage->known && stage->known->is_passwd_whole);

    if (env) {
        user->home = env->value;
        return;
    }
    user->home.from = user->from.known == RF_UNSET ? stage->from : user->from;
    user->home.from.known = user->from.known == RF_UNKNOWABLE ? RF_UNKNOWABLE : RF_KNOWN;
    user->home.value = RF_STR("/");
    if (user->root == RF_IMAGE_ROOT_BASE)
        user->home.from.known = RF_UNKNOWABLE;
    if (user->account && user->account->home.len > 0) {
        user->home.value = user->account->home;
        if (!user->account->is_base)
            user->home.from = user->account->from;
        return;
    }
    if (user->account || !is_passwd_whole)
        user->home.from.known = RF_UNKNOWABLE;
    /* What a base image has is not known; that it has an entry for a high number is not likely either. */
    if (!user->account && user->owner.has_uid && user->owner.uid >= 1001 && user->from.known == RF_KNOWN)
        user->home.from.known = RF_KNOWN;
}

int rf_image_settle_user(struct rf_image_builder *builder)
{
    struct rf_image_user *user = &builder->stage->user;

    user->is_base = false;
    user->root = RF_IMAGE_ROOT_NO;
    if (user->from.known == RF_UNSET)
        take_base_user(builder);
    judge(builder);
    choose_home(builder);
    if (user->is_refused)
        return rf_image_add_problem(
            builder,
            (struct rf_df_span){user->from.start, user->from.end, user->from.line, user->from.column},
            "USER %.*s is below zero: docker does not start it", RF_FMT(user->text));
    return 0;
}
