/* Which step failed, on what, why, what it was needed for, and what would help. */
#include "sandbox/sandbox.h"

#include <errno.h>
#include <string.h>

/* Failures that have a known cause. errno 0 means any. */
static const struct {
    enum rf_step_kind kind;
    int code;
    const char *hint;
} hints[] = {
    {RF_STEP_USERNS_ENTER, EPERM,
     "unprivileged user name spaces are forbidden here (kernel.unprivileged_userns_clone, an AppArmor "
     "restriction, or a "
     "chroot): allow them or run as root"},
    {RF_STEP_USERNS_ENTER, ENOSPC, "the limit user.max_user_namespaces is reached or 0"},
    {RF_STEP_USERNS_LATE, ENOSPC, "the limit user.max_user_namespaces is reached or 0"},
    {RF_STEP_CLONE, ENOSYS, "clone3 is missing: Linux 5.7 is the oldest kernel that can build a ring"},
    {RF_STEP_CLONE, EPERM, "making name spaces needs CAP_SYS_ADMIN, or unprivileged user name spaces"},
    {RF_STEP_ROOT, ENOSYS,
     "mount_setattr or openat2 is missing: Linux 5.12 is the oldest kernel that can build a ring"},
    {RF_STEP_OVERLAY, EINVAL, "the root's file system cannot be the lower layer of an overlay"},
    {RF_STEP_PROC, EPERM,
     "/proc of this machine is partly covered (a container?), so the kernel allows no new one"},
    {RF_STEP_TREE, EINVAL,
     "the kernel (Linux 5.12 and later) or this file system cannot id-map mounts: leave idmap out "
     "and give the volume to the user with chown"},
    {RF_STEP_TREE, EPERM, "this mount cannot be id-mapped again: leave idmap out"},
    {RF_STEP_TMPFS, ELOOP, "the path leads through a magic link, or by a link into the ring's own /proc"},
    {RF_STEP_BIND, ELOOP, "the path leads through a magic link, or by a link into the ring's own /proc"},
    {RF_STEP_BIND, ENOENT, "source or mount point is not there"},
    {RF_STEP_BIND, ENOTDIR, "one is a directory and the other is not"},
    {RF_STEP_CHDIR, ENOENT, "the working directory must exist in the ring"},
    {RF_STEP_CHDIR, ELOOP, "the working directory leads through a magic link of /proc (CVE-2024-21626)"},
    {RF_STEP_READABLE, ENOENT, "it names a path inside the ring: mount its directory with -v DIR:/config:ro"},
    {RF_STEP_READABLE, EISDIR, "it must be a file: name the one in that directory"},
    {RF_STEP_READABLE, EACCES,
     "the ring's user may not read it: chmod it on the host, or choose another --user"},
    {RF_STEP_RLIMIT, EPERM, "only a process with CAP_SYS_RESOURCE can raise a hard limit"},
    {RF_STEP_SECCOMP, EACCES, "seccomp needs no_new_privileges"},
    {RF_STEP_LANDLOCK, EOPNOTSUPP,
     "Landlock is built in but switched off (lsm= on the kernel's command line)"},
    {RF_STEP_EXEC, ENOENT, "command not found in the ring"},
    {RF_STEP_EXEC, EACCES, "not executable: no x permission, a noexec mount, or a directory"},
    {RF_STEP_EXEC, ENOEXEC, "neither a program nor a script with a #! line"},
    {RF_STEP_PROVE, 0, "something that was given up could be taken back: this is a defect, please report it"},
};

static const char *hint_for(enum rf_step_kind kind, int code)
{
    for (size_t i = 0; i < RF_COUNT(hints); i++) {
        if (hints[i].kind == kind && (hints[i].code == code || hints[i].code == 0))
            return hints[i].hint;
    }
    return code == ENOSYS
               ? "this kernel lacks the system call: Linux 5.12 is the oldest that can build a ring"
               : NULL;
}

int rf_sandbox_explain_failure(const struct rf_plan *plan, int index, int code, struct rf_arena *arena,
                               struct rf_err *err)
{
    const struct rf_step *step = &plan->steps[index];
    const char *what = rf_step_describe(plan, step, arena);
    const char *hint = hint_for((enum rf_step_kind)step->kind, code);

    if (step->kind == RF_STEP_EXEC)
        return rf_fail(err, -code, "%s: %s%s%s", rf_plan_text(plan, plan->argv[0]), strerror(code),
                       hint ? ": " : "", hint ? hint : "");
    return rf_fail(err, -code, "step %d of %u (%s): %s%s%s; needed for %s", index + 1, plan->count,
                   what ? what : rf_step_name((enum rf_step_kind)step->kind), strerror(code),
                   hint ? ": " : "", hint ? hint : "", rf_step_reason(step));
}
