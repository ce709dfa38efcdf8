/* What every rule asks of a subject, and where its findings go. */
#include "rules/rule.h"

#include "base/format.h"
#include "base/num.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

enum { FINDINGS_FIRST = 16, SENTENCE_BYTES = 1024 };

static const char *const severities[] = {"info", "low", "medium", "high", "critical"};

const char *rf_severity_name(enum rf_severity severity)
{
    return (unsigned)severity < RF_COUNT(severities) ? severities[severity] : "info";
}

bool rf_severity_parse(struct rf_str text, enum rf_severity *ret)
{
    for (unsigned i = 0; i < RF_COUNT(severities); i++) {
        if (rf_str_is(text, severities[i])) {
            *ret = (enum rf_severity)i;
            return true;
        }
    }
    return false;
}

const struct rf_rule *rf_rule_find(struct rf_str id)
{
    const struct rf_rule *rule;

    for (size_t i = 0; (rule = rf_rule_at(i)) != NULL; i++) {
        if (strlen(rule->id) == id.len && strncasecmp(rule->id, id.ptr, id.len) == 0)
            return rule;
    }
    return NULL;
}

/* --- the table --- */

const struct rf_rule *rf_rule_at(size_t index)
{
    static const struct rf_family *const families[] = {
        &rf_family_user,    &rf_family_confinement, &rf_family_files,         &rf_family_files_memory,
        &rf_family_home,    &rf_family_volumes,     &rf_family_volumes_image, &rf_family_namespaces,
        &rf_family_network, &rf_family_limits,      &rf_family_health,        &rf_family_secrets,
        &rf_family_image,   &rf_family_parse};

    for (size_t i = 0; i < RF_COUNT(families); i++) {
        if (index < families[i]->count)
            return &families[i]->rules[index];
        index -= families[i]->count;
    }
    return NULL;
}

size_t rf_rule_index(const struct rf_rule *rule)
{
    size_t index = 0;

    while (rf_rule_at(index) && rf_rule_at(index) != rule)
        index++;
    return index;
}

/* --- findings --- */

static struct rf_finding *new_finding(struct rf_look *look)
{
    if (look->count == look->room) {
        size_t room = look->room ? 2 * look->room : FINDINGS_FIRST;
        struct rf_finding *more = rf_arena_array(look->arena, room, sizeof(*more));

        if (!more)
            return NULL;
        if (look->count)
            memcpy(more, look->findings, look->count * sizeof(*more));
        look->findings = more;
        look->room = room;
    }
    return &look->findings[look->count];
}

/* What the file lacks is shown where the workload begins: at its name in Compose. */
static const struct rf_from *place_of(const struct rf_subject *subject)
{
    bool is_service = subject->kind == RF_SUBJECT_CONTAINER && subject->platform == RF_PLATFORM_DOCKER;

    return is_service && subject->name.from.known == RF_KNOWN ? &subject->name.from : &subject->from;
}

static void add(struct rf_look *look, enum rf_severity severity, bool is_certain, const struct rf_from *from,
                const char *fmt, va_list args)
{
    char sentence[SENTENCE_BYTES];
    struct rf_finding *finding = new_finding(look);
    char *text;

    /* What is not said here may be said in the file that could not be read. */
    if (from->known == RF_UNSET && look->subject->unknown.known == RF_UNKNOWABLE && is_certain) {
        is_certain = false;
        severity = severity > RF_SEVERITY_LOW ? severity - 1 : severity;
    }
    (void)rf_vsnprintf(sentence, sizeof(sentence), fmt, args); /* a longer one is cut */
    text = rf_arena_text(look->arena, rf_str_of(sentence));
    if (!finding || !text) {
        look->is_failed = true;
        return;
    }
    *finding = (struct rf_finding){.rule = look->rule,
                                   .severity = severity,
                                   .is_certain = is_certain,
                                   .from = from->known == RF_UNSET ? *place_of(look->subject) : *from,
                                   .subject = look->subject,
                                   .text = text};
    look->count++;
}

void rf_look_found(struct rf_look *look, const struct rf_from *from, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add(look, look->rule->severity, true, from, fmt, args);
    va_end(args);
}

void rf_look_maybe(struct rf_look *look, const struct rf_from *from, const char *fmt, ...)
{
    enum rf_severity severity = look->rule->severity;
    va_list args;

    va_start(args, fmt);
    add(look, severity > RF_SEVERITY_LOW ? severity - 1 : severity, false, from, fmt, args);
    va_end(args);
}

void rf_look_as(struct rf_look *look, enum rf_severity severity, bool is_certain, const struct rf_from *from,
                const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    add(look, severity, is_certain, from, fmt, args);
    va_end(args);
}

static unsigned about_subject(const struct rf_subject *subject)
{
    if (subject->kind == RF_SUBJECT_STAGE)
        return RF_ABOUT_DOCKERFILE;
    switch (subject->platform) {
    case RF_PLATFORM_DOCKER:
        return RF_ABOUT_COMPOSE;
    case RF_PLATFORM_KUBERNETES:
        return RF_ABOUT_KUBERNETES;
    default:
        return RF_ABOUT_LIVE;
    }
}

void rf_rules_look(struct rf_look *look)
{
    const struct rf_rule *rule;
    unsigned about = about_subject(look->subject);

    for (size_t i = 0; (rule = rf_rule_at(i)) != NULL && !look->is_failed; i++) {
        if (!rule->look || !(rule->about & about))
            continue;
        /* A PodSecurityPolicy says what the standards ask that came after it, and nothing else. */
        if (look->subject->pod && look->subject->pod->is_policy && !strstr(rule->refs, "PSS"))
            continue;
        look->rule = rule;
        rule->look(look);
    }
}

/* --- questions --- */

bool rf_look_is_below(struct rf_str path, struct rf_str top)
{
    while (top.len > 1 && top.ptr[top.len - 1] == '/')
        top.len--;
    if (path.len < top.len || top.len == 0 || memcmp(path.ptr, top.ptr, top.len) != 0)
        return false;
    return path.len == top.len || top.len == 1 || path.ptr[top.len] == '/';
}

const struct rf_mounted *rf_look_mount_over(const struct rf_look *look, struct rf_str path)
{
    const struct rf_mounted *best = NULL;

    for (size_t i = 0; i < look->subject->mount_count; i++) {
        const struct rf_mounted *mounted = &look->subject->mounts[i];

        if (rf_look_is_below(path, mounted->target.value) &&
            (!best || mounted->target.value.len >= best->target.value.len))
            best = mounted;
    }
    return best;
}

const struct rf_fact_text *rf_look_env(struct rf_look *look, struct rf_str name)
{
    const struct rf_subject *subject = look->subject;
    const struct rf_image_var *var;
    struct rf_fact_text *fact;

    for (size_t i = subject->env_count; i > 0; i--) {
        struct rf_str own = subject->env[i - 1].name.value;

        if (own.len == name.len && name.len > 0 && memcmp(own.ptr, name.ptr, name.len) == 0)
            return &subject->env[i - 1].value;
    }
    if (!look->stage || !look->image)
        return NULL;
    var = rf_image_find_env(look->image, look->stage, name);
    fact = var ? rf_arena_alloc(look->arena, sizeof(*fact)) : NULL;
    if (fact)
        *fact = (struct rf_fact_text){.value = var->value.value, .from = var->value.from};
    return fact;
}

/* "1000", "1000:1000", "app:app": what user: and USER take. Numbers as docker reads them: "000" and "+0" are
   root. */
static void read_user(struct rf_look *look, struct rf_str text, struct rf_look_user *ret)
{
    struct rf_str user;
    struct rf_str group = rf_str_cut(text, ':', &user);
    struct rf_str parts[] = {user, group};
    bool has[2] = {false, false};
    uint32_t ids[2] = {0, 0};
    const struct rf_image_account *account;

    for (size_t i = 0; i < RF_COUNT(parts); i++) {
        struct rf_str digits = parts[i];
        uint64_t value;

        if (digits.len > 1 && (*digits.ptr == '+' || *digits.ptr == '-')) {
            digits.ptr++;
            digits.len--;
        }
        has[i] = digits.ptr && rf_num_u64(digits, UINT32_MAX, &value) == 0;
        ids[i] = has[i] ? (uint32_t)value : 0;
    }
    ret->text = text;
    ret->has_uid = has[0];
    ret->uid = ids[0];
    ret->has_gid = has[1];
    ret->gid = ids[1];
    ret->kind = RF_USER_OTHER;
    if (has[0] || user.len == 0) {
        ret->kind = ret->has_uid && ret->uid != 0 ? RF_USER_OTHER : RF_USER_ROOT;
        return;
    }
    if (rf_str_is(user, "root")) {
        ret->kind = RF_USER_ROOT;
        return;
    }
    account = look->stage ? rf_image_find_user(look->stage, user, 0) : NULL;
    if (account && account->has_id) {
        ret->has_uid = true;
        ret->uid = account->id;
        ret->kind = account->id == 0 ? RF_USER_ROOT : RF_USER_OTHER;
        if (!ret->has_gid && account->has_gid) {
            ret->has_gid = true;
            ret->gid = account->gid;
        }
    } else if (account && account->has_free_id) {
        ret->kind = RF_USER_OTHER;
    } else {
        ret->kind = RF_USER_UNKNOWN;
        ret->why = "the image's /etc/passwd decides what that name is";
    }
}

static void image_user(const struct rf_image_stage *stage, struct rf_look_user *ret)
{
    ret->text = stage->user.text;
    ret->from = stage->user.from;
    ret->is_from_image = true;
    ret->has_uid = stage->user.owner.has_uid;
    ret->uid = stage->user.owner.uid;
    ret->has_gid = stage->user.owner.has_gid;
    ret->gid = stage->user.owner.gid;
    if (!ret->has_uid && stage->user.account && stage->user.account->has_id) {
        ret->has_uid = true;
        ret->uid = stage->user.account->id;
    }
    switch (stage->user.root) {
    case RF_IMAGE_ROOT_YES:
        ret->kind = RF_USER_ROOT;
        break;
    case RF_IMAGE_ROOT_NO:
        ret->kind = RF_USER_OTHER;
        break;
    case RF_IMAGE_ROOT_BASE:
        ret->kind = RF_USER_UNKNOWN;
        ret->why = "there is no USER, so the base image decides, and most run as root";
        break;
    default:
        ret->kind = RF_USER_UNKNOWN;
        ret->why = "a variable or the base image's /etc/passwd decides";
        break;
    }
}

void rf_look_user(struct rf_look *look, struct rf_look_user *ret)
{
    const struct rf_context *context = &look->subject->context;

    *ret =
        (struct rf_look_user){.kind = RF_USER_UNKNOWN, .why = "the image decides, and it is not built here"};
    if (context->uid.from.known == RF_KNOWN) {
        ret->kind = context->uid.value == 0 ? RF_USER_ROOT : RF_USER_OTHER;
        ret->has_uid = true;
        ret->uid = (uint32_t)context->uid.value;
        ret->has_gid = context->gid.from.known == RF_KNOWN;
        ret->gid = (uint32_t)context->gid.value;
        ret->text = context->user.value;
        ret->from = context->uid.from;
    } else if (context->user.from.known == RF_KNOWN && context->user.value.len > 0) {
        read_user(look, context->user.value, ret);
        ret->from = context->user.from;
    } else if (context->user.from.known == RF_UNKNOWABLE || context->uid.from.known == RF_UNKNOWABLE) {
        ret->text = context->user.value;
        ret->from = context->user.from.known ? context->user.from : context->uid.from;
        ret->why = "a variable decides";
    } else if (look->stage) {
        image_user(look->stage, ret);
    }
    if (ret->kind == RF_USER_UNKNOWN && context->non_root.from.known == RF_KNOWN &&
        context->non_root.is_true) {
        ret->kind = RF_USER_OTHER; /* the kubelet does not start it otherwise */
        ret->from = context->non_root.from;
    }
}
