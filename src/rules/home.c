/* HOME and caches: what breaks when a workload stops being root. Only what is shipped counts. */
#include "rules/caches.h"
#include "rules/image_ask.h"

#include <string.h>

/* --- RF-HOME-001 --- */

/* Homes that say that there is none. */
static bool is_no_home(struct rf_str path)
{
    return rf_str_is(path, "/") || rf_str_starts(path, "/nonexistent") || rf_str_is(path, "/dev/null") ||
           rf_str_is(path, "/var/empty") || rf_str_is(path, "/bin") || rf_str_is(path, "/sbin") ||
           rf_str_is(path, "/usr/sbin");
}

struct home {
    struct rf_look_user user;
    struct rf_ask_home at;
    bool is_bad;
    bool is_sure;
    const char *what;            /* "does not exist" */
    const struct rf_from *place; /* that makes it so; NULL: of the user, or of HOME */
};

static void judge_in_image(struct rf_look *look, struct home *home)
{
    const struct rf_image_account *account = home->at.account;
    struct rf_image_path_state state = {0};
    enum rf_image_answer may = rf_ask_can_write(look, &home->user, home->at.path, &state);

    if (may == RF_IMAGE_UNKNOWN && !state.made_by && account && !home->at.is_set &&
        account->has_home_directory == RF_IMAGE_NO && !account->is_base) {
        home->is_bad = true;
        home->what = "which does not exist";
    } else if (may == RF_IMAGE_NO) {
        home->is_bad = true;
        home->what = state.is_there == RF_IMAGE_YES ? "which is not its own" : "which does not exist";
    }
}

/* Whether HOME is of use to who the workload runs as. */
static void judge_home(struct rf_look *look, struct home *home)
{
    const struct rf_mounted *mounted;

    *home = (struct home){.is_sure = true};
    rf_look_user(look, &home->user);
    if (home->user.kind != RF_USER_OTHER)
        return;
    rf_ask_home(look, &home->user, &home->at);
    if (home->at.is_set && home->at.from.known != RF_KNOWN)
        return;
    if (!look->stage && !home->at.is_set)
        return;
    home->is_sure = home->at.from.known == RF_KNOWN;
    mounted = rf_look_mount_over(look, home->at.path);
    if (mounted && !mounted->read_only.is_true)
        return;
    if (is_no_home(home->at.path)) {
        home->is_bad = true;
        home->what = "where it cannot write";
    } else if (rf_look_is_below(home->at.path, RF_STR("/root"))) {
        home->is_bad = true;
        home->what = "which it can neither write nor enter";
    } else if (home->is_sure && look->subject->read_only_root.is_true) {
        home->is_bad = true;
        home->what = "which is read-only: the root file system is, and nothing is mounted there";
        home->place = &look->subject->read_only_root.from;
    } else if (home->is_sure && look->stage) {
        judge_in_image(look, home);
    }
}

/* A static program alone in its image hardly wants a home; libraries for models surely do. */
static enum rf_severity weigh(const struct rf_look *look)
{
    if (!look->stage || rf_cache_user(look->stage))
        return RF_SEVERITY_HIGH;
    return look->stage->is_scratch || rf_ask_has(look->stage->base.value, "distroless/static")
               ? RF_SEVERITY_LOW
               : RF_SEVERITY_MEDIUM;
}

static void look_home(struct rf_look *look)
{
    struct home home;
    enum rf_severity severity = weigh(look);

    if (!rf_ask_is_shipped(look) || look->subject->kind == RF_SUBJECT_POD)
        return;
    judge_home(look, &home);
    if (!home.is_bad)
        return;
    if (!rf_look_is_stage(look) && home.user.is_from_image && !look->subject->read_only_root.is_true &&
        !rf_cache_is_set_here(look, RF_STR("HOME")))
        return; /* said where the image is made */
    if (home.is_sure)
        rf_look_as(look, severity, true,
                   home.place       ? home.place
                   : home.at.is_set ? &home.at.from
                                    : &home.user.from,
                   "HOME of \"%.*s\" is %.*s, %s", RF_FMT(home.user.text), RF_FMT(home.at.path), home.what);
    else
        rf_look_as(look, severity == RF_SEVERITY_HIGH ? RF_SEVERITY_MEDIUM : RF_SEVERITY_LOW, false,
                   &home.user.from,
                   "HOME of \"%.*s\" is %.*s unless the base image has an entry for it in /etc/passwd",
                   RF_FMT(home.user.text), RF_FMT(home.at.path));
}

/* --- RF-HOME-002 --- */

static bool uses_home(struct rf_str text)
{
    return rf_ask_has(text, "~/") || rf_ask_has(text, "$HOME") || rf_ask_has(text, "${HOME}") ||
           rf_ask_has(text, "expanduser(") || rf_ask_has(text, "Path.home()") ||
           rf_ask_has(text, "os.homedir()");
}

/* ENV X=~/y: nobody puts a home in, and programs make a directory called ~. */
static void look_literal_tilde(struct rf_look *look)
{
    for (size_t i = 0; i < look->subject->env_count; i++) {
        const struct rf_env *env = &look->subject->env[i];
        struct rf_str value = env->value.value;

        if (env->source == RF_ENV_LITERAL && value.len > 1 && value.ptr[0] == '~' && value.ptr[1] == '/')
            rf_look_found(look, &env->value.from,
                          "%.*s is %.*s, and nobody replaces the ~: it names a directory of that name",
                          RF_FMT(env->name.value), RF_FMT(value));
    }
}

/* Scripts that stand in the Dockerfile: COPY <<EOF /entry.sh. */
static const struct rf_df_heredoc *find_script(const struct rf_look *look,
                                               const struct rf_df_instruction **ret)
{
    const struct rf_df *df = &look->image->df;

    for (uint32_t i = 0; i < df->instruction_count; i++) {
        *ret = &df->instructions[i];
        if ((*ret)->kind != RF_DF_COPY && (*ret)->kind != RF_DF_ADD)
            continue;
        for (uint32_t h = 0; (*ret)->span.start > look->stage->from.start && h < (*ret)->heredoc_count; h++)
            if (uses_home((*ret)->heredocs[h].text))
                return &(*ret)->heredocs[h];
    }
    return NULL;
}

static void look_tilde(struct rf_look *look)
{
    struct home home;
    const struct rf_df_instruction *instruction = NULL;

    if (!rf_ask_is_shipped(look))
        return;
    look_literal_tilde(look);
    if (!rf_look_is_stage(look) || !look->image)
        return;
    judge_home(look, &home);
    if (!home.is_bad || !home.is_sure)
        return;
    for (const struct rf_image_command *command = look->stage->commands; command; command = command->prev)
        for (uint32_t w = 0; command->instruction != RF_DF_RUN && w < command->word_count; w++)
            if (uses_home(command->words[w].raw) || uses_home(command->words[w].text)) {
                rf_look_found(look, &command->from, "%.*s leads to %.*s, %s", RF_FMT(command->words[w].raw),
                              RF_FMT(home.at.path), home.what);
                break;
            }
    if (find_script(look, &instruction)) {
        struct rf_from from = look->stage->from;

        from.line = instruction->span.line;
        from.column = instruction->span.column;
        from.start = instruction->span.start;
        from.end = instruction->span.end;
        rf_look_found(look, &from, "this script uses the home directory, %.*s, %s", RF_FMT(home.at.path),
                      home.what);
    }
}

static const struct rf_rule rules[] = {
    {.id = "RF-HOME-001",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_LIVE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The workload has no home directory that it can write to.",
     .why = "Measured with docker: useradd -r or --no-create-home leaves HOME at a directory that does not "
            "exist, adduser --system at /nonexistent, and a number without a passwd entry gets /. Whatever "
            "writes to ~/.cache or ~/.config then fails with \"Permission denied\": model libraries, "
            "matplotlib, npm, Java.",
     .remedy = "Make one, give it to the user and say so: RUN install -d -o 10001 -g 10001 /home/app, ENV "
               "HOME=/home/app. Under a read-only root mount a tmpfs there with uid, gid and size.",
     .bad = "FROM python:3.12-slim\nRUN pip install transformers==4.46.0 && useradd -r -u 10001 app\n"
            "USER 10001:10001",
     .good = "FROM python:3.12-slim\nRUN pip install transformers==4.46.0 && useradd -m -u 10001 app\n"
             "USER 10001:10001\nENV HOME=/home/app",
     .refs = "",
     .look = look_home},
    {.id = "RF-HOME-002",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_MANUAL,
     .title = "A path with ~ leads nowhere.",
     .why =
         "A shell and expanduser() put HOME in, which is a place where the user cannot write. In ENV and "
         "environment: nobody puts anything in: the program makes a directory called ~ where it stands, or "
         "fails.",
     .remedy = "Write absolute paths, or give the user a home directory first (RF-HOME-001).",
     .bad = "FROM python:3.12-slim\nENV HF_HOME=~/.cache/huggingface",
     .good = "FROM python:3.12-slim\nENV HF_HOME=/app/cache/huggingface",
     .refs = "",
     .look = look_tilde},
    {.id = "RF-CACHE-001",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A cache is in a home directory that is not the user's.",
     .why =
         "/root is 0700 in Debian, Alpine and their kin: another user gets \"Permission denied\" even when "
         "he only reads, and a volume mounted below it does not change that.",
     .remedy =
         "Move the cache to a place of its own, in both files, and give it to the user: HF_HOME=/app/cache "
         "with install -d -o 10001 -g 10001 /app/cache. What an old volume has must be handed over: chown "
         "-R 10001:10001.",
     .bad = "FROM debian:12\nENV HF_HOME=/root/.cache/huggingface\nUSER 10001:10001",
     .good = "FROM debian:12\nENV HF_HOME=/app/cache\nRUN install -d -o 10001 -g 10001 /app/cache\n"
             "USER 10001:10001",
     .refs = "",
     .look = rf_cache_look_home},
    {.id = "RF-CACHE-002",
     .severity = RF_SEVERITY_HIGH,
     .about = RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES,
     .fix = RF_FIX_AUTOMATIC,
     .title = "The cache is not where it was when the image was made, or not where the volume is.",
     .why = "Models of the image are not found and are loaded again, at every start, into a layer that is "
            "thrown away; without a network the workload does not start.",
     .remedy = "Use one path in all three: ENV of the Dockerfile, environment of the service, target of the "
               "volume.",
     .bad = "services:\n  ocr:\n    environment: {HF_HOME: /app/cache}\n"
            "    volumes: [\"models:/root/.cache/huggingface\"]",
     .good =
         "services:\n  ocr:\n    environment: {HF_HOME: /app/cache}\n    volumes: [\"models:/app/cache\"]",
     .refs = "",
     .look = rf_cache_look_differ},
    {.id = "RF-CACHE-003",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE,
     .fix = RF_FIX_GUARDED,
     .title = "Models are loaded as root while the image is made, where the user cannot get at them.",
     .why =
         "The files belong to root. Below /root nobody else can even read them; elsewhere the hub's library "
         "still makes lock files beside them and fails.",
     .remedy = "Set the cache's variable before, load it, and hand it over in the same RUN: chown -R "
               "10001:10001 /app/cache; or load it after USER. With HF_HUB_OFFLINE=1 reading is enough.",
     .bad = "FROM python:3.12-slim\nRUN python -c \"from huggingface_hub import snapshot_download as s; "
            "snapshot_download('a/b')\"\nUSER 10001:10001",
     .good = "FROM python:3.12-slim\nENV HF_HOME=/app/cache HF_HUB_OFFLINE=1\nRUN HF_HUB_OFFLINE=0 python -c "
             "\"from huggingface_hub import snapshot_download as s; snapshot_download('a/b')\" && chown -R "
             "10001:10001 /app/cache\nUSER 10001:10001",
     .refs = "",
     .look = rf_cache_look_build},
    {.id = "RF-CACHE-004",
     .severity = RF_SEVERITY_MEDIUM,
     .about = RF_ABOUT_DOCKERFILE | RF_ABOUT_COMPOSE | RF_ABOUT_KUBERNETES | RF_ABOUT_IMAGE,
     .fix = RF_FIX_AUTOMATIC,
     .title = "A variable is set that nothing reads, or soon nothing will.",
     .why =
         "The cache stays where it would be without it, below HOME, where a user without one cannot write, "
         "and where no volume is.",
     .remedy =
         "Set the variable that is read: HF_HOME for TRANSFORMERS_CACHE, XDG_DATA_HOME for HTRMOPO_DIR.",
     .bad = "FROM python:3.12-slim\nENV TRANSFORMERS_CACHE=/app/cache",
     .good = "FROM python:3.12-slim\nENV HF_HOME=/app/cache",
     .refs = "",
     .look = rf_cache_look_unread},
};

const struct rf_family rf_family_home = {rules, RF_COUNT(rules)};
