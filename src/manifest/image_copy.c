/* COPY, ADD, WORKDIR and VOLUME. */
#include <errno.h>
#include <string.h>

#include "base/num.h"
#include "manifest/image.h"

static int take_flag(struct rf_image_builder *builder, const char *name, struct rf_image_text *ret)
{
    struct rf_str text;
    const struct rf_df_word *flag = rf_df_flag(builder->instruction, name, &text);

    *ret = (struct rf_image_text){RF_STR(""), {0}};
    return flag ? rf_image_expand(builder, text, flag->span, ret) : 0;
}

/* --from=: a stage before this one by name or number, else an image. */
static int take_from(struct rf_image_builder *builder, struct rf_image_copy *copy)
{
    struct rf_image_text from = {0};
    int code = take_flag(builder, "from", &from);

    if (code < 0 || from.from.known == RF_UNSET)
        return code;
    copy->from_stage = rf_image_find_stage(builder->image, from.value);
    if (copy->from_stage == builder->stage)
        copy->from_stage = NULL;
    if (!copy->from_stage)
        copy->from_image = from;
    return 0;
}

/* Relative to the working directory; a slash at the end stays, since it means "into". */
static int take_destination(struct rf_image_builder *builder, const struct rf_df_word *word,
                            struct rf_image_copy *copy)
{
    struct rf_image_stage *stage = builder->stage;
    int code = rf_image_expand(builder, word->text, word->span, &copy->destination);
    struct rf_str *path = &copy->destination.value;
    bool is_absolute = path->len > 0 && *path->ptr == '/';
    bool has_slash = path->len > 0 && path->ptr[path->len - 1] == '/';
    struct rf_str clean;

    if (code < 0)
        return code;
    has_slash |= rf_str_is(*path, ".") || rf_str_is(*path, "..");
    clean = rf_image_clean_path(builder->arena, stage->workdir.value, *path);
    if (!clean.ptr)
        return rf_image_no_memory(builder);
    if (has_slash && clean.len > 1)
        ((char *)clean.ptr)[clean.len++] = '/'; /* clean_path leaves room for it */
    *path = clean;
    if (!is_absolute && stage->workdir.from.known != RF_KNOWN)
        copy->destination.from.known = RF_UNKNOWABLE;
    return 0;
}

/* The accounts of another stage come along with its passwd file. */
static int import_accounts(struct rf_image_builder *builder, const struct rf_image_copy *copy)
{
    bool is_passwd = false;

    for (uint32_t i = 0; i < copy->source_count; i++)
        is_passwd |= rf_str_is(copy->sources[i].value, "/etc/passwd") ||
                     rf_str_is(copy->sources[i].value, "/etc") || rf_str_is(copy->sources[i].value, "/etc/");
    if (!copy->from_stage || !is_passwd || !rf_image_is_below(RF_STR("/etc/passwd"), copy->destination.value))
        return 0;
    builder->stage->accounts = copy->from_stage->accounts;
    return 0;
}

static int note_destination(struct rf_image_builder *builder, const struct rf_image_copy *copy)
{
    struct rf_str path = copy->destination.value;
    bool is_known = copy->destination.from.known == RF_KNOWN;
    struct rf_image_path *entry;
    int code = 0;

    if (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    entry = rf_image_add_path(builder, RF_IMAGE_COPY, path, is_known, copy->from, &code);
    if (!entry)
        return code;
    entry->copy = copy;
    entry->owner = (struct rf_image_owner){.has_uid = true, .has_gid = true}; /* root, whatever USER says */
    if (copy->chown.from.known != RF_UNSET) {
        entry->owner = rf_image_read_owner(builder->stage, copy->chown.value);
        if (entry->owner.group.len == 0) { /* --chown=1000 is 1000:1000, --chown=app the group of app */
            const struct rf_image_account *account =
                rf_image_find_user(builder->stage, entry->owner.user, entry->owner.uid);

            entry->owner.has_gid = account ? account->has_gid : entry->owner.has_uid;
            entry->owner.gid = account ? account->gid : entry->owner.uid;
        }
        entry->owner.has_uid &= copy->chown.from.known == RF_KNOWN;
        entry->owner.has_gid &= copy->chown.from.known == RF_KNOWN;
    }
    entry->has_mode = copy->chmod.from.known == RF_KNOWN && rf_num_mode(copy->chmod.value, &entry->mode) == 0;
    if (copy->chmod.from.known != RF_UNSET && !entry->has_mode)
        entry->mode_text = copy->chmod.value;
    return import_accounts(builder, copy);
}

int rf_image_copy(struct rf_image_builder *builder)
{
    const struct rf_df_instruction *instruction = builder->instruction;
    uint32_t order = 0;
    int code = 0;
    struct rf_image_copy *copy = rf_image_new(builder, sizeof(*copy), &order, &code);

    if (!copy)
        return code;
    copy->order = order;
    copy->is_add = instruction->kind == RF_DF_ADD;
    copy->from = rf_image_from(builder, instruction->span, RF_KNOWN);
    copy->source_count = instruction->word_count - 1;
    copy->sources = rf_arena_array(builder->arena, copy->source_count, sizeof(*copy->sources));
    if (!copy->sources)
        return rf_image_no_memory(builder);
    for (uint32_t i = 0; i < copy->source_count && code == 0; i++)
        code = rf_image_expand(builder, instruction->words[i].text, instruction->words[i].span,
                               &copy->sources[i]);
    if (code == 0)
        code = take_destination(builder, &instruction->words[copy->source_count], copy);
    if (code == 0)
        code = take_flag(builder, "chown", &copy->chown);
    if (code == 0)
        code = take_flag(builder, "chmod", &copy->chmod);
    if (code == 0)
        code = take_from(builder, copy);
    if (code < 0)
        return code;
    copy->prev = builder->stage->copies;
    builder->stage->copies = copy;
    return note_destination(builder, copy);
}

/* WORKDIR makes the directory: as root in docker's classic builder, as the user of the moment in BuildKit, so
   that behind a USER nobody can tell whose it is. */
int rf_image_workdir(struct rf_image_builder *builder)
{
    struct rf_image_stage *stage = builder->stage;
    const struct rf_df_word *word = &builder->instruction->words[0];
    struct rf_image_text text = {0};
    struct rf_image_path *path;
    bool is_known;
    int code = rf_image_expand(builder, word->text, word->span, &text);

    if (code < 0)
        return code;
    is_known = text.from.known == RF_KNOWN &&
               (rf_str_starts(text.value, "/") || stage->workdir.from.known == RF_KNOWN);
    text.from.known = is_known ? RF_KNOWN : RF_UNKNOWABLE;
    path = rf_image_add_path(builder, RF_IMAGE_DIR, text.value, is_known, text.from, &code);
    if (!path)
        return code;
    path->owner = rf_image_current_owner(builder);
    if (!path->owner.has_uid || path->owner.uid != 0)
        path->owner = (struct rf_image_owner){.user = path->owner.user};
    stage->workdir = (struct rf_image_text){path->path, text.from};
    return 0;
}

int rf_image_volume(struct rf_image_builder *builder)
{
    const struct rf_df_instruction *volume = builder->instruction;
    int code = 0;

    for (uint32_t i = 0; i < volume->word_count && code == 0; i++) {
        struct rf_image_text text = {0};

        code = rf_image_expand(builder, volume->words[i].text, volume->words[i].span, &text);
        if (code == 0)
            (void)rf_image_add_path(builder, RF_IMAGE_VOLUME, text.value, text.from.known == RF_KNOWN,
                                    text.from, &code);
    }
    return code;
}
