/* The plan of a further process in a ring. It is cut out of the ring's own plan, so that a layer added there
   is one here as well. */
#include "plan/exec.h"

#include "plan/builder.h"

#include <errno.h>
#include <linux/sched.h>
#include <string.h>

static const struct rf_step *find_step(const struct rf_plan *plan, enum rf_step_kind kind)
{
    for (uint32_t i = 0; i < plan->count; i++) {
        if (plan->steps[i].kind == kind)
            return &plan->steps[i];
    }
    return NULL;
}

void rf_plan_user(const struct rf_plan *plan, uint32_t *ret_uid, uint32_t *ret_gid)
{
    const struct rf_step *step = find_step(plan, RF_STEP_PROVE);

    *ret_uid = step ? step->uid : 0;
    *ret_gid = step ? step->gid : 0;
}

uint32_t rf_plan_namespaces(const struct rf_plan *plan)
{
    const struct rf_step *clone = find_step(plan, RF_STEP_CLONE);
    uint32_t flags = clone ? clone->flags : 0;

    if (find_step(plan, RF_STEP_USERNS_ENTER))
        flags |= CLONE_NEWUSER;
    if (find_step(plan, RF_STEP_NETNS_NEW) || find_step(plan, RF_STEP_NETNS_OPEN))
        flags |= CLONE_NEWNET;
    return flags;
}

/* --- who --- */

/* What becomes of the ring's identity steps. */
struct identity {
    bool is_privileged; /* root made the ring: any id can be taken */
    bool is_nested;     /* uid 0 of a user name space below the ring's, which maps it to the ring's own id */
    bool is_root;
    uint32_t ring_uid;
    uint32_t ring_gid;
};

static void choose_user(struct rf_builder *b, const struct rf_exec_wish *wish, struct identity *id)
{
    if (wish->is_root) {
        b->uid = 0;
        b->gid = 0;
        b->user_name = "root";
        id->is_nested = !id->is_privileged;
        if (!b->plan->watch.has_debug_root)
            rf_builder_fail(
                b, -EACCES,
                "user: 0 is root, and %s was started without --debug-root: want an id in %d..%d, or start "
                "the run with --debug-root",
                wish->name, RF_ID_MIN, RF_ID_MAX);
        return;
    }
    b->uid = id->ring_uid;
    b->gid = id->ring_gid;
    if (!wish->has_user)
        return;
    rf_build_user(b);
    if (b->code == 0 && !id->is_privileged && (b->uid != id->ring_uid || b->gid != id->ring_gid))
        rf_builder_fail(
            b, -EPERM,
            "user: %u:%u does not exist in %s: an ordinary user's ring has one id, %u:%u; leave it out",
            b->uid, b->gid, wish->name, id->ring_uid, id->ring_gid);
}

static void add_map(struct rf_builder *b, uint32_t outer_uid, uint32_t outer_gid)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_USERNS_LATE, RF_KEY_USERNS);

    step->src = rf_builder_printf(b, "%u %u 1\n", b->uid, outer_uid);
    step->dst = rf_builder_printf(b, "%u %u 1\n", b->gid, outer_gid);
}

/* --- what --- */

static struct rf_step *copy_step(struct rf_builder *b, const struct rf_plan *ring, const struct rf_step *from)
{
    struct rf_step *step = rf_builder_add(b, (enum rf_step_kind)from->kind, (enum rf_key)from->key);

    *step = *from;
    step->actor = (uint16_t)b->actor;
    step->src = rf_builder_text(b, rf_plan_text(ring, from->src));
    step->dst = rf_builder_text(b, rf_plan_text(ring, from->dst));
    step->data = rf_builder_text(b, rf_plan_text(ring, from->data));
    return step;
}

static void give_up(struct rf_builder *b, const struct rf_plan *ring, const struct rf_step *from,
                    const struct identity *id)
{
    struct rf_step *step;

    switch ((enum rf_step_kind)from->kind) {
    case RF_STEP_KEYRING:
    case RF_STEP_GROUPS:
    case RF_STEP_HIDE:
        (void)copy_step(b, ring, from);
        break;
    case RF_STEP_USER:
    case RF_STEP_PROVE:
        step = copy_step(b, ring, from);
        step->uid = b->uid;
        step->gid = b->gid;
        step->a = id->is_root ? 0 : from->a;
        step->b = id->is_root;
        break;
    case RF_STEP_USERNS_LATE:
        if (!id->is_root)
            add_map(b, b->uid, b->gid);
        break;
    case RF_STEP_CAPS:
        if (id->is_nested)
            add_map(b, id->ring_uid, id->ring_gid);
        step = copy_step(b, ring, from);
        step->a = id->is_root ? 0 : from->a;
        if (id->is_root)
            (void)rf_builder_add(b, RF_STEP_NO_NEW_PRIVS, RF_KEY_DEBUG_ROOT);
        break;
    case RF_STEP_NO_NEW_PRIVS:
        if (!id->is_root)
            (void)copy_step(b, ring, from);
        break;
    case RF_STEP_TTY:
        if (b->posture->has_tty)
            (void)copy_step(b, ring, from);
        break;
    default: /* the ring stands already */
        break;
    }
}

static void put_on(struct rf_builder *b, const struct rf_plan *ring, const struct rf_step *from)
{
    struct rf_step *step;

    if (from->kind == RF_STEP_EXEC || from->kind == RF_STEP_READABLE)
        return; /* its own follow; the job's files were its workload's business */
    step = copy_step(b, ring, from);
    if (from->kind == RF_STEP_CHDIR && b->posture->workdir)
        step->dst = rf_builder_text(b, b->posture->workdir);
}

/* --- with which words --- */

static bool is_set_in(const char *const *list, size_t count, const char *entry)
{
    size_t len = strcspn(entry, "=");

    for (size_t i = 0; i < count; i++) {
        if (strncmp(list[i], entry, len) == 0 && list[i][len] == '=')
            return true;
    }
    return false;
}

static void add_variable(struct rf_builder *b, uint32_t at)
{
    b->plan->envp[b->plan->envp_count++] = at;
}

static void set_variables(struct rf_builder *b, const struct rf_plan *ring, const struct identity *id)
{
    const struct rf_posture *posture = b->posture;
    const char *own[4];
    size_t count = 0;

    if (b->uid != id->ring_uid) {
        const char *name = b->user_name ? b->user_name : "ringfence";

        own[count++] = rf_plan_text(b->plan, rf_builder_printf(b, "HOME=%s", id->is_root ? "/root" : "/"));
        own[count++] = rf_plan_text(b->plan, rf_builder_printf(b, "USER=%s", name));
        own[count++] = rf_plan_text(b->plan, rf_builder_printf(b, "LOGNAME=%s", name));
    }
    if (posture->has_tty)
        own[count++] = rf_plan_text(b->plan, rf_builder_text(b, "TERM=xterm"));
    for (uint32_t i = 0; i < ring->envp_count; i++) {
        const char *entry = rf_plan_text(ring, ring->envp[i]);

        if (!is_set_in(posture->env, posture->env_count, entry) && !is_set_in(own, count, entry))
            add_variable(b, rf_builder_text(b, entry));
    }
    for (size_t i = 0; i < count; i++) {
        if (!is_set_in(posture->env, posture->env_count, own[i]))
            add_variable(b, (uint32_t)(own[i] - b->plan->text));
    }
    for (size_t i = 0; i < posture->env_count; i++) {
        if (!is_set_in(posture->env + i + 1, posture->env_count - i - 1, posture->env[i]))
            add_variable(b, rf_builder_text(b, posture->env[i]));
    }
}

static void set_words(struct rf_builder *b)
{
    const struct rf_posture *posture = b->posture;
    struct rf_plan *plan = b->plan;

    for (size_t i = 0; i < posture->command_count; i++)
        plan->argv[plan->argv_count++] = rf_builder_text(b, posture->command[i]);
    if (plan->argv_count == 0 || rf_plan_text(plan, plan->argv[0])[0] == '\0')
        rf_builder_fail(b, -EINVAL, "command: there is nothing to run: write it after the name of the ring");
}

/* --- all of it --- */

static int prepare(struct rf_builder *b, const struct rf_plan *ring)
{
    const struct rf_posture *posture = b->posture;
    struct rf_plan *plan = b->plan;
    size_t need = (size_t)ring->text_len * 2 + 64 * 1024; /* and the search path */

    for (size_t i = 0; i < posture->command_count; i++)
        need += strlen(posture->command[i]) + 1;
    for (size_t i = 0; i < posture->env_count; i++)
        need += strlen(posture->env[i]) + 1;
    if (need > 3 * RF_PLAN_TEXT)
        return rf_fail(b->err, -E2BIG, "command and environment take %zu bytes: at most %d", need,
                       RF_PLAN_TEXT);
    b->text_limit = (uint32_t)need;
    plan->arena = b->arena;
    plan->steps = rf_arena_array(b->arena, RF_PLAN_STEPS, sizeof(*plan->steps));
    plan->text = rf_arena_alloc(b->arena, need);
    plan->argv = rf_arena_array(b->arena, posture->command_count + 1, sizeof(*plan->argv));
    plan->envp = rf_arena_array(b->arena, ring->envp_count + posture->env_count + 4, sizeof(*plan->envp));
    if (!plan->steps || !plan->text || !plan->argv || !plan->envp)
        return rf_fail(b->err, -ENOMEM, "making the plan: out of memory");
    plan->text_len = 1;
    return 0;
}

static int copy_filters(const struct rf_builder *b, const struct rf_plan *ring)
{
    for (size_t i = 0; i < RF_PLAN_FILTERS; i++) {
        size_t size = ring->filter_len[i] * sizeof(struct rf_insn);

        if (size == 0)
            continue;
        b->plan->filters[i] = rf_arena_alloc(b->arena, size);
        if (!b->plan->filters[i])
            return rf_fail(b->err, -ENOMEM, "making the plan: out of memory");
        memcpy(b->plan->filters[i], ring->filters[i], size);
        b->plan->filter_len[i] = ring->filter_len[i];
    }
    return 0;
}

static struct rf_watch watch_of(const struct rf_plan *ring, const struct rf_exec_wish *wish)
{
    struct rf_watch watch = ring->watch;

    watch.timeout_ms = 0; /* the ring's own time goes on */
    watch.has_init = false;
    watch.has_tty = wish->posture->has_tty;
    watch.has_stdin = wish->posture->is_interactive || wish->posture->has_tty || !wish->facts->stdin_is_tty;
    watch.has_output = true;
    watch.relayed = 0;
    return watch;
}

int rf_plan_for_exec(const struct rf_plan *ring, const struct rf_exec_wish *wish, struct rf_arena *arena,
                     struct rf_plan *ret, struct rf_err *err)
{
    struct rf_plan plan = {.watch = watch_of(ring, wish)};
    struct rf_facts facts = *wish->facts;
    struct rf_builder b = {.posture = wish->posture,
                           .facts = &facts,
                           .arena = arena,
                           .plan = &plan,
                           .err = err,
                           .actor = RF_INIT};
    struct identity id = {.is_privileged = find_step(ring, RF_STEP_USER) != NULL, .is_root = wish->is_root};

    facts.is_privileged = id.is_privileged;
    rf_plan_user(ring, &id.ring_uid, &id.ring_gid);
    b.code = prepare(&b, ring);
    if (b.code == 0)
        b.code = copy_filters(&b, ring);
    if (b.code == 0)
        choose_user(&b, wish, &id);
    if (b.code == 0)
        set_words(&b);
    if (b.code < 0)
        return b.code;
    set_variables(&b, ring, &id);
    (void)rf_builder_add(&b, RF_STEP_JOIN, RF_KEY_NONE);
    for (uint32_t i = 0; i < ring->count; i++) {
        if (ring->steps[i].actor == RF_INIT)
            give_up(&b, ring, &ring->steps[i], &id);
    }
    b.actor = RF_WORKLOAD;
    for (uint32_t i = 0; i < ring->count; i++) {
        if (ring->steps[i].actor == RF_WORKLOAD)
            put_on(&b, ring, &ring->steps[i]);
    }
    rf_build_exec(&b);
    if (b.code < 0)
        return b.code;
    *ret = plan;
    return 0;
}
