/* Who a service runs as, and `security_opt`. */
#include "manifest/compose_parts.h"

#include <errno.h>
#include <string.h>

int rf_compose_user(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                    struct rf_err *err)
{
    struct rf_context *context = ret;
    struct rf_str user;
    struct rf_str group;

    if (node->kind != RF_YAML_SCALAR)
        return rf_compose_refuse(compose, node, "USER[:GROUP]", err);
    group = rf_compose_cut(node, node->text, ':', &user);
    context->from = node->from;
    context->is_user_plain = node->is_plain;
    if (user.len) /* nothing is as good as no key */
        context->user = rf_compose_fact(node, user);
    if (group.len)
        context->group = rf_compose_fact(node, group);
    if (!rf_compose_number(node, user, &context->uid)) /* a name, then */
        context->uid = (struct rf_fact_int){0};
    if (!rf_compose_number(node, group, &context->gid))
        context->gid = (struct rf_fact_int){0};
    return 0;
}

/* --- security_opt --- */

static void set_profile(const struct rf_fact_text *option, struct rf_str value, bool is_file,
                        struct rf_confinement *profile)
{
    struct rf_fact_text fact = *option;

    fact.value = value;
    *profile = (struct rf_confinement){.type = fact, .from = option->from};
    profile->kind = rf_str_is(value, "unconfined") ? RF_CONFINEMENT_UNCONFINED
                    : rf_str_is(value, "runtime/default") || rf_str_is(value, "builtin") ||
                            rf_str_is(value, "docker-default") || rf_str_is(value, "default")
                        ? RF_CONFINEMENT_DEFAULT
                        : RF_CONFINEMENT_FILE;
    if (option->from.known == RF_UNKNOWABLE)
        profile->kind = RF_CONFINEMENT_OTHER;
    if (profile->kind == RF_CONFINEMENT_FILE && is_file)
        profile->file = fact;
}

/* "type:spc_t", "disable" */
static void set_label(const struct rf_fact_text *option, struct rf_str label, struct rf_selinux *selinux)
{
    struct rf_fact_text fact = *option;
    struct rf_str name;
    struct rf_fact_text *field;

    fact.value = rf_str_cut(label, ':', &name);
    selinux->from = option->from;
    if (rf_str_is(name, "disable") && !fact.value.ptr) {
        selinux->disabled = (struct rf_fact_bool){.is_true = true, .from = option->from};
        return;
    }
    field = rf_str_is(name, "user")    ? &selinux->user
            : rf_str_is(name, "role")  ? &selinux->role
            : rf_str_is(name, "type")  ? &selinux->type
            : rf_str_is(name, "level") ? &selinux->level
                                       : NULL;
    if (field && fact.value.ptr)
        *field = fact;
}

static void set_no_new_privileges(const struct rf_fact_text *option, struct rf_str value,
                                  struct rf_subject *subject)
{
    subject->escalation =
        (struct rf_fact_bool){.is_true = value.ptr && (rf_str_is(value, "false") || rf_str_is(value, "0")),
                              .is_default = option->is_default,
                              .from = option->from};
}

/* NAME=VALUE, or NAME:VALUE as older engines wrote it. */
static void read_option(const struct rf_fact_text *option, struct rf_subject *subject)
{
    struct rf_str name;
    struct rf_str value = rf_str_cut(option->value, '=', &name);

    if (!value.ptr || memchr(name.ptr, ':', name.len))
        value = rf_str_cut(option->value, ':', &name);
    if (rf_str_is(name, "no-new-privileges"))
        set_no_new_privileges(option, value, subject);
    else if (rf_str_is(name, "seccomp") && value.ptr)
        set_profile(option, value, true, &subject->own.seccomp);
    else if (rf_str_is(name, "apparmor") && value.ptr)
        set_profile(option, value, true, &subject->own.apparmor);
    else if (rf_str_is(name, "label") && value.ptr)
        set_label(option, value, &subject->own.selinux);
    else if (rf_str_is(name, "systempaths") && rf_str_is(value, "unconfined"))
        subject->proc_mount = (struct rf_fact_text){.value = RF_STR("Unmasked"), .from = option->from};
}

/* An option that is a variable may be any of them. */
static void mark_unknown(const struct rf_fact_text *option, struct rf_subject *subject)
{
    struct rf_from *const facts[] = {&subject->escalation.from, &subject->own.seccomp.from,
                                     &subject->own.apparmor.from};

    for (size_t i = 0; i < RF_COUNT(facts); i++)
        if (facts[i]->known == RF_UNSET)
            *facts[i] = option->from;
}

int rf_compose_security_opt(struct rf_compose *compose, const struct rf_compose_node *node, void *ret,
                            struct rf_err *err)
{
    struct rf_subject *subject = ret;
    int r = rf_compose_list(compose, node, &subject->security_opt, err);

    for (size_t i = 0; r == 0 && i < subject->security_opt.count; i++)
        if (subject->security_opt.items[i].value.len)
            read_option(&subject->security_opt.items[i], subject);
    for (size_t i = 0; r == 0 && i < subject->security_opt.count; i++) {
        const struct rf_fact_text *option = &subject->security_opt.items[i];

        if (option->from.known == RF_UNKNOWABLE && option->value.ptr[0] == '$')
            mark_unknown(option, subject);
    }
    return r;
}
