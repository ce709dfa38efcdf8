/* sudo, setuid files and what is installed: which of it ends in the image. */
#include "rules/image_make.h"

#include "base/format.h"
#include "rules/image_ask.h"

#include <string.h>

/* --- RF-IMG-005: only what is shipped counts --- */

/* A command of the text of ONBUILD RUN starts with the word. Words in quotes are not told apart. */
static bool has_command(struct rf_str text, const char *word)
{
    size_t len = strlen(word);
    bool is_start = true;

    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (is_start && text.len - i > len && memcmp(text.ptr + i, word, len) == 0 &&
            (text.ptr[i + len] == ' ' || text.ptr[i + len] == '\t'))
            return true;
        if (c == ';' || c == '&' || c == '|' || c == '(' || c == '\n')
            is_start = true;
        else if (c != ' ' && c != '\t')
            is_start = false;
    }
    return false;
}

static void look_triggers(struct rf_look *look)
{
    for (uint32_t i = 0; look->image && i < look->image->df.instruction_count; i++) {
        const struct rf_df_instruction *instruction = &look->image->df.instructions[i];
        struct rf_from from = look->stage->from;

        if (instruction->kind != RF_DF_ONBUILD || !instruction->trigger ||
            instruction->trigger->kind != RF_DF_RUN || instruction->span.start < from.start ||
            !has_command(instruction->trigger->rest.text, "sudo"))
            continue;
        from.known = RF_KNOWN;
        from.line = instruction->span.line;
        from.column = instruction->span.column;
        from.start = instruction->span.start;
        from.end = instruction->span.end;
        rf_look_found(look, &from, "the trigger for images made from this one runs sudo");
    }
}

static void look_stage_sudo(struct rf_look *look)
{
    const struct rf_image_package *package = rf_ask_package(look->stage, "sudo doas opendoas");

    if (package)
        rf_look_found(look, &package->from, "%.*s is installed, a setuid program that makes its callers root",
                      RF_FMT(package->name));
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev)
        if (command->has_sudo)
            rf_look_found(look, &command->from, "%.*s is run by sudo", RF_FMT(rf_ask_program(command)));
    look_triggers(look);
}

void rf_image_look_sudo(struct rf_look *look)
{
    const struct rf_fact_list *lists[] = {&look->subject->entrypoint, &look->subject->command};

    if (rf_look_is_stage(look)) {
        if (rf_ask_is_shipped(look))
            look_stage_sudo(look);
        return;
    }
    for (size_t l = 0; l < RF_COUNT(lists); l++)
        for (size_t i = 0; i < lists[l]->count; i++)
            if (has_command(lists[l]->items[i].value, "sudo") ||
                rf_str_is(lists[l]->items[i].value, "sudo")) {
                rf_look_found(look, &lists[l]->items[i].from, "the program is started by sudo");
                return;
            }
}

/* --- RF-IMG-006: setuid and setgid --- */

/* "u+s", "+s", "ug+s", "g=rxs": which of the two bits it sets. */
static uint32_t bits_of(struct rf_str text)
{
    uint32_t bits = 0;

    while (text.ptr) {
        struct rf_str part;
        size_t who = 0;

        text = rf_str_cut(text, ',', &part);
        while (who < part.len && !strchr("+-=", part.ptr[who]))
            who++;
        if (who == part.len || part.ptr[who] == '-' || !memchr(part.ptr + who, 's', part.len - who))
            continue;
        if (who == 0 || memchr(part.ptr, 'u', who) || memchr(part.ptr, 'a', who))
            bits |= 04000;
        if (who == 0 || memchr(part.ptr, 'g', who) || memchr(part.ptr, 'a', who))
            bits |= 02000;
    }
    return bits;
}

/* On a directory setgid only says whose group new files have. */
static bool is_directory(const struct rf_look *look, const struct rf_image_path *entry)
{
    for (const struct rf_image_path *other = look->stage->paths; other; other = other->prev)
        if (rf_look_is_below(other->path, entry->path) &&
            (other->kind == RF_IMAGE_DIR || other->path.len > entry->path.len))
            return true;
    return entry->is_recursive || entry->kind == RF_IMAGE_DIR;
}

void rf_image_look_setuid(struct rf_look *look)
{
    unsigned left = RF_ASK_EFFECTS;

    if (!rf_look_is_stage(look) || !rf_ask_is_shipped(look))
        return;
    for (const struct rf_image_path *entry = look->stage->paths; entry; entry = entry->prev) {
        uint32_t bits = entry->has_mode ? entry->mode : bits_of(entry->mode_text);
        struct rf_image_path_state state;

        if (!(bits & 06000))
            continue;
        if (left-- == 0)
            return;
        if (is_directory(look, entry))
            continue;
        rf_image_find_path(look->stage, entry->path, &state);
        if (state.is_there == RF_IMAGE_NO ||
            (state.mode_by && state.mode_by->order > entry->order && state.has_mode && !(state.mode & 06000)))
            continue;
        rf_look_found(look, &entry->from, "%.*s becomes %s: whoever runs it has its owner's%s rights",
                      RF_FMT(entry->path), bits & 04000 ? "setuid" : "setgid",
                      bits & 04000 ? "" : " group's");
    }
}

/* --- RF-IMG-007: what is installed may differ tomorrow --- */

static const struct rf_df_instruction *instruction_at(const struct rf_look *look, uint32_t start)
{
    for (uint32_t i = look->image ? look->image->df.instruction_count : 0; i > 0; i--)
        if (look->image->df.instructions[i - 1].span.start <= start)
            return &look->image->df.instructions[i - 1];
    return NULL;
}

static bool is_update(const struct rf_image_command *command)
{
    struct rf_str program = rf_ask_program(command);

    if (rf_ask_is_one_of(program, "apt apt-get aptitude apk"))
        return rf_ask_has_word(command, "update");
    return rf_ask_is_one_of(program, "yum dnf microdnf zypper") &&
           (rf_ask_has_word(command, "makecache") || rf_ask_has_word(command, "refresh"));
}

static bool is_install(const struct rf_image_command *command)
{
    static const char *const verbs[] = {"install",   "add",       "upgrade", "dist-upgrade", "full-upgrade",
                                        "build-dep", "reinstall", "source",  "download"};

    for (size_t i = 0; i < RF_COUNT(verbs); i++)
        if (rf_ask_has_word(command, verbs[i]))
            return true;
    return false;
}

/* An update whose RUN installs nothing: its lists are cached, and old when a later RUN uses them. */
static void look_update(struct rf_look *look, const struct rf_image_command *command)
{
    const struct rf_df_instruction *instruction = instruction_at(look, command->from.start);

    if (command->instruction != RF_DF_RUN || !is_update(command) || is_install(command) || !instruction)
        return;
    for (const struct rf_image_command *other = look->stage->commands; other; other = other->prev) {
        if (other->from.start < instruction->span.start)
            break;
        if (other->from.start < instruction->span.end && other != command && is_install(other) &&
            other->order > command->order)
            return;
    }
    if (look->stage->has_unread_run && instruction->heredoc_count > 0)
        return;
    rf_look_found(look, &command->from,
                  "%.*s update stands alone in its RUN: later installs use package lists from the cache, "
                  "however old",
                  RF_FMT(rf_ask_program(command)));
}

static bool is_pinned(const struct rf_image_package *package)
{
    struct rf_str name = package->name;

    return package->version.len > 0 || package->is_file || package->is_gone || name.len == 0 ||
           *name.ptr == '.' || *name.ptr == '/' || rf_ask_has(name, "://") || rf_ask_has(name, "/") ||
           rf_ask_has(name, "=") || rf_ask_has(name, ".deb") || rf_ask_has(name, ".rpm") ||
           rf_ask_has(name, ".whl") || rf_ask_has(name, ".tar") || rf_ask_has(name, "$") ||
           rf_ask_has(name, "~=") || rf_ask_has(name, "@");
}

/* One finding for each instruction, with the first names. */
static void look_unpinned(struct rf_look *look)
{
    const struct rf_image_package *package = look->stage->packages;

    while (package && rf_ask_is_own(look, &package->from)) {
        const struct rf_df_instruction *instruction = instruction_at(look, package->from.start);
        const struct rf_image_package *first = NULL;
        uint32_t count = 0;

        for (; package && instruction && package->from.start >= instruction->span.start;
             package = package->prev)
            if (!is_pinned(package)) {
                first = package;
                count++;
            }
        if (first && count > 1)
            rf_look_found(look, &first->from,
                          "%.*s and %u more packages are installed in whatever version there is",
                          RF_FMT(first->name), count - 1);
        else if (first)
            rf_look_found(look, &first->from, "%.*s is installed in whatever version there is",
                          RF_FMT(first->name));
        if (!instruction)
            return;
    }
}

void rf_image_look_install(struct rf_look *look)
{
    unsigned left = RF_ASK_EFFECTS;

    if (!rf_look_is_stage(look) || !look->image)
        return;
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev) {
        if (!rf_ask_is_own(look, &command->from) || left == 0)
            break;
        left -= is_update(command);
        look_update(look, command);
    }
    look_unpinned(look);
}
