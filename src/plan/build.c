/* From posture and facts to steps: the order of the parts, and what they share. */
#include "plan/builder.h"

#include "base/format.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>

enum { NOTES = 32 };

void rf_builder_fail(struct rf_builder *b, int code, const char *fmt, ...)
{
    va_list args;
    char msg[sizeof(b->err->msg)];

    if (b->code < 0)
        return;
    va_start(args, fmt);
    (void)rf_vsnprintf(msg, sizeof(msg), fmt, args); /* a cut sentence is still a sentence */
    va_end(args);
    b->code = rf_fail(b->err, code, "%s", msg);
}

struct rf_step *rf_builder_add(struct rf_builder *b, enum rf_step_kind kind, enum rf_key key)
{
    struct rf_step *step = &b->spare;

    if (b->plan->count < RF_PLAN_STEPS)
        step = &b->plan->steps[b->plan->count++];
    else
        rf_builder_fail(b, -E2BIG, "the plan has more than %d steps: use fewer volumes", RF_PLAN_STEPS);
    *step = (struct rf_step){.kind = (uint16_t)kind, .key = (uint16_t)key, .actor = (uint16_t)b->actor};
    return step;
}

uint32_t rf_builder_text(struct rf_builder *b, const char *text)
{
    size_t size = text ? strlen(text) + 1 : 1;
    uint32_t at = b->plan->text_len;

    if (size == 1)
        return 0;
    if (size > b->text_limit - at) {
        rf_builder_fail(b, -E2BIG,
                        "the plan holds more than %u bytes of text: command and environment are too long",
                        b->text_limit);
        return 0;
    }
    memcpy(b->plan->text + at, text, size);
    b->plan->text_len += (uint32_t)size;
    return at;
}

uint32_t rf_builder_printf(struct rf_builder *b, const char *fmt, ...)
{
    va_list args;
    uint32_t at = b->plan->text_len;
    size_t room = b->text_limit - at;
    int len;

    va_start(args, fmt);
    len = rf_vsnprintf(b->plan->text + at, room, fmt, args);
    va_end(args);
    if (len < 0 || (size_t)len >= room) {
        rf_builder_fail(b, -E2BIG, "the plan holds more than %u bytes of text", b->text_limit);
        return 0;
    }
    b->plan->text_len += (uint32_t)len + 1;
    return at;
}

/* With --userns auto the ring's mounts are made in a name space of its own, where the kernel refuses it. */
uint32_t rf_builder_no_swap(const struct rf_builder *b)
{
    bool can_have = b->facts->is_privileged && b->facts->is_initial_userns && b->facts->has_tmpfs_noswap;

    return can_have && b->posture->userns != RF_USERNS_AUTO ? RF_STEP_NO_SWAP : 0;
}

void rf_builder_tmpfs_options(struct rf_builder *b, struct rf_step *step)
{
    const char *swap = rf_builder_no_swap(b) ? ",noswap" : "";
    char owner[48] = "";

    step->flags |= rf_builder_no_swap(b);

    /* Without ids the mount belongs to whoever makes it, which is the only id where one is mapped. */
    if (step->uid || step->gid)
        (void)rf_snprintf(owner, sizeof(owner), ",uid=%u,gid=%u", step->uid, step->gid);
    step->data = rf_builder_printf(b, "size=%llu,nr_inodes=%llu,mode=%o%s%s", (unsigned long long)step->a,
                                   (unsigned long long)step->b, step->mode, owner, swap);
}

static void keep_note(struct rf_builder *b, bool is_warning, const char *fmt, va_list args)
{
    char note[400] = "!";
    size_t at = is_warning ? 1 : 0;
    const char *kept;

    (void)rf_vsnprintf(note + at, sizeof(note) - at, fmt, args); /* a cut sentence is still a sentence */
    kept = rf_arena_text(b->arena, rf_str_of(note));
    if (!kept || b->plan->note_count == b->note_limit)
        rf_builder_fail(b, -ENOMEM, "making the plan: no memory for notes");
    else
        b->plan->notes[b->plan->note_count++] = kept; /* a warning begins with '!' */
}

void rf_builder_note(struct rf_builder *b, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    keep_note(b, false, fmt, args);
    va_end(args);
}

void rf_builder_warn(struct rf_builder *b, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    keep_note(b, true, fmt, args);
    va_end(args);
}

bool rf_builder_may_miss(struct rf_builder *b, enum rf_layer layer, const char *what)
{
    if (!(b->posture->allow_missing & layer))
        return false;
    rf_builder_warn(b, "missing by --allow-missing: %s", what);
    return true;
}

void rf_builder_cover(struct rf_builder *b, const char *path, enum rf_cover_kind kind, bool is_writable,
                      bool is_exec)
{
    if (b->cover_count == b->cover_limit)
        rf_builder_fail(b, -E2BIG, "more than %u mounts", b->cover_limit);
    else
        b->covers[b->cover_count++] = (struct rf_cover){path, strlen(path), kind, is_writable, is_exec};
}

const struct rf_cover *rf_builder_covered(const struct rf_builder *b, const char *path)
{
    size_t path_len = strlen(path);

    for (uint32_t i = b->cover_count; i-- > 0;) {
        const struct rf_cover *cover = &b->covers[i];

        /* The cheap question first: with a hundred volumes this is asked ten thousand times. */
        if (cover->len > path_len || (path[cover->len] != '\0' && path[cover->len] != '/'))
            continue;
        if (memcmp(path, cover->path, cover->len) == 0)
            return cover;
    }
    return NULL;
}

const struct rf_path_fact *rf_builder_fact(struct rf_builder *b, enum rf_place place, const char *path)
{
    for (size_t n = 0; n < b->facts->path_count; n++) {
        size_t i = (b->last_fact + n) % b->facts->path_count;
        const struct rf_path_fact *fact = &b->facts->paths[i];

        if (fact->place == place && strcmp(fact->path, path) == 0) {
            b->last_fact = i;
            return fact;
        }
    }
    return NULL;
}

/* What a mount adds to the plan's text: its place for the directories on the way to it, for itself and for
   Landlock, its source for the mount and for an id map. */
static size_t mount_text(const struct rf_mount *mount)
{
    size_t dst = strlen(mount->dst) + 1;
    size_t src = mount->src ? 2 * (strlen(mount->src) + 1) : 0;
    size_t parts = 3;

    for (const char *at = mount->dst; *at; at++)
        parts += *at == '/';
    return src + parts * dst + 128; /* options and maps */
}

static size_t depth_of(const char *path)
{
    size_t depth = 0;

    for (; *path; path++)
        depth += *path == '/';
    return depth;
}

/* As docker does: a mount would hide those below it that came before. Otherwise the order is the user's. */
static void sort_mounts(struct rf_builder *b)
{
    for (size_t i = 0; i < b->posture->mount_count; i++) {
        const struct rf_mount *mount = &b->posture->mounts[i];
        size_t at = i;

        for (; at > 0 && depth_of(b->mounts[at - 1]->dst) > depth_of(mount->dst); at--)
            b->mounts[at] = b->mounts[at - 1];
        b->mounts[at] = mount;
    }
}

/* Everything the plan needs is taken from the arena before the first step, so that adding steps cannot fail
   for want of memory. */
static int prepare(struct rf_builder *b)
{
    struct rf_plan *plan = b->plan;
    size_t need = 64 * 1024;

    for (size_t i = 0; i < b->posture->command_count; i++)
        need += strlen(b->posture->command[i]) + 1;
    for (size_t i = 0; i < b->posture->env_count; i++)
        need += strlen(b->posture->env[i]) + 1;
    for (size_t i = 0; i < b->posture->mount_count; i++)
        need += mount_text(&b->posture->mounts[i]);
    need += b->facts->passwd ? strlen(b->facts->passwd) : 0;
    need += b->facts->group ? strlen(b->facts->group) : 0;
    if (need > RF_PLAN_TEXT)
        return rf_fail(b->err, -E2BIG, "command, environment and mounts take %zu bytes: at most %d", need,
                       RF_PLAN_TEXT);
    b->text_limit = (uint32_t)need;
    plan->arena = b->arena;
    /* Small things first, so that they share a page: a page touched is a page fault, and a start has few of
     * those. */
    b->note_limit = (uint32_t)b->posture->mount_count + NOTES; /* a volume may be worth a warning */
    plan->notes = rf_arena_array(b->arena, b->note_limit, sizeof(*plan->notes));
    plan->argv = rf_arena_array(b->arena, b->posture->command_count + b->posture->entrypoint_count + 1,
                                sizeof(*plan->argv));
    plan->envp = rf_arena_array(b->arena, b->posture->env_count + 16, sizeof(*plan->envp));
    b->cover_limit = (uint32_t)b->posture->mount_count + COVERS;
    b->mounts = rf_arena_array(b->arena, b->posture->mount_count, sizeof(const struct rf_mount *));
    b->covers = rf_arena_array(b->arena, b->cover_limit, sizeof(*b->covers));
    plan->steps = rf_arena_array(b->arena, RF_PLAN_STEPS, sizeof(*plan->steps));
    plan->text = rf_arena_alloc(b->arena, need);
    if (!plan->steps || !plan->text || !plan->notes || !plan->argv || !plan->envp || !b->covers || !b->mounts)
        return rf_fail(b->err, -ENOMEM, "making the plan: out of memory");
    plan->text_len = 1;
    sort_mounts(b);
    return 0;
}

int rf_plan_build(const struct rf_posture *posture, const struct rf_facts *facts, struct rf_arena *arena,
                  struct rf_plan *ret, struct rf_err *err)
{
    static void (*const parts[])(struct rf_builder *) = {
        rf_build_user,          rf_build_launcher,   rf_build_beside,      rf_build_root,
        rf_build_system_mounts, rf_build_home,       rf_build_mounts,      rf_build_passwd,
        rf_build_seal,          rf_build_privileges, rf_build_environment, rf_build_workload,
    };
    struct rf_plan plan = {0};
    struct rf_builder b = {.posture = posture, .facts = facts, .arena = arena, .plan = &plan, .err = err};

    b.code = prepare(&b);
    for (size_t i = 0; i < RF_COUNT(parts) && b.code == 0; i++)
        parts[i](&b);
    if (b.code < 0)
        return b.code;
    *ret = plan;
    return 0;
}
