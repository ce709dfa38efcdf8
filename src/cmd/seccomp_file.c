/* Seccomp profiles that people already have, compiled by our own emitter. Where libseccomp and docker would
   guess, this refuses; what it takes it means as they do: rules without conditions decide alone, several
   conditions on the same argument are alternatives, the others must hold together, unknown names are ignored.
 */
#include "cmd/seccomp_file.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "cmd/seccomp_when.h"
#include "text/json.h"

enum {
    ARGS_MAX = 6,
    NAMES_MAX = 1024, /* of one entry */
    RULES_MAX = 8192, /* of the profile: one per call, entry and alternative */
    ERRNO_MAX = 4095, /* what the kernel returns at most */
    ERRNO_DEFAULT = 1 /* EPERM, as libseccomp's users have it */
};

/* A rule and the call that it belongs to, in the order of the file. */
struct entry_rule {
    struct entry_rule *next;
    struct rf_seccomp_rule rule;
};

/* What is known of one call so far. */
struct call {
    struct entry_rule *first;
    struct entry_rule **last;
    uint32_t count;
    uint32_t action; /* unconditional */
    bool has_action;
};

struct reader {
    struct rf_json json;
    struct rf_arena *arena;
    const struct rf_seccomp_file_facts *facts;
    struct rf_seccomp_file_notes notes;
    struct call *calls; /* RF_SYSCALL_LIMIT */
    uint16_t *numbers;  /* NAMES_MAX, of the entry that is being read */
    uint32_t rules;
    uint32_t action;
    struct rf_err *err;
};

/* One element of "syscalls". */
struct entry {
    size_t number_count; /* of names that are known here */
    size_t name_count;
    struct rf_str action;
    size_t action_offset;
    uint64_t errno_ret;
    bool has_errno;
    struct rf_seccomp_test tests[ARGS_MAX];
    size_t test_count;
    bool is_wanted; /* includes and excludes */
    size_t offset;
};

static int no_memory(struct reader *r)
{
    return rf_fail(r->err, -ENOMEM, "seccomp profile: no memory");
}

static int next(struct reader *r, struct rf_json_token *ret)
{
    return rf_json_next(&r->json, ret, r->err);
}

static int want(struct reader *r, enum rf_json_kind kind, const char *what, struct rf_json_token *ret)
{
    return rf_json_want(&r->json, kind, what, ret, r->err);
}

static int read_u64(struct reader *r, const char *what, uint64_t max, uint64_t *ret)
{
    struct rf_json_token token;
    int code = want(r, RF_JSON_NUMBER, what, &token);

    if (code == 0 && rf_json_u64(&token, max, ret) < 0)
        return rf_json_fail(&r->json, token.offset, r->err, "%s %.*s: want a whole number, at most %llu",
                            what, token.raw.len < 32 ? (int)token.raw.len : 32, token.raw.ptr,
                            (unsigned long long)max);
    return code;
}

/* SCMP_ACT_... to what the kernel takes. */
static int to_action(struct reader *r, struct rf_str name, size_t offset, const uint64_t *errno_ret,
                     uint32_t *ret)
{
    static const struct {
        const char *name;
        uint32_t action;
    } actions[] = {{"SCMP_ACT_ALLOW", SECCOMP_RET_ALLOW},
                   {"SCMP_ACT_ERRNO", SECCOMP_RET_ERRNO},
                   {"SCMP_ACT_KILL", SECCOMP_RET_KILL_THREAD},
                   {"SCMP_ACT_KILL_THREAD", SECCOMP_RET_KILL_THREAD},
                   {"SCMP_ACT_KILL_PROCESS", SECCOMP_RET_KILL_PROCESS},
                   {"SCMP_ACT_TRAP", SECCOMP_RET_TRAP},
                   {"SCMP_ACT_LOG", SECCOMP_RET_LOG}};

    for (size_t i = 0; i < RF_COUNT(actions); i++) {
        if (!rf_str_is(name, actions[i].name))
            continue;
        if (errno_ret && actions[i].action != SECCOMP_RET_ERRNO)
            return rf_json_fail(&r->json, offset, r->err, "%s has no errnoRet", actions[i].name);
        *ret = actions[i].action;
        if (actions[i].action == SECCOMP_RET_ERRNO)
            *ret |= errno_ret ? (uint32_t)*errno_ret : ERRNO_DEFAULT;
        return 0;
    }
    if (rf_str_is(name, "SCMP_ACT_TRACE") || rf_str_is(name, "SCMP_ACT_NOTIFY"))
        return rf_json_fail(&r->json, offset, r->err,
                            "%.*s: a ring has nobody who would answer; want one of ALLOW, "
                            "ERRNO, KILL_PROCESS, KILL_THREAD, TRAP, LOG",
                            RF_FMT(name));
    return rf_json_fail(&r->json, offset, r->err, "unknown action \"%.*s\"",
                        name.len < 40 ? (int)name.len : 40, name.ptr);
}

static int to_test(struct reader *r, size_t offset, struct rf_str op, uint64_t value, uint64_t value_two,
                   struct rf_seccomp_test *test)
{
    static const struct {
        const char *name;
        enum rf_seccomp_op op;
    } ops[] = {{"SCMP_CMP_EQ", RF_SECCOMP_EQ}, {"SCMP_CMP_NE", RF_SECCOMP_NE},
               {"SCMP_CMP_GE", RF_SECCOMP_GE}, {"SCMP_CMP_GT", RF_SECCOMP_GT},
               {"SCMP_CMP_LE", RF_SECCOMP_LE}, {"SCMP_CMP_LT", RF_SECCOMP_LT}};

    test->mask = RF_SECCOMP_WIDE;
    test->value = value;
    if (rf_str_is(op, "SCMP_CMP_MASKED_EQ")) {
        test->op = RF_SECCOMP_EQ;
        test->mask = value;
        test->value = value_two & value;
        return 0;
    }
    for (size_t i = 0; i < RF_COUNT(ops); i++) {
        if (rf_str_is(op, ops[i].name)) {
            test->op = (uint8_t)ops[i].op;
            return 0;
        }
    }
    return rf_json_fail(&r->json, offset, r->err, "unknown comparison \"%.*s\"",
                        op.len < 40 ? (int)op.len : 40, op.ptr);
}

/* {"index": 0, "value": 1, "valueTwo": 2, "op": "SCMP_CMP_EQ"}; the bracket is read. */
static int read_arg(struct reader *r, struct rf_seccomp_test *ret)
{
    static const char *const names[] = {"index", "value", "valueTwo", "op"};
    struct rf_json_token token = {0};
    struct rf_str op = {0};
    size_t offset = r->json.at;
    uint64_t numbers[3] = {0};
    uint64_t seen = 0;
    size_t field = 0;
    int code = 0;

    while (code == 0) {
        code = rf_json_field(&r->json, names, RF_COUNT(names), &seen, &field, r->err);
        if (code < 0 || field == RF_COUNT(names))
            break;
        if (field == 3)
            code = rf_json_want_text(&r->json, "op", r->arena, &token, &op, r->err);
        else
            code = read_u64(r, names[field], field == 0 ? ARGS_MAX - 1 : UINT64_MAX, &numbers[field]);
    }
    if (code == 0 && (seen & 9) != 9)
        return rf_json_fail(&r->json, offset, r->err, "a condition needs \"index\" and \"op\"");
    ret->arg = (uint8_t)numbers[0];
    return code < 0 ? code : to_test(r, token.offset, op, numbers[1], numbers[2], ret);
}

static int read_args(struct reader *r, struct entry *entry)
{
    struct rf_json_token token;
    bool has_more;
    int code = rf_json_list(&r->json, "args", &has_more, r->err);

    while (code == 0 && has_more) {
        code = next(r, &token);
        if (code < 0 || token.kind == RF_JSON_ARRAY_END)
            break;
        if (token.kind != RF_JSON_OBJECT)
            return rf_json_fail(&r->json, token.offset, r->err, "args: want a list of objects");
        if (entry->test_count == ARGS_MAX)
            return rf_json_fail(&r->json, token.offset, r->err, "more than %d conditions", ARGS_MAX);
        code = read_arg(r, &entry->tests[entry->test_count++]);
    }
    return code;
}

static int add_name(struct reader *r, struct entry *entry, struct rf_str name)
{
    int nr = rf_syscall_by_name(name);

    if (entry->name_count++ == NAMES_MAX)
        return rf_json_fail(&r->json, r->json.at, r->err, "more than %d names", NAMES_MAX);
    if (nr >= 0) {
        r->numbers[entry->number_count++] = (uint16_t)nr;
        return 0;
    }
    if (r->notes.unknown_names++ == 0) {
        r->notes.first_unknown = rf_arena_text(r->arena, name);
        if (!r->notes.first_unknown)
            return no_memory(r);
    }
    return 0;
}

static int read_names(struct reader *r, struct entry *entry)
{
    struct rf_str name = {0};
    bool has_more;
    int code = rf_json_list(&r->json, "names", &has_more, r->err);

    while (code == 0 && has_more) {
        code = rf_json_list_text(&r->json, "names", r->arena, &name, &has_more, r->err);
        if (code == 0 && has_more)
            code = add_name(r, entry, name);
    }
    return code;
}

static int add_rule(struct reader *r, struct call *call, const struct rf_seccomp_test *tests, size_t count,
                    uint32_t action)
{
    struct entry_rule *rule = r->rules < RULES_MAX ? rf_arena_alloc(r->arena, sizeof(*rule)) : NULL;

    if (!rule)
        return rf_fail(r->err, -ENOMEM, "seccomp profile: no memory, or more than %d rules", RULES_MAX);
    r->rules++;
    rule->rule = (struct rf_seccomp_rule){tests, (uint32_t)count, action};
    *(call->last ? call->last : &call->first) = rule;
    call->last = &rule->next;
    call->count++;
    return 0;
}

/* Conditions on different arguments hold together; two on the same one would then rarely make sense, and runc
   takes all of the entry's conditions for alternatives. */
static bool has_alternatives(const struct entry *entry)
{
    unsigned args = 0;

    for (size_t i = 0; i < entry->test_count; i++) {
        if (args >> entry->tests[i].arg & 1)
            return true;
        args |= 1U << entry->tests[i].arg;
    }
    return false;
}

static int apply_conditions(struct reader *r, const struct entry *entry, struct call *call, uint32_t action,
                            const struct rf_seccomp_test *tests)
{
    int code = 0;

    if (!has_alternatives(entry))
        return add_rule(r, call, tests, entry->test_count, action);
    for (size_t i = 0; code == 0 && i < entry->test_count; i++)
        code = add_rule(r, call, &tests[i], 1, action);
    return code;
}

/* libseccomp lets a rule without conditions swallow those with conditions, whatever was meant. */
static int refuse_conflict(struct reader *r, const struct entry *entry, uint16_t nr)
{
    return rf_json_fail(&r->json, entry->offset, r->err,
                        "%s: another entry, of which one has no conditions, says "
                        "something else about it",
                        rf_syscall_name(nr));
}

static int apply_entry(struct reader *r, const struct entry *entry, uint32_t action)
{
    struct rf_seccomp_test *tests = NULL;
    int code = 0;

    if (entry->test_count > 0) {
        tests = rf_arena_array(r->arena, entry->test_count, sizeof(*tests));
        if (!tests)
            return no_memory(r);
        memcpy(tests, entry->tests, entry->test_count * sizeof(*tests));
    }
    for (size_t i = 0; code == 0 && i < entry->number_count; i++) {
        struct call *call = &r->calls[r->numbers[i]];

        if (call->has_action && call->action != action)
            return refuse_conflict(r, entry, r->numbers[i]);
        if (tests) {
            code = apply_conditions(r, entry, call, action, tests);
            continue;
        }
        for (const struct entry_rule *rule = call->first; rule; rule = rule->next) {
            if (rule->rule.action != action)
                return refuse_conflict(r, entry, r->numbers[i]);
        }
        call->has_action = true;
        call->action = action;
    }
    return code;
}

/* One value of an element of "syscalls". */
static int read_entry_field(struct reader *r, struct entry *entry, size_t field)
{
    struct rf_json_token token = {0};
    struct rf_str text = {0};
    struct rf_seccomp_when when;
    int code;

    switch (field) {
    case 0:
        return read_names(r, entry);
    case 1:
        code = rf_json_want_text(&r->json, "name", r->arena, &token, &text, r->err);
        return code < 0 || text.len == 0 ? code : add_name(r, entry, text);
    case 2:
        code = rf_json_want_text(&r->json, "action", r->arena, &token, &entry->action, r->err);
        entry->action_offset = token.offset;
        return code;
    case 3:
        entry->has_errno = true;
        return read_u64(r, "errnoRet", ERRNO_MAX, &entry->errno_ret);
    case 4:
        return read_args(r, entry);
    case 5:
    case 6:
        code = rf_seccomp_when_read(&r->json, r->facts, r->arena, &when, r->err);
        if (code == 0)
            entry->is_wanted &=
                field == 5 ? rf_seccomp_when_includes(&when) : !rf_seccomp_when_excludes(&when);
        return code;
    default: /* a comment */
        return want(r, RF_JSON_STRING, "comment", &token);
    }
}

/* The bracket is read. */
static int read_entry(struct reader *r, size_t offset)
{
    static const char *const names[] = {"names", "name",     "action",   "errnoRet",
                                        "args",  "includes", "excludes", "comment"};
    struct entry entry = {.is_wanted = true, .offset = offset};
    uint32_t action = 0;
    uint64_t seen = 0;
    size_t field = 0;
    int code = 0;

    while (code == 0) {
        code = rf_json_field(&r->json, names, RF_COUNT(names), &seen, &field, r->err);
        if (code < 0 || field == RF_COUNT(names))
            break;
        code = read_entry_field(r, &entry, field);
    }
    if (code < 0)
        return code;
    if (entry.name_count == 0 || !entry.action.ptr)
        return rf_json_fail(&r->json, offset, r->err,
                            "an entry of \"syscalls\" needs \"names\" and \"action\"");
    code =
        to_action(r, entry.action, entry.action_offset, entry.has_errno ? &entry.errno_ret : NULL, &action);
    if (code < 0 || !entry.is_wanted)
        return code;
    return apply_entry(r, &entry, action);
}

static int read_syscalls(struct reader *r)
{
    struct rf_json_token token;
    bool has_more;
    int code = rf_json_list(&r->json, "syscalls", &has_more, r->err);

    while (code == 0 && has_more) {
        code = next(r, &token);
        if (code < 0 || token.kind == RF_JSON_ARRAY_END)
            break;
        if (token.kind != RF_JSON_OBJECT)
            return rf_json_fail(&r->json, token.offset, r->err, "syscalls: want a list of objects");
        code = read_entry(r, token.offset);
    }
    return code;
}

/* "architectures" (OCI) and "archMap" (docker): which other calls to judge. There is nothing to choose: they
 * are refused. */
static int skip_list(struct reader *r, const char *what)
{
    struct rf_json_token token;
    int code = next(r, &token);

    if (code < 0)
        return code;
    if (token.kind != RF_JSON_ARRAY && token.kind != RF_JSON_NULL)
        return rf_json_fail(&r->json, token.offset, r->err, "%s: want a list", what);
    return rf_json_skip(&r->json, &token, r->err);
}

static int read_profile(struct reader *r)
{
    static const char *const names[] = {"defaultAction", "defaultErrnoRet", "architectures",
                                        "archMap",       "syscalls",        "comment"};
    struct rf_json_token token = {0};
    struct rf_str action = {0};
    size_t offset = 0;
    uint64_t errno_ret = 0;
    uint64_t seen = 0;
    size_t field = 0;
    int code = want(r, RF_JSON_OBJECT, "a seccomp profile", &token);

    while (code == 0) {
        code = rf_json_field(&r->json, names, RF_COUNT(names), &seen, &field, r->err);
        if (code < 0 || field == RF_COUNT(names))
            break;
        if (field == 0) {
            code = rf_json_want_text(&r->json, "defaultAction", r->arena, &token, &action, r->err);
            offset = token.offset;
        } else if (field == 1) {
            code = read_u64(r, "defaultErrnoRet", ERRNO_MAX, &errno_ret);
        } else if (field == 4) {
            code = read_syscalls(r);
        } else {
            code = field == 5 ? want(r, RF_JSON_STRING, "comment", &token) : skip_list(r, names[field]);
        }
    }
    if (code == 0)
        code = want(r, RF_JSON_END, "what follows the profile", &token);
    if (code < 0)
        return code;
    if (!action.ptr)
        return rf_json_fail(&r->json, 0, r->err, "a seccomp profile needs \"defaultAction\"");
    return to_action(r, action, offset, seen & 2 ? &errno_ret : NULL, &r->action);
}

/* A leaf that says `action` and nothing else; calls must share it, or the program could not join them to
 * runs. */
static uint16_t plain_leaf(struct rf_seccomp_leaf *leaves, uint32_t *count, uint32_t action)
{
    for (uint32_t i = 1; i < *count; i++) {
        if (leaves[i].count == 0 && leaves[i].action == action)
            return (uint16_t)i;
    }
    leaves[*count] = (struct rf_seccomp_leaf){.action = action};
    return (uint16_t)(*count)++;
}

static int build(struct reader *r, struct rf_profile *ret)
{
    /* Leaf 0, one per call at most, and the default. */
    struct rf_seccomp_leaf *leaves = rf_arena_array(r->arena, RF_SYSCALL_LIMIT + 2, sizeof(*leaves));
    bool is_errno = (r->action & SECCOMP_RET_ACTION_FULL) == SECCOMP_RET_ERRNO;
    uint32_t count = 1;

    if (!leaves)
        return no_memory(r);
    leaves[0].action = is_errno ? SECCOMP_RET_ERRNO | ENOSYS : r->action;
    for (unsigned nr = 0; nr < RF_SYSCALL_LIMIT; nr++) {
        const struct call *call = &r->calls[nr];
        struct rf_seccomp_rule *rules;
        uint32_t i = 0;

        if (!rf_syscall_name(nr))
            continue;
        if (call->has_action || call->count == 0) {
            ret->leaf_of[nr] = plain_leaf(leaves, &count, call->has_action ? call->action : r->action);
            continue;
        }
        rules = rf_arena_array(r->arena, call->count, sizeof(*rules));
        if (!rules)
            return no_memory(r);
        for (const struct entry_rule *rule = call->first; rule; rule = rule->next)
            rules[i++] = rule->rule;
        ret->leaf_of[nr] = (uint16_t)count;
        leaves[count++] = (struct rf_seccomp_leaf){rules, call->count, r->action};
    }
    ret->leaves = leaves;
    ret->leaf_count = count;
    ret->foreign = SECCOMP_RET_KILL_PROCESS;
    return 0;
}

int rf_seccomp_file_read(struct rf_str text, const struct rf_seccomp_file_facts *facts,
                         struct rf_arena *arena, struct rf_profile *ret,
                         struct rf_seccomp_file_notes *ret_notes, struct rf_err *err)
{
    struct reader r = {.arena = arena, .facts = facts, .err = err};
    struct rf_profile profile = {0};
    int code = rf_json_init(&r.json, text, RF_SECCOMP_FILE_MAX, err);

    if (code < 0)
        return code;
    r.calls = rf_arena_array(arena, RF_SYSCALL_LIMIT, sizeof(*r.calls));
    r.numbers = rf_arena_array(arena, NAMES_MAX, sizeof(*r.numbers));
    if (!r.calls || !r.numbers)
        return no_memory(&r);
    code = read_profile(&r);
    if (code == 0)
        code = build(&r, &profile);
    if (code < 0)
        return code;
    *ret = profile;
    *ret_notes = r.notes;
    return 0;
}
