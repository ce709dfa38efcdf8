/* What is the same for every format. */
#include "manifest/subject.h"

#include <string.h>

static bool is_said(const struct rf_from *from)
{
    return from->known != RF_UNSET;
}

void rf_subject_inherit(struct rf_subject *subject, const struct rf_pod *pod)
{
    struct rf_context context = subject->own;

    if (pod) {
        const struct rf_context *over = &pod->context;

        context.user = is_said(&context.user.from) ? context.user : over->user;
        context.group = is_said(&context.group.from) ? context.group : over->group;
        context.uid = is_said(&context.uid.from) ? context.uid : over->uid;
        context.gid = is_said(&context.gid.from) ? context.gid : over->gid;
        context.non_root = is_said(&context.non_root.from) ? context.non_root : over->non_root;
        context.seccomp = is_said(&context.seccomp.from) ? context.seccomp : over->seccomp;
        context.apparmor = is_said(&context.apparmor.from) ? context.apparmor : over->apparmor;
        context.selinux = is_said(&context.selinux.from) ? context.selinux : over->selinux;
        context.host_process =
            is_said(&context.host_process.from) ? context.host_process : over->host_process;
        context.from = is_said(&context.from) ? context.from : over->from;
    }
    subject->context = context;
}

const struct rf_fact_text *rf_fact_find(const struct rf_fact_pair *pairs, size_t count, struct rf_str name)
{
    for (size_t i = 0; i < count; i++) {
        struct rf_str other = pairs[i].name.value;

        if (other.len == name.len && (name.len == 0 || memcmp(other.ptr, name.ptr, name.len) == 0))
            return &pairs[i].value;
    }
    return NULL;
}
