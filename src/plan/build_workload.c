/* The workload's own process: its words, its environment, and the layers that are put on last. */
#include "plan/builder.h"
#include "plan/landlock.h"
#include "plan/profile.h"
#include "plan/seccomp.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static const char standard_path[] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/* --- environment --- */

static bool same_name(const char *a, const char *b)
{
    size_t len = strcspn(a, "=");

    return strncmp(a, b, len) == 0 && b[len] == '=';
}

static bool user_sets(const struct rf_builder *b, const char *entry)
{
    for (size_t i = 0; i < b->posture->env_count; i++) {
        if (same_name(entry, b->posture->env[i]))
            return true;
    }
    return false;
}

static void add_env(struct rf_builder *b, uint32_t at)
{
    if (at && !user_sets(b, rf_plan_text(b->plan, at)))
        b->plan->envp[b->plan->envp_count++] = at;
}

void rf_build_environment(struct rf_builder *b)
{
    const struct rf_posture *posture = b->posture;
    const char *name = b->user_name ? b->user_name : "ringfence";

    add_env(b, rf_builder_printf(b, "PATH=%s", standard_path));
    add_env(b, rf_builder_printf(b, "HOSTNAME=%s", posture->hostname));
    add_env(b, rf_builder_printf(b, "HOME=%s", b->home ? b->home : "/"));
    add_env(b, rf_builder_printf(b, "USER=%s", name));
    add_env(b, rf_builder_printf(b, "LOGNAME=%s", name));
    if (posture->has_tty)
        add_env(b, rf_builder_text(b, "TERM=xterm"));
    for (size_t i = 0; i < posture->env_count; i++) {
        bool is_last = true;

        for (size_t j = i + 1; j < posture->env_count; j++)
            is_last = is_last && !same_name(posture->env[i], posture->env[j]);
        if (is_last)
            b->plan->envp[b->plan->envp_count++] = rf_builder_text(b, posture->env[i]);
    }
}

/* --- Landlock --- */

static void allow_below(struct rf_builder *b, const char *path, uint64_t rights)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_LANDLOCK_ALLOW, RF_KEY_LANDLOCK);

    step->dst = rf_builder_text(b, path[0] ? path : "/");
    step->a = rights;
}

static void landlock(struct rf_builder *b)
{
    const uint64_t read_only =
        LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
    const uint64_t devices = LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_BLOCK;
    const struct rf_landlock all = rf_landlock_all(b->facts->landlock_abi);
    uint64_t handled = all.files;
    struct rf_step *step;

    if (!b->posture->has_landlock) {
        rf_builder_note(b, "landlock: off, as asked");
        return;
    }
    if (b->facts->landlock_abi < 1) {
        if (!rf_builder_may_miss(b, RF_LAYER_LANDLOCK, "landlock"))
            rf_builder_fail(b, -ENOTSUP,
                            "landlock: this kernel has none (Linux 5.13, CONFIG_SECURITY_LANDLOCK): add "
                            "--allow-missing landlock to run without it");
        return;
    }
    step = rf_builder_add(b, RF_STEP_LANDLOCK, RF_KEY_LANDLOCK);
    step->a = handled;
    step->b = all.scopes; /* not the network: a guard breaks 127.0.0.1 in one of the ring's own */
    allow_below(b, "/", read_only);
    allow_below(b, "/dev",
                handled & (LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
                           LANDLOCK_ACCESS_FS_TRUNCATE | LANDLOCK_ACCESS_FS_IOCTL_DEV));
    for (uint32_t i = 0; i < b->cover_count; i++) {
        if (b->covers[i].is_writable)
            allow_below(b, b->covers[i].path, handled & ~devices);
    }
    (void)rf_builder_add(b, RF_STEP_LANDLOCK_ENFORCE, RF_KEY_LANDLOCK);
}

/* --- seccomp --- */

static void seccomp(struct rf_builder *b)
{
    struct rf_profile_options options = {.has_memfd_noexec = b->has_memfd_noexec,
                                         .has_memory_group = b->has_cgroup_memory,
                                         .cap_add = b->posture->cap_add};
    struct rf_profile builtin;
    struct rf_step *step;

    if (b->posture->seccomp == RF_SECCOMP_UNCONFINED) {
        rf_builder_note(b, "seccomp: unconfined, as asked");
        return;
    }
    if (b->posture->seccomp == RF_SECCOMP_FILE && !b->facts->profile) {
        rf_builder_fail(b, -EINVAL, "seccomp %s: the profile has not been read", b->posture->seccomp_file);
        return;
    }
    options.kind = b->posture->seccomp == RF_SECCOMP_STRICT ? RF_PROFILE_STRICT : RF_PROFILE_DEFAULT;
    rf_profile_builtin(&options, &builtin);
    if (b->code == 0)
        b->code = rf_seccomp_emit(b->facts->profile ? b->facts->profile : &builtin, b->arena,
                                  &b->plan->filters[0], &b->plan->filter_len[0], b->err);
    step = rf_builder_add(b, RF_STEP_SECCOMP, RF_KEY_SECCOMP);
    step->a = 0;
}

/* --- the command --- */

static void exec_step(struct rf_builder *b, uint32_t path, bool is_try)
{
    struct rf_step *step = rf_builder_add(b, RF_STEP_EXEC, RF_KEY_COMMAND);

    step->dst = path;
    step->flags = is_try ? RF_STEP_IF_PRESENT : 0;
}

/* The last PATH wins, as everywhere in the environment. */
static const char *search_path(const struct rf_builder *b)
{
    const struct rf_plan *plan = b->plan;

    for (uint32_t i = plan->envp_count; i-- > 0;) {
        if (strncmp(rf_plan_text(plan, plan->envp[i]), "PATH=", 5) == 0)
            return rf_plan_text(plan, plan->envp[i]) + 5;
    }
    return standard_path;
}

void rf_build_exec(struct rf_builder *b)
{
    const char *program = rf_plan_text(b->plan, b->plan->argv[0]);
    const char *path = search_path(b);

    if (strchr(program, '/')) {
        exec_step(b, rf_builder_text(b, program), false);
        return;
    }
    while (path && b->code == 0) {
        struct rf_str dir;
        struct rf_str rest = rf_str_cut(rf_str_of(path), ':', &dir);

        path = rest.ptr;
        if (dir.len && dir.ptr[0] == '/') /* the working directory is nowhere to look for programs */
            exec_step(b, rf_builder_printf(b, "%.*s/%s", RF_FMT(dir), program), path != NULL);
    }
}

static void words(struct rf_builder *b)
{
    const struct rf_posture *posture = b->posture;
    struct rf_plan *plan = b->plan;

    for (size_t i = 0; i < posture->entrypoint_count; i++)
        plan->argv[plan->argv_count++] = rf_builder_text(b, posture->entrypoint[i]);
    for (size_t i = 0; i < posture->command_count; i++)
        plan->argv[plan->argv_count++] = rf_builder_text(b, posture->command[i]);
    if (plan->argv_count == 0 || rf_plan_text(plan, plan->argv[0])[0] == '\0')
        rf_builder_fail(b, -EINVAL, "command: there is nothing to run: write it after --");
}

static void check_job_config(struct rf_builder *b, const char *path)
{
    const struct rf_cover *cover = rf_builder_covered(b, path);
    struct rf_step *step;

    if (path[0] != '/') {
        rf_builder_fail(b, -EINVAL, "job_config %s: want an absolute path inside the ring", path);
        return;
    }
    if (cover && cover->kind == COVER_TMPFS && cover->path[0]) {
        rf_builder_fail(
            b, -ENOENT,
            "job_config %s: it is hidden under the tmpfs on %s: mount its directory somewhere else, as in "
            "-v DIR:/config:ro --job-config /config/FILE",
            path, cover->path);
        return;
    }
    step = rf_builder_add(b, RF_STEP_READABLE, RF_KEY_JOB_CONFIG);
    step->dst = rf_builder_text(b, path);
}

/* The path is named where the workload reads it, after the image, or to us. */
static void job_configs(struct rf_builder *b)
{
    static const char flag[] = "--job-config";
    const struct rf_posture *posture = b->posture;

    if (posture->job_config)
        check_job_config(b, posture->job_config);
    for (size_t i = 0; i < posture->command_count; i++) {
        const char *word = posture->command[i];

        if (strncmp(word, flag, sizeof(flag) - 1) != 0)
            continue;
        if (word[sizeof(flag) - 1] == '=')
            check_job_config(b, word + sizeof(flag));
        else if (word[sizeof(flag) - 1] == '\0' && i + 1 < posture->command_count)
            check_job_config(b, posture->command[i + 1]);
    }
}

static void watch(struct rf_builder *b)
{
    const struct rf_posture *posture = b->posture;

    if (posture->has_no_disk && (b->facts->disk_outputs & 1))
        rf_builder_fail(b, -EINVAL,
                        "no_disk: standard input is a file on a disk, open for writing: open it for reading");
    if (posture->has_debug_root)
        rf_builder_note(b, "debug_root: ringfence exec -u 0 can enter, without capabilities%s",
                        b->facts->is_privileged && posture->userns != RF_USERNS_AUTO ? ", as the host's uid 0"
                                                                                     : "");
    b->plan->watch = (struct rf_watch){
        .timeout_ms = posture->timeout_ms,
        .stop_timeout_ms = posture->stop_timeout_ms,
        .stop_signal = posture->stop_signal,
        .has_init = posture->has_init,
        .has_tty = posture->has_tty,
        .has_stdin = posture->is_interactive || posture->has_tty || !b->facts->stdin_is_tty,
        .has_output = posture->log_driver != RF_LOG_NONE,
        .has_debug_root = posture->has_debug_root,
        .relayed = posture->has_no_disk ? b->facts->disk_outputs & ~1U : 0,
    };
}

void rf_build_workload(struct rf_builder *b)
{
    struct rf_step *step;

    b->actor = RF_WORKLOAD;
    (void)rf_builder_add(b, RF_STEP_SESSION, RF_KEY_NONE);
    step = rf_builder_add(b, RF_STEP_CHDIR, RF_KEY_WORKDIR);
    step->dst = rf_builder_text(b, b->posture->workdir ? b->posture->workdir : "/");
    job_configs(b);
    rf_build_rlimits(b);
    words(b);
    if (b->code < 0)
        return;
    landlock(b);
    seccomp(b);
    rf_build_exec(b);
    watch(b);
}
