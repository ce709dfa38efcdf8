/* Questions that several rules about images, homes and caches have. */
#include "rules/image_ask.h"

#include <string.h>
#include <strings.h>

/* --- text --- */

bool rf_ask_same(struct rf_str a, struct rf_str b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.ptr, b.ptr, a.len) == 0);
}

bool rf_ask_is(struct rf_str text, const char *word)
{
    return text.len == strlen(word) && (text.len == 0 || strncasecmp(text.ptr, word, text.len) == 0);
}

bool rf_ask_ends(struct rf_str text, const char *tail)
{
    size_t len = strlen(tail);

    return text.len >= len && memcmp(text.ptr + text.len - len, tail, len) == 0;
}

bool rf_ask_has(struct rf_str text, const char *part)
{
    return text.len > 0 && memmem(text.ptr, text.len, part, strlen(part)) != NULL;
}

bool rf_ask_is_one_of(struct rf_str text, const char *words)
{
    struct rf_str rest = rf_str_of(words);

    while (rest.ptr && text.len > 0) {
        struct rf_str word;

        rest = rf_str_cut(rest, ' ', &word);
        if (word.len == text.len && strncasecmp(word.ptr, text.ptr, text.len) == 0)
            return true;
    }
    return false;
}

bool rf_ask_number(struct rf_str text, uint32_t *ret)
{
    uint64_t value = 0;

    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = 10 * value + (uint64_t)(text.ptr[i] - '0');
        if (value > UINT32_MAX)
            return false;
    }
    *ret = (uint32_t)value;
    return text.len > 0;
}

struct rf_str rf_ask_base_name(struct rf_str path)
{
    const char *slash = path.len > 0 ? memrchr(path.ptr, '/', path.len) : NULL;
    size_t skip = slash ? (size_t)(slash - path.ptr) + 1 : 0;

    return (struct rf_str){path.ptr + skip, path.len - skip};
}

bool rf_ask_is_on(struct rf_str text)
{
    return rf_ask_is_one_of(text, "1 true yes on");
}

/* --- stages --- */

bool rf_ask_is_shipped(const struct rf_look *look)
{
    return look->subject->kind != RF_SUBJECT_STAGE || !look->image ||
           look->subject->stage == look->image->target;
}

bool rf_ask_is_own(const struct rf_look *look, const struct rf_from *from)
{
    return !look->stage || from->start >= look->stage->from.start;
}

struct rf_str rf_ask_program(const struct rf_image_command *command)
{
    return command->word_count > 0 ? rf_ask_base_name(command->words[0].text) : (struct rf_str){0};
}

bool rf_ask_has_word(const struct rf_image_command *command, const char *word)
{
    for (uint32_t i = 1; i < command->word_count; i++)
        if (rf_str_is(command->words[i].text, word))
            return true;
    return false;
}

const struct rf_image_package *rf_ask_package(const struct rf_image_stage *stage, const char *names)
{
    for (const struct rf_image_package *package = stage->packages; package; package = package->prev) {
        struct rf_str name = package->name;
        const char *extra = name.len > 0 ? memchr(name.ptr, '[', name.len) : NULL; /* vllm[audio] */

        if (extra)
            name.len = (size_t)(extra - name.ptr);
        if (!package->is_file && rf_ask_is_one_of(name, names))
            return package->is_gone ? NULL : package;
    }
    return NULL;
}

bool rf_ask_knows_passwd(const struct rf_image_stage *stage)
{
    return stage->is_scratch || (stage->known && stage->known->is_passwd_whole);
}

struct rf_str rf_ask_user_at(const struct rf_look *look, const struct rf_image_command *command)
{
    const struct rf_df *df = &look->image->df;
    const struct rf_image_stage *stage = look->stage;
    struct rf_str user = {0};
    uint32_t since;

    while (stage->parent && command->from.start < stage->from.start)
        stage = stage->parent;
    if (command->user.len > 0)
        return command->user;
    since = stage->from.start;
    if (stage->parent)
        user = stage->parent->user.text;
    for (uint32_t i = 0; i < df->instruction_count && df->instructions[i].span.start < command->from.start;
         i++)
        if (df->instructions[i].kind == RF_DF_USER && df->instructions[i].span.start > since &&
            df->instructions[i].word_count > 0)
            user = df->instructions[i].words[0].text;
    return user;
}

bool rf_ask_is_root_name(struct rf_str user)
{
    struct rf_str name;

    (void)rf_str_cut(user, ':', &name);
    return name.len == 0 || rf_str_is(name, "root") || rf_str_is(name, "0");
}

struct rf_str rf_ask_repository(struct rf_str image)
{
    struct rf_str name;

    (void)rf_str_cut(image, '@', &name);
    if (rf_str_starts(name, "docker.io/"))
        name = (struct rf_str){name.ptr + 10, name.len - 10};
    if (rf_str_starts(name, "library/"))
        name = (struct rf_str){name.ptr + 8, name.len - 8};
    (void)rf_str_cut(name, ':', &name);
    return name;
}

/* --- who may write --- */

/* All that is known is a COPY to a directory far above, where the base image has its own things too. */
static bool is_covered(const struct rf_image_path_state *state)
{
    struct rf_str top = state->made_by && !state->owned_by ? state->made_by->path : RF_STR("/own");

    while (top.len > 1 && top.ptr[top.len - 1] == '/')
        top.len--;
    return rf_ask_is_one_of(top, "/ /usr /usr/local /home /opt /etc /var /srv");
}

enum rf_image_answer rf_ask_can_write(const struct rf_look *look, const struct rf_look_user *user,
                                      struct rf_str path, struct rf_image_path_state *ret)
{
    const struct rf_image_path_state *state = ret;
    uint32_t mode;

    rf_image_find_path(look->stage, path, ret);
    if (user->kind == RF_USER_ROOT)
        return RF_IMAGE_YES;
    if (rf_str_is(path, "/tmp") || rf_str_is(path, "/var/tmp") || rf_str_is(path, "/dev/shm"))
        return RF_IMAGE_YES;
    if (state->is_there == RF_IMAGE_NO)
        return RF_IMAGE_NO;
    if ((!state->made_by && !state->owned_by) || (state->is_there == RF_IMAGE_UNKNOWN && is_covered(state)))
        return RF_IMAGE_UNKNOWN;
    if (state->mode_by && !state->has_mode)
        return RF_IMAGE_UNKNOWN;
    mode = state->has_mode ? state->mode : 0755;
    if (mode & 02)
        return RF_IMAGE_YES;
    if (!state->owner.has_uid && state->owner.user.len > 0 && user->text.len > state->owner.user.len - 1 &&
        memcmp(user->text.ptr, state->owner.user.ptr, state->owner.user.len) == 0)
        return mode & 0200 ? RF_IMAGE_YES : RF_IMAGE_NO; /* app, of which nobody knows the number */
    if (!state->owner.has_uid || !user->has_uid)
        return state->owner.has_uid && state->owner.uid == 0 && user->kind == RF_USER_OTHER && !(mode & 020)
                   ? RF_IMAGE_NO
                   : RF_IMAGE_UNKNOWN;
    if (state->owner.uid == user->uid)
        return mode & 0200 ? RF_IMAGE_YES : RF_IMAGE_NO;
    if (!(mode & 020))
        return RF_IMAGE_NO;
    if (!state->owner.has_gid || !user->has_gid)
        return RF_IMAGE_UNKNOWN;
    return state->owner.gid == user->gid ? RF_IMAGE_YES : RF_IMAGE_UNKNOWN; /* supplementary groups */
}

void rf_ask_home(struct rf_look *look, const struct rf_look_user *user, struct rf_ask_home *ret)
{
    const struct rf_fact_text *home = rf_look_env(look, RF_STR("HOME"));
    bool is_name = !user->has_uid;
    struct rf_str name = user->text;

    *ret = (struct rf_ask_home){.path = RF_STR("/"), .from = user->from};
    if (look->stage && (user->has_uid || user->text.len > 0)) {
        (void)rf_str_cut(user->text, ':', &name);
        ret->account = rf_image_find_user(look->stage, is_name ? name : RF_STR(""), is_name ? 0 : user->uid);
    }
    if (home) {
        ret->path = home->value;
        ret->from = home->from;
        ret->is_set = true;
        return;
    }
    if (ret->account && ret->account->home.len > 0) {
        ret->path = ret->account->home;
        if (!ret->account->is_base && user->is_from_image)
            ret->from = ret->account->from;
        ret->from.known = RF_KNOWN;
        return;
    }
    /* What a base image has is not known; that it has an entry for a high number is not likely either. */
    ret->from.known = !ret->account && user->has_uid && look->stage &&
                              (rf_ask_knows_passwd(look->stage) || user->uid >= 1001)
                          ? RF_KNOWN
                          : RF_UNKNOWABLE;
}
