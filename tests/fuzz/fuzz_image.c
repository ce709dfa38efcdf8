/* What the evaluation of Dockerfiles promises: facts whose places lie in the file, lists that are numbered in
   their order, paths that are absolute, a user that is root exactly when the number says so, and the same
   answers for the same file. */
#include "manifest/dockerfile.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool holds)
{
    if (!holds)
        abort();
}

static void check_from(const struct rf_image *image, struct rf_from from)
{
    must(from.start <= from.end && from.end <= image->df.bytes.len && from.line >= 1 && from.column >= 1);
}

static void check_lists(const struct rf_image *image, const struct rf_image_stage *stage)
{
    for (const struct rf_image_path *entry = stage->paths; entry; entry = entry->prev) {
        check_from(image, entry->from);
        must(entry->path.len > 0 && *entry->path.ptr == '/' &&
             (!entry->prev || entry->order > entry->prev->order));
        must(!memmem(entry->path.ptr, entry->path.len, "//", 2) &&
             !memmem(entry->path.ptr, entry->path.len, "/../", 4));
    }
    for (const struct rf_image_command *command = stage->commands; command; command = command->prev) {
        check_from(image, command->from);
        must(!command->prev || command->order > command->prev->order);
        for (uint32_t i = 0; i < command->word_count; i++)
            must(command->words[i].text.ptr || command->words[i].text.len == 0);
    }
    for (const struct rf_image_package *package = stage->packages; package; package = package->prev)
        must(!package->prev || package->order > package->prev->order);
    for (const struct rf_image_account *account = stage->accounts; account; account = account->prev)
        must(account->name.ptr || account->name.len == 0);
    for (const struct rf_image_var *var = stage->vars; var; var = var->prev)
        must(var->value.from.known <= RF_UNKNOWABLE);
    for (const struct rf_image_port *port = stage->ports; port; port = port->prev)
        must(port->first <= port->last && port->last <= 65535);
    for (const struct rf_image_copy *copy = stage->copies; copy; copy = copy->prev)
        must(copy->from_stage != stage && copy->destination.value.len > 0 &&
             *copy->destination.value.ptr == '/');
}

static void check_stage(const struct rf_image *image, const struct rf_image_stage *stage)
{
    const struct rf_image_user *user = &stage->user;
    struct rf_image_path_state state;

    check_lists(image, stage);
    must(!stage->parent || stage->parent < stage);
    if (user->root == RF_IMAGE_ROOT_YES)
        must(user->owner.uid == 0);
    if (user->root == RF_IMAGE_ROOT_NO && user->owner.has_uid && !user->is_refused)
        must(user->owner.uid != 0);
    must(user->home.value.ptr != NULL);
    for (const struct rf_image_path *entry = stage->paths; entry; entry = entry->prev) {
        rf_image_find_path(stage, entry->path, &state);
        must(state.is_there <= RF_IMAGE_YES);
        if (entry->order % 16 == 0) /* a question is a walk over the list */
            break;
    }
    must(rf_image_has_program(stage, RF_STR("curl")) <= RF_IMAGE_YES);
    must(rf_image_find_env(image, stage, RF_STR("PATH")) == NULL ||
         !rf_image_find_env(image, stage, RF_STR("PATH"))->is_arg);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct rf_image_arg args[] = {{RF_STR("A"), RF_STR("0"), RF_KNOWN},
                                               {RF_STR("B"), RF_STR("x"), RF_UNKNOWABLE}};
    static const struct rf_image_options options = {.file = "f", .args = args, .arg_count = RF_COUNT(args)};
    struct rf_arena arena;
    struct rf_image image;
    struct rf_err err = {0};
    int code;

    rf_arena_init(&arena, RF_IMAGE_ARENA_BYTES);
    code = rf_image_read((struct rf_str){(const char *)data, size}, &options, &arena, &image, &err);
    if (code == 0) {
        must(image.stage_count > 0 && image.target);
        for (uint32_t i = 0; i < image.stage_count; i++)
            check_stage(&image, &image.stages[i]);
        for (uint32_t i = 0; i < image.problem_count; i++)
            check_from(&image, image.problems[i].from);
    } else {
        must(err.code == code && err.msg[0] && (code == -EINVAL || code == -E2BIG || code == -ENOMEM));
    }
    rf_arena_done(&arena);
    return 0;
}
