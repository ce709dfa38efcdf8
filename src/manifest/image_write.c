/* Files that commands write by redirection, and the lines that echo, printf and cat put into passwd and
 * group. */
#include <errno.h>
#include <string.h>

#include "manifest/image.h"

/* Take the lines of `text`; a backslash and an n end one too, as echo -e and printf mean it. */
static int take_lines(struct rf_image_builder *builder, const struct rf_image_act *act, struct rf_str text,
                      bool is_group)
{
    int code = 0;

    while (text.len > 0 && code == 0) {
        size_t len = 0;
        size_t end = 0;

        while (len < text.len && text.ptr[len] != '\n' &&
               !(text.ptr[len] == '\\' && len + 1 < text.len && text.ptr[len + 1] == 'n'))
            len++;
        end = len < text.len ? len + (text.ptr[len] == '\\' ? 2 : 1) : len;
        code = is_group ? rf_image_add_group_line(builder, (struct rf_str){text.ptr, len}, act->from)
                        : rf_image_add_passwd_line(builder, (struct rf_str){text.ptr, len}, false, act->from);
        text = (struct rf_str){text.ptr + end, text.len - end};
    }
    return code;
}

/* What the command prints, when that can be told: echo, printf with nothing to format, cat with a heredoc. */
static const char *find_output(struct rf_image_builder *builder, const struct rf_image_act *act)
{
    struct rf_str name = act->count > 0 ? rf_image_base_name(act->words[0].text) : RF_STR("");
    const char *text = "";

    if (rf_str_is(name, "cat") && act->count == 1)
        for (uint32_t i = 0; i < act->shell->redirect_count; i++)
            if (act->shell->redirects[i].kind == RF_SH_HEREDOC && act->shell->redirects[i].body)
                return rf_arena_text(builder->arena, *act->shell->redirects[i].body);
    if (!rf_str_is(name, "echo") && !rf_str_is(name, "printf"))
        return NULL;
    for (uint32_t i = 1; i < act->count && text; i++) {
        const struct rf_sh_word *word = &act->words[i];

        if (!word->is_known || (rf_str_is(name, "printf") && memchr(word->text.ptr, '%', word->text.len)))
            return NULL;
        if (i == 1 && word->text.len > 1 && *word->text.ptr == '-') /* -e, -n */
            continue;
        text = rf_arena_printf(builder->arena, "%s%s%.*s", text, *text ? " " : "", RF_FMT(word->text));
    }
    return text;
}

static int take_accounts(struct rf_image_builder *builder, const struct rf_image_act *act, bool is_group)
{
    const char *text = find_output(builder, act);

    if (text)
        return take_lines(builder, act, rf_str_of(text), is_group);
    builder->stage->has_unread_run = true; /* who knows which users there are now */
    return 0;
}

int rf_image_do_redirect(struct rf_image_builder *builder, const struct rf_image_act *act)
{
    int code = 0;

    for (uint32_t i = 0; act->shell && i < act->shell->redirect_count && code == 0; i++) {
        const struct rf_sh_redirect *redirect = &act->shell->redirects[i];
        const struct rf_sh_word *target = &redirect->target;
        struct rf_str text;
        struct rf_image_path *path;

        if ((redirect->kind != RF_SH_WRITE && redirect->kind != RF_SH_APPEND) || redirect->fd > 2 ||
            rf_str_starts(target->text, "/dev/"))
            continue;
        text = rf_image_clean_path(builder->arena, act->directory, target->text);
        if (!text.ptr)
            return rf_image_no_memory(builder);
        path = rf_image_add_path(builder, RF_IMAGE_FILE, text,
                                 target->is_known && !target->has_glob &&
                                     (act->is_directory_known || rf_str_starts(target->text, "/")),
                                 act->from, &code);
        if (!path)
            return code;
        path->owner = act->owner;
        path->is_conditional = act->is_conditional;
        if (rf_str_is(text, "/etc/passwd") || rf_str_is(text, "/etc/group"))
            code = take_accounts(builder, act, rf_str_is(text, "/etc/group"));
    }
    return code;
}
